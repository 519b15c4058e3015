#include "source/rows.h"
#include <stdio.h>
#include <string.h>

/* JSON, as RFC 8259 has it: a list of objects, an object that holds one such list, or a line for each object. A reader of
 * our own, since a library gives values and not their places, and numbers must stay as they are written. */

typedef struct Json {
  Rows *r;
  Diags *d;
  const char *s;
  uint32_t at, n, depth;
  bool bad;
  bool keep;                /* whether members become cells */
  Buf path;                 /* of the member at hand: its name, after those of the objects around it and a separator each */
  uint32_t rows;            /* begun so far, those that are wrong too */
  Map stamp;                /* hash of a path -> the last row that had it */
} Json;

enum { PATH_MARK = 0x1F };  /* between names in a path: no JSON text holds it raw */

static bool report(Json *j, uint32_t lo, uint32_t hi, const char *what, const char *help) {
  Span at = {j->r->src->base + lo, j->r->src->base + hi};
  if (!j->bad) {
    Diag *x = diag_add(j->d, DIAG_E0012, at, "%s", what);
    if (help) diag_help(j->d, x, "%s", help);
  }
  j->bad = true;
  return false;
}

static char peek(const Json *j) { return j->at < j->n ? j->s[j->at] : 0; }

static void blanks(Json *j) { while (j->at < j->n && strchr(" \t\r\n", j->s[j->at])) j->at++; }

static bool unexpected(Json *j, const char *want) {
  char what[120];
  snprintf(what, sizeof what, j->at < j->n ? "this is no JSON: %s is missing here" : "the file ends where %s is missing", want);
  return report(j, j->at, j->at + (j->at < j->n), what, NULL);
}

static bool take(Json *j, char c, const char *want) {
  blanks(j);
  if (peek(j) != c) return unexpected(j, want);
  j->at++;
  return true;
}

static bool is_hex(const Json *j, uint32_t at) {
  for (uint32_t i = at; i < at + 4; i++)
    if (i >= j->n || !((j->s[i] >= '0' && j->s[i] <= '9') || ((j->s[i] | 32) >= 'a' && (j->s[i] | 32) <= 'f'))) return false;
  return true;
}

static bool is_half(const Json *j, uint32_t at, char lo, char hi) {   /* \uD8.. or \uDC.. */
  return j->s[at] == '\\' && j->s[at + 1] == 'u' && is_hex(j, at + 2) && (j->s[at + 2] | 32) == 'd' && (j->s[at + 3] | 32) >= lo && (j->s[at + 3] | 32) <= hi;
}

static bool escape(Json *j) {
  uint32_t lo = j->at++;
  char c = peek(j);
  if (c && strchr("nrtbf\"\\/", c)) { j->at++; return true; }
  if (c != 'u' || !is_hex(j, j->at + 1)) return report(j, lo, lo + 2, "this escape means nothing in JSON", NULL);
  bool low = is_half(j, lo, 'c', 'f'), high = is_half(j, lo, '8', '9') || is_half(j, lo, 'a', 'b');
  bool pair = high && lo + 12 <= j->n && is_half(j, lo + 6, 'c', 'f');
  if (low || (high && !pair)) return report(j, lo, lo + 6, "this escape is half a character", "characters beyond U+FFFF are written as two escapes, one after the other");
  if (!memcmp(j->s + lo + 2, "0000", 4)) return report(j, lo, lo + 6, "the character U+0000 cannot stand in data", NULL);
  j->at = lo + (pair ? 12 : 6);
  return true;
}

static bool string(Json *j, DataCell *out) {
  *out = (DataCell){j->at + 1, 0, CELL_PLAIN};
  for (j->at++; j->at < j->n && j->s[j->at] != '"';) {
    if ((unsigned char)j->s[j->at] < 0x20) return report(j, j->at, j->at + 1, "a text in JSON stays on its line", "a line break within is written \\n");
    if (j->s[j->at] != '\\') { j->at++; continue; }
    out->kind = CELL_ESCAPED;
    if (!escape(j)) return false;
  }
  if (j->at >= j->n) return report(j, out->lo - 1, out->lo, "this quote is not closed", NULL);
  out->len = (j->at++ - out->lo) & CELL_BYTES_MAX;
  return true;
}

static bool digits(Json *j) {
  uint32_t lo = j->at;
  while (peek(j) >= '0' && peek(j) <= '9') j->at++;
  return j->at > lo;
}

