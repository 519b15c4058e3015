#include "source/rows.h"
#include <stdio.h>
#include <string.h>

/* Comma-separated values, as RFC 4180 has them. A reader of our own, since a library gives the text of a cell and not its
 * place, and every fact here is cited by its place. */

typedef struct Csv {
  Rows *r;
  Diags *d;
  const char *s;
  uint32_t at, n;
  bool bad;          /* the row at hand */
} Csv;

static void report(Csv *c, uint32_t lo, uint32_t hi, const char *what, const char *help) {
  Span at = {c->r->src->base + lo, c->r->src->base + hi};
  if (!c->bad) diag_help(c->d, diag_add(c->d, DIAG_E0012, at, "%s", what), "%s", help);
  c->bad = true;
}

/* Past the line's end, wherever the cell at fault leaves off. */
static void skip_line(Csv *c) {
  const char *end = c->at < c->n ? memchr(c->s + c->at, '\n', c->n - c->at) : NULL;
  c->at = end ? (uint32_t)(end - c->s) : c->n;
}

static DataCell quoted_cell(Csv *c) {
  uint32_t open = c->at++;
  DataCell cell = {c->at, 0, CELL_PLAIN};
  for (;;) {
    const char *q = c->at < c->n ? memchr(c->s + c->at, '"', c->n - c->at) : NULL;
    if (!q) {
      report(c, open, open + 1, "this quote is not closed", "a cell that begins with a quote ends with one; a quote within is doubled");
      c->at = c->n;
      return cell;
    }
    c->at = (uint32_t)(q - c->s) + 1;
    if (c->at == c->n || c->s[c->at] != '"') break;
    cell.kind = CELL_QUOTED;
    c->at++;
  }
  cell.len = (c->at - 1 - cell.lo) & CELL_BYTES_MAX;
  char next = c->at < c->n ? c->s[c->at] : '\n';
  if (next == ',' || next == '\n' || (next == '\r' && (c->at + 1 == c->n || c->s[c->at + 1] == '\n'))) return cell;
  report(c, c->at - 1, c->at, "something stands between this quote and the end of the cell", "a quote within a cell is doubled");
  skip_line(c);
  return cell;
}

static DataCell bare_cell(Csv *c) {
  static const unsigned char ends[256] = {[','] = 1, ['\n'] = 1, ['\r'] = 1, ['"'] = 1};
  DataCell cell = {c->at, 0, CELL_PLAIN};
  uint32_t i = c->at, n = c->n;
  const char *s = c->s;
  while (i < n && !ends[(unsigned char)s[i]]) i++;
  c->at = i;
  cell.len = (i - cell.lo) & CELL_BYTES_MAX;
  if (i == n || s[i] == ',' || s[i] == '\n' || (s[i] == '\r' && i + 1 < n && s[i + 1] == '\n')) return cell;
  if (s[i] == '"') report(c, i, i + 1, "a quote stands in a cell that does not begin with one", "put the whole cell in quotes, and double those within");
  else report(c, i, i + 1, "a carriage return stands here without a line feed", "lines end with a line feed, or with both");
  skip_line(c);
  return cell;
}

static DataCell next_cell(Csv *c) { return c->at < c->n && c->s[c->at] == '"' ? quoted_cell(c) : bare_cell(c); }

/* Past what ends the cell; false when it ended the line. */
static bool more_cells(Csv *c) {
  if (c->at < c->n && c->s[c->at] == ',') { c->at++; return true; }
  if (c->at < c->n && c->s[c->at] == '\r') c->at++;
  if (c->at < c->n) c->at++;
  return false;
}

static bool header(Csv *c) {
  Rows *r = c->r;
  Buf name;
  bool more = true;
  buf_init(&name, r->mem);
  while (more && !c->bad && !mem_failed(r->mem)) {
    DataCell cell = next_cell(c);
    buf_clear(&name);
    rows_text(r, cell, &name);
    uint32_t known = rows_column(r, buf_text(&name), name.len);
    if (known != UINT32_MAX) {
      Column again = r->cols.at[known];
      r->cols.at[known].twice = true;
      vec_push(r->mem, &r->cols, again);
    } else rows_column_add(r, buf_text(&name), name.len);
    if (r->cols.len > COLUMNS_MAX) report(c, cell.lo, cell.lo + cell.len, "there are more than 60,000 columns", "leave out columns that are not used");
    more = more_cells(c);
  }
  buf_end(&name);
  return !c->bad;
}

static void row_count(Csv *c, const DataCell *row, uint32_t got) {
  char what[96];
  uint32_t want = c->r->cols.len;
  DataCell last = c->r->cells.at[c->r->cells.len - 1];
  snprintf(what, sizeof what, "this row has %u cell%s, and the header has %u", got, got == 1 ? "" : "s", want);
  report(c, row->lo, last.lo + last.len, what, got > want ? "put a cell that holds a comma in quotes" : "an empty cell still has its comma");
}

static void row(Csv *c) {
  Rows *r = c->r;
  uint32_t begin = r->cells.len, got = 0, want = r->cols.len, lo = c->at;
  c->bad = false;
  do {
    DataCell cell = next_cell(c);
    /* What is too much is counted, and none of it kept but the last, which ends the row's place. */
    if (got <= want) vec_push(r->mem, &r->cells, cell);
    else r->cells.at[r->cells.len - 1] = cell;
    got++;
  } while (more_cells(c) && !c->bad && !mem_failed(r->mem));
  if (mem_failed(r->mem)) return;
  if (!c->bad && got != want) row_count(c, &r->cells.at[begin], got);
  if (c->bad) { r->cells.len = begin; return; }
  DataCell last = r->cells.at[r->cells.len - 1], whole = {lo, (last.lo + last.len - lo) & CELL_BYTES_MAX, CELL_PLAIN};
  vec_push(r->mem, &r->row, whole);
}

static bool blank_line(const Csv *c) { return c->s[c->at] == '\n' || (c->s[c->at] == '\r' && c->at + 1 < c->n && c->s[c->at + 1] == '\n'); }

bool rows_csv(Rows *r, Diags *d) {
  Csv c = {.r = r, .d = d, .s = r->src->text, .n = r->src->len};
  Span first = {r->src->base, r->src->base};
  if (!rows_utf8(r, d, &c.at)) return false;
  while (c.at < c.n && blank_line(&c)) more_cells(&c);
  if (c.at >= c.n) {
    diag_help(d, diag_add(d, DIAG_E0011, first, "the file is empty: it has no header"), "the first line of a CSV file names its columns");
    return false;
  }
  if (!header(&c)) return false;
  while (c.at < c.n && !mem_failed(r->mem)) {
    if (r->cols.len > 1 && blank_line(&c)) more_cells(&c);
    else row(&c);
  }
  return !mem_failed(r->mem);
}
