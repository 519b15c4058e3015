#define _XOPEN_SOURCE 700
#include "edge/find.h"
#include "edge/load.h"
#include "edge/rewrite.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One run of `entente fmt`. */
typedef struct Fmt {
  Edge *e;
  const Options *o;
  int code;
} Fmt;

static void fault(Fmt *f, const char *path, int code, const char *why) {
  edge_say("%s: %s", edge_safe(path).text, why);
  f->code = edge_worse(f->code, code);
}

/* A file that is laid out otherwise than it should be. */
static void differs(Fmt *f, const char *path, const FileText *was, const char *text, size_t len) {
  const Options *o = f->o;
  if (o->list) {
    edge_print(f->e, edge_safe(path).text);
    edge_print(f->e, "\n");
  }
  if (o->diff) diff_print(f->e, path, was->text, was->len, text, len);
  if (o->write) {
    const char *why = file_rewrite(path, was, text, len);
    if (why) fault(f, path, ENT_BROKEN, why);
  }
  if (o->verify) f->code = edge_worse(f->code, ENT_DENIED);
}

static void format(Fmt *f, const char *path, const FileText *was) {
  int code;
  ent_session *s = options_open(f->o, &code);
  if (!s) {
    f->code = edge_worse(f->code, code);
    return;
  }
  const char *text = NULL;
  size_t len = 0;
  const Options *o = f->o;
  code = ent_format_text(s, path, was->text, was->len, &text, &len);
  if (code == ENT_FAULT) fault(f, path, code, "left alone: its new layout would not say the same; please report this file");
  else if (code != ENT_PASSES) {
    load_complain(f->e, s, path, code);
    f->code = edge_worse(f->code, code);
  } else if (!o->list && !o->diff && !o->write && !o->verify) edge_write(f->e, text, len);
  else if (len != was->len || memcmp(text, was->text, len)) differs(f, path, was, text, len);
  ent_close(s);
}

static void one_file(Fmt *f, const char *path) {
  FileText was;
  size_t max = f->o->config.max_file ? f->o->config.max_file : (size_t)16 << 20;
  const char *why = file_read(path, max, &was);
  if (why) fault(f, path, ENT_NO_INPUT, why);
  else format(f, path, &was);
  file_text_end(&was);
}

static bool stopped(const Fmt *f) { return f->e->out_error || *f->e->stop; }

static void folder(Fmt *f, const char *path) {
  Found found;
  find_drafts(&found, path);
  for (size_t i = 0; i < found.n && !stopped(f); i++) {
    const FoundPath *p = &found.at[i];
    if (p->code) fault(f, p->path, p->code, p->why ? p->why : strerror(p->error));
    else one_file(f, p->path);
  }
  if (found.failed) fault(f, path, found.failed, "holds more files than can be looked at; name fewer");
  find_end(&found);
}

int cmd_fmt(Edge *e, const Cmd *self, int argc, char **argv) {
  Options o;
  int code = options_read(&o, e, self, argc, argv);
  if (code) return code;
  if (o.help) return cmd_describe(e, self);
  if (!o.noperand) return cmd_misused(self, "fmt wants at least one file or folder");
  Fmt f = {.e = e, .o = &o, .code = ENT_PASSES};
  for (int i = 0; i < o.noperand && !stopped(&f); i++) {
    struct stat st;
    if (stat(o.operand[i], &st)) fault(&f, o.operand[i], ENT_NO_INPUT, strerror(errno));
    else if (S_ISDIR(st.st_mode)) folder(&f, o.operand[i]);
    else one_file(&f, o.operand[i]);
  }
  return f.code;
}
