#include "world/inner.h"
#include "base/intern.h"
#include <string.h>

/* What is worked out once, when all facts are known: the days on which anything changes, indexes of the columns, and
 * which countries can matter to which resource. */

/* ---- sorting ---- */

static void insertion_sort(SortKey *at, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    SortKey k = at[i];
    uint32_t j = i;
    for (; j && at[j - 1].key > k.key; j--) at[j] = at[j - 1];
    at[j] = k;
  }
}

static void merge(const SortKey *from, SortKey *to, uint32_t lo, uint32_t mid, uint32_t hi) {
  uint32_t i = lo, j = mid;
  for (uint32_t k = lo; k < hi; k++) {
    bool left = j >= hi || (i < mid && from[i].key <= from[j].key);
    to[k] = from[left ? i++ : j++];
  }
}

static uint32_t least(uint32_t a, uint64_t b) { return b < a ? (uint32_t)b : a; }

void keys_sort(Mem *m, SortKey *at, uint32_t n) {
  enum { FEW = 16 };
  for (uint32_t lo = 0; lo < n; lo += FEW) insertion_sort(at + lo, n - lo < FEW ? n - lo : FEW);
  if (n <= FEW) return;
  SortKey *other = mem_get(m, n * sizeof *other), *from = at, *to = other;
  if (!other) return;
  for (uint64_t run = FEW; run < n; run *= 2) {
    for (uint64_t lo = 0; lo < n; lo += 2 * run) merge(from, to, (uint32_t)lo, least(n, lo + run), least(n, lo + 2 * run));
    SortKey *was = from;
    from = to;
    to = was;
  }
  if (from != at) memcpy(at, from, n * sizeof *at);
  mem_free(m, other, n * sizeof *other);
}

/* ---- indexes ---- */

/* By counting: the rows of key k are row[start[k]] .. row[start[k + 1] - 1], in order. start: nkey + 2 zeros, row: n. */
static void index_fill(const uint32_t *key, uint32_t n, uint32_t nkey, uint32_t *start, uint32_t *row) {
  for (uint32_t i = 0; i < n; i++) if (key[i] < nkey) start[key[i] + 2]++;
  for (uint32_t i = 0; i < nkey; i++) start[i + 2] += start[i + 1];
  for (uint32_t i = 0; i < n; i++) if (key[i] < nkey) row[start[key[i] + 1]++] = i;
}

bool index_make(World *w, const uint32_t *key, uint32_t n, uint32_t nkey, uint32_t **start, uint32_t **row) {
  *start = arena_zero(&w->arena, ((size_t)nkey + 2) * sizeof **start);
  *row = arena_zero(&w->arena, ((size_t)n + 1) * sizeof **row);
  if (!*start || !*row) return false;
  index_fill(key, n, nkey, *start, *row);
  return true;
}

/* Puts into row i of a column what stands in row[i], through `spare`: `piece` bytes of each cell. A size that is known here makes a copy
 * an instruction or two. */
static inline void pieces_sort(char *at, size_t size, size_t piece, const uint32_t *row, uint32_t n, char *spare) {
  for (uint32_t i = 0; i < n; i++) memcpy(spare + i * piece, at + row[i] * size, piece);
  for (uint32_t i = 0; i < n; i++) memcpy(at + i * size, spare + i * piece, piece);
}

static bool bytes_differ(const uint8_t *at, uint32_t n) { return n > 1 && memcmp(at, at + 1, n - 1) != 0; }

/* A value in halves. */
typedef char CellRoom[sizeof(Value) / 2];
static void column_sort(void *column, size_t size, const uint32_t *row, uint32_t n, CellRoom *room) {
  char *at = column, *spare = (char *)room;
  if (size == sizeof(Value)) pieces_sort(at + sizeof(Value) / 2, sizeof(Value), sizeof(Value) / 2, row, n, spare);
  switch (size) {
    case sizeof(Value): pieces_sort(at, sizeof(Value), sizeof(Value) / 2, row, n, spare); break;
    case sizeof(uint32_t): pieces_sort(at, 4, 4, row, n, spare); break;
    case 1: pieces_sort(at, 1, 1, row, n, spare); break;
    default: pieces_sort(at, 8, 8, row, n, spare); break;
  }
}
#define COLUMN_SORT(v) (column_sort((v).at, sizeof *(v).at, row, n, spare), (v).len = n)

