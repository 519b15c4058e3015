#include "vm/cuts.h"
#include <string.h>

/* Worlds in lanes: the rows of a block may each lack other countries. What the world says of a resource is then what it
 * says in the world at hand, less what the absent had to do with it, wherever it can be seen that nothing else changes.
 *
 * A rule that goes in circles is solved for all its entities and all rows at once. Its own part, what it says without
 * asking itself, is true in a world exactly if the world lacks certain countries: each least choice of them is a cut. Cuts
 * are found once for an entity, by evaluating that part in the worlds that lack some of the countries that it asks about.
 * Then one pass over the entities, those that are asked before those that ask, gives each its lanes. */

enum { LIKELY_MOST = 12, LANES_MOST = 64, FEW_MOST = 4096, LANES_KEPT = 12 << 20, ENTITIES_BLOCK = 1024 };

typedef struct Solved { struct Solved *next; const Cuts *cuts; const uint64_t **at; } Solved;
struct Lanes {
  Lanes *next;
  Pool *pool, own;
  size_t bytes;
  uint32_t n, words, most;
  struct { uint32_t id; Value one; } key[4];
  uint32_t nkey;
  Cut *lacks;                     /* by row: two of the countries that it lacks; NULL, or not kept any more: see absent */
  uint32_t *place;                /* by row: cuts_place; NULL: not asked for yet */
  uint64_t **absent;              /* by country; without the two of each row until somebody asks: */
  bool scattered;
  bool everywhere;                /* rows are entities, in all worlds at once */
  uint64_t *all;
  uint64_t *touched;              /* few: countries asked about */
  Solved *solved;
  Value source;                   /* kept from one loop to the next: of this list, from there */
  uint32_t from;
};

static void *lane_get(Lanes *l, size_t n) {
  l->bytes += n;
  return pool_get(l->pool, n);
}

/* In a pool that the caller has, or in one of their own. */
static bool lanes_init(Vm *vm, Lanes *l, uint32_t n, Pool *pool) {
  memset(l, 0, sizeof *l);
  l->own.mem = vm->mem;
  l->pool = pool ? pool : &l->own;
  l->n = n;
  l->words = rows_words(n);
  l->absent = lane_get(l, ((size_t)vm->w->ncountry + 1) * sizeof *l->absent);
  l->all = lane_get(l, l->words * sizeof *l->all);
  l->touched = lane_get(l, (bits_words(vm->w->ncountry) + 1) * sizeof *l->touched);
  if (!l->absent || !l->all || !l->touched) return false;
  memset(l->absent, 0, ((size_t)vm->w->ncountry + 1) * sizeof *l->absent);
  memset(l->all, 0xFF, l->words * sizeof *l->all);
  memset(l->touched, 0, (bits_words(vm->w->ncountry) + 1) * sizeof *l->touched);
  return true;
}

static void lanes_free(Vm *vm, Lanes *l) {
  pool_end(&l->own);
  mem_free(vm->mem, l, sizeof *l);
}

static Lanes *lanes_new(Vm *vm, uint32_t n) {
  Lanes *l = mem_get(vm->mem, sizeof *l);
  if (l && lanes_init(vm, l, n, NULL)) return l;
  if (l) lanes_free(vm, l);
  return NULL;
}

static void lanes_drop(Vm *vm) {
  while (vm->lanes) {
    Lanes *l = vm->lanes;
    vm->lanes = l->next;
    value_drop(vm->mem, l->source);
    lanes_free(vm, l);
  }
  vm->lanes_bytes = 0;
}

void lanes_begin(Batch *b) {
  for (Lanes **at = &b->vm->lanes; *at; at = &(*at)->next) {
    Lanes *l = *at;
    if (l->source.obj != b->source.obj || l->from != b->from || l->n != b->n) continue;
    *at = l->next;
    b->vm->lanes_bytes -= l->bytes;
    value_drop(b->vm->mem, l->source);   /* the loop has it as well */
    l->source = (Value){0};
    l->next = *b->worlds;
    *b->worlds = l;
    return;
  }
}

void lanes_end(Batch *b) {
  Vm *vm = b->vm;
  while (*b->worlds) {
    Lanes *l = *b->worlds;
    *b->worlds = l->next;
    if (vm->lanes && vm->lanes->source.obj != b->source.obj) lanes_drop(vm);
    if (b->source.tag == V_NONE || l->nkey != 1 || l->key[0].id != 1 || vm->lanes_bytes + l->bytes > LANES_KEPT) { lanes_free(vm, l); continue; }
    l->source = value_keep(b->source);
    l->from = b->from;
    l->next = vm->lanes;
    vm->lanes = l;
    vm->lanes_bytes += l->bytes;
  }
}

static bool absent_add(Lanes *l, uint32_t country, uint32_t row) {
  uint64_t **at = &l->absent[country];
  if (!*at) {
    *at = lane_get(l, l->words * sizeof **at);
    if (!*at) return false;
    memset(*at, 0, l->words * sizeof **at);
  }
  bits_set(*at, row);
  return true;
}

static bool scatter(Lanes *l) {
  bool ok = true;
  for (uint32_t i = 0; ok && !l->scattered && i < l->n; i++) {
    Cut c = l->lacks[i];
    if (c.a != nobody) ok = absent_add(l, c.a, i);
    if (ok && c.b != nobody) ok = absent_add(l, c.b, i);
  }
  l->scattered = true;
  return ok;
}

/* When memory is refused, whatever is made of this is thrown away. */
const uint64_t *lanes_absent(Lanes *l, uint32_t country) {
  scatter(l);
  return l->absent[country];
}

static bool is_country(const Vm *vm, Ent e) { return ent_kind(e) == K_COUNTRY && ent_index(e) < vm->w->ncountry; }

