/* Drafts made from a seed, asked of the machine and of a plain second evaluator (walk.h): every top-level value, every error
 * and every verdict must be the same. In process; the seed is printed.
 *   differ [SEED [COUNT [FROM]]]     also DIFFER_SEED, DIFFER_COUNT; FROM: begin with that draft, COUNT 1: that one alone
 * A difference is shrunk, line by line and expression by expression, and printed. */
#include "differ.h"
#include "answer/answer.h"
#include "syntax/parser.h"
#include "tap.h"
#include "walk.h"
#include <malloc.h>
#include <stdlib.h>

#ifdef __SANITIZE_ADDRESS__
enum { COUNT = 5000 };   /* twenty times as slow */
#else
enum { COUNT = 100000 };
#endif
enum { SHOWN_MAX = 5, STEPS_MAX = 400000, VM_STEPS = 20000000 };
#define SEED 20261122u

/* ---- the machine: all rooms in turn, without a file ---- */

typedef struct Machine {
  Mem mem;
  Intern names;
  Sources sources;
  Diags diags;
  Unit unit;
  Program p;
  World world;
  Chunk chunk;
  Vm vm;
  bool has_world, has_vm;
  const char *refused;   /* the code of what kept it from being loaded */
} Machine;

static bool machine_load(Machine *m, bool columns) {
  uint32_t at;
  const char *why;
  if (m->diags.errors || !program_check(&m->p)) return false;
  m->has_world = true;
  if (!world_init(&m->world, &m->mem, &m->p)) return false;
  m->has_vm = true;
  if (!vm_init(&m->vm, &m->mem, &m->p, &m->chunk, &m->world)) return false;
  m->vm.max_steps = VM_STEPS;
  m->vm.rows_never = columns;
  return compile_all(&m->chunk, &m->world.rt) && chunk_verify(&m->chunk, &at, &why) && vm_load(&m->vm) && world_base(&m->world) && !m->diags.errors;
}

/* A draft that begins with this goes through every loop in columns, however short. */
static const char in_columns[] = "# in columns";

static bool machine_begin(Machine *m, const char *text, size_t len) {
  memset(m, 0, sizeof *m);
  if (!mem_init(&m->mem, (size_t)1 << 30)) return false;
  intern_init(&m->names, &m->mem, 1);
  sources_init(&m->sources, &m->mem);
  diags_init(&m->diags, &m->mem);
  unit_init(&m->unit, &m->mem, &m->names, &m->sources, &m->diags);
  program_init(&m->p, &m->mem, &m->unit);
  chunk_init(&m->chunk, &m->mem, &m->p);
  const Source *s = sources_add(&m->sources, "draft", text, len, false);
  program_module(&m->p, intern_put(&m->names, "draft", 5), s, parse_file(&m->unit, s), false);
  bool good = machine_load(m, len >= sizeof in_columns && !memcmp(text, in_columns, sizeof in_columns - 1));
  for (uint32_t i = 0; i < m->diags.list.len && !good && !m->refused; i++)
    if (m->diags.list.at[i].sev == SEV_ERROR) m->refused = m->diags.list.at[i].text;
  if (!good && !m->refused) m->refused = m->has_vm && m->vm.failed ? m->vm.error.text : "no reason";
  return good;
}

/* False: not everything was given back. */
static bool machine_end(Machine *m) {
  if (m->has_vm) vm_end(&m->vm);
  chunk_end(&m->chunk);
  if (m->has_world) world_end(&m->world);
  program_end(&m->p);
  unit_end(&m->unit);
  diags_end(&m->diags);
  sources_end(&m->sources);
  intern_end(&m->names);
  bool clean = !m->mem.used;
  mem_end(&m->mem);
  return clean;
}

/* ---- comparing ---- */

/* A zero of every unit reads as a plain 0. */
static UnitId shown(UnitId u) { return u == UNIT_ANY ? UNIT_ONE : u; }

