#include "base/intern.h"
#include "vm/vm.h"
#include <stdio.h>
#include <string.h>

/* The loop. A register owns one reference to its value; an instruction that writes a register gives back what was
 * there. Rules that refer to themselves are evaluated as a least fixed point: see rule_return. */

enum { REG_FIRST = 1024, CHECK_EVERY = 1024 };

/* A figure that is a function. The world keeps what it gives, so what it depends on is noted with the context; what a run
 * that failed gives is no value, so that nothing is kept that was worked out with it. */
static Value eval_for_world(void *data, Ctx *ctx, uint32_t func, Ent arg) {
  Vm *vm = data;
  Value a = value_ent(arg);
  Dep outer = vm->dep;
  vm->dep = dep_nothing;
  Value v = vm_run(vm, func, &a, arg == UINT32_MAX ? 0 : 1, ctx);
  if (!ctx->thunked) ctx->thunks = dep_nothing;
  ctx->thunked = true;
  dep_meet(&ctx->thunks, vm->dep);
  dep_meet(&outer, vm->dep);
  vm->dep = outer;
  return vm->failed ? (Value){0} : v;   /* then v is a plain 0, with nothing to give back */
}

bool vm_init(Vm *vm, Mem *mem, Program *p, Chunk *k, World *w) {
  memset(vm, 0, sizeof *vm);
  vm->mem = mem;
  vm->p = p;
  vm->k = k;
  vm->w = w;
  vm->rt = w->rt;
  vm->max_steps = UINT64_MAX;
  vm->nreg = REG_FIRST;
  vm->blank.day = DAY_NONE;
  vm->text_seed = hash_u64((uint64_t)(uintptr_t)vm);  /* only has to be hard to guess from a draft */
  vm->reg = mem_zero(mem, vm->nreg * sizeof(Value));
  map_init(&vm->visited, mem);
  externs_init(vm, (Host){0});
  map_init(&vm->atoms, mem);
  w->eval = eval_for_world;
  w->vm = vm;
  return vm->reg != NULL;
}

void vm_end(Vm *vm) {
  cells_drop(vm, 0);
  for (uint32_t i = 0; vm->reg && i < vm->nreg; i++) value_drop(vm->mem, vm->reg[i]);
  if (vm->reg) mem_free(vm->mem, vm->reg, vm->nreg * sizeof(Value));
  if (vm->spent) mem_free(vm->mem, vm->spent, vm->nspent * sizeof *vm->spent);
  memos_end(vm);
  externs_end(vm);
  vec_end(vm->mem, &vm->frames);
  vec_end(vm->mem, &vm->rules);
  vec_end(vm->mem, &vm->stale);
  vec_end(vm->mem, &vm->cells);
  vec_end(vm->mem, &vm->ctxs);
  map_end(&vm->visited);
  while (vm->held.len) value_drop(vm->mem, vm->held.at[--vm->held.len]);
  vec_end(vm->mem, &vm->held);
  vec_end(vm->mem, &vm->loop_state);
  cuts_forget(vm);
  field_cols_forget(vm);
  func_cols_forget(vm);
  text_index_forget(vm);
  map_end(&vm->atoms);
}

Span vm_place(const Vm *vm) {
  Span s = {0, 0};
  if (!vm->frames.len) return s;
  const Frame *f = &vm->frames.at[vm->frames.len - 1];
  if (f->pc && f->pc <= vm->k->place.len) s = vm->k->place.at[f->pc - 1];
  return s;
}

void vm_fail(Vm *vm, DiagCode code, const char *fmt, ...) {
  char text[512];
  va_list ap;
  if (vm->failed) return;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  vm->failed = true;
  vm->error.code = code;
  vm->error.span = vm_place(vm);
  vm->error.text = arena_copy(&vm->w->arena, text, strlen(text));
  if (!vm->error.text) vm->error.text = "memory ran out";
}

void vm_fail_units(Vm *vm, FigErr e, const char *what, Value a, Value b) {
  Buf x, y;
  if (e == FIG_LARGE) { vm_fail(vm, DIAG_E0403, "this figure becomes too large"); return; }
  if (e == FIG_POWER) { vm_fail(vm, DIAG_E0404, "an exponent is a whole number, without a unit"); return; }
  buf_init(&x, vm->mem);
  buf_init(&y, vm->mem);
  value_show(&vm->rt, a, &x);
  value_show(&vm->rt, b, &y);
  vm_fail(vm, DIAG_E0401, "these cannot be %s: %s and %s", what, buf_text(&x), buf_text(&y));
  buf_end(&x);
  buf_end(&y);
}

