#include "syntax/print_state.h"
#include <string.h>

/* How tightly operators bind, as parse.y has it: what is below is looser. */
enum { BIND_GOVERN = 0, BIND_IMPLIES, BIND_OR, BIND_AND, BIND_NOT, BIND_COMPARE, BIND_ELSE, BIND_RANGE, BIND_ADD, BIND_MUL,
       BIND_NEG, BIND_POW };
typedef enum Assoc { ASSOC_NONE, ASSOC_LEFT, ASSOC_RIGHT } Assoc;

static const struct { const char *text; uint8_t bind, assoc; } binary[] = {
  [OP_ADD] = {"+", BIND_ADD, ASSOC_LEFT}, [OP_SUB] = {"-", BIND_ADD, ASSOC_LEFT}, [OP_MUL] = {"*", BIND_MUL, ASSOC_LEFT},
  [OP_DIV] = {"/", BIND_MUL, ASSOC_LEFT}, [OP_MOD] = {"mod", BIND_MUL, ASSOC_LEFT}, [OP_POW] = {"^", BIND_POW, ASSOC_RIGHT},
  [OP_ELSE] = {"??", BIND_ELSE, ASSOC_LEFT}, [OP_RANGE] = {"..", BIND_RANGE, ASSOC_NONE},
  [OP_AND] = {"and", BIND_AND, ASSOC_LEFT}, [OP_OR] = {"or", BIND_OR, ASSOC_LEFT},
  [OP_IMPLIES] = {"implies", BIND_IMPLIES, ASSOC_RIGHT},
  [OP_EQ] = {"==", BIND_COMPARE, ASSOC_NONE}, [OP_NE] = {"!=", BIND_COMPARE, ASSOC_NONE}, [OP_LT] = {"<", BIND_COMPARE, ASSOC_NONE},
  [OP_GT] = {">", BIND_COMPARE, ASSOC_NONE}, [OP_LE] = {"<=", BIND_COMPARE, ASSOC_NONE}, [OP_GE] = {">=", BIND_COMPARE, ASSOC_NONE},
  [OP_IN] = {"in", BIND_COMPARE, ASSOC_NONE}, [OP_NOT_IN] = {"not in", BIND_COMPARE, ASSOC_NONE},
};
static const char *const govern_word[] = {[GOV_AT] = "at", [GOV_THROUGHOUT] = "throughout", [GOV_SOMETIME] = "sometime",
                                          [GOV_WITHOUT] = "without", [GOV_UNDER] = "under"};

static int binds(const Node *n) {
  if (n->kind == N_BINARY) return binary[n->op].bind;
  if (n->kind == N_UNARY) return n->op == OP_NOT ? BIND_NOT : BIND_NEG;
  return n->kind == N_GOVERN ? BIND_GOVERN : BIND_PRIMARY;
}

static bool is_open_ended(const Node *n) { return n->kind == N_IF || n->kind == N_LET_IN; }

static bool needs_parens(const Node *n, int min, bool open) {
  if (is_open_ended(n)) return !open || min > BIND_NOT;
  return binds(n) < min;
}

/* ---- operators ---- */

/* The looser operand of a chain such as a + b + c, when it is of the same chain. */
static const Node *chained(const Node *n) {
  int assoc = n->kind == N_BINARY ? binary[n->op].assoc : ASSOC_NONE;
  if (assoc == ASSOC_NONE) return NULL;
  const Node *kid = n->kid[assoc == ASSOC_LEFT ? 0 : 1];
  return kid->kind == N_BINARY && binary[kid->op].bind == binary[n->op].bind ? kid : NULL;
}

static bool chain_broken(const Print *p, const Node *n) {
  for (; n; n = chained(n))
    if (print_broken(p, n->kid[0]->span.hi, n->kid[1]->span.lo)) return true;
  return false;
}

