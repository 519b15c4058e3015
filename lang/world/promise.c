#include "world/inner.h"
#include <string.h>

/* What clauses promise, and when a promise counts. */

void cause_add(World *w, Value *why, Value more) {
  Value both = value_unknown2(&w->rt, *why, more);
  value_drop(w->mem, *why);
  *why = both;
}

/* ---- clauses ---- */

bool clause_in_force(const World *w, const Ctx *x, uint32_t clause) {
  return window_on(clause_window(w, clause), x->day) && clause_stands(x, clause_agreement(w, clause), clause);
}

const uint64_t *clause_recipients(const World *w, const ClauseFacts *c) { return c->to ? c->to : w->agreements.at[c->agreement].parties; }

static bool lapsed(const World *w, const Ctx *x, const ClauseFacts *c) {
  const uint64_t *to = clause_recipients(w, c);
  return to && bits_within(to, x->absent, w->inner->cwords);
}

static Hold condition(World *w, Ctx *x, uint32_t func, uint32_t who, bool want, Value *why) {
  if (func == UINT32_MAX) return HOLDS;
  bool asks = func < w->p->funcs.len && w->p->funcs.at[func].nparam && who < w->ncountry;
  Value v = func_eval(w, x, func, asks ? ent_make(K_COUNTRY, who) : UINT32_MAX);
  Hold h = v.tag == V_UNK ? HOLDS_MAYBE : (v.tag == V_TRUE) == want ? HOLDS : HOLDS_NOT;
  if (h == HOLDS_MAYBE) cause_add(w, why, v);
  value_drop(w->mem, v);
  return h;
}

/* All but the window and the controls. */
Hold clause_holds(World *w, Ctx *x, uint32_t clause, uint32_t who, Value *why) {
  ClauseFacts room;
  const ClauseFacts *c = world_clause(w, clause, &room);
  if (bits_has(x->agreements, c->agreement)) clause_read(w, clause_named(w, clause));
  if (!clause_stands(x, c->agreement, clause) || lapsed(w, x, c)) return HOLDS_NOT;
  if (c->routes && bits_meet(c->routes, x->closed, bits_words(w->nroute))) return HOLDS_NOT;
  Hold a = condition(w, x, c->when, who, true, why);
  if (a == HOLDS_NOT) return a;
  Hold b = condition(w, x, c->unless, who, false, why);
  return b == HOLDS ? a : b;
}

/* ---- controls ---- */

/* Only the control's own author can exempt from it, by a clause that binds. */
static Hold exempted(World *w, Ctx *x, uint32_t control, uint32_t country, Value *why) {
  const Inner *in = w->inner;
  Hold best = HOLDS_NOT;
  for (uint32_t i = in->exempt_start[control]; i < in->exempt_start[control + 1] && best != HOLDS; i++) {
    uint32_t clause = in->exempt_row[i];
    ClauseFacts room;
    const ClauseFacts *c = world_clause(w, clause, &room);
    const uint64_t *to = clause_recipients(w, c);
    if (!c->binding || !to || !bits_has(to, country) || !bits_has(c->subjects, w->controls.at[control].by)) continue;
    if (!window_on(c->win, x->day)) continue;
    Hold h = clause_holds(w, x, clause, w->controls.at[control].by, why);
    if (h != HOLDS_NOT) best = h;
  }
  return best;
}

/* Whether a control hits any of `to` that is there to receive. */
Hold control_hits(World *w, Ctx *x, uint32_t control, const uint64_t *to, Value *why) {
  const ControlFacts *k = &w->controls.at[control];
  Hold worst = HOLDS_NOT;
  uint32_t n = w->inner->cwords;
  for (uint32_t c = to ? bits_next(to, n, 0) : UINT32_MAX; c != UINT32_MAX && worst != HOLDS; c = bits_next(to, n, c + 1)) {
    if (c == k->by || bits_has(x->absent, c) || (k->against && !bits_has(k->against, c))) continue;
    Hold out = exempted(w, x, control, c, why);
    if (out == HOLDS_NOT) worst = HOLDS;
    else if (out == HOLDS_MAYBE) worst = HOLDS_MAYBE;
  }
  return worst;
}

