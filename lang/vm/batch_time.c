#include "vm/batch.h"
#include <string.h>

/* What the world says of many resources, each on a day of its own: the day is one more column. `at` gives the rows their days;
 * `spans` makes a row for each stretch of days on which nothing changes that its condition asks about. */

enum { TIME_ROWS = 4096, LEAVES_MOST = 16 };

static bool ents_of(const Col *c, Ents *out) {
  if (c->kind == COL_ENT) *out = (Ents){c->ent, 1};
  else *out = (Ents){&c->one.aux, 0};
  return c->kind == COL_ENT || (c->kind == COL_ONE && c->one.tag == V_ENT);
}

/* What the answers depend on, as ask_dep in builtins.c has it for one. What is needed is but what is stated: see world_needed_rows. */
static void rows_dep(Batch *b, Builtin f, const RowsAsked *q, bool timeless) {
  Vm *vm = b->vm;
  Dep *d = &vm->dep;
  uint64_t who = d->who;
  int what = f == BUILTIN_needed ? DEP_DEMAND | DEP_REQUIRE : f == BUILTIN_inputs || f == BUILTIN_uses ? DEP_REQUIRE : f == BUILTIN_share || f == BUILTIN_producers ? DEP_SUPPLY : DEP_PROMISE;
  dep_rows(vm->w, vm->ctx, q, what, timeless, d);
  if (f == BUILTIN_share) d->who = who;   /* of the country's own presence alone */
  Ent was = UINT32_MAX;
  for (uint32_t i = 0; q->who.at && i < q->n; i++)
    if (q->who.at[i * q->who.step] != was && bits_has(q->live, i)) d->who |= dep_who(vm->w, ent_index(was = q->who.at[i * q->who.step]));
}

static bool figures(Batch *b, Builtin f, Ents who, Ents res, Col *out) {
  Vm *vm = b->vm;
  RowsAsked q = {.res = res, .who = who, .day = b->days, .live = b->live, .n = b->n};
  Figures got = {.num = pool_get(b->pool, b->n * sizeof *got.num)};
  if (!got.num) return false;
  *b->work += b->n;
  if (!(f == BUILTIN_share ? world_share_rows : f == BUILTIN_needed ? world_needed_rows : world_committed_rows)(vm->w, vm->ctx, &q, &got)) return false;
  rows_dep(b, f, &q, b->days != NULL);
  *out = got.head.tag == V_NONE ? col_one(value_zero()) : (Col){.kind = COL_NUM, .tag = V_DEC, .e = got.head.e, .unit = got.head.unit, .zeros = got.zeros, .num = got.num};
  return true;
}

static bool members(Batch *b, Builtin f, MemberKind kind, Ents res, Value range, Col *out) {
  Vm *vm = b->vm;
  RowsAsked q = {.res = res, .live = b->live, .n = b->n};
  Members to = {0};
  uint32_t *end = pool_get(b->pool, b->n * sizeof *end);
  bool ok = end && world_members_rows(vm->w, vm->ctx, kind, &q, value_lo(range), value_hi(range), end, &to);
  Value *items = ok ? pool_get(b->pool, ((size_t)to.len + 1) * sizeof *items) : NULL;
  SeqAt *at = items ? pool_get(b->pool, b->n * sizeof *at) : NULL;
  for (uint32_t i = 0; at && i < b->n; i++) at[i] = (SeqAt){i ? end[i - 1] : 0, end[i] - (i ? end[i - 1] : 0)};
  if (at && to.len) memcpy(items, to.at, to.len * sizeof *items);
  *b->work += b->n + to.len;
  vec_end(vm->mem, &to);
  *out = (Col){.kind = COL_SEQS, .tag = V_SET, .items = items, .seq = at};
  if (at) rows_dep(b, f, &q, kind == MEMBERS_SUPPLIERS);
  return at != NULL;
}

