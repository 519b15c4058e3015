#include "base/near.h"
#include "check/checker.h"
#include "check/library.h"
#include <stdio.h>
#include <string.h>

Sym sym_of(Checker *c, const char *word) { return intern_put(c->u->names, word, strlen(word)); }
const char *kind_word(const Checker *c, uint32_t kind) { return sym_text(c->p, c->p->kinds.at[kind].word); }

static bool find_in(const Program *p, uint16_t module, Sym name, Bind *out) {
  uint64_t i;
  if (!map_get(&p->modules.at[module].names, name, &i)) return false;
  *out = p->binds.at[i];
  return true;
}

/* Looks in what a module uses, and in what those use, nearest first. A name with a prefix is found in what is used
 * under that prefix alone. */
static bool find_used(Program *p, uint16_t from, Sym prefix, Sym name, uint32_t skip, Bind *out) {
  uint16_t queue[256];
  uint64_t seen[4] = {0};
  uint32_t head = 0, tail = 0;
  Module *m = &p->modules.at[from];
  for (uint32_t i = 0; i < m->uses.len && tail < 256; i++)
    if (m->uses.at[i].prefix == prefix) queue[tail++] = m->uses.at[i].module;
  while (head < tail) {
    uint16_t at = queue[head++];
    if (seen[at >> 6 & 3] >> (at & 63) & 1) continue;
    seen[at >> 6 & 3] |= 1ull << (at & 63);
    if (find_in(p, at, name, out) && !skip--) {
      use_mark(p, from, at);
      if (out->kind == BIND_ENTITY && !p->settled && !p->modules.at[from].library) program_entity(p, out->index)->idle = false;
      return true;
    }
    for (uint32_t i = 0; i < p->modules.at[at].uses.len && tail < 256; i++)
      if (!p->modules.at[at].uses.at[i].prefix) queue[tail++] = p->modules.at[at].uses.at[i].module;
  }
  return false;
}

static bool find(Program *p, uint16_t module, Sym name, uint32_t skip, Bind *out) {
  if (find_in(p, module, name, out) && !skip--) return true;
  const char *s = sym_text(p, name), *dot = strchr(s, '.');
  if (!dot) return find_used(p, module, 0, name, skip, out);
  Sym prefix = intern_put(p->unit->names, s, (size_t)(dot - s));
  return find_used(p, module, prefix, intern_put(p->unit->names, dot + 1, strlen(dot + 1)), skip, out);
}

bool name_again(const Checker *c, uint16_t module, Sym name) {
  Bind b;
  return find(c->p, module, name, 1, &b);
}

bool name_find_next(Checker *c, uint16_t module, Sym name, uint32_t skip, Bind *out) {
  if (!find(c->p, module, name, skip, out)) return false;
  if (out->kind == BIND_FUNC) funcs_open(c, *out);
  return true;
}

Ent program_find(Program *p, uint16_t module, Sym name, uint32_t kind) {
  Bind b;
  for (uint32_t skip = 0; find(p, module, name, skip, &b); skip++)
    if (b.kind == BIND_ENTITY && ent_kind(b.index) == kind) return b.index;
  return UINT32_MAX;
}

bool name_find(Checker *c, uint16_t module, Sym name, Bind *out) { return name_find_next(c, module, name, 0, out); }

Near near_begin(const Checker *c, Sym word) {
  /* A mistake that is only counted, there being so many, needs no near word: then none is tried. */
  bool shown = !c->d->left_out[SEV_ERROR];
  return (Near){.word = sym_text(c->p, word), .len = shown ? intern_len(c->u->names, word) : 0, .distance = 3};
}

void near_try(Near *n, const char *word) {
  if (!n->len) return;
  int d = near_distance(n->word, n->len, word, (uint32_t)strlen(word));
  if (d > n->distance || (uint32_t)d >= n->len || d > (n->len < 4 ? 1 : 2)) return;
  if (d < n->distance) n->n = 0;
  n->distance = d;
  for (uint32_t i = 0; i < n->n; i++)
    if (!strcmp(n->best[i], word)) return;
  uint32_t at = n->n;
  if (word[0] == n->word[0])  /* most slips of the pen come after the first letter */
    for (at = 0; at < n->n && n->best[at][0] == word[0]; at++) {}
  if (at >= NEAR_BEST) return;
  if (n->n < NEAR_BEST) n->n++;
  memmove(n->best + at + 1, n->best + at, (size_t)(n->n - 1 - at) * sizeof *n->best);
  n->best[at] = word;
}

bool near_help(Checker *c, Diag *x, const Near *n, const char *mark, const char *more) {
  Buf b;
  if (!n->n) return false;
  buf_init(&b, c->p->mem);
  for (uint32_t i = 0; i < n->n; i++) buf_fmt(&b, "%s'%s%s'", !i ? "" : i + 1 == n->n ? " or " : ", ", mark, n->best[i]);
  diag_help(c->d, x, "did you mean %s?%s", buf_text(&b), more);
  buf_end(&b);
  return true;
}

