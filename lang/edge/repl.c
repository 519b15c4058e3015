/* The program `entente-repl`: a session of lines. */
#define _XOPEN_SOURCE 700
#include "edge/repl.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;   /* by Ctrl-C: what is being evaluated stops */

static void on_interrupt(int sig) {
  (void)sig;
  interrupted = 1;
}

static void signals(void) {
  struct sigaction act = {.sa_handler = on_interrupt}, ignore = {.sa_handler = SIG_IGN};
  sigemptyset(&act.sa_mask);
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGINT, &act, NULL);
  sigaction(SIGPIPE, &ignore, NULL);
}

/* ---- the prompt ---- */

/* "2027-03-01 without NLD; close malacca" */
void repl_prompt(Repl *r, char *to, size_t size) {
  enum { SHOCKS_MAX = 48 };
  const State *s = &r->d.now;
  const char *day = ent_day(r->d.session);
  size_t n = (size_t)snprintf(to, size, "%s", *day ? day : "entente"), shocks = 0;
  char assumed[SHOCKS_MAX + 1] = "";
  size_t len = 0;
  for (size_t i = 0; i < s->n; i++) {
    if (s->part[i]->kind != ENT_PART_SHOCK) continue;
    const char *text = s->part[i]->text;
    bool withdraw = !strncmp(text, "withdraw ", 9) && !shocks && !strchr(text + 9, ' ');
    int more = snprintf(assumed + len, sizeof assumed - len, "%s%s", shocks ? "; " : withdraw ? " without " : " under ", withdraw ? text + 9 : text);
    shocks++;
    len += more > 0 ? (size_t)more : 0;
    if (len > SHOCKS_MAX) break;
  }
  if (len > SHOCKS_MAX) {
    shocks = 0;
    for (size_t i = 0; i < s->n; i++) shocks += s->part[i]->kind == ENT_PART_SHOCK;
    snprintf(assumed, sizeof assumed, " under %zu assumption%s", shocks, shocks == 1 ? "" : "s");
  }
  snprintf(to + n, size - n, "%s> ", edge_safe(assumed).text);
}

/* ---- entries ---- */

static void entry_expression(Repl *r, const char *text) {
  const char *out = NULL;
  size_t len = 0;
  int code = ent_ask(r->d.session, ENT_VALUE, text, &out, &len);
  if (code != ENT_PASSES && code != ENT_UNDECIDED) {
    out_trouble(r, out ? out : "", len);
    command_hint(r, text);
    return;
  }
  out_value(r, out, len, code == ENT_UNDECIDED);
}

static void entry_declarations(Repl *r, const char *text, size_t len) {
  char name[32];
  snprintf(name, sizeof name, "<%u>", ++r->d.typed);
  if (draft_add(&r->d, r, ENT_PART_TEXT, name, text, len, false)) return;
  const char *replaced = ent_replaced(r->d.session);
  if (*replaced) out_line(r, "in place of %s", replaced);
}

/* A session that can be asked, in a window that may have changed. */
static void session_ready(Repl *r) {
  int rows, columns;
  draft_refresh(&r->d);
  out_window(&rows, &columns);
  if (r->live && !r->o.width_given) ent_set_width(r->d.session, columns);
}

/* One entry; it ends with a NUL that belongs to the caller's copy. */
static void entry_run(Repl *r, char *text, size_t len, ent_input kind) {
  char after = text[len];
  text[len] = 0;
  if (kind == ENT_INPUT_EXPR || kind == ENT_INPUT_MORE_EXPR) entry_expression(r, text);
  else entry_declarations(r, text, len);
  text[len] = after;
}

static size_t blank_lines(const char *text, size_t len) {
  size_t n = 0, i = 0;
  for (; i < len && text[i] && strchr(" \t\r\n", text[i]); i++)
    if (text[i] == '\n') n = i + 1;
  return i == len ? len : n;
}

void repl_entries(Repl *r, const char *given, size_t len, size_t *rest) {
  char *copy = malloc(len + 1);
  *rest = len;
  if (!copy) return;
  memcpy(copy, given, len);
  copy[len] = 0;
  for (size_t at = 0; at < len && !r->leave && !r->e.out_error && !interrupted;) {
    session_ready(r);
    at += blank_lines(copy + at, len - at);
    size_t line = strcspn(copy + at, "\n"), end = 0;
    if (copy[at] == ':') {
      char after = copy[at + line];
      copy[at + line] = 0;
      command_run(r, copy + at + 1);
      copy[at + line] = after;
      at += line + (after != 0);
      continue;
    }
    if (at >= len) break;
    ent_input kind = ent_input_kind(r->d.session, copy + at, len - at, &end);
    if (kind >= ENT_INPUT_MORE_EXPR) { *rest = at; break; }
    if (kind != ENT_INPUT_NOTHING) entry_run(r, copy + at, end, kind);
    at += end;
  }
  free(copy);
}

/* ---- reading ---- */

/* Text that is not finished yet. */
typedef struct Pending { char *text; size_t len; } Pending;

static bool pending_add(Pending *p, const char *text, size_t len) {
  char *more = realloc(p->text, p->len + len + 2);
  if (!more) return false;
  p->text = more;
  if (p->len) p->text[p->len++] = '\n';
  memcpy(p->text + p->len, text, len);
  p->len += len;
  p->text[p->len] = 0;
  return true;
}

static void pending_drop(Pending *p) {
  free(p->text);
  p->text = NULL;
  p->len = 0;
}

