#ifndef CHECK_PROGRAM_H
#define CHECK_PROGRAM_H
#include "base/date.h"
#include "base/map.h"
#include "check/type.h"
#include "source/rows.h"
#include "syntax/ast.h"

/* What the checker makes of the trees: every name resolved, every expression typed (in Node.ty, op and ref). */

/* An entity: its kind in the top byte, its place in the kind's table below. */
typedef uint32_t Ent;
static inline Ent ent_make(uint32_t kind, uint32_t index) { return kind << 24 | index; }
static inline uint32_t ent_kind(Ent e) { return e >> 24; }
static inline uint32_t ent_index(Ent e) { return e & 0xFFFFFF; }

typedef struct Entity {
  Sym id;
  const char *name;    /* the title, else the id */
  Span span;           /* of its name, where it is declared */
  Node *decl;
  Ent owner;           /* clause: the agreement it is written in, or the amendment; else 0 */
  uint16_t module;
  bool twice;          /* another of its name stands before it, which has been said */
  bool idle;           /* a resource or route of the library that the draft does not speak of: it counts nowhere */
  uint32_t row;        /* made by data: 1 + the row, counted over all blocks; else 0 */
} Entity;

typedef struct Field {
  Sym name;
  Type type;
  const char *quoted;      /* for messages, once one might be said of it */
  uint32_t given, wrong;   /* while bodies are checked: the last one that gave it, and the last in which it was wrong in itself */
} Field;
enum { FIELD_ID, FIELD_NAME, FIELD_FIRST };   /* every kind has these two */

typedef struct Kind {
  Sym word;            /* "resource", or the draft's own "pipeline" */
  Type type;
  VEC(Entity) list;    /* of clauses none: see Program */
  VEC(Field) fields;
  Span span;
} Kind;

typedef enum FuncKind { FUNC_FN, FUNC_RULE, FUNC_LET, FUNC_VERDICT /* of a check */, FUNC_THUNK, FUNC_CHECK, FUNC_TEST } FuncKind;
enum { FLAG_VARIES = 1, FLAG_TODAY = 2, FLAG_CLAUSES = 4, FLAG_RECURSIVE = 8, FLAG_ROW = 16 /* it mentions the row of a data block */,
       FLAG_AGREED = 32 /* a field of an agreement */, FLAG_WORLDS = 64 /* it asks about worlds without something */ };

typedef struct Call { uint32_t from, to; bool monotone; Span span; } Call;

typedef struct Func {
  Sym name;
  uint8_t kind, flags;
  uint8_t state;            /* 0 not checked yet, 1 being checked, 2 checked; or FUNC_UNREAD */
  bool late;                /* it was unread at first */
  uint16_t module;
  uint16_t nparam, nslot;   /* slots hold parameters first, then every name bound within */
  Type param[8];
  Type ret;
  uint32_t outside;         /* 1 + its place in Program.externs, and then it has no body; 0: it is written in the draft */
  Node *decl, *body;        /* of one that is unread, decl has the name alone. body: the expression; a check's is its CHECK node, and its verdict's too; a test's its TEST */
  uint32_t verdict;         /* of a check: the FUNC_VERDICT that says whether it passes; 0: nobody asks */
  Span span;
} Func;
enum { FUNC_UNREAD = 3 /* of the library, and nobody has named it: see unread.c */ };
enum { PARAM_MAX = 8, RULE_PARAM_MAX = 3, SLOT_MAX = 4000, GIVEN_MAX = 255 };

/* A function from outside. types: a letter for each parameter, a colon, and one for the result: n a number or quantity,
 * s a text, b a yes-or-no, d a date, e an entity, which passes as its identifier. */
typedef struct Extern {
  Node *decl;
  const char *library, *symbol;
  char types[PARAM_MAX + 3];
  UnitId unit[PARAM_MAX + 1];   /* of each n; the result's comes last */
} Extern;

typedef struct Table {
  Sym name;
  const char *title;
  uint8_t nkey;
  Type key[4];
  Type type;
  Node *decl;
  uint16_t module;
} Table;
enum { TABLE_KEY_MAX = 4, TABLE_PERFORMED = 0 /* the engine's own, without a declaration */ };

/* What a name at the top of a file stands for. */
typedef enum BindKind { BIND_ENTITY, BIND_FUNC, BIND_TABLE, BIND_KIND, BIND_BAD /* declared by something reported already */ } BindKind;
typedef struct Bind { uint8_t kind; uint32_t index; int32_t next; } Bind;   /* next: another of the same name (overloads), or -1 */

typedef struct Module {
  Sym name;              /* std.units, or the path */
  const Source *source;
  Node *file;
  bool library;
  Map names;             /* Sym -> first Bind */
  VEC(struct { uint16_t module; Sym prefix; Span span; bool used; }) uses;
} Module;