/* As index_fill, of the rows that count, as they came. Returns how many they are. */
static uint32_t promises_order(const PromiseCols *p, uint32_t nres, uint32_t *row) {
  const RowRun *last = p->came.at + p->came.len;
  const uint32_t *res = p->res.at;
  uint32_t *start = p->start;
  for (const RowRun *c = p->came.at; c < last; c++)
    for (uint32_t i = c->first; i < c->end; i++) start[res[i] + 2]++;
  for (uint32_t r = 0; r < nres; r++) start[r + 2] += start[r + 1];
  for (const RowRun *c = p->came.at; c < last; c++)
    for (uint32_t i = c->first; i < c->end; i++) row[start[res[i] + 1]++] = i;
  return start[nres];
}

/* Promises are asked about by resource, again and again: there they had better lie beside each other. */
static bool promises_sort(World *w) {
  PromiseCols *p = &w->promises;
  uint32_t all = p->res.len, n = 0, *row = mem_get(w->mem, ((size_t)all + 1) * sizeof *row);
  p->start = arena_zero(&w->arena, ((size_t)w->nresource + 2) * sizeof *p->start);
  while (p->to.len && p->to.len < all && vec_push(w->mem, &p->to, NULL)) {}
  if (row && p->start) n = promises_order(p, w->nresource, row);
  vec_end(w->mem, &p->res);
  vec_end(w->mem, &p->came);
  CellRoom *spare = mem_get(w->mem, ((size_t)all + 1) * sizeof *spare);
  bool ready = row && spare && p->start && (!p->to.len || p->to.len == all);
  if (ready) {
    COLUMN_SORT(p->who);
    COLUMN_SORT(p->value);
    COLUMN_SORT(p->win);
    COLUMN_SORT(p->clause);
    if (bytes_differ(p->act.at, all)) COLUMN_SORT(p->act);
    if (bytes_differ(p->flags.at, all)) COLUMN_SORT(p->flags);
    if (p->to.len) COLUMN_SORT(p->to);
    p->act.len = p->flags.len = n;
    for (uint32_t i = 0; i < n; i++)
      if (p->flags.at[i] & ROW_SOLE) w->clauses.at[p->clause.at[i]] = PLAIN_CLAUSE | i;
  }
  mem_free(w->mem, row, ((size_t)all + 1) * sizeof *row);
  mem_free(w->mem, spare, ((size_t)all + 1) * sizeof *spare);
  return ready;
}

static uint8_t flags_of(World *w, uint32_t row) {
  const PromiseCols *p = &w->promises;
  ClauseFacts room;
  const ClauseFacts *c = world_clause(w, p->clause.at[row], &room);
  const Value *v = &p->value.at[row];
  bool plain = !c->to && !c->routes && c->when == UINT32_MAX && c->unless == UINT32_MAX && p->who.at[row] < w->ncountry && v->tag != V_FUNC && !w->agreements.at[c->agreement].amendment;
  bool gives = plain && c->binding && p->act.at[row] == ACT_SUPPLY && v->tag == V_DEC && v->i > 0;
  return (uint8_t)((c->binding ? ROW_BINDS : 0) | (plain ? ROW_PLAIN : 0) | (gives ? ROW_GIVES : 0));
}

/* Before rows are sorted, while those of a clause follow each other. */
static bool flags_make(World *w) {
  PromiseCols *p = &w->promises;
  while (p->flags.len < p->res.len && vec_push(w->mem, &p->flags, 0)) {}
  if (p->flags.len < p->res.len) return false;
  for (uint32_t k = 0; k < p->came.len; k++)
    for (uint32_t i = p->came.at[k].first; i < p->came.at[k].end; i++)
      if (!(p->flags.at[i] & ROW_SOLE)) p->flags.at[i] = flags_of(w, i);
  return true;
}

/* Within each run of an index, rows by `then` and start. */
static void index_order(World *w, uint32_t nkey, const uint32_t *start, uint32_t *row, const uint32_t *then, const Window *win) {
  SortKey *keys = NULL;
  uint32_t cap = 0;
  for (uint32_t r = 0; r < nkey && !mem_failed(w->mem); r++) {
    uint32_t n = start[r + 1] - start[r], *at = row + start[r];
    if (n < 2) continue;
    if (n > cap) {
      mem_free(w->mem, keys, cap * sizeof *keys);
      keys = mem_get(w->mem, n * sizeof *keys);
      cap = keys ? n : 0;
      if (!keys) return;
    }
    for (uint32_t i = 0; i < n; i++) keys[i] = (SortKey){(uint64_t)then[at[i]] << 32 | day_key(win[at[i]].from), at[i]};
    keys_sort(w->mem, keys, n);
    for (uint32_t i = 0; i < n; i++) at[i] = keys[i].row;
  }
  mem_free(w->mem, keys, cap * sizeof *keys);
}

