#include "vm/batch.h"
#include <string.h>

/* Comprehensions in columns: a loop takes as many of its elements as it can in blocks, and leaves the rest to its own code. */

enum { BLOCK_ROWS = 1024, WORLDS_ROWS = 8192, WORLDS_FEW = 512, ELEMENTS_LEAST = 24, WORLDS_LEAST = 4, GIVEN_UP_MOST = 3, NESTED_MOST = 3 };
_Static_assert((int)WORLDS_LEAST >= (int)BATCH_LEAST && (int)ELEMENTS_LEAST >= (int)BATCH_LEAST, "no loop that could be tried is passed over");

/* Rows of several `for`s that differ in the last only: the values of the others, and the piece that the last goes through. */
typedef struct Run { uint32_t first, n; Value coll; } Run;
typedef struct Sweep {
  Batch b;
  Pool pool;
  const LoopCode *loop;
  const Node *body, *gens;
  Value *outer[8];               /* what the names of the outer `for`s stand for, a value a run */
  Run *runs;
  uint32_t ngens, len, nrun, cap;
  uint32_t left;                 /* elements that are left of a `for` that takes all, the block's too; 0: not known */
  bool worlds;                   /* it asks about worlds without some countries, which the rows are */
} Sweep;

static bool fill_run(Sweep *s, const Value *now, Value coll, uint32_t n) {
  if (!n) return true;
  if (n > s->cap - s->len || s->nrun == s->cap) return false;
  for (uint32_t k = 0; k + 1 < s->ngens; k++) s->outer[k][s->nrun] = now[k];
  s->runs[s->nrun++] = (Run){s->len, n, coll};
  s->len += n;
  return true;
}

/* The rows for one element of the first `for`, those of the others within it. */
static bool fill(Sweep *s, const Node *gen, uint32_t level, Value *now) {
  Col coll;
  Batch one = batch_rows(&s->b, 1);
  if (gen->kid[1] || !one.live || !batch_eval(&one, gen->kid[2], &coll) || coll.kind != COL_ONE) return false;
  bool ints = coll.one.tag == V_INTS;
  if (!ints && coll.one.tag != V_LIST && (coll.one.tag != V_SET || op_loose(coll.one))) return false;
  int64_t lo = ints ? value_lo(coll.one) : 0, hi = ints ? value_hi(coll.one) : (int64_t)coll.one.obj->len - 1;
  if (hi - lo >= s->cap) return false;
  if (!gen->next) return fill_run(s, now, coll.one, hi < lo ? 0 : (uint32_t)(hi - lo + 1));
  for (int64_t i = lo; i <= hi; i++) {
    now[level] = ints ? value_int(i) : value_seq(coll.one)->at[i];
    s->b.slot[gen->kid[0]->ref] = col_one(now[level]);
    if (!fill(s, gen->next, level + 1, now)) return false;
  }
  return true;
}

static bool narrow_runs(Sweep *s, const Value *at, Col *out) {
  Value *all = pool_get(&s->pool, s->len * sizeof *all);
  for (uint32_t r = 0; all && r < s->nrun; r++)
    for (uint32_t i = 0; i < s->runs[r].n; i++) all[s->runs[r].first + i] = at ? at[r] : value_seq(s->runs[r].coll)->at[i];
  return all && col_narrow(&s->b, all, out);
}

/* The column of an outer name: a run's value in all its rows. */
static bool outer_col(Sweep *s, const Value *at, Col *out) {
  bool ents = at[0].tag == V_ENT, same = ents || at[0].tag == V_DEC;
  for (uint32_t r = 1; same && r < s->nrun; r++) same = ents ? at[r].tag == V_ENT : value_aligned(at[r], at[0]);
  if (!same) return narrow_runs(s, at, out);
  *out = (Col){.kind = ents ? COL_ENT : COL_NUM, .tag = at[0].tag, .e = at[0].e, .unit = at[0].unit};
  void *to = pool_get(&s->pool, s->len * (ents ? sizeof(Ent) : sizeof(int64_t)));
  if (ents) out->ent = to;
  else out->num = to;
  for (uint32_t r = 0; to && r < s->nrun; r++)
    for (uint32_t i = s->runs[r].first; i < s->runs[r].first + s->runs[r].n; i++) {
      if (ents) out->ent[i] = at[r].aux;
      else out->num[i] = at[r].i;
    }
  return to;
}

