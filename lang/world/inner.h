#ifndef WORLD_INNER_H
#define WORLD_INNER_H
#include "world/world.h"

/* What the files of this room share, and nobody else sees. */

static inline uint32_t day_key(Day d) { return (uint32_t)d ^ 0x80000000u; }   /* sorts as the day does */

/* Which rows of one resource hold, for the days from .. until - 1: of the rows for one country that with the latest start.
 * Facts depend on the day alone, so one picture serves every world; only its figures may be functions of the world. */
enum { FACTS_SUPPLY, FACTS_DEMAND, FACTS_TOTAL, FACTS_KINDS };
typedef struct Held { uint32_t who, row; bool undated; } Held;
typedef struct Picture {
  Day from, until;         /* both DAY_NONE: undated */
  uint32_t n, cap, busy;
  bool orphan;             /* replaced while someone was reading it: the last reader frees it */
  bool func;               /* some figure is a function */
  bool vague;              /* undated, and some row has a window */
  bool summed, shares, quantities, unknowns;
  Num low;                 /* lower bounds of the shares, added up; owned */
  Num qlow;                /* ... of the quantities */
  Value sum;               /* of the quantities; owned */
  Value named;             /* the set of producers, once asked; else V_NONE */
  Held at[];               /* by who */
} Picture;

/* The inputs (or the users) of a resource, for a range of days. */
typedef struct EdgeSet { Day from, until; Value set; } EdgeSet;   /* set V_NONE: not made yet */

/* What is promised of one resource in one context. */
typedef struct Part { uint32_t who; Value v; } Part;
typedef struct Sums {
  uint32_t n;
  Value suppliers, total, needed, need;   /* V_NONE: not asked yet */
  Part at[];               /* by country; those with no row are left out */
} Sums;
enum { CHUNK = 64 };       /* resources to a chunk; a context that is asked about few has few */
typedef struct Promised { uint32_t n; Sums **chunk[]; } Promised;

typedef struct Room {      /* a context and what is private to this room; contexts are always the first part of one */
  Ctx x;
  size_t size;
  bool simple;             /* differs from its base by absent countries only */
  bool all;                /* every agreement as first written is in force, and every clause of theirs */
  bool kept;               /* while trimming */
  VEC(const Shock *) scales;
  Value parties;
} Room;
static inline Room *room_of(Ctx *x) { return (Room *)(void *)x; }

/* How far what is promised of a resource depends on the world. */
enum { PLAIN_SUMS = 1,     /* on absent countries among `touch` alone */
       PLAIN_PARTS = 2,    /* ... and then only by leaving their own part out */
       PLAIN_NEED = 4 };   /* needed: on absent countries among `touch_need` alone */

/* What need not be looked up for a row of a promise. PLAIN: a quantity of one country, without recipients, routes, `when` or
 * `unless`: it counts on its days while its subject, its agreement and its clause are there and no control stands on r. */
typedef struct About { bool made; uint32_t *start, *row; } About;
typedef struct Scratch { Value *v; uint64_t *seen; } Scratch;
/* For series.c: the sums of the resource at hand, and by day, from its first one on, 1 + where that stands among its days. What is left
 * there of another resource is told apart by that. */
typedef struct StepRoom { int64_t *sum; size_t nsum; uint32_t *place; size_t nplace; } StepRoom;

typedef struct Inner {
  uint32_t cwords, rwords, awords, kwords, qwords;   /* words for countries, routes, agreements, controls, clauses */
  bool sealed;
  Picture **pics[FACTS_KINDS];
  EdgeSet *edges[2];                                 /* inputs, uses */
  uint64_t *touch, *touch_need;                      /* by resource, cwords each */
  uint8_t *plain;                                    /* by resource */
  uint32_t *control_start, *control_row;             /* by resource */
  uint32_t *exempt_start, *exempt_row;               /* exempting clauses by control */
  uint32_t *table_next;                              /* by row: the next row of a key with this hash, later starts first */
  About about[K_BUILTIN];
  Value *all; uint32_t nall;                         /* by kind: the set of its entities */
  uint64_t *some_countries, *some_routes;            /* for a view in the making */
  VEC(uint32_t) some_clauses;
  VEC(SortKey) path;                                 /* scenarios being gone through: shock and scenario */
  Scratch scratch;
  StepRoom steps;
  uint64_t *reached; VEC(uint32_t) chain;             /* resources that a walk along inputs has come to, in that order */
  size_t held;                                       /* bytes of Sums */
  uint32_t depth;                                    /* of evaluations within evaluations */
  bool broken;                                       /* an evaluation was given up: what rests on it is not to be kept */
} Inner;

enum { EVAL_DEPTH_MAX = 1010 /* more than the machine allows */, CTX_KEPT = 1024, HELD_MAX = 48 << 20 };

