/* The API for a draft that is being thought up: parts, what an input is, what may come next, what is known of a name.
 * `session time FILE` prints how long completion takes in a draft, in milliseconds. Runs from the repository root. */
#define _XOPEN_SOURCE 700
#include "api/entente.h"
#include "tap.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char draft[] =
  "use std.stack\nuse std.countries\nuse std.coverage\n"
  "resource ore \"Ore\" { layer: minerals  unit: t/yr }\n"
  "supply ore { AUS: 300 t/yr, NLD: 100 t/yr }\n"
  "route malacca \"Strait of Malacca\" { passes: {SGP, MYS} }\n"
  "control licences \"Licensing\" by AUS on {ore} from 2027-06-01\n"
  "scenario storm \"A storm\" { close malacca }\n"
  "source atlas \"Atlas\" { year: 2025 }\n"
  "table price (r: resource): quantity[USD/t]\n"
  "## What is allowed.\nlet limit = 40 t/yr\n"
  "fn twice(x: number) = 2 * x\n"
  "kind depot \"A depot\" { place: country }\n"
  "agreement pact \"The pact\" {\n  parties: {USA, NLD, AUS}\n  term: 2026-01-01..2028-12-31\n"
  "  clause m1 \"Offtake\": AUS shall supply 240 t/yr of ore to USA from 2027-01-01\n}\n";

static ent_session *open_with(const ent_part *part, size_t n, const ent_session *before, int *code, uint64_t fail) {
  ent_config c;
  ent_config_init(&c);
  c.fail_alloc_at = fail;
  ent_session *s = ent_open(&c);
  *code = s ? ent_load_parts(s, part, n, before) : ENT_BROKEN;
  return s;
}

/* ---- what an input is ---- */

static void inputs(ent_session *s) {
  static const struct { const char *text; ent_input kind; size_t end; } cases[] = {
    {"", ENT_INPUT_NOTHING, 0}, {" \n# a comment\n", ENT_INPUT_NOTHING, 0}, {"## of what follows", ENT_INPUT_MORE_DECLS, 0},
    {"1 + 1", ENT_INPUT_EXPR, 0}, {"1 +", ENT_INPUT_MORE_EXPR, 0}, {"(1", ENT_INPUT_MORE_EXPR, 0}, {"[1,\n2", ENT_INPUT_MORE_EXPR, 0}, {"{", ENT_INPUT_MORE_EXPR, 0},
    {"if a then b", ENT_INPUT_MORE_EXPR, 0}, {"let x = 1", ENT_INPUT_DECLS, 0}, {"let x = 1; x", ENT_INPUT_EXPR, 0}, {"let x =", ENT_INPUT_MORE_DECLS, 0},
    {"a without", ENT_INPUT_MORE_EXPR, 0}, {"agreement p {", ENT_INPUT_MORE_DECLS, 0}, {"agreement p {\n  parties: {USA}", ENT_INPUT_MORE_DECLS, 0},
    {"clause", ENT_INPUT_EXPR, 0}, {"supply ore", ENT_INPUT_MORE_DECLS, 0}, {"supply ore {", ENT_INPUT_MORE_DECLS, 0}, {"supply ore { AUS: 1 t }", ENT_INPUT_DECLS, 0},
    {"1 + )", ENT_INPUT_EXPR, 0}, {"supply ore }", ENT_INPUT_DECLS, 0}, {"\"no end", ENT_INPUT_DECLS, 0}, {"x +\n1", ENT_INPUT_EXPR, 0},
    {"let a = 1\nlet b = 2", ENT_INPUT_DECLS, 0}, {"let a = 1\na + 1", ENT_INPUT_DECLS, 10}, {"a\n:matrix", ENT_INPUT_EXPR, 2}, {"1\n2\n3", ENT_INPUT_EXPR, 2},
    {"let a = 1\nsum(", ENT_INPUT_DECLS, 10}, {"a\n  + 1\nb", ENT_INPUT_EXPR, 8}, {"\xff", ENT_INPUT_DECLS, 0}, {"fn f(x: number)", ENT_INPUT_MORE_DECLS, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    size_t end, len = strlen(cases[i].text), want = cases[i].end ? cases[i].end : len;
    ent_input kind = ent_input_kind(s, cases[i].text, len, &end);
    ok(kind == cases[i].kind && end == want, "input %zu: kind %d, ends at %zu", i, (int)kind, end);
  }
}

/* ---- what may come next ---- */

static bool offered(const ent_word *w, size_t n, const char *text) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(w[i].text, text)) return true;
  return false;
}

