#include "world/inner.h"

/* Questions about many resources and days at once. What a resource's clauses promise is added up once for all its days: each
 * row of a promise adds its figure at the day on which it begins and takes it off at that on which it ends. Only what is
 * plain is answered: exact figures of clauses and facts as first written, in a world in which at most countries are absent. Nothing
 * that is read is noted: while that is wanted, nobody asks in this way (vm_batch). */

static bool asked(const RowsAsked *q, uint32_t i) { return bits_has(q->live, i); }
static uint32_t asked_res(const RowsAsked *q, uint32_t i) { return ent_index(q->res.at[i * q->res.step]); }
static Day asked_day(const RowsAsked *q, const Ctx *x, uint32_t i) { return q->day ? q->day[i] : x->day; }
static bool is_day(Day d) { return d >= DAY_MIN && d <= DAY_MAX; }

static bool plain_world(Ctx *x) { return !x->view->nunder && room_of(x)->all; }

static bool loose(const World *w, uint32_t r) { return w->depend.res[r].loose_facts || w->depend.res[r].loose_promises; }

static bool ten_times(int64_t *n, int by) {
  for (; by > 0; by--)
    if (__builtin_mul_overflow(*n, 10, n)) return false;
  return true;
}

/* Brings the figures of the rows before `row` to v's power of ten, if that is less, or else says what v's are to be multiplied by. */
static bool figures_align(const RowsAsked *q, Figures *f, uint32_t row, Value v, int64_t *by) {
  *by = 1;
  if (f->head.tag == V_NONE) f->head = v;
  if (v.unit != f->head.unit || v.tag != V_DEC) return false;
  if (v.e >= f->head.e) return ten_times(by, v.e - f->head.e);
  for (uint32_t i = 0; i < row; i++)
    if (asked(q, i) && !ten_times(&f->num[i], f->head.e - v.e)) return false;
  f->head.e = v.e;
  return true;
}

static bool figures_put(const RowsAsked *q, Figures *f, uint32_t row, Value v) {
  int64_t by;
  f->num[row] = v.i;
  return value_head(v) == value_head(f->head) || (figures_align(q, f, row, v, &by) && !__builtin_mul_overflow(v.i, by, &f->num[row]));
}

/* ---- promises over time ---- */

/* What is promised of a resource: sum[k] from days[k - 1] to before days[k]. */
typedef struct Steps {
  World *w;
  Ctx *x;
  uint32_t res, n, at;
  const Day *days;
  StepRoom *room;
  int64_t *sum;            /* its own */
  int64_t first;           /* the day from which places are counted */
  Value head;              /* unit and power of ten */
} Steps;

static bool room_for(Mem *m, void **at, size_t *cap, size_t need, size_t size) {
  if (need <= *cap) return true;
  void *p = mem_grow(m, *at, *cap * size, need * size);
  if (!p) return false;
  *at = p;
  *cap = need;
  return true;
}

static bool steps_days(Steps *s) {
  const DependOf *f = &s->w->depend.res[s->res];
  StepRoom *room = s->room;
  enum { SPAN_MOST = 1 << 20 };
  s->days = s->w->depend.days.at + f->first[DAYS_PROMISE];
  s->n = f->ndays[DAYS_PROMISE];
  size_t span = s->n ? (size_t)((int64_t)s->days[s->n - 1] - s->days[0] + 1) : 0, was = room->nplace;
  if (span > SPAN_MOST || !room_for(s->w->mem, (void **)&room->sum, &room->nsum, (size_t)s->n + 1, sizeof *room->sum)) return false;
  if (span > was) {
    if (!room_for(s->w->mem, (void **)&room->place, &room->nplace, span, sizeof *room->place)) return false;
    memset(room->place + was, 0, (room->nplace - was) * sizeof *room->place);
  }
  s->sum = room->sum;
  s->first = s->n ? s->days[0] : 0;
  for (uint32_t k = 0; k < s->n; k++) room->place[s->days[k] - s->first] = k + 1;
  memset(s->sum, 0, ((size_t)s->n + 1) * sizeof *s->sum);
  return true;
}

/* Which sum begins on a day; UINT32_MAX: none does. */
static inline uint32_t step_of(const Steps *s, Day d) {
  size_t at = (size_t)((int64_t)d - s->first);
  uint32_t k = at < s->room->nplace ? s->room->place[at] : 0;
  return k && k <= s->n && s->days[k - 1] == d ? k : UINT32_MAX;
}

