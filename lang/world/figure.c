#include "world/value.h"

/* Exact figures go through base/num alone. Everything else is worked out on bands: a lower and an upper end, either of
 * which may be infinite, by the rules of exact interval arithmetic on extended reals with 0 * infinity = 0
 * (Hickey, Ju, van Emden: Interval arithmetic, from principles to implementation, JACM 48(5), 2001). */
typedef struct End { Num n; int inf; } End;   /* inf: -1 or 1 when it is infinite, n is then 0 */
typedef struct Band { End lo, hi; } Band;

typedef Num NumOp(Mem *m, Num a, Num b);
typedef End EndOp(Mem *m, End a, End b);

static FigErr refuse(FigErr err, Value *out) {
  Value none = {.tag = V_NONE};
  *out = none;
  return err;
}

/* Takes over v. */
static FigErr give(Value v, Value *out) {
  *out = v;
  return v.tag == V_NONE ? FIG_LARGE : FIG_OK;
}

static FigErr unknown(Rt *rt, Value a, Value b, Value *out) { return give(value_unknown2(rt, a, b), out); }

static FigErr unknown_for(Rt *rt, Value a, Value b, Cause why, Value *out) {
  Value operands = value_unknown2(rt, a, b), other = value_unknown(rt, why);
  *out = value_unknown2(rt, operands, other);
  value_drop(rt->mem, operands);
  value_drop(rt->mem, other);
  return FIG_OK;
}

static bool both_figures(Value a, Value b) { return value_is_figure(a) && value_is_figure(b); }
static bool both_exact(Value a, Value b) { return value_is_exact(a) && value_is_exact(b); }
static bool is_one(Num n) { return n.form == NUM_DEC && n.c == 1 && n.e == 0; }

bool fig_exactly_zero(Value v) { return value_is_exact(v) && num_sign(value_num(v)) == 0; }

bool fig_may_be_zero(Rt *rt, Value v) {
  (void)rt;
  if (value_is_exact(v)) return num_sign(value_num(v)) == 0;
  if (v.tag != V_IVL) return true;
  const Ivl *p = (const Ivl *)v.obj;
  return (!p->has_lo || num_sign(p->lo) <= 0) && (!p->has_hi || num_sign(p->hi) >= 0);
}

/* The unit in which a and b meet, and what b must be multiplied by to be in it (borrowed). */
static FigErr meet(Rt *rt, Value a, Value b, UnitId *unit, Num *ratio) {
  *unit = a.unit == UNIT_ANY ? b.unit : a.unit;
  *ratio = num_int(1);
  if (a.unit == b.unit || a.unit == UNIT_ANY || b.unit == UNIT_ANY) return FIG_OK;
  if (!unit_ratio(rt->units, b.unit, a.unit, ratio)) return mem_failed(rt->mem) ? FIG_LARGE : FIG_UNITS;
  return ratio->form == NUM_BAD ? FIG_LARGE : FIG_OK;
}

/* Owned, as all that follows. */
static Num scaled(Mem *m, Num n, Num by) { return is_one(by) ? num_keep(n) : num_mul(m, n, by); }

static FigErr exact(Rt *rt, NumOp *op, Value a, Value b, Num ratio, UnitId unit, Value *out) {
  Num y = scaled(rt->mem, value_num(b), ratio), r = op(rt->mem, value_num(a), y);
  num_drop(rt->mem, y);
  return give(value_figure(r, unit), out);
}

/* ---- ends ---- */

static End end_at(Num n) { End e = {n, 0}; return e; }
static End end_inf(int sign) { End e = {num_int(0), sign}; return e; }
static End end_keep(End e) { num_keep(e.n); return e; }
static int end_sign(End e) { return e.inf ? e.inf : num_sign(e.n); }
static int end_cmp(Mem *m, End a, End b) { return a.inf || b.inf ? (a.inf > b.inf) - (a.inf < b.inf) : num_cmp(m, a.n, b.n); }
static End end_neg(Mem *m, End a) { return a.inf ? end_inf(-a.inf) : end_at(num_neg(m, a.n)); }
static End end_add(Mem *m, End a, End b) { return a.inf || b.inf ? end_inf(a.inf ? a.inf : b.inf) : end_at(num_add(m, a.n, b.n)); }
static End end_sub(Mem *m, End a, End b) { return a.inf || b.inf ? end_inf(a.inf ? a.inf : -b.inf) : end_at(num_sub(m, a.n, b.n)); }

static End end_mul(Mem *m, End a, End b) {
  if (!a.inf && !b.inf) return end_at(num_mul(m, a.n, b.n));
  int sign = end_sign(a) * end_sign(b);
  return sign ? end_inf(sign) : end_at(num_int(0));
}

