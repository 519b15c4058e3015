#include "syntax/scan_state.h"
#include "base/date.h"
#include "parse.h"
#define YYSTYPE ENT_STYPE
#include <string.h>

/* Rows: declarations and clauses in their commonest form, read at one go. In a large draft nearly everything is one, and it
 * costs a tenth of what tokens, rules and nodes do. This file knows less than the grammar and nothing that the grammar does
 * not: what is not in one of these forms to the last letter, or could go on after it, is left to the grammar, as is
 * everything that is wrong. tests/unit/syntax_rows.c reads drafts both ways. */

/* at: what comes next, of no meaning once something said no. Two NULs stand behind the text, at `end`; nothing here passes one. */
typedef struct Reader {
  Unit *u;
  const char *at, *end;
  ScanState *scan;
  const char *entry, *entry_end;
  Text label;        /* of the clause before this one in the run; at NULL: there is none */
  Text unit_text;    /* that was read last, and its name */
  Sym unit;
} Reader;

/* What is asked but seldom stays out of the way of what is asked of every row. */
#define SELDOM __attribute__((noinline))

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* What scan_is_word_char says, as a table: this file asks it of every byte. */
static inline bool in_word(char c) {
#define TEN(from) [from] = 1, [from + 1] = 1, [from + 2] = 1, [from + 3] = 1, [from + 4] = 1, [from + 5] = 1, [from + 6] = 1, [from + 7] = 1, [from + 8] = 1, [from + 9] = 1
#define LETTERS(from) TEN(from), TEN(from + 10), [from + 20] = 1, [from + 21] = 1, [from + 22] = 1, [from + 23] = 1, [from + 24] = 1, [from + 25] = 1
  static const bool word[256] = {TEN('0'), LETTERS('A'), LETTERS('a'), ['_'] = 1};
  return word[(unsigned char)c];
}

static inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

static inline void blanks(Reader *r) {
  const char *s = r->at;
  while (is_blank(*s)) s++;
  r->at = s;
}

static inline bool gap(Reader *r) {
  bool there = is_blank(*r->at);
  blanks(r);
  return there;
}

static inline bool mark(Reader *r, char c) {
  bool there = *r->at == c;
  r->at += there;
  return there;
}

static inline bool letters_are(const Reader *r, const char *at, const char *word, size_t n) {
  return (size_t)(r->end - at) >= n && !memcmp(at, word, n);
}

/* Takes the word, which is one of the language's own, if it comes next. */
static bool word_next(Reader *r, const char *word, size_t n) {
  if (!letters_are(r, r->at, word, n) || in_word(r->at[n])) return false;
  r->at += n;
  return true;
}

SELDOM static bool said_apart(Reader *r, const char *words) {
  for (const char *from = r->at; *words;) {
    size_t n = strcspn(words, " ");
    bool there = n ? word_next(r, words, n) : gap(r);
    if (!there) { r->at = from; return false; }
    words += n ? n : 1;
  }
  return true;
}

/* Takes these words of the language, with a blank between them or more, if they come next. */
static inline bool said(Reader *r, const char *words, size_t n) {
  bool plain = letters_are(r, r->at, words, n) && !is_blank(r->at[n]);
  r->at += plain ? n : 0;
  return plain || said_apart(r, words);
}
#define SAID(r, words) said(r, words, sizeof words - 1)

static bool kept(const Unit *u, Sym s) { return s < u->kept.len && u->kept.at[s]; }

static inline size_t name_length(const char *s) {
  size_t n = 0;
  while (in_word(s[n])) n++;
  return is_digit(s[0]) || n > SCAN_NAME_MAX ? 0 : n;
}

static inline uint64_t eight(const char *s) { uint64_t v; memcpy(&v, s, sizeof v); return v; }
static inline uint32_t four(const char *s) { uint32_t v; memcpy(&v, s, sizeof v); return v; }
static inline uint16_t two(const char *s) { uint16_t v; memcpy(&v, s, sizeof v); return v; }

