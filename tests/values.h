#ifndef TESTS_VALUES_H
#define TESTS_VALUES_H
#include "tap.h"
#include "world/value.h"

/* A program without a text, in which units can be declared and values made; and numbers by chance, the same in each run. */

static Mem mem;
static Intern names;
static Sources sources;
static Diags diags;
static Unit unit;
static Program program;
static Rt rt;
static uint64_t state = 0x9e3779b97f4a7c15ull;

static inline uint64_t roll(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state * 0x2545f4914f6cdd1dull;
}
static inline int between(int lo, int hi) { return lo + (int)((roll() >> 11) % (uint64_t)(hi - lo + 1)); }

static inline Sym sym(const char *text) { return intern_put(&names, text, strlen(text)); }

static inline UnitId unit_of(const char *text) {
  Sym bad;
  return unit_parse(&program.units, sym(text), &bad);
}

/* of: UNIT_NONE for a base unit */
static inline UnitId declare(const char *name, Num factor, UnitId of) {
  Span none = {0, 0};
  return of == UNIT_NONE ? unit_declare(&program.units, sym(name), name, none) : unit_declare_as(&program.units, sym(name), name, none, factor, of);
}

/* In memory that is there already. */
static inline void values_make(void) {
  intern_init(&names, &mem, 1);
  sources_init(&sources, &mem);
  diags_init(&diags, &mem);
  unit_init(&unit, &mem, &names, &sources, &diags);
  program_init(&program, &mem, &unit);
  rt = (Rt){&mem, &program.units, &program, NULL};
}

static inline void values_begin(void) {
  mem_init(&mem, 0);
  values_make();
}

static inline void values_drop(void) {
  program_end(&program);
  unit_end(&unit);
  diags_end(&diags);
  sources_end(&sources);
  intern_end(&names);
}

static inline void values_end(void) {
  values_drop();
  is_int((int64_t)mem.used, 0, "nothing is left in use");
  mem_end(&mem);
}

#endif
