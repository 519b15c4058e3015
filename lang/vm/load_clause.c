#include "syntax/parser.h"
#include "vm/load.h"
#include <string.h>

/* Agreements and what their clauses promise -> the world's columns; then agreements as amended. */

/* ---- clauses ---- */

/* own: the recipients of the subject at hand, where they differ from subject to subject. */
typedef struct Terms { ClauseFacts *c; Node *act; uint32_t clause; Node *binder; uint64_t *own; } Terms;

static void promise_push(Load *l, const Terms *t, uint32_t res, uint32_t who, Value v, Window win, uint8_t act) {
  PromiseCols *c = &l->w->promises;
  Mem *m = l->vm->mem;
  if (!vec_push(m, &c->value, v)) value_drop(m, v);
  vec_push(m, &c->res, res);
  vec_push(m, &c->who, who);
  vec_push(m, &c->win, (DayRun){win.from, win.until});
  vec_push(m, &c->clause, t->clause);
  vec_push(m, &c->act, act);
  promise_listed(m, c, c->res.len - 1);
  if (!t->own) return;
  while (c->to.len + 1 < c->res.len && vec_push(m, &c->to, NULL)) {}
  vec_push(m, &c->to, t->own);
}

/* Where the step that begins on `from` ends: where the next one begins. Two that begin on one day contradict each other. */
static Day step_end(Load *l, Node *map, Node *step, Day from, Ent arg) {
  Day end = DAY_OPEN;
  for (Node *p = list_first(map->kid[0]); p && !load_stop(l); p = p->next) {
    Day d = p == step ? DAY_MIN : load_day(l, p->kid[0], arg);
    if (d == from && p != step) {
      vm_fail(l->vm, DIAG_E0310, "two steps of this schedule begin on the same day");
      l->vm->error.span = p->span;
    }
    if (d > from && d < end) end = d;
  }
  return end;
}

/* A schedule is a row for each step: from its date to the next one's, cut by the clause's window. */
static void schedule_push(Load *l, const Terms *t, uint32_t res, uint32_t who, Node *map, Ent arg, uint8_t act) {
  for (Node *p = list_first(map->kid[0]); p && !load_stop(l); p = p->next) {
    Window w = t->c->win;
    Day from = load_day(l, p->kid[0], arg), end = step_end(l, map, p, from, arg);
    if (w.from < from) w.from = from;
    if (w.until > end) w.until = end;
    Value v = act == ACT_STOCKPILE ? load_value(l, p->kid[1], arg) : load_figure(l, p->kid[1], arg, res, false);
    if (w.from < w.until) promise_push(l, t, res, who, v, w, act);
    else value_drop(l->vm->mem, v);
  }
}

static void quantity_push(Load *l, const Terms *t, uint32_t res, uint32_t who, Node *q, uint8_t act) {
  Ent arg = t->binder && who != WHO_JOINT ? ent_make(K_COUNTRY, who) : UINT32_MAX;
  if (q->kind == N_MAP) { schedule_push(l, t, res, who, q, arg, act); return; }
  promise_push(l, t, res, who, act == ACT_STOCKPILE ? load_value(l, q, arg) : load_figure(l, q, arg, res, false), t->c->win, act);
}

static uint64_t *own_recipients(Load *l, const Terms *t, Ent subject) {
  Node *to = t->act->kid[2];
  uint64_t *bits = t->binder && to && t->act->op == ACT_SUPPLY ? load_bits(l, K_COUNTRY) : NULL;
  if (bits) load_targets_add(l, bits, to, subject);
  return bits;
}

/* Rows for a clause that moves goods: each subject by itself, or all jointly. */
static void rows_push(Load *l, Terms *t, Node *subject, uint32_t res, Node *q, uint8_t act) {
  uint32_t words = bits_words(l->w->ncountry);
  if (subject->op == SUBJ_JOINTLY) { quantity_push(l, t, res, WHO_JOINT, q, act); return; }
  for (uint32_t c = bits_next(t->c->subjects, words, 0); c != UINT32_MAX && !load_stop(l); c = bits_next(t->c->subjects, words, c + 1)) {
    t->own = own_recipients(l, t, ent_make(K_COUNTRY, c));
    quantity_push(l, t, res, c, q, act);
  }
  t->own = NULL;
}

