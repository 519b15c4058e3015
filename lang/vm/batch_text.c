#include "vm/batch.h"
#include <string.h>

/* Texts in columns: put together, compared, looked up in maps. */

/* ---- put together ---- */

/* What goes into each row's text: a whole number, a text, or an entity's name; step 0: the same in all rows. */
typedef struct Part { const int64_t *num; const Value *text; const Ent *ent; uint32_t step; } Part;
enum { PARTS_MOST = 8, ROW_TEXT = 240 };

static bool part_of(const Col *c, Part *p) {
  *p = (Part){.step = c->kind != COL_ONE};
  bool whole = c->kind == COL_NUM ? c->tag == V_DEC && !c->e && c->unit == UNIT_ONE && !c->zeros : c->kind == COL_ONE && c->one.tag == V_DEC && !c->one.e && c->one.unit == UNIT_ONE;
  if (whole) p->num = c->kind == COL_NUM ? c->num : &c->one.i;
  else if (c->kind == COL_VALUES) p->text = c->values;
  else if (c->kind == COL_ENT) p->ent = c->ent;
  else if (c->kind == COL_ONE && c->one.tag == V_STR) p->text = &c->one;
  return p->num || p->text || p->ent;
}

/* False: it is too long for here, or holds something else. There is room for TEXT_SHORT more behind it. */
static bool row_text(const Program *program, const Part *part, uint32_t n, uint32_t row, char to[ROW_TEXT], uint32_t *len) {
  *len = 0;
  for (const Part *p = part; p < part + n; p++) {
    uint32_t left = ROW_TEXT - TEXT_SHORT - *len, at = row * p->step;
    if (left < NUM_WHOLE_MOST) return false;
    if (p->num) { *len += num_put_whole(to + *len, p->num[at]); continue; }
    if (p->text && p->text[at].tag != V_STR) return false;
    Sym id = p->ent ? program_entity(program, p->ent[at])->id : 0;
    uint32_t more = p->ent ? intern_len(program->unit->names, id) : value_len(p->text[at]);
    if (more > left) return false;
    if (p->ent) memcpy(to + *len, sym_text(program, id), more);
    else if (p->text[at].e) memcpy(to + *len, value_str(&p->text[at]), TEXT_SHORT);   /* of one length, so in place */
    else memcpy(to + *len, value_str(&p->text[at]), more);
    *len += more;
  }
  memset(to + *len, 0, TEXT_SHORT);
  return true;
}

static Value row_whole(Batch *b, const Col *args, uint32_t n, uint32_t row) {
  Value at[PARTS_MOST];
  for (uint32_t k = 0; k < n; k++) at[k] = col_at(&args[k], row);
  return op_text(b->vm, at, n, false);
}

bool text_rows(Batch *b, const Col *args, uint32_t n, Col *out) {
  Vm *vm = b->vm;
  Part part[PARTS_MOST];
  char text[ROW_TEXT];
  Maker maker = {&vm->rt, NULL};
  Value *at = n <= PARTS_MOST ? pool_get(b->pool, b->n * sizeof *at) : NULL;
  bool ok = at;
  for (uint32_t k = 0; ok && k < n; k++) ok = part_of(&args[k], &part[k]);
  for (uint32_t i = 0, len; ok && i < b->n; i++) {
    at[i] = (Value){0};
    if (!bits_has(b->live, i)) continue;
    at[i] = !row_text(vm->p, part, n, i, text, &len) ? row_whole(b, args, n, i) : len && len <= TEXT_SHORT ? value_short(text, len) : maker_text(&maker, text, len);
    if (!value_counted(at[i])) continue;
    ok = vec_push(vm->mem, &vm->held, at[i]);
    if (!ok) value_drop(vm->mem, at[i]);
  }
  maker_end(&maker);
  *b->work += b->n;
  *out = (Col){.kind = COL_VALUES, .values = at};
  return ok && !vm->failed && !mem_failed(vm->mem);
}

/* ---- compared ---- */

