/*
 * What `baseline` and `check` have in common: which sweep is meant, and which baseline.
 * Ownership: the arena's. Threads: one.
 */
#ifndef NG_HARNESS_CLI_GATED_H
#define NG_HARNESS_CLI_GATED_H

#include "experiments/plan/plan.h"
#include "harness/cli/options.h"
#include "harness/judge/fidelity.h"

/* The sweep that a folder holds, by its plan.jsonl; gates and margin by its comparison.h5.
 * NG_INVALID: no such folder, its plan is damaged, or the run is not finished. */
enum ng_status ng_gated_folder(const char *folder, struct ng_arena *arena,
                               struct ng_fidelity_sweep *sweep, struct ng_error *err);
/* The sweep of a plan, in a folder to come. The plan must outlive it. */
enum ng_status ng_gated_plan(const struct ng_plan *plan, const char *folder,
                             struct ng_arena *arena, struct ng_fidelity_sweep *sweep,
                             struct ng_error *err);

/* --baseline, else baselines/EXPERIMENT.txt. */
enum ng_status ng_gated_baseline(const struct ng_arguments *arguments,
                                 const char *experiment, struct ng_arena *arena,
                                 char **path, struct ng_error *err);

#endif
