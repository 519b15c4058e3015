#include "syntax/print_state.h"
#include <string.h>

enum { STEP = 2 };
typedef enum Style { STYLE_LINES /* one item a line */, STYLE_FIELDS /* the same; commas as the author has them */,
                     STYLE_ROWS /* as many to a line as the author put there, with commas */ } Style;

static void word(Print *p, const char *w) { print_text(p, w); }

static void lead(Print *p, const Node *n) {   /* a blank, and what may be absent */
  if (!n) return;
  print_blank(p);
  print_expr(p, n, BIND_EXPR, true);
}

/* ---- bodies ---- */

static void field(Print *p, const Node *n);
static void entry(Print *p, const Node *n);
static void kind_field(Print *p, const Node *n);
static void member(Print *p, const Node *n);
static void step(Print *p, const Node *n);
static void shock(Print *p, const Node *n);
static void change(Print *p, const Node *n);
static void declaration(Print *p, const Node *n);

static void one_item(Print *p, const Node *n) {
  print_comments(p, n->span.lo);
  switch ((int)n->kind) {
    case N_ENTRY: entry(p, n); break;
    case N_KIND_FIELD: kind_field(p, n); break;
    case N_ARG: field(p, n); break;
    case N_CLAUSE: case N_ARTICLE: member(p, n); break;
    case N_REQUIRE: case N_LET: step(p, n); break;
    case N_SHOCK: shock(p, n); break;
    case N_CHANGE: change(p, n); break;
    case N_ENTITY: case N_SUPPLY: case N_DEMAND: case N_DEMAND_JOINT: case N_REQUIRES: case N_WORLD: case N_CONTROL: case N_FACT: case N_FACT_MAP:
    case N_ADD_TO: declaration(p, n); break;
    case N_EXPECT: word(p, "expect "); print_expr(p, n->kid[0], BIND_EXPR, true); break;
    case N_GIVEN: word(p, "given "); shock(p, n->kid[0]); break;
  }
}

static Style style_of(const Node *item) {
  switch ((int)item->kind) {
    case N_ENTRY: return STYLE_ROWS;
    case N_KIND_FIELD: case N_ARG: return STYLE_FIELDS;
    default: return STYLE_LINES;
  }
}

static bool comma_between(const Print *p, const Node *a, const Node *b) {
  uint32_t lo = a->kid[a->kind == N_KIND_FIELD]->span.hi;   /* a KIND_FIELD's own span takes in its comma */
  return memchr(p->src->text + (lo - p->src->base), ',', b->span.lo - lo) != NULL;
}

static void flat_items(Print *p, const Node *list, Mode mode, bool open) {
  (void)mode, (void)open;
  const Node *before = NULL;
  word(p, " ");
  for (const Node *n = list_first(list); n; before = n, n = n->next) {
    bool comma = before && (style_of(n) == STYLE_ROWS || (style_of(n) == STYLE_FIELDS && comma_between(p, before, n)));
    if (before) word(p, comma ? ", " : "  ");
    one_item(p, n);
  }
  word(p, " }");
}

static void row_item(Print *p, const Node *n, Mode mode, bool open) {
  (void)mode, (void)open;
  word(p, ", ");
  one_item(p, n);
}

/* Whether the author wrote the body on one line, its braces too. */
static bool is_one_line(const Print *p, const Node *first, uint32_t close) {
  uint32_t lo = first->span.lo;
  while (lo > p->src->base && strchr(" \t\r", p->src->text[lo - 1 - p->src->base])) lo--;
  return p->src->text[lo - 1 - p->src->base] == '{' && !print_broken(p, lo, close);
}

/* The longest name among the fields of a body. */
static uint32_t widest(const Print *p, const Node *list) {
  uint32_t most = 0;
  for (const Node *n = list_first(list); n; n = n->next) {
    if (n->kind != N_ARG && n->kind != N_KIND_FIELD) continue;
    uint32_t len = intern_len(p->u->names, n->kind == N_ARG ? n->sym : n->kid[0]->sym);
    if (len > most) most = len;
  }
  return most;
}

