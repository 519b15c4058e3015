#define _XOPEN_SOURCE 700
#include "edge/find.h"
#include "edge/stream.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- one stream of many reports ---- */

static void indented(Edge *e, const char *text, size_t len) {
  const char *end = text + len;
  while (text < end) {
    const char *line = memchr(text, '\n', (size_t)(end - text));
    size_t n = line ? (size_t)(line - text) + 1 : (size_t)(end - text);
    edge_print(e, "    ");
    if (!edge_write(e, text, n)) return;
    text += n;
  }
}

static const char junit_head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";

/* Adds one report on `path` to the stream. */
static void stream_add(Stream *s, const char *path, int code, const char *text, size_t len) {
  Edge *e = s->e;
  s->code = edge_worse(s->code, code);
  if (!len) return;
  unsigned n = s->n++;
  switch (s->o->format) {
    case ENT_TEXT:
      if (n) edge_print(e, "\n");
      edge_write(e, text, len);
      break;
    case ENT_JSON:
      if (s->many) edge_print(e, n ? ",\n" : "[\n");
      edge_write(e, text, s->many && text[len - 1] == '\n' ? len - 1 : len);
      break;
    case ENT_TAP:
      if (!s->many) {
        edge_write(e, text, len);
        break;
      }
      indented(e, text, len);
      char line[1100];
      snprintf(line, sizeof line, "%sok %u - %s\n", code ? "not " : "", n + 1, edge_safe(path).text);
      edge_print(e, line);
      break;
    case ENT_GITHUB: edge_write(e, text, len); break;
    case ENT_JUNIT:
      if (!n) edge_print(e, junit_head);
      edge_write(e, text, len);
      break;
  }
}

static void stream_end(Stream *s) {
  if (s->o->format == ENT_JUNIT) {
    if (!s->n) edge_print(s->e, junit_head);
    edge_print(s->e, "</testsuites>\n");
  }
  if (!s->many) return;
  if (s->o->format == ENT_JSON) edge_print(s->e, s->n ? "\n]\n" : "[]\n");
  if (s->o->format != ENT_TAP) return;
  char plan[32];
  snprintf(plan, sizeof plan, "1..%u\n", s->n);
  edge_print(s->e, plan);
}

/* ---- what has no report of its own ---- */

/* Each of these bytes of safe text is written as `before` and then itself, or as `instead` when there is one. */
static Safe escaped(Safe safe, const char *these, const char *before, const char *instead) {
  Safe to;
  size_t at = 0;
  for (const char *s = safe.text; *s && at + 4 < sizeof to.text; s++) {
    bool special = strchr(these, *s) != NULL;
    for (const char *x = special ? instead ? instead : before : ""; *x; x++) to.text[at++] = *x;
    if (!special || !instead) to.text[at++] = *s;
  }
  to.text[at] = 0;
  return to;
}

/* Something about a path that the engine has no report for: it was not found, or holds nothing to ask. */
static void stream_fault(Stream *s, const char *path, int code, const char *why) {
  char text[4096] = "";
  Safe name = edge_safe(path);
  switch (s->o->format) {
    case ENT_TEXT: edge_say("%s: %s", name.text, why); break;
    case ENT_JSON:
      snprintf(text, sizeof text,
               "{\n  \"schema\": 1,\n  \"kind\": \"path\",\n  \"draft\": \"%s\",\n  \"exit_code\": %d,\n  \"verdict\": \"%s\"\n}\n",
               escaped(name, "\"\\", "\\", NULL).text, code, escaped(edge_safe(why), "\"\\", "\\", NULL).text);
      break;
    case ENT_TAP: snprintf(text, sizeof text, "1..1\nnot ok 1 - %s: %s\n", name.text, why); break;
    case ENT_GITHUB: snprintf(text, sizeof text, "::error title=entente::%s: %s\n", escaped(name, "%", "", "%25").text, why); break;
    case ENT_JUNIT:
      name = escaped(escaped(name, "&", "", "&amp;"), "<", "", "&lt;");
      name = escaped(name, "\"", "", "&quot;");
      snprintf(text, sizeof text,
               "<testsuite name=\"%s\" tests=\"1\" failures=\"0\" errors=\"1\">\n  <testcase name=\"the draft can be run\">\n"
               "    <error message=\"%s\"/>\n  </testcase>\n</testsuite>\n", name.text, escaped(edge_safe(why), "&<\"", "", "_").text);
      break;
  }
  stream_add(s, path, code, text, strlen(text));
}

