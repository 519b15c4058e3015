#include "vm/batch.h"
#include <string.h>

/* Calls over one entity, a column of them. What a function gave for an entity is kept in a column by entity, for the world and
 * the days on which it holds, and is there for the next loop that asks. */

/* FUNC_NEVER: what it gives cannot be kept. It would be worked out again for every call, and so would what it calls. */
enum { FUNC_COLS_MOST = 64, COLUMN_LEAST = 8, FUNC_GIVEN_UP = 3, FUNC_NEVER = 4 };

struct FuncCol {
  uint32_t func, view, n;  /* n: entities of the kind */
  Dep dep;                 /* of all of it */
  uint64_t *known;         /* by entity */
  uint32_t nknown;
  Col col;                 /* NUM, BITS, ENT or SEQS, by entity; kind ONE: nothing yet. In memory of its own */
  VEC(Value) items;        /* of SEQS */
};

static size_t wide(uint8_t kind) { return kind == COL_NUM ? sizeof(int64_t) : kind == COL_ENT ? sizeof(Ent) : sizeof(SeqAt); }
static size_t col_bytes(const FuncCol *f) { return f->col.kind == COL_BITS ? rows_words(f->n) * sizeof(uint64_t) : f->n * wide(f->col.kind); }

static void func_col_clear(Vm *vm, FuncCol *f) {
  if (f->known) mem_free(vm->mem, f->known, rows_words(f->n) * sizeof *f->known);
  if (f->col.kind != COL_ONE) mem_free(vm->mem, f->col.bits, col_bytes(f));
  vec_end(vm->mem, &f->items);
  *f = (FuncCol){.func = UINT32_MAX};
}

void func_cols_forget(Vm *vm) {
  for (uint32_t i = 0; i < vm->func_cols.len; i++) func_col_clear(vm, &vm->func_cols.at[i]);
  vec_end(vm->mem, &vm->func_cols);
  vec_end(vm->mem, &vm->func_state);
}

bool batch_slots(Batch *in, const Func *f) {
  in->nslot = f->nslot + 1u;
  in->slot = pool_get(in->pool, in->nslot * sizeof *in->slot);
  if (in->slot) memset(in->slot, 0, in->nslot * sizeof *in->slot);
  return in->slot;
}

bool batch_inlined(Batch *b, const Func *f, const Col *args, Col *out) {
  Batch in = *b;
  if (f->flags & FLAG_RECURSIVE || f->kind > FUNC_LET || !batch_slots(&in, f)) return false;
  if (f->nparam) memcpy(in.slot, args, f->nparam * sizeof *in.slot);
  return batch_eval(&in, f->body, out);
}

/* ---- the column of a function ---- */

static uint8_t *func_state(Vm *vm, uint32_t func) {
  while (vm->func_state.len <= func)
    if (!vec_push(vm->mem, &vm->func_state, 0)) return NULL;
  return &vm->func_state.at[func];
}

/* From day to day a column is worked out anew for all of its entities, while what is remembered of each holds until that one
 * changes: a function that is asked on many days is left to that. */
static void day_turned(Vm *vm, uint32_t func) {
  uint8_t *state = func_state(vm, func);
  if (state && *state < FUNC_GIVEN_UP) ++*state;
}

/* The column of this world, or one that is not needed any more, emptied. */
static FuncCol *func_col(Vm *vm, uint32_t func, uint32_t n) {
  uint32_t view = vm->ctx->view->id;
  Day day = vm->ctx->day;
  FuncCol *f = NULL;
  for (uint32_t i = 0; i < vm->func_cols.len && !f; i++)
    if (vm->func_cols.at[i].func == func && vm->func_cols.at[i].view == view) f = &vm->func_cols.at[i];
  if (f && f->n == n && f->dep.lo <= day && day <= f->dep.hi) return f;
  if (f) day_turned(vm, func);
  if (!f && vm->func_cols.len < FUNC_COLS_MOST) f = vec_push(vm->mem, &vm->func_cols, (FuncCol){0}) ? &vm->func_cols.at[vm->func_cols.len - 1] : NULL;
  else if (!f) f = &vm->func_cols.at[vm->func_turn++ % FUNC_COLS_MOST];
  if (!f) return NULL;
  func_col_clear(vm, f);
  uint64_t *known = mem_zero(vm->mem, rows_words(n) * sizeof *known);
  if (!known) return NULL;
  *f = (FuncCol){.func = func, .view = view, .n = n, .dep = dep_nothing, .known = known};
  return f;
}

