#include "vm/load.h"
#include <string.h>

/* Declarations -> the world's columns. What a declaration says as an expression is evaluated here once, unless it changes
 * from day to day: then the column holds the function, and the world asks for it where it is used. */

/* ---- expressions ---- */

static Value literal(Load *l, Node *e) {
  Unit *u = l->p->unit;
  switch ((NodeKind)e->kind) {
    case N_NUMBER: return value_figure(num_keep(u->numbers.at[e->sym]), UNIT_ONE);
    case N_QUANTITY: return value_figure(num_keep(u->numbers.at[e->sym]), (UnitId)e->ref);
    case N_DATE: return value_date((Day)e->sym);
    case N_BOOL: return value_bool(e->op);
    case N_STRING: { Text t = ast_text(u, e); return value_text(&l->vm->rt, t.at, t.len); }
    default: return e->op == REF_ENTITY ? value_ent(e->ref) : value_bool(false);
  }
}

/* A loose figure that is being settled is worked out where it is used, each time anew. */
static bool being_settled(const Load *l, const Func *f) {
  const Settled *s = l->w->settled;
  return s && s->what.kind == CAUSE_LOOSE && f->body->span.lo <= s->what.span.lo && s->what.span.hi <= f->body->span.hi;
}

/* arg: the member that `each m of` stands for, or UINT32_MAX. */
Value load_value(Load *l, Node *e, Ent arg) {
  uint32_t f = program_thunk(l->p, e);
  if (f == UINT32_MAX) return literal(l, e);
  const Func *fn = &l->p->funcs.at[f];
  uint32_t n = arg != UINT32_MAX && fn->nparam ? 1 : 0;
  if (fn->flags & FLAG_VARIES || being_settled(l, fn)) {
    Value v = {.tag = V_FUNC, .aux = f, .i = n ? (int64_t)arg + 1 : 0};
    return v;
  }
  Value a = value_ent(arg);
  return vm_run(l->vm, f, &a, n, l->ctx);
}

/* A figure in a resource's unit; shares stay as they are. */
Value load_figure(Load *l, Node *e, Ent arg, uint32_t res, bool share_too) {
  Value v = load_value(l, e, arg), out;
  UnitId u = l->p->resource_unit.at[res];
  if (!value_is_figure(v) || (share_too && v.unit == UNIT_ONE) || u == UNIT_NONE) return v;
  FigErr err = fig_convert(&l->vm->rt, v, u, &out);
  value_drop(l->vm->mem, v);
  if (!err) return out;
  if (!load_stop(l)) {
    vm_fail(l->vm, DIAG_E0401, "this figure is not in a unit that converts to %s", unit_text(&l->p->units, u));
    l->vm->error.span = e->span;
  }
  return value_int(0);
}

/* What is unknown is an error at e that says what is missing first. */
static void fail_unknown(Load *l, DiagCode code, const char *what, Value v, const Node *e) {
  Value why = {0};
  Buf b;
  buf_init(&b, l->vm->mem);
  op_vague(l->vm, v, &why);
  const Causes *lacks = value_causes(why);
  if (lacks && lacks->o.len) world_cause_text(l->w, lacks->at[0], &b);
  vm_fail(l->vm, code, "%s%s%s", what, b.len ? ": " : "", b.len ? buf_text(&b) : "");
  l->vm->error.span = e->span;
  buf_end(&b);
  value_drop(l->vm->mem, why);
}

Day load_day(Load *l, Node *e, Ent arg) {
  Value v = load_value(l, e, arg);
  if (v.tag == V_DATE) return (Day)v.i;
  if (!load_stop(l)) fail_unknown(l, DIAG_E0404, "a window needs a known date", v, e);
  value_drop(l->vm->mem, v);
  return DAY_MIN;
}

static void cite_read(Load *l, Node *mods) {
  VEC(uint32_t) at = {0};
  for (Node *m = list_first(mods); m; m = m->next)
    if (m->op == MOD_CITE)
      for (Node *s = list_first(m->kid[0]); s; s = s->next)
        if (s->op == REF_ENTITY) vec_push(l->vm->mem, &at, ent_index(s->ref));
  if (at.len) l->cite = world_cite(l->w, at.at, at.len);
  vec_end(l->vm->mem, &at);
}