/* b is not 0. */
static End end_div(Mem *m, End a, End b) {
  if (b.inf) return end_at(num_int(0));
  return a.inf ? end_inf(a.inf * num_sign(b.n)) : end_at(num_div(m, a.n, b.n));
}

/* ---- bands ---- */

static Band band_of(Mem *m, Value v, Num by) {
  Band r;
  if (v.tag != V_IVL) {
    r.lo = end_at(scaled(m, value_num(v), by));
    r.hi = end_keep(r.lo);
    return r;
  }
  const Ivl *p = (const Ivl *)v.obj;
  r.lo = p->has_lo ? end_at(scaled(m, p->lo, by)) : end_inf(-1);
  r.hi = p->has_hi ? end_at(scaled(m, p->hi, by)) : end_inf(1);
  return r;
}

static void band_drop(Mem *m, const Band *b) {
  num_drop(m, b->lo.n);
  num_drop(m, b->hi.n);
}

static void end_scale(Mem *m, End *e, Num by) {
  Num n = scaled(m, e->n, by);
  num_drop(m, e->n);
  e->n = n;
}

/* Takes over r; `why` has the causes. */
static FigErr band_give(Rt *rt, const Band *r, UnitId unit, Value why, Value *out) {
  return give(value_interval(rt, r->lo.inf ? NULL : &r->lo.n, r->hi.inf ? NULL : &r->hi.n, unit, why), out);
}

static FigErr band_give2(Rt *rt, const Band *r, UnitId unit, Value a, Value b, Value *out) {
  Value why = value_unknown2(rt, a, b);
  FigErr err = band_give(rt, r, unit, why, out);
  value_drop(rt->mem, why);
  return err;
}

/* Takes e into r. One that is NUM_BAD stays, for value_interval to find. */
static void widen(Mem *m, Band *r, End e) {
  bool bad = e.n.form == NUM_BAD;
  End *to = bad || end_cmp(m, e, r->lo) < 0 ? &r->lo : end_cmp(m, e, r->hi) > 0 ? &r->hi : NULL;
  if (!to || to->n.form == NUM_BAD) { num_drop(m, e.n); return; }
  num_drop(m, to->n);
  *to = e;
}

/* What an operation that is monotone in each argument makes of all pairs: the least and the greatest of four. */
static Band corners(Mem *m, EndOp *op, const Band *a, const Band *b) {
  Band r;
  r.lo = op(m, a->lo, b->lo);
  r.hi = end_keep(r.lo);
  widen(m, &r, op(m, a->lo, b->hi));
  widen(m, &r, op(m, a->hi, b->lo));
  widen(m, &r, op(m, a->hi, b->hi));
  return r;
}

/* ---- sums ---- */

static FigErr sum(Rt *rt, NumOp *op, EndOp *each, bool minus, Value a, Value b, Value *out) {
  UnitId unit;
  Num ratio;
  if (!both_figures(a, b)) return unknown(rt, a, b, out);
  FigErr err = meet(rt, a, b, &unit, &ratio);
  if (err != FIG_OK) return refuse(err, out);
  if (both_exact(a, b)) return exact(rt, op, a, b, ratio, unit, out);
  Band x = band_of(rt->mem, a, num_int(1)), y = band_of(rt->mem, b, ratio), r;
  r.lo = each(rt->mem, x.lo, minus ? y.hi : y.lo);
  r.hi = each(rt->mem, x.hi, minus ? y.lo : y.hi);
  band_drop(rt->mem, &x);
  band_drop(rt->mem, &y);
  return band_give2(rt, &r, unit, a, b, out);
}

FigErr fig_add(Rt *rt, Value a, Value b, Value *out) {
  return fig_add_fast(a, b, out) ? FIG_OK : sum(rt, num_add, end_add, false, a, b, out);
}

FigErr fig_sub(Rt *rt, Value a, Value b, Value *out) {
  return fig_sub_fast(a, b, out) ? FIG_OK : sum(rt, num_sub, end_sub, true, a, b, out);
}

FigErr fig_neg(Rt *rt, Value a, Value *out) {
  if (!value_is_figure(a)) return unknown(rt, a, a, out);
  if (value_is_exact(a)) return give(value_figure(num_neg(rt->mem, value_num(a)), a.unit), out);
  Band x = band_of(rt->mem, a, num_int(1)), r = {end_neg(rt->mem, x.hi), end_neg(rt->mem, x.lo)};
  band_drop(rt->mem, &x);
  return band_give(rt, &r, a.unit, a, out);
}

FigErr fig_convert(Rt *rt, Value a, UnitId to, Value *out) {
  if (!value_is_figure(a)) return unknown(rt, a, a, out);
  Value there = {.tag = V_DEC, .unit = to};
  UnitId unit;
  Num ratio;
  FigErr err = meet(rt, there, a, &unit, &ratio);
  if (err != FIG_OK) return refuse(err, out);
  if (value_is_exact(a)) return give(value_figure(scaled(rt->mem, value_num(a), ratio), unit), out);
  Band r = band_of(rt->mem, a, ratio);
  return band_give(rt, &r, unit, a, out);
}

