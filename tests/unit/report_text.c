/* The text report: its parts, its width, its colours. */
#include "report/report_fixture.h"

static void test_example(void) {
  Fixture f;
  fixture_start(&f);
  fixture_example(&f);
  const char *text = fixture_report(&f, report_text);
  ok(has(text, "Draft    examples/initiative/initiative.ent\nTerm     2025-12-12..2030-12-11\n\n"), "the head");
  ok(has(text, "                       2028           2029           2030           exposure\n"
               "  Energy               resilient 4/4  resilient 4/4  resilient 4/4  12 % CHN (gas_power)\n"
               "  Critical minerals    soft 6/9       soft 6/9       capable 8/9    at least 90 % CHN (ree_refined)\n"),
     "the matrix, in even blocks, the exposure last");
  ok(has(text, "  Transport logistics  undecided      undecided      undecided\n"), "a layer without resources, and no blanks at the end");
  ok(has(text, "deny: Every layer is covered for the whole term [whole_stack]\n"
               "  Critical minerals is not covered in 2025-12-12..2030-12-11\n"
               "  for l = Critical minerals\n"
               "  --> initiative.ent:4:3\n"
               "  fails: 2025-12-12..2028-06-30, 2029-01-01..open\n"
               "  rests on:\n"
               "    - CHN has at least 90 % of ree_refined (minerals.ent:2:3)\n"
               "      source: IEA, Critical Minerals Data Explorer, 2025-05-21\n"
               "      source: Joint press release of the nine governments, 2025-12-12\n"
               "    - m4: AUS promises 2_500 t/yr of ree_refined to USA, JPN and KOR, from 2030-01-01 until the end\n"
               "      of the term, and nothing before that day (initiative.ent:6:1)\n"
               "    ... and 7 more\n"), "a finding");
  ok(has(text, "\nwarn: A promise above capacity [W0701]\n  AUS promises"), "a finding of the engine's own");
  ok(has(text, "\nundecided: Every layer is covered for the whole term [whole_stack]\n  covered(l)\n  for l = AI infrastructure\n"
               "  --> initiative.ent:4:3\n  undecided: 2026-01-01\n  missing:\n"
               "    - demand for ai_power of JPN, from 2026-01-01\n      it holds at 5 GWh/yr or less\n    - world ai_compute\n    ... and 1 more\n"), "an undecided one");
  ok(has(text, "\nChecks\n"
               "  whole_stack    denied: 1 of 5 fails, 1 undecided   Every layer is covered for the whole term\n"
               "  straits        noted: 1 of 320 fails               No strait alone uncovers a resource\n"
               "  cap            passes: all 64 hold                 At most 65 % from one country of concern at the\n"
               "                                                     end of the term, whichever of the parties it is\n"
               "                                                     that leaves\n"
               "  power_at_home  undecided: its 'for' bound nothing  Every party keeps its power\n"
               "  once           passes\n\n"), "the checks");
  ok(has(text, "\n\nVerdict  denied: 1 finding denies, 1 warns, 1 notes, 1 is undecided\n"), "the verdict");
  fixture_end(&f);
}

/* Lines keep to the width; a word that is longer than a line is the only excuse. */
static void test_width(void) {
  Fixture f;
  fixture_start(&f);
  fixture_example(&f);
  int wrong = 0;
  for (f.st.width = 60; f.st.width <= 200; f.st.width += 7) {
    const char *line = fixture_report(&f, report_text);
    for (const char *end; *line; line = end + 1) {
      end = strchr(line, '\n');
      if (utf8_text_width(line, (size_t)(end - line)) > f.st.width && !wrong++) diag("width %d: %.*s", f.st.width, (int)(end - line), line);
      if (end > line && end[-1] == ' ' && !wrong++) diag("blank at the end: %.*s|", (int)(end - line), line);
    }
  }
  is_int(wrong, 0, "lines keep to every width from 60 to 200, without blanks at their ends");
  for (f.st.width = 20; f.st.width < 60; f.st.width++) {   /* of the matrix this holds in narrower windows, too */
    const char *line = strstr(fixture_report(&f, report_text), "Coverage\n"), *legend = line ? strstr(line, "gap: ") : NULL;
    for (const char *end; line && legend && line < legend; line = end + 1) {
      end = strchr(line, '\n');
      if (utf8_text_width(line, (size_t)(end - line)) > f.st.width && !wrong++) diag("width %d: %.*s", f.st.width, (int)(end - line), line);
    }
    if (!legend && !wrong++) diag("no matrix");
  }
  is_int(wrong, 0, "the matrix keeps to every width from 20 on");
  for (f.st.width = 24; f.st.width < 60; f.st.width++) {   /* and of the checks */
    const char *line = strstr(fixture_report(&f, report_text), "Checks\n");
    for (const char *end; line && *line; line = end + 1) {
      end = strchr(line, '\n');
      if (utf8_text_width(line, (size_t)(end - line)) > f.st.width && !wrong++) diag("width %d: %.*s", f.st.width, (int)(end - line), line);
    }
  }
  is_int(wrong, 0, "the checks keep to every width from 24 on");
  f.st.width = 40;
  ok(has(fixture_report(&f, report_text), "  straits  noted: 1 of 320 fails\n    No strait alone uncovers a resource\n"), "in a narrow window a title stands below its check");
  f.st.width = 1;
  ok(has(fixture_report(&f, report_text), "\nVerdict  denied:\n"), "an absurd width does no harm");
  fixture_end(&f);
}

