/*
 * /data of a run file: what the model was fed, and what was done to it before.
 *
 *   /data                attributes name, title, digest, train_rows, test_rows,
 *                        constant_features, dropped_rows, unlabelled_rows
 *   /data/features/name, kind, mean, deviation        one an input of the model: x = (raw -
 *                        mean) / deviation; deviation 0: constant in training, always 0
 *   /data/features/missing, clipped                   features x 2: training and test rows
 *   /data/columns/name, type, missing, out_of_range, unseen, pooled, distinct
 *                        one a column of a table; absent for others
 *
 * Counts, means and names of columns and of categories with enough rows: no row's values, no
 * minimum, no maximum. Outside result_hash: all of it follows from the data digest and the
 * card. Threads: as HDF5.
 */
#ifndef NG_EXPERIMENTS_RECORD_RUN_DATA_H
#define NG_EXPERIMENTS_RECORD_RUN_DATA_H

#include "datasets/dataset.h"
#include "datasets/files/h5.h"

enum ng_status ng_run_data_write(struct ng_h5 *file, const struct ng_dataset *data,
                                 struct ng_error *err);

#endif