static bool registers(Vm *vm, uint32_t need) {
  if (need <= vm->nreg) return true;
  uint32_t n = vm->nreg * 2 > need ? vm->nreg * 2 : need;
  Value *p = mem_grow(vm->mem, vm->reg, vm->nreg * sizeof(Value), n * sizeof(Value));
  if (!p) { vm_fail(vm, DIAG_E0505, "memory ran out"); return false; }
  memset(p + vm->nreg, 0, (n - vm->nreg) * sizeof(Value));
  vm->reg = p;
  vm->nreg = n;
  return true;
}

static void spend(Vm *vm, uint32_t func, uint64_t steps) {
  if (vm->nspent < vm->k->codes.len) {
    uint64_t *p = mem_grow(vm->mem, vm->spent, vm->nspent * sizeof *p, vm->k->codes.len * sizeof *p);
    if (!p) return;
    memset(p + vm->nspent, 0, (vm->k->codes.len - vm->nspent) * sizeof *p);
    vm->spent = p;
    vm->nspent = vm->k->codes.len;
  }
  vm->spent[func] += steps;
}

static const char *dearest(const Vm *vm) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < vm->nspent; i++)
    if (vm->spent[i] > vm->spent[best]) best = i;
  Sym s = best < vm->p->funcs.len ? vm->p->funcs.at[best].name : 0;
  return s ? sym_text(vm->p, s) : "an expression";
}

/* Every so often: are there steps, time and memory left? */
bool vm_may_go_on(Vm *vm, uint32_t func, uint64_t steps) {
  vm->steps += steps;
  spend(vm, func, steps);
  if (vm->steps > vm->max_steps) vm_fail(vm, DIAG_E0507, "this takes more than %llu steps; most went into '%s'", (unsigned long long)vm->max_steps, dearest(vm));
  else if (vm->stop && *vm->stop) vm_fail(vm, DIAG_E0508, "stopped");
  else if (mem_failed(vm->mem)) vm_fail(vm, DIAG_E0505, "memory ran out");
  return !vm->failed;
}

bool vm_spend(Vm *vm, uint64_t steps) {
  vm->steps += steps;
  if (vm->steps > vm->max_steps) vm_fail(vm, DIAG_E0507, "this takes more than %llu steps", (unsigned long long)vm->max_steps);
  else if (vm->stop && *vm->stop) vm_fail(vm, DIAG_E0508, "stopped");
  return !vm->failed;
}

/* Where each step is counted as it is taken: the same questions, as often. */
static void step_counted(Vm *vm, uint32_t func) {
  vm->steps++;
  if (++vm->profile->unchecked < CHECK_EVERY) return;
  vm->profile->unchecked = 0;
  vm->steps -= CHECK_EVERY;
  vm_may_go_on(vm, func, CHECK_EVERY);
}

static bool frame_push(Vm *vm, uint32_t func, uint32_t base, uint32_t ret) {
  const Code *code = &vm->k->codes.at[func];
  Frame f = {.func = func, .pc = code->start, .base = base, .ret = ret, .cells = vm->cells.len, .ctxs = vm->ctxs.len, .entry = -1, .slot = UINT32_MAX, .outer = vm->dep};
  if (vm->frames.len >= VM_FRAMES_MAX) { vm_fail(vm, DIAG_E0505, "calls are nested more than %d deep", VM_FRAMES_MAX); return false; }
  vm->dep = dep_nothing;
  if (!registers(vm, base + code->nreg) || !vec_push(vm->mem, &vm->frames, f)) return false;
  if (vm->profile) profile_enter(vm->profile, profile_id(PROFILE_FUNC, func));
  return true;
}

/* ---- rules ---- */

static int level(Value v) { return v.tag == V_TRUE ? 2 : v.tag == V_UNK ? 1 : 0; }

/* The innermost rule among the first n frames rests on what is as far out as `low`. */
static void low_to_rule(Vm *vm, uint32_t n, uint32_t low) {
  for (uint32_t i = n; i-- > 0;) {
    Frame *f = &vm->frames.at[i];
    if (f->entry < 0) continue;
    if (vm->rules.at[f->entry].low > low) vm->rules.at[f->entry].low = low;
    return;
  }
}

/* A rule that is being evaluated, or was in this round: its value so far stands in, and the round depends on it. */
static void lean_on(Vm *vm, Memo *m, uint32_t slot) {
  uint32_t e = memo_entry(m, slot)->rule;
  uint32_t low = vm->rules.at[e].low < e ? vm->rules.at[e].low : e;
  if (memo_entry(m, slot)->state == MEMO_OPEN) vm->rules.at[e].again = true;
  low_to_rule(vm, vm->frames.len, low);
}