/* One country that a row's world lacks: the first two are kept in order. */
static bool row_lacks(const Vm *vm, Lanes *l, Value v, uint32_t row, uint32_t *many) {
  uint32_t c = ent_index(v.aux);
  Cut *two = &l->lacks[row];
  if (v.tag != V_ENT || !is_country(vm, v.aux)) return false;
  if (two->a == c || two->b == c) return true;
  if (++*many > 2) return absent_add(l, c, row);
  *two = two->a == nobody ? cut_of(c, nobody) : two->a < c ? cut_of(two->a, c) : cut_of(c, two->a);
  return true;
}

static bool row_lacks_all(const Vm *vm, Lanes *l, Value v, uint32_t row, uint32_t *many) {
  if (v.tag != V_SET && v.tag != V_LIST) return row_lacks(vm, l, v, row, many);
  for (uint32_t i = 0; i < v.obj->len; i++)
    if (!row_lacks(vm, l, value_seq(v)->at[i], row, many)) return false;
  return true;
}

static bool same_worlds(const Lanes *l, const Col *cols, uint32_t n, uint32_t rows) {
  if (l->nkey != n || l->n != rows) return false;
  for (uint32_t i = 0; i < n; i++) {
    bool one = cols[i].kind == COL_ONE;
    if (one ? l->key[i].id || memcmp(&l->key[i].one, &cols[i].one, sizeof(Value)) : !cols[i].id || l->key[i].id != cols[i].id) return false;
  }
  return true;
}

/* As most are: one set of at most two countries, in order already. */
static bool two_at_most(const Vm *vm, Value v, Cut *c) {
  if (v.tag != V_SET || v.obj->len > 2) return false;
  const Value *at = value_seq(v)->at;
  for (uint32_t i = 0; i < v.obj->len; i++)
    if (at[i].tag != V_ENT || !is_country(vm, at[i].aux)) return false;
  *c = cut_of(v.obj->len > 0 ? ent_index(at[0].aux) : nobody, v.obj->len > 1 ? ent_index(at[1].aux) : nobody);
  return true;
}

_Static_assert((Who)WORD_NOBODY == WHO_MOST, "nobody in a word is nobody in a cut");

/* Sets of at most two entities, in words. */
static bool twos_read(Batch *b, Lanes *l, const Col *c) {
  const Ent country = ent_make(K_COUNTRY, 0);
  uint32_t alien = 0, one = 0, two = 0, n = b->vm->w->ncountry;
  for (uint32_t i = 0; i < b->n; i++) {
    Ent first = word_first(c->num[i]), second = word_second(c->num[i]);
    uint32_t some = first != WORD_NOBODY, other = second != WORD_NOBODY;
    alien |= (some & (first - country >= n)) | (other & (second - country >= n));
    one |= some;
    two |= other;
    l->lacks[i] = cut_of(first, second);
  }
  l->most = one + two;
  return !alien;
}

static bool rows_read(Batch *b, Lanes *l, Col *cols, uint32_t n) {
  l->lacks = lane_get(l, b->n * sizeof *l->lacks);
  if (!l->lacks) return false;
  if (n == 1 && cols->kind == COL_TWOS && bits_count(b->every, b->words) == b->n) return twos_read(b, l, cols);
  for (uint32_t k = 0; k < n; k++)
    if (cols[k].kind == COL_TWOS && !col_plain(b, &cols[k])) return false;
  for (uint32_t i = 0; i < b->n; i++) {
    uint32_t many = 0;
    l->lacks[i] = cut_of(nobody, nobody);
    if (!bits_has(b->every, i)) continue;
    if (n == 1 && cols->kind == COL_VALUES && two_at_most(b->vm, cols->values[i], &l->lacks[i])) {
      many = l->lacks[i].a == nobody ? 0 : l->lacks[i].b == nobody ? 1 : 2;
      if (many > l->most) l->most = many;
      continue;
    }
    for (uint32_t k = 0; k < n; k++)
      if (cols[k].kind == COL_LESS || !row_lacks_all(b->vm, l, col_at(&cols[k], i), i, &many)) return false;
    if (many > l->most) l->most = many;
  }
  return true;
}

/* The worlds that each lack one element of each column. Names of the loop stand for the same all through a block, so what
 * was made of them is used again. */
bool lanes_enter(Batch *b, const Node *arg, Lanes **out) {
  Vm *vm = b->vm;
  Col cols[4];
  uint32_t n = 0, made = 0;
  vm->dep.who = UINT64_MAX;   /* any country may be among those taken away */
  vm->dep.few = 0;
  if (vm->ctx->base != vm->ctx || vm->w->ncountry >= WHO_MOST) return false;
  for (const Node *k = arg->kind == N_SET ? list_first(arg->kid[0]) : arg; k; k = arg->kind == N_SET ? k->next : NULL)
    if (n == 4 || !batch_eval(b, k, &cols[n++])) return false;
  for (Lanes *l = *b->worlds; l; l = l->next, made++)
    if (same_worlds(l, cols, n, b->n)) { *out = l; return true; }
  if (made == LANES_MOST) return false;
  Lanes *l = lanes_new(vm, b->n);
  if (!l) return false;
  l->next = *b->worlds;
  *b->worlds = l;
  if (!rows_read(b, l, cols, n)) return false;
  for (uint32_t k = 0; k < n; k++) {
    l->key[k].id = cols[k].kind == COL_ONE ? 0 : cols[k].id ? cols[k].id : UINT32_MAX;
    l->key[k].one = cols[k].kind == COL_ONE ? cols[k].one : (Value){0};
  }
  l->nkey = n;
  *b->work += b->n;
  *out = l;
  return true;
}

/* ---- what the world says ---- */

