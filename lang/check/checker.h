#ifndef CHECK_CHECKER_H
#define CHECK_CHECKER_H
#include "base/date.h"
#include "check/program.h"

/* What the files of this room share: the state of one check run. */
typedef struct Local {
  Sym name;
  Type type;
  uint32_t slot;
  Span span;
  bool used;
  uint32_t errors;     /* how many there were when it was bound */
  const char *what;    /* "let", "for": warned about when unused; NULL: not */
} Local;

typedef struct UnitRead { int op; Sym left, right; UnitId unit; } UnitRead;

typedef struct Checker {
  Program *p;
  Unit *u;
  Diags *d;
  uint16_t module;
  uint32_t func;       /* the Func being checked */
  VEC(Local) locals;
  uint32_t base;       /* locals below this belong to another Func */
  uint32_t nslot;
  bool monotone;       /* whether a rule may refer to itself here */
  bool no_countries, no_units;   /* that none are known has been said */
  bool untyped;        /* what wants this is not known, which has been said: so nothing is said of @ without a kind */
  VEC(Sym) bad_units;  /* whose declarations are wrong, which has been said */
  Sym row;             /* what the row is called in the data block being checked; 0: none is */
  const DataBlock *block;
  bool dates;          /* whether dates met are breaks of the timeline */
  struct Asked *asked; /* rows.c */
  UnitRead unit_read;  /* names.c: the last one, since most resources are measured alike */
  uint32_t marked;     /* uses.c: the module and unit that were marked last */
} Checker;

/* program.c */
void checker_init(Checker *c, Program *p);
void checker_end(Checker *c);

/* names.c */
bool name_find(Checker *c, uint16_t module, Sym name, Bind *out);
bool name_again(const Checker *c, uint16_t module, Sym name);   /* whether another file that can be seen has one, too */
bool name_find_next(Checker *c, uint16_t module, Sym name, uint32_t skip, Bind *out);   /* the same, past the `skip` nearest */
/* An entity of the kind, by name; reports and returns false when there is none. NAME and ATOM nodes. */
bool entity_find(Checker *c, Node *name, uint32_t kind, Ent *out);
void report_unknown(Checker *c, Span at, Sym name, const char *what);
/* Whether e is told of for a field that its kind has not: it may be of the kind that is wanted, and the word before it the mistake. */
bool misdeclared(Checker *c, Ent e);
/* The nearest words to one that is unknown, up to three of the same distance. */
enum { NEAR_BEST = 3 };
typedef struct Near { const char *word; uint32_t len; int distance; uint32_t n; const char *best[NEAR_BEST]; } Near;
Near near_begin(const Checker *c, Sym word);
void near_try(Near *n, const char *word);
bool near_help(Checker *c, Diag *x, const Near *n, const char *mark, const char *more);   /* "did you mean 'a' or 'b'?"; false: none is near. mark stands before each, more after all */
/* A type in a sentence: "a country", "a set of countries", "a figure in t/yr", "an agreement". */
void type_words(Checker *c, Type t, Buf *out);
const char *quoted(Checker *c, const char *name);
const char *article(const char *word);          /* "a" or "an" */
void figure_words(Checker *c, Type t, Buf *out);   /* "t/yr", "a plain number" */
void declare_all(Checker *c);
const char *kind_word(const Checker *c, uint32_t kind);
Type type_read(Checker *c, Node *type);
UnitId unit_read(Checker *c, Node *unit);       /* a UNIT node, or an expression made of unit names; UNIT_NONE and a message */
Sym sym_of(Checker *c, const char *word);

void report_twice(Checker *c, const Node *name, Span first);
Sym check_sym(Checker *c, Sym prefix, Sym name);   /* what a check of that name is bound to */
Sym ename_sym(Checker *c, Node *name);         /* what an entity is called where it is declared; 0 and a message */

/* clauses.c */
Ent clause_add(Checker *c, Span at, Ent owner, const Node *article);   /* UINT32_MAX, and a message, when there are too many */
Ent clause_add_row(Checker *c, uint32_t row, Ent owner, const Node *article);   /* the same, of a row of unit->clauses */
/* Whether all labels of this owner up to the clause before this one have risen: then one that is greater than that is new. */
static inline bool clause_follows(const Program *p, uint32_t clause, Ent owner) {
  return p->memo->rising && p->memo->owner == owner && p->memo->last + 1 == clause;
}
/* Looks whether another clause of this owner has its label, and reports it. rises: the label is greater than that of the clause before it. */
void clause_label(Checker *c, Ent clause, Ent owner, bool rises);
void clause_labels_drop(const Program *p);   /* they are made again when asked for */
void clauses_end(Program *p);

