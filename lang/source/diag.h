#ifndef SOURCE_DIAG_H
#define SOURCE_DIAG_H
#include "source/source.h"
#include <stdarg.h>

/* What is wrong with a draft, as a value: a code, a place, words, and where one is known the mend.
 * Texts may hold words of the draft raw; whoever shows them makes them safe (utf8_show). */
typedef enum Severity { SEV_NOTE, SEV_WARN, SEV_ERROR } Severity;

#define DIAG(code, sev, title, text) DIAG_##code,
typedef enum DiagCode {
#include "source/diag.def"
  DIAG_COUNT
} DiagCode;
#undef DIAG

enum { DIAG_LABELS = 3 };
typedef struct Diag {
  DiagCode code;
  Severity sev;
  Span span;
  const char *text;  /* one sentence, no full stop */
  const char *help;  /* NULL, or what to do */
  uint64_t topic;    /* the same number, the same mistake: of several the first stays, and tells of the others. 0: of its own */
  uint32_t more;     /* how many others there were */
  uint8_t again;     /* the label that shows the next of them, from 1; 0: none does */
  uint8_t nlabel;
  struct { Span span; const char *text; } label[DIAG_LABELS];
} Diag;

/* Beyond DIAGS_KEPT they are counted and no more, so that a mistake a line costs no memory. */
enum { DIAGS_KEPT = 10000 };

typedef struct Diags {
  Mem *mem;
  Arena arena;
  VEC(Diag) list;
  uint32_t errors;
  uint32_t left_out[SEV_ERROR + 1];  /* counted only, by severity */
  uint32_t mute;  /* > 0: nothing is added (trial parses) */
  Diag spare;     /* stands for one that is not kept */
} Diags;

typedef struct DiagInfo { const char *code; Severity sev; const char *title, *text; } DiagInfo;
const DiagInfo *diag_info(DiagCode code);
/* The code as written ("E0214", any case), or DIAG_COUNT. */
DiagCode diag_find(const char *code);

void diags_init(Diags *d, Mem *mem);
void diags_end(Diags *d);
/* Adds one. The returned pointer (never NULL) is good until the next diag_add. */
Diag *diag_add(Diags *d, DiagCode code, Span span, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void diag_help(Diags *d, Diag *to, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void diag_label(Diags *d, Diag *to, Span span, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* What one mistake may bring about in many places, so that it is told once. */
typedef enum Topic { TOPIC_NAME, TOPIC_MODULE, TOPIC_UNIT, TOPIC_KIND, TOPIC_CALL, TOPIC_FIELD, TOPIC_CLAUSE, TOPIC_CHECK, TOPIC_PARTY, TOPIC_FACTS, TOPIC_LINE, TOPIC_MEASURE } Topic;
void diag_topic(Diag *x, Topic topic, uint32_t a, uint32_t b);
/* Orders by place; stable, drops exact repeats and, where there is an error, W0603, and makes one of those with the same topic. */
void diags_sort(Diags *d);
/* Checks that the text is UTF-8 without controls that act on a reader; reports the first offence. */
bool source_text_ok(Diags *d, const Source *src);

#endif
