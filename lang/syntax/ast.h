#ifndef SYNTAX_AST_H
#define SYNTAX_AST_H
#include "base/date.h"
#include "base/intern.h"
#include "base/num.h"
#include "source/diag.h"
#include <string.h>

/* The tree of a draft. Every node lives in its unit's arena; nodes are made by ast_make and never freed singly.
 * The parser fills kind, op, span, sym and kids; the checker fills ty and ref. */
#define NODE(kind, kids, doc) N_##kind,
typedef enum NodeKind {
#include "syntax/ast.def"
  NODE_COUNT
} NodeKind;
#undef NODE

typedef struct Node Node;
struct Node {
  uint8_t kind, op;
  uint16_t depth;  /* 1 for a leaf */
  Span span;
  uint32_t sym;    /* as ast.def says for the kind */
  uint32_t ty;     /* checker: type */
  uint32_t ref;    /* checker: what a name stands for */
  Node *next;      /* in the list that holds this node */
  Node *kid[];
};

enum { OP_NEG = 1, OP_NOT };
enum { OP_ADD = 1, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_POW, OP_ELSE /* ?? */, OP_RANGE, OP_AND, OP_OR, OP_IMPLIES,
       OP_EQ, OP_NE, OP_LT, OP_GT, OP_LE, OP_GE, OP_IN, OP_NOT_IN };
enum { GOV_AT = 1, GOV_THROUGHOUT, GOV_SOMETIME, GOV_WITHOUT, GOV_UNDER };
enum { MOD_FROM = 1, MOD_UNTIL, MOD_THROUGH, MOD_BY, MOD_CITE, MOD_WHEN, MOD_UNLESS };
enum { CHANGE_ADD = 1, CHANGE_REPLACE, CHANGE_STRIKE, CHANGE_STRIKE_ARTICLE };
enum { SUBJ_ONE = 1, SUBJ_EACH, SUBJ_JOINTLY };
enum { MODAL_SHALL = 1, MODAL_INTENDS, MODAL_MAY };
enum { ACT_SUPPLY = 1, ACT_BUY, ACT_STOCKPILE, ACT_CARRY, ACT_FUND, ACT_EXEMPT, ACT_NOT_RESTRICT, ACT_UNDERTAKE };
enum { SHOCK_WITHDRAW = 1, SHOCK_IMPOSE, SHOCK_LIFT, SHOCK_CLOSE, SHOCK_SCALE, SHOCK_SUSPEND, SHOCK_ASSUME };
/* Entity kinds that the language knows; a draft's own come after. Order is the order of their tables. */
typedef enum EntityKind { K_COUNTRY, K_LAYER, K_RESOURCE, K_SOURCE, K_ROUTE, K_CONTROL, K_CLAUSE, K_AGREEMENT, K_SCENARIO, K_AMENDMENT, K_BUILTIN } EntityKind;

enum { AST_DEPTH_MAX = 256 };

typedef struct Text { const char *at; uint32_t len; } Text;
/* Longer texts are greater, so that m10 comes after m9. */
static inline bool text_less(Text a, Text b) { return a.len < b.len || (a.len == b.len && memcmp(a.at, b.at, a.len) < 0); }

/* A declaration or clause in one of the commonest forms, read from the text at one go (scan_row.c) and kept without nodes:
 *   clause L: WHO shall supply c UNIT of RES from D through D      supply RES { WHO: c% }
 *   demand RES: c UNIT                                             requires RES { WHO }
 * The tree has a ROWS node for a run of them. What wants more of one than stands here reads its span again (parse_again). */
enum { ROW_CLAUSE = 1, ROW_SUPPLY, ROW_DEMAND, ROW_REQUIRES };
typedef struct Row {
  Span span;
  int64_t c;           /* the figure is c * 10^e */
  uint32_t res, who;   /* names; once `plain`, places in their kinds' tables */
  uint32_t unit;       /* its name, 0: none; once `plain`, UnitId */
  union {
    struct { Day from, until; };   /* of a clause; DAY_MIN and DAY_OPEN where it says nothing */
    Span entry;                    /* of supply and requires: what stands in the braces */
  };
  uint8_t kind;
  int8_t e;
  bool plain;          /* checked: there is nothing to say against it, nor to work out */
  bool rises;          /* of a clause: one stands before it with nothing between, whose label is less (text_less) */
} Row;
enum { ROWS_BLOCK = 4096 };

