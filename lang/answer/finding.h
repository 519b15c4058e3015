#ifndef ANSWER_FINDING_H
#define ANSWER_FINDING_H
#include "base/date.h"
#include "source/diag.h"

/* What a check of a draft found, as data: reporters turn it into bytes. All texts are UTF-8, may hold words of the
 * draft raw (reporters make them safe), and live in the report's arena. Lists are in their final, fixed order. */

typedef struct DaySpan { Day first, last; } DaySpan;  /* both inclusive; last may be DAY_OPEN */

typedef enum Outcome { OUT_FAILS, OUT_UNDECIDED } Outcome;

/* A fact of the draft that a finding rests on, or a figure that is missing. */
typedef struct FactRef {
  const char *text;      /* "CHN has at least 90 % of rare_earths" */
  Span span;             /* its place in the draft; lo == hi: none (a missing figure) */
  const char **sources;  /* titles with publisher and date, n of them */
  uint32_t nsource;
  const char *settles;   /* of a missing figure: at which values it is told, or NULL */
} FactRef;

typedef struct Binding { const char *name, *value; } Binding;  /* "l", "Critical minerals" */

typedef struct Finding {
  Outcome outcome;
  Severity sev;             /* SEV_ERROR for deny, SEV_WARN, SEV_NOTE */
  const char *check;        /* its name; NULL for what the engine finds by itself */
  const char *title;        /* of the check, or of the engine's finding; may be NULL */
  const char *code;         /* of an engine's finding ("W0701"), else NULL */
  const char *message;      /* one line */
  Span span;                /* of the `require`, or of the clause */
  Binding *binding; uint32_t nbinding;
  DaySpan *when; uint32_t nwhen;        /* the spans in which it fails (or is undecided); none: not a matter of time */
  FactRef *rests; uint32_t nrests;      /* facts it rests on; at most REST_SHOWN kept, see more */
  uint32_t more_rests;
  FactRef *missing; uint32_t nmissing;  /* undecided: what would settle it */
  uint32_t more_missing;
} Finding;

enum { REST_SHOWN = 6 };

/* Weakest first; UNDECIDED stands outside the order. */
typedef enum Status { ST_GAP, ST_SOFT, ST_CAPABLE, ST_COVERED, ST_RESILIENT, ST_UNDECIDED, ST_COUNT } Status;
const char *status_name(Status s);

typedef struct Cell { Status status; uint32_t covered, resources; } Cell;
typedef struct MatrixRow {
  const char *layer, *name;   /* id and title */
  Cell *cell;                 /* one a column */
  const char *exposure;       /* "91 % CHN (rare_earths)", "at least 90 %", "-", "undecided" */
} MatrixRow;
typedef struct Matrix {
  bool present;               /* false: the draft does not use std.coverage, has no layer or no term */
  int *year; uint32_t nyear;
  MatrixRow *row; uint32_t nrow;
} Matrix;

typedef struct CheckCount { const char *name, *title; Severity worst; uint32_t bindings, failed, undecided; bool empty; } CheckCount;

/* A part of what a test expected: its value, and the byte of the draft under which that is shown. */
typedef struct Part { const char *value; uint32_t at; } Part;
typedef struct Unmet {
  bool unknown;             /* else false */
  Span span;                /* the expression */
  Part *part; uint32_t npart, more_parts;   /* in order of place; at most PARTS_MAX */
  FactRef *missing; uint32_t nmissing, more_missing;
} Unmet;
typedef struct TestResult {
  const char *title;
  Span span;
  uint32_t expects;
  VEC(Unmet) unmet;
  bool broken;              /* it could not be run to its end: `error` says why */
  Diag error;
} TestResult;

/* What tests can reach, and whether one did. */
typedef enum ReachKind { REACH_FUNC, REACH_CHECK, REACH_CLAUSE, REACH_KINDS } ReachKind;
typedef struct Reach { ReachKind kind; bool reached; const char *word, *name; Span span; } Reach;   /* word: "rule", "fn", "check", "clause" */
enum { PARTS_MAX = 256 };

typedef struct Report {
  Mem *mem;
  Arena arena;
  const char *draft;          /* the path as given */
  Day as_of;                  /* DAY_NONE: the whole term */
  DaySpan term;               /* first DAY_NONE: no agreement */
  Matrix matrix;
  VEC(Finding) findings;      /* failures and undecided ones, the engine's own too */
  VEC(CheckCount) checks;     /* every check, in order of the draft; empty: its `for` bound nothing */
  VEC(TestResult) tests;      /* those that were run, in order of the draft; then there are no findings and no checks */
  bool coverage;              /* whether `reach` was asked for */
  VEC(Reach) reach;           /* what tests can reach, by kind and then as declared */
  uint32_t denied, warned, noted, undecided;   /* findings by kind */
  int exit_code;              /* 0 passes, 1 denied, 3 undecided; as --fail-on and --allow-undecided ask */
  const char *verdict;        /* one line: "denied: 3 findings ..." */
} Report;

#endif
