#include "report/show.h"
#include <string.h>

/* The findings of the text report, each of them:
 *
 *   deny: Every layer is covered for the whole term [whole_stack]
 *     Critical minerals is not covered in 2025-12-12..2026-06-30
 *     for l = Critical minerals
 *     --> initiative.ent:214:3
 *     fails: 2025-12-12..2026-06-30, 2028-01-01..2030-12-11
 *     rests on:
 *       - CHN has at least 90 % of rare_earths (minerals.ent:31:18)
 *         International Energy Agency, Global Critical Minerals Outlook 2025, 2025-05-21
 */
enum { INDENT = 2, ITEM = 4, ITEM_TEXT = 6 };

static Ink finding_ink(const Finding *f) { return f->outcome == OUT_UNDECIDED ? INK_CYAN : ink_severity(f->sev); }

static void head(Buf *out, const Finding *f, const ReportStyle *st) {
  Buf text;
  scratch_init(&text, out);
  buf_str(&text, show_kind(f));
  if (f->outcome == OUT_UNDECIDED && f->sev != SEV_ERROR) buf_fmt(&text, " (%s)", show_level(f->sev));
  buf_char(&text, ':');
  Para p = para_at(out, st, 0, INDENT);
  ink_on(out, st, finding_ink(f));
  para_add(&p, buf_text(&text));
  ink_off(out, st, finding_ink(f));
  buf_clear(&text);
  buf_char(&text, ' ');
  show_title(&text, f);
  ink_on(out, st, INK_BOLD);
  para_add(&p, buf_text(&text));
  ink_off(out, st, INK_BOLD);
  para_end(&p);
  scratch_end(&text, out);
}

/* A paragraph of a finding: `label` and then safe text, under one indent. */
static void detail(Buf *out, const ReportStyle *st, const char *label, const char *safe) {
  buf_pad(out, ' ', INDENT);
  Para p = para_at(out, st, INDENT, INDENT + (*label ? INDENT : 0));
  para_add(&p, label);
  para_add(&p, safe);
  para_end(&p);
}

static void fact(Buf *out, Sources *s, const FactRef *f, const ReportStyle *st) {
  Buf text;
  scratch_init(&text, out);
  show_str(&text, f->text);
  if (show_has_place(s, f->span)) {
    buf_str(&text, " (");
    show_place(&text, s, f->span);
    buf_char(&text, ')');
  }
  buf_pad(out, ' ', ITEM);
  buf_str(out, "- ");
  Para p = para_at(out, st, ITEM_TEXT, ITEM_TEXT);
  para_add(&p, buf_text(&text));
  para_end(&p);
  scratch_end(&text, out);
  if (f->settles) {
    buf_pad(out, ' ', ITEM_TEXT);
    Para q = para_at(out, st, ITEM_TEXT, ITEM_TEXT + INDENT);
    para_show(&q, f->settles);
    para_end(&q);
  }
  for (uint32_t i = 0; i < f->nsource; i++) {
    buf_pad(out, ' ', ITEM_TEXT);
    Para q = para_at(out, st, ITEM_TEXT, ITEM_TEXT + INDENT);
    ink_on(out, st, INK_DIM);
    para_add(&q, "source: ");
    para_show(&q, f->sources[i]);
    ink_off(out, st, INK_DIM);
    para_end(&q);
  }
}

static void facts(Buf *out, Sources *s, const char *label, const FactRef *list, uint32_t n, uint32_t more, const ReportStyle *st) {
  if (!n && !more) return;
  buf_pad(out, ' ', INDENT);
  buf_str(out, label);
  buf_char(out, '\n');
  for (uint32_t i = 0; i < n; i++) fact(out, s, &list[i], st);
  if (!more) return;
  buf_pad(out, ' ', ITEM);
  buf_fmt(out, "... and %u more\n", (unsigned)more);
}

/* Whether a finding goes on with what the one before it says: another binding of the same requirement. */
static bool goes_on(const Finding *before, const Finding *f) {
  return before && f->check && before->check && !strcmp(before->check, f->check) && before->outcome == f->outcome && before->sev == f->sev &&
         before->span.lo == f->span.lo && before->span.hi == f->span.hi;
}

/* The heading and the place stand once for all bindings of a requirement. */
static void finding(Buf *out, Sources *s, const Finding *before, const Finding *f, const ReportStyle *st) {
  Buf tmp;
  bool more = goes_on(before, f);
  scratch_init(&tmp, out);
  if (!more) head(out, f, st);
  if (f->message && (f->title || f->check || f->code)) {
    show_str(&tmp, f->message);
    detail(out, st, "", buf_text(&tmp));
    buf_clear(&tmp);
  }
  if (f->nbinding) {
    show_binding(&tmp, f);
    detail(out, st, "for ", buf_text(&tmp));
    buf_clear(&tmp);
  }
  if (!more && show_has_place(s, f->span)) {
    show_place(&tmp, s, f->span);
    buf_pad(out, ' ', INDENT);
    ink_str(out, st, INK_BLUE, "--> ");
    buf_str(out, buf_text(&tmp));
    buf_char(out, '\n');
    buf_clear(&tmp);
  }
  if (f->nwhen) {
    show_spans(&tmp, f->when, f->nwhen);
    detail(out, st, f->outcome == OUT_UNDECIDED ? "undecided: " : "fails: ", buf_text(&tmp));
  }
  facts(out, s, "missing:", f->missing, f->nmissing, f->more_missing, st);
  facts(out, s, "rests on:", f->rests, f->nrests, f->more_rests, st);
  scratch_end(&tmp, out);
}

void report_findings(Buf *out, Sources *s, const Report *r, const ReportStyle *st) {
  for (uint32_t i = 0; i < r->findings.len && !out->full; i++) {
    if (i) buf_char(out, '\n');
    finding(out, s, i ? &r->findings.at[i - 1] : NULL, &r->findings.at[i], st);
  }
}
