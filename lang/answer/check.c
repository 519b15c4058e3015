#include "answer/judge.h"
#include <string.h>

/* Runs checks: every requirement for every binding, from each day on which anything that the check rests on changes to the
 * next. Where one fails first, it is evaluated once more with an eye on the facts that are read. */

void report_init(Report *r, Mem *mem, const char *draft) {
  memset(r, 0, sizeof *r);
  r->mem = mem;
  arena_init(&r->arena, mem);
  r->draft = arena_copy(&r->arena, draft, strlen(draft));
  r->as_of = DAY_NONE;
  r->term.first = DAY_NONE;
}

void report_end(Report *r) {
  vec_end(r->mem, &r->findings);
  vec_end(r->mem, &r->checks);
  for (uint32_t i = 0; i < r->tests.len; i++) vec_end(r->mem, &r->tests.at[i].unmet);
  vec_end(r->mem, &r->tests);
  vec_end(r->mem, &r->reach);
  arena_end(&r->arena);
}

/* ---- cases ---- */

/* The values of the check's names, as a machine that runs it has them; borrowed. */
static void bound_in(const Run *run, const Vm *vm, Value at[BOUND_MAX]) {
  const Frame *f = &vm->frames.at[vm->frames.len - 1];
  for (uint32_t i = 0; i < run->nslot; i++) at[i] = vm->reg[f->base + run->slot[i]];
}

static void bound_now(const Run *run, Value at[BOUND_MAX]) { bound_in(run, run->vm, at); }

static uint64_t case_hash(Run *run, uint32_t require, const Value *bound) {
  uint64_t h = hash_u64((uint64_t)run->check << 32 | require);
  for (uint32_t i = 0; i < run->nslot; i++) h = hash_u64(h ^ value_hash(&run->vm->rt, bound[i]));
  return h;
}

static bool case_is(Run *run, const Case *c, uint32_t require, const Value *bound) {
  if (c->check != run->check || c->require != require) return false;
  for (uint32_t i = 0; i < run->nslot; i++)
    if (!value_same(&run->vm->rt, c->bound[i], bound[i])) return false;
  return true;
}

static uint64_t binding_hash(const Run *run, const Value *bound) {
  uint64_t h = hash_u64(run->check);
  for (uint32_t i = 0; i < run->nslot; i++) h = hash_u64(h ^ value_hash(&run->vm->rt, bound[i]));
  return h;
}

/* Whether a binding is to be judged here. */
static bool is_ours(Run *run, const Value *bound) {
  uint64_t at;
  if (!run->owner && !run->only) return true;
  uint64_t h = binding_hash(run, bound);
  return run->only ? map_get(run->only, h, &at) : crew_claim(&run->owner[h % OWNERS], run->me);
}

static Case *case_find(Run *run, uint32_t require, const Value *bound) {
  for (uint64_t key = case_hash(run, require, bound);; key++) {
    uint64_t i;
    if (map_get(&run->by_key, key, &i)) {
      if (case_is(run, &run->cases.at[i], require, bound)) return &run->cases.at[i];
      continue;
    }
    Case c = {.check = run->check, .require = require, .born = run->day.first, .at = run->at, .bound = arena_get(&run->r->arena, (run->nslot + 1) * sizeof *c.bound)};
    if (!c.bound) return NULL;
    for (uint32_t k = 0; k < run->nslot; k++) c.bound[k] = bound[k];
    if (!vec_push(run->vm->mem, &run->cases, c)) return NULL;
    for (uint32_t k = 0; k < run->nslot; k++) value_keep(bound[k]);
    return map_put(&run->by_key, key, run->cases.len - 1) ? &run->cases.at[run->cases.len - 1] : NULL;
  }
}

static void case_end(Run *run, Case *c) {
  for (uint32_t i = 0; i < run->nslot; i++) value_drop(run->vm->mem, c->bound[i]);
  value_drop(run->vm->mem, c->why);
  vec_end(run->vm->mem, &c->fails);
  vec_end(run->vm->mem, &c->open);
}

/* ---- what the machine tells ---- */

static const Require *require_of(const Run *run, uint32_t check, uint32_t n) {
  return &run->vm->k->requires.at[run->vm->k->checks.at[check].first_require + n];
}

