#include "vm/batch.h"
#include <string.h>

/* Lists that are kept in words (world/value.h) are columns already, and are made of columns. Sets of few entities are made as words, too. */

enum { AHEAD_MOST = 1 << 16 };   /* values that a list has room for before they come: their loop may end early */

static Col words_col(Value head, const int64_t *words) {
  int64_t *num = (int64_t *)(uintptr_t)words;
  return head.tag == V_SET ? (Col){.kind = COL_TWOS, .num = num} : (Col){.kind = COL_NUM, .tag = head.tag, .e = head.e, .unit = head.unit, .zeros = head.aux, .num = num};
}

/* A column of n words to be filled; NULL: there is no memory. */
static int64_t *words_new(Batch *b, Value head, Col *out) {
  int64_t *to = pool_get(b->pool, b->n * sizeof *to);
  *out = words_col(head, to);
  *b->work += b->n;
  return to;
}

void words_piece(Value list, uint32_t from, Col *out) {
  Value head;
  const int64_t *words = list_words(list, &head);
  *out = words_col(head, words + from);
}

bool words_gather(Batch *b, Value list, const Col *place, Col *out) {
  Value head;
  const int64_t *words = list_words(list, &head);
  int64_t *to = words_new(b, head, out);
  uint64_t n = list.obj->len;
  for (uint32_t i = 0; to && i < b->n; i++) {
    uint64_t at = (uint64_t)place->num[i] - 1;
    if (at < n) to[i] = words[at];
    else if (bits_has(b->live, i)) return false;
    else to[i] = head.tag == V_SET ? word_two(WORD_NOBODY, WORD_NOBODY) : 0;
  }
  return to;
}

bool words_take(Batch *b, LoopCell *c, const Col *v, uint32_t left) {
  Value head = v->kind == COL_TWOS ? (Value){.tag = V_SET} : (Value){.tag = v->tag, .e = v->e, .unit = v->unit, .aux = v->zeros};
  uint32_t n = bits_count(b->live, b->words);
  Value was;
  if ((v->kind != COL_NUM && v->kind != COL_TWOS) || c->items.len || (cell_words(c) && (list_words(c->list, &was), value_head(was) != value_head(head)))) return false;
  int64_t *to = words_add(b->vm->mem, &c->list, head, n, left <= n ? 0 : left - n < AHEAD_MOST ? left - n : AHEAD_MOST);
  if (!to) return false;
  if (n == b->n) memcpy(to, v->num, n * sizeof *to);
  else for (uint32_t i = bits_next(b->live, b->words, 0); i != UINT32_MAX; i = bits_next(b->live, b->words, i + 1)) *to++ = v->num[i];
  return true;
}

/* ---- sets of few entities ---- */

bool few_ents(const Col *x, uint32_t n) {
  bool one = true;
  for (uint32_t i = 0; i < n; i++) {
    if (x[i].kind != COL_ENT && !(x[i].kind == COL_ONE && x[i].one.tag == V_ENT)) return false;
    one = one && x[i].kind == COL_ONE;
  }
  return n && n <= SORTED_MOST && !one;
}

static Ent ent_at(const Col *c, uint32_t row) { return c->kind == COL_ENT ? c->ent[row] : c->one.aux; }

/* One entity from each column, in order, each once. How many. */
static uint32_t row_ents(const Col *x, uint32_t n, uint32_t row, Value few[SORTED_MOST]) {
  uint32_t k = 0;
  for (uint32_t c = 0; c < n; c++) {
    Value v = value_ent(ent_at(&x[c], row));
    uint32_t p = k;
    while (p && few[p - 1].aux > v.aux) p--;
    if (p && few[p - 1].aux == v.aux) continue;
    for (uint32_t q = k++; q > p; q--) few[q] = few[q - 1];
    few[p] = v;
  }
  return k;
}

static bool twos(Batch *b, const Col *x, uint32_t n, Col *out) {
  int64_t *to = words_new(b, (Value){.tag = V_SET}, out);
  const Ent *p = x[0].kind == COL_ENT ? x[0].ent : &x[0].one.aux, *q = x[n - 1].kind == COL_ENT ? x[n - 1].ent : &x[n - 1].one.aux;
  uint32_t next_p = x[0].kind == COL_ENT, next_q = x[n - 1].kind == COL_ENT;
  for (uint32_t i = 0; to && i < b->n; i++) {
    Ent first = p[i * next_p], second = q[i * next_q];
    to[i] = first < second ? word_two(first, second) : first > second ? word_two(second, first) : word_two(first, WORD_NOBODY);
  }
  return to;
}

static bool sets_hold(Batch *b, Value *at, uint32_t row, Value set) {
  at[row] = set;
  if (vec_push(b->vm->mem, &b->vm->held, set)) return true;
  value_drop(b->vm->mem, set);
  return false;
}

bool ent_sets(Batch *b, const Col *x, uint32_t n, Col *out) {
  if (n <= 2) return twos(b, x, n, out);
  Value *at = pool_get(b->pool, b->n * sizeof *at), few[SORTED_MOST];
  Maker maker = {&b->vm->rt, NULL};
  bool ok = at;
  for (uint32_t i = 0; ok && i < b->n; i++) {
    at[i] = (Value){0};
    if (bits_has(b->live, i)) ok = sets_hold(b, at, i, maker_set(&maker, few, row_ents(x, n, i, few)));
  }
  maker_end(&maker);
  *b->work += b->n;
  *out = (Col){.kind = COL_VALUES, .values = at};
  return ok && !mem_failed(b->vm->mem);
}

bool twos_plain(Batch *b, Col *c) {
  Value *at = pool_get(b->pool, b->n * sizeof *at);
  Maker maker = {&b->vm->rt, NULL};
  bool ok = at;
  for (uint32_t i = 0; ok && i < b->n; i++) {
    at[i] = (Value){0};
    if (bits_has(b->live, i)) ok = sets_hold(b, at, i, word_value(&maker, (Value){.tag = V_SET}, c->num[i]));
  }
  maker_end(&maker);
  *b->work += b->n;
  *c = (Col){.kind = COL_VALUES, .values = at, .id = c->id};
  return ok && !mem_failed(b->vm->mem);
}
