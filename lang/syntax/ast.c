#include "syntax/ast.h"
#include <string.h>

#define NODE(kind, kids, doc) {#kind, kids},
static const struct { const char *name; uint8_t kids; } shape[] = {
#include "syntax/ast.def"
};
#undef NODE

int ast_kids(NodeKind kind) { return shape[kind].kids; }
const char *ast_name(NodeKind kind) { return shape[kind].name; }

void unit_init(Unit *u, Mem *mem, Intern *names, Sources *sources, Diags *diags) {
  memset(u, 0, sizeof *u);
  u->mem = mem;
  u->names = names;
  u->sources = sources;
  u->diags = diags;
  arena_init(&u->arena, mem);
}

void unit_end(Unit *u) {
  for (uint32_t i = 0; i < u->numbers.len; i++) num_drop(u->mem, u->numbers.at[i]);
  vec_end(u->mem, &u->numbers);
  vec_end(u->mem, &u->texts);
  vec_end(u->mem, &u->comments);
  vec_end(u->mem, &u->docs);
  vec_end(u->mem, &u->kept);
  unit_rows_cut(u, 0, 0);
  vec_end(u->mem, &u->rows);
  vec_end(u->mem, &u->clauses.span);
  vec_end(u->mem, &u->clauses.figure);
  vec_end(u->mem, &u->clauses.res);
  vec_end(u->mem, &u->clauses.who);
  vec_end(u->mem, &u->clauses.win);
  vec_end(u->mem, &u->clauses.how);
  arena_end(&u->arena);
}

bool unit_row_put(Unit *u, const Row *r) {
  if (u->nrow == u->rows.len * ROWS_BLOCK) {
    Row *block = mem_get(u->mem, ROWS_BLOCK * sizeof *block);
    if (!block || !vec_push(u->mem, &u->rows, block)) { mem_free(u->mem, block, ROWS_BLOCK * sizeof *block); return false; }
  }
  *unit_row(u, u->nrow++) = *r;
  return true;
}

void unit_rows_cut(Unit *u, uint32_t n, uint32_t clauses) {
  u->nrow = n;
  u->clauses.len = clauses;
  while (u->rows.len > (n + ROWS_BLOCK - 1) / ROWS_BLOCK) mem_free(u->mem, u->rows.at[--u->rows.len], ROWS_BLOCK * sizeof **u->rows.at);
}

#define COLUMN_ROOM(v) ((v).len = c->len, vec_more(u->mem, &(v), more))
static bool clauses_room(Unit *u) {
  enum { FEW = 64 };
  ClauseRows *c = &u->clauses;
  uint32_t more = c->len / 2 + FEW;
  if (!COLUMN_ROOM(c->span) || !COLUMN_ROOM(c->figure) || !COLUMN_ROOM(c->res) || !COLUMN_ROOM(c->who) || !COLUMN_ROOM(c->win) || !COLUMN_ROOM(c->how)) return false;
  c->cap = c->len + more;
  return true;
}
#undef COLUMN_ROOM

bool unit_clause_put(Unit *u, const Row *r) {
  ClauseRows *c = &u->clauses;
  if (c->len == c->cap && !clauses_room(u)) return false;
  uint32_t i = c->len++;
  c->span.at[i] = r->span;
  c->figure.at[i] = (RowFigure){.e = r->e, .name = r->unit, .c = r->c};
  c->res.at[i] = r->res;
  c->who.at[i] = r->who;
  c->win.at[i] = (DayRun){r->from, r->until};
  c->how.at[i] = r->rises ? CLAUSE_RISES : 0;
  return true;
}

Row unit_clause(const Unit *u, uint32_t i) {
  const ClauseRows *c = &u->clauses;
  const RowFigure f = c->figure.at[i];
  bool plain = c->how.at[i] & CLAUSE_PLAIN;
  return (Row){.span = c->span.at[i], .c = f.c, .e = f.e, .unit = plain ? f.unit : f.name, .res = c->res.at[i], .who = c->who.at[i], .from = c->win.at[i].from,
    .until = c->win.at[i].until, .kind = ROW_CLAUSE, .plain = plain, .rises = c->how.at[i] & CLAUSE_RISES};
}

void unit_row_done(Unit *u, const Node *run, uint32_t i) {
  if ((i + 1) % ROWS_BLOCK || i + 1 - ROWS_BLOCK < run->sym) return;
  mem_free(u->mem, u->rows.at[i / ROWS_BLOCK], ROWS_BLOCK * sizeof **u->rows.at);
  u->rows.at[i / ROWS_BLOCK] = NULL;
  u->rows_gone = true;
}

void ast_too_deep(Unit *u, Span at) {
  if (u->deep) return;
  u->deep = true;
  Diag *x = diag_add(u->diags, DIAG_E0501, at, "this is nested more than %d deep", AST_DEPTH_MAX);
  diag_help(u->diags, x, "name parts of it with let, or write a long sum as sum([...])");
}

/* Depth is bounded here, where nodes are made, so that no later walk can overflow. The message comes once: a
 * node that is too deep counts as a leaf from then on. */
