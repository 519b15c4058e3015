/* Numbers, against GMP's rationals: every result is compared with what mpq gives for the same operands, and its form
 * with whether a decimal could hold it. */
#include "base/num.h"
#include "tap.h"
#include <gmp.h>
#include <stdlib.h>

static Mem mem;
static uint64_t state = 0x9e3779b97f4a7c15ull;

static uint64_t roll(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state * 0x2545f4914f6cdd1dull;
}
static uint64_t below(uint64_t n) { return (roll() >> 11) % n; }

/* ---- the oracle ---- */

static void z_int(mpz_t z, int64_t c) {
  char text[32];
  snprintf(text, sizeof text, "%" PRId64, c);
  mpz_set_str(z, text, 10);
}

static void times_ten(mpq_t q, int e) {
  mpq_t ten;
  mpq_init(ten);
  mpz_ui_pow_ui(mpq_numref(ten), 10, (unsigned long)(e < 0 ? -e : e));
  if (e < 0) mpq_div(q, q, ten);
  else mpq_mul(q, q, ten);
  mpq_clear(ten);
}

/* Text such as -12.5 or 7/3, without _ or ~. */
static void q_text(mpq_t q, const char *text) {
  size_t n = strlen(text);
  char *digits = malloc(n + 1);
  const char *point = strchr(text, '.');
  size_t k = 0;
  for (const char *p = text; *p; p++)
    if (*p != '.') digits[k++] = *p;
  digits[k] = 0;
  if (mpq_set_str(q, digits, 10) != 0) mpq_set_si(q, -987654321, 1);
  mpq_canonicalize(q);
  if (point) times_ten(q, -(int)strlen(point + 1));
  free(digits);
}

static void q_of(mpq_t q, Num a) {
  if (a.form == NUM_DEC) {
    z_int(mpq_numref(q), a.c);
    mpz_set_ui(mpq_denref(q), 1);
    times_ten(q, a.e);
    return;
  }
  Buf b;
  buf_init(&b, &mem);
  num_show_exact(&b, a);
  q_text(q, buf_text(&b));
  buf_end(&b);
}

/* Whether some c * 10^e with int64 c and e in range equals q: q * 10^30 is whole, and few enough of its tens go. */
static bool fits_decimal(mpq_srcptr q) {
  mpq_t t;
  mpz_t low, high;
  mpq_init(t);
  mpz_inits(low, high, NULL);
  z_int(low, INT64_MIN);
  z_int(high, INT64_MAX);
  mpq_set(t, q);
  times_ten(t, -NUM_EMIN);
  bool whole = mpz_cmp_ui(mpq_denref(t), 1) == 0, fits = false;
  for (int e = NUM_EMIN; whole && !fits && e <= NUM_EMAX; e++) {
    fits = mpz_cmp(mpq_numref(t), low) >= 0 && mpz_cmp(mpq_numref(t), high) <= 0;
    if (!mpz_divisible_ui_p(mpq_numref(t), 10)) break;
    mpz_divexact_ui(mpq_numref(t), mpq_numref(t), 10);
  }
  mpq_clear(t);
  mpz_clears(low, high, NULL);
  return fits;
}

static int reported;
static void report(const char *what, Num a, Num b, Num r, mpq_srcptr want) {
  if (reported++ > 5) return;
  Buf x;
  buf_init(&x, &mem);
  buf_fmt(&x, "%s: a ", what);
  num_show_exact(&x, a);
  buf_fmt(&x, " (form %d, e %d)  b ", a.form, a.e);
  num_show_exact(&x, b);
  buf_fmt(&x, " (form %d, e %d)  r ", b.form, b.e);
  num_show_exact(&x, r);
  char *w = mpq_get_str(NULL, 10, want);
  diag("%.1500s form %d want %.500s", buf_text(&x), r.form, w);
  free(w);
  buf_end(&x);
}

/* Drops r. */
static int differs(const char *what, Num a, Num b, Num r, mpq_srcptr want) {
  mpq_t got;
  mpq_init(got);
  bool good = r.form == NUM_DEC || r.form == NUM_BIG;
  if (good) {
    q_of(got, r);
    good = mpq_equal(got, want) && (r.form == NUM_DEC) == fits_decimal(want) && r.e >= NUM_EMIN && r.e <= NUM_EMAX;
  }
  if (!good) report(what, a, b, r, want);
  mpq_clear(got);
  num_drop(&mem, r);
  return !good;
}

/* ---- operands ---- */

