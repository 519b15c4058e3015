#include "check/checker.h"
#include <stdio.h>
#include <string.h>

/* Calls: functions of the draft and the library, tables, the engine's own, and the forms that take a sentence. */

/* Whether one of the arguments is wrong in itself: that may be why there are not as many as are wanted. */
static bool args_bad(const Node *args) {
  for (Node *n = list_first(args); n; n = n->next)
    if (n->ty == T_ERROR) return true;
  return false;
}

static void report_count(Checker *c, Node *e, const char *name, uint32_t got, const char *want) {
  if (!args_bad(e->kid[1])) diag_add(c->d, DIAG_E0211, e->span, "'%s' takes %s, not %u", name, want, got);
}

/* The same of a function that takes from `least` to `most` arguments; NULL: nothing was said. */
static Diag *report_args(Checker *c, Node *e, const char *name, uint32_t least, uint32_t most) {
  char want[48];
  if (args_bad(e->kid[1])) return NULL;
  if (least < most) snprintf(want, sizeof want, "%u or %u arguments", least, most);
  else snprintf(want, sizeof want, "%u argument%s", most, most == 1 ? "" : "s");
  return diag_add(c->d, DIAG_E0211, e->span, "'%s' takes %s, not %u", name, want, list_len(e->kid[1]));
}

static void args_check(Checker *c, Node *args) {
  for (Node *n = list_first(args); n; n = n->next) expr_check(c, n);
}

/* Whether an argument names a check, as that of `passes` does. */
static bool names_check(Checker *c, const Node *n) {
  Bind b;
  return n->kind == N_NAME && !name_find(c, c->module, n->sym, &b) && name_find(c, c->module, check_sym(c, 0, n->sym), &b);
}

/* Of a function that nothing is known of, which is said: what is wrong in the arguments by themselves. */
static void args_check_untyped(Checker *c, Node *args) {
  bool was = c->untyped;
  c->untyped = true;
  for (Node *n = list_first(args); n; n = n->next) {
    if (names_check(c, n)) continue;
    if (n->kind != N_EACH) { expr_check(c, n); continue; }
    uint32_t before = gens_check(c, n->kid[1]);
    expr_check(c, n->kid[0]);
    locals_drop(c, before);
  }
  c->untyped = was;
}

/* ---- sum count min max any all ---- */

static Type aggregate_type(Checker *c, Node *at, Aggregate a, Type t) {
  const char *names[] = {"sum", "count", "min", "max", "any", "all"};
  TypeKind k = type_kind(&c->p->types, t);
  if (t == T_ERROR) return a == AGG_ANY || a == AGG_ALL ? T_BOOL : a == AGG_COUNT ? T_NUMBER : T_ERROR;
  switch (a) {
    case AGG_SUM:
      if (k == TY_NEVER) return T_QUANTITY;
      if (type_is_figure(&c->p->types, t)) return t;
      break;
    case AGG_MIN: case AGG_MAX:
      if (type_is_figure(&c->p->types, t) || k == TY_DATE || k == TY_NEVER) return k == TY_NEVER ? T_QUANTITY : t;
      break;
    case AGG_COUNT: case AGG_ANY: case AGG_ALL:
      if (k == TY_BOOL || k == TY_NEVER) return a == AGG_COUNT ? T_NUMBER : T_BOOL;
      if (a == AGG_COUNT) return T_NUMBER;
      break;
  }
  Buf b;
  buf_init(&b, c->p->mem);
  type_words(c, t, &b);
  diag_add(c->d, DIAG_E0210, at->span, "'%s' goes over %s, and this is %s", names[a], a == AGG_ANY || a == AGG_ALL ? "yes-or-no values" : a == AGG_SUM ? "figures" : "figures or dates", buf_text(&b));
  buf_end(&b);
  return T_ERROR;
}

