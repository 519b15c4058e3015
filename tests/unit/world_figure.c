/* Figures: exact identities, units that meet, and interval arithmetic against what is true of sampled points. */
#include "values.h"
#include <stdlib.h>

static UnitId u_t, u_kg, u_yr, u_ty, u_tmo, u_gwh;
enum { ZERO = 99 /* the cause that a division by 0 is given */ };

static void begin(void) {
  values_begin();
  u_yr = declare("yr", num_dec(36525, -2), unit_of("d"));
  Num twelfth = num_div(&mem, num_int(1), num_int(12));
  declare("mo", twelfth, u_yr);
  num_drop(&mem, twelfth);
  u_t = declare("t", num_int(1), UNIT_NONE);
  u_kg = declare("kg", num_dec(1, -3), u_t);
  u_gwh = declare("GWh", num_int(1), UNIT_NONE);
  u_ty = unit_of("t/yr");
  u_tmo = unit_of("t/mo");
}

/* ---- making and showing ---- */

static Value fig(const char *text, UnitId u) {
  Num n;
  bool minus = *text == '-';
  if (num_read(&mem, text + minus, strlen(text) - minus, &n)) abort();
  Num m = minus ? num_neg(&mem, n) : num_keep(n);
  num_drop(&mem, n);
  return value_figure(m, u);
}

static const char *text_of(Value v) {
  static char text[4][256];
  static int turn;
  char *to = text[turn++ % 4];
  Buf b;
  buf_init(&b, &mem);
  value_show(&rt, v, &b);
  snprintf(to, sizeof text[0], "%s", buf_text(&b));
  buf_end(&b);
  return to;
}

enum { NO_LO = -1000, NO_HI = 1000 };

/* Whole numbers lo to hi, open where they are NO_LO and NO_HI; of one cause, unless it is 0. */
static Value ivl(int lo, int hi, UnitId u, Cause cause) {
  Num l = num_int(lo), h = num_int(hi);
  Value why = cause ? value_unknown(&rt, cause) : value_zero();
  Value v = value_interval(&rt, lo == NO_LO ? NULL : &l, hi == NO_HI ? NULL : &h, u, why);
  value_drop(&mem, why);
  return v;
}

typedef FigErr Op(Rt *r, Value a, Value b, Value *out);
static FigErr op_div(Rt *r, Value a, Value b, Value *out) { return fig_div(r, a, b, ZERO, out); }
static FigErr op_mod(Rt *r, Value a, Value b, Value *out) { return fig_mod(r, a, b, ZERO, out); }
static FigErr op_pow(Rt *r, Value a, Value b, Value *out) { return fig_pow(r, a, b, ZERO, out); }
static FigErr op_min(Rt *r, Value a, Value b, Value *out) { return fig_min(r, a, b, false, out); }
static FigErr op_max(Rt *r, Value a, Value b, Value *out) { return fig_min(r, a, b, true, out); }
static FigErr op_hull(Rt *r, Value a, Value b, Value *out) { return fig_hull(r, a, b, value_zero(), out); }

/* Takes over a and b; the outcome as text, or which error. */
static const char *says(Op *op, Value a, Value b) {
  Value r;
  FigErr err = op(&rt, a, b, &r);
  const char *text = err == FIG_UNITS ? "units" : err == FIG_LARGE ? "large" : err == FIG_POWER ? "power" : text_of(r);
  if (err != FIG_OK && r.tag != V_NONE) text = "an error with a value";
  value_drop(&mem, a);
  value_drop(&mem, b);
  value_drop(&mem, r);
  return text;
}

static void is(Op *op, Value a, Value b, const char *want, const char *name) { is_str(says(op, a, b), want, "%s", name); }

