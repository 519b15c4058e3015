#include "base/date.h"

enum { YEAR_MIN = 1, YEAR_MAX = 9999, ERA_DAYS = 146097 /* in 400 years */, EPOCH = 719468 /* 0000-03-01 to 1970-01-01 */ };

static bool leap(int y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }

int date_month_days(int y, int m) {
  static const signed char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return m == 2 && leap(y) ? 29 : days[m - 1];
}

bool date_valid(int y, int m, int d) {
  return y >= YEAR_MIN && y <= YEAR_MAX && m >= 1 && m <= 12 && d >= 1 && d <= date_month_days(y, m);
}

/* Years are taken to begin in March, so that the leap day ends one: (153 * m + 2) / 5 is the number of days
 * before month m (0 = March). See Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
Day date_day(int y, int m, int d) {
  if (m <= 2) y--;
  int era = y / 400, year = y % 400, month = m > 2 ? m - 3 : m + 9;
  int day = (153 * month + 2) / 5 + d - 1;
  return era * ERA_DAYS + year * 365 + year / 4 - year / 100 + day - EPOCH;
}

/* With multiplications for divisions, as in Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms". */
void date_split(Day at, int *y, int *m, int *d) {
  uint32_t quarters = 4 * (uint32_t)(at + EPOCH) + 3, century = quarters / ERA_DAYS, n = quarters % ERA_DAYS | 3;
  uint64_t years = 2939745ull * n;
  uint32_t day = (uint32_t)years / 2939745 / 4, month = 2141 * day + 197913;
  bool next = day >= 306;   /* January and February */
  *y = (int)(100 * century + (uint32_t)(years >> 32)) + next;
  *m = (int)(month >> 16) - (next ? 12 : 0);
  *d = (int)((month & 0xFFFF) / 2141) + 1;
}

static bool is_day(Day day) { return day >= DAY_MIN && day <= DAY_MAX; }

Day date_months_on(int y, int m, int d, int64_t n) {
  enum { SPAN = 12 * YEAR_MAX };
  if (n > SPAN || n < -SPAN) return DAY_NONE;
  int at = y * 12 + m - 1 + (int)n;
  if (at < 12 * YEAR_MIN || at >= 12 * (YEAR_MAX + 1)) return DAY_NONE;
  y = at / 12;
  m = at % 12 + 1;
  int last = date_month_days(y, m);
  return date_day(y, m, d < last ? d : last);
}

Day date_add_months(Day day, int64_t n) {
  int y, m, d;
  if (!is_day(day)) return DAY_NONE;
  date_split(day, &y, &m, &d);
  return date_months_on(y, m, d, n);
}

int64_t date_months(Day first, Day last) {
  int y0, m0, d0, y1, m1, d1;
  if (last < first) return 0;
  Day end = last + (last < DAY_MAX);
  date_split(first, &y0, &m0, &d0);
  date_split(end, &y1, &m1, &d1);
  int64_t k = (int64_t)(y1 - y0) * 12 + m1 - m0;
  while (d1 < d0 && k > 0 && date_add_months(first, k) > last + 1) k--;
  return k;
}

Day date_add_days(Day day, int64_t n) {
  if (!is_day(day) || n < DAY_MIN - day || n > DAY_MAX - day) return DAY_NONE;
  return (Day)(day + n);
}

/* The number in the n digits at s, or -1. */
static int digits(const char *s, int n) {
  int v = 0;
  for (int i = 0; i < n; i++) {
    if (s[i] < '0' || s[i] > '9') return -1;
    v = v * 10 + (s[i] - '0');
  }
  return v;
}

int date_read(const char *s, size_t n, Day *out) {
  if (n != 10 || s[4] != '-' || s[7] != '-') return 1;
  int y = digits(s, 4), m = digits(s + 5, 2), d = digits(s + 8, 2);
  if (y < 0 || m < 0 || d < 0) return 1;
  if (!date_valid(y, m, d)) return 2;
  *out = date_day(y, m, d);
  return 0;
}

static void put(char *to, int v, int n) {
  for (; n-- > 0; v /= 10) to[n] = (char)('0' + v % 10);
}

void date_show(Buf *b, Day day) {
  if (!is_day(day)) {
    buf_str(b, day == DAY_OPEN ? "open" : "none");
    return;
  }
  int y, m, d;
  date_split(day, &y, &m, &d);
  char text[] = "0000-00-00";
  put(text, y, 4);
  put(text + 5, m, 2);
  put(text + 8, d, 2);
  buf_add(b, text, sizeof text - 1);
}
