#include "base/map.h"
#include "base/intern.h"
#include <string.h>

enum { CAP_MIN = 16 };

void map_init(Map *t, Mem *mem) {
  memset(t, 0, sizeof *t);
  t->mem = mem;
}

void map_end(Map *t) {
  mem_free(t->mem, t->at, t->cap * sizeof *t->at);
  mem_free(t->mem, t->used, t->cap);
  map_init(t, t->mem);
}

void map_clear(Map *t) {
  if (t->cap) memset(t->used, 0, t->cap);
  t->len = 0;
}

/* Where key is, or the free place where it belongs; a table is never full. */
static uint32_t place(const Map *t, uint64_t key) {
  uint32_t mask = t->cap - 1, i = (uint32_t)hash_u64(key) & mask;
  while (t->used[i] && t->at[i].key != key) i = (i + 1) & mask;
  return i;
}

static bool grow(Map *t) {
  Map to;
  map_init(&to, t->mem);
  size_t cap = t->cap ? (size_t)t->cap * 2 : CAP_MIN;
  bool over = t->cap > UINT32_MAX / 2 || cap > SIZE_MAX / sizeof *to.at;
  if (over) t->mem->failed = true;
  to.cap = over ? 0 : (uint32_t)cap;
  to.at = over ? NULL : mem_get(t->mem, cap * sizeof *to.at);
  to.used = over ? NULL : mem_zero(t->mem, cap);
  if (!to.at || !to.used) {
    map_end(&to);
    return false;
  }
  for (uint32_t i = 0; i < t->cap; i++) {
    if (!t->used[i]) continue;
    uint32_t k = place(&to, t->at[i].key);
    to.at[k] = t->at[i];
    to.used[k] = 1;
  }
  to.len = t->len;
  map_end(t);
  *t = to;
  return true;
}

uint64_t *map_slot(Map *t, uint64_t key, uint64_t init) {
  uint32_t i = 0;
  if (t->cap) {
    i = place(t, key);
    if (t->used[i]) return &t->at[i].val;
  }
  if (t->len >= t->cap / 4 * 3) {
    if (!grow(t)) return NULL;
    i = place(t, key);
  }
  t->at[i] = (struct MapEntry){key, init};
  t->used[i] = 1;
  t->len++;
  return &t->at[i].val;
}

bool map_put(Map *t, uint64_t key, uint64_t val) {
  uint64_t *slot = map_slot(t, key, val);
  if (!slot) return false;
  *slot = val;
  return true;
}

bool map_get(const Map *t, uint64_t key, uint64_t *val) {
  if (!t->cap) return false;
  uint32_t i = place(t, key);
  if (!t->used[i]) return false;
  *val = t->at[i].val;
  return true;
}
