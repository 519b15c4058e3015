#include "world/inner.h"

/* Clauses as they stand in agreements. */

static const char *article_word(const World *w, const Node *article) {
  if (!article) return "";
  Text title = ast_text(w->p->unit, article->kid[1]);
  return title.len ? title.at : sym_text(w->p, article->kid[0]->sym);
}

const ClauseFacts *world_clause(const World *w, uint32_t row, ClauseFacts *room) {
  uint32_t at = w->clauses.at[row];
  if (!(at & PLAIN_CLAUSE)) return &w->clause_facts.at[at];
  at &= ~PLAIN_CLAUSE;
  const ClauseRun *run = clause_run(w->p, row);
  uint32_t agreement = ent_index(run->owner);
  *room = (ClauseFacts){.agreement = agreement, .act = ACT_SUPPLY, .modal = MODAL_SHALL, .binding = w->agreements.at[agreement].binding,
    .win = promise_window(&w->promises, at), .span = clause_span(w->p, row), .subjects = w->alone + (size_t)w->promises.who.at[at] * bits_words(w->ncountry),
    .res = promise_resource(&w->promises, at, w->nresource), .control = UINT32_MAX, .when = UINT32_MAX, .unless = UINT32_MAX};
  room->article = article_word(w, run->article);
  return room;
}

/* The two that decide whether a clause is in force, without the rest. */
Window clause_window(const World *w, uint32_t row) {
  uint32_t at = w->clauses.at[row];
  return at & PLAIN_CLAUSE ? promise_window(&w->promises, at & ~PLAIN_CLAUSE) : w->clause_facts.at[at].win;
}

uint32_t clause_agreement(const World *w, uint32_t row) {
  uint32_t at = w->clauses.at[row];
  return at & PLAIN_CLAUSE ? ent_index(clause_run(w->p, row)->owner) : w->clause_facts.at[at].agreement;
}

uint32_t promise_resource(const PromiseCols *p, uint32_t row, uint32_t nres) {
  if (p->res.len) return p->res.at[row];
  uint32_t lo = 0, hi = nres;
  while (hi - lo > 1) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (p->start[mid] <= row) lo = mid;
    else hi = mid;
  }
  return lo;
}

bool world_alone(World *w) {
  uint32_t words = bits_words(w->ncountry);
  if (!w->alone) w->alone = arena_zero(&w->arena, (size_t)w->ncountry * words * sizeof *w->alone);
  for (uint32_t c = 0; w->alone && c < w->ncountry; c++) bits_set(w->alone + (size_t)c * words, c);
  return w->alone != NULL;
}

ClauseFacts *world_clause_full(World *w, uint32_t row, const Node *article) {
  ClauseFacts none = {.res = UINT32_MAX, .control = UINT32_MAX, .article = article_word(w, article)};
  if (!vec_push(w->mem, &w->clause_facts, none)) return NULL;
  w->clauses.at[row] = w->clause_facts.len - 1;
  return &w->clause_facts.at[w->clause_facts.len - 1];
}

Span world_clause_span(const World *w, uint32_t row) {
  ClauseFacts room;
  return world_clause(w, row, &room)->span;
}
