/* The world: facts by hand in its columns, and what it answers. Undisturbed answers are known; random worlds are asked
 * twice, through the caches and past them, and must agree. */
#include "values.h"
#include "world/world.h"
#include <stdlib.h>

enum { USA, CHN, JPN, AUS, DEU, NCOUNTRY };
enum { ORE, METAL, CHIP, NRES };
enum { STRAIT, CANAL, NROUTE };

static World w;
static UnitId t_yr, item_yr, ton, t_item, kg_yr;
static const Span nowhere = {0, 0};
static const Window always = {DAY_MIN, DAY_OPEN, false};

static uint32_t below(uint32_t n) { return (uint32_t)((roll() >> 33) % n); }

/* ---- a program without a text ---- */

static void entities(uint32_t kind, const char *const *ids, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    Entity e = {.id = sym(ids[i]), .name = ids[i]};
    if (kind == K_CLAUSE) {
      e.owner = ent_make(K_AGREEMENT, 0);
      clause_entity_put(&program, clause_make(&program, nowhere, e.owner, 0, NULL), e);
    } else vec_push(&mem, &program.kinds.at[kind].list, e);
  }
}

static void units_make(void) {
  unit_declare_as(&program.units, sym("yr"), "years", nowhere, num_dec(36525, -2), unit_of("d"));
  unit_declare(&program.units, sym("t"), "tonnes", nowhere);
  unit_declare_as(&program.units, sym("kg"), "kilograms", nowhere, num_dec(1, -3), unit_of("t"));
  unit_declare(&program.units, sym("item"), "items", nowhere);
  t_yr = unit_of("t/yr");
  item_yr = unit_of("item/yr");
  ton = unit_of("t");
  t_item = unit_of("t/item");
  kg_yr = unit_of("kg/yr");
}