Window load_window(Load *l, Node *mods, Window w, Ent arg) {
  for (Node *m = list_first(mods); m; m = m->next) {
    if (m->op == MOD_CITE || m->op == MOD_WHEN || m->op == MOD_UNLESS) continue;
    Day d = load_day(l, m->kid[0], arg);
    w.stated = true;
    if (m->op == MOD_FROM || m->op == MOD_BY) w.from = d;
    else w.until = m->op == MOD_UNTIL ? d : load_next_day(d);
    if (w.until <= w.from && !l->reading && !load_stop(l)) {
      vm_fail(l->vm, DIAG_E0305, "this window ends before it begins");
      l->vm->error.span = m->span;
    }
  }
  return w;
}

/* What modifiers cite; within a data block that is the same for every row. */
void load_cite(Load *l, Node *mods) {
  uint64_t known;
  if (!mods) return;
  if (l->block && map_get(&l->cites, (uintptr_t)mods, &known)) { if (known) l->cite = (uint32_t)known; return; }
  uint32_t before = l->cite;
  l->cite = 0;
  cite_read(l, mods);
  if (l->block) map_put(&l->cites, (uintptr_t)mods, l->cite);
  if (!l->cite) l->cite = before;
}

const Window load_always = {DAY_MIN, DAY_OPEN, false};

/* ---- sets of entities as bits ---- */

void load_bits_add(uint64_t *bits, Value v) {
  if (v.tag == V_ENT) bits_set(bits, ent_index(v.aux));
  if (v.tag != V_SET && v.tag != V_LIST) return;
  for (uint32_t i = 0; i < v.obj->len; i++) load_bits_add(bits, value_seq(v)->at[i]);
}

bool load_known(Load *l, Value v, const Node *at) {
  if (!value_vague(v)) return true;
  if (!load_stop(l)) fail_unknown(l, DIAG_E0370, "nobody can tell what is meant here", v, at);
  return false;
}

void load_targets_add(Load *l, uint64_t *bits, Node *n, Ent arg) {
  bool each = n->kind == N_SET && program_thunk(l->p, n) == UINT32_MAX;   /* else it is evaluated as a whole */
  for (Node *e = each ? list_first(n->kid[0]) : n; e; e = each ? e->next : NULL) {
    Value v = load_value(l, e, arg);
    if (v.tag == V_FUNC) {
      Value a = value_ent(arg), now = vm_run(l->vm, v.aux, &a, v.i ? 1 : 0, l->ctx);
      value_drop(l->vm->mem, v);
      v = now;
    }
    if (load_known(l, v, e)) load_bits_add(bits, v);
    value_drop(l->vm->mem, v);
  }
}

uint64_t *load_bits(Load *l, uint32_t kind) { return world_bits(l->w, kind_count(l->p, kind)); }

uint64_t *load_targets(Load *l, Node *n, uint32_t kind, Ent arg) {
  if (!n) return NULL;
  uint64_t *bits = load_bits(l, kind);
  if (bits) load_targets_add(l, bits, n, arg);
  return bits;
}

/* ---- facts ---- */

static void supply_push(Load *l, SupplyCols *s, uint32_t res, uint32_t who, Value v, Window win, Span span, uint32_t cite) {
  Mem *m = l->vm->mem;
  if (!vec_push(m, &s->value, v)) value_drop(m, v);
  vec_push(m, &s->res, res);
  vec_push(m, &s->who, who);
  vec_push(m, &s->win, win);
  vec_push(m, &s->span, span);
  vec_push(m, &s->cite, cite);
}

static void entries(Load *l, Node *n, SupplyCols *cols, bool share_too) {
  Ent r = load_entity(l, n->kid[0], K_RESOURCE);
  if (r == UINT32_MAX) return;
  uint32_t res = ent_index(r);
  Window outer = load_window(l, n->kid[1], load_always, UINT32_MAX);
  l->cite = l->block_cite;
  load_cite(l, n->kid[1]);
  uint32_t cite = l->cite;
  for (Node *e = list_first(n->kid[2]); e && !load_stop(l); e = e->next) {
    bool rest = e->kid[0]->kind == N_NAME && e->kid[0]->op != REF_ENTITY;
    Ent who = rest ? UINT32_MAX : load_entity(l, e->kid[0], K_COUNTRY);
    if (!rest && who == UINT32_MAX) continue;
    l->cite = cite;
    load_cite(l, e->kid[2]);
    Value v = load_figure(l, e->kid[1], UINT32_MAX, res, share_too);
    Span span = load_place(l, e);
    supply_push(l, cols, res, rest ? WHO_REST : ent_index(who), v, load_window(l, e->kid[2], outer, UINT32_MAX), span, l->cite);
  }
}