bool time_builtin(Batch *b, Builtin f, const Col *args, uint32_t n, Col *out) {
  Ents first, last;
  Value none = value_range(0, 0);
  if (b->vm->ctx == &b->vm->blank || !ents_of(&args[0], &first)) return false;
  switch (f) {
    case BUILTIN_producers: return !b->days && members(b, f, MEMBERS_PRODUCERS, first, none, out);
    case BUILTIN_inputs: return !b->days && members(b, f, MEMBERS_INPUTS, first, none, out);
    case BUILTIN_uses: return !b->days && members(b, f, MEMBERS_USES, first, none, out);
    case BUILTIN_suppliers: return !b->days && n == 2 && args[1].kind == COL_ONE && args[1].one.tag == V_RANGE && members(b, f, MEMBERS_SUPPLIERS, first, args[1].one, out);
    case BUILTIN_needed: return figures(b, f, (Ents){NULL, 0}, first, out);
    case BUILTIN_share: return !b->days && ents_of(&args[1], &last) && figures(b, f, first, last, out);
    case BUILTIN_committed: return b->days && ents_of(&args[1], &last) && figures(b, f, first, last, out);   /* without days, what is added up is kept */
    default: return false;
  }
}

/* ---- all suppliers together ---- */

static bool same_name(const Node *a, const Node *b) {
  return a->kind == N_NAME && b->kind == N_NAME && a->op == b->op && a->ref == b->ref && (a->op == REF_LOCAL || a->op == REF_ENTITY);
}

static const Node *argument(const Node *e, Builtin f, uint32_t n, uint32_t i) {
  if (e->kind != N_CALL || e->op != CALL_BUILTIN || e->ref != (uint32_t)f || list_len(e->kid[1]) != n) return NULL;
  const Node *a = list_first(e->kid[1]);
  while (i--) a = a->next;
  return a;
}

/* sum(committed(c, r) for c in suppliers(r)) */
const Node *time_total(const Node *e) {
  const Node *each = e->kind == N_CALL && e->op == CALL_AGGREGATE && e->ref == AGG_SUM ? list_first(e->kid[1]) : NULL;
  if (!each || each->kind != N_EACH || list_len(each->kid[1]) != 1) return NULL;
  const Node *gen = list_first(each->kid[1]), *of = argument(gen->kid[2], BUILTIN_suppliers, 1, 0);
  const Node *who = argument(each->kid[0], BUILTIN_committed, 2, 0), *what = argument(each->kid[0], BUILTIN_committed, 2, 1);
  if (!of || !what || gen->kid[1] || gen->kid[3] || !same_name(of, what)) return NULL;
  return who->kind == N_NAME && who->op == REF_LOCAL && who->ref == gen->kid[0]->ref && (of->op != REF_LOCAL || of->ref != who->ref) ? of : NULL;
}

bool time_sum(Batch *b, const Node *resource, Col *out) {
  Col c;
  Ents res;
  if (!batch_eval(b, resource, &c) || (c.kind == COL_ONE && !b->days) || !ents_of(&c, &res)) return false;
  return figures(b, BUILTIN_suppliers, (Ents){NULL, 0}, res, out);
}

/* ---- at ---- */

bool time_at(Batch *b, const Node *e, const Col *day, Col *out) {
  Batch in = *b;
  Day *days = pool_get(b->pool, b->n * sizeof *days);
  if (!days || day->tag != V_DATE || b->vm->ctx->view->nunder) return false;
  for (uint32_t i = 0; i < b->n; i++) days[i] = bits_has(b->live, i) ? (Day)day->num[i] : 0;
  in.days = days;
  return batch_eval(&in, e, out);
}

/* ---- spans ---- */

typedef struct Leaf { Ents res; uint8_t days; } Leaf;   /* days: DAYS_DEMAND and so on */
typedef struct Leaves { Leaf at[LEAVES_MOST]; uint32_t n; } Leaves;

static bool leaves_find(Batch *b, const Node *e, Leaves *l);

static bool leaf_add(Batch *b, const Node *resource, uint8_t days, Leaves *l) {
  Col *c = pool_get(b->pool, sizeof *c);   /* the leaf points into it */
  if (!c || l->n == LEAVES_MOST || resource->kind != N_NAME || (resource->op != REF_LOCAL && resource->op != REF_ENTITY) || !batch_eval(b, resource, c)) return false;
  l->at[l->n].days = days;
  return ents_of(c, &l->at[l->n++].res);
}

