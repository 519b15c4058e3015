#include "check/checker.h"
#include <string.h>

void depends(Checker *c, uint8_t flags) { FUNC(c)->flags |= flags; }

void call_add(Checker *c, uint32_t to, Span at) {
  Call call = {c->func, to, c->monotone, at};
  vec_push(c->p->mem, &c->p->calls, call);
}

static const char *expected_help(Checker *c, Node *at, Type got, TypeInfo g, TypeInfo w) {
  if (w.kind == TY_SET && g.kind == TY_ENTITY && w.a == got) return "put it in braces: { ... }";
  if ((w.kind == TY_QUANTITY || w.kind == TY_NUMBER) && g.kind == TY_STRING && at->kind != N_STRING) return "number(...) reads the figure that a text writes";
  if (w.kind == TY_DATE && g.kind == TY_STRING && at->kind != N_STRING) return "date(...) reads the date that a text writes";
  if (w.kind == TY_ENTITY && g.kind == TY_STRING && at->kind != N_STRING) return "@ names an entity by a text:  @row.code, @(...)";
  if (w.kind == TY_QUANTITY && g.kind == TY_NUMBER) return "give it a unit, such as  12_000 t/yr";
  if (w.kind == TY_DATE && g.kind == TY_NUMBER) return "a date is written 2026-07-01";
  if (w.kind == TY_RANGE && g.kind == TY_DATE) return "a range is written 2026-01-01..2030-12-31";
  if (w.kind == TY_ENTITY && g.kind == TY_STRING && at->kind == N_STRING) return "name it without quotes";
  if (w.kind == TY_STRING && (g.kind == TY_NUMBER || g.kind == TY_ENTITY)) return "text stands in quotes: \"...\"";
  if (w.kind == TY_BOOL && type_is_figure(&c->p->types, at->ty)) return "compare it with something, as in  x >= 0.5";
  return NULL;
}

Diag *expected(Checker *c, Node *at, Type got, Type want, const char *what) {
  Buf a, b;
  TypeInfo g = type_at(&c->p->types, got), w = type_at(&c->p->types, want);
  bool said = at->kind == N_NAME && at->op == REF_ENTITY && misdeclared(c, at->ref);
  c->d->mute += said;
  buf_init(&a, c->p->mem);
  buf_init(&b, c->p->mem);
  type_words(c, got, &a);
  type_words(c, want, &b);
  Diag *x = diag_add(c->d, DIAG_E0210, at->span, "this is %s, and %s wants %s", buf_text(&a), what, buf_text(&b));
  const char *help = expected_help(c, at, got, g, w);
  if (help) diag_help(c->d, x, "%s", help);
  c->d->mute -= said;
  buf_end(&a);
  buf_end(&b);
  return x;
}

void expected_some(Checker *c, Node *at, Type got, const char *want, const char *what) {
  Buf a;
  buf_init(&a, c->p->mem);
  type_words(c, got, &a);
  Diag *x = diag_add(c->d, DIAG_E0210, at->span, "this is %s, and %s wants %s", buf_text(&a), what, want);
  if (type_kind(&c->p->types, got) == TY_ENTITY) diag_help(c->d, x, "one thing in braces is a set: { ... }");
  buf_end(&a);
}

Type expr_want(Checker *c, Node *e, Type want, const char *what) {
  atoms_hint(c, e, want);
  Type got = expr_check(c, e);
  if (!type_fits(&c->p->types, got, want)) { expected(c, e, got, want, what); return T_ERROR; }
  return got;
}

Node *fitting(Checker *c, Node *e, Type want) {
  if (e->kind == N_FITS || type_surely_fits(&c->p->types, e->ty, want)) return e;
  Node *n = ast_make(c->u, N_FITS, e->span, 0, 0, NULL, NULL, NULL, NULL);
  n->kid[0] = e;   /* a draft is no deeper for it */
  n->depth = e->depth;
  n->ty = want;
  return n;
}

void list_fitting(Checker *c, Node *list, const Type *want) {
  Node *last = NULL;
  for (Node *e = list_first(list); e; e = last->next) {
    Node *n = fitting(c, e, *want++);
    if (n != e) {
      n->next = e->next;
      e->next = NULL;
      if (last) last->next = n;
      else list->kid[0] = n;
      if (!n->next) list->kid[1] = n;
    }
    last = n;
  }
}

