/*
 * Casting along columns. Memory is walked in row order: a tile is a strip of columns of
 * one block of rows, and everything about its columns is a short vector. The second walk
 * finds a tile of 1x32 or 1x128 blocks in the cache.
 */
#include "formats/quant/cast.h"
#include "formats/quant/scale.h"
#include "formats/quant/walks.h"

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

/* Rows [row, end) of a strip of n columns. */
struct tile {
    size_t row, end, col, n;
};

static void column_amax(const struct ng_cast *cast, const struct tile *tile,
                        uint32_t *amax)
{
    float span[NG_CAST_STRIP];
    for (size_t row = tile->row; row < tile->end; row++)
        ng_walk_raise_amax(ng_cast_values(cast, row, tile->col, tile->n, span), tile->n,
                           amax);
}

static size_t zeros_of(const struct ng_cast *cast, const struct tile *tile)
{
    float span[NG_CAST_STRIP];
    size_t zeros = 0;
    for (size_t row = tile->row; row < tile->end; row++)
        zeros +=
            ng_walk_zeros(ng_cast_values(cast, row, tile->col, tile->n, span), tile->n);
    return zeros;
}

/* Where no column is special: codes first, then what the columns' facts ask for. */
static void cast_quiet_tile(struct ng_cast *cast, const struct tile *tile,
                            const float *scale, const struct ng_block_facts *facts,
                            struct ng_cast_counts *counts)
{
    const uint32_t limit = ng_cast_limit(cast);
    const float one = 1.0f;
    const size_t n = tile->n;
    float span[NG_CAST_STRIP], y[NG_CAST_STRIP];
    size_t zeros = 0;
    for (size_t row = tile->row; row < tile->end; row++) {
        const float *x = ng_cast_values(cast, row, tile->col, n, span);
        ng_walk_scale(x, n, scale, y);
        ng_cast_encode(cast, y, row, tile->col, n, &one, n, NULL);
        zeros += ng_cast_zero_codes(cast, row, tile->col, n);
        if ((facts->any & NG_BLOCK_BEYOND) != 0)
            counts->overflowed += ng_walk_beyond_each(x, n, facts->bounds);
        if ((facts->any & NG_BLOCK_CLIPPED) != 0)
            counts->saturated += ng_walk_beyond(y, n, limit);
    }
    if (zeros > 0)
        counts->flushed += zeros - zeros_of(cast, tile);
    counts->elements += n * (tile->end - tile->row);
    counts->amax_bits = ng_amax_join(counts->amax_bits, facts->amax_bits);
}

static void cast_tile(struct ng_cast *cast, const struct tile *tile,
                      struct ng_cast_counts *counts)
{
    uint32_t amax[NG_CAST_STRIP] = {0};
    float scale[NG_CAST_STRIP], span[NG_CAST_STRIP];
    struct ng_block_facts facts;
    column_amax(cast, tile, amax);
    size_t at = tile->row / cast->block * cast->matrix->cols + tile->col;
    ng_cast_block_scales(cast, at, amax, tile->n, scale);
    ng_cast_judge(cast, amax, tile->n, scale, &facts);
    if (cast->counts_apart && (facts.any & NG_BLOCK_SPECIAL) == 0) {
        cast_quiet_tile(cast, tile, scale, &facts, counts);
        return;
    }
    for (size_t row = tile->row; row < tile->end; row++)
        ng_cast_encode_each(cast, ng_cast_values(cast, row, tile->col, tile->n, span),
                            row, tile->col, tile->n, scale, facts.bounds, counts);
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
        struct tile tile = {.row = unit / strips * cast->block,
                            .col = unit % strips * NG_CAST_STRIP};
        tile.end = tile.row + smaller(cast->block, matrix->rows - tile.row);
        tile.n = smaller(NG_CAST_STRIP, matrix->cols - tile.col);
        cast_tile(cast, &tile, counts);
    }
}