static void near_module(Checker *c, Near *n, uint16_t module, int depth) {
  const Module *m = &c->p->modules.at[module];
  /* Walking the names in the order of their declaration keeps the suggestion the same from run to run. */
  for (uint32_t i = 0; i < c->p->binds.len && depth < 4; i++) {
    const Bind *b = &c->p->binds.at[i];
    if (b->kind == BIND_BAD) continue;
    Sym s = b->kind == BIND_ENTITY ? program_entity(c->p, b->index)->id : b->kind == BIND_FUNC ? c->p->funcs.at[b->index].name
          : b->kind == BIND_TABLE ? c->p->tables.at[b->index].name : c->p->kinds.at[b->index].word;
    uint64_t known;
    if (map_get(&m->names, s, &known)) near_try(n, sym_text(c->p, s));
  }
  for (uint32_t i = 0; i < m->uses.len && depth < 4; i++) near_module(c, n, m->uses.at[i].module, depth + 1);
}

/* Whether what the library declares with that word is what is wanted. */
static bool declares(const char *word, const char *what) {
  bool called = !strcmp(word, "fn") || !strcmp(word, "rule") || !strcmp(word, "table");
  return !strcmp(what, "thing") || (called && !strcmp(what, "function")) || !strcmp(word, what);
}

/* The module of the library that a draft may have forgotten to use; NULL. */
static const char *module_of(const char *name, const char *what) {
  for (const LibraryName *n = ent_library_names; n->name; n++)
    if (*n->name == *name && !strcmp(n->name, name) && declares(n->word, what)) return n->module;
  return NULL;
}

/* So many capitals, and no more. */
static bool is_capitals(const char *s, int many) {
  int n = 0;
  while (s[n] >= 'A' && s[n] <= 'Z') n++;
  return n == many && !s[n];
}
static bool is_code(const char *s) { return is_capitals(s, 3); }

static bool is_thing(const char *what) { return !strcmp(what, "function") || !strcmp(what, "thing"); }

/* The nearest of all names that are known where something is looked for. */
static void near_known(Checker *c, Near *n, const char *what) {
  for (uint32_t i = c->locals.len; i-- > c->base;) near_try(n, sym_text(c->p, c->locals.at[i].name));
  near_module(c, n, c->module, 0);
  for (int b = 0; b < BUILTIN_COUNT && is_thing(what); b++) near_try(n, builtin_info((Builtin)b)->name);
  static const char *const words[] = {"sum", "count", "min", "max", "any", "all", "spans", "first_day", "passes", "performed", "today", "layers", "countries",
    "resources", "sources", "routes", "controls", "clauses", "agreements", "parties", "concern", "term"};
  for (size_t i = 0; i < sizeof words / sizeof *words && is_thing(what); i++) near_try(n, words[i]);
}

static void unknown_help(Checker *c, Diag *x, Sym name, const char *what, const char *module) {
  const char *s = sym_text(c->p, name);
  Near n = near_begin(c, name);
  if (module) { diag_help(c->d, x, "it comes with  use %s", module); return; }
  if (unit_atom(&c->p->units, name)) { diag_help(c->d, x, "'%s' is a unit: it stands right after a figure and without spaces inside, as in  12_000 t/yr", s); return; }
  near_known(c, &n, what);
  if (n.n && is_capitals(s, 2) && is_code(n.best[0])) {   /* UK is not UKR */
    diag_help(c->d, x, "countries go by their three letters in ISO 3166-1, alpha-3: GBR, not GB or UK");
    return;
  }
  if (near_help(c, x, &n, "", "")) return;
  if (!strcmp(what, "table")) diag_help(c->d, x, "declare it:  table %s (c: country): number", s);
  else if (!strcmp(what, "country") || is_code(s)) diag_help(c->d, x, "countries are ISO 3166-1 alpha-3 codes once the draft says  use std.countries");
  else if (c->p->kinds.len > K_BUILTIN || !is_thing(what)) diag_help(c->d, x, "declare it, or see whether the file that declares it is used here");
}

/* `rare-earths`: whether what is told of last ends at a sign that no name has, and this goes on behind it. Then the two are told of as one. */
static bool report_cut(Checker *c, Span at, const char *what) {
  Diag *x = c->d->list.len ? &c->d->list.at[c->d->list.len - 1] : NULL;
  if (!x || (x->code != DIAG_E0201 && x->code != DIAG_E0202 && x->code != DIAG_E0203 && x->code != DIAG_E0321)) return false;
  if (x->span.hi >= at.lo || at.lo - x->span.hi > 2) return false;
  const char *sign = sources_text(c->u->sources, at) - (at.lo - x->span.hi);
  bool minus = at.lo - x->span.hi == 1 && *sign == '-';
  if (!minus && strncmp(sign, "..", at.lo - x->span.hi)) return false;
  const char *whole = sign - (x->span.hi - x->span.lo);
  Near n = near_begin(c, intern_put(c->u->names, whole, at.hi - x->span.lo));
  near_known(c, &n, what);
  const char *more = minus ? " A name has letters, digits and _, and no -" : "";
  if (!near_help(c, x, &n, "", more) && minus) diag_help(c->d, x, "a name has letters, digits and _, and no -");
  return true;
}