/* Brings a figure and the sums so far to one power of ten. */
static bool step_scale(Steps *s, Value *v) {
  if (s->head.tag == V_NONE) s->head = *v;
  if (v->unit != s->head.unit) return false;
  if (v->e > s->head.e) return ten_times(&v->i, v->e - s->head.e);
  for (uint32_t k = 0; v->e < s->head.e && k <= s->n; k++)
    if (!ten_times(&s->sum[k], s->head.e - v->e)) return false;
  if (v->e < s->head.e) s->head.e = v->e;
  return true;
}

static inline bool step_put(Steps *s, DayRun win, Value v) {
  int64_t *sum = s->sum;
  uint32_t from = win.from <= DAY_MIN ? 0 : step_of(s, win.from), until = win.until == DAY_OPEN ? 0 : step_of(s, win.until);
  if (v.tag != V_DEC || v.i < 0 || from == UINT32_MAX || until == UINT32_MAX || win.from >= win.until) return false;
  if (value_head(v) != value_head(s->head) && !step_scale(s, &v)) return false;
  return !__builtin_add_overflow(sum[from], v.i, &sum[from]) && (win.until == DAY_OPEN || !__builtin_sub_overflow(sum[until], v.i, &sum[until]));
}

/* who: a country, or WHO_JOINT for all together. False when a promise is not plain. */
static bool steps_make(Steps *s, uint32_t r, uint32_t who) {
  const World *w = s->w;
  const PromiseCols *p = &w->promises;
  const uint8_t *act = p->act.at, *flags = p->flags.at;
  const uint32_t *subject = p->who.at;
  if (w->inner->control_start[r] != w->inner->control_start[r + 1]) return false;
  s->res = r;
  s->at = 0;
  s->head = value_none();
  if (!steps_days(s)) return false;
  for (uint32_t i = p->start[r], end = p->start[r + 1]; i < end; i++) {
    if (act[i] != ACT_SUPPLY || !(flags[i] & ROW_BINDS)) continue;
    if (!(flags[i] & ROW_PLAIN)) {
      if (row_amended(w, i)) continue;
      return false;
    }
    if ((who != WHO_JOINT && subject[i] != who) || bits_has(s->x->absent, subject[i])) continue;
    if (!step_put(s, p->win.at[i], p->value.at[i])) return false;
  }
  int64_t *sum = s->sum;
  bool bad = false;
  for (uint32_t k = 1; k <= s->n; k++) bad |= __builtin_add_overflow(sum[k], sum[k - 1], &sum[k]);
  return !bad;
}

/* Days come in runs that rise, most often. What is promised on d is so from *from to before *until. */
static int64_t steps_on(Steps *s, Day d, Day *from, Day *until) {
  if (s->at && d < s->days[s->at - 1]) {
    uint32_t lo = 0, hi = s->at;
    while (lo < hi) {
      uint32_t mid = lo + (hi - lo) / 2;
      if (s->days[mid] <= d) lo = mid + 1;
      else hi = mid;
    }
    s->at = lo;
  }
  while (s->at < s->n && s->days[s->at] <= d) s->at++;
  *from = s->at ? s->days[s->at - 1] : DAY_MIN;
  *until = s->at < s->n ? s->days[s->at] : DAY_OPEN;
  return s->sum[s->at];
}

/* Another resource or country: its figures are brought to those before. Where nothing is promised, all are 0. */
static bool steps_turn(Steps *s, const RowsAsked *q, uint32_t row, uint32_t r, uint32_t who, Figures *f, int64_t *by) {
  *by = 1;
  if (r >= s->w->nresource || !steps_make(s, r, who)) return false;
  if (s->head.tag == V_NONE && who != WHO_JOINT) s->head = unit_zero(s->w, r);
  return s->head.tag == V_NONE || (s->head.unit != UNIT_ANY && figures_align(q, f, row, s->head, by));
}

/* The rows from `row` on that ask about the same. Returns the first that does not, or, when something is wrong, 0. */
static uint32_t steps_rows(Steps *s, const Ctx *x, const RowsAsked *q, uint32_t row, int64_t by, Figures *f) {
  const Ent *res = q->res.at, r = res[row * q->res.step], *who = q->who.at, c = who ? who[row * q->who.step] : 0;
  Day from = DAY_OPEN, until = DAY_OPEN;
  int64_t now = 0;
  for (; row < q->n; row++) {
    if (!asked(q, row)) continue;
    if (res[row * q->res.step] != r || (who && who[row * q->who.step] != c)) break;
    Day d = asked_day(q, x, row);
    if (d < from || d >= until) {
      if (!is_day(d) || __builtin_mul_overflow(steps_on(s, d, &from, &until), by, &now)) return 0;
      f->zeros = f->zeros || (!who && !now);
    }
    f->num[row] = now;
  }
  return row;
}

