#include "edge/load.h"

/* Prints the value of one expression; what is wrong with it goes to standard error. */
static void print_one(Edge *e, int code, const char *expr, const char *out, size_t len) {
  if (code == ENT_PASSES || code == ENT_UNDECIDED) {
    if (edge_write(e, out, len)) edge_print(e, "\n");
  } else if (out && len) {
    edge_warn(e, out, len);
    if (out[len - 1] != '\n') edge_warn(e, "\n", 1);
  } else {
    edge_say("%s: cannot be worked out", edge_safe(expr).text);
  }
}

/* From the expression *from on, whose values are still to be printed; it ends before one that is to be asked by one process alone. */
static int eval_some(Edge *e, const Options *o, ent_session *s, int *from) {
  int code = ENT_PASSES;
  for (int i = 1; i < o->noperand && !e->out_error && !*e->stop; i++) {
    const char *out = NULL;
    size_t len = 0;
    int one = ent_eval(s, o->operand[i], &out, &len);
    if (ent_alone(s)) return code;
    code = edge_worse(code, one);
    if (i == *from) print_one(e, one, o->operand[(*from)++], out, len);
  }
  return code;
}

int cmd_eval(Edge *e, const Cmd *self, int argc, char **argv) {
  Options o;
  int code = options_read(&o, e, self, argc, argv), from = 1;
  if (code) return code;
  if (o.help) return cmd_describe(e, self);
  if (o.noperand < 2) return cmd_misused(self, "eval wants a file and at least one expression");
  o.crew = (Crew){e, o.jobs, o.jobs_after};
  for (bool alone = true; alone; o.crew.n = 0) {
    ent_session *s = load_draft(e, &o, o.operand[0], &code);
    if (!s) return code;
    code = eval_some(e, &o, s, &from);
    alone = ent_alone(s);
    if (alone) ent_close(s);
    else ent_leave(s);
  }
  return code;
}
