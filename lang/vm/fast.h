#ifndef VM_FAST_H
#define VM_FAST_H
#include "vm/vm.h"

/* The most frequent cases of the machine's instructions, in place. Each gives what the function that knows all cases gives;
 * where a case is none of these, it does nothing and says so, and that function is to be called. */

static inline void reg_put(Vm *vm, Value *at, Value v) {
  value_drop(vm->mem, *at);
  *at = v;
}

/* Decimals of one unit (a zero of every unit has the other's), brought to one power of ten. */
static inline bool figs_align(Value *a, Value *b) {
  static const int64_t ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
  if (value_head(*a) == value_head(*b)) return a->tag == V_DEC;
  if (a->tag != V_DEC || b->tag != V_DEC) return false;
  if (a->unit == UNIT_ANY) { *a = *b; a->i = 0; return true; }
  if (b->unit == UNIT_ANY) { *b = *a; b->i = 0; return true; }
  if (a->unit != b->unit) return false;
  Value *wide = a->e > b->e ? a : b;
  int places = a->e > b->e ? a->e - b->e : b->e - a->e;
  if (places > 9 || __builtin_mul_overflow(wide->i, ten[places], &wide->i)) return false;
  wide->e = (int8_t)(wide->e - places);
  return true;
}

static inline bool fast_add(Value a, Value b, Value *out) { return figs_align(&a, &b) && fig_add_fast(a, b, out); }
static inline bool fast_sub(Value a, Value b, Value *out) { return figs_align(&a, &b) && fig_sub_fast(a, b, out); }

static inline bool fast_order(Value a, Value b, int *order) {   /* below 0: a is less; 0: they are equal */
  if (!figs_align(&a, &b)) return false;
  *order = a.i < b.i ? -1 : a.i > b.i;
  return true;
}

static inline bool fast_mod(Value a, Value b, Value *out) {   /* plain whole numbers */
  if (value_head(a) != value_head(value_int(0)) || value_head(b) != value_head(a) || b.i <= 0) return false;
  int64_t rest = a.i % b.i;
  *out = value_int(rest < 0 ? rest + b.i : rest);
  return true;
}

/* Where the quotient is a whole multiple of the powers of ten at hand. */
static inline bool fast_div(Value a, Value b, Value *out) {
  int e = a.e - b.e;
  if (a.tag != V_DEC || b.tag != V_DEC || a.unit == UNIT_ANY || b.i == 0 || b.i == -1 || e < NUM_EMIN || e > NUM_EMAX) return false;
  if ((b.unit != UNIT_ONE && a.unit != b.unit) || a.i % b.i) return false;
  if (b.unit != UNIT_ONE) a.unit = UNIT_ONE;
  a.i /= b.i;
  a.e = (int8_t)e;
  *out = a;
  return true;
}

static inline bool fast_pow(Value a, Value b, Value *out) {   /* plain numbers, to a small power */
  Value r = a;
  if (a.tag != V_DEC || a.unit != UNIT_ONE || value_head(b) != value_head(value_int(0)) || b.i < 1 || b.i > 64) return false;
  for (int64_t n = 1; n < b.i; n++)
    if (!fig_mul_fast(r, a, &r)) return false;
  *out = r;
  return true;
}

static inline bool is_bool(Value v) { return v.tag == V_FALSE || v.tag == V_TRUE; }

static inline bool fast_same(Value a, Value b, bool *same) {
  if (a.tag == V_ENT && b.tag == V_ENT) *same = a.aux == b.aux;
  else if (a.tag == V_DATE && b.tag == V_DATE) *same = a.i == b.i;
  else if (is_bool(a) && is_bool(b)) *same = a.tag == b.tag;
  else return false;
  return true;
}

/* An entity in a set of entities: what is not known would stand at the set's end. */
static inline bool fast_in(Value a, Value set, bool *in) {
  if (a.tag != V_ENT || set.tag != V_SET) return false;
  const Value *at = value_seq(set)->at;
  uint32_t lo = 0, hi = set.obj->len;
  *in = false;
  if (!hi) return true;
  if (at[0].tag != V_ENT || at[hi - 1].tag != V_ENT) return false;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (at[mid].aux < a.aux) lo = mid + 1;
    else hi = mid;
  }
  *in = lo < set.obj->len && at[lo].aux == a.aux;
  return true;
}

