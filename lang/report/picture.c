#include "base/utf8.h"
#include "report/show.h"
#include <string.h>

/* What a test expected, as it stands in the draft, and the value of each part below the column where that stands:
 *   expect share(AUS, ore) <= cap and covered(ore)
 *          |                  |       |
 *          91%                65%     false
 */

enum { LINE_SHOWN = 160, LINE_LEAST = 40, VALUE_SHOWN = 72 };
static const char CUT[] = "... ";

/* Safe text, cut to a number of columns. */
static void clipped(Buf *out, const char *safe, int columns) {
  size_t n = strlen(safe), i = 0;
  if (utf8_text_width(safe, n) <= columns) { buf_str(out, safe); return; }
  for (int width = 0; i < n;) {
    uint32_t cp;
    int len = utf8_read(safe + i, n - i, &cp);
    width += len ? utf8_width(cp) : 1;
    if (width > columns - 3) break;
    i += len ? (size_t)len : 1;
  }
  buf_add(out, safe, i);
  buf_str(out, "...");
}

/* A part on the line at hand. */
typedef struct Hung { int col, width; const char *value; bool done; } Hung;
typedef struct Picture { Buf *out; int columns; Hung at[PARTS_MAX]; uint32_t n; } Picture;

/* One row below the line: of each value that is not shown yet the text, where there is room up to what stands to the right
 * of it, else a bar. True when nothing is left. */
static bool row(Picture *p) {
  bool all = true;
  bool here[PARTS_MAX] = {false};
  int room = INT32_MAX, col = 0;
  for (uint32_t i = p->n; i-- > 0;) {
    Hung *h = &p->at[i];
    if (h->done) continue;
    here[i] = h->done = h->col + h->width < room;
    all = all && h->done;
    if (h->col < room) room = h->col;
  }
  for (uint32_t i = 0; i < p->n; i++) {
    const Hung *h = &p->at[i];
    if ((h->done && !here[i]) || h->col < col) continue;
    buf_pad(p->out, ' ', h->col - col);
    if (here[i]) buf_str(p->out, h->value);
    else buf_char(p->out, '|');
    col = h->col + (here[i] ? h->width : 1);
  }
  buf_char(p->out, '\n');
  return all;
}

static void bars(Picture *p) {
  int col = 0;
  for (uint32_t i = 0; i < p->n; i++) {
    if (p->at[i].col < col) continue;
    buf_pad(p->out, ' ', p->at[i].col - col);
    buf_char(p->out, '|');
    col = p->at[i].col + 1;
  }
  buf_char(p->out, '\n');
}

/* The value as it is shown; its text lives as long as the line is at hand. */
static void hang(Picture *p, Arena *arena, int col, const char *value) {
  Buf safe, short_;
  buf_init(&safe, p->out->mem);
  buf_init(&short_, p->out->mem);
  show_str(&safe, value);
  clipped(&short_, buf_text(&safe), VALUE_SHOWN);
  const char *kept = arena_copy(arena, buf_text(&short_), short_.len);
  if (kept) p->at[p->n++] = (Hung){col, utf8_text_width(kept, strlen(kept)), kept, false};
  buf_end(&safe);
  buf_end(&short_);
}

/* Where a line is shown from, in bytes, when the whole is too wide: the `expect` on it, or what is expected. */
static uint32_t expected_from(const char *t, uint32_t skip, uint32_t at) {
  static const char word[] = "expect ";
  uint32_t n = sizeof word - 1;
  return at >= skip + n && !memcmp(t + at - n, word, n) ? at - n : at;
}

/* One line of the draft, from its column `from` (in bytes), and the parts that stand on it: i up to those after it. */
static uint32_t line_picture(Picture *p, Sources *s, const Source *file, uint32_t line, uint32_t from, const Unmet *u, uint32_t i) {
  Arena arena;
  Buf text;
  uint32_t len, skip = 0;
  const char *t = source_line(s, file, line, &len);
  while (skip < from && skip < len && (t[skip] == ' ' || t[skip] == '\t')) skip++;
  arena_init(&arena, p->out->mem);
  scratch_init(&text, p->out);
  show_text(&text, t + skip, len - skip);
  uint32_t start = file->base + (uint32_t)(t - file->text), beyond = 0;
  bool cut = utf8_text_width(buf_text(&text), text.len) > p->columns && u->span.lo > start + skip && u->span.lo <= start + len;
  if (cut) {
    skip = expected_from(t, skip, u->span.lo - start);
    buf_clear(&text);
    buf_str(&text, CUT);
    show_text(&text, t + skip, len - skip);
  }
  clipped(p->out, buf_text(&text), p->columns);
  buf_char(p->out, '\n');
  p->n = 0;
  for (; i < u->npart && u->part[i].at <= start + len; i++) {
    buf_clear(&text);
    if (u->part[i].at > start + skip) show_text(&text, t + skip, u->part[i].at - start - skip);
    int col = utf8_text_width(buf_text(&text), text.len) + (cut ? (int)sizeof CUT - 1 : 0);
    if (col < p->columns - 3) hang(p, &arena, col, u->part[i].value);
    else beyond++;
  }
  if (p->n) {
    bars(p);
    while (!row(p) && !p->out->full) {}
  }
  if (beyond) buf_fmt(p->out, "(and %u value%s to the right of this)\n", (unsigned)beyond, beyond == 1 ? "" : "s");
  scratch_end(&text, p->out);
  arena_end(&arena);
  return i;
}

static uint32_t indent_of(Sources *s, const Source *file, uint32_t line) {
  uint32_t len, n = 0;
  const char *t = source_line(s, file, line, &len);
  while (n < len && (t[n] == ' ' || t[n] == '\t')) n++;
  return n;
}

void show_unmet(Buf *out, Sources *s, const Unmet *u, int columns) {
  Picture p = {.out = out, .columns = columns <= 0 ? LINE_SHOWN : columns < LINE_LEAST ? LINE_LEAST : columns};
  Place first = sources_place(s, u->span.lo), last = sources_place(s, u->span.hi - 1);
  uint32_t from = indent_of(s, first.source, first.line), i = 0;
  show_place(out, s, u->span);
  buf_str(out, u->unknown ? ": it cannot be told whether this holds\n" : ": this does not hold\n");
  for (uint32_t line = first.line; line <= last.line && !out->full; line++) i = line_picture(&p, s, first.source, line, from, u, i);
  if (u->more_parts) buf_fmt(out, "(and %u more values)\n", (unsigned)u->more_parts);
  if (u->nmissing) buf_str(out, "missing:\n");
  for (uint32_t k = 0; k < u->nmissing; k++) {
    buf_str(out, "  ");
    show_str(out, u->missing[k].text);
    if (show_has_place(s, u->missing[k].span)) {
      buf_str(out, " (");
      show_place(out, s, u->missing[k].span);
      buf_char(out, ')');
    }
    buf_char(out, '\n');
  }
  if (u->more_missing) buf_fmt(out, "  ... and %u more\n", (unsigned)u->more_missing);
}
