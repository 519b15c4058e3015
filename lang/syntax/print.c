#include "syntax/print_state.h"
#include <string.h>

/* Stands before a comment that shares its line with code until all is printed, and such comments are lined up. No
 * draft can hold this byte. */
enum { MARK = 1, STEP = 2 };

static const char *at(const Print *p, uint32_t pos) { return p->src->text + (pos - p->src->base); }

static int columns(const char *s, size_t n) {
  int cols = 0;
  for (size_t i = 0; i < n; i++) cols += (s[i] & 0xC0) != 0x80;
  return cols;
}

static void owed(Print *p) {
  if (!p->nl) return;
  while (p->out->len && p->out->at[p->out->len - 1] == ' ') p->out->len--;
  if (p->out->len) buf_pad(p->out, '\n', p->nl);
  buf_pad(p->out, ' ', p->nl_indent);
  p->col = p->nl_indent;
  p->nl = 0;
  p->fresh = false;
}

void print_bytes(Print *p, const char *s, size_t n) {
  if (p->fail) return;
  owed(p);
  buf_add(p->out, s, n);
  p->col += columns(s, n);
  if (p->trying && p->col > PRINT_WIDTH) p->fail = FAIL_WIDTH;
}

void print_text(Print *p, const char *s) { print_bytes(p, s, strlen(s)); }
void print_sym(Print *p, Sym s) { print_bytes(p, intern_text(p->u->names, s), intern_len(p->u->names, s)); }
void print_span(Print *p, Span s) { print_bytes(p, at(p, s.lo), s.hi - s.lo); }
void print_blank(Print *p) { if (!p->nl) print_text(p, " "); }

/* ---- what the author did ---- */

bool print_broken(const Print *p, uint32_t lo, uint32_t hi) { return hi > lo && memchr(at(p, lo), '\n', hi - lo); }

bool print_breaks_before(const Print *p, uint32_t pos) {
  for (; pos > p->src->base && strchr(" \t\r\n(", *at(p, pos - 1)); pos--)
    if (*at(p, pos - 1) == '\n') return true;
  return false;
}

static bool blank_line_before(const Print *p, uint32_t pos) {
  int lines = 0;
  for (; pos > p->src->base && strchr(" \t\r\n", *at(p, pos - 1)); pos--) lines += *at(p, pos - 1) == '\n';
  return lines > 1;
}

static bool code_before(const Print *p, uint32_t pos) {
  for (; pos > p->src->base && *at(p, pos - 1) != '\n'; pos--)
    if (!strchr(" \t\r", *at(p, pos - 1))) return true;
  return false;
}

/* ---- comments ---- */

static void comment(Print *p, Span c, int indent, bool keep) {
  const char *s = at(p, c.lo);
  size_t n = c.hi - c.lo;
  while (n && strchr(" \t\r", s[n - 1])) n--;
  if (code_before(p, c.lo) && !p->nl && p->out->len) {
    while (p->out->len && p->out->at[p->out->len - 1] == ' ') p->out->len--;
    buf_char(p->out, MARK);
    buf_add(p->out, s, n);
  } else {
    p->nl = keep && blank_line_before(p, c.lo) ? 2 : 1;
    p->nl_indent = indent;
    print_bytes(p, s, n);
  }
  p->nl = 1;
  p->nl_indent = indent;
}

static bool comment_due(const Print *p, uint32_t pos) {
  return p->comment < p->comment_end && p->u->comments.at[p->comment].lo < pos;
}

/* Comments before pos; false when this is a trial, which they end. keep: blank lines before the first one stay. */
static bool comments(Print *p, uint32_t pos, int indent, bool keep) {
  if (!comment_due(p, pos)) return !p->fail;
  if (p->trying && !p->fail) p->fail = FAIL_FORCED;
  if (p->fail) return false;
  for (bool first = true; comment_due(p, pos); first = false) comment(p, p->u->comments.at[p->comment++], indent, keep || !first);
  return true;
}

void print_comments(Print *p, uint32_t pos) { comments(p, pos, p->indent + STEP, false); }

void print_break(Print *p, uint32_t pos, bool keep) {
  uint32_t before = p->comment;
  if (p->trying && !p->fail) p->fail = FAIL_FORCED;
  if (!comments(p, pos, p->indent, keep)) return;
  p->nl = (keep || p->comment > before) && blank_line_before(p, pos) ? 2 : 1;
  p->nl_indent = p->indent;
}

