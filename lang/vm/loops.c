#include "vm/fast.h"
#include <string.h>

/* Iterators, stretches of time and accumulators. Cells are a stack: what a loop opens is closed with it. */

static LoopCell *cell_push(Vm *vm, int kind) {
  if (!vec_room(vm->mem, &vm->cells)) return NULL;
  LoopCell *c = &vm->cells.at[vm->cells.len++];
  memset(c, 0, sizeof *c);
  c->kind = (uint8_t)kind;
  c->trace_loop = c->trace_elem = vm->w->trace.len;
  return c;
}

void cell_drop(Vm *vm, LoopCell *c) {
  value_drop(vm->mem, c->coll);
  for (uint32_t i = 0; i < c->items.len; i++) value_drop(vm->mem, c->items.at[i]);
  if (c->items.at) vec_end(vm->mem, &c->items);
  value_drop(vm->mem, c->list);
  if (c->kind == CELL_SPAN && c->outer) {
    vm->ctx = c->outer;
    vm->dep.lo = c->outer_lo;  /* what holds over a stretch of time holds whatever the day is here */
    vm->dep.hi = c->outer_hi;
  }
}

void cells_drop(Vm *vm, uint32_t to) {
  while (vm->cells.len > to) cell_drop(vm, &vm->cells.at[--vm->cells.len]);
}

uint32_t iter_begin(Vm *vm, Value coll, uint32_t target, bool pairs) {
  LoopCell *c = cell_push(vm, CELL_ITER);
  if (!c) return 0;
  c->coll = value_keep(coll);
  c->target = target;
  c->pairs = pairs;
  c->missing = coll.tag == V_UNK || coll.tag == V_NONE;
  if (coll.tag == V_INTS || coll.tag == V_RANGE) c->at = value_lo(coll), c->last = value_hi(coll);
  return vm->cells.len - 1;
}

static void put(Vm *vm, Value *at, Value v) {
  value_drop(vm->mem, *at);
  *at = v;
}

bool iter_next(Vm *vm, uint32_t cell, Value *base) {
  LoopCell *c = &vm->cells.at[cell];
  c->trace_elem = vm->w->trace_elem = vm->w->trace.len;
  if (c->missing) return false;
  if (c->coll.tag == V_INTS || c->coll.tag == V_RANGE) {
    if (c->at > c->last) return false;
    if (c->coll.tag == V_RANGE && c->last == DAY_OPEN) { vm_fail(vm, DIAG_E0406, "a range without an end cannot be gone through day by day"); return false; }
    put(vm, base + c->target, c->coll.tag == V_INTS ? value_int(c->at) : value_date((Day)c->at));
    c->at++;
    return true;
  }
  if (c->next >= c->coll.obj->len) return false;
  const Seq *s = value_seq(c->coll);
  uint32_t i = c->next++;
  c->doubt = op_may_repeat(c->coll, i);
  if (c->coll.tag != V_MAP) { put(vm, base + c->target, value_keep(s->at[i])); return true; }
  put(vm, base + c->target, value_keep(s->at[2 * i]));
  if (c->pairs) put(vm, base + c->target + 1, value_keep(s->at[2 * i + 1]));
  return true;
}

void iter_end(Vm *vm, uint32_t cell) { cells_drop(vm, cell); }

uint32_t span_begin(Vm *vm, Value range) {
  LoopCell *c = cell_push(vm, CELL_SPAN);
  if (!c) return 0;
  c->outer = vm->ctx;
  c->outer_lo = vm->dep.lo;
  c->outer_hi = vm->dep.hi;
  if (range.tag != V_RANGE) {
    c->missing = true;
    c->coll = value_keep(range);
    return vm->cells.len - 1;
  }
  c->at = value_lo(range);
  c->last = value_hi(range);
  return vm->cells.len - 1;
}

/* The stretch at hand ends where anything that was asked in it changes, or with the range. */
static void span_close(const Vm *vm, LoopCell *c) {
  Day last = vm->dep.hi < c->first_day ? c->first_day : vm->dep.hi;
  c->last_day = last < c->last ? last : (Day)c->last;
}

