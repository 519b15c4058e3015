/* Days, against a walk through the calendar that knows only how a day follows a day. */
#include "base/date.h"
#include "tap.h"

typedef struct { int y, m, d; } Date;

static int length(int y, int m) {
  if (m == 4 || m == 6 || m == 9 || m == 11) return 30;
  if (m != 2) return 31;
  if (y % 400 == 0) return 29;
  if (y % 100 == 0) return 28;
  return y % 4 == 0 ? 29 : 28;
}

static Date next(Date t) {
  if (++t.d > length(t.y, t.m)) {
    t.d = 1;
    if (++t.m > 12) t.m = 1, t.y++;
  }
  return t;
}

static void test_walk(void) {
  Date t = {1, 1, 1};
  int wrong = 0;
  Mem m;
  Buf b;
  mem_init(&m, 0);
  buf_init(&b, &m);
  for (Day day = DAY_MIN; day <= DAY_MAX; day++, t = next(t)) {
    int y, mo, d;
    char want[40];
    Day back = DAY_NONE;
    date_split(day, &y, &mo, &d);
    bool good = y == t.y && mo == t.m && d == t.d && date_day(t.y, t.m, t.d) == day && date_valid(t.y, t.m, t.d);
    if (day % 7 == 0) {
      snprintf(want, sizeof want, "%04d-%02d-%02d", t.y, t.m, t.d);
      buf_clear(&b);
      date_show(&b, day);
      good = good && strcmp(buf_text(&b), want) == 0 && date_read(want, 10, &back) == 0 && back == day;
    }
    if (!good && !wrong++) diag("first difference at day %d = %04d-%02d-%02d, split as %d-%d-%d", day, t.y, t.m, t.d, y, mo, d);
  }
  is_int(wrong, 0, "every day of years 1 to 9999, both ways");
  ok(t.y == 10000 && t.m == 1 && t.d == 1, "and the walk ends where the calendar does");
  is_int(date_day(1970, 1, 1), 0, "1970-01-01 is day 0");
  is_int(date_day(2000, 3, 1), 11017, "2000-03-01 is day 11017");
  buf_end(&b);
  mem_end(&m);
}

static void test_valid(void) {
  int wrong = 0;
  for (int y = -3; y <= 2500; y++)
    for (int m = -1; m <= 14; m++)
      for (int d = -1; d <= 33; d++) {
        bool want = y >= 1 && m >= 1 && m <= 12 && d >= 1 && d <= length(y, m);
        if (date_valid(y, m, d) != want) wrong++;
      }
  is_int(wrong, 0, "dates that are and are not");
  ok(date_valid(9999, 12, 31) && !date_valid(10000, 1, 1) && !date_valid(INT32_MIN, 1, 1) && !date_valid(2024, 2, INT32_MAX), "the ends");
  bool good = true;
  for (int y = 1; y <= 9999; y++)
    for (int m = 1; m <= 12; m++) good = good && date_month_days(y, m) == length(y, m);
  ok(good, "month lengths");
}

