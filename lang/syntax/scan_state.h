#ifndef SYNTAX_SCAN_STATE_H
#define SYNTAX_SCAN_STATE_H
#include "syntax/ast.h"

/* What the scanner needs beside its tables, and what its actions call. */
enum { SCAN_HOLES_MAX = 32, SCAN_NAME_MAX = 255 };

/* What was seen lately in rows, by all of its letters: a date's are the first eight and the last two; a name's the first eight, NULs where it is
 * shorter, and, where it is longer, the last eight, in `tails`. */
typedef struct ScanDate { uint64_t head; Day day; uint16_t tail; } ScanDate;
/* Names that share their places: a line of the cache. sym: the name, and above SCAN_SYM_BITS by how much it is longer than eight. */
enum { SCAN_DATES_LOG = 9, SCAN_NAMES_SET = 5, SCAN_SYM_BITS = 28 };
typedef struct ScanNames { uint64_t head[SCAN_NAMES_SET]; uint32_t sym[SCAN_NAMES_SET], free; } ScanNames;
typedef struct ScanTails { uint64_t tail[SCAN_NAMES_SET]; } ScanTails;
typedef struct ScanSeen {
  uint32_t shift;     /* 64 less the logarithm of the number of sets of names */
  ScanNames *names;
  ScanTails *tails;
  ScanDate dates[1 << SCAN_DATES_LOG];
} ScanSeen;

typedef struct ScanState {
  Unit *unit;
  const char *text;   /* the source being read, in place */
  uint32_t base, len; /* its stretch of the number line */
  Buf str;            /* the string so far, escapes resolved */
  Span string;        /* where it began */
  uint32_t holes;     /* interpolations open */
  uint32_t brace[SCAN_HOLES_MAX];   /* braces open within each */
  Span opened[SCAN_HOLES_MAX];      /* where each one's string began */
  bool stop;         /* what follows cannot be read */
  Rowing rowing;     /* what may be read at one go here */
  ScanSeen *seen;    /* NULL: the text is too short to gain by it */
  size_t seen_size;
  Node *rows;        /* the ROWS node made last */
} ScanState;

union ENT_STYPE;
void *scan_alloc(void *scanner, void *p, size_t n);
void scan_free(void *scanner, void *p);
void scan_comment(ScanState *s, Span at);
void scan_doc(ScanState *s, Span at);
void scan_leave(void *scanner, const char *end);
char scan_held(void *scanner);  /* the character after the token */
int scan_mode(void *scanner);   /* what the scanner is in the midst of, for another to go on with */
void scan_mode_set(void *scanner, int mode);
int scan_end(ScanState *s, Span *at);
int scan_stray(ScanState *s, const char *text, int len, Span at);  /* signs that mean nothing: reports the first */
int scan_misquoted(ScanState *s, const char *text, int len, union ENT_STYPE *out, Span at);   /* a text in quotes of another kind: told of, and a text all the same */
int scan_number(ScanState *s, const char *text, int len, union ENT_STYPE *out, Span at);
int scan_date(ScanState *s, const char *text, int len, union ENT_STYPE *out, Span at);
/* The length of what begins with the word at text[0..len) and is read at one go, into nodes, one following the other; 0: nothing is, the
 * grammar reads it. */
int scan_rows(ScanState *s, char *text, int len, char held, union ENT_STYPE *out, Span *at);
void scan_kept(Unit *u);   /* fills u->kept; in the parser, which has the words */
bool scan_is_word_char(char c);
/* Whether a `:` comes next on the line; `held` is the byte that stands at `after` (Flex keeps a NUL there). */
bool scan_colon_follows(const char *after, char held);
void scan_string_begin(ScanState *s, Span at);
int scan_string_hole(ScanState *s, union ENT_STYPE *out, Span *at);
int scan_string_end(ScanState *s, union ENT_STYPE *out, Span *at, bool closed);
/* The line ends inside an interpolation: says so and closes the text. */
int scan_hole_unclosed(ScanState *s, union ENT_STYPE *out, Span *at);
void scan_escape_code(ScanState *s, const char *text, int len, Span at);
void scan_bad_escape(ScanState *s, Span at);
void scan_lone_brace(ScanState *s, Span at);
void scan_brace_open(ScanState *s);
/* Whether this brace ends an interpolation: the string goes on. */
bool scan_brace_close(ScanState *s, Span at);

#endif
