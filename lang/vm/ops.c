#include "vm/vm.h"
#include <string.h>

/* Instructions that need more than a line. */

static Value unknown2(Vm *vm, Value a, Value b) { return value_unknown2(&vm->rt, a, b); }

Value op_figure(Vm *vm, Op op, Value a, Value b) {
  static const char *const what[] = {[OP_ADD_] = "added", [OP_SUB_] = "subtracted", [OP_MUL_] = "multiplied", [OP_DIV_] = "divided", [OP_MOD_] = "divided with a remainder", [OP_POW_] = "raised to a power"};
  Value r = {0};
  FigErr e = FIG_OK;
  if ((a.tag == V_UNK || b.tag == V_UNK) && op != OP_MUL_) return unknown2(vm, a, b);
  Value below = op == OP_POW_ ? a : b;
  bool may = (op == OP_DIV_ || op == OP_MOD_ || op == OP_POW_) && value_is_figure(below) && fig_may_be_zero(&vm->rt, below);
  Cause zero = may ? world_cause(vm->w, CAUSE_ZERO, 0, 0, vm_place(vm)) : 0;
  switch ((int)op) {
    case OP_ADD_: e = fig_add(&vm->rt, a, b, &r); break;
    case OP_SUB_: e = fig_sub(&vm->rt, a, b, &r); break;
    case OP_MUL_: e = fig_mul(&vm->rt, a, b, &r); break;
    case OP_DIV_: e = fig_div(&vm->rt, a, b, zero, &r); break;
    case OP_MOD_: e = fig_mod(&vm->rt, a, b, zero, &r); break;
    default: e = fig_pow(&vm->rt, a, b, zero, &r); break;
  }
  if (!e && r.tag == V_BIG) vm->steps += num_bits(value_num(r)) / 64;  /* large figures take the time of many steps */
  if (!e) return r;
  vm_fail_units(vm, e, what[op], a, b);
  return value_int(0);
}

bool value_of_type(const Vm *vm, Value v, Type t) {
  TypeInfo x = type_at(&vm->p->types, t);
  bool both = v.tag == V_MAP && x.kind == TY_MAP, list = (v.tag == V_SET && x.kind == TY_SET) || (v.tag == V_LIST && x.kind == TY_LIST);
  Value alike;
  if (value_is_figure(v)) return x.any || v.unit == UNIT_ANY || unit_dim(&vm->p->units, v.unit) == x.dim;
  if (list && list_words(v, &alike)) return alike.tag == V_SET || value_of_type(vm, alike, x.a);
  for (uint32_t i = 0; list && i < v.obj->len; i++)
    if (!value_of_type(vm, value_seq(v)->at[i], x.a)) return false;
  for (uint32_t i = 0; both && i < v.obj->len; i++)
    if (!value_of_type(vm, value_seq(v)->at[2 * i], x.a) || !value_of_type(vm, value_seq(v)->at[2 * i + 1], x.b)) return false;
  return true;
}

static void wanted(const Vm *vm, Type t, Buf *b) {
  TypeInfo x = type_at(&vm->p->types, t);
  UnitId u = unit_with(&vm->p->units, x.dim);
  if (x.kind == TY_NUMBER) buf_str(b, "a plain number");
  else if (x.kind == TY_QUANTITY && u != UNIT_NONE) buf_fmt(b, "a quantity in %s", unit_text(&vm->p->units, u));
  else type_text(vm->p, t, b);
}

void op_unfit(Vm *vm, Value v, Type t) {
  Buf is, want;
  buf_init(&is, vm->mem);
  buf_init(&want, vm->mem);
  value_show(&vm->rt, v, &is);
  wanted(vm, t, &want);
  vm_fail(vm, DIAG_E0401, "this is %s, and what is wanted here is %s", buf_text(&is), buf_text(&want));
  if (fig_exactly_zero(v) && v.unit == UNIT_ONE) vm->error.help = "a zero has a unit too, as in  0 t";
  buf_end(&is);
  buf_end(&want);
}

/* Three values as two bits: may be true, may be false. */
static Value settle(Vm *vm, int yes, Value a, Value b) { return yes < 0 ? unknown2(vm, a, b) : value_bool(yes); }

