#include "vm/batch.h"
#include <string.h>

/* Loops within a block in which each row goes through elements of its own: the rows become as many as there are elements in
 * all, and what was worked out for them is put back together by the rows that they come from. */

enum { FLAT_ROWS = 512 };   /* of a piece: each of its columns is a page then, and all of them stay in the nearest cache */

/* ---- rows of another block ---- */

static bool gather_bits(Batch *b, const Col *c, const uint32_t *row, uint32_t n, Col *out) {
  uint64_t *bits = bits_get(b);
  if (!bits) return false;
  memset(bits, 0, b->words * sizeof *bits);
  for (uint32_t i = 0; i < n; i++)
    if (bits_has(c->bits, row[i])) bits_set(bits, i);
  out->bits = bits;
  return true;
}

static size_t cell_size(ColKind kind) {
  return kind == COL_ENT ? sizeof(Ent) : kind == COL_SEQS ? sizeof(SeqAt) : kind == COL_VALUES ? sizeof(Value) : sizeof(int64_t);
}

bool col_gather(Batch *b, const Col *c, const uint32_t *row, uint32_t n, Col *out) {
  *out = *c;
  out->id = 0;
  out->run = false;
  if (c->kind == COL_ONE || c->kind == COL_LESS) return true;
  if (c->kind == COL_BITS) return gather_bits(b, c, row, n, out);
  void *to = pool_get(b->pool, ((size_t)n + 1) * cell_size((ColKind)c->kind));
  if (!to) return false;
  switch ((ColKind)c->kind) {
    case COL_NUM: case COL_TWOS: out->num = to; for (uint32_t i = 0; i < n; i++) out->num[i] = c->num[row[i]]; break;
    case COL_ENT: out->ent = to; for (uint32_t i = 0; i < n; i++) out->ent[i] = c->ent[row[i]]; break;
    case COL_SEQS: { SeqAt *at = to; for (uint32_t i = 0; i < n; i++) at[i] = c->seq[row[i]]; out->seq = at; break; }
    case COL_VALUES: { Value *at = to; for (uint32_t i = 0; i < n; i++) at[i] = c->values[row[i]]; out->values = at; break; }
    case COL_ONE: case COL_BITS: case COL_LESS: break;
    case COL_LESSES: case COL_CUTS: return false;
  }
  return true;
}

Batch batch_part(Batch *b, const uint32_t *row, uint32_t n) {
  Batch in = batch_rows(b, n);
  Day *days = b->days ? pool_get(b->pool, ((size_t)n + 1) * sizeof *days) : NULL;
  in.slot = pool_get(b->pool, ((size_t)b->nslot + 1) * sizeof *in.slot);
  bool ok = in.live && in.slot && (days || !b->days);
  for (uint32_t k = 0; ok && k < b->nslot; k++) ok = col_gather(&in, &b->slot[k], row, n, &in.slot[k]);
  for (uint32_t i = 0; ok && days && i < n; i++) days[i] = b->days[row[i]];
  in.days = days;
  if (!ok) in.live = NULL;
  return in;
}

/* ---- what a row goes through ---- */

static bool value_elements(Value v, Elements *e) {
  if (v.tag == V_INTS || v.tag == V_RANGE) {
    int64_t lo = value_lo(v), hi = value_hi(v);
    if ((v.tag == V_RANGE && hi == DAY_OPEN) || hi - lo >= INT32_MAX) return false;
    *e = (Elements){.from = lo, .n = hi < lo ? 0 : (uint32_t)(hi - lo + 1), .tag = v.tag == V_INTS ? V_DEC : V_DATE};
    return true;
  }
  if (v.tag != V_LIST && (v.tag != V_SET || op_loose(v))) return false;
  *e = (Elements){.at = value_seq(v)->at, .n = v.obj->len};
  if (!e->n) e->tag = V_NONE;
  return true;
}

bool col_elements(const Col *c, uint32_t row, Elements *e) {
  if (c->kind == COL_SEQS) { *e = (Elements){.at = c->items + c->seq[row].at, .n = c->seq[row].len}; return true; }
  return (c->kind == COL_ONE || c->kind == COL_VALUES) && value_elements(col_at(c, row), e);
}