/* Moves to the stretch after the one at hand. */
bool span_next(Vm *vm, uint32_t cell) {
  enum { STRETCHES_MAX = 366 * 400 };
  LoopCell *c = &vm->cells.at[cell];
  c->trace_elem = vm->w->trace_elem = vm->w->trace.len;
  if (c->next) {
    span_close(vm, c);
    c->at = c->last_day == DAY_OPEN ? INT64_MAX : (int64_t)c->last_day + 1;
  }
  if (c->missing || c->at > c->last || c->at > DAY_MAX || vm->failed) return false;
  if (c->next++ > STRETCHES_MAX) { vm_fail(vm, DIAG_E0406, "this goes day by day, since it asks for today, and its range is longer than 400 years"); return false; }
  c->first_day = (Day)c->at;
  const View *view = c->outer ? c->outer->view : world_base(vm->w);
  Ctx *x = world_ctx(vm->w, view, c->first_day);
  if (!x) return false;
  vm->ctx = x;
  vm->dep.lo = DAY_NONE;
  vm->dep.hi = DAY_OPEN;
  return true;
}

/* ---- accumulators ---- */

Value acc_begin(Vm *vm, int kind) {
  Value v;
  if (fast_acc(kind, &v)) return v;
  v = (Value){.tag = V_CELL};
  LoopCell *c = cell_push(vm, CELL_BUILD);
  v.i = vm->cells.len ? vm->cells.len - 1 : 0;
  for (int i = 0; c && i < 2 && (kind == ACC_MIN || kind == ACC_MAX); i++) vec_push(vm->mem, &c->items, ((Value){0}));
  return v;
}

static void acc_put(Vm *vm, Value *acc, Value v) {
  value_drop(vm->mem, *acc);
  *acc = v;
}

static void add_figure(Vm *vm, Value *acc, Value v) {
  Value sum;
  FigErr e = fig_add(&vm->rt, *acc, v, &sum);
  if (e) { vm_fail_units(vm, e, "added", *acc, v); return; }
  acc_put(vm, acc, sum);
}

static void sum_add(Vm *vm, Value *acc, Value v, bool maybe, Value where) {
  if (!maybe) { add_figure(vm, acc, v); return; }
  Value part;
  FigErr e = fig_hull(&vm->rt, value_zero(), v, where, &part);
  if (e) { vm_fail_units(vm, e, "added", *acc, v); return; }
  add_figure(vm, acc, part);
  value_drop(vm->mem, part);
}

static void count_add(Vm *vm, Value *acc, Value v, bool maybe, Value where) {
  if (v.tag == V_FALSE) return;
  bool sure = v.tag == V_TRUE && !maybe;
  if (sure) { add_figure(vm, acc, value_int(1)); return; }
  Value why = value_unknown2(&vm->rt, v, where), part;
  if (!fig_hull(&vm->rt, value_int(0), value_int(1), why, &part)) {
    add_figure(vm, acc, part);
    value_drop(vm->mem, part);
  }
  value_drop(vm->mem, why);
}

/* *so_far becomes the lesser or greater of itself (V_NONE: of nothing) and v. */
static void extreme_take(Vm *vm, Value *so_far, Value v, bool max) {
  Value r = {0};
  FigErr e = FIG_OK;
  if (so_far->tag == V_NONE) r = value_keep(v);
  else if (so_far->tag == V_UNK || v.tag == V_UNK) r = value_unknown2(&vm->rt, *so_far, v);
  else if (v.tag == V_DATE) r = (max ? v.i > so_far->i : v.i < so_far->i) ? v : *so_far;
  else e = fig_min(&vm->rt, *so_far, v, max, &r);
  if (e) vm_fail_units(vm, e, "compared", *so_far, v);
  else acc_put(vm, so_far, r);
}

/* min and max keep two figures: of the elements that are surely in, and of all that may be. */
static void extreme_add(Vm *vm, const Value *acc, Value v, bool max, bool maybe, Value where) {
  LoopCell *c = &vm->cells.at[acc->i];
  if (c->items.len < 2) return;
  if (!maybe) extreme_take(vm, &c->items.at[0], v, max);
  if (!maybe && c->coll.tag == V_NONE) {  /* so far all are surely in */
    acc_put(vm, &c->items.at[1], value_keep(c->items.at[0]));
    return;
  }
  if (maybe) acc_put(vm, &c->coll, value_unknown2(&vm->rt, c->coll, where));
  extreme_take(vm, &c->items.at[1], v, max);
}

