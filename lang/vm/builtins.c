#include "base/intern.h"
#include "base/utf8.h"
#include "vm/vm.h"
#include <string.h>

/* The functions that the engine gives: a word to the world, or a little work on values. */

static Value unknown(Vm *vm, CauseKind kind) { return value_unknown(&vm->rt, world_cause(vm->w, kind, 0, 0, vm_place(vm))); }

/* Of a text: where a row of data is at hand, its place is that of the cell read last. */
static Span text_place(const Vm *vm) { return vm->row.rows ? vm->row.cell : vm_place(vm); }

static Value unread(Vm *vm, CauseKind kind, Value text) {
  bool empty = vm->row.rows && !value_len(text);
  return value_unknown(&vm->rt, empty ? world_cause(vm->w, CAUSE_CELL, 0, 0, text_place(vm)) : world_text_cause(vm->w, kind, text, text_place(vm)));
}

/* Where a number is wanted may stand a figure of which nobody knew beforehand what it measures. */
static bool plain_number(Vm *vm, Value v, const char *wanted) {
  if (v.unit == UNIT_ONE || v.unit == UNIT_ANY) return true;
  Buf b;
  buf_init(&b, vm->mem);
  value_show(&vm->rt, v, &b);
  vm_fail(vm, DIAG_E0401, "%s is a plain number, and this is %s", wanted, buf_text(&b));
  buf_end(&b);
  return false;
}

static Value rounded(Vm *vm, Value v, const Value *places) {
  int64_t n = 0;
  if (places && !plain_number(vm, *places, "how many decimals to round to")) return value_int(0);
  if (places && (!value_is_exact(*places) || !num_to_i64(vm->mem, value_num(*places), &n) || n < -300 || n > 300)) {
    vm_fail(vm, DIAG_E0404, "round takes a whole number of decimals, at most 300");
    return value_int(0);
  }
  if (v.tag == V_IVL) {
    const Ivl *x = (const Ivl *)v.obj;
    Num lo = x->has_lo ? num_round(vm->mem, x->lo, (int)n) : num_int(0), hi = x->has_hi ? num_round(vm->mem, x->hi, (int)n) : num_int(0);
    return value_interval(&vm->rt, x->has_lo ? &lo : NULL, x->has_hi ? &hi : NULL, v.unit, v);
  }
  return value_figure(num_round(vm->mem, value_num(v), (int)n), v.unit);
}

static Value bound(Vm *vm, char mark, Num n, UnitId unit, Value why) {
  if (mark == '>') return value_interval(&vm->rt, &n, NULL, unit, why);
  Num zero = num_int(0);
  return value_interval(&vm->rt, num_sign(n) < 0 ? NULL : &zero, &n, unit, why);
}

/* As in a draft; other writers have a large E too. */
static int read_figure(Mem *m, const char *s, size_t n, Num *x) {
  if (!memchr(s, 'E', n)) return num_read(m, s, n, x);
  Buf b;
  buf_init(&b, m);
  for (size_t i = 0; i < n; i++) buf_char(&b, s[i] == 'E' ? 'e' : s[i]);
  int bad = num_read(m, buf_text(&b), b.len, x);
  buf_end(&b);
  return bad;
}

/* What stands between blanks at either end. */
static const char *without_blanks(const Value *text, size_t *len) {
  const char *s = value_str(text);
  size_t n = value_len(*text);
  while (n && *s == ' ') s++, n--;
  while (n && s[n - 1] == ' ') n--;
  *len = n;
  return s;
}

