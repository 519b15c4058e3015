#include "answer/judge.h"
#include <string.h>

/* The coverage matrix: what std.coverage says of each layer in each year of the term. The engine only asks. */

const char *status_name(Status s) {
  static const char *const names[] = {"gap", "soft", "capable", "covered", "resilient", "undecided"};
  return names[s];
}

/* The function of std.coverage with that name whose parameter is a layer, or UINT32_MAX. */
static uint32_t library_func(const Program *p, const char *name) {
  Sym coverage = intern_find(p->unit->names, "std.coverage", 12), s = intern_find(p->unit->names, name, strlen(name));
  uint64_t b;
  for (uint32_t m = 0; m < p->modules.len; m++) {
    if (p->modules.at[m].name != coverage || !s || !map_get(&p->modules.at[m].names, s, &b)) continue;
    for (const Bind *x = &p->binds.at[b];; x = &p->binds.at[x->next]) {
      const Func *f = &p->funcs.at[x->index];
      if (x->kind == BIND_FUNC && f->nparam == 1 && f->param[0] == p->kinds.at[K_LAYER].type) return x->index;
      if (x->next < 0) break;
    }
  }
  return UINT32_MAX;
}

typedef struct Asked { uint32_t rank, count, members, exposure; } Asked;

static int64_t small(Vm *vm, Value v) {
  int64_t n = 0;
  if (value_is_exact(v)) num_to_i64(vm->mem, value_num(v), &n);
  return n;
}

static Value ask(Vm *vm, uint32_t func, uint32_t layer, Ctx *x) {
  Value a = value_ent(ent_make(K_LAYER, layer));
  return vm_run(vm, func, &a, 1, x);
}

/* *so_far becomes the lesser (or greater) of itself and v, which is taken over. V_NONE: nothing yet. */
static void fold(Vm *vm, Value *so_far, Value v, bool max) {
  Value r;
  if (so_far->tag == V_NONE) { *so_far = v; return; }
  if (so_far->tag == V_UNK || v.tag == V_UNK) r = value_unknown2(&vm->rt, *so_far, v);
  else if (fig_min(&vm->rt, *so_far, v, max, &r)) r = value_keep(*so_far);
  value_drop(vm->mem, *so_far);
  value_drop(vm->mem, v);
  *so_far = r;
}

static Status status_of(Vm *vm, Value rank) {
  return value_is_exact(rank) ? (Status)small(vm, rank) : ST_UNDECIDED;
}

static Day year_day(int year, bool last) { return last ? date_day(year, 12, 31) : date_day(year, 1, 1); }

/* What a function says of a layer, folded over the days. */
typedef struct Course { uint32_t func, layer; bool max; Day next /* to be asked about */; Value all; } Course;

/* Goes on to `last`, each from one day on which something that it rests on changes to the next. All go together, day by
 * day: what one has asked about a day is still at hand when another asks it. */
static void courses_run(Vm *vm, const View *v, Course *c, uint32_t n, Day last) {
  for (Day d = DAY_NONE, next; !vm->failed; d = next) {
    next = DAY_OPEN;
    for (uint32_t i = 0; i < n && !vm->failed; i++) {
      if (c[i].next <= d) {
        Ctx *x = world_ctx(vm->w, v, d);
        if (!x) return;
        vm->dep = dep_nothing;
        fold(vm, &c[i].all, ask(vm, c[i].func, c[i].layer, x), c[i].max);
        c[i].next = vm->dep.hi >= DAY_MAX ? DAY_OPEN : vm->dep.hi < d ? d + 1 : vm->dep.hi + 1;
      }
      if (c[i].next < next) next = c[i].next;
    }
    if (next > last || next == DAY_OPEN) return;
    world_ctx_trim(vm->w, NULL, 0);
  }
}

static const char *percent(Vm *vm, Report *r, Num share) {
  Num p = num_mul(vm->mem, share, num_int(100)), q = num_round(vm->mem, p, 1);
  Buf b;
  buf_init(&b, vm->mem);
  num_show(&b, q, 6, false);
  const char *s = report_format(r, "%s %%", buf_text(&b));
  buf_end(&b);
  num_drop(vm->mem, p);
  num_drop(vm->mem, q);
  return s;
}

