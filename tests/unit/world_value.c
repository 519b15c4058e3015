/* Values: how they are shown, their order and hash, sets and maps, why a figure is unknown, counting, refused memory. */
#include "values.h"

static UnitId u_t, u_kg, u_ty, u_tmo, u_gwh;
static Ent aus, chn;

static Ent country(const char *id) {
  Entity e = {.id = sym(id)};
  vec_push(&mem, &program.kinds.at[K_COUNTRY].list, e);
  return ent_make(K_COUNTRY, program.kinds.at[K_COUNTRY].list.len - 1);
}

static void begin(void) {
  values_begin();
  UnitId yr = declare("yr", num_dec(36525, -2), unit_of("d"));
  Num twelfth = num_div(&mem, num_int(1), num_int(12));
  declare("mo", twelfth, yr);
  num_drop(&mem, twelfth);
  u_t = declare("t", num_int(1), UNIT_NONE);
  u_kg = declare("kg", num_dec(1, -3), u_t);
  u_gwh = declare("GWh", num_int(1), UNIT_NONE);
  u_ty = unit_of("t/yr");
  u_tmo = unit_of("t/mo");
  aus = country("AUS");
  chn = country("CHN");
}

/* ---- making ---- */

static Value dec(int64_t c, int e, UnitId u) { return value_figure(num_dec(c, e), u); }
static Value ratio(int64_t p, int64_t q, UnitId u) { return value_figure(num_div(&mem, num_int(p), num_int(q)), u); }
static Value text(const char *s) { return value_text(&rt, s, strlen(s)); }

static Value bounds(const Num *lo, const Num *hi, UnitId u, Cause cause) {
  Value why = cause ? value_unknown(&rt, cause) : value_zero(), v = value_interval(&rt, lo, hi, u, why);
  value_drop(&mem, why);
  return v;
}

static Value both(int64_t lo, int64_t hi, UnitId u, Cause cause) {
  Num l = num_int(lo), h = num_int(hi);
  return bounds(&l, &h, u, cause);
}

static Value at_least(Num lo, UnitId u, Cause cause) { return bounds(&lo, NULL, u, cause); }

static Value causes(const Cause *at, uint32_t n) {
  Value v = {.tag = V_UNK};
  for (uint32_t i = 0; i < n; i++) {
    Value one = value_unknown(&rt, at[i]), more = value_unknown2(&rt, v, one);
    value_drop(&mem, one);
    value_drop(&mem, v);
    v = more;
  }
  return v;
}

static Value seq(Tag tag, Value *at, uint32_t n) {
  return tag == V_LIST ? value_list(&rt, at, n) : tag == V_SET ? value_set(&rt, at, n) : value_map(&rt, at, n / 2);
}
#define SEQ(tag, ...) seq((tag), (Value[]){__VA_ARGS__}, sizeof((Value[]){__VA_ARGS__}) / sizeof(Value))

/* ---- showing ---- */

/* Takes over v. */
static void shows(Value v, const char *want) {
  Buf b;
  buf_init(&b, &mem);
  value_show(&rt, v, &b);
  is_str(buf_text(&b), want, "shown: %s", want);
  buf_end(&b);
  value_drop(&mem, v);
}

static void show_figures(void) {
  shows(dec(12000, 0, u_ty), "12_000 t/yr");
  shows(dec(15, -1, UNIT_ONE), "1.5");
  shows(dec(150, -2, UNIT_ONE), "1.5");
  shows(ratio(1, 3, u_t), "~0.333333 t");
  shows(value_zero(), "0");
  shows(dec(0, 0, u_t), "0 t");
  shows(both(9000, 12000, u_ty, 1), "between 9000 and 12_000 t/yr");
  shows(at_least(num_dec(9, -1), UNIT_ONE, 1), "at least 0.9");
  Num five = num_int(5);
  shows(bounds(NULL, &five, u_t, 1), "at most 5 t");
  shows(both(5, 5, u_t, 1), "5 t");
  shows(both(7, 5, u_t, 1), "between 5 and 7 t");
  shows(bounds(NULL, NULL, u_t, 1), "unknown");
  shows(value_unknown(&rt, 4), "unknown");
  Value none = {.tag = V_NONE};
  shows(none, "nothing");
  Num bad = {.form = NUM_BAD};
  is_int(value_figure(bad, u_t).tag, V_NONE, "a number too large is no value");
  is_int(bounds(&five, &bad, u_t, 1).tag, V_NONE, "nor is a bound");
}

