/* JSON, TAP and GitHub's commands: what each format promises to those who read it by machine. */
#include "report/report_fixture.h"

static void test_json(void) {
  Fixture f;
  fixture_start(&f);
  fixture_example(&f);
  const char *text = fixture_report(&f, report_json);
  ok(has(text, "{\n  \"schema\": 1,\n  \"kind\": \"report\",\n  \"draft\": \"examples/initiative/initiative.ent\",\n  \"as_of\": null,\n"
               "  \"term\": {\"first\": \"2025-12-12\", \"last\": \"2030-12-11\"},\n  \"exit_code\": 1,\n"), "the head");
  ok(has(text, "\"when\": [{\"first\": \"2025-12-12\", \"last\": \"2028-06-30\"}, {\"first\": \"2029-01-01\", \"last\": null}]"), "spans; an open end is null");
  ok(has(text, "{\"outcome\": \"undecided\", \"severity\": \"deny\", \"decides\": true, \"check\": \"whole_stack\", \"code\": null, "), "a finding");
  ok(has(text, "\"place\": {\"path\": \"minerals.ent\", \"line\": 2, \"column\": 3}"), "a place");
  ok(has(text, "\"diagnostics\": [],\n  \"more_diagnostics\": 0\n}\n"), "the end");
  f.r.draft = "q\"b\\n\nt\tc\x01" "d\x7f" "e\xC2\x85" "f\xE2\x80\xAE" "g\xFF" "h\xED\xA0\x80i\xE4\xBE\x9B" "##[x]";
  ok(has(fixture_report(&f, report_json), "\"draft\": \"q\\\"b\\\\n\\nt\\tc\\u0001d\\u007fe\\u0085f\\u202eg\\\\xffh\\\\xed\\\\xa0\\\\x80i\xE4\xBE\x9B##\\u005bx]\""),
     "text is escaped, and keeps its meaning");
  f.r.matrix.present = false;
  f.r.term.first = DAY_NONE;
  f.r.as_of = date_day(2027, 1, 1);
  text = fixture_report(&f, report_json);
  ok(has(text, "\"as_of\": \"2027-01-01\",\n  \"term\": null,") && has(text, "\"matrix\": null,"), "nulls");
  Diag *d = diag_add(&f.d, DIAG_E0101, fixture_span(f.s.list.at[0], "std", 1), "no");
  diag_label(&f.d, d, fixture_span(f.s.list.at[0], "use", 1), "label");
  is_str(fixture_diags(&f, report_diags_json),
         "{\n  \"schema\": 1,\n  \"kind\": \"diagnostics\",\n  \"draft\": \"initiative.ent\",\n  \"exit_code\": 2,\n  \"diagnostics\": [\n"
         "    {\"code\": \"E0101\", \"severity\": \"error\", \"message\": \"no\", \"place\": {\"path\": \"initiative.ent\", \"line\": 1, \"column\": 5}, "
         "\"end\": {\"path\": \"initiative.ent\", \"line\": 1, \"column\": 8}, \"help\": null, \"labels\": [{\"text\": \"label\", "
         "\"place\": {\"path\": \"initiative.ent\", \"line\": 1, \"column\": 1}}]}\n  ],\n  \"more_diagnostics\": 0\n}\n", "diagnostics");
  f.st.exit_code = 66;
  ok(has(fixture_diags(&f, report_diags_json), "\"exit_code\": 66,"), "with the exit code that is asked for");
  fixture_end(&f);
}

static void test_tap(void) {
  Fixture f;
  fixture_start(&f);
  fixture_example(&f);
  const char *text = fixture_report(&f, report_tap);
  ok(has(text, "1..5\n# draft: examples/initiative/initiative.ent\nnot ok 1 - whole_stack: Every layer is covered for the whole term\n"
               "# deny: Critical minerals is not covered"), "a plan, and a check that is denied");
  ok(has(text, "\nok 2 - straits: No strait alone uncovers a resource (with remarks)\n# note: Marine"), "a note does not fail a test");
  ok(has(text, "\nnot ok 4 - power_at_home: Every party keeps its power\n# undecided: its 'for' bound nothing\nok 5 - once\n"), "an empty check does");
  ok(has(text, "\n# warn: AUS promises"), "a finding of the engine's is a comment");
  f.st.fail_on = SEV_WARN;
  text = fixture_report(&f, report_tap);
  ok(has(text, "1..6\n") && has(text, "\nnot ok 6 - A promise above capacity [W0701]\n"), "unless it decides");
  f.st.fail_on = SEV_NOTE;
  ok(has(fixture_report(&f, report_tap), "\nnot ok 2 - straits"), "notes can decide, too");
  fixture_end(&f);
}

