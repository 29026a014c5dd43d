/*
 * Samples of standard distributions on which formats are compared. Sample i of each depends
 * on nothing but i: words of Philox, own exp and log, and sqrt, so that every machine draws
 * the same.
 *
 *   normal       mean 0, deviation 1 (G. Marsaglia, T. Bray, "A convenient method for
 *                generating normal variables", SIAM Review 6, 1964: the polar method)
 *   uniform      -1 to 1
 *   laplace      scale 1
 *   log-normal   exp(2 z) of a normal z, with either sign
 *   student-t    3 degrees of freedom
 * Threads: any.
 */
#ifndef NG_HARNESS_CLI_FORMATS_SAMPLES_H
#define NG_HARNESS_CLI_FORMATS_SAMPLES_H

#include <stddef.h>

enum ng_distribution {
    NG_NORMAL,
    NG_UNIFORM,
    NG_LAPLACE,
    NG_LOG_NORMAL,
    NG_STUDENT_T,
    NG_DISTRIBUTIONS,
};
extern const char *const ng_distribution_names[];

void ng_samples_draw(enum ng_distribution distribution, float *x, size_t n);

#endif
