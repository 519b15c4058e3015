#include "answer/judge.h"
#include <string.h>

/* Runs tests. A test is evaluated once, on one day; the machine tells the parts of what it expects before the whole, and
 * they are kept only when that does not hold. */

typedef struct Noted { const Node *e; Value v; } Noted;

typedef struct Testing {
  Vm *vm;
  Report *r;
  VEC(Noted) noted;
  uint32_t more;            /* parts beyond PARTS_MAX */
  TestResult *now;
} Testing;

static void noted_drop(Testing *t) {
  for (uint32_t i = 0; i < t->noted.len; i++) value_drop(t->vm->mem, t->noted.at[i].v);
  t->noted.len = t->more = 0;
}

static void on_note(void *data, const Node *e, Value v) {
  Testing *t = data;
  Noted n = {e, v};
  if (t->noted.len == PARTS_MAX) t->more++;
  else if (vec_push(t->vm->mem, &t->noted, n)) value_keep(v);
}

/* ---- where a value is shown ---- */

/* The operator after an operand: what follows its blanks, comments and closing parentheses. */
static uint32_t operator_after(const Testing *t, uint32_t at) {
  const Source *s = sources_at(t->vm->p->unit->sources, at);
  for (;;) {
    char c = at - s->base < s->len ? s->text[at - s->base] : 0;
    if (c == '#') while (at - s->base < s->len && s->text[at - s->base] != '\n') at++;
    else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ')') at++;
    else return at;
  }
}

static uint32_t place_of(const Testing *t, const Node *e) {
  switch ((NodeKind)e->kind) {
    case N_FIELD: return e->span.hi - (uint32_t)strlen(sym_text(t->vm->p, e->sym));
    case N_BINARY: case N_GOVERN: case N_INDEX: return operator_after(t, e->kid[0]->span.hi);
    default: return e->span.lo;
  }
}

/* ---- what did not hold ---- */

static void value_text_of(Testing *t, Value v, Buf *b) {
  const Causes *c = value_causes(v);
  if (v.tag != V_UNK) { value_show(&t->vm->rt, v, b); return; }
  buf_str(b, "unknown");
  for (uint32_t i = 0; c && i < c->o.len; i++) {
    buf_str(b, i ? "; " : ": ");
    world_cause_text(t->vm->w, c->at[i], b);
  }
}

static void parts(Testing *t, Unmet *u) {
  u->part = arena_get(&t->r->arena, (t->noted.len + 1) * sizeof *u->part);
  for (uint32_t i = 0; u->part && i < t->noted.len; i++) {
    Buf b;
    buf_init(&b, t->r->mem);
    value_text_of(t, t->noted.at[i].v, &b);
    Part p = {arena_copy(&t->r->arena, buf_text(&b), b.len), place_of(t, t->noted.at[i].e)};
    buf_end(&b);
    if (!p.value) p.value = "";
    uint32_t k = u->npart++;
    for (; k && u->part[k - 1].at > p.at; k--) u->part[k] = u->part[k - 1];
    u->part[k] = p;
  }
  u->more_parts = t->more;
}

static void on_expect(void *data, const Node *e, Value holds) {
  Testing *t = data;
  t->now->expects++;
  if (holds.tag != V_TRUE) {
    Unmet u = {.unknown = holds.tag != V_FALSE, .span = e->span};
    Finding f = {.nmissing = 0};
    parts(t, &u);
    if (u.unknown) answer_missing(t->vm, t->r, &f, holds);
    u.missing = f.missing;
    u.nmissing = f.nmissing;
    u.more_missing = f.more_missing;
    vec_push(t->r->mem, &t->now->unmet, u);
  }
  noted_drop(t);
}

/* What a test itself does wrong is its own failure. A limit is the whole run's. */
static bool is_limit(DiagCode c) { return !strncmp(diag_info(c)->code, "E05", 3); }

static void broken(Testing *t) {
  const RunError *e = &t->vm->error;
  t->now->broken = true;
  t->now->error = (Diag){.code = e->code, .sev = SEV_ERROR, .span = e->span, .text = e->text, .help = e->help};
  t->vm->failed = false;
}

static void run(Testing *t, uint32_t func, const char *title, Day day) {
  Ctx *x = world_ctx(t->vm->w, world_base(t->vm->w), day);
  TestResult one = {.title = title, .span = t->vm->p->funcs.at[func].span};
  if (!x || !vec_push(t->r->mem, &t->r->tests, one)) return;
  map_clear(&t->vm->visited);  /* with coverage, what each test asks is gone into */
  trace_clear(t->vm->w);
  t->now = &t->r->tests.at[t->r->tests.len - 1];
  value_drop(t->vm->mem, vm_run(t->vm, func, NULL, 0, x));
  noted_drop(t);  /* after a failure of the run */
  if (t->vm->failed && !is_limit(t->vm->error.code) && !mem_failed(t->vm->mem)) broken(t);
}

/* ---- several at work ---- */

/* The tests that are wanted, in order; those from `from` on are divided. */
typedef struct Tests { Testing *t; uint32_t *func, n, from; Day day; TestResult *done; } Tests;

static const char *title_of(const Program *p, uint32_t func) { return ast_text(p->unit, p->funcs.at[func].decl->kid[0]).at; }

static void unmet_put(Buf *to, const Unmet *u) {
  parcel_put(to, u, sizeof *u);
  for (uint32_t i = 0; i < u->npart; i++) {
    parcel_put(to, &u->part[i].at, sizeof u->part[i].at);
    parcel_put_text(to, u->part[i].value);
  }
  facts_put(to, u->missing, u->nmissing);
}

