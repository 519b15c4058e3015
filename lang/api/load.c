#define _GNU_SOURCE
#include "api/load.h"
#include "api/stdlib.h"
#include "base/near.h"
#include "syntax/parser.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The folder that a file's uses start from: as seen from the root, and as it is shown. Both end in a slash or are 0. */
typedef struct Folder { Sym real, shown; } Folder;

enum { IMPORT_DEPTH_MAX = 64, PART = UINT16_MAX /* in place of a module: the file is part of the draft itself */ };

void loader_init(Loader *l, Program *p, size_t max_file) {
  memset(l, 0, sizeof *l);
  l->p = p;
  l->u = p->unit;
  l->max_file = max_file;
  l->root = -1;
}

void loader_end(Loader *l) {
  if (l->root >= 0) close(l->root);
  vec_end(l->u->mem, &l->files);
  vec_end(l->u->mem, &l->data);
  vec_end(l->u->mem, &l->data_names);
  vec_end(l->u->mem, &l->stack);
}

/* ---- reading ---- */

/* Opens `path` below the root; a way out of it, by .. or by a link, is refused with EXDEV. */
static int open_beneath(int root, const char *path) {
  struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  for (int tries = 0; tries < 100; tries++) {
    long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
    if (fd >= 0) return (int)fd;
    if (errno != EINTR && errno != EAGAIN) break;  /* EAGAIN: a folder was renamed meanwhile */
  }
  if (errno != ENOSYS && errno != EPERM) return -1;
  /* A kernel before 5.6, or a container that forbids what it does not know: no links at all, and no .. */
  if (path[0] == '/' || strstr(path, "..")) { errno = EXDEV; return -1; }
  int dir = root;
  for (;;) {
    char part[256];
    size_t n = strcspn(path, "/");
    if (n >= sizeof part) { errno = ENAMETOOLONG; break; }
    memcpy(part, path, n);
    part[n] = 0;
    bool last = !path[n];
    int next = openat(dir, part, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | (last ? 0 : O_DIRECTORY));
    if (dir != root) close(dir);
    if (next < 0 || last) return next;
    dir = next;
    path += n + 1;
  }
  if (dir != root) close(dir);
  return -1;
}

/* The whole of a plain file. NULL with errno; EFBIG beyond the limit. Read, not mapped: a file cut off meanwhile is shorter, no crash. */
static char *read_all(Loader *l, int fd, const struct stat *st, size_t limit, size_t *len, size_t *size) {
  Mem *m = l->u->mem;
  *size = (size_t)st->st_size + 2;  /* room for the two NULs behind it */
  if ((uint64_t)st->st_size > limit) { errno = EFBIG; return NULL; }
  char *text = mem_get(m, *size);
  *len = 0;
  while (text) {
    if (*len == *size) {
      char *more = mem_grow(m, text, *size, *size * 2);
      if (!more) break;
      text = more;
      *size *= 2;
    }
    ssize_t n = read(fd, text + *len, *size - *len);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    if (n == 0) return text;
    *len += (size_t)n;
    if (*len > limit) { errno = EFBIG; break; }
  }
  int e = text ? errno : ENOMEM;
  mem_free(m, text, *size);
  errno = e;
  return NULL;
}

/* The file that was read under this name before: its place in before->files, or -1. */
static int64_t read_before(const Loader *l, const char *shown) {
  for (uint32_t i = 0; l->before && i < l->before->files.len; i++)
    if (l->before->files.at[i].src && l->before->files.at[i].ino && !strcmp(intern_text(l->before->u->names, l->before->files.at[i].name), shown)) return i;
  return -1;
}

static const Source *read_again(Loader *l, int64_t was, struct stat *st) {
  const Source *src = l->before->files.at[was].src;
  st->st_dev = (dev_t)l->before->files.at[was].dev;
  st->st_ino = (ino_t)l->before->files.at[was].ino;
  return sources_add(l->u->sources, src->path, src->text, src->len, false);
}

static const Source *read_source(Loader *l, int fd, const struct stat *st, size_t limit, const char *shown) {
  size_t len, size;
  char *text = read_all(l, fd, st, limit, &len, &size);
  if (!text) return NULL;
  if (len + 2 > size) {  /* the file grew while it was read */
    char *more = mem_grow(l->u->mem, text, size, len + 2);
    if (!more) { mem_free(l->u->mem, text, size); errno = ENOMEM; return NULL; }
    text = more;
    size = len + 2;
  }
  const Source *src = sources_take(l->u->sources, shown, text, len, size, false);
  if (!src) errno = ENOMEM;
  return src;
}

