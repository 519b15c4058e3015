#ifndef REPORT_SHOW_H
#define REPORT_SHOW_H
#include "report/report.h"

/* What the reporters share: text of a draft made safe, paragraphs, colours, places. For the room alone. */

/* Adds the safe form of the character at s[i] (i < n) and returns its length in bytes. As utf8_show, and on one line:
 *   line end   \n                        tab   a blank
 *   ::         :\u{3a}                   GitHub runs a line that begins so, after any blanks
 *   ##word[    ##word\u{5b}              GitHub (##[error]) and Azure (##vso[...]) run this anywhere in a line */
size_t show_step(Buf *out, const char *s, size_t n, size_t i);
void show_text(Buf *out, const char *s, size_t n);
void show_str(Buf *out, const char *s);  /* NULL: nothing */
/* Whether the [ at s[i] would begin a build server's command. */
bool show_is_command(const char *s, size_t i);

/* Text broken at blanks, and between wide characters, so that lines stay within width where they can. Lines after the
 * first begin with `indent` blanks. The caller has brought the line to column col. */
typedef struct Para { Buf *out; int width, indent, col, blanks; } Para;
Para para_at(Buf *out, const ReportStyle *st, int col, int indent);
void para_add(Para *p, const char *safe);      /* text that is safe already */
void para_show(Para *p, const char *text);     /* text of a draft */
void para_end(Para *p);                        /* ends the line */

typedef enum Ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_YELLOW, INK_GREEN, INK_LEAF, INK_CYAN, INK_BLUE } Ink;
void ink_on(Buf *out, const ReportStyle *st, Ink ink);
void ink_off(Buf *out, const ReportStyle *st, Ink ink);
void ink_str(Buf *out, const ReportStyle *st, Ink ink, const char *safe);
Ink ink_severity(Severity sev);

int show_width(const ReportStyle *st);
/* Whether a span of a fact or finding (and, for diagnostics, of a diagnostic) names a place. */
bool show_has_place(const Sources *s, Span span);
bool show_diag_has_place(const Sources *s, Span span);
void show_place(Buf *out, Sources *s, Span span);               /* path:line:col */
void show_spans(Buf *out, const DaySpan *span, uint32_t n);     /* 2026-07-01..2027-06-30, 2029-01-01..open */
void show_count(Buf *out, uint32_t n, const char *one, const char *many);
const char *show_severity(Severity sev);                        /* error, warning, note */
const char *show_level(Severity sev);                           /* deny, warn, note */
const char *show_kind(const Finding *f);                        /* deny, warn, note or undecided */
void show_title(Buf *out, const Finding *f);                    /* TITLE [check]; what there is of it */
void show_binding(Buf *out, const Finding *f);                  /* l = Critical minerals, c = Japan */

/* A description in TAP: a # in it could begin a directive, and is written \u{23}. */
void show_description(Buf *out, const char *safe);
/* Each line of safe text behind `before`, with no blank at its end. */
void show_lines(Buf *out, const char *before, const char *safe);
/* picture.c: what did not hold in a test, line by line, with the values of its parts below them; safe text. columns: of a line of the
 * draft, or 0 where nobody says. */
void show_unmet(Buf *out, Sources *s, const Unmet *u, int columns);

/* report_diag.c: one message, with the lines that it is about. */
void show_diag(Buf *out, Sources *s, const Diag *d, const ReportStyle *st);
/* report_test.c: why a test could not be run to its end; what tests reach, and what they do not, line by line. */
void show_broken(Buf *out, Sources *s, const TestResult *t, const ReportStyle *st);
void show_reach(Buf *out, Sources *s, const Report *r);
typedef struct ReachCount { uint32_t reached, all; struct { uint32_t reached, all; } of[REACH_KINDS]; } ReachCount;
ReachCount reach_count(const Report *r);

/* Whether a finding decides the exit code. */
bool show_decides(const Finding *f, const ReportStyle *st);

/* Which diagnostics are shown under a limit: errors go first. */
typedef struct Pick { uint32_t errors, others, left_out; } Pick;
Pick pick_start(const Diags *d, const ReportStyle *st, uint32_t limit);
bool pick_next(Pick *p, const Diag *x);

/* Part of `out` that is built apart: its memory, and no more room than out has left. scratch_end hands on a cut. */
void scratch_init(Buf *scratch, const Buf *out);
void scratch_end(Buf *scratch, Buf *out);

/* The parts of the text report that have a file of their own. */
void report_findings(Buf *out, Sources *s, const Report *r, const ReportStyle *st);

#endif
