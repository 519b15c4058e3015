#define _XOPEN_SOURCE 700
#include "edge/bytes.h"
#include "edge/repl.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
/* Readline's headers come last: they want stdio, and clash with nothing then. */
#include <readline/history.h>
#include <readline/readline.h>

/* Readline, with a display of our own where the terminal can: entries of several lines, colours, and nothing of what was
 * typed or pasted reaches the terminal that could act on it. */

enum { HISTORY_MAX = 10000, TAB_WIDTH = 2 };

/* Readline calls back without saying for whom. */
static struct Editing {
  Repl *r;
  bool own;              /* the display is ours */
  int up;                /* rows between the first that was drawn and the cursor */
  bool stale;            /* a drawing was put off since more was there to read */
  bool cancelled;
  const char *rest;      /* what the next entry begins with */
  unsigned again;        /* how often Tab has been pressed in a row */
  const ent_word *words; /* what was offered last */
  size_t nwords;
} now;

/* ---- drawing ---- */

/* What one redraw makes: bytes to write, and where each row of them begins. */
typedef struct Screen {
  Bytes text;
  size_t *row;           /* offsets */
  size_t nrow, caprow;
  int col, columns;
  size_t cursor_row;
  int cursor_col;
  ent_class ink;
  bool failed;
} Screen;

static void put(Screen *s, const char *text) { bytes_add(&s->text, text, strlen(text)); }

static void row_begin(Screen *s) {
  if (s->nrow == s->caprow) {
    size_t cap = s->caprow * 2 + 16, *more = realloc(s->row, cap * sizeof *more);
    if (!more) { s->failed = true; return; }
    s->row = more;
    s->caprow = cap;
  }
  s->row[s->nrow++] = s->text.len;
  s->col = 0;
}

static void ink_set(Screen *s, ent_class c) {
  if (!now.r->color || c == s->ink) return;
  if (*out_ink(s->ink)) put(s, out_reset);
  put(s, out_ink(c));
  s->ink = c;
}

static void row_next(Screen *s) {
  ent_class was = s->ink;
  ink_set(s, ENT_CLASS_BLANK);
  row_begin(s);
  ink_set(s, was);
}

/* The character at text, as it is shown: how many bytes it has, what is written for it, how wide that is. */
static size_t glyph(const char *text, size_t len, mbstate_t *state, char to[16], int *width) {
  wchar_t wc;
  unsigned char c = (unsigned char)*text;
  if (c == '\t') { *width = snprintf(to, 16, "%*s", TAB_WIDTH, ""); return 1; }
  if (c < ' ' || c == 0x7F) { *width = snprintf(to, 16, "^%c", c ^ 0x40); return 1; }
  size_t n = mbrtowc(&wc, text, len, state);
  if (n == 0 || n == (size_t)-1 || n == (size_t)-2) {
    memset(state, 0, sizeof *state);
    *width = snprintf(to, 16, "\\x%02x", c);
    return 1;
  }
  /* What is invisible, or changes the direction of writing, is shown by its number. */
  bool hidden = (wc >= 0x80 && wc < 0xA0) || wc == 0x61C || (wc >= 0x200B && wc <= 0x200F) || (wc >= 0x2028 && wc <= 0x202E) || (wc >= 0x2060 && wc <= 0x206F) || wc == 0xFEFF;
  int w = wcwidth(wc);
  if (hidden || w < 0) *width = snprintf(to, 16, "\\u{%x}", (unsigned)wc);
  else {
    *width = w;
    memcpy(to, text, n);
    to[n] = 0;
  }
  return n;
}

static void show(Screen *s, const char *text, int width) {
  if (s->col + width > s->columns) row_next(s);
  put(s, text);
  s->col += width;
}

static void cursor_here(Screen *s) {
  if (s->col >= s->columns) row_next(s);
  s->cursor_row = s->nrow - 1;
  s->cursor_col = s->col;
}

