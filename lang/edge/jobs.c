#define _GNU_SOURCE
#include "edge/jobs.h"
#include "edge/io.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A worker is told the number of a piece and answers with what came of it, and with what it said meanwhile. When its process ends
 * before it has answered, that piece is lost and another process goes on with the rest. */

typedef struct Head { uint64_t out, err; } Head;   /* their lengths; the bytes follow */
typedef struct Worker {
  pid_t pid;               /* 0: none */
  int fd, err;             /* the socket; the file without a name that is its standard error */
  bool busy;
  size_t at;               /* the piece at hand */
  Bytes in;
} Worker;
typedef struct Done { Bytes in; bool is; int code; char why[100]; } Done;   /* code: it was lost */
typedef struct Pool {
  const Jobs *j;
  Worker *worker;
  unsigned n;
  Done *done;
  bool lost;                  /* some piece was */
  size_t next, taken, held;   /* the piece to be handed out; how many were taken; bytes that wait for their turn */
} Pool;

enum { STEP = 1 << 16, NO_MEMORY = 3 };
static const size_t held_max = (size_t)256 << 20;

/* ---- in a worker ---- */

static void said_add(int err, Bytes *to) {
  struct stat st;
  if (fstat(err, &st) || st.st_size <= 0) return;
  int error;
  unsigned char *at = bytes_room(to, (size_t)st.st_size);
  if (at && !lseek(err, 0, SEEK_SET)) to->len += io_read(err, at, (size_t)st.st_size, &error);
}

/* Ctrl-C is the parent's to notice: it ends its workers. */
static void work(const Jobs *j, int fd, int err, pid_t parent) {
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGINT, &ignore, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent || dup2(err, STDERR_FILENO) < 0) _exit(1);
  Bytes out = {0};
  for (uint64_t i; io_get(fd, &i, sizeof i);) {
    out.len = 0;
    if (ftruncate(err, 0) || lseek(err, 0, SEEK_SET)) _exit(1);
    j->work(j->data, (size_t)i, &out);
    Head h = {.out = out.len};
    said_add(err, &out);
    h.err = out.len - h.out;
    if (out.failed) _exit(NO_MEMORY);
    if (io_write(fd, &h, sizeof h) || io_write(fd, out.at, out.len)) break;
  }
  _exit(0);
}

/* ---- in the parent ---- */

static bool start(Pool *p, Worker *w) {
  int pair[2], err = memfd_create("said", MFD_CLOEXEC);
  if (err < 0) return false;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) { close(err); return false; }
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    for (unsigned i = 0; i < p->n; i++)
      if (p->worker[i].pid) close(p->worker[i].fd);   /* or they would not see the parent go */
    close(pair[0]);
    work(p->j, pair[1], err, parent);
  }
  close(pair[1]);
  if (pid < 0) { close(pair[0]); close(err); return false; }
  *w = (Worker){.pid = pid, .fd = pair[0], .err = err};
  return true;
}

static int end(Worker *w) {
  int status = 0;
  close(w->fd);
  while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) {}
  close(w->err);
  bytes_end(&w->in);
  *w = (Worker){0};
  return status;
}