/* ---- local names ---- */

void local_push(Checker *c, Node *name, Type type, const char *what) {
  if (c->nslot == SLOT_MAX) diag_add(c->d, DIAG_E0504, name->span, "one expression binds more than %d names", SLOT_MAX);
  Local l = {.name = name->sym, .type = type, .slot = c->nslot++, .span = name->span, .what = what, .errors = c->d->errors};
  vec_push(c->p->mem, &c->locals, l);
  name->op = REF_LOCAL;
  name->ref = l.slot;
  name->ty = type;
}

void locals_drop(Checker *c, uint32_t to) {
  while (c->locals.len > to) {
    Local *l = &c->locals.at[--c->locals.len];
    if (l->used || !l->what || l->errors != c->d->errors || sym_text(c->p, l->name)[0] == '_') continue;
    Diag *x = diag_add(c->d, DIAG_W0601, l->span, "'%s' is never used", sym_text(c->p, l->name));
    diag_help(c->d, x, "take it out, or begin its name with _");
  }
}

Type elem_type(Checker *c, Type t, Type *second) {
  TypeInfo x = type_at(&c->p->types, t);
  if (second) *second = T_ERROR;
  switch ((TypeKind)x.kind) {
    case TY_SET: case TY_LIST: return x.a;
    case TY_MAP: if (second) *second = x.b; return x.a;
    case TY_INTS: return T_NUMBER;
    case TY_RANGE: return T_DATE;
    case TY_ERROR: case TY_BOOL: case TY_STRING: case TY_NUMBER: case TY_QUANTITY: case TY_DATE: case TY_NEVER: case TY_ENTITY: break;
  }
  return T_ERROR;
}

static void gen_check(Checker *c, Node *g) {
  bool mono = c->monotone;
  c->monotone = false;
  Type second, coll = expr_check(c, g->kid[2]), first = elem_type(c, coll, &second);
  TypeKind kind = type_kind(&c->p->types, coll);
  if (coll != T_ERROR && kind != TY_SET && kind != TY_LIST && kind != TY_MAP && kind != TY_INTS && kind != TY_RANGE)
    expected_some(c, g->kid[2], coll, "a set, a list, a map or a range", "'for ... in'");
  if (g->kid[1] && coll != T_ERROR && kind != TY_MAP)
    diag_add(c->d, DIAG_E0219, g->kid[1]->span, "two names after 'for' go through a map, and this is none");
  local_push(c, g->kid[0], first, "for");
  if (g->kid[1]) local_push(c, g->kid[1], second, "for");
  if (g->kid[3]) expr_want(c, g->kid[3], T_BOOL, "'where'");
  c->monotone = mono;
}

uint32_t gens_check(Checker *c, Node *gens) {
  uint32_t before = c->locals.len;
  if (list_len(gens) > AST_DEPTH_MAX) ast_too_deep(c->u, gens->span);
  for (Node *g = list_first(gens); g && list_len(gens) <= AST_DEPTH_MAX; g = g->next) gen_check(c, g);
  return before;
}

/* ---- names ---- */

static bool local_find(Checker *c, Node *e, Type *t) {
  for (uint32_t i = c->locals.len; i-- > c->base;) {
    Local *l = &c->locals.at[i];
    if (l->name != e->sym) continue;
    l->used = true;
    e->op = REF_LOCAL;
    e->ref = l->slot;
    *t = l->type;
    return true;
  }
  return false;
}

/* All entities of a kind, declared or made by data. */
static Type set_of(Checker *c, Node *e, uint32_t kind) {
  e->op = REF_SETOF;
  e->ref = kind;
  use_mark_kind(c, kind);
  return type_set(&c->p->types, c->p->kinds.at[kind].type);
}