/* Whether what `who` sends to `to` can leave: the opposite of being blocked. */
static Hold leaves(World *w, Ctx *x, uint32_t who, uint32_t r, const uint64_t *to, Value *why) {
  const Inner *in = w->inner;
  Hold best = HOLDS;
  for (uint32_t i = in->control_start[r]; i < in->control_start[r + 1] && best != HOLDS_NOT; i++) {
    uint32_t k = in->control_row[i];
    if (w->controls.at[k].by != who || !bits_has(x->controls, k)) continue;
    Hold hit = control_hits(w, x, k, to, why);
    if (hit == HOLDS_NOT) continue;
    fact_note(w, TRACE_CONTROL, k);
    best = hit == HOLDS ? HOLDS_NOT : HOLDS_MAYBE;
  }
  return best;
}

/* With no day set, whether a control that has a window or a suspension is in force cannot be told. */
Value world_in_force(World *w, Ctx *x, uint32_t control) {
  const ControlFacts *c = &w->controls.at[control];
  bool on = bits_has(x->controls, control);
  if (x->day == DAY_NONE && (on ? c->suspended.len > 0 : c->win.stated)) return unknown_of(w, CAUSE_UNDATED, 0, 0, c->span);
  if (on) fact_note(w, TRACE_CONTROL, control);
  return value_bool(on);
}

Value world_blocked(World *w, Ctx *x, uint32_t c, uint32_t r) {
  const Inner *in = w->inner;
  Value v = value_bool(false);
  for (uint32_t i = in->sealed ? in->control_start[r] : 0; in->sealed && i < in->control_start[r + 1] && v.tag != V_TRUE; i++) {
    Value one = w->controls.at[in->control_row[i]].by == c ? world_in_force(w, x, in->control_row[i]) : value_bool(false);
    if (one.tag == V_FALSE) continue;
    value_drop(w->mem, v);
    v = one;
  }
  return v;
}

/* ---- adding promises up ---- */

typedef struct Acc {
  World *w;
  Ctx *x;
  uint32_t r;
  uint8_t act;
  bool binding;
  uint32_t only;           /* a country, or WHO_JOINT: everyone */
  Value *by;               /* by country, where `seen`; or NULL: into sum */
  uint64_t *seen;
  Value sum;
} Acc;

static void acc_put(Acc *a, uint32_t who, Value v) {
  if (!a->by) a->sum = figure_add(a->w, a->sum, v);
  else if (bits_has(a->seen, who)) a->by[who] = figure_add(a->w, a->by[who], v);
  else {
    a->by[who] = v;
    bits_set(a->seen, who);
  }
}

/* v, or between 0 and v when it may not count (v is taken over). */
static Value maybe(World *w, Hold h, Value v, Value why) {
  Value out = value_none(), nothing = value_zero();
  if (h == HOLDS || v.tag == V_UNK) return v;
  nothing.unit = v.unit;
  FigErr err = fig_hull(&w->rt, nothing, v, why, &out);
  value_drop(w->mem, v);
  return err == FIG_OK && out.tag != V_NONE ? out : value_unknown2(&w->rt, why, why);
}

static const uint64_t *row_recipients(const World *w, uint32_t row) {
  const PromiseCols *p = &w->promises;
  ClauseFacts room;
  return row < p->to.len && p->to.at[row] ? p->to.at[row] : clause_recipients(w, world_clause(w, p->clause.at[row], &room));
}

static void member_add(Acc *a, uint32_t row, uint32_t who, Hold h, Value why, Value figure) {
  World *w = a->w;
  Value also = value_keep(why);
  /* What a country keeps for itself does not pass its border. */
  Hold go = a->act == ACT_STOCKPILE ? HOLDS : leaves(w, a->x, who, a->r, row_recipients(w, row), &also);
  if (go != HOLDS_NOT) {
    fact_note(w, TRACE_PROMISE, row);
    acc_put(a, who, maybe(w, go == HOLDS ? h : go, value_keep(figure), also));
  }
  value_drop(w->mem, also);
}

