/*
 * The run file: one HDF5 file per trial, the whole evidence of it.
 *
 *   /                     attributes format "narrowgauge-run", format_version 1, run_id,
 *                         status "complete", created_utc, experiment, arm, seed,
 *                         result_hash
 *   /config/source        text: the experiment file as read
 *   /config/resolved      text: canonical keys and recipe cells, one a line
 *   /config/recipe        text: one line per cell: node, cell, value, rule, pattern
 *   /config/plan_hash     text
 *   /provenance/...       texts as given; numbers: wall_seconds, cpu_seconds,
 *                         peak_rss_bytes
 *   /metrics/step, loss ...   i64, and f64 for all others, one a step (times are in
 *                         /provenance, never here); attributes steps, first_bad_step,
 *                         first_bad_tensor
 *   /ledger/name, class, lifetime, bytes, first, last, offset: one an entry;
 *                         /ledger/by_class/class, persistent_bytes, peak_bytes;
 *                         attributes persistent_bytes, formula_bytes, parameters, planned_peak,
 *                         lower_bound
 *   /tensors/<name>/<kind>  the final weights in their true width; attributes name,
 *                         element_format and its fields, scale, scale_inv,
 *                         scale_granularity, rounding
 *   /eval/examples/row, label, prediction, confidence, loss, ties, probability (n x
 *                         classes), slice_<name> (band codes); true_probability where
 *                         the truth is known; time of a stream: place in it
 *   /fingerprints/step, name, digest  tensors of the first training steps, in the order
 *                         of computing (experiments/record/fingerprints.h)
 *   /data                 the model's inputs and their standardisation (run_data.h)
 *   /eval/slices          names of the slices; /eval/bands/<name>: names of the bands
 *
 * bf16 and e5m2 tensors are HDF5 float types with those fields; e4m3 is 8-bit codes with
 * attributes. HDF5 never converts: codes are written with memory type = file type.
 * Files are sealed (datasets/files/sealed.h): written as NAME.part and renamed, and known
 * to be unchanged when they are read.
 *
 * result_hash: SHA-256 over (path, type, shape, bytes), sorted by path, of
 * /config/resolved, /metrics, /ledger, /tensors and /eval with their attributes (but
 * units and description); NaN canonical. docs/file-format.md has the stream.
 */
#ifndef NG_EXPERIMENTS_RECORD_RUN_FILE_H
#define NG_EXPERIMENTS_RECORD_RUN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datasets/dataset.h"
#include "experiments/record/fingerprints.h"
#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "models/state.h"

/* One named column of numbers over steps. */
struct ng_metric {
    const char *name;
    double *values; /* one a step */
};

/* What the evaluation of one trial yields: one row per test example. */
struct ng_rows {
    size_t rows, classes;
    uint32_t *label, *prediction;
    float *confidence, *loss;
    uint8_t *ties;      /* 1: another class had the same largest probability */
    float *probability; /* rows x classes */
    const float *true_probability; /* borrowed from the data set, or NULL */
    const int64_t *time;           /* the same: place in the stream, or NULL */
    size_t slice_count;
    const struct ng_slice_column *slices; /* borrowed */
    uint16_t *const *slice;               /* borrowed: [slice][row] */
};

struct ng_provenance {
    const char *name, *value;
};

struct ng_run_record {
    const char *experiment, *arm_label, *plan_hash, *source, *resolved, *recipe_text;
    uint32_t seed;
    size_t parameters;    /* elements */
    size_t formula_bytes; /* of state, by ng_model_state_formula() */
    const struct ng_provenance *provenance;
    size_t provenance_count;
    double wall_seconds, cpu_seconds;
    uint64_t peak_rss_bytes;
    size_t steps;
    int64_t first_bad_step;       /* first step with a non-finite loss; -1: none */
    const char *first_bad_tensor; /* or NULL */
    const struct ng_metric *metrics;
    size_t metric_count;
    struct ng_model *model; /* ledger and final tensors come from it */
    const struct ng_fingerprints *fingerprints;
    struct ng_rows rows;
    const struct ng_dataset *data;
};

/* Writes folder/name atomically; hash receives the result_hash. */
enum ng_status ng_run_write(const char *folder, const char *name,
                            const struct ng_run_record *record, char hash[65],
                            struct ng_error *err);

/* What can be read back; all memory in the arena; metrics and provenance sorted by name.
 * Class numbers and band codes are in range. Truncated or foreign: NG_INVALID with
 * a sentence. wanted: which parts to read. */
enum {
    NG_RUN_HEAD = 0,
    NG_RUN_METRICS = 1,
    NG_RUN_ROWS = 2,
    NG_RUN_LEDGER = 4,
    NG_RUN_FINGERPRINTS = 8
};
struct ng_run {
    char *experiment, *arm_label, *plan_hash, *source, *resolved, *recipe_text;
    char *result_hash, *run_id, *created_utc;
    uint32_t seed;
    size_t parameters, steps;
    int64_t first_bad_step;
    char *first_bad_tensor;
    double wall_seconds, cpu_seconds;
    uint64_t peak_rss_bytes;
    struct ng_metric *metrics;
    size_t metric_count;
    struct ng_rows rows;
    struct ng_slice_column *slices;
    size_t persistent_bytes; /* as booked */
    size_t formula_bytes;    /* the same from shapes and formats alone */
    size_t planned_peak, lower_bound;
    size_t by_class[NG_LEDGER_CLASSES], by_class_at_peak[NG_LEDGER_CLASSES];
    struct ng_ledger_entry *entries;
    size_t entry_count;
    struct ng_provenance *provenance;
    size_t provenance_count;
    struct ng_fingerprint *fingerprints; /* in the order of computing */
    size_t fingerprint_count;            /* 0 in files of programs that made none */
};
enum ng_status ng_run_read(const char *path, int wanted, struct ng_arena *arena,
                           struct ng_run *run, struct ng_error *err);

/* Is path a complete run file with this plan hash? NG_OK yes, NG_ABSENT no file, NG_INVALID
 * another trial's or damaged (the sentence says which). */
enum ng_status ng_run_is_done(const char *path, const char *plan_hash,
                              struct ng_error *err);

/* Recomputes the result_hash from the stored content. */
enum ng_status ng_run_hash(const char *path, char hash[65], struct ng_error *err);

/* Checkpoint: the trial state after `steps` steps, the metrics and the fingerprints so far;
 * written whole and renamed. Reading fills the model's memory, the metrics' first `steps`
 * values and the fingerprints; what
 * the model derives from its memory is the caller's to refresh. NG_ABSENT: none. A damaged
 * one, another trial's or another model's is NG_INVALID, and the caller starts afresh. room: the steps
 * that each metric's values have room for. */
enum ng_status ng_checkpoint_write(const char *path, const char *plan_hash,
                                   struct ng_model *model, size_t steps,
                                   const struct ng_metric *metrics, size_t metric_count,
                                   const struct ng_fingerprints *fingerprints,
                                   struct ng_error *err);
enum ng_status ng_checkpoint_read(const char *path, const char *plan_hash,
                                  struct ng_model *model, size_t room, size_t *steps,
                                  struct ng_metric *metrics, size_t metric_count,
                                  struct ng_fingerprints *fingerprints,
                                  struct ng_error *err);

#endif