/* How NAME, FIELD and CALL nodes are resolved: Node.op, with Node.ref as said. */
enum { REF_NONE, REF_LOCAL /* slot */, REF_ENTITY /* Ent */, REF_FUNC /* Func without parameters */, REF_TABLE, REF_SETOF /* entity kind */,
       REF_PARTIES, REF_CONCERN, REF_TERM, REF_OPEN, REF_TODAY, REF_FIELD /* slot of the kind's fields */, REF_RANGE_FROM, REF_RANGE_THROUGH,
       REF_COLUMN /* of the rows of a data block */, REF_ATOM /* entity kind: which one, a text says when it is asked */ };
enum { CALL_NONE, CALL_FUNC, CALL_BUILTIN, CALL_TABLE, CALL_AGGREGATE /* Aggregate */, CALL_SPANS, CALL_FIRST_DAY, CALL_STEP, CALL_PASSES };
typedef enum Aggregate { AGG_SUM, AGG_COUNT, AGG_MIN, AGG_MAX, AGG_ANY, AGG_ALL } Aggregate;

#define BUILTIN(name, params, result, flags, doc) BUILTIN_##name,
typedef enum Builtin {
#include "check/builtin.def"
  BUILTIN_COUNT
} Builtin;
#undef BUILTIN
typedef struct BuiltinInfo { const char *name, *params, *result; char flag; const char *doc; } BuiltinInfo;
const BuiltinInfo *builtin_info(Builtin b);
void builtin_form(Builtin b, Buf *to);   /* suppliers(resource, range?) */

/* What stands in an agreement once an amendment has changed it, in order. An article is an entry without a clause; its clauses follow. */
typedef struct AmendedClause { Ent clause /* UINT32_MAX: none */; Node *article /* or NULL */; Node *change; bool struck; } AmendedClause;
typedef enum AmendedState { AMENDED_NEW, AMENDED_PATH, AMENDED_DONE, AMENDED_BAD } AmendedState;
typedef struct Amended {
  Node *decl;
  uint16_t module;
  uint8_t state;
  Ent of, root;          /* the agreement or amendment that it amends; the agreement that all goes back to */
  VEC(AmendedClause) clauses;
} Amended;

/* A data block, and the rows that it goes through. */
typedef struct DataBlock {
  Node *node;
  uint16_t module;
  const Rows *rows;      /* NULL: they could not be read, which has been said */
  uint32_t first;        /* the number of its first row, counted over all blocks */
  uint64_t *counts;      /* the rows that count, once that has been asked for the entities they make; NULL: not yet */
} DataBlock;

typedef struct Decl { Node *node; uint16_t module; } Decl;

/* Clauses that follow each other in one agreement or amendment, and in one article of it. */
typedef struct ClauseRun { uint32_t first; Ent owner; uint16_t module; bool rows; uint32_t from /* the place of `first`: in unit->clauses if they are rows, else in clause_spans */; const Node *article /* or NULL */; } ClauseRun;

enum { CLAUSES_MAX = 0xFFFFFF };

/* See clauses.c. labels: hash << 32 | 1 + clause, of clauses as first written. */
typedef struct ClauseMemo {
  Map entities;          /* clause -> Entity *, of those that have nodes or have been asked for */
  uint64_t *slot;        /* labels */
  uint32_t cap, len;
  bool all;              /* every one is there */
  bool rising;           /* of the owner at hand none is, since each label so far is greater than that before it */
  Ent owner;             /* while clauses are declared: whose are at hand, the first of them, and the last */
  uint32_t first, last;
} ClauseMemo;