Value op_compare(Vm *vm, Op op, Value a, Value b) {
  int lt, eq;
  if (a.tag == V_UNK || b.tag == V_UNK) return unknown2(vm, a, b);
  if (!value_is_figure(a) || !value_is_figure(b)) return op_same(vm, a, b, false);
  FigErr e = fig_compare(&vm->rt, a, b, &lt, &eq);
  if (e) { vm_fail_units(vm, e, "compared", a, b); return value_bool(false); }
  if (op == OP_EQ_) return settle(vm, eq, a, b);
  if (op == OP_LT_) return settle(vm, lt, a, b);
  /* a <= b is not (b < a) */
  int gt, again;
  if (lt == 1 || eq == 1) return value_bool(true);
  if (lt == 0 && eq == 0) return value_bool(false);
  fig_compare(&vm->rt, b, a, &gt, &again);
  return settle(vm, gt < 0 ? -1 : !gt, a, b);
}

Value op_equal(Vm *vm, Value a, Value b, bool negate) {
  Value r = op_compare(vm, OP_EQ_, a, b), n;
  if (!negate) return r;
  n = op_not(vm, r);
  value_drop(vm->mem, r);
  return n;
}

Value op_negative(Vm *vm, Value a) {
  Value r = {0};
  if (a.tag == V_UNK) return value_keep(a);
  if (fig_neg(&vm->rt, a, &r)) vm_fail_units(vm, FIG_LARGE, "", a, a);
  return r;
}

Value op_not(Vm *vm, Value a) {
  if (a.tag == V_TRUE) return value_bool(false);
  if (a.tag == V_FALSE) return value_bool(true);
  return unknown2(vm, a, (Value){0});
}

Value op_logic(Vm *vm, Op op, Value a, Value b) {
  if (op == OP_IMPLIES_) {
    Value n = op_not(vm, a), r = op_logic(vm, OP_OR_, n, b);
    value_drop(vm->mem, n);
    return r;
  }
  Tag wins = op == OP_AND_ ? V_FALSE : V_TRUE, other = op == OP_AND_ ? V_TRUE : V_FALSE;
  if (a.tag == wins || b.tag == wins) return value_bool(wins == V_TRUE);
  if (a.tag == other && b.tag == other) return value_bool(other == V_TRUE);
  return unknown2(vm, a, b);
}

Value op_join(Vm *vm, Value cond, Value a, Value b) {
  Value r;
  if (a.tag != V_UNK && a.tag == b.tag && value_same(&vm->rt, a, b)) return value_keep(a);
  if (value_is_figure(a) && value_is_figure(b) && !fig_hull(&vm->rt, a, b, cond, &r)) return r;
  Value both = unknown2(vm, a, b);
  r = unknown2(vm, both, cond);
  value_drop(vm->mem, both);
  return r;
}

/* Whether a value is uncertain, or a collection of which some element is; *why takes it up. */
bool op_vague(Vm *vm, Value v, Value *why) {
  bool any = v.tag == V_UNK || v.tag == V_IVL;
  if (any) {
    Value both = unknown2(vm, *why, v);
    value_drop(vm->mem, *why);
    *why = both;
  }
  if ((v.tag != V_LIST && v.tag != V_SET && v.tag != V_MAP) || value_in_words(v)) return any;
  const Seq *s = value_seq(v);
  for (uint32_t i = 0, n = v.tag == V_MAP ? 2 * s->o.len : s->o.len; i < n; i++)
    if (s->at[i].tag >= V_IVL) any = op_vague(vm, s->at[i], why) || any;
  return any;
}

/* Of a set, or a map by its keys. They are of one type, so what is not known stands at an end, but within what is nested. */
bool op_loose(Value v) {
  const Seq *s = value_seq(v);
  uint32_t wide = v.tag == V_MAP ? 2 : 1, n = s->o.len;
  if (!n) return false;
  if (s->at[0].tag < V_LIST) return value_vague(s->at[0]) || value_vague(s->at[(n - 1) * wide]);
  for (uint32_t i = 0; i < n; i++)
    if (value_vague(s->at[i * wide])) return true;
  return false;
}

Value op_loose_why(Vm *vm, Value a, Value b) {
  Value why = {0};
  op_vague(vm, a, &why);
  op_vague(vm, b, &why);
  return why;
}

/* An element of a set may be the same as another where it is not known, but the first of those that are all not known. */
bool op_may_repeat(Value set, uint32_t i) {
  const Seq *s = value_seq(set);
  if (set.tag != V_SET || s->at[i].tag < V_IVL || s->at[i].tag == V_STR || !value_vague(s->at[i])) return false;
  return i > 0 || (s->o.len > 1 && (s->at[s->o.len - 1].tag > V_UNK));
}

