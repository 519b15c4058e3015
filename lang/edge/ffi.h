#ifndef EDGE_FFI_H
#define EDGE_FFI_H
#include "api/entente.h"

/* Libraries for `extern fn`: what the command line allows, each in a process of its own that has limits. */
enum { FFI_ALLOW_MAX = 64, FFI_SECONDS = 5, FFI_MEMORY = 1 << 30 };

typedef struct FfiOptions {
  const char *allow[FFI_ALLOW_MAX];   /* LIB or LIB:SYMBOL, as typed */
  int nallow;
  unsigned seconds;                   /* for the calls that are sent together; 0: FFI_SECONDS */
  size_t memory;                      /* bytes of one library's process; 0: FFI_MEMORY */
  bool in_process;                    /* without a process and without limits */
  volatile int *stop;
} FfiOptions;

/* Where the command line allows libraries, and this program cannot load any, another goes on in its place. Else it returns. */
void ffi_elsewhere(char **argv);
/* Fills the host. The options are to outlive it. False: no memory. Its `end` frees what it holds. */
bool ffi_open(const FfiOptions *o, ent_host *host);

#endif
