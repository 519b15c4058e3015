#ifndef ENTENTE_H
#define ENTENTE_H
/* Entente as a library. A session holds one draft: load it, then ask. Nothing here prints or exits.
 * Texts returned are UTF-8, owned by the session and good until the next call on it, unless said otherwise.
 * This is the only public header; it compiles alone, in C and C++. A program is linked with libentente.a -lsqlite3 -lgmp -lm. */
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

/* Functions from outside, filled in by whoever has them: what an `extern fn` of a draft calls. Without `find` there are none.
 * types: a letter for each parameter, a colon, and one for the result. Values pass as bytes, one after another, unaligned:
 * n (number) and d (day) eight, a double and an int64 of days since 1970-01-01; b (yes-or-no) eight, an int64, 0 or 1;
 * s (text) four, a uint32, its length, then the UTF-8 and a zero byte; length UINT32_MAX with the zero byte: no text.
 * Both functions give ENT_HOST_FINE, or another with a message in why[0..room), which they end with a zero byte. */
enum { ENT_HOST_FINE, ENT_HOST_REFUSED /* why: what would allow it, or "" */, ENT_HOST_ABSENT, ENT_HOST_BROKEN, ENT_HOST_LOOSE /* it cannot be confined */ };
typedef struct ent_host {
  void *data;
  bool batches;            /* whether many calls at once cost less than one by one: then loops gather them */
  /* The gate: called before the first call of each function. *id: what to call it by. */
  int (*find)(void *data, const char *library, const char *symbol, const char *types, unsigned *id, char *why, size_t room);
  /* n calls, answered in order through give(). *done: how many were; the one behind them is the one that went wrong. */
  int (*call)(void *data, size_t n, const unsigned *ids, const unsigned char *const *args, const size_t *len, size_t *done,
              void (*give)(void *to, size_t i, const unsigned char *result, size_t len), void *to, char *why, size_t room);
  void (*end)(void *data); /* NULL, or called when the session ends; not where ent_open gives none */
} ent_host;

/* Others that work on parts of one question at once, filled in by whoever can start them; where there are none, one does it all.
 * `run` calls work(of, i, common, &len), i from 0 to n - 1, each in a copy of this process (a fork), which is to end when the call is over;
 * then, if each gave bytes, take(of, i, bytes, len) here with what they gave, in order. `common`: `room` bytes that all of them see, zeros
 * at first. NULL from work, and a copy that ends before: false, and nothing is taken. A copy that cannot be started is left out;
 * when none can be, false. */
typedef struct ent_crew {
  void *data;
  unsigned n;              /* less than 2: nobody */
  uint64_t after;          /* steps that are taken before what is left is divided: what takes less is not worth a copy */
  bool (*run)(void *data, size_t room, const unsigned char *(*work)(void *of, unsigned i, void *common, size_t *len),
              void (*take)(void *of, unsigned i, const unsigned char *bytes, size_t len), void *of);
} ent_crew;
typedef enum ent_columns { ENT_COLUMNS_AUTO, ENT_COLUMNS_NEVER, ENT_COLUMNS_ALWAYS } ent_columns;

enum { ENT_DEPTH_MAX = 1000 };
typedef struct ent_config {
  const char *root;        /* the draft's root folder; NULL: the folder of the first file */
  size_t max_file;         /* bytes; 0: 16 MiB */
  size_t max_data;         /* bytes of a data file, at most 256 MiB; 0: that */
  size_t max_memory;       /* bytes; 0: 2 GiB */
  uint64_t max_steps;      /* 0: 2,000,000,000 */
  unsigned max_depth;      /* of facts that rest on one another; 0: 200; ENT_DEPTH_MAX at most, for which a stack of 8 MiB has room */
  size_t max_output;       /* bytes; 0: 64 MiB */
  const char *as_of;       /* NULL, or YYYY-MM-DD: judge on that day only */
  ent_level fail_on;       /* ENT_DENY unless set */
  bool allow_undecided;
  bool coverage;           /* ent_test says what the tests did not reach */
  bool profile;            /* see ent_profile */
  int64_t (*clock)(void);  /* for it: nanoseconds since whenever; NULL: only steps are counted. A library has no clock of its own */
  bool color;              /* in ENT_TEXT */
  int width;               /* columns of a terminal; 0: 100 */
  ent_host host;           /* functions from outside; zeros: none */
  ent_crew crew;           /* of ent_check, ent_test and ent_eval; not used with `profile`, with `coverage`, and by drafts with functions from outside */
  ent_columns columns;     /* when loops are worked through in columns, many elements at once; the answers are the same */
  bool whole_library;      /* functions of the library, too, are read at once, not when one is named; the answers are the same */
  volatile int *stop;      /* NULL, or set to non-zero from elsewhere to end a run */
  uint64_t fail_alloc_at;  /* for tests: the allocation with this number (from 1) is refused; 0: none */
  bool fail_alloc_after;   /* ... and every one after it */
} ent_config;
void ent_config_init(ent_config *c);