SELDOM static Sym name_look(const Reader *r, const char *s, size_t n) {
  Sym sym = intern_put(r->u->names, s, n);
  return kept(r->u, sym) ? 0 : sym;
}

SELDOM static Sym name_new(const Reader *r, const char *s, uint32_t i, ScanName new) {
  ScanName *known = &r->scan->seen->names[i];
  new.sym = name_look(r, s, new.len);
  if (!new.sym) return 0;
  r->scan->seen->names[i ^ 1] = *known;
  *known = new;
  return new.sym;
}

/* The symbol of a name that is no word of the language, else 0. Most have come before: all of their letters are the key, and each
 * has two places. */
static inline Sym name_sym(const Reader *r, const char *s, size_t n) {
  const ScanSeen *seen = r->scan->seen;
  if (n < 4 || n > 16 || !seen) return name_look(r, s, n);
  uint64_t head = n < 8 ? four(s) : eight(s), tail = n < 8 ? four(s + n - 4) : eight(s + n - 8);
  uint32_t i = (uint32_t)(((head ^ (tail + n) * 0xD6E8FEB86659FD93ull) * 0x9E3779B97F4A7C15ull) >> seen->shift);
  const ScanName *known = &seen->names[i], *other = &seen->names[i ^ 1];
  if (known->head == head && known->tail == tail && known->len == n) return known->sym;
  if (other->head == head && other->tail == tail && other->len == n) return other->sym;
  return name_new(r, s, i, (ScanName){head, tail, (uint32_t)n, 0});
}

static bool name(Reader *r, Sym *sym) {
  const char *s = r->at;
  size_t n = name_length(s);
  r->at += n;
  return n && (*sym = name_sym(r, s, n));
}

/* A clause's own name is looked for by few, so it is not kept; whether it is greater than the one before it, its reader knows. */
static bool label(Reader *r, Row *row) {
  Text t = {r->at, (uint32_t)name_length(r->at)};
  bool letters = true;
  for (uint32_t i = 0; i < t.len && letters; i++) letters = t.at[i] >= 'a' && t.at[i] <= 'z';
  row->rises = r->label.at && text_less(r->label, t);
  r->label = t;
  r->at += t.len;
  return t.len && !(letters && kept(r->u, intern_find(r->u->names, t.at, t.len)));
}

enum { FIGURE_DIGITS = 17 };   /* no sum of two can take these beyond 64 bits */

/* Groups of digits may be set off by _. */
SELDOM static bool figure_grouped(Reader *r, Row *row) {
  const char *s = r->at;
  uint64_t c = 0;
  int digits = 0, places = 0;
  bool point = false;
  for (; is_digit(*s) || ((*s == '.' || *s == '_') && is_digit(s[1]) && digits); s++) {
    if (*s == '.' && point) break;
    if (*s == '.') { point = true; continue; }
    if (*s == '_') continue;
    c = c * 10 + (uint64_t)(*s - '0');
    places += point;
    if (++digits > FIGURE_DIGITS) return false;
  }
  r->at = s;
  row->c = (int64_t)c;
  row->e = (int8_t)-places;
  return digits;
}

/* Digits, and a point among them. */
static bool figure(Reader *r, Row *row) {
  const char *s = r->at, *from = s;
  uint64_t c = 0;
  ptrdiff_t digits, places = 0;
  for (; is_digit(*s); s++) c = c * 10 + (uint64_t)(*s - '0');
  digits = s - from;
  if (*s == '.' && digits && is_digit(s[1])) {
    for (from = ++s; is_digit(*s); s++) c = c * 10 + (uint64_t)(*s - '0');
    digits += places = s - from;
  }
  if (*s == '_') return figure_grouped(r, row);
  r->at = s;
  row->c = (int64_t)c;
  row->e = (int8_t)-places;
  return digits && digits <= FIGURE_DIGITS;
}

static inline bool goes_on(char c) { return in_word(c) || c == '/' || c == '*' || c == '^'; }