/* ---- modules ---- */

static void load_uses(Loader *l, Node *file, Folder dir);
static void load_data(Loader *l, Node *file, Folder dir, uint16_t module);

/* Parses a source, loads what it uses, and makes it a module. */
static uint16_t module_make(Loader *l, const Source *src, Sym name, Folder dir, bool library) {
  profile_enter(l->profile, profile_id(PROFILE_FILE, src->base));
  l->u->rowing = !library ? ROWING_DRAFT : l->whole_library ? ROWING_NONE : ROWING_LIBRARY;
  Node *file = parse_file(l->u, src);
  l->u->rowing = ROWING_NONE;
  VEC(struct { uint16_t module; Sym prefix; Span span; }) uses = {0};
  load_uses(l, file, dir);
  for (Node *n = list_first(file->kid[0]); n; n = n->next)
    if (n->kind == N_USE && n->ref && vec_room(l->u->mem, &uses)) {
      uses.at[uses.len].module = (uint16_t)(n->ref - 1);
      uses.at[uses.len].prefix = n->kid[1] ? n->kid[1]->sym : 0;
      uses.at[uses.len++].span = n->span;
    }
  uint16_t m = program_module(l->p, name, src, file, library);
  for (uint32_t i = 0; i < uses.len; i++) program_use(l->p, m, uses.at[i].module, uses.at[i].prefix, uses.at[i].span);
  vec_end(l->u->mem, &uses);
  profile_enter(l->profile, profile_id(PROFILE_PHASE, PHASE_ROWS));
  load_data(l, file, dir, m);
  profile_leave(l->profile);
  profile_leave(l->profile);
  return m;
}

static bool enter(Loader *l, Sym name, Span at) {
  if (l->stack.len >= IMPORT_DEPTH_MAX) {
    diag_add(l->u->diags, DIAG_E0504, at, "files use files more than %d deep", IMPORT_DEPTH_MAX);
    return false;
  }
  if (!vec_room(l->u->mem, &l->stack)) return false;
  l->stack.at[l->stack.len].name = name;
  l->stack.at[l->stack.len++].span = at;
  return true;
}

static void cycle(Loader *l, Sym name, Span at) {
  Buf b;
  buf_init(&b, l->u->mem);
  uint32_t i = 0;
  while (i < l->stack.len && l->stack.at[i].name != name) i++;
  for (; i < l->stack.len; i++) buf_fmt(&b, "%s -> ", intern_text(l->u->names, l->stack.at[i].name));
  buf_str(&b, intern_text(l->u->names, name));
  diag_add(l->u->diags, DIAG_E0006, at, "these files use each other in a circle: %s", buf_text(&b));
  buf_end(&b);
}

/* Whether the module is there already; reports a circle when it is still being loaded. */
static bool known(Loader *l, Sym name, uint64_t dev, uint64_t ino, Node *use, bool *stop) {
  for (uint32_t i = 0; i < l->files.len; i++) {
    if (ino ? l->files.at[i].dev != dev || l->files.at[i].ino != ino : l->files.at[i].name != name) continue;
    *stop = true;
    if (l->files.at[i].open) { if (use) cycle(l, l->files.at[i].name, use->span); }
    else if (use && l->files.at[i].module != PART) use->ref = l->files.at[i].module + 1u;
    return true;
  }
  return false;
}

static uint32_t file_note(Loader *l, Sym name, uint64_t dev, uint64_t ino) {
  if (!vec_room(l->u->mem, &l->files)) return UINT32_MAX;
  uint32_t i = l->files.len++;
  l->files.at[i].dev = dev;
  l->files.at[i].ino = ino;
  l->files.at[i].name = name;
  l->files.at[i].open = true;
  l->files.at[i].src = NULL;
  return i;
}

static uint16_t load_noted(Loader *l, uint32_t note, const Source *src, Sym name, Folder dir, bool library) {
  l->files.at[note].src = src;
  uint16_t m = module_make(l, src, name, dir, library);
  l->files.at[note].module = m;
  l->files.at[note].open = false;
  return m;
}

