/* Texts of a draft that mean harm, in every place of a report, in every format: what comes out is valid UTF-8 without
 * anything that acts on a reader, no line is a command of a build server, and each format stays itself. Then memory
 * that is refused: a report is whole or says that it is not. */
#include "report/report_fixture.h"
#include <ctype.h>

static const char *const evil[] = {
  "::error::forged", "x\n::error file=a.ent,line=1::forged", "x\r\n::stop-commands::y", "   ::set-output name=a::b",
  "\xE3\x80\x80::error::after an ideographic space", "\xC2\xA0::error::", "\xE2\x80\xA8::error::after a line separator", ":::error::", ":", "::",
  "##[error]forged", "a ##vso[task.setvariable variable=x]y", "##teamcity[x]", "###[x]", "##[", "#", "a # TODO b", "# SKIP", "\\# SKIP",
  "ok 1", "not ok 1", "1..0", "Bail out!", "Bail out!\nBail out!", "TAP version 14", "  ---\n  ...",
  "%0A::error::x", "%", "a,b:c=d", "]]>", "<script>", "\"", "\\", "\\\"", "\",\"exit_code\":0,\"x\":\"", "{{x}}",
  "\033[31mred\033[0m", "\033]0;title\007", "\b\b\bover", "\x7f", "\xC2\x9B" "31m", "\x9B", "\t\ttabs\t", "\v\f",
  "\xE2\x80\xAE" "gpj.exe", "\xE2\x81\xA6iso", "\xD8\x9C", "\xEF\xBB\xBF" "bom", "\xE2\x80\x8F", "\xFF\xFE", "\xED\xA0\x80", "\xC0\xAF", "\xF0\x9F\x98",
  "\xE4\xBE\x9B\xE5\xBA\x94\xE4\xBE\x9B\xE5\xBA\x94\xE4\xBE\x9B\xE5\xBA\x94::error::\xE4\xBE\x9B\xE5\xBA\x94", "e\xCC\x81\xCC\x81\xCC\x81", "",
  "a b c d e f ::error::g h i j ::error::k l m n ##[error]o p q r s t u v w x y z ::error::a b c d",
};
enum { EVIL = sizeof evil / sizeof *evil };

/* A report with x in every place, and diagnostics with it. */
static void fill(Fixture *f, const char *x) {
  char text[1024];
  snprintf(text, sizeof text, "%s MARK %s\nMARK2 %s", x, x, x);
  const Source *src = fixture_source(f, x, text);
  Span mark = fixture_span(src, "MARK", 1), mark2 = fixture_span(src, "MARK2", 1);
  Diag *d = diag_add(&f->d, DIAG_E0101, mark, "%s", x);
  diag_help(&f->d, d, "%s", x);
  diag_label(&f->d, d, mark2, "%s", x);
  diag_label(&f->d, d, (Span){src->base, src->base + src->len}, "%s", x);
  diag_add(&f->d, DIAG_E0101, mark2, "%s", x)->sev = SEV_WARN;
  diag_add(&f->d, DIAG_E0101, mark2, "%s", x)->sev = SEV_NOTE;
  f->r.draft = f->r.verdict = x;
  f->r.exit_code = 1;
  f->r.matrix.present = true;
  static Cell cell[1] = {{ST_SOFT, 1, 2}};
  FIXTURE_LIST(f, f->r.matrix.year, f->r.matrix.nyear, int, 2026);
  FIXTURE_LIST(f, f->r.matrix.row, f->r.matrix.nrow, MatrixRow, {x, x, cell, x});
  const char **sources = fixture_copy(f, (const char *[]){x, x}, 2 * sizeof x);
  for (int i = 0; i < 4; i++) {
    Finding *g = fixture_finding(f, (Finding){.outcome = i == 3 ? OUT_UNDECIDED : OUT_FAILS, .sev = i == 0 ? SEV_ERROR : (Severity)(3 - i) % 3,
      .check = i == 2 ? NULL : x, .title = x, .code = i == 2 ? x : NULL, .message = i == 1 ? NULL : x, .span = mark});
    FIXTURE_LIST(f, g->binding, g->nbinding, Binding, {x, x}, {x, x});
    FIXTURE_LIST(f, g->when, g->nwhen, DaySpan, {0, DAY_OPEN});
    FIXTURE_LIST(f, g->rests, g->nrests, FactRef, {x, mark, sources, 2, NULL}, {x, {0, 0}, NULL, 0, NULL});
    FIXTURE_LIST(f, g->missing, g->nmissing, FactRef, {x, {0, 0}, NULL, 0, x});
  }
  fixture_check(f, (CheckCount){x, x, SEV_ERROR, 1, 1, 0, false});
  fixture_check(f, (CheckCount){x, NULL, SEV_ERROR, 0, 0, 0, true});
}

