/*
 * Means over seeds and their Student t intervals.
 *
 * The interval of n values with mean a and sample standard deviation s (divisor n - 1)
 * at level 0.95 is a -+ t * s / sqrt(n), t the 0.975 quantile of Student's distribution
 * with n - 1 degrees of freedom (Student 1908). Equal values give a point (but see below). Fewer than
 * two values give no interval: low = high = NaN. A NaN among the values makes all three
 * NaN.
 *
 * Threads: any. GSL's error handler, which would end the process, is switched off at
 * the first call that reaches GSL.
 */
#ifndef NG_HARNESS_STATS_STATS_H
#define NG_HARNESS_STATS_STATS_H

#include <stddef.h>

#include "experiments/record/comparison.h"

/* Of every interval this project prints. */
#define NG_STATS_LEVEL 0.95

/* x such that Student's t with `freedom` degrees of freedom is below it with
 * probability p; NaN for p outside (0, 1) or freedom not above 0. */
double ng_stats_t_quantile(double p, double freedom);

/* n = 0: all NaN. */
struct ng_estimate ng_stats_estimate(const double *values, size_t n);

/* The same for values that can only move in whole steps (a share of rows moves by one
 * row): their deviation is taken as at least step / sqrt(12), that of cutting to steps,
 * so that a tie between a few seeds does not pass for certainty. */
struct ng_estimate ng_stats_estimate_stepped(const double *values, size_t n,
                                             double step);

/* The number of values, above n, at which an interval of this mean and spread would lie
 * wholly on one side of `bound`, if mean and standard deviation stayed as they are;
 * 0 where none up to `most` would do, or where n < 2. */
size_t ng_stats_values_needed(const struct ng_estimate *estimate, size_t n,
                              double bound, size_t most);

/* Of the GSL library that runs. */
const char *ng_stats_gsl_version(void);

#endif
