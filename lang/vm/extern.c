#include "base/utf8.h"
#include "vm/vm.h"
#include <stdio.h>
#include <string.h>

/* Calls of functions from outside. Each is asked for once in a run. One call at a time would cost a change of process
 * each, so loops gather them: a call without an answer is queued, the loop goes on with its next element, and at its end all
 * that is queued is asked for together and the loop runs again. Nothing is asked for that would not have been: an element is
 * left at the call that it lacks. */

enum { QUEUE_MAX = 1 << 16, ROUNDS_MAX = 64, ARGS_MAX = 1 << 30 };

void externs_init(Vm *vm, Host host) {
  vm->ext.host = host;
  map_init(&vm->ext.by_hash, vm->mem);
}

void externs_end(Vm *vm) {
  Externs *x = &vm->ext;
  for (uint32_t i = 0; i < x->answers.len; i++) value_drop(vm->mem, x->answers.at[i].val);
  vec_end(vm->mem, &x->ids);
  vec_end(vm->mem, &x->lossy);
  vec_end(vm->mem, &x->answers);
  vec_end(vm->mem, &x->queue);
  vec_end(vm->mem, &x->args);
  vec_end(vm->mem, &vm->agains);
  map_end(&x->by_hash);
}

void externs_forget(Vm *vm) {
  Externs *x = &vm->ext;
  for (uint32_t i = 0; i < x->queue.len; i++)
    if (x->answers.at[x->queue.at[i]].state == ANSWER_ASKED) x->answers.at[x->queue.at[i]].state = ANSWER_NONE;
  x->queue.len = 0;
}

/* Where the call stands: an extern has a frame of its own, and its caller the place. */
static Span call_place(const Vm *vm) {
  const Frame *f = &vm->frames.at[vm->frames.len > 1 ? vm->frames.len - 2 : 0];
  return f->pc && f->pc <= vm->k->place.len ? vm->k->place.at[f->pc - 1] : vm_place(vm);
}

static const char *name_of(const Vm *vm, const Extern *e) { return sym_text(vm->p, e->decl->kid[0]->sym); }

static const char *kept(Vm *vm, const char *text) {
  const char *s = arena_copy(&vm->w->arena, text, strlen(text));
  return s ? s : "";
}

static void fail_here(Vm *vm, DiagCode code, const char *text, const char *help) {
  if (vm->failed) return;
  vm_fail(vm, code, "%s", text);
  vm->error.span = call_place(vm);
  if (help) vm->error.help = kept(vm, help);
}

/* ---- arguments ---- */

static void put(Vm *vm, const void *p, size_t n) {
  Externs *x = &vm->ext;
  for (size_t i = 0; i < n && x->args.len < ARGS_MAX; i++) vec_push(vm->mem, &x->args, ((const unsigned char *)p)[i]);
}

static void put_text(Vm *vm, const char *s, size_t n) {
  uint32_t len = (uint32_t)n;
  put(vm, &len, sizeof len);
  put(vm, s, n);
  put(vm, "", 1);
}

/* Every decimal of fifteen digits survives a double; others are looked at. */
static bool loses(Vm *vm, Num n, double d) {
  if (n.form == NUM_DEC && n.c < 1000000000000000 && n.c > -1000000000000000) return false;
  Num back = num_of_double(vm->mem, d);
  bool differs = back.form == NUM_BAD || num_cmp(vm->mem, n, back);
  num_drop(vm->mem, back);
  return differs;
}

static void warn_lossy(Vm *vm, uint32_t of, Value v) {
  const Extern *e = &vm->p->externs.at[of];
  if (vm->ext.lossy.at[of]) return;
  vm->ext.lossy.at[of] = true;
  Buf b;
  buf_init(&b, vm->mem);
  value_show(&vm->rt, v, &b);
  Diag *x = diag_add(vm->p->unit->diags, DIAG_W0610, call_place(vm), "'%s' is given the double nearest to %s, which is another number", name_of(vm, e), buf_text(&b));
  diag_help(vm->p->unit->diags, x, "round it, if that is what is meant:  round(x, 6)");
  buf_end(&b);
}

static bool put_figure(Vm *vm, uint32_t of, Value v, UnitId unit) {
  Value u;
  FigErr err = fig_convert(&vm->rt, v, unit, &u);
  if (err) {
    vm_fail_units(vm, err, "passed as figures of one unit", v, value_figure(num_int(1), unit));
    vm->error.span = call_place(vm);
    return false;
  }
  double d = num_double(value_num(u));
  if (d - d != 0) fail_here(vm, DIAG_E0429, "this figure is larger than any double", NULL);
  else if (loses(vm, value_num(u), d)) warn_lossy(vm, of, u);
  put(vm, &d, sizeof d);
  value_drop(vm->mem, u);
  return !vm->failed;
}

