#include "base/bits.h"
#include "code/chunk.h"
#include <string.h>

/* The typed tree -> instructions for registers. A function's registers are its slots (parameters and bound names, as
 * the checker numbered them), then temporaries, taken and given back like a stack. */
typedef struct Compiler {
  Chunk *k;
  Program *p;
  Rt *rt;
  uint32_t func;
  uint32_t top, most;      /* temporaries: the next free register, and the most ever used */
  const Node *when;        /* of the requirement at hand: the at, throughout or sometime that says when */
  bool noting;             /* within what a test expects, where each part is evaluated once at most */
  const Node *whole;       /* ... and all of that */
  bool failed;
} Compiler;

enum { REG_MAX = 60000 };

#define OP(name, operands, doc) {#name, operands, doc},
static const OpInfo infos[] = {
#include "code/op.def"
};
#undef OP

const OpInfo *op_info(Op op) { return &infos[op]; }

bool op_answers(Op op) { return infos[op].operands[0] == 'y'; }

void chunk_init(Chunk *k, Mem *mem, Program *p) {
  memset(k, 0, sizeof *k);
  k->mem = mem;
  k->p = p;
}

void chunk_end(Chunk *k) {
  for (uint32_t i = 0; i < k->consts.len; i++) value_drop(k->mem, k->consts.at[i]);
  vec_end(k->mem, &k->ins);
  vec_end(k->mem, &k->place);
  vec_end(k->mem, &k->consts);
  vec_end(k->mem, &k->codes);
  vec_end(k->mem, &k->requires);
  vec_end(k->mem, &k->checks);
  vec_end(k->mem, &k->loops);
  vec_end(k->mem, &k->noted);
}

static uint32_t here(const Compiler *c) { return c->k->ins.len; }

static uint32_t emit(Compiler *c, Node *at, Op op, int x, uint32_t a, uint32_t b, uint32_t d) {
  Ins i = {(uint8_t)op, (uint8_t)x, (uint16_t)a, (uint16_t)b, (uint16_t)d};
  vec_push(c->k->mem, &c->k->ins, i);
  vec_push(c->k->mem, &c->k->place, at ? at->span : (Span){0, 0});
  return here(c) - 1;
}

static uint32_t emit_jump(Compiler *c, Node *at, Op op, int x, uint32_t a) { return emit(c, at, op, x, a, 0, 0); }

static void patch(Compiler *c, uint32_t jump) {
  if (jump >= c->k->ins.len) return;
  uint32_t to = here(c);
  c->k->ins.at[jump].b = (uint16_t)to;
  c->k->ins.at[jump].c = (uint16_t)(to >> 16);
}

static void jump_to(Compiler *c, Node *at, Op op, uint32_t a, uint32_t to) { emit(c, at, op, 0, a, (uint16_t)to, to >> 16); }

static void jump_back(Compiler *c, Node *at, uint32_t to) { jump_to(c, at, OP_JUMP_, 0, to); }

static uint32_t temp(Compiler *c) {
  if (c->top >= REG_MAX) { c->failed = true; return c->top; }
  uint32_t r = c->top++;
  if (c->top > c->most) c->most = c->top;
  return r;
}

static uint32_t temps(Compiler *c, uint32_t n) {
  uint32_t r = c->top;
  if (n > REG_MAX - c->top) { c->failed = true; return r; }
  c->top += n;
  if (c->top > c->most) c->most = c->top;
  return r;
}

static uint32_t constant_add(Compiler *c, Value v) {
  uint32_t i = c->k->consts.len;
  if (!vec_push(c->k->mem, &c->k->consts, v)) value_drop(c->k->mem, v);
  return i;
}

static void constant(Compiler *c, Node *at, uint32_t to, Value v) {
  uint32_t i = constant_add(c, v);
  emit(c, at, OP_CONST_, 0, to, i & 0xFFFF, i >> 16);
}

static void expr(Compiler *c, Node *e, uint32_t to);

static void note(Compiler *c, Node *e, Op op, uint32_t r) {
  uint32_t i = c->k->noted.len;
  vec_push(c->k->mem, &c->k->noted, e);
  emit(c, e, op, 0, r, i & 0xFFFF, i >> 16);
}

static bool is_literal(const Node *e) { return e->kind == N_NUMBER || e->kind == N_QUANTITY || e->kind == N_DATE || e->kind == N_STRING || e->kind == N_BOOL; }

/* Whether a reader learns something from e's value: not of what says it itself, nor where another part has the same. */
static bool tells(const Compiler *c, const Node *e) {
  switch ((NodeKind)e->kind) {
    case N_NAME: return e->op != REF_ENTITY && e->op != REF_OPEN;
    case N_FIELD: return e->op != REF_ENTITY;
    case N_BINARY: return e != c->whole && !(e->op == OP_RANGE && is_literal(e->kid[0]) && is_literal(e->kid[1]));
    case N_UNARY: return e != c->whole && !is_literal(e->kid[0]);
    case N_GOVERN: return e->op == GOV_THROUGHOUT || e->op == GOV_SOMETIME;
    case N_CALL: case N_INDEX: case N_INTERP: case N_IF: case N_SET_FOR: case N_SEQ_FOR: case N_MAP_FOR: return true;
    default: return false;
  }
}

/* The register that holds e: a bound name's own, or a temporary. */
static uint32_t operand(Compiler *c, Node *e) {
  if (e->kind == N_NAME && e->op == REF_LOCAL) {
    if (c->noting) note(c, e, OP_NOTE_, e->ref);
    return e->ref;
  }
  if (e->kind == N_FITS) {
    uint32_t own = operand(c, e->kid[0]);
    emit(c, e, OP_FITS_, 0, own, e->ty & 0xFFFF, e->ty >> 16);
    return own;
  }
  uint32_t r = temp(c);
  expr(c, e, r);
  return r;
}

