/*
 * Numerical fidelity: does a sweep still give what a baseline says?
 *
 * ng_fidelity_measure() reads the run files of a sweep into the struct that a baseline is
 * (experiments/record/baseline.h): result hashes recomputed from the files' content,
 * metrics by harness/judge/metrics.h, memory, gates, fingerprints. ng_fidelity_judge()
 * compares two of them, case by case:
 *
 *   a simulated trial      its result_hash must be equal: no bit may move. Simulated is
 *                          what either side says is
 *   any other trial        per metric, the 95 % t interval of the seed-by-seed difference
 *                          (now minus baseline) against the threshold T: wholly inside
 *                          (-T, T) holds, wholly outside [-T, T] differs, else it is
 *                          inconclusive, as is one seed or an unknown threshold. That is
 *                          the equivalence test of Schuirmann 1987, with a wider interval
 *   its arm, where all     the metrics of every seed and the fingerprints of the first
 *   hashes are equal       five steps must be equal too: a baseline is not edited by hand
 *   memory                 state bytes and planned peak must be equal
 *   gates                  as harness/judge/gates.h judges the runs
 *
 * An arm's thresholds come from three places: the accuracy margin that the experiment
 * declares, the spread over seeds (one standard deviation) for NLL and ECE, and equality.
 * Where a simulated arm moved, the differences are worked out all the same, as
 * information, and the first tensor that moved is named: by step, then in the order of
 * computing, from the fingerprints of the arm's first seed.
 *
 * Ownership: the arena's. Threads: any, with arenas of their own.
 */
#ifndef NG_HARNESS_JUDGE_FIDELITY_H
#define NG_HARNESS_JUDGE_FIDELITY_H

#include "experiments/record/baseline.h"

/* What is to be measured. Trials stand by arm, then seed; texts are borrowed. */
struct ng_fidelity_trial {
    const char *arm, *file, *plan_hash;
    uint32_t seed;
};
struct ng_fidelity_sweep {
    const char *folder, *experiment, *data_set, *data_digest;
    int64_t numerics_version;
    const struct ng_fidelity_trial *trials;
    size_t trial_count;
    struct ng_texts gates;
    double margin; /* of accuracy, a fraction */
};

/* A trial without a result is in the outcome, with the reason; date and reason stay
 * empty. NG_INVALID: an unknown gate. */
enum ng_status ng_fidelity_measure(const struct ng_fidelity_sweep *sweep,
                                   struct ng_arena *arena, struct ng_baseline *measured,
                                   struct ng_error *err);

/* Can they be compared at all? NG_NO_BASELINE with what differs: the experiment, the
 * data, the numerics version, the list of trials or what one of them is made of. */
enum ng_status ng_fidelity_comparable(const struct ng_baseline *baseline,
                                      const struct ng_fidelity_sweep *sweep,
                                      struct ng_error *err);

enum ng_fidelity_verdict {
    NG_FIDELITY_HELD,
    NG_FIDELITY_DIFFERS,
    NG_FIDELITY_INCONCLUSIVE,
};
extern const char *const ng_fidelity_verdict_names[];

struct ng_fidelity_case {
    const char *suite; /* an arm's label, or "gates" */
    char *name;        /* "s0 result_hash", "memory", "accuracy", "finite" */
    enum ng_fidelity_verdict verdict;
    char *sentence; /* what was found, and by what it was judged */
};

/* What moved in an arm. */
struct ng_fidelity_arm {
    const char *label;
    bool moved;                                         /* some trial's hash differs */
    struct ng_estimate difference[NG_BASELINE_METRICS]; /* now minus baseline */
    int step;           /* training step, from 1, of the tensor; 0: none is known */
    const char *tensor; /* the first that moved; NULL: none did, or none is known */
    char *sentence;     /* NULL unless moved */
};

struct ng_fidelity {
    struct ng_fidelity_case *cases;
    size_t case_count, count[3]; /* by verdict */
    struct ng_fidelity_arm *arms;
    size_t arm_count;
};

/* Both are of the same trials (ng_fidelity_comparable). */
enum ng_status ng_fidelity_judge(const struct ng_baseline *baseline,
                                 const struct ng_baseline *measured,
                                 struct ng_arena *arena, struct ng_fidelity *fidelity,
                                 struct ng_error *err);

/* Of all cases together; nothing judged is inconclusive. */
enum ng_fidelity_verdict ng_fidelity_outcome(const struct ng_fidelity *fidelity);

/* The rule for one metric of trials that are not bit-exact. */
enum ng_fidelity_verdict ng_fidelity_within(const struct ng_estimate *difference,
                                            double threshold);

#endif
