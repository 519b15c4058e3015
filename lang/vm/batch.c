#include "vm/batch.h"
#include <string.h>

/* Expressions in columns. The tree is walked once for a block of rows; what is the same in all rows is evaluated once, by
 * the same functions as the machine's instructions use. */

enum { EVAL_DEPTH = 600, WORK_CHECK = 1 << 16 };

Col col_one(Value v) { return (Col){.kind = COL_ONE, .one = v}; }
Col col_bits(uint64_t *bits) { return (Col){.kind = COL_BITS, .bits = bits}; }
uint64_t *bits_get(Batch *b) { return pool_get(b->pool, b->words * sizeof(uint64_t)); }

bool col_hold(Batch *b, Value v, Col *out) {
  *out = col_one(v);
  if (!value_counted(v) || vec_push(b->vm->mem, &b->vm->held, v)) return !b->vm->failed;
  value_drop(b->vm->mem, v);
  return false;
}

Value col_at(const Col *c, uint32_t row) {
  switch ((ColKind)c->kind) {
    case COL_BITS: return value_bool(bits_has(c->bits, row) != c->flip);
    case COL_NUM: return c->zeros && !c->num[row] ? value_zero() : (Value){.tag = c->tag, .e = c->e, .unit = c->unit, .i = c->num[row]};
    case COL_ENT: return value_ent(c->ent[row]);
    case COL_VALUES: return c->values[row];
    case COL_ONE: case COL_LESS: case COL_SEQS: case COL_TWOS: case COL_LESSES: case COL_CUTS: break;
  }
  return c->one;
}

bool col_plain(Batch *b, Col *c) {
  Vm *vm = b->vm;
  if (c->kind == COL_LESS || c->kind == COL_LESSES || c->kind == COL_CUTS) return false;
  if (c->kind == COL_TWOS) return twos_plain(b, c);
  if (c->kind != COL_SEQS) return true;
  Value *at = pool_get(b->pool, b->n * sizeof *at);
  if (!at) return false;
  for (uint32_t i = 0; i < b->n; i++) {
    at[i] = (Value){0};
    if (!bits_has(b->live, i)) continue;
    at[i] = value_list(&vm->rt, c->items + c->seq[i].at, c->seq[i].len);
    if (at[i].tag == V_LIST) at[i].tag = c->tag;   /* a set is in order here */
    if (!vec_push(vm->mem, &vm->held, at[i])) { value_drop(vm->mem, at[i]); return false; }
  }
  *b->work += b->n;
  *c = (Col){.kind = COL_VALUES, .values = at};
  return !mem_failed(vm->mem);
}

static bool narrow_bits(Batch *b, const Value *at, Col *out) {
  uint64_t *bits = bits_get(b);
  if (!bits) return false;
  memset(bits, 0, b->words * sizeof *bits);
  for (uint32_t i = 0; i < b->n; i++) {
    if (!bits_has(b->live, i)) continue;
    if (at[i].tag != V_TRUE && at[i].tag != V_FALSE) return false;
    if (at[i].tag == V_TRUE) bits_set(bits, i);
  }
  *out = col_bits(bits);
  return true;
}

static bool narrow_ents(Batch *b, const Value *at, Col *out) {
  Ent *ents = pool_get(b->pool, b->n * sizeof *ents);
  uint32_t same = 0;
  bool run = true;
  for (; ents && same < b->n && at[same].tag == V_ENT; same++) {
    ents[same] = at[same].aux;
    run = run && at[same].aux == at[0].aux + same;
  }
  if (same == b->n) { *out = (Col){.kind = COL_ENT, .run = run, .ent = ents}; return true; }
  for (uint32_t i = 0; ents && i < b->n; i++) {
    if (at[i].tag != V_ENT && bits_has(b->live, i)) return false;
    ents[i] = at[i].aux;
  }
  *out = (Col){.kind = COL_ENT, .ent = ents};
  return ents != NULL;
}

static bool scaled(int64_t *c, int by) {
  for (; by > 0; by--)
    if (__builtin_mul_overflow(*c, 10, c)) return false;
  return true;
}

static bool every_unit(Value v) { return v.tag == V_DEC && v.unit == UNIT_ANY && !v.i; }

/* Days, or figures of one unit; decimals are brought to the same power of ten. Zeros of every unit go with any, as long as no
 * other is 0. */
static bool narrow_nums(Batch *b, const Value *at, Value first, Col *out) {
  int64_t *nums = pool_get(b->pool, b->n * sizeof *nums);
  bool same = true, zeros = false, nought = false;
  uint32_t alike = 0;
  uint64_t head = value_head(first);
  while (nums && alike < b->n && value_head(at[alike]) == head && first.tag == V_DEC) nums[alike] = at[alike].i, alike++;
  if (alike == b->n) { *out = (Col){.kind = COL_NUM, .tag = V_DEC, .e = first.e, .unit = first.unit, .num = nums}; return true; }
  for (uint32_t i = 0; i < b->n && every_unit(first); i++)
    if (bits_has(b->live, i)) first = at[i];
  int8_t e = first.e;
  for (uint32_t i = 0; i < b->n; i++) {
    if (!bits_has(b->live, i)) continue;
    if (first.tag == V_DEC && first.unit != UNIT_ANY && every_unit(at[i])) { zeros = true; continue; }
    if (at[i].tag != first.tag || at[i].unit != first.unit || (first.tag == V_DATE && at[i].i == DAY_OPEN)) return false;
    nought = nought || !at[i].i;
    if (at[i].e != e) same = false;
    if (at[i].e < e) e = at[i].e;
  }
  if (zeros && nought) return false;
  for (uint32_t i = 0; nums && i < b->n; i++) {
    nums[i] = at[i].tag == first.tag ? at[i].i : 0;
    if (!same && nums[i] && bits_has(b->live, i) && !scaled(&nums[i], at[i].e - e)) return false;
  }
  *out = (Col){.kind = COL_NUM, .tag = first.tag, .e = e, .unit = first.unit, .zeros = zeros, .num = nums};
  return nums != NULL;
}

bool col_narrow(Batch *b, const Value *at, Col *out) {
  uint32_t first = bits_next(b->live, b->words, 0);
  Value v = first < b->n ? at[first] : value_int(0);
  switch (v.tag) {
    case V_TRUE: case V_FALSE: return narrow_bits(b, at, out);
    case V_ENT: return narrow_ents(b, at, out);
    case V_DEC: case V_DATE: return narrow_nums(b, at, v, out);
    case V_STR: case V_SET: case V_LIST: case V_RANGE: case V_INTS: break;
    default: return false;
  }
  for (uint32_t i = first; i < b->n; i++)
    if (at[i].tag != v.tag && bits_has(b->live, i)) return false;
  *out = (Col){.kind = COL_VALUES, .values = at};
  return true;
}

