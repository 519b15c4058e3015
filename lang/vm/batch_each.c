#include "vm/batch.h"
#include <string.h>

/* Comprehensions within a block: all rows go through the same elements together, one after the other. */

/* Whether an expression says no more than that a rule holds for the entity in a slot, or does not. */
static bool batch_rule(const Batch *b, const Node *e, uint32_t slot, uint32_t *rule, bool *flip) {
  for (;;) {
    if (e->kind == N_UNARY && e->op == OP_NOT) { *flip = !*flip; e = e->kid[0]; continue; }
    if (e->kind != N_CALL || e->op != CALL_FUNC || list_len(e->kid[1]) != 1) return false;
    const Node *arg = list_first(e->kid[1]);
    const Func *f = &b->vm->p->funcs.at[e->ref];
    if (arg->kind != N_NAME || arg->op != REF_LOCAL || arg->ref != slot || f->nparam != 1) return false;
    *rule = e->ref;
    if (f->flags & FLAG_RECURSIVE) return true;
    e = f->body;
    slot = 0;
  }
}

void held_drop(Vm *vm, uint32_t to) {
  while (vm->held.len > to) value_drop(vm->mem, vm->held.at[--vm->held.len]);
}

Batch batch_rows(Batch *b, uint32_t n) {
  Batch in = *b;
  in.n = n;
  in.words = rows_words(n);
  in.lanes = NULL;
  in.days = NULL;
  uint64_t *live = bits_get(&in);
  for (uint32_t i = 0; live && i < in.words; i++) live[i] = i < n / 64 ? ~0ull : i == n / 64 && n % 64 ? (1ull << n % 64) - 1 : 0;
  in.live = in.every = live;
  return in;
}

/* ---- which elements ---- */

/* What a `for` takes of a set or list where that is the same in all rows. Block after block asks it again, so it is kept as long as the
 * machine's loop lasts. What it rests on: */
enum { PICKS_MOST = 16, PICK_NAMES = 4 };
typedef struct PickKey { const Node *gen; Value coll, name[PICK_NAMES]; uint32_t view; Day day; } PickKey;
_Static_assert(sizeof(PickKey) == sizeof(Node *) + (1 + PICK_NAMES) * sizeof(Value) + sizeof(uint32_t) + sizeof(Day), "keys are compared by their bytes");
typedef struct Pick {
  PickKey key;
  uint32_t nname;
  Dep dep;
  const uint64_t *chosen;        /* by place; NULL: all */
  const uint64_t *ents;          /* by index of entities of one kind; NULL: they are none, or one is there twice */
  uint32_t kind, many;
} Pick;
struct Picks { Pool pool; uint32_t n; Pick at[PICKS_MOST]; };

void picks_end(Vm *vm, Picks *k) {
  for (uint32_t i = 0; k && i < k->n; i++) {
    value_drop(vm->mem, k->at[i].key.coll);
    for (uint32_t j = 0; j < k->at[i].nname; j++) value_drop(vm->mem, k->at[i].key.name[j]);
  }
  if (k) pool_end(&k->pool);
  mem_free(vm->mem, k, sizeof *k);
}

/* A name at hand that is the same in every row. */
static bool pick_name(const Batch *b, uint32_t slot, Pick *p) {
  if (b->slot[slot].kind != COL_ONE || p->nname == PICK_NAMES) return false;
  p->key.name[p->nname++] = b->slot[slot].one;
  return true;
}

/* Whether an expression is the same in every world, and uses of the names at hand only those that are the same in every row, a few, which
 * go into the key. */
static bool steady(const Batch *b, const Node *e, uint32_t binder, Pick *p) {
  if (!e) return true;
  switch ((NodeKind)e->kind) {
    case N_NAME:
      if (e->op == REF_LOCAL) return e->ref == binder || pick_name(b, e->ref, p);
      if (e->op == REF_FUNC) return !(b->vm->p->funcs.at[e->ref].flags & (FLAG_VARIES | FLAG_CLAUSES));
      return e->op == REF_ENTITY || e->op == REF_SETOF || e->op == REF_CONCERN || e->op == REF_OPEN;
    case N_FIELD: return e->op == REF_ENTITY || steady(b, e->kid[0], binder, p);
    case N_CALL:
      if (e->op == CALL_FUNC && b->vm->p->funcs.at[e->ref].flags & (FLAG_VARIES | FLAG_CLAUSES)) return false;
      if (e->op == CALL_BUILTIN && builtin_info((Builtin)e->ref)->flag != 'P') return false;
      if (e->op != CALL_FUNC && e->op != CALL_BUILTIN) return false;
      for (const Node *k = list_first(e->kid[1]); k; k = k->next)
        if (!steady(b, k, binder, p)) return false;
      return true;
    case N_NUMBER: case N_QUANTITY: case N_DATE: case N_BOOL: case N_STRING: return true;
    case N_BINARY: return steady(b, e->kid[0], binder, p) && steady(b, e->kid[1], binder, p);
    case N_UNARY: return steady(b, e->kid[0], binder, p);
    default: return false;
  }
}

