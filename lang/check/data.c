#include "check/checker.h"
#include <string.h>

/* Data blocks: what their rows may make, and the columns that they mention. A row is no value: a column of it is, so all
 * that is known of the row is known before anything runs. And @, which names an entity by a text. */

static const Binder nobody = {NULL, T_ERROR};
enum { PATH_MARK = 0x1F };   /* between the members of a nested object, in the name of a column */

/* ---- which kinds data makes ---- */

static void makes(Checker *c, const Node *data) {
  for (Node *n = list_first(data->kid[4]); n; n = n->next) {
    if (n->kind == N_CONTROL) c->p->makes[K_CONTROL] = true;
    if (n->kind == N_ADD_TO) c->p->makes[K_CLAUSE] = true;
    if (n->kind != N_ENTITY) continue;
    uint32_t kind = kind_find(c, n);
    if (kind != UINT32_MAX) { n->ty = c->p->kinds.at[kind].type; c->p->makes[kind] = true; }
  }
}

void data_declare(Checker *c) {
  for (uint32_t i = 0; i < c->p->data.len; i++) {
    c->module = c->p->data.at[i].module;
    makes(c, c->p->data.at[i].node);
  }
}

/* ---- @ ---- */

static const uint32_t ATOM_MUTE = UINT32_MAX;   /* the ref of one whose place has no type, which has been said */

void atoms_hint(Checker *c, Node *e, Type want) {
  TypeInfo x = type_at(&c->p->types, want);
  if (e->kind == N_ATOM && (x.kind == TY_ENTITY || ((x.kind == TY_SET || x.kind == TY_LIST) && type_kind(&c->p->types, x.a) == TY_ENTITY))) e->ty = x.kind == TY_ENTITY ? want : x.a;
  else if (e->kind == N_ATOM && want == T_ERROR) e->ref = ATOM_MUTE;
  else if (e->kind == N_IF) { atoms_hint(c, e->kid[1], want); atoms_hint(c, e->kid[2], want); }
  else if (e->kind == N_LET_IN) atoms_hint(c, e->kid[2], want);
  else if (e->kind == N_SET_FOR || e->kind == N_SEQ_FOR) atoms_hint(c, e->kid[0], x.a);
  else if ((e->kind == N_SET || e->kind == N_SEQ) && (x.kind == TY_SET || x.kind == TY_LIST))
    for (Node *n = list_first(e->kid[0]); n; n = n->next) atoms_hint(c, n, x.a);
}

/* Which entity it is, is asked when the text is known and all entities have been made. */
static void atom_later(Checker *c, Node *e, uint32_t kind) {
  e->op = REF_ATOM;
  use_mark_kind(c, kind);
  e->ref = kind;
  e->ty = c->p->kinds.at[kind].type;
}

/* A text as it stands: the entity of that name, if there is one now. False: it has been said that there is none, or that it is of another kind. */
static bool atom_named(Checker *c, Node *e, uint32_t kind, bool *found) {
  Text t = ast_text(c->u, e->kid[0]);
  Sym name = intern_put(c->u->names, t.at, t.len);
  Ent is = program_find(c->p, c->module, name, kind);
  Bind b;
  *found = is != UINT32_MAX;
  if (*found) {
    e->op = REF_ENTITY;
    e->ref = is;
    e->ty = c->p->kinds.at[kind].type;
    return true;
  }
  if (c->p->makes[kind]) return true;
  if (!name_find(c, c->module, name, &b)) report_unknown(c, e->span, name, kind_word(c, kind));
  else if (b.kind != BIND_BAD) diag_add(c->d, DIAG_E0206, e->span, "'%s' is no %s", sym_text(c->p, name), kind_word(c, kind));
  return false;
}

bool atom_find(Checker *c, Node *n, uint32_t kind, Ent *out) {
  bool found = false;
  if (n->kid[0]->kind == N_STRING) {
    if (!atom_named(c, n, kind, &found)) return false;
  } else fact_expr(c, n->kid[0], nobody, T_STRING, "@", FLAG_VARIES);
  if (!found) atom_later(c, n, kind);
  *out = found ? n->ref : UINT32_MAX;
  return true;
}

/* Any entity whose name can be seen from here, whatever its kind. */
static bool atom_any(Checker *c, Node *e) {
  Bind b;
  if (e->kid[0]->kind != N_STRING) return false;
  Text t = ast_text(c->u, e->kid[0]);
  if (!name_find(c, c->module, intern_put(c->u->names, t.at, t.len), &b) || b.kind != BIND_ENTITY) return false;
  e->op = REF_ENTITY;
  e->ref = b.index;
  return true;
}

