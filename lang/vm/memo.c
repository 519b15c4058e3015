#include "vm/vm.h"
#include <string.h>

/* What calls over entities gave, by context. A call without parameters has one place, one over a single entity a place
 * for each, others a table by key. */

static bool remembered(const Program *p, const Func *f) {
  if (f->kind == FUNC_THUNK || f->kind == FUNC_CHECK || f->nparam > 3) return false;
  for (uint32_t i = 0; i < f->nparam; i++)
    if (type_kind(&p->types, f->param[i]) != TY_ENTITY) return false;
  return true;
}

static Memo *memo_make(Vm *vm, const Func *f) {
  Memo *m = mem_zero(vm->mem, sizeof *m);
  if (!m) return NULL;
  m->nparam = f->nparam;
  map_init(&m->by_key, vm->mem);
  if (f->nparam > 1) return m;
  m->n = f->nparam ? vm->p->kinds.at[type_at(&vm->p->types, f->param[0]).a].list.len : 1;
  m->state = mem_zero(vm->mem, m->n ? m->n : 1);
  m->val = mem_zero(vm->mem, (m->n ? m->n : 1) * sizeof(Value));
  if (m->state && m->val) return m;
  mem_free(vm->mem, m->state, m->n ? m->n : 1);
  mem_free(vm->mem, m->val, (m->n ? m->n : 1) * sizeof(Value));
  mem_free(vm->mem, m, sizeof *m);
  return NULL;
}

static uint32_t keyed_slot(Vm *vm, Memo *m, const Value *args) {
  uint64_t key = 0;
  for (uint32_t i = 0; i < m->nparam; i++) key = key << 21 | (ent_index(args[i].aux) & 0x1FFFFF);
  uint64_t *slot = map_slot(&m->by_key, key, UINT64_MAX);
  if (!slot) return UINT32_MAX;
  if (*slot != UINT64_MAX) return (uint32_t)*slot;
  Value none = {0};
  *slot = m->vals.len;
  if (!vec_push(vm->mem, &m->vals, none) || !vec_push(vm->mem, &m->states, MEMO_NONE)) return UINT32_MAX;
  return m->vals.len - 1;
}

uint32_t memo_slot(Vm *vm, uint32_t func, const Value *args, Memo **memo) {
  const Func *f = &vm->p->funcs.at[func];
  if (!vm->ctx || !vm->ctx->memo) return UINT32_MAX;
  Memo *m = vm->ctx->memo[func];
  if (!m) {
    if (!remembered(vm->p, f)) return UINT32_MAX;
    m = vm->ctx->memo[func] = memo_make(vm, f);
    if (!m) return UINT32_MAX;
  }
  *memo = m;
  if (!m->nparam) return 0;
  for (uint32_t i = 0; i < m->nparam; i++)
    if (args[i].tag != V_ENT) return UINT32_MAX;  /* an unknown entity */
  if (m->nparam == 1) return ent_index(args[0].aux) < m->n ? ent_index(args[0].aux) : UINT32_MAX;
  return keyed_slot(vm, m, args);
}

uint8_t *memo_state(Memo *m, uint32_t slot) { return m->nparam > 1 ? &m->states.at[slot] : &m->state[slot]; }
Value *memo_value(Memo *m, uint32_t slot) { return m->nparam > 1 ? &m->vals.at[slot] : &m->val[slot]; }

static void memo_drop(Mem *mem, Memo *m) {
  uint32_t n = m->n ? m->n : 1;
  for (uint32_t i = 0; m->val && i < m->n; i++) value_drop(mem, m->val[i]);
  for (uint32_t i = 0; i < m->vals.len; i++) value_drop(mem, m->vals.at[i]);
  if (m->state) mem_free(mem, m->state, n);
  if (m->val) mem_free(mem, m->val, n * sizeof(Value));
  vec_end(mem, &m->vals);
  vec_end(mem, &m->states);
  map_end(&m->by_key);
  mem_free(mem, m, sizeof *m);
}

void memo_free(World *w, Ctx *x) {
  if (!x->memo) return;
  for (uint32_t i = 0; i < x->nmemo; i++)
    if (x->memo[i]) memo_drop(w->mem, x->memo[i]);
  mem_free(w->mem, x->memo, x->nmemo * sizeof *x->memo);
  x->memo = NULL;
  x->nmemo = 0;
}