Value chunk_literal(Program *p, Rt *rt, const Node *e) {
  Unit *u = p->unit;
  switch ((NodeKind)e->kind) {
    case N_NUMBER: if (e->ref) return value_zero(); return value_figure(num_keep(u->numbers.at[e->sym]), UNIT_ONE);
    case N_QUANTITY: return value_figure(num_keep(u->numbers.at[e->sym]), (UnitId)e->ref);
    case N_DATE: return value_date((Day)e->sym);
    case N_BOOL: return value_bool(e->op);
    default: { Text t = ast_text(u, e); return value_text(rt, t.at, t.len); }
  }
}

/* The constant that a figure written out is, for the instructions that take one as their last operand. */
static bool written_out(Compiler *c, const Node *e, uint32_t *at) {
  if ((e->kind != N_NUMBER && e->kind != N_QUANTITY) || c->k->consts.len > 0xFFFF) return false;
  *at = constant_add(c, chunk_literal(c->p, c->rt, e));
  return true;
}

static void run_of(Compiler *c, Node *list, uint32_t base) {
  uint32_t i = 0;
  for (Node *n = list_first(list); n; n = n->next) expr(c, n, base + i++);
}

/* ---- names ---- */

static void name(Compiler *c, Node *e, uint32_t to) {
  switch (e->op) {
    case REF_LOCAL: if (e->ref != to) emit(c, e, OP_MOVE_, 0, to, e->ref, 0); break;
    case REF_ENTITY: constant(c, e, to, value_ent(e->ref)); break;
    case REF_FUNC: emit(c, e, OP_CALL_, 0, to, e->ref, c->top); break;
    case REF_TABLE: emit(c, e, OP_TABLE_, 0, to, e->ref, c->top); break;
    case REF_SETOF: emit(c, e, OP_ENTITIES_, 0, to, e->ref, 0); break;
    case REF_PARTIES: emit(c, e, OP_PARTIES_, 0, to, 0, 0); break;
    case REF_CONCERN: emit(c, e, OP_CONCERN_, 0, to, 0, 0); break;
    case REF_TERM: emit(c, e, OP_TERM_, 0, to, 0, 0); break;
    case REF_TODAY: emit(c, e, OP_TODAY_, 0, to, 0, 0); break;
    default: constant(c, e, to, value_date(DAY_OPEN)); break;
  }
}

static void field(Compiler *c, Node *e, uint32_t to) {
  if (e->op == REF_ENTITY) { constant(c, e, to, value_ent(e->ref)); return; }
  if (e->op == REF_COLUMN) { emit(c, e, OP_COLUMN_, 0, to, e->ref, 0); return; }
  uint32_t top = c->top, r = operand(c, e->kid[0]);
  if (e->op == REF_FIELD) emit(c, e, OP_FIELD_, 0, to, r, e->ref);
  else emit(c, e, OP_RANGE_END_, e->op == REF_RANGE_THROUGH, to, r, 0);
  c->top = top;
}

static void atom(Compiler *c, Node *e, uint32_t to) {
  uint32_t top = c->top;
  if (e->op == REF_ENTITY) constant(c, e, to, value_ent(e->ref));
  else emit(c, e, OP_ATOM_, 0, to, operand(c, e->kid[0]), e->ref);
  c->top = top;
}

/* ---- operators ---- */

int chunk_months(const Program *p, const Node *e) {
  if (e->kind != N_QUANTITY) return 0;
  const char *u = intern_text(p->unit->names, e->kid[0]->sym);
  return !strcmp(u, "mo") ? 1 : !strcmp(u, "yr") ? 12 : 0;
}

/* date + 6 mo steps the calendar; date + 30 d counts days. */
static void dates(Compiler *c, Node *e, uint32_t to) {
  uint32_t top = c->top, l = operand(c, e->kid[0]);
  Node *r = e->kid[1];
  int step = chunk_months(c->p, r);
  if (r->ty == T_DATE) emit(c, e, OP_DATE_DIFF_, 0, to, l, operand(c, r));
  else if (step) {
    uint32_t n = temp(c);
    Num count = num_mul(c->k->mem, c->p->unit->numbers.at[r->sym], num_int(step));
    constant(c, r, n, value_figure(count, UNIT_ONE));
    emit(c, e, OP_DATE_MONTHS_, e->op == OP_SUB, to, l, n);
  } else emit(c, e, OP_DATE_ADD_, e->op == OP_SUB, to, l, operand(c, r));
  c->top = top;
}

/* and, or, implies: the right side is not looked at when the left settles it. */
static void logic(Compiler *c, Node *e, uint32_t to) {
  uint32_t top = c->top, l = e->op == OP_IMPLIES ? operand(c, e->kid[0]) : to;
  if (e->op == OP_IMPLIES) emit(c, e, OP_NOT_, 0, to, l, 0);
  else expr(c, e->kid[0], to);
  uint32_t out = emit_jump(c, e, e->op == OP_AND ? OP_JUMP_FALSE_ : OP_JUMP_TRUE_, 0, to);
  uint32_t r = operand(c, e->kid[1]);
  emit(c, e, e->op == OP_AND ? OP_AND_ : e->op == OP_OR ? OP_OR_ : OP_IMPLIES_, 0, to, l, r);
  patch(c, out);
  c->top = top;
}

