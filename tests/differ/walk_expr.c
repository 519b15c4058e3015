#include "walk.h"
#include <string.h>

/* Expressions, one case after the other. */

int val_truth(V v) { return v->kind == W_BOOL ? (int)v->a : -1; }

static bool lacks_some(V v) {
  bool any = v->kind == W_UNKNOWN;
  for (size_t i = 0; (v->kind == W_SET || v->kind == W_LIST || v->kind == W_MAP) && i < v->n; i++) any = any || lacks_some(v->at[i]);
  return any;
}

V join(Walk *w, V a, V b) {
  bool figures = val_is_figure(a) && val_is_figure(b);
  if (a->kind != W_UNKNOWN && val_same(w, a, b)) {
    if (lacks_some(a)) walk_fail(w, "steps");   /* whether what is unknown in both is the same would have to be told by why it is */
    return a;
  }
  return figures ? interval_hull(w, a, b) : val_unknown(w);
}

static bool literal_zero(const Walk *w, const Node *e) { return e->kind == N_NUMBER && num_sign(w->p->unit->numbers.at[e->sym]) == 0; }

/* ---- operators ---- */

static UnitId days_unit(const Walk *w) { return w->p->units.atoms.at[0].unit; }

static Day day_in_calendar(Walk *w, int64_t d) {
  if (d < DAY_MIN || d > DAY_MAX) walk_fail(w, "E0404");
  return (Day)d;
}

/* date + 6 mo as a literal steps the calendar. */
static int64_t calendar_step(Walk *w, const Node *e, bool *is) {
  const char *unit = e->kind == N_QUANTITY ? sym_text(w->p, e->kid[0]->sym) : "";
  int64_t n = 0, by = !strcmp(unit, "mo") ? 1 : !strcmp(unit, "yr") ? 12 : 0;
  *is = by != 0;
  if (by && !num_to_i64(w->mem, walk_num(w, num_mul(w->mem, w->p->unit->numbers.at[e->sym], num_int(by))), &n)) walk_fail(w, "E0404");
  return n;
}

static V date_move(Walk *w, const Node *e, V a, V b) {
  bool calendar;
  int64_t n, sign = e->op == OP_ADD ? 1 : -1;
  if (a->kind == W_UNKNOWN || b->kind == W_UNKNOWN) return val_unknown(w);
  if (a->a == DAY_OPEN) return a;
  n = calendar_step(w, e->kid[1], &calendar);
  if (calendar) {
    Day d = date_add_months((Day)a->a, sign * n);
    if (d == DAY_NONE) walk_fail(w, "E0404");
    return val_date(w, d);
  }
  b = interval_to(w, b, days_unit(w));
  if (!val_exact(b)) return val_unknown(w);
  if (!num_to_i64(w->mem, b->lo, &n) || n > 10000000 || n < -10000000) walk_fail(w, "E0404");
  return val_date(w, day_in_calendar(w, a->a + sign * n));
}

static V sets_add(Walk *w, V a, V b, bool minus) {
  V *at = walk_get(w, (a->n + b->n + 1) * sizeof *at);
  size_t n = 0;
  for (size_t i = 0; i < a->n; i++) {
    bool out = false;
    for (size_t k = 0; minus && k < b->n; k++) out = out || val_same(w, a->at[i], b->at[k]);
    if (!out) at[n++] = a->at[i];
  }
  for (size_t i = 0; !minus && i < b->n; i++) at[n++] = b->at[i];
  return val_seq(w, a->kind, at, n);
}

static V arithmetic(Walk *w, const Node *e, V a, V b) {
  TypeKind k = type_kind(&w->p->types, e->kid[0]->ty);
  if (k == TY_DATE && type_kind(&w->p->types, e->kid[1]->ty) == TY_DATE) {
    if (a->kind == W_UNKNOWN || b->kind == W_UNKNOWN) return val_unknown(w);
    if (a->a == DAY_OPEN || b->a == DAY_OPEN) walk_fail(w, "E0404");
    return val_figure(w, num_int(a->a - b->a), days_unit(w));
  }
  if (k == TY_DATE) return date_move(w, e, a, b);
  if (k == TY_SET || k == TY_LIST) {
    if (a->kind == W_UNKNOWN || b->kind == W_UNKNOWN) return val_unknown(w);
    return sets_add(w, a, b, e->op == OP_SUB);
  }
  switch (e->op) {
    case OP_ADD: return interval_add(w, a, b, 1);
    case OP_SUB: return interval_add(w, a, b, -1);
    case OP_MUL: return interval_mul(w, a, b);
    case OP_DIV: return interval_div(w, a, b);
    case OP_MOD: return interval_mod(w, a, b);
    default: return interval_pow(w, a, b);
  }
}

