#include "answer/answer.h"
#include <string.h>

/* What would settle an undecided finding. A figure that it lacks is given one value after another, all else being as it is,
 * in a world of its own, and the finding is judged anew: at the least and the most that the figure can be, and between
 * them where the judgement changes. A place counts as found when it changes there and is tried just beside it. */

enum { MISSING_MAX = 6, ROUNDS_MAX = 100, DECIMALS = 24 /* rounds in which the place may be a short decimal */ };
/* Each figure takes a world, which takes the facts; and each judgement its steps. */
enum { FACTS_MAX = 200000 };
static const uint64_t steps_max = 20000000;

typedef enum Told { TOLD_NOTHING, TOLD_OPEN, TOLD_HOLDS, TOLD_FAILS } Told;

typedef struct Probe {
  Settling *s;
  World w;
  Vm vm;
  Settled what;
  UnitId unit;
  bool first;       /* whether the day at hand is the first */
  bool broken;      /* something went wrong, or took too long */
  Told told;
} Probe;

static bool on_begin(void *data, uint32_t check, uint32_t require) {
  Probe *p = data;
  (void)check;
  return p->s->asked(p->s->data, &p->vm, require, p->first);
}

static Wish on_require(void *data, uint32_t require, Value holds) {
  Probe *p = data;
  Told now = holds.tag == V_TRUE ? TOLD_HOLDS : holds.tag == V_FALSE ? TOLD_FAILS : TOLD_OPEN;
  (void)require;
  if (p->told == TOLD_NOTHING || now == TOLD_FAILS || (now == TOLD_OPEN && p->told == TOLD_HOLDS)) p->told = now;
  return WISH_ON;
}

/* ---- one judgement ---- */

static bool machine(Probe *p) {
  Vm *vm = p->s->vm;
  if (!vm_init(&p->vm, vm->mem, vm->p, vm->k, &p->w)) return false;
  p->vm.stop = vm->stop;
  p->vm.nmemo = vm->nmemo;
  p->vm.max_steps = steps_max;
  p->vm.max_depth = vm->max_depth;
  return true;
}

/* The finding over the whole term, as a check is judged. */
static Told judged(Probe *p) {
  DaySpan term = p->s->term;
  if (p->broken) return TOLD_NOTHING;
  world_forget(&p->w);
  vm_end(&p->vm);
  p->broken = !machine(p);
  if (p->broken) return TOLD_NOTHING;
  p->vm.sink = (Sink){.data = p, .begin = on_begin, .require = on_require};
  p->told = TOLD_NOTHING;
  p->first = true;
  for (Day d = term.first; !p->vm.failed;) {
    Ctx *x = world_ctx(&p->w, world_base(&p->w), d);
    if (!x) break;
    p->vm.dep = dep_nothing;
    value_drop(p->vm.mem, vm_run(&p->vm, p->s->func, NULL, 0, x));
    p->first = false;
    Day last = p->vm.dep.hi < term.last ? p->vm.dep.hi : term.last;
    if (last < d) last = d;
    if (term.first == DAY_NONE || last >= term.last || last >= DAY_MAX) break;
    d = last + 1;
  }
  p->s->steps += p->vm.steps;
  p->broken = p->vm.failed || mem_failed(p->vm.mem) || p->s->steps > steps_max;
  return p->broken ? TOLD_NOTHING : p->told;
}

static Told judged_at(Probe *p, Num x) {
  p->what.set = true;
  p->what.value = value_figure(num_keep(x), p->unit);
  Told t = judged(p);
  value_drop(p->vm.mem, p->what.value);
  p->what.value = (Value){0};
  return t;
}

/* ---- where the judgement changes ---- */

/* The power of ten next below a number that is not negative, from -12 on. */
static int decade(Mem *m, Num x) {
  int k = -12;
  while (k < 18 && num_cmp(m, num_dec(1, k + 1), x) <= 0) k++;
  return k;
}

/* A number strictly between two: of numbers far apart, a power of ten in the middle of their powers of ten; else one with
 * as few digits as there can be, and of those the one nearest their middle. */
static Num between(Mem *m, Num lo, Num hi) {
  if (num_sign(lo) >= 0) {
    int from = decade(m, lo), to = decade(m, hi);
    if (to - from > 1) return num_dec(1, from + (to - from + 1) / 2);
  }
  Num two = num_int(2), sum = num_add(m, lo, hi), middle = num_div(m, sum, two);
  num_drop(m, sum);
  for (int places = -15; places <= 24; places++) {
    Num x = num_round(m, middle, places);
    if (x.form != NUM_BAD && num_cmp(m, lo, x) < 0 && num_cmp(m, x, hi) < 0) { num_drop(m, middle); return x; }
    num_drop(m, x);
  }
  return middle;
}