/* With a figure that is written out on either side. */
static bool compare_with(Compiler *c, Node *e, uint32_t to) {
  static const uint8_t op[] = {[OP_EQ] = OP_EQ_K_, [OP_NE] = OP_EQ_K_, [OP_LT] = OP_LT_K_, [OP_LE] = OP_LE_K_, [OP_GT] = OP_GT_K_, [OP_GE] = OP_GE_K_};
  static const uint8_t turned[] = {[OP_EQ] = OP_EQ_K_, [OP_NE] = OP_EQ_K_, [OP_LT] = OP_GT_K_, [OP_LE] = OP_GE_K_, [OP_GT] = OP_LT_K_, [OP_GE] = OP_LE_K_};
  uint32_t top = c->top, k;
  bool right = written_out(c, e->kid[1], &k);
  if (!right && !written_out(c, e->kid[0], &k)) return false;
  emit(c, e, (Op)(right ? op : turned)[e->op], e->op == OP_NE, to, operand(c, e->kid[right ? 0 : 1]), k);
  c->top = top;
  return true;
}

static void compare(Compiler *c, Node *e, uint32_t to) {
  if (compare_with(c, e, to)) return;
  uint32_t top = c->top, l = operand(c, e->kid[0]), r = operand(c, e->kid[1]);
  bool figures = type_is_figure(&c->p->types, e->kid[0]->ty) && type_is_figure(&c->p->types, e->kid[1]->ty);
  bool sets = type_kind(&c->p->types, e->kid[0]->ty) == TY_SET;
  bool swap = e->op == OP_GT || e->op == OP_GE, strict = e->op == OP_LT || e->op == OP_GT;
  uint32_t a = swap ? r : l, b = swap ? l : r;
  if (e->op == OP_EQ || e->op == OP_NE) emit(c, e, figures ? OP_EQ_ : OP_SAME_, e->op == OP_NE, to, l, r);
  else if (figures) emit(c, e, strict ? OP_LT_ : OP_LE_, 0, to, a, b);
  else if (sets) emit(c, e, OP_WITHIN_, strict, to, a, b);
  else emit(c, e, OP_BEFORE_, !strict, to, a, b);
  c->top = top;
}

static void binary(Compiler *c, Node *e, uint32_t to) {
  static const uint8_t figure_op[] = {[OP_ADD] = OP_ADD_, [OP_SUB] = OP_SUB_, [OP_MUL] = OP_MUL_, [OP_DIV] = OP_DIV_, [OP_MOD] = OP_MOD_, [OP_POW] = OP_POW_};
  static const uint8_t with[] = {[OP_ADD] = OP_ADD_K_, [OP_SUB] = OP_SUB_K_, [OP_MUL] = OP_MUL_K_, [OP_DIV] = OP_DIV_K_, [OP_MOD] = OP_MOD_K_};
  if (e->op == OP_AND || e->op == OP_OR || e->op == OP_IMPLIES) { logic(c, e, to); return; }
  if (e->op >= OP_EQ && e->op <= OP_GE) { compare(c, e, to); return; }
  uint32_t top = c->top;
  if (e->op == OP_ELSE) {
    bool figure = type_is_figure(&c->p->types, e->ty);
    uint32_t l = temp(c);
    expr(c, e->kid[0], to);
    uint32_t out = emit_jump(c, e, OP_JUMP_KNOWN_, 0, to);
    if (figure) emit(c, e, OP_MOVE_, 0, l, to, 0);
    expr(c, e->kid[1], to);
    if (figure) emit(c, e, OP_BLAME_, 0, to, l, 0);
    patch(c, out);
    c->top = top;
    return;
  }
  TypeKind k = type_kind(&c->p->types, e->kid[0]->ty);
  if (k == TY_DATE && (e->op == OP_ADD || e->op == OP_SUB)) { dates(c, e, to); return; }
  uint32_t l = operand(c, e->kid[0]), constant;
  if (e->op <= OP_MOD && k != TY_LIST && k != TY_SET && written_out(c, e->kid[1], &constant)) {
    emit(c, e, (Op)with[e->op], 0, to, l, constant);
    c->top = top;
    return;
  }
  uint32_t r = operand(c, e->kid[1]);
  if (e->op == OP_RANGE) emit(c, e, OP_RANGE_, e->ty == T_INTS, to, l, r);
  else if (e->op == OP_IN || e->op == OP_NOT_IN) emit(c, e, OP_IN_, e->op == OP_NOT_IN, to, l, r);
  else if (k == TY_SET || k == TY_LIST) emit(c, e, OP_SET_OP_, k == TY_LIST ? 2 : e->op == OP_SUB, to, l, r);
  else emit(c, e, (Op)figure_op[e->op], 0, to, l, r);
  c->top = top;
}

static void unary(Compiler *c, Node *e, uint32_t to) {
  uint32_t top = c->top, r = operand(c, e->kid[0]);
  emit(c, e, e->op == OP_NOT ? OP_NOT_ : OP_NEG_, 0, to, r, 0);
  c->top = top;
}

/* When the condition cannot be told, both branches are evaluated and what they have in common is the value. */
static void branch(Compiler *c, Node *e, uint32_t to) {
  uint32_t top = c->top, cond = temp(c), yes = temp(c);
  expr(c, e->kid[0], cond);
  uint32_t to_else = emit_jump(c, e, OP_JUMP_FALSE_, 0, cond);
  expr(c, e->kid[1], to);
  uint32_t out = emit_jump(c, e, OP_JUMP_TRUE_, 0, cond);
  emit(c, e, OP_MOVE_, 0, yes, to, 0);
  patch(c, to_else);
  expr(c, e->kid[2], to);
  uint32_t out2 = emit_jump(c, e, OP_JUMP_SETTLED_, 0, cond);
  emit(c, e, OP_JOIN_, 0, cond, yes, to);
  emit(c, e, OP_MOVE_, 0, to, cond, 0);
  patch(c, out);
  patch(c, out2);
  c->top = top;
}

/* ---- loops ---- */

typedef struct Loop { uint32_t cell, next, out, skip; bool has_skip; Node *gen; } Loop;
enum { GENS_MAX = 16 };

typedef struct Loops { Loop at[GENS_MAX]; uint32_t n; uint32_t where; } Loops;