static void test_tap_fails_closed(void) {
  Fixture f;
  fixture_start(&f);
  f.r.exit_code = 3;
  f.r.verdict = "undecided: no check";
  is_str(fixture_report(&f, report_tap), "1..1\n# draft: draft.ent\nnot ok 1 - undecided: no check\n# verdict: undecided: no check\n", "no check is no success");
  fixture_check(&f, (CheckCount){"c", NULL, SEV_ERROR, 1, 0, 1, false});
  ok(has(fixture_report(&f, report_tap), "1..2\n# draft: draft.ent\nok 1 - c (with remarks)\nnot ok 2 - undecided: no check\n"), "nor is an exit code that no test explains");
  fixture_finding(&f, (Finding){.outcome = OUT_UNDECIDED, .sev = SEV_ERROR, .check = "c", .message = "hm"});
  f.st.allow_undecided = true;
  f.r.exit_code = 0;
  ok(has(fixture_report(&f, report_tap), "1..1\n# draft: draft.ent\nok 1 - c (with remarks)\n# undecided: hm\n"), "what is undecided may be allowed");
  f.r.checks.at[0].name = f.r.checks.at[0].title = "a # TODO b";
  ok(has(fixture_report(&f, report_tap), "\nok 1 - a \\u{23} TODO b: a \\u{23} TODO b (with remarks)\n"), "no directive can be smuggled in");
  fixture_end(&f);
}

/* Findings find their checks in whatever order they come. */
static void test_tap_order(void) {
  Fixture f;
  fixture_start(&f);
  for (int i = 0; i < 4; i++) fixture_check(&f, (CheckCount){(const char *[]){"a", "b", "c", "d"}[i], NULL, SEV_ERROR, 2, 1, 0, false});
  for (int i = 0; i < 6; i++) {
    char name[2] = {"dbadbx"[i], 0}, message[3] = {"dbadbx"[i], (char)('0' + i), 0};  /* other pointers than the checks' */
    fixture_finding(&f, (Finding){.sev = SEV_ERROR, .check = fixture_copy(&f, name, 2), .message = fixture_copy(&f, message, 3)});
  }
  is_str(fixture_report(&f, report_tap),
         "1..5\n# draft: draft.ent\nnot ok 1 - a\n# deny: a2\nnot ok 2 - b\n# deny: b1\n# deny: b4\nok 3 - c (with remarks)\n"
         "not ok 4 - d\n# deny: d0\n# deny: d3\nnot ok 5 - x\n# deny: x5\n# verdict: passes\n", "each under its own check") ||
    (diag("%s", buf_text(&f.out)), 0);
  fixture_end(&f);
}

static void test_tap_diags(void) {
  Fixture f;
  fixture_start(&f);
  const Source *src = fixture_source(&f, "a.ent", "let x = 1\n");
  diag_add(&f.d, DIAG_E0101, fixture_span(src, "x", 1), "careful # TODO")->sev = SEV_WARN;
  ok(!has(fixture_diags(&f, report_diags_tap), "1.."), "warnings alone make no plan");
  Diag *d = diag_add(&f.d, DIAG_E0101, fixture_span(src, "1", 1), "no # SKIP");
  diag_help(&f.d, d, "mend");
  is_str(fixture_diags(&f, report_diags_tap),
         "1..1\n# warning[E0101]: careful # TODO\n#   --> a.ent:1:5\nnot ok 1 - error[E0101]: no \\u{23} SKIP\n#   --> a.ent:1:9\n#   help: mend\n",
         "a test an error");
  fixture_end(&f);
}

static void test_github(void) {
  Fixture f;
  fixture_start(&f);
  fixture_example(&f);
  const char *text = fixture_report(&f, report_github);
  ok(has(text, "::error file=initiative.ent,line=4,col=3,title=deny%3A Every layer is covered for the whole term [whole_stack]::"
               "Critical minerals is not covered in 2025-12-12..2030-12-11%0Afor l = Critical minerals%0Afails: 2025-12-12..2028-06-30, 2029-01-01..open\n"), "deny");
  ok(has(text, "\n::warning file=initiative.ent,line=6,col=1,title=warn%3A A promise above capacity [W0701]::AUS"), "warn");
  ok(has(text, "\n::notice title=note%3A No strait alone uncovers a resource [straits]::Marine"), "note, and no place");
  ok(has(text, "\n::error file=initiative.ent,line=4,col=3,title=undecided%3A Every"), "undecided, deciding");
  ok(has(text, "\n  Verdict  denied: 1 finding"), "the report, indented");
  f.st.allow_undecided = true;
  ok(has(fixture_report(&f, report_github), "\n::warning file=initiative.ent,line=4,col=3,title=undecided%3A Every"), "undecided, allowed");
  const Source *src = fixture_source(&f, "a,b:c%\n.ent", "let x = 1\n");
  Diag *d = diag_add(&f.d, DIAG_E0101, fixture_span(src, "x", 1), "100 %% of\nthis, or: that");
  diag_help(&f.d, d, "mend");
  const char *want = "::error file=a%2Cb%3Ac%25\\n.ent,line=1,col=5,title=E0101::100 %25 of\\nthis, or: that%0Ahelp: mend\n  error[E0101]: 100 % of";
  ok(!strncmp(fixture_diags(&f, report_diags_github), want, strlen(want)), "diagnostics, escaped") || (diag("%s", buf_text(&f.out)), 0);
  fixture_end(&f);
}

int main(void) {
  test_json();
  test_tap();
  test_tap_fails_closed();
  test_tap_order();
  test_tap_diags();
  test_github();
  return done();
}