static bool same_figure(Machine *m, Value a, V b) {
  Num lo, hi;
  bool has_lo = true, has_hi = true;
  if (a.tag == V_IVL) {
    const Ivl *i = (const Ivl *)a.obj;
    lo = i->lo, hi = i->hi, has_lo = i->has_lo, has_hi = i->has_hi;
  } else lo = hi = value_num(a);
  if (b->kind != W_FIGURE || has_lo != b->has_lo || has_hi != b->has_hi || shown(a.unit) != shown(b->unit)) return false;
  return (!has_lo || !num_cmp(&m->mem, lo, b->lo)) && (!has_hi || !num_cmp(&m->mem, hi, b->hi));
}

static bool same_value(Machine *m, Value a, V b);

static bool same_seq(Machine *m, Value a, V b) {
  size_t n = a.obj->len * (a.tag == V_MAP ? 2u : 1u);
  if (n != b->n || b->kind != (a.tag == V_LIST ? W_LIST : a.tag == V_SET ? W_SET : W_MAP)) return false;
  for (size_t i = 0; i < n; i++)
    if (!same_value(m, value_seq(a)->at[i], b->at[i])) return false;
  return true;
}

static bool same_value(Machine *m, Value a, V b) {
  switch ((Tag)a.tag) {
    case V_FALSE: case V_TRUE: return b->kind == W_BOOL && b->a == (a.tag == V_TRUE);
    case V_DEC: case V_BIG: case V_IVL: return same_figure(m, a, b);
    case V_DATE: return b->kind == W_DATE && b->a == a.i;
    case V_RANGE: case V_INTS: {
      int64_t lo = value_lo(a), hi = value_hi(a);
      if (b->kind != (a.tag == V_RANGE ? W_RANGE : W_INTS)) return false;
      return hi < lo ? b->b < b->a : b->a == lo && b->b == hi;
    }
    case V_ENT: return b->kind == W_ENTITY && b->a == a.aux;
    case V_STR: return b->kind == W_TEXT && b->n == value_len(a) && !memcmp(b->text, value_str(&a), b->n);
    case V_UNK: return b->kind == W_UNKNOWN;
    case V_LIST: case V_SET: case V_MAP: return same_seq(m, a, b);
    case V_NONE: case V_FUNC: case V_CELL: return false;
  }
  return false;
}

/* What is told of one draft. */
typedef enum Judged { SAME, DIFFERENT, REFUSED } Judged;
typedef struct Told { Judged judged; uint32_t questions, skipped, errors, unknown, findings; char what[1500]; char name[32]; Span body; uint32_t base; } Told;

static void value_line(Machine *m, Value v, char *out, size_t n) {
  Buf b;
  buf_init(&b, &m->mem);
  value_show(&m->world.rt, v, &b);
  snprintf(out, n, "%.300s", buf_text(&b));
  buf_end(&b);
}

static void walk_line(Walk *w, V v, char *out, size_t n) {
  Buf b;
  buf_init(&b, w->mem);
  val_show(w, v, false, &b);
  snprintf(out, n, "%.300s", buf_text(&b));
  buf_end(&b);
}

static const char *vm_error(Machine *m) {
  if (m->vm.failed) return diag_info(m->vm.error.code)->code;
  return mem_failed(&m->mem) ? "E0505" : NULL;
}

/* A question about a resource may meet the error of any clause about it, and so do the engine's own findings. */
static void meet_others(Walk *w) {
  if (!setjmp(w->out)) walk_own(w);
}

