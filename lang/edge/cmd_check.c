#include "edge/stream.h"

static int ask(const Stream *s, ent_session *session, Told *t, const char **out, size_t *len) {
  (void)t;
  return ent_check(session, s->o->format, out, len);
}

int cmd_check(Edge *e, const Cmd *self, int argc, char **argv) {
  static const Asked checks = {.what = "check", .has = ent_has_checks, .ask = ask};
  Options o;
  int code = options_read(&o, e, self, argc, argv);
  if (code) return code;
  if (o.help) return cmd_describe(e, self);
  if (!o.noperand) return cmd_misused(self, "check wants at least one file or folder");
  ent_session *tried = options_open(&o, &code);  /* so that a wrong --as-of is wrong use, once */
  if (!tried) return code;
  ent_close(tried);
  Stream s = {.e = e, .o = &o, .asked = &checks, .code = ENT_PASSES};
  return stream_run(&s);
}
