#include "vm/load.h"
#include <stdio.h>
#include <string.h>

/* Data blocks -> entities and facts, row by row. All entities are made before anything is said of one. */

enum { ROWS_CHECK = 1024 };   /* every so many rows: are there steps, time and memory left? */

typedef struct Making { const DataBlock *block; Node *decl; uint32_t kind, row; Ent owner; Sym id; } Making;
typedef struct Makings { VEC(Making) list; Map seen; } Makings;

/* ---- rows ---- */

static void row_set(Load *l, const DataBlock *b, uint32_t row) {
  l->block = b;
  l->vm->row.rows = b ? b->rows : NULL;
  if (!b) return;
  l->vm->row.row = row;
  l->vm->row.cell = rows_span(b->rows, b->rows->row.at[row]);
}

/* What is wrong with the row at hand. */
static Diag *report(Load *l, DiagCode code, const Node *asked, const char *what, const char *word, const char *name) {
  Diags *d = l->p->unit->diags;
  Span at = l->block ? l->vm->row.cell : asked->span;
  Diag *x = name ? diag_add(d, code, at, "%s %s '%s'", what, word, name) : diag_add(d, code, at, "%s", what);
  if (l->block) diag_label(d, x, asked->span, "asked for here");
  return x;
}

/* The next row that counts, from `row` on; UINT32_MAX when there is none. */
static uint32_t row_next(Load *l, const DataBlock *b, uint32_t row) {
  Node *where = b->node->kid[2];
  Vm *vm = l->vm;
  for (uint32_t n = rows_count(b->rows); row < n && !load_stop(l); row++) {
    if (row % ROWS_CHECK == 0) vm_spend(vm, ROWS_CHECK);
    row_set(l, b, row);
    if (!where || (b->counts && bits_has(b->counts, row))) return row;
    if (b->counts) continue;
    Value v = load_value(l, where, UINT32_MAX);
    bool unknown = v.tag == V_UNK;
    value_drop(vm->mem, v);
    if (unknown && !load_stop(l)) diag_help(l->p->unit->diags, report(l, DIAG_E0413, where, "nobody can tell whether this row counts", NULL, NULL), "say what then holds:  where (...) ?? false");
    if (v.tag == V_TRUE) { row_set(l, b, row); return row; }
  }
  return UINT32_MAX;
}

/* ---- names ---- */

/* The text of a name: as it stands in the draft, or as the row says. False when the row says none. */
static bool name_text(Load *l, Node *n, Buf *out) {
  Node *e = n->kind == N_ATOM ? n->kid[0] : n;
  if (e->kind == N_NAME && n->kind == N_NAME) { buf_str(out, sym_text(l->p, e->sym)); return true; }
  if (e->kind == N_STRING) { Text t = ast_text(l->p->unit, e); buf_add(out, t.at, t.len); return true; }
  Value v = load_value(l, e, UINT32_MAX);
  bool some = v.tag == V_STR && value_len(v);
  if (some) buf_add(out, value_str(&v), value_len(v));
  value_drop(l->vm->mem, v);
  if (!some && !load_stop(l)) report(l, DIAG_E0410, n, "no name is given here", NULL, NULL);
  return some;
}

static uint16_t module_at(const Load *l, const Node *n) {
  if (l->block) return l->block->module;
  for (uint32_t i = 0; i < l->p->modules.len; i++) {
    const Source *s = l->p->modules.at[i].source;
    if (n->span.lo >= s->base && n->span.lo <= s->base + s->len) return (uint16_t)i;
  }
  return 0;
}

/* A column that is plain text needs no copy of it. */
static bool plain_cell(Load *l, const Node *n, const char **s, uint32_t *len) {
  const Node *e = n->kind == N_ATOM ? n->kid[0] : n;
  const Rows *r = l->vm->row.rows;
  if (!r || e->op != REF_COLUMN || (e->kind != N_FIELD && e->kind != N_INDEX) || r->cols.at[e->ref].list) return false;
  DataCell c = rows_cell(r, l->vm->row.row, e->ref);
  l->vm->row.cell = rows_span(r, c);
  if (c.kind != CELL_PLAIN || !c.len) return false;
  *s = rows_raw(r, c);
  *len = c.len;
  return true;
}

