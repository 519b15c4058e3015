/* The library read as far as names against the library read at once: each function says the same when it is read later, and every draft
 * of tests/ and examples/ gives the same bytes: messages, verdicts, tests, and what it is asked in its own comments. */
#define _DEFAULT_SOURCE
#include "api/entente.h"
#include "api/stdlib.h"
#include "syntax/parser.h"
#include "syntax/print.h"
#include "tap.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- declarations ---- */

static Mem mem;
static Intern names;
static Sources sources;
static Diags diags;
static Unit unit;

static const Node *read(const StdlibModule *m, Rowing rowing, uint32_t *base) {
  const Source *s = sources_add(&sources, m->name, m->text, m->len, true);
  unit.rowing = rowing;
  const Node *file = parse_file(&unit, s);
  unit.rowing = ROWING_NONE;
  *base = s->base;
  return file;
}

static bool is_func(const Node *n) { return n->kind == N_FN || n->kind == N_RULE; }

static bool same_decl(const Node *a, uint32_t base_a, const Node *b, uint32_t base_b) {
  if (a->kind != b->kind || a->span.lo - base_a != b->span.lo - base_b || a->span.hi - base_a != b->span.hi - base_b) return false;
  if (!is_func(a)) return tree_same(&unit, a, b);
  bool named = a->op == 1 && a->kid[0]->sym == b->kid[0]->sym && a->kid[0]->span.lo - base_a == b->kid[0]->span.lo - base_b;
  const Node *later = named ? parse_unread(&unit, a) : NULL;
  return later && later->span.lo == a->span.lo && later->span.hi == a->span.hi && tree_same(&unit, later, b);
}

static void module(const StdlibModule *m) {
  uint32_t base_a, base_b, n = 0, funcs = 0;
  const Node *a = list_first(read(m, ROWING_LIBRARY, &base_a)->kid[0]), *b = list_first(read(m, ROWING_NONE, &base_b)->kid[0]);
  for (; a && b && same_decl(a, base_a, b, base_b); a = a->next, b = b->next, n++) funcs += is_func(a);
  ok(!a && !b && n && !diags.errors, "%s: %u declarations, %u of them functions", m->name, n, funcs);
  if (a) diag("the first that is not the same: %.60s", sources_text(&sources, a->span));
}

static void modules(void) {
  mem_init(&mem, 0);
  intern_init(&names, &mem, 1);
  sources_init(&sources, &mem);
  diags_init(&diags, &mem);
  unit_init(&unit, &mem, &names, &sources, &diags);
  for (const StdlibModule *m = ent_stdlib; m->name; m++) module(m);
  unit_end(&unit);
  diags_end(&diags);
  sources_end(&sources);
  intern_end(&names);
  is_int((int64_t)mem.used, 0, "everything is given back");
  mem_end(&mem);
}

/* ---- drafts ---- */

typedef struct Asked { char *text; size_t len, cap; } Asked;   /* the text of a draft, for its questions; then all that was said */

static void add(Asked *to, const char *text, size_t n) {
  if (to->len + n + 1 > to->cap) to->text = realloc(to->text, to->cap = 2 * (to->len + n + 1));
  memcpy(to->text + to->len, text, n);
  to->text[to->len += n] = 0;
}

static void said(Asked *to, int code, const char *out, size_t len) {
  char head[32];
  add(to, head, (size_t)snprintf(head, sizeof head, "\n== %d\n", code));
  add(to, out, len);
}

static Asked slurp(const char *path) {
  Asked a = {0};
  char part[4096];
  FILE *f = fopen(path, "r");
  for (size_t n; f && (n = fread(part, 1, sizeof part, f));) add(&a, part, n);
  if (f) fclose(f);
  add(&a, "", 0);
  return a;
}

static ent_session *opened(bool whole) {
  ent_config c;
  ent_config_init(&c);
  c.whole_library = whole;
  c.root = ".";
  return ent_open(&c);
}

static uint32_t drafts, sound, differ;   /* sound: sessions of a draft without a mistake, of four */

/* Checks are asked first by one session and last by another, since what opens what depends on it. */
static Asked answers(const char *path, const char *text, bool whole, bool check_first) {
  Asked a = {0};
  size_t len = 0;
  const char *out = "";
  ent_session *s = opened(whole);
  int code = ent_load_file(s, path);
  sound += code == ENT_PASSES;
  out = ent_diagnostics(s, ENT_JSON, &len);
  said(&a, code, out, len);
  for (int pass = 0; pass < 2; pass++) {
    if ((pass == 0) == check_first) {
      code = ent_check(s, ENT_JSON, &out, &len);
      said(&a, code, out, len);
      code = ent_test(s, ENT_TAP, NULL, NULL, &out, &len);
      said(&a, code, out, len);
      continue;
    }
    for (const char *at = text; (at = strstr(at, "\n# eval: ")); at++) {
      char expr[4096];
      snprintf(expr, sizeof expr, "%.*s", (int)strcspn(at + 9, "\n"), at + 9);
      code = ent_eval(s, expr, &out, &len);
      said(&a, code, out, len);
    }
  }
  ent_close(s);
  return a;
}

static void draft(const char *path) {
  Asked text = slurp(path);
  for (int first = 0; first < 2; first++) {
    Asked a = answers(path, text.text, false, first), b = answers(path, text.text, true, first);
    if (strcmp(a.text, b.text) && differ++ < 5) diag("%s: as far as names:\n%.2000s\nat once:\n%.2000s", path, a.text, b.text);
    free(a.text);
    free(b.text);
  }
  drafts++;
  free(text.text);
}

static void folder(const char *path) {
  struct dirent **all;
  int n = scandir(path, &all, NULL, alphasort);
  for (int i = 0; i < n; i++) {
    char inner[512];
    struct stat st;
    const char *name = all[i]->d_name, *end = strrchr(name, '.');
    snprintf(inner, sizeof inner, "%s/%s", path, name);
    if (name[0] != '.' && !stat(inner, &st) && S_ISDIR(st.st_mode)) folder(inner);
    else if (end && !strcmp(end, ".ent")) draft(inner);
    free(all[i]);
  }
  if (n >= 0) free(all);
}

int main(void) {
  static const char *const folders[] = {"examples", "tests/lang", "tests/error", "tests/testing"};
  modules();
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    uint32_t before = drafts;
    folder(folders[i]);
    ok(drafts > before && !differ, "%s: %u drafts answer the same whether the library is read at once or when it is named", folders[i], drafts - before);
    if (i == 1) ok(sound / 4 > drafts * 9 / 10, "of those so far %u of %u have no mistake", sound / 4, drafts);
  }
  return done();
}