static void prompt_show(Screen *s, const char *prompt) {
  mbstate_t state = {0};
  if (now.r->color) put(s, "\033[1;34m");
  for (size_t i = 0, len = strlen(prompt); i < len;) {
    char to[16];
    int width;
    if (prompt[i] == RL_PROMPT_START_IGNORE || prompt[i] == RL_PROMPT_END_IGNORE) { i++; continue; }
    i += glyph(prompt + i, len - i, &state, to, &width);
    show(s, to, width);
  }
  if (now.r->color) put(s, out_reset);
}

static void classes(unsigned char *to) {
  enum { COLORED_MAX = 1 << 16 };
  size_t len = (size_t)rl_end, from = 0;
  memset(to, ENT_CLASS_BLANK, len);
  if (!now.r->color || len > COLORED_MAX) return;
  if (rl_line_buffer[0] == ':') from = strcspn(rl_line_buffer, " \t");
  ent_classify(now.r->d.session, rl_line_buffer + from, len - from, to + from);
}

static void buffer_show(Screen *s, const unsigned char *class) {
  mbstate_t state = {0};
  for (size_t i = 0, len = (size_t)rl_end; i < len;) {
    char to[16];
    int width;
    if (i == (size_t)rl_point) cursor_here(s);
    ink_set(s, (ent_class)class[i]);
    if (rl_line_buffer[i] == '\n') {
      ink_set(s, ENT_CLASS_COMMENT);
      row_begin(s);
      show(s, "... ", 4);
      i++;
      continue;
    }
    i += glyph(rl_line_buffer + i, len - i, &state, to, &width);
    show(s, to, width);
  }
  ink_set(s, ENT_CLASS_BLANK);
  if (rl_point >= rl_end) cursor_here(s);
}

static void write_out(const char *text, size_t len) { edge_write(&now.r->e, text, len); }

static void add(Bytes *to, const char *text) { bytes_add(to, text, strlen(text)); }

/* The cursor, by so many in the direction of that letter. */
static void move(Bytes *to, int by, char where) {
  char text[32];
  snprintf(text, sizeof text, "\033[%d%c", by, where);
  if (by > 0) add(to, text);
}

/* Writes the rows that fit the window, those around the cursor, over what was drawn before. */
static void paint(const Screen *s, int rows) {
  Bytes out = {0};
  size_t window = rows > 2 ? (size_t)rows - 1 : 1, top = 0, n = s->nrow;
  if (n > window) {
    n = window;
    top = s->cursor_row + 1 > n ? s->cursor_row + 1 - n : 0;
  }
  add(&out, "\r");
  move(&out, now.up, 'A');
  for (size_t i = top; i < top + n; i++) {
    size_t end = i + 1 < s->nrow ? s->row[i + 1] : s->text.len;
    /* Cleared before it is written: at the end of a full row the cursor stands on its last character. */
    add(&out, "\r\033[K");
    bytes_add(&out, s->text.at + s->row[i], end - s->row[i]);
    if (i + 1 < top + n) add(&out, "\r\n");
  }
  add(&out, "\033[J\r");
  now.up = (int)(s->cursor_row - top);
  move(&out, (int)(top + n - 1 - s->cursor_row), 'A');
  move(&out, s->cursor_col, 'C');
  if (!out.failed) write_out((const char *)out.at, out.len);
  bytes_end(&out);
}

static void draw(void) {
  int rows;
  Screen s = {0};
  out_window(&rows, &s.columns);
  unsigned char *class = malloc((size_t)rl_end + 1);
  if (class) {
    classes(class);
    row_begin(&s);
    prompt_show(&s, rl_display_prompt ? rl_display_prompt : "");
    buffer_show(&s, class);
    if (!s.failed && !s.text.failed) paint(&s, rows);
  }
  free(class);
  bytes_end(&s.text);
  free(s.row);
  now.stale = false;
}

/* While more is there to read, what is drawn now would be drawn anew at once: a long paste would take for ever. */
static void redisplay(void) {
  int more = 0;
  if (ioctl(STDIN_FILENO, FIONREAD, &more) == 0 && more > 0) now.stale = true;
  else draw();
}

