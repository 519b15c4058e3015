#ifndef EDGE_CREW_H
#define EDGE_CREW_H
#include "edge/edge.h"

/* Fills the table of those who work on one draft at once: processes, as many as asked for, forked when the library has something for
 * them. The Crew is to outlive the session. */
typedef struct Crew { Edge *e; unsigned n; uint64_t after; } Crew;
ent_crew crew_of(const Crew *c);

#endif