bool world_committed_rows(World *w, Ctx *x, const RowsAsked *q, Figures *f) {
  Steps s = {.w = w, .x = x, .room = &w->inner->steps};
  bool ok = plain_world(x);
  *f = (Figures){.num = f->num};
  for (uint32_t i = 0; ok && i < q->n;) {
    int64_t by;
    if (!asked(q, i)) { i++; continue; }
    uint32_t who = q->who.at ? ent_index(q->who.at[i * q->who.step]) : WHO_JOINT;
    ok = steps_turn(&s, q, i, asked_res(q, i), who, f, &by) && (i = steps_rows(&s, x, q, i, by, f));
  }
  return ok;
}

/* ---- what is needed ---- */

/* Clauses whose making takes of it at a rate are no concern of this: they are asked about one by one. */
static bool need_stated_only(const World *w, uint32_t r) {
  const RequireCols *q = &w->requires;
  for (uint32_t i = q->used_start[r]; i < q->used_start[r + 1]; i++)
    if (q->rate.at[q->used_row[i]].tag != V_NONE) return false;
  return !w->depend.res[r].loose_facts;
}

/* The days around d on which the same facts hold, of the picture that was just taken. */
static void picture_days(const World *w, int kind, uint32_t r, Day *from, Day *until) {
  const SupplyCols *s = cols_of(w, kind);
  const Picture *p = s->start[r] == s->start[r + 1] ? NULL : w->inner->pics[kind][r];
  *from = p ? p->from : DAY_MIN;
  *until = p ? p->until : DAY_OPEN;
}

static Value need_on(World *w, Ctx *x, uint32_t r, Day d) {
  Value sum = value_none();
  Picture *p = picture_take(w, FACTS_DEMAND, r, d);
  for (uint32_t i = 0; p && i < p->n; i++) {
    uint32_t who = p->at[i].who;
    if (who < w->ncountry && (bits_has(x->absent, who) || !bits_has(x->parties, who))) continue;
    Value v = held_value(w, x, FACTS_DEMAND, p->at[i], r);
    sum = sum.tag == V_NONE ? v : figure_add(w, sum, v);
  }
  picture_give(w, p);
  return sum.tag == V_NONE ? unit_zero(w, r) : sum;
}

/* The rows from `row` on for which what is needed is the same. */
static uint32_t need_rows(const World *w, const Ctx *x, const RowsAsked *q, uint32_t row, Figures *f) {
  const Ent *res = q->res.at, r = res[row * q->res.step];
  int64_t now = f->num[row];
  Day from, until;
  picture_days(w, FACTS_DEMAND, ent_index(r), &from, &until);
  for (; row < q->n; row++) {
    if (!asked(q, row)) continue;
    Day d = asked_day(q, x, row);
    if (res[row * q->res.step] != r || d < from || d >= until) break;
    f->num[row] = now;
  }
  return row;
}

bool world_needed_rows(World *w, Ctx *x, const RowsAsked *q, Figures *f) {
  *f = (Figures){.num = f->num};
  if (!plain_world(x)) return false;
  for (uint32_t i = 0; i < q->n;) {
    if (!asked(q, i)) { i++; continue; }
    uint32_t r = asked_res(q, i);
    Day d = asked_day(q, x, i);
    if (r >= w->nresource || !is_day(d) || !need_stated_only(w, r)) return false;
    Value v = need_on(w, x, r, d);
    bool ok = v.tag == V_DEC && v.unit != UNIT_ANY && figures_put(q, f, i, v);
    value_drop(w->mem, v);
    if (!ok) return false;
    i = need_rows(w, x, q, i, f);
  }
  return true;
}

/* ---- shares and producers ---- */

/* The rows of one resource follow each other, and so do the countries in them, most often. */
static uint32_t held_find(const Picture *p, uint32_t who, uint32_t hint) {
  uint32_t lo = 0, hi = p->n;
  for (uint32_t i = hint; i < p->n && i < hint + 2; i++)
    if (p->at[i].who == who) return i;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (p->at[mid].who < who) lo = mid + 1;
    else hi = mid;
  }
  return lo < p->n && p->at[lo].who == who ? lo : UINT32_MAX;
}

/* Whether the shares that are stated leave nothing to those whom no fact names. */
static bool all_shared(const World *w, const Picture *p, uint32_t r) {
  enum { PLACES = 12 };
  int64_t sum = 0, whole = 1000000000000;   /* 10 to the PLACES */
  for (uint32_t i = 0; i < p->n; i++) {
    Value v = w->supply.value.at[p->at[i].row];
    if (p->at[i].undated || v.tag != V_DEC || v.e < -PLACES || !is_share(w, v, r) || p->at[i].who == WHO_REST || !ten_times(&v.i, v.e + PLACES) || __builtin_add_overflow(sum, v.i, &sum)) return false;
  }
  return sum >= whole;
}