/* The fraction with the smallest denominator between two that are not negative, from their continued fractions. */
static Num simplest(Mem *m, Num lo, Num hi, int depth) {
  Num whole = num_floor(m, lo), one = num_int(1), next = num_add(m, whole, one);
  if (next.form == NUM_BAD || num_cmp(m, next, hi) < 0 || depth > 40) { num_drop(m, whole); return next; }
  Num a = num_sub(m, lo, whole), b = num_sub(m, hi, whole);
  if (!num_sign(a)) {  /* lo is whole: the next ones are lo + 1/n */
    Num inverse = num_div(m, one, b), n = num_floor(m, inverse), more = num_add(m, n, one);
    num_drop(m, a);
    a = num_div(m, one, more);
    num_drop(m, inverse);
    num_drop(m, n);
    num_drop(m, more);
  } else {
    Num from = num_div(m, one, b), to = num_div(m, one, a), inner = simplest(m, from, to, depth + 1);
    num_drop(m, a);
    a = inner.form == NUM_BAD || !num_sign(inner) ? num_keep(inner) : num_div(m, one, inner);
    num_drop(m, from);
    num_drop(m, to);
    num_drop(m, inner);
  }
  Num sum = num_add(m, whole, a);
  num_drop(m, whole);
  num_drop(m, next);
  num_drop(m, a);
  num_drop(m, b);
  return sum;
}

/* How far off "just beside" is. */
static Num step_at(Mem *m, Num x) {
  Num tiny = num_dec(1, -15), step = num_sign(x) ? num_mul(m, x, tiny) : num_dec(1, -20);
  if (num_sign(step) >= 0) return step;
  Num up = num_neg(m, step);
  num_drop(m, step);
  return up;
}

/* held: the far side's judgement holds at the place itself; about: the place is no short figure, and only near. */
typedef struct Edge { Num at; bool found, held, about; } Edge;

static bool near_enough(Mem *m, Num a, Num b) {
  Num wide = num_sub(m, a, b), rough = num_dec(1, -9), part = num_mul(m, b, rough), sum = num_sub(m, wide, part), more = num_add(m, wide, part);
  bool near = sum.form != NUM_BAD && more.form != NUM_BAD && num_sign(sum) * num_sign(more) <= 0;  /* |a - b| within a part of |b| */
  num_drop(m, wide);
  num_drop(m, part);
  num_drop(m, sum);
  num_drop(m, more);
  return near;
}

/* Between `near`, where the judgement is another, and `far`, where it is `told`: the place where it becomes so. The ends
 * come first: figures often begin to count with anything above 0, or with their bound; then `guess`, unless that is NULL. */
static Edge edge_find(Probe *p, Num near, Num far, Told told, const Num *guess) {
  Mem *m = p->vm.mem;
  Edge e = {.at = num_int(0)};
  Num a = num_keep(near), b = num_keep(far);
  bool up = num_cmp(m, a, b) < 0;
  for (int i = 0; i < ROUNDS_MAX && !e.found && !p->broken; i++) {
    Num lo = up ? a : b, hi = up ? b : a;
    bool fraction = i > DECIMALS && i % 2 && num_sign(lo) >= 0;
    bool guessed = i == 2 && guess && num_cmp(m, lo, *guess) < 0 && num_cmp(m, *guess, hi) < 0;
    Num x = i == 0 ? num_keep(a) : i == 1 ? num_keep(b) : guessed ? num_keep(*guess) : fraction ? simplest(m, lo, hi, 0) : between(m, lo, hi);
    if (x.form == NUM_BAD) { p->broken = true; break; }
    bool is = i == 0 ? false : i == 1 ? true : judged_at(p, x) == told;
    Num step = step_at(m, x), beside = is == up ? num_sub(m, x, step) : num_add(m, x, step);
    if (beside.form == NUM_BAD) p->broken = true;
    else e.found = (judged_at(p, beside) == told) != is;
    if (e.found) e.at = num_keep(x), e.held = is;
    else if (i > 1) {
      num_drop(m, is ? b : a);
      if (is) b = num_keep(x);
      else a = num_keep(x);
    }
    num_drop(m, beside);
    num_drop(m, step);
    num_drop(m, x);
  }
  if (!e.found && !p->broken && near_enough(m, a, b)) e.at = num_keep(b), e.found = e.held = e.about = true;
  num_drop(m, a);
  num_drop(m, b);
  return e;
}

