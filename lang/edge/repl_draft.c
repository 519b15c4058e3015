#define _XOPEN_SOURCE 700
#include "edge/repl.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The draft in memory is a list of parts. A change makes another list and a session of it; only when that loads does it take the
 * place of the one before, which is kept for `:undo`. */

enum { UNDO_MAX = 1000, GROWN = 256 << 20 };

/* ---- parts and states ---- */

static void part_drop(Part *p) {
  if (!p || --p->refs) return;
  free(p->name);
  free(p->text);
  free(p);
}

static Part *part_make(ent_part_kind kind, const char *name, const char *text, size_t len, bool rc) {
  Part *p = calloc(1, sizeof *p);
  if (!p) return NULL;
  *p = (Part){.refs = 1, .kind = kind, .name = strdup(name), .len = len, .rc = rc};
  p->text = text ? malloc(len + 1) : NULL;
  if (p->text) {
    memcpy(p->text, text, len);
    p->text[len] = 0;
  }
  if (p->name && (p->text || !text)) return p;
  part_drop(p);
  return NULL;
}

static void state_end(State *s) {
  for (size_t i = 0; i < s->n; i++) part_drop(s->part[i]);
  free(s->part);
  s->part = NULL;
  s->n = 0;
}

/* A copy with room for one part more. */
static bool state_copy(State *to, const State *from) {
  *to = *from;
  to->part = malloc((from->n + 1) * sizeof(Part *));
  if (!to->part) { to->n = 0; return false; }
  for (size_t i = 0; i < from->n; i++) {
    to->part[i] = from->part[i];
    to->part[i]->refs++;
  }
  return true;
}

static bool same_parts(const State *a, const State *b) {
  return a->n == b->n && (!a->n || memcmp(a->part, b->part, a->n * sizeof(Part *)) == 0);
}

static bool states_push(State **list, size_t *n, State s) {
  State *more = realloc(*list, (*n + 1) * sizeof **list);
  if (!more) { state_end(&s); return false; }
  *list = more;
  more[(*n)++] = s;
  if (*n <= UNDO_MAX) return true;
  state_end(&more[0]);
  memmove(more, more + 1, --*n * sizeof *more);
  return true;
}

static void states_end(State **list, size_t *n) {
  for (size_t i = 0; i < *n; i++) state_end(&(*list)[i]);
  free(*list);
  *list = NULL;
  *n = 0;
}

/* ---- files that change ---- */

static void seen_read(Seen *s) {
  struct stat st;
  memset(&s->sec, 0, sizeof *s - offsetof(Seen, sec));
  if (stat(s->path, &st)) return;
  s->sec = st.st_mtim.tv_sec;
  s->nsec = st.st_mtim.tv_nsec;
  s->size = st.st_size;
  s->ino = st.st_ino;
}

static void seen_end(Draft *d) {
  for (size_t i = 0; i < d->nseen; i++) free(d->seen[i].path);
  free(d->seen);
  d->seen = NULL;
  d->nseen = 0;
}

static Seen *seen_find(const Draft *d, const char *path) {
  for (size_t i = 0; i < d->nseen; i++)
    if (!strcmp(d->seen[i].path, path)) return &d->seen[i];
  return NULL;
}

/* was: what is known of it already, or NULL. */
static void seen_add(Draft *d, const char *path, const Seen *was) {
  Seen *s = &d->seen[d->nseen];
  char *copy = strdup(path);
  if (!copy) return;
  if (was) *s = *was;
  s->path = copy;
  if (!was) seen_read(s);
  d->nseen++;
}

/* Drafts that the session before had read were not read again, so what is known of them stays; data was. */
static void seen_renew(Draft *d, bool reread) {
  Draft old = *d;
  d->seen = NULL;
  d->nseen = 0;
  size_t n = 0, data = 0;
  while (ent_file(d->session, n)) n++;
  while (ent_data_file(d->session, data)) data++;
  d->seen = calloc(n + data + 1, sizeof *d->seen);
  for (size_t i = 0; d->seen && i < n; i++) {
    const char *path = ent_file(d->session, i);
    seen_add(d, path, reread ? NULL : seen_find(&old, path));
  }
  for (size_t i = 0; d->seen && i < data; i++)
    if (!seen_find(d, ent_data_file(d->session, i))) seen_add(d, ent_data_file(d->session, i), NULL);
  seen_end(&old);
}

const char *draft_changed(Draft *d) {
  for (size_t i = 0; i < d->nseen; i++) {
    Seen *s = &d->seen[i], now = {.path = s->path};
    seen_read(&now);
    if (s->told || (now.sec == s->sec && now.nsec == s->nsec && now.size == s->size && now.ino == s->ino)) continue;
    s->told = true;
    return s->path;
  }
  return NULL;
}

/* ---- sessions ---- */

/* What is told of a session's messages: nothing, mistakes, or warnings too, which are about the last part. */
typedef enum Tell { TELL_NOTHING, TELL_MISTAKES, TELL_ALL } Tell;

/* A session of this state; NULL when it has a mistake, with *code set. */
static ent_session *session_of(Draft *d, Repl *to, const State *state, bool reread, Tell tell, int *code) {
  ent_session *s = options_begin(d->o, NULL);
  ent_part *part = calloc(state->n + 1, sizeof *part);
  if (s && part) {
    for (size_t i = 0; i < state->n; i++) part[i] = (ent_part){state->part[i]->kind, state->part[i]->name, state->part[i]->text, state->part[i]->len};
    *code = ent_load_parts(s, part, state->n, reread ? NULL : d->session);
  } else {
    *code = ENT_BROKEN;
    edge_say("there is not enough memory");
  }
  free(part);
  size_t len = 0;
  const char *text = s ? ent_diagnostics(s, ENT_TEXT, &len) : NULL;
  if (text && len && tell >= (*code ? TELL_MISTAKES : TELL_ALL)) out_trouble(to, text, len);
  if (s && *code == ENT_PASSES) {
    ent_set_day(s, state->day[0] ? state->day : NULL);
    return s;
  }
  if (s) ent_close(s);
  return NULL;
}

