#ifndef ENTENTE_H
#define ENTENTE_H
/* Entente as a library. A session holds one draft: load it, then ask. Nothing here prints or exits.
 * Texts returned are UTF-8, owned by the session and good until the next call on it, unless said otherwise.
 * This is the only public header; it compiles alone, in C and C++. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define ENT_VERSION "0.1.0"

/* Exit codes, the same everywhere. */
enum { ENT_PASSES = 0, ENT_DENIED = 1, ENT_BROKEN = 2, ENT_UNDECIDED = 3, ENT_USAGE = 64, ENT_NO_INPUT = 66, ENT_FAULT = 70 };

typedef enum ent_format { ENT_TEXT, ENT_JSON, ENT_TAP, ENT_GITHUB, ENT_JUNIT } ent_format;
typedef enum ent_level { ENT_NOTE, ENT_WARN, ENT_DENY } ent_level;

typedef enum ent_columns { ENT_COLUMNS_AUTO, ENT_COLUMNS_NEVER, ENT_COLUMNS_ALWAYS } ent_columns;

typedef struct ent_config {
  const char *root;        /* the draft's root folder; NULL: the folder of the first file */
  size_t max_file;         /* bytes; 0: 16 MiB */
  size_t max_memory;       /* bytes; 0: 2 GiB */
  uint64_t max_steps;      /* 0: 2,000,000,000 */
  size_t max_output;       /* bytes; 0: 64 MiB */
  const char *as_of;       /* NULL, or YYYY-MM-DD: judge on that day only */
  ent_level fail_on;       /* ENT_DENY unless set */
  bool allow_undecided;
  bool color;              /* in ENT_TEXT */
  int width;               /* columns of a terminal; 0: 100 */
  ent_columns columns;     /* when loops are worked through in columns, many elements at once; the answers are the same */
  volatile int *stop;      /* NULL, or set to non-zero from elsewhere to end a run */
  uint64_t fail_alloc_at;  /* for tests: the allocation with this number (from 1) is refused; 0: none */
  bool fail_alloc_after;   /* ... and every one after it */
} ent_config;
void ent_config_init(ent_config *c);

typedef struct ent_session ent_session;
/* NULL when memory is refused, or when as_of is no date. The config is copied; its strings are not. */
ent_session *ent_open(const ent_config *c);
void ent_close(ent_session *s);

/* Loads, checks and compiles a draft. ENT_PASSES, ENT_BROKEN (see ent_diagnostics) or ENT_NO_INPUT. */
int ent_load_file(ent_session *s, const char *path);
int ent_load_text(ent_session *s, const char *name, const char *text, size_t len);
/* Mistakes and warnings so far, in the given format; empty when there are none. */
const char *ent_diagnostics(ent_session *s, ent_format f, size_t *len);
/* Runs every check. The exit code; *out is the whole report (diagnostics included) in the given format. */
int ent_check(ent_session *s, ent_format f, const char **out, size_t *len);
/* Whether the loaded draft declares a check. */
bool ent_has_checks(const ent_session *s);
/* Runs the tests of the file that was loaded, those whose title `wants` takes (NULL: all). ENT_PASSES, ENT_DENIED when one fails,
 * ENT_BROKEN, or ENT_UNDECIDED with nothing in *out when none was run. Formats: ENT_TAP, ENT_TEXT, and ENT_JUNIT, one <testsuite>.
 * ENT_USAGE for another; the same has ent_check for ENT_JUNIT. */
int ent_test(ent_session *s, ent_format f, bool (*wants)(void *data, const char *title), void *data, const char **out, size_t *len);
/* Whether the file that was loaded has a test. */
bool ent_has_tests(const ent_session *s);
/* Evaluates an expression in the scope of the draft. ENT_PASSES, ENT_UNDECIDED (*out says "unknown" and why) or ENT_BROKEN
 * (*out holds the messages). Without a trailing line end. */
int ent_eval(ent_session *s, const char *expr, const char **out, size_t *len);
/* The bytecode of the draft's own functions and checks, with source lines. */
int ent_disassemble(ent_session *s, const char **out, size_t *len);
/* A text in the canonical layout, from a session that need hold no draft; name stands in messages. It is read back and
 * compared before it is handed out. ENT_PASSES; ENT_BROKEN: it has mistakes (see ent_diagnostics); ENT_FAULT: what was
 * made of it would say something else or lose a comment, so there is none. */
int ent_format_text(ent_session *s, const char *name, const char *text, size_t len, const char **out, size_t *out_len);
/* What `entente explain CODE` prints; NULL for a code that does not exist. */
const char *ent_explain(ent_session *s, const char *code);
/* The n-th library module's name ("std.units"), or NULL past the last. */
const char *ent_library_module(unsigned n);

#ifdef __cplusplus
}
#endif
#endif