static void show_others(void) {
  shows(value_bool(true), "true");
  shows(value_bool(false), "false");
  shows(value_date(date_day(2026, 7, 1)), "2026-07-01");
  shows(value_range(date_day(2026, 1, 1), date_day(2027, 1, 1)), "2026-01-01..2027-01-01");
  shows(value_range(date_day(2026, 1, 1), DAY_OPEN), "2026-01-01..open");
  shows(value_range(date_day(2026, 1, 2), date_day(2026, 1, 1)), "(no days)");
  shows(value_ints(-3, 5), "-3..5");
  shows(value_ent(chn), "CHN");
  shows(text("a \"b\"\n"), "a \"b\"\n");
  shows(text(""), "");
  shows(SEQ(V_LIST, text("a \"b\" \\ \n\t"), text("")), "[\"a \\\"b\\\" \\\\ \\n\\t\", \"\"]");
  shows(SEQ(V_LIST, value_int(2), value_int(1), value_int(2)), "[2, 1, 2]");
  shows(SEQ(V_SET, value_ent(chn), value_ent(aus), value_ent(chn)), "{AUS, CHN}");
  shows(SEQ(V_SET, value_int(2), value_int(1), value_int(2)), "{1, 2}");
  shows(SEQ(V_MAP, value_ent(chn), dec(1, 0, u_t), value_ent(aus), dec(2, 0, u_t)), "{AUS: 2 t, CHN: 1 t}");
  shows(SEQ(V_LIST, SEQ(V_SET, text("b"), text("a")), SEQ(V_MAP, text("k"), value_bool(true))), "[{\"a\", \"b\"}, {\"k\": true}]");
  shows(value_list(&rt, NULL, 0), "[]");
  shows(value_set(&rt, NULL, 0), "{}");
  shows(value_map(&rt, NULL, 0), "{}");
}

/* ---- same ---- */

/* Takes over both. */
static void same(Value a, Value b, bool want, const char *name) {
  bool is = value_same(&rt, a, b), alike = value_hash(&rt, a) == value_hash(&rt, b);
  ok(is == want && alike == want && (value_order(&rt, a, b) == 0) == want && (value_order(&rt, b, a) == 0) == want, "%s", name);
  value_drop(&mem, a);
  value_drop(&mem, b);
}

static void same_figures(void) {
  same(dec(10, -1, UNIT_ONE), dec(100, -2, UNIT_ONE), true, "1.0 is 1.00");
  same(dec(12, 0, u_tmo), dec(144, 0, u_ty), true, "12 t/mo is 144 t/yr");
  same(dec(12, 0, u_tmo), dec(145, 0, u_ty), false, "12 t/mo is not 145 t/yr");
  same(dec(1, 0, u_t), dec(1000, 0, u_kg), true, "1 t is 1000 kg");
  same(dec(1, 0, u_t), dec(1, 0, u_gwh), false, "1 t is not 1 GWh");
  same(dec(1, 0, u_t), dec(1, 0, UNIT_ONE), false, "1 t is not 1");
  same(ratio(1, 3, u_t), ratio(1000, 3, u_kg), true, "1/3 t is 1000/3 kg");
  same(ratio(1, 3, u_t), ratio(1, 3, u_kg), false, "1/3 t is not 1/3 kg");
  same(ratio(1, 3, u_tmo), dec(4, 0, u_ty), true, "a rational in one unit may be a decimal in another");
  same(value_zero(), dec(0, -3, u_gwh), true, "any zero is 0 GWh");
  same(value_zero(), dec(1, -3, u_gwh), false, "any zero is not 0.001 GWh");
  same(both(1, 2, u_t, 1), both(1000, 2000, u_kg, 1), true, "intervals in two units");
  same(both(1, 2, u_t, 1), both(1, 2, u_t, 2), false, "intervals for two reasons");
  same(both(1, 2, u_t, 1), at_least(num_int(1), u_t, 1), false, "an open interval is not a closed one");
  same(both(1, 2, u_t, 1), both(1, 3, u_t, 1), false, "two upper bounds");
  same(value_unknown(&rt, 1), value_unknown(&rt, 1), true, "unknowns for one reason");
  same(value_unknown(&rt, 1), value_unknown(&rt, 2), false, "unknowns for two");
}