void report_unknown(Checker *c, Span at, Sym name, const char *what) {
  if (report_cut(c, at, what)) return;
  /* Where no country is known at all, a forgotten `use` is one mistake, however many codes follow. */
  if (is_code(sym_text(c->p, name)) && !c->p->kinds.at[K_COUNTRY].list.len) {
    if (c->no_countries) return;
    c->no_countries = true;
  }
  bool thing = !strcmp(what, "thing");
  Diag *x = diag_add(c->d, DIAG_E0201, at, thing ? "%s is named '%s' here" : "there is no %s named '%s'", thing ? "nothing" : what, sym_text(c->p, name));
  const char *module = module_of(sym_text(c->p, name), what);
  if (module) diag_topic(x, TOPIC_MODULE, sym_of(c, module), 0);
  else diag_topic(x, TOPIC_NAME, name, 0);
  unknown_help(c, x, name, what, module);
}

bool misdeclared(Checker *c, Ent e) {
  const Node *n = program_entity(c->p, e)->decl;
  return n && (n->kind == N_ENTITY || n->kind == N_AGREEMENT) && fields_strange(c, ent_kind(e), n->kid[2]);
}

static bool is_entity_of(Checker *c, Node *n, Bind b, uint32_t kind, Ent *out) {
  for (;;) {
    if (b.kind == BIND_ENTITY && ent_kind(b.index) == kind) {
      *out = b.index;
      n->op = REF_ENTITY;
      n->ref = b.index;
      n->ty = c->p->kinds.at[kind].type;
      return true;
    }
    if (b.next < 0) return false;
    b = c->p->binds.at[b.next];
  }
}

bool entity_find(Checker *c, Node *n, uint32_t kind, Ent *out) {
  Sym name = n->sym;
  if (n->kind == N_ATOM) return atom_find(c, n, kind, out);
  if (n->kind != N_NAME) return false;
  Bind b;
  if (!name_find(c, c->module, name, &b)) {
    report_unknown(c, n->span, name, kind_word(c, kind));
    return false;
  }
  if (is_entity_of(c, n, b, kind, out)) return true;
  if (b.kind == BIND_BAD || (b.kind == BIND_ENTITY && misdeclared(c, b.index))) return false;
  Diag *x = diag_add(c->d, DIAG_E0206, n->span, "'%s' is no %s", sym_text(c->p, name), kind_word(c, kind));
  diag_topic(x, TOPIC_KIND, name, kind);
  if (b.kind == BIND_ENTITY) {
    Entity *e = program_entity(c->p, b.index);
    diag_label(c->d, x, e->span, "it is declared here as %s %s", article(kind_word(c, ent_kind(b.index))), kind_word(c, ent_kind(b.index)));
  }
  return false;
}

const Field *field_find(const Program *p, uint32_t kind, Sym name, uint32_t *slot) {
  const Kind *k = &p->kinds.at[kind];
  for (uint32_t i = 0; i < k->fields.len; i++)
    if (k->fields.at[i].name == name) { *slot = i; return &k->fields.at[i]; }
  return NULL;
}

/* ---- declaring ---- */

static Span bind_span(Program *p, const Bind *b) {
  switch ((BindKind)b->kind) {
    case BIND_ENTITY: return program_entity(p, b->index)->span;
    case BIND_FUNC: return p->funcs.at[b->index].span;
    case BIND_TABLE: return p->tables.at[b->index].decl->kid[0]->span;
    case BIND_KIND: return p->kinds.at[b->index].span;
    case BIND_BAD: break;
  }
  return (Span){0, 0};
}

static void bind_add(Checker *c, Sym name, Span at, BindKind kind, uint32_t index) {
  Program *p = c->p;
  Module *m = &p->modules.at[c->module];
  uint64_t known;
  Bind b = {(uint8_t)kind, index, -1};
  if (map_get(&m->names, name, &known)) {
    Bind *old = &p->binds.at[known];
    if (kind == BIND_BAD) return;
    if (old->kind == BIND_BAD) { *old = b; return; }
    /* A function may be given once for each type of its first parameter; types are compared once they are known. */
    if (kind == BIND_FUNC && old->kind == BIND_FUNC && p->funcs.at[index].kind <= FUNC_RULE && p->funcs.at[old->index].kind <= FUNC_RULE) {
      b.next = old->next;
      if (vec_push(p->mem, &p->binds, b)) p->binds.at[known].next = (int32_t)p->binds.len - 1;
      return;
    }
    Diag *x = diag_add(c->d, DIAG_E0301, at, "'%s' is declared twice", sym_text(p, name));
    diag_label(c->d, x, bind_span(p, old), "first here");
    if (kind == BIND_ENTITY) program_entity(p, index)->twice = true;
    return;
  }
  if (vec_push(p->mem, &p->binds, b)) map_put(&m->names, name, p->binds.len - 1);
}

