/*
 * What a finished sweep prints: the table, the answer, the gates, where the report is.
 * Everything is taken from the comparison; nothing is computed here. Threads: one.
 */
#ifndef NG_HARNESS_CLI_RESULTS_H
#define NG_HARNESS_CLI_RESULTS_H

#include <stdbool.h>

#include "experiments/record/comparison.h"
#include "formats/base/error.h"

struct ng_results {
    const struct ng_comparison *comparison;
    const char *folder;  /* of the sweep */
    const char *program; /* as it was called */
};

void ng_results_print(const struct ng_results *results);
enum ng_status ng_results_print_json(const struct ng_results *results,
                                     struct ng_error *err);

#endif
