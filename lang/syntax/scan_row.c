#include "syntax/scan_state.h"
#include "base/date.h"
#include "parse.h"
#define YYSTYPE ENT_STYPE
#include <string.h>

/* Declarations and clauses in their commonest form, read at one go: most into rows, entities into the nodes that the grammar
 * would make. In a large draft nearly everything is one, and it costs a tenth of what tokens and rules do. This file knows less than the grammar and nothing that the grammar does
 * not: what is not in one of these forms to the last letter, or could go on after it, is left to the grammar, as is
 * everything that is wrong. tests/unit/syntax_rows.c reads drafts both ways. */

/* The words that begin what is read here: a row of that kind, an entity, a unit; of the library, a function; a field. */
enum { FORM_RESOURCE = ROW_REQUIRES + 1, FORM_COUNTRY, FORM_LAYER, FORM_SOURCE, FORM_ROUTE, FORM_UNIT, FORM_FN, FORM_RULE, FORM_NOTE, FORMS };
static const struct { const char *word; uint32_t len; uint8_t kind; } forms[FORMS] = {
  [ROW_CLAUSE] = {"clause", 6, 0}, [ROW_SUPPLY] = {"supply", 6, 0}, [ROW_DEMAND] = {"demand", 6, 0}, [ROW_REQUIRES] = {"requires", 8, 0},
  [FORM_RESOURCE] = {"resource", 8, K_RESOURCE}, [FORM_COUNTRY] = {"country", 7, K_COUNTRY}, [FORM_LAYER] = {"layer", 5, K_LAYER},
  [FORM_SOURCE] = {"source", 6, K_SOURCE}, [FORM_ROUTE] = {"route", 5, K_ROUTE}, [FORM_UNIT] = {"unit", 4, 0},
  [FORM_FN] = {"fn", 2, 0}, [FORM_RULE] = {"rule", 4, 0}, [FORM_NOTE] = {"note", 4, 0}};

