#include "check/checker.h"
#include <string.h>

/* Declarations: headers first, so that every name has a type; then bodies; then what facts and agreements say. */

typedef struct Saved { uint32_t func, base, nslot, locals; uint16_t module; bool monotone; } Saved;

static Saved enter(Checker *c, uint32_t f) {
  Saved s = {c->func, c->base, c->nslot, c->locals.len, c->module, c->monotone};
  c->func = f;
  c->module = FUNC(c)->module;
  c->base = c->locals.len;
  c->nslot = 0;
  c->monotone = true;
  return s;
}

static void leave(Checker *c, Saved s) {
  FUNC(c)->nslot = (uint16_t)c->nslot;
  locals_drop(c, s.locals);
  c->func = s.func;
  c->base = s.base;
  c->nslot = s.nslot;
  c->module = s.module;
  c->monotone = s.monotone;
}

/* What holds where a function is named and not within it. */
typedef struct Around { Sym row; const DataBlock *block; bool dates, untyped; } Around;

static Around around_leave(Checker *c) {
  Around a = {c->row, c->block, c->dates, c->untyped};
  c->row = 0;
  c->block = NULL;
  c->dates = true;
  c->untyped = false;
  return a;
}

static void around_back(Checker *c, Around a) {
  c->row = a.row;
  c->block = a.block;
  c->dates = a.dates;
  c->untyped = a.untyped;
}

/* ---- functions ---- */

/* Of what stands in a list under a name each: whether none before it has that of `at`; else that is reported. */
static bool named_once(Checker *c, Node *first, const Node *at) {
  for (Node *m = first; m != at; m = m->next)
    if (m->kid[0]->sym == at->kid[0]->sym) { report_twice(c, at->kid[0], m->kid[0]->span); return false; }
  return true;
}

static Node *params_of(const Func *f) { return f->kind == FUNC_FN || f->kind == FUNC_RULE ? f->decl->kid[1] : NULL; }
static Node *type_of(const Func *f) { return f->kind == FUNC_FN ? f->decl->kid[2] : f->kind == FUNC_LET && f->decl->kind == N_LET ? f->decl->kid[1] : NULL; }

void func_header(Checker *c, uint32_t i) {
  Func *f = &c->p->funcs.at[i];
  c->module = f->module;
  for (Node *n = list_first(params_of(f)); n; n = n->next) {
    Type t = type_read(c, n->kid[1]);
    f = &c->p->funcs.at[i];
    if (f->nparam == PARAM_MAX) { diag_add(c->d, DIAG_E0504, n->span, "a function has at most %d parameters", PARAM_MAX); break; }
    if (f->kind == FUNC_RULE && t != T_ERROR && type_kind(&c->p->types, t) != TY_ENTITY) {
      Diag *x = diag_add(c->d, DIAG_E0225, n->span, "a rule is about entities, and this parameter is none");
      diag_help(c->d, x, "use  fn  for figures and texts");
    }
    f->param[f->nparam++] = t;
    named_once(c, list_first(params_of(f)), n);
  }
  f->ret = f->kind == FUNC_RULE ? T_BOOL : type_of(f) ? type_read(c, type_of(f)) : T_ERROR;
  if (f->outside) outside_check(c, f);
  if (f->kind == FUNC_RULE && !f->nparam) diag_add(c->d, DIAG_E0225, f->span, "a rule needs at least one entity that it is about");
  if (f->kind == FUNC_RULE && f->nparam > RULE_PARAM_MAX) diag_add(c->d, DIAG_E0504, f->span, "a rule is about at most %d entities", RULE_PARAM_MAX);
}

/* Those of the same name hang together where the name is bound, the first of them first. */
static void overloads_check(Checker *c, uint32_t i) {
  const Func *f = &c->p->funcs.at[i];
  Bind b;
  if (f->kind > FUNC_RULE) return;
  for (bool more = name_find(c, f->module, f->name, &b); more; more = b.next >= 0, b = more ? c->p->binds.at[b.next] : b) {
    if (b.kind != BIND_FUNC || b.index >= i) continue;
    const Func *g = &c->p->funcs.at[b.index];
    if (g->kind > FUNC_RULE || g->module != f->module) continue;
    if ((f->nparam && g->nparam && f->param[0] != g->param[0]) || (!f->nparam) != (!g->nparam)) continue;
    Diag *x = diag_add(c->d, DIAG_E0301, f->span, "'%s' is declared twice for the same first parameter", sym_text(c->p, f->name));
    diag_label(c->d, x, g->span, "first here");
    return;
  }
}

static void check_body(Checker *c, Node *check) {
  gens_check(c, check->kid[2]);
  for (Node *n = list_first(check->kid[3]); n; n = n->next) {
    if (n->kind == N_LET) {
      Type t = expr_check(c, n->kid[2]);
      local_push(c, n->kid[0], t, "let");
      continue;
    }
    if (n->kind != N_REQUIRE) continue;
    expr_want(c, n->kid[0], T_BOOL, "'require'");
    if (n->kid[1]) expr_check(c, n->kid[1]);
  }
}

static void shock_check(Checker *c, Node *s);

/* What a `given` says is evaluated before any fact is asked, so it sees the draft's names and not the test's own. */
static void test_body(Checker *c, Node *test) {
  bool expects = false;
  for (Node *n = list_first(test->kid[1]); n; n = n->next) {
    if (n->kind == N_LET) {
      Type t = expr_check(c, n->kid[2]);
      local_push(c, n->kid[0], t, "let");
    } else if (n->kind == N_EXPECT) {
      expects = true;
      expr_want(c, n->kid[0], T_BOOL, "'expect'");
    } else if (n->kind == N_GIVEN) shock_check(c, n->kid[0]);
  }
  if (expects) return;
  Diag *x = diag_add(c->d, DIAG_E0315, test->kid[0]->span, "this test expects nothing");
  diag_help(c->d, x, "say what must hold in it:  expect covered(energy)");
}

