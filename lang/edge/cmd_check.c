#include "edge/stream.h"

static int ask(const Stream *s, ent_session *session, Told *t, const char **out, size_t *len) {
  (void)t;
  return ent_check(session, s->o->format, out, len);
}

int cmd_check(Edge *e, const Cmd *self, int argc, char **argv) {
  static const Asked checks = {.what = "check", .has = ent_has_checks, .ask = ask};
  Options o;
  int code;
  if (!stream_options(&o, e, self, argc, argv, &code)) return code;
  Stream s = {.e = e, .o = &o, .asked = &checks, .code = ENT_PASSES};
  return stream_run(&s);
}
