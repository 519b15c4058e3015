#include "base/vec.h"
#include <string.h>

enum { CAP_MIN = 8 };

/* `at` is in truth a T *: it is read and written by its bytes, since a void * may not alias it. */
static bool grow(Mem *m, void **at, uint32_t *cap, size_t size, uint32_t want) {
  void *p;
  memcpy(&p, at, sizeof p);
  p = want <= SIZE_MAX / size ? mem_grow(m, p, *cap * size, want * size) : NULL;
  if (!p) {
    m->failed = true;
    return false;
  }
  memcpy(at, &p, sizeof p);
  *cap = want;
  return true;
}

bool vec_room_(Mem *m, void **at, uint32_t len, uint32_t *cap, size_t size) {
  if (len < *cap) return true;
  if (len == UINT32_MAX) {
    m->failed = true;
    return false;
  }
  return grow(m, at, cap, size, !*cap ? CAP_MIN : *cap > UINT32_MAX / 2 ? UINT32_MAX : *cap * 2);
}

bool vec_more_(Mem *m, void **at, uint32_t len, uint32_t *cap, size_t size, uint32_t n) {
  uint32_t twice = *cap > UINT32_MAX / 2 ? UINT32_MAX : *cap * 2;
  if (n > UINT32_MAX - len) {
    m->failed = true;
    return false;
  }
  return grow(m, at, cap, size, len + n > twice ? len + n : twice);
}
