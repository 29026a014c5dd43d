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

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Where that is not known of the rounding, all blocks that may clip are special. */
uint32_t ng_cast_limit(const struct ng_cast *cast)
{
    return cast->plan.front != NG_FRONT_NONE ? cast->plan.saturates_above : 0x7F7FFFFF;
}

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

size_t ng_cast_zero_codes(const struct ng_cast *cast, size_t row, size_t col, size_t n)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    const char *codes = matrix->codes[cast->orientation].data;
    size_t at = row * matrix->codes[cast->orientation].row_stride + col;
    codes += at * (size_t)matrix->format->storage_bytes;
    return ng_walk_zero_codes(matrix->format, codes, n);
}

/* Magnitudes with more bits than the bound, and products with more than the limit. */
static void count_block(const float *x, size_t n, float bound, float scale,
                        uint32_t limit, uint64_t *overflowed, uint64_t *saturated)
{
    uint32_t over = 0, above = 0;
    for (size_t i = 0; i < n; i++) {
        over += (int32_t)(ng_bits_of(x[i]) & 0x7FFFFFFF) > (int32_t)ng_bits_of(bound);
        above += (int32_t)(ng_bits_of(x[i] * scale) & 0x7FFFFFFF) > (int32_t)limit;
    }
    *overflowed += over;
    *saturated += above;
}

#if defined(__x86_64__)
/* Of whole blocks of a multiple of 32 elements; all blocks add up in the same lanes. */
struct clipped {
    __m256i over, above;
};

NG_BODY NG_WIDE void see_block(struct clipped *clipped, const float *x, size_t n,
                               float bound, float scale, bool products, __m256i limit)
{
    const __m256i clear = _mm256_set1_epi32(0x7FFFFFFF);
    const __m256i most = _mm256_castps_si256(_mm256_set1_ps(bound));
    for (const float *end = x + n; x != end; x += 32)
        for (int part = 0; part < 32; part += 8) {
            __m256i raw = _mm256_loadu_si256((const __m256i *)(const void *)(x + part));
            raw = _mm256_and_si256(raw, clear);
            clipped->over =
                _mm256_sub_epi32(clipped->over, _mm256_cmpgt_epi32(raw, most));
            if (!products)
                continue;
            __m256 product =
                _mm256_mul_ps(_mm256_castsi256_ps(raw), _mm256_set1_ps(scale));
            __m256i above = _mm256_cmpgt_epi32(_mm256_castps_si256(product), limit);
            clipped->above = _mm256_sub_epi32(clipped->above, above);
        }
}

/* One bit for each of 32 blocks that is not plain. */
NG_BODY NG_WIDE uint32_t marks_of(const uint32_t *kinds)
{
    uint32_t marks = 0;
    for (int i = 0; i < 4; i++) {
        __m256i kind =
            _mm256_loadu_si256((const __m256i *)(const void *)(kinds + 8 * i));
        kind = _mm256_cmpgt_epi32(kind, _mm256_setzero_si256());
        marks |= (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(kind)) << 8 * i;
    }
    return marks;
}

/* The first n blocks, a multiple of 32. Whether a block is plain is nothing that a
 * processor can guess, so marks are counted off instead of asked for. */
NG_WIDE static void count_marked(const struct ng_cast *cast, const float *x, size_t n,
                                 const float *scales,
                                 const struct ng_block_facts *facts,
                                 uint64_t *overflowed, uint64_t *saturated)
{
    const __m256i limit = _mm256_set1_epi32((int32_t)ng_cast_limit(cast));
    const bool products = (facts->any & NG_BLOCK_CLIPPED) != 0;
    const size_t block = cast->block;
    struct clipped clipped = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (size_t first = 0; first < n; first += 32) {
        uint32_t marks = marks_of(facts->kinds + first);
        for (int left = __builtin_popcount(marks); left > 0; left--) {
            size_t i = first + (size_t)__builtin_ctz(marks);
            marks &= marks - 1;
            if (block == 32)
                see_block(&clipped, x + i * 32, 32, facts->bounds[i], scales[i],
                          products, limit);
            else
                see_block(&clipped, x + i * block, block, facts->bounds[i], scales[i],
                          products, limit);
        }
    }
    uint32_t each[2][8];
    _mm256_storeu_si256((__m256i *)(void *)each[0], clipped.over);
    _mm256_storeu_si256((__m256i *)(void *)each[1], clipped.above);
    for (int i = 0; i < 8; i++) {
        *overflowed += each[0][i];
        *saturated += each[1][i];
    }
}
#endif

void ng_cast_count_clipped(const struct ng_cast *cast, const float *x, size_t n,
                           const float *scales, const struct ng_block_facts *facts,
                           struct ng_cast_counts *counts)
{
    const size_t block = cast->block, blocks = n / block + (n % block != 0);
    size_t done = 0;
#if defined(__x86_64__)
    if (ng_isa() >= NG_ISA_AVX2 && block % 32 == 0) {
        done = n / block / 32 * 32;
        count_marked(cast, x, done, scales, facts, &counts->overflowed,
                     &counts->saturated);
    }
#endif
    for (; done < blocks; done++) {
        size_t at = done * block, count = n - at < block ? n - at : block;
        if (facts->kinds[done] != 0)
            count_block(x + at, count, facts->bounds[done], scales[done],
                        ng_cast_limit(cast), &counts->overflowed, &counts->saturated);
    }
}
