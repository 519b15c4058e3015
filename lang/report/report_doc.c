#include "base/near.h"
#include "report/show.h"
#include <string.h>

/* What a file says of itself: the comment at its top, and of each name that it declares the declaration and the
 * documentation above it. Its parts stand as they are written. */

typedef struct Doc {
  Buf *out;
  Unit *u;
  const Source *src;
  const ReportStyle *st;
  bool any, blank;  /* whether something was shown; then, whether a blank line comes before the next */
} Doc;

/* The name that a declaration gives, or NULL. One that begins with _ is the file's own business. */
static Text name_of(const Doc *d, const Node *n) {
  Text none = {NULL, 0};
  const Node *name = NULL;
  switch (n->kind) {
    case N_KIND: case N_ENTITY: case N_GROUP: case N_UNIT_DECL: case N_TABLE: case N_CONTROL: case N_AGREEMENT: case N_AMENDMENT: case N_LET: case N_FN:
    case N_RULE: case N_SCENARIO: name = n->kid[0]; break;
    default: return none;
  }
  if (name->kind == N_ATOM && name->kid[0]->kind == N_STRING) return ast_text(d->u, name->kid[0]);
  if (name->kind != N_NAME) return none;
  Text t = {intern_text(d->u->names, name->sym), intern_len(d->u->names, name->sym)};
  return t.len && t.at[0] == '_' ? none : t;
}

static bool same_name(Text a, Text b) { return a.at && b.at && a.len == b.len && !memcmp(a.at, b.at, a.len); }

/* Where the body of a function begins: at the first = outside of its parameters. */
static uint32_t before_body(const Doc *d, Span at) {
  const char *s = d->src->text + (at.lo - d->src->base), *end = s + (at.hi - at.lo);
  for (int deep = 0; s < end && (deep || *s != '='); s++) deep += *s == '(' || *s == '[' ? 1 : *s == ')' || *s == ']' ? -1 : 0;
  return (uint32_t)(s - d->src->text) + d->src->base;
}

/* The part of a declaration that is shown. */
static Span head_of(const Doc *d, const Node *n) {
  Span s = n->span;
  switch (n->kind) {
    case N_FN: case N_RULE: s.hi = before_body(d, s); break;
    case N_AGREEMENT: case N_SCENARIO: s.hi = (n->kid[1] ? n->kid[1] : n->kid[0])->span.hi; break;
    case N_AMENDMENT: s.hi = (n->kid[4] ? n->kid[4] : n->kid[2])->span.hi; break;
    default: break;
  }
  return s;
}

/* Text behind so many blanks, line by line; no blanks at the ends of lines. */
static void lines(const Doc *d, const char *s, size_t n, int indent, Ink ink) {
  while (n && strchr(" \t\r\n", s[n - 1])) n--;
  for (const char *end = s + n; s < end;) {
    const char *nl = memchr(s, '\n', (size_t)(end - s)), *to = nl ? nl : end;
    size_t len = (size_t)(to - s);
    while (len && strchr(" \t\r", s[len - 1])) len--;
    if (len) {
      buf_pad(d->out, ' ', indent);
      ink_on(d->out, d->st, ink);
      show_text(d->out, s, len);
      ink_off(d->out, d->st, ink);
    }
    buf_char(d->out, '\n');
    s = nl ? nl + 1 : end;
  }
}

/* Prose is filled to the width where that is known; a line that begins with a blank or a mark, an example or a list, stays as it is. */
static void prose(const Doc *d, const char *s, size_t n) {
  enum { INDENT = 4, WIDEST = 100 /* that is read with ease */ };
  ReportStyle page = {.width = d->st->width < WIDEST ? d->st->width : WIDEST};
  Para p;
  bool open = false;
  if (d->st->width <= 0) { lines(d, s, n, INDENT, INK_PLAIN); return; }
  while (n && strchr(" \t\r\n", s[n - 1])) n--;
  for (const char *end = s + n; s < end;) {
    const char *nl = memchr(s, '\n', (size_t)(end - s)), *to = nl ? nl : end;
    bool fills = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || strchr("`\"'(", *s) || *s & 0x80;
    if (open && !fills) para_end(&p);
    if (!fills) {
      lines(d, s, (size_t)(to - s), INDENT, INK_PLAIN);
      if (to == s) buf_char(d->out, '\n');
    } else {
      Buf safe;
      scratch_init(&safe, d->out);
      show_text(&safe, s, (size_t)(to - s));
      if (!open) buf_pad(d->out, ' ', INDENT);
      if (!open) p = para_at(d->out, &page, INDENT, INDENT);
      else para_add(&p, " ");
      para_add(&p, buf_text(&safe));
      scratch_end(&safe, d->out);
    }
    open = fills;
    s = nl ? nl + 1 : end;
  }
  if (open) para_end(&p);
}

