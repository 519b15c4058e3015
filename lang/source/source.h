#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H
#include "base/arena.h"
#include "base/vec.h"

/* A place in the texts of a session: byte offsets [lo, hi). Each source occupies its own stretch of one number
 * line (`base` up to `base + len`), so an offset alone names the file as well. */
typedef struct Span { uint32_t lo, hi; } Span;
static inline Span span_join(Span a, Span b) { Span s = {a.lo, b.hi}; return s; }

typedef struct Source {
  const char *path;   /* as it is shown: relative to the draft's root, or <std.units> */
  char *text;         /* len bytes and two NULs, which the scanner wants */
  uint32_t len, base;
  uint32_t *line;     /* offsets of line starts within text; made when first asked for */
  uint32_t nline;
  bool library;
  size_t size;        /* of `text`, where it was given in whole; else 0 */
} Source;

typedef struct Sources {
  Mem *mem;
  Arena arena;
  VEC(Source *) list;
  uint32_t next_base;
} Sources;

typedef struct Place { const Source *source; uint32_t line, col; } Place;  /* from 1; col counts code points */

void sources_init(Sources *s, Mem *mem);
void sources_end(Sources *s);
/* Copies text. NULL when memory is refused or the number line is full (4 GiB of drafts). */
Source *sources_add(Sources *s, const char *path, const char *text, size_t len, bool library);
/* The same, but takes over the text, which is mem_get's `size` bytes, at least len + 2; it is given back when NULL is returned. */
Source *sources_take(Sources *s, const char *path, char *text, size_t len, size_t size, bool library);
const Source *sources_at(const Sources *s, uint32_t offset);
Place sources_place(Sources *s, uint32_t offset);
/* The text of line n (from 1) without its end. */
const char *source_line(Sources *s, const Source *src, uint32_t n, uint32_t *len);
static inline const char *sources_text(const Sources *s, Span sp) { const Source *f = sources_at(s, sp.lo); return f->text + (sp.lo - f->base); }

#endif
