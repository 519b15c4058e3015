#include "gen.h"
#include <stdio.h>

/* Declarations, one a line, so that a line can be left out: facts, tables, agreements, worlds. */

static void line(Gen *g, const char *s) { put(g, s); put(g, "\n"); }

static const char *earlier(Gen *g) { static const char *const d[] = {"2025-12-30", "2026-01-01", "2026-01-03", "2026-01-05"}; return d[pick(g, 4)]; }
static const char *later(Gen *g) { static const char *const d[] = {"2026-01-08", "2026-01-09", "2026-01-12", "2026-01-16"}; return d[pick(g, 4)]; }

static void window(Gen *g) {
  if (one_in(g, 2)) return;
  bool from = one_in(g, 2), until = one_in(g, 2);
  if (from) { put(g, " from "); put(g, earlier(g)); }
  if (until) { put(g, one_in(g, 2) ? " until " : " through "); put(g, later(g)); }
}

/* A figure of a fact: mostly written, sometimes uncertain or unknown, sometimes worked out. */
static void figure(Gen *g, GType t, bool share) {
  static const char *const shares[] = {"20%", "10%", "0%", "22%", "between(5%, 20%)", "at_most(15%)"};
  static const char *const rates[] = {"100 t/yr", "50 t/yr", "0 t/yr", "between(10 t/yr, 60 t/yr)", "at_least(20 t/yr)", "7 kt/yr", "(1 / 0) * 1 t/yr", "300 t/yr", "12 kg/d"};
  if (share) { put(g, shares[pick(g, 6)]); return; }
  if (t == G_RATE && one_in(g, 6)) {
    put(g, "(if ");
    gen_fresh(g, G_BOOL, 2, false);
    put(g, " then 40 t/yr else 60 t/yr)");
  } else if (t == G_RATE) put(g, rates[pick(g, 9)]);
  else gen_fresh(g, t, 0, false);
}

static void countries_of(Gen *g, GType t, bool share, bool windows) {
  static const char *const names[] = {"A", "B", "C", "D"};
  put(g, " {");
  bool any = false;
  for (int i = 0; i < 4; i++) {
    if (one_in(g, 2) && (any || i < 3)) continue;
    any = true;
    put(g, " ");
    put(g, names[i]);
    put(g, ": ");
    figure(g, t, share);
    if (windows && one_in(g, 3)) window(g);
    put(g, ",");
  }
  if (share && one_in(g, 4)) put(g, " rest: 5%");
  line(g, " }");
}

static void supplies(Gen *g) {
  static const char *const r[] = {"R", "S", "T"};
  for (int i = 0; i < 3; i++) {
    bool share = one_in(g, 3);
    if (one_in(g, 5)) continue;
    put(g, "supply ");
    put(g, r[i]);
    window(g);
    countries_of(g, G_RATE, share, true);
    if (share || one_in(g, 4)) { put(g, "world "); put(g, r[i]); put(g, one_in(g, 4) ? ": between(800 t/yr, 1 kt/yr)" : ": 1_000 t/yr"); window(g); line(g, ""); }
  }
  for (int i = 0; i < 3; i++) {
    if (one_in(g, 3)) { put(g, "demand "); put(g, r[i]); window(g); countries_of(g, G_RATE, false, true); }
    if (one_in(g, 4)) { put(g, "demand "); put(g, r[i]); put(g, ": "); put(g, one_in(g, 5) ? "between(5 t/yr, 9 t/yr)" : "30 t/yr"); window(g); line(g, ""); }
  }
  if (one_in(g, 3)) { put(g, "requires S from "); put(g, earlier(g)); line(g, one_in(g, 2) ? " { T: 2 t/t, R }" : " { R: between(1 t/t, 3 t/t) }"); }
}

static void controls(Gen *g) {
  if (g->routes) line(g, "route way \"W\xc3\xa9g\" { passes: {A, C} }");
  for (int i = 0; i < g->controls; i++) {
    char head[40];
    snprintf(head, sizeof head, "control k%d by %s on {%s", i, gen_country(g), gen_resource(g));
    put(g, head);
    if (one_in(g, 3)) put(g, ", T");
    put(g, "}");
    if (one_in(g, 2)) { put(g, " against {"); put(g, gen_country(g)); put(g, "}"); }
    window(g);
    if (one_in(g, 4)) put(g, " suspended 2026-01-05..2026-01-09");
    line(g, "");
  }
}