static uint64_t *one_bit(Load *l, uint32_t kind, uint32_t index) {
  uint64_t *b = load_bits(l, kind);
  if (b) bits_set(b, index);
  return b;
}

static uint64_t *one_country(Load *l, Node *n) {
  Ent e = load_entity(l, n, K_COUNTRY);
  return e == UINT32_MAX ? NULL : one_bit(l, K_COUNTRY, ent_index(e));
}

/* Of the clause: in `each p of S ... to p`, everyone's together. */
static uint64_t *recipients(Load *l, Node *to, const Terms *t, Node *subject) {
  if (!to) return NULL;
  uint64_t *bits = load_bits(l, K_COUNTRY);
  uint32_t words = bits_words(l->w->ncountry);
  if (!bits) return NULL;
  if (!t->binder || subject->op == SUBJ_JOINTLY) { load_targets_add(l, bits, to, UINT32_MAX); return bits; }
  for (uint32_t c = bits_next(t->c->subjects, words, 0); c != UINT32_MAX && !load_stop(l); c = bits_next(t->c->subjects, words, c + 1)) load_targets_add(l, bits, to, ent_make(K_COUNTRY, c));
  return bits;
}

static void act_load(Load *l, Terms *t, Node *subject) {
  Node *a = t->act;
  ClauseFacts *c = t->c;
  uint32_t words = bits_words(l->w->nresource);
  switch (a->op) {
    case ACT_SUPPLY: case ACT_BUY: case ACT_STOCKPILE: case ACT_CARRY: {
      Ent of = load_entity(l, a->kid[1], K_RESOURCE);
      if (of == UINT32_MAX) break;
      uint32_t res = ent_index(of);
      c->res = res;
      c->to = recipients(l, a->kid[2], t, subject);
      if (a->kid[3]) {
        c->routes = load_bits(l, K_ROUTE);
        for (Node *r = list_first(a->kid[3]); r && c->routes; r = r->next) bits_set(c->routes, ent_index(r->ref));
      }
      rows_push(l, t, subject, res, a->kid[0], a->op);
      break;
    }
    case ACT_FUND:
      c->resources = load_targets(l, a->kid[1], K_RESOURCE, UINT32_MAX);
      if (!a->kid[3] || !c->resources) break;
      for (uint32_t r = bits_next(c->resources, words, 0); r != UINT32_MAX && !load_stop(l); r = bits_next(c->resources, words, r + 1)) rows_push(l, t, subject, r, a->kid[3], ACT_SUPPLY);
      break;
    case ACT_EXEMPT:
      c->to = recipients(l, a->kid[2], t, subject);
      c->control = ent_index(a->kid[1]->ref);
      break;
    case ACT_NOT_RESTRICT:
      c->resources = load_targets(l, a->kid[1], K_RESOURCE, UINT32_MAX);
      c->to = recipients(l, a->kid[2], t, subject);
      break;
    default:
      c->layers = load_targets(l, a->kid[1], K_LAYER, UINT32_MAX);
      c->text = load_value(l, a->kid[0], UINT32_MAX);
      break;
  }
}

static bool has_deadline(Node *mods) {
  Node *m = list_first(mods);
  while (m && m->op != MOD_BY) m = m->next;
  return m != NULL;
}

static uint32_t condition(Load *l, Node *mods, int op) {
  for (Node *m = list_first(mods); m; m = m->next)
    if (m->op == op) {
      uint32_t f = program_thunk(l->p, m->kid[0]);
      if (f != UINT32_MAX) return f;
    }
  return UINT32_MAX;
}

