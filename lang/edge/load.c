#include "edge/load.h"

const char *load_text(const Options *o, const char *path, FileText *to) {
  return file_read(path, o->config.max_file ? o->config.max_file : (size_t)16 << 20, to);
}

void load_complain(const Edge *e, ent_session *s, const char *path, int code) {
  size_t len = 0;
  const char *text = ent_diagnostics(s, ENT_TEXT, &len), *why = code == ENT_NO_INPUT ? edge_not_read(path) : NULL;
  if (why) edge_say("%s: %s", path, why);
  else if (text && len) edge_warn(e, text, len);
  else edge_say("%s: %s", edge_safe(path).text, code == ENT_NO_INPUT ? "cannot be read" : "does not compile");
}

ent_session *load_draft(const Edge *e, const Options *o, const char *path, int *code) {
  ent_session *s = options_open(o, code);
  if (!s) return NULL;
  *code = ent_load_file(s, path);
  if (*code == ENT_PASSES) return s;
  load_complain(e, s, path, *code);
  ent_close(s);
  return NULL;
}