/* One top-level `let`, both ways. */
static void ask_let(Machine *m, Mem *own, uint32_t f, Ctx *ctx, Day day, Told *t) {
  Walk w;
  V volatile v = NULL;
  char a[320] = "", b[320] = "";
  walk_init(&w, own, &m->p, STEPS_MAX);
  if (!setjmp(w.out)) {
    Where x = {.day = day};
    v = walk_call(&w, &x, f, NULL, 0);
  }
  if (w.error && !strcmp(w.error, "steps")) { t->skipped++; walk_end(&w); return; }
  Value got = vm_run(&m->vm, f, NULL, 0, ctx);
  const char *error = vm_error(m);
  if (error && !w.error) meet_others(&w);
  bool same = error || w.error ? error && w.error && !strcmp(error, w.error) : same_value(m, got, v);
  t->questions++;
  t->errors += error != NULL;
  t->unknown += !error && got.tag == V_UNK;
  if (!same && t->judged == SAME) {
    const Func *fn = &m->p.funcs.at[f];
    if (error) snprintf(a, sizeof a, "%s %s", error, m->vm.error.text ? m->vm.error.text : "");
    else value_line(m, got, a, sizeof a);
    if (w.error) snprintf(b, sizeof b, "%s", w.error);
    else walk_line(&w, v, b, sizeof b);
    t->judged = DIFFERENT;
    snprintf(t->name, sizeof t->name, "%s", sym_text(&m->p, fn->name));
    snprintf(t->what, sizeof t->what, "%s: the machine says\n  %s\nthe walker says\n  %s", t->name, a, b);
    t->body = fn->body->span;
  }
  value_drop(&m->mem, got);
  m->vm.failed = false;
  walk_end(&w);
}

static bool same_finding(Machine *m, const Finding *f, const WFinding *g) {
  if (strcmp(f->check, sym_text(&m->p, m->p.funcs.at[m->p.checks.at[g->check]].name)) || (f->outcome == OUT_FAILS) != g->fails) return false;
  if (f->sev != (Severity)g->require->op || f->span.lo != g->require->span.lo) return false;
  if (g->fails && g->message && (strlen(f->message) != g->message->n || memcmp(f->message, g->message->text, g->message->n))) return false;
  if (g->nspan < 0) return true;
  if (f->nwhen != (uint32_t)g->nspan) return false;
  for (uint32_t i = 0; i < f->nwhen; i++)
    if (f->when[i].first != g->span[i].first || f->when[i].last != g->span[i].last) return false;
  return true;
}

static void told_finding(char *out, size_t n, const char *check, bool fails, const char *message, const DaySpan *s) {
  Mem mem;
  Buf b;
  if (!mem_init(&mem, 0)) return;
  buf_init(&b, &mem);
  buf_fmt(&b, "%s %s \"%.200s\"", check, fails ? "fails" : "cannot be told", message);
  if (s) { buf_str(&b, " first "); date_show(&b, s->first); buf_str(&b, ".."); date_show(&b, s->last); }
  snprintf(out, n, "%s", buf_text(&b));
  buf_end(&b);
  mem_end(&mem);
}

static void compare_reports(Machine *m, Report *r, const WReport *mine, Told *t) {
  const WFinding *g = mine->first;
  char a[400] = "no finding", b[400] = "no finding";
  bool same = true;
  uint32_t i = 0;
  for (; i < r->findings.len && r->findings.at[i].code == NULL && same; i++) {
    same = g && same_finding(m, &r->findings.at[i], g);
    if (same) g = g->next;
    t->findings++;
  }
  if (same && !g && r->exit_code == mine->exit_code) return;
  if (same && !g) snprintf(t->what, sizeof t->what, "verdict: the machine says %d, the walker %d", r->exit_code, mine->exit_code);
  else {
    const Finding *f = !same ? &r->findings.at[i - 1] : NULL;
    if (f) told_finding(a, sizeof a, f->check, f->outcome == OUT_FAILS, f->message, f->nwhen ? f->when : NULL);
    if (g) {
      DaySpan s = {g->span[0].first, g->span[0].last};
      told_finding(b, sizeof b, sym_text(&m->p, m->p.funcs.at[m->p.checks.at[g->check]].name), g->fails, g->message ? g->message->text : "", g->nspan > 0 ? &s : NULL);
    }
    snprintf(t->what, sizeof t->what, "the machine finds\n  %s\nthe walker finds\n  %s", a, b);
  }
  snprintf(t->name, sizeof t->name, "check");
  t->judged = DIFFERENT;
}