static void body_lines(Print *p, const Node *list, uint32_t close) {
  p->indent += STEP;
  const Node *before = NULL;
  uint32_t names = widest(p, list);
  for (const Node *n = list_first(list); n; before = n, n = n->next) {
    bool same_row = before && style_of(n) == STYLE_ROWS && !print_broken(p, before->span.hi, n->span.lo);
    if (same_row && print_try(p, n, row_item)) continue;
    print_break(p, n->span.lo, before != NULL);
    p->names = names;
    one_item(p, n);
  }
  print_close(p, close);
  p->indent -= STEP;
  word(p, "}");
}

/* ` { items }`; hi: where its declaration ends. */
static void body(Print *p, const Node *list, uint32_t hi) {
  if (p->fail) return;
  const Node *first = list_first(list);
  bool comments = p->comment < p->comment_end && p->u->comments.at[p->comment].lo < hi;
  print_blank(p);
  word(p, "{");
  if (!first && !comments) word(p, "}");
  else if (!first || !is_one_line(p, first, hi - 1)) body_lines(p, list, hi - 1);
  else if (p->flat) flat_items(p, list, MODE_NONE, true);
  else if (!print_try(p, list, flat_items)) body_lines(p, list, hi - 1);
}

/* ---- what may follow a fact or clause ---- */

static const char *const mod_word[] = {[MOD_FROM] = "from", [MOD_UNTIL] = "until", [MOD_THROUGH] = "through", [MOD_BY] = "by",
                                       [MOD_CITE] = "cite", [MOD_WHEN] = "when", [MOD_UNLESS] = "unless"};

static void mod(Print *p, const Node *m) {
  print_comments(p, m->span.lo);
  word(p, mod_word[m->op]);
  word(p, " ");
  if (m->op != MOD_CITE) {
    print_expr(p, m->kid[0], m->op == MOD_WHEN || m->op == MOD_UNLESS ? BIND_EXPR : BIND_ARITH, true);
    return;
  }
  bool braces = list_len(m->kid[0]) > 1;
  if (braces) word(p, "{");
  print_name_list(p, m->kid[0]);
  if (braces) word(p, "}");
}

static bool mods_broken(const Print *p, const Node *mods) {
  for (const Node *m = list_first(mods); m; m = m->next)
    if (print_breaks_before(p, m->span.lo)) return true;
  return false;
}

/* A break before modifiers is just before their word. */
static void mods_body(Print *p, const Node *mods, Mode mode, bool open) {
  (void)open;
  for (const Node *m = list_first(mods); m; m = m->next) {
    print_point(p, mode == MODE_AUTHOR && !print_breaks_before(p, m->span.lo) ? MODE_NONE : mode == MODE_AUTHOR ? MODE_ALL : mode,
                m->span.lo, m->span.lo, true);
    mod(p, m);
  }
}

static void mods(Print *p, const Node *list) {
  if (list) print_group(p, list, mods_body, mods_broken(p, list), true, true);
}

/* ---- facts and entities ---- */

/* Blanks after the colon of a field whose name has n letters, so that values on lines of their own begin in one column. */
static void pad(Print *p, uint32_t n) {
  word(p, " ");
  for (uint32_t width = p->flat ? 0 : p->names; width > n; width--) word(p, " ");
}

static void field(Print *p, const Node *n) {
  const char *name = intern_text(p->u->names, n->sym);
  print_sym(p, n->sym);
  word(p, ":");
  pad(p, intern_len(p->u->names, n->sym));
  p->tight = strcmp(name, "unit") == 0;
  print_expr(p, n->kid[0], BIND_EXPR, true);
  p->tight = false;
}

static void kind_field(Print *p, const Node *n) {
  print_expr(p, n->kid[0], BIND_PRIMARY, true);
  word(p, ":");
  pad(p, intern_len(p->u->names, n->kid[0]->sym));
  print_type(p, n->kid[1]);
}

static void entry(Print *p, const Node *n) {
  print_expr(p, n->kid[0], BIND_PRIMARY, true);
  if (!n->kid[1]) return;
  word(p, ": ");
  print_expr(p, n->kid[1], BIND_ARITH, true);
  mods(p, n->kid[2]);
}

static void entity(Print *p, const Node *n) {
  print_sym(p, n->sym);
  lead(p, n->kid[0]);
  lead(p, n->kid[1]);
  if (n->kid[2]) body(p, n->kid[2], n->span.hi);
}

static void named(Print *p, const char *w, const Node *name, const Node *title) {
  word(p, w);
  lead(p, name);
  lead(p, title);
}