/* v, or a zero of its unit where c is absent. */
static bool unless_absent(Batch *b, uint32_t c, Value v, Value zero, Col *out) {
  const uint64_t *absent = lanes_absent(b->lanes, c);
  Col x = col_one(v), y = col_one(zero);
  bits_set(b->lanes->touched, c);
  *out = x;
  if (!absent) return true;
  uint64_t *gone = bits_get(b);
  if (!gone) return false;
  words_and(gone, absent, b->live, b->words);
  return !words_any(gone, b->words) || col_choose(b, absent, &y, &x, out);
}

static bool suppliers(Batch *b, const Value *a, uint32_t n, Col *out) {
  Vm *vm = b->vm;
  uint32_t r = ent_index(a[0].aux);
  if (n == 1 && !world_parts_apart(vm->w, r)) return false;
  if (!col_hold(b, n == 2 ? vm_suppliers_plain(vm, r, a[1]) : vm_builtin(vm, BUILTIN_suppliers, a, n), out)) return false;
  Value v = out->one;
  if (v.tag != V_SET) return false;
  for (uint32_t i = 0; i < v.obj->len; i++) bits_set(b->lanes->touched, ent_index(value_seq(v)->at[i].aux));
  *out = (Col){.kind = v.obj->len ? COL_LESS : COL_ONE, .one = v};
  return true;
}

/* What is asked as if nobody were absent, and sets of suppliers, which lose the absent. */
static bool everywhere(Batch *b, Builtin f, const Col *args, uint32_t n, Col *out) {
  Batch in = *b;
  in.lanes = NULL;
  bool edges = f == BUILTIN_inputs || f == BUILTIN_uses;
  if (args[0].kind != COL_ENT || (!edges && (f != BUILTIN_suppliers || n != 2)) || !time_builtin(&in, f, args, n, out)) return false;
  if (!edges) out->kind = COL_LESSES;
  return true;
}

bool lanes_builtin(Batch *b, Builtin f, const Col *args, uint32_t n, Col *out) {
  if (b->lanes->everywhere) return everywhere(b, f, args, n, out);
  Vm *vm = b->vm;
  World *w = vm->w;
  Value a[4];
  for (uint32_t i = 0; i < n; i++) {
    if (args[i].kind != COL_ONE || args[i].one.tag == V_UNK) return false;
    a[i] = args[i].one;
  }
  uint32_t last = ent_index(a[n - 1].aux);
  if (f != BUILTIN_suppliers && f != BUILTIN_committed && f != BUILTIN_needed && f != BUILTIN_has_need && f != BUILTIN_inputs && f != BUILTIN_uses && f != BUILTIN_share && f != BUILTIN_capacity) return false;
  if ((f == BUILTIN_share || f == BUILTIN_capacity) && w->depend.res[last].loose_facts) return false;
  if (f == BUILTIN_suppliers) return suppliers(b, a, n, out);
  if (!col_hold(b, vm_builtin(vm, f, a, n), out)) return false;
  Value v = out->one, zero = {.tag = V_DEC, .unit = f == BUILTIN_share ? (uint16_t)UNIT_ONE : w->p->resource_unit.at[last]};
  switch (f) {
    case BUILTIN_committed: return world_parts_apart(w, last) && unless_absent(b, ent_index(a[0].aux), v, zero, out);
    case BUILTIN_share: case BUILTIN_capacity: return unless_absent(b, ent_index(a[0].aux), v, zero, out);
    case BUILTIN_needed: {
      const uint64_t *touch = world_need_touch(w, last);
      uint32_t words = bits_words(w->ncountry);
      if (!touch) return false;
      for (uint32_t c = bits_next(touch, words, 0); c != UINT32_MAX; c = bits_next(touch, words, c + 1)) {
        bits_set(b->lanes->touched, c);
        if (lanes_absent(b->lanes, c)) return false;
      }
      return true;
    }
    default: return true;   /* asked as if nobody were absent */
  }
}

/* ---- rules ---- */

typedef struct Shape { const Node *own[8]; const Node *asks[8]; uint32_t nown, nasks; } Shape;

static bool reaches(const Program *p, uint32_t from, uint32_t to, uint64_t *seen) {
  if (from == to) return true;
  if (bits_has(seen, from)) return false;
  bits_set(seen, from);
  for (uint32_t i = 0; i < p->calls.len; i++)
    if (p->calls.at[i].from == from && reaches(p, p->calls.at[i].to, to, seen)) return true;
  return false;
}

/* Whether an expression asks the rule, by itself or through others. */
static bool asks_rule(const Program *p, const Node *e, uint32_t func, uint64_t *seen) {
  if (!e) return false;
  if ((e->kind == N_CALL && e->op == CALL_FUNC) || (e->kind == N_NAME && e->op == REF_FUNC)) {
    memset(seen, 0, bits_words(p->funcs.len) * sizeof *seen);
    if (reaches(p, e->ref, func, seen)) return true;
  }
  if (e->kind == N_LIST) {
    for (const Node *k = e->kid[0]; k; k = k->next)
      if (asks_rule(p, k, func, seen)) return true;
    return false;
  }
  for (int i = e->kind == N_CALL; i < ast_kids((NodeKind)e->kind); i++)
    if (asks_rule(p, e->kid[i], func, seen)) return true;
  return false;
}

/* any(p(i) for i in ...) */
static const Node *asks_itself(const Node *e, uint32_t func) {
  if (e->kind != N_CALL || e->op != CALL_AGGREGATE || e->ref != AGG_ANY) return NULL;
  const Node *each = list_first(e->kid[1]);
  if (each->kind != N_EACH || list_len(each->kid[1]) != 1) return NULL;
  const Node *gen = list_first(each->kid[1]), *body = each->kid[0];
  if (gen->kid[1] || gen->kid[3] || body->kind != N_CALL || body->op != CALL_FUNC || body->ref != func) return NULL;
  const Node *arg = list_first(body->kid[1]);
  return arg->kind == N_NAME && arg->op == REF_LOCAL && arg->ref == gen->kid[0]->ref ? gen->kid[2] : NULL;
}

