/*
 * Facts of the raw features, then the features as a model sees them.
 *
 * Only features of kind number are touched; dataset.h has the formula. The fit of a column is
 * ng_sum_f64() over its training values in the order of the rows, missing ones left out, then
 * the same over the squares of the distances to the mean; of a whole set (standardise: set) the
 * columns' sums are added by ng_sum_f64() once more. A column is constant where all its
 * training values are equal, or all missing.
 *
 * Failure: NG_FAILED, no memory; NG_INVALID, a value that leaves FP32 where nothing is clipped.
 * Threads: one load at a time.
 */
#ifndef NG_DATASETS_STANDARDISE_H
#define NG_DATASETS_STANDARDISE_H

#include "datasets/load.h"

void ng_load_facts(struct ng_load *load);
enum ng_status ng_load_standardise(struct ng_load *load, struct ng_error *err);

#endif
