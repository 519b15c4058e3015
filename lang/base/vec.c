#include "base/vec.h"
#include <string.h>

enum { CAP_MIN = 8 };

/* `at` is in truth a T *: it is read and written by its bytes, since a void * may not alias it. */
bool vec_room_(Mem *m, void **at, uint32_t len, uint32_t *cap, size_t size) {
  if (len < *cap) return true;
  uint32_t want = !*cap ? CAP_MIN : *cap > UINT32_MAX / 2 ? UINT32_MAX : *cap * 2;
  if (len == UINT32_MAX || want > SIZE_MAX / size) {
    m->failed = true;
    return false;
  }
  void *p;
  memcpy(&p, at, sizeof p);
  p = mem_grow(m, p, *cap * size, want * size);
  if (!p) return false;
  memcpy(at, &p, sizeof p);
  *cap = want;
  return true;
}