/* p(x) = own part or any(p(i) for i in ...), in any order and number. */
static bool shape(const Program *p, const Node *e, uint32_t func, uint64_t *seen, Shape *s) {
  if (e->kind == N_BINARY && e->op == OP_OR) return shape(p, e->kid[0], func, seen, s) && shape(p, e->kid[1], func, seen, s);
  const Node *others = asks_itself(e, func);
  if (s->nown == 8 || s->nasks == 8) return false;
  if (others) { s->asks[s->nasks++] = others; return !asks_rule(p, others, func, seen); }
  s->own[s->nown++] = e;
  return !asks_rule(p, e, func, seen);
}

static bool own_part(Batch *b, const Shape *s, const uint64_t **yes) {
  Col v;
  const uint64_t *one;
  uint64_t *all = bits_get(b);
  if (!all) return false;
  memset(all, 0, b->words * sizeof *all);
  for (uint32_t i = 0; i < s->nown; i++) {
    if (!batch_eval(b, s->own[i], &v) || !col_yes(b, &v, &one)) return false;
    for (uint32_t k = 0; k < b->words; k++) all[k] |= one[k] & b->live[k];
  }
  *yes = all;
  return true;
}

/* The worlds that lack none, one or two of k countries: row 0, rows 1 to k, and the pairs in order. They last as long as
 * what else the block makes. */
static Lanes *few_lanes(Batch *b, const uint32_t *c, uint32_t k) {
  uint32_t rows = 1 + k + (k ? k * (k - 1) / 2 : 0), row = 1;
  Lanes *l = rows <= FEW_MOST ? pool_get(b->pool, sizeof *l) : NULL;
  bool ok = l && lanes_init(b->vm, l, rows, b->pool);
  if (ok) l->scattered = true;
  for (uint32_t i = 0; ok && i < k; i++) ok = absent_add(l, c[i], row++);
  for (uint32_t i = 0; ok && i < k; i++)
    for (uint32_t j = i + 1; ok && j < k; j++, row++) ok = absent_add(l, c[i], row) && absent_add(l, c[j], row);
  return ok ? l : NULL;
}

static bool cut_add(Vm *vm, Cuts *q, uint32_t a, uint32_t b) { return vec_push(vm->mem, &q->cuts, cut_of(a, b)); }

/* Reads the least cuts off; false when taking one more away makes it untrue again. */
static bool cuts_read(Vm *vm, Cuts *q, const uint64_t *yes, const uint32_t *c, uint32_t k) {
  uint32_t row = 1 + k;
  if (bits_has(yes, 0)) {
    for (uint32_t i = 0; k && i < 1 + k + k * (k - 1) / 2; i++)
      if (!bits_has(yes, i)) return false;
    return cut_add(vm, q, nobody, nobody);
  }
  for (uint32_t i = 0; i < k; i++)
    if (bits_has(yes, 1 + i) && !cut_add(vm, q, c[i], nobody)) return false;
  for (uint32_t i = 0; i < k; i++)
    for (uint32_t j = i + 1; j < k; j++, row++) {
      bool alone = bits_has(yes, 1 + i) || bits_has(yes, 1 + j);
      if (alone && !bits_has(yes, row)) return false;
      if (!alone && bits_has(yes, row) && !cut_add(vm, q, c[i], c[j])) return false;
    }
  return true;
}

static uint32_t countries_of(const uint64_t *bits, uint32_t words, uint32_t *c) {
  uint32_t k = 0;
  for (uint32_t i = bits_next(bits, words, 0); i != UINT32_MAX; i = bits_next(bits, words, i + 1)) c[k++] = i;
  return k;
}

/* Those who promise a resource are most likely all that its rule asks about: then one round will do. */
static uint32_t likely(Batch *b, Ent e, uint32_t *c) {
  const World *w = b->vm->w;
  uint32_t words = bits_words(w->ncountry), r = ent_index(e);
  uint64_t *bits = pool_get(b->pool, (words + 1) * sizeof *bits);
  if (!bits || ent_kind(e) != K_RESOURCE || !world_parts_apart(w, r)) return 0;
  memset(bits, 0, (words + 1) * sizeof *bits);
  for (uint32_t i = w->promises.start[r]; i < w->promises.start[r + 1]; i++)
    if (w->promises.who.at[i] < w->ncountry) bits_set(bits, w->promises.who.at[i]);
  return bits_count(bits, words) <= LIKELY_MOST ? countries_of(bits, words, c) : 0;
}

/* Evaluates the own part for one entity in ever more worlds, until it asks about no other country. */
static bool entity_cuts(Batch *b, Cuts *q, const Shape *s, Ent e) {
  Vm *vm = b->vm;
  uint32_t words = bits_words(vm->w->ncountry), *c = pool_get(b->pool, ((size_t)vm->w->ncountry + 1) * sizeof *c);
  if (!c) return false;
  for (uint32_t k = likely(b, e, c);;) {
    Lanes *l = few_lanes(b, c, k);
    const uint64_t *yes = NULL;
    if (!l) return false;
    Batch in = batch_rows(b, l->n);
    in.lanes = l;
    in.few = true;
    bool ok = in.live && own_part(&in, s, &yes);
    if (!ok) return false;
    for (uint32_t i = 0; i < k; i++) bits_set(l->touched, c[i]);
    uint32_t before = k;
    k = countries_of(l->touched, words, c);
    if (k == before) return cuts_read(vm, q, yes, c, k);
  }
}

