#include "gen.h"
#include <stdio.h>
#include <string.h>

/* Well-typed expressions, every one in brackets of its own. */

static const GType element[G_TYPES] = {
  [G_SET_NUMBER] = G_NUMBER, [G_SET_DATE] = G_DATE, [G_SET_TEXT] = G_TEXT, [G_SET_COUNTRY] = G_COUNTRY, [G_LIST_NUMBER] = G_NUMBER,
  [G_LIST_MASS] = G_MASS, [G_LIST_TEXT] = G_TEXT, [G_LIST_BOOL] = G_BOOL, [G_LIST_DATE] = G_DATE, [G_LIST_RANGE] = G_RANGE, [G_INTS] = G_NUMBER,
  [G_MAP_NUMBER] = G_NUMBER, [G_MAP_TEXT] = G_TEXT, [G_MAP_COUNTRY] = G_COUNTRY, [G_MAP_DATE] = G_DATE, [G_RANGE] = G_DATE, [G_RESOURCE] = G_RESOURCE,
};
static const GType value_type[G_TYPES] = {[G_MAP_NUMBER] = G_NUMBER, [G_MAP_TEXT] = G_MASS, [G_MAP_COUNTRY] = G_BOOL, [G_MAP_DATE] = G_NUMBER};

static bool is_set(GType t) { return t >= G_SET_NUMBER && t <= G_SET_COUNTRY; }
static bool is_list(GType t) { return t >= G_LIST_NUMBER && t <= G_LIST_RANGE; }
static bool is_map(GType t) { return t >= G_MAP_NUMBER && t <= G_MAP_DATE; }
static bool is_figure(GType t) { return t >= G_NUMBER && t <= G_TIME; }

const char *gen_type(GType t) {
  static const char *const words[G_TYPES] = {"bool", "number", "quantity[t]", "quantity[t/yr]", "quantity[d]", "string", "date", "range", "country", "resource",
    "set of number", "set of date", "set of string", "set of country", "list of number", "list of quantity[t]", "list of string", "list of bool", "list of date",
    "list of range", NULL, "map of number to number", "map of string to quantity[t]", "map of country to bool", "map of date to number"};
  return words[t];
}

const char *gen_country(Gen *g) { static const char *const c[] = {"A", "B", "C", "D"}; return c[pick(g, 4)]; }
const char *gen_resource(Gen *g) { static const char *const r[] = {"R", "S", "T"}; return r[pick(g, 3)]; }

const char *gen_date(Gen *g) {
  static const char *const d[] = {"2026-01-01", "2026-01-02", "2026-01-03", "2026-01-05", "2026-01-08", "2026-01-09", "2026-01-12", "2026-01-15", "2026-01-16", "2026-01-20", "2025-12-30"};
  return d[pick(g, sizeof d / sizeof *d)];
}

/* ---- leaves ---- */

static const char *any_date(Gen *g) {
  static const char *const d[] = {"2024-02-29", "2025-01-31", "0001-01-01", "9999-12-31", "1900-03-01", "2000-12-31", "2026-03-31"};
  return one_in(g, 3) ? d[pick(g, sizeof d / sizeof *d)] : gen_date(g);
}

static const char *text_literal(Gen *g) {
  static const char *const s[] = {"\"\"", "\"a\"", "\"b c\"", "\"\xc3\xa9t\xc3\xa9\"", "\"\xe6\x97\xa5\xe6\x9c\xac\"", "\"\xf0\x9f\x9a\xa2\"", "\"{{x}}\"", "\"\\\"q\\\"\"", "\"l\\n2\\t\"",
    "\"\\\\\"", "\"12\"", "\">3\"", "\"<0.5\"", "\"40%\"", "\"Big Name-2\"", "\"\\u{e9}\"", "\"1_000\"", "\"zz\""};
  return s[pick(g, sizeof s / sizeof *s)];
}