static void session_take(Draft *d, ent_session *s, bool reread) {
  if (d->session) ent_close(d->session);
  d->session = s;
  d->fresh = ent_memory(s);
  seen_renew(d, reread);
}

/* Goes over to another state, which is taken over. */
static int state_enter(Draft *d, Repl *r, State next, bool reread, Tell tell) {
  int code;
  ent_session *s = session_of(d, r, &next, reread, tell, &code);
  if (!s) {
    state_end(&next);
    return code;
  }
  session_take(d, s, reread);
  states_push(&d->undo, &d->nundo, d->now);
  states_end(&d->redo, &d->nredo);
  d->now = next;
  return ENT_PASSES;
}

bool draft_open(Draft *d, const Options *o, int *code) {
  memset(d, 0, sizeof *d);
  d->o = o;
  if (o->config.as_of) snprintf(d->now.day, sizeof d->now.day, "%s", o->config.as_of);
  ent_session *s = session_of(d, NULL, &d->now, false, TELL_NOTHING, code);
  if (s) session_take(d, s, false);
  return s != NULL;
}

void draft_close(Draft *d) {
  states_end(&d->undo, &d->nundo);
  states_end(&d->redo, &d->nredo);
  state_end(&d->now);
  state_end(&d->wish);
  seen_end(d);
  if (d->session) ent_close(d->session);
}

int draft_add(Draft *d, Repl *r, ent_part_kind kind, const char *name, const char *text, size_t len, bool rc) {
  State next;
  if (!state_copy(&next, &d->now)) return ENT_BROKEN;
  Part *p = part_make(kind, name, text, len, rc);
  if (!p) { state_end(&next); return ENT_BROKEN; }
  next.part[next.n++] = p;
  return state_enter(d, r, next, false, TELL_ALL);
}

bool draft_day(Draft *d, const char *day) {
  State next;
  if (!state_copy(&next, &d->now)) return false;
  if (!ent_set_day(d->session, day)) {
    state_end(&next);
    return false;
  }
  snprintf(next.day, sizeof next.day, "%s", day ? day : "");
  states_push(&d->undo, &d->nundo, d->now);
  states_end(&d->redo, &d->nredo);
  d->now = next;
  return true;
}

bool draft_assume_none(Draft *d, Repl *r) {
  State next;
  size_t kept = 0;
  if (!state_copy(&next, &d->now)) return false;
  for (size_t i = 0; i < next.n; i++) {
    if (next.part[i]->kind == ENT_PART_SHOCK) part_drop(next.part[i]);
    else next.part[kept++] = next.part[i];
  }
  next.n = kept;
  return state_enter(d, r, next, false, TELL_MISTAKES) == ENT_PASSES;
}

int draft_reload(Draft *d, Repl *r) {
  int code;
  if (d->wish.n) {
    State next = d->wish;
    d->wish = (State){0};
    State again;
    bool kept = state_copy(&again, &next);
    code = state_enter(d, r, next, true, TELL_ALL);
    if (code && kept) d->wish = again;
    else if (kept) state_end(&again);
    return code;
  }
  ent_session *s = session_of(d, r, &d->now, true, TELL_MISTAKES, &code);
  if (s) session_take(d, s, true);
  for (size_t i = 0; i < d->nseen && !s; i++) seen_read(&d->seen[i]);   /* told again once it changes again */
  return code;
}

bool draft_step(Draft *d, Repl *r, bool redo) {
  State **from = redo ? &d->redo : &d->undo, **to = redo ? &d->undo : &d->redo;
  size_t *nfrom = redo ? &d->nredo : &d->nundo, *nto = redo ? &d->nundo : &d->nredo;
  int code;
  if (!*nfrom) return false;
  State next = (*from)[*nfrom - 1];
  if (same_parts(&next, &d->now)) ent_set_day(d->session, next.day[0] ? next.day : NULL);
  else {
    ent_session *s = session_of(d, r, &next, false, TELL_MISTAKES, &code);
    if (!s) return false;
    session_take(d, s, false);
  }
  --*nfrom;
  states_push(to, nto, d->now);
  d->now = next;
  return true;
}

void draft_refresh(Draft *d) {
  if (ent_usable(d->session) && ent_memory(d->session) < d->fresh + GROWN) return;
  int code;
  ent_session *s = session_of(d, NULL, &d->now, false, TELL_NOTHING, &code);
  if (s) session_take(d, s, false);
}

void draft_wish(Draft *d, char *const *path, int n) {
  if (!state_copy(&d->wish, &d->now)) return;
  for (int i = 0; i < n; i++) {
    Part *p = part_make(ENT_PART_FILE, path[i], NULL, 0, false);
    Part **more = p ? realloc(d->wish.part, (d->wish.n + 2) * sizeof(Part *)) : NULL;
    if (!more) { part_drop(p); return; }
    d->wish.part = more;
    more[d->wish.n++] = p;
  }
}

void draft_forget(Draft *d) {
  states_end(&d->undo, &d->nundo);
  states_end(&d->redo, &d->nredo);
}

const Part *draft_file(const Draft *d, size_t n) {
  for (size_t i = 0; i < d->now.n; i++)
    if (d->now.part[i]->kind == ENT_PART_FILE && !d->now.part[i]->rc && !n--) return d->now.part[i];
  return NULL;
}