bool col_yes(Batch *b, const Col *c, const uint64_t **yes) {
  uint64_t *bits;
  if (c->kind == COL_ONE && c->one.tag == V_TRUE) { *yes = b->live; return true; }
  if (c->kind == COL_BITS && !c->flip) { *yes = c->bits; return true; }
  if (c->kind != COL_BITS && !(c->kind == COL_ONE && c->one.tag == V_FALSE)) return false;
  bits = bits_get(b);
  if (!bits) return false;
  if (c->kind == COL_ONE) memset(bits, 0, b->words * sizeof *bits);
  else words_less(bits, b->live, c->bits, b->words);
  *yes = bits;
  return true;
}

/* ---- row by row: what has no loop of its own ---- */

typedef Value (*RowFn)(Vm *vm, const Node *e, const Value *args);

static bool rows_do(Batch *b, const Node *e, const Col *args, uint32_t n, RowFn fn, Col *out) {
  Value *at = pool_get(b->pool, b->n * sizeof *at), row[8];
  if (!at || n > 8) return false;
  for (uint32_t i = 0; i < b->n; i++) {
    at[i] = (Value){0};
    if (!bits_has(b->live, i)) continue;
    for (uint32_t k = 0; k < n; k++) row[k] = col_at(&args[k], i);
    at[i] = fn(b->vm, e, row);
    if (value_counted(at[i]) && !vec_push(b->vm->mem, &b->vm->held, at[i])) { value_drop(b->vm->mem, at[i]); return false; }
    if (b->vm->failed) return false;
  }
  *b->work += b->n;
  return col_narrow(b, at, out);
}

static bool all_one(const Col *c, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (c[i].kind != COL_ONE) return false;
  return true;
}

/* Once, when nothing differs from row to row. */
static bool apply(Batch *b, const Node *e, Col *args, uint32_t n, RowFn fn, Col *out) {
  Value one[8];
  for (uint32_t k = 0; k < n; k++)
    if (!col_plain(b, &args[k])) return false;
  if (!all_one(args, n)) return rows_do(b, e, args, n, fn, out);
  for (uint32_t k = 0; k < n && k < 8; k++) one[k] = args[k].one;
  *b->work += 1;
  return col_hold(b, fn(b->vm, e, one), out);
}

/* ---- figures ---- */

static Value figure_fn(Vm *vm, const Node *e, const Value *a) {
  static const uint8_t op[] = {[OP_ADD] = OP_ADD_, [OP_SUB] = OP_SUB_, [OP_MUL] = OP_MUL_, [OP_DIV] = OP_DIV_, [OP_MOD] = OP_MOD_, [OP_POW] = OP_POW_};
  return op_figure(vm, (Op)op[e->op], a[0], a[1]);
}

static bool is_num(const Col *c) { return c->kind == COL_NUM || (c->kind == COL_ONE && (c->one.tag == V_DEC || c->one.tag == V_DATE)); }
static int8_t num_e(const Col *c) { return c->kind == COL_NUM ? c->e : c->one.e; }
static uint16_t num_unit(const Col *c) { return c->kind == COL_NUM ? c->unit : c->one.unit; }
static uint8_t num_tag(const Col *c) { return c->kind == COL_NUM ? c->tag : c->one.tag; }
static Nums nums_of(const Col *c) { return c->kind == COL_NUM ? (Nums){c->num, 1} : (Nums){&c->one.i, 0}; }

bool col_rescale(Batch *b, Col *c, int8_t e) {
  int by = num_e(c) - e;
  int64_t factor = 1;
  if (!by) return true;
  if (!scaled(&factor, by)) return false;
  if (c->kind == COL_ONE) {
    c->one.e = e;
    return !__builtin_mul_overflow(c->one.i, factor, &c->one.i);
  }
  int64_t *to = pool_get(b->pool, b->n * sizeof *to);
  if (!to || !nums_mul(to, nums_of(c), (Nums){&factor, 0}, b->n)) return false;
  c->num = to;
  c->e = e;
  return true;
}

/* Brings two columns of one unit to the same power of ten. A zero of every unit takes that of the other. */
static bool align(Batch *b, Col *x, Col *y) {
  if (!is_num(x) || !is_num(y) || num_tag(x) != num_tag(y)) return false;
  if (num_unit(x) != num_unit(y)) {
    if (x->kind == COL_ONE && x->one.unit == UNIT_ANY) x->one.unit = num_unit(y), x->one.e = num_e(y);
    else if (y->kind == COL_ONE && y->one.unit == UNIT_ANY) y->one.unit = num_unit(x), y->one.e = num_e(x);
    else return false;
  }
  Col *one = x->kind == COL_ONE ? x : y, *other = one == x ? y : x;
  while (one->kind == COL_ONE && one->one.tag == V_DEC && one->one.e < num_e(other) && one->one.i % 10 == 0) one->one.i /= 10, one->one.e++;
  int8_t e = num_e(x) < num_e(y) ? num_e(x) : num_e(y);
  return col_rescale(b, x, e) && col_rescale(b, y, e);
}

/* By one figure: what one unit of the first is by it, that many times. */
static bool divided(Batch *b, const Node *e, Col *x, Col *out) {
  if (x[0].kind != COL_NUM || x[0].tag != V_DEC || x[0].zeros || x[1].kind != COL_ONE || x[1].one.tag != V_DEC || !x[1].one.i) return apply(b, e, x, 2, figure_fn, out);
  Value one[2] = {{.tag = V_DEC, .unit = x[0].unit, .i = 1}, x[1].one}, v = figure_fn(b->vm, e, one);
  int64_t *to = pool_get(b->pool, b->n * sizeof *to), by = v.i;
  int exponent = v.tag == V_DEC ? v.e + x[0].e : NUM_EMIN - 1;
  value_drop(b->vm->mem, v);
  if (!to || exponent < NUM_EMIN || exponent > NUM_EMAX || !nums_mul(to, nums_of(&x[0]), (Nums){&by, 0}, b->n)) return apply(b, e, x, 2, figure_fn, out);
  *out = (Col){.kind = COL_NUM, .tag = V_DEC, .e = (int8_t)exponent, .unit = v.unit, .num = to};
  *b->work += b->n;
  return true;
}

