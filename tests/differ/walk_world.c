#include "walk.h"
#include <string.h>

/* What facts say on a day: each question goes through all declarations again. */

/* ---- windows ---- */

static Day day_of(Walk *w, const Where *x, const Name *names, const Node *e) {
  V v = walk_expr(w, x, names, e);
  if (v->kind != W_DATE) walk_fail(w, "E0404");
  return (Day)v->a;
}

WWindow window_of(Walk *w, const Where *x, const Name *names, const Node *mods, WWindow win) {
  for (const Node *m = list_first(mods); m; m = m->next) {
    if (m->op == MOD_CITE || m->op == MOD_WHEN || m->op == MOD_UNLESS) continue;
    Day d = day_of(w, x, names, m->kid[0]);
    win.dated = true;
    if (m->op == MOD_FROM || m->op == MOD_BY) win.from = d;
    else win.until = m->op == MOD_UNTIL || d == DAY_OPEN ? d : d + 1;
  }
  return win;
}

static const WWindow always = {DAY_MIN, DAY_OPEN, false};
bool window_holds(WWindow win, Day day) { return day >= win.from && (day < win.until || win.until == DAY_OPEN); }

/* ---- the facts for one key: the latest start holds ---- */

typedef struct Best { V value; Day from; bool found, undated; } Best;   /* undated: with no day set, one has a window */

static void consider(Walk *w, const Where *x, Best *b, WWindow win, const Node *figure) {
  if (x->day == DAY_NONE && win.dated) { b->undated = true; return; }
  if (x->day != DAY_NONE && !window_holds(win, x->day)) return;
  if (b->found && b->from > win.from) return;
  if (++w->depth > 100) walk_fail(w, "steps");
  b->value = figure ? walk_expr(w, x, NULL, figure) : val_unknown(w);
  w->depth--;
  b->from = win.from;
  b->found = true;
}

/* Stand for entries that name no country: entities of a kind that there is not. */
enum { REST = 0x7FFFFFFF, JOINT = 0x7FFFFFFE };

static Best entries(Walk *w, const Where *x, NodeKind kind, Ent r, Ent who) {
  Best b = {0};
  for (uint32_t i = 0; i < w->p->facts.len; i++) {
    const Node *n = w->p->facts.at[i].node;
    if (n->kind != kind || n->kid[0]->ref != r) continue;
    if (kind == N_DEMAND_JOINT || kind == N_WORLD) { consider(w, x, &b, window_of(w, x, NULL, n->kid[2], always), n->kid[1]); continue; }
    WWindow outer = window_of(w, x, NULL, n->kid[1], always);
    for (const Node *e = list_first(n->kid[2]); e; e = e->next)
      if ((e->kid[0]->op == REF_ENTITY ? e->kid[0]->ref : (Ent)REST) == who) consider(w, x, &b, window_of(w, x, NULL, e->kid[2], outer), e->kid[1]);
  }
  if (b.undated) { b.found = true; b.value = val_unknown(w); }
  return b;
}

static uint32_t count_of(const Walk *w, uint32_t kind) { return kind_count(w->p, kind); }
static UnitId unit_of(const Walk *w, Ent r) { return w->p->resource_unit.at[ent_index(r)]; }
static V in_unit(Walk *w, V v, UnitId u) { return val_is_figure(v) ? interval_to(w, v, u) : v; }

/* ---- supply ---- */

static bool is_share(V v) { return val_is_figure(v) && v->unit == UNIT_ONE; }

/* What facts say of one resource on a day: of each country that is named, and of the rest. */
typedef struct Supply { Vals said; V rest, world; bool shares, quantities, unknowns; } Supply;

static void supply_add(Supply *s, V v) {
  if (v->kind == W_UNKNOWN) s->unknowns = true;
  else if (is_share(v)) s->shares = true;
  else s->quantities = true;
}

/* Places in `said` are countries; NULL: not named. */
static Supply supply_of(Walk *w, const Where *x, Ent r) {
  Supply s = {.rest = NULL};
  for (uint32_t c = 0; c < count_of(w, K_COUNTRY); c++) {
    Best b = entries(w, x, N_SUPPLY, r, ent_make(K_COUNTRY, c));
    walk_push(w, &s.said, b.found ? b.value : NULL);
    if (b.found) supply_add(&s, b.value);
  }
  Best rest = entries(w, x, N_SUPPLY, r, REST), all = entries(w, x, N_WORLD, r, JOINT);
  if (rest.found) { s.rest = rest.value; supply_add(&s, rest.value); }
  s.world = all.found ? in_unit(w, all.value, unit_of(w, r)) : NULL;
  return s;
}

static bool any_said(const Supply *s) { return s->shares || s->quantities || s->unknowns; }

