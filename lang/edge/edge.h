#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H
#include "api/entente.h"

/* One run of the program, and what its commands share: writing, saying what is wrong, exit codes. */
typedef struct Edge {
  volatile int *stop;  /* set by Ctrl-C */
  bool color_always;   /* colours go to files, too */
  int out_error;       /* errno of the first write to standard output that failed; then nothing more is written */
} Edge;

/* What a draft has taken goes back to the system when the program ends, a few large things aside: asking for the same pages again and again
 * is what would take time. */
void edge_hold_memory(void);

/* To standard output, whole or not at all worth going on: false once a write has failed. */
bool edge_write(Edge *e, const char *text, size_t len);
bool edge_print(Edge *e, const char *text);
/* To standard error; colours are taken out unless it is a terminal. Failures have nowhere to go. */
void edge_warn(const Edge *e, const char *text, size_t len);
/* "entente: " and a message of one line, to standard error. */
void edge_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The path of a program that stands beside this one; false: none that can be named. */
bool edge_beside(const char *name, char *path, size_t room);

/* An argument or file name made fit to be shown: no controls, no invisible marks, nothing of the commands of a
 * build server, no #; cut when long. Bytes that do not pass are written \xNN. */
typedef struct Safe { char text[1024]; } Safe;
Safe edge_safe(const char *s);

/* Of two exit codes the one that counts, so that no success hides a failure: 70, 2, 66, 64, 1, 3, 0. A code that is
 * none of these is a fault. */
int edge_worse(int a, int b);

/* The name among names (NULL ends them) that was probably meant, or NULL. `next` steps through them. */
typedef const char *NameAt(unsigned i);
const char *edge_nearest(const char *typed, NameAt *at);

/* Why a path that stands for standard input is none that can be read; NULL for any other. */
const char *edge_not_read(const char *path);

#endif
