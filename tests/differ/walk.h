#ifndef DIFFER_WALK_H
#define DIFFER_WALK_H
#include "check/program.h"
#include <setjmp.h>

/* A second Entente: what a checked program means, worked out from SPEC.md in the plainest way. It walks the tree, remembers
 * nothing, asks day by day, and begins anew for each question. Of the engine it uses the tree and its types, exact numbers,
 * dates and the table of units; values, worlds, logic, rules, time and checks are its own. Why a value is unknown is not told. */

typedef enum WKind { W_UNKNOWN, W_BOOL, W_FIGURE, W_TEXT, W_DATE, W_RANGE, W_INTS, W_ENTITY, W_SET, W_LIST, W_MAP } WKind;
typedef struct Val Val;
typedef const Val *V;
struct Val {
  WKind kind;
  bool has_lo, has_hi;   /* FIGURE: it lies between lo and hi; */
  bool exact;            /* ... both the same */
  UnitId unit;           /* ... in this unit */
  Num lo, hi;
  int64_t a, b;          /* BOOL: a; DATE: a; RANGE, INTS: first and last, none where b < a; ENTITY: a */
  const char *text;      /* TEXT: n bytes */
  size_t n;              /* SET, LIST: elements; MAP: keys and values by turns */
  V *at;
};

/* A world: what is assumed, in order. */
enum { WITHOUT_MAX = 32, ASSUMED_MAX = 8, NAMES_MAX = 64, DAY_FIRST = 20434 - 40, DAY_LAST = DAY_FIRST + 120 };
typedef struct Where {
  Day day;
  Ent without[WITHOUT_MAX];
  int nwithout;
  Ent under[ASSUMED_MAX];         /* scenarios */
  int nunder;
  Ent chosen;                    /* the agreement, or amendment, that alone is in force; else 0 */
  bool any_chosen;
  Ent own; bool has_own;         /* within an agreement: `parties` are its own */
} Where;

/* A list that is given up with all the rest. */
typedef struct Vals { V *at; uint32_t len, cap; } Vals;
typedef struct Name { Sym name; V value; const struct Name *outer; } Name;
/* A rule at hand: what has been shown of it in the rounds so far. */
typedef struct Shown { uint32_t func; V *args; int holds; } Shown;

typedef struct Walk {
  Mem *mem;              /* its own: everything is given up together */
  Arena arena;
  const Program *p;
  VEC(Num) nums;
  jmp_buf out;
  const char *error;     /* the code, once it has left by `out` */
  uint64_t steps, max_steps;
  VEC(Shown) shown;      /* of the rules that are being asked, */
  uint32_t circle_from;  /* ... from here on those of the circle at hand, */
  uint32_t circle;       /* the rule, plus 1, with which that began; 0: none */
  bool grew;             /* this round showed more */
  int depth;             /* facts that are worked out from facts */
} Walk;

void walk_init(Walk *w, Mem *mem, const Program *p, uint64_t max_steps);
void walk_end(Walk *w);
_Noreturn void walk_fail(Walk *w, const char *code);   /* "steps": it took too long */
void *walk_get(Walk *w, size_t n);
void walk_push(Walk *w, Vals *list, V v);

/* ---- values (walk_value.c) ---- */
Num walk_num(Walk *w, Num n);   /* takes over n, which lives as long as the walk; too large: E0403 */
V val_unknown(Walk *w);
V val_bool(Walk *w, bool b);
V val_three(Walk *w, int t);    /* 1 yes, 0 no, -1 unknown */
V val_date(Walk *w, int64_t d);
V val_span(Walk *w, WKind kind, int64_t a, int64_t b);
V val_entity(Walk *w, Ent e);
V val_text(Walk *w, const char *s, size_t n);
V val_figure(Walk *w, Num n, UnitId unit);
V val_between(Walk *w, const Num *lo, const Num *hi, UnitId unit);
V val_int(Walk *w, int64_t n);
V val_zero(Walk *w);            /* of every unit */
V val_seq(Walk *w, WKind kind, const V *at, size_t n);   /* sets and maps are put in order */
bool val_exact(V v);
bool val_is_figure(V v);
int val_order(Walk *w, V a, V b);      /* of exact values of one type; unknowns come last */
int val_equal(Walk *w, V a, V b);      /* 1, 0, -1 */
bool val_same(Walk *w, V a, V b);
bool val_certain(V v);                 /* nothing in it is unknown or uncertain */
int interval_less(Walk *w, V a, V b);    /* a < b: 1, 0, -1 */
V interval_add(Walk *w, V a, V b, int sign);
V interval_mul(Walk *w, V a, V b);
V interval_div(Walk *w, V a, V b);
V interval_mod(Walk *w, V a, V b);
V interval_pow(Walk *w, V a, V b);
V interval_neg(Walk *w, V a);
V interval_hull(Walk *w, V a, V b);
V interval_pick(Walk *w, V a, V b, bool max);
V interval_to(Walk *w, V a, UnitId unit);
bool interval_zero(V a);                 /* exactly 0 */
bool interval_not_zero(V a);             /* surely not 0 */
void val_show(Walk *w, V v, bool inside, Buf *out);

