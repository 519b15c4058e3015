#ifndef DIFFER_GEN_H
#define DIFFER_GEN_H
#include "differ.h"

/* The types that are made. Figures of one dimension are one type. */
typedef enum GType {
  G_BOOL, G_NUMBER, G_MASS, G_RATE, G_TIME, G_TEXT, G_DATE, G_RANGE, G_COUNTRY, G_RESOURCE,
  G_SET_NUMBER, G_SET_DATE, G_SET_TEXT, G_SET_COUNTRY, G_LIST_NUMBER, G_LIST_MASS, G_LIST_TEXT, G_LIST_BOOL, G_LIST_DATE, G_LIST_RANGE, G_INTS,
  G_MAP_NUMBER /* number to number */, G_MAP_TEXT /* text to mass */, G_MAP_COUNTRY /* country to bool */, G_MAP_DATE /* date to number */, G_TYPES
} GType;

enum { VARS = 24, FUNCS = 8, LETS = 12, TABLES = 4, BEYOND = 400 /* letters after which nothing deep is made */ };
typedef struct Var { char name[16]; GType type; bool exact; } Var;
typedef struct GFunc { char name[16]; GType param[3], ret; int n; bool rule; } GFunc;
typedef struct GTable { char name[16]; GType key[2], ret; int n; } GTable;

typedef struct Gen {
  Rng *r;
  Buf *out;
  Var var[VARS];
  int nvar, serial;
  GFunc func[FUNCS];
  int nfunc;
  GTable table[TABLES];
  int ntable;
  Var let[LETS];
  int nlet;
  bool world, agreed, today, wide;  /* there are facts; there is an agreement; `today` may be asked; ranges may be open */
  int scenarios, agreements, routes, controls, clauses, amendments;
  bool pure;                        /* at hand: nothing that changes from day to day */
  bool facts_only;                  /* ... nothing that rests on clauses, no time and no worlds */
  size_t from;                      /* where the expression at hand began */
} Gen;

static inline uint32_t pick(Gen *g, uint32_t n) { return rng_below(g->r, n); }
static inline bool one_in(Gen *g, uint32_t n) { return pick(g, n) == 0; }
static inline void put(Gen *g, const char *s) { buf_str(g->out, s); }

/* exact: neither the value nor a part of it may be unknown or uncertain. */
void gen_expr(Gen *g, GType t, int depth, bool exact);
void gen_fresh(Gen *g, GType t, int depth, bool exact);   /* outside of all that is being made */
const char *gen_type(GType t);                            /* as it is declared, or NULL */
const char *gen_date(Gen *g);                             /* one of the days that the world knows */
const char *gen_country(Gen *g);
const char *gen_resource(Gen *g);
void gen_world(Gen *g);
void gen_clauses(Gen *g);                                 /* what stands on clauses, once all else is declared */

#endif
