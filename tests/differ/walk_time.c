#include "walk.h"

/* Days and worlds. Whatever a draft of these tests names lies between DAY_FIRST and DAY_LAST: there every day is asked, and
 * of the days before and after them one each. */

int64_t walk_next_day(int64_t d, int64_t last) {
  if (d < DAY_FIRST) return last < DAY_FIRST ? last + 1 : DAY_FIRST;
  return d <= DAY_LAST ? d + 1 : last + 1;
}



static V through(Walk *w, const Where *x, const Name *names, const Node *e, V range, bool all) {
  if (range->kind == W_UNKNOWN) return range;
  int t = all;
  for (int64_t d = range->a; d <= range->b; d = walk_next_day(d, range->b)) {
    Where on = *x;
    on.day = (Day)d;
    int v = val_truth(walk_expr(w, &on, names, e));
    if (v == !all) return val_bool(w, !all);
    if (v < 0) t = -1;
  }
  return val_three(w, t);
}

Day walk_first_false(Walk *w, const Where *x, const Name *names, const Node *e, V range) {
  for (int64_t d = range->a; d <= range->b; d = walk_next_day(d, range->b)) {
    Where on = *x;
    on.day = (Day)d;
    if (val_truth(walk_expr(w, &on, names, e)) == 0) return (Day)d;
  }
  return DAY_NONE;
}

V walk_govern(Walk *w, const Where *x, const Name *names, const Node *e) {
  V arg = walk_expr(w, x, names, e->kid[1]);
  Where y = *x;
  if (arg->kind == W_UNKNOWN) return arg;
  switch (e->op) {
    case GOV_AT:
      y.day = (Day)arg->a;
      if (arg->a == DAY_OPEN) walk_fail(w, "E0404");
      break;
    case GOV_THROUGHOUT: case GOV_SOMETIME: return through(w, x, names, e->kid[0], arg, e->op == GOV_THROUGHOUT);
    case GOV_WITHOUT: where_without(w, &y, arg); break;
    default: where_under(w, &y, (Ent)arg->a); break;
  }
  return walk_expr(w, &y, names, e->kid[0]);
}

V walk_spans(Walk *w, const Where *x, const Name *names, const Node *sentence) {
  Day first, last;
  Vals list = {0};
  bool open = false, holding = false;
  int64_t from = 0;
  if (!walk_range(w, x, &first, &last)) walk_fail(w, "E0402");
  for (int64_t d = first; d <= last; d = walk_next_day(d, last)) {
    Where on = *x;
    on.day = (Day)d;
    int v = val_truth(walk_expr(w, &on, names, sentence));
    open = open || v < 0;
    if (v == 1 && !holding) from = d;
    if (v != 1 && holding) walk_push(w, &list, val_span(w, W_RANGE, from, d - 1));
    holding = v == 1;
  }
  if (holding) walk_push(w, &list, val_span(w, W_RANGE, from, last));
  return open ? val_unknown(w) : val_seq(w, W_LIST, list.at, list.len);
}

V walk_first_day(Walk *w, const Where *x, const Name *names, const Node *sentence) {
  Day first, last;
  if (!walk_range(w, x, &first, &last)) walk_fail(w, "E0402");
  for (int64_t d = first; d <= last; d = walk_next_day(d, last)) {
    Where on = *x;
    on.day = (Day)d;
    int v = val_truth(walk_expr(w, &on, names, sentence));
    if (v == 1) return val_date(w, d);
    if (v < 0) return val_unknown(w);
  }
  return val_unknown(w);
}

V walk_step(Walk *w, const Where *x, V map) {
  if (map->kind == W_UNKNOWN || x->day == DAY_NONE) return val_unknown(w);
  V v = NULL;
  for (size_t i = 0; i < map->n; i += 2)   /* a map is in order */
    if (map->at[i]->a <= x->day) v = map->at[i + 1];
  return v ? v : val_unknown(w);
}
