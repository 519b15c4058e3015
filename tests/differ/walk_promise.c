#include "walk.h"
#include <string.h>

/* What agreements promise, as first written and as amended: each question reads every clause again. */

static uint32_t count_of(const Walk *w, uint32_t kind) { return kind_count(w->p, kind); }
static UnitId unit_of(const Walk *w, Ent r) { return w->p->resource_unit.at[ent_index(r)]; }
static V nothing_of(Walk *w, Ent r) { return val_figure(w, num_int(0), unit_of(w, r)); }

static bool has(V set, Ent e) {
  for (size_t i = 0; i < set->n; i++)
    if ((Ent)set->at[i]->a == e) return true;
  return false;
}

static void flatten(Walk *w, Vals *list, V v) {
  if (v->kind == W_ENTITY) walk_push(w, list, v);
  for (size_t i = 0; v->kind == W_SET && i < v->n; i++) flatten(w, list, v->at[i]);
}

V walk_targets(Walk *w, const Where *x, const Name *names, const Node *n) {
  Vals list = {0};
  if (n->kind == N_SET || n->kind == N_LIST)
    for (const Node *e = list_first(n->kind == N_SET ? n->kid[0] : n); e; e = e->next) flatten(w, &list, walk_expr(w, x, names, e));
  else flatten(w, &list, walk_expr(w, x, names, n));
  return val_seq(w, W_SET, list.at, list.len);
}

/* ---- agreements ---- */

/* An agreement is meant by its entity as first written, or by that of an amendment as amended by it. */

static bool is_amended(Ent a) { return ent_kind(a) == K_AMENDMENT; }
static Ent before(const Walk *w, Ent amendment) { return w->p->amended.at[ent_index(amendment)].of; }

static Ent first_written(const Walk *w, Ent a) {
  while (is_amended(a)) a = before(w, a);
  return a;
}

static const Node *own_member(Walk *w, Ent a, const char *name) {
  const Node *decl = program_entity(w->p, a)->decl;
  for (const Node *m = list_first(decl->kid[is_amended(a) ? 3 : 2]); m; m = m->next)
    if (m->kind == N_ARG && !strcmp(sym_text(w->p, m->sym), name)) return m->kid[0];
  return NULL;
}

static const Node *member(Walk *w, Ent a, const char *name) {
  const Node *m = own_member(w, a, name);
  return m || !is_amended(a) ? m : member(w, before(w, a), name);
}

static V parties_of(Walk *w, Ent agreement) {
  Where plain = {.day = DAY_NONE};
  return walk_targets(w, &plain, NULL, member(w, agreement, "parties"));
}

static V term_of(Walk *w, Ent agreement) {
  Where plain = {.day = DAY_NONE};
  return walk_expr(w, &plain, NULL, member(w, agreement, "term"));
}

static bool binds(Walk *w, Ent agreement) {
  Where plain = {.day = DAY_NONE};
  const Node *m = member(w, agreement, "binding");
  return !m || val_truth(walk_expr(w, &plain, NULL, m)) == 1;
}

/* The first day of an amendment's effect. */
static Day effect_of(Walk *w, Ent a) {
  static const WWindow always = {DAY_MIN, DAY_OPEN, false};
  Where plain = {.day = DAY_NONE};
  if (!is_amended(a)) return DAY_MIN;
  WWindow win = window_of(w, &plain, NULL, program_entity(w->p, a)->decl->kid[4], always);
  return win.dated ? win.from : effect_of(w, before(w, a));
}

/* What is in effect of it on a day. */
static Ent on_day(Walk *w, Ent a, Day day) {
  while (day != DAY_NONE && is_amended(a) && day < effect_of(w, a)) a = before(w, a);
  return a;
}

static V days_of(Walk *w, V term, Day from, Day until) {
  return val_span(w, W_RANGE, term->a > from ? term->a : from, until != DAY_OPEN && term->b >= until ? until - 1 : term->b);
}

