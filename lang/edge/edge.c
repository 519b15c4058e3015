#include "edge/edge.h"
#include "edge/io.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

void edge_hold_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
#endif
}

/* ---- writing ---- */

bool edge_write(Edge *e, const char *text, size_t len) {
  if (!e->out_error) e->out_error = io_write(STDOUT_FILENO, text, len);
  return !e->out_error;
}

bool edge_print(Edge *e, const char *text) { return edge_write(e, text, strlen(text)); }

/* Text for readers has escape sequences of our own only, all of the form ESC [ ... m. */
void edge_warn(const Edge *e, const char *text, size_t len) {
  if (e->color_always || isatty(STDERR_FILENO)) {
    io_write(STDERR_FILENO, text, len);
    return;
  }
  const char *end = text + len;
  while (text < end) {
    const char *esc = memchr(text, '\033', (size_t)(end - text));
    if (!esc) esc = end;
    if (io_write(STDERR_FILENO, text, (size_t)(esc - text))) return;
    const char *m = esc < end ? memchr(esc, 'm', (size_t)(end - esc)) : NULL;
    text = m ? m + 1 : end;
  }
}

void edge_say(const char *fmt, ...) {
  char text[4096] = "entente: ";
  size_t at = strlen(text);
  va_list list;
  va_start(list, fmt);
  int n = vsnprintf(text + at, sizeof text - at - 1, fmt, list);
  va_end(list);
  if (n < 0) return;
  at = strlen(text);
  text[at++] = '\n';
  io_write(STDERR_FILENO, text, at);
}

/* ---- what others wrote ---- */

/* The length of a character that may be shown as it is: printable ASCII, or valid UTF-8 outside the blocks in which
 * controls and invisible marks live (wider than the marks alone, so that nothing here need follow Unicode). */
static size_t showable(const unsigned char *s) {
  if (s[0] < 0x80) return s[0] >= ' ' && s[0] < 0x7F;
  size_t len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
  if (s[0] < 0xC2 || s[0] > 0xF4) return 0;
  uint32_t cp = s[0] & (0x7Fu >> len);
  for (size_t i = 1; i < len; i++) {
    if ((s[i] & 0xC0) != 0x80) return 0;
    cp = cp << 6 | (s[i] & 0x3Fu);
  }
  bool overlong = cp < (len == 4 ? 0x10000u : len == 3 ? 0x800u : 0x80u);
  bool hidden = cp < 0xA0 || cp == 0x61C || (cp >= 0x2000 && cp <= 0x206F) || (cp >= 0xD800 && cp <= 0xF8FF) ||
                (cp >= 0xFE00 && cp <= 0xFEFF) || (cp >= 0xFFF0 && cp <= 0xFFFF) || cp >= 0xE0000;
  return overlong || hidden ? 0 : len;
}

Safe edge_safe(const char *text) {
  static const char hex[] = "0123456789abcdef";
  Safe safe;
  const unsigned char *s = (const unsigned char *)text;
  size_t at = 0, room = sizeof safe.text - 8;
  for (size_t len; *s && at < room; s += len) {
    len = showable(s);
    if (len && *s != '#' && !(at && *s == ':' && s[-1] == ':')) {
      memcpy(safe.text + at, s, len);
      at += len;
      continue;
    }
    safe.text[at++] = '\\';
    safe.text[at++] = 'x';
    safe.text[at++] = hex[*s >> 4];
    safe.text[at++] = hex[*s & 15];
    len = 1;
  }
  if (*s) at += (size_t)snprintf(safe.text + at, 4, "...");
  safe.text[at] = 0;
  return safe;
}

/* ---- exit codes ---- */

int edge_worse(int a, int b) {
  static const int rank[] = {ENT_PASSES, ENT_UNDECIDED, ENT_DENIED, ENT_USAGE, ENT_NO_INPUT, ENT_BROKEN, ENT_FAULT};
  int ra = -1, rb = -1, n = (int)(sizeof rank / sizeof *rank);
  for (int i = 0; i < n; i++) {
    if (rank[i] == a) ra = i;
    if (rank[i] == b) rb = i;
  }
  if (ra < 0 || rb < 0) return ENT_FAULT;
  return ra > rb ? a : b;
}

/* ---- the near name ---- */

enum { NEAR_MAX = 32 };

/* How many letters were changed, added, left out, or changed places with the next. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb) {
  unsigned row[3][NEAR_MAX + 1];
  for (unsigned j = 0; j <= nb; j++) row[0][j] = j;
  for (unsigned i = 1; i <= na; i++) {
    unsigned *now = row[i % 3], *was = row[(i + 2) % 3], *before = row[(i + 1) % 3];
    now[0] = i;
    for (size_t j = 1; j <= nb; j++) {
      unsigned best = was[j - 1] + (a[i - 1] != b[j - 1]);
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (was[j] + 1 < best) best = was[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      if (swapped && before[j - 2] + 1 < best) best = before[j - 2] + 1;
      now[j] = best;
    }
  }
  return row[na % 3][nb];
}

const char *edge_nearest(const char *typed, NameAt *at) {
  const char *best = NULL, *begun = NULL, *name;
  size_t n = strlen(typed);
  unsigned limit = n > 4 ? 3 : 2;
  if (!n || n > NEAR_MAX) return NULL;
  for (unsigned i = 0; (name = at(i)); i++) {
    size_t len = strlen(name);
    unsigned far = len <= NEAR_MAX ? distance(typed, n, name, len) : limit;
    if (!begun && !strncmp(name, typed, n)) begun = name;
    if (far >= limit || far >= len) continue;
    limit = far;
    best = name;
  }
  return best ? best : begun;
}

const char *edge_not_read(const char *path) {
  return strcmp(path, "-") ? NULL : "standard input is not read, since what a draft uses lies beside its file; name a file";
}