/* world.c */
const char *ent_word(const World *w, uint32_t kind, uint32_t index);
const char *agreement_word(const World *w, uint32_t row);             /* as first written or as amended */
Value func_eval(World *w, Ctx *x, uint32_t func, Ent arg);           /* unknown when it was given up */
Value figure_eval(World *w, Ctx *x, Value v, UnitId to);             /* v itself, or what the function says, in `to` (UNIT_NONE: as it is) */
Value figure_add(World *w, Value a, Value b);                        /* takes both over */
Value figure_mul(World *w, Value a, Value b);                        /* takes both over */
Value unit_zero(const World *w, uint32_t r);
Value unknown_of(World *w, CauseKind kind, Ent a, uint32_t b, Span span);
Value unknown_key(World *w, uint32_t table, const Value *key);               /* no fact of the table for these keys */
void draft_quoted(const World *w, Span at, const char *instead, Buf *out);   /* in causes.c */
bool cause_same(const CauseInfo *k, const CauseInfo *c);
bool cause_settled(World *w, const CauseInfo *c, Value loose, Value *v);      /* as world_settled */
Value ents_of_bits(World *w, uint32_t kind, const uint64_t *bits, uint32_t words);
void fact_note(World *w, TraceKind kind, uint32_t row);
static inline Value value_none(void) { Value v = {.tag = V_NONE}; return v; }
static inline Ent cause_country(uint32_t c) { return ent_make(K_COUNTRY, c); }
static inline bool window_holds(const World *w, Window win, Day d, bool *undated) {
  (void)w;
  *undated = d == DAY_NONE && win.stated;
  return d == DAY_NONE || (win.from <= d && d < win.until);
}
/* A clause always has one. */
static inline Window promise_window(const PromiseCols *p, uint32_t row) { return (Window){p->win.at[row].from, p->win.at[row].until, true}; }
static inline bool window_on(Window win, Day d) { return d == DAY_NONE ? !win.stated : win.from <= d && d < win.until; }

/* seal.c */
void keys_sort(Mem *m, SortKey *at, uint32_t n);   /* stable; when memory is refused the order is not to be relied on */
bool index_make(World *w, const uint32_t *key, uint32_t n, uint32_t nkey, uint32_t **start, uint32_t **row);
bool table_is_default(const World *w, uint32_t row);
uint64_t table_hash(World *w, uint32_t table, const Value *key);

static inline bool clause_stands(const Ctx *x, uint32_t agreement, uint32_t clause) {
  return bits_has(x->agreements, agreement) && !(x->suspended && bits_has(x->suspended, clause));
}

/* clause.c */
Window clause_window(const World *w, uint32_t row);
uint32_t clause_agreement(const World *w, uint32_t row);   /* row of agreements */

/* depend.c */
void dep_window(Window win, Day day, Dep *d);              /* the days around `day` on which it goes on to hold, or not to */
bool depend_make(World *w);
void depend_end(World *w);

/* conflict.c */
void conflicts_report(World *w);

/* view.c */
Ent view_chosen(const View *v);                    /* the agreement or amendment that alone is in force, or UINT32_MAX */
static inline uint32_t agreement_root(const World *w, uint32_t row) { return w->agreements.at[row].amendment ? w->agreements.at[row].root : row; }
static inline uint32_t clause_named(const World *w, uint32_t row) {
  return row < w->p->nclause ? row : w->clause_facts.at[w->clauses.at[row]].reading_of - 1;   /* what is read again is never plain */
}
void ctx_free(World *w, Ctx *x);

/* supply.c */
Picture *picture_take(World *w, int kind, uint32_t r, Day day);   /* NULL: no row holds; else give it back */
void picture_give(World *w, Picture *p);
void picture_free(World *w, Picture *p);
Value held_value(World *w, Ctx *x, int kind, Held h, uint32_t r);
const SupplyCols *cols_of(const World *w, int kind);
bool is_share(const World *w, Value v, uint32_t r);
Num figure_low(Value v);                           /* borrowed; 0 when there is none */

/* requires.c: the rows of `at[start .. end)`, which are sorted by `other` and start, that hold; one for each other. */
typedef struct EdgeWalk { World *w; const uint32_t *row; uint32_t i, end; const uint32_t *other; Day day; uint32_t found; bool undated; } EdgeWalk;
EdgeWalk edges_walk(World *w, uint32_t r, bool used, Day day);
bool edge_next(EdgeWalk *e);

/* promise.c */
typedef enum Hold { HOLDS_NOT, HOLDS, HOLDS_MAYBE } Hold;
Hold clause_holds(World *w, Ctx *x, uint32_t clause, uint32_t who, Value *why);
Hold control_hits(World *w, Ctx *x, uint32_t control, const uint64_t *to, Value *why);
const uint64_t *clause_recipients(const World *w, const ClauseFacts *c);
bool clause_in_force(const World *w, const Ctx *x, uint32_t clause);   /* window, agreement, not suspended */
uint32_t sums_parts(World *w, Ctx *x, uint32_t r, const Part **at);   /* good until anything else is asked */
void cause_add(World *w, Value *why, Value more);                     /* more is borrowed */
bool row_amended(const World *w, uint32_t row);
bool suppliers_seen(World *w, Ctx *x, uint32_t r, Day lo, Day hi, uint64_t *seen);   /* as world_suppliers_within; false: it cannot be seen */
void sums_drop_all(World *w, Ctx *x);

#endif
