#define _XOPEN_SOURCE 700
#include "edge/load.h"
#include "edge/repl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- files ---- */

static void run_load(Repl *r, const char *path, bool force) {
  (void)force;
  for (size_t i = 0; draft_file(&r->d, i); i++)
    if (!strcmp(draft_file(&r->d, i)->name, path)) {
      out_say(r, "%s is loaded already; :reload reads it again", edge_safe(path).text);
      return;
    }
  draft_add(&r->d, r, ENT_PART_FILE, path, NULL, 0, false);
}

static void run_reload(Repl *r, const char *argument, bool force) {
  (void)argument, (void)force;
  if (!r->d.wish.n && !draft_file(&r->d, 0)) out_say(r, "no file is loaded; :load FILE loads one");
  else if (draft_reload(&r->d, r)) out_say(r, "the draft is as it was");
}

/* Whether the text that would be saved stands by itself; says so where it does not. */
static void stands_alone(Repl *r, const char *path) {
  int code;
  ent_session *s = options_open(&r->o, &code);
  if (!s) return;
  if (ent_load_file(s, path)) {
    size_t len = 0;
    const char *text = ent_diagnostics(s, ENT_TEXT, &len);
    out_say(r, "%s is written, but it does not stand by itself: what is loaded first is not part of it, and files that it uses lie beside it", edge_safe(path).text);
    if (text) out_trouble(r, text, len);
  }
  ent_close(s);
}

static const char *save_over(Repl *r, const char *path, const char *text, size_t len, bool force) {
  FileText was;
  const char *why = load_text(&r->o, path, &was);
  bool asked = r->refused && !strcmp(r->refused, path);
  if (!why && !force && !asked && !(was.len == len && !memcmp(was.text, text, len))) {
    free(r->refused);
    r->refused = strdup(path);
    why = "is there already; :save! or the same line again overwrites it";
  } else if (!why) why = file_rewrite(path, &was, text, len);
  file_text_end(&was);
  return why;
}

static void run_save(Repl *r, const char *path, bool force) {
  const char *text = NULL, *why;
  size_t len = 0, from = 0;
  if (!*path && draft_file(&r->d, 0) && !draft_file(&r->d, 1)) path = draft_file(&r->d, 0)->name;
  if (!*path) { out_say(r, ":save wants a file, as in  :save draft.ent"); return; }
  while (from < r->d.now.n && r->d.now.part[from]->rc) from++;
  if (ent_draft_text(r->d.session, from, &text, &len)) { out_say(r, "the draft could not be laid out; nothing was written"); return; }
  char *copy = malloc(len + 1);
  if (!copy) return;
  memcpy(copy, text, len);
  why = file_create(path, copy, len);
  FileText there;
  bool taken = why && !file_read(path, SIZE_MAX, &there);
  if (taken) {
    file_text_end(&there);
    why = save_over(r, path, copy, len, force);
  }
  free(copy);
  if (why) { out_say(r, "%s: %s", edge_safe(path).text, why); return; }
  free(r->refused);
  r->refused = NULL;
  out_line(r, "wrote %s, %zu bytes", edge_safe(path).text, len);
  stands_alone(r, path);
}

/* ---- looking ---- */

static void run_list(Repl *r, const char *argument, bool force) {
  (void)argument, (void)force;
  const State *s = &r->d.now;
  size_t cap = 64;
  for (size_t i = 0; i < s->n; i++) cap += strlen(s->part[i]->name) * 4 + s->part[i]->len + 128;
  char *text = malloc(cap);
  size_t n = 0;
  for (size_t i = 0; text && i < s->n; i++) {
    const Part *p = s->part[i];
    size_t count = ent_part_size(r->d.session, i);
    if (p->kind == ENT_PART_FILE) n += (size_t)snprintf(text + n, cap - n, "# %s%s: %zu declaration%s\n", p->rc ? "loaded first, " : "", edge_safe(p->name).text, count, count == 1 ? "" : "s");
    else if (p->kind == ENT_PART_SHOCK) n += (size_t)snprintf(text + n, cap - n, "# assumed: %s\n", p->text);
    else if (count) n += (size_t)snprintf(text + n, cap - n, "%s%s", p->text, p->len && p->text[p->len - 1] == '\n' ? "" : "\n");
    else n += (size_t)snprintf(text + n, cap - n, "# %s: declared anew since\n", p->name);
  }
  if (text && n) out_code(r, text, n);
  else out_line(r, "nothing is declared; :load FILE, or type a declaration such as  use std.stack");
  free(text);
}