/* That of the last: the pieces, one after the other. */
static bool last_col(Sweep *s, Col *out) {
  if (s->runs[0].coll.tag != V_INTS) return narrow_runs(s, NULL, out);
  *out = (Col){.kind = COL_NUM, .tag = V_DEC, .unit = UNIT_ONE, .num = pool_get(&s->pool, s->len * sizeof *out->num)};
  for (uint32_t r = 0; out->num && r < s->nrun; r++)
    for (uint32_t i = 0; i < s->runs[r].n; i++) out->num[s->runs[r].first + i] = (int64_t)value_lo(s->runs[r].coll) + i;
  return out->num;
}

static uint32_t all_in(const LoopCell *c) {
  if (c->missing) return 0;
  if (c->coll.tag == V_INTS || (c->coll.tag == V_RANGE && c->last != DAY_OPEN)) return c->at > c->last ? 0 : c->last - c->at < INT32_MAX ? (uint32_t)(c->last - c->at + 1) : INT32_MAX;
  return c->coll.tag == V_LIST || (c->coll.tag == V_SET && !op_loose(c->coll)) ? c->coll.obj->len - c->next : 0;
}

static uint32_t left_in(const LoopCell *c) { return all_in(c) - c->keep; }

static Value element(const LoopCell *c, uint32_t i) {
  if (c->coll.tag == V_INTS) return value_int(c->at + i);
  if (c->coll.tag == V_RANGE) return value_date((Day)(c->at + i));
  return value_seq(c->coll)->at[c->next + i];
}

/* One `for`: the block is a piece of what it goes through. */
static uint32_t rows_piece(Sweep *s, const LoopCell *c, Col *col) {
  Value head;
  uint32_t n = left_in(c) < s->cap ? left_in(c) : s->cap;
  s->b = batch_rows(&s->b, n);
  if (!s->b.live) return 0;
  if (c->coll.tag == V_INTS || c->coll.tag == V_RANGE) {
    int64_t *to = pool_get(&s->pool, n * sizeof *to);
    for (uint32_t i = 0; to && i < n; i++) to[i] = c->at + i;
    *col = (Col){.kind = COL_NUM, .tag = c->coll.tag == V_INTS ? V_DEC : V_DATE, .unit = c->coll.tag == V_INTS ? UNIT_ONE : 0, .num = to};
    return to ? n : 0;
  }
  bool words = list_words(c->coll, &head) && (head.tag != V_SET || s->worlds);   /* for anything but worlds the sets are made once */
  if (words) words_piece(c->coll, c->next, col);
  bool ok = words || col_narrow(&s->b, value_seq(c->coll)->at + c->next, col);
  col->id = 1;
  s->b.source = c->coll;
  s->b.from = c->next;
  if (ok) lanes_begin(&s->b);
  return ok ? n : 0;
}

/* Several: whole elements of the first, as many as there is room for. Returns how many. */
static uint32_t rows_nested(Sweep *s, const LoopCell *c) {
  Value now[8];
  uint32_t taken = 0, left = left_in(c);
  const Node *first = list_first(s->gens);
  s->len = s->nrun = 0;
  s->runs = pool_get(&s->pool, s->cap * sizeof *s->runs);
  if (!s->runs) return 0;
  for (uint32_t k = 0; k + 1 < s->ngens; k++) {
    s->outer[k] = pool_get(&s->pool, s->cap * sizeof(Value));
    if (!s->outer[k]) return 0;
  }
  for (; taken < left; taken++) {
    uint32_t before = s->len, runs = s->nrun;
    now[0] = element(c, taken);
    s->b.slot[first->kid[0]->ref] = col_one(now[0]);
    if (fill(s, first->next, 1, now)) continue;
    s->len = before;
    s->nrun = runs;
    break;
  }
  if (!taken) return 0;
  s->b = batch_rows(&s->b, s->len ? s->len : 1);
  if (!s->b.live) return 0;
  if (!s->len) { memset((uint64_t *)(uintptr_t)s->b.live, 0, s->b.words * sizeof(uint64_t)); return taken; }
  uint32_t k = 0;
  for (const Node *g = first; g; g = g->next, k++) {
    Col *col = &s->b.slot[g->kid[0]->ref];
    if (g->next ? !outer_col(s, s->outer[k], col) : !last_col(s, col)) return 0;
    col->id = k + 1;
  }
  return taken;
}

