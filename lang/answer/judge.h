#ifndef ANSWER_JUDGE_H
#define ANSWER_JUDGE_H
#include "answer/answer.h"

/* Checks being judged: what the files that run them, and divide them, share. */

typedef struct Case {       /* one requirement for one binding */
  uint32_t check, require;  /* require: within its check */
  Value *bound;             /* values of the check's `for` names, owned */
  Day born;                 /* the day on which it was first met, */
  uint32_t at;              /* and as which of that day */
  VEC(DaySpan) fails, open;
  Value why;                /* undecided: reasons */
  bool fails_ever, open_ever;
  uint64_t touched;         /* the run that last found it failing (now_fails) or open */
  bool now_fails;
  bool has_when;
  DaySpan when;             /* `at` and `throughout` say */
  const char *message;
  Finding found;            /* rests, missing */
} Case;

/* A finding's place among those of its check, and the binding that it is about, hashed. */
typedef struct CasePlace { uint32_t require; Day born; uint32_t at; uint64_t binding; } CasePlace;
/* What came of a check but for findings. worst: of what fails; -1: nothing does. */
typedef struct Tally { uint32_t cases, bindings, failed, undecided; int worst; } Tally;

enum { BOUND_MAX = 32, OWNERS = 1 << 20 };

typedef struct Run {
  Vm *vm;
  Report *r;
  const CheckOptions *o;
  VEC(Case) cases;
  Map by_key;               /* hash of a case -> its index; on a clash the next free key */
  uint32_t check;           /* at hand */
  uint32_t slot[BOUND_MAX], nslot; /* registers of its `for` names */
  Case *now;
  DaySpan day;              /* the stretch at hand */
  bool first;
  uint32_t at;              /* cases of this day so far, ours or not */
  uint64_t fresh;           /* counts runs */
  Settling settling;
  Case *wants;              /* evaluated once more, to see what it rests on; then whose message comes */
  /* Where a check is divided, each goes through all that its `for`s bind, and evaluates what is its own. */
  CrewOwner *owner;         /* OWNERS of them, by hash of check and binding; NULL: all is ours */
  unsigned me;
  const Map *only;          /* these bindings alone, by hash; or NULL */
  bool may_give_up;         /* once it pays, since `began`: then the check is divided, from its start */
  bool gave_up;
  uint64_t began;
} Run;

/* A finding of each case that fails or is open, in order, but for what would settle it. */
Finding judge_finding(Run *run, Case *c);
bool judge_wants_settling(const Run *run, const Finding *f);
void judge_settle(Run *run, Case *c, Finding *f);
CasePlace judge_place(Run *run, const Case *c);
/* Goes through a check: its cases stand in run->cases from *from on until judge_end. */
void judge_begin(Run *run, uint32_t check, uint32_t *from);
void judge_end(Run *run, uint32_t from);
Tally judge_tally(Run *run, uint32_t from);
void judge_count(Run *run, uint32_t check, const Tally *t);

/* share.c: judges the checks from this one on, and fills the matrix from this part on, with the machine's crew. False: see crew_share. */
bool judge_shared(Run *run, uint32_t check, uint32_t part);

/* What is made of texts and facts in another process, as bytes. */
void facts_put(Buf *to, const FactRef *x, uint32_t n);
FactRef *facts_take(Report *r, Parcel *in, uint32_t n);
const char *text_take(Report *r, Parcel *in);
void *room_for(Report *r, Parcel *in, uint32_t n, size_t each);   /* NULL when the parcel cannot hold so many */

/* matrix.c: the coverage matrix, of which what is left is divided when that pays; and in parts */
bool judge_matrix(Run *run);
uint32_t matrix_begin(Vm *vm, Report *r);                    /* how many it has; 0: there is no matrix */
void matrix_part(Vm *vm, const View *v, Report *r, uint32_t part);
uint32_t matrix_nth(const Report *r, uint32_t i);            /* the part that is begun as the i-th: the dearest first */
void matrix_put(const Report *r, uint32_t part, Buf *to);
void matrix_take(Report *r, uint32_t part, Parcel *in);

#endif