/* Whether something in the line of a `use` has been found fault with: then what it names may not be what was meant. */
static bool line_told(const Loader *l, Span use) {
  const Source *src = sources_at(l->u->sources, use.lo);
  const char *t = src->text + (use.lo - src->base);
  uint32_t end = use.lo + (uint32_t)strcspn(t, "\n");
  const Diags *d = l->u->diags;
  for (uint32_t i = d->list.len; i-- > 0;)
    if (d->list.at[i].sev == SEV_ERROR && d->list.at[i].span.lo >= use.lo && d->list.at[i].span.lo <= end) return true;
  return false;
}

static void load_std(Loader *l, Node *use) {
  const char *name = intern_text(l->u->names, use->kid[0]->sym);
  const StdlibModule *found = ent_stdlib, *near = NULL;
  int best = 3;
  bool stop = false;
  while (found->name && strcmp(found->name, name)) found++;
  if (!found->name && line_told(l, use->span)) return;
  if (!found->name) {
    for (const StdlibModule *m = ent_stdlib; m->name; m++) {
      int d = near_distance(name, (uint32_t)strlen(name), m->name, (uint32_t)strlen(m->name));
      if (d < best) best = d, near = m;
    }
    Diag *x = diag_add(l->u->diags, DIAG_E0005, use->kid[0]->span, "there is no library module '%s'", name);
    if (near) diag_help(l->u->diags, x, "did you mean '%s'?", near->name);
    else diag_help(l->u->diags, x, "`entente doc` lists the library's modules; a file beside this one is named in quotes");
    return;
  }
  Sym s = use->kid[0]->sym;
  if (known(l, s, 0, 0, use, &stop) || !enter(l, s, use->span)) return;
  uint32_t note = file_note(l, s, 0, 0);
  char shown[80] = "<";
  strncat(shown, name, 70);
  strcat(shown, ">");
  const Source *src = sources_add(l->u->sources, shown, found->text, found->len, true);
  if (src && note != UINT32_MAX) use->ref = load_noted(l, note, src, s, (Folder){0, 0}, true) + 1u;
  l->stack.len--;
}

static void refuse(Loader *l, Span at, int error, const char *path, bool data) {
  Diags *d = l->u->diags;
  if (error != ENOMEM && line_told(l, at)) return;
  if (error == EXDEV || error == ELOOP) diag_help(d, diag_add(d, DIAG_E0004, at, "'%s' is outside the draft's root, so it is not opened", path), "--root names a larger root");
  else if (error == EFBIG) diag_help(d, diag_add(d, DIAG_E0007, at, "'%s' is larger than a %s may be", path, data ? "data file" : "draft's file"), "%s raises the limit", data ? "--max-data" : "--max-file");
  else if (error == ENOMEM) l->u->mem->failed = true;
  else if (error == ENOENT) diag_add(d, DIAG_E0003, at, "there is no file '%s' beside this one", path);
  else if (error == EINVAL) diag_add(d, DIAG_E0003, at, "'%s' is not a plain file", path);
  else diag_add(d, DIAG_E0003, at, "'%s' cannot be read", path);
}

/* The folder part of a path, with its slash; 0 when there is none. */
static Sym folder(Loader *l, const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? intern_put(l->u->names, path, (size_t)(slash - path) + 1) : 0;
}

/* A file that a draft names: opened below the root, and a plain one. The descriptor, or -1 with errno. */
static int open_used(Loader *l, Text named, const char *path, struct stat *st) {
  bool whole = named.len && strlen(named.at) == named.len && named.at[0] != '/';
  if (!whole) errno = EXDEV;
  int fd = whole ? open_beneath(l->root, path) : -1;
  if (fd < 0 || (!fstat(fd, st) && S_ISREG(st->st_mode))) return fd;
  close(fd);
  errno = EINVAL;
  return -1;
}