static int within(Walk *w, V a, V b, bool strict) {
  if (a->kind == W_UNKNOWN || b->kind == W_UNKNOWN) return -1;
  int all = 1;
  for (size_t i = 0; i < a->n; i++) {
    int in = 0;
    for (size_t k = 0; k < b->n; k++) {
      int t = val_equal(w, a->at[i], b->at[k]);
      if (t == 1 || (t < 0 && in == 0)) in = t;
      if (t == 1) break;
    }
    if (in == 0) return 0;
    if (in < 0) all = -1;
  }
  return all == 1 && strict ? a->n < b->n : all;
}

static int not3(int t) { return t < 0 ? -1 : !t; }

static int less(Walk *w, V a, V b) {
  if (a->kind == W_FIGURE || b->kind == W_FIGURE) return interval_less(w, a, b);
  if (a->kind == W_UNKNOWN || b->kind == W_UNKNOWN) return -1;
  return val_order(w, a, b) < 0;
}

static V compare(Walk *w, const Node *e, V a, V b) {
  if (literal_zero(w, e->kid[0]) && val_is_figure(b)) a = val_zero(w);
  if (literal_zero(w, e->kid[1]) && val_is_figure(a)) b = val_zero(w);
  bool sets = a->kind == W_SET || b->kind == W_SET || type_kind(&w->p->types, e->kid[0]->ty) == TY_SET;
  switch (e->op) {
    case OP_EQ: return val_three(w, val_equal(w, a, b));
    case OP_NE: return val_three(w, not3(val_equal(w, a, b)));
    case OP_LT: return val_three(w, sets ? within(w, a, b, true) : less(w, a, b));
    case OP_GT: return val_three(w, sets ? within(w, b, a, true) : less(w, b, a));
    case OP_LE: return val_three(w, sets ? within(w, a, b, false) : not3(less(w, b, a)));
    default: return val_three(w, sets ? within(w, b, a, false) : not3(less(w, a, b)));
  }
}

static int in_ints(Walk *w, V x, V c) {
  if (!val_exact(x)) {
    bool below = x->has_hi && num_cmp(w->mem, x->hi, num_int(c->a)) < 0, above = x->has_lo && num_cmp(w->mem, x->lo, num_int(c->b)) > 0;
    return below || above ? 0 : -1;
  }
  return num_is_int(w->mem, x->lo) && num_cmp(w->mem, x->lo, num_int(c->a)) >= 0 && num_cmp(w->mem, x->lo, num_int(c->b)) <= 0;
}

static int contains(Walk *w, V x, V c) {
  if (x->kind == W_UNKNOWN || c->kind == W_UNKNOWN) return -1;
  if (c->kind == W_RANGE) return x->a >= c->a && x->a <= c->b;
  if (c->kind == W_INTS) return in_ints(w, x, c);
  int found = 0;
  for (size_t i = 0; i < c->n; i += c->kind == W_MAP ? 2 : 1) {
    int t = val_equal(w, x, c->at[i]);
    if (t == 1) return 1;
    if (t < 0) found = -1;
  }
  return found;
}

static int64_t whole(Walk *w, V v, int64_t most) {
  int64_t n;
  if (!num_to_i64(w->mem, v->lo, &n) || n > most || n < -most) walk_fail(w, "E0404");
  return n;
}

static V range(Walk *w, const Node *e, V a, V b) {
  bool dates = type_kind(&w->p->types, e->kid[0]->ty) == TY_DATE;
  if (!val_exact(a) || !val_exact(b)) return val_unknown(w);
  if (dates) return val_span(w, W_RANGE, a->a, b->a);
  return val_span(w, W_INTS, whole(w, a, 1000000000), whole(w, b, 1000000000));
}

