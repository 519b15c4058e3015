#ifndef VM_BATCH_H
#define VM_BATCH_H
#include "vm/column.h"

/* What the files that evaluate in columns share. An expression is evaluated for all rows of a block at once; `false` means
 * that it cannot be, and then the machine's own loop goes through these rows, and says what is unknown or wrong. */
typedef struct Lanes Lanes;
typedef struct Picks Picks;
typedef struct Batch {
  Vm *vm;
  Pool *pool;
  uint32_t n, words;       /* rows, and words of bits for them */
  const uint64_t *live;    /* rows that are asked about; in the others anything may stand */
  const Day *days;         /* the day of each row, on which the world is asked; NULL: the day at hand */
  Col *slot;               /* of the function at hand, by place of its names */
  uint32_t nslot;
  uint32_t depth;          /* of expressions within expressions, through functions too */
  Lanes *lanes;            /* the worlds of the rows; NULL: the world at hand */
  Lanes **worlds;          /* all that were made for this block */
  Picks **picks;           /* what its `for`s were found to take, if that is kept */
  Value source;            /* the block is a piece of this list or set, from `from`; or none */
  uint32_t from;
  const uint64_t *every;   /* the rows that there are */
  bool few;                /* lanes of one rule's leaf: no rule that goes in circles is asked here */
  uint32_t calls;          /* of functions within each other, whose value on the rows' days is not remembered */
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
bool batch_slots(Batch *in, const Func *f);                                          /* new ones, for the body of f; false: no memory */
void held_drop(Vm *vm, uint32_t to);
void picks_end(Vm *vm, Picks *k);

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

/* Lists and sets without objects become values; false for what differs from world to world. */
bool col_plain(Batch *b, Col *c);
/* A column in another power of ten, which is no greater. */
bool col_rescale(Batch *b, Col *c, int8_t e);
/* The elements that a row goes through. */
typedef struct Elements { const Value *at; int64_t from; uint32_t n; uint8_t tag; } Elements;   /* at NULL: whole numbers or days (tag: of the elements) */
bool col_elements(const Col *c, uint32_t row, Elements *e);

/* batch_words.c: columns from lists that are kept in words, and into them */
void words_piece(Value list, uint32_t from, Col *out);                                 /* its elements from there on, as long as it is there */
bool words_gather(Batch *b, Value list, const Col *place, Col *out);
bool words_take(Batch *b, LoopCell *c, const Col *v, uint32_t left);                   /* into a list that is built, of which so many are to come with these; false: as values */
bool few_ents(const Col *x, uint32_t n);                                               /* x: the elements of a set in each row. ent_sets makes it */
bool ent_sets(Batch *b, const Col *x, uint32_t n, Col *out);
bool twos_plain(Batch *b, Col *c);

/* batch_flat.c: each row of a block becomes one row for every element that it goes through, and so on for every `for`. The leaf is
 * given them a piece at a time, with the row that each comes from. coll: what the first goes through, if that is known. */
typedef bool (*FlatLeaf)(void *data, Batch *b, const uint32_t *parent);
uint32_t flat_rows(const Batch *b, const Col *coll);                                   /* how many rows they become; 0: not known */
bool batch_flat(Batch *b, const Node *gen, const Col *coll, const uint32_t *parent, FlatLeaf leaf, void *data);
/* Where nothing was added to a sum (`some`: where something was), it is a zero of every unit; false when that cannot be told from the others. */
bool col_sum(Batch *b, Col *sum, const uint64_t *some);
bool flat_each(Batch *b, const Node *body, const Node *gens, const Col *coll, int kind, Col *out);
bool col_gather(Batch *b, const Col *c, const uint32_t *row, uint32_t n, Col *out);    /* rows of another block; b has n rows */
Batch batch_part(Batch *b, const uint32_t *row, uint32_t n);                           /* with the names and days of those rows; live NULL: no memory */

/* batch_time.c: on the days of the rows */
bool time_builtin(Batch *b, Builtin f, const Col *args, uint32_t n, Col *out);         /* what the world says of the rows' resources */
const Node *time_total(const Node *e);                                                 /* of what resource e adds up all that is promised; NULL: it does not */
bool time_sum(Batch *b, const Node *resource, Col *out);
bool time_at(Batch *b, const Node *e, const Col *day, Col *out);
bool time_spans(Batch *b, const Node *condition, Col *out);
bool time_months(Batch *b, const Col *args, uint32_t n, Col *out);                     /* of ranges, or that many after a day */

/* batch_text.c: texts that are put together (false, too, when that is for op_text), compared, and looked up in a map */
bool text_rows(Batch *b, const Col *args, uint32_t n, Col *out);
bool text_compare(Batch *b, int op, const Col *x, Col *out);
bool text_look_up(Batch *b, Value map, const Col *key, Col *out);

/* batch_call.c: columns of calls over one entity, remembered */
bool call_column(Batch *b, uint32_t func, const Col *arg, Col *out);
bool batch_inlined(Batch *b, const Func *f, const Col *args, Col *out);                /* the body, its parameters being columns */
/* absent.c: leaves out what the loop need not ask; true: the rest is for the loop's own code. */
bool absent_skip(Vm *vm, const LoopCode *l, uint32_t cell);

/* lanes.c */
/* In the world at hand: for which of n entities, those in `known` and all that comes by for them, which goes there too, a rule holds.
 * before: what is known of others already, which are not gone through again; bits by entity. */
typedef struct RuleKnown { const uint64_t *known, *yes; } RuleKnown;
bool rule_rows(Batch *b, uint32_t func, uint32_t n, RuleKnown before, uint64_t *known, uint64_t *yes);
bool lanes_enter(Batch *b, const Node *arg, Lanes **out);                          /* the worlds of `without` */
bool lanes_builtin(Batch *b, Builtin f, const Col *args, uint32_t n, Col *out);
bool lanes_rule(Batch *b, uint32_t func, const Col *args, Col *out);
const uint64_t *lanes_absent(Lanes *l, uint32_t country);                          /* NULL: in no row */
/* to[row]: for how many of the chosen entities, bits by index, a rule holds, or does not; false: it is for lanes_rule to say. */
bool lanes_count(Batch *b, uint32_t func, bool flip, const uint64_t *chosen, uint32_t many, int64_t *to);
/* A block begins, or ends: the worlds of a list are kept for the next loop that goes through it. */
void lanes_begin(Batch *b);
void lanes_end(Batch *b);

#endif