Type atom_check(Checker *c, Node *e) {
  TypeInfo x = type_at(&c->p->types, e->ty);
  bool found = false;
  if (x.kind != TY_ENTITY) {
    if (atom_any(c, e)) return c->p->kinds.at[ent_kind(e->ref)].type;
    expr_want(c, e->kid[0], T_STRING, "@");
    if (c->untyped || e->ref == ATOM_MUTE) return T_ERROR;
    diag_help(c->d, diag_add(c->d, DIAG_E0325, e->span, "nothing here says what kind of thing this names"), "give it to a function that takes one kind:  fn of(r: resource) = ...");
    return T_ERROR;
  }
  if (e->kid[0]->kind == N_STRING) {
    if (!atom_named(c, e, x.a, &found)) return T_ERROR;
  } else if (expr_want(c, e->kid[0], T_STRING, "@") == T_ERROR) return T_ERROR;
  if (!found) atom_later(c, e, x.a);
  return c->p->kinds.at[x.a].type;
}

/* ---- columns ---- */

/* The path from the row to e, as the name of a column; false when e does not begin with the row. */
static bool path_of(Checker *c, const Node *e, Buf *path) {
  Text t;
  if (e->kind == N_NAME) {
    if (!c->row || e->sym != c->row) return false;
    for (uint32_t i = c->locals.len; i-- > c->base;)
      if (c->locals.at[i].name == e->sym) return false;
    return true;
  }
  if (e->kind == N_FIELD) t = (Text){sym_text(c->p, e->sym), intern_len(c->u->names, e->sym)};
  else if (e->kind == N_INDEX && e->kid[1]->kind == N_STRING) t = ast_text(c->u, e->kid[1]);
  else return false;
  if (!path_of(c, e->kid[0], path)) return false;
  if (e->kid[0]->kind != N_NAME) buf_char(path, PATH_MARK);
  buf_add(path, t.at, t.len);
  return true;
}

static void near_columns(Checker *c, Diag *x, const char *name, size_t len) {
  const Rows *r = c->block->rows;
  Near n = near_begin(c, intern_put(c->u->names, name, len));
  Buf all;
  buf_init(&all, c->p->mem);
  uint32_t shown = 0;
  for (uint32_t i = 0; i < r->cols.len; i++) {
    if (memchr(r->cols.at[i].name, PATH_MARK, r->cols.at[i].len)) continue;
    near_try(&n, sym_text(c->p, intern_put(c->u->names, r->cols.at[i].name, r->cols.at[i].len)));
    if (shown < 12) buf_fmt(&all, "%s%s", shown ? ", " : "", sym_text(c->p, intern_put(c->u->names, r->cols.at[i].name, r->cols.at[i].len)));
    shown++;
  }
  if (!near_help(c, x, &n, "", "") && shown) diag_help(c->d, x, "it has %s%s", buf_text(&all), shown > 12 ? " and more" : "");
  buf_end(&all);
}

/* Whether some column lies within that member. */
static bool is_within(const Rows *r, const char *name, size_t len) {
  for (uint32_t i = 0; i < r->cols.len; i++)
    if (r->cols.at[i].len > len && r->cols.at[i].name[len] == PATH_MARK && !memcmp(r->cols.at[i].name, name, len)) return true;
  return false;
}

static void show_path(Buf *out, const char *name, size_t len) {
  for (size_t i = 0; i < len; i++) buf_char(out, name[i] == PATH_MARK ? '.' : name[i]);
}

static Type column_type(Checker *c, Node *e, const char *name, size_t len) {
  const Rows *r = c->block->rows;
  if (!r) return T_ERROR;
  uint32_t col = rows_column(r, name, len);
  if (!r->cols.len && !rows_count(r)) {   /* a list without objects: whatever they would have, none is asked for it */
    e->op = REF_COLUMN;
    e->ref = 0;
    return T_ERROR;
  }
  Buf shown;
  buf_init(&shown, c->p->mem);
  show_path(&shown, name, len);
  Type t = T_ERROR;
  if (col == UINT32_MAX && is_within(r, name, len))
    diag_help(c->d, diag_add(c->d, DIAG_E0321, e->span, "'%s' is an object, not a text", buf_text(&shown)), "go on with a dot and the name of one of its members");
  else if (col == UINT32_MAX) near_columns(c, diag_add(c->d, DIAG_E0321, e->span, "%s has no column '%s'", r->src->path, buf_text(&shown)), name, len);
  else if (r->cols.at[col].twice) diag_help(c->d, diag_add(c->d, DIAG_E0321, e->span, "%s has two columns '%s'", r->src->path, buf_text(&shown)), "nobody can tell which one is meant: give one of them another name");
  else {
    e->op = REF_COLUMN;
    e->ref = col;
    depends(c, FLAG_ROW);
    t = r->cols.at[col].list ? type_list(&c->p->types, T_STRING) : T_STRING;
  }
  buf_end(&shown);
  return t;
}