static bool func_col_kind(Vm *vm, FuncCol *f, const Col *v) {
  if (f->col.kind != COL_ONE) return f->col.kind == v->kind && f->col.tag == v->tag && f->col.unit == v->unit && f->col.zeros == v->zeros;
  FuncCol made = *f;
  made.col = (Col){.kind = v->kind, .tag = v->tag, .e = v->e, .unit = v->unit, .zeros = v->zeros};
  made.col.bits = mem_zero(vm->mem, col_bytes(&made));
  if (made.col.bits) *f = made;
  return made.col.bits != NULL;
}

/* Brings what is kept and what is new to one power of ten. */
static bool func_col_scale(Batch *b, FuncCol *f, Col *v) {
  if (v->kind != COL_NUM || v->e == f->col.e) return true;
  if (v->e > f->col.e) return col_rescale(b, v, f->col.e);
  Batch all = *b;
  Col kept = f->col;
  all.n = f->n;
  if (!col_rescale(&all, &kept, v->e)) return false;
  memcpy(f->col.num, kept.num, f->n * sizeof *kept.num);
  f->col.e = v->e;
  return true;
}

/* Values that are the same in all rows, written out. */
static bool spread(Batch *b, Col *v) {
  if (v->kind == COL_ONE && v->one.tag == V_DEC && (v->one.unit != UNIT_ANY || !v->one.i)) {
    int64_t *to = pool_get(b->pool, b->n * sizeof *to);
    for (uint32_t i = 0; to && i < b->n; i++) to[i] = v->one.i;
    *v = (Col){.kind = COL_NUM, .tag = V_DEC, .e = v->one.e, .unit = v->one.unit, .num = to};
    return to != NULL;
  }
  if (v->kind == COL_ONE || v->flip) {
    const uint64_t *yes;
    if (!col_yes(b, v, &yes)) return false;
    *v = col_bits((uint64_t *)(uintptr_t)yes);
  }
  return v->kind == COL_BITS || v->kind == COL_ENT || v->kind == COL_SEQS || (v->kind == COL_NUM && v->tag == V_DEC);
}

static void func_col_put(Vm *vm, FuncCol *f, const Col *v, uint32_t row, uint32_t to) {
  switch ((ColKind)v->kind) {
    case COL_BITS: if (bits_has(v->bits, row)) bits_set(f->col.bits, to); break;
    case COL_NUM: f->col.num[to] = v->num[row]; break;
    case COL_ENT: f->col.ent[to] = v->ent[row]; break;
    case COL_SEQS: {
      SeqAt at = {f->items.len, v->seq[row].len};
      for (uint32_t i = 0; i < at.len; i++) vec_push(vm->mem, &f->items, v->items[v->seq[row].at + i]);
      ((SeqAt *)(uintptr_t)f->col.seq)[to] = at;
      break;
    }
    case COL_ONE: case COL_VALUES: case COL_LESS: case COL_TWOS: case COL_LESSES: case COL_CUTS: break;
  }
}

/* Keeps what came of the rows in b->live. */
static bool func_col_keep(Batch *b, FuncCol *f, Col v, const Ent *ents) {
  if (!spread(b, &v) || !func_col_kind(b->vm, f, &v) || !func_col_scale(b, f, &v)) return false;
  for (uint32_t k = 0; k < b->words; k++)
    for (uint64_t w = b->live[k]; w; w &= w - 1) {
      uint32_t row = 64 * k + (uint32_t)__builtin_ctzll(w), to = ent_index(ents[row]);
      if (bits_has(f->known, to)) continue;   /* an entity may stand in several rows */
      func_col_put(b->vm, f, &v, row, to);
      bits_set(f->known, to);
      f->nknown++;
    }
  *b->work += b->n;
  return !mem_failed(b->vm->mem);
}

