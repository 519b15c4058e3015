#define _GNU_SOURCE
#include "edge/jobs.h"
#include "edge/io.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
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

/* Every process takes the next piece that nobody has from a table that all share, and answers with what came of it and with what it
 * said meanwhile; so none waits for another. When a process ends before it has answered, its piece is lost, and another process goes on
 * with the rest. */

typedef _Atomic uint16_t Owner;   /* 0: nobody; HERE: the parent; else the worker's place plus one */
typedef struct Table { _Atomic size_t next; Owner owner[]; } Table;   /* next: no piece before it is left */
typedef struct Head { uint64_t piece, out, err; } Head;   /* the lengths; the bytes follow */
typedef struct Worker {
  pid_t pid;               /* 0: none */
  int fd, err;             /* the socket; the file without a name that is its standard error */
  Bytes in;
} Worker;
typedef struct Done { Bytes in; bool is; int code; char why[100]; } Done;   /* code: it was lost */
typedef struct Pool {
  const Jobs *j;
  Worker *worker;
  unsigned n;
  Table *table;
  Done *done;
  bool lost;               /* some piece was */
  size_t taken, held;      /* how many were taken; bytes that wait for their turn */
} Pool;

enum { STEP = 1 << 16, NO_MEMORY = 3, HERE = UINT16_MAX };
static const size_t held_max = (size_t)256 << 20;

/* A piece that is now this worker's; as many as there are pieces: none is left. */
static size_t claim(Table *t, size_t n, unsigned who) {
  for (size_t i = atomic_load(&t->next); i < n; i++) {
    uint16_t nobody = 0;
    if (!atomic_compare_exchange_strong(&t->owner[i], &nobody, (uint16_t)(who + 1))) continue;
    atomic_store(&t->next, i + 1);
    return i;
  }
  return n;
}

/* ---- in a worker ---- */

static void said_add(int err, Bytes *to) {
  struct stat st;
  if (fstat(err, &st) || st.st_size <= 0) return;
  int error;
  unsigned char *at = bytes_room(to, (size_t)st.st_size);
  if (at && !lseek(err, 0, SEEK_SET)) to->len += io_read(err, at, (size_t)st.st_size, &error);
}

/* Ctrl-C is the parent's to notice: it ends its workers. */
static void work(const Pool *p, unsigned who, size_t first, int fd, int err, pid_t parent) {
  const Jobs *j = p->j;
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGINT, &ignore, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent || dup2(err, STDERR_FILENO) < 0) _exit(1);
  Bytes out = {0};
  for (size_t i = first; i < j->n; i = claim(p->table, j->n, who)) {
    out.len = 0;
    if (ftruncate(err, 0) || lseek(err, 0, SEEK_SET)) _exit(1);
    j->work(j->data, i, &out);
    Head h = {.piece = i, .out = out.len};
    said_add(err, &out);
    h.err = out.len - h.out;
    if (out.failed) _exit(NO_MEMORY);
    if (io_write(fd, &h, sizeof h) || io_write(fd, out.at, out.len)) break;
  }
  _exit(0);
}

/* ---- in the parent ---- */

static bool start(Pool *p, unsigned who, size_t first) {
  int pair[2], err = memfd_create("said", MFD_CLOEXEC);
  if (err < 0) return false;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) { close(err); return false; }
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    for (unsigned i = 0; i < p->n; i++)
      if (p->worker[i].pid) close(p->worker[i].fd);   /* or they would not see the parent go */
    close(pair[0]);
    work(p, who, first, pair[1], err, parent);
  }
  close(pair[1]);
  if (pid < 0) { close(pair[0]); close(err); return false; }
  p->worker[who] = (Worker){.pid = pid, .fd = pair[0], .err = err};
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

/* The piece that a worker has not answered for. */
static size_t at_hand(const Pool *p, unsigned who) {
  size_t i = p->taken;
  while (i < p->j->n && (p->done[i].is || p->table->owner[i] != who + 1)) i++;
  return i;
}