Ent load_entity(Load *l, Node *n, uint32_t kind) {
  const char *s;
  uint32_t len;
  Ent e = UINT32_MAX;
  if (n->op == REF_ENTITY) return n->ref;
  Buf text;
  buf_init(&text, l->vm->mem);
  bool plain = plain_cell(l, n, &s, &len), some = plain || name_text(l, n, &text);
  if (some && !plain) s = buf_text(&text), len = (uint32_t)text.len;
  if (some) {
    e = vm_named(l->vm, module_at(l, n), kind, s, len);
    if (plain && e == UINT32_MAX) { buf_add(&text, s, len); s = buf_text(&text); }
    if (e == UINT32_MAX && !load_stop(l)) report(l, DIAG_E0410, n, "there is no", sym_text(l->p, l->p->kinds.at[kind].word), s);
  }
  buf_end(&text);
  return e;
}

/* ---- entities ---- */

static Node *name_of(Node *decl) { return decl->kind == N_ADD_TO ? decl->kid[1]->kid[0] : decl->kid[0]; }

static uint32_t kind_of(const Load *l, const Node *decl) {
  return decl->kind == N_ENTITY ? type_at(&l->p->types, decl->ty).a : decl->kind == N_CONTROL ? K_CONTROL : decl->kind == N_ADD_TO ? K_CLAUSE : UINT32_MAX;
}

static void make_one(Load *l, Makings *all, Node *decl, uint32_t row) {
  Making m = {.block = l->block, .decl = decl, .kind = kind_of(l, decl), .row = row, .owner = decl->kind == N_ADD_TO ? decl->kid[0]->ref : 0};
  Buf name;
  uint64_t known;
  buf_init(&name, l->vm->mem);
  bool some = name_text(l, name_of(decl), &name), declared = false;
  if (some && m.kind != K_CLAUSE) declared = vm_named(l->vm, l->block->module, m.kind, buf_text(&name), (uint32_t)name.len) != UINT32_MAX;
  if (some && !declared) m.id = intern_put(l->p->unit->names, buf_text(&name), name.len);
  bool twice = m.id && (m.kind == K_CLAUSE ? program_clause(l->p, m.owner, m.id) != UINT32_MAX : map_get(&all->seen, (uint64_t)m.kind << 32 | m.id, &known));
  /* Other entities may be declared again, which adds to them. */
  if ((twice || declared) && (m.kind == K_CLAUSE || m.kind == K_CONTROL))
    report(l, DIAG_E0412, decl, m.kind == K_CLAUSE ? "this agreement has a clause" : "there is a control", "called", buf_text(&name));
  if (m.id && !twice) {
    vec_push(l->vm->mem, &all->list, m);
    if (m.kind == K_CLAUSE) map_put(&l->p->clause_ids, (uint64_t)m.owner << 32 | m.id, l->p->nclause + all->list.len);
    else map_put(&all->seen, (uint64_t)m.kind << 32 | m.id, 1);
  }
  buf_end(&name);
}

/* A clause that data adds stands in every agreement that an amendment makes of its own. */
static void amended_too(Load *l, Ent clause, Ent agreement) {
  AmendedClause k = {.clause = clause};
  for (uint32_t i = 0; i < l->p->amended.len; i++)
    if (l->p->amended.at[i].root == agreement) vec_push(l->vm->mem, &l->p->amended.at[i].clauses, k);
}

static void entity_add(Load *l, const Making *m) {
  Kind *k = &l->p->kinds.at[m->kind];
  Node *name = name_of(m->decl);
  Entity e = {.id = m->id, .name = sym_text(l->p, m->id), .span = rows_span(m->block->rows, m->block->rows->row.at[m->row]), .owner = m->owner,
              .decl = m->decl->kind == N_ADD_TO ? m->decl->kid[1] : m->decl, .module = m->block->module, .row = m->block->first + m->row + 1};
  Ent made = m->kind == K_CLAUSE ? clause_make(l->p, e.span, e.owner, e.module, NULL) : ent_make(m->kind, k->list.len);
  if (made == UINT32_MAX || k->list.len >= 0xFFFFFF) { diag_add(l->p->unit->diags, DIAG_E0504, name->span, "there are more than 16,777,215 of these"); return; }
  if (m->kind == K_CLAUSE) clause_entity_put(l->p, made, e);
  else if (!vec_push(l->vm->mem, &k->list, e)) return;
  if (m->kind == K_RESOURCE) vec_push(l->vm->mem, &l->p->resource_unit, UNIT_NONE);
  if (m->kind != K_CLAUSE) { map_put(&l->p->made, (uint64_t)m->kind << 32 | m->id, made); return; }
  map_put(&l->p->clause_ids, (uint64_t)m->owner << 32 | m->id, ent_index(made));
  amended_too(l, made, m->owner);
}

