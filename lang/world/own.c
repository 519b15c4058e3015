#include "world/inner.h"

/* What the engine finds without being asked. */

typedef struct Found { World *w; OwnFinding *out; uint32_t max, n; Map by_key; Ent under; } Found;

/* The finding of that key, new or known; NULL when there is no room for it. */
static OwnFinding *found_at(Found *f, uint64_t key, bool *fresh) {
  uint64_t *slot = map_slot(&f->by_key, key, UINT32_MAX);
  if (!slot) return NULL;
  *fresh = *slot == UINT32_MAX;
  if (*fresh) *slot = f->n++;
  return *slot < f->max ? &f->out[*slot] : NULL;
}

/* The part of a stretch that lies within the term. */
static void days_take(OwnFinding *o, bool fresh, Day first, Day last) {
  if (fresh || first < o->first) o->first = first;
  if (fresh || last > o->last) o->last = last;
}

/* Resources of which some capacity may be known: a quantity, or a share where world production is stated. */
static bool may_be_known(const World *w, uint32_t r) {
  const SupplyCols *s = &w->supply;
  bool total = w->totals.start[r] < w->totals.start[r + 1];
  for (uint32_t i = s->start[r]; i < s->start[r + 1]; i++)
    if (total || !is_share(w, s->value.at[s->row[i]], r)) return true;
  return false;
}

/* The last of the clauses that bind c to supply r today. */
static uint32_t last_clause(const World *w, const Ctx *x, uint32_t c, uint32_t r) {
  const PromiseCols *p = &w->promises;
  uint32_t last = 0;
  for (uint32_t i = p->start[r]; i < p->start[r + 1]; i++) {
    uint32_t clause = p->clause.at[i];
    ClauseFacts room;
    bool his = p->who.at[i] == c || (p->who.at[i] == WHO_JOINT && bits_has(world_clause(w, clause, &room)->subjects, c));
    if (his && p->act.at[i] == ACT_SUPPLY && w->promises.flags.at[i] & ROW_BINDS && clause_in_force(w, x, clause) && window_on(promise_window(p, i), x->day) && clause > last) last = clause;
  }
  return last;
}

static void promise_look(Found *f, Ctx *x, uint32_t r, Part part, Day first, Day last) {
  World *w = f->w;
  int lt = 0, eq = 0;
  Value top = world_capacity(w, x, part.who, r);
  bool over = value_is_figure(top) && fig_compare(&w->rt, top, part.v, &lt, &eq) == FIG_OK && lt == 1;
  bool fresh = false;
  OwnFinding *o = over ? found_at(f, (uint64_t)r << 24 | part.who, &fresh) : NULL;
  if (o && fresh) *o = (OwnFinding){.under = f->under, .kind = OWN_OVERPROMISE, .country = part.who, .resource = r, .control = UINT32_MAX, .promised = value_keep(part.v), .capacity = value_keep(top)};
  if (o) {
    uint32_t clause = last_clause(w, x, part.who, r);
    if (fresh || clause > o->clause) o->clause = clause;
    days_take(o, fresh, first, last);
  }
  value_drop(w->mem, top);
}

static void promises_look(Found *f, Ctx *x, const uint32_t *res, uint32_t n, Day first, Day last) {
  for (uint32_t i = 0; i < n && !mem_failed(f->w->mem); i++) {
    const Part *at;
    uint32_t parts = sums_parts(f->w, x, res[i], &at);
    for (uint32_t k = 0; k < parts; k++) {
      Part one = {at[k].who, value_keep(at[k].v)};  /* asking for capacity may move what `at` points to */
      promise_look(f, x, res[i], one, first, last);
      value_drop(f->w->mem, one.v);
      parts = sums_parts(f->w, x, res[i], &at);
    }
  }
}

static void control_look(Found *f, Ctx *x, uint32_t clause, uint32_t control, Day first, Day last) {
  World *w = f->w;
  ClauseFacts room;
  const ClauseFacts *c = world_clause(w, clause, &room);
  const ControlFacts *k = &w->controls.at[control];
  Value why = value_none();
  bool fresh = false;
  if (!bits_has(x->controls, control) || !bits_has(c->subjects, k->by) || !c->resources || !k->resources) return;
  if (!bits_meet(c->resources, k->resources, w->inner->rwords)) return;
  if (control_hits(w, x, control, clause_recipients(w, c), &why) == HOLDS) {
    OwnFinding *o = found_at(f, 1ull << 63 | (uint64_t)clause << 24 | control, &fresh);
    if (o && fresh) *o = (OwnFinding){.under = f->under, .kind = OWN_RESTRICTED, .clause = clause, .country = k->by, .control = control};
    for (uint32_t r = o && fresh ? bits_next(c->resources, w->inner->rwords, 0) : UINT32_MAX; r != UINT32_MAX; r = bits_next(c->resources, w->inner->rwords, r + 1)) {
      o->resource = r;
      if (bits_has(k->resources, r)) break;
    }
    if (o) days_take(o, fresh, first, last);
  }
  value_drop(w->mem, why);
}

