#ifndef BASE_INTERN_H
#define BASE_INTERN_H
#include "base/arena.h"

/* Each distinct text once. Sym 0 is the empty text. Order of symbols is order of first use; the hash is seeded
 * and never shows. */
typedef uint32_t Sym;
typedef struct Intern {
  Mem *mem;
  Arena texts;
  struct InternEntry { const char *s; uint64_t head; uint32_t len, hash; } *entry;  /* by Sym */
  uint32_t count, cap;
  uint32_t *slot;  /* open addressing: Sym or 0 */
  uint32_t nslot;
  uint64_t seed;
} Intern;

void intern_init(Intern *t, Mem *mem, uint64_t seed);
void intern_end(Intern *t);
Sym intern_put(Intern *t, const char *s, size_t n);   /* 0 also when memory is refused (mem->failed is then set) */
Sym intern_find(const Intern *t, const char *s, size_t n);  /* 0 when absent */
const char *intern_text(const Intern *t, Sym s);      /* NUL-terminated */
uint32_t intern_len(const Intern *t, Sym s);
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);
static inline uint64_t hash_u64(uint64_t x) {  /* a mixer (Murmur3's finaliser) */
  x ^= x >> 33; x *= 0xff51afd7ed558ccdull; x ^= x >> 33; x *= 0xc4ceb9fe1a85ec53ull; return x ^ (x >> 33);
}

#endif