/* 12, 1_000, -3.5, 40%, >50, <0.1; words and empty cells are unknown. */
static Value number_of(Vm *vm, Value text) {
  size_t n;
  const char *s = without_blanks(&text, &n);
  char mark = 0;
  bool negative = false, percent = false;
  if (n && (*s == '>' || *s == '<')) mark = *s++, n--;
  while (n && *s == ' ') s++, n--;
  if (n && *s == '-') negative = true, s++, n--;
  if (n && s[n - 1] == '%') percent = true, n--;
  Num x;
  if (!n || read_figure(vm->mem, s, n, &x)) return unread(vm, CAUSE_WORDS, text);
  if (percent || negative) {
    Num f = percent ? num_dec(negative ? -1 : 1, -2) : num_int(-1), y = num_mul(vm->mem, x, f);
    num_drop(vm->mem, x);
    x = y;
  }
  if (!mark) return value_figure(x, UNIT_ONE);
  Value why = value_unknown(&vm->rt, world_cause(vm->w, CAUSE_LOOSE, 0, 0, text_place(vm))), v = bound(vm, mark, x, UNIT_ONE, why);
  value_drop(vm->mem, why);
  return v;
}

static Value date_of(Vm *vm, Value text) {
  size_t n;
  const char *s = without_blanks(&text, &n);
  Day d;
  if (date_read(s, n, &d)) return unread(vm, CAUSE_NO_DATE, text);
  return value_date(d);
}

static Value slug(Vm *vm, Value text) {
  Buf b;
  buf_init(&b, vm->mem);
  bool gap = false;
  for (const char *s = value_str(&text), *end = s + value_len(text); s < end; s++) {
    char c = *s >= 'A' && *s <= 'Z' ? (char)(*s + 32) : *s;
    bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!word) { gap = b.len > 0; continue; }
    if (gap) buf_char(&b, '_');
    gap = false;
    buf_char(&b, c);
  }
  Value v = value_text(&vm->rt, buf_text(&b), b.len);
  buf_end(&b);
  return v;
}

static Value shown(Vm *vm, Value x) {
  Buf b;
  buf_init(&b, vm->mem);
  value_show(&vm->rt, x, &b);
  Value v = value_text(&vm->rt, buf_text(&b), b.len);
  buf_end(&b);
  return v;
}

static Value plain(Vm *vm, Value x) {
  Buf b;
  buf_init(&b, vm->mem);
  if (value_is_exact(x) && (x.unit == UNIT_ONE || x.unit == UNIT_ANY)) num_show_exact(&b, value_num(x));
  else vm_fail(vm, DIAG_E0404, "plain takes an exact number without a unit");
  Value v = value_text(&vm->rt, buf_text(&b), b.len);
  buf_end(&b);
  return v;
}

static Value joined(Vm *vm, Value v, Value between) {
  Buf b;
  Value why = {0};
  if (op_vague(vm, v, &why)) return why;
  buf_init(&b, vm->mem);
  for (uint32_t i = 0; i < v.obj->len; i++) {
    if (i) buf_add(&b, value_str(&between), value_len(between));
    value_show(&vm->rt, value_seq(v)->at[i], &b);
  }
  Value text = value_text(&vm->rt, buf_text(&b), b.len);
  buf_end(&b);
  return text;
}

static Value sorted(Vm *vm, Value v) {
  Value why = {0};
  if (op_vague(vm, v, &why)) return why;
  const Seq *s = value_seq(v);
  uint32_t n = s->o.len;
  if (v.tag == V_SET) {   /* it is in order */
    for (uint32_t i = 0; i < n; i++) value_keep(s->at[i]);
    return value_list(&vm->rt, s->at, n);
  }
  Value *at = mem_get(vm->mem, (n ? n : 1) * sizeof *at), *tmp = mem_get(vm->mem, (n ? n : 1) * sizeof *at);
  Value r = value_int(0);
  if (at && tmp) {
    for (uint32_t i = 0; i < n; i++) at[i] = value_keep(s->at[i]);
    for (uint32_t w = 1; w < n; w *= 2) {
      for (uint32_t lo = 0; lo < n; lo += 2 * w) {
        uint32_t mid = n - lo < w ? n : lo + w, hi = n - lo < 2 * w ? n : lo + 2 * w, i = lo, j = mid, k = lo;
        while (i < mid || j < hi) tmp[k++] = j >= hi || (i < mid && value_order(&vm->rt, at[i], at[j]) <= 0) ? at[i++] : at[j++];
      }
      memcpy(at, tmp, n * sizeof *at);
    }
    r = value_list(&vm->rt, at, n);
  }
  mem_free(vm->mem, at, (n ? n : 1) * sizeof *at);
  mem_free(vm->mem, tmp, (n ? n : 1) * sizeof *at);
  return r;
}