/* Below what is drawn, on a line of its own. */
static void leave_input(const char *mark) {
  int point = rl_point;
  rl_point = rl_end;
  draw();
  rl_point = point;
  write_out(mark, strlen(mark));
  write_out("\r\n", 2);
  now.up = 0;
}

/* ---- keys ---- */

static bool is_whole(void) {
  size_t end;
  if (rl_line_buffer[0] == ':') return true;
  return ent_input_kind(now.r->d.session, rl_line_buffer, (size_t)rl_end, &end) < ENT_INPUT_MORE_EXPR || end < (size_t)rl_end;
}

static int key_enter(int count, int key) {
  (void)count, (void)key;
  if (now.own && !is_whole()) { rl_insert_text("\n"); return 0; }
  if (now.own) leave_input("");
  else return rl_newline(count, key);
  rl_done = 1;
  return 0;
}

static int key_line(int count, int key) {
  (void)count, (void)key;
  rl_insert_text("\n");
  return 0;
}

static int key_cancel(int count, int key) {
  (void)count, (void)key;
  if (now.own) leave_input("^C");
  else write_out("^C\r\n", 4);
  now.cancelled = true;
  rl_done = 1;
  return 0;
}

static int key_clear(int count, int key) {
  static const char clear[] = "\033[H\033[J";
  (void)count, (void)key;
  write_out(clear, sizeof clear - 1);
  now.up = 0;
  draw();
  return 0;
}

/* A line up or down within the entry, as far as it has lines; else the entry before or after it. */
static int key_up(int count, int key) {
  int from = rl_point, start;
  while (from > 0 && rl_line_buffer[from - 1] != '\n') from--;
  if (!from) return rl_get_previous_history(count, key);
  for (start = from - 1; start > 0 && rl_line_buffer[start - 1] != '\n'; start--) {}
  int to = start + (rl_point - from);
  rl_point = to < from - 1 ? to : from - 1;
  return 0;
}

static int key_down(int count, int key) {
  int from = rl_point, end = rl_point;
  while (from > 0 && rl_line_buffer[from - 1] != '\n') from--;
  while (end < rl_end && rl_line_buffer[end] != '\n') end++;
  if (end == rl_end) return rl_get_next_history(count, key);
  int to = end + 1 + (rl_point - from), last = end + 1;
  while (last < rl_end && rl_line_buffer[last] != '\n') last++;
  rl_point = to < last ? to : last;
  return 0;
}

/* A SIGINT that no key made. */
static int on_signal(void) {
  if (!*now.r->e.stop) return 0;
  *now.r->e.stop = 0;
  if (now.own) leave_input("^C");
  rl_replace_line("", 1);
  rl_point = 0;
  rl_on_new_line();
  rl_redisplay_function();
  return 0;
}

/* ---- completion ---- */

/* The form of what stands at `at`, where it begins, and whether it is a file's name. */
static ent_form form_here(size_t *from, bool *file, bool *command) {
  *from = 0;
  *file = *command = false;
  if (rl_line_buffer[0] != ':') return ENT_FORM_ENTRY;
  const Command *c = command_of(rl_line_buffer, from);
  *command = *from >= (size_t)rl_point;
  if (!c) return ENT_FORM_NAME;
  *file = c->file;
  return c->completes;
}

static char *word_of(const char *kept, size_t nkept, const char *word) {
  size_t len = strlen(word);
  char *w = malloc(nkept + len + 1);
  if (!w) return NULL;
  memcpy(w, kept, nkept);
  memcpy(w + nkept, word, len + 1);
  return w;
}

/* What Readline wants: first what all have in common, then each, then NULL. */
static char **matches_of(char **word, size_t n) {
  if (!n) { free(word); return NULL; }
  size_t same = strlen(word[1]);
  for (size_t i = 2; i <= n; i++) {
    size_t k = 0;
    while (k < same && word[i][k] == word[1][k]) k++;
    same = k;
  }
  word[0] = strdup(word[1]);
  if (word[0]) word[0][same] = 0;
  if (n == 1) { free(word[1]); n = 0; }
  word[n + 1] = NULL;
  return word;
}

