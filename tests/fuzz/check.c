/* Scanner, parser, checker and compiler: whatever the text, it is loaded, or there is a message, in every format. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const ent_format formats[] = {ENT_TEXT, ENT_JSON, ENT_TAP, ENT_GITHUB};
  ent_session *s = fuzz_open();
  if (!s) return 0;
  int code = ent_load_text(s, "fuzz.ent", (const char *)data, size);
  for (int i = 0; i < 4; i++) {
    size_t n;
    const char *out = ent_diagnostics(s, formats[i], &n);
    if (strlen(out) != n) fuzz_broken("a report has no NUL");
    if (code != ENT_PASSES && !n) fuzz_broken("what is refused is told why");
  }
  if (code != ENT_PASSES && code != ENT_BROKEN) fuzz_broken("a text is loaded, or broken");
  ent_close(s);
  return 0;
}
