#ifndef EDGE_FIND_H
#define EDGE_FIND_H
#include <stddef.h>

/* The drafts under a folder. */
enum { FIND_DEPTH = 32, FIND_MAX = 100000 };

/* A draft, or a place where the search could not go on: then code is an exit code, and why says it, or error (of errno). */
typedef struct FoundPath {
  char *path;  /* begins with the folder as it was given */
  int code, error;
  const char *why;
} FoundPath;

typedef struct Found {
  FoundPath *at;  /* bytewise by path */
  size_t n, cap, drafts;
  int failed;     /* memory was refused, or FIND_MAX passed: an exit code, and the list is not whole */
} Found;

/* Every plain file whose name ends in .ent, at any depth up to FIND_DEPTH. Symbolic links are not followed: one that
 * stays within the folder leads to what is found anyway, one named .ent that leads out is told. */
void find_drafts(Found *f, const char *folder);
void find_end(Found *f);

#endif
