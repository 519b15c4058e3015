#include "syntax/parser.h"
#include "vm/vm.h"
#include <string.h>

/* Declarations -> the world's columns. What a declaration says as an expression is evaluated here once, unless it changes
 * from day to day: then the column holds the function, and the world asks for it where it is used. */

typedef struct Load {
  Vm *vm;
  World *w;
  Program *p;
  Ctx *ctx;            /* before any fact is known: nothing but constants can be asked */
  uint32_t cite;       /* of the declaration at hand */
  bool reading;        /* a clause again, in an agreement as amended, whose term may leave it no day */
} Load;

static bool stop(const Load *l) { return l->vm->failed || mem_failed(l->vm->mem); }

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

/* arg: the member that `each m of` stands for, or UINT32_MAX. */
static Value value_of(Load *l, Node *e, Ent arg) {
  uint32_t f = program_thunk(l->p, e);
  if (f == UINT32_MAX) return literal(l, e);
  const Func *fn = &l->p->funcs.at[f];
  uint32_t n = arg != UINT32_MAX && fn->nparam ? 1 : 0;
  if (fn->flags & FLAG_VARIES) {
    Value v = {.tag = V_FUNC, .aux = f, .i = n ? (int64_t)arg + 1 : 0};
    return v;
  }
  Value a = value_ent(arg);
  return vm_run(l->vm, f, &a, n, l->ctx);
}

/* A figure in a resource's unit; shares stay as they are. */
static Value figure_of(Load *l, Node *e, Ent arg, uint32_t res, bool share_too) {
  Value v = value_of(l, e, arg), out;
  UnitId u = l->p->resource_unit.at[res];
  if (!value_is_figure(v) || (share_too && v.unit == UNIT_ONE) || u == UNIT_NONE) return v;
  FigErr err = fig_convert(&l->vm->rt, v, u, &out);
  value_drop(l->vm->mem, v);
  if (!err) return out;
  if (!stop(l)) {
    vm_fail(l->vm, DIAG_E0401, "this figure is not in a unit that converts to %s", unit_text(&l->p->units, u));
    l->vm->error.span = e->span;
  }
  return value_int(0);
}

static Day day_of(Load *l, Node *e, Ent arg) {
  Value v = value_of(l, e, arg);
  if (v.tag == V_DATE) return (Day)v.i;
  value_drop(l->vm->mem, v);
  if (!stop(l)) {
    vm_fail(l->vm, DIAG_E0404, "a window needs a known date");
    l->vm->error.span = e->span;
  }
  return DAY_MIN;
}

static void cite_of(Load *l, Node *mods) {
  VEC(uint32_t) at = {0};
  for (Node *m = list_first(mods); m; m = m->next)
    if (m->op == MOD_CITE)
      for (Node *s = list_first(m->kid[0]); s; s = s->next)
        if (s->op == REF_ENTITY) vec_push(l->vm->mem, &at, ent_index(s->ref));
  if (at.len) l->cite = world_cite(l->w, at.at, at.len);
  vec_end(l->vm->mem, &at);
}

static Day next_day(Day d) { return d == DAY_OPEN || d >= DAY_MAX ? DAY_OPEN : d + 1; }

static Window window_in(Load *l, Node *mods, Window w, Ent arg) {
  for (Node *m = list_first(mods); m; m = m->next) {
    if (m->op == MOD_CITE || m->op == MOD_WHEN || m->op == MOD_UNLESS) continue;
    Day d = day_of(l, m->kid[0], arg);
    w.stated = true;
    if (m->op == MOD_FROM || m->op == MOD_BY) w.from = d;
    else w.until = m->op == MOD_UNTIL ? d : next_day(d);
    if (w.until <= w.from && !l->reading && !stop(l)) {
      vm_fail(l->vm, DIAG_E0305, "this window ends before it begins");
      l->vm->error.span = m->span;
    }
  }
  return w;
}

static const Window always = {DAY_MIN, DAY_OPEN, false};

/* ---- sets of entities as bits ---- */

static void bits_add(uint64_t *bits, Value v) {
  if (v.tag == V_ENT) bits_set(bits, ent_index(v.aux));
  if (v.tag != V_SET && v.tag != V_LIST) return;
  for (uint32_t i = 0; i < v.obj->len; i++) bits_add(bits, value_seq(v)->at[i]);
}

static void targets_add(Load *l, uint64_t *bits, Node *n, Ent arg) {
  Node *e = n->kind == N_SET ? list_first(n->kid[0]) : n;
  for (; e; e = n->kind == N_SET ? e->next : NULL) {
    Value v = value_of(l, e, arg);
    if (v.tag == V_FUNC) { Value a = value_ent(arg), now = vm_run(l->vm, v.aux, &a, v.i ? 1 : 0, l->ctx); bits_add(bits, now); value_drop(l->vm->mem, now); }
    else bits_add(bits, v);
    value_drop(l->vm->mem, v);
  }
}