/* The term of each that takes effect, as long as it does. */
static bool range_of(Walk *w, Ent a, Day *first, Day *last) {
  bool any = false;
  for (Day until = DAY_OPEN;; until = effect_of(w, a), a = before(w, a)) {
    V t = days_of(w, term_of(w, a), effect_of(w, a), until);
    if (t->a <= t->b && (!any || t->a < *first)) *first = (Day)t->a;
    if (t->a <= t->b && (!any || t->b > *last)) *last = (Day)t->b;
    any = any || t->a <= t->b;
    if (!is_amended(a)) return any;
    if (effect_of(w, a) == DAY_MIN) return any;
  }
}

bool walk_range(Walk *w, const Where *x, Day *first, Day *last) {
  bool any = false;
  if (x->any_chosen) return range_of(w, x->chosen, first, last);
  for (uint32_t i = 0; i < count_of(w, K_AGREEMENT); i++) {
    V t = term_of(w, ent_make(K_AGREEMENT, i));
    if (!any || t->a < *first) *first = (Day)t->a;
    if (!any || t->b > *last) *last = (Day)t->b;
    any = true;
  }
  return any;
}

/* Those in force in a world on its day. */
static Vals in_force(Walk *w, const Where *x) {
  Vals list = {0};
  if (x->any_chosen) walk_push(w, &list, val_entity(w, on_day(w, x->chosen, x->day)));
  for (uint32_t i = 0; !x->any_chosen && i < count_of(w, K_AGREEMENT); i++) walk_push(w, &list, val_entity(w, ent_make(K_AGREEMENT, i)));
  return list;
}

V walk_parties(Walk *w, const Where *x) {
  Vals list = {0}, all = in_force(w, x);
  if (x->has_own) return parties_of(w, x->own);
  for (uint32_t i = 0; i < all.len; i++) {
    Ent a = (Ent)all.at[i]->a;
    if (where_suspended(w, x, first_written(w, a))) continue;
    V p = parties_of(w, a);
    for (size_t k = 0; k < p->n; k++)
      if (!where_withdrawn(w, x, (Ent)p->at[k]->a)) walk_push(w, &list, p->at[k]);
  }
  return val_seq(w, W_SET, list.at, list.len);
}

/* The clauses that stand in an agreement: all changes made to those before. */
static Vals standing(Walk *w, Ent a) {
  Vals list = {0}, had;
  for (uint32_t i = 0; !is_amended(a) && i < count_of(w, K_CLAUSE); i++)
    if (program_entity(w->p, ent_make(K_CLAUSE, i))->owner == a) walk_push(w, &list, val_entity(w, ent_make(K_CLAUSE, i)));
  if (!is_amended(a)) return list;
  had = standing(w, before(w, a));
  for (uint32_t i = 0; i < had.len; i++) {
    bool gone = false;
    for (const Node *m = list_first(program_entity(w->p, a)->decl->kid[3]); m; m = m->next) {
      if (m->kind != N_CHANGE || m->op == CHANGE_ADD) continue;
      if (m->op == CHANGE_STRIKE_ARTICLE) walk_fail(w, "steps");   /* the generator makes none */
      const Node *label = m->op == CHANGE_STRIKE ? m->kid[0] : m->kid[0]->kid[0];
      gone = gone || label->sym == program_entity(w->p, (Ent)had.at[i]->a)->id;
    }
    if (!gone) walk_push(w, &list, had.at[i]);
  }
  for (const Node *m = list_first(program_entity(w->p, a)->decl->kid[3]); m; m = m->next)
    if (m->kind == N_CHANGE && m->op != CHANGE_STRIKE) walk_push(w, &list, val_entity(w, m->kid[0]->ref));
  return list;
}

/* ---- a clause ---- */

/* One clause as one of its subjects has it. */
typedef struct Duty { Ent clause, agreement, subject; const Node *node, *act; const Name *names; Where in; size_t sharers; } Duty;

static V subjects_of(Walk *w, Ent agreement, const Node *s) {
  Where in = {.day = DAY_NONE, .own = agreement, .has_own = true};
  if (s->op == SUBJ_ONE) return walk_targets(w, &in, NULL, s->kid[0]);
  return walk_targets(w, &in, NULL, s->kid[1]);
}

static V whom(Walk *w, const Duty *d) {
  if (d->act->op == ACT_EXEMPT) return walk_targets(w, &d->in, d->names, d->act->kid[2]);
  bool named = d->act->op == ACT_SUPPLY && d->act->kid[2];
  return named ? walk_targets(w, &d->in, d->names, d->act->kid[2]) : parties_of(w, d->agreement);
}