static const char *exposure_text(Vm *vm, Report *r, Value e) {
  if (e.tag == V_NONE) return "-";
  if (e.tag == V_IVL && ((const Ivl *)e.obj)->has_lo && num_cmp(vm->mem, ((const Ivl *)e.obj)->lo, num_int(1)) >= 0) return "100 %";
  if (value_is_exact(e)) return percent(vm, r, value_num(e));
  if (e.tag != V_IVL) return "undecided";
  const Ivl *i = (const Ivl *)e.obj;
  bool whole = i->has_hi && num_cmp(vm->mem, i->hi, num_int(1)) >= 0;
  if (i->has_lo && num_sign(i->lo) > 0 && (!i->has_hi || whole)) return report_format(r, "at least %s", percent(vm, r, i->lo));
  if (i->has_lo && i->has_hi && !whole) return report_format(r, "%s to %s", percent(vm, r, i->lo), percent(vm, r, i->hi));
  return "undecided";
}

enum { YEARS_MAX = 100 };

/* The years in which any of the days from first to last lie; of an open end the first ten. */
static bool years_make(Report *r, Day first, Day last) {
  Matrix *m = &r->matrix;
  int y0, y1, mo, d;
  date_split(first, &y0, &mo, &d);
  if (last == DAY_OPEN) y1 = y0 + 9;
  else date_split(last, &y1, &mo, &d);
  if (y1 > y0 + YEARS_MAX) y1 = y0 + YEARS_MAX;
  m->nyear = (uint32_t)(y1 - y0 + 1);
  m->year = arena_get(&r->arena, m->nyear * sizeof *m->year);
  for (uint32_t i = 0; m->year && i < m->nyear; i++) m->year[i] = y0 + (int)i;
  return m->year != NULL;
}

static bool rows_make(const Program *p, Report *r) {
  Matrix *m = &r->matrix;
  m->nrow = p->kinds.at[K_LAYER].list.len;
  m->row = arena_zero(&r->arena, m->nrow * sizeof *m->row);
  for (uint32_t l = 0; m->row && l < m->nrow; l++) {
    const Entity *e = program_entity(p, ent_make(K_LAYER, l));
    m->row[l].layer = sym_text(p, e->id);
    m->row[l].name = e->name;
    m->row[l].cell = arena_zero(&r->arena, m->nyear * sizeof *m->row[l].cell);
    if (!m->row[l].cell) return false;
  }
  return m->row != NULL;
}

static Value course_end(Course *c) {
  Value all = c->all;
  c->all = (Value){0};
  return all;
}

/* The cells of one year, from what was found of its days. */
static void year_end(Vm *vm, const View *v, uint32_t members, Matrix *m, uint32_t year, Day first, Course *rank, Course *count) {
  Ctx *x = world_ctx(vm->w, v, first);
  for (uint32_t l = 0; l < m->nrow; l++) {
    Cell *cell = &m->row[l].cell[year];
    Value is = course_end(&rank[l]), n = course_end(&count[l]), of = x ? ask(vm, members, l, x) : value_int(0);
    if (of.tag == V_SET) cell->resources = of.obj->len;
    cell->status = status_of(vm, is);
    cell->covered = (uint32_t)small(vm, n);
    value_drop(vm->mem, of);
    value_drop(vm->mem, is);
    value_drop(vm->mem, n);
  }
}

/* In the order of Asked. */
static const char *const asks[] = {"rank", "covered_count", "members", "exposure"};

void answer_opens(Program *p) { program_open(p, "std.coverage", asks, sizeof asks / sizeof *asks); }

static Asked asked(const Program *p) {
  return (Asked){library_func(p, asks[0]), library_func(p, asks[1]), library_func(p, asks[2]), library_func(p, asks[3])};
}

/* The days of the matrix. */
static DaySpan days_of(const Report *r) { return r->as_of == DAY_NONE ? r->term : (DaySpan){r->as_of, r->as_of}; }

uint32_t matrix_begin(Vm *vm, Report *r) {
  const Program *p = vm->p;
  Asked q = asked(p);
  Matrix *m = &r->matrix;
  DaySpan days = days_of(r);
  bool none = q.rank == UINT32_MAX || q.count == UINT32_MAX || q.members == UINT32_MAX || q.exposure == UINT32_MAX || !p->kinds.at[K_LAYER].list.len;
  if (none || r->term.first == DAY_NONE || r->term.first == DAY_MIN) return 0;
  m->present = m->present || (years_make(r, days.first, days.last) && rows_make(p, r));
  return m->present ? m->nyear + 1 : 0;
}

static void exposure_begin(Course *c, const Asked *q, uint32_t layers, Day first) {
  for (uint32_t l = 0; l < layers; l++) c[l] = (Course){.func = q->exposure, .layer = l, .max = true, .next = first};
}

