#include "report/show.h"

/* Results of tests, in TAP and in text. */

static bool passes(const TestResult *t) { return !t->broken && !t->unmet.len; }

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

static void unmet(Buf *out, Sources *s, const TestResult *t, const ReportStyle *st, const char *before) {
  for (uint32_t i = 0; i < t->unmet.len && !out->full; i++) {
    Buf text;
    scratch_init(&text, out);
    show_unmet(&text, s, &t->unmet.at[i], st->width > 0 ? st->width - (int)strlen(before) : 0);
    show_lines(out, before, buf_text(&text));
    scratch_end(&text, out);
  }
  if (!t->broken || out->full) return;
  Buf text;
  scratch_init(&text, out);
  show_broken(&text, s, t, st);
  show_lines(out, before, buf_text(&text));
  scratch_end(&text, out);
}

void show_broken(Buf *out, Sources *s, const TestResult *t, const ReportStyle *st) {
  ReportStyle plain = *st;
  plain.color = false;
  show_diag(out, s, &t->error, &plain);
}

/* ---- what the tests reach ---- */

ReachCount reach_count(const Report *r) {
  ReachCount n = {.all = 0};
  for (uint32_t i = 0; i < r->reach.len; i++) {
    n.of[r->reach.at[i].kind].all++;
    n.of[r->reach.at[i].kind].reached += r->reach.at[i].reached;
    n.all++;
    n.reached += r->reach.at[i].reached;
  }
  return n;
}

void show_reach(Buf *out, Sources *s, const Report *r) {
  static const char *const words[REACH_KINDS][2] = {{"rule or function", "rules and functions"}, {"check", "checks"}, {"clause", "clauses"}};
  ReachCount n = reach_count(r);
  if (!n.all) buf_str(out, "coverage: the draft has no rule, function, check or clause");
  else buf_fmt(out, "coverage: %u of %u reached (%u %%)", n.reached, n.all, (unsigned)((uint64_t)n.reached * 100 / n.all));
  for (int k = 0, shown = 0; k < REACH_KINDS; k++)
    if (n.of[k].all) buf_fmt(out, "%s%u of %u %s", shown++ ? ", " : ": ", n.of[k].reached, n.of[k].all, words[k][n.of[k].all > 1]);
  buf_char(out, '\n');
  for (uint32_t i = 0; i < r->reach.len && !out->full; i++) {
    const Reach *x = &r->reach.at[i];
    if (x->reached) continue;
    buf_fmt(out, "  not reached: %s ", x->word);
    show_str(out, x->name);
    buf_str(out, " (");
    show_place(out, s, x->span);
    buf_str(out, ")\n");
  }
}

static void reach(Buf *out, Sources *s, const Report *r, const char *before) {
  if (!r->coverage) return;
  Buf text;
  scratch_init(&text, out);
  show_reach(&text, s, r);
  show_lines(out, before, buf_text(&text));
  scratch_end(&text, out);
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
    unmet(out, s, t, st, "# ");
  }
  warnings_shown(out, s, warnings, st, "# ");
  reach(out, s, r, "# ");
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
    unmet(out, s, t, st, "          ");
  }
  warnings_shown(out, s, warnings, st, "  ");
  reach(out, s, r, "");
  ink_str(out, st, r->exit_code ? INK_RED : INK_GREEN, r->verdict);
  buf_char(out, '\n');
}