void func_ready(Checker *c, uint32_t i) {
  Func *f = &c->p->funcs.at[i];
  if (f->state || f->kind == FUNC_THUNK) return;
  if (f->outside) { f->state = 2; return; }
  f->state = 1;
  Saved s = enter(c, i);
  Around a = around_leave(c);
  uint32_t k = 0;
  for (Node *n = list_first(params_of(f)); n && k < c->p->funcs.at[i].nparam; n = n->next, k++) local_push(c, n->kid[0], c->p->funcs.at[i].param[k], NULL);
  if (f->kind == FUNC_CHECK) check_body(c, f->body);
  else if (f->kind == FUNC_TEST) test_body(c, f->body);
  else {
    Type t = expr_check(c, f->body);
    f = &c->p->funcs.at[i];
    if (f->kind == FUNC_RULE && !type_fits(&c->p->types, t, T_BOOL)) expected(c, f->body, t, T_BOOL, "a rule");
    else if (type_of(f) && !type_fits(&c->p->types, t, f->ret)) expected(c, f->body, t, f->ret, quoted(c, sym_text(c->p, f->name)));
    else if (type_of(f)) f->body = fitting(c, f->body, f->ret);
    else if (f->kind != FUNC_RULE) f->ret = t;
  }
  around_back(c, a);
  leave(c, s);
  c->p->funcs.at[i].state = 2;
}

/* ---- expressions of declarations ---- */

static bool literal(const Node *e) {
  return e->kind == N_NUMBER || e->kind == N_QUANTITY || e->kind == N_DATE || e->kind == N_STRING || e->kind == N_BOOL ||
         (e->kind == N_NAME && e->op == REF_ENTITY);
}

uint32_t thunk_make(Checker *c, Node *expr, Node *binder, Type binder_type, Type want, const char *what) {
  Func f = {.kind = FUNC_THUNK, .state = 2, .module = c->module, .decl = expr, .body = expr, .span = expr->span};
  uint32_t i = c->p->funcs.len;
  if (!vec_push(c->p->mem, &c->p->funcs, f)) return UINT32_MAX;
  Saved s = enter(c, i);
  if (binder) {
    local_push(c, binder, binder_type, NULL);
    FUNC(c)->nparam = 1;
    FUNC(c)->param[0] = binder_type;
  }
  Type t = what ? expr_want(c, expr, want, what) : expr_check(c, expr);
  FUNC(c)->ret = t;
  if (what && t != T_ERROR && want != T_ERROR) FUNC(c)->body = fitting(c, expr, want);
  leave(c, s);
  if (literal(expr) && what && i + 1 == c->p->funcs.len) { c->p->funcs.len = i; return UINT32_MAX; }
  map_put(&c->p->thunks, (uintptr_t)expr, i);
  return i;
}

static void limit_add(Checker *c, uint32_t func, uint8_t must_not, Span span) {
  if (!vec_room(c->p->mem, &c->p->limits)) return;
  c->p->limits.at[c->p->limits.len].func = func;
  c->p->limits.at[c->p->limits.len].must_not = must_not;
  c->p->limits.at[c->p->limits.len++].span = span;
}

void fact_expr(Checker *c, Node *e, Binder b, Type want, const char *what, uint8_t must_not) {
  if (!e) return;
  uint32_t f = thunk_make(c, e, b.name, b.type, want, what);
  if (f != UINT32_MAX && c->p->funcs.at[f].flags & FLAG_ROW) must_not |= FLAG_VARIES;   /* the row is at hand but once */
  if (f != UINT32_MAX && must_not) limit_add(c, f, must_not, e->span);
}

static const Binder nobody = {NULL, T_ERROR};
static Type countries(Checker *c) { return type_set(&c->p->types, c->p->kinds.at[K_COUNTRY].type); }

static Type figure_of(Checker *c, Ent resource, DimId times) {
  if (resource == UINT32_MAX) return T_QUANTITY;  /* which one, a row says */
  UnitId u = c->p->resource_unit.at[ent_index(resource)];
  return u == UNIT_NONE ? T_QUANTITY : type_quantity(&c->p->types, 0, dim_mul(&c->p->units, unit_dim(&c->p->units, u), times, 1));
}

/* Several things by name, by set or by group: each element is a thing or a set of them. */
static void targets_check(Checker *c, Node *n, uint32_t kind, Binder b) {
  if (!n) return;
  Type one = c->p->kinds.at[kind].type, many = type_set(&c->p->types, one);
  if (n->kind != N_SET) {
    atoms_hint(c, n, one);
    fact_expr(c, n, b, T_ERROR, "this place", FLAG_CLAUSES);
    if (n->ty != T_ERROR && !type_fits(&c->p->types, n->ty, one) && !type_fits(&c->p->types, n->ty, many)) expected(c, n, n->ty, many, "this place");
    return;
  }
  for (Node *e = list_first(n->kid[0]); e; e = e->next) {
    atoms_hint(c, e, one);
    fact_expr(c, e, b, T_ERROR, "this place", FLAG_CLAUSES);
    if (e->ty != T_ERROR && !type_fits(&c->p->types, e->ty, one) && !type_fits(&c->p->types, e->ty, many)) expected(c, e, e->ty, one, "this place");
  }
}

/* Two dates as written: whether the window holds a day can be seen at once. */
static void window_order(Checker *c, const Node *start, const Node *end) {
  if (!start || !end || start->kid[0]->kind != N_DATE || end->kid[0]->kind != N_DATE) return;
  Day a = (Day)start->kid[0]->sym, b = (Day)end->kid[0]->sym;
  if (a == DAY_NONE || b == DAY_NONE || a < b || (a == b && end->op == MOD_THROUGH)) return;
  Diag *x = diag_add(c->d, DIAG_E0305, end->span, "this ends before it begins");
  diag_label(c->d, x, start->span, "it begins here");
  if (end->op == MOD_UNTIL) diag_help(c->d, x, "until D ends on the day before D; through D ends on D itself");
}

