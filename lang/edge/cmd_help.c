#include "edge/options.h"
#include <stdio.h>

static void overview(Edge *e) {
  edge_print(e, "Entente checks drafts of agreements: what every layer of a supply chain rests on, and when it would fail.\n"
                "\nusage: entente COMMAND [OPTION]... [OPERAND]...\n\nCommands:\n");
  for (const Cmd *c = edge_commands; c->name; c++) {
    char line[160];
    snprintf(line, sizeof line, "  %-8s %s\n", c->name, c->summary);
    edge_print(e, line);
  }
  edge_print(e, "\n`entente help COMMAND` says more of one; `entente --version` says which version this is.\n"
                "\nLibrary, for `use`:\n ");
  const char *name;
  for (unsigned i = 0; (name = ent_library_module(i)); i++) {
    edge_print(e, " ");
    edge_print(e, name);
  }
  edge_print(e, "\n\nExit codes:\n"
                "   0  passes\n"
                "   1  denied: a check or a test fails\n"
                "   2  the draft does not compile or cannot be run to its end, or output cannot be written\n"
                "   3  undecided, for want of data, of checks or of tests\n"
                "  64  wrong use of the command\n"
                "  66  a file cannot be read\n"
                "  70  a fault of the program itself\n");
}

int cmd_describe(Edge *e, const Cmd *c) {
  char line[160];
  snprintf(line, sizeof line, "usage: entente %s %s%s\n\n", c->name, c->groups ? "[OPTION]... " : "", c->operands);
  edge_print(e, line);
  edge_print(e, c->usage);
  if (c->groups) options_help(e, c->groups);
  return ENT_PASSES;
}

int cmd_help(Edge *e, const Cmd *self, int argc, char **argv) {
  Options o;
  int code = options_read(&o, e, self, argc, argv);
  if (code) return code;
  if (o.noperand > 1) return cmd_misused(self, "help explains one command at a time");
  const Cmd *about = o.help ? self : NULL;
  if (o.noperand && !(about = cmd_find(o.operand[0]))) return cmd_unknown(o.operand[0]);
  if (about) return cmd_describe(e, about);
  overview(e);
  return ENT_PASSES;
}