static const char *number_literal(Gen *g) {
  static const char *const n[] = {"0", "1", "2", "3", "5", "10", "0.5", "2.5", "1.25", "91%", "40%", "1e3", "12_000", "7e-7", "0.333"};
  static const char *const huge[] = {"1e40", "123456789012345678901234567890", "9223372036854775807", "1e-35", "0.000000000000000000000000000001", "4611686018427387904"};
  return one_in(g, 14) ? huge[pick(g, sizeof huge / sizeof *huge)] : n[pick(g, sizeof n / sizeof *n)];
}

static void leaf(Gen *g, GType t) {
  static const char *const mass[] = {"1 t", "500 kg", "0 t", "2.5 t", "3 kt", "1e20 t", "40 kg"};
  static const char *const rate[] = {"1 t/yr", "12 kg/d", "0 t/yr", "100 t/yr", "50 t/yr", "7 kt/yr", "30 t/yr"};
  static const char *const time[] = {"1 d", "2 wk", "3 d", "0 d", "1 yr", "10 d"};
  switch (t) {
    case G_BOOL: put(g, one_in(g, 2) ? "true" : "false"); break;
    case G_NUMBER: put(g, number_literal(g)); break;
    case G_MASS: put(g, mass[pick(g, 7)]); break;
    case G_RATE: put(g, rate[pick(g, 7)]); break;
    case G_TIME: put(g, time[pick(g, 6)]); break;
    case G_TEXT: put(g, text_literal(g)); break;
    case G_DATE: put(g, any_date(g)); break;
    case G_RANGE: {
      static const char *const r[] = {"(2026-01-01..2026-01-20)", "(2026-01-05..2026-01-05)", "(2026-01-08..2026-01-16)", "(2024-01-31..2026-01-02)", "(2025-12-30..2026-01-09)"};
      put(g, r[pick(g, 5)]);
      break;
    }
    case G_COUNTRY: put(g, gen_country(g)); break;
    case G_RESOURCE: put(g, gen_resource(g)); break;
    case G_INTS: put(g, one_in(g, 6) ? "(3..1)" : one_in(g, 2) ? "(1..3)" : "(0..2)"); break;
    default:
      put(g, is_list(t) ? "[" : "{");
      leaf(g, element[t]);
      if (is_map(t)) { put(g, ": "); leaf(g, value_type[t]); }
      put(g, is_list(t) ? "]" : "}");
      break;
  }
}

static bool use_name(Gen *g, GType t, bool exact) {
  for (int tries = 0; tries < 4 && g->nvar; tries++) {
    const Var *v = &g->var[g->nvar - 1 - (int)pick(g, (uint32_t)g->nvar)];
    if (v->type == t && (v->exact || !exact)) { put(g, v->name); return true; }
  }
  for (int tries = 0; tries < 3 && g->nlet && !g->pure; tries++) {
    const Var *v = &g->let[pick(g, (uint32_t)g->nlet)];
    if (v->type == t && (v->exact || !exact)) { put(g, v->name); return true; }
  }
  return false;
}

/* One that a `for` goes through, where there is one. */
static void resource(Gen *g) {
  if (!use_name(g, G_RESOURCE, true)) put(g, gen_resource(g));
}

/* ---- pieces ---- */

#define SUB(t) gen_expr(g, (t), depth - 1, exact)

static void two(Gen *g, GType a, const char *op, GType b, int depth, bool exact) {
  put(g, "(");
  SUB(a);
  put(g, op);
  SUB(b);
  put(g, ")");
}

static void one(Gen *g, const char *before, GType t, const char *after, int depth, bool exact) {
  put(g, before);
  SUB(t);
  put(g, after);
}

static const char *bind(Gen *g, GType t, bool exact) {
  Var *v = &g->var[g->nvar++];
  snprintf(v->name, sizeof v->name, "_x%d", g->serial++ % 1000);
  v->type = t;
  v->exact = exact;
  return v->name;
}

