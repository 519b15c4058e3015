#include "api/session.h"
#include "api/stdlib.h"
#include "base/utf8.h"
#include "syntax/probe.h"
#include <stdlib.h>
#include <string.h>

/* A text that is being typed: whether it is finished, what may come next, what its bytes are. It is read into a unit of its
 * own, which is thrown away, so that typing costs the session nothing. */

typedef struct Scratch {
  Sources sources;
  Diags diags;
  Unit unit;
  const Source *src;   /* NULL: memory was refused */
} Scratch;

static void scratch_open(ent_session *s, Scratch *x, const char *text, size_t len) {
  sources_init(&x->sources, &s->mem);
  diags_init(&x->diags, &s->mem);
  unit_init(&x->unit, &s->mem, &s->names, &x->sources, &x->diags);
  x->src = sources_add(&x->sources, "<input>", text, len, false);
}

static void scratch_close(Scratch *x) {
  unit_end(&x->unit);
  diags_end(&x->diags);
  sources_end(&x->sources);
}

/* ---- is it finished? ---- */

/* What one reading of a text found. */
typedef struct Tried { bool wrong, whole, any; uint32_t at; size_t first, last; } Tried;

static Tried try_form(ent_session *s, ParseForm form, const char *text, size_t len) {
  Scratch x;
  Probe p;
  Tried t = {.wrong = true};
  scratch_open(s, &x, text, len);
  if (x.src) {
    parse_probe(&x.unit, x.src, form, &p);
    uint32_t base = x.src->base;
    t = (Tried){.wrong = p.wrong, .whole = p.whole, .any = p.tokens.len > 0, .at = p.at, .first = p.first ? p.first - base : 0, .last = p.last ? p.last - base : 0};
    probe_end(&x.unit, &p);
  }
  scratch_close(&x);
  return t;
}

static bool only_docs(const char *text, size_t len) {
  for (size_t i = 0; i + 1 < len; i++)
    if (text[i] == '#' && text[i + 1] == '#') return true;
  return false;
}

ent_input ent_input_kind(ent_session *s, const char *text, size_t len, size_t *end) {
  *end = len;
  Tried d = try_form(s, FORM_FILE, text, len);
  if (!d.any && !d.wrong) return only_docs(text, len) ? ENT_INPUT_MORE_DECLS : ENT_INPUT_NOTHING;  /* a documentation comment waits for what it is about */
  if (!d.wrong && d.whole) return ENT_INPUT_DECLS;
  Tried e = try_form(s, FORM_EXPR, text, len);
  if (e.first && (!d.last || e.first < d.last)) { *end = e.first; return ENT_INPUT_EXPR; }
  if (!e.wrong && e.whole) return ENT_INPUT_EXPR;
  if (d.last) { *end = d.last; return ENT_INPUT_DECLS; }
  if (!d.wrong || !e.wrong) return d.wrong ? ENT_INPUT_MORE_EXPR : ENT_INPUT_MORE_DECLS;
  return e.any && e.at > d.at ? ENT_INPUT_EXPR : ENT_INPUT_DECLS;
}

void ent_classify(ent_session *s, const char *text, size_t len, unsigned char *to) {
  Scratch x;
  memset(to, CLASS_BLANK, len);
  scratch_open(s, &x, text, len);
  if (x.src) scan_classes(&x.unit, x.src, to);
  scratch_close(&x);
}

/* ---- what may come next ---- */

/* What kinds of entity a place takes, a bit each; and what else may be meant. */
enum { OF_COUNTRY = 1 << K_COUNTRY, OF_LAYER = 1 << K_LAYER, OF_RESOURCE = 1 << K_RESOURCE, OF_SOURCE = 1 << K_SOURCE, OF_ROUTE = 1 << K_ROUTE,
       OF_CONTROL = 1 << K_CONTROL, OF_CLAUSE = 1 << K_CLAUSE, OF_AGREEMENT = 1 << K_AGREEMENT, OF_SCENARIO = 1 << K_SCENARIO,
       OF_AMENDMENT = 1 << K_AMENDMENT, OF_OWN = 1 << K_BUILTIN,
       OF_TABLE = 1 << 16, OF_NEW = 1 << 17 /* a name yet to be given */, OF_UNIT = 1 << 18, OF_MODULE = 1 << 19, OF_TYPE = 1 << 20, OF_DATE = 1 << 21, OF_ANY = 0 };