/* ---- what holds for every format ---- */

static const char *after_blanks(const char *line) {
  for (;;) {
    if (*line == ' ' || *line == '\t') line++;
    else if (!strncmp(line, "\xE3\x80\x80", 3)) line += 3;
    else if (!strncmp(line, "\xC2\xA0", 2)) line += 2;
    else return line;
  }
}

/* NULL, or what is wrong with it. */
static const char *unsafe(const char *text, size_t n, bool commands) {
  if (strlen(text) != n) return "a NUL";
  if (n && text[n - 1] != '\n') return "no line end at the end";
  for (size_t i = 0; i < n;) {
    uint32_t cp;
    int len = utf8_read(text + i, n - i, &cp);
    if (!len) return "no UTF-8";
    if (utf8_is_unsafe(cp) || cp == '\t') return "a character that acts";
    if (cp == '[') {
      size_t j = i;
      while (j && isalpha((unsigned char)text[j - 1])) j--;
      if (j > 1 && text[j - 1] == '#' && text[j - 2] == '#') return "a command with ##";
    }
    i += (size_t)len;
  }
  for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
    const char *first = after_blanks(line);
    bool ours = commands && first == line && (!strncmp(line, "::error ", 8) || !strncmp(line, "::warning ", 10) || !strncmp(line, "::notice ", 9));
    if (!strncmp(first, "::", 2) && !ours) return "a line that is a command";
  }
  return NULL;
}

/* ---- what holds for each ---- */

static const char *skip_digits(const char *s) {
  while (isdigit((unsigned char)*s)) s++;
  return s;
}

/* Lines of text begin with words of ours. */
static const char *bad_text(const char *text) {
  static const char *const words[] = {" ", "\n", "Draft ", "Term ", "As of ", "Coverage\n", "Checks\n", "Verdict ", "deny:", "warn:", "note:",
    "undecided:", "undecided (", "error[E", "warning[E", "note[E", "...\n", "1 error", "Draft\n", "Verdict\n"};
  for (; *text; text = strchr(text, '\n') + 1) {
    bool known = isdigit((unsigned char)*text) && !strncmp(skip_digits(text), " |", 2);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) known |= !strncmp(text, words[i], strlen(words[i]));
    if (!known) return text;
  }
  return NULL;
}

static const char *bad_tap(const char *text) {
  int plan = -1, tests = 0;
  for (; *text; text = strchr(text, '\n') + 1) {
    if (*text == '#') continue;
    if (!strncmp(text, "1..", 3) && plan < 0 && *skip_digits(text + 3) == '\n') {
      plan = atoi(text + 3);
      continue;
    }
    const char *s = text + (strncmp(text, "not ", 4) ? 0 : 4);
    if (strncmp(s, "ok ", 3) || strncmp(skip_digits(s + 3), " - ", 3) || atoi(s + 3) != ++tests) return text;
    if (memchr(text, '#', (size_t)(strchr(text, '\n') - text))) return text;
  }
  return plan == tests ? NULL : "the plan is not what was run";
}

static const char *bad_github(const char *text) {
  for (; *text; text = strchr(text, '\n') + 1)
    if (strncmp(text, "::", 2) && strncmp(text, "  ", 2) && *text != '\n') return text;
  return NULL;
}

/* A JSON value; returns what follows it, or NULL. */
static const char *json(const char *s, int depth) {
  while (isspace((unsigned char)*s)) s++;
  if (depth > 20) return NULL;
  if (*s == '{' || *s == '[') {
    char close = *s == '{' ? '}' : ']';
    for (bool first = true;; first = false) {
      s++;
      while (isspace((unsigned char)*s)) s++;
      if (first && *s == close) return s + 1;
      if (close == '}') {
        if (*s != '"' || !(s = json(s, depth + 1)) || *s++ != ':') return NULL;
      }
      if (!(s = json(s, depth + 1))) return NULL;
      while (isspace((unsigned char)*s)) s++;
      if (*s == close) return s + 1;
      if (*s != ',') return NULL;
    }
  }
  if (*s == '"') {
    for (s++; *s != '"'; s++) {
      if ((unsigned char)*s < ' ') return NULL;
      if (*s == '\\' && !strchr("\"\\/bfnrtu", *++s)) return NULL;
      if (*s == 'u' && s[-1] == '\\')
        for (int i = 1; i <= 4; i++)
          if (!isxdigit((unsigned char)s[i])) return NULL;
    }
    return s + 1;
  }
  for (const char *const *word = (const char *const[]){"null", "true", "false", NULL}; *word; word++)
    if (!strncmp(s, *word, strlen(*word))) return s + strlen(*word);
  if (*s == '-') s++;
  return isdigit((unsigned char)*s) ? skip_digits(s) : NULL;
}