static void choose(Gen *g, GType t, int depth, bool exact) {
  one(g, "(if ", G_BOOL, " then ", depth, exact);
  SUB(t);
  one(g, " else ", t, ")", depth, exact);
}

static void local(Gen *g, GType t, int depth, bool exact) {
  static const GType bound[] = {G_NUMBER, G_MASS, G_DATE, G_TEXT, G_LIST_NUMBER, G_BOOL, G_SET_COUNTRY};
  GType b = bound[pick(g, 7)];
  char name[16];
  int had = g->nvar;
  bool keeps = exact || one_in(g, 3);
  if (had >= VARS) { leaf(g, t); return; }
  snprintf(name, sizeof name, "_y%d", g->serial++ % 1000);
  put(g, "(let ");
  put(g, name);
  put(g, " = ");
  gen_expr(g, b, depth - 1, keeps);
  put(g, "; ");
  Var v = {.type = b, .exact = keeps};
  snprintf(v.name, sizeof v.name, "%s", name);
  g->var[g->nvar++] = v;
  SUB(t);
  put(g, ")");
  g->nvar = had;
}

static void small_range(Gen *g) {
  static const char *const r[] = {"(2026-01-01..2026-01-05)", "(2024-02-27..2024-03-01)", "(2026-01-12..2026-01-12)", "(9999-12-30..9999-12-31)"};
  put(g, r[pick(g, 4)]);
}

/* The head of a loop stands after its body, but its names are needed in the body: the head is made first, and put behind. */
static const GType over[] = {G_INTS, G_SET_NUMBER, G_LIST_NUMBER, G_LIST_MASS, G_SET_COUNTRY, G_LIST_TEXT, G_SET_DATE, G_RANGE, G_MAP_NUMBER, G_LIST_BOOL, G_RESOURCE};

static void resources(Gen *g, bool exact) {
  static const char *const some[] = {"resources", "resources", "{R, T}", "[S, R, S]", "inputs(S)", "uses(R)"};
  put(g, some[pick(g, g->world && !exact && !g->facts_only && !g->pure ? 6 : 4)]);
}

static void with_loops(Gen *g, GType body, GType second, const char *before, const char *between, const char *after, int depth, bool exact) {
  int had = g->nvar, n = one_in(g, 4) ? 2 : 1;
  char heads[2000];
  size_t len = 0;
  if (had + 4 >= VARS) { put(g, before); SUB(body); if (second != G_TYPES) { put(g, between); SUB(second); } put(g, " for _z in (1..2)"); put(g, after); return; }
  for (int i = 0; i < n; i++) {
    Buf *out = g->out, head;
    GType c = over[pick(g, sizeof over / sizeof *over)];
    bool sure = exact || !one_in(g, 4);
    buf_init(&head, out->mem);
    g->out = &head;
    if (c == G_RANGE) small_range(g);
    else if (c == G_RESOURCE) resources(g, exact);
    else gen_expr(g, c, depth - 1, sure);
    buf_char(&head, 0);
    const char *name = bind(g, element[c], true);
    const char *other = is_map(c) && one_in(g, 2) ? bind(g, value_type[c], sure) : NULL;
    if (!exact && !sure && is_list(c)) g->var[g->nvar - 1].exact = false;
    int k = snprintf(heads + len, sizeof heads - len, " for %s%s%s in %s", name, other ? ", " : "", other ? other : "", buf_text(&head));
    buf_clear(&head);
    if (one_in(g, 2)) gen_expr(g, G_BOOL, depth - 2, exact || one_in(g, 2));
    buf_char(&head, 0);
    if (k > 0 && len + (size_t)k < sizeof heads) len += (size_t)k;
    if (head.len > 1) k = snprintf(heads + len, sizeof heads - len, " where %s", buf_text(&head));
    else k = 0;
    if (k > 0 && len + (size_t)k < sizeof heads) len += (size_t)k;
    heads[len] = 0;
    buf_end(&head);
    g->out = out;
  }
  put(g, before);
  SUB(body);
  if (second != G_TYPES) { put(g, between); SUB(second); }
  put(g, heads);
  put(g, after);
  g->nvar = had;
}

