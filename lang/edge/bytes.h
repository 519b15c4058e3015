#ifndef EDGE_BYTES_H
#define EDGE_BYTES_H
#include <stdbool.h>
#include <stddef.h>

/* Bytes that grow. `failed`: there was no memory, and they are not whole. */
typedef struct Bytes { unsigned char *at; size_t len, cap; bool failed; } Bytes;
void bytes_add(Bytes *b, const void *p, size_t n);
/* Room for n more behind what is there; NULL and `failed` without. */
unsigned char *bytes_room(Bytes *b, size_t n);
void bytes_end(Bytes *b);

#endif
