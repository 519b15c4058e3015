#ifndef SOURCE_ROWS_H
#define SOURCE_ROWS_H
#include "base/buf.h"
#include "base/intern.h"
#include "base/map.h"
#include "source/diag.h"

/* Rows of cells, read from a data file. A cell is a stretch of the file's text, so its place is a place like any other;
 * nothing is copied until somebody asks what it says. */
typedef enum CellKind {
  CELL_ABSENT,     /* JSON's null or a member that is not there, SQL's NULL */
  CELL_PLAIN,      /* what it says is what stands there */
  CELL_QUOTED,     /* doubled quotes stand for one */
  CELL_ESCAPED,    /* a JSON string with escapes */
  CELL_ARRAY       /* a JSON array, brackets and all */
} CellKind;
enum { CELL_BYTES_MAX = (1 << 28) - 1, COLUMNS_MAX = 60000, ROWS_JSON_DEPTH = 64 };
typedef struct DataCell { uint32_t lo; uint32_t len : 28, kind : 4; } DataCell;   /* lo: offset in the source's text */
typedef struct Column { const char *name; uint32_t len; bool list, twice; } Column;   /* twice: another column has the name too */

typedef struct Rows {
  Mem *mem;
  Arena arena;               /* names */
  const Source *src;
  VEC(Column) cols;
  VEC(DataCell) cells;           /* by row, a cell for each column; or, when `of` is not empty, those that are there */
  VEC(uint32_t) of;          /* the column of each cell */
  VEC(uint32_t) first;       /* ... and by row: its first cell; one more closes the last */
  VEC(DataCell) row;             /* by row: where it stands (kind unused) */
  Map names;                 /* hash of a name -> column + 1 */
} Rows;

void rows_init(Rows *r, Mem *mem, const Source *src);
void rows_end(Rows *r);
/* RFC 4180 with a header line; JSON; JSON Lines. What is wrong goes to diags, with its place in the file, and a row that is
 * wrong is left out. False when there is nothing to go through, or memory was refused. */
bool rows_csv(Rows *r, Diags *d);
bool rows_json(Rows *r, Diags *d, bool lines);

/* A query of an SQLite database that lies in memory. Its result is written into a source of its own, a row a line, so that
 * line N of it is row N. Nothing but reading is done, and no function of the clock or of chance. */
typedef struct Query {
  const char *path;          /* how the file is shown */
  unsigned char *base;       /* the database, which is changed by nobody */
  size_t len;
  const char *sql;
  size_t sql_len;
  Span span;                 /* of the query, in the draft */
  uint64_t max_steps, steps; /* of SQLite's machine; steps: how many it took */
  size_t max_bytes;          /* of the result */
  volatile int *stop;
} Query;
bool rows_query(Rows *r, Sources *sources, Diags *d, Query *q);

static inline uint32_t rows_count(const Rows *r) { return r->row.len; }
/* The column of that name, or UINT32_MAX. */
uint32_t rows_column(const Rows *r, const char *name, size_t len);
uint32_t rows_column_add(Rows *r, const char *name, size_t len);   /* the same, made when it is not there */
DataCell rows_cell(const Rows *r, uint32_t row, uint32_t col);
static inline Span rows_span(const Rows *r, DataCell c) { Span s = {r->src->base + c.lo, r->src->base + c.lo + c.len}; return s; }
static inline const char *rows_raw(const Rows *r, DataCell c) { return r->src->text + c.lo; }
/* What a cell says that is not PLAIN; an ARRAY's text is what stands there. */
void rows_text(const Rows *r, DataCell c, Buf *out);
/* The next element of an ARRAY, from *at (0 at first); false when there is none. Those that hold others are given as they stand. */
bool rows_element(const Rows *r, DataCell array, uint32_t *at, DataCell *element);
/* Whether the text is UTF-8 without control characters but tabs and line ends; a byte order mark may come first. */
bool rows_utf8(const Rows *r, Diags *d, uint32_t *start);

#endif