static bool call_own(Gen *g, GType t, int depth, bool exact) {
  if (exact || !g->nfunc) return false;
  const GFunc *f = &g->func[pick(g, (uint32_t)g->nfunc)];
  if (f->ret != t || (g->facts_only && f->rule)) return false;
  put(g, f->name);
  put(g, "(");
  for (int i = 0; i < f->n; i++) {
    if (i) put(g, ", ");
    SUB(f->param[i]);
  }
  put(g, ")");
  return true;
}

static bool ask_table(Gen *g, GType t, int depth, bool exact) {
  if (exact || !g->ntable || g->pure) return false;
  const GTable *k = &g->table[pick(g, (uint32_t)g->ntable)];
  if (k->ret != t) return false;
  put(g, k->name);
  for (int i = 0; i < k->n; i++) {
    put(g, i ? ", " : "(");
    gen_expr(g, k->key[i], depth - 2, !one_in(g, 5));
  }
  if (k->n) put(g, ")");
  return true;
}

/* ---- types, one by one ---- */

static void collection_of(Gen *g, GType t, int depth, bool exact) {
  uint32_t n = pick(g, 4);
  bool sure = exact || is_set(t) || is_map(t) || one_in(g, 2);
  if (t == G_INTS) { put(g, "("); gen_expr(g, G_NUMBER, 0, true); put(g, ".."); put(g, "3)"); return; }
  put(g, is_list(t) ? "[" : "{");
  if (!n) leaf(g, element[t]);
  if (!n && is_map(t)) { put(g, ": "); leaf(g, value_type[t]); }
  for (uint32_t i = 0; i < n; i++) {
    if (i) put(g, ", ");
    gen_expr(g, element[t], depth - 1, sure);
    if (is_map(t)) { put(g, ": "); gen_expr(g, value_type[t], depth - 1, exact); }
  }
  put(g, is_list(t) ? "]" : "}");
}

static void collection(Gen *g, GType t, int depth, bool exact) {
  bool sure = exact || is_set(t) || is_map(t);
  if (t == G_INTS) { leaf(g, t); return; }
  if (t == G_SET_COUNTRY && g->agreed && !exact && !g->facts_only && one_in(g, 4)) { put(g, one_in(g, 3) ? "parties" : one_in(g, 3) ? "suppliers(R)" : one_in(g, 2) ? "suppliers(S, 2026-01-02..2026-01-12)" : "producers(S)"); return; }
  if (t == G_LIST_RANGE && g->agreed && !exact && !g->facts_only && one_in(g, 2)) { one(g, "spans(", G_BOOL, ")", depth, false); return; }
  switch (pick(g, 8)) {
    case 0: case 1: case 2: collection_of(g, t, depth, exact); break;
    case 3: case 4:
      if (t == G_LIST_RANGE) { collection_of(g, t, depth, exact); break; }
      with_loops(g, is_map(t) ? element[t] : element[t], is_map(t) ? value_type[t] : G_TYPES, is_list(t) ? "[" : "{", ": ", is_list(t) ? "]" : "}", depth, sure);
      break;
    case 5: if (is_map(t)) choose(g, t, depth, exact); else two(g, t, " + ", t, depth, exact); break;
    case 6:
      if (is_set(t)) two(g, t, " - ", t, depth, exact);
      else if (t == G_LIST_NUMBER || t == G_LIST_TEXT || t == G_LIST_DATE) one(g, "sorted(", t == G_LIST_NUMBER ? G_SET_NUMBER : t == G_LIST_TEXT ? G_SET_TEXT : G_SET_DATE, ")", depth, exact);
      else choose(g, t, depth, exact);
      break;
    default: choose(g, t, depth, exact); break;
  }
}

