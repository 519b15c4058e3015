#include "check/checker.h"

/* Types of operators. */

static void text_of(Checker *c, Type t, Buf *b) {
  buf_init(b, c->p->mem);
  type_words(c, t, b);
}

static const char *const marks[] = {"", "+", "-", "*", "/", "mod", "^", "??", "..", "and", "or", "implies", "==", "!=", "<", ">", "<=", ">=", "in", "not in"};

/* How a figure's unit is shown in a message about it: as written when it is a literal, else from its type. */
static void unit_words(Checker *c, Node *e, Buf *b) {
  buf_init(b, c->p->mem);
  if (e->kind == N_QUANTITY && e->ref != UNIT_NONE) {
    const UnitInfo *u = &c->p->units.units.at[e->ref];
    buf_str(b, unit_text(&c->p->units, (UnitId)e->ref));
    if (u->n == 1 && u->term[0].exp == 1) buf_fmt(b, " (%s)", c->p->units.atoms.at[u->term[0].atom].title);
  } else figure_words(c, e->ty, b);
}

/* The same for what holds figures: the unit of what is in it. */
static void units_of(Checker *c, Node *e, Type figure, Buf *b) {
  if (type_is_figure(&c->p->types, e->ty)) { unit_words(c, e, b); return; }
  buf_init(b, c->p->mem);
  figure_words(c, figure, b);
}

bool report_units(Checker *c, Span at, Node *first, Node *second, Type a, Type b, const char *what) {
  Buf x, y;
  if (!type_units_differ(&c->p->types, &a, &b)) return false;
  units_of(c, first, a, &x);
  units_of(c, second, b, &y);
  Diag *d = diag_add(c->d, DIAG_E0214, at, "these cannot be %s: %s and %s", what, buf_text(&x), buf_text(&y));
  diag_label(c->d, d, first->span, "%s", buf_text(&x));
  diag_label(c->d, d, second->span, "%s", buf_text(&y));
  TypeInfo l = type_at(&c->p->types, a), r = type_at(&c->p->types, b);
  DimId time = unit_dim(&c->p->units, c->p->units.atoms.at[0].unit);
  if (l.u && l.u == r.u && l.dim == time && r.dim == DIM_ONE) diag_help(c->d, d, "for days of cover, write  stockpiled(r) / needed(r) >= 90 d");
  else if (l.kind == TY_NUMBER || r.kind == TY_NUMBER) diag_help(c->d, d, "give the plain number a unit, such as  12_000 t/yr");
  buf_end(&x);
  buf_end(&y);
  return true;
}

/* What stands between the operands of an operator: the place of a mistake that is about both. */
static Span operator_span(Checker *c, Node *e) {
  Span mark = {e->kid[0]->span.hi, e->kid[1]->span.lo};
  const char *t = sources_text(c->u->sources, mark);
  while (mark.lo < mark.hi && (*t == ' ' || *t == '\n' || *t == ')')) mark.lo++, t++;
  t = sources_text(c->u->sources, mark);
  while (mark.hi > mark.lo + 1 && (t[mark.hi - mark.lo - 1] == ' ' || t[mark.hi - mark.lo - 1] == '\n' || t[mark.hi - mark.lo - 1] == '(')) mark.hi--;
  return mark;
}

static bool report_dims(Checker *c, Node *e, const char *what) {
  return report_units(c, operator_span(c, e), e->kid[0], e->kid[1], e->kid[0]->ty, e->kid[1]->ty, what);
}

static void report_operands(Checker *c, Node *e, const char *help) {
  Buf a, b;
  text_of(c, e->kid[0]->ty, &a);
  text_of(c, e->kid[1]->ty, &b);
  Diag *x = diag_add(c->d, DIAG_E0216, e->span, "'%s' does not take %s and %s", marks[e->op], buf_text(&a), buf_text(&b));
  if (help) diag_help(c->d, x, "%s", help);
  buf_end(&a);
  buf_end(&b);
}

