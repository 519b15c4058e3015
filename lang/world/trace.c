#include "base/bits.h"
#include "world/inner.h"
#include <string.h>

/* The facts that an answer rests on, noted in the order in which they are read. What a loop read before the element that decided it is
 * cut out, and so may what a call read that is not gone into again for that element: so all is kept, with the places of cuts and calls,
 * until the answer is there and it shows what counts. */

void trace_clear(World *w) {
  w->trace.len = w->trace_cuts.len = w->trace_calls.len = 0;
  w->trace_elem = 0;
}

uint32_t trace_call_begin(World *w) {
  TraceCall c = {.lo = w->trace.len, .hi = UINT32_MAX, .cut_lo = w->trace_cuts.len};
  w->trace_elem = w->trace.len;   /* all that it reads is noted, whatever stands before it */
  vec_push(w->mem, &w->trace_calls, c);
  return w->trace_calls.len - 1;
}

void trace_call_end(World *w, uint32_t call) {
  if (call >= w->trace_calls.len) return;
  w->trace_calls.at[call].hi = w->trace.len;
  w->trace_calls.at[call].cut_hi = w->trace_cuts.len;
}

void trace_call_again(World *w, uint32_t call) { fact_note(w, TRACE_CALLED, call); }

/* A long trace would grow without end: what is cut out of one is gone, and what calls read within it too. */
static void take_out(World *w, uint32_t lo, uint32_t hi) {
  uint32_t by = hi - lo;
  memmove(w->trace.at + lo, w->trace.at + hi, (w->trace.len - hi) * sizeof *w->trace.at);
  w->trace.len -= by;
  w->trace_elem = w->trace_elem < hi ? w->trace.len : w->trace_elem - by;
  for (uint32_t i = w->trace_cuts.len; i-- > 0 && w->trace_cuts.at[i].lo >= lo;) {
    TraceCut *c = &w->trace_cuts.at[i];
    *c = c->lo < hi ? (TraceCut){lo, lo} : (TraceCut){c->lo - by, c->hi - by};
  }
  for (uint32_t i = w->trace_calls.len; i-- > 0 && w->trace_calls.at[i].lo >= lo;) {
    TraceCall *c = &w->trace_calls.at[i];
    if (c->hi == UINT32_MAX && c->lo < hi) continue;   /* what is cut out is at its beginning */
    c->hi = c->hi == UINT32_MAX ? c->hi : c->lo < hi ? lo : c->hi - by;
    c->lo = c->lo < hi ? lo : c->lo - by;
  }
}

void trace_cut(World *w, uint32_t lo, uint32_t hi) {
  enum { LONG = 1 << 13 };   /* less than what fact_note keeps apart */
  if (w->trace.len > LONG) { take_out(w, lo, hi); return; }
  vec_push(w->mem, &w->trace_cuts, ((TraceCut){lo, hi}));
  for (uint32_t i = w->trace_calls.len; i-- > 0 && w->trace_calls.at[i].lo >= lo;)
    if (w->trace_calls.at[i].hi <= hi) w->trace_calls.at[i].cut = true;
}

/* Marks what counts of a stretch in which these cuts were made. */
static void mark(const World *w, uint64_t *live, uint64_t *dead, TraceCall c) {
  for (uint32_t i = c.lo; i < c.hi; i++) bits_drop(dead, i);
  for (uint32_t k = c.cut_lo; k < c.cut_hi; k++)
    for (uint32_t i = w->trace_cuts.at[k].lo; i < w->trace_cuts.at[k].hi; i++) bits_set(dead, i);
  for (uint32_t i = c.lo; i < c.hi; i++)
    if (!bits_has(dead, i)) bits_set(live, i);
}

/* The calls that what counts from here on rests on, and that were cut out, count too. */
static void calls_mark(World *w, uint64_t *live, uint64_t *dead) {
  for (bool more = true; more;) {
    more = false;
    for (uint32_t i = w->trace.len; i-- > 0;) {   /* a call comes after what it reads, unless it goes round */
      Trace t = w->trace.at[i];
      if (t.kind != TRACE_CALLED || !bits_has(live, i) || t.row >= w->trace_calls.len) continue;
      TraceCall *c = &w->trace_calls.at[t.row];
      if (!c->cut || c->hi == UINT32_MAX) continue;
      c->cut = false;
      mark(w, live, dead, *c);
      more = true;
    }
  }
}

void trace_settle(World *w) {
  uint32_t n = w->trace.len, kept = 0;
  size_t bytes = ((size_t)bits_words(n) + 1) * sizeof(uint64_t);
  uint64_t *live = mem_zero(w->mem, bytes), *dead = mem_zero(w->mem, bytes);
  if (live && dead) {
    mark(w, live, dead, (TraceCall){.hi = n, .cut_hi = w->trace_cuts.len});
    calls_mark(w, live, dead);
  }
  for (uint32_t i = 0; i < n; i++)
    if (live && dead && bits_has(live, i) && w->trace.at[i].kind != TRACE_CALLED) w->trace.at[kept++] = w->trace.at[i];
  w->trace.len = kept;
  if (live) mem_free(w->mem, live, bytes);
  if (dead) mem_free(w->mem, dead, bytes);
}
