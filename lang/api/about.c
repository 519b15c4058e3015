#include "api/session.h"
#include "api/stdlib.h"
#include "base/utf8.h"
#include "report/report.h"
#include "syntax/print.h"
#include <stdio.h>
#include <string.h>

/* What is known of a name, an expression or the world asked about. */

#define WORD(word, form, about) {word, form, about},
const WordInfo session_words[] = {
#include "api/word.def"
  {NULL, NULL, NULL},
};
#undef WORD

/* ---- what is asked about ---- */

bool ent_usable(const ent_session *s) { return !mem_failed(&s->mem); }
size_t ent_memory(const ent_session *s) { return s->mem.used; }
uint64_t ent_steps(const ent_session *s) { return s->has_vm ? s->vm.steps : 0; }
void ent_set_width(ent_session *s, int columns) { s->config.width = columns; }

bool ent_set_day(ent_session *s, const char *date) {
  Day day = DAY_NONE;
  if (date && date_read(date, strlen(date), &day)) return false;
  s->as_of = day;
  return true;
}

const char *ent_day(ent_session *s) {
  Day first = s->as_of, last;
  buf_clear(&s->out);
  const View *v = s->loaded && first == DAY_NONE ? session_view(s) : NULL;
  if (v && !world_term(&s->world, v, &first, &last)) first = DAY_NONE;
  if (first != DAY_NONE && first != DAY_MIN) date_show(&s->out, first);
  return buf_text(&s->out);
}

int ent_ask(ent_session *s, ent_question q, const char *expr, const char **out, size_t *len) {
  if (s->has_vm) s->vm.steps = 0;
  return session_ask(s, q, expr, out, len);
}

/* ---- the world ---- */

int ent_matrix(ent_session *s, const char **out, size_t *len) {
  Report r;
  Day first, last;
  if (!s->loaded) return session_broken(s, out, len);
  int rc = session_judges(s, out, len);
  if (rc != ENT_PASSES) return rc;
  s->vm.steps = 0;
  const View *v = session_view(s);
  report_init(&r, &s->mem, "");
  r.as_of = s->as_of;
  if (v && world_term(&s->world, v, &first, &last)) r.term = (DaySpan){first, last};
  bool ok = v && answer_matrix(&s->vm, v, &r) && !s->vm.failed && !mem_failed(&s->mem);
  if (ok) {
    ReportStyle st = {.color = s->config.color, .width = s->config.width};
    buf_clear(&s->out);
    if (r.matrix.present) report_matrix(&s->out, &r.matrix, &st, r.as_of == DAY_NONE);
    else buf_str(&s->out, "there is no matrix: it wants  use std.coverage,  layers and an agreement with a term\n");
  } else session_run_error(s);
  report_end(&r);
  return ok ? session_hand_out(s, ENT_TEXT, ENT_PASSES, out, len) : session_broken(s, out, len);
}

static void steps_text(const ent_session *s, Buf *to) {
  const Entity *e = s->assumed == UINT32_MAX ? NULL : program_entity(&s->program, s->assumed);
  for (const Node *n = e ? list_first(e->decl->kid[2]) : NULL; n; n = n->next) {
    buf_str(to, "assumed     ");
    utf8_show(to, sources_text(&s->sources, n->span), n->span.hi - n->span.lo);
    buf_char(to, '\n');
  }
}

static void agreement_text(ent_session *s, uint32_t i, Buf *to) {
  const AgreementFacts *a = &s->world.agreements.at[i];
  const Entity *e = program_entity(&s->program, ent_make(K_AGREEMENT, i));
  buf_fmt(to, "in force    %s, ", sym_text(&s->program, e->id));
  date_show(to, a->first);
  buf_str(to, "..");
  if (a->last == DAY_OPEN) buf_str(to, "open");
  else date_show(to, a->last);
  buf_fmt(to, "%s\n", a->binding ? "" : ", binding nobody");
}

static void counted(Buf *to, uint32_t n, const char *one, const char *many, bool first) {
  buf_fmt(to, "%s%u %s", first ? "" : ", ", n, n == 1 ? one : many);
}

