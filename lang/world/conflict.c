#include "world/inner.h"
#include <string.h>

/* Facts that contradict each other or themselves, reported once when all are known. */

static Diags *diags(World *w) { return w->p->unit->diags; }

/* ---- ranges that end before they begin ---- */

static void window_check(World *w, Window win, Span span, const char *what) {
  if (win.from < win.until || !win.stated) return;
  Buf a, b;
  buf_init(&a, w->mem);
  buf_init(&b, w->mem);
  date_show(&a, win.from);
  date_show(&b, win.until > DAY_MIN ? win.until - 1 : win.until);
  Diag *x = diag_add(diags(w), DIAG_E0305, span, "%s ends on %s, before it begins on %s", what, buf_text(&b), buf_text(&a));
  diag_help(diags(w), x, "until D ends on the day before D; through D ends on D itself");
  buf_end(&a);
  buf_end(&b);
}

static void windows_check(World *w, const Window *win, const Span *span, uint32_t n, const char *what) {
  for (uint32_t i = 0; i < n; i++) window_check(w, win[i], span[i], what);
}

static void term_check(World *w, uint32_t i) {
  const AgreementFacts *a = &w->agreements.at[i];
  Window win = {a->first, a->last == DAY_OPEN ? DAY_OPEN : a->last + 1, true};
  Buf what;
  buf_init(&what, w->mem);
  buf_fmt(&what, "the term of %s", agreement_word(w, i));
  window_check(w, win, a->span, buf_text(&what));
  buf_end(&what);
}

static void ranges_check(World *w) {
  windows_check(w, w->supply.win.at, w->supply.span.at, w->supply.win.len, "this fact");
  windows_check(w, w->demand.win.at, w->demand.span.at, w->demand.win.len, "this fact");
  windows_check(w, w->totals.win.at, w->totals.span.at, w->totals.win.len, "this fact");
  windows_check(w, w->requires.win.at, w->requires.span.at, w->requires.win.len, "this fact");
  windows_check(w, w->tables.win.at, w->tables.span.at, w->tables.win.len, "this fact");
  for (uint32_t i = 0; i < w->agreements.len; i++) term_check(w, i);
  for (uint32_t i = 0; i < w->clause_facts.len; i++)  /* another term may leave a clause no day; a plain one has been seen to have some */
    if (!w->clause_facts.at[i].reading_of) window_check(w, w->clause_facts.at[i].win, w->clause_facts.at[i].span, "this clause");
  for (uint32_t i = 0; i < w->controls.len; i++) {
    const ControlFacts *c = &w->controls.at[i];
    window_check(w, c->win, c->span, "this control");
    for (uint32_t k = 0; k < c->suspended.len; k++) {
      Window win = c->suspended.at[k];
      win.stated = true;
      window_check(w, win, c->span, "a suspension of this control");
    }
  }
  for (uint32_t i = 0; i < w->scenarios.len; i++)
    for (uint32_t k = 0; k < w->scenarios.at[i].shocks.len; k++)
      window_check(w, w->scenarios.at[i].shocks.at[k].win, w->scenarios.at[i].shocks.at[k].span, "this step");
}

/* ---- subjects that are no parties ---- */

/* Whether a clause that an amendment left standing was wrong before it. */
static bool is_old(const World *w, const ClauseFacts *c) {
  return c->reading_of && !bits_within(c->subjects, w->agreements.at[w->agreements.at[c->agreement].before].parties, w->inner->cwords);
}