static int64_t random_c(void) {
  static const int64_t edge[] = {0, 1, -1, 2, 5, 10, -10, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1,
                                 1000000000000000000, -1000000000000000000, 999999999999999999, 4611686018427387904,
                                 7450580596923828125 /* 5^27 */, 3, 7, 9, 125, 1 << 30};
  uint64_t kind = below(8);
  if (kind == 0) return edge[below(sizeof edge / sizeof *edge)];
  int64_t c = (int64_t)(roll() >> below(64));
  if (kind < 3) return c;
  int64_t small = (int64_t)below(kind < 6 ? 100000 : 1000);
  return below(2) ? small : -small;
}

static Num random_dec(void) {
  uint64_t kind = below(4);
  int e = kind == 0 ? (int)below(61) - 30 : kind == 1 ? 0 : (int)below(9) - 6;
  return num_dec(random_c(), e);
}

static Num random_num(void) {
  if (below(3)) return random_dec();
  Num a = random_dec(), b = random_dec(), c = random_dec();
  if (!b.c) b = num_int(3);
  Num q = num_div(&mem, a, b), r = below(2) ? num_mul(&mem, q, c) : num_add(&mem, q, c);
  if (below(4) == 0) {
    Num s = num_mul(&mem, r, r);
    num_drop(&mem, r);
    r = s;
  }
  num_drop(&mem, q);
  return r;
}

/* ---- operations against the oracle ---- */

static void q_floor(mpq_t r, mpq_srcptr a) {
  mpz_fdiv_q(mpq_numref(r), mpq_numref(a), mpq_denref(a));
  mpz_set_ui(mpq_denref(r), 1);
}

static int check_mod(Num a, Num b, mpq_srcptr x, mpq_srcptr y) {
  mpq_t q, f;
  mpq_inits(q, f, NULL);
  mpq_div(q, x, y);
  q_floor(f, q);
  mpq_mul(f, f, y);
  mpq_sub(q, x, f);
  int wrong = differs("mod", a, b, num_mod(&mem, a, b), q);
  mpq_clears(q, f, NULL);
  return wrong;
}

static int check_pair(Num a, Num b) {
  mpq_t x, y, r;
  mpq_inits(x, y, r, NULL);
  q_of(x, a);
  q_of(y, b);
  int wrong = 0, order = mpq_cmp(x, y);
  mpq_add(r, x, y);
  wrong += differs("add", a, b, num_add(&mem, a, b), r);
  wrong += differs("add_slow", a, b, num_add_slow(&mem, a, b), r);
  mpq_sub(r, x, y);
  wrong += differs("sub", a, b, num_sub(&mem, a, b), r);
  wrong += differs("sub_slow", a, b, num_sub_slow(&mem, a, b), r);
  mpq_mul(r, x, y);
  wrong += differs("mul", a, b, num_mul(&mem, a, b), r);
  wrong += differs("mul_slow", a, b, num_mul_slow(&mem, a, b), r);
  if (mpq_sgn(y) != 0) {
    mpq_div(r, x, y);
    wrong += differs("div", a, b, num_div(&mem, a, b), r);
    wrong += check_mod(a, b, x, y);
  }
  order = order < 0 ? -1 : order > 0;
  if (num_cmp(&mem, a, b) != order || num_cmp_slow(&mem, a, b) != order || num_cmp(&mem, b, a) != -order) {
    report("cmp", a, b, num_int(num_cmp(&mem, a, b)), x);
    wrong++;
  }
  mpq_clears(x, y, r, NULL);
  return wrong;
}

/* Half to even, by the floor of |a| * 10^places + 1/2. */
static void q_round(mpq_t r, mpq_srcptr a, int places) {
  mpq_t half, back;
  mpq_inits(half, back, NULL);
  mpq_set_ui(half, 1, 2);
  mpq_abs(r, a);
  times_ten(r, places);
  mpq_add(r, r, half);
  q_floor(back, r);
  if (mpq_equal(back, r) && mpz_odd_p(mpq_numref(back))) mpz_sub_ui(mpq_numref(back), mpq_numref(back), 1);
  mpq_set(r, back);
  times_ten(r, -places);
  if (mpq_sgn(a) < 0) mpq_neg(r, r);
  mpq_clears(half, back, NULL);
}

static bool int_agrees(Num a, mpq_srcptr x) {
  mpz_t low, high;
  mpz_inits(low, high, NULL);
  z_int(low, INT64_MIN);
  z_int(high, INT64_MAX);
  bool whole = mpz_cmp_ui(mpq_denref(x), 1) == 0;
  bool fits = whole && mpz_cmp(mpq_numref(x), low) >= 0 && mpz_cmp(mpq_numref(x), high) <= 0;
  int64_t out = 0;
  bool good = num_is_int(&mem, a) == whole && num_to_i64(&mem, a, &out) == fits;
  if (fits) {
    z_int(low, out);
    good = good && mpz_cmp(low, mpq_numref(x)) == 0;
  }
  mpz_clears(low, high, NULL);
  return good;
}

