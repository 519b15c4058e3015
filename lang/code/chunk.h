#ifndef CODE_CHUNK_H
#define CODE_CHUNK_H
#include "check/program.h"
#include "world/value.h"

#define OP(name, operands, doc) OP_##name##_,
typedef enum Op {
#include "code/op.def"
  OP_COUNT_
} Op;
#undef OP

typedef struct Ins { uint8_t op, x; uint16_t a, b, c; } Ins;
static inline uint32_t ins_target(Ins i) { return (uint32_t)i.b | (uint32_t)i.c << 16; }
typedef struct OpInfo { const char *name, *operands, *doc; } OpInfo;
const OpInfo *op_info(Op op);
/* Instructions that give a yes-or-no and, with this in x, do the jump behind them as well. */
enum { WITH_JUMP = 2 };
bool op_answers(Op op);
/* x of a TEXT that is only to be read: what is unknown in it stands there by name, and does not make it unknown. */
enum { TEXT_SHOWN = 1 };

/* Accumulators: the aggregates, and the collections that are built. */
enum { ACC_SUM, ACC_COUNT, ACC_MIN, ACC_MAX, ACC_ANY, ACC_ALL, ACC_SET, ACC_LIST, ACC_MAP, ACC_SPANS };
enum { NO_WHERE = 0xFFFF };

/* Code of one Func. */
typedef struct Code {
  uint32_t start, len;      /* in Chunk.ins */
  uint16_t nreg;
  uint32_t check;           /* of a check: its place in Chunk.checks */
} Code;

/* A `require`: where it stands, and the names of a check's bindings. again: where it is evaluated once more from; once: at, throughout
 * or sometime says when. */
typedef struct Require { Node *node; uint32_t check, again; bool once; } Require;
typedef struct CheckCode { uint32_t func, first_require, nrequire; Node *node; } CheckCode;

/* A comprehension or aggregate that can be tried in columns. body NULL: the elements themselves. */
typedef struct LoopCode { const Node *body, *gens; uint8_t kind, ngens; } LoopCode;

typedef struct Chunk {
  Mem *mem;
  Program *p;
  VEC(Ins) ins;
  VEC(Span) place;          /* of each instruction: the expression that it is part of */
  VEC(Value) consts;
  VEC(Code) codes;          /* by Func; of one that is unread, without an instruction */
  uint32_t opened;          /* how many of Program.opened have been looked at */
  uint32_t verified;        /* instructions */
  VEC(Require) requires;
  VEC(CheckCode) checks;
  VEC(LoopCode) loops;
  VEC(Node *) noted;        /* of tests: what they expect, and the parts of it whose values are told when it fails */
} Chunk;

void chunk_init(Chunk *k, Mem *mem, Program *p);
void chunk_end(Chunk *k);
/* What a literal is worth; owned by the caller. */
Value chunk_literal(Program *p, Rt *rt, const Node *e);
/* How many calendar months the unit of a duration is that a day is moved by; 0: it counts days. */
int chunk_months(const Program *p, const Node *e);
/* Compiles every Func that has no code yet. False when memory is refused or a function is too large (said in diags). */
bool compile_all(Chunk *k, Rt *rt);
/* Whether the code of every Func is well formed: registers in range, jumps to instructions, constants and functions that exist.
 * Otherwise *at is where it is not. What was well formed is not looked at again. */
bool chunk_verify(Chunk *k, uint32_t *at, const char **why);
/* The code of one Func, a line an instruction, source lines between. */
void chunk_disassemble(const Chunk *k, uint32_t func, Rt *rt, Buf *out);

#endif
