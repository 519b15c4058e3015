#include "world/inner.h"
#include <string.h>

/* What an answer about a resource can depend on: from which day to which no fact about it changes, and whose absence
 * could matter. Kept rough and always on the safe side, so that an answer may be used again on other days and in other
 * worlds without asking for it again. */

/* The days of one resource and kind, gathered: all are breaks, so they are bits by their places there; `some` has a bit for each word
 * that is not zero. place: by day from the first break on, where that is no great room; else NULL. */
enum { PLACES_MAX = 1 << 16 };
typedef struct Gather { World *w; Depend *p; uint64_t *days, *some; uint32_t ndays, nsome; uint16_t *place; size_t nplace; } Gather;

static bool gather_begin(Gather *g) {
  const Day *breaks = g->w->breaks.at;
  uint32_t n = g->w->breaks.len, range = n ? (uint32_t)(breaks[n - 1] - breaks[0]) + 1 : 0;
  g->ndays = bits_words(n);
  g->nsome = bits_words(g->ndays);
  g->days = mem_zero(g->w->mem, (g->ndays + g->nsome) * sizeof *g->days);
  g->nplace = range <= PLACES_MAX ? range : 0;
  g->place = g->nplace ? mem_zero(g->w->mem, g->nplace * sizeof *g->place) : NULL;
  if (!g->days || (g->nplace && !g->place)) return false;
  g->some = g->days + g->ndays;
  for (uint32_t i = 0; i < n && g->place; i++) g->place[breaks[i] - breaks[0]] = (uint16_t)i;
  return true;
}

static void gather_end(Gather *g) {
  mem_free(g->w->mem, g->days, (g->ndays + g->nsome) * sizeof *g->days);
  mem_free(g->w->mem, g->place, g->nplace * sizeof *g->place);
}

static inline void day_add(Gather *g, Day d) {
  if (d <= DAY_MIN || d > DAY_MAX) return;
  uint32_t i = g->place ? g->place[d - g->w->breaks.at[0]] : world_stretch(g->w, d) - 1;
  bits_set(g->days, i);
  bits_set(g->some, i / 64);
}

static void window_add(Gather *g, Window win) {
  if (!win.stated) return;
  day_add(g, win.from);
  day_add(g, win.until);
}

/* What was gathered becomes the resource's days of that kind. */
static void days_take(Gather *g, uint32_t r, int kind) {
  Depend *p = g->p;
  DependOf *f = &p->res[r];
  f->first[kind] = p->days.len;
  for (uint32_t s = bits_next(g->some, g->nsome, 0); s != UINT32_MAX; s = bits_next(g->some, g->nsome, s + 1)) {
    for (uint64_t left = g->days[s]; left; left &= left - 1) vec_push(g->w->mem, &p->days, g->w->breaks.at[s * 64 + (uint32_t)__builtin_ctzll(left)]);
    g->days[s] = 0;
    bits_drop(g->some, s);
  }
  f->ndays[kind] = p->days.len - f->first[kind];
}

enum { OTHERS = 63 };

/* Parties have a bit each, or where there are more of them than bits share them evenly; all others have the last. */
static bool bits_give(World *w, Depend *p) {
  uint32_t words = bits_words(w->ncountry), next = 0;
  p->bit = arena_get(&w->arena, w->ncountry + 1);
  if (!p->bit) return false;
  memset(p->bit, OTHERS, w->ncountry + 1);
  for (uint32_t a = 0; a < w->agreements.len; a++)
    for (uint32_t c = bits_next(w->agreements.at[a].parties, words, 0); c != UINT32_MAX; c = bits_next(w->agreements.at[a].parties, words, c + 1))
      if (p->bit[c] == OTHERS) p->bit[c] = (uint8_t)(next++ % OTHERS);
  p->shared = next > OTHERS;
  return true;
}

uint64_t dep_who(const World *w, uint32_t country) { return country < w->ncountry ? 1ull << w->depend.bit[country] : 0; }

uint64_t dep_own(const World *w, uint32_t country) {
  return country < w->ncountry && w->depend.bit[country] != OTHERS && !w->depend.shared ? dep_who(w, country) : 0;
}

uint64_t dep_absent(const World *w, const uint64_t *countries, const uint64_t *before) {
  uint64_t all = 0;
  uint32_t words = bits_words(w->ncountry);
  for (uint32_t c = countries ? bits_next(countries, words, 0) : UINT32_MAX; c != UINT32_MAX; c = bits_next(countries, words, c + 1))
    if (!before || !bits_has(before, c)) all |= dep_who(w, c);
  return all;
}

