#include "base/num_gmp.h"
#include "base/intern.h"

/* ---- between decimals and GMP ---- */

uint64_t num_ten(int n) {
  static const uint64_t ten[20] = {
    1ull, 10ull, 100ull, 1000ull, 10000ull, 100000ull, 1000000ull, 10000000ull, 100000000ull, 1000000000ull,
    10000000000ull, 100000000000ull, 1000000000000ull, 10000000000000ull, 100000000000000ull, 1000000000000000ull,
    10000000000000000ull, 100000000000000000ull, 1000000000000000000ull, 10000000000000000000ull};
  return ten[n];
}

void num_z_ten(mpz_t z, size_t n) { mpz_ui_pow_ui(z, 10, (unsigned long)n); }

/* By import and export: a long has 32 bits on some machines. */
static void z_set(mpz_t z, int64_t c) {
  uint64_t size = num_abs(c);
  mpz_import(z, 1, 1, sizeof size, 0, 0, &size);
  if (c < 0) mpz_neg(z, z);
}

static bool z_get(mpz_srcptr z, int64_t *c) {
  if (mpz_sizeinbase(z, 2) > 64) return false;
  uint64_t size = 0;
  mpz_export(&size, NULL, 1, sizeof size, 0, 0, z);
  return num_signed(mpz_sgn(z) < 0, size, c);
}

mpq_srcptr num_q_view(mpq_t tmp, Num a) {
  if (a.form == NUM_BIG) return a.big->q;
  z_set(mpq_numref(tmp), a.c);
  if (a.e > 0) {
    mpz_t ten;
    mpz_init(ten);
    num_z_ten(ten, (size_t)a.e);
    mpz_mul(mpq_numref(tmp), mpq_numref(tmp), ten);
    mpz_clear(ten);
  } else if (a.e < 0) {
    num_z_ten(mpq_denref(tmp), (size_t)-a.e);
    mpq_canonicalize(tmp);
  }
  return tmp;
}

bool num_q_places(mpq_srcptr q, size_t *places) {
  mpz_t rest, five;
  mpz_init(rest);
  mpz_init_set_ui(five, 5);
  size_t twos = mpz_scan1(mpq_denref(q), 0);
  mpz_tdiv_q_2exp(rest, mpq_denref(q), twos);
  size_t fives = mpz_remove(rest, rest, five);
  bool ends = mpz_cmp_ui(rest, 1) == 0;
  mpz_clear(rest);
  mpz_clear(five);
  *places = twos > fives ? twos : fives;
  return ends;
}

/* Strips from whole number z the tens that keep it from fitting; true when it then fits. */
static bool whole_decimal(mpz_t z, int64_t *c, int *e) {
  for (*e = 0; !z_get(z, c); ++*e) {
    if (*e == NUM_EMAX || !mpz_divisible_ui_p(z, 10)) return false;
    mpz_divexact_ui(z, z, 10);
  }
  return true;
}

/* Finds the decimal equal to q, if there is one; so a NumBig never equals a decimal. */
static bool q_decimal(mpq_srcptr q, Num *out) {
  enum { NUM_MOST = 63 + 100 + 1, DEN_MOST = 100 /* bits of 10^30 */ };
  if (mpz_sizeinbase(mpq_numref(q), 2) > NUM_MOST || mpz_sizeinbase(mpq_denref(q), 2) > DEN_MOST) return false;
  size_t places;
  if (!num_q_places(q, &places) || places > -NUM_EMIN) return false;
  int64_t c = 0;
  int e = -(int)places;
  mpz_t z;
  mpz_init(z);
  num_z_ten(z, places);
  mpz_mul(z, z, mpq_numref(q));
  mpz_divexact(z, z, mpq_denref(q));
  bool fits = places ? z_get(z, &c) : whole_decimal(z, &c, &e);
  mpz_clear(z);
  if (fits) *out = num_dec(c, e);
  return fits;
}

