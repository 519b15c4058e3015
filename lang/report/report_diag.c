#include "base/utf8.h"
#include "report/show.h"
#include <string.h>

/* Diagnostics as pictures:
 *
 *   error[E0214]: these cannot be compared: t and t/yr
 *     --> initiative.ent:31:18
 *      |
 *   31 |   require stockpiled(r) >= needed(r)
 *      |           ------------- ^^ --------- t/yr (tonnes per Julian year)
 *      |           t (tonnes)
 *      = help: for days of cover, write  stockpiled(r) / needed(r) >= 90 d
 *
 * A quoted line is cut to a window around what it is quoted for: of LINE_CUT columns, or of what the page has room for. */
enum { LINE_CUT = 120, LINE_LEAST = 30, BYTES_CUT = 1024, TAB = 4, MARKS = DIAG_LABELS + 1, ROW = LINE_CUT + 64, SEVERITY_INDENT = 2 };

/* A marked place. lo and hi are offsets in its line's text, hi cut to the line. from and to are columns of the quoted
 * line; from < 0: it is outside the window. */
typedef struct Mark {
  const Source *source;
  uint32_t line, lo, hi;
  Span span;
  const char *text;
  bool primary;
  int from, to;
} Mark;

typedef struct Picture {
  Buf *out;
  Sources *s;
  const ReportStyle *st;
  Mark mark[MARKS];
  int n;       /* marks; the diagnostic's own span is the first */
  int gutter;  /* digits of the largest line number */
  int room;    /* columns for a quoted line */
  Ink ink;     /* of the diagnostic */
} Picture;

static void mark_add(Picture *p, Span span, const char *text, bool primary) {
  if (!show_diag_has_place(p->s, span)) return;
  Place at = sources_place(p->s, span.lo);
  uint32_t len, lo = span.lo - at.source->base, hi = span.hi - at.source->base;
  source_line(p->s, at.source, at.line, &len);
  uint32_t start = at.source->line ? at.source->line[at.line - 1] : lo;  /* no line table: memory was refused */
  Mark *m = &p->mark[p->n++];
  *m = (Mark){.source = at.source, .line = at.line, .span = span, .text = text, .primary = primary, .from = -1, .to = -1};
  m->lo = lo - start < len ? lo - start : len;
  m->hi = span.hi <= span.lo ? m->lo : hi - start < len ? hi - start : len;
  int digits = 1;
  for (uint32_t n = at.line; n >= 10; n /= 10) digits++;
  if (digits > p->gutter) p->gutter = digits;
}

/* A label on the diagnostic's own span is its text, not a second mark. */
static void marks_make(Picture *p, const Diag *d) {
  mark_add(p, d->span, NULL, true);
  for (int i = 0; i < d->nlabel && i < DIAG_LABELS; i++) {
    bool own = p->n && !p->mark[0].text && d->label[i].span.lo == d->span.lo && d->label[i].span.hi == d->span.hi;
    if (own) p->mark[0].text = d->label[i].text;
    else mark_add(p, d->label[i].span, d->label[i].text, false);
  }
}

/* ---- the quoted line ---- */

static uint32_t forward(const char *s, uint32_t n, uint32_t from, int columns) {
  uint32_t i = from;
  for (int col = 0; i < n && i - from < BYTES_CUT;) {
    uint32_t cp;
    int len = utf8_read(s + i, n - i, &cp);
    uint32_t step = len ? (uint32_t)len : 1;
    col += s[i] == '\t' ? TAB : utf8_text_width(s + i, step);
    if (col > columns) break;
    i += step;
  }
  return i;
}

static uint32_t backward(const char *s, uint32_t from, int columns) {
  uint32_t i = from;
  for (int col = 0; i && from - i < BYTES_CUT;) {
    uint32_t j = i - 1;
    while (j && i - j < 4 && ((unsigned char)s[j] & 0xC0) == 0x80) j--;
    col += s[j] == '\t' ? TAB : utf8_text_width(s + j, i - j);
    if (col > columns) break;
    i = j;
  }
  return i;
}

typedef struct Window { uint32_t from, to; } Window;

/* A third of it is for what stands before the mark. */
static Window window_around(const char *s, uint32_t n, const Mark *m, int room) {
  enum { DOTS = 3 };
  Window w = {0, forward(s, n, 0, room)};
  if (w.to == n) return w;
  w.to = forward(s, n, 0, room - DOTS);
  if (m->hi <= w.to) return w;
  w.from = backward(s, m->lo, room / 3);
  w.to = forward(s, n, w.from, w.from ? room - 2 * DOTS : room - DOTS);
  if (w.to < n || !w.from) return w;
  w.from = backward(s, n, room - DOTS);   /* the line's end leaves room for more before it */
  return w;
}