static void entry_set(Vm *vm, MemoEntry *e, Value v) {
  value_drop(vm->mem, e->val);
  e->val = v;
}

static bool rule_enter(Vm *vm, Frame *f, Memo *m, uint32_t slot) {
  MemoEntry *known = memo_entry(m, slot);
  RuleEntry r = {.memo = m, .slot = slot, .low = vm->rules.len, .stale = vm->stale.len};
  if (!vec_push(vm->mem, &vm->rules, r)) return false;
  if (known->state != MEMO_STALE) {
    memo_turn(vm, known);
    entry_set(vm, known, value_bool(false));
  }
  known->state = MEMO_OPEN;
  known->rule = vm->rules.len - 1;
  f->entry = (int32_t)known->rule;
  f->memo = m;
  f->slot = slot;
  return true;
}

/* Another round: what the last one evaluated keeps its value, from which it can only grow. */
static void rule_again(Vm *vm, uint32_t e) {
  for (uint32_t i = e + 1; i < vm->rules.len; i++) {
    RuleRef ref = {vm->rules.at[i].memo, vm->rules.at[i].slot};
    MemoEntry *m = memo_entry(ref.memo, ref.slot);
    m->state = MEMO_STALE;
    if (!m->listed) m->listed = vec_push(vm->mem, &vm->stale, ref);
  }
  vm->rules.len = e + 1;
  vm->rules.at[e].low = e;
  vm->rules.at[e].again = vm->rules.at[e].changed = false;
}

/* What earlier rounds evaluated and the last one had no need of is forgotten: its value may be too low. */
static void stale_forget(Vm *vm, uint32_t from) {
  while (vm->stale.len > from) {
    RuleRef *ref = &vm->stale.at[--vm->stale.len];
    MemoEntry *m = memo_entry(ref->memo, ref->slot);
    if (m->state == MEMO_STALE) m->state = MEMO_NONE;
    m->listed = false;
  }
}

/* A rule's body has a value. The first of a circle (low == its own place) goes round again until nothing grows; the
 * others wait for it. True when the frame must run again. */
static bool rule_return(Vm *vm, Frame *f, Value v) {
  uint32_t e = (uint32_t)f->entry;
  RuleEntry *r = &vm->rules.at[e];
  MemoEntry *known = memo_entry(f->memo, f->slot);
  bool grew = level(v) > level(known->val), round = false;
  if (grew || level(v) == level(known->val)) entry_set(vm, known, value_keep(v));
  if (grew) r->changed = true;
  if (r->low < e) {
    known->state = MEMO_PART;
    low_to_rule(vm, vm->frames.len - 1, r->low);  /* its own frame is still the last */
    return false;
  }
  bool circle = r->again || vm->rules.len > e + 1;
  for (uint32_t i = e; i < vm->rules.len; i++) round = round || vm->rules.at[i].changed;
  if (circle && round) { rule_again(vm, e); return true; }
  for (uint32_t i = e; i < vm->rules.len; i++) {
    MemoEntry *m = memo_entry(vm->rules.at[i].memo, vm->rules.at[i].slot);
    m->state = MEMO_DONE;
    m->dep = vm->dep;  /* those of a circle hold as long as all of it does */
  }
  stale_forget(vm, r->stale);
  vm->rules.len = e;
  return false;
}

/* ---- calls ---- */

/* While tracing, a remembered call is gone into once more, so that what it read is seen. */
static bool go_into(Vm *vm, uint32_t func, uint32_t slot) {
  uint64_t seen, key = hash_u64((uint64_t)func << 32 | slot);
  /* Made of what the context is, not of where it lies in memory: the same facts are seen in every run. */
  key ^= hash_u64((uint64_t)(vm->ctx->view ? vm->ctx->view->id : 0) << 32 | (uint32_t)vm->ctx->day) * 3;
  if (!vm->w->tracing || map_get(&vm->visited, key, &seen)) return false;
  map_put(&vm->visited, key, 1);
  return true;
}

/* What the same call gave in the world outside, when taking those countries away cannot change it. */
static const MemoEntry *from_outside(Vm *vm, uint32_t func, const Value *args) {
  if (!vm->ctxs.len) return NULL;
  const Entered *o = &vm->ctxs.at[vm->ctxs.len - 1];
  if (!o->without || vm->w->tracing) return NULL;
  MemoEntry *e = memo_peek(vm, o->ctx, func, args);
  return e && memo_holds(vm, e, vm->ctx->day) && !(e->dep.who & o->without) && o->absent < e->dep.few ? e : NULL;
}

