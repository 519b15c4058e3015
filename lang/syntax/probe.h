#ifndef SYNTAX_PROBE_H
#define SYNTAX_PROBE_H
#include "syntax/parser.h"

/* What a text is that is still being typed: whether it could end here, and what may come next. */
enum { PROBE_WORDS = 192 };
typedef struct Probe {
  bool wrong;          /* it can be the beginning of nothing; at: where that shows */
  bool whole;          /* it may end here */
  bool inside;         /* it ends in an expression within a text: no more lines can follow, but the line may go on */
  uint32_t at;
  uint32_t first, last;  /* places before lines that begin in the first column, where it might have ended: 0: none */
  bool name, value, unit, text;  /* may come next: a name, any value, a unit, a text in quotes */
  bool fields;         /* ... a name as after a dot */
  uint32_t nword;
  const char *word[PROBE_WORDS];  /* ... and these words, static */
  VEC(Span) tokens;    /* all of it */
  uint32_t item;       /* the token with which the declaration at hand begins */
} Probe;

/* Reads a source of a unit that is the caller's for this alone: its mistakes are left in the unit's diags. */
void parse_probe(Unit *u, const Source *src, ParseForm form, Probe *to);
void probe_end(Unit *u, Probe *p);

/* What each byte of a text is, for colours. to has room for the source's length. */
typedef enum ByteClass { CLASS_BLANK, CLASS_WORD, CLASS_NAME, CLASS_FIGURE, CLASS_UNIT, CLASS_DATE, CLASS_TEXT, CLASS_MARK, CLASS_COMMENT, CLASS_WRONG } ByteClass;
void scan_classes(Unit *u, const Source *src, uint8_t *to);

#endif