static void controls_look(Found *f, Ctx *x, const uint32_t *clause, uint32_t n, Day first, Day last) {
  World *w = f->w;
  for (uint32_t i = 0; i < n; i++) {
    if (!clause_in_force(w, x, clause[i])) continue;
    for (uint32_t k = 0; k < w->controls.len; k++) control_look(f, x, clause[i], k, first, last);
  }
}

typedef struct List { VEC(uint32_t) at; } List;

static void list_resources(World *w, List *l) {
  for (uint32_t r = 0; r < w->nresource; r++)
    if (w->promises.start[r] < w->promises.start[r + 1] && may_be_known(w, r)) vec_push(w->mem, &l->at, r);
}

static void list_clauses(World *w, List *l) {
  ClauseFacts room;
  for (uint32_t i = 0; w->controls.len && i < w->clauses.len; i++) {
    const ClauseFacts *c = world_clause(w, i, &room);
    if (c->act == ACT_NOT_RESTRICT && c->binding) vec_push(w->mem, &l->at, i);
  }
}

static void stretches_look(Found *f, const View *v, const List *resources, const List *clauses) {
  World *w = f->w;
  Day first, last;
  if (!v || !world_term(w, v, &first, &last)) return;
  for (uint32_t s = world_stretch(w, first), end = world_stretch(w, last); s <= end && !mem_failed(w->mem); s++) {
    Day from = world_stretch_first(w, s), to = world_stretch_last(w, s);
    if (from < first) from = first;
    if (to > last) to = last;
    Ctx *x = world_ctx(w, v, from);
    if (!x) return;
    promises_look(f, x, resources->at.at, resources->at.len, from, to);
    controls_look(f, x, clauses->at.at, clauses->at.len, from, to);
  }
}

static bool figure_same(World *w, Value a, Value b) { return a.tag == b.tag && (a.tag == V_NONE || value_same(&w->rt, a, b)); }

/* Whether what is found under an amendment is found without it too, on all those days. */
static bool known_before(World *w, const OwnFinding *o, const OwnFinding *base, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    const OwnFinding *k = &base[i];
    bool same = k->kind == o->kind && k->country == o->country && k->control == o->control && k->resource == o->resource;
    if (same && (o->kind == OWN_OVERPROMISE || clause_named(w, k->clause) == clause_named(w, o->clause)) && k->first <= o->first && o->last <= k->last && figure_same(w, k->promised, o->promised)) return true;
  }
  return false;
}

static void amendments_look(Found *f, const List *resources, const List *clauses) {
  World *w = f->w;
  uint32_t base = f->n;
  for (uint32_t a = 0; a < w->amended.len && f->n <= f->max && !mem_failed(w->mem); a++) {
    uint32_t kept = f->n;
    f->under = ent_make(K_AMENDMENT, a);
    map_clear(&f->by_key);
    stretches_look(f, world_under(w, world_base(w), f->under), resources, clauses);
    for (uint32_t i = kept; i < f->n && f->n <= f->max; i++) {
      OwnFinding *o = &f->out[i];
      if (!known_before(w, o, f->out, base)) { f->out[kept++] = *o; continue; }
      value_drop(w->mem, o->promised);
      value_drop(w->mem, o->capacity);
    }
    if (f->n <= f->max) f->n = kept;
  }
}

uint32_t world_own_findings(World *w, OwnFinding *out, uint32_t max) {
  Found f = {.w = w, .out = out, .max = max, .under = UINT32_MAX};
  List resources = {0}, clauses = {0};
  bool tracing = w->tracing;
  if (!w->inner->sealed || !world_base(w)) return 0;
  w->tracing = false;
  map_init(&f.by_key, w->mem);
  list_resources(w, &resources);
  list_clauses(w, &clauses);
  if (resources.at.len || clauses.at.len) {
    stretches_look(&f, world_base(w), &resources, &clauses);
    amendments_look(&f, &resources, &clauses);
  }
  vec_end(w->mem, &resources.at);
  vec_end(w->mem, &clauses.at);
  map_end(&f.by_key);
  w->tracing = tracing;
  return f.n;
}