static void known_value(Vm *vm, uint32_t to, const MemoEntry *e, bool settled) {
  Value v = value_keep(e->val);
  value_drop(vm->mem, vm->reg[to]);
  vm->reg[to] = v;
  if (settled) dep_meet(&vm->dep, e->dep);
}

/* A rule that refers to itself, asked about an unknown entity: the answer is unknown, and nothing would end its circles. */
static bool unknown_subject(Vm *vm, const Func *f, uint32_t to, uint32_t args) {
  for (uint32_t i = 0; i < f->nparam; i++) {
    if (vm->reg[args + i].tag == V_ENT) continue;
    Value v = value_unknown2(&vm->rt, vm->reg[args + i], (Value){0});
    value_drop(vm->mem, vm->reg[to]);
    vm->reg[to] = v;
    return true;
  }
  return false;
}

/* Gives the call's value if it is known; otherwise pushes a frame for it. */
static void call(Vm *vm, uint32_t func, uint32_t to, uint32_t args) {
  const Func *f = &vm->p->funcs.at[func];
  Memo *m = NULL;
  if (vm->reached) bits_set(vm->reached, func);
  if (f->flags & FLAG_RECURSIVE && unknown_subject(vm, f, to, args)) return;
  uint32_t slot = memo_slot(vm, func, vm->reg + args, &m);
  MemoEntry *e = slot == UINT32_MAX ? NULL : memo_entry(m, slot);
  bool known = e && memo_holds(vm, e, vm->ctx->day), again = known && go_into(vm, func, slot);
  if (known && !again) { known_value(vm, to, e, true); return; }
  if (e && (e->state == MEMO_OPEN || e->state == MEMO_PART)) {
    lean_on(vm, m, slot);
    known_value(vm, to, e, false);
    return;
  }
  const MemoEntry *same = e && !again ? from_outside(vm, func, vm->reg + args) : NULL;
  if (same) { known_value(vm, to, same, true); return; }
  /* The caller's registers end where its code says; the arguments lie among them and are copied. */
  const Frame *caller = &vm->frames.at[vm->frames.len - 1];
  uint32_t base = caller->base + vm->k->codes.at[caller->func].nreg;
  if (!frame_push(vm, func, base, to)) return;
  for (uint32_t i = 0; i < f->nparam; i++) {
    value_drop(vm->mem, vm->reg[base + i]);
    vm->reg[base + i] = value_keep(vm->reg[args + i]);
  }
  Frame *mine = &vm->frames.at[vm->frames.len - 1];
  if (again || !e) return;
  if (f->kind == FUNC_RULE) rule_enter(vm, mine, m, slot);
  else mine->memo = m, mine->slot = slot;
}

/* Ends the frame on top. True when it must run again (a rule in a circle). */
static bool frame_return(Vm *vm, Value v) {
  Frame *f = &vm->frames.at[vm->frames.len - 1];
  if (f->entry >= 0) {
    if (rule_return(vm, f, v)) { f->pc = vm->k->codes.at[f->func].start; return true; }
    v = memo_entry(f->memo, f->slot)->val;
  } else if (f->slot != UINT32_MAX) {
    MemoEntry *e = memo_entry(f->memo, f->slot);
    memo_turn(vm, e);
    entry_set(vm, e, value_keep(v));
    e->dep = vm->dep;
    e->state = MEMO_DONE;
  }
  Value kept = value_keep(v);
  cells_drop(vm, f->cells);
  dep_meet(&vm->dep, f->outer);
  if (f->ret != UINT32_MAX) {
    value_drop(vm->mem, vm->reg[f->ret]);
    vm->reg[f->ret] = kept;
  } else value_drop(vm->mem, kept);
  vm->frames.len--;
  if (vm->profile) profile_leave(vm->profile);
  return false;
}

/* ---- worlds ---- */

/* The countries that one world lacks more than another, as bits; 0 when they differ in anything else too. */
static uint64_t countries_added(const Vm *vm, const View *from, const View *to) {
  if (from->nclauses != to->nclauses) return 0;
  for (uint32_t i = 0; i < bits_words(vm->w->nroute); i++)
    if ((to->routes ? to->routes[i] : 0) != (from->routes ? from->routes[i] : 0)) return 0;
  return dep_absent(vm->w, to->countries, from->countries);
}

