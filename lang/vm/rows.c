#include "vm/vm.h"
#include <string.h>

/* The row of data at hand, and entities by their names. */

static Value cell_value(Vm *vm, const Rows *r, DataCell c) {
  if (c.kind == CELL_ABSENT) return value_unknown(&vm->rt, world_cause(vm->w, CAUSE_CELL, 0, 0, rows_span(r, c)));
  if (c.kind == CELL_PLAIN) return value_text(&vm->rt, rows_raw(r, c), c.len);
  Buf b;
  buf_init(&b, vm->mem);
  rows_text(r, c, &b);
  Value v = value_text(&vm->rt, buf_text(&b), b.len);
  buf_end(&b);
  return v;
}

/* A column of lists has a list in every row; what is none is the only element of one. */
static Value cell_list(Vm *vm, const Rows *r, DataCell c) {
  VEC(Value) all = {0};
  DataCell e;
  uint32_t at = 0;
  if (c.kind == CELL_ABSENT) return cell_value(vm, r, c);
  if (c.kind != CELL_ARRAY) vec_push(vm->mem, &all, cell_value(vm, r, c));
  else
    while (rows_element(r, c, &at, &e)) {
      Value v = cell_value(vm, r, e);
      if (!vec_push(vm->mem, &all, v)) value_drop(vm->mem, v);
    }
  Value v = value_list(&vm->rt, all.at, all.len);
  vec_end(vm->mem, &all);
  return v;
}

Value vm_column(Vm *vm, uint32_t col) {
  const Rows *r = vm->row.rows;
  if (!r || col >= r->cols.len) { vm_fail(vm, DIAG_E0308, "no row of data is at hand here"); return value_int(0); }
  DataCell c = rows_cell(r, vm->row.row, col);
  vm->row.cell = rows_span(r, c);
  return r->cols.at[col].list ? cell_list(vm, r, c) : cell_value(vm, r, c);
}

/* ---- @ ---- */

static bool is_called(const Vm *vm, Ent e, const char *s, uint32_t n) {
  Sym id = program_entity(vm->p, e)->id;
  return intern_len(vm->p->unit->names, id) == n && !memcmp(sym_text(vm->p, id), s, n);
}

static Ent look_up(Vm *vm, uint16_t module, uint32_t kind, const char *s, uint32_t n) {
  Sym name = intern_find(vm->p->unit->names, s, n);
  uint64_t made;
  if (!name) return UINT32_MAX;
  Ent e = program_find(vm->p, module, name, kind);
  if (e == UINT32_MAX && !vm->making && map_get(&vm->p->made, (uint64_t)kind << 32 | name, &made)) e = (Ent)made;
  return e;
}

Ent vm_named(Vm *vm, uint16_t module, uint32_t kind, const char *s, uint32_t n) {
  uint64_t key = hash_bytes(s, n, vm->p->unit->names->seed ^ ((uint64_t)module << 8 | kind)), known;
  if (map_get(&vm->atoms, key, &known) && is_called(vm, (Ent)known, s, n)) return (Ent)known;
  Ent e = look_up(vm, module, kind, s, n);
  if (e != UINT32_MAX) map_put(&vm->atoms, key, e);
  return e;
}

Value vm_atom(Vm *vm, uint32_t kind, Value text) {
  if (text.tag != V_STR) return value_unknown2(&vm->rt, text, (Value){0});
  uint16_t module = vm->p->funcs.at[vm->frames.at[vm->frames.len - 1].func].module;
  Ent e = vm_named(vm, module, kind, value_str(&text), value_len(text));
  if (e != UINT32_MAX) return value_ent(e);
  vm_fail(vm, DIAG_E0410, "there is no %s '%.*s'", sym_text(vm->p, vm->p->kinds.at[kind].word), (int)value_len(text), value_str(&text));
  return value_int(0);
}
