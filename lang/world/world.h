#ifndef WORLD_WORLD_H
#define WORLD_WORLD_H
#include "base/bits.h"
#include "world/value.h"

/* The facts of a draft in columns, the days on which they change, and the worlds that can be asked about.
 * Built once (world_* rows, then world_seal), then only read, through a Ctx: one world on one stretch of days. */

/* ---- why a figure is unknown ---- */
typedef enum CauseKind {
  CAUSE_CAPACITY,   /* a country c, b resource: no supply fact says */
  CAUSE_WORLD,      /* a resource: its world production is not stated */
  CAUSE_LOOSE,      /* the fact at `span` gives only a range */
  CAUSE_TABLE,      /* b table, and its keys: no fact for them */
  CAUSE_RATE,       /* a resource, b resource: no rate is stated */
  CAUSE_FIELD,      /* a entity, b field slot: not stated */
  CAUSE_UNDATED,    /* the fact at `span` has a window, and no day is set */
  CAUSE_EMPTY,      /* min or max of nothing, at `span` */
  CAUSE_ZERO,       /* division at `span` by what may be 0 */
  CAUSE_KEY,        /* a missing key or place, at `span` */
  CAUSE_LAYER,      /* a layer: the draft declares no critical resource of it */
  CAUSE_WORDS,      /* a text that is no number, at `span` */
  CAUSE_NO_DATE,    /* a text that is no date, at `span` */
  CAUSE_CELL,       /* a cell of a data file that is empty or not there, at `span` */
  CAUSE_UNASKED     /* the check at `span` found nothing to ask about */
} CauseKind;
typedef struct CauseInfo { uint8_t kind; Ent a; uint32_t b; Span span; uint64_t keys; uint32_t key; } CauseInfo;  /* of a table or text: a hash of all keys, or of the text; where they begin in cause_keys */

/* One figure that is missing or loose, as if it were known: everything that would say so says the value instead. Until one
 * is `set`, what it lies between is only noted. */
typedef struct Settled { CauseInfo what; bool set; Value value, seen; } Settled;   /* seen: V_NONE when nobody asked */

/* ---- facts ---- */
enum { WHO_REST = 0xFFFFFE, WHO_JOINT = 0xFFFFFD };
typedef struct Window { Day from, until; bool stated; } Window;   /* until is exclusive; DAY_MIN and DAY_OPEN when unbounded */

typedef struct SupplyCols {   /* who: country index, or WHO_REST */
  VEC(uint32_t) res; VEC(uint32_t) who; VEC(Value) value; VEC(Window) win; VEC(Span) span; VEC(uint32_t) cite;
  uint32_t *start, *row;      /* by resource, after sealing: rows row[start[r]] .. row[start[r+1]-1], by who and start */
} SupplyCols;                 /* `demand` has the same shape, who WHO_JOINT for joint demand; `totals` (world R: ...) too, who unused */

typedef struct RowRun { uint32_t first, end; } RowRun;
typedef struct PromiseCols {  /* one row for each subject, step of a schedule and resource of a clause that moves goods */
  VEC(uint32_t) res;          /* until sealing; then promise_resource says */
  VEC(uint32_t) who /* country, or WHO_JOINT */; VEC(Value) value; VEC(DayRun) win; VEC(uint32_t) clause;
  VEC(uint8_t) act;           /* ACT_SUPPLY, ACT_BUY, ACT_STOCKPILE, ACT_CARRY; a fund's yield is ACT_SUPPLY */
  VEC(uint8_t) flags;         /* ROW_SOLE and ROW_BINDS of a plain clause's, else 0 until sealing */
  VEC(uint64_t *) to;         /* each m of: this subject's recipients; NULL, or no rows at all: those of the clause */
  VEC(RowRun) came;           /* until sealing: which rows count, as they came. Rows of clauses have their places before they do (load_clauses_take) */
  uint32_t *start;            /* sealing sorts the rows by resource: those of r are start[r] .. start[r+1]-1, as they came */
} PromiseCols;