/* A condition is asked on each day, so it is a function even where it is a plain true or false. */
static void condition_check(Checker *c, Node *m, Binder b) {
  uint32_t f = thunk_make(c, m->kid[0], b.name, b.type, T_ERROR, NULL);
  if (f == UINT32_MAX) return;
  if (!type_fits(&c->p->types, c->p->funcs.at[f].ret, T_BOOL)) expected(c, m->kid[0], c->p->funcs.at[f].ret, T_BOOL, m->op == MOD_WHEN ? "'when'" : "'unless'");
  if (c->p->funcs.at[f].flags & FLAG_ROW)
    diag_help(c->d, diag_add(c->d, DIAG_E0320, m->kid[0]->span, "a condition is asked on each day, when the row is no longer at hand"), "whether a row counts at all says  data %s in ... where ...", sym_text(c->p, c->row));
  limit_add(c, f, FLAG_CLAUSES, m->kid[0]->span);
}

static void mods_check(Checker *c, Node *mods, Binder b) {
  Node *start = NULL, *end = NULL, *when = NULL, *unless = NULL;
  bool twice = false;
  for (Node *m = list_first(mods); m; m = m->next) {
    Node **seen = m->op == MOD_FROM || m->op == MOD_BY ? &start : m->op == MOD_UNTIL || m->op == MOD_THROUGH ? &end : NULL;
    if (seen && *seen) {
      Diag *x = diag_add(c->d, DIAG_E0304, m->span, seen == &start ? "this has two starts" : "this has two ends");
      diag_label(c->d, x, (*seen)->span, "the other one");
      twice = true;
    }
    if (seen) *seen = m;
    Ent e;
    if (m->op == MOD_CITE)
      for (Node *s = list_first(m->kid[0]); s; s = s->next) entity_find(c, s, K_SOURCE, &e);
    else if (m->op == MOD_WHEN || m->op == MOD_UNLESS) {
      Node **other = m->op == MOD_WHEN ? &when : &unless;
      if (*other) diag_label(c->d, diag_add(c->d, DIAG_E0304, m->span, "this has two conditions; join them with 'and' or 'or'"), (*other)->span, "the other one");
      *other = m;
      condition_check(c, m, b);
    }
    else fact_expr(c, m->kid[0], b, T_DATE, "a window", FLAG_VARIES);
  }
  if (!twice) window_order(c, start, end);
}

/* ---- entities ---- */

static const char *id_of(Checker *c, Ent e) { return sym_text(c->p, program_entity(c->p, e)->id); }

static void rate_check(Checker *c, Ent r, Node *input, Ent in, Node *rate) {
  fact_expr(c, rate, nobody, T_ERROR, "a rate", FLAG_CLAUSES);
  if (r == UINT32_MAX || in == UINT32_MAX) {
    if (rate->ty != T_ERROR && !type_is_figure(&c->p->types, rate->ty)) expected(c, rate, rate->ty, T_QUANTITY, "a rate");
    return;
  }
  UnitId of = c->p->resource_unit.at[ent_index(r)], need = c->p->resource_unit.at[ent_index(in)];
  if (rate->ty == T_ERROR || of == UNIT_NONE || need == UNIT_NONE) return;
  if (!type_is_figure(&c->p->types, rate->ty)) { expected(c, rate, rate->ty, T_QUANTITY, "a rate"); return; }
  TypeInfo x = type_at(&c->p->types, rate->ty);
  if (x.any || dim_mul(&c->p->units, unit_dim(&c->p->units, of), x.dim, 1) == unit_dim(&c->p->units, need)) return;
  Num factor;
  UnitId wanted = unit_div(&c->p->units, need, of, &factor);
  Diag *d = diag_add(c->d, DIAG_E0215, rate->span, "this rate does not turn %s of '%s' into %s of '%s'", unit_text(&c->p->units, of), id_of(c, r), unit_text(&c->p->units, need), id_of(c, in));
  diag_label(c->d, d, input->span, "measured in %s", unit_text(&c->p->units, need));
  if (wanted == UNIT_ONE) diag_help(c->d, d, "give it as a plain number");
  else if (wanted != UNIT_NONE) diag_help(c->d, d, "give it in %s", unit_text(&c->p->units, wanted));
}

static void requires_field(Checker *c, Ent r, Node *e) {
  Ent in;
  Node *list = e->kind == N_MAP || e->kind == N_SET ? e->kid[0] : NULL;
  if (e->kind != N_MAP && e->kind != N_SET) { diag_add(c->d, DIAG_E0302, e->span, "inputs are written { a, b } or { a: rate, b: rate }"); return; }
  for (Node *n = list_first(list); n; n = n->next) {
    Node *name = n->kind == N_PAIR ? n->kid[0] : n;
    if (n->kind == N_PAIR && n->next && (n->next->kind == N_NUMBER || n->next->kind == N_QUANTITY)) {   /* 1,000 kWh/t: one mistake */
      diag_help(c->d, diag_add(c->d, DIAG_E0206, n->next->span, "an input is a resource"), "thousands are set off with _: 12_000");
      n = n->next;
      continue;
    }
    if (name->kind != N_NAME && name->kind != N_ATOM) { diag_add(c->d, DIAG_E0206, name->span, "an input is a resource"); continue; }
    if (entity_find(c, name, K_RESOURCE, &in) && n->kind == N_PAIR) rate_check(c, r, name, in, n->kid[1]);
  }
}

UnitId measure_read(Checker *c, Node *fields) {
  Node *f = list_first(fields);
  while (f && (f->kind != N_ARG || strcmp(sym_text(c->p, f->sym), "unit"))) f = f->next;
  UnitId u = f ? unit_read(c, f->kid[0]) : UNIT_NONE;
  if (u == UNIT_NONE || unit_dim(&c->p->units, u) != DIM_ONE) return u;
  Diag *x = diag_add(c->d, DIAG_E0291, f->kid[0]->span, "this unit cancels to a plain number, and of a resource a plain number is a share");
  diag_help(c->d, x, "say how much of it there is, in some time:  unit: t/yr  or, of pieces,  unit: item/yr");
  return UNIT_NONE;
}

