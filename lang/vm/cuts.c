#include "vm/cuts.h"
#include <string.h>

/* Counts over entities without lanes for each of them. An entity's own cuts and those of what it asks are its whole cuts.
 * Then a world that lacks a and b makes the rule true for those whom a alone makes true, those whom b does, less those
 * whom either does, and those whom only the two do. So what all pairs do to many entities is counted in one table, and the
 * work grows with what countries change, not with worlds times entities. */

enum { COUNTRIES_MOST = 512, WHOLE_MOST = 1 << 22, COUNTS_KEPT = 16, ENTITIES_MOST = UINT16_MAX };

struct CutCount { uint64_t *chosen; uint16_t *at; uint32_t most; };

static bool is_always(Cut c) { return c.a == nobody; }

/* What has been seen of the cuts of a circle, all 0 in between: a bit for each country alone, and for each pair. */
typedef struct Seen { uint64_t *alone, *two; } Seen;

/* Puts each least cut once in place of the pairs that were pushed since `from` and of the countries seen alone; these go in order. */
static bool least(Vm *vm, Cuts *q, uint32_t from, Seen seen, CutRun *run) {
  uint32_t to = from, n = vm->w->ncountry, words = bits_words(n);
  for (uint32_t i = from; i < q->whole.len; i++) {
    Cut c = q->whole.at[i];
    if (bits_has(seen.alone, c.a) || bits_has(seen.alone, c.b) || bits_has(seen.two, c.a * n + c.b)) continue;
    bits_set(seen.two, c.a * n + c.b);
    q->whole.at[to++] = c;
  }
  q->whole.len = to;
  for (uint32_t i = from; i < to; i++) bits_drop(seen.two, q->whole.at[i].a * n + q->whole.at[i].b);
  for (uint32_t a = bits_next(seen.alone, words, 0); a != UINT32_MAX; a = bits_next(seen.alone, words, a + 1))
    if (!vec_push(vm->mem, &q->whole, cut_of(a, nobody))) return false;
  *run = (CutRun){from, q->whole.len - from, q->whole.len - to};
  return true;
}

static bool gather_run(Vm *vm, Cuts *q, CutRun r, Seen seen) {
  uint32_t twos = r.n - r.single;
  if (!vec_more(vm->mem, &q->whole, twos)) return false;
  const Cut *c = q->whole.at + r.start;
  for (uint32_t i = twos; i < r.n; i++) bits_set(seen.alone, c[i].a);
  memcpy(q->whole.at + q->whole.len, c, twos * sizeof *c);
  q->whole.len += twos;
  return true;
}

/* What the members of a circle ask about, and their own cuts: pairs one after the other, the rest in `seen`. *only: the run that
 * is all of it, if there is one. */
static bool gather(Vm *vm, Cuts *q, uint32_t g, Seen seen, CutRun *only, bool *always) {
  uint32_t last = UINT32_MAX, runs = 0, own = 0;
  for (uint32_t i = q->group.at[g]; i < q->group.at[g + 1]; i++) {
    uint32_t e = q->order.at[i];
    for (uint32_t k = q->cut_start.at[e]; k < q->cut_start.at[e + 1]; k++, own++) {
      Cut c = q->cuts.at[k];
      if (is_always(c)) { *always = true; return true; }
      if (c.b == nobody) bits_set(seen.alone, c.a);
      else if (!vec_push(vm->mem, &q->whole, c)) return false;
    }
    for (uint32_t k = q->ask_start.at[e]; k < q->ask_start.at[e + 1]; k++) {
      CutRun r = q->run.at[q->asks.at[k]];   /* of its own circle: nothing yet */
      if (!r.n || r.start == last) continue;
      if (is_always(q->whole.at[r.start])) { *always = true; return true; }
      last = r.start;
      *only = runs++ ? (CutRun){0} : r;
      if (!gather_run(vm, q, r, seen)) return false;
    }
  }
  if (own) *only = (CutRun){0};
  return true;
}

static bool close_all(Batch *b, Cuts *q, Seen seen) {
  Vm *vm = b->vm;
  for (uint32_t i = 0; i < q->n; i++)
    if (!vec_push(vm->mem, &q->run, ((CutRun){0}))) return false;
  if (!vec_push(vm->mem, &q->whole, cut_of(nobody, nobody))) return false;
  for (uint32_t g = 0; g + 1 < q->group.len; g++) {
    uint32_t from = q->whole.len;
    CutRun run = {0};
    bool always = false;
    if (!gather(vm, q, g, seen, &run, &always) || q->whole.len > WHOLE_MOST) return false;
    *b->work += 1 + q->whole.len - from;
    if (always) run = (CutRun){0, 1, 1};
    else if (!run.n && !least(vm, q, from, seen, &run)) return false;
    if (run.start != from) q->whole.len = from;
    memset(seen.alone, 0, bits_words(vm->w->ncountry) * sizeof *seen.alone);
    if (!batch_may_go_on(b)) return false;
    for (uint32_t i = q->group.at[g]; i < q->group.at[g + 1]; i++) q->run.at[q->order.at[i]] = run;
  }
  return true;
}

