#include "walk.h"
#include <string.h>

/* The engine's functions that ask no fact. */

static int64_t whole(Walk *w, V v, int64_t most) {
  int64_t n;
  if (!num_to_i64(w->mem, v->lo, &n) || n > most || n < -most) walk_fail(w, "E0404");
  return n;
}

static V length(Walk *w, V c) {
  if (c->kind == W_UNKNOWN) return c;
  if (c->kind == W_INTS) return val_int(w, c->b < c->a ? 0 : c->b - c->a + 1);
  return val_int(w, (int64_t)(c->kind == W_MAP ? c->n / 2 : c->n));
}

static V rounded(Walk *w, V *args, size_t n) {
  enum { PLACES_MAX = 300 };
  if (args[0]->kind == W_UNKNOWN || (n > 1 && !val_exact(args[1]))) return val_unknown(w);
  int places = n > 1 ? (int)whole(w, args[1], PLACES_MAX) : 0;
  V v = args[0];
  Num lo = num_int(0), hi = num_int(0);
  if (v->has_lo) lo = walk_num(w, num_round(w->mem, v->lo, places));
  if (v->has_hi) hi = walk_num(w, num_round(w->mem, v->hi, places));
  return val_between(w, v->has_lo ? &lo : NULL, v->has_hi ? &hi : NULL, v->unit);
}

static V at_end(Walk *w, V v, bool least) {
  Num zero = num_int(0);
  if (v->kind == W_UNKNOWN) return v;
  if (!val_exact(v)) walk_fail(w, "E0404");
  if (least) return val_between(w, &v->lo, NULL, v->unit);
  return num_sign(v->lo) < 0 ? val_between(w, NULL, &v->lo, v->unit) : val_between(w, &zero, &v->lo, v->unit);
}

static V between(Walk *w, V a, V b) {
  if (a->kind == W_UNKNOWN || b->kind == W_UNKNOWN) return val_unknown(w);
  if (!val_exact(a) || !val_exact(b)) walk_fail(w, "E0404");
  return interval_hull(w, a, b);
}

static V number(Walk *w, V text) {
  if (text->kind == W_UNKNOWN) return text;
  const char *s = text->text;
  size_t n = text->n;
  char mark = 0;
  Num v;
  while (n && *s == ' ') s++, n--;
  while (n && s[n - 1] == ' ') n--;
  if (n && (*s == '<' || *s == '>')) mark = *s, s++, n--;
  while (n && *s == ' ') s++, n--;
  bool minus = n && *s == '-', percent = n && s[n - 1] == '%';
  if (minus) s++, n--;
  if (percent) n--;
  while (percent && n && s[n - 1] == ' ') n--;
  if (!n || num_read(w->mem, s, n, &v)) return val_unknown(w);
  v = walk_num(w, v);
  if (percent) v = walk_num(w, num_div(w->mem, v, num_int(100)));
  if (minus) v = walk_num(w, num_neg(w->mem, v));
  V figure = val_figure(w, v, UNIT_ONE);
  return mark ? at_end(w, figure, mark == '>') : figure;
}

