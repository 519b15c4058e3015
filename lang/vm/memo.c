#include "vm/vm.h"
#include <string.h>

/* What calls over entities gave, by world, each with the days on which it holds and the countries whose absence could
 * change it. So an answer is asked for again only when something that it rests on changes. */

static uint32_t first_kind(const Program *p, const Func *f) { return f->nparam ? type_at(&p->types, f->param[0]).a : UINT32_MAX; }

/* There may be a million clauses: of one alone only rules are remembered, which else would ask themselves without end. */
static bool remembered(const Program *p, const Func *f) {
  if (f->kind == FUNC_THUNK || f->kind >= FUNC_CHECK || f->nparam > 3) return false;
  if (f->kind != FUNC_RULE && f->nparam == 1 && first_kind(p, f) == K_CLAUSE) return false;
  for (uint32_t i = 0; i < f->nparam; i++)
    if (type_kind(&p->types, f->param[i]) != TY_ENTITY) return false;
  return true;
}

/* A call without parameters has one place, one over a single entity a place for each, others a table by key. So has one
 * over a clause, and one over a single entity in a world that lacks somebody: there are many such worlds, and most answers
 * are those of the world outside. */
static Memo *memo_make(Vm *vm, const Func *f) {
  Memo *m = mem_zero(vm->mem, sizeof *m);
  if (!m) return NULL;
  m->nparam = f->nparam;
  map_init(&m->by_key, vm->mem);
  const View *v = vm->ctx->view;
  uint32_t kind = first_kind(vm->p, f);
  if (f->nparam > 1 || (f->nparam && (kind == K_CLAUSE || (v && bits_any(v->countries, bits_words(vm->w->ncountry)))))) return m;
  m->n = f->nparam ? vm->p->kinds.at[kind].list.len : 1;
  m->direct = mem_zero(vm->mem, (m->n + 1) * sizeof *m->direct);
  if (m->direct) return m;
  mem_free(vm->mem, m, sizeof *m);
  return NULL;
}

/* False for what has no key of its own: three of very many. */
static bool key_of(const Memo *m, const Value *args, uint64_t *key) {
  uint32_t bits = 64 / (m->nparam < 2 ? 2 : m->nparam);
  *key = 0;
  for (uint32_t i = 0; i < m->nparam; i++) {
    if ((uint64_t)ent_index(args[i].aux) >> bits) return false;
    *key = *key << bits | ent_index(args[i].aux);
  }
  return true;
}

static uint32_t keyed_slot(Vm *vm, Memo *m, const Value *args) {
  uint64_t key;
  uint64_t *slot = key_of(m, args, &key) ? map_slot(&m->by_key, key, UINT64_MAX) : NULL;
  MemoEntry none;
  if (!slot) return UINT32_MAX;
  if (*slot != UINT64_MAX) return (uint32_t)*slot;
  memset(&none, 0, sizeof none);
  *slot = m->keyed.len;
  if (vec_push(vm->mem, &m->keyed, none)) return m->keyed.len - 1;
  *slot = UINT64_MAX;
  return UINT32_MAX;
}

static Memo **world_memos(Vm *vm, const Ctx *x) {
  uint32_t i = x->view ? x->view->id + 1 : 0;
  while (vm->memos.len <= i)
    if (!vec_push(vm->mem, &vm->memos, NULL)) return NULL;
  if (vm->memos.at[i]) return vm->memos.at[i];
  return vm->memos.at[i] = mem_zero(vm->mem, vm->nmemo * sizeof(Memo *));
}

uint32_t memo_slot(Vm *vm, uint32_t func, const Value *args, Memo **memo) {
  Memo **all = func < vm->nmemo ? world_memos(vm, vm->ctx) : NULL;
  if (!all) return UINT32_MAX;
  Memo *m = all[func];
  if (!m) {
    const Func *f = &vm->p->funcs.at[func];
    if (!remembered(vm->p, f)) return UINT32_MAX;
    m = all[func] = memo_make(vm, f);
    if (!m) return UINT32_MAX;
  }
  *memo = m;
  if (!m->nparam) return 0;
  for (uint32_t i = 0; i < m->nparam; i++)
    if (args[i].tag != V_ENT) return UINT32_MAX;  /* an unknown entity */
  if (m->direct) return ent_index(args[0].aux) < m->n ? ent_index(args[0].aux) : UINT32_MAX;
  return keyed_slot(vm, m, args);
}