/* A clause as it stands in one agreement. One that an amendment leaves standing is read again with the amended agreement's
 * parties and term, as a row of its own: first come the rows of clauses as first written, in their order, then readings. */
typedef struct ClauseFacts {
  uint32_t agreement;         /* row of agreements */
  uint32_t reading_of;        /* 1 + the clause that this reads again; 0: none */
  uint32_t next_reading;      /* of the same clause; 0: none */
  uint8_t act, modal;
  bool binding;               /* shall, in an agreement that binds */
  bool by;                    /* its window begins with a day that it is to be done by */
  Window win;
  Span span;
  uint64_t *subjects;         /* countries */
  uint64_t *to;               /* recipients; NULL: everyone of the agreement */
  uint32_t res;               /* the one resource that it names, or UINT32_MAX */
  uint64_t *resources, *layers;  /* ... or several; NULL: none */
  uint64_t *routes;           /* needed, all of them; NULL: none */
  uint32_t control;           /* exempt: from this one; else UINT32_MAX */
  uint32_t when, unless;      /* Func, or UINT32_MAX; asked in the world and on the day at hand */
  Ent binder;                 /* each m: not used here, see V_FUNC */
  uint32_t cite;
  Value text;                 /* undertake; else V_NONE */
  const char *article;        /* its title, else its name; "": none */
} ClauseFacts;

typedef struct ControlFacts {
  uint32_t by;
  uint64_t *resources, *against;  /* against NULL: everyone but its author */
  Window win;
  VEC(Window) suspended;
  Span span;
  uint32_t cite;
} ControlFacts;

typedef struct RequireCols { VEC(uint32_t) res; VEC(uint32_t) input; VEC(Value) rate /* V_NONE: none stated */; VEC(Window) win; VEC(Span) span; VEC(uint32_t) cite;
  uint32_t *start, *row, *used_start, *used_row; } RequireCols;

typedef struct TableCols { VEC(uint32_t) table; VEC(Value) key[TABLE_KEY_MAX]; VEC(Value) value; VEC(Window) win; VEC(Span) span; VEC(uint32_t) cite; Map by_key; } TableCols;

typedef struct AgreementFacts {
  uint64_t *parties;
  Day first, last;            /* both included; last may be DAY_OPEN */
  bool binding;
  Span span;
  uint32_t amendment;         /* 1 + the amendment that made this of another; 0: as first written */
  uint32_t before;            /* ... and what it changed: the row that holds until `from` */
  uint32_t root;              /* ... and the agreement as first written */
  Day from;                   /* ... or DAY_MIN */
} AgreementFacts;
typedef struct Shock { uint8_t op; uint32_t index; uint64_t *countries; Num by; Window win; Span span; Ent what; } Shock;
typedef struct ScenarioFacts { VEC(Shock) shocks; } ScenarioFacts;

/* ---- worlds ---- */
enum { UNDER_MAX = 8 };
typedef struct View {         /* what has been assumed; interned: equal worlds are one */
  uint32_t id;
  uint64_t *countries, *routes;   /* taken away by `without` */
  uint32_t *clauses, nclauses;    /* sorted */
  Ent under[UNDER_MAX]; uint8_t nunder;
} View;

/* How far an answer holds: on the days lo to hi (both included), and whichever countries outside `who` are absent, as long as
 * fewer than `few` are absent in all (a promise lapses only when all its recipients are). `who` has a bit for each party,
 * and one that everybody else shares, so more countries than matter may be in it, never fewer. */
