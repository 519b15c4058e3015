#include "check/checker.h"
#include <string.h>

#define V 'V'
#define K 'K'
#define P 'P'
#define BUILTIN(name, params, result, flags, doc) {#name, params, result, flags, doc},
static const BuiltinInfo builtins[] = {
#include "check/builtin.def"
};
#undef BUILTIN
#undef V
#undef K
#undef P

const BuiltinInfo *builtin_info(Builtin b) { return &builtins[b]; }

/* The kinds that the language knows, in the order of EntityKind, with their fields: name, a letter for the type, ... */
static const struct { const char *word, *fields; } known[K_BUILTIN] = {
  {"country", "iso2 s region s note s"},
  {"layer", "note s"},
  {"resource", "layer L unit s requires R hs s stage s critical b note s source S"},
  {"source", "publisher s date d url s licence s accessed d year n note s"},
  {"route", "passes C note s source S"},
  {"control", "by c on R against C from d until d note s"},
  {"clause", "parties C resources R agreement A article s act s modal s binding b from d until d text s to C by d"},
  {"agreement", "parties C term g binding b note s signed d entry_into_force d"},
  {"scenario", "note s"},
  {"amendment", "parties C term g binding b note s signed d entry_into_force d agreement A from d"},
};

static Type field_type(Program *p, char letter) {
  switch (letter) {
    case 's': return T_STRING;
    case 'b': return T_BOOL;
    case 'd': return T_DATE;
    case 'n': return T_NUMBER;
    case 'g': return T_RANGE;
    case 'L': return p->kinds.at[K_LAYER].type;
    case 'c': return p->kinds.at[K_COUNTRY].type;
    case 'S': return p->kinds.at[K_SOURCE].type;
    case 'A': return p->kinds.at[K_AGREEMENT].type;
    case 'C': return type_set(&p->types, p->kinds.at[K_COUNTRY].type);
    default: return type_set(&p->types, p->kinds.at[K_RESOURCE].type);
  }
}

static void field_add(Program *p, Kind *k, const char *name, size_t len, Type type) {
  Field f = {.name = intern_put(p->unit->names, name, len), .type = type};
  vec_push(p->mem, &k->fields, f);
}

static void kinds_init(Program *p) {
  for (uint32_t k = 0; k < K_BUILTIN; k++) {
    Kind kind = {.word = intern_put(p->unit->names, known[k].word, strlen(known[k].word)), .type = type_entity(&p->types, k)};
    vec_push(p->mem, &p->kinds, kind);
  }
  for (uint32_t k = 0; k < p->kinds.len; k++) {
    field_add(p, &p->kinds.at[k], "id", 2, T_STRING);
    field_add(p, &p->kinds.at[k], "name", 4, T_STRING);
    for (const char *s = known[k].fields; *s;) {
      size_t n = strcspn(s, " ");
      field_add(p, &p->kinds.at[k], s, n, field_type(p, s[n + 1]));
      s += n + 2;
      if (*s) s++;
    }
  }
}

void program_init(Program *p, Mem *mem, Unit *unit) {
  memset(p, 0, sizeof *p);
  p->mem = mem;
  p->unit = unit;
  units_init(&p->units, mem, unit->names);
  Span none = {0, 0};
  unit_declare(&p->units, intern_put(unit->names, "d", 1), "days", none);  /* time is the engine's own */
  types_init(&p->types, mem, &p->units);
  map_init(&p->thunks, mem);
  map_init(&p->clause_ids, mem);
  map_init(&p->row_nodes, mem);
  p->memo = arena_zero(&unit->arena, sizeof *p->memo);
  map_init(&p->memo->entities, mem);
  map_init(&p->made, mem);
  kinds_init(p);
}

void program_end(Program *p) {
  for (uint32_t i = 0; i < p->kinds.len; i++) {
    vec_end(p->mem, &p->kinds.at[i].list);
    vec_end(p->mem, &p->kinds.at[i].fields);
  }
  for (uint32_t i = 0; i < p->modules.len; i++) {
    map_end(&p->modules.at[i].names);
    vec_end(p->mem, &p->modules.at[i].uses);
  }
  vec_end(p->mem, &p->kinds);
  vec_end(p->mem, &p->funcs);
  vec_end(p->mem, &p->externs);
  vec_end(p->mem, &p->tables);
  vec_end(p->mem, &p->modules);
  vec_end(p->mem, &p->binds);
  vec_end(p->mem, &p->calls);
  vec_end(p->mem, &p->opened);
  vec_end(p->mem, &p->facts);
  vec_end(p->mem, &p->checks);
  vec_end(p->mem, &p->tests);
  vec_end(p->mem, &p->givens);
  vec_end(p->mem, &p->concern);
  vec_end(p->mem, &p->dates);
  vec_end(p->mem, &p->resource_unit);
  vec_end(p->mem, &p->limits);
  for (uint32_t i = 0; i < p->rows.len; i++) {
    rows_end(p->rows.at[i]);
    mem_free(p->mem, p->rows.at[i], sizeof(Rows));
  }
  vec_end(p->mem, &p->rows);
  vec_end(p->mem, &p->data);
  map_end(&p->made);
  map_end(&p->thunks);
  clauses_end(p);
  map_end(&p->row_nodes);
  for (uint32_t i = 0; i < p->amended.len; i++) vec_end(p->mem, &p->amended.at[i].clauses);
  vec_end(p->mem, &p->amended);
  vec_end(p->mem, &p->amend_order);
  types_end(&p->types);
  units_end(&p->units);
}

