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
  const char *what;    /* "let", "for": warned about when unused; NULL: not */
} Local;

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
  bool dates;          /* whether dates met are breaks of the timeline */
} Checker;

/* names.c */
bool name_find(Checker *c, uint16_t module, Sym name, Bind *out);
/* An entity of the kind, by name; reports and returns false when there is none. NAME and ATOM nodes. */
bool entity_find(Checker *c, Node *name, uint32_t kind, Ent *out);
void report_unknown(Checker *c, Span at, Sym name, const char *what);
void declare_all(Checker *c);
const char *kind_word(const Checker *c, uint32_t kind);
Type type_read(Checker *c, Node *type);
UnitId unit_read(Checker *c, Node *unit);       /* a UNIT node, or an expression made of unit names; UNIT_NONE and a message */
Sym sym_of(Checker *c, const char *word);

/* expr.c */
Type expr_check(Checker *c, Node *e);
/* The same, with the type that is wanted; reports when it does not fit. `what` says what wants it. */
Type expr_want(Checker *c, Node *e, Type want, const char *what);
void local_push(Checker *c, Node *name, Type type, const char *what);
void locals_drop(Checker *c, uint32_t to);
uint32_t gens_check(Checker *c, Node *gens);    /* binds; returns how many locals there were before */
void depends(Checker *c, uint8_t flags);
void call_add(Checker *c, uint32_t to, Span at);
void expected(Checker *c, Node *at, Type got, Type want, const char *what);
Type elem_type(Checker *c, Type collection, Type *second);   /* T_ERROR when it is none */

/* call.c */
Type call_check(Checker *c, Node *e);

/* figures.c */
Type binary_check(Checker *c, Node *e);
Type unary_check(Checker *c, Node *e);

/* decl.c */
void decls_check(Checker *c);
uint32_t thunk_make(Checker *c, Node *expr, Node *binder, Type binder_type, Type want, const char *what);

void func_ready(Checker *c, uint32_t f);    /* checks its body now if that has not been done */

/* strata.c */
void strata_check(Checker *c);

#define FUNC(c) (&(c)->p->funcs.at[(c)->func])

#endif
