#ifndef BASE_BUF_H
#define BASE_BUF_H
#include "base/mem.h"
#include <stdarg.h>

/* Text being built. When memory is refused, or `max` (0: none) would be passed, the text is cut (not inside
 * a UTF-8 character) and `full` set; nothing is added after that until buf_clear. */
typedef struct Buf {
  Mem *mem;
  char *at;  /* NUL-terminated once anything was added; buf_text() never NULL */
  size_t len, cap, max;
  bool full;
} Buf;

void buf_init(Buf *b, Mem *mem);
void buf_end(Buf *b);
void buf_clear(Buf *b);
void buf_add(Buf *b, const char *s, size_t n);
void buf_str(Buf *b, const char *s);
void buf_char(Buf *b, char c);
void buf_pad(Buf *b, char c, int n);  /* n times c; nothing for n <= 0 */
void buf_fmt(Buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));  /* no floating point: locales */
void buf_int(Buf *b, int64_t v);
const char *buf_text(const Buf *b);

#endif
