#include "base/near.h"

int near_distance(const char *a, uint32_t na, const char *b, uint32_t nb) {
  int row[2][64];
  if (na > 60 || nb > 60 || na > nb + 2 || nb > na + 2) return 3;
  for (uint32_t j = 0; j <= nb; j++) row[0][j] = (int)j;
  for (uint32_t i = 1; i <= na; i++) {
    int *now = row[i & 1], *was = row[(i & 1) ^ 1];
    now[0] = (int)i;
    for (uint32_t j = 1; j <= nb; j++) {
      int d = was[j - 1] + (a[i - 1] != b[j - 1]);
      if (was[j] + 1 < d) d = was[j] + 1;
      if (now[j - 1] + 1 < d) d = now[j - 1] + 1;
      now[j] = d;
    }
  }
  int d = row[na & 1][nb];
  return d > 3 ? 3 : d;
}