static int check_one(Num a) {
  mpq_t x, r;
  mpq_inits(x, r, NULL);
  q_of(x, a);
  int wrong = 0, places = (int)below(80) - 45;
  if (below(2)) places = (int)below(8) - 2;
  q_round(r, x, places);
  wrong += differs("round", a, num_int(places), num_round(&mem, a, places), r);
  q_floor(r, x);
  wrong += differs("floor", a, a, num_floor(&mem, a), r);
  mpq_neg(r, x);
  wrong += differs("neg", a, a, num_neg(&mem, a), r);
  int64_t n = (int64_t)below(9) - 4;
  if (n >= 0 || mpq_sgn(x) != 0) {
    mpq_set_ui(r, 1, 1);
    for (int64_t i = n < 0 ? -n : n; i; i--) mpq_mul(r, r, x);
    if (n < 0) mpq_inv(r, r);
    wrong += differs("pow", a, num_int(n), num_pow(&mem, a, n), r);
  }
  if (!int_agrees(a, x) || num_sign(a) != mpq_sgn(x)) {
    report("int or sign", a, a, a, x);
    wrong++;
  }
  mpq_clears(x, r, NULL);
  return wrong;
}

static void test_random(void) {
  int pairs = 0, ones = 0, bigs = 0;
  enum { ROUNDS = 15000 };
  for (int i = 0; i < ROUNDS; i++) {
    Num a = random_num(), b = random_num();
    bigs += a.form == NUM_BIG;
    pairs += check_pair(a, b);
    ones += check_one(a);
    num_drop(&mem, a);
    num_drop(&mem, b);
  }
  is_int(pairs, 0, "%d random pairs: add, sub, mul, div, mod, cmp", (int)ROUNDS);
  is_int(ones, 0, "%d random numbers: round, floor, neg, pow, is_int, to_i64, sign", (int)ROUNDS);
  ok(bigs > ROUNDS / 10, "%d of them big", bigs);
}

static void test_edges(void) {
  static const int64_t cs[] = {0, 1, -1, 5, 10, INT64_MIN, INT64_MAX, 1000000000000000000};
  static const int es[] = {-30, -29, -20, -19, -18, -11, -1, 0, 1, 18, 19, 20, 29, 30};
  enum { C = sizeof cs / sizeof *cs, E = sizeof es / sizeof *es };
  int wrong = 0;
  for (int i = 0; i < C * E; i++)
    for (int k = 0; k < C * E; k++) wrong += check_pair(num_dec(cs[i / E], es[i % E]), num_dec(cs[k / E], es[k % E]));
  is_int(wrong, 0, "all pairs of extreme decimals");
}

static void test_hash(void) {
  int wrong = 0, same = 0;
  for (int i = 0; i < 20000; i++) {
    Num a = random_num(), b = random_num();
    Num t = num_add(&mem, a, b), r = num_sub(&mem, t, b);
    if (num_cmp(&mem, a, r) != 0 || num_hash(&mem, a) != num_hash(&mem, r)) wrong++;
    if (num_cmp(&mem, a, b) != 0 && num_hash(&mem, a) == num_hash(&mem, b)) same++;
    num_drop(&mem, a), num_drop(&mem, b), num_drop(&mem, t), num_drop(&mem, r);
  }
  is_int(wrong, 0, "a + b - b hashes as a does");
  is_int(same, 0, "different numbers hash differently");
  bool good = true;
  for (int e = -18; e <= 0; e++) {
    int64_t c = 1;
    for (int i = e; i < 0; i++) c *= 10;
    good = good && num_hash(&mem, num_dec(c, e)) == num_hash(&mem, num_int(1));
    good = good && num_hash(&mem, num_dec(0, e)) == num_hash(&mem, num_int(0));
  }
  ok(good && num_hash(&mem, num_dec(1, 30)) == num_hash(&mem, num_dec(1000000000000000000, 12)), "whatever the exponent");
}

/* ---- text ---- */

static void shows(Num a, int places, bool grouped, const char *want) {
  Buf b;
  buf_init(&b, &mem);
  num_show(&b, a, places, grouped);
  is_str(buf_text(&b), want, "shown: %s", want);
  buf_end(&b);
  num_drop(&mem, a);
}