/* Two values of the last key, which entries in braces name as they are. */
static void in_braces(Gen *g, const GTable *t, const char *start) {
  static const char *const keys[G_TYPES][2] = {[G_COUNTRY] = {"A", "C"}, [G_NUMBER] = {"2", "5"}, [G_DATE] = {"2026-01-03", "2026-01-09"}};
  for (int k = 0; k + 1 < t->n; k++) { put(g, k ? ", " : "("); gen_fresh(g, t->key[k], 0, true); }
  if (t->n > 1) put(g, ")");
  if (*start) { put(g, " from "); put(g, start); }
  for (int i = 0; i < 2; i++) {
    put(g, i ? ", " : " { ");
    put(g, keys[t->key[t->n - 1]][i]);
    put(g, ": ");
    gen_fresh(g, t->ret, 0, true);
    if (one_in(g, 3)) { put(g, " until "); put(g, later(g)); }
  }
  line(g, " }");
}

static void tables(Gen *g) {
  static const GType rets[] = {G_NUMBER, G_MASS, G_BOOL, G_TEXT, G_DATE}, keys[] = {G_COUNTRY, G_NUMBER, G_TEXT, G_DATE, G_BOOL};
  static const char *const starts[] = {"", "2025-12-30", "2026-01-01", "2026-01-03", "2026-01-05"};
  int n = (int)pick(g, TABLES);
  for (int i = 0; i < n; i++) {
    GTable t = {.n = (int)pick(g, 3), .ret = rets[pick(g, 5)]};
    snprintf(t.name, sizeof t.name, "tab%d", i);
    put(g, "table ");
    put(g, t.name);
    for (int k = 0; k < t.n; k++) {
      char key[32];
      t.key[k] = keys[pick(g, 5)];
      snprintf(key, sizeof key, "%sk%d: ", k ? ", " : " (", k);
      put(g, key);
      put(g, gen_type(t.key[k]));
    }
    if (t.n) put(g, ")");
    put(g, ": ");
    put(g, gen_type(t.ret));
    if (one_in(g, 2)) { put(g, " default "); gen_fresh(g, t.ret, 0, true); }
    line(g, "");
    uint32_t facts = 1 + pick(g, 4);
    for (uint32_t f = 0; f < facts; f++) {
      put(g, "fact ");
      put(g, t.name);
      bool brace = t.n && (t.key[t.n - 1] == G_COUNTRY || t.key[t.n - 1] == G_NUMBER || t.key[t.n - 1] == G_DATE) && one_in(g, 4);
      if (brace) { in_braces(g, &t, starts[f]); continue; }
      for (int k = 0; k < t.n; k++) { put(g, k ? ", " : "("); gen_fresh(g, t.key[k], 0, true); }
      if (t.n) put(g, ")");
      put(g, " = ");
      bool worked = one_in(g, 3);   /* from tables that stand before this one */
      if (worked) put(g, "(");
      gen_fresh(g, t.ret, worked ? 2 : 0, !worked);
      if (worked) put(g, ")");
      if (f) { put(g, " from "); put(g, starts[f]); }   /* each its own start: two that differ may not have the same */
      if (one_in(g, 3)) { put(g, one_in(g, 2) ? " until " : " through "); put(g, later(g)); }
      line(g, "");
    }
    g->table[g->ntable++] = t;
  }
}

/* ---- agreements ---- */

static void quantity(Gen *g, const char *stock) {
  static const char *const q[] = {"100 t/yr", "40 t/yr", "10 t/yr", "{2026-01-02: 60 t/yr, 2026-01-09: 90 t/yr}", "(between(10 t/yr, 30 t/yr))", "7 kt/yr", "(2 * 5 t/yr)"};
  if (stock) { put(g, stock); return; }
  if (one_in(g, 8)) { put(g, "("); gen_fresh(g, G_RATE, 2, false); put(g, ")"); return; }
  put(g, q[pick(g, 7)]);
}