static Type aggregate_check(Checker *c, Node *e, Aggregate a, const char *name) {
  Node *arg = list_first(e->kid[1]);
  bool mono = c->monotone;
  e->op = CALL_AGGREGATE;
  e->ref = a;
  if (list_len(e->kid[1]) != 1) {
    args_check(c, e->kid[1]);
    report_count(c, e, name, list_len(e->kid[1]), a == AGG_COUNT ? "one 'for'" : "one collection, or an expression with 'for'");
    return T_ERROR;
  }
  if (arg->kind == N_EACH) {
    uint32_t before = gens_check(c, arg->kid[1]);
    if (a != AGG_ANY && a != AGG_ALL) c->monotone = false;
    Type t = expr_check(c, arg->kid[0]);
    c->monotone = mono;
    locals_drop(c, before);
    return aggregate_type(c, arg->kid[0], a, t);
  }
  c->monotone = false;
  Type t = expr_check(c, arg);
  c->monotone = mono;
  if (t == T_ERROR) return aggregate_type(c, arg, a, T_ERROR);
  TypeKind k = type_kind(&c->p->types, t);
  if (k != TY_SET && k != TY_LIST && k != TY_INTS) { expected_some(c, arg, t, "a set, a list, a range of numbers, or an expression with 'for'", quoted(c, name)); return T_ERROR; }
  if (a == AGG_COUNT) {
    Diag *x = diag_add(c->d, DIAG_E0211, e->span, "count wants a 'for'");
    diag_help(c->d, x, "write  len(...)  for the size of a collection, or  count(x for x in ... where ...)");
    return T_NUMBER;
  }
  return aggregate_type(c, arg, a, elem_type(c, t, NULL));
}

/* ---- spans, first_day, step ---- */

static Type sentence_check(Checker *c, Node *e, int call, const char *name) {
  e->op = (uint8_t)call;
  depends(c, FLAG_VARIES);
  bool mono = c->monotone;
  c->monotone = false;
  if (list_len(e->kid[1]) != 1) { args_check(c, e->kid[1]); report_count(c, e, name, list_len(e->kid[1]), "one sentence"); }
  else expr_want(c, list_first(e->kid[1]), T_BOOL, quoted(c, name));
  c->monotone = mono;
  return call == CALL_SPANS ? type_list(&c->p->types, T_RANGE) : T_DATE;
}

static Type step_check(Checker *c, Node *e) {
  e->op = CALL_STEP;
  depends(c, FLAG_VARIES);
  if (list_len(e->kid[1]) != 1) { args_check(c, e->kid[1]); report_count(c, e, "step", list_len(e->kid[1]), "one map from dates"); return T_ERROR; }
  Node *arg = list_first(e->kid[1]);
  Type t = expr_check(c, arg);
  TypeInfo x = type_at(&c->p->types, t);
  if (t == T_ERROR) return t;
  if (x.kind != TY_MAP || x.a != T_DATE) { expected(c, arg, t, type_map(&c->p->types, T_DATE, T_NUMBER), "'step'"); return T_ERROR; }
  bool plain = arg->kind == N_MAP;
  for (Node *n = plain ? list_first(arg->kid[0]) : NULL; n; n = n->next) plain = plain && n->kind == N_PAIR && n->kid[0]->kind == N_DATE;
  if (!plain) depends(c, FLAG_TODAY);  /* its dates are not known before it runs: go day by day */
  return x.b;
}

/* ---- passes ---- */

/* Asked once, however often: a function of its own, made of the check. */
static uint32_t verdict_of(Checker *c, uint32_t check) {
  func_ready(c, check);
  if (c->p->funcs.at[check].verdict) return c->p->funcs.at[check].verdict;
  Func f = c->p->funcs.at[check];
  f.kind = FUNC_VERDICT;
  f.state = 2;
  f.ret = T_BOOL;
  if (!vec_push(c->p->mem, &c->p->funcs, f)) return check;
  return c->p->funcs.at[check].verdict = c->p->funcs.len - 1;
}

static Type passes_check(Checker *c, Node *e) {
  Node *arg = list_first(e->kid[1]);
  bool prefixed = arg && arg->kind == N_FIELD && arg->kid[0]->kind == N_NAME;
  Bind b;
  if (list_len(e->kid[1]) != 1 || (arg->kind != N_NAME && !prefixed)) {
    diag_add(c->d, DIAG_E0211, e->span, "'passes' takes the name of one check");
    return T_BOOL;
  }
  e->op = CALL_PASSES;
  if (!name_find(c, c->module, check_sym(c, prefixed ? arg->kid[0]->sym : 0, arg->sym), &b)) {
    Diag *x = diag_add(c->d, DIAG_E0226, arg->span, "there is no check named '%s'", sym_text(c->p, arg->sym));
    diag_topic(x, TOPIC_CHECK, arg->sym, 0);
    Near n = near_begin(c, arg->sym);
    for (uint32_t i = 0; i < c->p->checks.len; i++) near_try(&n, sym_text(c->p, c->p->funcs.at[c->p->checks.at[i]].name));
    near_help(c, x, &n, "", "");
    return T_BOOL;
  }
  bool mono = c->monotone;
  c->monotone = false;
  e->ref = verdict_of(c, b.index);
  call_add(c, b.index, e->span);
  c->monotone = mono;
  depends(c, FLAG_VARIES | FLAG_CLAUSES);  /* it goes over the term */
  return T_BOOL;
}

