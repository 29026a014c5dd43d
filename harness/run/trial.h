/*
 * One trial: train one resolved configuration with one seed, evaluate, write the run file.
 *
 * Deterministic: the result_hash depends on the plan's trial and numerics_version alone,
 * not on threads, ISA, checkpoints or interruptions. While it runs it keeps
 * <file>.ckpt beside the run file; a rerun goes on from there; completion removes it.
 *
 * Returns NG_OK also when the loss became non-finite: that is a result. NG_INTERRUPTED
 * after *stop became non-zero, with the checkpoint written.
 */
#ifndef NG_HARNESS_RUN_TRIAL_H
#define NG_HARNESS_RUN_TRIAL_H

#include <signal.h>

#include "experiments/plan/plan.h"
#include "formats/base/error.h"

struct ng_trial_watch {
    /* Called about ten times a second at most, and at the start and the end. */
    void (*progress)(void *context, size_t step, size_t steps, double loss);
    void *context;
    volatile sig_atomic_t *stop; /* or NULL */
};

struct ng_trial_options {
    int threads;               /* inside the trial */
    double checkpoint_seconds; /* between checkpoints; 0: only when stopped */
    const char *argv;          /* for provenance */
};

/* runs_folder exists. hash receives the result_hash. */
enum ng_status ng_trial_run(const struct ng_plan *plan, const struct ng_trial *trial,
                            const char *runs_folder,
                            const struct ng_trial_options *options,
                            const struct ng_trial_watch *watch, char hash[65],
                            struct ng_error *err);

/* Bytes and seconds a trial is expected to take, for the plan's first line and ETA. */
void ng_trial_estimate(const struct ng_plan *plan, const struct ng_trial *trial,
                       double *seconds, double *disk_bytes);

#endif
