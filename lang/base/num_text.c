#include "base/num_gmp.h"
#include <string.h>

/* ---- reading ---- */

typedef struct Scan {
  const char *at, *end;
  size_t count;   /* digits seen */
  int64_t exponent;
  char digits[NUM_DIGITS_MAX + 1];
} Scan;

static bool is_digit(const Scan *s) { return s->at < s->end && *s->at >= '0' && *s->at <= '9'; }

/* Digits, with a _ between any two; at least one. */
static bool scan_digits(Scan *s) {
  if (!is_digit(s)) return false;
  while (is_digit(s)) {
    if (s->count < NUM_DIGITS_MAX) s->digits[s->count] = *s->at;
    s->count++;
    s->at++;
    if (s->at < s->end && *s->at == '_') {
      s->at++;
      if (!is_digit(s)) return false;
    }
  }
  return true;
}

static bool scan_exponent(Scan *s) {
  bool neg = s->at < s->end && *s->at == '-';
  if (neg || (s->at < s->end && *s->at == '+')) s->at++;
  if (!is_digit(s)) return false;
  for (; is_digit(s); s->at++)
    if (s->exponent <= NUM_DIGITS_MAX) s->exponent = s->exponent * 10 + (*s->at - '0');
  if (neg) s->exponent = -s->exponent;
  return true;
}

/* The answer of num_read; on 0 the number is the integer in `digits` times 10^exponent. */
static int scan_number(Scan *s) {
  if (!scan_digits(s)) return 1;
  size_t whole = s->count;
  if (s->at < s->end && *s->at == '.') {
    s->at++;
    if (!scan_digits(s)) return 1;
  }
  if (s->at < s->end && *s->at == 'e') {
    s->at++;
    if (!scan_exponent(s)) return 1;
  }
  if (s->at < s->end) return 1;
  if (s->count > NUM_DIGITS_MAX || s->exponent > NUM_DIGITS_MAX || s->exponent < -NUM_DIGITS_MAX) return 2;
  s->digits[s->count] = 0;
  s->exponent -= (int64_t)(s->count - whole);
  return 0;
}

static Num read_big(Mem *m, const char *digits, int64_t exponent) {
  mpq_t q;
  mpz_t ten;
  mpq_init(q);
  mpz_init(ten);
  mpz_set_str(mpq_numref(q), digits, 10);
  num_z_ten(ten, num_abs(exponent));
  if (exponent < 0) mpz_set(mpq_denref(q), ten);
  else mpz_mul(mpq_numref(q), mpq_numref(q), ten);
  mpz_clear(ten);
  mpq_canonicalize(q);
  return num_q_take(m, q);
}

int num_read(Mem *m, const char *text, size_t n, Num *out) {
  Scan s;
  s.at = text;
  s.end = text + n;
  s.count = 0;
  s.exponent = 0;
  int answer = scan_number(&s);
  if (answer) return answer;
  const char *first = s.digits;
  while (*first == '0') first++;
  size_t left = s.count - (size_t)(first - s.digits);
  if (left > 18 || (left && (s.exponent < NUM_EMIN || s.exponent > NUM_EMAX))) {
    *out = read_big(m, first, s.exponent);
    return 0;
  }
  int64_t c = 0;
  for (; *first; first++) c = c * 10 + (*first - '0');
  *out = left ? num_dec(c, (int)s.exponent) : num_int(0);
  return 0;
}

/* ---- showing ---- */

/* digits * 10^-places, with its sign; the digits have no leading zeros. */
typedef struct Figure {
  const char *digits;
  size_t n, places;
  bool neg, cut;
} Figure;

enum { GROUPED_FROM = 5, GROUP = 3 };

static void put_whole(Buf *b, const char *digits, size_t n, bool grouped) {
  if (!grouped || n < GROUPED_FROM) {
    buf_add(b, digits, n);
    return;
  }
  size_t k = (n - 1) % GROUP + 1;
  buf_add(b, digits, k);
  for (; k < n; k += GROUP) {
    buf_char(b, '_');
    buf_add(b, digits + k, GROUP);
  }
}

static void put_figure(Buf *b, Figure f, bool grouped) {
  for (; f.places && f.n && f.digits[f.n - 1] == '0'; f.n--) f.places--;
  size_t whole = f.n > f.places ? f.n - f.places : 0;
  if (f.cut) buf_char(b, '~');
  if (f.neg) buf_char(b, '-');
  if (whole) put_whole(b, f.digits, whole, grouped);
  else buf_char(b, '0');
  if (!f.places) return;
  buf_char(b, '.');
  for (size_t zeros = f.places - (f.n - whole); zeros; zeros--) buf_char(b, '0');
  buf_add(b, f.digits + whole, f.n - whole);
}

/* The digits of v, right-aligned before `end`; none for 0. */
static char *digits_before(char *end, uint64_t v) {
  for (; v; v /= 10) *--end = (char)('0' + v % 10);
  return end;
}

static int digit_count(uint64_t v) {
  int n = 0;
  for (; v; v /= 10) n++;
  return n;
}

/* How many places after the point are shown of a figure with `digits` digits, `places` of them after the point (more
 * places than digits: it is below 1 and begins with zeros after the point). */
static int64_t allowed_places(int digits, int places, int limit) {
  return digits > places ? limit : (int64_t)places - digits + (limit > 1 ? limit : 1);
}