Value op_len(Vm *vm, Value v) {
  if (v.tag == V_INTS) return value_int(value_hi(v) < value_lo(v) ? 0 : (int64_t)value_hi(v) - value_lo(v) + 1);
  uint32_t most = v.obj->len, least = most;
  if (v.tag != V_SET || !op_loose(v)) return value_int(most);
  for (uint32_t i = 0; i < most; i++) least -= op_may_repeat(v, i);
  Num lo = num_int(least ? least : 1), hi = num_int(most);
  Value why = op_loose_why(vm, v, v), n = value_interval(&vm->rt, &lo, &hi, UNIT_ONE, why);
  value_drop(vm->mem, why);
  return n;
}

/* An uncertain figure that stands in for an unknown one: what that lacks, this lacks. */
Value op_blame(Vm *vm, Value v, Value instead_of) {
  const Ivl *x = (const Ivl *)v.obj;
  Num lo = x->has_lo ? num_keep(x->lo) : num_int(0), hi = x->has_hi ? num_keep(x->hi) : num_int(0);
  Value why = unknown2(vm, instead_of, v), r = value_interval(&vm->rt, x->has_lo ? &lo : NULL, x->has_hi ? &hi : NULL, v.unit, why);
  value_drop(vm->mem, why);
  return r.tag == V_NONE ? value_unknown(&vm->rt, 0) : r;
}

static Value same(Vm *vm, Value a, Value b);

/* Lists differ surely where two of their elements do; sets and maps of uncertain figures are left open. */
static Value same_seq(Vm *vm, Value a, Value b, Value why) {
  Value r = value_bool(true);
  if (a.tag != V_LIST) return value_keep(why);
  if (a.obj->len != b.obj->len) return value_bool(false);
  for (uint32_t i = 0; i < a.obj->len && r.tag != V_FALSE; i++) {
    Value one = same(vm, value_seq(a)->at[i], value_seq(b)->at[i]), both = op_logic(vm, OP_AND_, r, one);
    value_drop(vm->mem, one);
    value_drop(vm->mem, r);
    r = both;
  }
  return r;
}

static Value same(Vm *vm, Value a, Value b) {
  Value why = {0}, r;
  if (value_is_figure(a) && value_is_figure(b)) return op_compare(vm, OP_EQ_, a, b);
  if (a.tag == V_UNK || b.tag == V_UNK) return unknown2(vm, a, b);
  bool one = op_vague(vm, a, &why), other = op_vague(vm, b, &why);
  r = one || other ? same_seq(vm, a, b, why) : value_bool(value_same(&vm->rt, a, b));
  value_drop(vm->mem, why);
  return r;
}

Value op_same(Vm *vm, Value a, Value b, bool negate) {
  if (a.tag < V_BIG && b.tag < V_BIG) return value_bool(value_same(&vm->rt, a, b) != negate);
  if (a.tag == V_STR && b.tag == V_STR) return value_bool(text_same(a, b) != negate);
  Value r = same(vm, a, b), n;
  if (!negate) return r;
  n = op_not(vm, r);
  value_drop(vm->mem, r);
  return n;
}

Value op_before(Vm *vm, Value a, Value b, bool or_same) {
  if (a.tag == V_UNK || b.tag == V_UNK) return unknown2(vm, a, b);
  int o = value_order(&vm->rt, a, b);
  return value_bool(o < 0 || (or_same && o == 0));
}

/* Whether x is in a sorted sequence; where it would stand in *at. */
static bool find(Vm *vm, const Seq *s, uint32_t width, Value x, uint32_t *at) {
  uint32_t lo = 0, hi = s->o.len;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    int o = value_order(&vm->rt, s->at[mid * width], x);
    if (o == 0) { *at = mid; return true; }
    if (o < 0) lo = mid + 1;
    else hi = mid;
  }
  *at = lo;
  return false;
}

/* Figures in a collection may be uncertain, and then so is whether they equal. */
static Value in_list(Vm *vm, Value a, const Seq *s, uint32_t width) {
  Value r = value_bool(false);
  for (uint32_t i = 0; i < s->o.len && r.tag != V_TRUE; i++) {
    Value one = value_is_figure(a) || s->at[i * width].tag == V_UNK ? op_compare(vm, OP_EQ_, a, s->at[i * width]) : op_same(vm, a, s->at[i * width], false);
    Value next = op_logic(vm, OP_OR_, r, one);
    value_drop(vm->mem, one);
    value_drop(vm->mem, r);
    r = next;
  }
  return r;
}

