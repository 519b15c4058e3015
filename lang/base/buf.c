#include "base/buf.h"
#include <stdio.h>
#include <string.h>

enum { CAP_MIN = 64 };

void buf_init(Buf *b, Mem *mem) {
  memset(b, 0, sizeof *b);
  b->mem = mem;
}

void buf_end(Buf *b) {
  mem_free(b->mem, b->at, b->cap);
  size_t max = b->max;
  buf_init(b, b->mem);
  b->max = max;
}

void buf_clear(Buf *b) {
  b->len = 0;
  b->full = false;
  if (b->at) b->at[0] = 0;
}

/* Room for n more bytes and the NUL. */
static bool room(Buf *b, size_t n) {
  if (n < b->cap - b->len) return true;
  if (n >= SIZE_MAX - b->len) {
    b->mem->failed = true;
    return false;
  }
  size_t need = b->len + n + 1, cap = b->cap > SIZE_MAX / 2 ? need : b->cap * 2;
  if (cap < CAP_MIN) cap = CAP_MIN;
  if (cap < need) cap = need;
  char *at = mem_grow(b->mem, b->at, b->cap, cap);
  if (!at) return false;
  b->at = at;
  b->cap = cap;
  return true;
}

/* Of n bytes to add, how many max allows; notes a cut. */
static size_t fitting(Buf *b, size_t n) {
  if (!b->max) return n;
  size_t left = b->len < b->max ? b->max - b->len : 0;
  if (n <= left) return n;
  b->full = true;
  return left;
}

void buf_add(Buf *b, const char *s, size_t n) {
  if (b->full || !n) return;
  size_t k = fitting(b, n);
  while (k < n && k > 0 && ((unsigned char)s[k] & 0xC0) == 0x80) k--;
  if (!room(b, k)) {
    b->full = true;
    return;
  }
  if (k) memcpy(b->at + b->len, s, k);
  b->len += k;
  b->at[b->len] = 0;
}

void buf_str(Buf *b, const char *s) { buf_add(b, s, strlen(s)); }

void buf_char(Buf *b, char c) { buf_add(b, &c, 1); }

void buf_pad(Buf *b, char c, int n) {
  if (b->full || n <= 0) return;
  size_t k = fitting(b, (size_t)n);
  if (!room(b, k)) {
    b->full = true;
    return;
  }
  memset(b->at + b->len, c, k);
  b->len += k;
  b->at[b->len] = 0;
}

static void fmt_list(Buf *b, const char *fmt, va_list list) {
  char small[256];
  va_list again;
  va_copy(again, list);
  int n = vsnprintf(small, sizeof small, fmt, list);
  if (n >= 0 && (size_t)n < sizeof small) {
    buf_add(b, small, (size_t)n);
  } else {
    char *large = n < 0 ? NULL : mem_get(b->mem, (size_t)n + 1);
    if (large && vsnprintf(large, (size_t)n + 1, fmt, again) == n) buf_add(b, large, (size_t)n);
    else b->full = true;
    mem_free(b->mem, large, (size_t)n + 1);
  }
  va_end(again);
}

void buf_fmt(Buf *b, const char *fmt, ...) {
  if (b->full) return;
  va_list list;
  va_start(list, fmt);
  fmt_list(b, fmt, list);
  va_end(list);
}

void buf_int(Buf *b, int64_t v) {
  char text[20];
  size_t at = sizeof text;
  uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
  do text[--at] = (char)('0' + u % 10); while (u /= 10);
  if (v < 0) text[--at] = '-';
  buf_add(b, text + at, sizeof text - at);
}

const char *buf_text(const Buf *b) { return b->at ? b->at : ""; }
