/* Diagnostics as pictures: where the marks stand, which texts stand where, what is cut. */
#include "report/report_fixture.h"

/* One diagnostic at `what`, alone. */
static Diag *at(Fixture *f, const Source *src, const char *what, const char *text) {
  return diag_add(&f->d, DIAG_E0101, fixture_span(src, what, 1), "%s", text);
}

/* As in language.md, section 11. */
static void test_labels(void) {
  Fixture f;
  fixture_start(&f);
  const Source *src = fixture_source(&f, "initiative.ent", "\n\n\n\n\n\n\n\n\n  require stockpiled(r) >= needed(r)\n");
  Diag *d = at(&f, src, ">=", "these cannot be compared: t and t/yr");
  diag_label(&f.d, d, fixture_span(src, "stockpiled(r)", 1), "t (tonnes)");
  diag_label(&f.d, d, fixture_span(src, "needed(r)", 1), "t/yr (tonnes per Julian year)");
  diag_help(&f.d, d, "for days of cover, write  stockpiled(r) / needed(r) >= 90 d");
  is_str(fixture_diags(&f, report_diags),
         "error[E0101]: these cannot be compared: t and t/yr\n"
         "  --> initiative.ent:10:25\n"
         "   |\n"
         "10 |   require stockpiled(r) >= needed(r)\n"
         "   |           ------------- ^^ --------- t/yr (tonnes per Julian year)\n"
         "   |           t (tonnes)\n"
         "   = help: for days of cover, write  stockpiled(r) / needed(r) >= 90 d\n"
         "\n"
         "1 error\n", "labels beside and below");
  fixture_end(&f);
}

static void test_many_labels(void) {
  Fixture f;
  fixture_start(&f);
  const Source *src = fixture_source(&f, "a.ent", "let x = \"\xE4\xBE\x9B\xE5\xBA\x94 rare\"\t+ 1 t");
  Diag *d = at(&f, src, "+", "wide");
  diag_label(&f.d, d, fixture_span(src, "\xE5\xBA\x94", 1), "left");
  diag_label(&f.d, d, fixture_span(src, "let", 1), "leftmost");
  diag_label(&f.d, d, fixture_span(src, "+", 1), "own");
  d->sev = SEV_WARN;
  is_str(fixture_diags(&f, report_diags),
         "warning[E0101]: wide\n"
         " --> a.ent:1:19\n"
         "  |\n"
         "1 | let x = \"\xE4\xBE\x9B\xE5\xBA\x94 rare\"    + 1 t\n"
         "  | ---        --          ^ own\n"
         "  | |          left\n"
         "  | leftmost\n"
         "\n"
         "1 warning\n", "wide characters and a tab before the mark; a label on the span itself");
  fixture_end(&f);
}

static void test_lines(void) {
  Fixture f;
  fixture_start(&f);
  const Source *a = fixture_source(&f, "a.ent", "let y = {\n  1,\n}\r\n\n\n\n\n\n\nlet x = 3"), *b = fixture_source(&f, "lib/b.ent", "let q = 1\n");
  Diag *d = diag_add(&f.d, DIAG_E0103, (Span){fixture_span(a, "{", 1).lo, a->base + a->len}, "never closed");
  diag_label(&f.d, d, fixture_span(a, "let x", 1), "here");
  diag_label(&f.d, d, fixture_span(b, "q", 1), "there");
  diag_label(&f.d, d, fixture_span(a, "}", 1), "not this");
  diag_add(&f.d, DIAG_E0101, (Span){a->base + a->len, a->base + a->len}, "the end");
  is_str(fixture_diags(&f, report_diags),
         "error[E0103]: never closed\n"
         "  --> a.ent:1:9\n"
         "   |\n"
         " 1 | let y = {\n"
         "   |         ^\n"
         "...\n"
         " 3 | }\n"
         "   | - not this\n"
         "...\n"
         "10 | let x = 3\n"
         "   | ----- here\n"
         "  --> lib/b.ent:1:5\n"
         "   |\n"
         " 1 | let q = 1\n"
         "   |     - there\n"
         "\n"
         "error[E0101]: the end\n"
         "  --> a.ent:10:10\n"
         "   |\n"
         "10 | let x = 3\n"
         "   |          ^\n"
         "\n"
         "2 errors\n", "other lines, another file, a span of many lines, CR LF, the end of a file");
  fixture_end(&f);
}