static void one_figure(Load *l, Node *n, SupplyCols *cols) {
  Ent r = load_entity(l, n->kid[0], K_RESOURCE);
  if (r == UINT32_MAX) return;
  l->cite = l->block_cite;
  load_cite(l, n->kid[2]);
  Value v = load_figure(l, n->kid[1], UINT32_MAX, ent_index(r), false);
  Span span = load_place(l, n);
  supply_push(l, cols, ent_index(r), WHO_JOINT, v, load_window(l, n->kid[2], load_always, UINT32_MAX), span, l->cite);
}

static void require_put(Load *l, uint32_t res, uint32_t input, Value v, Window win, Span span, uint32_t cite) {
  RequireCols *r = &l->w->requires;
  Mem *m = l->vm->mem;
  if (!vec_push(m, &r->rate, v)) value_drop(m, v);
  vec_push(m, &r->res, res);
  vec_push(m, &r->input, input);
  vec_push(m, &r->win, win);
  vec_push(m, &r->span, span);
  vec_push(m, &r->cite, cite);
}

static void require_push(Load *l, uint32_t res, Node *input, Node *rate, Window win, Span span, uint32_t cite) {
  Value v = {0};
  Ent in = load_entity(l, input, K_RESOURCE);
  if (in == UINT32_MAX) return;
  if (rate) v = load_value(l, rate, UINT32_MAX);
  require_put(l, res, ent_index(in), v, win, l->block ? l->vm->row.cell : span, cite);
}

static void requires(Load *l, Node *n) {
  Ent r = load_entity(l, n->kid[0], K_RESOURCE);
  if (r == UINT32_MAX) return;
  Window win = load_window(l, n->kid[1], load_always, UINT32_MAX);
  l->cite = l->block_cite;
  load_cite(l, n->kid[1]);
  for (Node *e = list_first(n->kid[2]); e && !load_stop(l); e = e->next) require_push(l, ent_index(r), e->kid[0], e->kid[1], win, e->span, l->cite);
}

static void table_push(Load *l, uint32_t table, const Value *keys, Value v, Window win, Span span) {
  TableCols *t = &l->w->tables;
  Mem *m = l->vm->mem;
  for (uint32_t i = 0; i < TABLE_KEY_MAX; i++) {
    Value none = {0}, key = keys ? keys[i] : none;
    if (!vec_push(m, &t->key[i], key)) value_drop(m, key);
  }
  if (!vec_push(m, &t->value, v)) value_drop(m, v);
  vec_push(m, &t->table, table);
  vec_push(m, &t->win, win);
  vec_push(m, &t->span, span);
  vec_push(m, &t->cite, l->cite);
}

/* The i-th key of a fact. False: there is no such entity, or it is not known which is meant, which has been said; then no key is left. */
static bool key_of(Load *l, const Node *fact, Node *k, uint32_t i, Value keys[TABLE_KEY_MAX]) {
  TypeInfo t = type_at(&l->p->types, l->p->tables.at[fact->ref].key[i]);
  Ent e = UINT32_MAX;
  bool entity = t.kind == TY_ENTITY && (k->kind == N_ATOM || k->op == REF_ENTITY);
  if (!entity || (e = load_entity(l, k, t.a)) != UINT32_MAX) {
    keys[i] = entity ? value_ent(e) : load_value(l, k, UINT32_MAX);
    if (load_known(l, keys[i], k)) return true;
  }
  for (uint32_t n = 0; n < TABLE_KEY_MAX; n++) value_drop(l->vm->mem, keys[n]);
  return false;
}

static bool keys_of(Load *l, const Node *fact, Node *list, Value keys[TABLE_KEY_MAX]) {
  uint32_t i = 0;
  for (Node *k = list_first(list); k && i < TABLE_KEY_MAX; k = k->next)
    if (!key_of(l, fact, k, i++, keys)) return false;
  return true;
}