/* Its unit, one blank on: what else may follow a figure is not a row's. */
static bool unit(Reader *r, Row *row) {
  if (!mark(r, ' ')) return false;
  const char *s = r->at;
  size_t n = r->unit_text.len;
  if (!n || !letters_are(r, s, r->unit_text.at, n) || goes_on(s[n])) {
    n = name_length(s);
    bool whole = n;
    while (whole && (s[n] == '/' || s[n] == '*' || s[n] == '^')) {
      size_t more = s[n] == '^' ? is_digit(s[n + 1]) : name_length(s + n + 1);
      whole = more;
      n += 1 + more;
    }
    if (!whole || in_word(s[n]) || !(r->unit = name_look(r, s, n))) return false;
    r->unit_text = (Text){s, (uint32_t)n};
  }
  row->unit = r->unit;
  r->at += n;
  return true;
}

enum { DATE_LETTERS = 10 };

SELDOM static bool date_new(const Reader *r, const char *s, uint32_t i, ScanDate new, Day *d) {
  ScanSeen *seen = r->scan->seen;
  if (date_read(s, DATE_LETTERS, d)) return false;
  if (!seen) return true;
  new.day = *d;
  seen->dates[i ^ 1] = seen->dates[i];
  seen->dates[i] = new;
  return true;
}

/* Most dates have come before. Their letters are the key. */
static inline bool date(Reader *r, Day *d) {
  const char *s = r->at;
  if (r->end - s < DATE_LETTERS || in_word(s[DATE_LETTERS]) || s[DATE_LETTERS] == '-') return false;
  ScanDate new = {eight(s), 0, two(s + 8)};
  uint32_t i = (uint32_t)(((new.head ^ new.tail) * 0x9E3779B97F4A7C15ull) >> (64 - SCAN_DATES_LOG));
  const ScanSeen *seen = r->scan->seen;
  r->at = s + DATE_LETTERS;
  if (seen && seen->dates[i].head == new.head && seen->dates[i].tail == new.tail) { *d = seen->dates[i].day; return true; }
  if (seen && seen->dates[i ^ 1].head == new.head && seen->dates[i ^ 1].tail == new.tail) { *d = seen->dates[i ^ 1].day; return true; }
  return date_new(r, s, i, new, d);
}

static const char *comment_end(const char *s) {
  while (*s && *s != '\n') s++;
  return s;
}

/* Whether what stands here ends all that was said so far: the end of the block, or one of these words. */
static inline bool ends(const Reader *r, const Text *words, size_t nword) {
  const char *s = r->at;
  while (is_blank(*s) || *s == '\r' || *s == '\n' || *s == '#') s = *s == '#' ? comment_end(s) : s + 1;
  if (*s == '}') return true;
  for (size_t i = 0; i < nword; i++)
    if (letters_are(r, s, words[i].at, words[i].len) && is_blank(s[words[i].len])) return true;
  return false;
}
#define ENDS(r, ...) ends(r, (const Text[]){__VA_ARGS__}, sizeof (const Text[]){__VA_ARGS__} / sizeof(Text))
#define WORD(word) {word, sizeof word - 1}

static bool window(Reader *r, Row *row) {
  if (SAID(r, " from ") && !date(r, &row->from)) return false;
  bool through = SAID(r, " through ");
  if (!through && !SAID(r, " until ")) return true;
  if (!date(r, &row->until)) return false;
  if (through) row->until = row->until < DAY_MAX ? row->until + 1 : DAY_OPEN;
  return true;
}

static inline bool colon(Reader *r) {
  blanks(r);
  if (!mark(r, ':')) return false;
  blanks(r);
  return true;
}

static bool clause(Reader *r, Row *row) {
  return label(r, row) && colon(r) && name(r, &row->who) && SAID(r, " shall supply ") && figure(r, row) && unit(r, row) && SAID(r, " of ") && name(r, &row->res) &&
         window(r, row) && ENDS(r, WORD("clause"), WORD("article"));
}

/* NAME { NAME */
static bool entry_begin(Reader *r, Row *row) {
  if (!name(r, &row->res)) return false;
  blanks(r);
  if (!mark(r, '{')) return false;
  blanks(r);
  r->entry = r->at;
  return name(r, &row->who);
}