/* Small letters and digits; whatever stands between them is one _. */
static V slug(Walk *w, V text) {
  if (text->kind == W_UNKNOWN) return text;
  char *out = walk_get(w, text->n + 1);
  size_t n = 0;
  bool gap = false;
  for (size_t i = 0; i < text->n; i++) {
    char c = text->text[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (word && gap && n) out[n++] = '_';
    if (word) out[n++] = c;
    gap = !word;
  }
  return val_text(w, out, n);
}

static V in_order(Walk *w, V c) {
  if (c->kind == W_UNKNOWN) return c;
  Vals list = {0};
  for (size_t i = 0; i < c->n; i++) {
    uint32_t k = list.len;
    if (!val_exact(c->at[i])) return val_unknown(w);
    walk_push(w, &list, c->at[i]);
    for (; k > 0 && val_order(w, c->at[i], list.at[k - 1]) < 0; k--) list.at[k] = list.at[k - 1];
    list.at[k] = c->at[i];
  }
  return val_seq(w, W_LIST, list.at, list.len);
}

static V nth(Walk *w, V c, V n) {
  int64_t i;
  if (c->kind == W_UNKNOWN || !val_exact(n) || !num_to_i64(w->mem, n->lo, &i) || i < 1) return val_unknown(w);
  return i <= (int64_t)c->n ? c->at[i - 1] : val_unknown(w);
}

static V days(Walk *w, V v) {
  if (v->kind == W_UNKNOWN) return v;
  if (v->kind == W_RANGE && v->b == DAY_OPEN) walk_fail(w, "E0404");
  if (v->kind == W_RANGE) return val_int(w, v->b < v->a ? 0 : v->b - v->a + 1);
  V d = interval_to(w, v, w->p->units.atoms.at[0].unit);
  return val_between(w, d->has_lo ? &d->lo : NULL, d->has_hi ? &d->hi : NULL, UNIT_ONE);
}

/* How often a month can be added to the first day without going past the day after the last. */
static V months(Walk *w, V *args, size_t n) {
  V v = args[0];
  if (v->kind == W_UNKNOWN || (n > 1 && !val_exact(args[1]))) return val_unknown(w);
  if (n > 1 && v->a == DAY_OPEN) return v;
  if (n > 1) {
    Day d = date_add_months((Day)v->a, whole(w, args[1], 1000000));
    if (d == DAY_NONE) walk_fail(w, "E0404");
    return val_date(w, d);
  }
  if (v->kind != W_RANGE || v->b == DAY_OPEN) walk_fail(w, "E0404");
  int64_t k = 0;
  if (v->b < v->a) return val_int(w, 0);
  for (;; k++) {
    Day next = date_add_months((Day)v->a, k + 1);
    if (next == DAY_NONE || next > v->b + 1) break;
  }
  return val_int(w, k);
}

static V part_of_date(Walk *w, V d, bool year) {
  int y, m, day;
  if (d->kind == W_UNKNOWN) return d;
  if (d->a == DAY_OPEN) walk_fail(w, "E0404");
  date_split((Day)d->a, &y, &m, &day);
  return val_int(w, year ? y : m);
}

static V as_text(Walk *w, V v) {
  Buf b;
  buf_init(&b, w->mem);
  val_show(w, v, false, &b);
  V t = val_text(w, buf_text(&b), b.len);
  buf_end(&b);
  return t;
}

static V plain(Walk *w, V v) {
  Buf b;
  if (v->kind == W_UNKNOWN) return v;
  if (!val_exact(v)) walk_fail(w, "E0404");
  buf_init(&b, w->mem);
  num_show_exact(&b, v->lo);
  V t = val_text(w, buf_text(&b), b.len);
  buf_end(&b);
  return t;
}

static V joined(Walk *w, V c, V between) {
  Buf b;
  if (!val_certain(c) || between->kind == W_UNKNOWN) return val_unknown(w);
  buf_init(&b, w->mem);
  for (size_t i = 0; i < c->n; i++) {
    if (i) buf_add(&b, between->text, between->n);
    val_show(w, c->at[i], false, &b);
  }
  V t = val_text(w, buf_text(&b), b.len);
  buf_end(&b);
  return t;
}

V pure_ask(Walk *w, Builtin b, V *args, size_t n) {
  if (b == BUILTIN_len) return length(w, args[0]);
  if (b == BUILTIN_round) return rounded(w, args, n);
  if (b == BUILTIN_number) return number(w, args[0]);
  if (b == BUILTIN_string) return args[0]->kind == W_UNKNOWN ? args[0] : as_text(w, args[0]);
  if (b == BUILTIN_plain) return plain(w, args[0]);
  if (b == BUILTIN_join) return joined(w, args[0], args[1]);
  if (b == BUILTIN_slug) return slug(w, args[0]);
  if (b == BUILTIN_sorted) return in_order(w, args[0]);
  if (b == BUILTIN_nth) return nth(w, args[0], args[1]);
  if (b == BUILTIN_known) return val_bool(w, val_certain(args[0]));
  if (b == BUILTIN_between) return between(w, args[0], args[1]);
  if (b == BUILTIN_at_least || b == BUILTIN_at_most) return at_end(w, args[0], b == BUILTIN_at_least);
  if (b == BUILTIN_days) return days(w, args[0]);
  if (b == BUILTIN_months) return months(w, args, n);
  if (b == BUILTIN_year || b == BUILTIN_month) return part_of_date(w, args[0], b == BUILTIN_year);
  walk_fail(w, "a function that the walker does not know");
}
