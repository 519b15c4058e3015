#ifndef BASE_BITS_H
#define BASE_BITS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets of small numbers in 64-bit words; n is a count of words. */
static inline uint32_t bits_words(uint32_t bits) { return (bits + 63) / 64; }
static inline bool bits_has(const uint64_t *w, uint32_t i) { return (w[i >> 6] >> (i & 63)) & 1; }
static inline void bits_set(uint64_t *w, uint32_t i) { w[i >> 6] |= 1ull << (i & 63); }
static inline void bits_drop(uint64_t *w, uint32_t i) { w[i >> 6] &= ~(1ull << (i & 63)); }
bool bits_any(const uint64_t *w, uint32_t n);
uint32_t bits_count(const uint64_t *w, uint32_t n);
bool bits_equal(const uint64_t *a, const uint64_t *b, uint32_t n);
bool bits_meet(const uint64_t *a, const uint64_t *b, uint32_t n);      /* some bit in both */
bool bits_within(const uint64_t *a, const uint64_t *b, uint32_t n);    /* every bit of a is in b */
void bits_or(uint64_t *to, const uint64_t *from, uint32_t n);
/* The first set bit at or after `from`, or UINT32_MAX. */
uint32_t bits_next(const uint64_t *w, uint32_t n, uint32_t from);

#endif
