#include "walk.h"
#include <string.h>

/* Checks: every requirement for every binding on every day of the term. */

/* One requirement for one binding. */
typedef struct Case { uint32_t require; V *bound; bool certain, once; const Node *node; V message; Vals days; Vals open; struct Case *next; } Case;

/* What `passes` asks: whether it was asked of anything, failed, or could not be told. */
typedef struct Tally { bool any, fails, open; } Tally;

typedef struct Run {
  Walk *w;
  Tally *tally;        /* NULL: findings are wanted */
  WReport *r;
  const Node *check;
  Case *first, **last;
  V bound[32];
  uint32_t nbound;
  bool first_day;
} Run;

static bool says_when(const Node *e) {
  while (e->kind == N_GOVERN && (e->op == GOV_WITHOUT || e->op == GOV_UNDER)) e = e->kid[0];
  return e->kind == N_GOVERN;
}

/* The day that e, which fails, speaks of: the first on which it does. */
static Day fails_on(Walk *w, const Where *x, const Name *names, const Node *e, const Node *when) {
  V arg = walk_expr(w, x, names, e->kid[1]);
  Where y = *x;
  if (e == when && e->op == GOV_THROUGHOUT) return walk_first_false(w, x, names, e->kid[0], arg);
  if (e == when) return (Day)arg->a;
  if (e->op == GOV_AT) y.day = (Day)arg->a;
  if (e->op == GOV_WITHOUT) where_without(w, &y, arg);
  if (e->op == GOV_UNDER) where_under(w, &y, (Ent)arg->a);
  return fails_on(w, &y, names, e->kid[0], when);
}

static Day message_day(Walk *w, const Where *x, const Name *names, const Node *e) {
  const Node *when = NULL;
  if (!says_when(e)) return x->day;
  for (const Node *n = e; n->kind == N_GOVERN; n = n->kid[0])
    if (n->op != GOV_WITHOUT && n->op != GOV_UNDER) when = n;
  return fails_on(w, x, names, e, when);
}

static Case *case_of(Run *run, uint32_t require, const Node *node) {
  for (Case *c = run->first; c; c = c->next) {
    bool same = c->require == require;
    for (uint32_t i = 0; i < run->nbound && same; i++) same = val_same(run->w, c->bound[i], run->bound[i]);
    if (same) return c;
  }
  Case *c = walk_get(run->w, sizeof *c);
  c->require = require;
  c->node = node;
  c->once = says_when(node->kid[0]);
  c->bound = walk_get(run->w, (run->nbound + 1) * sizeof *c->bound);
  if (run->nbound) memcpy(c->bound, run->bound, run->nbound * sizeof *c->bound);
  *run->last = c;
  run->last = &c->next;
  return c;
}

static void require(Run *run, const Where *x, const Name *names, const Node *node, uint32_t n, bool certain) {
  Walk *w = run->w;
  if (says_when(node->kid[0]) && !run->first_day) return;
  if (run->tally) {
    int t = val_truth(walk_expr(w, x, names, node->kid[0]));
    run->tally->fails = run->tally->fails || (t == 0 && certain);
    run->tally->open = run->tally->open || t < 0 || (t == 0 && !certain);
    return;
  }
  Case *c = case_of(run, n, node);
  int holds = val_truth(walk_expr(w, x, names, node->kid[0]));
  if (holds == 0 && !certain) holds = -1;
  if (holds < 0) walk_push(w, &c->open, val_date(w, x->day));
  if (holds) return;
  walk_push(w, &c->days, val_date(w, x->day));
  if (c->days.len != 1 || !node->kid[1]) return;
  Where on = *x;
  on.day = message_day(w, x, names, node->kid[0]);
  if (on.day != DAY_NONE || !c->once) c->message = walk_message(w, &on, names, node->kid[1]);   /* no such day: no message */
}

static void steps(Run *run, const Where *x, const Name *names, const Node *step, uint32_t n, bool certain) {
  for (; step; step = step->next) {
    if (step->kind == N_REQUIRE) { require(run, x, names, step, n++, certain); continue; }
    Name name = {step->kid[0]->sym, walk_expr(run->w, x, names, step->kid[2]), names};
    steps(run, x, &name, step->next, n, certain);
    return;
  }
}

static void gens(Run *run, const Where *x, const Name *names, const Node *gen, bool certain) {
  Walk *w = run->w;
  if (!gen && run->tally) run->tally->any = true;
  if (!gen) { steps(run, x, names, list_first(run->check->kid[3]), 0, certain); return; }
  V c = walk_expr(w, x, names, gen->kid[2]);
  if (c->kind == W_UNKNOWN) walk_fail(w, "steps");   /* the generator makes none */
  uint32_t had = run->nbound;
  size_t n = c->kind == W_INTS || c->kind == W_RANGE ? (size_t)(c->b < c->a ? 0 : c->b - c->a + 1) : c->n;
  for (size_t i = 0; i < n; i += c->kind == W_MAP ? 2 : 1) {
    V v = c->kind == W_INTS ? val_int(w, c->a + (int64_t)i) : c->kind == W_RANGE ? val_date(w, c->a + (int64_t)i) : c->at[i];
    Name first = {gen->kid[0]->sym, v, names}, second = {gen->kid[1] ? gen->kid[1]->sym : 0, c->kind == W_MAP ? c->at[i + 1] : NULL, &first};
    const Name *inner = gen->kid[1] ? &second : &first;
    run->bound[run->nbound++] = v;
    if (gen->kid[1]) run->bound[run->nbound++] = second.value;
    int where = gen->kid[3] ? val_truth(walk_expr(w, x, inner, gen->kid[3])) : 1;
    if (where) gens(run, x, inner, gen->next, certain && where == 1);
    run->nbound = had;
  }
}

