/* Loader and machine: what compiles is judged, tested and asked, and each ends in one of the documented codes. */
#include "fuzz.h"

static void verdict(int code, const char *out, size_t n) {
  if (code != ENT_PASSES && code != ENT_DENIED && code != ENT_BROKEN && code != ENT_UNDECIDED) fuzz_broken("a run ends with 0, 1, 2 or 3");
  if (code == ENT_BROKEN && !n) fuzz_broken("a run that failed says why");
  if (strlen(out) != n) fuzz_broken("a report has no NUL");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *out;
  size_t n;
  ent_session *s = fuzz_open();
  if (!s) return 0;
  if (ent_load_text(s, "fuzz.ent", (const char *)data, size) == ENT_PASSES) {
    int first = ent_check(s, ENT_JSON, &out, &n);
    verdict(first, out, n);
    int tested = ent_test(s, ENT_TAP, NULL, NULL, &out, &n);
    verdict(tested, out, n);
    int asked = ent_eval(s, "{c: clauses(c) for c in countries}", &out, &n);
    verdict(asked, out, n);
    int again = ent_check(s, ENT_TEXT, &out, &n);
    verdict(again, out, n);
    if (again != first && again != ENT_BROKEN && first != ENT_BROKEN) fuzz_broken("the same draft has the same verdict");
  }
  ent_close(s);
  return 0;
}