MemoEntry *memo_peek(Vm *vm, const Ctx *x, uint32_t func, const Value *args) {
  uint32_t i = x->view ? x->view->id + 1 : 0;
  Memo *m = i < vm->memos.len && vm->memos.at[i] && func < vm->nmemo ? vm->memos.at[i][func] : NULL;
  uint64_t key, slot;
  if (!m) return NULL;
  for (uint32_t k = 0; k < m->nparam; k++)
    if (args[k].tag != V_ENT) return NULL;
  if (!m->nparam) return &m->direct[0];
  if (m->direct) return ent_index(args[0].aux) < m->n ? &m->direct[ent_index(args[0].aux)] : NULL;
  return key_of(m, args, &key) && map_get(&m->by_key, key, &slot) && slot < m->keyed.len ? &m->keyed.at[slot] : NULL;
}

static bool covers(Dep d, Day day) { return d.lo <= day && day <= d.hi; }

static void past_takes(MemoEntry *e, Dep d) {
  bool first = !e->older;
  if (first || d.lo < e->past_lo) e->past_lo = d.lo;
  if (first || d.hi > e->past_hi) e->past_hi = d.hi;
}

/* A past value that holds on the day changes places with the one at hand: the days asked about come in runs. */
bool memo_holds(Vm *vm, MemoEntry *e, Day day) {
  if (e->state != MEMO_DONE) return false;
  if (covers(e->dep, day)) return true;
  uint32_t tried = 0, older = e->past_lo <= day && day <= e->past_hi ? e->older : 0;
  for (uint32_t i = older; i && tried < PAST_TRIED; tried++) {
    PastEntry *p = &vm->past.at[i - 1];
    if (covers(p->dep, day)) {
      Value v = e->val;
      Dep d = e->dep;
      e->val = p->val;
      e->dep = p->dep;
      p->val = v;
      p->dep = d;
      past_takes(e, d);
      return true;
    }
    i = p->older;
  }
  return false;
}

void memo_turn(Vm *vm, MemoEntry *e) {
  PastEntry p = {e->val, e->dep, e->older};
  if (e->state != MEMO_DONE || vm->past.len >= PAST_KEPT || !vec_push(vm->mem, &vm->past, p)) return;
  e->val = (Value){0};
  past_takes(e, e->dep);
  e->older = vm->past.len;
}

static void memo_drop(Mem *mem, Memo *m) {
  for (uint32_t i = 0; m->direct && i < m->n; i++) value_drop(mem, m->direct[i].val);
  for (uint32_t i = 0; i < m->keyed.len; i++) value_drop(mem, m->keyed.at[i].val);
  if (m->direct) mem_free(mem, m->direct, (m->n + 1) * sizeof *m->direct);
  vec_end(mem, &m->keyed);
  map_end(&m->by_key);
  mem_free(mem, m, sizeof *m);
}

void memos_forget(Vm *vm, uint32_t world) {
  if (world >= vm->memos.len || !vm->memos.at[world]) return;
  for (uint32_t f = 0; f < vm->nmemo; f++)
    if (vm->memos.at[world][f]) memo_drop(vm->mem, vm->memos.at[world][f]);
  mem_free(vm->mem, vm->memos.at[world], vm->nmemo * sizeof(Memo *));
  vm->memos.at[world] = NULL;
}

void memos_end(Vm *vm) {
  for (uint32_t i = 0; i < vm->memos.len; i++) memos_forget(vm, i);
  vec_end(vm->mem, &vm->memos);
  for (uint32_t i = 0; i < vm->past.len; i++) value_drop(vm->mem, vm->past.at[i].val);
  vec_end(vm->mem, &vm->past);
}
