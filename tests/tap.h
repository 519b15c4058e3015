#ifndef TAP_H
#define TAP_H
/* A producer of TAP for C tests: one main, one file. plan(n) at the start or nothing (the plan is then printed at the
 * end); return done() from main. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static struct { int run, failed, planned; } tap_state;

static inline void plan(int n) {
  tap_state.planned = n;
  printf("1..%d\n", n);
}

/* Every line of the text behind a #, so that no line of it is taken for a result. */
static inline void tap_comment(const char *text) {
  fputs("# ", stdout);
  for (; *text; text++) {
    if (*text == '\n' && text[1]) fputs("\n# ", stdout);
    else if (*text != '\n') putchar(*text);
  }
  putchar('\n');
}

__attribute__((format(printf, 1, 2))) static inline void diag(const char *fmt, ...) {
  char text[4096];
  va_list list;
  va_start(list, fmt);
  vsnprintf(text, sizeof text, fmt, list);
  va_end(list);
  tap_comment(text);
}

static inline bool tap_result(bool good, const char *fmt, va_list list) {
  char name[512];
  vsnprintf(name, sizeof name, fmt, list);
  for (char *p = name; *p; p++)
    if (*p == '#' || *p == '\n') *p = '.';  /* a # would begin a directive */
  printf("%sok %d - %s\n", good ? "" : "not ", ++tap_state.run, name);
  if (!good) tap_state.failed++;
  fflush(stdout);
  return good;
}

__attribute__((format(printf, 2, 3))) static inline bool ok(bool good, const char *fmt, ...) {
  va_list list;
  va_start(list, fmt);
  tap_result(good, fmt, list);
  va_end(list);
  return good;
}

__attribute__((format(printf, 3, 4))) static inline bool is_int(int64_t got, int64_t want, const char *fmt, ...) {
  va_list list;
  va_start(list, fmt);
  tap_result(got == want, fmt, list);
  va_end(list);
  if (got != want) diag("got %" PRId64 ", want %" PRId64, got, want);
  return got == want;
}

__attribute__((format(printf, 3, 4))) static inline bool is_str(const char *got, const char *want, const char *fmt, ...) {
  bool good = got && want ? strcmp(got, want) == 0 : got == want;
  va_list list;
  va_start(list, fmt);
  tap_result(good, fmt, list);
  va_end(list);
  if (!good) diag("got  %s\nwant %s", got ? got : "(null)", want ? want : "(null)");
  return good;
}

static inline int done(void) {
  if (!tap_state.planned) printf("1..%d\n", tap_state.run);
  else if (tap_state.planned != tap_state.run) diag("planned %d tests, ran %d", tap_state.planned, tap_state.run);
  if (tap_state.failed) diag("%d of %d failed", tap_state.failed, tap_state.run);
  return tap_state.failed || (tap_state.planned && tap_state.planned != tap_state.run);
}

#endif