/* What scan_row.c reads at one go: nothing; what a draft says in its commonest forms, much of it into rows; of a file of the library what it
 * declares in its commonest forms, into nodes, and its functions as far as their names (parse_unread reads the rest). */
typedef enum Rowing { ROWING_NONE, ROWING_DRAFT, ROWING_LIBRARY } Rowing;

/* Rows of clauses lie in columns, which the world takes over as they are when there are many (load_clauses_take): then all but the spans are
 * gone. A figure is as long as a value of the world's, whose place it has. */
typedef struct RowFigure { uint8_t none; int8_t e; uint16_t unit /* once plain */; uint32_t name /* of the unit */; int64_t c; } RowFigure;
enum { CLAUSE_RISES = 1, CLAUSE_PLAIN = 2 };   /* as Row says */
typedef struct ClauseRows {
  uint32_t len, cap;   /* of all columns: they are filled together; their own lengths are of no meaning */
  VEC(Span) span; VEC(RowFigure) figure; VEC(uint32_t) res; VEC(uint32_t) who; VEC(DayRun) win; VEC(uint8_t) how;
} ClauseRows;

/* What one session's drafts are parsed into: shared by the files, freed together. */
typedef struct Unit {
  Mem *mem;
  Arena arena;
  Intern *names;
  Sources *sources;
  Diags *diags;
  VEC(Num) numbers;     /* literals, by Node.sym of NUMBER and QUANTITY */
  VEC(Text) texts;      /* by Node.sym of STRING */
  bool deep;            /* that this file nests too deep has been said */
  VEC(Span) comments;   /* all of them, in order of place */
  VEC(Span) docs;       /* documentation comments, in order of place */
  Rowing rowing;        /* what is read at one go */
  VEC(Row *) rows;      /* blocks of ROWS_BLOCK, of all that are not clauses */
  uint32_t nrow;
  ClauseRows clauses;
  bool rows_gone;       /* some are wanted no more, and have been given back: nothing can be loaded again */
  VEC(bool) kept;       /* by name: whether it is a word that the language keeps; made with the first row */
} Unit;

void unit_init(Unit *u, Mem *mem, Intern *names, Sources *sources, Diags *diags);
void unit_end(Unit *u);
static inline Row *unit_row(const Unit *u, uint32_t i) { return &u->rows.at[i / ROWS_BLOCK][i % ROWS_BLOCK]; }
bool unit_row_put(Unit *u, const Row *r);                    /* of any other; false when memory is refused */
void unit_rows_cut(Unit *u, uint32_t n, uint32_t clauses);   /* forgets all but the first n, and so many clauses */
bool unit_clause_put(Unit *u, const Row *r);                 /* false when memory is refused */
Row unit_clause(const Unit *u, uint32_t i);
void unit_row_done(Unit *u, const Node *run, uint32_t i);   /* those of the run up to this one are wanted no more */

Node *ast_make(Unit *u, NodeKind kind, Span span, int op, uint32_t sym, Node *k0, Node *k1, Node *k2, Node *k3);
void ast_kid(Unit *u, Node *n, int i, Node *kid);  /* sets a place beyond the fourth */
Node *ast_list(Unit *u, Span span);
void ast_too_deep(Unit *u, Span at);   /* reports it, once a file */
Node *ast_append(Unit *u, Node *list, Node *item);  /* list may be NULL: a new one; item NULL: unchanged */
int ast_kids(NodeKind kind);
const char *ast_name(NodeKind kind);
Text ast_text(const Unit *u, const Node *string);
static inline Node *list_first(const Node *list) { return list ? list->kid[0] : NULL; }
static inline uint32_t list_len(const Node *list) { return list ? list->sym : 0; }
/* The documentation comment that ends just above `at`, its marks and shared indent taken off; false when there is none. */
bool ast_doc(Unit *u, Span at, Buf *out);
uint32_t ast_doc_from(Unit *u, Span at);   /* where it begins; at.lo when there is none */
/* The one at the top of a file, which is not the first declaration's. */
bool ast_doc_top(Unit *u, const Source *src, const Node *file, Buf *out);

#endif