/* By the word before it. `from` and `by` may be followed by a day, in two clauses by something else. */
static const struct { const char *word; uint32_t kinds; } after_word[] = {
  {"without", OF_COUNTRY | OF_ROUTE | OF_CLAUSE | OF_AGREEMENT}, {"under", OF_SCENARIO | OF_AGREEMENT | OF_AMENDMENT}, {"at", OF_DATE},
  {"through", OF_DATE}, {"until", OF_DATE}, {"throughout", OF_DATE}, {"sometime", OF_DATE}, {"cite", OF_SOURCE}, {"via", OF_ROUTE}, {"withdraw", OF_COUNTRY},
  {"impose", OF_CONTROL}, {"lift", OF_CONTROL}, {"close", OF_ROUTE}, {"suspend", OF_AGREEMENT | OF_CLAUSE}, {"assume", OF_SCENARIO}, {"supply", OF_RESOURCE},
  {"demand", OF_RESOURCE}, {"requires", OF_RESOURCE}, {"world", OF_RESOURCE}, {"fact", OF_TABLE}, {"use", OF_MODULE}, {"concern", OF_COUNTRY},
  {"jointly", OF_COUNTRY}, {"against", OF_COUNTRY}, {"exempt", OF_COUNTRY}, {"restrict", OF_RESOURCE}, {"to", OF_COUNTRY}, {"on", OF_RESOURCE | OF_LAYER},
  {"let", OF_NEW}, {"fn", OF_NEW}, {"rule", OF_NEW}, {"check", OF_NEW}, {"agreement", OF_NEW}, {"amendment", OF_NEW}, {"scenario", OF_NEW}, {"kind", OF_NEW},
  {"table", OF_NEW}, {"unit", OF_NEW}, {"group", OF_NEW}, {"control", OF_NEW}, {"resource", OF_NEW}, {"source", OF_NEW}, {"route", OF_NEW}, {"layer", OF_NEW},
  {"country", OF_NEW}, {"for", OF_NEW}, {"as", OF_NEW}, {"clause", OF_NEW}, {"article", OF_NEW},
};
/* By the name of the field that it is the value of. */
static const struct { const char *word; uint32_t kinds; } in_field[] = {
  {"parties", OF_COUNTRY}, {"term", OF_DATE}, {"layer", OF_LAYER}, {"unit", OF_UNIT}, {"requires", OF_RESOURCE}, {"passes", OF_COUNTRY},
};

typedef struct Offer {
  ent_session *s;
  Scratch x;
  Probe p;
  const char *text;    /* of the source */
  uint32_t kinds;
  const char *start;   /* the part of a word that is there */
  size_t nstart;
  bool topics;         /* documentation is looked for, not what the grammar takes */
  bool loose;          /* capitals do not count, since nothing begins so otherwise */
} Offer;

static Span token(const Offer *o, uint32_t back) { return o->p.tokens.at[o->p.tokens.len - 1 - back]; }
static const char *token_text(const Offer *o, uint32_t i) { return o->text + (o->p.tokens.at[i].lo - o->x.src->base); }
static uint32_t token_len(const Offer *o, uint32_t i) { return o->p.tokens.at[i].hi - o->p.tokens.at[i].lo; }

static bool token_is(const Offer *o, uint32_t i, const char *word) {
  return token_len(o, i) == strlen(word) && !memcmp(token_text(o, i), word, token_len(o, i));
}

/* Whether an earlier token of the declaration at hand is this word. */
static bool said(const Offer *o, const char *word) {
  for (uint32_t i = o->p.item; i < o->p.tokens.len; i++)
    if (token_is(o, i, word)) return true;
  return false;
}

