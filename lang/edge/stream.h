#ifndef EDGE_STREAM_H
#define EDGE_STREAM_H
#include "edge/find.h"
#include "edge/options.h"

/* The reports on several drafts as one stream: what `check` and `test` share. */
typedef struct Stream Stream;

/* What came of one draft; a text may go with it. */
typedef struct Told {
  enum { TOLD_NOTHING, TOLD_REPORT, TOLD_WARN /* for standard error */, TOLD_FAULT /* why there is no report */ } how;
  int code;
  bool passed_over, unasked, asked;
  unsigned reached, all;   /* by its tests */
  size_t profile;          /* bytes at the end of the text that say where time went */
} Told;

/* What is asked of each draft. */
typedef struct Asked {
  const char *what;                        /* that a draft must hold: "check" */
  bool (*has)(const ent_session *s);
  int (*ask)(const Stream *s, ent_session *session, Told *t, const char **out, size_t *len);  /* ENT_UNDECIDED with no text: nothing was asked */
  const char *none;                        /* said of a draft without one; NULL: its own report says so */
  const char *unasked;                     /* ... when nothing was asked of any draft */
} Asked;

struct Stream {
  Edge *e;
  const Options *o;
  const Asked *asked;
  void *data;            /* the asker's own */
  Items items;
  Crew crew;             /* where there is one draft only */
  bool many;             /* several paths or a folder: an array in JSON, subtests in TAP */
  unsigned n;            /* reports so far */
  unsigned passed_over, passed_here;  /* files without a check: of all folders, of the one at hand */
  unsigned unasked;      /* drafts of which nothing was asked */
  unsigned asked_of;     /* ... and of which something was, with what their tests reach */
  unsigned long long reached, all;
  int code;
};

/* Reads the options of a command that asks drafts; false: it ends with *code. */
bool stream_options(Options *o, Edge *e, const Cmd *self, int argc, char **argv, int *code);
/* Asks every draft that the operands name, and ends the stream; the exit code. */
int stream_run(Stream *s);

#endif
