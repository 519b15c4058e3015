#ifndef EDGE_STREAM_H
#define EDGE_STREAM_H
#include "edge/options.h"

/* The reports on several drafts as one stream: what `check` and `test` share. */
typedef struct Stream Stream;

/* What is asked of each draft. */
typedef struct Asked {
  const char *what;                        /* that a draft must hold: "check" */
  bool (*has)(const ent_session *s);
  int (*ask)(const Stream *s, ent_session *session, const char **out, size_t *len);  /* ENT_UNDECIDED with no text: nothing was asked */
  const char *none;                        /* said of a draft without one; NULL: its own report says so */
  const char *unasked;                     /* ... when nothing was asked of any draft */
} Asked;

struct Stream {
  Edge *e;
  const Options *o;
  const Asked *asked;
  void *data;            /* the asker's own */
  bool many;             /* several paths or a folder: an array in JSON, subtests in TAP */
  unsigned n;            /* reports so far */
  unsigned passed_over;  /* files of a folder without a check */
  unsigned unasked;      /* drafts of which nothing was asked */
  int code;
};

/* Asks every draft that the operands name, and ends the stream; the exit code. */
int stream_run(Stream *s);

#endif