static void comparison(Gen *g, int depth, bool exact) {
  static const char *const ops[] = {" == ", " != ", " < ", " > ", " <= ", " >= "};
  static const GType ordered[] = {G_NUMBER, G_MASS, G_RATE, G_TIME, G_DATE, G_TEXT, G_SET_NUMBER, G_SET_COUNTRY, G_SET_TEXT, G_NUMBER};
  static const GType others[] = {G_BOOL, G_COUNTRY, G_LIST_NUMBER, G_MAP_NUMBER, G_RANGE, G_LIST_TEXT};
  bool order = !one_in(g, 4);
  GType t = order ? ordered[pick(g, 10)] : others[pick(g, 6)];
  bool sure = exact || (!is_figure(t) && t != G_DATE && t != G_TEXT && t != G_BOOL && t != G_COUNTRY);
  if (is_figure(t) && one_in(g, 8)) { one(g, "(", t, ops[pick(g, 6)], depth, exact); put(g, "0)"); return; }
  two(g, t, ops[pick(g, order ? 6 : 2)], t, depth, sure);
}

static void membership(Gen *g, int depth, bool exact) {
  static const GType in[] = {G_SET_NUMBER, G_LIST_NUMBER, G_INTS, G_RANGE, G_SET_COUNTRY, G_MAP_NUMBER, G_SET_TEXT, G_LIST_DATE};
  GType c = in[pick(g, 8)];
  two(g, element[c], one_in(g, 4) ? " not in " : " in ", c, depth, exact);
}

static void about_resources(Gen *g, int depth) {
  switch (pick(g, g->facts_only ? 3 : 7)) {
    case 0: put(g, "(share("); gen_expr(g, G_COUNTRY, depth - 2, false); put(g, ", "); resource(g); put(g, ") <= "); leaf(g, G_NUMBER); put(g, ")"); break;
    case 1: if (g->controls && one_in(g, 2)) { put(g, "in_force(k0)"); break; } put(g, "blocked("); gen_expr(g, G_COUNTRY, depth - 2, false); put(g, ", "); resource(g); put(g, ")"); break;
    case 2: put(g, "("); put(g, gen_resource(g)); put(g, one_in(g, 2) ? " in inputs(" : " in inputs_in_all("); resource(g); put(g, "))"); break;
    case 3: put(g, "has_need("); resource(g); put(g, ")"); break;
    case 4: {
      char r[16];
      size_t from = g->out->len;
      put(g, "(needed(");
      size_t at = g->out->len;
      resource(g);
      snprintf(r, sizeof r, "%.*s", (int)(g->out->len - at), g->out->at + at);
      if (one_in(g, 3)) { g->out->len = from; put(g, "("); put(g, gen_country(g)); put(g, " in suppliers("); put(g, r); put(g, "))"); break; }
      put(g, ") <= sum(committed(_q, "); put(g, r); put(g, ") for _q in suppliers("); put(g, r); put(g, ")))");
      break;
    }
    case 5: put(g, "(stockpiled("); resource(g); put(g, ") > 1 t)"); break;
    default: put(g, "(clauses("); if (one_in(g, 2)) resource(g); else put(g, gen_country(g)); put(g, ") == {})"); break;
  }
}