static void fact(Load *l, Node *n) {
  Value keys[TABLE_KEY_MAX] = {{0}};
  if (!keys_of(l, n, n->kid[1], keys)) return;
  l->cite = l->block_cite;
  load_cite(l, n->kid[3]);
  Value v = load_value(l, n->kid[2], UINT32_MAX);
  Span span = load_place(l, n);
  table_push(l, n->ref, keys, v, load_window(l, n->kid[3], load_always, UINT32_MAX), span);
}

static void fact_map(Load *l, Node *n) {
  Window outer = load_window(l, n->kid[2], load_always, UINT32_MAX);
  l->cite = l->block_cite;
  load_cite(l, n->kid[2]);
  uint32_t cite = l->cite, last = l->p->tables.at[n->ref].nkey - 1;
  for (Node *e = list_first(n->kid[3]); e && !load_stop(l); e = e->next) {
    Value keys[TABLE_KEY_MAX] = {{0}};
    if (!keys_of(l, n, n->kid[1], keys) || !key_of(l, n, e->kid[0], last, keys)) continue;
    l->cite = cite;
    load_cite(l, e->kid[2]);
    Value v = load_value(l, e->kid[1], UINT32_MAX);
    Span span = load_place(l, e);
    table_push(l, n->ref, keys, v, load_window(l, e->kid[2], outer, UINT32_MAX), span);
  }
}

/* ---- fields ---- */

static Sym field_sym(const Load *l, const char *name) { return intern_find(l->p->unit->names, name, strlen(name)); }

static void field_put(Load *l, Ent e, Sym s, Value v) {
  uint32_t slot, kind = ent_kind(e), n = l->p->kinds.at[kind].fields.len, at = ent_index(e) * n;
  if (!s || !field_find(l->p, kind, s, &slot) || at + slot >= l->w->fields[kind].len) { value_drop(l->vm->mem, v); return; }
  value_drop(l->vm->mem, l->w->fields[kind].at[at + slot]);
  l->w->fields[kind].at[at + slot] = v;
}

void load_field(Load *l, Ent e, const char *name, Value v) { field_put(l, e, field_sym(l, name), v); }

static void fields_room(Load *l) {
  for (uint32_t k = 0; k < l->p->kinds.len; k++) {
    if (k == K_CLAUSE) continue;  /* what a clause says is read where it stands: there may be a million */
    size_t want = (size_t)l->p->kinds.at[k].list.len * l->p->kinds.at[k].fields.len;
    Value none = {0};
    if (want < UINT32_MAX && vec_more(l->vm->mem, &l->w->fields[k], (uint32_t)want))
      while (l->w->fields[k].len < want) l->w->fields[k].at[l->w->fields[k].len++] = none;
  }
}

Value load_bits_value(Load *l, const uint64_t *bits, uint32_t kind) { return world_bits_value(l->w, kind, bits); }

static Value text_value(Load *l, const char *s) { return value_text(&l->vm->rt, s, strlen(s)); }

void load_control(Load *l, Node *n, Ent e) {
  Ent by = load_entity(l, n->kid[2], K_COUNTRY);
  ControlFacts c = {.by = by == UINT32_MAX ? 0 : ent_index(by), .span = load_place(l, n)};
  c.resources = load_targets(l, n->kid[3], K_RESOURCE, UINT32_MAX);
  c.against = load_targets(l, n->kid[4], K_COUNTRY, UINT32_MAX);
  c.win = load_window(l, n->kid[5], load_always, UINT32_MAX);
  l->cite = l->block_cite;
  load_cite(l, n->kid[5]);
  c.cite = l->cite;
  for (Node *s = list_first(n->kid[6]); s && !load_stop(l); s = s->next) {
    Value v = load_value(l, s, UINT32_MAX);
    Window w = {value_lo(v), load_next_day(value_hi(v)), true};
    if (v.tag == V_RANGE) vec_push(l->vm->mem, &c.suspended, w);
    else if (!load_stop(l)) fail_unknown(l, DIAG_E0404, "a suspension needs known days", v, s);
    value_drop(l->vm->mem, v);
  }
  vec_push(l->vm->mem, &l->w->controls, c);
  if (by != UINT32_MAX) load_field(l, e, "by", value_ent(by));
  load_field(l, e, "on", load_bits_value(l, c.resources, K_RESOURCE));
  if (c.against) load_field(l, e, "against", load_bits_value(l, c.against, K_COUNTRY));
  if (c.win.from > DAY_MIN) load_field(l, e, "from", value_date(c.win.from));
  if (c.win.until < DAY_OPEN) load_field(l, e, "until", value_date(c.win.until));
}