static void begin(uint64_t fail_at) {
  static const char *const countries[] = {"USA", "CHN", "JPN", "AUS", "DEU"}, *const res[] = {"ore", "metal", "chip"};
  static const char *const routes[] = {"strait", "canal"}, *const agreements[] = {"pact", "treaty"}, *const layers[] = {"minerals"};
  static const char *const scenarios[] = {"s0", "s1", "s2"}, *const controls[] = {"k0", "k1"};
  static const char *const clauses[] = {"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "c12", "c13", "c14", "c15"};
  mem_init(&mem, 0);
  mem.fail_at = fail_at;
  mem.fail_after = fail_at != 0;
  values_make();
  units_make();
  entities(K_COUNTRY, countries, NCOUNTRY);
  entities(K_RESOURCE, res, NRES);
  entities(K_LAYER, layers, 1);
  entities(K_ROUTE, routes, NROUTE);
  entities(K_AGREEMENT, agreements, 2);
  entities(K_SCENARIO, scenarios, 3);
  entities(K_CONTROL, controls, 2);
  entities(K_CLAUSE, clauses, 16);
  vec_push(&mem, &program.resource_unit, t_yr);
  vec_push(&mem, &program.resource_unit, t_yr);
  vec_push(&mem, &program.resource_unit, item_yr);
  if (!world_init(&w, &mem, &program) && !fail_at) abort();
}

static void end(const char *what) {
  world_end(&w);
  values_drop();
  if (what) is_int((int64_t)mem.used, 0, "%s: nothing is left in use", what);
  else if (mem.used) ok(false, "nothing is left in use when memory runs out");
  mem_end(&mem);
}

/* ---- rows ---- */

static Day day(int y, int m, int d) { return date_day(y, m, d); }
static Window from(int y) { Window win = {day(y, 1, 1), DAY_OPEN, true}; return win; }
static Window years(int a, int b) { Window win = {day(a, 1, 1), day(b, 1, 1), true}; return win; }

static void push(SupplyCols *s, uint32_t res, uint32_t who, Value v, Window win) {
  Span at = {10 * s->res.len + 1, 10 * s->res.len + 5};
  if (!vec_push(&mem, &s->value, v)) { value_drop(&mem, v); return; }
  if (!vec_push(&mem, &s->res, res) || !vec_push(&mem, &s->who, who) || !vec_push(&mem, &s->win, win) || !vec_push(&mem, &s->span, at) ||
      !vec_push(&mem, &s->cite, 0)) s->res.len = s->who.len = s->win.len = s->span.len = s->cite.len = 0;
}

static Value fig(int64_t n, UnitId u) { return value_figure(num_int(n), u); }
static Value percent(int64_t n) { return value_figure(num_dec(n, -2), UNIT_ONE); }
static Value loose(Num lo, Num hi, UnitId u) {
  Value why = value_unknown(&w.rt, world_cause(&w, CAUSE_LOOSE, 0, 0, nowhere)), v = value_interval(&w.rt, &lo, &hi, u, why);
  value_drop(&mem, why);
  return v;
}
static Value func(uint32_t f) { Value v = {.tag = V_FUNC, .aux = f}; return v; }

static void supply(uint32_t res, uint32_t who, Value v, Window win) { push(&w.supply, res, who, v, win); }
static void demand(uint32_t res, uint32_t who, Value v, Window win) { push(&w.demand, res, who, v, win); }
static void total(uint32_t res, Value v) { push(&w.totals, res, 0, v, always); }

static void require(uint32_t res, uint32_t input, Value rate, Window win) {
  RequireCols *q = &w.requires;
  vec_push(&mem, &q->res, res);
  vec_push(&mem, &q->input, input);
  vec_push(&mem, &q->rate, rate);
  vec_push(&mem, &q->win, win);
  vec_push(&mem, &q->span, nowhere);
  vec_push(&mem, &q->cite, 0);
}

static uint64_t *set_of(uint32_t bits) {
  uint64_t *b = world_bits(&w, NCOUNTRY);
  if (b) *b = bits;
  return b;
}

enum { ONE = 1, ALL5 = 31 };
#define BIT(i) (1u << (i))

static void agreement(uint32_t parties, int a, int b) {
  AgreementFacts f = {.parties = set_of(parties), .first = day(a, 1, 1), .last = day(b, 12, 31), .binding = true};
  vec_push(&mem, &w.agreements, f);
}

/* A clause of the first agreement; its goods come by promise(). */
static ClauseFacts *clause(uint8_t act, uint32_t subjects, uint32_t to) {
  static ClauseFacts refused;
  ClauseFacts *c = vec_push(&mem, &w.clauses, 0) ? world_clause_full(&w, w.clauses.len - 1, NULL) : NULL;
  if (!c) { w.clauses.len = w.clause_facts.len; return &refused; }
  *c = (ClauseFacts){.act = act, .modal = MODAL_SHALL, .binding = true, .win = years(2026, 2031), .control = UINT32_MAX, .when = UINT32_MAX, .unless = UINT32_MAX, .res = UINT32_MAX};
  c->subjects = set_of(subjects);
  c->to = to ? set_of(to) : NULL;
  return c;
}

static void promise(uint32_t res, uint32_t who, Value v, Window win) {
  PromiseCols *p = &w.promises;
  if (!w.clause_facts.len) { value_drop(&mem, v); return; }
  ClauseFacts *c = &w.clause_facts.at[w.clause_facts.len - 1];
  c->res = res;
  vec_push(&mem, &p->res, res);
  vec_push(&mem, &p->who, who);
  vec_push(&mem, &p->value, v);
  vec_push(&mem, &p->win, (DayRun){win.from, win.until});
  vec_push(&mem, &p->clause, w.clauses.len - 1);
  vec_push(&mem, &p->act, c->act);
  promise_listed(&mem, p, p->res.len - 1);
}

static ClauseFacts *offer(uint32_t res, uint32_t who, int64_t n, uint32_t to) {
  ClauseFacts *c = clause(ACT_SUPPLY, who == WHO_JOINT ? BIT(USA) | BIT(JPN) | BIT(AUS) : BIT(who), to);
  promise(res, who, fig(n, program.resource_unit.at[res]), years(2026, 2031));
  return c;
}

static void control(uint32_t by, uint32_t res, uint32_t against, Window win) {
  ControlFacts k = {.by = by, .resources = world_bits(&w, NRES), .against = against ? set_of(against) : NULL, .win = win};
  if (k.resources) *k.resources = BIT(res);
  vec_push(&mem, &w.controls, k);
}

static void shock(uint32_t scenario, uint8_t op, uint32_t index, uint32_t countries, Window win) {
  Shock s = {.op = op, .index = index, .countries = countries ? set_of(countries) : NULL, .by = num_dec(50, -2), .win = win};
  if (op == SHOCK_SUSPEND) s.what = ent_make(K_CLAUSE, index);
  vec_push(&mem, &w.scenarios.at[scenario].shocks, s);
}

static void scenarios(uint32_t n) {
  ScenarioFacts none = {0};
  while (w.scenarios.len < n && vec_push(&mem, &w.scenarios, none)) {}
}

/* ---- asking ---- */

static Ctx *at(int y) { return world_ctx(&w, world_base(&w), y ? day(y, 7, 1) : DAY_NONE); }
static Ctx *in(const View *v, int y) { return world_ctx(&w, v, day(y, 7, 1)); }
static const View *without(Ent e) { return world_without(&w, world_base(&w), value_ent(e)); }
static const View *under(uint32_t scenario) { return world_under(&w, world_base(&w), ent_make(K_SCENARIO, scenario)); }

static const char *cause_words(Value v, char *to, size_t n) {
  const Causes *c = value_causes(v);
  Buf b;
  buf_init(&b, &mem);
  for (uint32_t i = 0; c && i < c->o.len; i++) { if (i) buf_str(&b, "; "); world_cause_text(&w, c->at[i], &b); }
  snprintf(to, n, "%s", buf_text(&b));
  buf_end(&b);
  return to;
}

/* Takes v over. */
static void shows(Value v, const char *want, const char *what) {
  char got[300], why[200];
  Buf b;
  buf_init(&b, &mem);
  if (v.tag == V_UNK) snprintf(got, sizeof got, "unknown: %s", cause_words(v, why, sizeof why));
  else { value_show(&w.rt, v, &b); snprintf(got, sizeof got, "%s", buf_text(&b)); }
  buf_end(&b);
  value_drop(&mem, v);
  is_str(got, want, "%s", what);
}

/* Functions of facts, as the machine would answer them: 0 true, 1 false, 2 not known, 3 what AUS can supply of ore, 4 itself. */
static Value answer(void *vm, Ctx *x, uint32_t f, Ent arg) {
  (void)vm, (void)arg;
  if (f == 3) return world_capacity(&w, x, AUS, ORE);
  if (f == 4) return world_capacity(&w, x, USA, METAL);
  if (f == 5) return fig(3000, kg_yr);
  return f == 2 ? value_unknown(&w.rt, world_cause(&w, CAUSE_TABLE, UINT32_MAX, 0, nowhere)) : value_bool(f == 0);
}

/* ---- supply ---- */

static void table_named(const char *name, uint8_t nkey) {
  Table t = {.name = sym(name), .nkey = nkey};
  vec_push(&mem, &program.tables, t);
}

static void test_capacity(void) {
  begin(0);
  supply(ORE, CHN, percent(60), always);
  supply(ORE, CHN, percent(50), from(2028));
  supply(ORE, AUS, fig(100, t_yr), always);
  supply(METAL, CHN, percent(90), always);
  supply(METAL, WHO_REST, percent(10), always);
  supply(CHIP, JPN, fig(30, item_yr), always);
  supply(CHIP, USA, fig(10, item_yr), years(2027, 2028));
  total(ORE, fig(1000, t_yr));
  world_seal(&w);
  shows(world_capacity(&w, at(2026), CHN, ORE), "600 t/yr", "a share is of world production");
  shows(world_capacity(&w, at(2028), CHN, ORE), "500 t/yr", "the fact with the latest start holds");
  shows(world_capacity(&w, at(2026), AUS, ORE), "100 t/yr", "a quantity is itself");
  shows(world_capacity(&w, at(2026), USA, ORE), "between 0 and 300 t/yr", "who is not named has up to what is left over");
  shows(world_share(&w, at(2026), USA, ORE), "between 0 and 0.3", "and as a share");
  shows(world_share(&w, at(2026), AUS, ORE), "0.1", "a quantity as a share of world production");
  shows(world_capacity(&w, at(2026), CHN, METAL), "unknown: what the world produces of metal: no world fact says", "a share without world production");
  shows(world_share(&w, at(2026), USA, METAL), "between 0 and 0.1", "the rest goes to those not named");
  shows(world_capacity(&w, at(2026), USA, CHIP), "0 item/yr", "beside quantities who is not named has nothing");
  shows(world_share(&w, at(2027), JPN, CHIP), "0.75", "a share of the sum of quantities");
  shows(world_share(&w, at(2026), JPN, CHIP), "1", "of those in force");
  shows(world_producers(&w, at(2026), CHIP), "{JPN}", "producers are those named");
  shows(world_producers(&w, at(2027), CHIP), "{USA, JPN}", "on the day");
  shows(world_producers(&w, in(without(ent_make(K_COUNTRY, JPN)), 2027), CHIP), "{USA}", "and present");
  shows(world_share(&w, in(without(ent_make(K_COUNTRY, JPN)), 2027), USA, CHIP), "0.25", "what a share is a share of stays");
  shows(world_capacity(&w, at(0), CHN, ORE), "unknown: the fact has a window, and no day is set", "undated, a fact with a window is unknown");
  shows(world_capacity(&w, at(0), JPN, CHIP), "30 item/yr", "and one without holds");
  is_int(diags.errors, 0, "and there is nothing to report");
  end("capacity");
}

static void test_loose(void) {
  begin(0);
  w.eval = answer;
  supply(ORE, CHN, loose(num_int(60), num_int(80), t_yr), always);
  supply(ORE, AUS, fig(40, t_yr), always);
  supply(ORE, WHO_REST, fig(20, t_yr), always);
  supply(METAL, CHN, loose(num_dec(50, -2), num_dec(70, -2), UNIT_ONE), always);
  supply(METAL, JPN, func(3), always);
  supply(METAL, USA, func(4), always);
  supply(CHIP, DEU, percent(100), always);
  world_seal(&w);
  shows(world_share(&w, at(2026), CHN, ORE), "between 0.5 and ~0.571429", "an uncertain quantity among others is one fact, not two");
  shows(world_share(&w, at(2026), USA, ORE), "between 0 and ~0.166667", "the rest as a share of the sum");
  shows(world_capacity(&w, at(2026), USA, ORE), "between 0 and 20 t/yr", "and as a quantity");
  shows(world_capacity(&w, at(2026), JPN, METAL), "40 t/yr", "a figure that is a function of other facts");
  Value loop = world_capacity(&w, at(2026), USA, METAL);
  is_int(loop.tag, V_UNK, "a figure that needs itself ends as unknown");
  value_drop(&mem, loop);
  shows(world_share(&w, at(2026), USA, CHIP), "0", "nothing is left over of 100 %%");
  shows(world_capacity(&w, at(2026), USA, CHIP), "0 item/yr", "of whatever it is");
  shows(world_demanded(&w, at(2026), USA, CHIP), "0 item/yr", "no demand is none");
  end("uncertain figures");
  begin(0);
  world_seal(&w);
  shows(world_capacity(&w, at(2026), AUS, ORE), "unknown: what AUS can supply of ore: no supply fact says", "without a fact nothing is known");
  shows(world_share(&w, at(2026), AUS, ORE), "unknown: what AUS can supply of ore: no supply fact says", "of shares either");
  shows(world_producers(&w, at(2026), ORE), "unknown: who can supply ore: no supply fact says", "or of producers");
  end("no facts");
}

/* ---- promises ---- */

static void test_promises(void) {
  begin(0);
  w.eval = answer;
  agreement(BIT(USA) | BIT(JPN) | BIT(AUS), 2026, 2030);
  offer(ORE, AUS, 100, BIT(USA));                          /* c0 */
  offer(ORE, AUS, 20, BIT(USA))->binding = false;          /* c1 */
  offer(ORE, WHO_JOINT, 90, 0);                            /* c2 */
  offer(METAL, USA, 10, 0)->when = 0;                      /* c3 */
  offer(METAL, JPN, 10, 0)->when = 1;                      /* c4 */
  offer(METAL, AUS, 10, 0)->when = 2;                      /* c5 */
  uint64_t *way = world_bits(&w, NROUTE);
  *way = BIT(STRAIT);
  offer(CHIP, JPN, 5, 0)->routes = way;                    /* c6 */
  clause(ACT_STOCKPILE, BIT(USA), 0);                      /* c7 */
  promise(ORE, USA, fig(7, ton), years(2027, 2031));
  clause(ACT_CARRY, BIT(JPN), 0);                          /* c8 */
  promise(ORE, JPN, fig(70, t_yr), years(2026, 2031));
  world_seal(&w);
  shows(world_committed(&w, at(2026), AUS, ORE), "130 t/yr", "a promise and a part of a joint one");
  shows(world_intended(&w, at(2026), AUS, ORE), "20 t/yr", "what does not bind");
  shows(world_suppliers(&w, at(2026), ORE), "{USA, JPN, AUS}", "suppliers");
  shows(world_suppliers(&w, at(2025), ORE), "{}", "not before the term");
  shows(world_committed(&w, in(without(ent_make(K_COUNTRY, JPN)), 2026), AUS, ORE), "145 t/yr", "the others share a joint promise");
  shows(world_committed(&w, in(without(ent_make(K_COUNTRY, USA)), 2026), AUS, ORE), "45 t/yr", "a clause without recipients lapses");
  shows(world_committed(&w, in(without(ent_make(K_CLAUSE, 0)), 2026), AUS, ORE), "30 t/yr", "a clause taken away");
  shows(world_suppliers(&w, at(2026), METAL), "{USA, AUS}", "when true, and when it is not known");
  shows(world_committed(&w, at(2026), AUS, METAL), "between 0 and 10 t/yr", "not known: between nothing and all");
  shows(world_committed(&w, at(2026), JPN, METAL), "0 t/yr", "when false");
  shows(world_committed(&w, at(2026), JPN, CHIP), "5 item/yr", "by an open route");
  shows(world_committed(&w, in(without(ent_make(K_ROUTE, STRAIT)), 2026), JPN, CHIP), "0 item/yr", "not by a closed one");
  shows(world_committed(&w, in(without(ent_make(K_ROUTE, CANAL)), 2026), JPN, CHIP), "5 item/yr", "another one does not matter");
  shows(world_stockpiled(&w, at(2027), USA, ORE), "7 t", "a stock");
  shows(world_stockpiled(&w, at(2027), WHO_JOINT, ORE), "7 t", "in all");
  shows(world_stockpiled(&w, at(2026), WHO_JOINT, ORE), "0", "before its date");
  shows(world_carried(&w, at(2026), ORE), "70 t/yr", "what is carried");
  shows(world_parties(&w, at(2026)), "{USA, JPN, AUS}", "parties");
  Dep d = {DAY_NONE, DAY_OPEN, 0, UINT32_MAX};
  shows(world_clauses(&w, at(2026), ent_make(K_RESOURCE, CHIP), &d), "{c6}", "clauses of a resource");
  shows(world_clauses(&w, at(2026), ent_make(K_ROUTE, STRAIT), &d), "{c6}", "of a route");
  shows(world_clauses(&w, at(2026), ent_make(K_COUNTRY, JPN), &d), "{c2, c4, c6, c8}", "of a country");
  shows(world_clauses(&w, at(2025), ent_make(K_AGREEMENT, 0), &d), "{}", "in force only");
  end("promises");
}

static void test_controls(void) {
  begin(0);
  agreement(BIT(USA) | BIT(JPN) | BIT(AUS), 2026, 2030);
  control(AUS, ORE, 0, from(2028));
  Window pause = years(2029, 2030);
  vec_push(&mem, &w.controls.at[0].suspended, pause);
  control(JPN, METAL, BIT(CHN), always);
  offer(ORE, AUS, 100, BIT(USA));
  offer(METAL, JPN, 50, BIT(USA));
  clause(ACT_EXEMPT, BIT(AUS), BIT(USA))->control = 0;
  w.clause_facts.at[2].win = years(2030, 2031);
  clause(ACT_NOT_RESTRICT, BIT(AUS), 0)->resources = w.controls.at[0].resources;
  scenarios(3);
  shock(0, SHOCK_IMPOSE, 0, 0, from(2026));
  shock(1, SHOCK_LIFT, 0, 0, always);
  shock(1, SHOCK_ASSUME, 2, 0, always);
  shock(2, SHOCK_WITHDRAW, 0, BIT(JPN), years(2027, 2028));
  shock(2, SHOCK_SUSPEND, 1, 0, from(2029));
  world_seal(&w);
  shows(world_committed(&w, at(2027), AUS, ORE), "100 t/yr", "before a control");
  shows(world_committed(&w, at(2028), AUS, ORE), "0 t/yr", "a control blocks");
  ok(world_blocked(&w, at(2028), AUS, ORE).tag == V_TRUE && world_blocked(&w, at(2027), AUS, ORE).tag == V_FALSE, "and is seen as blocking");
  shows(world_committed(&w, at(2029), AUS, ORE), "100 t/yr", "not while it is suspended");
  shows(world_committed(&w, at(2030), AUS, ORE), "100 t/yr", "an exemption lifts it for its recipients");
  shows(world_committed(&w, at(2030), JPN, METAL), "50 t/yr", "a control against others blocks nothing");
  shows(world_committed(&w, in(under(0), 2029), AUS, ORE), "0 t/yr", "imposed, whatever its window and suspension");
  shows(world_committed(&w, in(under(1), 2028), AUS, ORE), "100 t/yr", "lifted");
  shows(world_committed(&w, in(under(1), 2027), JPN, METAL), "0 t/yr", "a scenario assumed within another");
  shows(world_parties(&w, in(under(1), 2027)), "{USA, AUS}", "the withdrawn are no parties");
  shows(world_committed(&w, in(under(1), 2028), JPN, METAL), "50 t/yr", "until they come back");
  shows(world_committed(&w, in(under(1), 2029), JPN, METAL), "0 t/yr", "a suspended clause");
  OwnFinding own[4];
  is_int(world_own_findings(&w, own, 4), 1, "one finding of the engine's own");
  ok(own[0].kind == OWN_RESTRICTED && own[0].clause == 3 && own[0].control == 0 && own[0].country == AUS && own[0].resource == ORE, "a control that a clause rules out");
  ok(own[0].first == day(2028, 1, 1) && own[0].last == day(2030, 12, 31), "on the days on which it does");
  end("controls");
}

static bool is_needed(Ctx *x, uint32_t r) { return world_has_need(&w, x, r).tag == V_TRUE; }

static void test_need(void) {
  begin(0);
  agreement(BIT(USA) | BIT(JPN), 2026, 2030);
  agreement(BIT(AUS), 2027, 2032);
  offer(CHIP, JPN, 40, 0);
  clause(ACT_SUPPLY, BIT(AUS), 0)->agreement = 1;
  promise(ORE, AUS, fig(12, t_yr), years(2026, 2033));
  demand(ORE, USA, fig(9, t_yr), always);
  demand(ORE, CHN, fig(1000, t_yr), always);
  demand(ORE, WHO_JOINT, fig(1, t_yr), from(2027));
  require(CHIP, METAL, value_figure(num_dec(5, -1), t_item), always);
  require(CHIP, ORE, (Value){.tag = V_NONE}, always);
  require(METAL, ORE, value_int(2), always);
  supply(ORE, AUS, fig(10, t_yr), always);
  scenarios(1);
  shock(0, SHOCK_SCALE, ORE, BIT(AUS), always);
  world_seal(&w);
  shows(world_needed(&w, at(2026), ORE), "9 t/yr", "the parties' demand");
  shows(world_needed(&w, at(2027), ORE), "10 t/yr", "and what is needed jointly");
  shows(world_needed(&w, at(2026), METAL), "20 t/yr", "what is made requires");
  shows(world_needed(&w, in(without(ent_make(K_COUNTRY, JPN)), 2026), METAL), "0 t/yr", "and what is not made does not");
  ok(is_needed(at(2026), METAL) && !is_needed(at(2026), CHIP) && !is_needed(at(2025), METAL), "whether there is a need");
  ok(is_needed(in(without(ent_make(K_COUNTRY, JPN)), 2026), METAL), "is of the world before anything is assumed");
  shows(world_inputs(&w, at(2026), CHIP), "{ore, metal}", "inputs");
  shows(world_uses(&w, at(2026), ORE), "{metal, chip}", "uses");
  shows(world_rate(&w, at(2026), CHIP, METAL), "0.5 t/item", "a rate");
  shows(world_rate(&w, at(2026), CHIP, ORE), "unknown: how much ore making chip takes: no rate is stated", "no rate");
  shows(world_capacity(&w, in(under(0), 2027), AUS, ORE), "5 t/yr", "a shock to supply");
  shows(world_committed(&w, in(under(0), 2027), AUS, ORE), "5 t/yr", "cuts the promises above it");
  const View *treaty = world_under(&w, world_base(&w), ent_make(K_AGREEMENT, 1));
  shows(world_parties(&w, in(treaty, 2027)), "{AUS}", "an agreement alone in force");
  shows(world_needed(&w, in(treaty, 2027), METAL), "0 t/yr", "without the promises of the others");
  ok(!is_needed(in(treaty, 2027), METAL), "which are no need of its world");
  Day a, b;
  ok(world_term(&w, world_base(&w), &a, &b) && a == day(2026, 1, 1) && b == day(2032, 12, 31), "the term of all");
  ok(world_term(&w, treaty, &a, &b) && a == day(2027, 1, 1), "and of one");
  ok(world_under(&w, treaty, ent_make(K_AGREEMENT, 0)) == world_under(&w, world_base(&w), ent_make(K_AGREEMENT, 0)), "the last one chosen counts");
  OwnFinding own[4];
  is_int(world_own_findings(&w, own, 4), 1, "one promise above capacity");
  ok(own[0].kind == OWN_OVERPROMISE && own[0].country == AUS && own[0].resource == ORE && own[0].clause == 1 && own[0].last == day(2032, 12, 31), "whose, and until when");
  shows(own[0].promised, "12 t/yr", "with what is promised");
  shows(own[0].capacity, "10 t/yr", "and what there is");
  end("need");
}

/* ---- tables, time, traces ---- */

static void row(uint32_t table, Value key, Value v, Window win, Span span) {
  TableCols *t = &w.tables;
  Value none = {.tag = V_NONE};
  vec_push(&mem, &t->table, table);
  for (uint32_t k = 0; k < TABLE_KEY_MAX; k++) vec_push(&mem, &t->key[k], k ? none : key);
  vec_push(&mem, &t->value, v);
  vec_push(&mem, &t->win, win);
  vec_push(&mem, &t->span, span);
  vec_push(&mem, &t->cite, 0);
}

static Value ask(int y, uint32_t table, uint32_t country) { Value key = value_ent(ent_make(K_COUNTRY, country)); return world_table(&w, at(y), table, &key); }

static void test_tables(void) {
  begin(0);
  Value none = {.tag = V_NONE};
  Span some = {1, 2};
  table_named("ratified", 1);
  table_named("threshold", 0);
  table_named("wgi", 1);
  row(0, none, value_bool(false), always, nowhere);
  row(0, value_ent(ent_make(K_COUNTRY, JPN)), value_bool(true), from(2027), some);
  row(1, none, percent(10), always, nowhere);
  row(1, none, percent(20), always, some);
  row(1, none, percent(40), from(2028), some);
  row(2, value_ent(ent_make(K_COUNTRY, CHN)), percent(540), always, some);
  uint32_t cited[2] = {3, 4}, n = 0;
  w.tables.cite.at[5] = world_cite(&w, cited, 2);
  vec_push(&mem, &program.dates, day(2029, 5, 5));
  world_seal(&w);
  shows(ask(2026, 0, JPN), "false", "a table's default");
  shows(ask(2027, 0, JPN), "true", "a fact");
  shows(ask(2027, 0, USA), "false", "another key");
  shows(ask(2027, 1, USA), "0.2", "a fact without a start goes before a default");
  shows(ask(2028, 1, USA), "0.4", "and a later one before it");
  shows(ask(2028, 2, USA), "unknown: wgi for USA: no fact says", "no fact, no default");
  shows(ask(0, 0, JPN), "unknown: the fact has a window, and no day is set", "undated");
  ok(world_ctx(&w, world_base(&w), day(2027, 3, 1)) == world_ctx(&w, world_base(&w), day(2027, 9, 1)), "a stretch is one context");
  ok(world_ctx(&w, world_base(&w), day(2029, 5, 5)) != world_ctx(&w, world_base(&w), day(2029, 5, 6)), "a date of the program ends one");
  uint32_t s = world_stretch(&w, day(2029, 5, 5));
  ok(world_stretch_first(&w, s) == day(2029, 5, 5) && world_stretch_last(&w, s) == day(2029, 5, 5), "and is one of a single day");
  ok(world_stretch_first(&w, 0) == DAY_MIN && world_stretch_last(&w, w.breaks.len) == DAY_OPEN, "the ends are open");
  w.tracing = true;
  shows(ask(2028, 2, CHN), "5.4", "traced");
  is_int(w.trace.len, 1, "one fact was used");
  Buf b;
  buf_init(&b, &mem);
  world_trace_text(&w, w.trace.at[0], &b);
  is_str(buf_text(&b), "wgi(CHN) is 5.4", "in words");
  buf_end(&b);
  const uint32_t *src = world_trace_sources(&w, w.trace.at[0], &n);
  ok(n == 2 && src[0] == 3 && src[1] == 4, "with its sources");
  end("tables and time");
}

static void traced(Value v, const char *const *want, uint32_t n, const char *what) {
  value_drop(&mem, v);
  is_int(w.trace.len, n, "%s: so many facts", what);
  for (uint32_t i = 0; i < n && i < w.trace.len; i++) {
    Buf b;
    buf_init(&b, &mem);
    world_trace_text(&w, w.trace.at[i], &b);
    is_str(buf_text(&b), want[i], "%s", what);
    buf_end(&b);
  }
  w.trace.len = 0;
}

static void test_traces(void) {
  begin(0);
  agreement(BIT(USA) | BIT(JPN) | BIT(AUS), 2026, 2030);
  offer(CHIP, JPN, 40, BIT(USA));
  offer(ORE, WHO_JOINT, 30, 0);
  control(JPN, CHIP, BIT(USA), from(2029));
  supply(ORE, CHN, percent(90), always);
  supply(ORE, WHO_REST, loose(num_dec(5, -2), num_dec(10, -2), UNIT_ONE), always);
  total(ORE, fig(1000, t_yr));
  demand(METAL, USA, fig(9, t_yr), from(2026));
  require(CHIP, METAL, value_figure(num_dec(5, -1), t_item), always);
  world_seal(&w);
  w.tracing = true;
  traced(world_capacity(&w, at(2026), CHN, ORE), (const char *const[]){"CHN can supply 90 % of the world's ore", "the world produces 1000 t/yr of ore"}, 2, "a capacity");
  traced(world_capacity(&w, at(2026), USA, ORE), (const char *const[]){"the rest of the world can supply between 5 % and 10 % of the world's ore", "the world produces 1000 t/yr of ore"}, 2, "what is left over");
  traced(world_needed(&w, at(2026), METAL),
         (const char *const[]){"USA needs 9 t/yr of metal from 2026-01-01", "JPN shall supply 40 item/yr of chip to USA from 2026-01-01 through 2030-12-31 (pact.c0)", "making chip requires 0.5 t/item of metal"}, 3, "a need");
  traced(world_committed(&w, at(2029), JPN, CHIP), (const char *const[]){"JPN controls exports of chip to USA from 2029-01-01 (k0)"}, 1, "what is blocked");
  traced(world_committed(&w, at(2026), AUS, ORE), (const char *const[]){"USA, JPN, AUS jointly shall supply 30 t/yr of ore from 2026-01-01 through 2030-12-31 (pact.c1)"}, 1, "a joint promise");
  end("traces");
}

/* ---- conflicts ---- */

static void found(DiagCode code, const char *text, const char *what) {
  for (uint32_t i = 0; i < diags.list.len; i++)
    if (diags.list.at[i].code == code && (!text || !strcmp(diags.list.at[i].text, text))) { ok(true, "%s", what); return; }
  ok(false, "%s", what);
  for (uint32_t i = 0; i < diags.list.len; i++) diag("%s %s", diag_info(diags.list.at[i].code)->code, diags.list.at[i].text);
}

static void test_conflicts(void) {
  begin(0);
  agreement(BIT(USA), 2030, 2026);
  offer(ORE, AUS, 1, 0);
  supply(ORE, CHN, percent(60), always);
  supply(ORE, USA, percent(30), always);
  supply(ORE, AUS, percent(30), years(2027, 2028));
  supply(METAL, CHN, percent(60), from(2026));
  supply(METAL, CHN, percent(58), from(2026));
  supply(METAL, AUS, percent(40), always);
  supply(METAL, AUS, percent(30), from(2026));
  demand(ORE, USA, fig(5, t_yr), (Window){day(2027, 1, 1), day(2026, 1, 1), true});
  demand(METAL, USA, fig(5, t_yr), always);
  demand(METAL, USA, value_figure(num_dec(50, -1), t_yr), always);
  require(CHIP, ORE, value_int(1), always);
  require(CHIP, ORE, value_int(2), always);
  table_named("price", 1);
  row(0, value_ent(ent_make(K_COUNTRY, USA)), value_int(1), from(2026), (Span){1, 2});
  row(0, value_ent(ent_make(K_COUNTRY, AUS)), value_int(2), from(2026), (Span){3, 4});
  row(0, value_ent(ent_make(K_COUNTRY, USA)), value_int(3), from(2026), (Span){5, 6});
  scenarios(3);
  shock(0, SHOCK_ASSUME, 1, 0, always);
  shock(1, SHOCK_ASSUME, 0, 0, always);
  shock(2, SHOCK_ASSUME, 0, 0, always);
  world_seal(&w);
  found(DIAG_E0309, "the shares of ore add up to 120 % on 2027-01-01", "shares above 100 %");
  found(DIAG_E0310, "two facts differ on what CHN can supply of metal, and both hold from 2026-01-01: 0.6 and 0.58", "two figures");
  found(DIAG_E0310, "two facts differ on how much ore making chip takes, and neither has a start: 1 and 2", "two rates");
  found(DIAG_E0310, "two facts differ on price(USA), and both hold from 2026-01-01: 1 and 3", "two facts of a table");
  found(DIAG_E0306, "AUS is not a party to pact", "a subject that is no party");
  found(DIAG_E0305, "this fact ends on 2025-12-31, before it begins on 2027-01-01", "a window that ends before it begins");
  found(DIAG_E0305, "the term of pact ends on 2026-12-31, before it begins on 2030-01-01", "a term that does");
  found(DIAG_E0314, "the scenario 's0' assumes itself: s0 -> s1 -> s0", "a scenario that assumes itself");
  is_int(diags.errors, 8, "and nothing else");
  Ctx *x = in(under(0), 2026);
  ok(x && x->view->nunder == 1, "a circle of scenarios ends all the same");
  end("conflicts");
}

/* ---- caches ---- */

static Window some_window(void) {
  int a = 2025 + (int)below(6);
  return below(3) ? years(a, a + 1 + (int)below(4)) : always;
}

static void random_world(void) {
  static const uint32_t who[] = {USA, CHN, JPN, AUS, DEU, WHO_REST};
  agreement(BIT(USA) | BIT(JPN) | BIT(AUS) | BIT(DEU), 2025, 2031);
  agreement(BIT(USA) | BIT(CHN) | BIT(AUS), 2026, 2029);
  for (uint32_t i = 0; i < 12; i++) {
    uint32_t r = below(NRES);
    UnitId u = program.resource_unit.at[r];
    supply(r, who[below(6)], below(3) ? fig(below(40), u) : below(2) ? percent(below(12)) : loose(num_int(below(10)), num_int(10 + below(10)), u), some_window());
    if (below(4) == 0) total(r, fig(100 + below(9), u));
    if (below(2)) demand(r, below(6) ? below(NCOUNTRY) : WHO_JOINT, fig(below(50), u), some_window());
  }
  if (below(2)) control(AUS, below(NRES), below(2) ? 0 : 1 + below(ALL5), some_window());
  for (uint32_t i = 0; i < 12; i++) {
    uint32_t r = below(NRES), joint = below(4) == 0;
    ClauseFacts *c = clause(ACT_SUPPLY, joint ? BIT(USA) | BIT(AUS) : BIT(below(2) ? USA : AUS), below(3) ? 0 : 1 + below(ALL5));
    c->agreement = below(2);
    c->binding = below(5) != 0;
    if (below(6) == 0) c->when = below(3);
    if (below(4) == 0) { c->routes = world_bits(&w, NROUTE); if (c->routes) *c->routes = 1 + below(3); }
    promise(r, joint ? WHO_JOINT : bits_next(c->subjects, 1, 0), below(8) ? fig(below(30), program.resource_unit.at[r]) : func(5), some_window());
  }
  require(CHIP, METAL, value_figure(num_dec(5, -1), t_item), some_window());
  require(METAL, ORE, value_int(2), some_window());
  require(CHIP, ORE, below(2) ? (Value){.tag = V_NONE} : value_figure(num_int(1), t_item), some_window());
  scenarios(3);
  shock(0, SHOCK_WITHDRAW, 0, 1 + below(ALL5), some_window());
  shock(1, SHOCK_SCALE, below(NRES), 1 + below(ALL5), some_window());
  shock(1, SHOCK_CLOSE, below(NROUTE), 0, some_window());
  shock(2, SHOCK_SUSPEND, below(12), 0, some_window());
  shock(2, SHOCK_ASSUME, below(2), 0, some_window());
}

static const View *random_view(void) {
  const View *v = world_base(&w);
  for (uint32_t n = below(4); n-- && v;) {
    uint32_t kind = below(8);
    if (kind < 4) v = world_without(&w, v, value_ent(ent_make(K_COUNTRY, below(NCOUNTRY))));
    else if (kind == 4) v = world_without(&w, v, value_ent(ent_make(K_CLAUSE, below(12))));
    else if (kind == 5) v = world_without(&w, v, value_ent(ent_make(K_ROUTE, below(NROUTE))));
    else v = world_under(&w, v, kind == 6 ? ent_make(K_SCENARIO, below(3)) : ent_make(K_AGREEMENT, below(2)));
  }
  return v;
}

static Value one_answer(Ctx *x, uint32_t what, uint32_t c, uint32_t r) {
  switch (what) {
    case 0: return world_capacity(&w, x, c, r);
    case 1: return world_share(&w, x, c, r);
    case 2: return world_producers(&w, x, r);
    case 3: return world_committed(&w, x, c, r);
    case 4: return world_suppliers(&w, x, r);
    case 5: return world_needed(&w, x, r);
    case 6: return world_has_need(&w, x, r);
    case 7: return world_inputs(&w, x, r);
    case 8: return world_uses(&w, x, r);
    default: return world_intended(&w, x, c, r);
  }
}

static void test_caches(void) {
  uint32_t differ = 0, asked = 0;
  for (uint32_t turn = 0; turn < 60; turn++) {
    begin(0);
    w.eval = answer;
    table_named("t", 0);
    random_world();
    world_seal(&w);
    for (uint32_t i = 0; i < 300; i++) {
      const View *v = random_view();
      Ctx *x = below(20) ? world_ctx(&w, v, day(2024 + (int)below(9), 1 + (int)below(12), 1)) : world_ctx(&w, v, DAY_NONE);
      uint32_t what = below(10), c = below(NCOUNTRY), r = below(NRES);
      w.tracing = false;
      Value a = one_answer(x, what, c, r);
      w.tracing = true;
      Value b = one_answer(x, what, c, r);
      w.tracing = false;
      w.trace.len = 0;
      bool same = value_same(&w.rt, a, b) && (a.tag != V_DEC || a.unit == b.unit);
      if (!same && !differ++) {
        diag("turn %u: question %u of %u, %u", turn, what, c, r);
        shows(value_keep(a), "", "cached");
        shows(value_keep(b), "", "fresh");
      }
      asked++;
      value_drop(&mem, a);
      value_drop(&mem, b);
    }
    world_end(&w);
    end(NULL);
  }
  is_int(differ, 0, "caches change no answer (%u asked)", asked);
}

static void test_trim(void) {
  begin(0);
  random_world();
  world_seal(&w);
  Ctx *keep = in(without(ent_make(K_COUNTRY, JPN)), 2027);
  Value was = world_needed(&w, keep, ORE);
  w.daily = true;
  for (int i = 0; i < 5000; i++) {
    Ctx *x = world_ctx(&w, world_base(&w), day(2020, 1, 1) + i);
    value_drop(&mem, world_suppliers(&w, x, ORE));
  }
  ok(w.ctxs.len > 5000, "day by day, each day is a context");
  world_ctx_trim(&w, &keep, 1);
  ok(w.ctxs.len == 2, "trimming leaves what is asked for, and its base");
  Value is = world_needed(&w, keep, ORE);
  ok(value_same(&w.rt, was, is), "which still answers");
  value_drop(&mem, was);
  value_drop(&mem, is);
  end("trimming");
}

static void test_refusal(void) {
  uint32_t runs = 0;
  for (uint64_t n = 30; n < 900; n += 1 + n / 50, runs++) {
    state = 99;
    begin(n);
    w.eval = answer;
    if (w.inner && program.kinds.len >= K_BUILTIN && program.resource_unit.len == NRES && program.kinds.at[K_CLAUSE].list.len == 16 && !mem_failed(&mem)) {
      random_world();
      if (!mem_failed(&mem)) world_seal(&w);
      for (uint32_t i = 0; i < 30; i++) {
        const View *v = random_view();
        Ctx *x = v ? world_ctx(&w, v, day(2027, 1, 1)) : NULL;
        if (x) value_drop(&mem, one_answer(x, i % 10, below(NCOUNTRY), below(NRES)));
      }
    }
    end(NULL);
  }
  ok(runs > 20, "memory that is refused anywhere crashes nothing and leaves nothing");
}

int main(void) {
  test_capacity();
  test_loose();
  test_promises();
  test_controls();
  test_need();
  test_tables();
  test_traces();
  test_conflicts();
  test_caches();
  test_trim();
  test_refusal();
  return done();
}
