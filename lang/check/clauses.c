#include "check/checker.h"
#include "syntax/parser.h"
#include <string.h>

/* Where clauses are, whose they are and what they are called. A label is read where it stands when it is asked for. */

const ClauseRun *clause_run(const Program *p, uint32_t clause) {
  uint32_t lo = 0, hi = p->clause_runs.len;
  while (hi - lo > 1) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (p->clause_runs.at[mid].first <= clause) lo = mid;
    else hi = mid;
  }
  return &p->clause_runs.at[lo];
}

Span clause_span(const Program *p, uint32_t clause) {
  const ClauseRun *r = clause_run(p, clause);
  uint32_t at = r->from + (clause - r->first);
  return r->rows ? p->unit->clauses.span.at[at] : p->clause_spans.at[at];
}

static Ent clause_next(Program *p, ClauseRun run) {
  const ClauseRun *last = p->clause_runs.len ? &p->clause_runs.at[p->clause_runs.len - 1] : NULL;
  bool goes_on = last && last->owner == run.owner && last->article == run.article && last->module == run.module && last->rows == run.rows && run.from - last->from == run.first - last->first;
  if (run.first >= CLAUSES_MAX || (!goes_on && !vec_push(p->mem, &p->clause_runs, run))) return UINT32_MAX;
  return ent_make(K_CLAUSE, p->nclause++);
}

Ent clause_make(Program *p, Span at, Ent owner, uint16_t module, const Node *article) {
  ClauseRun run = {.first = p->nclause, .owner = owner, .module = module, .from = p->clause_spans.len, .article = article};
  return vec_push(p->mem, &p->clause_spans, at) ? clause_next(p, run) : UINT32_MAX;
}

static bool too_many(Checker *c, Span at) {
  bool many = c->p->nclause >= CLAUSES_MAX;
  if (many) diag_add(c->d, DIAG_E0504, at, "there are more than 16,777,215 of these");
  return many;
}

Ent clause_add(Checker *c, Span at, Ent owner, const Node *article) {
  return too_many(c, at) ? UINT32_MAX : clause_make(c->p, at, owner, c->module, article);
}

Ent clause_add_row(Checker *c, uint32_t row, Ent owner, const Node *article) {
  ClauseRun run = {.first = c->p->nclause, .owner = owner, .module = c->module, .rows = true, .from = row, .article = article};
  return too_many(c, c->u->clauses.span.at[row]) ? UINT32_MAX : clause_next(c->p, run);
}

/* ---- entities ---- */

static Entity *entity_known(const Program *p, uint32_t clause) {
  uint64_t at;
  return map_get(&p->memo->entities, clause, &at) ? (Entity *)(uintptr_t)at : NULL;
}

/* Of a clause that was read as a row: the word after `clause`. */
static Span label_span(const Program *p, uint32_t clause) {
  Span s = clause_span(p, clause);
  const char *text = sources_text(p->unit->sources, s), *at = text + strlen("clause");
  while (*at == ' ' || *at == '\t') at++;
  s.lo += (uint32_t)(at - text);
  s.hi = s.lo + (uint32_t)strcspn(at, " \t:");
  return s;
}

void clause_entity_put(const Program *p, Ent clause, Entity e) {
  Entity *at = arena_zero(&p->unit->arena, sizeof *at);
  *at = e;
  map_put(&p->memo->entities, ent_index(clause), (uintptr_t)at);
}

Entity *clause_entity(const Program *p, uint32_t clause) {
  Entity *e = entity_known(p, clause);
  if (e) return e;
  e = arena_zero(&p->unit->arena, sizeof *e);
  const ClauseRun *run = clause_run(p, clause);
  e->span = label_span(p, clause);
  e->id = intern_put(p->unit->names, sources_text(p->unit->sources, e->span), e->span.hi - e->span.lo);
  e->name = sym_text(p, e->id);
  e->owner = run->owner;
  e->module = run->module;
  map_put(&p->memo->entities, clause, (uintptr_t)e);
  return e;
}

const Node *clause_decl(const Program *p, Ent clause) {
  Entity *e = clause_entity(p, ent_index(clause));
  const Row row = {.span = clause_span(p, ent_index(clause)), .kind = ROW_CLAUSE};
  if (!e->decl) e->decl = parse_again(p->unit, &row);
  return e->decl;
}

/* ---- labels ---- */

static Text label_text(const Program *p, uint32_t clause) {
  const Entity *e = entity_known(p, clause);
  if (e) return (Text){sym_text(p, e->id), intern_len(p->unit->names, e->id)};
  Span s = label_span(p, clause);
  return (Text){sources_text(p->unit->sources, s), s.hi - s.lo};
}

static uint64_t label_hash(const Program *p, Ent owner, Text t) { return hash_bytes(t.at, t.len, p->unit->names->seed + owner); }