static Value row_figure(Acc *a, uint32_t row, bool undated) {
  World *w = a->w;
  if (undated) return unknown_of(w, CAUSE_UNDATED, 0, 0, world_clause_span(w, w->promises.clause.at[row]));
  UnitId unit = a->act == ACT_STOCKPILE ? UNIT_NONE : w->p->resource_unit.at[a->r];
  return figure_eval(w, a->x, w->promises.value.at[row], unit);
}

/* A joint promise falls in equal parts on those still present. */
static void joint_add(Acc *a, uint32_t row, bool undated) {
  World *w = a->w;
  ClauseFacts room;
  uint32_t clause = w->promises.clause.at[row], words = w->inner->cwords, n = 0;
  const uint64_t *all = world_clause(w, clause, &room)->subjects;
  for (uint32_t c = bits_next(all, words, 0); c != UINT32_MAX; c = bits_next(all, words, c + 1)) n += !bits_has(a->x->absent, c);
  if (!n || (a->only != WHO_JOINT && (!bits_has(all, a->only) || bits_has(a->x->absent, a->only)))) return;
  Value why = value_none(), part = value_none();
  Hold h = clause_holds(w, a->x, clause, WHO_JOINT, &why);
  if (h != HOLDS_NOT) {
    Value whole = row_figure(a, row, undated);
    FigErr err = fig_div(&w->rt, whole, value_int(n), 0, &part);
    value_drop(w->mem, whole);
    if (err != FIG_OK || part.tag == V_NONE) part = value_unknown(&w->rt, 0);
    for (uint32_t c = bits_next(all, words, 0); c != UINT32_MAX; c = bits_next(all, words, c + 1))
      if (!bits_has(a->x->absent, c) && (a->only == WHO_JOINT || a->only == c)) member_add(a, row, c, h, why, part);
  }
  value_drop(w->mem, part);
  value_drop(w->mem, why);
}

static void row_add(Acc *a, uint32_t row) {
  World *w = a->w;
  const PromiseCols *p = &w->promises;
  uint32_t who = p->who.at[row], clause = p->clause.at[row];
  bool undated;
  if (p->act.at[row] != a->act || !window_holds(w, promise_window(p, row), a->x->day, &undated)) return;
  if (!(w->promises.flags.at[row] & ROW_BINDS) != !a->binding) return;
  if (who == WHO_JOINT) { joint_add(a, row, undated); return; }
  if (bits_has(a->x->absent, who) || (a->only != WHO_JOINT && a->only != who)) return;
  if (row < p->to.len && p->to.at[row] && bits_within(p->to.at[row], a->x->absent, w->inner->cwords)) return;
  Value why = value_none();
  Hold h = clause_holds(w, a->x, clause, who, &why);
  if (h != HOLDS_NOT) {
    Value figure = row_figure(a, row, undated);
    member_add(a, row, who, h, why, figure);
    value_drop(w->mem, figure);
  }
  value_drop(w->mem, why);
}

/* Many rows are plain, and most questions are asked where nothing stands in their way. */
static void rows_add(Acc *a) {
  const World *w = a->w;
  const PromiseCols *p = &w->promises;
  const uint8_t *flags = p->flags.at, want = ROW_PLAIN | (a->binding ? ROW_BINDS : 0);
  Day day = a->x->day;
  bool free = room_of(a->x)->all && w->inner->control_start[a->r] == w->inner->control_start[a->r + 1] && !w->tracing && day != DAY_NONE;
  for (uint32_t i = p->start[a->r], end = p->start[a->r + 1]; i < end; i++) {
    if (day != DAY_NONE && (day < p->win.at[i].from || day >= p->win.at[i].until)) continue;
    if (!free || !(flags[i] & ROW_PLAIN)) { row_add(a, i); continue; }
    uint32_t who = p->who.at[i];
    if ((flags[i] & (ROW_PLAIN | ROW_BINDS)) != want || p->act.at[i] != a->act || bits_has(a->x->absent, who)) continue;
    if (a->only == WHO_JOINT || a->only == who) acc_put(a, who, value_keep(p->value.at[i]));
  }
}

