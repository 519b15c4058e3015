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

/* Folds what a function says of a layer over the days, from each on which something that it rests on changes to the next. */
static Value over_days(Vm *vm, const View *v, uint32_t func, uint32_t layer, Day first, Day last, bool max) {
  Value all = {0};
  for (Day d = first; d <= last && !vm->failed;) {
    Ctx *x = world_ctx(vm->w, v, d);
    if (!x) break;
    vm->dep = dep_nothing;
    fold(vm, &all, ask(vm, func, layer, x), max);
    if (vm->dep.hi >= last) break;
    d = vm->dep.hi < d ? d + 1 : vm->dep.hi + 1;
  }
  return all;
}

static void cell_fill(Vm *vm, const View *v, const Asked *q, uint32_t layer, Day first, Day last, Cell *cell) {
  Value rank = over_days(vm, v, q->rank, layer, first, last, false), count = over_days(vm, v, q->count, layer, first, last, false);
  Ctx *x = world_ctx(vm->w, v, first);
  Value m = x ? ask(vm, q->members, layer, x) : value_int(0);
  if (m.tag == V_SET) cell->resources = m.obj->len;
  cell->status = status_of(vm, rank);
  cell->covered = (uint32_t)small(vm, count);
  value_drop(vm->mem, m);
  value_drop(vm->mem, rank);
  value_drop(vm->mem, count);
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

static Asked asked(const Program *p) {
  return (Asked){library_func(p, "rank"), library_func(p, "covered_count"), library_func(p, "members"), library_func(p, "exposure")};
}

/* The days of the matrix. */
static DaySpan days_of(const Report *r) { return r->as_of == DAY_NONE ? r->term : (DaySpan){r->as_of, r->as_of}; }

uint32_t matrix_begin(Vm *vm, Report *r) {
  Program *p = vm->p;
  Asked q = asked(p);
  Matrix *m = &r->matrix;
  Day first = r->term.first;
  if (m->present) return m->nrow * (m->nyear + 1);
  m->nrow = p->kinds.at[K_LAYER].list.len;
  if (q.rank == UINT32_MAX || q.count == UINT32_MAX || q.members == UINT32_MAX || q.exposure == UINT32_MAX || !m->nrow || first == DAY_NONE || first == DAY_MIN) return 0;
  DaySpan days = days_of(r);
  int y0, y1, mo, d;
  date_split(days.first, &y0, &mo, &d);
  if (days.last == DAY_OPEN) y1 = y0 + 9;
  else date_split(days.last, &y1, &mo, &d);
  if (y1 > y0 + YEARS_MAX) y1 = y0 + YEARS_MAX;
  m->nyear = (uint32_t)(y1 - y0 + 1);
  m->year = arena_get(&r->arena, m->nyear * sizeof *m->year);
  m->row = arena_zero(&r->arena, m->nrow * sizeof *m->row);
  if (!m->year || !m->row) return 0;
  for (uint32_t i = 0; i < m->nyear; i++) m->year[i] = y0 + (int)i;
  for (uint32_t l = 0; l < m->nrow; l++) {
    const Entity *e = program_entity(p, ent_make(K_LAYER, l));
    m->row[l] = (MatrixRow){.layer = sym_text(p, e->id), .name = e->name, .cell = arena_zero(&r->arena, m->nyear * sizeof *m->row[l].cell)};
    if (!m->row[l].cell) return 0;
  }
  m->present = true;
  return m->nrow * (m->nyear + 1);
}

/* A layer's years, and then its exposure. */
void matrix_part(Vm *vm, const View *v, Report *r, uint32_t part) {
  Asked q = asked(vm->p);
  DaySpan days = days_of(r);
  uint32_t l = part / (r->matrix.nyear + 1), i = part % (r->matrix.nyear + 1);
  MatrixRow *row = &r->matrix.row[l];
  if (i < r->matrix.nyear) {
    Day a = year_day(r->matrix.year[i], false), b = year_day(r->matrix.year[i], true);
    cell_fill(vm, v, &q, l, a < days.first ? days.first : a, b > days.last ? days.last : b, &row->cell[i]);
    return;
  }
  Value exposure = over_days(vm, v, q.exposure, l, days.first, days.last, true);
  row->exposure = exposure_text(vm, r, exposure);
  value_drop(vm->mem, exposure);
}

bool answer_matrix(Vm *vm, const View *v, Report *r) {
  uint32_t parts = matrix_begin(vm, r);
  for (uint32_t i = 0; i < parts && !vm->failed; i++) matrix_part(vm, v, r, i);
  return !vm->failed;
}

/* ---- several at work ---- */

/* What goes over the whole term comes first; then year by year, so that layers ask about the same days one after another. */
uint32_t matrix_nth(const Report *r, uint32_t i) {
  uint32_t rows = r->matrix.nrow, years = r->matrix.nyear;
  uint32_t row = i % rows, column = i < rows ? years : i / rows - 1;
  return row * (years + 1) + column;
}

void matrix_put(const Report *r, uint32_t part, Buf *to) {
  const MatrixRow *row = &r->matrix.row[part / (r->matrix.nyear + 1)];
  uint32_t i = part % (r->matrix.nyear + 1);
  if (i < r->matrix.nyear) parcel_put(to, &row->cell[i], sizeof row->cell[i]);
  else parcel_put_text(to, row->exposure);
}

void matrix_take(Report *r, uint32_t part, Parcel *in) {
  MatrixRow *row = &r->matrix.row[part / (r->matrix.nyear + 1)];
  uint32_t i = part % (r->matrix.nyear + 1);
  if (i < r->matrix.nyear) parcel_get(in, &row->cell[i], sizeof row->cell[i]);
  else {
    const char *text = parcel_get_text(in);
    row->exposure = text ? arena_copy(&r->arena, text, strlen(text)) : NULL;
    in->bad = in->bad || !row->exposure;
  }
}
