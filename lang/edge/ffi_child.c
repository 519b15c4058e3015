#define _GNU_SOURCE
#include "edge/ffi_inner.h"
#include "edge/io.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The process in which a library runs. It keeps nothing of its parent's but the socket and a page to say how far it is; it
 * ends when the parent does. Nothing that it says is believed unseen. */

enum { SOCKET = 3 };

static bool send_up(char kind, const void *p, size_t n) {
  FfiHead h = {(uint32_t)kind, (uint32_t)n};
  return !io_write(SOCKET, &h, sizeof h) && !io_write(SOCKET, p, n);
}

/* 'O', or the kind 'X' for what the system refused. */
static bool say(char kind, const char *why) { return send_up(kind, why, strlen(why)); }

/* 0, 1 and 2 become /dev/null, 3 the socket; everything else is closed. */
static bool only_socket(int fd) {
  int null = open("/dev/null", O_RDWR);
  if (null < 0) return false;
  for (int i = 0; i < 3; i++)
    if (dup2(null, i) < 0) return false;
  if (fd != SOCKET && dup2(fd, SOCKET) < 0) return false;
#ifdef __NR_close_range
  if (!syscall(__NR_close_range, SOCKET + 1, ~0u, 0)) return true;
#endif
  long most = sysconf(_SC_OPEN_MAX);
  for (int i = SOCKET + 1; i < (most > 0 && most < 1 << 20 ? (int)most : 1 << 16); i++) close(i);
  return true;
}

typedef struct Served { void *library; FfiFn **fns; uint32_t n; Bytes in, out; FfiShared *shared; } Served;

static bool look_up(Served *s) {
  char why[FFI_WHY] = "";
  const char *types = (const char *)s->in.at, *symbol = types + strlen(types) + 1;
  FfiFn **grown = realloc(s->fns, (s->n + 1) * sizeof *grown);
  if (!grown) return false;
  s->fns = grown;
  s->fns[s->n] = ffi_function(s->library, symbol, types, why);
  if (s->fns[s->n]) s->n++;
  return say('O', why);
}

/* Answers as many calls as fit one reply; the parent asks for the others anew. */
static bool answer(Served *s) {
  uint32_t head[2], count = 0;
  s->out.len = 0;
  for (size_t i = 0; i + sizeof head <= s->in.len && s->out.len < FFI_REPLY; i += head[1], count++) {
    memcpy(head, s->in.at + i, sizeof head);
    i += sizeof head;
    s->shared->at = count;
    size_t at = s->out.len;
    bytes_add(&s->out, head, sizeof head[0]);  /* its length comes here */
    if (head[0] >= s->n || head[1] > s->in.len - i || !ffi_invoke(s->fns[head[0]], s->in.at + i, head[1], &s->out)) return false;
    uint32_t len = (uint32_t)(s->out.len - at - sizeof len);
    memcpy(s->out.at + at, &len, sizeof len);
  }
  return send_up('A', s->out.at, s->out.len);
}

static bool serve(Served *s) {
  FfiHead h;
  if (!io_get(SOCKET, &h, sizeof h)) return false;
  s->in.len = 0;
  unsigned char *at = bytes_room(&s->in, (size_t)h.len + 1);
  if (!at || !io_get(SOCKET, at, h.len)) return false;
  s->in.len = h.len;
  at[h.len] = 0;
  return h.kind == 'L' ? look_up(s) : answer(s);
}

void ffi_child(int fd, const char *library, size_t memory, FfiShared *shared) {
  Served s = {.shared = shared};
  char why[FFI_WHY] = "";
  bool landlock = false;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGINT, SIG_IGN);  /* Ctrl-C is the parent's to heed */
  signal(SIGPIPE, SIG_DFL);
  if (!only_socket(fd)) _exit(1);
  const char *refused = confine_first(memory, &landlock);
  shared->landlock = landlock;
  if (refused) { say('X', refused); _exit(1); }
  s.library = ffi_library(library, why);
  refused = confine_second();
  if (refused) { say('X', refused); _exit(1); }
  if (!say('O', why) || !s.library) _exit(1);
  while (serve(&s)) {}
  _exit(0);
}
