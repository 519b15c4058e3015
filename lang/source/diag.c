#include "source/diag.h"
#include "base/map.h"
#include "base/utf8.h"
#include <stdio.h>
#include <string.h>

#define ERROR SEV_ERROR
#define WARN SEV_WARN
#define NOTE SEV_NOTE
#define DIAG(code, sev, title, text) {#code, sev, title, text},
static const DiagInfo info[] = {
#include "source/diag.def"
};
#undef DIAG
#undef ERROR
#undef WARN
#undef NOTE

const DiagInfo *diag_info(DiagCode code) { return &info[code]; }

DiagCode diag_find(const char *code) {
  for (int i = 0; i < DIAG_COUNT; i++) {
    const char *a = info[i].code, *b = code;
    while (*a && (*a == *b || *a == *b - 32)) a++, b++;
    if (!*a && !*b) return (DiagCode)i;
  }
  return DIAG_COUNT;
}

void diags_init(Diags *d, Mem *mem) {
  memset(d, 0, sizeof *d);
  d->mem = mem;
  arena_init(&d->arena, mem);
}

void diags_end(Diags *d) {
  vec_end(d->mem, &d->list);
  arena_end(&d->arena);
}

static const char *format(Diags *d, const char *fmt, va_list ap) {
  va_list again;
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, again);
  va_end(again);
  if (n < 0) return "";
  char *s = arena_get(&d->arena, (size_t)n + 1);
  if (!s) return "";
  vsnprintf(s, (size_t)n + 1, fmt, ap);
  return s;
}

Diag *diag_add(Diags *d, DiagCode code, Span span, const char *fmt, ...) {
  bool kept = !d->mute && d->list.len < DIAGS_KEPT && vec_room(d->mem, &d->list);
  Diag *x = kept ? &d->list.at[d->list.len++] : &d->spare;
  memset(x, 0, sizeof *x);
  x->code = code;
  x->sev = info[code].sev;
  x->span = span;
  x->text = "";
  if (x->sev == SEV_ERROR && !d->mute) d->errors++;
  if (!kept && !d->mute) d->left_out[x->sev]++;
  if (!kept) return x;
  va_list ap;
  va_start(ap, fmt);
  x->text = format(d, fmt, ap);
  va_end(ap);
  return x;
}

void diag_help(Diags *d, Diag *to, const char *fmt, ...) {
  if (to == &d->spare) return;
  va_list ap;
  va_start(ap, fmt);
  to->help = format(d, fmt, ap);
  va_end(ap);
}

void diag_label(Diags *d, Diag *to, Span span, const char *fmt, ...) {
  if (to->nlabel == DIAG_LABELS || to == &d->spare) return;
  va_list ap;
  va_start(ap, fmt);
  to->label[to->nlabel].span = span;
  to->label[to->nlabel++].text = format(d, fmt, ap);
  va_end(ap);
}

static bool after(const Diag *a, const Diag *b) { return a->span.lo > b->span.lo; }
static bool same(const Diag *a, const Diag *b) {
  return a->code == b->code && a->span.lo == b->span.lo && a->span.hi == b->span.hi && !strcmp(a->text, b->text);
}

static void merge(Diag *at, Diag *tmp, uint32_t lo, uint32_t mid, uint32_t hi) {
  memcpy(tmp + lo, at + lo, (size_t)(hi - lo) * sizeof *at);
  uint32_t i = lo, j = mid, k = lo;
  while (i < mid && j < hi) at[k++] = after(&tmp[i], &tmp[j]) ? tmp[j++] : tmp[i++];
  while (i < mid) at[k++] = tmp[i++];
  while (j < hi) at[k++] = tmp[j++];
}

void diag_topic(Diag *x, Topic topic, uint32_t a, uint32_t b) {
  uint64_t n = (uint64_t)a << 32 | b;
  n = (n + topic + 1) * 0x9E3779B97F4A7C15u;
  x->topic = (n ^ n >> 29) * 0xBF58476D1CE4E5B9u | 1;
}

static void topic_again(Diags *d, Diag *to, const Diag *x) {
  if (!to->more && to->nlabel < DIAG_LABELS) {
    diag_label(d, to, x->span, "and here");
    to->again = to->nlabel;
  }
  to->more += x->more + 1;
  if (x->sev == SEV_ERROR) d->errors--;
}