static bool engine_name(Checker *c, Node *e, Type *t) {
  const char *s = sym_text(c->p, e->sym);
  static const struct { const char *word; uint32_t kind; } sets[] = {{"layers", K_LAYER}, {"countries", K_COUNTRY}, {"resources", K_RESOURCE},
    {"sources", K_SOURCE}, {"routes", K_ROUTE}, {"controls", K_CONTROL}, {"clauses", K_CLAUSE}, {"agreements", K_AGREEMENT}};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
    if (!strcmp(s, sets[i].word)) {
      *t = set_of(c, e, sets[i].kind);
      return true;
    }
  Type countries = type_set(&c->p->types, c->p->kinds.at[K_COUNTRY].type);
  if (!strcmp(s, "parties")) { e->op = REF_PARTIES; *t = countries; depends(c, FLAG_VARIES); return true; }
  if (!strcmp(s, "concern")) { e->op = REF_CONCERN; *t = countries; return true; }
  if (!strcmp(s, "term")) { e->op = REF_TERM; *t = T_RANGE; depends(c, FLAG_VARIES); return true; }
  if (!strcmp(s, "open")) { e->op = REF_OPEN; *t = T_DATE; return true; }
  if (!strcmp(s, "today")) { e->op = REF_TODAY; *t = T_DATE; depends(c, FLAG_VARIES | FLAG_TODAY); return true; }
  return false;
}

static Type use_func(Checker *c, Node *e, uint32_t f) {
  func_ready(c, f);
  Func *fn = &c->p->funcs.at[f];
  if (fn->kind != FUNC_LET) {
    Diag *x = diag_add(c->d, DIAG_E0213, e->span, "'%s' is a %s: it needs its arguments", sym_text(c->p, e->sym), fn->kind == FUNC_RULE ? "rule" : "function");
    diag_topic(x, TOPIC_CALL, e->sym, 0);
    diag_label(c->d, x, fn->span, "declared here");
    return T_ERROR;
  }
  e->op = REF_FUNC;
  e->ref = f;
  call_add(c, f, e->span);
  return fn->ret;
}

static Type use_table(Checker *c, Node *e, uint32_t t) {
  Table *tab = &c->p->tables.at[t];
  if (tab->nkey) {
    diag_topic(diag_add(c->d, DIAG_E0213, e->span, "the table '%s' needs its keys", sym_text(c->p, e->sym)), TOPIC_CALL, e->sym, 0);
    return T_ERROR;
  }
  e->op = REF_TABLE;
  e->ref = t;
  depends(c, FLAG_VARIES);
  return tab->type;
}

static Type name_check(Checker *c, Node *e) {
  Type t = T_ERROR;
  Bind b;
  if (local_find(c, e, &t) || row_column(c, e, &t)) return t;
  if (name_find(c, c->module, e->sym, &b)) {
    switch ((BindKind)b.kind) {
      case BIND_ENTITY:
        e->op = REF_ENTITY;
        e->ref = b.index;
        return c->p->kinds.at[ent_kind(b.index)].type;
      case BIND_FUNC: return use_func(c, e, b.index);
      case BIND_TABLE: return use_table(c, e, b.index);
      case BIND_KIND: return set_of(c, e, b.index);
      case BIND_BAD: return T_ERROR;
    }
  }
  if (engine_name(c, e, &t)) return t;
  if (engine_function(sym_text(c->p, e->sym))) diag_topic(diag_add(c->d, DIAG_E0213, e->span, "'%s' is a function: it needs its arguments", sym_text(c->p, e->sym)), TOPIC_CALL, e->sym, 0);
  else report_unknown(c, e->span, e->sym, "thing");
  return T_ERROR;
}

/* ---- fields ---- */

/* prefix.name, where the prefix is of a `use ... as`. */
static bool prefixed(Checker *c, Node *e, Type *t) {
  Node *of = e->kid[0];
  const Module *m = &c->p->modules.at[c->module];
  if (of->kind != N_NAME) return false;
  for (uint32_t i = 0; i < m->uses.len; i++) {
    if (!m->uses.at[i].prefix || m->uses.at[i].prefix != of->sym) continue;
    Buf b;
    buf_init(&b, c->p->mem);
    buf_fmt(&b, "%s.%s", sym_text(c->p, of->sym), sym_text(c->p, e->sym));
    e->kind = N_NAME;
    e->sym = intern_put(c->u->names, buf_text(&b), b.len);
    buf_end(&b);
    *t = name_check(c, e);
    return true;
  }
  return false;
}

static bool has_clauses(uint32_t kind) { return kind == K_AGREEMENT || kind == K_AMENDMENT; }

