#ifndef VM_BATCH_H
#define VM_BATCH_H
#include "vm/column.h"

/* What the files that evaluate in columns share. An expression is evaluated for all rows of a block at once; `false` means
 * that it cannot be, and then the machine's own loop goes through these rows, and says what is unknown or wrong. */
typedef struct Lanes Lanes;
typedef struct Batch {
  Vm *vm;
  Pool *pool;
  uint32_t n, words;       /* rows, and words of bits for them */
  const uint64_t *live;    /* rows that are asked about; in the others anything may stand */
  Col *slot;               /* of the function at hand, by place of its names */
  uint32_t depth;          /* of expressions within expressions, through functions too */
  Lanes *lanes;            /* the worlds of the rows; NULL: the world at hand */
  Lanes **worlds;          /* all that were made for this block */
  Value source;            /* the block is a piece of this list or set, from `from`; or none */
  uint32_t from;
  const uint64_t *every;   /* the rows that there are */
  bool few;                /* lanes of one rule's leaf: no rule that goes in circles is asked here */
  uint64_t *work;          /* steps */
  bool *wide;              /* set where it can be done with fewer rows at a time */
} Batch;

/* Lanes of a rule take a bit for each of its entities in each row: how much, unless there are few rows. */
enum { LANES_BYTES = 8 << 20, LANES_LEAST = 512 };

bool batch_eval(Batch *b, const Node *e, Col *out);
bool batch_may_go_on(Batch *b);                                                     /* are there steps left, and time? */
bool batch_over(const Vm *vm);                                                      /* there are none, or no memory: the run ends */
bool batch_each(Batch *b, const Node *body, const Node *gens, int kind, Col *out);   /* an aggregate within a block */
Batch batch_rows(Batch *b, uint32_t n);                                              /* the same, for n rows in the world at hand; live NULL: no memory */
bool batch_where(Batch *b, const Node *gen, Value coll, uint64_t **chosen);         /* which elements pass a `where` that is the same in all rows */

/* Keeps a value as long as the block; a column that holds it alone. */
Col col_one(Value v);
bool col_hold(Batch *b, Value v, Col *out);
Col col_bits(uint64_t *bits);
uint64_t *bits_get(Batch *b);
/* Makes a column of values of one kind; false for what is not exact, or mixed. */
bool col_narrow(Batch *b, const Value *at, Col *out);
/* The value in one row, borrowed. */
Value col_at(const Col *c, uint32_t row);
/* x where it is so, else y. */
bool col_choose(Batch *b, const uint64_t *yes, Col *x, Col *y, Col *out);
/* *yes: bits of the rows in which it holds; false when it is no yes-or-no. */
bool col_yes(Batch *b, const Col *c, const uint64_t **yes);

/* absent.c: leaves out what the loop need not ask; true: few enough are left for the loop's own code. */
bool absent_skip(Vm *vm, const LoopCode *l, uint32_t cell);

/* lanes.c */
bool lanes_enter(Batch *b, const Node *arg, Lanes **out);                          /* the worlds of `without` */
bool lanes_builtin(Batch *b, Builtin f, const Col *args, uint32_t n, Col *out);
bool lanes_rule(Batch *b, uint32_t func, const Col *args, Col *out);
const uint64_t *lanes_absent(Lanes *l, uint32_t country);                          /* NULL: in no row */
/* to[row]: for how many of the chosen entities, bits by index, a rule holds, or does not; false: it is for lanes_rule to say. */
bool lanes_count(Batch *b, uint32_t func, bool flip, const uint64_t *chosen, int64_t *to);
/* A block begins, or ends: the worlds of a list are kept for the next loop that goes through it. */
void lanes_begin(Batch *b);
void lanes_end(Batch *b);

#endif