static bool supply_index(World *w, SupplyCols *s) {
  if (!index_make(w, s->res.at, s->res.len, w->nresource, &s->start, &s->row)) return false;
  index_order(w, w->nresource, s->start, s->row, s->who.at, s->win.at);
  return true;
}

static bool requires_index(World *w) {
  RequireCols *q = &w->requires;
  if (!index_make(w, q->res.at, q->res.len, w->nresource, &q->start, &q->row)) return false;
  if (!index_make(w, q->input.at, q->input.len, w->nresource, &q->used_start, &q->used_row)) return false;
  index_order(w, w->nresource, q->start, q->row, q->input.at, q->win.at);
  index_order(w, w->nresource, q->used_start, q->used_row, q->res.at, q->win.at);
  return true;
}

/* Pairs of a key and a row, gathered before they can be counted. */
typedef struct Pairs { VEC(uint32_t) key; VEC(uint32_t) row; } Pairs;

static void pair_add(World *w, Pairs *p, uint32_t key, uint32_t row) {
  if (vec_push(w->mem, &p->key, key) && !vec_push(w->mem, &p->row, row)) p->key.len--;
}

static bool pairs_index(World *w, Pairs *p, uint32_t nkey, uint32_t **start, uint32_t **row) {
  bool done = index_make(w, p->key.at, p->key.len, nkey, start, row);
  for (uint32_t i = 0; done && i < p->key.len; i++) (*row)[i] = p->row.at[(*row)[i]];
  vec_end(w->mem, &p->key);
  vec_end(w->mem, &p->row);
  return done;
}

static bool controls_index(World *w) {
  Inner *in = w->inner;
  Pairs p = {0}, e = {0};
  for (uint32_t k = 0; k < w->controls.len; k++)
    for (uint32_t r = w->controls.at[k].resources ? bits_next(w->controls.at[k].resources, in->rwords, 0) : UINT32_MAX; r != UINT32_MAX;
         r = bits_next(w->controls.at[k].resources, in->rwords, r + 1))
      pair_add(w, &p, r, k);
  for (uint32_t i = 0; w->controls.len && i < w->clauses.len; i++) {
    ClauseFacts room;
    const ClauseFacts *c = world_clause(w, i, &room);
    if (c->act == ACT_EXEMPT && c->control < w->controls.len) pair_add(w, &e, c->control, i);
  }
  bool done = pairs_index(w, &p, w->nresource, &in->control_start, &in->control_row);
  return pairs_index(w, &e, w->controls.len, &in->exempt_start, &in->exempt_row) && done;
}

bool table_is_default(const World *w, uint32_t row) {
  if (w->tables.span.at[row].lo != w->tables.span.at[row].hi) return false;
  for (uint32_t k = 0; k < TABLE_KEY_MAX; k++)
    if (w->tables.key[k].at[row].tag != V_NONE) return false;
  return true;
}

/* key NULL: the table's default. */
uint64_t table_hash(World *w, uint32_t table, const Value *key) {
  uint64_t h = hash_u64(table);
  for (uint32_t k = 0; k < w->p->tables.at[table].nkey; k++) h = hash_u64(h * 31 + (key ? value_hash(&w->rt, key[k]) : 0));
  return h;
}

/* Chains the rows of a key, those that start later first and a default last. */
static bool tables_index(World *w) {
  TableCols *t = &w->tables;
  uint32_t n = t->table.len;
  SortKey *keys = mem_get(w->mem, ((size_t)n + 1) * sizeof *keys);
  w->inner->table_next = arena_get(&w->arena, ((size_t)n + 1) * sizeof(uint32_t));
  if (!keys || !w->inner->table_next) { mem_free(w->mem, keys, ((size_t)n + 1) * sizeof *keys); return false; }
  for (uint32_t i = 0; i < n; i++) keys[i] = (SortKey){table_is_default(w, i) ? 0 : 1 + (uint64_t)day_key(t->win.at[i].from), i};
  keys_sort(w->mem, keys, n);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = keys[i].row;
    Value key[TABLE_KEY_MAX];
    for (uint32_t k = 0; k < TABLE_KEY_MAX; k++) key[k] = t->key[k].at[row];
    uint64_t *head = map_slot(&t->by_key, table_hash(w, t->table.at[row], keys[i].key ? key : NULL), UINT32_MAX);
    if (!head) break;
    w->inner->table_next[row] = (uint32_t)*head;
    *head = row;
  }
  mem_free(w->mem, keys, ((size_t)n + 1) * sizeof *keys);
  return !mem_failed(w->mem);
}

