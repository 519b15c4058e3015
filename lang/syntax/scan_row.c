#include "syntax/scan_state.h"
#include "base/date.h"
#include "parse.h"
#define YYSTYPE ENT_STYPE
#include <string.h>

/* Rows: declarations and clauses in their commonest form, read at one go. In a large draft nearly everything is one, and it
 * costs a tenth of what tokens, rules and nodes do. This file knows less than the grammar and nothing that the grammar does
 * not: what is not in one of these forms to the last letter, or could go on after it, is left to the grammar, as is
 * everything that is wrong. tests/unit/syntax_rows.c reads drafts both ways. */

/* at: what comes next, once `ok` is false of no meaning. Two NULs stand behind the text, and nothing here passes one. */
typedef struct Reader {
  Unit *u;
  const char *at;
  bool ok;
  const char *end;
  ScanDate *dates;
  const char *entry, *entry_end;
  const char *unit_text;   /* that was read last, and its name */
  size_t unit_len;
  Sym unit;
} Reader;

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* What scan_is_word_char says, as a table: this file asks it of every byte. */
static inline bool in_word(char c) {
#define TEN(from) [from] = 1, [from + 1] = 1, [from + 2] = 1, [from + 3] = 1, [from + 4] = 1, [from + 5] = 1, [from + 6] = 1, [from + 7] = 1, [from + 8] = 1, [from + 9] = 1
#define LETTERS(from) TEN(from), TEN(from + 10), [from + 20] = 1, [from + 21] = 1, [from + 22] = 1, [from + 23] = 1, [from + 24] = 1, [from + 25] = 1
  static const bool word[256] = {TEN('0'), LETTERS('A'), LETTERS('a'), ['_'] = 1};
  return word[(unsigned char)c];
}

static inline void blanks(Reader *r) {
  while (*r->at == ' ' || *r->at == '\t') r->at++;
}

static inline void gap(Reader *r) {
  r->ok = r->ok && (*r->at == ' ' || *r->at == '\t');
  blanks(r);
}

static inline bool mark(Reader *r, char c) {
  bool there = *r->at == c;
  r->at += there;
  return there;
}

/* Takes the word, which is one of the language's own, if it comes next. */
static inline bool word_next(Reader *r, const char *word, size_t n) {
  size_t i = 0;
  while (i < n && r->at[i] == word[i]) i++;
  if (i < n || in_word(r->at[n])) return false;
  r->at += n;
  return true;
}
#define WORD_NEXT(r, word) word_next(r, word, sizeof word - 1)

static bool kept(const Unit *u, Sym s) { return s < u->kept.len && u->kept.at[s]; }

static size_t name_length(const char *s) {
  size_t n = 0;
  while (in_word(s[n])) n++;
  return is_digit(s[0]) || n > SCAN_NAME_MAX ? 0 : n;
}

/* A name; 0 where none is. */
static Sym name(Reader *r) {
  size_t n = r->ok ? name_length(r->at) : 0;
  Sym s = n ? intern_put(r->u->names, r->at, n) : 0;
  r->at += n;
  r->ok = s && !kept(r->u, s);
  return s;
}

/* A clause's own name is looked for by few, so it is not kept. */
static void label(Reader *r) {
  size_t n = name_length(r->at);
  bool letters = true;
  for (size_t i = 0; i < n && letters; i++) letters = r->at[i] >= 'a' && r->at[i] <= 'z';
  r->ok = n && !(letters && kept(r->u, intern_find(r->u->names, r->at, n)));
  r->at += n;
}

/* Up to 17 digits, which no sum of two can take beyond 64 bits, and a point among them; a group of them may be set off by _. */
static void figure(Reader *r, Row *row) {
  const char *s = r->at;
  int64_t c = 0;
  int digits = 0, places = 0;
  bool point = false;
  for (; is_digit(*s) || ((*s == '.' || *s == '_') && is_digit(s[1]) && digits); s++) {
    if (*s == '.' && point) break;
    if (*s == '.') { point = true; continue; }
    if (*s == '_') continue;
    c = c * 10 + (*s - '0');
    places += point;
    if (++digits > 17) break;
  }
  r->ok = r->ok && digits && digits <= 17;
  r->at = s;
  row->c = c;
  row->e = (int8_t)-places;
}

/* Its unit, one blank on: what else may follow a figure is not a row's. */
static void unit(Reader *r, Row *row) {
  r->ok = r->ok && mark(r, ' ');
  const char *s = r->at;
  size_t n = r->ok ? name_length(s) : 0;
  bool whole = n;
  while (whole && (s[n] == '/' || s[n] == '*' || s[n] == '^')) {
    size_t more = s[n] == '^' ? is_digit(s[n + 1]) : name_length(s + n + 1);
    whole = more;
    n += 1 + more;
  }
  r->ok = whole && !in_word(s[n]);
  if (!r->ok) return;
  if (n != r->unit_len || memcmp(s, r->unit_text, n)) {
    r->unit = intern_put(r->u->names, s, n);
    r->unit_text = s;
    r->unit_len = n;
  }
  row->unit = r->unit;
  r->ok = row->unit && !kept(r->u, row->unit);
  r->at += n;
}