/* Of those with one topic the first is kept; it shows where the next stands, and tells how many there are. */
static void topics_join(Diags *d) {
  uint32_t kept = 0;
  Map first;
  map_init(&first, d->mem);
  for (uint32_t i = 0; i < d->list.len; i++) {
    const Diag *x = &d->list.at[i];
    uint64_t *known = x->topic ? map_slot(&first, x->topic, kept) : NULL;
    if (known && *known < kept) topic_again(d, &d->list.at[*known], x);
    else d->list.at[kept++] = *x;
  }
  d->list.len = kept;
  map_end(&first);
  for (uint32_t i = 0; i < kept; i++) {
    Diag *x = &d->list.at[i];
    if (!x->again || x->more < 2) continue;
    x->nlabel--;   /* it is the last: topics are joined when all is said */
    diag_label(d, x, x->label[x->again - 1].span, "and here, and in %u more place%s", x->more - 1, x->more > 2 ? "s" : "");
  }
}

void diags_sort(Diags *d) {
  uint32_t n = d->list.len, kept = 0;
  Diag *at = d->list.at, *tmp = n < 2 ? NULL : mem_get(d->mem, n * sizeof *tmp);
  if (!tmp) return;
  for (uint32_t w = 1; w < n; w *= 2)
    for (uint32_t lo = 0; lo + w < n; lo += 2 * w) merge(at, tmp, lo, lo + w, n - lo < 2 * w ? n : lo + 2 * w);
  mem_free(d->mem, tmp, n * sizeof *tmp);
  for (uint32_t i = 0; i < n; i++) {
    if (kept && same(&at[kept - 1], &at[i])) { d->errors -= at[i].sev == SEV_ERROR; continue; }
    if (at[i].code == DIAG_W0603 && d->errors) continue;   /* what is wrong may be what would have depended */
    at[kept++] = at[i];
  }
  d->list.len = kept;
  topics_join(d);
}

/* Whether all of a block is 32 to 126 or a line's end, so that there is nothing to look at. A loop without a way out: it is made
 * into one of vectors. */
enum { BLOCK = 128 };
static bool block_plain(const char *text) {
  unsigned char odd = 0;
  for (int i = 0; i < BLOCK; i++) {
    unsigned char c = (unsigned char)text[i];
    odd |= (unsigned char)((unsigned char)(c - 32) > 94 && c != '\n');
  }
  return !odd;
}

bool source_text_ok(Diags *d, const Source *src) {
  for (uint32_t i = 0; i < src->len;) {
    while (i + BLOCK <= src->len && block_plain(src->text + i)) i += BLOCK;
    unsigned char c = (unsigned char)src->text[i];
    while ((c >= 32 && c < 127) || c == '\n') c = (unsigned char)src->text[++i];  /* two NULs stand behind the text */
    if (i >= src->len) break;
    Span at = {src->base + i, src->base + i + 1};
    if (c == '\t') { i++; continue; }
    if (c == '\r' && src->text[i + 1] == '\n') { i++; continue; }
    if (c < 128) {
      Diag *x = diag_add(d, DIAG_E0002, at, "the text holds a control character, U+%04X", c);
      diag_help(d, x, c == '\r' ? "end lines with LF or CR LF" : c ? "remove it" : "this looks like a binary file, or text in UTF-16: save it as UTF-8");
      return false;
    }
    uint32_t cp;
    int n = utf8_read(src->text + i, src->len - i, &cp);
    if (!n) {
      Diag *x = diag_add(d, DIAG_E0001, at, "the text is not UTF-8: byte 0x%02X", c);
      diag_help(d, x, "save the file as UTF-8");
      return false;
    }
    if (utf8_is_unsafe(cp)) {
      at.hi = at.lo + (uint32_t)n;
      Diag *x = diag_add(d, DIAG_E0002, at, "the text holds U+%04X, which a reader cannot see and which may change what is seen", cp);
      diag_help(d, x, i == 0 && cp == 0xFEFF ? "save the file as UTF-8 without a byte order mark" : "remove it");
      return false;
    }
    i += (uint32_t)n;
  }
  return true;
}