static char **complete_commands(const char *text) {
  size_t n = 0, count = 0, len = strlen(text);
  while (repl_commands[count].name) count++;
  char **word = calloc(count + 2, sizeof *word);
  for (const Command *c = repl_commands; word && c->name; c++)
    if (!strncmp(c->name, text, len) && (word[n + 1] = strdup(c->name))) n++;
  return word ? matches_of(word, n) : NULL;
}

static char **complete(const char *text, int start, int end) {
  size_t from, at;
  bool file, command;
  ent_form form = form_here(&from, &file, &command);
  rl_attempted_completion_over = 1;
  rl_completion_append_character = 0;
  now.words = NULL;
  now.nwords = 0;
  if (command) { rl_completion_append_character = ' '; return complete_commands(text); }
  if (file) { rl_attempted_completion_over = 0; return NULL; }
  now.nwords = ent_complete(now.r->d.session, form, rl_line_buffer + from, (size_t)end - from, &at, &now.words);
  at += from;
  size_t kept = at > (size_t)start ? at - (size_t)start : 0, n = 0;
  char **word = calloc(now.nwords + 2, sizeof *word);
  for (size_t i = 0; word && i < now.nwords; i++)
    if ((word[n + 1] = word_of(text, kept, now.words[i].text))) n++;
  if (now.nwords == 1 && !strcmp(now.words[0].kind, "word")) rl_completion_append_character = ' ';
  return word ? matches_of(word, n) : NULL;
}

/* Names are broken off where the language does; what stands after :load and :save, at blanks. */
static char *break_hook(void) {
  static char files[] = " \t", names[] = " \t\n\"\\'`@$><=;|&{}()[],.+-*/^?!:#%~";
  size_t from;
  bool file, command;
  form_here(&from, &file, &command);
  return file && !command ? files : names;
}

/* One line a word, with what it is; at most as many as the window has. */
static void list_docs(int rows, int columns) {
  size_t widest = 4, kind = 4;
  for (size_t i = 0; i < now.nwords; i++) {
    if (strlen(now.words[i].text) > widest) widest = strlen(now.words[i].text);
    if (strlen(now.words[i].kind) > kind) kind = strlen(now.words[i].kind);
  }
  size_t shown = now.nwords + 3 > (size_t)rows && rows > 4 ? (size_t)rows - 4 : now.nwords;
  for (size_t i = 0; i < shown; i++) {
    char line[1024];
    int n = snprintf(line, sizeof line, "  %-*s  %-*s  %s", (int)widest, now.words[i].text, (int)kind, now.words[i].kind, now.words[i].about);
    if (n >= (int)sizeof line) n = (int)sizeof line - 1;
    if (n >= columns) {
      n = columns - 1;
      while (n > 0 && ((unsigned char)line[n] & 0xC0) == 0x80) n--;
    }
    write_out(line, (size_t)n);
    write_out("\r\n", 2);
  }
  char more[64];
  if (shown < now.nwords) write_out(more, (size_t)snprintf(more, sizeof more, "  and %zu more\r\n", now.nwords - shown));
}

static void list_names(char **word, size_t n, int rows, int columns) {
  size_t widest = 1;
  for (size_t i = 1; i <= n; i++)
    if (strlen(word[i]) > widest) widest = strlen(word[i]);
  size_t across = (size_t)columns / (widest + 2), lines;
  if (!across) across = 1;
  lines = (n + across - 1) / across;
  bool all = rows <= 4 || lines <= (size_t)rows - 4;
  if (!all) lines = (size_t)rows - 4;
  size_t shown = all ? n : lines * across;
  for (size_t line = 0; line < lines; line++) {
    for (size_t i = line; i < shown; i += lines) {
      char text[300];
      int len = snprintf(text, sizeof text, "%-*s", (int)(i + lines < shown ? widest + 2 : 0), edge_safe(word[i + 1]).text);
      write_out(text, len < (int)sizeof text ? (size_t)len : sizeof text - 1);
    }
    write_out("\r\n", 2);
  }
  char more[64];
  if (shown < n) write_out(more, (size_t)snprintf(more, sizeof more, "and %zu more\r\n", n - shown));
}

