#ifndef API_STDLIB_H
#define API_STDLIB_H

/* The library, embedded at build: stdlib/units.ent is the module std.units.
 * Sorted by name in byte order; after ent_stdlib_count modules comes one whose name is NULL. */
typedef struct StdlibModule {
  const char *name;
  const char *text;  /* NUL-terminated, without documentation, in whose place are empty lines */
  unsigned len;      /* bytes, without the NUL */
  const char *whole; /* with documentation */
  unsigned whole_len;
} StdlibModule;

extern const StdlibModule ent_stdlib[];
extern const unsigned ent_stdlib_count;

#endif
