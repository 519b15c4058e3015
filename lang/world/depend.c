#include "world/inner.h"
#include <string.h>

/* What an answer about a resource can depend on: from which day to which no fact about it changes, and whose absence
 * could matter. Kept rough and always on the safe side, so that an answer may be used again on other days and in other
 * worlds without asking for it again. */

/* Days are kept by resource and by what changes on them. */
static uint64_t key_of(uint32_t r, int kind) { return ((uint64_t)r << 2 | (uint64_t)kind) << 32; }

static void day_add(World *w, Depend *p, uint32_t r, int kind, Day d) {
  if (d <= DAY_MIN || d == DAY_OPEN) return;
  SortKey k = {key_of(r, kind) | day_key(d), 0};
  vec_push(w->mem, &p->keys, k);
}

static void window_add(World *w, Depend *p, uint32_t r, int kind, Window win) {
  if (!win.stated) return;
  day_add(w, p, r, kind, win.from);
  day_add(w, p, r, kind, win.until);
}

enum { OTHERS = 63 };

/* Parties have a bit each, as long as there are any left. */
static bool bits_give(World *w, Depend *p) {
  uint32_t words = bits_words(w->ncountry), next = 0;
  p->bit = arena_get(&w->arena, w->ncountry + 1);
  if (!p->bit) return false;
  memset(p->bit, OTHERS, w->ncountry + 1);
  for (uint32_t a = 0; a < w->agreements.len; a++)
    for (uint32_t c = bits_next(w->agreements.at[a].parties, words, 0); c != UINT32_MAX && next < OTHERS; c = bits_next(w->agreements.at[a].parties, words, c + 1))
      if (p->bit[c] == OTHERS) p->bit[c] = (uint8_t)next++;
  return true;
}

uint64_t dep_who(const World *w, uint32_t country) { return country < w->ncountry ? 1ull << w->depend.bit[country] : 0; }

uint64_t dep_own(const World *w, uint32_t country) {
  return country < w->ncountry && w->depend.bit[country] != OTHERS ? dep_who(w, country) : 0;
}

uint64_t dep_absent(const World *w, const uint64_t *countries, const uint64_t *before) {
  uint64_t all = 0;
  uint32_t words = bits_words(w->ncountry);
  for (uint32_t c = countries ? bits_next(countries, words, 0) : UINT32_MAX; c != UINT32_MAX; c = bits_next(countries, words, c + 1))
    if (!before || !bits_has(before, c)) all |= dep_who(w, c);
  return all;
}

static void supply_depend(World *w, Depend *p, const SupplyCols *s, int kind) {
  for (uint32_t i = 0; i < s->res.len; i++) {
    uint32_t r = s->res.at[i];
    window_add(w, p, r, kind, s->win.at[i]);
    p->res[r].who[kind] |= dep_who(w, s->who.at[i]);
    p->res[r].loose_facts |= s->value.at[i].tag == V_FUNC;
  }
}

static bool promise_loose(const World *w, uint32_t row) {
  const ClauseFacts *k = &w->clauses.at[w->promises.clause.at[row]];
  return w->promises.value.at[row].tag == V_FUNC || k->when != UINT32_MAX || k->unless != UINT32_MAX;
}

static void promises_depend(World *w, Depend *p) {
  const PromiseCols *c = &w->promises;
  for (uint32_t i = 0; i < c->res.len; i++) {
    uint32_t r = c->res.at[i];
    const ClauseFacts *k = &w->clauses.at[c->clause.at[i]];
    window_add(w, p, r, DAYS_PROMISE, c->win.at[i]);
    const uint64_t *own = i < c->to.len ? c->to.at[i] : NULL, *to = own ? own : clause_recipients(w, k);
    uint32_t n = bits_count(to, bits_words(w->ncountry));
    p->res[r].who[DAYS_PROMISE] |= dep_absent(w, k->subjects, NULL);
    if (p->res[r].controlled) p->res[r].who[DAYS_PROMISE] |= dep_absent(w, to, NULL);  /* a control hits those who are there */
    if (n < p->res[r].few) p->res[r].few = n;
    p->res[r].loose_promises |= promise_loose(w, i);
  }
}

static void control_depend(World *w, Depend *p, uint32_t control) {
  const ControlFacts *c = &w->controls.at[control];
  uint32_t words = bits_words(w->nresource);
  for (uint32_t r = c->resources ? bits_next(c->resources, words, 0) : UINT32_MAX; r != UINT32_MAX; r = bits_next(c->resources, words, r + 1)) {
    p->res[r].controlled = true;
    window_add(w, p, r, DAYS_PROMISE, c->win);
    for (uint32_t i = 0; i < c->suspended.len; i++) window_add(w, p, r, DAYS_PROMISE, c->suspended.at[i]);
    for (uint32_t i = 0; i < w->clauses.len; i++) {
      const ClauseFacts *k = &w->clauses.at[i];
      if (k->act != ACT_EXEMPT || k->control != control) continue;
      window_add(w, p, r, DAYS_PROMISE, k->win);
      p->res[r].who[DAYS_PROMISE] |= dep_absent(w, k->subjects, NULL);
      p->res[r].loose_facts |= k->when != UINT32_MAX || k->unless != UINT32_MAX;
    }
  }
}