static const char *bad_json(const char *text) {
  const char *end = json(text, 0);
  return end && !strcmp(end, "\n") ? NULL : "not JSON";
}

typedef struct Format { const char *name; ReportFn *report; DiagsFn *diags; const char *(*bad)(const char *); bool commands; } Format;
static const Format formats[] = {
  {"text", report_text, report_diags, bad_text, false},
  {"json", report_json, report_diags_json, bad_json, false},
  {"tap", report_tap, report_diags_tap, bad_tap, false},
  {"github", report_github, report_diags_github, bad_github, true},
};
enum { FORMATS = sizeof formats / sizeof *formats };

static int look(Fixture *f, const Format *format, const char *x, const char *which) {
  const char *text = buf_text(&f->out), *why = unsafe(text, f->out.len, format->commands), *line = format->bad(text);
  if (!why && !line) return 0;
  Buf shown;
  buf_init(&shown, &f->mem);
  utf8_show(&shown, x, strlen(x));
  buf_fmt(&shown, " in %s %s, width %d: %s ", format->name, which, f->st.width, why ? why : "");
  if (line) utf8_show(&shown, line, strcspn(line, "\n"));
  diag("%s", buf_text(&shown));
  buf_end(&shown);
  return 1;
}

static void test_evil(const Format *format) {
  int wrong = 0;
  for (int e = 0; e < EVIL && wrong < 5; e++) {
    Fixture f;
    fixture_start(&f);
    fill(&f, evil[e]);
    for (f.st.width = 20; f.st.width < 110; f.st.width += 3) {
      fixture_report(&f, format->report);
      wrong += look(&f, format, evil[e], "report");
    }
    fixture_diags(&f, format->diags);
    wrong += look(&f, format, evil[e], "diagnostics");
    fixture_end(&f);
  }
  is_int(wrong, 0, "%s: %d texts that mean harm", format->name, (int)EVIL);
}

/* Every allocation of a report fails once, and from there on. */
static void test_memory(const Format *format) {
  int wrong = 0, runs = 0;
  Fixture f;
  fixture_start(&f);
  fixture_example(&f);
  fixture_report(&f, format->report);
  char *whole = strdup(buf_text(&f.out));
  uint64_t least = f.mem.calls;
  for (uint64_t n = 1;; n++, runs++) {
    Buf out;
    buf_init(&out, &f.mem);
    uint64_t before = f.mem.calls;
    f.mem.fail_at = before + n;
    f.mem.fail_after = n % 2;
    format->report(&out, &f.s, &f.d, &f.r, &f.st);
    bool reached = f.mem.failed;
    f.mem.failed = false;
    f.mem.fail_at = 0;
    if (!out.full && strcmp(buf_text(&out), whole)) wrong++;
    buf_end(&out);
    if (!reached) break;
  }
  is_int(wrong, 0, "%s: whole, or full, when any of %d allocations is refused (of %d)", format->name, runs, (int)least);
  free(whole);
  fixture_end(&f);
}

/* A limit on output is a limit, and is told. */
static void test_limit(const Format *format) {
  int wrong = 0;
  Fixture f;
  fixture_start(&f);
  fixture_example(&f);
  fixture_report(&f, format->report);
  size_t whole = f.out.len;
  for (size_t max = 1; max < whole; max += 61) {
    Buf out;
    buf_init(&out, &f.mem);
    out.max = max;
    format->report(&out, &f.s, &f.d, &f.r, &f.st);
    if (!out.full || out.len > max) wrong++;
    buf_end(&out);
  }
  is_int(wrong, 0, "%s: any limit on output holds", format->name);
  fixture_end(&f);
}

int main(void) {
  for (int i = 0; i < FORMATS; i++) {
    test_evil(&formats[i]);
    test_memory(&formats[i]);
    test_limit(&formats[i]);
  }
  return done();
}