static Value nth(Vm *vm, Value v, Value place) {
  int64_t n;
  if (!plain_number(vm, place, "a place in a list")) return value_int(0);
  if (!value_is_exact(place) || !num_to_i64(vm->mem, value_num(place), &n) || n < 1 || n > value_seq(v)->o.len) return unknown(vm, CAUSE_KEY);
  if (v.tag == V_SET && op_loose(v)) {
    Value why = {0};
    op_vague(vm, v, &why);
    return why;
  }
  return value_keep(value_seq(v)->at[n - 1]);
}

/* The place of a key in a map, which is in order; past its end: none. */
static uint32_t key_find(Vm *vm, const Seq *s, Value key) {
  uint32_t lo = 0, hi = s->o.len;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    int o = value_order(&vm->rt, s->at[2 * (size_t)mid], key);
    if (o == 0) return mid;
    if (o < 0) lo = mid + 1;
    else hi = mid;
  }
  return UINT32_MAX;
}

/* An index is made when about as much was spent on doing without. */
enum { INDEXED_LEAST = 8, ASKED_LEAST = 4, ASKED_SHARE = 8 };

static void index_forget(Vm *vm, TextIndex *x) {
  if (x->at) mem_free(vm->mem, x->at, x->cap * sizeof *x->at);
  value_drop(vm->mem, x->of);
  *x = (TextIndex){0};
}

void text_indexes_forget(Vm *vm) {
  for (uint32_t i = 0; i < TEXT_INDEXES; i++) index_forget(vm, &vm->texts[i]);
}

static void index_make(Vm *vm, TextIndex *x, Value of) {
  const Seq *s = value_seq(of);
  uint32_t cap = 64;
  while (cap < s->o.len * 2) cap *= 2;
  x->at = mem_zero(vm->mem, cap * sizeof *x->at);
  if (!x->at) return;
  x->cap = cap;
  x->of = value_keep(of);
  for (uint32_t i = 0; i < s->o.len; i++) {
    uint32_t h = (uint32_t)text_hash(s->at[2 * (size_t)i], vm->text_seed) & (cap - 1);
    while (x->at[h]) h = (h + 1) & (cap - 1);
    x->at[h] = i + 1;
  }
}

const TextIndex *text_index(Vm *vm, Value of) {
  const Seq *s = value_seq(of);
  if (s->o.len < INDEXED_LEAST || s->at[0].tag != V_STR || s->o.len > UINT32_MAX / 8) return NULL;
  for (TextIndex *x = vm->texts; x < vm->texts + TEXT_INDEXES; x++) {
    if (x->asked != of.obj) continue;
    if (!x->at && ++x->times > ASKED_LEAST + s->o.len / ASKED_SHARE) index_make(vm, x, of);
    return x->at ? x : NULL;
  }
  TextIndex *x = &vm->texts[vm->text_turn++ % TEXT_INDEXES];
  index_forget(vm, x);
  x->asked = of.obj;
  return NULL;
}

uint32_t text_find(Vm *vm, Value of, Value key) {
  const Seq *s = value_seq(of);
  const TextIndex *x = text_index(vm, of);
  if (!x) return key_find(vm, s, key);
  uint32_t mask = x->cap - 1, h = (uint32_t)text_hash(key, vm->text_seed) & mask;
  while (x->at[h] && !text_same(s->at[2 * (size_t)(x->at[h] - 1)], key)) h = (h + 1) & mask;
  return x->at[h] - 1;
}