static void ask_checks(Machine *m, Mem *own, Told *t) {
  Walk w;
  WReport mine = {0};
  Report r;
  CheckOptions o = {DAY_NONE, SEV_ERROR, false};
  walk_init(&w, own, &m->p, 10 * STEPS_MAX);
  if (!setjmp(w.out)) walk_checks(&w, &mine);
  if (w.error && !strcmp(w.error, "steps")) { t->skipped++; walk_end(&w); return; }
  report_init(&r, &m->mem, "draft");
  bool ran = answer_check(&m->vm, &o, &r);
  const char *error = ran ? NULL : vm_error(m);
  t->questions++;
  if (error && !w.error) meet_others(&w);
  if (error || w.error) {
    if (!error || !w.error || strcmp(error, w.error)) {
      t->judged = DIFFERENT;
      snprintf(t->what, sizeof t->what, "checks: the machine says %s %s, the walker %s", error ? error : "no error", error ? m->vm.error.text : "", w.error ? w.error : "no error");
    }
  } else if (t->judged == SAME) compare_reports(m, &r, &mine, t);
  report_end(&r);
  m->vm.failed = false;
  walk_end(&w);
}

static void judge(const char *text, size_t len, Told *t, char *refused, size_t nrefused) {
  Machine m;
  Mem own;
  Day first = DAY_NONE, last;
  memset(t, 0, sizeof *t);
  if (!mem_init(&own, (size_t)1 << 30)) abort();
  if (!machine_begin(&m, text, len)) {
    t->judged = REFUSED;
    if (refused) snprintf(refused, nrefused, "%s", m.refused);
  } else {
    const View *v = world_base(&m.world);
    if (!world_term(&m.world, v, &first, &last)) first = DAY_NONE;
    Ctx *ctx = world_ctx(&m.world, v, first);
    uint32_t n = m.p.funcs.len;
    for (uint32_t f = 0; f < n; f++)
      if (m.p.funcs.at[f].kind == FUNC_LET && !m.p.funcs.at[f].nparam) ask_let(&m, &own, f, ctx, first, t);
    if (m.p.checks.len) ask_checks(&m, &own, t);
  }
  t->base = m.sources.list.len ? m.sources.list.at[0]->base : 0;
  if (!machine_end(&m) && t->judged != DIFFERENT) {
    t->judged = DIFFERENT;
    snprintf(t->what, sizeof t->what, "the machine has not given back all of its memory");
  }
  if (own.used) abort();
  mem_end(&own);
}

/* ---- shrinking ---- */

static bool still(const char *text, size_t len) {
  Told t;
  judge(text, len, &t, NULL, 0);
  return t.judged == DIFFERENT;
}

/* Leaves out one line after the other, as long as a difference stays. */
static size_t fewer_lines(char *text, size_t len, char *spare) {
  for (size_t from = 0; from < len;) {
    size_t to = from;
    while (to < len && text[to] != '\n') to++;
    to += to < len;
    memcpy(spare, text, from);
    memcpy(spare + from, text + to, len - to);
    if (still(spare, len - (to - from))) {
      memcpy(text, spare, len - (to - from));
      len -= to - from;
    } else from = to;
  }
  return len;
}

static bool replace(char *text, size_t *len, char *spare, size_t at, size_t n, const char *with, size_t k) {
  memcpy(spare, text, at);
  memcpy(spare + at, with, k);
  memcpy(spare + at + k, text + at + n, *len - at - n);
  if (!still(spare, *len - n + k)) return false;
  *len = *len - n + k;
  memcpy(text, spare, *len);
  return true;
}

/* Puts a piece in brackets, or between commas, in the place of what holds it. Texts, not trees: what does not parse is no difference. */
static bool smaller_piece(char *text, size_t *len, char *spare) {
  for (size_t i = 0; i < *len; i++) {
    if (text[i] != '(') continue;
    size_t depth = 0, j = i;
    for (; j < *len && text[j] != '\n'; j++) {
      if (text[j] == '(') depth++;
      if (text[j] == ')' && !--depth) break;
    }
    if (j >= *len || text[j] != ')') continue;
    size_t n = j + 1 - i;
    static const char *const plain[] = {"1", "true", "false", "A", "R"};
    for (size_t k = 0; k < sizeof plain / sizeof *plain; k++)
      if (n > strlen(plain[k]) + 2 && replace(text, len, spare, i, n, plain[k], strlen(plain[k]))) return true;
    for (size_t a = i + 1; a < j; a++)
      if (text[a] == '(') {
        size_t d = 0, b = a;
        for (; b < j; b++) {
          if (text[b] == '(') d++;
          if (text[b] == ')' && !--d) break;
        }
        char piece[4000];
        if (b < j && b + 1 - a < sizeof piece) {
          memcpy(piece, text + a, b + 1 - a);
          if (replace(text, len, spare, i, n, piece, b + 1 - a)) return true;
        }
      }
  }
  return false;
}