static void same_others(void) {
  same(value_bool(true), value_bool(true), true, "true is true");
  same(value_bool(true), value_bool(false), false, "true is not false");
  same(value_int(1), value_date(1), false, "1 is not a date");
  same(value_range(5, 4), value_range(9, 1), true, "ranges without a day are one");
  same(value_range(5, 6), value_range(5, 7), false, "ranges");
  same(value_range(5, 6), value_ints(5, 6), false, "days are not numbers");
  same(text("ab"), text("ab"), true, "texts");
  same(text("ab"), text("abc"), false, "a text and its beginning");
  same(text("a\xc3\xa9"), text("a\x7f"), false, "bytes count as unsigned");
  same(SEQ(V_LIST, dec(12, 0, u_tmo)), SEQ(V_LIST, dec(144, 0, u_ty)), true, "lists of the same");
  same(SEQ(V_LIST, value_int(1), value_int(2)), SEQ(V_LIST, value_int(2), value_int(1)), false, "lists in another order");
  same(SEQ(V_SET, value_int(1), value_int(2)), SEQ(V_SET, value_int(2), value_int(1)), true, "sets in another order");
  same(SEQ(V_SET, value_int(1)), SEQ(V_LIST, value_int(1)), false, "a set is no list");
  same(SEQ(V_MAP, text("a"), value_int(1)), SEQ(V_MAP, text("a"), value_int(2)), false, "maps with other values");
  same(value_list(&rt, NULL, 0), value_list(&rt, NULL, 0), true, "empty lists");
}

/* Takes over both. */
static void precedes(Value a, Value b, const char *name) {
  ok(value_order(&rt, a, b) < 0 && value_order(&rt, b, a) > 0, "%s", name);
  value_drop(&mem, a);
  value_drop(&mem, b);
}

static void orders(void) {
  precedes(value_bool(false), value_bool(true), "false, true");
  precedes(dec(9, -1, 0), value_int(1), "0.9, 1");
  precedes(ratio(1, 3, 0), dec(34, -2, 0), "1/3, 0.34");
  precedes(dec(999, 0, u_kg), dec(1, 0, u_t), "999 kg, 1 t");
  precedes(dec(2, 0, u_t), dec(1, 0, u_gwh), "by dimension before value");
  precedes(dec(-1, 0, u_gwh), value_zero(), "-1 GWh, any zero");
  precedes(value_date(-5), value_date(3), "dates");
  precedes(value_range(1, 5), value_range(1, 6), "ranges by their ends");
  precedes(value_range(6, 5), value_range(-9, -9), "no day before some");
  precedes(value_ent(aus), value_ent(chn), "entities by declaration");
  precedes(text("Z"), text("a"), "texts by bytes");
  precedes(text("ab"), text("abc"), "the shorter first");
  precedes(text("a"), text("\xc3\xa9"), "bytes are unsigned");
  precedes(SEQ(V_LIST, value_int(1), value_int(9)), SEQ(V_LIST, value_int(2)), "lists by their first difference");
  precedes(SEQ(V_LIST, value_int(1)), SEQ(V_LIST, value_int(1), value_int(0)), "a list and a longer one");
}

/* ---- laws of order on random values ---- */

