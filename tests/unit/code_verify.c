/* The verifier: what the compiler makes passes, and nothing that would leave the registers, the code or the tables does. */
#include "code/chunk.h"
#include "syntax/parser.h"
#include "tap.h"
#include "world/world.h"
#include <string.h>

static const char draft[] =
  "country A country B country C\n"
  "layer base\n"
  "unit t \"tonnes\"\n"
  "resource r { layer: base unit: t }\n"
  "table note_of (c: country): number default 1\n"
  "rule linked(c: country) = c == A or any(linked(d) for d in countries where d != c)\n"
  "fn f(n: number): number = if n > 2 then n ^ 2 else n ?? 1\n"
  "let m = {k: [f(n) for n in 1..3] for k in countries}\n"
  "let text = \"{m[A]} {nth([1, 2], 1)} {spans(has_need(r))} {2026-01-01 + 30 d} {note_of(B)}\"\n"
  "check c for x in countries { require linked(x) at 2026-01-01 else warn \"{x.name}\" }\n";

typedef struct Made {
  Mem mem;
  Intern names;
  Sources sources;
  Diags diags;
  Unit unit;
  Program program;
  World world;
  Chunk chunk;
} Made;

static bool make(Made *m) {
  memset(m, 0, sizeof *m);
  if (!mem_init(&m->mem, 0)) return false;
  intern_init(&m->names, &m->mem, 1);
  sources_init(&m->sources, &m->mem);
  diags_init(&m->diags, &m->mem);
  unit_init(&m->unit, &m->mem, &m->names, &m->sources, &m->diags);
  program_init(&m->program, &m->mem, &m->unit);
  chunk_init(&m->chunk, &m->mem, &m->program);
  const Source *s = sources_add(&m->sources, "draft", draft, sizeof draft - 1, false);
  program_module(&m->program, intern_put(&m->names, "draft", 5), s, parse_file(&m->unit, s), false);
  if (!program_check(&m->program)) {
    for (uint32_t i = 0; i < m->diags.list.len; i++) diag("%s", m->diags.list.at[i].text);
    return false;
  }
  return world_init(&m->world, &m->mem, &m->program) && compile_all(&m->chunk, &m->world.rt);
}

static void end(Made *m) {
  chunk_end(&m->chunk);
  world_end(&m->world);
  program_end(&m->program);
  unit_end(&m->unit);
  diags_end(&m->diags);
  sources_end(&m->sources);
  intern_end(&m->names);
  is_int((int64_t)m->mem.used, 0, "everything is given back");
  mem_end(&m->mem);
}

static bool passes(Made *m) {
  uint32_t at;
  const char *why;
  m->chunk.verified = 0;
  return chunk_verify(&m->chunk, &at, &why);
}

/* Whether a spoilt operand is refused: registers, constants, jumps, functions and builtins; numbers are not looked at. */
static bool spoilt(Made *m, Ins *i, int operand) {
  Ins was = *i;
  char letter = op_info((Op)i->op)->operands[operand];
  if (letter == 0 || strchr("-n", letter)) return true;
  if (i->op == OP_SPAN_ITER_ && letter == 'r' && i->x & 1) return true;  /* unused then */
  if (operand == 0) i->a = 0xFFF0;
  if (operand == 1) i->b = 0xFFF0;
  if (operand == 2 || strchr("kj", letter)) i->c = 0xFFF0;
  bool refused = !passes(m);
  *i = was;
  return refused;
}

int main(void) {
  Made m;
  if (!make(&m)) { ok(false, "the draft compiles"); return done(); }
  ok(passes(&m), "what the compiler makes passes");
  uint32_t kept = 0;
  for (uint32_t i = 0; i < m.chunk.ins.len; i++)
    for (int k = 0; k < 3; k++)
      if (!spoilt(&m, &m.chunk.ins.at[i], k)) {
        diag("%u %s operand %d", i, op_info((Op)m.chunk.ins.at[i].op)->name, k);
        kept++;
      }
  is_int(kept, 0, "no operand out of range passes");
  uint32_t along = 0, alone = 0, passed = 0;
  for (uint32_t i = 0; i + 1 < m.chunk.ins.len; i++) {
    Ins *x = &m.chunk.ins.at[i], was = *x;
    if (!op_answers((Op)x->op)) continue;
    if (x->x & WITH_JUMP) {
      along++;
      x[1].a++;
      passed += passes(&m);
      x[1].a--;
    } else {
      alone++;
      x->x |= WITH_JUMP;
      passed += passes(&m);
    }
    *x = was;
  }
  ok(along && alone && !passed, "an instruction takes along no jump but the one behind it, on what it gives: %u do, %u do not", along, alone);
  Ins last = m.chunk.ins.at[m.chunk.ins.len - 1];
  m.chunk.ins.at[m.chunk.ins.len - 1].op = OP_MOVE_;
  ok(!passes(&m), "a function without an end does not pass");
  m.chunk.ins.at[m.chunk.ins.len - 1] = last;
  m.chunk.ins.at[0].op = OP_COUNT_;
  ok(!passes(&m), "an instruction that does not exist does not pass");
  end(&m);
  return done();
}
