#include "edge/find.h"
#include "edge/jobs.h"
#include "edge/load.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run of `entente fmt`. */
typedef struct Fmt {
  Edge *e;
  const Options *o;
  Items items;
  int code;
} Fmt;

/* What a process makes of a file: the text that it read and, behind it, how that is laid out. */
typedef struct Laid { int code; bool is; char why[200] /* a fault, or empty */; size_t was, len; } Laid;

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

static Laid layout(const Fmt *f, const char *path, const FileText *was, Bytes *out) {
  Laid l = {.was = was->len};
  ent_session *s = options_open(f->o, &l.code);
  if (!s) return l;
  const char *text = NULL;
  l.code = ent_format_text(s, path, was->text, was->len, &text, &l.len);
  l.is = l.code == ENT_PASSES;
  if (l.code == ENT_FAULT) snprintf(l.why, sizeof l.why, "left alone: its new layout would not say the same; please report this file");
  else if (!l.is) load_complain(f->e, s, path, l.code);
  if (l.is) bytes_add(out, was->text, was->len);
  if (l.is) bytes_add(out, text, l.len);
  ent_close(s);
  return l;
}

static void one_file(void *data, size_t i, Bytes *out) {
  const Fmt *f = data;
  const Item *item = &f->items.at[i];
  FileText was;
  Laid l = {0};
  bytes_add(out, &l, sizeof l);
  if (!item->draft) return;
  const char *why = load_text(f->o, item->path, &was);
  if (why) {
    l.code = ENT_NO_INPUT;
    snprintf(l.why, sizeof l.why, "%s", why);
  } else {
    l = layout(f, item->path, &was, out);
    file_text_end(&was);
  }
  if (!out->failed) memcpy(out->at, &l, sizeof l);
}

/* The file is written here, and only if it still is what was laid out: named twice, it has changed by the second time. */
static void laid_out(Fmt *f, const char *path, const char *old, size_t nold, const char *text, size_t len) {
  const Options *o = f->o;
  if (!o->list && !o->diff && !o->write && !o->verify) { edge_write(f->e, text, len); return; }
  FileText was;
  const char *why = load_text(f->o, path, &was);
  if (why) { fault(f, path, ENT_NO_INPUT, why); return; }
  bool same = was.len == nold && memcmp(was.text, old, nold) == 0, right = was.len == len && memcmp(was.text, text, len) == 0;
  if (!same && !right) fault(f, path, ENT_BROKEN, "has changed meanwhile; left alone");
  else if (!right) differs(f, path, &was, text, len);
  file_text_end(&was);
}

static void take(void *data, size_t i, const unsigned char *bytes, size_t len) {
  Fmt *f = data;
  const Item *item = &f->items.at[i];
  Laid l;
  (void)len;
  memcpy(&l, bytes, sizeof l);
  const char *old = (const char *)bytes + sizeof l;
  if (!item->draft && item->code) fault(f, item->path, item->code, item_why(item));
  else if (l.why[0]) fault(f, item->path, l.code, l.why);
  else if (l.is) laid_out(f, item->path, old, l.was, old + l.was, l.len);
  f->code = edge_worse(f->code, l.code);
}

static void lost(void *data, size_t i, int code, const char *why) {
  Fmt *f = data;
  fault(f, f->items.at[i].path, code, why);
}

int cmd_fmt(Edge *e, const Cmd *self, int argc, char **argv) {
  Options o;
  int code = options_read(&o, e, self, argc, argv);
  if (code) return code;
  if (o.help) return cmd_describe(e, self);
  if (!o.noperand) return cmd_misused(self, "fmt wants at least one file or folder");
  Fmt f = {.e = e, .o = &o, .code = ENT_PASSES};
  items_find(&f.items, o.noperand, o.operand);
  Jobs jobs = {e, o.jobs, f.items.n, false, &f, one_file, take, lost};
  jobs_run(&jobs);
  if (f.items.failed) fault(&f, o.operand[0], ENT_BROKEN, "there is not enough memory to begin");
  items_end(&f.items);
  return f.code;
}