static uint32_t kinds_of_type(const Program *p, Type t) {
  TypeInfo x = type_at(&p->types, t);
  for (int depth = 0; depth < 4 && (x.kind == TY_SET || x.kind == TY_LIST); depth++) x = type_at(&p->types, x.a);
  if (x.kind == TY_ENTITY) return x.a < K_BUILTIN ? 1u << x.a : OF_OWN;
  return x.kind == TY_DATE ? OF_DATE : OF_ANY;
}

static uint32_t kinds_of_letter(char c) {
  switch (c) {
    case 'c': return OF_COUNTRY;
    case 'r': case 'R': return OF_RESOURCE;
    case 'l': return OF_LAYER;
    case 'k': return OF_CONTROL;
    case 'd': return OF_DATE;
    default: return OF_ANY;
  }
}

/* What the n-th argument of a function is. */
static uint32_t kinds_of_argument(const Offer *o, uint32_t name, uint32_t n) {
  Bind b;
  char word[64];
  uint32_t len = token_len(o, name);
  if (len >= sizeof word) return OF_ANY;
  memcpy(word, token_text(o, name), len);
  word[len] = 0;
  Program *p = &o->s->program;
  if (o->s->loaded && program_bind(p, o->s->module, word, len, &b)) {
    uint32_t any = OF_ANY;   /* of all that the name may stand for */
    for (; b.kind == BIND_FUNC; b = p->binds.at[b.next]) {
      if (n < p->funcs.at[b.index].nparam) any |= kinds_of_type(p, p->funcs.at[b.index].param[n]);
      if (b.next < 0) return any;
    }
    if (b.kind == BIND_TABLE) return n < p->tables.at[b.index].nkey ? kinds_of_type(p, p->tables.at[b.index].key[n]) : OF_ANY;
    return OF_ANY;
  }
  for (int i = 0; i < BUILTIN_COUNT; i++) {
    const char *params = builtin_info((Builtin)i)->params;
    if (strcmp(word, builtin_info((Builtin)i)->name)) continue;
    for (; *params == '?' || n; params++) {
      if (!*params) return OF_ANY;
      if (*params != '?') n--;
    }
    return kinds_of_letter(*params);
  }
  return OF_ANY;
}

/* The bracket that is open here, and how many commas stand between; UINT32_MAX: none. */
static uint32_t bracket(const Offer *o, uint32_t from, uint32_t *commas) {
  uint32_t depth = 0;
  *commas = 0;
  for (uint32_t i = from; i-- > 0;) {
    char c = token_len(o, i) == 1 ? *token_text(o, i) : 0;
    if (c == ')' || c == ']' || c == '}') depth++;
    else if ((c == '(' || c == '[' || c == '{') && !depth--) return i;
    else if (c == ',' && !depth) ++*commas;
  }
  return UINT32_MAX;
}

static bool is_mark(const Offer *o, uint32_t i, char mark) { return token_len(o, i) == 1 && *token_text(o, i) == mark; }

/* In a place that a bracket opened: after ( the parameter, within a set what the place of the set takes. */
static uint32_t kinds_inside(const Offer *o, uint32_t at) {
  uint32_t commas, open = bracket(o, at, &commas);
  for (int depth = 0; open != UINT32_MAX && depth < 8; depth++) {
    if (is_mark(o, open, '(') && open > 0) return kinds_of_argument(o, open - 1, commas);
    if (open > 1 && is_mark(o, open - 1, ':'))
      for (size_t i = 0; i < sizeof in_field / sizeof *in_field; i++)
        if (token_is(o, open - 2, in_field[i].word)) return in_field[i].kinds;
    for (size_t i = 0; open > 0 && i < sizeof after_word / sizeof *after_word; i++)
      if (token_is(o, open - 1, after_word[i].word)) return after_word[i].kinds;
    if (is_mark(o, open, '{') && !o->p.value && (said(o, "supply") || said(o, "demand"))) return OF_COUNTRY;
    if (is_mark(o, open, '[') && open > 0 && token_is(o, open - 1, "quantity")) return OF_UNIT;
    open = bracket(o, open, &commas);
  }
  return OF_ANY;
}

