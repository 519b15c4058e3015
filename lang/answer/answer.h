#ifndef ANSWER_ANSWER_H
#define ANSWER_ANSWER_H
#include "answer/finding.h"
#include "vm/vm.h"

/* What is asked of a compiled and loaded draft. */
typedef struct CheckOptions { Day as_of; Severity fail_on; bool allow_undecided; } CheckOptions;

void report_init(Report *r, Mem *mem, const char *draft);
void report_end(Report *r);
/* Opens what answer_check asks of the library; it wants to be compiled then. */
void answer_opens(Program *p);
/* Runs every check and fills the report. False when the run failed (vm->error says why). */
bool answer_check(Vm *vm, const CheckOptions *o, Report *r);
/* Which tests are run: wants NULL, all. */
typedef struct TestFilter { bool (*wants)(void *data, const char *title); void *data; } TestFilter;
/* Runs the tests of one file on a day (DAY_NONE: that on which the agreements start) and fills r->tests, and r->reach when
 * r->coverage asks for it; exit code 3 when none is wanted. A test that cannot be run to its end is broken, and the next
 * one is run; a limit ends them all. False when the run failed (vm->error says why). */
bool answer_tests(Vm *vm, uint16_t module, Day day, const TestFilter *which, Report *r);

/* Inner parts: the matrix, and the words of facts. */
bool answer_matrix(Vm *vm, const View *v, Report *r);           /* of the world v */
void answer_rests(Vm *vm, Report *r, Finding *f);             /* from the trace at hand */
void answer_missing(Vm *vm, Report *r, Finding *f, Value undecided);
/* What would settle an undecided finding, and at which value, for the figures that f->missing lists. */
typedef struct Settling { Vm *vm; uint32_t func; uint64_t facts, steps /* taken so far */; DaySpan term /* of the judgement */;
  bool (*asked)(void *data, Vm *vm, uint32_t require, bool first); void *data; /* whether what vm is about to ask is the finding's */ } Settling;
uint32_t answer_settle_left(const Settling *s, const Vm *vm);   /* how many figures it may yet try, at most */
bool answer_may_settle(const Finding *f);                       /* whether a finding lacks few enough */
void answer_settle(Settling *s, Report *r, Finding *f, Value undecided);
bool answer_reach_begin(Vm *vm);                              /* from here on what is reached is noted */
void answer_reach_end(Vm *vm, Report *r);
void answer_own(Vm *vm, Report *r);
const char *answer_text(Report *r, Rt *rt, Value v);          /* as a reader would write it; entities by name */
const char *report_format(Report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
