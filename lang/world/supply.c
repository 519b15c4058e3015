#include "world/inner.h"
#include <string.h>

/* Supply, demand and world production: which rows hold on a day, and what they say of a country. */

/* ---- pictures ---- */

const SupplyCols *cols_of(const World *w, int kind) {
  return kind == FACTS_SUPPLY ? &w->supply : kind == FACTS_DEMAND ? &w->demand : &w->totals;
}

static size_t picture_size(uint32_t cap) { return sizeof(Picture) + cap * sizeof(Held); }

static void picture_clear(World *w, Picture *p) {
  num_drop(w->mem, p->low);
  num_drop(w->mem, p->qlow);
  value_drop(w->mem, p->sum);
  value_drop(w->mem, p->named);
  p->low = p->qlow = num_int(0);
  p->sum = p->named = value_none();
  p->n = 0;
  p->func = p->vague = p->summed = p->shares = p->quantities = p->unknowns = false;
}

void picture_free(World *w, Picture *p) {
  picture_clear(w, p);
  mem_free(w->mem, p, picture_size(p->cap));
}

/* Rows of one country that follow each other in the index: the last that holds is the one with the latest start. */
static uint32_t country_run(World *w, Picture *p, const SupplyCols *s, uint32_t i, uint32_t end, Day day) {
  uint32_t who = s->who.at[s->row[i]];
  Held h = {.who = who, .row = UINT32_MAX};
  for (; i < end && s->who.at[s->row[i]] == who; i++) {
    uint32_t row = s->row[i];
    Window win = s->win.at[row];
    bool undated;
    bool on = window_holds(w, win, day, &undated);
    if (on && !h.undated) h.row = row;
    h.undated = h.undated || undated;
    if (day == DAY_NONE) continue;
    if (win.from > day) { if (win.from < p->until) p->until = win.from; }
    else if (win.from > p->from) p->from = win.from;
    if (win.until <= day) { if (win.until > p->from) p->from = win.until; }
    else if (win.until < p->until) p->until = win.until;
  }
  if (h.row == UINT32_MAX) return i;
  p->func = p->func || s->value.at[h.row].tag == V_FUNC;
  p->vague = p->vague || h.undated;
  p->at[p->n++] = h;
  return i;
}

static Picture *picture_make(World *w, int kind, uint32_t r, Day day) {
  const SupplyCols *s = cols_of(w, kind);
  uint32_t start = s->start[r], end = s->start[r + 1];
  Picture **slot = &w->inner->pics[kind][r], *p = *slot;
  if (p && p->busy) { p->orphan = true; p = *slot = NULL; }
  if (!p) {
    p = mem_zero(w->mem, picture_size(end - start));
    if (!p) return NULL;
    p->cap = end - start;
    *slot = p;
  }
  picture_clear(w, p);
  p->from = day == DAY_NONE ? DAY_NONE : DAY_MIN;
  p->until = day == DAY_NONE ? DAY_NONE : DAY_OPEN;
  for (uint32_t i = start; i < end;) i = country_run(w, p, s, i, end, day);
  return p;
}

Picture *picture_take(World *w, int kind, uint32_t r, Day day) {
  const SupplyCols *s = cols_of(w, kind);
  if (!w->inner->sealed || r >= w->nresource || s->start[r] == s->start[r + 1]) return NULL;
  Picture *p = w->inner->pics[kind][r];
  bool good = p && (day == DAY_NONE ? p->from == DAY_NONE : p->from != DAY_NONE && p->from <= day && day < p->until);
  if (!good) p = picture_make(w, kind, r, day);
  if (!p || !p->n) return NULL;
  p->busy++;
  return p;
}

void picture_give(World *w, Picture *p) {
  if (p && !--p->busy && p->orphan) picture_free(w, p);
}

static const Held *picture_find(const Picture *p, uint32_t who) {
  uint32_t lo = 0, hi = p->n;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (p->at[mid].who < who) lo = mid + 1;
    else hi = mid;
  }
  return lo < p->n && p->at[lo].who == who ? &p->at[lo] : NULL;
}

/* ---- figures ---- */

Num figure_low(Value v) {
  if (value_is_exact(v)) return value_num(v);
  const Ivl *p = (const Ivl *)v.obj;
  return v.tag == V_IVL && p->has_lo ? p->lo : num_int(0);
}