static bool pick_where(Batch *b, const Node *gen, const Seq *s, Pick *p) {
  uint32_t slot = gen->kid[0]->ref;
  Col was = b->slot[slot], cond;
  Batch in = batch_rows(b, s->o.len);
  uint64_t *to = in.live ? bits_get(&in) : NULL;
  const uint64_t *yes;
  bool ok = to && col_narrow(&in, s->at, &in.slot[slot]) && batch_eval(&in, gen->kid[3], &cond) && col_yes(&in, &cond, &yes);
  b->slot[slot] = was;
  if (!ok) return false;
  words_and(to, in.live, yes, in.words);
  p->chosen = to;
  return true;
}

/* false: no memory. */
static bool pick_ents(Batch *b, const Seq *s, Pick *p) {
  uint32_t kind = s->o.len && s->at[0].tag == V_ENT ? ent_kind(s->at[0].aux) : K_CLAUSE, n = b->vm->p->kinds.at[kind].list.len, words = bits_words(n) + 1;
  if (kind == K_CLAUSE) return true;
  uint64_t *to = pool_get(b->pool, words * sizeof *to);
  if (!to) return false;
  memset(to, 0, words * sizeof *to);
  for (uint32_t i = 0; i < s->o.len; i++) {
    if (p->chosen && !bits_has(p->chosen, i)) continue;
    uint32_t e = ent_index(s->at[i].aux);
    if (s->at[i].tag != V_ENT || ent_kind(s->at[i].aux) != kind || e >= n || bits_has(to, e)) return true;
    bits_set(to, e);
    p->many++;
  }
  p->kind = kind;
  p->ents = to;
  *b->work += s->o.len;
  return true;
}

static const uint64_t *words_keep(Pool *to, const uint64_t *at, uint32_t words) {
  uint64_t *kept = at ? pool_get(to, words * sizeof *kept) : NULL;
  if (kept) memcpy(kept, at, words * sizeof *kept);
  return kept;
}

static const Pick *pick_keep(Batch *b, Picks *k, const Pick *p) {
  Pick *to = &k->at[k->n];
  *to = *p;
  to->chosen = words_keep(&k->pool, p->chosen, rows_words(p->key.coll.obj->len));
  to->ents = words_keep(&k->pool, p->ents, bits_words(b->vm->p->kinds.at[p->kind].list.len) + 1);
  if (!to->chosen != !p->chosen || !to->ents != !p->ents) return NULL;
  k->n++;
  value_keep(to->key.coll);
  for (uint32_t i = 0; i < to->nname; i++) value_keep(to->key.name[i]);
  return to;
}

static Picks *picks_of(Batch *b) {
  if (b->picks && !*b->picks && (*b->picks = mem_zero(b->vm->mem, sizeof **b->picks))) (*b->picks)->pool.mem = b->vm->mem;
  return b->picks ? *b->picks : NULL;
}

/* What gen takes of a list or set; NULL: it cannot be told at one go. */
static const Pick *pick(Batch *b, const Node *gen, Value coll) {
  Vm *vm = b->vm;
  Picks *k = picks_of(b);
  Pick p = {.key = {.gen = gen, .coll = coll, .view = vm->ctx->view->id, .day = vm->ctx->day}, .kind = K_CLAUSE};
  if (!steady(b, gen->kid[3], gen->kid[0]->ref, &p)) return NULL;
  for (uint32_t i = 0; k && i < k->n; i++)
    if (!memcmp(&k->at[i].key, &p.key, sizeof p.key)) { dep_meet(&vm->dep, k->at[i].dep); return &k->at[i]; }
  Dep outer = vm->dep;
  vm->dep = dep_nothing;
  bool ok = (!gen->kid[3] || pick_where(b, gen, value_seq(coll), &p)) && pick_ents(b, value_seq(coll), &p);
  p.dep = vm->dep;
  dep_meet(&outer, vm->dep);
  vm->dep = outer;
  if (!ok) return NULL;
  if (k && k->n < PICKS_MOST) return pick_keep(b, k, &p);
  Pick *here = pool_get(b->pool, sizeof *here);
  if (here) *here = p;
  return here;
}

