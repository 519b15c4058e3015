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
  ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  path[n > 0 ? n : 0] = 0;
  char *slash = strrchr(path, '/');
  size_t dir = slash ? (size_t)(slash - path) + 1 : 0;
  char **args = calloc((size_t)argc + 2, sizeof *args);
  if (!args || dir + sizeof name > sizeof path) {
    edge_say("there is not enough memory to begin");
    free(args);
    return ENT_BROKEN;
  }
  memcpy(path + dir, name, sizeof name);
  args[0] = path;
  memcpy(args + 1, argv, (size_t)argc * sizeof *args);
  if (dir) execv(path, args);
  if (!dir || errno == ENOENT) execvp(name, args);
  edge_say("%s cannot be run: %s; it is built beside entente where GNU Readline is there", name, strerror(errno));
  free(args);
  return ENT_FAULT;
}
