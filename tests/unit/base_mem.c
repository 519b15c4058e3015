/* The memory door, vectors and bit sets. */
#include "base/bits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "tap.h"

static void test_count(void) {
  Mem m;
  ok(mem_init(&m, 0), "a door opens");
  char *p = mem_get(&m, 100), *z = mem_zero(&m, 5000);
  is_int((int64_t)m.used, 5100, "used is what was asked for");
  is_int((int64_t)m.calls, 2, "each request is counted");
  bool zero = true;
  for (int i = 0; i < 5000; i++) zero = zero && !z[i];
  ok(zero, "mem_zero zeroes");
  memset(p, 7, 100);
  p = mem_grow(&m, p, 100, 9000);
  ok(p && p[0] == 7 && p[99] == 7, "growing keeps the bytes");
  is_int((int64_t)m.used, 14000, "growing counts the difference");
  p = mem_grow(&m, p, 9000, 10);
  ok(p && p[9] == 7, "shrinking keeps the bytes");
  is_int((int64_t)m.used, 5010, "shrinking gives back");
  is_int((int64_t)m.peak, 14000, "the peak stays");
  is_int((int64_t)m.calls, 3, "shrinking is no request");
  mem_free(&m, p, 10);
  mem_free(&m, z, 5000);
  mem_free(&m, NULL, 77);
  is_int((int64_t)m.used, 0, "all given back");
  void *none = mem_get(&m, 0), *grown = mem_grow(&m, NULL, 0, 24);
  ok(none && grown && ((uintptr_t)none & 15) == 0 && ((uintptr_t)grown & 15) == 0, "0 bytes are a block; NULL grows; 16-byte aligned");
  mem_free(&m, none, 0);
  mem_free(&m, grown, 24);
  is_int((int64_t)m.used, 0, "and back");
  mem_end(&m);
}

static void test_limit(void) {
  Mem m;
  mem_init(&m, 10000);
  void *p = mem_get(&m, 10000);
  ok(p && !mem_failed(&m), "up to the limit");
  ok(!mem_get(&m, MEM_SMALL + MEM_HEAD + 1), "one more large request is refused");
  ok(mem_failed(&m), "and failure is noted");
  is_int((int64_t)m.used, 10000, "nothing was counted");
  mem_free(&m, p, 10000);
  ok(!mem_get(&m, 5000), "failure sticks when there is room again");
  void *q = mem_get(&m, 5);
  ok(q && m.used == 0, "small requests come from the reserve");
  mem_free(&m, q, 5);
  mem_end(&m);

  mem_init(&m, 10000);
  p = mem_get(&m, 6000);
  memset(p, 3, 6000);
  ok(!mem_grow(&m, p, 6000, 10001), "growing past the limit is refused");
  ok(((char *)p)[5999] == 3, "and the old block is as it was");
  mem_free(&m, p, 6000);
  ok(!mem_get(&m, SIZE_MAX) && !mem_get(&m, SIZE_MAX - 64), "absurd sizes are refused");
  mem_end(&m);

  mem_init(&m, 0);
  p = mem_get(&m, 10);
  ok(!mem_get(&m, SIZE_MAX - 4) && mem_failed(&m), "a size that would wrap the count is refused");
  mem_free(&m, p, 10);
  is_int((int64_t)m.used, 0, "nothing left");
  mem_end(&m);
}

static void test_charge(void) {
  Mem m;
  mem_init(&m, 1000);
  ok(mem_charge(&m, 600) && m.used == 600 && m.calls == 1, "a charge counts");
  ok(!mem_charge(&m, 600) && m.used == 600 && mem_failed(&m), "and is refused over the limit");
  mem_refund(&m, 600);
  ok(!mem_charge(&m, 1) && m.used == 0, "it has no reserve");
  mem_end(&m);
}

static void test_reserve(void) {
  Mem m;
  enum { N = MEM_RESERVE / MEM_SMALL };
  static char *piece[N + 1];
  mem_init(&m, 0);
  m.failed = true;
  bool served = true, apart = true, aligned = true;
  for (int i = 0; i < N; i++) {
    piece[i] = mem_get(&m, MEM_SMALL);
    if (!piece[i]) { served = false; break; }
    memset(piece[i], i & 127, MEM_SMALL);
    aligned = aligned && ((uintptr_t)piece[i] & 15) == 0;
  }
  for (int i = 0; i < N && served; i++) apart = apart && piece[i][0] == (i & 127) && piece[i][MEM_SMALL - 1] == (i & 127);
  ok(served && apart && aligned, "the reserve serves %d aligned pieces that do not overlap", (int)N);
  ok(!mem_get(&m, 1), "then nothing");
  is_int((int64_t)m.used, 0, "the reserve is not counted");
  for (int i = 0; i < N; i++) mem_free(&m, piece[i], MEM_SMALL);
  char *p = mem_get(&m, 16);
  ok(p != NULL, "given back, it serves again");
  memcpy(p, "0123456789abcdef", 16);
  char *q = mem_get(&m, 1);
  p = mem_grow(&m, p, 16, 4000);
  ok(p && memcmp(p, "0123456789abcdef", 16) == 0, "a piece grows");
  ok(!mem_grow(&m, p, 4000, 5000), "not beyond small");
  p = mem_grow(&m, p, 4000, 8);
  ok(p && memcmp(p, "01234567", 8) == 0, "a piece shrinks");
  m.failed = false;
  p = mem_grow(&m, p, 8, 9000);
  ok(p && memcmp(p, "01234567", 8) == 0 && m.used == 9000, "and moves to the system when that is open again");
  mem_free(&m, q, 1);
  mem_free(&m, p, 9000);
  is_int((int64_t)m.used, 0, "all given back");
  mem_end(&m);
}