static bool put_one(Vm *vm, uint32_t of, char letter, Value v, UnitId unit) {
  int64_t whole = v.tag == V_TRUE ? 1 : v.tag == V_DATE ? v.i : 0;
  switch (letter) {
    case 'n': return put_figure(vm, of, v, unit);
    case 'b': put(vm, &whole, sizeof whole); return true;
    case 'd':
      if (v.i == DAY_OPEN) fail_here(vm, DIAG_E0429, "'open' is no day that could be passed", NULL);
      put(vm, &whole, sizeof whole);
      return !vm->failed;
    case 'e': {
      const char *id = sym_text(vm->p, program_entity(vm->p, v.aux)->id);
      put_text(vm, id, strlen(id));
      return true;
    }
    default:
      if (memchr(value_str(&v), 0, value_len(v))) fail_here(vm, DIAG_E0429, "this text holds a zero byte, which ends a text in C", NULL);
      put_text(vm, value_str(&v), value_len(v));
      return !vm->failed;
  }
}

/* What no function from outside is asked about: the answer is unknown, for the reasons of all arguments. */
static bool unknown_among(Vm *vm, const Value *args, uint32_t n, Value *out) {
  bool any = false;
  Value why = {0};
  for (uint32_t i = 0; i < n; i++) {
    if (args[i].tag != V_UNK && args[i].tag != V_IVL && args[i].tag != V_NONE) continue;
    Value both = value_unknown2(&vm->rt, why, args[i]);
    value_drop(vm->mem, why);
    why = both;
    any = true;
  }
  *out = why;
  return any;
}

/* ---- answers ---- */

static void wrong(Vm *vm, Answer *a, DiagCode code, const char *fmt, const char *what) {
  Buf b;
  buf_init(&b, vm->mem);
  const Extern *e = &vm->p->externs.at[a->of];
  buf_fmt(&b, "'%s', %s of %s, ", name_of(vm, e), e->symbol, e->library);
  buf_fmt(&b, fmt, what);
  a->state = ANSWER_WRONG;
  a->code = (uint16_t)code;
  a->why = kept(vm, buf_text(&b));
  buf_end(&b);
}

static bool is_utf8(const char *s, size_t n) {
  uint32_t cp;
  for (size_t i = 0, k; i < n; i += k)
    if (!(k = (size_t)utf8_read(s + i, n - i, &cp)) || !cp) return false;
  return true;
}

static void text_given(Vm *vm, Answer *a, const unsigned char *p, size_t len) {
  uint32_t n;
  memcpy(&n, p, sizeof n);
  const char *s = (const char *)p + sizeof n;
  if (n == UINT32_MAX) wrong(vm, a, DIAG_E0428, "gave no text%s", " (NULL)");
  else if (n > HOST_TEXT_MAX || len != sizeof n + (size_t)n + 1) wrong(vm, a, DIAG_E0428, "gave a text of more than %s", "1 MiB");
  else if (!is_utf8(s, n)) wrong(vm, a, DIAG_E0428, "gave a text that is not %s", "UTF-8");
  else a->val = value_text(&vm->rt, s, n);
}

/* What came from outside is looked at before it is believed. */
static void given(void *to, size_t i, const unsigned char *p, size_t len) {
  Vm *vm = to;
  Answer *a = &vm->ext.answers.at[vm->ext.queue.at[i]];
  const Extern *e = &vm->p->externs.at[a->of];
  size_t n = strlen(e->types);
  char letter = e->types[n - 1];
  double d;
  int64_t whole;
  a->state = ANSWER_KNOWN;
  if (letter == 's' ? len < 5 : len != 8) { wrong(vm, a, DIAG_E0427, "%s", "gave what is no answer"); return; }
  if (letter == 's') { text_given(vm, a, p, len); return; }
  memcpy(&d, p, sizeof d);
  memcpy(&whole, p, sizeof whole);
  if (letter == 'b') a->val = value_bool(whole != 0);
  else if (letter == 'd') {
    if (whole < DAY_MIN || whole > DAY_MAX) wrong(vm, a, DIAG_E0428, "gave a day outside %s", "the years 1 to 9999");
    else a->val = value_date((Day)whole);
  } else if (d - d != 0) wrong(vm, a, DIAG_E0428, "gave %s, which is no number", d != d ? "NaN" : d > 0 ? "infinity" : "minus infinity");
  else a->val = value_figure(num_of_double(vm->mem, d), e->unit[n - 2]);
}

