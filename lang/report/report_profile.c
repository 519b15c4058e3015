#include "base/arena.h"
#include "report/report_profile.h"
#include "report/show.h"
#include <stdlib.h>
#include <string.h>

/* Names for what a profile counts, and what it counted. */

enum { TABLE_ROWS = 40 };
typedef struct Name { const char *kind, *name; Span span; bool placed; } Name;

static const char *phase_name(ProfilePhase phase) {
  switch (phase) {
    case PHASE_READ: return "reading and parsing";
    case PHASE_ROWS: return "reading data";
    case PHASE_CHECK: return "names, types and units";
    case PHASE_COMPILE: return "compiling";
    case PHASE_LOAD: return "loading facts";
    case PHASE_SEAL: return "ordering facts";
    case PHASE_JUDGE: return "judging";
    case PHASE_SETTLE: return "what would settle it";
    case PHASE_REPORT: return "writing the report";
  }
  return "";
}

static bool holds(const Node *n, Span at) { return n->span.lo <= at.lo && at.hi <= n->span.hi; }

static const Node *clause_in(const Node *list, Span at) {
  for (const Node *n = list_first(list); n; n = n->next) {
    if (n->kind != N_CLAUSE && n->kind != N_ARTICLE) continue;
    if (holds(n, at)) return n->kind == N_CLAUSE ? n : clause_in(n->kid[2], at);
  }
  return NULL;
}

/* An expression of a declaration: of which clause, if it is of one. */
static Name thunk_name(const Program *p, Span at) {
  Name name = {"declaration", NULL, at, true};
  for (uint32_t i = 0; i < p->facts.len; i++) {
    const Node *n = p->facts.at[i].node;
    if (n->kind != N_AGREEMENT || !holds(n, at)) continue;
    const Node *c = clause_in(n->kid[2], at);
    if (c && c->kid[0]) name = (Name){"clause", sym_text(p, c->kid[0]->sym), at, true};
  }
  return name;
}

static Name func_name(const Program *p, uint32_t func) {
  const Func *f = &p->funcs.at[func];
  Name name = {"", f->name ? sym_text(p, f->name) : NULL, f->span, true};
  switch ((FuncKind)f->kind) {
    case FUNC_FN: name.kind = f->name ? "fn" : "expression"; break;
    case FUNC_RULE: name.kind = "rule"; break;
    case FUNC_LET: name.kind = "let"; break;
    case FUNC_VERDICT: name.kind = "verdict of"; break;
    case FUNC_THUNK: return thunk_name(p, f->span);
    case FUNC_CHECK: name.kind = "check"; break;
    case FUNC_TEST: name.kind = "test"; break;
  }
  return name;
}

static Name name_of(const Program *p, const Sources *s, uint64_t id) {
  uint32_t index = (uint32_t)id;
  switch ((ProfileKind)(id >> 32)) {
    case PROFILE_FUNC: return func_name(p, index);
    case PROFILE_PHASE: return (Name){phase_name((ProfilePhase)index), NULL, {0, 0}, false};
    case PROFILE_FILE: return (Name){"file", sources_at(s, index)->path, {0, 0}, false};
    case PROFILE_DATA: return (Name){"data block", NULL, p->data.at[index].node->span, true};
    case PROFILE_DECL: return (Name){"agreement", NULL, {index, index}, true};
  }
  return (Name){0};
}

static void name_show(Buf *out, const Program *p, Sources *s, uint64_t id) {
  Name n = name_of(p, s, id);
  buf_str(out, n.kind);
  if (n.name) { buf_char(out, ' '); show_str(out, n.name); }
  if (!n.placed) return;
  Place at = sources_place(s, n.span.lo);
  buf_str(out, " (");
  show_str(out, at.source->path);
  buf_fmt(out, ":%u)", (unsigned)at.line);
}

/* ---- a table ---- */

typedef struct Cost { uint64_t id, runs, own_steps, steps, own_time, time; } Cost;

static int dearest(const void *a, const void *b) {
  const Cost *x = a, *y = b;
  if (x->own_time != y->own_time) return x->own_time < y->own_time ? 1 : -1;
  if (x->own_steps != y->own_steps) return x->own_steps < y->own_steps ? 1 : -1;
  return x->id < y->id ? -1 : x->id > y->id;
}

/* Children were made after their parents, so that one walk backwards sums. */
static void wholes(const Profile *p, uint64_t *steps, uint64_t *time) {
  for (uint32_t i = 0; i < p->nodes.len; i++) steps[i] = p->nodes.at[i].steps, time[i] = p->nodes.at[i].time;
  for (uint32_t i = p->nodes.len - 1; i > 0; i--) {
    steps[p->nodes.at[i].parent] += steps[i];
    time[p->nodes.at[i].parent] += time[i];
  }
}