/* Opens the loops of `for ... where ...`; the conditions together end up in register ls->where (NO_WHERE: none). */
/* The loop whose accumulator is in acc, and whose first iterator, just begun, in acc + 1. */
static void batch(Compiler *c, Node *at, uint32_t acc, int kind, Node *body, const Node *gens) {
  LoopCode l = {body, gens, (uint8_t)kind, (uint8_t)list_len(gens)};
  uint32_t i = c->k->loops.len;
  if (kind == ACC_MAP || list_len(gens) > 8 || !vec_push(c->k->mem, &c->k->loops, l)) return;
  emit(c, at, OP_BATCH_, 0, acc, i & 0xFFFF, i >> 16);
}

static void loops_open(Compiler *c, Node *gens, Loops *ls, int kind, Node *body) {
  ls->n = 0;
  ls->where = NO_WHERE;
  for (Node *g = list_first(gens); g; g = g->next) {
    if (ls->n == GENS_MAX) { diag_add(c->p->unit->diags, DIAG_E0504, g->span, "there are more than %d 'for's in one place", GENS_MAX); c->failed = true; return; }
    Loop *l = &ls->at[ls->n++];
    l->gen = g;
    l->cell = temp(c);
    l->has_skip = g->kid[3] != NULL;
    uint32_t top = c->top, coll = operand(c, g->kid[2]);
    c->noting = false;  /* the rest is evaluated for each element */
    emit(c, g, OP_ITER_, g->kid[1] != NULL, l->cell, coll, g->kid[0]->ref);
    c->top = top;
    if (body && ls->n == 1) batch(c, body, l->cell - 1, kind, body, gens);
    l->next = here(c);
    l->out = emit_jump(c, g, OP_ITER_NEXT_, 0, l->cell);
    if (!g->kid[3]) continue;
    uint32_t w = temp(c);
    expr(c, g->kid[3], w);
    if (ls->where != NO_WHERE) emit(c, g->kid[3], OP_AND_, 0, w, ls->where, w);
    ls->where = w;
    l->skip = emit_jump(c, g->kid[3], OP_JUMP_FALSE_, 0, w);
  }
}

static void loops_close(Compiler *c, Loops *ls, uint32_t acc, int kind) {
  while (ls->n) {
    Loop *l = &ls->at[--ls->n];
    if (l->has_skip) patch(c, l->skip);
    jump_to(c, l->gen, OP_ITER_MORE_, l->cell, l->next + 1);
    patch(c, l->out);
    emit(c, l->gen, OP_ACC_MISS_, kind, acc, l->cell, 0);
  }
}

/* Where any and all come when they are settled before the loop's end: the loop, whose iterator is in acc + 1, is left. */
static void settle(Compiler *c, Node *e, uint32_t acc, uint32_t settled) {
  uint32_t over = emit_jump(c, e, OP_JUMP_, 0, 0);
  patch(c, settled);
  emit(c, e, OP_ITER_END_, 0, acc + 1, 0, 0);
  patch(c, over);
}

static void comprehension(Compiler *c, Node *e, Node *gens, int kind, Node *body, Node *second, uint32_t to) {
  uint32_t top = c->top, acc = temp(c), settled = 0;
  bool noting = c->noting;
  Loops ls;
  emit(c, e, OP_ACC_BEGIN_, 0, acc, (uint32_t)kind, 0);
  loops_open(c, gens, &ls, kind, body);  /* the first iterator is in acc + 1 */
  uint32_t keep = c->top, v = temps(c, second ? 2 : 1);
  if (kind != ACC_COUNT || type_kind(&c->p->types, body->ty) == TY_BOOL) expr(c, body, v);
  else constant(c, body, v, value_bool(true));
  if (second) expr(c, second, v + 1);
  emit(c, body, OP_ACC_ADD_, kind, acc, v, ls.where);
  bool logical = kind == ACC_ANY || kind == ACC_ALL;
  if (logical) settled = emit_jump(c, e, kind == ACC_ANY ? OP_JUMP_TRUE_ : OP_JUMP_FALSE_, 0, acc);
  c->top = keep;
  loops_close(c, &ls, acc, kind);
  c->noting = noting;
  if (logical) settle(c, e, acc, settled);
  emit(c, e, OP_ACC_END_, 0, to, acc, (uint32_t)kind);
  c->top = top;
}

/* count(x for ... where c) counts elements; a body that is a yes-or-no counts those for which it holds. */
static void aggregate(Compiler *c, Node *e, uint32_t to) {
  Node *arg = list_first(e->kid[1]);
  int kind = (int)e->ref;
  if (arg->kind == N_EACH) { comprehension(c, e, arg->kid[1], kind, arg->kid[0], NULL, to); return; }
  uint32_t top = c->top, acc = temp(c), cell = temp(c), elem = temp(c), settled = 0;
  emit(c, e, OP_ACC_BEGIN_, 0, acc, (uint32_t)kind, 0);
  uint32_t keep = c->top, coll = operand(c, arg);
  emit(c, e, OP_ITER_, 0, cell, coll, elem);
  c->top = keep;
  batch(c, e, acc, kind, NULL, NULL);
  uint32_t next = here(c), out = emit_jump(c, e, OP_ITER_NEXT_, 0, cell);
  emit(c, e, OP_ACC_ADD_, kind, acc, elem, NO_WHERE);
  bool logical = kind == ACC_ANY || kind == ACC_ALL;
  if (logical) settled = emit_jump(c, e, kind == ACC_ANY ? OP_JUMP_TRUE_ : OP_JUMP_FALSE_, 0, acc);
  jump_to(c, e, OP_ITER_MORE_, cell, next + 1);
  patch(c, out);
  emit(c, e, OP_ACC_MISS_, kind, acc, cell, 0);
  if (logical) settle(c, e, acc, settled);
  emit(c, e, OP_ACC_END_, 0, to, acc, (uint32_t)kind);
  c->top = top;
}

