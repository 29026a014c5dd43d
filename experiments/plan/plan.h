/*
 * The plan: an experiment expanded to a frozen, numbered, hashed list of trials.
 *
 * A trial is one configuration (one choice from every sweep axis) and one seed; the trials
 * of one configuration over all seeds are an arm. Trials are ordered by arm, then seed.
 * hash = SHA-256 over the resolved configuration (experiment keys and every recipe cell
 * of every node), the data digest, the seed and numerics_version. A trial is done when
 * its run file is complete and carries this hash.
 *
 * File names: <experiment>-<first 8 of the arm's hash>-s<seed>.h5
 */
#ifndef NG_EXPERIMENTS_PLAN_PLAN_H
#define NG_EXPERIMENTS_PLAN_PLAN_H

#include "experiments/spec/experiment.h"

#define NG_NUMERICS_VERSION 1
#define NG_PLAN_CARD        "card.yaml" /* beside plan.jsonl, where it was inferred */

struct ng_trial {
    size_t index, arm;
    uint32_t seed;
    struct ng_experiment experiment; /* with this arm's sweep values in place */
    struct ng_recipe *recipe;        /* shared by the arm */
    char *resolved;                  /* canonical text, recipe cells included */
    char hash[65], arm_hash[65];
    char *file; /* run file's name, without folder */
};

struct ng_plan {
    struct ng_arena arena;
    struct ng_experiment experiment;
    char *source; /* the experiment file's text */
    struct ng_dataset dataset;
    struct ng_card card;
    /* Where the card was inferred from a table: what was inferred, a line each, and the
     * table's folder. NULL: it was read. */
    char *inferred, *table_folder;
    struct ng_trial *trials;
    size_t trial_count, arm_count;
    char **arm_labels; /* [arm]: "fp8-e4m3", or "fp8-e4m3 lr=1e-3" */
    /* [arm]: the arm of recipe fp32 with the same values on all other axes, itself where
     * it is one; -1: none */
    int *arm_references;
    int reference_arm; /* the first of them; -1: none */
};

/* Loads the data (its digest is part of the hash), checks every arm by building its
 * model's description, refuses contradictions and recipe rules that match no node.
 *
 * Of data.set tabular the card is inferred from data.file (datasets/infer.h), data.slices are
 * judged where judge.slices says nothing, and data_folder is not used. The experiment named
 * tabular is called tabular-<card>, so that every table has a folder of its own. */
enum ng_status ng_plan_make(struct ng_plan *plan, const char *name_or_path,
                            char *const *overrides, size_t override_count,
                            const char *data_folder, struct ng_error *err);
void ng_plan_release(struct ng_plan *plan);

/* plan.jsonl: one JSON object a line, the first for the experiment. Writing replaces
 * atomically, and puts an inferred card beside it. Checking says NG_OK when every trial of the folder's plan is in this plan
 * (it is this plan, or this plan adds arms or seeds to it), NG_ABSENT when there is none,
 * NG_INVALID with a sentence that names the first difference when it is another one. */
enum ng_status ng_plan_write(const struct ng_plan *plan, const char *folder,
                             struct ng_error *err);
enum ng_status ng_plan_check(const struct ng_plan *plan, const char *folder,
                             struct ng_error *err);

#endif
