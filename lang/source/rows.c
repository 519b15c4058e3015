#include "source/rows.h"
#include "base/utf8.h"
#include <string.h>

void rows_init(Rows *r, Mem *mem, const Source *src) {
  memset(r, 0, sizeof *r);
  r->mem = mem;
  r->src = src;
  arena_init(&r->arena, mem);
  map_init(&r->names, mem);
}

void rows_end(Rows *r) {
  vec_end(r->mem, &r->cols);
  vec_end(r->mem, &r->cells);
  vec_end(r->mem, &r->of);
  vec_end(r->mem, &r->first);
  vec_end(r->mem, &r->row);
  map_end(&r->names);
  arena_end(&r->arena);
}

/* ---- columns ---- */

/* Seeded with what no file can know. */
static uint64_t name_hash(const Rows *r, const char *name, size_t len) { return hash_bytes(name, len, (uint64_t)(uintptr_t)r); }

static bool is_named(const Column *c, const char *name, size_t len) { return c->len == len && !memcmp(c->name, name, len); }

uint32_t rows_column(const Rows *r, const char *name, size_t len) {
  uint64_t i;
  if (!map_get(&r->names, name_hash(r, name, len), &i)) return UINT32_MAX;
  if (is_named(&r->cols.at[i], name, len)) return (uint32_t)i;
  for (uint32_t k = 0; k < r->cols.len; k++)  /* two names with one hash */
    if (is_named(&r->cols.at[k], name, len)) return k;
  return UINT32_MAX;
}

uint32_t rows_column_add(Rows *r, const char *name, size_t len) {
  uint32_t known = rows_column(r, name, len);
  if (known != UINT32_MAX) return known;
  Column c = {.name = arena_copy(&r->arena, name, len), .len = (uint32_t)len};
  if (!c.name || !vec_push(r->mem, &r->cols, c)) return UINT32_MAX;
  uint64_t hash = name_hash(r, name, len), other;
  if (!map_get(&r->names, hash, &other)) map_put(&r->names, hash, r->cols.len - 1);
  return r->cols.len - 1;
}

/* ---- cells ---- */

DataCell rows_cell(const Rows *r, uint32_t row, uint32_t col) {
  DataCell none = {r->row.at[row].lo, 0, CELL_ABSENT};
  if (!r->first.len) return r->cells.at[(size_t)row * r->cols.len + col];
  for (uint32_t i = r->first.at[row]; i < r->first.at[row + 1]; i++)
    if (r->of.at[i] == col) return r->cells.at[i];
  return none;
}

static void unquote(const char *s, uint32_t n, Buf *out) {
  for (uint32_t i = 0; i < n;) {
    const char *q = memchr(s + i, '"', n - i);
    uint32_t k = q ? (uint32_t)(q - s) + 1 : n;
    buf_add(out, s + i, k - i);
    i = q ? k + 1 : n;
  }
}

static uint32_t hex4(const char *s) {
  uint32_t v = 0;
  for (int i = 0; i < 4; i++) v = v << 4 | (uint32_t)(s[i] <= '9' ? s[i] - '0' : (s[i] | 32) - 'a' + 10);
  return v;
}

/* The string has been read once already, so its escapes are whole. */
static void unescape(const char *s, uint32_t n, Buf *out) {
  static const char from[] = "nrtbf\"\\/", to[] = "\n\r\t\b\f\"\\/";
  for (uint32_t i = 0; i < n; i++) {
    if (s[i] != '\\') { buf_char(out, s[i]); continue; }
    const char *known = strchr(from, s[++i]);
    if (known) { buf_char(out, to[known - from]); continue; }
    uint32_t cp = hex4(s + i + 1);
    i += 4;
    if (cp >= 0xD800 && cp < 0xDC00) { cp = 0x10000 + ((cp - 0xD800) << 10) + (hex4(s + i + 3) - 0xDC00); i += 6; }
    char bytes[4];
    buf_add(out, bytes, (size_t)utf8_write(cp, bytes));
  }
}

void rows_text(const Rows *r, DataCell c, Buf *out) {
  switch ((CellKind)c.kind) {
    case CELL_ABSENT: break;
    case CELL_PLAIN: case CELL_ARRAY: buf_add(out, rows_raw(r, c), c.len); break;
    case CELL_QUOTED: unquote(rows_raw(r, c), c.len, out); break;
    case CELL_ESCAPED: unescape(rows_raw(r, c), c.len, out); break;
  }
}

/* ---- bytes ---- */

static bool plain_bytes(const char *s) {
  uint64_t w;
  memcpy(&w, s, sizeof w);
  /* no byte above 0x7F, and none below 0x20 */
  return !(w & 0x8080808080808080u) && !((w - 0x2020202020202020u) & ~w & 0x8080808080808080u);
}

bool rows_utf8(const Rows *r, Diags *d, uint32_t *start) {
  const char *s = r->src->text;
  uint32_t n = r->src->len, i = *start = n >= 3 && !memcmp(s, "\xEF\xBB\xBF", 3) ? 3 : 0, cp;
  while (i < n) {
    if (n - i >= 8 && plain_bytes(s + i)) { i += 8; continue; }
    unsigned char c = (unsigned char)s[i];
    int len = c >= 0x20 && c < 0x80 ? 1 : utf8_read(s + i, n - i, &cp);
    Span at = {r->src->base + i, r->src->base + i + 1};
    if (!len) { diag_add(d, DIAG_E0001, at, "this is not UTF-8: the byte 0x%02X", c); return false; }
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      diag_add(d, DIAG_E0002, at, "the control character U+%04X cannot stand in data", c);
      return false;
    }
    i += (uint32_t)len;
  }
  return true;
}

bool rows_element(const Rows *r, DataCell array, uint32_t *at, DataCell *element) {
  const char *s = rows_raw(r, array);
  uint32_t i = *at ? *at : 1, end = array.len - 1, depth = 0;   /* within the brackets */
  while (i < end && strchr(" \t\r\n,", s[i])) i++;
  if (i >= end) return false;
  bool text = s[i] == '"', escaped = false;
  uint32_t lo = i;
  for (bool quoted = false; i < end && (quoted || depth || !strchr(" \t\r\n,", s[i])); i++) {
    if (quoted && s[i] == '\\') { escaped = true; i++; }
    else if (s[i] == '"') quoted = !quoted;
    else if (!quoted && (s[i] == '[' || s[i] == '{')) depth++;
    else if (!quoted && (s[i] == ']' || s[i] == '}')) depth--;
  }
  *at = i;
  uint32_t n = i - lo;
  bool null = n == 4 && !memcmp(s + lo, "null", 4);
  *element = (DataCell){array.lo + lo + text, (n - (text ? 2 : 0)) & CELL_BYTES_MAX, null ? CELL_ABSENT : text && escaped ? CELL_ESCAPED : CELL_PLAIN};
  return true;
}
