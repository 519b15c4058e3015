#include "vm/country_names.h"
#include "vm/vm.h"
#include <string.h>

/* What a country is called in a language. */

static char folded(char c) { return c == '-' ? '_' : c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* Whether the first n letters of a language as asked are those of one that is there, or of the part before its region. */
static bool same_language(const char *asked, size_t n, const char *there) {
  for (size_t i = 0; i < n; i++)
    if (!there[i] || folded(asked[i]) != folded(there[i])) return false;
  return !there[n] || there[n] == '_';
}

/* The language itself; else that without its region, fr of fr_CA; else the first with a region, zh_CN of zh. */
static unsigned language_find(const char *asked, size_t len) {
  size_t base = 0;
  while (base < len && asked[base] != '_' && asked[base] != '-') base++;
  unsigned l = 0;
  for (; l < ent_name_languages; l++)
    if (strlen(ent_name_language[l]) == len && same_language(asked, len, ent_name_language[l])) return l;
  for (l = 0; base && l < ent_name_languages; l++)
    if (same_language(asked, base, ent_name_language[l])) return l;
  return ent_name_languages;
}

static unsigned country_find(const char *id) {
  unsigned lo = 0, hi = ent_name_countries;
  while (lo < hi) {
    unsigned mid = lo + (hi - lo) / 2;
    if (strcmp(ent_name_country[mid], id) < 0) lo = mid + 1;
    else hi = mid;
  }
  return lo < ent_name_countries && !strcmp(ent_name_country[lo], id) ? lo : ent_name_countries;
}

static Value no_language(Vm *vm, Value asked) {
  Buf all;
  buf_init(&all, vm->mem);
  for (unsigned l = 0; l < ent_name_languages; l++) buf_fmt(&all, "%s%s", l ? ", " : "there are ", ent_name_language[l]);
  if (!all.len) buf_str(&all, "this program was built without them");
  vm_fail(vm, DIAG_E0404, "there are no names of countries in the language '%.*s'", (int)value_len(asked), value_str(&asked));
  vm->error.help = arena_copy(&vm->w->arena, buf_text(&all), all.len);
  buf_end(&all);
  return value_int(0);
}

Value vm_name_in(Vm *vm, Value country, Value language) {
  unsigned l = language_find(value_str(&language), value_len(language)), c = country_find(sym_text(vm->p, program_entity(vm->p, country.aux)->id));
  if (l == ent_name_languages) return no_language(vm, language);
  unsigned at = c < ent_name_countries ? ent_name_at[l * ent_name_countries + c] : 0;
  const char *name = (const char *)ent_name_text + at;
  if (!at) return value_unknown(&vm->rt, world_cause(vm->w, CAUSE_KEY, 0, 0, vm_place(vm)));
  return value_text(&vm->rt, name, strlen(name));
}
