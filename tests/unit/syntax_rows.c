/* What is read at one go against the grammar: drafts from a seed are read with rows and without. Both must say the same, mistakes
 * included, what a row holds must be what its nodes hold, and entities must be the same nodes in the same places. ROWS_SEED=N makes one draft again. */
#include "syntax/parser.h"
#include "syntax/print.h"
#include "tap.h"
#include <stdlib.h>

enum { RUNS = 4000, LINES = 6 };
static Mem mem;
static Intern names;
static Sources sources;
static Diags diags;
static Unit unit;
static uint64_t state;

static uint32_t rnd(uint32_t n) {
  state ^= state << 13; state ^= state >> 7; state ^= state << 17;
  return (uint32_t)((state >> 33) % n);
}

/* The first mostly, else any: the later ones are odd or wrong. How many are differs from draft to draft, since one mistake is enough
 * for a draft to have no rows. */
static uint32_t odd;
static const char *pick(const char *const *of, uint32_t n) { return of[rnd(odd) ? 0 : rnd(n)]; }
#define PICK(...) pick((const char *const[]){__VA_ARGS__}, sizeof (const char *const[]){__VA_ARGS__} / sizeof(char *))

static const char *name(void) { return PICK("usa", "A_1", "x", "from", "shall", "clause", "not", "9a", "@\"N 1\"", "rest", "t", "each of {usa}", "", "caf\xC3\xA9"); }
static const char *blank(void) { return PICK(" ", "  ", "\t", "\n", "", " # why\n  "); }
static const char *number(void) {
  return PICK("12.345", "7", "12_000", "1_0.5", "12345678901234567", "123456789012345678", "0.5", "5.", ".5", "1__0", "1e3", "2026-01-01", "1.2.3", "-4", "(1 + 2)", "12,000", "5 %", "0");
}
static const char *unit_word(void) { return PICK(" t/mo", " t", " t*d", " m^2", "t", "  t", " t/", " of", " t/of", " t/mo2", "%", " %", ""); }
static const char *day(void) { return PICK("2026-01-01", "2027-12-31", "2026-1-1", "2026-02-30", "2026-13-01", "2026-01-01x", "2026-01-01 + 1 d", "9999-12-31", "0001-01-01", "x"); }
static const char *tail(void) {
  return PICK("\n", "\n", "  # a comment\n", " to usa\n", "\n  cite s\n", " via sea", "\n  from 2026-01-01\n", " when x\n", "\n  ## a note on what follows\n", "; ", " + 1 t\n", "\n\n", "\r\n");
}

static void clause(Buf *b, uint32_t k) {
  buf_fmt(b, "  clause%s%s%u%s%s%s%s%s%s%ssupply%s%s%s%s%s%s%s", blank(), PICK("k", "K_", "", "from", "\"a\""), k, PICK(":", " :", " \"title\":", ""), blank(), name(), blank(),
          PICK("shall", "may", "intends to"), blank(), "", blank(), number(), unit_word(), blank(), PICK("of", "to", ""), blank(), name());
  if (rnd(4)) buf_fmt(b, "%s%s%s%s", blank(), PICK("from", "by", "until"), blank(), day());
  if (rnd(4)) buf_fmt(b, "%s%s%s%s", blank(), PICK("through", "until", "from"), blank(), day());
  buf_str(b, tail());
}

static const char *value(void) { return PICK("minerals", "t/mo", "\"a text\"", "t*d/yr", "t / mo", "m^2", "2", "\"a {x} b\"", "\"a \\\" b\"", "\"a\\nb\"", "x.y", "unit", "true", "{a}", "\"no end", "f(x)", "a b", "-t", ""); }
static const char *field(void) { return PICK("layer", "unit", "hs", "source", "note", "stage", "layers", "sources", "demand", "of", "9", "\"layer\""); }

static void entity(Buf *b) {
  uint32_t was = odd;
  odd = 2 + rnd(odd);
  buf_fmt(b, "%s%s%s%s%s", PICK("resource", "country", "layer", "source", "route", "  resource", "x: layer", "mine"), blank(), name(), blank(), PICK("", "\"Tin\"", "\"Tin, 99\"", "\"{x}\"", "\"caf\xC3\xA9\"", "\"Tin", ":", "="));
  if (rnd(4)) {
    buf_fmt(b, "%s%s%s", blank(), PICK("{", "{\n", "", "# why {\n{"), PICK("", " ", "  # why\n"));
    for (uint32_t i = rnd(4); i-- > 0;) buf_fmt(b, "%s%s%s%s%s", field(), PICK(":", ": ", " : ", "", ":\n"), value(), PICK(" ", "  ", "\n  ", ", ", ",", "", ";", ",,", " # why\n "), PICK("", ",", "}"));
    buf_str(b, PICK("}", " }", "\n}", ""));
  }
  odd = was;
  buf_str(b, tail());
}