static V logic(Walk *w, const Where *x, const Name *names, const Node *e) {
  int a = val_truth(walk_expr(w, x, names, e->kid[0]));
  if (e->op == OP_IMPLIES) a = not3(a);
  int settles = e->op == OP_AND ? 0 : 1;
  if (a == settles) return val_bool(w, settles);
  int b = val_truth(walk_expr(w, x, names, e->kid[1]));
  if (b == settles) return val_bool(w, settles);
  return val_three(w, a < 0 || b < 0 ? -1 : !settles);
}

static V binary(Walk *w, const Where *x, const Name *names, const Node *e) {
  if (e->op == OP_AND || e->op == OP_OR || e->op == OP_IMPLIES) return logic(w, x, names, e);
  V a = walk_expr(w, x, names, e->kid[0]);
  if (e->op == OP_ELSE) return a->kind == W_UNKNOWN ? walk_expr(w, x, names, e->kid[1]) : a;
  V b = walk_expr(w, x, names, e->kid[1]);
  switch (e->op) {
    case OP_EQ: case OP_NE: case OP_LT: case OP_GT: case OP_LE: case OP_GE: return compare(w, e, a, b);
    case OP_IN: return val_three(w, contains(w, a, b));
    case OP_NOT_IN: return val_three(w, not3(contains(w, a, b)));
    case OP_RANGE: return range(w, e, a, b);
    default: return arithmetic(w, e, a, b);
  }
}

/* ---- for ---- */

/* What one kind of `for` is told: an element (a map's has two values), and whether it is certainly in. */
typedef struct Each {
  Walk *w;
  const Where *x;
  const Node *key, *value;   /* the body; key of a map only */
  Vals in, maybe, second;  /* second: a map's values */
  bool missing;              /* something gone through is unknown */
  bool stops, settled;       /* `any` and `all` stop at the first element that settles them: */
  int settles;               /* ... one that is this */
} Each;

static void each_element(Each *s, const Name *names, bool certain) {
  V a = s->key ? walk_expr(s->w, s->x, names, s->key) : NULL, b = s->value ? walk_expr(s->w, s->x, names, s->value) : NULL;
  if (certain) walk_push(s->w, &s->in, a);
  else walk_push(s->w, &s->maybe, a);
  s->settled = s->stops && certain && val_truth(a) == s->settles;
  if (certain && b) walk_push(s->w, &s->second, b);
}

static void each_gen(Each *s, const Name *names, const Node *gen, bool certain);

static void each_bound(Each *s, const Name *names, const Node *gen, V a, V b, bool certain) {
  Name first = {gen->kid[0]->sym, a, names}, second = {gen->kid[1] ? gen->kid[1]->sym : 0, b, &first};
  const Name *inner = gen->kid[1] ? &second : &first;
  int where = gen->kid[3] ? val_truth(walk_expr(s->w, s->x, inner, gen->kid[3])) : 1;
  if (where) each_gen(s, inner, gen->next, certain && where == 1);
}

static void each_gen(Each *s, const Name *names, const Node *gen, bool certain) {
  if (!gen) { each_element(s, names, certain); return; }
  Walk *w = s->w;
  V c = walk_expr(w, s->x, names, gen->kid[2]);
  if (c->kind == W_UNKNOWN) { s->missing = true; return; }
  if (c->kind == W_RANGE && c->b >= c->a && (c->b == DAY_OPEN || c->b - c->a > 400 * 366)) walk_fail(w, "E0406");
  if (c->kind == W_RANGE)
    for (int64_t d = c->a; d <= c->b && !s->settled; d++) each_bound(s, names, gen, val_date(w, d), NULL, certain);
  else if (c->kind == W_INTS)
    for (int64_t i = c->a; i <= c->b && !s->settled; i++) each_bound(s, names, gen, val_int(w, i), NULL, certain);
  else
    for (size_t i = 0; i < c->n && !s->settled; i += c->kind == W_MAP ? 2 : 1) each_bound(s, names, gen, c->at[i], c->kind == W_MAP ? c->at[i + 1] : NULL, certain);
}