static void subject(Gen *g) {
  switch (pick(g, 5)) {
    case 0: put(g, "each of {A, B} "); break;
    case 1: put(g, "jointly {A, C} "); break;
    case 2: put(g, "each m of parties "); break;
    default: put(g, one_in(g, 2) ? "A " : "B "); break;
  }
  put(g, one_in(g, 5) ? "intends to " : "shall ");
}

static void act(Gen *g) {
  uint32_t kind = pick(g, 10);
  if (kind < 6) {
    put(g, "supply "); quantity(g, NULL); put(g, " of "); put(g, gen_resource(g));
    if (one_in(g, 3)) put(g, one_in(g, 2) ? " to B" : " to B, C");
    if (g->routes && one_in(g, 3)) put(g, " via way");
  } else if (kind == 6) { put(g, "stockpile "); quantity(g, one_in(g, 2) ? "30 t" : "(between(1 t, 5 t))"); put(g, " of "); put(g, gen_resource(g)); }
  else if (kind == 7 && g->routes) { put(g, "carry "); quantity(g, NULL); put(g, " of "); put(g, gen_resource(g)); put(g, " via way"); }
  else if (kind == 8) { put(g, "fund 2 USD of "); put(g, one_in(g, 2) ? "{R, S}" : "R"); if (one_in(g, 2)) put(g, " yielding 50 t/yr"); }
  else if (kind == 9 && g->controls) put(g, one_in(g, 2) ? "exempt B from k0" : "exempt C, A from k0");
  else { put(g, "buy "); quantity(g, NULL); put(g, " of "); put(g, gen_resource(g)); }
}

static void clause(Gen *g, const char *head) {
  put(g, head);
  subject(g);
  act(g);
  if (one_in(g, 3)) window(g);
  if (one_in(g, 4)) { put(g, one_in(g, 2) ? " when (" : " unless ("); gen_fresh(g, G_BOOL, 2, false); put(g, ")"); }
  line(g, "");
}

/* Of the first agreement, and one upon it or upon the first amendment. What it adds and changes is there in any case. */
static void amendments(Gen *g) {
  bool again = false;
  for (int i = 0; i < g->amendments; i++) {
    char text[60];
    bool upon = i && one_in(g, 2);
    snprintf(text, sizeof text, "amendment m%d to %s", i, upon ? "m0" : "p0");
    put(g, text);
    if (one_in(g, 2)) { put(g, " from "); put(g, i ? later(g) : earlier(g)); }
    line(g, " {");
    if (one_in(g, 3)) line(g, one_in(g, 2) ? "parties: {A, B, C}" : "parties: {A, B, C, D}");
    if (one_in(g, 3)) line(g, one_in(g, 2) ? "term: 2026-01-01..2026-01-20" : "term: 2026-01-03..2026-01-09");
    snprintf(text, sizeof text, "add clause n%d: ", i);
    if (one_in(g, 2)) clause(g, text);
    if (!(upon && again) && one_in(g, 2)) {
      again = again || !i;   /* what is struck is there no longer */
      if (one_in(g, 2)) line(g, "strike clause c0");
      else clause(g, "replace clause c0: ");
    }
    line(g, "}");
  }
}

static void agreements(Gen *g) {
  for (int i = 0; i < g->agreements; i++) {
    char head[40];
    snprintf(head, sizeof head, "agreement p%d {", i);
    line(g, head);
    line(g, one_in(g, 2) ? "parties: {A, B, C}" : "parties: {A, B, C, D}");
    line(g, g->wide && one_in(g, 3) ? "term: 2026-01-02..open" : one_in(g, 2) ? "term: 2026-01-01..2026-01-16" : "term: 2026-01-03..2026-01-12");
    if (one_in(g, 8)) line(g, "binding: false");
    uint32_t n = 1 + pick(g, 4);
    for (uint32_t c = 0; c < n; c++) {
      snprintf(head, sizeof head, "clause c%u: ", c);
      g->clauses++;
      clause(g, head);
    }
    line(g, "}");
  }
}