static void chain(Print *p, const Node *n, Mode mode, bool open) {
  int bind = binary[n->op].bind, assoc = binary[n->op].assoc;
  const Node *left = n->kid[0], *right = n->kid[1], *same = chained(n);
  int left_min = assoc == ASSOC_LEFT ? bind : bind + 1, right_min = assoc == ASSOC_RIGHT ? bind : bind + 1;
  if (n->op == OP_POW) left_min = left->kind == N_QUANTITY ? BIND_PRIMARY + 1 : BIND_PRIMARY, right_min = BIND_NEG;   /* (10 t) ^ 2 */
  if (bind == BIND_COMPARE) left_min = right_min = BIND_ARITH;
  print_comments(p, n->span.lo);
  if (same == left) chain(p, left, mode, false);
  else print_expr(p, left, left_min, false);
  if (p->tight) print_comments(p, right->span.lo);
  else print_point(p, mode, left->span.hi, right->span.lo, true);
  print_text(p, binary[n->op].text);
  if (!p->tight) print_text(p, " ");
  if (same == right) chain(p, right, mode, open);
  else print_expr(p, right, right_min, open);
}

/* a..b, with blanks only where an end of it has some of its own. */
static void range(Print *p, const Node *n) {
  bool wide = binds(n->kid[0]) == BIND_ADD || binds(n->kid[0]) == BIND_MUL || binds(n->kid[1]) == BIND_ADD || binds(n->kid[1]) == BIND_MUL;
  print_expr(p, n->kid[0], BIND_ADD, false);
  print_text(p, wide ? " .. " : "..");
  print_expr(p, n->kid[1], BIND_ADD, false);
}

static bool govern_broken(const Print *p, const Node *n) {
  for (; n->kind == N_GOVERN; n = n->kid[0])
    if (print_broken(p, n->kid[0]->span.hi, n->kid[1]->span.lo)) return true;
  return false;
}

static void govern(Print *p, const Node *n, Mode mode, bool open) {
  (void)open;
  if (n->kid[0]->kind == N_GOVERN) govern(p, n->kid[0], mode, false);
  else print_expr(p, n->kid[0], BIND_EXPR, false);
  print_point(p, mode, n->kid[0]->span.hi, n->kid[1]->span.lo, true);
  print_text(p, govern_word[n->op]);
  print_text(p, " ");
  print_expr(p, n->kid[1], BIND_ARITH, false);
}

/* ---- if and let ---- */

static bool if_broken(const Print *p, const Node *n) {
  for (; n->kind == N_IF; n = n->kid[2])
    if (print_broken(p, n->kid[0]->span.hi, n->kid[1]->span.lo) || print_broken(p, n->kid[1]->span.hi, n->kid[2]->span.lo)) return true;
  return false;
}

static void if_else(Print *p, const Node *n, Mode mode, bool open) {
  print_text(p, "if ");
  print_expr(p, n->kid[0], BIND_EXPR, true);
  print_point(p, mode, n->kid[0]->span.hi, n->kid[1]->span.lo, false);
  print_text(p, "then ");
  print_expr(p, n->kid[1], BIND_EXPR, true);
  print_point(p, mode, n->kid[1]->span.hi, n->kid[2]->span.lo, true);
  print_text(p, "else ");
  print_comments(p, n->kid[2]->span.lo);
  if (n->kid[2]->kind == N_IF) if_else(p, n->kid[2], mode, open);
  else print_expr(p, n->kid[2], BIND_EXPR, open);
}

static bool let_broken(const Print *p, const Node *n) {
  for (; n->kind == N_LET_IN; n = n->kid[2])
    if (print_broken(p, n->kid[1]->span.hi, n->kid[2]->span.lo)) return true;
  return false;
}

static void let_in(Print *p, const Node *n, Mode mode, bool open) {
  print_text(p, "let ");
  print_expr(p, n->kid[0], BIND_PRIMARY, true);
  print_text(p, " = ");
  print_expr(p, n->kid[1], BIND_EXPR, true);
  print_text(p, ";");
  print_point(p, mode, n->kid[1]->span.hi, n->kid[2]->span.lo, true);
  print_comments(p, n->kid[2]->span.lo);
  if (n->kid[2]->kind == N_LET_IN) let_in(p, n->kid[2], mode, open);
  else print_expr(p, n->kid[2], BIND_EXPR, open);
}

