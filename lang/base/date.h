#ifndef BASE_DATE_H
#define BASE_DATE_H
#include "base/buf.h"

/* A day: days since 1970-01-01, proleptic Gregorian, from year 1 to year 9999. */
typedef int32_t Day;
typedef struct DayRun { Day from, until; } DayRun;   /* until is not in it; DAY_MIN and DAY_OPEN when unbounded */
enum { DAY_MIN = -719162 /* 0001-01-01 */, DAY_MAX = 2932896 /* 9999-12-31 */, DAY_NONE = INT32_MIN, DAY_OPEN = INT32_MAX };

bool date_valid(int y, int m, int d);
Day date_day(int y, int m, int d);  /* the date must be valid */
void date_split(Day day, int *y, int *m, int *d);
int date_month_days(int y, int m);
/* n whole calendar months on (or back), clamped to the month's end: 2024-01-31 + 1 = 2024-02-29.
 * DAY_NONE when outside year 1 to 9999. */
Day date_add_months(Day day, int64_t n);
Day date_months_on(int y, int m, int d, int64_t n);   /* the same, of a day that was split */
int64_t date_months(Day first, Day last);             /* how many whole calendar months the days from first through last have */
Day date_add_days(Day day, int64_t n);  /* DAY_NONE when outside */
/* Reads exactly YYYY-MM-DD in s[0..n). 0 fine; 1 not of that shape; 2 no such day. */
int date_read(const char *s, size_t n, Day *out);
void date_show(Buf *b, Day day);  /* YYYY-MM-DD; DAY_OPEN as "open", DAY_NONE as "none" */

#endif