static uint64_t *kind_bits(Load *l, uint32_t kind) { return world_bits(l->w, kind_count(l->p, kind)); }

static uint64_t *targets(Load *l, Node *n, uint32_t kind, Ent arg) {
  if (!n) return NULL;
  uint64_t *bits = kind_bits(l, kind);
  if (bits) targets_add(l, bits, n, arg);
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
  uint32_t res = ent_index(n->kid[0]->ref);
  Window outer = window_in(l, n->kid[1], always, UINT32_MAX);
  l->cite = 0;
  cite_of(l, n->kid[1]);
  uint32_t cite = l->cite;
  for (Node *e = list_first(n->kid[2]); e && !stop(l); e = e->next) {
    uint32_t who = e->kid[0]->op == REF_ENTITY ? ent_index(e->kid[0]->ref) : WHO_REST;
    l->cite = cite;
    cite_of(l, e->kid[2]);
    supply_push(l, cols, res, who, figure_of(l, e->kid[1], UINT32_MAX, res, share_too), window_in(l, e->kid[2], outer, UINT32_MAX), e->span, l->cite);
  }
}

static void one_figure(Load *l, Node *n, SupplyCols *cols) {
  uint32_t res = ent_index(n->kid[0]->ref);
  l->cite = 0;
  cite_of(l, n->kid[2]);
  supply_push(l, cols, res, WHO_JOINT, figure_of(l, n->kid[1], UINT32_MAX, res, false), window_in(l, n->kid[2], always, UINT32_MAX), n->span, l->cite);
}

static void require_push(Load *l, uint32_t res, uint32_t input, Node *rate, Window win, Span span, uint32_t cite) {
  RequireCols *r = &l->w->requires;
  Mem *m = l->vm->mem;
  Value v = {0};
  if (rate) v = value_of(l, rate, UINT32_MAX);
  if (!vec_push(m, &r->rate, v)) value_drop(m, v);
  vec_push(m, &r->res, res);
  vec_push(m, &r->input, input);
  vec_push(m, &r->win, win);
  vec_push(m, &r->span, span);
  vec_push(m, &r->cite, cite);
}

static void requires(Load *l, Node *n) {
  Window win = window_in(l, n->kid[1], always, UINT32_MAX);
  l->cite = 0;
  cite_of(l, n->kid[1]);
  for (Node *e = list_first(n->kid[2]); e && !stop(l); e = e->next) require_push(l, ent_index(n->kid[0]->ref), ent_index(e->kid[0]->ref), e->kid[1], win, e->span, l->cite);
}

static void table_push(Load *l, uint32_t table, const Value *keys, Value v, Window win, Span span) {
  TableCols *t = &l->w->tables;
  Mem *m = l->vm->mem;
  for (uint32_t i = 0; i < TABLE_KEY_MAX; i++) {
    Value none = {0};
    vec_push(m, &t->key[i], keys ? keys[i] : none);
  }
  vec_push(m, &t->value, v);
  vec_push(m, &t->table, table);
  vec_push(m, &t->win, win);
  vec_push(m, &t->span, span);
  vec_push(m, &t->cite, l->cite);
}

static void keys_of(Load *l, Node *list, Value keys[TABLE_KEY_MAX]) {
  uint32_t i = 0;
  for (Node *k = list_first(list); k && i < TABLE_KEY_MAX; k = k->next) keys[i++] = value_of(l, k, UINT32_MAX);
}

static void fact(Load *l, Node *n) {
  Value keys[TABLE_KEY_MAX] = {{0}};
  keys_of(l, n->kid[1], keys);
  l->cite = 0;
  cite_of(l, n->kid[3]);
  table_push(l, n->ref, keys, value_of(l, n->kid[2], UINT32_MAX), window_in(l, n->kid[3], always, UINT32_MAX), n->span);
}

static void fact_map(Load *l, Node *n) {
  Window outer = window_in(l, n->kid[2], always, UINT32_MAX);
  l->cite = 0;
  cite_of(l, n->kid[2]);
  uint32_t cite = l->cite, last = l->p->tables.at[n->ref].nkey - 1;
  bool entity = type_at(&l->p->types, l->p->tables.at[n->ref].key[last]).kind == TY_ENTITY;
  for (Node *e = list_first(n->kid[3]); e && !stop(l); e = e->next) {
    Value keys[TABLE_KEY_MAX] = {{0}};
    keys_of(l, n->kid[1], keys);
    keys[last] = entity ? value_ent(e->kid[0]->ref) : value_of(l, e->kid[0], UINT32_MAX);
    l->cite = cite;
    cite_of(l, e->kid[2]);
    table_push(l, n->ref, keys, value_of(l, e->kid[1], UINT32_MAX), window_in(l, e->kid[2], outer, UINT32_MAX), e->span);
  }
}

