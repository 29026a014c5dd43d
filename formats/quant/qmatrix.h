/*
 * The quantised matrix: codes, scales, and everything needed to know what they mean.
 *
 * rows x cols logical elements, row-major. value(r,c) = decode(code) * scale_inv of its
 * block (* global_scale_inv where there is a second level). An unscaled matrix (fp32,
 * bf16 as stored) has scale format NONE and scale_inv 1.
 *
 * Granularity says which elements share a scale; axis says along which dimension blocks
 * run, because quantising along rows and along columns gives two different matrices.
 * Where one matrix is needed along both axes, both orientations are made and booked:
 * codes[NG_ROWWISE] has blocks along a row, codes[NG_COLWISE] along a column. Tensor
 * granularity needs only one.
 *
 * Ownership: a qmatrix is a view; it owns nothing. Buffers belong to the planned memory
 * (models/ledger.h), and ledger_class and lifetime say how they are booked there.
 * Threads: quantising writes the matrix; reading it may be shared.
 */
#ifndef NG_QUANT_QMATRIX_H
#define NG_QUANT_QMATRIX_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/error.h"
#include "formats/base/pool.h"
#include "formats/codec/format.h"

enum ng_granularity {
    NG_GRANULARITY_NONE, /* no scale: the value itself is cast */
    NG_GRANULARITY_TENSOR,
    NG_GRANULARITY_ROW,
    NG_GRANULARITY_1XB,
    NG_GRANULARITY_BXB,
    NG_GRANULARITY_MX,
};
extern const char *const ng_granularity_names[];

enum ng_scale_format { NG_SCALE_NONE, NG_SCALE_FP32, NG_SCALE_E8M0, NG_SCALE_UE4M3 };

/* How scale follows from amax. Both formulas of each rule stand in quant/scale.h. */
enum ng_scale_rule {
    NG_SCALE_RULE_NONE,
    NG_SCALE_RULE_CURRENT, /* from the amax of this very tensor */
    NG_SCALE_RULE_FROZEN,  /* a stored scale: evaluation */
};
extern const char *const ng_scale_rule_names[];

/* What a GEMM operand is cast from. */
enum ng_source {
    NG_SOURCE_STORED,    /* the high-precision tensor as it is stored */
    NG_SOURCE_PARAMETER, /* the parameter store (master weights) */
    NG_SOURCE_COPY,      /* the narrow compute copy of a parameter */
    NG_SOURCE_CODES,     /* the codes that the forward pass made */
    NG_SOURCE_DEQUANTISED,
};
extern const char *const ng_source_names[];

enum ng_orientation { NG_ROWWISE, NG_COLWISE, NG_ORIENTATIONS };

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

/* Counts at little cost, each time; see Transformer Engine's LogFp8TensorStats for the
 * names. amax is kept as the bit pattern of the largest magnitude (an unsigned maximum):
 * a NaN exceeds every number, so one NaN anywhere is seen, in any order of visiting. */
struct ng_tensor_stats {
    uint32_t amax_bits;
    struct ng_cast_counts counts;
};

struct ng_qmatrix {
    const struct ng_format *format;
    struct ng_policy policy;
    size_t rows, cols;
    struct {
        void *data;        /* NULL: this orientation is not held */
        size_t row_stride; /* in elements */
    } codes[NG_ORIENTATIONS];
    enum ng_granularity granularity;
    size_t block_rows, block_cols; /* of 1XB, BXB, MX; 0 otherwise */
    enum ng_scale_rule scale_rule;
    enum ng_scale_format scale_format;
    struct {
        float *scale, *scale_inv; /* NG_SCALE_FP32; both are stored: they are not always
                                   * reciprocals */
        uint8_t *codes;           /* NG_SCALE_E8M0, NG_SCALE_UE4M3 */
        size_t count;
    } scales[NG_ORIENTATIONS];
    float global_scale, global_scale_inv; /* second level; 1 where there is none */
    enum ng_source source;
    struct ng_tensor_stats stats;
    enum ng_ledger_class ledger_class;
    enum ng_lifetime lifetime;
    void *device; /* a backend's own handle, or NULL */
};

/* Bit pattern of the largest magnitude of n elements, and of two such patterns. */
uint32_t ng_amax_bits(const float *x, size_t n);
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

/* Casts x (rows x cols, row stride x_stride, in x_format, unscaled) into `matrix`, whose
 * format, granularity, rule, policy, shape and buffers are set. CURRENT takes the scale
 * from amax_bits, which the producer of x measured; FROZEN keeps the stored scale.
 * stats.counts are added to. Granularities NONE and TENSOR; nearest-even. */
void ng_qmatrix_cast(struct ng_qmatrix *matrix, const void *x,
                     const struct ng_format *x_format, size_t x_stride,
                     uint32_t amax_bits, struct ng_pool *pool);

/* Row `row`, columns [first, first + n), as fp32 with the scale applied: RN32(code *
 * scale_inv). For tests, records and optimisers; GEMMs read the codes. */
void ng_qmatrix_read(const struct ng_qmatrix *matrix, size_t row, size_t first,
                     size_t n, float *x);

#endif
