#ifndef EDGE_FIND_H
#define EDGE_FIND_H
#include <stdbool.h>
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

/* What operands name, in order: each draft, and each place where there is none. */
typedef struct Item {
  const char *path;
  bool draft, of_folder;
  int code, error;         /* of what is no draft, as in FoundPath; code 0: the end of a folder, */
  const char *why;
  size_t drafts;           /* in which there were so many */
} Item;

typedef struct Items {
  Item *at;
  size_t n, cap;
  Found *found;            /* by operand; they hold the paths */
  int operands;
  bool failed;             /* memory was refused: the list is not whole */
} Items;

void items_find(Items *it, int n, char **operand);
void items_end(Items *it);
/* Why an item that is no draft is none. */
const char *item_why(const Item *i);

#endif
