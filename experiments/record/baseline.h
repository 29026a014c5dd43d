/*
 * The baseline: what a sweep gave when a person last said that it was right, as a small
 * text file that is kept beside the code and reviewed like code (docs/fidelity.md has the
 * format, line by line).
 *
 * The same struct holds what is measured now, so that `accept` writes what `check` compares
 * with. Per arm: the hash of every trial, metrics of every seed (so that differences pair
 * by seed), memory, what each metric may move by and why, and of the arm's first seed a
 * fingerprint of every tensor in the first training steps, in the order of computing.
 *
 * Files are strict: every line in its place, numbers in full. A metric that a diverged
 * trial does not have is "nan".
 *
 * Ownership: the arena's. Threads: any, with arenas of their own.
 */
#ifndef NG_EXPERIMENTS_RECORD_BASELINE_H
#define NG_EXPERIMENTS_RECORD_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiments/record/comparison.h"
#include "experiments/record/fingerprints.h"
#include "formats/base/key.h"
#include "formats/base/text.h"

#define NG_BASELINE_VERSION 1

/* Who computed: by this project's definition, to the bit, or hardware's own way. */
enum ng_computed { NG_COMPUTED_SIMULATED, NG_COMPUTED_NATIVE, NG_COMPUTED_WIDENED };
extern const char *const ng_computed_names[]; /* NULL at the end */

enum ng_baseline_metric {
    NG_BASELINE_ACCURACY,
    NG_BASELINE_NLL,
    NG_BASELINE_ECE,
    NG_BASELINE_METRICS
};
extern const char *const ng_baseline_metric_names[];

struct ng_baseline_trial {
    uint32_t seed;
    char *plan_hash, *result_hash;
    double metric[NG_BASELINE_METRICS];
    char *missing; /* measured, but there is no result: why; else NULL */
};

/* How far a metric may move from seed to seed, and where that number comes from. */
struct ng_threshold {
    double value; /* NaN: not known */
    char *origin;
};

struct ng_baseline_tensor {
    char *name;
    uint32_t digest[NG_FINGERPRINT_STEPS]; /* the first 32 bits of the fingerprint */
    bool seen[NG_FINGERPRINT_STEPS];
};

struct ng_baseline_arm {
    char *label;
    enum ng_computed computed;
    size_t state_bytes, planned_peak;
    struct ng_estimate metric[NG_BASELINE_METRICS];
    struct ng_threshold threshold[NG_BASELINE_METRICS];
    struct ng_baseline_trial *trials; /* [seed] */
    size_t trial_count;
    struct ng_baseline_tensor *tensors;
    size_t tensor_count;
};

struct ng_baseline {
    char *experiment, *data_set, *data_digest;
    int64_t numerics_version;
    size_t test_rows;
    char *program, *date, *reason;
    struct ng_texts gates;
    struct ng_gate_outcome *outcomes; /* measured: one a gate; NULL in what was read */
    struct ng_baseline_arm *arms;
    size_t arm_count;
};

/* The file's text. A text that ran out of memory shows it in `failed`. */
void ng_baseline_print(const struct ng_baseline *baseline, struct ng_text *text);
/* Replaces `path` atomically; makes the one folder that it lies in. */
enum ng_status ng_baseline_write(const char *path, const struct ng_baseline *baseline,
                                 struct ng_error *err);

/* NG_ABSENT: there is no such file. NG_NO_BASELINE: it is of another version of the
 * format. NG_INVALID: it is no baseline; the sentence has the line. */
enum ng_status ng_baseline_read(const char *path, struct ng_arena *arena,
                                struct ng_baseline *baseline, struct ng_error *err);

#endif
