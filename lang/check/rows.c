#include "check/checker.h"
#include "syntax/parser.h"
#include <string.h>

/* Rows: what is said in the commonest forms is looked at where it lies. */

/* A row that rises stands right after another, in the same article, and most do. */
static Ent row_declare(Checker *c, uint32_t row, Ent owner, const Node *article) {
  Program *p = c->p;
  bool rises = c->u->clauses.how.at[row] & CLAUSE_RISES;
  if (rises && p->nclause < CLAUSES_MAX && clause_follows(p, p->nclause, owner)) return ent_make(K_CLAUSE, p->memo->last = p->nclause++);
  Ent e = clause_add_row(c, row, owner, article);
  if (e != UINT32_MAX) clause_label(c, e, owner, rises);
  return e;
}

void rows_declare(Checker *c, Node *rows, Ent owner, const Node *article) {
  rows->ty = c->p->nclause;
  for (uint32_t i = 0; i < rows->ref && !mem_failed(c->p->mem); i++)
    if (row_declare(c, rows->sym + i, owner, article) == UINT32_MAX) rows->ref = i;
}

/* What has been asked of names in one module, since it will be asked again: as a country, a resource or a unit, what was found, 1 on.
 * Kept where there are many rows. */
enum { ASKED_MANY = 64, ASKED_COUNTRY = 0, ASKED_RESOURCE, ASKED_UNIT, ASKED };
struct Asked { uint16_t module; uint32_t n; uint32_t found[]; };

static size_t asked_size(uint32_t n) { return sizeof(struct Asked) + (size_t)n * ASKED * sizeof(uint32_t); }

static void asked_begin(Checker *c) {
  uint32_t n = c->u->names->count;
  if (!c->asked && c->u->nrow + c->u->clauses.len >= ASKED_MANY && (c->asked = mem_zero(c->p->mem, asked_size(n)))) *c->asked = (struct Asked){c->module, n};
  if (!c->asked || c->asked->module == c->module) return;
  memset(c->asked->found, 0, asked_size(c->asked->n) - sizeof *c->asked);
  c->asked->module = c->module;
}

void rows_asked_drop(Checker *c) {
  if (c->asked) mem_free(c->p->mem, c->asked, asked_size(c->asked->n));
  c->asked = NULL;
}

static bool entity_named(Checker *c, Sym name, int what, uint32_t *index) {
  Bind b;
  if (!name_find(c, c->module, name, &b)) return false;
  while (b.kind != BIND_ENTITY || ent_kind(b.index) != (what == ASKED_RESOURCE ? K_RESOURCE : K_COUNTRY)) {
    if (b.next < 0) return false;
    b = c->p->binds.at[b.next];
  }
  *index = ent_index(b.index);
  return true;
}

static bool unit_named(Checker *c, Sym name, uint32_t *unit) {
  Sym bad;
  UnitId id = unit_parse(&c->p->units, name, &bad);
  if (id != UNIT_NONE) use_mark_unit(c, id);
  *unit = id;
  return id != UNIT_NONE;
}

/* What a name stands for; false: nothing of that sort. */
static inline bool asked(Checker *c, Sym name, int what, uint32_t *index) {
  uint32_t *known = c->asked && name < c->asked->n ? &c->asked->found[name * ASKED + (uint32_t)what] : NULL;
  if (known && *known) { *index = *known - 1; return true; }
  if (what == ASKED_UNIT ? !unit_named(c, name, index) : !entity_named(c, name, what, index)) return false;
  if (known) *known = *index + 1;
  return true;
}

/* Whether there is nothing to say against the row, nor to work out: then names become entities. Nothing is reported here, and
 * nothing but this can make a row plain: the rest becomes a node and takes the way of all nodes. */
static inline bool row_settle(Checker *c, Row *r, Sym rest) {
  uint32_t res = 0, who = 0, unit = UNIT_ONE;
  if ((r->kind == ROW_SUPPLY && r->who == rest) || !asked(c, r->res, ASKED_RESOURCE, &res)) return false;
  if (r->kind != ROW_DEMAND && !asked(c, r->who, r->kind == ROW_REQUIRES ? ASKED_RESOURCE : ASKED_COUNTRY, &who)) return false;
  if (r->unit && (!asked(c, r->unit, ASKED_UNIT, &unit) || unit != c->p->resource_unit.at[res])) return false;
  r->res = res;
  r->who = who;
  r->unit = (UnitId)unit;
  return r->plain = true;
}

static void row_spread(Checker *c, uint32_t row) {
  Node *n = parse_again(c->u, unit_row(c->u, row));
  if (!n) return;
  map_put(&c->p->row_nodes, row, (uintptr_t)n);
  decl_check(c, n);
}

/* The same for a clause. */
static inline bool clause_settle(Checker *c, uint32_t i) {
  const ClauseRows *r = &c->u->clauses;
  RowFigure *f = &r->figure.at[i];
  uint32_t res = 0, who = 0, unit = UNIT_ONE;
  if (r->win.at[i].from >= r->win.at[i].until || !asked(c, r->res.at[i], ASKED_RESOURCE, &res) || !asked(c, r->who.at[i], ASKED_COUNTRY, &who)) return false;
  if (!asked(c, f->name, ASKED_UNIT, &unit) || unit != c->p->resource_unit.at[res]) return false;
  r->res.at[i] = res;
  r->who.at[i] = who;
  f->unit = (UnitId)unit;
  r->how.at[i] |= CLAUSE_PLAIN;
  return true;
}

static void clause_spread(Checker *c, uint32_t row, Ent clause) {
  const Row r = unit_clause(c->u, row);
  Node *n = parse_again(c->u, &r);
  if (!n) return;
  n->ref = clause;
  clause_entity(c->p, ent_index(clause))->decl = n;
  clause_check(c, n);
}

void rows_check(Checker *c, Node *rows, bool as_nodes) {
  Sym rest = intern_find(c->u->names, "rest", 4);
  asked_begin(c);
  for (uint32_t i = 0; i < rows->ref && !mem_failed(c->p->mem); i++) {
    uint32_t row = rows->sym + i;
    if (rows->op == ROW_CLAUSE) { if (as_nodes || !clause_settle(c, row)) clause_spread(c, row, ent_make(K_CLAUSE, rows->ty + i)); }
    else if (as_nodes || !row_settle(c, unit_row(c->u, row), rest)) row_spread(c, row);
  }
}

Node *row_node(const Program *p, uint32_t row) {
  uint64_t at;
  return map_get(&p->row_nodes, row, &at) ? (Node *)(uintptr_t)at : NULL;
}