static void list_matches(char **word, int n, int longest) {
  int rows, columns;
  (void)longest;
  out_window(&rows, &columns);
  if (now.own) leave_input("");
  else write_out("\r\n", 2);
  if (now.again && now.nwords) list_docs(rows, columns);
  else list_names(word, (size_t)n, rows, columns);
  rl_forced_update_display();
}

static int key_tab(int count, int key) {
  (void)count, (void)key;
  int point = rl_point, end = rl_end;
  now.again = rl_last_func == key_tab ? now.again + 1 : 0;
  rl_complete_internal('!');
  if (point != rl_point || end != rl_end) now.again = 0;
  else if (now.again && now.nwords == 1) list_matches(NULL, 0, 0);
  return 0;
}

/* ---- the session's side ---- */

/* Ctrl-C comes as a key, so that it is known where it falls; Ctrl-Z stays a signal. */
static void prepare(int meta) {
  struct termios t;
  rl_prep_terminal(meta);
  if (tcgetattr(STDIN_FILENO, &t)) return;
  t.c_cc[VINTR] = _POSIX_VDISABLE;
  tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
}

static int begin(void) {
  now.up = 0;
  if (now.rest) rl_insert_text(now.rest);
  now.rest = NULL;
  return 0;
}

static void keys_bind(void) {
  Keymap maps[] = {emacs_standard_keymap, vi_insertion_keymap, vi_movement_keymap};
  for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
    rl_bind_key_in_map('C' & 0x1F, key_cancel, maps[i]);
    rl_bind_key_in_map('\r', key_enter, maps[i]);
    rl_bind_key_in_map('\n', key_enter, maps[i]);
  }
  rl_bind_key('\t', key_tab);
  if (!now.own) return;
  rl_bind_key('L' & 0x1F, key_clear);
  rl_bind_keyseq("\\e\\C-m", key_line);
  rl_bind_keyseq("\\e[A", key_up);
  rl_bind_keyseq("\\eOA", key_up);
  rl_bind_keyseq("\\e[B", key_down);
  rl_bind_keyseq("\\eOB", key_down);
}

void edit_open(Repl *r) {
  const char *term = getenv("TERM");
  now.r = r;
  rl_readline_name = "entente";
  rl_catch_signals = 1;
  rl_outstream = stdout;
  rl_initialize();
  const char *clear = term && *term && strcmp(term, "dumb") ? rl_get_termcap("ce") : NULL;
  now.own = clear && clear[0] == '\033' && clear[1] == '[';   /* one that knows the sequences of ECMA-48 */
  rl_prep_term_function = prepare;
  rl_startup_hook = begin;
  rl_signal_event_hook = on_signal;
  rl_attempted_completion_function = complete;
  rl_completion_word_break_hook = break_hook;
  rl_completion_display_matches_hook = list_matches;
  rl_sort_completion_matches = 0;
  if (now.own) rl_redisplay_function = redisplay;
  keys_bind();
  using_history();
  stifle_history(HISTORY_MAX);
}

void edit_close(void) { clear_history(); }

void edit_remember(const char *entry) {
  HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
  if (!last || strcmp(last->line, entry)) add_history(entry);
}

char *edit_read(const char *prompt, char **rest, bool *cancelled) {
  bool goes_on = *rest && !now.own;
  now.rest = now.own ? *rest : NULL;
  now.cancelled = false;
  char *line = readline(goes_on ? "... " : prompt);
  *cancelled = now.cancelled;
  if (now.own) {
    free(*rest);
    *rest = NULL;
  }
  if (!line) write_out("\r\n", 2);
  return line;
}
