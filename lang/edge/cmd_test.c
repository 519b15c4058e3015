#include "edge/stream.h"
#include <regex.h>
#include <stdio.h>

static bool wants(void *data, const char *title) { return regexec(data, title, 0, NULL, 0) == 0; }

typedef struct Wanted { regex_t *title; unsigned drafts; unsigned long long reached, all; } Wanted;

static int ask(const Stream *s, ent_session *session, const char **out, size_t *len) {
  Wanted *w = s->data;
  unsigned reached, all;
  int code = ent_test(session, s->o->format, w->title ? wants : NULL, w->title, out, len);
  ent_test_coverage(session, &reached, &all);
  w->drafts++;
  w->reached += reached;
  w->all += all;
  return code;
}

/* What all drafts together reach, where that is not said by the report on one, and whether it is enough. */
static int covered(Edge *e, const Options *o, const Wanted *w, int code) {
  bool below = w->all && w->reached * 100 < (unsigned long long)o->threshold * w->all;
  unsigned percent = w->all ? (unsigned)(w->reached * 100 / w->all) : 100;
  char line[160];
  snprintf(line, sizeof line, "%scoverage of all drafts: %llu of %llu reached (%u %%)\n", o->format == ENT_TAP ? "# " : "", w->reached, w->all, percent);
  if (o->config.coverage && w->drafts > 1 && o->format != ENT_JUNIT) edge_print(e, line);
  if (!below) return code;
  edge_say("the tests reach %llu of %llu (%u %%), and --threshold wants %d %%", w->reached, w->all, percent, o->threshold);
  return edge_worse(code, ENT_DENIED);
}

static int run(Edge *e, const Options *o, regex_t *which) {
  static const Asked tests = {.what = "test", .has = ent_has_tests, .ask = ask, .none = "undecided: it holds no test",
                              .unasked = "undecided: no test has a title that --run takes"};
  Wanted w = {.title = which};
  Stream s = {.e = e, .o = o, .asked = &tests, .data = &w, .code = ENT_PASSES};
  return covered(e, o, &w, stream_run(&s));
}

int cmd_test(Edge *e, const Cmd *self, int argc, char **argv) {
  Options o;
  int code = options_read(&o, e, self, argc, argv);
  if (code) return code;
  if (o.help) return cmd_describe(e, self);
  if (!o.noperand) return cmd_misused(self, "test wants at least one file or folder");
  ent_session *tried = options_open(&o, &code);  /* so that a wrong --as-of is wrong use, once */
  if (!tried) return code;
  ent_close(tried);
  if (!o.run) return run(e, &o, NULL);
  regex_t which;
  int wrong = regcomp(&which, o.run, REG_EXTENDED | REG_NOSUB);
  if (wrong) {
    char why[200];
    regerror(wrong, &which, why, sizeof why);
    edge_say("--run wants a regular expression, not %s: %s", edge_safe(o.run).text, why);
    return ENT_USAGE;
  }
  code = run(e, &o, &which);
  regfree(&which);
  return code;
}