/* The sum of the lower, or upper, bounds of all shares, or of all quantities, but one. NULL: without end. */
static V bounds(Walk *w, const Supply *s, bool shares, bool low, V but, UnitId u) {
  V sum = val_figure(w, num_int(0), u);
  for (uint32_t i = 0; i <= s->said.len; i++) {
    V v = i < s->said.len ? s->said.at[i] : s->rest;
    if (!v || v == but || v->kind == W_UNKNOWN || is_share(v) != shares) continue;
    v = in_unit(w, v, u);
    if (!low && !v->has_hi) return NULL;
    if (low ? v->has_lo : true) sum = interval_add(w, sum, val_figure(w, low ? v->lo : v->hi, u), 1);
  }
  return sum;
}

static V up_to(Walk *w, V most) {
  Num zero = num_int(0);
  if (!val_is_figure(most)) return val_unknown(w);
  return val_between(w, &zero, most->has_hi ? &most->hi : NULL, most->unit);
}

/* What is left for a country that is not named, of 1 or, with `whole`, of that quantity. */
static V left_of(Walk *w, const Supply *s, V whole, UnitId u) {
  V part = interval_add(w, val_int(w, 1), bounds(w, s, true, true, NULL, UNIT_ONE), -1);
  V left = whole ? interval_add(w, interval_mul(w, part, whole), bounds(w, s, false, true, NULL, u), -1) : part;
  return num_sign(left->lo) > 0 ? left : val_figure(w, num_int(0), left->unit);
}

static V capacity_stated(Walk *w, const Supply *s, V said, UnitId u) {
  V v = said ? said : s->rest;
  if (v && is_share(v)) v = s->world ? interval_mul(w, v, s->world) : val_unknown(w);
  if (said) return in_unit(w, v, u);
  if (v) return up_to(w, in_unit(w, v, u));
  if (!s->shares) return s->unknowns ? val_unknown(w) : val_figure(w, num_int(0), u);
  if (num_cmp(w->mem, bounds(w, s, true, true, NULL, UNIT_ONE)->lo, num_int(1)) >= 0) return val_figure(w, num_int(0), u);
  if (!s->world || !val_is_figure(s->world)) return val_unknown(w);
  if (!s->world->has_hi) return up_to(w, s->world);
  return up_to(w, left_of(w, s, val_figure(w, s->world->hi, u), u));
}

static V capacity(Walk *w, const Where *x, Ent c, Ent r) {
  UnitId u = unit_of(w, r);
  if (where_absent(w, x, c)) return val_figure(w, num_int(0), u);
  Supply s = supply_of(w, x, r);
  V v = any_said(&s) ? capacity_stated(w, &s, s.said.at[ent_index(c)], u) : val_unknown(w);
  return where_scaled(w, x, c, r, v, NULL);
}

static Num part_of(Walk *w, Num a, Num b, int64_t nought) {
  Num sum = walk_num(w, num_add(w->mem, a, b));
  return num_sign(sum) ? walk_num(w, num_div(w->mem, a, sum)) : num_int(nought);
}

/* A quantity as a share: of what the world produces, else of the sum that it is itself a part of. */
static V as_share(Walk *w, const Supply *s, V v, UnitId u) {
  if (v->kind == W_UNKNOWN || is_share(v)) return v;
  if (s->world) return interval_div(w, in_unit(w, v, u), s->world);
  if (s->shares || s->unknowns) return val_unknown(w);
  V low = bounds(w, s, false, true, v, u), high = bounds(w, s, false, false, v, u), q = in_unit(w, v, u);
  if (val_exact(q) && high && num_cmp(w->mem, low->lo, high->lo) == 0) return interval_div(w, q, interval_add(w, q, low, 1));
  Num lo = high && q->has_lo ? part_of(w, q->lo, high->lo, 0) : num_int(0), hi = q->has_hi ? part_of(w, q->hi, low->lo, 1) : num_int(1);
  return val_between(w, &lo, &hi, UNIT_ONE);
}

static V share(Walk *w, const Where *x, Ent c, Ent r) {
  UnitId u = unit_of(w, r);
  if (where_absent(w, x, c)) return val_int(w, 0);
  Supply s = supply_of(w, x, r);
  if (!any_said(&s)) return val_unknown(w);
  V said = s.said.at[ent_index(c)];
  if (said) return as_share(w, &s, said, u);
  if (s.rest) return up_to(w, as_share(w, &s, s.rest, u));
  if (!s.shares) return s.unknowns ? val_unknown(w) : val_int(w, 0);
  V left = left_of(w, &s, NULL, UNIT_ONE);
  if (s.quantities && s.world && val_is_figure(s.world) && s.world->has_hi && num_sign(s.world->hi) > 0) {
    V goods = left_of(w, &s, val_figure(w, s.world->hi, u), u);
    left = val_figure(w, walk_num(w, num_div(w->mem, goods->lo, s.world->hi)), UNIT_ONE);
  }
  return up_to(w, left);
}