Value op_within(Vm *vm, Value a, Value b, bool strict) {
  if (a.tag == V_UNK || b.tag == V_UNK) return unknown2(vm, a, b);
  const Seq *x = value_seq(a), *y = value_seq(b);
  bool loose = op_loose(a) || op_loose(b);
  uint32_t at;
  Value r = value_bool(true);
  for (uint32_t i = 0; i < x->o.len && r.tag != V_FALSE; i++) {
    Value one = loose ? in_list(vm, x->at[i], y, 1) : value_bool(find(vm, y, 1, x->at[i], &at)), both = op_logic(vm, OP_AND_, r, one);
    value_drop(vm->mem, one);
    value_drop(vm->mem, r);
    r = both;
  }
  if (r.tag != V_TRUE || !strict) return r;
  return loose ? op_loose_why(vm, a, b) : value_bool(x->o.len < y->o.len);
}

static Value in_ints(Vm *vm, Value a, Value coll) {
  int64_t n;
  if (a.tag == V_IVL) {
    Value below = op_compare(vm, OP_LT_, a, value_int(value_lo(coll))), above = op_compare(vm, OP_LT_, value_int(value_hi(coll)), a);
    bool out = below.tag == V_TRUE || above.tag == V_TRUE;
    value_drop(vm->mem, below);
    value_drop(vm->mem, above);
    return out ? value_bool(false) : unknown2(vm, a, coll);
  }
  return value_bool(num_to_i64(vm->mem, value_num(a), &n) && n >= value_lo(coll) && n <= value_hi(coll));
}

Value op_in(Vm *vm, Value a, Value coll, bool negate) {
  Value r;
  uint32_t at;
  if (a.tag == V_UNK || coll.tag == V_UNK) return unknown2(vm, a, coll);
  if (coll.tag == V_RANGE) r = value_bool(a.i >= value_lo(coll) && a.i <= value_hi(coll));
  else if (coll.tag == V_INTS) r = in_ints(vm, a, coll);
  else if (coll.tag != V_LIST && (a.tag == V_ENT || a.tag == V_STR || a.tag == V_DATE) && !op_loose(coll)) r = value_bool(find(vm, value_seq(coll), coll.tag == V_MAP ? 2 : 1, a, &at));
  else r = in_list(vm, a, value_seq(coll), coll.tag == V_MAP ? 2 : 1);
  if (!negate) return r;
  Value n = op_not(vm, r);
  value_drop(vm->mem, r);
  return n;
}

/* What is left is known only where each element of a surely is in b, or is not. */
static Value without_loose(Vm *vm, Value a, Value b) {
  const Seq *x = value_seq(a);
  if (!x->o.len) return value_keep(a);
  Value *left = mem_get(vm->mem, x->o.len * sizeof *left), r = {0};
  uint32_t n = 0;
  for (uint32_t i = 0; left && i < x->o.len && r.tag == V_NONE; i++) {
    Value gone = in_list(vm, x->at[i], value_seq(b), 1);
    if (gone.tag == V_FALSE) left[n++] = value_keep(x->at[i]);
    if (gone.tag == V_UNK) r = op_loose_why(vm, a, b);
    value_drop(vm->mem, gone);
  }
  if (left && r.tag == V_NONE) r = value_set(&vm->rt, left, n), n = 0;
  while (n) value_drop(vm->mem, left[--n]);
  mem_free(vm->mem, left, x->o.len * sizeof *left);
  return r.tag == V_NONE ? value_bool(false) : r;
}

Value op_set(Vm *vm, Value a, Value b, int how) {
  if (a.tag == V_UNK || b.tag == V_UNK) return unknown2(vm, a, b);
  if (how == 1 && (op_loose(a) || op_loose(b))) return without_loose(vm, a, b);
  const Seq *x = value_seq(a), *y = value_seq(b);
  size_t bytes = ((size_t)x->o.len + y->o.len) * sizeof(Value);
  Value *all = mem_get(vm->mem, bytes ? bytes : 1);
  uint32_t n = 0, at;
  if (!all) return value_bool(false);
  for (uint32_t i = 0; i < x->o.len; i++)
    if (how != 1 || !find(vm, y, 1, x->at[i], &at)) all[n++] = value_keep(x->at[i]);
  for (uint32_t i = 0; how != 1 && i < y->o.len; i++) all[n++] = value_keep(y->at[i]);
  Value r = how == 2 ? value_list(&vm->rt, all, n) : value_set(&vm->rt, all, n);
  mem_free(vm->mem, all, bytes ? bytes : 1);
  return r;
}