static WWindow duty_window(Walk *w, const Duty *d) {
  V t = term_of(w, d->agreement);
  WWindow win = {(Day)t->a, t->b == DAY_OPEN ? DAY_OPEN : (Day)t->b + 1, true};
  return window_of(w, &d->in, d->names, d->node->kid[4], win);
}

static int condition(Walk *w, const Duty *d) {
  int t = 1;
  for (const Node *m = list_first(d->node->kid[4]); m; m = m->next) {
    if (m->op != MOD_WHEN && m->op != MOD_UNLESS) continue;
    int v = val_truth(walk_expr(w, &d->in, d->names, m->kid[0]));
    if (m->op == MOD_UNLESS && v >= 0) v = !v;
    if (v == 0) return 0;
    if (v < 0) t = -1;
  }
  return t;
}

static bool routes_open(Walk *w, const Where *x, const Duty *d) {
  const Node *via = d->act->op == ACT_SUPPLY || d->act->op == ACT_CARRY ? d->act->kid[3] : NULL;
  for (const Node *n = list_first(via); n; n = n->next)
    if (where_closed(w, x, n->ref)) return false;
  return true;
}

/* Calls `see` for each subject of each clause that is wanted and whose agreement is in force; nothing else is asked yet. */
typedef void SeeDuty(Walk *w, const Where *x, const Duty *d, void *data);

static void duty_see(Walk *w, const Where *x, Duty d, SeeDuty *see, void *data) {
  V subjects = subjects_of(w, d.agreement, d.node->kid[2]);
  d.in = *x;
  d.in.own = d.agreement;
  d.in.has_own = true;
  d.sharers = 1;
  if (d.node->kid[2]->op == SUBJ_JOINTLY) {
    d.sharers = 0;
    for (size_t k = 0; k < subjects->n; k++) d.sharers += !where_absent(w, x, (Ent)subjects->at[k]->a);
  }
  for (size_t k = 0; k < subjects->n; k++) {
    Name self = {d.node->kid[2]->kid[0] ? d.node->kid[2]->kid[0]->sym : 0, subjects->at[k], NULL};
    d.subject = (Ent)subjects->at[k]->a;
    d.names = d.node->kid[2]->op == SUBJ_EACH && d.node->kid[2]->kid[0] ? &self : NULL;
    see(w, x, &d, data);
  }
}

static void duties(Walk *w, const Where *x, bool (*wants)(const Node *act, const void *data), SeeDuty *see, void *data) {
  Ent one = x->any_chosen ? on_day(w, x->chosen, x->day) : 0;
  bool amended = x->any_chosen && is_amended(one);
  Vals all = amended ? standing(w, one) : (Vals){0};
  uint32_t n = amended ? all.len : count_of(w, K_CLAUSE);
  for (uint32_t i = 0; i < n; i++) {
    Ent clause = amended ? (Ent)all.at[i]->a : ent_make(K_CLAUSE, i);
    const Entity *e = program_entity(w->p, clause);
    Duty d = {.clause = clause, .agreement = amended ? one : e->owner, .node = e->decl, .act = e->decl->kid[3]};
    if (!amended && (is_amended(e->owner) || (x->any_chosen && e->owner != one))) continue;
    if (!wants || wants(d.act, data)) duty_see(w, x, d, see, data);
  }
}

static bool binding(Walk *w, const Duty *d) { return d->act->ref == MODAL_SHALL && binds(w, d->agreement); }

/* ---- controls ---- */

static int control_on(Walk *w, const Where *x, Ent control) {
  static const WWindow always = {DAY_MIN, DAY_OPEN, false};
  int forced = where_control(w, x, control);
  if (forced >= 0) return forced;
  const Node *n = program_entity(w->p, control)->decl;
  Where plain = {.day = x->day};
  if (x->day == DAY_NONE) return window_of(w, &plain, NULL, n->kid[5], always).dated || list_len(n->kid[6]) ? -1 : 1;
  if (!window_holds(window_of(w, &plain, NULL, n->kid[5], always), x->day)) return false;
  for (const Node *s = list_first(n->kid[6]); s; s = s->next) {
    V r = walk_expr(w, &plain, NULL, s);
    if (x->day >= r->a && x->day <= r->b) return false;
  }
  return true;
}