/* ---- fields ---- */

static void field_set(Load *l, Ent e, const char *name, Value v) {
  uint32_t slot, kind = ent_kind(e), n = l->p->kinds.at[kind].fields.len, at = ent_index(e) * n;
  Sym s = intern_find(l->p->unit->names, name, strlen(name));
  if (!s || !field_find(l->p, kind, s, &slot) || at + slot >= l->w->fields[kind].len) { value_drop(l->vm->mem, v); return; }
  value_drop(l->vm->mem, l->w->fields[kind].at[at + slot]);
  l->w->fields[kind].at[at + slot] = v;
}

static void fields_room(Load *l) {
  for (uint32_t k = 0; k < l->p->kinds.len; k++) {
    if (k == K_CLAUSE) continue;  /* what a clause says is read where it stands: there may be a million */
    size_t want = (size_t)l->p->kinds.at[k].list.len * l->p->kinds.at[k].fields.len;
    Value none = {0};
    while (l->w->fields[k].len < want && vec_push(l->vm->mem, &l->w->fields[k], none)) {}
  }
}

static Value bits_value(Load *l, const uint64_t *bits, uint32_t kind) { return world_bits_value(l->w, kind, bits); }

static Value text_value(Load *l, const char *s) { return value_text(&l->vm->rt, s, strlen(s)); }

static void control(Load *l, Node *n) {
  ControlFacts c = {.by = ent_index(n->kid[2]->ref), .span = n->span};
  c.resources = targets(l, n->kid[3], K_RESOURCE, UINT32_MAX);
  c.against = targets(l, n->kid[4], K_COUNTRY, UINT32_MAX);
  c.win = window_in(l, n->kid[5], always, UINT32_MAX);
  l->cite = 0;
  cite_of(l, n->kid[5]);
  c.cite = l->cite;
  for (Node *s = list_first(n->kid[6]); s && !stop(l); s = s->next) {
    Value v = value_of(l, s, UINT32_MAX);
    Window w = {value_lo(v), next_day(value_hi(v)), true};
    if (v.tag == V_RANGE) vec_push(l->vm->mem, &c.suspended, w);
    value_drop(l->vm->mem, v);
  }
  vec_push(l->vm->mem, &l->w->controls, c);
  field_set(l, n->ref, "by", value_ent(n->kid[2]->ref));
  field_set(l, n->ref, "on", bits_value(l, c.resources, K_RESOURCE));
  if (c.against) field_set(l, n->ref, "against", bits_value(l, c.against, K_COUNTRY));
  if (c.win.from > DAY_MIN) field_set(l, n->ref, "from", value_date(c.win.from));
  if (c.win.until < DAY_OPEN) field_set(l, n->ref, "until", value_date(c.win.until));
}

static void inputs_field(Load *l, Ent r, Node *e) {
  for (Node *n = list_first(e->kid[0]); n && !stop(l); n = n->next) require_push(l, ent_index(r), ent_index((n->kind == N_PAIR ? n->kid[0] : n)->ref), n->kind == N_PAIR ? n->kid[1] : NULL, always, n->span, 0);
}

/* r.requires: every input that is declared of it, on whatever day. */
static void inputs_fields(Load *l) {
  const RequireCols *q = &l->w->requires;
  VEC(Value) in = {0};
  for (uint32_t r = 0; q->start && r < l->w->nresource; r++) {
    in.len = 0;
    for (uint32_t i = q->start[r]; i < q->start[r + 1]; i++) vec_push(l->vm->mem, &in, value_ent(ent_make(K_RESOURCE, q->input.at[q->row[i]])));
    field_set(l, ent_make(K_RESOURCE, r), "requires", value_set(&l->vm->rt, in.at, in.len));
  }
  vec_end(l->vm->mem, &in);
}

static void entity(Load *l, Node *n) {
  Ent e = n->ref;
  uint32_t kind = ent_kind(e);
  if (kind == K_RESOURCE && l->p->resource_unit.at[ent_index(e)] != UNIT_NONE) field_set(l, e, "unit", text_value(l, unit_text(&l->p->units, l->p->resource_unit.at[ent_index(e)])));
  if (kind == K_RESOURCE) field_set(l, e, "critical", value_bool(true));
  for (Node *f = list_first(n->kid[2]); f && !stop(l); f = f->next) {
    const char *name = sym_text(l->p, f->sym);
    if (kind == K_RESOURCE && !strcmp(name, "unit")) continue;
    if (kind == K_RESOURCE && !strcmp(name, "requires")) { inputs_field(l, e, f->kid[0]); continue; }
    Value v = value_of(l, f->kid[0], UINT32_MAX);
    if (kind == K_ROUTE && !strcmp(name, "passes")) {
      uint64_t *bits = kind_bits(l, K_COUNTRY);
      if (bits) bits_add(bits, v);
      l->w->passes.at[ent_index(e)] = bits;
    }
    field_set(l, e, name, v);
  }
}