/* Borrowed; false when there is no upper bound. */
static bool figure_high(Value v, Num *out) {
  const Ivl *p = (const Ivl *)v.obj;
  if (value_is_exact(v)) { *out = value_num(v); return true; }
  if (v.tag != V_IVL || !p->has_hi) return false;
  *out = p->hi;
  return true;
}

bool is_share(const World *w, Value v, uint32_t r) {
  return value_is_figure(v) && v.unit == UNIT_ONE && w->p->resource_unit.at[r] != UNIT_ONE;
}

static TraceKind trace_of(int kind) { return kind == FACTS_SUPPLY ? TRACE_SUPPLY : kind == FACTS_DEMAND ? TRACE_DEMAND : TRACE_TOTAL; }

Value held_value(World *w, Ctx *x, int kind, Held h, uint32_t r) {
  const SupplyCols *s = cols_of(w, kind);
  fact_note(w, trace_of(kind), h.row);
  if (h.undated) return unknown_of(w, CAUSE_UNDATED, 0, 0, s->span.at[h.row]);
  return figure_eval(w, x, s->value.at[h.row], w->p->resource_unit.at[r]);
}

/* World production: V_NONE when it is not stated. Owned. */
static Value total_of(World *w, Ctx *x, uint32_t r) {
  Picture *p = picture_take(w, FACTS_TOTAL, r, x->day);
  if (!p) return value_none();
  Value v = held_value(w, x, FACTS_TOTAL, p->at[0], r);
  picture_give(w, p);
  return v;
}

static void low_add(World *w, Num *to, Num n) {
  Num sum = num_add(w->mem, *to, n);
  num_drop(w->mem, *to);
  *to = sum;
}

/* Adds up what the facts in force say. Where a figure is a function this depends on the world, and is done anew. */
static void picture_sum(World *w, Ctx *x, Picture *p, uint32_t r) {
  if (p->summed && !p->func && !w->tracing) return;
  Num low = num_int(0), qlow = num_int(0);
  Value sum = unit_zero(w, r);
  bool shares = false, quantities = false, unknowns = false;
  for (uint32_t i = 0; i < p->n; i++) {
    Value v = held_value(w, x, FACTS_SUPPLY, p->at[i], r);
    bool share = is_share(w, v, r), figure = value_is_figure(v) && !share;
    shares = shares || share;
    quantities = quantities || figure;
    unknowns = unknowns || !value_is_figure(v);
    if (share) low_add(w, &low, figure_low(v));
    if (figure) low_add(w, &qlow, figure_low(v));
    if (share) value_drop(w->mem, v);
    else sum = figure_add(w, sum, v);
  }
  num_drop(w->mem, p->low);
  num_drop(w->mem, p->qlow);
  value_drop(w->mem, p->sum);
  p->low = low.form == NUM_BAD ? num_int(0) : low;  /* a lower bound that is too low does no harm */
  p->qlow = qlow.form == NUM_BAD ? num_int(0) : qlow;
  p->sum = sum;
  p->shares = shares;
  p->quantities = quantities;
  p->unknowns = unknowns;
  p->summed = true;
}

/* Somewhere between 0 and high (owned; NULL: no bound), for want of a fact about c, and for what else is uncertain. */
static Value up_to(World *w, uint32_t c, uint32_t r, const Num *high, UnitId unit, Value also) {
  Num zero = num_int(0);
  Span none = {0, 0};
  Value why = value_unknown(&w->rt, world_cause(w, CAUSE_CAPACITY, cause_country(c), r, none)), both = value_unknown2(&w->rt, why, also), v;
  if (unit != UNIT_ONE && world_settled(w, CAUSE_CAPACITY, cause_country(c), r, none, value_none(), &v)) {
    value_drop(w->mem, why);
    value_drop(w->mem, both);
    return v;
  }
  v = value_interval(&w->rt, &zero, high, unit, both);
  value_drop(w->mem, why);
  value_drop(w->mem, both);
  return v.tag == V_NONE ? value_unknown(&w->rt, 0) : v;
}

