#include "world/value.h"

/* An empty collection, and an empty text as well: behind the head there are only zeros. */
static const Seq nothing = {.o = {.refs = VALUE_FOREVER}};

static Value counted(Tag tag, const void *obj) {
  Value v = {.tag = (uint8_t)tag};
  v.obj = (Obj *)(uintptr_t)obj;
  return v;
}

static uint32_t seq_slots(Value v) { return v.tag == V_MAP ? 2 * v.obj->len : v.obj->len; }

/* ---- counting ---- */

static void obj_keep(Obj *o) { if (o && o->refs != VALUE_FOREVER) o->refs++; }

/* Whether the last user has gone. */
static bool obj_drop(Obj *o) { return o && o->refs != VALUE_FOREVER && --o->refs == 0; }

static void causes_drop(Mem *m, Causes *c) {
  if (c && obj_drop(&c->o)) mem_free(m, c, sizeof *c + c->o.len * sizeof(Cause));
}

static void ivl_free(Mem *m, Ivl *p) {
  if (p->has_lo) num_drop(m, p->lo);
  if (p->has_hi) num_drop(m, p->hi);
  causes_drop(m, p->why);
  mem_free(m, p, sizeof *p);
}

/* What lies behind it is used up to `used` Values, by `live` sets and texts and the maker. */
typedef struct Share { uint32_t live, used; uint64_t unused; } Share;
enum { SHARE_VALUES = MEM_SMALL / sizeof(Value), SEQ_VALUES = sizeof(Seq) / sizeof(Value), SHARE_MOST = SHARE_VALUES / 16 };
_Static_assert(sizeof(Share) == sizeof(Value) && sizeof(Seq) == sizeof(Value), "places in shared memory are counted in Values");

static void share_drop(Mem *m, Share *s) {
  if (!--s->live) mem_free(m, s, SHARE_VALUES * sizeof(Value));
}

/* Of what stands so many Values behind the beginning. */
static void share_leave(Mem *m, Obj *o, uint32_t place) { share_drop(m, (Share *)(void *)((Value *)(void *)o - place)); }

/* Collections nest as deeply as their types do, which is bounded by the depth of a tree. */
static void seq_free(Mem *m, Value v) {
  Seq *s = (Seq *)v.obj;
  if (s->share == SEQ_WORDS) { words_free(m, s); return; }
  for (uint32_t i = 0, n = seq_slots(v); i < n; i++) value_drop(m, s->at[i]);
  if (s->share) share_leave(m, v.obj, s->share);
  else mem_free(m, s, sizeof *s + s->cap * sizeof(Value));
}

void value_keep_slow(Value v) {
  if (v.tag == V_BIG) num_retain_big(v.big);
  else obj_keep(v.obj);
}

void value_drop_slow(Mem *m, Value v) {
  if (v.tag == V_BIG) num_release_big(m, v.big);
  else if (v.tag == V_UNK) causes_drop(m, (Causes *)v.obj);
  else if (!obj_drop(v.obj)) return;
  else if (v.tag == V_IVL) ivl_free(m, (Ivl *)v.obj);
  else if (v.tag == V_STR && v.unit) share_leave(m, v.obj, v.unit);
  else if (v.tag == V_STR) mem_free(m, v.obj, sizeof(Str) + v.obj->len);
  else seq_free(m, v);
}

/* ---- figures ---- */

Value value_figure(Num n, UnitId unit) {
  Value v = {.tag = V_NONE};
  if (n.form == NUM_BAD) return v;
  v.tag = n.form == NUM_DEC ? V_DEC : V_BIG;
  v.e = n.form == NUM_DEC ? n.e : 0;
  v.unit = unit;
  if (n.form == NUM_DEC) v.i = n.c;
  else v.big = n.big;
  return v;
}

/* ---- why ---- */