/* least: it can be no less than this. */
static void edge_words(Probe *p, const Edge *e, bool up, Told told, Num least, Buf *out) {
  Value v = value_figure(num_keep(e->at), p->unit);
  buf_str(out, told == TOLD_HOLDS ? "it holds at " : "it fails at ");
  if (e->about) buf_str(out, "about ");
  if (!e->held) buf_str(out, up ? "more than " : "less than ");
  value_show(&p->vm.rt, v, out);
  if (e->held && up) buf_str(out, " or more");
  else if (e->held && num_cmp(p->vm.mem, e->at, least)) buf_str(out, " or less");
  value_drop(p->vm.mem, v);
}

static bool settled(Told t) { return t == TOLD_HOLDS || t == TOLD_FAILS; }

/* From the least to the most: where it is settled at an end, and not so at the other. */
static void figure_settles(Probe *p, Num lo, Num hi, bool others, Buf *out) {
  Told least = judged_at(p, lo), most = judged_at(p, hi);
  if (p->broken || least == TOLD_NOTHING || most == TOLD_NOTHING) return;
  if (!settled(least) && !settled(most)) {
    if (others) buf_str(out, "this alone does not settle it");
    return;
  }
  if (least == most) return;  /* between them it may be otherwise: nothing is known */
  Num turn = num_int(0);   /* where it holds from, it mostly fails to */
  bool turns = false;
  for (int up = 1; up >= 0; up--) {
    Told told = up ? most : least;
    if (!settled(told)) continue;
    Edge e = up ? edge_find(p, lo, hi, told, NULL) : edge_find(p, hi, lo, told, turns ? &turn : NULL);
    if (e.found && !p->broken) {
      if (out->len) buf_str(out, ", and ");
      edge_words(p, &e, up, told, lo, out);
      turns = true;
    }
    num_drop(p->vm.mem, turn);
    turn = e.at;
  }
  num_drop(p->vm.mem, turn);
  if (p->broken) buf_clear(out);
}

static void truth_settles(Probe *p, bool others, Buf *out) {
  Told t[2];
  p->what.set = true;
  for (int i = 0; i < 2; i++) {
    p->what.value = value_bool(i);
    t[i] = judged(p);
  }
  if (p->broken) return;
  if (!settled(t[0]) && !settled(t[1]) && others) buf_str(out, "this alone does not settle it");
  for (int i = 1; i >= 0; i--)
    if (settled(t[i])) buf_fmt(out, "%sit %s if this is %s", out->len ? ", and " : "", t[i] == TOLD_HOLDS ? "holds" : "fails", i ? "true" : "false");
}

/* ---- which figure ---- */

static UnitId unit_for(const Program *p, Type t) {
  TypeInfo x = type_at(&p->types, t);
  if (x.kind == TY_NUMBER) return UNIT_ONE;
  if (x.kind != TY_QUANTITY || x.any || x.u) return UNIT_NONE;
  return unit_with(&p->units, x.dim);
}

static bool stands_in(const Node *e, Span at) {
  if (e->span.lo == at.lo && e->span.hi == at.hi) return true;
  bool parts = e->kind == N_BINARY || e->kind == N_UNARY || e->kind == N_FITS;
  for (int i = 0; parts && i < ast_kids((NodeKind)e->kind); i++)
    if (e->kid[i] && stands_in(e->kid[i], at)) return true;
  return false;
}

/* Whether what is loose there is one figure of one declaration: a function, a `for` and rows of data make many. */
static bool is_one(const Program *p, Span at) {
  for (uint32_t i = 0; i < p->data.len; i++)
    if (p->data.at[i].node->span.lo <= at.lo && at.hi <= p->data.at[i].node->span.hi) return false;
  for (uint32_t i = 0; i < p->funcs.len; i++) {
    const Func *f = &p->funcs.at[i];
    if (f->kind == FUNC_THUNK && !f->nparam && stands_in(f->body, at)) return true;
  }
  return false;
}

/* The type of what is missing; T_ERROR: not a matter of one value. *unit is that of a figure. */
static Type type_of(const Program *p, const CauseInfo *c, UnitId *unit) {
  Type t = T_ERROR;
  *unit = UNIT_NONE;
  switch ((CauseKind)c->kind) {
    case CAUSE_CAPACITY:
      if (ent_index(c->a) == 0xFFFFFF) return T_ERROR;  /* who produces it: no figure */
      *unit = c->b < p->resource_unit.len ? p->resource_unit.at[c->b] : UNIT_NONE;
      return T_QUANTITY;
    case CAUSE_WORLD: *unit = p->resource_unit.at[ent_index(c->a)]; return T_QUANTITY;
    case CAUSE_LOOSE: return is_one(p, c->span) ? T_QUANTITY : T_ERROR;
    case CAUSE_TABLE: t = p->tables.at[c->b].type; break;
    case CAUSE_FIELD: t = p->kinds.at[ent_kind(c->a)].fields.at[c->b].type; break;
    case CAUSE_RATE: case CAUSE_UNDATED: case CAUSE_EMPTY: case CAUSE_ZERO: case CAUSE_KEY: case CAUSE_LAYER: case CAUSE_WORDS: case CAUSE_NO_DATE: case CAUSE_CELL: case CAUSE_UNASKED: break;
  }
  if (type_is_figure(&p->types, t)) *unit = unit_for(p, t);
  return t;
}

