#include "base/intern.h"
#include "vm/fast.h"
#include <stdio.h>
#include <string.h>

/* The loop. A register owns one reference to its value; an instruction that writes a register gives back what was
 * there. Rules that refer to themselves are evaluated as a least fixed point: see rule_return. */

enum { REG_FIRST = 256, CHECK_EVERY = 1024 };

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
  vm->max_depth = VM_DEPTH;
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
  vec_end(vm->mem, &vm->runs);
  vec_end(vm->mem, &vm->rules);
  vec_end(vm->mem, &vm->stale);
  vec_end(vm->mem, &vm->cells);
  vec_end(vm->mem, &vm->ctxs);
  map_end(&vm->visited);
  value_drop(vm->mem, vm->concern);
  while (vm->held.len) value_drop(vm->mem, vm->held.at[--vm->held.len]);
  vec_end(vm->mem, &vm->held);
  vec_end(vm->mem, &vm->loop_state);
  cuts_forget(vm);
  field_cols_forget(vm);
  func_cols_forget(vm);
  text_indexes_forget(vm);
  map_end(&vm->atoms);
}

Span vm_place(const Vm *vm) { return vm_place_in(vm, vm->frames.len - 1); }

Span vm_place_in(const Vm *vm, uint32_t frame) {
  Span s = {0, 0};
  if (frame >= vm->frames.len) return s;
  const Frame *f = &vm->frames.at[frame];
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
  _Static_assert(VM_FRAMES_MAX == 1048576, "as the message says");
  if (vm->frames.len >= VM_FRAMES_MAX) { vm_fail(vm, DIAG_E0505, "calls are nested more than 1,048,576 deep"); return false; }
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
  if (!rule_asked(vm, &vm->rules.at[e], &vm->rules.at[low])) return;
  if (memo_entry(m, slot)->state == MEMO_OPEN) vm->rules.at[e].again = true;
  low_to_rule(vm, vm->frames.len, low);
}

static void entry_set(Vm *vm, MemoEntry *e, Value v) {
  value_drop(vm->mem, e->val);
  e->val = v;
}

