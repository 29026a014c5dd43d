/*
 * Bands that need no column: by label, file and position.
 *
 * By label they are the classes; by file the features files, called after the last part of
 * their path where that is enough to tell them apart; by position equal runs of the split's
 * rows. Names that the card gives come first.
 *
 * Call it when the rows are filled. Failure: NG_FAILED, no memory. Threads: one load at a time.
 */
#ifndef NG_DATASETS_BANDS_H
#define NG_DATASETS_BANDS_H

#include "datasets/load.h"

enum ng_status ng_load_bands(struct ng_load *load, struct ng_error *err);

#endif