/* ---- dates ---- */

static UnitId day_unit(Vm *vm) { return vm->p->units.atoms.at[0].unit; }

static Value date_or_fail(Vm *vm, Day d) {
  if (d == DAY_NONE) { vm_fail(vm, DIAG_E0404, "this date would be outside the years 1 to 9999"); return value_date(DAY_MIN); }
  return value_date(d);
}

Value op_date(Vm *vm, Op op, Value a, Value b, bool minus) {
  int64_t n;
  if (a.tag == V_UNK || b.tag == V_UNK) return unknown2(vm, a, b);
  if (a.i == DAY_OPEN && op != OP_DATE_DIFF_) return a;   /* however far */
  if (b.tag == V_IVL) return unknown2(vm, a, b);
  if (op == OP_DATE_DIFF_) {
    if (a.i == DAY_OPEN || b.i == DAY_OPEN) { vm_fail(vm, DIAG_E0404, "'open' is no day to count from"); return value_int(0); }
    return value_figure(num_int(a.i - b.i), day_unit(vm));
  }
  Value d;
  FigErr e = FIG_OK;
  if (op == OP_DATE_ADD_) e = fig_convert(&vm->rt, b, day_unit(vm), &d);
  else d = value_keep(b);
  if (e) { vm_fail_units(vm, e, "added", a, b); return a; }
  bool whole = num_to_i64(vm->mem, value_num(d), &n);
  value_drop(vm->mem, d);
  if (!whole) { vm_fail(vm, DIAG_E0404, "a date moves by whole %s", op == OP_DATE_ADD_ ? "days" : "months"); return a; }
  if (minus) n = -n;
  return date_or_fail(vm, op == OP_DATE_ADD_ ? date_add_days((Day)a.i, n) : date_add_months((Day)a.i, n));
}

Value op_range(Vm *vm, Value a, Value b, bool ints) {
  int64_t lo, hi;
  if (a.tag == V_UNK || b.tag == V_UNK) return unknown2(vm, a, b);
  if (!ints) return value_range((Day)a.i, (Day)b.i);
  if (a.tag == V_IVL || b.tag == V_IVL) return unknown2(vm, a, b);
  if (!num_to_i64(vm->mem, value_num(a), &lo) || !num_to_i64(vm->mem, value_num(b), &hi) || lo < -1000000000 || hi > 1000000000 || lo > 1000000000 || hi < -1000000000) {
    vm_fail(vm, DIAG_E0404, "a range goes between whole numbers, at most 1_000_000_000 either way");
    return value_ints(1, 0);
  }
  return value_ints((int32_t)lo, (int32_t)hi);
}

Value op_term(Vm *vm) {
  Day first, last;
  if (!vm->ctx || !vm->ctx->view || !world_term(vm->w, vm->ctx->view, &first, &last)) {
    vm_fail(vm, DIAG_E0402, "there is no agreement here, so there is no term");
    return value_range(0, -1);
  }
  return value_range(first, last);
}

Value op_term_or_day(Vm *vm) {
  Day first, last, day = vm->ctx ? vm->ctx->day : DAY_NONE;
  Dep d = {day, day, 0, UINT32_MAX};
  if (vm->ctx && vm->ctx->view && world_term(vm->w, vm->ctx->view, &first, &last)) return value_range(first, last);
  dep_meet(&vm->dep, d);
  return value_range(day, day);
}

Value op_step(Vm *vm, Value map) {
  if (map.tag == V_UNK) return value_keep(map);
  const Seq *s = value_seq(map);
  Day today = vm->ctx ? vm->ctx->day : DAY_NONE;
  if (today == DAY_NONE) return value_unknown(&vm->rt, world_cause(vm->w, CAUSE_UNDATED, 1, 0, vm_place(vm)));
  uint32_t n = 0;  /* how many steps have begun */
  while (n < s->o.len && s->at[2 * n].i <= today) n++;
  Dep d = {n ? (Day)s->at[2 * n - 2].i : DAY_MIN, n < s->o.len ? (Day)(s->at[2 * n].i - 1) : DAY_OPEN, 0, UINT32_MAX};
  dep_meet(&vm->dep, d);
  return n ? value_keep(s->at[2 * n - 1]) : value_unknown(&vm->rt, world_cause(vm->w, CAUSE_KEY, 0, 0, vm_place(vm)));
}