/* ---- the engine's functions ---- */

static bool param_fits(Checker *c, char letter, Type t) {
  TypeInfo x = type_at(&c->p->types, t);
  DimId time = unit_dim(&c->p->units, c->p->units.atoms.at[0].unit);
  if (t == T_ERROR) return true;
  switch (letter) {
    case 'c': return x.kind == TY_ENTITY && x.a == K_COUNTRY;
    case 'r': return x.kind == TY_ENTITY && x.a == K_RESOURCE;
    case 'R': return t == c->p->kinds.at[K_RESOURCE].type || type_fits(&c->p->types, t, type_set(&c->p->types, c->p->kinds.at[K_RESOURCE].type));
    case 'k': return x.kind == TY_ENTITY && x.a == K_CONTROL;
    case 'e': return x.kind == TY_ENTITY;
    case 'n': return type_is_figure(&c->p->types, t) && type_figures_meet(&c->p->types, t, T_NUMBER);
    case 'f': return type_is_figure(&c->p->types, t);
    case 's': return x.kind == TY_STRING;
    case 'd': return x.kind == TY_DATE;
    case 'g': return x.kind == TY_RANGE;
    case 'D': return x.kind == TY_RANGE || (x.kind == TY_QUANTITY && (x.any || (!x.u && x.dim == time)));
    case 'C': return x.kind == TY_SET || x.kind == TY_LIST || x.kind == TY_MAP || x.kind == TY_INTS;
    case 'Q': return x.kind == TY_SET || x.kind == TY_LIST;
    default: return true;
  }
}

/* What an argument is, by its letter in builtin.def: as SPEC.md writes it, and in a sentence. */
static const struct { char letter; const char *form, *words; } param_kinds[] = {
  {'c', "country", "a country"}, {'r', "resource", "a resource"}, {'R', "resource or set of resource", "a resource or a set of resources"},
  {'k', "control", "an export control"}, {'e', "entity", "an entity"}, {'n', "number", "a number"}, {'f', "figure", "a figure"}, {'s', "text", "a text"},
  {'d', "date", "a date"}, {'g', "range", "a range of dates"}, {'D', "range or time", "a range of dates or a duration"},
  {'C', "set, list or map", "a set, list or map"}, {'Q', "set or list", "a set or a list"}, {'x', "any", "a value"}};

static uint32_t param_kind(char letter) {
  uint32_t i = 0;
  while (param_kinds[i].letter != letter && param_kinds[i].letter != 'x') i++;
  return i;
}

void builtin_form(Builtin b, Buf *to) {
  const BuiltinInfo *info = builtin_info(b);
  const char *between = "";
  buf_fmt(to, "%s(", info->name);
  for (const char *s = info->params; *s; s++, between = ", ") {
    bool may = *s == '?';
    s += may;
    buf_fmt(to, "%s%s%s", between, param_kinds[param_kind(*s)].form, may ? "?" : "");
  }
  buf_char(to, ')');
}

static void builtin_count(Checker *c, Node *e, Builtin b) {
  const BuiltinInfo *info = builtin_info(b);
  uint32_t least = 0, most = 0;
  for (const char *s = info->params; *s; s++, most++) {
    if (*s == '?') s++;
    else least++;
  }
  Diag *x = report_args(c, e, info->name, least, most);
  if (!x) return;
  Buf form;
  buf_init(&form, c->p->mem);
  builtin_form(b, &form);
  diag_help(c->d, x, "it is written  %s", buf_text(&form));
  buf_end(&form);
}

/* The unit of a resource known by name here, so that its figures have a known dimension. */
static Type resource_figure(Checker *c, Node *arg, DimId times) {
  if (arg && arg->kind == N_NAME && arg->op == REF_ENTITY && ent_kind(arg->ref) == K_RESOURCE) {
    UnitId u = c->p->resource_unit.at[ent_index(arg->ref)];
    if (u != UNIT_NONE) return type_quantity(&c->p->types, 0, dim_mul(&c->p->units, unit_dim(&c->p->units, u), times, 1));
  }
  return type_quantity(&c->p->types, 1, times);
}

