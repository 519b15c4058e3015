#ifndef SYNTAX_PARSER_H
#define SYNTAX_PARSER_H
#include "syntax/ast.h"

/* Text -> tree. Mistakes go to unit->diags; what could be read is returned all the same (a FILE node, or an
 * expression; never NULL for a file, NULL for an expression or step of a scenario that could not be read). */
typedef enum ParseForm { FORM_FILE, FORM_EXPR, FORM_CLAUSE, FORM_SHOCK } ParseForm;
Node *parse_file(Unit *u, const Source *src);
Node *parse_expr(Unit *u, const Source *src);
Node *parse_form(Unit *u, const Source *src, ParseForm form);
/* A row, read again as the grammar has it: a CLAUSE, SUPPLY, DEMAND_JOINT or REQUIRES. NULL only when memory is refused. */
Node *parse_again(Unit *u, const Row *row);
/* A function of the library of which only the name has been read, in whole. NULL only when memory is refused. */
Node *parse_unread(Unit *u, const Node *func);

#endif