Value vm_index(Vm *vm, Value of, Value key) {
  if (of.tag == V_UNK || key.tag == V_UNK) return value_unknown2(&vm->rt, of, key);
  if (of.tag == V_LIST) return nth(vm, of, key);
  if (of.tag == V_ENT) {
    Ent e = program_clause(vm->p, of.aux, intern_put(vm->p->unit->names, value_str(&key), value_len(key)));
    if (e != UINT32_MAX) return value_ent(e);
    vm_fail(vm, DIAG_E0404, "the %s has no clause \"%.*s\"", ent_kind(of.aux) == K_AMENDMENT ? "amendment" : "agreement", (int)value_len(key), value_str(&key));
    return value_int(0);
  }
  const Seq *s = value_seq(of);
  Value why = {0};
  if (op_vague(vm, key, &why) || (op_loose(of) && op_vague(vm, s->at[0], &why))) return why;
  uint32_t i = key.tag == V_STR ? text_find(vm, of, key) : key_find(vm, s, key);
  return i < s->o.len ? value_keep(s->at[2 * i + 1]) : unknown(vm, CAUSE_KEY);
}

/* A range that the library writes stands for what the draft does not say, which is named elsewhere. */
static bool in_library(const Vm *vm) {
  return vm->frames.len && vm->p->modules.at[vm->p->funcs.at[vm->frames.at[vm->frames.len - 1].func].module].library;
}

static Value end_figure(Vm *vm, Value lo, const Value *hi, Builtin b) {
  Value why = in_library(vm) ? (Value){0} : unknown(vm, CAUSE_LOOSE), v;
  if (!value_is_exact(lo) || (hi && !value_is_exact(*hi))) { vm_fail(vm, DIAG_E0404, "%s takes exact figures", builtin_info(b)->name); v = value_int(0); }
  else if (!hi) v = bound(vm, b == BUILTIN_at_least ? '>' : '<', num_keep(value_num(lo)), lo.unit, why);
  else if (fig_hull(&vm->rt, lo, *hi, why, &v)) { vm_fail_units(vm, FIG_UNITS, "the ends of one range", lo, *hi); v = value_int(0); }
  value_drop(vm->mem, why);
  Value exact;
  if (!world_settled(vm->w, CAUSE_LOOSE, 0, 0, vm_place(vm), v, &exact)) return v;
  value_drop(vm->mem, v);
  return exact;
}

/* An exact figure, or one end of one that is not. */
static Value end_of(Vm *vm, Value v, bool high) {
  const Ivl *x = (const Ivl *)v.obj;
  if (v.tag != V_IVL) return value_keep(v);
  if (high ? x->has_hi : x->has_lo) return value_figure(num_keep(high ? x->hi : x->lo), v.unit);
  return value_unknown2(&vm->rt, v, v);
}

static Value days_of(Vm *vm, Value v) {
  if (v.tag == V_RANGE) {
    if (value_hi(v) == DAY_OPEN) { vm_fail(vm, DIAG_E0404, "a range without an end has no number of days"); return value_int(0); }
    return value_int(value_hi(v) < value_lo(v) ? 0 : (int64_t)value_hi(v) - value_lo(v) + 1);
  }
  Value d;
  FigErr e = fig_convert(&vm->rt, v, vm->p->units.atoms.at[0].unit, &d);
  if (e) { vm_fail_units(vm, e, "days", v, v); return value_int(0); }
  d.unit = UNIT_ONE;
  return d;
}

static Value months_of(Vm *vm, Value v, const Value *n) {
  if (n && v.tag == V_DATE) return op_date(vm, OP_DATE_MONTHS_, v, *n, false);
  if (n) { vm_fail(vm, DIAG_E0404, "months(d, n) takes a date"); return value_int(0); }
  if (v.tag != V_RANGE || value_hi(v) == DAY_OPEN) { vm_fail(vm, DIAG_E0404, "months takes a range of dates with an end"); return value_int(0); }
  return value_int(date_months(value_lo(v), value_hi(v)));
}

static Value date_part(Vm *vm, Value v, bool year) {
  int y, m, d;
  if (v.i == DAY_OPEN) { vm_fail(vm, DIAG_E0404, "'open' has no year and no month"); return value_int(0); }
  date_split((Day)v.i, &y, &m, &d);
  return value_int(year ? y : m);
}