static Type builtin_result(Checker *c, Builtin b, Node *args) {
  Program *p = c->p;
  Node *first = list_first(args), *last = args ? args->kid[1] : NULL;
  Type t = first ? first->ty : T_ERROR;
  switch (builtin_info(b)->result[0]) {
    case 'N': return T_NUMBER;
    case 'B': return T_BOOL;
    case 'S': return T_STRING;
    case 'd': return T_DATE;
    case 'U': return resource_figure(c, last, DIM_ONE);
    case 'T': return resource_figure(c, last, unit_dim(&p->units, p->units.atoms.at[0].unit));
    case 'F': if (b == BUILTIN_between && report_units(c, last->span, first, last, t, last->ty, "the ends of one figure")) return T_ERROR; return t;
    case 'R': return T_QUANTITY;
    case 'c': return type_set(&p->types, p->kinds.at[K_COUNTRY].type);
    case 'r': return type_set(&p->types, p->kinds.at[K_RESOURCE].type);
    case 'k': return type_set(&p->types, p->kinds.at[K_CLAUSE].type);
    case 'L': return type_list(&p->types, elem_type(c, t, NULL));
    case 'M': return args_bad(args) ? T_ERROR : list_len(args) == 2 ? T_DATE : T_NUMBER;
    default: return elem_type(c, t, NULL);
  }
}

/* Parameters with what may be left out taken out as far as the number of arguments asks. */
static bool params_for(const char *spec, uint32_t n, char out[8]) {
  uint32_t all = 0, optional = 0, k = 0;
  for (const char *s = spec; *s; s++) *s == '?' ? optional++ : all++;
  if (n > all || n + optional < all) return false;
  uint32_t drop = all - n;
  for (const char *s = spec; *s; s++) {
    bool may = *s == '?';
    if (may) s++;
    if (may && drop) { drop--; continue; }
    out[k++] = *s;
  }
  return true;
}

/* Where a country or resource belongs, @ names one. */
static void builtin_hints(Checker *c, Node *args, const char *params) {
  for (Node *a = list_first(args); a && *params; a = a->next, params++)
    if (*params == 'c' || *params == 'r') atoms_hint(c, a, c->p->kinds.at[*params == 'c' ? K_COUNTRY : K_RESOURCE].type);
}

static Type builtin_check(Checker *c, Node *e, Builtin b) {
  const BuiltinInfo *info = builtin_info(b);
  uint32_t n = list_len(e->kid[1]), i = 0;
  char params[8] = "";
  if (params_for(info->params, n, params)) builtin_hints(c, e->kid[1], params);
  bool mono = c->monotone;
  c->monotone = false;
  args_check(c, e->kid[1]);
  c->monotone = mono;
  e->op = CALL_BUILTIN;
  e->ref = b;
  if (info->flag == 'V') depends(c, FLAG_VARIES);
  if (info->flag == 'K') depends(c, FLAG_VARIES | FLAG_CLAUSES);
  if (!params_for(info->params, n, params)) {
    builtin_count(c, e, b);
    return T_ERROR;
  }
  bool ok = true;
  for (Node *a = list_first(e->kid[1]); a; a = a->next, i++) {
    if (param_fits(c, params[i], a->ty)) continue;
    Buf t;
    buf_init(&t, c->p->mem);
    type_words(c, a->ty, &t);
    diag_add(c->d, DIAG_E0210, a->span, "this is %s, and '%s' wants %s here", buf_text(&t), info->name, param_kinds[param_kind(params[i])].words);
    buf_end(&t);
    ok = false;
  }
  return ok ? builtin_result(c, b, e->kid[1]) : T_ERROR;
}

/* ---- the draft's and the library's own ---- */

