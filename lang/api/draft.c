#include "api/session.h"
#include "base/map.h"
#include "report/report.h"
#include "syntax/parser.h"
#include "syntax/print.h"
#include "base/utf8.h"
#include <errno.h>
#include <string.h>

/* A draft made of parts: files and texts that were typed, of which the later may change the earlier. */

/* ---- which declaration takes the place of which ---- */

/* Names of units, checks and tests are apart from all others. */
enum { SPACE_NAMES, SPACE_UNITS, SPACE_CHECKS, SPACE_TESTS };

static Sym name_sym(ent_session *s, const Node *name) {
  if (!name) return 0;
  if (name->kind == N_NAME) return name->sym;
  const Node *text = name->kind == N_ATOM ? name->kid[0] : name;
  Text t = ast_text(&s->unit, text);
  return t.len ? intern_put(&s->names, t.at, t.len) : 0;
}

/* What a declaration is known by; 0: by nothing, as facts are. */
static uint64_t key_of(ent_session *s, const Node *n) {
  uint64_t space = SPACE_NAMES;
  switch ((int)n->kind) {
    case N_UNIT_DECL: space = SPACE_UNITS; break;
    case N_CHECK: space = SPACE_CHECKS; break;
    case N_TEST: space = SPACE_TESTS; break;
    case N_ENTITY: case N_KIND: case N_GROUP: case N_CONTROL: case N_AGREEMENT: case N_AMENDMENT: case N_SCENARIO: case N_TABLE:
    case N_LET: case N_FN: case N_RULE: break;
    default: return 0;
  }
  Sym name = name_sym(s, n->kid[0]);
  return name ? space << 32 | name : 0;
}

/* A function may be given once for each type of its first parameter. */
static bool same_place(ent_session *s, const Node *a, const Node *b) {
  bool funcs = (a->kind == N_FN || a->kind == N_RULE) && (b->kind == N_FN || b->kind == N_RULE);
  if (!funcs) return true;
  const Node *x = list_first(a->kid[1]), *y = list_first(b->kid[1]);
  return !x || !y ? x == y : tree_same(&s->unit, x->kid[1], y->kid[1]);
}

static bool same_use(const Node *a, const Node *b) {
  Sym x = a->kid[1] ? a->kid[1]->sym : 0, y = b->kid[1] ? b->kid[1]->sym : 0;
  return a->ref && a->ref == b->ref && x == y;
}

/* The declarations of later parts, by key; those of one key are a chain. */
typedef struct Later { Map head; VEC(struct { const Node *n; uint64_t next; uint32_t part; }) at; } Later;

static void later_add(ent_session *s, Later *l, const Node *n, uint32_t part) {
  uint64_t key = key_of(s, n), head = 0;
  if (!key || !vec_room(&s->mem, &l->at)) return;
  map_get(&l->head, key, &head);
  l->at.at[l->at.len].n = n;
  l->at.at[l->at.len].part = part;
  l->at.at[l->at.len++].next = head;
  map_put(&l->head, key, l->at.len);
}

static bool taken(ent_session *s, const Later *l, const Node *n, uint32_t *by) {
  uint64_t key = l->at.len ? key_of(s, n) : 0, i = 0;
  if (key) map_get(&l->head, key, &i);
  for (; i; i = l->at.at[i - 1].next)
    if (same_place(s, n, l->at.at[i - 1].n)) {
      *by = l->at.at[i - 1].part;
      return true;
    }
  return false;
}

/* ---- making one tree of the parts ---- */

typedef struct Parts {
  ent_session *s;
  Node **tree;       /* by part: a FILE, or a SHOCK */
  uint32_t n;
} Parts;

static Node *items_of(Node *file) { return file && file->kind == N_FILE ? list_first(file->kid[0]) : NULL; }