static void completions(ent_session *s) {
  static const struct { ent_form form; const char *text, *has, *lacks; } cases[] = {
    {ENT_FORM_ENTRY, "", "agreement", "shall"}, {ENT_FORM_ENTRY, "", "covered", "withdraw"}, {ENT_FORM_ENTRY, "1 + ", "limit", "shall"},
    {ENT_FORM_ENTRY, "covered(ore) without ", "NLD", "atlas"}, {ENT_FORM_ENTRY, "covered(ore) without ", "malacca", "ore"},
    {ENT_FORM_ENTRY, "x without {USA, ", "NLD", "minerals"}, {ENT_FORM_ENTRY, "covered(ore) under ", "storm", "NLD"}, {ENT_FORM_ENTRY, "12 ", "t", "NLD"},
    {ENT_FORM_ENTRY, "12 G", "GWh", "GIN"}, {ENT_FORM_ENTRY, "let x: quantity[", "t", "NLD"}, {ENT_FORM_ENTRY, "pact.", "m1", "atlas"}, {ENT_FORM_ENTRY, "pact.m1.", "binding", "m1"},
    {ENT_FORM_ENTRY, "1 + ore.", "layer", "binding"}, {ENT_FORM_ENTRY, "{c.na", "name", "note"}, {ENT_FORM_ENTRY, "pact.term.", "through", "binding"},
    {ENT_FORM_ENTRY, "capacity(", "AUS", "ore"}, {ENT_FORM_ENTRY, "capacity(AUS, ", "ore", "AUS"}, {ENT_FORM_ENTRY, "covered(", "ore", "atlas"}, {ENT_FORM_ENTRY, "covered(", "minerals", "AUS"},
    {ENT_FORM_ENTRY, "price(", "ore", "AUS"}, {ENT_FORM_ENTRY, "use std.", "coverage", "limit"}, {ENT_FORM_ENTRY, "use ", "std.stack", "limit"},
    {ENT_FORM_ENTRY, "resource x { layer: ", "minerals", "AUS"}, {ENT_FORM_ENTRY, "resource x { unit: ", "t", "AUS"}, {ENT_FORM_ENTRY, "agreement a { parties: {", "AUS", "ore"},
    {ENT_FORM_ENTRY, "agreement a {\n  clause c: ", "AUS", "ore"}, {ENT_FORM_ENTRY, "agreement a {\n  clause c: AUS ", "shall", "ore"}, {ENT_FORM_ENTRY, "agreement a {\n  clause c: AUS shall ", "supply", "ore"},
    {ENT_FORM_ENTRY, "agreement a {\n  clause c: AUS shall supply 3 t/yr of ", "ore", "AUS"}, {ENT_FORM_ENTRY, "agreement a {\n  clause c: AUS shall supply 3 t/yr of ore via ", "malacca", "ore"},
    {ENT_FORM_ENTRY, "amendment x to ", "pact", "AUS"}, {ENT_FORM_ENTRY, "fact ", "price", "limit"}, {ENT_FORM_ENTRY, "supply ", "ore", "AUS"}, {ENT_FORM_ENTRY, "supply ore { ", "AUS", "ore"},
    {ENT_FORM_ENTRY, "supply ore cite ", "atlas", "AUS"}, {ENT_FORM_ENTRY, "control x by ", "AUS", "ore"}, {ENT_FORM_ENTRY, "control x by AUS on {", "ore", "AUS"}, {ENT_FORM_ENTRY, "fn f(x: ", "country", "AUS"},
    {ENT_FORM_ENTRY, "let ", NULL, "AUS"}, {ENT_FORM_ENTRY, "sum(x for ", NULL, "AUS"}, {ENT_FORM_ENTRY, "nld", "NLD", "AUS"}, {ENT_FORM_ENTRY, "1 ", "without", "supply"}, {ENT_FORM_ENTRY, "\"a text ", NULL, "AUS"},
    {ENT_FORM_ENTRY, "\"a text {1 + l", "limit", "AUS"}, {ENT_FORM_SHOCK, "", "withdraw", "supply"}, {ENT_FORM_SHOCK, "withdraw ", "NLD", "ore"}, {ENT_FORM_SHOCK, "close ", "malacca", "NLD"}, {ENT_FORM_SHOCK, "impose ", "licences", "NLD"},
    {ENT_FORM_SHOCK, "assume ", "storm", "NLD"}, {ENT_FORM_SHOCK, "scale supply ", "ore", "NLD"}, {ENT_FORM_SHOCK, "scale supply ore of ", "NLD", "ore"}, {ENT_FORM_SHOCK, "suspend ", "pact", "ore"}, {ENT_FORM_EXPR, "", "limit", "supply"},
    {ENT_FORM_ENTRY, ") ", NULL, "AUS"}, {ENT_FORM_TOPIC, "", "without", "data row"}, {ENT_FORM_TOPIC, "", "std.coverage", "coverage"}, {ENT_FORM_TOPIC, "", "name_in", "std"}, {ENT_FORM_TOPIC, "", "limit", ""},
    {ENT_FORM_TOPIC, "std.cov", "coverage", "name"}, {ENT_FORM_TOPIC, "pact.", "m1", "coverage"}, {ENT_FORM_ENTRY, "", "data", "row"}, {ENT_FORM_ENTRY, "", "extern", "symbol"}, {ENT_FORM_ENTRY, "name_in(", "NLD", "ore"},
    {ENT_FORM_ENTRY, "data row in \"x.csv\" {\n  supply ", "ore", "NLD"}, {ENT_FORM_ENTRY, "data row in \"x.csv\" cite ", "atlas", "NLD"}, {ENT_FORM_ENTRY, "extern fn f(x: ", "number", "ore"}, {ENT_FORM_ENTRY, "in_force(", "licences", "NLD"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    size_t from;
    const ent_word *w;
    size_t n = ent_complete(s, cases[i].form, cases[i].text, strlen(cases[i].text), &from, &w);
    ok((!cases[i].has || offered(w, n, cases[i].has)) && !offered(w, n, cases[i].lacks), "after '%s': %s, and not %s", cases[i].text, cases[i].has ? cases[i].has : "nothing wrong", cases[i].lacks);
  }
}

static bool value_is(ent_session *s, const char *expr, const char *want) {
  const char *out;
  size_t len;
  ent_ask(s, ENT_VALUE, expr, &out, &len);
  return !strcmp(out, want);
}

/* Every beginning of a draft, and beginnings with bytes changed at random, from a seed: what is asked of them is answered, and
 * the session is as good as before. */
static void beginnings(ent_session *s) {
  enum { STEP = 2, CHANGED = 3000, MOST = 120 };
  char text[sizeof draft];
  size_t from, end, len = sizeof draft - 1, wrong = 0;
  const ent_word *w;
  unsigned char class[sizeof draft];
  uint64_t seed = 20261122;
  for (size_t n = 0; n <= len; n += STEP) {
    ent_input kind = ent_input_kind(s, draft, n, &end);
    ent_complete(s, ENT_FORM_ENTRY, draft, n, &from, &w);
    wrong += end > n || from > n || (kind == ENT_INPUT_EXPR && n > 4);
  }
  ok(!wrong, "every beginning of a draft is that of a draft");
  for (int i = 0; i < CHANGED; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    size_t at = (size_t)(seed >> 33) % (len - MOST), n = (size_t)(seed >> 20) % MOST;
    memcpy(text, draft + at, n);
    for (unsigned k = 0; n && k < (seed >> 60); k++) text[(seed >> k) % n] = (char)(seed >> (k + 8));
    ent_input_kind(s, text, n, &end);
    ent_complete(s, (ent_form)(i % 4), text, n, &from, &w);
    ent_classify(s, text, n, class);
    wrong += end > n || from > n;
  }
  ok(!wrong && ent_usable(s) && value_is(s, "limit", "40 t/yr"), "and beginnings that are spoilt do no harm");
}

/* Steps are charged while a loop is worked through in columns, not after. */
static void steps(void) {
  static const char *const long_ones[] = {
    "sum(a * b for a in 1..2000 for b in 1..2000)", "sum(sum(a * b for b in 1..2000) for a in 1..2000)",
    "sum(count(a * b > 7 for b in 1..2000) for a in 1..2000)", "[i * 2 for i in 1..3000000]", "count(a mod 7 == b mod 5 for a in 1..2000 for b in 1..2000)",
    "sum((count(covered(r) for r in resources) without c) * i for i in 1..2000 for c in countries)", "any(all(a * b > 0 for b in 1..2000) and a < 0 for a in 1..2000)"};
  enum { LIMIT = 100000, MORE = 1 << 16 };
  ent_part part = {ENT_PART_TEXT, "<1>", draft, sizeof draft - 1};
  ent_config c;
  ent_config_init(&c);
  c.max_steps = LIMIT;
  ent_session *s = ent_open(&c);
  ok(s && ent_load_parts(s, &part, 1, NULL) == ENT_PASSES, "a draft with few steps");
  for (size_t i = 0; s && i < sizeof long_ones / sizeof *long_ones; i++) {
    const char *out;
    size_t len;
    int code = ent_ask(s, ENT_VALUE, long_ones[i], &out, &len);
    ok(code == ENT_BROKEN && ent_steps(s) > LIMIT && ent_steps(s) <= LIMIT + MORE, "%s ends after %llu steps", long_ones[i], (unsigned long long)ent_steps(s));
  }
  ent_close(s);
}

/* ---- parts ---- */

static void parts(ent_session *base) {
  int code;
  ent_part part[4] = {{ENT_PART_TEXT, "<1>", draft, sizeof draft - 1}};
  static const char one[] = "let limit = 50 t/yr", shock[] = "withdraw AUS from 2028-01-01", wrong[] = "withdraw AUS }", fn[] = "fn twice(x: number) = 3 * x\nfn twice(c: country) = 1";
  part[1] = (ent_part){ENT_PART_TEXT, "<2>", one, strlen(one)};
  part[2] = (ent_part){ENT_PART_SHOCK, "<assumed>", shock, strlen(shock)};
  part[3] = (ent_part){ENT_PART_TEXT, "<3>", fn, strlen(fn)};
  ent_session *s = open_with(part, 4, base, &code, 0);
  ok(code == ENT_PASSES, "a draft of parts");
  ok(value_is(s, "limit", "50 t/yr"), "a later declaration takes the place of an earlier one");
  ok(value_is(s, "twice(2) + twice(AUS)", "7"), "a function takes that of one with the same first parameter");
  is_str(ent_replaced(s), "fn twice(x: number) (<1>:13)", "it is known which the last part changed");
  ok(!strcmp(ent_day(s), "2026-01-01"), "the day is that on which the agreement starts");
  ok(value_is(s, "suppliers(ore) at 2027-05-01", "{AUS}") && value_is(s, "suppliers(ore) at 2028-06-01", "{}"), "a step is assumed in all that is asked");
  ok(ent_set_day(s, "2028-06-01") && value_is(s, "suppliers(ore)", "{}") && !ent_set_day(s, "2028-13-01"), "a day may be set");
  const char *out;
  size_t len;
  ok(ent_world(s, &out, &len) == ENT_PASSES && strstr(out, "withdraw AUS from 2028-01-01") && strstr(out, "absent      {AUS}"), "the world, in words");
  ok(ent_draft_text(s, 0, &out, &len) == ENT_PASSES && strstr(out, "let limit = 50 t/yr") && !strstr(out, "limit = 40") && !strstr(out, "allowed") && !strstr(out, "withdraw"), "the draft as one text, without what was struck or assumed");
  ent_close(s);
  part[2] = (ent_part){ENT_PART_SHOCK, "<assumed>", wrong, strlen(wrong)};
  s = open_with(part, 3, NULL, &code, 0);
  ok(code == ENT_BROKEN && strstr(ent_diagnostics(s, ENT_TEXT, NULL), "<assumed>:1:14"), "a step is one step");
  ent_close(s);
}

static void knowledge(ent_session *s) {
  ok(strstr(ent_doc(s, "limit"), "What is allowed."), "a documentation comment is known by its name");
  ok(strstr(ent_doc(s, "without"), "e without S") && strstr(ent_doc(s, "capacity"), "capacity(country, resource)") && strstr(ent_doc(s, "GWh"), "gigawatt hours"), "words, functions and units too");
  ok(!ent_doc(s, "nothing_of_the_kind") && !ent_show(s, "nothing_of_the_kind"), "nothing is known of what is not there");
  ok(!strcmp(ent_show(s, "limit"), "## What is allowed.\nlet limit = 40 t/yr\n"), "a declaration is shown with what stands above it");
  ok(strstr(ent_show(s, "pact.m1"), "clause m1 \"Offtake\":"), "so is a clause");
  unsigned char c[64];
  ent_classify(s, "let x = \"a\" # b", 15, c);
  ok(c[0] == ENT_CLASS_WORD && c[4] == ENT_CLASS_NAME && c[6] == ENT_CLASS_MARK && c[8] == ENT_CLASS_TEXT && c[12] == ENT_CLASS_COMMENT && c[3] == ENT_CLASS_BLANK, "bytes have classes");
  const char *out;
  size_t len;
  ok(ent_ask(s, ENT_TYPE, "suppliers(ore)", &out, &len) == ENT_PASSES && !strcmp(out, "set of country"), "an expression has a type");
  ok(ent_ask(s, ENT_CODE, "1 + 2", &out, &len) == ENT_PASSES && strstr(out, "ADD"), "and code");
}

/* ---- memory that is refused: no signal, and the session says that it is of no more use ---- */

static bool refused_once(uint64_t n) {
  int code;
  const char *out;
  const ent_word *w;
  size_t len, from;
  ent_part part[2] = {{ENT_PART_TEXT, "<1>", draft, sizeof draft - 1}, {ENT_PART_SHOCK, "<assumed>", "close malacca", 13}};
  ent_session *s = open_with(part, 2, NULL, &code, n);
  if (!s) return true;
  bool good = code == ENT_PASSES || code == ENT_BROKEN;
  if (code == ENT_PASSES) {
    ent_complete(s, ENT_FORM_ENTRY, "pact.m1.", 8, &from, &w);
    ent_input_kind(s, "let x =", 7, &from);
    code = ent_ask(s, ENT_VALUE, "suppliers(ore)", &out, &len);
    good = good && (code == ENT_PASSES || code == ENT_BROKEN);
    ent_doc(s, "limit");
    ent_show(s, "pact");
    ent_world(s, &out, &len);
    ent_matrix(s, &out, &len);
  }
  bool done = ent_usable(s) && code == ENT_PASSES;
  if (!ent_usable(s)) ent_diagnostics(s, ENT_TEXT, &len);
  ent_close(s);
  if (!good) ok(0, "allocation %llu refused: code %d", (unsigned long long)n, code);
  return !done;
}

static void refusals(void) {
  enum { STRIDE = 5, MANY = 1000000 };
  uint64_t n = 1;
  while (n < MANY && refused_once(n)) n += STRIDE;
  ok(n < MANY && n > 100, "each allocation refused in turn, up to %llu", (unsigned long long)n);
}

/* ---- how long it takes ---- */

static int timing(const char *path) {
  static const char *const texts[] = {"", "1 + ", "covered(", "x without ", "12 ", "pact.", "agreement a {\n  parties: {"};
  int code;
  ent_part part = {ENT_PART_FILE, path, NULL, 0};
  ent_session *s = open_with(&part, 1, NULL, &code, 0);
  if (code) return 1;
  double worst = 0;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct timespec a, b;
    size_t from;
    const ent_word *w;
    clock_gettime(CLOCK_MONOTONIC, &a);
    ent_complete(s, ENT_FORM_ENTRY, texts[i], strlen(texts[i]), &from, &w);
    clock_gettime(CLOCK_MONOTONIC, &b);
    double ms = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
    if (ms > worst) worst = ms;
  }
  printf("%.1f\n", worst);
  ent_close(s);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "time")) return timing(argv[2]);
  int code;
  ent_part part = {ENT_PART_TEXT, "<1>", draft, sizeof draft - 1};
  ent_session *s = open_with(&part, 1, NULL, &code, 0);
  ok(code == ENT_PASSES && !*ent_diagnostics(s, ENT_TEXT, NULL), "a draft");
  inputs(s);
  completions(s);
  knowledge(s);
  beginnings(s);
  parts(s);
  refusals();
  steps();
  ent_close(s);
  return done();
}
