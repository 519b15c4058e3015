#include "edge/io.h"
#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* Whether what failed may be tried again, after waiting where it would have had to. */
static bool again(int fd, short events) {
  if (errno == EINTR) return true;
  struct pollfd wait = {.fd = fd, .events = events};
  return errno == EAGAIN && (poll(&wait, 1, -1) >= 0 || errno == EINTR);
}

int io_write(int fd, const void *from, size_t n) {
  for (const unsigned char *p = from; n;) {
    ssize_t k = write(fd, p, n);
    if (k < 0 && !again(fd, POLLOUT)) return errno;
    if (k < 0) continue;
    p += k;
    n -= (size_t)k;
  }
  return 0;
}

size_t io_read(int fd, void *to, size_t n, int *error) {
  size_t got = 0;
  *error = 0;
  while (got < n) {
    ssize_t k = read(fd, (unsigned char *)to + got, n - got);
    if (k < 0 && again(fd, POLLIN)) continue;
    if (k < 0) *error = errno;
    if (k <= 0) break;
    got += (size_t)k;
  }
  return got;
}

bool io_get(int fd, void *to, size_t n) {
  int error;
  return io_read(fd, to, n, &error) == n;
}