bool row_column(Checker *c, Node *e, Type *t) {
  Buf path;
  if (!c->row) return false;
  buf_init(&path, c->p->mem);
  bool ours = path_of(c, e, &path);
  if (ours && e->kind == N_NAME) {
    diag_help(c->d, diag_add(c->d, DIAG_E0320, e->span, "'%s' is a row: its columns are values, and it is none itself", sym_text(c->p, c->row)), "write  %s.name, or %s[\"any name\"]", sym_text(c->p, c->row), sym_text(c->p, c->row));
    *t = T_ERROR;
  } else if (ours) *t = column_type(c, e, buf_text(&path), path.len);
  buf_end(&path);
  return ours;
}

/* ---- what rows make ---- */

static void name_check(Checker *c, Node *name) {
  if (name->kind == N_ATOM && name->kid[0]->kind != N_STRING) fact_expr(c, name->kid[0], nobody, T_STRING, "@", FLAG_VARIES);
}

static void title_check(Checker *c, Node *title) {
  if (title) fact_expr(c, title, nobody, T_STRING, "a title", FLAG_VARIES);
}

static void entity_rows(Checker *c, Node *n) {
  uint32_t kind = type_at(&c->p->types, n->ty).a;
  if (n->ty == T_ERROR) return;   /* of an unknown kind: said already */
  if (kind == K_LAYER) {
    diag_help(c->d, diag_add(c->d, DIAG_E0323, n->span, "data makes no layers"), "declare them in the draft:  layer %s", n->kid[0]->kind == N_NAME ? sym_text(c->p, n->kid[0]->sym) : "name");
    return;
  }
  bool dates = c->dates;
  name_check(c, n->kid[0]);
  title_check(c, n->kid[1]);
  n->ref = kind == K_RESOURCE ? measure_read(c, n->kid[2]) : UNIT_NONE;
  c->dates = false;
  fields_check(c, kind, UINT32_MAX, n->kid[2]);
  c->dates = dates;
}

static void clause_rows(Checker *c, Node *n) {
  Ent e;
  entity_find(c, n->kid[0], K_AGREEMENT, &e);
  name_check(c, n->kid[1]->kid[0]);
  title_check(c, n->kid[1]->kid[1]);
  clause_check(c, n->kid[1]);
}

static void row_decl(Checker *c, Node *n) {
  if (n->kind == N_ENTITY) entity_rows(c, n);
  else if (n->kind == N_ADD_TO) clause_rows(c, n);
  else {
    if (n->kind == N_CONTROL) { name_check(c, n->kid[0]); title_check(c, n->kid[1]); }
    decl_check(c, n);
  }
}

static void mods_only_cite(Checker *c, Node *mods) {
  Ent e;
  for (Node *m = list_first(mods); m; m = m->next) {
    if (m->op != MOD_CITE) diag_help(c->d, diag_add(c->d, DIAG_E0322, m->span, "a data block as a whole has no window"), "give each fact within it its own");
    else
      for (Node *s = list_first(m->kid[0]); s; s = s->next) entity_find(c, s, K_SOURCE, &e);
  }
}

void data_check(Checker *c) {
  Program *p = c->p;
  for (uint32_t i = 0; i < p->data.len && !mem_failed(p->mem); i++) {
    Node *n = p->data.at[i].node;
    c->module = p->data.at[i].module;
    c->block = &p->data.at[i];
    c->row = n->kid[0]->sym;
    if (n->kid[2]) fact_expr(c, n->kid[2], nobody, T_BOOL, "'where'", FLAG_VARIES);
    mods_only_cite(c, n->kid[3]);
    for (Node *d = list_first(n->kid[4]); d; d = d->next) row_decl(c, d);
    c->row = 0;
  }
}
