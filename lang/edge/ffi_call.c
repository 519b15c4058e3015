#define _GNU_SOURCE
#include "edge/ffi_inner.h"
#include <dlfcn.h>
#include <ffi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The one file that knows libffi and dlopen. */
struct FfiFn {
  void (*address)(void);
  char types[FFI_PARAMS + 3];
  unsigned nparam;
  ffi_cif cif;
  ffi_type *params[FFI_PARAMS];
};

void *ffi_library(const char *name, char why[FFI_WHY]) {
  void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);
  if (library) return library;
  const char *said = dlerror(), *path = getenv("LD_LIBRARY_PATH");
  char here[256];
  if (strchr(name, '/')) snprintf(why, FFI_WHY, "cannot be loaded from %.200s: %.300s", getcwd(here, sizeof here) ? here : ".", said ? said : "no reason is given");
  else snprintf(why, FFI_WHY, "cannot be loaded: %.300s; looked for in LD_LIBRARY_PATH (%.200s) and in the system's folders", said ? said : "no reason is given", path && *path ? path : "which is empty");
  return NULL;
}

void ffi_elsewhere(char **argv) { (void)argv; }

static ffi_type *type_of(char letter) {
  switch (letter) {
    case 'n': return &ffi_type_double;
    case 's': return &ffi_type_pointer;
    case 'b': return &ffi_type_sint;
    case 'd': return &ffi_type_sint64;
    default: return NULL;
  }
}

static bool function_fill(FfiFn *f, void *library, const char *symbol, const char *types, char why[FFI_WHY]) {
  size_t n = strlen(types);
  if (n < 2 || n > FFI_PARAMS + 2) { snprintf(why, FFI_WHY, "has more than %d parameters", FFI_PARAMS); return false; }
  memcpy(f->types, types, n);
  f->nparam = (unsigned)n - 2;
  for (unsigned i = 0; i < f->nparam; i++)
    if (!(f->params[i] = type_of(types[i]))) { snprintf(why, FFI_WHY, "has a parameter of no type of C"); return false; }
  void *address = dlsym(library, symbol);
  if (!address) { snprintf(why, FFI_WHY, "is not there: the library was found, and no function %.200s in it", symbol); return false; }
  memcpy(&f->address, &address, sizeof address);
  if (ffi_prep_cif(&f->cif, FFI_DEFAULT_ABI, f->nparam, type_of(types[n - 1]), f->params) == FFI_OK) return true;
  snprintf(why, FFI_WHY, "cannot be called with these types");
  return false;
}

FfiFn *ffi_function(void *library, const char *symbol, const char *types, char why[FFI_WHY]) {
  FfiFn *f = calloc(1, sizeof *f);
  if (!f) snprintf(why, FFI_WHY, "needs more memory than there is");
  if (f && function_fill(f, library, symbol, types, why)) return f;
  free(f);
  return NULL;
}

typedef union Argument { double number; int64_t day; int truth; const char *text; } Argument;

static bool argument(char letter, const unsigned char **p, const unsigned char *end, Argument *to) {
  int64_t whole;
  uint32_t n;
  if (letter == 's') {
    if (end - *p < 5) return false;
    memcpy(&n, *p, sizeof n);
    *p += sizeof n;
    if (n >= (size_t)(end - *p) || (*p)[n]) return false;
    to->text = (const char *)*p;
    *p += (size_t)n + 1;
    return true;
  }
  if (end - *p < 8) return false;
  memcpy(&whole, *p, sizeof whole);
  if (letter == 'n') memcpy(&to->number, *p, sizeof to->number);
  else if (letter == 'd') to->day = whole;
  else to->truth = whole != 0;
  *p += 8;
  return true;
}

/* A text that does not end within what may be had is handed on too long, to be refused. */
static void add_text(const char *s, Bytes *out) {
  uint32_t n = s ? (uint32_t)strnlen(s, FFI_TEXT + 1) : UINT32_MAX;
  bytes_add(out, &n, sizeof n);
  if (s) bytes_add(out, s, n);
  bytes_add(out, "", 1);
}

bool ffi_invoke(const FfiFn *f, const unsigned char *args, size_t len, Bytes *out) {
  Argument a[FFI_PARAMS];
  void *at[FFI_PARAMS];
  const unsigned char *end = args + len;
  union { double number; int64_t day; ffi_sarg truth; const char *text; } r = {.day = 0};
  for (unsigned i = 0; i < f->nparam; i++) {
    if (!argument(f->types[i], &args, end, &a[i])) return false;
    at[i] = &a[i];
  }
  if (args != end) return false;
  ffi_call((ffi_cif *)&f->cif, f->address, &r, at);
  switch (f->types[f->nparam + 1]) {
    case 'n': bytes_add(out, &r.number, sizeof r.number); break;
    case 'd': bytes_add(out, &r.day, sizeof r.day); break;
    case 'b': r.day = (int)r.truth != 0; bytes_add(out, &r.day, sizeof r.day); break;
    default: add_text(r.text, out); break;
  }
  return !out->failed;
}
