#include "check/checker.h"
#include <string.h>

/* How the checker's messages name types, figures and operators, in the words of a drafter. */

const char *article(const char *word) { return strchr("aeiou", word[0]) ? "an" : "a"; }

/* A name in quotes, for a message; it lives as long as the draft. */
const char *quoted(Checker *c, const char *name) {
  Buf b;
  buf_init(&b, c->p->mem);
  buf_char(&b, '\'');
  buf_str(&b, name);
  buf_char(&b, '\'');
  const char *s = sym_text(c->p, sym_of(c, buf_text(&b)));
  buf_end(&b);
  return s;
}

/* The unit of a dimension: one that a resource of the draft is measured in where there is one, else its base units. */
static void dim_words(Checker *c, DimId d, Buf *b) {
  for (uint32_t i = 0; i < c->p->resource_unit.len; i++) {
    UnitId u = c->p->resource_unit.at[i];
    if (u != UNIT_NONE && unit_dim(&c->p->units, u) == d) { buf_str(b, unit_text(&c->p->units, u)); return; }
  }
  dim_text(&c->p->units, d, b);
}

/* The resource that a message takes for an example where the resource at hand is known only when it runs. */
static const Entity *example(Checker *c, UnitId *unit) {
  for (uint32_t i = 0; i < c->p->resource_unit.len; i++)
    if ((*unit = c->p->resource_unit.at[i]) != UNIT_NONE) return program_entity(c->p, ent_make(K_RESOURCE, i));
  return NULL;
}

void figure_words(Checker *c, Type t, Buf *b) {
  TypeInfo x = type_at(&c->p->types, t);
  UnitId unit;
  const Entity *e;
  if (x.kind == TY_NUMBER) buf_str(b, "a plain number");
  else if (x.any) buf_str(b, "a figure");
  else if (!x.u) dim_words(c, x.dim, b);
  else if (x.u == 1 && (e = example(c, &unit))) {
    if (x.dim == DIM_ONE) buf_str(b, unit_text(&c->p->units, unit));
    else dim_words(c, dim_mul(&c->p->units, unit_dim(&c->p->units, unit), x.dim, 1), b);
    buf_fmt(b, " (of %s, say)", sym_text(c->p, e->id));
  } else {
    buf_str(b, "its resource's unit");
    if (x.dim != DIM_ONE) { buf_str(b, " times "); dim_text(&c->p->units, x.dim, b); }
  }
}

static void plural(Checker *c, Type t, Buf *b) {
  TypeInfo x = type_at(&c->p->types, t);
  switch ((TypeKind)x.kind) {
    case TY_ENTITY: {
      const char *w = sym_text(c->p, c->p->kinds.at[x.a].word);
      size_t n = strlen(w);
      if (n > 1 && w[n - 1] == 'y' && !strchr("aeiou", w[n - 2])) { buf_add(b, w, n - 1); buf_str(b, "ies"); }
      else buf_fmt(b, "%ss", w);
      break;
    }
    case TY_STRING: buf_str(b, "strings"); break;
    case TY_BOOL: buf_str(b, "bools"); break;
    case TY_NUMBER: buf_str(b, "numbers"); break;
    case TY_DATE: buf_str(b, "dates"); break;
    case TY_RANGE: buf_str(b, "ranges of dates"); break;
    case TY_QUANTITY: buf_str(b, "quantities"); break;
    case TY_SET: buf_str(b, "sets"); break;
    case TY_LIST: buf_str(b, "lists"); break;
    case TY_MAP: buf_str(b, "maps"); break;
    case TY_INTS: case TY_NEVER: case TY_ERROR: buf_str(b, "values"); break;
  }
}

static void collection_words(Checker *c, const char *word, Type of, Buf *b) {
  TypeKind k = type_kind(&c->p->types, of);
  if (k == TY_NEVER) { buf_fmt(b, "an empty %s", word); return; }
  buf_fmt(b, "a %s of ", word);
  plural(c, of, b);
}

void type_words(Checker *c, Type t, Buf *b) {
  TypeInfo x = type_at(&c->p->types, t);
  switch ((TypeKind)x.kind) {
    case TY_ENTITY: {
      const char *w = sym_text(c->p, c->p->kinds.at[x.a].word);
      buf_fmt(b, "%s %s", article(w), w);
      break;
    }
    case TY_SET: collection_words(c, "set", x.a, b); break;
    case TY_LIST: collection_words(c, "list", x.a, b); break;
    case TY_MAP:
      collection_words(c, "map", x.a, b);
      buf_str(b, " to ");
      plural(c, x.b, b);
      break;
    case TY_QUANTITY:
      if (x.any) { buf_str(b, "a quantity"); break; }
      buf_str(b, "a quantity in ");
      figure_words(c, t, b);
      break;
    case TY_ERROR: case TY_BOOL: case TY_STRING: case TY_NUMBER: case TY_DATE: case TY_RANGE: case TY_INTS: case TY_NEVER:
      buf_str(b, "a ");
      type_text(c->p, t, b);
      break;
  }
}