/* ---- lists ---- */

void print_name_list(Print *p, const Node *list) {
  for (const Node *n = list_first(list); n; n = n->next) {
    print_expr(p, n, BIND_EXPR, true);
    if (n->next) print_text(p, ",");
    if (n->next) print_blank(p);
  }
}

/* Whether a unit ends it, which a colon would turn into a name. */
static bool ends_in_unit(const Node *n) {
  for (;;) {
    if (n->kind == N_QUANTITY) return true;
    if (n->kind == N_BINARY || n->kind == N_GOVERN) n = n->kid[1];
    else if (n->kind == N_UNARY) n = n->kid[0];
    else if (n->kind == N_IF || n->kind == N_LET_IN) n = n->kid[2];
    else return false;
  }
}

static void key(Print *p, const Node *n) {
  if (!ends_in_unit(n)) { print_expr(p, n, BIND_EXPR, true); return; }
  print_text(p, "(");
  print_expr(p, n, BIND_EXPR, true);
  print_text(p, ")");
}

static void element(Print *p, const Node *n) {
  print_comments(p, n->span.lo);
  if (n->kind == N_PAIR) {
    key(p, n->kid[0]);
    print_text(p, ": ");
    print_expr(p, n->kid[1], BIND_EXPR, true);
  } else if (n->kind == N_ARG) {
    print_sym(p, n->sym);
    print_text(p, ": ");
    print_expr(p, n->kid[0], BIND_EXPR, true);
  } else if (n->kind == N_PARAM) {
    print_expr(p, n->kid[0], BIND_PRIMARY, true);
    print_text(p, ": ");
    print_type(p, n->kid[1]);
  } else print_expr(p, n, BIND_EXPR, true);
}

/* Where the closing mark stands; for lists in declarations, no further than that. */
static uint32_t list_end(const Node *owner, const Node *list) {
  bool own = owner->kind == N_CALL || owner->kind == N_SET || owner->kind == N_SEQ || owner->kind == N_MAP;
  return own ? owner->span.hi - 1 : list ? list->span.hi : 0;
}

static const Node *list_of(const Node *owner) {
  switch ((int)owner->kind) {
    case N_CALL: case N_FN: case N_EXTERN: case N_RULE: case N_FACT: case N_FACT_MAP: return owner->kid[1];
    case N_TABLE: return owner->kid[2];
    default: return owner->kid[0];
  }
}

/* Before the first element: the break just before it. */
static bool list_broken(const Print *p, const Node *owner) {
  const Node *list = list_of(owner), *first = list_first(list);
  if (!first) return false;
  if (print_breaks_before(p, first->span.lo)) return true;
  for (const Node *n = first; n->next; n = n->next)
    if (print_broken(p, n->span.hi, n->next->span.lo)) return true;
  return print_broken(p, list->kid[1]->span.hi, list_end(owner, list));
}

static const char *marks_of(const Node *owner) {
  return owner->kind == N_SET || owner->kind == N_MAP ? "{}" : owner->kind == N_SEQ ? "[]" : "()";
}

static void elements(Print *p, const Node *owner, Mode mode, bool open) {
  (void)open;
  const Node *list = list_of(owner);
  const char *marks = marks_of(owner);
  print_bytes(p, marks, 1);
  uint32_t before = 0;
  for (const Node *n = list_first(list); n; n = n->next) {
    bool first = !before, author = first ? print_breaks_before(p, n->span.lo) : print_broken(p, before, n->span.lo);
    if (!first) print_text(p, ",");
    if (mode == MODE_ALL || (mode == MODE_AUTHOR && author)) print_break(p, n->span.lo, false);
    else if (!first) print_blank(p);
    element(p, n);
    before = n->span.hi;
  }
  uint32_t end = list_end(owner, list);
  if (before && (mode == MODE_ALL || (mode == MODE_AUTHOR && print_broken(p, before, end)))) print_close(p, end);
  else print_comments(p, end);
  print_bytes(p, marks + 1, 1);
}