static bool has_zeros(const Col *c) { return c->kind == COL_NUM ? c->zeros : c->one.unit == UNIT_ANY; }

/* Zeros of every unit go into a sum with a column that has none, and times plain numbers that are not 0 they are what they were. */
static bool zeros_go(const Batch *b, const Node *e, const Col *x) {
  if (!is_num(&x[0]) || !is_num(&x[1]) || (has_zeros(&x[0]) && has_zeros(&x[1]))) return false;
  if (e->op == OP_ADD || e->op == OP_SUB) return true;
  const Col *other = &x[x[0].zeros];
  return e->op == OP_MUL && num_tag(other) == V_DEC && num_unit(other) == UNIT_ONE && !nums_some_nought(nums_of(other), b->n);
}

static bool arithmetic(Batch *b, const Node *e, Col *x, Col *out) {
  if (all_one(x, 2)) return apply(b, e, x, 2, figure_fn, out);
  if (e->op == OP_DIV) return divided(b, e, x, out);
  if ((x[0].zeros || x[1].zeros) && !zeros_go(b, e, x)) return apply(b, e, x, 2, figure_fn, out);
  bool zeros = e->op == OP_MUL && (x[0].zeros || x[1].zeros);
  if (!is_num(&x[0]) || !is_num(&x[1]) || num_tag(&x[0]) != V_DEC) return false;
  int64_t *to = pool_get(b->pool, b->n * sizeof *to);
  bool ok = false;
  uint16_t unit = num_unit(&x[0]);
  int exponent = 0;
  if (!to) return false;
  if (e->op == OP_MUL || e->op == OP_POW) {
    if (e->op == OP_POW) {
      if (x[1].kind != COL_ONE || x[1].one.i != 2 || x[1].one.e || unit != UNIT_ONE) return false;
      x[1] = x[0];
    }
    if (unit != UNIT_ONE && num_unit(&x[1]) != UNIT_ONE) return false;
    if (unit == UNIT_ONE) unit = num_unit(&x[1]);
    exponent = num_e(&x[0]) + num_e(&x[1]);
    ok = exponent >= NUM_EMIN && exponent <= NUM_EMAX && nums_mul(to, nums_of(&x[0]), nums_of(&x[1]), b->n);
  } else {
    if (!align(b, &x[0], &x[1])) return false;
    Nums p = nums_of(&x[0]), q = nums_of(&x[1]);
    unit = num_unit(&x[0]);
    exponent = num_e(&x[0]);
    ok = e->op == OP_ADD ? nums_add(to, p, q, b->n) : e->op == OP_SUB ? nums_sub(to, p, q, b->n) : nums_mod(to, p, q, b->n);
  }
  *out = (Col){.kind = COL_NUM, .tag = V_DEC, .e = (int8_t)exponent, .unit = unit, .zeros = zeros, .num = to};
  *b->work += b->n;
  return ok;
}

/* ---- yes or no ---- */

static Value compare_fn(Vm *vm, const Node *e, const Value *a) {
  bool swap = e->op == OP_GT || e->op == OP_GE;
  return op_compare(vm, e->op == OP_EQ || e->op == OP_NE ? OP_EQ_ : e->op == OP_LT || e->op == OP_GT ? OP_LT_ : OP_LE_, a[swap], a[!swap]);
}
static Value before_fn(Vm *vm, const Node *e, const Value *a) {
  bool swap = e->op == OP_GT || e->op == OP_GE;
  return op_before(vm, a[swap], a[!swap], e->op == OP_LE || e->op == OP_GE);
}
static Value same_fn(Vm *vm, const Node *e, const Value *a) { (void)e; return op_same(vm, a[0], a[1], false); }
static Value in_fn(Vm *vm, const Node *e, const Value *a) { (void)e; return op_in(vm, a[0], a[1], false); }

static void negate(Col *c) {
  if (c->kind == COL_BITS) c->flip = !c->flip;
  else if (c->one.tag == V_TRUE || c->one.tag == V_FALSE) c->one = value_bool(c->one.tag == V_FALSE);
}

/* Sets of what is left in each world: are they empty? */
static bool less_empty(Batch *b, const Col *set, Col *out) {
  uint64_t *bits = bits_get(b);
  if (!bits) return false;
  memcpy(bits, b->live, b->words * sizeof *bits);
  for (uint32_t i = 0; i < set->one.obj->len; i++) {
    const uint64_t *absent = lanes_absent(b->lanes, ent_index(value_seq(set->one)->at[i].aux));
    *b->work += b->words;
    if (!absent) { *out = col_one(value_bool(false)); return true; }
    words_and(bits, bits, absent, b->words);
  }
  *out = col_bits(bits);
  return true;
}

static bool same_ents(Batch *b, const Col *x, Col *out) {
  uint64_t *bits = bits_get(b);
  if (!bits) return false;
  memset(bits, 0, b->words * sizeof *bits);
  for (uint32_t i = 0; i < b->n; i++)
    if ((x[0].kind == COL_ENT ? x[0].ent[i] : x[0].one.aux) == (x[1].kind == COL_ENT ? x[1].ent[i] : x[1].one.aux)) bits_set(bits, i);
  *out = col_bits(bits);
  return true;
}

static bool is_text(const Col *c) { return (c->kind == COL_VALUES) || (c->kind == COL_ONE && c->one.tag == V_STR); }

static bool empty_set(const Col *c) { return c->kind == COL_ONE && c->one.tag == V_SET && !c->one.obj->len; }

/* Lists or sets in rows against an empty one. */
static bool seqs_empty(Batch *b, const Col *x, Col *out) {
  const Col *c = &x[x[0].kind != COL_SEQS], *to = &x[x[0].kind == COL_SEQS];
  if (c->kind != COL_SEQS || to->kind != COL_ONE || (to->one.tag != V_LIST && to->one.tag != V_SET) || to->one.obj->len) return false;
  uint64_t *bits = bits_get(b);
  if (!bits) return false;
  memset(bits, 0, b->words * sizeof *bits);
  for (uint32_t i = 0; i < b->n; i++)
    if (bits_has(b->live, i) && !c->seq[i].len) bits_set(bits, i);
  *b->work += b->n;
  *out = col_bits(bits);
  return true;
}