static void run_show(Repl *r, const char *name, bool force) {
  (void)force;
  const char *text = *name ? ent_show(r->d.session, name) : NULL;
  if (text) out_code(r, text, strlen(text));
  else if (!*name) out_say(r, ":show wants a name, as in  :show initiative");
  else out_say(r, "nothing is declared as %s", edge_safe(name).text);
}

static void run_doc(Repl *r, const char *name, bool force) {
  (void)force;
  const char *text = *name ? ent_doc(r->d.session, name) : NULL;
  if (text) out_plain(r, text, strlen(text));
  else if (!*name) out_say(r, ":doc wants a name, as in  :doc covered");
  else out_say(r, "nothing is known of %s", edge_safe(name).text);
}

static bool show_asked(Repl *r, ent_question q, const char *expr) {
  const char *out = NULL;
  size_t len = 0;
  int code = ent_ask(r->d.session, q, expr, &out, &len);
  bool asked = code == ENT_PASSES || code == ENT_UNDECIDED;
  if (!asked) out_trouble(r, out, len);
  else if (q == ENT_CODE) out_plain(r, out, len);
  else out_value(r, out, len, code == ENT_UNDECIDED);
  return asked;
}

static bool wants(Repl *r, const char *argument, const char *what) {
  if (!*argument) out_say(r, "%s", what);
  return *argument;
}

static void run_type(Repl *r, const char *expr, bool force) {
  (void)force;
  if (wants(r, expr, ":type wants an expression, as in  :type needed(chips)")) show_asked(r, ENT_TYPE, expr);
}

static void run_dis(Repl *r, const char *expr, bool force) {
  (void)force;
  if (wants(r, expr, ":dis wants an expression, as in  :dis 1 + 1")) show_asked(r, ENT_CODE, expr);
}

static void run_time(Repl *r, const char *expr, bool force) {
  (void)force;
  struct timespec a, b;
  if (!wants(r, expr, ":time wants an expression, as in  :time covered(minerals)")) return;
  clock_gettime(CLOCK_MONOTONIC, &a);
  bool asked = show_asked(r, ENT_VALUE, expr);
  clock_gettime(CLOCK_MONOTONIC, &b);
  if (!asked) return;
  double seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
  out_line(r, "%llu steps, %.6f s", (unsigned long long)ent_steps(r->d.session), seconds);
}

static void run_matrix(Repl *r, const char *argument, bool force) {
  (void)argument, (void)force;
  const char *out = NULL;
  size_t len = 0;
  if (ent_matrix(r->d.session, &out, &len)) out_trouble(r, out, len);
  else out_plain(r, out, len);
}

static void run_world(Repl *r, const char *argument, bool force) {
  (void)argument, (void)force;
  const char *out = NULL;
  size_t len = 0;
  if (ent_world(r->d.session, &out, &len)) out_trouble(r, out, len);
  else out_plain(r, out, len);
}

/* ---- moving ---- */

static void run_as_of(Repl *r, const char *date, bool force) {
  (void)force;
  bool none = !strcmp(date, "none");
  if (wants(r, date, ":as-of wants a date, as in  :as-of 2027-03-01,  or none") && !draft_day(&r->d, none ? NULL : date))
    out_say(r, "%s is no date; one is written 2027-03-01", edge_safe(date).text);
}