/* ` = value`, the value on a line of its own where it must be. */
static void value_body(Print *p, const Node *v, Mode mode, bool open) {
  (void)open;
  if (mode != MODE_NONE) {
    print_break(p, v->span.lo, false);
    p->fresh = true;
  } else word(p, " ");
  print_expr(p, v, BIND_EXPR, true);
}

static void value(Print *p, const Node *v) {
  word(p, " =");
  print_group(p, v, value_body, print_breaks_before(p, v->span.lo), true, true);
}

static void fact_map(Print *p, const Node *n) {
  named(p, "fact", n->kid[0], NULL);
  if (n->kid[1]) print_list(p, n);
  mods(p, n->kid[2]);
  body(p, n->kid[3], n->span.hi);
}

/* supply, demand, requires: NAME MODS { ... } */
static void facts(Print *p, const char *w, const Node *n) {
  word(p, w);
  lead(p, n->kid[0]);
  mods(p, n->kid[1]);
  body(p, n->kid[2], n->span.hi);
}

/* world, demand: NAME: FIGURE MODS */
static void joint(Print *p, const char *w, const Node *n) {
  word(p, w);
  lead(p, n->kid[0]);
  word(p, ": ");
  print_expr(p, n->kid[1], BIND_ARITH, true);
  mods(p, n->kid[2]);
}

static void table(Print *p, const Node *n) {
  named(p, "table", n->kid[0], n->kid[1]);
  if (n->kid[2]) { word(p, " "); print_list(p, n); }
  word(p, ": ");
  print_type(p, n->kid[3]);
  if (!n->kid[4]) return;
  word(p, " default ");
  print_expr(p, n->kid[4], BIND_ARITH, true);
}

static void fact(Print *p, const Node *n) {
  named(p, "fact", n->kid[0], NULL);
  if (n->kid[1]) print_list(p, n);
  word(p, " = ");
  print_expr(p, n->kid[2], BIND_ARITH, true);
  mods(p, n->kid[3]);
}

/* ` WORD PRIMARY`, if it is there; lo: where what stands before it ends. */
static void phrase(Print *p, Mode mode, uint32_t lo, const char *w, const Node *n) {
  if (!n) return;
  print_point(p, mode, lo, n->span.lo, true);
  word(p, w);
  word(p, " ");
  print_expr(p, n, BIND_PRIMARY, true);
}

static bool control_broken(const Print *p, const Node *n) {
  for (const Node *s = list_first(n->kid[6]), *was = NULL; s; was = s, s = s->next) {
    const Node *m = n->kid[5] ? n->kid[5] : n->kid[4] ? n->kid[4] : n->kid[3];
    if (print_broken(p, was ? was->span.hi : m->span.hi, s->span.lo)) return true;
  }
  return mods_broken(p, n->kid[5]);
}

static void control_scope(Print *p, const Node *n, Mode mode, bool open) {
  (void)open;
  print_point(p, mode, (n->kid[1] ? n->kid[1] : n->kid[0])->span.hi, n->kid[2]->span.lo, true);
  word(p, "by");
  lead(p, n->kid[2]);
  word(p, " on ");
  print_expr(p, n->kid[3], BIND_PRIMARY, true);
  phrase(p, mode == MODE_ALL ? MODE_NONE : mode, n->kid[3]->span.hi, "against", n->kid[4]);
}

static void control_body(Print *p, const Node *n, Mode mode, bool open) {
  bool own = print_broken(p, (n->kid[1] ? n->kid[1] : n->kid[0])->span.hi, n->kid[2]->span.lo)
          || (n->kid[4] && print_broken(p, n->kid[3]->span.hi, n->kid[4]->span.lo));
  int was = p->indent;
  p->indent = p->base;
  print_group(p, n, control_scope, own, true, true);
  p->indent = was;
  if (n->kid[5]) mods_body(p, n->kid[5], mode, open);
  const Node *m = n->kid[5] ? n->kid[5] : n->kid[4] ? n->kid[4] : n->kid[3];
  uint32_t lo = m->span.hi;
  for (const Node *s = list_first(n->kid[6]); s; lo = s->span.hi, s = s->next) {
    print_point(p, mode, lo, s->span.lo, true);
    word(p, "suspended ");
    print_expr(p, s, BIND_ARITH, true);
  }
}

