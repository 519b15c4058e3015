#include "world/value.h"

/* Lists as columns. The list has room for all its values: their words lie at its end, and what they have in common at its
 * beginning. So values can be put in place from the front, each over words that are values already, and no memory is needed
 * for it, but for sets. */

typedef struct WordsHead { Value head; Mem *mem; } WordsHead;
_Static_assert(sizeof(WordsHead) + WORDS_LEAST * sizeof(int64_t) <= WORDS_LEAST * sizeof(Value), "the words do not lie over their head");

static char *words_at(Seq *s) { return (char *)s->at + s->o.len * (sizeof(Value) - sizeof(int64_t)); }

Value value_words(Rt *rt, Value head, const int64_t *at, uint32_t n) {
  Seq *s = mem_get(rt->mem, sizeof *s + n * sizeof(Value));
  if (!s) {
    rt->mem->failed = true;
    return value_list(rt, NULL, 0);
  }
  WordsHead common = {head, rt->mem};
  *s = (Seq){.o = {.refs = 1, .len = n}, .cap = n, .share = SEQ_WORDS};
  memcpy(s->at, &common, sizeof common);
  memcpy(words_at(s), at, n * sizeof *at);
  return (Value){.tag = V_LIST, .obj = &s->o};
}

const int64_t *list_words(Value list, Value *head) {
  if (!value_in_words(list)) return NULL;
  Seq *s = (Seq *)list.obj;
  memcpy(head, s->at, sizeof *head);
  return (const int64_t *)(const void *)words_at(s);
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
  const char *words = words_at(s);
  for (uint32_t i = 0; i < s->o.len; i++) {
    int64_t word;
    memcpy(&word, words + i * sizeof word, sizeof word);
    s->at[i] = word_value(&maker, common.head, word);
  }
  maker_end(&maker);
  s->share = 0;
  return s;
}
