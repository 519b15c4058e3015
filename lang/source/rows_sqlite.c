#include "source/rows.h"
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* Rows from a query of an SQLite database. SQLite is given the file's bytes, never a name, and is held to reading them. */

enum { STEP = 1000 };

/* What gives the same for the same rows, wherever and whenever it is asked: so no date() and no random(). */
static const char *const functions[] = {
  "abs", "avg", "char", "coalesce", "concat", "concat_ws", "count", "cume_dist", "dense_rank", "first_value", "format", "glob", "group_concat", "hex", "ifnull",
  "iif", "instr", "json", "json_array", "json_array_length", "json_each", "json_extract", "json_group_array", "json_group_object", "json_object", "json_quote",
  "json_tree", "json_type", "json_valid", "->", "->>", "lag", "last_value", "lead", "length", "like", "likelihood", "likely", "lower", "ltrim", "max", "min", "nth_value",
  "ntile", "nullif", "percent_rank", "printf", "quote", "rank", "replace", "round", "row_number", "rtrim", "sign", "string_agg", "substr", "substring", "subtype", "sum", "total",
  "trim", "typeof", "unicode", "unlikely", "upper"};

static bool known_function(const char *name) {
  for (size_t i = 0; name && i < sizeof functions / sizeof *functions; i++)
    if (!sqlite3_stricmp(name, functions[i])) return true;
  return false;
}

typedef struct Guard { const Query *q; const char *refused; uint64_t steps; sqlite3_int64 memory; bool slow, full; } Guard;

static int may(void *data, int action, const char *a, const char *b, const char *c, const char *d) {
  Guard *g = data;
  (void)c, (void)d, (void)a;
  switch (action) {
    case SQLITE_SELECT: case SQLITE_READ: case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION:
      if (known_function(b)) return SQLITE_OK;
      g->refused = "a query may not use this function: its answer may differ from day to day or from machine to machine";
      return SQLITE_DENY;
    default:
      g->refused = "a query only reads: it is one SELECT";
      return SQLITE_DENY;
  }
}

/* Called every so many steps of SQLite's machine. */
static int watch(void *data) {
  Guard *g = data;
  g->steps += STEP;
  g->slow = g->steps > g->q->max_steps || (g->q->stop && *g->q->stop);
  g->full = sqlite3_memory_used() > g->memory;
  return g->slow || g->full;
}

/* ---- the result, as text ---- */

typedef struct Result { Buf text; VEC(DataCell) cells; VEC(DataCell) row; } Result;

/* A row stays on its line, so line ends are escaped. */
static void result_text(Buf *b, const char *s, uint32_t n, DataCell *c) {
  if (memchr(s, '\n', n) || memchr(s, '\r', n)) c->kind = CELL_ESCAPED;
  else { buf_add(b, s, n); return; }
  for (uint32_t i = 0; i < n; i++) {
    if (s[i] == '\n') buf_str(b, "\\n");
    else if (s[i] == '\r') buf_str(b, "\\r");
    else if (s[i] == '\\') buf_str(b, "\\\\");
    else buf_char(b, s[i]);
  }
}

/* Numbers as SQLite writes them. */
static void result_cell(Result *t, Mem *m, sqlite3_stmt *s, int i) {
  DataCell c = {(uint32_t)t->text.len, 0, CELL_ABSENT};
  if (sqlite3_column_type(s, i) != SQLITE_NULL) {
    const char *text = (const char *)sqlite3_column_text(s, i);
    uint32_t n = (uint32_t)sqlite3_column_bytes(s, i);
    c.kind = CELL_PLAIN;
    if (text) result_text(&t->text, text, n, &c);
    c.len = (t->text.len - c.lo) & CELL_BYTES_MAX;
  }
  vec_push(m, &t->cells, c);
}

static void result_row(Result *t, Mem *m, sqlite3_stmt *s, int n) {
  DataCell whole = {(uint32_t)t->text.len, 0, CELL_PLAIN};
  for (int i = 0; i < n; i++) {
    if (i) buf_char(&t->text, ',');
    result_cell(t, m, s, i);
  }
  whole.len = (t->text.len - whole.lo) & CELL_BYTES_MAX;
  vec_push(m, &t->row, whole);
  buf_char(&t->text, '\n');
}

static void columns(Rows *r, sqlite3_stmt *s, int n) {
  for (int i = 0; i < n; i++) {
    const char *name = sqlite3_column_name(s, i);
    size_t len = name ? strlen(name) : 0;
    uint32_t known = rows_column(r, name ? name : "", len);
    if (known == UINT32_MAX) { rows_column_add(r, name ? name : "", len); continue; }
    Column again = r->cols.at[known];
    r->cols.at[known].twice = true;
    vec_push(r->mem, &r->cols, again);
  }
}

/* ---- the query ---- */

static void report(Diags *d, const Query *q, const char *what, const char *help) {
  Diag *x = diag_add(d, DIAG_E0013, q->span, "%s: %s", q->path, what);
  if (help) diag_help(d, x, "%s", help);
}