typedef struct Dep { Day lo, hi; uint64_t who; uint32_t few; } Dep;
enum { DAYS_SUPPLY, DAYS_DEMAND, DAYS_PROMISE, DAYS_REQUIRE, DAYS_KINDS };
typedef struct DependOf { uint32_t first[DAYS_KINDS], ndays[DAYS_KINDS]; uint64_t who[DAYS_KINDS]; uint32_t few; bool loose_facts, loose_promises, controlled; } DependOf;   /* loose: some figure is a function */
enum { DEP_SUPPLY = 1 << DAYS_SUPPLY, DEP_DEMAND = 1 << DAYS_DEMAND, DEP_PROMISE = 1 << DAYS_PROMISE, DEP_REQUIRE = 1 << DAYS_REQUIRE };
typedef struct SortKey { uint64_t key; uint32_t row; } SortKey;
typedef struct Depend { DependOf *res; VEC(Day) days; uint8_t *bit; /* by country */ bool shared; /* among parties */ } Depend;   /* days: by resource and kind, in order */

typedef struct Ctx {
  const View *view;
  Day day;                    /* DAY_NONE: undated */
  uint32_t stretch;
  uint64_t *absent;           /* countries that supply, promise, need and receive nothing: without, and withdrawn */
  uint64_t *parties;          /* of the agreements in force, less the withdrawn */
  uint64_t *agreements;       /* in force in this world (chosen, not suspended) */
  uint64_t *closed;           /* routes */
  uint64_t *controls;         /* in force today in this world */
  uint64_t *suspended;        /* clauses; NULL: none */
  const Shock **scales; uint32_t nscales;
  struct Promised *promised;  /* cache by resource */
  bool thunked; Dep thunks;   /* what evaluating figures that are functions has depended on here */
  struct Ctx *base;           /* the same day, with nothing assumed but the chosen agreement */
} Ctx;

/* A fact that an answer rests on. */
typedef enum TraceKind { TRACE_SUPPLY, TRACE_DEMAND, TRACE_TOTAL, TRACE_PROMISE, TRACE_CONTROL, TRACE_REQUIRE, TRACE_TABLE, TRACE_NOBODY /* row: a resource that nobody is committed to supply */, TRACE_NOBODY_LEFT /* ... in the world assumed */, TRACE_CALLED /* row: a call that has been gone into; until trace_settle */ } TraceKind;
typedef struct Trace { uint8_t kind; uint32_t row; } Trace;
/* Stretches of the trace: what a loop read for nothing; what a call read, and the cuts made within it. cut: it lies within one. */
typedef struct TraceCut { uint32_t lo, hi; } TraceCut;
typedef struct TraceCall { uint32_t lo, hi /* UINT32_MAX: it goes on */, cut_lo, cut_hi; bool cut; } TraceCall;

typedef struct World {
  Rt rt;
  Mem *mem;
  Program *p;
  Arena arena;
  SupplyCols supply, demand, totals;
  PromiseCols promises;
  RequireCols requires;
  TableCols tables;
  VEC(uint32_t) clauses;          /* by clause, then readings: where in clause_facts, or PLAIN_CLAUSE and its row of promises */
  VEC(ClauseFacts) clause_facts;  /* of those that say more than that one country shall supply so much of one resource on such days */
  bool strangers;                 /* some plain clause has a subject that is no party */
  uint64_t *alone;                /* by country: a set of it alone; made with the first plain clause */
  VEC(ControlFacts) controls;
  VEC(AgreementFacts) agreements; /* as first written, in order; then as amended */
  VEC(uint32_t) amended;          /* by amendment: its row of agreements */
  VEC(ScenarioFacts) scenarios;
  VEC(uint64_t *) passes;         /* by route: countries; NULL: not stated */
  VEC(Value) fields[256];         /* by kind: entity * number of fields + slot; V_NONE: not stated */
  VEC(uint32_t) cites;            /* runs: count, then source indexes; a row's `cite` is where its run begins; 0: none */
  VEC(CauseInfo) causes; Map cause_ids; VEC(Value) cause_keys;
  VEC(Day) breaks;                /* sorted: a new stretch begins on each */
  VEC(View *) views; Map view_ids;
  VEC(Ctx *) ctxs; Map ctx_ids;
  bool daily;                     /* something in the draft asks for `today`: contexts are by day */
  VEC(TraceCut) trace_cuts; VEC(TraceCall) trace_calls;
  bool tracing; VEC(Trace) trace; uint32_t trace_elem; /* while tracing, caches are passed by and every fact read is noted */
  Settled *settled;               /* NULL: all is as the draft says */
  uint64_t *clauses_read;         /* clauses that an answer looked at, where tests want to know; else NULL */
  uint32_t ncountry, nroute, nresource;
  /* Evaluates a Func (with one entity as its argument, unless arg is UINT32_MAX) in a context; set by the machine. */
  Value (*eval)(void *vm, Ctx *ctx, uint32_t func, Ent arg);
  void *vm;
  Depend depend;
  struct Inner *inner;            /* indexes and caches, private to this room */
} World;

