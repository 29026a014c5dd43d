/*
 * The comparison: what harness/judge computed from the run files of one sweep.
 *
 * It is stored as comparison.h5, so that the report, --json and check read one number and
 * not three computations. Everything is per arm, in plan order. Fractions are fractions
 * (0.861), differences are arm minus its own reference, paired by seed. NaN: not defined
 * (fewer than two seeds, no reference, no truth; differences where either diverged).
 */
#ifndef NG_EXPERIMENTS_RECORD_COMPARISON_H
#define NG_EXPERIMENTS_RECORD_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/quant/qmatrix.h"

enum ng_verdict {
    NG_VERDICT_REFERENCE,
    NG_VERDICT_SAFE,
    NG_VERDICT_HARM,
    NG_VERDICT_UNDECIDED,
    NG_VERDICT_DIVERGED,   /* a trial's loss became non-finite */
    NG_VERDICT_NOT_ENOUGH, /* one seed, or no reference */
};
extern const char *const ng_verdict_names[]; /* "reference", "SAFE", ... */

/* Mean over seeds and 95 % t interval; one seed: low = high = NaN. */
struct ng_estimate {
    double mean, low, high;
};

/* Test rows that a group needs to count as proven, or to be named worst. */
#define NG_GROUP_LEAST_ROWS 30
/* A group of fewer rows (but not none) speaks of single people: its name stays, its number
 * of rows and every figure of it are left out, here and in whatever is made from here. */
#define NG_GROUP_SUPPRESSED_BELOW 10

struct ng_group {
    char *column,
        *band;       /* "region", "north"; an intersection: "region x age", "a x b" */
    size_t rows;     /* of the test split; 0 where suppressed */
    bool suppressed; /* 1 to 9 rows: all its estimates are NaN, it counts as unproven */
};

struct ng_arm {
    char *label, *recipe, *summary;
    int reference; /* arm it is measured against: fp32 at the same other keys, itself where
                    * it is that; -1: none */
    enum ng_verdict verdict;
    size_t seeds, diverged;
    struct ng_estimate accuracy, accuracy_difference;
    struct ng_estimate nll, nll_difference;
    struct ng_estimate ece, ece_difference;
    struct ng_estimate churn;            /* share of rows whose prediction differs */
    struct ng_estimate worst_accuracy;   /* lowest accuracy over groups, per seed */
    struct ng_estimate worst_difference; /* of the reference's worst group */
    size_t worst_group;                  /* by mean over seeds; group_count: none */
    size_t hardest_hit_group;            /* lowest mean paired difference; as above */
    struct ng_estimate *group_accuracy, *group_difference; /* [group] */
    /* [group]: not shown to stay within the margin, by its interval or for want of rows;
     * and of these: shown, on enough rows, to lose more. Never the reference's. */
    bool *group_unproven, *group_harmed;
    size_t unproven_groups, harmed_groups; /* how many of each */
    double *seed_accuracy;                 /* [seed] */
    size_t persistent_bytes, planned_peak, parameters;
    size_t by_class_at_peak[NG_LEDGER_CLASSES], by_class[NG_LEDGER_CLASSES];
    double saturated_share, flushed_share; /* of cast elements, over the training */
    size_t steps;
    double *loss;         /* [step]: training loss, mean over seeds */
    char **result_hashes; /* [seed] */
};

/* What a gate saw in the runs. */
struct ng_gate_outcome {
    char *name;
    bool held;
    char *sentence;
};

struct ng_comparison {
    char *experiment, *question, *data_title, *command;
    char *answer;           /* the one sentence */
    char *resolved_summary; /* model, data, training in one line */
    char *provenance;       /* version, compiler, machine: several lines */
    char *data_notes;       /* what was done to the data, a sentence a line; "" or NULL:
                             * nothing to say */
    double margin;          /* fraction */
    int reference;          /* the most accurate of the arms' references; -1: none */
    int recommended; /* SAFE arm of least peak of those measured against it; the reference
                      * where none is; -1: not enough evidence */
    double ceiling; /* best possible test accuracy where the truth is known, else NaN */
    double largest_class; /* share of the commonest label among the test rows; NaN: read
                           * from a file that does not say */
    double floor_nll;     /* NLL of the true probabilities, else NaN */
    double
        truth_ece; /* ECE of the true probabilities: what zero looks like at this n */
    int64_t numerics_version;
    struct ng_arm *arms;
    size_t arm_count;
    uint32_t *seeds;
    size_t seed_count;
    struct ng_group *groups;
    size_t group_count, groups_with_rows; /* with rows: the suppressed too */
    struct ng_gate_outcome *gates;        /* in the order the experiment names them */
    size_t gate_count;
    size_t test_rows, train_rows, classes;
    double wall_seconds; /* sum over trials */
};

/* Was anything trained, so that there is a state, a peak and a loss to speak of? */
bool ng_comparison_has_memory(const struct ng_comparison *comparison);
/* Groups that are suppressed. */
size_t ng_comparison_suppressed(const struct ng_comparison *comparison);

enum ng_status ng_comparison_write(const char *path,
                                   const struct ng_comparison *comparison,
                                   struct ng_error *err);
enum ng_status ng_comparison_read(const char *path, struct ng_arena *arena,
                                  struct ng_comparison *comparison,
                                  struct ng_error *err);

#endif