static void supply_depend(Gather *g, uint32_t r, const SupplyCols *s, int kind) {
  DependOf *f = &g->p->res[r];
  for (uint32_t k = s->start[r]; k < s->start[r + 1]; k++) {
    uint32_t i = s->row[k];
    window_add(g, s->win.at[i]);
    f->who[kind] |= dep_who(g->w, s->who.at[i]);
    f->loose_facts |= s->value.at[i].tag == V_FUNC;
  }
}

static bool promise_loose(const World *w, uint32_t row) {
  if (w->promises.flags.at[row] & ROW_SOLE) return false;
  ClauseFacts room;
  const ClauseFacts *k = world_clause(w, w->promises.clause.at[row], &room);
  return w->promises.value.at[row].tag == V_FUNC || k->when != UINT32_MAX || k->unless != UINT32_MAX;
}

static void fewer(DependOf *f, uint32_t n) { if (n < f->few) f->few = n; }

static void promises_depend(Gather *g, uint32_t r) {
  World *w = g->w;
  const PromiseCols *c = &w->promises;
  DependOf *f = &g->p->res[r];
  uint32_t words = bits_words(w->ncountry), agreement = UINT32_MAX;
  for (uint32_t i = c->start[r]; i < c->start[r + 1]; i++) {
    day_add(g, c->win.at[i].from);
    day_add(g, c->win.at[i].until);
    uint32_t own = c->flags.at[i] & ROW_SOLE ? ent_index(clause_run(w->p, c->clause.at[i])->owner) : UINT32_MAX;
    if (own != UINT32_MAX) f->who[DAYS_PROMISE] |= dep_who(w, c->who.at[i]);
    if (own != UINT32_MAX && own == agreement) continue;  /* its recipients have been counted */
    agreement = own;
    ClauseFacts room;
    const ClauseFacts *k = world_clause(w, c->clause.at[i], &room);
    const uint64_t *to = i < c->to.len && c->to.at[i] ? c->to.at[i] : clause_recipients(w, k);
    fewer(f, bits_count(to, words));
    f->who[DAYS_PROMISE] |= dep_absent(w, k->subjects, NULL);
    if (f->controlled) f->who[DAYS_PROMISE] |= dep_absent(w, to, NULL);  /* a control hits those who are there */
    f->loose_promises |= promise_loose(w, i);
  }
}

static void controls_depend(Gather *g, uint32_t r) {
  World *w = g->w;
  const Inner *in = w->inner;
  DependOf *f = &g->p->res[r];
  for (uint32_t n = in->control_start[r]; n < in->control_start[r + 1]; n++) {
    const ControlFacts *c = &w->controls.at[in->control_row[n]];
    f->controlled = true;
    window_add(g, c->win);
    for (uint32_t i = 0; i < c->suspended.len; i++) window_add(g, c->suspended.at[i]);
    for (uint32_t i = in->exempt_start[in->control_row[n]]; i < in->exempt_start[in->control_row[n] + 1]; i++) {
      ClauseFacts room;
      const ClauseFacts *k = world_clause(w, in->exempt_row[i], &room);
      window_add(g, k->win);
      f->who[DAYS_PROMISE] |= dep_absent(w, k->subjects, NULL);
      f->loose_facts |= k->when != UINT32_MAX || k->unless != UINT32_MAX;
    }
  }
}

static void requires_depend(Gather *g, uint32_t r, const uint32_t *start, const uint32_t *row) {
  const RequireCols *q = &g->w->requires;
  for (uint32_t i = start[r]; i < start[r + 1]; i++) {
    window_add(g, q->win.at[row[i]]);
    g->p->res[r].loose_facts |= q->rate.at[row[i]].tag == V_FUNC;
  }
}

bool depend_make(World *w) {
  Depend *p = &w->depend;
  const RequireCols *q = &w->requires;
  Gather g = {.w = w, .p = p};
  p->res = arena_zero(&w->arena, ((size_t)w->nresource + 1) * sizeof *p->res);
  if (!p->res || !bits_give(w, p)) return false;
  bool ready = gather_begin(&g);
  for (uint32_t r = 0; ready && r < w->nresource && !mem_failed(w->mem); r++) {
    p->res[r].few = UINT32_MAX;
    supply_depend(&g, r, &w->supply, DAYS_SUPPLY);
    supply_depend(&g, r, &w->totals, DAYS_SUPPLY);
    days_take(&g, r, DAYS_SUPPLY);
    supply_depend(&g, r, &w->demand, DAYS_DEMAND);
    days_take(&g, r, DAYS_DEMAND);
    controls_depend(&g, r);
    promises_depend(&g, r);
    days_take(&g, r, DAYS_PROMISE);
    requires_depend(&g, r, q->start, q->row);
    requires_depend(&g, r, q->used_start, q->used_row);
    days_take(&g, r, DAYS_REQUIRE);
  }
  gather_end(&g);
  return !mem_failed(w->mem);
}