static Value added(World *w, Ctx *x, uint32_t r, uint8_t act, bool binding, uint32_t only, Value zero) {
  Acc a = {.w = w, .x = x, .r = r, .act = act, .binding = binding, .only = only, .sum = zero};
  if (w->inner->sealed && r < w->nresource) rows_add(&a);
  return a.sum;
}

Value world_intended(World *w, Ctx *x, uint32_t c, uint32_t r) { return added(w, x, r, ACT_SUPPLY, false, c, unit_zero(w, r)); }
Value world_stockpiled(World *w, Ctx *x, uint32_t c, uint32_t r) { return added(w, x, r, ACT_STOCKPILE, true, c, value_zero()); }
Value world_carried(World *w, Ctx *x, uint32_t r) { return added(w, x, r, ACT_CARRY, true, WHO_JOINT, unit_zero(w, r)); }

/* Under a shock to what c can supply, promises above what is left are cut (v is taken over). */
static Value cut(World *w, Ctx *x, uint32_t c, uint32_t r, Value v) {
  bool less = false;
  for (uint32_t i = 0; i < x->nscales; i++) {
    const Shock *s = x->scales[i];
    less = less || (s->index == r && (!s->countries || bits_has(s->countries, c)) && num_cmp(w->mem, s->by, num_int(1)) < 0);
  }
  if (!less || !value_is_figure(v)) return v;
  Value top = world_capacity(w, x, c, r), least = value_none(), nothing = unit_zero(w, r);
  /* A part of nobody knows what: what is left may be less than what was promised. */
  FigErr err = value_is_figure(top) ? fig_min(&w->rt, v, top, false, &least) : fig_hull(&w->rt, nothing, v, top, &least);
  value_drop(w->mem, top);
  if (err != FIG_OK || least.tag == V_NONE) return v;
  value_drop(w->mem, v);
  return least;
}

/* ---- sums, kept by context and resource ---- */

static size_t sums_size(uint32_t n) { return sizeof(Sums) + n * sizeof(Part); }

static Sums *sums_make(World *w, uint32_t n) {
  Sums *s = mem_zero(w->mem, sums_size(n));
  if (s) s->n = n;
  return s;
}

static void sums_free(World *w, Sums *s) {
  for (uint32_t i = 0; i < s->n; i++) value_drop(w->mem, s->at[i].v);
  value_drop(w->mem, s->suppliers);
  value_drop(w->mem, s->total);
  value_drop(w->mem, s->needed);
  value_drop(w->mem, s->need);
  mem_free(w->mem, s, sums_size(s->n));
}

/* A table by country to add up in. One is kept; an evaluation that asks for sums itself gets another. */
static Scratch scratch_take(World *w) {
  Inner *in = w->inner;
  Scratch s = in->scratch;
  in->scratch = (Scratch){0};
  if (s.v) return s;
  s.v = mem_zero(w->mem, ((size_t)w->ncountry + 1) * sizeof *s.v);
  s.seen = mem_zero(w->mem, in->cwords * sizeof *s.seen);
  return s;
}

static void scratch_free(World *w, Scratch s) {
  mem_free(w->mem, s.v, ((size_t)w->ncountry + 1) * sizeof *s.v);
  mem_free(w->mem, s.seen, w->inner->cwords * sizeof *s.seen);
}

static void scratch_give(World *w, Scratch s) {
  if (w->inner->scratch.v || !s.v || !s.seen) { scratch_free(w, s); return; }
  memset(s.seen, 0, w->inner->cwords * sizeof *s.seen);
  w->inner->scratch = s;
}

static Sums *sums_count(World *w, Ctx *x, uint32_t r) {
  Scratch t = scratch_take(w);
  Acc a = {.w = w, .x = x, .r = r, .act = ACT_SUPPLY, .binding = true, .only = WHO_JOINT, .by = t.v, .seen = t.seen, .sum = value_none()};
  Sums *s = NULL;
  uint32_t words = w->inner->cwords, k = 0;
  if (t.v && t.seen) {
    rows_add(&a);
    s = sums_make(w, bits_count(t.seen, words));
    for (uint32_t c = bits_next(t.seen, words, 0); c != UINT32_MAX; c = bits_next(t.seen, words, c + 1)) {
      if (s) s->at[k++] = (Part){c, cut(w, x, c, r, t.v[c])};
      else value_drop(w->mem, t.v[c]);
    }
  }
  scratch_give(w, t);
  return s;
}