void report_twice(Checker *c, const Node *name, Span first) {
  Diag *x = diag_add(c->d, DIAG_E0301, name->span, "'%s' is declared twice", sym_text(c->p, name->sym));
  diag_label(c->d, x, first, "first here");
}

static const char *title_of(Checker *c, Node *title, Sym id) {
  if (title && title->kind == N_STRING) return ast_text(c->u, title).at;
  if (title) diag_add(c->d, DIAG_E0313, title->span, "a title is plain text here, without { }");
  return sym_text(c->p, id);
}

Sym ename_sym(Checker *c, Node *n) {
  if (n->kind == N_NAME) return n->sym;
  Node *e = n->kind == N_ATOM ? n->kid[0] : n;
  if (e && e->kind == N_STRING) { Text t = ast_text(c->u, e); return intern_put(c->u->names, t.at, t.len); }
  diag_add(c->d, DIAG_E0313, n->span, "@ with an expression can name an entity only where rows of data make it");
  return 0;
}

static Ent entity_add(Checker *c, uint32_t kind, Node *name, Node *title, Node *decl, Ent owner) {
  Kind *k = &c->p->kinds.at[kind];
  Sym id = ename_sym(c, name);
  if (!id) return UINT32_MAX;
  if (k->list.len >= 0xFFFFFF) { diag_add(c->d, DIAG_E0504, name->span, "there are more than 16,777,215 of these"); return UINT32_MAX; }
  Entity e = {.id = id, .name = title_of(c, title, id), .span = name->span, .decl = decl, .owner = owner, .module = c->module};
  e.idle = c->p->modules.at[c->module].library && (kind == K_RESOURCE || kind == K_ROUTE);
  c->p->idlers = c->p->idlers || e.idle;
  vec_push(c->p->mem, &k->list, e);
  return ent_make(kind, k->list.len - 1);
}

static uint32_t func_add(Checker *c, FuncKind kind, Node *name, Node *decl, Node *body) {
  bool unread = (decl->kind == N_FN || decl->kind == N_RULE) && decl->op;
  Func f = {.name = name->sym, .kind = (uint8_t)kind, .state = unread ? FUNC_UNREAD : 0, .late = unread, .module = c->module, .decl = decl, .body = body, .span = name->span};
  vec_push(c->p->mem, &c->p->funcs, f);
  return c->p->funcs.len - 1;
}

/* Checks have names of their own, and tests titles, apart from all other names. They are bound where those are, under words
 * that are no names. */
static Sym own_sym(Checker *c, const char *kind, Sym prefix, const char *name) {
  Buf b;
  buf_init(&b, c->p->mem);
  if (prefix) buf_fmt(&b, "%s.", sym_text(c->p, prefix));
  buf_fmt(&b, "%s %s", kind, name);
  Sym s = intern_put(c->u->names, buf_text(&b), b.len);
  buf_end(&b);
  return s;
}

Sym check_sym(Checker *c, Sym prefix, Sym name) { return own_sym(c, "check", prefix, sym_text(c->p, name)); }

static void title_bind(Checker *c, Node *title, uint32_t test) {
  uint64_t known;
  if (title->kind != N_STRING) return;
  Sym s = own_sym(c, "test", 0, ast_text(c->u, title).at);
  if (!map_get(&c->p->modules.at[c->module].names, s, &known)) { bind_add(c, s, title->span, BIND_FUNC, test); return; }
  Diag *x = diag_add(c->d, DIAG_W0604, title->span, "there is another test with this title");
  diag_label(c->d, x, bind_span(c->p, &c->p->binds.at[known]), "first here");
  diag_help(c->d, x, "reports and --run tell tests apart by their titles");
}

/* Its function has no name; what its `given`s do becomes scenarios without one. */
static uint32_t test_add(Checker *c, Node *n) {
  Func f = {.kind = FUNC_TEST, .module = c->module, .decl = n, .body = n, .span = n->kid[0]->span};
  vec_push(c->p->mem, &c->p->funcs, f);
  title_bind(c, n->kid[0], c->p->funcs.len - 1);
  uint32_t given = 0;
  for (Node *s = list_first(n->kid[1]); s; s = s->next) {
    if (s->kind != N_GIVEN) continue;
    vec_push(c->p->mem, &c->p->givens, (Decl){s, c->module});
    if (++given == GIVEN_MAX + 1) diag_add(c->d, DIAG_E0504, s->span, "there are more than %d 'given's in one test", GIVEN_MAX);
  }
  return c->p->funcs.len - 1;
}