static bool number(Json *j, DataCell *out) {
  uint32_t lo = j->at;
  if (peek(j) == '-') j->at++;
  uint32_t first = j->at;
  bool ok = digits(j) && !(j->s[first] == '0' && j->at > first + 1);
  if (ok && peek(j) == '.') { j->at++; ok = digits(j); }
  if (ok && (peek(j) | 32) == 'e') {
    j->at++;
    if (peek(j) == '-' || peek(j) == '+') j->at++;
    ok = digits(j);
  }
  *out = (DataCell){lo, (j->at - lo) & CELL_BYTES_MAX, CELL_PLAIN};
  return ok || report(j, lo, j->at + (j->at == lo), "this is no number of JSON's", NULL);
}

static bool word(Json *j, DataCell *out) {
  static const char *const words[] = {"true", "false", "null"};
  for (int i = 0; i < 3; i++) {
    uint32_t n = (uint32_t)strlen(words[i]);
    if (j->n - j->at < n || memcmp(j->s + j->at, words[i], n)) continue;
    *out = (DataCell){j->at, n & CELL_BYTES_MAX, i == 2 ? CELL_ABSENT : CELL_PLAIN};
    j->at += n;
    return true;
  }
  return unexpected(j, "a value");
}

static bool value(Json *j, DataCell *out);

static bool deeper(Json *j) {
  if (++j->depth <= ROWS_JSON_DEPTH) return true;
  return report(j, j->at, j->at + 1, "this is nested more than 64 deep", NULL);
}

static bool array(Json *j, DataCell *out) {
  DataCell inner;
  bool keep = j->keep;
  *out = (DataCell){j->at, 0, CELL_ARRAY};
  if (!deeper(j)) return false;
  j->keep = false;   /* objects in a list are its elements' own */
  j->at++;
  blanks(j);
  if (peek(j) == ']') j->at++;
  else
    for (;;) {
      if (!value(j, &inner)) return false;
      blanks(j);
      if (peek(j) == ',') { j->at++; blanks(j); continue; }
      if (!take(j, ']', "',' or ']'")) return false;
      break;
    }
  out->len = (j->at - out->lo) & CELL_BYTES_MAX;
  j->keep = keep;
  j->depth--;
  return true;
}

static bool once(Json *j, DataCell name) {
  uint64_t *last = map_slot(&j->stamp, hash_bytes(buf_text(&j->path), j->path.len, (uint64_t)(uintptr_t)j->r), 0);
  if (last && *last == j->rows) return report(j, name.lo, name.lo + name.len, "this member is given twice", "an object has each member once");
  if (last) *last = j->rows;
  return last;
}

/* A member that is no object is a cell of the row at hand. */
static bool cell(Json *j, DataCell name, DataCell v) {
  Rows *r = j->r;
  uint32_t col = rows_column_add(r, buf_text(&j->path), j->path.len);
  if (col == UINT32_MAX) return false;
  if (r->cols.len > COLUMNS_MAX) return report(j, name.lo, name.lo + name.len, "there are more than 60,000 different members", NULL);
  r->cols.at[col].list |= v.kind == CELL_ARRAY;
  return vec_push(r->mem, &r->cells, v) && vec_push(r->mem, &r->of, col);
}

static bool member(Json *j) {
  DataCell name, v;
  size_t outer = j->path.len;
  blanks(j);
  if (peek(j) != '"') return unexpected(j, "the name of a member, in quotes,");
  if (!string(j, &name) || !take(j, ':', "':'")) return false;
  blanks(j);
  if (j->keep) {
    if (outer) buf_char(&j->path, PATH_MARK);
    rows_text(j->r, name, &j->path);
  }
  bool object = peek(j) == '{', ok = (!j->keep || once(j, name)) && value(j, &v) && (!j->keep || object || cell(j, name, v));
  j->path.len = outer;
  return ok;
}

static bool object(Json *j, DataCell *out) {
  *out = (DataCell){j->at, 0, CELL_PLAIN};
  if (!deeper(j)) return false;
  j->at++;
  blanks(j);
  if (peek(j) == '}') j->at++;
  else
    for (;;) {
      if (!member(j)) return false;
      blanks(j);
      if (peek(j) == ',') { j->at++; continue; }
      if (!take(j, '}', "',' or '}'")) return false;
      break;
    }
  out->len = (j->at - out->lo) & CELL_BYTES_MAX;
  j->depth--;
  return true;
}

static bool value(Json *j, DataCell *out) {
  blanks(j);
  switch (peek(j)) {
    case '"': return string(j, out);
    case '[': return array(j, out);
    case '{': return object(j, out);
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': return number(j, out);
    default: return word(j, out);
  }
}