static void subjects_check(World *w) {
  for (uint32_t i = 0; i < w->clauses.len; i++) {
    if (!w->strangers && w->clauses.at[i] & PLAIN_CLAUSE) continue;
    ClauseFacts room;
    const ClauseFacts *c = world_clause(w, i, &room);
    const uint64_t *parties = w->agreements.at[c->agreement].parties;
    uint32_t words = w->inner->cwords;
    if (!c->subjects || !parties || bits_within(c->subjects, parties, words) || is_old(w, c)) continue;
    Buf who;
    buf_init(&who, w->mem);
    uint32_t n = 0, first = 0;
    for (uint32_t k = bits_next(c->subjects, words, 0); k != UINT32_MAX; k = bits_next(c->subjects, words, k + 1))
      if (!bits_has(parties, k)) {
        if (!n) first = k;
        buf_fmt(&who, "%s%s", n++ ? ", " : "", ent_word(w, K_COUNTRY, k));
      }
    const char *name = agreement_word(w, c->agreement);
    Diag *x = diag_add(diags(w), DIAG_E0306, c->span, n == 1 ? "%s is not a party to %s" : "%s are not parties to %s", buf_text(&who), name);
    diag_topic(x, TOPIC_PARTY, c->agreement, first);
    diag_label(diags(w), x, w->agreements.at[c->agreement].span, "its parties are named here");
    if (c->reading_of) diag_help(diags(w), x, "only parties can promise: strike or replace this clause in %s, or leave them parties", name);
    else diag_help(diags(w), x, "only parties can promise: add it to the parties of %s, or correct the subject", name);
    buf_end(&who);
  }
}

/* ---- two figures for one thing ---- */

static void words_of(World *w, Value v, Buf *out) {
  buf_init(out, w->mem);
  if (v.tag == V_FUNC) draft_quoted(w, w->p->funcs.at[v.aux].body->span, "an expression", out);
  else value_show(&w->rt, v, out);
}

/* A number for the line that a place is in, in its file. */
static uint32_t line_at(World *w, Span at) {
  Place p = sources_place(w->p->unit->sources, at.lo);
  return p.source ? p.source->base + p.line : at.lo;
}

static void clash(World *w, const char *what, Value a, Span at_a, Value b, Span at_b, Day from) {
  Buf first, second, day;
  words_of(w, a, &first);
  words_of(w, b, &second);
  buf_init(&day, w->mem);
  if (from > DAY_MIN) { buf_str(&day, "both hold from "); date_show(&day, from); }
  else buf_str(&day, "neither has a start");
  bool computed = a.tag == V_FUNC || b.tag == V_FUNC;   /* anew on each day: then nobody compares them */
  Diag *x = diag_add(diags(w), DIAG_E0310, at_b, "two facts %sdiffer on %s, and %s: %s and %s", computed ? "may " : "", what, buf_text(&day), buf_text(&first), buf_text(&second));
  diag_label(diags(w), x, at_a, "the other one");
  diag_topic(x, TOPIC_FACTS, line_at(w, at_a), line_at(w, at_b));  /* a line that stands twice is one mistake */
  diag_help(diags(w), x, "where a figure changes, give the later fact its own start, as in  from 2027-01-01 ; else keep one of them");
  buf_end(&first);
  buf_end(&second);
  buf_end(&day);
}

static bool at_once(Window a, Window b) { return a.from == b.from && a.from < a.until && b.from < b.until; }

static void supply_what(World *w, int kind, uint32_t row, Buf *out) {
  const SupplyCols *s = cols_of(w, kind);
  const char *res = ent_word(w, K_RESOURCE, s->res.at[row]);
  uint32_t who = s->who.at[row];
  if (kind == FACTS_TOTAL) buf_fmt(out, "what the world produces of %s", res);
  else if (who == WHO_JOINT) buf_fmt(out, "what is needed jointly of %s", res);
  else if (who == WHO_REST) buf_fmt(out, "what the rest of the world can supply of %s", res);
  else buf_fmt(out, kind == FACTS_SUPPLY ? "what %s can supply of %s" : "what %s needs of %s", ent_word(w, K_COUNTRY, who), res);
}

/* Whether the fact in the i-th place says other than the one before it. */
static bool fact_differs(World *w, const SupplyCols *s, uint32_t i) {
  uint32_t a = s->row[i - 1], b = s->row[i];
  return s->res.at[a] == s->res.at[b] && s->who.at[a] == s->who.at[b] && at_once(s->win.at[a], s->win.at[b]) && !value_agrees(&w->rt, s->value.at[a], s->value.at[b]);
}