static void in_time(Gen *g, GType t, int depth) {
  int had = g->nvar;
  put(g, "(");
  gen_expr(g, t, depth - 1, false);
  if (g->world && g->scenarios && one_in(g, 3)) {
    char name[24];
    snprintf(name, sizeof name, " under q%u", pick(g, (uint32_t)g->scenarios));
    put(g, name);
  }
  if (g->agreements > 1 && one_in(g, 4)) put(g, one_in(g, 2) ? " under p0" : " under p1");
  if (g->amendments && one_in(g, 2)) put(g, g->amendments > 1 && one_in(g, 2) ? " under m1" : " under m0");
  if (g->world && one_in(g, 3)) {
    put(g, " without ");
    if (g->routes && one_in(g, 3)) put(g, "way");
    else if (g->clauses && one_in(g, 3)) put(g, "p0.c0");
    else if (one_in(g, 3)) { put(g, "{"); put(g, gen_country(g)); put(g, ", "); put(g, gen_country(g)); put(g, "}"); }
    else put(g, gen_country(g));
  }
  if (t == G_BOOL && one_in(g, 2)) {
    put(g, one_in(g, 2) ? " throughout " : " sometime ");
    static const char *const r[] = {"2026-01-02..2026-01-09", "2026-01-08..2026-01-08", "2025-12-30..2026-01-20", "(if true then 2026-01-09 else 2026-01-01)..2026-01-05"};
    put(g, g->wide && one_in(g, 5) ? "2026-01-05..open" : r[pick(g, 4)]);
  } else { put(g, " at "); if (one_in(g, 2) || !use_name(g, G_DATE, true)) put(g, gen_date(g)); }
  put(g, ")");
  g->nvar = had;
}

static void truth(Gen *g, int depth, bool exact) {
  static const GType asked[] = {G_NUMBER, G_MASS, G_TEXT, G_DATE, G_BOOL, G_LIST_NUMBER, G_RATE};
  if (g->world && !exact && !g->pure && one_in(g, 5)) { about_resources(g, depth); return; }
  switch (pick(g, 14)) {
    case 0: two(g, G_BOOL, " and ", G_BOOL, depth, exact); break;
    case 1: two(g, G_BOOL, " or ", G_BOOL, depth, exact); break;
    case 2: two(g, G_BOOL, " implies ", G_BOOL, depth, exact); break;
    case 3: one(g, "(not ", G_BOOL, ")", depth, exact); break;
    case 4: case 5: case 6: comparison(g, depth, exact); break;
    case 7: membership(g, depth, exact); break;
    case 8: one(g, "known(", asked[pick(g, 7)], ")", depth, exact); break;
    case 9: with_loops(g, G_BOOL, G_TYPES, "any(", "", ")", depth, exact); break;
    case 10: with_loops(g, G_BOOL, G_TYPES, "all(", "", ")", depth, exact); break;
    case 11: if (exact || g->facts_only) choose(g, G_BOOL, depth, exact); else in_time(g, G_BOOL, depth); break;
    case 12: if (exact) comparison(g, depth, exact); else two(g, G_BOOL, " ?? ", G_BOOL, depth, exact); break;
    default: choose(g, G_BOOL, depth, exact); break;
  }
}

static void figure_of_world(Gen *g, int depth) {
  static const char *const of_two[] = {"capacity(", "demanded(", "committed(", "intended("}, *const of_one[] = {"needed(", "carried("};
  bool alone = !g->facts_only && one_in(g, 3);
  put(g, alone ? of_one[pick(g, 2)] : of_two[pick(g, g->facts_only ? 2 : 4)]);
  if (!alone) { gen_expr(g, G_COUNTRY, depth - 2, !one_in(g, 4)); put(g, ", "); }
  resource(g);
  put(g, ")");
}

static void figure_collections(Gen *g, GType t, int depth, bool exact) {
  static const char *const most[] = {"min(", "max("};
  if (t == G_NUMBER && one_in(g, 3)) {
    static const GType sized[] = {G_SET_NUMBER, G_LIST_TEXT, G_SET_COUNTRY, G_INTS, G_MAP_NUMBER};
    one(g, "len(", sized[pick(g, 5)], ")", depth, exact);
  } else if (t == G_NUMBER && one_in(g, 3)) with_loops(g, one_in(g, 2) ? G_BOOL : G_TEXT, G_TYPES, "count(", "", ")", depth, exact);
  else if (!exact && one_in(g, 2)) with_loops(g, t, G_TYPES, most[pick(g, 2)], "", ")", depth, exact);
  else with_loops(g, t, G_TYPES, "sum(", "", ")", depth, exact);
}

