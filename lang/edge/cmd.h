#ifndef EDGE_CMD_H
#define EDGE_CMD_H
#include "edge/edge.h"

/* The commands of the program, one file each. A command gets what stands after its name and returns the exit code. */
typedef struct Cmd {
  const char *name;
  const char *summary;   /* one line, for `entente help` */
  const char *usage;     /* for `entente help NAME`, after its first line and before its options */
  const char *operands;  /* "PATH..." */
  unsigned groups;       /* of options that it takes, see options.h */
  int (*run)(Edge *e, const struct Cmd *self, int argc, char **argv);
} Cmd;

/* Ends with an entry whose name is NULL. */
extern const Cmd edge_commands[];
/* NULL when there is none of this name. */
const Cmd *cmd_find(const char *name);

int cmd_check(Edge *e, const Cmd *self, int argc, char **argv);
int cmd_test(Edge *e, const Cmd *self, int argc, char **argv);
int cmd_eval(Edge *e, const Cmd *self, int argc, char **argv);
int cmd_dis(Edge *e, const Cmd *self, int argc, char **argv);
int cmd_repl(Edge *e, const Cmd *self, int argc, char **argv);
int cmd_fmt(Edge *e, const Cmd *self, int argc, char **argv);
int cmd_doc(Edge *e, const Cmd *self, int argc, char **argv);
int cmd_explain(Edge *e, const Cmd *self, int argc, char **argv);
int cmd_help(Edge *e, const Cmd *self, int argc, char **argv);
/* A text behind `before`, from this column on, filled to the terminal: line ends within its paragraphs do not count. */
void help_print(Edge *e, const char *before, const char *text, int column);
/* What `entente help NAME` prints; ENT_PASSES. */
int cmd_describe(Edge *e, const Cmd *about);
/* Says that the command was used wrongly, with how it is used; ENT_USAGE. */
int cmd_misused(const Cmd *self, const char *what);
int cmd_unknown(const char *name);

#endif