static Type func_call(Checker *c, Node *e, uint32_t f) {
  func_ready(c, f);
  Func *fn = &c->p->funcs.at[f];
  const char *name = sym_text(c->p, fn->name);
  uint32_t n = list_len(e->kid[1]), i = 0;
  e->op = CALL_FUNC;
  e->ref = f;
  if (n != fn->nparam) {
    Diag *x = report_args(c, e, name, fn->nparam, fn->nparam);
    if (x) diag_label(c->d, x, fn->span, "declared here");
    return T_ERROR;
  }
  for (Node *a = list_first(e->kid[1]); a; a = a->next, i++)
    if (!type_fits(&c->p->types, a->ty, fn->param[i])) expected(c, a, a->ty, fn->param[i], quoted(c, name));
  list_fitting(c, e->kid[1], fn->param);
  call_add(c, f, e->span);
  return fn->ret;
}

/* The function of that name whose first parameter takes what is given; the draft's own come before the library's, and
 * where none of the nearest fits, those further off are tried. */
static bool overload_find(Checker *c, Bind b, const Node *first, uint32_t *f) {
  for (;;) {
    if (b.kind == BIND_FUNC) {
      Func *fn = &c->p->funcs.at[b.index];
      bool fits = first ? fn->nparam && type_fits(&c->p->types, first->ty, fn->param[0]) : !fn->nparam && fn->kind != FUNC_LET;
      if (fits) { *f = b.index; return true; }
    }
    if (b.next < 0) return false;
    b = c->p->binds.at[b.next];
  }
}

/* All forms of a function that can be seen from here, nearest first, as words: "a resource or a layer". */
static uint32_t overloads_text(Checker *c, Sym name, Buf *all) {
  Bind b;
  uint32_t n = 0;
  for (uint32_t k = 0; name_find_next(c, c->module, name, k, &b); k++)
    for (bool more = true; more; b = more ? c->p->binds.at[b.next] : b) {
      more = b.next >= 0;
      if (b.kind != BIND_FUNC) continue;
      const Func *f = &c->p->funcs.at[b.index];
      if (f->kind == FUNC_LET) continue;
      if (n++) buf_str(all, " or ");
      if (f->nparam) type_words(c, f->param[0], all);
      else buf_str(all, "nothing");
    }
  return n;
}

/* What the nearest function of that name takes, so that @ can name it. Where several differ in the first parameter, nobody knows. */
static void named_hints(Checker *c, Node *e, Bind nearest) {
  const Func *f = &c->p->funcs.at[nearest.index];
  bool one = nearest.next < 0 && !name_again(c, c->module, e->kid[0]->sym);
  uint32_t i = 0;
  for (Node *a = list_first(e->kid[1]); a && i < f->nparam; a = a->next, i++)
    if (i || one) atoms_hint(c, a, f->param[i]);
}

static Type named_call(Checker *c, Node *e, Bind nearest) {
  Sym name = e->kid[0]->sym;
  Bind b;
  uint32_t f = nearest.index;
  named_hints(c, e, nearest);
  bool mono = c->monotone;
  c->monotone = false;
  args_check(c, e->kid[1]);
  c->monotone = mono;
  Node *first = list_first(e->kid[1]);
  Type t = first ? first->ty : T_ERROR;
  for (uint32_t k = 0; (!first || t != T_ERROR) && name_find_next(c, c->module, name, k, &b); k++)
    if (overload_find(c, b, first, &f)) return func_call(c, e, f);
  Buf all, got;
  buf_init(&all, c->p->mem);
  buf_init(&got, c->p->mem);
  bool one = overloads_text(c, name, &all) == 1;
  if (!one && !(first && t == T_ERROR)) {
    if (first) type_words(c, t, &got);
    else buf_str(&got, "nothing");
    Diag *x = diag_add(c->d, DIAG_E0212, e->span, "there is no '%s' that takes %s", sym_text(c->p, name), buf_text(&got));
    diag_help(c->d, x, "it takes %s", buf_text(&all));
  }
  buf_end(&all);
  buf_end(&got);
  return one ? func_call(c, e, f) : T_ERROR;
}

static Type table_call(Checker *c, Node *e, uint32_t t) {
  Table *tab = &c->p->tables.at[t];
  uint32_t i = 0;
  for (Node *a = list_first(e->kid[1]); a && i < tab->nkey; a = a->next, i++) atoms_hint(c, a, tab->key[i]);
  args_check(c, e->kid[1]);
  i = 0;
  e->op = CALL_TABLE;
  e->ref = t;
  depends(c, FLAG_VARIES);
  if (list_len(e->kid[1]) != tab->nkey) {
    if (!args_bad(e->kid[1])) diag_add(c->d, DIAG_E0211, e->span, "the table '%s' has %u key%s, not %u", sym_text(c->p, tab->name), tab->nkey, tab->nkey == 1 ? "" : "s", list_len(e->kid[1]));
    return T_ERROR;
  }
  for (Node *a = list_first(e->kid[1]); a; a = a->next, i++)
    if (!type_fits(&c->p->types, a->ty, tab->key[i])) expected(c, a, a->ty, tab->key[i], quoted(c, sym_text(c->p, tab->name)));
  list_fitting(c, e->kid[1], tab->key);
  return tab->type;
}