static void inputs_field(Load *l, Ent r, Node *e) {
  for (Node *n = list_first(e->kid[0]); n && !load_stop(l); n = n->next) require_push(l, ent_index(r), n->kind == N_PAIR ? n->kid[0] : n, n->kind == N_PAIR ? n->kid[1] : NULL, load_always, n->span, 0);
}

/* r.requires: every input that is declared of it, on whatever day. */
static void inputs_fields(Load *l) {
  const RequireCols *q = &l->w->requires;
  VEC(Value) in = {0};
  Sym field = field_sym(l, "requires");
  for (uint32_t r = 0; q->start && r < l->w->nresource; r++) {
    in.len = 0;
    for (uint32_t i = q->start[r]; i < q->start[r + 1]; i++) vec_push(l->vm->mem, &in, value_ent(ent_make(K_RESOURCE, q->input.at[q->row[i]])));
    field_put(l, ent_make(K_RESOURCE, r), field, value_set(&l->vm->rt, in.at, in.len));
  }
  vec_end(l->vm->mem, &in);
}

void load_field_set(Load *l, Ent e, Node *f) {
  const char *name = sym_text(l->p, f->sym);
  uint32_t kind = ent_kind(e);
  if (kind == K_RESOURCE && !strcmp(name, "unit")) return;
  if (kind == K_RESOURCE && !strcmp(name, "requires")) { inputs_field(l, e, f->kid[0]); return; }
  Value v = load_value(l, f->kid[0], UINT32_MAX);
  if (kind == K_ROUTE && !strcmp(name, "passes")) {
    uint64_t *bits = load_bits(l, K_COUNTRY);
    if (bits) load_bits_add(bits, v);
    l->w->passes.at[ent_index(e)] = bits;
  }
  field_put(l, e, f->sym, v);
}

static void entity(Load *l, Node *n) {
  Ent e = n->ref;
  uint32_t kind = ent_kind(e);
  if (kind == K_RESOURCE && l->p->resource_unit.at[ent_index(e)] != UNIT_NONE) field_put(l, e, l->unit, text_value(l, unit_text(&l->p->units, l->p->resource_unit.at[ent_index(e)])));
  if (kind == K_RESOURCE) field_put(l, e, l->critical, value_bool(true));
  for (Node *f = list_first(n->kid[2]); f && !load_stop(l); f = f->next) load_field_set(l, e, f);
}

/* ---- scenarios ---- */

static void shock(Load *l, ScenarioFacts *s, Node *n) {
  Shock k = {.op = n->op, .span = n->span, .by = num_int(1)};
  k.win = load_window(l, n->kid[3], load_always, UINT32_MAX);
  switch (n->op) {
    case SHOCK_WITHDRAW: k.countries = load_targets(l, n->kid[0], K_COUNTRY, UINT32_MAX); break;
    case SHOCK_SCALE: {
      k.index = ent_index(n->kid[0]->ref);
      k.countries = load_targets(l, n->kid[1], K_COUNTRY, UINT32_MAX);
      Value v = load_value(l, n->kid[2], UINT32_MAX);
      if (value_is_exact(v)) k.by = num_keep(value_num(v));
      else if (!load_stop(l)) {
        vm_fail(l->vm, DIAG_E0404, "supply is scaled by a share that is known exactly");
        l->vm->error.span = n->kid[2]->span;
      }
      value_drop(l->vm->mem, v);
      break;
    }
    case SHOCK_SUSPEND: {
      Value v = load_value(l, n->kid[0], UINT32_MAX);
      if (load_known(l, v, n->kid[0]) && v.tag == V_ENT) k.what = v.aux;
      value_drop(l->vm->mem, v);
      break;
    }
    default: k.index = ent_index(n->kid[0]->ref); k.what = n->kid[0]->ref; break;
  }
  vec_push(l->vm->mem, &s->shocks, k);
}

static void scenario(Load *l, Node *n) {
  ScenarioFacts s = {0};
  for (Node *k = list_first(n->kid[2]); k && !load_stop(l); k = k->next)
    if (k->kind == N_SHOCK) shock(l, &s, k);
  vec_push(l->vm->mem, &l->w->scenarios, s);
}