static bool leaves_list(Batch *b, const Node *first, Leaves *l) {
  for (const Node *k = first; k; k = k->next)
    if (!leaves_find(b, k, l)) return false;
  return true;
}

/* Arguments that are names stand for the same all the time; of others nothing is asked within. */
static bool leaves_call(Batch *b, const Node *e, const Func *f, const Node *args, Leaves *l) {
  enum { CALLS_MOST = 4 };
  Batch in = *b;
  uint32_t n = 0;
  if (!(f->flags & (FLAG_VARIES | FLAG_CLAUSES))) return leaves_list(b, args, l);
  in.calls++;
  if (b->calls == CALLS_MOST || f->flags & FLAG_RECURSIVE || f->kind > FUNC_LET || e->ref >= b->vm->nmemo || !batch_slots(&in, f)) return false;
  for (const Node *a = args; a; a = a->next, n++) {
    if (a->kind == N_NAME && (a->op == REF_LOCAL || a->op == REF_ENTITY)) { if (!batch_eval(b, a, &in.slot[n])) return false; }
    else if (!leaves_find(b, a, l)) return false;
  }
  return leaves_find(&in, f->body, l);
}

static bool leaves_aggregate(Batch *b, const Node *e, Leaves *l) {
  const Node *each = list_first(e->kid[1]), *total = time_total(e);
  Batch in = *b;
  if (total) return leaf_add(b, total, DAYS_PROMISE, l);
  in.slot = pool_get(b->pool, ((size_t)b->nslot + 1) * sizeof *in.slot);
  if (!in.slot || each->kind != N_EACH) return false;
  memcpy(in.slot, b->slot, b->nslot * sizeof *in.slot);
  for (const Node *g = list_first(each->kid[1]); g; g = g->next) {
    if (g->kid[1] || !leaves_find(&in, g->kid[2], l)) return false;
    in.slot[g->kid[0]->ref] = (Col){0};    /* it stands for many */
    if (g->kid[3] && !leaves_find(&in, g->kid[3], l)) return false;
  }
  return leaves_find(&in, each->kid[0], l);
}

static bool leaves_of_call(Batch *b, const Node *e, Leaves *l) {
  const Node *args = list_first(e->kid[1]);
  if (e->op == CALL_AGGREGATE) return leaves_aggregate(b, e, l);
  if (e->op == CALL_FUNC) return leaves_call(b, e, &b->vm->p->funcs.at[e->ref], args, l);
  if (e->op != CALL_BUILTIN) return false;
  if (builtin_info((Builtin)e->ref)->flag == 'P') return leaves_list(b, args, l);
  if (e->ref == BUILTIN_needed) return leaf_add(b, args, DAYS_DEMAND, l);
  return e->ref == BUILTIN_committed && leaves_find(b, args, l) && leaf_add(b, args->next, DAYS_PROMISE, l);
}

/* Of what resources an expression asks what, as far as that changes with the day. False: it asks what is not known here. */
static bool leaves_find(Batch *b, const Node *e, Leaves *l) {
  switch ((NodeKind)e->kind) {
    case N_NUMBER: case N_QUANTITY: case N_DATE: case N_BOOL: case N_STRING: return true;
    case N_NAME:
      if (e->op == REF_FUNC) return leaves_call(b, e, &b->vm->p->funcs.at[e->ref], NULL, l);
      return e->op == REF_LOCAL || e->op == REF_ENTITY || e->op == REF_SETOF || e->op == REF_CONCERN || e->op == REF_TERM;
    case N_FIELD: return e->op == REF_ENTITY || leaves_find(b, e->kid[0], l);
    case N_CALL: return leaves_of_call(b, e, l);
    case N_UNARY: case N_FITS: return leaves_find(b, e->kid[0], l);
    case N_BINARY: return leaves_find(b, e->kid[0], l) && leaves_find(b, e->kid[1], l);
    case N_IF: return leaves_find(b, e->kid[0], l) && leaves_find(b, e->kid[1], l) && leaves_find(b, e->kid[2], l);
    case N_SET: case N_SEQ: return leaves_list(b, list_first(e->kid[0]), l);
    default: return false;
  }
}