static void control(Print *p, const Node *n) {
  p->base = p->indent;
  named(p, "control", n->kid[0], n->kid[1]);
  print_group(p, n, control_body, control_broken(p, n), true, true);
}

/* ---- agreements ---- */

static void via(Print *p, Mode mode, uint32_t lo, const Node *names) {
  if (!names) return;
  print_point(p, mode, lo, names->span.lo, true);
  word(p, "via ");
  print_name_list(p, names);
}

/* Where an act may break: before `to`, `via`, `yielding` and `against`. */
static bool act_broken(const Print *p, const Node *n) {
  const Node *of = n->kid[1], *to = n->op == ACT_EXEMPT ? NULL : n->kid[2], *by_way = n->kid[3];
  if (!of) return false;
  if (to && print_broken(p, of->span.hi, to->span.lo)) return true;
  return by_way && print_broken(p, (to ? to : of)->span.hi, by_way->span.lo);
}

static void act(Print *p, const Node *n, Mode mode, bool open) {
  static const char *const modal[] = {[MODAL_SHALL] = "shall", [MODAL_INTENDS] = "intends to", [MODAL_MAY] = "may"};
  static const char *const verb[] = {[ACT_SUPPLY] = "supply", [ACT_BUY] = "buy", [ACT_STOCKPILE] = "stockpile", [ACT_CARRY] = "carry",
    [ACT_FUND] = "fund", [ACT_EXEMPT] = "exempt", [ACT_NOT_RESTRICT] = "not restrict", [ACT_UNDERTAKE] = "undertake"};
  const Node *of = n->kid[1], *to = n->kid[2];
  (void)open;
  print_comments(p, n->span.lo);
  word(p, modal[n->ref]);
  phrase(p, MODE_NONE, 0, verb[n->op], n->op == ACT_EXEMPT ? to : n->op == ACT_NOT_RESTRICT ? of : n->kid[0]);
  switch (n->op) {
    case ACT_SUPPLY: case ACT_CARRY:
      phrase(p, MODE_NONE, 0, "of", of);
      phrase(p, mode, of->span.hi, "to", to);
      via(p, mode, (to ? to : of)->span.hi, n->kid[3]);
      break;
    case ACT_BUY: case ACT_STOCKPILE: phrase(p, MODE_NONE, 0, "of", of); break;
    case ACT_FUND: phrase(p, MODE_NONE, 0, "of", of); phrase(p, mode, of->span.hi, "yielding", n->kid[3]); break;
    case ACT_EXEMPT: phrase(p, MODE_NONE, 0, "from", of); break;
    case ACT_NOT_RESTRICT: phrase(p, mode, of->span.hi, "against", to); break;
    case ACT_UNDERTAKE: phrase(p, MODE_NONE, 0, "on", of); break;
  }
}

static void subject(Print *p, const Node *n) {
  print_comments(p, n->span.lo);
  if (n->op == SUBJ_ONE) { print_expr(p, n->kid[0], BIND_PRIMARY, true); return; }
  word(p, n->op == SUBJ_EACH ? "each" : "jointly");
  lead(p, n->kid[0]);
  word(p, n->op == SUBJ_EACH ? " of " : " ");
  print_expr(p, n->kid[1], BIND_PRIMARY, true);
}

static void clause_text(Print *p, const Node *n, Mode mode, bool open) {
  subject(p, n->kid[2]);
  print_blank(p);
  int was = p->indent;
  p->indent = p->base;
  print_group(p, n->kid[3], act, act_broken(p, n->kid[3]), true, true);
  p->indent = was;
  if (n->kid[4]) mods_body(p, n->kid[4], mode, open);
}

static void clause_body(Print *p, const Node *n, Mode mode, bool open) {
  (void)open;
  if (mode != MODE_NONE) {
    print_break(p, n->kid[2]->span.lo, false);
    p->fresh = true;
  } else word(p, " ");
  print_group(p, n, clause_text, mods_broken(p, n->kid[4]), true, false);
}

static void clause_item(Print *p, const Node *n) {
  p->base = p->indent;
  named(p, "clause", n->kid[0], n->kid[1]);
  word(p, ":");
  print_group(p, n, clause_body, print_breaks_before(p, n->kid[2]->span.lo), true, true);
}

