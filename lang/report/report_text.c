#include "base/utf8.h"
#include "report/show.h"
#include <string.h>

/* The text report: a head, the coverage matrix, the findings, the checks with their counts, warnings, the verdict. */
enum { LABEL = 9, INDENT = 2, GAP = 2 };

static void labelled(Buf *out, const ReportStyle *st, const char *label, const char *safe, Ink ink) {
  ink_str(out, st, INK_BOLD, label);
  buf_pad(out, ' ', LABEL - (int)strlen(label));
  Para p = para_at(out, st, LABEL, LABEL);
  ink_on(out, st, ink);
  para_add(&p, safe);
  ink_off(out, st, ink);
  para_end(&p);
}

static void head(Buf *out, const Report *r, const ReportStyle *st) {
  Buf tmp;
  scratch_init(&tmp, out);
  show_str(&tmp, r->draft);
  labelled(out, st, "Draft", buf_text(&tmp), INK_PLAIN);
  buf_clear(&tmp);
  bool term = r->term.first != DAY_NONE;
  if (term) show_spans(&tmp, &r->term, 1);
  else buf_str(&tmp, "none: the draft has no agreement");
  if (r->as_of != DAY_NONE) {
    Buf day;
    scratch_init(&day, out);
    date_show(&day, r->as_of);
    if (term) buf_fmt(&day, " alone, of the term %s", buf_text(&tmp));
    labelled(out, st, "As of", buf_text(&day), INK_PLAIN);
    scratch_end(&day, out);
  } else {
    labelled(out, st, "Term", buf_text(&tmp), INK_PLAIN);
  }
  scratch_end(&tmp, out);
}

/* ---- the checks ---- */

static const char *check_word(const CheckCount *c) {
  if (c->failed) {
    switch (c->worst) {
      case SEV_ERROR: return "denied";
      case SEV_WARN: return "warned";
      case SEV_NOTE: break;
    }
    return "noted";
  }
  return c->undecided || c->empty ? "undecided" : "passes";
}

static Ink check_ink(const CheckCount *c) {
  if (c->failed) return ink_severity(c->worst);
  return c->undecided || c->empty ? INK_CYAN : INK_GREEN;
}

/* `denied: 3 of 5 fail, 1 undecided` */
static void check_result(Buf *to, const CheckCount *c) {
  unsigned n = c->bindings, failed = c->failed, undecided = c->undecided;
  buf_str(to, check_word(c));
  if (c->empty) buf_str(to, ": its 'for' bound nothing");
  else if (n <= 1) return;
  else if (!failed && !undecided) buf_fmt(to, ": all %u hold", n);
  else if (!failed) buf_fmt(to, ": %u of %u", undecided, n);
  else buf_fmt(to, ": %u of %u %s", failed, n, failed == 1 ? "fails" : "fail");
  if (failed && undecided) buf_fmt(to, ", %u undecided", undecided);
}

static int width_of(const Buf *b) { return utf8_text_width(buf_text(b), b->len); }

typedef struct Columns { int name, result; } Columns;

/* The widths of the columns. A text beyond the cap is left out, so that one of them does not push all others aside. */
static Columns measure(const Report *r, Buf *tmp) {
  enum { NAME_CAP = 28, RESULT_CAP = 40 };
  Columns col = {0, 0};
  for (uint32_t i = 0; i < r->checks.len; i++) {
    const CheckCount *c = &r->checks.at[i];
    show_str(tmp, c->name);
    int w = width_of(tmp);
    if (w > col.name && w <= NAME_CAP) col.name = w;
    buf_clear(tmp);
    check_result(tmp, c);
    w = width_of(tmp);
    if (w > col.result && w <= RESULT_CAP) col.result = w;
    buf_clear(tmp);
  }
  return col;
}

/* Writes tmp in a column, clears it, and returns the columns taken. */
static int cell(Buf *out, const ReportStyle *st, Buf *tmp, int width, Ink ink) {
  int w = width_of(tmp), pad = (w < width ? width - w : 0) + GAP;
  ink_str(out, st, ink, buf_text(tmp));
  buf_pad(out, ' ', pad);
  buf_clear(tmp);
  return w + pad;
}

/* In a narrow window: the name and the result on one line, where they fit, and the title below. */
static void check_stacked(Buf *out, const CheckCount *c, const ReportStyle *st, Buf *tmp) {
  Para p = para_at(out, st, INDENT, INDENT * 3);
  para_show(&p, c->name);
  check_result(tmp, c);
  para_add(&p, "  ");
  ink_on(out, st, check_ink(c));
  para_add(&p, buf_text(tmp));
  ink_off(out, st, check_ink(c));
  para_end(&p);
  buf_clear(tmp);
  if (!c->title) return;
  buf_pad(out, ' ', INDENT * 2);
  p = para_at(out, st, INDENT * 2, INDENT * 2);
  para_show(&p, c->title);
  para_end(&p);
}

static void check_line(Buf *out, const CheckCount *c, const Columns *col, const ReportStyle *st, Buf *tmp) {
  int titles = INDENT + col->name + GAP + col->result + GAP;
  buf_pad(out, ' ', INDENT);
  if (titles > show_width(st) * 2 / 3) { check_stacked(out, c, st, tmp); return; }
  show_str(tmp, c->name);
  int at = INDENT + cell(out, st, tmp, col->name, INK_PLAIN);
  check_result(tmp, c);
  if (!c->title) {
    ink_str(out, st, check_ink(c), buf_text(tmp));
    buf_char(out, '\n');
    buf_clear(tmp);
    return;
  }
  at += cell(out, st, tmp, col->result, check_ink(c));
  Para p = para_at(out, st, at, at < show_width(st) * 2 / 3 ? at : INDENT * 2);
  para_show(&p, c->title);
  para_end(&p);
}

static void checks(Buf *out, const Report *r, const ReportStyle *st) {
  ink_str(out, st, INK_BOLD, "Checks");
  buf_char(out, '\n');
  Buf tmp;
  buf_init(&tmp, out->mem);
  Columns col = measure(r, &tmp);
  for (uint32_t i = 0; i < r->checks.len && !out->full; i++) check_line(out, &r->checks.at[i], &col, st, &tmp);
  if (!r->checks.len) buf_str(out, "  undecided: the draft declares no check\n");
  scratch_end(&tmp, out);
}

/* ---- the whole ---- */

static Ink verdict_ink(int code) { return code == 0 ? INK_LEAF : code == 3 ? INK_CYAN : INK_RED; }

static void verdict(Buf *out, const Report *r, const ReportStyle *st) {
  Buf tmp;
  scratch_init(&tmp, out);
  show_str(&tmp, r->verdict);
  labelled(out, st, "Verdict", buf_text(&tmp), verdict_ink(r->exit_code));
  scratch_end(&tmp, out);
}

void report_text(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st) {
  head(out, r, st);
  buf_char(out, '\n');
  if (r->matrix.present) {
    report_matrix(out, &r->matrix, st, r->as_of == DAY_NONE);
    buf_char(out, '\n');
  }
  if (r->findings.len) {
    report_findings(out, s, r, st);
    buf_char(out, '\n');
  }
  checks(out, r, st);
  buf_char(out, '\n');
  if (warnings && warnings->list.len) {
    report_diags(out, s, warnings, st);
    buf_char(out, '\n');
  }
  verdict(out, r, st);
}