/* ---- a draft ---- */

/* A text of the engine's: where it says only what went wrong, readers find it on standard error. */
static void stream_text(Stream *s, const char *path, int code, bool report, const char *text, size_t len, const char *otherwise) {
  if (!text || !len) {
    stream_fault(s, path, edge_worse(code, ENT_NO_INPUT), otherwise);
  } else if (!report && s->o->format == ENT_TEXT) {
    edge_warn(s->e, text, len);
    s->code = edge_worse(s->code, code);
  } else {
    stream_add(s, path, code, text, len);
  }
}

static void loaded(Stream *s, ent_session *session, const char *path) {
  const char *text = NULL;
  size_t len = 0;
  int code = s->asked->ask(s, session, &text, &len);
  bool nothing = !text || !len;
  if (nothing && code == ENT_UNDECIDED && s->asked->unasked) {
    s->unasked++;
    return;
  }
  stream_text(s, path, nothing ? edge_worse(code, ENT_BROKEN) : code, ent_reported(session), text, len, "no report could be made");
}

/* A file of a folder that does not compile is reported even if nothing to ask is seen in it: there may be. */
static void draft(Stream *s, const char *path, bool of_folder) {
  int code;
  ent_session *session = options_open(s->o, &code);
  if (!session) {
    s->code = edge_worse(s->code, code);
    return;
  }
  code = ent_load_file(session, path);
  if (code != ENT_PASSES) {
    size_t len = 0;
    const char *text = ent_diagnostics(session, s->o->format, &len);
    stream_text(s, path, code, false, text, len, code == ENT_NO_INPUT ? "cannot be read" : "does not compile");
  } else if (of_folder && !s->asked->has(session)) {
    s->passed_over++;
  } else if (s->asked->none && !s->asked->has(session)) {
    stream_fault(s, path, ENT_UNDECIDED, s->asked->none);
  } else {
    loaded(s, session, path);
  }
  ent_close(session);
}

static bool stopped(const Stream *s) { return s->e->out_error || *s->e->stop; }

static void folder(Stream *s, const char *path) {
  Found found;
  unsigned passed_over = s->passed_over;
  find_drafts(&found, path);
  for (size_t i = 0; i < found.n && !stopped(s); i++) {
    const FoundPath *p = &found.at[i];
    if (p->code) stream_fault(s, p->path, p->code, p->why ? p->why : strerror(p->error));
    else draft(s, p->path, true);
  }
  if (found.failed) stream_fault(s, path, found.failed, "holds more files than can be looked at; name fewer");
  else if (!stopped(s) && s->passed_over - passed_over == found.drafts) {
    char why[64];
    snprintf(why, sizeof why, "undecided: no file in it holds a %s", s->asked->what);
    stream_fault(s, path, ENT_UNDECIDED, why);
  }
  find_end(&found);
}

static void path_ask(Stream *s, const char *path) {
  struct stat st;
  if (stat(path, &st)) stream_fault(s, path, ENT_NO_INPUT, strcmp(path, "-") ? strerror(errno) : "standard input is not read, since what a draft uses lies beside its file; name a file");
  else if (S_ISDIR(st.st_mode)) folder(s, path);
  else draft(s, path, false);
}

static bool is_folder(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int stream_run(Stream *s) {
  s->many = s->o->noperand > 1 || is_folder(s->o->operand[0]);
  for (int i = 0; i < s->o->noperand && !stopped(s); i++) path_ask(s, s->o->operand[i]);
  if (s->unasked && !s->n && !s->code) stream_fault(s, s->o->operand[0], ENT_UNDECIDED, s->asked->unasked);
  stream_end(s);
  if (s->passed_over && s->o->format == ENT_TEXT) edge_say("passed over %u %s without a %s", s->passed_over, s->passed_over == 1 ? "file" : "files", s->asked->what);
  return s->code;
}