/* ---- clauses ---- */

/* own: the recipients of the subject at hand, where they differ from subject to subject. */
typedef struct Terms { ClauseFacts *c; Node *act; uint32_t clause; Node *binder; uint64_t *own; } Terms;

static void promise_push(Load *l, const Terms *t, uint32_t res, uint32_t who, Value v, Window win, uint8_t act) {
  PromiseCols *c = &l->w->promises;
  Mem *m = l->vm->mem;
  if (!vec_push(m, &c->value, v)) value_drop(m, v);
  vec_push(m, &c->res, res);
  vec_push(m, &c->who, who);
  vec_push(m, &c->win, win);
  vec_push(m, &c->clause, t->clause);
  vec_push(m, &c->act, act);
  if (!t->own) return;
  while (c->to.len + 1 < c->res.len && vec_push(m, &c->to, NULL)) {}
  vec_push(m, &c->to, t->own);
}

/* Where the step that begins on `from` ends: where the next one begins. Two that begin on one day contradict each other. */
static Day step_end(Load *l, Node *map, Node *step, Day from, Ent arg) {
  Day end = DAY_OPEN;
  for (Node *p = list_first(map->kid[0]); p && !stop(l); p = p->next) {
    Day d = p == step ? DAY_MIN : day_of(l, p->kid[0], arg);
    if (d == from && p != step) {
      vm_fail(l->vm, DIAG_E0310, "two steps of this schedule begin on the same day");
      l->vm->error.span = p->span;
    }
    if (d > from && d < end) end = d;
  }
  return end;
}

/* A schedule is a row for each step: from its date to the next one's, cut by the clause's window. */
static void schedule_push(Load *l, const Terms *t, uint32_t res, uint32_t who, Node *map, Ent arg, uint8_t act) {
  for (Node *p = list_first(map->kid[0]); p && !stop(l); p = p->next) {
    Window w = t->c->win;
    Day from = day_of(l, p->kid[0], arg), end = step_end(l, map, p, from, arg);
    if (w.from < from) w.from = from;
    if (w.until > end) w.until = end;
    Value v = act == ACT_STOCKPILE ? value_of(l, p->kid[1], arg) : figure_of(l, p->kid[1], arg, res, false);
    if (w.from < w.until) promise_push(l, t, res, who, v, w, act);
    else value_drop(l->vm->mem, v);
  }
}

static void quantity_push(Load *l, const Terms *t, uint32_t res, uint32_t who, Node *q, uint8_t act) {
  Ent arg = t->binder && who != WHO_JOINT ? ent_make(K_COUNTRY, who) : UINT32_MAX;
  if (q->kind == N_MAP) { schedule_push(l, t, res, who, q, arg, act); return; }
  promise_push(l, t, res, who, act == ACT_STOCKPILE ? value_of(l, q, arg) : figure_of(l, q, arg, res, false), t->c->win, act);
}

static uint64_t *own_recipients(Load *l, const Terms *t, Ent subject) {
  Node *to = t->act->kid[2];
  uint64_t *bits = t->binder && to && t->act->op == ACT_SUPPLY ? kind_bits(l, K_COUNTRY) : NULL;
  if (bits) targets_add(l, bits, to, subject);
  return bits;
}

/* Rows for a clause that moves goods: each subject by itself, or all jointly. */
static void rows_push(Load *l, Terms *t, Node *subject, uint32_t res, Node *q, uint8_t act) {
  uint32_t words = bits_words(l->w->ncountry);
  if (subject->op == SUBJ_JOINTLY) { quantity_push(l, t, res, WHO_JOINT, q, act); return; }
  for (uint32_t c = bits_next(t->c->subjects, words, 0); c != UINT32_MAX && !stop(l); c = bits_next(t->c->subjects, words, c + 1)) {
    t->own = own_recipients(l, t, ent_make(K_COUNTRY, c));
    quantity_push(l, t, res, c, q, act);
  }
  t->own = NULL;
}

static uint64_t *one_bit(Load *l, uint32_t kind, uint32_t index) {
  uint64_t *b = kind_bits(l, kind);
  if (b) bits_set(b, index);
  return b;
}