/* ---- into what is accumulated ---- */

typedef struct Each {
  const Node *body;
  int kind;
  int64_t every;                 /* COUNT: in all rows */
  int64_t *counted;              /* ... in each, */
  bool any_counted;              /* if anything */
  Planes more, fewer;            /* ... and in some; in all but some */
  Value sum;                     /* SUM: in all rows; of the columns added so far: unit and power of ten in nums */
  Col nums;
  int64_t *added;
  uint64_t *some;                /* ... rows for which something was */
  uint64_t *settled;             /* ANY, ALL: rows in which it holds, or fails */
} Each;

static bool each_sum(Batch *b, Each *a, Col *v, bool all) {
  for (uint32_t i = 0; i < b->words; i++) a->some[i] |= b->live[i];
  if (v->zeros) return false;
  if (v->kind == COL_ONE && all) {
    Value sum;
    if (v->one.tag != V_DEC || fig_add(&b->vm->rt, a->sum, v->one, &sum)) return false;
    if (sum.tag != V_DEC) { value_drop(b->vm->mem, sum); return false; }
    a->sum = sum;
    return true;
  }
  if (v->kind == COL_ONE ? v->one.tag != V_DEC : v->kind != COL_NUM || v->tag != V_DEC) return false;
  Col of = {.kind = COL_NUM, .tag = V_DEC, .e = v->kind == COL_ONE ? v->one.e : v->e, .unit = v->kind == COL_ONE ? v->one.unit : v->unit, .num = a->added};
  bool first = !a->nums.num;
  if (first) a->nums = of;
  else if (a->nums.unit != of.unit || a->nums.e != of.e) return false;
  if (all && first) memcpy(a->added, v->num, b->n * sizeof *a->added);
  if (all) return first || nums_add(a->added, (Nums){a->added, 1}, (Nums){v->num, 1}, b->n);
  if (first) memset(a->added, 0, b->n * sizeof *a->added);
  bool over = false;   /* nothing in the rows that do not count */
  for (uint32_t k = 0; k < b->words; k++)
    for (uint64_t w = b->live[k]; w; w &= w - 1) {
      uint32_t i = 64 * k + (uint32_t)__builtin_ctzll(w);
      over |= __builtin_add_overflow(a->added[i], v->kind == COL_ONE ? v->one.i : v->num[i], &a->added[i]);
    }
  return !over;
}

/* One element's part, in the rows of `rows` (NULL: of the block). */
static bool each_take(Batch *b, Each *a, const uint64_t *outer) {
  Col v;
  const uint64_t *yes;
  bool all = b->live == outer;
  if (a->kind == ACC_COUNT && type_kind(&b->vm->p->types, a->body->ty) != TY_BOOL) v = col_one(value_bool(true));
  else if (!batch_eval(b, a->body, &v)) return false;
  switch (a->kind) {
    case ACC_COUNT:
      if (v.kind == COL_ONE && v.one.tag == V_FALSE) return true;
      if (v.kind == COL_ONE && v.one.tag == V_TRUE && all) { a->every++; return true; }
      if (v.kind != COL_BITS && !(v.kind == COL_ONE && v.one.tag == V_TRUE)) return false;
      *b->work += b->words;
      /* Of what holds nearly everywhere, where it does not is counted. */
      if (v.flip && all) a->every++;
      if (v.kind == COL_ONE) return planes_add(&a->more, b->live, b->live);
      if (!v.flip || all) return planes_add(v.flip ? &a->fewer : &a->more, v.bits, b->live);
      return col_yes(b, &v, &yes) && planes_add(&a->more, yes, b->live);
    case ACC_SUM: *b->work += b->n; return each_sum(b, a, &v, all);
    case ACC_ANY: case ACC_ALL:
      if (!col_yes(b, &v, &yes)) return false;
      if (a->kind == ACC_ALL) {
        uint64_t *no = bits_get(b);
        if (!no) return false;
        words_less(no, b->live, yes, b->words);
        yes = no;
      }
      for (uint32_t i = 0; i < b->words; i++) a->settled[i] |= yes[i] & b->live[i];
      *b->work += b->words;
      return true;
    default: return false;
  }
}

