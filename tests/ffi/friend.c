/* A library that means no harm: every type of C that passes, and a count of calls. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static char text[4096];
static int64_t calls;

double number(double x) { return x; }
double tenth(void) { return 0.1; }
double tiny(void) { return 1e-300; }
double huge(void) { return 1e300; }
int truth(int b) { return b ? 7 : 0; }
int64_t day(int64_t d) { return d + 1; }
const char *echo(const char *s) { snprintf(text, sizeof text, "<%s>", s); return text; }
const char *all(double a, const char *s, int b, int64_t d, const char *c, double q) {
  snprintf(text, sizeof text, "%.3f|%s|%d|%lld|%s|%.1f", a, s, b, (long long)d, c, q);
  return text;
}
double eight(double a, double b, double c, double d, double e, double f, double g, double h) { return a + 10 * b + 100 * c + 1e3 * d + 1e4 * e + 1e5 * f + 1e6 * g + 1e7 * h; }
double count(double x) { (void)x; return (double)++calls; }
double length(const char *s) { return (double)strlen(s); }