static bool entity_asks(Batch *b, Cuts *q, const Shape *s, uint32_t kind) {
  Lanes *l = few_lanes(b, NULL, 0);
  bool ok = l;
  for (uint32_t i = 0; ok && i < s->nasks; i++) {
    Col v;
    Batch in = batch_rows(b, 1);
    in.lanes = l;
    in.few = true;
    ok = in.live && batch_eval(&in, s->asks[i], &v) && v.kind == COL_ONE && v.one.tag == V_SET;
    for (uint32_t k = 0; ok && k < v.one.obj->len; k++) {
      Value other = value_seq(v.one)->at[k];
      ok = other.tag == V_ENT && ent_kind(other.aux) == kind && vec_push(b->vm->mem, &q->asks, ent_index(other.aux));
    }
    ok = ok && !bits_any(l->touched, bits_words(b->vm->w->ncountry));
  }
  return ok;
}

/* Tarjan's: circles in the order in which each comes after all that it asks. */
typedef struct Walk { uint32_t *index, *low, *at, *stack, *path; bool *on; } Walk;

static bool circles_from(Vm *vm, Cuts *q, Walk *w, uint32_t root, uint32_t *clock, uint32_t *nstack) {
  uint32_t n = 0;
  w->path[n++] = root;
  w->index[root] = w->low[root] = ++*clock;
  w->stack[(*nstack)++] = root;
  w->on[root] = true;
  w->at[root] = q->ask_start.at[root];
  while (n) {
    uint32_t v = w->path[n - 1];
    if (w->at[v] < q->ask_start.at[v + 1]) {
      uint32_t to = q->asks.at[w->at[v]++];
      if (w->index[to]) { if (w->on[to] && w->index[to] < w->low[v]) w->low[v] = w->index[to]; continue; }
      w->index[to] = w->low[to] = ++*clock;
      w->stack[(*nstack)++] = to;
      w->on[to] = true;
      w->at[to] = q->ask_start.at[to];
      w->path[n++] = to;
      continue;
    }
    if (--n && w->low[v] < w->low[w->path[n - 1]]) w->low[w->path[n - 1]] = w->low[v];
    if (w->low[v] != w->index[v]) continue;
    if (!vec_push(vm->mem, &q->group, q->order.len)) return false;
    uint32_t one;
    do {
      one = w->stack[--*nstack];
      w->on[one] = false;
      if (!vec_push(vm->mem, &q->order, one)) return false;
    } while (one != v);
  }
  return true;
}

static bool circles(Batch *b, Cuts *q) {
  size_t n = (size_t)q->n + 1;
  uint32_t clock = 0, nstack = 0, *all = pool_get(b->pool, 5 * n * sizeof *all);
  bool *on = pool_get(b->pool, n), ok = all && on;
  if (!ok) return false;
  memset(all, 0, 5 * n * sizeof *all);
  memset(on, 0, n);
  Walk w = {all, all + n, all + 2 * n, all + 3 * n, all + 4 * n, on};
  for (uint32_t i = 0; ok && i < q->n; i++)
    if (!w.index[i]) ok = circles_from(b->vm, q, &w, i, &clock, &nstack);
  return ok && vec_push(b->vm->mem, &q->group, q->order.len);
}

/* Entities from `first` on as the rows of a block; false: no memory. */
static bool entity_rows(Batch *in, const Func *f, const uint32_t *index, uint32_t first, uint32_t kind) {
  Ent *ents = pool_get(in->pool, in->n * sizeof *ents);
  if (!in->live || !ents || !batch_slots(in, f)) return false;
  in->slot[0] = (Col){.kind = COL_ENT, .run = true, .ent = ents};
  for (uint32_t i = 0; i < in->n; i++) {
    ents[i] = ent_make(kind, index ? index[i] : first + i);
    in->slot[0].run = in->slot[0].run && ents[i] == ents[0] + i;
  }
  return true;
}

static bool row_cuts(Vm *vm, Cuts *q, const Col *own, uint32_t n, uint32_t row) {
  bool always = false, ok = true;
  for (uint32_t k = 0; k < n; k++) always = always || (own[k].kind == COL_ONE ? own[k].one.tag == V_TRUE : own[k].kind == COL_BITS ? bits_has(own[k].bits, row) != own[k].flip : !own[k].seq[row].len);
  if (always) return cut_add(vm, q, nobody, nobody);
  for (uint32_t k = 0; ok && k < n; k++) {
    if (own[k].kind != COL_CUTS || own[k].seq[row].len > CUT_MOST) continue;
    const Value *who = own[k].items + own[k].seq[row].at;
    ok = cut_add(vm, q, ent_index(who[0].aux), own[k].seq[row].len > 1 ? ent_index(who[1].aux) : nobody);
  }
  return ok;
}

static bool row_others(Vm *vm, Cuts *q, const Col *asks, uint32_t n, uint32_t row, uint32_t kind) {
  for (uint32_t k = 0; k < n; k++) {
    Elements e;
    if (!col_elements(&asks[k], row, &e) || (e.n && !e.at)) return false;
    for (uint32_t i = 0; i < e.n; i++)
      if (e.at[i].tag != V_ENT || ent_kind(e.at[i].aux) != kind || ent_index(e.at[i].aux) >= q->n || !vec_push(vm->mem, &q->asks, ent_index(e.at[i].aux))) return false;
  }
  return true;
}

