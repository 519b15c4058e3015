#include "world/value.h"

enum { PLACES = 6 };   /* as language.md 3 says of printing */

static void show_num(Num n, Buf *out) { num_show(out, n, PLACES, true); }

static void show_unit(const Rt *rt, UnitId unit, Buf *out) {
  if (unit == UNIT_ONE || unit == UNIT_ANY) return;
  buf_char(out, ' ');
  buf_str(out, unit_text(rt->units, unit));
}

static void show_ivl(const Rt *rt, Value v, Buf *out) {
  const Ivl *p = (const Ivl *)v.obj;
  buf_str(out, p->has_lo && p->has_hi ? "between " : p->has_lo ? "at least " : "at most ");
  if (p->has_lo) show_num(p->lo, out);
  if (p->has_lo && p->has_hi) buf_str(out, " and ");
  if (p->has_hi) show_num(p->hi, out);
  show_unit(rt, v.unit, out);
}

static void show_range(Value v, Buf *out) {
  if (value_hi(v) < value_lo(v)) { buf_str(out, "(no days)"); return; }
  date_show(out, value_lo(v));
  buf_str(out, "..");
  date_show(out, value_hi(v));
}

static void show_ints(Value v, Buf *out) {
  if (value_hi(v) < value_lo(v)) { buf_str(out, "(no numbers)"); return; }
  buf_int(out, value_lo(v));
  buf_str(out, "..");
  buf_int(out, value_hi(v));
}

/* What is written back must read back: the escapes of the language, and no more. */
static void show_quoted(Value v, Buf *out) {
  buf_char(out, '"');
  for (uint32_t i = 0; i < value_len(v); i++) {
    char c = value_str(&v)[i];
    if (c == '"' || c == '\\') buf_char(out, '\\');
    if (c == '\n') buf_str(out, "\\n");
    else if (c == '\t') buf_str(out, "\\t");
    else buf_char(out, c);
  }
  buf_char(out, '"');
}

void value_show_inside(Rt *rt, Value v, Buf *out) {
  if (v.tag == V_STR) show_quoted(v, out);
  else value_show(rt, v, out);
}

static void show_seq(Rt *rt, Value v, Buf *out) {
  uint32_t wide = v.tag == V_MAP ? 2 : 1, n = v.obj->len;
  buf_char(out, v.tag == V_LIST ? '[' : '{');
  for (uint32_t i = 0; i < n && !out->full; i++) {
    const Value *at = value_seq(v)->at + (size_t)i * wide;
    if (i) buf_str(out, ", ");
    value_show_inside(rt, at[0], out);
    if (wide == 1) continue;
    buf_str(out, ": ");
    value_show_inside(rt, at[1], out);
  }
  buf_char(out, v.tag == V_LIST ? ']' : '}');
}

void value_show(Rt *rt, Value v, Buf *out) {
  switch ((Tag)v.tag) {
    case V_NONE: buf_str(out, "nothing"); break;
    case V_FALSE: buf_str(out, "false"); break;
    case V_TRUE: buf_str(out, "true"); break;
    case V_DEC: case V_BIG: show_num(value_num(v), out); show_unit(rt, v.unit, out); break;
    case V_DATE: date_show(out, (Day)v.i); break;
    case V_RANGE: show_range(v, out); break;
    case V_INTS: show_ints(v, out); break;
    case V_ENT: buf_str(out, sym_text(rt->program, program_entity(rt->program, v.aux)->id)); break;
    case V_IVL: show_ivl(rt, v, out); break;
    case V_UNK: buf_str(out, "unknown"); break;
    case V_STR: buf_add(out, value_str(&v), value_len(v)); break;
    case V_LIST: case V_SET: case V_MAP: show_seq(rt, v, out); break;
    case V_FUNC: case V_CELL: buf_str(out, "(not evaluated)"); break;
  }
}
