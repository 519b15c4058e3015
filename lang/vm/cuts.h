#ifndef VM_CUTS_H
#define VM_CUTS_H
#include "vm/batch.h"

/* What makes a rule that goes in circles true: the countries whose absence does, by entity. */
enum { CUT_MOST = 2 };
typedef uint16_t Who;                            /* a country's place; where there are WHO_MOST of them or more, nothing is done in lanes */
enum { WHO_MOST = UINT16_MAX };
static const Who nobody = WHO_MOST;
typedef struct Cut { Who a, b; } Cut;            /* countries, a before b; b: nobody. Both nobody: true in every world */
static inline Cut cut_of(uint32_t a, uint32_t b) { return (Cut){(Who)a, (Who)b}; }
typedef struct CutRun { uint32_t start, n, single; } CutRun;   /* those of two countries, then `single` of one each, in order */
typedef struct CutCount CutCount;

struct Cuts {
  Cuts *next;
  uint32_t func, view, n;
  Day day;
  bool none;                      /* it cannot be done */
  Dep dep;
  VEC(Cut) cuts;                  /* of each entity's own part */
  VEC(uint32_t) cut_start, asks, ask_start, order, group;   /* group: where each circle begins in order */
  enum { CUTS_OWN, CUTS_WHOLE, CUTS_TOO_MANY } state;       /* whether those of what it asks have been taken in, as they are here: */
  VEC(Cut) whole;
  VEC(CutRun) run;                /* by entity; circles and those who ask one other share theirs */
  VEC(CutCount *) counts;
  uint32_t count_next;            /* the one that is forgotten first */
};

/* Where a world that lacks a and b stands in a table of counts, in which a pair is there once. a: nobody, or b, or both. */
static inline uint32_t cuts_row(uint32_t ncountry, uint32_t a) { return a * (2 * ncountry + 1 - a) / 2; }
static inline uint32_t cuts_place(uint32_t ncountry, Cut lacks) {
  uint32_t a = lacks.a == nobody ? ncountry : lacks.a;
  return cuts_row(ncountry, a) + (lacks.b == nobody ? a : lacks.b);
}
/* For how many of the chosen entities it holds in each world that lacks `most` countries or fewer, by place. NULL: to be
 * found out otherwise, since that would take more than so many steps. */
const uint16_t *cuts_count(Batch *b, Cuts *q, const uint64_t *chosen, uint32_t most, uint64_t steps);
void cuts_counts_end(Vm *vm, Cuts *q);

#endif
