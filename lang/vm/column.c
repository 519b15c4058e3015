#include "vm/column.h"
#include <string.h>

/* Loops over columns, with nothing in them but the work: twice, for machines with wide registers and for others. Which this is the C library
 * knows since the program began. GCC's own way to choose (target_clones) asks the processor once more, which in a virtual machine
 * is a twentieth of a small run. */

#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ && __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#define INLINED static inline __attribute__((always_inline))
#define GIVE_bool return
#define GIVE_void
#define TWICE(type, name, params, args) \
  INLINED type name##_loop params; \
  __attribute__((target("avx2"))) static type (name##_wide) params { GIVE_##type name##_loop args; } \
  static type (name##_plain) params { GIVE_##type name##_loop args; } \
  type name params { \
    if (CPU_FEATURE_ACTIVE(AVX2)) GIVE_##type name##_wide args; \
    else GIVE_##type name##_plain args; \
  } \
  INLINED type name##_loop params
#else
#define TWICE(type, name, params, args) type name params
#endif

struct PoolBlock { PoolBlock *below; size_t size, used; };
enum { POOL_BLOCK = 1 << 18 };

static PoolBlock *block_get(Pool *p, size_t size) {
  PoolBlock *b = p->spare;
  if (b && b->size >= size) { p->spare = b->below; return b; }
  b = mem_get(p->mem, sizeof *b + size);
  if (b) b->size = size;
  return b;
}

void *pool_get(Pool *p, size_t n) {
  n = (n + 15) & ~(size_t)15;
  PoolBlock *b = p->top;
  if (!b || b->size - b->used < n) {
    b = block_get(p, n > POOL_BLOCK ? n : POOL_BLOCK);
    if (!b) return NULL;
    b->below = p->top;
    b->used = 0;
    p->top = b;
  }
  void *at = (char *)(b + 1) + b->used;
  b->used += n;
  return at;
}

PoolMark pool_mark(const Pool *p) { return (PoolMark){p->top, p->top ? p->top->used : 0}; }

static void blocks_free(Pool *p, PoolBlock *b) {
  while (b) {
    PoolBlock *below = b->below;
    mem_free(p->mem, b, sizeof *b + b->size);
    b = below;
  }
}

void pool_release(Pool *p, PoolMark to) {
  while (p->top != to.top) {
    PoolBlock *b = p->top;
    p->top = b->below;
    b->below = NULL;
    if (b->size > POOL_BLOCK) { blocks_free(p, b); continue; }
    b->below = p->spare;
    p->spare = b;
  }
  if (p->top) p->top->used = to.used;
}

void pool_end(Pool *p) {
  blocks_free(p, p->top);
  blocks_free(p, p->spare);
  p->top = p->spare = NULL;
}

/* ---- bits ---- */

typedef uint64_t Four __attribute__((vector_size(32), aligned(8), may_alias));
#define FOURS(w) ((const Four *)(const void *)(w))

TWICE(void, words_and, (uint64_t *to, const uint64_t *a, const uint64_t *b, uint32_t n), (to, a, b, n)) {
  Four *t = (Four *)(void *)to;
  for (uint32_t i = 0; i < n / 4; i++) t[i] = FOURS(a)[i] & FOURS(b)[i];
}

TWICE(void, words_or, (uint64_t *to, const uint64_t *a, const uint64_t *b, uint32_t n), (to, a, b, n)) {
  Four *t = (Four *)(void *)to;
  for (uint32_t i = 0; i < n / 4; i++) t[i] = FOURS(a)[i] | FOURS(b)[i];
}

TWICE(void, words_or_and, (uint64_t *to, const uint64_t *a, const uint64_t *b, uint32_t n), (to, a, b, n)) {
  Four *t = (Four *)(void *)to;
  for (uint32_t i = 0; i < n / 4; i++) t[i] |= FOURS(a)[i] & FOURS(b)[i];
}

TWICE(void, words_less, (uint64_t *to, const uint64_t *a, const uint64_t *b, uint32_t n), (to, a, b, n)) {
  Four *t = (Four *)(void *)to;
  for (uint32_t i = 0; i < n / 4; i++) t[i] = FOURS(a)[i] & ~FOURS(b)[i];
}

TWICE(bool, words_any, (const uint64_t *a, uint32_t n), (a, n)) {
  for (uint32_t i = 0; i < n; i += ROW_WORDS)
    if (a[i] | a[i + 1] | a[i + 2] | a[i + 3]) return true;
  return false;
}

TWICE(bool, words_all, (const uint64_t *a, const uint64_t *of, uint32_t n), (a, of, n)) {
  for (uint32_t i = 0; i < n; i++)
    if (of[i] & ~a[i]) return false;
  return true;
}

/* ---- counters ---- */

static bool carry_up(Planes *c, uint32_t i, uint64_t carry) {
  for (uint32_t k = 0; carry; k++) {
    if (k == c->n) {
      if (k == PLANES_MOST) return false;
      memset(c->at[k], 0, c->words * sizeof(uint64_t));
      c->n++;
    }
    uint64_t was = c->at[k][i];
    c->at[k][i] = was ^ carry;
    carry &= was;
  }
  return true;
}

/* A carry dies out after two planes on average, and most words add nothing. */
TWICE(bool, planes_add, (Planes *c, const uint64_t *bits, const uint64_t *live), (c, bits, live)) {
  for (uint32_t i = 0; i < c->words; i += ROW_WORDS) {
    if (!(bits[i] | bits[i + 1] | bits[i + 2] | bits[i + 3])) continue;
    for (uint32_t j = i; j < i + ROW_WORDS; j++)
      if (bits[j] & live[j] && !carry_up(c, j, bits[j] & live[j])) return false;
  }
  return true;
}

/* Eight bits become eight bytes of 0 or 1, the lowest first. */
static inline uint64_t spread(uint64_t byte) {
  uint64_t x = (byte * 0x0101010101010101u) & 0x8040201008040201u;
  return ((x + 0x7F7F7F7F7F7F7F7Fu) >> 7) & 0x0101010101010101u;
}

static void plane_count(const uint64_t *plane, int64_t worth, int64_t *to, uint32_t rows) {
  for (uint32_t i = 0; i < rows; i += 64) {
    uint64_t w = plane[i / 64];
    if (__builtin_popcountll(w) <= 8) {
      for (; w; w &= w - 1) to[i + (uint32_t)__builtin_ctzll(w)] += worth;
      continue;
    }
    for (uint32_t j = i; w && j < rows; w >>= 8, j += 8) {
      uint64_t eight = spread(w & 0xFF);
      for (uint32_t b = 0; b < 8 && j + b < rows; b++) to[j + b] += (int64_t)(eight >> (8 * b) & 1) * worth;
    }
  }
}

TWICE(void, planes_count, (const Planes *c, int64_t sign, int64_t *to, uint32_t rows), (c, sign, to, rows)) {
  for (uint32_t k = 0; k < c->n; k++) plane_count(c->at[k], sign * ((int64_t)1 << k), to, rows);
}

/* ---- figures ---- */

TWICE(void, counts_raise, (uint16_t *to, const uint16_t *by, uint16_t more, uint32_t n), (to, by, more, n)) {
  for (uint32_t i = 0; i < n; i++) to[i] = (uint16_t)(to[i] + by[i] + more);
}

/* p and q: the two figures of row i. Written out for each way of stepping, so that the loops have nothing to ask. */
#define EACH_ROW(...) \
  if (x.step && y.step) for (uint32_t i = 0; i < n; i++) { const int64_t p = x.at[i], q = y.at[i]; __VA_ARGS__ } \
  else if (x.step) { const int64_t q = *y.at; for (uint32_t i = 0; i < n; i++) { const int64_t p = x.at[i]; __VA_ARGS__ } } \
  else { const int64_t p = *x.at; for (uint32_t i = 0; i < n; i++) { const int64_t q = y.at[i * y.step]; __VA_ARGS__ } }

/* No branch in these loops: whether anything overflowed is asked at the end. */
TWICE(bool, nums_add, (int64_t *to, Nums x, Nums y, uint32_t n), (to, x, y, n)) {
  uint64_t bad = 0;
  EACH_ROW(uint64_t s = (uint64_t)p + (uint64_t)q; bad |= ((uint64_t)p ^ s) & ((uint64_t)q ^ s); to[i] = (int64_t)s;)
  return !(bad >> 63);
}

TWICE(bool, nums_sub, (int64_t *to, Nums x, Nums y, uint32_t n), (to, x, y, n)) {
  uint64_t bad = 0;
  EACH_ROW(uint64_t s = (uint64_t)p - (uint64_t)q; bad |= ((uint64_t)p ^ (uint64_t)q) & ((uint64_t)p ^ s); to[i] = (int64_t)s;)
  return !(bad >> 63);
}

/* Of all figures, the bits that they take, but the sign. */
static inline uint64_t nums_size(Nums x, uint32_t n) {
  uint64_t size = 0;
  for (uint32_t i = 0, all = x.step ? n : 1; i < all; i++) size |= (uint64_t)(x.at[i] ^ (x.at[i] >> 63));
  return size;
}

TWICE(bool, nums_mul, (int64_t *to, Nums x, Nums y, uint32_t n), (to, x, y, n)) {
  bool bad = false;
  if ((nums_size(x, n) | nums_size(y, n)) <= INT32_MAX) {
    EACH_ROW(to[i] = p * q;)
    return true;
  }
  EACH_ROW(bad |= __builtin_mul_overflow(p, q, &to[i]);)
  return !bad;
}

static inline int64_t mod_of(int64_t a, int64_t b) {
  int64_t m = a % b;
  return m && (m < 0) != (b < 0) ? m + b : m;
}

/* By one divisor, as in nearly every draft: x times the inverse, in 64 binary places, is x / d or one less (Barrett, 1986). */
TWICE(bool, nums_mod, (int64_t *to, Nums x, Nums y, uint32_t n), (to, x, y, n)) {
  uint64_t signs = 0;
  for (uint32_t i = 0; i < n; i++) signs |= (uint64_t)x.at[i * x.step];
  if (!y.step && *y.at > 0 && !(signs >> 63)) {
    __extension__ typedef unsigned __int128 u128;
    uint64_t d = (uint64_t)*y.at, inverse = UINT64_MAX / d;
    for (uint32_t i = 0; i < n; i++) {
      uint64_t a = (uint64_t)x.at[i * x.step], left = a - (uint64_t)((u128)inverse * a >> 64) * d;
      to[i] = (int64_t)(left < d ? left : left - d);
    }
    return true;
  }
  for (uint32_t i = 0; i < n; i++) {
    int64_t b = y.at[i * y.step];
    if (b == 0 || b == -1) return false;
    to[i] = mod_of(x.at[i * x.step], b);
  }
  return true;
}

/* Eight bytes of 0 or 1 become eight bits. */
static inline uint64_t gather8(const uint8_t *m) {
  uint64_t w;
  memcpy(&w, m, sizeof w);
  return (w * 0x0102040810204080u) >> 56;
}

static inline uint64_t gather64(const uint8_t *m) {
  uint64_t w = 0;
  for (uint32_t k = 0; k < 8; k++) w |= gather8(m + 8 * k) << (8 * k);
  return w;
}

static inline void test64(uint8_t *m, NumTest t, Nums x, Nums y, uint32_t n) {
  if (t == NUM_LT) { EACH_ROW(m[i] = p < q;) }
  else if (t == NUM_LE) { EACH_ROW(m[i] = p <= q;) }
  else { EACH_ROW(m[i] = p == q;) }
}

TWICE(void, nums_test, (uint64_t *to, NumTest t, Nums x, Nums y, uint32_t n), (to, t, x, y, n)) {
  uint8_t m[64] = {0};
  uint32_t i = 0;
  for (; i + 64 <= n; i += 64, x.at += 64 * x.step, y.at += 64 * y.step) {
    test64(m, t, x, y, 64);
    to[i / 64] = gather64(m);
  }
  memset(m, 0, sizeof m);
  test64(m, t, x, y, n - i);
  for (i /= 64; i < rows_words(n); i++, memset(m, 0, sizeof m)) to[i] = gather64(m);
}

void ents_pick(uint64_t *to, const uint32_t *ents, const uint8_t *in, uint32_t most, uint32_t n) {
  uint8_t m[64] = {0};
  for (uint32_t i = 0; i < rows_words(n) * 64; i += 64) {
    uint32_t k = i < n ? n - i < 64 ? n - i : 64 : 0;
    if (k < 64) memset(m, 0, sizeof m);
    for (uint32_t j = 0; j < k; j++) m[j] = (ents[i + j] & 0xFFFFFF) <= most ? in[ents[i + j] & 0xFFFFFF] : 0;
    to[i / 64] = gather64(m);
  }
}

bool nums_nought(const int64_t *x, const uint64_t *live, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (bits_has(live, i) && x[i]) return false;
  return true;
}

TWICE(bool, nums_some_nought, (Nums x, uint32_t n), (x, n)) {
  uint64_t some = 0;
  for (uint32_t i = 0; i < n; i++) some |= x.at[i * x.step] == 0;
  return some;
}

TWICE(void, nums_pick, (int64_t *to, const uint16_t *from, const uint32_t *place, int64_t plus, int64_t sign, uint32_t n), (to, from, place, plus, sign, n)) {
  if (sign < 0)
#pragma GCC unroll 4
    for (uint32_t i = 0; i < n; i++) to[i] = plus - from[place[i]];
  else
#pragma GCC unroll 4
    for (uint32_t i = 0; i < n; i++) to[i] = plus + from[place[i]];
}

/* Whole words of rows by halves, counted from the least figure there is so that none is below 0: neither half can overflow. */
TWICE(bool, nums_sum, (const int64_t *x, const uint64_t *live, uint32_t n, int64_t *sum, int64_t *high), (x, live, n, sum, high)) {
  __extension__ typedef __int128 i128;
  i128 all = 0;
  uint64_t lo = 0, hi = 0, whole = 0;
  for (uint32_t i = 0; i < n; i += 64) {
    uint64_t w = live[i / 64];
    if (w != ~0ull || n - i < 64) {
      for (; w; w &= w - 1) all += x[i + (uint32_t)__builtin_ctzll(w)];
      continue;
    }
    for (uint32_t j = 0; j < 64; j++) {
      uint64_t u = (uint64_t)x[i + j] ^ (uint64_t)1 << 63;
      lo += u & UINT32_MAX;
      hi += u >> 32;
    }
    whole += 64;
  }
  all += (i128)lo + (i128)hi * ((i128)1 << 32) - (i128)whole * ((i128)1 << 63);
  *sum = (int64_t)all;
  if (all == *sum) return true;
  *sum = (int64_t)(all & UINT32_MAX);
  *high = (int64_t)(all >> 32);
  return false;
}