static uint32_t kinds_here(const Offer *o) {
  uint32_t n = o->p.tokens.len;
  if (!n) return OF_ANY;
  if (is_mark(o, n - 1, ':') && n > 1) {
    for (size_t i = 0; i < sizeof in_field / sizeof *in_field; i++)
      if (token_is(o, n - 2, in_field[i].word)) return in_field[i].kinds;
    if (!o->p.value) return said(o, "clause") || said(o, "agreement") ? OF_COUNTRY : OF_TYPE;
    return OF_ANY;
  }
  if (token_is(o, n - 1, "of")) {
    if (n > 1 && (token_is(o, n - 2, "each") || (n > 2 && token_is(o, n - 3, "each")))) return OF_COUNTRY;
    if (said(o, "scale") && !said(o, "clause")) return OF_COUNTRY;
    return said(o, "shall") || said(o, "may") || said(o, "intends") ? OF_RESOURCE : OF_TYPE;
  }
  if (token_is(o, n - 1, "to") && said(o, "amendment") && !said(o, "clause")) return OF_AGREEMENT;
  if (token_is(o, n - 1, "from")) return o->p.value ? OF_DATE : OF_CONTROL;
  if (token_is(o, n - 1, "by")) return o->p.value ? OF_DATE : OF_COUNTRY;
  for (size_t i = 0; i < sizeof after_word / sizeof *after_word; i++)
    if (token_is(o, n - 1, after_word[i].word) && !(after_word[i].kinds == OF_NEW && o->p.value)) return after_word[i].kinds;
  if (is_mark(o, n - 1, '(') || is_mark(o, n - 1, ',') || is_mark(o, n - 1, '{') || is_mark(o, n - 1, '[')) return kinds_inside(o, n);
  if (!o->p.value && o->p.name && said(o, "supply")) return OF_COUNTRY;
  return OF_ANY;
}

/* ---- offering ---- */

static bool begins(const Offer *o, const char *text, size_t len) {
  if (len < o->nstart) return false;
  for (size_t i = 0; i < o->nstart; i++) {
    char a = text[i], b = o->start[i];
    if (o->loose && a >= 'A' && a <= 'Z') a = (char)(a - 'A' + 'a');
    if (o->loose && b >= 'A' && b <= 'Z') b = (char)(b - 'A' + 'a');
    if (a != b) return false;
  }
  return true;
}

/* What is said about a word stands behind it in one buffer, since that may move: offsets become pointers at the end. */
static void offer(Offer *o, const char *text, const char *kind, const char *about) {
  ent_session *s = o->s;
  if (!begins(o, text, strlen(text))) return;
  if (!vec_room(&s->mem, &s->words)) return;
  ent_word *w = &s->words.at[s->words.len++];
  w->text = (const char *)(uintptr_t)s->word_texts.len;
  buf_add(&s->word_texts, text, strlen(text) + 1);
  w->about = (const char *)(uintptr_t)s->word_texts.len;
  utf8_show(&s->word_texts, about, strlen(about));
  buf_char(&s->word_texts, 0);
  w->kind = kind;
}

static const char *word_about(const char *word) {
  for (const WordInfo *w = session_words; w->word; w++)
    if (!strcmp(w->word, word)) return w->about;
  return "";
}

static uint32_t kinds_of_bind(const Program *p, const Bind *b) {
  switch ((BindKind)b->kind) {
    case BIND_ENTITY: return ent_kind(b->index) < K_BUILTIN ? 1u << ent_kind(b->index) : OF_OWN;
    case BIND_FUNC: return kinds_of_type(p, p->funcs.at[b->index].ret);
    case BIND_TABLE: return OF_TABLE | kinds_of_type(p, p->tables.at[b->index].type);
    case BIND_KIND: return OF_TYPE;
    case BIND_BAD: break;
  }
  return OF_ANY;
}