/* ---- products ---- */

typedef UnitId UnitOp(UnitTable *t, UnitId a, UnitId b, Num *factor);

static FigErr product(Rt *rt, NumOp *op, EndOp *each, Value a, Value b, UnitId unit, Num factor, Value *out) {
  Mem *m = rt->mem;
  if (unit == UNIT_NONE) return refuse(FIG_LARGE, out);
  if (both_exact(a, b)) {
    Num r = op(m, value_num(a), value_num(b)), there = scaled(m, r, factor);
    num_drop(m, r);
    return give(value_figure(there, unit), out);
  }
  Band x = band_of(m, a, num_int(1)), y = band_of(m, b, num_int(1)), r = corners(m, each, &x, &y);
  band_drop(m, &x);
  band_drop(m, &y);
  end_scale(m, &r.lo, factor);
  end_scale(m, &r.hi, factor);
  return band_give2(rt, &r, unit, a, b, out);
}

static UnitId product_unit(Rt *rt, UnitOp *op, UnitId a, UnitId b, Num *factor) {
  *factor = num_int(1);
  if (a == UNIT_ANY || b == UNIT_ANY) return UNIT_ANY;
  return b == UNIT_ONE ? a : op(rt->units, a, b, factor);
}

FigErr fig_mul(Rt *rt, Value a, Value b, Value *out) {
  Num factor = num_int(1);
  if (fig_mul_fast(a, b, out)) return FIG_OK;
  if (!both_figures(a, b)) return unknown(rt, a, b, out);
  UnitId unit = a.unit == UNIT_ONE ? b.unit : product_unit(rt, unit_mul, a.unit, b.unit, &factor);
  return product(rt, num_mul, end_mul, a, b, unit, factor, out);
}

FigErr fig_div(Rt *rt, Value a, Value b, Cause zero, Value *out) {
  Num factor;
  if (value_is_figure(b) && fig_may_be_zero(rt, b)) return unknown_for(rt, a, b, zero, out);
  if (!both_figures(a, b)) return unknown(rt, a, b, out);
  UnitId unit = product_unit(rt, unit_div, a.unit, b.unit, &factor);
  return product(rt, num_div, end_div, a, b, unit, factor, out);
}

FigErr fig_mod(Rt *rt, Value a, Value b, Cause zero, Value *out) {
  UnitId unit;
  Num ratio;
  FigErr err = both_figures(a, b) ? meet(rt, a, b, &unit, &ratio) : FIG_OK;
  if (err != FIG_OK) return refuse(err, out);
  if (value_is_figure(b) && fig_may_be_zero(rt, b)) return unknown_for(rt, a, b, zero, out);
  if (!both_exact(a, b)) return unknown(rt, a, b, out);
  return exact(rt, num_mod, a, b, ratio, unit, out);
}

/* ---- powers ---- */

/* A plain whole number; another unit of no dimension is converted. */
static FigErr exponent(Rt *rt, Value b, int64_t *n) {
  Value one = value_int(1);
  UnitId unit;
  Num ratio;
  FigErr err = meet(rt, one, b, &unit, &ratio);
  if (err != FIG_OK) return err;
  Num e = scaled(rt->mem, value_num(b), ratio);
  bool whole = num_is_int(rt->mem, e), fits = num_to_i64(rt->mem, e, n) && *n != INT64_MIN;
  err = fits ? FIG_OK : whole || e.form == NUM_BAD ? FIG_LARGE : FIG_POWER;
  num_drop(rt->mem, e);
  return err;
}

static End end_pow(Mem *m, End a, int64_t n) {
  return a.inf ? end_inf(n % 2 ? a.inf : 1) : end_at(num_pow(m, a.n, n));
}

/* n > 0. Even powers fall before 0 and rise after it. */
static Band band_pow(Mem *m, const Band *a, int64_t n) {
  Band r = {end_pow(m, a->lo, n), end_pow(m, a->hi, n)};
  if (n % 2 || end_sign(a->lo) >= 0) return r;
  End lo = r.hi;
  r.hi = r.lo;
  r.lo = lo;
  if (end_sign(a->hi) <= 0) return r;
  r.lo = end_at(num_int(0));
  widen(m, &r, lo);
  return r;
}