/* Takes over a and b. lt and eq as two characters of 1 0 ?; or units. */
static const char *compares(Value a, Value b) {
  static char text[3];
  static const char sign[] = "?01";
  int lt, eq;
  FigErr err = fig_compare(&rt, a, b, &lt, &eq);
  value_drop(&mem, a);
  value_drop(&mem, b);
  if (err != FIG_OK) return err == FIG_UNITS ? "units" : "large";
  text[0] = sign[lt + 1];
  text[1] = sign[eq + 1];
  return text;
}

/* ---- exact ---- */

static void identities(void) {
  Value third, one;
  is(fig_add, fig("0.1", 0), fig("0.2", 0), "0.3", "0.1 + 0.2");
  Value sum;
  fig_add(&rt, fig("0.1", 0), fig("0.2", 0), &sum);
  is_str(compares(sum, fig("0.3", 0)), "01", "0.1 + 0.2 == 0.3");
  fig_div(&rt, value_int(1), value_int(3), ZERO, &third);
  is_int(third.tag, V_BIG, "1/3 is a rational");
  fig_mul(&rt, third, value_int(3), &one);
  value_drop(&mem, third);
  is_str(compares(one, value_int(1)), "01", "1/3 * 3 == 1");
  is(fig_mul, fig("1", u_ty), fig("1", u_yr), "1 t", "1 t/yr * 1 yr");
  is(fig_mul, fig("6", u_tmo), fig("2", u_yr), "144 t", "6 t/mo * 2 yr");
  is(op_div, fig("1", u_t), fig("250", u_kg), "4", "1 t / 250 kg is a plain number");
  is(op_div, fig("144", u_t), fig("1", u_yr), "144 t/yr", "144 t / 1 yr");
  is_str(compares(fig("12", u_tmo), fig("144", u_ty)), "01", "12 t/mo == 144 t/yr");
  is_str(compares(fig("12", u_tmo), fig("144.0001", u_ty)), "10", "12 t/mo < 144.0001 t/yr");
  is(fig_add, fig("9e18", 0), fig("9e18", 0), "18_000_000_000_000_000_000", "beyond 64 bits");
  is(fig_mul, fig("4e9", 0), fig("4e9", u_t), "16_000_000_000_000_000_000 t", "a product beyond 64 bits");
  is(fig_mul, fig("0.001", 0), fig("1e-29", u_t), "0.00000000000000000000000000000001 t", "a product below the least exponent");
}

static void meetings(void) {
  is(fig_add, fig("1", u_t), fig("500", u_kg), "1.5 t", "t + kg is in t");
  is(fig_add, fig("500", u_kg), fig("1", u_t), "1500 kg", "kg + t is in kg");
  is(fig_sub, fig("1", u_t), fig("1000", u_kg), "0 t", "1 t - 1000 kg");
  is(op_min, fig("12", u_ty), fig("0.5", u_tmo), "6 t/yr", "min converts to the first's unit");
  is(op_max, fig("12", u_ty), fig("0.5", u_tmo), "12 t/yr", "max");
  is(op_hull, fig("1", u_t), fig("250", u_kg), "between 0.25 and 1 t", "hull converts");
  is(op_mod, fig("1", u_t), fig("300", u_kg), "0.1 t", "mod converts");
  is(fig_add, fig("1", u_t), fig("1", u_gwh), "units", "t + GWh");
  is(fig_sub, fig("1", u_t), fig("1", u_ty), "units", "t - t/yr");
  is(op_min, fig("1", u_t), fig("1", UNIT_ONE), "units", "min of t and a number");
  is(op_hull, fig("1", u_t), fig("1", u_gwh), "units", "hull of t and GWh");
  is(op_mod, fig("1", u_t), fig("0", u_gwh), "units", "t mod GWh");
  is(fig_add, ivl(1, 2, u_t, 1), fig("1", u_gwh), "units", "interval t + GWh");
  is_str(compares(fig("1", u_t), fig("1", u_ty)), "units", "t < t/yr");
  is(op_pow, fig("2", u_t), fig("3", 0), "8 t^3", "a power of t");
  is(op_pow, fig("2", u_t), fig("3", u_t), "units", "t to the t");
  is(op_pow, fig("2", 0), fig("0.5", 0), "power", "a power that is no whole number");
  is(op_pow, fig("2", 0), fig("1e6", 0), "large", "a power too large");
  is(op_pow, fig("2", 0), fig("1e25", 0), "large", "an exponent too large");
  is(op_pow, fig("2", 0), fig("-2", 0), "0.25", "2^-2");
  is(op_pow, fig("0", 0), fig("-1", 0), "unknown", "0^-1");
  is(op_pow, fig("0", u_t), fig("0", 0), "1", "0^0");
}