static Value no_total(World *w, uint32_t r) {
  Span none = {0, 0};
  return unknown_of(w, CAUSE_WORLD, ent_make(K_RESOURCE, r), 0, none);
}

static Value no_fact(World *w, uint32_t c, uint32_t r) {
  Span none = {0, 0};
  return unknown_of(w, CAUSE_CAPACITY, cause_country(c), r, none);
}

/* Between 0 and what v (taken over) is at most. */
static Value up_to_value(World *w, uint32_t c, uint32_t r, Value v) {
  Num high = num_int(0);
  if (!value_is_figure(v)) return v;
  bool bound = figure_high(v, &high);
  high = num_keep(high);
  Value out = up_to(w, c, r, bound ? &high : NULL, v.unit, v);
  value_drop(w->mem, v);
  return out;
}

/* ---- capacity ---- */

/* A share (taken over) of what the world produces. */
static Value of_total(World *w, Ctx *x, uint32_t r, Value share) {
  Value total = total_of(w, x, r);
  if (total.tag == V_NONE) {
    value_drop(w->mem, share);
    return no_total(w, r);
  }
  return figure_mul(w, share, total);
}

/* (1 - low) * total - qlow, or 0 when that is less: what is left for those whom no fact names. Owned. */
static Num left_over(World *w, const Picture *p, const Num *total) {
  Num one = num_int(1), part = num_sub(w->mem, one, p->low), whole = num_keep(part);
  if (total) {
    Num goods = num_mul(w->mem, part, *total);
    num_drop(w->mem, whole);
    whole = num_sub(w->mem, goods, p->qlow);
    num_drop(w->mem, goods);
  }
  num_drop(w->mem, part);
  if (whole.form == NUM_BAD || num_sign(whole) > 0) return whole;
  num_drop(w->mem, whole);
  return num_int(0);
}

static bool nothing_left(World *w, const Picture *p) { return num_cmp(w->mem, p->low, num_int(1)) >= 0; }

static Value rest_capacity(World *w, Ctx *x, uint32_t c, uint32_t r, Held rest) {
  Value v = held_value(w, x, FACTS_SUPPLY, rest, r);
  if (is_share(w, v, r)) v = of_total(w, x, r, v);
  return up_to_value(w, c, r, v);
}

static Value left_capacity(World *w, Ctx *x, Picture *p, uint32_t c, uint32_t r) {
  picture_sum(w, x, p, r);
  if (p->shares && nothing_left(w, p)) return unit_zero(w, r);
  if (!p->shares) return p->unknowns ? value_unknown2(&w->rt, p->sum, p->sum) : unit_zero(w, r);
  Value total = total_of(w, x, r), out;
  Num high = num_int(0);
  if (total.tag == V_NONE) return no_total(w, r);
  if (!value_is_figure(total)) return total;
  if (figure_high(total, &high)) {
    Num left = left_over(w, p, &high);
    out = up_to(w, c, r, &left, total.unit, total);
  } else out = up_to(w, c, r, NULL, total.unit, total);
  value_drop(w->mem, total);
  return out;
}

static Value capacity_stated(World *w, Ctx *x, uint32_t c, uint32_t r) {
  Picture *p = picture_take(w, FACTS_SUPPLY, r, x->day);
  if (!p) return no_fact(w, c, r);
  const Held *h = picture_find(p, c), *rest = &p->at[p->n - 1];
  Value v;
  if (h) {
    v = held_value(w, x, FACTS_SUPPLY, *h, r);
    if (is_share(w, v, r)) v = of_total(w, x, r, v);
  } else v = rest->who == WHO_REST ? rest_capacity(w, x, c, r, *rest) : left_capacity(w, x, p, c, r);
  picture_give(w, p);
  return v;
}

Value world_capacity(World *w, Ctx *x, uint32_t c, uint32_t r) {
  if (bits_has(x->absent, c)) return unit_zero(w, r);
  Value v = capacity_stated(w, x, c, r);
  for (uint32_t i = 0; i < x->nscales; i++) {
    const Shock *s = x->scales[i];
    if (s->index != r || (s->countries && !bits_has(s->countries, c))) continue;
    if (num_sign(s->by)) { v = figure_mul(w, v, value_figure(num_keep(s->by), UNIT_ONE)); continue; }
    value_drop(w->mem, v);
    return unit_zero(w, r);  /* nothing is left, however much there was */
  }
  return v;
}