/* Of the clause: in `each p of S ... to p`, everyone's together. */
static uint64_t *recipients(Load *l, Node *to, const Terms *t, Node *subject) {
  if (!to) return NULL;
  uint64_t *bits = kind_bits(l, K_COUNTRY);
  uint32_t words = bits_words(l->w->ncountry);
  if (!bits) return NULL;
  if (!t->binder || subject->op == SUBJ_JOINTLY) { targets_add(l, bits, to, UINT32_MAX); return bits; }
  for (uint32_t c = bits_next(t->c->subjects, words, 0); c != UINT32_MAX && !stop(l); c = bits_next(t->c->subjects, words, c + 1)) targets_add(l, bits, to, ent_make(K_COUNTRY, c));
  return bits;
}

static void act_load(Load *l, Terms *t, Node *subject) {
  Node *a = t->act;
  ClauseFacts *c = t->c;
  uint32_t words = bits_words(l->w->nresource);
  switch (a->op) {
    case ACT_SUPPLY: case ACT_BUY: case ACT_STOCKPILE: case ACT_CARRY: {
      uint32_t res = ent_index(a->kid[1]->ref);
      c->res = res;
      c->to = recipients(l, a->kid[2], t, subject);
      if (a->kid[3]) {
        c->routes = kind_bits(l, K_ROUTE);
        for (Node *r = list_first(a->kid[3]); r && c->routes; r = r->next) bits_set(c->routes, ent_index(r->ref));
      }
      rows_push(l, t, subject, res, a->kid[0], a->op);
      break;
    }
    case ACT_FUND:
      c->resources = targets(l, a->kid[1], K_RESOURCE, UINT32_MAX);
      if (!a->kid[3] || !c->resources) break;
      for (uint32_t r = bits_next(c->resources, words, 0); r != UINT32_MAX && !stop(l); r = bits_next(c->resources, words, r + 1)) rows_push(l, t, subject, r, a->kid[3], ACT_SUPPLY);
      break;
    case ACT_EXEMPT:
      c->to = recipients(l, a->kid[2], t, subject);
      c->control = ent_index(a->kid[1]->ref);
      break;
    case ACT_NOT_RESTRICT:
      c->resources = targets(l, a->kid[1], K_RESOURCE, UINT32_MAX);
      c->to = recipients(l, a->kid[2], t, subject);
      break;
    default:
      c->layers = targets(l, a->kid[1], K_LAYER, UINT32_MAX);
      c->text = value_of(l, a->kid[0], UINT32_MAX);
      break;
  }
}

static uint32_t condition(Load *l, Node *mods, int op) {
  for (Node *m = list_first(mods); m; m = m->next)
    if (m->op == op) {
      uint32_t f = program_thunk(l->p, m->kid[0]);
      if (f != UINT32_MAX) return f;
    }
  return UINT32_MAX;
}

/* What a clause says in an agreement, into its row. */
static void clause_row(Load *l, Node *n, uint32_t agreement, uint32_t row, ClauseFacts *c) {
  AgreementFacts *a = &l->w->agreements.at[agreement];
  Node *subject = n->kid[2], *act = n->kid[3];
  Terms t = {c, act, row, subject->op == SUBJ_EACH ? subject->kid[0] : NULL, NULL};
  c->agreement = agreement;
  c->act = act->op;
  c->modal = (uint8_t)act->ref;
  c->binding = act->ref == MODAL_SHALL && a->binding;
  c->span = n->span;
  c->win = (Window){a->first, next_day(a->last), true};
  c->win = window_in(l, n->kid[4], c->win, UINT32_MAX);
  c->when = condition(l, n->kid[4], MOD_WHEN);
  c->unless = condition(l, n->kid[4], MOD_UNLESS);
  c->binder = t.binder ? 1 : 0;
  c->subjects = subject->op == SUBJ_ONE ? one_bit(l, K_COUNTRY, ent_index(subject->kid[0]->ref)) : targets(l, subject->kid[1], K_COUNTRY, UINT32_MAX);
  l->cite = 0;
  cite_of(l, n->kid[4]);
  c->cite = l->cite;
  if (c->subjects && !stop(l)) act_load(l, &t, subject);
}

static void clause(Load *l, Node *n, uint32_t agreement, const Node *article) {
  ClauseFacts *c = world_clause_full(l->w, ent_index(n->ref), article);
  if (c) clause_row(l, n, agreement, ent_index(n->ref), c);
}

/* The term leaves it no day: said as of any clause. */
static void row_late(Load *l, const Row *r, Window term) {
  Node *n = parse_again(l->p->unit, r);
  if (n) window_in(l, n->kid[4], term, UINT32_MAX);
}