/* Refused memory leaves an unknown without causes, which needs none. */
static Causes *causes_make(Rt *rt, const Cause *at, uint32_t n, uint32_t more) {
  Causes *c = mem_get(rt->mem, sizeof *c + n * sizeof *at);
  if (!c) return NULL;
  c->o.refs = 1;
  c->o.len = n;
  c->more = more;
  memcpy(c->at, at, n * sizeof *at);
  return c;
}

Value value_unknown(Rt *rt, Cause why) { return counted(V_UNK, causes_make(rt, &why, 1, 0)); }

static uint32_t causes_merge(const Rt *rt, const Causes *a, const Causes *b, Cause *to) {
  uint32_t i = 0, j = 0, n = 0;
  while (i < a->o.len || j < b->o.len) {
    bool first = j == b->o.len || (i < a->o.len && cause_order(rt->world, a->at[i], b->at[j]) <= 0);
    Cause c = first ? a->at[i] : b->at[j];
    if (i < a->o.len && a->at[i] == c) i++;
    if (j < b->o.len && b->at[j] == c) j++;
    to[n++] = c;
  }
  return n;
}

static uint32_t add_more(uint32_t a, uint32_t b) { return a > UINT32_MAX - b ? UINT32_MAX : a + b; }

static bool causes_are(const Causes *c, const Cause *at, uint32_t n, uint32_t more) {
  return c->o.len == n && c->more == more && !memcmp(c->at, at, n * sizeof *at);
}

/* The causes of both, owned. What was left out of both may be the same ones, so `more` is what there are at most; it
 * is not added up where both kept the same. */
static const Causes *causes_union(Rt *rt, const Causes *a, const Causes *b) {
  Cause all[2 * CAUSES_KEPT];
  const Causes *one = !b || a == b ? a : !a ? b : NULL;
  if (!a || !b || one) {
    if (one) obj_keep((Obj *)(uintptr_t)one);
    return one;
  }
  uint32_t n = causes_merge(rt, a, b, all), kept = n < CAUSES_KEPT ? n : CAUSES_KEPT, more;
  if (n == a->o.len && n == b->o.len) more = a->more > b->more ? a->more : b->more;
  else more = add_more(add_more(a->more, b->more), n - kept);
  one = causes_are(a, all, kept, more) ? a : causes_are(b, all, kept, more) ? b : NULL;
  if (one) obj_keep((Obj *)(uintptr_t)one);
  return one ? one : causes_make(rt, all, kept, more);
}

Value value_unknown2(Rt *rt, Value a, Value b) {
  return counted(V_UNK, causes_union(rt, value_causes(a), value_causes(b)));
}

static bool is_bad(const Num *n) { return n && n->form == NUM_BAD; }

static void drop_maybe(Mem *m, const Num *n) { if (n) num_drop(m, *n); }

/* Neither bound missing on both sides, nor equal. */
static Value interval_make(Rt *rt, const Num *lo, const Num *hi, UnitId unit, Value why) {
  Ivl *p = mem_zero(rt->mem, sizeof *p);
  if (!p) {
    drop_maybe(rt->mem, lo);
    drop_maybe(rt->mem, hi);
    return value_unknown2(rt, why, why);
  }
  p->o.refs = 1;
  if ((p->has_lo = lo != NULL)) p->lo = *lo;
  if ((p->has_hi = hi != NULL)) p->hi = *hi;
  Value causes = value_unknown2(rt, why, why);
  p->why = (Causes *)causes.obj;
  Value v = counted(V_IVL, p);
  v.unit = unit;
  return v;
}

Value value_interval(Rt *rt, const Num *lo, const Num *hi, UnitId unit, Value why) {
  Value none = {.tag = V_NONE};
  if (is_bad(lo) || is_bad(hi)) {
    drop_maybe(rt->mem, lo);
    drop_maybe(rt->mem, hi);
    return none;
  }
  if (!lo && !hi) return value_unknown2(rt, why, why);
  int order = lo && hi ? num_cmp(rt->mem, *lo, *hi) : -1;
  if (order > 0) return interval_make(rt, hi, lo, unit, why);
  if (order < 0) return interval_make(rt, lo, hi, unit, why);
  num_drop(rt->mem, *hi);
  return value_figure(*lo, unit);
}