static void load_file(Loader *l, Node *use, Folder dir) {
  Text t = ast_text(l->u, use->kid[0]);
  Buf path, shown;
  struct stat st;
  bool stop = false;
  if (l->root < 0 && !l->before) { refuse(l, use->kid[0]->span, ENOENT, t.at, false); return; }
  buf_init(&path, l->u->mem);
  buf_init(&shown, l->u->mem);
  buf_fmt(&path, "%s%s", intern_text(l->u->names, dir.real), t.at);
  buf_fmt(&shown, "%s%s", intern_text(l->u->names, dir.shown), t.at);
  int64_t was = read_before(l, buf_text(&shown));
  const Source *src = was >= 0 ? read_again(l, was, &st) : NULL;
  int fd = src ? -1 : open_used(l, t, buf_text(&path), &st), error = errno;
  Sym name = intern_put(l->u->names, buf_text(&shown), shown.len);
  if (mem_failed(l->u->mem)) error = ENOMEM;
  else if (!src && fd < 0) refuse(l, use->kid[0]->span, error, t.at, false);
  else if (!known(l, name, (uint64_t)st.st_dev, (uint64_t)st.st_ino, use, &stop) && enter(l, name, use->span)) {
    uint32_t note = file_note(l, name, (uint64_t)st.st_dev, (uint64_t)st.st_ino);
    if (!src) src = read_source(l, fd, &st, l->max_file, buf_text(&shown));
    Folder inner = {folder(l, buf_text(&path)), folder(l, buf_text(&shown))};
    if (!src) refuse(l, use->kid[0]->span, errno, t.at, false);
    else if (note != UINT32_MAX) use->ref = load_noted(l, note, src, name, inner, false) + 1u;
    l->stack.len--;
  }
  if (fd >= 0) close(fd);
  buf_end(&path);
  buf_end(&shown);
}

/* ---- data ---- */

typedef enum DataKind { DATA_UNKNOWN, DATA_CSV, DATA_JSON, DATA_LINES, DATA_QUERY } DataKind;

static DataKind data_kind(Text name) {
  static const struct { const char *end; DataKind kind; } ends[] = {{".csv", DATA_CSV}, {".json", DATA_JSON}, {".jsonl", DATA_LINES}, {".ndjson", DATA_LINES}};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    size_t n = strlen(ends[i].end);
    if (name.len > n && !strcasecmp(name.at + name.len - n, ends[i].end)) return ends[i].kind;
  }
  return DATA_UNKNOWN;
}

/* What the block reads: a file's name, or sqlite(file, query). NULL, and a message, when that is not plain from the draft. */
static Node *data_file(Loader *l, Node *from, Node **query, DataKind *kind) {
  Node *file = from;
  bool call = from->kind == N_CALL && from->kid[0]->kind == N_NAME && !strcmp(intern_text(l->u->names, from->kid[0]->sym), "sqlite");
  *query = call && list_len(from->kid[1]) == 2 ? list_first(from->kid[1])->next : NULL;
  if (call) file = list_first(from->kid[1]);
  bool plain = file && file->kind == N_STRING && (!call || (*query && (*query)->kind == N_STRING));
  *kind = !plain ? DATA_UNKNOWN : call ? DATA_QUERY : data_kind(ast_text(l->u, file));
  if (*kind != DATA_UNKNOWN) return file;
  Diag *x = diag_add(l->u->diags, DIAG_E0010, from->span, plain ? "how this file is to be read its name does not say" : "where rows come from is a plain text, or sqlite(file, query) with plain texts");
  diag_help(l->u->diags, x, "files end in .csv, .json, .jsonl or .ndjson; a database is asked with  sqlite(\"f.db\", \"select ...\")");
  return NULL;
}

static const Rows *read_rows(Loader *l, int fd, const struct stat *st, DataKind kind, const char *shown) {
  for (uint32_t i = 0; i < l->data.len; i++)
    if (l->data.at[i].dev == (uint64_t)st->st_dev && l->data.at[i].ino == (uint64_t)st->st_ino) return l->data.at[i].rows;
  const Source *src = read_source(l, fd, st, l->max_data, shown);
  Rows *r = src ? program_rows(l->p, src) : NULL;
  if (!r) { if (src) errno = ENOMEM; return NULL; }
  bool ok = kind == DATA_CSV ? rows_csv(r, l->u->diags) : rows_json(r, l->u->diags, kind == DATA_LINES);
  if (!vec_room(l->u->mem, &l->data)) return NULL;
  l->data.at[l->data.len].dev = (uint64_t)st->st_dev;
  l->data.at[l->data.len].ino = (uint64_t)st->st_ino;
  l->data.at[l->data.len++].rows = ok ? r : NULL;
  errno = 0;   /* what is wrong has been said */
  return ok ? r : NULL;
}