/* A plain clause is its promise. */
static void clauses_plain(Load *l, const Node *rows, uint32_t agreement, const Node *article) {
  const AgreementFacts *a = &l->w->agreements.at[agreement];
  Window term = {a->first, next_day(a->last), true};
  for (uint32_t i = 0; i < rows->ref && !stop(l); i++) {
    const Row *r = unit_row(l->p->unit, rows->sym + i);
    Terms t = {.clause = rows->ty + i};
    if (!r->plain) { clause(l, row_node(l->p, rows->sym + i), agreement, article); continue; }
    Window win = {r->from > DAY_MIN ? r->from : term.from, r->until < DAY_OPEN ? r->until : term.until, true};
    bool since = r->from > DAY_MIN, late = win.from >= win.until && r->until < DAY_OPEN;
    if (late || (since && term.until <= r->from)) { row_late(l, r, term); continue; }
    l->w->strangers = l->w->strangers || !bits_has(a->parties, r->who);
    if (!world_clause_plain(l->w, t.clause, a->binding)) return;
    promise_push(l, &t, r->res, r->who, value_figure(num_dec(r->c, r->e), (UnitId)r->unit), win, ACT_SUPPLY);
    unit_row_done(l->p->unit, rows, rows->sym + i);
  }
}

static void head_field(Load *l, AgreementFacts *a, Ent e, Node *m) {
  const char *name = sym_text(l->p, m->sym);
  Value v = value_of(l, m->kid[0], UINT32_MAX);
  if (!strcmp(name, "parties") && (a->parties = kind_bits(l, K_COUNTRY))) bits_add(a->parties, v);
  if (!strcmp(name, "term") && v.tag == V_RANGE) a->first = value_lo(v), a->last = value_hi(v);
  if (!strcmp(name, "binding")) a->binding = v.tag == V_TRUE;
  field_set(l, e, name, v);
}

static void agreement_head(Load *l, Node *n) {
  AgreementFacts a = {.parties = kind_bits(l, K_COUNTRY), .first = DAY_MIN, .last = DAY_OPEN, .binding = true, .span = n->kid[0]->span};
  for (Node *m = list_first(n->kid[2]); m && !stop(l); m = m->next)
    if (m->kind == N_ARG) head_field(l, &a, n->ref, m);
  if (a.binding) field_set(l, n->ref, "binding", value_bool(true));
  vec_push(l->vm->mem, &l->w->agreements, a);
}

/* While an agreement's clauses are read, `parties` in them are its own. */
static void clauses_begin(Load *l, uint32_t agreement) {
  memos_forget(l->vm, 0);
  l->vm->blank.parties = l->w->agreements.at[agreement].parties;
}

static void clauses_end(Load *l) {
  memos_forget(l->vm, 0);
  l->vm->blank.parties = NULL;
}

static void agreement(Load *l, Node *n) {
  uint32_t index = ent_index(n->ref);
  clauses_begin(l, index);
  for (Node *m = list_first(n->kid[2]); m && !stop(l); m = m->next) {
    if (m->kind == N_CLAUSE) clause(l, m, index, NULL);
    if (m->kind == N_ROWS) clauses_plain(l, m, index, NULL);
    if (m->kind != N_ARTICLE) continue;
    for (Node *k = list_first(m->kid[2]); k && !stop(l); k = k->next) {
      if (k->kind == N_CLAUSE) clause(l, k, index, m);
      if (k->kind == N_ROWS) clauses_plain(l, k, index, m);
    }
  }
  clauses_end(l);
}

/* ---- agreements as amended ---- */

/* An amendment takes effect when it says, and never before the one that it amends. */
static Day effect_of(Load *l, const Amended *m, const AgreementFacts *before) {
  Day least = before->amendment ? before->from : DAY_MIN;
  Node *from = list_first(m->decl->kid[4]);
  if (!from) return least;
  Day d = day_of(l, from->kid[0], UINT32_MAX);
  if (d >= least || stop(l)) return d;
  Buf day;
  buf_init(&day, l->vm->mem);
  date_show(&day, least);
  vm_fail(l->vm, DIAG_E0317, "this takes effect before what it amends, which does on %s", buf_text(&day));
  l->vm->error.span = from->span;
  buf_end(&day);
  return least;
}

static void amended_head(Load *l, uint32_t amendment) {
  const Amended *m = &l->p->amended.at[amendment];
  uint32_t before = ent_kind(m->of) == K_AGREEMENT ? ent_index(m->of) : l->w->amended.at[ent_index(m->of)];
  AgreementFacts a = l->w->agreements.at[before];
  Ent e = m->decl->ref;
  a.from = effect_of(l, m, &a);
  a.amendment = amendment + 1;
  a.before = before;
  a.root = ent_index(m->root);
  a.span = m->decl->kid[0]->span;
  for (Node *k = list_first(m->decl->kid[3]); k && !stop(l); k = k->next)
    if (k->kind == N_ARG) head_field(l, &a, e, k);
  field_set(l, e, "parties", bits_value(l, a.parties, K_COUNTRY));
  field_set(l, e, "term", value_range(a.first, a.last));
  field_set(l, e, "binding", value_bool(a.binding));
  field_set(l, e, "agreement", value_ent(m->root));
  if (a.from > DAY_MIN) field_set(l, e, "from", value_date(a.from));
  l->w->amended.at[amendment] = l->w->agreements.len;
  vec_push(l->vm->mem, &l->w->agreements, a);
}

