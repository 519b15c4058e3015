#ifndef API_LOAD_H
#define API_LOAD_H
#include "base/profile.h"
#include "check/program.h"

/* Drafts from files: reads them, finds what they use, and makes modules of them. Nothing outside the root is opened. */
typedef struct Loader {
  Program *p;
  Unit *u;
  size_t max_file, max_data;
  uint64_t max_steps;   /* of queries; what they take is counted off */
  volatile int *stop;
  Profile *profile;     /* or NULL */
  int root;             /* a folder's descriptor, or -1 */
  bool whole_library;   /* functions of the library, too, are read at once */
  bool no_root;         /* the root that was named is no folder that can be opened */
  VEC(struct { uint64_t dev, ino; Sym name; uint16_t module; bool open; const Source *src; }) files;
  VEC(struct { uint64_t dev, ino; const Rows *rows; }) data;   /* data files read so far */
  VEC(Sym) data_names;  /* of all data files that were opened, databases too, as they are shown; one may stand there twice */
  VEC(struct { Sym name; Span span; }) stack;   /* what is being loaded, outermost first */
  const struct Loader *before;   /* NULL, or one whose files are taken as it read them */
} Loader;

void loader_init(Loader *l, Program *p, size_t max_file);   /* the other limits are set by whoever owns it */
void loader_end(Loader *l);
/* The first file. 0, or an errno when it cannot be opened or read; mistakes within it go to diags. *module: its index. */
int loader_file(Loader *l, const char *path, const char *root, uint16_t *module);
/* A draft from memory; it can use the library alone. */
bool loader_text(Loader *l, const char *name, const char *text, size_t len, uint16_t *module);
/* A file as one part of a draft: its tree, with what it uses loaded, and its source. 0 or an errno. */
int loader_part(Loader *l, const char *path, const char *root, Node **file, const Source **src);
/* Loads what a part that was typed uses; files start from the root, or else the folder at hand. */
void loader_part_uses(Loader *l, Node *file, const char *root);
/* The parts have become this module. */
void loader_parts_end(Loader *l, uint16_t module);

#endif