/* ---- time and worlds ---- */

/* throughout, sometime: over the range in register `range`; spans and first_day: over the term. */
static void stretches(Compiler *c, Node *e, Node *body, uint32_t range, int kind, uint32_t to) {
  uint32_t top = c->top, acc = temp(c), cell = temp(c), v = temp(c), settled = 0;
  bool term = range == NO_WHERE, noting = c->noting, first = kind == ACC_SPANS && e->op == CALL_FIRST_DAY;
  c->noting = false;
  emit(c, e, OP_ACC_BEGIN_, 0, acc, (uint32_t)kind, 0);
  emit(c, e, OP_SPAN_ITER_, term, cell, term ? 0 : range, 0);
  uint32_t next = here(c), out = emit_jump(c, e, OP_SPAN_NEXT_, 0, cell);
  expr(c, body, v);
  c->noting = noting;
  if (kind == ACC_SPANS) emit(c, e, OP_ACC_SPAN_, 0, acc, v, 0);
  if (first) settled = emit_jump(c, e, OP_JUMP_TRUE_, 0, v);  /* what comes after the first day does not matter */
  if (kind != ACC_SPANS) {
    emit(c, e, OP_ACC_ADD_, kind, acc, v, NO_WHERE);
    uint32_t go_on = emit_jump(c, e, kind == ACC_ANY ? OP_JUMP_FALSE_ : OP_JUMP_TRUE_, 0, acc);
    settled = emit_jump(c, e, kind == ACC_ANY ? OP_JUMP_TRUE_ : OP_JUMP_FALSE_, 0, acc);  /* undecided goes on */
    patch(c, go_on);
  }
  jump_back(c, e, next);
  if (settled) patch(c, settled);
  if (settled) emit(c, e, OP_ITER_END_, 0, cell, 0, 0);
  patch(c, out);
  emit(c, e, OP_ACC_MISS_, kind, acc, cell, 0);
  emit(c, e, OP_ACC_END_, 0, to, acc, (uint32_t)kind);
  c->top = top;
}

static void govern_with(Compiler *c, Node *e, uint32_t arg, uint32_t to) {
  if (e->op == GOV_THROUGHOUT || e->op == GOV_SOMETIME) { stretches(c, e, e->kid[0], arg, e->op == GOV_THROUGHOUT ? ACC_ALL : ACC_ANY, to); return; }
  uint32_t missing = emit_jump(c, e, OP_ENTER_, e->op == GOV_AT ? 0 : e->op == GOV_WITHOUT ? 1 : 2, arg);
  expr(c, e->kid[0], to);
  emit(c, e, OP_LEAVE_, 0, 0, 0, 0);
  uint32_t out = emit_jump(c, e, OP_JUMP_, 0, 0);
  patch(c, missing);
  emit(c, e, OP_MOVE_, 0, to, arg, 0);
  patch(c, out);
}

static void govern(Compiler *c, Node *e, uint32_t to) {
  uint32_t top = c->top, arg = temp(c);
  expr(c, e->kid[1], arg);
  if (e == c->when) emit(c, e, OP_WHEN_, 0, arg, 0, 0);
  govern_with(c, e, arg, to);
  c->top = top;
}

/* ---- calls ---- */

/* The first of the registers that hold arguments: bound names' own where they lie side by side, as one does. */
static uint32_t arguments(Compiler *c, Node *list) {
  Node *first = list_first(list);
  uint32_t n = 0;
  bool bound = first != NULL;
  for (Node *a = first; a && bound; a = a->next) bound = a->kind == N_NAME && a->op == REF_LOCAL && a->ref == first->ref + n++;
  if (!bound) {
    uint32_t base = temps(c, list_len(list));
    run_of(c, list, base);
    return base;
  }
  for (Node *a = first; a; a = a->next) operand(c, a);
  return first->ref;
}

static void call(Compiler *c, Node *e, uint32_t to) {
  uint32_t top = c->top, n = list_len(e->kid[1]), base;
  switch (e->op) {
    case CALL_AGGREGATE: aggregate(c, e, to); return;
    case CALL_SPANS: stretches(c, e, list_first(e->kid[1]), NO_WHERE, ACC_SPANS, to); return;
    case CALL_FIRST_DAY: {
      uint32_t r = temp(c);
      stretches(c, e, list_first(e->kid[1]), NO_WHERE, ACC_SPANS, r);
      emit(c, e, OP_FIRST_DAY_, 0, to, r, 0);
      break;
    }
    case CALL_PASSES: emit(c, e, OP_CALL_, 0, to, e->ref, c->top); break;
    case CALL_STEP: emit(c, e, OP_STEP_, 0, to, operand(c, list_first(e->kid[1])), 0); break;
    default:
      base = arguments(c, e->kid[1]);
      emit(c, e, e->op == CALL_FUNC ? OP_CALL_ : e->op == CALL_TABLE ? OP_TABLE_ : OP_BUILTIN_, (int)n, to, e->ref, base);
      break;
  }
  c->top = top;
}

static void collection(Compiler *c, Node *e, Op op, int x, uint32_t to) {
  uint32_t top = c->top, n = list_len(e->kid[0]), base = temps(c, op == OP_MAP_ ? 2 * n : n), i = 0;
  if (n > 0xFFFF || c->failed) { c->failed = true; return; }
  if (op != OP_MAP_) run_of(c, e->kid[0], base);
  else
    for (Node *p = list_first(e->kid[0]); p; p = p->next, i += 2) {
      expr(c, p->kid[0], base + i);
      expr(c, p->kid[1], base + i + 1);
    }
  emit(c, e, op, x, to, base, n);
  c->top = top;
}

