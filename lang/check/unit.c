#include "check/unit.h"
#include <string.h>

static DimId dim_new(UnitTable *t, const Dim *d) {
  if (t->dims.len >= UNIT_MAX || !vec_push(t->mem, &t->dims, *d)) return DIM_ONE;
  return (DimId)(t->dims.len - 1);
}

static DimId dim_intern(UnitTable *t, const Dim *d) {
  for (uint32_t i = 0; i < t->dims.len; i++)
    if (t->dims.at[i].n == d->n && !memcmp(t->dims.at[i].term, d->term, (size_t)d->n * sizeof(UnitTerm))) return (DimId)i;
  return dim_new(t, d);
}

/* Adds base^exp to d, keeping the order; false when there is no room. */
static bool dim_add(Dim *d, uint16_t base, int exp) {
  uint8_t i = 0;
  while (i < d->n && d->term[i].atom < base) i++;
  if (i < d->n && d->term[i].atom == base) {
    exp += d->term[i].exp;
    if (exp > UNIT_EXP_MAX || exp < -UNIT_EXP_MAX) return false;
    d->term[i].exp = (int16_t)exp;
    if (!exp) memmove(d->term + i, d->term + i + 1, (size_t)(--d->n - i) * sizeof *d->term);
    return true;
  }
  if (!exp) return true;
  if (d->n == DIM_TERMS) return false;
  memmove(d->term + i + 1, d->term + i, (size_t)(d->n++ - i) * sizeof *d->term);
  d->term[i].atom = base;
  d->term[i].exp = (int16_t)exp;
  return true;
}

static bool dim_add_all(Dim *d, const Dim *from, int times) {
  for (uint8_t i = 0; i < from->n; i++)
    if (!dim_add(d, from->term[i].atom, from->term[i].exp * times)) return false;
  return true;
}

DimId dim_mul(UnitTable *t, DimId a, DimId b, int sign) {
  Dim d = t->dims.at[a], e = t->dims.at[b];
  return dim_add_all(&d, &e, sign) ? dim_intern(t, &d) : DIM_ONE;
}

static void power_text(Buf *out, const char *name, int exp) {
  buf_str(out, name);
  if (exp != 1) buf_fmt(out, "^%d", exp);
}

static void terms_text(const UnitTable *t, const UnitTerm *term, uint8_t n, Buf *out) {
  bool any = false;
  for (uint8_t i = 0; i < n; i++)
    if (term[i].exp > 0) {
      if (any) buf_char(out, '*');
      power_text(out, intern_text(t->names, t->atoms.at[term[i].atom].name), term[i].exp);
      any = true;
    }
  if (!any) buf_char(out, '1');
  for (uint8_t i = 0; i < n; i++)
    if (term[i].exp < 0) {
      buf_char(out, '/');
      power_text(out, intern_text(t->names, t->atoms.at[term[i].atom].name), -term[i].exp);
    }
}

void dim_text(const UnitTable *t, DimId d, Buf *out) {
  if (d == DIM_ONE) { buf_str(out, "a plain number"); return; }
  terms_text(t, t->dims.at[d].term, t->dims.at[d].n, out);
}

UnitId unit_with(const UnitTable *t, DimId d) {
  for (uint32_t u = 0; u < t->units.len; u++)
    if (u != UNIT_NONE && u != UNIT_ANY && t->units.at[u].dim == d) return (UnitId)u;
  return UNIT_NONE;
}

const char *unit_text(const UnitTable *t, UnitId u) { return u < t->units.len ? intern_text(t->names, t->units.at[u].text) : ""; }

static Num num_power(Mem *m, Num a, int exp) { return num_pow(m, a, exp); }

/* Takes over the factor. */
static UnitId unit_new(UnitTable *t, const UnitInfo *u) {
  if (t->units.len < UNIT_MAX && u->factor.form != NUM_BAD && vec_push(t->mem, &t->units, *u)) return (UnitId)(t->units.len - 1);
  num_drop(t->mem, u->factor);
  return UNIT_NONE;
}

static UnitId unit_intern(UnitTable *t, UnitInfo *u) {
  Buf b;
  buf_init(&b, t->mem);
  if (u->n) terms_text(t, u->term, u->n, &b);
  u->text = intern_put(t->names, buf_text(&b), b.len);
  buf_end(&b);
  for (uint32_t i = 0; i < t->units.len; i++)
    if (t->units.at[i].n == u->n && !memcmp(t->units.at[i].term, u->term, (size_t)u->n * sizeof(UnitTerm))) return (UnitId)i;
  Dim d = {0};
  Num factor = num_int(1);
  for (uint8_t i = 0; i < u->n; i++) {
    const UnitAtom *a = &t->atoms.at[u->term[i].atom];
    if (!dim_add_all(&d, &t->dims.at[a->dim], u->term[i].exp)) return UNIT_NONE;
    Num p = num_power(t->mem, a->factor, u->term[i].exp), f = num_mul(t->mem, factor, p);
    num_drop(t->mem, p);
    num_drop(t->mem, factor);
    factor = f;
  }
  u->dim = dim_intern(t, &d);
  u->factor = factor;
  return unit_new(t, u);
}

