#include "base/bits.h"
#include "check/checker.h"
#include <string.h>

/* What is in scope, for those who offer names. */

bool program_bind(Program *p, uint16_t module, const char *name, size_t len, Bind *out) {
  Checker c;
  checker_init(&c, p);
  Sym s = intern_find(p->unit->names, name, len);
  if ((!s && !memchr(name, '.', len)) || !name_find(&c, module, intern_put(p->unit->names, name, len), out)) return false;
  funcs_ready(&c);
  checker_end(&c);
  return out->kind != BIND_BAD;
}

Sym bind_name(const Program *p, const Bind *b) {
  switch ((BindKind)b->kind) {
    case BIND_ENTITY: return program_entity(p, b->index)->id;
    case BIND_FUNC: return p->funcs.at[b->index].name;
    case BIND_TABLE: return p->tables.at[b->index].name;
    case BIND_KIND: return p->kinds.at[b->index].word;
    case BIND_BAD: break;
  }
  return 0;
}

/* Notes a module and those that it uses under no other name. */
static void reach(const Program *p, uint16_t module, uint64_t *seen, int depth) {
  if (bits_has(seen, module) || depth > 64) return;
  bits_set(seen, module);
  const Module *m = &p->modules.at[module];
  for (uint32_t i = 0; i < m->uses.len; i++)
    if (!m->uses.at[i].prefix) reach(p, m->uses.at[i].module, seen, depth + 1);
}

static bool seen_in(const Program *p, const Bind *b, Sym name, const uint64_t *seen) {
  uint64_t at;
  switch ((BindKind)b->kind) {
    case BIND_ENTITY: return bits_has(seen, program_entity(p, b->index)->module);
    case BIND_FUNC: return bits_has(seen, p->funcs.at[b->index].module);
    case BIND_TABLE: return bits_has(seen, p->tables.at[b->index].module);
    case BIND_KIND:
      for (uint32_t m = 0; m < p->modules.len; m++)
        if (bits_has(seen, m) && map_get(&p->modules.at[m].names, name, &at)) return true;
      return false;
    case BIND_BAD: break;
  }
  return false;
}

void program_names(Program *p, uint16_t module, Sym prefix, void (*each)(void *data, Sym name, const Bind *b), void *data) {
  Checker c;
  checker_init(&c, p);
  size_t words = bits_words(p->modules.len) + 1;
  uint64_t *seen = mem_zero(p->mem, words * sizeof *seen);
  const Module *m = &p->modules.at[module];
  if (seen && !prefix) reach(p, module, seen, 0);
  for (uint32_t i = 0; seen && prefix && i < m->uses.len; i++)
    if (m->uses.at[i].prefix == prefix) reach(p, m->uses.at[i].module, seen, 0);
  for (uint32_t i = 0; seen && i < p->binds.len; i++) {
    const Bind *b = &p->binds.at[i];
    Sym name = bind_name(p, b);
    if (name && seen_in(p, b, name, seen)) {
      funcs_open(&c, *b);
      funcs_ready(&c);
      each(data, name, b);
    }
  }
  checker_end(&c);
  mem_free(p->mem, seen, words * sizeof *seen);
}