static uint32_t costs_fill(const Profile *p, Cost *cost, const uint64_t *steps, const uint64_t *time) {
  uint32_t n = 0;
  Map by_id;
  map_init(&by_id, p->mem);
  for (uint32_t i = 1; i < p->nodes.len; i++) {
    const ProfileNode *x = &p->nodes.at[i];
    uint64_t *at = map_slot(&by_id, x->id, n);
    if (!at) break;
    if (*at == n) cost[n++] = (Cost){.id = x->id};
    Cost *r = &cost[*at];
    r->runs += x->runs;
    r->own_steps += x->steps;
    r->own_time += x->time;
    r->steps += steps[i];
    r->time += time[i];
  }
  map_end(&by_id);
  return n;
}

static void count(Buf *out, uint64_t n, int width) {
  char text[32], *at = text + sizeof text;
  int digits = 0;
  *--at = 0;
  do {
    if (digits && digits % 3 == 0) *--at = '_';
    *--at = (char)('0' + n % 10);
    digits++;
    n /= 10;
  } while (n);
  buf_pad(out, ' ', width - (int)strlen(at));
  buf_str(out, at);
}

/* Milliseconds with three places. */
static void millis(Buf *out, const Profile *p, uint64_t time, int width) {
  if (!p->clock) { buf_pad(out, ' ', width - 1); buf_char(out, '-'); return; }
  uint64_t us = time / 1000;
  count(out, us / 1000, width - 4);
  buf_fmt(out, ".%03u", (unsigned)(us % 1000));
}

static void table(Buf *out, const Program *prog, Sources *s, const Profile *p, Cost *cost, uint32_t n) {
  if (n) qsort(cost, n, sizeof *cost, dearest);
  buf_str(out, "     own ms    with ms     own steps    with steps       runs\n");
  for (uint32_t i = 0; i < n && i < TABLE_ROWS; i++) {
    const Cost *r = &cost[i];
    millis(out, p, r->own_time, 11);
    millis(out, p, r->time, 11);
    count(out, r->own_steps, 14);
    count(out, r->steps, 14);
    count(out, r->runs, 11);
    buf_str(out, "  ");
    name_show(out, prog, s, r->id);
    buf_char(out, '\n');
  }
  if (n > TABLE_ROWS) buf_fmt(out, "and %u more, each cheaper than these\n", (unsigned)(n - TABLE_ROWS));
}

void report_profile(Buf *out, const Program *prog, Sources *s, const Profile *p) {
  size_t room = p->nodes.len * sizeof(uint64_t);
  uint64_t *steps = mem_get(p->mem, room), *time = mem_get(p->mem, room);
  Cost *cost = mem_get(p->mem, p->nodes.len * sizeof *cost);
  if (steps && time && cost) {
    wholes(p, steps, time);
    uint32_t n = costs_fill(p, cost, steps, time);
    buf_str(out, "profile: ");
    if (s->list.len) { show_str(out, s->list.at[0]->path); buf_str(out, ", "); }
    count(out, steps[0], 0);
    buf_str(out, steps[0] == 1 ? " step" : " steps");
    if (p->clock) { buf_str(out, ", "); millis(out, p, time[0], 0); buf_str(out, " ms"); }
    buf_char(out, '\n');
    table(out, prog, s, p, cost, n);
  }
  mem_free(p->mem, steps, room);
  mem_free(p->mem, time, room);
  mem_free(p->mem, cost, p->nodes.len * sizeof *cost);
}

/* ---- folded ---- */

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* A frame's text must not hold what separates frames. */
static void frame_show(Buf *out, const Program *prog, Sources *s, uint64_t id, Buf *scratch) {
  buf_clear(scratch);
  name_show(scratch, prog, s, id);
  for (const char *c = buf_text(scratch); *c; c++)
    if (*c == ';') buf_str(out, "\\u{3b}");
    else buf_char(out, *c);
}

static void stack_show(Buf *out, const Program *prog, Sources *s, const Profile *p, uint32_t at, Buf *scratch) {
  VEC(uint32_t) path = {0};
  for (; at; at = p->nodes.at[at].parent) vec_push(p->mem, &path, at);
  for (uint32_t i = path.len; i-- > 0;) {
    frame_show(out, prog, s, p->nodes.at[path.at[i]].id, scratch);
    if (i) buf_char(out, ';');
  }
  vec_end(p->mem, &path);
}

void report_profile_folded(Buf *out, const Program *prog, Sources *s, const Profile *p) {
  Arena texts;
  Buf line, scratch;
  VEC(const char *) lines = {0};
  arena_init(&texts, p->mem);
  scratch_init(&line, out);
  scratch_init(&scratch, out);
  for (uint32_t i = 1; i < p->nodes.len; i++) {
    if (!p->nodes.at[i].steps) continue;
    buf_clear(&line);
    stack_show(&line, prog, s, p, i, &scratch);
    buf_fmt(&line, " %llu\n", (unsigned long long)p->nodes.at[i].steps);
    const char *kept = arena_copy(&texts, buf_text(&line), line.len);
    if (kept) vec_push(p->mem, &lines, kept);
  }
  if (lines.len) qsort(lines.at, lines.len, sizeof *lines.at, by_text);
  for (uint32_t i = 0; i < lines.len; i++) buf_str(out, lines.at[i]);
  vec_end(p->mem, &lines);
  scratch_end(&scratch, out);
  scratch_end(&line, out);
  arena_end(&texts);
}