/* What the answer depends on. `share` and `capacity` of a country rest on its own presence alone. */
static void ask_dep(Vm *vm, Builtin b, Ent first, Ent last) {
  World *w = vm->w;
  Dep *d = &vm->dep;
  switch (b) {
    case BUILTIN_clauses: d->who = UINT64_MAX; break;
    case BUILTIN_in_force: dep_stretch(w, vm->ctx, d); break;
    case BUILTIN_needed: case BUILTIN_has_need: dep_need(w, vm->ctx, ent_index(last), d); break;
    case BUILTIN_rate: dep_resource(w, vm->ctx, ent_index(first), DEP_REQUIRE, d); break;
    case BUILTIN_inputs: case BUILTIN_uses: dep_resource(w, vm->ctx, ent_index(first), DEP_REQUIRE, d); break;
    case BUILTIN_capacity: case BUILTIN_share: {  /* of the country's own presence alone: what a share is a share of stays */
      uint64_t who = d->who;
      dep_resource(w, vm->ctx, ent_index(last), DEP_SUPPLY, d);
      d->who = who;
      break;
    }
    case BUILTIN_producers: case BUILTIN_unnamed: dep_resource(w, vm->ctx, ent_index(last), DEP_SUPPLY, d); break;
    case BUILTIN_demanded: dep_resource(w, vm->ctx, ent_index(last), DEP_DEMAND, d); break;
    default: dep_resource(w, vm->ctx, ent_index(last), vm->ctx->nscales ? DEP_SUPPLY | DEP_PROMISE : DEP_PROMISE, d); break;
  }
  if (ent_kind(first) == K_COUNTRY) d->who |= dep_who(w, ent_index(first));
}

Value vm_suppliers_plain(Vm *vm, uint32_t r, Value range) {
  Day lo = vm->dep.lo, hi = vm->dep.hi;
  Value all = world_suppliers_within(vm->w, vm->ctx, r, value_lo(range), value_hi(range));
  if (all.tag == V_NONE) return all;
  ask_dep(vm, BUILTIN_suppliers, ent_make(K_RESOURCE, r), ent_make(K_RESOURCE, r));
  vm->dep.lo = lo;
  vm->dep.hi = hi;
  return all;
}

/* Goes from change to change of what r's promises rest on. What holds over a stretch of time holds whatever the day is here. */
static Value suppliers_within(Vm *vm, uint32_t r, Value range) {
  World *w = vm->w;
  Ctx *outer = vm->ctx;
  Day lo = vm->dep.lo, hi = vm->dep.hi;
  Value all = vm_suppliers_plain(vm, r, range), none = {0};
  if (all.tag != V_NONE) return all;
  all = value_set(&vm->rt, &none, 0);
  for (int64_t day = value_lo(range); day <= value_hi(range) && day <= DAY_MAX && !vm->failed; day = (int64_t)vm->dep.hi + 1) {
    Ctx *x = world_ctx(w, outer->view, (Day)day);
    if (!x) break;
    vm->ctx = x;
    vm->dep.lo = DAY_NONE;
    vm->dep.hi = DAY_OPEN;
    Value now = world_suppliers(w, x, r), both = op_set(vm, all, now, 0);
    ask_dep(vm, BUILTIN_suppliers, ent_make(K_RESOURCE, r), ent_make(K_RESOURCE, r));
    value_drop(vm->mem, now);
    value_drop(vm->mem, all);
    all = both;
    if (vm->dep.hi < day) vm->dep.hi = (Day)day;
  }
  vm->ctx = outer;
  vm->dep.lo = lo;
  vm->dep.hi = hi;
  return all;
}

static Value inputs_in_all(Vm *vm, Value of) {
  Value why = {0};
  uint32_t steps = 0;
  if (vm->ctx == &vm->blank) { vm_fail(vm, DIAG_E0308, "%s cannot be asked here: this must be settled before any fact is", builtin_info(BUILTIN_inputs_in_all)->name); return value_int(0); }
  if (of.tag == V_SET && op_vague(vm, of, &why)) return why;
  Value all = world_inputs_in_all(vm->w, vm->ctx, of, &vm->dep, &steps);
  vm_spend(vm, steps);
  return all;
}

