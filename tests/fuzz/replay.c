/* Calls a target for every file in the folders that are given, in order of name: for every build, with any compiler. */
#define _XOPEN_SOURCE 700
#include "fuzz.h"
#include "tap.h"
#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned replayed;
static char at_hand[1024];

/* The input that ended this program. */
static void blame(int sig) {
  static const char words[] = "Bail out! ended by ";
  if (write(1, words, sizeof words - 1) < 0 || write(1, at_hand, strlen(at_hand)) < 0 || write(1, "\n", 1) < 0) _exit(2);
  signal(sig, SIG_DFL);
  raise(sig);
}

static void file(const char *path) {
  enum { LARGEST = 1 << 16 };
  static uint8_t bytes[LARGEST];
  FILE *f = fopen(path, "rb");
  if (!f) return;
  size_t n = fread(bytes, 1, LARGEST, f);
  fclose(f);
  uint8_t *own = malloc(n ? n : 1);   /* of exactly its size, so that sanitizers see what is read beyond it */
  if (!own) abort();
  memcpy(own, bytes, n);
  snprintf(at_hand, sizeof at_hand, "%s", path);
  LLVMFuzzerTestOneInput(own, n);
  free(own);
  replayed++;
}

static void folder(const char *path) {
  struct dirent **list;
  struct stat st;
  int n = scandir(path, &list, NULL, alphasort);
  for (int i = 0; i < n; i++) {
    char at[1024];
    snprintf(at, sizeof at, "%s/%s", path, list[i]->d_name);
    if (list[i]->d_name[0] != '.' && !stat(at, &st)) {
      if (S_ISDIR(st.st_mode)) folder(at);
      else if (S_ISREG(st.st_mode)) file(at);
    }
    free(list[i]);
  }
  if (n >= 0) free(list);
}

int main(int argc, char **argv) {
  static const char *const saved[] = {"tests/fuzz/corpus", "tests/lang", "tests/error", "tests/testing", "tests/fmt", "tests/hostile", "examples"};
  signal(SIGABRT, blame);
  signal(SIGSEGV, blame);
  for (size_t i = 0; argc < 2 && i < sizeof saved / sizeof *saved; i++) folder(saved[i]);
  for (int i = 1; i < argc; i++) folder(argv[i]);
  ok(replayed > 0, "%u saved inputs", replayed);
  return done();
}
