#define _POSIX_C_SOURCE 200809L
#include "edge/jobs.h"
#include "edge/options.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH_MIN = 20, WIDTH_MAX = 10000 };

/* ---- values ---- */

typedef struct Word { const char *word; int value; } Word;

static bool read_word(const char *text, const Word *list, size_t n, int *value) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(text, list[i].word) == 0) {
      *value = list[i].value;
      return true;
    }
  return false;
}

/* A whole number from 1, with _ between digits, and K, M or G (times 1,024) behind it. */
static bool read_count(const char *text, uint64_t max, uint64_t *value) {
  uint64_t n = 0;
  const char *s = text;
  for (; (*s >= '0' && *s <= '9') || (*s == '_' && s > text); s++) {
    if (*s == '_') continue;
    unsigned digit = (unsigned)(*s - '0');
    if (n > (UINT64_MAX - digit) / 10) return false;
    n = n * 10 + digit;
  }
  int shift = *s == 'K' ? 10 : *s == 'M' ? 20 : *s == 'G' ? 30 : 0;
  if (shift) s++;
  if (*s || !n || n > max >> shift) return false;
  *value = n << shift;
  return true;
}

static bool read_size(const char *text, size_t *value) {
  uint64_t n;
  if (!read_count(text, SIZE_MAX, &n)) return false;
  *value = (size_t)n;
  return true;
}

static bool set_format(Options *o, const char *text) {
  static const Word words[] = {{"text", ENT_TEXT}, {"json", ENT_JSON}, {"tap", ENT_TAP}, {"github", ENT_GITHUB}};
  int value;
  if (!read_word(text, words, sizeof words / sizeof *words, &value)) return false;
  o->format = (ent_format)value;
  return true;
}

static bool set_test_format(Options *o, const char *text) {
  static const Word words[] = {{"tap", ENT_TAP}, {"junit", ENT_JUNIT}, {"text", ENT_TEXT}};
  int value;
  if (!read_word(text, words, sizeof words / sizeof *words, &value)) return false;
  o->format = (ent_format)value;
  return true;
}

/* Whether it is a regular expression, cmd_test says. */
static bool set_run(Options *o, const char *text) {
  o->run = text;
  return true;
}

static bool set_coverage(Options *o, const char *text) {
  (void)text;
  return o->config.coverage = true;
}

/* A whole number from 0 to 100, with or without a % behind it. */
static bool set_threshold(Options *o, const char *text) {
  int n = 0;
  const char *s = text;
  for (; *s >= '0' && *s <= '9' && n <= 100; s++) n = n * 10 + (*s - '0');
  if (s == text || n > 100 || (*s && strcmp(s, "%") != 0)) return false;
  o->threshold = n;
  return o->config.coverage = true;
}

static bool set_fail_on(Options *o, const char *text) {
  static const Word words[] = {{"deny", ENT_DENY}, {"warn", ENT_WARN}, {"note", ENT_NOTE}};
  int value;
  if (!read_word(text, words, sizeof words / sizeof *words, &value)) return false;
  o->config.fail_on = (ent_level)value;
  return true;
}

static bool set_color(Options *o, const char *text) {
  static const Word words[] = {{"auto", COLOR_AUTO}, {"always", COLOR_ALWAYS}, {"never", COLOR_NEVER}};
  int value;
  if (!read_word(text, words, sizeof words / sizeof *words, &value)) return false;
  o->color = (ColorWish)value;
  return true;
}

static bool set_width(Options *o, const char *text) {
  uint64_t n;
  if (!read_count(text, WIDTH_MAX, &n) || n < WIDTH_MIN) return false;
  o->config.width = (int)n;
  o->width_given = true;
  return true;
}

/* Whether it is a day of the calendar, ent_open says. */
static bool set_as_of(Options *o, const char *text) {
  o->config.as_of = text;
  return ent_is_date(text);
}

static bool set_root(Options *o, const char *text) {
  o->config.root = text;
  return *text != 0;
}

static bool set_allow_undecided(Options *o, const char *text) {
  (void)text;
  o->config.allow_undecided = true;
  return true;
}

static bool set_help(Options *o, const char *text) {
  (void)text;
  o->help = true;
  return true;
}