static bool on_begin(void *data, uint32_t check, uint32_t require) {
  Run *run = data;
  (void)check;
  if (!run->wants) run->at++;   /* else it is the one at hand, evaluated once more */
  if (run->may_give_up && crew_pays(run->vm, run->began)) run->gave_up = true;
  if (run->gave_up || (require_of(run, run->check, require)->once && !run->first)) return false;
  Value bound[BOUND_MAX];
  bound_now(run, bound);
  if (!is_ours(run, bound)) return false;
  run->now = case_find(run, require, bound);
  if (run->wants != run->now) run->wants = NULL;
  return run->now != NULL;
}

static void on_when(void *data, Value v) {
  Run *run = data;
  Case *c = run->now;
  if (!c || v.tag == V_UNK) return;
  c->has_when = true;
  if (v.tag == V_LIST) c->fails.len = 0;
  for (uint32_t i = 0; v.tag == V_LIST && i < v.obj->len; i++) {
    Value span = value_seq(v)->at[i];
    vec_push(run->vm->mem, &c->fails, ((DaySpan){value_lo(span), value_hi(span)}));
  }
  if (v.tag != V_LIST) c->when = v.tag == V_RANGE ? (DaySpan){value_lo(v), value_hi(v)} : (DaySpan){(Day)v.i, (Day)v.i};
}

static void span_add(Run *run, Case *c, bool fails) {
  DaySpan d = c->has_when ? c->when : run->day;
  DaySpan *last = fails ? (c->fails.len ? &c->fails.at[c->fails.len - 1] : NULL) : c->open.len ? &c->open.at[c->open.len - 1] : NULL;
  if (d.first == DAY_NONE) return;
  if (c->touched == run->fresh && c->now_fails == fails) return;   /* a list may have the same binding twice */
  c->touched = run->fresh;
  c->now_fails = fails;
  if (last && last->last != DAY_OPEN && last->last + 1 == d.first) { last->last = d.last; return; }
  if (fails) vec_push(run->vm->mem, &c->fails, d);
  else vec_push(run->vm->mem, &c->open, d);
}

/* The first time that a case fails, or cannot be told, it is evaluated once more with an eye on the facts that are read. */
static Wish explain_first(Run *run, Case *c) {
  World *w = run->vm->w;
  run->wants = c;
  w->tracing = true;
  trace_clear(w);
  map_clear(&run->vm->visited);
  return WISH_AGAIN;
}

static Wish explained(Run *run, Case *c, Value holds) {
  World *w = run->vm->w;
  w->tracing = false;
  c->found.nrests = c->found.more_rests = 0;
  answer_rests(run->vm, run->r, &c->found);
  trace_clear(w);
  bool words = holds.tag == V_FALSE && require_of(run, run->check, c->require)->node->kid[1];
  if (!words) run->wants = NULL;
  return holds.tag == V_FALSE ? WISH_MESSAGE : WISH_ON;  /* where it fails is said together with the message */
}

static Wish on_require(void *data, uint32_t require, Value holds) {
  Run *run = data;
  Case *c = run->now;
  (void)require;
  if (run->wants) return explained(run, c, holds);
  if (holds.tag == V_FALSE) {
    bool first = !c->fails_ever;
    c->fails_ever = true;
    span_add(run, c, true);
    if (first) return explain_first(run, c);
  } else if (holds.tag != V_TRUE) {
    Value why = value_unknown2(&run->vm->rt, c->why, holds);
    bool first = !c->fails_ever && !c->open_ever;
    c->open_ever = true;
    value_drop(run->vm->mem, c->why);
    c->why = why;
    span_add(run, c, false);
    if (first) return explain_first(run, c);
  }
  return WISH_ON;
}

/* The `for` after `loop` others goes through something unknown: for whatever those give, nothing can be told. */
static void on_missing(void *data, uint32_t loop, Value why) {
  Run *run = data;
  Value bound[BOUND_MAX];
  uint32_t known = 0, k = 0;
  for (Node *g = list_first(run->vm->k->checks.at[run->check].node->kid[2]); g && k < loop; g = g->next, k++) known += g->kid[1] ? 2 : 1;
  bound_now(run, bound);
  for (uint32_t i = known; i < run->nslot; i++) bound[i] = why;
  bool ours = is_ours(run, bound);
  for (uint32_t q = 0; q < run->vm->k->checks.at[run->check].nrequire; q++) {
    run->at++;
    Case *c = !ours || (require_of(run, run->check, q)->once && !run->first) ? NULL : case_find(run, q, bound);
    if (!c) continue;
    Value both = value_unknown2(&run->vm->rt, c->why, why);
    value_drop(run->vm->mem, c->why);
    c->why = both;
    c->open_ever = true;
    span_add(run, c, false);
  }
}