static bool compare(Batch *b, const Node *e, Col *x, Col *out) {
  const TypeTable *types = &b->vm->p->types;
  bool figures = type_is_figure(types, e->kid[0]->ty) && type_is_figure(types, e->kid[1]->ty), equal = e->op == OP_EQ || e->op == OP_NE;
  bool ok;
  if (equal && (x[0].kind == COL_LESS || x[1].kind == COL_LESS)) {
    const Col *set = &x[x[0].kind != COL_LESS], *to = &x[x[0].kind == COL_LESS];
    ok = empty_set(to) && less_empty(b, set, out);
  } else if (e->op == OP_EQ && (x[0].kind == COL_LESSES || x[1].kind == COL_LESSES)) {
    *out = x[x[0].kind != COL_LESSES];
    out->kind = COL_CUTS;
    ok = empty_set(&x[x[0].kind == COL_LESSES]);
  } else if (equal && seqs_empty(b, x, out)) ok = true;
  else if (type_kind(types, e->kid[0]->ty) == TY_SET && !equal) return false;
  else if (all_one(x, 2)) ok = apply(b, e, x, 2, figures ? compare_fn : equal ? same_fn : before_fn, out);
  else if (is_num(&x[0]) && is_num(&x[1])) {
    bool swap = e->op == OP_GT || e->op == OP_GE;
    uint64_t *bits = bits_get(b);
    if (!bits || !align(b, &x[0], &x[1])) return false;
    nums_test(bits, equal ? NUM_EQ : e->op == OP_LT || e->op == OP_GT ? NUM_LT : NUM_LE, nums_of(&x[swap]), nums_of(&x[!swap]), b->n);
    *out = col_bits(bits);
    *b->work += b->n;
    ok = true;
  } else if (equal && (x[0].kind == COL_ENT || (x[0].kind == COL_ONE && x[0].one.tag == V_ENT)) && (x[1].kind == COL_ENT || (x[1].kind == COL_ONE && x[1].one.tag == V_ENT))) ok = same_ents(b, x, out);
  else if (type_kind(types, e->kid[0]->ty) == TY_STRING && is_text(&x[0]) && is_text(&x[1])) ok = text_compare(b, (int)e->op, x, out);
  else ok = !figures && apply(b, e, x, 2, equal ? same_fn : before_fn, out);
  if (ok && e->op == OP_NE) {
    if (out->kind == COL_ONE && out->one.tag != V_TRUE && out->one.tag != V_FALSE) return false;
    negate(out);
  }
  return ok;
}

/* Which rows' entities are in a set. */
static bool ents_in(Batch *b, const Col *ents, Value set, Col *out) {
  uint64_t *bits = bits_get(b);
  uint32_t most = 0;
  const Seq *s = value_seq(set);
  for (uint32_t i = 0; i < s->o.len; i++) {
    if (s->at[i].tag != V_ENT) return false;
    if (ent_index(s->at[i].aux) > most) most = ent_index(s->at[i].aux);
  }
  uint8_t *in = pool_get(b->pool, (size_t)most + 1);
  if (!bits || !in) return false;
  memset(in, 0, (size_t)most + 1);
  for (uint32_t i = 0; i < s->o.len; i++) in[ent_index(s->at[i].aux)] = 1;
  ents_pick(bits, ents->ent, in, most, b->n);
  *b->work += b->n;
  *out = col_bits(bits);
  return true;
}

static bool member(Batch *b, const Node *e, Col *x, Col *out) {
  bool ok;
  if (x[1].kind == COL_LESS) {
    const uint64_t *absent = x[0].kind == COL_ONE && x[0].one.tag == V_ENT ? lanes_absent(b->lanes, ent_index(x[0].one.aux)) : NULL;
    if (x[0].kind != COL_ONE) return false;
    Col whole = col_one(x[1].one);
    Col in[2] = {x[0], whole};
    if (!apply(b, e, in, 2, in_fn, out)) return false;
    if (out->one.tag == V_TRUE && absent) *out = (Col){.kind = COL_BITS, .flip = true, .bits = (uint64_t *)(uintptr_t)absent};
    ok = true;
  } else if (x[0].kind == COL_ENT && x[1].kind == COL_ONE && x[1].one.tag == V_SET) ok = ents_in(b, &x[0], x[1].one, out);
  else ok = apply(b, e, x, 2, in_fn, out);
  if (ok && e->op == OP_NOT_IN) {
    if (out->kind == COL_ONE && out->one.tag != V_TRUE && out->one.tag != V_FALSE) return false;
    negate(out);
  }
  return ok;
}

/* The right side is evaluated for the rows that the left leaves open. */
static bool logic(Batch *b, const Node *e, Col *out) {
  Col l, r;
  const uint64_t *yes, *outer = b->live;
  bool stop = e->op == OP_AND ? false : true;   /* what settles it */
  if (!batch_eval(b, e->kid[0], &l)) return false;
  if (e->op == OP_IMPLIES) negate(&l);
  if (l.kind == COL_ONE) {
    if (l.one.tag != V_TRUE && l.one.tag != V_FALSE) return false;
    if ((l.one.tag == V_TRUE) == stop) { *out = l; return true; }
    return batch_eval(b, e->kid[1], out) && (out->kind == COL_BITS || out->one.tag == V_TRUE || out->one.tag == V_FALSE);
  }
  uint64_t *open = bits_get(b), *to = bits_get(b);
  if (!open || !to || !col_yes(b, &l, &yes)) return false;
  if (stop) words_less(open, outer, yes, b->words);
  else words_and(open, outer, yes, b->words);
  *b->work += b->words;
  if (!words_any(open, b->words)) { *out = l; return true; }
  b->live = open;
  bool ok = batch_eval(b, e->kid[1], &r) && col_yes(b, &r, &yes);
  b->live = outer;
  if (!ok) return false;
  words_and(to, open, yes, b->words);
  if (stop) {
    words_less(open, outer, open, b->words);   /* those that the left settled */
    words_or(to, to, open, b->words);
  }
  *out = col_bits(to);
  return true;
}

/* ---- choice ---- */

bool col_choose(Batch *b, const uint64_t *yes, Col *x, Col *y, Col *out) {
  if (is_num(x) && is_num(y) && !x->zeros && !y->zeros) {
    int64_t *to = pool_get(b->pool, b->n * sizeof *to);
    if (!to || !align(b, x, y)) return false;
    Nums p = nums_of(x), q = nums_of(y);
    for (uint32_t i = 0; i < b->n; i++) to[i] = bits_has(yes, i) ? p.at[i * p.step] : q.at[i * q.step];
    *out = (Col){.kind = COL_NUM, .tag = num_tag(x), .e = num_e(x), .unit = num_unit(x), .num = to};
    *b->work += b->n;
    return true;
  }
  if (!col_plain(b, x) || !col_plain(b, y)) return false;
  Value *at = pool_get(b->pool, b->n * sizeof *at);
  for (uint32_t i = 0; at && i < b->n; i++) at[i] = col_at(bits_has(yes, i) ? x : y, i);
  return at && col_narrow(b, at, out);
}

