#include "syntax/parse_state.h"

enum { NAME_MAX_BYTES = 255 };

static Node *make(Parse *p, NodeKind kind, Span at, int op, uint32_t sym, Node *a, Node *b, Node *c, Node *d) {
  return ast_make(p->unit, kind, at, op, sym, a, b, c, d);
}

Sym parse_sym(Parse *p, Span at) {
  Unit *u = p->unit;
  if (at.hi - at.lo > NAME_MAX_BYTES) {
    diag_add(u->diags, DIAG_E0503, at, "a name may have at most %d letters", NAME_MAX_BYTES);
    at.hi = at.lo + NAME_MAX_BYTES;
  }
  return intern_put(u->names, p->src->text + (at.lo - p->src->base), at.hi - at.lo);
}

Node *parse_name(Parse *p, Span at) { return make(p, N_NAME, at, 0, parse_sym(p, at), NULL, NULL, NULL, NULL); }

Node *parse_unit(Parse *p, Span at) {
  Buf b;
  buf_init(&b, p->unit->mem);
  const char *t = p->src->text + (at.lo - p->src->base);
  for (uint32_t i = 0; i < at.hi - at.lo; i++)
    if (t[i] != ' ' && t[i] != '\t' && t[i] != '\n' && t[i] != '\r') buf_char(&b, t[i]);
  Sym s = intern_put(p->unit->names, buf_text(&b), b.len);
  buf_end(&b);
  return make(p, N_UNIT, at, 0, s, NULL, NULL, NULL, NULL);
}

Node *parse_string(Parse *p, Span at, uint32_t text) { return make(p, N_STRING, at, 0, text, NULL, NULL, NULL, NULL); }

Node *parse_interp(Parse *p, Span at, Node *head, Node *parts, Node *tail) {
  Node *list = ast_append(p->unit, NULL, head);
  Node *next;
  for (Node *n = list_first(parts); n; n = next) {
    next = n->next;
    n->next = NULL;
    ast_append(p->unit, list, n);
  }
  ast_append(p->unit, list, tail);
  return make(p, N_INTERP, at, 0, 0, list, NULL, NULL, NULL);
}

Node *parse_entity(Parse *p, Span at, int kind, Span word, Node *name, Node *title, Node *fields) {
  return make(p, N_ENTITY, at, kind, parse_sym(p, word), name, title, fields, NULL);
}

Node *parse_braces(Parse *p, Span at, Node *items) {
  bool map = false;
  for (Node *n = list_first(items); n; n = n->next) map = map || n->kind == N_PAIR;
  return make(p, map ? N_MAP : N_SET, at, 0, 0, items, NULL, NULL, NULL);
}

Node *parse_act(Parse *p, Span at, int act, int modal, Node *quantity, Node *of, Node *to, Node *via) {
  Node *n = make(p, N_ACT, at, act, 0, quantity, of, to, via);
  n->ref = (uint32_t)modal;
  return n;
}

Node *parse_govern(Parse *p, Span at, int op, Node *expr, Node *arg) {
  return make(p, N_GOVERN, at, op, 0, expr, arg, NULL, NULL);
}

Node *parse_field(Parse *p, Span of, Span name) {
  return make(p, N_FIELD, span_join(of, name), 0, parse_sym(p, name), parse_name(p, of), NULL, NULL, NULL);
}

Node *parse_atom(Parse *p, Span at, Node *expr) { return make(p, N_ATOM, at, 0, 0, expr, NULL, NULL, NULL); }

Node *parse_append(Parse *p, Node *list, Node *item) {
  for (Node *next; item; item = next) {
    Node *last = list->kind == N_LIST ? list->kid[1] : NULL;
    next = item->next;
    item->next = NULL;
    if (last && last->kind == N_ROWS && item->kind == N_ROWS && last->op == item->op && last->sym + last->ref == item->sym) {
      last->ref += item->ref;
      last->span.hi = list->span.hi = item->span.hi;
      item->ref = 0;
    } else ast_append(p->unit, list, item);
  }
  return list;
}

void parse_block_open(Parse *p, Span at) {
  if (p->blocks < PARSE_BLOCKS_MAX) {
    p->block[p->blocks].at = at;
    p->block[p->blocks].braces = p->braces ? p->braces - 1 : 0;
    p->block[p->blocks].faults = p->faults;
  }
  p->blocks++;
}

void parse_block_close(Parse *p) {
  if (p->blocks) p->blocks--;
}