static Near near_field(Checker *c, uint32_t kind, Sym name) {
  const Kind *k = &c->p->kinds.at[kind];
  Near n = near_begin(c, name);
  for (uint32_t i = FIELD_FIRST; i < k->fields.len; i++) near_try(&n, sym_text(c->p, k->fields.at[i].name));
  return n;
}

static bool is_strange(Checker *c, uint32_t kind, const Node *f) {
  uint32_t slot;
  return f->kind == N_ARG && (!field_find(c->p, kind, f->sym, &slot) || slot < FIELD_FIRST);
}

/* What one mistake is told by: the field itself where it is misspelt; but where there are others that no such thing has, nor anything of a like
 * name, the word before the body may be the mistake, and all that is strange in it goes with the first of those. */
static Sym strange_with(Checker *c, uint32_t kind, Sym name, Node *fields) {
  Sym first = 0;
  bool misspelt = near_field(c, kind, name).n;
  for (Node *f = list_first(fields); f; f = f->next) {
    if (!is_strange(c, kind, f) || near_field(c, kind, f->sym).n) continue;
    if (first || !misspelt) return first ? first : f->sym;
    first = f->sym;
  }
  return name;
}

static void field_unknown(Checker *c, uint32_t kind, Span at, Sym name, Node *fields) {
  const Kind *k = &c->p->kinds.at[kind];
  const char *word = kind_word(c, kind);
  Diag *x = diag_add(c->d, DIAG_E0302, at, "%s %s has no field '%s'", article(word), word, sym_text(c->p, name));
  Near n = near_field(c, kind, name);
  Buf b;
  buf_init(&b, c->p->mem);
  buf_str(&b, " It has ");
  for (uint32_t i = FIELD_FIRST; i < k->fields.len; i++) buf_fmt(&b, "%s%s", i > FIELD_FIRST ? ", " : "", sym_text(c->p, k->fields.at[i].name));
  if (k->fields.len <= FIELD_FIRST) diag_help(c->d, x, "it has none");
  else if (!near_help(c, x, &n, "", buf_text(&b))) diag_help(c->d, x, "it has%s", buf_text(&b) + 7);
  buf_end(&b);
  diag_topic(x, TOPIC_FIELD, kind, strange_with(c, kind, name, fields));
}

/* `layer: unit minerals: t/yr`: whether what is stated before a strange field is itself a field, and nothing else is named so, which has been said. */
static bool changed_places(Checker *c, uint32_t kind, const Node *before, const Node *f) {
  uint32_t slot;
  const Node *value = before && before->kind == N_ARG ? before->kid[0] : NULL;
  Diag *x = c->d->list.len ? &c->d->list.at[c->d->list.len - 1] : NULL;
  if (!x || !value || value->kind != N_NAME || x->code != DIAG_E0201 || x->span.lo != value->span.lo || !field_find(c->p, kind, value->sym, &slot)) return false;
  diag_help(c->d, x, "'%s' and '%s' have changed places", sym_text(c->p, value->sym), sym_text(c->p, f->sym));
  return true;
}

/* The fields of one body that have been gone through: each of them says in which body it was given last. */
typedef struct Given { uint32_t kind, body; bool wrong; } Given;

static Given given_none(Checker *c, uint32_t kind) { return (Given){kind, ++c->p->bodies, false}; }
static Field *field_at(Checker *c, uint32_t kind, uint32_t slot) { return &c->p->kinds.at[kind].fields.at[slot]; }

static void given_wrong(Checker *c, Given *g, uint32_t slot) {
  field_at(c, g->kind, slot)->wrong = g->body;
  g->wrong = true;
}

/* Whether a field is the first of its name; else that is said, unless the first was wrong, and the value is not looked at. */
static bool given_once(Checker *c, const Given *g, uint32_t slot, const Node *f, const Node *first) {
  Field *field = field_at(c, g->kind, slot);
  bool once = field->given != g->body;
  field->given = g->body;
  if (once || field->wrong == g->body) return once;
  Diag *x = diag_add(c->d, DIAG_E0302, f->span, "'%s' is given twice", sym_text(c->p, f->sym));
  if (first) diag_label(c->d, x, first->span, "first here");
  return false;
}

static void given_value(Checker *c, Given *g, uint32_t slot, Node *f, Type want, const char *what, uint8_t must_not) {
  uint32_t errors = c->d->errors;
  fact_expr(c, f->kid[0], nobody, want, what, must_not);
  if (c->d->errors == errors) return;
  given_wrong(c, g, slot);
}

void fields_check(Checker *c, uint32_t kind, Ent self, Node *fields) {
  Given given = given_none(c, kind);
  const Node *before = NULL;
  for (Node *f = list_first(fields); f; before = f, f = f->next) {
    uint32_t slot;
    if (f->kind != N_ARG) continue;
    const Field *field = field_find(c->p, kind, f->sym, &slot);
    const char *name = sym_text(c->p, f->sym);
    if (!field || slot < FIELD_FIRST) {
      if (!changed_places(c, kind, before, f)) field_unknown(c, kind, f->span, f->sym, fields);
      continue;
    }
    if (!given_once(c, &given, slot, f, NULL)) continue;
    if (kind == K_RESOURCE && !strcmp(name, "unit")) {   /* read before all else */
      if (self != UINT32_MAX && c->p->resource_unit.at[ent_index(self)] == UNIT_NONE) given_wrong(c, &given, slot);
      continue;
    }
    if (kind == K_RESOURCE && !strcmp(name, "requires")) { requires_field(c, self, f->kid[0]); continue; }
    const char **what = &field_at(c, kind, slot)->quoted;
    if (!*what) *what = quoted(c, name);
    given_value(c, &given, slot, f, field->type, *what, FLAG_CLAUSES);
  }
}