static void requires_depend(World *w, Depend *p) {
  const RequireCols *q = &w->requires;
  for (uint32_t i = 0; i < q->res.len; i++) {
    window_add(w, p, q->res.at[i], DAYS_REQUIRE, q->win.at[i]);
    window_add(w, p, q->input.at[i], DAYS_REQUIRE, q->win.at[i]);
    bool loose = q->rate.at[i].tag == V_FUNC;
    p->res[q->res.at[i]].loose_facts |= loose;
    p->res[q->input.at[i]].loose_facts |= loose;
  }
}

static bool days_sort(World *w, Depend *p) {
  keys_sort(w->mem, p->keys.at, p->keys.len);
  uint32_t n = 0;
  for (uint32_t i = 0; i < p->keys.len; i++)
    if (!n || p->keys.at[n - 1].key != p->keys.at[i].key) p->keys.at[n++] = p->keys.at[i];
  p->keys.len = n;
  for (uint32_t i = 0; i < n; i++) p->res[p->keys.at[i].key >> 34].ndays[p->keys.at[i].key >> 32 & 3]++;
  uint32_t at = 0;
  for (uint32_t r = 0; r < w->nresource; r++)
    for (int k = 0; k < DAYS_KINDS; k++) { p->res[r].first[k] = at; at += p->res[r].ndays[k]; }
  return !mem_failed(w->mem);
}

bool depend_make(World *w) {
  Depend *p = &w->depend;
  p->res = arena_zero(&w->arena, ((size_t)w->nresource + 1) * sizeof *p->res);
  if (!p->res || !bits_give(w, p)) return false;
  for (uint32_t r = 0; r < w->nresource; r++) p->res[r].few = UINT32_MAX;
  supply_depend(w, p, &w->supply, DAYS_SUPPLY);
  supply_depend(w, p, &w->demand, DAYS_DEMAND);
  supply_depend(w, p, &w->totals, DAYS_SUPPLY);
  requires_depend(w, p);
  for (uint32_t i = 0; i < w->controls.len; i++) control_depend(w, p, i);
  promises_depend(w, p);
  return days_sort(w, p);
}

/* Promises that were functions may have become figures. */
void depend_settle(World *w) {
  for (uint32_t r = 0; r < w->nresource; r++) {
    DependOf *f = &w->depend.res[r];
    f->loose_promises = false;
    for (uint32_t i = w->promises.start[r]; i < w->promises.start[r + 1]; i++) f->loose_promises |= promise_loose(w, i);
  }
}

void depend_end(World *w) { vec_end(w->mem, &w->depend.keys); }

static Day key_day(uint64_t key) { return (Day)((uint32_t)key ^ 0x80000000u); }

static void dep_narrow(Dep *d, Day lo, Day hi) {
  if (lo > d->lo) d->lo = lo;
  if (hi < d->hi) d->hi = hi;
}

void dep_meet(Dep *d, Dep e) {
  dep_narrow(d, e.lo, e.hi);
  d->who |= e.who;
  if (e.few < d->few) d->few = e.few;
}

/* The days around x's on which nothing at all changes. */
void dep_stretch(World *w, const Ctx *x, Dep *d) {
  if (x->day == DAY_NONE) { dep_narrow(d, DAY_NONE, DAY_NONE); return; }
  uint32_t s = world_stretch(w, x->day);
  dep_narrow(d, world_stretch_first(w, s), world_stretch_last(w, s));
}

static void days_narrow(const Depend *p, const DependOf *f, uint32_t r, int kind, Day day, Dep *d) {
  uint64_t key = key_of(r, kind) | day_key(day);
  uint32_t first = f->first[kind], end = first + f->ndays[kind], lo = first, hi = end;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (p->keys.at[mid].key <= key) lo = mid + 1;
    else hi = mid;
  }
  if (lo > first && key_day(p->keys.at[lo - 1].key) > d->lo) d->lo = key_day(p->keys.at[lo - 1].key);
  if (lo < end && key_day(p->keys.at[lo].key) - 1 < d->hi) d->hi = key_day(p->keys.at[lo].key) - 1;
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
    if (what >> k & 1 && f->ndays[k]) days_narrow(p, f, r, k, x->day, d);
}

/* needed(r) rests on r and on everything that requires it at a rate, whenever it does. */
void dep_need(World *w, const Ctx *x, uint32_t r, Dep *d) {
  const RequireCols *q = &w->requires;
  dep_resource(w, x, r, DEP_DEMAND | DEP_REQUIRE, d);
  for (uint32_t i = q->used_start[r]; i < q->used_start[r + 1]; i++)
    if (q->rate.at[q->used_row[i]].tag != V_NONE) dep_resource(w, x, q->res.at[q->used_row[i]], DEP_PROMISE | DEP_REQUIRE, d);
}
