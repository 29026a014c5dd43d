/*
 * Casting along columns. Memory is walked in row order: a tile is a strip of columns of
 * one block of rows, and everything about its columns is a short vector. The second walk
 * finds a tile of 1x32 or 1x128 blocks in the cache.
 */
#include "formats/quant/cast.h"
#include "formats/quant/scale.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t ceil_div(size_t a, size_t b)
{
    return a / b + (a % b != 0);
}

void ng_cast_encode_each(const struct ng_cast *cast, const float *x, size_t row,
                         size_t col, size_t n, const float *scale, const float *bound,
                         struct ng_cast_counts *counts)
{
    const uint32_t infinite = 0x7F800000, canonical = 0x7FC00000;
    float y[NG_CAST_STRIP];
    uint32_t amax = 0, overflowed = 0, vanished = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = ng_bits_of(x[i]), magnitude = bits & 0x7FFFFFFF;
        uint32_t product = ng_bits_of(x[i] * scale[i]);
        /* A product that is NaN for the scale's sake has no sign on all machines. */
        if ((product & 0x7FFFFFFF) > infinite)
            product = magnitude > infinite ? bits : canonical;
        y[i] = ng_float_of(product);
        overflowed += magnitude <= infinite && magnitude > ng_bits_of(bound[i]);
        vanished += magnitude != 0 && product << 1 == 0;
        amax = ng_amax_join(amax, magnitude);
    }

    const float one = 1.0f;
    struct ng_cast_counts own = {0};
    ng_cast_encode(cast, y, row, col, n, &one, n, &own);
    own.amax_bits = amax;
    own.overflowed = overflowed;
    if (cast->matrix->format->encoding != NG_UNSIGNED)
        own.flushed += vanished;
    ng_cast_counts_add(counts, &own);
}

static void column_amax(const struct ng_cast *cast, size_t row, size_t end, size_t col,
                        size_t n, uint32_t *amax)
{
    float span[NG_CAST_STRIP];
    for (; row < end; row++) {
        const float *x = ng_cast_values(cast, row, col, n, span);
        for (size_t i = 0; i < n; i++) {
            int32_t magnitude = (int32_t)(ng_bits_of(x[i]) & 0x7FFFFFFF);
            amax[i] = (int32_t)amax[i] > magnitude ? amax[i] : (uint32_t)magnitude;
        }
    }
}

static void cast_tile(struct ng_cast *cast, size_t row, size_t end, size_t col,
                      size_t n, struct ng_cast_counts *counts)
{
    uint32_t amax[NG_CAST_STRIP] = {0};
    float scale[NG_CAST_STRIP], bound[NG_CAST_STRIP], span[NG_CAST_STRIP];
    if (!cast->keeps_scales)
        column_amax(cast, row, end, col, n, amax);
    size_t at = row / cast->block * cast->matrix->cols + col;
    ng_cast_block_scales(cast, at, amax, n, scale);
    for (size_t i = 0; i < n; i++)
        bound[i] = ng_format_overflow_bound(cast->matrix->format, scale[i]);
    for (; row < end; row++)
        ng_cast_encode_each(cast, ng_cast_values(cast, row, col, n, span), row, col, n,
                            scale, bound, counts);
}

size_t ng_cast_column_units(const struct ng_cast *cast)
{
    return ceil_div(cast->matrix->rows, cast->block) *
           ceil_div(cast->matrix->cols, NG_CAST_STRIP);
}

void ng_cast_columns(struct ng_cast *cast, size_t first, size_t count,
                     struct ng_cast_counts *counts)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    size_t strips = ceil_div(matrix->cols, NG_CAST_STRIP);
    for (size_t unit = first; unit < first + count; unit++) {
        size_t row = unit / strips * cast->block;
        size_t col = unit % strips * NG_CAST_STRIP;
        size_t end = row + smaller(cast->block, matrix->rows - row);
        cast_tile(cast, row, end, col, smaller(NG_CAST_STRIP, matrix->cols - col),
                  counts);
    }
}
