#ifndef EDGE_OPTIONS_H
#define EDGE_OPTIONS_H
#include "edge/cmd.h"
#include "edge/crew.h"
#include "edge/ffi.h"

/* Options of the command line: --name VALUE or --name=VALUE, anywhere before --. Groups say which command takes which. */
enum { GROUP_LOAD = 1, GROUP_RUN = 2, GROUP_REPORT = 4, GROUP_TEST = 8, GROUP_FORMAT = 16,
       GROUP_MANY = 64 /* drafts at once */, GROUP_CREW = 128 /* several at one draft */, GROUP_EXPR = 32 /* what follows the first operand is no option: -3 is an expression */ };

typedef enum ColorWish { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } ColorWish;

typedef struct Options {
  ent_config config;
  ent_format format;
  ColorWish color;
  bool width_given;  /* else config.width is the terminal's, as it was at the start */
  FfiOptions ffi;
  const char *run;  /* a regular expression, or NULL */
  ent_profile_form profile;
  unsigned jobs;    /* processes for drafts, */
  Crew crew;        /* or for one draft, once it took so many steps: */
  uint64_t jobs_after;
  int threshold;    /* per cent that tests must reach */
  char **operand;  /* what is no option, in order; into argv */
  int noperand;
  bool help;
  bool list, diff, write, verify;  /* of fmt */
} Options;

/* ENT_PASSES, or ENT_USAGE after saying why. Reorders argv. */
int options_read(Options *o, Edge *e, const Cmd *cmd, int argc, char **argv);
/* Columns of the terminal that is written to; 0 when there is none. */
int terminal_width(void);
/* Adds what `entente help CMD` says about the options of these groups. */
void options_help(Edge *e, unsigned groups);
/* A session as the options ask, which they are to outlive, judging on this day (NULL: on none of its own); NULL: no memory, or no such day. */
ent_session *options_begin(const Options *o, const char *as_of);
/* The same on the day that they say; NULL after saying why, with *code set. */
ent_session *options_open(const Options *o, int *code);

#endif