static void run_assume(Repl *r, const char *step, bool force) {
  (void)force;
  if (!strcmp(step, "none")) draft_assume_none(&r->d, r);
  else if (wants(r, step, ":assume wants a step of a scenario, as in  :assume withdraw NLD from 2027-01-01,  or none")) draft_add(&r->d, r, ENT_PART_SHOCK, "<assumed>", step, strlen(step), false);
}

static void run_undo(Repl *r, const char *argument, bool force) {
  (void)argument, (void)force;
  if (!r->d.nundo) out_say(r, "there is nothing to undo");
  else draft_step(&r->d, r, false);
}

static void run_redo(Repl *r, const char *argument, bool force) {
  (void)argument, (void)force;
  if (!r->d.nredo) out_say(r, "there is nothing to redo");
  else draft_step(&r->d, r, true);
}

static void run_quit(Repl *r, const char *argument, bool force) {
  (void)argument, (void)force;
  r->leave = true;
}

static void run_help(Repl *r, const char *about, bool force);

/* ---- all of them ---- */

const Command repl_commands[] = {
  {"help", ":help [X]", "this list; of X: a command, word, name, module or code", "", ENT_FORM_TOPIC, false, run_help},
  {"load", ":load FILE", "add a file to the draft", "Adds a file, and what it uses, to the draft in memory.", ENT_FORM_NAME, true, run_load},
  {"reload", ":reload", "read the files again", "Reads every file of the draft, and its data, again. Where that fails the\n  "
   "draft stays as it was. :undo does not take it back: what the files said before\n  "
   "is gone.", ENT_FORM_NAME, false, run_reload},
  {"save", ":save[!] [FILE]", "write the draft", "Writes the draft in memory to one file, laid out: the files that were\n  "
   "loaded, and what was declared since. It is written whole or not at all. A\n  "
   "file that is there already is overwritten when the line is given twice, or\n  "
   "with :save!. Without FILE: the one that was loaded.", ENT_FORM_NAME, true, run_save},
  {"list", ":list", "what the draft is made of", "Lists the files and entries of the draft in memory.", ENT_FORM_NAME, false, run_list},
  {"show", ":show NAME", "a declaration", "Shows a declaration as it stands, laid out; of a clause, :show pact.m1.", ENT_FORM_NAME, false, run_show},
  {"doc", ":doc NAME", "what a name, word or module is", "Says what is known of a name, a function or a word of the language; of\n  "
   "std.coverage, a module of the library, or std.coverage.rank, a name in one;\n  "
   "std lists them.", ENT_FORM_TOPIC, false, run_doc},
  {"type", ":type EXPR", "the type of an expression", "Says of what type an expression is, without evaluating it.", ENT_FORM_EXPR, false, run_type},
  {"time", ":time EXPR", "its value, and what that took", "Evaluates an expression, and says how many\n  "
   "steps and seconds that took. What has been worked out once is not worked out again.", ENT_FORM_EXPR, false, run_time},
  {"dis", ":dis EXPR", "the bytecode of an expression", "Shows the instructions that an expression becomes.", ENT_FORM_EXPR, false, run_dis},
  {"matrix", ":matrix", "the coverage of each layer", "Shows the coverage matrix of the draft, on the day and in the world of the\n  prompt.", ENT_FORM_NAME, false, run_matrix},
  {"world", ":world", "day, assumptions, agreements", "Shows the day and the world that expressions are evaluated in.", ENT_FORM_NAME, false, run_world},
  {"as-of", ":as-of DATE", "move to a day", "Moves to a day. `:as-of none` goes back to that on which the agreements\n  start.", ENT_FORM_NAME, false, run_as_of},
  {"assume", ":assume SHOCK", "assume a step of a scenario", "Assumes a step of a scenario, upon what is assumed already:\n  "
   "withdraw NLD from 2027-01-01, close ROUTE, impose CONTROL, lift CONTROL,\n  "
   "scale supply R of {C} by 50%, suspend pact.m1, assume SCENARIO.\n  "
   "`:assume none` takes back all.", ENT_FORM_SHOCK, false, run_assume},
  {"undo", ":undo", "take back the last change", "Takes back the last declaration, :load, :as-of or :assume, but not :reload:\n  files stay as they were last read.", ENT_FORM_NAME, false, run_undo},
  {"redo", ":redo", "make it again", "Makes again what :undo took back.", ENT_FORM_NAME, false, run_redo},
  {"quit", ":quit", "leave, as Ctrl-D does", "Leaves. What has not been saved is lost.", ENT_FORM_NAME, false, run_quit},
  {0},
};