static void on_message(void *data, uint32_t require, Value text) {
  Run *run = data;
  (void)require;
  if (!run->wants) return;
  run->wants->message = answer_text(run->r, &run->vm->rt, text);
  run->wants = NULL;
}

/* ---- days ---- */

/* Runs the check on one day. The last day, up to `until`, on which nothing that it rests on has changed. */
static Day run_day(Run *run, Day day, Day until, bool first) {
  Vm *vm = run->vm;
  Ctx *x = world_ctx(vm->w, world_base(vm->w), day);
  if (!x) return until;
  run->day = (DaySpan){day, day};
  run->first = first;
  run->fresh++;
  run->at = 0;
  vm->dep = dep_nothing;
  Value v = vm_run(vm, vm->k->checks.at[run->check].func, NULL, 0, x);
  value_drop(vm->mem, v);
  return vm->dep.hi < until ? vm->dep.hi : until;
}

/* The spans that this run opened end where what they rest on changes. */
static void spans_extend(Run *run, uint32_t from, Day last) {
  for (uint32_t i = from; i < run->cases.len; i++) {
    Case *c = &run->cases.at[i];
    if (c->has_when || c->touched != run->fresh) continue;
    if (c->fails.len && c->now_fails) c->fails.at[c->fails.len - 1].last = last;
    if (c->open.len && !c->now_fails) c->open.at[c->open.len - 1].last = last;
  }
}

/* The term, or the one day, on which a check is judged. */
static DaySpan whole_term(const Run *run) {
  DaySpan whole = run->r->term;
  if (run->o->as_of != DAY_NONE) whole.first = whole.last = run->o->as_of;
  return whole;
}

enum { DAYS_MAX = 400 * 366 };

static void run_term(Run *run, uint32_t from) {
  DaySpan whole = whole_term(run);
  if (whole.first == DAY_NONE) { run_day(run, DAY_NONE, DAY_OPEN, true); return; }
  for (Day d = whole.first; d <= whole.last && !run->vm->failed && !run->gave_up;) {
    Day last = run_day(run, d, whole.last, d == whole.first);
    if (last < d) last = d;
    spans_extend(run, from, last);
    if (last == DAY_OPEN || last >= DAY_MAX) break;
    if (d - whole.first > DAYS_MAX && last == d) { vm_fail(run->vm, DIAG_E0406, "the check '%s' goes day by day over more than 400 years", sym_text(run->vm->p, run->vm->p->funcs.at[run->vm->k->checks.at[run->check].func].name)); return; }
    d = last + 1;
  }
}

/* ---- findings ---- */

static const char *source_words(Run *run, Span s) {
  Buf b;
  buf_init(&b, run->r->mem);
  const char *t = sources_text(run->vm->p->unit->sources, s);
  bool gap = false;
  for (uint32_t i = 0; i < s.hi - s.lo; i++) {
    bool blank = t[i] == ' ' || t[i] == '\n' || t[i] == '\t' || t[i] == '\r';
    if (blank) { gap = true; continue; }
    if (gap && b.len) buf_char(&b, ' ');
    gap = false;
    buf_char(&b, t[i]);
  }
  const char *kept = arena_copy(&run->r->arena, buf_text(&b), b.len);
  buf_end(&b);
  return kept ? kept : "";
}

static void bindings(Run *run, const Case *c, Finding *f) {
  uint32_t i = 0;
  const Node *check = run->vm->k->checks.at[c->check].node;
  f->binding = arena_zero(&run->r->arena, (run->nslot + 1) * sizeof *f->binding);
  for (Node *g = list_first(check->kid[2]); g && f->binding; g = g->next)
    for (int k = 0; k < 2 && i < run->nslot; k++)
      if (g->kid[k]) {
        f->binding[i].name = sym_text(run->vm->p, g->kid[k]->sym);
        f->binding[i].value = answer_text(run->r, &run->vm->rt, c->bound[i]);
        i++;
      }
  f->nbinding = i;
}

static bool is_settled_one(void *data, Vm *vm, uint32_t require, bool first) {
  Run *run = data;
  Value bound[BOUND_MAX];
  bound_in(run, vm, bound);
  return (first || !require_of(run, run->check, require)->once) && case_is(run, run->now, require, bound);
}