static bool entry_end(Reader *r) {
  r->entry_end = r->at;
  blanks(r);
  return mark(r, '}');
}

static bool supply(Reader *r, Row *row) {
  if (!entry_begin(r, row) || !colon(r) || !figure(r, row)) return false;
  if (mark(r, '%')) row->e = (int8_t)(row->e - 2);
  else if (!unit(r, row)) return false;
  return entry_end(r);
}

static bool demand(Reader *r, Row *row) {
  return name(r, &row->res) && colon(r) && figure(r, row) && unit(r, row) && ENDS(r, WORD("resource"), WORD("demand"), WORD("supply"), WORD("requires"), WORD("agreement"));
}

static bool requires(Reader *r, Row *row) { return entry_begin(r, row) && entry_end(r); }

static const struct { const char *word; uint32_t len; bool (*read)(Reader *r, Row *row); } kinds[] = {
  [ROW_CLAUSE] = {"clause", 6, clause}, [ROW_SUPPLY] = {"supply", 6, supply}, [ROW_DEMAND] = {"demand", 6, demand}, [ROW_REQUIRES] = {"requires", 8, requires}};

/* The row that begins at `text`, which is `lo` on the number line: where it ends, or NULL. */
static const char *row_read(Reader *r, const char *text, uint32_t lo, int kind) {
  Row *row = unit_row_room(r->u);
  if (!row) return NULL;
  *row = (Row){.from = DAY_MIN, .until = DAY_OPEN, .kind = (uint8_t)kind};
  r->at = text + kinds[kind].len;
  r->entry = NULL;
  if (!gap(r) || !kinds[kind].read(r, row)) return NULL;
  row->span = (Span){lo, lo + (uint32_t)(r->at - text)};
  if (r->entry) row->entry = (Span){lo + (uint32_t)(r->entry - text), lo + (uint32_t)(r->entry_end - text)};
  r->u->nrow++;
  return r->at;
}

/* The word of the next row of that kind, where nothing but blanks and line ends come before it; else NULL. */
static const char *row_next(const Reader *r, const char *at, int kind) {
  while (is_blank(*at) || *at == '\n' || *at == '\r') at++;
  return letters_are(r, at, kinds[kind].word, kinds[kind].len) && !in_word(at[kinds[kind].len]) ? at : NULL;
}

/* Room for what a long text says again and again, by its length; a short one does without. */
static void seen_room(ScanState *s) {
  enum { LETTERS_LOG = 8, LOG_MIN = 5, LOG_MAX = 16 };
  uint32_t log = LOG_MIN;
  if (s->seen || s->len >> LETTERS_LOG < 1u << LOG_MIN) return;
  while (log < LOG_MAX && s->len >> LETTERS_LOG >= 2u << log) log++;
  s->seen_size = sizeof *s->seen + (sizeof *s->seen->names << log);
  s->seen = mem_zero(s->unit->mem, s->seen_size);
  if (s->seen) s->seen->shift = 64 - log;
}

int scan_rows(ScanState *s, char *text, int len, char held, int kind, YYSTYPE *out, Span *at) {
  enum { LONG = 1 << 30 };   /* bytes at one go: Flex counts them in an int */
  Reader r = {.u = s->unit, .end = s->text + s->len, .scan = s};
  const char *end = NULL;
  if (s->holes) return 0;
  if (!s->unit->kept.len) scan_kept(s->unit);
  seen_room(s);
  out->rows.first = s->unit->nrow;
  text[len] = held;
  for (const char *next = text; next && next - text < LONG; next = row_next(&r, end, kind)) {
    const char *read = row_read(&r, next, at->lo + (uint32_t)(next - text), kind);
    if (!read) break;
    end = read;
  }
  text[len] = 0;
  out->rows.n = s->unit->nrow - out->rows.first;
  if (!end) return 0;
  at->hi = at->lo + (uint32_t)(end - text);
  return (int)(end - text);
}