/* What its `for`s say, or the first alone. */
static bool conditions(Sweep *s, bool all) {
  for (const Node *g = list_first(s->gens); g; g = all ? g->next : NULL) {
    Col cond;
    const uint64_t *yes;
    if (!g->kid[3]) continue;
    uint64_t *in = bits_get(&s->b);
    if (!in || !batch_eval(&s->b, g->kid[3], &cond) || !col_yes(&s->b, &cond, &yes)) return false;
    words_and(in, s->b.live, yes, s->b.words);
    s->b.live = in;
  }
  return true;
}

/* ---- into the loop's accumulator ---- */

static bool take_logic(Sweep *s, uint32_t acc, const Col *v) {
  const uint64_t *yes;
  if (!col_yes(&s->b, v, &yes)) return false;
  bool settled = false;
  for (uint32_t i = 0; i < s->b.words; i++) settled = settled || (s->loop->kind == ACC_ANY ? yes[i] : ~yes[i]) & s->b.live[i];
  Value part = value_bool(settled == (s->loop->kind == ACC_ANY));
  acc_add(s->b.vm, &s->b.vm->reg[acc], s->loop->kind, &part, value_bool(true));
  return true;
}

/* A sum of more than 64 bits goes in as two figures: what is above the lower 32 bits, and those. */
static void sum_high(Sweep *s, uint32_t acc, Value part, int64_t high) {
  Vm *vm = s->b.vm;
  part.i = high;
  Value all = op_figure(vm, OP_MUL_, part, value_int((int64_t)1 << 32));
  acc_add(vm, &vm->reg[acc], ACC_SUM, &all, value_bool(true));
  value_drop(vm->mem, all);
}

static bool take_sum(Sweep *s, uint32_t acc, const Col *v) {
  Value part;
  uint32_t n = bits_count(s->b.live, s->b.words);
  if (!n) return true;
  if (v->kind == COL_ONE && v->one.tag == V_DEC) {
    part = v->one;
    if (__builtin_mul_overflow(part.i, n, &part.i)) return false;
  } else {
    if (v->kind != COL_NUM || v->tag != V_DEC) return false;
    part = (Value){.tag = V_DEC, .e = v->e, .unit = v->unit};
    int64_t high;
    if (!nums_sum(v->num, s->b.live, s->b.n, &part.i, &high)) sum_high(s, acc, part, high);
    else if (v->zeros && !part.i && !nums_nought(v->num, s->b.live, s->b.n)) return false;
    if (v->zeros && !part.i) part = value_zero();
  }
  acc_add(s->b.vm, &s->b.vm->reg[acc], ACC_SUM, &part, value_bool(true));
  return true;
}

static bool take_count(Sweep *s, uint32_t acc, const Col *v) {
  const uint64_t *yes = s->b.live;
  if (s->body && type_kind(&s->b.vm->p->types, s->body->ty) == TY_BOOL && !col_yes(&s->b, v, &yes)) return false;
  uint64_t *both = bits_get(&s->b);
  if (!both) return false;
  words_and(both, yes, s->b.live, s->b.words);
  Value part = value_int(bits_count(both, s->b.words));
  acc_add(s->b.vm, &s->b.vm->reg[acc], ACC_SUM, &part, value_bool(true));
  return true;
}