void load_data_make(Load *l) {
  Makings all = {.list = {0}};
  Vm *vm = l->vm;
  map_init(&all.seen, vm->mem);
  vm->making = true;
  uint32_t first = 0;
  for (uint32_t i = 0; i < l->p->data.len && !load_stop(l); i++) {
    DataBlock *b = &l->p->data.at[i];
    b->first = first;
    if (!b->rows) continue;
    first += rows_count(b->rows);
    bool makes = false;
    for (Node *n = list_first(b->node->kid[4]); n; n = n->next) makes = makes || kind_of(l, n) != UINT32_MAX;
    uint64_t *counts = makes && b->node->kid[2] ? world_bits(l->w, rows_count(b->rows)) : NULL;
    for (uint32_t row = 0; makes && (row = row_next(l, b, row)) != UINT32_MAX && !load_stop(l); row++) {
      if (counts) bits_set(counts, row);
      for (Node *n = list_first(b->node->kid[4]); n; n = n->next)
        if (kind_of(l, n) != UINT32_MAX) make_one(l, &all, n, row);
    }
    b->counts = counts;
  }
  if (!load_stop(l)) row_set(l, NULL, 0);
  vm->making = false;
  for (uint32_t i = 0; i < all.list.len && !mem_failed(vm->mem); i++) entity_add(l, &all.list.at[i]);
  vec_end(vm->mem, &all.list);
  map_end(&all.seen);
  memos_forget(vm, 0);
  world_counts(l->w);
}

/* What its facts cite that cite nothing themselves. */
static void block_begin(Load *l, const DataBlock *b) {
  l->cite = l->block_cite = 0;
  load_cite(l, b->node->kid[3]);
  l->block_cite = l->cite;
}

static void block_end(Load *l) {
  if (!load_stop(l)) row_set(l, NULL, 0);
  l->block_cite = 0;
}

void load_row_of(Load *l, Ent e) {
  uint32_t row = e == UINT32_MAX ? 0 : program_entity(l->p, e)->row, i = 0;
  if (!row) { block_end(l); return; }
  while (i + 1 < l->p->data.len && l->p->data.at[i + 1].first < row) i++;
  while (!l->p->data.at[i].rows || row - 1 >= l->p->data.at[i].first + rows_count(l->p->data.at[i].rows)) i++;
  row_set(l, &l->p->data.at[i], row - 1 - l->p->data.at[i].first);
  block_begin(l, l->block);
}

/* ---- what is said of them ---- */

static void title_set(Load *l, Ent e, Node *title) {
  Entity *x = program_entity(l->p, e);
  if (!title || x->name != sym_text(l->p, x->id)) return;   /* the first title stays */
  Value v = load_value(l, title, UINT32_MAX);
  if (v.tag == V_STR && value_len(v)) {
    const char *name = arena_copy(&l->w->arena, value_str(&v), value_len(v));
    if (name) x->name = name;
  }
  value_drop(l->vm->mem, v);
}

static void contradicts(Load *l, Ent e, const Node *f) {
  char what[64];
  snprintf(what, sizeof what, "another %.40s is given to", sym_text(l->p, f->sym));
  report(l, DIAG_E0411, f, what, sym_text(l->p, l->p->kinds.at[ent_kind(e)].word), sym_text(l->p, program_entity(l->p, e)->id));
}

/* Adds a field; one that is there already must be the same. */
static void field_add(Load *l, Ent e, Node *f) {
  uint32_t slot, kind = ent_kind(e), n = l->p->kinds.at[kind].fields.len;
  if (!field_find(l->p, kind, f->sym, &slot) || (size_t)ent_index(e) * n + slot >= l->w->fields[kind].len) return;
  const char *name = sym_text(l->p, f->sym);
  bool inputs = kind == K_RESOURCE && !strcmp(name, "requires");
  if (kind == K_RESOURCE && !strcmp(name, "unit")) return;   /* see unit_set */
  Value *at = &l->w->fields[kind].at[ent_index(e) * n + slot], before = *at;
  if (inputs || before.tag == V_NONE) { load_field_set(l, e, f); return; }
  *at = (Value){0};
  load_field_set(l, e, f);
  at = &l->w->fields[kind].at[ent_index(e) * n + slot];
  bool is_default = kind == K_RESOURCE && before.tag == V_TRUE && program_entity(l->p, e)->row && !strcmp(name, "critical");
  if (!is_default && !load_stop(l) && !value_agrees(&l->vm->rt, before, *at)) contradicts(l, e, f);
  value_drop(l->vm->mem, before);
}

