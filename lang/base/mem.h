#ifndef BASE_MEM_H
#define BASE_MEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one door through which every allocation goes: it counts, limits and can be told to fail.
 *
 * Failure is sticky. When the limit is passed, or the system has nothing left, `failed` is set; small
 * requests (up to MEM_SMALL bytes) are then still served for a while from a reserve that the door holds, so
 * that code between two checkpoints needs no test after each one; larger requests, and small ones once the
 * reserve is used up, return NULL.
 * A checkpoint (each token, each declaration, every few hundred instructions) asks mem_failed() and stops. */
enum { MEM_SMALL = 4096, MEM_HEAD = 64 /* a container's header on top of MEM_SMALL is still small */, MEM_RESERVE = 1 << 20 };

/* Whether this build looks for memory that nobody has given back. */
#ifdef __SANITIZE_ADDRESS__
#define MEM_WATCHED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define MEM_WATCHED 1
#endif
#endif

typedef struct Mem {
  size_t used, peak, limit;  /* bytes; limit 0 means none */
  uint64_t calls;            /* requests so far (malloc and growing realloc) */
  uint64_t fail_at;          /* fail the request with this number (1 = the first); 0 never */
  bool fail_after;           /* ... and every one after it */
  bool failed;
  bool system;               /* ... and it was the system that had no more, not the limit */
  char *reserve;             /* MEM_RESERVE bytes, served front to back once `failed` */
  size_t reserve_used;       /* back to 0 when the last piece has been given back */
  uint32_t reserve_live;     /* pieces of the reserve in use */
} Mem;

bool mem_init(Mem *m, size_t limit);   /* false: not even the reserve could be had */
void mem_end(Mem *m);                  /* frees the reserve; everything else must be freed by its owner */
void *mem_get(Mem *m, size_t n);       /* uninitialised; 16-byte aligned; NULL only as said above */
void *mem_zero(Mem *m, size_t n);      /* the same, zeroed */
/* Grows or shrinks p (old bytes) to n bytes. NULL on failure, p then still valid. mem_grow(m, NULL, 0, n) gets. */
void *mem_grow(Mem *m, void *p, size_t old, size_t n);
void mem_free(Mem *m, void *p, size_t n);  /* n as asked for; p may be NULL or from the reserve */
/* Counts n bytes that a library allocates by itself (GMP); false when they are refused. A refund gives them back. */
bool mem_charge(Mem *m, size_t n);
void mem_refund(Mem *m, size_t n);
static inline bool mem_failed(const Mem *m) { return m->failed; }

#endif