bool vm_enter(Vm *vm, int how, Value arg) {
  if (vm->ctx == &vm->blank) { vm_fail(vm, DIAG_E0308, "no other day or world can be asked about here: this must be settled before any fact is"); return false; }
  const View *view = vm->ctx->view;
  Day day = vm->ctx->day;
  if (how == 0) day = (Day)arg.i;
  else view = how == 1 ? world_without(vm->w, view, arg) : world_under(vm->w, view, arg.aux);
  if (how == 0 && (day == DAY_OPEN || day == DAY_NONE)) { vm_fail(vm, DIAG_E0404, "'open' is no day to ask about"); return false; }
  if (!view) { vm_fail(vm, mem_failed(vm->mem) ? DIAG_E0505 : DIAG_E0504, "more than %d scenarios and agreements are assumed at once", UNDER_MAX); return false; }
  /* Without a day, choosing an agreement sets it. */
  Day first, last;
  if (how == 2 && day == DAY_NONE && world_term(vm->w, view, &first, &last)) day = first;
  Ctx *x = world_ctx(vm->w, view, day);
  Entered e = {vm->ctx, vm->dep.lo, vm->dep.hi, how == 1 ? countries_added(vm, vm->ctx->view, view) : 0, 0, how == 0};
  if (!x || !vec_push(vm->mem, &vm->ctxs, e)) { vm_fail(vm, DIAG_E0505, "memory ran out"); return false; }
  vm->ctx = x;
  if (e.without) vm->ctxs.at[vm->ctxs.len - 1].absent = bits_count(x->absent, bits_words(vm->w->ncountry));
  return true;
}

/* A sweep over many worlds leaves each behind it: when there are too many, all but those that are entered are forgotten. */
static void worlds_trim(Vm *vm) {
  VEC(Ctx *) keep = {0};
  vec_push(vm->mem, &keep, vm->ctx);
  for (uint32_t i = 0; i < vm->ctxs.len; i++) vec_push(vm->mem, &keep, vm->ctxs.at[i].ctx);
  for (uint32_t i = 0; i < vm->cells.len; i++)
    if (vm->cells.at[i].outer) vec_push(vm->mem, &keep, vm->cells.at[i].outer);
  const View *base = world_base(vm->w);
  for (uint32_t m = 1; m < vm->memos.len && !mem_failed(vm->mem); m++) {
    bool kept = base && m == base->id + 1;
    for (uint32_t i = 0; i < keep.len && !kept; i++) kept = keep.at[i]->view && keep.at[i]->view->id + 1 == m;
    if (!kept) memos_forget(vm, m);
  }
  if (!mem_failed(vm->mem)) world_ctx_trim(vm->w, keep.at, keep.len);
  vec_end(vm->mem, &keep);
  vm->left = 0;
  vm->trim_at = vm->mem->used + TRIM_BYTES;
}

/* What was asked about another day holds whatever the day is here. */
void vm_leave(Vm *vm) {
  if (!vm->ctxs.len) return;
  Entered e = vm->ctxs.at[--vm->ctxs.len];
  vm->ctx = e.ctx;
  if (e.at) vm->dep.lo = e.lo, vm->dep.hi = e.hi;
  if (!e.at && vm->depth == 1 && (++vm->left > WORLDS_LEFT || vm->mem->used > vm->trim_at)) worlds_trim(vm);  /* deeper, somebody outside may hold a context */
}

/* What the chosen scenario does can change with the day. */
static void world_dep(Vm *vm) {
  if (vm->ctx->view && vm->ctx->view->nunder) dep_stretch(vm->w, vm->ctx, &vm->dep);
}

static void day_dep(Vm *vm) {
  Dep d = {vm->ctx->day, vm->ctx->day, 0, UINT32_MAX};
  dep_meet(&vm->dep, d);
}

#define A (r[i.a])
#define B (r[i.b])
#define C (r[i.c])
#define SET(v) do { Value t_ = (v); value_drop(vm->mem, A); A = t_; } while (0)
#define GO(to) (f->pc = (to))

