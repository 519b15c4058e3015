#include "answer/answer.h"

/* What the tests of a draft reach: its rules and functions when they are called, its checks when it is asked whether they
 * pass, its clauses when an answer looks at them. Remembered answers are gone into again, as for a finding's facts. */

static size_t bytes_of(uint32_t n) { return ((size_t)bits_words(n) + 1) * sizeof(uint64_t); }

bool answer_reach_begin(Vm *vm) {
  vm->reached = mem_zero(vm->mem, bytes_of(vm->p->funcs.len));
  vm->w->clauses_read = mem_zero(vm->mem, bytes_of(vm->w->clauses.len));
  vm->w->tracing = true;
  return vm->reached && vm->w->clauses_read;
}

static bool own(const Vm *vm, uint16_t module) { return !vm->p->modules.at[module].library; }

static void reach_add(Report *r, ReachKind kind, bool reached, const char *word, const char *name, Span span) {
  Reach x = {kind, reached, word, name, span};
  vec_push(r->mem, &r->reach, x);
}

static void funcs(Vm *vm, Report *r) {
  for (uint32_t i = 0; i < vm->p->funcs.len; i++) {
    const Func *f = &vm->p->funcs.at[i];
    if (f->kind <= FUNC_RULE && own(vm, f->module)) reach_add(r, REACH_FUNC, bits_has(vm->reached, i), f->kind == FUNC_RULE ? "rule" : "fn", sym_text(vm->p, f->name), f->span);
  }
}

static void checks(Vm *vm, Report *r) {
  for (uint32_t i = 0; i < vm->p->checks.len; i++) {
    const Func *f = &vm->p->funcs.at[vm->p->checks.at[i]];
    if (own(vm, f->module)) reach_add(r, REACH_CHECK, f->verdict && bits_has(vm->reached, f->verdict), "check", sym_text(vm->p, f->name), f->span);
  }
}

static void clauses(Vm *vm, Report *r) {
  for (uint32_t i = 0; i < vm->p->nclause; i++) {
    const Entity *e = program_entity(vm->p, ent_make(K_CLAUSE, i));
    if (!own(vm, e->module)) continue;
    const char *of = e->owner ? sym_text(vm->p, program_entity(vm->p, e->owner)->id) : "";
    reach_add(r, REACH_CLAUSE, bits_has(vm->w->clauses_read, i), "clause", report_format(r, "%s.%s", of, sym_text(vm->p, e->id)), e->span);
  }
}

void answer_reach_end(Vm *vm, Report *r) {
  vm->w->tracing = false;
  trace_clear(vm->w);
  if (vm->reached && vm->w->clauses_read) {
    funcs(vm, r);
    checks(vm, r);
    clauses(vm, r);
  }
  mem_free(vm->mem, vm->reached, bytes_of(vm->p->funcs.len));
  mem_free(vm->mem, vm->w->clauses_read, bytes_of(vm->w->clauses.len));
  vm->reached = vm->w->clauses_read = NULL;
}
