#include "base/utf8.h"
#include "report/show.h"
#include <string.h>

/* JSON, schema 1. Keys come in this order and are always there; what does not apply is null. Places count from 1,
 * columns in code points. New keys may be added under the same number; a key that changes or goes raises it.
 *
 * A report:
 *   { "schema": 1, "kind": "report", "draft": PATH, "as_of": DATE|null, "term": {"first": DATE, "last": DATE|null}|null,
 *     "exit_code": N, "verdict": TEXT,
 *     "counts": {"denied": N, "warned": N, "noted": N, "undecided": N},
 *     "matrix": {"years": [N...], "rows": [{"layer": ID, "name": TEXT, "exposure": TEXT,
 *                "cells": [{"status": WORD, "covered": N, "resources": N}...]}...]}|null,
 *     "findings": [{"outcome": "fails"|"undecided", "severity": "deny"|"warn"|"note", "decides": BOOL, "check": NAME|null,
 *                "code": CODE|null, "title": TEXT|null, "message": TEXT|null, "place": PLACE|null,
 *                "binding": [{"name": NAME, "value": TEXT}...], "when": [{"first": DATE, "last": DATE|null}...],
 *                "missing": [FACT...], "more_missing": N, "rests_on": [FACT...], "more_rests_on": N}...],
 *     "checks": [{"name": NAME, "title": TEXT|null, "severity": "deny"|"warn"|"note", "bindings": N, "failed": N,
 *                "undecided": N, "empty": BOOL}...],
 *     "diagnostics": [DIAGNOSTIC...], "more_diagnostics": N }
 * A draft that has no report because it could not be read, compiled or run:
 *   { "schema": 1, "kind": "diagnostics", "draft": PATH|null, "exit_code": N,
 *     "diagnostics": [DIAGNOSTIC...], "more_diagnostics": N }
 * where
 *   PLACE       {"path": PATH, "line": N, "column": N}
 *   FACT        {"text": TEXT, "place": PLACE|null, "settles": TEXT|null, "sources": [TEXT...]}
 *   DIAGNOSTIC  {"code": CODE, "severity": "error"|"warning"|"note", "message": TEXT, "place": PLACE|null,
 *                "end": PLACE|null, "help": TEXT|null, "labels": [{"text": TEXT, "place": PLACE|null}...]}
 * DATE is YYYY-MM-DD; a "last" of null means without end. */

static void char_escaped(Buf *b, uint32_t cp) {
  switch (cp) {
    case '"': buf_str(b, "\\\""); return;
    case '\\': buf_str(b, "\\\\"); return;
    case '\n': buf_str(b, "\\n"); return;
    case '\r': buf_str(b, "\\r"); return;
    case '\t': buf_str(b, "\\t"); return;
    default: buf_fmt(b, "\\u%04x", (unsigned)cp);  /* all that is unsafe lies below U+10000 */
  }
}

/* A string, or null. What is no UTF-8 is written as utf8_show would, with \x.. in the text. */
static void string(Buf *b, const char *s) {
  if (!s) {
    buf_str(b, "null");
    return;
  }
  size_t n = strlen(s), plain = 0;
  buf_char(b, '"');
  for (size_t i = 0; i < n;) {
    uint32_t cp;
    int len = utf8_read(s + i, n - i, &cp);
    bool escape = len && (cp == '"' || cp == '\\' || cp < ' ' || utf8_is_unsafe(cp) || (cp == '[' && show_is_command(s, i)));
    if (len && !escape) {
      i += (size_t)len;
      continue;
    }
    buf_add(b, s + plain, i - plain);
    if (len) char_escaped(b, cp);
    else buf_fmt(b, "\\\\x%02x", (unsigned)(unsigned char)s[i]);
    i += len ? (size_t)len : 1;
    plain = i;
  }
  buf_add(b, s + plain, n - plain);
  buf_char(b, '"');
}

/* `"key": ` within an object; the first key has `first` set. */
static void key(Buf *b, const char *name, bool first) { buf_fmt(b, "%s\"%s\": ", first ? "" : ", ", name); }

static void key_string(Buf *b, const char *name, const char *s) {
  key(b, name, false);
  string(b, s);
}

static void key_count(Buf *b, const char *name, uint32_t n) {
  key(b, name, false);
  buf_int(b, n);
}

static void key_bool(Buf *b, const char *name, bool is) {
  key(b, name, false);
  buf_str(b, is ? "true" : "false");
}

/* A key of the outermost object, on a line of its own. */
static void top(Buf *b, const char *name) { buf_fmt(b, ",\n  \"%s\": ", name); }