typedef struct ent_session ent_session;
/* Whether this is a day, YYYY-MM-DD. */
bool ent_is_date(const char *text);
/* NULL when memory is refused, or when as_of is no date. The config is copied; its strings are not. */
ent_session *ent_open(const ent_config *c);
void ent_close(ent_session *s);
/* The same for a program that ends now: its memory is left to the system, which takes it back at once. */
void ent_leave(ent_session *s);

/* Loads, checks and compiles a draft. ENT_PASSES, ENT_BROKEN (see ent_diagnostics) or ENT_NO_INPUT. */
int ent_load_file(ent_session *s, const char *path);
int ent_load_text(ent_session *s, const char *name, const char *text, size_t len);
/* Mistakes and warnings so far, in the given format; empty when there are none. */
const char *ent_diagnostics(ent_session *s, ent_format f, size_t *len);
/* Runs every check. The exit code; *out is the whole report (diagnostics included) in the given format. */
int ent_check(ent_session *s, ent_format f, const char **out, size_t *len);
/* Where the steps and the time of loading and of the last ent_check went: as a table, or folded, a line `FRAME;FRAME;... STEPS` for each
 * stack, as flame graphs are made of. Empty unless the config asks for it, and once memory was refused. ENT_PASSES, or ENT_BROKEN
 * with a message in place of one that is too large. */
typedef enum ent_profile_form { ENT_PROFILE_NONE, ENT_PROFILE_TABLE, ENT_PROFILE_FOLDED } ent_profile_form;
int ent_profile(ent_session *s, ent_profile_form form, const char **out, size_t *len);
/* Whether the loaded draft declares a check. */
bool ent_has_checks(const ent_session *s);
/* Runs the tests of the file that was loaded, those whose title `wants` takes (NULL: all). ENT_PASSES, ENT_DENIED when one fails,
 * ENT_BROKEN (the report says so when only a test could not be run to its end), or ENT_UNDECIDED with nothing in *out when none was run. Formats: ENT_TAP, ENT_TEXT, and ENT_JUNIT, one <testsuite>.
 * ENT_USAGE for another; the same has ent_check for ENT_JUNIT. */
int ent_test(ent_session *s, ent_format f, bool (*wants)(void *data, const char *title), void *data, const char **out, size_t *len);
/* Whether the crew did not come to its end, or came near a limit: then what was asked last has no answer, and is to be asked in another
 * session, without a crew. So that with a crew the bytes are always those without. */
bool ent_alone(const ent_session *s);
/* Whether the last ent_check or ent_test made its report; else what it handed out are messages. */
bool ent_reported(const ent_session *s);
/* How many rules, functions, checks and clauses the tests that ent_test ran last reached, and of how many; zeros without `coverage`. */
void ent_test_coverage(const ent_session *s, unsigned *reached, unsigned *all);
/* Whether the file that was loaded has a test. */
bool ent_has_tests(const ent_session *s);
/* Evaluates an expression in the scope of the draft. ENT_PASSES, ENT_UNDECIDED (*out says "unknown" and why) or ENT_BROKEN
 * (*out holds the messages). Without a trailing line end. */
int ent_eval(ent_session *s, const char *expr, const char **out, size_t *len);
/* The bytecode of the draft's own functions and checks, with source lines. ENT_PASSES, or ENT_BROKEN with messages in *out. */
int ent_disassemble(ent_session *s, const char **out, size_t *len);
/* A text in the canonical layout, from a session that need hold no draft; name stands in messages. It is read back and
 * compared before it is handed out. ENT_PASSES; ENT_BROKEN: it has mistakes (see ent_diagnostics); ENT_FAULT: what was
 * made of it would say something else or lose a comment, so there is none. */
int ent_format_text(ent_session *s, const char *name, const char *text, size_t len, const char **out, size_t *out_len);
/* What `entente explain CODE` prints; NULL for a code that does not exist. */
const char *ent_explain(ent_session *s, const char *code);
/* What a text says of itself and of the names that it declares (name: of that alone), from a session that need hold no draft;
 * path stands above it, and in messages. ENT_PASSES; ENT_BROKEN: it has mistakes (see ent_diagnostics); ENT_USAGE: it
 * declares no such name, and *out says so. */
int ent_doc_text(ent_session *s, const char *path, const char *text, size_t len, const char *name, const char **out, size_t *out_len);
/* The same of a library module ("std.units"; NULL: a list of them all, a line each). ENT_USAGE also when there is no such module. */
int ent_doc_library(ent_session *s, const char *module, const char *name, const char **out, size_t *out_len);
/* The n-th library module's name ("std.units"), or NULL past the last. */
const char *ent_library_module(unsigned n);


/* ---- a draft in parts, for clients in which one is thought up or edited ---- */