static bool each_gens(Batch *b, Each *a, const Node *gen, const uint64_t *outer);

static bool each_element(Batch *b, Each *a, const Node *gen, Value v, bool passed, const uint64_t *outer) {
  const uint64_t *live = b->live, *yes;
  Col cond;
  b->slot[gen->kid[0]->ref] = col_one(v);
  if (gen->kid[3] && !passed) {
    if (!batch_eval(b, gen->kid[3], &cond)) return false;
    if (cond.kind == COL_ONE && cond.one.tag == V_FALSE) return true;
    if (cond.kind != COL_ONE) {
      uint64_t *in = bits_get(b);
      if (!in || !col_yes(b, &cond, &yes)) return false;
      words_and(in, live, yes, b->words);
      b->live = in;
    } else if (cond.one.tag != V_TRUE) return false;
  }
  bool ok = gen->next ? each_gens(b, a, gen->next, outer) : each_take(b, a, outer);
  b->live = live;
  return ok;
}

/* Sets of what is left in each world: each of the whole set, in the rows whose world has it. */
static bool each_less(Batch *b, Each *a, const Node *gen, Value set, const uint64_t *outer) {
  const uint64_t *live = b->live;
  for (uint32_t i = 0; i < set.obj->len; i++) {
    Value v = value_seq(set)->at[i];
    const uint64_t *absent = lanes_absent(b->lanes, ent_index(v.aux));
    uint64_t *in = absent ? bits_get(b) : NULL;
    if (absent && !in) return false;
    if (in) words_less(in, live, absent, b->words);
    if (in) b->live = in;
    bool ok = each_element(b, a, gen, v, false, outer);
    b->live = live;
    if (!ok) return false;
  }
  return true;
}

/* For how many of the elements chosen a rule holds, or does not, where that is counted without lanes. */
static bool each_counted(Batch *b, Each *a, const Pick *p, uint32_t rule, bool flip) {
  bool more = a->kind != ACC_COUNT || a->any_counted;
  int64_t *to = more ? pool_get(b->pool, b->n * sizeof *to) : a->counted, zero = 0, most = p->many;
  uint64_t *is = bits_get(b);
  if (!to || !is || type_at(&b->vm->p->types, b->vm->p->funcs.at[rule].param[0]).a != p->kind || !lanes_count(b, rule, flip, p->ents, p->many, to)) return false;
  if (a->kind == ACC_COUNT) {
    a->any_counted = true;
    return !more || nums_add(a->counted, (Nums){a->counted, 1}, (Nums){to, 1}, b->n);
  }
  if (a->kind == ACC_ANY) nums_test(is, NUM_LT, (Nums){&zero, 0}, (Nums){to, 1}, b->n);
  else nums_test(is, NUM_LT, (Nums){to, 1}, (Nums){&most, 0}, b->n);
  words_and(is, is, b->live, b->words);
  words_or(a->settled, a->settled, is, b->words);
  return true;
}

/* One element of many: what is worked out for it is given back. Settled: no other can change what comes of it. */
static bool each_one(Batch *b, Each *a, const Node *gen, Value v, bool passed, const uint64_t *outer, bool *settled) {
  PoolMark mark = pool_mark(b->pool);
  uint32_t held = b->vm->held.len;
  if (!batch_may_go_on(b) || !each_element(b, a, gen, v, passed, outer)) return false;
  held_drop(b->vm, held);
  pool_release(b->pool, mark);
  *settled = a->settled && words_all(a->settled, outer, b->words);
  return true;
}