static bool clause_of(Checker *c, Node *e, Ent agreement) {
  Ent found = program_clause(c->p, agreement, e->sym);
  if (found == UINT32_MAX) return false;
  e->op = REF_ENTITY;
  e->ref = found;
  return true;
}

static Type range_field(Checker *c, Node *e) {
  const char *s = sym_text(c->p, e->sym);
  e->op = !strcmp(s, "from") ? REF_RANGE_FROM : REF_RANGE_THROUGH;
  if (strcmp(s, "from") && strcmp(s, "through")) {
    Diag *x = diag_add(c->d, DIAG_E0203, e->span, "a range has no '%s'", s);
    diag_help(c->d, x, "it has .from and .through, its first and its last day");
    return T_ERROR;
  }
  return T_DATE;
}

static void near_clauses(Checker *c, Near *n, Ent of) {
  Program *p = c->p;
  for (uint32_t i = 0; n->len && ent_kind(of) == K_AGREEMENT && i < p->nclause; i++)
    if (clause_run(p, i)->owner == of) near_try(n, sym_text(p, clause_entity(p, i)->id));
  if (ent_kind(of) != K_AMENDMENT || ent_index(of) >= p->amended.len) return;
  const Amended *a = &p->amended.at[ent_index(of)];
  for (uint32_t i = 0; i < a->clauses.len; i++)
    if (a->clauses.at[i].clause != UINT32_MAX) near_try(n, sym_text(p, program_entity(p, a->clauses.at[i].clause)->id));
}

/* Whether e has no field only because the amendment that it is of is in error, which has been said. */
static bool of_bad(Checker *c, const Node *of, uint32_t kind) {
  if (kind != K_AMENDMENT || of->kind != N_NAME || of->op != REF_ENTITY || ent_index(of->ref) >= c->p->amended.len) return false;
  return c->p->amended.at[ent_index(of->ref)].state == AMENDED_BAD;
}

static void report_field(Checker *c, Node *e, uint32_t kind) {
  const Kind *k = &c->p->kinds.at[kind];
  const Node *of = e->kid[0];
  const char *word = kind_word(c, kind), *name = sym_text(c->p, e->sym);
  bool known = has_clauses(kind) && of->kind == N_NAME && of->op == REF_ENTITY;
  Diag *x = known ? diag_add(c->d, DIAG_E0203, e->span, "the %s '%s' has no clause and no field '%s'", word, sym_text(c->p, of->sym), name)
                  : diag_add(c->d, DIAG_E0203, e->span, "%s %s has no '%s'", article(word), word, name);
  if (known) diag_topic(x, TOPIC_CLAUSE, e->sym, true);
  else diag_topic(x, TOPIC_FIELD, kind, e->sym);
  Near n = near_begin(c, e->sym);
  Buf b;
  buf_init(&b, c->p->mem);
  buf_str(&b, " It has ");
  for (uint32_t i = 0; i < k->fields.len; i++) {
    near_try(&n, sym_text(c->p, k->fields.at[i].name));
    buf_fmt(&b, "%s.%s", i ? ", " : "", sym_text(c->p, k->fields.at[i].name));
  }
  if (known) near_clauses(c, &n, of->ref);
  if (!near_help(c, x, &n, ".", buf_text(&b))) diag_help(c->d, x, "it has%s", buf_text(&b) + 7);
  buf_end(&b);
}

static Type entity_field(Checker *c, Node *e, uint32_t kind) {
  uint32_t slot;
  const Field *f = field_find(c->p, kind, e->sym, &slot);
  Node *of = e->kid[0];
  if (!f && has_clauses(kind) && of->kind == N_NAME && of->op == REF_ENTITY && clause_of(c, e, of->ref)) return c->p->kinds.at[K_CLAUSE].type;
  if (!f && of_bad(c, of, kind)) return T_ERROR;
  if (!f) { report_field(c, e, kind); return T_ERROR; }
  e->op = REF_FIELD;
  e->ref = slot;
  bool varies = kind == K_CLAUSE || kind == K_AMENDMENT || kind == K_CONTROL;
  if (slot >= FIELD_FIRST && (varies || kind == K_AGREEMENT)) depends(c, varies ? FLAG_VARIES : FLAG_AGREED);
  return f->type;
}

