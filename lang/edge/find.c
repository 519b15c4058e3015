#define _XOPEN_SOURCE 700 /* realpath */
#include "edge/find.h"
#include "edge/edge.h"
#include "api/entente.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Search {
  Found *f;
  const char *root;  /* the folder, resolved; NULL when that failed */
} Search;

/* Takes the path over; NULL means that memory was refused. */
static void add(Found *f, FoundPath found) {
  if (found.path && f->n < FIND_MAX && f->n == f->cap) {
    size_t cap = f->cap ? f->cap * 2 : 64;
    FoundPath *grown = realloc(f->at, cap * sizeof *grown);
    if (grown) {
      f->at = grown;
      f->cap = cap;
    }
  }
  if (!found.path || f->n == f->cap) {
    free(found.path);
    f->failed = ENT_BROKEN;
    return;
  }
  f->drafts += !found.code;
  f->at[f->n++] = found;
}

static void add_error(Found *f, char *path, int error) {
  add(f, (FoundPath){.path = path, .code = ENT_NO_INPUT, .error = error});
}

static void add_fault(Found *f, char *path, int code, const char *why) {
  add(f, (FoundPath){.path = path, .code = code, .why = why});
}

static char *join(const char *folder, const char *name) {
  size_t a = strlen(folder), b = strlen(name), slash = a && folder[a - 1] != '/';
  char *path = malloc(a + slash + b + 1);
  if (!path) return NULL;
  memcpy(path, folder, a);
  if (slash) path[a] = '/';
  memcpy(path + a + slash, name, b + 1);
  return path;
}

static bool is_draft(const char *name) {
  size_t n = strlen(name);
  return n > 4 && strcmp(name + n - 4, ".ent") == 0;
}

static bool within(const char *root, const char *path) {
  size_t n = strlen(root);
  return strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == 0 || root[n - 1] == '/');
}

/* A link named .ent must lead to a draft that the search finds by itself. */
static bool link_ok(const Search *s, const char *path) {
  if (!is_draft(path)) return true;
  char *to = realpath(path, NULL);
  bool good = to && s->root && within(s->root, to) && is_draft(to);
  free(to);
  return good;
}

static void folder(Search *s, int fd, const char *path, int depth);

/* Takes path over. */
static void subfolder(Search *s, int at, const char *name, char *path, int depth) {
  if (depth == FIND_DEPTH) {
    add_fault(s->f, path, ENT_BROKEN, "lies more than 32 folders deep");
    return;
  }
  int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    add_error(s->f, path, errno);
    return;
  }
  folder(s, fd, path, depth + 1);
  free(path);
}

/* What to do with one name in a folder. Takes path over. */
static void entry(Search *s, int at, const char *name, char *path, int depth) {
  struct stat st;
  if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW)) add_error(s->f, path, errno);
  else if (S_ISDIR(st.st_mode)) subfolder(s, at, name, path, depth);
  else if (S_ISLNK(st.st_mode) && link_ok(s, path)) free(path);
  else if (S_ISLNK(st.st_mode)) add_fault(s->f, path, ENT_NO_INPUT, "is a link that leads out of the folder, or to no draft");
  else if (!is_draft(name)) free(path);
  else if (S_ISREG(st.st_mode)) add(s->f, (FoundPath){.path = path});
  else add_fault(s->f, path, ENT_NO_INPUT, "is not a plain file");
}

/* Takes fd over. */
static void folder(Search *s, int fd, const char *path, int depth) {
  DIR *dir = fdopendir(fd);
  if (!dir) {
    add_error(s->f, strdup(path), errno);
    close(fd);
    return;
  }
  while (!s->f->failed) {
    errno = 0;
    const struct dirent *d = readdir(dir);
    if (!d && errno) add_error(s->f, strdup(path), errno);
    if (!d) break;
    if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0) continue;
    char *below = join(path, d->d_name);
    if (below) entry(s, fd, d->d_name, below, depth);
    else s->f->failed = ENT_BROKEN;
  }
  closedir(dir);
}

static int by_bytes(const void *a, const void *b) {
  return strcmp(((const FoundPath *)a)->path, ((const FoundPath *)b)->path);
}

void find_drafts(Found *f, const char *path) {
  memset(f, 0, sizeof *f);
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    add_error(f, strdup(path), errno);
    return;
  }
  char *root = realpath(path, NULL);
  Search s = {f, root};
  folder(&s, fd, path, 0);
  free(root);
  if (f->n) qsort(f->at, f->n, sizeof *f->at, by_bytes);
}

void find_end(Found *f) {
  for (size_t i = 0; i < f->n; i++) free(f->at[i].path);
  free(f->at);
}

/* ---- operands ---- */

static void item(Items *it, Item i) {
  if (it->n == it->cap) {
    size_t cap = it->cap ? it->cap * 2 : 64;
    Item *grown = realloc(it->at, cap * sizeof *grown);
    if (!grown) { it->failed = true; return; }
    it->at = grown;
    it->cap = cap;
  }
  it->at[it->n++] = i;
}

static void folder_items(Items *it, Found *f, const char *path) {
  find_drafts(f, path);
  for (size_t i = 0; i < f->n; i++) {
    const FoundPath *p = &f->at[i];
    item(it, (Item){.path = p->path, .draft = !p->code, .of_folder = true, .code = p->code, .error = p->error, .why = p->why});
  }
  if (f->failed) item(it, (Item){.path = path, .code = f->failed, .why = "holds more files than can be looked at; name fewer"});
  else item(it, (Item){.path = path, .drafts = f->drafts});
}

void items_find(Items *it, int n, char **operand) {
  *it = (Items){.found = calloc((size_t)n, sizeof *it->found), .operands = n};
  it->failed = !it->found;
  for (int i = 0; i < n && it->found; i++) {
    struct stat st;
    if (stat(operand[i], &st)) item(it, (Item){.path = operand[i], .code = ENT_NO_INPUT, .error = errno, .why = edge_not_read(operand[i])});
    else if (S_ISDIR(st.st_mode)) folder_items(it, &it->found[i], operand[i]);
    else item(it, (Item){.path = operand[i], .draft = true});
  }
}

void items_end(Items *it) {
  for (int i = 0; i < it->operands && it->found; i++) find_end(&it->found[i]);
  free(it->found);
  free(it->at);
}

const char *item_why(const Item *i) { return i->why ? i->why : strerror(i->error); }
