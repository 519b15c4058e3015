#define _GNU_SOURCE
#include "edge/edge.h"
#include "edge/ffi_inner.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The host: the gate, and a process for each library. A library is started when its first function is allowed and called. */

typedef struct Library {
  char *name, *path;      /* as the draft says; what is loaded */
  void *loaded;           /* in this process */
  pid_t pid;              /* or in that one; 0: none */
  int fd;
  FfiShared *shared;
  unsigned started;       /* how often: numbers of functions are those of one process */
  unsigned nfns;          /* functions that the process knows */
  size_t chunk;           /* how many calls are sent at once */
} Library;

typedef struct Known { unsigned library; char *symbol; char types[FFI_PARAMS + 3]; unsigned started, number; FfiFn *fn; } Known;

typedef struct Ffi {
  const FfiOptions *o;
  Library *libraries;
  Known *known;
  unsigned nlibrary, nknown;
  Bytes out, in;
  bool said;              /* that there is no Landlock */
} Ffi;

enum { CHUNK_MAX = 4096 };

/* ---- the gate ---- */

/* The library that a name or path leads to: the loader's own search for a name, the file itself for a path. */
static char *resolved(const char *library) {
  char *real = strchr(library, '/') ? realpath(library, NULL) : NULL;
  return real ? real : strdup(library);
}

static bool names(const char *allowed, size_t n, const char *path) {
  char *text = strndup(allowed, n), *real = text ? resolved(text) : NULL;
  bool same = real && strcmp(real, path) == 0;
  free(text);
  free(real);
  return same;
}

static bool is_allowed(const Ffi *f, const char *path, const char *symbol) {
  size_t n = strlen(symbol);
  for (int i = 0; i < f->o->nallow; i++) {
    const char *a = f->o->allow[i];
    size_t len = strlen(a);
    if (names(a, len, path)) return true;
    if (len > n + 1 && a[len - n - 1] == ':' && strcmp(a + len - n, symbol) == 0 && names(a, len - n - 1, path)) return true;
  }
  return false;
}

static bool is_plain(const char *s) {
  return s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+-")] == 0;
}

static int refused(const char *library, const char *symbol, char *why, size_t room) {
  const char *quote = is_plain(library) && is_plain(symbol) ? "" : "'";
  if (strchr(library, '\'') || strchr(symbol, '\'')) snprintf(why, room, "--allow-ffi LIBRARY allows it, with the library's name as it stands in the draft");
  else snprintf(why, room, "if you trust it, type  --allow-ffi %s%s:%s%s", quote, library, symbol, quote);
  return ENT_HOST_REFUSED;
}

/* ---- the process of a library ---- */

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static unsigned seconds(const Ffi *f) { return f->o->seconds ? f->o->seconds : FFI_SECONDS; }

static void forget_process(Library *l) {
  if (l->pid) {
    kill(l->pid, SIGKILL);
    while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR) {}
    close(l->fd);
  }
  l->pid = 0;
  l->nfns = 0;
  l->chunk = 1;
}

