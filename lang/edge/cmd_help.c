#include "edge/options.h"
#include <stdio.h>
#include <string.h>

/* Words up to a width, each line but the first behind `column` blanks; the first begins at `at`. */
static void fill(Edge *e, const char *text, size_t len, int at, int column, int width) {
  int col = at;
  for (size_t i = 0; i < len;) {
    size_t n = strcspn(text + i, " \n");
    if (n > len - i) n = len - i;
    if (n && col > column && col + 1 + (int)n > width) {
      char line[64];
      snprintf(line, sizeof line, "\n%*s", column, "");
      edge_print(e, line);
      col = column;
    } else if (n && col > column) {
      edge_print(e, " ");
      col++;
    }
    edge_write(e, text + i, n);
    col += (int)n;
    i += n + 1;
  }
  edge_print(e, "\n");
}

void help_print(Edge *e, const char *before, const char *text, int column) {
  enum { WIDEST = 100, LEAST = 20 /* for words beside the column */ };
  int width = terminal_width(), at = (int)strlen(before);
  char pad[64];
  if (!width || width > WIDEST) width = WIDEST;
  if (column > width - LEAST) column = 6;   /* below what stands before them */
  snprintf(pad, sizeof pad, at < column ? "%*s" : "\n%*s", at < column ? column - at : column, "");
  if (*before) edge_print(e, before);
  if (*before) edge_print(e, pad);
  for (const char *end; (end = strstr(text, "\n\n")); text = end + 2) {
    fill(e, text, (size_t)(end - text), column, column, width);
    edge_print(e, "\n");
  }
  size_t len = strlen(text);
  fill(e, text, len && text[len - 1] == '\n' ? len - 1 : len, column, column, width);
}

static void library(Edge *e) {
  char names[1024] = "";
  const char *name;
  for (unsigned i = 0; (name = ent_library_module(i)) && strlen(names) + strlen(name) + 2 < sizeof names; i++) {
    strcat(names, name);
    strcat(names, " ");
  }
  edge_print(e, "\nLibrary, for `use`:\n");
  help_print(e, " ", names, 2);
}

static void overview(Edge *e) {
  static const struct { const char *code, *means; } codes[] = {
    {"   0", "passes"}, {"   1", "denied: a check or a test fails"},
    {"   2", "the draft does not compile or cannot be run to its end, or output cannot be written"},
    {"   3", "undecided, for want of data, of checks or of tests"}, {"  64", "wrong use of the command"},
    {"  66", "a file cannot be read"}, {"  70", "a fault of the program itself"}};
  help_print(e, "", "Entente checks drafts of agreements: what every layer of a supply chain rests on, and when it would fail.", 0);
  edge_print(e, "\nusage: entente COMMAND [OPTION]... [OPERAND]...\n\nCommands:\n");
  for (const Cmd *c = edge_commands; c->name; c++) {
    char name[64];
    snprintf(name, sizeof name, "  %s", c->name);
    help_print(e, name, c->summary, 11);
  }
  edge_print(e, "\n");
  help_print(e, "", "`entente help COMMAND` says more of one; `entente --version` says which version this is.", 0);
  library(e);
  edge_print(e, "\nExit codes:\n");
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) help_print(e, codes[i].code, codes[i].means, 6);
}

int cmd_describe(Edge *e, const Cmd *c) {
  char line[160];
  snprintf(line, sizeof line, "usage: entente %s %s%s\n\n", c->name, c->groups ? "[OPTION]... " : "", c->operands);
  edge_print(e, line);
  help_print(e, "", c->usage, 0);
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
