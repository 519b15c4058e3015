#include "base/utf8.h"
#include "report/show.h"
#include <string.h>

/* The coverage matrix as a table: layers down, years across, the exposure last. Each text is made twice, to be measured
 * and to be written, by the same function. Where the table is too wide the years go on in further blocks. */
enum { MARGIN = 2, GAP = 2, NAME_MIN_WIDTH = 6, NAME_MAX_WIDTH = 30, NAME_MAX_BYTES = 512 };

typedef struct Table {
  const Matrix *m;
  const ReportStyle *st;
  int name_room;       /* the most columns that a name may take */
  bool bare;           /* the page is too narrow for counts beside the words */
  int name, exposure;  /* widths of the first and last column */
  int *year;           /* and of each year's */
} Table;

static Ink status_ink(Status s) {
  switch (s) {
    case ST_GAP: return INK_RED;
    case ST_SOFT: case ST_CAPABLE: return INK_YELLOW;
    case ST_COVERED: return INK_GREEN;
    case ST_RESILIENT: return INK_LEAF;
    case ST_UNDECIDED: return INK_CYAN;
    case ST_COUNT: break;
  }
  return INK_PLAIN;
}

static int width_of(const Buf *b) { return utf8_text_width(buf_text(b), b->len); }

/* `gap 6/9`; a layer without resources has the word alone. */
static void cell_text(Buf *to, const Table *t, const Cell *c) {
  buf_str(to, status_name(c->status));
  if (c->resources && !t->bare) buf_fmt(to, " %u/%u", (unsigned)c->covered, (unsigned)c->resources);
}

/* A text of the draft, whole if it fits so many columns, else cut to them. */
static void cut_text(Buf *to, const char *s, int room) {
  size_t fits = 0;   /* bytes that leave room for the dots */
  for (size_t i = 0, n = strlen(s); i < n;) {
    i += show_step(to, s, n, i);
    int width = width_of(to);
    if (to->len <= NAME_MAX_BYTES && width <= room - 3) fits = to->len;
    if (to->len <= NAME_MAX_BYTES && width <= room) continue;
    to->len = fits;
    buf_str(to, "...");
    return;
  }
}

static void name_text(Buf *to, const MatrixRow *row, int room) { cut_text(to, row->name ? row->name : row->layer ? row->layer : "", room); }

static void exposure_text(Buf *to, const Table *t, const MatrixRow *row) {
  int room = t->st->width - MARGIN - NAME_MIN_WIDTH - GAP;
  cut_text(to, row->exposure ? row->exposure : "-", t->st->width <= 0 ? NAME_MAX_BYTES : room < NAME_MIN_WIDTH ? NAME_MIN_WIDTH : room);
}

/* The width of what b holds, if that is more; clears b. */
static void widen(int *width, Buf *b) {
  int w = width_of(b);
  if (w > *width) *width = w;
  buf_clear(b);
}

static int widest_column(const Table *t) {
  int widest = t->exposure;
  for (uint32_t c = 0; c < t->m->nyear; c++)
    if (t->year[c] > widest) widest = t->year[c];
  return widest;
}

/* In a narrow window names give way to one column beside them. */
static int name_room(const Table *t) {
  int room = t->st->width - MARGIN - GAP - widest_column(t);
  if (t->st->width <= 0 || room > NAME_MAX_WIDTH) return NAME_MAX_WIDTH;
  return room < NAME_MIN_WIDTH ? NAME_MIN_WIDTH : room;
}

static void columns_measure(Table *t, Buf *tmp) {
  const Matrix *m = t->m;
  for (uint32_t c = 0; c < m->nyear; c++) {
    t->year[c] = 0;
    buf_fmt(tmp, "%d", m->year[c]);
    widen(&t->year[c], tmp);
  }
  buf_str(tmp, "exposure");
  widen(&t->exposure, tmp);
  for (uint32_t i = 0; i < m->nrow; i++) {
    exposure_text(tmp, t, &m->row[i]);
    widen(&t->exposure, tmp);
    for (uint32_t c = 0; c < m->nyear; c++) {
      cell_text(tmp, t, &m->row[i].cell[c]);
      widen(&t->year[c], tmp);
    }
  }
}

static void table_measure(Table *t, Buf *tmp) {
  const Matrix *m = t->m;
  columns_measure(t, tmp);
  t->bare = t->st->width > 0 && MARGIN + NAME_MIN_WIDTH + GAP + widest_column(t) > t->st->width;
  if (t->bare) columns_measure(t, tmp);
  t->name_room = name_room(t);
  for (uint32_t i = 0; i < m->nrow; i++) {
    name_text(tmp, &m->row[i], t->name_room);
    widen(&t->name, tmp);
  }
}

/* Writes tmp in a column of this width and clears it; the gap before the next column is written by that one. */
static void column(Buf *out, const Table *t, Buf *tmp, int width, Ink ink) {
  int pad = width - width_of(tmp);
  ink_str(out, t->st, ink, buf_text(tmp));
  buf_pad(out, ' ', pad);
  buf_clear(tmp);
}

