/*
 * The work of casting a matrix: one orientation, cut into tasks that each write their own
 * part of the codes, the scales and the counts, so that no bit depends on the threads.
 *
 * Work is numbered in units that share no scale. Rowwise, a unit is a row, or the B rows
 * of BxB; colwise, the B rows (all, for column scales) of a strip of columns.
 */
#ifndef NG_QUANT_CAST_H
#define NG_QUANT_CAST_H

#include "formats/codec/kernels.h"
#include "formats/quant/qmatrix.h"

enum {
    NG_CAST_TASKS = 64,  /* at most */
    NG_CAST_SPAN = 4096, /* elements walked over twice, at most; in the nearest cache */
    NG_CAST_LEAST = 16,  /* blocks of a multiple of these can be encoded together */
    NG_CAST_BLOCKS = NG_CAST_SPAN / NG_CAST_LEAST,
    NG_CAST_STRIP = 256, /* columns whose scales are found together */
};

struct ng_cast {
    struct ng_qmatrix *matrix;
    enum ng_orientation orientation;
    const void *x;
    const struct ng_format *x_format;
    size_t x_stride;
    struct ng_encode_plan plan;
    struct ng_random random;
    bool keeps_scales;
    bool streams;      /* more than caches hold */
    bool counts_apart; /* codes of 1 or 2 bytes with a zero */
    float scale;       /* of granularity none and tensor */
    size_t block;      /* elements that share a scale, along the orientation */
    void (*body)(struct ng_cast *cast, size_t first, size_t count,
                 struct ng_cast_counts *counts);
    size_t units, units_per_task;
    struct ng_cast_counts counts[NG_CAST_TASKS];
};

enum {
    NG_BLOCK_BEYOND = 1,  /* elements beyond the overflow bound */
    NG_BLOCK_CLIPPED = 2, /* elements that saturate */
    NG_BLOCK_SPECIAL = 4, /* infinite or NaN products, or what only encoding can tell */
};
struct ng_block_facts {
    float bounds[NG_CAST_BLOCKS]; /* ng_format_overflow_bound() */
    uint32_t kinds[NG_CAST_BLOCKS];
    uint32_t any, amax_bits; /* over all blocks */
};

/* Columns [col, col + n) of a row of x as FP32, where they lie or in `span`. */
const float *ng_cast_values(const struct ng_cast *cast, size_t row, size_t col,
                            size_t n, float *span);
/* The factors of blocks at .. at + n - 1 of the orientation's scales; stores what the rule
 * makes of amax_bits, unless scales are kept. */
void ng_cast_block_scales(const struct ng_cast *cast, size_t at,
                          const uint32_t *amax_bits, size_t n, float *scales);
/* x to the codes at row, col, with scales above zero and finite for each block: a
 * multiple of 16 elements, n at most NG_CAST_SPAN; or one for all n. counts may be NULL. */
void ng_cast_encode(const struct ng_cast *cast, const float *x, size_t row, size_t col,
                    size_t n, const float *scales, size_t block,
                    struct ng_cast_counts *counts);
/* The same with a scale of its own for each of at most NG_CAST_STRIP elements; any
 * scales. bound: ng_format_overflow_bound() of each. */
void ng_cast_encode_each(const struct ng_cast *cast, const float *x, size_t row,
                         size_t col, size_t n, const float *scale, const float *bound,
                         struct ng_cast_counts *counts);
/* What n blocks (or columns) have need of, by their largest magnitudes. */
void ng_cast_judge(const struct ng_cast *cast, const uint32_t *amax_bits, size_t n,
                   const float *scales, struct ng_block_facts *facts);
/* Products of more bits saturate, where no block is special. */
uint32_t ng_cast_limit(const struct ng_cast *cast);
/* How many of n codes from row, col on are zero. */
size_t ng_cast_zero_codes(const struct ng_cast *cast, size_t row, size_t col, size_t n);
/* Adds the overflowed and saturated of blocks of n elements in all, none special. */
void ng_cast_count_clipped(const struct ng_cast *cast, const float *x, size_t n,
                           const float *scales, const struct ng_block_facts *facts,
                           struct ng_cast_counts *counts);
/* Units of a colwise cast; how many there are. */
void ng_cast_columns(struct ng_cast *cast, size_t first, size_t count,
                     struct ng_cast_counts *counts);
size_t ng_cast_column_units(const struct ng_cast *cast);

#endif
