#ifndef CHECK_TYPE_H
#define CHECK_TYPE_H
#include "check/unit.h"

/* Types, interned: two types are the same when their numbers are. */
typedef uint32_t Type;
typedef enum TypeKind { TY_ERROR, TY_BOOL, TY_STRING, TY_NUMBER, TY_QUANTITY, TY_DATE, TY_RANGE, TY_INTS, TY_NEVER, TY_ENTITY, TY_SET, TY_LIST, TY_MAP } TypeKind;

/* A quantity's dimension as far as it is known before anything runs: unknown, or
 * (the unit of the resource at hand)^u times dim. `share` has u 0, `needed` u 1, `stockpiled` u 1 and dim time. */
typedef struct TypeInfo {
  uint8_t kind;
  uint8_t any;      /* quantity: nothing known */
  int8_t u;
  DimId dim;
  uint32_t a, b;    /* entity: kind; set, list: element; map: key and value */
} TypeInfo;

typedef struct TypeTable { Mem *mem; VEC(TypeInfo) list; UnitTable *units; } TypeTable;

enum { T_ERROR = 0, T_BOOL, T_STRING, T_NUMBER, T_QUANTITY, T_DATE, T_RANGE, T_INTS, T_NEVER };

void types_init(TypeTable *t, Mem *mem, UnitTable *units);
void types_end(TypeTable *t);
Type type_entity(TypeTable *t, uint32_t kind);
Type type_set(TypeTable *t, Type of);
Type type_list(TypeTable *t, Type of);
Type type_map(TypeTable *t, Type key, Type value);
Type type_quantity(TypeTable *t, int u, DimId dim);  /* T_NUMBER when both are none */
static inline TypeInfo type_at(const TypeTable *t, Type ty) { return t->list.at[ty]; }
static inline TypeKind type_kind(const TypeTable *t, Type ty) { return (TypeKind)t->list.at[ty].kind; }
static inline bool type_is_figure(const TypeTable *t, Type ty) { TypeKind k = type_kind(t, ty); return k == TY_NUMBER || k == TY_QUANTITY; }
/* Whether a figure of one may meet a figure of the other (add, compare): false only when it certainly may not. */
bool type_figures_meet(const TypeTable *t, Type a, Type b);
/* The type that both fit, or T_ERROR with *ok false. */
Type type_join(TypeTable *t, Type a, Type b, bool *ok);
/* Whether two types differ in nothing but figures that may not meet; then *a and *b become the types of those. */
bool type_units_differ(const TypeTable *t, Type *a, Type *b);
/* Whether a value of `from` may stand where `to` is wanted. */
bool type_fits(TypeTable *t, Type from, Type to);
/* Of two that fit: whether each value of `from` surely does. Of the others it shows when they are there. */
bool type_surely_fits(const TypeTable *t, Type from, Type to);

#endif
