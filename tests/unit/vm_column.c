/* Arithmetic over columns against 128 bits, with figures about the sizes at which it takes another way. */
#include "values.h"
#include "vm/column.h"

__extension__ typedef __int128 Wide;
enum { ROWS = 200, TRIES = 4000 };

/* Of at most so many bits, and near a power of two now and then. */
static int64_t figure(int bits, bool negative) {
  uint64_t x = roll() >> (64 - bits);
  if (between(0, 3) == 0) x = ((uint64_t)1 << between(0, bits - 1)) + (uint64_t)(int64_t)between(-2, 2);
  if (x > INT64_MAX) x = INT64_MAX;
  return negative && between(0, 1) ? -(int64_t)x - between(0, 1) : (int64_t)x;
}

static Nums column(int64_t *at) {
  static const int sizes[] = {8, 31, 32, 33, 57, 58, 63};
  int bits = sizes[between(0, 6)];
  bool negative = between(0, 2) == 0;
  for (int i = 0; i < ROWS; i++) at[i] = figure(between(0, 40) ? bits : 63, negative);
  return (Nums){at, between(0, 2) > 0};
}

static Wide floor_mod(Wide a, Wide b) { return (a % b + b) % b; }

static void products_and_remainders(void) {
  int64_t a[ROWS], b[ROWS], to[ROWS];
  int times = 0, over = 0, left = 0;
  for (int t = 0; t < TRIES; t++) {
    Nums x = column(a), y = column(b);
    uint32_t n = (uint32_t)between(1, ROWS);
    bool fits = nums_mul(to, x, y, n), should = true, right = true;
    for (uint32_t i = 0; i < n; i++) {
      Wide p = (Wide)x.at[i * x.step] * y.at[i * y.step];
      should = should && p == (int64_t)p;
      right = right && (int64_t)p == to[i];
    }
    over += fits != should;
    times += fits && !right;
    bool nought = false;
    for (uint32_t i = 0; i < n; i++) nought = nought || y.at[i * y.step] == 0 || y.at[i * y.step] == -1;
    if (nums_mod(to, x, y, n))
      for (uint32_t i = 0; i < n; i++) left += y.at[i * y.step] > 0 ? floor_mod(x.at[i * x.step], y.at[i * y.step]) != to[i] : -floor_mod(-(Wide)x.at[i * x.step], -(Wide)y.at[i * y.step]) != to[i];
    else left += !nought;
  }
  is_int(over, 0, "a product that does not fit is told, and only that");
  is_int(times, 0, "products");
  is_int(left, 0, "remainders");
}

static void sums(void) {
  int64_t a[ROWS], sum, high;
  int wrong = 0;
  for (int t = 0; t < TRIES; t++) {
    uint64_t live[(ROWS + 255) / 256 * 4] = {0};
    uint32_t n = (uint32_t)between(1, ROWS);
    Wide all = 0;
    column(a);
    for (uint32_t i = 0; i < n; i++)
      if (i / 64 == 1 || between(0, 2)) bits_set(live, i), all += a[i];
    bool one = nums_sum(a, live, n, &sum, &high);
    wrong += one ? sum != all : ((Wide)high << 32) + sum != all;
  }
  is_int(wrong, 0, "sums, of one figure or of two");
}

int main(void) {
  products_and_remainders();
  sums();
  return done();
}
