#include "base/bits.h"

bool bits_any(const uint64_t *w, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (w[i]) return true;
  return false;
}

uint32_t bits_count(const uint64_t *w, uint32_t n) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; i++) count += (uint32_t)__builtin_popcountll(w[i]);
  return count;
}

bool bits_equal(const uint64_t *a, const uint64_t *b, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (a[i] != b[i]) return false;
  return true;
}

bool bits_meet(const uint64_t *a, const uint64_t *b, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (a[i] & b[i]) return true;
  return false;
}

bool bits_within(const uint64_t *a, const uint64_t *b, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (a[i] & ~b[i]) return false;
  return true;
}

void bits_or(uint64_t *to, const uint64_t *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) to[i] |= from[i];
}

uint32_t bits_next(const uint64_t *w, uint32_t n, uint32_t from) {
  uint32_t i = from >> 6;
  if (i >= n) return UINT32_MAX;
  uint64_t word = w[i] & (~0ull << (from & 63));
  while (!word) {
    if (++i == n) return UINT32_MAX;
    word = w[i];
  }
  return i * 64 + (uint32_t)__builtin_ctzll(word);
}
