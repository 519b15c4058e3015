/* The program `entente`. The only file that ends it, and that holds something that changes: what Ctrl-C sets. */
#include "edge/cmd.h"
#include "edge/ffi.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig) {
  (void)sig;
  interrupted = 1;
}

/* The first Ctrl-C asks the run to stop, a second one ends the program. A reader that has gone away is noticed by the
 * write that fails. */
static void signals(void) {
  struct sigaction act = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
  sigemptyset(&act.sa_mask);
  sigaction(SIGINT, &act, NULL);
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGPIPE, &ignore, NULL);
}

/* A draft must not be opened under a number that is standard output's: one that is closed is held open, for reading,
 * so that writing fails as it should. */
static void hold_standard_files(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) < 0) return;
}

static int run(Edge *e, int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : NULL;
  if (!name) {
    edge_say("which command? `entente help` lists them");
    return ENT_USAGE;
  }
  if (strcmp(name, "--version") == 0) {
    edge_print(e, "entente " ENT_VERSION "\n");
    return ENT_PASSES;
  }
  const Cmd *cmd = cmd_find(strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ? "help" : name);
  return cmd ? cmd->run(e, cmd, argc - 2, argv + 2) : cmd_unknown(name);
}

/* Some file systems say only at the end that a write has failed. */
static void close_output(Edge *e) {
  if (close(STDOUT_FILENO) && !e->out_error && errno != EINTR && errno != EBADF) e->out_error = errno;
}

int main(int argc, char **argv) {
  hold_standard_files();
  signals();
  ffi_elsewhere(argv);
  edge_hold_memory();
  Edge e = {.stop = &interrupted};
  int code = run(&e, argc, argv);
  close_output(&e);
  if (interrupted) {
    edge_say("interrupted");
    code = edge_worse(code, ENT_BROKEN);
  }
  if (e.out_error) {
    if (e.out_error != EPIPE) edge_say("output cannot be written: %s", strerror(e.out_error));
    code = edge_worse(code, ENT_BROKEN);
  }
  exit(code);
}