static V collect(Walk *w, const Where *x, const Name *names, const Node *e) {
  Each s = {.w = w, .x = x, .key = e->kid[0], .value = e->kind == N_MAP_FOR ? e->kid[1] : NULL};
  each_gen(&s, names, list_first(e->kid[e->kind == N_MAP_FOR ? 2 : 1]), true);
  V v = val_unknown(w);
  if (!s.missing && !s.maybe.len) {
    V *at = walk_get(w, (2 * s.in.len + 1) * sizeof *at);
    size_t n = 0;
    for (uint32_t i = 0; i < s.in.len; i++) {
      at[n++] = s.in.at[i];
      if (s.value) at[n++] = s.second.at[i];
    }
    v = val_seq(w, e->kind == N_SET_FOR ? W_SET : e->kind == N_SEQ_FOR ? W_LIST : W_MAP, at, n);
  }
  return v;
}

/* ---- aggregates ---- */

static V quantify(Walk *w, const Each *s, bool any) {
  int t = any ? 0 : 1;
  bool open = s->missing;
  for (uint32_t i = 0; i < s->in.len; i++) {
    int v = val_truth(s->in.at[i]);
    if (v == !t) return val_bool(w, !t);
    open = open || v < 0;
  }
  for (uint32_t i = 0; i < s->maybe.len; i++) open = open || val_truth(s->maybe.at[i]) != t;
  return open ? val_unknown(w) : val_bool(w, t);
}

static V total(Walk *w, const Each *s) {
  V t = val_zero(w);
  if (s->missing) return val_unknown(w);
  for (uint32_t i = 0; i < s->in.len; i++) t = interval_add(w, t, s->in.at[i], 1);
  for (uint32_t i = 0; i < s->maybe.len; i++) t = interval_hull(w, t, interval_add(w, t, s->maybe.at[i], 1));
  return t;
}

static V number_of(Walk *w, const Each *s, bool truths) {
  int64_t lo = 0, hi = 0;
  if (s->missing) return val_unknown(w);
  for (uint32_t i = 0; i < s->in.len; i++) {
    int t = truths ? val_truth(s->in.at[i]) : 1;
    lo += t == 1;
    hi += t != 0;
  }
  for (uint32_t i = 0; i < s->maybe.len; i++) hi += !truths || val_truth(s->maybe.at[i]) != 0;
  Num a = num_int(lo), b = num_int(hi);
  return val_between(w, &a, &b, UNIT_ONE);
}

static bool before(Walk *w, V a, V b, bool max) { return max ? val_order(w, b, a) < 0 : val_order(w, a, b) < 0; }

static V extreme(Walk *w, const Each *s, bool max) {
  if (s->missing || !s->in.len) return val_unknown(w);
  V best = s->in.at[0];
  for (uint32_t i = 0; i < s->in.len; i++) {
    V v = s->in.at[i];
    if (v->kind == W_UNKNOWN) return v;
    if (val_is_figure(v)) best = interval_pick(w, best, v, max);
    else if (before(w, v, best, max)) best = v;
  }
  for (uint32_t i = 0; i < s->maybe.len; i++) {
    V v = s->maybe.at[i];
    if (v->kind == W_UNKNOWN) return v;
    if (val_is_figure(v)) best = interval_hull(w, best, interval_pick(w, best, v, max));
    else if (before(w, v, best, max)) return val_unknown(w);
  }
  return best;
}

static V aggregate(Walk *w, const Where *x, const Name *names, const Node *e) {
  const Node *arg = list_first(e->kid[1]);
  Each s = {.w = w, .x = x, .stops = e->ref == AGG_ANY || e->ref == AGG_ALL, .settles = e->ref == AGG_ANY};
  bool truths = false;
  if (arg->kind == N_EACH) {
    truths = arg->kid[0]->ty == T_BOOL;
    s.key = e->ref == AGG_COUNT && !truths ? NULL : arg->kid[0];   /* what is only counted is not worked out */
    each_gen(&s, names, list_first(arg->kid[1]), true);
  } else {
    V c = walk_expr(w, x, names, arg);
    s.missing = c->kind == W_UNKNOWN;
    for (int64_t i = c->a; c->kind == W_INTS && i <= c->b; i++) walk_push(w, &s.in, val_int(w, i));
    for (size_t i = 0; (c->kind == W_SET || c->kind == W_LIST) && i < c->n; i++) walk_push(w, &s.in, c->at[i]);
  }
  V v = NULL;
  switch ((Aggregate)e->ref) {
    case AGG_SUM: v = total(w, &s); break;
    case AGG_COUNT: v = number_of(w, &s, truths); break;
    case AGG_MIN: case AGG_MAX: v = extreme(w, &s, e->ref == AGG_MAX); break;
    case AGG_ANY: case AGG_ALL: v = quantify(w, &s, e->ref == AGG_ANY); break;
  }
  return v;
}