/* Dates: date - date is a duration; date +- duration is a date. T_NEVER: not about dates. */
static Type dates_check(Checker *c, Node *e, TypeKind l, TypeKind r) {
  DimId time = unit_dim(&c->p->units, c->p->units.atoms.at[0].unit);
  if (l != TY_DATE && r != TY_DATE) return T_NEVER;
  if (l == TY_DATE && r == TY_DATE && e->op == OP_SUB) return type_quantity(&c->p->types, 0, time);
  if (l == TY_DATE && r == TY_QUANTITY && (e->op == OP_ADD || e->op == OP_SUB)) {
    TypeInfo x = type_at(&c->p->types, e->kid[1]->ty);
    if (x.any || (!x.u && x.dim == time)) return T_DATE;
  }
  report_operands(c, e, e->op != OP_ADD && e->op != OP_SUB ? NULL : "add a duration to a date: d + 30 d, d - 2 wk, d + 6 mo");
  return T_ERROR;
}

static Type add_check(Checker *c, Node *e, Type l, Type r) {
  bool ok;
  if (!type_figures_meet(&c->p->types, l, r)) { report_dims(c, e, e->op == OP_ADD ? "added" : "subtracted"); return T_ERROR; }
  TypeInfo x = type_at(&c->p->types, l), y = type_at(&c->p->types, r);
  if (x.any || y.any) return x.any ? r == T_NUMBER ? T_QUANTITY : r : l == T_NUMBER ? T_QUANTITY : l;
  return type_join(&c->p->types, l, r, &ok);
}

static Type product_check(Checker *c, TypeInfo x, TypeInfo y, int sign) {
  if (x.any || y.any) return T_QUANTITY;
  int u = x.u + sign * y.u;
  if (u > 20 || u < -20) return T_QUANTITY;
  return type_quantity(&c->p->types, u, dim_mul(&c->p->units, x.dim, y.dim, sign));
}

static Type power_check(Checker *c, Node *e, TypeInfo x) {
  Node *n = e->kid[1];
  int sign = 1;
  int64_t k;
  if (x.kind == TY_NUMBER) return T_NUMBER;
  if (n->kind == N_UNARY && n->op == OP_NEG) n = n->kid[0], sign = -1;
  if (n->kind != N_NUMBER || !num_to_i64(c->p->mem, c->u->numbers.at[n->sym], &k) || k > 20 || x.any) return T_QUANTITY;
  DimId d = DIM_ONE;
  for (int64_t i = 0; i < k; i++) d = dim_mul(&c->p->units, d, x.dim, sign);
  return type_quantity(&c->p->types, (int)(x.u * k * sign), d);
}

static bool is_unit(Checker *c, const Node *n) { return n->kind == N_NAME && unit_atom(&c->p->units, n->sym); }

static Type arith_check(Checker *c, Node *e) {
  Type l = expr_check(c, e->kid[0]);
  if (l == T_ERROR && is_unit(c, e->kid[0]) && is_unit(c, e->kid[1])) return T_ERROR;  /* t/yr without a figure: said of the t */
  Type r = expr_check(c, e->kid[1]);
  if (l == T_ERROR || r == T_ERROR) return T_ERROR;
  TypeInfo x = type_at(&c->p->types, l), y = type_at(&c->p->types, r);
  Type dates = dates_check(c, e, (TypeKind)x.kind, (TypeKind)y.kind);
  if (dates != T_NEVER) return dates;
  if ((e->op == OP_ADD || e->op == OP_SUB) && l == r && x.kind == TY_SET) return l;
  bool ok = false, lists = e->op == OP_ADD && x.kind == TY_LIST && y.kind == TY_LIST;
  bool sets = (e->op == OP_ADD || e->op == OP_SUB) && x.kind == TY_SET && y.kind == TY_SET;
  Type both = lists || sets ? type_join(&c->p->types, l, r, &ok) : T_ERROR;
  if (ok) return both;
  if ((lists || sets) && report_dims(c, e, "put together")) return T_ERROR;
  if (!type_is_figure(&c->p->types, l) || !type_is_figure(&c->p->types, r)) {
    report_operands(c, e, x.kind == TY_STRING || y.kind == TY_STRING ? "texts are joined like this: \"{a}{b}\""
      : (x.kind == TY_SET) != (y.kind == TY_SET) && e->op <= OP_SUB ? "put the one in braces, so that it is a set too: { ... }" : NULL);
    return T_ERROR;
  }
  switch (e->op) {
    case OP_ADD: case OP_SUB: return add_check(c, e, l, r);
    case OP_MOD: if (!type_figures_meet(&c->p->types, l, r)) { report_dims(c, e, "divided with a remainder"); return T_ERROR; } return l;
    case OP_MUL: return product_check(c, x, y, 1);
    case OP_DIV: return product_check(c, x, y, -1);
    default:
      if (y.kind == TY_QUANTITY && !y.any) { report_operands(c, e, "an exponent is a whole number"); return T_ERROR; }
      return power_check(c, e, x);
  }
}