static void member(Print *p, const Node *n) {
  if (n->kind == N_CLAUSE) { clause_item(p, n); return; }
  named(p, "article", n->kid[0], n->kid[1]);
  body(p, n->kid[2], n->span.hi);
}

/* What an amendment does: a clause or article added or put in another's place, or one struck by its name. */
static void change(Print *p, const Node *n) {
  static const char *const words[] = {[CHANGE_ADD] = "add ", [CHANGE_REPLACE] = "replace ", [CHANGE_STRIKE] = "strike clause ",
    [CHANGE_STRIKE_ARTICLE] = "strike article "};
  word(p, words[n->op]);
  if (n->op == CHANGE_ADD || n->op == CHANGE_REPLACE) member(p, n->kid[0]);
  else print_expr(p, n->kid[0], BIND_PRIMARY, true);
}

static void amendment(Print *p, const Node *n) {
  named(p, "amendment", n->kid[0], n->kid[1]);
  word(p, " to");
  lead(p, n->kid[2]);
  mods(p, n->kid[4]);
  body(p, n->kid[3], n->span.hi);
}

/* ---- definitions, checks, scenarios ---- */

static void definition(Print *p, const char *w, const Node *n, bool params, const Node *type, const Node *is) {
  word(p, w);
  lead(p, n->kid[0]);
  if (params) print_list(p, n);
  if (type) { word(p, ": "); print_type(p, type); }
  value(p, is);
}

static void extern_body(Print *p, const Node *n, Mode mode, bool open) {
  (void)open;
  print_point(p, mode, n->kid[2]->span.hi, n->kid[3]->span.lo, true);
  word(p, "from ");
  print_expr(p, n->kid[3], BIND_PRIMARY, true);
  if (!n->kid[4]) return;
  word(p, " as ");
  print_expr(p, n->kid[4], BIND_PRIMARY, true);
}

static void external(Print *p, const Node *n) {
  named(p, "extern fn", n->kid[0], NULL);
  print_list(p, n);
  word(p, ": ");
  print_type(p, n->kid[2]);
  print_group(p, n, extern_body, print_broken(p, n->kid[2]->span.hi, n->kid[3]->span.lo), true, true);
}

static void require_body(Print *p, const Node *n, Mode mode, bool open) {
  static const char *const words[] = {[SEV_NOTE] = "else note ", [SEV_WARN] = "else warn ", [SEV_ERROR] = "else deny "};
  (void)open;
  word(p, "require ");
  print_expr(p, n->kid[0], BIND_EXPR, true);
  if (!n->kid[1]) return;
  print_point(p, mode, n->kid[0]->span.hi, n->kid[1]->span.lo, true);
  word(p, words[n->op]);
  print_expr(p, n->kid[1], BIND_EXPR, true);
}

static void step(Print *p, const Node *n) {
  if (n->kind == N_LET) definition(p, "let", n, false, n->kid[1], n->kid[2]);
  else print_group(p, n, require_body, n->kid[1] && print_broken(p, n->kid[0]->span.hi, n->kid[1]->span.lo), true, true);
}

static uint32_t check_head(const Node *n) { return (n->kid[1] ? n->kid[1] : n->kid[0])->span.hi; }

static void check_gens(Print *p, const Node *n, Mode mode, bool open) {
  (void)open;
  if (mode == MODE_ALL) {   /* all on one further line */
    print_break(p, list_first(n->kid[2])->span.lo, false);
    print_gens(p, n->kid[2], check_head(n), MODE_NONE);
  } else print_gens(p, n->kid[2], check_head(n), mode);
}

static void check(Print *p, const Node *n) {
  named(p, "check", n->kid[0], n->kid[1]);
  if (n->kid[2]) print_group(p, n, check_gens, print_gens_broken(p, n->kid[2], check_head(n)), true, true);
  body(p, n->kid[3], n->span.hi);
}

static void shock(Print *p, const Node *n) {
  static const char *const words[] = {[SHOCK_WITHDRAW] = "withdraw", [SHOCK_IMPOSE] = "impose", [SHOCK_LIFT] = "lift",
    [SHOCK_CLOSE] = "close", [SHOCK_SCALE] = "scale supply", [SHOCK_SUSPEND] = "suspend", [SHOCK_ASSUME] = "assume"};
  word(p, words[n->op]);
  word(p, " ");
  print_expr(p, n->kid[0], BIND_ARITH, true);
  phrase(p, MODE_NONE, 0, "of", n->kid[1]);
  if (n->kid[2]) { word(p, " by "); print_expr(p, n->kid[2], BIND_ARITH, true); }
  mods(p, n->kid[3]);
}