/* A field that says what it is worth; NULL: it does not, or is a clause's. */
static inline const Value *fast_field(const Vm *vm, Value of, uint32_t slot) {
  uint32_t kind = ent_kind(of.aux);
  if (of.tag != V_ENT || slot < FIELD_FIRST || kind == K_CLAUSE) return NULL;
  uint32_t at = ent_index(of.aux) * vm->p->kinds.at[kind].fields.len + slot;
  if (at >= vm->w->fields[kind].len) return NULL;
  const Value *v = &vm->w->fields[kind].at[at];
  return v->tag == V_NONE || v->tag == V_FUNC ? NULL : v;
}

/* The place of a call over at most one entity, where the world at hand has a memo of the function; else memo_slot knows. */
static inline uint32_t fast_slot(const Vm *vm, uint32_t func, const Value *args, Memo **memo) {
  uint32_t world = vm->ctx->view ? vm->ctx->view->id + 1 : 0, slot = 0;
  if (world >= vm->memos.len || !vm->memos.at[world] || func >= vm->nmemo) return UINT32_MAX;
  Memo *m = vm->memos.at[world][func];
  if (!m || m->nparam > 1) return UINT32_MAX;
  if (m->nparam) slot = args->tag == V_ENT && ent_index(args->aux) < m->n ? ent_index(args->aux) : UINT32_MAX;
  *memo = m;
  return slot;
}

/* What is remembered of a call, and holds today; NULL: the call is to be made, or at least looked at. */
static inline const MemoEntry *fast_known(const Vm *vm, uint32_t func, const Value *args) {
  Memo *m;
  uint32_t slot = vm->w->tracing || vm->reached ? UINT32_MAX : fast_slot(vm, func, args, &m);
  if (slot == UINT32_MAX) return NULL;
  const MemoEntry *e = &m->direct[slot];
  return e->state == MEMO_DONE && e->dep.lo <= vm->ctx->day && vm->ctx->day <= e->dep.hi ? e : NULL;
}

/* 1: the next element is in its register; 0: there is none; -1: iter_next knows. */
static inline int fast_next(Vm *vm, LoopCell *c, Value *base) {
  c->trace_elem = vm->w->trace_elem = vm->w->trace.len;
  if (c->missing) return 0;
  if (c->coll.tag == V_INTS) {
    if (c->at > c->last) return 0;
    reg_put(vm, base + c->target, value_int(c->at++));
    return 1;
  }
  if (c->coll.tag != V_SET && c->coll.tag != V_LIST) return -1;
  if (c->next >= c->coll.obj->len) return 0;
  Value v = value_seq(c->coll)->at[c->next];
  if (value_counted(v)) return -1;
  c->next++;
  c->doubt = false;
  reg_put(vm, base + c->target, v);
  return 1;
}

/* Whether an element at hand, of the iterator beside an accumulator or of one within it, may be one that came before. */
static inline bool any_doubt(const Vm *vm, const Value *acc) {
  if (acc[1].tag != V_CELL) return true;
  const LoopCell *c = &vm->cells.at[acc[1].i], *end = vm->cells.at + vm->cells.len;
  while (c < end && !c->doubt) c++;
  return c < end;
}

/* What an accumulator that is one value begins with. */
static inline bool fast_acc(int kind, Value *v) {
  switch (kind) {
    case ACC_SUM: *v = value_zero(); return true;
    case ACC_COUNT: *v = value_int(0); return true;
    case ACC_ANY: case ACC_ALL: *v = value_bool(kind == ACC_ALL); return true;
    default: return false;
  }
}

/* An element that is surely in; acc[1] is the iterator. */
static inline __attribute__((always_inline)) bool fast_add_to(Vm *vm, Value *acc, int kind, Value v) {
  switch (kind) {
    case ACC_COUNT:
      if (v.tag == V_FALSE) return true;
      if (v.tag != V_TRUE || value_head(*acc) != value_head(value_int(0)) || any_doubt(vm, acc)) return false;
      acc->i++;   /* there are no more elements than fit */
      return true;
    case ACC_SUM: return !any_doubt(vm, acc) && fast_add(*acc, v, acc);
    case ACC_ANY: return v.tag == V_FALSE && !vm->w->tracing;
    case ACC_ALL: return v.tag == V_TRUE && !vm->w->tracing;
    default: return false;
  }
}

#endif