/* ---- functions and rules ---- */

static const Node *params_of(const Func *f) { return f->kind == FUNC_FN || f->kind == FUNC_RULE ? f->decl->kid[1] : NULL; }

static V body(Walk *w, const Where *x, uint32_t func, V *args, size_t n) {
  const Func *f = &w->p->funcs.at[func];
  Name at[PARAM_MAX];
  const Name *names = NULL;
  size_t i = 0;
  for (const Node *p = list_first(params_of(f)); p && i < n; p = p->next, i++) {
    at[i] = (Name){p->kid[0]->sym, args[i], names};
    names = &at[i];
  }
  return walk_expr(w, x, names, f->body);
}

/* Whether `from` comes, in the end, to `to`. */
static bool leads(const Walk *w, uint32_t from, uint32_t to) {
  enum { FUNCS = 256 };
  bool seen[FUNCS] = {false};
  uint32_t list[FUNCS], n = 0;
  list[n++] = from;
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t c = 0; c < w->p->calls.len; c++) {
      const Call *k = &w->p->calls.at[c];
      if (k->from != list[i]) continue;
      if (k->to == to) return true;
      if (k->to < FUNCS && !seen[k->to] && n < FUNCS) { seen[k->to] = true; list[n++] = k->to; }
    }
  return false;
}

static bool args_same(Walk *w, V *a, V *b, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!val_same(w, a[i], b[i])) return false;
  return true;
}

static int shown_find(Walk *w, uint32_t func, V *args, size_t n) {
  for (uint32_t i = w->circle_from; i < w->shown.len; i++)
    if (w->shown.at[i].func == func && args_same(w, w->shown.at[i].args, args, n)) return (int)i;
  Shown s = {func, args, 0};
  vec_push(w->mem, &w->shown, s);
  w->grew = true;
  return (int)w->shown.len - 1;
}

/* "No" everywhere in the circle, then round and round until nothing more follows. */
static V rule(Walk *w, const Where *x, uint32_t func, V *args, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (args[i]->kind == W_UNKNOWN && leads(w, func, func)) return args[i];   /* a circle is asked of somebody */
  if (w->circle && leads(w, func, w->circle - 1) && (func == w->circle - 1 || leads(w, w->circle - 1, func))) {
    int i = shown_find(w, func, args, n);   /* which may move them */
    return val_three(w, w->shown.at[i].holds);
  }
  uint32_t circle = w->circle, from = w->circle_from;
  w->circle = func + 1;
  w->circle_from = w->shown.len;
  shown_find(w, func, args, n);
  do {
    w->grew = false;
    for (uint32_t i = w->circle_from; i < w->shown.len; i++) {
      Shown s = w->shown.at[i];
      bool grew = w->grew;
      int holds = val_truth(body(w, x, s.func, s.args, w->p->funcs.at[s.func].nparam));
      w->grew = grew || w->grew || holds != s.holds;
      w->shown.at[i].holds = holds;
    }
  } while (w->grew);
  int holds = w->shown.at[w->circle_from].holds;
  w->shown.len = w->circle_from;
  w->circle = circle;
  w->circle_from = from;
  return val_three(w, holds);
}

V walk_call(Walk *w, const Where *x, uint32_t func, V *args, size_t n) {
  if (w->p->funcs.at[func].kind == FUNC_RULE) return rule(w, x, func, args, n);
  return body(w, x, func, args, n);
}