static V blocked(Walk *w, const Where *x, Ent c, Ent r) {
  Where plain = {.day = x->day};
  bool open = false;
  for (uint32_t i = 0; i < count_of(w, K_CONTROL); i++) {
    Ent k = ent_make(K_CONTROL, i);
    const Node *n = program_entity(w->p, k)->decl;
    int on = n->kid[2]->ref == c && has(walk_targets(w, &plain, NULL, n->kid[3]), r) ? control_on(w, x, k) : 0;
    if (on == 1) return val_bool(w, true);
    open = open || on < 0;
  }
  return val_three(w, open ? -1 : 0);
}

/* Apart from controls: 1 counts, 0 does not, -1 cannot be told. */
static int counts_so_far(Walk *w, const Where *x, const Duty *d) {
  if (where_suspended(w, x, d->clause) || where_suspended(w, x, first_written(w, d->agreement)) || where_absent(w, x, d->subject)) return 0;
  if (!window_holds(duty_window(w, d), x->day) || !routes_open(w, x, d)) return 0;
  V to = whom(w, d);
  bool anybody = false;
  for (size_t i = 0; i < to->n; i++) anybody = anybody || !where_absent(w, x, (Ent)to->at[i]->a);
  return anybody ? condition(w, d) : 0;
}

typedef struct Lifted { Ent control, country; int state; } Lifted;

static bool exempts(const Node *act, const void *data) { (void)data; return act->op == ACT_EXEMPT; }

static void see_exempt(Walk *w, const Where *x, const Duty *d, void *data) {
  Lifted *l = data;
  if (d->act->op != ACT_EXEMPT || d->act->kid[1]->ref != l->control || l->state == 1) return;
  if (program_entity(w->p, l->control)->decl->kid[2]->ref != d->subject || !binding(w, d) || !has(whom(w, d), l->country)) return;
  int t = counts_so_far(w, x, d);
  if (t) l->state = t;
}

/* Whether a control of the subject stands in the way: 1, 0, -1. */
static int controlled(Walk *w, const Where *x, const Duty *d, Ent r) {
  Where plain = {.day = x->day};
  int hit = 0;
  V to = whom(w, d);
  for (uint32_t i = 0; i < count_of(w, K_CONTROL); i++) {
    Ent k = ent_make(K_CONTROL, i);
    const Node *n = program_entity(w->p, k)->decl;
    if (n->kid[2]->ref != d->subject || !has(walk_targets(w, &plain, NULL, n->kid[3]), r) || !control_on(w, x, k)) continue;
    for (size_t j = 0; j < to->n; j++) {
      Ent c = (Ent)to->at[j]->a;
      if (c == d->subject || where_absent(w, x, c) || (n->kid[4] && !has(walk_targets(w, &plain, NULL, n->kid[4]), c))) continue;
      Lifted l = {k, c, 0};
      duties(w, x, exempts, see_exempt, &l);
      if (!l.state) return 1;
      if (l.state < 0) hit = -1;
    }
  }
  return hit;
}

/* ---- what is promised ---- */

static V amount(Walk *w, const Where *x, const Duty *d, const Node *q, UnitId unit) {
  V v = NULL;
  Day from = DAY_NONE;
  if (q->kind != N_MAP) v = walk_expr(w, &d->in, d->names, q);
  else for (const Node *p = list_first(q->kid[0]); p; p = p->next) {
    V day = walk_expr(w, &d->in, d->names, p->kid[0]);
    if (day->a <= x->day && (!v || day->a >= from)) { v = walk_expr(w, &d->in, d->names, p->kid[1]); from = (Day)day->a; }
  }
  if (!v) return NULL;
  if (val_is_figure(v)) v = interval_to(w, v, unit);
  return d->sharers > 1 ? interval_div(w, v, val_int(w, (int64_t)d->sharers)) : v;
}

/* A schedule has nothing before its first step; then nothing else is asked. */
static bool begun(Walk *w, const Where *x, const Duty *d, const Node *q) {
  if (q->kind != N_MAP) return true;
  for (const Node *p = list_first(q->kid[0]); p; p = p->next)
    if (walk_expr(w, &d->in, d->names, p->kid[0])->a <= x->day) return true;
  return false;
}

