#include "code/chunk.h"
#include "base/utf8.h"

static void operand_text(const Chunk *k, Rt *rt, Ins i, char letter, uint16_t v, Buf *out) {
  switch (letter) {
    case 'w': case 'y': case 'r': case 'u': if (v == NO_WHERE) buf_str(out, " -"); else buf_fmt(out, " r%u", v); break;
    case 's': buf_fmt(out, " r%u..", v); break;
    case 'k':
      buf_char(out, ' ');
      value_show(rt, k->consts.at[ins_target(i)], out);
      break;
    case 'q':
      buf_char(out, ' ');
      value_show(rt, k->consts.at[v], out);
      break;
    case 'j': buf_fmt(out, " -> %u", ins_target(i)); break;
    case 'f': buf_fmt(out, " %s", k->p->funcs.at[v].name ? sym_text(k->p, k->p->funcs.at[v].name) : "(expression)"); break;
    case 'h': buf_fmt(out, " %s", k->p->externs.at[v].symbol); break;
    case 'm': buf_fmt(out, " %s", builtin_info((Builtin)v)->name); break;
    case 'e': buf_fmt(out, " expression %u", ins_target(i)); break;
    case 'l': buf_fmt(out, " loop %u", ins_target(i)); break;
    case 'g': buf_fmt(out, " scenario %u", ins_target(i)); break;
    case 't':
      buf_char(out, ' ');
      type_text(k->p, ins_target(i), out);
      break;
    case 'n': buf_fmt(out, " %u", v); break;
    default: break;
  }
}

static void source_line_text(const Chunk *k, uint32_t offset, uint32_t *last, Buf *out) {
  Place p = sources_place(k->p->unit->sources, offset);
  if (p.line == *last) return;
  *last = p.line;
  uint32_t n;
  const char *s = source_line(k->p->unit->sources, p.source, p.line, &n);
  while (n && (*s == ' ' || *s == '\t')) s++, n--;
  buf_fmt(out, "  ; %s:%u  ", p.source->path, p.line);
  utf8_show(out, s, n > 100 ? 100 : n);
  buf_char(out, '\n');
}

void chunk_disassemble(const Chunk *k, uint32_t func, Rt *rt, Buf *out) {
  const Func *f = &k->p->funcs.at[func];
  const Code *code = &k->codes.at[func];
  static const char *const kinds[] = {"fn", "rule", "let", "verdict", "expression", "check", "test"};
  buf_fmt(out, "%s ", kinds[f->kind]);
  Text title = ast_text(k->p->unit, f->kind == FUNC_TEST ? f->decl->kid[0] : NULL);
  if (f->kind == FUNC_TEST) utf8_show(out, title.at, title.len);
  buf_fmt(out, "%s: %u instructions, %u registers, %u parameters\n", f->name ? sym_text(k->p, f->name) : "", code->len, code->nreg, f->nparam);
  uint32_t line = 0;
  for (uint32_t i = code->start; i < code->start + code->len; i++) {
    Ins x = k->ins.at[i];
    const OpInfo *info = op_info((Op)x.op);
    const uint16_t given[3] = {x.a, x.b, x.c};
    source_line_text(k, k->place.at[i].lo, &line, out);
    buf_fmt(out, "  %5u  %-12s", i, info->name);
    for (int n = 0; n < 3 && info->operands[n]; n++) operand_text(k, rt, x, info->operands[n], given[n], out);
    if (x.x) buf_fmt(out, " x%u", x.x);
    buf_char(out, '\n');
  }
}