/* ---- texts and collections ---- */

/* What it hashes to is the same for all in this process, and hard to guess from a draft: where the program lies in memory is. */
static Value text_long(Str *t, const char *s, uint32_t n, uint32_t place) {
  t->o = (Obj){.refs = 1, .len = n};
  memcpy(t->at, s, n);
  Value v = counted(V_STR, t);
  v.aux = (uint32_t)hash_bytes(s, n, (uint64_t)(uintptr_t)&nothing);
  v.unit = (uint16_t)place;
  return v;
}

Value value_text(Rt *rt, const char *s, size_t n) {
  if (!n) return counted(V_STR, &nothing);
  if (n <= TEXT_SHORT) {
    char all[TEXT_SHORT] = {0};
    memcpy(all, s, n);
    return value_short(all, (uint32_t)n);
  }
  Str *t = n < UINT32_MAX ? mem_get(rt->mem, sizeof *t + n) : NULL;
  if (!t) {
    rt->mem->failed = true;
    return counted(V_STR, &nothing);
  }
  return text_long(t, s, (uint32_t)n, 0);
}

/* Room for n Values; NULL, with at[] dropped, when that is refused. */
static Seq *seq_make(Rt *rt, const Value *at, size_t n) {
  Seq *s = n <= UINT32_MAX ? mem_get(rt->mem, sizeof *s + n * sizeof *at) : NULL;
  if (s) {
    *s = (Seq){.o = {.refs = 1}, .cap = (uint32_t)n};
    return s;
  }
  rt->mem->failed = true;
  for (size_t i = 0; i < n; i++) value_drop(rt->mem, at[i]);
  return NULL;
}

Value value_list(Rt *rt, const Value *at, uint32_t n) {
  Seq *s = n ? seq_make(rt, at, n) : NULL;
  if (!s) return counted(V_LIST, &nothing);
  memcpy(s->at, at, n * sizeof *at);
  s->o.len = n;
  return counted(V_LIST, s);
}

/* Items of `wide` Values each, put in order by the first: 1 for sets, 2 for maps. */
typedef struct Sort { Rt *rt; uint32_t wide; } Sort;

static void copy(Value *to, const Value *from, size_t n) { memcpy(to, from, n * sizeof *to); }

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* from[lo..mid) and from[mid..hi), both in order, into to[lo..hi). Equals stay in the order in which they came. */
static void merge(const Sort *s, const Value *from, Value *to, size_t lo, size_t mid, size_t hi) {
  size_t w = s->wide, i = lo, j = mid;
  for (size_t k = lo; k < hi; k++) {
    bool left = j == hi || (i < mid && value_order(s->rt, from[i * w], from[j * w]) <= 0);
    copy(to + k * w, from + (left ? i++ : j++) * w, w);
  }
}

/* Sorts n items of at[], using `other` of the same size; returns whichever of the two holds the outcome. */
static Value *sort(const Sort *s, Value *at, Value *other, size_t n) {
  size_t w = s->wide, k = 1;
  while (k < n && value_order(s->rt, at[(k - 1) * w], at[k * w]) < 0) k++;
  if (k >= n) return at;
  for (size_t run = 1; run < n; run *= 2) {
    for (size_t lo = 0; lo < n; lo += 2 * run) merge(s, at, other, lo, least(lo + run, n), least(lo + 2 * run, n));
    Value *from = at;
    at = other;
    other = from;
  }
  return at;
}

bool value_vague(Value v) {
  if (v.tag == V_UNK || v.tag == V_IVL) return true;
  if ((v.tag != V_LIST && v.tag != V_SET && v.tag != V_MAP) || value_in_words(v)) return false;
  for (size_t i = 0, n = seq_slots(v); i < n; i++)
    if (value_vague(value_seq(v)->at[i])) return true;
  return false;
}

