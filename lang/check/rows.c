#include "check/checker.h"
#include "syntax/parser.h"
#include <string.h>

/* Rows: what is said in the commonest forms is looked at where it lies. */

void rows_declare(Checker *c, Node *rows, Ent owner, const Node *article) {
  rows->ty = c->p->clauses.len;
  for (uint32_t i = 0; i < rows->ref && !mem_failed(c->p->mem); i++) {
    const Row *r = unit_row(c->u, rows->sym + i);
    Ent e = clause_add(c, r->span, owner, article);
    if (e == UINT32_MAX) { rows->ref = i; return; }
    clause_label(c, e, owner, r->rises);
  }
}

/* What has been asked in this run, since it will be asked again: where it is long, of countries and of resources by name what
 * was found, 1 on. */
typedef struct Asked { uint32_t unit; UnitId id; Sym rest; uint32_t *found[2]; uint32_t nfound; } Asked;
enum { ASKED_MANY = 1000 };

static bool entity_named(Checker *c, Asked *a, Sym name, uint32_t kind, uint32_t *index) {
  Bind b;
  uint32_t *known = name < a->nfound ? &a->found[kind == K_RESOURCE][name] : NULL;
  if (known && *known) { *index = *known - 1; return true; }
  if (!name_find(c, c->module, name, &b)) return false;
  while (b.kind != BIND_ENTITY || ent_kind(b.index) != kind) {
    if (b.next < 0) return false;
    b = c->p->binds.at[b.next];
  }
  *index = ent_index(b.index);
  if (known) *known = *index + 1;
  return true;
}

static UnitId unit_named(Checker *c, Asked *a, uint32_t name) {
  Sym bad;
  if (name == a->unit) return a->id;
  a->unit = name;
  a->id = unit_parse(&c->p->units, name, &bad);
  if (a->id != UNIT_NONE) use_mark_unit(c, a->id);
  return a->id;
}

/* Whether there is nothing to say against the row, nor to work out: then names become entities. Nothing is reported here, and
 * nothing but this can make a row plain: the rest becomes a node and takes the way of all nodes. */
static bool row_settle(Checker *c, Row *r, Asked *a) {
  uint32_t res, who = 0, other = r->kind == ROW_REQUIRES ? K_RESOURCE : K_COUNTRY;
  if ((r->kind == ROW_CLAUSE && r->from >= r->until) || !entity_named(c, a, r->res, K_RESOURCE, &res)) return false;
  if (r->kind != ROW_DEMAND && ((r->kind == ROW_SUPPLY && r->who == a->rest) || !entity_named(c, a, r->who, other, &who))) return false;
  UnitId unit = r->unit ? unit_named(c, a, r->unit) : UNIT_ONE;
  if (r->unit && (unit == UNIT_NONE || unit != c->p->resource_unit.at[res])) return false;
  r->res = res;
  r->who = who;
  r->unit = unit;
  return r->plain = true;
}

static void row_spread(Checker *c, uint32_t row, Ent clause) {
  Node *n = parse_again(c->u, unit_row(c->u, row));
  if (!n) return;
  map_put(&c->p->row_nodes, row, (uintptr_t)n);
  if (n->kind != N_CLAUSE) { decl_check(c, n); return; }
  n->ref = clause;
  clause_entity(c->p, ent_index(clause))->decl = n;
  clause_check(c, n);
}

void rows_check(Checker *c, Node *rows, bool as_nodes) {
  Asked a = {.rest = intern_find(c->u->names, "rest", 4)};
  size_t room = rows->ref < ASKED_MANY ? 0 : c->u->names->count * sizeof *a.found[0];
  for (int i = 0; i < 2 && room; i++) a.found[i] = mem_zero(c->p->mem, room);
  if (a.found[0] && a.found[1]) a.nfound = c->u->names->count;
  for (uint32_t i = 0; i < rows->ref && !mem_failed(c->p->mem); i++)
    if (as_nodes || !row_settle(c, unit_row(c->u, rows->sym + i), &a)) row_spread(c, rows->sym + i, ent_make(K_CLAUSE, rows->ty + i));
  for (int i = 0; i < 2; i++) mem_free(c->p->mem, a.found[i], room);
}

Node *row_node(const Program *p, uint32_t row) {
  uint64_t at;
  return map_get(&p->row_nodes, row, &at) ? (Node *)(uintptr_t)at : NULL;
}