static bool whole_cuts(Batch *b, Cuts *q) {
  Vm *vm = b->vm;
  if (q->state != CUTS_OWN) return q->state == CUTS_WHOLE;
  uint32_t n = vm->w->ncountry, words = bits_words(n) + bits_words(n * n);
  if (n > COUNTRIES_MOST) return false;
  uint64_t *seen = mem_zero(vm->mem, (words + 1) * sizeof *seen);
  bool ok = seen && close_all(b, q, (Seen){seen, seen + bits_words(n)});
  mem_free(vm->mem, seen, (words + 1) * sizeof *seen);
  if (!batch_over(vm)) q->state = ok ? CUTS_WHOLE : CUTS_TOO_MANY;
  if (ok) return true;
  vec_end(vm->mem, &q->whole);
  vec_end(vm->mem, &q->run);
  return false;
}

static uint64_t pairs_of(CutRun r) { return (uint64_t)r.single * r.single / 2 + r.n - r.single; }

static uint64_t effort(const Cuts *q, const uint64_t *chosen, uint32_t most) {
  uint64_t sum = 0;
  for (uint32_t e = bits_next(chosen, bits_words(q->n), 0); e != UINT32_MAX; e = bits_next(chosen, bits_words(q->n), e + 1))
    sum += 1 + q->run.at[e].single + (most < 2 ? 0 : pairs_of(q->run.at[e]));
  return sum;
}

/* Counts one entity: `one` by country; in the table what a pair does beyond what the two do one by one. */
static void count_one(const Cuts *q, CutRun r, uint32_t n, uint32_t most, uint16_t *one, uint16_t *at) {
  const Cut *c = q->whole.at + r.start, *single = c + (r.n - r.single), *end = c + r.n;
  for (; most > 1 && c < single; c++) at[cuts_row(n, c->a) + c->b]++;
  for (; single < end; single++) {
    one[single->a]++;
    uint16_t *row = at + cuts_row(n, single->a);
    for (c = single + 1; most > 1 && c < end; c++) row[c->a]--;   /* below 0 until `one` is added */
  }
}

static void count_all(Vm *vm, const Cuts *q, const uint64_t *chosen, uint32_t most, uint16_t *one, uint16_t *at) {
  uint32_t n = vm->w->ncountry;
  uint16_t always = 0;
  for (uint32_t e = bits_next(chosen, bits_words(q->n), 0); e != UINT32_MAX; e = bits_next(chosen, bits_words(q->n), e + 1)) {
    CutRun r = q->run.at[e];
    if (r.n && is_always(q->whole.at[r.start])) always++;
    else count_one(q, r, n, most, one, at);
  }
  at[cuts_row(n, n) + n] = always;
  for (uint32_t a = 0; a < n; a++) {
    uint16_t *row = at + cuts_row(n, a), both = (uint16_t)(always + one[a]);
    row[a] = both;
    if (most > 1) counts_raise(row + a + 1, one + a + 1, both, n - a - 1);
  }
}

static size_t count_size(const Vm *vm) { return ((size_t)vm->w->ncountry + 1) * (vm->w->ncountry + 2) / 2; }

static void count_free(Vm *vm, const Cuts *q, CutCount *c) {
  mem_free(vm->mem, c->chosen, (bits_words(q->n) + 1) * sizeof *c->chosen);
  mem_free(vm->mem, c->at, count_size(vm) * sizeof *c->at);
  mem_free(vm->mem, c, sizeof *c);
}

void cuts_counts_end(Vm *vm, Cuts *q) {
  for (uint32_t i = 0; i < q->counts.len; i++) count_free(vm, q, q->counts.at[i]);
  vec_end(vm->mem, &q->counts);
  vec_end(vm->mem, &q->whole);
  vec_end(vm->mem, &q->run);
}

static CutCount *count_make(Vm *vm, const Cuts *q, const uint64_t *chosen, uint32_t most) {
  size_t wide = (size_t)vm->w->ncountry + 1, words = bits_words(q->n);
  CutCount *c = mem_zero(vm->mem, sizeof *c);
  uint16_t *one = mem_zero(vm->mem, wide * sizeof *one);
  if (c) {
    c->most = most;
    c->chosen = mem_get(vm->mem, (words + 1) * sizeof *c->chosen);
    c->at = mem_zero(vm->mem, count_size(vm) * sizeof *c->at);
  }
  bool ok = c && one && c->chosen && c->at;
  if (ok) {
    memcpy(c->chosen, chosen, words * sizeof *chosen);
    count_all(vm, q, chosen, most, one, c->at);
  } else if (c) count_free(vm, q, c);
  mem_free(vm->mem, one, wide * sizeof *one);
  return ok ? c : NULL;
}

const uint16_t *cuts_count(Batch *b, Cuts *q, const uint64_t *chosen, uint32_t most, uint64_t steps) {
  Vm *vm = b->vm;
  size_t words = bits_words(q->n);
  for (uint32_t i = 0; i < q->counts.len; i++)
    if (q->counts.at[i]->most >= most && !memcmp(q->counts.at[i]->chosen, chosen, words * sizeof *chosen)) return q->counts.at[i]->at;
  if (q->n > ENTITIES_MOST || !whole_cuts(b, q)) return NULL;
  uint64_t work = effort(q, chosen, most);
  *b->work += work;
  if (work > steps || !batch_may_go_on(b)) return NULL;
  CutCount *c = count_make(vm, q, chosen, most);
  if (!c) return NULL;
  if (q->counts.len < COUNTS_KEPT) {
    if (vec_push(vm->mem, &q->counts, c)) return c->at;
    count_free(vm, q, c);
    return NULL;
  }
  count_free(vm, q, q->counts.at[q->count_next]);
  q->counts.at[q->count_next] = c;
  q->count_next = (q->count_next + 1) % COUNTS_KEPT;
  return c->at;
}
