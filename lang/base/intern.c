#include "base/intern.h"
#include <string.h>

enum { SLOTS_MIN = 512, ENTRIES_MIN = 256 };   /* the engine's own names and a small draft's */

static uint64_t read8(const unsigned char *p) { uint64_t v; memcpy(&v, p, 8); return v; }
static uint64_t read4(const unsigned char *p) { uint32_t v; memcpy(&v, p, 4); return v; }

/* Both factors of every product hide behind the seed, so no text can be chosen that makes one of them 0. */
uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed) {
  const unsigned char *p = bytes;
  uint64_t mask = seed * 0x9e3779b97f4a7c15ull + 0x2545f4914f6cdd1dull;
  uint64_t h = hash_u64(mask ^ n), x = 0, y = 0;
  mask ^= mask >> 29;
  size_t left = n;
  for (; left > 16; left -= 16, p += 16) h = hash_fold(read8(p) ^ h, read8(p + 8) ^ mask) + h;
  if (left >= 8) {
    x = read8(p);
    y = read8(p + left - 8);
  } else if (left >= 4) {
    x = read4(p);
    y = read4(p + left - 4);
  } else if (left > 0) {
    x = (uint64_t)p[0] << 16 | (uint64_t)p[left / 2] << 8 | p[left - 1];
  }
  return hash_fold(hash_fold(x ^ h, y ^ mask) ^ h, mask | 1);
}

void intern_init(Intern *t, Mem *mem, uint64_t seed) {
  memset(t, 0, sizeof *t);
  t->mem = mem;
  t->seed = seed;
  t->count = 1;
  arena_init(&t->texts, mem);
}

void intern_end(Intern *t) {
  arena_end(&t->texts);
  mem_free(t->mem, t->entry, t->cap * sizeof *t->entry);
  mem_free(t->mem, t->slot, t->nslot * sizeof *t->slot);
  intern_init(t, t->mem, t->seed);
}

static uint32_t hash_text(const Intern *t, const char *s, size_t n) { return (uint32_t)hash_bytes(s, n, t->seed); }

/* The first eight letters, which are all of most names, where the length is known: then the text itself need not be fetched to compare. */
static uint64_t head_of(const char *s, size_t n) {
  const unsigned char *p = (const unsigned char *)s;
  if (n >= 8) return read8(p);
  if (n >= 4) return read4(p) | read4(p + n - 4) << 32;
  return (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1];
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t place(const Intern *t, const char *s, size_t n, uint32_t hash) {
  uint32_t mask = t->nslot - 1, i = hash & mask;
  uint64_t head = head_of(s, n);
  for (; t->slot[i]; i = (i + 1) & mask) {
    const struct InternEntry *e = &t->entry[t->slot[i]];
    if (e->hash == hash && e->len == n && e->head == head && (n <= sizeof head || memcmp(e->s, s, n) == 0)) break;
  }
  return i;
}

static bool grow_slots(Intern *t) {
  bool over = t->nslot > UINT32_MAX / 2;
  if (over) t->mem->failed = true;
  uint32_t n = t->nslot ? t->nslot * 2 : SLOTS_MIN;
  uint32_t *slot = over ? NULL : mem_zero(t->mem, n * sizeof *slot);
  if (!slot) return false;
  for (Sym s = 1; s < t->count; s++) {
    uint32_t i = t->entry[s].hash & (n - 1);
    while (slot[i]) i = (i + 1) & (n - 1);
    slot[i] = s;
  }
  mem_free(t->mem, t->slot, t->nslot * sizeof *t->slot);
  t->slot = slot;
  t->nslot = n;
  return true;
}

/* There are fewer entries than slots, so their number cannot pass 2^31. */
static bool grow_entries(Intern *t) {
  uint32_t cap = t->cap ? t->cap * 2 : ENTRIES_MIN;
  struct InternEntry *entry = mem_grow(t->mem, t->entry, t->cap * sizeof *entry, cap * sizeof *entry);
  if (!entry) return false;
  entry[0] = (struct InternEntry){.s = ""};
  t->entry = entry;
  t->cap = cap;
  return true;
}

Sym intern_put(Intern *t, const char *s, size_t n) {
  if (!n) return 0;
  if (n >= UINT32_MAX) {
    t->mem->failed = true;
    return 0;
  }
  uint32_t hash = hash_text(t, s, n), i = 0;
  if (t->nslot) {
    i = place(t, s, n, hash);
    if (t->slot[i]) return t->slot[i];
  }
  if (t->count >= t->nslot / 4 * 3) {
    if (!grow_slots(t)) return 0;
    i = place(t, s, n, hash);
  }
  if (t->count >= t->cap && !grow_entries(t)) return 0;
  char *copy = arena_copy(&t->texts, s, n);
  if (!copy) return 0;
  t->entry[t->count] = (struct InternEntry){.s = copy, .head = head_of(s, n), .len = (uint32_t)n, .hash = hash};
  return t->slot[i] = t->count++;
}

Sym intern_find(const Intern *t, const char *s, size_t n) {
  if (!n || !t->nslot) return 0;
  return t->slot[place(t, s, n, hash_text(t, s, n))];
}

const char *intern_text(const Intern *t, Sym s) { return s ? t->entry[s].s : ""; }

uint32_t intern_len(const Intern *t, Sym s) { return s ? t->entry[s].len : 0; }
