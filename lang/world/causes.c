#include "world/inner.h"
#include "base/intern.h"
#include <string.h>

/* Reasons and facts, in words. */

static uint64_t hash_of(const CauseInfo *c) {
  uint64_t h = hash_u64((uint64_t)c->a << 32 | c->b);
  h ^= c->keys;
  return hash_u64(h ^ ((uint64_t)c->span.lo << 32 | c->span.hi)) * 31 + c->kind;
}

bool cause_same(const CauseInfo *k, const CauseInfo *c) {
  return k->kind == c->kind && k->a == c->a && k->b == c->b && k->keys == c->keys && k->span.lo == c->span.lo && k->span.hi == c->span.hi;
}

/* Whether it is new: then its number is the last. */
static Cause cause_intern(World *w, CauseInfo c, bool *fresh) {
  for (uint64_t h = hash_of(&c);; h++) {  /* another cause of the same hash takes the next one */
    uint64_t *slot = map_slot(&w->cause_ids, h, UINT64_MAX);
    if (!slot) return 0;
    if (*slot == UINT64_MAX) {
      *slot = 0;
      if (!vec_push(w->mem, &w->causes, c)) return 0;
      *fresh = true;
      return (Cause)(*slot = w->causes.len - 1);
    }
    if (cause_same(&w->causes.at[*slot], &c)) return (Cause)*slot;
  }
}

uint64_t cause_hash(const World *w, Cause c) { return w && c < w->causes.len ? hash_of(&w->causes.at[c]) : c; }

