#include "vm/batch.h"

/* `all(f(x) without c for c in ...)` and `any`, where what f(x) is in the world at hand is remembered, together with whose
 * absence could change it: the others need not be asked about. Those that are left are asked one by one, since lanes would
 * have the answer rest on all entities that the rule is about, and so be worked out anew on every day on which one changes. */

/* f(x), where neither f nor x rests on the loop's own name. */
static const Node *asked_of(const LoopCode *l) {
  if (l->ngens != 1 || (l->kind != ACC_ALL && l->kind != ACC_ANY) || !l->body || l->body->kind != N_GOVERN || l->body->op != GOV_WITHOUT) return NULL;
  const Node *gen = list_first(l->gens), *call = l->body->kid[0], *gone = l->body->kid[1];
  if (gen->kid[1] || gen->kid[3] || gone->kind != N_NAME || gone->op != REF_LOCAL || gone->ref != gen->kid[0]->ref) return NULL;
  if (call->kind != N_CALL || call->op != CALL_FUNC || list_len(call->kid[1]) > 3) return NULL;
  for (const Node *a = list_first(call->kid[1]); a; a = a->next)
    if (a->kind != N_NAME || !(a->op == REF_ENTITY || (a->op == REF_LOCAL && a->ref != gen->kid[0]->ref))) return NULL;
  return call;
}

static MemoEntry *known_here(Vm *vm, const Node *call) {
  Value args[3];
  uint32_t n = 0;
  for (const Node *a = list_first(call->kid[1]); a; a = a->next)
    args[n++] = a->op == REF_ENTITY ? value_ent(a->ref) : vm->reg[vm->frames.at[vm->frames.len - 1].base + a->ref];
  MemoEntry *e = memo_peek(vm, vm->ctx, call->ref, args);
  return e && memo_holds(vm, e, vm->ctx->day) ? e : NULL;
}

static bool countries_only(const Seq *s) {
  for (uint32_t i = 0; i < s->o.len; i++)
    if (s->at[i].tag != V_ENT || ent_kind(s->at[i].aux) != K_COUNTRY) return false;
  return true;
}

/* Leaves those of the loop's countries, from the one at hand on, whose absence an answer may rest on. */
static void cell_narrow(Vm *vm, LoopCell *c, Dep d) {
  const Seq *s = value_seq(c->coll);
  uint32_t n = 0, left = s->o.len - c->next;
  bool lapses = bits_count(vm->ctx->absent, bits_words(vm->w->ncountry)) + 1 >= d.few;
  Value *at = mem_get(vm->mem, left * sizeof *at);
  if (!at) return;
  for (uint32_t i = c->next; i < s->o.len; i++)
    if (lapses || d.who & dep_who(vm->w, ent_index(s->at[i].aux))) at[n++] = s->at[i];
  Value kept = value_list(&vm->rt, at, n);
  mem_free(vm->mem, at, left * sizeof *at);
  value_drop(vm->mem, c->coll);
  c->coll = kept;
  c->next = 0;
}

/* In the worlds that are left out the call gives what it gives here; so they settle nothing, when it does not here. */
bool absent_skip(Vm *vm, const LoopCode *l, uint32_t cell) {
  LoopCell *c = &vm->cells.at[cell];
  const Node *call = (c->coll.tag == V_SET || c->coll.tag == V_LIST) && !value_in_words(c->coll) ? asked_of(l) : NULL;   /* no countries are in words */
  const MemoEntry *e = call && countries_only(value_seq(c->coll)) && value_seq(c->coll)->o.len > c->next ? known_here(vm, call) : NULL;
  if (!e || e->val.tag != (l->kind == ACC_ALL ? V_TRUE : V_FALSE)) return false;
  dep_meet(&vm->dep, e->dep);
  vm_spend(vm, value_seq(c->coll)->o.len - c->next);
  cell_narrow(vm, c, e->dep);
  return true;
}
