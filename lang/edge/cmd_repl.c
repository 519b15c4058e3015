#define _XOPEN_SOURCE 700
#include "edge/cmd.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The session is a program of its own, since it alone links Readline: checks start the faster, and the licence is clear.
 * It stands beside this one, or else on the PATH. */
int cmd_repl(Edge *e, const Cmd *self, int argc, char **argv) {
  static const char name[] = "entente-repl";
  char path[PATH_MAX];
  if (argc && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) return cmd_describe(e, self);
  char **args = calloc((size_t)argc + 2, sizeof *args);
  if (!args) {
    edge_say("there is not enough memory to begin");
    return ENT_BROKEN;
  }
  bool beside = edge_beside(name, path, sizeof path);
  args[0] = path;
  memcpy(args + 1, argv, (size_t)argc * sizeof *args);
  if (beside) execv(path, args);
  if (!beside || errno == ENOENT) execvp(name, args);
  edge_say("%s cannot be run: %s; `make` builds it beside entente", name, strerror(errno));
  free(args);
  return ENT_FAULT;
}