/* Declarations that follow each other and have one name are told together; all up to the first with a text of its own
 * share the text above the first. */
static const Node *group(Doc *d, const Node *n, Text name) {
  Buf text;
  const Node *last = n;
  buf_init(&text, d->u->mem);
  bool documented = ast_doc(d->u, n->span, &text);
  if (d->any && (d->blank || documented)) buf_char(d->out, '\n');
  d->any = true;
  d->blank = documented;
  for (const Node *m = n; m && same_name(name_of(d, m), name); m = m->next) {
    Buf own;
    buf_init(&own, d->u->mem);
    bool told = m != n && ast_doc(d->u, m->span, &own);
    buf_end(&own);
    if (told) break;
    Span s = head_of(d, m);
    const char *head = sources_text(d->u->sources, s);
    lines(d, head, s.hi - s.lo, 0, INK_BOLD);
    d->blank = d->blank || memchr(head, '\n', s.hi - s.lo);
    last = m;
  }
  prose(d, buf_text(&text), text.len);
  buf_end(&text);
  return last;
}

bool report_doc(Buf *out, Unit *u, const Source *src, const Node *file, const char *title, const char *only, const ReportStyle *st) {
  Doc d = {out, u, src, st, !only, true};
  Text wanted = {only, only ? (uint32_t)strlen(only) : 0};
  if (!only) {
    Buf top;
    buf_init(&top, u->mem);
    ast_doc_top(u, src, file, &top);
    ink_on(out, st, INK_BOLD);
    show_str(out, title);
    ink_off(out, st, INK_BOLD);
    buf_str(out, "\n");
    prose(&d, buf_text(&top), top.len);
    buf_end(&top);
  }
  for (const Node *n = list_first(file->kid[0]); n; n = n->next) {
    Text name = name_of(&d, n);
    if (name.at && (!only || same_name(name, wanted))) n = group(&d, n, name);
  }
  return d.any;
}

void report_doc_line(Buf *out, Unit *u, const Source *src, const Node *file, const char *title, const ReportStyle *st) {
  enum { TEXT = 22 };
  Buf top;
  buf_init(&top, u->mem);
  ast_doc_top(u, src, file, &top);
  char *text = top.at;
  size_t n = 0;
  for (; n < top.len && text[n] != ':' && !(text[n] == '.' && (n + 1 == top.len || strchr(" \n", text[n + 1]))); n++) {
    if (text[n] != '\n') continue;
    if (n + 1 < top.len && text[n + 1] == '\n') break;
    text[n] = ' ';
  }
  buf_fmt(out, "  %-19s ", title);
  if (st->width > 0 && n < top.len) text[n] = 0;
  Para p = para_at(out, st, TEXT, TEXT);
  if (st->width > 0) para_show(&p, buf_text(&top));
  else show_text(out, buf_text(&top), n);
  para_end(&p);
  buf_end(&top);
}

/* A name that was probably meant. */
const char *report_doc_near(Unit *u, const Source *src, const Node *file, const char *name) {
  Doc d = {.u = u, .src = src};
  const char *best = NULL;
  int distance = 3;
  for (const Node *n = list_first(file->kid[0]); n; n = n->next) {
    Text t = name_of(&d, n);
    int far = t.at ? near_distance(name, (uint32_t)strlen(name), t.at, t.len) : 3;
    if (far < distance) distance = far, best = t.at;
  }
  return best;
}
