/* Arenas and text buffers. */
#include "base/arena.h"
#include "base/buf.h"
#include "tap.h"

enum { PIECES = 3000 };
static char *piece[PIECES];
static size_t size_of(int i) { return i % 500 == 499 ? 70000 : (size_t)(i * 37 % 300); }

/* Takes the pieces, fills those that were served, and looks at them all at the end. */
static bool fill_arena(Arena *a, int *refused) {
  bool good = true;
  *refused = 0;
  for (int i = 0; i < PIECES; i++) {
    piece[i] = arena_get(a, size_of(i));
    if (!piece[i]) {
      ++*refused;
      if (size_of(i) <= MEM_SMALL && a->mem->reserve_used < MEM_RESERVE - 2 * MEM_SMALL) good = false;
      continue;
    }
    good = good && ((uintptr_t)piece[i] & 7) == 0;
    memset(piece[i], i & 127, size_of(i));
  }
  for (int i = 0; i < PIECES; i++)
    for (size_t k = 0; piece[i] && k < size_of(i); k++) good = good && piece[i][k] == (i & 127);
  return good;
}

static void test_arena(void) {
  Mem m;
  Arena a;
  int refused;
  mem_init(&m, 0);
  arena_init(&a, &m);
  ok(arena_get(&a, 0) != NULL && m.calls == 0, "no bytes, no block, and yet not refused");
  ok(fill_arena(&a, &refused) && !refused, "pieces are aligned and apart");
  uint64_t calls = m.calls;
  ok(calls < 60, "in few blocks (%d)", (int)calls);
  char *z = arena_zero(&a, 1000);
  bool zero = true;
  for (int i = 0; i < 1000; i++) zero = zero && !z[i];
  ok(zero, "arena_zero zeroes");
  is_str(arena_copy(&a, "abcdef", 3), "abc", "arena_copy adds a NUL");
  is_str(arena_copy(&a, NULL, 0), "", "and copies nothing");
  ok(!mem_failed(&m), "nothing failed so far");
  ok(!arena_get(&a, SIZE_MAX) && !arena_get(&a, SIZE_MAX - 20) && !arena_copy(&a, "", SIZE_MAX), "absurd sizes do not wrap");
  arena_end(&a);
  is_int((int64_t)m.used, 0, "arena_end gives all back");
  mem_end(&m);

  bool good = true;
  for (uint64_t n = 1; n <= 2 * calls; n++) {
    mem_init(&m, 0);
    m.fail_at = (n + 1) / 2;
    m.fail_after = n % 2;
    arena_init(&a, &m);
    good = good && fill_arena(&a, &refused) && mem_failed(&m);
    arena_end(&a);
    good = good && m.used == 0 && m.reserve_live == 0;
    mem_end(&m);
  }
  ok(good, "each of %d allocations fails: small pieces are served, nothing leaks", (int)calls);
}

static void test_small(void) {
  bool good = true;
  for (size_t n = MEM_SMALL - 40; n <= MEM_SMALL; n++) {
    Mem m;
    Arena a;
    mem_init(&m, 0);
    arena_init(&a, &m);
    arena_get(&a, 100);
    m.failed = true;
    char *p = arena_get(&a, n), *q = arena_get(&a, n);
    good = good && p && q;
    if (good) memset(p, 1, n), memset(q, 2, n);
    arena_end(&a);
    good = good && m.used == 0 && m.reserve_live == 0;
    mem_end(&m);
  }
  ok(good, "up to MEM_SMALL bytes an arena refuses nothing");
  good = true;
  for (size_t n = MEM_SMALL - 40; n <= MEM_SMALL; n++) {
    Mem m;
    Arena a;
    mem_init(&m, 0);
    arena_init(&a, &m);
    arena_get(&a, 4000);
    m.fail_at = 2;
    char *p = arena_get(&a, n);
    good = good && p && mem_failed(&m) && (p + n <= m.reserve + m.reserve_used);
    if (p) memset(p, 1, n);
    arena_end(&a);
    mem_end(&m);
  }
  ok(good, "nor when the very request for its block fails");
}