/* Writes the window of a line and notes at which columns its marks begin and end. */
static void quote(Picture *p, const char *s, uint32_t n, Window w, Mark *const *on, int non) {
  Buf row;
  scratch_init(&row, p->out);
  if (w.from) buf_str(&row, "...");
  int col = (int)row.len;
  for (uint32_t i = w.from; i <= w.to;) {
    size_t at = row.len, len = 1;
    for (int k = 0; k < non; k++) {
      bool inside = on[k]->lo >= w.from && (i < w.to || w.to == n);
      if (inside && on[k]->from < 0 && on[k]->lo <= i) on[k]->from = col;
      if (on[k]->from >= 0 && on[k]->to < 0 && on[k]->hi <= i) on[k]->to = col;
    }
    if (i == w.to) break;
    if (s[i] == '\t') buf_pad(&row, ' ', TAB);
    else len = show_step(&row, s, n, i);
    col += row.len > at ? utf8_text_width(row.at + at, row.len - at) : 0;
    i += (uint32_t)len;
  }
  for (int k = 0; k < non; k++) {
    if (on[k]->from < 0) continue;
    if (on[k]->to < 0) on[k]->to = col;
    if (on[k]->to <= on[k]->from) on[k]->to = on[k]->from + 1;
  }
  if (w.to < n) buf_str(&row, "...");
  buf_str(p->out, buf_text(&row));
  scratch_end(&row, p->out);
}

/* ---- the marks under it ---- */

static void gutter(Picture *p, uint32_t line) {
  ink_on(p->out, p->st, INK_BLUE);
  if (line) buf_fmt(p->out, "%*u |", p->gutter, (unsigned)line);
  else buf_fmt(p->out, "%*s |", p->gutter, "");
  ink_off(p->out, p->st, INK_BLUE);
}

static Ink mark_ink(const Picture *p, char c) { return c == '^' ? p->ink : INK_BLUE; }

/* Writes row[0..n), of blanks and the characters of marks, each run in its colour. */
static void row_write(Picture *p, const char *row, int n) {
  for (int i = 0; i < n;) {
    int from = i;
    while (i < n && row[i] == row[from]) i++;
    Ink ink = row[from] == ' ' ? INK_PLAIN : mark_ink(p, row[from]);
    ink_on(p->out, p->st, ink);
    buf_add(p->out, row + from, (size_t)(i - from));
    ink_off(p->out, p->st, ink);
  }
}

static void mark_text(Picture *p, const Mark *m) {
  Ink ink = mark_ink(p, m->primary ? '^' : '-');
  ink_on(p->out, p->st, ink);
  show_str(p->out, m->text);
  ink_off(p->out, p->st, ink);
  buf_char(p->out, '\n');
}

static int cut(int col) { return col < ROW ? col : ROW; }

/* on[] is sorted from right to left. Returns the index of the mark whose text stands beside it, or -1. */
static int underline(Picture *p, Mark *const *on, int non) {
  char row[ROW];
  int end = 0, rightmost = 0;
  memset(row, ' ', sizeof row);
  for (int pass = 0; pass < 2; pass++)  /* the diagnostic's own mark goes over the others */
    for (int k = 0; k < non; k++) {
      if (on[k]->from < 0 || on[k]->primary != (pass == 1)) continue;
      int to = cut(on[k]->to);
      for (int c = cut(on[k]->from); c < to; c++) row[c] = pass ? '^' : '-';
      if (to > end) end = to;
    }
  while (rightmost < non && on[rightmost]->from < 0) rightmost++;
  gutter(p, 0);
  buf_char(p->out, ' ');
  row_write(p, row, end);
  if (rightmost < non && on[rightmost]->text && on[rightmost]->to >= end) {
    buf_char(p->out, ' ');
    mark_text(p, on[rightmost]);
    return rightmost;
  }
  buf_char(p->out, '\n');
  return -1;
}

/* The texts that do not stand beside their mark: each below the start of its mark, the rightmost first. */
static void texts_below(Picture *p, Mark *const *on, int non, int beside) {
  for (int k = 0; k < non; k++) {
    if (k == beside || !on[k]->text || on[k]->from < 0) continue;
    char row[ROW];
    memset(row, ' ', sizeof row);
    int from = cut(on[k]->from);
    for (int j = k + 1; j < non; j++)
      if (on[j]->text && on[j]->from >= 0 && on[j]->from < from) row[on[j]->from] = '|';
    gutter(p, 0);
    buf_char(p->out, ' ');
    row_write(p, row, from);
    mark_text(p, on[k]);
  }
}

/* ---- a line, a file, a diagnostic ---- */

static void note_start(Picture *p, const char *word) {
  ink_on(p->out, p->st, INK_BLUE);
  buf_fmt(p->out, "%*s = ", p->gutter, "");
  ink_off(p->out, p->st, INK_BLUE);
  ink_str(p->out, p->st, INK_BOLD, word);
  buf_str(p->out, ": ");
}

/* What is outside the window is said in words. */
static void texts_outside(Picture *p, Mark *const *on, int non) {
  for (int k = non - 1; k >= 0; k--) {
    if (on[k]->from >= 0 || !on[k]->text) continue;
    note_start(p, "note");
    show_str(p->out, on[k]->text);
    buf_str(p->out, " (");
    show_place(p->out, p->s, on[k]->span);
    buf_str(p->out, ")\n");
  }
}

