#ifndef VM_VM_H
#define VM_VM_H
#include "base/profile.h"
#include "code/chunk.h"
#include "vm/crew.h"
#include "vm/extern.h"
#include "world/world.h"

/* The machine: runs a chunk over a world. It knows nothing of who asks: a `require` and its message go to the sink. */

typedef struct RunError { DiagCode code; Span span; const char *text, *help; } RunError;

/* Told of each requirement of a check as it is evaluated. */
typedef enum Wish { WISH_ON, WISH_MESSAGE, WISH_AGAIN } Wish;   /* go on; evaluate the message; evaluate the requirement again, traced */
typedef struct Sink {
  void *data;
  bool (*begin)(void *data, uint32_t check, uint32_t require);  /* false: pass this one over */
  void (*when)(void *data, Value v);                            /* a date or range: what it is about; a list: where it fails */
  void (*missing)(void *data, uint32_t loop, Value why);        /* what that `for` of the check goes through is unknown */
  Wish (*require)(void *data, uint32_t require, Value holds);
  void (*message)(void *data, uint32_t require, Value text);
  void (*note)(void *data, const Node *e, Value v);             /* a part of what a test expects next */
  void (*expect)(void *data, const Node *e, Value holds);
} Sink;

typedef struct Memo Memo;
typedef struct Frame {
  uint32_t func, pc, base, ret;   /* ret: the absolute register that takes the value */
  uint32_t cells, ctxs;           /* how many there were before */
  int32_t entry;                  /* rule being evaluated: its place in Vm.rules, else -1 */
  uint32_t slot;                  /* memo place of a function, or UINT32_MAX */
  Memo *memo;
  Dep outer;                      /* what the caller has depended on so far */
} Frame;

/* A day or world entered: the context to come back to, and the days that what was asked so far holds on. */
typedef struct Entered { Ctx *ctx; Day lo, hi; uint64_t without; uint32_t absent; bool at; } Entered;   /* without: countries taken away; 0: something else */
static const Dep dep_nothing = {DAY_NONE, DAY_OPEN, 0, UINT32_MAX};

/* A rule at hand: those that depend on each other in a circle are evaluated again until nothing changes. low: the outermost
 * rule at hand that it rests on; stale: how long Vm.stale was when it began. */
typedef struct RuleEntry { Memo *memo; uint32_t slot, low, stale; bool again, changed; } RuleEntry;
typedef struct RuleRef { Memo *memo; uint32_t slot; } RuleRef;

typedef struct LoopCell {
  uint8_t kind;                   /* CELL_ITER, CELL_SPAN, CELL_BUILD */
  bool pairs, missing;
  bool doubt;                     /* the element at hand may be one that came before */
  Value coll;                     /* iterated over; or why it is missing */
  uint32_t next, target;
  int64_t at, last;               /* whole numbers and days */
  uint32_t keep;                  /* how many at its end are not for columns now */
  Ctx *outer;                     /* the context to restore, */
  Day outer_lo, outer_hi;         /* and the days that what was asked before holds on */
  Day first_day, last_day;        /* the stretch at hand, clipped */
  uint32_t trace_loop, trace_elem;
  VEC(Value) items;               /* of a builder; a list's as long as they are alike in words instead: */
  Value list;
} LoopCell;
enum { CELL_ITER, CELL_SPAN, CELL_BUILD };

/* What calls gave; see memo.c. */
typedef struct MemoEntry {
  Value val;
  Dep dep;
  uint32_t older;                 /* place in Vm.past + 1, or 0 */
  uint32_t rule;                  /* OPEN and PART: its place in Vm.rules */
  Day past_lo, past_hi;           /* no older value holds on a day outside */
  uint8_t state;
  bool listed;                    /* it is in Vm.stale */
} MemoEntry;
typedef struct PastEntry { Value val; Dep dep; uint32_t older; } PastEntry;                  /* what held on other days */
enum { PAST_TRIED = 48, PAST_KEPT = 1 << 20 };
struct Memo { uint32_t nparam, n; MemoEntry *direct; Map by_key; VEC(MemoEntry) keyed; };
/* OPEN: being evaluated; PART: evaluated in this round of a circle; STALE: in an earlier one, its value being too low at most. */
enum { MEMO_NONE, MEMO_OPEN, MEMO_PART, MEMO_STALE, MEMO_DONE };