static void number_only(Gen *g, int depth, bool exact) {
  switch (pick(g, exact ? 8 : 14)) {
    case 0: two(g, G_NUMBER, " * ", G_NUMBER, depth, exact); break;
    case 1: put(g, "("); SUB(G_NUMBER); put(g, one_in(g, 12) ? " ^ 0.5)" : one_in(g, 3) ? " ^ 3)" : one_in(g, 3) ? " ^ 0)" : " ^ 2)"); break;
    case 2: one(g, "days(", one_in(g, 2) ? G_RANGE : G_TIME, ")", depth, exact); break;
    case 3: one(g, one_in(g, 2) ? "year(" : "month(", G_DATE, ")", depth, exact); break;
    case 4: one(g, "months(", G_RANGE, ")", depth, exact); break;
    case 5: one(g, "round(", G_NUMBER, one_in(g, 2) ? ")" : one_in(g, 2) ? ", 2)" : ", -1)", depth, exact); break;
    case 6: put(g, "("); SUB(G_NUMBER); put(g, one_in(g, 2) ? " mod 3)" : " / 7)"); break;
    case 7: two(g, G_NUMBER, " + ", G_NUMBER, depth, exact); break;
    case 8: two(g, G_NUMBER, " / ", G_NUMBER, depth, exact); break;
    case 9: two(g, G_MASS, " / ", G_MASS, depth, exact); break;
    case 10: one(g, "number(", G_TEXT, ")", depth, exact); break;
    case 11: one(g, "", G_LIST_NUMBER, one_in(g, 2) ? "[1]" : "[2]", depth, exact); break;
    case 12: one(g, "", G_MAP_NUMBER, "[1]", depth, exact); break;
    default: two(g, G_NUMBER, " mod ", G_NUMBER, depth, exact); break;
  }
}

static void between(Gen *g, GType t, int depth) {
  switch (pick(g, 3)) {
    case 0: put(g, "between("); gen_expr(g, t, depth - 2, true); put(g, ", "); gen_expr(g, t, depth - 2, true); put(g, ")"); break;
    case 1: put(g, "at_least("); gen_expr(g, t, depth - 2, true); put(g, ")"); break;
    default: put(g, "at_most("); leaf(g, t); put(g, ")"); break;
  }
}

static void figure(Gen *g, GType t, int depth, bool exact) {
  if (t == G_RATE && g->world && !exact && !g->pure && one_in(g, 3)) { figure_of_world(g, depth); return; }
  if (t == G_NUMBER && one_in(g, 3)) { number_only(g, depth, exact); return; }
  switch (pick(g, exact ? 7 : 12)) {
    case 0: case 1: two(g, t, " + ", t, depth, exact); break;
    case 2: two(g, t, " - ", t, depth, exact); break;
    case 3: two(g, t, " * ", G_NUMBER, depth, exact); break;
    case 4: one(g, "(-", t, ")", depth, exact); break;
    case 5: figure_collections(g, t, depth, exact); break;
    case 6: choose(g, t, depth, exact); break;
    case 7: two(g, t, " / ", G_NUMBER, depth, exact); break;
    case 8: two(g, t, " ?? ", t, depth, exact); break;
    case 9: between(g, t, depth); break;
    case 10:
      if (t == G_MASS) two(g, G_RATE, " * ", G_TIME, depth, exact);
      else if (t == G_TIME) two(g, G_DATE, " - ", G_DATE, depth, exact);
      else if (t == G_RATE) two(g, G_MASS, " / ", G_TIME, depth, exact);
      else two(g, t, " mod ", t, depth, exact);
      break;
    default: if (t == G_MASS) one(g, "nth(", G_LIST_MASS, ", 1)", depth, exact); else if (!g->facts_only) in_time(g, t, depth); else leaf(g, t); break;
  }
}

