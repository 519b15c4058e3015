#include "vm/vm.h"

/* Facts that rest on themselves: what a run asks for while it is being worked out already. A circle is told by its
 * members, in the words of the draft. */

static void quote(const Vm *vm, Span at, Buf *b) {
  enum { SHORT = 60 };
  Buf part;
  buf_init(&part, vm->mem);
  part.max = SHORT;
  buf_add(&part, sources_text(vm->p->unit->sources, at), at.hi - at.lo);
  buf_fmt(b, "%s%s", buf_text(&part), part.full ? "..." : "");
  buf_end(&part);
}

static bool holds(const Node *n, Span at) { return n->span.lo <= at.lo && at.hi <= n->span.hi; }

static const Node *holder(const Node *list, Span at) {
  for (const Node *n = list_first(list); n; n = n->next)
    if (holds(n, at)) return n;
  return NULL;
}

/* `supply ore { A1 }`, or without braces where it is of nobody. */
static void fact_of(const Vm *vm, const char *word, const Node *resource, const Node *entry, Buf *b) {
  buf_fmt(b, "%s ", word);
  quote(vm, resource->span, b);
  if (!entry) return;
  buf_str(b, " { ");
  quote(vm, entry->kid[0]->span, b);
  buf_str(b, " }");
}

/* `price(ore, KOR)` */
static void table_of(const Vm *vm, const Node *n, const Node *entry, Buf *b) {
  int keys = 0;
  quote(vm, n->kid[0]->span, b);
  for (const Node *k = list_first(n->kid[1]); k; k = k->next) {
    buf_str(b, keys++ ? ", " : "(");
    quote(vm, k->span, b);
  }
  if (entry) {
    buf_str(b, keys++ ? ", " : "(");
    quote(vm, entry->kid[0]->span, b);
  }
  if (keys) buf_char(b, ')');
}

/* False: the declaration has no figures that are worked out anew. */
static bool decl_words(const Vm *vm, const Node *n, Span at, Buf *b) {
  const Node *in;
  if (n->kind == N_SUPPLY || n->kind == N_DEMAND) fact_of(vm, n->kind == N_SUPPLY ? "supply" : "demand", n->kid[0], holder(n->kid[2], at), b);
  else if (n->kind == N_DEMAND_JOINT || n->kind == N_WORLD) fact_of(vm, n->kind == N_WORLD ? "world" : "demand", n->kid[0], NULL, b);
  else if (n->kind == N_REQUIRES) fact_of(vm, "requires", n->kid[0], holder(n->kid[2], at), b);
  else if (n->kind == N_FACT) table_of(vm, n, NULL, b);
  else if (n->kind == N_FACT_MAP) table_of(vm, n, holder(n->kid[3], at), b);
  else if (n->kind == N_ENTITY && (in = holder(n->kid[2], at)) && in->kind == N_ARG) {
    quote(vm, n->kid[0]->span, b);
    buf_fmt(b, ".%s", sym_text(vm->p, in->sym));
  } else return false;
  return true;
}

/* What it is that a Func works out: its name, or the fact whose figure it is. */
static void member_words(const Vm *vm, uint32_t func, Buf *b) {
  const Func *f = &vm->p->funcs.at[func];
  if (f->name) { buf_str(b, sym_text(vm->p, f->name)); return; }
  for (uint32_t i = 0; i < vm->p->facts.len; i++)
    if (holds(vm->p->facts.at[i].node, f->span) && decl_words(vm, vm->p->facts.at[i].node, f->span, b)) return;
  quote(vm, f->span, b);
}

/* The circle goes from the frame `from` to the one on top, which asks for the first again. */
static void circle(Vm *vm, uint32_t from) {
  enum { SHOWN = 5 };   /* so that the message has room for them */
  uint32_t n = vm->frames.len - from;
  Buf b;
  buf_init(&b, vm->mem);
  for (uint32_t i = 0; i <= n; i++) {
    if (n > SHOWN && i == SHOWN - 1) buf_fmt(&b, " -> %u more", n - i), i = n;
    if (i) buf_str(&b, " -> ");
    member_words(vm, vm->frames.at[from + i % n].func, &b);
  }
  vm_fail(vm, DIAG_E0405, "a fact rests on itself: %s", buf_text(&b));
  vm->error.span = vm_place_in(vm, from);
  vm->error.help = "state one of them by itself, without the others";
  buf_end(&b);
}

/* A run within which the same is asked for, in the same world and on the same day. */
static const OpenRun *run_twin(const Vm *vm, const OpenRun *r) {
  for (uint32_t i = vm->runs.len; i-- > 0;) {
    const OpenRun *open = &vm->runs.at[i];
    if (open->func == r->func && open->arg == r->arg && open->ctx->view == r->ctx->view && open->ctx->day == r->ctx->day) return open;
  }
  return NULL;
}

bool run_begin(Vm *vm, OpenRun r) {
  const OpenRun *twin = run_twin(vm, &r);
  if (twin) circle(vm, twin->frame);
  else if (vm->depth >= vm->max_depth) {
    vm_fail(vm, DIAG_E0405, "figures of facts rest on one another more than %u deep, in a chain that is no circle", vm->max_depth);
    vm->error.help = "--max-depth raises the limit, up to 1000; or state one of them without the others";
  } else if (!vec_push(vm->mem, &vm->runs, r)) vm_fail(vm, DIAG_E0505, "memory ran out");
  return !vm->failed;
}

/* Through rules alone that is a circle, which goes round until nothing more follows; a fact has one value, and through one it is an
 * error. About another day it is another question, but of rules that refer to themselves what is at hand has one place for all days. */
bool rule_asked(Vm *vm, const RuleEntry *asked, const RuleEntry *low) {
  if (asked->day != vm->ctx->day) {
    vm_fail(vm, DIAG_E0405, "a fact asks about another day what rests on it here: a rule that refers to itself");
    vm->error.help = "state the fact for one of the days";
    return false;
  }
  if (low->run == vm->runs.len) return true;
  circle(vm, low->frame);
  return false;
}
