#include "edge/stream.h"
#include <regex.h>
#include <stdio.h>

static bool wants(void *data, const char *title) { return regexec(data, title, 0, NULL, 0) == 0; }

static int ask(const Stream *s, ent_session *session, Told *t, const char **out, size_t *len) {
  int code = ent_test(session, s->o->format, s->data ? wants : NULL, s->data, out, len);
  ent_test_coverage(session, &t->reached, &t->all);
  return code;
}

/* What all drafts together reach, where that is not said by the report on one, and whether it is enough. */
static int covered(const Stream *s, int code) {
  const Options *o = s->o;
  bool below = s->all && s->reached * 100 < (unsigned long long)o->threshold * s->all;
  unsigned percent = s->all ? (unsigned)(s->reached * 100 / s->all) : 100;
  char line[160];
  snprintf(line, sizeof line, "%scoverage of all drafts: %llu of %llu reached (%u %%)\n", o->format == ENT_TAP ? "# " : "", s->reached, s->all, percent);
  if (o->config.coverage && s->asked_of > 1 && o->format != ENT_JUNIT) edge_print(s->e, line);
  if (!below) return code;
  edge_say("the tests reach %llu of %llu (%u %%), and --threshold wants %d %%", s->reached, s->all, percent, o->threshold);
  return edge_worse(code, ENT_DENIED);
}

static int run(Edge *e, const Options *o, regex_t *which) {
  static const Asked tests = {.what = "test", .has = ent_has_tests, .ask = ask, .none = "undecided: it holds no test",
                              .unasked = "undecided: no test has a title that --run takes"};
  Stream s = {.e = e, .o = o, .asked = &tests, .data = which, .code = ENT_PASSES};
  int code = stream_run(&s);
  return covered(&s, code);
}

int cmd_test(Edge *e, const Cmd *self, int argc, char **argv) {
  Options o;
  int code;
  if (!stream_options(&o, e, self, argc, argv, &code)) return code;
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