static int order_of(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

/* Keys of tables by what they are: their hash says nothing to a reader. */
static int keys_order(const World *w, const CauseInfo *x, const CauseInfo *y) {
  int o = 0;
  for (uint32_t k = 0; !o && x->b < w->p->tables.len && k < w->p->tables.at[x->b].nkey; k++) {
    bool both = x->key + k < w->cause_keys.len && y->key + k < w->cause_keys.len;
    o = both ? value_order((Rt *)(uintptr_t)&w->rt, w->cause_keys.at[x->key + k], w->cause_keys.at[y->key + k]) : 0;
  }
  return o ? o : order_of(x->keys, y->keys);
}

static int unread_order(const World *w, const CauseInfo *x, const CauseInfo *y) {
  bool both = x->key < w->cause_keys.len && y->key < w->cause_keys.len;
  return both ? value_order((Rt *)(uintptr_t)&w->rt, w->cause_keys.at[x->key], w->cause_keys.at[y->key]) : 0;
}

int cause_order(const World *w, Cause a, Cause b) {
  if (a == b || !w || a >= w->causes.len || b >= w->causes.len) return order_of(a, b);
  const CauseInfo *x = &w->causes.at[a], *y = &w->causes.at[b];
  int o = order_of(x->span.lo, y->span.lo);
  if (!o) o = order_of(x->span.hi, y->span.hi);
  if (!o) o = order_of(x->kind, y->kind);
  if (!o) o = order_of(x->a, y->a);
  if (!o) o = order_of(x->b, y->b);
  if (!o && x->kind == CAUSE_TABLE) o = keys_order(w, x, y);
  if (!o && (x->kind == CAUSE_WORDS || x->kind == CAUSE_NO_DATE)) o = unread_order(w, x, y);
  return o ? o : order_of(a, b);
}

Cause world_cause(World *w, CauseKind kind, Ent a, uint32_t b, Span span) {
  bool fresh;
  return cause_intern(w, (CauseInfo){.kind = (uint8_t)kind, .a = a, .b = b, .span = span}, &fresh);
}

Cause world_text_cause(World *w, CauseKind kind, Value text, Span span) {
  CauseInfo c = {.kind = (uint8_t)kind, .keys = value_hash(&w->rt, text), .span = span, .key = w->cause_keys.len};
  bool fresh = false;
  Cause id = cause_intern(w, c, &fresh);
  if (fresh && !vec_push(w->mem, &w->cause_keys, value_keep(text))) value_drop(w->mem, text);
  return id;
}

Value unknown_key(World *w, uint32_t table, const Value *key) {
  CauseInfo c = {.kind = CAUSE_TABLE, .b = table, .keys = table_hash(w, table, key), .key = w->cause_keys.len};
  bool fresh = false;
  Value v;
  if (w->settled && cause_settled(w, &c, value_none(), &v)) return v;
  Cause id = cause_intern(w, c, &fresh);
  for (uint32_t k = 0; fresh && k < w->p->tables.at[table].nkey; k++)
    if (!vec_push(w->mem, &w->cause_keys, value_keep(key[k]))) value_drop(w->mem, key[k]);
  return value_unknown(&w->rt, id);
}

Span world_cause_span(const World *w, Cause c) {
  Span none = {0, 0};
  return c < w->causes.len ? w->causes.at[c].span : none;
}

/* ---- causes ---- */

static const char *ent_text(const World *w, Ent e) { return ent_word(w, ent_kind(e), ent_index(e)); }

static void capacity_cause(const World *w, const CauseInfo *c, Buf *out) {
  const char *res = ent_word(w, K_RESOURCE, ent_index(c->b));
  if (ent_index(c->a) == 0xFFFFFF) buf_fmt(out, "who can supply %s: no supply fact says", res);
  else if (ent_index(c->a) == WHO_REST) buf_fmt(out, "what those whom no fact names can supply of %s: no supply fact says", res);
  else buf_fmt(out, "what %s can supply of %s: no supply fact says", ent_text(w, c->a), res);
}

static void table_cause(World *w, const CauseInfo *c, Buf *out) {
  bool there = c->b < w->p->tables.len;
  buf_str(out, there ? sym_text(w->p, w->p->tables.at[c->b].name) : "?");
  for (uint32_t k = 0; there && k < w->p->tables.at[c->b].nkey && c->key + k < w->cause_keys.len; k++) {
    buf_str(out, k ? ", " : " for ");
    value_show_inside(&w->rt, w->cause_keys.at[c->key + k], out);
  }
  buf_str(out, ": no fact says");
}

static void field_cause(const World *w, const CauseInfo *c, Buf *out) {
  uint32_t kind = ent_kind(c->a);
  bool there = kind < w->p->kinds.len && c->b < w->p->kinds.at[kind].fields.len;
  buf_fmt(out, "%s.%s: it is not stated", ent_text(w, c->a), there ? sym_text(w->p, w->p->kinds.at[kind].fields.at[c->b].name) : "?");
}

/* What the draft says at the span, when it is short and on one line; else `instead`. */
void draft_quoted(const World *w, Span at, const char *instead, Buf *out) {
  enum { SHORT = 60 };
  uint32_t n = at.hi > at.lo && w->p->unit->sources->list.len ? at.hi - at.lo : 0;
  const char *s = n && n <= SHORT ? sources_text(w->p->unit->sources, at) : NULL;
  if (s && !memchr(s, '\n', n)) buf_add(out, s, n);
  else buf_str(out, instead);
}

/* Whether it would be a number but for a comma. */
static bool has_comma(const char *s, size_t n) {
  static const char digits[] = " <>-0123456789_,.%";
  for (size_t i = 0; i < n; i++)
    if (!memchr(digits, s[i], sizeof digits - 1)) return false;
  return memchr(s, ',', n);
}

/* The text that could not be read, as much of it as can be taken in, and what would have been one. */
static void unread_text(World *w, const CauseInfo *c, Buf *out) {
  enum { SHOWN = 40 };
  Value text = c->key < w->cause_keys.len ? w->cause_keys.at[c->key] : value_none();
  bool date = c->kind == CAUSE_NO_DATE, there = text.tag == V_STR;
  if (there) {
    Buf part;
    buf_init(&part, w->mem);
    part.max = SHOWN;
    value_show_inside(&w->rt, text, &part);
    buf_fmt(out, "the text %s%s", buf_text(&part), part.full ? "...\"" : "");
    buf_end(&part);
  } else buf_str(out, "a text");
  buf_str(out, date ? " is no date, which is a day of the calendar written YYYY-MM-DD" : " is no number");
  if (!date && there && has_comma(value_str(&text), value_len(text)))
    buf_str(out, ", since its comma may set off thousands or decimals");
}

void world_cause_text(World *w, Cause id, Buf *out) {
  if (id == 0 || id >= w->causes.len) { buf_str(out, "a figure that could not be worked out"); return; }
  const CauseInfo *c = &w->causes.at[id];
  switch ((CauseKind)c->kind) {
    case CAUSE_CAPACITY: capacity_cause(w, c, out); break;
    case CAUSE_WORLD: buf_fmt(out, "what the world produces of %s: no world fact says", ent_text(w, c->a)); break;
    case CAUSE_LOOSE: draft_quoted(w, c->span, "a figure", out); buf_str(out, ": this gives only a range"); break;
    case CAUSE_TABLE: table_cause(w, c, out); break;
    case CAUSE_RATE: buf_fmt(out, "how much %s making %s takes: no rate is stated", ent_word(w, K_RESOURCE, ent_index(c->b)), ent_text(w, c->a)); break;
    case CAUSE_FIELD: field_cause(w, c, out); break;
    case CAUSE_UNDATED: draft_quoted(w, c->span, "the fact", out); buf_str(out, c->a ? ": no day is set" : " has a window, and no day is set"); break;
    case CAUSE_EMPTY: draft_quoted(w, c->span, "what is chosen", out); buf_str(out, ": there is nothing to choose from"); break;
    case CAUSE_ZERO: draft_quoted(w, c->span, "a division", out); buf_str(out, ": what it divides by may be 0"); break;
    case CAUSE_KEY: draft_quoted(w, c->span, "what is looked up", out); buf_str(out, ": that key or place is not there"); break;
    case CAUSE_LAYER: buf_fmt(out, "the layer %s: the draft declares no critical resource of it", ent_text(w, c->a)); break;
    case CAUSE_CELL: buf_str(out, "a cell of the data: it is empty"); break;
    case CAUSE_UNASKED: buf_str(out, "the check "), draft_quoted(w, c->span, "that is asked for", out), buf_str(out, ": it found nothing to judge"); break;
    case CAUSE_WORDS: case CAUSE_NO_DATE: unread_text(w, c, out); break;
  }
}

/* ---- facts that an answer rests on ---- */

static void share_num(World *w, Num n, Buf *out) {
  Num hundred = num_int(100), p = num_mul(w->mem, n, hundred);
  if (p.form != NUM_BAD) num_show(out, p, 6, true);
  buf_str(out, " %");
  num_drop(w->mem, p);
}

static void one_figure(World *w, Num n, UnitId unit, bool share, Buf *out) {
  if (share) { share_num(w, n, out); return; }
  Value v = value_figure(num_keep(n), unit);
  value_show(&w->rt, v, out);
  value_drop(w->mem, v);
}

static void figure_words(World *w, Value v, bool share, Buf *out) {
  if (v.tag == V_FUNC) buf_str(out, "a computed amount");
  else if (value_is_exact(v)) one_figure(w, value_num(v), v.unit, share, out);
  else if (v.tag == V_UNK) buf_str(out, "an unknown amount");
  else if (v.tag != V_IVL) value_show(&w->rt, v, out);
  else {
    const Ivl *p = (const Ivl *)v.obj;
    bool both = p->has_lo && p->has_hi;
    buf_str(out, both ? "between " : p->has_lo ? "at least " : "at most ");
    if (p->has_lo) one_figure(w, p->lo, v.unit, share, out);
    if (both) buf_str(out, " and ");
    if (p->has_hi) one_figure(w, p->hi, v.unit, share, out);
  }
}

static void window_words(Window win, Buf *out) {
  if (!win.stated) return;
  if (win.from > DAY_MIN) { buf_str(out, " from "); date_show(out, win.from); }
  if (win.until != DAY_OPEN) { buf_str(out, win.from > DAY_MIN ? " through " : " until "); date_show(out, win.from > DAY_MIN ? win.until - 1 : win.until); }
}

static void supply_words(World *w, uint32_t row, Buf *out) {
  const SupplyCols *s = &w->supply;
  uint32_t who = s->who.at[row], r = s->res.at[row];
  bool share = is_share(w, s->value.at[row], r);
  buf_fmt(out, "%s can supply ", who == WHO_REST ? "the rest of the world" : ent_word(w, K_COUNTRY, who));
  figure_words(w, s->value.at[row], share, out);
  buf_fmt(out, share ? " of the world's %s" : " of %s", ent_word(w, K_RESOURCE, r));
  window_words(s->win.at[row], out);
}

static void demand_words(World *w, uint32_t row, Buf *out) {
  const SupplyCols *s = &w->demand;
  uint32_t who = s->who.at[row];
  if (who != WHO_JOINT) buf_fmt(out, "%s needs ", ent_word(w, K_COUNTRY, who));
  figure_words(w, s->value.at[row], false, out);
  buf_fmt(out, who == WHO_JOINT ? " of %s is needed jointly" : " of %s", ent_word(w, K_RESOURCE, s->res.at[row]));
  window_words(s->win.at[row], out);
}

static void total_words(World *w, uint32_t row, Buf *out) {
  buf_str(out, "the world produces ");
  figure_words(w, w->totals.value.at[row], false, out);
  buf_fmt(out, " of %s", ent_word(w, K_RESOURCE, w->totals.res.at[row]));
  window_words(w->totals.win.at[row], out);
}

static const char *act_word(uint8_t act) {
  return act == ACT_BUY ? "buy" : act == ACT_STOCKPILE ? "stockpile" : act == ACT_CARRY ? "carry" : "supply";
}

static void names_of(const World *w, uint32_t kind, const uint64_t *bits, uint32_t words, Buf *out) {
  enum { MANY = 6 };
  uint32_t n = bits_count(bits, words), k = 0;
  for (uint32_t i = bits_next(bits, words, 0); i != UINT32_MAX && k < MANY; i = bits_next(bits, words, i + 1), k++)
    buf_fmt(out, "%s%s", k ? ", " : "", ent_word(w, kind, i));
  if (n > k) buf_fmt(out, " and %u more", n - k);
}

static void promise_words(World *w, uint32_t row, Buf *out) {
  const PromiseCols *p = &w->promises;
  ClauseFacts room;
  const ClauseFacts *c = world_clause(w, p->clause.at[row], &room);
  bool joint = p->who.at[row] == WHO_JOINT;
  if (joint) names_of(w, K_COUNTRY, c->subjects, w->inner->cwords, out);
  else buf_str(out, ent_word(w, K_COUNTRY, p->who.at[row]));
  buf_fmt(out, "%s %s %s ", joint ? " jointly" : "", c->binding ? "shall" : c->modal == MODAL_MAY ? "may" : "intends to", act_word(p->act.at[row]));
  figure_words(w, p->value.at[row], false, out);
  buf_fmt(out, " of %s", ent_word(w, K_RESOURCE, promise_resource(p, row, w->nresource)));
  if (c->to) { buf_str(out, " to "); names_of(w, K_COUNTRY, c->to, w->inner->cwords, out); }
  window_words(promise_window(p, row), out);
  buf_fmt(out, " (%s.%s)", agreement_word(w, c->agreement), ent_word(w, K_CLAUSE, clause_named(w, p->clause.at[row])));
}

static void control_words(World *w, uint32_t k, Buf *out) {
  const ControlFacts *c = &w->controls.at[k];
  buf_fmt(out, "%s controls exports of ", ent_word(w, K_COUNTRY, c->by));
  if (c->resources) names_of(w, K_RESOURCE, c->resources, w->inner->rwords, out);
  if (c->against) { buf_str(out, " to "); names_of(w, K_COUNTRY, c->against, w->inner->cwords, out); }
  window_words(c->win, out);
  buf_fmt(out, " (%s)", ent_word(w, K_CONTROL, k));
}

static void require_words(World *w, uint32_t row, Buf *out) {
  const RequireCols *q = &w->requires;
  buf_fmt(out, "making %s requires ", ent_word(w, K_RESOURCE, q->res.at[row]));
  if (q->rate.at[row].tag != V_NONE) { figure_words(w, q->rate.at[row], false, out); buf_str(out, " of "); }
  buf_str(out, ent_word(w, K_RESOURCE, q->input.at[row]));
  window_words(q->win.at[row], out);
}

static void table_words(World *w, uint32_t row, Buf *out) {
  const TableCols *t = &w->tables;
  const Table *info = &w->p->tables.at[t->table.at[row]];
  buf_str(out, sym_text(w->p, info->name));
  for (uint32_t k = 0; k < info->nkey && !table_is_default(w, row); k++) {
    buf_str(out, k ? ", " : "(");
    value_show(&w->rt, t->key[k].at[row], out);
    if (k + 1 == info->nkey) buf_char(out, ')');
  }
  buf_str(out, " is ");
  figure_words(w, t->value.at[row], false, out);
  if (table_is_default(w, row)) buf_str(out, " unless a fact says otherwise");
  window_words(t->win.at[row], out);
}

void world_trace_text(World *w, Trace t, Buf *out) {
  switch ((TraceKind)t.kind) {
    case TRACE_SUPPLY: supply_words(w, t.row, out); break;
    case TRACE_DEMAND: demand_words(w, t.row, out); break;
    case TRACE_TOTAL: total_words(w, t.row, out); break;
    case TRACE_PROMISE: promise_words(w, t.row, out); break;
    case TRACE_CONTROL: control_words(w, t.row, out); break;
    case TRACE_REQUIRE: require_words(w, t.row, out); break;
    case TRACE_TABLE: table_words(w, t.row, out); break;
    case TRACE_NOBODY: buf_fmt(out, "nobody is committed to supply %s", ent_word(w, K_RESOURCE, t.row)); break;
    case TRACE_NOBODY_LEFT: buf_fmt(out, "nobody would be left who is committed to supply %s", ent_word(w, K_RESOURCE, t.row)); break;
    case TRACE_CALLED: break;
  }
}

typedef struct Origin { Span span; uint32_t cite; } Origin;

static Origin trace_origin(const World *w, Trace t) {
  Origin o = {{0, 0}, 0};
  ClauseFacts room;
  const ClauseFacts *c;
  switch ((TraceKind)t.kind) {
    case TRACE_SUPPLY: o.span = w->supply.span.at[t.row]; o.cite = w->supply.cite.at[t.row]; break;
    case TRACE_DEMAND: o.span = w->demand.span.at[t.row]; o.cite = w->demand.cite.at[t.row]; break;
    case TRACE_TOTAL: o.span = w->totals.span.at[t.row]; o.cite = w->totals.cite.at[t.row]; break;
    case TRACE_PROMISE:
      c = world_clause(w, w->promises.clause.at[t.row], &room);
      o.span = c->span;
      o.cite = c->cite;
      break;
    case TRACE_CONTROL: o.span = w->controls.at[t.row].span; o.cite = w->controls.at[t.row].cite; break;
    case TRACE_REQUIRE: o.span = w->requires.span.at[t.row]; o.cite = w->requires.cite.at[t.row]; break;
    case TRACE_NOBODY: case TRACE_NOBODY_LEFT: o.span = program_entity(w->p, ent_make(K_RESOURCE, t.row))->span; break;
    case TRACE_TABLE: o.span = w->tables.span.at[t.row]; o.cite = w->tables.cite.at[t.row]; break;
    case TRACE_CALLED: break;
  }
  return o;
}

Span world_trace_span(const World *w, Trace t) { return trace_origin(w, t).span; }

const uint32_t *world_trace_sources(const World *w, Trace t, uint32_t *n) {
  uint32_t cite = trace_origin(w, t).cite;
  *n = cite && cite < w->cites.len ? w->cites.at[cite] : 0;
  return *n ? w->cites.at + cite + 1 : NULL;
}