static void declare_kind(Checker *c, Node *n) {
  Program *p = c->p;
  Kind k = {.word = n->kid[0]->sym, .type = type_entity(&p->types, p->kinds.len), .span = n->kid[0]->span};
  for (uint32_t i = 0; i < p->kinds.len; i++)
    if (p->kinds.at[i].word == k.word) {
      diag_add(c->d, DIAG_E0301, k.span, "there is a kind '%s' already", sym_text(p, k.word));
      return;
    }
  if (p->kinds.len >= 255) { diag_add(c->d, DIAG_E0504, k.span, "there are more than 255 kinds"); return; }
  Field id = {.name = sym_of(c, "id"), .type = T_STRING}, name = {.name = sym_of(c, "name"), .type = T_STRING};
  vec_push(p->mem, &k.fields, id);
  vec_push(p->mem, &k.fields, name);
  vec_push(p->mem, &p->kinds, k);
  bind_add(c, k.word, k.span, BIND_KIND, p->kinds.len - 1);
}

/* Or the place so far before it, where the line is long: then every place in it has a line of its own. */
static const char *line_start(const Checker *c, Span at) {
  enum { FAR = 300 };
  const Source *src = sources_at(c->u->sources, at.lo);
  const char *from = src->text + (at.lo - src->base), *t = from;
  while (t > src->text && t[-1] != '\n' && from - t < FAR) t--;
  return t;
}

/* A number for the line, in the whole draft, and whether the place is the first in it, or in a body. */
static uint32_t line_of(const Checker *c, Span at) { return at.lo - (uint32_t)(sources_text(c->u->sources, at) - line_start(c, at)); }
static bool begins_here(const Checker *c, Span at) {
  const char *t = sources_text(c->u->sources, at), *first = line_start(c, at);
  while (t > first && (t[-1] == ' ' || t[-1] == '\t')) t--;
  return t == first || t[-1] == '{';
}

uint32_t kind_find(Checker *c, const Node *n) {
  static const char *const words[] = {"use", "layer", "country", "group", "concern", "unit", "source", "resource", "requires", "supply", "demand",
    "control", "route", "agreement", "amendment", "let", "fn", "rule", "check", "scenario", "test", "kind", "table", "fact", "world", "data"};
  Bind b;
  if (n->op != K_BUILTIN) return n->op;
  if (name_find(c, c->module, n->sym, &b) && b.kind == BIND_KIND) return b.index;
  Span word = {n->span.lo, n->span.lo + intern_len(c->u->names, n->sym)};
  Diag *x = diag_add(c->d, DIAG_E0204, word, "'%s' begins no declaration, and there is no kind of that name", sym_text(c->p, n->sym));
  if (c->d->left_out[SEV_ERROR]) return UINT32_MAX;  /* there are so many that this one is only counted */
  diag_topic(x, TOPIC_NAME, n->sym, 0);
  Near near = near_begin(c, n->sym);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) near_try(&near, words[i]);
  for (uint32_t i = K_BUILTIN; i < c->p->kinds.len; i++) near_try(&near, sym_text(c->p, c->p->kinds.at[i].word));
  near_help(c, x, &near, "", "");
  /* Where `kind` or `unit` was meant, what it would have declared is not there for the same reason. */
  bool unit = near.n && !strcmp(near.best[0], "unit");
  if ((unit || (near.n && !strcmp(near.best[0], "kind"))) && n->kid[0]->kind == N_NAME) diag_topic(x, unit ? TOPIC_UNIT : TOPIC_NAME, n->kid[0]->sym, 0);
  if (!begins_here(c, word)) diag_topic(x, TOPIC_LINE, line_of(c, word), 0);  /* it goes on with what is wrong before it */
  return UINT32_MAX;
}

static void declare_instance(Checker *c, Node *n) {
  Program *p = c->p;
  uint32_t kind = kind_find(c, n);
  Node *name = n->kid[0];
  if (kind == UINT32_MAX) {
    if (name->kind == N_NAME) bind_add(c, name->sym, name->span, BIND_BAD, 0);
    return;
  }
  Ent e = entity_add(c, kind, name, n->kid[1], n, 0);
  if (e == UINT32_MAX) return;
  n->ref = e;
  if (kind == K_RESOURCE) vec_push(p->mem, &p->resource_unit, UNIT_NONE);
  bind_add(c, program_entity(p, e)->id, name->span, BIND_ENTITY, e);
}

static void declare_clause(Checker *c, Node *n, Ent owner, const Node *article) {
  Node *label = n->kid[0];
  Sym id = ename_sym(c, label);
  Ent e = id ? clause_add(c, n->span, owner, article) : UINT32_MAX;
  n->ref = e;
  if (e == UINT32_MAX) return;
  clause_entity_put(c->p, e, (Entity){.id = id, .name = title_of(c, n->kid[1], id), .span = label->span, .decl = n, .owner = owner, .module = c->module});
  if (ent_kind(owner) == K_AGREEMENT) clause_label(c, e, owner, false);  /* whether an amendment may add it is seen when what it amends is known */
}

static void declare_clauses(Checker *c, Node *n, Ent owner) {
  if (n->kind == N_CLAUSE) declare_clause(c, n, owner, NULL);
  if (n->kind == N_ROWS) rows_declare(c, n, owner, NULL);
  if (n->kind != N_ARTICLE) return;
  for (Node *k = list_first(n->kid[2]); k; k = k->next) {
    if (k->kind == N_CLAUSE) declare_clause(c, k, owner, n);
    if (k->kind == N_ROWS) rows_declare(c, k, owner, n);
  }
}