/* The least or the greatest of a column of figures goes in as one. */
static bool take_extreme(Sweep *s, uint32_t acc, const Col *v) {
  Vm *vm = s->b.vm;
  bool max = s->loop->kind == ACC_MAX, nums = v->kind == COL_NUM && !v->zeros;
  uint32_t best = UINT32_MAX;
  for (uint32_t i = bits_next(s->b.live, s->b.words, 0); i != UINT32_MAX; i = bits_next(s->b.live, s->b.words, i + 1)) {
    if (nums) { if (best == UINT32_MAX || (max ? v->num[i] > v->num[best] : v->num[i] < v->num[best])) best = i; continue; }
    Value part = col_at(v, i);
    acc_add(vm, &vm->reg[acc], s->loop->kind, &part, value_bool(true));
  }
  if (best != UINT32_MAX) {
    Value part = col_at(v, best);
    acc_add(vm, &vm->reg[acc], s->loop->kind, &part, value_bool(true));
  }
  return !vm->failed;
}

static bool take_items(Sweep *s, uint32_t acc, Col *v) {
  LoopCell *c = &s->b.vm->cells.at[s->b.vm->reg[acc].i];
  if (s->loop->kind == ACC_LIST && words_take(&s->b, c, v, s->left)) return true;
  uint32_t n = bits_count(s->b.live, s->b.words);
  if (!col_plain(&s->b, v) || !cell_values(s->b.vm, c) || !vec_more(s->b.vm->mem, &c->items, n)) return false;
  Value *to = c->items.at + c->items.len;
  if (n == s->b.n && v->kind == COL_NUM && !v->zeros)
    for (uint32_t i = 0; i < n; i++) to[i] = (Value){.tag = v->tag, .e = v->e, .unit = v->unit, .i = v->num[i]};
  else if (n == s->b.n && v->kind == COL_VALUES)
    for (uint32_t i = 0; i < n; i++) to[i] = value_keep(v->values[i]);
  else
    for (uint32_t i = bits_next(s->b.live, s->b.words, 0); i != UINT32_MAX; i = bits_next(s->b.live, s->b.words, i + 1)) *to++ = value_keep(col_at(v, i));
  c->items.len += n;
  return true;
}

static bool take(Sweep *s, uint32_t acc) {
  Col v = {0};
  int kind = s->loop->kind;
  bool counts = kind == ACC_COUNT && s->body && type_kind(&s->b.vm->p->types, s->body->ty) != TY_BOOL;
  if (!words_any(s->b.live, s->b.words)) return true;
  if (!s->body) v = s->b.slot[0];
  else if (!counts && !batch_eval(&s->b, s->body, &v)) return false;
  if (v.kind != COL_TWOS && !col_plain(&s->b, &v)) return false;
  switch (kind) {
    case ACC_COUNT: return take_count(s, acc, &v);
    case ACC_SUM: return take_sum(s, acc, &v);
    case ACC_ANY: case ACC_ALL: return take_logic(s, acc, &v);
    case ACC_MIN: case ACC_MAX: return take_extreme(s, acc, &v);
    default: return take_items(s, acc, &v);
  }
}

/* ---- which loops, and how many rows at a time ---- */

static bool asks_worlds(const Program *p, const Node *e) {
  if (!e) return false;
  if (e->kind == N_GOVERN && e->op == GOV_WITHOUT) return true;
  if (((e->kind == N_CALL && e->op == CALL_FUNC) || (e->kind == N_NAME && e->op == REF_FUNC)) && p->funcs.at[e->ref].flags & FLAG_WORLDS) return true;
  if (e->kind == N_LIST) {
    for (const Node *k = e->kid[0]; k; k = k->next)
      if (asks_worlds(p, k)) return true;
    return false;
  }
  if (e->kind == N_NAME || e->kind == N_NUMBER || e->kind == N_STRING || e->kind == N_DATE || e->kind == N_BOOL || e->kind == N_QUANTITY) return false;
  for (int i = e->kind == N_CALL; i < ast_kids((NodeKind)e->kind); i++)
    if (asks_worlds(p, e->kid[i])) return true;
  return false;
}

static uint32_t lanes_rows(const Vm *vm) {
  uint64_t most = 1;
  for (uint32_t k = 0; k < vm->p->kinds.len; k++)
    if (k != K_CLAUSE && vm->p->kinds.at[k].list.len > most) most = vm->p->kinds.at[k].list.len;
  uint64_t rows = (uint64_t)LANES_BYTES * 8 / most / 256 * 256;
  return rows < LANES_LEAST ? LANES_LEAST : rows > WORLDS_ROWS ? WORLDS_ROWS : (uint32_t)rows;
}

