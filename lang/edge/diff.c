#include "edge/rewrite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Unified diffs, by Myers's greedy algorithm ("An O(ND) Difference Algorithm", 1986). Beyond EDITS_MAX edits all that
 * lies between the first and last difference is shown as changed. */
enum { CONTEXT = 3, EDITS_MAX = 1000 };

typedef struct Lines { const char *text; size_t len, n, *at; } Lines;   /* at[n] is the end */
typedef struct Diff {
  Edge *e;
  Lines a, b;
  bool *gone, *come;   /* by line of a, of b */
} Diff;

static bool split(Lines *l, const char *text, size_t len) {
  l->text = text;
  l->len = len;
  l->n = 0;
  for (size_t i = 0; i < len; i++) l->n += text[i] == '\n' || i + 1 == len;
  l->at = malloc((l->n + 1) * sizeof *l->at);
  if (!l->at) return false;
  size_t n = 0;
  l->at[0] = 0;
  for (size_t i = 0; i < len; i++)
    if (text[i] == '\n' || i + 1 == len) l->at[++n] = i + 1;
  return true;
}

static bool same_line(const Diff *d, size_t i, size_t j) {
  size_t n = d->a.at[i + 1] - d->a.at[i];
  return n == d->b.at[j + 1] - d->b.at[j] && memcmp(d->a.text + d->a.at[i], d->b.text + d->b.at[j], n) == 0;
}

/* After `edits` edits, how far in a the diagonal k (line of a less line of b) is reached: v[k + edits], for each second k.
 * Whether that is by a line of b that has come (else by one of a that has gone), seen from one edit fewer. */
static bool comes(const int *was, int k, int edits) {
  if (k == -edits || k == edits) return k == -edits;
  return was[k - 1 + edits - 1] < was[k + 1 + edits - 1];
}

static void walk_back(Diff *d, size_t lo, int k, int *const *trace, int edits) {
  for (int e = edits; e > 0; e--) {
    const int *was = trace[e - 1];
    bool down = comes(was, k, e);
    k += down ? 1 : -1;
    int x = was[k + e - 1];
    if (down) d->come[lo + (size_t)(x - k)] = true;
    else d->gone[lo + (size_t)x] = true;
  }
}

/* Marks the edits between n lines of a and m of b, both from lo; false when there are too many. */
static bool mark(Diff *d, size_t lo, long n, long m) {
  int *trace[EDITS_MAX + 1] = {0};
  bool found = false;
  for (int e = 0; e <= EDITS_MAX && !found; e++) {
    int *v = trace[e] = malloc((size_t)(2 * e + 1) * sizeof *v);
    if (!v) break;
    for (int k = -e; k <= e && !found; k += 2) {
      bool down = e && comes(trace[e - 1], k, e);
      long x = !e ? 0 : down ? trace[e - 1][k + 1 + e - 1] : trace[e - 1][k - 1 + e - 1] + 1;
      while (x < n && x - k < m && same_line(d, lo + (size_t)x, lo + (size_t)(x - k))) x++;
      v[k + e] = (int)x;
      found = x == n && x - k == m;
      if (found) walk_back(d, lo, k, trace, e);
    }
  }
  for (int e = 0; e <= EDITS_MAX; e++) free(trace[e]);
  return found;
}

static void lines(const Diff *d, char sign, const Lines *l, size_t i) {
  char s[2] = {sign, 0};
  size_t n = l->at[i + 1] - l->at[i];
  edge_print(d->e, s);
  edge_write(d->e, l->text + l->at[i], n);
  if (n && l->text[l->at[i + 1] - 1] != '\n') edge_print(d->e, "\n\\ No newline at end of file\n");
}

/* One hunk from (i, j), in whose lines no gap without changes is longer than twice the context; moves both past it. */
static void hunk(const Diff *d, size_t *ip, size_t *jp) {
  size_t i = *ip, j = *jp, back = i < CONTEXT ? i : CONTEXT;
  size_t a0 = i - back, b0 = j - back, still = 0;
  while ((i < d->a.n || j < d->b.n) && still < 2 * CONTEXT + 1) {
    bool gone = i < d->a.n && d->gone[i], come = j < d->b.n && d->come[j];
    still = gone || come ? 0 : still + 1;
    if (gone) i++;
    if (come) j++;
    if (!gone && !come) i++, j++;
  }
  size_t cut = still > CONTEXT ? still - CONTEXT : 0;
  i -= cut;
  j -= cut;
  char head[100];
  snprintf(head, sizeof head, "@@ -%zu,%zu +%zu,%zu @@\n", a0 + (i > a0), i - a0, b0 + (j > b0), j - b0);
  edge_print(d->e, head);
  for (size_t x = a0, y = b0; x < i || y < j;) {
    if (x < i && d->gone[x]) lines(d, '-', &d->a, x++);
    else if (y < j && d->come[y]) lines(d, '+', &d->b, y++);
    else { lines(d, ' ', &d->a, x++); y++; }
  }
  *ip = i;
  *jp = j;
}

static void show(const Diff *d, const char *path) {
  char head[2200];
  Safe name = edge_safe(path);
  snprintf(head, sizeof head, "--- %s\n+++ %s\n", name.text, name.text);
  edge_print(d->e, head);
  for (size_t i = 0, j = 0; i < d->a.n || j < d->b.n;) {
    bool changed = (i < d->a.n && d->gone[i]) || (j < d->b.n && d->come[j]);
    if (changed) hunk(d, &i, &j);
    else i++, j++;
  }
}

static void compare(Diff *d) {
  size_t lo = 0, an = d->a.n, bn = d->b.n;
  while (lo < an && lo < bn && same_line(d, lo, lo)) lo++;
  while (an > lo && bn > lo && same_line(d, an - 1, bn - 1)) an--, bn--;
  if (mark(d, lo, (long)(an - lo), (long)(bn - lo))) return;
  memset(d->gone + lo, 1, an - lo);
  memset(d->come + lo, 1, bn - lo);
}

void diff_print(Edge *e, const char *path, const char *a, size_t alen, const char *b, size_t blen) {
  Diff d = {.e = e};
  if (split(&d.a, a, alen) && split(&d.b, b, blen)) {
    d.gone = calloc(d.a.n + 1, sizeof *d.gone);
    d.come = calloc(d.b.n + 1, sizeof *d.come);
    if (d.gone && d.come) {
      compare(&d);
      show(&d, path);
    }
  }
  free(d.a.at);
  free(d.b.at);
  free(d.gone);
  free(d.come);
}
