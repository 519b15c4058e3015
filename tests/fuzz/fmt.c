/* Formatter: what it makes says the same (it compares the trees itself), and stays as it is. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *out, *again;
  size_t n, m;
  ent_session *s = fuzz_open();
  if (!s) return 0;
  int code = ent_format_text(s, "fuzz.ent", (const char *)data, size, &out, &n);
  if (code == ENT_FAULT) fuzz_broken("a layout says the same as the draft");
  if (code == ENT_PASSES) {
    char *kept = malloc(n + 1);
    if (!kept) abort();
    memcpy(kept, out, n);
    ent_session *t = fuzz_open();
    if (t && (ent_format_text(t, "fuzz.ent", kept, n, &again, &m) != ENT_PASSES || m != n || memcmp(again, kept, n))) fuzz_broken("a layout stays as it is");
    ent_close(t);
    free(kept);
  }
  ent_close(s);
  return 0;
}
