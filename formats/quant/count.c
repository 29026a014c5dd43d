/*
 * What a cast in blocks did, from what is known of them: under a scale that follows from
 * the largest magnitude, few blocks clip anything, and their codes need no look each.
 *
 * Where the largest product of a block does not saturate, nothing in the block does. What
 * remains are the elements beyond the overflow bound, if the largest is one, and those
 * that became zero: zeros among the codes less zeros among x.
 */
#include "formats/quant/cast.h"
#include "formats/quant/scale.h"
#include "formats/quant/walks.h"

NG_BODY void judge(const struct ng_cast *cast, const uint32_t *amax_bits, size_t n,
                   const float *scales, struct ng_block_facts *facts)
{
    const bool nearest = cast->plan.front != NG_FRONT_NONE;
    const float maximum = cast->matrix->format->max;
    const int32_t most =
        (int32_t)(nearest ? cast->plan.saturates_above : ng_bits_of(maximum));
    const uint32_t clipped = nearest ? NG_BLOCK_CLIPPED : NG_BLOCK_SPECIAL;
    uint32_t any = 0;
    int32_t amax = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t bits = (int32_t)amax_bits[i];
        int32_t product = (int32_t)ng_bits_of(ng_float_of(amax_bits[i]) * scales[i]);
        float inverse = 1.0f / scales[i];
        facts->bounds[i] = maximum * inverse;
        bool plain = scales[i] > 0 && scales[i] <= 0x1.FFFFFEp127f;
        uint32_t kind =
            bits > (int32_t)ng_bits_of(facts->bounds[i]) ? NG_BLOCK_BEYOND : 0;
        kind |= product > most ? clipped : 0;
        kind |= product < 0 || product >= 0x7F800000 || !plain ? NG_BLOCK_SPECIAL : 0;
        facts->kinds[i] = kind;
        any |= kind;
        amax = amax > bits ? amax : bits;
    }
    facts->any = any;
    facts->amax_bits = (uint32_t)amax;
}

NG_WIDE static void judge_wide(const struct ng_cast *cast, const uint32_t *amax_bits,
                               size_t n, const float *scales,
                               struct ng_block_facts *facts)
{
    judge(cast, amax_bits, n, scales, facts);
}

void ng_cast_judge(const struct ng_cast *cast, const uint32_t *amax_bits, size_t n,
                   const float *scales, struct ng_block_facts *facts)
{
    if (ng_isa() >= NG_ISA_AVX2)
        judge_wide(cast, amax_bits, n, scales, facts);
    else
        judge(cast, amax_bits, n, scales, facts);
}

void ng_cast_count_zeros(const struct ng_cast *cast, size_t row, size_t col, size_t n,
                         size_t zeros, struct ng_cast_counts *counts)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    const char *codes = matrix->codes[cast->orientation].data;
    size_t at = row * matrix->codes[cast->orientation].row_stride + col;
    codes += at * (size_t)matrix->format->storage_bytes;
    counts->flushed += ng_walk_zero_codes(matrix->format, codes, n) - zeros;
}

void ng_cast_count_clipped(const struct ng_cast *cast, const float *x, size_t n,
                           const float *scales, const struct ng_block_facts *facts,
                           struct ng_cast_counts *counts)
{
    for (size_t i = 0, at = 0; at < n; i++, at += cast->block) {
        size_t count = n - at < cast->block ? n - at : cast->block;
        if (facts->kinds[i] & NG_BLOCK_BEYOND)
            counts->overflowed += ng_walk_beyond(x + at, count, facts->bounds[i]);
        if (facts->kinds[i] & NG_BLOCK_CLIPPED)
            counts->saturated += ng_walk_products_beyond(x + at, count, scales[i],
                                                         cast->plan.saturates_above);
    }
}
