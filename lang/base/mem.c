#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16 };

bool mem_init(Mem *m, size_t limit) {
  memset(m, 0, sizeof *m);
  m->limit = limit;
  m->reserve = malloc(MEM_RESERVE);
  return m->reserve != NULL;
}

void mem_end(Mem *m) {
  free(m->reserve);
  m->reserve = NULL;
}

static bool in_reserve(const Mem *m, const void *p) {
  uintptr_t at = (uintptr_t)p, from = (uintptr_t)m->reserve;
  return at >= from && at - from < MEM_RESERVE;
}

/* Counts a request for `more` bytes and says whether it may go to the system. */
static bool allowed(Mem *m, size_t more) {
  m->calls++;
  if (m->fail_at && (m->calls == m->fail_at || (m->fail_after && m->calls > m->fail_at))) m->failed = true;
  if (more > SIZE_MAX - m->used || (m->limit && m->used + more > m->limit)) m->failed = true;
  return !m->failed;
}

static void count(Mem *m, size_t more) {
  m->used += more;
  if (m->used > m->peak) m->peak = m->used;
}

/* The system has nothing left. */
static void none_left(Mem *m) { m->failed = m->system = true; }

static void *from_reserve(Mem *m, size_t n) {
  if (n > MEM_SMALL + MEM_HEAD || !m->reserve) return NULL;
  size_t piece = n ? (n + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
  if (piece > MEM_RESERVE - m->reserve_used) return NULL;
  void *p = m->reserve + m->reserve_used;
  m->reserve_used += piece;
  m->reserve_live++;
  return p;
}

void *mem_get(Mem *m, size_t n) {
  void *p = NULL;
  if (allowed(m, n) && !(p = malloc(n ? n : 1))) none_left(m);
  if (!p) return from_reserve(m, n);
  count(m, n);
  return p;
}

void *mem_zero(Mem *m, size_t n) {
  void *p = mem_get(m, n);
  if (p) memset(p, 0, n);
  return p;
}

/* A shrinking realloc that fails leaves the block as it is, which is as good. */
static void *shrink(Mem *m, void *p, size_t old, size_t n) {
  if (in_reserve(m, p)) return p;
  void *q = realloc(p, n ? n : 1);
  m->used -= old - n;
  return q ? q : p;
}

void *mem_grow(Mem *m, void *p, size_t old, size_t n) {
  if (!p) return mem_get(m, n);
  if (n <= old) return shrink(m, p, old, n);
  bool ours = in_reserve(m, p);
  void *q = NULL;
  if (allowed(m, ours ? n : n - old) && !(q = ours ? malloc(n) : realloc(p, n))) none_left(m);
  if (q && !ours) {
    count(m, n - old);
    return q;
  }
  if (q) count(m, n);
  else if (!(q = from_reserve(m, n))) return NULL;
  memcpy(q, p, old);
  mem_free(m, p, old);
  return q;
}

void mem_free(Mem *m, void *p, size_t n) {
  if (!p) return;
  if (in_reserve(m, p)) {
    if (--m->reserve_live == 0) m->reserve_used = 0;
    return;
  }
  free(p);
  m->used -= n;
}

bool mem_charge(Mem *m, size_t n) {
  if (!allowed(m, n)) return false;
  count(m, n);
  return true;
}

void mem_refund(Mem *m, size_t n) { m->used -= n; }