static bool branch(Batch *b, const Node *e, Col *out) {
  Col c, x, y;
  const uint64_t *yes, *outer = b->live;
  if (!batch_eval(b, e->kid[0], &c)) return false;
  if (c.kind == COL_ONE && (c.one.tag == V_TRUE || c.one.tag == V_FALSE)) return batch_eval(b, e->kid[c.one.tag == V_TRUE ? 1 : 2], out);
  uint64_t *then = bits_get(b), *otherwise = bits_get(b);
  if (!then || !otherwise || !col_yes(b, &c, &yes)) return false;
  words_and(then, outer, yes, b->words);
  words_less(otherwise, outer, yes, b->words);
  b->live = then;
  bool ok = batch_eval(b, e->kid[1], &x);
  b->live = otherwise;
  ok = ok && batch_eval(b, e->kid[2], &y);
  b->live = outer;
  if (!ok) return false;
  if (!words_any(then, b->words)) { *out = y; return true; }
  if (!words_any(otherwise, b->words)) { *out = x; return true; }
  return col_choose(b, then, &x, &y, out);
}

/* ---- names, fields, places ---- */

static Value field_fn(Vm *vm, const Node *e, const Value *a) { return vm_field(vm, a[0], e->ref); }
static Value end_fn(Vm *vm, const Node *e, const Value *a) { (void)vm; return a[0].tag == V_RANGE ? value_date(e->op == REF_RANGE_THROUGH ? value_hi(a[0]) : value_lo(a[0])) : value_keep(a[0]); }
static Value index_fn(Vm *vm, const Node *e, const Value *a) { (void)e; return vm_index(vm, a[0], a[1]); }

/* A field of all entities of a kind as one column, if all of them state a plain value. */
static const FieldCol *field_col(Batch *b, uint32_t kind, uint32_t slot) {
  Vm *vm = b->vm;
  for (uint32_t i = 0; i < vm->field_cols.len; i++)
    if (vm->field_cols.at[i].kind == kind && vm->field_cols.at[i].slot == slot) return &vm->field_cols.at[i];
  FieldCol f = {.kind = kind, .slot = slot};
  uint32_t n = vm->p->kinds.at[kind].list.len, wide = vm->p->kinds.at[kind].fields.len;
  Batch all = batch_rows(b, n);
  Value *at = pool_get(b->pool, n * sizeof *at);
  bool plain = at && all.live && (uint64_t)(n - 1) * wide + slot < vm->w->fields[kind].len;
  for (uint32_t i = 0; plain && i < n; i++) {
    at[i] = vm->w->fields[kind].at[i * wide + slot];
    plain = at[i].tag == V_DEC || at[i].tag == V_DATE || at[i].tag == V_ENT;
  }
  Col c;
  if (plain && col_narrow(&all, at, &c) && (c.kind == COL_NUM || c.kind == COL_ENT)) {
    f.bytes = n * (c.kind == COL_NUM ? sizeof *c.num : sizeof *c.ent);
    f.at = mem_get(vm->mem, f.bytes);
    if (!f.at) return NULL;
    memcpy(f.at, c.kind == COL_NUM ? (const void *)c.num : c.ent, f.bytes);
    f.ents = c.kind == COL_ENT;
    f.tag = c.tag;
    f.e = c.e;
    f.unit = c.unit;
  }
  if (vec_push(vm->mem, &vm->field_cols, f)) return &vm->field_cols.at[vm->field_cols.len - 1];
  if (f.at) mem_free(vm->mem, f.at, f.bytes);
  return NULL;
}

void field_cols_forget(Vm *vm) {
  for (uint32_t i = 0; i < vm->field_cols.len; i++)
    if (vm->field_cols.at[i].at) mem_free(vm->mem, vm->field_cols.at[i].at, vm->field_cols.at[i].bytes);
  vec_end(vm->mem, &vm->field_cols);
}

/* Entities that stand one after the other in their kind have a piece of the column; others pick from it. */
static bool stored_field(Batch *b, const Node *e, const Col *of, Col *out) {
  uint32_t kind = ent_kind(of->ent[0]), first = ent_index(of->ent[0]);
  bool known = kind != K_CLAUSE;
  for (uint32_t i = 0; i < b->n && known && !of->run; i++) known = ent_kind(of->ent[i]) == kind;
  const FieldCol *f = known ? field_col(b, kind, e->ref) : NULL;
  if (!f || !f->at) return false;
  *out = (Col){.kind = f->ents ? COL_ENT : COL_NUM, .tag = f->tag, .e = f->e, .unit = f->unit};
  *b->work += b->n;
  if (of->run) {
    if (f->ents) out->ent = (Ent *)f->at + first;
    else out->num = (int64_t *)f->at + first;
    return true;
  }
  void *to = pool_get(b->pool, b->n * (f->ents ? sizeof(Ent) : sizeof(int64_t)));
  if (!to) return false;
  if (f->ents) out->ent = to;
  else out->num = to;
  for (uint32_t i = 0; i < b->n; i++) {
    if (f->ents) out->ent[i] = ((Ent *)f->at)[ent_index(of->ent[i])];
    else out->num[i] = ((int64_t *)f->at)[ent_index(of->ent[i])];
  }
  return true;
}

static bool range_end(Batch *b, const Node *e, const Col *of, Col *out) {
  int64_t *to = of->kind == COL_VALUES ? pool_get(b->pool, b->n * sizeof *to) : NULL;
  if (!to) return false;
  for (uint32_t i = 0; i < b->n; i++) {
    if (!bits_has(b->live, i)) { to[i] = 0; continue; }
    if (of->values[i].tag != V_RANGE) return false;
    to[i] = e->op == REF_RANGE_THROUGH ? value_hi(of->values[i]) : value_lo(of->values[i]);
    if (to[i] == DAY_OPEN) return false;
  }
  *b->work += b->n;
  *out = (Col){.kind = COL_NUM, .tag = V_DATE, .num = to};
  return true;
}

static bool field_computed(const Vm *vm, Ent e, uint32_t slot) {
  const World *w = vm->w;
  uint32_t kind = ent_kind(e), at = ent_index(e) * vm->p->kinds.at[kind].fields.len + slot;
  return at < w->fields[kind].len && w->fields[kind].at[at].tag == V_FUNC;
}

