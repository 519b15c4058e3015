#define _XOPEN_SOURCE 700
#include "edge/rewrite.h"
#include "edge/io.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading ---- */

static const char *read_open(int fd, size_t max, FileText *to) {
  struct stat st;
  if (fstat(fd, &st)) return strerror(errno);
  if (!S_ISREG(st.st_mode)) return S_ISDIR(st.st_mode) ? "this is a folder" : "this is not a plain file";
  if ((uint64_t)st.st_size > max) return "the file is too large; --max-file raises the limit";
  size_t cap = (size_t)st.st_size + 1;
  to->mode = st.st_mode & 07777;
  to->text = malloc(cap);
  if (!to->text) return "there is not enough memory";
  int error;
  to->len = io_read(fd, to->text, cap, &error);
  if (error) return strerror(error);
  return to->len < cap ? NULL : "the file grew while it was read";
}

const char *file_read(const char *path, size_t max, FileText *to) {
  memset(to, 0, sizeof *to);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return strerror(errno);
  const char *why = read_open(fd, max, to);
  close(fd);
  return why;
}

void file_text_end(FileText *t) {
  free(t->text);
  t->text = NULL;
}

/* ---- writing ---- */

/* A rename lasts once the folder that holds it is on the disk. */
static void sync_folder(const char *path) {
  char dir[PATH_MAX];
  const char *slash = strrchr(path, '/');
  size_t n = slash ? (size_t)(slash - path) + 1 : 0;
  memcpy(dir, path, n);
  memcpy(dir + n, n ? "" : ".", n ? 1 : 2);
  int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

static bool is_still(const char *path, const FileText *was) {
  FileText now;
  bool same = !file_read(path, was->len, &now) && now.len == was->len && memcmp(now.text, was->text, now.len) == 0;
  file_text_end(&now);
  return same;
}

static const char *replace(int fd, const char *temp, const char *real, const FileText *was, const char *text, size_t len) {
  int error = io_write(fd, text, len);
  bool written = !error && !fchmod(fd, was->mode) && !fsync(fd);
  if (!written && !error) error = errno;
  if (close(fd) && written) written = false, error = errno;
  const char *why = written ? NULL : strerror(error);
  if (!why && !is_still(real, was)) why = "left alone: it was changed meanwhile";
  if (!why && rename(temp, real)) why = strerror(errno);
  if (why) unlink(temp);
  else sync_folder(real);
  return why;
}

/* A file beside this one with a name of its own: its descriptor, or -1 with errno. */
static int temp_make(const char *path, char temp[PATH_MAX]) {
  const char *slash = strrchr(path, '/');
  int dir = slash ? (int)(slash - path) + 1 : 0;
  int n = snprintf(temp, PATH_MAX, "%.*s.entente-XXXXXX", dir, path);
  if (n > 0 && n < PATH_MAX) return mkstemp(temp);
  errno = ENAMETOOLONG;
  return -1;
}

const char *file_rewrite(const char *path, const FileText *was, const char *text, size_t len) {
  char *real = realpath(path, NULL), temp[PATH_MAX];
  if (!real) return strerror(errno);
  /* A rename needs no right to write the file itself, and would pass over its lack. */
  int fd = access(real, W_OK) ? -1 : temp_make(real, temp);
  const char *why = fd < 0 ? strerror(errno) : replace(fd, temp, real, was, text, len);
  free(real);
  return why;
}

/* The mode that open() would give a new file. */
static mode_t new_mode(void) {
  mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

/* Gives a file a name that must be free. A rename would take one that is not; where there are no links, the name is taken first. */
static int place(const char *temp, const char *path) {
  if (!link(temp, path)) return 0;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return -1;
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  close(fd);
  return rename(temp, path);
}

const char *file_create(const char *path, const char *text, size_t len) {
  char temp[PATH_MAX];
  int fd = temp_make(path, temp);
  if (fd < 0) return strerror(errno);
  int error = io_write(fd, text, len);
  const char *why = error ? strerror(error) : fchmod(fd, new_mode()) || fsync(fd) ? strerror(errno) : NULL;
  if (close(fd) && !why) why = strerror(errno);
  if (!why && place(temp, path)) why = strerror(errno);
  unlink(temp);
  if (!why) sync_folder(path);
  return why;
}