static bool block_cuts(Batch *b, Cuts *q, const Shape *s, uint32_t first, uint32_t m, uint32_t kind) {
  Vm *vm = b->vm;
  Col own[8], asks[8];
  Batch in = batch_rows(b, m);
  Lanes *l = pool_get(b->pool, sizeof *l);
  if (!l || !lanes_init(vm, l, m, b->pool) || !entity_rows(&in, &vm->p->funcs.at[q->func], NULL, first, kind)) return false;
  l->scattered = l->everywhere = in.few = true;
  in.lanes = l;
  for (uint32_t k = 0; k < s->nasks; k++)
    if (!batch_eval(&in, s->asks[k], &asks[k])) return false;
  for (uint32_t k = 0; k < s->nown; k++) {
    if (!batch_eval(&in, s->own[k], &own[k])) return false;
    if (own[k].kind != COL_CUTS && own[k].kind != COL_BITS && own[k].one.tag != V_TRUE && own[k].one.tag != V_FALSE) return false;
  }
  for (uint32_t i = 0; i < m; i++)
    if (!vec_push(vm->mem, &q->cut_start, q->cuts.len) || !vec_push(vm->mem, &q->ask_start, q->asks.len) || !row_cuts(vm, q, own, s->nown, i) || !row_others(vm, q, asks, s->nasks, i, kind)) return false;
  return true;
}

/* The commonest own parts say that nobody supplies something: then the suppliers are the cut, and many entities are asked at once. */
static bool cuts_blocks(Batch *b, Cuts *q, const Shape *s, uint32_t kind) {
  bool ok = true;
  for (uint32_t from = 0, m; ok && from < q->n; from += m) {
    PoolMark mark = pool_mark(b->pool);
    uint32_t held = b->vm->held.len;
    m = q->n - from < ENTITIES_BLOCK ? q->n - from : ENTITIES_BLOCK;
    ok = block_cuts(b, q, s, from, m, kind) && batch_may_go_on(b);
    held_drop(b->vm, held);
    pool_release(b->pool, mark);
  }
  if (!ok) q->cuts.len = q->cut_start.len = q->asks.len = q->ask_start.len = 0;
  return ok;
}

static bool cuts_find(Batch *b, Cuts *q) {
  Vm *vm = b->vm;
  const Func *f = &vm->p->funcs.at[q->func];
  uint32_t kind = type_at(&vm->p->types, f->param[0]).a;
  Shape s = {.nown = 0};
  uint64_t *seen = pool_get(b->pool, (bits_words(vm->p->funcs.len) + 1) * sizeof *seen);
  if (!seen || !shape(vm->p, f->body, q->func, seen, &s)) return false;
  Batch in = *b;
  if (!batch_slots(&in, f)) return false;
  bool ok = true, found = cuts_blocks(b, q, &s, kind);
  if (!found && (q->blocks || batch_over(vm))) return false;
  for (uint32_t i = 0; ok && !found && i < q->n; i++) {
    PoolMark mark = pool_mark(b->pool);
    uint32_t held = vm->held.len;
    in.slot[0] = col_one(value_ent(ent_make(kind, i)));
    ok = vec_push(vm->mem, &q->cut_start, q->cuts.len) && vec_push(vm->mem, &q->ask_start, q->asks.len) && entity_cuts(&in, q, &s, ent_make(kind, i)) && entity_asks(&in, q, &s, kind);
    held_drop(vm, held);
    pool_release(b->pool, mark);
  }
  return ok && vec_push(vm->mem, &q->cut_start, q->cuts.len) && vec_push(vm->mem, &q->ask_start, q->asks.len) && circles(b, q);
}

static void cuts_drop(Vm *vm, Cuts **at) {
  Cuts *q = *at;
  *at = q->next;
  vec_end(vm->mem, &q->cuts);
  vec_end(vm->mem, &q->cut_start);
  vec_end(vm->mem, &q->asks);
  vec_end(vm->mem, &q->ask_start);
  vec_end(vm->mem, &q->order);
  vec_end(vm->mem, &q->group);
  cuts_counts_end(vm, q);
  mem_free(vm->mem, q, sizeof *q);
}

static Cuts *cuts_make(Batch *b, uint32_t func, bool blocks) {
  Vm *vm = b->vm;
  const Func *f = &vm->p->funcs.at[func];
  Cuts *q = mem_zero(vm->mem, sizeof *q);
  if (!q) return NULL;
  *q = (Cuts){.next = vm->cuts, .func = func, .view = vm->ctx->view->id, .day = vm->ctx->day, .n = vm->p->kinds.at[type_at(&vm->p->types, f->param[0]).a].list.len, .blocks = blocks};
  vm->cuts = q;
  Dep outer = vm->dep;
  vm->dep = dep_nothing;
  q->none = !cuts_find(b, q);
  q->dep = vm->dep;
  if (!q->none || !blocks) dep_meet(&outer, vm->dep);
  vm->dep = outer;
  if (!batch_over(vm)) return q;
  cuts_drop(vm, &vm->cuts);   /* not found out to its end: the next run begins anew */
  return NULL;
}

static Cuts *cuts_of(Batch *b, uint32_t func) {
  Vm *vm = b->vm;
  for (Cuts **at = &vm->cuts, *q; (q = *at); at = &q->next) {
    if (q->func != func || q->view != vm->ctx->view->id || q->day != vm->ctx->day) continue;
    if (q->none && q->blocks) { cuts_drop(vm, at); break; }
    dep_meet(&vm->dep, q->dep);
    return q;
  }
  return cuts_make(b, func, false);
}

void cuts_forget(Vm *vm) {
  lanes_drop(vm);
  while (vm->cuts) cuts_drop(vm, &vm->cuts);
}

/* ---- solving ---- */

/* Lanes under way: NULL none; shared with another entity as long as nothing is added. */
typedef struct Sum { const uint64_t *at; uint64_t *own; } Sum;

static bool sum_own(Lanes *l, Sum *s) {
  if (s->own) return true;
  s->own = lane_get(l, l->words * sizeof *s->own);
  if (!s->own) return false;
  if (s->at) memcpy(s->own, s->at, l->words * sizeof *s->own);
  else memset(s->own, 0, l->words * sizeof *s->own);
  s->at = s->own;
  return true;
}

