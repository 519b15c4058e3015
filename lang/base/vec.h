#ifndef BASE_VEC_H
#define BASE_VEC_H
#include "base/mem.h"

/* A growing array of T: VEC(T) v = {0}; vec_push(mem, &v, x). Elements may move when it grows. */
#define VEC(...) struct { __VA_ARGS__ *at; uint32_t len, cap; }
/* Makes room for one more; false (and mem->failed) when it cannot. */
bool vec_room_(Mem *m, void **at, uint32_t len, uint32_t *cap, size_t size);
/* The same for n more, which are known to come. */
bool vec_more_(Mem *m, void **at, uint32_t len, uint32_t *cap, size_t size, uint32_t n);
#define vec_more(m, v, n) ((n) <= (v)->cap - (v)->len || vec_more_((m), (void **)(void *)&(v)->at, (v)->len, &(v)->cap, sizeof *(v)->at, (n)))
#define vec_room(m, v) ((v)->len < (v)->cap || vec_room_((m), (void **)(void *)&(v)->at, (v)->len, &(v)->cap, sizeof *(v)->at))
#define vec_push(m, v, ...) (vec_room((m), (v)) ? ((v)->at[(v)->len++] = (__VA_ARGS__), true) : false)
#define vec_end(m, v) (mem_free((m), (v)->at, (size_t)(v)->cap * sizeof *(v)->at), (v)->at = NULL, (v)->len = (v)->cap = 0)

#endif