static const char *kind_of_bind(const Program *p, const Bind *b) {
  switch ((BindKind)b->kind) {
    case BIND_ENTITY: return sym_text(p, p->kinds.at[ent_kind(b->index)].word);
    case BIND_FUNC: return p->funcs.at[b->index].kind == FUNC_LET ? "value" : "function";
    case BIND_TABLE: return "table";
    case BIND_KIND: return "kind";
    case BIND_BAD: break;
  }
  return "";
}

static void offer_bind(void *data, Sym name, const Bind *b) {
  Offer *o = data;
  const Program *p = &o->s->program;
  const char *text = sym_text(p, name);
  bool entity = b->kind == BIND_ENTITY;
  bool library_kind = b->kind == BIND_KIND && o->kinds != OF_TYPE && o->p.value;
  if (library_kind || !begins(o, text, intern_len(&o->s->names, name)) || text[0] == '(') return;
  if (o->kinds && !(o->kinds & kinds_of_bind(p, b))) return;
  if (!o->kinds && !o->p.value && !entity && b->kind != BIND_KIND) return;
  Buf about;
  buf_init(&about, &o->s->mem);
  if (entity) buf_str(&about, program_entity(p, b->index)->name);
  else about_heading(o->s, b, &about);
  offer(o, text, kind_of_bind(p, b), buf_text(&about));
  buf_end(&about);
}

static void offer_units(Offer *o) {
  const UnitTable *t = &o->s->program.units;
  for (uint32_t i = 0; i < t->atoms.len; i++) offer(o, intern_text(&o->s->names, t->atoms.at[i].name), "unit", t->atoms.at[i].title ? t->atoms.at[i].title : "");
}

static void offer_types(Offer *o) {
  static const char *const types[] = {"bool", "string", "number", "quantity", "date", "range", "set", "list", "map"};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) offer(o, types[i], "type", word_about(types[i]));
}

static void offer_engine(Offer *o) {
  for (const WordInfo *w = session_words; w->word; w++) {
    bool reserved = false;   /* those come with the words that the grammar expects */
    for (uint32_t i = 0; i < o->p.nword && !reserved; i++) reserved = !strcmp(w->word, o->p.word[i]);
    bool value = strchr(w->form, '(') == w->form + strlen(w->word) || !strcmp(w->form, w->word) || !strcmp(w->word, "open");
    if (!reserved && value) offer(o, w->word, "function", w->about);
  }
  for (int i = 0; i < BUILTIN_COUNT; i++) offer(o, builtin_info((Builtin)i)->name, "function", builtin_info((Builtin)i)->doc);
}

/* Names that may stand anywhere also where the grammar keeps a word for them: `layer` as the name of a parameter. */
static bool word_fits(const Offer *o, const char *word) {
  static const char *const values[] = {"true", "false", "not", "if", "let", "parties", "term", "concern"};
  if (!o->p.value) return o->kinds != OF_NEW;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    if (!strcmp(word, values[i])) return true;
  return o->p.whole || !o->p.name;
}

static void offer_words(Offer *o) {
  if (o->kinds & (OF_NEW | OF_TABLE | OF_MODULE | OF_UNIT)) return;
  for (uint32_t i = 0; i < o->p.nword; i++)
    if (word_fits(o, o->p.word[i])) offer(o, o->p.word[i], "word", word_about(o->p.word[i]));
}

/* ---- after a dot ---- */

/* Where the thing begins whose field is asked for: names, dots, and what stands in brackets behind them. */
static uint32_t primary_from(const Offer *o) {
  uint32_t i = o->p.tokens.len - 1, depth = 0;   /* the dot */
  while (i > 0) {
    char c = token_len(o, i - 1) == 1 ? *token_text(o, i - 1) : 'a';
    char first = *token_text(o, i - 1);
    bool word = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_';
    bool before_word = i < o->p.tokens.len - 1 && !depth && word && !is_mark(o, i, '.') && !is_mark(o, i, '(') && !is_mark(o, i, '[');
    if (before_word) break;
    if (c == ')' || c == ']') depth++;
    else if ((c == '(' || c == '[') && depth) depth--;
    else if (!depth && c != '.' && !word && first != '"') break;
    i--;
  }
  return i;
}

