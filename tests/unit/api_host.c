/* A session whose functions from outside are those of a program: the table that the public header describes. Gathered and one by
 * one, with answers that are none, and with the n-th allocation refused, for every n. */
#include "api/entente.h"
#include "tap.h"
#include <string.h>

typedef struct Table { unsigned calls, batches; int lie; } Table;
typedef void Give(void *to, size_t i, const unsigned char *result, size_t len);

enum { TWICE, NAMED, LIES, STOPS };

static int find(void *data, const char *library, const char *symbol, const char *types, unsigned *id, char *why, size_t room) {
  static const char *const names[] = {"twice n:n", "named s:s", "lies n:n", "stops n:n"};
  char all[100];
  (void)data;
  snprintf(all, sizeof all, "%s %s", symbol, types);
  for (unsigned i = 0; i < 4 && !strcmp(library, "here"); i++)
    if (!strcmp(all, names[i])) return *id = i, ENT_HOST_FINE;
  snprintf(why, room, "ask whoever runs this");
  return strcmp(library, "here") ? ENT_HOST_REFUSED : ENT_HOST_ABSENT;
}

static int call(void *data, size_t n, const unsigned *ids, const unsigned char *const *args, const size_t *len, size_t *done, Give *give, void *to, char *why, size_t room) {
  Table *t = data;
  t->batches++;
  for (*done = 0; *done < n; ++*done) {
    double x = 0;
    if (len[*done] == sizeof x) memcpy(&x, args[*done], sizeof x);
    x *= 2;
    t->calls++;
    if (ids[*done] == STOPS && x > 10) { snprintf(why, room, "has had enough"); return ENT_HOST_BROKEN; }
    if (ids[*done] == STOPS && x > 8) return ENT_HOST_FINE;   /* and says nothing of the rest */
    if (ids[*done] == NAMED) give(to, *done, args[*done], len[*done]);
    else if (ids[*done] == LIES) give(to, *done, (const unsigned char *)"12345678", (size_t)t->lie);
    else give(to, *done, (const unsigned char *)&x, sizeof x);
  }
  return ENT_HOST_FINE;
}

static const char draft[] =
  "extern fn twice(x: number): number from \"here\"\n"
  "extern fn named(s: string): string from \"here\"\n"
  "extern fn lies(x: number): number from \"here\"\n"
  "extern fn stops(x: number): number from \"here\"\n"
  "extern fn far(x: number): number from \"elsewhere\"\n"
  "extern fn none(x: number): number from \"here\"\n"
  "fn quad(x: number): number = twice(twice(x))\n"
  "check c { require sum(quad(x) for x in 1..30) == 1860 and twice(1/3) > 0 else deny \"{named(\"x\")}\" }\n";

/* The code of an expression, with what it says in *out. */
static int asked(Table *t, bool batches, uint64_t fail, const char *expr, char out[400]) {
  ent_config c;
  const char *text = "";
  size_t len;
  ent_config_init(&c);
  c.host = (ent_host){.data = t, .batches = batches, .find = find, .call = call};
  c.fail_alloc_at = fail;
  out[0] = 0;
  ent_session *s = ent_open(&c);
  if (!s) return -1;
  int code = ent_load_text(s, "draft", draft, sizeof draft - 1);
  if (code) text = ent_diagnostics(s, ENT_TEXT, &len);
  else code = expr ? ent_eval(s, expr, &text, &len) : ent_check(s, ENT_TEXT, &text, &len);
  snprintf(out, 400, "%.399s", text);
  ent_close(s);
  return code;
}

static void gives(const char *expr, const char *want, unsigned calls, unsigned batches) {
  char out[400];
  for (int b = 0; b < 2; b++) {
    Table t = {0};
    int code = asked(&t, b, 0, expr, out);
    ok(!code && !strcmp(out, want) && t.calls == calls && t.batches == (b ? batches : calls), "%s, %s", expr, b ? "gathered" : "one by one");
    if (strcmp(out, want) || t.calls != calls || t.batches != (b ? batches : calls)) diag("%d %s, %u calls, %u at once", code, out, t.calls, t.batches);
  }
}

static void breaks(const char *expr, int lie, const char *words) {
  char out[400];
  for (int b = 0; b < 2; b++) {
    Table t = {.lie = lie};
    int code = asked(&t, b, 0, expr, out);
    ok(code == ENT_BROKEN && strstr(out, words), "%s: %s", expr, words);
    if (!strstr(out, words)) diag("%d %s", code, out);
  }
}

static void faults(const char *expr) {
  char whole[400], out[400];
  Table t = {0};
  int right = asked(&t, true, 0, expr, whole), wrong = 0, n = 1;
  for (bool refused = true; refused && wrong < 5; n++) {
    int code = asked(&t, true, (uint64_t)n, expr, out);
    refused = code != right || strcmp(out, whole);
    if (!refused || code == -1) { refused = refused || code == -1; continue; }
    if (code != ENT_BROKEN || !strstr(out, "memory ran out")) { wrong++; diag("allocation %d: %d %s", n, code, out); }
  }
  is_int(wrong, 0, "%s: right, or said, up to allocation %d", expr ? expr : "the check", n);
}

int main(void) {
  gives("twice(4)", "8", 1, 1);
  gives("sum(twice(x) for x in 1..100)", "10_100", 100, 1);
  gives("sum(quad(x) for x in 101..200)", "60_200", 200, 2);
  gives("[sum(twice(x * 10 + y) for y in 0..9) for x in 1..3]", "[290, 490, 690]", 30, 1);
  gives("[twice(x) + twice(x) for x in [1, 1, 1]]", "[4, 4, 4]", 1, 1);
  gives("any(twice(x) == 6 for x in 1..100)", "true", 3, 3);
  gives("named(\"a b\")", "a b", 1, 1);
  breaks("lies(1)", 7, "gave what is no answer");
  breaks("lies(1)", 0, "gave what is no answer");
  breaks("sum(stops(x) for x in 1..9)", 0, "was not answered");
  breaks("sum(stops(x) for x in 6..9)", 0, "has had enough");
  breaks("far(1)", 0, "ask whoever runs this");
  breaks("none(1)", 0, "E0426");
  faults("sum(quad(x) for x in 1..40)");
  faults("[named(\"{x}\") for x in 1..9]");
  faults(NULL);
  return done();
}