static inline void clause_read(World *w, uint32_t clause) { if (w->clauses_read) bits_set(w->clauses_read, clause); }
bool world_init(World *w, Mem *mem, Program *p);
void world_counts(World *w);     /* how many countries, routes and resources there are: data may have made some */
void world_end(World *w);
uint64_t *world_bits(World *w, uint32_t n);                  /* n bits, zeroed, in the arena */
/* A row of clauses. Of a plain one everything is read from its promise, into `room`. */
enum { ROW_BINDS = 1, ROW_PLAIN = 2, ROW_SOLE = 4 /* all that its clause says */, ROW_GIVES = 8 /* plain, binds, and supplies an exact figure above 0 */ };
#define PLAIN_CLAUSE 0x80000000u
const ClauseFacts *world_clause(const World *w, uint32_t row, ClauseFacts *room);
Span world_clause_span(const World *w, uint32_t row);
/* The row comes now; false when memory is refused. */
static inline bool promise_listed(Mem *m, PromiseCols *p, uint32_t row) {
  RowRun *last = p->came.len ? &p->came.at[p->came.len - 1] : NULL, next = {row, row + 1};
  if (!last || last->end != row) return vec_push(m, &p->came, next);
  last->end++;
  return true;
}
uint32_t promise_resource(const PromiseCols *p, uint32_t row, uint32_t nres);   /* nres: how many resources there are */
bool world_alone(World *w);   /* makes a set of each country alone, as world_clause wants of plain clauses; false when memory is refused */
ClauseFacts *world_clause_full(World *w, uint32_t row, const Node *article);   /* to be filled in; NULL when memory is refused */
/* Whether a figure that is unknown or loose for that reason has been settled; then *v, owned, is its value. */
bool world_settled(World *w, CauseKind kind, Ent a, uint32_t b, Span span, Value loose, Value *v);
/* Forgets what was worked out; while nobody holds a context. */
void world_forget(World *w);
Cause world_cause(World *w, CauseKind kind, Ent a, uint32_t b, Span span);
Cause world_text_cause(World *w, CauseKind kind, Value text, Span span);   /* CAUSE_WORDS, CAUSE_NO_DATE */
void world_cause_text(World *w, Cause c, Buf *out);          /* "what AUS can supply of gallium: no supply fact says" */
Span world_cause_span(const World *w, Cause c);
uint32_t world_cite(World *w, const uint32_t *sources, uint32_t n);  /* equal runs may repeat */
/* Sorts the days on which anything changes (windows, terms, suspensions, shocks, program dates and the days after them), indexes the
 * columns, and reports conflicts: shares of one resource on one day above 100 % (E0309: by lower bounds), two facts for one key with the same start
 * and different figures (E0310, both shown), a subject that is not a party (E0306), a range that ends before it begins (E0305). */
void world_seal(World *w);

/* ---- time ---- */
uint32_t world_stretch(const World *w, Day d);               /* which stretch a day is in */
Day world_stretch_first(const World *w, uint32_t s);         /* DAY_MIN for the first */
Day world_stretch_last(const World *w, uint32_t s);          /* DAY_OPEN for the last */
/* The earliest start and latest end of the agreements in force in the view; false when there is none. */
bool world_term(World *w, const View *v, Day *first, Day *last);

