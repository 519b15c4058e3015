/* Memory that is refused: a draft with one of everything is loaded, checked and asked while the n-th allocation fails,
 * and again while it and all after it fail, for every n until nothing fails. Each time there is the right answer, or a
 * message that memory ran out: no signal, and under `make asan` no leak. Runs from the repository root.
 * FAULT_STRIDE: take every so-manyth n only. FAULT_FROM: begin there. FAULT_DRAFT: another draft.
 * FAULT_LEAKS: see below. */
#define _XOPEN_SOURCE 700
#include "api/entente.h"
#include "tap.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { STRIDE = 1, WRONG_MAX = 10, ASKED = 4 };

static const char *const exprs[ASKED] = {"names", "{r: suppliers(r) for r in resources}", "spans(not covered(euv))", "\"{sum(1 / i for i in 1..40)} {deal.parties}\""};

/* What one session says, in order. */
typedef struct Said {
  int code[3 + ASKED];
  char *text[3 + ASKED];
  int n;
} Said;

static void said_end(Said *s) {
  for (int i = 0; i < s->n; i++) free(s->text[i]);
  s->n = 0;
}

static void say(Said *s, int code, const char *text, size_t len) {
  s->code[s->n] = code;
  s->text[s->n] = malloc(len + 1);
  if (!s->text[s->n]) abort();
  memcpy(s->text[s->n], text, len);
  s->text[s->n++][len] = 0;
}

static void session(Said *s, const char *draft, ent_format f, uint64_t n, bool after) {
  ent_config c;
  const char *text;
  size_t len;
  ent_config_init(&c);
  c.fail_alloc_at = n;
  c.fail_alloc_after = after;
  c.profile = true;
  ent_session *e = ent_open(&c);
  if (!e) return;
  int code = ent_load_file(e, draft);
  text = ent_diagnostics(e, f, &len);
  say(s, code, text, len);
  if (code == ENT_PASSES) {
    code = ent_check(e, f, &text, &len);
    say(s, code, text, len);
    code = ent_test(e, f == ENT_JSON ? ENT_JUNIT : f == ENT_GITHUB ? ENT_TAP : f, NULL, NULL, &text, &len);
    say(s, code, text, len);
    for (int i = 0; i < ASKED; i++) {
      code = ent_eval(e, exprs[i], &text, &len);
      say(s, code, text, len);
    }
    for (int i = ENT_PROFILE_TABLE; i <= ENT_PROFILE_FOLDED; i++)
      if (ent_profile(e, (ent_profile_form)i, &text, &len) == ENT_PASSES && !len) say(s, ENT_FAULT, "no profile", 10);
  }
  ent_close(e);
}

/* The same of what `entente doc` says: each in a session of its own. */
static void documented(Said *s, const char *draft, ent_format f, uint64_t n, bool after) {
  static const char text[] = "## A file.\n\n## A figure, and\n## more.\nlet figure = 1\nunit t \"tonnes\"\n";
  for (int i = 0; i < 4; i++) {
    ent_config c;
    const char *out = "";
    size_t len = 0;
    ent_config_init(&c);
    c.fail_alloc_at = n;
    c.fail_alloc_after = after;
    ent_session *e = ent_open(&c);
    if (!e) return;
    int code = i == 0 ? ent_doc_library(e, NULL, NULL, &out, &len) : i == 1 ? ent_doc_library(e, "std.coverage", "covered", &out, &len)
             : ent_doc_text(e, draft, text, sizeof text - 1, i == 2 ? NULL : "figur", &out, &len);
    if (code == ENT_BROKEN && !len) out = ent_diagnostics(e, f, &len);
    say(s, code, out, len);
    ent_close(e);
  }
}

/* Under ASan, with FAULT_LEAKS set, leaks are looked for after each session, which is slow and tells the n; else at the
 * end, by ASan itself. */
#ifdef __SANITIZE_ADDRESS__
int __lsan_do_recoverable_leak_check(void);
static bool leaked(void) { return getenv("FAULT_LEAKS") && __lsan_do_recoverable_leak_check(); }
#else
static bool leaked(void) { return false; }
#endif