static Type field_check(Checker *c, Node *e) {
  Type t;
  if (row_column(c, e, &t) || prefixed(c, e, &t)) return t;
  t = expr_check(c, e->kid[0]);
  TypeInfo x = type_at(&c->p->types, t);
  if (t == T_ERROR) return T_ERROR;
  if (x.kind == TY_RANGE) return range_field(c, e);
  if (x.kind == TY_ENTITY) return entity_field(c, e, x.a);
  Buf b;
  buf_init(&b, c->p->mem);
  type_words(c, t, &b);
  diag_add(c->d, DIAG_E0203, e->span, "%s has no fields, so no '%s'", buf_text(&b), sym_text(c->p, e->sym));
  buf_end(&b);
  return T_ERROR;
}

static Type index_check(Checker *c, Node *e) {
  Type column;
  if (row_column(c, e, &column)) return column;
  Type of = expr_check(c, e->kid[0]);
  TypeInfo x = type_at(&c->p->types, of);
  if (x.kind == TY_MAP) { expr_want(c, e->kid[1], x.a, "this map's key"); return x.b; }
  if (x.kind == TY_LIST) { expr_want(c, e->kid[1], T_NUMBER, "the place in a list"); return x.a; }
  if (x.kind == TY_ENTITY && has_clauses(x.a)) { expr_want(c, e->kid[1], T_STRING, "an agreement's [ ]"); return c->p->kinds.at[K_CLAUSE].type; }
  expr_check(c, e->kid[1]);
  if (of != T_ERROR) diag_add(c->d, DIAG_E0219, e->span, "[ ] looks into a list, a map or an agreement, and this is none of them");
  return T_ERROR;
}

/* ---- collections ---- */

/* The first of elements that differ from it, and agree with each other, is the odd one. */
static void report_element(Checker *c, Node *first, Node *n, Type all) {
  Node *next = n->next;
  bool joins = false;
  if (next && n == first->next) type_join(&c->p->types, n->ty, expr_check(c, next), &joins);
  Node *odd = joins ? first : n;
  Buf a, b;
  buf_init(&a, c->p->mem);
  buf_init(&b, c->p->mem);
  type_words(c, joins ? all : n->ty, &a);
  type_words(c, joins ? n->ty : all, &b);
  diag_add(c->d, DIAG_E0218, odd->span, "this is %s, and what stands %s it is %s", buf_text(&a), joins ? "after" : "before", buf_text(&b));
  buf_end(&a);
  buf_end(&b);
}

/* T_ERROR once something is wrong with one of them: one that differs is told of, and the others pass. */
static Type elements(Checker *c, Node *list, Type (*of)(TypeTable *t, Type element)) {
  Type all = T_NEVER;
  Node *before = NULL;  /* the first whose unit is known */
  bool bad = false;
  for (Node *n = list_first(list); n; n = n->next) {
    bool ok;
    Type t = expr_check(c, n), joined = type_join(&c->p->types, all, t, &ok);
    if (!before && t != T_QUANTITY && t != T_ERROR && t != T_NEVER) before = n;
    bad = bad || t == T_ERROR;
    if (ok) all = joined;
    if (ok || bad) continue;
    bad = true;
    if (!before || !report_units(c, n->span, before, n, before->ty, t, "elements of one collection")) report_element(c, list_first(list), n, all);
  }
  return bad ? T_ERROR : of(&c->p->types, all);
}

bool map_whole(Checker *c, Node *map) {
  for (Node *n = list_first(map->kid[0]); n; n = n->next) {
    if (n->kind == N_PAIR || n->kind == N_BAD) continue;
    Diag *x = diag_add(c->d, DIAG_E0227, n->span, "this has no value, and others in the same braces have");
    diag_help(c->d, x, "a set is written {a, b}, and a map {a: x, b: y}");
    return false;
  }
  return true;
}