static void scenarios(Gen *g) {
  for (int i = 0; i < g->scenarios; i++) {
    char head[40];
    snprintf(head, sizeof head, "scenario q%d {", i);
    line(g, head);
    uint32_t n = 1 + pick(g, 3);
    for (uint32_t s = 0; s < n; s++) {
      uint32_t kind = pick(g, 7);
      if (kind == 0 && g->controls) put(g, one_in(g, 2) ? "impose k0" : "lift k0");
      else if (kind == 1 && g->routes) put(g, "close way");
      else if (kind == 2 && g->agreements) put(g, one_in(g, 2) ? "suspend p0" : "suspend p0.c0");
      else if (kind == 3) { put(g, "scale supply "); put(g, gen_resource(g)); put(g, one_in(g, 2) ? " of {A, B} by 50%" : " of {A} by 0.1"); }
      else if (kind == 4 && i) put(g, "assume q0");
      else { put(g, "withdraw "); put(g, gen_country(g)); }
      if (g->agreed) window(g);
      line(g, "");
    }
    line(g, "}");
  }
}

void gen_world(Gen *g) {
  g->controls = (int)pick(g, 3);
  g->routes = (int)pick(g, 2);
  g->facts_only = true;
  g->world = false;   /* a fact may not need itself */
  supplies(g);
  g->world = true;
  controls(g);
}

void gen_clauses(Gen *g) {
  g->agreements = g->agreed ? 1 + (int)one_in(g, 3) : 0;
  g->scenarios = (int)pick(g, 3);
  g->amendments = g->agreed && one_in(g, 2) ? 1 + (int)pick(g, 2) : 0;
  g->facts_only = true;
  agreements(g);
  amendments(g);
  g->facts_only = false;
  scenarios(g);
}

/* ---- functions, rules, lets, checks ---- */

static void functions(Gen *g) {
  static const GType types[] = {G_NUMBER, G_MASS, G_BOOL, G_TEXT, G_DATE, G_COUNTRY, G_LIST_NUMBER, G_SET_COUNTRY};
  int n = (int)pick(g, 4);
  for (int i = 0; i < n; i++) {
    GFunc f = {.n = 1 + (int)pick(g, 2), .ret = types[pick(g, 5)]};
    snprintf(f.name, sizeof f.name, "fun%d", i);
    put(g, "fn ");
    put(g, f.name);
    for (int k = 0; k < f.n; k++) {
      f.param[k] = types[pick(g, 8)];
      Var *v = &g->var[g->nvar++];
      *v = (Var){.type = f.param[k], .exact = false};
      snprintf(v->name, sizeof v->name, "a%d", k);
      put(g, k ? ", " : "(");
      put(g, v->name);
      put(g, ": ");
      put(g, gen_type(v->type));
    }
    put(g, ") = ");
    gen_fresh(g, f.ret, 3, false);
    line(g, "");
    g->nvar = 0;
    g->func[g->nfunc++] = f;
  }
}

/* A figure of any unit, so that some only meet when it runs. */
static void any_unit(Gen *g) {
  line(g, "fn loose(x: quantity): quantity = x + 1 t");
  put(g, "let loose_one = loose(");
  put(g, one_in(g, 2) ? "3 kg" : "2 GWh");
  line(g, ")");
  line(g, "fn tight(x: quantity): number = x / 1 t");
  line(g, "fn one_more(x: number): number = x + 1");
  line(g, "fn in_tonnes(x: quantity): number = one_more(x / 1 kg)");
  put(g, "let tight_all = sum(tight(x * ");
  put(g, one_in(g, 2) ? "3 kg" : "2 GWh");
  put(g, ") + in_tonnes(x * ");
  put(g, one_in(g, 2) ? "3 t" : "2 GWh");
  line(g, ") for x in 1..6)");
}