/* ---- worlds ---- */
const View *world_base(World *w);
/* NULL when memory is refused (or, for under, when UNDER_MAX is passed). */
const View *world_without(World *w, const View *v, Value what);   /* a country, route or clause, or a set of one of them */
const View *world_under(World *w, const View *v, Ent what);       /* scenario, agreement or amendment */
Ctx *world_ctx(World *w, const View *v, Day day);            /* interned; NULL when memory is refused */
/* Forgets contexts that are not in keep[] (entries may repeat), when there are more than a few thousand. */
void world_ctx_trim(World *w, Ctx *const *keep, uint32_t n);

/* ---- what the engine can be asked (language.md 8); results are owned by the caller; r and c are indexes ---- */
Value world_capacity(World *w, Ctx *x, uint32_t c, uint32_t r);
Value world_share(World *w, Ctx *x, uint32_t c, uint32_t r);
Value world_producers(World *w, Ctx *x, uint32_t r);
Value world_unnamed(World *w, Ctx *x, uint32_t r);
Value world_committed(World *w, Ctx *x, uint32_t c, uint32_t r);
Value world_intended(World *w, Ctx *x, uint32_t c, uint32_t r);
Value world_suppliers(World *w, Ctx *x, uint32_t r);
/* On some day from lo to hi, where that can be seen without going from day to day; else V_NONE. */
Value world_suppliers_within(World *w, Ctx *x, uint32_t r, Day lo, Day hi);
/* Whether taking countries away changes what is promised of r only by what they promise themselves. */
bool world_parts_apart(const World *w, uint32_t r);
/* The countries whose absence can change what is needed of r; NULL when that cannot be said. */
const uint64_t *world_need_touch(const World *w, uint32_t r);
Value world_demanded(World *w, Ctx *x, uint32_t c, uint32_t r);
Value world_has_need(World *w, Ctx *x, uint32_t r);
Value world_needed(World *w, Ctx *x, uint32_t r);
Value world_inputs(World *w, Ctx *x, uint32_t r);
Value world_uses(World *w, Ctx *x, uint32_t r);
/* What making a resource, or any of a set, takes in all; what that depends on is met into d. steps: how many were gone through. */
Value world_inputs_in_all(World *w, Ctx *x, Value of, Dep *d, uint32_t *steps);
Value world_rate(World *w, Ctx *x, uint32_t r, uint32_t input);
Value world_stockpiled(World *w, Ctx *x, uint32_t c, uint32_t r);   /* c WHO_JOINT: everyone's */
Value world_carried(World *w, Ctx *x, uint32_t r);
Value world_blocked(World *w, Ctx *x, uint32_t c, uint32_t r);
Value world_in_force(World *w, Ctx *x, uint32_t control);
Value world_clauses(World *w, Ctx *x, Ent about, Dep *d);   /* ... and on which days they are the same */
Value world_table(World *w, Ctx *x, uint32_t table, const Value *key);
Value world_parties(World *w, Ctx *x);

/* Questions about many resources at once, one a row. `live` has a bit for each row that is asked about. Entities in rows: one
 * for each (step 1), or the same for all (step 0). False: something is not plain; ask about each alone. */
