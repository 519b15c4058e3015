#include "edge/stream.h"
#include <regex.h>

static bool wants(void *data, const char *title) { return regexec(data, title, 0, NULL, 0) == 0; }

static int ask(const Stream *s, ent_session *session, const char **out, size_t *len) {
  return ent_test(session, s->o->format, s->data ? wants : NULL, s->data, out, len);
}

static int run(Edge *e, const Options *o, regex_t *which) {
  static const Asked tests = {.what = "test", .has = ent_has_tests, .ask = ask, .none = "undecided: it holds no test",
                              .unasked = "undecided: no test has a title that --run takes"};
  Stream s = {.e = e, .o = o, .asked = &tests, .data = which, .code = ENT_PASSES};
  return stream_run(&s);
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
