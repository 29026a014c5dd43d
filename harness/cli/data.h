/*
 * The parts of the command `data`: list, inspect, fetch. Threads: one.
 */
#ifndef NG_HARNESS_CLI_DATA_H
#define NG_HARNESS_CLI_DATA_H

#include "harness/cli/options.h"

enum ng_status ng_data_list(const struct ng_arguments *arguments, struct ng_error *err);
enum ng_status ng_data_inspect(const struct ng_arguments *arguments,
                               struct ng_error *err);
enum ng_status ng_data_fetch(const struct ng_arguments *arguments,
                             struct ng_error *err);

#endif