static bool each_gens(Batch *b, Each *a, const Node *gen, const uint64_t *outer) {
  Col coll;
  uint32_t rule = 0;
  bool settled = false, flip = false;
  if (gen->kid[1] || !batch_eval(b, gen->kid[2], &coll)) return false;
  if (coll.kind == COL_LESS) return each_less(b, a, gen, coll.one, outer);
  if (coll.kind != COL_ONE) return false;
  if (coll.one.tag == V_INTS) {
    int64_t hi = value_hi(coll.one);
    for (int64_t i = value_lo(coll.one); i <= hi && !settled; i++)
      if (!each_one(b, a, gen, value_int(i), false, outer, &settled)) return false;
    return true;
  }
  if (coll.one.tag != V_LIST && (coll.one.tag != V_SET || op_loose(coll.one))) return false;
  const Seq *s = value_seq(coll.one);
  bool where = gen->kid[3] && !b->days && s->o.len >= 32, counts = a->kind != ACC_SUM && b->lanes && !gen->next && (where || !gen->kid[3]) && b->live == outer;
  counts = counts && batch_rule(b, a->body, gen->kid[0]->ref, &rule, &flip);
  const Pick *p = where || counts ? pick(b, gen, coll.one) : NULL;
  if (b->vm->failed) return false;
  if (counts && p && p->ents && each_counted(b, a, p, rule, flip)) return true;
  for (uint32_t i = 0; i < s->o.len && !settled; i++)
    if ((!p || !p->chosen || bits_has(p->chosen, i)) && !each_one(b, a, gen, s->at[i], p && gen->kid[3], outer, &settled)) return false;
  return true;
}

static bool each_end(Batch *b, Each *a, Col *out) {
  if (a->kind == ACC_ANY || a->kind == ACC_ALL) {
    *out = col_bits(a->settled);
    out->flip = a->kind == ACC_ALL;
    if (!words_any(a->settled, b->words)) *out = col_one(value_bool(a->kind == ACC_ALL));
    return true;
  }
  if (a->kind == ACC_COUNT) {
    if (!a->more.n && !a->fewer.n && !a->any_counted) { *out = col_one(value_int(a->every)); return true; }
    int64_t *to = a->counted;
    if (!a->any_counted) memset(to, 0, b->n * sizeof *to);
    if (a->every) nums_add(to, (Nums){to, 1}, (Nums){&a->every, 0}, b->n);
    planes_count(&a->more, 1, to, b->n);
    planes_count(&a->fewer, -1, to, b->n);
    *b->work += b->n;
    *out = (Col){.kind = COL_NUM, .tag = V_DEC, .unit = UNIT_ONE, .num = to};
    return true;
  }
  if (!a->nums.num) { *out = col_one(a->sum); return true; }
  if (a->sum.unit == UNIT_ANY && !a->sum.i) { *out = a->nums; return col_sum(b, out, a->some); }
  int64_t *to = pool_get(b->pool, b->n * sizeof *to);
  if (!to || a->sum.unit != a->nums.unit || a->sum.e != a->nums.e) return false;
  *out = a->nums;
  out->num = to;
  return nums_add(to, (Nums){a->nums.num, 1}, (Nums){&a->sum.i, 0}, b->n);
}

/* Where all rows go through the same they do so together; else each goes through its own. */
bool batch_each(Batch *b, const Node *body, const Node *gens, int kind, Col *out) {
  Col coll;
  const Node *gen = list_first(gens);
  if (!b->lanes && (gen->kid[1] || !batch_eval(b, gen->kid[2], &coll))) return false;
  if (!b->lanes && (gen->next || coll.kind != COL_ONE)) return flat_each(b, body, gens, &coll, kind, out);
  Each a = {.body = body, .kind = kind, .sum = value_zero()};
  a.more.words = a.fewer.words = b->words;
  for (uint32_t k = 0; kind == ACC_COUNT && k < PLANES_MOST; k++) {
    a.more.at[k] = bits_get(b);
    a.fewer.at[k] = bits_get(b);
    if (!a.more.at[k] || !a.fewer.at[k]) return false;
  }
  if (kind == ACC_COUNT) a.counted = pool_get(b->pool, b->n * sizeof *a.counted);
  if (kind == ACC_COUNT && !a.counted) return false;
  if (kind == ACC_SUM) {
    a.added = pool_get(b->pool, b->n * sizeof *a.added);
    a.some = bits_get(b);
    if (!a.added || !a.some) return false;
    memset(a.some, 0, b->words * sizeof *a.some);
  }
  if (kind == ACC_MIN || kind == ACC_MAX) return false;
  if (kind == ACC_ANY || kind == ACC_ALL) {
    a.settled = bits_get(b);
    if (!a.settled) return false;
    memset(a.settled, 0, b->words * sizeof *a.settled);
  }
  return each_gens(b, &a, list_first(gens), b->live) && each_end(b, &a, out);
}
