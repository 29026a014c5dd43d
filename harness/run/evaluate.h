/*
 * Evaluation: one row per test example, under the recipe's forward pass.
 *
 * First a calibration pass: the first `batch` rows of the training split, in file order,
 * are run forward and the scale of every input cast is stored. Then every test example is
 * predicted with those frozen scales, so that a prediction depends on the example alone
 * and never on its batch-mates.
 * prediction: the class of largest probability, the lowest number where several tie.
 * ng_evaluate_prepare() takes the memory of the rows from the arena, before training, so
 * that a lack of it costs no training. NG_FAILED: no memory.
 */
#ifndef NG_HARNESS_RUN_EVALUATE_H
#define NG_HARNESS_RUN_EVALUATE_H

#include "datasets/dataset.h"
#include "experiments/record/run_file.h"
#include "models/model.h"

enum ng_status ng_evaluate_prepare(const struct ng_dataset *data,
                                   struct ng_arena *arena, struct ng_rows *rows,
                                   struct ng_error *err);
enum ng_status ng_evaluate(struct ng_model *model, const struct ng_dataset *data,
                           uint32_t seed, struct ng_rows *rows, struct ng_error *err);

#endif
