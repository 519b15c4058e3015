#ifndef EDGE_REWRITE_H
#define EDGE_REWRITE_H
#include "edge/edge.h"
#include <sys/types.h>

/* Files that are read whole and put in place whole. Each returns NULL, or why it could not. */
typedef struct FileText {
  char *text;
  size_t len;
  mode_t mode;
} FileText;

const char *file_read(const char *path, size_t max, FileText *to);
void file_text_end(FileText *t);
/* Whoever looks, and whatever ends the program meanwhile, sees the old file whole or the new one. The mode is kept; of
 * a symbolic link, what it leads to is rewritten. Refused where the file is no longer what was read. */
const char *file_rewrite(const char *path, const FileText *was, const char *text, size_t len);
/* Makes a file that must not be there yet, whole or not at all. */
const char *file_create(const char *path, const char *text, size_t len);
/* A unified diff, old to new. */
void diff_print(Edge *e, const char *path, const char *a, size_t alen, const char *b, size_t blen);

#endif
