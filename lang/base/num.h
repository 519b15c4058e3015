#ifndef BASE_NUM_H
#define BASE_NUM_H
#include "base/buf.h"

/* An exact rational number. Two forms, one meaning:
 *   decimal  c * 10^e, c int64, e in NUM_EMIN..NUM_EMAX: nearly every figure; no memory behind it
 *   big      a counted GMP rational (mpq), canonical; used when a quotient does not end or a coefficient overflows.
 * A result that fits a decimal with 18 digits comes back as one wherever that is cheap to see (always for integers,
 * and for rationals whose denominator has only 2s and 5s and whose decimal fits). Decimals are not normalised:
 * 1.0 and 1.00 are equal but not the same bits; compare with num_cmp, hash with num_hash.
 * NUM_BAD: the result would pass NUM_BITS_MAX bits, or memory was refused; it spreads through every operation.
 * Ownership: a Num returned by an operation is owned by the caller (num_drop when done; free for decimals);
 * arguments are borrowed. GMP is used in num.c and num_text.c alone. */
enum { NUM_DEC = 1, NUM_BIG = 2, NUM_BAD = 3, NUM_EMIN = -30, NUM_EMAX = 30, NUM_BITS_MAX = 1 << 18, NUM_DIGITS_MAX = 4300 };
typedef struct NumBig NumBig;
typedef struct Num {
  uint8_t form;
  int8_t e;
  uint16_t unused16;
  uint32_t unused32;
  union { int64_t c; NumBig *big; };
} Num;

static inline Num num_int(int64_t c) { Num n = {.form = NUM_DEC, .c = c}; return n; }
static inline Num num_dec(int64_t c, int e) { Num n = {.form = NUM_DEC, .e = (int8_t)e, .c = c}; return n; }
void num_retain_big(NumBig *b);
void num_release_big(Mem *m, NumBig *b);
static inline Num num_keep(Num n) { if (n.form == NUM_BIG) num_retain_big(n.big); return n; }
static inline void num_drop(Mem *m, Num n) { if (n.form == NUM_BIG) num_release_big(m, n.big); }

Num num_add_slow(Mem *m, Num a, Num b);
Num num_sub_slow(Mem *m, Num a, Num b);
Num num_mul_slow(Mem *m, Num a, Num b);
int num_cmp_slow(Mem *m, Num a, Num b);
static inline Num num_add(Mem *m, Num a, Num b) {
  int64_t c;
  if (a.form == NUM_DEC && b.form == NUM_DEC && a.e == b.e && !__builtin_add_overflow(a.c, b.c, &c)) return num_dec(c, a.e);
  return num_add_slow(m, a, b);
}
static inline Num num_sub(Mem *m, Num a, Num b) {
  int64_t c;
  if (a.form == NUM_DEC && b.form == NUM_DEC && a.e == b.e && !__builtin_sub_overflow(a.c, b.c, &c)) return num_dec(c, a.e);
  return num_sub_slow(m, a, b);
}
static inline Num num_mul(Mem *m, Num a, Num b) {
  int64_t c;
  int e = a.e + b.e;
  if (a.form == NUM_DEC && b.form == NUM_DEC && e >= NUM_EMIN && e <= NUM_EMAX && !__builtin_mul_overflow(a.c, b.c, &c)) return num_dec(c, e);
  return num_mul_slow(m, a, b);
}
/* -1, 0, 1. Neither may be NUM_BAD. */
static inline int num_cmp(Mem *m, Num a, Num b) {
  if (a.form == NUM_DEC && b.form == NUM_DEC && a.e == b.e) return a.c < b.c ? -1 : a.c > b.c;
  return num_cmp_slow(m, a, b);
}
Num num_neg(Mem *m, Num a);
Num num_div(Mem *m, Num a, Num b);   /* b must not be zero */
Num num_mod(Mem *m, Num a, Num b);   /* a - b*floor(a/b); b must not be zero */
Num num_pow(Mem *m, Num a, int64_t n);  /* a nonzero when n < 0; 0^0 = 1 */
Num num_round(Mem *m, Num a, int places);  /* half to even; places may be negative */
Num num_floor(Mem *m, Num a);
int num_sign(Num a);
bool num_is_int(Mem *m, Num a);
bool num_to_i64(Mem *m, Num a, int64_t *out);  /* false: not a whole number, or too large */
uint32_t num_bits(Num a);            /* size of what is behind it: 64, or the bits of numerator and denominator; to charge work by */
uint64_t num_hash(Mem *m, Num a);    /* equal numbers hash alike, whatever their form */
/* Reads 12 12_000 2.5 2e9 2.5e-3 (no sign, no percent) in s[0..n). 0 fine; 1 not a number; 2 too many digits
 * (more than NUM_DIGITS_MAX digits, or an exponent beyond +-NUM_DIGITS_MAX). */
int num_read(Mem *m, const char *s, size_t n, Num *out);
/* Shows a with at most `places` decimals after the point when |a| >= 1, with at most `places` significant digits
 * when |a| < 1; rounded half to even, trailing zeros dropped; a shortened figure is marked with a leading ~.
 * Integers are never cut. When grouped, thousands before the point are set off by _ from five digits on.
 *   0.3 -> 0.3   1/3 -> ~0.333333   12000 -> 12_000   7381/2520 -> ~2.928968   1/3000 -> ~0.000333333  -1/3 -> ~-0.333333 */
void num_show(Buf *b, Num a, int places, bool grouped);
/* What num_show gives for a whole number, grouped; how many bytes. */
enum { NUM_WHOLE_MOST = 26 };
uint32_t num_put_whole(char to[NUM_WHOLE_MOST], int64_t c);
/* Exactly: an integer, a finite decimal, or p/q. Reads back with num_read (or two of them and a division). */
void num_show_exact(Buf *b, Num a);
/* The shortest decimal of which x is the nearest double; NUM_BAD when x is not finite. */
Num num_of_double(Mem *m, double x);
double num_double(Num a);  /* nearest double; for foreign functions and charts, never for a verdict */

#endif