/* What a clause says in an agreement, into its row. */
static void clause_row(Load *l, Node *n, uint32_t agreement, uint32_t row, Ent clause, ClauseFacts *c) {
  Ent owner = program_entity(l->p, clause)->owner;
  const Node *amendment = ent_kind(owner) == K_AMENDMENT ? program_entity(l->p, owner)->decl : NULL;
  AgreementFacts *a = &l->w->agreements.at[agreement];
  Node *subject = n->kid[2], *act = n->kid[3];
  Terms t = {c, act, row, subject->op == SUBJ_EACH ? subject->kid[0] : NULL, NULL};
  c->agreement = agreement;
  c->act = act->op;
  c->modal = (uint8_t)act->ref;
  c->binding = act->ref == MODAL_SHALL && a->binding;
  c->span = load_place(l, n);
  c->win = (Window){a->first, load_next_day(a->last), true};
  c->win = load_window(l, n->kid[4], c->win, UINT32_MAX);
  c->by = has_deadline(n->kid[4]);
  c->when = condition(l, n->kid[4], MOD_WHEN);
  c->unless = condition(l, n->kid[4], MOD_UNLESS);
  c->binder = t.binder ? 1 : 0;
  c->subjects = subject->op == SUBJ_ONE ? one_country(l, subject->kid[0]) : load_targets(l, subject->kid[1], K_COUNTRY, UINT32_MAX);
  l->cite = l->block_cite;
  if (amendment) load_cite(l, amendment->kid[4]);  /* a clause that cites nothing itself has the sources of its amendment */
  load_cite(l, n->kid[4]);
  c->cite = l->cite;
  if (c->subjects && !load_stop(l)) act_load(l, &t, subject);
}

static void clause(Load *l, Node *n, uint32_t agreement, const Node *article) {
  ClauseFacts *c = world_clause_full(l->w, ent_index(n->ref), article);
  if (c) clause_row(l, n, agreement, ent_index(n->ref), n->ref, c);
}

/* ---- clauses that are rows ---- */

_Static_assert(sizeof(RowFigure) == sizeof(Value), "a row's figure has the place of its value");

#define COLUMN_TAKE(to, from) ((to).at = (void *)(from).at, (to).cap = (from).cap, (to).len = n, (from).at = NULL, (from).cap = 0)
#define COLUMN_COPY(to, from) (vec_more(m, &(to), n) && (memcpy((to).at, (from).at, n * sizeof *(to).at), (to).len = n, true))

/* Their columns become the first promises, to be gone through by clauses_plain. Few are copied: then the draft can be loaded again. */
void load_clauses_take(Load *l) {
  Unit *u = l->p->unit;
  ClauseRows *r = &u->clauses;
  PromiseCols *c = &l->w->promises;
  Mem *m = l->vm->mem;
  uint32_t n = r->len;
  if (!n || !world_alone(l->w) || !vec_more(m, &c->clause, n) || !vec_more(m, &c->act, n)) return;
  if (n < ROWS_BLOCK) {
    if (!COLUMN_COPY(c->value, r->figure) || !COLUMN_COPY(c->res, r->res) || !COLUMN_COPY(c->who, r->who) || !COLUMN_COPY(c->win, r->win) || !COLUMN_COPY(c->flags, r->how)) return;
  } else {
    COLUMN_TAKE(c->value, r->figure);
    COLUMN_TAKE(c->res, r->res);
    COLUMN_TAKE(c->who, r->who);
    COLUMN_TAKE(c->win, r->win);
    COLUMN_TAKE(c->flags, r->how);
    u->rows_gone = true;
  }
  memset(c->act.at, ACT_SUPPLY, n);
  c->clause.len = c->act.len = n;
}

/* The term leaves it no day: said as of any clause. */
static void row_late(Load *l, uint32_t clause, Window term) {
  const Node *n = clause_decl(l->p, ent_make(K_CLAUSE, clause));
  if (n) load_window(l, n->kid[4], term, UINT32_MAX);
}

