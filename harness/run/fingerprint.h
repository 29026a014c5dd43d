/*
 * A tensor's fingerprint: 64 bits that follow from, in this order,
 *
 *   the length of the format's name, and the name; rows, columns; the codes of each row, a
 *   NaN as the format's canonical one; how many scales; each scale and its scale_inv, as
 *   FP32 bits, a NaN as 0x7FC00000
 *
 * as words of 64 bits, little end first: a number, or the bits of a scale, is a word; name
 * and rows are filled up with zero bytes to whole ones. Padding, rows beyond the batch and
 * the way a matrix lies in memory leave no trace. From state 0 each word w makes
 *
 *   state = rotate_left(state + w * P2, 31) * P1
 *
 * and at the end state ^= state >> 33, *= P2, ^= state >> 29, *= P3, ^= state >> 32: the
 * round and the avalanche of XXH64 with its primes (Collet, "XXH64 algorithm
 * description"), in one lane. A step is one to one in state and in w, so two streams that
 * differ in one word never have the same fingerprint, and others by a chance of about
 * 2^-64. It names what moved and is no proof that nothing did: that is the result_hash's.
 *
 * ng_fingerprint_watch() makes the model tell `watch` of every tensor of the step that
 * follows (struct ng_trace), ng_fingerprint_state() adds what the trial holds after the
 * optimiser. Threads: the one that runs the model.
 */
#ifndef NG_HARNESS_RUN_FINGERPRINT_H
#define NG_HARNESS_RUN_FINGERPRINT_H

#include "experiments/record/fingerprints.h"
#include "models/state.h"

struct ng_fingerprint_watch {
    struct ng_fingerprints *prints;
    uint32_t step;
};

uint64_t ng_fingerprint(const struct ng_qmatrix *matrix);

/* Both point into `watch`, which must live until the step is done. The caller ends the
 * watch with model->trace = {0}. */
void ng_fingerprint_watch(struct ng_model *model, struct ng_fingerprint_watch *watch);
void ng_fingerprint_state(struct ng_model *model, struct ng_fingerprint_watch *watch);

#endif