/* Three large requests; bit i of the answer: request i was served. */
static int large_requests(Mem *m) {
  int served = 0;
  for (int i = 0; i < 3; i++) {
    void *p = mem_get(m, 100000);
    if (p) served |= 1 << i;
    mem_free(m, p, 100000);
    m->failed = false;
  }
  return served;
}

static void test_injection(void) {
  static const int once[5] = {7, 6, 5, 3, 7}, after[5] = {7, 0, 1, 3, 7};
  for (unsigned n = 0; n < 5; n++) {
    Mem m;
    mem_init(&m, 0);
    m.fail_at = n;
    is_int(large_requests(&m), once[n], "fail_at %u fails that request alone", n);
    mem_end(&m);
    mem_init(&m, 0);
    m.fail_at = n;
    m.fail_after = true;
    is_int(large_requests(&m), after[n], "fail_at %u and after", n);
    mem_end(&m);
  }
}

typedef VEC(uint64_t) Numbers;

static bool in_order(const Numbers *v) {
  for (uint32_t i = 0; i < v->len; i++)
    if (v->at[i] != i * 3) return false;
  return true;
}

static void test_vec(void) {
  Mem m;
  mem_init(&m, 0);
  Numbers v = {0};
  bool pushed = true;
  for (uint64_t i = 0; i < 100000; i++) pushed = vec_push(&m, &v, i * 3) && pushed;
  ok(pushed && v.len == 100000 && in_order(&v), "100,000 elements keep their places");
  vec_end(&m, &v);
  ok(!v.at && !v.len && !v.cap && m.used == 0, "vec_end gives all back");
  uint64_t calls = m.calls;
  mem_end(&m);

  bool good = true;
  for (uint64_t n = 1; n <= calls; n++) {
    mem_init(&m, 0);
    m.fail_at = n;
    uint32_t before = 0;
    for (uint64_t i = 0; i < 100000; i++) {
      before = v.len;
      if (!vec_push(&m, &v, i * 3)) break;
    }
    good = good && mem_failed(&m) && v.len == before && v.len < 100000 && in_order(&v);
    vec_end(&m, &v);
    good = good && m.used == 0 && m.reserve_live == 0;
    mem_end(&m);
  }
  ok(good && calls > 5, "each of its %d allocations fails once: the elements stay, nothing leaks", (int)calls);

  mem_init(&m, 0);
  uint32_t cap = UINT32_MAX;
  void *at = NULL;
  ok(!vec_room_(&m, &at, UINT32_MAX, &cap, 1) && mem_failed(&m), "no more than 2^32 - 1 elements");
  mem_end(&m);
}

static void test_bits(void) {
  enum { N = 3 };
  is_int(bits_words(0), 0, "no words for no bits");
  is_int(bits_words(64), 1, "64 bits in one");
  is_int(bits_words(65), 2, "65 in two");
  uint64_t a[N] = {0}, b[N] = {0};
  ok(!bits_any(a, N) && bits_next(a, N, 0) == UINT32_MAX && bits_equal(a, b, N) && bits_within(a, b, N), "empty sets");
  static const uint32_t in[] = {0, 5, 63, 64, 127, 128, 191};
  for (size_t i = 0; i < sizeof in / sizeof *in; i++) bits_set(a, in[i]);
  is_int(bits_count(a, N), 7, "seven members");
  bool walk = true;
  uint32_t at = 0;
  for (size_t i = 0; i < sizeof in / sizeof *in; i++) {
    walk = walk && bits_next(a, N, at) == in[i] && bits_has(a, in[i]);
    at = in[i] + 1;
  }
  ok(walk && bits_next(a, N, at) == UINT32_MAX, "bits_next walks them");
  ok(bits_next(a, N, 6) == 63 && bits_next(a, N, 129) == 191 && bits_next(a, N, 500) == UINT32_MAX && bits_next(a, 0, 0) == UINT32_MAX, "from the middle, the end, and outside");
  bits_set(b, 100);
  ok(!bits_meet(a, b, N) && !bits_within(b, a, N), "disjoint");
  bits_set(b, 127);
  ok(bits_meet(a, b, N) && !bits_within(b, a, N), "meeting");
  bits_or(a, b, N);
  ok(bits_within(b, a, N) && !bits_within(a, b, N) && bits_count(a, N) == 8 && bits_any(a, N), "a union holds both");
  ok(!bits_equal(a, b, N), "and differs");
  bits_drop(a, 100);
  ok(!bits_has(a, 100) && bits_has(a, 127), "dropping takes one");
}

static void test_vec_more(void) {
  Mem m;
  VEC(uint64_t) v = {0};
  uint32_t none = 0;
  bool pushed = true;
  mem_init(&m, 0);
  ok(vec_more(&m, &v, none) && !v.at, "room for none is there");
  ok(vec_more(&m, &v, 1000) && v.cap == 1000 && !v.len, "room for many is what was asked for");
  const uint64_t *room = v.at;
  for (uint64_t i = 0; i < 1000; i++) pushed = vec_push(&m, &v, i) && pushed;
  ok(pushed && v.at == room && v.len == 1000, "and serves for as many");
  ok(vec_more(&m, &v, 1) && v.cap == 2000, "a little more is twice as much");
  ok(!vec_more(&m, &v, UINT32_MAX) && mem_failed(&m), "more than can be counted is refused");
  vec_end(&m, &v);
  mem_end(&m);
}

int main(void) {
  test_count();
  test_limit();
  test_charge();
  test_reserve();
  test_injection();
  test_vec();
  test_bits();
  test_vec_more();
  return done();
}
