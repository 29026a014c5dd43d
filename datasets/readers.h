/*
 * Every reader and generator: one file each, and one line here and in ng_readers[].
 * Threads: constants.
 */
#ifndef NG_DATASETS_READERS_H
#define NG_DATASETS_READERS_H

#include "datasets/dataset.h"

extern const struct ng_reader ng_reader_csv, ng_reader_idx, ng_reader_npy,
    ng_reader_text, ng_reader_claims;

#endif
