/*
 * A tensor's fingerprint: the first 64 bits of the SHA-256 over, in this order,
 *
 *   the format's name; rows, columns; the codes, row by row, a NaN as the format's
 *   canonical one; how many scales; each scale and its scale_inv, a NaN as 0x7FC00000
 *
 * texts with their length in front, numbers as little-endian u64, scales as FP32 bits.
 * Padding, rows beyond the batch and the way a matrix lies in memory leave no trace.
 *
 * ng_fingerprint_watch() makes the model tell `watch` of every tensor of the step that
 * follows (struct ng_trace), ng_fingerprint_state() adds what the trial holds after the
 * optimiser. Threads: the one that runs the model.
 */
#ifndef NG_HARNESS_RUN_FINGERPRINT_H
#define NG_HARNESS_RUN_FINGERPRINT_H

#include "experiments/record/fingerprints.h"
#include "models/state.h"

/* Half of all tensors have been seen before: a weight is an operand of two products and a
 * state item, a gradient is seen as made and as kept. SHA-256 is slow, so what was digested
 * is known again by 128 quickly mixed bits of the same stream. Starts as {0}. */
#define NG_FINGERPRINT_MEMO 256
struct ng_fingerprint_memo {
    struct {
        uint64_t mixed[2], digest;
    } seen[NG_FINGERPRINT_MEMO]; /* the latest ones */
    size_t count;
};

struct ng_fingerprint_watch {
    struct ng_fingerprints *prints;
    struct ng_fingerprint_memo *memo;
    uint32_t step;
};

/* memo: or NULL; it saves time and changes nothing. */
uint64_t ng_fingerprint(const struct ng_qmatrix *matrix,
                        struct ng_fingerprint_memo *memo);

/* Both point into `watch`, which must live until the step is done. The caller ends the
 * watch with model->trace = {0}. */
void ng_fingerprint_watch(struct ng_model *model, struct ng_fingerprint_watch *watch);
void ng_fingerprint_state(struct ng_model *model, struct ng_fingerprint_watch *watch);

#endif