void units_init(UnitTable *t, Mem *mem, Intern *names) {
  memset(t, 0, sizeof *t);
  t->mem = mem;
  t->names = names;
  map_init(&t->by_atom, mem);
  map_init(&t->by_text, mem);
  map_init(&t->products, mem);
  map_init(&t->ratios, mem);
  Dim one = {0};
  UnitInfo number = {0};
  vec_push(mem, &t->dims, one);
  unit_intern(t, &number);
}

void units_end(UnitTable *t) {
  for (uint32_t i = 0; i < t->units.len; i++) num_drop(t->mem, t->units.at[i].factor);
  for (uint32_t i = 0; i < t->factors.len; i++) num_drop(t->mem, t->factors.at[i]);
  for (uint32_t i = 0; i < t->atoms.len; i++) num_drop(t->mem, t->atoms.at[i].factor);
  vec_end(t->mem, &t->atoms);
  vec_end(t->mem, &t->units);
  vec_end(t->mem, &t->dims);
  vec_end(t->mem, &t->factors);
  map_end(&t->by_atom);
  map_end(&t->by_text);
  map_end(&t->products);
  map_end(&t->ratios);
}

const UnitAtom *unit_atom(const UnitTable *t, Sym name) {
  uint64_t i;
  return map_get(&t->by_atom, name, &i) ? &t->atoms.at[i] : NULL;
}

static UnitId atom_add(UnitTable *t, Sym name, const char *title, Span span, DimId dim, Num factor) {
  uint16_t index = (uint16_t)t->atoms.len;
  if (unit_atom(t, name) || t->atoms.len >= UNIT_MAX) { num_drop(t->mem, factor); return UNIT_NONE; }
  UnitAtom a = {.name = name, .title = title, .span = span, .dim = dim, .factor = factor};
  if (!vec_push(t->mem, &t->atoms, a) || !map_put(&t->by_atom, name, index)) return UNIT_NONE;
  UnitInfo u = {.n = 1, .dim = dim, .factor = num_keep(factor), .text = name};   /* no other unit has this atom yet */
  u.term[0].atom = index;
  u.term[0].exp = 1;
  return t->atoms.at[index].unit = unit_new(t, &u);
}

UnitId unit_declare(UnitTable *t, Sym name, const char *title, Span span) {
  Dim d = {.n = 1};
  d.term[0].atom = (uint16_t)t->atoms.len;
  d.term[0].exp = 1;
  return atom_add(t, name, title, span, dim_new(t, &d), num_int(1));
}

UnitId unit_declare_as(UnitTable *t, Sym name, const char *title, Span span, Num factor, UnitId of) {
  const UnitInfo *u = &t->units.at[of];
  return atom_add(t, name, title, span, u->dim, num_mul(t->mem, factor, u->factor));
}

/* One word of a unit's text at s: its atom, and a power after ^ in *exp. */
static bool parse_word(UnitTable *t, const char **s, uint16_t *atom, int *exp, Sym *bad) {
  const char *from = *s;
  while (**s && **s != '*' && **s != '/' && **s != '^') (*s)++;
  Sym name = intern_put(t->names, from, (size_t)(*s - from));
  uint64_t i = 0;
  if (!map_get(&t->by_atom, name, &i)) { *bad = name; return false; }
  *atom = (uint16_t)i;
  *exp = 1;
  if (**s == '^') {
    (*s)++;
    *exp = 0;
    while (**s >= '0' && **s <= '9' && *exp < 1000) *exp = *exp * 10 + *(*s)++ - '0';
  }
  return true;
}

static bool term_add(UnitInfo *u, uint16_t atom, int exp) {
  for (uint8_t i = 0; i < u->n; i++)
    if (u->term[i].atom == atom) {
      exp += u->term[i].exp;
      if (exp > UNIT_EXP_MAX || exp < -UNIT_EXP_MAX) return false;
      u->term[i].exp = (int16_t)exp;
      if (!exp) memmove(u->term + i, u->term + i + 1, (size_t)(--u->n - i) * sizeof *u->term);
      return true;
    }
  if (!exp) return true;
  if (u->n == DIM_TERMS || exp > UNIT_EXP_MAX || exp < -UNIT_EXP_MAX) return false;
  u->term[u->n].atom = atom;
  u->term[u->n++].exp = (int16_t)exp;
  return true;
}

static UnitId parse_text(UnitTable *t, const char *s, Sym *bad) {
  UnitInfo u = {0};
  int sign = 1;
  if (s[0] == '1' && s[1] == '/') s += 2, sign = -1;
  for (;;) {
    uint16_t atom;
    int exp;
    if (!parse_word(t, &s, &atom, &exp, bad) || !term_add(&u, atom, sign * exp)) return UNIT_NONE;
    if (!*s) break;
    sign = *s++ == '/' ? -1 : 1;
  }
  return unit_intern(t, &u);
}

