#include "syntax/print.h"
#include <string.h>

static bool same_text(Text a, Text b) { return a.len == b.len && memcmp(a.at, b.at, a.len) == 0; }

/* Symbols are the same number in one unit; figures and texts are kept anew each time they are read. */
static bool same_leaf(const Unit *u, const Node *a, const Node *b) {
  if (a->kind != b->kind || a->op != b->op || ast_kids((NodeKind)a->kind) != ast_kids((NodeKind)b->kind)) return false;
  if (a->kind == N_STRING) return same_text(u->texts.at[a->sym], u->texts.at[b->sym]);
  if (a->kind == N_NUMBER || a->kind == N_QUANTITY) {
    Num x = u->numbers.at[a->sym], y = u->numbers.at[b->sym];
    return x.form != NUM_BAD && y.form != NUM_BAD && num_cmp(u->mem, x, y) == 0;
  }
  return a->sym == b->sym && (a->kind != N_ACT || a->ref == b->ref);
}

static bool same_list(const Unit *u, const Node *a, const Node *b) {
  const Node *x = list_first(a), *y = list_first(b);
  for (; x && y; x = x->next, y = y->next)
    if (!tree_same(u, x, y)) return false;
  return !x && !y;
}

bool tree_same(const Unit *u, const Node *a, const Node *b) {
  if (!a || !b) return a == b;
  if (!same_leaf(u, a, b)) return false;
  if (a->kind == N_LIST) return same_list(u, a, b);
  for (int i = 0; i < ast_kids((NodeKind)a->kind); i++)
    if (!tree_same(u, a->kid[i], b->kid[i])) return false;
  return true;
}

uint32_t comments_of(const Unit *u, const Source *src, uint32_t *first) {
  uint32_t i = 0;
  while (i < u->comments.len && u->comments.at[i].lo < src->base) i++;
  *first = i;
  while (i < u->comments.len && u->comments.at[i].lo < src->base + src->len) i++;
  return i;
}

static Text trimmed(const Source *src, Span at) {
  Text t = {src->text + (at.lo - src->base), at.hi - at.lo};
  while (t.len && strchr(" \t\r", t.at[t.len - 1])) t.len--;
  return t;
}

bool comments_same(const Unit *u, const Source *a, const Source *b) {
  uint32_t i, j, end_i = comments_of(u, a, &i), end_j = comments_of(u, b, &j);
  for (; i < end_i && j < end_j; i++, j++)
    if (!same_text(trimmed(a, u->comments.at[i]), trimmed(b, u->comments.at[j]))) return false;
  return i == end_i && j == end_j;
}