/* A literal 0 compares with a figure of any unit: nothing of anything is nothing. */
static bool plain_zero(Checker *c, Node *e, Type other) {
  if (e->kind != N_NUMBER || num_sign(c->u->numbers.at[e->sym])) return false;
  e->ref = type_kind(&c->p->types, other) == TY_QUANTITY;
  return true;
}

static Type compare_check(Checker *c, Node *e) {
  bool mono = c->monotone, ok;
  c->monotone = false;
  bool atom = e->kid[0]->kind == N_ATOM;   /* the other side says of which kind it is */
  Type r = atom ? expr_check(c, e->kid[1]) : T_ERROR;
  if (atom) atoms_hint(c, e->kid[0], r);
  Type l = expr_check(c, e->kid[0]);
  if (!atom) { atoms_hint(c, e->kid[1], l); r = expr_check(c, e->kid[1]); }
  c->monotone = mono;
  if (l == T_ERROR || r == T_ERROR) return T_ERROR;
  if (type_is_figure(&c->p->types, l) && type_is_figure(&c->p->types, r)) {
    if (plain_zero(c, e->kid[0], r) || plain_zero(c, e->kid[1], l)) return T_BOOL;
    if (type_figures_meet(&c->p->types, l, r)) return T_BOOL;
    report_dims(c, e, "compared");
    return T_ERROR;
  }
  TypeKind k = type_kind(&c->p->types, l);
  bool order = e->op != OP_EQ && e->op != OP_NE;
  type_join(&c->p->types, l, r, &ok);
  if (!ok && report_dims(c, e, "compared")) return T_ERROR;
  if (!ok) report_operands(c, e, k == TY_SET || type_kind(&c->p->types, r) == TY_SET ? "whether a set holds something is asked with 'in'; one thing in braces is a set: { ... }" : NULL);
  else if (order && k == TY_SET) e->ref = 1;  /* a <= b: a is within b */
  else if (order && k != TY_DATE && k != TY_STRING) { report_operands(c, e, "only figures, dates, texts and sets have an order"); ok = false; }
  return ok ? T_BOOL : T_ERROR;
}

static Type in_check(Checker *c, Node *e) {
  bool mono = c->monotone, ok;
  c->monotone = false;
  bool atom = e->kid[0]->kind == N_ATOM;
  Type l = atom ? T_ERROR : expr_check(c, e->kid[0]);
  if (!atom) atoms_hint(c, e->kid[1], type_set(&c->p->types, l));
  Type r = expr_check(c, e->kid[1]), el = elem_type(c, r, NULL);
  if (atom) { atoms_hint(c, e->kid[0], el); l = expr_check(c, e->kid[0]); }
  c->monotone = mono;
  if (l == T_ERROR || r == T_ERROR) return T_ERROR;
  TypeKind k = type_kind(&c->p->types, r);
  if (k != TY_SET && k != TY_LIST && k != TY_MAP && k != TY_RANGE && k != TY_INTS) { report_operands(c, e, "right of 'in' stands a set, a list, a map or a range"); return T_ERROR; }
  type_join(&c->p->types, l, el, &ok);
  if (!ok && !report_units(c, operator_span(c, e), e->kid[0], e->kid[1], l, el, "compared")) report_operands(c, e, NULL);
  return ok ? T_BOOL : T_ERROR;
}

/* Neither side is a yes-or-no: a list, in the words of other writing. */
static void report_list(Checker *c, Node *e, Diag *x) {
  const Node *a = e->kid[0], *b = e->kid[1];
  if (a->kind != N_NAME || b->kind != N_NAME) { diag_help(c->d, x, "what stands side by side is set off with a comma"); return; }
  const char *first = sym_text(c->p, a->sym), *second = sym_text(c->p, b->sym);
  diag_help(c->d, x, "what stands side by side is set off with a comma:  %s, %s , and several make a set in braces:  {%s, %s}", first, second, first, second);
}