static bool own_items(Batch *b, Col *c) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < b->n; i++) n += bits_has(b->live, i) ? c->seq[i].len : 0;
  Value *items = pool_get(b->pool, (n + 1) * sizeof *items);
  SeqAt *at = pool_get(b->pool, b->n * sizeof *at);
  if (!items || !at || n > UINT32_MAX) return false;
  n = 0;
  for (uint32_t i = 0; i < b->n; i++) {
    at[i] = (SeqAt){(uint32_t)n, bits_has(b->live, i) ? c->seq[i].len : 0};
    if (at[i].len) memcpy(items + n, c->items + c->seq[i].at, at[i].len * sizeof *items);
    n += at[i].len;
  }
  c->items = items;
  c->seq = at;
  return true;
}

/* Of entities that stand one after the other. */
static bool piece_read(Batch *b, const FuncCol *f, uint32_t first, Col *out) {
  size_t bytes = b->n * wide(f->col.kind);
  void *to = pool_get(b->pool, bytes);
  if (!to) return false;
  memcpy(to, (const char *)f->col.bits + first * wide(f->col.kind), bytes);
  *out = f->col;
  out->bits = to;
  out->items = f->items.at;
  return out->kind != COL_SEQS || own_items(b, out);
}

/* The rows' values, in memory of the block: what is kept may change before it ends. */
static bool func_col_read(Batch *b, const FuncCol *f, const Col *arg, Col *out) {
  *b->work += b->n;
  if (arg->run && f->col.kind != COL_BITS && ent_index(arg->ent[0]) + b->n <= f->n) return piece_read(b, f, ent_index(arg->ent[0]), out);
  uint32_t *row = pool_get(b->pool, b->n * sizeof *row);
  Col all = f->col;
  all.items = f->items.at;
  for (uint32_t i = 0; row && i < b->n; i++) row[i] = bits_has(b->live, i) ? ent_index(arg->ent[i]) : 0;
  return row && col_gather(b, &all, row, b->n, out) && (out->kind != COL_SEQS || own_items(b, out));
}

/* ---- calls ---- */

static void bits_read(Batch *b, const uint64_t *live, const Ent *ents, uint64_t *to) {
  for (uint32_t i = 0; i < b->n; i++)
    if (bits_has(live, i)) bits_set(to, ent_index(ents[i]));
}

/* What is kept of a rule, in memory of the block: it may be given up for others while more is worked out from it. */
static RuleKnown rule_known(Batch *b, uint32_t func, uint32_t n) {
  uint32_t words = rows_words(n);
  const FuncCol *f = func_col(b->vm, func, n);
  uint64_t *known = pool_get(b->pool, 2 * words * sizeof *known);
  if (!known) return (RuleKnown){NULL, NULL};
  memset(known, 0, 2 * words * sizeof *known);
  if (!f || f->col.kind != COL_BITS) return (RuleKnown){known, known};
  memcpy(known, f->known, words * sizeof *known);
  memcpy(known + words, f->col.bits, words * sizeof *known);
  dep_meet(&b->vm->dep, f->dep);
  return (RuleKnown){known, known + words};
}

/* A rule that asks itself is worked out for all that it comes by. */
static bool rule_keep(Batch *b, uint32_t func, const Ent *ents, uint32_t n) {
  Vm *vm = b->vm;
  uint32_t words = rows_words(n);
  uint64_t *known = pool_get(b->pool, words * sizeof *known), *yes = pool_get(b->pool, words * sizeof *yes);
  RuleKnown before = rule_known(b, func, n);
  if (!known || !yes || !before.known) return false;
  memset(known, 0, words * sizeof *known);
  memset(yes, 0, words * sizeof *yes);
  bits_read(b, b->live, ents, known);
  if (!rule_rows(b, func, n, before, known, yes)) return false;
  FuncCol *f = func_col(vm, func, n);
  Col kind = {.kind = COL_BITS};
  if (!f || !func_col_kind(vm, f, &kind)) return false;
  bits_or(f->known, known, words);
  f->nknown = bits_count(f->known, words);
  bits_or(f->col.bits, yes, words);
  return true;
}