/* A `given` holds for the steps after it, so each is a scenario that assumes the one of the `given` before it. */
static void givens(Load *l, Node *test) {
  Ent before = 0;
  for (Node *n = list_first(test->kid[1]); n && !load_stop(l); n = n->next) {
    if (n->kind != N_GIVEN) continue;
    ScenarioFacts s = {0};
    Shock all = {.op = SHOCK_ASSUME, .span = n->span, .by = num_int(1), .win = load_always, .index = ent_index(before), .what = before};
    if (before) vec_push(l->vm->mem, &s.shocks, all);
    shock(l, &s, n->kid[0]);
    vec_push(l->vm->mem, &l->w->scenarios, s);
    before = n->ref;
  }
}

/* ---- rows ---- */

static bool supply_room(Load *l, SupplyCols *s, uint32_t n) {
  Mem *m = l->vm->mem;
  return vec_more(m, &s->value, n) && vec_more(m, &s->res, n) && vec_more(m, &s->who, n) && vec_more(m, &s->win, n) && vec_more(m, &s->span, n) && vec_more(m, &s->cite, n);
}

static void rows(Load *l, const Node *n) {
  World *w = l->w;
  if (n->op == ROW_SUPPLY && !supply_room(l, &w->supply, n->ref)) return;
  for (uint32_t i = 0; i < n->ref && !load_stop(l); i++) {
    const Row *r = unit_row(l->p->unit, n->sym + i);
    if (!r->plain) { load_declaration(l, row_node(l->p, n->sym + i)); continue; }
    Value v = value_dec(r->c, r->e, (UnitId)r->unit);
    if (r->kind == ROW_SUPPLY) supply_push(l, &w->supply, r->res, r->who, v, load_always, r->entry, 0);
    else if (r->kind == ROW_DEMAND) supply_push(l, &w->demand, r->res, WHO_JOINT, v, load_always, r->span, 0);
    else require_put(l, r->res, r->who, (Value){0}, load_always, r->entry, 0);
    unit_row_done(l->p->unit, n, n->sym + i);
  }
}

/* ---- all of it ---- */

void load_declaration(Load *l, Node *n) {
  switch ((NodeKind)n->kind) {
    case N_ENTITY: entity(l, n); break;
    case N_SUPPLY: entries(l, n, &l->w->supply, true); break;
    case N_DEMAND: entries(l, n, &l->w->demand, false); break;
    case N_DEMAND_JOINT: one_figure(l, n, &l->w->demand); break;
    case N_WORLD: one_figure(l, n, &l->w->totals); break;
    case N_REQUIRES: requires(l, n); break;
    case N_CONTROL: load_control(l, n, n->ref); break;
    case N_FACT: fact(l, n); break;
    case N_FACT_MAP: fact_map(l, n); break;
    case N_TABLE:
      l->cite = 0;
      if (n->kid[4]) table_push(l, n->ref, NULL, load_value(l, n->kid[4], UINT32_MAX), load_always, (Span){0, 0});
      break;
    case N_AGREEMENT:
      profile_enter(l->vm->profile, profile_id(PROFILE_DECL, n->span.lo));
      load_agreement(l, n);
      profile_leave(l->vm->profile);
      break;
    case N_SCENARIO: scenario(l, n); break;
    case N_ROWS: rows(l, n); break;
    default: break;
  }
}

/* A promise that is computed from stated facts which never change, and from its subject's alone, is as good as a figure.
 * A scenario, or the choice of one agreement among several, could change them all the same. */