/* ---- shares ---- */

/* a / (a + b), both owned by the caller; when both are 0, `nought`. Owned. */
static Num part_of(World *w, Num a, Num b, int64_t nought) {
  Num sum = num_add(w->mem, a, b);
  Num part = sum.form == NUM_BAD ? num_keep(sum) : num_sign(sum) == 0 ? num_int(nought) : num_div(w->mem, a, sum);
  num_drop(w->mem, sum);
  return part;
}

/* The bounds of the quantities of all rows but that of h. *high is false when there is no upper one. Owned. */
static void others(World *w, Ctx *x, const Picture *p, const Held *h, uint32_t r, Num *lo, Num *hi, bool *high) {
  *lo = *hi = num_int(0);
  *high = true;
  for (uint32_t i = 0; i < p->n; i++) {
    if (p->at[i].row == h->row) continue;
    Value v = held_value(w, x, FACTS_SUPPLY, p->at[i], r);
    Num top = num_int(0);
    low_add(w, lo, figure_low(v));
    if (figure_high(v, &top)) low_add(w, hi, top);
    else *high = false;
    value_drop(w->mem, v);
  }
}

/* q, the figure of h, as a part of the sum. The same uncertain figure stands above and below the line: bounds are
 * lo / (lo + what others have at most) and hi / (hi + what they have at least). */
static Value loose_part(World *w, Ctx *x, const Picture *p, const Held *h, uint32_t r, Value q) {
  Num olo, ohi, qhi = num_int(0);
  bool high;
  others(w, x, p, h, r, &olo, &ohi, &high);
  Num lo = high ? part_of(w, figure_low(q), ohi, 0) : num_int(0);
  Num hi = figure_high(q, &qhi) ? part_of(w, qhi, olo, 1) : num_int(1);
  num_drop(w->mem, olo);
  num_drop(w->mem, ohi);
  Value v = value_interval(&w->rt, &lo, &hi, UNIT_ONE, p->sum);
  return v.tag == V_NONE ? value_unknown(&w->rt, 0) : v;
}

static Value divided(World *w, Value a, Value b, Span at) {
  Value out = value_none();
  FigErr err = fig_div(&w->rt, a, b, world_cause(w, CAUSE_ZERO, 0, 0, at), &out);
  return err == FIG_OK && out.tag != V_NONE ? out : value_unknown(&w->rt, 0);
}

/* A quantity (taken over) as a share: of what the world produces, or else of what all facts add up to. */
static Value as_share(World *w, Ctx *x, Picture *p, const Held *h, uint32_t r, Value q) {
  Value total = total_of(w, x, r), out;
  if (total.tag != V_NONE) out = divided(w, q, total, w->supply.span.at[h->row]);
  else {
    picture_sum(w, x, p, r);
    if (p->shares) out = no_total(w, r);
    else if (p->unknowns) out = value_unknown2(&w->rt, p->sum, q);
    else if (value_is_exact(p->sum)) out = divided(w, q, p->sum, w->supply.span.at[h->row]);
    else out = loose_part(w, x, p, h, r, q);
  }
  value_drop(w->mem, total);
  value_drop(w->mem, q);
  return out;
}

static Value held_share(World *w, Ctx *x, Picture *p, const Held *h, uint32_t r) {
  Value v = held_value(w, x, FACTS_SUPPLY, *h, r);
  return !value_is_figure(v) || is_share(w, v, r) ? v : as_share(w, x, p, h, r, v);
}

/* What the named quantities take of the world's production, at least, is not left either. */
static Value left_share(World *w, Ctx *x, Picture *p, uint32_t c, uint32_t r) {
  picture_sum(w, x, p, r);
  if (p->shares && nothing_left(w, p)) return value_int(0);
  if (!p->shares) return p->unknowns ? value_unknown2(&w->rt, p->sum, p->sum) : value_int(0);
  Num left = left_over(w, p, NULL), high = num_int(0);
  Value total = p->quantities ? total_of(w, x, r) : value_none();
  if (value_is_figure(total) && figure_high(total, &high) && num_sign(high) > 0) {
    Num goods = left_over(w, p, &high);
    num_drop(w->mem, left);
    left = num_div(w->mem, goods, high);
    num_drop(w->mem, goods);
  }
  Value out = up_to(w, c, r, &left, UNIT_ONE, total);
  value_drop(w->mem, total);
  return out;
}