static void loop(Vm *vm, uint32_t floor) {
  Frame *f = &vm->frames.at[vm->frames.len - 1];
  Value *r = vm->reg + f->base;
  const Ins *code = vm->k->ins.at;
  const uint64_t from = vm->profile ? CHECK_EVERY - 1 : 0;   /* so that each step is seen, at no cost to those who do not ask */
  uint64_t steps = from;
  while (!vm->failed) {
    Ins i = code[f->pc++];
    if (++steps >= CHECK_EVERY) {
      if (from) step_counted(vm, f->func);
      else vm_may_go_on(vm, f->func, steps);
      steps = from;
    }
    switch ((Op)i.op) {
      case OP_MOVE_: SET(value_keep(B)); break;
      case OP_CONST_: SET(value_keep(vm->k->consts.at[ins_target(i)])); break;
      case OP_ADD_: {
        int64_t sum;
        if (B.tag == V_DEC && C.tag == V_DEC && B.unit == C.unit && B.e == C.e && !__builtin_add_overflow(B.i, C.i, &sum)) {
          Value v = B;
          v.i = sum;
          SET(v);
        } else SET(op_figure(vm, OP_ADD_, B, C));
        break;
      }
      case OP_SUB_: case OP_MUL_: case OP_DIV_: case OP_MOD_: case OP_POW_: SET(op_figure(vm, (Op)i.op, B, C)); break;
      case OP_NEG_: { Value v = {0}; if (B.tag == V_UNK) v = value_keep(B); else if (fig_neg(&vm->rt, B, &v)) vm_fail_units(vm, FIG_LARGE, "", B, B); SET(v); break; }
      case OP_DATE_ADD_: case OP_DATE_MONTHS_: case OP_DATE_DIFF_: SET(op_date(vm, (Op)i.op, B, C, i.x)); break;
      case OP_SET_OP_: SET(op_set(vm, B, C, i.x)); break;
      case OP_EQ_: { Value v = op_compare(vm, OP_EQ_, B, C); if (i.x) { Value n = op_not(vm, v); value_drop(vm->mem, v); v = n; } SET(v); break; }
      case OP_LT_: case OP_LE_:
        if (B.tag == V_DEC && C.tag == V_DEC && B.unit == C.unit && B.e == C.e) SET(value_bool(i.op == OP_LT_ ? B.i < C.i : B.i <= C.i));
        else SET(op_compare(vm, (Op)i.op, B, C));
        break;
      case OP_SAME_: SET(op_same(vm, B, C, i.x)); break;
      case OP_BEFORE_: SET(op_before(vm, B, C, i.x)); break;
      case OP_WITHIN_: SET(op_within(vm, B, C, i.x)); break;
      case OP_IN_: SET(op_in(vm, B, C, i.x)); break;
      case OP_NOT_: SET(op_not(vm, B)); break;
      case OP_AND_: case OP_OR_: case OP_IMPLIES_: SET(op_logic(vm, (Op)i.op, B, C)); break;
      case OP_JOIN_: SET(op_join(vm, A, B, C)); break;
      case OP_RANGE_: SET(op_range(vm, B, C, i.x)); break;
      case OP_RANGE_END_: SET(B.tag == V_RANGE ? value_date(i.x ? value_hi(B) : value_lo(B)) : value_keep(B)); break;
      case OP_LIST_: case OP_SET_: case OP_MAP_: SET(op_collect(vm, (Op)i.op, r + i.b, i.c)); break;
      case OP_TEXT_: SET(op_text(vm, r + i.b, i.c)); break;
      case OP_FIELD_: { Value v = vm_field(vm, B, i.c); f = &vm->frames.at[vm->frames.len - 1]; r = vm->reg + f->base; SET(v); break; }
      case OP_COLUMN_: SET(vm_column(vm, i.b)); break;
      case OP_ATOM_: SET(vm_atom(vm, i.c, B)); break;
      case OP_INDEX_: SET(vm_index(vm, B, C)); break;
      case OP_ENTITIES_: SET(world_entities(vm->w, i.b)); break;
      case OP_PARTIES_: world_dep(vm); SET(op_parties(vm)); break;
      case OP_CONCERN_: SET(op_concern(vm)); break;
      case OP_TERM_: world_dep(vm); SET(op_term(vm)); break;
      case OP_TODAY_: day_dep(vm); SET(vm->ctx->day == DAY_NONE ? value_unknown(&vm->rt, world_cause(vm->w, CAUSE_UNDATED, 1, 0, vm_place(vm))) : value_date(vm->ctx->day)); break;
      case OP_STEP_: SET(op_step(vm, B)); break;
      case OP_CALL_:
        call(vm, i.b, f->base + i.a, f->base + i.c);
        f = &vm->frames.at[vm->frames.len - 1];
        r = vm->reg + f->base;
        break;
      case OP_EXTERN_: {
        Value v;
        bool here = extern_call(vm, i.b, r + i.c, &v);
        f = &vm->frames.at[vm->frames.len - 1];
        r = vm->reg + f->base;
        if (here) SET(v);
        break;
      }
      case OP_BUILTIN_: { Value args[4] = {{0}}; memcpy(args, r + i.c, (i.x < 4 ? i.x : 4) * sizeof *args); Value v = vm_builtin(vm, (Builtin)i.b, args, i.x); f = &vm->frames.at[vm->frames.len - 1]; r = vm->reg + f->base; SET(v); break; }
      case OP_TABLE_: { if (vm->ctx == &vm->blank) { vm_fail(vm, DIAG_E0308, "tables cannot be asked here: this must be settled before any fact is"); break; } Value keys[TABLE_KEY_MAX] = {{0}}; memcpy(keys, r + i.c, vm->p->tables.at[i.b].nkey * sizeof *keys); dep_stretch(vm->w, vm->ctx, &vm->dep); Value v = world_table(vm->w, vm->ctx, i.b, keys); f = &vm->frames.at[vm->frames.len - 1]; r = vm->reg + f->base; SET(v); break; }
      case OP_JUMP_: GO(ins_target(i)); break;
      case OP_JUMP_FALSE_: if (A.tag == V_FALSE) GO(ins_target(i)); break;
      case OP_JUMP_TRUE_: if (A.tag == V_TRUE) GO(ins_target(i)); break;
      case OP_JUMP_SETTLED_: if (A.tag == V_TRUE || A.tag == V_FALSE) GO(ins_target(i)); break;
      case OP_JUMP_KNOWN_: if (A.tag != V_UNK) GO(ins_target(i)); break;
      case OP_BLAME_: if (A.tag == V_IVL) SET(op_blame(vm, A, B)); break;
      case OP_ITER_: { Value v = {.tag = V_CELL, .i = iter_begin(vm, B, i.c, i.x)}; SET(v); break; }
      case OP_BATCH_:
        vm_batch(vm, ins_target(i), f->base + i.a, (uint32_t)r[i.a + 1].i);
        f = &vm->frames.at[vm->frames.len - 1];
        r = vm->reg + f->base;
        break;
      case OP_ITER_NEXT_:
        if (vm->agains.len) again_next(vm);
        if (!iter_next(vm, (uint32_t)A.i, r)) GO(ins_target(i));
        break;
      case OP_SPAN_ITER_: {
        Value range = i.x == 3 ? op_term_or_day(vm) : i.x ? op_term(vm) : value_keep(B);
        Value v = {.tag = V_CELL, .i = span_begin(vm, range)};
        value_drop(vm->mem, range);
        SET(v);
        break;
      }
      case OP_SPAN_NEXT_: if (!span_next(vm, (uint32_t)A.i)) { LoopCell *c = &vm->cells.at[A.i]; if (c->outer) vm->ctx = c->outer; GO(ins_target(i)); } break;
      case OP_ITER_END_: iter_end(vm, (uint32_t)A.i); break;
      case OP_ACC_BEGIN_:
        if (vm->ext.host.batches) again_begin(vm, i.b);
        SET(acc_begin(vm, i.b));
        break;
      case OP_ACC_ADD_: acc_add(vm, &A, i.x, &B, i.c == NO_WHERE ? value_bool(true) : C); break;
      case OP_ACC_SPAN_: acc_span(vm, &A, B, &vm->cells.at[r[i.a + 1].i]); break;
      case OP_ACC_MISS_: acc_miss(vm, &A, i.x, (uint32_t)B.i); iter_end(vm, (uint32_t)B.i); break;
      case OP_ACC_END_: {
        Value v = acc_end(vm, A, i.b);
        A = v;
        if (!vm->agains.len) break;
        again_end(vm);
        f = &vm->frames.at[vm->frames.len - 1];
        r = vm->reg + f->base;
        break;
      }
      case OP_FIRST_DAY_: SET(op_first_day(vm, B)); break;
      case OP_ENTER_:
        if (i.x == 1 && A.tag == V_SET && op_loose(A)) SET(op_loose_why(vm, A, A));
        if (A.tag == V_UNK || A.tag == V_NONE) GO(ins_target(i)); else vm_enter(vm, i.x, A);
        break;
      case OP_LEAVE_: vm_leave(vm); break;
      case OP_RETURN_:
        if (frame_return(vm, A)) break;
        if (vm->frames.len <= floor) { vm->steps += steps - from; return; }
        f = &vm->frames.at[vm->frames.len - 1];
        r = vm->reg + f->base;
        break;
      case OP_CASE_:
        vm->case_pc = f->pc - 1;
        if (vm->sink.begin && !vm->sink.begin(vm->sink.data, vm->k->codes.at[f->func].check, i.x)) GO(ins_target(i));
        break;
      case OP_CASE_MISS_: {
        LoopCell *c = &vm->cells.at[A.i];
        if (c->missing && vm->sink.missing) vm->sink.missing(vm->sink.data, i.x, c->coll);
        iter_end(vm, (uint32_t)A.i);
        break;
      }
      case OP_WHEN_: if (vm->sink.when) vm->sink.when(vm->sink.data, A); break;
      case OP_REQUIRE_: {
        Wish wish = vm->sink.require ? vm->sink.require(vm->sink.data, i.x, A) : WISH_ON;
        if (wish == WISH_ON) GO(ins_target(i));
        if (wish == WISH_AGAIN) GO(vm->case_pc);
        break;
      }
      case OP_MESSAGE_: if (vm->sink.message) vm->sink.message(vm->sink.data, i.x, A); break;
      case OP_GIVEN_: vm_enter(vm, 2, value_ent(ent_make(K_SCENARIO, ins_target(i)))); break;
      case OP_NOTE_: if (vm->sink.note && !again_repeats(vm)) vm->sink.note(vm->sink.data, vm->k->noted.at[ins_target(i)], A); break;
      case OP_EXPECT_: if (vm->sink.expect) vm->sink.expect(vm->sink.data, vm->k->noted.at[ins_target(i)], A); break;
      case OP_UNASKED_: SET(value_unknown(&vm->rt, world_cause(vm->w, CAUSE_UNASKED, 0, 0, vm_place(vm)))); break;
      case OP_COUNT_: break;
    }
  }
  vm->steps += steps - from;
}

