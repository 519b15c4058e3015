#include "base/profile.h"
#include <string.h>

bool profile_init(Profile *p, Mem *mem, int64_t (*clock)(void)) {
  ProfileNode whole = {0};
  memset(p, 0, sizeof *p);
  p->mem = mem;
  p->clock = clock;
  map_init(&p->child, mem);
  p->time_then = clock ? clock() : 0;
  return vec_push(mem, &p->nodes, whole);
}

void profile_end(Profile *p) {
  vec_end(p->mem, &p->nodes);
  vec_end(p->mem, &p->open);
  map_end(&p->child);
}

static uint32_t top(const Profile *p) { return p->open.len ? p->open.at[p->open.len - 1] : 0; }

/* What was spent since it was last looked at is that of the innermost. */
static void settle(Profile *p) {
  ProfileNode *n = &p->nodes.at[top(p)];
  uint64_t steps = p->counter ? *p->counter : 0;
  int64_t now = p->clock ? p->clock() : 0;
  n->steps += steps - p->steps_then;
  if (now > p->time_then) n->time += (uint64_t)(now - p->time_then);
  p->steps_then = steps;
  p->time_then = now;
}

/* From within itself: the place that it is entered at already. */
static uint32_t around(const Profile *p, uint32_t at, uint64_t id) {
  while (at && p->nodes.at[at].id != id) at = p->nodes.at[at].parent;
  return at;
}

static uint32_t node_make(Profile *p, uint32_t parent, uint64_t id) {
  ProfileNode n = {.id = id, .parent = parent, .before = p->nodes.at[parent].last};
  if (p->nodes.len >= PROFILE_NODES || !vec_push(p->mem, &p->nodes, n)) return parent;
  return p->nodes.at[parent].last = p->nodes.len - 1;
}

void profile_enter(Profile *p, uint64_t id) {
  if (!p) return;
  settle(p);
  uint32_t from = top(p);
  uint64_t *at = map_slot(&p->child, (uint64_t)from << 40 | id, 0);
  uint32_t to = at ? (uint32_t)*at : from;
  if (!to) {
    to = around(p, from, id);
    if (!to) to = node_make(p, from, id);
    *at = to;
  }
  p->nodes.at[to].runs++;
  vec_push(p->mem, &p->open, to);
}

void profile_leave(Profile *p) {
  if (!p || !p->open.len) return;
  settle(p);
  p->open.len--;
}

void profile_stop(Profile *p) {
  if (!p) return;
  settle(p);
  p->open.len = 0;
}

void profile_phase(Profile *p, ProfilePhase phase) {
  profile_stop(p);
  profile_enter(p, profile_id(PROFILE_PHASE, phase));
}

void profile_spend(Profile *p, uint64_t steps) {
  if (p) p->nodes.at[top(p)].steps += steps;
}