/* What went wrong in a row that nobody may ever ask about is no error: the loop's own code says so if it is. */
static void forgive(Vm *vm, bool before) {
  if (!before && !batch_over(vm)) vm->failed = false;
}

/* What an accumulator has, to go back to when a block cannot be done after some of it was taken. */
typedef struct Before { Value acc, least[2]; uint32_t nleast, len; } Before;

static Before before(Vm *vm, uint32_t acc) {
  Before p = {.acc = value_keep(vm->reg[acc])};
  if (p.acc.tag != V_CELL) return p;
  const LoopCell *c = &vm->cells.at[p.acc.i];
  p.len = c->items.len + cell_words(c);
  for (; p.nleast < 2 && p.nleast < c->items.len; p.nleast++) p.least[p.nleast] = value_keep(c->items.at[p.nleast]);
  return p;
}

static void before_end(Vm *vm, uint32_t acc, Before *p, bool back) {
  LoopCell *c = p->acc.tag == V_CELL ? &vm->cells.at[p->acc.i] : NULL;
  if (back && !c) { value_drop(vm->mem, vm->reg[acc]); vm->reg[acc] = value_keep(p->acc); }
  if (back && c && cell_words(c) > p->len) c->list.obj->len = p->len;
  while (back && c && c->items.len > p->len) value_drop(vm->mem, c->items.at[--c->items.len]);
  for (uint32_t i = 0; i < 2; i++) {
    if (back && c && i < p->nleast) { value_drop(vm->mem, c->items.at[i]); c->items.at[i] = value_keep(p->least[i]); }
    value_drop(vm->mem, p->least[i]);
  }
  value_drop(vm->mem, p->acc);
}

typedef struct Taker { Sweep *s; uint32_t acc; } Taker;

static bool take_leaf(void *data, Batch *b, const uint32_t *parent) {
  Taker *t = data;
  Batch outer = t->s->b;
  (void)parent;
  t->s->b = *b;
  bool ok = take(t->s, t->acc);
  t->s->b = outer;
  return ok;
}

/* Several `for`s: rows of the first, each of which goes through the others. */
static bool block_nested(Sweep *s, uint32_t acc, const Node *first, const LoopCell *c, uint32_t *taken) {
  Taker t = {s, acc};
  Col coll, *known = NULL;
  const Node *second = first->next;
  *taken = rows_piece(s, c, &s->b.slot[first->kid[0]->ref]);
  *s->b.work += 2 * (uint64_t)s->b.n;
  if (!*taken || !conditions(s, false)) return false;
  if (!words_any(s->b.live, s->b.words)) return true;
  if (s->loop->kind == ACC_LIST && !second->next && !second->kid[1] && !second->kid[3]) {
    if (!batch_eval(&s->b, second->kid[2], &coll)) return false;
    known = &coll;
    s->left = flat_rows(&s->b, known);
  }
  Before was = before(s->b.vm, acc);
  bool ok = batch_flat(&s->b, second, known, NULL, take_leaf, &t);
  before_end(s->b.vm, acc, &was, !ok);
  return ok;
}

static bool block(Sweep *s, uint32_t acc, uint32_t cell, uint32_t *taken) {
  Vm *vm = s->b.vm;
  LoopCell at = vm->cells.at[cell], *c = &at;   /* the cells may move meanwhile */
  const Node *first = s->gens ? list_first(s->gens) : NULL;
  if (s->ngens > 1 && !s->worlds) return block_nested(s, acc, first, c, taken);
  if (s->ngens > 1) *taken = rows_nested(s, c);
  else *taken = rows_piece(s, c, &s->b.slot[first ? first->kid[0]->ref : 0]);
  s->left = !first || (s->ngens == 1 && !first->kid[3]) ? left_in(c) : 0;
  *s->b.work += 2 * (uint64_t)s->b.n;
  return *taken && (!first || conditions(s, true)) && take(s, acc);
}

static bool settled(const Sweep *s, uint32_t acc) {
  uint8_t tag = s->b.vm->reg[acc].tag;
  return (s->loop->kind == ACC_ANY && tag == V_TRUE) || (s->loop->kind == ACC_ALL && tag == V_FALSE);
}