/* After a failure, or where an element of a loop is left: everything that was open is closed. */
void vm_unwind(Vm *vm, uint32_t frames, uint32_t cells, uint32_t ctxs, uint32_t rules) {
  if (vm->rules.len > rules) stale_forget(vm, vm->rules.at[rules].stale);
  cells_drop(vm, cells);
  for (uint32_t i = frames; i < vm->frames.len; i++) profile_leave(vm->profile);
  vm->frames.len = frames;
  vm->ctxs.len = ctxs;
  while (vm->rules.len > rules) {
    RuleEntry *r = &vm->rules.at[--vm->rules.len];
    MemoEntry *e = memo_entry(r->memo, r->slot);
    entry_set(vm, e, (Value){0});
    e->state = MEMO_NONE;
  }
}

/* The frame at hand has one register more than its code uses: the value comes there. */
Value vm_call(Vm *vm, uint32_t func, const Value *args) {
  uint32_t frames = vm->frames.len, cells = vm->cells.len, ctxs = vm->ctxs.len, rules = vm->rules.len, n = vm->p->funcs.at[func].nparam;
  const Frame *f = &vm->frames.at[frames - 1];
  uint32_t ret = f->base + vm->k->codes.at[f->func].nreg - 1, at = ret + 1 + n;
  Ctx *outer = vm->ctx;
  if (vm->failed) return value_int(0);
  if (vm->depth >= VM_DEPTH_MAX || !registers(vm, at + n)) { vm_fail(vm, DIAG_E0505, "calls are nested more than %d deep", VM_DEPTH_MAX); return value_int(0); }
  for (uint32_t i = 0; i < n; i++) {
    value_drop(vm->mem, vm->reg[at + i]);
    vm->reg[at + i] = value_keep(args[i]);
  }
  vm->depth++;
  call(vm, func, ret, at);
  if (vm->frames.len > frames) loop(vm, frames);
  Value v = vm->failed ? value_int(0) : value_keep(vm->reg[ret]);
  if (vm->failed) vm_unwind(vm, frames, cells, ctxs, rules);
  vm->ctx = outer;
  vm->depth--;
  return v;
}