static V producers(Walk *w, const Where *x, Ent r) {
  Vals list = {0};
  Supply s = supply_of(w, x, r);
  if (!any_said(&s)) return val_unknown(w);
  for (uint32_t c = 0; c < count_of(w, K_COUNTRY); c++) {
    Ent e = ent_make(K_COUNTRY, c);
    Best b = entries(w, x, N_SUPPLY, r, e);
    if (b.found && !interval_zero(b.value) && !where_absent(w, x, e)) walk_push(w, &list, val_entity(w, e));
  }
  return val_seq(w, W_SET, list.at, list.len);
}

/* ---- demand ---- */

V walk_demanded(Walk *w, const Where *x, Ent c, Ent r) {
  Best b = {0};
  if (!where_absent(w, x, c)) b = entries(w, x, N_DEMAND, r, c);
  return b.found ? in_unit(w, b.value, unit_of(w, r)) : val_figure(w, num_int(0), unit_of(w, r));
}

V walk_joint(Walk *w, const Where *x, Ent r, bool *stated) {
  Best b = entries(w, x, N_DEMAND_JOINT, r, JOINT);
  if (stated) *stated = b.found;
  return b.found ? in_unit(w, b.value, unit_of(w, r)) : val_figure(w, num_int(0), unit_of(w, r));
}

bool walk_demand_stated(Walk *w, const Where *x, Ent c, Ent r) { return entries(w, x, N_DEMAND, r, c).found; }

/* ---- what making takes ---- */

/* 0: no input; 1: an input; -1: it cannot be told. *rate: NULL where none is stated. */
int walk_requires(Walk *w, const Where *x, Ent r, Ent input, V *rate) {
  Best b = {0};
  bool stated = false;
  for (const Node *f = list_first(program_entity(w->p, r)->decl->kid[2]); f; f = f->next) {
    if (f->kind != N_ARG || strcmp(sym_text(w->p, f->sym), "requires")) continue;
    for (const Node *n = list_first(f->kid[0]->kid[0]); n; n = n->next)
      if ((n->kind == N_PAIR ? n->kid[0] : n)->ref == input) {
        consider(w, x, &b, always, n->kind == N_PAIR ? n->kid[1] : NULL);
        stated = n->kind == N_PAIR;
      }
  }
  for (uint32_t i = 0; i < w->p->facts.len; i++) {
    const Node *n = w->p->facts.at[i].node;
    if (n->kind != N_REQUIRES || n->kid[0]->ref != r) continue;
    WWindow win = window_of(w, x, NULL, n->kid[1], always);
    for (const Node *e = list_first(n->kid[2]); e; e = e->next) {
      Best had = b;
      if (e->kid[0]->ref == input) consider(w, x, &b, win, e->kid[1]);
      if (b.value != had.value) stated = e->kid[1] != NULL;
    }
  }
  *rate = b.found && stated ? b.value : NULL;
  return b.undated ? -1 : b.found;
}

static V inputs(Walk *w, const Where *x, Ent r, bool backwards) {
  Vals list = {0};
  V rate;
  bool open = false;
  for (uint32_t i = 0; i < count_of(w, K_RESOURCE); i++) {
    Ent o = ent_make(K_RESOURCE, i);
    int t = backwards ? walk_requires(w, x, o, r, &rate) : walk_requires(w, x, r, o, &rate);
    if (t == 1) walk_push(w, &list, val_entity(w, o));
    open = open || t < 0;
  }
  return open ? val_unknown(w) : val_seq(w, W_SET, list.at, list.len);
}

static bool among(const Vals *list, V o) {
  for (uint32_t i = 0; i < list->len; i++)
    if (list->at[i]->a == o->a) return true;
  return false;
}

/* Whatever is an input of what has been found is found, until nothing more is. */
static V inputs_in_all(Walk *w, const Where *x, V of) {
  Vals found = {0};
  if (!val_certain(of)) return val_unknown(w);
  for (size_t k = 0, roots = of->kind == W_SET ? of->n : 1; k < roots + found.len; k++) {
    V from = k >= roots ? found.at[k - roots] : of->kind == W_SET ? of->at[k] : of, in = inputs(w, x, (Ent)from->a, false);
    if (in->kind == W_UNKNOWN) return in;
    for (size_t i = 0; i < in->n; i++)
      if (!among(&found, in->at[i])) walk_push(w, &found, in->at[i]);
  }
  return val_seq(w, W_SET, found.at, found.len);
}