Value op_first_day(Vm *vm, Value spans) {
  if (spans.tag != V_LIST) return value_keep(spans);
  const Seq *s = value_seq(spans);
  if (!s->o.len) return value_unknown(&vm->rt, world_cause(vm->w, CAUSE_EMPTY, 0, 0, vm_place(vm)));
  return value_date(value_lo(s->at[0]));
}

enum { SHORT_TEXT = 120 };

/* Short texts and whole numbers, as most are, put together in place; 0: not so. */
static uint32_t short_text(const Value *at, uint32_t n, char to[SHORT_TEXT]) {
  uint32_t len = 0;
  for (uint32_t i = 0; i < n; i++) {
    bool text = at[i].tag == V_STR;
    if (!text && (at[i].tag != V_DEC || at[i].e || at[i].unit != UNIT_ONE)) return 0;
    uint32_t more = text ? value_len(at[i]) : NUM_WHOLE_MOST;
    if (more > SHORT_TEXT - len) return 0;
    if (text) memcpy(to + len, value_str(&at[i]), more);
    len += text ? more : num_put_whole(to + len, at[i].i);
  }
  return len;
}

/* n values as one text; unknown if one of them is, unless it is only shown. */
Value op_text(Vm *vm, const Value *at, uint32_t n, bool shown) {
  Buf b;
  Value why = {0};
  char few[SHORT_TEXT];
  uint32_t len = short_text(at, n, few);
  if (len) return value_text(&vm->rt, few, len);
  for (uint32_t i = 0; i < n && !shown; i++)
    if (at[i].tag == V_UNK) op_vague(vm, at[i], &why);
  if (why.tag == V_UNK) return why;
  buf_init(&b, vm->mem);
  for (uint32_t i = 0; i < n; i++) value_show(&vm->rt, at[i], &b);
  if (b.len > 1 << 20) vm_fail(vm, DIAG_E0505, "a text grew beyond 1 MiB");
  Value v = value_text(&vm->rt, buf_text(&b), b.len);
  buf_end(&b);
  return v;
}

/* A map of several keys is known only where they are: which value a key has depends on which come after it. */
Value op_map(Vm *vm, Value *pairs, uint32_t n) {
  Value m = value_map(&vm->rt, pairs, n), why = {0};
  if (m.tag != V_MAP || m.obj->len < 2 || !op_loose(m)) return m;
  for (uint32_t i = 0; i < m.obj->len; i++) op_vague(vm, value_seq(m)->at[2 * i], &why);
  value_drop(vm->mem, m);
  return why;
}

/* A set, list or map of n registers (or pairs of them). The registers keep theirs; the collection gets its own. */
Value op_collect(Vm *vm, Op op, const Value *at, uint32_t n) {
  uint32_t k = op == OP_MAP_ ? 2 * n : n;
  Value few[16], *all = k <= 16 ? few : mem_get(vm->mem, k * sizeof *all);
  if (!all) return value_int(0);
  for (uint32_t i = 0; i < k; i++) all[i] = value_keep(at[i]);
  Value v = op == OP_MAP_ ? op_map(vm, all, n) : op == OP_SET_ ? value_set(&vm->rt, all, n) : value_list(&vm->rt, all, n);
  if (all != few) mem_free(vm->mem, all, k * sizeof *all);
  return v;
}

/* Countries are added, never taken away. */
Value op_concern(Vm *vm) {
  uint32_t n = vm->p->concern.len;
  if (vm->concern.tag == V_SET && vm->concern.obj->len == n) return value_keep(vm->concern);
  Value *all = mem_get(vm->mem, (n + 1) * sizeof *all);
  if (!all) return value_int(0);
  for (uint32_t i = 0; i < n; i++) all[i] = value_ent(vm->p->concern.at[i]);
  value_drop(vm->mem, vm->concern);
  vm->concern = value_set(&vm->rt, all, n);
  mem_free(vm->mem, all, (n + 1) * sizeof *all);
  return value_keep(vm->concern);
}

Value op_parties(Vm *vm) {
  if (vm->ctx != &vm->blank) return world_parties(vm->w, vm->ctx);
  return world_bits_value(vm->w, K_COUNTRY, vm->blank.parties);
}