static Num quotient(int64_t a, int64_t b) { return num_div(&mem, num_int(a), num_int(b)); }

static Num read(const char *s) {
  Num a = num_int(-1);
  int answer = num_read(&mem, s, strlen(s), &a);
  if (answer) diag("num_read %.80s: %d", s, answer);
  return a;
}

static void test_show(void) {
  shows(num_dec(3, -1), 6, true, "0.3");
  shows(quotient(1, 3), 6, true, "~0.333333");
  shows(num_int(12000), 6, true, "12_000");
  shows(num_int(12000), 6, false, "12000");
  shows(num_int(1234), 6, true, "1234");
  shows(num_int(-1234567), 6, true, "-1_234_567");
  shows(num_int(123456), 6, true, "123_456");
  shows(quotient(7381, 2520), 6, true, "~2.928968");
  shows(quotient(1, 3000), 6, true, "~0.000333333");
  shows(quotient(-1, 3), 6, true, "~-0.333333");
  shows(quotient(2, 3), 6, true, "~0.666667");
  shows(num_int(0), 6, true, "0");
  shows(num_dec(0, -3), 6, true, "0");
  shows(num_dec(0, 9), 6, true, "0");
  shows(num_dec(1500, -3), 6, true, "1.5");
  shows(num_dec(1000, -3), 0, true, "1");
  shows(num_dec(1234567891, -9), 6, true, "~1.234568");
  shows(num_dec(25, -1), 0, true, "~2");
  shows(num_dec(35, -1), 0, true, "~4");
  shows(num_dec(-35, -1), -5, true, "~-4");
  shows(num_dec(99999999, -7), 6, true, "~10");
  shows(num_dec(99999999, -8), 6, true, "~1");
  shows(num_dec(96, -2), 1, true, "~1");
  shows(num_dec(3, -1), 0, true, "0.3");
  shows(num_dec(123456789, -20), 3, true, "~0.00000000000123");
  shows(num_dec(12, 6), 6, true, "12_000_000");
  shows(num_dec(-1, 30), 6, true, "-1_000_000_000_000_000_000_000_000_000_000");
  shows(num_int(INT64_MIN), 6, true, "-9_223_372_036_854_775_808");
  shows(num_dec(INT64_MIN, -30), 2, true, "~-0.0000000000092");
  shows(num_dec(INT64_MAX, -19), 18, true, "~0.922337203685477581");
  shows(read("123456789012345678901234567890123456789"), 2, true, "123_456_789_012_345_678_901_234_567_890_123_456_789");
  shows(read("12345678901234567890.125"), 2, true, "~12_345_678_901_234_567_890.12");
  shows(read("12345678901234567890.125"), 3, false, "12345678901234567890.125");
  shows(quotient(99999999, 100000001), 3, true, "~1");
  shows(quotient(300000001, 300000), 2, true, "~1000");
  shows(quotient(1, 3), INT32_MIN, true, "~0.3");
  shows(quotient(7, 3), 0, true, "~2");
  Num bad = {.form = NUM_BAD};
  shows(bad, 6, true, "?");
}

static void pow_ten(mpq_t q, int64_t e) {
  mpq_set_ui(q, 1, 1);
  times_ten(q, (int)e);
}

/* What num_show must give, by its contract: the nearest multiple of the last place, ties to even, no trailing zero,
 * and ~ exactly when it is not the number itself. */
static bool show_right(Num a, int places, const char *text) {
  mpq_t x, shown, unit, size;
  mpq_inits(x, shown, unit, size, NULL);
  q_of(x, a);
  q_text(shown, text + (*text == '~'));
  mpq_abs(size, x);
  int digits = places;
  if (mpq_cmp_ui(size, 1, 1) < 0 && mpq_sgn(size)) {
    if (digits < 1) digits = 1;
    for (pow_ten(unit, -1); mpq_cmp(size, unit) < 0; digits++) times_ten(unit, -1);
  }
  if (mpz_cmp_ui(mpq_denref(x), 1) == 0) mpq_set(unit, x);
  else q_round(unit, x, digits);
  const char *point = strchr(text, '.');
  bool good = mpq_equal(unit, shown) && (*text == '~') == !mpq_equal(x, shown);
  good = good && (!point || (text[strlen(text) - 1] != '0' && point[1] && (int)strlen(point + 1) <= digits));
  mpq_clears(x, shown, unit, size, NULL);
  return good;
}

