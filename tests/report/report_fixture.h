#ifndef REPORT_FIXTURE_H
#define REPORT_FIXTURE_H
/* Drafts, diagnostics and reports made by hand, for the tests of the reporters. */
#include "report/report.h"
#include "base/utf8.h"
#include "tap.h"
#include <stdlib.h>

typedef struct Fixture {
  Mem mem;
  Sources s;
  Diags d;
  Report r;
  Buf out;
  ReportStyle st;
} Fixture;

static inline void fixture_start(Fixture *f) {
  memset(f, 0, sizeof *f);
  mem_init(&f->mem, 0);
  sources_init(&f->s, &f->mem);
  diags_init(&f->d, &f->mem);
  arena_init(&f->r.arena, &f->mem);
  buf_init(&f->out, &f->mem);
  f->r.mem = &f->mem;
  f->r.as_of = f->r.term.first = f->r.term.last = DAY_NONE;
  f->r.draft = "draft.ent";
  f->r.verdict = "passes";
  f->st.fail_on = SEV_ERROR;
}

/* Frees everything and holds the memory door to account. */
static inline void fixture_end(Fixture *f) {
  vec_end(&f->mem, &f->r.findings);
  vec_end(&f->mem, &f->r.checks);
  arena_end(&f->r.arena);
  buf_end(&f->out);
  diags_end(&f->d);
  sources_end(&f->s);
  if (f->mem.used) ok(false, "%zu bytes were not given back", f->mem.used);
  mem_end(&f->mem);
}

static inline const Source *fixture_source(Fixture *f, const char *path, const char *text) {
  return sources_add(&f->s, path, text, strlen(text), false);
}

/* The span of `what` in a source, the n-th time (from 1) that it stands there. */
static inline Span fixture_span(const Source *src, const char *what, int n) {
  const char *at = src->text - 1;
  while (n-- > 0 && at) at = strstr(at + 1, what);
  if (!at) {
    printf("Bail out! the fixture has no such text\n");
    exit(1);
  }
  uint32_t lo = src->base + (uint32_t)(at - src->text);
  return (Span){lo, lo + (uint32_t)strlen(what)};
}

static inline void *fixture_copy(Fixture *f, const void *from, size_t n) {
  void *to = arena_get(&f->r.arena, n);
  memcpy(to, from, n);
  return to;
}

/* Fills a list of a struct from its elements: FIXTURE_LIST(f, x->rests, x->nrests, FactRef, {...}, {...}). */
#define FIXTURE_LIST(f, list, count, T, ...) \
  ((count) = (uint32_t)(sizeof((T[]){__VA_ARGS__}) / sizeof(T)), (list) = fixture_copy((f), (T[]){__VA_ARGS__}, sizeof((T[]){__VA_ARGS__})))

static inline Finding *fixture_finding(Fixture *f, Finding x) {
  vec_push(&f->mem, &f->r.findings, x);
  return &f->r.findings.at[f->r.findings.len - 1];
}

static inline void fixture_check(Fixture *f, CheckCount c) { vec_push(&f->mem, &f->r.checks, c); }

typedef void ReportFn(Buf *, Sources *, const Diags *, const Report *, const ReportStyle *);
typedef void DiagsFn(Buf *, Sources *, const Diags *, const ReportStyle *);

static inline const char *fixture_report(Fixture *f, ReportFn *fn) {
  buf_clear(&f->out);
  fn(&f->out, &f->s, &f->d, &f->r, &f->st);
  return buf_text(&f->out);
}

static inline const char *fixture_diags(Fixture *f, DiagsFn *fn) {
  buf_clear(&f->out);
  fn(&f->out, &f->s, &f->d, &f->st);
  return buf_text(&f->out);
}

static inline bool has(const char *text, const char *what) { return strstr(text, what) != NULL; }