/* From the base's: those who are absent leave their part out, and nothing else changes. */
static Sums *sums_derive(World *w, const Ctx *x, const Sums *base) {
  uint32_t n = 0, k = 0;
  for (uint32_t i = 0; i < base->n; i++) n += !bits_has(x->absent, base->at[i].who);
  Sums *s = sums_make(w, n);
  for (uint32_t i = 0; s && i < base->n; i++)
    if (!bits_has(x->absent, base->at[i].who)) s->at[k++] = (Part){base->at[i].who, value_keep(base->at[i].v)};
  return s;
}

static uint32_t chunks(const World *w) { return (w->nresource + CHUNK - 1) / CHUNK; }
static size_t promised_size(const World *w) { return sizeof(Promised) + chunks(w) * sizeof(Sums **); }

static Sums **sums_slot(World *w, Ctx *x, uint32_t r) {
  if (!x->promised) {
    x->promised = mem_zero(w->mem, promised_size(w));
    if (!x->promised) return NULL;
    w->inner->held += promised_size(w);
  }
  Sums ***chunk = &x->promised->chunk[r / CHUNK];
  if (!*chunk) {
    *chunk = mem_zero(w->mem, CHUNK * sizeof **chunk);
    if (!*chunk) return NULL;
    w->inner->held += CHUNK * sizeof **chunk;
  }
  return &(*chunk)[r % CHUNK];
}

static Sums *sums_keep(World *w, Ctx *x, uint32_t r, Sums *s) {
  Sums **slot = s ? sums_slot(w, x, r) : NULL;
  if (!slot || w->inner->broken) {
    if (s) sums_free(w, s);
    return NULL;
  }
  if (*slot) { sums_free(w, s); return *slot; }
  w->inner->held += sums_size(s->n);
  return *slot = s;
}

/* NULL when memory is refused, or an evaluation was given up. */
static Sums *sums_of(World *w, Ctx *x, uint32_t r) {
  Inner *in = w->inner;
  if (!in->sealed || r >= w->nresource) return NULL;
  if (x->promised && x->promised->chunk[r / CHUNK] && x->promised->chunk[r / CHUNK][r % CHUNK]) return x->promised->chunk[r / CHUNK][r % CHUNK];
  bool broken = in->broken;
  in->broken = false;
  Sums *s, *base = x->base != x && room_of(x)->simple && in->plain[r] & PLAIN_PARTS ? sums_of(w, x->base, r) : NULL;
  s = sums_keep(w, x, r, base ? sums_derive(w, x, base) : sums_count(w, x, r));
  in->broken = in->broken || broken;
  return s;
}

void sums_drop_all(World *w, Ctx *x) {
  Promised *p = x->promised;
  if (!p) return;
  for (uint32_t i = 0; i < chunks(w); i++) {
    if (!p->chunk[i]) continue;
    for (uint32_t k = 0; k < CHUNK; k++) {
      if (!p->chunk[i][k]) continue;
      w->inner->held -= sums_size(p->chunk[i][k]->n);
      sums_free(w, p->chunk[i][k]);
    }
    mem_free(w->mem, p->chunk[i], CHUNK * sizeof *p->chunk[i]);
    w->inner->held -= CHUNK * sizeof *p->chunk[i];
  }
  mem_free(w->mem, p, promised_size(w));
  w->inner->held -= promised_size(w);
  x->promised = NULL;
}

/* The context whose sums for r are x's as well: its base, when the absent have no part in them. */
static Ctx *home(const World *w, Ctx *x, uint32_t r, uint8_t plain, const uint64_t *touch) {
  const Inner *in = w->inner;
  if (x->base == x || !in->sealed || r >= w->nresource || !room_of(x)->simple || !(in->plain[r] & plain)) return x;
  return bits_meet(x->absent, touch + (size_t)r * in->cwords, in->cwords) ? x : x->base;
}