static void finding(Run *run, uint32_t check, const Case *c) {
  const Vals *days = c->days.len ? &c->days : &c->open;
  if (!days->len) return;
  WFinding f = {.check = check, .require = c->node, .fails = c->days.len, .message = c->message, .nspan = c->once ? -1 : 0};
  for (uint32_t i = 0; i < days->len && !c->once && days->at[i]->a != DAY_NONE; i++) {
    Day d = (Day)days->at[i]->a;
    if (f.nspan && f.span[f.nspan - 1].last == d) continue;   /* a list may have the same binding twice */
    if (f.nspan && f.span[f.nspan - 1].last + 1 == d) { f.span[f.nspan - 1].last = d; continue; }
    if (f.nspan == SPANS_MAX) walk_fail(run->w, "steps");
    f.span[f.nspan].first = f.span[f.nspan].last = d;
    f.nspan++;
  }
  WFinding *kept = walk_get(run->w, sizeof f);
  *kept = f;
  *run->r->last = kept;
  run->r->last = &kept->next;
}

static void verdict(WReport *r, bool none, bool empty) {
  bool denied = false, open = false;
  for (const WFinding *f = r->first; f; f = f->next) {
    if (f->require->op != SEV_ERROR) continue;
    if (f->fails) denied = true;
    else open = true;
  }
  r->exit_code = denied ? 1 : none || open || empty ? 3 : 0;
}

void walk_checks(Walk *w, WReport *r) {
  Where x = {.day = DAY_NONE};
  Day first = DAY_NONE, last = DAY_NONE;
  bool none = true, empty = false;
  r->first = NULL;
  r->last = &r->first;
  if (!walk_range(w, &x, &first, &last)) first = last = DAY_NONE;
  if (first != DAY_NONE && last > DAY_LAST) last = DAY_LAST;   /* the generator asks no check of an agreement without end */
  for (uint32_t i = 0; i < w->p->checks.len; i++) {
    Run run = {.w = w, .r = r, .check = w->p->funcs.at[w->p->checks.at[i]].body};
    bool decides = false;
    run.last = &run.first;
    for (Day d = first; d <= last; d++) {
      x.day = d;
      run.first_day = d == first;
      gens(&run, &x, NULL, list_first(run.check->kid[2]), true);
    }
    uint32_t n = 0;
    for (const Node *s = list_first(run.check->kid[3]); s; s = s->next)
      if (s->kind == N_REQUIRE) {
        n++;
        decides = decides || s->op == SEV_ERROR;
      }
    for (uint32_t q = 0; q < n; q++)
      for (const Case *c = run.first; c; c = c->next)
        if (c->require == q) finding(&run, i, c);
    none = none && !run.first;
    empty = empty || (!run.first && decides);
  }
  verdict(r, none, empty);
}

V walk_passes(Walk *w, const Where *given, uint32_t check) {
  Tally t = {0};
  Where x = *given;
  Day first, last;
  Run run = {.w = w, .tally = &t, .check = w->p->funcs.at[check].body};
  if (!walk_range(w, &x, &first, &last)) first = last = x.day;
  for (int64_t d = first; d <= last; d = d == DAY_NONE ? (int64_t)last + 1 : walk_next_day(d, last)) {
    x.day = (Day)d;
    run.first_day = d == first;
    gens(&run, &x, NULL, list_first(run.check->kid[2]), true);
  }
  return val_three(w, t.fails ? 0 : t.open || !t.any ? -1 : 1);
}

static void own_of(Walk *w, Where x) {
  Day first, last;
  if (!walk_range(w, &x, &first, &last)) return;
  for (Day d = first; d <= last && d <= DAY_LAST; d++)
    for (uint32_t c = 0; c < w->p->kinds.at[K_COUNTRY].list.len; c++)
      for (uint32_t r = 0; r < w->p->kinds.at[K_RESOURCE].list.len; r++) {
        V at[2] = {val_entity(w, ent_make(K_COUNTRY, c)), val_entity(w, ent_make(K_RESOURCE, r))};
        x.day = d;
        walk_ask(w, &x, BUILTIN_committed, at, 2);
        walk_ask(w, &x, BUILTIN_capacity, at, 2);
      }
}

void walk_own(Walk *w) {
  own_of(w, (Where){.day = DAY_NONE});
  for (uint32_t i = 0; i < w->p->amended.len; i++) own_of(w, (Where){.day = DAY_NONE, .chosen = ent_make(K_AMENDMENT, i), .any_chosen = true});
}
