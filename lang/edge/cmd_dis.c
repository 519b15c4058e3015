#include "edge/load.h"

int cmd_dis(Edge *e, const Cmd *self, int argc, char **argv) {
  Options o;
  int code = options_read(&o, e, self, argc, argv);
  if (code) return code;
  if (o.help) return cmd_describe(e, self);
  if (o.noperand != 1) return cmd_misused(self, "dis wants one file");
  ent_session *s = load_draft(e, &o, o.operand[0], &code);
  if (!s) return code;
  const char *out = NULL;
  size_t len = 0;
  code = ent_disassemble(s, &out, &len);
  if (code == ENT_PASSES) edge_write(e, out, len);
  else load_complain(e, s, o.operand[0], code);
  ent_close(s);
  return code;
}