static bool has_field(Checker *c, Node *fields, const char *name) {
  for (Node *f = list_first(fields); f; f = f->next)
    if (f->kind == N_ARG && !strcmp(sym_text(c->p, f->sym), name)) return true;
  return false;
}

/* Whether a field is there that such a thing has not, or twice: it may be the one that is missing, under another name. */
bool fields_strange(Checker *c, uint32_t kind, Node *fields) {
  uint32_t slot, body = ++c->p->bodies;
  for (Node *f = list_first(fields); f; f = f->next) {
    if (f->kind != N_ARG) continue;
    if (!field_find(c->p, kind, f->sym, &slot) || slot < FIELD_FIRST || field_at(c, kind, slot)->given == body) return true;
    field_at(c, kind, slot)->given = body;
  }
  return false;
}

static void entity_check(Checker *c, Node *n) {
  uint32_t kind = n->op == K_BUILTIN ? ent_kind(n->ref) : n->op;
  if (n->op == K_BUILTIN && !n->ref) return;  /* of an unknown kind: said already */
  if (ent_kind(n->ref) == kind && ent_index(n->ref) < kind_count(c->p, kind) && program_entity(c->p, n->ref)->twice) return;
  bool dates = c->dates;
  uint32_t errors = c->d->errors;
  c->dates = false;  /* when a report came out changes no fact */
  fields_check(c, kind, n->ref, n->kid[2]);
  c->dates = dates;
  if (kind != K_RESOURCE || c->d->errors != errors || fields_strange(c, kind, n->kid[2])) return;   /* else what is missing may be there under another name */
  if (!has_field(c, n->kid[2], "unit")) {
    Diag *x = diag_add(c->d, DIAG_E0303, n->kid[0]->span, "the resource '%s' has no unit", sym_text(c->p, program_entity(c->p, n->ref)->id));
    diag_help(c->d, x, "say what it is measured in:  unit: t/yr");
  }
  if (c->p->kinds.at[K_LAYER].list.len && !has_field(c, n->kid[2], "layer")) {
    Diag *x = diag_add(c->d, DIAG_E0303, n->kid[0]->span, "the resource '%s' has no layer", sym_text(c->p, program_entity(c->p, n->ref)->id));
    diag_help(c->d, x, "say which layer of the stack it belongs to:  layer: %s", sym_text(c->p, c->p->kinds.at[K_LAYER].list.at[0].id));
  }
}

/* ---- facts ---- */

static bool is_rest(Checker *c, Node *name) { return name->kind == N_NAME && !strcmp(sym_text(c->p, name->sym), "rest"); }

/* A figure of r that is not in r's unit. */
static Diag *report_measure(Checker *c, Node *e, Ent r, const char *or, Type want) {
  Buf a, b;
  if (r == UINT32_MAX) return expected(c, e, e->ty, want, "a fact");
  buf_init(&a, c->p->mem);
  buf_init(&b, c->p->mem);
  if (e->kind == N_QUANTITY) buf_fmt(&a, "in %s", unit_text(&c->p->units, (UnitId)e->ref));
  else type_words(c, e->ty, &a);
  figure_words(c, want, &b);
  Diag *x = diag_add(c->d, DIAG_E0215, e->span, "this is %s, and '%s' wants %s here%s", buf_text(&a), id_of(c, r), buf_text(&b), or);
  diag_label(c->d, x, program_entity(c->p, r)->span, "measured in %s", unit_text(&c->p->units, c->p->resource_unit.at[ent_index(r)]));
  buf_end(&a);
  buf_end(&b);
  return x;
}

static void supply_check(Checker *c, Node *n) {
  Ent r, country;
  bool ok = entity_find(c, n->kid[0], K_RESOURCE, &r);
  mods_check(c, n->kid[1], nobody);
  for (Node *e = list_first(n->kid[2]); e; e = e->next) {
    if (!(n->kind == N_SUPPLY && is_rest(c, e->kid[0]))) entity_find(c, e->kid[0], K_COUNTRY, &country);
    fact_expr(c, e->kid[1], nobody, T_ERROR, "a fact", FLAG_CLAUSES);
    mods_check(c, e->kid[2], nobody);
    Type t = e->kid[1]->ty;
    if (!ok || t == T_ERROR) continue;
    if (n->kind == N_SUPPLY && t == T_NUMBER) continue;  /* a share */
    Type want = figure_of(c, r, DIM_ONE);
    if (type_fits(&c->p->types, t, want)) continue;
    Diag *x = report_measure(c, e->kid[1], r, n->kind == N_SUPPLY ? ", or a share such as 40%" : "", want);
    diag_topic(x, TOPIC_MEASURE, n->span.lo, t);   /* a unit that is forgotten, or a share where none may stand, is so in all of them */
  }
}

/* A figure, or a schedule of them, whatever it is of. */
static void amount_check(Checker *c, Node *e, Binder b, bool schedule) {
  if (!schedule || e->kind != N_MAP) { fact_expr(c, e, b, T_ERROR, "a quantity", FLAG_CLAUSES); return; }
  if (!map_whole(c, e)) { e->ty = T_ERROR; return; }
  for (Node *p = list_first(e->kid[0]); p; p = p->next) {
    if (p->kind != N_PAIR) continue;
    fact_expr(c, p->kid[0], b, T_DATE, "a schedule", FLAG_VARIES);
    fact_expr(c, p->kid[1], b, T_ERROR, "a quantity", FLAG_CLAUSES);
  }
}

/* Whether it is in the unit of r. */
static bool measure_check(Checker *c, Node *e, Ent r, DimId times) {
  Type want = figure_of(c, r, times);
  bool ok = true;
  if (e->kind == N_MAP) {
    for (Node *p = list_first(e->kid[0]); p; p = p->next) ok = (p->kind != N_PAIR || measure_check(c, p->kid[1], r, times)) && ok;
    return ok;
  }
  if (e->ty == T_ERROR || type_fits(&c->p->types, e->ty, want)) return true;
  report_measure(c, e, r, times == DIM_ONE ? "" : ", since a stockpile is that rate times time", want);
  return false;
}

