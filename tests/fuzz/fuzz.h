#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H
#include "api/entente.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One target a file: bytes in, nothing out, abort() when a promise is broken. replay.c calls it for saved inputs, libFuzzer
 * for those that it makes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A session whose limits keep any input short. What it may `use` is the library, and nothing in an empty folder. */
static inline ent_session *fuzz_open(void) {
  ent_config c;
  ent_config_init(&c);
  c.root = "tests/fuzz";
  c.max_memory = (size_t)64 << 20;
  c.max_steps = 300000;
  c.max_output = (size_t)1 << 20;
  return ent_open(&c);
}

static inline void fuzz_broken(const char *promise) {
  fprintf(stderr, "broken promise: %s\n", promise);
  abort();
}

#endif