/* A plain clause is its promise, which lies where its row did. */
static void clauses_plain(Load *l, const Node *rows, uint32_t agreement, const Node *article) {
  const AgreementFacts *a = &l->w->agreements.at[agreement];
  PromiseCols *c = &l->w->promises;
  Window term = {a->first, load_next_day(a->last), true};
  uint8_t flags = ROW_PLAIN | ROW_SOLE | (a->binding ? ROW_BINDS : 0), gives = a->binding ? ROW_GIVES : 0;
  for (uint32_t i = 0; i < rows->ref && !load_stop(l); i++) {
    uint32_t k = rows->sym + i, at = rows->ty + i;
    DayRun win = c->win.at[k];
    bool since = win.from > DAY_MIN, ends = win.until < DAY_OPEN;
    RowFigure f;
    if (!(c->flags.at[k] & CLAUSE_PLAIN)) { clause(l, clause_entity(l->p, at)->decl, agreement, article); continue; }
    if (!since) win.from = term.from;
    if (!ends) win.until = term.until;
    if ((ends && win.from >= win.until) || (since && win.from >= term.until)) { row_late(l, at, term); continue; }
    memcpy(&f, &c->value.at[k], sizeof f);
    c->value.at[k] = value_dec(f.c, f.e, f.unit);
    c->win.at[k] = win;
    c->clause.at[k] = at;
    c->flags.at[k] = f.c > 0 ? flags | gives : flags;
    l->w->clauses.at[at] = PLAIN_CLAUSE | k;
    l->w->strangers |= !bits_has(a->parties, c->who.at[k]);
    if (!promise_listed(l->vm->mem, c, k)) return;
  }
}

static void head_field(Load *l, AgreementFacts *a, Ent e, Node *m) {
  const char *name = sym_text(l->p, m->sym);
  Value v = load_value(l, m->kid[0], UINT32_MAX);
  bool rests = !strcmp(name, "parties") || !strcmp(name, "term") || !strcmp(name, "binding");
  if (rests) load_known(l, v, m->kid[0]);
  if (!strcmp(name, "parties") && (a->parties = load_bits(l, K_COUNTRY))) load_bits_add(a->parties, v);
  if (!strcmp(name, "term") && v.tag == V_RANGE) a->first = value_lo(v), a->last = value_hi(v);
  if (!strcmp(name, "binding")) a->binding = v.tag == V_TRUE;
  load_field(l, e, name, v);
}

void load_agreement_head(Load *l, Node *n) {
  AgreementFacts a = {.parties = load_bits(l, K_COUNTRY), .first = DAY_MIN, .last = DAY_OPEN, .binding = true, .span = n->kid[0]->span};
  for (Node *m = list_first(n->kid[2]); m && !load_stop(l); m = m->next)
    if (m->kind == N_ARG) head_field(l, &a, n->ref, m);
  if (a.binding) load_field(l, n->ref, "binding", value_bool(true));
  vec_push(l->vm->mem, &l->w->agreements, a);
}

/* While an agreement's clauses are read, `parties` in them are its own. */
static void clauses_begin(Load *l, uint32_t agreement) {
  memos_forget(l->vm, 0);
  l->vm->blank.parties = l->w->agreements.at[agreement].parties;
}

static void clauses_end(Load *l) {
  memos_forget(l->vm, 0);
  l->vm->blank.parties = NULL;
}

void load_agreement(Load *l, Node *n) {
  uint32_t index = ent_index(n->ref);
  clauses_begin(l, index);
  for (Node *m = list_first(n->kid[2]); m && !load_stop(l); m = m->next) {
    if (m->kind == N_CLAUSE) clause(l, m, index, NULL);
    if (m->kind == N_ROWS) clauses_plain(l, m, index, NULL);
    if (m->kind != N_ARTICLE) continue;
    for (Node *k = list_first(m->kid[2]); k && !load_stop(l); k = k->next) {
      if (k->kind == N_CLAUSE) clause(l, k, index, m);
      if (k->kind == N_ROWS) clauses_plain(l, k, index, m);
    }
  }
  clauses_end(l);
}

