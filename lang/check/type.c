#include "check/type.h"
#include <string.h>

static Type add(TypeTable *t, TypeInfo x) {
  for (uint32_t i = 0; i < t->list.len; i++)
    if (!memcmp(&t->list.at[i], &x, sizeof x)) return i;
  return vec_push(t->mem, &t->list, x) ? t->list.len - 1 : T_ERROR;
}

static TypeInfo blank(TypeKind kind) {
  TypeInfo x;
  memset(&x, 0, sizeof x);  /* padding too: types are compared as bytes */
  x.kind = (uint8_t)kind;
  return x;
}

void types_init(TypeTable *t, Mem *mem, UnitTable *units) {
  memset(t, 0, sizeof *t);
  t->mem = mem;
  t->units = units;
  for (int k = TY_ERROR; k <= TY_NEVER; k++) {
    TypeInfo x = blank((TypeKind)k);
    x.any = k == TY_QUANTITY;
    vec_push(mem, &t->list, x);
  }
}

void types_end(TypeTable *t) { vec_end(t->mem, &t->list); }

Type type_entity(TypeTable *t, uint32_t kind) {
  TypeInfo x = blank(TY_ENTITY);
  x.a = kind;
  return add(t, x);
}

Type type_set(TypeTable *t, Type of) {
  TypeInfo x = blank(TY_SET);
  x.a = of;
  return add(t, x);
}

Type type_list(TypeTable *t, Type of) {
  TypeInfo x = blank(TY_LIST);
  x.a = of;
  return add(t, x);
}

Type type_map(TypeTable *t, Type key, Type value) {
  TypeInfo x = blank(TY_MAP);
  x.a = key;
  x.b = value;
  return add(t, x);
}

Type type_quantity(TypeTable *t, int u, DimId dim) {
  if (!u && dim == DIM_ONE) return T_NUMBER;
  TypeInfo x = blank(TY_QUANTITY);
  x.u = (int8_t)u;
  x.dim = dim;
  return add(t, x);
}

/* Where a resource's unit stands in one of them more often than in the other, that unit decides, and the draft finds out when it
 * runs; but it is taken to have a dimension, so what else is in them cannot be the same then. */
bool type_figures_meet(const TypeTable *t, Type a, Type b) {
  TypeInfo x = type_at(t, a), y = type_at(t, b);
  return x.any || y.any || (x.u == y.u) == (x.dim == y.dim);
}

Type type_join(TypeTable *t, Type a, Type b, bool *ok) {
  *ok = true;
  if (a == b || b == T_ERROR || b == T_NEVER) return a;
  if (a == T_ERROR || a == T_NEVER) return b;
  TypeInfo x = type_at(t, a), y = type_at(t, b);
  if (type_is_figure(t, a) && type_is_figure(t, b)) {
    *ok = type_figures_meet(t, a, b);
    return T_QUANTITY;
  }
  if (x.kind == y.kind && (x.kind == TY_SET || x.kind == TY_LIST)) {
    Type e = type_join(t, x.a, y.a, ok);
    return x.kind == TY_SET ? type_set(t, e) : type_list(t, e);
  }
  if (x.kind == y.kind && x.kind == TY_MAP) {
    bool k, v;
    Type key = type_join(t, x.a, y.a, &k), val = type_join(t, x.b, y.b, &v);
    *ok = k && v;
    return type_map(t, key, val);
  }
  *ok = false;
  return T_ERROR;
}

bool type_units_differ(const TypeTable *t, Type *a, Type *b) {
  TypeInfo x = type_at(t, *a), y = type_at(t, *b);
  if (type_is_figure(t, *a) && type_is_figure(t, *b)) return !type_figures_meet(t, *a, *b);
  if (x.kind != y.kind || (x.kind != TY_SET && x.kind != TY_LIST && x.kind != TY_MAP)) return false;
  Type k = x.a, l = y.a, v = x.b, w = y.b;
  bool first = type_units_differ(t, &k, &l), second = !first && x.kind == TY_MAP && type_units_differ(t, &v, &w);
  if (first) *a = k, *b = l;
  if (second) *a = v, *b = w;
  return first || second;
}

bool type_fits(TypeTable *t, Type from, Type to) {
  if (from == to || from == T_ERROR || to == T_ERROR || from == T_NEVER) return true;
  TypeInfo x = type_at(t, from), y = type_at(t, to);
  if (type_is_figure(t, from) && type_is_figure(t, to)) return type_figures_meet(t, from, to);
  if (x.kind != y.kind) return false;
  if (x.kind == TY_SET || x.kind == TY_LIST) return type_fits(t, x.a, y.a);
  if (x.kind == TY_MAP) return type_fits(t, x.a, y.a) && type_fits(t, x.b, y.b);
  return false;
}

bool type_surely_fits(const TypeTable *t, Type from, Type to) {
  TypeInfo x = type_at(t, from), y = type_at(t, to);
  if (from == to || y.any) return true;
  if (y.kind == TY_NUMBER || y.kind == TY_QUANTITY) return !type_is_figure(t, from) || (!x.any && x.u == y.u && x.dim == y.dim);
  if (x.kind != y.kind) return true;
  if (x.kind == TY_SET || x.kind == TY_LIST) return type_surely_fits(t, x.a, y.a);
  return x.kind != TY_MAP || (type_surely_fits(t, x.a, y.a) && type_surely_fits(t, x.b, y.b));
}
