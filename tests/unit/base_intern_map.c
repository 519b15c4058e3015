/* Symbols, hash and map. */
#include "base/intern.h"
#include "base/map.h"
#include "tap.h"

enum { N = 50000 };

static size_t name_of(int i, char out[32]) {
  int n = snprintf(out, 32, i % 3 ? "n%d" : "a_longer_name_%08d_of_it", i);
  return (size_t)n;
}

static void test_intern(void) {
  Mem m;
  Intern t;
  mem_init(&m, 0);
  intern_init(&t, &m, 42);
  is_int(intern_find(&t, "x", 1), 0, "nothing is found in an empty table");
  is_int(intern_put(&t, "", 0), 0, "the empty text is 0");
  is_int(intern_put(&t, NULL, 0), 0, "even at NULL");
  is_str(intern_text(&t, 0), "", "and reads empty");
  is_int(intern_len(&t, 0), 0, "of no length");
  char s[32];
  bool order = true, again = true, found = true, texts = true;
  for (int i = 0; i < N; i++) order = intern_put(&t, s, name_of(i, s)) == (Sym)i + 1 && order;
  for (int i = N; i-- > 0;) {
    size_t n = name_of(i, s);
    again = intern_put(&t, s, n) == (Sym)i + 1 && again;
    found = intern_find(&t, s, n) == (Sym)i + 1 && found;
    texts = texts && intern_len(&t, (Sym)i + 1) == n && strcmp(intern_text(&t, (Sym)i + 1), s) == 0;
  }
  ok(order, "symbols are in the order of first use");
  ok(again, "a text again is the same symbol");
  ok(found, "and is found");
  ok(texts, "texts read back");
  is_int(intern_find(&t, "absent", 6), 0, "what is absent is not found");
  is_int(t.count, N + 1, "and was not added");
  Sym nul = intern_put(&t, "a\0b", 3), cut = intern_put(&t, "a", 1);
  ok(nul && cut && nul != cut && intern_len(&t, nul) == 3 && memcmp(intern_text(&t, nul), "a\0b", 4) == 0, "a NUL is a byte like any other");
  intern_end(&t);
  is_int((int64_t)m.used, 0, "nothing left");
  is_int(intern_put(&t, "x", 1), 1, "a table that ended begins anew");
  is_int(intern_put(&t, "x", UINT32_MAX), 0, "a text of 4 GiB is refused");
  ok(mem_failed(&m), "and noted");
  intern_end(&t);
  mem_end(&m);
}

/* Interns the names until one is refused; false when anything is wrong with those that were not. */
static bool intern_some(Intern *t, int n) {
  char s[32];
  int had = 0;
  for (; had < n; had++)
    if (intern_put(t, s, name_of(had, s)) != (Sym)had + 1) break;
  if (had < n && !mem_failed(t->mem)) return false;
  for (int i = 0; i < n; i++) {
    size_t len = name_of(i, s);
    Sym sym = intern_find(t, s, len);
    if (sym != (i < had ? (Sym)i + 1 : 0)) return false;
    if (sym && strcmp(intern_text(t, sym), s) != 0) return false;
  }
  return intern_text(t, 0)[0] == 0;
}

static void test_intern_refused(void) {
  Mem m;
  Intern t;
  mem_init(&m, 0);
  intern_init(&t, &m, 1);
  bool good = intern_some(&t, 3000);
  uint64_t calls = m.calls;
  intern_end(&t);
  mem_end(&m);
  for (uint64_t n = 1; n <= calls; n++) {
    mem_init(&m, 0);
    m.fail_at = n;
    intern_init(&t, &m, n);
    good = good && intern_some(&t, 3000) && mem_failed(&m);
    intern_end(&t);
    good = good && m.used == 0 && m.reserve_live == 0;
    mem_end(&m);
  }
  ok(good && calls > 10, "each of %d allocations fails: what was interned stays, nothing leaks", (int)calls);
}