/* n is not 0, and a without 0 when n is negative. */
static FigErr interval_pow(Rt *rt, Value a, int64_t n, UnitId unit, Value *out) {
  Mem *m = rt->mem;
  Band x = band_of(m, a, num_int(1)), p = band_pow(m, &x, n < 0 ? -n : n);
  band_drop(m, &x);
  if (n > 0 || p.lo.n.form == NUM_BAD || p.hi.n.form == NUM_BAD) return band_give(rt, &p, unit, a, out);
  Band one = {end_at(num_int(1)), end_at(num_int(1))}, r = corners(m, end_div, &one, &p);
  band_drop(m, &p);
  return band_give(rt, &r, unit, a, out);
}

FigErr fig_pow(Rt *rt, Value a, Value b, Cause zero, Value *out) {
  int64_t n;
  if (!value_is_figure(a) || !value_is_exact(b)) return unknown(rt, a, b, out);
  FigErr err = exponent(rt, b, &n);
  if (err != FIG_OK) return refuse(err, out);
  if (n < 0 && fig_may_be_zero(rt, a)) return unknown_for(rt, a, b, zero, out);
  if (n == 0) return give(value_int(1), out);
  UnitId unit = a.unit == UNIT_ANY ? UNIT_ANY : unit_pow(rt->units, a.unit, n);
  if (unit == UNIT_NONE) return refuse(FIG_LARGE, out);
  if (a.tag == V_IVL) return interval_pow(rt, a, n, unit, out);
  return give(value_figure(num_pow(rt->mem, value_num(a), n), unit), out);
}

/* ---- comparing and choosing ---- */

/* 1 when all of a is before all of b, 0 when none of it is, -1 between the two. */
static int before(Mem *m, const Band *a, const Band *b) {
  if (!a->hi.inf && !b->lo.inf && end_cmp(m, a->hi, b->lo) < 0) return 1;
  return !a->lo.inf && !b->hi.inf && end_cmp(m, a->lo, b->hi) >= 0 ? 0 : -1;
}

FigErr fig_compare(Rt *rt, Value a, Value b, int *lt, int *eq) {
  UnitId unit;
  Num ratio;
  if (fig_compare_fast(a, b, lt, eq)) return FIG_OK;
  *lt = *eq = -1;
  if (!both_figures(a, b)) return FIG_OK;
  FigErr err = meet(rt, a, b, &unit, &ratio);
  if (err != FIG_OK) return err;
  Band x = band_of(rt->mem, a, num_int(1)), y = band_of(rt->mem, b, ratio);
  bool bad = y.lo.n.form == NUM_BAD || y.hi.n.form == NUM_BAD;
  if (!bad && both_exact(a, b)) {
    int order = num_cmp(rt->mem, x.lo.n, y.lo.n);
    *lt = order < 0;
    *eq = order == 0;
  } else if (!bad) {
    *lt = before(rt->mem, &x, &y);
    *eq = *lt == 1 || before(rt->mem, &y, &x) == 1 ? 0 : -1;
  }
  band_drop(rt->mem, &x);
  band_drop(rt->mem, &y);
  return bad ? FIG_LARGE : FIG_OK;
}

static End pick(Mem *m, End a, End b, bool greater) { return end_keep((end_cmp(m, a, b) >= 0) == greater ? a : b); }

/* From the lesser or greater of the lower ends to the lesser or greater of the upper ones. */
static FigErr choose(Rt *rt, Value a, Value b, bool lo, bool hi, Value why, Value *out) {
  UnitId unit;
  Num ratio;
  FigErr err = meet(rt, a, b, &unit, &ratio);
  if (err != FIG_OK) return refuse(err, out);
  Mem *m = rt->mem;
  Band x = band_of(m, a, num_int(1)), y = band_of(m, b, ratio), r;
  bool bad = y.lo.n.form == NUM_BAD || y.hi.n.form == NUM_BAD;
  if (!bad) {
    r.lo = pick(m, x.lo, y.lo, lo);
    r.hi = pick(m, x.hi, y.hi, hi);
  }
  band_drop(m, &x);
  band_drop(m, &y);
  return bad ? refuse(FIG_LARGE, out) : band_give(rt, &r, unit, why, out);
}

FigErr fig_hull(Rt *rt, Value a, Value b, Value why, Value *out) {
  if (value_aligned(a, b) && a.i == b.i) return give(a, out);
  Value two = value_unknown2(rt, a, b), all = value_unknown2(rt, two, why);
  value_drop(rt->mem, two);
  if (!both_figures(a, b)) return give(all, out);
  FigErr err = choose(rt, a, b, false, true, all, out);
  value_drop(rt->mem, all);
  return err;
}

FigErr fig_min(Rt *rt, Value a, Value b, bool max, Value *out) {
  if (value_aligned(a, b)) return give((a.i < b.i) != max ? a : b, out);
  Value why = value_unknown2(rt, a, b);
  if (!both_figures(a, b)) return give(why, out);
  FigErr err = choose(rt, a, b, max, max, why, out);
  value_drop(rt->mem, why);
  return err;
}
