#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H
#include "answer/finding.h"
#include "syntax/ast.h"

/* Findings and diagnostics as bytes, in four formats. Nothing here prints, judges or computes; the same data give the
 * same bytes. What is appended ends with a line end.
 *
 * Drafts come from strangers, and reports go to terminals and to the logs of build servers. So in every format
 *   - no control, bidirectional or invalid byte of a draft is passed on (show.h says how it is written instead),
 *   - no line begins with text of a draft, not even after blanks, in a way that a build server would take for a command.
 *
 * When out->full is set afterwards, memory or out->max ran out: the report is cut off, and must not be shown as whole.
 */
enum { REPORT_WIDTH = 100, REPORT_LIMIT = 20, REPORT_LIMIT_MACHINE = 1000 };

typedef struct ReportStyle {
  bool color;            /* text: with ANSI colours */
  int width;             /* text: columns; 0: REPORT_WIDTH */
  uint32_t limit;        /* diagnostics shown; 0: REPORT_LIMIT in text, REPORT_LIMIT_MACHINE in the other formats */
  Severity fail_on;      /* as for the check itself: the weakest severity that decides the exit code, */
  bool allow_undecided;  /* and whether what is undecided does not */
  int exit_code;         /* diagnostics alone: what the program ends with, for JSON; 0 with errors is shown as 2 */
} ReportStyle;

/* Mistakes and warnings alone, in the order given; when there are more than the limit, mistakes go before warnings and
 * the rest is counted. A span of {0, 0}, or any span when there are no sources, means no place; but in an empty first
 * file {0, 0} is its first line. */
void report_diags(Buf *out, Sources *s, const Diags *d, const ReportStyle *st);
void report_diags_json(Buf *out, Sources *s, const Diags *d, const ReportStyle *st);
/* A `not ok` for each error, and a comment for each of the rest; no plan when there is no error. */
void report_diags_tap(Buf *out, Sources *s, const Diags *d, const ReportStyle *st);
void report_diags_github(Buf *out, Sources *s, const Diags *d, const ReportStyle *st);

/* The whole report of a run; warnings may be NULL. */
void report_text(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st);
void report_json(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st);
/* A test for each check, `ok` when nothing in it decides the exit code, and for each finding of the engine's own that
 * does. One is always `not ok` when the exit code is not 0. */
void report_tap(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st);
/* An annotation for each finding, then the text report, indented. */
void report_github(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st);

/* The results of tests; a picture of what did not hold follows each that fails. */
void report_test_tap(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st);
void report_test_text(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st);
/* One <testsuite>, of which several make a document when they stand in <testsuites>. */
void report_test_junit(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st);
/* One that has an error in place of its tests. */
void report_diags_junit(Buf *out, Sources *s, const Diags *d, const ReportStyle *st);

/* What a file says of itself and of the names that it declares, from its tree; of `only`, when that is not NULL: false when
 * it declares no such name, and nothing is added. The _line is for a list: the title and the first sentence. The _near
 * is the name declared that was probably meant, or NULL. */
bool report_doc(Buf *out, Unit *u, const Source *src, const Node *file, const char *title, const char *only, const ReportStyle *st);
void report_doc_line(Buf *out, Unit *u, const Source *src, const Node *file, const char *title, const ReportStyle *st);
const char *report_doc_near(Unit *u, const Source *src, const Node *file, const char *name);

/* A value, or what stands for one, as a reader asked for it: its line ends stay, all else is made safe. No line end is added. */
void report_value(Buf *out, const char *text, size_t n);
/* The coverage matrix alone, as it stands in text; days: a cell stands for many. */
void report_matrix(Buf *out, const Matrix *m, const ReportStyle *st, bool days);

#endif