/* Takes out of every part what a later one declares anew. The first part, often a large file, changes none. */
static void strike(Parts *p) {
  ent_session *s = p->s;
  Later later = {0};
  map_init(&later.head, &s->mem);
  for (uint32_t i = p->n; i-- > 0;) {
    if (!p->tree[i] || p->tree[i]->kind != N_FILE) continue;
    Node *kept = ast_list(&s->unit, p->tree[i]->span), *next;
    for (Node *n = items_of(p->tree[i]); n; n = next) {
      next = n->next;
      n->next = NULL;
      Struck x = {.at = n->span};
      if (taken(s, &later, n, &x.by)) vec_push(&s->mem, &s->struck, x);
      else ast_append(&s->unit, kept, n);
    }
    p->tree[i]->kid[0] = kept;
    s->parts.at[i].count = list_len(kept);
    for (const Node *n = i ? list_first(kept) : NULL; n; n = n->next) later_add(s, &later, n, i);
  }
  vec_end(&s->mem, &later.at);
  map_end(&later.head);
}

static bool used_already(const Node *list, const Node *use) {
  for (const Node *n = list_first(list); n; n = n->next)
    if (n->kind == N_USE && same_use(n, use)) return true;
  return false;
}

/* The scenario that the steps assumed make. Its name is one that no draft can write. */
static Node *assumed_make(Parts *p) {
  Unit *u = &p->s->unit;
  Node *steps = NULL;
  for (uint32_t i = 0; i < p->n; i++)
    if (p->tree[i] && p->tree[i]->kind == N_SHOCK) steps = ast_append(u, steps, p->tree[i]);
  if (!steps) return NULL;
  Node *name = ast_make(u, N_NAME, steps->span, 0, intern_put(&p->s->names, "(assumed)", 9), NULL, NULL, NULL, NULL);
  return ast_make(u, N_SCENARIO, steps->span, 0, 0, name, NULL, steps, NULL);
}

static void uses_note(ent_session *s, uint16_t module, const Node *list) {
  for (const Node *n = list_first(list); n; n = n->next)
    if (n->kind == N_USE && n->ref) program_use(&s->program, module, (uint16_t)(n->ref - 1), n->kid[1] ? n->kid[1]->sym : 0, n->span);
}

/* One module of all parts. */
static Node *join(Parts *p) {
  ent_session *s = p->s;
  Span none = {0, 0};
  Node *list = ast_list(&s->unit, none), *next;
  for (uint32_t i = 0; i < p->n; i++)
    for (Node *n = items_of(p->tree[i]); n; n = next) {
      next = n->next;
      n->next = NULL;
      if (n->kind != N_USE || !used_already(list, n)) ast_append(&s->unit, list, n);
    }
  Node *assumed = assumed_make(p);
  ast_append(&s->unit, list, assumed);
  Node *file = ast_make(&s->unit, N_FILE, none, 0, 0, list, NULL, NULL, NULL);
  const Source *first = s->parts.len ? s->parts.at[0].source : sources_add(&s->sources, "<draft>", "", 0, false);
  if (!first) return NULL;
  s->module = program_module(&s->program, intern_put(&s->names, "(draft)", 7), first, file, false);
  uses_note(s, s->module, list);
  loader_parts_end(&s->loader, s->module);
  return assumed;
}

static int part_read(Parts *p, uint32_t i, const ent_part *part) {
  ent_session *s = p->s;
  SessionPart made = {0};
  int error = 0;
  if (part->kind == ENT_PART_FILE) error = loader_part(&s->loader, part->name, s->config.root, &p->tree[i], &made.source);
  else if (!(made.source = sources_add(&s->sources, part->name, part->text, part->len, false))) error = ENOMEM;
  else {
    p->tree[i] = parse_form(&s->unit, made.source, part->kind == ENT_PART_SHOCK ? FORM_SHOCK : FORM_FILE);
    if (p->tree[i] && part->kind == ENT_PART_TEXT) loader_part_uses(&s->loader, p->tree[i], s->config.root);
  }
  vec_push(&s->mem, &s->parts, made);
  return error;
}

/* Those that are about the last part, and are no complaint that what was brought has not been used yet. */
static void warnings_pick(ent_session *s) {
  const Source *last = s->parts.len ? s->parts.at[s->parts.len - 1].source : NULL;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < s->diags.list.len; i++) {
    const Diag *x = &s->diags.list.at[i];
    bool here = last && x->span.lo >= last->base && x->span.lo <= last->base + last->len && x->code != DIAG_W0602;
    if (x->sev == SEV_ERROR || here) s->diags.list.at[kept++] = *x;
  }
  s->diags.list.len = kept;
}

