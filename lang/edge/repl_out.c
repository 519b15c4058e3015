#define _XOPEN_SOURCE 700
#include "edge/bytes.h"
#include "edge/io.h"
#include "edge/repl.h"
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

const char out_reset[] = "\033[0m";

const char *out_ink(ent_class c) {
  switch (c) {
    case ENT_CLASS_WORD: return "\033[1m";
    case ENT_CLASS_FIGURE: case ENT_CLASS_DATE: return "\033[36m";
    case ENT_CLASS_UNIT: return "\033[34m";
    case ENT_CLASS_TEXT: return "\033[32m";
    case ENT_CLASS_COMMENT: return "\033[2m";
    case ENT_CLASS_WRONG: return "\033[31m";
    case ENT_CLASS_BLANK: case ENT_CLASS_NAME: case ENT_CLASS_MARK: return "";
  }
  return "";
}

void out_window(int *rows, int *columns) {
  struct winsize size;
  bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;
  *rows = known ? size.ws_row : 24;
  *columns = known ? size.ws_col : 80;
}

/* ---- the pager ---- */

static size_t lines_of(const char *text, size_t len) {
  size_t n = 0;
  for (size_t i = 0; i < len; i++) n += text[i] == '\n';
  return n;
}

/* Hands a text to the pager; false when there is none that runs. A reader that leaves early is no mistake. */
static bool page(const char *text, size_t len) {
  int ends[2], status = 0;
  const char *pager = getenv("PAGER");
  if (pipe(ends)) return false;
  pid_t child = fork();
  if (child == 0) {
    signal(SIGINT, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    setenv("LESS", "FRX", 0);
    execl("/bin/sh", "sh", "-c", pager && *pager ? pager : "less", (char *)NULL);
    _exit(127);
  }
  close(ends[0]);
  struct sigaction ignore = {.sa_handler = SIG_IGN}, was;
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGINT, &ignore, &was);   /* Ctrl-C is the pager's while it is shown */
  if (child > 0) io_write(ends[1], text, len);
  close(ends[1]);
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  sigaction(SIGINT, &was, NULL);
  return child > 0 && !(WIFEXITED(status) && WEXITSTATUS(status) >= 126);
}

void out_plain(Repl *r, const char *text, size_t len) {
  int rows, columns;
  out_window(&rows, &columns);
  bool long_one = r->live && lines_of(text, len) + 1 > (size_t)rows;
  if (long_one && page(text, len)) return;
  if (edge_write(&r->e, text, len) && len && text[len - 1] != '\n') edge_print(&r->e, "\n");
}

/* ---- in colours ---- */

static void inked(Bytes *to, const char *ink, const char *text, size_t len) {
  bytes_add(to, ink, strlen(ink));
  bytes_add(to, text, len);
  if (*ink) bytes_add(to, out_reset, strlen(out_reset));
}

void out_code(Repl *r, const char *text, size_t len) {
  enum { COLORED_MAX = 4 << 20 };
  unsigned char *class = r->color && len < COLORED_MAX ? malloc(len + 1) : NULL;
  Bytes b = {0};
  if (class) {
    ent_classify(r->d.session, text, len, class);
    for (size_t i = 0, n; i < len; i += n) {
      for (n = 1; i + n < len && class[i + n] == class[i]; n++) {}
      inked(&b, out_ink((ent_class)class[i]), text + i, n);
    }
  }
  if (class && !b.failed) out_plain(r, (const char *)b.at, b.len);
  else out_plain(r, text, len);
  free(class);
  bytes_end(&b);
}

void out_value(Repl *r, const char *text, size_t len, bool undecided) {
  Bytes b = {0};
  if (!r->color || !undecided) { out_code(r, text, len); return; }
  size_t word = strcspn(text, ":");
  if (word > len) word = len;
  inked(&b, "\033[33m", text, word);
  bytes_add(&b, text + word, len - word);
  if (!b.failed) out_plain(r, (const char *)b.at, b.len);
  else out_plain(r, text, len);
  bytes_end(&b);
}

/* ---- the session's own words ---- */

typedef struct Words { char text[4096]; } Words;

static Words words(const char *fmt, va_list list) {
  Words w;
  vsnprintf(w.text, sizeof w.text, fmt, list);
  return w;
}

void out_line(Repl *r, const char *fmt, ...) {
  va_list list;
  va_start(list, fmt);
  Words w = words(fmt, list);
  va_end(list);
  edge_print(&r->e, w.text);
  edge_print(&r->e, "\n");
}

void out_trouble(Repl *r, const char *text, size_t len) {
  edge_warn(&r->e, text, len);
  if (len && text[len - 1] != '\n') edge_warn(&r->e, "\n", 1);
}

void out_say(Repl *r, const char *fmt, ...) {
  va_list list;
  va_start(list, fmt);
  Words w = words(fmt, list);
  va_end(list);
  out_trouble(r, w.text, strlen(w.text));
}