Value vm_run(Vm *vm, uint32_t func, const Value *args, uint32_t nargs, Ctx *ctx) {
  uint32_t frames = vm->frames.len, cells = vm->cells.len, ctxs = vm->ctxs.len, rules = vm->rules.len, agains = vm->agains.len, base = 1;
  Ctx *outer = vm->ctx;
  if (vm->failed) return value_int(0);
  if (vm->depth >= VM_DEPTH_MAX) { vm_fail(vm, DIAG_E0405, "a fact rests on itself, or facts rest on each other more than %d deep", VM_DEPTH_MAX); return value_int(0); }
  if (frames) base = vm->frames.at[frames - 1].base + vm->k->codes.at[vm->frames.at[frames - 1].func].nreg + 1;
  uint32_t ret = base - 1;
  vm->depth++;
  vm->ctx = ctx;
  if (!vm->nmemo) vm->nmemo = vm->p->funcs.len;
  if (!vm->trim_at) vm->trim_at = vm->mem->used + TRIM_BYTES;
  Value v = value_int(0);
  if (registers(vm, base + 1) && frame_push(vm, func, base, ret)) {
    for (uint32_t i = 0; i < nargs && i < vm->p->funcs.at[func].nparam; i++) {
      value_drop(vm->mem, vm->reg[base + i]);
      vm->reg[base + i] = value_keep(args[i]);
    }
    loop(vm, frames);
    if (!vm->failed) v = value_keep(vm->reg[ret]);
  }
  if (vm->failed) {
    vm_unwind(vm, frames, cells, ctxs, rules);
    vm->agains.len = agains;
    externs_forget(vm);
  }
  vm->ctx = outer;
  vm->depth--;
  return v;
}
