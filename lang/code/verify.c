#include "code/chunk.h"
#include <string.h>

/* Bytecode is verified before it runs, our own compiler's too: a slip there then ends here and not in a wrong answer. */

static bool operand_ok(const Chunk *k, const Code *code, Ins i, char letter, uint32_t value) {
  switch (letter) {
    case 'w': case 'r': case 'u': return value < code->nreg || (i.op == OP_SPAN_ITER_ && letter == 'r');
    case 'k': return ins_target(i) < k->consts.len;
    case 'q': return value < k->consts.len;
    case 'j': return ins_target(i) >= code->start && ins_target(i) < code->start + code->len;
    case 'g': return ins_target(i) < k->p->kinds.at[K_SCENARIO].list.len + k->p->givens.len;
    case 'l': return ins_target(i) < k->loops.len;
    case 'e': return ins_target(i) < k->noted.len;
    case 'f': return value < k->p->funcs.len;
    case 'h': return value < k->p->externs.len;
    case 'm': return value < BUILTIN_COUNT;
    case 's': return value <= code->nreg;
    default: return true;
  }
}

static bool jumps(Ins i) { return i.op == OP_JUMP_FALSE_ || i.op == OP_JUMP_TRUE_; }

static const char *ins_wrong(const Chunk *k, const Code *code, Ins i, Ins next) {
  if (i.op >= OP_COUNT_) return "no such instruction";
  const char *f = op_info((Op)i.op)->operands;
  const uint16_t given[3] = {i.a, i.b, i.c};
  for (int n = 0; n < 3 && f[n]; n++) {
    bool where = i.op == OP_ACC_ADD_ && n == 2 && given[n] == NO_WHERE;
    if (!where && !operand_ok(k, code, i, f[n], given[n])) return f[n] == 'j' ? "a jump out of the function" : "an operand out of range";
  }
  if ((i.op == OP_LIST_ || i.op == OP_SET_ || i.op == OP_TEXT_) && (uint32_t)i.b + i.c > code->nreg) return "registers out of range";
  if (i.op == OP_MAP_ && (uint32_t)i.b + 2u * i.c > code->nreg) return "registers out of range";
  if (i.op == OP_CALL_ && (uint32_t)i.c + k->p->funcs.at[i.b].nparam > code->nreg) return "arguments out of range";
  if (i.op == OP_EXTERN_ && (uint32_t)i.c + strlen(k->p->externs.at[i.b].types) > code->nreg + 2u) return "arguments out of range";
  if (i.op == OP_BUILTIN_ && (uint32_t)i.c + i.x > code->nreg) return "arguments out of range";
  if (op_answers((Op)i.op) && i.x & WITH_JUMP && !(jumps(next) && next.a == i.a)) return "a jump that is none";
  if (i.op == OP_ITER_ && (uint32_t)i.c + i.x >= code->nreg) return "an element's register out of range";
  return NULL;
}

bool chunk_verify(const Chunk *k, uint32_t *at, const char **why) {
  for (uint32_t f = 0; f < k->codes.len; f++) {
    const Code *code = &k->codes.at[f];
    *at = code->start;
    *why = "a function without an end";
    if (!code->len || code->start + code->len > k->ins.len || k->ins.at[code->start + code->len - 1].op != OP_RETURN_) return false;
    for (uint32_t i = code->start; i < code->start + code->len; i++) {
      *at = i;
      *why = ins_wrong(k, code, k->ins.at[i], k->ins.at[i + 1 < code->start + code->len ? i + 1 : i]);
      if (*why) return false;
    }
  }
  return true;
}
