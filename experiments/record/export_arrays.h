/*
 * The tensors and columns of a run file as arrays of other programs; private to this
 * folder. The contract is experiments/record/export.h.
 */
#ifndef NG_EXPERIMENTS_RECORD_EXPORT_ARRAYS_H
#define NG_EXPERIMENTS_RECORD_EXPORT_ARRAYS_H

#include "experiments/record/export.h"
#include "experiments/record/table.h"

/* base: FOLDER/RUN, which for npy is a folder that exists. */
enum ng_status ng_export_arrays(const struct ng_export *export, struct ng_h5 *file,
                                const char *base, const struct ng_table *tables,
                                size_t table_count, struct ng_error *err);

#endif
