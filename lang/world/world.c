#include "world/inner.h"
#include <string.h>

void world_counts(World *w) {
  w->ncountry = w->p->kinds.at[K_COUNTRY].list.len;
  w->nroute = w->p->kinds.at[K_ROUTE].list.len;
  w->nresource = w->p->kinds.at[K_RESOURCE].list.len;
}

bool world_init(World *w, Mem *mem, Program *p) {
  memset(w, 0, sizeof *w);
  w->mem = mem;
  w->p = p;
  w->rt.mem = mem;
  w->rt.units = &p->units;
  w->rt.program = p;
  w->rt.world = w;
  arena_init(&w->arena, mem);
  map_init(&w->cause_ids, mem);
  map_init(&w->view_ids, mem);
  map_init(&w->ctx_ids, mem);
  map_init(&w->tables.by_key, mem);
  world_counts(w);
  w->inner = mem_zero(mem, sizeof *w->inner);
  CauseInfo none = {.kind = CAUSE_LOOSE};  /* the first cause stands for "could not be worked out" */
  return w->inner && vec_push(mem, &w->causes, none) && vec_push(mem, &w->cites, 0) && !mem_failed(mem);
}

/* ---- the end ---- */

static void values_end(Mem *m, Value *at, uint32_t len) { for (uint32_t i = 0; i < len; i++) value_drop(m, at[i]); }

static void supply_end(Mem *m, SupplyCols *s) {
  values_end(m, s->value.at, s->value.len);
  vec_end(m, &s->res);
  vec_end(m, &s->who);
  vec_end(m, &s->value);
  vec_end(m, &s->win);
  vec_end(m, &s->span);
  vec_end(m, &s->cite);
}

static void promises_end(Mem *m, PromiseCols *s) {
  values_end(m, s->value.at, s->value.len);
  vec_end(m, &s->res);
  vec_end(m, &s->to);
  vec_end(m, &s->who);
  vec_end(m, &s->value);
  vec_end(m, &s->win);
  vec_end(m, &s->clause);
  vec_end(m, &s->act);
  vec_end(m, &s->flags);
  vec_end(m, &s->came);
}

static void requires_end(Mem *m, RequireCols *s) {
  values_end(m, s->rate.at, s->rate.len);
  vec_end(m, &s->res);
  vec_end(m, &s->input);
  vec_end(m, &s->rate);
  vec_end(m, &s->win);
  vec_end(m, &s->span);
  vec_end(m, &s->cite);
}

static void tables_end(Mem *m, TableCols *s) {
  for (uint32_t k = 0; k < TABLE_KEY_MAX; k++) {
    values_end(m, s->key[k].at, s->key[k].len);
    vec_end(m, &s->key[k]);
  }
  values_end(m, s->value.at, s->value.len);
  vec_end(m, &s->table);
  vec_end(m, &s->value);
  vec_end(m, &s->win);
  vec_end(m, &s->span);
  vec_end(m, &s->cite);
  map_end(&s->by_key);
}

static void entities_end(World *w) {
  Mem *m = w->mem;
  for (uint32_t i = 0; i < w->clause_facts.len; i++) value_drop(m, w->clause_facts.at[i].text);
  vec_end(m, &w->clause_facts);
  for (uint32_t i = 0; i < w->controls.len; i++) vec_end(m, &w->controls.at[i].suspended);
  for (uint32_t i = 0; i < w->scenarios.len; i++) {
    for (uint32_t k = 0; k < w->scenarios.at[i].shocks.len; k++) num_drop(m, w->scenarios.at[i].shocks.at[k].by);
    vec_end(m, &w->scenarios.at[i].shocks);
  }
  for (uint32_t k = 0; k < 256; k++) {
    values_end(m, w->fields[k].at, w->fields[k].len);
    vec_end(m, &w->fields[k]);
  }
  vec_end(m, &w->clauses);
  vec_end(m, &w->controls);
  vec_end(m, &w->agreements);
  vec_end(m, &w->amended);
  vec_end(m, &w->scenarios);
  vec_end(m, &w->passes);
}

static void inner_end(World *w) {
  Inner *in = w->inner;
  if (!in) return;
  for (uint32_t k = 0; k < FACTS_KINDS; k++)
    for (uint32_t r = 0; in->pics[k] && r < w->nresource; r++)
      if (in->pics[k][r]) picture_free(w, in->pics[k][r]);
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t r = 0; in->edges[k] && r < w->nresource; r++) value_drop(w->mem, in->edges[k][r].set);
  values_end(w->mem, in->all, in->nall);
  mem_free(w->mem, in->all, in->nall * sizeof *in->all);
  mem_free(w->mem, in->scratch.v, ((size_t)w->ncountry + 1) * sizeof *in->scratch.v);
  mem_free(w->mem, in->scratch.seen, in->cwords * sizeof *in->scratch.seen);
  mem_free(w->mem, in->steps.sum, in->steps.nsum * sizeof *in->steps.sum);
  mem_free(w->mem, in->steps.place, in->steps.nplace * sizeof *in->steps.place);
  vec_end(w->mem, &in->chain);
  vec_end(w->mem, &in->some_clauses);
  vec_end(w->mem, &in->path);
  mem_free(w->mem, in, sizeof *in);
  w->inner = NULL;
}