static bool ran(Diags *d, const Query *q, const Guard *g, sqlite3 *db, int rc) {
  if (rc == SQLITE_DONE) return true;
  if (g->slow && q->stop && *q->stop) diag_add(d, DIAG_E0508, q->span, "stopped");
  else if (g->slow) diag_help(d, diag_add(d, DIAG_E0507, q->span, "this query takes more than %llu steps", (unsigned long long)q->max_steps), "--max-steps raises the limit");
  else if (g->full) diag_help(d, diag_add(d, DIAG_E0505, q->span, "memory ran out: this query needs too much"), "--max-memory raises the limit");
  else if (g->refused) report(d, q, g->refused, NULL);
  else report(d, q, sqlite3_errmsg(db), NULL);
  return false;
}

static bool run(Rows *r, Sources *sources, Diags *d, Query *q, Guard *g, sqlite3 *db, sqlite3_stmt *s) {
  Result t = {.text = {0}};
  int n = sqlite3_column_count(s), rc;
  buf_init(&t.text, r->mem);
  t.text.max = q->max_bytes < CELL_BYTES_MAX ? q->max_bytes : CELL_BYTES_MAX;
  while ((rc = sqlite3_step(s)) == SQLITE_ROW && !mem_failed(r->mem) && !t.text.full) result_row(&t, r->mem, s, n);
  bool ok = !mem_failed(r->mem) && !t.text.full && ran(d, q, g, db, rc);
  if (t.text.full && !mem_failed(r->mem)) diag_help(d, diag_add(d, DIAG_E0007, q->span, "what this query gives is larger than data may be"), "--max-data raises the limit");
  columns(r, s, n);
  if (ok) r->src = sources_add(sources, q->path, buf_text(&t.text), t.text.len, false);
  ok = ok && r->src;
  for (uint32_t i = 0; ok && i < t.cells.len; i++) vec_push(r->mem, &r->cells, t.cells.at[i]);
  for (uint32_t i = 0; ok && i < t.row.len; i++) vec_push(r->mem, &r->row, t.row.at[i]);
  uint32_t start;
  ok = ok && rows_utf8(r, d, &start);
  buf_end(&t.text);
  vec_end(r->mem, &t.cells);
  vec_end(r->mem, &t.row);
  return ok;
}

static bool only_blanks(const char *s) {
  while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r' || *s == ';') s++;
  return !*s;
}

static sqlite3_stmt *prepare(Diags *d, const Query *q, Guard *g, sqlite3 *db) {
  sqlite3_stmt *s = NULL;
  const char *rest = "";
  int rc = sqlite3_prepare_v2(db, q->sql, (int)q->sql_len, &s, &rest);
  if (rc == SQLITE_OK && s && sqlite3_stmt_readonly(s) && sqlite3_column_count(s) && !sqlite3_stmt_isexplain(s) && only_blanks(rest)) return s;
  if (g->refused) report(d, q, g->refused, NULL);
  else if (rc == SQLITE_OK) report(d, q, "a query only reads: it is one SELECT", NULL);
  else if (rc == SQLITE_NOTADB) report(d, q, "this is no SQLite database", NULL);
  else report(d, q, sqlite3_errmsg(db), NULL);
  sqlite3_finalize(s);
  return NULL;
}

/* A file in write-ahead mode may have rows in a file beside it, which is not read. */
static bool readable(Diags *d, const Query *q) {
  if (q->len < 100 || memcmp(q->base, "SQLite format 3", 16)) { report(d, q, "this is no SQLite database", NULL); return false; }
  if (q->base[18] <= 1 && q->base[19] <= 1) return true;
  report(d, q, "this database keeps its changes in a second file, beside it", "run  pragma journal_mode = delete  on it once");
  return false;
}

bool rows_query(Rows *r, Sources *sources, Diags *d, Query *q) {
  Guard g = {.q = q};
  sqlite3 *db = NULL;
  sqlite3_stmt *s = NULL;
  if (!readable(d, q)) return false;
  size_t room = r->mem->limit > r->mem->used ? r->mem->limit - r->mem->used : 0;
  g.memory = sqlite3_memory_used() + (sqlite3_int64)(room ? room : (size_t)1 << 40);
  bool open = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK
           && sqlite3_exec(db, "pragma temp_store = memory", NULL, NULL, NULL) == SQLITE_OK
           && sqlite3_deserialize(db, "main", q->base, (sqlite3_int64)q->len, (sqlite3_int64)q->len, SQLITE_DESERIALIZE_READONLY) == SQLITE_OK;
  if (!open) report(d, q, db ? sqlite3_errmsg(db) : "memory ran out", NULL);
  else {
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, q->max_bytes < CELL_BYTES_MAX ? (int)q->max_bytes : CELL_BYTES_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
    sqlite3_set_authorizer(db, may, &g);
    sqlite3_progress_handler(db, STEP, watch, &g);
    s = prepare(d, q, &g, db);
  }
  bool ok = s && run(r, sources, d, q, &g, db, s);
  q->steps = g.steps;
  sqlite3_finalize(s);
  sqlite3_close(db);
  return ok;
}