/* A loop that may run again once what it lacks from outside is there; see extern.c. */
typedef struct Again {
  uint32_t depth, frames, begin;  /* where it stands: within which run and frame, and the instruction that begins it */
  uint32_t next;                  /* the instruction that goes on to its next element, and what is open there; 0: not begun */
  uint32_t cells, ctxs, rules, rounds;
  Ctx *ctx;
  Dep dep;                        /* what the frame had depended on before */
  bool gather, skipped;           /* whether elements may be left, and whether one was */
} Again;
/* Places in a map by what its keys, texts, hash to: 1 + place, 0 none. A map that is asked often has one. */
typedef struct TextIndex {
  const Obj *asked;               /* may be gone while at is NULL: compared only */
  uint32_t times, cap;
  Value of;
  uint32_t *at;
} TextIndex;
enum { TEXT_INDEXES = 4 };

/* A field of all entities of a kind, where it is a plain value for each. at NULL: it is not. */
typedef struct FieldCol { uint32_t kind, slot; void *at; size_t bytes; bool ents; uint8_t tag; int8_t e; uint16_t unit; } FieldCol;

/* Of a loop: looked at, asks about worlds, and how often nothing of it could be done in columns. */
enum { LOOP_GIVEN_UP = 3, LOOP_SEEN = 4, LOOP_WORLDS = 8 };
typedef struct Cuts Cuts;
typedef struct FuncCol FuncCol;

typedef struct Vm {
  Mem *mem;
  Program *p;
  Chunk *k;
  World *w;
  Rt rt;
  Value *reg;
  uint32_t nreg;
  VEC(Frame) frames;
  VEC(RuleEntry) rules;
  VEC(RuleRef) stale;             /* rules of circles at hand that an earlier round evaluated */
  VEC(LoopCell) cells;
  VEC(Entered) ctxs;
  VEC(PastEntry) past;
  VEC(Memo **) memos;             /* by world, then by Func */
  uint32_t left;                  /* worlds left since the last time that any were forgotten, */
  size_t trim_at;                 /* and the bytes in use at which some are again */
  uint32_t nmemo;                 /* how many Funcs are remembered: the draft's, not those of expressions asked later */
  Dep dep;                        /* what the frame at hand has depended on */
  uint32_t case_pc;               /* where the requirement at hand begins */
  Ctx *ctx;
  Ctx blank;                      /* for what is evaluated before any fact is known */
  uint64_t steps, max_steps;
  uint64_t *spent;                /* by Func, sampled */
  uint32_t nspent;
  Profile *profile;               /* NULL: nobody wants to know where steps go */
  uint32_t depth;                 /* runs within runs: facts that are evaluated where they are used */
  Externs ext;
  Crew crew;
  bool crew_used, alone;          /* something was divided; what is known is not to be relied upon */
  size_t crew_grown;              /* bytes that the others took */
  VEC(Again) agains;
  volatile int *stop;
  VEC(Value) held;                /* of columns at hand */
  Value concern;                  /* the set of the countries of concern, once it was asked for */
  VEC(uint8_t) loop_state;        /* by Chunk.loops */
  struct Lanes *lanes;            /* of the loops before, over one list */
  size_t lanes_bytes;
  TextIndex texts[TEXT_INDEXES];  /* of large maps by text that are asked over and over */
  uint32_t text_turn;             /* which of them makes room next */
  uint64_t text_seed;
  VEC(FieldCol) field_cols;
  Cuts *cuts;                     /* see lanes.c */
  VEC(FuncCol) func_cols;         /* see batch_call.c */
  uint32_t func_turn;             /* which of them makes room next */
  VEC(uint8_t) func_state;        /* by Func: how often no column could be made of its calls */
  uint8_t batches;                /* loops in columns within each other */
  bool rows_only, rows_never;     /* no loop is tried in columns; each is, however short and however often it could not be */
  struct { const Rows *rows; uint32_t row; Span cell; } row;   /* while data is loaded: the row at hand, and its cell that was read last; rows NULL: none */
  Map atoms;                      /* module, kind and text, hashed -> Ent: names that @ has found */
  bool making;                    /* data is only making its entities: @ finds those that are declared */
  Map visited;                    /* while tracing: calls already gone into */
  uint64_t *reached;              /* Funcs that were called, where tests want to know; else NULL */
  Sink sink;
  bool failed;
  RunError error;
} Vm;

