#include "walk.h"
#include <stdlib.h>
#include <string.h>

/* Values, and arithmetic on what lies between two bounds. */

void walk_init(Walk *w, Mem *mem, const Program *p, uint64_t max_steps) {
  memset(w, 0, sizeof *w);
  w->mem = mem;
  w->p = p;
  w->max_steps = max_steps;
  arena_init(&w->arena, mem);
}

void walk_end(Walk *w) {
  for (uint32_t i = 0; i < w->nums.len; i++) num_drop(w->mem, w->nums.at[i]);
  vec_end(w->mem, &w->nums);
  vec_end(w->mem, &w->shown);
  arena_end(&w->arena);
}

void walk_fail(Walk *w, const char *code) {
  w->error = code;
  longjmp(w->out, 1);
}

void *walk_get(Walk *w, size_t n) {
  void *p = arena_zero(&w->arena, n ? n : 1);
  if (!p) abort();
  return p;
}

void walk_push(Walk *w, Vals *list, V v) {
  if (list->len == list->cap) {
    uint32_t cap = list->cap ? 2 * list->cap : 8;
    V *at = walk_get(w, cap * sizeof *at);
    if (list->len) memcpy(at, list->at, list->len * sizeof *at);
    list->at = at;
    list->cap = cap;
  }
  list->at[list->len++] = v;
}

Num walk_num(Walk *w, Num n) {
  if (n.form == NUM_BAD) walk_fail(w, "E0403");
  if (n.form == NUM_BIG) vec_push(w->mem, &w->nums, n);
  return n;
}

static Val *make(Walk *w, WKind kind) {
  Val *v = walk_get(w, sizeof *v);
  v->kind = kind;
  return v;
}

V val_unknown(Walk *w) { return make(w, W_UNKNOWN); }
static V pair(Walk *w, WKind kind, int64_t a, int64_t b) {
  Val *v = make(w, kind);
  v->a = a;
  v->b = b;
  return v;
}
V val_bool(Walk *w, bool b) { return pair(w, W_BOOL, b, 0); }
V val_three(Walk *w, int t) { return t < 0 ? val_unknown(w) : val_bool(w, t); }
V val_date(Walk *w, int64_t d) { return pair(w, W_DATE, d, 0); }
V val_span(Walk *w, WKind kind, int64_t a, int64_t b) { return pair(w, kind, a, b); }
V val_entity(Walk *w, Ent e) { return pair(w, W_ENTITY, e, 0); }

V val_text(Walk *w, const char *s, size_t n) {
  Val *v = make(w, W_TEXT);
  char *t = walk_get(w, n + 1);
  memcpy(t, s, n);
  v->text = t;
  v->n = n;
  return v;
}

V val_between(Walk *w, const Num *lo, const Num *hi, UnitId unit) {
  if (!lo && !hi) return val_unknown(w);
  Val *v = make(w, W_FIGURE);
  v->has_lo = lo;
  v->has_hi = hi;
  if (lo) v->lo = *lo;
  if (hi) v->hi = *hi;
  v->unit = unit;
  v->exact = lo && hi && num_cmp(w->mem, *lo, *hi) == 0;
  return v;
}
V val_figure(Walk *w, Num n, UnitId unit) { return val_between(w, &n, &n, unit); }
V val_int(Walk *w, int64_t n) { return val_figure(w, num_int(n), UNIT_ONE); }
V val_zero(Walk *w) { return val_figure(w, num_int(0), UNIT_ANY); }

bool val_is_figure(V v) { return v->kind == W_FIGURE; }
bool val_exact(V v) { return v->kind != W_UNKNOWN && (v->kind != W_FIGURE || v->exact); }
bool interval_zero(V v) { return v->kind == W_FIGURE && v->exact && num_sign(v->lo) == 0; }
bool val_certain(V v) {
  if (!val_exact(v)) return false;
  if (v->kind == W_SET || v->kind == W_LIST || v->kind == W_MAP)
    for (size_t i = 0; i < v->n; i++)
      if (!val_certain(v->at[i])) return false;
  return true;
}

/* ---- units ---- */