static void facts_check(World *w, int kind) {
  const SupplyCols *s = cols_of(w, kind);
  for (uint32_t i = 1; i < s->res.len; i++) {
    uint32_t a = s->row[i - 1], b = s->row[i];
    if (!fact_differs(w, s, i)) continue;
    Buf what;
    buf_init(&what, w->mem);
    supply_what(w, kind, b, &what);
    clash(w, buf_text(&what), s->value.at[a], s->span.at[a], s->value.at[b], s->span.at[b], s->win.at[b].from);
    buf_end(&what);
  }
}

static void rates_check(World *w) {
  const RequireCols *q = &w->requires;
  for (uint32_t i = 1; i < q->res.len; i++) {
    uint32_t a = q->row[i - 1], b = q->row[i];
    if (q->res.at[a] != q->res.at[b] || q->input.at[a] != q->input.at[b] || !at_once(q->win.at[a], q->win.at[b])) continue;
    if (q->rate.at[a].tag == V_NONE || q->rate.at[b].tag == V_NONE || value_agrees(&w->rt, q->rate.at[a], q->rate.at[b])) continue;
    Buf what;
    buf_init(&what, w->mem);
    buf_fmt(&what, "how much %s making %s takes", ent_word(w, K_RESOURCE, q->input.at[b]), ent_word(w, K_RESOURCE, q->res.at[b]));
    clash(w, buf_text(&what), q->rate.at[a], q->span.at[a], q->rate.at[b], q->span.at[b], q->win.at[b].from);
    buf_end(&what);
  }
}

static bool keys_same(World *w, uint32_t a, uint32_t b) {
  const TableCols *t = &w->tables;
  if (t->table.at[a] != t->table.at[b] || table_is_default(w, a) || table_is_default(w, b)) return false;
  for (uint32_t k = 0; k < w->p->tables.at[t->table.at[a]].nkey; k++)
    if (!value_same(&w->rt, t->key[k].at[a], t->key[k].at[b])) return false;
  return true;
}

static void table_what(World *w, uint32_t row, Buf *out) {
  const TableCols *t = &w->tables;
  const Table *info = &w->p->tables.at[t->table.at[row]];
  buf_str(out, sym_text(w->p, info->name));
  for (uint32_t k = 0; k < info->nkey; k++) {
    buf_str(out, k ? ", " : "(");
    value_show(&w->rt, t->key[k].at[row], out);
  }
  if (info->nkey) buf_char(out, ')');
}

/* Rows of a chain stand by start, so those that start together follow each other. */
static void tables_check(World *w) {
  const TableCols *t = &w->tables;
  for (uint32_t b = 0; b < t->table.len; b++) {
    uint32_t a = w->inner->table_next[b];
    while (a != UINT32_MAX && t->win.at[a].from == t->win.at[b].from && !keys_same(w, a, b)) a = w->inner->table_next[a];
    if (a == UINT32_MAX || !keys_same(w, a, b) || !at_once(t->win.at[a], t->win.at[b]) || value_agrees(&w->rt, t->value.at[a], t->value.at[b])) continue;
    Buf what;
    buf_init(&what, w->mem);
    table_what(w, b, &what);
    clash(w, buf_text(&what), t->value.at[a], t->span.at[a], t->value.at[b], t->span.at[b], t->win.at[b].from);
    buf_end(&what);
  }
}

/* ---- shares of more than the world ---- */

typedef struct Turns { World *w; uint32_t r; VEC(SortKey) at; VEC(uint32_t) open; } Turns;   /* days on which a share begins or ends to count */

