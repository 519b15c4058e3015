#include "world/value.h"

/* Lists as columns: what their values have in common, and a word for each. Whoever asks for the values has them put beside the words, in
 * memory that the list has had since its end: so none can be missing then, but for sets. Words stay where they are as long as the list. */

typedef struct Common { Value head; Mem *mem; Seq *values; } Common;   /* values: none (len 0) until somebody asks; NULL: it has not come to its end */
enum { COMMON_ROOM = sizeof(Common) / sizeof(Value) };
_Static_assert(sizeof(Common) == COMMON_ROOM * sizeof(Value), "words follow");

static Common *common_of(Seq *s) { return (Common *)(void *)s->at; }
static int64_t *words_of(Seq *s) { return (int64_t *)(void *)(s->at + COMMON_ROOM); }
static uint32_t words_room(const Seq *s) { return (s->cap - COMMON_ROOM) * (sizeof(Value) / sizeof(int64_t)); }

static Seq *seq_get(Mem *m, uint64_t room) {
  Seq *s = room <= UINT32_MAX ? mem_get(m, sizeof *s + room * sizeof(Value)) : NULL;
  if (s) *s = (Seq){.o = {.refs = 1}, .cap = (uint32_t)room};
  else m->failed = true;
  return s;
}

/* With room for n, and those of `old` (or NULL) in it. */
static Seq *words_new(Mem *m, Value head, uint64_t n, Seq *old) {
  Seq *s = seq_get(m, COMMON_ROOM + (n + 1) / 2);
  if (!s) return NULL;
  s->share = SEQ_WORDS;
  s->o.len = old ? old->o.len : 0;
  *common_of(s) = (Common){head, m, NULL};
  if (old) memcpy(words_of(s), words_of(old), old->o.len * sizeof(int64_t));
  return s;
}

int64_t *words_add(Mem *m, Value *list, Value head, uint32_t n, uint32_t more) {
  Seq *s = list->tag == V_LIST ? (Seq *)list->obj : NULL;
  uint32_t len = s ? s->o.len : 0;
  if (!s || n > words_room(s) - len) {
    uint64_t want = (uint64_t)len + n + more, twice = s ? 2 * (uint64_t)words_room(s) : WORDS_LEAST;
    s = words_new(m, head, want > twice ? want : twice, s);
    if (!s) return NULL;
    value_drop(m, *list);
    *list = (Value){.tag = V_LIST, .obj = &s->o};
  }
  s->o.len += n;
  return words_of(s) + len;
}

Value words_end(Mem *m, Value list) {
  Seq *s = (Seq *)list.obj;
  bool roomy = words_room(s) - s->o.len > s->o.len / 4;
  Seq *fit = roomy ? words_new(m, common_of(s)->head, s->o.len, s) : s;
  if (roomy) value_drop(m, list);
  if (fit && !(common_of(fit)->values = seq_get(m, fit->o.len))) words_free(m, fit);
  else if (fit) return (Value){.tag = V_LIST, .obj = &fit->o};
  return value_list(&(Rt){.mem = m}, NULL, 0);
}

void words_free(Mem *m, Seq *s) {
  Seq *values = common_of(s)->values;
  if (values) value_drop(m, (Value){.tag = V_LIST, .obj = &values->o});
  mem_free(m, s, sizeof *s + s->cap * sizeof(Value));
}

const int64_t *list_words(Value list, Value *head) {
  if (!value_in_words(list)) return NULL;
  Seq *s = (Seq *)list.obj;
  *head = common_of(s)->head;
  return words_of(s);
}

Value word_value(Maker *m, Value head, int64_t word) {
  if (head.tag != V_SET && head.aux && !word) return value_zero();
  if (head.tag != V_SET) return (Value){.tag = head.tag, .e = head.e, .unit = head.unit, .i = word};
  Value two[] = {value_ent(word_first(word)), value_ent(word_second(word))};
  return maker_set(m, two, two[0].aux == WORD_NOBODY ? 0 : two[1].aux == WORD_NOBODY ? 1 : 2);
}

const Seq *value_spread(Value list) {
  Seq *s = (Seq *)list.obj;
  Common *c = common_of(s);
  if (c->values->o.len) return c->values;
  Rt rt = {.mem = c->mem};
  Maker maker = {&rt, NULL};
  const int64_t *words = words_of(s);
  for (uint32_t i = 0; i < s->o.len; i++) c->values->at[i] = word_value(&maker, c->head, words[i]);
  maker_end(&maker);
  c->values->o.len = s->o.len;
  return c->values;
}