void world_end(World *w) {
  if (!w->mem) return;
  for (uint32_t i = 0; i < w->ctxs.len; i++) ctx_free(w, w->ctxs.at[i]);
  supply_end(w->mem, &w->supply);
  supply_end(w->mem, &w->demand);
  supply_end(w->mem, &w->totals);
  promises_end(w->mem, &w->promises);
  requires_end(w->mem, &w->requires);
  tables_end(w->mem, &w->tables);
  entities_end(w);
  inner_end(w);
  depend_end(w);
  vec_end(w->mem, &w->cites);
  vec_end(w->mem, &w->causes);
  for (uint32_t i = 0; i < w->cause_keys.len; i++) value_drop(w->mem, w->cause_keys.at[i]);
  vec_end(w->mem, &w->cause_keys);
  vec_end(w->mem, &w->breaks);
  vec_end(w->mem, &w->views);
  vec_end(w->mem, &w->ctxs);
  vec_end(w->mem, &w->trace);
  vec_end(w->mem, &w->trace_cuts);
  vec_end(w->mem, &w->trace_calls);
  map_end(&w->cause_ids);
  map_end(&w->view_ids);
  map_end(&w->ctx_ids);
  arena_end(&w->arena);
  memset(w, 0, sizeof *w);
}

/* ---- rows ---- */

uint64_t *world_bits(World *w, uint32_t n) {
  uint32_t words = bits_words(n);
  return arena_zero(&w->arena, (words ? words : 1) * sizeof(uint64_t));
}

uint32_t world_cite(World *w, const uint32_t *sources, uint32_t n) {
  uint32_t at = w->cites.len;
  if (!n || !vec_push(w->mem, &w->cites, n)) return 0;
  for (uint32_t i = 0; i < n; i++)
    if (!vec_push(w->mem, &w->cites, sources[i])) { w->cites.len = at; return 0; }
  return at;
}

/* ---- small things that every file of this room needs ---- */

const char *ent_word(const World *w, uint32_t kind, uint32_t index) {
  if (kind >= w->p->kinds.len || index >= kind_count(w->p, kind)) return "?";
  return sym_text(w->p, program_entity(w->p, ent_make(kind, index))->id);
}

const char *agreement_word(const World *w, uint32_t row) {
  const AgreementFacts *a = &w->agreements.at[row];
  return a->amendment ? ent_word(w, K_AMENDMENT, a->amendment - 1) : ent_word(w, K_AGREEMENT, row);
}

bool cause_settled(World *w, const CauseInfo *c, Value loose, Value *v) {
  Settled *s = w->settled;
  if (!s || !cause_same(&s->what, c)) return false;
  value_drop(w->mem, s->seen);
  s->seen = loose.tag == V_NONE ? value_bool(true) : value_keep(loose);
  if (s->set) *v = value_keep(s->value);
  return s->set;
}

bool world_settled(World *w, CauseKind kind, Ent a, uint32_t b, Span span, Value loose, Value *v) {
  if (!w->settled) return false;
  CauseInfo c = {.kind = (uint8_t)kind, .a = a, .b = b, .span = span};
  return cause_settled(w, &c, loose, v);
}

void world_forget(World *w) {
  Inner *in = w->inner;
  for (uint32_t i = 0; i < w->ctxs.len; i++) ctx_free(w, w->ctxs.at[i]);
  w->ctxs.len = 0;
  map_clear(&w->ctx_ids);
  for (int k = 0; k < FACTS_KINDS; k++)
    for (uint32_t r = 0; in->pics[k] && r < w->nresource; r++) {
      if (in->pics[k][r]) picture_free(w, in->pics[k][r]);
      in->pics[k][r] = NULL;
    }
  in->broken = false;
}

Value unknown_of(World *w, CauseKind kind, Ent a, uint32_t b, Span span) {
  Value v;
  if (world_settled(w, kind, a, b, span, value_none(), &v)) return v;
  return value_unknown(&w->rt, world_cause(w, kind, a, b, span));
}

/* What stands for a figure that could not be worked out: too large, or memory was refused. */
static Value no_figure(World *w) { return mem_failed(w->mem) ? value_zero() : value_unknown(&w->rt, 0); }

Value func_eval(World *w, Ctx *x, uint32_t func, Ent arg) {
  Value out = value_none();
  if (w->eval && w->inner->depth < EVAL_DEPTH_MAX) {
    w->inner->depth++;
    out = w->eval(w->vm, x, func, arg);
    w->inner->depth--;
  }
  if (out.tag != V_NONE) return out;
  w->inner->broken = true;
  return no_figure(w);
}

