#ifndef SYNTAX_PRINT_STATE_H
#define SYNTAX_PRINT_STATE_H
#include "syntax/print.h"

/* What printing holds, and how text, line breaks and comments come out.
 *
 * A *group* is a node with places where its line may break. It breaks where its author broke it; else not at all if
 * it fits the line; else at all its places, and the groups within decide for themselves. A group that holds another
 * which its author broke is let be. So what is printed, printed again, stays as it is. */
typedef enum Mode { MODE_NONE, MODE_AUTHOR, MODE_ALL } Mode;
typedef enum Failure { FAIL_NOT, FAIL_FORCED /* a line break or comment comes */, FAIL_WIDTH } Failure;

typedef struct Print {
  Unit *u;
  const Source *src;
  Buf *out;
  uint32_t comment, comment_end;  /* those still to come */
  int indent, col;
  int nl, nl_indent;   /* line ends owed before the next text, and its indent */
  bool fresh;          /* the line owed begins an expression, which needs no further indent */
  int base;            /* the indent of the declaration or clause at hand */
  uint32_t names;      /* letters of the longest field name of the body at hand */
  bool tight;          /* operators without blanks, as in units */
  int flat;            /* > 0: no line breaks */
  bool trying;         /* ... and what breaks a line or passes its width fails */
  Failure fail;
} Print;

typedef void Printer(Print *p, const Node *n, Mode mode, bool open);

void print_text(Print *p, const char *s);
void print_bytes(Print *p, const char *s, size_t n);
void print_sym(Print *p, Sym s);
void print_span(Print *p, Span at);   /* as it stands in the draft */
void print_blank(Print *p);           /* unless a line end is owed */
/* Comments that stand before pos in the draft. Called before what stands at pos is printed. */
void print_comments(Print *p, uint32_t pos);
/* The same on lines of their own at the present indent, then a line end. keep: a blank line of the author's stays. */
void print_break(Print *p, uint32_t pos, bool keep);
void print_close(Print *p, uint32_t pos);   /* the same before a closing mark, one step back */
/* Where a group may break: `lo` to `hi` is what stands between two of its parts in the draft. */
void print_point(Print *p, Mode mode, uint32_t lo, uint32_t hi, bool all);
bool print_broken(const Print *p, uint32_t lo, uint32_t hi);   /* whether a line ends between lo and hi */
bool print_breaks_before(const Print *p, uint32_t pos);        /* whether one ends just before pos, blanks and ( aside */
/* Prints a group; own: its author broke it; hang: its later lines are indented even where it begins a line. */
void print_group(Print *p, const Node *n, Printer *body, bool own, bool open, bool hang);
/* Prints on this line what fits it; false: nothing was printed. */
bool print_try(Print *p, const Node *n, Printer *body);

/* min: what binds looser is put in parentheses; open: nothing follows that an `else` or `let` could take in. */
enum { BIND_EXPR = 0, BIND_ARITH = 6, BIND_PRIMARY = 12 };
void print_expr(Print *p, const Node *n, int min, bool open);
void print_name_list(Print *p, const Node *list);
void print_type(Print *p, const Node *type);
void print_gens(Print *p, const Node *gens, uint32_t lo, Mode mode);
bool print_gens_broken(const Print *p, const Node *gens, uint32_t lo);
/* The elements, arguments, parameters or keys of a node, between their marks. */
void print_list(Print *p, const Node *owner);
void print_file_items(Print *p, const Node *file);
void print_item(Print *p, const Node *n);   /* a declaration, clause or article */

#endif
