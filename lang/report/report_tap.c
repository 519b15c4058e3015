#include "report/show.h"
#include <string.h>

/* TAP, readable by any version: a plan first, no version line, no directives, no YAML. What a test rests on follows it
 * in comments. */

typedef struct Tap {
  Buf *out;
  Sources *s;
  const Report *r;
  const ReportStyle *st;
  uint32_t *next, *head, other;  /* findings of each check, as chains; NONE ends one. other: of no check */
  uint32_t n;                    /* tests so far */
  bool bad;
} Tap;

enum { NONE = INT32_MAX };

static void test(Tap *t, bool good, const char *safe) {
  buf_fmt(t->out, "%sok %u - ", good ? "" : "not ", (unsigned)++t->n);
  show_description(t->out, safe);
  buf_char(t->out, '\n');
  if (!good) t->bad = true;
}

static void comment_start(Buf *out, int indent) {
  buf_char(out, '#');
  buf_pad(out, ' ', 1 + indent);
}

/* ---- a finding ---- */

static void fact(const Tap *t, const FactRef *f) {
  comment_start(t->out, 4);
  show_str(t->out, f->text);
  if (show_has_place(t->s, f->span)) {
    buf_str(t->out, " (");
    show_place(t->out, t->s, f->span);
    buf_char(t->out, ')');
  }
  if (f->settles) {
    buf_str(t->out, ": ");
    show_str(t->out, f->settles);
  }
  for (uint32_t i = 0; i < f->nsource; i++) {
    buf_str(t->out, i ? ", " : "; source: ");
    show_str(t->out, f->sources[i]);
  }
  buf_char(t->out, '\n');
}

static void facts(const Tap *t, const char *label, const FactRef *list, uint32_t n, uint32_t more) {
  if (!n && !more) return;
  comment_start(t->out, 2);
  buf_str(t->out, label);
  buf_char(t->out, '\n');
  for (uint32_t i = 0; i < n; i++) fact(t, &list[i]);
  if (!more) return;
  comment_start(t->out, 4);
  buf_fmt(t->out, "... and %u more\n", (unsigned)more);
}

static void finding(const Tap *t, const Finding *f) {
  Buf *out = t->out;
  comment_start(out, 0);
  buf_str(out, show_kind(f));
  buf_str(out, ": ");
  if (f->message) show_str(out, f->message);
  else show_title(out, f);
  buf_char(out, '\n');
  if (f->nbinding) {
    comment_start(out, 2);
    buf_str(out, "for ");
    show_binding(out, f);
    buf_char(out, '\n');
  }
  if (show_has_place(t->s, f->span)) {
    comment_start(out, 2);
    buf_str(out, "--> ");
    show_place(out, t->s, f->span);
    buf_char(out, '\n');
  }
  if (f->nwhen) {
    comment_start(out, 2);
    buf_str(out, f->outcome == OUT_UNDECIDED ? "undecided: " : "fails: ");
    show_spans(out, f->when, f->nwhen);
    buf_char(out, '\n');
  }
  facts(t, "missing:", f->missing, f->nmissing, f->more_missing);
  facts(t, "rests on:", f->rests, f->nrests, f->more_rests);
}

/* ---- which findings belong to which check ---- */

static bool is_of(const Tap *t, const Finding *f, uint32_t check) {
  const char *name = t->r->checks.at[check].name;
  return name && (f->check == name || strcmp(f->check, name) == 0);
}

/* The check of a finding, looked for backwards from that of the finding after it: both come in order, so this is short. */
static uint32_t check_of(const Tap *t, const Finding *f, uint32_t from) {
  uint32_t n = t->r->checks.len;
  if (!f->check) return NONE;
  for (uint32_t k = 0, i = from; k < n; k++, i = (i ? i : n) - 1)
    if (is_of(t, f, i)) return i;
  return NONE;
}

/* Chains are made from their ends, so that they run in the order of the findings. */
static void chains(Tap *t) {
  uint32_t at = t->r->checks.len ? t->r->checks.len - 1 : 0;
  t->other = NONE;
  for (uint32_t i = 0; i < t->r->checks.len; i++) t->head[i] = NONE;
  for (uint32_t i = t->r->findings.len; i-- > 0;) {
    uint32_t of = check_of(t, &t->r->findings.at[i], at);
    uint32_t *head = of == NONE ? &t->other : &t->head[of];
    if (of != NONE) at = of;
    t->next[i] = *head;
    *head = i;
  }
}

static bool chain_decides(const Tap *t, uint32_t i) {
  for (; i != NONE; i = t->next[i])
    if (show_decides(&t->r->findings.at[i], t->st)) return true;
  return false;
}

/* ---- the tests ---- */

