#include "walk.h"
#include <string.h>

/* Worlds: what `without` and `under` assume, read from the scenarios again each time. */

static void add(Walk *w, Where *x, Ent e) {
  if (x->nwithout == WITHOUT_MAX) walk_fail(w, "steps");
  x->without[x->nwithout++] = e;
}

void where_without(Walk *w, Where *x, V what) {
  if (what->kind == W_ENTITY) add(w, x, (Ent)what->a);
  for (size_t i = 0; what->kind == W_SET && i < what->n; i++) where_without(w, x, what->at[i]);
}

void where_under(Walk *w, Where *x, Ent what) {
  if (ent_kind(what) != K_SCENARIO) { x->chosen = what; x->any_chosen = true; return; }
  for (int i = 0; i < x->nunder; i++)
    if (x->under[i] == what) return;
  if (x->nunder == ASSUMED_MAX) walk_fail(w, "E0504");
  x->under[x->nunder++] = what;
}

/* ---- shocks ---- */

/* Calls `see` for each shock in effect, in order; a scenario counts once. */
typedef struct Seen { Ent at[32]; int n; } Seen;
typedef void See(Walk *w, const Where *x, const Node *shock, void *data);

static void scenario(Walk *w, const Where *x, Ent e, Seen *seen, See *see, void *data) {
  static const WWindow always = {DAY_MIN, DAY_OPEN, false};
  for (int i = 0; i < seen->n; i++)
    if (seen->at[i] == e) return;
  if (seen->n < 32) seen->at[seen->n++] = e;
  const Node *decl = program_entity(w->p, e)->decl;
  Where plain = {.day = x->day};
  for (const Node *s = list_first(decl->kid[2]); s; s = s->next) {
    WWindow win = window_of(w, &plain, NULL, s->kid[3], always);
    if (win.dated && !window_holds(win, x->day)) continue;
    if (s->op == SHOCK_ASSUME) scenario(w, x, s->kid[0]->ref, seen, see, data);
    else see(w, &plain, s, data);
  }
}

static void shocks(Walk *w, const Where *x, See *see, void *data) {
  Seen seen = {.n = 0};
  for (int i = 0; i < x->nunder; i++) scenario(w, x, x->under[i], &seen, see, data);
}

typedef struct Asked { Ent e, r; int state; V v; } Asked;

static bool among(V set, Ent e) {
  if (set->kind == W_ENTITY) return (Ent)set->a == e;
  for (size_t i = 0; set->kind == W_SET && i < set->n; i++)
    if ((Ent)set->at[i]->a == e) return true;
  return false;
}

static void see_withdraw(Walk *w, const Where *x, const Node *s, void *data) {
  Asked *a = data;
  if (s->op == SHOCK_WITHDRAW && among(walk_targets(w, x, NULL, s->kid[0]), a->e)) a->state = 1;
}
static void see_close(Walk *w, const Where *x, const Node *s, void *data) {
  Asked *a = data;
  (void)w, (void)x;
  if (s->op == SHOCK_CLOSE && s->kid[0]->ref == a->e) a->state = 1;
}
static void see_control(Walk *w, const Where *x, const Node *s, void *data) {
  Asked *a = data;
  (void)w, (void)x;
  if ((s->op == SHOCK_IMPOSE || s->op == SHOCK_LIFT) && s->kid[0]->ref == a->e) a->state = s->op == SHOCK_IMPOSE;
}
static void see_suspend(Walk *w, const Where *x, const Node *s, void *data) {
  Asked *a = data;
  if (s->op == SHOCK_SUSPEND && among(walk_expr(w, x, NULL, s->kid[0]), a->e)) a->state = 1;
}
static void see_scale(Walk *w, const Where *x, const Node *s, void *data) {
  Asked *a = data;
  if (s->op != SHOCK_SCALE || s->kid[0]->ref != a->r || !among(walk_targets(w, x, NULL, s->kid[1]), a->e)) return;
  a->v = interval_mul(w, a->v, walk_expr(w, x, NULL, s->kid[2]));
  a->state = 1;
}

static int asked(Walk *w, const Where *x, See *see, Ent e, int state) {
  Asked a = {.e = e, .state = state};
  shocks(w, x, see, &a);
  return a.state;
}

static bool taken(const Where *x, Ent e) {
  for (int i = 0; i < x->nwithout; i++)
    if (x->without[i] == e) return true;
  return false;
}

bool where_withdrawn(Walk *w, const Where *x, Ent country) { return asked(w, x, see_withdraw, country, 0); }
bool where_absent(Walk *w, const Where *x, Ent country) { return taken(x, country) || where_withdrawn(w, x, country); }
bool where_closed(Walk *w, const Where *x, Ent route) { return taken(x, route) || asked(w, x, see_close, route, 0); }
bool where_suspended(Walk *w, const Where *x, Ent e) { return taken(x, e) || asked(w, x, see_suspend, e, 0); }
int where_control(Walk *w, const Where *x, Ent control) { return asked(w, x, see_control, control, -1); }

V where_scaled(Walk *w, const Where *x, Ent c, Ent r, V v, bool *scaled) {
  Asked a = {.e = c, .r = r, .v = v};
  shocks(w, x, see_scale, &a);
  if (scaled) *scaled = a.state;
  return a.v;
}