bool text_compare(Batch *b, int op, const Col *x, Col *out) {
  bool equal = op == OP_EQ || op == OP_NE, swap = op == OP_GT || op == OP_GE;
  int most = op == OP_LE || op == OP_GE ? 0 : -1;
  const Col *l = &x[swap], *r = &x[!swap];
  const Value *p = l->kind == COL_ONE ? &l->one : l->values, *q = r->kind == COL_ONE ? &r->one : r->values;
  uint32_t pstep = l->kind != COL_ONE, qstep = r->kind != COL_ONE;
  uint64_t *bits = bits_get(b);
  if (!bits) return false;
  for (uint32_t k = 0; k < b->words; k++) {
    bits[k] = 0;
    for (uint64_t w = b->live[k]; w; w &= w - 1) {
      uint32_t i = k * 64 + (uint32_t)__builtin_ctzll(w);
      const Value *s = p + i * pstep, *t = q + i * qstep;
      if (s->tag != V_STR || t->tag != V_STR) return false;
      if (equal ? text_same(*s, *t) : text_order(s, t) <= most) bits[k] |= w & -w;
    }
  }
  *b->work += b->n;
  *out = col_bits(bits);
  return true;
}

/* ---- looked up ---- */

/* Up to 64 rows, all of them at each step: what a step touches is on its way while the others are looked at. row NULL: the first n. */
static inline __attribute__((always_inline)) bool rows_find(uint64_t seed, const TextIndex *x, const Value *key, const uint8_t *row, uint32_t n, Value *to) {
  const Value *pair = value_seq(x->of)->at;
  const uint32_t *at = x->at;
  uint32_t slot[64], place[64], mask = x->cap - 1;
  for (uint32_t k = 0; k < n; k++) {
    Value v = key[row ? row[k] : k];
    if (v.tag != V_STR) return false;
    slot[k] = (uint32_t)text_hash(v, seed) & mask;
    __builtin_prefetch(&at[slot[k]]);
  }
  for (uint32_t k = 0; k < n; k++) {
    place[k] = at[slot[k]];
    if (!place[k]) return false;
    __builtin_prefetch(&pair[2 * (size_t)(place[k] - 1)]);
  }
  for (uint32_t k = 0; k < n; k++) {
    uint32_t i = row ? row[k] : k, p = place[k];
    for (uint32_t h = slot[k]; p && !text_same(pair[2 * (size_t)(p - 1)], key[i]);) p = at[h = (h + 1) & mask];
    if (!p) return false;
    to[i] = pair[2 * (size_t)(p - 1) + 1];
  }
  return true;
}

static bool word_find(uint64_t seed, const TextIndex *x, const Value *key, uint64_t live, Value *to) {
  uint8_t row[64];
  uint32_t n = 0;
  if (!~live) return rows_find(seed, x, key, NULL, 64, to);
  memset(to, 0, 64 * sizeof *to);
  for (uint64_t w = live; w; w &= w - 1) row[n++] = (uint8_t)__builtin_ctzll(w);
  return rows_find(seed, x, key, row, n, to);
}

bool text_look_up(Batch *b, Value map, const Col *key, Col *out) {
  const TextIndex *x = text_index(b->vm, map);
  Value *at = pool_get(b->pool, b->words * 64 * sizeof *at);
  if (!at) return false;
  for (uint32_t k = 0; x && k < b->words; k++)
    if (!word_find(b->vm->text_seed, x, key->values + k * 64, b->live[k], at + k * 64)) return false;
  for (uint32_t i = 0; !x && i < b->n; i++) {
    at[i] = (Value){0};
    if (!bits_has(b->live, i)) continue;
    uint32_t place = key->values[i].tag == V_STR ? text_find(b->vm, map, key->values[i]) : UINT32_MAX;
    if (place >= map.obj->len) return false;
    at[i] = value_seq(map)->at[2 * (size_t)place + 1];
  }
  *b->work += b->n;
  return col_narrow(b, at, out);
}