static bool func_keep(Batch *b, uint32_t func, const Col *arg, uint32_t n, Col *out, bool *whole) {
  Vm *vm = b->vm;
  if (!batch_inlined(b, &vm->p->funcs.at[func], arg, out)) return false;
  FuncCol *f = func_col(vm, func, n);   /* others may have been made meanwhile */
  *whole = !f || !func_col_keep(b, f, *out, arg->ent);
  if (f && *whole) func_col_clear(vm, f);
  if (*whole && func < vm->func_state.len) vm->func_state.at[func] = FUNC_NEVER;
  return !vm->failed;
}

/* The value for the rows in `open`, which are not known yet, is kept. *whole: it could not be, and is *out. */
static bool open_rows(Batch *b, uint32_t func, const uint64_t *open, const Col *arg, uint32_t n, Col *out, bool *whole) {
  Vm *vm = b->vm;
  Batch in = *b;
  Dep outer = vm->dep;
  in.live = open;
  vm->dep = dep_nothing;
  bool ok = vm->p->funcs.at[func].flags & FLAG_RECURSIVE ? rule_keep(&in, func, arg->ent, n) : func_keep(&in, func, arg, n, out, whole);
  FuncCol *f = ok && !*whole ? func_col(vm, func, n) : NULL;
  if (f) dep_meet(&f->dep, vm->dep);
  dep_meet(&outer, vm->dep);
  vm->dep = outer;
  return ok;
}

/* Which rows are not known yet. */
static void rows_open(Batch *b, const FuncCol *f, const Col *arg, uint64_t *open) {
  memset(open, 0, b->words * sizeof *open);
  for (uint32_t i = 0; f->nknown < f->n && i < b->n; i++)
    if (!bits_has(f->known, ent_index(arg->ent[i])) && bits_has(b->live, i)) bits_set(open, i);
}

static bool within(const Batch *b, const Col *arg, uint32_t n) {
  for (uint32_t i = 0; i < b->n; i++)
    if (ent_index(arg->ent[i]) >= n) return false;
  return true;
}

static bool call_known(Batch *b, uint32_t func, const Col *arg, Col *out) {
  Vm *vm = b->vm;
  uint32_t n = vm->p->kinds.at[type_at(&vm->p->types, vm->p->funcs.at[func].param[0]).a].list.len;
  FuncCol *f = func_col(vm, func, n);
  uint64_t *open = f ? bits_get(b) : NULL;
  bool whole = false;
  if (!open || !within(b, arg, n)) return false;
  rows_open(b, f, arg, open);
  if (words_any(open, b->words)) {
    if (!open_rows(b, func, open, arg, n, out, &whole)) return false;
    if (whole) return words_all(open, b->live, b->words);
    f = func_col(vm, func, n);
    if (!f) return false;
    rows_open(b, f, arg, open);
    if (words_any(open, b->words)) return false;   /* it was given up for others meanwhile */
  }
  dep_meet(&vm->dep, f->dep);
  return f->col.kind != COL_ONE && func_col_read(b, f, arg, out);
}

bool call_column(Batch *b, uint32_t func, const Col *arg, Col *out) {
  Vm *vm = b->vm;
  const Func *f = &vm->p->funcs.at[func];
  if (arg->kind != COL_ENT || func >= vm->nmemo || f->kind > FUNC_LET || type_at(&vm->p->types, f->param[0]).a == K_CLAUSE || !b->n) return false;
  uint8_t *state = func_state(vm, func);
  if (!state || *state == FUNC_NEVER || (!vm->rows_never && (*state >= FUNC_GIVEN_UP || bits_count(b->live, b->words) < COLUMN_LEAST))) return false;
  bool ok = call_known(b, func, arg, out);
  state = func_state(vm, func);
  if (!ok && state && *state < FUNC_GIVEN_UP) ++*state;
  return ok;
}