/* at: what comes next, of no meaning once something said no. Two NULs stand behind the text, at `end`; nothing here passes one. */
typedef struct Reader {
  Unit *u;
  const char *at, *end;
  ScanState *scan;
  const char *entry, *entry_end;
  const char *gone;  /* past blanks and line ends behind the last row, where something else than a comment stands; NULL: not looked at */
  Text label;        /* of the clause before this one in the run; at NULL: there is none */
  Text unit_text;    /* that was read last, and its name */
  Sym unit;
  Sym said[FORMS];   /* the words that begin declarations, as names; 0: not asked yet */
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

static inline uint64_t eight(const char *s) { uint64_t v; memcpy(&v, s, sizeof v); return v; }
static inline uint32_t four(const char *s) { uint32_t v; memcpy(&v, s, sizeof v); return v; }
static inline uint16_t two(const char *s) { uint16_t v; memcpy(&v, s, sizeof v); return v; }

/* memcmp, for a few letters: the pieces overlap. A call would cost more than it does. */
static inline bool letters_same(const char *a, const char *b, size_t n) {
  if (n > 16) return !memcmp(a, b, n);
  if (n >= 8) return eight(a) == eight(b) && eight(a + n - 8) == eight(b + n - 8);
  if (n >= 4) return four(a) == four(b) && four(a + n - 4) == four(b + n - 4);
  return n < 2 ? !n || *a == *b : two(a) == two(b) && two(a + n - 2) == two(b + n - 2);
}

static inline bool letters_are(const Reader *r, const char *at, const char *word, size_t n) {
  return (size_t)(r->end - at) >= n && letters_same(at, word, n);
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

/* Eight characters, the first in the lowest byte. */
static inline uint64_t eight_up(const char *s) { return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(eight(s)) : eight(s); }

#define EACH(byte) (0x0101010101010101ull * (byte))
/* The highest bit of each byte that is from first to last, which are below 128. */
static inline uint64_t between(uint64_t bytes, char first, char last) {
  uint64_t low = bytes & EACH(0x7F);
  return (low + EACH(0x80 - (uint64_t)first)) & ~(low + EACH(0x7F - (uint64_t)last)) & ~bytes & EACH(0x80);
}

/* Eight letters or digits at once, and then one by one. */
static inline size_t name_length(const Reader *r, const char *s) {
  size_t n = 0;
  if (r->end - s >= 8) {
    uint64_t bytes = eight_up(s), others = EACH(0x80) & ~(between(bytes | EACH(0x20), 'a', 'z') | between(bytes, '0', '9'));
    n = others ? (size_t)__builtin_ctzll(others) / 8 : 8;
  }
  while (in_word(s[n])) n++;
  return is_digit(s[0]) || n > SCAN_NAME_MAX ? 0 : n;
}

SELDOM static Sym name_look(const Reader *r, const char *s, size_t n) {
  Sym sym = intern_put(r->u->names, s, n);
  return kept(r->u, sym) ? 0 : sym;
}

/* Into the first place of its set. The one that came first of those goes. */
SELDOM static Sym name_new(const Reader *r, const char *s, size_t n, uint32_t set, uint64_t head, uint64_t tail) {
  ScanNames *names = r->scan->seen->names + set;
  ScanTails *tails = r->scan->seen->tails + set;
  Sym sym = name_look(r, s, n);
  if (!sym || sym >> SCAN_SYM_BITS) return sym;
  for (int i = SCAN_NAMES_SET - 1; i > 0; i--) {
    names->head[i] = names->head[i - 1];
    names->sym[i] = names->sym[i - 1];
    tails->tail[i] = tails->tail[i - 1];
  }
  names->head[0] = head;
  names->sym[0] = sym | (uint32_t)(n > 8 ? n - 8 : 0) << SCAN_SYM_BITS;
  tails->tail[0] = tail;
  return sym;
}

/* The symbol of a name that is no word of the language, else 0. Most have come before: all of their letters are the key. */
static inline Sym name_sym(const Reader *r, const char *s, size_t n) {
  const ScanSeen *seen = r->scan->seen;
  if (n > 16 || !seen || r->end - s < 8) return name_look(r, s, n);
  uint64_t head = n < 8 ? eight_up(s) & ((1ull << 8 * n) - 1) : eight_up(s), tail = n > 8 ? eight(s + n - 8) : 0;
  uint32_t set = (uint32_t)(((head ^ (tail + n) * 0xD6E8FEB86659FD93ull) * 0x9E3779B97F4A7C15ull) >> seen->shift);
  const ScanNames *k = seen->names + set;
  uint32_t i = (k->head[1] == head ? 1u : 0) | (k->head[2] == head ? 2u : 0) | (k->head[3] == head ? 3u : 0) | (k->head[4] == head ? 4u : 0);   /* no branch: none could be foretold */
  if (i < SCAN_NAMES_SET && k->head[i] == head && k->sym[i] >> SCAN_SYM_BITS == (n > 8 ? n - 8 : 0) && (n <= 8 || seen->tails[set].tail[i] == tail))
    return k->sym[i] & ((1u << SCAN_SYM_BITS) - 1);
  return name_new(r, s, n, set, head, tail);
}

static bool name(Reader *r, Sym *sym) {
  const char *s = r->at;
  size_t n = name_length(r, s);
  r->at += n;
  return n && (*sym = name_sym(r, s, n));
}

/* text_less, for a few letters. b is the later one in the text. */
static inline bool label_less(const Reader *r, Text a, Text b) {
  if (a.len != b.len || a.len > 8 || !a.len || r->end - b.at < 8) return text_less(a, b);
  return __builtin_bswap64(eight_up(a.at)) >> (64 - 8 * a.len) < __builtin_bswap64(eight_up(b.at)) >> (64 - 8 * b.len);
}

/* A clause's own name is looked for by few, so it is not kept; whether it is greater than the one before it, its reader knows. */
static bool label(Reader *r, Row *row) {
  Text t = {r->at, (uint32_t)name_length(r, r->at)};
  bool letters = true;
  for (uint32_t i = 0; i < t.len && letters; i++) letters = t.at[i] >= 'a' && t.at[i] <= 'z';
  row->rises = r->label.at && label_less(r, r->label, t);
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

/* Digits, and a point among them, of eight characters that do not all belong to it: false where they do, or it is not so plain. */
static inline bool figure_short(Reader *r, Row *row) {
  const char *s = r->at;
  if (r->end - s < 8) return false;
  uint64_t bytes = eight_up(s), others = EACH(0x80) & ~between(bytes, '0', '9'), more = others & (others - 1);
  uint32_t digits = others ? (uint32_t)__builtin_ctzll(others) / 8 : 0, places = 0, end = digits;
  if (!digits) return false;
  if (s[digits] == '.' && is_digit(s[digits + 1])) {
    uint64_t before = (1ull << 8 * digits) - 1;
    if (!more) return false;
    bytes = (bytes & before) | (bytes >> 8 & ~before);
    end = (uint32_t)__builtin_ctzll(more) / 8;
    places = end - digits - 1;
    digits = end - 1;
  }
  if (s[end] == '_') return false;
  bytes = (bytes & EACH(0x0F)) << 8 * (8 - digits);
  bytes = bytes * (10 << 8 | 1) >> 8 & 0x00FF00FF00FF00FFull;          /* pairs of digits, then fours, then all */
  bytes = bytes * (100 << 16 | 1) >> 16 & 0x0000FFFF0000FFFFull;
  row->c = (int64_t)(bytes * (10000ull << 32 | 1) >> 32);
  row->e = (int8_t)-(int)places;
  r->at = s + end;
  return true;
}

static bool figure(Reader *r, Row *row) {
  if (figure_short(r, row)) return true;
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
    n = name_length(r, s);
    bool whole = n;
    while (whole && (s[n] == '/' || s[n] == '*' || s[n] == '^')) {
      size_t more = s[n] == '^' ? is_digit(s[n + 1]) : name_length(r, s + n + 1);
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
  uint32_t i = (uint32_t)((((new.head >> 24) + ((uint64_t)new.tail << 48)) * 0x9E3779B97F4A7C15ull) >> (64 - SCAN_DATES_LOG));   /* but the century */
  const ScanSeen *seen = r->scan->seen;
  r->at = s + DATE_LETTERS;
  if (seen && seen->dates[i].head == new.head && seen->dates[i].tail == new.tail) { *d = seen->dates[i].day; return true; }
  if (seen && seen->dates[i ^ 1].head == new.head && seen->dates[i ^ 1].tail == new.tail) { *d = seen->dates[i ^ 1].day; return true; }
  return date_new(r, s, i, new, d);
}

/* Past blanks, line ends and comments. */
static inline const char *gone_on(const char *s) {
  for (;; s++) {
    if (*s == '#') while (*s && *s != '\n') s++;
    if (!is_blank(*s) && *s != '\r' && *s != '\n') return s;
  }
}

/* Whether what stands here ends all that was said so far: the end of the block, or one of these words. */
static inline bool ends(Reader *r, const Text *words, size_t nword) {
  const char *s = r->at;
  while (is_blank(*s) || *s == '\n' || *s == '\r') s++;
  r->gone = *s == '#' ? NULL : s;
  if (*s == '#') s = gone_on(s);
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

static bool row_fill(Reader *r, Row *row, int form) {
  switch (form) {
    case ROW_CLAUSE: return clause(r, row);
    case ROW_SUPPLY: return supply(r, row);
    case ROW_DEMAND: return demand(r, row);
    default: return requires(r, row);
  }
}

/* The row that begins at `text`, which is `lo` on the number line: whether it is one. */
static bool row_read(Reader *r, const char *text, uint32_t lo, int form) {
  Row row = {.from = DAY_MIN, .until = DAY_OPEN, .kind = (uint8_t)form};
  r->at = text + forms[form].len;
  r->entry = NULL;
  if (!gap(r) || !row_fill(r, &row, form)) return false;
  row.span = (Span){lo, lo + (uint32_t)(r->at - text)};
  if (r->entry) row.entry = (Span){lo + (uint32_t)(r->entry - text), lo + (uint32_t)(r->entry_end - text)};
  return form == ROW_CLAUSE ? unit_clause_put(r->u, &row) : unit_row_put(r->u, &row);
}

/* ---- entities ---- */

static Span span_from(const Reader *r, const char *from) {
  return (Span){r->scan->base + (uint32_t)(from - r->scan->text), r->scan->base + (uint32_t)(r->at - r->scan->text)};
}

static Sym form_name(Reader *r, int form) {
  if (!r->said[form]) r->said[form] = intern_put(r->u->names, forms[form].word, forms[form].len);
  return r->said[form];
}

static void spaces(Reader *r) {
  while (is_blank(*r->at) || *r->at == '\n' || *r->at == '\r') r->at++;
}

static Node *name_node(Reader *r) {
  const char *from = r->at;
  Sym s;
  return name(r, &s) ? ast_make(r->u, N_NAME, span_from(r, from), 0, s, NULL, NULL, NULL, NULL) : NULL;
}

/* A text with nothing in it that is not meant as it stands. */
static Node *text_node(Reader *r) {
  const char *from = r->at, *s = from + 1;
  while (*s && *s != '"' && *s != '\\' && *s != '{' && *s != '}' && *s != '\n') s++;
  if (*s != '"') return NULL;
  uint32_t n = (uint32_t)(s - from - 1);
  Text t = {arena_copy(&r->u->arena, from + 1, n), n};
  r->at = s + 1;
  return t.at && vec_push(r->u->mem, &r->u->texts, t) ? ast_make(r->u, N_STRING, span_from(r, from), 0, r->u->texts.len - 1, NULL, NULL, NULL, NULL) : NULL;
}

/* A text, a name, or names that make a unit. What stands after it is looked at in fields_node. */
static Node *value_node(Reader *r) {
  if (*r->at == '"') return text_node(r);
  const char *from = r->at;
  Node *n = name_node(r);
  while (n && (*r->at == '/' || *r->at == '*')) {
    int op = *r->at++ == '/' ? OP_DIV : OP_MUL;
    Node *right = name_node(r);
    n = right ? ast_make(r->u, N_BINARY, span_from(r, from), op, 0, n, right, NULL, NULL) : NULL;
  }
  return n;
}

/* NAME: value */
static Node *field_node(Reader *r) {
  const char *from = r->at;
  int form = word_next(r, "layer", 5) ? FORM_LAYER : word_next(r, "unit", 4) ? FORM_UNIT : word_next(r, "source", 6) ? FORM_SOURCE : word_next(r, "note", 4) ? FORM_NOTE : 0;
  Sym s = form ? form_name(r, form) : 0;
  if (!s && !name(r, &s)) return NULL;
  if (!colon(r)) return NULL;
  Node *value = value_node(r);
  return value ? ast_make(r->u, N_ARG, span_from(r, from), 0, s, value, NULL, NULL, NULL) : NULL;
}

/* Fields in braces. That one begins shows that the one before it has ended. */
static Node *fields_node(Reader *r) {
  Node *list = (r->at++, ast_list(r->u, span_from(r, r->at)));
  for (spaces(r); !mark(r, '}'); spaces(r)) {
    Node *field = field_node(r);
    if (!field) return NULL;
    ast_append(r->u, list, field);
    spaces(r);
    mark(r, ',');
  }
  return list;
}

/* WORD NAME "title" { fields }: the title may be left out, and so may the fields where nothing follows that could begin either. */
static Node *entity_read(Reader *r, const char *text, int form) {
  r->at = text + forms[form].len;
  Node *label = gap(r) ? name_node(r) : NULL, *title = NULL, *fields = NULL;
  const char *end = r->at;
  if (!label) return NULL;
  blanks(r);
  if (*r->at == '"') {
    if (!(title = text_node(r))) return NULL;
    end = r->at;
    blanks(r);
  }
  if (*r->at == '{') {
    if (!(fields = fields_node(r))) return NULL;
    end = r->at;
  } else {
    const char *next = gone_on(r->at);
    if (*next == '"' || *next == '{') return NULL;
  }
  r->at = end;
  return ast_make(r->u, N_ENTITY, span_from(r, text), forms[form].kind, form_name(r, form), label, title, fields, NULL);
}

/* ---- units ---- */

static Node *number_node(Reader *r, const char *from, const Row *figure) {
  if (!vec_push(r->u->mem, &r->u->numbers, num_dec(figure->c, figure->e))) return NULL;
  return ast_make(r->u, N_NUMBER, span_from(r, from), 0, r->u->numbers.len - 1, NULL, NULL, NULL, NULL);
}

/* 1_000 kg, or 1 d / 24. What follows must begin a declaration: else it might go on. */
static Node *measure_node(Reader *r) {
  const char *from = r->at, *at;
  Row one = {0}, by = {0};
  Node *n = figure(r, &one) ? number_node(r, from, &one) : NULL, *right = NULL;
  at = r->at + 1;
  if (!n || !unit(r, &one)) return NULL;
  Span of = span_from(r, at);
  n = ast_make(r->u, N_QUANTITY, span_from(r, from), 0, n->sym, ast_make(r->u, N_UNIT, of, 0, one.unit, NULL, NULL, NULL, NULL), NULL, NULL, NULL);
  const char *end = r->at;
  blanks(r);
  if (mark(r, '/') && gap(r)) {
    at = r->at;
    if (!figure(r, &by) || !(right = number_node(r, at, &by))) return NULL;
    n = ast_make(r->u, N_BINARY, span_from(r, from), OP_DIV, 0, n, right, NULL, NULL);
  } else r->at = end;
  return !*gone_on(r->at) || ENDS(r, WORD("unit"), WORD("fn"), WORD("rule"), WORD("layer"), WORD("country"), WORD("resource"), WORD("source"), WORD("agreement")) ? n : NULL;
}

/* unit NAME "title" = figure: the title may be left out, and the figure. */
static Node *unit_decl_read(Reader *r, const char *text) {
  r->at = text + forms[FORM_UNIT].len;
  Node *label = gap(r) ? name_node(r) : NULL, *title = NULL, *value = NULL;
  if (!label) return NULL;
  const char *end = r->at;
  blanks(r);
  if (*r->at == '"' && !(title = text_node(r))) return NULL;
  if (title) end = r->at;
  blanks(r);
  if (mark(r, '=') && gap(r)) {
    if (!(value = measure_node(r))) return NULL;
    end = r->at;
  } else if (*gone_on(end) && strchr("\"={", *gone_on(end))) return NULL;
  r->at = end;
  return ast_make(r->u, N_UNIT_DECL, span_from(r, text), 0, 0, label, title, value, NULL);
}

/* ---- functions of the library ---- */

static const char *line_after(const Reader *r, const char *s) {
  const char *end = memchr(s, '\n', (size_t)(r->end - s));
  return end ? end + 1 : r->end;
}

/* As far as its name. The library is laid out as `entente fmt` has it: what goes on in another line is set in, and what begins in the
 * first column is the next declaration. */
static Node *func_read(Reader *r, const char *text, int form) {
  r->at = text + forms[form].len;
  Node *label = gap(r) ? name_node(r) : NULL;
  if (!label || *r->at != '(') return NULL;
  const char *next = line_after(r, r->at);
  while (next < r->end && !in_word(*next) && *next != '#') next = line_after(r, next);
  while (is_blank(next[-1]) || next[-1] == '\n' || next[-1] == '\r') next--;
  r->at = next;
  return ast_make(r->u, form == FORM_FN ? N_FN : N_RULE, span_from(r, text), 1, 0, label, NULL, NULL, NULL);
}

/* ---- runs ---- */

/* The node for the rows from `first` on: that of the run before, if this goes on with it. A run that the parser joined to one
 * before it has left its node (parse_append): comments part runs, but a million rows want one node even so. */
static Node *rows_node(ScanState *s, Node *last, Span at, uint32_t first, int form) {
  if (last && last->kind == N_ROWS && last->op == form) {
    last->ref++;
    last->span.hi = at.hi;
    return last;
  }
  Node *n = s->rows && !s->rows->ref ? s->rows : ast_make(s->unit, N_ROWS, at, 0, 0, NULL, NULL, NULL, NULL);
  n->op = (uint8_t)form;
  n->span = at;
  n->sym = first;
  n->ref = 1;
  n->next = NULL;
  return s->rows = n;
}

static bool begins(const Reader *r, const char *at, int form) {
  return letters_are(r, at, forms[form].word, forms[form].len) && !in_word(at[forms[form].len]);
}

/* Whether this is read at one go here: of the library no rows, of a draft no functions. */
static bool form_fits(Rowing rowing, int form) { return rowing == ROWING_LIBRARY ? form > ROW_REQUIRES : form < FORM_FN; }

/* What may be read at one go, `form` having been read before it: where its word stands, after blanks and line ends at most; else
 * NULL. Clauses follow clauses, declarations declarations. */
static const char *form_next(const Reader *r, const char *at, int *form) {
  if (r->gone) at = r->gone;
  while (is_blank(*at) || *at == '\n' || *at == '\r') at++;
  if (begins(r, at, *form)) return at;
  for (int f = ROW_SUPPLY; f < FORM_NOTE && *form != ROW_CLAUSE; f++)
    if (form_fits(r->scan->rowing, f) && begins(r, at, f)) { *form = f; return at; }
  return NULL;
}

/* What is no row; NULL: it is not in its form. */
static Node *node_read(Reader *r, const char *text, int form) {
  return form < FORM_UNIT ? entity_read(r, text, form) : form == FORM_UNIT ? unit_decl_read(r, text) : func_read(r, text, form);
}

/* Room for what a long text says again and again, by its length; a short one does without. */
static void seen_room(ScanState *s) {
  enum { LETTERS_LOG = 10, LOG_MIN = 3, LOG_MAX = 13 /* more would not stay in a cache */, LINE = sizeof(ScanNames) };
  uint32_t log = LOG_MIN;
  if (s->seen || s->len >> LETTERS_LOG < 1u << LOG_MIN) return;
  while (log < LOG_MAX && s->len >> LETTERS_LOG >= 2u << log) log++;
  size_t n = (size_t)1 << log;
  s->seen_size = sizeof *s->seen + LINE + n * (sizeof *s->seen->names + sizeof *s->seen->tails);
  if (!(s->seen = mem_get(s->unit->mem, s->seen_size))) return;
  char *at = (char *)(s->seen + 1);
  s->seen->shift = 64 - log;
  s->seen->names = (ScanNames *)(void *)(at + (LINE - (uintptr_t)at % LINE));
  s->seen->tails = (ScanTails *)(void *)(s->seen->names + n);   /* looked at where a name has one, so they need not be cleared */
  memset(s->seen->dates, 0, sizeof s->seen->dates);
  memset(s->seen->names, 0, n * sizeof *s->seen->names);
}

static int form_of(const char *text, int len) {
  int f = ROW_CLAUSE;
  while ((int)forms[f].len != len || memcmp(forms[f].word, text, (size_t)len)) f++;
  return f;
}

/* Elsewhere on a line such a word is a type, mostly. */
static bool line_begins(const ScanState *s, const char *text) {
  while (text > s->text && is_blank(text[-1])) text--;
  return text == s->text || text[-1] == '\n';
}

int scan_rows(ScanState *s, char *text, int len, char held, YYSTYPE *out, Span *at) {
  enum { LONG = 1 << 30 };   /* bytes at one go: Flex counts them in an int */
  const char *end = NULL;
  Node *last = NULL;
  int form = form_of(text, len);
  if (s->holes || !form_fits(s->rowing, form) || (form > ROW_REQUIRES && !line_begins(s, text))) return 0;
  Reader r = {.u = s->unit, .end = s->text + s->len, .scan = s};
  if (!s->unit->kept.len) scan_kept(s->unit);
  seen_room(s);
  out->node = NULL;
  text[len] = held;
  for (const char *next = text; next && next - text < LONG; next = form_next(&r, end, &form)) {
    uint32_t lo = at->lo + (uint32_t)(next - text);
    Node *n = NULL;
    r.gone = NULL;
    if (form > ROW_REQUIRES) n = node_read(&r, next, form);
    else if (row_read(&r, next, lo, form)) n = rows_node(s, last, (Span){lo, lo + (uint32_t)(r.at - next)}, (form == ROW_CLAUSE ? s->unit->clauses.len : s->unit->nrow) - 1, form);
    if (!n) break;
    if (!last) out->node = n;
    else if (n != last) last->next = n;
    last = n;
    end = r.at;
  }
  text[len] = 0;
  if (!end) return 0;
  at->hi = at->lo + (uint32_t)(end - text);
  return (int)(end - text);
}
