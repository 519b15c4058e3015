#ifndef SYNTAX_PRINT_H
#define SYNTAX_PRINT_H
#include "syntax/ast.h"

/* Tree -> canonical text, for the file that was parsed from `src` without a mistake. Its comments and single blank
 * lines come from unit->comments and the text; so do numbers, texts, and the author's choice of line breaks. */
enum { PRINT_WIDTH = 100 };
void print_file(Unit *u, const Source *src, const Node *file, Buf *out);
/* One declaration, clause or article of a source that has no mistake, without what stands above it. */
void print_one(Unit *u, const Source *src, const Node *n, Buf *out);

/* Whether two trees of one unit say the same: kinds, operators, names, figures and texts in order, wherever they stand. */
bool tree_same(const Unit *u, const Node *a, const Node *b);
/* Whether two sources have the same comments in the same order, blanks at their ends aside. */
bool comments_same(const Unit *u, const Source *a, const Source *b);
/* The comments of a source: u->comments.at[*first] up to, not with, the index returned. */
uint32_t comments_of(const Unit *u, const Source *src, uint32_t *first);

#endif