/* Drops repeats from at[]: of equals the first stays in a set, the last in a map. How many items are left. Two that are
 * not known stay two, though they lack the same: nobody can tell whether they are one. */
static size_t distinct(const Sort *s, Value *at, size_t n) {
  size_t w = s->wide, kept = 0;
  for (size_t i = 0; i < n; i++) {
    bool repeat = kept && !value_order(s->rt, at[(kept - 1) * w], at[i * w]) && !value_vague(at[i * w]);
    if (!repeat) kept++;
    Value *slot = at + (kept - 1) * w, *gone = w == 1 ? at + i : slot;
    for (size_t k = 0; repeat && k < w; k++) value_drop(s->rt->mem, gone[k]);
    if (w == 2 || !repeat) memmove(slot, at + i * w, w * sizeof *at);
  }
  return kept;
}

static Seq *seq_fit(Rt *rt, Seq *s, size_t n) {
  if (n >= s->cap / 2) return s;
  Seq *less = mem_grow(rt->mem, s, sizeof *s + s->cap * sizeof(Value), sizeof *s + n * sizeof(Value));
  if (!less) return s;
  less->cap = (uint32_t)n;
  return less;
}

static Value sorted(Rt *rt, Tag tag, Value *at, uint32_t n, uint32_t wide) {
  Sort how = {rt, wide};
  Seq *s = n ? seq_make(rt, at, (size_t)n * wide) : NULL;
  if (!s) return counted(tag, &nothing);
  const Value *done = sort(&how, at, s->at, n);
  if (done != s->at) copy(s->at, done, (size_t)n * wide);
  size_t kept = distinct(&how, s->at, n);
  s->o.len = (uint32_t)kept;
  return counted(tag, seq_fit(rt, s, kept * wide));
}

void maker_end(Maker *m) {
  if (m->share) share_drop(m->rt->mem, m->share);
  m->share = NULL;
}

/* Room for n Values, in *place; NULL when memory is refused. */
static void *maker_room(Maker *m, uint32_t n, uint32_t *place) {
  if (!m->share || m->share->used + n > SHARE_VALUES) {
    maker_end(m);
    m->share = mem_get(m->rt->mem, SHARE_VALUES * sizeof(Value));
    if (!m->share) { m->rt->mem->failed = true; return NULL; }
    *m->share = (Share){.live = 1, .used = 1};
  }
  *place = m->share->used;
  m->share->used += n;
  m->share->live++;
  return (Value *)(void *)m->share + *place;
}

Value maker_set(Maker *m, const Value *at, uint32_t n) {
  uint32_t place;
  Seq *s = n ? maker_room(m, SEQ_VALUES + n, &place) : NULL;
  if (!s) return counted(V_SET, &nothing);
  *s = (Seq){.o = {.refs = 1, .len = n}, .cap = n, .share = place};
  for (uint32_t i = 0; i < n; i++) s->at[i] = at[i];
  return counted(V_SET, s);
}

/* Where a text is long, little is lost by memory of its own, and much by the end of what is shared. */
Value maker_text(Maker *m, const char *s, size_t n) {
  size_t values = (sizeof(Str) + n + sizeof(Value) - 1) / sizeof(Value);
  uint32_t place;
  if (n <= TEXT_SHORT || values > SHARE_MOST) return value_text(m->rt, s, n);
  Str *t = maker_room(m, (uint32_t)values, &place);
  if (!t) return counted(V_STR, &nothing);
  return text_long(t, s, (uint32_t)n, place);
}

Value value_set(Rt *rt, Value *at, uint32_t n) { return sorted(rt, V_SET, at, n, 1); }
Value value_map(Rt *rt, Value *pairs, uint32_t n) { return sorted(rt, V_MAP, pairs, n, 2); }

/* ---- order ---- */

static int order_int(int64_t a, int64_t b) { return a < b ? -1 : a > b; }

