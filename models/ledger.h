/*
 * The ledger: every byte of a trial, booked by class, in real memory.
 *
 * The model declares its tensors before anything is allocated: persistent ones (alive
 * between optimiser steps) and step tensors with the first and last position in the
 * step's schedule at which they are alive. ng_ledger_plan() lays step tensors out so that
 * those alive at the same time do not overlap; there is one allocation, and no other
 * memory behind a tensor.
 *
 *   persistent bytes    sum over persistent tensors, by class
 *   lower bound         persistent + the largest sum of step bytes alive at one position
 *   planned peak        persistent + what the layout of step tensors takes, at most 1.02
 *                       times the lower bound (tested; below 64 KiB the alignment of each
 *                       tensor to 64 bytes may cost more)
 * Workspace is booked at the formula's value for one thread and one nominal tile; real
 * workspace beyond that is the backend's and shows in the process's RSS.
 * Threads: one thread at a time.
 */
#ifndef NG_MODELS_LEDGER_H
#define NG_MODELS_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/error.h"
#include "formats/quant/qmatrix.h"

struct ng_ledger_entry {
    char name[80]; /* canonical, such as layer.2.linear/input@wgrad */
    enum ng_ledger_class ledger_class;
    enum ng_lifetime lifetime;
    size_t bytes;
    int first, last; /* schedule positions, both included; step tensors */
    size_t offset;   /* the plan's */
};

struct ng_ledger {
    struct ng_ledger_entry *entries;
    size_t count, capacity;
    size_t persistent_bytes, lower_bound, planned_peak;
    size_t by_class[NG_LEDGER_CLASSES]; /* persistent bytes */
    size_t
        by_class_at_peak[NG_LEDGER_CLASSES]; /* what is alive at the fullest position,
                                                 * and the layout's gaps as padding: the
                                                 * sum is planned_peak */
    char *memory; /* aligned, inside allocation; zero pages until they are written */
    void *allocation;
    bool failed; /* a declaration found no memory */
};

/* Number of the new entry, by which the memory is asked for after planning; -1 when out
 * of memory, which ng_ledger_plan() reports, so that callers need not. */
int ng_ledger_declare(struct ng_ledger *ledger, const char *name,
                      enum ng_ledger_class ledger_class, enum ng_lifetime lifetime,
                      size_t bytes, int first, int last);
enum ng_status ng_ledger_plan(struct ng_ledger *ledger, struct ng_error *err);
void *ng_ledger_memory(const struct ng_ledger *ledger, int entry);
void ng_ledger_release(struct ng_ledger *ledger);

#endif