/* A draft with something of everything. */
static inline void fixture_example(Fixture *f) {
  const Source *draft = fixture_source(f, "initiative.ent",
    "use std.stack\n\ncheck whole_stack for l in layers {\n  require covered(l)\n}\n"
    "clause m4: AUS shall supply 2_500 t/yr of ree_refined to USA\n");
  const Source *minerals = fixture_source(f, "minerals.ent", "supply ree_refined {\n  CHN: at_least(90%), MYS: 4%\n}\n");
  Report *r = &f->r;
  r->draft = "examples/initiative/initiative.ent";
  r->term = (DaySpan){date_day(2025, 12, 12), date_day(2030, 12, 11)};
  r->denied = 1, r->warned = 1, r->noted = 1, r->undecided = 1, r->exit_code = 1;
  r->verdict = "denied: 1 finding denies, 1 warns, 1 notes, 1 is undecided";

  r->matrix.present = true;
  FIXTURE_LIST(f, r->matrix.year, r->matrix.nyear, int, 2025, 2026, 2027, 2028, 2029, 2030);
#define CELLS(...) fixture_copy(f, (Cell[]){__VA_ARGS__}, sizeof((Cell[]){__VA_ARGS__}))
  FIXTURE_LIST(f, r->matrix.row, r->matrix.nrow, MatrixRow,
    {"energy", "Energy", CELLS({ST_COVERED, 4, 4}, {ST_COVERED, 4, 4}, {ST_RESILIENT, 4, 4}, {ST_RESILIENT, 4, 4}, {ST_RESILIENT, 4, 4}, {ST_RESILIENT, 4, 4}), "12 % CHN (gas_power)"},
    {"minerals", "Critical minerals", CELLS({ST_GAP, 3, 9}, {ST_GAP, 4, 9}, {ST_GAP, 6, 9}, {ST_SOFT, 6, 9}, {ST_SOFT, 6, 9}, {ST_CAPABLE, 8, 9}), "at least 90 % CHN (ree_refined)"},
    {"semiconductors", "Semiconductors", CELLS({ST_CAPABLE, 1, 5}, {ST_CAPABLE, 1, 5}, {ST_CAPABLE, 1, 5}, {ST_COVERED, 5, 5}, {ST_COVERED, 5, 5}, {ST_COVERED, 5, 5}), "98 % CHN (gallium)"},
    {"compute", "AI infrastructure", CELLS({ST_UNDECIDED, 1, 3}, {ST_UNDECIDED, 1, 3}, {ST_UNDECIDED, 1, 3}, {ST_UNDECIDED, 1, 3}, {ST_UNDECIDED, 1, 3}, {ST_UNDECIDED, 1, 3}), "undecided"},
    {"logistics", "Transport logistics", CELLS({ST_UNDECIDED, 0, 0}, {ST_UNDECIDED, 0, 0}, {ST_UNDECIDED, 0, 0}, {ST_UNDECIDED, 0, 0}, {ST_UNDECIDED, 0, 0}, {ST_UNDECIDED, 0, 0}), "-"});
#undef CELLS

  const char *stack = "Every layer is covered for the whole term";
  Finding *x = fixture_finding(f, (Finding){.outcome = OUT_FAILS, .sev = SEV_ERROR, .check = "whole_stack", .title = stack,
    .message = "Critical minerals is not covered in 2025-12-12..2030-12-11", .span = fixture_span(draft, "require covered(l)", 1)});
  FIXTURE_LIST(f, x->binding, x->nbinding, Binding, {"l", "Critical minerals"});
  FIXTURE_LIST(f, x->when, x->nwhen, DaySpan, {date_day(2025, 12, 12), date_day(2028, 6, 30)}, {date_day(2029, 1, 1), DAY_OPEN});
  static const char *iea[] = {"IEA, Critical Minerals Data Explorer, 2025-05-21", "Joint press release of the nine governments, 2025-12-12"};
  FIXTURE_LIST(f, x->rests, x->nrests, FactRef,
    {"CHN has at least 90 % of ree_refined", fixture_span(minerals, "CHN: at_least(90%)", 1), iea, 2, NULL},
    {"m4: AUS promises 2_500 t/yr of ree_refined to USA, JPN and KOR, from 2030-01-01 until the end of the term, and nothing before that day", fixture_span(draft, "clause m4", 1), NULL, 0, NULL});
  x->more_rests = 7;
  fixture_finding(f, (Finding){.outcome = OUT_FAILS, .sev = SEV_WARN, .code = "W0701", .title = "A promise above capacity",
    .message = "AUS promises 2_500 t/yr of ree_refined and can make 0 t/yr", .span = fixture_span(draft, "clause m4", 1)});
  fixture_finding(f, (Finding){.outcome = OUT_FAILS, .sev = SEV_NOTE, .check = "straits", .title = "No strait alone uncovers a resource",
    .message = "Marine fuel is lost while Strait of Malacca is closed"});
  x = fixture_finding(f, (Finding){.outcome = OUT_UNDECIDED, .sev = SEV_ERROR, .check = "whole_stack", .title = stack,
    .message = "covered(l)", .span = fixture_span(draft, "require covered(l)", 1)});
  FIXTURE_LIST(f, x->binding, x->nbinding, Binding, {"l", "AI infrastructure"});
  FIXTURE_LIST(f, x->when, x->nwhen, DaySpan, {date_day(2026, 1, 1), date_day(2026, 1, 1)});
  FIXTURE_LIST(f, x->missing, x->nmissing, FactRef, {.text = "demand for ai_power of JPN, from 2026-01-01", .settles = "it holds at 5 GWh/yr or less"}, {.text = "world ai_compute"});
  x->more_missing = 1;

  fixture_check(f, (CheckCount){"whole_stack", stack, SEV_ERROR, 5, 1, 1, false});
  fixture_check(f, (CheckCount){"straits", "No strait alone uncovers a resource", SEV_NOTE, 320, 1, 0, false});
  fixture_check(f, (CheckCount){"cap", "At most 65 % from one country of concern at the end of the term, whichever of the parties it is that leaves", SEV_WARN, 64, 0, 0, false});
  fixture_check(f, (CheckCount){"power_at_home", "Every party keeps its power", SEV_WARN, 0, 0, 0, true});
  fixture_check(f, (CheckCount){"once", NULL, SEV_ERROR, 1, 0, 0, false});
}

#endif