void judge_settle(Run *run, Case *c, Finding *f) {
  run->now = c;
  run->settling.vm = run->vm;
  run->settling.func = run->vm->k->checks.at[c->check].func;
  run->settling.term = whole_term(run);
  run->settling.asked = is_settled_one;
  run->settling.data = run;
  profile_enter(run->vm->profile, profile_id(PROFILE_PHASE, PHASE_SETTLE));
  answer_settle(&run->settling, run->r, f, c->why);
  profile_leave(run->vm->profile);
}

Finding judge_finding(Run *run, Case *c) {
  const Require *q = require_of(run, c->check, c->require);
  const CheckCode *code = &run->vm->k->checks.at[c->check];
  const char *words = source_words(run, q->node->kid[0]->span);
  Text title = ast_text(run->vm->p->unit, code->node->kid[1]);
  Finding f = c->found;
  f.outcome = c->fails_ever ? OUT_FAILS : OUT_UNDECIDED;
  f.sev = (Severity)q->node->op;
  f.check = sym_text(run->vm->p, run->vm->p->funcs.at[code->func].name);
  f.title = title.len ? title.at : NULL;
  f.span = q->node->span;
  if (f.outcome == OUT_FAILS) f.message = c->message ? c->message : report_format(run->r, "it does not hold that  %s", words);
  else f.message = report_format(run->r, "it cannot be told whether  %s", words);
  bindings(run, c, &f);
  f.nwhen = c->fails_ever ? c->fails.len : c->open.len;
  f.when = arena_get(&run->r->arena, (f.nwhen + 1) * sizeof *f.when);
  if (f.when && f.nwhen) memcpy(f.when, c->fails_ever ? c->fails.at : c->open.at, f.nwhen * sizeof *f.when);
  if (!f.when) f.nwhen = 0;
  if (!c->fails_ever) answer_missing(run->vm, run->r, &f, c->why);
  return f;
}

bool judge_wants_settling(const Run *run, const Finding *f) { return f->outcome == OUT_UNDECIDED && f->sev >= run->o->fail_on; }

CasePlace judge_place(Run *run, const Case *c) { return (CasePlace){c->require, c->born, c->at, binding_hash(run, c->bound)}; }

/* Findings stand in the order of requirements, and within one in that of bindings. */
static void findings(Run *run, uint32_t from) {
  uint32_t requires = run->vm->k->checks.at[run->check].nrequire;
  for (uint32_t q = 0; q < requires; q++)
    for (uint32_t i = from; i < run->cases.len; i++) {
      Case *c = &run->cases.at[i];
      if (c->require != q || !(c->fails_ever || c->open_ever)) continue;
      Finding f = judge_finding(run, c);
      if (judge_wants_settling(run, &f)) judge_settle(run, c, &f);
      vec_push(run->r->mem, &run->r->findings, f);
    }
}

/* The cases of one binding stand together: it fails when any of its requirements does. */
Tally judge_tally(Run *run, uint32_t from) {
  Tally t = {.cases = run->cases.len - from, .worst = -1};
  for (uint32_t i = from, next; i < run->cases.len; i = next) {
    bool fails = false, open = false;
    for (next = i; next < run->cases.len && case_is(run, &run->cases.at[next], run->cases.at[next].require, run->cases.at[i].bound); next++) {
      const Case *c = &run->cases.at[next];
      int s = require_of(run, run->check, c->require)->node->op;
      if (c->fails_ever && s > t.worst) t.worst = s;
      fails = fails || c->fails_ever;
      open = open || c->open_ever;
    }
    t.bindings++;
    t.failed += fails;
    t.undecided += open && !fails;
  }
  return t;
}

static Severity worst_of(const Run *run, uint32_t check) {
  Severity s = SEV_NOTE;
  for (uint32_t q = 0; q < run->vm->k->checks.at[check].nrequire; q++) {
    Severity one = (Severity)require_of(run, check, q)->node->op;
    if (one > s) s = one;
  }
  return s;
}

void judge_count(Run *run, uint32_t check, const Tally *t) {
  const CheckCode *code = &run->vm->k->checks.at[check];
  const Func *f = &run->vm->p->funcs.at[code->func];
  Text title = ast_text(run->vm->p->unit, code->node->kid[1]);
  Severity worst = t->worst < 0 ? worst_of(run, check) : (Severity)t->worst;
  CheckCount n = {sym_text(run->vm->p, f->name), title.len ? title.at : NULL, worst, t->bindings, t->failed, t->undecided, !t->cases};
  vec_push(run->r->mem, &run->r->checks, n);
}