typedef struct Days { VEC(Day) at, spare; } Days;

static bool days_merge(Mem *mem, Days *d, const Day *more, uint32_t n) {
  uint32_t i = 0, k = 0;
  d->spare.len = 0;
  while (i < d->at.len || k < n) {
    Day x = i < d->at.len ? d->at.at[i] : DAY_OPEN, y = k < n ? more[k] : DAY_OPEN, next = x < y ? x : y;
    i += x == next;
    k += y == next;
    if (!vec_push(mem, &d->spare, next)) return false;
  }
  Days was = *d;
  d->at.at = was.spare.at; d->at.len = was.spare.len; d->at.cap = was.spare.cap;
  d->spare.at = was.at.at; d->spare.len = was.at.len; d->spare.cap = was.at.cap;
  return true;
}

/* The days after lo, through hi, on which something of a row changes: those of one resource as they stand, or of several together. */
static bool row_days(Batch *b, const Leaves *l, uint32_t row, Day lo, Day hi, Days *d, const Day **at, uint32_t *count) {
  bool merged = false;
  *count = 0;
  for (uint32_t k = 0; k < l->n; k++) {
    uint32_t n, from = 0, r = ent_index(l->at[k].res.at[row * l->at[k].res.step]);
    if (r >= b->vm->w->nresource) return false;
    const Day *days = world_days(b->vm->w, r, l->at[k].days, &n);
    while (from < n && days[from] <= lo) from++;
    while (n > from && days[n - 1] > hi) n--;
    if (from == n || (*count == n - from && *at == days + from)) continue;
    if (!*count) { *at = days + from; *count = n - from; continue; }
    if (!merged) d->at.len = 0;
    if (!merged && !days_merge(b->vm->mem, d, *at, *count)) return false;
    merged = true;
    if (!days_merge(b->vm->mem, d, days + from, n - from)) return false;
    *at = d->at.at;
    *count = d->at.len;
  }
  return true;
}

typedef struct Stretches { uint32_t row[TIME_ROWS]; Day first[TIME_ROWS], last[TIME_ROWS]; uint32_t n; } Stretches;
typedef struct Spans { Batch *b; const Node *condition; Stretches *s; SeqAt *at; VEC(Value) items; } Spans;

static bool span_put(Spans *p, uint32_t row, Day first, Day last) {
  SeqAt *at = &p->at[row];
  Value *before = at->len ? &p->items.at[p->items.len - 1] : NULL;
  if (before && (int64_t)value_hi(*before) + 1 == first) { *before = value_range(value_lo(*before), last); return true; }
  if (!at->len) at->at = p->items.len;
  at->len++;
  return vec_push(p->b->vm->mem, &p->items, value_range(first, last));
}

/* Judges the stretches gathered. */
static bool spans_judge(Spans *p) {
  Batch *b = p->b;
  Stretches *s = p->s;
  PoolMark mark = pool_mark(b->pool);
  uint32_t held = b->vm->held.len;
  Batch in = batch_part(b, s->row, s->n);
  Col v;
  const uint64_t *yes;
  in.days = s->first;
  bool ok = in.live && batch_eval(&in, p->condition, &v) && col_yes(&in, &v, &yes);
  for (uint32_t i = 0; ok && i < s->n; i++)
    if (bits_has(yes, i)) ok = span_put(p, s->row[i], s->first[i], s->last[i]);
  *b->work += 2 * (uint64_t)s->n;
  s->n = 0;
  held_drop(b->vm, held);
  pool_release(b->pool, mark);
  return ok && batch_may_go_on(b);
}

