#include "report/show.h"
#include <string.h>

/* Results of tests as JUnit's XML. Text is safe already, so no control is left in it; what XML reads as a mark, and the
 * two code points that it does not take, are written another way. */

static void xml(Buf *out, const char *safe) {
  for (; *safe; safe++) {
    switch (*safe) {
      case '&': buf_str(out, "&amp;"); continue;
      case '<': buf_str(out, "&lt;"); continue;
      case '>': buf_str(out, "&gt;"); continue;
      case '"': buf_str(out, "&quot;"); continue;
      default: break;
    }
    bool none = !strncmp(safe, "\xEF\xBF\xBE", 3) || !strncmp(safe, "\xEF\xBF\xBF", 3);
    if (none) buf_str(out, safe[2] == '\xBE' ? "\\u{fffe}" : "\\u{ffff}"), safe += 2;
    else buf_char(out, *safe);
  }
}

static void attribute(Buf *out, const char *name, const char *text) {
  Buf safe;
  scratch_init(&safe, out);
  show_str(&safe, text);
  buf_fmt(out, " %s=\"", name);
  xml(out, buf_text(&safe));
  buf_char(out, '"');
  scratch_end(&safe, out);
}

static void suite(Buf *out, const char *draft, uint32_t tests, uint32_t failures, uint32_t errors) {
  buf_str(out, "<testsuite");
  attribute(out, "name", draft);
  buf_fmt(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\">\n", (unsigned)tests, (unsigned)failures, (unsigned)errors);
}

static void failure(Buf *out, Sources *s, const Unmet *u) {
  Buf text;
  scratch_init(&text, out);
  show_unmet(&text, s, u, 0);
  buf_fmt(out, "    <failure message=\"%s\">", u->unknown ? "it cannot be told whether this holds" : "this does not hold");
  xml(out, buf_text(&text));
  buf_str(out, "</failure>\n");
  scratch_end(&text, out);
}

static void error(Buf *out, Sources *s, const TestResult *t, const ReportStyle *st) {
  Buf text;
  scratch_init(&text, out);
  show_broken(&text, s, t, st);
  buf_str(out, "    <error");
  attribute(out, "type", diag_info(t->error.code)->code);
  attribute(out, "message", t->error.text);
  buf_char(out, '>');
  xml(out, buf_text(&text));
  buf_str(out, "</error>\n");
  scratch_end(&text, out);
}

/* How much is reached, as properties of the suite. */
static void reach_properties(Buf *out, const Report *r) {
  static const char *const words[REACH_KINDS] = {"functions", "checks", "clauses"};
  ReachCount n = reach_count(r);
  if (!r->coverage) return;
  buf_fmt(out, "  <properties>\n    <property name=\"coverage\" value=\"%u of %u\"/>\n", n.reached, n.all);
  for (int k = 0; k < REACH_KINDS; k++) buf_fmt(out, "    <property name=\"coverage.%s\" value=\"%u of %u\"/>\n", words[k], n.of[k].reached, n.of[k].all);
  buf_str(out, "  </properties>\n");
}

static void reach(Buf *out, Sources *s, const Report *r) {
  Buf text;
  if (!r->coverage) return;
  scratch_init(&text, out);
  show_reach(&text, s, r);
  xml(out, buf_text(&text));
  scratch_end(&text, out);
}

static void messages(Buf *out, Sources *s, const Diags *d, const ReportStyle *st) {
  Buf text;
  ReportStyle plain = *st;
  plain.color = false;
  if (!plain.limit) plain.limit = REPORT_LIMIT_MACHINE;
  scratch_init(&text, out);
  report_diags(&text, s, d, &plain);
  xml(out, buf_text(&text));
  scratch_end(&text, out);
}

void report_test_junit(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st) {
  uint32_t failures = 0, errors = 0;
  for (uint32_t i = 0; i < r->tests.len; i++) {
    errors += r->tests.at[i].broken;
    failures += !r->tests.at[i].broken && r->tests.at[i].unmet.len;
  }
  suite(out, r->draft, r->tests.len, failures, errors);
  reach_properties(out, r);
  for (uint32_t i = 0; i < r->tests.len && !out->full; i++) {
    const TestResult *t = &r->tests.at[i];
    buf_str(out, "  <testcase");
    attribute(out, "classname", r->draft);
    attribute(out, "name", t->title);
    bool bad = t->unmet.len || t->broken;
    buf_str(out, bad ? ">\n" : "/>\n");
    for (uint32_t k = 0; k < t->unmet.len && !out->full; k++) failure(out, s, &t->unmet.at[k]);
    if (t->broken) error(out, s, t, st);
    if (bad) buf_str(out, "  </testcase>\n");
  }
  if ((warnings && warnings->list.len) || r->coverage) {
    buf_str(out, "  <system-out>");
    if (warnings && warnings->list.len) messages(out, s, warnings, st);
    reach(out, s, r);
    buf_str(out, "</system-out>\n");
  }
  buf_str(out, "</testsuite>\n");
}

void report_diags_junit(Buf *out, Sources *s, const Diags *d, const ReportStyle *st) {
  const Source *draft = s && s->list.len ? s->list.at[0] : NULL;
  suite(out, draft ? draft->path : "", 1, 0, 1);
  buf_str(out, "  <testcase name=\"the draft can be run\">\n    <error message=\"the draft does not compile or cannot be run to its end\">");
  messages(out, s, d, st);
  buf_str(out, "</error>\n  </testcase>\n</testsuite>\n");
}