static bool is_blank(const char *text) { return text[strspn(text, " \t\r\n")] == 0; }

static void pending_run(Repl *r, Pending *p) {
  size_t rest;
  repl_entries(r, p->text, p->len, &rest);
  p->len -= rest;
  memmove(p->text, p->text + rest, p->len + 1);
  if (!p->len) pending_drop(p);
}

/* What is left unfinished at the end is said to be: it is taken as it is. */
static void pending_end(Repl *r, Pending *p) {
  size_t end;
  if (p->len && !is_blank(p->text)) entry_run(r, p->text, p->len, ent_input_kind(r->d.session, p->text, p->len, &end));
  pending_drop(p);
}

/* Whether all of it is one entry that is not finished. */
static bool is_more(Repl *r, const Pending *p) {
  size_t end;
  session_ready(r);
  return p->text[0] != ':' && ent_input_kind(r->d.session, p->text, p->len, &end) >= ENT_INPUT_MORE_EXPR;
}

static void tell_changes(Repl *r) {
  const char *path;
  while ((path = draft_changed(&r->d))) out_say(r, "%s has changed; :reload reads it again", edge_safe(path).text);
}

static void converse(Repl *r) {
  Pending p = {0};
  edit_open(r);
  history_open();
  while (!r->leave && !r->e.out_error) {
    char prompt[256];
    bool cancelled = false;
    tell_changes(r);
    repl_prompt(r, prompt, sizeof prompt);
    char *line = edit_read(prompt, &p.text, &cancelled);
    p.len = p.text ? p.len : 0;
    if (!line && !cancelled) break;
    interrupted = 0;
    if (cancelled) pending_drop(&p);
    else if (pending_add(&p, line, strlen(line)) && !is_more(r, &p)) {
      if (!is_blank(p.text)) history_keep(p.text);
      pending_run(r, &p);
      if (interrupted) pending_drop(&p);
    }
    free(line);
  }
  pending_drop(&p);
  edit_close();
}

/* It is no gate, so what lines say is not told by its code; but that they were not all read is. */
static int read_lines(Repl *r) {
  enum { LINE_MAX_BYTES = 64 << 20 };
  Pending p = {0};
  char *line = NULL;
  size_t cap = 0;
  ssize_t n;
  while (!r->leave && !r->e.out_error && !interrupted && (n = getline(&line, &cap, stdin)) >= 0) {
    if (n && line[n - 1] == '\n') n--;
    if (p.len + (size_t)n > LINE_MAX_BYTES || !pending_add(&p, line, (size_t)n)) {
      out_say(r, "this is more than can be read at once");
      pending_drop(&p);
    } else pending_run(r, &p);
  }
  free(line);
  if (interrupted) {
    pending_drop(&p);
    edge_say("interrupted");
    return ENT_BROKEN;
  }
  pending_end(r, &p);
  return ENT_PASSES;
}

/* ---- beginning and end ---- */

static void load_first(Repl *r) {
  char path[PATH_MAX];
  const char *rc = getenv("ENTENTE_RC"), *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
  bool named = rc && *rc;
  int n = named ? snprintf(path, sizeof path, "%s", rc) : config && config[0] == '/' ? snprintf(path, sizeof path, "%s/entente/rc.ent", config)
        : home && *home ? snprintf(path, sizeof path, "%s/.config/entente/rc.ent", home) : -1;
  if (n < 0 || (size_t)n >= sizeof path || (rc && !*rc)) return;
  if (!named && access(path, F_OK)) return;
  draft_add(&r->d, r, ENT_PART_FILE, path, NULL, 0, true);
}

/* The files of the command line. One that is not there ends the session; one with mistakes ends it where nobody could mend it. */
static int load_files(Repl *r) {
  for (int i = 0; i < r->o.noperand; i++) {
    const char *path = r->o.operand[i], *why = edge_not_read(path);
    if (why) { edge_say("%s: %s", path, why); return ENT_NO_INPUT; }
    int code = draft_add(&r->d, r, ENT_PART_FILE, path, NULL, 0, false);
    if (code && (!r->live || code == ENT_NO_INPUT)) return code;
    if (code) {
      draft_wish(&r->d, r->o.operand + i, r->o.noperand - i);
      out_say(r, "once it is mended, :reload loads it");
      break;
    }
  }
  draft_forget(&r->d);   /* :undo does not take back what the session began with */
  return ENT_PASSES;
}

static int session(Repl *r) {
  int code;
  if (!draft_open(&r->d, &r->o, &code)) return code;
  load_first(r);
  code = load_files(r);
  if (!code && r->live) converse(r);
  else if (!code) code = read_lines(r);
  draft_close(&r->d);
  free(r->refused);
  return code;
}

int main(int argc, char **argv) {
  Repl r = {.e = {.stop = &interrupted}};
  if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8");   /* drafts are UTF-8 */
  signals();
  edge_hold_memory();
  int code = options_read(&r.o, &r.e, cmd_find("repl"), argc - 1, argv + 1);
  if (code) return code;
  if (r.o.help) return cmd_describe(&r.e, cmd_find("repl"));
  r.live = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  r.color = r.o.config.color;
  code = session(&r);
  if (!r.e.out_error) return code;
  if (r.e.out_error != EPIPE) edge_say("output cannot be written: %s", strerror(r.e.out_error));
  return edge_worse(code, ENT_BROKEN);
}
