/*
 * What the trainer needs of quantised matrices besides the public declarations of
 * narrowgauge.h: where an operand comes from and how its memory is booked.
 *
 * Ownership: buffers belong to the planned memory (models/ledger.h).
 * Threads: casting writes the matrix; reading it may be shared.
 */
#ifndef NG_QUANT_QMATRIX_H
#define NG_QUANT_QMATRIX_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/error.h"
#include "formats/base/pool.h"
#include "formats/codec/format.h"

/* What a GEMM operand is cast from. */
enum ng_source {
    NG_SOURCE_STORED,    /* the high-precision tensor as it is stored */
    NG_SOURCE_PARAMETER, /* the parameter store (master weights) */
    NG_SOURCE_COPY,      /* the narrow compute copy of a parameter */
    NG_SOURCE_CODES,     /* the codes that the forward pass made */
    NG_SOURCE_DEQUANTISED,
};
extern const char *const ng_source_names[];

/* The classes that memory is booked under; names in ng_ledger_class_names[]. */
enum ng_ledger_class {
    NG_LEDGER_WEIGHTS, /* the parameter store, where it is also what GEMMs read (fp32) */
    NG_LEDGER_COMPUTE_COPIES,
    NG_LEDGER_TRANSPOSES,
    NG_LEDGER_MASTER,
    NG_LEDGER_GRADIENTS,
    NG_LEDGER_MOMENT1,
    NG_LEDGER_MOMENT2,
    NG_LEDGER_SCALES,
    NG_LEDGER_SAVED, /* activations kept for the backward pass */
    NG_LEDGER_WORKSPACE,
    NG_LEDGER_PADDING,
    NG_LEDGER_CLASSES,
};
extern const char *const ng_ledger_class_names[];

/* Alive between optimiser steps, or only from step-internal time `first` to `last`. */
enum ng_lifetime { NG_LIFETIME_PERSISTENT, NG_LIFETIME_STEP };

static inline uint32_t ng_amax_join(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* The amax that an unscaled tensor has once it is stored, from its amax before rounding
 * (not for stochastic rounding): rounding is monotonic, so the largest stays the largest. */
uint32_t ng_amax_as_stored(const struct ng_format *format,
                           const struct ng_policy *policy, uint32_t amax_bits);

/* scale_inv of the one scale of a NONE or TENSOR matrix (1 for NONE). */
float ng_qmatrix_scale_inv(const struct ng_qmatrix *matrix);

#endif