/* rows.c: of a ROWS node. What is wrong with a row, or wants more than a row can hold, becomes a node and is checked as one. */
void rows_declare(Checker *c, Node *rows, Ent owner, const Node *article);
void rows_check(Checker *c, Node *rows, bool as_nodes);
void rows_asked_drop(Checker *c);               /* what rows_check has kept to answer the sooner */

/* amend.c */
void amendments_make(Checker *c);               /* once all is declared: what amendments amend, and what then stands in it */

/* expr.c */
Type expr_check(Checker *c, Node *e);
/* The same, with the type that is wanted; reports when it does not fit. `what` says what wants it. */
Type expr_want(Checker *c, Node *e, Type want, const char *what);
/* e, where a value of that type is wanted; or what looks at the value of e first, where its unit is not known before. */
Node *fitting(Checker *c, Node *e, Type want);
void list_fitting(Checker *c, Node *list, const Type *want);   /* the same for each element */
void local_push(Checker *c, Node *name, Type type, const char *what);
void locals_drop(Checker *c, uint32_t to);
uint32_t gens_check(Checker *c, Node *gens);    /* binds; returns how many locals there were before */
bool map_whole(Checker *c, Node *map);          /* whether all in the braces are pairs; says so where not */
void depends(Checker *c, uint8_t flags);
void call_add(Checker *c, uint32_t to, Span at);
Diag *expected(Checker *c, Node *at, Type got, Type want, const char *what);
void expected_some(Checker *c, Node *at, Type got, const char *want, const char *what);   /* want: "a set or a list" */
Type elem_type(Checker *c, Type collection, Type *second);   /* T_ERROR when it is none */

/* call.c */
Type call_check(Checker *c, Node *e);
bool engine_function(const char *name);

/* figures.c */
/* When a and b, the types of two nodes or of what is in them, differ in nothing but the units of figures: says so, naming both. */
bool report_units(Checker *c, Span at, Node *first, Node *second, Type a, Type b, const char *what);
Type binary_check(Checker *c, Node *e);
Type unary_check(Checker *c, Node *e);

/* decl.c */
typedef struct Binder { Node *name; Type type; } Binder;   /* the member that `each m of` stands for; name NULL: none */
void decls_check(Checker *c);
void decl_check(Checker *c, Node *n);
void clause_check(Checker *c, Node *n);
UnitId measure_read(Checker *c, Node *fields);   /* what a resource is measured in; UNIT_NONE where it says nothing, or nothing good, which has been said */
bool fields_strange(Checker *c, uint32_t kind, Node *fields);   /* whether one is there that the kind has not, or twice: told of by fields_check */
void fields_check(Checker *c, uint32_t kind, Ent self, Node *fields);   /* self UINT32_MAX: each row makes one */
void fact_expr(Checker *c, Node *e, Binder b, Type want, const char *what, uint8_t must_not);

/* money.c */
void money_check(Checker *c, Node *e, Binder b);   /* what stands after 'fund' */

/* data.c */
void data_declare(Checker *c);                  /* once all kinds are known: which of them data makes */
void data_check(Checker *c);
/* @ where an entity of a kind is wanted: the type is put down before the expression is checked. */
void atoms_hint(Checker *c, Node *e, Type want);
Type atom_check(Checker *c, Node *e);
bool atom_find(Checker *c, Node *n, uint32_t kind, Ent *out);
/* Whether e is a column of the row at hand, or something within it; then *t is its type. */
bool row_column(Checker *c, Node *e, Type *t);
uint32_t kind_find(Checker *c, const Node *n);  /* of an entity that is declared; UINT32_MAX when there is no such kind, which has been said */
uint32_t thunk_make(Checker *c, Node *expr, Node *binder, Type binder_type, Type want, const char *what);

void func_ready(Checker *c, uint32_t f);    /* checks its body now if that has not been done */

/* unread.c */
void funcs_open(Checker *c, Bind b);        /* what the name stands for is wanted: those that are unread are read, and have types */
void funcs_ready(Checker *c);               /* ... and the bodies of all that have been read are checked */
void func_header(Checker *c, uint32_t f);   /* decl.c */

/* outside.c */
void outside_check(Checker *c, const Func *f);   /* once its parameters and result have types */

/* uses.c */
void use_mark(Program *p, uint16_t module, uint16_t from);   /* the file of `module` mentions something of `from` */
void use_mark_kind(Checker *c, uint32_t kind);               /* the set of all entities of a kind */
void use_mark_unit(Checker *c, UnitId unit);
void uses_report(Checker *c);

/* strata.c */
void strata_check(Checker *c);

#define FUNC(c) (&(c)->p->funcs.at[(c)->func])

#endif