static void check(Tap *t, uint32_t i) {
  const CheckCount *c = &t->r->checks.at[i];
  bool bad = c->empty || chain_decides(t, t->head[i]);
  Buf name;
  scratch_init(&name, t->out);
  show_str(&name, c->name);
  if (c->title) buf_str(&name, ": ");
  show_str(&name, c->title);
  if (!bad && (c->failed || c->undecided)) buf_str(&name, " (with remarks)");
  test(t, !bad, buf_text(&name));
  scratch_end(&name, t->out);
  if (c->empty) buf_str(t->out, "# undecided: its 'for' bound nothing\n");
  for (uint32_t k = t->head[i]; k != NONE && !t->out->full; k = t->next[k]) finding(t, &t->r->findings.at[k]);
}

static void others(Tap *t) {
  for (uint32_t i = t->other; i != NONE && !t->out->full; i = t->next[i]) {
    const Finding *f = &t->r->findings.at[i];
    if (show_decides(f, t->st)) {
      Buf name;
      scratch_init(&name, t->out);
      show_title(&name, f);
      test(t, false, buf_text(&name));
      scratch_end(&name, t->out);
    }
    finding(t, f);
  }
}

static void verdict(Tap *t) {
  Buf text;
  scratch_init(&text, t->out);
  show_str(&text, t->r->verdict);
  if (t->r->exit_code != 0 && !t->bad) test(t, false, buf_text(&text));
  buf_str(t->out, "# verdict: ");
  buf_str(t->out, buf_text(&text));
  buf_char(t->out, '\n');
  scratch_end(&text, t->out);
}

static uint32_t planned(const Tap *t) {
  uint32_t n = t->r->checks.len, bad = 0;
  for (uint32_t i = 0; i < t->r->checks.len; i++) bad += t->r->checks.at[i].empty || chain_decides(t, t->head[i]);
  for (uint32_t i = t->other; i != NONE; i = t->next[i])
    if (show_decides(&t->r->findings.at[i], t->st)) n++, bad++;
  return t->r->exit_code != 0 && !bad ? n + 1 : n;
}

static void diagnostics(Tap *t, const Diags *d) {
  if (!d || !d->list.len) return;
  Buf text;
  ReportStyle plain = *t->st;
  plain.color = false;
  if (!plain.limit) plain.limit = REPORT_LIMIT_MACHINE;
  scratch_init(&text, t->out);
  report_diags(&text, t->s, d, &plain);
  show_lines(t->out, "# ", buf_text(&text));
  scratch_end(&text, t->out);
}

void report_tap(Buf *out, Sources *s, const Diags *warnings, const Report *r, const ReportStyle *st) {
  size_t nnext = (r->findings.len + (size_t)1) * sizeof(uint32_t), nhead = (r->checks.len + (size_t)1) * sizeof(uint32_t);
  Tap t = {.out = out, .s = s, .r = r, .st = st, .next = mem_get(out->mem, nnext), .head = mem_get(out->mem, nhead)};
  if (t.next && t.head) {
    chains(&t);
    buf_fmt(out, "1..%u\n# draft: ", (unsigned)planned(&t));
    show_str(out, r->draft);
    buf_char(out, '\n');
    for (uint32_t i = 0; i < r->checks.len && !out->full; i++) check(&t, i);
    others(&t);
    diagnostics(&t, warnings);
    verdict(&t);
  } else {
    out->full = true;
  }
  mem_free(out->mem, t.next, nnext);
  mem_free(out->mem, t.head, nhead);
}

/* ---- diagnostics alone ---- */

static void diagnostic(Tap *t, const Diag *d) {
  Buf text;
  scratch_init(&text, t->out);
  buf_fmt(&text, "%s[%s]: ", show_severity(d->sev), diag_info(d->code)->code);
  show_str(&text, d->text);
  if (d->sev == SEV_ERROR) test(t, false, buf_text(&text));
  else show_lines(t->out, "# ", buf_text(&text));
  scratch_end(&text, t->out);
  if (show_diag_has_place(t->s, d->span)) {
    buf_str(t->out, "#   --> ");
    show_place(t->out, t->s, d->span);
    buf_char(t->out, '\n');
  }
  for (int i = 0; i < d->nlabel && i < DIAG_LABELS; i++) {
    buf_str(t->out, "#   ");
    show_str(t->out, d->label[i].text);
    if (show_diag_has_place(t->s, d->label[i].span)) {
      buf_str(t->out, " (");
      show_place(t->out, t->s, d->label[i].span);
      buf_char(t->out, ')');
    }
    buf_char(t->out, '\n');
  }
  if (!d->help) return;
  buf_str(t->out, "#   help: ");
  show_str(t->out, d->help);
  buf_char(t->out, '\n');
}

void report_diags_tap(Buf *out, Sources *s, const Diags *d, const ReportStyle *st) {
  Tap t = {.out = out, .s = s, .st = st};
  Pick pick = pick_start(d, st, REPORT_LIMIT_MACHINE);
  if (pick.errors) buf_fmt(out, "1..%u\n", (unsigned)pick.errors);
  for (uint32_t i = 0; i < d->list.len && !out->full; i++)
    if (pick_next(&pick, &d->list.at[i])) diagnostic(&t, &d->list.at[i]);
  if (pick.left_out) buf_fmt(out, "# ... and %u more\n", (unsigned)pick.left_out);
}
