#ifndef WORLD_VALUE_H
#define WORLD_VALUE_H
#include "base/date.h"
#include "check/program.h"
#include <string.h>

/* A value: sixteen bytes, immutable. Facts are values too, so values live in this room and the machine uses them.
 * Ownership: an operation's result is owned by the caller (value_drop when done), its arguments are borrowed.
 * Everything from V_BIG on is counted, but short texts. */
typedef enum Tag {
  V_NONE, V_FALSE, V_TRUE,
  V_DEC,        /* figure: i * 10^e in `unit` (UNIT_ONE: a plain number; UNIT_ANY: a zero of every unit) */
  V_DATE,       /* i: Day */
  V_RANGE,      /* dates, both included: value_lo, value_hi; hi may be DAY_OPEN; empty when hi < lo */
  V_INTS,       /* whole numbers, both included */
  V_ENT,        /* aux: Ent */
  V_FUNC,       /* aux: Func; i: its argument's Ent + 1, or 0. A fact's figure that must be evaluated where it is used */
  V_CELL,       /* the machine's own: the place of an iterator or builder */
  V_BIG,        /* figure: a rational, in `unit` */
  V_IVL,        /* figure: somewhere between two, in `unit` */
  V_UNK,        /* unknown: of any type, with what is missing */
  V_STR, V_LIST, V_SET /* sorted, no repeats */, V_MAP /* sorted by key */
} Tag;

/* Refs of VALUE_FOREVER are not counted: empty texts and collections are constants. */
#define VALUE_FOREVER UINT32_MAX
typedef struct Obj { uint32_t refs; uint32_t len; } Obj;
typedef struct Value {
  uint8_t tag;
  int8_t e;
  uint16_t unit;
  uint32_t aux;
  union { int64_t i; NumBig *big; Obj *obj; };
} Value;

/* A text of up to TEXT_SHORT bytes, if not empty, always stands in its value: `e` of them from TEXT_AT on, then zeros. `e` is 0 of
 * any other, and of all else that is counted. No text has a NUL behind it. */
enum { TEXT_SHORT = 14, TEXT_AT = 2 };
_Static_assert(offsetof(Value, unit) == TEXT_AT && sizeof(Value) == TEXT_AT + TEXT_SHORT, "a short text is all of a value but tag and e");
/* o.len bytes. Its value's aux is what the bytes hash to, its unit says what Seq.share says. */
typedef struct Str { Obj o; char at[]; } Str;
/* LIST, SET; MAP: o.len pairs, key then value. cap: how many Values there is room for, which is what is given back; unless
 * it lies in memory shared with others, as many Values behind its beginning as `share` says. */
typedef struct Seq { Obj o; uint32_t cap, share; Value at[]; } Seq;
/* Instead, a LIST of values that are alike may be kept as a column, a word each (share: SEQ_WORDS), as it comes from a loop in
 * columns. The first who asks for the values, by value_seq, has them made beside it. head: what all have in common, a figure or a day
 * without its coefficient, which is the word (aux: 0 is a zero of every unit); or V_SET: each is a set of at most two entities. */
enum { WORDS_LEAST = 3 };   /* fewer are not worth it */
#define SEQ_WORDS UINT32_MAX
typedef uint32_t Cause;                                         /* see world.h */
enum { CAUSES_KEPT = 16 };
/* UNK: in the order of cause_order, at most CAUSES_KEPT; `more` were left out. NULL: no causes (of an interval that the draft itself writes). */
typedef struct Causes { Obj o; uint32_t more; Cause at[]; } Causes;
typedef struct Ivl { Obj o; Num lo, hi; bool has_lo, has_hi; Causes *why; } Ivl;

/* What figures need to be worked with. */
struct World;
typedef struct Rt { Mem *mem; UnitTable *units; Program *program; struct World *world /* or NULL */; } Rt;