V interval_to(Walk *w, V a, UnitId unit) {
  Num ratio;
  if (a->unit == unit || unit == UNIT_ANY) return a;
  if (a->unit == UNIT_ANY) return val_between(w, a->has_lo ? &a->lo : NULL, a->has_hi ? &a->hi : NULL, unit);
  if (!unit_ratio((UnitTable *)&w->p->units, a->unit, unit, &ratio)) walk_fail(w, "E0401");
  Num lo = num_int(0), hi = num_int(0);
  if (a->has_lo) lo = walk_num(w, num_mul(w->mem, a->lo, ratio));
  if (a->has_hi) hi = walk_num(w, num_mul(w->mem, a->hi, ratio));
  return val_between(w, a->has_lo ? &lo : NULL, a->has_hi ? &hi : NULL, unit);
}

/* Puts both in one unit, that of the left unless it is a zero of every unit. */
static UnitId together(Walk *w, V *a, V *b) {
  UnitId u = (*a)->unit == UNIT_ANY ? (*b)->unit : (*a)->unit;
  *a = interval_to(w, *a, u);
  *b = interval_to(w, *b, u);
  return u;
}

V interval_add(Walk *w, V a, V b, int sign) {
  if (!val_is_figure(a) || !val_is_figure(b)) return val_unknown(w);
  UnitId u = together(w, &a, &b);
  V c = sign < 0 ? interval_neg(w, b) : b;
  Num lo = num_int(0), hi = num_int(0);
  bool l = a->has_lo && c->has_lo, h = a->has_hi && c->has_hi;
  if (l) lo = walk_num(w, num_add(w->mem, a->lo, c->lo));
  if (h) hi = walk_num(w, num_add(w->mem, a->hi, c->hi));
  return val_between(w, l ? &lo : NULL, h ? &hi : NULL, u);
}

V interval_neg(Walk *w, V a) {
  if (!val_is_figure(a)) return val_unknown(w);
  Num lo = num_int(0), hi = num_int(0);
  if (a->has_hi) lo = walk_num(w, num_neg(w->mem, a->hi));
  if (a->has_lo) hi = walk_num(w, num_neg(w->mem, a->lo));
  return val_between(w, a->has_hi ? &lo : NULL, a->has_lo ? &hi : NULL, a->unit);
}

/* ---- products: an end is a number, or without end ---- */

typedef struct End { int inf; Num n; } End;
static End low(V v) { End e = {v->has_lo ? 0 : -1, v->has_lo ? v->lo : num_int(0)}; return e; }
static End high(V v) { End e = {v->has_hi ? 0 : 1, v->has_hi ? v->hi : num_int(0)}; return e; }
static int end_sign(End e) { return e.inf ? e.inf : num_sign(e.n); }

static bool end_less(Walk *w, End a, End b) {
  if (a.inf || b.inf) return a.inf < b.inf;
  return num_cmp(w->mem, a.n, b.n) < 0;
}

static End end_mul(Walk *w, End a, End b) {
  int s = end_sign(a) * end_sign(b);
  End e = {0, num_int(0)};
  if (!s) return e;
  if (a.inf || b.inf) e.inf = s;
  else e.n = walk_num(w, num_mul(w->mem, a.n, b.n));
  return e;
}

static V of_ends(Walk *w, End lo, End hi, UnitId unit, Num factor) {
  Num l = num_int(0), h = num_int(0);
  if (!lo.inf) l = walk_num(w, num_mul(w->mem, lo.n, factor));
  if (!hi.inf) h = walk_num(w, num_mul(w->mem, hi.n, factor));
  return val_between(w, lo.inf ? NULL : &l, hi.inf ? NULL : &h, unit);
}

static void corners(Walk *w, V a, V b, End *lo, End *hi) {
  End x[2] = {low(a), high(a)}, y[2] = {low(b), high(b)};
  for (int i = 0; i < 4; i++) {
    End e = end_mul(w, x[i / 2], y[i % 2]);
    if (!i || end_less(w, e, *lo)) *lo = e;
    if (!i || end_less(w, *hi, e)) *hi = e;
  }
}