Value world_share(World *w, Ctx *x, uint32_t c, uint32_t r) {
  if (bits_has(x->absent, c)) return value_int(0);
  Picture *p = picture_take(w, FACTS_SUPPLY, r, x->day);
  if (!p) return no_fact(w, c, r);
  const Held *h = picture_find(p, c), *rest = &p->at[p->n - 1];
  Value v;
  if (h) v = held_share(w, x, p, h, r);
  else if (rest->who == WHO_REST) v = up_to_value(w, c, r, held_share(w, x, p, rest, r));
  else v = left_share(w, x, p, c, r);
  picture_give(w, p);
  return v;
}

/* Absence does not matter here: who is not named is not known, so not known to be absent. */
Value world_unnamed(World *w, Ctx *x, uint32_t r) {
  Picture *p = picture_take(w, FACTS_SUPPLY, r, x->day);
  if (!p) return no_fact(w, 0xFFFFFF, r);
  const Held *rest = &p->at[p->n - 1];
  Value v = rest->who == WHO_REST ? held_share(w, x, p, rest, r) : left_share(w, x, p, WHO_REST, r);
  picture_give(w, p);
  return v;
}

/* ---- who, and how much is needed ---- */

/* Whether a row counts for producers; when it is not dated, that is not known, and *vague takes why. */
static bool produces(World *w, Ctx *x, Held h, uint32_t r, Value *vague) {
  if (h.who >= w->ncountry) return false;
  Value v = held_value(w, x, FACTS_SUPPLY, h, r);
  bool yes = !fig_exactly_zero(v);
  if (h.undated) {
    Value both = vague->tag == V_NONE ? value_keep(v) : value_unknown2(&w->rt, *vague, v);
    value_drop(w->mem, *vague);
    *vague = both;
  }
  value_drop(w->mem, v);
  return yes;
}

static Value producers_of(World *w, Ctx *x, const Picture *p, uint32_t r, const uint64_t *absent) {
  Value few[32], vague = value_none(), *at = p->n <= 32 ? few : mem_get(w->mem, p->n * sizeof *at), set;
  uint32_t n = 0;
  if (!at) return value_set(&w->rt, few, 0);
  for (uint32_t i = 0; i < p->n; i++) {
    uint32_t who = p->at[i].who;
    if (who < w->ncountry && absent && bits_has(absent, who)) continue;
    if (produces(w, x, p->at[i], r, &vague)) at[n++] = value_ent(ent_make(K_COUNTRY, who));
  }
  set = vague.tag == V_NONE ? value_set(&w->rt, at, n) : vague;
  if (at != few) mem_free(w->mem, at, p->n * sizeof *at);
  return set;
}

static bool someone_absent(const Picture *p, const Ctx *x, uint32_t ncountry) {
  for (uint32_t i = 0; i < p->n && p->at[i].who < ncountry; i++)
    if (bits_has(x->absent, p->at[i].who)) return true;
  return false;
}

Value world_producers(World *w, Ctx *x, uint32_t r) {
  Picture *p = picture_take(w, FACTS_SUPPLY, r, x->day);
  Value set;
  if (!p) return no_fact(w, 0xFFFFFF, r);
  if (p->func || w->tracing || (x->base != x && someone_absent(p, x, w->ncountry))) set = producers_of(w, x, p, r, x->absent);
  else {
    if (p->named.tag == V_NONE) p->named = producers_of(w, x, p, r, NULL);
    set = value_keep(p->named);
  }
  picture_give(w, p);
  return set;
}

Value world_demanded(World *w, Ctx *x, uint32_t c, uint32_t r) {
  if (bits_has(x->absent, c)) return unit_zero(w, r);
  Picture *p = picture_take(w, FACTS_DEMAND, r, x->day);
  const Held *h = p ? picture_find(p, c) : NULL;
  Value v = h ? held_value(w, x, FACTS_DEMAND, *h, r) : unit_zero(w, r);
  picture_give(w, p);
  return v;
}
