#include "world/value.h"

/* Lists as columns. The list has room for values; their words lie in the second half of it, and what they have in common at its
 * beginning. So values can be put in place from the front, each over words that are values already, and no memory is needed
 * for it, but for sets. */

typedef struct WordsHead { Value head; Mem *mem; } WordsHead;
_Static_assert(sizeof(WordsHead) + WORDS_LEAST * sizeof(int64_t) <= WORDS_LEAST * sizeof(Value), "the words do not lie over their head");

static int64_t *words_at(Seq *s) { return (int64_t *)(void *)((char *)s->at + s->cap * (sizeof(Value) - sizeof(int64_t))); }

/* With room for n, and those of `old` (or NULL) in it. */
static Seq *words_new(Mem *m, Value head, uint32_t n, Seq *old) {
  Seq *s = mem_get(m, sizeof *s + n * sizeof(Value));
  if (!s) {
    m->failed = true;
    return NULL;
  }
  WordsHead common = {head, m};
  *s = (Seq){.o = {.refs = 1, .len = old ? old->o.len : 0}, .cap = n, .share = SEQ_WORDS};
  memcpy(s->at, &common, sizeof common);
  if (old) memcpy(words_at(s), words_at(old), old->o.len * sizeof(int64_t));
  return s;
}

int64_t *words_add(Mem *m, Value *list, Value head, uint32_t n, uint32_t more) {
  Seq *s = list->tag == V_LIST ? (Seq *)list->obj : NULL;
  uint32_t len = s ? s->o.len : 0;
  if (!s || n > s->cap - len) {
    uint64_t want = (uint64_t)len + n + more, twice = s ? 2 * (uint64_t)s->cap : WORDS_LEAST;
    if (want < twice) want = twice;
    s = want <= UINT32_MAX ? words_new(m, head, (uint32_t)want, s) : NULL;
    m->failed = m->failed || !s;
    if (!s) return NULL;
    value_drop(m, *list);
    *list = (Value){.tag = V_LIST, .obj = &s->o};
  }
  s->o.len += n;
  return words_at(s) + len;
}

Value words_end(Mem *m, Value list) {
  Seq *s = (Seq *)list.obj;
  Value head;
  list_words(list, &head);
  Seq *fit = s->cap - s->o.len > s->o.len / 4 ? words_new(m, head, s->o.len, s) : NULL;
  if (!fit) return list;
  value_drop(m, list);
  return (Value){.tag = V_LIST, .obj = &fit->o};
}

const int64_t *list_words(Value list, Value *head) {
  if (!value_in_words(list)) return NULL;
  Seq *s = (Seq *)list.obj;
  memcpy(head, s->at, sizeof *head);
  return words_at(s);
}

Value word_value(Maker *m, Value head, int64_t word) {
  if (head.tag != V_SET && head.aux && !word) return value_zero();
  if (head.tag != V_SET) return (Value){.tag = head.tag, .e = head.e, .unit = head.unit, .i = word};
  Value two[] = {value_ent(word_first(word)), value_ent(word_second(word))};
  return maker_set(m, two, two[0].aux == WORD_NOBODY ? 0 : two[1].aux == WORD_NOBODY ? 1 : 2);
}

const Seq *value_spread(Value list) {
  Seq *s = (Seq *)list.obj;
  WordsHead common;
  memcpy(&common, s->at, sizeof common);
  Rt rt = {.mem = common.mem};
  Maker maker = {&rt, NULL};
  const int64_t *words = words_at(s);
  for (uint32_t i = 0; i < s->o.len; i++) {
    int64_t word;
    memcpy(&word, words + i, sizeof word);
    s->at[i] = word_value(&maker, common.head, word);
  }
  maker_end(&maker);
  s->share = 0;
  return s;
}