/* What a function of the library chooses from, asked about a layer, are its critical resources: that there are none says more to
 * whoever asked than how the library is written. */
static Cause nothing_there(Vm *vm) {
  const Frame *f = &vm->frames.at[vm->frames.len - 1];
  const Func *fn = &vm->w->p->funcs.at[f->func];
  const Value *of = fn->nparam ? &vm->reg[f->base] : NULL;
  bool layer = of && of->tag == V_ENT && ent_kind(of->aux) == K_LAYER && vm->w->p->modules.at[fn->module].library;
  return layer ? world_cause(vm->w, CAUSE_LAYER, of->aux, 0, (Span){0, 0}) : world_cause(vm->w, CAUSE_EMPTY, 0, 0, vm_place(vm));
}

static Value extreme_end(Vm *vm, const LoopCell *c) {
  if (c->missing || c->items.len < 2) return value_unknown2(&vm->rt, c->coll, c->coll);
  Value sure = c->items.at[0], all = c->items.at[1], v;
  if (c->coll.tag == V_NONE && sure.tag != V_NONE) return value_keep(sure);
  if (sure.tag == V_NONE) {
    Value empty = value_unknown(&vm->rt, nothing_there(vm));
    v = value_unknown2(&vm->rt, c->coll, empty);
    value_drop(vm->mem, empty);
    return v;
  }
  return op_join(vm, c->coll, sure, all);
}

/* What settled the answer is what it rests on: the elements before did not. */
static void trace_keep_last(Vm *vm, const LoopCell *iter) {
  World *w = vm->w;
  if (!w->tracing || iter->trace_elem <= iter->trace_loop || iter->trace_elem > w->trace.len) return;
  uint32_t n = w->trace.len - iter->trace_elem;
  memmove(w->trace.at + iter->trace_loop, w->trace.at + iter->trace_elem, n * sizeof *w->trace.at);
  w->trace.len = iter->trace_loop + n;
}

static void logic_add(Vm *vm, Value *acc, bool any, Value v, bool maybe, Value where) {
  Value part = maybe ? op_logic(vm, any ? OP_AND_ : OP_IMPLIES_, where, v) : value_keep(v);
  acc_put(vm, acc, op_logic(vm, any ? OP_OR_ : OP_AND_, *acc, part));
  value_drop(vm->mem, part);
  if (acc->tag == (any ? V_TRUE : V_FALSE) && acc[1].tag == V_CELL) trace_keep_last(vm, &vm->cells.at[acc[1].i]);
}

bool cell_values(Vm *vm, LoopCell *c) {
  Maker maker = {&vm->rt, NULL};
  uint32_t n = cell_words(c);
  if (!n) return true;
  Value head;
  const int64_t *words = list_words(c->list, &head);
  bool ok = vec_more(vm->mem, &c->items, n);
  for (uint32_t i = 0; ok && i < n; i++) c->items.at[c->items.len++] = word_value(&maker, head, words[i]);
  maker_end(&maker);
  value_drop(vm->mem, c->list);
  c->list = (Value){0};
  return ok && !mem_failed(vm->mem);
}

static void acc_take(Vm *vm, Value *acc, int kind, const Value *v, Value where) {
  bool maybe = where.tag == V_UNK;
  switch (kind) {
    case ACC_SUM: sum_add(vm, acc, *v, maybe, where); return;
    case ACC_COUNT: count_add(vm, acc, *v, maybe, where); return;
    case ACC_MIN: case ACC_MAX: extreme_add(vm, acc, *v, kind == ACC_MAX, maybe, where); return;
    case ACC_ANY: case ACC_ALL: logic_add(vm, acc, kind == ACC_ANY, *v, maybe, where); return;
    default: break;
  }
  LoopCell *c = &vm->cells.at[acc->i];
  if (!cell_values(vm, c)) return;
  if (maybe) {
    Value why = value_unknown2(&vm->rt, c->coll, where);
    value_drop(vm->mem, c->coll);
    c->coll = why;
    c->missing = true;
  }
  uint32_t wide = kind == ACC_MAP ? 2 : 1, was = c->items.len;
  for (uint32_t i = 0; i < wide; i++)
    if (vec_push(vm->mem, &c->items, v[i])) value_keep(v[i]);
  if (c->items.len != was + wide)  /* memory ran out: a key without a value is none */
    while (c->items.len > was) value_drop(vm->mem, c->items.at[--c->items.len]);
}