static void test_show_random(void) {
  int wrong = 0, exact = 0;
  Buf b;
  buf_init(&b, &mem);
  for (int i = 0; i < 20000; i++) {
    Num a = random_num();
    int places = (int)below(10);
    buf_clear(&b);
    num_show(&b, a, places, false);
    if (!show_right(a, places, buf_text(&b)) && wrong++ < 5) diag("places %d: %s", places, buf_text(&b));
    buf_clear(&b);
    num_show_exact(&b, a);
    const char *s = buf_text(&b), *slash = strchr(s, '/');
    Num back = num_int(0), over = num_int(1);
    size_t neg = *s == '-', n = slash ? (size_t)(slash - s) : b.len;
    int answer = num_read(&mem, s + neg, n - neg, &back);
    if (slash) answer |= num_read(&mem, slash + 1, strlen(slash + 1), &over);
    Num whole = num_div(&mem, back, over), signed_ = neg ? num_neg(&mem, whole) : num_keep(whole);
    if ((answer || num_cmp(&mem, signed_, a) != 0) && exact++ < 5) diag("reads back differently: %s", s);
    num_drop(&mem, back), num_drop(&mem, over), num_drop(&mem, whole), num_drop(&mem, signed_), num_drop(&mem, a);
  }
  is_int(wrong, 0, "20,000 random numbers are shown as the contract says");
  is_int(exact, 0, "and exactly, so that they read back");
  buf_end(&b);
}

static void exact(Num a, const char *want) {
  Buf b;
  buf_init(&b, &mem);
  num_show_exact(&b, a);
  is_str(buf_text(&b), want, "exactly: %.60s", want);
  buf_end(&b);
  num_drop(&mem, a);
}

static void test_exact(void) {
  exact(num_dec(100, -2), "1");
  exact(num_dec(-1050, -3), "-1.05");
  exact(num_dec(7, -30), "0.000000000000000000000000000007");
  exact(num_dec(7, 3), "7000");
  exact(num_dec(0, 7), "0");
  exact(quotient(2, -6), "-1/3");
  exact(quotient(1, 8), "0.125");
  exact(num_pow(&mem, num_int(2), 70), "1180591620717411303424");
  exact(num_pow(&mem, num_int(-2), -33), "-0.000000000116415321826934814453125");
  Buf b;
  buf_init(&b, &mem);
  Num a = num_pow(&mem, num_int(2), -4299);
  num_show_exact(&b, a);
  ok(b.len == 4301 && !strchr(buf_text(&b), '/'), "4,300 digits are a decimal still");
  num_drop(&mem, a);
  a = num_pow(&mem, num_int(2), -4300);
  buf_clear(&b);
  num_show_exact(&b, a);
  ok(strncmp(buf_text(&b), "1/", 2) == 0, "more are a fraction");
  num_drop(&mem, a);
  buf_end(&b);
}

static void reads(const char *s, int want, int64_t c, int e) {
  Num a = num_int(-77);
  is_int(num_read(&mem, s, strlen(s), &a), want, "reading '%s'", s);
  ok(num_cmp(&mem, a, want ? num_int(-77) : num_dec(c, e)) == 0, "gives what it says");
  num_drop(&mem, a);
}

static void test_read(void) {
  reads("12", 0, 12, 0);
  reads("12_000", 0, 12000, 0);
  reads("1_2_3", 0, 123, 0);
  reads("2.5", 0, 25, -1);
  reads("2e9", 0, 2, 9);
  reads("2e+9", 0, 2, 9);
  reads("2.5e-3", 0, 25, -4);
  reads("0", 0, 0, 0);
  reads("000.000e4000", 0, 0, 0);
  reads("0e-4300", 0, 0, 0);
  reads("007", 0, 7, 0);
  reads("9223372036854775807", 0, INT64_MAX, 0);
  reads("1e31", 0, 10, 30);
  reads("1e48", 0, 1000000000000000000, 30);
  reads("0.000_000_1", 0, 1, -7);
  reads("1000000000000000000000e-21", 0, 1, 0);
  reads("0.0000000000000000000000000000010", 0, 1, -30);
  static const char *const none[] = {"", "_", "1_", "_1", "1__2", ".5", "2.", "2._5", "2.5_", "2e", "2e+", "2e-", "-2", "+2", "2 ",
                                     " 2", "2.5.1", "1e2e3", "1e2.5", "1e2_0", "0x10", "1E5", "5%", "inf", "nan", "1,5", "e5", "1e99999x"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) reads(none[i], 1, 0, 0);
  reads("1e4301", 2, 0, 0);
  reads("1e-4301", 2, 0, 0);
  reads("1e99999999999999999999999999", 2, 0, 0);
  Num out;
  is_int(num_read(&mem, "12junk", 2, &out), 0, "no byte after n is read");
  ok(out.form == NUM_DEC && out.c == 12, "and the number is right");

  static char text[NUM_DIGITS_MAX + 8];
  memset(text, '9', sizeof text);
  Num a = num_int(0), one = num_int(1), want = num_pow(&mem, num_int(10), NUM_DIGITS_MAX);
  is_int(num_read(&mem, text, NUM_DIGITS_MAX, &a), 0, "%d digits", (int)NUM_DIGITS_MAX);
  Num got = num_add(&mem, a, one);
  ok(a.form == NUM_BIG && num_cmp(&mem, got, want) == 0, "are read right");
  num_drop(&mem, a), num_drop(&mem, got), num_drop(&mem, want);
  is_int(num_read(&mem, text, NUM_DIGITS_MAX + 1, &a), 2, "one more is too many");
  text[NUM_DIGITS_MAX] = '.';
  is_int(num_read(&mem, text, NUM_DIGITS_MAX + 2, &a), 2, "also after the point");
  text[NUM_DIGITS_MAX] = 'x';
  is_int(num_read(&mem, text, NUM_DIGITS_MAX + 2, &a), 1, "and what is no number is none, however long");
  a = read("1e4300");
  want = num_pow(&mem, num_int(10), 4300);
  ok(num_cmp(&mem, a, want) == 0, "the largest exponent");
  got = read("1e-4300");
  Num product = num_mul(&mem, a, got);
  ok(num_cmp(&mem, product, one) == 0 && product.form == NUM_DEC, "and the smallest");
  num_drop(&mem, a), num_drop(&mem, got), num_drop(&mem, want), num_drop(&mem, product);
}