void print_list(Print *p, const Node *owner) {
  print_group(p, owner, elements, list_broken(p, owner), true, true);
}

/* ---- comprehensions ---- */

bool print_gens_broken(const Print *p, const Node *gens, uint32_t lo) {
  for (const Node *g = list_first(gens); g; lo = g->span.hi, g = g->next)
    if (print_broken(p, lo, g->span.lo) || (g->kid[3] && print_broken(p, g->kid[2]->span.hi, g->kid[3]->span.lo))) return true;
  return false;
}

void print_gens(Print *p, const Node *gens, uint32_t lo, Mode mode) {
  for (const Node *g = list_first(gens); g; lo = g->span.hi, g = g->next) {
    print_point(p, mode, lo, g->span.lo, true);
    print_comments(p, g->span.lo);
    print_text(p, "for ");
    print_expr(p, g->kid[0], BIND_PRIMARY, true);
    if (g->kid[1]) { print_text(p, ", "); print_expr(p, g->kid[1], BIND_PRIMARY, true); }
    print_text(p, " in ");
    print_expr(p, g->kid[2], BIND_EXPR, true);
    if (!g->kid[3]) continue;
    print_point(p, mode, g->kid[2]->span.hi, g->kid[3]->span.lo, false);
    print_text(p, "where ");
    print_expr(p, g->kid[3], BIND_EXPR, true);
  }
}

static const Node *gens_of(const Node *n) { return n->kid[n->kind == N_MAP_FOR ? 2 : 1]; }
static const Node *last_of(const Node *n) { return n->kid[n->kind == N_MAP_FOR ? 1 : 0]; }

static void comprehension(Print *p, const Node *n, Mode mode, bool open) {
  (void)open;
  const char *marks = n->kind == N_EACH ? "()" : n->kind == N_SEQ_FOR ? "[]" : "{}";
  print_bytes(p, marks, 1);
  if (n->kind == N_MAP_FOR) {
    key(p, n->kid[0]);
    print_text(p, ": ");
    print_expr(p, n->kid[1], BIND_EXPR, true);
  } else print_expr(p, n->kid[0], BIND_IMPLIES, true);   /* (e without c) for c in s: else it is read astray */
  print_gens(p, gens_of(n), last_of(n)->span.hi, mode);
  print_comments(p, n->kind == N_EACH ? n->span.hi : n->span.hi - 1);
  print_bytes(p, marks + 1, 1);
}

static void print_for(Print *p, const Node *n) {
  print_group(p, n, comprehension, print_gens_broken(p, gens_of(n), last_of(n)->span.hi), true, true);
}

static void call(Print *p, const Node *n) {
  print_expr(p, n->kid[0], BIND_PRIMARY, false);
  const Node *first = list_first(n->kid[1]);
  if (first && first->kind == N_EACH) print_for(p, first);
  else print_list(p, n);
}

static void set(Print *p, const Node *n) {
  bool names = n->kid[0] && p->src->text[n->span.lo - p->src->base] != '{';   /* `to USA, JPN`, a set too */
  if (names) print_name_list(p, n->kid[0]);
  else print_list(p, n);
}

/* ---- leaves ---- */

static void atom(Print *p, const Node *n) {
  const char *s = p->src->text + (n->span.lo - p->src->base) + 1;
  while (strchr(" \t\r\n", *s) && *s) s++;
  bool parens = *s == '(';
  print_text(p, parens ? "@(" : "@");
  print_expr(p, n->kid[0], BIND_EXPR, true);
  if (parens) print_text(p, ")");
}

static void quantity(Print *p, const Node *n) {
  Span number = {n->span.lo, n->kid[0]->span.lo};
  if (p->src->text[number.hi - 1 - p->src->base] == ' ') number.hi--;
  print_span(p, number);
  print_text(p, " ");
  print_sym(p, n->kid[0]->sym);
}