enum { SUPPLIES, STOCKS, CARRIES };
typedef struct Sum { Ent country, r; bool any_country, binding; int what; UnitId unit; V total; } Sum;

/* The expression of what d is of r; NULL: it is none. */
static const Node *act_of(Walk *w, const Duty *d, int what, Ent r) {
  const Node *a = d->act;
  if (what == SUPPLIES && a->op == ACT_FUND && a->kid[3]) return has(walk_targets(w, &d->in, d->names, a->kid[1]), r) ? a->kid[3] : NULL;
  int op = what == SUPPLIES ? ACT_SUPPLY : what == STOCKS ? ACT_STOCKPILE : ACT_CARRY;
  return a->op == op && a->kid[1]->ref == r ? a->kid[0] : NULL;
}

static int duty_counts(Walk *w, const Where *x, const Duty *d, int what, Ent r) {
  int t = counts_so_far(w, x, d);
  int hit = t && what != STOCKS ? controlled(w, x, d, r) : 0;
  return !t || hit == 1 ? 0 : t < 0 || hit < 0 ? -1 : 1;
}

static bool promises(const Node *a, const void *data) {
  const Sum *s = data;
  if (s->what == SUPPLIES && a->op == ACT_FUND) return a->kid[3] != NULL;
  return a->op == (s->what == SUPPLIES ? ACT_SUPPLY : s->what == STOCKS ? ACT_STOCKPILE : ACT_CARRY) && a->kid[1]->ref == s->r;
}

static void see_promise(Walk *w, const Where *x, const Duty *d, void *data) {
  Sum *s = data;
  const Node *q = act_of(w, d, s->what, s->r);
  if (!q || (!s->any_country && d->subject != s->country) || binding(w, d) != s->binding) return;
  int t = begun(w, x, d, q) ? duty_counts(w, x, d, s->what, s->r) : 0;
  V v = t ? amount(w, x, d, q, s->unit) : NULL;
  if (!v) return;
  if (t < 0) v = val_is_figure(v) ? interval_hull(w, val_figure(w, num_int(0), v->unit), v) : v;
  s->total = interval_add(w, s->total, v, 1);
}

static V promised(Walk *w, const Where *x, Ent c, Ent r, bool bind) {
  Sum s = {.country = c, .r = r, .what = SUPPLIES, .binding = bind, .unit = unit_of(w, r), .total = nothing_of(w, r)};
  duties(w, x, promises, see_promise, &s);
  bool scaled = false;
  where_scaled(w, x, c, r, s.total, &scaled);
  if (scaled) {
    V at[2] = {val_entity(w, c), val_entity(w, r)};
    V most = walk_ask(w, x, BUILTIN_capacity, at, 2);
    if (interval_zero(s.total)) return s.total;
    s.total = val_is_figure(most) ? interval_pick(w, s.total, most, false) : val_is_figure(s.total) ? interval_hull(w, nothing_of(w, r), s.total) : s.total;
  }
  return s.total;
}

static V others(Walk *w, const Where *x, int what, const Ent *c, Ent r, UnitId unit) {
  Sum s = {.country = c ? *c : 0, .any_country = !c, .r = r, .what = what, .binding = true, .unit = unit, .total = val_figure(w, num_int(0), unit)};
  duties(w, x, promises, see_promise, &s);
  return s.total;
}

static V stockpiled(Walk *w, const Where *x, V *args, size_t n) {
  Num factor;
  Ent r = (Ent)args[n - 1]->a, c = (Ent)args[0]->a;
  UnitId u = unit_mul((UnitTable *)&w->p->units, unit_of(w, r), w->p->units.atoms.at[0].unit, &factor);
  return others(w, x, STOCKS, n > 1 ? &c : NULL, r, u);
}

static V suppliers(Walk *w, const Where *x, Ent r) {
  Vals list = {0};
  for (uint32_t i = 0; i < count_of(w, K_COUNTRY); i++)
    if (!interval_zero(promised(w, x, ent_make(K_COUNTRY, i), r, true))) walk_push(w, &list, val_entity(w, ent_make(K_COUNTRY, i)));
  return val_seq(w, W_SET, list.at, list.len);
}