static const Rows *ask_rows(Loader *l, int fd, const struct stat *st, Node *query, const char *shown) {
  size_t len, size;
  char *text = read_all(l, fd, st, l->max_data, &len, &size);
  if (!text) return NULL;
  Text sql = ast_text(l->u, query);
  Rows *r = program_rows(l->p, NULL);
  Query q = {.path = shown, .base = (unsigned char *)text, .len = len, .sql = sql.at, .sql_len = sql.len, .span = query->span, .max_steps = l->max_steps,
             .max_bytes = l->max_data, .stop = l->stop};
  bool ok = r && rows_query(r, l->u->sources, l->u->diags, &q);
  profile_spend(l->profile, q.steps);
  l->max_steps -= q.steps < l->max_steps ? q.steps : l->max_steps;
  mem_free(l->u->mem, text, size);
  errno = 0;
  return ok ? r : NULL;
}

static const Rows *data_rows(Loader *l, Node *from, Folder dir) {
  Node *query;
  DataKind kind;
  Node *file = data_file(l, from, &query, &kind);
  const Rows *r = NULL;
  struct stat st;
  Buf path, shown;
  if (!file) return NULL;
  Text t = ast_text(l->u, file);
  if (l->root < 0) { refuse(l, file->span, ENOENT, t.at, true); return NULL; }
  buf_init(&path, l->u->mem);
  buf_init(&shown, l->u->mem);
  buf_fmt(&path, "%s%s", intern_text(l->u->names, dir.real), t.at);
  buf_fmt(&shown, "%s%s", intern_text(l->u->names, dir.shown), t.at);
  int fd = open_used(l, t, buf_text(&path), &st);
  if (fd >= 0) vec_push(l->u->mem, &l->data_names, intern_put(l->u->names, buf_text(&shown), shown.len));
  if (fd >= 0) r = kind == DATA_QUERY ? ask_rows(l, fd, &st, query, buf_text(&shown)) : read_rows(l, fd, &st, kind, buf_text(&shown));
  if (!r && errno && !mem_failed(l->u->mem)) refuse(l, file->span, errno, t.at, true);
  if (fd >= 0) close(fd);
  buf_end(&path);
  buf_end(&shown);
  return r;
}

static void load_data(Loader *l, Node *file, Folder dir, uint16_t module) {
  for (Node *n = list_first(file->kid[0]); n && !mem_failed(l->u->mem); n = n->next) {
    if (n->kind != N_DATA) continue;
    DataBlock b = {.node = n, .module = module, .rows = data_rows(l, n->kid[1], dir)};
    vec_push(l->u->mem, &l->p->data, b);
  }
}

static void load_uses(Loader *l, Node *file, Folder dir) {
  for (Node *n = list_first(file->kid[0]); n && !mem_failed(l->u->mem); n = n->next) {
    if (n->kind != N_USE) continue;
    if (n->kid[0]->kind == N_STRING) load_file(l, n, dir);
    else load_std(l, n);
  }
}

/* ---- the first file ---- */

/* The folder of a path, with its slash, in `to`; "./" when it has none. False when there is no room. */
static bool folder_of(const char *path, char to[PATH_MAX]) {
  const char *slash = strrchr(path, '/');
  size_t n = slash ? (size_t)(slash - path) + 1 : 2;
  if (n >= PATH_MAX) return false;
  memcpy(to, slash ? path : "./", n);
  to[n] = 0;
  return true;
}

/* Where the folder of `path` lies below the root, in `to`: "" or "a/b/". 0 or an errno; EXDEV when it lies elsewhere. */
static int below_root(const char *path, const char *root, char to[PATH_MAX]) {
  char named[PATH_MAX], real_root[PATH_MAX];
  if (!folder_of(path, named)) return ENAMETOOLONG;
  if (!realpath(named, to) || !realpath(root, real_root)) return errno;
  size_t n = strlen(real_root), len = strlen(to);
  if (n == 1) n = 0;  /* the root of everything */
  if (strncmp(real_root, to, n) || (to[n] && to[n] != '/')) return EXDEV;
  if (len + 1 >= PATH_MAX) return ENAMETOOLONG;
  if (to[len - 1] != '/') memcpy(to + len++, "/", 2);
  memmove(to, to + n + 1, len - n);
  return 0;
}