static bool spans_rows(Spans *p, const Leaves *l, Day lo, Day hi) {
  Days d = {0};
  Stretches *s = p->s;
  bool ok = true;
  for (uint32_t i = 0; ok && lo <= hi && i < p->b->n; i++) {
    if (!bits_has(p->b->live, i)) continue;
    const Day *at = NULL;
    uint32_t n;
    ok = row_days(p->b, l, i, lo, hi, &d, &at, &n);
    for (uint32_t k = 0; ok && k <= n; k++) {
      s->row[s->n] = i;
      s->first[s->n] = k ? at[k - 1] : lo;
      s->last[s->n] = k < n ? at[k] - 1 : hi;
      if (++s->n == TIME_ROWS) ok = spans_judge(p);
    }
  }
  vec_end(p->b->vm->mem, &d.at);
  vec_end(p->b->vm->mem, &d.spare);
  return ok && (!s->n || spans_judge(p));
}

bool time_spans(Batch *b, const Node *condition, Col *out) {
  Vm *vm = b->vm;
  Batch in = *b;
  Leaves *l = pool_get(b->pool, sizeof *l);
  Spans p = {.b = &in, .condition = condition, .s = pool_get(b->pool, sizeof *p.s), .at = pool_get(b->pool, b->n * sizeof *p.at)};
  in.days = NULL;
  if (!l || !p.s || !p.at || b->lanes || vm->ctx->view->nunder) return false;
  l->n = p.s->n = 0;
  memset(p.at, 0, b->n * sizeof *p.at);
  Value term = op_term(vm);
  if (vm->failed || !leaves_find(&in, condition, l)) return false;
  bool ok = spans_rows(&p, l, value_lo(term), value_hi(term));
  Value *items = ok ? pool_get(b->pool, ((size_t)p.items.len + 1) * sizeof *items) : NULL;
  if (items && p.items.len) memcpy(items, p.items.at, p.items.len * sizeof *items);
  vec_end(vm->mem, &p.items);
  *out = (Col){.kind = COL_SEQS, .tag = V_LIST, .items = items, .seq = p.at};
  return items != NULL;
}

/* ---- months ---- */

/* A day that was gone on from by so many months, where it is now, and in which month that is. */
typedef struct Months { int64_t from, n, at; int y, m, d, ny, nm; } Months;

/* The next month after the last is most often what is asked for. */
static bool months_after(Months *s, int64_t from, int64_t n) {
  if (from == s->from && n == s->n + 1 && s->d <= 28 && s->ny < 9999) {
    s->at += date_month_days(s->ny, s->nm);
    s->ny += s->nm == 12;
    s->nm = s->nm == 12 ? 1 : s->nm + 1;
    s->n = n;
    return true;
  }
  if (from < DAY_MIN || from > DAY_MAX) return false;
  if (from != s->from) date_split((Day)from, &s->y, &s->m, &s->d);
  Day at = date_months_on(s->y, s->m, s->d, n);
  if (at == DAY_NONE) return false;
  int64_t months = s->y * 12 + s->m - 1 + n;
  *s = (Months){from, n, at, s->y, s->m, s->d, (int)(months / 12), (int)(months % 12) + 1};
  return true;
}

bool time_months(Batch *b, const Col *x, uint32_t n, Col *out) {
  Months s = {.from = INT64_MIN};
  int64_t *to = pool_get(b->pool, b->n * sizeof *to);
  bool after = n == 2 && x[0].kind == COL_NUM && x[0].tag == V_DATE && x[1].kind == COL_NUM && x[1].tag == V_DEC && !x[1].e && x[1].unit == UNIT_ONE;
  if (!to || (!after && (n != 1 || x[0].kind != COL_VALUES))) return false;
  for (uint32_t i = 0; i < b->n; i++) {
    to[i] = 0;
    if (!bits_has(b->live, i)) continue;
    if (after) {
      if (!months_after(&s, x[0].num[i], x[1].num[i])) return false;
      to[i] = s.at;
      continue;
    }
    if ((x[0].values[i].tag != V_RANGE || value_hi(x[0].values[i]) == DAY_OPEN)) return false;
    to[i] = date_months(value_lo(x[0].values[i]), value_hi(x[0].values[i]));
  }
  *b->work += b->n;
  *out = (Col){.kind = COL_NUM, .tag = after ? V_DATE : V_DEC, .unit = after ? 0 : UNIT_ONE, .num = to};
  return true;
}