static Value random_value(int depth) {
  UnitId units[] = {UNIT_ONE, u_t, u_kg, u_ty, u_tmo, u_gwh, UNIT_ANY};
  static const char *const words[] = {"", "a", "ab", "b"};
  UnitId u = units[between(0, 6)];
  Value at[6];
  Cause why[2] = {(Cause)between(1, 3), (Cause)between(1, 3)};
  if (u == UNIT_ANY) return value_zero();
  switch (between(0, depth > 0 ? 11 : 8)) {
    case 0: case 1: return dec(between(-3, 3) * 12, between(-2, 1), u);
    case 2: return ratio(between(-7, 7), between(1, 9), u);
    case 3: return both(between(0, 2), between(0, 2), u, why[0]);
    case 4: return at_least(num_int(between(-1, 1) * 12), u, why[0]);
    case 5: return causes(why, 2);
    case 6: return between(0, 1) ? value_range(between(0, 2), between(0, 2)) : value_date(between(0, 2));
    case 7: return between(0, 1) ? value_bool(between(0, 1)) : value_ent(between(0, 1) ? aus : chn);
    case 8: return text(words[between(0, 3)]);
  }
  uint32_t n = (uint32_t)between(0, 3);
  for (uint32_t i = 0; i < 2 * n; i++) at[i] = random_value(depth - 1);
  return seq((Tag)between(V_LIST, V_MAP), at, 2 * n);
}

static void order_laws(void) {
  enum { N = 220 };
  Value v[N];
  int skew = 0, hashes = 0, loops = 0, equal = 0;
  for (int i = 0; i < N; i++) v[i] = random_value(2);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      int ij = value_order(&rt, v[i], v[j]);
      skew += ij != -value_order(&rt, v[j], v[i]) || (i == j && ij) || value_same(&rt, v[i], v[j]) != !ij;
      hashes += (ij == 0) != (value_hash(&rt, v[i]) == value_hash(&rt, v[j]));
      equal += i != j && !ij;
      for (int k = 0; k < N && ij <= 0; k++)
        loops += value_order(&rt, v[j], v[k]) <= 0 && value_order(&rt, v[i], v[k]) > 0;
    }
  is_int(skew, 0, "each way round the order is the other");
  is_int(hashes, 0, "the same values hash alike, and others do not");
  is_int(loops, 0, "the order is transitive");
  ok(equal > 100, "there were equals");
  for (int i = 0; i < N; i++) value_drop(&mem, v[i]);
}

/* ---- sets and maps ---- */

/* In order, and equal only where it is not known what they are. */
static bool strictly(Value v, uint32_t wide) {
  for (uint32_t i = 1; i < v.obj->len; i++) {
    Value x = value_seq(v)->at[i * wide];
    int order = value_order(&rt, value_seq(v)->at[(i - 1) * wide], x);
    if (order > 0 || (order == 0 && !value_vague(x))) return false;
  }
  return true;
}

static bool holds(Value v, uint32_t wide, Value x, uint32_t *place) {
  for (*place = 0; *place < v.obj->len; ++*place)
    if (value_same(&rt, value_seq(v)->at[*place * wide], x)) return true;
  return false;
}

static void sets(void) {
  enum { N = 300 };
  int wrong = 0;
  for (int round = 0; round < 60; round++) {
    Value at[N], copy[N];
    uint32_t n = (uint32_t)between(0, round < 30 ? 9 : N), place;
    bool found = true;
    for (uint32_t i = 0; i < n; i++) copy[i] = value_keep(at[i] = random_value(1));
    Value s = value_set(&rt, at, n);
    for (uint32_t i = 0; i < n; i++) found = found && holds(s, 1, copy[i], &place);
    wrong += !found || !strictly(s, 1) || s.obj->len > n;
    for (uint32_t i = 0; i < n; i++) value_drop(&mem, copy[i]);
    value_drop(&mem, s);
  }
  is_int(wrong, 0, "sets hold what went in, in order and, where it is known, once");
  shows(SEQ(V_SET, dec(12, 0, u_tmo), dec(144, 0, u_ty), dec(1, 0, u_tmo)), "{1 t/mo, 12 t/mo}");
  shows(SEQ(V_SET, dec(1, 0, u_tmo), dec(144, 0, u_ty), dec(12, 0, u_tmo)), "{1 t/mo, 144 t/yr}");
}

