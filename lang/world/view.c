#include "world/inner.h"
#include "base/intern.h"
#include <string.h>

/* ---- time ---- */

uint32_t world_stretch(const World *w, Day d) {
  uint32_t lo = 0, hi = w->breaks.len;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (w->breaks.at[mid] <= d) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

Day world_stretch_first(const World *w, uint32_t s) { return s && s <= w->breaks.len ? w->breaks.at[s - 1] : DAY_MIN; }
Day world_stretch_last(const World *w, uint32_t s) { return s < w->breaks.len ? w->breaks.at[s] - 1 : DAY_OPEN; }

static bool is_choice(Ent e) { return ent_kind(e) == K_AGREEMENT || ent_kind(e) == K_AMENDMENT; }

Ent view_chosen(const View *v) {
  for (uint32_t i = v->nunder; i-- > 0;)
    if (is_choice(v->under[i])) return v->under[i];
  return UINT32_MAX;
}

/* Takes the days of a from lo to hi into a term. */
static bool term_take(const AgreementFacts *a, Day lo, Day hi, bool any, Day *first, Day *last) {
  if (a->first > lo) lo = a->first;
  if (a->last < hi) hi = a->last;
  if (lo > hi) return any;
  if (!any || lo < *first) *first = lo;
  if (!any || hi > *last) *last = hi;
  return true;
}

/* Until an amendment takes effect the term is that of what it amends. */
static bool amended_term(const World *w, uint32_t row, Day *first, Day *last) {
  bool any = false;
  Day end = DAY_OPEN;
  for (const AgreementFacts *a = &w->agreements.at[row];; a = &w->agreements.at[a->before]) {
    Day from = a->amendment ? a->from : DAY_MIN;
    if (from <= end) any = term_take(a, from, end, any, first, last);
    if (from <= DAY_MIN) return any;
    if (from <= end) end = from - 1;
  }
}

bool world_term(World *w, const View *v, Day *first, Day *last) {
  Ent one = view_chosen(v);
  bool any = false;
  if (one != UINT32_MAX && ent_kind(one) == K_AMENDMENT) return amended_term(w, w->amended.at[ent_index(one)], first, last);
  for (uint32_t i = 0; i < w->agreements.len; i++) {
    const AgreementFacts *a = &w->agreements.at[i];
    if (!a->amendment && (one == UINT32_MAX || ent_index(one) == i)) any = term_take(a, DAY_NONE, DAY_OPEN, any, first, last);
  }
  return any;
}

/* ---- views ---- */

static uint64_t view_hash(const World *w, const View *v) {
  uint64_t h = hash_u64(v->nunder * 31u + v->nclauses + 1);
  for (uint32_t i = 0; i < w->inner->cwords; i++) h = hash_u64(h * 31 + v->countries[i]);
  for (uint32_t i = 0, n = bits_words(w->nroute); i < n; i++) h = hash_u64(h * 31 + v->routes[i]);
  for (uint32_t i = 0; i < v->nclauses; i++) h = hash_u64(h * 31 + v->clauses[i]);
  for (uint32_t i = 0; i < v->nunder; i++) h = hash_u64(h * 31 + v->under[i]);
  return h;
}

static bool view_same(const World *w, const View *a, const View *b) {
  return a->nunder == b->nunder && a->nclauses == b->nclauses && bits_equal(a->countries, b->countries, w->inner->cwords) &&
         bits_equal(a->routes, b->routes, bits_words(w->nroute)) && !memcmp(a->under, b->under, a->nunder * sizeof *a->under) &&
         (!a->nclauses || !memcmp(a->clauses, b->clauses, a->nclauses * sizeof *a->clauses));
}

static const View *view_add(World *w, const View *v) {
  size_t cs = w->inner->cwords * sizeof(uint64_t), rs = bits_words(w->nroute) * sizeof(uint64_t), qs = v->nclauses * sizeof(uint32_t);
  View *to = arena_get(&w->arena, sizeof *to + cs + rs + qs);
  if (!to || !vec_push(w->mem, &w->views, to)) return NULL;
  *to = *v;
  to->id = w->views.len - 1;
  to->countries = (uint64_t *)(void *)(to + 1);
  to->routes = to->countries + w->inner->cwords;
  to->clauses = (uint32_t *)(void *)(to->routes + bits_words(w->nroute));
  memcpy(to->countries, v->countries, cs);
  memcpy(to->routes, v->routes, rs);
  if (qs) memcpy(to->clauses, v->clauses, qs);
  return to;
}

static const View *view_intern(World *w, const View *v) {
  for (uint64_t h = view_hash(w, v);; h++) {
    uint64_t *slot = map_slot(&w->view_ids, h, UINT64_MAX);
    if (!slot) return NULL;
    if (*slot == UINT64_MAX) {
      *slot = w->views.len;
      const View *made = view_add(w, v);
      if (!made) *slot = UINT64_MAX;
      return made;
    }
    if (view_same(w, w->views.at[*slot], v)) return w->views.at[*slot];
  }
}

/* A copy of v that can be changed before it is interned. */
static View view_copy(World *w, const View *v) {
  Inner *in = w->inner;
  View to = {.countries = in->some_countries, .routes = in->some_routes};
  size_t cs = in->cwords * sizeof(uint64_t), rs = bits_words(w->nroute) * sizeof(uint64_t);
  in->some_clauses.len = 0;
  if (!v) {
    memset(to.countries, 0, cs);
    memset(to.routes, 0, rs);
    return to;
  }
  memcpy(to.countries, v->countries, cs);
  memcpy(to.routes, v->routes, rs);
  memcpy(to.under, v->under, sizeof to.under);
  to.nunder = v->nunder;
  for (uint32_t i = 0; i < v->nclauses; i++) vec_push(w->mem, &in->some_clauses, v->clauses[i]);
  return to;
}

static void clause_insert(World *w, uint32_t clause) {
  Inner *in = w->inner;
  uint32_t i = 0;
  while (i < in->some_clauses.len && in->some_clauses.at[i] < clause) i++;
  if ((i < in->some_clauses.len && in->some_clauses.at[i] == clause) || !vec_room(w->mem, &in->some_clauses)) return;
  memmove(in->some_clauses.at + i + 1, in->some_clauses.at + i, (in->some_clauses.len++ - i) * sizeof *in->some_clauses.at);
  in->some_clauses.at[i] = clause;
}

static void take_away(World *w, View *v, Ent e) {
  uint32_t i = ent_index(e), kind = ent_kind(e);
  if (kind == K_COUNTRY && i < w->ncountry) bits_set(v->countries, i);
  else if (kind == K_ROUTE && i < w->nroute) bits_set(v->routes, i);
  else if (kind == K_CLAUSE && i < w->clauses.len) {
    clause_read(w, i);
    clause_insert(w, i);
  }
}

static const View *view_done(World *w, View *v) {
  v->clauses = w->inner->some_clauses.at;
  v->nclauses = w->inner->some_clauses.len;
  return mem_failed(w->mem) ? NULL : view_intern(w, v);
}

const View *world_base(World *w) {
  if (!w->inner->sealed) return NULL;
  if (w->views.len) return w->views.at[0];
  View v = view_copy(w, NULL);
  return view_done(w, &v);
}

const View *world_without(World *w, const View *v, Value what) {
  if (!v) return NULL;
  View to = view_copy(w, v);
  if (what.tag == V_ENT) take_away(w, &to, what.aux);
  else if (what.tag == V_SET || what.tag == V_LIST)
    for (uint32_t i = 0; i < what.obj->len; i++)
      if (value_seq(what)->at[i].tag == V_ENT) take_away(w, &to, value_seq(what)->at[i].aux);
  return view_done(w, &to);
}

/* An agreement, as first written or as amended, takes the place of one chosen before; a scenario assumed again counts as assumed last. */
const View *world_under(World *w, const View *v, Ent what) {
  if (!v) return NULL;
  View to = view_copy(w, v);
  uint8_t n = 0;
  for (uint8_t i = 0; i < to.nunder; i++)
    if (to.under[i] != what && !(is_choice(what) && is_choice(to.under[i]))) to.under[n++] = to.under[i];
  if (n == UNDER_MAX) return NULL;
  to.under[n++] = what;
  to.nunder = n;
  return view_done(w, &to);
}

/* The view in which nothing is assumed but the chosen agreement. */
static const View *base_of(World *w, const View *v) {
  Ent one = view_chosen(v);
  const View *base = world_base(w);
  return one == UINT32_MAX || !base ? base : world_under(w, base, one);
}

/* ---- contexts ---- */

static bool control_on(const ControlFacts *c, Day d) {
  if (!window_on(c->win, d)) return false;
  for (uint32_t i = 0; i < c->suspended.len; i++)
    if (d != DAY_NONE && window_on(c->suspended.at[i], d)) return false;
  return true;
}

static void suspend(World *w, Ctx *x, uint32_t clause) {
  if (!x->suspended) x->suspended = mem_zero(w->mem, w->inner->qwords * sizeof *x->suspended);
  if (!x->suspended || clause >= w->clauses.len) return;
  do {
    bits_set(x->suspended, clause);
    ClauseFacts room;
    clause = world_clause(w, clause, &room)->next_reading;
  } while (clause);
}

/* As first written and as amended. */
static void suspend_agreement(const World *w, Ctx *x, uint32_t agreement) {
  for (uint32_t i = 0; i < w->agreements.len; i++)
    if (agreement_root(w, i) == agreement) bits_drop(x->agreements, i);
}

static void scale(World *w, Ctx *x, const Shock *s) {
  Room *room = room_of(x);
  if (!vec_push(w->mem, &room->scales, s)) return;
  x->scales = room->scales.at;
  x->nscales = room->scales.len;
}

/* What one shock changes; `gone` collects the withdrawn. Assumed scenarios are left to the caller. */
static void shock_apply(World *w, Ctx *x, const Shock *s, uint64_t *gone) {
  switch (s->op) {
    case SHOCK_WITHDRAW: if (s->countries) bits_or(gone, s->countries, w->inner->cwords); break;
    case SHOCK_IMPOSE: if (s->index < w->controls.len) bits_set(x->controls, s->index); break;
    case SHOCK_LIFT: if (s->index < w->controls.len) bits_drop(x->controls, s->index); break;
    case SHOCK_CLOSE: if (s->index < w->nroute) bits_set(x->closed, s->index); break;
    case SHOCK_SCALE: scale(w, x, s); break;
    case SHOCK_SUSPEND:
      if (ent_kind(s->what) == K_AGREEMENT) suspend_agreement(w, x, ent_index(s->what));
      else if (ent_kind(s->what) == K_CLAUSE) suspend(w, x, ent_index(s->what));
      break;
    default: break;
  }
}

/* Goes through a scenario and those that it assumes, each once, in the order in which they stand. */
static void scenario_apply(World *w, Ctx *x, uint32_t scenario, uint64_t *gone, uint64_t *done) {
  Inner *in = w->inner;
  in->path.len = 0;
  if (scenario >= w->scenarios.len || bits_has(done, scenario)) return;
  bits_set(done, scenario);
  SortKey top = {0, scenario};
  if (!vec_push(w->mem, &in->path, top)) return;
  while (in->path.len) {
    SortKey *at = &in->path.at[in->path.len - 1];
    const ScenarioFacts *f = &w->scenarios.at[at->row];
    if (at->key == f->shocks.len) { in->path.len--; continue; }
    const Shock *s = &f->shocks.at[at->key++];
    if (!window_on(s->win, x->day)) continue;
    if (s->op != SHOCK_ASSUME) { shock_apply(w, x, s, gone); continue; }
    if (s->index >= w->scenarios.len || bits_has(done, s->index)) continue;
    bits_set(done, s->index);
    SortKey next = {0, s->index};
    vec_push(w->mem, &in->path, next);
  }
}

/* Under an amendment: what it made of the agreement, or before it takes effect what it amends. */
static uint32_t amended_now(const World *w, uint32_t amendment, Day day) {
  uint32_t row = w->amended.at[amendment];
  while (w->agreements.at[row].amendment && day != DAY_NONE && day < w->agreements.at[row].from) row = w->agreements.at[row].before;
  return row;
}

static void ctx_facts(World *w, Ctx *x) {
  Ent one = view_chosen(x->view);
  if (one != UINT32_MAX && ent_kind(one) == K_AMENDMENT) bits_set(x->agreements, amended_now(w, ent_index(one), x->day));
  else if (one != UINT32_MAX) bits_set(x->agreements, ent_index(one));
  for (uint32_t i = 0; i < w->agreements.len && one == UINT32_MAX; i++)
    if (!w->agreements.at[i].amendment) bits_set(x->agreements, i);
  for (uint32_t k = 0; k < w->controls.len; k++)
    if (control_on(&w->controls.at[k], x->day)) bits_set(x->controls, k);
}

static void ctx_shocks(World *w, Ctx *x) {
  const View *v = x->view;
  uint32_t words = bits_words(w->scenarios.len), cs = w->inner->cwords;
  uint64_t few[64] = {0}, *done = few;  /* countries withdrawn first, then scenarios seen */
  size_t size = ((size_t)words + cs) * sizeof *done;
  if (words + cs > 64) done = mem_zero(w->mem, size);
  if (!done) return;
  for (uint32_t i = 0; i < v->nunder; i++)
    if (ent_kind(v->under[i]) == K_SCENARIO) scenario_apply(w, x, ent_index(v->under[i]), done, done + cs);
  bits_or(x->absent, done, cs);
  for (uint32_t i = 0; i < cs; i++) x->parties[i] = ~done[i];
  if (done != few) mem_free(w->mem, done, size);
}

/* Fills in what holds in x; its parties come last, when the withdrawn are known and agreements suspended. */
static void ctx_fill(World *w, Ctx *x) {
  Inner *in = w->inner;
  const View *v = x->view;
  memcpy(x->absent, v->countries, in->cwords * sizeof *x->absent);
  memcpy(x->closed, v->routes, bits_words(w->nroute) * sizeof *x->closed);
  memset(x->parties, 0xFF, in->cwords * sizeof *x->parties);
  ctx_facts(w, x);
  for (uint32_t i = 0; i < v->nclauses; i++) suspend(w, x, v->clauses[i]);
  if (v->nunder) ctx_shocks(w, x);
  for (uint32_t i = 0; i < in->cwords; i++) {
    uint64_t all = 0;
    for (uint32_t a = bits_next(x->agreements, in->awords, 0); a != UINT32_MAX; a = bits_next(x->agreements, in->awords, a + 1))
      if (w->agreements.at[a].parties) all |= w->agreements.at[a].parties[i];
    x->parties[i] &= all;
  }
}

static Room *room_make(World *w) {
  Inner *in = w->inner;
  uint32_t rs = bits_words(w->nroute);
  size_t words = (size_t)in->cwords * 2 + in->awords + in->kwords + rs, size = sizeof(Room) + words * sizeof(uint64_t);
  Room *room = mem_zero(w->mem, size);
  if (!room) return NULL;
  room->size = size;
  Ctx *x = &room->x;
  x->absent = (uint64_t *)(void *)(room + 1);
  x->parties = x->absent + in->cwords;
  x->agreements = x->parties + in->cwords;
  x->controls = x->agreements + in->awords;
  x->closed = x->controls + in->kwords;
  return room;
}

static bool only_absent(const World *w, const Ctx *x) {
  const Inner *in = w->inner;
  return !x->suspended && !x->nscales && !bits_any(x->closed, bits_words(w->nroute)) &&
         bits_equal(x->agreements, x->base->agreements, in->awords) && bits_equal(x->controls, x->base->controls, in->kwords);
}

static bool all_written(const World *w, const Ctx *x) {
  for (uint32_t i = 0; i < w->agreements.len; i++)
    if (bits_has(x->agreements, i) != !w->agreements.at[i].amendment) return false;
  return !x->suspended;
}

static Ctx *ctx_make(World *w, const View *v, Day day, uint32_t stretch) {
  const View *base = base_of(w, v);
  Ctx *under = !base ? NULL : base == v ? NULL : world_ctx(w, base, day);
  if (!base || (base != v && !under)) return NULL;
  Room *room = room_make(w);
  if (!room) return NULL;
  room->x.view = v;
  room->x.day = day;
  room->x.stretch = stretch;
  room->x.base = under ? under : &room->x;
  ctx_fill(w, &room->x);
  room->simple = only_absent(w, &room->x);
  room->all = all_written(w, &room->x);
  return &room->x;
}

static uint64_t ctx_key(const View *v, Day day) { return (uint64_t)v->id << 32 | (uint32_t)day; }

Ctx *world_ctx(World *w, const View *v, Day day) {
  uint32_t stretch = UINT32_MAX;
  uint64_t known;
  if (!w->inner->sealed || !v) return NULL;
  if (day != DAY_NONE) {
    stretch = world_stretch(w, day);
    if (!w->daily) day = world_stretch_first(w, stretch);
  }
  if (map_get(&w->ctx_ids, ctx_key(v, day), &known)) return w->ctxs.at[known];
  Ctx *x = ctx_make(w, v, day, stretch);
  if (!x) return NULL;
  if (mem_failed(w->mem) || !vec_push(w->mem, &w->ctxs, x)) { ctx_free(w, x); return NULL; }
  if (!map_put(&w->ctx_ids, ctx_key(v, day), w->ctxs.len - 1)) { w->ctxs.len--; ctx_free(w, x); return NULL; }
  return x;
}

void ctx_free(World *w, Ctx *x) {
  Room *room = room_of(x);
  sums_drop_all(w, x);
  value_drop(w->mem, room->parties);
  vec_end(w->mem, &room->scales);
  if (x->suspended) mem_free(w->mem, x->suspended, w->inner->qwords * sizeof *x->suspended);
  mem_free(w->mem, room, room->size);
}

void world_ctx_trim(World *w, Ctx *const *keep, uint32_t n) {
  bool heavy = w->inner->held > HELD_MAX;
  if (w->ctxs.len <= CTX_KEPT && !heavy) return;
  for (uint32_t i = 0; i < n; i++)
    if (keep[i]) room_of(keep[i])->kept = room_of(keep[i]->base)->kept = true;
  uint32_t kept = 0;
  map_clear(&w->ctx_ids);
  for (uint32_t i = 0; i < w->ctxs.len; i++) {
    Ctx *x = w->ctxs.at[i];
    if (!room_of(x)->kept) {
      ctx_free(w, x);
      continue;
    }
    if (heavy) sums_drop_all(w, x);
    room_of(x)->kept = false;
    w->ctxs.at[kept] = x;
    map_put(&w->ctx_ids, ctx_key(x->view, x->day), kept++);
  }
  w->ctxs.len = kept;
}
