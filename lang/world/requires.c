#include "world/inner.h"

/* What making a resource takes, and the draft's own tables. */

/* ---- edges ---- */

EdgeWalk edges_walk(World *w, uint32_t r, bool used, Day day) {
  const RequireCols *q = &w->requires;
  const uint32_t *start = used ? q->used_start : q->start;
  EdgeWalk e = {.w = w, .row = used ? q->used_row : q->row, .other = used ? q->res.at : q->input.at, .day = day};
  if (!w->inner->sealed || r >= w->nresource) return e;
  e.i = start[r];
  e.end = start[r + 1];
  return e;
}

/* Of the rows between the same two resources that hold, the one with the latest start; with the same start, one that
 * states a rate rather than one that does not. */
bool edge_next(EdgeWalk *e) {
  const RequireCols *q = &e->w->requires;
  while (e->i < e->end) {
    uint32_t other = e->other[e->row[e->i]], best = UINT32_MAX;
    e->undated = false;
    for (; e->i < e->end && e->other[e->row[e->i]] == other; e->i++) {
      uint32_t row = e->row[e->i];
      bool undated;
      if (!window_holds(e->w, q->win.at[row], e->day, &undated)) continue;
      if (best != UINT32_MAX && q->rate.at[row].tag == V_NONE && q->win.at[row].from == q->win.at[best].from && !undated) continue;
      if (!e->undated || undated) best = row;
      e->undated = e->undated || undated;
    }
    if (best == UINT32_MAX) continue;
    e->found = best;
    return true;
  }
  return false;
}

/* The days around `day` on which the same edges hold. */
static void range_of(const EdgeWalk *all, Day day, Day *from, Day *until) {
  *from = *until = DAY_NONE;
  if (day == DAY_NONE) return;
  *from = DAY_MIN;
  *until = DAY_OPEN;
  for (uint32_t i = all->i; i < all->end; i++) {
    Window win = all->w->requires.win.at[all->row[i]];
    Day at[2] = {win.from, win.until};
    for (uint32_t k = 0; k < 2; k++) {
      if (at[k] > day && at[k] < *until) *until = at[k];
      if (at[k] <= day && at[k] > *from) *from = at[k];
    }
  }
}

static Value edges_set(World *w, uint32_t r, bool used, Day day) {
  EdgeWalk e = edges_walk(w, r, used, day);
  uint32_t n = 0, cap = e.end - e.i;
  Value few[32], *at = cap <= 32 ? few : mem_get(w->mem, cap * sizeof *at), vague = value_none();
  if (!at) return value_set(&w->rt, few, 0);
  while (edge_next(&e)) {
    if (used && program_entity(w->p, ent_make(K_RESOURCE, e.other[e.found]))->idle) continue;
    fact_note(w, TRACE_REQUIRE, e.found);
    at[n++] = value_ent(ent_make(K_RESOURCE, e.other[e.found]));
    if (!e.undated) continue;
    Value why = unknown_of(w, CAUSE_UNDATED, 0, 0, w->requires.span.at[e.found]), both = value_unknown2(&w->rt, vague, why);
    value_drop(w->mem, why);
    value_drop(w->mem, vague);
    vague = both;
  }
  Value set = vague.tag == V_NONE ? value_set(&w->rt, at, n) : vague;
  if (at != few) mem_free(w->mem, at, cap * sizeof *at);
  return set;
}

static Value edges_ask(World *w, Ctx *x, uint32_t r, bool used) {
  if (!w->inner->sealed || r >= w->nresource || w->tracing) return edges_set(w, r, used, x->day);
  EdgeSet *s = &w->inner->edges[used][r];
  bool good = s->set.tag != V_NONE && (x->day == DAY_NONE ? s->from == DAY_NONE : s->from != DAY_NONE && s->from <= x->day && x->day < s->until);
  if (!good) {
    EdgeWalk all = edges_walk(w, r, used, x->day);
    value_drop(w->mem, s->set);
    range_of(&all, x->day, &s->from, &s->until);
    s->set = edges_set(w, r, used, x->day);
  }
  return value_keep(s->set);
}

Value world_inputs(World *w, Ctx *x, uint32_t r) { return edges_ask(w, x, r, false); }
Value world_uses(World *w, Ctx *x, uint32_t r) { return edges_ask(w, x, r, true); }

/* ---- all that making takes ---- */

static void chain_add(World *w, uint32_t r) {
  Inner *in = w->inner;
  if (bits_has(in->reached, r) || !vec_push(w->mem, &in->chain, r)) return;
  bits_set(in->reached, r);
}

/* The edges of r lead on. *vague gathers why it is not known whether some of them hold. */
static void chain_from(World *w, Ctx *x, uint32_t r, Dep *d, Value *vague) {
  EdgeWalk e = edges_walk(w, r, false, x->day);
  dep_resource(w, x, r, DEP_REQUIRE, d);
  while (edge_next(&e)) {
    fact_note(w, TRACE_REQUIRE, e.found);
    chain_add(w, e.other[e.found]);
    if (!e.undated) continue;
    Value why = unknown_of(w, CAUSE_UNDATED, 0, 0, w->requires.span.at[e.found]), both = value_unknown2(&w->rt, *vague, why);
    value_drop(w->mem, why);
    value_drop(w->mem, *vague);
    *vague = both;
  }
}