static void test_hash(void) {
  unsigned char text[80];
  for (int i = 0; i < 80; i++) text[i] = (unsigned char)(i * 7 + 1);
  int same = 0, few = 0;
  for (size_t n = 0; n <= 80; n++) {
    uint64_t h = hash_bytes(text, n, 5);
    if (h == hash_bytes(text, n, 6) || (n && h == hash_bytes(text, n - 1, 5))) same++;
    for (size_t i = 0; i < n; i++) {
      for (int bit = 0; bit < 8; bit++) {
        text[i] ^= (unsigned char)(1 << bit);
        uint64_t other = hash_bytes(text, n, 5);
        text[i] ^= (unsigned char)(1 << bit);
        if (other == h) same++;
        if (__builtin_popcountll(other ^ h) < 10) few++;
      }
    }
  }
  is_int(same, 0, "seed, length and every bit change the hash");
  is_int(few, 0, "and change at least 10 bits of it");
  unsigned char copy[81];
  memcpy(copy + 1, text, 80);
  ok(hash_bytes(copy + 1, 33, 9) == hash_bytes(text, 33, 9), "alignment does not matter");
  ok(hash_bytes(NULL, 0, 9) == hash_bytes(text, 0, 9), "nothing hashes alike wherever it is");
  static unsigned bucket[1024];
  for (int i = 0; i < 102400; i++) {
    char s[32];
    bucket[hash_bytes(s, name_of(i, s), 77) & 1023]++;
  }
  unsigned least = 1000, most = 0;
  for (int i = 0; i < 1024; i++) {
    if (bucket[i] < least) least = bucket[i];
    if (bucket[i] > most) most = bucket[i];
  }
  ok(least > 50 && most < 160, "100 names a bucket: least %u, most %u", least, most);
}

/* Keys that are dense, that differ only high up, and 0. */
static uint64_t key_of(uint32_t i) { return i % 2 ? i : (uint64_t)i << 40; }

static void test_map(void) {
  Mem m;
  Map t;
  uint64_t v = 99;
  mem_init(&m, 0);
  map_init(&t, &m);
  ok(!map_get(&t, 0, &v) && v == 99, "an empty map has nothing, not even 0");
  map_clear(&t);
  bool put = true, get = true, gone = true, fresh = true;
  for (uint32_t i = 0; i < N; i++) put = map_put(&t, key_of(i), i) && put;
  ok(put && t.len == N, "put");
  for (uint32_t i = 0; i < N; i++) get = map_get(&t, key_of(i), &v) && v == i && get;
  ok(get, "get");
  for (uint32_t i = 0; i < N; i++) gone = !map_get(&t, key_of(i) + ((uint64_t)1 << 39), &v) && gone;
  ok(gone, "absent keys are absent");
  for (uint32_t i = 0; i < N; i++) put = map_put(&t, key_of(i), i + 7u) && put;
  for (uint32_t i = 0; i < N; i++) get = map_get(&t, key_of(i), &v) && v == i + 7u && get;
  ok(put && get && t.len == N, "putting again replaces");
  uint32_t cap = t.cap;
  map_clear(&t);
  ok(t.len == 0 && t.cap == cap && !map_get(&t, key_of(5), &v), "cleared, the room stays");
  for (uint32_t i = 0; i < N; i++) {
    uint64_t *slot = map_slot(&t, key_of(i), 3);
    fresh = fresh && slot && *slot == 3;
    if (slot) *slot += i;
    slot = map_slot(&t, key_of(i), 1000);
    fresh = fresh && slot && *slot == 3u + i;
  }
  ok(fresh && t.len == N && t.cap == cap, "a slot is made once");
  map_end(&t);
  ok(m.used == 0 && !map_get(&t, key_of(5), &v), "nothing left");
  mem_end(&m);
}

static bool fill_map(Map *t) {
  uint32_t had = 0;
  uint64_t v;
  while (had < 3000 && map_put(t, key_of(had), had)) had++;
  if (had < 3000 && (!mem_failed(t->mem) || map_slot(t, key_of(had), 0))) return false;
  for (uint32_t i = 0; i < 3000; i++)
    if (map_get(t, key_of(i), &v) != (i < had) || (i < had && v != i)) return false;
  return t->len == had;
}

static void test_map_refused(void) {
  Mem m;
  Map t;
  mem_init(&m, 0);
  map_init(&t, &m);
  bool good = fill_map(&t) && t.len == 3000;
  uint64_t calls = m.calls;
  map_end(&t);
  mem_end(&m);
  for (uint64_t n = 1; n <= calls; n++) {
    mem_init(&m, 0);
    m.fail_at = n;
    map_init(&t, &m);
    good = good && fill_map(&t) && mem_failed(&m);
    map_end(&t);
    good = good && m.used == 0 && m.reserve_live == 0;
    mem_end(&m);
  }
  ok(good && calls > 10, "each of %d allocations fails: what was put stays, nothing leaks", (int)calls);
}

int main(void) {
  test_intern();
  test_intern_refused();
  test_hash();
  test_map();
  test_map_refused();
  return done();
}