static void zeros(void) {
  Value z = value_zero();
  is(fig_add, z, fig("3", u_t), "3 t", "any zero + 3 t");
  is(fig_sub, z, fig("3", u_t), "-3 t", "any zero - 3 t");
  is(fig_sub, fig("3", u_t), z, "3 t", "3 t - any zero");
  is(fig_add, z, z, "0", "any zero + any zero");
  is(fig_mul, z, fig("3", u_t), "0", "any zero * 3 t");
  is(fig_mul, ivl(1, NO_HI, u_t, 1), z, "0", "an open interval * any zero");
  is(op_div, z, fig("3", u_t), "0", "any zero / 3 t");
  is(op_div, fig("3", u_t), z, "unknown", "3 t / any zero");
  is(op_mod, fig("3", u_t), z, "unknown", "3 t mod any zero");
  is(op_min, z, fig("3", u_t), "0 t", "min of any zero and 3 t");
  is(op_hull, fig("-3", u_t), z, "between -3 and 0 t", "hull with any zero");
  is(fig_add, z, ivl(1, 2, u_t, 1), "between 1 and 2 t", "any zero + interval");
  is_str(compares(z, fig("0", u_t)), "01", "any zero == 0 t");
  is_str(compares(fig("-1", u_gwh), z), "10", "-1 GWh < any zero");
  is_str(compares(z, ivl(1, 2, u_t, 1)), "10", "any zero < interval");
  Value r;
  fig_mul(&rt, z, fig("3", u_t), &r);
  is_int(r.unit, UNIT_ANY, "any zero * 3 t is a zero of every unit");
  ok(fig_exactly_zero(z) && !fig_exactly_zero(value_int(1)), "exactly zero");
  fig_convert(&rt, z, u_gwh, &r);
  is_str(text_of(r), "0 GWh", "any zero converted");
}

static void conversions(void) {
  Value a = fig("12", u_tmo), b = ivl(1, 2, u_t, 1), c = ivl(1, NO_HI, u_t, 0), r;
  is_int(fig_convert(&rt, a, u_ty, &r), FIG_OK, "t/mo to t/yr");
  is_str(text_of(r), "144 t/yr", "12 t/mo in t/yr");
  value_drop(&mem, r);
  is_int(fig_convert(&rt, a, u_t, &r), FIG_UNITS, "t/mo to t");
  fig_convert(&rt, b, u_kg, &r);
  is_str(text_of(r), "between 1000 and 2000 kg", "an interval converted");
  is_int(value_causes(r)->at[0], 1, "with its cause");
  value_drop(&mem, r);
  fig_neg(&rt, c, &r);
  is_str(text_of(r), "at most -1 t", "- at least 1 t");
  value_drop(&mem, r);
  value_drop(&mem, b);
  value_drop(&mem, c);
}

/* ---- intervals by their laws ---- */

typedef struct Q { int64_t p, q; } Q;   /* p/q, q > 0 */
typedef bool Point(int64_t x, int64_t y, Q *out);   /* false: not defined there */

