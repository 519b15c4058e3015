#include "edge/cmd.h"
#include "edge/options.h"
#include <string.h>

const Cmd edge_commands[] = {
  {"check", "judge drafts: what is covered, what is not, and why",
   "Judges each draft by its checks and prints a report. A PATH is a file, or a folder: then every .ent\n"
   "file in it, at any depth, that holds a check.\n"
   "\n"
   "With several paths or a folder, the reports follow one another: in text with a blank line between,\n"
   "in JSON as one array, in TAP as subtests. The exit code is that of the worst draft.\n",
   "PATH...", GROUP_LOAD | GROUP_RUN | GROUP_REPORT | GROUP_MANY | GROUP_CREW, cmd_check},
  {"test", "run the tests of drafts",
   "Runs the tests of each draft, not its checks, and says which pass. A PATH is a file, or a folder: then every\n"
   ".ent file in it, at any depth, that holds a test. Tests of files that a draft uses are not run with it.\n"
   "\n"
   "A test passes when all that it expects is true. Below what is false or unknown stand the values of its parts.\n"
   "The exit code is 0 when all pass, 1 when one fails, 2 when a draft cannot be run, 3 when there is no test to run.\n",
   "PATH...", GROUP_LOAD | GROUP_RUN | GROUP_TEST | GROUP_MANY | GROUP_CREW, cmd_test},
  {"eval", "work out expressions in the scope of a draft",
   "Prints the value of each EXPR on a line of its own, as seen from within the draft.\n"
   "An unknown value is printed with what it lacks, and makes the exit code 3.\n",
   "FILE EXPR...", GROUP_LOAD | GROUP_RUN | GROUP_EXPR | GROUP_CREW, cmd_eval},
  {"dis", "show the bytecode of a draft",
   "Prints the bytecode of the draft's own functions and checks, beside their lines.\n",
   "FILE", GROUP_LOAD, cmd_dis},
  {"fmt", "lay drafts out in the one way that all drafts are laid out",
   "Prints each draft as it should be laid out; with an option, only does as that says. A PATH is a file,\n"
   "or a folder: then every .ent file in it, at any depth.\n"
   "\n"
   "The result says the same as before, and every comment stays: that is checked each time, and a file that\n"
   "fails it is left alone (70). So is one with mistakes in its text (2). A file is replaced whole or not at all.\n",
   "PATH...", GROUP_LOAD | GROUP_FORMAT | GROUP_MANY, cmd_fmt},
  {"repl", "think aloud: ask, declare, assume, line by line",
   "A session in which expressions print their values and declarations add to a draft in memory. Each FILE is\n"
   "loaded first, and before them $ENTENTE_RC or ~/.config/entente/rc.ent. In it, :help lists what else there is.\n"
   "\n"
   "Without a terminal it reads lines and prints results. Then it ends with 0 whatever the lines said: it is no gate.\n",
   "[FILE]...", GROUP_LOAD | GROUP_RUN, cmd_repl},
  {"doc", "say what a module of the library, or a file, has to offer",
   "Prints what a module says of itself, and each name that it declares with its documentation; with NAME, that of\n"
   "this name alone. MODULE is a module of the library, such as std.coverage, or a file. std.coverage.rank is the\n"
   "same as std.coverage rank. Without a MODULE, lists the library.\n"
   "\n"
   "Documentation is written above a declaration, in lines that begin with ##; that of a file at its top.\n",
   "[MODULE [NAME]]", GROUP_LOAD, cmd_doc},
  {"explain", "say at length what a code such as E0214 means",
   "Prints what stands behind the code of a message.\n",
   "CODE", 0, cmd_explain},
  {"help", "this text, or that of a command", "Prints how the program, or one command, is used.\n", "[COMMAND]", 0, cmd_help},
  {0},
};

const Cmd *cmd_find(const char *name) {
  for (const Cmd *c = edge_commands; c->name; c++)
    if (strcmp(c->name, name) == 0) return c;
  return NULL;
}

static const char *name_at(unsigned i) { return edge_commands[i].name; }

int cmd_misused(const Cmd *self, const char *what) {
  edge_say("%s\nusage: entente %s %s%s\n`entente help %s` says more", what, self->name, self->groups ? "[OPTION]... " : "",
           self->operands, self->name);
  return ENT_USAGE;
}

int cmd_unknown(const char *name) {
  const char *near = edge_nearest(name, name_at);
  size_t len = strlen(name);
  bool file = len > 4 && strcmp(name + len - 4, ".ent") == 0;
  if (file) edge_say("there is no command %s; did you mean  entente check %s?", edge_safe(name).text, edge_safe(name).text);
  else if (near) edge_say("there is no command %s; did you mean %s?", edge_safe(name).text, near);
  else edge_say("there is no command %s; `entente help` lists them", edge_safe(name).text);
  return ENT_USAGE;
}
