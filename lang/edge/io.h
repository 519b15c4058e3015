#ifndef EDGE_IO_H
#define EDGE_IO_H
#include <stdbool.h>
#include <stddef.h>

/* Whole buffers, past signals, and past files that would have one wait. */

/* 0, or the errno of the failure. */
int io_write(int fd, const void *from, size_t n);
/* How many bytes were read: less than n at the end of the file, or, with *error set, where reading failed. */
size_t io_read(int fd, void *to, size_t n, int *error);
/* Whether all n came. */
bool io_get(int fd, void *to, size_t n);

#endif
