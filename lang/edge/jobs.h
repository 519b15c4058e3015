#ifndef EDGE_JOBS_H
#define EDGE_JOBS_H
#include "edge/bytes.h"
#include "edge/edge.h"

/* Pieces of work, several at a time, each in a process of its own at hand. What comes of them is taken in order, so that nobody can
 * tell from the output how many processes there were. */
typedef struct Jobs {
  Edge *e;
  unsigned jobs;                                                   /* processes at most; 1: all is done in this one */
  size_t n;                                                        /* pieces */
  bool together;                                                   /* where one is lost, the run ends, and what is not taken yet never is */
  void *data;
  void (*work)(void *data, size_t i, Bytes *out);                  /* in any process; what it changes there nobody sees. It may say things */
  void (*take)(void *data, size_t i, const unsigned char *text, size_t len);   /* in this one, from the first piece to the last */
  void (*lost)(void *data, size_t i, int code, const char *why);   /* ... instead, when there is nothing to take */
} Jobs;
enum { JOBS_MAX = 256 };

/* Ends early when output cannot be written or the run is interrupted. */
void jobs_run(const Jobs *j);

#endif