/* Asks for all that is queued. What went wrong belongs to the call at which it did; those behind it are as if never queued. */
static void ask(Vm *vm) {
  Externs *x = &vm->ext;
  uint32_t n = x->queue.len;
  size_t done = 0, bytes = n * (sizeof(unsigned) + sizeof(void *) + sizeof(size_t));
  char why[HOST_WHY] = "";
  const unsigned char **args = mem_get(vm->mem, bytes);
  if (!args) { vm_fail(vm, DIAG_E0505, "memory ran out"); return; }
  size_t *len = (size_t *)(void *)(args + n);
  unsigned *ids = (unsigned *)(void *)(len + n);
  for (uint32_t i = 0; i < n; i++) {
    const Answer *a = &x->answers.at[x->queue.at[i]];
    args[i] = x->args.at + a->at;
    len[i] = a->len;
    ids[i] = x->ids.at[a->of] - 1;
  }
  int word = x->host.call(x->host.data, n, ids, args, len, &done, given, vm, why, sizeof why);
  if (done < n) wrong(vm, &x->answers.at[x->queue.at[done]], word == HOST_LOOSE ? DIAG_E0430 : DIAG_E0427, "%s", word ? why : "was not answered");
  externs_forget(vm);
  mem_free(vm->mem, (void *)args, bytes);
}

/* The host's number for a function. Here is the gate: what is not allowed gets none. */
static bool found(Vm *vm, uint32_t of) {
  Externs *x = &vm->ext;
  const Extern *e = &vm->p->externs.at[of];
  char types[sizeof e->types], why[HOST_WHY] = "", text[HOST_WHY + 200];
  unsigned id;
  while (x->ids.len < vm->p->externs.len)
    if (!vec_push(vm->mem, &x->ids, 0) || !vec_push(vm->mem, &x->lossy, false)) { vm_fail(vm, DIAG_E0505, "memory ran out"); return false; }
  if (x->ids.at[of]) return true;
  memcpy(types, e->types, sizeof types);
  for (char *t = types; *t; t++)
    if (*t == 'e') *t = 's';
  int word = x->host.find ? x->host.find(x->host.data, e->library, e->symbol, types, &id, why, sizeof why) : HOST_REFUSED;
  if (word == HOST_FINE) { x->ids.at[of] = id + 1; return true; }
  snprintf(text, sizeof text, word == HOST_REFUSED ? "'%.80s' is %.200s of %.200s, and nothing allows that here" : "'%.80s', %.200s of %.200s, ", name_of(vm, e), e->symbol, e->library);
  size_t n = strlen(text);
  if (word != HOST_REFUSED) snprintf(text + n, sizeof text - n, "%s", why);
  fail_here(vm, word == HOST_REFUSED ? DIAG_E0425 : word == HOST_ABSENT ? DIAG_E0426 : word == HOST_LOOSE ? DIAG_E0430 : DIAG_E0427, text, word == HOST_REFUSED && *why ? why : NULL);
  return false;
}

/* The answer for the arguments that lie at the end of the pool: one that is there, and then they are taken off, or a new one. */
static uint32_t answer_find(Vm *vm, uint32_t of, uint32_t at) {
  Externs *x = &vm->ext;
  uint32_t len = x->args.len - at;
  uint64_t *slot = map_slot(&x->by_hash, hash_bytes(x->args.at + at, len, vm->p->unit->names->seed ^ of), UINT64_MAX);
  if (!slot) return UINT32_MAX;
  uint32_t i = (uint32_t)*slot;
  for (; i != UINT32_MAX; i = x->answers.at[i].next) {
    const Answer *a = &x->answers.at[i];
    if (a->of != of || a->len != len || memcmp(x->args.at + a->at, x->args.at + at, len)) continue;
    x->args.len = at;
    return i;
  }
  Answer fresh = {.of = of, .at = at, .len = len, .next = (uint32_t)*slot};
  if (!vec_push(vm->mem, &x->answers, fresh)) return UINT32_MAX;
  *slot = x->answers.len - 1;
  return x->answers.len - 1;
}

/* ---- loops that gather ---- */

/* The innermost loop at hand that gathers and has begun an element, within this run of the machine. */
static Again *gathers(Vm *vm) {
  for (uint32_t i = vm->agains.len; i-- > 0;) {
    Again *g = &vm->agains.at[i];
    if (g->depth != vm->depth) return NULL;
    if (g->gather && g->next) return g;
  }
  return NULL;
}