/* ---- data ---- */

static uint32_t data_head(const Node *n) { return n->kid[1]->span.hi; }

static bool data_broken(const Print *p, const Node *n) {
  return (n->kid[2] && print_broken(p, data_head(n), n->kid[2]->span.lo)) || mods_broken(p, n->kid[3]);
}

static void data_rest(Print *p, const Node *n, Mode mode, bool open) {
  if (n->kid[2]) {
    print_point(p, mode, data_head(n), n->kid[2]->span.lo, true);
    word(p, "where ");
    print_expr(p, n->kid[2], BIND_EXPR, true);
  }
  if (n->kid[3]) mods_body(p, n->kid[3], mode, open);
}

static void data(Print *p, const Node *n) {
  named(p, "data", n->kid[0], NULL);
  word(p, " in");
  lead(p, n->kid[1]);
  if (n->kid[2] || n->kid[3]) print_group(p, n, data_rest, data_broken(p, n), true, true);
  body(p, n->kid[4], n->span.hi);
}

static void add_to(Print *p, const Node *n) {
  named(p, "add to", n->kid[0], NULL);
  word(p, " ");
  member(p, n->kid[1]);
}

/* ---- the file ---- */

static void use(Print *p, const Node *n) {
  named(p, "use", n->kid[0], NULL);
  if (n->kid[1]) { word(p, " as "); print_expr(p, n->kid[1], BIND_PRIMARY, true); }
}

static void declaration(Print *p, const Node *n) {
  switch ((int)n->kind) {
    case N_USE: use(p, n); break;
    case N_KIND: named(p, "kind", n->kid[0], n->kid[1]); body(p, n->kid[2], n->span.hi); break;
    case N_ENTITY: entity(p, n); break;
    case N_GROUP: named(p, "group", n->kid[0], n->kid[1]); value(p, n->kid[2]); break;
    case N_CONCERN: word(p, "concern "); print_name_list(p, n->kid[0]); break;
    case N_UNIT_DECL: named(p, "unit", n->kid[0], n->kid[1]); if (n->kid[2]) value(p, n->kid[2]); break;
    case N_SUPPLY: facts(p, "supply", n); break;
    case N_DEMAND: facts(p, "demand", n); break;
    case N_REQUIRES: facts(p, "requires", n); break;
    case N_FACT_MAP: fact_map(p, n); break;
    case N_DEMAND_JOINT: joint(p, "demand", n); break;
    case N_WORLD: joint(p, "world", n); break;
    case N_TABLE: table(p, n); break;
    case N_FACT: fact(p, n); break;
    case N_CONTROL: control(p, n); break;
    case N_AGREEMENT: named(p, "agreement", n->kid[0], n->kid[1]); body(p, n->kid[2], n->span.hi); break;
    case N_AMENDMENT: amendment(p, n); break;
    case N_TEST: named(p, "test", n->kid[0], NULL); body(p, n->kid[1], n->span.hi); break;
    case N_LET: definition(p, "let", n, false, n->kid[1], n->kid[2]); break;
    case N_FN: definition(p, "fn", n, true, n->kid[2], n->kid[3]); break;
    case N_EXTERN: external(p, n); break;
    case N_RULE: definition(p, "rule", n, true, NULL, n->kid[2]); break;
    case N_CHECK: check(p, n); break;
    case N_DATA: data(p, n); break;
    case N_ADD_TO: add_to(p, n); break;
    case N_SCENARIO: named(p, "scenario", n->kid[0], n->kid[1]); body(p, n->kid[2], n->span.hi); break;
  }
}

void print_item(Print *p, const Node *n) {
  if (n->kind == N_CLAUSE || n->kind == N_ARTICLE) one_item(p, n);
  else declaration(p, n);
}

void print_file_items(Print *p, const Node *file) {
  const Node *before = NULL;
  for (const Node *n = list_first(file->kid[0]); n && !p->out->full; before = n, n = n->next) {
    print_break(p, n->span.lo, before != NULL);
    declaration(p, n);
  }
}