void load_clause_row(Load *l, Ent e) {
  const Entity *c = program_entity(l->p, e);
  if (!c->row) return;  /* the draft has one of that name, which has been said */
  ClauseFacts *facts = world_clause_full(l->w, ent_index(e), NULL);
  clauses_begin(l, ent_index(c->owner));
  if (facts) clause_row(l, c->decl, ent_index(c->owner), ent_index(e), e, facts);
  clauses_end(l);
}

/* ---- agreements as amended ---- */

/* An amendment takes effect when it says, and never before the one that it amends. */
static Day effect_of(Load *l, const Amended *m, const AgreementFacts *before) {
  Day least = before->amendment ? before->from : DAY_MIN;
  Node *from = list_first(m->decl->kid[4]);
  while (from && from->op != MOD_FROM) from = from->next;
  if (!from) return least;
  Day d = load_day(l, from->kid[0], UINT32_MAX);
  if (d >= least || load_stop(l)) return d;
  Buf day;
  buf_init(&day, l->vm->mem);
  date_show(&day, least);
  vm_fail(l->vm, DIAG_E0317, "this takes effect before what it amends, which does on %s", buf_text(&day));
  l->vm->error.span = from->span;
  buf_end(&day);
  return least;
}

void load_amended_head(Load *l, uint32_t amendment) {
  const Amended *m = &l->p->amended.at[amendment];
  uint32_t before = ent_kind(m->of) == K_AGREEMENT ? ent_index(m->of) : l->w->amended.at[ent_index(m->of)];
  AgreementFacts a = l->w->agreements.at[before];
  Ent e = m->decl->ref;
  a.from = effect_of(l, m, &a);
  a.amendment = amendment + 1;
  a.before = before;
  a.root = ent_index(m->root);
  a.span = m->decl->kid[0]->span;
  for (Node *k = list_first(m->decl->kid[3]); k && !load_stop(l); k = k->next)
    if (k->kind == N_ARG) head_field(l, &a, e, k);
  load_field(l, e, "parties", load_bits_value(l, a.parties, K_COUNTRY));
  load_field(l, e, "term", value_range(a.first, a.last));
  load_field(l, e, "binding", value_bool(a.binding));
  load_field(l, e, "agreement", value_ent(m->root));
  if (a.from > DAY_MIN) load_field(l, e, "from", value_date(a.from));
  l->w->amended.at[amendment] = l->w->agreements.len;
  vec_push(l->vm->mem, &l->w->agreements, a);
}

/* A clause that the amendment leaves standing: the same clause, in another agreement. */
static void clause_again(Load *l, Ent e, uint32_t agreement) {
  World *w = l->w;
  uint32_t row = w->clauses.len, written = w->clauses.at[ent_index(e)];
  ClauseFacts *c = vec_push(l->vm->mem, &w->clauses, 0) ? world_clause_full(w, row, NULL) : NULL;
  if (!c) return;
  c->reading_of = ent_index(e) + 1;
  c->next_reading = w->clause_facts.at[written].next_reading;
  w->clause_facts.at[written].next_reading = row;
  l->reading = true;
  load_row_of(l, e);
  clause_row(l, program_entity(l->p, e)->decl, agreement, row, e, c);
  load_row_of(l, UINT32_MAX);
  l->reading = false;
}

void load_amended_clauses(Load *l, uint32_t amendment) {
  const Amended *m = &l->p->amended.at[amendment];
  uint32_t row = l->w->amended.at[amendment];
  clauses_begin(l, row);
  for (uint32_t i = 0; i < m->clauses.len && !load_stop(l); i++) {
    AmendedClause k = m->clauses.at[i];
    if (k.clause == UINT32_MAX) continue;
    const Entity *e = program_entity(l->p, k.clause);
    if (e->owner == m->decl->ref) clause(l, e->decl, row, k.article);
    else clause_again(l, k.clause, row);
  }
  clauses_end(l);
}