static void measure(Buf *b) {
  uint32_t was = odd;
  odd = 2 + rnd(odd);
  buf_fmt(b, "%s%s%s%s%s", PICK("unit", "  unit", "x: unit"), blank(), name(), blank(), PICK("\"tonnes\"", "", "\"{x}\"", "\"Tin"));
  if (rnd(4)) buf_fmt(b, "%s=%s%s%s", PICK(" ", "", "\n", "  "), blank(), number(), unit_word());
  if (!rnd(3)) buf_fmt(b, "%s%s%s%s", blank(), PICK("/", "*", "//"), blank(), number());
  odd = was;
  buf_str(b, tail());
}

static void fact(Buf *b) {
  switch (rnd(7)) {
    case 5: case 6: measure(b); break;
    case 3: case 4: entity(b); break;
    case 0: buf_fmt(b, "supply%s%s%s{%s%s%s:%s%s%s%s}%s", blank(), name(), blank(), blank(), name(), PICK("", " "), blank(), number(), rnd(2) ? "%" : unit_word(), blank(), tail()); break;
    case 1: buf_fmt(b, "demand%s%s:%s%s%s%s", blank(), name(), blank(), number(), unit_word(), tail()); break;
    default: buf_fmt(b, "requires%s%s%s{%s%s%s}%s", blank(), name(), blank(), blank(), name(), PICK(" ", "", ", ore ", ": 2 "), tail()); break;
  }
}

static void draft(Buf *b) {
  uint32_t n = 1 + rnd(LINES), amend = !rnd(8);
  for (uint32_t i = rnd(LINES); i-- > 0;) fact(b);
  buf_str(b, amend ? "amendment b to a {\n" : "agreement a {\n  parties: {usa}\n");
  if (!rnd(4)) buf_str(b, "  article one {\n");
  else n |= 64;
  for (uint32_t i = n & 63; i-- > 0;) {
    if (amend) buf_str(b, PICK("  add ", "  replace\n", " "));
    clause(b, rnd(4) ? (n & 63) - i + 7 : rnd(12));
  }
  buf_str(b, n & 64 ? "}\n" : "}\n}\n");
  for (uint32_t i = rnd(3); i-- > 0;) fact(b);
}

/* ---- */

static uint32_t rows_seen, entities_seen, rises_seen, start[2];

static bool figure_is(const Row *r, const Node *q) {
  Num has = unit.numbers.at[q->sym];
  return num_cmp(&mem, has, num_dec(r->c, r->e)) == 0 && (q->kind == N_QUANTITY ? q->kid[0]->sym == r->unit : !r->unit);
}

static bool window_is(const Row *r, const Node *mods) {
  Day from = DAY_MIN, until = DAY_OPEN;
  for (const Node *m = list_first(mods); m; m = m->next) {
    Day d = (Day)m->kid[0]->sym;
    if (m->op == MOD_FROM) from = d;
    else until = m->op == MOD_UNTIL ? d : d == DAY_MAX ? DAY_OPEN : d + 1;
  }
  return from == r->from && until == r->until;
}

static bool row_is(const Row *r, const Node *n) {
  const Node *e;
  switch (n->kind) {
    case N_CLAUSE:
      return r->kind == ROW_CLAUSE && n->kid[2]->kid[0]->sym == r->who && n->kid[3]->kid[1]->sym == r->res && n->kid[3]->op == ACT_SUPPLY && n->kid[3]->ref == MODAL_SHALL &&
             figure_is(r, n->kid[3]->kid[0]) && window_is(r, n->kid[4]);
    case N_DEMAND_JOINT: return r->kind == ROW_DEMAND && n->kid[0]->sym == r->res && figure_is(r, n->kid[1]);
    case N_SUPPLY: case N_REQUIRES:
      e = list_first(n->kid[2]);
      return r->kind == (n->kind == N_SUPPLY ? ROW_SUPPLY : ROW_REQUIRES) && n->kid[0]->sym == r->res && e->kid[0]->sym == r->who && e->span.lo == r->entry.lo && e->span.hi == r->entry.hi &&
             (n->kind == N_REQUIRES || figure_is(r, e->kid[1]));
    default: return false;
  }
}

static bool list_same(const Node *a, const Node *b);

static bool places_same(const Node *a, const Node *b) {
  if (!a || !b) return a == b;
  bool same = a->span.lo - start[0] == b->span.lo - start[1] && a->span.hi - start[0] == b->span.hi - start[1] && a->depth == b->depth;
  if (a->kind == N_LIST) {
    for (a = list_first(a), b = list_first(b); a && b && same; a = a->next, b = b->next) same = places_same(a, b);
    return same && a == b;
  }
  for (int i = 0; i < ast_kids((NodeKind)a->kind) && same; i++) same = places_same(a->kid[i], b->kid[i]);
  return same;
}

