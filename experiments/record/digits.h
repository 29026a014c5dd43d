/*
 * How many digits an interval supports: the one rule by which the answer, the table and
 * the report round a difference.
 *
 * A difference has as many decimals of a percentage point, one to three, as it takes to
 * see the width of its interval and on which side of the margin its ends lie. Fractions
 * in, points out. Texts are ASCII. Threads: any.
 */
#ifndef NG_EXPERIMENTS_RECORD_DIGITS_H
#define NG_EXPERIMENTS_RECORD_DIGITS_H

#include <stdbool.h>

#include "experiments/record/comparison.h"

struct ng_digits {
    char text[96];
};

/* x with so many decimals, or in short form where that would be a wall of digits; with a
 * plus where `sign`; a zero that rounding made has no sign. "n/a", "inf", "-inf". */
struct ng_digits ng_digits_number(double x, int decimals, bool sign);

/* Has it both ends? */
bool ng_digits_has_interval(const struct ng_estimate *estimate);

/* "-0.1 pt [-0.3, +0.1]"; without an interval "-0.1 pt [n/a]"; "n/a". */
struct ng_digits ng_digits_difference(const struct ng_estimate *difference,
                                      double margin);

#endif