static void turn(Turns *t, uint32_t row, Day from, Day until) {
  if (!is_share(t->w, t->w->supply.value.at[row], t->r) || from >= until) return;
  SortKey on = {day_key(from) + 1ull, row << 1 | 1}, off = {day_key(until) + 1ull, row << 1};
  vec_push(t->w->mem, &t->at, on);
  if (until < DAY_OPEN) vec_push(t->w->mem, &t->at, off);   /* when all ends, nothing is left to be too much */
}

/* The rows of one country that hold between two days: always the one that started last and has not ended. */
static void turns_until(Turns *t, Day *pos, Day to) {
  const Window *win = t->w->supply.win.at;
  while (*pos < to && t->open.len) {
    uint32_t row = t->open.at[t->open.len - 1];
    Day end = win[row].until < to ? win[row].until : to;
    if (end > *pos) {
      turn(t, row, *pos, end);
      *pos = end;
    }
    if (win[row].until <= *pos) t->open.len--;
  }
  *pos = to;
}

static uint32_t country_turns(Turns *t, uint32_t i, uint32_t end) {
  const SupplyCols *s = &t->w->supply;
  uint32_t who = s->who.at[s->row[i]];
  Day pos = DAY_MIN;
  t->open.len = 0;
  for (; i < end && s->who.at[s->row[i]] == who; i++) {
    turns_until(t, &pos, s->win.at[s->row[i]].from);
    vec_push(t->w->mem, &t->open, s->row[i]);
  }
  turns_until(t, &pos, DAY_OPEN);
  return i;
}

/* Whether it has been asked already which of two facts of the resource counts. */
static bool facts_differ(World *w, uint32_t r) {
  const SupplyCols *s = &w->supply;
  for (uint32_t i = s->start[r] + 1; i < s->start[r + 1]; i++)
    if (fact_differs(w, s, i)) return true;
  return false;
}

static void too_much(Turns *t, Num sum, Day day, uint32_t row) {
  World *w = t->w;
  if (facts_differ(w, t->r)) return;
  Buf much, when;
  Num percent = num_mul(w->mem, sum, num_int(100));
  buf_init(&much, w->mem);
  buf_init(&when, w->mem);
  if (percent.form != NUM_BAD) num_show(&much, percent, 6, true);
  num_drop(w->mem, percent);
  if (day > DAY_MIN) { buf_str(&when, " on "); date_show(&when, day); }
  Diag *x = diag_add(diags(w), DIAG_E0309, w->supply.span.at[row], "the shares of %s add up to %s %%%s", ent_word(w, K_RESOURCE, t->r), buf_text(&much), buf_text(&when));
  diag_help(diags(w), x, "shares are of what the whole world produces, so those that hold on one day are at most 100 %% together");
  buf_end(&much);
  buf_end(&when);
}

/* One report a resource: the first day on which too much is shared out, at the last of the facts that hold then. */
static void turns_check(Turns *t) {
  World *w = t->w;
  Num sum = num_int(0), one = num_int(1);
  uint32_t last = UINT32_MAX;
  bool said = false;
  keys_sort(w->mem, t->at.at, t->at.len);
  for (uint32_t i = 0; i < t->at.len && !said; i++) {
    uint32_t row = t->at.at[i].row >> 1;
    Num low = figure_low(w->supply.value.at[row]), was = sum;
    bool on = t->at.at[i].row & 1;
    sum = on ? num_add(w->mem, was, low) : num_sub(w->mem, was, low);
    num_drop(w->mem, was);
    if (on && (last == UINT32_MAX || w->supply.span.at[row].lo > w->supply.span.at[last].lo)) last = row;
    if (i + 1 < t->at.len && t->at.at[i + 1].key == t->at.at[i].key) continue;
    said = sum.form == NUM_BAD || num_cmp(w->mem, sum, one) > 0;
    if (last == UINT32_MAX) last = row;   /* one that was below nothing ends, and no other begins */
    if (said && sum.form != NUM_BAD) too_much(t, sum, (Day)((uint32_t)(t->at.at[i].key - 1) ^ 0x80000000u), last);
    last = UINT32_MAX;
  }
  num_drop(w->mem, sum);
}

