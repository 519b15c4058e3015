#ifndef EDGE_FFI_INNER_H
#define EDGE_FFI_INNER_H
#include "edge/bytes.h"
#include "edge/ffi.h"

/* What the files of the bridge share. */
enum { FFI_PARAMS = 8, FFI_TEXT = 1 << 20 /* bytes of a text result */, FFI_REQUEST = 1 << 18, FFI_REPLY = 1 << 22, FFI_WHY = 800 };

/* ffi_call.c, or ffi_apart.c in its place: a library and its functions, in whichever process */
typedef struct FfiFn FfiFn;
void *ffi_library(const char *name, char why[FFI_WHY]);   /* NULL: why */
FfiFn *ffi_function(void *library, const char *symbol, const char *types, char why[FFI_WHY]);   /* to be freed; NULL: why */
/* Calls it and adds its result; false: the arguments are not what its types say. */
bool ffi_invoke(const FfiFn *f, const unsigned char *args, size_t len, Bytes *out);

/* ffi_confine.c: both give NULL, or what the system refused. First before the library is loaded, which may then read files
 * and nothing else; second once it is there. */
const char *confine_first(size_t memory, bool *landlock);
const char *confine_second(void);

/* ffi_child.c: between parent and child. A message is its kind and length, and so many bytes:
 * down  'L' types, name (each with a zero byte): look a function up    'C' calls: number of the function, length, arguments
 * up    'O' nothing, or why not                                        'A' answers: length, result */
typedef struct FfiHead { uint32_t kind, len; } FfiHead;
typedef struct FfiShared { volatile uint32_t at; volatile uint32_t landlock; } FfiShared;   /* at: which call of a message it is at */
void ffi_child(int fd, const char *library, size_t memory, FfiShared *shared) __attribute__((noreturn));

#endif