static void offer_fields(Offer *o, uint32_t kind) {
  const Program *p = &o->s->program;
  const Kind *k = &p->kinds.at[kind];
  for (uint32_t i = 0; i < k->fields.len; i++) {
    Buf about;
    buf_init(&about, &o->s->mem);
    type_text(p, k->fields.at[i].type, &about);
    offer(o, sym_text(p, k->fields.at[i].name), "field", buf_text(&about));
    buf_end(&about);
  }
}

static void offer_clauses(Offer *o, const char *agreement, size_t len) {
  Program *p = &o->s->program;
  Bind b;
  if (!program_bind(p, o->s->module, agreement, len, &b) || b.kind != BIND_ENTITY) return;
  for (uint32_t i = 0; i < p->nclause && ent_kind(b.index) == K_AGREEMENT; i++) {
    if (clause_run(p, i)->owner != b.index) continue;
    const Entity *e = clause_entity(p, i);
    offer(o, sym_text(p, e->id), "clause", e->name);
  }
}

static void offer_of_prefix(Offer *o, const char *name, size_t len) {
  Sym prefix = intern_find(&o->s->names, name, len);
  if (prefix && o->s->loaded) program_names(&o->s->program, o->s->module, prefix, offer_bind, o);
}

static void offer_after_dot(Offer *o) {
  ent_session *s = o->s;
  Program *p = &s->program;
  uint32_t i = primary_from(o), n = o->p.tokens.len;
  uint32_t lo = o->p.tokens.at[i].lo - o->x.src->base, hi = token(o, 0).lo - o->x.src->base;
  if (token_is(o, 0, "use") || (n > 2 && token_is(o, n - 3, "use"))) { o->kinds = OF_MODULE; return; }
  Buf e;
  buf_init(&e, &s->mem);
  buf_add(&e, o->text + lo, hi - lo);
  uint32_t errors = s->diags.errors, said = s->diags.list.len;
  s->diags.errors = 0;
  const Source *src = s->loaded && hi > lo ? sources_add(&s->sources, "<expression>", buf_text(&e), e.len, false) : NULL;
  Node *expr = src ? parse_expr(&s->unit, src) : NULL;
  uint32_t f = expr && !s->diags.errors ? program_check_expr(p, s->module, expr) : UINT32_MAX;
  s->diags.errors = errors;   /* what is wrong with half an expression is nobody's mistake */
  s->diags.list.len = said;
  size_t before = s->words.len;
  if (f != UINT32_MAX) {
    TypeInfo t = type_at(&p->types, p->funcs.at[f].ret);
    if (t.kind == TY_ENTITY) offer_fields(o, t.a);
    if (t.kind == TY_RANGE) { offer(o, "from", "field", "the first day"); offer(o, "through", "field", "the last day"); }
    if (t.kind == TY_ENTITY && t.a == K_AGREEMENT) offer_clauses(o, buf_text(&e), e.len);
  } else offer_of_prefix(o, buf_text(&e), e.len);
  /* What a name of the expression's own stands for is not known here: then any field may be meant. */
  for (uint32_t k = 0; f == UINT32_MAX && s->words.len == before && s->loaded && k < p->kinds.len; k++) offer_fields(o, k);
  buf_end(&e);
}

static void offer_modules(Offer *o) {
  for (unsigned i = 0; i < ent_stdlib_count; i++) {
    const char *name = ent_stdlib[i].name;
    bool after_dot = o->p.fields && !strncmp(name, "std.", 4);
    offer(o, after_dot ? name + 4 : name, "module", "");
  }
}

/* ---- all of it ---- */