/* Sums, counts and lists take an element of a set once: where it may be another's repeat, it may be in or out. */
static bool doubted(Vm *vm, const Value *acc, int kind, Value where, Value *why) {
  bool any = false;
  if ((kind != ACC_SUM && kind != ACC_COUNT && kind != ACC_LIST) || acc[1].tag != V_CELL) return false;
  for (uint32_t i = (uint32_t)acc[1].i; i < vm->cells.len; i++) {
    LoopCell *c = &vm->cells.at[i];
    if (c->kind != CELL_ITER || !c->doubt) continue;
    if (!any) *why = value_unknown2(&vm->rt, where, (Value){0});
    op_vague(vm, c->coll, why);
    any = true;
  }
  return any;
}

void acc_add(Vm *vm, Value *acc, int kind, const Value *v, Value where) {
  Value why;
  if (!doubted(vm, acc, kind, where, &why)) { acc_take(vm, acc, kind, v, where); return; }
  acc_take(vm, acc, kind, v, why);
  value_drop(vm->mem, why);
}

void acc_span(Vm *vm, Value *acc, Value holds, LoopCell *span) {
  LoopCell *c = &vm->cells.at[acc->i];
  span_close(vm, span);
  if (holds.tag == V_UNK) {
    Value why = value_unknown2(&vm->rt, c->coll, holds);
    value_drop(vm->mem, c->coll);
    c->coll = why;
    c->missing = true;
    return;
  }
  if (holds.tag != V_TRUE) return;
  Value *last = c->items.len ? &c->items.at[c->items.len - 1] : NULL;
  if (last && (int64_t)value_hi(*last) + 1 == span->first_day) *last = value_range(value_lo(*last), span->last_day);
  else vec_push(vm->mem, &c->items, value_range(span->first_day, span->last_day));
}

void acc_miss(Vm *vm, Value *acc, int kind, uint32_t cell) {
  LoopCell *c = &vm->cells.at[cell];
  Value why = value_unknown2(&vm->rt, c->coll, (Value){0});
  if (kind == ACC_ANY || kind == ACC_ALL) acc_put(vm, acc, op_logic(vm, kind == ACC_ANY ? OP_OR_ : OP_AND_, *acc, why));
  else if (acc->tag == V_CELL) {
    LoopCell *b = &vm->cells.at[acc->i];
    Value all = value_unknown2(&vm->rt, b->coll, why);
    value_drop(vm->mem, b->coll);
    b->coll = all;
    b->missing = true;
  } else acc_put(vm, acc, value_unknown2(&vm->rt, *acc, why));
  value_drop(vm->mem, why);
}

Value acc_end(Vm *vm, Value acc, int kind) {
  LoopCell *c = &vm->cells.at[acc.i];
  Value v;
  if (kind == ACC_MIN || kind == ACC_MAX) v = extreme_end(vm, c);
  else if (c->missing) v = value_keep(c->coll);
  else if (cell_words(c) >= WORDS_LEAST) {
    v = words_end(vm->mem, c->list);
    c->list = (Value){0};
  } else {
    cell_values(vm, c);
    uint32_t n = c->items.len;
    v = kind == ACC_MAP ? op_map(vm, c->items.at, n / 2) : kind == ACC_SET ? value_set(&vm->rt, c->items.at, n) : value_list(&vm->rt, c->items.at, n);
    c->items.len = 0;  /* taken over */
  }
  cells_drop(vm, (uint32_t)acc.i);
  return v;
}
