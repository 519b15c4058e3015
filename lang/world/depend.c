#include "world/inner.h"
#include <string.h>

/* What an answer about a resource can depend on: from which day to which no fact about it changes, and whose absence
 * could matter. Kept rough and always on the safe side, so that an answer may be used again on other days and in other
 * worlds without asking for it again. */

static void day_add(World *w, Depend *p, uint32_t r, Day d) {
  if (d <= DAY_MIN || d == DAY_OPEN) return;
  SortKey k = {(uint64_t)r << 32 | day_key(d), 0};
  vec_push(w->mem, &p->keys, k);
}

static void window_add(World *w, Depend *p, uint32_t r, Window win) {
  if (!win.stated) return;
  day_add(w, p, r, win.from);
  day_add(w, p, r, win.until);
}

static uint64_t who_bit(uint32_t c) { return c < WHO_JOINT ? 1ull << (c & 63) : 0; }

static uint64_t who_bits(const World *w, const uint64_t *bits) {
  uint64_t all = 0;
  uint32_t words = bits_words(w->ncountry);
  for (uint32_t i = 0; bits && i < words; i++) all |= bits[i];
  return all;
}

static void supply_depend(World *w, Depend *p, const SupplyCols *s) {
  for (uint32_t i = 0; i < s->res.len; i++) {
    uint32_t r = s->res.at[i];
    window_add(w, p, r, s->win.at[i]);
    p->res[r].who |= who_bit(s->who.at[i]);
    p->res[r].loose |= s->value.at[i].tag == V_FUNC;
  }
}

static void promises_depend(World *w, Depend *p) {
  const PromiseCols *c = &w->promises;
  for (uint32_t i = 0; i < c->res.len; i++) {
    uint32_t r = c->res.at[i];
    const ClauseFacts *k = &w->clauses.at[c->clause.at[i]];
    window_add(w, p, r, c->win.at[i]);
    p->res[r].who |= who_bits(w, k->subjects) | who_bits(w, k->to ? k->to : w->agreements.at[k->agreement].parties);
    p->res[r].loose |= c->value.at[i].tag == V_FUNC || k->when != UINT32_MAX || k->unless != UINT32_MAX;
  }
}

static void control_depend(World *w, Depend *p, uint32_t control) {
  const ControlFacts *c = &w->controls.at[control];
  uint32_t words = bits_words(w->nresource);
  for (uint32_t r = c->resources ? bits_next(c->resources, words, 0) : UINT32_MAX; r != UINT32_MAX; r = bits_next(c->resources, words, r + 1)) {
    window_add(w, p, r, c->win);
    for (uint32_t i = 0; i < c->suspended.len; i++) window_add(w, p, r, c->suspended.at[i]);
    for (uint32_t i = 0; i < w->clauses.len; i++) {
      const ClauseFacts *k = &w->clauses.at[i];
      if (k->act != ACT_EXEMPT || k->control != control) continue;
      window_add(w, p, r, k->win);
      p->res[r].who |= who_bits(w, k->subjects);
      p->res[r].loose |= k->when != UINT32_MAX || k->unless != UINT32_MAX;
    }
  }
}

static void requires_depend(World *w, Depend *p) {
  const RequireCols *q = &w->requires;
  for (uint32_t i = 0; i < q->res.len; i++) {
    window_add(w, p, q->res.at[i], q->win.at[i]);
    window_add(w, p, q->input.at[i], q->win.at[i]);
    bool loose = q->rate.at[i].tag == V_FUNC;
    p->res[q->res.at[i]].loose |= loose;
    p->res[q->input.at[i]].loose |= loose;
  }
}

static bool days_sort(World *w, Depend *p) {
  keys_sort(w->mem, p->keys.at, p->keys.len);
  uint32_t n = 0;
  for (uint32_t i = 0; i < p->keys.len; i++)
    if (!n || p->keys.at[n - 1].key != p->keys.at[i].key) p->keys.at[n++] = p->keys.at[i];
  p->keys.len = n;
  for (uint32_t i = 0; i < n; i++) p->res[p->keys.at[i].key >> 32].ndays++;
  uint32_t at = 0;
  for (uint32_t r = 0; r < w->nresource; r++) { p->res[r].first = at; at += p->res[r].ndays; }
  return !mem_failed(w->mem);
}

bool depend_make(World *w) {
  Depend *p = &w->depend;
  p->res = arena_zero(&w->arena, ((size_t)w->nresource + 1) * sizeof *p->res);
  if (!p->res) return false;
  supply_depend(w, p, &w->supply);
  supply_depend(w, p, &w->demand);
  supply_depend(w, p, &w->totals);
  promises_depend(w, p);
  requires_depend(w, p);
  for (uint32_t i = 0; i < w->controls.len; i++) control_depend(w, p, i);
  return days_sort(w, p);
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
}

/* The days around x's on which nothing at all changes. */
void dep_stretch(World *w, const Ctx *x, Dep *d) {
  if (x->day == DAY_NONE) { dep_narrow(d, DAY_NONE, DAY_NONE); return; }
  uint32_t s = world_stretch(w, x->day);
  dep_narrow(d, world_stretch_first(w, s), world_stretch_last(w, s));
}

void dep_resource(World *w, const Ctx *x, uint32_t r, Dep *d) {
  const Depend *p = &w->depend;
  const DependOf *f = &p->res[r];
  d->who |= f->who;
  if (f->loose && x->thunked) dep_meet(d, x->thunks);
  if (f->loose && x->base && x->base->thunked) dep_meet(d, x->base->thunks);
  if (x->day == DAY_NONE || x->view->nunder) { dep_stretch(w, x, d); return; }
  uint64_t key = (uint64_t)r << 32 | day_key(x->day);
  uint32_t lo = f->first, hi = f->first + f->ndays;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (p->keys.at[mid].key <= key) lo = mid + 1;
    else hi = mid;
  }
  dep_narrow(d, lo > f->first ? key_day(p->keys.at[lo - 1].key) : DAY_MIN, lo < f->first + f->ndays ? key_day(p->keys.at[lo].key) - 1 : DAY_OPEN);
}

/* needed(r) rests on r and on everything that requires it, whenever it does. */
void dep_need(World *w, const Ctx *x, uint32_t r, Dep *d) {
  const RequireCols *q = &w->requires;
  dep_resource(w, x, r, d);
  for (uint32_t i = q->used_start[r]; i < q->used_start[r + 1]; i++) dep_resource(w, x, q->res.at[q->used_row[i]], d);
}