/* ---- days ---- */

/* A set of days: a bit each, in pages of which most drafts touch one or two. */
enum { PAGE_LOG = 15, PAGE_WORDS = (1 << PAGE_LOG) / 64, PAGES = ((DAY_MAX - DAY_MIN) >> PAGE_LOG) + 1 };
typedef struct Days { World *w; uint64_t *page[PAGES]; } Days;

static inline void day_push(Days *s, Day d) {
  if (d <= DAY_MIN || d > DAY_MAX) return;
  uint32_t at = (uint32_t)(d - DAY_MIN);
  uint64_t **page = &s->page[at >> PAGE_LOG];
  if (!*page) *page = mem_zero(s->w->mem, PAGE_WORDS * sizeof **page);
  if (*page) bits_set(*page, at & ((1 << PAGE_LOG) - 1));
}

static void window_push(Days *s, Window win) {
  day_push(s, win.from);
  day_push(s, win.until);
}

static void windows_push(Days *s, const Window *win, uint32_t n) { for (uint32_t i = 0; i < n; i++) window_push(s, win[i]); }

static void days_gather(Days *s) {
  World *w = s->w;
  windows_push(s, w->supply.win.at, w->supply.win.len);
  windows_push(s, w->demand.win.at, w->demand.win.len);
  windows_push(s, w->totals.win.at, w->totals.win.len);
  for (uint32_t i = 0; i < w->promises.win.len; i++) {
    day_push(s, w->promises.win.at[i].from);
    day_push(s, w->promises.win.at[i].until);
  }
  windows_push(s, w->requires.win.at, w->requires.win.len);
  windows_push(s, w->tables.win.at, w->tables.win.len);
  for (uint32_t i = 0; i < w->clause_facts.len; i++) window_push(s, w->clause_facts.at[i].win);   /* a plain one's is its promise's */
  for (uint32_t i = 0; i < w->controls.len; i++) {
    window_push(s, w->controls.at[i].win);
    windows_push(s, w->controls.at[i].suspended.at, w->controls.at[i].suspended.len);
  }
  for (uint32_t i = 0; i < w->agreements.len; i++) {
    day_push(s, w->agreements.at[i].first);
    if (w->agreements.at[i].amendment) day_push(s, w->agreements.at[i].from);
    if (w->agreements.at[i].last < DAY_MAX) day_push(s, w->agreements.at[i].last + 1);
  }
  for (uint32_t i = 0; i < w->scenarios.len; i++)
    for (uint32_t k = 0; k < w->scenarios.at[i].shocks.len; k++) window_push(s, w->scenarios.at[i].shocks.at[k].win);
  for (uint32_t i = 0; i < w->p->dates.len; i++) {
    day_push(s, w->p->dates.at[i]);
    if (w->p->dates.at[i] < DAY_MAX) day_push(s, w->p->dates.at[i] + 1);
  }
}

/* The days of a page, in order, and its end. */
static void page_take(Days *s, uint32_t k) {
  const uint64_t *page = s->page[k];
  for (uint32_t i = bits_next(page, PAGE_WORDS, 0); i != UINT32_MAX; i = bits_next(page, PAGE_WORDS, i + 1))
    vec_push(s->w->mem, &s->w->breaks, DAY_MIN + (Day)(k << PAGE_LOG | i));
  mem_free(s->w->mem, s->page[k], PAGE_WORDS * sizeof *page);
}

static void breaks_make(World *w) {
  Days s = {.w = w};
  w->breaks.len = 0;
  days_gather(&s);
  for (uint32_t k = 0; k < PAGES; k++)
    if (s.page[k]) page_take(&s, k);
}

/* ---- who matters to what ---- */

static uint64_t *touch_of(uint64_t *all, const Inner *in, uint32_t r) { return all + (size_t)r * in->cwords; }

static void promise_touch(World *w, uint32_t r, uint32_t row) {
  Inner *in = w->inner;
  const PromiseCols *p = &w->promises;
  uint64_t *touch = touch_of(in->touch, in, r);
  if (p->act.at[row] != ACT_SUPPLY) return;
  if (p->flags.at[row] & ROW_SOLE) { bits_set(touch, p->who.at[row]); return; }
  ClauseFacts room;
  const ClauseFacts *c = world_clause(w, p->clause.at[row], &room);
  if (p->who.at[row] == WHO_JOINT) {
    bits_or(touch, c->subjects, in->cwords);
    in->plain[r] &= (uint8_t)~PLAIN_PARTS;
  } else bits_set(touch, p->who.at[row]);
  if (c->to) {
    bits_or(touch, c->to, in->cwords);
    in->plain[r] &= (uint8_t)~PLAIN_PARTS;
  }
  if (c->when != UINT32_MAX || c->unless != UINT32_MAX || p->value.at[row].tag == V_FUNC) in->plain[r] &= PLAIN_NEED;
}

