#include "edge/bytes.h"
#include <stdlib.h>
#include <string.h>

unsigned char *bytes_room(Bytes *b, size_t n) {
  if (b->failed) return NULL;
  if (n > b->cap - b->len) {
    size_t cap = b->cap + n + b->cap / 2 + 4096;
    void *at = realloc(b->at, cap);
    if (!at) { b->failed = true; return NULL; }
    b->at = at;
    b->cap = cap;
  }
  return b->at + b->len;
}

void bytes_add(Bytes *b, const void *p, size_t n) {
  unsigned char *at = n ? bytes_room(b, n) : NULL;
  if (!at) return;
  memcpy(at, p, n);
  b->len += n;
}

void bytes_end(Bytes *b) {
  free(b->at);
  *b = (Bytes){0};
}