static void rules(Gen *g) {
  if (g->world && one_in(g, 2)) {
    line(g, "rule needs(r: resource, i: resource) = i in inputs(r) or any(needs(j, i) for j in inputs(r))");
    line(g, "let chain = {i for i in resources where needs(R, i)}");
  }
  if (one_in(g, 2)) return;
  static const char *const sets[] = {"{A, B}", "{C}", "countries", "{B, C, D}"};
  put(g, "rule near(x: country, y: country) = ");
  gen_fresh(g, G_BOOL, 2, false);
  put(g, " or any(near(z, y) for z in ");
  put(g, sets[pick(g, 4)]);
  put(g, " where ");
  Var *v = &g->var[g->nvar++];
  *v = (Var){.name = "z", .type = G_COUNTRY, .exact = true};
  gen_fresh(g, G_BOOL, 1, false);
  g->nvar = 0;
  put(g, ") and ");
  line(g, one_in(g, 2) ? "far(x, y)" : "x != y");
  put(g, "rule far(x: country, y: country) = near(y, x) or x == ");
  line(g, gen_country(g));
  GFunc f = {.name = "near", .param = {G_COUNTRY, G_COUNTRY}, .n = 2, .ret = G_BOOL, .rule = true};
  g->func[g->nfunc++] = f;
  line(g, "let rows = {x: [y for y in countries where known(near(x, y)) and near(x, y)] for x in countries}");
}

static void coverage(Gen *g) {
  line(g, "fn available(r: resource): quantity = sum(committed(c, r) for c in suppliers(r))");
  line(g, "rule short(r: resource) = if has_need(r) then available(r) < needed(r) else available(r) == 0");
  line(g, "rule uncovered(r: resource) = short(r) or any(uncovered(i) for i in inputs(r))");
  line(g, "fn covered(r: resource): bool = not uncovered(r)");
  line(g, "let cover = [covered(r) for r in resources]");
  line(g, "let strong = [covered(r) and all((covered(r) without c) for c in parties) for r in resources]");
  if (g->agreed && one_in(g, 3)) line(g, "let when_covered = {r: spans(covered(r)) for r in resources}");
  if (one_in(g, 4)) line(g, "let made = [(available(r) at d) for r in resources for d in 2026-01-02..2026-01-12]");
  if (one_in(g, 5)) line(g, "let missing = [sum((needed(r) - available(r)) / 1 kg/yr at d for d in {2026-01-02, 2026-01-08, 2026-01-16}) for r in resources]");
  if (one_in(g, 3)) line(g, "let shares = {r: sum(share(c, r) ^ 2 for c in producers(r)) for r in resources}");
  if (g->agreed && one_in(g, 3)) line(g, "let gaps = [w for r in resources for w in spans(available(r) < needed(r)) where days(w) > 2]");
  if (one_in(g, 5)) line(g, "let broken = [count(uncovered(r) for r in resources) without w for w in [{x, y} for x in countries for y in countries]]");
  if (g->amendments && one_in(g, 2)) line(g, "let amended = [[[covered(r) at d, (covered(r) without B at d)] for r in resources] under m0 for d in [2026-01-02, 2026-01-08, 2026-01-16]]");
  if (g->amendments > 1) line(g, "let amended_later = {r: [committed(c, r) for c in parties] for r in resources} under m1 at 2026-01-12");
  if (g->agreed && one_in(g, 5)) line(g, "let alone = [[all((covered(r) without c) for c in parties) at d for r in resources] for d in [2026-01-03, 2026-01-08, 2026-01-12]]");
}

static void lets(Gen *g) {
  uint32_t n = 3 + pick(g, 4);
  for (uint32_t i = 0; i < n && g->nlet < LETS; i++) {
    Var v = {.type = (GType)pick(g, G_TYPES), .exact = one_in(g, 5)};
    snprintf(v.name, sizeof v.name, "v%u", i);
    put(g, "let ");
    put(g, v.name);
    put(g, " = ");
    gen_fresh(g, v.type, 2 + (int)pick(g, 3), v.exact);
    line(g, "");
    g->let[g->nlet++] = v;
  }
}