uint32_t sums_parts(World *w, Ctx *x, uint32_t r, const Part **at) {
  const Sums *s = sums_of(w, x, r);
  *at = s ? s->at : NULL;
  return s ? s->n : 0;
}

/* ---- what is asked ---- */

static Value part_of(const Sums *s, uint32_t c) {
  uint32_t lo = 0, hi = s->n;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (s->at[mid].who < c) lo = mid + 1;
    else hi = mid;
  }
  return lo < s->n && s->at[lo].who == c ? value_keep(s->at[lo].v) : value_none();
}

Value world_committed(World *w, Ctx *x, uint32_t c, uint32_t r) {
  if (bits_has(x->absent, c)) return unit_zero(w, r);
  if (w->tracing) return cut(w, x, c, r, added(w, x, r, ACT_SUPPLY, true, c, unit_zero(w, r)));
  Ctx *h = home(w, x, r, PLAIN_SUMS, w->inner->touch);
  if (h != h->base && room_of(h)->simple && w->inner->plain[r] & PLAIN_PARTS) h = h->base;  /* c is present: its part is the same */
  const Sums *s = sums_of(w, h, r);
  Value v = s ? part_of(s, c) : value_none();
  return v.tag == V_NONE ? unit_zero(w, r) : v;
}

static Value suppliers_of(World *w, const Sums *s) {
  Value few[64], *at = s->n <= 64 ? few : mem_get(w->mem, s->n * sizeof *at);
  uint32_t n = 0;
  if (!at) return value_set(&w->rt, few, 0);
  for (uint32_t i = 0; i < s->n; i++)
    if (!fig_exactly_zero(s->at[i].v)) at[n++] = value_ent(ent_make(K_COUNTRY, s->at[i].who));
  Value set = value_set(&w->rt, at, n);
  if (at != few) mem_free(w->mem, at, s->n * sizeof *at);
  return set;
}

Value world_suppliers(World *w, Ctx *x, uint32_t r) {
  Value few[1];
  if (w->tracing) {
    Sums *fresh = w->inner->sealed && r < w->nresource ? sums_count(w, x, r) : NULL;
    Value set = fresh ? suppliers_of(w, fresh) : value_set(&w->rt, few, 0);
    if (fresh) sums_free(w, fresh);
    if (set.tag == V_SET && !set.obj->len) fact_note(w, x->view == world_base(w) ? TRACE_NOBODY : TRACE_NOBODY_LEFT, r);
    return set;
  }
  Sums *s = sums_of(w, home(w, x, r, PLAIN_SUMS, w->inner->touch), r);
  if (!s) return value_set(&w->rt, few, 0);
  if (s->suppliers.tag == V_NONE) s->suppliers = suppliers_of(w, s);
  return value_keep(s->suppliers);
}

/* A clause as an amendment leaves it does not count where all agreements are as first written. */
bool row_amended(const World *w, uint32_t row) {
  ClauseFacts room;
  return w->agreements.at[world_clause(w, w->promises.clause.at[row], &room)->agreement].amendment;
}

/* Whether the rows that are no gift can be left out of account: what they say counts for nothing here. */
static bool rest_idle(const World *w, uint32_t r, Day lo, Day hi) {
  const PromiseCols *p = &w->promises;
  for (uint32_t i = p->start[r], end = p->start[r + 1]; i < end; i++) {
    if (p->flags.at[i] & ROW_GIVES || p->win.at[i].from > hi || p->win.at[i].until <= lo) continue;
    const Value *v = &p->value.at[i];
    if (p->flags.at[i] & ROW_PLAIN ? v->tag != V_DEC || v->i <= 0 : !row_amended(w, i)) return false;
  }
  return true;
}

