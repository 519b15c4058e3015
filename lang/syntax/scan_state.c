#include "syntax/scan_state.h"
#include "base/date.h"
#include "base/utf8.h"
#include "parse.h"
#define YYSTYPE ENT_STYPE
#define YYLTYPE ENT_LTYPE
#include "scan.h"
#include <string.h>

/* Flex frees without saying how much, and the door wants to know: the size stands in front. */
enum { HEADER = 16 };

void *scan_alloc(void *scanner, void *p, size_t n) {
  Mem *m = ent_get_extra(scanner)->unit->mem;
  char *at = p ? (char *)p - HEADER : NULL;
  size_t old = 0;
  if (at) memcpy(&old, at, sizeof old);
  at = mem_grow(m, at, old, n + HEADER);
  if (!at) return NULL;
  n += HEADER;
  memcpy(at, &n, sizeof n);
  return at + HEADER;
}

void scan_free(void *scanner, void *p) {
  if (!p) return;
  size_t n;
  memcpy(&n, (char *)p - HEADER, sizeof n);
  mem_free(ent_get_extra(scanner)->unit->mem, (char *)p - HEADER, n);
}

void scan_doc(ScanState *s, Span at) { vec_push(s->unit->mem, &s->unit->docs, at); }

bool scan_is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool scan_colon_follows(const char *after, char held) {
  if (held == ':') return true;
  if (held != ' ' && held != '\t') return false;
  after++;
  while (*after == ' ' || *after == '\t') after++;
  return *after == ':';
}

int scan_end(ScanState *s, Span *at) {
  at->lo = at->hi = s->base + s->len;
  return TOK_YYEOF;
}

int scan_stray(ScanState *s, const char *text, Span *at) {
  uint32_t cp, off = at->lo - s->base;
  int n = utf8_read(s->text + off, s->len - off, &cp);
  Diags *d = s->unit->diags;
  if (n > 1) {
    /* The bytes after the first are consumed as strays of their own; report only the first. */
    Span whole = {at->lo, at->lo + (uint32_t)n};
    Buf b;
    buf_init(&b, s->unit->mem);
    utf8_show(&b, s->text + off, (size_t)n);
    Diag *x = diag_add(d, DIAG_E0105, whole, "'%s' cannot stand here", buf_text(&b));
    diag_help(d, x, "names are made of the letters A to Z, digits and _; other text belongs in quotes");
    buf_end(&b);
  } else if (((unsigned char)text[0] & 0xC0) != 0x80) {
    Diag *x = diag_add(d, DIAG_E0105, *at, "'%c' cannot stand here", text[0]);
    if (text[0] == '\'') diag_help(d, x, "text stands in double quotes");
    else if (text[0] == '&' || text[0] == '|') diag_help(d, x, "write 'and' or 'or'");
    else if (text[0] == '!') diag_help(d, x, "write 'not', or '!=' to compare");
    else if (text[0] == '%') diag_help(d, x, "a percentage is a number with %% right after it; a remainder is 'mod'");
  }
  return TOK_ENT_error;
}

static uint32_t number_put(ScanState *s, Num n) {
  Unit *u = s->unit;
  vec_push(u->mem, &u->numbers, n);
  return u->numbers.len ? u->numbers.len - 1 : 0;
}

int scan_number(ScanState *s, const char *text, int len, YYSTYPE *out, Span at) {
  Mem *m = s->unit->mem;
  bool percent = text[len - 1] == '%';
  if (percent) len -= text[len - 2] == ' ' ? 2 : 1;
  Num n;
  int bad = num_read(m, text, (size_t)len, &n);
  if (bad) {
    n = num_int(0);
    if (bad == 2) diag_add(s->unit->diags, DIAG_E0502, at, "a number may have at most %d digits", NUM_DIGITS_MAX);
    else diag_add(s->unit->diags, DIAG_E0106, at, "this is not a number");
  }
  if (percent) {
    Num part = num_mul(m, n, num_dec(1, -2));
    num_drop(m, n);
    n = part;
  }
  out->index = number_put(s, n);
  return TOK_NUMBER;
}