static V call(Walk *w, const Where *x, const Name *names, const Node *e) {
  if (e->op == CALL_AGGREGATE) return aggregate(w, x, names, e);
  if (e->op == CALL_SPANS) return walk_spans(w, x, names, list_first(e->kid[1]));
  if (e->op == CALL_FIRST_DAY) return walk_first_day(w, x, names, list_first(e->kid[1]));
  if (e->op == CALL_PASSES) return walk_passes(w, x, e->ref);
  V *args = walk_get(w, (list_len(e->kid[1]) + 1) * sizeof *args);
  size_t n = 0;
  for (const Node *a = list_first(e->kid[1]); a; a = a->next) args[n++] = walk_expr(w, x, names, a);
  switch (e->op) {
    case CALL_STEP: return walk_step(w, x, args[0]);
    case CALL_FUNC: return walk_call(w, x, e->ref, args, n);
    case CALL_TABLE: return walk_table(w, x, e->ref, args);
    default: return walk_ask(w, x, (Builtin)e->ref, args, n);
  }
}

/* ---- names, fields, places ---- */

static V all_of(Walk *w, uint32_t kind) {
  uint32_t n = kind_count(w->p, kind);
  V *at = walk_get(w, (n + 1) * sizeof *at);
  for (uint32_t i = 0; i < n; i++) at[i] = val_entity(w, ent_make(kind, i));
  return val_seq(w, W_SET, at, n);
}

static V concern(Walk *w) {
  V *at = walk_get(w, (w->p->concern.len + 1) * sizeof *at);
  for (uint32_t i = 0; i < w->p->concern.len; i++) at[i] = val_entity(w, w->p->concern.at[i]);
  return val_seq(w, W_SET, at, w->p->concern.len);
}

static V name(Walk *w, const Where *x, const Name *names, const Node *e) {
  Day first, last;
  for (; names; names = names->outer)
    if (names->name == e->sym) return names->value;
  switch (e->op) {
    case REF_ENTITY: return val_entity(w, e->ref);
    case REF_FUNC: return walk_call(w, x, e->ref, NULL, 0);
    case REF_TABLE: return walk_table(w, x, e->ref, NULL);
    case REF_SETOF: return all_of(w, e->ref);
    case REF_PARTIES: return walk_parties(w, x);
    case REF_CONCERN: return concern(w);
    case REF_TERM:
      if (!walk_range(w, x, &first, &last)) walk_fail(w, "E0402");
      return val_span(w, W_RANGE, first, last);
    case REF_OPEN: return val_date(w, DAY_OPEN);
    case REF_TODAY: return x->day == DAY_NONE ? val_unknown(w) : val_date(w, x->day);
    default: walk_fail(w, "a name that the walker does not know");
  }
}

static V field(Walk *w, const Where *x, const Name *names, const Node *e) {
  if (e->op == REF_ENTITY) return val_entity(w, e->ref);
  V of = walk_expr(w, x, names, e->kid[0]);
  if (of->kind == W_UNKNOWN) return of;
  if (e->op == REF_RANGE_FROM) return val_date(w, of->a);
  if (e->op == REF_RANGE_THROUGH) return val_date(w, of->b);
  return walk_field(w, x, (Ent)of->a, e->ref);
}

static V place(Walk *w, V of, V key) {
  int64_t n;
  if (of->kind == W_UNKNOWN || !val_exact(key)) return val_unknown(w);
  if (of->kind == W_LIST) return num_to_i64(w->mem, key->lo, &n) && n >= 1 && (size_t)n <= of->n ? of->at[n - 1] : val_unknown(w);
  for (size_t i = 0; i < of->n; i += 2)
    if (val_equal(w, of->at[i], key) == 1) return of->at[i + 1];
  return val_unknown(w);
}

static V clause_by_text(Walk *w, V of, V key) {
  if (of->kind == W_UNKNOWN || key->kind == W_UNKNOWN) return val_unknown(w);
  Sym s = intern_find(w->p->unit->names, key->text, key->n);
  Ent e = s ? program_clause(w->p, (Ent)of->a, s) : UINT32_MAX;
  return e == UINT32_MAX ? val_unknown(w) : val_entity(w, e);
}

static V parts(Walk *w, const Where *x, const Name *names, const Node *list, WKind kind) {
  V *at = walk_get(w, (2 * list_len(list) + 1) * sizeof *at);
  size_t n = 0;
  for (const Node *e = list_first(list); e; e = e->next) {
    at[n++] = walk_expr(w, x, names, kind == W_MAP ? e->kid[0] : e);
    if (kind == W_MAP) at[n++] = walk_expr(w, x, names, e->kid[1]);
  }
  return val_seq(w, kind, at, n);
}