/* A field that is a function is worth what it is worth in the world at hand, which lanes are not, nor the days of rows. */
static bool field(Batch *b, const Node *e, Col *out) {
  Col of;
  if (e->op == REF_ENTITY) { *out = col_one(value_ent(e->ref)); return true; }
  if (!batch_eval(b, e->kid[0], &of)) return false;
  if (e->op != REF_FIELD) return range_end(b, e, &of, out) || apply(b, e, &of, 1, end_fn, out);
  if (of.kind == COL_ENT && e->ref >= FIELD_FIRST && stored_field(b, e, &of, out)) return true;
  if (b->days) return false;
  if (!b->lanes) return apply(b, e, &of, 1, field_fn, out);
  if (of.kind != COL_ENT && (of.kind != COL_ONE || of.one.tag != V_ENT)) return false;
  if (of.kind == COL_ONE && field_computed(b->vm, of.one.aux, e->ref)) return false;
  for (uint32_t i = 0; of.kind == COL_ENT && i < b->n; i++)
    if (bits_has(b->live, i) && field_computed(b->vm, of.ent[i], e->ref)) return false;
  return apply(b, e, &of, 1, field_fn, out);
}

static bool name(Batch *b, const Node *e, Col *out) {
  Vm *vm = b->vm;
  switch (e->op) {
    case REF_LOCAL: *out = b->slot[e->ref]; return true;
    case REF_ENTITY: *out = col_one(value_ent(e->ref)); return true;
    case REF_SETOF: return col_hold(b, world_entities(vm->w, e->ref), out);
    case REF_CONCERN: return col_hold(b, op_concern(vm), out);
    case REF_OPEN: *out = col_one(value_date(DAY_OPEN)); return true;
    case REF_PARTIES: return !vm->ctx->view->nunder && col_hold(b, op_parties(vm), out);  /* who is absent is a party still */
    case REF_TERM: return !vm->ctx->view->nunder && col_hold(b, op_term(vm), out);
    default: return false;
  }
}

/* From a list of entities, by places that are all in it; false: in no such way. */
static bool gather_ents(Batch *b, const Seq *s, const Col *place, Col *out) {
  const Value *from = s->at;
  const int64_t *num = place->num;
  uint32_t n = b->n, len = s->o.len, run = 0;
  if (!len || from->tag != V_ENT) return false;
  Ent *ents = pool_get(b->pool, n * sizeof *ents);
  for (uint32_t i = 0; ents && i < n; i++) {
    uint64_t at = (uint64_t)num[i] - 1;
    if (at >= len || from[at].tag != V_ENT) return false;
    ents[i] = from[at].aux;
  }
  while (ents && run < n && ents[run] == ents[0] + run) run++;
  *out = (Col){.kind = COL_ENT, .run = run == n, .ent = ents};
  *b->work += n;
  return ents != NULL;
}

/* From one list, by a column of places. */
static bool gather(Batch *b, const Col *of, const Col *place, Col *out) {
  if (value_in_words(of->one)) return words_gather(b, of->one, place, out);
  const Seq *s = value_seq(of->one);
  uint32_t run = 0;
  if (gather_ents(b, s, place, out)) return true;
  while (run < b->n && place->num[run] == place->num[0] + run) run++;
  if (run == b->n && place->num[0] >= 1 && place->num[0] + b->n - 1 <= s->o.len) {   /* a piece of it */
    *b->work += b->n;
    return col_narrow(b, s->at + place->num[0] - 1, out);
  }
  Value *at = pool_get(b->pool, b->n * sizeof *at);
  if (!at) return false;
  uint32_t i = 0;
  while (i < b->n && (uint64_t)place->num[i] - 1 < s->o.len) at[i] = s->at[place->num[i] - 1], i++;
  for (; i < b->n; i++) {
    at[i] = (Value){0};
    if (!bits_has(b->live, i)) continue;
    if (place->num[i] < 1 || place->num[i] > s->o.len) return false;
    at[i] = s->at[place->num[i] - 1];
  }
  *b->work += b->n;
  return col_narrow(b, at, out);
}

static bool place_of(const Col *x) { return x[0].kind == COL_ONE && x[0].one.tag == V_LIST && x[1].kind == COL_NUM && x[1].tag == V_DEC && !x[1].e && x[1].unit == UNIT_ONE; }

/* ---- calls ---- */

static Value func_fn(Vm *vm, const Node *e, const Value *a) { return vm_call(vm, e->ref, a); }
static Value builtin_fn(Vm *vm, const Node *e, const Value *a) { return vm_builtin(vm, (Builtin)e->ref, a, list_len(e->kid[1])); }

static bool only_entities(const Program *p, const Func *f) {
  for (uint32_t i = 0; i < f->nparam; i++)
    if (type_kind(&p->types, f->param[i]) != TY_ENTITY) return false;
  return true;
}

/* On days of the rows nothing is remembered, so a call goes into the body, and not too deep: else it might be gone into over and over. */
static bool day_call(Batch *b, const Func *f, const Col *args, Col *out) {
  enum { CALLS_MOST = 4 };
  if (b->calls == CALLS_MOST) return false;
  b->calls++;
  bool ok = batch_inlined(b, f, args, out);
  b->calls--;
  return ok;
}

/* In the world at hand a call over entities is remembered, and one over anything else is worked out in columns. */
static bool func_call(Batch *b, const Node *e, uint32_t func, Col *args, Col *out) {
  const Func *f = &b->vm->p->funcs.at[func];
  bool varies = f->flags & (FLAG_VARIES | FLAG_CLAUSES);
  if (all_one(args, f->nparam) && ((!b->lanes && !b->days) || !varies)) {
    Value one[8];
    for (uint32_t i = 0; i < f->nparam; i++) one[i] = args[i].one;
    return col_hold(b, vm_call(b->vm, func, one), out);
  }
  if (b->days) return day_call(b, f, args, out);
  if (b->lanes && f->flags & FLAG_RECURSIVE) return lanes_rule(b, func, args, out);
  if (b->lanes || (!(f->flags & FLAG_RECURSIVE) && !(only_entities(b->vm->p, f) && varies))) return batch_inlined(b, f, args, out);
  if (f->nparam == 1 && call_column(b, func, args, out)) return true;
  return !b->vm->failed && apply(b, e, args, f->nparam, func_fn, out);
}