int ent_load_parts(ent_session *s, const ent_part *part, size_t n, const ent_session *before) {
  Parts p = {.s = s, .n = (uint32_t)n, .tree = mem_zero(&s->mem, (n + 1) * sizeof(Node *))};
  Node *assumed = NULL;
  int error = 0, rc;
  s->loader.before = before ? &before->loader : NULL;
  size_t bad = 0;
  for (size_t i = 0; p.tree && i < n && !error; i++) error = part_read(&p, (uint32_t)(bad = i), &part[i]);
  if (error && part[bad].kind == ENT_PART_FILE) rc = session_no_input(s, part[bad].name, error);
  else {
    if (p.tree && !mem_failed(&s->mem)) {
      strike(&p);
      assumed = join(&p);
    }
    rc = session_finish(s);
  }
  mem_free(&s->mem, p.tree, (n + 1) * sizeof(Node *));
  if (rc == ENT_PASSES && assumed) s->assumed = assumed->ref;
  s->loader.before = NULL;
  warnings_pick(s);
  return rc;
}

/* ---- what was made ---- */

size_t ent_part_size(const ent_session *s, size_t part) { return part < s->parts.len ? s->parts.at[part].count : 0; }

/* What a declaration is called where it is spoken of: all before what it says. */
static void heading(ent_session *s, Span at, Buf *to) {
  const char *text = sources_text(&s->sources, at);
  uint32_t n = 0;
  while (n < at.hi - at.lo && !strchr("{=\n", text[n])) n++;
  while (n && text[n - 1] == ' ') n--;
  utf8_show(to, text, n);
}

const char *ent_replaced(ent_session *s) {
  buf_clear(&s->out);
  for (uint32_t i = 0; i < s->struck.len; i++) {
    if (s->struck.at[i].by + 1 != s->parts.len) continue;
    Place at = sources_place(&s->sources, s->struck.at[i].at.lo);
    if (s->out.len) buf_str(&s->out, ", ");
    heading(s, s->struck.at[i].at, &s->out);
    buf_fmt(&s->out, " (%s:%u)", at.source->path, at.line);
  }
  return buf_text(&s->out);
}

const char *ent_file(const ent_session *s, size_t n) {
  for (uint32_t i = 0; i < s->loader.files.len; i++)
    if (s->loader.files.at[i].ino && !n--) return intern_text(&s->names, s->loader.files.at[i].name);
  return NULL;
}

const char *ent_data_file(const ent_session *s, size_t n) {
  return n < s->loader.data_names.len ? intern_text(&s->names, s->loader.data_names.at[n]) : NULL;
}

/* Adds a source's text without what was struck from it, whole lines where nothing else stands on them. */
static void text_add(ent_session *s, const Source *src, Buf *to) {
  uint32_t from = 0;
  for (;;) {
    Span next = {UINT32_MAX, 0};
    for (uint32_t i = 0; i < s->struck.len; i++) {
      Span at = s->struck.at[i].at;
      at.lo = ast_doc_from(&s->unit, at);
      if (at.lo >= src->base + from && at.lo < src->base + src->len && at.lo < next.lo) next = at;
    }
    if (next.lo == UINT32_MAX) break;
    buf_add(to, src->text + from, next.lo - src->base - from);
    from = next.hi - src->base;
  }
  buf_add(to, src->text + from, src->len - from);
  if (src->len && src->text[src->len - 1] != '\n') buf_char(to, '\n');
}

int ent_draft_text(ent_session *s, size_t from, const char **out, size_t *len) {
  Buf all;
  buf_init(&all, &s->mem);
  all.max = s->config.max_output;
  for (size_t i = from; i < s->parts.len; i++) {
    if (i > from && all.len && s->parts.at[i].count) buf_char(&all, '\n');
    if (s->parts.at[i].count || i == from) text_add(s, s->parts.at[i].source, &all);
  }
  int rc = all.full ? ENT_BROKEN : ent_format_text(s, "<draft>", buf_text(&all), all.len, out, len);
  buf_end(&all);
  return rc;
}