static Type map_check(Checker *c, Node *e) {
  if (!map_whole(c, e)) return T_ERROR;
  Type key = T_NEVER, val = T_NEVER;
  bool bad = false;
  Node *first = list_first(e->kid[0]);
  for (Node *n = first; n; n = n->next) {
    bool k, v;
    Type a = type_join(&c->p->types, key, expr_check(c, n->kid[0]), &k), b = type_join(&c->p->types, val, expr_check(c, n->kid[1]), &v);
    bool said = (!k && report_units(c, n->kid[0]->span, first->kid[0], n->kid[0], first->kid[0]->ty, n->kid[0]->ty, "keys of one map")) ||
                (!v && report_units(c, n->kid[1]->span, first->kid[1], n->kid[1], first->kid[1]->ty, n->kid[1]->ty, "values of one map"));
    if ((!k || !v) && !said) diag_add(c->d, DIAG_E0218, n->span, "this pair is of another type than those before it");
    if (!k || !v) return T_ERROR;
    key = a;
    val = b;
    bad = bad || n->kid[0]->ty == T_ERROR || n->kid[1]->ty == T_ERROR;
  }
  return bad ? T_ERROR : type_map(&c->p->types, key, val);
}

static Type comprehension(Checker *c, Node *e, int ngens) {
  bool mono = c->monotone;
  c->monotone = false;
  uint32_t before = gens_check(c, e->kid[ngens]);
  Type a = expr_check(c, e->kid[0]), t;
  if (e->kind == N_MAP_FOR) t = type_map(&c->p->types, a, expr_check(c, e->kid[1]));
  else t = e->kind == N_SET_FOR ? type_set(&c->p->types, a) : type_list(&c->p->types, a);
  locals_drop(c, before);
  c->monotone = mono;
  return t;
}

static Type interp_check(Checker *c, Node *e) {
  for (Node *n = list_first(e->kid[0]); n; n = n->next) expr_check(c, n);
  return T_STRING;
}

/* ---- the rest ---- */

static Type if_check(Checker *c, Node *e) {
  bool mono = c->monotone, ok;
  c->monotone = false;
  expr_want(c, e->kid[0], T_BOOL, "'if'");
  c->monotone = mono;
  Type a = expr_check(c, e->kid[1]), b = expr_check(c, e->kid[2]), t = type_join(&c->p->types, a, b, &ok);
  if (!ok && !report_units(c, e->kid[2]->span, e->kid[1], e->kid[2], a, b, "branches of one 'if'")) {
    Buf x, y;
    buf_init(&x, c->p->mem);
    buf_init(&y, c->p->mem);
    type_words(c, a, &x);
    type_words(c, b, &y);
    Diag *d = diag_add(c->d, DIAG_E0217, e->span, "the branches of this 'if' differ in type");
    diag_label(c->d, d, e->kid[1]->span, "%s", buf_text(&x));
    diag_label(c->d, d, e->kid[2]->span, "%s", buf_text(&y));
    buf_end(&x);
    buf_end(&y);
  }
  return t;
}

static Type let_check(Checker *c, Node *e) {
  bool mono = c->monotone;
  c->monotone = false;
  Type t = expr_check(c, e->kid[1]);
  c->monotone = mono;
  uint32_t before = c->locals.len;
  local_push(c, e->kid[0], t, "let");
  t = expr_check(c, e->kid[2]);
  locals_drop(c, before);
  return t;
}

static void without_check(Checker *c, Node *arg) {
  atoms_hint(c, arg, c->p->kinds.at[K_COUNTRY].type);
  Type t = expr_check(c, arg), one = t;
  TypeInfo x = type_at(&c->p->types, t);
  if (x.kind == TY_SET) one = x.a;
  x = type_at(&c->p->types, one);
  if (one == T_ERROR || x.kind == TY_NEVER) return;
  if (x.kind == TY_ENTITY && (x.a == K_COUNTRY || x.a == K_ROUTE || x.a == K_CLAUSE)) return;
  Buf b;
  buf_init(&b, c->p->mem);
  type_words(c, t, &b);
  diag_add(c->d, DIAG_E0206, arg->span, "'without' takes countries, routes or clauses, one or a set, and this is %s", buf_text(&b));
  buf_end(&b);
}

static void under_check(Checker *c, Node *arg) {
  Type t = expr_check(c, arg);
  TypeInfo x = type_at(&c->p->types, t);
  if (t == T_ERROR || (x.kind == TY_ENTITY && (x.a == K_SCENARIO || has_clauses(x.a)))) return;
  Buf b;
  buf_init(&b, c->p->mem);
  type_words(c, t, &b);
  diag_add(c->d, DIAG_E0206, arg->span, "'under' takes a scenario, an agreement or an amendment, and this is %s", buf_text(&b));
  buf_end(&b);
}

