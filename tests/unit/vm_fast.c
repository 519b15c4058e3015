/* What the machine does in place gives what the functions that know all cases give, on figures, entities and sets made by chance. */
#include "values.h"
#include "vm/fast.h"

static UnitId units[4];
enum { TRIES = 200000 };

static void begin(void) {
  values_begin();
  units[0] = UNIT_ONE;
  units[1] = declare("t", num_int(1), UNIT_NONE);
  units[2] = declare("kg", num_dec(1, -3), units[1]);
  units[3] = declare("ratio", num_dec(1, -2), UNIT_ONE);
}

/* Small and large coefficients, the ends of what fits, powers of ten apart, and the zero of every unit. */
static Value some_figure(void) {
  static const int64_t ends[] = {INT64_MAX, INT64_MIN, INT64_MAX / 10, INT64_MIN / 10 + 1, 0, 1, -1};
  if (!between(0, 15)) return value_zero();
  Value v = {.tag = V_DEC, .unit = units[between(0, 2) ? 0 : between(0, 3)]};
  v.e = (int8_t)(between(0, 2) ? 0 : between(0, 9) ? between(-4, 4) : between(NUM_EMIN, NUM_EMAX));
  v.i = between(0, 7) ? between(-60, 60) : between(0, 1) ? ends[between(0, 6)] : (int64_t)roll();
  return v;
}

typedef bool Fast(Value a, Value b, Value *out);
typedef FigErr Slow(Rt *rt, Value a, Value b, Value *out);

static FigErr div_by(Rt *r, Value a, Value b, Value *out) { return fig_div(r, a, b, 7, out); }
static FigErr mod_by(Rt *r, Value a, Value b, Value *out) { return fig_mod(r, a, b, 7, out); }
static FigErr pow_of(Rt *r, Value a, Value b, Value *out) { return fig_pow(r, a, b, 7, out); }

/* By rationals without a power of ten, so that the function that is asked has no short way of its own. */
static FigErr sum_of(Value a, Value b, bool less, Value *out) {
  Num third = num_div(&mem, num_int(1), num_int(3)), x = num_add(&mem, value_num(a), third), y = less ? num_sub(&mem, x, value_num(b)) : num_add(&mem, x, value_num(b)), r = num_sub(&mem, y, third);
  num_drop(&mem, third);
  num_drop(&mem, x);
  num_drop(&mem, y);
  *out = value_figure(r, a.unit == UNIT_ANY ? b.unit : a.unit);
  return FIG_OK;
}
static FigErr add_of(Rt *r, Value a, Value b, Value *out) { return (void)r, sum_of(a, b, false, out); }
static FigErr sub_of(Rt *r, Value a, Value b, Value *out) { return (void)r, sum_of(a, b, true, out); }

static void same_figures(const char *name, Fast *fast, Slow *slow, uint32_t least) {
  uint32_t done = 0, wrong = 0;
  for (uint32_t i = 0; i < TRIES; i++) {
    Value a = some_figure(), b = some_figure(), x, y;
    if (!fast(a, b, &x)) continue;
    done++;
    FigErr e = slow(&rt, a, b, &y);
    if (e || y.unit != x.unit || !value_same(&rt, x, y)) {
      if (!wrong++) diag("%s: %lld e%d of unit %u, %lld e%d of unit %u", name, (long long)a.i, a.e, a.unit, (long long)b.i, b.e, b.unit);
    }
    value_drop(&mem, y);
  }
  ok(!wrong && done >= least, "%s: %u of %u pairs in place, as by the long way", name, done, (uint32_t)TRIES);
}

static void order(void) {
  uint32_t done = 0, wrong = 0;
  for (uint32_t i = 0; i < TRIES; i++) {
    Value a = some_figure(), b = some_figure();
    int got, lt, eq;
    if (!fast_order(a, b, &got)) continue;
    done++;
    FigErr e = fig_compare(&rt, a, b, &lt, &eq);
    wrong += e || (got < 0) != lt || (got == 0) != eq;
  }
  ok(!wrong && done > TRIES / 4, "order: %u of %u pairs in place, as by the long way", done, (uint32_t)TRIES);
}

static Value some_plain(void) {
  switch (between(0, 4)) {
    case 0: return value_bool(between(0, 1));
    case 1: return value_date((Day)between(0, 5));
    case 2: return some_figure();
    default: return value_ent((Ent)between(0, 5));
  }
}

static void same_and_in(void) {
  uint32_t done = 0, wrong = 0, sets = 0;
  for (uint32_t i = 0; i < TRIES / 10; i++) {
    Value a = some_plain(), b = some_plain(), at[12], unknown = value_unknown(&rt, 3);
    bool is;
    if (fast_same(a, b, &is)) done++, wrong += is != value_same(&rt, a, b);
    uint32_t n = (uint32_t)between(0, 12);
    bool within = false, holed = !between(0, 9);
    for (uint32_t k = 0; k < n; k++) at[k] = value_ent((Ent)between(0, 30));
    for (uint32_t k = 0; k < n; k++) within = within || at[k].aux == 7;
    if (n && holed) value_drop(&mem, at[0]), at[0] = value_keep(unknown);
    Value set = value_set(&rt, at, n);
    if (fast_in(value_ent(7), set, &is)) sets++, wrong += is != within || (n && holed);
    else wrong += !n || !holed;
    value_drop(&mem, set);
    value_drop(&mem, unknown);
  }
  ok(!wrong && done > TRIES / 100 && sets > TRIES / 20, "what is the same, and in a set: %u and %u in place, as by the long way; with an unknown element, not", done, sets);
}

int main(void) {
  begin();
  same_figures("sums", fast_add, add_of, TRIES / 4);
  same_figures("differences", fast_sub, sub_of, TRIES / 4);
  same_figures("quotients", fast_div, div_by, TRIES / 100);
  same_figures("remainders", fast_mod, mod_by, TRIES / 20);
  same_figures("powers", fast_pow, pow_of, TRIES / 40);
  order();
  same_and_in();
  values_end();
  return done();
}