static const char *command_name(unsigned i) { return repl_commands[i].name; }

static void help_all(Repl *r) {
  static const char head[] = "An expression prints its value; a declaration adds to the draft, in place of\none of the same name.\n\n";
  static const char tail[] = "\nTab completes; Tab again says what the words mean. Ctrl-C clears the line or\nstops an evaluation; Ctrl-D leaves; Ctrl-R searches what was entered.\n";
  char text[4096];
  size_t n = (size_t)snprintf(text, sizeof text, "%s", head);
  for (const Command *c = repl_commands; c->name; c++) n += (size_t)snprintf(text + n, sizeof text - n, "  %-16s %s\n", c->form, c->brief);
  n += (size_t)snprintf(text + n, sizeof text - n, "%s", tail);
  out_plain(r, text, n);
}

static const Command *command_named(const char *name, size_t len) {
  for (const Command *c = repl_commands; c->name; c++)
    if (strlen(c->name) == len && !memcmp(c->name, name, len)) return c;
  return NULL;
}

static void run_help(Repl *r, const char *about, bool force) {
  (void)force;
  if (!*about) { help_all(r); return; }
  if (*about == ':') about++;
  const Command *c = command_named(about, strlen(about));
  const char *text = ent_doc(r->d.session, about);
  if (c) out_line(r, "%s: %s%s%s", c->form, c->brief, *c->more ? "\n  " : "", c->more);
  if (text) out_plain(r, text, strlen(text));
  if (c || text) return;
  text = ent_explain(r->d.session, about);
  if (text) out_plain(r, text, strlen(text));
  else out_say(r, "nothing is known of %s; :help lists the commands", edge_safe(about).text);
}

const Command *command_of(const char *line, size_t *argument) {
  size_t n = 1 + strcspn(line + 1, " \t!");
  const Command *c = line[0] == ':' ? command_named(line + 1, n - 1) : NULL;
  *argument = n + (line[n] == '!');
  return line[n] ? c : NULL;
}

void command_hint(Repl *r, const char *text) {
  size_t n = strcspn(text, " \t\n");
  const Command *c = text[n + strspn(text + n, " \t\n")] ? NULL : n == 4 && !memcmp(text, "exit", n) ? command_named("quit", n) : command_named(text, n);
  if (c) out_say(r, "a command begins with a colon:  :%s", c->name);
}

void command_run(Repl *r, const char *line) {
  size_t n = strcspn(line, " \t!");
  const Command *c = command_named(line, n);
  bool force = line[n] == '!';
  const char *from = line + n + force;
  from += strspn(from, " \t");
  char *argument = strdup(from);
  if (!argument) return;
  for (size_t len = strlen(argument); len && strchr(" \t", argument[len - 1]); len--) argument[len - 1] = 0;
  if (c && *argument && !strchr(c->form, ' ')) out_say(r, ":%s stands by itself, without %s", c->name, edge_safe(argument).text);
  else if (c) c->run(r, argument, force);
  else {
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), line);
    const char *near = edge_nearest(word, command_name);
    if (near) out_say(r, "there is no command :%s; did you mean :%s?", edge_safe(word).text, near);
    else out_say(r, "there is no command :%s; :help lists them", edge_safe(word).text);
  }
  free(argument);
}
