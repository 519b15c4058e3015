#ifndef SYNTAX_PARSE_STATE_H
#define SYNTAX_PARSE_STATE_H
#include "syntax/ast.h"

/* What one parse holds, and the constructors that grammar actions call. */
enum { PARSE_BLOCKS_MAX = 64, PARSE_OPEN_MAX = 32 };

/* One token put right; `with` is another, by Bison's number of its symbol. */
typedef enum MendHow { MEND_NONE, MEND_PUT_IN, MEND_LEAVE_OUT, MEND_REPLACE, MEND_SWAP } MendHow;
typedef struct Mend { MendHow how; int with; } Mend;

typedef struct Parse {
  Unit *unit;
  const Source *src;
  Node *root;
  Span last;        /* the token pushed last */
  Span govern;      /* the last at, throughout, sometime, without or under */
  uint32_t braces;  /* open braces, of every kind */
  uint32_t blocks;  /* declaration bodies open, and for each how many braces were open before it and where */
  struct { uint32_t braces, faults; Span at; } block[PARSE_BLOCKS_MAX];
  uint32_t faults;  /* syntax errors so far, and where the last one was; empty where the scanner has told it */
  Span fault;
  Span doubtful;    /* a brace that, by the look of the lines, was closed by what was meant for the body around it */
  uint32_t closed;  /* bodies that were taken as closed where no brace closed them */
  uint32_t margin;  /* the column of the first token: where declarations begin */
  Span word;        /* the name that a line began with last; word_top: in the first column, outside every brace */
  bool word_top;
  int last_token;
  char held;        /* the character after the token at hand, where the scanner has put a NUL meanwhile */
  uint32_t parens, ifs;   /* open ( [ and { but those of bodies, and `if`s whose `else` is still to come: their places */
  Span paren[PARSE_OPEN_MAX], iff[PARSE_OPEN_MAX];
  char left[PARSE_OPEN_MAX];   /* which bracket each is */
  Span if_done;     /* the `if` whose `else` came last */
  Mend mend;        /* what makes the token at fault fit, while it is told of */
  bool skip_item;   /* the declaration is given up as a whole: go on with the next */
  bool error;       /* a syntax error was just reported: tokens are passed over until a place to go on */
  bool stop;        /* the parser's own stack is full */
  bool quick;       /* no mistake is explained: the first one ends this reading, and another begins */
  bool missed;      /* ... and there was one */
  void *told;       /* what parse_probe.inc fills */
} Parse;

Sym parse_sym(Parse *p, Span at);
Node *parse_name(Parse *p, Span at);      /* a NAME with the text of `at` */
Node *parse_unit(Parse *p, Span at);      /* a UNIT with the text of `at`, blanks taken out */
Node *parse_string(Parse *p, Span at, uint32_t text);
Node *parse_interp(Parse *p, Span at, Node *head, Node *parts, Node *tail);
Node *parse_entity(Parse *p, Span at, int kind, Span word, Node *name, Node *title, Node *fields);
Node *parse_braces(Parse *p, Span at, Node *items);   /* a map when one of them is a pair, else a set */
Node *parse_act(Parse *p, Span at, int act, int modal, Node *quantity, Node *of, Node *to, Node *via);
Node *parse_govern(Parse *p, Span at, int op, Node *expr, Node *arg);
Node *parse_field(Parse *p, Span of, Span name);
Node *parse_atom(Parse *p, Span at, Node *expr);
/* ast_append, of the item and those that follow it; but rows join those before them, and then their node has none. */
Node *parse_append(Parse *p, Node *list, Node *item);
void parse_block_open(Parse *p, Span at);
void parse_block_close(Parse *p);

#endif
