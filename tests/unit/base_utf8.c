/* Reading, writing, measuring and showing text. */
#include "base/utf8.h"
#include "tap.h"

/* By the table of the Unicode standard (3-7), so not as utf8.c does it. */
static int reference(const unsigned char *s, int n) {
  static const struct { unsigned char lo, hi, lo2, hi2; int len; } row[] = {
    {0x00, 0x7F, 0, 0, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    if (s[0] < row[i].lo || s[0] > row[i].hi) continue;
    if (row[i].len > n) return 0;
    if (row[i].len > 1 && (s[1] < row[i].lo2 || s[1] > row[i].hi2)) return 0;
    for (int k = 2; k < row[i].len; k++)
      if (s[k] < 0x80 || s[k] > 0xBF) return 0;
    return row[i].len;
  }
  return 0;
}

static void test_round_trip(void) {
  bool good = true;
  for (uint32_t cp = 0; cp <= 0x110010; cp++) {
    char out[4];
    uint32_t back = 0;
    int n = utf8_write(cp, out);
    bool scalar = cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF);
    if ((n > 0) != scalar) good = false;
    if (n && (utf8_read(out, (size_t)n, &back) != n || back != cp)) good = false;
    for (int cut = 1; cut < n; cut++)
      if (utf8_read(out, (size_t)cut, &back)) good = false;
  }
  ok(good, "every code point is written and read back, and not when cut off");
}

/* All first two bytes, and bytes at every edge of a range after them. */
static void test_all_bytes(void) {
  static const unsigned char edge[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
  enum { E = sizeof edge };
  int wrong = 0;
  for (int i = 0; i < 65536; i++) {
    for (int k = 0; k < E * E; k++) {
      unsigned char s[4] = {(unsigned char)(i >> 8), (unsigned char)i, edge[k / E], edge[k % E]};
      for (int n = 1; n <= 4; n++) {
        uint32_t cp = 0xABCDEF;
        char text[4];
        memcpy(text, s, 4);
        int got = utf8_read(text, (size_t)n, &cp);
        if (got != reference(s, n) || (!got && cp != 0xABCDEF)) wrong++;
      }
    }
  }
  is_int(wrong, 0, "valid and invalid byte sequences are told apart as the standard's table does");
}

static void test_unsafe(void) {
  int wrong = 0;
  for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
    bool want = (cp < 32 && cp != 9 && cp != 10) || (cp >= 127 && cp < 160);
    static const uint32_t list[] = {0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E,
                                    0x2066, 0x2067, 0x2068, 0x2069, 0xFEFF};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) want = want || cp == list[i];
    if (utf8_is_unsafe(cp) != want) wrong++;
  }
  is_int(wrong, 0, "the unsafe code points are these and no others");
}

static void test_width(void) {
  static const struct { uint32_t cp; int width; } rows[] = {
    {'a', 1}, {0xE4, 1}, {0x2FF, 1}, {0x300, 0}, {0x36F, 0}, {0x370, 1}, {0x3B1, 1}, {0x416, 1}, {0x5D0, 1}, {0x5B0, 0},
    {0x200B, 0}, {0x200D, 0}, {0x2014, 1}, {0x20AC, 1}, {0x2192, 1}, {0x2500, 1}, {0x1100, 2}, {0x1161, 0}, {0x231A, 2},
    {0x2705, 2}, {0x2713, 1}, {0x3000, 2}, {0x3042, 2}, {0x3099, 0}, {0x303F, 1}, {0x4DFF, 1}, {0x4E2D, 2}, {0x9FFF, 2},
    {0xAC00, 2}, {0xD7A3, 2}, {0xFE0F, 0}, {0xFF01, 2}, {0xFF61, 1}, {0xFFE5, 2}, {0x1F600, 2}, {0x1F680, 2},
    {0x20000, 2}, {0x3FFFD, 2}, {0xE0100, 0}, {0xE01F0, 1}, {0x10FFFF, 1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    is_int(utf8_width(rows[i].cp), rows[i].width, "width of U+%04X", (unsigned)rows[i].cp);
  bool good = true;
  for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) good = good && utf8_width(cp) >= 0 && utf8_width(cp) <= 2 && (cp >= 0x300 || utf8_width(cp) == 1);
  ok(good, "0, 1 or 2 everywhere");
}

static void shows(const char *s, size_t n, const char *want, int width) {
  Mem m;
  Buf b;
  mem_init(&m, 0);
  buf_init(&b, &m);
  utf8_show(&b, s, n);
  is_str(buf_text(&b), want, "shown: %s", want);
  is_int(utf8_text_width(s, n), width, "its width is %d", width);
  buf_end(&b);
  mem_end(&m);
}
#define SHOWS(s, want, width) shows(s, sizeof s - 1, want, width)

static void test_show(void) {
  SHOWS("", "", 0);
  SHOWS("plain\ttext\n", "plain\ttext\n", 11);
  SHOWS("Gr\xC3\xB6\xC3\x9F" "e \xE4\xB8\xAD", "Gr\xC3\xB6\xC3\x9F" "e \xE4\xB8\xAD", 8);
  SHOWS("a\x1B[31m", "a\\u{1b}[31m", 11);
  SHOWS("a\0b", "a\\u{0}b", 7);
  SHOWS("\r\x7F\xC2\x85", "\\u{d}\\u{7f}\\u{85}", 17);
  SHOWS("x\xE2\x80\xAEy", "x\\u{202e}y", 10);
  SHOWS("\xEF\xBB\xBFx", "\\u{feff}x", 9);
  SHOWS("\xFF", "\\xff", 4);
  SHOWS("a\xC3", "a\\xc3", 5);
  SHOWS("\xED\xA0\x80", "\\xed\\xa0\\x80", 12);
  SHOWS("\xC3\xC3\xA4.", "\\xc3\xC3\xA4.", 6);
  SHOWS("e\xCC\x81", "e\xCC\x81", 1);
}

/* Whatever goes in, only safe and valid text comes out. */
static void test_show_random(void) {
  Mem m;
  Buf b;
  mem_init(&m, 0);
  buf_init(&b, &m);
  uint64_t state = 88172645463325252ull;
  bool good = true;
  for (int round = 0; round < 20000; round++) {
    char s[24];
    for (size_t i = 0; i < sizeof s; i++) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      static const unsigned char some[] = {0xE2, 0x80, 0xAE, 0xC2, 0x85, 0x1B, 'a', 0xF0, 0x9F, 0xEF, 0xBB, 0xBF};
      s[i] = (char)(state >> 60 ? some[(state >> 32) % sizeof some] : (state >> 40) & 255);
    }
    buf_clear(&b);
    utf8_show(&b, s, sizeof s);
    for (size_t i = 0; i < b.len;) {
      uint32_t cp = 0;
      int n = utf8_read(b.at + i, b.len - i, &cp);
      if (!n || utf8_is_unsafe(cp)) { good = false; break; }
      i += (size_t)n;
    }
    good = good && utf8_text_width(s, sizeof s) == utf8_text_width(buf_text(&b), b.len);
  }
  ok(good, "20,000 random texts are shown as safe text of the width foretold");
  buf_end(&b);
  is_int((int64_t)m.used, 0, "nothing left");
  mem_end(&m);
}

int main(void) {
  test_round_trip();
  test_all_bytes();
  test_unsafe();
  test_width();
  test_show();
  test_show_random();
  return done();
}
