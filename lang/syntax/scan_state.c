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

void scan_comment(ScanState *s, Span at) { vec_push(s->unit->mem, &s->unit->comments, at); }

void scan_doc(ScanState *s, Span at) {
  scan_comment(s, at);
  vec_push(s->unit->mem, &s->unit->docs, at);
}

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

static void hole_unclosed(ScanState *s) {
  Span open = {s->opened[0].lo, s->opened[0].lo + 1};
  Diag *x = diag_add(s->unit->diags, DIAG_E0102, open, "this text has no closing quote");
  diag_help(s->unit->diags, x, "a '{' in it opens an expression that the line does not close; a brace itself is written {{");
  s->holes = 0;
}

int scan_end(ScanState *s, Span *at) {
  if (s->holes) hole_unclosed(s);
  at->lo = at->hi = s->base + s->len;
  return TOK_YYEOF;
}

/* Marks that word processors put where a draft wants plain ones, and other signs that have a plain spelling. */
static const struct { uint32_t cp; const char *help; } spelt[] = {
  {0x201C, "text stands in straight double quotes: \""}, {0x201D, "text stands in straight double quotes: \""},
  {0x201E, "text stands in straight double quotes: \""}, {0x00AB, "text stands in straight double quotes: \""},
  {0x2018, "text stands in straight double quotes: \""}, {0x2019, "text stands in straight double quotes: \""},
  {0x2010, "write the plain hyphen, -"}, {0x2011, "write the plain hyphen, -"}, {0x2013, "write the plain hyphen, -, or .. between the ends of a range"},
  {0x2014, "write the plain hyphen, -"}, {0x2212, "write the plain hyphen, -"}, {0x00D7, "times is written *"}, {0x00F7, "a division is written /"},
  {0x2264, "write <="}, {0x2265, "write >="}, {0x2260, "write !="}, {0x2026, "a range is written with two points, .."}, {0x00A0, "this is a space that does not break: put a plain one"},
  {0x20AC, "currencies are units and stand behind the figure: 5 EUR"}, {0x00A3, "currencies are units and stand behind the figure: 5 GBP"}, {0x00A5, "currencies are units and stand behind the figure: 5 JPY"},
};

static const char *stray_help(uint32_t cp) {
  switch (cp) {
    case '\'': return "text stands in double quotes: \"";
    case '&': case '|': return "write 'and' or 'or'";
    case '!': return "write 'not', or '!=' to compare";
    case '%': return "a percentage is a number with % right after it; a remainder is 'mod'";
    case '$': return "currencies are units and stand behind the figure: 5 USD";
  }
  for (size_t i = 0; i < sizeof spelt / sizeof *spelt; i++)
    if (spelt[i].cp == cp) return spelt[i].help;
  return cp < 0x80 ? NULL : "names are made of the letters A to Z, digits and _; other text belongs in quotes";
}

static bool is_quote(uint32_t cp) { return cp == '\'' || (cp >= 0x2018 && cp <= 0x201E); }

/* Whether what is wrong here is more of what was told last: the two touch, or both are quotes of another kind in one line. */
static bool told_with(const ScanState *s, Span at, uint32_t cp) {
  const Diags *d = s->unit->diags;
  const Diag *x = d->list.len ? &d->list.at[d->list.len - 1] : NULL;
  if (!x || x->span.lo < s->base || (x->code != DIAG_E0104 && x->code != DIAG_E0105 && x->code != DIAG_E0106)) return false;
  const char *last = s->text + (x->span.lo - s->base);
  uint32_t before;
  if (x->span.hi == at.lo) return true;
  return is_quote(cp) && utf8_read(last, x->span.hi - x->span.lo, &before) && is_quote(before) && !memchr(last, '\n', at.lo - x->span.lo);
}

int scan_stray(ScanState *s, const char *text, int len, Span at) {
  Diags *d = s->unit->diags;
  uint32_t cp = (unsigned char)text[0];
  int one = cp < 0x80 ? len : utf8_read(text, (size_t)len, &cp);  /* a pair of single quotes is one mistake; of other signs, the first */
  if (one < 1) one = 1;
  Span first = {at.lo, at.lo + (uint32_t)one};
  if (told_with(s, at, cp)) return TOK_ENT_error;
  Buf b;
  buf_init(&b, s->unit->mem);
  utf8_show(&b, text, one > 40 ? 40 : (size_t)one);
  Diag *x = diag_add(d, DIAG_E0105, first, cp == '\'' ? "text cannot stand in single quotes" : "'%s' cannot stand here", buf_text(&b));
  buf_end(&b);
  const char *help = stray_help(cp);
  if (help) diag_help(d, x, "%s", help);
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
    else if (!told_with(s, at, 0)) {
      Diag *x = diag_add(s->unit->diags, DIAG_E0106, at, "this is not a number");
      if (text[0] == '.') diag_help(s->unit->diags, x, "write 0%.*s", len, text);
      else if (text[len - 1] == '.') diag_help(s->unit->diags, x, "write %.*s, or the digits that come after the point", len - 1, text);
      else if (memchr(text, '_', (size_t)len)) diag_help(s->unit->diags, x, "a _ stands between digits, one at a time: 12_000");
      else diag_help(s->unit->diags, x, "numbers are written 12, 2.5, 2e9 or 91%%");
    }
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
  if (told_with(s, at, 0)) return TOK_DATE;
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
  else if (part[0] > 12 && date_valid(y, part[1], part[0])) diag_help(s->unit->diags, x, "the month comes before the day: %04d-%02d-%02d", y, part[1], part[0]);
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

int scan_misquoted(ScanState *s, const char *text, int len, YYSTYPE *out, Span at) {
  int quote = text[0] == '\'' ? 1 : 3;
  scan_stray(s, text, len, at);
  buf_clear(&s->str);
  buf_add(&s->str, text + quote, (size_t)(len - 2 * quote));
  out->index = text_put(s);
  return TOK_STRING;
}

int scan_string_hole(ScanState *s, YYSTYPE *out, Span *at) {
  if (s->holes == SCAN_HOLES_MAX) {
    diag_add(s->unit->diags, DIAG_E0501, *at, "strings are nested in strings more than %d deep", SCAN_HOLES_MAX);
    s->stop = true;
    return TOK_YYEOF;
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
  hole_unclosed(s);
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