/* What rests on the world: with the countries and resources known. */
static Value ask(Vm *vm, Builtin b, const Value *a, uint32_t n) {
  World *w = vm->w;
  Ctx *x = vm->ctx;
  uint32_t first = ent_index(a[0].aux), last = ent_index(a[n - 1].aux);
  if (x == &vm->blank) { vm_fail(vm, DIAG_E0308, "%s cannot be asked here: this must be settled before any fact is", builtin_info(b)->name); return value_int(0); }
  switch (b) {
    case BUILTIN_capacity: return world_capacity(w, x, first, last);
    case BUILTIN_share: return world_share(w, x, first, last);
    case BUILTIN_producers: return world_producers(w, x, first);
    case BUILTIN_unnamed: return world_unnamed(w, x, first);
    case BUILTIN_committed: return world_committed(w, x, first, last);
    case BUILTIN_intended: return world_intended(w, x, first, last);
    case BUILTIN_suppliers: return n == 2 ? suppliers_within(vm, first, a[1]) : world_suppliers(w, x, first);
    case BUILTIN_demanded: return world_demanded(w, x, first, last);
    case BUILTIN_has_need: return world_has_need(w, x, first);
    case BUILTIN_needed: return world_needed(w, x, first);
    case BUILTIN_inputs: return world_inputs(w, x, first);
    case BUILTIN_uses: return world_uses(w, x, first);
    case BUILTIN_rate: return world_rate(w, x, first, last);
    case BUILTIN_stockpiled: return world_stockpiled(w, x, n == 2 ? first : WHO_JOINT, last);
    case BUILTIN_carried: return world_carried(w, x, first);
    case BUILTIN_blocked: return world_blocked(w, x, first, last);
    case BUILTIN_in_force: return world_in_force(w, x, first);
    case BUILTIN_clauses: return world_clauses(w, x, a[0].aux, &vm->dep);
    default: return value_int(0);
  }
}

/* A collection is known when all that is in it is. */
static Value known(Vm *vm, Value v) {
  Value why = {0};
  bool open = op_vague(vm, v, &why);
  value_drop(vm->mem, why);
  return value_bool(!open);
}

Value vm_builtin(Vm *vm, Builtin b, const Value *a, uint32_t n) {
  if (b == BUILTIN_known) return known(vm, a[0]);
  for (uint32_t i = 0; i < n; i++)
    if (a[i].tag == V_UNK) return value_unknown2(&vm->rt, a[i], i + 1 < n ? a[i + 1] : (Value){0});
  switch (b) {
    case BUILTIN_len: return op_len(vm, a[0]);
    case BUILTIN_string: return shown(vm, a[0]);
    case BUILTIN_round: return rounded(vm, a[0], n > 1 ? &a[1] : NULL);
    case BUILTIN_number: return number_of(vm, a[0]);
    case BUILTIN_date: return date_of(vm, a[0]);
    case BUILTIN_plain: return plain(vm, a[0]);
    case BUILTIN_join: return joined(vm, a[0], a[1]);
    case BUILTIN_slug: return slug(vm, a[0]);
    case BUILTIN_name_in: return vm_name_in(vm, a[0], a[1]);
    case BUILTIN_sorted: return sorted(vm, a[0]);
    case BUILTIN_nth: return nth(vm, a[0], a[1]);
    case BUILTIN_between: return end_figure(vm, a[0], &a[1], b);
    case BUILTIN_at_least: case BUILTIN_at_most: return end_figure(vm, a[0], NULL, b);
    case BUILTIN_least: case BUILTIN_most: return end_of(vm, a[0], b == BUILTIN_most);
    case BUILTIN_days: return days_of(vm, a[0]);
    case BUILTIN_months: return months_of(vm, a[0], n > 1 ? &a[1] : NULL);
    case BUILTIN_year: return date_part(vm, a[0], true);
    case BUILTIN_month: return date_part(vm, a[0], false);
    case BUILTIN_inputs_in_all: return inputs_in_all(vm, a[0]);
    default: {
      Value v = ask(vm, b, a, n);
      if (vm->ctx != &vm->blank && !(b == BUILTIN_suppliers && n == 2)) ask_dep(vm, b, a[0].aux, a[n - 1].aux);
      return v;
    }
  }
}