static Type logic_check(Checker *c, Node *e) {
  bool mono = c->monotone;
  if (e->op == OP_IMPLIES) c->monotone = false;
  const char *what = e->op == OP_AND ? "'and'" : e->op == OP_OR ? "'or'" : "'implies'";
  Node *atom = e->kid[0]->kind == N_ATOM ? e->kid[0] : e->kid[1]->kind == N_ATOM ? e->kid[1] : NULL;
  for (int i = 0; i < 2 && atom; i++) atoms_hint(c, e->kid[i], T_ERROR);
  uint32_t errors = c->d->errors;
  Type a = expr_check(c, e->kid[0]);
  c->monotone = mono;
  Type b = expr_check(c, e->kid[1]);
  if (atom) {
    report_list(c, e, diag_add(c->d, DIAG_E0210, atom->span, "this names a thing, and %s wants a bool", what));
    return T_ERROR;
  }
  bool left = type_fits(&c->p->types, a, T_BOOL), right = type_fits(&c->p->types, b, T_BOOL), bad = a == T_ERROR || b == T_ERROR;
  if (left && right && !bad) return T_BOOL;
  if (bad || c->d->errors != errors) return T_ERROR;   /* what is wrong within may be why */
  Diag *x = left ? expected(c, e->kid[1], b, T_BOOL, what) : expected(c, e->kid[0], a, T_BOOL, what);
  if (!left && !right) report_list(c, e, x);
  return T_ERROR;
}

/* Two dates as written: whether the range holds a day can be seen at once. */
static void range_order(Checker *c, Node *e) {
  const Node *a = e->kid[0], *b = e->kid[1];
  if (a->kind != N_DATE || b->kind != N_DATE || (Day)a->sym == DAY_NONE || (Day)b->sym == DAY_NONE || (Day)a->sym <= (Day)b->sym) return;
  Diag *x = diag_add(c->d, DIAG_E0305, e->span, "this range ends before it begins");
  diag_help(c->d, x, "the first day stands left of .. and the last right of it");
}

static Type range_check(Checker *c, Node *e) {
  Type l = expr_check(c, e->kid[0]), r = expr_check(c, e->kid[1]);
  if (l == T_ERROR || r == T_ERROR) return T_ERROR;
  if (l == T_DATE && r == T_DATE) { range_order(c, e); return T_RANGE; }
  if (l == T_NUMBER && r == T_NUMBER) return T_INTS;
  report_operands(c, e, "a range goes from a date to a date, or from a whole number to a whole number; a figure that lies somewhere in between is  between(100 t, 200 t)");
  return T_ERROR;
}

static Type default_check(Checker *c, Node *e) {
  bool ok, mono = c->monotone;
  c->monotone = false;
  Type l = expr_check(c, e->kid[0]), r = expr_check(c, e->kid[1]), t = type_join(&c->p->types, l, r, &ok);
  c->monotone = mono;
  if (!ok && !report_dims(c, e, "used for one another")) report_operands(c, e, "the default must be of the same type");
  return t;
}

Type binary_check(Checker *c, Node *e) {
  bool mono = c->monotone;
  Type t;
  switch (e->op) {
    case OP_AND: case OP_OR: case OP_IMPLIES: return logic_check(c, e);
    case OP_EQ: case OP_NE: case OP_LT: case OP_GT: case OP_LE: case OP_GE: return compare_check(c, e);
    case OP_IN: case OP_NOT_IN: return in_check(c, e);
    case OP_ELSE: return default_check(c, e);
    case OP_RANGE: return range_check(c, e);
    default:
      c->monotone = false;
      t = arith_check(c, e);
      c->monotone = mono;
      return t;
  }
}

Type unary_check(Checker *c, Node *e) {
  bool mono = c->monotone;
  c->monotone = false;
  Type t = e->op == OP_NOT ? expr_want(c, e->kid[0], T_BOOL, "'not'") : expr_check(c, e->kid[0]);
  c->monotone = mono;
  if (e->op == OP_NOT) return T_BOOL;
  if (t != T_ERROR && !type_is_figure(&c->p->types, t)) {
    Buf b;
    text_of(c, t, &b);
    diag_add(c->d, DIAG_E0216, e->span, "'-' does not take %s", buf_text(&b));
    buf_end(&b);
    return T_ERROR;
  }
  return t;
}
