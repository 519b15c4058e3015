#define _XOPEN_SOURCE 700
#include "edge/load.h"
#include <stdio.h>
#include <string.h>

enum { MODULE_MAX = 80 };

static bool is_module(const char *name, size_t n) {
  const char *m;
  for (unsigned i = 0; (m = ent_library_module(i)); i++)
    if (strlen(m) == n && !strncmp(m, name, n)) return true;
  return false;
}

/* std.x, or std.x.name when there is a module std.x: then *name is set. NULL when there is no such module. */
static const char *module_of(const char *asked, char module[MODULE_MAX], const char **name) {
  size_t n = strlen(asked);
  if (!is_module(asked, n)) {
    const char *dot = strrchr(asked, '.');
    if (!dot || *name || !is_module(asked, n = (size_t)(dot - asked))) return NULL;
    *name = dot + 1;
  }
  snprintf(module, MODULE_MAX, "%.*s", (int)n, asked);
  return module;
}

static int no_module(const char *asked) {
  const char *why = edge_not_read(asked);
  if (why) { edge_say("%s: %s", asked, why); return ENT_NO_INPUT; }
  const char *near = edge_nearest(asked, ent_library_module);
  if (near) edge_say("there is no library module %s; did you mean %s?", edge_safe(asked).text, near);
  else edge_say("there is no library module %s; `entente doc` lists them, and a file's name ends in .ent", edge_safe(asked).text);
  return ENT_USAGE;
}

static int doc_file(ent_session *s, const Options *o, const char *path, const char *name, const char **out, size_t *len) {
  FileText file;
  const char *why = load_text(o, path, &file);
  int code = ENT_NO_INPUT;
  if (why) edge_say("%s: %s", edge_safe(path).text, why);
  else code = ent_doc_text(s, path, file.text, file.len, name, out, len);
  file_text_end(&file);
  return code;
}

static bool is_file(const char *asked) {
  size_t n = strlen(asked);
  return strchr(asked, '/') || (n > 4 && !strcmp(asked + n - 4, ".ent"));
}

int cmd_doc(Edge *e, const Cmd *self, int argc, char **argv) {
  Options o;
  char module[MODULE_MAX];
  int code = options_read(&o, e, self, argc, argv);
  if (code) return code;
  if (o.help) return cmd_describe(e, self);
  if (o.noperand > 2) return cmd_misused(self, "doc tells of one module or file, or of one name in it");
  const char *asked = o.noperand ? o.operand[0] : NULL, *name = o.noperand > 1 ? o.operand[1] : NULL, *out = NULL;
  bool file = asked && is_file(asked);
  if (asked && !file && !module_of(asked, module, &name)) return no_module(asked);
  ent_session *s = options_open(&o, &code);
  if (!s) return code;
  size_t len = 0;
  code = file ? doc_file(s, &o, asked, name, &out, &len) : ent_doc_library(s, asked ? module : NULL, name, &out, &len);
  if (code == ENT_PASSES) edge_write(e, out, len);
  else if (code == ENT_USAGE) edge_say("%s", out);
  else if (code == ENT_BROKEN) load_complain(e, s, asked ? asked : "the library", code);
  ent_close(s);
  return code;
}
