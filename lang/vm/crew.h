#ifndef VM_CREW_H
#define VM_CREW_H
#include "base/buf.h"

/* Others that work on parts of one question at once, each with a copy of all that is known here, as a forked process has: what
 * stood before has its address in all of them. The machine knows no processes; whoever holds the session fills the table (see
 * api/entente.h, whose ent_crew is the same). */
typedef struct Crew {
  void *data;
  unsigned n;   /* how many; less than 2: nobody */
  uint64_t after;   /* steps after which it pays to divide what is left: a copy takes a millisecond or two to begin */
  bool (*run)(void *data, size_t room, const unsigned char *(*work)(void *of, unsigned i, void *common, size_t *len),
              void (*take)(void *of, unsigned i, const unsigned char *bytes, size_t len), void *of);
} Crew;

/* What one of them hands out, as it is read here. `bad`: it ended too early. */
typedef struct Parcel { const unsigned char *at; size_t left; bool bad; } Parcel;
void parcel_get(Parcel *p, void *to, size_t n);   /* zeros when it is bad */
static inline void parcel_put(Buf *b, const void *at, size_t n) { buf_add(b, at, n); }
/* Texts, of which one may be NULL. What is got stands in the parcel. */
void parcel_put_text(Buf *b, const char *s);
const char *parcel_get_text(Parcel *p);

/* A question that is divided. `common`: zeros at first, and all see what one writes there. */
typedef struct Shared {
  void *of;
  size_t room;                                                     /* bytes of `common` */
  bool (*work)(void *of, unsigned i, void *common, Buf *out);      /* in a copy, the i-th; false: it came to nothing */
  void (*take)(void *of, unsigned i, Parcel *in);                  /* here, from the first to the last, once all are done */
} Shared;

struct Vm;
/* Whether all that was taken stays within half of each limit; and whether there is a crew besides. crew_pays: ... and it took so many
 * steps since there were `began` that it is worth while. */
bool crew_far(const struct Vm *vm);
bool crew_ready(const struct Vm *vm);
bool crew_pays(const struct Vm *vm, uint64_t began);
/* False: nothing is known, and vm->alone says that all must be asked again, in a machine without a crew. */
bool crew_share(struct Vm *vm, const Shared *s);
/* Says so. */
void crew_none(struct Vm *vm);
/* The next of things that are handed out one by one, from 0. */
uint32_t crew_next(void *counter);
/* Whether the place in a table of who took what is the i-th's, who takes it if nobody has. */
bool crew_claim(void *owner, unsigned i);
typedef uint16_t CrewOwner;

#endif
