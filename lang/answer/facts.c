#include "answer/answer.h"
#include <stdio.h>
#include <string.h>

/* The words of facts: what a finding rests on, and what is missing. */

const char *report_format(Report *r, const char *fmt, ...) {
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, again);
  va_end(again);
  char *s = n < 0 ? NULL : arena_get(&r->arena, (size_t)n + 1);
  if (s) vsnprintf(s, (size_t)n + 1, fmt, ap);
  va_end(ap);
  return s ? s : "";
}

static const char *buf_kept(Report *r, Buf *b) {
  const char *s = arena_copy(&r->arena, buf_text(b), b->len);
  buf_end(b);
  return s ? s : "";
}

const char *answer_text(Report *r, Rt *rt, Value v) {
  Buf b;
  buf_init(&b, r->mem);
  if (v.tag == V_ENT) buf_str(&b, program_entity(rt->program, v.aux)->name);
  else value_show(rt, v, &b);
  return buf_kept(r, &b);
}

/* A source as a citation: Title (Publisher, date). */
static const char *source_text(Vm *vm, Report *r, uint32_t source) {
  static const char *const fields[] = {"publisher", "date", "year"};
  Ent e = ent_make(K_SOURCE, source);
  Buf b;
  buf_init(&b, r->mem);
  buf_str(&b, program_entity(vm->p, e)->name);
  int n = 0;
  for (int i = 0; i < 3; i++) {
    uint32_t slot;
    Sym s = intern_find(vm->p->unit->names, fields[i], strlen(fields[i]));
    if (!s || !field_find(vm->p, K_SOURCE, s, &slot)) continue;
    Value v = vm_field(vm, value_ent(e), slot);
    if (v.tag != V_UNK && v.tag != V_NONE) {
      buf_str(&b, n++ ? ", " : " (");
      value_show(&vm->rt, v, &b);
    }
    value_drop(vm->mem, v);
  }
  if (n) buf_char(&b, ')');
  return buf_kept(r, &b);
}

static void cite_add(Vm *vm, Report *r, FactRef *f, const uint32_t *source, uint32_t n) {
  f->sources = arena_get(&r->arena, (n + 1) * sizeof *f->sources);
  for (uint32_t i = 0; f->sources && i < n; i++) f->sources[f->nsource++] = source_text(vm, r, source[i]);
}

static void rest_add(Vm *vm, Report *r, FactRef *x, Trace t) {
  uint32_t n = 0;
  Buf b;
  buf_init(&b, r->mem);
  world_trace_text(vm->w, t, &b);
  x->text = buf_kept(r, &b);
  x->span = world_trace_span(vm->w, t);
  const uint32_t *s = world_trace_sources(vm->w, t, &n);
  cite_add(vm, r, x, s, n);
}

/* Each fact once, however often it was read. */
void answer_rests(Vm *vm, Report *r, Finding *f) {
  World *w = vm->w;
  Map seen;
  f->rests = arena_zero(&r->arena, REST_SHOWN * sizeof *f->rests);
  if (!f->rests) return;
  map_init(&seen, vm->mem);
  trace_settle(w);
  for (uint32_t i = 0; i < w->trace.len; i++) {
    Trace t = w->trace.at[i];
    uint64_t *times = map_slot(&seen, (uint64_t)t.kind << 32 | t.row, 0);
    if (!times) break;
    if ((*times)++) continue;
    if (f->nrests == REST_SHOWN) f->more_rests++;
    else rest_add(vm, r, &f->rests[f->nrests++], t);
  }
  map_end(&seen);
}

void answer_missing(Vm *vm, Report *r, Finding *f, Value v) {
  const Causes *c = value_causes(v);
  if (!c) return;
  f->missing = arena_zero(&r->arena, (c->o.len + 1) * sizeof *f->missing);
  for (uint32_t i = 0; f->missing && i < c->o.len; i++) {
    Buf b;
    buf_init(&b, r->mem);
    world_cause_text(vm->w, c->at[i], &b);
    f->missing[f->nmissing].text = buf_kept(r, &b);
    f->missing[f->nmissing++].span = world_cause_span(vm->w, c->at[i]);
  }
  f->more_missing = c->more;
}

/* ---- what the engine finds by itself ---- */

enum { OWN_MAX = 256 };

static void own_finding(Vm *vm, Report *r, const OwnFinding *o) {
  Program *p = vm->p;
  const Entity *who = program_entity(p, ent_make(K_COUNTRY, o->country)), *what = program_entity(p, ent_make(K_RESOURCE, o->resource));
  Finding f = {.outcome = OUT_FAILS, .sev = SEV_WARN, .span = world_clause_span(vm->w, o->clause)};
  DiagCode code = o->kind == OWN_OVERPROMISE ? DIAG_W0701 : DIAG_W0702;
  f.code = diag_info(code)->code;
  f.title = diag_info(code)->title;
  if (o->kind == OWN_OVERPROMISE)
    f.message = report_format(r, "%s promises %s of %s, and its known capacity is %s", who->name, answer_text(r, &vm->rt, o->promised), what->name, answer_text(r, &vm->rt, o->capacity));
  else
    f.message = report_format(r, "%s shall not restrict %s, and its control '%s' does", who->name, what->name, program_entity(p, ent_make(K_CONTROL, o->control))->name);
  if (o->under != UINT32_MAX) f.message = report_format(r, "under %s: %s", sym_text(p, program_entity(p, o->under)->id), f.message);
  f.when = arena_get(&r->arena, sizeof *f.when);
  if (f.when) *f.when = (DaySpan){o->first, o->last}, f.nwhen = 1;
  f.rests = arena_zero(&r->arena, sizeof *f.rests);
  if (f.rests && o->kind == OWN_RESTRICTED) {
    const ControlFacts *c = &vm->w->controls.at[o->control];
    uint32_t n = 0;
    f.rests[0].text = report_format(r, "control '%s'", program_entity(p, ent_make(K_CONTROL, o->control))->name);
    f.rests[0].span = c->span;
    const uint32_t *s = world_trace_sources(vm->w, (Trace){TRACE_CONTROL, o->control}, &n);
    cite_add(vm, r, &f.rests[0], s, n);
    f.nrests = 1;
  }
  vec_push(r->mem, &r->findings, f);
}

void answer_own(Vm *vm, Report *r) {
  OwnFinding *o = mem_get(vm->mem, OWN_MAX * sizeof *o);
  if (!o) return;
  uint32_t n = world_own_findings(vm->w, o, OWN_MAX);
  if (n > OWN_MAX) n = OWN_MAX;
  for (uint32_t i = 0; i < n; i++) {
    bool today = r->as_of == DAY_NONE || (o[i].first <= r->as_of && r->as_of <= o[i].last);
    if (today) own_finding(vm, r, &o[i]);
    value_drop(vm->mem, o[i].promised);
    value_drop(vm->mem, o[i].capacity);
  }
  mem_free(vm->mem, o, OWN_MAX * sizeof *o);
}