/* The line of mark `first` with all marks on it. */
static void line_picture(Picture *p, const Mark *first) {
  Mark *on[MARKS];
  int non = 0;
  for (int i = 0; i < p->n; i++) {
    Mark *m = &p->mark[i];
    if (m->source != first->source || m->line != first->line) continue;
    int k = non++;
    for (; k > 0 && on[k - 1]->lo < m->lo; k--) on[k] = on[k - 1];
    on[k] = m;
  }
  uint32_t len;
  const char *s = source_line(p->s, first->source, first->line, &len);
  const Mark *around = p->mark[0].source == first->source && p->mark[0].line == first->line ? &p->mark[0] : on[non - 1];
  gutter(p, first->line);
  if (len) buf_char(p->out, ' ');
  quote(p, s, len, window_around(s, len, around, p->room), on, non);
  buf_char(p->out, '\n');
  int beside = underline(p, on, non);
  texts_below(p, on, non, beside);
  texts_outside(p, on, non);
}

/* The mark with the first line after `line` in this file, or NULL. */
static const Mark *next_line(const Picture *p, const Source *file, uint32_t line) {
  const Mark *best = NULL;
  for (int i = 0; i < p->n; i++) {
    const Mark *m = &p->mark[i];
    if (m->source == file && m->line > line && (!best || m->line < best->line)) best = m;
  }
  return best;
}

static void file_picture(Picture *p, const Mark *first) {
  ink_on(p->out, p->st, INK_BLUE);
  buf_fmt(p->out, "%*s--> ", p->gutter, "");
  ink_off(p->out, p->st, INK_BLUE);
  show_place(p->out, p->s, first->span);
  buf_char(p->out, '\n');
  gutter(p, 0);
  buf_char(p->out, '\n');
  uint32_t line = 0;
  for (const Mark *m; (m = next_line(p, first->source, line)); line = m->line) {
    if (line && m->line > line + 1) ink_str(p->out, p->st, INK_BLUE, "...\n");
    line_picture(p, m);
  }
}

static bool file_seen(const Picture *p, int i) {
  for (int k = 0; k < i; k++)
    if (p->mark[k].source == p->mark[i].source) return true;
  return false;
}

/* A sentence, filled to the width where that is known; else, for those who read line by line, on one. */
static void words(Buf *out, const ReportStyle *st, int col, int indent, const char *text) {
  if (st->width <= 0) { show_str(out, text); return; }
  Para p = para_at(out, st, col, indent);
  para_show(&p, text);
}

/* Beside the gutter. */
static int room(const Picture *p) {
  int left = p->st->width - p->gutter - 3;
  return p->st->width <= 0 || left > LINE_CUT ? LINE_CUT : left < LINE_LEAST ? LINE_LEAST : left;
}

void show_diag(Buf *out, Sources *s, const Diag *d, const ReportStyle *st) {
  Picture p = {.out = out, .s = s, .st = st, .gutter = 1, .ink = ink_severity(d->sev)};
  ink_on(out, st, p.ink);
  buf_fmt(out, "%s[%s]", show_severity(d->sev), diag_info(d->code)->code);
  ink_off(out, st, p.ink);
  ink_on(out, st, INK_BOLD);
  buf_str(out, ": ");
  words(out, st, (int)(strlen(show_severity(d->sev)) + strlen(diag_info(d->code)->code)) + 4, SEVERITY_INDENT, d->text);
  ink_off(out, st, INK_BOLD);
  buf_char(out, '\n');
  marks_make(&p, d);
  p.room = room(&p);
  for (int i = 0; i < p.n; i++)
    if (!file_seen(&p, i)) file_picture(&p, &p.mark[i]);
  if (!d->help) return;
  note_start(&p, "help");
  words(out, st, p.gutter + 9, p.gutter + 3, d->help);
  buf_char(out, '\n');
}

static void summary(Buf *out, const Diags *d, const ReportStyle *st) {
  uint32_t n[3] = {d->left_out[0], d->left_out[1], d->left_out[2]};
  for (uint32_t i = 0; i < d->list.len; i++) n[d->list.at[i].sev]++;
  bool any = false;
  ink_on(out, st, INK_BOLD);
  if (n[SEV_ERROR]) show_count(out, n[SEV_ERROR], "error", "errors"), any = true;
  if (n[SEV_WARN]) buf_str(out, any ? ", " : ""), show_count(out, n[SEV_WARN], "warning", "warnings"), any = true;
  if (n[SEV_NOTE]) buf_str(out, any ? ", " : ""), show_count(out, n[SEV_NOTE], "note", "notes");
  ink_off(out, st, INK_BOLD);
  buf_char(out, '\n');
}

void report_diags(Buf *out, Sources *s, const Diags *d, const ReportStyle *st) {
  if (!d->list.len) return;
  Pick pick = pick_start(d, st, REPORT_LIMIT);
  for (uint32_t i = 0; i < d->list.len && !out->full; i++) {
    if (!pick_next(&pick, &d->list.at[i])) continue;
    show_diag(out, s, &d->list.at[i], st);
    buf_char(out, '\n');
  }
  if (pick.left_out) buf_fmt(out, "... and %u more\n", (unsigned)pick.left_out);
  summary(out, d, st);
}