static bool at_add(int64_t x, int64_t y, Q *r) { *r = (Q){x + y, 1}; return true; }
static bool at_sub(int64_t x, int64_t y, Q *r) { *r = (Q){x - y, 1}; return true; }
static bool at_mul(int64_t x, int64_t y, Q *r) { *r = (Q){x * y, 1}; return true; }
static bool at_div(int64_t x, int64_t y, Q *r) { *r = y < 0 ? (Q){-x, -y} : (Q){x, y}; return y != 0; }
static bool at_min(int64_t x, int64_t y, Q *r) { *r = (Q){x < y ? x : y, 1}; return true; }
static bool at_max(int64_t x, int64_t y, Q *r) { *r = (Q){x > y ? x : y, 1}; return true; }
static bool at_pow(int64_t x, int64_t y, Q *r) {
  Q p = {1, 1};
  for (int64_t i = 0; i < (y < 0 ? -y : y); i++) p.p *= x;
  *r = y >= 0 ? p : (Q){p.p < 0 ? -1 : 1, p.p < 0 ? -p.p : p.p};
  return y >= 0 || x;
}

static int q_cmp(Q a, Q b) {
  int64_t l = a.p * b.q, r = b.p * a.q;
  return l < r ? -1 : l > r;
}

/* Whether a bound is exactly q. */
static int num_against(Num n, Q q) {
  Num d = num_div(&mem, num_int(q.p), num_int(q.q));
  int order = num_cmp(&mem, n, d);
  num_drop(&mem, d);
  return order;
}

static int random_end(bool lo, bool open) { return open && !between(0, 4) ? (lo ? NO_LO : NO_HI) : between(-6, 6); }

static void random_ivl(int *lo, int *hi, bool open) {
  *lo = random_end(true, open);
  *hi = random_end(false, open);
  if (*lo == NO_LO || *hi == NO_HI || *lo <= *hi) return;
  int swap = *lo;
  *lo = *hi;
  *hi = swap;
}

/* Every whole number near, a few far off. */
static bool next_sample(int64_t *x, int hi) {
  int64_t step = *x < -20 || *x >= 20 ? 140 : 1;
  if (*x < -20 && *x + step > -20) step = -20 - *x;
  if (*x == hi) return false;
  *x = *x + step > hi ? hi : *x + step;
  return true;
}

typedef struct Seen { bool any, undefined; Q lo, hi; } Seen;

static Seen look(Point *at, const int *a, const int *b) {
  Seen s = {0};
  int64_t x = a[0];
  do {
    int64_t y = b[0];
    do {
      Q r;
      if (!at(x, y, &r)) { s.undefined = true; continue; }
      if (!s.any || q_cmp(r, s.lo) < 0) s.lo = r;
      if (!s.any || q_cmp(r, s.hi) > 0) s.hi = r;
      s.any = true;
    } while (next_sample(&y, b[1]));
  } while (next_sample(&x, a[1]));
  return s;
}

/* A bound holds every sample and is one of them; or samples come near (only towards 0, from an open operand). A bound that
 * is missing is passed by some far sample. */
static bool bound_right(bool has, Num n, Q seen, int side, bool open) {
  Q near = {side, 50}, far = {side * 100, 1}, zero = {0, 1};
  if (!has) return q_cmp(seen, far) * side > 0;
  int order = num_against(n, seen) * side;
  if (order == 0) return true;
  return open && order > 0 && num_against(n, zero) == 0 && (q_cmp(seen, near) * side > 0 || q_cmp(seen, (Q){-side, 50}) * side > 0);
}

static bool result_right(Value r, const Seen *s, bool open) {
  if (s->undefined) return r.tag == V_UNK && value_causes(r)->at[value_causes(r)->o.len - 1] == ZERO;
  if (r.tag == V_UNK) return q_cmp(s->lo, (Q){-100, 1}) < 0 && q_cmp(s->hi, (Q){100, 1}) > 0;
  if (value_is_exact(r)) return !num_against(value_num(r), s->lo) && !num_against(value_num(r), s->hi);
  const Ivl *p = (const Ivl *)r.obj;
  return bound_right(p->has_lo, p->lo, s->lo, -1, open) && bound_right(p->has_hi, p->hi, s->hi, 1, open);
}