static void test_heads(void) {
  Fixture f;
  fixture_start(&f);
  f.r.verdict = "undecided: the draft declares no check";
  f.r.exit_code = 3;
  is_str(fixture_report(&f, report_text),
         "Draft    draft.ent\nTerm     none: the draft has no agreement\n\nChecks\n  undecided: the draft declares no check\n\n"
         "Verdict  undecided: the draft declares no check\n", "a draft with nothing in it");
  f.r.as_of = date_day(2027, 1, 1);
  ok(has(fixture_report(&f, report_text), "As of    2027-01-01\n"), "as of a day");
  f.r.term = (DaySpan){date_day(2025, 12, 12), DAY_OPEN};
  ok(has(fixture_report(&f, report_text), "As of    2027-01-01 alone, of the term 2025-12-12..open\n"), "as of a day of the term");
  fixture_end(&f);
}

/* What is left of a finding of which little is known. */
static void test_bare_findings(void) {
  Fixture f;
  fixture_start(&f);
  fixture_finding(&f, (Finding){.sev = SEV_ERROR, .message = "just this"});
  fixture_finding(&f, (Finding){.sev = SEV_WARN, .check = "c"});
  fixture_finding(&f, (Finding){.outcome = OUT_UNDECIDED, .sev = SEV_WARN, .check = "c", .message = "hm"});
  const char *text = fixture_report(&f, report_text);
  ok(has(text, "\ndeny: just this\n\nwarn: c\n\nundecided (warn): c\n  hm\n\n"), "findings without titles") || (diag("%s", text), 0);
  fixture_end(&f);
}

static void test_matrix(void) {
  Fixture f;
  fixture_start(&f);
  f.r.matrix.present = true;
  Cell cell[2] = {{ST_GAP, 0, 1}, {ST_RESILIENT, 10, 10}};
  FIXTURE_LIST(&f, f.r.matrix.year, f.r.matrix.nyear, int, 2025, 2026);
  FIXTURE_LIST(&f, f.r.matrix.row, f.r.matrix.nrow, MatrixRow, {"a", "\xE4\xBE\x9B\xE5\xBA\x94", cell, "50 %"}, {"b", NULL, cell, NULL},
               {"c", "A layer whose name is much too long for a table", cell, "-"});
  const char *text = fixture_report(&f, report_text);
  ok(has(text, "Coverage\n"
               "                                  2025     2026             exposure\n"
               "  \xE4\xBE\x9B\xE5\xBA\x94                            gap 0/1  resilient 10/10  50 %\n"
               "  b                               gap 0/1  resilient 10/10  -\n"
               "  A layer whose name is much ...  gap 0/1  resilient 10/10  -\n"),
     "wide, missing and long names") || (diag("%s", text), 0);
  f.r.matrix.nrow = 0;
  ok(has(fixture_report(&f, report_text), "Coverage\n    2025  2026  exposure\n"), "no rows");
  f.r.matrix.nyear = 0;
  ok(has(fixture_report(&f, report_text), "Coverage\n    exposure\n"), "no years");
  fixture_end(&f);
}

/* East Asian text is broken between characters, but no line begins with a comma, and none ends with a bracket that opens. */
static void test_wide(void) {
  Fixture f;
  fixture_start(&f);
  f.st.width = 20;
  f.r.verdict = "\u4e00\u4e8c\u4e09\u56db\u4e94\uff0c\u516d\u4e03\uff08\u516b\uff09\u4e5d";
  const char *text = fixture_report(&f, report_text);
  ok(has(text, "Verdict  \u4e00\u4e8c\u4e09\u56db\n         \u4e94\uff0c\u516d\u4e03\n         \uff08\u516b\uff09\u4e5d\n"), "where East Asian text is broken") || (diag("%s", text), 0);
  fixture_end(&f);
}

/* Without their colours, coloured reports are the plain ones. */
static void test_color(void) {
  Fixture f;
  fixture_start(&f);
  fixture_example(&f);
  diag_add(&f.d, DIAG_E0101, fixture_span(f.s.list.at[0], "std", 1), "x")->sev = SEV_WARN;
  char *plain = strdup(fixture_report(&f, report_text));
  f.st.color = true;
  const char *text = fixture_report(&f, report_text);
  ok(has(text, "\033[1;31mgap 3/9\033[0m"), "colours");
  char *bare = malloc(f.out.len + 1), *to = bare;
  for (; *text; text++) {
    if (*text == '\033') text = strchr(text, 'm');
    else *to++ = *text;
  }
  *to = 0;
  is_str(bare, plain, "the same words in colour and without");
  free(plain);
  free(bare);
  fixture_end(&f);
}

int main(void) {
  test_example();
  test_width();
  test_heads();
  test_bare_findings();
  test_matrix();
  test_wide();
  test_color();
  return done();
}