/* NULL, or what is wrong. *refused: something was. */
static const char *judge(const Said *s, const Said *whole, bool *refused) {
  *refused = s->n != whole->n;
  for (int i = 0; i < s->n; i++) {
    bool same = s->code[i] == whole->code[i] && !strcmp(s->text[i], whole->text[i]);
    if (same) continue;
    *refused = true;
    if (s->code[i] != ENT_BROKEN) return "a code other than 2";
    if (!strstr(s->text[i], "memory ran out")) return "no word of memory";
  }
  return NULL;
}

static volatile sig_atomic_t now;

static void died(int sig) {
  char text[64];
  int len = snprintf(text, sizeof text, "# signal %d at allocation %d\n", sig, (int)now);
  if (len > 0 && write(1, text, (size_t)len) < 0) _exit(3);
  _exit(2);
}

static uint64_t number(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text ? strtoull(text, NULL, 10) : otherwise;
}

typedef void Session(Said *s, const char *draft, ent_format f, uint64_t n, bool after);

static void run_with(Session *session_of, const char *draft, ent_format f, bool after, const char *what) {
  Said whole = {.n = 0};
  session_of(&whole, draft, f, 0, false);
  uint64_t stride = number("FAULT_STRIDE", STRIDE), n = number("FAULT_FROM", 1);
  int wrong = 0, runs = 0;
  for (bool refused = true; refused && wrong < WRONG_MAX; n += stride, runs++) {
    Said s = {.n = 0};
    now = (sig_atomic_t)n;
    session_of(&s, draft, f, n, after);
    const char *why = judge(&s, &whole, &refused);
    if (!why && leaked()) why = "a leak";
    if (why) {
      diag("allocation %d: %s", (int)n, why);
      for (int i = 0; i < s.n; i++) diag("%d: exit %d: %.300s", i, s.code[i], s.text[i]);
      wrong++;
    }
    said_end(&s);
  }
  is_int(wrong, 0, "%s: right, or said, in %d runs up to allocation %d", what, runs, (int)n);
  if (session_of == session && whole.n != 3 + ASKED && whole.code[0] == ENT_PASSES) ok(false, "%s is judged when memory is there", draft), diag("%s", whole.text[0]);
  said_end(&whole);
}

static void run(const char *draft, ent_format f, bool after, const char *what) { run_with(session, draft, f, after, what); }

int main(void) {
  const char *draft = getenv("FAULT_DRAFT");
  if (!draft) draft = "tests/hostile/rich.ent";
#ifndef __SANITIZE_ADDRESS__
  signal(SIGSEGV, died);
  signal(SIGBUS, died);
  signal(SIGABRT, died);
#else
  (void)died;
#endif
  run(draft, ENT_TEXT, false, "one fails, text");
  run(draft, ENT_JSON, true, "all fail from there, JSON");
  run("tests/hostile/data/all.ent", ENT_TEXT, false, "data, one fails, text");
  run("tests/hostile/data/all.ent", ENT_JSON, true, "data, all fail from there, JSON");
  run("tests/testing/pictures.ent", ENT_TAP, false, "tests, one fails, TAP");
  run("tests/testing/pictures.ent", ENT_JSON, true, "tests, all fail from there, JUnit");
  run("tests/hostile/broken.ent", ENT_TAP, false, "mistakes, one fails, TAP");
  run("tests/hostile/broken.ent", ENT_GITHUB, true, "mistakes, all fail from there, GitHub");
  run("tests/hostile/misread.ent", ENT_JSON, false, "badly written, one fails, JSON");
  run("tests/hostile/misread.ent", ENT_TEXT, true, "badly written, all fail from there, text");
  run_with(documented, "some.ent", ENT_TEXT, false, "documentation, one fails");
  run_with(documented, "some.ent", ENT_JSON, true, "documentation, all fail from there");
  return done();
}