typedef struct Program {
  Mem *mem;
  Unit *unit;
  UnitTable units;
  TypeTable types;
  VEC(Kind) kinds;
  uint32_t bodies;       /* of entities and agreements, gone through so far */
  VEC(Func) funcs;
  VEC(Extern) externs;
  VEC(Table) tables;
  VEC(Module) modules;
  VEC(Bind) binds;
  VEC(Call) calls;
  VEC(uint32_t) opened;  /* Funcs that were unread, in the order in which they were named, */
  uint32_t ready;        /* and how many of them have been checked */
  VEC(Decl) facts;       /* declarations that the world is built from, in order */
  VEC(uint32_t) checks;  /* Funcs of kind FUNC_CHECK, in order */
  VEC(uint32_t) tests;   /* ... FUNC_TEST */
  VEC(Decl) givens;      /* GIVEN nodes of tests. Each is a scenario without a name, after those that have one */
  VEC(Ent) concern;
  VEC(Day) dates;        /* dates that expressions name: the timeline breaks there */
  VEC(UnitId) resource_unit;   /* by resource */
  VEC(struct { uint32_t func; uint8_t must_not; Span span; }) limits;  /* what an expression of a declaration may not depend on */
  uint32_t nclause;      /* there may be a million, and few are asked for by name: their Entity is made then */
  VEC(Span) clause_spans;   /* where those are written that are no rows */
  VEC(ClauseRun) clause_runs;
  struct ClauseMemo *memo;     /* what has been asked of them by name: so that asking changes no Program */
  Map clause_ids;        /* owner << 32 | label -> clause, of amendments, and of agreements what data adds */
  VEC(Amended) amended;  /* by amendment */
  VEC(uint32_t) amend_order;   /* amendments, those that are amended before those that amend them */
  bool idlers, settled;  /* whether any entity may be idle; which are has been settled, and naming one changes nothing now */
  Map row_nodes;         /* row -> Node *, of those that are not plain */
  VEC(DataBlock) data;
  VEC(Rows *) rows;      /* of data files; blocks may share them */
  Map made;              /* kind << 32 | name -> Ent, of entities that data makes */
  bool makes[256];       /* by kind: whether some data block makes such */
  Map thunks;            /* Node* -> Func, for expressions of declarations that are not plain literals */
} Program;

void program_init(Program *p, Mem *mem, Unit *unit);
void program_end(Program *p);
/* Adds a parsed file as a module; uses are added by the loader with program_use. Returns its index. */
uint16_t program_module(Program *p, Sym name, const Source *source, Node *file, bool library);
/* Rows that live as long as the program; NULL when memory is refused. */
Rows *program_rows(Program *p, const Source *src);
void program_use(Program *p, uint16_t module, uint16_t used, Sym prefix, Span span);
/* What of the library is not idle: what files of the draft name, and what that requires. Called again where more may have been
 * named since; `last`: nothing will be. */
void program_settle(Program *p, bool last);
/* Declares, resolves, types. True when nothing is wrong. */
bool program_check(Program *p);
/* Checks an expression in the scope of a module, as a new Func without parameters; its index, or UINT32_MAX. */
uint32_t program_check_expr(Program *p, uint16_t module, Node *expr);

/* A clause that is written at a place: its number, or UINT32_MAX when there are too many, or memory is refused. */
Ent clause_make(Program *p, Span at, Ent owner, uint16_t module, const Node *article);
void clause_entity_put(const Program *p, Ent clause, Entity e);
Entity *clause_entity(const Program *p, uint32_t clause);   /* made when it is first asked for; the pointer stays good */
/* What a clause says, as a tree: one that was read as a row is read again. NULL when memory is refused. */
const Node *clause_decl(const Program *p, Ent clause);
static inline Entity *program_entity(const Program *p, Ent e) {
  return ent_kind(e) == K_CLAUSE ? clause_entity(p, ent_index(e)) : &p->kinds.at[ent_kind(e)].list.at[ent_index(e)];
}
static inline uint32_t kind_count(const Program *p, uint32_t kind) { return kind == K_CLAUSE ? p->nclause : p->kinds.at[kind].list.len; }
Node *row_node(const Program *p, uint32_t row);   /* of one that is not plain, once all is checked */
const ClauseRun *clause_run(const Program *p, uint32_t clause);
Span clause_span(const Program *p, uint32_t clause);
static inline const char *sym_text(const Program *p, Sym s) { return intern_text(p->unit->names, s); }
/* The Func that an expression of a declaration became, or UINT32_MAX when it is a plain literal. */
uint32_t program_thunk(const Program *p, const Node *expr);
/* Reads and checks these functions of a module of the library, all of a name, so that they can be asked; those that are not there are none. */
void program_open(Program *p, const char *module, const char *const *names, size_t n);
/* The entity of that kind whose name can be seen from the module; UINT32_MAX when there is none. */
Ent program_find(Program *p, uint16_t module, Sym name, uint32_t kind);
/* The clause of an agreement, or of one as amended, with that label; or UINT32_MAX. */
Ent program_clause(const Program *p, Ent of, Sym label);
/* What a name stands for in a module; false when it is not known there. a.b is looked for in what is used as a. */
bool program_bind(Program *p, uint16_t module, const char *name, size_t len, Bind *out);
/* Goes through the names that a module sees, with their types; one that is seen in several files comes several times. prefix: what is used as that; 0. */
void program_names(Program *p, uint16_t module, Sym prefix, void (*each)(void *data, Sym name, const Bind *b), void *data);
Sym bind_name(const Program *p, const Bind *b);   /* 0: of nothing */
/* The field of a kind, and its slot; NULL when there is none. */
const Field *field_find(const Program *p, uint32_t kind, Sym name, uint32_t *slot);
void type_text(const Program *p, Type t, Buf *out);

#endif