V interval_mul(Walk *w, V a, V b) {
  if (!val_is_figure(a) || !val_is_figure(b)) return val_unknown(w);
  Num factor = num_int(1);
  UnitId u = UNIT_ANY;
  End lo, hi;
  if (a->unit != UNIT_ANY && b->unit != UNIT_ANY) {
    u = a->unit == UNIT_ONE ? b->unit : b->unit == UNIT_ONE ? a->unit : unit_mul((UnitTable *)&w->p->units, a->unit, b->unit, &factor);
    if (u == UNIT_NONE) walk_fail(w, "E0403");
  }
  corners(w, a, b, &lo, &hi);
  return of_ends(w, lo, hi, u, factor);
}

static bool may_be_zero(V v) { return end_sign(low(v)) <= 0 && end_sign(high(v)) >= 0; }
bool interval_not_zero(V v) { return val_is_figure(v) && !may_be_zero(v); }

/* 1 / v, v without 0: the ends change places; an end without end becomes 0. */
static V inverse(Walk *w, V v) {
  End e[2] = {high(v), low(v)};
  for (int i = 0; i < 2; i++) {
    if (!e[i].inf) e[i].n = walk_num(w, num_div(w->mem, num_int(1), e[i].n));
    else e[i].n = num_int(0);
    e[i].inf = 0;
  }
  return val_between(w, &e[0].n, &e[1].n, UNIT_ONE);
}

V interval_div(Walk *w, V a, V b) {
  if (!val_is_figure(a) || !val_is_figure(b) || may_be_zero(b)) return val_unknown(w);
  Num factor = num_int(1);
  UnitId u = UNIT_ANY;
  End lo, hi;
  if (a->unit != UNIT_ANY && b->unit != UNIT_ANY) {
    u = b->unit == UNIT_ONE ? a->unit : unit_div((UnitTable *)&w->p->units, a->unit, b->unit, &factor);
    if (u == UNIT_NONE) walk_fail(w, "E0403");
  }
  corners(w, a, inverse(w, b), &lo, &hi);
  return of_ends(w, lo, hi, u, factor);
}

V interval_mod(Walk *w, V a, V b) {
  if (!val_is_figure(a) || !val_is_figure(b)) return val_unknown(w);
  UnitId u = together(w, &a, &b);
  if (may_be_zero(b) || !a->exact || !b->exact) return val_unknown(w);
  Num q = walk_num(w, num_floor(w->mem, walk_num(w, num_div(w->mem, a->lo, b->lo))));
  return val_figure(w, walk_num(w, num_sub(w->mem, a->lo, walk_num(w, num_mul(w->mem, b->lo, q)))), u);
}

static V times(Walk *w, V a, int64_t n) {   /* n > 0, a plain number without unit */
  if (n % 2 || end_sign(low(a)) >= 0 || end_sign(high(a)) <= 0) {
    End lo = low(a), hi = high(a);
    End l = {lo.inf && n % 2 == 0 ? 1 : lo.inf, lo.inf ? lo.n : walk_num(w, num_pow(w->mem, lo.n, n))};
    End h = {hi.inf, hi.inf ? hi.n : walk_num(w, num_pow(w->mem, hi.n, n))};
    return end_less(w, h, l) ? of_ends(w, h, l, UNIT_ONE, num_int(1)) : of_ends(w, l, h, UNIT_ONE, num_int(1));
  }
  V b = interval_neg(w, a);
  End far = end_less(w, high(a), high(b)) ? high(b) : high(a), zero = {0, num_int(0)};
  if (!far.inf) far.n = walk_num(w, num_pow(w->mem, far.n, n));
  return of_ends(w, zero, far, UNIT_ONE, num_int(1));
}

V interval_pow(Walk *w, V a, V b) {
  int64_t n;
  if (!val_is_figure(a) || !val_exact(b)) return val_unknown(w);
  b = interval_to(w, b, UNIT_ONE);
  if (!num_is_int(w->mem, b->lo)) walk_fail(w, "E0404");
  if (!num_to_i64(w->mem, b->lo, &n)) walk_fail(w, "E0403");
  if (n < 0 && may_be_zero(a)) return val_unknown(w);
  if (n == 0) return val_int(w, 1);
  UnitId u = a->unit == UNIT_ANY ? UNIT_ANY : unit_pow((UnitTable *)&w->p->units, a->unit, n);
  if (u == UNIT_NONE) walk_fail(w, "E0403");
  V plain = val_between(w, a->has_lo ? &a->lo : NULL, a->has_hi ? &a->hi : NULL, UNIT_ONE);
  V r = times(w, plain, n < 0 ? -n : n);
  if (n < 0) r = inverse(w, r);
  return val_between(w, r->has_lo ? &r->lo : NULL, r->has_hi ? &r->hi : NULL, u);
}

