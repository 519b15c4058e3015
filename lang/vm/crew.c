#include "vm/vm.h"
#include <stdatomic.h>
#include <string.h>

/* A question divided among copies of this process. What they took of steps and memory counts here as if it had been taken here. Since
 * what one remembers the others do not, it is not to the letter what one process would take; so a run that comes near a limit,
 * like one that fails, is given up, and whoever asked asks a machine that works alone. */

void parcel_get(Parcel *p, void *to, size_t n) {
  p->bad = p->bad || n > p->left;
  if (p->bad) { memset(to, 0, n); return; }
  memcpy(to, p->at, n);
  p->at += n;
  p->left -= n;
}

void parcel_put_text(Buf *b, const char *s) {
  uint32_t n = s ? (uint32_t)strlen(s) + 1 : 0;
  parcel_put(b, &n, sizeof n);
  parcel_put(b, s ? s : "", n);
}

const char *parcel_get_text(Parcel *p) {
  uint32_t n;
  const char *s;
  parcel_get(p, &n, sizeof n);
  p->bad = p->bad || n > p->left;
  if (p->bad || !n) return NULL;
  s = (const char *)p->at;
  p->at += n;
  p->left -= n;
  return s;
}

uint32_t crew_next(void *counter) { return atomic_fetch_add((_Atomic uint32_t *)counter, 1); }

bool crew_claim(void *owner, unsigned i) {
  CrewOwner nobody = 0, me = (CrewOwner)(i + 1);
  return atomic_compare_exchange_strong((_Atomic CrewOwner *)owner, &nobody, me) || nobody == me;
}

/* ---- the limits ---- */

bool crew_far(const Vm *vm) {
  const Mem *m = vm->mem;
  return vm->steps <= vm->max_steps / 2 && (!m->limit || m->used + vm->crew_grown <= m->limit / 2);
}

bool crew_ready(const Vm *vm) { return vm->crew.n > 1 && !vm->alone && !vm->failed && !mem_failed(vm->mem) && crew_far(vm); }

bool crew_pays(const Vm *vm, uint64_t began) { return vm->steps - began >= vm->crew.after && crew_ready(vm); }

void crew_none(Vm *vm) {
  vm->alone = true;
  vm->crew.n = 0;
  vm_fail(vm, DIAG_E0508, "stopped");
}

/* ---- dividing ---- */

typedef struct Spent { uint64_t steps; size_t grown; } Spent;
typedef struct Dividing { Vm *vm; const Shared *s; Buf out; } Dividing;

static const unsigned char *work(void *of, unsigned i, void *common, size_t *len) {
  Dividing *d = of;
  Vm *vm = d->vm;
  Spent spent = {vm->steps, vm->mem->used};
  vm->crew.n = 0;
  vm->max_steps = vm->max_steps / 2;
  vm->mem->peak = vm->mem->used;
  buf_init(&d->out, vm->mem);
  parcel_put(&d->out, &spent, sizeof spent);
  if (!d->s->work(d->s->of, i, common, &d->out) || vm->failed || mem_failed(vm->mem) || d->out.full) return NULL;
  spent = (Spent){vm->steps - spent.steps, vm->mem->peak - spent.grown};
  memcpy(d->out.at, &spent, sizeof spent);
  *len = d->out.len;
  return (const unsigned char *)d->out.at;
}

static void take(void *of, unsigned i, const unsigned char *bytes, size_t len) {
  Dividing *d = of;
  Parcel in = {bytes, len, false};
  Spent spent;
  parcel_get(&in, &spent, sizeof spent);
  d->vm->steps += spent.steps;
  d->vm->crew_grown += spent.grown;
  if (d->vm->alone) return;
  d->s->take(d->s->of, i, &in);
  if (in.bad) d->vm->alone = true;
}

bool crew_share(Vm *vm, const Shared *s) {
  Dividing d = {.vm = vm, .s = s};
  vm->crew_used = true;
  bool done = vm->crew.run(vm->crew.data, s->room, work, take, &d) && !vm->alone && crew_far(vm) && !mem_failed(vm->mem);
  if (!done) crew_none(vm);
  return done;
}
