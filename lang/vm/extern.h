#ifndef VM_EXTERN_H
#define VM_EXTERN_H
#include "base/map.h"
#include "base/vec.h"
#include "world/value.h"

/* Functions from outside. The machine knows a table of C functions and nothing of libraries; whoever holds the session fills
 * it (see api/entente.h, whose ent_host is the same). Values pass as bytes, one after another: n and d eight bytes (a double,
 * an int64 of days since 1970), b eight (an int64, 0 or 1), s four (a uint32, its length), the text, and a zero byte. */
typedef enum HostWord { HOST_FINE, HOST_REFUSED, HOST_ABSENT, HOST_BROKEN, HOST_LOOSE } HostWord;
enum { HOST_WHY = 900, HOST_TEXT_MAX = 1 << 20 };

typedef struct Host {
  void *data;
  bool batches;   /* whether many calls at once cost less than one by one */
  int (*find)(void *data, const char *library, const char *symbol, const char *types, unsigned *id, char *why, size_t room);
  int (*call)(void *data, size_t n, const unsigned *ids, const unsigned char *const *args, const size_t *len, size_t *done,
              void (*give)(void *to, size_t i, const unsigned char *result, size_t len), void *to, char *why, size_t room);
} Host;

/* A call: asked at most once in a run. */
typedef enum AnswerState { ANSWER_NONE, ANSWER_ASKED, ANSWER_KNOWN, ANSWER_WRONG } AnswerState;
typedef struct Answer {
  uint32_t of, at, len;     /* place in Program.externs; its arguments in Externs.args */
  uint32_t next;            /* another with the same hash; UINT32_MAX: none */
  uint8_t state;
  uint16_t code;            /* WRONG: a DiagCode */
  const char *why;          /* ... and the message */
  Value val;
} Answer;

typedef struct Externs {
  Host host;
  VEC(unsigned) ids;        /* by Extern: the host's number + 1; 0: not asked for yet */
  VEC(bool) lossy;          /* by Extern: that a double does not hold an argument has been said */
  VEC(Answer) answers;
  VEC(uint32_t) queue;      /* answers to be asked for */
  VEC(unsigned char) args;
  Map by_hash;
} Externs;

#endif