void judge_begin(Run *run, uint32_t check, uint32_t *from) {
  *from = run->cases.len;
  run->check = check;
  run->nslot = 0;
  for (Node *g = list_first(run->vm->k->checks.at[check].node->kid[2]); g; g = g->next)
    for (int k = 0; k < 2; k++)
      if (g->kid[k] && run->nslot < BOUND_MAX) run->slot[run->nslot++] = g->kid[k]->ref;
  run_term(run, *from);
}

void judge_end(Run *run, uint32_t from) {
  while (run->cases.len > from) case_end(run, &run->cases.at[--run->cases.len]);
  map_clear(&run->by_key);
}

static void check_one(Run *run, uint32_t check) {
  uint32_t from;
  judge_begin(run, check, &from);
  if (!run->vm->failed && !run->gave_up) {
    Tally t = judge_tally(run, from);
    findings(run, from);
    judge_count(run, check, &t);
  }
  judge_end(run, from);
}

/* The checks in turn; false: those from *next on are better divided among the machine's crew. One check without a `for` is not. */
static bool check_all(Run *run, uint32_t *next) {
  Vm *vm = run->vm;
  uint32_t n = vm->k->checks.len;
  run->began = vm->steps;
  for (*next = 0; *next < n && !vm->failed; ++*next) {
    bool binds = list_first(vm->k->checks.at[*next].node->kid[2]) != NULL;
    if ((binds || n - *next > 1) && crew_pays(vm, run->began)) return false;
    run->may_give_up = binds && crew_ready(vm);
    check_one(run, *next);
    run->may_give_up = false;
    if (run->gave_up) return run->gave_up = false;
  }
  return true;
}

/* ---- the verdict ---- */

static const char *plural(uint32_t n) { return n == 1 ? "" : "s"; }

static void judge(Report *r, const CheckOptions *o) {
  uint32_t denied = 0, open = 0, empty = 0;
  for (uint32_t i = 0; i < r->findings.len; i++) {
    const Finding *f = &r->findings.at[i];
    bool decides = f->sev >= o->fail_on;
    if (f->outcome == OUT_UNDECIDED) { r->undecided++; open += decides; continue; }
    if (f->sev == SEV_ERROR) r->denied++;
    else if (f->sev == SEV_WARN) r->warned++;
    else r->noted++;
    denied += decides;
  }
  bool none = true;  /* nothing was judged: no flag excuses that */
  for (uint32_t i = 0; i < r->checks.len; i++) {
    empty += r->checks.at[i].empty && r->checks.at[i].worst >= o->fail_on;
    none = none && r->checks.at[i].empty;
  }
  r->exit_code = denied ? 1 : none || ((open || empty) && !o->allow_undecided) ? 3 : 0;
  if (denied) r->verdict = report_format(r, "denied: %u finding%s, %u undecided", denied, plural(denied), open + empty);
  else if (none) r->verdict = r->checks.len ? "undecided: no check found anything to judge" : "undecided: the draft has no check";
  else if (open || empty) r->verdict = report_format(r, "%s: %u finding%s cannot be told for want of data", o->allow_undecided ? "passes, as undecided findings are allowed" : "undecided", open + empty, plural(open + empty));
  else r->verdict = "passes: every check that decides holds";
}

bool answer_check(Vm *vm, const CheckOptions *o, Report *r) {
  Run run = {.vm = vm, .r = r, .o = o};
  Day first, last;
  map_init(&run.by_key, vm->mem);
  r->as_of = o->as_of;
  if (world_term(vm->w, world_base(vm->w), &first, &last)) r->term = (DaySpan){first, last};
  vm->sink = (Sink){.data = &run, .begin = on_begin, .when = on_when, .missing = on_missing, .require = on_require, .message = on_message};
  uint32_t next;
  bool divided = !check_all(&run, &next) && judge_shared(&run, next, 0);
  memset(&vm->sink, 0, sizeof vm->sink);
  if (!vm->failed) answer_own(vm, r);
  if (!vm->failed && !divided) judge_matrix(&run);
  run.nslot = 0;
  vec_end(vm->mem, &run.cases);
  map_end(&run.by_key);
  if (vm->failed || mem_failed(vm->mem)) return false;
  judge(r, o);
  return true;
}