/* Unless exact, the causes of the operands that are intervals, and of no other. */
static bool causes_right(Value r, Value a, Value b) {
  if (value_is_exact(r)) return true;
  const Causes *c = value_causes(r);
  uint32_t want = (a.tag >= V_IVL ? 1u : 0u) + (b.tag >= V_IVL ? 1u : 0u), n = c ? c->o.len : 0;
  if (n && c->at[n - 1] == ZERO) n--;
  return n == want && (!n || c->at[0] == (value_causes(a) ? 1 : 2));
}

static void law(const char *name, Op *op, Point *at, bool open, bool power) {
  int wrong = 0, unbounded = 0, rounds = 4000;
  for (int i = 0; i < rounds; i++) {
    int a[2], b[2];
    random_ivl(&a[0], &a[1], open);
    random_ivl(&b[0], &b[1], open);
    if (power) b[0] = b[1] = between(-4, 4);
    Seen s = look(at, a, b);
    Value x = ivl(a[0], a[1], u_t, 1), y = ivl(b[0], b[1], power ? UNIT_ONE : u_t, 2), r;
    bool nothing_known = x.tag == V_UNK || y.tag == V_UNK;
    FigErr err = op(&rt, x, y, &r);
    bool good = err == FIG_OK && causes_right(r, x, y) && (nothing_known ? r.tag == V_UNK : result_right(r, &s, open));
    if (!good && !wrong++) diag("%s: %d..%d, %d..%d gives %s", name, a[0], a[1], b[0], b[1], text_of(r));
    unbounded += r.tag == V_IVL && !(((const Ivl *)r.obj)->has_lo && ((const Ivl *)r.obj)->has_hi);
    value_drop(&mem, x);
    value_drop(&mem, y);
    value_drop(&mem, r);
  }
  is_int(wrong, 0, "%s of %s intervals holds every sample and its bounds are attained", name, open ? "open" : "closed");
  ok(open == (unbounded > 100), "%s: %s", name, open ? "open outcomes were seen" : "no outcome is open");
}

/* lt and eq say 1, 0 or -1 as all, none or some of the samples do. */
static void law_compare(void) {
  int wrong = 0, told = 0, rounds = 6000;
  for (int i = 0; i < rounds; i++) {
    int a[2], b[2], lt, eq, all[2] = {1, 1}, none[2] = {1, 1};
    random_ivl(&a[0], &a[1], true);
    random_ivl(&b[0], &b[1], true);
    int64_t x = a[0];
    do {
      int64_t y = b[0];
      do {
        *(x < y ? &none[0] : &all[0]) = 0;
        *(x == y ? &none[1] : &all[1]) = 0;
      } while (next_sample(&y, b[1]));
    } while (next_sample(&x, a[1]));
    Value v = ivl(a[0], a[1], u_t, 1), w = ivl(b[0], b[1], u_t, 2);
    fig_compare(&rt, v, w, &lt, &eq);
    bool good = lt == (all[0] ? 1 : none[0] ? 0 : -1) && eq == (all[1] ? 1 : none[1] ? 0 : -1);
    if (!good && !wrong++) diag("%s against %s: lt %d eq %d", text_of(v), text_of(w), lt, eq);
    told += lt >= 0;
    value_drop(&mem, v);
    value_drop(&mem, w);
  }
  is_int(wrong, 0, "comparisons say what all, none or some of the points say");
  ok(told > 500 && told < rounds - 500, "both certain and uncertain ones were seen");
}