static bool set_list(Options *o, const char *text) { (void)text; return o->list = true; }
static bool set_diff(Options *o, const char *text) { (void)text; return o->diff = true; }
static bool set_write(Options *o, const char *text) { (void)text; return o->write = true; }
static bool set_verify(Options *o, const char *text) { (void)text; return o->verify = o->list = true; }
static bool set_max_file(Options *o, const char *text) { return read_size(text, &o->config.max_file); }
static bool set_max_data(Options *o, const char *text) { return read_size(text, &o->config.max_data); }
static bool set_max_memory(Options *o, const char *text) { return read_size(text, &o->config.max_memory); }
static bool set_max_output(Options *o, const char *text) { return read_size(text, &o->config.max_output); }
static bool set_ffi_memory(Options *o, const char *text) { return read_size(text, &o->ffi.memory); }
static bool set_ffi_in_process(Options *o, const char *text) { (void)text; return o->ffi.in_process = true; }

static bool set_ffi_time(Options *o, const char *text) {
  uint64_t n;
  if (!read_count(text, 3600, &n)) return false;
  o->ffi.seconds = (unsigned)n;
  return true;
}

static int64_t now(void) {
  struct timespec t;
  return clock_gettime(CLOCK_MONOTONIC, &t) ? 0 : (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool set_profile(Options *o, const char *text) {
  static const Word words[] = {{"table", ENT_PROFILE_TABLE}, {"collapsed", ENT_PROFILE_FOLDED}};
  int value;
  if (!read_word(text, words, sizeof words / sizeof *words, &value)) return false;
  o->profile = (ent_profile_form)value;
  o->config.clock = now;
  return o->config.profile = true;
}

/* auto: as many as there are processors. */
static bool set_jobs(Options *o, const char *text) {
  uint64_t n = 0;
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  if (strcmp(text, "auto") == 0) n = cores < 1 ? 1 : cores > JOBS_MAX ? JOBS_MAX : (uint64_t)cores;
  else if (!read_count(text, JOBS_MAX, &n)) return false;
  o->jobs = (unsigned)n;
  return true;
}

/* 0: at once. */
static bool set_jobs_after(Options *o, const char *text) {
  o->jobs_after = 0;
  return !strcmp(text, "0") || read_count(text, UINT64_MAX, &o->jobs_after);
}

static bool set_allow_ffi(Options *o, const char *text) {
  if (!*text || o->ffi.nallow == FFI_ALLOW_MAX) return false;
  o->ffi.allow[o->ffi.nallow++] = text;
  return true;
}

static bool set_columns(Options *o, const char *text) {
  static const Word words[] = {{"auto", ENT_COLUMNS_AUTO}, {"never", ENT_COLUMNS_NEVER}, {"always", ENT_COLUMNS_ALWAYS}};
  int value;
  if (!read_word(text, words, sizeof words / sizeof *words, &value)) return false;
  o->config.columns = (ent_columns)value;
  return true;
}

static bool set_max_depth(Options *o, const char *text) {
  uint64_t n;
  if (!read_count(text, ENT_DEPTH_MAX, &n)) return false;
  o->config.max_depth = (unsigned)n;
  return true;
}

static bool set_max_steps(Options *o, const char *text) { return read_count(text, UINT64_MAX, &o->config.max_steps); }

/* ---- the options ---- */

typedef struct Option {
  const char *name, *value;  /* value NULL: it takes none; "[=...": it may have one, behind = only */
  unsigned group;            /* 0: every command's */
  bool (*set)(Options *o, const char *text);
  const char *wants;         /* what the value must be */
  const char *help;
} Option;

static const Option options[] = {
  {"--format", "text|json|tap|github", GROUP_REPORT, set_format, "text, json, tap or github", "how the report is written (text)"},
  {"--format", "tap|junit|text", GROUP_TEST, set_test_format, "tap, junit or text", "how the results are written (tap)"},
  {"--run", "REGEX", GROUP_TEST, set_run, "a regular expression", "only tests whose title it matches, an extended one of POSIX"},
  {"--coverage", NULL, GROUP_TEST, set_coverage, "", "say which rules, functions, checks and clauses no test reached"},
  {"--threshold", "PERCENT", GROUP_TEST, set_threshold, "a whole number from 0 to 100", "with --coverage: exit with 1 where less is reached"},
  {"--fail-on", "deny|warn|note", GROUP_REPORT, set_fail_on, "deny, warn or note", "the weakest finding that decides the exit code (deny)"},
  {"--allow-undecided", NULL, GROUP_REPORT, set_allow_undecided, "", "exit with 0 where data is missing; no excuse for a draft without checks"},
  {"-l", NULL, GROUP_FORMAT, set_list, "", "list the files whose layout differs"},
  {"-d", NULL, GROUP_FORMAT, set_diff, "", "print what would change, as a unified diff"},
  {"-w", NULL, GROUP_FORMAT, set_write, "", "rewrite the files whose layout differs"},
  {"--check", NULL, GROUP_FORMAT, set_verify, "", "as -l, and exit with 1 if there are any"},
  {"--profile", "[=collapsed]", GROUP_REPORT, set_profile, "table or collapsed", "say on standard error where steps and time went; collapsed: for flame graphs"},
  {"--as-of", "DATE", GROUP_RUN, set_as_of, "a date, YYYY-MM-DD", "judge on this day only, not on the whole term"},
  {"--jobs", "N|auto", GROUP_MANY | GROUP_CREW, set_jobs, "a number from 1 to 256, or auto", "processes that work at once, on several drafts or on one; auto: one a processor (1)"},
  {"--jobs-after", "N", GROUP_CREW, set_jobs_after, "a number of steps, as 2_000_000", "steps that a draft takes before what is left of it is divided among them (200_000)"},
  {"--root", "FOLDER", GROUP_LOAD, set_root, "a folder", "what a draft may read lies in here (the folder of its first file)"},
  {"--color", "auto|always|never", GROUP_LOAD, set_color, "auto, always or never", "colours in text (auto: on a terminal, unless NO_COLOR is set)"},
  {"--width", "N", GROUP_LOAD, set_width, "a number from 20 to 10000", "columns of text (those of the terminal, or 100)"},
  {"--max-file", "N", GROUP_LOAD, set_max_file, "a number of bytes, as 500K or 16M", "bytes in one file (16M)"},
  {"--max-data", "N", GROUP_LOAD, set_max_data, "a number of bytes, as 500K or 16M", "bytes in one data file (256M, and no more)"},
  {"--max-memory", "N", GROUP_LOAD, set_max_memory, "a number of bytes, as 500M or 2G", "bytes of memory for one draft (2G)"},
  {"--max-steps", "N", GROUP_RUN, set_max_steps, "a number of steps, as 2_000_000", "steps that one draft may take (2_000_000_000)"},
  {"--max-depth", "N", GROUP_RUN, set_max_depth, "a number from 1 to 1000", "figures of facts that rest on one another, in a row (200)"},
  {"--columns", "auto|never|always", GROUP_RUN, set_columns, "auto, never or always", "work loops through in columns (auto: long ones); the same answers"},
  {"--max-output", "N", GROUP_RUN, set_max_output, "a number of bytes, as 64M", "bytes of one report (64M)"},
  {"--allow-ffi", "LIB[:SYMBOL]", GROUP_RUN, set_allow_ffi, "a library, or library:function (64 times at most)", "let the draft call this library, or this function of it; repeatable"},
  {"--ffi-time", "N", GROUP_RUN, set_ffi_time, "seconds, 1 to 3600", "seconds for calls of functions from outside that go out together (5)"},
  {"--ffi-memory", "N", GROUP_RUN, set_ffi_memory, "a number of bytes, as 500M or 2G", "bytes of memory for each library (1G)"},
  {"--ffi-in-process", NULL, GROUP_RUN, set_ffi_in_process, "", "run libraries in this process, without any limits: only if you trust them"},
  {"--help", NULL, 0, set_help, "", "this text"},
};
enum { OPTIONS = sizeof options / sizeof *options };

static const char *name_at(unsigned i) { return i < OPTIONS ? options[i].name : NULL; }

/* The option whose name is text[0..n), if this command takes it. */
static const Option *option_find(const Cmd *cmd, const char *text, size_t n) {
  for (size_t i = 0; i < OPTIONS; i++) {
    const Option *o = &options[i];
    if (strlen(o->name) == n && memcmp(o->name, text, n) == 0 && (!o->group || (o->group & cmd->groups))) return o;
  }
  return NULL;
}

void options_help(Edge *e, unsigned groups) {
  edge_print(e, "\nOptions:\n");
  for (size_t i = 0; i < OPTIONS; i++) {
    const Option *o = &options[i];
    if (o->group && !(o->group & groups)) continue;
    char line[64];
    snprintf(line, sizeof line, "  %s%s%s", o->name, o->value && o->value[0] != '[' ? " " : "", o->value ? o->value : "");
    help_print(e, line, o->help, 34);
  }
}

/* ---- reading them ---- */

static int unknown(const Cmd *cmd, const char *text, size_t n) {
  char name[64];
  snprintf(name, sizeof name, "%.*s", (int)(n < sizeof name ? n : sizeof name - 1), text);
  const char *near = edge_nearest(name, name_at);
  if (near && strcmp(near, name) == 0) edge_say("%s is no option of %s", near, cmd->name);
  else if (near) edge_say("there is no option %s; did you mean %s?", edge_safe(name).text, near);
  else edge_say("there is no option %s; `entente help %s` lists them", edge_safe(name).text, cmd->name);
  return ENT_USAGE;
}

/* Reads the option at argv[*i], and moves *i on to its value where that stands apart. */
static int option_read(Options *o, const Cmd *cmd, int argc, char **argv, int *i) {
  const char *text = argv[*i], *equals = strchr(text, '=');
  size_t n = equals ? (size_t)(equals - text) : strlen(text);
  if (strcmp(text, "-h") == 0) text = "--help", n = strlen(text);
  const Option *option = option_find(cmd, text, n);
  if (!option) return unknown(cmd, text, n);
  const char *value = equals ? equals + 1 : NULL;
  if (!option->value && value) {
    edge_say("%s takes no value", option->name);
    return ENT_USAGE;
  }
  if (option->value && !value && option->value[0] == '[') value = "table";
  if (option->value && !value) {
    if (*i + 1 == argc) {
      edge_say("%s wants %s", option->name, option->wants);
      return ENT_USAGE;
    }
    value = argv[++*i];
  }
  if (option->set(o, value)) return ENT_PASSES;
  edge_say("%s wants %s, not %s", option->name, option->wants, *value ? edge_safe(value).text : "nothing");
  return ENT_USAGE;
}

static bool is_set(const char *variable) {
  const char *value = getenv(variable);
  return value && *value;
}

static bool wants_color(ColorWish wish) {
  if (wish != COLOR_AUTO) return wish == COLOR_ALWAYS;
  const char *term = getenv("TERM");
  return isatty(STDOUT_FILENO) && !is_set("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

int terminal_width(void) {
  if (!isatty(STDOUT_FILENO)) return 0;
  Options asked = {.operand = NULL};
  const char *columns = getenv("COLUMNS");
  if (columns && set_width(&asked, columns)) return asked.config.width;
  struct winsize size;
  bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_MIN;
  return known ? size.ws_col : 0;
}

int options_read(Options *o, Edge *e, const Cmd *cmd, int argc, char **argv) {
  memset(o, 0, sizeof *o);
  ent_config_init(&o->config);
  o->config.stop = o->ffi.stop = e->stop;
  o->format = cmd->groups & GROUP_TEST ? ENT_TAP : ENT_TEXT;
  o->operand = argv;
  o->jobs = 1;
  o->jobs_after = 200000;
  bool ended = false;
  for (int i = 0; i < argc; i++) {
    char *text = argv[i];
    if (ended || text[0] != '-' || !text[1]) {
      o->operand[o->noperand++] = text;
      ended = ended || cmd->groups & GROUP_EXPR;
    }
    else if (strcmp(text, "--") == 0) ended = true;
    else {
      int code = option_read(o, cmd, argc, argv, &i);
      if (code) return code;
    }
  }
  o->config.color = wants_color(o->color);
  e->color_always = o->color == COLOR_ALWAYS;
  if (!o->config.width) o->config.width = terminal_width();
  return ENT_PASSES;
}

ent_session *options_begin(const Options *o, const char *as_of) {
  ent_config with = o->config;
  with.as_of = as_of;
  with.crew = crew_of(&o->crew);
  if (!ffi_open(&o->ffi, &with.host)) return NULL;
  ent_session *s = ent_open(&with);
  if (!s) with.host.end(with.host.data);
  return s;
}

ent_session *options_open(const Options *o, int *code) {
  ent_session *s = options_begin(o, o->config.as_of);
  if (s) return s;
  edge_say("there is not enough memory to begin");
  *code = ENT_BROKEN;
  return NULL;
}