/* Each element of an outer list has a line of its own. */
static void item(Buf *b, uint32_t i) { buf_str(b, i ? ",\n    " : "\n    "); }
static void items_end(Buf *b, uint32_t n) { buf_str(b, n ? "\n  ]" : "]"); }

static void day(Buf *b, Day d) {
  if (d == DAY_NONE || d == DAY_OPEN) {
    buf_str(b, "null");
    return;
  }
  buf_char(b, '"');
  date_show(b, d);
  buf_char(b, '"');
}

static void days(Buf *b, DaySpan span) {
  buf_str(b, "{");
  key(b, "first", true);
  day(b, span.first);
  key(b, "last", false);
  day(b, span.last);
  buf_char(b, '}');
}

static void place(Buf *b, Sources *s, uint32_t offset, bool there) {
  if (!there) {
    buf_str(b, "null");
    return;
  }
  Place p = sources_place(s, offset);
  buf_str(b, "{");
  key(b, "path", true);
  string(b, p.source->path);
  key_count(b, "line", p.line);
  key_count(b, "column", p.col);
  buf_char(b, '}');
}

/* ---- diagnostics ---- */

static void diagnostic(Buf *b, Sources *s, const Diag *d) {
  bool there = show_diag_has_place(s, d->span);
  buf_char(b, '{');
  key(b, "code", true);
  string(b, diag_info(d->code)->code);
  key_string(b, "severity", show_severity(d->sev));
  key_string(b, "message", d->text);
  key(b, "place", false);
  place(b, s, d->span.lo, there);
  key(b, "end", false);
  place(b, s, d->span.hi, there && d->span.hi >= d->span.lo);
  key_string(b, "help", d->help);
  key(b, "labels", false);
  buf_char(b, '[');
  for (int i = 0; i < d->nlabel && i < DIAG_LABELS; i++) {
    buf_str(b, i ? ", {" : "{");
    key(b, "text", true);
    string(b, d->label[i].text);
    key(b, "place", false);
    place(b, s, d->label[i].span.lo, show_diag_has_place(s, d->label[i].span));
    buf_char(b, '}');
  }
  buf_str(b, "]}");
}

/* The last two keys of either object, and its end. */
static void diagnostics(Buf *b, Sources *s, const Diags *d, const ReportStyle *st) {
  Pick pick = {0, 0, 0};
  uint32_t shown = 0;
  if (d) pick = pick_start(d, st, REPORT_LIMIT_MACHINE);
  top(b, "diagnostics");
  buf_char(b, '[');
  for (uint32_t i = 0; d && i < d->list.len && !b->full; i++) {
    if (!pick_next(&pick, &d->list.at[i])) continue;
    item(b, shown++);
    diagnostic(b, s, &d->list.at[i]);
  }
  items_end(b, shown);
  top(b, "more_diagnostics");
  buf_int(b, pick.left_out);
  buf_str(b, "\n}\n");
}

void report_diags_json(Buf *out, Sources *s, const Diags *d, const ReportStyle *st) {
  bool errors = false;
  for (uint32_t i = 0; i < d->list.len; i++) errors |= d->list.at[i].sev == SEV_ERROR;
  buf_str(out, "{\n  \"schema\": 1");
  top(out, "kind");
  string(out, "diagnostics");
  top(out, "draft");
  string(out, s && s->list.len ? s->list.at[0]->path : NULL);
  top(out, "exit_code");
  buf_int(out, !st->exit_code && errors ? 2 : st->exit_code);
  diagnostics(out, s, d, st);
}

/* ---- the report ---- */

static void matrix(Buf *b, const Matrix *m) {
  top(b, "matrix");
  if (!m->present) {
    buf_str(b, "null");
    return;
  }
  buf_str(b, "{\"years\": [");
  for (uint32_t i = 0; i < m->nyear; i++) buf_fmt(b, "%s%d", i ? ", " : "", m->year[i]);
  buf_str(b, "], \"rows\": [");
  for (uint32_t i = 0; i < m->nrow && !b->full; i++) {
    const MatrixRow *row = &m->row[i];
    item(b, i);
    buf_char(b, '{');
    key(b, "layer", true);
    string(b, row->layer);
    key_string(b, "name", row->name);
    key_string(b, "exposure", row->exposure);
    key(b, "cells", false);
    buf_char(b, '[');
    for (uint32_t c = 0; c < m->nyear; c++) {
      buf_str(b, c ? ", {" : "{");
      key(b, "status", true);
      string(b, status_name(row->cell[c].status));
      key_count(b, "covered", row->cell[c].covered);
      key_count(b, "resources", row->cell[c].resources);
      buf_char(b, '}');
    }
    buf_str(b, "]}");
  }
  items_end(b, m->nrow);
  buf_char(b, '}');
}