static bool node_same(const Node *a, const Node *b) {
  if (a->kind == N_ENTITY) entities_seen++;
  if (a->kind == N_ENTITY && !places_same(a, b)) return false;
  int inner = a->kind == N_AGREEMENT || a->kind == N_ARTICLE ? 2 : -1;
  if (inner < 0 || a->kind != b->kind) return tree_same(&unit, a, b);
  return tree_same(&unit, a->kid[0], b->kid[0]) && list_same(a->kid[inner], b->kid[inner]);
}

/* What is said of a clause's label must be so. */
static bool rises_truly(const Row *r, const Node *before, const Node *n) {
  if (!r->rises) return true;
  if (!before || n->kind != N_CLAUSE || before->kid[0]->kind != N_NAME || n->kid[0]->kind != N_NAME) return false;
  Sym a = before->kid[0]->sym, b = n->kid[0]->sym;
  rises_seen++;
  return text_less((Text){intern_text(&names, a), intern_len(&names, a)}, (Text){intern_text(&names, b), intern_len(&names, b)});
}

static bool list_same(const Node *a, const Node *b) {
  const Node *y = list_first(b);
  for (const Node *x = list_first(a); x; x = x->next) {
    if (x->kind != N_ROWS) {
      if (!y || !node_same(x, y)) return false;
      y = y->next;
      continue;
    }
    const Node *before = NULL;
    for (uint32_t i = 0; i < x->ref; i++, y = y->next) {
      const Row row = x->op == ROW_CLAUSE ? unit_clause(&unit, x->sym + i) : *unit_row(&unit, x->sym + i), *r = &row;
      const Node *n = parse_again(&unit, r);
      rows_seen++;
      if (!rises_truly(r, before, n)) return false;
      before = n;
      if (!y || !n || !tree_same(&unit, n, y) || !row_is(r, n) || n->span.hi - n->span.lo != y->span.hi - y->span.lo) return false;
    }
  }
  return !y;
}

static void said(Buf *b, uint32_t base) {
  for (uint32_t i = 0; i < diags.list.len; i++) {
    const Diag *x = &diags.list.at[i];
    buf_fmt(b, "%d %u %u %s / %s\n", (int)x->code, x->span.lo - base, x->span.hi - base, x->text, x->help ? x->help : "");
    for (uint8_t k = 0; k < x->nlabel; k++) buf_fmt(b, "  %u %s\n", x->label[k].span.lo - base, x->label[k].text);
  }
  diags.list.len = diags.errors = 0;
}

static bool both_ways(const char *text) {
  Buf with, without;
  buf_init(&with, &mem);
  buf_init(&without, &mem);
  const Source *a = sources_add(&sources, "a", text, strlen(text), false), *b = sources_add(&sources, "b", text, strlen(text), false);
  start[0] = a->base;
  start[1] = b->base;
  unit.rowing = ROWING_DRAFT;
  Node *x = parse_file(&unit, a);
  said(&with, a->base);
  bool kept = !memcmp(a->text, text, strlen(text));
  unit.rowing = ROWING_NONE;
  Node *y = parse_file(&unit, b);
  said(&without, b->base);
  bool same = !strcmp(buf_text(&with), buf_text(&without)) && kept && list_same(x->kid[0], y->kid[0]);
  if (!same) diag("%swith rows:\n%swithout:\n%s", text, buf_text(&with), buf_text(&without));
  buf_end(&with);
  buf_end(&without);
  return same;
}

int main(void) {
  const char *seed = getenv("ROWS_SEED");
  uint32_t first = seed ? (uint32_t)strtoul(seed, NULL, 10) : 1, last = seed ? first : RUNS, wrong = 0;
  for (uint32_t i = first; i <= last && wrong < 3; i++) {
    Buf b;
    state = i * 0x9e3779b97f4a7c15ull + 1;
    odd = 4u << i % 6 * 2;
    mem_init(&mem, 0);
    intern_init(&names, &mem, 1);
    sources_init(&sources, &mem);
    diags_init(&diags, &mem);
    unit_init(&unit, &mem, &names, &sources, &diags);
    buf_init(&b, &mem);
    draft(&b);
    if (!both_ways(buf_text(&b))) { wrong++; diag("ROWS_SEED=%u", i); }
    buf_end(&b);
    unit_end(&unit);
    diags_end(&diags);
    sources_end(&sources);
    intern_end(&names);
    mem_end(&mem);
  }
  ok(!wrong, "drafts say the same, read with rows and without");
  ok(seed || (rows_seen > RUNS / 4 && entities_seen > RUNS / 4 && rises_seen > RUNS / 4), "%u rows and %u entities were read; %u labels rose", rows_seen, entities_seen, rises_seen);
  return done();
}