static void go_through(LoopCell *c, uint32_t taken) {
  if (c->coll.tag == V_INTS || c->coll.tag == V_RANGE) c->at += taken;
  else c->next += taken;
}

/* Blocks until the loop is through, or one cannot be done. One that is too wide is begun again. */
static void blocks(Sweep *s, uint32_t acc, uint32_t cell, uint8_t *state) {
  Vm *vm = s->b.vm;
  uint64_t work = 0;
  uint32_t func = vm->frames.at[vm->frames.len - 1].func, nslot = vm->p->funcs.at[func].nslot + 1, base = vm->frames.at[vm->frames.len - 1].base;
  bool any = false, ok = true, wide = false;
  Lanes *worlds = NULL;
  s->b.work = &work;
  s->b.worlds = &worlds;
  s->b.wide = &wide;
  while (ok && left_in(&vm->cells.at[cell]) && !settled(s, acc)) {
    PoolMark mark = pool_mark(&s->pool);
    uint32_t taken, held = vm->held.len;
    s->b.source = (Value){0};
    s->b.slot = pool_get(&s->pool, nslot * sizeof(Col));
    s->b.nslot = nslot;
    for (uint32_t i = 0; s->b.slot && i < nslot; i++) s->b.slot[i] = col_one(vm->reg[base + i]);
    ok = s->b.slot && block(s, acc, cell, &taken);
    bool again = !ok && wide && !vm->failed && s->cap > lanes_rows(vm);
    if (again) s->cap = lanes_rows(vm);
    if (ok) go_through(&vm->cells.at[cell], settled(s, acc) ? left_in(&vm->cells.at[cell]) : taken);
    any = any || ok;
    lanes_end(&s->b);
    held_drop(vm, held);
    pool_release(&s->pool, mark);
    forgive(vm, false);
    if (!vm_may_go_on(vm, func, work)) break;
    work = 0;
    ok = ok || again;
    wide = false;
  }
  if (!any && *state < GIVEN_UP_MOST) ++*state;
  s->b.work = NULL;
  s->b.worlds = NULL;
  s->b.wide = NULL;
}

/* ---- a loop divided among the machine's crew ---- */

/* The loop goes on in pieces: whoever is free evaluates the next, for itself, and hands out what its accumulator came to. */
typedef struct Piece { bool is, ok; Dep dep; VEC(Value) items; } Piece;
typedef struct Divided {
  Sweep *s;
  uint32_t acc, cell, size, n;   /* size: elements to a piece */
  LoopCell start;                /* where the first piece begins */
  Piece *piece;
} Divided;
enum { PIECES_EACH = 8, PIECES_FEW = 2, FIRST_PART = 8, PIECE_LEAST = 256, COLUMN_STEPS = 8 /* so many steps in columns take the time of one */ };

static bool in_items(int kind) { return kind == ACC_LIST || kind == ACC_SET || kind == ACC_MIN || kind == ACC_MAX; }

/* The loop stands before its i-th piece, and ends behind it, with nothing accumulated. */
static void piece_begin(const Divided *d, uint32_t i) {
  Vm *vm = d->s->b.vm;
  LoopCell *c = &vm->cells.at[d->cell];
  c->at = d->start.at;
  c->next = d->start.next;
  c->keep = 0;
  uint32_t all = all_in(c), from = i * d->size;
  go_through(c, from);
  c->keep = all - from > d->size ? all - from - d->size : 0;
  vm->dep = dep_nothing;
  int kind = d->s->loop->kind;
  if (!in_items(kind)) {
    value_drop(vm->mem, vm->reg[d->acc]);
    vm->reg[d->acc] = acc_begin(vm, kind);
    return;
  }
  LoopCell *items = &vm->cells.at[vm->reg[d->acc].i];
  for (uint32_t k = 0; k < items->items.len; k++) {
    value_drop(vm->mem, items->items.at[k]);
    items->items.at[k] = (Value){0};
  }
  if (kind == ACC_LIST || kind == ACC_SET) items->items.len = 0;
  value_drop(vm->mem, items->list);
  items->list = (Value){0};
}

