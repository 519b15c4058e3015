#include "edge/options.h"
#include <string.h>

int cmd_explain(Edge *e, const Cmd *self, int argc, char **argv) {
  Options o;
  int code = options_read(&o, e, self, argc, argv);
  if (code) return code;
  if (o.help) return cmd_describe(e, self);
  if (o.noperand != 1) return cmd_misused(self, "explain wants one code, such as E0214");
  ent_session *s = options_open(&o, &code);
  if (!s) return code;
  const char *text = ent_explain(s, o.operand[0]);
  if (text) {
    edge_print(e, text);
    size_t n = strlen(text);
    if (n && text[n - 1] != '\n') edge_print(e, "\n");
  } else {
    edge_say("there is no code %s; codes look like E0214 and stand in brackets in messages", edge_safe(o.operand[0]).text);
    code = ENT_USAGE;
  }
  ent_close(s);
  return code;
}