/* Opens the first file and the root. With a root of its own the file must lie below it, links and all; else it is
 * what its user names, and its folder is the root. */
static int open_first(Loader *l, const char *path, const char *root, int *fd, Folder *dir) {
  char inner[PATH_MAX] = "", whole[PATH_MAX];
  if (!folder_of(path, whole)) return ENAMETOOLONG;
  l->root = open(root ? root : whole, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  l->no_root = root && l->root < 0;
  int error = l->root < 0 ? errno : root ? below_root(path, root, inner) : 0;
  if (error) return error;
  dir->shown = folder(l, path);
  dir->real = folder(l, inner);
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
  if (strlen(inner) + strlen(base) >= PATH_MAX) return ENAMETOOLONG;
  if (root) strcat(inner, base);
  *fd = root ? open_beneath(l->root, inner) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  return *fd < 0 ? errno : 0;
}

/* Reads the first file, or takes it as it was read before. 0 or an errno. */
static int first_source(Loader *l, const char *path, const char *root, struct stat *st, Folder *dir, const Source **src) {
  int64_t was = read_before(l, path);
  int fd = -1, error = *path ? open_first(l, path, root, &fd, dir) : ENOENT;
  if (was >= 0) {
    dir->shown = folder(l, path);
    *src = read_again(l, was, st);
    error = *src ? 0 : ENOMEM;
  } else {
    if (!error && fstat(fd, st)) error = errno;
    if (!error && !S_ISREG(st->st_mode)) error = S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
    if (!error && !(*src = read_source(l, fd, st, l->max_file, path))) error = errno;
  }
  if (fd >= 0) close(fd);
  return error;
}

int loader_file(Loader *l, const char *path, const char *root, uint16_t *module) {
  struct stat st;
  Folder dir = {0, 0};
  const Source *src = NULL;
  int error = first_source(l, path, root, &st, &dir, &src);
  if (error) return error;
  Sym name = intern_put(l->u->names, path, strlen(path));
  uint32_t note = file_note(l, name, (uint64_t)st.st_dev, (uint64_t)st.st_ino);
  if (note == UINT32_MAX || !enter(l, name, (Span){src->base, src->base})) return ENOMEM;
  *module = load_noted(l, note, src, name, dir, false);
  l->stack.len--;
  return 0;
}

/* ---- a draft in parts ---- */

static void root_close(Loader *l) {
  if (l->root >= 0) close(l->root);
  l->root = -1;
}

int loader_part(Loader *l, const char *path, const char *root, Node **file, const Source **src) {
  struct stat st;
  Folder dir = {0, 0};
  root_close(l);
  int error = first_source(l, path, root, &st, &dir, src);
  if (error) return error;
  Sym name = intern_put(l->u->names, path, strlen(path));
  uint32_t note = file_note(l, name, (uint64_t)st.st_dev, (uint64_t)st.st_ino);
  if (note == UINT32_MAX || !enter(l, name, (Span){(*src)->base, (*src)->base})) return ENOMEM;
  l->files.at[note].src = *src;
  *file = parse_file(l->u, *src);
  load_uses(l, *file, dir);
  load_data(l, *file, dir, PART);
  l->files.at[note].module = PART;
  l->files.at[note].open = false;
  l->stack.len--;
  return 0;
}

void loader_part_uses(Loader *l, Node *file, const char *root) {
  root_close(l);
  l->root = open(root ? root : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  load_uses(l, file, (Folder){0, 0});
  load_data(l, file, (Folder){0, 0}, PART);
}

void loader_parts_end(Loader *l, uint16_t module) {
  for (uint32_t i = 0; i < l->p->data.len; i++)
    if (l->p->data.at[i].module == PART) l->p->data.at[i].module = module;
}

bool loader_text(Loader *l, const char *name, const char *text, size_t len, uint16_t *module) {
  const Source *src = sources_add(l->u->sources, name, text, len, false);
  Sym s = intern_put(l->u->names, name, strlen(name));
  if (!src || !enter(l, s, (Span){src->base, src->base})) return false;
  *module = module_make(l, src, s, (Folder){0, 0}, false);
  l->stack.len--;
  return true;
}