/* The slot of an owner's label, or the free one where it belongs. */
static uint64_t *label_slot(const Program *p, Ent owner, Text t) {
  uint64_t hash = label_hash(p, owner, t) >> 32, *slot = p->memo->slot;
  uint32_t mask = p->memo->cap - 1, i = (uint32_t)hash & mask;
  for (; slot[i]; i = (i + 1) & mask) {
    if (slot[i] >> 32 != hash) continue;
    uint32_t clause = (uint32_t)slot[i] - 1;
    Text other = label_text(p, clause);
    if (other.len == t.len && !memcmp(other.at, t.at, t.len) && clause_run(p, clause)->owner == owner) break;
  }
  return &slot[i];
}

static bool labels_room(const Program *p, uint32_t n) {
  uint32_t cap = p->memo->cap ? p->memo->cap : 64;
  while (n > cap / 4 * 3) cap *= 2;
  if (cap == p->memo->cap) return true;
  uint64_t *slot = mem_zero(p->mem, cap * sizeof *slot);
  if (!slot) return false;
  for (uint32_t i = 0; i < p->memo->cap; i++) {
    if (!p->memo->slot[i]) continue;
    uint32_t k = (uint32_t)(p->memo->slot[i] >> 32) & (cap - 1);
    while (slot[k]) k = (k + 1) & (cap - 1);
    slot[k] = p->memo->slot[i];
  }
  mem_free(p->mem, p->memo->slot, p->memo->cap * sizeof *slot);
  p->memo->slot = slot;
  p->memo->cap = cap;
  return true;
}

void clause_labels_drop(const Program *p) {
  mem_free(p->mem, p->memo->slot, p->memo->cap * sizeof *p->memo->slot);
  p->memo->slot = NULL;
  p->memo->cap = p->memo->len = 0;
  p->memo->all = false;
}

/* The clause of that label that is known already, or UINT32_MAX and this one is. */
static uint32_t label_put(const Program *p, uint32_t clause, Ent owner) {
  if (!labels_room(p, p->memo->len + 1)) return UINT32_MAX;
  Text t = label_text(p, clause);
  uint64_t *slot = label_slot(p, owner, t);
  if (*slot) return (uint32_t)*slot - 1;
  *slot = label_hash(p, owner, t) >> 32 << 32 | (clause + 1);
  p->memo->len++;
  return UINT32_MAX;
}

/* Most drafts number their clauses: as long as each label is greater than the one before it, no two are the same, and nothing
 * need be kept to see it. known: this one is greater than that of the clause before it. */
static bool label_rises(const Program *p, uint32_t clause, Ent owner, bool known) {
  ClauseMemo *memo = p->memo;
  uint32_t last = memo->last;
  bool follows = known && clause_follows(p, clause, owner);
  memo->last = clause;
  if (memo->owner != owner) {
    memo->owner = owner;
    memo->first = clause;
    return memo->rising = true;
  }
  if (!memo->rising || follows || text_less(label_text(p, last), label_text(p, clause))) return memo->rising;
  memo->rising = false;
  for (uint32_t i = memo->first; i < clause; i++) label_put(p, i, owner);
  return false;
}

void clause_label(Checker *c, Ent clause, Ent owner, bool rises) {
  Program *p = c->p;
  uint32_t i = ent_index(clause), first = label_rises(p, i, owner, rises) ? UINT32_MAX : label_put(p, i, owner);
  if (first == UINT32_MAX) return;
  Entity *e = clause_entity(p, i);
  Diag *x = diag_add(c->d, DIAG_E0301, e->span, "there are two clauses '%s' in this agreement", sym_text(p, e->id));
  diag_label(c->d, x, clause_entity(p, first)->span, "first here");
}

/* For those who look for clauses by name. */
static void labels_make(const Program *p) {
  clause_labels_drop(p);
  p->memo->all = labels_room(p, p->nclause + 1);
  for (uint32_t k = 0; k < p->clause_runs.len && p->memo->all; k++) {
    ClauseRun run = p->clause_runs.at[k];
    uint32_t end = k + 1 < p->clause_runs.len ? p->clause_runs.at[k + 1].first : p->nclause;
    for (uint32_t i = run.first; i < end && ent_kind(run.owner) == K_AGREEMENT; i++) label_put(p, i, run.owner);
  }
}

Ent program_clause(const Program *p, Ent of, Sym label) {
  uint64_t i;
  if (map_get(&p->clause_ids, (uint64_t)of << 32 | label, &i)) return ent_make(K_CLAUSE, (uint32_t)i);
  if (ent_kind(of) == K_AMENDMENT) return UINT32_MAX;
  if (!p->memo->all && p->nclause) labels_make(p);
  if (!p->memo->all) return UINT32_MAX;
  uint64_t at = *label_slot(p, of, (Text){sym_text(p, label), intern_len(p->unit->names, label)});
  return at ? ent_make(K_CLAUSE, (uint32_t)at - 1) : UINT32_MAX;
}

void clauses_end(Program *p) {
  clause_labels_drop(p);
  vec_end(p->mem, &p->clause_spans);
  vec_end(p->mem, &p->clause_runs);
  map_end(&p->memo->entities);
  map_end(&p->clause_ids);
}
