#include "answer/judge.h"
#include <stdlib.h>
#include <string.h>

/* Checks and the matrix, divided among the machine's crew. Each goes through all checks and what their `for`s bind, and evaluates
 * the bindings that nobody has taken before; then parts of the matrix. What it hands out is the same as if one had judged all, since
 * nothing of a binding rests on another but what is remembered. Only what would settle a finding is worked out here, for which
 * those bindings are judged anew: one budget is for all of that. */

typedef struct Common { uint32_t part; CrewOwner owner[OWNERS]; } Common;

typedef struct Placed { CasePlace at; Finding f; } Placed;
typedef struct Share {
  Run *run;
  uint32_t check, part, parts;
  VEC(Placed) *found;       /* by check, from `check` on */
  Tally *tally;
} Share;

/* ---- a finding as bytes ---- */

/* Titles and names stand where they stood before the crew was called; what was made since goes along. */
static void fact_put(Buf *to, const FactRef *x) {
  parcel_put(to, x, sizeof *x);
  parcel_put_text(to, x->text);
  parcel_put_text(to, x->settles);
  for (uint32_t i = 0; i < x->nsource; i++) parcel_put_text(to, x->sources[i]);
}

void facts_put(Buf *to, const FactRef *x, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) fact_put(to, &x[i]);
}

static void finding_put(Buf *to, const Finding *f) {
  parcel_put(to, f, sizeof *f);
  parcel_put_text(to, f->message);
  for (uint32_t i = 0; i < f->nbinding; i++) {
    parcel_put(to, &f->binding[i].name, sizeof f->binding[i].name);
    parcel_put_text(to, f->binding[i].value);
  }
  parcel_put(to, f->when, f->nwhen * sizeof *f->when);
  facts_put(to, f->rests, f->nrests);
  facts_put(to, f->missing, f->nmissing);
}

const char *text_take(Report *r, Parcel *in) {
  const char *s = parcel_get_text(in);
  return s ? arena_copy(&r->arena, s, strlen(s)) : NULL;
}

void *room_for(Report *r, Parcel *in, uint32_t n, size_t each) {
  void *at = n <= in->left ? arena_zero(&r->arena, (n + (size_t)1) * each) : NULL;
  in->bad = in->bad || !at;
  return at;
}

FactRef *facts_take(Report *r, Parcel *in, uint32_t n) {
  FactRef *x = room_for(r, in, n, sizeof *x);
  for (uint32_t i = 0; !in->bad && i < n; i++) {
    parcel_get(in, &x[i], sizeof x[i]);
    x[i].text = text_take(r, in);
    x[i].settles = text_take(r, in);
    x[i].sources = room_for(r, in, x[i].nsource, sizeof *x[i].sources);
    for (uint32_t k = 0; !in->bad && k < x[i].nsource; k++) x[i].sources[k] = text_take(r, in);
  }
  return x;
}

static Finding finding_take(Report *r, Parcel *in) {
  Finding f;
  parcel_get(in, &f, sizeof f);
  f.message = text_take(r, in);
  f.binding = room_for(r, in, f.nbinding, sizeof *f.binding);
  for (uint32_t i = 0; !in->bad && i < f.nbinding; i++) {
    parcel_get(in, &f.binding[i].name, sizeof f.binding[i].name);
    f.binding[i].value = text_take(r, in);
  }
  f.when = room_for(r, in, f.nwhen, sizeof *f.when);
  if (!in->bad) parcel_get(in, f.when, f.nwhen * sizeof *f.when);
  f.rests = facts_take(r, in, f.nrests);
  f.missing = facts_take(r, in, f.nmissing);
  return f;
}

/* ---- one of the crew ---- */

static void check_put(Run *run, uint32_t check, Buf *out) {
  uint32_t from, n = 0;
  judge_begin(run, check, &from);
  Tally t = judge_tally(run, from);
  for (uint32_t i = from; i < run->cases.len; i++) n += run->cases.at[i].fails_ever || run->cases.at[i].open_ever;
  parcel_put(out, &t, sizeof t);
  parcel_put(out, &n, sizeof n);
  for (uint32_t i = from; i < run->cases.len && !run->vm->failed; i++) {
    Case *c = &run->cases.at[i];
    if (!c->fails_ever && !c->open_ever) continue;
    CasePlace at = judge_place(run, c);
    Finding f = judge_finding(run, c);
    parcel_put(out, &at, sizeof at);
    finding_put(out, &f);
  }
  judge_end(run, from);
}

static bool work(void *of, unsigned i, void *common, Buf *out) {
  Share *s = of;
  Common *c = common;
  Vm *vm = s->run->vm;
  s->run->owner = c->owner;
  s->run->me = i;
  for (uint32_t k = s->check; k < vm->k->checks.len && !vm->failed; k++) check_put(s->run, k, out);
  memset(&vm->sink, 0, sizeof vm->sink);
  for (uint32_t k; !vm->failed && (k = crew_next(&c->part)) < s->parts;) {
    uint32_t part = matrix_nth(s->run->r, k);
    if (part < s->part) continue;
    matrix_part(vm, world_base(vm->w), s->run->r, part);
    parcel_put(out, &part, sizeof part);
    matrix_put(s->run->r, part, out);
  }
  return true;
}