static bool seqs_len(Batch *b, const Col *c, Col *out) {
  int64_t *to = pool_get(b->pool, b->n * sizeof *to);
  for (uint32_t i = 0; to && i < b->n; i++) to[i] = bits_has(b->live, i) ? c->seq[i].len : 0;
  *b->work += b->n;
  *out = (Col){.kind = COL_NUM, .tag = V_DEC, .unit = UNIT_ONE, .num = to};
  return to != NULL;
}

static bool builtin_call(Batch *b, const Node *e, Col *args, uint32_t n, Col *out) {
  bool pure = builtin_info((Builtin)e->ref)->flag == 'P';
  if (e->ref == BUILTIN_nth && n == 2 && place_of(args)) return gather(b, &args[0], &args[1], out);
  if (e->ref == BUILTIN_len && args[0].kind == COL_SEQS) return seqs_len(b, &args[0], out);
  if (e->ref == BUILTIN_months && time_months(b, args, n, out)) return true;
  if (b->lanes && !pure) return !b->days && lanes_builtin(b, (Builtin)e->ref, args, n, out);
  if (!pure && (b->days || !all_one(args, n)) && time_builtin(b, (Builtin)e->ref, args, n, out)) return true;
  if (b->vm->failed || (b->days && !pure)) return false;
  return apply(b, e, args, n, builtin_fn, out);
}

static bool call(Batch *b, const Node *e, Col *out) {
  Col args[8];
  uint32_t n = 0;
  if (e->op == CALL_AGGREGATE) {
    const Node *arg = list_first(e->kid[1]), *total = b->lanes ? NULL : time_total(e);
    if (total && time_sum(b, total, out)) return true;
    return !b->vm->failed && arg->kind == N_EACH && batch_each(b, arg->kid[0], arg->kid[1], (int)e->ref, out);
  }
  if (e->op == CALL_SPANS) return time_spans(b, list_first(e->kid[1]), out);
  if (e->op != CALL_FUNC && e->op != CALL_BUILTIN) return false;
  for (const Node *a = list_first(e->kid[1]); a; a = a->next)
    if (n == 8 || !batch_eval(b, a, &args[n++])) return false;
  return e->op == CALL_FUNC ? func_call(b, e, e->ref, args, out) : builtin_call(b, e, args, n, out);
}

/* ---- worlds ---- */

static bool govern(Batch *b, const Node *e, Col *out) {
  Lanes *outer = b->lanes, *inner;
  Col day;
  if (e->op == GOV_WITHOUT) {
    if (outer || b->days || !lanes_enter(b, e->kid[1], &inner)) return false;
    b->lanes = inner;
    bool ok = batch_eval(b, e->kid[0], out);
    b->lanes = outer;
    return ok && out->kind != COL_LESS;
  }
  if (e->op != GOV_AT || !batch_eval(b, e->kid[1], &day)) return false;
  if (day.kind == COL_NUM) return !outer && time_at(b, e->kid[0], &day, out);
  if (day.kind != COL_ONE || day.one.tag != V_DATE || !vm_enter(b->vm, 0, day.one)) return false;
  const Day *days = b->days;
  b->days = NULL;
  bool ok = batch_eval(b, e->kid[0], out);
  b->days = days;
  vm_leave(b->vm);
  return ok;
}

/* ---- anything ---- */

static Value neg_fn(Vm *vm, const Node *e, const Value *a) {
  Value v = {0};
  (void)e;
  if (a[0].tag == V_UNK) return value_keep(a[0]);
  if (fig_neg(&vm->rt, a[0], &v)) vm_fail_units(vm, FIG_LARGE, "", a[0], a[0]);
  return v;
}
static Value range_fn(Vm *vm, const Node *e, const Value *a) { return op_range(vm, a[0], a[1], e->ty == T_INTS); }
static Value diff_fn(Vm *vm, const Node *e, const Value *a) { (void)e; return op_date(vm, OP_DATE_DIFF_, a[0], a[1], false); }
static Value join_fn(Vm *vm, const Node *e, const Value *a) { return op_set(vm, a[0], a[1], type_kind(&vm->p->types, e->kid[0]->ty) == TY_LIST ? 2 : e->op == OP_SUB); }
static Value set_fn(Vm *vm, const Node *e, const Value *a) { return op_collect(vm, e->kind == N_SET ? OP_SET_ : OP_LIST_, a, list_len(e->kid[0])); }
static Value text_fn(Vm *vm, const Node *e, const Value *a) { return op_text(vm, a, list_len(e->kid[0]), false); }

static Value date_fn(Vm *vm, const Node *e, const Value *a) { return op_date(vm, OP_DATE_ADD_, a[0], a[1], e->op == OP_SUB); }

/* Days after or before, by so many whole ones. Calendar months are left to the machine. */
static bool moved(Batch *b, const Node *e, Col *x, Col *out) {
  Vm *vm = b->vm;
  if (all_one(x, 2) || x[1].kind != COL_ONE || x[1].one.tag != V_DEC || !is_num(&x[0]) || num_tag(&x[0]) != V_DATE) return apply(b, e, x, 2, date_fn, out);
  Value first = value_date(0), there = op_date(vm, OP_DATE_ADD_, first, x[1].one, e->op == OP_SUB);
  int64_t *to = pool_get(b->pool, b->n * sizeof *to), by = there.i;
  if (vm->failed || !to || !nums_add(to, nums_of(&x[0]), (Nums){&by, 0}, b->n)) return false;
  for (uint32_t i = 0; i < b->n; i++)
    if (bits_has(b->live, i) && (to[i] < DAY_MIN || to[i] > DAY_MAX)) return false;
  *out = (Col){.kind = COL_NUM, .tag = V_DATE, .num = to};
  *b->work += b->n;
  return true;
}

/* From one whole number or day to another, in each row. */
static bool ranges(Batch *b, const Node *e, Col *x, Col *out) {
  bool ints = e->ty == T_INTS;
  for (int i = 0; i < 2; i++)
    if (!is_num(&x[i]) || num_tag(&x[i]) != (ints ? V_DEC : V_DATE) || (ints && (num_e(&x[i]) || x[i].zeros))) return apply(b, e, x, 2, range_fn, out);
  Value *at = pool_get(b->pool, b->n * sizeof *at);
  Nums lo = nums_of(&x[0]), hi = nums_of(&x[1]);
  for (uint32_t i = 0; at && i < b->n; i++) {
    int64_t l = lo.at[i * lo.step], h = hi.at[i * hi.step];
    at[i] = (Value){0};
    if (!bits_has(b->live, i)) continue;
    if (ints && (l < -1000000000 || l > 1000000000 || h < -1000000000 || h > 1000000000)) return apply(b, e, x, 2, range_fn, out);
    at[i] = ints ? value_ints((int32_t)l, (int32_t)h) : value_range((Day)l, (Day)h);
  }
  *b->work += b->n;
  *out = (Col){.kind = COL_VALUES, .values = at};
  return at != NULL;
}