static bool sum_add(Lanes *l, Sum *s, const uint64_t *x) {
  if (!x || x == s->at || s->at == l->all) return true;
  if (!s->at || x == l->all) { s->at = x; return true; }
  if (!sum_own(l, s)) return false;
  words_or(s->own, s->own, x, l->words);
  return true;
}

static bool sum_cut(Lanes *l, Sum *s, Cut c) {
  if (c.a == nobody) return sum_add(l, s, l->all);
  if (c.b == nobody) return sum_add(l, s, l->absent[c.a]);
  const uint64_t *x = l->absent[c.a], *y = l->absent[c.b];
  if (!x || !y || s->at == l->all) return true;
  if (!sum_own(l, s)) return false;
  words_or_and(s->own, x, y, l->words);
  return true;
}

static bool solve(Batch *b, Lanes *l, const Cuts *q, const uint64_t **at) {
  memset(at, 0, q->n * sizeof *at);
  if (!scatter(l)) return false;
  for (uint32_t g = 0; g + 1 < q->group.len; g++) {
    Sum s = {0};
    for (uint32_t i = q->group.at[g]; i < q->group.at[g + 1]; i++) {
      uint32_t e = q->order.at[i];
      for (uint32_t k = q->cut_start.at[e]; k < q->cut_start.at[e + 1]; k++)
        if (!sum_cut(l, &s, q->cuts.at[k])) return false;
      for (uint32_t k = q->ask_start.at[e]; k < q->ask_start.at[e + 1]; k++)
        if (!sum_add(l, &s, at[q->asks.at[k]])) return false;
    }
    for (uint32_t i = q->group.at[g]; i < q->group.at[g + 1]; i++) at[q->order.at[i]] = s.at;
    *b->work += l->words;
    if (!batch_may_go_on(b)) return false;
  }
  return true;
}

static bool may_solve(const Batch *b, uint32_t func) {
  const Func *f = &b->vm->p->funcs.at[func];
  return !b->few && f->nparam == 1 && f->kind == FUNC_RULE && b->lanes->most <= CUT_MOST;
}

bool lanes_rule(Batch *b, uint32_t func, const Col *args, Col *out) {
  Lanes *l = b->lanes;
  if (!may_solve(b, func) || args[0].kind != COL_ONE || args[0].one.tag != V_ENT) return false;
  Solved *s = l->solved;
  while (s && (s->cuts->func != func || s->cuts->view != b->vm->ctx->view->id || s->cuts->day != b->vm->ctx->day)) s = s->next;
  if (!s) {
    const Cuts *q = cuts_of(b, func);
    if (!q || q->none) return false;
    if ((uint64_t)q->n * l->words * sizeof *l->all > LANES_BYTES && l->n > LANES_LEAST) { *b->wide = true; return false; }
    s = lane_get(l, sizeof *s);
    const uint64_t **at = lane_get(l, ((size_t)q->n + 1) * sizeof *at);
    if (!s || !at || !solve(b, l, q, at)) return false;
    *s = (Solved){l->solved, q, at};
    l->solved = s;
  } else dep_meet(&b->vm->dep, s->cuts->dep);
  if (ent_index(args[0].one.aux) >= s->cuts->n) return false;
  const uint64_t *at = s->at[ent_index(args[0].one.aux)];
  *out = !at || at == l->all ? col_one(value_bool(at != NULL)) : col_bits((uint64_t *)(uintptr_t)at);
  return true;
}

static bool places(Batch *b, Lanes *l) {
  if (l->place) return true;
  l->place = lane_get(l, l->n * sizeof *l->place);
  uint32_t ncountry = b->vm->w->ncountry;
  for (uint32_t i = 0; l->place && i < l->n; i++) l->place[i] = cuts_place(ncountry, l->lacks[i]);
  return l->place;
}

bool lanes_count(Batch *b, uint32_t func, bool flip, const uint64_t *chosen, uint32_t many, int64_t *to) {
  Lanes *l = b->lanes;
  Cuts *q = may_solve(b, func) && l->lacks ? cuts_of(b, func) : NULL;
  if (!q || q->none) return false;
  uint32_t worlds = b->source.tag == V_NONE ? l->n : b->source.obj->len;   /* of all blocks: the table serves them, too */
  uint64_t lanes = (uint64_t)many * (64 + rows_words(worlds) / 2);   /* what they would take: a few instructions each, as a pair of the table does */
  const uint16_t *at = cuts_count(b, q, chosen, l->most, lanes);
  if (!at || !places(b, l)) return false;
  nums_pick(to, at, l->place, flip ? many : 0, flip ? -1 : 1, l->n);
  *b->work += l->n;
  return true;
}

/* ---- all entities in one world ---- */

/* Entities in the order in which they are come by: place[entity] is 1 + where it stands. */
typedef struct Found { uint32_t *at, *place, n; uint8_t *holds; RuleKnown before; } Found;

static void found_put(Found *f, uint32_t entity) {
  if (f->place[entity]) return;
  f->at[f->n++] = entity;
  f->place[entity] = f->n;
}

/* Whom the row asks, of entities found or to be found. One that holds, as is known already, makes it hold. */
static bool row_asks(Batch *in, Cuts *q, Found *f, const Col *asks, uint32_t nasks, uint32_t row, uint8_t *holds, uint32_t kind, uint32_t n) {
  if (!vec_push(in->vm->mem, &q->ask_start, q->asks.len)) return false;
  for (uint32_t k = 0; k < nasks; k++) {
    Elements e;
    if (!col_elements(&asks[k], row, &e) || (e.n && !e.at)) return false;
    for (uint32_t i = 0; i < e.n; i++) {
      uint32_t whom = ent_index(e.at[i].aux);
      if (e.at[i].tag != V_ENT || ent_kind(e.at[i].aux) != kind || whom >= n) return false;
      if (bits_has(f->before.known, whom)) { *holds |= bits_has(f->before.yes, whom); continue; }
      found_put(f, whom);
      if (!vec_push(in->vm->mem, &q->asks, f->place[whom] - 1)) return false;
    }
  }
  return true;
}

