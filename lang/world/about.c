#include "world/inner.h"

/* Which clauses speak of an entity. */

typedef struct Names { World *w; uint32_t *start, *row; bool count; } Names;   /* first counted, then filled in */

static void name_put(Names *n, uint32_t of, uint32_t clause) {
  if (n->count) n->start[of + 2]++;
  else n->row[n->start[of + 1]++] = clause;
}

static void names_put(Names *n, const uint64_t *bits, uint32_t words, uint32_t clause) {
  for (uint32_t i = bits ? bits_next(bits, words, 0) : UINT32_MAX; i != UINT32_MAX; i = bits_next(bits, words, i + 1)) name_put(n, i, clause);
}

static void clause_names(Names *n, uint32_t kind, uint32_t clause) {
  const World *w = n->w;
  ClauseFacts room;
  const ClauseFacts *c = world_clause(w, clause, &room);
  switch (kind) {
    case K_COUNTRY:
      names_put(n, c->subjects, w->inner->cwords, clause);
      names_put(n, c->to, w->inner->cwords, clause);
      break;
    case K_LAYER: names_put(n, c->layers, bits_words(w->p->kinds.at[K_LAYER].list.len), clause); break;
    case K_RESOURCE:
      names_put(n, c->resources, w->inner->rwords, clause);
      if (c->res != UINT32_MAX) name_put(n, c->res, clause);
      break;
    case K_ROUTE: names_put(n, c->routes, bits_words(w->nroute), clause); break;
    case K_CONTROL: if (c->control < w->controls.len) name_put(n, c->control, clause); break;
    case K_AGREEMENT: name_put(n, agreement_root(w, c->agreement), clause); break;
    default: break;
  }
}

/* A clause that is its promise and no more names its supplier and its agreement; its resource has it at hand. */
static void all_names(Names *n, uint32_t kind) {
  const World *w = n->w;
  bool plain = kind == K_COUNTRY || kind == K_AGREEMENT;
  for (uint32_t i = 0; i < w->clauses.len; i++)
    if (plain || !(w->clauses.at[i] & PLAIN_CLAUSE)) clause_names(n, kind, i);
}

/* Made when it is first asked for: most drafts ask about resources and layers, and some about nothing. */
static bool about_make(World *w, uint32_t kind, uint32_t n) {
  About *a = &w->inner->about[kind];
  if (a->made) return true;
  Names names = {.w = w, .start = arena_zero(&w->arena, ((size_t)n + 2) * sizeof(uint32_t)), .count = true};
  if (!names.start) return false;
  all_names(&names, kind);
  for (uint32_t i = 0; i < n; i++) names.start[i + 2] += names.start[i + 1];
  names.row = arena_get(&w->arena, ((size_t)names.start[n + 1] + 1) * sizeof(uint32_t));
  if (!names.row) return false;
  names.count = false;
  all_names(&names, kind);
  a->start = names.start;
  a->row = names.row;
  return a->made = true;
}

/* Those of which each says so much of a resource and no more need no index: they lie by resource. */
static uint32_t plain_first(const World *w, Ent e) { return ent_kind(e) == K_RESOURCE ? w->promises.start[ent_index(e)] : 0; }
static uint32_t plain_end(const World *w, Ent e) { return ent_kind(e) == K_RESOURCE ? w->promises.start[ent_index(e) + 1] : 0; }

typedef struct Naming { World *w; Ctx *x; Value *at; uint32_t n; Dep *d; } Naming;

/* Of a plain one it need not be looked up that it is. */
static void clause_put(Naming *t, uint32_t clause, Window win, bool plain) {
  dep_window(win, t->x->day, t->d);
  if (!window_on(win, t->x->day)) return;
  uint32_t agreement = plain ? ent_index(clause_run(t->w->p, clause)->owner) : clause_agreement(t->w, clause);
  if (!clause_stands(t->x, agreement, clause)) return;
  uint32_t named = clause_named(t->w, clause);
  clause_read(t->w, named);
  t->at[t->n++] = value_ent(ent_make(K_CLAUSE, named));
}

Value world_clauses(World *w, Ctx *x, Ent about, Dep *d) {
  Value few[32];
  if (ent_kind(about) == K_AMENDMENT) {  /* the amended agreement, in the world under it; in others nothing */
    if (view_chosen(x->view) != about) return value_set(&w->rt, few, 0);
    about = ent_make(K_AGREEMENT, w->agreements.at[w->amended.at[ent_index(about)]].root);
  }
  uint32_t kind = ent_kind(about), i = ent_index(about);
  if (kind >= K_BUILTIN || i >= kind_count(w->p, kind) || !w->inner->sealed) return value_set(&w->rt, few, 0);
  if (!about_make(w, kind, kind_count(w->p, kind))) return value_set(&w->rt, few, 0);
  const About *a = &w->inner->about[kind];
  const PromiseCols *p = &w->promises;
  uint32_t first = plain_first(w, about), end = plain_end(w, about), cap = a->start[i + 1] - a->start[i] + end - first;
  Naming t = {w, x, cap <= 32 ? few : mem_get(w->mem, cap * sizeof(Value)), 0, d};
  if (!t.at) return value_set(&w->rt, few, 0);
  if (x->day == DAY_NONE || x->view->nunder) dep_stretch(w, x, d);
  for (uint32_t k = first; k < end; k++)
    if (p->flags.at[k] & ROW_SOLE) clause_put(&t, p->clause.at[k], promise_window(p, k), true);
  for (uint32_t k = a->start[i]; k < a->start[i + 1]; k++) clause_put(&t, a->row[k], clause_window(w, a->row[k]), false);
  Value set = value_set(&w->rt, t.at, t.n);
  if (t.at != few) mem_free(w->mem, t.at, cap * sizeof(Value));
  return set;
}