static void quantity_check(Checker *c, Node *e, Ent r, DimId times, Binder b, bool schedule) {
  amount_check(c, e, b, schedule);
  if (schedule || e->kind != N_MAP) measure_check(c, e, r, times);
  else if (e->ty != T_ERROR) report_measure(c, e, r, "", figure_of(c, r, times));
}

static void one_figure(Checker *c, Node *n) {
  Ent r;
  if (entity_find(c, n->kid[0], K_RESOURCE, &r)) quantity_check(c, n->kid[1], r, DIM_ONE, nobody, false);
  else expr_check(c, n->kid[1]);
  mods_check(c, n->kid[2], nobody);
}

static void requires_check(Checker *c, Node *n) {
  Ent r, in;
  bool ok = entity_find(c, n->kid[0], K_RESOURCE, &r);
  mods_check(c, n->kid[1], nobody);
  for (Node *e = list_first(n->kid[2]); e; e = e->next)
    if (entity_find(c, e->kid[0], K_RESOURCE, &in) && ok && e->kid[1]) rate_check(c, r, e->kid[0], in, e->kid[1]);
}

static void control_check(Checker *c, Node *n) {
  Ent by;
  entity_find(c, n->kid[2], K_COUNTRY, &by);
  targets_check(c, n->kid[3], K_RESOURCE, nobody);
  targets_check(c, n->kid[4], K_COUNTRY, nobody);
  mods_check(c, n->kid[5], nobody);
  for (Node *s = list_first(n->kid[6]); s; s = s->next) fact_expr(c, s, nobody, T_RANGE, "'suspended'", FLAG_VARIES);
}

static void table_check(Checker *c, Node *n) {
  Table *t = &c->p->tables.at[n->ref];
  for (Node *k = list_first(n->kid[2]); k; k = k->next) {
    if (t->nkey == TABLE_KEY_MAX) { diag_add(c->d, DIAG_E0504, k->span, "a table has at most %d keys", TABLE_KEY_MAX); break; }
    t->key[t->nkey++] = type_read(c, k->kid[1]);
    named_once(c, list_first(n->kid[2]), k);
  }
  t->type = type_read(c, n->kid[3]);
}

static Table *fact_table(Checker *c, Node *n) {
  Bind b;
  if (name_find(c, c->module, n->kid[0]->sym, &b) && b.kind == BIND_TABLE) { n->ref = b.index; return &c->p->tables.at[b.index]; }
  if (n->kid[0]->sym == c->p->tables.at[TABLE_PERFORMED].name) { n->ref = TABLE_PERFORMED; return &c->p->tables.at[TABLE_PERFORMED]; }
  report_unknown(c, n->kid[0]->span, n->kid[0]->sym, "table");
  return NULL;
}

/* The keys in parentheses, and `more` that stand before a colon: whether they are those of the table. */
static bool fact_keys(Checker *c, Node *n, Table *t, uint32_t more) {
  uint32_t i = 0, given = list_len(n->kid[1]) + more, errors = c->d->errors;
  for (Node *k = list_first(n->kid[1]); k; k = k->next, i++) {
    Type want = i < t->nkey ? t->key[i] : T_ERROR;
    Ent e;
    if (k->kind == N_ATOM && type_kind(&c->p->types, want) == TY_ENTITY) entity_find(c, k, type_at(&c->p->types, want).a, &e);
    else fact_expr(c, k, nobody, want, "a key of the table", FLAG_VARIES);
  }
  if (c->d->errors != errors) return false;   /* what is wrong with the keys may be why there are not as many, and why the value does not fit */
  if (given == t->nkey) return true;
  diag_add(c->d, DIAG_E0211, n->span, "the table '%s' has %u key%s, not %u", sym_text(c->p, t->name), t->nkey, t->nkey == 1 ? "" : "s", given);
  return false;
}

static void fact_check(Checker *c, Node *n) {
  Table *t = fact_table(c, n);
  if (!t) return;
  bool keys = fact_keys(c, n, t, 0);
  fact_expr(c, n->kid[2], nobody, keys ? c->p->tables.at[n->ref].type : T_ERROR, "the table", FLAG_CLAUSES);
  mods_check(c, n->kid[3], nobody);
}

static void fact_map_check(Checker *c, Node *n) {
  Table *t = fact_table(c, n);
  if (!t) return;
  if (!fact_keys(c, n, t, 1)) return;
  Type last = t->key[t->nkey - 1], val = t->type;
  TypeInfo key = type_at(&c->p->types, last);
  mods_check(c, n->kid[2], nobody);
  for (Node *e = list_first(n->kid[3]); e; e = e->next) {
    Ent x;
    if (key.kind == TY_ENTITY && (e->kid[0]->kind == N_NAME || e->kid[0]->kind == N_ATOM)) entity_find(c, e->kid[0], key.a, &x);
    else fact_expr(c, e->kid[0], nobody, last, "a key of the table", FLAG_VARIES);
    fact_expr(c, e->kid[1], nobody, val, "the table", FLAG_CLAUSES);
    mods_check(c, e->kid[2], nobody);
  }
}

/* ---- agreements ---- */

static Binder subject_check(Checker *c, Node *s) {
  Ent e;
  Binder b = nobody;
  if (s->op == SUBJ_ONE) { entity_find(c, s->kid[0], K_COUNTRY, &e); return b; }
  fact_expr(c, s->kid[1], nobody, countries(c), s->op == SUBJ_EACH ? "'each of'" : "'jointly'", FLAG_CLAUSES);
  if (s->kid[0]) b.name = s->kid[0], b.type = c->p->kinds.at[K_COUNTRY].type;
  return b;
}

static void routes_check(Checker *c, Node *names) {
  Ent e;
  for (Node *n = list_first(names); n; n = n->next) entity_find(c, n, K_ROUTE, &e);
}