static void unit_set(Load *l, Ent e, Node *decl) {
  UnitId *unit = &l->p->resource_unit.at[ent_index(e)];
  UnitId to = (UnitId)decl->ref;
  if (to == UNIT_NONE || *unit == to) return;
  if (*unit != UNIT_NONE) { report(l, DIAG_E0411, decl, "another unit is given to", "resource", sym_text(l->p, program_entity(l->p, e)->id)); return; }
  *unit = to;
  const char *text = unit_text(&l->p->units, to);
  load_field(l, e, "unit", value_text(&l->vm->rt, text, strlen(text)));
  load_field(l, e, "critical", value_bool(true));
}

static void entity_fields(Load *l, Node *decl) {
  uint32_t kind = kind_of(l, decl);
  Ent e = load_entity(l, decl->kid[0], kind);
  if (e == UINT32_MAX) return;
  title_set(l, e, decl->kid[1]);
  if (kind == K_RESOURCE) unit_set(l, e, decl);
  for (Node *f = list_first(decl->kid[2]); f && !load_stop(l); f = f->next)
    if (f->kind == N_ARG) field_add(l, e, f);
}

/* A resource that no row gave a unit or a layer. */
static void resources_whole(Load *l) {
  uint32_t layer;
  field_find(l->p, K_RESOURCE, intern_find(l->p->unit->names, "layer", 5), &layer);
  for (uint32_t i = 0; i < l->p->kinds.at[K_RESOURCE].list.len; i++) {
    const Entity *e = &l->p->kinds.at[K_RESOURCE].list.at[i];
    if (!e->row) continue;
    bool layers = l->p->kinds.at[K_LAYER].list.len && l->w->fields[K_RESOURCE].at[i * l->p->kinds.at[K_RESOURCE].fields.len + layer].tag == V_NONE;
    if (l->p->resource_unit.at[i] == UNIT_NONE) diag_help(l->p->unit->diags, diag_add(l->p->unit->diags, DIAG_E0303, e->span, "the resource '%s' has no unit", sym_text(l->p, e->id)), "say what it is measured in, in the data block:  unit: t/yr");
    if (layers) diag_help(l->p->unit->diags, diag_add(l->p->unit->diags, DIAG_E0303, e->span, "the resource '%s' has no layer", sym_text(l->p, e->id)), "say which layer of the stack it belongs to, in the data block:  layer: minerals");
  }
}

static bool has(const DataBlock *b, bool entities) {
  for (Node *n = list_first(b->node->kid[4]); n; n = n->next)
    if ((n->kind == N_ENTITY) == entities) return true;
  return false;
}

/* What blocks say of their rows, row by row: of entities, or all else. */
static void each_row(Load *l, bool entities, void (*with)(Load *l, Node *n)) {
  for (uint32_t i = 0; i < l->p->data.len && !load_stop(l); i++) {
    const DataBlock *b = &l->p->data.at[i];
    if (!b->rows || !has(b, entities)) continue;
    profile_enter(l->vm->profile, profile_id(PROFILE_DATA, i));
    block_begin(l, b);
    for (uint32_t row = 0; (row = row_next(l, b, row)) != UINT32_MAX; row++)
      for (Node *n = list_first(b->node->kid[4]); n && !load_stop(l); n = n->next)
        if ((n->kind == N_ENTITY) == entities) { row_set(l, b, row); with(l, n); }
    block_end(l);
    profile_leave(l->vm->profile);
  }
}

void load_data_fields(Load *l) {
  each_row(l, true, entity_fields);
  if (!load_stop(l)) resources_whole(l);
}

/* ---- facts ---- */

static void row_fact(Load *l, Node *n) {
  Buf name;
  Ent e = UINT32_MAX;
  if (n->kind != N_CONTROL && n->kind != N_ADD_TO) { load_declaration(l, n); return; }
  buf_init(&name, l->vm->mem);
  if (name_text(l, name_of(n), &name)) {
    Sym id = intern_put(l->p->unit->names, buf_text(&name), name.len);
    uint64_t made;
    if (n->kind == N_ADD_TO) e = program_clause(l->p, n->kid[0]->ref, id);
    else if (map_get(&l->p->made, (uint64_t)K_CONTROL << 32 | id, &made)) e = (Ent)made;
  }
  buf_end(&name);
  if (e == UINT32_MAX || load_stop(l)) return;
  title_set(l, e, (n->kind == N_ADD_TO ? n->kid[1] : n)->kid[1]);
  if (n->kind == N_CONTROL) load_control(l, n, e);
  else load_clause_row(l, e);
}

void load_data_facts(Load *l) { each_row(l, false, row_fact); }