static void need_touch(World *w, uint32_t r) {
  Inner *in = w->inner;
  uint64_t *touch = touch_of(in->touch_need, in, r);
  const SupplyCols *d = &w->demand;
  const RequireCols *q = &w->requires;
  for (uint32_t i = d->start[r]; i < d->start[r + 1]; i++) {
    if (d->who.at[d->row[i]] < w->ncountry) bits_set(touch, d->who.at[d->row[i]]);
    if (d->value.at[d->row[i]].tag == V_FUNC) in->plain[r] &= (uint8_t)~PLAIN_NEED;
  }
  for (uint32_t i = q->used_start[r]; i < q->used_start[r + 1]; i++) {
    uint32_t x = q->res.at[q->used_row[i]];
    if (q->rate.at[q->used_row[i]].tag == V_NONE) continue;   /* it takes some of r, but nobody says how much */
    bits_or(touch, touch_of(in->touch, in, x), in->cwords);
    if (!(in->plain[x] & PLAIN_SUMS) || q->rate.at[q->used_row[i]].tag == V_FUNC) in->plain[r] &= (uint8_t)~PLAIN_NEED;
  }
}

static bool touch_make(World *w) {
  Inner *in = w->inner;
  in->touch = arena_zero(&w->arena, ((size_t)w->nresource * in->cwords + 1) * sizeof(uint64_t));
  in->touch_need = arena_zero(&w->arena, ((size_t)w->nresource * in->cwords + 1) * sizeof(uint64_t));
  in->plain = arena_get(&w->arena, (size_t)w->nresource + 1);
  if (!in->touch || !in->touch_need || !in->plain) return false;
  for (uint32_t r = 0; r < w->nresource; r++) {
    in->plain[r] = PLAIN_SUMS | PLAIN_PARTS | PLAIN_NEED;
    if (in->control_start[r] < in->control_start[r + 1]) in->plain[r] = PLAIN_NEED;  /* whom a control hits depends on who is there */
  }
  for (uint32_t r = 0; r < w->nresource; r++)
    for (uint32_t i = w->promises.start[r]; i < w->promises.start[r + 1]; i++) promise_touch(w, r, i);
  for (uint32_t r = 0; r < w->nresource; r++)
    if (!(in->plain[r] & PLAIN_SUMS)) in->plain[r] &= PLAIN_NEED;
  for (uint32_t r = 0; r < w->nresource; r++) need_touch(w, r);
  return true;
}

/* ---- all of it ---- */

static bool caches_make(World *w) {
  Inner *in = w->inner;
  in->cwords = bits_words(w->ncountry) + !w->ncountry;
  in->rwords = bits_words(w->nresource) + !w->nresource;
  in->awords = bits_words(w->agreements.len) + !w->agreements.len;
  in->kwords = bits_words(w->controls.len) + !w->controls.len;
  in->qwords = bits_words(w->clauses.len) + !w->clauses.len;
  for (uint32_t k = 0; k < FACTS_KINDS; k++) in->pics[k] = arena_zero(&w->arena, ((size_t)w->nresource + 1) * sizeof *in->pics[k]);
  for (uint32_t k = 0; k < 2; k++) in->edges[k] = arena_zero(&w->arena, ((size_t)w->nresource + 1) * sizeof *in->edges[k]);
  in->some_countries = world_bits(w, w->ncountry);
  in->some_routes = world_bits(w, w->nroute);
  in->reached = world_bits(w, w->nresource);
  in->all = mem_zero(w->mem, w->p->kinds.len * sizeof *in->all);
  in->nall = in->all ? w->p->kinds.len : 0;
  return in->all && in->some_countries && in->some_routes && in->reached && in->pics[0] && in->pics[1] && in->pics[2] && in->edges[0] && in->edges[1];
}

void world_seal(World *w) {
  if (!caches_make(w)) return;
  if (!supply_index(w, &w->supply) || !supply_index(w, &w->demand) || !supply_index(w, &w->totals)) return;
  if (!flags_make(w) || !promises_sort(w)) return;
  if (!requires_index(w) || !controls_index(w) || !tables_index(w)) return;
  breaks_make(w);
  if (mem_failed(w->mem) || !touch_make(w) || !depend_make(w)) return;
  w->inner->sealed = true;
  conflicts_report(w);
}