/* Blanks at a line's end are taken back, so that the last column needs no care. */
static void line_end(Buf *out) {
  while (out->len && out->at[out->len - 1] == ' ') out->len--;
  buf_char(out, '\n');
}

/* The years from..to as a block; with the exposure when `last`. row NULL is the head. */
static void block_line(Buf *out, const Table *t, const MatrixRow *row, uint32_t from, uint32_t to, bool last, Buf *tmp) {
  buf_pad(out, ' ', MARGIN);
  if (row) name_text(tmp, row, t->name_room);
  column(out, t, tmp, t->name, INK_BOLD);
  for (uint32_t c = from; c < to; c++) {
    buf_pad(out, ' ', GAP);
    if (row) cell_text(tmp, t, &row->cell[c]);
    else buf_fmt(tmp, "%d", t->m->year[c]);
    column(out, t, tmp, t->year[c], row ? status_ink(row->cell[c].status) : INK_BOLD);
  }
  if (last) {
    buf_pad(out, ' ', GAP);
    if (row) exposure_text(tmp, t, row);
    else buf_str(tmp, "exposure");
    column(out, t, tmp, 0, row ? INK_PLAIN : INK_BOLD);
  }
  line_end(out);
}

/* The end of a block that begins with year `from`: as many years as fit on a line, but at most `cap`, and at least one
 * while there are any. */
enum { MATRIX_WIDTH = 140 };  /* where nobody says how wide the page is: years are better seen side by side */
static uint32_t block_end(const Table *t, uint32_t from, uint32_t cap, bool *last) {
  int used = MARGIN + t->name, room = t->st->width > 0 ? t->st->width : MATRIX_WIDTH;
  uint32_t c = from;
  for (; c < t->m->nyear && c - from < cap; c++) {
    if (used + GAP + t->year[c] > room && c > from) break;
    used += GAP + t->year[c];
  }
  *last = c == t->m->nyear && (used + GAP + t->exposure <= room || from == c);
  return c;
}

static uint32_t block_count(const Table *t, uint32_t cap) {
  uint32_t n = 0;
  bool last = false;
  for (uint32_t from = 0; !last; n++) from = block_end(t, from, cap, &last);
  return n;
}

/* The fewest blocks, and then the years spread evenly over them. */
static uint32_t block_cap(const Table *t) {
  uint32_t years = t->m->nyear, n = block_count(t, years), cap = (years + n - 1) / n;
  while (cap < years && block_count(t, cap) > n) cap++;
  return cap;
}

static void legend(Buf *out, const ReportStyle *st, bool days) {
  static const struct { Status status; const char *means; } word[] = {
    {ST_GAP, "unmet, and no clause speaks of it"}, {ST_SOFT, "a clause speaks of it, no more"},
    {ST_CAPABLE, "the parties could, but have not promised"}, {ST_COVERED, "promised by binding clauses"},
    {ST_RESILIENT, "and still so without any one party"}, {ST_UNDECIDED, "a figure that decides it is missing"}};
  Buf text;
  scratch_init(&text, out);
  for (size_t i = 0, n = sizeof word / sizeof *word; i < n; i++)
    buf_fmt(&text, "%s: %s%s ", status_name(word[i].status), word[i].means, i + 1 < n ? ";" : ".");
  buf_str(&text, "6/9: six of nine critical resources are covered.");
  if (days) buf_str(&text, " Each year is shown by its weakest day.");
  buf_str(&text, " Exposure: the most that countries of concern hold of the world's production of anything that a layer takes.");
  buf_pad(out, ' ', MARGIN);
  Para p = para_at(out, st, MARGIN, MARGIN);
  para_add(&p, buf_text(&text));
  para_end(&p);
  scratch_end(&text, out);
}

static void blocks(Buf *out, const Table *t, Buf *tmp) {
  bool last = false;
  uint32_t cap = block_cap(t);
  for (uint32_t from = 0; !last && !out->full;) {
    if (from) buf_char(out, '\n');
    uint32_t to = block_end(t, from, cap, &last);
    block_line(out, t, NULL, from, to, last, tmp);
    for (uint32_t i = 0; i < t->m->nrow; i++) block_line(out, t, &t->m->row[i], from, to, last, tmp);
    from = to;
  }
}

void report_matrix(Buf *out, const Matrix *m, const ReportStyle *st, bool days) {
  if (!m->present) return;
  size_t size = (m->nyear + (size_t)1) * sizeof(int);
  Table t = {.m = m, .st = st, .year = mem_get(out->mem, size)};
  if (!t.year) {
    out->full = true;
    return;
  }
  Buf tmp;
  buf_init(&tmp, out->mem);
  table_measure(&t, &tmp);
  ink_str(out, st, INK_BOLD, "Coverage");
  buf_char(out, '\n');
  blocks(out, &t, &tmp);
  buf_char(out, '\n');
  legend(out, st, days);
  scratch_end(&tmp, out);
  mem_free(out->mem, t.year, size);
}