/* A clause that the amendment leaves standing: the same clause, in another agreement. */
static void clause_again(Load *l, Ent e, uint32_t agreement) {
  World *w = l->w;
  uint32_t row = w->clauses.len, written = w->clauses.at[ent_index(e)];
  ClauseFacts *c = vec_push(l->vm->mem, &w->clauses, 0) ? world_clause_full(w, row, NULL) : NULL;
  if (!c) return;
  c->reading_of = ent_index(e) + 1;
  c->next_reading = w->clause_facts.at[written].next_reading;
  w->clause_facts.at[written].next_reading = row;
  l->reading = true;
  clause_row(l, program_entity(l->p, e)->decl, agreement, row, c);
  l->reading = false;
}

static void amended_clauses(Load *l, uint32_t amendment) {
  const Amended *m = &l->p->amended.at[amendment];
  uint32_t row = l->w->amended.at[amendment];
  clauses_begin(l, row);
  for (uint32_t i = 0; i < m->clauses.len && !stop(l); i++) {
    AmendedClause k = m->clauses.at[i];
    if (k.clause == UINT32_MAX) continue;
    const Entity *e = program_entity(l->p, k.clause);
    if (e->owner == m->decl->ref) clause(l, e->decl, row, k.article);
    else clause_again(l, k.clause, row);
  }
  clauses_end(l);
}

/* ---- scenarios ---- */

static void shock(Load *l, ScenarioFacts *s, Node *n) {
  Shock k = {.op = n->op, .span = n->span, .by = num_int(1)};
  k.win = window_in(l, n->kid[3], always, UINT32_MAX);
  switch (n->op) {
    case SHOCK_WITHDRAW: k.countries = targets(l, n->kid[0], K_COUNTRY, UINT32_MAX); break;
    case SHOCK_SCALE: {
      k.index = ent_index(n->kid[0]->ref);
      k.countries = targets(l, n->kid[1], K_COUNTRY, UINT32_MAX);
      Value v = value_of(l, n->kid[2], UINT32_MAX);
      if (value_is_exact(v)) k.by = num_keep(value_num(v));
      else if (!stop(l)) {
        vm_fail(l->vm, DIAG_E0404, "supply is scaled by a share that is known exactly");
        l->vm->error.span = n->kid[2]->span;
      }
      value_drop(l->vm->mem, v);
      break;
    }
    case SHOCK_SUSPEND: {
      Value v = value_of(l, n->kid[0], UINT32_MAX);
      if (v.tag == V_ENT) k.what = v.aux;
      value_drop(l->vm->mem, v);
      break;
    }
    default: k.index = ent_index(n->kid[0]->ref); k.what = n->kid[0]->ref; break;
  }
  vec_push(l->vm->mem, &s->shocks, k);
}

static void scenario(Load *l, Node *n) {
  ScenarioFacts s = {0};
  for (Node *k = list_first(n->kid[2]); k && !stop(l); k = k->next)
    if (k->kind == N_SHOCK) shock(l, &s, k);
  vec_push(l->vm->mem, &l->w->scenarios, s);
}

/* A `given` holds for the steps after it, so each is a scenario that assumes the one of the `given` before it. */
static void givens(Load *l, Node *test) {
  Ent before = 0;
  for (Node *n = list_first(test->kid[1]); n && !stop(l); n = n->next) {
    if (n->kind != N_GIVEN) continue;
    ScenarioFacts s = {0};
    Shock all = {.op = SHOCK_ASSUME, .span = n->span, .by = num_int(1), .win = always, .index = ent_index(before), .what = before};
    if (before) vec_push(l->vm->mem, &s.shocks, all);
    shock(l, &s, n->kid[0]);
    vec_push(l->vm->mem, &l->w->scenarios, s);
    before = n->ref;
  }
}

/* ---- rows ---- */

static void declaration(Load *l, Node *n);

static void rows(Load *l, const Node *n) {
  World *w = l->w;
  for (uint32_t i = 0; i < n->ref && !stop(l); i++) {
    const Row *r = unit_row(l->p->unit, n->sym + i);
    Value v = value_figure(num_dec(r->c, r->e), (UnitId)r->unit);
    if (!r->plain) declaration(l, row_node(l->p, n->sym + i));
    else if (r->kind == ROW_SUPPLY) supply_push(l, &w->supply, r->res, r->who, v, always, r->entry, 0);
    else if (r->kind == ROW_DEMAND) supply_push(l, &w->demand, r->res, WHO_JOINT, v, always, r->span, 0);
    else require_push(l, r->res, r->who, NULL, always, r->entry, 0);
    unit_row_done(l->p->unit, n, n->sym + i);
  }
}

