#ifndef BASE_NUM_GMP_H
#define BASE_NUM_GMP_H
/* Shared by num.c and num_text.c, and by nothing else. */
#include "base/num.h"
#include <gmp.h>

struct NumBig {
  size_t refs;
  size_t charge;  /* what mem was charged for the limbs */
  mpq_t q;
};

static inline Num num_bad(void) { Num n = {.form = NUM_BAD}; return n; }
/* The value of a (not NUM_BAD): its own mpq, or tmp (initialised by the caller) set to it. */
mpq_srcptr num_q_view(mpq_t tmp, Num a);
/* The number q; q is cleared or moved. NUM_BAD when it is too large or memory is refused. */
Num num_q_take(Mem *m, mpq_t q);
/* What a decimal of q's value needs: true and *places when q's denominator has only 2s and 5s. */
bool num_q_places(mpq_srcptr q, size_t *places);
void num_z_ten(mpz_t z, size_t n);  /* z = 10^n */
/* to = n/d (d > 0) rounded half to even; true when it was exact. */
bool num_z_div_even(mpz_t to, mpz_srcptr n, mpz_srcptr d);
/* 10^n for n in 0..19. */
uint64_t num_ten(int n);
static inline uint64_t num_abs(int64_t c) { return c < 0 ? 0 - (uint64_t)c : (uint64_t)c; }
/* The signed number, when an int64 holds it. */
static inline bool num_signed(bool neg, uint64_t size, int64_t *c) {
  if (size > (uint64_t)INT64_MAX + (neg ? 1 : 0)) return false;
  *c = neg ? (int64_t)(0 - size) : (int64_t)size;
  return true;
}

#endif