static V suppliers_in(Walk *w, const Where *x, Ent r, V range) {
  Vals list = {0};
  for (int64_t d = range->a; d <= range->b; d = walk_next_day(d, range->b)) {
    Where on = *x;
    on.day = (Day)d;
    V some = suppliers(w, &on, r);
    for (size_t i = 0; i < some->n; i++) walk_push(w, &list, some->at[i]);
  }
  return val_seq(w, W_SET, list.at, list.len);
}

/* ---- need ---- */

static V needed(Walk *w, const Where *x, Ent r) {
  V total = walk_joint(w, x, r, NULL), parties = walk_parties(w, x), rate;
  for (size_t i = 0; i < parties->n; i++) total = interval_add(w, total, walk_demanded(w, x, (Ent)parties->at[i]->a, r), 1);
  for (uint32_t i = 0; i < count_of(w, K_RESOURCE); i++) {
    Ent q = ent_make(K_RESOURCE, i);
    int t = walk_requires(w, x, q, r, &rate);
    V made = nothing_of(w, q);
    for (uint32_t c = 0; t && (rate || t < 0) && c < count_of(w, K_COUNTRY); c++) made = interval_add(w, made, promised(w, x, ent_make(K_COUNTRY, c), q, true), 1);
    if (interval_zero(made)) continue;
    if (t < 0) return val_unknown(w);
    total = interval_add(w, total, interval_mul(w, made, rate), 1);
  }
  return total;
}

static V has_need(Walk *w, const Where *given, Ent r) {
  Where x = {.day = given->day, .chosen = given->chosen, .any_chosen = given->any_chosen};
  V parties = walk_parties(w, &x);
  bool stated;
  suppliers(w, &x, r);   /* an error in what is promised of r ends any question about it that rests on clauses */
  walk_joint(w, &x, r, &stated);
  for (size_t i = 0; !stated && i < parties->n; i++) stated = walk_demand_stated(w, &x, (Ent)parties->at[i]->a, r);
  if (stated) return val_bool(w, true);
  V rate;
  bool maybe = false, sure = false;
  for (uint32_t i = 0; i < count_of(w, K_RESOURCE); i++) {
    Ent q = ent_make(K_RESOURCE, i);
    bool takes = walk_requires(w, &x, q, r, &rate) == 1 && rate;
    for (uint32_t c = 0; takes && c < count_of(w, K_COUNTRY); c++) {
      V v = promised(w, &x, ent_make(K_COUNTRY, c), q, true);
      sure = sure || interval_not_zero(v);
      maybe = maybe || !interval_zero(v);
    }
  }
  return maybe && !sure ? val_unknown(w) : val_bool(w, sure);
}

/* ---- clauses(x) ---- */

typedef struct Naming { Ent e; Vals list; } Naming;

static bool via_has(const Node *via, Ent e) {
  for (const Node *n = list_first(via); n; n = n->next)
    if (n->ref == e) return true;
  return false;
}

static bool names_it(Walk *w, const Duty *d, Ent e) {
  const Node *a = d->act;
  switch (ent_kind(e)) {
    case K_COUNTRY: return d->subject == e || (a->op == ACT_SUPPLY && a->kid[2] && has(walk_targets(w, &d->in, d->names, a->kid[2]), e))
                        || (a->op == ACT_EXEMPT && has(whom(w, d), e));
    case K_RESOURCE:
      if (a->op == ACT_FUND || a->op == ACT_NOT_RESTRICT) return has(walk_targets(w, &d->in, d->names, a->kid[1]), e);
      return a->op != ACT_UNDERTAKE && a->op != ACT_EXEMPT && a->kid[1]->ref == e;
    case K_LAYER: return a->op == ACT_UNDERTAKE && a->kid[1] && has(walk_targets(w, &d->in, d->names, a->kid[1]), e);
    case K_ROUTE: return (a->op == ACT_SUPPLY || a->op == ACT_CARRY) && via_has(a->kid[3], e);
    case K_CONTROL: return a->op == ACT_EXEMPT && a->kid[1]->ref == e;
    case K_AGREEMENT: return d->agreement == e;
    default: return false;
  }
}

