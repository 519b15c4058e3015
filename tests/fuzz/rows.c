/* Readers of data: CSV, JSON and JSON Lines. Every cell lies within its file, is text, and all memory is given back. */
#include "fuzz.h"
#include "source/rows.h"

static void cell(const Rows *r, DataCell c, Buf *text) {
  uint32_t at = 0;
  DataCell element;
  if (c.kind == CELL_ABSENT) return;
  if ((size_t)c.lo + c.len > r->src->len) fuzz_broken("a cell lies within its file");
  buf_clear(text);
  rows_text(r, c, text);
  if (c.kind != CELL_ARRAY) return;
  for (uint32_t n = 0; rows_element(r, c, &at, &element); n++) {
    if (n > c.len) fuzz_broken("an array has no more elements than bytes");
    if ((size_t)element.lo + element.len > r->src->len) fuzz_broken("an element lies within its file");
    if (element.kind != CELL_ABSENT) rows_text(r, element, text);
  }
}

static void read_as(Mem *m, Diags *d, const Source *src, int how) {
  Rows r;
  Buf text;
  rows_init(&r, m, src);
  buf_init(&text, m);
  uint32_t had = d->list.len;
  bool good = how == 0 ? rows_csv(&r, d) : rows_json(&r, d, how == 2);
  if (!good && d->list.len == had && src->len && !mem_failed(m)) fuzz_broken("what is refused is told why");
  for (uint32_t i = 0; good && i < rows_count(&r); i++)
    for (uint32_t c = 0; c < r.cols.len && c < 200; c++) cell(&r, rows_cell(&r, i, c), &text);
  for (uint32_t i = had; i < d->list.len; i++)
    if (d->list.at[i].span.lo < src->base || d->list.at[i].span.hi > src->base + src->len + 1) fuzz_broken("a message's place lies within the file");
  buf_end(&text);
  rows_end(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Mem m;
  Sources sources;
  Diags d;
  if (!mem_init(&m, (size_t)64 << 20)) return 0;
  sources_init(&sources, &m);
  diags_init(&d, &m);
  for (int how = 0; how < 3; how++) {
    const Source *src = sources_add(&sources, "fuzz.data", (const char *)data, size, false);
    if (src) read_as(&m, &d, src, how);
  }
  diags_end(&d);
  sources_end(&sources);
  if (m.used) fuzz_broken("all memory is given back");
  mem_end(&m);
  return 0;
}