/* In the unit of each resource that is named; where a set is computed, that is seen when it runs. */
static void yield_check(Checker *c, Node *e, Node *of, Binder b) {
  bool ok = true;
  amount_check(c, e, b, true);
  for (Node *r = of->kind == N_SET ? list_first(of->kid[0]) : NULL; r && ok; r = r->next)
    if (r->kind == N_NAME && r->op == REF_ENTITY && ent_kind(r->ref) == K_RESOURCE) ok = measure_check(c, e, r->ref, DIM_ONE);
}

static void act_check(Checker *c, Node *a, Binder b) {
  Ent r;
  DimId time = unit_dim(&c->p->units, c->p->units.atoms.at[0].unit);
  switch (a->op) {
    case ACT_SUPPLY: case ACT_BUY: case ACT_CARRY: case ACT_STOCKPILE:
      if (entity_find(c, a->kid[1], K_RESOURCE, &r)) quantity_check(c, a->kid[0], r, a->op == ACT_STOCKPILE ? time : DIM_ONE, b, true);
      targets_check(c, a->kid[2], K_COUNTRY, b);
      routes_check(c, a->kid[3]);
      break;
    case ACT_FUND:
      money_check(c, a->kid[0], b);
      targets_check(c, a->kid[1], K_RESOURCE, b);
      if (a->kid[3]) yield_check(c, a->kid[3], a->kid[1], b);
      break;
    case ACT_EXEMPT:
      targets_check(c, a->kid[2], K_COUNTRY, b);
      entity_find(c, a->kid[1], K_CONTROL, &r);
      break;
    case ACT_NOT_RESTRICT:
      targets_check(c, a->kid[1], K_RESOURCE, b);
      if (a->kid[2] && a->kid[2]->kind != N_SET) fact_expr(c, a->kid[2], b, T_ERROR, "'against'", 0);
      else targets_check(c, a->kid[2], K_COUNTRY, b);
      break;
    default:
      fact_expr(c, a->kid[0], b, T_STRING, "'undertake'", FLAG_CLAUSES);
      targets_check(c, a->kid[1], K_LAYER, b);
      break;
  }
}

void clause_check(Checker *c, Node *n) {
  Binder b = subject_check(c, n->kid[2]);
  act_check(c, n->kid[3], b);
  mods_check(c, n->kid[4], b);
}

/* amended: each is wanted as a node, to be read again in the agreement as amended. */
static void clauses_check(Checker *c, Node *m, bool amended) {
  if (m->kind == N_CLAUSE) clause_check(c, m);
  if (m->kind == N_ROWS) rows_check(c, m, amended);
  if (m->kind != N_ARTICLE) return;
  for (Node *k = list_first(m->kid[2]); k; k = k->next) clauses_check(c, k, amended);
}

/* Where parties and term have been given. */
typedef struct Head { Given given; const Node *parties, *term; } Head;

static void head_check(Checker *c, Head *h, Node *m, Node *fields) {
  const char *name = sym_text(c->p, m->sym);
  const Node **seen = !strcmp(name, "parties") ? &h->parties : !strcmp(name, "term") ? &h->term : NULL;
  uint32_t slot;
  const Field *f = field_find(c->p, K_AGREEMENT, m->sym, &slot);
  if (!f || slot < FIELD_FIRST) { field_unknown(c, K_AGREEMENT, m->span, m->sym, fields); return; }
  if (!given_once(c, &h->given, slot, m, seen ? *seen : NULL)) return;
  if (seen) *seen = m;
  given_value(c, &h->given, slot, m, f->type, quoted(c, name), FLAG_VARIES | FLAG_AGREED);
}

static void agreement_check(Checker *c, Node *n) {
  Head h = {.given = given_none(c, K_AGREEMENT)};
  for (Node *m = list_first(n->kid[2]); m; m = m->next) {
    clauses_check(c, m, n->op);
    if (m->kind == N_ARG) head_check(c, &h, m, n->kid[2]);
  }
  if (h.given.wrong || fields_strange(c, K_AGREEMENT, n->kid[2])) return;
  if (!h.parties) diag_help(c->d, diag_add(c->d, DIAG_E0303, n->kid[0]->span, "the agreement '%s' has no parties", sym_text(c->p, n->kid[0]->sym)), "say whose it is:  parties: {USA, JPN}");
  if (!h.term) diag_help(c->d, diag_add(c->d, DIAG_E0303, n->kid[0]->span, "the agreement '%s' has no term", sym_text(c->p, n->kid[0]->sym)), "say when it holds:  term: 2026-01-01..2030-12-31");
}

static void amendment_check(Checker *c, Node *n) {
  Head h = {.given = given_none(c, K_AGREEMENT)};
  mods_check(c, n->kid[4], nobody);
  for (Node *m = list_first(n->kid[3]); m; m = m->next) {
    if (m->kind == N_CHANGE && m->op <= CHANGE_REPLACE) clauses_check(c, m->kid[0], true);
    if (m->kind != N_ARG) continue;
    if (strcmp(sym_text(c->p, m->sym), "binding")) { head_check(c, &h, m, n->kid[3]); continue; }
    Diag *x = diag_add(c->d, DIAG_E0302, m->span, "an amendment does not change whether an agreement binds");
    diag_help(c->d, x, "it can add, strike and replace clauses, and give other parties or another term");
  }
}

/* ---- scenarios ---- */

static void suspend_check(Checker *c, Node *what) {
  fact_expr(c, what, nobody, T_ERROR, "'suspend'", FLAG_CLAUSES);
  TypeInfo x = type_at(&c->p->types, what->ty);
  if (what->ty != T_ERROR && !(x.kind == TY_ENTITY && (x.a == K_CLAUSE || x.a == K_AGREEMENT)))
    diag_help(c->d, diag_add(c->d, DIAG_E0206, what->span, "'suspend' takes a clause"), "name it with its agreement:  suspend initiative.m1");
}

