#ifndef EDGE_REPL_H
#define EDGE_REPL_H
#include "edge/options.h"

/* The session at a terminal, or on lines that are piped in. One Repl holds it; only what Readline and signals call back
 * without saying for whom is kept in file scope, in repl.c and repl_edit.c. */

/* A part of the draft in memory: a file, what was typed, or a step assumed. Shared by the states that have it. */
typedef struct Part {
  unsigned refs;
  ent_part_kind kind;
  char *name;          /* a file's path; else what messages call it */
  char *text;          /* what was typed; NULL for a file */
  size_t len;
  bool rc;             /* it comes from the file that is loaded first, and is not saved */
} Part;

/* What `:undo` goes back to. */
typedef struct State { Part **part; size_t n; char day[16]; } State;

/* A file as it was when it was read, to notice that it changed. */
typedef struct Seen { char *path; long long sec, nsec, size; unsigned long long ino; bool told; } Seen;

typedef struct Draft {
  const Options *o;
  ent_session *session;        /* of the state at hand; never NULL once draft_open has succeeded */
  State now;
  State *undo, *redo;          /* the newest last */
  size_t nundo, nredo;
  Seen *seen;
  size_t nseen;
  State wish;                  /* the files of the command line that could not be loaded: `:reload` tries again */
  size_t fresh;                /* bytes that the session had in use when it was loaded */
  unsigned typed;              /* entries so far, for their names */
} Draft;

typedef struct Repl {
  Edge e;
  Options o;
  Draft d;
  bool live;           /* a terminal on both sides */
  bool color;
  bool leave;
  char *refused;       /* the path that :save would not overwrite; the same line again does */
} Repl;

/* repl_draft.c: the draft in memory. What fails leaves all as it was, and has said why. */
bool draft_open(Draft *d, const Options *o, int *code);
void draft_close(Draft *d);
int draft_add(Draft *d, Repl *r, ent_part_kind kind, const char *name, const char *text, size_t len, bool rc);
bool draft_day(Draft *d, const char *day);      /* NULL: none of its own; false: no date */
bool draft_assume_none(Draft *d, Repl *r);      /* takes back every step assumed */
int draft_reload(Draft *d, Repl *r);            /* reads files anew */
bool draft_step(Draft *d, Repl *r, bool redo);
void draft_refresh(Draft *d);                   /* opens the session anew when it is of no more use, or has grown */
const char *draft_changed(Draft *d);            /* a file that is no longer what was read, told once; or NULL */
void draft_wish(Draft *d, char *const *path, int n);   /* the state at hand with these files: what :reload is to load */
void draft_forget(Draft *d);                    /* there is nothing to undo any more */
const Part *draft_file(const Draft *d, size_t n);   /* its n-th file */

/* repl_out.c: what is shown. */
void out_value(Repl *r, const char *text, size_t len, bool undecided);
void out_code(Repl *r, const char *text, size_t len);    /* a draft's text, in colours */
void out_plain(Repl *r, const char *text, size_t len);   /* as it is, with the pager where it is long */
void out_line(Repl *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_trouble(Repl *r, const char *text, size_t len); /* messages */
void out_say(Repl *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));   /* one of the session's own, to standard error */
/* The escape sequence for a class of bytes; "" for plain. Ended by out_reset. */
const char *out_ink(ent_class c);
extern const char out_reset[];
void out_window(int *rows, int *columns);

/* repl_command.c */
typedef struct Command {
  const char *name, *form, *brief, *more;
  ent_form completes;      /* what its argument is */
  bool file;               /* ... or that it is a file */
  void (*run)(Repl *r, const char *argument, bool force);
} Command;
extern const Command repl_commands[];
void command_run(Repl *r, const char *line);
/* Says so where an expression that is none is a command without its colon. */
void command_hint(Repl *r, const char *text);
/* The command that a line begins with, and where its argument begins; NULL: none, or not all of its name. */
const Command *command_of(const char *line, size_t *argument);

/* repl_history.c */
void history_open(void);
/* Written and on the disk before it returns; so what is evaluated next may end as it likes. */
void history_keep(const char *entry);

/* repl_edit.c: the one file that knows Readline. */
void edit_open(Repl *r);
void edit_close(void);
/* What was entered: to be freed; NULL: the end. *cancelled: Ctrl-C. *rest is what was not finished (or NULL): where the display
 * is ours it stands in the input already, and is freed and NULL then; else what comes goes on with it. */
char *edit_read(const char *prompt, char **rest, bool *cancelled);
void edit_remember(const char *entry);   /* in what the arrow keys go through */

/* repl.c */
void repl_prompt(Repl *r, char *to, size_t size);
void repl_entries(Repl *r, const char *text, size_t len, size_t *rest);  /* *rest: where what is not finished begins; len: nothing */

#endif