/* Nothing stands in the way of plain promises that are above 0: who makes one is a supplier on its days. No branch depends on a row's. */
bool suppliers_seen(World *w, Ctx *x, uint32_t r, Day lo, Day hi, uint64_t *seen) {
  const PromiseCols *p = &w->promises;
  const Inner *in = w->inner;
  const DayRun *win = p->win.at;
  const uint32_t *who = p->who.at;
  uint8_t rest = 0;
  if (!in->sealed || r >= w->nresource || w->tracing || x->view->nunder || !room_of(x)->all || in->control_start[r] != in->control_start[r + 1]) return false;
  for (uint32_t i = p->start[r], end = p->start[r + 1]; i < end; i++) {
    uint8_t on = (uint8_t)((win[i].from <= hi) & (win[i].until > lo)), gives = on & (p->flags.at[i] / ROW_GIVES);
    rest |= on ^ gives;
    uint32_t by = who[i] & (0u - gives);
    seen[by >> 6] |= (uint64_t)gives << (by & 63);
  }
  for (uint32_t k = 0; k < in->cwords; k++) seen[k] &= ~x->absent[k];
  return !rest || rest_idle(w, r, lo, hi);
}

Value world_suppliers_within(World *w, Ctx *x, uint32_t r, Day lo, Day hi) {
  Scratch t = scratch_take(w);
  bool plain = t.v && t.seen && suppliers_seen(w, x, r, lo, hi, t.seen);
  Value set = plain && lo <= hi ? ents_of_bits(w, K_COUNTRY, t.seen, w->inner->cwords) : value_none();
  scratch_give(w, t);
  return set;
}

bool world_parts_apart(const World *w, uint32_t r) { return w->inner->sealed && r < w->nresource && w->inner->plain[r] & PLAIN_PARTS; }

const uint64_t *world_need_touch(const World *w, uint32_t r) {
  const Inner *in = w->inner;
  return in->sealed && r < w->nresource && in->plain[r] & PLAIN_NEED ? in->touch_need + (size_t)r * in->cwords : NULL;
}

static Value parts_total(World *w, const Sums *s, uint32_t r) {
  Value sum = unit_zero(w, r);
  for (uint32_t i = 0; s && i < s->n; i++) sum = figure_add(w, sum, value_keep(s->at[i].v));
  return sum;
}

static Value sums_total(World *w, Ctx *x, uint32_t r) {
  if (w->tracing) {
    Sums *fresh = w->inner->sealed && r < w->nresource ? sums_count(w, x, r) : NULL;
    Value sum = parts_total(w, fresh, r);
    if (fresh) sums_free(w, fresh);
    return sum;
  }
  Sums *s = sums_of(w, home(w, x, r, PLAIN_SUMS, w->inner->touch), r);
  if (!s) return unit_zero(w, r);
  if (s->total.tag == V_NONE) s->total = parts_total(w, s, r);
  return value_keep(s->total);
}

static Value demand_sum(World *w, Ctx *x, uint32_t r) {
  Value sum = unit_zero(w, r);
  Picture *p = picture_take(w, FACTS_DEMAND, r, x->day);
  for (uint32_t i = 0; p && i < p->n; i++) {
    uint32_t who = p->at[i].who;
    if (who < w->ncountry && (bits_has(x->absent, who) || !bits_has(x->parties, who))) continue;
    sum = figure_add(w, sum, held_value(w, x, FACTS_DEMAND, p->at[i], r));
  }
  picture_give(w, p);
  return sum;
}

/* What making what is promised of another resource takes of r; *sum is added to. */
static void derived_add(World *w, Ctx *x, uint32_t r, const EdgeWalk *e, Value *sum) {
  Value made = sums_total(w, x, e->other[e->found]), in_unit = value_none();
  if (fig_exactly_zero(made)) { value_drop(w->mem, made); return; }
  fact_note(w, TRACE_REQUIRE, e->found);
  Value rate = e->undated ? unknown_of(w, CAUSE_UNDATED, 0, 0, w->requires.span.at[e->found])
                          : figure_eval(w, x, w->requires.rate.at[e->found], UNIT_NONE);
  Value takes = figure_mul(w, made, rate);
  UnitId unit = w->p->resource_unit.at[r];
  if (value_is_figure(takes) && takes.unit != unit && unit != UNIT_NONE) {
    FigErr err = fig_convert(&w->rt, takes, unit, &in_unit);
    value_drop(w->mem, takes);
    takes = err == FIG_OK && in_unit.tag != V_NONE ? in_unit : value_unknown(&w->rt, 0);
  }
  *sum = figure_add(w, *sum, takes);
}