static void exposure_end(Vm *vm, Report *r, Course *c) {
  for (uint32_t l = 0; l < r->matrix.nrow; l++) {
    Value most = course_end(&c[l]);
    r->matrix.row[l].exposure = exposure_text(vm, r, most);
    value_drop(vm->mem, most);
  }
}

/* One year, with `also` more courses that are at the same days, which stand before its own. */
static void year_fill(Vm *vm, const View *v, const Asked *q, Report *r, uint32_t year, Course *c, uint32_t also) {
  Matrix *m = &r->matrix;
  DaySpan days = days_of(r);
  Course *rank = c + also, *count = rank + m->nrow;
  Day a = year_day(m->year[year], false), b = year_day(m->year[year], true), from = a < days.first ? days.first : a;
  for (uint32_t l = 0; l < m->nrow; l++) {
    rank[l] = (Course){.func = q->rank, .layer = l, .next = from};
    count[l] = (Course){.func = q->count, .layer = l, .next = from};
  }
  courses_run(vm, v, c, also + 2 * m->nrow, b > days.last ? days.last : b);
  year_end(vm, v, q->members, m, year, from, rank, count);
}

static Course *courses(Vm *vm, const Report *r) { return mem_get(vm->mem, 3 * (size_t)r->matrix.nrow * sizeof(Course)); }
static void courses_end(Vm *vm, const Report *r, Course *c) { mem_free(vm->mem, c, 3 * (size_t)r->matrix.nrow * sizeof *c); }

/* `run`: what may divide it, or NULL. */
static bool matrix_fill(Vm *vm, const View *v, Report *r, Run *run) {
  Asked q = asked(vm->p);
  uint32_t n = matrix_begin(vm, r) ? r->matrix.nrow : 0, year = 0;
  bool divided = false;
  Course *c = n ? courses(vm, r) : NULL;
  if (!c) return !n && !mem_failed(vm->mem);
  exposure_begin(c, &q, n, days_of(r).first);
  for (; year < r->matrix.nyear && !vm->failed && !divided; year += !divided) {
    divided = run && crew_pays(vm, run->began);
    if (!divided) year_fill(vm, v, &q, r, year, c, n);
  }
  if (!divided) {
    courses_run(vm, v, c, n, days_of(r).last);
    exposure_end(vm, r, c);
  }
  for (uint32_t l = 0; divided && l < n; l++) value_drop(vm->mem, c[l].all);
  courses_end(vm, r, c);
  return divided ? judge_shared(run, vm->k->checks.len, year) : !vm->failed;
}

bool answer_matrix(Vm *vm, const View *v, Report *r) { return matrix_fill(vm, v, r, NULL); }

bool judge_matrix(Run *run) {
  run->began = run->vm->steps;
  return matrix_fill(run->vm, world_base(run->vm->w), run->r, run);
}

/* ---- several at work ---- */

/* Its years, and, last, what goes over all of them. */
void matrix_part(Vm *vm, const View *v, Report *r, uint32_t part) {
  Asked q = asked(vm->p);
  Course *c = courses(vm, r);
  if (!c) return;
  if (part < r->matrix.nyear) year_fill(vm, v, &q, r, part, c, 0);
  else {
    exposure_begin(c, &q, r->matrix.nrow, days_of(r).first);
    courses_run(vm, v, c, r->matrix.nrow, days_of(r).last);
    exposure_end(vm, r, c);
  }
  courses_end(vm, r, c);
}

uint32_t matrix_nth(const Report *r, uint32_t i) { return i ? i - 1 : r->matrix.nyear; }

void matrix_put(const Report *r, uint32_t part, Buf *to) {
  for (uint32_t l = 0; l < r->matrix.nrow; l++) {
    const MatrixRow *row = &r->matrix.row[l];
    if (part < r->matrix.nyear) parcel_put(to, &row->cell[part], sizeof row->cell[part]);
    else parcel_put_text(to, row->exposure);
  }
}

void matrix_take(Report *r, uint32_t part, Parcel *in) {
  for (uint32_t l = 0; l < r->matrix.nrow; l++) {
    MatrixRow *row = &r->matrix.row[l];
    if (part < r->matrix.nyear) { parcel_get(in, &row->cell[part], sizeof row->cell[part]); continue; }
    row->exposure = text_take(r, in);
    in->bad = in->bad || !row->exposure;
  }
}