static void law_hull(void) {
  int wrong = 0;
  for (int i = 0; i < 3000; i++) {
    int a[2], b[2];
    random_ivl(&a[0], &a[1], true);
    random_ivl(&b[0], &b[1], true);
    Value x = ivl(a[0], a[1], u_t, 1), y = ivl(b[0], b[1], u_t, 2), why = value_unknown(&rt, 3), r;
    fig_hull(&rt, x, y, why, &r);
    Value want = ivl(a[0] < b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1], u_t, 3);
    bool good = x.tag == V_UNK || y.tag == V_UNK ? r.tag == V_UNK : !strcmp(text_of(r), text_of(want));
    const Causes *c = value_causes(r);
    if (c) good = good && c->o.len == 1u + (x.tag >= V_IVL) + (y.tag >= V_IVL) && c->at[c->o.len - 1] == 3;
    if (!good && !wrong++) diag("hull of %s and %s is %s", text_of(x), text_of(y), text_of(r));
    value_drop(&mem, x);
    value_drop(&mem, y);
    value_drop(&mem, why);
    value_drop(&mem, r);
    value_drop(&mem, want);
  }
  is_int(wrong, 0, "a hull is the least that holds both, for all the causes");
}

static void laws(void) {
  for (int open = 0; open < 2; open++) {
    law("add", fig_add, at_add, open, false);
    law("sub", fig_sub, at_sub, open, false);
    law("mul", fig_mul, at_mul, open, false);
    law("div", op_div, at_div, open, false);
    law("min", op_min, at_min, open, false);
    law("max", op_max, at_max, open, false);
    law("pow", op_pow, at_pow, open, true);
  }
  law_compare();
  law_hull();
}

static void intervals(void) {
  is_str(compares(ivl(9, 12, 0, 1), value_int(13)), "10", "[9,12] < 13");
  is_str(compares(ivl(9, 12, 0, 1), value_int(10)), "??", "[9,12] < 10 cannot be told");
  is_str(compares(ivl(9, 12, 0, 1), value_int(9)), "0?", "[9,12] < 9 is false");
  is_str(compares(ivl(9, NO_HI, u_t, 1), fig("8999", u_kg)), "00", "at least 9 t against 8999 kg");
  is(fig_add, ivl(1, 2, u_t, 1), fig("500", u_kg), "between 1.5 and 2.5 t", "interval + kg");
  is(fig_add, fig("500", u_kg), ivl(1, 2, u_t, 1), "between 1500 and 2500 kg", "kg + interval");
  is(fig_mul, ivl(1, 2, u_tmo, 1), fig("1", u_yr), "between 12 and 24 t", "a product with a factor");
  is(fig_mul, ivl(NO_LO, 2, u_t, 1), fig("0", 0), "0 t", "an open interval * 0");
  is(op_div, fig("6", u_t), ivl(2, 3, u_yr, 1), "between 2 and 3 t/yr", "6 t over 2 to 3 yr");
  is(op_mod, ivl(6, 7, 0, 1), value_int(2), "unknown", "mod of an interval");
  is(op_pow, value_int(2), ivl(1, 2, 0, 1), "unknown", "a power that is an interval");
  is(op_hull, value_int(2), value_int(2), "2", "hull of equals");
  is(fig_sub, ivl(1, NO_HI, 0, 1), ivl(1, NO_HI, 0, 1), "unknown", "open - open");
  Value big = fig("2", 0), huge, r;
  fig_pow(&rt, big, value_int(200000), ZERO, &huge);
  Num n = num_keep(value_num(huge));
  Value wide = value_interval(&rt, &n, NULL, UNIT_ONE, value_zero());
  is_int(fig_mul(&rt, wide, huge, &r), FIG_LARGE, "a bound too large");
  is_int(fig_mul(&rt, huge, huge, &r), FIG_LARGE, "a product too large");
  is_int(r.tag, V_NONE, "and no value");
  value_drop(&mem, wide);
  value_drop(&mem, huge);
}

/* ---- unknown ---- */