static bool row(Json *j) {
  Rows *r = j->r;
  DataCell whole;
  uint32_t first = r->cells.len;
  j->depth = 0;
  j->rows++;
  j->path.len = 0;
  if (peek(j) != '{') return report(j, j->at, j->at + 1, "a row is an object, and this is none", "rows look like this: {\"id\": \"N20\", \"share\": 0.4}");
  j->keep = true;
  bool ok = object(j, &whole);
  j->keep = false;
  return ok && vec_push(r->mem, &r->first, first) && vec_push(r->mem, &r->row, whole);
}

/* A line that is no row is said and left out; the next may be one. */
static void lines(Json *j) {
  while (j->at < j->n && !mem_failed(j->r->mem)) {
    const char *end = memchr(j->s + j->at, '\n', j->n - j->at);
    uint32_t all = j->n, stop = end ? (uint32_t)(end - j->s) : all;
    j->bad = false;
    j->n = stop;
    blanks(j);
    uint32_t cells = j->r->cells.len;
    if (j->at < j->n && row(j)) {
      blanks(j);
      if (j->at < j->n) report(j, j->at, j->at + 1, "something follows this line's object", "one object stands on each line");
    }
    if (j->bad) j->r->cells.len = j->r->of.len = cells;
    j->n = all;
    j->at = stop + 1;
  }
}

static void list(Json *j) {
  j->at++;
  blanks(j);
  if (peek(j) == ']') { j->at++; return; }
  for (;;) {
    blanks(j);
    if (!row(j)) return;
    blanks(j);
    if (peek(j) == ',') { j->at++; continue; }
    take(j, ']', "',' or ']'");
    return;
  }
}

/* {"meta": ..., "rows": [{...}, ...]}: the one member that is a list of objects. */
static uint32_t find_list(Json *j) {
  uint32_t found = UINT32_MAX, count = 0;
  j->at++;
  for (;;) {
    DataCell name, v;
    blanks(j);
    if (!count && found == UINT32_MAX && peek(j) == '}') { j->at++; break; }
    if (peek(j) != '"') { unexpected(j, "the name of a member, in quotes,"); break; }
    if (!string(j, &name) || !take(j, ':', "':'")) break;
    blanks(j);
    uint32_t lo = j->at, in = lo + 1;
    if (!value(j, &v)) break;
    while (in < j->n && strchr(" \t\r\n", j->s[in])) in++;
    if (v.kind == CELL_ARRAY && j->s[lo] == '[' && j->s[in] == '{') { found = lo; count++; }
    blanks(j);
    if (peek(j) == ',') { j->at++; continue; }
    take(j, '}', "',' or '}'");
    break;
  }
  if (!j->bad && count != 1) {
    Span at = {j->r->src->base, j->r->src->base + 1};
    diag_help(j->d, diag_add(j->d, DIAG_E0011, at, count ? "this object holds more than one list of objects" : "this object holds no list of objects"),
              "rows are a list of objects, or the one list of objects that an object holds");
    j->bad = true;
  }
  return found;
}

static void whole_file(Json *j) {
  blanks(j);
  if (j->at >= j->n || (peek(j) != '[' && peek(j) != '{')) {
    Span at = {j->r->src->base + j->at, j->r->src->base + j->at};
    diag_help(j->d, diag_add(j->d, DIAG_E0011, at, j->at < j->n ? "this is no list of objects" : "the file is empty"), "rows are a list of objects, or the one list of objects that an object holds");
    j->bad = true;
    return;
  }
  uint32_t begin = j->at, end = 0;
  if (peek(j) == '{') {
    begin = find_list(j);
    end = j->at;
    if (j->bad) return;
  }
  j->at = begin;
  list(j);
  if (end && !j->bad) j->at = end;
  blanks(j);
  if (!j->bad && j->at < j->n) report(j, j->at, j->at + 1, "something follows the rows", NULL);
}

bool rows_json(Rows *r, Diags *d, bool by_line) {
  Json j = {.r = r, .d = d, .s = r->src->text, .n = r->src->len};
  if (!rows_utf8(r, d, &j.at)) return false;
  buf_init(&j.path, r->mem);
  map_init(&j.stamp, r->mem);
  if (by_line) lines(&j);
  else whole_file(&j);
  vec_push(r->mem, &r->first, r->cells.len);
  buf_end(&j.path);
  map_end(&j.stamp);
  return (by_line || !j.bad) && !mem_failed(r->mem);
}