/* Whether its first character is a brace, as far as its kind tells. */
static bool begins_with_brace(const Node *n) {
  while (n->kind == N_BINARY || n->kind == N_GOVERN || n->kind == N_FIELD || n->kind == N_CALL || n->kind == N_INDEX) n = n->kid[0];
  return n->kind == N_SET || n->kind == N_MAP || n->kind == N_SET_FOR || n->kind == N_MAP_FOR;
}

/* A text with expressions in it: all on its line, its own parts as they stand in the draft. */
static void interp(Print *p, const Node *n) {
  p->flat++;
  const Node *part = list_first(n->kid[0]);
  print_span(p, part->span);
  for (const Node *e = part->next; e && e->next; e = e->next->next) {
    bool brace = begins_with_brace(e);   /* {{ would be a brace of the text's own */
    if (brace) print_text(p, " ");
    print_expr(p, e, BIND_EXPR, true);
    if (brace) print_text(p, " ");
    uint32_t close = e->span.hi;
    while (p->src->text[close - p->src->base] != '}') close++;
    print_span(p, (Span){close, e->next->span.hi});
  }
  p->flat--;
}

void print_type(Print *p, const Node *t) {
  print_comments(p, t->span.lo);
  print_sym(p, t->sym);
  if (t->kid[0]) {
    print_text(p, "[");
    print_sym(p, t->kid[0]->sym);
    print_text(p, "]");
  }
  if (t->kid[1]) { print_text(p, " of "); print_type(p, t->kid[1]); }
  if (t->kid[2]) { print_text(p, " to "); print_type(p, t->kid[2]); }
}

static void unary(Print *p, const Node *n, bool open) {
  print_text(p, n->op == OP_NOT ? "not " : "-");
  print_expr(p, n->kid[0], n->op == OP_NOT ? BIND_NOT : BIND_POW, open);
}

static void operation(Print *p, const Node *n, bool open) {
  if (n->op == OP_RANGE) range(p, n);
  else if (n->op == OP_POW) chain(p, n, MODE_NONE, open);
  else print_group(p, n, chain, !p->tight && chain_broken(p, n), open, false);
}

static void print_bare(Print *p, const Node *n, bool open) {
  switch ((int)n->kind) {
    case N_NUMBER: case N_DATE: case N_STRING: print_span(p, n->span); break;
    case N_QUANTITY: quantity(p, n); break;
    case N_INTERP: interp(p, n); break;
    case N_BOOL: print_text(p, n->op ? "true" : "false"); break;
    case N_NAME: case N_UNIT: print_sym(p, n->sym); break;
    case N_ATOM: atom(p, n); break;
    case N_FIELD: print_expr(p, n->kid[0], BIND_PRIMARY, false); print_text(p, "."); print_sym(p, n->sym); break;
    case N_CALL: call(p, n); break;
    case N_INDEX:
      print_expr(p, n->kid[0], BIND_PRIMARY, false);
      print_text(p, "[");
      print_expr(p, n->kid[1], BIND_EXPR, true);
      print_text(p, "]");
      break;
    case N_SET: set(p, n); break;
    case N_SEQ: case N_MAP: print_list(p, n); break;
    case N_SET_FOR: case N_SEQ_FOR: case N_MAP_FOR: case N_EACH: print_for(p, n); break;
    case N_UNARY: unary(p, n, open); break;
    case N_BINARY: operation(p, n, open); break;
    case N_IF: print_group(p, n, if_else, if_broken(p, n), open, false); break;
    case N_LET_IN: print_group(p, n, let_in, let_broken(p, n), open, false); break;
    case N_GOVERN: print_group(p, n, govern, govern_broken(p, n), open, false); break;
  }
}

void print_expr(Print *p, const Node *n, int min, bool open) {
  if (p->fail) return;
  print_comments(p, n->span.lo);
  bool parens = needs_parens(n, min, open);
  if (parens) print_text(p, "(");
  print_bare(p, n, parens || open);
  if (parens) print_text(p, ")");
}