uint32_t flat_rows(const Batch *b, const Col *coll) {
  uint64_t n = 0;
  Elements e;
  for (uint32_t i = bits_next(b->live, b->words, 0); i != UINT32_MAX; i = bits_next(b->live, b->words, i + 1)) {
    if (!col_elements(coll, i, &e)) return 0;
    n += e.n;
  }
  return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* The rows that one piece has: which row of the block each comes from, and its element. */
typedef struct Piece { uint32_t row[FLAT_ROWS]; Value at[FLAT_ROWS]; int64_t num[FLAT_ROWS]; uint32_t n; uint8_t tag; bool mixed; } Piece;

static void piece_put(Piece *p, uint32_t row, const Elements *e, uint32_t from, uint32_t n) {
  uint8_t tag = e->at ? V_NONE : e->tag;
  if (!p->n) p->tag = tag;
  else if (p->tag != tag) p->mixed = true;
  for (uint32_t i = 0; i < n; i++) p->row[p->n + i] = row;
  if (e->at) memcpy(p->at + p->n, e->at + from, n * sizeof *p->at);
  else for (uint32_t i = 0; i < n; i++) p->num[p->n + i] = e->from + from + i;
  p->n += n;
}

/* From where (row and element within it) it stood, as much as there is room for. */
static bool piece_fill(const Batch *b, const Col *coll, Piece *p, uint32_t *row, uint32_t *within) {
  p->n = 0;
  p->mixed = false;
  while (*row < b->n && p->n < FLAT_ROWS) {
    Elements e;
    if (!bits_has(b->live, *row)) { ++*row; continue; }
    if (!col_elements(coll, *row, &e)) return false;
    uint32_t n = e.n - *within < FLAT_ROWS - p->n ? e.n - *within : FLAT_ROWS - p->n;
    if (n) piece_put(p, *row, &e, *within, n);
    *within += n;
    if (*within == e.n) ++*row, *within = 0;
  }
  return !p->mixed;
}

static bool piece_names(Batch *in, const Piece *p, Col *out) {
  if (p->tag == V_NONE) return col_narrow(in, p->at, out);
  *out = (Col){.kind = COL_NUM, .tag = p->tag, .unit = p->tag == V_DEC ? UNIT_ONE : 0, .num = (int64_t *)(uintptr_t)p->num};
  return true;
}

static bool piece_where(Batch *in, const Node *gen) {
  Col cond;
  const uint64_t *yes;
  if (!gen->kid[3]) return true;
  uint64_t *both = bits_get(in);
  if (!both || !batch_eval(in, gen->kid[3], &cond) || !col_yes(in, &cond, &yes)) return false;
  words_and(both, in->live, yes, in->words);
  in->live = both;
  return true;
}

static bool piece_do(Batch *b, const Node *gen, const Piece *p, const uint32_t *parent, FlatLeaf leaf, void *data) {
  Batch in = batch_part(b, p->row, p->n);
  uint32_t *from = parent ? pool_get(b->pool, p->n * sizeof *from) : NULL;
  if (!in.live || (parent && !from) || !piece_names(&in, p, &in.slot[gen->kid[0]->ref]) || !piece_where(&in, gen)) return false;
  for (uint32_t i = 0; from && i < p->n; i++) from[i] = parent[p->row[i]];
  *b->work += 2 * (uint64_t)p->n;
  if (!words_any(in.live, in.words)) return true;
  return gen->next ? batch_flat(&in, gen->next, NULL, from ? from : p->row, leaf, data) : leaf(data, &in, from ? from : p->row);
}

bool batch_flat(Batch *b, const Node *gen, const Col *known, const uint32_t *parent, FlatLeaf leaf, void *data) {
  Col coll;
  uint32_t row = 0, within = 0;
  if (gen->kid[1] || b->lanes || (!known && !batch_eval(b, gen->kid[2], &coll))) return false;
  if (known) coll = *known;
  if (coll.kind == COL_TWOS && !col_plain(b, &coll)) return false;
  Piece *p = pool_get(b->pool, sizeof *p);
  bool ok = p;
  while (ok && row < b->n) {
    PoolMark mark = pool_mark(b->pool);
    uint32_t held = b->vm->held.len;
    ok = piece_fill(b, &coll, p, &row, &within) && (!p->n || piece_do(b, gen, p, parent, leaf, data));
    held_drop(b->vm, held);
    pool_release(b->pool, mark);
    ok = ok && batch_may_go_on(b);
  }
  return ok;
}

/* ---- an aggregate within a block ---- */

typedef struct FlatEach {
  const Node *body;
  int kind;
  uint32_t n;
  int64_t *sum;            /* SUM, COUNT: by row */
  uint64_t *some;          /* SUM: rows that something was added for. ANY: those where it holds. ALL: where it fails */
  bool any, zeros;
  int8_t e;
  uint16_t unit;
} FlatEach;

static bool sum_scale(Batch *b, FlatEach *f, Col *v) {
  int8_t e = v->kind == COL_ONE ? v->one.e : v->e;
  uint16_t unit = v->kind == COL_ONE ? v->one.unit : v->unit;
  if (!f->any) f->e = e, f->unit = unit;
  f->any = true;
  if (unit != f->unit || v->zeros) return false;
  if (e > f->e) return col_rescale(b, v, f->e);
  Col all = {.kind = COL_NUM, .tag = V_DEC, .e = f->e, .num = f->sum};
  Batch outer = *b;
  outer.n = f->n;
  if (e == f->e) return true;
  if (!col_rescale(&outer, &all, e)) return false;
  memcpy(f->sum, all.num, f->n * sizeof *f->sum);
  f->e = e;
  return true;
}

static bool flat_sum(Batch *b, FlatEach *f, Col *v, const uint32_t *parent) {
  bool one = v->kind == COL_ONE, bad = false;
  if ((one ? v->one.tag != V_DEC : v->kind != COL_NUM || v->tag != V_DEC) || !sum_scale(b, f, v)) return false;
  for (uint32_t i = 0; i < b->n; i++) {
    if (!bits_has(b->live, i)) continue;
    bits_set(f->some, parent[i]);
    bad |= __builtin_add_overflow(f->sum[parent[i]], one ? v->one.i : v->num[i], &f->sum[parent[i]]);
  }
  return !bad;
}

static bool each_leaf(void *data, Batch *b, const uint32_t *parent) {
  FlatEach *f = data;
  Col v = col_one(value_bool(true));
  const uint64_t *yes;
  bool counts = f->kind == ACC_COUNT && type_kind(&b->vm->p->types, f->body->ty) != TY_BOOL;
  *b->work += b->n;
  if (!counts && !batch_eval(b, f->body, &v)) return false;
  if (f->kind == ACC_SUM) return flat_sum(b, f, &v, parent);
  if (!col_yes(b, &v, &yes)) return false;
  for (uint32_t k = 0; k < b->words; k++)
    for (uint64_t w = (f->kind == ACC_ALL ? ~yes[k] : yes[k]) & b->live[k]; w; w &= w - 1) {
      uint32_t row = parent[64 * k + (uint32_t)__builtin_ctzll(w)];
      if (f->kind == ACC_COUNT) f->sum[row]++;
      else bits_set(f->some, row);
    }
  return true;
}

bool col_sum(Batch *b, Col *sum, const uint64_t *some) {
  bool none = false, nought = false;
  for (uint32_t i = 0; i < b->n; i++) {
    if (!bits_has(b->live, i)) continue;
    if (!bits_has(some, i)) none = true;
    else nought = nought || !sum->num[i];
  }
  sum->zeros = none;
  return !none || !nought;
}

bool flat_each(Batch *b, const Node *body, const Node *gens, const Col *coll, int kind, Col *out) {
  FlatEach f = {.body = body, .kind = kind, .n = b->n, .some = bits_get(b)};
  bool figures = kind == ACC_SUM || kind == ACC_COUNT;
  if (figures) f.sum = pool_get(b->pool, b->n * sizeof *f.sum);
  if (!f.some || (figures && !f.sum) || kind == ACC_MIN || kind == ACC_MAX) return false;
  memset(f.some, 0, b->words * sizeof *f.some);
  if (figures) memset(f.sum, 0, b->n * sizeof *f.sum);
  if (!batch_flat(b, list_first(gens), coll, NULL, each_leaf, &f)) return false;
  if (!figures) {
    *out = col_bits(f.some);
    out->flip = kind == ACC_ALL;
    return true;
  }
  if (kind == ACC_SUM && !f.any) { *out = col_one(value_zero()); return true; }
  *out = (Col){.kind = COL_NUM, .tag = V_DEC, .e = f.e, .unit = kind == ACC_SUM ? f.unit : (uint16_t)UNIT_ONE, .num = f.sum};
  return kind == ACC_COUNT || col_sum(b, out, f.some);
}