static Value share_of(World *w, Ctx *x, const Picture *p, uint32_t c, uint32_t r, uint32_t *hint) {
  uint32_t k = held_find(p, c, *hint);
  if (k == UINT32_MAX && all_shared(w, p, r)) return value_int(0);
  if (k == UINT32_MAX || p->at[k].undated) return world_share(w, x, c, r);
  *hint = k;
  Value v = w->supply.value.at[p->at[k].row];
  return v.tag == V_DEC && is_share(w, v, r) ? v : world_share(w, x, c, r);
}

/* A picture is of the day at hand. */
bool world_share_rows(World *w, Ctx *x, const RowsAsked *q, Figures *f) {
  Picture *p = NULL;
  uint32_t at = UINT32_MAX, hint = 0;
  bool ok = true;
  *f = (Figures){.num = f->num};
  for (uint32_t i = 0; ok && i < q->n; i++) {
    if (!asked(q, i)) continue;
    uint32_t r = asked_res(q, i), c = ent_index(q->who.at[i * q->who.step]);
    if (r != at) {
      picture_give(w, p);
      p = r < w->nresource && !w->depend.res[r].loose_facts ? picture_take(w, FACTS_SUPPLY, r, x->day) : NULL;
      at = r;
      hint = 0;
    }
    if (!p && !bits_has(x->absent, c)) { ok = false; break; }
    Value v = bits_has(x->absent, c) ? value_int(0) : share_of(w, x, p, c, r, &hint);
    ok = v.tag == V_DEC && figures_put(q, f, i, v);
    value_drop(w->mem, v);
  }
  picture_give(w, p);
  return ok;
}

static inline bool member_put(World *w, Members *to, uint32_t kind, uint32_t index) {
  if (to->len == to->cap && !vec_room(w->mem, to)) return false;
  to->at[to->len++] = value_ent(ent_make(kind, index));
  return true;
}

static bool producers_put(World *w, Ctx *x, uint32_t r, Members *to) {
  Picture *p = loose(w, r) ? NULL : picture_take(w, FACTS_SUPPLY, r, x->day);
  bool ok = p && !p->vague;
  for (uint32_t i = 0; ok && i < p->n; i++) {
    uint32_t who = p->at[i].who;
    if (who >= w->ncountry || bits_has(x->absent, who) || fig_exactly_zero(w->supply.value.at[p->at[i].row])) continue;
    ok = !p->at[i].undated && member_put(w, to, K_COUNTRY, who);
  }
  picture_give(w, p);
  return ok;
}

static bool edges_put(World *w, Ctx *x, uint32_t r, bool used, Members *to) {
  EdgeWalk e = edges_walk(w, r, used, x->day);
  while (edge_next(&e)) {
    if (used && program_entity(w->p, ent_make(K_RESOURCE, e.other[e.found]))->idle) continue;
    if (e.undated || !member_put(w, to, K_RESOURCE, e.other[e.found])) return false;
  }
  return true;
}

static bool suppliers_put(World *w, Ctx *x, uint32_t r, Day lo, Day hi, uint64_t *seen, Members *to) {
  uint32_t words = w->inner->cwords;
  memset(seen, 0, words * sizeof *seen);
  if (lo > hi || !suppliers_seen(w, x, r, lo, hi, seen)) return false;
  for (uint32_t c = bits_next(seen, words, 0); c != UINT32_MAX; c = bits_next(seen, words, c + 1))
    if (!member_put(w, to, K_COUNTRY, c)) return false;
  return true;
}

bool world_members_rows(World *w, Ctx *x, MemberKind kind, const RowsAsked *q, Day lo, Day hi, uint32_t *end, Members *to) {
  uint64_t few[16], *seen = few;
  uint32_t words = w->inner->cwords;
  bool ok = words <= 16 || (seen = mem_get(w->mem, words * sizeof *seen)) != NULL;
  for (uint32_t i = 0; ok && i < q->n; i++) {
    if (asked(q, i)) {
      uint32_t r = asked_res(q, i);
      if (r >= w->nresource) ok = false;
      else if (kind == MEMBERS_PRODUCERS) ok = producers_put(w, x, r, to);
      else if (kind == MEMBERS_SUPPLIERS) ok = suppliers_put(w, x, r, lo, hi, seen, to);
      else ok = edges_put(w, x, r, kind == MEMBERS_USES, to);
    }
    end[i] = to->len;
  }
  if (seen && seen != few) mem_free(w->mem, seen, words * sizeof *seen);
  return ok;
}

const Day *world_days(const World *w, uint32_t r, int kind, uint32_t *n) {
  const DependOf *f = &w->depend.res[r];
  *n = f->ndays[kind];
  return w->depend.days.at + f->first[kind];
}