/* How the process ended: it is given a moment to do so by itself. */
static void obituary(Library *l, char *why, size_t room) {
  static const struct { int sig; const char *what; } known[] = {
    {SIGSEGV, "crashed (segmentation fault)"}, {SIGABRT, "gave up (abort)"}, {SIGFPE, "crashed (arithmetic)"}, {SIGILL, "crashed (illegal instruction)"},
    {SIGBUS, "crashed (bus error)"}, {SIGSYS, "tried to write, to start a process or to reach the network, which a function from outside may not"},
    {SIGXFSZ, "tried to write a file, which a function from outside may not"}};
  int status = 0;
  pid_t ended = 0;
  for (int i = 0; i < 100 && !ended; i++) {
    ended = waitpid(l->pid, &status, WNOHANG);
    if (!ended) poll(NULL, 0, 2);
  }
  if (ended <= 0) { snprintf(why, room, "closed its connection"); forget_process(l); return; }
  close(l->fd);
  l->pid = 0;
  l->nfns = 0;
  l->chunk = 1;
  snprintf(why, room, WIFEXITED(status) ? "ended its process with code %d" : "was ended by signal %d", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (WIFSIGNALED(status) && WTERMSIG(status) == known[i].sig) snprintf(why, room, "%s", known[i].what);
}

/* Moves n bytes before the deadline. False: why, and there is no process any more. */
static bool move(Ffi *f, Library *l, bool out, unsigned char *p, size_t n, int64_t deadline, char *why, size_t room) {
  while (n) {
    ssize_t k = out ? send(l->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT) : recv(l->fd, p, n, MSG_DONTWAIT);
    if (k > 0) { p += k; n -= (size_t)k; continue; }
    if (k == 0 || (errno != EAGAIN && errno != EINTR)) { obituary(l, why, room); return false; }
    if (f->o->stop && *f->o->stop) { snprintf(why, room, "was stopped"); forget_process(l); return false; }
    int64_t left = deadline - now();
    struct pollfd wait = {.fd = l->fd, .events = out ? POLLOUT : POLLIN};
    if (left > 0) { poll(&wait, 1, left > 200 ? 200 : (int)left); continue; }
    snprintf(why, room, "took more than %u seconds; --ffi-time raises the limit", seconds(f));
    forget_process(l);
    return false;
  }
  return true;
}

/* Sends f->out as a message, and receives one into f->in. */
static bool exchange(Ffi *f, Library *l, char kind, FfiHead *h, char *why, size_t room) {
  int64_t deadline = now() + (int64_t)seconds(f) * 1000;
  *h = (FfiHead){(uint32_t)kind, (uint32_t)f->out.len};
  if (kind && (!move(f, l, true, (unsigned char *)h, sizeof *h, deadline, why, room) || !move(f, l, true, f->out.at, f->out.len, deadline, why, room))) return false;
  if (!move(f, l, false, (unsigned char *)h, sizeof *h, deadline, why, room)) return false;
  if (h->len > FFI_REPLY + FFI_TEXT + 64 || (h->kind != 'O' && h->kind != 'X' && h->kind != 'A')) { snprintf(why, room, "gave what is no answer"); forget_process(l); return false; }
  f->in.len = 0;
  unsigned char *in = bytes_room(&f->in, (size_t)h->len + 1);
  if (!in) { bytes_end(&f->in); snprintf(why, room, "gave more than there is memory for"); forget_process(l); return false; }
  if (!move(f, l, false, in, h->len, deadline, why, room)) return false;
  in[h->len] = 0;
  f->in.len = h->len;
  return true;
}

/* An 'O' without a text is consent. */
static int consent(Library *l, const Ffi *f, const FfiHead *h, char *why, size_t room) {
  if (h->kind == 'O' && !h->len) return ENT_HOST_FINE;
  snprintf(why, room, "%s", h->kind == 'A' ? "gave what is no answer" : (const char *)f->in.at);
  if (h->kind != 'O') forget_process(l);
  return h->kind == 'X' ? ENT_HOST_LOOSE : h->kind == 'O' ? ENT_HOST_ABSENT : ENT_HOST_BROKEN;
}

static int start(Ffi *f, Library *l, char *why, size_t room) {
  int pair[2];
  FfiHead h;
  if (!l->shared) l->shared = mmap(NULL, sizeof *l->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (l->shared == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
    if (l->shared == MAP_FAILED) l->shared = NULL;
    snprintf(why, room, "cannot be given a process: %s", strerror(errno));
    return ENT_HOST_LOOSE;
  }
  l->shared->landlock = 1;
  l->pid = fork();
  if (l->pid == 0) ffi_child(pair[1], l->path, f->o->memory ? f->o->memory : FFI_MEMORY, l->shared);
  close(pair[1]);
  l->fd = pair[0];
  if (l->pid < 0) {
    l->pid = 0;
    close(l->fd);
    snprintf(why, room, "cannot be given a process: %s", strerror(errno));
    return ENT_HOST_LOOSE;
  }
  l->started++;
  l->nfns = 0;
  l->chunk = 1;
  if (!exchange(f, l, 0, &h, why, room)) return ENT_HOST_BROKEN;
  int code = consent(l, f, &h, why, room);
  if (code) { forget_process(l); return code; }
  if (!l->shared->landlock && !f->said) edge_say("note: this kernel has no Landlock; functions from outside are held by limits and a filter of system calls alone");
  f->said = f->said || !l->shared->landlock;
  return ENT_HOST_FINE;
}

/* ---- finding ---- */

/* Sees to it that the library is there and knows the function. */
static int ready(Ffi *f, Known *k, char why[FFI_WHY]) {
  Library *l = &f->libraries[k->library];
  FfiHead h;
  if (f->o->in_process) {
    if (!l->loaded && !(l->loaded = ffi_library(l->path, why))) return ENT_HOST_ABSENT;
    if (!k->fn) k->fn = ffi_function(l->loaded, k->symbol, k->types, why);
    return k->fn ? ENT_HOST_FINE : ENT_HOST_ABSENT;
  }
  int code = l->pid ? ENT_HOST_FINE : start(f, l, why, FFI_WHY);
  if (code || k->started == l->started) return code;
  f->out.len = 0;
  bytes_add(&f->out, k->types, strlen(k->types) + 1);
  bytes_add(&f->out, k->symbol, strlen(k->symbol) + 1);
  if (!exchange(f, l, 'L', &h, why, FFI_WHY)) return ENT_HOST_BROKEN;
  code = consent(l, f, &h, why, FFI_WHY);
  if (code) return code;
  k->started = l->started;
  k->number = l->nfns++;
  return ENT_HOST_FINE;
}

static Library *library_of(Ffi *f, const char *name, const char *path) {
  for (unsigned i = 0; i < f->nlibrary; i++)
    if (strcmp(f->libraries[i].path, path) == 0) return &f->libraries[i];
  Library *grown = realloc(f->libraries, (f->nlibrary + 1) * sizeof *grown);
  if (!grown) return NULL;
  f->libraries = grown;
  Library l = {.name = strdup(name), .path = strdup(path), .chunk = 1};
  if (l.name && l.path) return f->libraries[f->nlibrary] = l, &f->libraries[f->nlibrary++];
  free(l.name);
  free(l.path);
  return NULL;
}

static Known *known_of(Ffi *f, unsigned library, const char *symbol, const char *types) {
  Known *grown = realloc(f->known, (f->nknown + 1) * sizeof *grown);
  if (!grown) return NULL;
  f->known = grown;
  Known *k = &grown[f->nknown];
  memset(k, 0, sizeof *k);
  k->library = library;
  k->symbol = strdup(symbol);
  size_t n = strlen(types);
  if (!k->symbol || n >= sizeof k->types) { free(k->symbol); return NULL; }
  memcpy(k->types, types, n + 1);
  f->nknown++;
  return k;
}

static int find(void *data, const char *library, const char *symbol, const char *types, unsigned *id, char *why, size_t room) {
  Ffi *f = data;
  char *path = resolved(library), text[FFI_WHY] = "";
  if (!path) return ENT_HOST_BROKEN;
  int code = is_allowed(f, path, symbol) ? ENT_HOST_FINE : refused(library, symbol, why, room);
  Library *l = code ? NULL : library_of(f, library, path);
  free(path);
  if (code) return code;
  Known *k = l ? known_of(f, (unsigned)(l - f->libraries), symbol, types) : NULL;
  snprintf(text, sizeof text, "memory ran out");
  code = k ? ready(f, k, text) : ENT_HOST_BROKEN;
  if (code) snprintf(why, room, "%s", text);
  else *id = f->nknown - 1;
  return code;
}

/* ---- calling ---- */

typedef void Give(void *to, size_t i, const unsigned char *result, size_t len);
typedef struct Calls { size_t n; const unsigned *ids; const unsigned char *const *args; const size_t *len; Give *give; void *to; } Calls;

static int call_here(Ffi *f, const Calls *c, size_t *done, char *why, size_t room) {
  for (; *done < c->n; ++*done) {
    f->in.len = 0;
    if (!ffi_invoke(f->known[c->ids[*done]].fn, c->args[*done], c->len[*done], &f->in)) { snprintf(why, room, "could not be called"); return ENT_HOST_BROKEN; }
    c->give(c->to, *done, f->in.at, f->in.len);
  }
  return ENT_HOST_FINE;
}

/* How many calls from `first` on go out together: as many as have been quick so far, of one library. */
static size_t gather(Ffi *f, const Calls *c, size_t first, Library *l) {
  size_t n = 0;
  f->out.len = 0;
  for (size_t i = first; i < c->n && n < l->chunk; i++, n++) {
    const Known *k = &f->known[c->ids[i]];
    uint32_t head[2] = {k->number, (uint32_t)c->len[i]};
    if (&f->libraries[k->library] != l || k->started != l->started || (n && f->out.len + c->len[i] > FFI_REQUEST)) break;
    bytes_add(&f->out, head, sizeof head);
    bytes_add(&f->out, c->args[i], c->len[i]);
  }
  return f->out.failed ? 0 : n;
}

/* Hands out the answers of one message: false when they are none. */
static bool hand_out(const Ffi *f, const Calls *c, size_t sent, size_t *done) {
  size_t first = *done;
  for (size_t i = 0; i < f->in.len;) {
    uint32_t len;
    if (*done == first + sent || f->in.len - i < sizeof len) return false;
    memcpy(&len, f->in.at + i, sizeof len);
    i += sizeof len;
    if (len > f->in.len - i) return false;
    c->give(c->to, *done, f->in.at + i, len);
    i += len;
    ++*done;
  }
  return *done > first;
}

/* Calls that are sent together have one deadline, so slow ones go out in smaller numbers: such that an eighth of it is enough. */
static void pace(const Ffi *f, Library *l, size_t sent, int64_t took) {
  int64_t eighth = (int64_t)seconds(f) * 125;
  if (took > eighth) l->chunk = sent > 8 ? sent / 8 : 1;
  else if (took * 2 < eighth && sent == l->chunk && l->chunk < CHUNK_MAX) l->chunk *= 2;
}

static int call(void *data, size_t n, const unsigned *ids, const unsigned char *const *args, const size_t *len, size_t *done, Give *give, void *to, char *why, size_t room) {
  Ffi *f = data;
  Calls c = {n, ids, args, len, give, to};
  char text[FFI_WHY] = "";
  *done = 0;
  if (f->o->in_process) return call_here(f, &c, done, why, room);
  while (*done < n) {
    Known *k = &f->known[ids[*done]];
    Library *l = &f->libraries[k->library];
    FfiHead h;
    int code = ready(f, k, text);
    if (code) { snprintf(why, room, "%s", text); return code; }
    size_t sent = gather(f, &c, *done, l);
    int64_t from = now();
    l->shared->at = 0;
    if (!sent) { snprintf(why, room, "needs more memory than there is"); return ENT_HOST_BROKEN; }
    if (!exchange(f, l, 'C', &h, why, room)) {
      uint32_t at = l->shared->at;   /* the process may have written anything here: it is only for the message */
      *done += at < sent ? at : sent - 1;
      return ENT_HOST_BROKEN;
    }
    if (h.kind != 'A' || !hand_out(f, &c, sent, done)) { forget_process(l); snprintf(why, room, "gave what is no answer"); return ENT_HOST_BROKEN; }
    pace(f, l, sent, now() - from);
  }
  return ENT_HOST_FINE;
}

static void end(void *data) {
  Ffi *f = data;
  for (unsigned i = 0; i < f->nlibrary; i++) {
    forget_process(&f->libraries[i]);
    if (f->libraries[i].shared) munmap(f->libraries[i].shared, sizeof *f->libraries[i].shared);
    free(f->libraries[i].name);
    free(f->libraries[i].path);
  }
  for (unsigned i = 0; i < f->nknown; i++) {
    free(f->known[i].symbol);
    free(f->known[i].fn);
  }
  free(f->libraries);
  free(f->known);
  free(f->out.at);
  free(f->in.at);
  free(f);
}

bool ffi_open(const FfiOptions *o, ent_host *host) {
  Ffi *f = calloc(1, sizeof *f);
  if (!f) return false;
  f->o = o;
  *host = (ent_host){.data = f, .batches = !o->in_process, .find = find, .call = call, .end = end};
  return true;
}