static void shrink(Buf *draft) {
  char *spare = malloc(draft->len + 4096), *text = draft->at;
  size_t len = draft->len, had;
  if (!spare) abort();
  do {
    had = len;
    len = fewer_lines(text, len, spare);
    while (smaller_piece(text, &len, spare)) {}
  } while (len < had);
  text[len] = 0;
  draft->len = len;
  free(spare);
}

/* ---- all of them ---- */

static uint64_t given(int argc, char **argv, int i, const char *name, uint64_t unless) {
  const char *s = argc > i ? argv[i] : getenv(name);
  return s && *s ? strtoull(s, NULL, 10) : unless;
}

int main(int argc, char **argv) {
  uint64_t seed = given(argc, argv, 1, "DIFFER_SEED", SEED), count = given(argc, argv, 2, "DIFFER_COUNT", COUNT), from = given(argc, argv, 3, "DIFFER_FROM", 0);
  uint64_t different = 0, refused = 0, questions = 0, skipped = 0, errors = 0, unknown = 0, findings = 0, agreed = 0;
  mallopt(M_MMAP_THRESHOLD, 1 << 30);   /* every draft takes and gives back the same: let it stay */
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  bool show = getenv("DIFFER_SHOW") != NULL;
  diag("seed %llu, %llu drafts", (unsigned long long)seed, (unsigned long long)count);
  for (uint64_t i = from; agreed < count && i < from + 2 * count + 10 && different < SHOWN_MAX; i++) {
    Mem mem;
    Buf draft;
    Told t;
    char why[200] = "";
    Rng rng = {seed * 1000003 + i};
    if (!mem_init(&mem, 0)) abort();
    buf_init(&draft, &mem);
    gen_draft(&rng, &draft);
    if (show) fprintf(stderr, "## %llu\n%s\n", (unsigned long long)i, buf_text(&draft));
    judge(buf_text(&draft), draft.len, &t, why, sizeof why);
    if (t.judged == REFUSED) {
      refused++;
      if (getenv("DIFFER_REFUSED")) { diag("draft %llu is refused: %s", (unsigned long long)i, why); if (count == 1) diag("%s", buf_text(&draft)); }
      if (count == 1) agreed++;
    } else agreed++;
    questions += t.questions, skipped += t.skipped, errors += t.errors, unknown += t.unknown, findings += t.findings;
    if (t.judged == DIFFERENT) {
      different++;
      diag("draft %llu of seed %llu (differ %llu 1 %llu makes it again)", (unsigned long long)i, (unsigned long long)seed, (unsigned long long)seed, (unsigned long long)i);
      if (!getenv("DIFFER_WHOLE")) shrink(&draft);
      judge(buf_text(&draft), draft.len, &t, NULL, 0);
      diag("%s", t.what);
      tap_comment(buf_text(&draft));
    }
    buf_end(&draft);
    mem_end(&mem);
  }
  diag("%llu drafts, %llu questions (%llu unknown, %llu errors), %llu findings; %llu questions took too long, %llu drafts were refused",
       (unsigned long long)agreed, (unsigned long long)questions, (unsigned long long)unknown, (unsigned long long)errors,
       (unsigned long long)findings, (unsigned long long)skipped, (unsigned long long)refused);
  ok(!different, "value, error and verdict of %llu drafts are the same in both", (unsigned long long)agreed);
  ok(agreed >= count || different, "as many drafts as asked for could be run");
  ok(refused * 20 <= agreed && skipped * 100 <= questions, "few are refused, and few take too long");
  return done();
}
