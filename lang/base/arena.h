#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include "base/mem.h"

/* Memory that is freed all at once. Blocks come through the door of `mem`. */
typedef struct ArenaBlock ArenaBlock;
typedef struct Arena {
  Mem *mem;
  ArenaBlock *head;
  char *at, *end;
} Arena;

void arena_init(Arena *a, Mem *mem);
void arena_end(Arena *a);
void *arena_slow(Arena *a, size_t n);
/* n bytes, 8-byte aligned, not initialised. Never NULL for n <= MEM_SMALL (see mem.h). */
static inline void *arena_get(Arena *a, size_t n) {
  /* What is left is a multiple of 8, so n fits exactly when n rounded up does; and rounding cannot wrap. */
  if (n <= (size_t)(a->end - a->at)) { void *p = a->at; a->at += (n + 7) & ~(size_t)7; return p; }
  return arena_slow(a, n);
}
void *arena_zero(Arena *a, size_t n);
/* What was taken since a mark is given back, but for pieces larger than a block, which stay until the end. */
typedef struct ArenaMark { ArenaBlock *head; char *at, *end; } ArenaMark;
static inline ArenaMark arena_mark(const Arena *a) { ArenaMark m = {a->head, a->at, a->end}; return m; }
void arena_back(Arena *a, ArenaMark to);
char *arena_copy(Arena *a, const char *s, size_t n);  /* a NUL is added after the n bytes; NULL when refused */

#endif