void print_close(Print *p, uint32_t pos) {
  if (p->trying && !p->fail) p->fail = FAIL_FORCED;
  if (!comments(p, pos, p->indent, true)) return;
  p->nl = 1;
  p->nl_indent = p->indent - STEP;
}

/* ---- groups ---- */

void print_point(Print *p, Mode mode, uint32_t lo, uint32_t hi, bool all) {
  bool here = mode == MODE_AUTHOR ? print_broken(p, lo, hi) : mode == MODE_ALL && all;
  if (here) print_break(p, hi, false);
  else print_blank(p);
}

static void back(Print *p, const Print *was, size_t len) {
  *p = *was;
  p->out->len = len;
  if (p->out->at) p->out->at[len] = 0;
}

/* What is in the way of printing this on one line, if anything; then nothing is printed. */
static Failure try_flat(Print *p, const Node *n, Printer *body, bool open) {
  Print was = *p;
  size_t len = p->out->len;
  p->trying = true;
  p->flat++;
  body(p, n, MODE_NONE, open);
  Failure f = p->fail;
  p->flat = was.flat;
  p->trying = was.trying;
  if (f) back(p, &was, len);
  return f;
}

bool print_try(Print *p, const Node *n, Printer *body) { return !try_flat(p, n, body, true); }

void print_group(Print *p, const Node *n, Printer *body, bool own, bool open, bool hang) {
  if (p->fail) return;
  if (p->flat) {
    if (own && p->trying) p->fail = FAIL_FORCED;
    body(p, n, MODE_NONE, open);
    return;
  }
  Failure f = own ? FAIL_NOT : try_flat(p, n, body, open);
  if (!own && !f) return;
  Mode mode = own ? MODE_AUTHOR : f == FAIL_WIDTH ? MODE_ALL : MODE_NONE;
  int step = mode == MODE_NONE || (!hang && p->nl && p->fresh) ? 0 : STEP;
  if (mode != MODE_NONE) p->fresh = false;
  p->indent += step;
  body(p, n, mode, open);
  p->indent -= step;
}

/* ---- the whole ---- */

/* Comments on following lines that share them with code begin in one column, two blanks after the longest of them. */
static void line_up(const Buf *from, Buf *to) {
  const char *s = buf_text(from), *end = s + from->len, *group_end = s;
  for (int widest = 0; s < end;) {
    const char *nl = memchr(s, '\n', (size_t)(end - s));
    size_t n = nl ? (size_t)(nl - s) : (size_t)(end - s);
    const char *mark = memchr(s, MARK, n);
    if (mark && s >= group_end) {
      widest = 0;
      const char *line = s, *m;
      for (;;) {
        const char *e = memchr(line, '\n', (size_t)(end - line));
        if (!e) e = end;
        if (!(m = memchr(line, MARK, (size_t)(e - line)))) break;
        int cols = columns(line, (size_t)(m - line));
        if (cols > widest) widest = cols;
        if (e == end) { line = end; break; }
        line = e + 1;
      }
      group_end = line;
    }
    if (mark) {
      buf_add(to, s, (size_t)(mark - s));
      buf_pad(to, ' ', widest - columns(s, (size_t)(mark - s)) + 2);
      buf_add(to, mark + 1, n - (size_t)(mark - s) - 1);
    } else buf_add(to, s, n);
    if (nl) buf_char(to, '\n');
    s += n + (nl ? 1 : 0);
  }
}

void print_file(Unit *u, const Source *src, const Node *file, Buf *out) {
  Buf raw;
  buf_init(&raw, u->mem);
  raw.max = out->max;
  Print p = {.u = u, .src = src, .out = &raw};
  p.comment_end = comments_of(u, src, &p.comment);
  print_file_items(&p, file);
  comments(&p, src->base + src->len, 0, true);
  if (raw.len) buf_char(&raw, '\n');
  line_up(&raw, out);
  out->full |= raw.full;
  buf_end(&raw);
}

void print_one(Unit *u, const Source *src, const Node *n, Buf *out) {
  Buf raw;
  buf_init(&raw, u->mem);
  raw.max = out->max;
  Print p = {.u = u, .src = src, .out = &raw};
  p.comment_end = comments_of(u, src, &p.comment);
  while (p.comment < p.comment_end && u->comments.at[p.comment].lo < n->span.lo) p.comment++;
  print_item(&p, n);
  line_up(&raw, out);
  out->full |= raw.full;
  buf_end(&raw);
}