static bool too_large(mpq_srcptr q) {
  return mpz_sizeinbase(mpq_numref(q), 2) > NUM_BITS_MAX || mpz_sizeinbase(mpq_denref(q), 2) > NUM_BITS_MAX;
}

Num num_q_take(Mem *m, mpq_t q) {
  Num out = num_bad();
  if (q_decimal(q, &out) || too_large(q)) {
    mpq_clear(q);
    return out;
  }
  enum { BLOCK = 16 /* what malloc adds, about */ };
  size_t charge = (mpz_size(mpq_numref(q)) + mpz_size(mpq_denref(q))) * sizeof(mp_limb_t) + 2 * BLOCK;
  NumBig *big = NULL;
  if (mem_charge(m, charge) && !(big = mem_get(m, sizeof *big))) mem_refund(m, charge);
  if (!big) {
    mpq_clear(q);
    return out;
  }
  big->refs = 1;
  big->charge = charge;
  *big->q = *q;
  out.form = NUM_BIG;
  out.big = big;
  return out;
}

void num_retain_big(NumBig *b) { b->refs++; }

void num_release_big(Mem *m, NumBig *b) {
  if (--b->refs) return;
  mpq_clear(b->q);
  mem_refund(m, b->charge);
  mem_free(m, b, sizeof *b);
}

/* ---- decimals with 128-bit help ---- */

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

enum { SHIFT_MAX = 19 };  /* |c| * 10^19 < 2^127, and the sum with one unshifted c as well */

/* The decimal size * 10^e with that sign, moving e only as far as it must. */
static bool fit(bool neg, u128 size, int e, Num *out) {
  while (size && (size >> 63 || e < NUM_EMIN) && size % 10 == 0) size /= 10, e++;
  for (; size && e > NUM_EMAX && size <= INT64_MAX / 10; e--) size *= 10;
  if (!size) e = 0;
  int64_t c;
  if (size >> 64 || e < NUM_EMIN || e > NUM_EMAX || !num_signed(neg, (uint64_t)size, &c)) return false;
  *out = num_dec(c, e);
  return true;
}

static bool fit_signed(i128 v, int e, Num *out) { return fit(v < 0, v < 0 ? 0 - (u128)v : (u128)v, e, out); }

/* Multiplies unsigned: sanitizers turn a signed 128-bit product into a call that libgcc does not have. */
static i128 shifted(int64_t c, int by) { return (i128)((u128)(i128)c * num_ten(by)); }

/* Both as multiples of 10^*e, when that fits. */
static bool align(Num a, Num b, i128 *x, i128 *y, int *e) {
  if (a.form != NUM_DEC || b.form != NUM_DEC) return false;
  *e = a.e < b.e ? a.e : b.e;
  if (a.e - *e > SHIFT_MAX || b.e - *e > SHIFT_MAX) return false;
  *x = shifted(a.c, a.e - *e);
  *y = shifted(b.c, b.e - *e);
  return true;
}

static bool dec_add(Num a, Num b, bool minus, Num *out) {
  i128 x, y;
  int e;
  return align(a, b, &x, &y, &e) && fit_signed(minus ? x - y : x + y, e, out);
}

static bool dec_mul(Num a, Num b, Num *out) {
  if (a.form != NUM_DEC || b.form != NUM_DEC) return false;
  return fit((a.c < 0) != (b.c < 0), (u128)num_abs(a.c) * num_abs(b.c), a.e + b.e, out);
}

static bool dec_mod(Num a, Num b, Num *out) {
  i128 x, y;
  int e;
  if (!align(a, b, &x, &y, &e)) return false;
  i128 rest = x % y;
  if (rest && (rest < 0) != (y < 0)) rest += y;
  return fit_signed(rest, e, out);
}

static bool dec_cmp(Num a, Num b, int *out) {
  i128 x, y;
  int e;
  if (!align(a, b, &x, &y, &e)) return false;
  *out = x < y ? -1 : x > y;
  return true;
}