uint16_t program_module(Program *p, Sym name, const Source *source, Node *file, bool library) {
  Module m = {.name = name, .source = source, .file = file, .library = library};
  map_init(&m.names, p->mem);
  vec_push(p->mem, &p->modules, m);
  return (uint16_t)(p->modules.len - 1);
}

void program_use(Program *p, uint16_t module, uint16_t used, Sym prefix, Span span) {
  Module *m = &p->modules.at[module];
  if (!vec_room(p->mem, &m->uses)) return;
  m->uses.at[m->uses.len].module = used;
  m->uses.at[m->uses.len].prefix = prefix;
  m->uses.at[m->uses.len].used = false;
  m->uses.at[m->uses.len++].span = span;
}

Rows *program_rows(Program *p, const Source *src) {
  Rows *r = vec_room(p->mem, &p->rows) ? mem_get(p->mem, sizeof *r) : NULL;
  if (!r) return NULL;
  rows_init(r, p->mem, src);
  p->rows.at[p->rows.len++] = r;
  return r;
}

void checker_init(Checker *c, Program *p) {
  memset(c, 0, sizeof *c);
  c->p = p;
  c->u = p->unit;
  c->d = p->unit->diags;
  c->dates = true;
}

void checker_end(Checker *c) {
  vec_end(c->p->mem, &c->locals);
  vec_end(c->p->mem, &c->bad_units);
}

bool program_check(Program *p) {
  Checker c;
  checker_init(&c, p);
  declare_all(&c);
  amendments_make(&c);
  decls_check(&c);
  clause_labels_drop(p);
  uses_report(&c);
  program_settle(p, false);
  if (!c.d->errors) strata_check(&c);
  checker_end(&c);
  return !c.d->errors && !mem_failed(p->mem);
}

/* Forgets the Funcs from this one on, whom they call, and of which check one is the verdict. */
static void funcs_drop(Program *p, uint32_t func) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < p->calls.len; i++)
    if (p->calls.at[i].from < func) p->calls.at[kept++] = p->calls.at[i];
  p->calls.len = kept;
  for (uint32_t i = 0; i < p->checks.len; i++)
    if (p->funcs.at[p->checks.at[i]].verdict >= func) p->funcs.at[p->checks.at[i]].verdict = 0;
  p->funcs.len = func;
}

uint32_t program_check_expr(Program *p, uint16_t module, Node *expr) {
  Checker c;
  checker_init(&c, p);
  c.module = module;
  uint32_t funcs = p->funcs.len;
  uint32_t f = thunk_make(&c, expr, NULL, T_ERROR, T_ERROR, NULL);
  funcs_ready(&c);
  if (!c.d->errors) strata_check(&c);
  checker_end(&c);
  if (!c.d->errors && !mem_failed(p->mem)) return f;
  funcs_drop(p, funcs);   /* it is not compiled with the expressions that are asked next */
  return UINT32_MAX;
}

uint32_t program_thunk(const Program *p, const Node *expr) {
  uint64_t f;
  return map_get(&p->thunks, (uintptr_t)expr, &f) ? (uint32_t)f : UINT32_MAX;
}

static void list_text(const Program *p, const char *word, Type of, Buf *out) {
  buf_str(out, word);
  type_text(p, of, out);
}

void type_text(const Program *p, Type t, Buf *out) {
  TypeInfo x = type_at(&p->types, t);
  switch ((TypeKind)x.kind) {
    case TY_ERROR: buf_str(out, "?"); break;
    case TY_BOOL: buf_str(out, "bool"); break;
    case TY_STRING: buf_str(out, "string"); break;
    case TY_NUMBER: buf_str(out, "number"); break;
    case TY_QUANTITY:
      buf_str(out, "quantity");
      if (x.any) break;
      buf_char(out, '[');
      if (x.u) buf_str(out, x.dim != DIM_ONE ? "its resource's unit * " : "its resource's unit");
      if (x.dim != DIM_ONE) dim_text(&p->units, x.dim, out);
      buf_char(out, ']');
      break;
    case TY_DATE: buf_str(out, "date"); break;
    case TY_RANGE: buf_str(out, "range of dates"); break;
    case TY_INTS: buf_str(out, "range of numbers"); break;
    case TY_NEVER: buf_str(out, "nothing"); break;
    case TY_ENTITY: buf_str(out, sym_text(p, p->kinds.at[x.a].word)); break;
    case TY_SET: list_text(p, "set of ", x.a, out); break;
    case TY_LIST: list_text(p, "list of ", x.a, out); break;
    case TY_MAP: list_text(p, "map of ", x.a, out); list_text(p, " to ", x.b, out); break;
  }
}