/* ---- doubles ---- */

static double double_of_bits(uint64_t u) { double d; memcpy(&d, &u, 8); return d; }
static uint64_t bits_of_double(double d) { uint64_t u; memcpy(&u, &d, 8); return u; }

/* |q - x|, where x >= 0 is finite. */
static void distance(mpq_t r, mpq_srcptr q, double x) {
  mpq_set_d(r, x);
  mpq_sub(r, r, q);
  mpq_abs(r, r);
}

static bool double_right(Num a) {
  double d = num_double(a);
  if (num_sign(a) == 0) return d == 0;
  if ((d < 0) != (num_sign(a) < 0) && d != 0) return false;
  mpq_t x, near, other;
  mpq_inits(x, near, other, NULL);
  q_of(x, a);
  mpq_abs(x, x);
  d = d < 0 ? -d : d;
  uint64_t u = bits_of_double(d) & INT64_MAX;
  distance(near, x, double_of_bits(u));
  bool good = true;
  for (int side = -1; side <= 1; side += 2) {
    if (side < 0 && u == 0) continue;
    distance(other, x, double_of_bits(side < 0 ? u - 1 : u + 1));
    int order = mpq_cmp(near, other);
    if (order > 0 || (order == 0 && (u & 1))) good = false;
  }
  mpq_clears(x, near, other, NULL);
  return good;
}

/* What is read from a double is the shortest decimal that leads back to it. */
static void test_of_double(void) {
  static const struct { double x; const char *shown; } known[] = {{0.1, "0.1"}, {-2.5, "-2.5"}, {0, "0"}, {1e15, "1000000000000000"}, {1e22, "10000000000000000000000"},
    {0.30000000000000004, "0.30000000000000004"}, {1e-5, "0.00001"}, {123456789012345680.0, "123456789012345680"}};
  int wrong = 0;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    Num n = num_of_double(&mem, known[i].x);
    Buf b;
    buf_init(&b, &mem);
    num_show_exact(&b, n);
    is_str(buf_text(&b), known[i].shown, "%s from a double", known[i].shown);
    buf_end(&b);
    num_drop(&mem, n);
  }
  for (int i = 0; i < 100000; i++) {
    double x = double_of_bits(roll() ^ roll() << 32);
    if (x - x != 0) continue;
    Num n = num_of_double(&mem, x);
    wrong += num_double(n) != x;
    num_drop(&mem, n);
  }
  is_int(wrong, 0, "100,000 doubles lead to figures whose nearest doubles they are");
  is_int(num_of_double(&mem, 1e308 * 10).form, NUM_BAD, "infinity is no figure");
}