static void test_buf(void) {
  Mem m;
  Buf b;
  mem_init(&m, 0);
  buf_init(&b, &m);
  is_str(buf_text(&b), "", "an empty text");
  buf_add(&b, NULL, 0);
  buf_str(&b, "a");
  buf_add(&b, "bcd", 2);
  buf_char(&b, '-');
  buf_pad(&b, '=', 3);
  buf_pad(&b, '!', 0);
  buf_pad(&b, '!', -4);
  is_str(buf_text(&b), "abc-===", "pieces follow each other");
  buf_clear(&b);
  is_str(buf_text(&b), "", "cleared");
  static const int64_t ints[] = {0, 7, -1, 10, INT64_MAX, INT64_MIN};
  for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
    char want[32];
    snprintf(want, sizeof want, "%" PRId64, ints[i]);
    buf_clear(&b);
    buf_int(&b, ints[i]);
    is_str(buf_text(&b), want, "buf_int %s", want);
  }
  buf_clear(&b);
  buf_fmt(&b, "%s:%d %.*s", "x", -3, 2, "abc");
  is_str(buf_text(&b), "x:-3 ab", "buf_fmt");
  buf_clear(&b);
  buf_fmt(&b, "<%300s>", "end");
  ok(b.len == 302 && b.at[301] == '>' && b.at[300] == 'd' && b.at[1] == ' ' && !b.full, "buf_fmt, long");
  buf_clear(&b);
  bool same = true;
  for (int i = 0; i < 50000; i++) buf_char(&b, (char)('a' + i % 26));
  for (int i = 0; i < 50000; i++) same = same && b.at[i] == 'a' + i % 26;
  ok(same && b.len == 50000 && strlen(buf_text(&b)) == 50000, "50,000 characters");
  volatile size_t absurd = SIZE_MAX - 2;
  buf_add(&b, b.at, absurd);
  ok(b.full && mem_failed(&m) && b.len == 50000, "an absurd length does not wrap");
  buf_end(&b);
  is_str(buf_text(&b), "", "ended");
  is_int((int64_t)m.used, 0, "nothing left");
  mem_end(&m);
}

static void test_max(void) {
  Mem m;
  Buf b;
  mem_init(&m, 0);
  buf_init(&b, &m);
  b.max = 5;
  buf_str(&b, "abcde");
  ok(!b.full, "max bytes are not too many");
  buf_str(&b, "");
  ok(!b.full, "nor is nothing more");
  buf_char(&b, 'f');
  ok(b.full, "one more is");
  is_str(buf_text(&b), "abcde", "the text is cut");
  buf_clear(&b);
  buf_str(&b, "abc\xC3\xA4\xC3\xA4");
  is_str(buf_text(&b), "abc\xC3\xA4", "cut between characters, exactly");
  buf_clear(&b);
  buf_str(&b, "abcd\xE2\x82\xAC");
  is_str(buf_text(&b), "abcd", "cut before a character that does not fit");
  buf_str(&b, "e");
  is_str(buf_text(&b), "abcd", "and nothing follows a cut");
  buf_clear(&b);
  buf_pad(&b, '*', 9);
  is_str(buf_text(&b), "*****", "padding is cut");
  buf_clear(&b);
  buf_fmt(&b, "%d", 1234567);
  ok(b.full, "so is a format");
  is_str(buf_text(&b), "12345", "to its first part");
  buf_end(&b);
  b.max = 2;
  buf_str(&b, "\xE2\x82\xAC");
  ok(b.full && b.len == 0, "a first character that does not fit leaves nothing");
  is_str(buf_text(&b), "", "not even NULL");
  buf_end(&b);
  is_int((int64_t)m.used, 0, "nothing left");
  mem_end(&m);
}

static void build(Buf *b) {
  for (int i = 0; i < 3000; i++) {
    buf_str(b, "0123456789");
    if (i % 500 == 0) buf_fmt(b, "%5000d", i);
    if (i % 700 == 0) buf_pad(b, '.', 3000);
  }
}

static void test_refused(void) {
  Mem m;
  Buf whole, b;
  mem_init(&m, 0);
  buf_init(&whole, &m);
  build(&whole);
  uint64_t calls = m.calls;
  bool good = !whole.full;
  for (uint64_t n = 1; n <= calls; n++) {
    Mem f;
    mem_init(&f, 0);
    f.fail_at = n;
    buf_init(&b, &f);
    build(&b);
    good = good && b.full && f.failed && b.len < whole.len && memcmp(buf_text(&b), whole.at, b.len) == 0;
    good = good && buf_text(&b)[b.len] == 0;
    buf_end(&b);
    good = good && f.used == 0 && f.reserve_live == 0;
    mem_end(&f);
  }
  ok(good, "each of %d allocations fails: the text is a beginning of the whole, nothing leaks", (int)calls);
  buf_end(&whole);
  is_int((int64_t)m.used, 0, "nothing left");
  mem_end(&m);
}

int main(void) {
  test_arena();
  test_small();
  test_buf();
  test_max();
  test_refused();
  return done();
}
