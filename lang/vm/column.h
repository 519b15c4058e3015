#ifndef VM_COLUMN_H
#define VM_COLUMN_H
#include "vm/vm.h"

/* A column: what an expression is worth in each row of a block of bindings. Only exact values of one kind are held in one;
 * whatever else comes (unknown, uncertain, too large) is left to the machine's own loop, row by row.
 *   ONE     the same value in every row; borrowed
 *   BITS    yes or no, a bit a row
 *   NUM     figures c * 10^e in one unit, or days
 *   ENT     entities
 *   VALUES  anything; borrowed
 *   LESS    in each row, a set of countries without those that the row's world lacks
 *   SEQS    in each row, a list or set of plain values, that is all such as need not be given back
 *   TWOS    in each row, a set of at most two entities, as a word (world/value.h), in `num`
 * and where rows are entities, in all worlds at once:
 *   LESSES  in each row, a set of countries, as in SEQS, without those that the world lacks
 *   CUTS    yes in the worlds that lack all countries of the row's set */
typedef enum ColKind { COL_ONE, COL_BITS, COL_NUM, COL_ENT, COL_VALUES, COL_LESS, COL_SEQS, COL_TWOS, COL_LESSES, COL_CUTS } ColKind;
typedef struct SeqAt { uint32_t at, len; } SeqAt;
typedef struct Col {
  uint8_t kind, tag;      /* tag: V_DEC or V_DATE of a NUM; V_LIST or V_SET of SEQS */
  int8_t e;
  uint32_t id;            /* not 0: the same column wherever it is the same number */
  bool flip;              /* the bits say the opposite */
  bool run;               /* the entities stand one after the other in their kind */
  bool zeros;             /* NUM: where it is 0, it is a zero of every unit */
  uint16_t unit;
  Value one;              /* ONE, LESS */
  const Value *items;     /* SEQS */
  union { uint64_t *bits; int64_t *num; Ent *ent; const Value *values; const SeqAt *seq; };
} Col;

/* Memory that is taken and given back like a stack. What was given back is kept for the next: else a loop would ask the
 * system for the same pages over and over. */
typedef struct PoolBlock PoolBlock;
typedef struct Pool { Mem *mem; PoolBlock *top, *spare; } Pool;
typedef struct PoolMark { PoolBlock *top; size_t used; } PoolMark;
void *pool_get(Pool *p, size_t n);        /* NULL when memory is refused */
PoolMark pool_mark(const Pool *p);
void pool_release(Pool *p, PoolMark to);
void pool_end(Pool *p);

/* Bits come in runs of ROW_WORDS words, so that loops over them are plain. */
enum { ROW_WORDS = 4 };
static inline uint32_t rows_words(uint32_t rows) { return (bits_words(rows) + ROW_WORDS - 1) / ROW_WORDS * ROW_WORDS; }

void words_and(uint64_t *to, const uint64_t *a, const uint64_t *b, uint32_t n);
void words_or(uint64_t *to, const uint64_t *a, const uint64_t *b, uint32_t n);
void words_or_and(uint64_t *to, const uint64_t *a, const uint64_t *b, uint32_t n);  /* to or (a and b) */
void words_less(uint64_t *to, const uint64_t *a, const uint64_t *b, uint32_t n);   /* a and not b */
bool words_any(const uint64_t *a, uint32_t n);
bool words_all(const uint64_t *a, const uint64_t *of, uint32_t n);                 /* every bit of `of` is in a */

/* A counter for each row, its digits in planes of bits. Adding returns the carry to the planes above in place. */
enum { PLANES_MOST = 24 };
typedef struct Planes { uint64_t *at[PLANES_MOST]; uint32_t n, words; } Planes;   /* at: made beforehand */
bool planes_add(Planes *c, const uint64_t *bits, const uint64_t *live);
void planes_count(const Planes *c, int64_t sign, int64_t *to, uint32_t rows);      /* to[row] += sign * its count */

/* to[i] += by[i] + more, which may go round. */
void counts_raise(uint16_t *to, const uint16_t *by, uint16_t more, uint32_t n);

/* Arithmetic over n rows; false: some row does not fit. x and y may have one row only (step 0). */
typedef struct Nums { const int64_t *at; uint32_t step; } Nums;
bool nums_add(int64_t *to, Nums x, Nums y, uint32_t n);
bool nums_sub(int64_t *to, Nums x, Nums y, uint32_t n);
bool nums_mul(int64_t *to, Nums x, Nums y, uint32_t n);
bool nums_mod(int64_t *to, Nums x, Nums y, uint32_t n);                            /* false, too, when some y is 0 */
typedef enum NumTest { NUM_LT, NUM_LE, NUM_EQ } NumTest;
void nums_test(uint64_t *to, NumTest t, Nums x, Nums y, uint32_t n);
void ents_pick(uint64_t *to, const uint32_t *ents, const uint8_t *in, uint32_t most, uint32_t n);   /* rows whose entity has a 1 in `in`, by index up to most */
bool nums_nought(const int64_t *x, const uint64_t *live, uint32_t n);              /* every figure is 0 */
bool nums_some_nought(Nums x, uint32_t n);                                        /* some figure is 0 */
void nums_pick(int64_t *to, const uint16_t *from, const uint32_t *place, int64_t plus, int64_t sign, uint32_t n);   /* to[row] = plus + sign * from[place[row]] */
bool nums_sum(const int64_t *x, const uint64_t *live, uint32_t n, int64_t *sum, int64_t *high);   /* false: too much for 64 bits, sum is the lower 32 and high what is above */

#endif