/* One month at a time from the first of the month, then clamped: not how date.c counts. */
static void test_add_months(void) {
  int wrong = 0;
  for (Day day = date_day(1899, 1, 1); day <= date_day(1905, 1, 1); day++) {
    Date t = {0, 0, 0};
    date_split(day, &t.y, &t.m, &t.d);
    int y = t.y, m = t.m;
    for (int n = 0; n <= 30; n++) {
      int d = t.d < length(y, m) ? t.d : length(y, m);
      if (date_add_months(day, n) != date_day(y, m, d)) wrong++;
      if (++m == 13) m = 1, y++;
    }
    y = t.y, m = t.m;
    for (int n = 0; n >= -30; n--) {
      int d = t.d < length(y, m) ? t.d : length(y, m);
      if (date_add_months(day, n) != date_day(y, m, d)) wrong++;
      if (--m == 0) m = 12, y--;
    }
  }
  is_int(wrong, 0, "30 months on and back from every day of six years");
  is_int(date_add_months(date_day(2024, 1, 31), 1), date_day(2024, 2, 29), "2024-01-31 + 1");
  is_int(date_add_months(date_day(2023, 1, 31), 1), date_day(2023, 2, 28), "2023-01-31 + 1");
  is_int(date_add_months(date_day(2024, 2, 29), -12 * 4), date_day(2020, 2, 29), "leap day to leap day");
  is_int(date_add_months(DAY_MIN, 12 * 9999 - 1), date_day(9999, 12, 1), "the whole calendar on");
  is_int(date_add_months(DAY_MIN, 12 * 9999), DAY_NONE, "and one month too far");
  is_int(date_add_months(DAY_MAX, -(12 * 9999 - 1)), date_day(1, 1, 31), "the whole calendar back");
  is_int(date_add_months(DAY_MAX, -12 * 9999), DAY_NONE, "and one month too far");
  is_int(date_add_months(DAY_MIN, -1), DAY_NONE, "before year 1");
  is_int(date_add_months(0, INT64_MAX), DAY_NONE, "far too far");
  is_int(date_add_months(0, INT64_MIN), DAY_NONE, "far too far back");
  is_int(date_add_months(0, ((int64_t)1 << 32) + 1), DAY_NONE, "no wrapping");
  is_int(date_add_months(DAY_OPEN, -1), DAY_NONE, "open is no day");
  is_int(date_add_months(DAY_NONE, 1), DAY_NONE, "none is no day");
}

static void test_add_days(void) {
  is_int(date_add_days(5, -10), -5, "back over 1970");
  is_int(date_add_days(DAY_MIN, (int64_t)DAY_MAX - DAY_MIN), DAY_MAX, "from the first to the last day");
  is_int(date_add_days(DAY_MIN, (int64_t)DAY_MAX - DAY_MIN + 1), DAY_NONE, "one further");
  is_int(date_add_days(DAY_MAX, (int64_t)DAY_MIN - DAY_MAX), DAY_MIN, "and back");
  is_int(date_add_days(DAY_MIN, -1), DAY_NONE, "one before");
  is_int(date_add_days(0, INT64_MAX), DAY_NONE, "far");
  is_int(date_add_days(DAY_MIN, INT64_MIN), DAY_NONE, "far back");
  is_int(date_add_days(DAY_OPEN, 0), DAY_NONE, "open is no day");
  is_int(date_add_days(DAY_NONE, 0), DAY_NONE, "none is no day");
}

static void test_read(void) {
  static const struct { const char *s; int want; } rows[] = {
    {"2024-02-29", 0}, {"2023-02-29", 2}, {"0001-01-01", 0}, {"0000-01-01", 2}, {"9999-12-31", 0}, {"2024-13-01", 2},
    {"2024-00-10", 2}, {"2024-01-00", 2}, {"2024-04-31", 2}, {"2024-4-30", 1}, {"2024-04-3", 1}, {"2024-04-030", 1},
    {"24-04-30", 1}, {"2024/04/30", 1}, {"2024-04/30", 1}, {"", 1}, {"+024-01-01", 1}, {"2024-01- 1", 1},
    {"2024-0a-01", 1}, {"-024-01-01", 1}, {"2024-01-01 ", 1}, {"a", 1}, {"2024-99-99", 2}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Day out = 12345;
    is_int(date_read(rows[i].s, strlen(rows[i].s), &out), rows[i].want, "reading '%s'", rows[i].s);
    if (rows[i].want) ok(out == 12345, "leaves the day alone");
  }
  Day out;
  is_int(date_read("2024-02-29junk", 10, &out), 0, "no byte after n is read");
  is_int(out, date_day(2024, 2, 29), "and the day is right");
}

static void test_show(void) {
  Mem m;
  Buf b;
  mem_init(&m, 0);
  buf_init(&b, &m);
  date_show(&b, DAY_OPEN);
  buf_char(&b, ' ');
  date_show(&b, DAY_NONE);
  buf_char(&b, ' ');
  date_show(&b, DAY_MIN);
  is_str(buf_text(&b), "open none 0001-01-01", "shown");
  buf_end(&b);
  mem_end(&m);
}

int main(void) {
  test_walk();
  test_valid();
  test_add_months();
  test_add_days();
  test_read();
  test_show();
  return done();
}