static bool rule_enter(Vm *vm, Frame *f, Memo *m, uint32_t slot) {
  MemoEntry *known = memo_entry(m, slot);
  RuleEntry r = {.memo = m, .slot = slot, .low = vm->rules.len, .stale = vm->stale.len, .run = vm->runs.len, .frame = vm->frames.len - 1, .day = vm->ctx->day};
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

/* While tracing, a remembered call is gone into once more, so that what it read is seen. Which one it is says what is asked, of what and
 * where, not the place at which it is remembered: the same facts are seen in every run. */
static bool go_into(Vm *vm, uint32_t func, const Value *args, uint32_t *traced) {
  if (!vm->w->tracing) return false;
  uint64_t seen, key = hash_u64(hash_u64((uint64_t)(vm->ctx->view ? vm->ctx->view->id : 0) << 32 | (uint32_t)vm->ctx->day) ^ func);
  for (uint32_t i = 0; i < vm->p->funcs.at[func].nparam; i++) key = hash_u64(key ^ args[i].aux);
  if (map_get(&vm->visited, key, &seen)) { trace_call_again(vm->w, (uint32_t)seen); return false; }
  uint32_t at = trace_call_begin(vm->w);
  map_put(&vm->visited, key, at);
  *traced = at + 1;
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

/* While tracing, a call whose value is not known gets that first, and is gone into when it stands: so the same facts are seen, whatever
 * was remembered before. Else a rule would read others on its way up from false, and a call that is made twice would be gone into twice. */
static void settle_first(Vm *vm, uint32_t func, const Value *args) {
  Value own[3];
  uint32_t at = vm->ctxs.len;
  uint64_t without = at ? vm->ctxs.at[at - 1].without : 0;
  for (uint32_t i = 0; i < vm->p->funcs.at[func].nparam; i++) own[i] = args[i];   /* registers may move */
  if (at) vm->ctxs.at[at - 1].without = 0;   /* here, not from_outside */
  vm->w->tracing = false;
  value_drop(vm->mem, vm_call(vm, func, own));
  vm->w->tracing = true;
  if (at) vm->ctxs.at[at - 1].without = without;
}

/* Gives the call's value if it is known; otherwise pushes a frame for it. */
static void call(Vm *vm, uint32_t func, uint32_t to, uint32_t args) {
  const Func *f = &vm->p->funcs.at[func];
  Memo *m = NULL;
  if (vm->reached) bits_set(vm->reached, func);
  if (f->flags & FLAG_RECURSIVE && unknown_subject(vm, f, to, args)) return;
  uint32_t slot = fast_slot(vm, func, vm->reg + args, &m);
  if (slot == UINT32_MAX) slot = memo_slot(vm, func, vm->reg + args, &m);
  MemoEntry *e = slot == UINT32_MAX ? NULL : memo_entry(m, slot);
  bool known = e && memo_holds(vm, e, vm->ctx->day), open = e && (e->state == MEMO_OPEN || e->state == MEMO_PART);
  if (open && !(f->flags & FLAG_RECURSIVE) && vm->rules.at[e->rule].day != vm->ctx->day) e = NULL, open = false;   /* a fact asks about another day */
  if (e && !known && !open && vm->w->tracing) {
    settle_first(vm, func, vm->reg + args);
    if (vm->failed) return;
    e = memo_entry(m, slot);
    known = memo_holds(vm, e, vm->ctx->day);
  }
  uint32_t traced = 0;
  bool again = known && go_into(vm, func, vm->reg + args, &traced);
  if (known && !again) { known_value(vm, to, e, true); return; }
  if (open) {
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
  mine->traced = traced;
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
  if (f->traced) trace_call_end(vm->w, f->traced - 1);
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

/* The arguments are copied: what they are asked of may move the registers. */
static Value builtin(Vm *vm, Ins i, const Value *from) {
  Value args[4] = {{0}};
  for (uint32_t n = 0; n < i.x && n < 4; n++) args[n] = from[n];
  return vm_builtin(vm, (Builtin)i.b, args, i.x);
}

static Value table(Vm *vm, uint32_t of, const Value *from) {
  Value keys[TABLE_KEY_MAX] = {{0}};
  if (vm->ctx == &vm->blank) { vm_fail(vm, DIAG_E0308, "tables cannot be asked here: this must be settled before any fact is"); return (Value){0}; }
  memcpy(keys, from, vm->p->tables.at[of].nkey * sizeof *keys);
  dep_stretch(vm->w, vm->ctx, &vm->dep);
  return world_table(vm->w, vm->ctx, of, keys);
}

static Value today(Vm *vm) {
  Dep d = {vm->ctx->day, vm->ctx->day, 0, UINT32_MAX};
  dep_meet(&vm->dep, d);
  if (vm->ctx->day != DAY_NONE) return value_date(vm->ctx->day);
  return value_unknown(&vm->rt, world_cause(vm->w, CAUSE_UNDATED, 1, 0, vm_place(vm)));
}

static Value stretches(Vm *vm, Ins i, Value range) {
  Value term = i.x == 3 ? op_term_or_day(vm) : i.x ? op_term(vm) : value_keep(range), v = {.tag = V_CELL, .i = span_begin(vm, term)};
  value_drop(vm->mem, term);
  return v;
}

/* The day is restored where there is no other stretch. */
static bool stretch_next(Vm *vm, uint32_t cell) {
  if (span_next(vm, cell)) return true;
  if (vm->cells.at[cell].outer) vm->ctx = vm->cells.at[cell].outer;
  return false;
}

/* What is gone through has too few elements for columns. */
static bool too_short(const Vm *vm, const LoopCell *c) {
  return (c->coll.tag == V_SET || c->coll.tag == V_LIST) && c->coll.obj->len < BATCH_LEAST && !vm->rows_never;
}

/* How instructions are written. One that needs no more than registers ends with NEXT. One that asks further begins with HERE,
 * since whoever names a place or calls back looks at the frame's own pc; frames and registers may have moved afterwards, and
 * the run may have failed, so it ends at `back`, or reloads and ends at `checked`. ASK and DO are that around a value and an act. */
#define A (r[pc->a])
#define B (r[pc->b])
#define C (r[pc->c])
#define K (consts[pc->c])
#define PUT(v) reg_put(vm, &A, (v))
#define GO(to) (pc = code + (to) - 1)
#define HERE() (f->pc = (uint32_t)(pc - code) + 1)
#define RELOAD() (f = &vm->frames.at[vm->frames.len - 1], r = vm->reg + f->base, pc = code + f->pc - 1)
#define ASK(value) { HERE(); v = (value); RELOAD(); PUT(v); goto checked; }
#define DO(act) { HERE(); act; goto back; }
#define FIGURE(fast, name, y) { if (fast(B, y, &v)) { PUT(v); NEXT; } ASK(op_figure(vm, OP_##name##_, B, y)); }
#define ANSWER(yes) { is = (yes); PUT(value_bool(is)); if (pc->x & WITH_JUMP) goto jump_along; NEXT; }
#define ORDER(than, turned, slow, x, y) { \
  if (value_aligned(x, y)) ANSWER(((x).i than (y).i) turned); \
  if (fast_order(x, y, &order)) ANSWER((order than 0) turned); \
  ASK(slow); }

/* Each instruction jumps to the next one's code where the compiler knows how, which a processor foresees better than one jump
 * for all; with PLAIN_DISPATCH, or another compiler, there is the switch alone. */
#if defined(__GNUC__) && !defined(PLAIN_DISPATCH)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#define IS(name) case OP_##name##_: L_##name
#define NEXT { pc++; if (!--left) goto tick; goto *labels[pc->op]; }
#define LABELLED
#else
#define IS(name) case OP_##name##_
#define NEXT goto next
#endif

static void loop(Vm *vm, uint32_t floor) {
#ifdef LABELLED
#define OP(name, operands, doc) &&L_##name,
  static const void *const labels[] = {
#include "code/op.def"
  };
#undef OP
#endif
  Frame *f;
  Value *r, v;
  const Ins *code = vm->k->ins.at, *pc;
  const Value *consts = vm->k->consts.at;
  const MemoEntry *known;
  const uint32_t often = vm->profile ? 1 : CHECK_EVERY;   /* each step is seen, at no cost to those who do not ask */
  uint32_t left = often;
  int order;
  bool is = false;
back:
  RELOAD();
checked:
  if (vm->failed) goto out;
  NEXT;
#ifndef LABELLED
next:
  pc++;
  if (!--left) goto tick;
#endif
decode:
  switch ((Op)pc->op) {
    IS(MOVE): PUT(value_keep(B)); NEXT;
    IS(CONST): PUT(value_keep(consts[ins_target(*pc)])); NEXT;
    IS(ADD): FIGURE(fast_add, ADD, C);
    IS(ADD_K): FIGURE(fast_add, ADD, K);
    IS(SUB): FIGURE(fast_sub, SUB, C);
    IS(SUB_K): FIGURE(fast_sub, SUB, K);
    IS(MUL): FIGURE(fig_mul_fast, MUL, C);
    IS(MUL_K): FIGURE(fig_mul_fast, MUL, K);
    IS(MOD): FIGURE(fast_mod, MOD, C);
    IS(MOD_K): FIGURE(fast_mod, MOD, K);
    IS(DIV): FIGURE(fast_div, DIV, C);
    IS(DIV_K): FIGURE(fast_div, DIV, K);
    IS(POW): FIGURE(fast_pow, POW, C);
    IS(NEG): ASK(op_negative(vm, B));
    IS(DATE_ADD): IS(DATE_MONTHS): IS(DATE_DIFF): ASK(op_date(vm, (Op)pc->op, B, C, pc->x));
    IS(SET_OP): ASK(op_set(vm, B, C, pc->x));
    IS(EQ): ORDER(==, != (pc->x & 1), op_equal(vm, B, C, pc->x & 1), B, C);
    IS(EQ_K): ORDER(==, != (pc->x & 1), op_equal(vm, B, K, pc->x & 1), B, K);
    IS(LT): ORDER(<, , op_compare(vm, OP_LT_, B, C), B, C);
    IS(LT_K): ORDER(<, , op_compare(vm, OP_LT_, B, K), B, K);
    IS(LE): ORDER(<=, , op_compare(vm, OP_LE_, B, C), B, C);
    IS(LE_K): ORDER(<=, , op_compare(vm, OP_LE_, B, K), B, K);
    IS(GT_K): ORDER(<, , op_compare(vm, OP_LT_, K, B), K, B);
    IS(GE_K): ORDER(<=, , op_compare(vm, OP_LE_, K, B), K, B);
    IS(SAME): if (fast_same(B, C, &is)) ANSWER(is != (pc->x & 1)); ASK(op_same(vm, B, C, pc->x & 1));
    IS(BEFORE): if (B.tag == V_DATE && C.tag == V_DATE) ANSWER(pc->x & 1 ? B.i <= C.i : B.i < C.i); ASK(op_before(vm, B, C, pc->x & 1));
    IS(WITHIN): ASK(op_within(vm, B, C, pc->x));
    IS(IN): if (fast_in(B, C, &is)) ANSWER(is != (pc->x & 1)); ASK(op_in(vm, B, C, pc->x & 1));
    IS(NOT): if (is_bool(B)) ANSWER(B.tag == V_FALSE); ASK(op_not(vm, B));
    IS(AND): if (B.tag == V_TRUE && is_bool(C)) ANSWER(C.tag == V_TRUE); ASK(op_logic(vm, OP_AND_, B, C));
    IS(OR): if (B.tag == V_FALSE && is_bool(C)) ANSWER(C.tag == V_TRUE); ASK(op_logic(vm, OP_OR_, B, C));
    IS(IMPLIES): if (B.tag == V_TRUE && is_bool(C)) ANSWER(C.tag == V_TRUE); ASK(op_logic(vm, OP_IMPLIES_, B, C));
    IS(JOIN): ASK(op_join(vm, A, B, C));
    IS(RANGE): ASK(op_range(vm, B, C, pc->x));
    IS(RANGE_END): PUT(B.tag == V_RANGE ? value_date(pc->x ? value_hi(B) : value_lo(B)) : value_keep(B)); NEXT;
    IS(LIST): IS(SET): IS(MAP): ASK(op_collect(vm, (Op)pc->op, r + pc->b, pc->c));
    IS(TEXT): ASK(op_text(vm, r + pc->b, pc->c, pc->x == TEXT_SHOWN));
    IS(FIELD): {
      const Value *said = fast_field(vm, B, pc->c);
      if (said) { PUT(value_keep(*said)); NEXT; }
      ASK(vm_field(vm, B, pc->c));
    }
    IS(COLUMN): ASK(vm_column(vm, pc->b));
    IS(ATOM): ASK(vm_atom(vm, pc->c, B));
    IS(INDEX): ASK(vm_index(vm, B, C));
    IS(ENTITIES): ASK(world_entities(vm->w, pc->b));
    IS(PARTIES): world_dep(vm); ASK(op_parties(vm));
    IS(CONCERN): ASK(op_concern(vm));
    IS(TERM): world_dep(vm); ASK(op_term(vm));
    IS(TODAY): ASK(today(vm));
    IS(STEP): ASK(op_step(vm, B));
    IS(CALL):
      known = fast_known(vm, pc->b, r + pc->c);
      if (known) {
        dep_meet(&vm->dep, known->dep);
        PUT(value_keep(known->val));
        NEXT;
      }
      DO(call(vm, pc->b, f->base + pc->a, f->base + pc->c));
    IS(EXTERN):
      HERE();
      is = extern_call(vm, pc->b, r + pc->c, &v);
      RELOAD();
      if (is) PUT(v);
      goto checked;
    IS(BUILTIN): ASK(builtin(vm, *pc, r + pc->c));
    IS(TABLE): ASK(table(vm, pc->b, r + pc->c));
    IS(JUMP): GO(ins_target(*pc)); NEXT;
    IS(JUMP_FALSE): if (A.tag == V_FALSE) GO(ins_target(*pc)); NEXT;
    IS(JUMP_TRUE): if (A.tag == V_TRUE) GO(ins_target(*pc)); NEXT;
    IS(JUMP_SETTLED): if (is_bool(A)) GO(ins_target(*pc)); NEXT;
    IS(JUMP_KNOWN): if (A.tag != V_UNK) GO(ins_target(*pc)); NEXT;
    IS(BLAME): if (A.tag != V_IVL) NEXT; ASK(op_blame(vm, A, B));
    IS(ITER): ASK(((Value){.tag = V_CELL, .i = iter_begin(vm, B, pc->c, pc->x)}));
    IS(BATCH):
      if (too_short(vm, &vm->cells.at[r[pc->a + 1].i])) NEXT;
      DO(vm_batch(vm, ins_target(*pc), f->base + pc->a, (uint32_t)r[pc->a + 1].i));
    IS(ITER_NEXT): IS(ITER_MORE):
      if (vm->agains.len) { HERE(); again_next(vm); }
      order = fast_next(vm, &vm->cells.at[A.i], r);
      if (order < 0) { HERE(); order = iter_next(vm, (uint32_t)A.i, r); }
      if (order == (pc->op == OP_ITER_MORE_)) GO(ins_target(*pc));
      if (order > 0) NEXT;
      goto checked;
    IS(SPAN_ITER): ASK(stretches(vm, *pc, B));
    IS(SPAN_NEXT): HERE(); is = stretch_next(vm, (uint32_t)A.i); if (!is) GO(ins_target(*pc)); goto checked;
    IS(ITER_END): DO(iter_end(vm, (uint32_t)A.i));
    IS(ACC_BEGIN):
      HERE();
      if (vm->ext.host.batches) again_begin(vm, pc->b);
      if (fast_acc(pc->b, &v)) { PUT(v); NEXT; }
      PUT(acc_begin(vm, pc->b));
      goto checked;
    IS(ACC_ADD):
      if ((pc->c == NO_WHERE || C.tag == V_TRUE) && fast_add_to(vm, &A, pc->x, B)) NEXT;
      DO(acc_add(vm, &A, pc->x, &B, pc->c == NO_WHERE ? value_bool(true) : C));
    IS(ACC_SPAN): DO(acc_span(vm, &A, B, &vm->cells.at[r[pc->a + 1].i]));
    IS(ACC_MISS):
      HERE();
      if (vm->cells.at[B.i].missing) acc_miss(vm, &A, pc->x, (uint32_t)B.i);
      iter_end(vm, (uint32_t)B.i);
      goto back;
    IS(ACC_END):
      HERE();
      v = B.tag == V_CELL ? acc_end(vm, B, pc->c) : B;
      B = (Value){0};
      PUT(v);
      if (vm->agains.len) again_end(vm);
      goto back;
    IS(FIRST_DAY): ASK(op_first_day(vm, B));
    IS(ENTER):
      HERE();
      if (pc->x == 1 && A.tag == V_SET && op_loose(A)) PUT(op_loose_why(vm, A, A));
      if (A.tag == V_UNK || A.tag == V_NONE) GO(ins_target(*pc));
      else vm_enter(vm, pc->x, A);
      goto checked;
    IS(LEAVE): DO(vm_leave(vm));
    IS(FITS):
      if (value_of_type(vm, A, ins_target(*pc))) NEXT;
      DO(op_unfit(vm, A, ins_target(*pc)));
    IS(RETURN):
      HERE();
      if (!frame_return(vm, A) && vm->frames.len <= floor) goto out;
      goto back;
    IS(CASE):
      HERE();
      if (vm->sink.begin && !vm->sink.begin(vm->sink.data, vm->k->codes.at[f->func].check, pc->x)) GO(ins_target(*pc));
      goto checked;
    IS(CASE_MISS): {
      LoopCell *c = &vm->cells.at[A.i];
      HERE();
      if (c->missing && vm->sink.missing) vm->sink.missing(vm->sink.data, pc->x, c->coll);
      iter_end(vm, (uint32_t)A.i);
      goto back;
    }
    IS(WHEN): DO(if (vm->sink.when) vm->sink.when(vm->sink.data, A));
    IS(REQUIRE): {
      HERE();
      Wish wish = vm->sink.require ? vm->sink.require(vm->sink.data, pc->x, A) : WISH_ON;
      RELOAD();
      if (wish == WISH_ON) GO(ins_target(*pc));
      if (wish == WISH_AGAIN) GO(vm->k->requires.at[vm->k->checks.at[vm->k->codes.at[f->func].check].first_require + pc->x].again);
      goto checked;
    }
    IS(MESSAGE): DO(if (vm->sink.message) vm->sink.message(vm->sink.data, pc->x, A));
    IS(GIVEN): DO(vm_enter(vm, 2, value_ent(ent_make(K_SCENARIO, ins_target(*pc)))));
    IS(NOTE): DO(if (vm->sink.note && !again_repeats(vm)) vm->sink.note(vm->sink.data, vm->k->noted.at[ins_target(*pc)], A));
    IS(EXPECT): DO(if (vm->sink.expect) vm->sink.expect(vm->sink.data, vm->k->noted.at[ins_target(*pc)], A));
    IS(UNASKED): ASK(value_unknown(&vm->rt, world_cause(vm->w, CAUSE_UNASKED, 0, 0, vm_place(vm))));
    case OP_COUNT_: break;
  }
jump_along:
  pc++;
  if (!--left) goto tick;
  if ((pc->op == OP_JUMP_TRUE_) == is) GO(ins_target(*pc));
  NEXT;
tick:
  HERE();
  if (vm->profile) step_counted(vm, f->func);
  else vm_may_go_on(vm, f->func, often);
  left = often;
  if (!vm->failed) goto decode;
out:
  vm->steps += often - left;
}
#ifdef LABELLED
#pragma GCC diagnostic pop
#endif

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
  if (vm->depth >= vm->max_depth || !registers(vm, at + n)) { vm_fail(vm, DIAG_E0505, "calls are nested more than %u deep", vm->max_depth); return value_int(0); }
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
  OpenRun run = {ctx, func, nargs ? args[0].aux : UINT32_MAX, frames};
  if (!run_begin(vm, run)) return value_int(0);
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
  vm->runs.len--;
  vm->depth--;
  return v;
}
