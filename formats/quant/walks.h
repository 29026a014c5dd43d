/*
 * The walks over elements that casts in blocks need besides encoding, in AVX2 where the
 * machine runs it; both bodies give the same.
 * Threads: everything here may be called from any thread.
 */
#ifndef NG_QUANT_WALKS_H
#define NG_QUANT_WALKS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/narrowgauge.h"

/* A body is compiled as it is, and again for AVX2, where ng_isa() says so. */
#define NG_BODY static inline __attribute__((always_inline))
#if defined(__x86_64__)
#define NG_WIDE __attribute__((target("avx2")))
#else
#define NG_WIDE
#endif

/* How many of n codes, of 1 or 2 bytes, are zero, of either sign. */
size_t ng_walk_zero_codes(const struct ng_format *format, const void *codes, size_t n);
/* How many of n elements are zero. */
size_t ng_walk_zeros(const float *x, size_t n);
/* How many magnitudes have more bits than the limit; are beyond a bound of each. */
size_t ng_walk_beyond(const float *x, size_t n, uint32_t limit);
size_t ng_walk_beyond_each(const float *x, size_t n, const float *bounds);
/* amax_bits[i] becomes |x[i]| where that is more. */
void ng_walk_raise_amax(const float *x, size_t n, uint32_t *amax_bits);
/* y[i] = x[i] * scales[i] */
void ng_walk_scale(const float *x, size_t n, const float *scales, float *y);

#endif
