#include "report/show.h"
#include <string.h>

/* GitHub's workflow commands: an annotation a finding, then the text report. Text is made safe first (show.h), so that
 * what is left to escape is what the commands themselves give a meaning. */

/* property: in file= and title=, where : and , end something. */
static void escaped(Buf *out, const char *safe, bool property) {
  for (; *safe; safe++) {
    unsigned char c = (unsigned char)*safe;
    bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    if (special) buf_fmt(out, "%%%02X", (unsigned)c);
    else buf_char(out, *safe);
  }
}

static void property(Buf *out, bool first, const char *name, const char *safe) {
  buf_fmt(out, "%s%s=", first ? " " : ",", name);
  escaped(out, safe, true);
}

/* `::error file=..,line=..,col=..,title=..::` */
static void command(Buf *out, Sources *s, const char *word, Span span, bool there, const char *title) {
  Buf path;
  scratch_init(&path, out);
  buf_fmt(out, "::%s", word);
  if (there) {
    Place p = sources_place(s, span.lo);
    show_str(&path, p.source->path);
    property(out, true, "file", buf_text(&path));
    buf_fmt(out, ",line=%u,col=%u", (unsigned)p.line, (unsigned)p.col);
  }
  property(out, !there, "title", title);
  buf_str(out, "::");
  scratch_end(&path, out);
}

static void diagnostic(Buf *out, Sources *s, const Diag *d) {
  Buf text;
  scratch_init(&text, out);
  const char *word = d->sev == SEV_NOTE ? "notice" : show_severity(d->sev);
  command(out, s, word, d->span, show_diag_has_place(s, d->span), diag_info(d->code)->code);
  show_str(&text, d->text);
  for (int i = 0; i < d->nlabel && i < DIAG_LABELS; i++) {
    buf_str(&text, "\n");
    show_str(&text, d->label[i].text);
    if (!show_diag_has_place(s, d->label[i].span)) continue;
    buf_str(&text, " (");
    show_place(&text, s, d->label[i].span);
    buf_char(&text, ')');
  }
  if (d->help) buf_str(&text, "\nhelp: ");
  show_str(&text, d->help);
  escaped(out, buf_text(&text), false);
  buf_char(out, '\n');
  scratch_end(&text, out);
}

/* Lines of a text report, two blanks before each. */
static void indented(Buf *out, const char *safe) {
  for (const char *end; *safe; safe = end + (*end == '\n')) {
    end = strchr(safe, '\n');
    if (!end) end = safe + strlen(safe);
    if (end > safe) buf_str(out, "  ");
    buf_add(out, safe, (size_t)(end - safe));
    buf_char(out, '\n');
  }
}

static ReportStyle plain_style(const ReportStyle *st) {
  ReportStyle plain = *st;
  plain.color = false;
  return plain;
}

static void annotate(Buf *out, Sources *s, const Diags *d, const ReportStyle *st) {
  Pick pick = pick_start(d, st, REPORT_LIMIT_MACHINE);
  for (uint32_t i = 0; i < d->list.len && !out->full; i++)
    if (pick_next(&pick, &d->list.at[i])) diagnostic(out, s, &d->list.at[i]);
}

void report_diags_github(Buf *out, Sources *s, const Diags *d, const ReportStyle *st) {
  Buf text;
  ReportStyle plain = plain_style(st);
  annotate(out, s, d, st);
  scratch_init(&text, out);
  report_diags(&text, s, d, &plain);
  indented(out, buf_text(&text));
  scratch_end(&text, out);
}

/* ---- findings ---- */

static const char *finding_word(const Finding *f, const ReportStyle *st) {
  if (f->outcome == OUT_UNDECIDED) return show_decides(f, st) ? "error" : "warning";
  return f->sev == SEV_NOTE ? "notice" : show_severity(f->sev);
}

static void finding(Buf *out, Sources *s, const Finding *f, const ReportStyle *st) {
  Buf text;
  scratch_init(&text, out);
  buf_fmt(&text, "%s: ", show_kind(f));
  show_title(&text, f);
  command(out, s, finding_word(f, st), f->span, show_has_place(s, f->span), buf_text(&text));
  buf_clear(&text);
  if (f->message) show_str(&text, f->message);
  else show_title(&text, f);
  if (f->nbinding) {
    buf_str(&text, "\nfor ");
    show_binding(&text, f);
  }
  if (f->nwhen) {
    buf_str(&text, f->outcome == OUT_UNDECIDED ? "\nundecided: " : "\nfails: ");
    show_spans(&text, f->when, f->nwhen);
  }
  for (uint32_t i = 0; i < f->nmissing; i++) {
    buf_str(&text, "\nmissing: ");
    show_str(&text, f->missing[i].text);
  }
  escaped(out, buf_text(&text), false);
  buf_char(out, '\n');
  scratch_end(&text, out);
}

void report_github(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st) {
  for (uint32_t i = 0; i < r->findings.len && !out->full; i++) finding(out, s, &r->findings.at[i], st);
  if (warnings) annotate(out, s, warnings, st);
  Buf text;
  ReportStyle plain = plain_style(st);
  scratch_init(&text, out);
  report_text(&text, s, warnings, r, &plain);
  indented(out, buf_text(&text));
  scratch_end(&text, out);
}