static void shock_check(Checker *c, Node *s) {
  Ent e;
  switch (s->op) {
    case SHOCK_WITHDRAW:
      fact_expr(c, s->kid[0], nobody, T_ERROR, "'withdraw'", FLAG_CLAUSES);
      if (s->kid[0]->ty != T_ERROR && !type_fits(&c->p->types, s->kid[0]->ty, c->p->kinds.at[K_COUNTRY].type) && !type_fits(&c->p->types, s->kid[0]->ty, countries(c)))
        expected(c, s->kid[0], s->kid[0]->ty, countries(c), "'withdraw'");
      break;
    case SHOCK_IMPOSE: case SHOCK_LIFT: entity_find(c, s->kid[0], K_CONTROL, &e); break;
    case SHOCK_CLOSE: entity_find(c, s->kid[0], K_ROUTE, &e); break;
    case SHOCK_SCALE:
      entity_find(c, s->kid[0], K_RESOURCE, &e);
      targets_check(c, s->kid[1], K_COUNTRY, nobody);
      fact_expr(c, s->kid[2], nobody, T_NUMBER, "'by'", FLAG_VARIES);
      break;
    case SHOCK_SUSPEND: suspend_check(c, s->kid[0]); break;
    default: entity_find(c, s->kid[0], K_SCENARIO, &e); break;
  }
  mods_check(c, s->kid[3], nobody);
}

static void scenario_check(Checker *c, Node *n) {
  for (Node *s = list_first(n->kid[2]); s; s = s->next)
    if (s->kind == N_SHOCK) shock_check(c, s);
}

void decl_check(Checker *c, Node *n) {
  switch ((NodeKind)n->kind) {
    case N_ENTITY: entity_check(c, n); break;
    case N_SUPPLY: case N_DEMAND: supply_check(c, n); break;
    case N_DEMAND_JOINT: case N_WORLD: one_figure(c, n); break;
    case N_REQUIRES: requires_check(c, n); break;
    case N_CONTROL: control_check(c, n); break;
    case N_AGREEMENT: agreement_check(c, n); break;
    case N_AMENDMENT: amendment_check(c, n); break;
    case N_SCENARIO: scenario_check(c, n); break;
    case N_FACT: fact_check(c, n); break;
    case N_FACT_MAP: fact_map_check(c, n); break;
    case N_ROWS: rows_check(c, n, false); break;
    case N_TABLE: fact_expr(c, n->kid[4], nobody, c->p->tables.at[n->ref].type, "the table's default", FLAG_VARIES); break;
    default: break;
  }
}

/* What every entity has, no kind declares. */
static bool own_field(Checker *c, const Node *name, uint32_t kind) {
  const Field *has = c->p->kinds.at[kind].fields.at;
  for (uint32_t i = 0; i < FIELD_FIRST; i++) {
    if (has[i].name != name->sym) continue;
    Diag *x = diag_add(c->d, DIAG_E0301, name->span, "every entity has '%s' already", sym_text(c->p, name->sym));
    diag_help(c->d, x, i == FIELD_ID ? "it is the word that declares the entity; leave the field out" : "it is the title in quotes after the identifier; leave the field out");
    return false;
  }
  return true;
}

static void kinds_check(Checker *c) {
  for (uint32_t m = 0; m < c->p->modules.len; m++) {
    c->module = (uint16_t)m;
    for (Node *n = list_first(c->p->modules.at[m].file->kid[0]); n; n = n->next) {
      Bind b;
      if (n->kind != N_KIND || !name_find(c, c->module, n->kid[0]->sym, &b) || b.kind != BIND_KIND || c->p->kinds.at[b.index].span.lo != n->kid[0]->span.lo) continue;
      for (Node *f = list_first(n->kid[2]); f; f = f->next) {
        Field field = {.name = f->kid[0]->sym, .type = type_read(c, f->kid[1])};
        if (named_once(c, list_first(n->kid[2]), f) && own_field(c, f->kid[0], b.index)) vec_push(c->p->mem, &c->p->kinds.at[b.index].fields, field);
      }
    }
  }
}

static void concern_check(Checker *c) {
  for (uint32_t m = 0; m < c->p->modules.len; m++) {
    c->module = (uint16_t)m;
    for (Node *n = list_first(c->p->modules.at[m].file->kid[0]); n; n = n->next) {
      if (n->kind != N_CONCERN) continue;
      for (Node *k = list_first(n->kid[0]); k; k = k->next) {
        Ent e;
        if (entity_find(c, k, K_COUNTRY, &e)) vec_push(c->p->mem, &c->p->concern, e);
      }
    }
  }
}

void decls_check(Checker *c) {
  Program *p = c->p;
  kinds_check(c);
  for (uint32_t i = 0; i < p->facts.len; i++) {
    c->module = p->facts.at[i].module;
    Node *n = p->facts.at[i].node;
    if (n->kind == N_TABLE) table_check(c, n);
    if (n->kind == N_ENTITY && n->op == K_RESOURCE) c->p->resource_unit.at[ent_index(n->ref)] = measure_read(c, n->kid[2]);
  }
  uint32_t named = p->funcs.len;
  for (uint32_t i = 0; i < named; i++)
    if (!p->funcs.at[i].late) func_header(c, i);
  for (uint32_t i = 0; i < named; i++)
    if (!p->funcs.at[i].late) overloads_check(c, i);
  concern_check(c);
  for (uint32_t i = 0; i < p->givens.len; i++) p->givens.at[i].node->ref = ent_make(K_SCENARIO, p->kinds.at[K_SCENARIO].list.len + i);
  for (uint32_t i = 0; i < named && !mem_failed(p->mem); i++) func_ready(c, i);
  for (uint32_t i = 0; i < p->facts.len && !mem_failed(p->mem); i++) {
    c->module = p->facts.at[i].module;
    decl_check(c, p->facts.at[i].node);
  }
  rows_asked_drop(c);
  data_check(c);
  funcs_ready(c);
}