static void value(Compiler *c, Node *e, uint32_t to) {
  if (mem_failed(c->k->mem) || c->failed) return;
  switch ((NodeKind)e->kind) {
    case N_NUMBER: case N_QUANTITY: case N_DATE: case N_BOOL: case N_STRING: constant(c, e, to, chunk_literal(c->p, c->rt, e)); break;
    case N_INTERP: collection(c, e, OP_TEXT_, 0, to); break;
    case N_NAME: name(c, e, to); break;
    case N_FIELD: field(c, e, to); break;
    case N_CALL: call(c, e, to); break;
    case N_ATOM: atom(c, e, to); break;
    case N_INDEX: {
      if (e->op == REF_COLUMN) { emit(c, e, OP_COLUMN_, 0, to, e->ref, 0); break; }
      uint32_t top = c->top, a = operand(c, e->kid[0]), b = operand(c, e->kid[1]);
      emit(c, e, OP_INDEX_, 0, to, a, b);
      c->top = top;
      break;
    }
    case N_SET: collection(c, e, OP_SET_, 0, to); break;
    case N_SEQ: collection(c, e, OP_LIST_, 0, to); break;
    case N_MAP: collection(c, e, OP_MAP_, 0, to); break;
    case N_SET_FOR: comprehension(c, e, e->kid[1], ACC_SET, e->kid[0], NULL, to); break;
    case N_SEQ_FOR: comprehension(c, e, e->kid[1], ACC_LIST, e->kid[0], NULL, to); break;
    case N_MAP_FOR: comprehension(c, e, e->kid[2], ACC_MAP, e->kid[0], e->kid[1], to); break;
    case N_UNARY: unary(c, e, to); break;
    case N_BINARY: binary(c, e, to); break;
    case N_IF: branch(c, e, to); break;
    case N_LET_IN: expr(c, e->kid[1], e->kid[0]->ref); expr(c, e->kid[2], to); break;
    case N_GOVERN: govern(c, e, to); break;
    case N_FITS:
      expr(c, e->kid[0], to);
      emit(c, e, OP_FITS_, 0, to, e->ty & 0xFFFF, e->ty >> 16);
      break;
    default: c->failed = true; break;  /* nothing else has a type, so nothing else comes here */
  }
}

static void expr(Compiler *c, Node *e, uint32_t to) {
  value(c, e, to);
  if (c->noting && tells(c, e)) note(c, e, OP_NOTE_, to);
}

/* ---- checks ---- */

/* The at, throughout or sometime that says when e is about: the inner one wins. */
static Node *says_when(Node *e) {
  Node *found = NULL;
  for (; e->kind == N_GOVERN; e = e->kid[0])
    if (e->op != GOV_WITHOUT && e->op != GOV_UNDER) found = e;
  return found;
}

/* The spans of the range in which e->kid[0] surely fails, as a list. */
static void failing_spans(Compiler *c, Node *e, uint32_t range, uint32_t to) {
  uint32_t top = c->top, acc = temp(c), cell = temp(c), v = temp(c), fails = temp(c);
  emit(c, e, OP_ACC_BEGIN_, 0, acc, ACC_SPANS, 0);
  emit(c, e, OP_SPAN_ITER_, 0, cell, range, 0);
  uint32_t next = here(c), out = emit_jump(c, e, OP_SPAN_NEXT_, 0, cell);
  expr(c, e->kid[0], v);
  constant(c, e, fails, value_bool(true));
  uint32_t yes = emit_jump(c, e, OP_JUMP_FALSE_, 0, v);
  constant(c, e, fails, value_bool(false));
  patch(c, yes);
  emit(c, e, OP_ACC_SPAN_, 0, acc, fails, 0);
  jump_back(c, e, next);
  patch(c, out);
  emit(c, e, OP_ACC_MISS_, ACC_SPANS, acc, cell, 0);
  emit(c, e, OP_ACC_END_, 0, to, acc, ACC_SPANS);
  c->top = top;
}

/* Where e fails, as c->when within it says, in the worlds that stand around that: a date, or a list of spans. */
static void fails_when(Compiler *c, Node *e, uint32_t to) {
  uint32_t top = c->top, arg = temp(c);
  expr(c, e->kid[1], arg);
  if (e == c->when) {
    if (e->op == GOV_THROUGHOUT) failing_spans(c, e, arg, to);
    else if (e->op == GOV_SOMETIME) emit(c, e, OP_LIST_, 0, to, arg, 1);
    else emit(c, e, OP_MOVE_, 0, to, arg, 0);
  } else if (e->op == GOV_THROUGHOUT || e->op == GOV_SOMETIME) fails_when(c, e->kid[0], to);
  else {
    uint32_t missing = emit_jump(c, e, OP_ENTER_, e->op == GOV_AT ? 0 : e->op == GOV_WITHOUT ? 1 : 2, arg);
    fails_when(c, e->kid[0], to);
    emit(c, e, OP_LEAVE_, 0, 0, 0, 0);
    patch(c, missing);
  }
  c->top = top;
}

/* A message speaks of the first day on which its requirement fails. */
static void message(Compiler *c, Node *n, uint32_t index) {
  uint32_t top = c->top, m = temp(c), day = temp(c), skip = 0;
  if (c->when) {
    fails_when(c, n->kid[0], day);
    if (c->when->op == GOV_THROUGHOUT) emit(c, n, OP_WHEN_, 0, day, 0, 0);
    if (c->when->op != GOV_AT) emit(c, n, OP_FIRST_DAY_, 0, day, day, 0);
    if (n->kid[1]) skip = emit_jump(c, n, OP_ENTER_, 0, day);
  }
  if (n->kid[1]) {
    if (n->kid[1]->kind == N_INTERP) collection(c, n->kid[1], OP_TEXT_, TEXT_SHOWN, m);
    else expr(c, n->kid[1], m);
    if (c->when) emit(c, n, OP_LEAVE_, 0, 0, 0, 0);
    emit(c, n, OP_MESSAGE_, (int)index, m, 0, 0);
    if (c->when) patch(c, skip);
  }
  c->top = top;
}

