#include "report/show.h"
#include "base/utf8.h"
#include <string.h>

bool show_is_command(const char *s, size_t i) {
  while (i && ((s[i - 1] >= 'a' && s[i - 1] <= 'z') || (s[i - 1] >= 'A' && s[i - 1] <= 'Z'))) i--;
  return i >= 2 && s[i - 1] == '#' && s[i - 2] == '#';
}

size_t show_step(Buf *out, const char *s, size_t n, size_t i) {
  if (s[i] == '\n') buf_str(out, "\\n");
  else if (s[i] == '\t') buf_char(out, ' ');
  else if (s[i] == ':' && i && s[i - 1] == ':') buf_str(out, "\\u{3a}");
  else if (s[i] == '[' && show_is_command(s, i)) buf_str(out, "\\u{5b}");
  else {
    uint32_t cp;
    int len = utf8_read(s + i, n - i, &cp);
    if (!len) len = 1;
    utf8_show(out, s + i, (size_t)len);
    return (size_t)len;
  }
  return 1;
}

static bool is_plain(char c) { return c >= ' ' && c < 0x7F && c != ':' && c != '['; }

void show_text(Buf *out, const char *s, size_t n) {
  for (size_t i = 0; i < n;) {
    size_t from = i;
    while (i < n && is_plain(s[i])) i++;
    buf_add(out, s + from, i - from);
    if (i < n) i += show_step(out, s, n, i);
  }
}

void show_str(Buf *out, const char *s) { if (s) show_text(out, s, strlen(s)); }

void report_value(Buf *out, const char *text, size_t n) {
  const char *end = text + n;
  for (const char *line; (line = memchr(text, '\n', (size_t)(end - text))); text = line + 1) {
    show_text(out, text, (size_t)(line - text));
    buf_char(out, '\n');
  }
  show_text(out, text, (size_t)(end - text));
}

void scratch_init(Buf *scratch, const Buf *out) {
  buf_init(scratch, out->mem);
  if (out->max) scratch->max = out->len < out->max ? out->max - out->len : 1;
}

void scratch_end(Buf *scratch, Buf *out) {
  if (scratch->full) out->full = true;
  scratch->max = 0;
  buf_end(scratch);
}

/* ---- paragraphs ---- */

int show_width(const ReportStyle *st) { return st->width > 0 ? st->width : REPORT_WIDTH; }

Para para_at(Buf *out, const ReportStyle *st, int col, int indent) {
  Para p = {.out = out, .width = show_width(st), .indent = indent, .col = col};
  return p;
}

/* East Asian marks that begin no line, and those that end none. */
static bool closes(uint32_t cp) {
  static const uint32_t marks[] = {0x3001, 0x3002, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x30FC, 0xFF01, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (marks[i] == cp) return true;
  return false;
}
static bool opens(uint32_t cp) { return cp == 0x3008 || cp == 0x300A || cp == 0x300C || cp == 0x300E || cp == 0x3010 || cp == 0xFF08; }

/* The piece of s that must stay together: a word, or one wide character, with what combines with it and the marks that belong to it. */
static size_t piece(const char *s, size_t n, int *width) {
  bool wide = false, open = false;
  *width = 0;
  for (size_t i = 0; i < n;) {
    uint32_t cp = 0;
    int len = utf8_read(s + i, n - i, &cp), w = len ? utf8_width(cp) : 1;
    bool joins = w == 0 || (len && closes(cp)) || open;
    if (s[i] == ' ' || (i && (w == 2 || wide) && !joins)) return i;
    i += len ? (size_t)len : 1;
    *width += w;
    wide = wide || w == 2;
    open = len && opens(cp);
  }
  return n;
}

void para_add(Para *p, const char *safe) {
  size_t n = strlen(safe);
  for (size_t i = 0; i < n;) {
    if (safe[i] == ' ') {
      p->blanks++;
      i++;
      continue;
    }
    int width;
    size_t len = piece(safe + i, n - i, &width);
    /* A piece that is glued to the one before may only be torn off at a wide character. */
    bool may_break = p->blanks || (i && (width == 2 || (safe[i - 1] & 0x80)));
    if (may_break && p->col > p->indent && p->col + p->blanks + width > p->width) {
      buf_char(p->out, '\n');
      buf_pad(p->out, ' ', p->indent);
      p->col = p->indent;
    } else {
      buf_pad(p->out, ' ', p->blanks);
      p->col += p->blanks;
    }
    p->blanks = 0;
    buf_add(p->out, safe + i, len);
    p->col += width;
    i += len;
  }
}

void para_show(Para *p, const char *text) {
  if (!text) return;
  Buf safe;
  scratch_init(&safe, p->out);
  show_str(&safe, text);
  para_add(p, buf_text(&safe));
  scratch_end(&safe, p->out);
}

void para_end(Para *p) { buf_char(p->out, '\n'); }

/* ---- colours ---- */

static const char *ink_code(Ink ink) {
  switch (ink) {
    case INK_PLAIN: break;
    case INK_BOLD: return "\033[1m";
    case INK_DIM: return "\033[2m";
    case INK_RED: return "\033[1;31m";
    case INK_YELLOW: return "\033[33m";
    case INK_GREEN: return "\033[32m";
    case INK_LEAF: return "\033[1;32m";
    case INK_CYAN: return "\033[36m";
    case INK_BLUE: return "\033[1;34m";
  }
  return "";
}

void ink_on(Buf *out, const ReportStyle *st, Ink ink) { if (st->color) buf_str(out, ink_code(ink)); }

void ink_off(Buf *out, const ReportStyle *st, Ink ink) { if (st->color && ink != INK_PLAIN) buf_str(out, "\033[0m"); }

void ink_str(Buf *out, const ReportStyle *st, Ink ink, const char *safe) {
  if (!*safe) return;
  ink_on(out, st, ink);
  buf_str(out, safe);
  ink_off(out, st, ink);
}

Ink ink_severity(Severity sev) {
  switch (sev) {
    case SEV_ERROR: return INK_RED;
    case SEV_WARN: return INK_YELLOW;
    case SEV_NOTE: break;
  }
  return INK_CYAN;
}

/* ---- small things ---- */

bool show_has_place(const Sources *s, Span span) {
  return s && s->list.len && span.lo < span.hi && span.lo < s->next_base;
}

bool show_diag_has_place(const Sources *s, Span span) {
  if (!s || !s->list.len || span.lo >= s->next_base) return false;
  return span.lo || span.hi || !s->list.at[0]->len;
}

void show_place(Buf *out, Sources *s, Span span) {
  Place p = sources_place(s, span.lo);
  show_str(out, p.source->path);
  buf_fmt(out, ":%u:%u", (unsigned)p.line, (unsigned)p.col);
}

void show_spans(Buf *out, const DaySpan *span, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (i) buf_str(out, ", ");
    date_show(out, span[i].first);
    if (span[i].last == span[i].first) continue;
    buf_str(out, "..");
    date_show(out, span[i].last);
  }
}