/* Countries come last: where they are not what is looked for, there are too many of them. */
static int in_order(const void *a, const void *b) {
  const ent_word *x = a, *y = b;
  bool cx = !strcmp(x->kind, "country"), cy = !strcmp(y->kind, "country");
  return cx != cy ? cx - cy : strcmp(x->text, y->text);
}

static void words_settle(ent_session *s) {
  const char *texts = buf_text(&s->word_texts);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < s->words.len; i++) {
    s->words.at[i].text = texts + (uintptr_t)s->words.at[i].text;
    s->words.at[i].about = texts + (uintptr_t)s->words.at[i].about;
  }
  if (s->word_texts.full) s->words.len = 0;
  if (s->words.len) qsort(s->words.at, s->words.len, sizeof *s->words.at, in_order);
  for (uint32_t i = 0; i < s->words.len; i++)
    if (!kept || strcmp(s->words.at[kept - 1].text, s->words.at[i].text)) s->words.at[kept++] = s->words.at[i];
  s->words.len = kept;
}

static void offer_all(Offer *o) {
  if (o->p.fields) { offer_after_dot(o); if (o->kinds == OF_MODULE) offer_modules(o); return; }
  o->kinds = kinds_here(o);
  if (o->p.unit || o->kinds == OF_UNIT) offer_units(o);
  if (o->p.unit && o->nstart) return;   /* right after a number a word is a unit */
  offer_words(o);
  if (o->kinds == OF_MODULE) offer_modules(o);
  if (o->kinds == OF_TYPE) offer_types(o);
  if (!o->p.name || o->kinds & (OF_NEW | OF_MODULE | OF_UNIT)) return;
  if (o->s->loaded) program_names(&o->s->program, o->s->module, 0, offer_bind, o);
  if (o->p.value && !o->kinds) offer_engine(o);
}

/* What there is documentation of, besides names in scope: every word, every function of the engine, every module. */
static void offer_topics(Offer *o) {
  if (o->p.fields && token_is(o, 0, "std")) { offer_modules(o); return; }
  offer_all(o);
  if (o->p.fields) return;
  for (const WordInfo *w = session_words; w->word; w++) offer(o, w->word, "word", w->about);
  for (int i = 0; i < BUILTIN_COUNT; i++) offer(o, builtin_info((Builtin)i)->name, "function", builtin_info((Builtin)i)->doc);
  offer_modules(o);
}

static void offer_form(Offer *o, ParseForm form, const char *text, size_t len) {
  scratch_open(o->s, &o->x, text, len);
  if (o->x.src) {
    o->text = o->x.src->text;
    parse_probe(&o->x.unit, o->x.src, form, &o->p);
    o->kinds = OF_ANY;
    if (o->topics) offer_topics(o);
    else if (!o->p.wrong || o->p.inside) offer_all(o);
    probe_end(&o->x.unit, &o->p);
  }
  scratch_close(&o->x);
}

static bool is_word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

size_t ent_complete(ent_session *s, ent_form form, const char *text, size_t len, size_t *from, const ent_word **words) {
  size_t at = len;
  while (at && is_word_byte(text[at - 1])) at--;
  while (at < len && text[at] >= '0' && text[at] <= '9') at++;   /* 12t: the figure stays */
  *from = at;
  for (int loose = 0; loose < 2; loose++) {
    Offer o = {.s = s, .start = text + at, .nstart = len - at, .loose = loose};
    s->words.len = 0;
    buf_clear(&s->word_texts);
    switch (form) {
      case ENT_FORM_ENTRY: offer_form(&o, FORM_FILE, text, at); offer_form(&o, FORM_EXPR, text, at); break;
      case ENT_FORM_EXPR: offer_form(&o, FORM_EXPR, text, at); break;
      case ENT_FORM_SHOCK: offer_form(&o, FORM_SHOCK, text, at); break;
      case ENT_FORM_NAME: case ENT_FORM_TOPIC: o.topics = form == ENT_FORM_TOPIC; offer_form(&o, FORM_EXPR, text, at); break;
    }
    words_settle(s);
    if (s->words.len) break;
  }
  *words = s->words.at;
  return s->words.len;
}