static void unknowns(void) {
  Value u = value_unknown(&rt, 7), w = ivl(1, 2, u_t, 5), r;
  Op *ops[] = {fig_add, fig_sub, fig_mul, op_div, op_mod, op_pow, op_min, op_max, op_hull};
  bool good = true;
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
    Value pair[4][2] = {{u, w}, {w, u}, {u, value_zero()}, {value_int(1), u}};
    for (int k = 0; k < 4; k++) {
      good = good && ops[i](&rt, pair[k][0], pair[k][1], &r) == FIG_OK && r.tag == V_UNK;
      const Causes *c = value_causes(r);
      good = good && c && c->at[k < 2 ? 1 : 0] == 7 && (k > 1 || c->at[0] == 5);
      if (!good) diag("operation %zu, pair %d", i, k);
      value_drop(&mem, r);
    }
  }
  ok(good, "whatever meets an unknown is unknown, for all the causes");
  fig_neg(&rt, u, &r);
  ok(r.obj == u.obj && u.obj->refs == 2, "- unknown shares the causes");
  value_drop(&mem, r);
  fig_convert(&rt, u, u_t, &r);
  is_int(r.tag, V_UNK, "unknown converted");
  value_drop(&mem, r);
  is_str(compares(value_keep(u), value_int(1)), "??", "unknown < 1");
  fig_div(&rt, w, ivl(0, 0, u_t, 0), ZERO, &r);
  ok(value_causes(r)->o.len == 2 && value_causes(r)->at[1] == ZERO, "division by 0 has the operand's cause and its own");
  value_drop(&mem, r);
  ok(fig_may_be_zero(&rt, u) && !fig_may_be_zero(&rt, w), "what may be zero");
  is_int(u.obj->refs, 1, "the references are back to one");
  value_drop(&mem, u);
  value_drop(&mem, w);
}

/* ---- the fast paths ---- */

static Value random_figure(void) {
  static const int64_t edge[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_MAX - 1, 3037000500, -3037000500};
  UnitId units[] = {UNIT_ONE, UNIT_ONE, u_t, u_kg};
  int64_t c = between(0, 1) ? edge[between(0, 7)] : between(-999, 999);
  return value_figure(num_dec(c, between(0, 2) ? 0 : between(-30, 30)), units[between(0, 3)]);
}

/* What num_* says of the numbers, for two of one unit. */
static void fast_paths(void) {
  int wrong = 0, fast = 0;
  for (int i = 0; i < 20000; i++) {
    Value a = random_figure(), b = random_figure(), r[3];
    int lt, eq;
    b.unit = a.unit;
    Num x = value_num(a), y = value_num(b), want[] = {num_add(&mem, x, y), num_sub(&mem, x, y), num_mul(&mem, x, y)};
    FigErr err = fig_add(&rt, a, b, &r[0]) | fig_sub(&rt, a, b, &r[1]) | fig_mul(&rt, a, b, &r[2]);
    int order = num_cmp(&mem, x, y);
    bool good = err == FIG_OK && fig_compare(&rt, a, b, &lt, &eq) == FIG_OK && lt == (order < 0) && eq == (order == 0);
    fast += fig_add_fast(a, b, &r[0]);
    for (int k = 0; k < 3; k++) {
      if (good) good = !num_cmp(&mem, value_num(r[k]), want[k]) && (k == 2 || r[k].unit == a.unit) && r[k].e >= NUM_EMIN && r[k].e <= NUM_EMAX;
      value_drop(&mem, r[k]);
      num_drop(&mem, want[k]);
    }
    wrong += !good;
  }
  is_int(wrong, 0, "sums, differences, products and comparisons are those of the numbers");
  ok(fast > 3000 && fast < 19000, "both ways were taken");
}

int main(void) {
  begin();
  identities();
  meetings();
  zeros();
  conversions();
  intervals();
  laws();
  unknowns();
  fast_paths();
  values_end();
  return done();
}
