#define _XOPEN_SOURCE 700
#include "edge/jobs.h"
#include "edge/stream.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool stream_options(Options *o, Edge *e, const Cmd *self, int argc, char **argv, int *code) {
  *code = options_read(o, e, self, argc, argv);
  if (*code) return false;
  char wants[64];
  snprintf(wants, sizeof wants, "%s wants at least one file or folder", self->name);
  if (o->help) *code = cmd_describe(e, self);
  else if (!o->noperand) *code = cmd_misused(self, wants);
  return !o->help && o->noperand;
}

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

/* ---- a draft, in whichever process ---- */

static void tell(Bytes *out, Told t, const char *text, size_t len) {
  bytes_add(out, &t, sizeof t);
  bytes_add(out, text, len);
}

/* Behind what has been told of the draft: where its time went. */
static void tell_profile(const Stream *s, ent_session *session, Bytes *out) {
  const char *text;
  size_t len;
  Told t;
  if (!s->o->profile) return;
  ent_profile(session, s->o->profile, &text, &len);
  bytes_add(out, text, len);
  if (out->failed) return;
  memcpy(&t, out->at, sizeof t);
  t.profile = len;
  memcpy(out->at, &t, sizeof t);
}

/* A text of the engine's: where it says only what went wrong, readers of text find it on standard error. */
static void tell_text(const Stream *s, Bytes *out, Told t, bool report, const char *text, size_t len, const char *otherwise) {
  t.how = report || s->o->format != ENT_TEXT ? TOLD_REPORT : TOLD_WARN;
  if (!text || !len) {
    t.how = TOLD_FAULT;
    t.code = edge_worse(t.code, ENT_NO_INPUT);
    text = otherwise;
    len = strlen(text);
  }
  tell(out, t, text, len);
}

static void loaded(const Stream *s, ent_session *session, Bytes *out) {
  const char *text = NULL;
  size_t len = 0;
  Told t = {.asked = true};
  t.code = s->asked->ask(s, session, &t, &text, &len);
  bool nothing = !text || !len;
  if (nothing && t.code == ENT_UNDECIDED && s->asked->unasked) {
    t.code = ENT_PASSES;
    t.unasked = true;
    tell(out, t, "", 0);
    return;
  }
  if (nothing) t.code = edge_worse(t.code, ENT_BROKEN);
  tell_text(s, out, t, ent_reported(session), text, len, "no report could be made");
}

/* A file of a folder that does not compile is reported even if nothing to ask is seen in it: there may be. False: nothing is told,
 * and the draft is to be asked by this process alone. */
static bool told(const Stream *s, const Options *o, const Item *item, Bytes *out) {
  Told t = {0};
  ent_session *session = options_open(o, &t.code);
  if (!session) {
    tell(out, t, "", 0);
    return true;
  }
  t.code = ent_load_file(session, item->path);
  if (t.code != ENT_PASSES) {
    size_t len = 0;
    const char *text = ent_diagnostics(session, s->o->format, &len);
    tell_text(s, out, t, false, text, len, t.code == ENT_NO_INPUT ? "cannot be read" : "does not compile");
  } else if (item->of_folder && !s->asked->has(session)) {
    t.passed_over = true;
    tell(out, t, "", 0);
  } else if (s->asked->none && !s->asked->has(session)) {
    t.how = TOLD_FAULT;
    t.code = ENT_UNDECIDED;
    tell(out, t, s->asked->none, strlen(s->asked->none));
  } else {
    loaded(s, session, out);
  }
  tell_profile(s, session, out);
  bool whole = !ent_alone(session);
  ent_close(session);
  return whole;
}

static void draft(void *data, size_t i, Bytes *out) {
  const Stream *s = data;
  const Item *item = &s->items.at[i];
  Options with = *s->o;
  with.crew = s->crew;
  if (!item->draft) tell(out, (Told){0}, "", 0);
  else if (!told(s, &with, item, out)) {
    out->len = 0;
    with.crew.n = 0;
    told(s, &with, item, out);
  }
}

/* ---- all of them, in order ---- */

static void folder_end(Stream *s, const Item *item) {
  if (s->passed_here == item->drafts) {
    char why[64];
    snprintf(why, sizeof why, "undecided: no file in it holds a %s", s->asked->what);
    stream_fault(s, item->path, ENT_UNDECIDED, why);
  }
  s->passed_here = 0;
}

static void take(void *data, size_t i, const unsigned char *bytes, size_t len) {
  Stream *s = data;
  const Item *item = &s->items.at[i];
  Told t;
  if (!item->draft && item->code) { stream_fault(s, item->path, item->code, item_why(item)); return; }
  if (!item->draft) { folder_end(s, item); return; }
  memcpy(&t, bytes, sizeof t);
  const char *text = (const char *)bytes + sizeof t;
  len -= sizeof t + t.profile;
  s->passed_over += t.passed_over;
  s->passed_here += t.passed_over;
  s->unasked += t.unasked;
  s->asked_of += t.asked;
  s->reached += t.reached;
  s->all += t.all;
  s->code = edge_worse(s->code, t.code);
  if (t.how == TOLD_REPORT) stream_add(s, item->path, t.code, text, len);
  if (t.how == TOLD_WARN) edge_warn(s->e, text, len);
  if (t.how == TOLD_FAULT) {
    char why[200];
    snprintf(why, sizeof why, "%.*s", (int)(len < sizeof why ? len : sizeof why - 1), text);
    stream_fault(s, item->path, t.code, why);
  }
  if (t.profile) edge_warn(s->e, text + len, t.profile);
}

static void lost(void *data, size_t i, int code, const char *why) {
  Stream *s = data;
  stream_fault(s, s->items.at[i].path, code, why);
}

static bool is_folder(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* How many processes work on one draft: all, when there is no other. */
static unsigned crew_for(const Stream *s) {
  size_t drafts = 0;
  for (size_t i = 0; i < s->items.n; i++) drafts += s->items.at[i].draft;
  return drafts == 1 ? s->o->jobs : 0;
}

int stream_run(Stream *s) {
  s->many = s->o->noperand > 1 || is_folder(s->o->operand[0]);
  items_find(&s->items, s->o->noperand, s->o->operand);
  s->crew = (Crew){s->e, crew_for(s), s->o->jobs_after};
  Jobs jobs = {s->e, s->crew.n ? 1 : s->o->jobs, s->items.n, false, s, draft, take, lost};
  jobs_run(&jobs);
  if (s->items.failed) stream_fault(s, s->o->operand[0], ENT_BROKEN, "there is not enough memory to begin");
  items_end(&s->items);
  if (s->unasked && !s->n && !s->code) stream_fault(s, s->o->operand[0], ENT_UNDECIDED, s->asked->unasked);
  stream_end(s);
  if (s->passed_over && s->o->format == ENT_TEXT) edge_say("passed over %u %s without a %s", s->passed_over, s->passed_over == 1 ? "file" : "files", s->asked->what);
  return s->code;
}