static Value chain_set(World *w) {
  const Inner *in = w->inner;
  uint32_t n = in->chain.len;
  Value none, *at = n ? mem_get(w->mem, n * sizeof *at) : &none;
  if (!at) return value_set(&w->rt, &none, 0);
  for (uint32_t i = 0; i < n; i++) at[i] = value_ent(ent_make(K_RESOURCE, in->chain.at[i]));
  Value set = value_set(&w->rt, at, n);
  if (n) mem_free(w->mem, at, n * sizeof *at);
  return set;
}

Value world_inputs_in_all(World *w, Ctx *x, Value of, Dep *d, uint32_t *steps) {
  Inner *in = w->inner;
  Value vague = value_none();
  uint32_t roots = of.tag == V_ENT ? 1 : of.obj->len;
  if (!in->sealed) return value_unknown(&w->rt, 0);
  for (uint32_t i = 0; i < roots; i++) chain_from(w, x, ent_index((of.tag == V_ENT ? of : value_seq(of)->at[i]).aux), d, &vague);
  for (uint32_t i = 0; i < in->chain.len; i++) chain_from(w, x, in->chain.at[i], d, &vague);
  *steps = roots + in->chain.len;
  Value set = vague.tag == V_NONE ? chain_set(w) : vague;
  while (in->chain.len) bits_drop(in->reached, in->chain.at[--in->chain.len]);
  return set;
}

Value world_rate(World *w, Ctx *x, uint32_t r, uint32_t input) {
  EdgeWalk e = edges_walk(w, r, false, x->day);
  Span none = {0, 0};
  while (edge_next(&e)) {
    if (e.other[e.found] != input) continue;
    fact_note(w, TRACE_REQUIRE, e.found);
    if (e.undated) return unknown_of(w, CAUSE_UNDATED, 0, 0, w->requires.span.at[e.found]);
    Value rate = w->requires.rate.at[e.found];
    if (rate.tag == V_NONE) break;
    return figure_eval(w, x, rate, UNIT_NONE);
  }
  return unknown_of(w, CAUSE_RATE, ent_make(K_RESOURCE, r), input, none);
}

/* ---- tables ---- */

static bool key_is(World *w, uint32_t row, uint32_t table, const Value *key) {
  const TableCols *t = &w->tables;
  if (t->table.at[row] != table || table_is_default(w, row)) return false;
  for (uint32_t k = 0; k < w->p->tables.at[table].nkey; k++)
    if (!value_same(&w->rt, t->key[k].at[row], key[k])) return false;
  return true;
}

static bool default_is(const World *w, uint32_t row, uint32_t table) { return w->tables.table.at[row] == table && table_is_default(w, row); }

/* The first row of a chain that holds: the one with the latest start; or the table's default. UINT32_MAX: there is none. */
static uint32_t chain_find(World *w, uint32_t table, const Value *key, bool fallback, Day day, bool *undated) {
  uint64_t row, hash = table_hash(w, table, fallback ? NULL : key);
  uint32_t found = UINT32_MAX;
  *undated = false;
  if (!map_get(&w->tables.by_key, hash, &row)) return found;
  for (; row != UINT32_MAX; row = w->inner->table_next[row]) {
    bool vague;
    if (!(fallback ? default_is(w, (uint32_t)row, table) : key_is(w, (uint32_t)row, table, key))) continue;
    if (!window_holds(w, w->tables.win.at[row], day, &vague)) continue;
    if (day != DAY_NONE) return (uint32_t)row;
    if (found == UINT32_MAX || (vague && !*undated)) found = (uint32_t)row;
    *undated = *undated || vague;
  }
  return found;
}

/* The first part of a key that is not known exactly, or V_NONE. Which fact such a key asks for cannot be told. */
static Value vague_part(Value v) {
  Value part = value_none();
  if (v.tag == V_UNK || v.tag == V_IVL) return v;
  if (v.tag != V_LIST && v.tag != V_SET && v.tag != V_MAP) return part;
  for (uint32_t i = 0, n = (v.tag == V_MAP ? 2 : 1) * v.obj->len; i < n && part.tag == V_NONE; i++) part = vague_part(value_seq(v)->at[i]);
  return part;
}

Value world_table(World *w, Ctx *x, uint32_t table, const Value *key) {
  uint32_t nkey = w->p->tables.at[table].nkey;
  bool undated;
  if (!w->inner->sealed) return value_unknown(&w->rt, 0);
  for (uint32_t k = 0; k < nkey; k++) {
    Value vague = vague_part(key[k]);
    if (vague.tag != V_NONE) return value_unknown2(&w->rt, vague, vague);
  }
  uint32_t row = chain_find(w, table, key, false, x->day, &undated);
  if (row == UINT32_MAX) row = chain_find(w, table, key, true, x->day, &undated);
  if (row == UINT32_MAX) return unknown_key(w, table, key);
  fact_note(w, TRACE_TABLE, row);
  if (undated) return unknown_of(w, CAUSE_UNDATED, 0, 0, w->tables.span.at[row]);
  return figure_eval(w, x, w->tables.value.at[row], UNIT_NONE);
}