int scan_date(ScanState *s, const char *text, int len, YYSTYPE *out, Span at) {
  Day day = 0;
  int y = 0, part[2] = {0, 0}, k = -1;
  int bad = date_read(text, (size_t)len, &day);
  out->day = day;
  if (!bad) return TOK_DATE;
  out->day = 0;
  for (int i = 0; i < len; i++) {
    if (text[i] == '-') k++;
    else if (k < 0) y = y * 10 + text[i] - '0';
    else part[k] = part[k] * 10 + text[i] - '0';
  }
  Diag *x = diag_add(s->unit->diags, DIAG_E0104, at, bad == 1 ? "a date is written YYYY-MM-DD" : "there is no such day: %.*s", len, text);
  if (date_valid(y, part[0], part[1])) {
    out->day = date_day(y, part[0], part[1]);
    diag_help(s->unit->diags, x, "write %04d-%02d-%02d (or put spaces around - to subtract)", y, part[0], part[1]);
  } else if (date_valid(y, part[0], 1))
    diag_help(s->unit->diags, x, "%04d-%02d has %d days", y, part[0], date_month_days(y, part[0]));
  return TOK_DATE;
}

void scan_string_begin(ScanState *s, Span at) {
  buf_clear(&s->str);
  s->string = at;
}

static uint32_t text_put(ScanState *s) {
  Unit *u = s->unit;
  Text t = {arena_copy(&u->arena, buf_text(&s->str), s->str.len), (uint32_t)s->str.len};
  if (!t.at) t = (Text){"", 0};
  vec_push(u->mem, &u->texts, t);
  return u->texts.len ? u->texts.len - 1 : 0;
}

int scan_string_hole(ScanState *s, YYSTYPE *out, Span *at) {
  if (s->holes == SCAN_HOLES_MAX) {
    diag_add(s->unit->diags, DIAG_E0501, *at, "strings are nested in strings more than %d deep", SCAN_HOLES_MAX);
    return 0;
  }
  bool head = s->string.hi != 0;
  out->index = text_put(s);
  if (head) at->lo = s->string.lo;
  s->opened[s->holes] = head ? s->string : *at;
  s->brace[s->holes++] = 0;
  buf_clear(&s->str);
  s->string.hi = 0;
  return head ? TOK_STR_HEAD : TOK_STR_MID;
}

int scan_string_end(ScanState *s, YYSTYPE *out, Span *at, bool closed) {
  bool whole = s->string.hi != 0;
  if (!closed && s->holes) return TOK_ENT_error;  /* the line end inside the interpolation is what will be reported */
  if (!closed) {
    Span open = {s->string.lo, s->string.lo + 1};
    Diag *x = diag_add(s->unit->diags, DIAG_E0102, open, "this text has no closing quote");
    diag_help(s->unit->diags, x, "close it with \" on the same line; a line break inside is written \\n");
  }
  out->index = text_put(s);
  if (whole) at->lo = s->string.lo;
  return whole ? TOK_STRING : TOK_STR_TAIL;
}

int scan_hole_unclosed(ScanState *s, YYSTYPE *out, Span *at) {
  Span open = {s->opened[0].lo, s->opened[0].lo + 1};
  Diag *x = diag_add(s->unit->diags, DIAG_E0102, open, "this text has no closing quote");
  diag_help(s->unit->diags, x, "a '{' in it opens an expression that the line does not close; a brace itself is written {{");
  s->holes = 0;
  buf_clear(&s->str);
  at->hi = at->lo;
  out->index = text_put(s);
  return TOK_STR_TAIL;
}

void scan_escape_code(ScanState *s, const char *text, int len, Span at) {
  uint32_t cp = 0;
  char out[4];
  for (int i = 3; i < len - 1; i++) {
    char c = text[i];
    uint32_t d = (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    cp = cp > 0x110000 ? cp : cp * 16 + d;
  }
  int n = utf8_write(cp, out);
  if (!n || utf8_is_unsafe(cp)) {
    diag_add(s->unit->diags, DIAG_E0107, at, "\\u{...} names no character that text may hold");
    return;
  }
  buf_add(&s->str, out, (size_t)n);
}

void scan_bad_escape(ScanState *s, Span at) {
  Diag *x = diag_add(s->unit->diags, DIAG_E0107, at, "a backslash here begins no escape that is known");
  diag_help(s->unit->diags, x, "known are \\n \\t \\\" \\\\ and \\u{...}; a backslash itself is \\\\");
}

void scan_lone_brace(ScanState *s, Span at) {
  Diag *x = diag_add(s->unit->diags, DIAG_E0107, at, "this brace closes nothing");
  diag_help(s->unit->diags, x, "a brace in text is written }}");
}

void scan_brace_open(ScanState *s) {
  if (s->holes) s->brace[s->holes - 1]++;
}

bool scan_brace_close(ScanState *s, Span at) {
  (void)at;
  if (!s->holes) return false;
  if (s->brace[s->holes - 1]) { s->brace[s->holes - 1]--; return false; }
  s->string = s->opened[--s->holes];
  s->string.hi = 0;
  buf_clear(&s->str);
  return true;
}