typedef struct Ents { const Ent *at; uint32_t step; } Ents;
typedef struct RowsAsked { Ents res, who; const Day *day /* NULL: the context's */; const uint64_t *live; uint32_t n; } RowsAsked;
typedef struct Figures { int64_t *num; Value head; bool zeros; } Figures;   /* exact; head: unit and power of ten of all, V_NONE: all are 0. zeros: 0 is a zero of every unit */
bool world_committed_rows(World *w, Ctx *x, const RowsAsked *q, Figures *f);   /* who.at NULL: all suppliers together, 0 of every unit where there are none */
bool world_needed_rows(World *w, Ctx *x, const RowsAsked *q, Figures *f);
bool world_share_rows(World *w, Ctx *x, const RowsAsked *q, Figures *f);       /* day NULL */
typedef enum MemberKind { MEMBERS_PRODUCERS, MEMBERS_INPUTS, MEMBERS_USES, MEMBERS_SUPPLIERS /* on some day from lo to hi */ } MemberKind;
typedef VEC(Value) Members;
bool world_members_rows(World *w, Ctx *x, MemberKind kind, const RowsAsked *q, Day lo, Day hi, uint32_t *end, Members *to);   /* those of row i end before end[i]; day NULL */
void dep_rows(World *w, const Ctx *x, const RowsAsked *q, int what, bool timeless, Dep *d);   /* as dep_resource, for all; timeless: whatever the day is */
const Day *world_days(const World *w, uint32_t r, int kind, uint32_t *n);  /* on which something changes, rising; kind: DAYS_SUPPLY and so on */
Value world_entities(World *w, uint32_t kind);
void world_resettle(World *w);   /* what of the library is idle may have changed */
Value world_bits_value(World *w, uint32_t kind, const uint64_t *bits);   /* a set of entities; bits NULL: of none */

/* What an answer of the world about a resource depends on is met into d; dep_stretch: on anything at all, so only this stretch of days. */
static inline void dep_narrow(Dep *d, Day lo, Day hi) {
  if (lo > d->lo) d->lo = lo;
  if (hi < d->hi) d->hi = hi;
}
static inline void dep_meet(Dep *d, Dep e) {
  dep_narrow(d, e.lo, e.hi);
  d->who |= e.who;
  if (e.few < d->few) d->few = e.few;
}
void dep_stretch(World *w, const Ctx *x, Dep *d);
void dep_resource(World *w, const Ctx *x, uint32_t r, int what, Dep *d);   /* what: DEP_SUPPLY and so on, together */
void depend_settle(World *w);   /* after promises that are functions became figures */
uint64_t dep_who(const World *w, uint32_t country);
uint64_t dep_own(const World *w, uint32_t country);   /* the same, but 0 when the bit is shared with others */
uint64_t dep_absent(const World *w, const uint64_t *countries, const uint64_t *before);   /* those in the first and not in the second */
void dep_need(World *w, const Ctx *x, uint32_t r, Dep *d);

/* What a traced fact says, in words ("CHN can supply at least 90 % of the world's rare_earths"), and where and by whom. */
void world_trace_text(World *w, Trace t, Buf *out);
/* trace.c. Of a call that is gone into, begin gives its place, for its end and for when it is asked again. */
void trace_clear(World *w);
uint32_t trace_call_begin(World *w);
void trace_call_end(World *w, uint32_t call);
void trace_call_again(World *w, uint32_t call);
void trace_cut(World *w, uint32_t lo, uint32_t hi);   /* what was noted there does not count, but for calls that are asked again */
void trace_settle(World *w);                          /* the trace becomes the facts that count */
Span world_trace_span(const World *w, Trace t);
const uint32_t *world_trace_sources(const World *w, Trace t, uint32_t *n);

/* What the engine finds without being asked, on the whole term, for answer/ to report: a promise above known capacity, a control that
 * contradicts a `shall not restrict`; and under each amendment what is not found without it. One entry a clause; the spans are
 * merged stretches. */
typedef enum OwnKind { OWN_OVERPROMISE, OWN_RESTRICTED } OwnKind;
typedef struct OwnFinding { Ent under /* an amendment, or UINT32_MAX: in the world as it is */; OwnKind kind; uint32_t clause, country, resource, control; Value promised, capacity; Day first, last; } OwnFinding;
uint32_t world_own_findings(World *w, OwnFinding *out, uint32_t max);   /* how many there are; at most max are written; values owned by the caller */

#endif