static Value needed_sum(World *w, Ctx *x, uint32_t r) {
  Value sum = demand_sum(w, x, r);
  EdgeWalk e = edges_walk(w, r, true, x->day);
  while (edge_next(&e))
    if (w->requires.rate.at[e.found].tag != V_NONE) derived_add(w, x, r, &e, &sum);
  return sum;
}

Value world_needed(World *w, Ctx *x, uint32_t r) {
  if (w->tracing) return needed_sum(w, x, r);
  Ctx *h = home(w, x, r, PLAIN_NEED, w->inner->touch_need);
  Sums *s = sums_of(w, h, r);
  if (s && s->needed.tag != V_NONE) return value_keep(s->needed);
  bool broken = w->inner->broken;
  w->inner->broken = false;
  Value v = needed_sum(w, h, r);
  s = w->inner->broken ? NULL : sums_of(w, h, r);  /* asked again: an evaluation may have trimmed the caches */
  if (s && s->needed.tag == V_NONE) s->needed = value_keep(v);
  w->inner->broken = w->inner->broken || broken;
  return v;
}

static bool need_stated(World *w, Ctx *x, uint32_t r) {
  bool any = false;
  Picture *p = picture_take(w, FACTS_DEMAND, r, x->day);
  for (uint32_t i = 0; p && i < p->n; i++) {
    uint32_t who = p->at[i].who;
    if (who < w->ncountry && !bits_has(x->parties, who)) continue;
    fact_note(w, TRACE_DEMAND, p->at[i].row);
    any = true;
  }
  picture_give(w, p);
  return any;
}

/* Whether somebody surely promises more than nothing of a resource; unknown where what is promised may be nothing. */
static Value made_surely(World *w, Ctx *x, uint32_t r) {
  Value makers = world_suppliers(w, x, r), maybe = value_none();
  for (uint32_t i = 0; makers.tag == V_SET && i < makers.obj->len; i++) {
    Value v = world_committed(w, x, ent_index(value_seq(makers)->at[i].aux), r);
    bool sure = !fig_may_be_zero(&w->rt, v);
    Value both = sure ? value_bool(true) : value_unknown2(&w->rt, maybe, v);
    value_drop(w->mem, v);
    value_drop(w->mem, maybe);
    maybe = both;
    if (sure) break;
  }
  value_drop(w->mem, makers);
  return maybe;
}

static Value need_follows(World *w, Ctx *x, uint32_t r) {
  Value need = value_bool(false);
  EdgeWalk e = edges_walk(w, r, true, x->day);
  while (need.tag != V_TRUE && edge_next(&e)) {
    if (w->requires.rate.at[e.found].tag == V_NONE) continue;
    Value made = made_surely(w, x, e.other[e.found]);
    if (made.tag == V_NONE) continue;
    fact_note(w, TRACE_REQUIRE, e.found);
    Value both = made.tag == V_TRUE ? made : value_unknown2(&w->rt, need, made);
    value_drop(w->mem, need);
    value_drop(w->mem, made);
    need = both;
  }
  return need;
}

Value world_has_need(World *w, Ctx *x, uint32_t r) {
  Ctx *b = x->base;
  Sums *s = w->tracing ? NULL : sums_of(w, b, r);
  if (s && s->need.tag != V_NONE) return value_keep(s->need);
  bool broken = w->inner->broken;
  w->inner->broken = false;
  Value need = need_stated(w, b, r) ? value_bool(true) : need_follows(w, b, r);
  s = w->tracing || w->inner->broken ? NULL : sums_of(w, b, r);
  if (s && s->need.tag == V_NONE) s->need = value_keep(need);
  w->inner->broken = w->inner->broken || broken;
  return need;
}