static uint64_t gcd(uint64_t a, uint64_t b) {
  while (b) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* With n/d in lowest terms and d = 2^i 5^j, the quotient is n * 10^k / d * 10^-k for k = max(i, j). */
static bool dec_div(Num a, Num b, Num *out) {
  if (a.form != NUM_DEC || b.form != NUM_DEC) return false;
  uint64_t n = num_abs(a.c), d = num_abs(b.c), common = gcd(n, d), rest;
  int twos, fives = 0;
  n /= common;
  d /= common;
  twos = __builtin_ctzll(d);
  for (rest = d >> twos; rest % 5 == 0; rest /= 5) fives++;
  int k = twos > fives ? twos : fives;
  if (rest != 1 || k > SHIFT_MAX) return false;
  return fit((a.c < 0) != (b.c < 0), (u128)n * (num_ten(k) / d), a.e - b.e - k, out);
}
#else
/* Without 128-bit integers everything that is not in the fast paths goes to GMP. */
static bool dec_add(Num a, Num b, bool minus, Num *out) { return (void)a, (void)b, (void)minus, (void)out, false; }
static bool dec_mul(Num a, Num b, Num *out) { return (void)a, (void)b, (void)out, false; }
static bool dec_mod(Num a, Num b, Num *out) { return (void)a, (void)b, (void)out, false; }
static bool dec_div(Num a, Num b, Num *out) { return (void)a, (void)b, (void)out, false; }
static bool dec_cmp(Num a, Num b, int *out) { return (void)a, (void)b, (void)out, false; }
#endif

/* ---- operations ----
 * No operand passes NUM_BITS_MAX, so what add, sub, mul, div and mod compute before it is reduced is at most a little
 * over twice that: the bound on work holds beforehand, and whether a result is NUM_BAD depends on its value alone
 * (num_q_take looks). A power has no such bound and is looked at before it is computed. */

static bool bad(Num a, Num b) { return a.form == NUM_BAD || b.form == NUM_BAD; }

typedef void QOp(mpq_ptr, mpq_srcptr, mpq_srcptr);

static Num q_apply(Mem *m, QOp *op, Num a, Num b) {
  mpq_t x, y, r;
  mpq_inits(x, y, r, NULL);
  op(r, num_q_view(x, a), num_q_view(y, b));
  mpq_clears(x, y, NULL);
  return num_q_take(m, r);
}

Num num_add_slow(Mem *m, Num a, Num b) {
  Num r;
  if (bad(a, b)) return num_bad();
  return dec_add(a, b, false, &r) ? r : q_apply(m, mpq_add, a, b);
}

Num num_sub_slow(Mem *m, Num a, Num b) {
  Num r;
  if (bad(a, b)) return num_bad();
  return dec_add(a, b, true, &r) ? r : q_apply(m, mpq_sub, a, b);
}

/* Two whole numbers have no common factor to lose: a product that is too large is known before it is made. */
static bool product_too_large(Num a, Num b) {
  if (a.form != NUM_BIG || b.form != NUM_BIG) return false;
  if (mpz_cmp_ui(mpq_denref(a.big->q), 1) != 0 || mpz_cmp_ui(mpq_denref(b.big->q), 1) != 0) return false;
  return mpz_sizeinbase(mpq_numref(a.big->q), 2) + mpz_sizeinbase(mpq_numref(b.big->q), 2) - 1 > NUM_BITS_MAX;
}

Num num_mul_slow(Mem *m, Num a, Num b) {
  Num r;
  if (bad(a, b)) return num_bad();
  if (dec_mul(a, b, &r)) return r;
  return product_too_large(a, b) ? num_bad() : q_apply(m, mpq_mul, a, b);
}

Num num_div(Mem *m, Num a, Num b) {
  Num r;
  if (bad(a, b) || num_sign(b) == 0) return num_bad();
  return dec_div(a, b, &r) ? r : q_apply(m, mpq_div, a, b);
}

/* n1/d1 mod n2/d2 = ((n1 d2) mod (n2 d1)) / (d1 d2), with the sign of the divisor. */
static void q_mod(mpq_ptr r, mpq_srcptr a, mpq_srcptr b) {
  mpz_t over;
  mpz_init(over);
  mpz_mul(mpq_numref(r), mpq_numref(a), mpq_denref(b));
  mpz_mul(over, mpq_numref(b), mpq_denref(a));
  mpz_fdiv_r(mpq_numref(r), mpq_numref(r), over);
  mpz_mul(mpq_denref(r), mpq_denref(a), mpq_denref(b));
  mpq_canonicalize(r);
  mpz_clear(over);
}

Num num_mod(Mem *m, Num a, Num b) {
  Num r;
  if (bad(a, b) || num_sign(b) == 0) return num_bad();
  return dec_mod(a, b, &r) ? r : q_apply(m, q_mod, a, b);
}

int num_cmp_slow(Mem *m, Num a, Num b) {
  (void)m;
  if (bad(a, b)) return 0;
  int sa = num_sign(a), sb = num_sign(b), order;
  if (sa != sb) return sa < sb ? -1 : 1;
  if (dec_cmp(a, b, &order)) return order;
  mpq_t x, y;
  mpq_inits(x, y, NULL);
  order = mpq_cmp(num_q_view(x, a), num_q_view(y, b));
  mpq_clears(x, y, NULL);
  return order < 0 ? -1 : order > 0;
}

Num num_neg(Mem *m, Num a) {
  if (a.form == NUM_BAD) return a;
  if (a.form == NUM_DEC && a.c != INT64_MIN) return num_dec(-a.c, a.e);
  mpq_t x, r;
  mpq_inits(x, r, NULL);
  mpq_neg(r, num_q_view(x, a));
  mpq_clear(x);
  return num_q_take(m, r);
}

/* c^n by squaring; false when it does not stay a decimal all the way. */
static bool dec_pow(Num a, int64_t n, Num *out) {
  int64_t r = 1, square = a.c;
  if (a.form != NUM_DEC || n < 0 || (a.e && n > NUM_EMAX)) return false;
  int e = a.e ? a.e * (int)n : 0;
  if (e < NUM_EMIN || e > NUM_EMAX) return false;
  for (;;) {
    if ((n & 1) && __builtin_mul_overflow(r, square, &r)) return false;
    if (!(n >>= 1)) break;
    if (__builtin_mul_overflow(square, square, &square)) return false;
  }
  *out = num_dec(r, e);
  return true;
}

/* The n-th power has at least (bits - 1) * n + 1 bits and at most bits * n. */
static bool power_too_large(mpq_srcptr q, uint64_t n) {
  size_t over = mpz_sizeinbase(mpq_numref(q), 2), under = mpz_sizeinbase(mpq_denref(q), 2);
  size_t bits = over > under ? over : under;
  return bits > 1 && (n > NUM_BITS_MAX || (bits - 1) * n + 1 > NUM_BITS_MAX);
}

/* q is not 0. A bit count of 1 means 1 or -1, of which only the parity of n matters. */
static Num q_pow(Mem *m, mpq_srcptr q, int64_t n) {
  uint64_t times = num_abs(n);
  if (power_too_large(q, times)) return num_bad();
  unsigned long by = (unsigned long)(times > NUM_BITS_MAX ? times & 1 : times);
  mpq_t r;
  mpq_init(r);
  mpz_pow_ui(mpq_numref(r), mpq_numref(q), by);
  mpz_pow_ui(mpq_denref(r), mpq_denref(q), by);
  if (n < 0) mpq_inv(r, r);
  return num_q_take(m, r);
}

Num num_pow(Mem *m, Num a, int64_t n) {
  Num r;
  if (a.form == NUM_BAD) return a;
  if (num_sign(a) == 0) return n < 0 ? num_bad() : num_int(n == 0);
  if (dec_pow(a, n, &r)) return r;
  mpq_t x;
  mpq_init(x);
  r = q_pow(m, num_q_view(x, a), n);
  mpq_clear(x);
  return r;
}

bool num_z_div_even(mpz_t to, mpz_srcptr n, mpz_srcptr d) {
  mpz_t rest;
  mpz_init(rest);
  mpz_fdiv_qr(to, rest, n, d);
  bool exact = mpz_sgn(rest) == 0;
  mpz_mul_2exp(rest, rest, 1);
  int half = mpz_cmp(rest, d);
  if (half > 0 || (half == 0 && mpz_odd_p(to))) mpz_add_ui(to, to, 1);
  mpz_clear(rest);
  return exact;
}

/* A fraction of NUM_BITS_MAX bits that ends has no more places than bits: further out rounding leaves it as it is, and
 * one that does not end is too large there. So `places` need not be followed beyond that. */
static Num q_round(Mem *m, mpq_srcptr q, int places) {
  bool left = places < 0;
  size_t by = (size_t)(left ? -(int64_t)places : places);
  if (by > NUM_BITS_MAX) by = NUM_BITS_MAX;
  mpz_t ten, part;
  mpq_t r;
  mpz_inits(ten, part, NULL);
  mpq_init(r);
  num_z_ten(ten, by);
  mpz_mul(part, left ? mpq_denref(q) : mpq_numref(q), ten);
  num_z_div_even(mpq_numref(r), left ? mpq_numref(q) : part, left ? part : mpq_denref(q));
  if (left) mpz_mul(mpq_numref(r), mpq_numref(r), ten);
  else mpz_set(mpq_denref(r), ten);
  mpq_canonicalize(r);
  mpz_clears(ten, part, NULL);
  return num_q_take(m, r);
}

Num num_round(Mem *m, Num a, int places) {
  if (a.form == NUM_BAD || (a.form == NUM_DEC && -a.e <= places)) return a;
  int64_t drop = -(int64_t)a.e - places;
  if (a.form == NUM_DEC && drop > 19) return num_int(0);  /* |c| < 10^19, and the half of 10^20 is more */
  if (a.form == NUM_DEC && places >= -NUM_EMAX) {
    uint64_t size = num_abs(a.c), ten = num_ten((int)drop), to = size / ten, rest = size % ten;
    if (rest > ten / 2 || (rest == ten / 2 && (to & 1))) to++;
    return num_dec(a.c < 0 ? -(int64_t)to : (int64_t)to, -places);
  }
  mpq_t x;
  mpq_init(x);
  Num r = q_round(m, num_q_view(x, a), places);
  mpq_clear(x);
  return r;
}

Num num_floor(Mem *m, Num a) {
  if (a.form == NUM_BAD || (a.form == NUM_DEC && a.e >= 0)) return a;
  if (a.form == NUM_DEC) {
    if (-a.e > 18) return num_int(-(a.c < 0));  /* |a| < 10^19 * 10^-19 */
    int64_t ten = (int64_t)num_ten(-a.e), to = a.c / ten;
    return num_int(to - (a.c % ten < 0));
  }
  mpq_t r;
  mpq_init(r);
  mpz_fdiv_q(mpq_numref(r), mpq_numref(a.big->q), mpq_denref(a.big->q));
  return num_q_take(m, r);
}

int num_sign(Num a) {
  if (a.form == NUM_BIG) return mpq_sgn(a.big->q);
  return a.form == NUM_DEC ? (a.c > 0) - (a.c < 0) : 0;
}

/* ---- looking at a number ---- */

bool num_is_int(Mem *m, Num a) {
  (void)m;
  if (a.form == NUM_BIG) return mpz_cmp_ui(mpq_denref(a.big->q), 1) == 0;
  if (a.form == NUM_BAD) return false;
  return a.e >= 0 || a.c == 0 || (a.e >= -18 && a.c % (int64_t)num_ten(-a.e) == 0);
}

/* A big never fits: num_q_take would have made a decimal of it. */
bool num_to_i64(Mem *m, Num a, int64_t *out) {
  if (a.form != NUM_DEC || !num_is_int(m, a)) return false;
  if (a.c == 0 || a.e == 0) return *out = a.c, true;
  if (a.e < 0) return *out = a.c / (int64_t)num_ten(-a.e), true;
  return a.e <= 18 && !__builtin_mul_overflow(a.c, (int64_t)num_ten(a.e), out);
}

uint32_t num_bits(Num a) {
  if (a.form != NUM_BIG) return 64;
  return (uint32_t)(mpz_sizeinbase(mpq_numref(a.big->q), 2) + mpz_sizeinbase(mpq_denref(a.big->q), 2));
}

static uint64_t z_hash(mpz_srcptr z, uint64_t seed) {
  return hash_bytes(mpz_limbs_read(z), mpz_size(z) * sizeof(mp_limb_t), seed);
}

uint64_t num_hash(Mem *m, Num a) {
  (void)m;
  if (a.form == NUM_BIG) return z_hash(mpq_numref(a.big->q), z_hash(mpq_denref(a.big->q), (uint64_t)num_sign(a)));
  if (a.form == NUM_BAD || a.c == 0) return hash_u64(a.form);
  int64_t c = a.c;
  int e = a.e;
  for (; c % 10 == 0; c /= 10) e++;
  return hash_u64((uint64_t)c ^ hash_u64((uint64_t)(e + 64)));
}

/* size * 2^-down with the last bit of size standing for everything below it; rounded half to even to the 53 bits of
 * a double, or to the fewer that a subnormal has. */
static double double_of(uint64_t size, int64_t down) {
  int64_t drop = 64 - __builtin_clzll(size) - 53;
  if (down - drop > 1074) drop = down - 1074;
  if (drop > 63) return 0;
  if (drop > 0) {
    uint64_t rest = size & ((1ull << drop) - 1), half = 1ull << (drop - 1);
    size >>= drop;
    if (rest > half || (rest == half && (size & 1))) size++;
    down -= drop;
  }
  return __builtin_ldexp((double)size, (int)-down);
}

double num_double(Num a) {
  if (a.form == NUM_DEC && a.e == 0) return (double)a.c;
  if (a.form == NUM_BAD) return __builtin_nan("");
  /* Both are doubles without loss here, so one operation gives the nearest. */
  if (a.form == NUM_DEC && num_abs(a.c) < 1ull << 53 && a.e >= -19 && a.e <= 19) return a.e < 0 ? (double)a.c / (double)num_ten(-a.e) : (double)a.c * (double)num_ten(a.e);
  if (num_sign(a) == 0) return 0;
  mpq_t x;
  mpz_t n, d;
  mpq_init(x);
  mpz_inits(n, d, NULL);
  mpq_srcptr q = num_q_view(x, a);
  int64_t down = 62 - (int64_t)mpz_sizeinbase(mpq_numref(q), 2) + (int64_t)mpz_sizeinbase(mpq_denref(q), 2);
  mpz_mul_2exp(n, mpq_numref(q), (mp_bitcnt_t)(down > 0 ? down : 0));
  mpz_mul_2exp(d, mpq_denref(q), (mp_bitcnt_t)(down < 0 ? -down : 0));
  mpz_abs(n, n);
  mpz_tdiv_qr(n, d, n, d);
  uint64_t size = 0;
  mpz_export(&size, NULL, 1, sizeof size, 0, 0, n);
  double r = double_of(size | (mpz_sgn(d) != 0), down);
  mpz_clears(n, d, NULL);
  mpq_clear(x);
  return num_sign(a) < 0 ? -r : r;
}