/* ---- all of it ---- */

static void declaration(Load *l, Node *n) {
  switch ((NodeKind)n->kind) {
    case N_ENTITY: entity(l, n); break;
    case N_SUPPLY: entries(l, n, &l->w->supply, true); break;
    case N_DEMAND: entries(l, n, &l->w->demand, false); break;
    case N_DEMAND_JOINT: one_figure(l, n, &l->w->demand); break;
    case N_WORLD: one_figure(l, n, &l->w->totals); break;
    case N_REQUIRES: requires(l, n); break;
    case N_CONTROL: control(l, n); break;
    case N_FACT: fact(l, n); break;
    case N_FACT_MAP: fact_map(l, n); break;
    case N_TABLE:
      l->cite = 0;
      if (n->kid[4]) table_push(l, n->ref, NULL, value_of(l, n->kid[4], UINT32_MAX), always, (Span){0, 0});
      break;
    case N_AGREEMENT: agreement(l, n); break;
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
  if (l->w->scenarios.len || l->w->agreements.len > 1) return;
  for (uint32_t i = 0; base && i < c->value.len && !stop(l); i++) {
    Value f = c->value.at[i], v;
    if (f.tag != V_FUNC || c->who.at[i] == WHO_JOINT || c->act.at[i] == ACT_STOCKPILE) continue;
    Ctx *x = world_ctx(l->w, base, c->win.at[i].from);
    if (!x) return;
    Value a = value_ent(f.i ? (Ent)(f.i - 1) : 0);
    vm->dep = dep_nothing;
    Value now = vm_run(vm, f.aux, &a, f.i ? 1 : 0, x);
    bool own = !(vm->dep.who & ~dep_own(l->w, c->who.at[i]));
    bool settled = vm->dep.lo <= DAY_MIN && vm->dep.hi == DAY_OPEN && own && vm->dep.few == UINT32_MAX;
    if (settled && value_is_figure(now) && !fig_convert(&vm->rt, now, l->p->resource_unit.at[c->res.at[i]], &v)) c->value.at[i] = v;
    value_drop(vm->mem, now);
  }
  if (base) depend_settle(l->w);
}

static void report_error(Vm *vm) {
  Diag *x = diag_add(vm->p->unit->diags, vm->error.code, vm->error.span, "%s", vm->error.text);
  if (vm->error.help) diag_help(vm->p->unit->diags, x, "%s", vm->error.help);
}

bool vm_load(Vm *vm) {
  Program *p = vm->p;
  Load l = {.vm = vm, .w = vm->w, .p = p};
  fields_room(&l);
  while (vm->w->clauses.len < p->clauses.len && vec_push(vm->mem, &vm->w->clauses, 0)) {}
  while (vm->w->passes.len < p->kinds.at[K_ROUTE].list.len && vec_push(vm->mem, &vm->w->passes, NULL)) {}
  l.ctx = &vm->blank;
  for (uint32_t i = 0; i < p->facts.len && !stop(&l); i++)
    if (p->facts.at[i].node->kind == N_AGREEMENT) agreement_head(&l, p->facts.at[i].node);
  while (vm->w->amended.len < p->amended.len && vec_push(vm->mem, &vm->w->amended, 0)) {}
  for (uint32_t i = 0; i < p->amend_order.len && !stop(&l); i++) amended_head(&l, p->amend_order.at[i]);
  for (uint32_t i = 0; i < p->facts.len && !stop(&l); i++) declaration(&l, p->facts.at[i].node);
  for (uint32_t i = 0; i < p->amend_order.len && !stop(&l); i++) amended_clauses(&l, p->amend_order.at[i]);
  for (uint32_t i = 0; i < p->tests.len && !stop(&l); i++) givens(&l, p->funcs.at[p->tests.at[i]].body);
  if (vm->failed) { report_error(vm); return false; }
  if (mem_failed(vm->mem)) return false;  /* columns may differ in length */
  for (uint32_t i = 0; i < p->funcs.len; i++) vm->w->daily = vm->w->daily || (p->funcs.at[i].kind != FUNC_TEST && p->funcs.at[i].flags & FLAG_TODAY);
  world_seal(vm->w);
  inputs_fields(&l);
  if (!p->unit->diags->errors) promises_settle(&l);
  if (vm->failed) { report_error(vm); return false; }
  return !p->unit->diags->errors && !mem_failed(vm->mem);
}