/* ---- expressions (walk_expr.c) ---- */
V walk_expr(Walk *w, const Where *x, const Name *names, const Node *e);
V walk_message(Walk *w, const Where *x, const Name *names, const Node *e);   /* a text that is read: what is unknown in it stands there by name */
V walk_call(Walk *w, const Where *x, uint32_t func, V *args, size_t n);
int val_truth(V v);                    /* 1, 0, -1 */
V join(Walk *w, V a, V b);             /* what holds of both, where it cannot be told which */

/* ---- time (walk_time.c) ---- */
V walk_govern(Walk *w, const Where *x, const Name *names, const Node *e);
V walk_spans(Walk *w, const Where *x, const Name *names, const Node *sentence);
V walk_first_day(Walk *w, const Where *x, const Name *names, const Node *sentence);
int64_t walk_next_day(int64_t d, int64_t last);   /* the next that must be asked */
Day walk_first_false(Walk *w, const Where *x, const Name *names, const Node *e, V range);   /* DAY_NONE: there is none */
V walk_step(Walk *w, const Where *x, V map);

/* ---- facts and agreements (walk_world.c, walk_promise.c) ---- */
typedef struct WWindow { Day from, until; bool dated; } WWindow;   /* until: the first day after; DAY_OPEN */
V walk_field(Walk *w, const Where *x, Ent e, uint32_t slot);
V walk_table(Walk *w, const Where *x, uint32_t table, V *keys);
V walk_ask(Walk *w, const Where *x, Builtin b, V *args, size_t n);
V pure_ask(Walk *w, Builtin b, V *args, size_t n);   /* those that ask no fact (walk_pure.c) */
WWindow window_of(Walk *w, const Where *x, const Name *names, const Node *mods, WWindow win);
bool window_holds(WWindow win, Day day);
V walk_demanded(Walk *w, const Where *x, Ent c, Ent r);
V walk_joint(Walk *w, const Where *x, Ent r, bool *stated);
bool walk_demand_stated(Walk *w, const Where *x, Ent c, Ent r);
int walk_requires(Walk *w, const Where *x, Ent r, Ent input, V *rate);
V promise_ask(Walk *w, const Where *x, Builtin b, V *args, size_t n);
V promise_field(Walk *w, const Where *x, Ent e, const char *field);
V where_scaled(Walk *w, const Where *x, Ent c, Ent r, V v, bool *scaled);   /* *scaled, unless NULL: whether something scales it */
bool where_closed(Walk *w, const Where *x, Ent route);
bool where_suspended(Walk *w, const Where *x, Ent e);   /* a clause or an agreement */
int where_control(Walk *w, const Where *x, Ent control); /* 1 imposed, 0 lifted, -1 neither */
V walk_targets(Walk *w, const Where *x, const Name *names, const Node *n);   /* one thing, or a set of things and sets, as one set */
V walk_parties(Walk *w, const Where *x);
bool walk_range(Walk *w, const Where *x, Day *first, Day *last);   /* of the agreements in force; false: none */
void where_without(Walk *w, Where *x, V what);
void where_under(Walk *w, Where *x, Ent what);
bool where_absent(Walk *w, const Where *x, Ent country);
bool where_withdrawn(Walk *w, const Where *x, Ent country);

/* ---- checks (walk_check.c) ---- */
enum { SPANS_MAX = 64 };
typedef struct WFinding {
  uint32_t check;          /* by place */
  const Node *require;
  bool fails;              /* else it cannot be told */
  int nspan;               /* -1: the requirement says itself when */
  struct { Day first, last; } span[SPANS_MAX];
  V message;               /* NULL: none is written */
  struct WFinding *next;
} WFinding;
typedef struct WReport { int exit_code; WFinding *first, **last; } WReport;
void walk_checks(Walk *w, WReport *r);
V walk_passes(Walk *w, const Where *x, uint32_t check);   /* a check, by function */
void walk_own(Walk *w);   /* asks what the engine's own findings ask: for an error that only they meet */

#endif