static inline uint64_t value_head(Value v) { uint64_t h; memcpy(&h, &v, sizeof h); return h; }   /* all but the coefficient */
static inline Value value_bool(bool b) { Value v = {.tag = b ? V_TRUE : V_FALSE}; return v; }
static inline Value value_int(int64_t n) { Value v = {.tag = V_DEC, .i = n}; return v; }
static inline Value value_dec(int64_t c, int8_t e, UnitId unit) { Value v = {.tag = V_DEC, .e = e, .unit = unit, .i = c}; return v; }
static inline Value value_date(Day d) { Value v = {.tag = V_DATE, .i = d}; return v; }
static inline Value value_ent(Ent e) { Value v = {.tag = V_ENT, .aux = e}; return v; }
static inline Value value_range(Day lo, Day hi) { Value v = {.tag = V_RANGE, .i = (int64_t)((uint64_t)(uint32_t)hi << 32 | (uint32_t)lo)}; return v; }
static inline Value value_ints(int32_t lo, int32_t hi) { Value v = value_range(lo, hi); v.tag = V_INTS; return v; }
static inline int32_t value_lo(Value v) { return (int32_t)(uint32_t)(uint64_t)v.i; }
static inline int32_t value_hi(Value v) { return (int32_t)(uint32_t)((uint64_t)v.i >> 32); }
static inline Value value_zero(void) { Value v = {.tag = V_DEC, .unit = UNIT_ANY}; return v; }
static inline bool value_is_figure(Value v) { return v.tag == V_DEC || v.tag == V_BIG || v.tag == V_IVL; }
static inline bool value_is_exact(Value v) { return v.tag == V_DEC || v.tag == V_BIG; }
static inline Num value_num(Value v) {   /* of V_DEC or V_BIG; borrowed */
  Num n = {.form = v.tag == V_DEC ? NUM_DEC : NUM_BIG, .e = v.e, .c = v.i};
  return n;
}
/* Takes over n. NUM_BAD becomes V_NONE: callers treat that as "too large". */
Value value_figure(Num n, UnitId unit);
void value_keep_slow(Value v);
void value_drop_slow(Mem *m, Value v);
static inline bool value_counted(Value v) { return v.tag >= V_BIG && !v.e; }
static inline Value value_keep(Value v) { if (value_counted(v)) value_keep_slow(v); return v; }
static inline void value_drop(Mem *m, Value v) { if (value_counted(v)) value_drop_slow(m, v); }

Value value_text(Rt *rt, const char *s, size_t n);
/* The same for up to TEXT_SHORT bytes, but not none, with zeros behind them. */
static inline Value value_short(const char s[TEXT_SHORT], uint32_t n) {
  Value v = {.tag = V_STR, .e = (int8_t)n};
  memcpy((char *)&v + TEXT_AT, s, TEXT_SHORT);
  return v;
}
/* A sequence of n values, which are taken over from at[]. A set is sorted and its repeats dropped, as far as they are known. */
Value value_list(Rt *rt, const Value *at, uint32_t n);
Value value_set(Rt *rt, Value *at, uint32_t n);
/* What is made by one maker one after the other lies side by side in memory that is given back with the last of it. A maker
 * begins as {rt} and must come to its end. Sets: of few values, at most SORTED_MOST, in order already and without repeats. */
enum { SORTED_MOST = 4 };
typedef struct Maker { Rt *rt; struct Share *share; } Maker;
Value maker_set(Maker *m, const Value *at, uint32_t n);
Value maker_text(Maker *m, const char *s, size_t n);
void maker_end(Maker *m);
/* A list in words that is built: place for n more of them, of which all are alike, with room for `more` behind those at once. The first
 * are added to no value. NULL: there is no memory, and the list is as it was. Its values are asked for after its end only, which takes it
 * over; without memory for them that is an empty list. */