/* UNIT_ANY comes after every dimension. */
static uint32_t dim_of(const Rt *rt, UnitId u) { return u == UNIT_ANY ? UINT16_MAX : unit_dim(rt->units, u); }

/* Figures by sign, then dimension, then value; so 0 is one value, whatever its unit, as a zero of every dimension needs. */
static int order_num(Rt *rt, Num a, UnitId ua, Num b, UnitId ub) {
  int sign = num_sign(a), by_sign = order_int(sign, num_sign(b));
  Num ratio;
  if (ua == ub) return num_cmp(rt->mem, a, b);
  if (by_sign || !sign) return by_sign;
  int by_dim = order_int(dim_of(rt, ua), dim_of(rt, ub));
  if (by_dim || !unit_ratio(rt->units, ub, ua, &ratio)) return by_dim;
  Num there = num_mul(rt->mem, b, ratio);
  int order = there.form == NUM_BAD ? order_int(ua, ub) : num_cmp(rt->mem, a, there);
  num_drop(rt->mem, there);
  return order;
}

static int order_causes(const Rt *rt, const Causes *a, const Causes *b) {
  if (a == b) return 0;
  if (!a || !b) return a ? 1 : -1;
  for (uint32_t i = 0; i < a->o.len && i < b->o.len; i++)
    if (a->at[i] != b->at[i]) return cause_order(rt->world, a->at[i], b->at[i]);
  int by_len = order_int(a->o.len, b->o.len);
  return by_len ? by_len : order_int(a->more, b->more);
}

static int order_bounds(Rt *rt, Value a, Value b) {
  const Ivl *x = (const Ivl *)a.obj, *y = (const Ivl *)b.obj;
  int order = order_int(dim_of(rt, a.unit), dim_of(rt, b.unit));
  if (!order) order = order_int(x->has_lo, y->has_lo);
  if (!order) order = order_int(x->has_hi, y->has_hi);
  if (!order && x->has_lo) order = order_num(rt, x->lo, a.unit, y->lo, b.unit);
  if (!order && x->has_hi) order = order_num(rt, x->hi, a.unit, y->hi, b.unit);
  return order;
}

static int order_ivl(Rt *rt, Value a, Value b) {
  int order = order_causes(rt, ((const Ivl *)a.obj)->why, ((const Ivl *)b.obj)->why);
  return order ? order : order_bounds(rt, a, b);
}

/* Ranges without a day are all one. */
static int order_range(Value a, Value b) {
  bool some = value_lo(a) <= value_hi(a), other = value_lo(b) <= value_hi(b);
  if (!some || !other) return order_int(some, other);
  int order = order_int(value_lo(a), value_lo(b));
  return order ? order : order_int(value_hi(a), value_hi(b));
}

int text_order_long(const Value *a, const Value *b) {
  uint32_t la = value_len(*a), lb = value_len(*b);
  int order = memcmp(value_str(a), value_str(b), la < lb ? la : lb);
  return order ? (order < 0 ? -1 : 1) : order_int(la, lb);
}

static int order_seq(Rt *rt, Value a, Value b) {
  if (a.obj == b.obj) return 0;
  uint32_t na = seq_slots(a), nb = seq_slots(b);
  for (uint32_t i = 0; i < na && i < nb; i++) {
    int order = value_order(rt, value_seq(a)->at[i], value_seq(b)->at[i]);
    if (order) return order;
  }
  return order_int(na, nb);
}

/* Exact figures are of one class, in whichever form. */
static int class_of(Value v) { return v.tag == V_BIG ? V_DEC : v.tag; }

