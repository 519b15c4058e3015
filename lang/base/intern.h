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
/* Both halves of the 128-bit product, folded. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ typedef unsigned __int128 u128;
  u128 p = (u128)a * b;
  return (uint64_t)p ^ (uint64_t)(p >> 64);
#else
  uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
  uint64_t low = al * bl, mid = ah * bl + (low >> 32), mid2 = al * bh + (uint32_t)mid;
  return ((mid2 << 32) | (uint32_t)low) ^ (ah * bh + (mid >> 32) + (mid2 >> 32));
#endif
}

#endif
