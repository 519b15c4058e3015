#ifndef BASE_NEAR_H
#define BASE_NEAR_H
#include <stdint.h>

/* How many edits (a letter changed, added or dropped) two words are apart: 0 to 2, or 3 for "further". Longer words
 * than 60 letters are always far. */
int near_distance(const char *a, uint32_t na, const char *b, uint32_t nb);

#endif