static void declare_agreement(Checker *c, Node *n) {
  Ent e = entity_add(c, K_AGREEMENT, n->kid[0], n->kid[1], n, 0);
  n->ref = e;
  if (e == UINT32_MAX) return;
  bind_add(c, n->kid[0]->sym, n->kid[0]->span, BIND_ENTITY, e);
  for (Node *m = list_first(n->kid[2]); m; m = m->next) declare_clauses(c, m, e);
}

static void declare_amendment(Checker *c, Node *n) {
  Amended a = {.decl = n, .module = c->module};
  Ent e = entity_add(c, K_AMENDMENT, n->kid[0], n->kid[1], n, 0);
  n->ref = e;
  if (e == UINT32_MAX || !vec_push(c->p->mem, &c->p->amended, a)) return;
  bind_add(c, n->kid[0]->sym, n->kid[0]->span, BIND_ENTITY, e);
  for (Node *m = list_first(n->kid[3]); m; m = m->next)
    if (m->kind == N_CHANGE && m->op <= CHANGE_REPLACE) declare_clauses(c, m->kid[0], e);
}

static void declare_simple(Checker *c, Node *n, uint32_t kind) {
  Ent e = entity_add(c, kind, n->kid[0], n->kid[1], n, 0);
  n->ref = e;
  if (e != UINT32_MAX) bind_add(c, program_entity(c->p, e)->id, n->kid[0]->span, BIND_ENTITY, e);
}

static void declare_func(Checker *c, FuncKind kind, Node *n, Node *body) {
  uint32_t f = func_add(c, kind, n->kid[0], n, body);
  n->ref = f;
  bind_add(c, n->kid[0]->sym, n->kid[0]->span, BIND_FUNC, f);
}

/* One that is declared by what lies outside: it has parameters and a type as any function, and no body. */
static void declare_extern(Checker *c, Node *n) {
  declare_func(c, FUNC_FN, n, NULL);
  Extern x = {.decl = n};
  vec_push(c->p->mem, &c->p->externs, x);
  c->p->funcs.at[n->ref].outside = c->p->externs.len;
}

static void declare_table(Checker *c, Node *n) {
  Table t = {.name = n->kid[0]->sym, .decl = n, .module = c->module};
  t.title = title_of(c, n->kid[1], t.name);
  vec_push(c->p->mem, &c->p->tables, t);
  n->ref = c->p->tables.len - 1;
  bind_add(c, t.name, n->kid[0]->span, BIND_TABLE, n->ref);
}

static void declare_check(Checker *c, Node *n) {
  uint64_t known;
  n->ref = func_add(c, FUNC_CHECK, n->kid[0], n, n);
  vec_push(c->p->mem, &c->p->checks, n->ref);
  Sym s = check_sym(c, 0, n->kid[0]->sym);
  if (map_get(&c->p->modules.at[c->module].names, s, &known)) report_twice(c, n->kid[0], bind_span(c->p, &c->p->binds.at[known]));
  else bind_add(c, s, n->kid[0]->span, BIND_FUNC, n->ref);
}

static void declare(Checker *c, Node *n) {
  switch (n->kind) {
    case N_ENTITY: declare_instance(c, n); break;
    case N_AGREEMENT: declare_agreement(c, n); break;
    case N_AMENDMENT: declare_amendment(c, n); break;
    case N_CONTROL: declare_simple(c, n, K_CONTROL); break;
    case N_SCENARIO: declare_simple(c, n, K_SCENARIO); break;
    case N_GROUP: declare_func(c, FUNC_LET, n, n->kid[2]); break;
    case N_LET: declare_func(c, FUNC_LET, n, n->kid[2]); break;
    case N_FN: declare_func(c, FUNC_FN, n, n->kid[3]); break;
    case N_EXTERN: declare_extern(c, n); break;
    case N_RULE: declare_func(c, FUNC_RULE, n, n->kid[2]); break;
    case N_TABLE: declare_table(c, n); break;
    case N_TEST: n->ref = test_add(c, n); vec_push(c->p->mem, &c->p->tests, n->ref); break;
    case N_CHECK: declare_check(c, n); break;
    default: break;
  }
  switch (n->kind) {
    case N_ENTITY: case N_AGREEMENT: case N_AMENDMENT: case N_CONTROL: case N_SCENARIO: case N_SUPPLY: case N_DEMAND: case N_DEMAND_JOINT:
    case N_REQUIRES: case N_WORLD: case N_FACT: case N_FACT_MAP: case N_TABLE: case N_ROWS: {
      Decl d = {n, c->module};
      vec_push(c->p->mem, &c->p->facts, d);
      break;
    }
    default: break;
  }
}

