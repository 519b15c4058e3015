#include "base/arena.h"
#include <string.h>

struct ArenaBlock {
  ArenaBlock *next;
  size_t size;  /* of the whole block */
};

enum { HEAD = (sizeof(ArenaBlock) + 7) & ~7u, BLOCK_MIN = MEM_SMALL, BLOCK_MAX = 1 << 18 };
_Static_assert((int)HEAD <= (int)MEM_HEAD, "a small request with its block header must stay small");

void arena_init(Arena *a, Mem *mem) {
  a->mem = mem;
  a->head = NULL;
  a->at = a->end = (char *)a;  /* empty, and yet not NULL: arena_get(a, 0) is not a refusal */
}

void arena_end(Arena *a) {
  for (ArenaBlock *b = a->head, *next; b; b = next) {
    next = b->next;
    mem_free(a->mem, b, b->size);
  }
  arena_init(a, a->mem);
}

static size_t next_size(const Arena *a) {
  if (!a->head || mem_failed(a->mem)) return BLOCK_MIN;
  size_t size = a->head->size * 2;
  return size < BLOCK_MIN ? BLOCK_MIN : size > BLOCK_MAX ? BLOCK_MAX : size;
}

/* A block of its own, behind the head, so that what is left in the head stays in use. */
static void *own_block(Arena *a, size_t n) {
  ArenaBlock *b = mem_get(a->mem, HEAD + n);
  if (!b) return NULL;
  b->size = HEAD + n;
  ArenaBlock **to = a->head ? &a->head->next : &a->head;
  b->next = *to;
  *to = b;
  return (char *)b + HEAD;
}

void *arena_slow(Arena *a, size_t n) {
  if (n > SIZE_MAX - HEAD - 7) {
    a->mem->failed = true;
    return NULL;
  }
  n = (n + 7) & ~(size_t)7;
  size_t size = next_size(a);
  if (HEAD + n > size) return own_block(a, n);
  ArenaBlock *b = mem_get(a->mem, size);
  if (!b && HEAD + n > BLOCK_MIN) return n <= MEM_SMALL ? own_block(a, n) : NULL;
  if (!b && !(b = mem_get(a->mem, size = BLOCK_MIN))) return NULL;
  b->size = size;
  b->next = a->head;
  a->head = b;
  a->at = (char *)b + HEAD + n;
  a->end = (char *)b + size;
  return (char *)b + HEAD;
}

void arena_back(Arena *a, ArenaMark to) {
  if (!to.head) { arena_end(a); return; }
  while (a->head != to.head) {
    ArenaBlock *next = a->head->next;
    mem_free(a->mem, a->head, a->head->size);
    a->head = next;
  }
  a->at = to.at;
  a->end = to.end;
}

void *arena_zero(Arena *a, size_t n) {
  void *p = arena_get(a, n);
  if (p) memset(p, 0, n);
  return p;
}

char *arena_copy(Arena *a, const char *s, size_t n) {
  char *p = n < SIZE_MAX ? arena_get(a, n + 1) : arena_slow(a, n);
  if (!p) return NULL;
  if (n) memcpy(p, s, n);
  p[n] = 0;
  return p;
}