static Unmet unmet_take(Report *r, Parcel *in) {
  Unmet u;
  parcel_get(in, &u, sizeof u);
  u.part = room_for(r, in, u.npart, sizeof *u.part);
  for (uint32_t i = 0; !in->bad && i < u.npart; i++) {
    parcel_get(in, &u.part[i].at, sizeof u.part[i].at);
    u.part[i].value = text_take(r, in);
  }
  u.missing = facts_take(r, in, u.nmissing);
  return u;
}

static bool tests_work(void *of, unsigned i, void *common, Buf *out) {
  const Tests *s = of;
  Vm *vm = s->t->vm;
  Report *r = s->t->r;
  (void)i;
  for (uint32_t k; !vm->failed && (k = s->from + crew_next(common)) < s->n;) {
    run(s->t, s->func[k], title_of(vm->p, s->func[k]), s->day);
    const TestResult *x = &r->tests.at[r->tests.len - 1];
    parcel_put(out, &k, sizeof k);
    parcel_put(out, x, sizeof *x);
    parcel_put_text(out, x->error.text);
    parcel_put_text(out, x->error.help);
    for (uint32_t u = 0; u < x->unmet.len; u++) unmet_put(out, &x->unmet.at[u]);
  }
  return true;
}

static void tests_take(void *of, unsigned who, Parcel *in) {
  const Tests *s = of;
  Report *r = s->t->r;
  (void)who;
  while (in->left && !in->bad) {
    uint32_t k;
    TestResult x;
    parcel_get(in, &k, sizeof k);
    parcel_get(in, &x, sizeof x);
    in->bad = in->bad || k >= s->n;
    uint32_t n = x.unmet.len;
    x.unmet.at = NULL;
    x.unmet.len = x.unmet.cap = 0;
    x.error.text = text_take(r, in);
    x.error.help = text_take(r, in);
    for (; n && !in->bad; n--) {
      Unmet u = unmet_take(r, in);
      in->bad = in->bad || !vec_push(r->mem, &x.unmet, u);
    }
    if (in->bad) vec_end(r->mem, &x.unmet);
    else s->done[k] = x;
  }
}

static void divide(Tests *s) {
  Mem *m = s->t->vm->mem;
  Shared shared = {s, sizeof(uint32_t), tests_work, tests_take};
  s->done = mem_zero(m, s->n * sizeof *s->done);
  bool done = s->done && crew_share(s->t->vm, &shared);
  for (uint32_t k = s->from; s->done && k < s->n; k++)
    if (!done || !vec_push(m, &s->t->r->tests, s->done[k])) vec_end(m, &s->done[k].unmet);
  mem_free(m, s->done, s->n * sizeof *s->done);
}

/* ---- all ---- */

static void run_all(Tests *s) {
  Vm *vm = s->t->vm;
  uint64_t began = vm->steps;
  for (s->from = 0; s->from < s->n && !vm->failed; s->from++) {
    if (s->n - s->from > 1 && crew_pays(vm, began)) { divide(s); return; }
    run(s->t, s->func[s->from], title_of(vm->p, s->func[s->from]), s->day);
  }
}

static void judge(Report *r) {
  uint32_t bad = 0, broken = 0, n = r->tests.len;
  for (uint32_t i = 0; i < n; i++) {
    broken += r->tests.at[i].broken;
    bad += r->tests.at[i].broken || r->tests.at[i].unmet.len;
  }
  r->exit_code = broken ? 2 : bad ? 1 : n ? 0 : 3;
  if (!n) r->verdict = "no test was run";
  else if (broken) r->verdict = report_format(r, "%u of %u test%s fail%s, %u of which could not be run to the end", bad, n, n == 1 ? "" : "s", bad == 1 ? "s" : "", broken);
  else if (bad) r->verdict = report_format(r, "%u of %u test%s fail%s", bad, n, n == 1 ? "" : "s", bad == 1 ? "s" : "");
  else r->verdict = n == 1 ? "the test passes" : report_format(r, "all %u tests pass", n);
}

bool answer_tests(Vm *vm, uint16_t module, Day day, const TestFilter *which, Report *r) {
  Testing t = {.vm = vm, .r = r};
  const Program *p = vm->p;
  Day last;
  r->as_of = day;
  if (day == DAY_NONE && !world_term(vm->w, world_base(vm->w), &day, &last)) day = DAY_NONE;
  for (uint32_t i = 0; i < p->tests.len; i++) vm->w->daily = vm->w->daily || p->funcs.at[p->tests.at[i]].flags & FLAG_TODAY;
  bool ready = !r->coverage || answer_reach_begin(vm);
  if (r->coverage) vm->crew.n = 0;
  vm->sink = (Sink){.data = &t, .note = on_note, .expect = on_expect};
  Tests all = {.t = &t, .day = day, .func = mem_get(vm->mem, (p->tests.len + 1) * sizeof *all.func)};
  for (uint32_t i = 0; all.func && i < p->tests.len; i++) {
    uint32_t f = p->tests.at[i];
    if (p->funcs.at[f].module == module && (!which->wants || which->wants(which->data, title_of(p, f)))) all.func[all.n++] = f;
  }
  if (ready) run_all(&all);
  mem_free(vm->mem, all.func, (p->tests.len + 1) * sizeof *all.func);
  memset(&vm->sink, 0, sizeof vm->sink);
  vec_end(vm->mem, &t.noted);
  if (r->coverage) answer_reach_end(vm, r);
  if (vm->failed || mem_failed(vm->mem)) return false;
  judge(r);
  return true;
}