/* The fields of a clause, in the order of its kind's. */
enum { CLAUSE_PARTIES = FIELD_FIRST, CLAUSE_RESOURCES, CLAUSE_AGREEMENT, CLAUSE_ARTICLE, CLAUSE_ACT, CLAUSE_MODAL, CLAUSE_BINDING, CLAUSE_FROM,
       CLAUSE_UNTIL, CLAUSE_TEXT, CLAUSE_TO, CLAUSE_BY };

static Value not_stated(Vm *vm, Ent e, uint32_t slot) { return value_unknown(&vm->rt, world_cause(vm->w, CAUSE_FIELD, e, slot, (Span){0, 0})); }

static Value clause_field(Vm *vm, Ent e, uint32_t slot) {
  static const char *const acts[] = {"", "supply", "buy", "stockpile", "carry", "fund", "exempt", "not restrict", "undertake"};
  static const char *const modals[] = {"", "shall", "intends to", "may"};
  ClauseFacts room;
  const ClauseFacts *c = world_clause(vm->w, ent_index(e), &room);
  const AgreementFacts *a = &vm->w->agreements.at[c->agreement];
  const char *word = slot == CLAUSE_ARTICLE ? (c->article ? c->article : "") : slot == CLAUSE_ACT ? acts[c->act] : modals[c->modal];
  switch (slot) {
    case CLAUSE_PARTIES: return world_bits_value(vm->w, K_COUNTRY, c->subjects);
    case CLAUSE_RESOURCES: {
      Value one = value_ent(ent_make(K_RESOURCE, c->res));
      return c->res != UINT32_MAX ? value_set(&vm->rt, &one, 1) : world_bits_value(vm->w, K_RESOURCE, c->resources);
    }
    case CLAUSE_AGREEMENT: return value_ent(ent_make(K_AGREEMENT, a->amendment ? a->root : c->agreement));
    case CLAUSE_BINDING: return value_bool(c->binding);
    case CLAUSE_FROM: return value_date(c->win.from);
    case CLAUSE_UNTIL: return value_date(c->win.until);
    case CLAUSE_TO: return world_bits_value(vm->w, K_COUNTRY, c->to ? c->to : a->parties);
    case CLAUSE_TEXT: return c->text.tag == V_STR ? value_keep(c->text) : not_stated(vm, e, slot);
    case CLAUSE_BY: return c->by ? value_date(c->win.from) : not_stated(vm, e, slot);
    default: return value_text(&vm->rt, word, strlen(word));
  }
}

Value vm_field(Vm *vm, Value v, uint32_t slot) {
  if (v.tag != V_ENT) return value_unknown2(&vm->rt, v, (Value){0});
  const Entity *e = program_entity(vm->p, v.aux);
  const char *id = sym_text(vm->p, e->id);
  if (slot == FIELD_ID) return value_text(&vm->rt, id, strlen(id));
  if (slot == FIELD_NAME) return value_text(&vm->rt, e->name, strlen(e->name));
  if (ent_kind(v.aux) == K_CLAUSE) clause_read(vm->w, ent_index(v.aux));
  if (ent_kind(v.aux) == K_CLAUSE && ent_index(v.aux) < vm->w->clauses.len) return clause_field(vm, v.aux, slot);
  uint32_t kind = ent_kind(v.aux), at = ent_index(v.aux) * vm->p->kinds.at[kind].fields.len + slot;
  if (at < vm->w->fields[kind].len) {
    Value f = vm->w->fields[kind].at[at];
    if (f.tag == V_FUNC) return vm_run(vm, f.aux, NULL, 0, vm->ctx);
    if (f.tag != V_NONE) return value_keep(f);
  }
  Value settled, none = {0};
  if (world_settled(vm->w, CAUSE_FIELD, v.aux, slot, (Span){0, 0}, none, &settled)) return settled;
  return not_stated(vm, v.aux, slot);
}