static void too_deep(Unit *u, Node *n) {
  ast_too_deep(u, n->span);
  n->depth = 1;
  for (int i = 0; i < shape[n->kind].kids; i++) n->kid[i] = NULL;
  n->kind = N_BAD;
  n->sym = 0;
}

static inline void deepen(Unit *u, Node *n, const Node *kid) {
  uint16_t own = n->kind != N_LIST;  /* a list is no level of its own: it belongs to what it is the list of */
  if (!kid || kid->depth + own <= n->depth) return;
  n->depth = (uint16_t)(kid->depth + own);
  if (n->depth > AST_DEPTH_MAX) too_deep(u, n);
}

Node *ast_make(Unit *u, NodeKind kind, Span span, int op, uint32_t sym, Node *k0, Node *k1, Node *k2, Node *k3) {
  int kids = shape[kind].kids;
  Node *n = arena_get(&u->arena, sizeof *n + (size_t)kids * sizeof(Node *));
  *n = (Node){.kind = (uint8_t)kind, .op = (uint8_t)op, .depth = 1, .span = span, .sym = sym};
  if (kids > 0) n->kid[0] = k0;
  if (kids > 1) n->kid[1] = k1;
  if (kids > 2) n->kid[2] = k2;
  if (kids > 3) n->kid[3] = k3;
  for (int i = 4; i < kids; i++) n->kid[i] = NULL;
  for (int i = 0; i < kids && i < 4 && n->kind != N_BAD; i++) deepen(u, n, n->kid[i]);
  return n;
}

void ast_kid(Unit *u, Node *n, int i, Node *kid) {
  if (n->kind == N_BAD) return;
  n->kid[i] = kid;
  deepen(u, n, kid);
}

Node *ast_list(Unit *u, Span span) { return ast_make(u, N_LIST, span, 0, 0, NULL, NULL, NULL, NULL); }

Node *ast_append(Unit *u, Node *list, Node *item) {
  if (!item) return list;
  if (!list) list = ast_list(u, item->span);
  if (list->kind == N_BAD) return list;
  if (list->kid[1]) list->kid[1]->next = item;
  else list->kid[0] = item;
  list->kid[1] = item;
  list->sym++;
  if (!list->span.hi || list->span.lo > item->span.lo) list->span.lo = item->span.lo;
  list->span.hi = item->span.hi;
  deepen(u, list, item);
  return list;
}

Text ast_text(const Unit *u, const Node *string) {
  Text none = {"", 0};
  return string && string->kind == N_STRING ? u->texts.at[string->sym] : none;
}

static bool blank_between(Unit *u, uint32_t lo, uint32_t hi) {
  if (lo > hi) return false;
  const Source *f = sources_at(u->sources, lo);
  int lines = 0;
  for (uint32_t i = lo; i < hi; i++) {
    char c = f->text[i - f->base];
    if (c == '\n') lines++;
    else if (c != ' ' && c != '\t' && c != '\r') return false;
  }
  return lines <= 1;
}

static void doc_line(Unit *u, Span s, Buf *out) {
  const char *t = sources_text(u->sources, s);
  uint32_t n = s.hi - s.lo, i = 0;
  while (i < n && t[i] == '#') i++;
  if (i < n && t[i] == ' ') i++;
  while (n > i && (t[n - 1] == '\r' || t[n - 1] == ' ')) n--;
  if (out->len) buf_char(out, '\n');
  buf_add(out, t + i, n - i);
}

bool ast_doc_top(Unit *u, const Source *src, const Node *file, Buf *out) {
  const Node *first = list_first(file->kid[0]);
  uint32_t i = 0, from, limit = first ? first->span.lo : src->base + src->len;
  while (i < u->docs.len && u->docs.at[i].lo < src->base) i++;
  for (from = i; i < u->docs.len && u->docs.at[i].lo < limit && (i == from || blank_between(u, u->docs.at[i - 1].hi, u->docs.at[i].lo)); i++) {}
  if (i == from || (first && first->kind != N_USE && blank_between(u, u->docs.at[i - 1].hi, limit))) return false;
  for (uint32_t k = from; k < i; k++) doc_line(u, u->docs.at[k], out);
  return true;
}

/* The documentation comments that end just above `at`: docs.at[first] up to, not with, docs.at[end]. */
static uint32_t doc_first(Unit *u, Span at, uint32_t *end) {
  *end = u->docs.len;
  while (*end > 0 && u->docs.at[*end - 1].lo >= at.lo) --*end;
  uint32_t first = *end, below = at.lo;
  while (first > 0 && blank_between(u, u->docs.at[first - 1].hi, below)) below = u->docs.at[--first].lo;
  return first;
}

bool ast_doc(Unit *u, Span at, Buf *out) {
  uint32_t end, first = doc_first(u, at, &end);
  for (uint32_t i = first; i < end; i++) doc_line(u, u->docs.at[i], out);
  return first < end;
}

uint32_t ast_doc_from(Unit *u, Span at) {
  uint32_t end, first = doc_first(u, at, &end);
  return first < end ? u->docs.at[first].lo : at.lo;
}