static void maps(void) {
  int wrong = 0;
  for (int round = 0; round < 60; round++) {
    Value at[400];
    int64_t last[40];
    uint32_t n = (uint32_t)between(0, 200), keys = 0, place;
    memset(last, -1, sizeof last);
    for (uint32_t i = 0; i < n; i++) {
      int key = between(0, 39);
      char name[16];
      snprintf(name, sizeof name, "%d", key);
      at[2 * i] = text(name);
      at[2 * i + 1] = SEQ(V_LIST, value_int(last[key] = (int64_t)i));
    }
    Value m = value_map(&rt, at, n);
    for (int k = 0; k < 40; k++) {
      char name[16];
      snprintf(name, sizeof name, "%d", k);
      Value key = text(name);
      bool there = holds(m, 2, key, &place);
      wrong += there != (last[k] >= 0) || (there && value_seq(value_seq(m)->at[2 * place + 1])->at[0].i != last[k]);
      keys += there;
      value_drop(&mem, key);
    }
    wrong += !strictly(m, 2) || m.obj->len != keys;
    value_drop(&mem, m);
  }
  is_int(wrong, 0, "maps hold each key once, with the last value, in order");
}

/* ---- causes ---- */

static void cause_lists(void) {
  int wrong = 0;
  for (int round = 0; round < 3000; round++) {
    Cause at[40];
    bool in[30] = {0};
    uint32_t n = (uint32_t)between(1, 40), cut = (uint32_t)between(0, (int)n), distinct = 0, k = 0;
    for (uint32_t i = 0; i < n; i++) in[at[i] = (Cause)between(0, round < 1500 ? 15 : 29)] = true;
    for (int i = 0; i < 30; i++) distinct += in[i];
    Value a = causes(at, cut), b = causes(at + cut, n - cut), u = value_unknown2(&rt, a, b);
    const Causes *c = value_causes(u);
    bool good = c && c->o.len == (distinct < CAUSES_KEPT ? distinct : CAUSES_KEPT) && (c->more > 0) == (distinct > CAUSES_KEPT);
    for (Cause i = 0; good && i < 30 && k < c->o.len; i++)
      if (in[i]) good = c->at[k++] == i;
    wrong += !good;
    value_drop(&mem, a);
    value_drop(&mem, b);
    value_drop(&mem, u);
  }
  is_int(wrong, 0, "unions are sorted, distinct and cut at %d", CAUSES_KEPT);
  Cause many[20];
  for (Cause i = 0; i < 20; i++) many[i] = 100 - i;
  Value v = causes(many, 20);
  ok(value_causes(v)->o.len == 16 && value_causes(v)->at[0] == 81 && value_causes(v)->more == 4, "four of twenty are left out");
  value_drop(&mem, v);
}

static void cause_sharing(void) {
  Value a = value_unknown(&rt, 1), b = both(1, 2, u_t, 2), ab = value_unknown2(&rt, a, b);
  uint64_t calls = mem.calls;
  Value same_one = value_unknown2(&rt, a, a), other = value_unknown2(&rt, value_int(1), a);
  Value within = value_unknown2(&rt, ab, a), within_too = value_unknown2(&rt, b, ab), nothing = value_unknown2(&rt, value_int(1), value_int(2));
  is_int((int64_t)(mem.calls - calls), 0, "a union that is one of its sides takes no memory");
  ok(same_one.obj == a.obj && other.obj == a.obj && a.obj->refs == 3, "with nothing, and with itself");
  ok(within.obj == ab.obj && within_too.obj == ab.obj && ab.obj->refs == 3, "with a part of it");
  ok(nothing.tag == V_UNK && !value_causes(nothing), "without causes");
  Value all[] = {a, b, ab, same_one, other, within, within_too, nothing};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) value_drop(&mem, all[i]);
}