/* Leaves the element at hand for the next one. */
static void skip(Vm *vm, Again *g) {
  vm->agains.len = (uint32_t)(g - vm->agains.at) + 1;
  vm_unwind(vm, g->frames, g->cells, g->ctxs, g->rules);
  vm->ctx = g->ctx;
  vm->dep = g->dep;
  vm->frames.at[vm->frames.len - 1].pc = g->next;
  g->skipped = true;
}

/* any and all stop at the element that settles them, so what lies behind it must not be asked for. */
void again_begin(Vm *vm, int kind) {
  const Frame *f = &vm->frames.at[vm->frames.len - 1];
  Again *last = vm->agains.len ? &vm->agains.at[vm->agains.len - 1] : NULL;
  if (last && last->depth == vm->depth && last->frames == vm->frames.len && last->begin == f->pc - 1) return;   /* once more */
  Again g = {.depth = vm->depth, .frames = vm->frames.len, .begin = f->pc - 1, .gather = kind <= ACC_MAX || (kind >= ACC_SET && kind <= ACC_MAP)};
  vec_push(vm->mem, &vm->agains, g);
}

void again_next(Vm *vm) {
  const Frame *f = &vm->frames.at[vm->frames.len - 1];
  Again *g = &vm->agains.at[vm->agains.len - 1];
  if (g->depth != vm->depth || g->frames != vm->frames.len) return;
  if (!g->next) g->dep = vm->dep;
  g->next = f->pc - 1;
  g->cells = vm->cells.len;
  g->ctxs = vm->ctxs.len;
  g->rules = vm->rules.len;
  g->ctx = vm->ctx;
}

bool again_repeats(const Vm *vm) {
  const Again *g = vm->agains.len ? &vm->agains.at[vm->agains.len - 1] : NULL;
  return g && g->rounds && !g->next && g->depth == vm->depth && g->frames == vm->frames.len;
}

void again_end(Vm *vm) {
  if (!vm->agains.len || vm->failed) return;
  Again *g = &vm->agains.at[vm->agains.len - 1];
  if (g->depth != vm->depth || g->frames != vm->frames.len) return;
  if (!g->skipped) { vm->agains.len--; return; }
  uint32_t begin = g->begin;
  g->gather = false;
  Again *outer = gathers(vm);
  if (outer) { skip(vm, outer); return; }   /* it will come back here */
  g->gather = ++g->rounds < ROUNDS_MAX;
  g->skipped = false;
  g->next = 0;
  vm->frames.at[vm->frames.len - 1].pc = begin;
  if (vm->ext.queue.len) ask(vm);
}

/* ---- the call ---- */

bool extern_call(Vm *vm, uint32_t of, const Value *args, Value *out) {
  Externs *x = &vm->ext;
  const Extern *e = &vm->p->externs.at[of];
  uint32_t n = (uint32_t)strlen(e->types) - 2, at;
  *out = (Value){0};
  if (!found(vm, of) || unknown_among(vm, args, n, out)) return true;
  if (!x->args.len) put(vm, "", 1);  /* so that no arguments lie somewhere, too */
  at = x->args.len;
  for (uint32_t i = 0; i < n; i++)
    if (!put_one(vm, of, e->types[i], args[i], e->unit[i])) return true;
  if (mem_failed(vm->mem) || x->args.len >= ARGS_MAX) { vm_fail(vm, DIAG_E0505, "memory ran out"); return true; }
  uint32_t i = answer_find(vm, of, at);
  if (i == UINT32_MAX) { vm_fail(vm, DIAG_E0505, "memory ran out"); return true; }
  Again *g = x->host.batches && !vm->w->tracing ? gathers(vm) : NULL;
  if (x->answers.at[i].state == ANSWER_NONE && vec_push(vm->mem, &x->queue, i)) x->answers.at[i].state = ANSWER_ASKED;
  if (x->answers.at[i].state == ANSWER_ASKED && (!g || x->queue.len >= QUEUE_MAX)) ask(vm);
  const Answer *a = &x->answers.at[i];
  if (a->state < ANSWER_KNOWN && g) { skip(vm, g); return false; }
  if (a->state == ANSWER_WRONG) fail_here(vm, (DiagCode)a->code, a->why, NULL);
  else if (a->state < ANSWER_KNOWN) vm_fail(vm, DIAG_E0505, "memory ran out");
  else *out = value_keep(a->val);
  return true;
}