/* The local names in e, into a set of slots. */
static void names_in(const Node *e, uint64_t *slots) {
  if (!e) return;
  if (e->kind == N_NAME && e->op == REF_LOCAL) bits_set(slots, e->ref);
  if (e->kind == N_LIST)
    for (const Node *k = list_first(e); k; k = k->next) names_in(k, slots);
  else
    for (int i = 0; i < ast_kids((NodeKind)e->kind); i++) names_in(e->kid[i], slots);
}

/* The `let`s that a requirement rests on, once more, for when it is evaluated again with an eye on what is read. Where that begins. */
static uint32_t lets_again(Compiler *c, Node *steps, Node *require) {
  VEC(Node *) lets = {0};
  uint32_t words = c->p->funcs.at[c->func].nslot / 64 + 1, again = here(c);
  uint64_t *slots = mem_zero(c->k->mem, words * sizeof *slots);
  for (Node *s = list_first(steps); slots && s != require; s = s->next)
    if (s->kind == N_LET) vec_push(c->k->mem, &lets, s);
  if (slots) names_in(require->kid[0], slots);
  uint32_t n = 0;   /* of them, kept at the end */
  for (uint32_t i = lets.len; i-- > 0;) {
    if (!bits_has(slots, lets.at[i]->kid[0]->ref)) continue;
    names_in(lets.at[i]->kid[2], slots);
    lets.at[lets.len - ++n] = lets.at[i];
  }
  if (n) {
    uint32_t past = emit_jump(c, require, OP_JUMP_, 0, 0);
    again = here(c);
    for (uint32_t i = lets.len - n; i < lets.len; i++) expr(c, lets.at[i]->kid[2], lets.at[i]->kid[0]->ref);
    patch(c, past);
  }
  vec_end(c->k->mem, &lets);
  mem_free(c->k->mem, slots, words * sizeof *slots);
  return again;
}

static void require(Compiler *c, Node *n, uint32_t check, Node *steps, uint32_t where) {
  uint32_t again = lets_again(c, steps, n);
  uint32_t top = c->top, v = temp(c), index = c->k->requires.len - c->k->checks.at[check].first_require;
  Node *e = n->kid[0];
  c->when = says_when(e);
  Require r = {n, check, again, c->when != NULL};
  vec_push(c->k->mem, &c->k->requires, r);
  uint32_t over = emit_jump(c, n, OP_CASE_, (int)index, 0);
  expr(c, e, v);
  if (where != NO_WHERE) emit(c, n, OP_IMPLIES_, 0, v, where, v);
  uint32_t out = emit_jump(c, n, OP_REQUIRE_, (int)index, v);
  message(c, n, index);
  patch(c, out);
  patch(c, over);
  c->when = NULL;
  c->top = top;
}

/* Where what a `for` goes through is unknown, so is every requirement for it. */
static void misses(Compiler *c, Loops *ls) {
  while (ls->n) {
    Loop *l = &ls->at[--ls->n];
    if (l->has_skip) patch(c, l->skip);
    jump_to(c, l->gen, OP_ITER_MORE_, l->cell, l->next + 1);
    patch(c, l->out);
    emit(c, l->gen, OP_CASE_MISS_, (int)ls->n, l->cell, 0, 0);
  }
}

static void check(Compiler *c, Node *n) {
  CheckCode cc = {c->func, c->k->requires.len, 0, n};
  uint32_t index = c->k->checks.len;
  Loops ls;
  vec_push(c->k->mem, &c->k->checks, cc);
  loops_open(c, n->kid[2], &ls, 0, NULL);
  for (Node *s = list_first(n->kid[3]); s && !c->failed; s = s->next) {
    if (s->kind == N_LET) expr(c, s->kid[2], s->kid[0]->ref);
    else if (s->kind == N_REQUIRE) require(c, s, index, n->kid[3], ls.where);
  }
  c->k->checks.at[index].nrequire = c->k->requires.len - cc.first_require;
  if (c->k->checks.at[index].nrequire > 255) { diag_add(c->p->unit->diags, DIAG_E0504, n->kid[0]->span, "a check has more than 255 requirements"); c->failed = true; }
  misses(c, &ls);
  uint32_t r = temp(c);
  constant(c, n, r, value_bool(true));
  emit(c, n, OP_RETURN_, 0, r, 0, 0);
}

/* The requirements of a check for the bindings of a day: those that say themselves when, or the others. */
static void demands(Compiler *c, Node *n, bool once, uint32_t acc, uint32_t some) {
  uint32_t top = c->top, v = temp(c);
  Loops ls;
  loops_open(c, n->kid[2], &ls, 0, NULL);
  constant(c, n, some, value_bool(true));
  for (Node *s = list_first(n->kid[3]); s && !c->failed; s = s->next) {
    if (s->kind == N_LET) expr(c, s->kid[2], s->kid[0]->ref);
    if (s->kind != N_REQUIRE || once != (says_when(s->kid[0]) != NULL)) continue;
    expr(c, s->kid[0], v);
    emit(c, s, OP_ACC_ADD_, ACC_ALL, acc, v, ls.where);
  }
  loops_close(c, &ls, acc, ACC_ALL);
  c->top = top;
}

/* Whether a check finds nothing: asked as `check` does, on each stretch of the term, and on its first day where a
 * requirement says itself when it is about. */
