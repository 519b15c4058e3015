#include "code/chunk.h"
#include <string.h>

/* Bytecode is verified before it runs, our own compiler's too: a slip there then ends here and not in a wrong answer. */

static inline bool operand_ok(const Chunk *k, const Code *code, const Ins *i, char letter, uint32_t value) {
  switch (letter) {
    case 'w': case 'y': case 'r': case 'u': return value < code->nreg || (i->op == OP_SPAN_ITER_ && letter == 'r');
    case 'k': return ins_target(*i) < k->consts.len;
    case 'q': return value < k->consts.len;
    case 'j': return ins_target(*i) >= code->start && ins_target(*i) < code->start + code->len;
    case 'g': return ins_target(*i) < k->p->kinds.at[K_SCENARIO].list.len + k->p->givens.len;
    case 't': return ins_target(*i) < k->p->types.list.len;
    case 'l': return ins_target(*i) < k->loops.len;
    case 'e': return ins_target(*i) < k->noted.len;
    case 'f': return value < k->p->funcs.len;
    case 'h': return value < k->p->externs.len;
    case 'm': return value < BUILTIN_COUNT;
    case 's': return value <= code->nreg;
    default: return true;
  }
}

/* How many registers an instruction reads from the one that an s names. */
static uint32_t run_length(const Chunk *k, const Ins *i) {
  if (i->op == OP_LIST_ || i->op == OP_SET_ || i->op == OP_TEXT_) return i->c;
  if (i->op == OP_MAP_) return 2u * i->c;
  if (i->op == OP_CALL_) return k->p->funcs.at[i->b].nparam;
  if (i->op == OP_EXTERN_) return (uint32_t)strlen(k->p->externs.at[i->b].types) - 2;
  if (i->op == OP_TABLE_) return i->b < k->p->tables.len ? k->p->tables.at[i->b].nkey : UINT16_MAX + 1u;
  return i->op == OP_BUILTIN_ ? i->x : 0;
}

static bool jump_behind(const Code *code, const Chunk *k, const Ins *i) {
  const Ins *next = i + 1;
  return next < k->ins.at + code->start + code->len && (next->op == OP_JUMP_FALSE_ || next->op == OP_JUMP_TRUE_) && next->a == i->a;
}

static const char *ins_wrong(const Chunk *k, const Code *code, const Ins *i) {
  if (i->op >= OP_COUNT_) return "no such instruction";
  const char *f = op_info((Op)i->op)->operands;
  for (int n = 0; n < 3 && f[n]; n++) {
    uint32_t value = n == 0 ? i->a : n == 1 ? i->b : i->c;
    if (operand_ok(k, code, i, f[n], value)) continue;
    if (i->op != OP_ACC_ADD_ || n != 2 || value != NO_WHERE) return f[n] == 'j' ? "a jump out of the function" : "an operand out of range";
  }
  if (f[1] == 's' && i->b + run_length(k, i) > code->nreg) return "registers out of range";
  if (f[1] && f[2] == 's' && i->c + run_length(k, i) > code->nreg) return "arguments out of range";
  if (f[0] == 'y' && i->x & WITH_JUMP && !jump_behind(code, k, i)) return "a jump that is none";
  if (i->op == OP_ITER_ && (uint32_t)i->c + i->x >= code->nreg) return "an element's register out of range";
  return NULL;
}

bool chunk_verify(Chunk *k, uint32_t *at, const char **why) {
  for (uint32_t f = 0; f < k->codes.len; f++) {
    const Code *code = &k->codes.at[f];
    if (code->start < k->verified || (!code->len && k->p->funcs.at[f].state == FUNC_UNREAD)) continue;
    *at = code->start;
    *why = "a function without an end";
    if (!code->len || code->start + code->len > k->ins.len || k->ins.at[code->start + code->len - 1].op != OP_RETURN_) return false;
    for (uint32_t i = code->start; i < code->start + code->len; i++) {
      *at = i;
      *why = ins_wrong(k, code, &k->ins.at[i]);
      if (*why) return false;
    }
  }
  k->verified = k->ins.len;
  return true;
}