typedef enum ent_part_kind { ENT_PART_FILE, ENT_PART_TEXT, ENT_PART_SHOCK } ent_part_kind;
typedef struct ent_part {
  ent_part_kind kind;      /* a file of that name; text of declarations; one step of a scenario, assumed in all that is asked */
  const char *name;        /* what messages call it */
  const char *text;        /* of a file: not looked at */
  size_t len;
} ent_part;
/* Loads, checks and compiles the parts as one draft, as ent_load_file does. A declaration takes the place of one of the same
 * name in an earlier part. Files that `before` (or NULL) has read are taken as they were then. Of warnings only those about the last
 * part are kept. The strings are copied. Once, on a session without a draft; on a mistake the session serves for ent_diagnostics. */
int ent_load_parts(ent_session *s, const ent_part *part, size_t n, const ent_session *before);
/* How many declarations a part has; those whose place a later one took do not count. */
size_t ent_part_size(const ent_session *s, size_t part);
/* "let x (draft.ent:3), fn y(c: country) (<2>:1)": the declarations whose place those of the last part took; empty when there are none. */
const char *ent_replaced(ent_session *s);
/* The text of the draft from this part on, laid out, without steps assumed. As ent_format_text. */
int ent_draft_text(ent_session *s, size_t from, const char **out, size_t *len);
/* The path of the n-th file of the draft, as it was opened from the folder at hand; NULL past the last. */
const char *ent_file(const ent_session *s, size_t n);
/* The same of the data files that it has read, databases too; one may come twice. They are read anew by every ent_load_parts. */
const char *ent_data_file(const ent_session *s, size_t n);

/* False once memory has been refused: only ent_diagnostics and ent_close are then of use. */
bool ent_usable(const ent_session *s);
/* Bytes in use. */
size_t ent_memory(const ent_session *s);
/* The day that is asked about; NULL: that on which the agreements start. False when it is no date. */
bool ent_set_day(ent_session *s, const char *date);
void ent_set_width(ent_session *s, int columns);
/* The day that expressions are evaluated on, YYYY-MM-DD; empty without one. */
const char *ent_day(ent_session *s);

/* What may be asked about an expression: its value, its type, the code that it becomes. */
typedef enum ent_question { ENT_VALUE, ENT_TYPE, ENT_CODE } ent_question;
/* As ent_eval, in the assumed world, with all of the config's steps. */
int ent_ask(ent_session *s, ent_question q, const char *expr, const char **out, size_t *len);
/* How many steps the last ent_ask took. */
uint64_t ent_steps(const ent_session *s);
/* The coverage matrix, and the world that is asked about, in words. ENT_PASSES, or ENT_BROKEN with messages in *out. */
int ent_matrix(ent_session *s, const char **out, size_t *len);
int ent_world(ent_session *s, const char **out, size_t *len);
/* The declaration of a name (x, or pact.m1), laid out; what is known of a name, a word of the language, or a module of the library
 * and its names (std, std.coverage, std.coverage.rank), in words. NULL: nothing is. */
const char *ent_show(ent_session *s, const char *name);
const char *ent_doc(ent_session *s, const char *name);

/* What a text is that is being typed, or would be once it goes on; one that cannot be mended so is what it comes nearest to. */
typedef enum ent_input { ENT_INPUT_NOTHING, ENT_INPUT_EXPR, ENT_INPUT_DECLS, ENT_INPUT_MORE_EXPR, ENT_INPUT_MORE_DECLS } ent_input;
/* *end: where its first entry ends, an expression or a run of declarations, when another begins in the first column after it. */
ent_input ent_input_kind(ent_session *s, const char *text, size_t len, size_t *end);
typedef enum ent_form { ENT_FORM_ENTRY, ENT_FORM_EXPR, ENT_FORM_SHOCK, ENT_FORM_NAME, ENT_FORM_TOPIC /* what ent_doc knows */ } ent_form;
typedef struct ent_word { const char *text, *kind, *about; } ent_word;   /* kind: "word", "unit", "country", "function" ... */
/* What may stand at the end of a text, by name, countries last; *from is where what is there of it begins. */
size_t ent_complete(ent_session *s, ent_form form, const char *text, size_t len, size_t *from, const ent_word **words);
/* What each byte is, for colours; to has room for len. Texts handed out before stay good. */
typedef enum ent_class { ENT_CLASS_BLANK, ENT_CLASS_WORD, ENT_CLASS_NAME, ENT_CLASS_FIGURE, ENT_CLASS_UNIT, ENT_CLASS_DATE, ENT_CLASS_TEXT,
                         ENT_CLASS_MARK, ENT_CLASS_COMMENT, ENT_CLASS_WRONG } ent_class;
void ent_classify(ent_session *s, const char *text, size_t len, unsigned char *to);

#ifdef __cplusplus
}
#endif
#endif
