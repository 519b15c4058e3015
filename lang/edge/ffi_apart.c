#define _POSIX_C_SOURCE 200809L
#include "edge/ffi_inner.h"
#include "edge/edge.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* In place of ffi_call.c in a program that shares nothing with others: it begins in less time, and cannot load a library. So where functions
 * from outside are allowed, the same program linked the other way goes on, which stands beside this one. */

static const char other[] = "entente-ffi";

void ffi_elsewhere(char **argv) {
  char path[PATH_MAX];
  bool wanted = false;
  for (char **a = argv; *a; a++) wanted = wanted || strncmp(*a, "--allow-ffi", 11) == 0 || strcmp(*a, "--ffi-in-process") == 0;
  if (wanted && edge_beside(other, path, sizeof path)) execv(path, argv);
}

/* The linker puts this where SQLite calls dlopen: it would load extensions, which nobody can ask it for. */
void *__wrap_dlopen(const char *name, int flags);
void *__wrap_dlopen(const char *name, int flags) {
  (void)name, (void)flags;
  return NULL;
}

void *ffi_library(const char *name, char why[FFI_WHY]) {
  (void)name;
  snprintf(why, FFI_WHY, "cannot be loaded: that takes the program %s, which is built beside this one and could not be run", other);
  return NULL;
}

FfiFn *ffi_function(void *library, const char *symbol, const char *types, char why[FFI_WHY]) {
  (void)library, (void)symbol, (void)types;
  why[0] = 0;
  return NULL;
}

bool ffi_invoke(const FfiFn *f, const unsigned char *args, size_t len, Bytes *out) {
  (void)f, (void)args, (void)len, (void)out;
  return false;
}