static bool found_block(Batch *b, Cuts *q, const Shape *s, Found *f, uint32_t from, uint32_t m, uint32_t kind, uint32_t n) {
  Batch in = batch_rows(b, m);
  Col asks[8];
  const uint64_t *yes;
  if (!entity_rows(&in, &b->vm->p->funcs.at[q->func], f->at + from, 0, kind) || !own_part(&in, s, &yes)) return false;
  for (uint32_t k = 0; k < s->nasks; k++)
    if (!batch_eval(&in, s->asks[k], &asks[k])) return false;
  for (uint32_t i = 0; i < m; i++) {
    f->holds[from + i] = bits_has(yes, i);
    if (!row_asks(&in, q, f, asks, s->nasks, i, &f->holds[from + i], kind, n)) return false;
  }
  return true;
}

/* Those that are asked come before those that ask; a circle holds together. */
static void found_solve(const Cuts *q, uint8_t *holds) {
  for (uint32_t g = 0; g + 1 < q->group.len; g++) {
    uint8_t any = 0;
    for (uint32_t i = q->group.at[g]; i < q->group.at[g + 1]; i++) {
      uint32_t e = q->order.at[i];
      any |= holds[e];
      for (uint32_t k = q->ask_start.at[e]; k < q->ask_start.at[e + 1]; k++) any |= holds[q->asks.at[k]];
    }
    for (uint32_t i = q->group.at[g]; i < q->group.at[g + 1]; i++) holds[q->order.at[i]] = any;
  }
}

static bool found_all(Batch *b, Cuts *q, Found *f, uint32_t n) {
  Vm *vm = b->vm;
  const Func *func = &vm->p->funcs.at[q->func];
  Shape s = {.nown = 0};
  uint64_t *seen = pool_get(b->pool, (bits_words(vm->p->funcs.len) + 1) * sizeof *seen);
  if (!seen || func->kind != FUNC_RULE || func->nparam != 1 || !shape(vm->p, func->body, q->func, seen, &s)) return false;
  for (uint32_t from = 0, m; from < f->n; from += m) {
    PoolMark mark = pool_mark(b->pool);
    uint32_t held = vm->held.len;
    m = f->n - from < ENTITIES_BLOCK ? f->n - from : ENTITIES_BLOCK;
    bool ok = found_block(b, q, &s, f, from, m, type_at(&vm->p->types, func->param[0]).a, n);
    held_drop(vm, held);
    pool_release(b->pool, mark);
    if (!ok || !batch_may_go_on(b)) return false;
  }
  q->n = f->n;
  return vec_push(vm->mem, &q->ask_start, q->asks.len) && circles(b, q);
}

/* Where many are asked about, their cuts say it as well: what is true in every world is. Who asks about other worlds next has them then. */
enum { ASKED_LEAST = 256, ASKED_PART = 4 };

static bool rule_all(Batch *b, uint32_t func, uint32_t n, uint64_t *known, uint64_t *yes) {
  const Cuts *q = b->vm->cuts;
  uint32_t many = bits_count(known, bits_words(n));
  while (q && q->func != func) q = q->next;
  if (q || many < (b->vm->rows_never ? 1 : ASKED_LEAST) || many < n / ASKED_PART || b->lanes || b->days || b->vm->ctx->base != b->vm->ctx || b->vm->w->ncountry >= WHO_MOST) return false;
  q = cuts_make(b, func, true);
  uint8_t *holds = q && !q->none ? pool_get(b->pool, (size_t)n + 1) : NULL;
  if (!holds) return false;
  for (uint32_t e = 0; e < n; e++) holds[e] = q->cut_start.at[e] < q->cut_start.at[e + 1] && q->cuts.at[q->cut_start.at[e]].a == nobody;
  found_solve(q, holds);
  for (uint32_t e = 0; e < n; e++) {
    bits_set(known, e);
    if (holds[e]) bits_set(yes, e);
  }
  *b->work += n;
  return true;
}

bool rule_rows(Batch *b, uint32_t func, uint32_t n, RuleKnown before, uint64_t *known, uint64_t *yes) {
  Vm *vm = b->vm;
  if (rule_all(b, func, n, known, yes)) return true;
  if (batch_over(vm)) return false;
  Cuts q = {.func = func};
  Found f = {.at = pool_get(b->pool, ((size_t)n + 1) * sizeof *f.at), .place = pool_get(b->pool, ((size_t)n + 1) * sizeof *f.place), .holds = pool_get(b->pool, (size_t)n + 1), .before = before};
  if (!f.at || !f.place || !f.holds) return false;
  memset(f.place, 0, ((size_t)n + 1) * sizeof *f.place);
  for (uint32_t i = bits_next(known, bits_words(n), 0); i != UINT32_MAX; i = bits_next(known, bits_words(n), i + 1)) found_put(&f, i);
  bool ok = found_all(b, &q, &f, n);
  if (ok) found_solve(&q, f.holds);
  for (uint32_t i = 0; ok && i < f.n; i++) {
    bits_set(known, f.at[i]);
    if (f.holds[i]) bits_set(yes, f.at[i]);
  }
  *b->work += f.n;
  vec_end(vm->mem, &q.asks);
  vec_end(vm->mem, &q.ask_start);
  vec_end(vm->mem, &q.order);
  vec_end(vm->mem, &q.group);
  return ok;
}