/* Days between two columns of days. */
static bool diff(Batch *b, const Node *e, Col *x, Col *out) {
  if (all_one(x, 2)) return apply(b, e, x, 2, diff_fn, out);
  int64_t *to = pool_get(b->pool, b->n * sizeof *to);
  for (int i = 0; i < 2; i++)
    if (!is_num(&x[i]) || num_tag(&x[i]) != V_DATE || (x[i].kind == COL_ONE && x[i].one.i == DAY_OPEN)) return false;
  if (!to || !nums_sub(to, nums_of(&x[0]), nums_of(&x[1]), b->n)) return false;
  *out = (Col){.kind = COL_NUM, .tag = V_DEC, .unit = b->vm->p->units.atoms.at[0].unit, .num = to};
  *b->work += b->n;
  return true;
}

static bool binary(Batch *b, const Node *e, Col *out) {
  Col x[2];
  if (e->op == OP_AND || e->op == OP_OR || e->op == OP_IMPLIES) return logic(b, e, out);
  if (!batch_eval(b, e->kid[0], &x[0])) return false;
  if (e->op == OP_ELSE) { *out = x[0]; return x[0].kind != COL_ONE || x[0].one.tag != V_UNK; }
  if (!batch_eval(b, e->kid[1], &x[1])) return false;
  if (e->op >= OP_EQ && e->op <= OP_GE) return compare(b, e, x, out);
  if (e->op == OP_IN || e->op == OP_NOT_IN) return member(b, e, x, out);
  if (e->op == OP_RANGE) return all_one(x, 2) ? apply(b, e, x, 2, range_fn, out) : ranges(b, e, x, out);
  TypeKind l = type_kind(&b->vm->p->types, e->kid[0]->ty), r = type_kind(&b->vm->p->types, e->kid[1]->ty);
  if (l == TY_DATE) return r == TY_DATE ? diff(b, e, x, out) : !chunk_months(b->vm->p, e->kid[1]) && moved(b, e, x, out);
  if (l == TY_SET || l == TY_LIST) return apply(b, e, x, 2, join_fn, out);
  return arithmetic(b, e, x, out);
}

static bool several(Batch *b, const Node *e, RowFn fn, Col *out) {
  Col at[8];
  uint32_t n = 0;
  for (const Node *k = list_first(e->kid[0]); k; k = k->next)
    if (n == 8 || !batch_eval(b, k, &at[n++])) return false;
  if (e->kind == N_SET && few_ents(at, n)) return ent_sets(b, at, n, out);
  if (e->kind == N_INTERP && !all_one(at, n) && text_rows(b, at, n, out)) return true;
  return !b->vm->failed && apply(b, e, at, n, fn, out);
}

/* What is not of the type is told by the loop's own code. */
static bool col_fits(const Batch *b, const Col *c, Type t) {
  const Program *p = b->vm->p;
  if (c->kind == COL_ONE) return value_of_type(b->vm, c->one, t);
  return c->kind == COL_NUM && c->tag == V_DEC && type_is_figure(&p->types, t) && (c->unit == UNIT_ANY || unit_dim(&p->units, c->unit) == type_at(&p->types, t).dim);
}

static bool eval(Batch *b, const Node *e, Col *out) {
  Col x[2];
  switch ((NodeKind)e->kind) {
    case N_NUMBER: case N_QUANTITY: case N_DATE: case N_BOOL: case N_STRING: return col_hold(b, chunk_literal(b->vm->p, &b->vm->rt, e), out);
    case N_NAME: return e->op == REF_FUNC ? func_call(b, e, e->ref, NULL, out) : name(b, e, out);
    case N_FIELD: return field(b, e, out);
    case N_CALL: return call(b, e, out);
    case N_BINARY: return binary(b, e, out);
    case N_IF: return branch(b, e, out);
    case N_GOVERN: return govern(b, e, out);
    case N_SET: case N_SEQ: return several(b, e, set_fn, out);
    case N_INTERP: return several(b, e, text_fn, out);
    case N_LET_IN: {
      uint32_t slot = e->kid[0]->ref;
      return batch_eval(b, e->kid[1], &x[0]) && (b->slot[slot] = x[0], batch_eval(b, e->kid[2], out));
    }
    case N_INDEX:
      if (!batch_eval(b, e->kid[0], &x[0]) || !batch_eval(b, e->kid[1], &x[1])) return false;
      if (x[0].kind == COL_ONE && x[0].one.tag == V_MAP && x[1].kind == COL_VALUES) return text_look_up(b, x[0].one, &x[1], out);
      return place_of(x) ? gather(b, &x[0], &x[1], out) : apply(b, e, x, 2, index_fn, out);
    case N_FITS: return batch_eval(b, e->kid[0], out) && col_fits(b, out, e->ty);
    case N_UNARY:
      if (!batch_eval(b, e->kid[0], out)) return false;
      if (e->op == OP_NOT) { negate(out); return out->kind == COL_BITS || out->one.tag == V_TRUE || out->one.tag == V_FALSE; }
      x[0] = *out;
      return apply(b, e, x, 1, neg_fn, out);
    default: return false;
  }
}

/* Steps are charged before a limit is far behind: what one expression takes for one block is the most by which it is passed. */
bool batch_may_go_on(Batch *b) {
  const Vm *vm = b->vm;
  uint64_t work = *b->work;
  if (work < WORK_CHECK && vm->steps <= vm->max_steps && work <= vm->max_steps - vm->steps) return true;
  *b->work = 0;
  return vm_may_go_on(b->vm, vm->frames.at[vm->frames.len - 1].func, work);
}

bool batch_over(const Vm *vm) {
  return mem_failed(vm->mem) || (vm->failed && (vm->error.code == DIAG_E0505 || vm->error.code == DIAG_E0507 || vm->error.code == DIAG_E0508));
}

bool batch_eval(Batch *b, const Node *e, Col *out) {
  *b->work += 1;
  if (b->vm->failed || b->depth >= EVAL_DEPTH || !batch_may_go_on(b)) return false;
  b->depth++;
  bool ok = eval(b, e, out);
  b->depth--;
  return ok;
}