static void test_no_place(void) {
  Fixture f;
  fixture_start(&f);
  Diag *d = diag_add(&f.d, DIAG_E0003, (Span){0, 0}, "x.ent: no such file");
  diag_help(&f.d, d, "look for it");
  const char *want = "error[E0003]: x.ent: no such file\n  = help: look for it\n\n1 error\n";
  is_str(fixture_diags(&f, report_diags), want, "no place, no sources");
  fixture_source(&f, "a.ent", "let x = 1\n");
  is_str(fixture_diags(&f, report_diags), want, "no place in a draft");
  fixture_end(&f);
  fixture_start(&f);
  fixture_source(&f, "a.ent", "");
  diag_add(&f.d, DIAG_E0101, (Span){0, 0}, "nothing");
  is_str(fixture_diags(&f, report_diags), "error[E0101]: nothing\n --> a.ent:1:1\n  |\n1 |\n  | ^\n\n1 error\n", "an empty file");
  fixture_end(&f);
  fixture_start(&f);
  is_str(fixture_diags(&f, report_diags), "", "nothing wrong");
  fixture_end(&f);
}

/* A line of 5,000 columns is shown as a window; a label outside it is told. */
static void test_window(void) {
  Fixture f;
  fixture_start(&f);
  char line[5001];
  memset(line, 'a', 5000);
  line[5000] = 0;
  memcpy(line + 10, "FAR", 3);
  memcpy(line + 2000, "HERE", 4);
  memcpy(line + 2030, "NEAR", 4);
  const Source *src = fixture_source(&f, "long.ent", line);
  Diag *d = at(&f, src, "HERE", "long");
  diag_label(&f.d, d, fixture_span(src, "NEAR", 1), "near");
  diag_label(&f.d, d, fixture_span(src, "FAR", 1), "far");
  const char *text = fixture_diags(&f, report_diags);
  char want[1024];
  snprintf(want, sizeof want, "1 | ...%.40sHERE%.26sNEAR%.40s...\n  | %43s^^^^%26s---- near\n  = note: far (long.ent:1:11)\n",
           line + 100, line + 100, line + 100, "", "");
  ok(has(text, want), "a window around the mark") || (diag("%s", text), 0);
  f.st.width = 60;
  text = fixture_diags(&f, report_diags);
  snprintf(want, sizeof want, "1 | ...%.18sHERE%.26sNE...\n  | %21s^^^^%26s-- near\n  = note: far", line + 100, line + 100, "", "");
  ok(has(text, want), "a narrow one in a narrow window") || (diag("%s", text), 0);
  f.st.width = 0;
  vec_end(&f.mem, &f.d.list);
  at(&f, src, "FAR", "begin");
  ok(has(fixture_diags(&f, report_diags), "1 | aaaaaaaaaaFARaaa"), "a mark near the beginning needs no cut there");
  fixture_end(&f);
}

/* The cost of a picture does not grow with what combines into no columns at all. */
static void test_zero_width(void) {
  Fixture f;
  fixture_start(&f);
  enum { N = 200000 };
  char *text = malloc(N * 2 + 2);
  for (int i = 0; i < N; i++) memcpy(text + 2 * i, "\xCC\x81", 2);
  memcpy(text + N * 2, "x", 2);
  const Source *src = fixture_source(&f, "zero.ent", text);
  at(&f, src, "x", "combining");
  fixture_diags(&f, report_diags);
  ok(f.out.len < 4096, "a line of 200,000 combining characters is cut: %zu bytes", f.out.len);
  free(text);
  fixture_end(&f);
}

static void test_limit(void) {
  Fixture f;
  fixture_start(&f);
  const Source *src = fixture_source(&f, "a.ent", "let x = 1\n");
  for (int i = 0; i < 30; i++) at(&f, src, "x", "careful")->sev = SEV_WARN;
  at(&f, src, "1", "the mistake");
  const char *text = fixture_diags(&f, report_diags);
  ok(has(text, "the mistake"), "warnings do not crowd out an error");
  ok(has(text, "\n... and 11 more\n1 error, 30 warnings\n"), "what is not shown is counted");
  f.st.limit = 2;
  ok(has(fixture_diags(&f, report_diags), "\n... and 29 more\n"), "the limit is a parameter");
  f.st.limit = 31;
  ok(!has(fixture_diags(&f, report_diags), "more"), "all of them");
  fixture_end(&f);
}

static void test_color(void) {
  Fixture f;
  fixture_start(&f);
  const Source *src = fixture_source(&f, "a.ent", "let x = 1\n");
  at(&f, src, "x", "no");
  f.st.color = true;
  const char *text = fixture_diags(&f, report_diags);
  ok(has(text, "\033[1;31merror[E0101]\033[0m") && has(text, "\033[1;31m^\033[0m"), "colours where asked for");
  fixture_end(&f);
}

int main(void) {
  test_labels();
  test_many_labels();
  test_lines();
  test_no_place();
  test_window();
  test_zero_width();
  test_limit();
  test_color();
  return done();
}
