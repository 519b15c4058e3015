#include "check/checker.h"
#include <string.h>

/* What follows from who calls whom: what a function depends on, which functions call themselves, and whether every
 * rule that refers to itself does so where only growing can follow. */

static void flags_spread(Program *p) {
  bool again = true;
  while (again) {
    again = false;
    for (uint32_t i = 0; i < p->calls.len; i++) {
      Func *from = &p->funcs.at[p->calls.at[i].from];
      uint8_t flags = from->flags | (p->funcs.at[p->calls.at[i].to].flags & (FLAG_VARIES | FLAG_TODAY | FLAG_CLAUSES | FLAG_AGREED | FLAG_WORLDS));
      if (flags != from->flags) { from->flags = flags; again = true; }
    }
  }
}

typedef struct Graph {
  Program *p;
  uint32_t n;
  uint32_t *start, *edge;      /* calls by caller */
  uint32_t *index, *low, *stack, *comp, *next, *path;
  uint32_t count, depth, comps;
} Graph;

static bool graph_make(Graph *g, Program *p) {
  memset(g, 0, sizeof *g);
  g->p = p;
  g->n = p->funcs.len;
  size_t bytes = ((size_t)g->n * 7 + 2 + p->calls.len) * sizeof(uint32_t);
  uint32_t *all = mem_zero(p->mem, bytes);
  if (!all) return false;
  g->start = all;
  g->index = g->start + g->n + 1;
  g->low = g->index + g->n;
  g->stack = g->low + g->n;
  g->comp = g->stack + g->n;
  g->next = g->comp + g->n;
  g->path = g->next + g->n;
  g->edge = g->path + g->n;
  for (uint32_t i = 0; i < p->calls.len; i++) g->start[p->calls.at[i].from + 1]++;
  for (uint32_t i = 0; i < g->n; i++) g->start[i + 1] += g->start[i];
  for (uint32_t i = 0; i < g->n; i++) g->next[i] = g->start[i];
  for (uint32_t i = 0; i < p->calls.len; i++) g->edge[g->next[p->calls.at[i].from]++] = i;
  return true;
}

static void graph_free(Graph *g) {
  mem_free(g->p->mem, g->start, ((size_t)g->n * 7 + 2 + g->p->calls.len) * sizeof(uint32_t));
}

static void component_close(Graph *g, uint32_t v) {
  uint32_t w;
  g->comps++;
  do {
    w = g->stack[--g->count];
    g->comp[w] = g->comps;
  } while (w != v);
}

/* Tarjan's strongly connected components, without recursion. */
static void components(Graph *g) {
  uint32_t time = 0;
  for (uint32_t i = 0; i < g->n; i++) g->next[i] = g->start[i];
  for (uint32_t root = 0; root < g->n; root++) {
    if (g->index[root]) continue;
    g->depth = 0;
    g->path[g->depth++] = root;
    g->index[root] = g->low[root] = ++time;
    g->stack[g->count++] = root;
    while (g->depth) {
      uint32_t v = g->path[g->depth - 1];
      if (g->next[v] < g->start[v + 1]) {
        uint32_t w = g->p->calls.at[g->edge[g->next[v]++]].to;
        if (!g->index[w]) {
          g->index[w] = g->low[w] = ++time;
          g->stack[g->count++] = w;
          g->path[g->depth++] = w;
        } else if (!g->comp[w] && g->index[w] < g->low[v]) g->low[v] = g->index[w];
        continue;
      }
      g->depth--;
      if (g->depth && g->low[v] < g->low[g->path[g->depth - 1]]) g->low[g->path[g->depth - 1]] = g->low[v];
      if (g->low[v] == g->index[v]) component_close(g, v);
    }
  }
}

/* The shortest way back from call i's callee to its caller, as "a -> b -> a". */
static void cycle_text(Graph *g, uint32_t call, Buf *b) {
  Program *p = g->p;
  uint32_t from = p->calls.at[call].from, to = p->calls.at[call].to, head = 0, tail = 0;
  uint32_t *queue = g->path, *back = g->low;  /* free to use: components are done */
  for (uint32_t i = 0; i < g->n; i++) back[i] = UINT32_MAX;
  queue[tail++] = to;
  back[to] = to;
  while (head < tail && back[from] == UINT32_MAX) {
    uint32_t v = queue[head++];
    for (uint32_t k = g->start[v]; k < g->start[v + 1]; k++) {
      uint32_t w = p->calls.at[g->edge[k]].to;
      if (g->comp[w] != g->comp[from] || back[w] != UINT32_MAX) continue;
      back[w] = v;
      queue[tail++] = w;
    }
  }
  uint32_t n = 0;
  for (uint32_t v = from; n < g->n; v = back[v]) { g->stack[n++] = v; if (v == to) break; }
  buf_str(b, sym_text(p, p->funcs.at[from].name));
  while (n-- > 0) { if (g->stack[n] == from && n) continue; buf_fmt(b, " -> %s", sym_text(p, p->funcs.at[g->stack[n]].name)); }
}