/* Units come first of all, since figures anywhere may use them; each in terms of earlier ones. */
static void declare_unit(Checker *c, Node *decl) {
  Program *p = c->p;
  Node *value = decl->kid[2];
  Span at = decl->kid[0]->span;
  const UnitAtom *old = unit_atom(&p->units, decl->kid[0]->sym);
  if (old) {
    Diag *x = diag_add(c->d, DIAG_E0301, at, "the unit '%s' is declared twice", sym_text(p, decl->kid[0]->sym));
    if (old->span.hi) diag_label(c->d, x, old->span, "first here");
    else diag_help(c->d, x, "d, the day, is the engine's own");
    return;
  }
  const char *title = title_of(c, decl->kid[1], decl->kid[0]->sym);
  if (!value) { unit_declare(&p->units, decl->kid[0]->sym, title, at); return; }
  Node *by = NULL;  /* 1 d / 24 */
  if (value->kind == N_BINARY && value->op == OP_DIV && value->kid[1]->kind == N_NUMBER) by = value->kid[1], value = value->kid[0];
  if (value->kind != N_QUANTITY || (by && !num_sign(p->unit->numbers.at[by->sym]))) {
    diag_add(c->d, DIAG_E0224, value->span, "a unit is a figure in other units, such as  unit kt = 1_000 t  or  unit h = 1 d / 24");
    vec_push(p->mem, &c->bad_units, decl->kid[0]->sym);
    return;
  }
  UnitId of = unit_read(c, value->kid[0]);
  if (of == UNIT_NONE) { vec_push(p->mem, &c->bad_units, decl->kid[0]->sym); return; }
  Num n = num_keep(p->unit->numbers.at[value->sym]);
  if (by) { Num q = num_div(p->mem, n, p->unit->numbers.at[by->sym]); num_drop(p->mem, n); n = q; }
  unit_declare_as(&p->units, decl->kid[0]->sym, title, at, n, of);
  num_drop(p->mem, n);
}

static void declare_units(Checker *c) {
  for (uint32_t i = 0; i < c->p->modules.len; i++) {
    c->module = (uint16_t)i;
    for (Node *n = list_first(c->p->modules.at[i].file->kid[0]); n; n = n->next)
      if (n->kind == N_UNIT_DECL) declare_unit(c, n);
  }
}

/* The one table that the engine knows. A draft may declare another of its name. */
static void declare_performed(Checker *c) {
  Table t = {.name = sym_of(c, "performed"), .title = "when what a clause undertakes was done", .nkey = 1, .type = T_DATE};
  t.key[0] = c->p->kinds.at[K_CLAUSE].type;
  vec_push(c->p->mem, &c->p->tables, t);
}

void declare_all(Checker *c) {
  declare_units(c);
  declare_performed(c);
  for (uint32_t i = 0; i < c->p->modules.len; i++) {
    c->module = (uint16_t)i;
    Node *first = list_first(c->p->modules.at[i].file->kid[0]);
    for (Node *n = first; n; n = n->next)
      if (n->kind == N_KIND) declare_kind(c, n);
    for (Node *n = first; n && !mem_failed(c->p->mem); n = n->next) declare(c, n);
  }
  data_declare(c);
}

/* ---- types and units as written ---- */

static bool unit_spell(Checker *c, const Node *e, Buf *b) {
  if (e->kind == N_NAME || e->kind == N_UNIT) { buf_str(b, sym_text(c->p, e->sym)); return true; }
  if (e->kind == N_BINARY && (e->op == OP_DIV || e->op == OP_MUL)) {
    if (!unit_spell(c, e->kid[0], b)) return false;
    buf_char(b, e->op == OP_DIV ? '/' : '*');
    return unit_spell(c, e->kid[1], b);
  }
  if (e->kind == N_BINARY && e->op == OP_POW && e->kid[1]->kind == N_NUMBER) {
    int64_t n;
    if (!unit_spell(c, e->kid[0], b) || !num_to_i64(c->p->mem, c->u->numbers.at[e->kid[1]->sym], &n)) return false;
    buf_char(b, '^');
    buf_int(b, n);
    return true;
  }
  return false;
}

static bool same_letters(const char *a, const char *b) {
  while (*a && (*a | 32) == (*b | 32)) a++, b++;
  return *a == *b;
}

static void report_unit(Checker *c, Span at, Sym bad) {
  const UnitTable *t = &c->p->units;
  const char *word = sym_text(c->p, bad), *found = NULL;
  Near n = near_begin(c, bad);
  for (uint32_t i = 0; i < c->bad_units.len; i++)
    if (c->bad_units.at[i] == bad) return;
  if (t->atoms.len == 1) {  /* a forgotten `use` is one mistake, however many units follow */
    if (c->no_units) return;
    c->no_units = true;
  }
  Diag *x = diag_add(c->d, DIAG_E0202, at, "there is no unit '%s'", word);
  if (t->atoms.len == 1) {
    diag_topic(x, TOPIC_MODULE, sym_of(c, "std.stack"), 0);
    diag_help(c->d, x, "the usual units come with  use std.units , and with  use std.stack");
    return;
  }
  diag_topic(x, TOPIC_UNIT, bad, 0);
  char more[320];
  snprintf(more, sizeof more, " Units are declared with  unit %.200s \"...\"", word);
  for (uint32_t i = 0; i < t->atoms.len; i++) {
    const char *name = sym_text(c->p, t->atoms.at[i].name);
    near_try(&n, name);
    if (same_letters(name, word) || same_letters(t->atoms.at[i].title, word)) found = name;
  }
  if (found) diag_help(c->d, x, "did you mean '%s'?", found);
  else if (!near_help(c, x, &n, "", more)) diag_help(c->d, x, "declare it:  unit %s \"...\"  or, in terms of another,  unit %s \"...\" = 1_000 t", word, word);
}

