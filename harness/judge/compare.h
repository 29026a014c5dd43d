/*
 * From the run files of a sweep to its comparison.
 *
 * For every arm: metrics of each trial's evaluation rows (harness/judge/metrics.h),
 * their mean and 95 % t interval over seeds (harness/stats/stats.h), and the same for
 * the difference to the arm's own reference, formed seed by seed. Accuracy differences are
 * formed from whole numbers of rows, so that equal trials differ by exactly zero. The
 * interval speaks of seeds on this test split; it does not widen for the split's own
 * size.
 *
 *   worst group        lowest mean accuracy over seeds among groups with support;
 *                      worst_accuracy is the lowest such group of each seed
 *   worst_difference   the arm's paired difference in the reference's worst group
 *   hardest_hit_group  lowest mean paired difference among groups with support
 *                      (both: the first among equals; of all groups with rows where
 * none has support; group_count where there is none) loss               mean over
 * seeds, as many steps as the shortest trial has saturated_share    sums of the metrics
 * columns "saturated" and "flushed" over flushed_share      "cast_elements", all steps
 * and seeds; NaN where nothing was cast ceiling            mean over rows of the
 * largest true probability: what the best possible classifier is expected to reach
 *   largest_class      share of the commonest label among the rows: the accuracy of
 *                      always guessing it
 *   floor_nll          NLL of the true probabilities on the test split's labels
 *   truth_ece          ECE of the true probabilities on them: what a perfectly
 *                      calibrated model shows at this number of rows
 * A trial is diverged when its loss was non-finite at any step. An arm with such a trial
 * has no intervals, and neither it nor an arm measured against it has differences: what
 * is left of a run that broke down says nothing about the format.
 *
 * Ownership: everything in the comparison belongs to the arena.
 * Threads: one caller per arena.
 */
#ifndef NG_HARNESS_JUDGE_COMPARE_H
#define NG_HARNESS_JUDGE_COMPARE_H

#include "experiments/plan/plan.h"
#include "experiments/record/comparison.h"
#include "experiments/record/run_file.h"

struct ng_compare_arm {
    const char *label, *recipe, *summary;
    int reference; /* arm number, its own where it is one; -1: none */
};

struct ng_compare_input {
    /* [arm][seed], with metrics, rows and ledger. Rows from elsewhere come without metrics
     * and ledger (parameters 0) and perhaps without probabilities (NLL is then NaN). */
    const struct ng_run *runs;
    const struct ng_compare_arm *arms;
    size_t arm_count;
    const uint32_t *seeds;
    size_t seed_count;
    double margin; /* fraction */
    struct ng_texts slices;
};

/* Fills everything that follows from the runs, and the answer; question, provenance,
 * data_title, command, resolved_summary, gates and train_rows stay empty. NG_INVALID: the runs
 * are not trials of one sweep (rows, labels or slices differ), or hold codes out of
 * range. */
enum ng_status ng_compare_runs(const struct ng_compare_input *input,
                               struct ng_arena *arena, struct ng_comparison *out,
                               struct ng_error *err);

/* Reads every run file of the plan from folder/runs, and judges the gates that its
 * experiment declares (harness/judge/gates.h). A file that is missing, damaged or
 * of another plan is the sentence of the reader. command is that of the first trial's
 * provenance ("argv"), else "narrowgauge run NAME". */
enum ng_status ng_compare(const struct ng_plan *plan, const char *folder,
                          struct ng_arena *arena, struct ng_comparison *out,
                          struct ng_error *err);

#endif