static void cycles_report(Checker *c, Graph *g) {
  Program *p = c->p;
  for (uint32_t i = 0; i < p->calls.len; i++) {
    const Call *k = &p->calls.at[i];
    if (g->comp[k->from] != g->comp[k->to]) continue;
    Func *from = &p->funcs.at[k->from], *to = &p->funcs.at[k->to];
    from->flags |= FLAG_RECURSIVE;
    to->flags |= FLAG_RECURSIVE;
    bool rules = from->kind == FUNC_RULE && to->kind == FUNC_RULE;
    if (rules && k->monotone) continue;
    if (!rules && g->next[g->comp[k->from] - 1] == UINT32_MAX) continue;  /* one report a circle; next is free to use by now */
    if (!rules) g->next[g->comp[k->from] - 1] = UINT32_MAX;
    bool lets = from->kind == FUNC_LET && to->kind == FUNC_LET;
    Buf b;
    buf_init(&b, p->mem);
    cycle_text(g, i, &b);
    if (rules) {
      Diag *x = diag_add(c->d, DIAG_E0222, k->span, "the rule '%s' refers to itself where its absence could count: %s", sym_text(p, from->name), buf_text(&b));
      diag_help(c->d, x, "a rule may refer to itself through and, or, any, all, a branch of if, or the right of implies; not through not, comparisons, sums, arguments, time or worlds");
    } else {
      Diag *x = diag_add(c->d, DIAG_E0221, k->span, "'%s' is defined by itself: %s", sym_text(p, from->name), buf_text(&b));
      if (lets) diag_help(c->d, x, "a name stands for a value that is known without it");
      else diag_help(c->d, x, "a function may not call itself; a yes-or-no over entities that refers to itself is a  rule");
    }
    buf_end(&b);
  }
}

enum { WAY_MAX = 12 };

/* The functions by which an expression comes to rest on clauses: ": covered -> uncovered -> short". */
static void clauses_way(const Graph *g, uint32_t f, Buf *b) {
  const Program *p = g->p;
  uint32_t way[WAY_MAX], n = 0;
  for (bool more = true; more && n < WAY_MAX;) {
    more = false;
    for (uint32_t k = g->start[f]; k < g->start[f + 1] && !more; k++) {
      uint32_t to = p->calls.at[g->edge[k]].to;
      bool been = !(p->funcs.at[to].flags & FLAG_CLAUSES) || !p->funcs.at[to].name;
      for (uint32_t i = 0; i < n; i++) been = been || way[i] == to;
      if (been) continue;
      buf_fmt(b, "%s%s", n ? " -> " : ": ", sym_text(p, p->funcs.at[to].name));
      f = way[n++] = to;
      more = true;
    }
  }
}

static void limits_report(Checker *c, const Graph *g) {
  Program *p = c->p;
  for (uint32_t i = 0; i < p->limits.len; i++) {
    uint8_t bad = p->funcs.at[p->limits.at[i].func].flags & (p->limits.at[i].must_not | (p->limits.at[i].must_not & FLAG_VARIES ? FLAG_CLAUSES : 0));
    if (!bad) continue;
    if (bad & FLAG_CLAUSES) {
      Buf way;
      buf_init(&way, p->mem);
      clauses_way(g, p->limits.at[i].func, &way);
      Diag *x = diag_add(c->d, DIAG_E0307, p->limits.at[i].span, "this rests on clauses, and clauses rest on it%s", buf_text(&way));
      buf_end(&way);
      diag_help(c->d, x, "facts and clauses may use stated facts (capacity, share, demanded), tables and dates, but not committed, needed, suppliers or covered");
    } else {
      const char *what = bad == FLAG_AGREED ? "what an agreement says of itself may not rest on what agreements say" : "this must be the same on every day and in every world";
      Diag *x = diag_add(c->d, DIAG_E0308, p->limits.at[i].span, "%s", what);
      diag_help(c->d, x, "it may use dates, sets, fields and functions of them, but no facts, tables or shares");
    }
  }
}

void strata_check(Checker *c) {
  Graph g;
  flags_spread(c->p);
  if (!graph_make(&g, c->p)) return;
  components(&g);
  cycles_report(c, &g);
  limits_report(c, &g);
  graph_free(&g);
}