/* Most dates have come before. Their ten letters are the key. */
static Day date(Reader *r) {
  enum { LETTERS = 10 };
  uint64_t head;
  uint16_t tail;
  Day d = DAY_MIN;
  const char *s = r->at;
  if (!r->ok || r->end - s < LETTERS || in_word(s[LETTERS]) || s[LETTERS] == '-') { r->ok = false; return d; }
  memcpy(&head, s, sizeof head);
  memcpy(&tail, s + sizeof head, sizeof tail);
  r->at = s + LETTERS;
  ScanDate *known = &r->dates[((head ^ tail) * 0x9E3779B97F4A7C15ull) >> (64 - SCAN_DATES_LOG)];
  if (known->head == head && known->tail == tail) return known->day;
  r->ok = !date_read(s, LETTERS, &d);
  if (r->ok) *known = (ScanDate){head, d, tail};
  return d;
}

/* Whether what stands here ends all that was said so far: the end of the block, or one of these words. */
static bool ends(const char *s, const char *const *words) {
  while (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n' || *s == '#') {
    if (*s == '#') s += strcspn(s, "\n");
    else s++;
  }
  if (*s == '}') return true;
  for (; *words; words++) {
    size_t n = strlen(*words);
    if (!strncmp(s, *words, n) && (s[n] == ' ' || s[n] == '\t')) return true;
  }
  return false;
}

static void clause(Reader *r, Row *row) {
  static const char *const then[] = {"clause", "article", NULL};
  const char *end;
  label(r);
  blanks(r);
  r->ok = r->ok && mark(r, ':');
  blanks(r);
  row->who = name(r);
  gap(r);
  r->ok = r->ok && WORD_NEXT(r, "shall");
  gap(r);
  r->ok = r->ok && WORD_NEXT(r, "supply");
  gap(r);
  figure(r, row);
  unit(r, row);
  gap(r);
  r->ok = r->ok && WORD_NEXT(r, "of");
  gap(r);
  row->res = name(r);
  end = r->at;
  blanks(r);
  if (r->ok && WORD_NEXT(r, "from")) { gap(r); row->from = date(r); end = r->at; blanks(r); }
  if (r->ok && WORD_NEXT(r, "until")) { gap(r); row->until = date(r); end = r->at; }
  else if (r->ok && WORD_NEXT(r, "through")) {
    gap(r);
    row->until = date(r);
    row->until = row->until < DAY_MAX ? row->until + 1 : DAY_OPEN;
    end = r->at;
  }
  r->at = end;
  r->ok = r->ok && ends(end, then);
}

/* NAME { NAME */
static void entry_begin(Reader *r, Row *row) {
  row->res = name(r);
  blanks(r);
  r->ok = r->ok && mark(r, '{');
  blanks(r);
  r->entry = r->at;
  row->who = name(r);
}

static void supply(Reader *r, Row *row) {
  entry_begin(r, row);
  blanks(r);
  r->ok = r->ok && mark(r, ':');
  blanks(r);
  figure(r, row);
  if (r->ok && mark(r, '%')) row->e = (int8_t)(row->e - 2);
  else unit(r, row);
  r->entry_end = r->at;
  blanks(r);
  r->ok = r->ok && mark(r, '}');
}

static void demand(Reader *r, Row *row) {
  static const char *const then[] = {"resource", "demand", "supply", "requires", "agreement", NULL};
  row->res = name(r);
  blanks(r);
  r->ok = r->ok && mark(r, ':');
  blanks(r);
  figure(r, row);
  unit(r, row);
  r->ok = r->ok && ends(r->at, then);
}

static void requires(Reader *r, Row *row) {
  entry_begin(r, row);
  r->entry_end = r->at;
  blanks(r);
  r->ok = r->ok && mark(r, '}');
}

static const struct { const char *word; uint32_t len; void (*read)(Reader *r, Row *row); } kinds[] = {
  [ROW_CLAUSE] = {"clause", 6, clause}, [ROW_SUPPLY] = {"supply", 6, supply}, [ROW_DEMAND] = {"demand", 6, demand}, [ROW_REQUIRES] = {"requires", 8, requires}};

/* The row that begins at `text`, which is `lo` on the number line: where it ends, or NULL. */
static const char *row_read(Reader *r, const char *text, uint32_t lo, int kind) {
  Row row = {.from = DAY_MIN, .until = DAY_OPEN, .kind = (uint8_t)kind};
  r->at = text + kinds[kind].len;
  r->ok = true;
  r->entry = NULL;
  gap(r);
  kinds[kind].read(r, &row);
  Row *to = r->ok ? unit_row_new(r->u) : NULL;
  if (!to) return NULL;
  row.span = (Span){lo, lo + (uint32_t)(r->at - text)};
  if (r->entry) row.entry = (Span){lo + (uint32_t)(r->entry - text), lo + (uint32_t)(r->entry_end - text)};
  *to = row;
  return r->at;
}

/* The word of the next row of that kind, where nothing but blanks and line ends come before it; else NULL. */
static const char *row_next(const char *at, int kind) {
  while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') at++;
  const char *word = kinds[kind].word;
  for (uint32_t i = 0; i < kinds[kind].len; i++)
    if (at[i] != word[i]) return NULL;
  return in_word(at[kinds[kind].len]) ? NULL : at;
}

int scan_rows(ScanState *s, char *text, int len, char held, int kind, YYSTYPE *out, Span *at) {
  enum { LONG = 1 << 30 };   /* bytes at one go: Flex counts them in an int */
  Reader r = {.u = s->unit, .end = s->text + s->len, .dates = s->dates};
  const char *end = NULL;
  if (s->holes) return 0;
  if (!s->unit->kept.len) scan_kept(s->unit);
  out->rows.first = s->unit->nrow;
  text[len] = held;
  for (const char *next = text; next && next - text < LONG; next = row_next(end, kind)) {
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