/* Values that are no more than themselves go along; a piece with others, or not done in columns, is left to the loop. */
static bool values_put(Buf *out, const Value *at, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (value_counted(at[i])) return false;
  parcel_put(out, &n, sizeof n);
  parcel_put(out, at, n * sizeof *at);
  return true;
}

static void piece_put(const Divided *d, uint32_t i, Buf *out) {
  Vm *vm = d->s->b.vm;
  bool ok = !left_in(&vm->cells.at[d->cell]);
  const Value *at = &vm->reg[d->acc];
  uint32_t n = 1;
  if (in_items(d->s->loop->kind)) {
    LoopCell *c = &vm->cells.at[at->i];
    ok = cell_values(vm, c) && ok;
    n = c->items.len, at = c->items.at;
  }
  parcel_put(out, &i, sizeof i);
  parcel_put(out, &vm->dep, sizeof vm->dep);
  if (ok && values_put(out, at, n)) return;
  uint32_t none = UINT32_MAX;
  parcel_put(out, &none, sizeof none);
}

static bool pieces_work(void *of, unsigned i, void *common, Buf *out) {
  const Divided *d = of;
  Vm *vm = d->s->b.vm;
  uint8_t state = 0;
  (void)i;
  for (uint32_t k; !vm->failed && (k = crew_next(common)) < d->n;) {
    piece_begin(d, k);
    blocks(d->s, d->acc, d->cell, &state);
    piece_put(d, k, out);
  }
  return true;
}

static void pieces_take(void *of, unsigned who, Parcel *in) {
  const Divided *d = of;
  Mem *m = d->s->b.vm->mem;
  (void)who;
  while (in->left && !in->bad) {
    uint32_t i, n;
    parcel_get(in, &i, sizeof i);
    in->bad = in->bad || i >= d->n;
    if (in->bad) return;
    Piece *p = &d->piece[i];
    parcel_get(in, &p->dep, sizeof p->dep);
    parcel_get(in, &n, sizeof n);
    p->ok = n != UINT32_MAX;
    for (uint32_t k = 0; p->ok && k < n && !in->bad; k++) {
      Value v;
      parcel_get(in, &v, sizeof v);
      in->bad = in->bad || value_counted(v) || !vec_push(m, &p->items, v);
    }
    p->is = !in->bad;
  }
}

static bool piece_add(const Divided *d, const Piece *p) {
  Vm *vm = d->s->b.vm;
  int kind = d->s->loop->kind;
  dep_meet(&vm->dep, p->dep);
  if (in_items(kind) && !cell_values(vm, &vm->cells.at[vm->reg[d->acc].i])) return false;
  for (uint32_t k = 0; k < p->items.len; k++) {
    Value v = p->items.at[k];
    if (kind == ACC_LIST || kind == ACC_SET) { if (!vec_push(vm->mem, &vm->cells.at[vm->reg[d->acc].i].items, v)) return false; }
    else if (kind == ACC_COUNT) acc_add(vm, &vm->reg[d->acc], ACC_SUM, &v, value_bool(true));
    else if (v.tag != V_NONE && !(k && (kind == ACC_MIN || kind == ACC_MAX))) acc_add(vm, &vm->reg[d->acc], kind, &v, value_bool(true));
  }
  return !vm->failed;
}

/* What is left of the loop, in pieces; it then stands behind the last one that could be done. */
static void divide(Sweep *s, uint32_t acc, uint32_t cell, uint32_t size) {
  Vm *vm = s->b.vm;
  Divided d = {.s = s, .acc = acc, .cell = cell, .size = size, .start = vm->cells.at[cell]};
  d.n = (left_in(&d.start) + size - 1) / size;
  d.piece = mem_zero(vm->mem, d.n * sizeof *d.piece);
  Shared shared = {&d, sizeof(uint32_t), pieces_work, pieces_take};
  bool on = d.piece && crew_share(vm, &shared);
  for (uint32_t i = 0; on && i < d.n; i++) {
    LoopCell *c = &vm->cells.at[cell];
    on = d.piece[i].is && d.piece[i].ok && piece_add(&d, &d.piece[i]);
    if (on) go_through(c, settled(s, acc) || left_in(c) < size ? left_in(c) : size);
    on = on && !settled(s, acc);
  }
  for (uint32_t i = 0; d.piece && i < d.n; i++) vec_end(vm->mem, &d.piece[i].items);
  mem_free(vm->mem, d.piece, d.n * sizeof *d.piece);
}