int interval_less(Walk *w, V a, V b) {
  if (!val_is_figure(a) || !val_is_figure(b)) return -1;
  together(w, &a, &b);
  if (a->has_hi && b->has_lo && num_cmp(w->mem, a->hi, b->lo) < 0) return 1;
  return a->has_lo && b->has_hi && num_cmp(w->mem, a->lo, b->hi) >= 0 ? 0 : -1;
}

V interval_hull(Walk *w, V a, V b) {
  if (!val_is_figure(a) || !val_is_figure(b)) return val_unknown(w);
  UnitId u = together(w, &a, &b);
  End lo = end_less(w, low(b), low(a)) ? low(b) : low(a), hi = end_less(w, high(a), high(b)) ? high(b) : high(a);
  return of_ends(w, lo, hi, u, num_int(1));
}

V interval_pick(Walk *w, V a, V b, bool max) {
  if (!val_is_figure(a) || !val_is_figure(b)) return val_unknown(w);
  UnitId u = together(w, &a, &b);
  End lo = end_less(w, low(a), low(b)) != max ? low(a) : low(b), hi = end_less(w, high(a), high(b)) != max ? high(a) : high(b);
  return of_ends(w, lo, hi, u, num_int(1));
}

/* ---- order and sameness ---- */

static int by_int(int64_t a, int64_t b) { return a < b ? -1 : a > b; }

static int by_text(V a, V b) {
  size_t n = a->n < b->n ? a->n : b->n;
  int c = memcmp(a->text, b->text, n);   /* UTF-8 keeps the order of code points */
  return c ? (c < 0 ? -1 : 1) : by_int((int64_t)a->n, (int64_t)b->n);
}

static int by_parts(Walk *w, V a, V b) {
  for (size_t i = 0; i < a->n && i < b->n; i++) {
    int c = val_order(w, a->at[i], b->at[i]);
    if (c) return c;
  }
  return by_int((int64_t)a->n, (int64_t)b->n);
}

static int by_figure(Walk *w, V a, V b) {
  together(w, &a, &b);
  if (!a->exact || !b->exact) return a->exact ? -1 : b->exact ? 1 : 0;
  return num_cmp(w->mem, a->lo, b->lo);
}

static bool no_days(V v) { return v->b < v->a; }

int val_order(Walk *w, V a, V b) {
  if (a->kind == W_UNKNOWN || b->kind == W_UNKNOWN) return by_int(a->kind == W_UNKNOWN, b->kind == W_UNKNOWN);
  switch (a->kind) {
    case W_FIGURE: return by_figure(w, a, b);
    case W_TEXT: return by_text(a, b);
    case W_BOOL: case W_DATE: case W_ENTITY: return by_int(a->a, b->a);
    case W_RANGE: case W_INTS:
      if (no_days(a) || no_days(b)) return by_int(!no_days(a), !no_days(b));
      return a->a != b->a ? by_int(a->a, b->a) : by_int(a->b, b->b);
    case W_SET: case W_LIST: case W_MAP: return by_parts(w, a, b);
    case W_UNKNOWN: break;
  }
  return 0;
}

bool val_same(Walk *w, V a, V b) {
  if (a->kind != b->kind) return false;
  if (a->kind == W_FIGURE && !(a->exact && b->exact)) {
    together(w, &a, &b);
    return !end_less(w, low(a), low(b)) && !end_less(w, low(b), low(a)) && !end_less(w, high(a), high(b)) && !end_less(w, high(b), high(a));
  }
  if (a->kind == W_SET || a->kind == W_LIST || a->kind == W_MAP) {
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++)
      if (!val_same(w, a->at[i], b->at[i])) return false;
    return true;
  }
  return val_order(w, a, b) == 0;
}

static int seq_equal(Walk *w, V a, V b) {
  if (a->n != b->n) return 0;   /* what is built of certain parts alone is compared so */
  int all = 1;
  for (size_t i = 0; i < a->n; i++) {
    int t = val_equal(w, a->at[i], b->at[i]);
    if (t == 0) return 0;
    if (t < 0) all = -1;
  }
  return all;
}