/* ---- what they hand out ---- */

static void take(void *of, unsigned i, Parcel *in) {
  Share *s = of;
  Report *r = s->run->r;
  (void)i;
  for (uint32_t k = 0; k < s->run->vm->k->checks.len - s->check && !in->bad; k++) {
    Tally t, *sum = &s->tally[k];
    uint32_t n;
    parcel_get(in, &t, sizeof t);
    parcel_get(in, &n, sizeof n);
    *sum = (Tally){sum->cases + t.cases, sum->bindings + t.bindings, sum->failed + t.failed, sum->undecided + t.undecided, t.worst > sum->worst ? t.worst : sum->worst};
    for (; n && !in->bad; n--) {
      Placed p;
      parcel_get(in, &p.at, sizeof p.at);
      p.f = finding_take(r, in);
      if (!vec_push(r->mem, &s->found[k], p)) in->bad = true;
    }
  }
  for (uint32_t part; in->left && !in->bad;) {
    parcel_get(in, &part, sizeof part);
    in->bad = in->bad || part >= s->parts;
    if (!in->bad) matrix_take(r, part, in);
  }
}

static int by_place(const void *a, const void *b) {
  const CasePlace *x = &((const Placed *)a)->at, *y = &((const Placed *)b)->at;
  if (x->require != y->require) return x->require < y->require ? -1 : 1;
  if (x->born != y->born) return x->born < y->born ? -1 : 1;
  return x->at < y->at ? -1 : x->at > y->at;
}

/* ---- what would settle them ---- */

static Case *case_of(Run *run, uint32_t from, const CasePlace *at) {
  for (uint32_t i = from; i < run->cases.len; i++) {
    CasePlace is = judge_place(run, &run->cases.at[i]);
    if (is.require == at->require && is.binding == at->binding) return &run->cases.at[i];
  }
  return NULL;
}

static bool may_settle(const Run *run, const Finding *f) { return judge_wants_settling(run, f) && answer_may_settle(f); }

/* Those that there is a budget for are judged here once more. They must come out as they did. */
static void settle(Run *run, uint32_t check, Placed *at, uint32_t n) {
  Map only;
  uint32_t from = 0, last = 0, left = answer_settle_left(&run->settling, run->vm);
  map_init(&only, run->vm->mem);
  for (uint32_t i = 0, tries = 0; i < n && tries < left; i++) {
    if (!may_settle(run, &at[i].f)) continue;
    tries += at[i].f.nmissing;
    last = i + 1;
    map_put(&only, at[i].at.binding, 1);
  }
  run->only = &only;
  if (last) judge_begin(run, check, &from);
  for (uint32_t i = 0; i < last && !run->vm->failed; i++) {
    if (!may_settle(run, &at[i].f)) continue;
    Case *c = case_of(run, from, &at[i].at);
    if (!c || c->fails_ever || !c->open_ever) { crew_none(run->vm); break; }
    at[i].f = judge_finding(run, c);
    judge_settle(run, c, &at[i].f);
  }
  if (last) judge_end(run, from);
  run->only = NULL;
  map_end(&only);
}

/* ---- both ---- */

static void checks_report(Share *s) {
  Run *run = s->run;
  for (uint32_t k = 0; k < run->vm->k->checks.len - s->check && !run->vm->failed; k++) {
    Placed *at = s->found[k].at;
    uint32_t n = s->found[k].len;
    if (n) qsort(at, n, sizeof *at, by_place);
    settle(run, s->check + k, at, n);
    for (uint32_t i = 0; i < n; i++) vec_push(run->r->mem, &run->r->findings, at[i].f);
    judge_count(run, s->check + k, &s->tally[k]);
  }
}

bool judge_shared(Run *run, uint32_t check, uint32_t part) {
  Mem *m = run->vm->mem;
  uint32_t n = run->vm->k->checks.len - check;
  Share s = {.run = run, .check = check, .part = part, .parts = matrix_begin(run->vm, run->r)};
  s.found = mem_zero(m, (n + 1) * sizeof *s.found);
  s.tally = mem_zero(m, (n + 1) * sizeof *s.tally);
  for (uint32_t k = 0; s.tally && k < n; k++) s.tally[k].worst = -1;
  Shared shared = {&s, sizeof(Common), work, take};
  bool done = s.found && s.tally && crew_share(run->vm, &shared);
  if (done) checks_report(&s);
  for (uint32_t k = 0; s.found && k < n; k++) vec_end(m, &s.found[k]);
  mem_free(m, s.found, (n + 1) * sizeof *s.found);
  mem_free(m, s.tally, (n + 1) * sizeof *s.tally);
  return done && !run->vm->failed;
}
