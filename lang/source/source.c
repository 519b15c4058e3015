#include "source/source.h"
#include "base/utf8.h"
#include <string.h>

void sources_init(Sources *s, Mem *mem) {
  memset(s, 0, sizeof *s);
  s->mem = mem;
  arena_init(&s->arena, mem);
}

void sources_end(Sources *s) {
  for (uint32_t i = 0; i < s->list.len; i++)
    if (s->list.at[i]->size) mem_free(s->mem, s->list.at[i]->text, s->list.at[i]->size);
  vec_end(s->mem, &s->list);
  arena_end(&s->arena);
}

/* text NULL: there is to be room for it. */
static Source *source_new(Sources *s, const char *path, char *text, size_t len, bool library) {
  if (len > UINT32_MAX - 16 - s->next_base) return NULL;
  Source *f = arena_zero(&s->arena, sizeof *f);
  f->path = arena_copy(&s->arena, path, strlen(path));
  f->text = text ? text : arena_get(&s->arena, len + 2);
  if (!f->path || !f->text || !vec_push(s->mem, &s->list, f)) return NULL;
  f->len = (uint32_t)len;
  f->base = s->next_base;
  f->library = library;
  s->next_base += (uint32_t)len + 2;  /* the offset just past the end belongs to this source too */
  return f;
}

Source *sources_add(Sources *s, const char *path, const char *text, size_t len, bool library) {
  Source *f = source_new(s, path, NULL, len, library);
  if (!f) return NULL;
  if (len) memcpy(f->text, text, len);
  f->text[len] = f->text[len + 1] = 0;
  return f;
}

Source *sources_take(Sources *s, const char *path, char *text, size_t len, size_t size, bool library) {
  Source *f = source_new(s, path, text, len, library);
  if (!f) { mem_free(s->mem, text, size); return NULL; }
  f->size = size;
  text[len] = text[len + 1] = 0;
  return f;
}

const Source *sources_at(const Sources *s, uint32_t offset) {
  uint32_t lo = 0, hi = s->list.len;
  while (hi - lo > 1) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (s->list.at[mid]->base <= offset) lo = mid;
    else hi = mid;
  }
  return s->list.at[lo];
}

static void lines_make(Sources *s, Source *f) {
  uint32_t n = 1;
  for (uint32_t i = 0; i < f->len; i++) n += f->text[i] == '\n';
  f->line = arena_get(&s->arena, (size_t)n * sizeof *f->line);
  if (!f->line) return;
  f->line[0] = 0;
  f->nline = 1;
  for (uint32_t i = 0; i < f->len; i++)
    if (f->text[i] == '\n') f->line[f->nline++] = i + 1;
}

Place sources_place(Sources *s, uint32_t offset) {
  if (!s->list.len) return (Place){NULL, 1, 1};
  Source *f = s->list.at[0];
  for (uint32_t i = 0; i < s->list.len && s->list.at[i]->base <= offset; i++) f = s->list.at[i];
  if (!f->line) lines_make(s, f);
  Place p = {f, 1, 1};
  if (!f->line) return p;
  uint32_t at = offset - f->base, lo = 0, hi = f->nline;
  if (at > f->len) at = f->len;
  while (hi - lo > 1) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (f->line[mid] <= at) lo = mid;
    else hi = mid;
  }
  p.line = lo + 1;
  for (uint32_t i = f->line[lo]; i < at; i++) p.col += ((unsigned char)f->text[i] & 0xC0) != 0x80;
  return p;
}

const char *source_line(Sources *s, const Source *src, uint32_t n, uint32_t *len) {
  sources_place(s, src->base);  /* makes the line table */
  *len = 0;
  if (!src->line || n < 1 || n > src->nline) return "";
  uint32_t lo = src->line[n - 1], hi = n < src->nline ? src->line[n] - 1 : src->len;
  if (hi > lo && src->text[hi - 1] == '\r') hi--;
  *len = hi - lo;
  return src->text + lo;
}