/* Many pieces, so that all end at once; but small blocks cost more for what is in them than large ones. */
static uint32_t piece_size(const Sweep *s, uint32_t left) {
  uint32_t n = s->b.vm->crew.n, many = left / (PIECES_EACH * n), few = left / (PIECES_FEW * n), least = s->ngens > 1 ? 1 : PIECE_LEAST;
  uint32_t whole = s->ngens > 1 || s->cap > few ? few : s->cap, size = many > whole ? many : whole;
  return size < least ? least : size;
}

/* A little first, by which it is seen whether the rest is worth dividing. */
static void blocks_begin(Sweep *s, uint32_t acc, uint32_t cell, uint8_t *state) {
  Vm *vm = s->b.vm;
  LoopCell *c = &vm->cells.at[cell];
  uint32_t left = left_in(c), size = piece_size(s, left), some = (size + FIRST_PART - 1) / FIRST_PART;
  int kind = s->loop->kind;
  bool may = vm->batches == 1 && !vm->rules.len /* what they come to is settled together */ && (in_items(kind) || kind == ACC_SUM || kind == ACC_COUNT || kind == ACC_ANY || kind == ACC_ALL);
  if (!may || left <= 2 * size || !crew_ready(vm)) return;
  uint64_t before = vm->steps;
  c->keep = left - some;
  blocks(s, acc, cell, state);
  c = &vm->cells.at[cell];
  bool on = !left_in(c) && !settled(s, acc) && !vm->failed;
  c->keep = 0;
  uint64_t each = vm->steps - before;
  if (on && each * (left / some) >= COLUMN_STEPS * vm->crew.after && crew_ready(vm)) divide(s, acc, cell, size);
}

/* Functions from outside have their own way of being called many at once, so a draft that has any goes row by row. */
void vm_batch(Vm *vm, uint32_t loop, uint32_t acc, uint32_t cell) {
  const LoopCode *l = &vm->k->loops.at[loop];
  if (!vm->w->tracing && !vm->reached && vm->ctx->view && !vm->rows_only && absent_skip(vm, l, cell)) return;
  while (vm->loop_state.len <= loop)
    if (!vec_push(vm->mem, &vm->loop_state, 0)) return;
  uint8_t state = vm->loop_state.at[loop];
  bool worlds = state & LOOP_WORLDS;
  if (!(state & LOOP_SEEN)) {
    worlds = l->body && asks_worlds(vm->p, l->body);
    state = (uint8_t)(LOOP_SEEN | (worlds ? LOOP_WORLDS : 0));
  }
  uint8_t given_up = state & LOOP_GIVEN_UP;
  uint32_t least = vm->rows_never ? 1 : worlds || l->ngens > 1 ? WORLDS_LEAST : ELEMENTS_LEAST;
  if ((given_up < GIVEN_UP_MOST || vm->rows_never) && left_in(&vm->cells.at[cell]) >= least && !vm->w->tracing && !vm->reached && !vm->p->externs.len && vm->ctx->view && !vm->rows_only && vm->batches < NESTED_MOST) {
    Picks *picks = NULL;
    Sweep s = {.loop = l, .body = l->body, .gens = l->gens, .ngens = l->ngens, .worlds = worlds};
    s.pool.mem = vm->mem;
    s.b.vm = vm;
    s.b.pool = &s.pool;
    s.b.picks = &picks;
    s.cap = !worlds ? BLOCK_ROWS : vm->rows_never ? WORLDS_FEW /* so that what is tried out has many blocks */ : WORLDS_ROWS;
    vm->batches++;
    if (vm->crew.n > 1) blocks_begin(&s, acc, cell, &given_up);
    blocks(&s, acc, cell, &given_up);
    vm->batches--;
    picks_end(vm, picks);
    pool_end(&s.pool);
  }
  if (loop < vm->loop_state.len) vm->loop_state.at[loop] = (uint8_t)((state & ~LOOP_GIVEN_UP) | given_up);
}