enum { VM_DEPTH_MAX = 200, VM_FRAMES_MAX = 1 << 20, WORLDS_LEFT = 2000, TRIM_BYTES = 64 << 20 };

bool vm_init(Vm *vm, Mem *mem, Program *p, Chunk *k, World *w);
void vm_end(Vm *vm);
/* Runs a Func in a context; the value is owned by the caller. When it fails, vm->failed is set, the error says why, and the
 * value is unknown for no reason. nargs values are borrowed. */
Value vm_run(Vm *vm, uint32_t func, const Value *args, uint32_t nargs, Ctx *ctx);
/* What an instruction that calls a Func does, in the world at hand: remembered like any other call. */
Value vm_call(Vm *vm, uint32_t func, const Value *args);
/* Into a day (0), a world without (1) or under something (2), and back. */
bool vm_enter(Vm *vm, int how, Value arg);
void vm_leave(Vm *vm);
/* Steps taken: may it go on? */
bool vm_may_go_on(Vm *vm, uint32_t func, uint64_t steps);
/* Sets the error unless one is set already. */
void vm_fail(Vm *vm, DiagCode code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Counts steps that no instruction stands for; false when there are no more, or the run is to end. */
bool vm_spend(Vm *vm, uint64_t steps);
void vm_fail_units(Vm *vm, FigErr e, const char *what, Value a, Value b);

/* load.c: evaluates what facts and agreements say and fills the world's columns. False when the draft has an error (in diags). */
bool vm_load(Vm *vm);

/* builtins.c */
Value vm_builtin(Vm *vm, Builtin b, const Value *args, uint32_t n);
Value vm_suppliers_plain(Vm *vm, uint32_t r, Value range);   /* of plain promises alone, over a stretch of time; none: there are others */
Value vm_name_in(Vm *vm, Value country, Value language);
Value vm_field(Vm *vm, Value entity, uint32_t slot);
Value vm_index(Vm *vm, Value of, Value key);
void text_indexes_forget(Vm *vm);
const TextIndex *text_index(Vm *vm, Value of);   /* NULL: it has none, or none yet */
uint32_t text_find(Vm *vm, Value of, Value key);   /* the place of a text in a map; past its end: none */

/* batch_loop.c: tries a loop in columns; the iterator is left where its own code goes on. Fewer elements need not be tried. */
enum { BATCH_LEAST = 4 };
void vm_batch(Vm *vm, uint32_t loop, uint32_t acc, uint32_t cell);
void cuts_forget(Vm *vm);
void field_cols_forget(Vm *vm);
void func_cols_forget(Vm *vm);

/* extern.c */
void externs_init(Vm *vm, Host host);
void externs_end(Vm *vm);
void externs_forget(Vm *vm);   /* what is queued will not be asked for */
/* False: the machine goes on elsewhere, at the frame now on top. */
bool extern_call(Vm *vm, uint32_t of, const Value *args, Value *out);
void again_begin(Vm *vm, int kind);
void again_next(Vm *vm);
void again_end(Vm *vm);   /* after the loop's value was made; it may begin again, at the frame now on top */
bool again_repeats(const Vm *vm);   /* what is evaluated now was before, and is evaluated again for a loop that begins again */
void vm_unwind(Vm *vm, uint32_t frames, uint32_t cells, uint32_t ctxs, uint32_t rules);   /* closes what was opened since */

/* rows.c */
Value vm_column(Vm *vm, uint32_t col);
/* The entity that a text names, seen from a module; UINT32_MAX when there is none. */
Ent vm_named(Vm *vm, uint16_t module, uint32_t kind, const char *s, uint32_t n);
Value vm_atom(Vm *vm, uint32_t kind, Value text);

/* memo.c */
/* The place of a call in the memo of the world at hand, or UINT32_MAX when it is not remembered (or memory is refused). */
uint32_t memo_slot(Vm *vm, uint32_t func, const Value *args, Memo **memo);
static inline MemoEntry *memo_entry(Memo *m, uint32_t slot) { return m->direct ? &m->direct[slot] : &m->keyed.at[slot]; }
/* Whether the entry has a value for the day, from now or from what it was on other days. */
bool memo_holds(Vm *vm, MemoEntry *e, Day day);
/* Makes room for a value for other days. */
void memo_turn(Vm *vm, MemoEntry *e);
/* What is known of a call in another context's world, without making a place for it; NULL: nothing. */
MemoEntry *memo_peek(Vm *vm, const Ctx *x, uint32_t func, const Value *args);
void memos_forget(Vm *vm, uint32_t world);   /* a view's id + 1; 0: before any fact is known */
void memos_end(Vm *vm);

/* ops.c: instructions that need more than a line. Each returns an owned value. */
Value op_figure(Vm *vm, Op op, Value a, Value b);
Value op_compare(Vm *vm, Op op, Value a, Value b);
Value op_equal(Vm *vm, Value a, Value b, bool negate);
Value op_negative(Vm *vm, Value a);
Value op_not(Vm *vm, Value a);
Value op_logic(Vm *vm, Op op, Value a, Value b);
Value op_join(Vm *vm, Value cond, Value a, Value b);
Value op_same(Vm *vm, Value a, Value b, bool negate);
bool op_vague(Vm *vm, Value v, Value *why);
bool op_loose(Value v);
Value op_loose_why(Vm *vm, Value a, Value b);
bool op_may_repeat(Value set, uint32_t i);
Value op_len(Vm *vm, Value v);
Value op_map(Vm *vm, Value *pairs, uint32_t n);
Value op_blame(Vm *vm, Value v, Value instead_of);
Value op_before(Vm *vm, Value a, Value b, bool or_same);
Value op_within(Vm *vm, Value a, Value b, bool strict);
Value op_in(Vm *vm, Value a, Value coll, bool negate);
Value op_set(Vm *vm, Value a, Value b, int how);
Value op_date(Vm *vm, Op op, Value a, Value b, bool minus);
Value op_range(Vm *vm, Value a, Value b, bool ints);
Value op_text(Vm *vm, const Value *at, uint32_t n);
Value op_step(Vm *vm, Value map);
Value op_first_day(Vm *vm, Value spans);
Value op_term(Vm *vm);
Value op_term_or_day(Vm *vm);
Value op_collect(Vm *vm, Op op, const Value *at, uint32_t n);
Value op_concern(Vm *vm);
Value op_parties(Vm *vm);
Span vm_place(const Vm *vm);

/* loops.c */
void cell_drop(Vm *vm, LoopCell *c);
void cells_drop(Vm *vm, uint32_t to);
uint32_t iter_begin(Vm *vm, Value coll, uint32_t target, bool pairs);
bool iter_next(Vm *vm, uint32_t cell, Value *base);
uint32_t span_begin(Vm *vm, Value range);
bool span_next(Vm *vm, uint32_t cell);
void iter_end(Vm *vm, uint32_t cell);
Value acc_begin(Vm *vm, int kind);
void acc_add(Vm *vm, Value *acc, int kind, const Value *v, Value where);
void acc_span(Vm *vm, Value *acc, Value holds, LoopCell *span);
void acc_miss(Vm *vm, Value *acc, int kind, uint32_t cell);   /* of an iterator whose collection is missing */
Value acc_end(Vm *vm, Value acc, int kind);                   /* of one that is a cell */
static inline uint32_t cell_words(const LoopCell *c) { return c->list.tag == V_LIST ? c->list.obj->len : 0; }
bool cell_values(Vm *vm, LoopCell *c);                        /* words become items */

#endif
