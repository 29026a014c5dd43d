/*
 * Fingerprints: which tensors a trial computed in its first training steps, in the order
 * of computing, and 64 bits of a digest of each (harness/run/fingerprint.h says of what).
 *
 * Two programs that compute the same have the same fingerprints; where they do not, the
 * first one that differs names the tensor that moved first. They are in the run file and
 * in the checkpoint as columns of one table, outside the result_hash:
 *
 *   /fingerprints/step (u32), name (text), digest (u64)
 *
 * struct ng_fingerprints starts as {0}; ng_fingerprints_release() frees it and may be
 * called twice. Running out of memory sets `failed`, after which nothing is added: the
 * caller looks once, at the end. Threads: one table belongs to one thread at a time.
 */
#ifndef NG_EXPERIMENTS_RECORD_FINGERPRINTS_H
#define NG_EXPERIMENTS_RECORD_FINGERPRINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/error.h"

/* Training steps that are looked at: later ones amplify whatever moved in these. */
#define NG_FINGERPRINT_STEPS 5
#define NG_FINGERPRINT_NAME  160

struct ng_fingerprint {
    uint64_t digest;
    uint32_t step; /* from 0 */
    char name[NG_FINGERPRINT_NAME];
};

struct ng_fingerprints {
    struct ng_fingerprint *rows;
    size_t count, capacity;
    bool failed;
};

void ng_fingerprints_add(struct ng_fingerprints *prints, uint32_t step,
                         const char *name, uint64_t digest);
void ng_fingerprints_release(struct ng_fingerprints *prints);

struct ng_h5;
enum ng_status ng_fingerprints_write(struct ng_h5 *file,
                                     const struct ng_fingerprints *prints,
                                     struct ng_error *err);
/* Replaces what is in `prints`. A file without the group has none. NG_INVALID: the
 * columns are of different lengths, or a step is not one of the first. */
enum ng_status ng_fingerprints_read(struct ng_h5 *file, struct ng_fingerprints *prints,
                                    struct ng_error *err);

#endif