int64_t *words_add(Mem *m, Value *list, Value head, uint32_t n, uint32_t more);
Value words_end(Mem *m, Value list);
void words_free(Mem *m, Seq *s);
/* The words of such a list, for as long as it is there; what stands where a set has no second entity, or no first. */
const int64_t *list_words(Value list, Value *head);
Value word_value(Maker *m, Value head, int64_t word);   /* owned */
#define WORD_NOBODY UINT32_MAX
static inline int64_t word_two(Ent a, Ent b) { return (int64_t)((uint64_t)b << 32 | a); }   /* a before b */
static inline Ent word_first(int64_t w) { return (Ent)(uint64_t)w; }
static inline Ent word_second(int64_t w) { return (Ent)((uint64_t)w >> 32); }
Value value_map(Rt *rt, Value *pairs, uint32_t n);   /* n pairs; a later one for the same key replaces an earlier one */
Value value_unknown(Rt *rt, Cause why);
/* Which of two reasons comes first (negative: a) by what they are about, not by when they were met: what has no place in the draft,
 * by kind and then as declared; then the rest, by place. 0: they are the same. */
int cause_order(const struct World *w, Cause a, Cause b);
uint64_t cause_hash(const struct World *w, Cause c);
/* Unknown for all the reasons of a and of b (either may be of any tag: only unknown and interval values have reasons). */
Value value_unknown2(Rt *rt, Value a, Value b);
/* An interval; lo or hi may be absent (NULL). Collapses to an exact figure when both are equal. Takes over the Nums. */
Value value_interval(Rt *rt, const Num *lo, const Num *hi, UnitId unit, Value why);
static inline const Causes *value_causes(Value v) {
  return v.tag == V_UNK ? (const Causes *)v.obj : v.tag == V_IVL ? ((const Ivl *)v.obj)->why : NULL;
}
const Seq *value_spread(Value v);
static inline bool value_in_words(Value v) { return v.tag == V_LIST && ((const Seq *)v.obj)->share == SEQ_WORDS; }
static inline const Seq *value_seq(Value v) {
  const Seq *s = (const Seq *)v.obj;
  return s->share == SEQ_WORDS ? value_spread(v) : s;
}
/* A text's bytes, for as long as *v is there, and how many. */
static inline const char *value_str(const Value *v) { return v->e ? (const char *)v + TEXT_AT : ((const Str *)v->obj)->at; }
static inline uint32_t value_len(Value v) { return v.e ? (uint32_t)v.e : v.obj->len; }
static inline bool text_same(Value a, Value b) {
  if (value_head(a) == value_head(b) && a.i == b.i) return true;
  return !a.e && !b.e && a.aux == b.aux && a.obj->len == b.obj->len && !memcmp(value_str(&a), value_str(&b), a.obj->len);
}
/* By code point, which is by byte. */
int text_order_long(const Value *a, const Value *b);
static inline uint64_t text_eight(const char *p) {   /* the first byte counts most */
  uint64_t x;
  memcpy(&x, p, sizeof x);
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(x) : x;
}
static inline int text_order(const Value *a, const Value *b) {
  if (!a->e || !b->e) return text_order_long(a, b);
  const char *s = value_str(a), *t = value_str(b);
  uint64_t x = text_eight(s), y = text_eight(t);
  if (x == y) x = text_eight(s + TEXT_SHORT - sizeof x), y = text_eight(t + TEXT_SHORT - sizeof y);
  return x == y ? a->e - b->e : x < y ? -1 : 1;
}
/* Of one expression for both, since which of them comes next cannot be foretold. */
static inline uint64_t text_hash(Value v, uint64_t seed) {
  uint64_t here = -(uint64_t)(v.e != 0), x = ((value_head(v) ^ v.aux) & here) ^ v.aux, y = (uint64_t)v.i & here;
  return hash_fold(hash_fold(x ^ seed, y ^ ~seed) ^ seed, ~seed | 1);
}
/* Whether it is unknown or uncertain, or a collection of which some element is. */
bool value_vague(Value v);
/* A total order over values of one type (exact ones); entities by declaration. */
int value_order(Rt *rt, Value a, Value b);
bool value_same(Rt *rt, Value a, Value b);   /* identical in value: for sets and memos; unknowns only by the same reasons */
/* Whether two statements of one thing say the same: the same bounds are the same, and nothing twice is nothing, wherever they stand. */
bool value_agrees(Rt *rt, Value a, Value b);
uint64_t value_hash(Rt *rt, Value v);
/* As a reader would write it: figures with unit, entities by id, texts bare at the top and quoted inside collections. */
void value_show(Rt *rt, Value v, Buf *out);
void value_show_inside(Rt *rt, Value v, Buf *out);   /* as in a list: texts in quotes */

