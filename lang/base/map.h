#ifndef BASE_MAP_H
#define BASE_MAP_H
#include "base/mem.h"

/* uint64 key -> uint64 value, open addressing. Key 0 is allowed. Order never shows. */
typedef struct Map {
  Mem *mem;
  struct MapEntry { uint64_t key, val; } *at;
  uint8_t *used;
  uint32_t len, cap;  /* cap a power of two, or 0 */
} Map;

void map_init(Map *t, Mem *mem);
void map_end(Map *t);
void map_clear(Map *t);  /* forgets the entries, keeps the room */
bool map_put(Map *t, uint64_t key, uint64_t val);  /* replaces; false when memory is refused */
bool map_get(const Map *t, uint64_t key, uint64_t *val);
/* The slot of key, made with *val = init when absent; NULL when memory is refused. Valid until the next put. */
uint64_t *map_slot(Map *t, uint64_t key, uint64_t init);

#endif