/* There are many to compare with, and most differ in the first letter. */
static inline bool is_word(const char *name, const char *word) { return *name == *word && !strcmp(name, word); }

bool engine_function(const char *name) {
  static const char *const words[] = {"sum", "count", "min", "max", "any", "all", "spans", "first_day", "step", "passes", "performed"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (is_word(name, words[i])) return true;
  for (int b = 0; b < BUILTIN_COUNT; b++)
    if (is_word(name, builtin_info((Builtin)b)->name)) return true;
  return false;
}

static bool engine_call(Checker *c, Node *e, Type *t) {
  static const char *const aggregates[] = {"sum", "count", "min", "max", "any", "all"};
  const char *name = sym_text(c->p, e->kid[0]->sym);
  for (int a = 0; a < 6; a++)
    if (is_word(name, aggregates[a])) { *t = aggregate_check(c, e, (Aggregate)a, name); return true; }
  if (is_word(name, "spans")) { *t = sentence_check(c, e, CALL_SPANS, name); return true; }
  if (is_word(name, "first_day")) { *t = sentence_check(c, e, CALL_FIRST_DAY, name); return true; }
  if (is_word(name, "performed")) { *t = table_call(c, e, TABLE_PERFORMED); return true; }
  if (is_word(name, "passes")) { *t = passes_check(c, e); return true; }
  if (is_word(name, "step")) { *t = step_check(c, e); return true; }
  for (int b = 0; b < BUILTIN_COUNT; b++)
    if (is_word(name, builtin_info((Builtin)b)->name)) { *t = builtin_check(c, e, (Builtin)b); return true; }
  return false;
}

/* prefix.f(...) : the callee is a FIELD whose left side is a `use ... as` prefix. */
static void join_prefix(Checker *c, Node *callee) {
  const Module *m = &c->p->modules.at[c->module];
  if (callee->kind != N_FIELD || callee->kid[0]->kind != N_NAME) return;
  for (uint32_t i = 0; i < m->uses.len; i++) {
    if (!m->uses.at[i].prefix || m->uses.at[i].prefix != callee->kid[0]->sym) continue;
    Buf b;
    buf_init(&b, c->p->mem);
    buf_fmt(&b, "%s.%s", sym_text(c->p, callee->kid[0]->sym), sym_text(c->p, callee->sym));
    callee->kind = N_NAME;
    callee->sym = intern_put(c->u->names, buf_text(&b), b.len);
    buf_end(&b);
    return;
  }
}

static bool is_local(const Checker *c, Sym name) {
  for (uint32_t i = c->locals.len; i-- > c->base;)
    if (c->locals.at[i].name == name) return true;
  return false;
}

Type call_check(Checker *c, Node *e) {
  Node *callee = e->kid[0];
  Bind b;
  Type t;
  join_prefix(c, callee);
  if (callee->kind != N_NAME || is_local(c, callee->sym)) {
    args_check_untyped(c, e->kid[1]);
    diag_add(c->d, DIAG_E0213, callee->span, "this is no function, so it takes no arguments");
    return T_ERROR;
  }
  if (name_find(c, c->module, callee->sym, &b)) {
    if (b.kind == BIND_FUNC && c->p->funcs.at[b.index].kind != FUNC_LET) return named_call(c, e, b);
    if (b.kind == BIND_TABLE) return table_call(c, e, b.index);
    if (b.kind == BIND_BAD) { args_check_untyped(c, e->kid[1]); return T_ERROR; }
  }
  if (engine_call(c, e, &t)) return t;
  args_check_untyped(c, e->kid[1]);
  if (name_find(c, c->module, callee->sym, &b)) diag_add(c->d, DIAG_E0213, callee->span, "'%s' is no function, so it takes no arguments", sym_text(c->p, callee->sym));
  else report_unknown(c, callee->span, callee->sym, "function");
  return T_ERROR;
}