static void verdict(Compiler *c, Node *n) {
  uint32_t acc = temp(c), cell = temp(c), some = temp(c), later = temp(c);
  emit(c, n, OP_ACC_BEGIN_, 0, acc, ACC_ALL, 0);
  constant(c, n, some, value_bool(false));
  constant(c, n, later, value_bool(false));
  emit(c, n, OP_SPAN_ITER_, 3, cell, 0, 0);
  uint32_t next = here(c), out = emit_jump(c, n, OP_SPAN_NEXT_, 0, cell);
  uint32_t begun = emit_jump(c, n, OP_JUMP_TRUE_, 0, later);
  demands(c, n, true, acc, some);
  constant(c, n, later, value_bool(true));
  patch(c, begun);
  demands(c, n, false, acc, some);
  jump_back(c, n, next);
  patch(c, out);
  emit(c, n, OP_ACC_MISS_, ACC_ALL, acc, cell, 0);
  emit(c, n, OP_ACC_END_, 0, acc, acc, ACC_ALL);
  uint32_t asked = emit_jump(c, n, OP_JUMP_TRUE_, 0, some), empty = emit_jump(c, n, OP_JUMP_TRUE_, 0, acc);
  uint32_t unknown = emit_jump(c, n, OP_JUMP_, 0, 0);
  patch(c, empty);
  emit(c, n->kid[0], OP_UNASKED_, 0, acc, 0, 0);
  patch(c, asked);
  patch(c, unknown);
  emit(c, n, OP_RETURN_, 0, acc, 0, 0);
}

/* ---- tests ---- */

static void expect(Compiler *c, Node *e) {
  uint32_t top = c->top, v = temp(c);
  c->whole = e;
  while (c->whole->kind == N_GOVERN && (c->whole->op == GOV_AT || c->whole->op == GOV_WITHOUT || c->whole->op == GOV_UNDER)) c->whole = c->whole->kid[0];
  c->noting = true;
  expr(c, e, v);
  c->noting = false;
  note(c, e, OP_EXPECT_, v);
  c->top = top;
}

/* The world of a `given` has all that was given before it, so it takes the place of theirs. */
static void test(Compiler *c, Node *n) {
  bool given = false;
  for (Node *s = list_first(n->kid[1]); s && !c->failed; s = s->next) {
    if (s->kind == N_LET) expr(c, s->kid[2], s->kid[0]->ref);
    else if (s->kind == N_EXPECT) expect(c, s->kid[0]);
    else if (s->kind == N_GIVEN) {
      if (given) emit(c, s, OP_LEAVE_, 0, 0, 0, 0);
      uint32_t scenario = ent_index(s->ref);
      emit(c, s, OP_GIVEN_, 0, 0, scenario & 0xFFFF, scenario >> 16);
      given = true;
    }
  }
  if (given) emit(c, n, OP_LEAVE_, 0, 0, 0, 0);
  uint32_t r = temp(c);
  constant(c, n, r, value_bool(true));
  emit(c, n, OP_RETURN_, 0, r, 0, 0);
}

static bool on_answer(Ins i) { return i.op == OP_JUMP_FALSE_ || i.op == OP_JUMP_TRUE_; }

/* Where a jump on a register meets another on it, it goes where that would; what gives a yes-or-no takes along the jump on it. */
static void join_jumps(Chunk *k, const Code *code) {
  for (uint32_t at = code->start; at < code->start + code->len; at++) {
    Ins *i = &k->ins.at[at];
    if (!on_answer(*i)) continue;
    const Ins *to = &k->ins.at[ins_target(*i)];
    while (on_answer(*to) && to->a == i->a) {
      uint32_t next = to->op == i->op ? ins_target(*to) : (uint32_t)(to - k->ins.at) + 1;
      i->b = (uint16_t)next;
      i->c = (uint16_t)(next >> 16);
      to = &k->ins.at[next];
    }
    Ins *before = at > code->start ? i - 1 : i;
    if (op_answers((Op)before->op) && before->a == i->a) before->x |= WITH_JUMP;
  }
}

/* Of a function that is unread there is none. */
static Code func(Compiler *c, uint32_t i) {
  Func *f = &c->p->funcs.at[i];
  if (f->state == FUNC_UNREAD) return (Code){0};
  if (f->kind != FUNC_THUNK && i > 0xFFFF) {  /* calls name a function in sixteen bits */
    diag_add(c->p->unit->diags, DIAG_E0504, f->span, "there are more than 65,536 functions, 'let's, checks and tests");
    c->failed = true;
  }
  Code code = {here(c), 0, 0, c->k->checks.len};
  c->func = i;
  c->top = c->most = f->outside ? f->nparam : f->nslot;
  if (f->kind == FUNC_CHECK) check(c, f->body);
  else if (f->kind == FUNC_VERDICT) verdict(c, f->body);
  else if (f->kind == FUNC_TEST) test(c, f->body);
  else if (f->outside) {
    uint32_t r = temp(c);
    emit(c, f->decl, OP_EXTERN_, 0, r, f->outside - 1, 0);
    emit(c, f->decl, OP_RETURN_, 0, r, 0, 0);
  } else emit(c, f->body, OP_RETURN_, 0, operand(c, f->body), 0, 0);
  code.len = here(c) - code.start;
  if (!c->failed && !mem_failed(c->k->mem)) join_jumps(c->k, &code);
  code.nreg = (uint16_t)(c->most + 1);
  if (c->failed && !c->p->unit->diags->errors) diag_add(c->p->unit->diags, DIAG_E0504, f->span, "this is too large to compile: it needs more than %d places for values", REG_MAX);
  return code;
}

bool compile_all(Chunk *k, Rt *rt) {
  Compiler c = {.k = k, .p = k->p, .rt = rt};
  for (; k->opened < k->p->opened.len && !mem_failed(k->mem) && !c.failed; k->opened++) {
    uint32_t f = k->p->opened.at[k->opened];
    if (f < k->codes.len) k->codes.at[f] = func(&c, f);
  }
  while (k->codes.len < k->p->funcs.len && !mem_failed(k->mem) && !c.failed) {
    Code code = func(&c, k->codes.len);
    vec_push(k->mem, &k->codes, code);
  }
  return !c.failed && !mem_failed(k->mem);
}