/* Whether all shares of a resource are the world at most, whenever they hold: then so are those of any day. */
static bool shares_few(const Turns *t, uint32_t i, uint32_t end) {
  World *w = t->w;
  const SupplyCols *s = &w->supply;
  Num sum = num_int(0);
  for (; i < end && sum.form == NUM_DEC; i++) {
    Value v = s->value.at[s->row[i]];
    if (!is_share(w, v, t->r)) continue;
    if (v.tag != V_DEC || v.i < 0) break;
    sum = num_add(w->mem, sum, value_num(v));
  }
  bool few = i == end && sum.form == NUM_DEC && num_cmp(w->mem, sum, num_int(1)) <= 0;
  num_drop(w->mem, sum);
  return few;
}

static void shares_check(World *w) {
  const SupplyCols *s = &w->supply;
  Turns t = {.w = w};
  for (uint32_t r = 0; r < w->nresource && !mem_failed(w->mem); r++) {
    t.r = r;
    t.at.len = 0;
    if (shares_few(&t, s->start[r], s->start[r + 1])) continue;
    for (uint32_t i = s->start[r]; i < s->start[r + 1];) i = country_turns(&t, i, s->start[r + 1]);
    if (t.at.len) turns_check(&t);
  }
  vec_end(w->mem, &t.at);
  vec_end(w->mem, &t.open);
}

/* ---- scenarios that assume themselves ---- */

typedef struct Walk { World *w; uint8_t *state; VEC(SortKey) path; } Walk;   /* state: 1 on the path, 2 done */

static void circle(Walk *k, uint32_t to, Span at) {
  Buf b;
  uint32_t i = 0;
  buf_init(&b, k->w->mem);
  while (k->path.at[i].row != to) i++;
  for (; i < k->path.len; i++) buf_fmt(&b, "%s -> ", ent_word(k->w, K_SCENARIO, k->path.at[i].row));
  buf_str(&b, ent_word(k->w, K_SCENARIO, to));
  diag_add(diags(k->w), DIAG_E0314, at, "the scenario '%s' assumes itself: %s", ent_word(k->w, K_SCENARIO, to), buf_text(&b));
  buf_end(&b);
}

static void scenario_enter(Walk *k, uint32_t s) {
  SortKey top = {0, s};
  if (!vec_push(k->w->mem, &k->path, top)) return;
  k->state[s] = 1;
}

static void scenario_walk(Walk *k, uint32_t from) {
  scenario_enter(k, from);
  while (k->path.len) {
    SortKey *top = &k->path.at[k->path.len - 1];
    const ScenarioFacts *f = &k->w->scenarios.at[top->row];
    if (top->key == f->shocks.len) {
      k->state[top->row] = 2;
      k->path.len--;
      continue;
    }
    const Shock *s = &f->shocks.at[top->key++];
    if (s->op != SHOCK_ASSUME || s->index >= k->w->scenarios.len) continue;
    if (k->state[s->index] == 1) circle(k, s->index, s->span);
    else if (!k->state[s->index]) scenario_enter(k, s->index);
  }
}

static void scenarios_check(World *w) {
  uint32_t n = w->scenarios.len;
  Walk k = {.w = w, .state = mem_zero(w->mem, (size_t)n + 1)};
  for (uint32_t i = 0; k.state && i < n && !mem_failed(w->mem); i++)
    if (!k.state[i]) scenario_walk(&k, i);
  mem_free(w->mem, k.state, (size_t)n + 1);
  vec_end(w->mem, &k.path);
}

void conflicts_report(World *w) {
  ranges_check(w);
  subjects_check(w);
  facts_check(w, FACTS_SUPPLY);
  facts_check(w, FACTS_DEMAND);
  facts_check(w, FACTS_TOTAL);
  rates_check(w);
  tables_check(w);
  shares_check(w);
  scenarios_check(w);
}