/* ---- figures (figure.c) ----
 * a and b are figures or unknown; whatever else comes (V_NONE, once memory was refused) counts as unknown. With an error
 * *out is V_NONE; FIG_LARGE is also what refused memory looks like, so ask mem_failed() before blaming the draft. */
typedef enum FigErr { FIG_OK, FIG_UNITS /* they do not go together */, FIG_LARGE /* too large */, FIG_POWER /* the exponent is no whole number */ } FigErr;
FigErr fig_add(Rt *rt, Value a, Value b, Value *out);
FigErr fig_sub(Rt *rt, Value a, Value b, Value *out);
FigErr fig_mul(Rt *rt, Value a, Value b, Value *out);
FigErr fig_div(Rt *rt, Value a, Value b, Cause zero, Value *out);  /* unknown, for `zero`, when b may be 0 */
FigErr fig_mod(Rt *rt, Value a, Value b, Cause zero, Value *out);
FigErr fig_pow(Rt *rt, Value a, Value b, Cause zero, Value *out);
FigErr fig_neg(Rt *rt, Value a, Value *out);
FigErr fig_convert(Rt *rt, Value a, UnitId to, Value *out);
/* -1 0 1 in *out when certain; 2 when it cannot be told. lo_only etc. are not needed by callers. */
FigErr fig_compare(Rt *rt, Value a, Value b, int *lt, int *eq);  /* each 1 yes, 0 no, -1 cannot be told: a < b, a == b */
/* The least figure range that holds both: for `if` that cannot be settled, and elements that may be in or out. */
FigErr fig_hull(Rt *rt, Value a, Value b, Value why, Value *out);
FigErr fig_min(Rt *rt, Value a, Value b, bool max, Value *out);
/* The most frequent cases in a few instructions; false: call the function of the same name. */
static inline bool value_aligned(Value a, Value b) { return a.tag == V_DEC && value_head(a) == value_head(b); }
static inline bool fig_add_fast(Value a, Value b, Value *out) {
  int64_t c;
  if (!value_aligned(a, b) || __builtin_add_overflow(a.i, b.i, &c)) return false;
  a.i = c;
  *out = a;
  return true;
}
static inline bool fig_sub_fast(Value a, Value b, Value *out) {
  int64_t c;
  if (!value_aligned(a, b) || __builtin_sub_overflow(a.i, b.i, &c)) return false;
  a.i = c;
  *out = a;
  return true;
}
static inline bool fig_mul_fast(Value a, Value b, Value *out) {   /* one of them a plain number */
  int64_t c;
  int e = a.e + b.e;
  if (a.tag != V_DEC || b.tag != V_DEC || (a.unit != UNIT_ONE && b.unit != UNIT_ONE)) return false;
  if (e < NUM_EMIN || e > NUM_EMAX || __builtin_mul_overflow(a.i, b.i, &c)) return false;
  if (a.unit == UNIT_ONE) a.unit = b.unit;
  a.e = (int8_t)e;
  a.i = c;
  *out = a;
  return true;
}
static inline bool fig_compare_fast(Value a, Value b, int *lt, int *eq) {
  if (!value_aligned(a, b)) return false;
  *lt = a.i < b.i;
  *eq = a.i == b.i;
  return true;
}
bool fig_exactly_zero(Value v);
bool fig_may_be_zero(Rt *rt, Value v);

#endif