static void lose(Done *d, int status) {
  bool memory = WIFEXITED(status) && WEXITSTATUS(status) == NO_MEMORY;
  d->code = memory ? ENT_BROKEN : ENT_FAULT;
  if (memory) snprintf(d->why, sizeof d->why, "there is not enough memory for what comes of it");
  else if (WIFSIGNALED(status)) snprintf(d->why, sizeof d->why, "its process was ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
  else snprintf(d->why, sizeof d->why, "its process ended with code %d", WEXITSTATUS(status));
}

/* The process is gone; what it had said last stays. */
static void gone(Pool *p, Worker *w) {
  Done *d = &p->done[w->at];
  bool busy = w->busy;
  w->in.len = 0;
  if (busy) {
    Head h = {0};
    bytes_add(&d->in, &h, sizeof h);
    said_add(w->err, &d->in);
    h.err = d->in.len - sizeof h;
    if (d->in.failed) d->in.len = 0;
    else memcpy(d->in.at, &h, sizeof h);
  }
  int status = end(w);
  if (!busy) return;
  lose(d, status);
  d->is = p->lost = true;
}

/* What the worker has sent so far. */
static void receive(Pool *p, Worker *w) {
  Head h;
  unsigned char *at = bytes_room(&w->in, STEP);
  ssize_t k = at ? recv(w->fd, at, STEP, MSG_DONTWAIT) : -1;
  if (at && k < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (!at) kill(w->pid, SIGKILL);
  if (k <= 0) { gone(p, w); return; }
  w->in.len += (size_t)k;
  if (w->in.len < sizeof h) return;
  memcpy(&h, w->in.at, sizeof h);
  if (w->in.len - sizeof h < h.out + h.err) return;
  Done *d = &p->done[w->at];
  d->in = w->in;
  d->is = true;
  p->held += d->in.len;
  w->in = (Bytes){0};
  w->busy = false;
}

static void take(Pool *p, size_t i) {
  Done *d = &p->done[i];
  Head h = {0};
  if (d->in.len) memcpy(&h, d->in.at, sizeof h);
  const unsigned char *text = d->in.len ? d->in.at + sizeof h : NULL;
  if (h.err) edge_warn(p->j->e, (const char *)text + h.out, (size_t)h.err);
  if (d->code) p->j->lost(p->j->data, i, d->code, d->why);
  else p->j->take(p->j->data, i, text, (size_t)h.out);
  if (!d->code) p->held -= d->in.len;
  bytes_end(&d->in);
}

static void do_here(const Jobs *j, size_t i, Bytes *out) {
  out->len = 0;
  out->failed = false;
  j->work(j->data, i, out);
  if (out->failed) j->lost(j->data, i, ENT_BROKEN, "there is not enough memory for what comes of it");
  else j->take(j->data, i, out->at, out->len);
}

static bool stopped(const Jobs *j) { return j->e->out_error || *j->e->stop; }

/* Gives idle workers something to do, and starts those that are missing. How many are at work. */
static unsigned hand_out(Pool *p) {
  unsigned busy = 0;
  for (unsigned i = 0; i < p->n; i++) {
    Worker *w = &p->worker[i];
    bool more = p->next < p->j->n && p->held < held_max;
    if (more && !w->busy && (w->pid || start(p, w))) {
      uint64_t piece = p->next++;
      w->at = (size_t)piece;
      w->busy = true;
      if (io_write(w->fd, &piece, sizeof piece)) gone(p, w);
    }
    busy += w->busy;
  }
  return busy;
}

static void await(Pool *p) {
  struct pollfd at[JOBS_MAX];
  Worker *of[JOBS_MAX];
  nfds_t n = 0;
  for (unsigned i = 0; i < p->n; i++) {
    if (!p->worker[i].busy) continue;
    of[n] = &p->worker[i];
    at[n++] = (struct pollfd){.fd = p->worker[i].fd, .events = POLLIN};
  }
  if (poll(at, n, 200) <= 0) return;   /* Ctrl-C may come before it waits */
  for (nfds_t i = 0; i < n; i++)
    if (at[i].revents) receive(p, of[i]);
}

static void in_order(Pool *p) {
  const Jobs *j = p->j;
  Bytes here = {0};
  while (p->taken < j->n && !stopped(j) && !(j->together && p->lost)) {
    if (p->done[p->taken].is) { take(p, p->taken++); continue; }
    unsigned busy = hand_out(p);
    if (busy) await(p);
    else if (!p->done[p->taken].is) { do_here(j, p->taken++, &here); p->next = p->taken; }   /* no process can be started */
  }
  bytes_end(&here);
}

void jobs_run(const Jobs *j) {
  Pool p = {.j = j, .n = j->jobs < j->n ? j->jobs : (unsigned)j->n};
  p.worker = p.n > 1 ? calloc(p.n, sizeof *p.worker) : NULL;
  p.done = p.worker ? calloc(j->n, sizeof *p.done) : NULL;
  if (p.done) in_order(&p);
  else {
    Bytes here = {0};
    for (size_t i = 0; i < j->n && !stopped(j); i++) do_here(j, i, &here);
    bytes_end(&here);
  }
  for (unsigned i = 0; p.done && i < p.n; i++) {
    if (!p.worker[i].pid) continue;
    if (p.worker[i].busy) kill(p.worker[i].pid, SIGKILL);
    else shutdown(p.worker[i].fd, SHUT_WR);   /* then all end at once */
  }
  for (unsigned i = 0; p.done && i < p.n; i++)
    if (p.worker[i].pid) end(&p.worker[i]);
  for (size_t i = p.taken; p.done && i < j->n; i++) bytes_end(&p.done[i].in);
  free(p.worker);
  free(p.done);
}