void show_count(Buf *out, uint32_t n, const char *one, const char *many) {
  buf_fmt(out, "%u %s", (unsigned)n, n == 1 ? one : many);
}

const char *show_severity(Severity sev) {
  switch (sev) {
    case SEV_ERROR: return "error";
    case SEV_WARN: return "warning";
    case SEV_NOTE: break;
  }
  return "note";
}

const char *show_level(Severity sev) {
  switch (sev) {
    case SEV_ERROR: return "deny";
    case SEV_WARN: return "warn";
    case SEV_NOTE: break;
  }
  return "note";
}

const char *show_kind(const Finding *f) { return f->outcome == OUT_UNDECIDED ? "undecided" : show_level(f->sev); }

void show_title(Buf *out, const Finding *f) {
  const char *tag = f->check ? f->check : f->code, *title = f->title ? f->title : tag ? NULL : f->message;
  show_str(out, title);
  if (!tag) return;
  buf_str(out, title ? " [" : "");
  show_str(out, tag);
  buf_str(out, title ? "]" : "");
}

void show_binding(Buf *out, const Finding *f) {
  for (uint32_t i = 0; i < f->nbinding; i++) {
    if (i) buf_str(out, ", ");
    show_str(out, f->binding[i].name);
    buf_str(out, " = ");
    show_str(out, f->binding[i].value);
  }
}

void show_description(Buf *out, const char *safe) {
  for (; *safe; safe++) {
    if (*safe == '#') buf_str(out, "\\u{23}");
    else buf_char(out, *safe);
  }
}

void show_lines(Buf *out, const char *before, const char *safe) {
  size_t bare = strlen(before);
  while (bare && before[bare - 1] == ' ') bare--;
  for (const char *end; *safe; safe = end + (*end == '\n')) {
    end = strchr(safe, '\n');
    if (!end) end = safe + strlen(safe);
    buf_add(out, before, end > safe ? strlen(before) : bare);
    buf_add(out, safe, (size_t)(end - safe));
    buf_char(out, '\n');
  }
}

bool show_decides(const Finding *f, const ReportStyle *st) {
  return f->sev >= st->fail_on && !(f->outcome == OUT_UNDECIDED && st->allow_undecided);
}

Pick pick_start(const Diags *d, const ReportStyle *st, uint32_t limit) {
  uint32_t errors = 0, n = d->list.len;
  for (uint32_t i = 0; i < n; i++) errors += d->list.at[i].sev == SEV_ERROR;
  if (st->limit) limit = st->limit;
  Pick p = {.errors = errors < limit ? errors : limit};
  p.others = n - errors < limit - p.errors ? n - errors : limit - p.errors;
  p.left_out = n - p.errors - p.others + d->left_out[SEV_NOTE] + d->left_out[SEV_WARN] + d->left_out[SEV_ERROR];
  return p;
}

bool pick_next(Pick *p, const Diag *x) {
  uint32_t *left = x->sev == SEV_ERROR ? &p->errors : &p->others;
  if (!*left) return false;
  --*left;
  return true;
}
