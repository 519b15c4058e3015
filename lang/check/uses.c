#include "check/checker.h"
#include <string.h>

/* Which `use`s are of use. One is where a name, a unit or an element of a set that the file mentions comes from its
 * module, or from one that its module uses in turn. */

static bool reaches(const Program *p, uint16_t from, uint16_t to, int depth) {
  if (from == to) return true;
  const Module *m = &p->modules.at[from];
  for (uint32_t i = 0; i < m->uses.len && depth < 16; i++)
    if (m->uses.at[i].module < from && reaches(p, m->uses.at[i].module, to, depth + 1)) return true;  /* what is used is loaded first */
  return false;
}

void use_mark(Program *p, uint16_t module, uint16_t from) {
  Module *m = &p->modules.at[module];
  if (m->library || module == from) return;
  for (uint32_t i = 0; i < m->uses.len; i++)
    if (!m->uses.at[i].used) m->uses.at[i].used = reaches(p, m->uses.at[i].module, from, 0);
}

void use_mark_kind(Checker *c, uint32_t kind) {
  const Kind *k = &c->p->kinds.at[kind];
  for (uint32_t i = 0; kind == K_CLAUSE && i < c->p->clause_runs.len; i++) use_mark(c->p, c->module, c->p->clause_runs.at[i].module);
  for (uint32_t i = 0; i < k->list.len; i++)
    if (!i || k->list.at[i].module != k->list.at[i - 1].module) use_mark(c->p, c->module, k->list.at[i].module);
}

void use_mark_unit(Checker *c, UnitId unit) {
  const UnitInfo *u = &c->p->units.units.at[unit];
  uint32_t mark = (uint32_t)c->module << 16 | unit;
  if (mark == c->marked) return;
  c->marked = mark;
  for (uint8_t t = 0; t < u->n; t++) {
    Span at = c->p->units.atoms.at[u->term[t].atom].span;
    for (uint32_t i = 0; i < c->p->modules.len; i++) {
      const Source *s = c->p->modules.at[i].source;
      if (at.hi && at.lo >= s->base && at.lo < s->base + s->len) use_mark(c->p, c->module, (uint16_t)i);
    }
  }
}

/* ---- what of the library is idle ---- */

static bool input_wake(Program *p, const Node *input) {
  Entity *e = program_entity(p, input->ref);
  bool news = e->idle;
  e->idle = false;
  return news;
}

/* What making a resource takes, by one declaration of the library: whether any of it was idle. */
static bool inputs_wake(Program *p, const Node *n) {
  bool news = false;
  if (n->kind == N_REQUIRES && !program_entity(p, n->kid[0]->ref)->idle)
    for (const Node *e = list_first(n->kid[2]); e; e = e->next) news = input_wake(p, e->kid[0]) || news;
  if (n->kind != N_ENTITY || n->op != K_RESOURCE || program_entity(p, n->ref)->idle) return news;
  for (const Node *f = list_first(n->kid[2]); f; f = f->next)
    if (!strcmp(sym_text(p, f->sym), "requires"))
      for (const Node *e = list_first(f->kid[0]->kid[0]); e; e = e->next) news = input_wake(p, e->kind == N_PAIR ? e->kid[0] : e) || news;
  return news;
}

void program_settle(Program *p, bool last) {
  for (bool news = p->idlers && !p->unit->diags->errors; news;) {
    news = false;
    for (uint32_t i = 0; i < p->facts.len; i++)
      if (p->modules.at[p->facts.at[i].module].library) news = inputs_wake(p, p->facts.at[i].node) || news;
  }
  p->settled = last;
}

/* ---- uses that bring nothing ---- */

/* Whether a module only gives names, so that a file that mentions none of them could do without it. Facts, agreements,
 * resources and the like count by being there, and so do the layers and their coverage, which the report shows. */
static bool only_names(const Program *p, uint16_t module, int depth) {
  const Module *m = &p->modules.at[module];
  const char *name = sym_text(p, m->name);
  if (m->library && (!strcmp(name, "std.coverage") || !strcmp(name, "std.stack"))) return false;
  for (const Node *n = list_first(m->file->kid[0]); n; n = n->next) {
    bool entity = n->kind == N_ENTITY && (n->op == K_COUNTRY || n->op == K_SOURCE);
    if (!entity && n->kind != N_USE && n->kind != N_LET && n->kind != N_FN && n->kind != N_EXTERN && n->kind != N_RULE && n->kind != N_UNIT_DECL && n->kind != N_KIND && n->kind != N_GROUP) return false;
  }
  for (uint32_t i = 0; i < m->uses.len && depth < 16; i++)
    if (m->uses.at[i].module < module && !only_names(p, m->uses.at[i].module, depth + 1)) return false;
  return true;
}

void uses_report(Checker *c) {
  Program *p = c->p;
  for (uint32_t i = 0; i < p->modules.len && !c->d->errors; i++) {  /* what is wrong may be what would have used it */
    const Module *m = &p->modules.at[i];
    for (uint32_t k = 0; k < m->uses.len && !m->library; k++) {
      if (m->uses.at[k].used || !only_names(p, m->uses.at[k].module, 0)) continue;
      Diag *x = diag_add(c->d, DIAG_W0602, m->uses.at[k].span, "nothing that this brings is used here");
      diag_help(c->d, x, "take the line out");
    }
  }
}