static void text(Gen *g, int depth, bool exact) {
  static const GType shown[] = {G_NUMBER, G_MASS, G_DATE, G_TEXT, G_RANGE, G_SET_NUMBER, G_LIST_TEXT, G_BOOL, G_COUNTRY, G_MAP_TEXT, G_RATE};
  static const GType listed[] = {G_LIST_NUMBER, G_SET_TEXT, G_SET_COUNTRY, G_LIST_DATE, G_LIST_TEXT};
  switch (pick(g, 8)) {
    case 6: one(g, "plain(", G_NUMBER, ")", depth, exact || !one_in(g, 10)); break;
    case 7: one(g, "join(", listed[pick(g, 5)], ", \", \")", depth, exact); break;
    case 0: case 1: one(g, "\"<{(", shown[pick(g, 11)], ")}>\"", depth - 1, exact); break;
    case 2: one(g, "string(", shown[pick(g, 11)], ")", depth, exact); break;
    case 3: one(g, "slug(", G_TEXT, ")", depth, exact); break;
    case 4: if (exact) choose(g, G_TEXT, depth, exact); else one(g, "nth(", G_LIST_TEXT, ", 1)", depth, exact); break;
    default: choose(g, G_TEXT, depth, exact); break;
  }
}

static void date(Gen *g, int depth, bool exact) {
  switch (pick(g, exact ? 6 : 9)) {
    case 0: put(g, "("); SUB(G_DATE); put(g, one_in(g, 2) ? " + 1 mo)" : " - 1 mo)"); break;
    case 1: put(g, "("); SUB(G_DATE); put(g, one_in(g, 2) ? " + 3 d)" : " + 1 yr)"); break;
    case 2: one(g, "", G_RANGE, one_in(g, 2) ? ".from" : ".through", depth, exact); break;
    case 3: one(g, "months(", G_DATE, one_in(g, 2) ? ", 5)" : ", -13)", depth, exact); break;
    case 4: choose(g, G_DATE, depth, exact); break;
    case 5: put(g, "("); SUB(G_DATE); put(g, " - 2 wk)"); break;
    case 6: two(g, G_DATE, one_in(g, 2) ? " + " : " - ", G_TIME, depth, exact); break;
    case 7: if (g->today && !g->pure && !g->facts_only) put(g, "today"); else one(g, "min(", G_LIST_DATE, ")", depth, exact); break;
    default: if (g->agreed && !g->facts_only) one(g, "first_day(", G_BOOL, ")", depth, exact); else one(g, "max(", G_LIST_DATE, ")", depth, exact); break;
  }
}

static void range(Gen *g, int depth, bool exact) {
  if (one_in(g, 3)) choose(g, G_RANGE, depth, exact);
  else if (g->agreed && !exact && !g->facts_only && one_in(g, 4)) put(g, "term");
  else { two(g, G_DATE, "..(if true then ", G_DATE, depth, exact); g->out->len--; put(g, " else 2026-01-01))"); }   /* days as written must be in order */
}

void gen_expr(Gen *g, GType t, int depth, bool exact) {
  bool deep = depth > 0 && g->out->len - (g->from < g->out->len ? g->from : g->out->len) < BEYOND;
  if (one_in(g, deep ? 6 : 2) && use_name(g, t, exact)) return;
  if (!deep) { leaf(g, t); return; }
  if (one_in(g, 8) && call_own(g, t, depth, exact)) return;
  if (one_in(g, 6) && ask_table(g, t, depth, exact)) return;
  if (one_in(g, 12)) { local(g, t, depth, exact); return; }
  if (t == G_BOOL) truth(g, depth, exact);
  else if (is_figure(t)) figure(g, t, depth, exact);
  else if (t == G_TEXT) text(g, depth, exact);
  else if (t == G_DATE) date(g, depth, exact);
  else if (t == G_RANGE) range(g, depth, exact);
  else if (t == G_COUNTRY || t == G_RESOURCE) { if (one_in(g, 3)) choose(g, t, depth, exact); else leaf(g, t); }
  else collection(g, t, depth, exact);
}

void gen_fresh(Gen *g, GType t, int depth, bool exact) {
  g->from = g->out->len;
  gen_expr(g, t, depth, exact);
}