static Type govern_check(Checker *c, Node *e) {
  bool mono = c->monotone;
  uint32_t errors = c->d->errors;
  bool stretch = e->op == GOV_THROUGHOUT || e->op == GOV_SOMETIME, bad = false;
  c->monotone = false;
  /* The argument belongs to the sentence outside: it is a value of where it is written. */
  switch (e->op) {
    case GOV_AT: expr_want(c, e->kid[1], T_DATE, "'at'"); break;
    case GOV_WITHOUT: without_check(c, e->kid[1]); depends(c, FLAG_WORLDS); break;
    case GOV_UNDER: under_check(c, e->kid[1]); break;
    default: bad = expr_want(c, e->kid[1], T_RANGE, e->op == GOV_THROUGHOUT ? "'throughout'" : "'sometime'") == T_ERROR; break;
  }
  uint8_t outer = FUNC(c)->flags;
  FUNC(c)->flags &= (uint8_t)~(FLAG_VARIES | FLAG_CLAUSES);
  uint32_t calls = c->p->calls.len;
  Type t = stretch && !bad ? expr_want(c, e->kid[0], T_BOOL, "a sentence about a stretch of time") : expr_check(c, e->kid[0]);
  if (t != T_ERROR && errors == c->d->errors && !(FUNC(c)->flags & (FLAG_VARIES | FLAG_CLAUSES)) && c->p->calls.len == calls) {
    Diag *x = diag_add(c->d, DIAG_W0603, e->span, "nothing here depends on the day or the world, so this changes nothing");
    diag_label(c->d, x, e->kid[0]->span, "the same always");
  }
  FUNC(c)->flags |= (uint8_t)(outer | FLAG_VARIES);
  c->monotone = mono;
  return bad ? T_ERROR : stretch ? T_BOOL : t;
}

static void date_seen(Checker *c, Day day) {
  if (c->dates && day != DAY_NONE) vec_push(c->p->mem, &c->p->dates, day);
}

static Type expr_type(Checker *c, Node *e) {
  switch ((NodeKind)e->kind) {
    case N_NUMBER: return T_NUMBER;
    case N_QUANTITY: {
      UnitId u = unit_read(c, e->kid[0]);
      e->ref = u;
      return u == UNIT_NONE ? T_ERROR : type_quantity(&c->p->types, 0, unit_dim(&c->p->units, u));
    }
    case N_DATE: date_seen(c, (Day)e->sym); return T_DATE;
    case N_STRING: return T_STRING;
    case N_INTERP: return interp_check(c, e);
    case N_BOOL: return T_BOOL;
    case N_NAME: return name_check(c, e);
    case N_FIELD: return field_check(c, e);
    case N_CALL: return call_check(c, e);
    case N_INDEX: return index_check(c, e);
    case N_SET: return elements(c, e->kid[0], type_set);
    case N_SEQ: return elements(c, e->kid[0], type_list);
    case N_MAP: return map_check(c, e);
    case N_SET_FOR: case N_SEQ_FOR: return comprehension(c, e, 1);
    case N_MAP_FOR: return comprehension(c, e, 2);
    case N_UNARY: return unary_check(c, e);
    case N_BINARY: return binary_check(c, e);
    case N_IF: return if_check(c, e);
    case N_LET_IN: return let_check(c, e);
    case N_GOVERN: return govern_check(c, e);
    case N_ATOM: return atom_check(c, e);
    case N_EACH:
      diag_add(c->d, DIAG_E0211, e->span, "'for' inside a call belongs to sum, count, min, max, any or all");
      return T_ERROR;
    case N_ARG:
      diag_add(c->d, DIAG_E0220, e->span, "arguments are given by place here, not by name");
      return T_ERROR;
    default: return T_ERROR;  /* BAD: said already */
  }
}

Type expr_check(Checker *c, Node *e) {
  if (!e || mem_failed(c->p->mem)) return T_ERROR;
  e->ty = expr_type(c, e);
  return e->ty;
}
