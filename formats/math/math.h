/*
 * Unary functions, fixed-order sums and counter-based random numbers: one definition on
 * every compiler and ISA.
 *
 * ng_expf, ng_logf: at most 1 ulp from the true value over all inputs (tested against
 * MPFR or an FP64 libm); computed in FP64 with +, *, / alone, so that every IEEE machine
 * gives the same bits. exp overflows to +inf and underflows gradually to +0; log(0) =
 * -inf, log(x<0) = NaN. NaN comes back canonical.
 *
 * Sums: 16 lanes striped by index, blocks of 4096, a fixed tree over the lanes (lane i +
 * lane i+8, then 4, 2, 1), blocks ascending from +0; lanes past the tail stay untouched.
 *
 * Random numbers: Philox4x32-10 (Salmon et al. 2011, the Random123 headers). key = (seed,
 * stream), counter = (index low, index high, step low, step high): a draw depends on what
 * it is for, never on thread, time or order of calls.
 * Threads: everything here may be called from any thread.
 */
#ifndef NG_MATH_MATH_H
#define NG_MATH_MATH_H

#include <stddef.h>
#include <stdint.h>

#include "formats/narrowgauge.h"

float ng_expf(float x);
float ng_logf(float x);
/* Of a normal positive number, within about 1e-14 of its size; powers of two exactly. */
double ng_log2(double x);

float ng_sum_f32(const float *x, size_t n); /* FP32 lanes: inside ops */
double ng_sum_f64(const double *x,
                  size_t n); /* FP64 lanes: losses, norms, statistics */
double ng_sum_f32_in_f64(const float *x, size_t n);
/* Sum of squares of n floats, squared and added in FP64. */
double ng_sum_squares(const float *x, size_t n);
/* The tree over 16 lanes, which are used up: for sums that are taken elsewhere. */
double ng_fold_f64(double *lane);

/* Who draws. The numbers are part of the definition: never reuse or renumber one. */
enum ng_stream {
    NG_STREAM_INIT = 1,
    NG_STREAM_ORDER = 2,
    NG_STREAM_DATA = 3,
    NG_STREAM_DROPOUT = 4,
    NG_STREAM_ROUND_MASTER = 5,
    NG_STREAM_ROUND_MOMENT2 = 6,
    NG_STREAM_ROUND_MOMENT1 = 7,
    NG_STREAM_ROUND_CAST = 8,
    NG_STREAM_BOOTSTRAP = 9,
    NG_STREAM_SPLIT = 10,
};
/* A stream's key: the kind of draw and the tensor (or column) it is for, 0..2^24-1. */
uint32_t ng_stream_key(enum ng_stream stream, uint32_t tensor);

/* struct ng_random, ng_random_u32() and ng_random_fill(): narrowgauge.h. */
/* Uniform in [0, 1), 24 bits. */
float ng_random_uniform(const struct ng_random *random, uint64_t index);
/* A permutation of 0..n-1 (Fisher-Yates; draw i is index i). */
void ng_random_permutation(const struct ng_random *random, uint32_t *order, size_t n);

#endif