/* The process is gone; of the piece that it had at hand, what it had said last stays. */
static void gone(Pool *p, unsigned who) {
  Worker *w = &p->worker[who];
  size_t piece = at_hand(p, who);
  Done *d = piece < p->j->n ? &p->done[piece] : NULL;
  if (d) {
    Head h = {.piece = piece};
    bytes_add(&d->in, &h, sizeof h);
    said_add(w->err, &d->in);
    h.err = d->in.len - sizeof h;
    if (d->in.failed) d->in.len = 0;
    else memcpy(d->in.at, &h, sizeof h);
  }
  int status = end(w);
  if (!d) return;
  lose(d, status);
  d->is = p->lost = true;
}

/* What the worker has sent so far, no further than to the end of one answer. */
static void receive(Pool *p, unsigned who) {
  Worker *w = &p->worker[who];
  Head h = {0};
  if (w->in.len >= sizeof h) memcpy(&h, w->in.at, sizeof h);
  uint64_t left = sizeof h + h.out + h.err - w->in.len;
  size_t most = left < STEP ? (size_t)left : STEP;
  unsigned char *at = bytes_room(&w->in, most);
  ssize_t k = at ? recv(w->fd, at, most, MSG_DONTWAIT) : -1;
  if (at && k < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (!at) kill(w->pid, SIGKILL);
  if (k <= 0) { gone(p, who); return; }
  bool headed = w->in.len < sizeof h && w->in.len + (size_t)k == sizeof h;
  w->in.len += (size_t)k;
  if (headed) memcpy(&h, w->in.at, sizeof h);
  if (w->in.len < sizeof h + h.out + h.err) { if (headed) receive(p, who); return; }
  Done *d = &p->done[h.piece];
  d->in = w->in;
  d->is = true;
  p->held += d->in.len;
  w->in = (Bytes){0};
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

/* Starts the workers that are missing, each with a piece. How many there are. */
static unsigned start_missing(Pool *p) {
  unsigned n = 0;
  for (unsigned i = 0; i < p->n; i++) {
    size_t first = p->worker[i].pid ? p->j->n : claim(p->table, p->j->n, i);
    if (first < p->j->n && !start(p, i, first)) {
      atomic_store(&p->table->owner[first], 0);
      atomic_store(&p->table->next, first);
      break;
    }
    n += p->worker[i].pid != 0;
  }
  return n;
}

/* With enough that waits for its turn, only the one whose turn it is is listened to; the others wait before they send more. */
static void await(Pool *p) {
  struct pollfd at[JOBS_MAX];
  unsigned of[JOBS_MAX];
  nfds_t n = 0;
  unsigned turn = p->held < held_max ? 0 : p->table->owner[p->taken];
  for (unsigned i = 0; i < p->n; i++) {
    if (!p->worker[i].pid || (turn && turn != i + 1)) continue;
    of[n] = i;
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
    if (p->done[p->taken].is) take(p, p->taken++);
    else if (start_missing(p)) await(p);
    else {   /* no process can be started */
      atomic_store(&p->table->owner[p->taken], HERE);
      do_here(j, p->taken++, &here);
    }
  }
  bytes_end(&here);
}

static void pool_run(Pool *p) {
  const Jobs *j = p->j;
  in_order(p);
  for (unsigned i = 0; i < p->n; i++) {
    if (!p->worker[i].pid) continue;
    if (p->taken < j->n) kill(p->worker[i].pid, SIGKILL);
    end(&p->worker[i]);
  }
  for (size_t i = p->taken; i < j->n; i++) bytes_end(&p->done[i].in);
}

void jobs_run(const Jobs *j) {
  Pool p = {.j = j, .n = j->jobs < j->n ? j->jobs : (unsigned)j->n};
  size_t size = sizeof *p.table + j->n * sizeof *p.table->owner;
  p.worker = p.n > 1 ? calloc(p.n, sizeof *p.worker) : NULL;
  p.done = p.worker ? calloc(j->n, sizeof *p.done) : NULL;
  p.table = p.done ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) : MAP_FAILED;
  if (p.table != MAP_FAILED) {
    pool_run(&p);
    munmap(p.table, size);
  } else {
    Bytes here = {0};
    for (size_t i = 0; i < j->n && !stopped(j); i++) do_here(j, i, &here);
    bytes_end(&here);
  }
  free(p.worker);
  free(p.done);
}