static void promises_settle(Load *l) {
  PromiseCols *c = &l->w->promises;
  Vm *vm = l->vm;
  const View *base = world_base(l->w);
  if (l->w->scenarios.len || l->w->agreements.len > 1 || l->w->settled) return;
  for (uint32_t i = 0; base && i < c->value.len && !load_stop(l); i++) {
    Value f = c->value.at[i], v;
    if (f.tag != V_FUNC || c->who.at[i] == WHO_JOINT || c->act.at[i] == ACT_STOCKPILE) continue;
    Ctx *x = world_ctx(l->w, base, c->win.at[i].from);
    if (!x) return;
    Value a = value_ent(f.i ? (Ent)(f.i - 1) : 0);
    vm->dep = dep_nothing;
    Value now = vm_run(vm, f.aux, &a, f.i ? 1 : 0, x);
    bool own = !(vm->dep.who & ~dep_own(l->w, c->who.at[i]));
    bool settled = vm->dep.lo <= DAY_MIN && vm->dep.hi == DAY_OPEN && own && vm->dep.few == UINT32_MAX;
    if (settled && value_is_figure(now) && !fig_convert(&vm->rt, now, l->p->resource_unit.at[promise_resource(c, i, l->w->nresource)], &v)) c->value.at[i] = v;
    value_drop(vm->mem, now);
  }
  if (base) depend_settle(l->w);
}

/* Where a row is at hand, the place that its reader wants is the row's. */
static void report_error(Vm *vm) {
  bool row = vm->row.rows != NULL;
  Diag *x = diag_add(vm->p->unit->diags, vm->error.code, row ? vm->row.cell : vm->error.span, "%s", vm->error.text);
  if (row) diag_label(vm->p->unit->diags, x, vm->error.span, "asked for here");
  if (vm->error.help) diag_help(vm->p->unit->diags, x, "%s", vm->error.help);
}

/* Entities first, so that what others say of them finds them whole. */
static void load_all(Load *l) {
  Vm *vm = l->vm;
  Program *p = l->p;
  fields_room(l);
  load_clauses_take(l);
  if (vec_more(vm->mem, &vm->w->clauses, p->nclause - vm->w->clauses.len))
    while (vm->w->clauses.len < p->nclause) vm->w->clauses.at[vm->w->clauses.len++] = 0;
  while (vm->w->passes.len < p->kinds.at[K_ROUTE].list.len && vec_push(vm->mem, &vm->w->passes, NULL)) {}
  for (uint32_t i = 0; i < p->facts.len && !load_stop(l); i++)
    if (p->facts.at[i].node->kind == N_ENTITY) load_declaration(l, p->facts.at[i].node);
  if (!load_stop(l)) load_data_fields(l);
  for (uint32_t i = 0; i < p->facts.len && !load_stop(l); i++)
    if (p->facts.at[i].node->kind == N_AGREEMENT) load_agreement_head(l, p->facts.at[i].node);
  while (vm->w->amended.len < p->amended.len && vec_push(vm->mem, &vm->w->amended, 0)) {}
  for (uint32_t i = 0; i < p->amend_order.len && !load_stop(l); i++) load_amended_head(l, p->amend_order.at[i]);
  for (uint32_t i = 0; i < p->facts.len && !load_stop(l); i++)
    if (p->facts.at[i].node->kind != N_ENTITY) load_declaration(l, p->facts.at[i].node);
  if (!load_stop(l)) load_data_facts(l);
  for (uint32_t i = 0; i < p->amend_order.len && !load_stop(l); i++) load_amended_clauses(l, p->amend_order.at[i]);
  for (uint32_t i = 0; i < p->tests.len && !load_stop(l); i++) givens(l, p->funcs.at[p->tests.at[i]].body);
}

bool vm_load(Vm *vm) {
  Program *p = vm->p;
  Load l = {.vm = vm, .w = vm->w, .p = p};
  l.ctx = &vm->blank;
  l.unit = field_sym(&l, "unit");
  l.critical = field_sym(&l, "critical");
  map_init(&l.cites, vm->mem);
  if (!vm->w->settled) load_data_make(&l);  /* else it is all made: this is the same draft, with a figure settled */
  if (!vm->failed) load_all(&l);
  map_end(&l.cites);
  if (vm->failed) { report_error(vm); return false; }
  program_settle(p, true);
  world_resettle(vm->w);
  for (uint32_t i = 0; i < p->funcs.len; i++) vm->w->daily = vm->w->daily || (p->funcs.at[i].kind != FUNC_TEST && p->funcs.at[i].flags & FLAG_TODAY);
  if (mem_failed(vm->mem)) return false;  /* columns may differ in length */
  profile_phase(vm->profile, PHASE_SEAL);
  world_seal(vm->w);
  inputs_fields(&l);
  if (!p->unit->diags->errors) promises_settle(&l);
  if (vm->failed) { report_error(vm); return false; }
  return !p->unit->diags->errors && !mem_failed(vm->mem);
}
