#ifndef CHECK_LIBRARY_H
#define CHECK_LIBRARY_H

/* What the library declares, but for countries and units: a word such as `resource`, the name, and its module. Made at build from the
 * modules themselves; after the last comes one whose name is NULL. */
typedef struct LibraryName { const char *word, *name, *module; } LibraryName;
extern const LibraryName ent_library_names[];

#endif