static void facts(Buf *b, Sources *s, const char *name, const FactRef *list, uint32_t n) {
  key(b, name, false);
  buf_char(b, '[');
  for (uint32_t i = 0; i < n; i++) {
    buf_str(b, i ? ", {" : "{");
    key(b, "text", true);
    string(b, list[i].text);
    key(b, "place", false);
    place(b, s, list[i].span.lo, show_has_place(s, list[i].span));
    key(b, "settles", false);
    string(b, list[i].settles);
    key(b, "sources", false);
    buf_char(b, '[');
    for (uint32_t k = 0; k < list[i].nsource; k++) {
      buf_str(b, k ? ", " : "");
      string(b, list[i].sources[k]);
    }
    buf_str(b, "]}");
  }
  buf_char(b, ']');
}

static void finding_lists(Buf *b, Sources *s, const Finding *f) {
  key(b, "binding", false);
  buf_char(b, '[');
  for (uint32_t i = 0; i < f->nbinding; i++) {
    buf_str(b, i ? ", {" : "{");
    key(b, "name", true);
    string(b, f->binding[i].name);
    key_string(b, "value", f->binding[i].value);
    buf_char(b, '}');
  }
  buf_char(b, ']');
  key(b, "when", false);
  buf_char(b, '[');
  for (uint32_t i = 0; i < f->nwhen; i++) {
    buf_str(b, i ? ", " : "");
    days(b, f->when[i]);
  }
  buf_char(b, ']');
  facts(b, s, "missing", f->missing, f->nmissing);
  key_count(b, "more_missing", f->more_missing);
  facts(b, s, "rests_on", f->rests, f->nrests);
  key_count(b, "more_rests_on", f->more_rests);
}

static void findings(Buf *b, Sources *s, const Report *r, const ReportStyle *st) {
  top(b, "findings");
  buf_char(b, '[');
  for (uint32_t i = 0; i < r->findings.len && !b->full; i++) {
    const Finding *f = &r->findings.at[i];
    item(b, i);
    buf_char(b, '{');
    key(b, "outcome", true);
    string(b, f->outcome == OUT_UNDECIDED ? "undecided" : "fails");
    key_string(b, "severity", show_level(f->sev));
    key_bool(b, "decides", show_decides(f, st));
    key_string(b, "check", f->check);
    key_string(b, "code", f->code);
    key_string(b, "title", f->title);
    key_string(b, "message", f->message);
    key(b, "place", false);
    place(b, s, f->span.lo, show_has_place(s, f->span));
    finding_lists(b, s, f);
    buf_char(b, '}');
  }
  items_end(b, r->findings.len);
}

static void checks(Buf *b, const Report *r) {
  top(b, "checks");
  buf_char(b, '[');
  for (uint32_t i = 0; i < r->checks.len && !b->full; i++) {
    const CheckCount *c = &r->checks.at[i];
    item(b, i);
    buf_char(b, '{');
    key(b, "name", true);
    string(b, c->name);
    key_string(b, "title", c->title);
    key_string(b, "severity", show_level(c->worst));
    key_count(b, "bindings", c->bindings);
    key_count(b, "failed", c->failed);
    key_count(b, "undecided", c->undecided);
    key_bool(b, "empty", c->empty);
    buf_char(b, '}');
  }
  items_end(b, r->checks.len);
}

void report_json(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st) {
  buf_str(out, "{\n  \"schema\": 1");
  top(out, "kind");
  string(out, "report");
  top(out, "draft");
  string(out, r->draft);
  top(out, "as_of");
  day(out, r->as_of);
  top(out, "term");
  if (r->term.first == DAY_NONE) buf_str(out, "null");
  else days(out, r->term);
  top(out, "exit_code");
  buf_int(out, r->exit_code);
  top(out, "verdict");
  string(out, r->verdict);
  top(out, "counts");
  buf_fmt(out, "{\"denied\": %u, \"warned\": %u, \"noted\": %u, \"undecided\": %u}", (unsigned)r->denied, (unsigned)r->warned,
          (unsigned)r->noted, (unsigned)r->undecided);
  matrix(out, &r->matrix);
  findings(out, s, r, st);
  checks(out, r);
  diagnostics(out, s, warnings, st);
}