uint32_t num_put_whole(char to[NUM_WHOLE_MOST], int64_t c) {
  if (c >= 0 && c < 10000) {   /* as most are */
    uint32_t few = (uint32_t)c, n = 1u + (few > 9) + (few > 99) + (few > 999);
    for (uint32_t k = n; k--; few /= 10) to[k] = (char)('0' + few % 10);
    return n;
  }
  uint64_t size = num_abs(c);
  uint32_t digits = (uint32_t)digit_count(size), marks = digits < GROUPED_FROM ? 0 : (digits - 1) / GROUP, n = (c < 0) + (digits ? digits : 1) + marks;
  char *end = to + n;
  *to = '-';
  for (; marks; marks--) {
    for (int k = 0; k < GROUP; k++, size /= 10) *--end = (char)('0' + size % 10);
    *--end = '_';
  }
  do *--end = (char)('0' + size % 10);
  while (size /= 10);
  return n;
}

static void show_dec(Buf *b, Num a, int limit, bool grouped) {
  char whole[NUM_WHOLE_MOST];
  if (!a.e && grouped) { buf_add(b, whole, num_put_whole(whole, a.c)); return; }
  uint64_t size = num_abs(a.c);
  int places = a.e < 0 ? -a.e : 0;
  if (!size) places = 0;
  for (; places && size % 10 == 0; places--) size /= 10;
  int64_t allowed = allowed_places(digit_count(size), places, limit < 0 ? 0 : limit);
  bool cut = places > allowed;
  if (cut) {
    uint64_t ten = num_ten(places - (int)allowed), rest = size % ten;
    size /= ten;
    if (rest > ten / 2 || (rest == ten / 2 && (size & 1))) size++;
    places = (int)allowed;
  }
  char text[20 + NUM_EMAX], *end = text + 20, *from = digits_before(end, size);
  size_t zeros = a.e > 0 && size ? (size_t)a.e : 0;
  memset(end, '0', zeros);
  put_figure(b, (Figure){from, (size_t)(end - from) + zeros, (size_t)places, a.c < 0, cut}, grouped);
}

/* Shows |z| * 10^-places. */
static void put_z(Buf *b, mpz_srcptr z, size_t places, bool neg, bool cut, bool grouped) {
  size_t room = mpz_sizeinbase(z, 10) + 2;
  char *text = mem_get(b->mem, room);
  if (!text) {
    b->full = true;
    return;
  }
  mpz_get_str(text, 10, z);
  const char *digits = text + (*text == '-');
  size_t n = strcmp(digits, "0") == 0 ? 0 : strlen(digits);
  put_figure(b, (Figure){digits, n, places, neg, cut}, grouped);
  mem_free(b->mem, text, room);
}

/* The zeros between the point and the first digit of n/d, 0 < n < d. The least k with n * 10^k >= d is one more; since
 * d/n > 2^(bits of d - bits of n - 1), no k below 0.30102 times that need be tried. */
static size_t leading_zeros(mpz_srcptr n, mpz_srcptr d) {
  uint64_t bits = mpz_sizeinbase(d, 2) - mpz_sizeinbase(n, 2);
  size_t k = bits > 1 ? (size_t)((bits - 1) * 30102 / 100000) : 0;
  mpz_t t;
  mpz_init(t);
  num_z_ten(t, k);
  for (mpz_mul(t, t, n); mpz_cmp(t, d) < 0; k++) mpz_mul_ui(t, t, 10);
  mpz_clear(t);
  return k - 1;
}

static void show_big(Buf *b, mpq_srcptr q, int limit, bool grouped) {
  mpz_t size, ten;
  mpz_inits(size, ten, NULL);
  mpz_abs(size, mpq_numref(q));
  size_t places = limit < 0 ? 0 : limit > NUM_BITS_MAX ? NUM_BITS_MAX : (size_t)limit;
  bool cut = false;
  if (mpz_cmp_ui(mpq_denref(q), 1) == 0) {
    places = 0;
  } else {
    if (mpz_cmp(size, mpq_denref(q)) < 0) places = leading_zeros(size, mpq_denref(q)) + (places ? places : 1);
    num_z_ten(ten, places);
    mpz_mul(size, size, ten);
    cut = !num_z_div_even(size, size, mpq_denref(q));
  }
  put_z(b, size, places, mpq_sgn(q) < 0, cut, grouped);
  mpz_clears(size, ten, NULL);
}

static void show_bad(Buf *b) { buf_char(b, '?'); }

void num_show(Buf *b, Num a, int places, bool grouped) {
  if (a.form == NUM_BAD) show_bad(b);
  else if (a.form == NUM_BIG) show_big(b, a.big->q, places, grouped);
  else show_dec(b, a, places, grouped);
}

/* A decimal longer than num_read would take is shown as p/q. */
static void show_big_exact(Buf *b, mpq_srcptr q) {
  size_t places;
  if (num_q_places(q, &places) && places < NUM_DIGITS_MAX) {
    mpz_t size;
    mpz_init(size);
    num_z_ten(size, places);
    mpz_mul(size, size, mpq_numref(q));
    mpz_divexact(size, size, mpq_denref(q));
    bool fits = !places || mpz_sizeinbase(size, 10) <= NUM_DIGITS_MAX;
    if (fits) put_z(b, size, places, mpq_sgn(q) < 0, false, false);
    mpz_clear(size);
    if (fits) return;
  }
  put_z(b, mpq_numref(q), 0, mpq_sgn(q) < 0, false, false);
  buf_char(b, '/');
  put_z(b, mpq_denref(q), 0, false, false, false);
}

void num_show_exact(Buf *b, Num a) {
  if (a.form == NUM_BAD) show_bad(b);
  else if (a.form == NUM_BIG) show_big_exact(b, a.big->q);
  else show_dec(b, a, -NUM_EMIN, false);
}
