#define _GNU_SOURCE
#include "edge/crew.h"
#include "edge/jobs.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* A question that is divided is as many pieces of work as there are processes, each of which does one and hands out bytes. */

typedef struct Call {
  const unsigned char *(*work)(void *of, unsigned i, void *common, size_t *len);
  void *of, *common;
  pid_t parent;
  bool worked;
  Bytes *done;         /* by piece */
  unsigned taken;
} Call;

/* A process that is through before another began would be given a second piece; and where none can be started, all would be done in
 * this one. Neither is asked for. */
static void work(void *data, size_t i, Bytes *out) {
  Call *c = data;
  size_t len = 0;
  if (c->worked || getpid() == c->parent) return;
  c->worked = true;
  const unsigned char *bytes = c->work(c->of, (unsigned)i, c->common, &len);
  if (!bytes) _exit(1);
  bytes_add(out, bytes, len);
}

static void take(void *data, size_t i, const unsigned char *bytes, size_t len) {
  Call *c = data;
  bytes_add(&c->done[i], bytes, len);
  c->taken += !c->done[i].failed;
}

static void lost(void *data, size_t i, int code, const char *why) {
  (void)data, (void)i, (void)code, (void)why;
}

static bool run(void *data, size_t room, const unsigned char *(*todo)(void *of, unsigned i, void *common, size_t *len),
                void (*give)(void *of, unsigned i, const unsigned char *bytes, size_t len), void *of) {
  const Crew *crew = data;
  Call c = {.work = todo, .of = of, .parent = getpid(), .done = calloc(crew->n, sizeof *c.done)};
  c.common = mmap(NULL, room ? room : 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Jobs jobs = {crew->e, crew->n, crew->n, true, &c, work, take, lost};
  bool some = false, ready = c.done && c.common != MAP_FAILED;
  if (ready) jobs_run(&jobs);
  for (unsigned i = 0; ready && i < crew->n; i++) {
    if (c.taken == crew->n && c.done[i].len) give(of, i, c.done[i].at, c.done[i].len), some = true;
    bytes_end(&c.done[i]);
  }
  if (c.common != MAP_FAILED) munmap(c.common, room ? room : 1);
  free(c.done);
  return some;
}

ent_crew crew_of(const Crew *c) { return (ent_crew){(void *)(uintptr_t)c, c->n, c->after, run}; }
