#include "edge/load.h"

/* Prints the value of one expression; what is wrong with it goes to standard error. */
static int eval_one(Edge *e, ent_session *s, const char *expr) {
  const char *out = NULL;
  size_t len = 0;
  int code = ent_eval(s, expr, &out, &len);
  if (code == ENT_PASSES || code == ENT_UNDECIDED) {
    if (edge_write(e, out, len)) edge_print(e, "\n");
    return code;
  }
  if (out && len) {
    edge_warn(e, out, len);
    if (out[len - 1] != '\n') edge_warn(e, "\n", 1);
  } else {
    edge_say("%s: cannot be worked out", edge_safe(expr).text);
  }
  return code;
}

int cmd_eval(Edge *e, const Cmd *self, int argc, char **argv) {
  Options o;
  int code = options_read(&o, e, self, argc, argv);
  if (code) return code;
  if (o.help) return cmd_describe(e, self);
  if (o.noperand < 2) return cmd_misused(self, "eval wants a file and at least one expression");
  ent_session *s = load_draft(e, &o, o.operand[0], &code);
  if (!s) return code;
  for (int i = 1; i < o.noperand && !e->out_error && !*e->stop; i++) code = edge_worse(code, eval_one(e, s, o.operand[i]));
  ent_close(s);
  return code;
}