/* As far from n as is looked: a million times as much, and `more`. */
static Num far_from(Mem *m, Num n, Num more) {
  Num far = num_mul(m, n, num_int(1000000)), sum = num_add(m, far, more);
  num_drop(m, far);
  return sum;
}

/* A loose figure keeps within its bounds, and has its own unit; others are any figure that is not negative. */
static void bounds(Probe *p, Num *lo, Num *hi) {
  *lo = num_int(0);
  *hi = num_dec(1, 12);
  if (p->what.seen.tag != V_IVL) return;
  const Ivl *i = (const Ivl *)p->what.seen.obj;
  Mem *m = p->vm.mem;
  p->unit = p->what.seen.unit;
  if (i->has_lo) *lo = num_keep(i->lo);
  *hi = i->has_hi ? num_keep(i->hi) : far_from(m, *lo, *hi);
  if (!i->has_lo && i->has_hi) *lo = far_from(m, *hi, num_dec(-1, 12));
}

static void probe_run(Probe *p, Type t, bool others, Buf *out) {
  judged(p);  /* whether it is asked for at all, and between what it lies */
  if (p->broken || p->what.seen.tag == V_NONE) return;
  if (t == T_BOOL) { truth_settles(p, others, out); return; }
  Num lo, hi;
  bounds(p, &lo, &hi);
  if (p->unit != UNIT_NONE && hi.form != NUM_BAD) figure_settles(p, lo, hi, others, out);
  num_drop(p->vm.mem, lo);
  num_drop(p->vm.mem, hi);
}

static const char *cause_settles(Settling *s, Report *r, const CauseInfo *c, bool others) {
  Probe p = {.s = s, .what = {.what = *c}};
  Vm *vm = s->vm;
  Type t = type_of(vm->p, c, &p.unit);
  const char *text = NULL;
  Buf b;
  if (t != T_BOOL && t != T_QUANTITY && p.unit == UNIT_NONE) return NULL;
  buf_init(&b, r->mem);
  vm->p->unit->diags->mute++;
  if (world_init(&p.w, vm->mem, vm->p)) {
    p.w.settled = &p.what;
    p.w.daily = vm->w->daily;
    if (machine(&p) && vm_load(&p.vm)) probe_run(&p, t, others, &b);
    vm_end(&p.vm);
  }
  value_drop(vm->mem, p.what.seen);
  world_end(&p.w);
  vm->p->unit->diags->mute--;
  if (b.len) text = arena_copy(&r->arena, buf_text(&b), b.len);
  buf_end(&b);
  return text;
}

static uint64_t facts_each(const Vm *vm) { return 100 + (uint64_t)vm->p->facts.len + vm->p->unit->nrow + vm->p->unit->clauses.len; }

uint32_t answer_settle_left(const Settling *s, const Vm *vm) {
  if (vm->p->unit->rows_gone || s->facts > FACTS_MAX || s->steps > steps_max) return 0;
  return (uint32_t)((FACTS_MAX - s->facts) / facts_each(vm)) + 1;
}

bool answer_may_settle(const Finding *f) { return f->nmissing && f->nmissing <= MISSING_MAX && !f->more_missing; }

void answer_settle(Settling *s, Report *r, Finding *f, Value undecided) {
  const Causes *c = value_causes(undecided);
  World *w = s->vm->w;
  if (!c || c->o.len > MISSING_MAX || c->more || s->vm->p->unit->rows_gone) return;
  for (uint32_t i = 0; i < c->o.len && i < f->nmissing; i++) {
    s->facts += facts_each(s->vm);
    if (s->facts > FACTS_MAX || s->steps > steps_max || mem_failed(s->vm->mem)) return;
    if (c->at[i] == 0 || c->at[i] >= w->causes.len) continue;
    CauseInfo info = w->causes.at[c->at[i]];
    f->missing[i].settles = cause_settles(s, r, &info, c->o.len > 1);
  }
}