int ent_world(ent_session *s, const char **out, size_t *len) {
  if (!s->loaded) return session_broken(s, out, len);
  Buf b;
  buf_init(&b, &s->mem);
  const char *day = ent_day(s);
  buf_fmt(&b, "day         %s\n", *day ? day : "none: no agreement is in force, and :as-of has set none");
  steps_text(s, &b);
  Ctx *x = session_ctx(s);
  uint32_t n = 0;
  for (uint32_t i = 0; x && i < s->program.kinds.at[K_AGREEMENT].list.len; i++)
    if (bits_has(x->agreements, i) && (x->day == DAY_NONE || (x->day >= s->world.agreements.at[i].first && x->day <= s->world.agreements.at[i].last))) { agreement_text(s, i, &b); n++; }
  if (!n) buf_str(&b, "in force    nothing\n");
  if (x && bits_any(x->absent, bits_words(s->world.ncountry))) {
    Value away = world_bits_value(&s->world, K_COUNTRY, x->absent);
    buf_str(&b, "absent      ");
    value_show(&s->world.rt, away, &b);
    buf_char(&b, '\n');
    value_drop(&s->mem, away);
  }
  Program *p = &s->program;
  buf_str(&b, "declared    ");
  counted(&b, p->kinds.at[K_RESOURCE].list.len, "resource", "resources", true);
  counted(&b, s->world.supply.res.len, "figure of supply", "figures of supply", false);
  counted(&b, s->world.demand.res.len, "of demand", "of demand", false);
  counted(&b, p->nclause, "clause", "clauses", false);
  counted(&b, p->checks.len, "check", "checks", false);
  buf_char(&b, '\n');
  buf_clear(&s->out);
  report_value(&s->out, buf_text(&b), b.len);
  buf_end(&b);
  return session_hand_out(s, ENT_TEXT, ENT_PASSES, out, len);
}

/* ---- names ---- */

static void params_text(const ent_session *s, const Func *f, Buf *to) {
  uint32_t i = 0;
  buf_char(to, '(');
  for (const Node *n = list_first(f->decl->kid[1]); n; n = n->next, i++) {
    buf_fmt(to, "%s%s: ", i ? ", " : "", sym_text(&s->program, n->kid[0]->sym));
    type_text(&s->program, f->param[i], to);
  }
  buf_char(to, ')');
}

static void func_heading(const ent_session *s, const Func *f, Buf *to) {
  static const char *const words[] = {"fn", "rule", "let", "expression", "check", "test"};
  buf_fmt(to, "%s %s", f->decl->kind == N_GROUP ? "group" : words[f->kind], f->name ? sym_text(&s->program, f->name) : "");
  if (f->kind == FUNC_FN || f->kind == FUNC_RULE) params_text(s, f, to);
  if (f->kind > FUNC_LET) return;
  buf_str(to, ": ");
  type_text(&s->program, f->ret, to);
}

void about_heading(const ent_session *s, const Bind *b, Buf *to) {
  const Program *p = &s->program;
  switch ((BindKind)b->kind) {
    case BIND_ENTITY: {
      const Entity *e = program_entity(p, b->index);
      buf_fmt(to, "%s %s", sym_text(p, p->kinds.at[ent_kind(b->index)].word), sym_text(p, e->id));
      if (strcmp(e->name, sym_text(p, e->id))) buf_fmt(to, " \"%s\"", e->name);
      break;
    }
    case BIND_FUNC: func_heading(s, &p->funcs.at[b->index], to); break;
    case BIND_TABLE: {
      const Table *t = &p->tables.at[b->index];
      buf_fmt(to, "table %s", sym_text(p, t->name));
      for (int i = 0; i < t->nkey; i++) { buf_str(to, i ? ", " : " ("); type_text(p, t->key[i], to); }
      buf_str(to, t->nkey ? "): " : ": ");
      type_text(p, t->type, to);
      break;
    }
    case BIND_KIND: buf_fmt(to, "kind %s", sym_text(p, p->kinds.at[b->index].word)); break;
    case BIND_BAD: break;
  }
}

/* The clause that `pact.m1` or `pact["5(1)(b)"]` names, or UINT32_MAX. */
static Ent clause_named(ent_session *s, const char *name) {
  Bind b;
  size_t n = strcspn(name, ".["), len = strlen(name);
  const char *label = name + n;
  if (!*label || !program_bind(&s->program, s->module, name, n, &b) || b.kind != BIND_ENTITY) return UINT32_MAX;
  bool quoted = len > n + 4 && label[0] == '[' && label[1] == '"' && !strcmp(name + len - 2, "\"]");
  size_t skip = quoted ? 2 : 1;
  return program_clause(&s->program, b.index, intern_put(&s->names, label + skip, len - n - skip - (quoted ? 2 : 0)));
}

static bool is_decl(const Node *n) { return n && n->kind != N_BAD; }

/* The declaration of a name: what stands in the tree, and where; NULL when it is none of the draft's or the library's. */
static const Node *decl_named(ent_session *s, const char *name) {
  Program *p = &s->program;
  Bind b;
  Ent clause = clause_named(s, name);
  if (clause != UINT32_MAX) return clause_decl(p, clause);
  if (program_bind(&s->program, s->module, name, strlen(name), &b)) {
    if (b.kind == BIND_ENTITY) return program_entity(p, b.index)->decl;
    if (b.kind == BIND_FUNC) return p->funcs.at[b.index].decl;
    if (b.kind == BIND_TABLE) return p->tables.at[b.index].decl;
  }
  Sym sym = intern_find(&s->names, name, strlen(name));
  for (uint32_t i = 0; sym && i < p->modules.len; i++)
    for (const Node *n = list_first(p->modules.at[i].file->kid[0]); n; n = n->next)
      if ((n->kind == N_UNIT_DECL || n->kind == N_CHECK || n->kind == N_KIND) && n->kid[0]->sym == sym) return n;
  return NULL;
}

