#include "report/show.h"

/* Results of tests, in TAP and in text. */

static bool passes(const TestResult *t) { return !t->unmet.len; }

/* Warnings about the draft, each line behind `before`. */
static void warnings_shown(Buf *out, Sources *s, const Diags *d, const ReportStyle *st, const char *before) {
  if (!d || !d->list.len) return;
  Buf text;
  ReportStyle plain = *st;
  plain.color = false;
  scratch_init(&text, out);
  report_diags(&text, s, d, &plain);
  show_lines(out, before, buf_text(&text));
  scratch_end(&text, out);
}

static void unmet(Buf *out, Sources *s, const TestResult *t, const char *before) {
  for (uint32_t i = 0; i < t->unmet.len && !out->full; i++) {
    Buf text;
    scratch_init(&text, out);
    show_unmet(&text, s, &t->unmet.at[i]);
    show_lines(out, before, buf_text(&text));
    scratch_end(&text, out);
  }
}

void report_test_tap(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st) {
  buf_fmt(out, "1..%u\n# draft: ", (unsigned)r->tests.len);
  show_str(out, r->draft);
  buf_char(out, '\n');
  for (uint32_t i = 0; i < r->tests.len && !out->full; i++) {
    const TestResult *t = &r->tests.at[i];
    Buf title;
    scratch_init(&title, out);
    show_str(&title, t->title);
    buf_fmt(out, "%sok %u - ", passes(t) ? "" : "not ", (unsigned)i + 1);
    show_description(out, buf_text(&title));
    buf_char(out, '\n');
    scratch_end(&title, out);
    unmet(out, s, t, "# ");
  }
  warnings_shown(out, s, warnings, st, "# ");
  buf_str(out, "# verdict: ");
  show_str(out, r->verdict);
  buf_char(out, '\n');
}

void report_test_text(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st) {
  ink_on(out, st, INK_BOLD);
  show_str(out, r->draft);
  ink_off(out, st, INK_BOLD);
  buf_char(out, '\n');
  for (uint32_t i = 0; i < r->tests.len && !out->full; i++) {
    const TestResult *t = &r->tests.at[i];
    buf_str(out, "  ");
    ink_str(out, st, passes(t) ? INK_GREEN : INK_RED, passes(t) ? "passes" : "FAILS ");
    buf_str(out, "  ");
    show_str(out, t->title);
    buf_char(out, '\n');
    unmet(out, s, t, "          ");
  }
  warnings_shown(out, s, warnings, st, "  ");
  ink_str(out, st, r->exit_code ? INK_RED : INK_GREEN, r->verdict);
  buf_char(out, '\n');
}