static void test_double(void) {
  int wrong = 0;
  for (int i = 0; i < 20000; i++) {
    Num a = random_num();
    wrong += !double_right(a);
    num_drop(&mem, a);
  }
  is_int(wrong, 0, "20,000 random numbers to the nearest double");
  wrong = 0;
  for (int e = -1080; e <= 1020; e++) {
    Num two = num_pow(&mem, num_int(2), e), c = num_int((int64_t)(roll() >> 2) | 1), a = num_mul(&mem, two, c);
    Num half = num_mul(&mem, two, num_dec(5, -1)), tie = num_add(&mem, two, half);
    Num three = num_mul(&mem, tie, num_int((1 << 20) + (e & 1)));
    if (e < 950) wrong += !double_right(a);
    wrong += !double_right(tie) + !double_right(two) + (e < 1000 ? !double_right(three) : 0);
    num_drop(&mem, two), num_drop(&mem, a), num_drop(&mem, half), num_drop(&mem, tie), num_drop(&mem, three);
  }
  is_int(wrong, 0, "powers of two, ties and subnormals");
  Num low = num_pow(&mem, num_int(2), -1074), bit = num_pow(&mem, num_int(2), -60), f = num_sub(&mem, num_dec(15, -1), bit);
  Num once = num_mul(&mem, low, f);
  ok(double_right(once), "a subnormal is rounded once, not to 53 bits first");
  num_drop(&mem, low), num_drop(&mem, bit), num_drop(&mem, f), num_drop(&mem, once);
  Num big = num_pow(&mem, num_int(-10), 309), tiny = num_pow(&mem, num_int(10), -330), bad = {.form = NUM_BAD};
  ok(num_double(big) < -1.7e308 && num_double(big) * 0.5 == num_double(big), "too large is infinite");
  ok(num_double(tiny) == 0, "too small is 0");
  double nan = num_double(bad);
  ok(nan != nan, "NUM_BAD is no number");
  ok(num_double(num_int(INT64_MIN)) == -9223372036854775808.0 && num_double(num_dec(1, -1)) == 0.1, "plain ones");
  num_drop(&mem, big), num_drop(&mem, tiny);
}

/* ---- limits ---- */

static void is_bad(Num a, const char *what) {
  ok(a.form == NUM_BAD, "%s is NUM_BAD", what);
  num_drop(&mem, a);
}

static void test_limits(void) {
  Num two = num_int(2), one = num_int(1), bad = {.form = NUM_BAD};
  Num most = num_pow(&mem, two, NUM_BITS_MAX - 1), least = num_pow(&mem, two, 1 - NUM_BITS_MAX);
  ok(most.form == NUM_BIG && least.form == NUM_BIG, "a power of NUM_BITS_MAX bits");
  ok(num_bits(most) == NUM_BITS_MAX + 1 && num_bits(one) == 64, "num_bits tells their size");
  is_bad(num_pow(&mem, two, NUM_BITS_MAX), "one bit more");
  is_bad(num_pow(&mem, two, -NUM_BITS_MAX), "one bit more below");
  is_bad(num_pow(&mem, num_int(3), 200000), "a power whose size is seen only when made");
  is_bad(num_pow(&mem, two, INT64_MAX), "an absurd power");
  is_bad(num_pow(&mem, num_dec(15, -1), INT64_MIN), "an absurd power below");
  is_bad(num_mul(&mem, most, two), "a product");
  is_bad(num_mul(&mem, most, most), "a large product");
  is_bad(num_mul(&mem, least, least), "a small product");
  is_bad(num_add(&mem, most, most), "a sum");
  is_bad(num_div(&mem, most, least), "a quotient");
  is_bad(num_div(&mem, least, num_int(3)), "a quotient below");
  Num minus = num_neg(&mem, most);
  is_bad(num_sub(&mem, minus, most), "a difference");
  is_bad(num_mod(&mem, num_int(1), num_int(0)), "modulo 0");
  is_bad(num_div(&mem, num_int(1), num_int(0)), "a quotient by 0");
  is_bad(num_pow(&mem, num_int(0), -1), "0^-1");
  Num third = quotient(1, 3);
  is_bad(num_round(&mem, third, INT32_MAX), "a third to 2^31 places");
  Num same = num_round(&mem, least, INT32_MAX), none = num_round(&mem, most, INT32_MIN);
  ok(num_cmp(&mem, same, least) == 0 && num_cmp(&mem, none, num_int(0)) == 0, "rounding a decimal far out, or far in");
  Num product = num_mul(&mem, most, least), zero = num_sub(&mem, most, most), gone = num_mod(&mem, most, two);
  ok(product.form == NUM_DEC && num_cmp(&mem, product, one) == 0, "what cancels is no matter how large");
  ok(zero.form == NUM_DEC && zero.c == 0 && gone.form == NUM_DEC && gone.c == 0, "also in a difference and a remainder");
  ok(!mem_failed(&mem), "memory has not failed");
  num_drop(&mem, minus), num_drop(&mem, third), num_drop(&mem, same), num_drop(&mem, product), num_drop(&mem, zero);
  ok(num_add(&mem, bad, one).form == NUM_BAD && num_sub(&mem, one, bad).form == NUM_BAD && num_mul(&mem, bad, most).form == NUM_BAD &&
     num_div(&mem, one, bad).form == NUM_BAD && num_mod(&mem, bad, one).form == NUM_BAD && num_pow(&mem, bad, 0).form == NUM_BAD &&
     num_neg(&mem, bad).form == NUM_BAD && num_round(&mem, bad, 2).form == NUM_BAD && num_floor(&mem, bad).form == NUM_BAD, "NUM_BAD spreads");
  int64_t out;
  ok(num_sign(bad) == 0 && !num_is_int(&mem, bad) && !num_to_i64(&mem, bad, &out) && num_cmp_slow(&mem, bad, one) == 0, "and does no harm");
  num_drop(&mem, most), num_drop(&mem, least);
  static const struct { int64_t a, n, want; } unit[] = {{1, INT64_MAX, 1}, {-1, INT64_MAX, -1}, {-1, INT64_MIN, 1}, {-1, -3, -1}, {0, 0, 1}, {0, INT64_MAX, 0}, {7, 0, 1}};
  for (size_t i = 0; i < sizeof unit / sizeof *unit; i++) {
    Num r = num_pow(&mem, num_int(unit[i].a), unit[i].n);
    ok(num_cmp(&mem, r, num_int(unit[i].want)) == 0, "%d to a power", (int)unit[i].a);
  }
  Num ten = num_pow(&mem, num_dec(10, -1), INT64_MAX);
  ok(num_cmp(&mem, ten, one) == 0, "1.0 to a power");
}