static void doc_comment(ent_session *s, const Node *n, const char *before, Buf *to) {
  Buf doc;
  buf_init(&doc, &s->mem);
  if (ast_doc(&s->unit, n->span, &doc))
    for (const char *line = buf_text(&doc); line;) {
      const char *end = strchr(line, '\n');
      buf_str(to, before);
      buf_add(to, line, end ? (size_t)(end - line) : strlen(line));
      buf_char(to, '\n');
      line = end ? end + 1 : NULL;
    }
  buf_end(&doc);
}

static const char *shown(ent_session *s, Buf *b) {
  buf_clear(&s->out);
  report_value(&s->out, buf_text(b), b->len);
  buf_end(b);
  return s->out.len ? buf_text(&s->out) : NULL;
}

const char *ent_show(ent_session *s, const char *name) {
  if (!s->loaded) return NULL;
  const Node *n = decl_named(s, name);
  const Source *src = is_decl(n) ? sources_at(&s->sources, n->span.lo) : NULL;
  if (!src) return NULL;
  Buf b;
  buf_init(&b, &s->mem);
  doc_comment(s, n, "## ", &b);
  print_one(&s->unit, src, n, &b);
  if (b.len && buf_text(&b)[b.len - 1] != '\n') buf_char(&b, '\n');
  return shown(s, &b);
}

/* Of the library, its modules, and names within them: std, std.coverage, std.coverage.rank. */
static void doc_module(ent_session *s, const char *name, Buf *b) {
  if (!strcmp(name, "std")) session_library_doc(s, NULL, NULL, b);
  for (const StdlibModule *m = ent_stdlib; m->name; m++) {
    size_t n = strlen(m->name);
    if (!strncmp(name, m->name, n) && (!name[n] || name[n] == '.')) session_library_doc(s, m->name, name[n] ? name + n + 1 : NULL, b);
  }
}

/* What a draft loads of the library has no documentation; its module, <std.coverage>, is read once more for that. */
static bool doc_of_library(ent_session *s, const char *name, const Source *from, Buf *b) {
  char module[64];
  if (!from->library) return false;
  snprintf(module, sizeof module, "%.*s", (int)strcspn(from->path + 1, ">"), from->path + 1);
  return session_library_doc(s, module, name, b);
}

static void doc_heading(ent_session *s, const char *name, const Node *n, Buf *b) {
  Bind at;
  Ent clause = clause_named(s, name);
  if (clause != UINT32_MAX) {
    at.kind = BIND_ENTITY;
    at.index = clause;
    about_heading(s, &at, b);
  } else if (program_bind(&s->program, s->module, name, strlen(name), &at)) about_heading(s, &at, b);
  else {
    const UnitAtom *u = unit_atom(&s->program.units, n->kid[0]->sym);
    buf_fmt(b, "%s %s", n->kind == N_UNIT_DECL ? "unit" : n->kind == N_CHECK ? "check" : "kind", name);
    if (n->kind == N_UNIT_DECL && u && u->title) buf_fmt(b, " \"%s\"", u->title);
  }
  buf_char(b, '\n');
  doc_comment(s, n, "  ", b);
}

static void doc_declared(ent_session *s, const char *name, Buf *b) {
  const Node *n = decl_named(s, name);
  if (!is_decl(n)) return;
  Place p = sources_place(&s->sources, n->span.lo);
  if (!doc_of_library(s, name, p.source, b)) doc_heading(s, name, n, b);
  buf_fmt(b, "  --> %s:%u:%u\n", p.source->path, p.line, p.col);
}

const char *ent_doc(ent_session *s, const char *name) {
  Buf b;
  buf_init(&b, &s->mem);
  for (int i = 0; i < BUILTIN_COUNT; i++)
    if (!strcmp(name, builtin_info((Builtin)i)->name)) {
      builtin_form((Builtin)i, &b);
      buf_fmt(&b, "\n  %s\n", builtin_info((Builtin)i)->doc);
    }
  for (const WordInfo *w = session_words; w->word; w++)
    if (!strcmp(name, w->word)) buf_fmt(&b, "%s\n  %s\n", w->form, w->about);
  if (s->loaded) doc_declared(s, name, &b);
  doc_module(s, name, &b);
  if (!strcmp(name, "d")) buf_str(&b, "unit d \"days\"\n  the engine's own unit of time\n");
  return shown(s, &b);
}
