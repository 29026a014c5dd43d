/*
 * Training every trial of a plan in a folder, with its first line and its progress on
 * stderr: what `run` does before it compares, and `check NAME` before it judges.
 * Threads: one.
 */
#ifndef NG_HARNESS_CLI_TRAIN_H
#define NG_HARNESS_CLI_TRAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "formats/base/error.h"
#include "harness/cli/options.h"
#include "harness/run/sweep.h"

struct ng_training {
    int jobs, threads; /* trials at once; inside each */
    bool quiet, fail_fast;
    const char *line;
};

/* --jobs, --threads, --quiet, and --fail-fast where `fail_fast` says that the command has
 * it. */
enum ng_status ng_training_read(const struct ng_arguments *arguments, bool fail_fast,
                                struct ng_training *training, struct ng_error *err);

/* "quickstart: 15 trials (5 recipes x 3 seeds), about 25 s, 40 MiB in out/quickstart" */
void ng_training_headline(const struct ng_sweep_state *sweep,
                          const struct ng_training *training, FILE *stream);

/* Enters the folder and runs what is not finished. As ng_sweep_enter(), ng_sweep_run(). */
enum ng_status ng_training_run(struct ng_sweep_state *sweep,
                               const struct ng_training *training,
                               struct ng_error *err);

#endif