/* ---- counting and refused memory ---- */

static void counting(void) {
  size_t before = mem.used;
  Value s = text("a text too long for its value"), third = ratio(1, 3, u_t), w = both(1, 2, u_t, 3);
  Value at[] = {value_keep(s), value_keep(third), value_keep(w), value_int(1)};
  Value list = value_list(&rt, at, 4);
  is_int(s.obj->refs, 2, "a list takes over what it is given");
  value_keep(list);
  value_drop(&mem, list);
  is_int(s.obj->refs, 2, "a list that is still in use keeps it");
  value_drop(&mem, list);
  is_int(s.obj->refs, 1, "a list that goes gives it back");
  Value repeats[] = {value_keep(s), text("a text too long for its value"), value_keep(s)};
  Value set = value_set(&rt, repeats, 3);
  is_int(s.obj->refs, 2, "a set keeps one of its repeats");
  Value pairs[] = {value_keep(s), text("old"), value_keep(s), value_keep(s)};
  Value map = value_map(&rt, pairs, 2);
  is_int(s.obj->refs, 4, "a map keeps the later of two pairs");
  value_drop(&mem, map);
  value_drop(&mem, set);
  is_int(s.obj->refs, 1, "and all is given back");
  value_drop(&mem, s);
  value_drop(&mem, third);
  value_drop(&mem, w);
  is_int((int64_t)mem.used, (int64_t)before, "to the byte");
  Value none = value_list(&rt, NULL, 0);
  for (int i = 0; i < 3; i++) value_drop(&mem, value_keep(none)), value_drop(&mem, none);
  is_int((int64_t)none.obj->refs, (int64_t)VALUE_FOREVER, "empty collections are not counted");
}

/* A little of everything, with large requests; whatever comes of it must be safe to use and to drop. */
static void busy(void) {
  enum { N = 600 };
  Value at[N], pairs[] = {text("k"), both(1, 2, u_tmo, 4), text("k"), ratio(1, 7, u_t)}, r;
  char letters[5000];
  memset(letters, 'x', sizeof letters);
  for (int i = 0; i < N; i++) at[i] = i % 3 ? ratio(i % 40, 7, u_t) : text("abc");
  Value v[] = {value_set(&rt, at, N), value_map(&rt, pairs, 2), value_text(&rt, letters, sizeof letters), causes((Cause[]){3, 1, 2}, 3),
               both(1, 2, u_ty, 9), at_least(num_int(3), u_tmo, 8), ratio(5, 7, u_kg)};
  Buf b;
  buf_init(&b, &mem);
  for (int i = 0; i < 7; i++) {
    value_show(&rt, v[i], &b);
    value_hash(&rt, v[i]);
    for (int j = 0; j < 7; j++) {
      int lt, eq;
      value_order(&rt, v[i], v[j]);
      bool figures = i > 2 && j > 2;
      if (figures) fig_compare(&rt, v[i], v[j], &lt, &eq);
      for (int op = 0; figures && op < 6; op++) {
        FigErr err = op == 0 ? fig_add(&rt, v[i], v[j], &r) : op == 1 ? fig_mul(&rt, v[i], v[j], &r) : op == 2 ? fig_div(&rt, v[i], v[j], 5, &r)
          : op == 3 ? fig_hull(&rt, v[i], v[j], v[3], &r) : op == 4 ? fig_min(&rt, v[i], v[j], true, &r) : fig_pow(&rt, v[i], value_int(-2), 5, &r);
        if (err == FIG_OK) value_hash(&rt, r);
        value_drop(&mem, r);
      }
    }
  }
  buf_end(&b);
  for (int i = 0; i < 7; i++) value_drop(&mem, v[i]);
}

