#ifndef BASE_PROFILE_H
#define BASE_PROFILE_H
#include "base/map.h"
#include "base/vec.h"

/* Where steps and time go: a tree of what was entered from what. It knows no names: an id is whoever's who enters, below 2^40. What is
 * entered again from within itself is one place, so that the tree is finite and a place's whole never counts anything twice. */
typedef struct ProfileNode {
  uint64_t id, runs, steps, time;   /* its own, without what was entered from it; time in nanoseconds */
  uint32_t parent, last, before;    /* the newest of its children, and of its parent's the one before it; 0: none */
} ProfileNode;

typedef struct Profile {
  Mem *mem;
  int64_t (*clock)(void);           /* nanoseconds since whenever; NULL: time is not measured */
  const uint64_t *counter;          /* steps so far; NULL: there are none yet */
  uint64_t steps_then;              /* what both were when they were last looked at */
  int64_t time_then;
  uint32_t unchecked;               /* steps since the machine last asked whether it may go on */
  VEC(ProfileNode) nodes;           /* the first is the whole */
  VEC(uint32_t) open;               /* those that are entered, innermost last */
  Map child;                        /* node << 40 | id -> node */
} Profile;
enum { PROFILE_NODES = 1 << 20 };   /* beyond that, what is entered counts for what it is entered from */

/* What ids are made of. */
typedef enum ProfileKind { PROFILE_FUNC, PROFILE_PHASE, PROFILE_FILE, PROFILE_DATA, PROFILE_DECL } ProfileKind;
typedef enum ProfilePhase { PHASE_READ, PHASE_ROWS, PHASE_CHECK, PHASE_COMPILE, PHASE_LOAD, PHASE_SEAL, PHASE_JUDGE, PHASE_SETTLE, PHASE_REPORT } ProfilePhase;
static inline uint64_t profile_id(ProfileKind kind, uint32_t index) { return (uint64_t)kind << 32 | index; }

/* False: memory is refused. */
bool profile_init(Profile *p, Mem *mem, int64_t (*clock)(void));
void profile_end(Profile *p);
/* All of these take NULL, and then do nothing. */
void profile_enter(Profile *p, uint64_t id);
void profile_leave(Profile *p);
void profile_phase(Profile *p, ProfilePhase phase);   /* leaves all that is entered and begins a part of the run */
void profile_stop(Profile *p);                        /* leaves all that is entered */
void profile_spend(Profile *p, uint64_t steps);       /* steps that the counter does not know */

#endif