/* ---- refused memory ---- */

/* Many operations; each result is what it should be, or NUM_BAD once memory has failed. */
static bool scenario(Mem *m) {
  Num third = num_div(m, num_int(1), num_int(3)), large = num_pow(m, num_int(7), 5000), read_in = num_int(0);
  bool good = num_read(m, "1234567890123456789012345678901234567890.5e-100", 47, &read_in) == 0;
  Num sum = num_add(m, third, large), diff = num_sub(m, sum, large), times = num_mul(m, diff, num_int(3));
  Num neg = num_neg(m, sum), round = num_round(m, third, 50), whole = num_floor(m, sum), rest = num_mod(m, sum, read_in);
  if (times.form != NUM_BAD) good = good && num_cmp(m, times, num_int(1)) == 0;
  else good = good && mem_failed(m);
  Buf b;
  buf_init(&b, m);
  num_show(&b, large, 6, true);
  if (!mem_failed(m)) good = good && b.len == 4226 + 1408;
  num_show_exact(&b, sum);
  good = good && (!b.full || mem_failed(m));
  Num all[] = {third, large, read_in, sum, diff, times, neg, round, whole, rest};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    good = good && (all[i].form != NUM_BAD || mem_failed(m));
    num_drop(m, num_keep(all[i]));
    num_drop(m, all[i]);
  }
  buf_end(&b);
  return good && m->used == 0 && m->reserve_live == 0;
}

static void test_refused(void) {
  Mem m;
  mem_init(&m, 0);
  bool good = scenario(&m) && !mem_failed(&m);
  uint64_t calls = m.calls;
  size_t peak = m.peak;
  mem_end(&m);
  ok(good && peak > 5 * 1755, "limbs are charged: %zu bytes at the peak", peak);
  good = true;
  for (uint64_t n = 1; n <= calls; n++) {
    for (int after = 0; after < 2; after++) {
      mem_init(&m, 0);
      m.fail_at = n;
      m.fail_after = after;
      good = scenario(&m) && mem_failed(&m) && good;
      mem_end(&m);
    }
  }
  ok(good && calls > 15, "each of %d allocations fails: a right result or NUM_BAD, nothing leaks", (int)calls);
  good = true;
  for (size_t limit = 1; limit < peak; limit += 97) {
    mem_init(&m, limit);
    good = scenario(&m) && mem_failed(&m) && m.peak <= limit && good;
    mem_end(&m);
  }
  ok(good, "the same under every limit");
}

int main(void) {
  if (!mem_init(&mem, 0)) return 1;
  test_random();
  test_edges();
  test_hash();
  test_show();
  test_show_random();
  test_exact();
  test_read();
  test_double();
  test_of_double();
  test_limits();
  test_refused();
  is_int((int64_t)mem.used, 0, "nothing left");
  mem_end(&mem);
  return done();
}
