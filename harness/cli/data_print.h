/*
 * A data set's facts on the terminal, and as JSON. Threads: one.
 */
#ifndef NG_HARNESS_CLI_DATA_PRINT_H
#define NG_HARNESS_CLI_DATA_PRINT_H

#include <jansson.h>

#include "harness/cli/data_facts.h"

/* Titles, sentences and aligned tables on stdout. Foreign text cannot move the cursor. */
enum ng_status ng_data_print(const struct ng_datasheet *sheet, struct ng_error *err);

/* Counts of 1 to 9 rows, and names of classes that have no more, are null. */
json_t *ng_data_json(const struct ng_data_subject *subject);

#endif