int value_order(Rt *rt, Value a, Value b) {
  if (class_of(a) != class_of(b)) return order_int(class_of(a), class_of(b));
  switch ((Tag)a.tag) {
    case V_NONE: case V_FALSE: case V_TRUE: return 0;
    case V_DEC: case V_BIG:
      return value_aligned(a, b) ? order_int(a.i, b.i) : order_num(rt, value_num(a), a.unit, value_num(b), b.unit);
    case V_DATE: return order_int(a.i, b.i);
    case V_RANGE: case V_INTS: return order_range(a, b);
    case V_ENT: return order_int(a.aux, b.aux);
    case V_FUNC: case V_CELL: return a.aux == b.aux ? order_int(a.i, b.i) : order_int(a.aux, b.aux);
    case V_IVL: return order_ivl(rt, a, b);
    case V_UNK: return order_causes(rt, value_causes(a), value_causes(b));
    case V_STR: return text_order(&a, &b);
    case V_LIST: case V_SET: case V_MAP: return order_seq(rt, a, b);
  }
  return 0;
}

bool value_same(Rt *rt, Value a, Value b) { return value_order(rt, a, b) == 0; }

bool value_agrees(Rt *rt, Value a, Value b) {
  if (a.tag == V_IVL && b.tag == V_IVL) return order_bounds(rt, a, b) == 0;
  return (a.tag == V_UNK && b.tag == V_UNK) || value_same(rt, a, b);
}

/* ---- hash ---- */

static uint64_t mix(uint64_t h, uint64_t x) { return hash_u64(h * 31 + x); }

/* By what it is in base units, so that 12 t/mo and 144 t/yr hash alike. */
static uint64_t hash_num(Rt *rt, Num a, UnitId unit) {
  if (num_sign(a) == 0) return 1;
  if (unit == UNIT_ONE || unit == UNIT_ANY) return num_hash(rt->mem, a);
  const UnitInfo *u = &rt->units->units.at[unit];
  bool base = u->factor.form == NUM_DEC && u->factor.c == 1 && u->factor.e == 0;
  Num there = base ? num_keep(a) : num_mul(rt->mem, a, u->factor);
  uint64_t h = there.form == NUM_BAD ? 2 : num_hash(rt->mem, there);
  num_drop(rt->mem, there);
  return u->dim == DIM_ONE ? h : mix(h, u->dim);
}

static uint64_t hash_causes(const Rt *rt, const Causes *c) {
  uint64_t h = c ? c->more + 1 : 0;
  for (uint32_t i = 0; c && i < c->o.len; i++) h = mix(h, cause_hash(rt->world, c->at[i]));
  return h;
}

static uint64_t hash_ivl(Rt *rt, Value v) {
  const Ivl *p = (const Ivl *)v.obj;
  uint64_t h = mix(mix(hash_causes(rt, p->why), dim_of(rt, v.unit)), p->has_lo ? hash_num(rt, p->lo, v.unit) : 3);
  return mix(h, p->has_hi ? hash_num(rt, p->hi, v.unit) : 3);
}

static uint64_t hash_seq(Rt *rt, Value v) {
  uint64_t h = v.obj->len;
  for (uint32_t i = 0, n = seq_slots(v); i < n; i++) h = mix(h, value_hash(rt, value_seq(v)->at[i]));
  return h;
}

static uint64_t hash_inside(Rt *rt, Value v) {
  switch ((Tag)v.tag) {
    case V_NONE: case V_FALSE: case V_TRUE: return 0;
    case V_DEC: case V_BIG: return hash_num(rt, value_num(v), v.unit);
    case V_DATE: return (uint64_t)v.i;
    case V_RANGE: case V_INTS: return value_lo(v) <= value_hi(v) ? hash_u64((uint64_t)v.i) : 0;
    case V_ENT: return v.aux;
    case V_FUNC: case V_CELL: return mix(v.aux, (uint64_t)v.i);
    case V_IVL: return hash_ivl(rt, v);
    case V_UNK: return hash_causes(rt, value_causes(v));
    case V_STR: return hash_bytes(value_str(&v), value_len(v), 0);
    case V_LIST: case V_SET: case V_MAP: return hash_seq(rt, v);
  }
  return 0;
}

uint64_t value_hash(Rt *rt, Value v) { return mix((uint64_t)class_of(v), hash_inside(rt, v)); }
