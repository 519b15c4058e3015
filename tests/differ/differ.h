#ifndef DIFFER_DIFFER_H
#define DIFFER_DIFFER_H
#include "base/buf.h"

/* Random numbers: the same for a seed on every machine. */
typedef struct Rng { uint64_t state; } Rng;
static inline uint64_t rng_next(Rng *r) {
  uint64_t x = r->state += 0x9e3779b97f4a7c15ull;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ x >> 27) * 0x94d049bb133111ebull;
  return x ^ x >> 31;
}
static inline uint32_t rng_below(Rng *r, uint32_t n) { return (uint32_t)(rng_next(r) >> 33) % n; }

/* Writes one draft, a declaration or clause on each line: well typed, and its own for each seed. */
void gen_draft(Rng *r, Buf *out);

#endif