int val_equal(Walk *w, V a, V b) {
  if (a->kind == W_UNKNOWN || b->kind == W_UNKNOWN) return -1;
  if (a->kind == W_SET || a->kind == W_LIST || a->kind == W_MAP) return seq_equal(w, a, b);
  if (a->kind == W_FIGURE && !(a->exact && b->exact)) return interval_less(w, a, b) == 1 || interval_less(w, b, a) == 1 ? 0 : -1;
  return val_order(w, a, b) == 0;
}

V val_seq(Walk *w, WKind kind, const V *at, size_t n) {
  Val *v = make(w, kind);
  size_t step = kind == W_MAP ? 2 : 1;
  v->at = walk_get(w, (n + 1) * sizeof *v->at);
  for (size_t i = 0; i < n; i += step) {
    size_t k = v->n;
    if (kind != W_LIST) {
      for (k = 0; k < v->n && val_order(w, v->at[k], at[i]) < 0; k += step) {}
      if (k < v->n && at[i]->kind != W_UNKNOWN && val_order(w, v->at[k], at[i]) == 0 && val_same(w, v->at[k], at[i])) {
        if (kind == W_MAP) v->at[k + 1] = at[i + 1];
        continue;
      }
      memmove(v->at + k + step, v->at + k, (v->n - k) * sizeof *v->at);
    }
    for (size_t j = 0; j < step; j++) v->at[k + j] = at[i + j];
    v->n += step;
  }
  return v;
}

/* ---- as text ---- */

static void show_unit(Walk *w, UnitId u, Buf *out) {
  if (u == UNIT_ONE || u == UNIT_ANY) return;
  buf_char(out, ' ');
  buf_str(out, unit_text(&w->p->units, u));
}

static void show_figure(Walk *w, V v, Buf *out) {
  if (v->exact) num_show(out, v->lo, 6, true);
  else if (v->has_lo && v->has_hi) {
    buf_str(out, "between ");
    num_show(out, v->lo, 6, true);
    buf_str(out, " and ");
    num_show(out, v->hi, 6, true);
  } else {
    buf_str(out, v->has_lo ? "at least " : "at most ");
    num_show(out, v->has_lo ? v->lo : v->hi, 6, true);
  }
  show_unit(w, v->unit, out);
}

static void show_quoted(V v, Buf *out) {
  buf_char(out, '"');
  for (size_t i = 0; i < v->n; i++) {
    char c = v->text[i];
    if (c == '"' || c == '\\') { buf_char(out, '\\'); buf_char(out, c); }
    else if (c == '\n') buf_str(out, "\\n");
    else if (c == '\t') buf_str(out, "\\t");
    else buf_char(out, c);
  }
  buf_char(out, '"');
}

static void show_range(V v, Buf *out) {
  if (no_days(v)) { buf_str(out, v->kind == W_RANGE ? "(no days)" : "(no numbers)"); return; }
  if (v->kind == W_INTS) { buf_fmt(out, "%lld..%lld", (long long)v->a, (long long)v->b); return; }
  date_show(out, (Day)v->a);
  buf_str(out, "..");
  date_show(out, (Day)v->b);
}

void val_show(Walk *w, V v, bool inside, Buf *out) {
  switch (v->kind) {
    case W_UNKNOWN: buf_str(out, "unknown"); break;
    case W_BOOL: buf_str(out, v->a ? "true" : "false"); break;
    case W_FIGURE: show_figure(w, v, out); break;
    case W_TEXT: if (inside) show_quoted(v, out); else buf_add(out, v->text, v->n); break;
    case W_DATE: date_show(out, (Day)v->a); break;
    case W_RANGE: case W_INTS: show_range(v, out); break;
    case W_ENTITY: buf_str(out, sym_text(w->p, program_entity(w->p, (Ent)v->a)->id)); break;
    case W_SET: case W_LIST: case W_MAP:
      buf_char(out, v->kind == W_LIST ? '[' : '{');
      for (size_t i = 0; i < v->n; i++) {
        if (i) buf_str(out, v->kind == W_MAP && i % 2 ? ": " : ", ");
        val_show(w, v->at[i], true, out);
      }
      buf_char(out, v->kind == W_LIST ? ']' : '}');
      break;
  }
}
