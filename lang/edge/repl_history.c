#define _XOPEN_SOURCE 700
#include "edge/repl.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was entered, one entry a line: a line end within it is written \n and a backslash \\. Each is appended whole and synced
 * before it is evaluated, so several sessions may share the file, and no end of one loses an entry. */

enum { READ_MAX = 1 << 20 /* of an old file, its end */, ENTRY_MAX = 1 << 16 };

/* Where the file is; makes its folders where they are to be made. False: nowhere. */
static bool history_path(char path[PATH_MAX], bool make) {
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  bool given = state && state[0] == '/';   /* a relative one is to be ignored, says the specification */
  if (!given && !(home && home[0] == '/')) return false;
  int n = given ? snprintf(path, PATH_MAX, "%s/entente/history", state) : snprintf(path, PATH_MAX, "%s/.local/state/entente/history", home);
  if (n < 0 || n >= PATH_MAX) return false;
  for (char *slash = path + 1; make && (slash = strchr(slash, '/')); slash++) {
    *slash = 0;
    int failed = mkdir(path, 0700) && errno != EEXIST;
    *slash = '/';
    if (failed) return false;
  }
  return true;
}

/* Takes the escapes out, in place. */
static void plain(char *text) {
  char *to = text;
  for (const char *s = text; *s; s++) {
    if (*s == '\\' && s[1]) *to++ = *++s == 'n' ? '\n' : *s;
    else *to++ = *s;
  }
  *to = 0;
}

/* The end of the file, from the beginning of an entry on; to be freed. */
static char *history_read(void) {
  char path[PATH_MAX];
  struct stat st;
  int fd = history_path(path, false) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
  char *text = fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) ? malloc(READ_MAX + 1) : NULL;
  ssize_t n = 0;
  if (text) {
    off_t from = st.st_size > READ_MAX ? st.st_size - READ_MAX : 0;
    n = pread(fd, text, READ_MAX, from);
    if (n < 0) n = 0;
    text[n] = 0;
    char *first = from ? strchr(text, '\n') : NULL;
    if (first) memmove(text, first + 1, strlen(first));
  }
  if (fd >= 0) close(fd);
  return text;
}

void history_open(void) {
  char *text = history_read();
  for (char *line = text, *end; line && *line; line = end) {
    end = strchr(line, '\n');
    if (!end) break;   /* it was cut off in the middle */
    *end++ = 0;
    plain(line);
    if (*line) edit_remember(line);
  }
  free(text);
}

static size_t escaped(const char *entry, char *to) {
  size_t n = 0;
  for (const char *s = entry; *s; s++) {
    if (*s == '\n' || *s == '\\') {
      to[n++] = '\\';
      to[n++] = *s == '\n' ? 'n' : '\\';
    } else to[n++] = *s;
  }
  to[n++] = '\n';
  return n;
}

/* Whether the file ends within an entry, since a program or machine was stopped as it wrote. */
static bool is_torn(int fd) {
  char last = '\n';
  off_t end = lseek(fd, 0, SEEK_END);
  return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

void history_keep(const char *entry) {
  char path[PATH_MAX];
  size_t len = strlen(entry);
  if (!len || len > ENTRY_MAX) return;
  edit_remember(entry);
  int fd = history_path(path, true) ? open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600) : -1;
  char *line = fd >= 0 ? malloc(len * 2 + 2) : NULL;
  if (line) {
    size_t from = is_torn(fd), n = from + escaped(entry, line + from);
    if (from) line[0] = '\n';
    if (write(fd, line, n) == (ssize_t)n) fsync(fd);
    free(line);
  }
  if (fd >= 0) close(fd);
}