static V text(Walk *w, const Where *x, const Name *names, const Node *e, bool shown) {
  Buf b;
  bool lacks = false;
  buf_init(&b, w->mem);
  for (const Node *k = list_first(e->kid[0]); k; k = k->next) {
    if (k->kind == N_STRING) { Text t = ast_text(w->p->unit, k); buf_add(&b, t.at, t.len); continue; }
    size_t had = b.len;
    char *kept = walk_get(w, had + 1);   /* a failure leaves by longjmp, and must leave no buffer behind */
    memcpy(kept, buf_text(&b), had);
    buf_end(&b);
    V v = walk_expr(w, x, names, k);
    lacks = lacks || (v->kind == W_UNKNOWN && !shown);
    buf_init(&b, w->mem);
    buf_add(&b, kept, had);
    val_show(w, v, false, &b);
  }
  V v = lacks ? val_unknown(w) : val_text(w, buf_text(&b), b.len);
  bool large = !lacks && b.len > 1 << 20;
  buf_end(&b);
  if (large) walk_fail(w, "E0505");
  return v;
}

static V choose(Walk *w, const Where *x, const Name *names, const Node *e) {
  int t = val_truth(walk_expr(w, x, names, e->kid[0]));
  if (t >= 0) return walk_expr(w, x, names, e->kid[t ? 1 : 2]);
  V a = walk_expr(w, x, names, e->kid[1]), b = walk_expr(w, x, names, e->kid[2]);
  return join(w, a, b);
}

V walk_message(Walk *w, const Where *x, const Name *names, const Node *e) {
  return e->kind == N_INTERP ? text(w, x, names, e, true) : walk_expr(w, x, names, e);
}

V walk_expr(Walk *w, const Where *x, const Name *names, const Node *e) {
  if (++w->steps > w->max_steps) walk_fail(w, "steps");
  switch ((NodeKind)e->kind) {
    case N_NUMBER: return val_figure(w, w->p->unit->numbers.at[e->sym], UNIT_ONE);
    case N_QUANTITY: return val_figure(w, w->p->unit->numbers.at[e->sym], (UnitId)e->ref);
    case N_DATE: return val_date(w, (Day)e->sym);
    case N_STRING: { Text t = ast_text(w->p->unit, e); return val_text(w, t.at, t.len); }
    case N_INTERP: return text(w, x, names, e, false);
    case N_BOOL: return val_bool(w, e->op == 1);
    case N_NAME: return name(w, x, names, e);
    case N_FIELD: return field(w, x, names, e);
    case N_CALL: return call(w, x, names, e);
    case N_INDEX: {
      V of = walk_expr(w, x, names, e->kid[0]), key = walk_expr(w, x, names, e->kid[1]);
      return of->kind == W_ENTITY ? clause_by_text(w, of, key) : place(w, of, key);
    }
    case N_SET: return parts(w, x, names, e->kid[0], W_SET);
    case N_SEQ: return parts(w, x, names, e->kid[0], W_LIST);
    case N_MAP: return parts(w, x, names, e->kid[0], W_MAP);
    case N_SET_FOR: case N_SEQ_FOR: case N_MAP_FOR: return collect(w, x, names, e);
    case N_FITS: {
      V v = walk_expr(w, x, names, e->kid[0]);
      if (v->kind == W_FIGURE && v->unit != UNIT_ANY && unit_dim(&w->p->units, v->unit) != type_at(&w->p->types, e->ty).dim) walk_fail(w, "E0401");
      return v;
    }
    case N_UNARY: {
      V v = walk_expr(w, x, names, e->kid[0]);
      return e->op == OP_NEG ? interval_neg(w, v) : val_three(w, not3(val_truth(v)));
    }
    case N_BINARY: return binary(w, x, names, e);
    case N_IF: return choose(w, x, names, e);
    case N_LET_IN: {
      Name n = {e->kid[0]->sym, walk_expr(w, x, names, e->kid[1]), names};
      return walk_expr(w, x, &n, e->kid[2]);
    }
    case N_GOVERN: return walk_govern(w, x, names, e);
    default: walk_fail(w, "an expression that the walker does not know");
  }
}
