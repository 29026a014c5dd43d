/*
 * A plan's data: its card, read or inferred, and the rows.
 *
 * Fills plan->card, dataset, inferred, table_folder; the experiment's data.set becomes the
 * card's name, because the file it came from cannot move a bit; name and judge.slices as in
 * plan.h. Failure: as of ng_plan_make(). Ownership: the plan. Threads: any.
 */
#ifndef NG_EXPERIMENTS_PLAN_DATA_H
#define NG_EXPERIMENTS_PLAN_DATA_H

#include "experiments/plan/plan.h"

enum ng_status ng_plan_data(struct ng_plan *plan, const char *data_folder,
                            struct ng_error *err);

#endif