/* Texts of any bytes and length: in their value up to TEXT_SHORT, else elsewhere. */
static void texts(void) {
  enum { MOST = 3 * TEXT_SHORT };
  size_t before = mem.used;
  int placed = 0, kept = 0, ordered = 0, hashed = 0;
  for (int i = 0; i < 20000; i++) {
    char bytes[2][MOST + 1];
    uint32_t n[2];
    Value v[2];
    for (int k = 0; k < 2; k++) {
      n[k] = (uint32_t)between(0, MOST);
      for (uint32_t j = 0; j <= n[k]; j++) bytes[k][j] = (char)"\0a\xC3\xFF"[between(0, 3) * (k == 0 || between(0, 9) == 0)];
      if (k && between(0, 1)) memcpy(bytes[1], bytes[0], n[1] < n[0] ? n[1] : n[0]);
      if (k && between(0, 2) == 0) memcpy(bytes[1], bytes[0], n[1] = n[0]);
      v[k] = value_text(&rt, bytes[k], n[k]);
      placed += v[k].tag != V_STR || (v[k].e > 0) != (n[k] && n[k] <= TEXT_SHORT) || value_counted(v[k]) != !v[k].e;
      kept += value_len(v[k]) != n[k] || memcmp(value_str(&v[k]), bytes[k], n[k]);
    }
    int wanted = memcmp(bytes[0], bytes[1], n[0] < n[1] ? n[0] : n[1]);
    if (!wanted) wanted = (n[0] > n[1]) - (n[0] < n[1]);
    int got = text_order(&v[0], &v[1]);
    ordered += (got > 0) != (wanted > 0) || (got < 0) != (wanted < 0) || text_same(v[0], v[1]) != !wanted || value_same(&rt, v[0], v[1]) != !wanted;
    hashed += !wanted && value_hash(&rt, v[0]) != value_hash(&rt, v[1]);
    for (int k = 0; k < 2; k++) value_drop(&mem, v[k]);
  }
  is_int(placed, 0, "a short text is in its value, and not counted");
  is_int(kept, 0, "a text is kept as it is");
  is_int(ordered, 0, "in order by bytes, and the same where those are");
  is_int(hashed, 0, "texts that are the same hash alike");
  is_int((int64_t)mem.used, (int64_t)before, "and all is given back");
}

/* A list in words gives what the same list of values does, and goes without being spread; memory refused while it is spread
 * leaves something that can be dropped. */
static Value list_of(Value head, const int64_t *at, uint32_t n) {
  Value v[64];
  Maker maker = {&rt, NULL};
  for (uint32_t i = 0; i < n; i++) v[i] = word_value(&maker, head, at[i]);
  maker_end(&maker);
  return value_list(&rt, v, n);
}

/* Added in two parts, with more or less room. */
static Value words_of(Value head, const int64_t *at, uint32_t n) {
  Value list = {0};
  uint32_t first = (uint32_t)between(0, (int32_t)n);
  memcpy(words_add(&mem, &list, head, first, (uint32_t)between(0, 2 * (int32_t)n)), at, first * sizeof *at);
  memcpy(words_add(&mem, &list, head, n - first, 0), at + first, (n - first) * sizeof *at);
  return words_end(&mem, list);
}

