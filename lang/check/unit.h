#ifndef CHECK_UNIT_H
#define CHECK_UNIT_H
#include "base/intern.h"
#include "base/map.h"
#include "base/num.h"
#include "base/vec.h"
#include "source/source.h"

/* Units and dimensions, exactly. An atom is a declared unit (t, yr, GWh); a unit is a product of powers of atoms, as
 * written (t/yr); its dimension is the product of powers of base atoms that it comes down to; its factor is what one
 * of it is in base atoms. Figures keep the unit they were written in and are converted when they meet another. */
typedef uint16_t UnitId;
typedef uint16_t DimId;
enum { UNIT_ONE = 0 /* a plain number */, UNIT_ANY = 0xFFFF /* of a zero that fits every unit */, UNIT_NONE = 0xFFFE };
enum { DIM_ONE = 0, DIM_TERMS = 8, UNIT_MAX = 0xFF00, UNIT_EXP_MAX = 64 };

typedef struct UnitTerm { uint16_t atom; int16_t exp; } UnitTerm;
typedef struct Dim { uint8_t n; UnitTerm term[DIM_TERMS]; } Dim;        /* of base atoms, in order of declaration */
typedef struct UnitInfo { DimId dim; uint8_t n; UnitTerm term[DIM_TERMS]; Num factor; Sym text; } UnitInfo;
typedef struct UnitAtom { Sym name; const char *title; Span span; DimId dim; Num factor; UnitId unit; } UnitAtom;

typedef struct UnitTable {
  Mem *mem;
  Intern *names;
  VEC(UnitAtom) atoms;
  VEC(UnitInfo) units;
  VEC(Dim) dims;
  VEC(Num) factors;    /* of cached products and ratios */
  Map by_atom;         /* name -> atom */
  Map by_text;         /* text -> unit + 1; 0: no such unit */
  Map products, ratios;
} UnitTable;

void units_init(UnitTable *t, Mem *mem, Intern *names);
void units_end(UnitTable *t);
/* Declares a base unit, or one that is `factor` times `of`. UNIT_NONE when the name is taken or memory is refused. */
UnitId unit_declare(UnitTable *t, Sym name, const char *title, Span span);
UnitId unit_declare_as(UnitTable *t, Sym name, const char *title, Span span, Num factor, UnitId of);
const UnitAtom *unit_atom(const UnitTable *t, Sym name);  /* NULL: not declared */
/* The unit that a text such as t/yr or kg*m/s^2 names; UNIT_NONE, and the unknown word in *bad, when there is none. */
UnitId unit_parse(UnitTable *t, Sym text, Sym *bad);
/* a*b and a/b: *factor (borrowed) is what the product of the figures must be multiplied by. UNIT_NONE: too large. */
UnitId unit_mul(UnitTable *t, UnitId a, UnitId b, Num *factor);
UnitId unit_div(UnitTable *t, UnitId a, UnitId b, Num *factor);
UnitId unit_pow(UnitTable *t, UnitId a, int64_t n);
/* What a figure in `from` must be multiplied by to be in `to` (borrowed); false when their dimensions differ. */
bool unit_ratio(UnitTable *t, UnitId from, UnitId to, Num *ratio);
UnitId unit_with(const UnitTable *t, DimId d);   /* the first that has the dimension; UNIT_NONE when none has */
static inline DimId unit_dim(const UnitTable *t, UnitId u) { return t->units.at[u].dim; }
const char *unit_text(const UnitTable *t, UnitId u);
DimId dim_mul(UnitTable *t, DimId a, DimId b, int sign);  /* a * b^sign; DIM_ONE also when too large */
void dim_text(const UnitTable *t, DimId d, Buf *out);

#endif