Value figure_eval(World *w, Ctx *x, Value v, UnitId to) {
  if (v.tag != V_FUNC) return value_keep(v);
  Value out = func_eval(w, x, v.aux, v.i ? (Ent)(v.i - 1) : UINT32_MAX), in_unit;
  if (!value_is_figure(out) || to == UNIT_NONE || out.unit == to || out.unit == UNIT_ONE) return out;
  bool fits = fig_convert(&w->rt, out, to, &in_unit) == FIG_OK;
  value_drop(w->mem, out);
  return fits && in_unit.tag != V_NONE ? in_unit : no_figure(w);
}

static Value figure_done(World *w, Value a, Value b, Value out, FigErr err) {
  value_drop(w->mem, a);
  value_drop(w->mem, b);
  return err == FIG_OK && out.tag != V_NONE ? out : no_figure(w);
}

Value figure_add(World *w, Value a, Value b) {
  Value out = value_none();
  FigErr err = FIG_OK;
  if (a.tag == V_UNK || b.tag == V_UNK) out = value_unknown2(&w->rt, a, b);
  else err = fig_add(&w->rt, a, b, &out);
  return figure_done(w, a, b, out, err);
}

Value figure_mul(World *w, Value a, Value b) {
  Value out = value_none();
  FigErr err = FIG_OK;
  if (a.tag == V_UNK || b.tag == V_UNK) out = value_unknown2(&w->rt, a, b);
  else err = fig_mul(&w->rt, a, b, &out);
  return figure_done(w, a, b, out, err);
}

Value unit_zero(const World *w, uint32_t r) {
  Value v = value_zero();
  UnitId u = r < w->p->resource_unit.len ? w->p->resource_unit.at[r] : UNIT_NONE;
  if (u != UNIT_NONE) v.unit = u;
  return v;
}

Value ents_of_bits(World *w, uint32_t kind, const uint64_t *bits, uint32_t words) {
  uint32_t n = bits_count(bits, words), k = 0;
  Value few[32], *at = n <= 32 ? few : mem_get(w->mem, n * sizeof *at);
  if (!at) return value_set(&w->rt, few, 0);
  for (uint32_t i = bits_next(bits, words, 0); i != UINT32_MAX && k < n; i = bits_next(bits, words, i + 1)) at[k++] = value_ent(ent_make(kind, i));
  Value set = value_set(&w->rt, at, k);
  if (at != few) mem_free(w->mem, at, n * sizeof *at);
  return set;
}

void fact_note(World *w, TraceKind kind, uint32_t row) {
  /* Repeats further back stay: whoever shows a trace drops them. So do those of what a loop looked at before, since of an
     any or all that is decided only the element that decides it is kept. */
  enum { LOOK_BACK = 64, ALL_APART = 1 << 14 };
  if (!w->tracing) return;
  uint32_t floor = w->trace.len < ALL_APART ? w->trace_elem : 0;
  for (uint32_t i = w->trace.len, n = 0; i-- > floor && n < LOOK_BACK; n++)
    if (w->trace.at[i].kind == kind && w->trace.at[i].row == row) return;
  Trace t = {.kind = (uint8_t)kind, .row = row};
  vec_push(w->mem, &w->trace, t);
}

/* ---- sets of entities ---- */

static Value entities_make(World *w, uint32_t kind) {
  uint32_t n = kind_count(w->p, kind), k = 0;
  Value few[1], *at = n ? mem_get(w->mem, n * sizeof *at) : NULL;
  if (!at) return value_set(&w->rt, few, 0);
  for (uint32_t i = 0; i < n; i++) {  /* what an amendment adds stands in no agreement as first written */
    bool there = kind == K_CLAUSE ? ent_kind(clause_run(w->p, i)->owner) != K_AMENDMENT : !w->p->kinds.at[kind].list.at[i].idle;
    if (there) at[k++] = value_ent(ent_make(kind, i));
  }
  Value set = value_set(&w->rt, at, k);
  mem_free(w->mem, at, n * sizeof *at);
  return set;
}

Value world_entities(World *w, uint32_t kind) {
  Inner *in = w->inner;
  if (kind >= in->nall) return entities_make(w, kind);
  if (in->all[kind].tag == V_NONE) in->all[kind] = entities_make(w, kind);
  return value_keep(in->all[kind]);
}

void world_resettle(World *w) {
  Inner *in = w->inner;
  static const uint32_t kinds[] = {K_RESOURCE, K_ROUTE};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds && w->p->idlers; i++) {
    if (kinds[i] >= in->nall) continue;
    value_drop(w->mem, in->all[kinds[i]]);
    in->all[kinds[i]] = value_none();
  }
}

Value world_bits_value(World *w, uint32_t kind, const uint64_t *bits) {
  if (!bits) return value_set(&w->rt, NULL, 0);
  return ents_of_bits(w, kind, bits, bits_words(kind_count(w->p, kind)));
}

Value world_parties(World *w, Ctx *x) {
  Room *room = room_of(x);
  if (room->parties.tag == V_NONE) room->parties = ents_of_bits(w, K_COUNTRY, x->parties, w->inner->cwords);
  return value_keep(room->parties);
}
