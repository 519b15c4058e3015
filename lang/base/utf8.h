#ifndef BASE_UTF8_H
#define BASE_UTF8_H
#include "base/buf.h"

/* Reads one code point at s (n > 0 bytes left). Returns its length in bytes, or 0 when the bytes are not valid
 * UTF-8 (overlong, surrogate, above U+10FFFF, cut off); *cp is set only when valid. */
int utf8_read(const char *s, size_t n, uint32_t *cp);
int utf8_write(uint32_t cp, char out[4]);  /* bytes written; 0 when cp is not a scalar value */
/* What must not reach a reader raw: C0 (but not \t \n), DEL, C1, bidirectional controls
 * (U+061C, 200E, 200F, 202A-202E, 2066-2069), U+2028 and 2029, and U+FEFF. */
bool utf8_is_unsafe(uint32_t cp);
int utf8_width(uint32_t cp);  /* terminal columns: 0 combining, 1, 2 wide (East Asian, emoji) */
int utf8_text_width(const char *s, size_t n);  /* columns of s as utf8_show shows it; a tab counts 1 */
/* Adds s with every unsafe or invalid byte shown as \u{..} or \x.., so nothing is lost and nothing acts. */
void utf8_show(Buf *b, const char *s, size_t n);

#endif