UnitId unit_parse(UnitTable *t, Sym text, Sym *bad) {
  uint64_t known;
  *bad = text;
  if (map_get(&t->by_text, text, &known)) return (UnitId)known;
  UnitId u = parse_text(t, intern_text(t->names, text), bad);
  if (u != UNIT_NONE) map_put(&t->by_text, text, u);
  return u;
}

/* Adds atom^exp to u; an atom of the same dimension as one that is there already is turned into that one. */
static bool term_merge(UnitTable *t, UnitInfo *u, UnitTerm x, Num *factor) {
  const UnitAtom *a = &t->atoms.at[x.atom];
  for (uint8_t i = 0; i < u->n; i++)
    if (u->term[i].atom == x.atom) return term_add(u, x.atom, x.exp);
  for (uint8_t i = 0; i < u->n; i++) {
    const UnitAtom *b = &t->atoms.at[u->term[i].atom];
    if (a->dim != b->dim) continue;
    Num r = num_div(t->mem, a->factor, b->factor), p = num_power(t->mem, r, x.exp), f = num_mul(t->mem, *factor, p);
    num_drop(t->mem, r);
    num_drop(t->mem, p);
    num_drop(t->mem, *factor);
    *factor = f;
    return term_add(u, u->term[i].atom, x.exp);
  }
  return term_add(u, x.atom, x.exp);
}

static UnitId combine(UnitTable *t, UnitId a, UnitId b, int sign, Num *factor) {
  UnitInfo u = t->units.at[a];
  const UnitInfo v = t->units.at[b];
  Num f = num_int(1);
  bool ok = true;
  for (uint8_t i = 0; i < v.n && ok; i++) {
    UnitTerm x = v.term[i];
    x.exp = (int16_t)(x.exp * sign);
    ok = term_merge(t, &u, x, &f);
  }
  UnitId r = ok ? unit_intern(t, &u) : UNIT_NONE;
  if (r != UNIT_NONE && r != UNIT_ONE && t->units.at[r].dim == DIM_ONE) {
    Num g = num_mul(t->mem, f, t->units.at[r].factor);  /* kW*h/kWh is a plain number */
    num_drop(t->mem, f);
    f = g;
    r = UNIT_ONE;
  }
  if (r == UNIT_NONE || f.form == NUM_BAD || !vec_push(t->mem, &t->factors, f)) { num_drop(t->mem, f); return UNIT_NONE; }
  map_put(&t->products, (uint64_t)a << 24 | (uint64_t)b << 8 | (sign > 0), (uint64_t)r << 32 | (t->factors.len - 1));
  *factor = f;
  return r;
}

static UnitId product(UnitTable *t, UnitId a, UnitId b, int sign, Num *factor) {
  uint64_t known;
  *factor = num_int(1);
  if (b == UNIT_ONE) return a;
  if (map_get(&t->products, (uint64_t)a << 24 | (uint64_t)b << 8 | (sign > 0), &known)) {
    *factor = t->factors.at[known & 0xFFFFFFFF];
    return (UnitId)(known >> 32);
  }
  return combine(t, a, b, sign, factor);
}

UnitId unit_mul(UnitTable *t, UnitId a, UnitId b, Num *factor) { return product(t, a, b, 1, factor); }
UnitId unit_div(UnitTable *t, UnitId a, UnitId b, Num *factor) { return product(t, a, b, -1, factor); }

UnitId unit_pow(UnitTable *t, UnitId a, int64_t n) {
  UnitInfo u = t->units.at[a];
  if (n > UNIT_EXP_MAX || n < -UNIT_EXP_MAX) return a == UNIT_ONE ? UNIT_ONE : UNIT_NONE;
  if (n == 0) return UNIT_ONE;
  for (uint8_t i = 0; i < u.n; i++) {
    int64_t e = u.term[i].exp * n;
    if (e > UNIT_EXP_MAX || e < -UNIT_EXP_MAX) return UNIT_NONE;
    u.term[i].exp = (int16_t)e;
  }
  return unit_intern(t, &u);
}

bool unit_ratio(UnitTable *t, UnitId from, UnitId to, Num *ratio) {
  uint64_t key = (uint64_t)from << 16 | to, known;
  if (from == to) { *ratio = num_int(1); return true; }
  if (t->units.at[from].dim != t->units.at[to].dim) return false;
  if (map_get(&t->ratios, key, &known)) { *ratio = t->factors.at[known]; return true; }
  Num r = num_div(t->mem, t->units.at[from].factor, t->units.at[to].factor);
  if (!vec_push(t->mem, &t->factors, r)) { num_drop(t->mem, r); return false; }
  map_put(&t->ratios, key, t->factors.len - 1);
  *ratio = r;
  return true;
}
