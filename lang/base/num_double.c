#include "base/num.h"
#include <math.h>
#include <stdio.h>

/* From doubles, as readers write them: 0.1 from outside is 0.1, not 0.1000000000000000055511151231257827.... */

enum { DIGITS_LEAST = 15, DIGITS_MOST = 17 };   /* 15 digits always survive a double, and 17 always tell one */

/* x as `digits` significant digits. What the C library prints between the first digit and the others depends on the locale, and is passed over. */
static Num decimal(Mem *m, double x, int digits) {
  char text[64];
  int64_t c = 0;
  int e = 0, places = -1;
  bool minus = false;
  snprintf(text, sizeof text, "%.*e", digits - 1, x);
  const char *s = text;
  for (; *s && *s != 'e'; s++) {
    if (*s == '-') minus = true;
    if (*s < '0' || *s > '9') continue;
    c = c * 10 + (*s - '0');
    places++;
  }
  bool down = *s && *++s == '-';
  for (; *s; s++)
    if (*s >= '0' && *s <= '9') e = e * 10 + (*s - '0');
  e = (down ? -e : e) - places;
  while (c && c % 10 == 0) c /= 10, e++;
  if (minus) c = -c;
  if (e >= NUM_EMIN && e <= NUM_EMAX) return num_dec(c, e);
  Num power = num_pow(m, num_int(10), e), n = num_mul(m, num_int(c), power);
  num_drop(m, power);
  return n;
}

Num num_of_double(Mem *m, double x) {
  if (!isfinite(x)) return (Num){.form = NUM_BAD};
  if (fabs(x) < 1e15 && x == (double)(int64_t)x) return num_int((int64_t)x);
  for (int digits = DIGITS_LEAST;; digits++) {
    Num n = decimal(m, x, digits);
    if (digits == DIGITS_MOST || num_double(n) == x) return n;
    num_drop(m, n);
  }
}