/* Two names and what stands between them, as a unit is mostly written; else op is 0. */
static UnitRead unit_pair(const Node *e) {
  bool pair = e->kind == N_BINARY && e->kid[0]->kind == N_NAME && e->kid[1]->kind == N_NAME;
  return pair ? (UnitRead){e->op, e->kid[0]->sym, e->kid[1]->sym, UNIT_NONE} : (UnitRead){0, 0, 0, UNIT_NONE};
}

/* A unit as one word; 0: it is none. */
static Sym unit_word(Checker *c, const Node *e) {
  Buf b;
  if (e->kind == N_NAME || e->kind == N_UNIT) return e->sym;
  buf_init(&b, c->p->mem);
  Sym text = unit_spell(c, e, &b) ? intern_put(c->u->names, buf_text(&b), b.len) : 0;
  buf_end(&b);
  return text;
}

UnitId unit_read(Checker *c, Node *e) {
  UnitRead now = unit_pair(e), last = c->unit_read;
  if (now.op && now.op == last.op && now.left == last.left && now.right == last.right) {
    use_mark_unit(c, last.unit);
    return last.unit;
  }
  Sym bad, text = unit_word(c, e);
  if (!text) { diag_add(c->d, DIAG_E0202, e->span, "this is no unit; a unit is written t, t/yr or USD/kg"); return UNIT_NONE; }
  UnitId u = unit_parse(&c->p->units, text, &bad);
  if (u == UNIT_NONE) { report_unit(c, e->span, bad); return u; }
  use_mark_unit(c, u);
  now.unit = u;
  c->unit_read = now;
  return u;
}

static void report_type(Checker *c, Node *n) {
  const Program *p = c->p;
  const char *w = sym_text(p, n->sym);
  static const char *const words[] = {"bool", "string", "number", "quantity", "date", "range", "set", "list", "map"};
  static const char *const shapes[] = {NULL, NULL, NULL, "quantity[t/yr]", NULL, NULL, "set of country", "list of number", "map of country to number"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(w, words[i])) continue;
    Diag *x = diag_add(c->d, DIAG_E0205, n->span, "this is not how a %s is written", w);
    diag_topic(x, TOPIC_LINE, line_of(c, n->span), 0);
    diag_help(c->d, x, "write  %s", shapes[i] ? shapes[i] : w);
    return;
  }
  Diag *x = diag_add(c->d, DIAG_E0205, n->span, "there is no type '%s'", w);
  diag_topic(x, TOPIC_NAME, n->sym, 0);
  Near near = near_begin(c, n->sym);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) near_try(&near, words[i]);
  for (uint32_t i = 0; i < p->kinds.len; i++) near_try(&near, sym_text(p, p->kinds.at[i].word));
  if (!near_help(c, x, &near, "", "")) diag_help(c->d, x, "types are bool, string, number, quantity, date, range, sets, lists and maps of them, and the kinds of entity");
}

Type type_read(Checker *c, Node *n) {
  Program *p = c->p;
  const char *w = sym_text(p, n->sym);
  bool plain = !n->kid[0] && !n->kid[1];
  if (!strcmp(w, "bool") && plain) return T_BOOL;
  if (!strcmp(w, "string") && plain) return T_STRING;
  if (!strcmp(w, "number") && plain) return T_NUMBER;
  if (!strcmp(w, "date") && plain) return T_DATE;
  if (!strcmp(w, "range") && plain) return T_RANGE;
  if (!strcmp(w, "quantity") && !n->kid[1]) {
    if (!n->kid[0]) return T_QUANTITY;
    UnitId u = unit_read(c, n->kid[0]);
    return u == UNIT_NONE ? T_ERROR : type_quantity(&p->types, 0, unit_dim(&p->units, u));
  }
  if ((!strcmp(w, "set") || !strcmp(w, "list")) && n->kid[1] && !n->kid[2]) {
    Type of = type_read(c, n->kid[1]);
    return w[0] == 's' ? type_set(&p->types, of) : type_list(&p->types, of);
  }
  if (!strcmp(w, "map") && n->kid[1] && n->kid[2]) {
    Type key = type_read(c, n->kid[1]), val = type_read(c, n->kid[2]);
    return type_map(&p->types, key, val);
  }
  for (uint32_t i = 0; i < p->kinds.len && plain; i++)
    if (p->kinds.at[i].word == n->sym) return p->kinds.at[i].type;
  report_type(c, n);
  return T_ERROR;
}