static void check(Gen *g, uint32_t i) {
  static const char *const heads[] = {"", " for x in countries", " for x in {A, B}", " for x in {A, C, D} for n in 1..2", " for n in [1, 2, 1]"};
  uint32_t h = pick(g, 5);
  char name[32];
  snprintf(name, sizeof name, "check ch%u", i);
  put(g, name);
  put(g, heads[h]);
  if (h >= 1 && h <= 3) g->var[g->nvar++] = (Var){.name = "x", .type = G_COUNTRY, .exact = true};
  if (h >= 3) g->var[g->nvar++] = (Var){.name = "n", .type = G_NUMBER, .exact = true};
  if (h && one_in(g, 3)) { put(g, " where "); gen_fresh(g, G_BOOL, 2, false); }
  line(g, " {");
  if (one_in(g, 3)) {
    put(g, "let w = ");
    gen_fresh(g, G_NUMBER, 2, false);
    line(g, "");
    g->var[g->nvar++] = (Var){.name = "w", .type = G_NUMBER, .exact = false};
  }
  uint32_t n = 1 + pick(g, 2);
  for (uint32_t k = 0; k < n; k++) {
    static const char *const severity[] = {" else deny ", " else warn ", " else note "};
    put(g, "require ");
    gen_fresh(g, G_BOOL, 3, false);
    if (one_in(g, 2)) {
      put(g, severity[pick(g, 3)]);
      put(g, "\"no {(");
      gen_fresh(g, one_in(g, 2) ? G_NUMBER : G_TEXT, 1, false);
      put(g, ")} \xc3\xa9\"");
    }
    line(g, "");
  }
  line(g, "}");
  g->nvar = 0;
}

/* No other `let` is one of these, so no check asks them. */
static void passed(Gen *g) {
  line(g, "let passed = passes(ch0)");
  if (one_in(g, 2)) line(g, "let passed_without = [passes(ch0) without c for c in countries]");
  if (g->world && g->scenarios && one_in(g, 2)) line(g, "let passed_under = (passes(ch0) under q0 at 2026-01-05)");
  if (g->amendments) line(g, "let passed_amended = (passes(ch0) under m0)");
}

void gen_draft(Rng *r, Buf *out) {
  Gen gen = {.r = r, .out = out}, *g = &gen;
  g->world = !one_in(g, 3);
  g->agreed = g->world && !one_in(g, 4);
  g->today = one_in(g, 3);
  bool checks = one_in(g, 2);
  g->wide = !g->today && !checks;
  if (one_in(g, 2)) line(g, "# in columns");
  line(g, "unit t \"tonnes\"");
  line(g, "unit kg = 1 t / 1_000");
  line(g, "unit kt = 1_000 t");
  line(g, "unit wk = 7 d");
  line(g, "unit yr = 365.25 d");
  line(g, "unit mo = 30.4375 d");
  line(g, "unit GWh \"gigawatt hours\"");
  line(g, "unit USD \"dollars\"");
  line(g, "country A \"\xc3\x85land\"");
  line(g, "country B \"\xe6\x97\xa5\xe6\x9c\xac\" { note: \"b\" }");
  line(g, "country C");
  line(g, "country D \"D\"");
  line(g, "layer low \"Low\"");
  line(g, "resource R \"\xc3\x9cr\" { layer: low unit: t/yr }");
  line(g, one_in(g, 2) ? "resource S { layer: low unit: t/yr requires: { R: 2 t/t } }" : "resource S { layer: low unit: t/yr requires: { R } }");
  line(g, one_in(g, 3) ? "resource T { layer: low unit: t/yr requires: { S: 1 t/t, R: 0.5 t/t } critical: false }" : "resource T { layer: low unit: t/yr }");
  bool world = g->world;
  g->world = false;   /* tables come first, so that facts may ask them */
  g->facts_only = true;
  if (world || one_in(g, 2)) tables(g);
  g->facts_only = false;
  g->world = world;
  if (g->world) {
    bool agreed = g->agreed;
    g->agreed = false;
    gen_world(g);
    g->agreed = agreed;
    gen_clauses(g);
  }
  g->facts_only = false;
  functions(g);
  rules(g);
  if (g->world && one_in(g, 5)) coverage(g);
  if (one_in(g, 5)) any_unit(g);
  lets(g);
  for (uint32_t i = 0; checks && i < 1 + pick(g, 2); i++) check(g, i);
  if (checks && one_in(g, 3)) passed(g);
}