/* Promises that were functions may have become figures. */
void depend_settle(World *w) {
  for (uint32_t r = 0; r < w->nresource; r++) {
    DependOf *f = &w->depend.res[r];
    f->loose_promises = false;
    for (uint32_t i = w->promises.start[r]; i < w->promises.start[r + 1]; i++) f->loose_promises |= promise_loose(w, i);
  }
}

void depend_end(World *w) { vec_end(w->mem, &w->depend.days); }

void dep_window(Window win, Day day, Dep *d) {
  const Day turns[2] = {win.from, win.until};
  for (uint32_t i = 0; i < 2; i++)
    if (turns[i] <= day) dep_narrow(d, turns[i], DAY_OPEN);
    else if (turns[i] != DAY_OPEN) dep_narrow(d, DAY_NONE, turns[i] - 1);
}

/* The days around x's on which nothing at all changes. */
void dep_stretch(World *w, const Ctx *x, Dep *d) {
  if (x->day == DAY_NONE) { dep_narrow(d, DAY_NONE, DAY_NONE); return; }
  uint32_t s = world_stretch(w, x->day);
  dep_narrow(d, world_stretch_first(w, s), world_stretch_last(w, s));
}

static void days_narrow(const Depend *p, const DependOf *f, int kind, Day day, Dep *d) {
  uint32_t first = f->first[kind], end = first + f->ndays[kind], lo = first, hi = end;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (p->days.at[mid] <= day) lo = mid + 1;
    else hi = mid;
  }
  Day from = lo > first ? p->days.at[lo - 1] : DAY_MIN;   /* where there are days, it is not what holds without one */
  if (from > d->lo) d->lo = from;
  if (lo < end && p->days.at[lo] - 1 < d->hi) d->hi = p->days.at[lo] - 1;
}

void dep_resource(World *w, const Ctx *x, uint32_t r, int what, Dep *d) {
  const Depend *p = &w->depend;
  const DependOf *f = &p->res[r];
  if (what & DEP_PROMISE && f->few < d->few) d->few = f->few;
  bool loose = f->loose_facts || f->loose_promises;
  if (loose && x->thunked) dep_meet(d, x->thunks);
  if (loose && x->base && x->base->thunked) dep_meet(d, x->base->thunks);
  for (int k = 0; k < DAYS_KINDS; k++)
    if (what >> k & 1) d->who |= f->who[k];
  if (x->day == DAY_NONE || x->view->nunder) { dep_stretch(w, x, d); return; }
  for (int k = 0; k < DAYS_KINDS; k++)
    if (what >> k & 1 && f->ndays[k]) days_narrow(p, f, k, x->day, d);
}

/* What holds over a stretch of time does so whatever the day is here. */
void dep_rows(World *w, const Ctx *x, const RowsAsked *q, int what, bool timeless, Dep *d) {
  const Ent *res = q->res.at;
  Ent was = UINT32_MAX;
  Day lo = d->lo, hi = d->hi;
  for (uint32_t i = 0; i < q->n; i++) {
    if (res[i * q->res.step] == was || !bits_has(q->live, i)) continue;
    was = res[i * q->res.step];
    const DependOf *f = &w->depend.res[ent_index(was)];
    if (!timeless || f->loose_facts || f->loose_promises) { dep_resource(w, x, ent_index(was), what, d); continue; }
    if (what & DEP_PROMISE && f->few < d->few) d->few = f->few;
    for (int k = 0; k < DAYS_KINDS; k++)
      if (what >> k & 1) d->who |= f->who[k];
  }
  if (timeless) d->lo = lo, d->hi = hi;
}

/* needed(r) rests on r and on everything that requires it at a rate, whenever it does. */
void dep_need(World *w, const Ctx *x, uint32_t r, Dep *d) {
  const RequireCols *q = &w->requires;
  dep_resource(w, x, r, DEP_DEMAND | DEP_REQUIRE, d);
  for (uint32_t i = q->used_start[r]; i < q->used_start[r + 1]; i++)
    if (q->rate.at[q->used_row[i]].tag != V_NONE) dep_resource(w, x, q->res.at[q->used_row[i]], DEP_PROMISE | DEP_REQUIRE, d);
}