static void see_naming(Walk *w, const Where *x, const Duty *d, void *data) {
  Naming *n = data;
  if (where_suspended(w, x, d->clause) || where_suspended(w, x, first_written(w, d->agreement)) || !window_holds(duty_window(w, d), x->day)) return;
  if (names_it(w, d, n->e)) walk_push(w, &n->list, val_entity(w, d->clause));
}

static V clauses(Walk *w, const Where *x, Ent e) {
  Naming n = {.e = e};
  duties(w, x, NULL, see_naming, &n);
  return val_seq(w, W_SET, n.list.at, n.list.len);
}

V promise_ask(Walk *w, const Where *x, Builtin b, V *args, size_t n) {
  Ent a = (Ent)args[0]->a, r = (Ent)args[n - 1]->a;
  if (b == BUILTIN_committed || b == BUILTIN_intended) return promised(w, x, a, r, b == BUILTIN_committed);
  if (b == BUILTIN_suppliers) return n > 1 ? suppliers_in(w, x, a, args[1]) : suppliers(w, x, a);
  if (b == BUILTIN_has_need) return has_need(w, x, r);
  if (b == BUILTIN_needed) return needed(w, x, r);
  if (b == BUILTIN_stockpiled) return stockpiled(w, x, args, n);
  if (b == BUILTIN_carried) return others(w, x, CARRIES, NULL, r, unit_of(w, r));
  if (b == BUILTIN_blocked) return blocked(w, x, a, r);
  if (b == BUILTIN_in_force) return val_three(w, control_on(w, x, a));
  if (b == BUILTIN_clauses) return clauses(w, x, a);
  walk_fail(w, "a question that the walker does not know");
}

/* ---- fields ---- */

static V text_of(Walk *w, const char *s) { return val_text(w, s, strlen(s)); }

static V deadline(Walk *w, const Duty *d) {
  for (const Node *m = list_first(d->node->kid[4]); m; m = m->next)
    if (m->op == MOD_BY) return val_date(w, duty_window(w, d).from);
  return val_unknown(w);
}

static V clause_field(Walk *w, Ent e, const char *f) {
  static const char *const acts[] = {"", "supply", "buy", "stockpile", "carry", "fund", "exempt", "not restrict", "undertake"};
  static const char *const modals[] = {"", "shall", "intends to", "may"};
  const Entity *it = program_entity(w->p, e);
  Duty d = {.clause = e, .agreement = it->owner, .node = it->decl, .act = it->decl->kid[3], .in = {.day = DAY_NONE, .own = it->owner, .has_own = true}};
  if (!strcmp(f, "agreement")) return val_entity(w, first_written(w, it->owner));
  if (!strcmp(f, "act")) return text_of(w, acts[d.act->op]);
  if (!strcmp(f, "modal")) return text_of(w, modals[d.act->ref]);
  if (!strcmp(f, "binding")) return val_bool(w, binding(w, &d));
  if (!strcmp(f, "parties")) return subjects_of(w, it->owner, d.node->kid[2]);
  if (!strcmp(f, "from")) return val_date(w, duty_window(w, &d).from);
  if (!strcmp(f, "by")) return deadline(w, &d);
  if (!strcmp(f, "until")) return val_date(w, duty_window(w, &d).until);
  walk_fail(w, "steps");
}

V promise_field(Walk *w, const Where *x, Ent e, const char *f) {
  Where plain = {.day = x->day};
  if (ent_kind(e) == K_CLAUSE) return clause_field(w, e, f);
  const Node *decl = program_entity(w->p, e)->decl;
  if (ent_kind(e) == K_CONTROL) {
    if (!strcmp(f, "by")) return val_entity(w, decl->kid[2]->ref);
    if (!strcmp(f, "on")) return walk_targets(w, &plain, NULL, decl->kid[3]);
    if (!strcmp(f, "against")) return decl->kid[4] ? walk_targets(w, &plain, NULL, decl->kid[4]) : val_unknown(w);
    walk_fail(w, "steps");
  }
  if (!strcmp(f, "parties")) return parties_of(w, e);
  if (!strcmp(f, "term")) return term_of(w, e);
  if (!strcmp(f, "binding")) return val_bool(w, binds(w, e));
  const Node *m = own_member(w, e, f);
  return m ? walk_expr(w, &plain, NULL, m) : val_unknown(w);
}