static V rate_of(Walk *w, const Where *x, Ent r, Ent input) {
  V rate;
  return walk_requires(w, x, r, input, &rate) == 1 && rate ? rate : val_unknown(w);
}

/* ---- tables ---- */

static bool keys_are(Walk *w, const Where *x, const Node *keys, V *want) {
  size_t i = 0;
  for (const Node *k = list_first(keys); k; k = k->next, i++)
    if (val_equal(w, walk_expr(w, x, NULL, k), want[i]) != 1) return false;
  return true;
}

/* Entries in braces stand for the last key. */
static bool last_key_is(Walk *w, const Where *x, const Node *key, V want) {
  if (want->kind == W_ENTITY) return key->ref == (Ent)want->a;
  return val_equal(w, walk_expr(w, x, NULL, key), want) == 1;
}

V walk_table(Walk *w, const Where *x, uint32_t table, V *keys) {
  const Table *t = &w->p->tables.at[table];
  Best b = {0};
  for (uint32_t i = 0; i < t->nkey; i++)
    if (!val_certain(keys[i])) return val_unknown(w);
  for (uint32_t i = 0; i < w->p->facts.len; i++) {
    const Node *n = w->p->facts.at[i].node;
    if (n->kind == N_FACT && n->ref == table && keys_are(w, x, n->kid[1], keys)) consider(w, x, &b, window_of(w, x, NULL, n->kid[3], always), n->kid[2]);
    if (n->kind != N_FACT_MAP || n->ref != table) continue;
    if (!keys_are(w, x, n->kid[1], keys)) continue;
    WWindow outer = window_of(w, x, NULL, n->kid[2], always);
    for (const Node *e = list_first(n->kid[3]); e; e = e->next)
      if (last_key_is(w, x, e->kid[0], keys[t->nkey - 1])) consider(w, x, &b, window_of(w, x, NULL, e->kid[2], outer), e->kid[1]);
  }
  if (b.undated) return val_unknown(w);
  if (b.found) return b.value;
  return t->decl->kid[4] ? walk_expr(w, x, NULL, t->decl->kid[4]) : val_unknown(w);
}

/* ---- what is asked ---- */

V walk_ask(Walk *w, const Where *x, Builtin b, V *args, size_t n) {
  Builtin first_pure = BUILTIN_len;
  if (b >= first_pure) return pure_ask(w, b, args, n);
  for (size_t i = 0; i < n; i++)
    if (args[i]->kind == W_UNKNOWN) return args[i];
  Ent a = (Ent)args[0]->a, r = (Ent)args[n - 1]->a;
  if (b == BUILTIN_capacity) return capacity(w, x, a, r);
  if (b == BUILTIN_share) return share(w, x, a, r);
  if (b == BUILTIN_producers) return producers(w, x, r);
  if (b == BUILTIN_demanded) return walk_demanded(w, x, a, r);
  if (b == BUILTIN_inputs) return inputs(w, x, r, false);
  if (b == BUILTIN_inputs_in_all) return inputs_in_all(w, x, args[0]);
  if (b == BUILTIN_uses) return inputs(w, x, r, true);
  if (b == BUILTIN_rate) return rate_of(w, x, a, r);
  return promise_ask(w, x, b, args, n);
}

/* ---- fields ---- */

static V stated(Walk *w, const Where *x, Ent e, const Node *fields, Sym name) {
  const char *word = sym_text(w->p, name);
  for (const Node *f = list_first(fields); f; f = f->next) {
    if (f->kind != N_ARG || f->sym != name) continue;
    if (ent_kind(e) == K_RESOURCE && !strcmp(word, "unit")) { const char *t = unit_text(&w->p->units, unit_of(w, e)); return val_text(w, t, strlen(t)); }
    return walk_expr(w, x, NULL, f->kid[0]);
  }
  if (ent_kind(e) == K_RESOURCE && !strcmp(word, "critical")) return val_bool(w, true);
  return val_unknown(w);
}

V walk_field(Walk *w, const Where *x, Ent e, uint32_t slot) {
  const Entity *it = program_entity(w->p, e);
  const Field *f = &w->p->kinds.at[ent_kind(e)].fields.at[slot];
  if (slot == FIELD_ID) return val_text(w, sym_text(w->p, it->id), intern_len(w->p->unit->names, it->id));
  if (slot == FIELD_NAME) return val_text(w, it->name, strlen(it->name));
  if (ent_kind(e) == K_RESOURCE && !strcmp(sym_text(w->p, f->name), "requires")) return inputs(w, x, e, false);
  if (ent_kind(e) == K_CLAUSE || ent_kind(e) == K_AGREEMENT || ent_kind(e) == K_CONTROL) return promise_field(w, x, e, sym_text(w->p, f->name));
  return stated(w, x, e, it->decl->kid[2], f->name);
}