static void in_words(void) {
  enum { N = 64 };
  Value head[] = {{.tag = V_DEC}, {.tag = V_DEC, .e = -2, .unit = u_t}, {.tag = V_DEC, .unit = u_t, .aux = 1}, {.tag = V_DATE}, {.tag = V_SET}};
  size_t before = mem.used, wrong = 0;
  for (int round = 0; round < 400; round++) {
    int64_t at[N];
    uint32_t n = (uint32_t)between(WORDS_LEAST, N);
    Value h = head[round % 5], got;
    for (uint32_t i = 0; i < n; i++) at[i] = h.tag != V_SET ? between(-3, 3) * (h.tag == V_DATE ? (int64_t)1 : 1000000007) : i % 3 == 0 ? word_two(WORD_NOBODY, WORD_NOBODY) : word_two(aus, i % 3 == 1 ? chn : WORD_NOBODY);
    Value words = words_of(h, at, n), plain = list_of(h, at, n), gone = words_of(h, at, n);
    const int64_t *kept = list_words(words, &got);
    wrong += !kept || memcmp(kept, at, n * sizeof *at) || value_head(got) != value_head(h) || list_words(plain, &got) || value_vague(words);
    if (round % 2) wrong += value_hash(&rt, words) != value_hash(&rt, plain);
    wrong += value_order(&rt, words, plain) != 0 || list_words(words, &got) != kept || memcmp(kept, at, n * sizeof *at);
    value_drop(&mem, gone);
    value_drop(&mem, words);
    value_drop(&mem, plain);
  }
  is_int((int64_t)wrong, 0, "lists in words are the lists of their values");
  int64_t twos[N];
  for (uint32_t i = 0; i < N; i++) twos[i] = word_two(aus, chn);
  Value words = words_of(head[4], twos, N);
  mem.fail_at = mem.calls + 1;
  mem.fail_after = true;
  is_int(value_seq(words)->o.len, N, "a list is as long as it was when there is no memory for its sets");
  ok(mem.failed, "and the run ends");
  mem.fail_at = mem.fail_after = mem.failed = false;
  value_drop(&mem, words);
  is_int((int64_t)mem.used, (int64_t)before, "and all of it is given back");
}

/* Sets and texts that lie side by side live as long as any of them does, in whatever order they go. */
static void side_by_side(void) {
  enum { N = 500 };
  size_t before = mem.used, wrong = 0;
  Value set[N], two[2] = {value_ent(aus), value_ent(chn)};
  Maker maker = {&rt, NULL};
  char letters[2 * MEM_SMALL];
  memset(letters, 'x', sizeof letters);
  for (uint32_t i = 0; i < N; i++) set[i] = i % 2 ? maker_set(&maker, two, i % 3) : maker_text(&maker, letters, i % 50 ? i : i * 15);
  maker_end(&maker);
  for (uint32_t i = 0; i < N; i++) wrong += i % 2 ? set[i].obj->len != i % 3 : value_len(set[i]) != (i % 50 ? i : i * 15) || memcmp(value_str(&set[i]), letters, value_len(set[i]));
  is_int((int64_t)wrong, 0, "sets and texts are made one after the other");
  for (int i = N - 1; i > 0; i--) {
    int k = between(0, i);
    Value v = set[k];
    set[k] = set[i];
    set[i] = v;
  }
  for (uint32_t i = 1; i < N; i++) value_drop(&mem, set[i]);
  Value same = set[0].tag == V_SET ? value_set(&rt, two, set[0].obj->len) : value_text(&rt, letters, value_len(set[0]));
  ok(value_same(&rt, set[0], same), "the last is as it was");
  value_drop(&mem, same);
  value_drop(&mem, set[0]);
  is_int((int64_t)mem.used, (int64_t)before, "and all is given back");
}

static void refused(void) {
  busy();   /* the units' own caches are filled */
  size_t before = mem.used;
  uint64_t calls = mem.calls;
  busy();
  calls = mem.calls - calls;
  is_int((int64_t)mem.used, (int64_t)before, "all is given back");
  int wrong = 0, rounds = 0;
  for (uint64_t k = 1; k <= calls; k += k < 200 ? 1 : 37) {
    mem.fail_at = mem.calls + k;
    mem.fail_after = k & 1;
    busy();
    wrong += !mem.failed || mem.used != before;
    mem.failed = false;
    mem.fail_at = 0;
    rounds++;
  }
  is_int(wrong, 0, "and also when memory is refused, at each of %d places", rounds);
}

int main(void) {
  begin();
  show_figures();
  show_others();
  same_figures();
  same_others();
  orders();
  order_laws();
  sets();
  maps();
  cause_lists();
  cause_sharing();
  counting();
  texts();
  in_words();
  side_by_side();
  refused();
  values_end();
  return done();
}
