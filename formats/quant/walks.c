/* Loops in plain C that compilers vectorise, compiled twice; and a few by hand, where a
 * sum per block would cost more than the elements. */
#include "formats/quant/walks.h"

#include <assert.h>

#include "formats/codec/format.h"
#include "formats/quant/scale.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static int32_t magnitude_of(float x)
{
    return (int32_t)(ng_bits_of(x) & 0x7FFFFFFF);
}

NG_BODY size_t measure_columns(const float *x, size_t n, uint32_t *amax_bits)
{
    uint32_t zeros = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t magnitude = magnitude_of(x[i]), most = (int32_t)amax_bits[i];
        amax_bits[i] = (uint32_t)(most > magnitude ? most : magnitude);
        zeros += magnitude == 0;
    }
    return zeros;
}

NG_BODY size_t zeros_of(const float *x, size_t n)
{
    uint32_t zeros = 0;
    for (size_t i = 0; i < n; i++)
        zeros += magnitude_of(x[i]) == 0;
    return zeros;
}

NG_BODY size_t beyond(const float *x, size_t n, float bound)
{
    int32_t bits = (int32_t)ng_bits_of(bound);
    uint32_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += magnitude_of(x[i]) > bits;
    return count;
}

NG_BODY size_t products_beyond(const float *x, size_t n, float scale, uint32_t limit)
{
    uint32_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += magnitude_of(x[i] * scale) > (int32_t)limit;
    return count;
}

NG_BODY size_t beyond_each(const float *x, size_t n, const float *bounds)
{
    uint32_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += magnitude_of(x[i]) > (int32_t)ng_bits_of(bounds[i]);
    return count;
}

NG_BODY void scale_each(const float *x, size_t n, const float *scales, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * scales[i];
}

NG_BODY size_t zero_bytes(const uint8_t *codes, size_t n, uint8_t mask)
{
    uint32_t zeros = 0;
    for (size_t i = 0; i < n; i++)
        zeros += (codes[i] & mask) == 0;
    return zeros;
}

NG_BODY size_t zero_words(const uint8_t *codes, size_t n, uint16_t mask)
{
    uint32_t zeros = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t code;
        memcpy(&code, codes + 2 * i, sizeof code);
        zeros += (code & mask) == 0;
    }
    return zeros;
}

NG_BODY size_t measure(const float *x, size_t n, size_t block, uint32_t *amax_bits)
{
    uint32_t zeros = 0;
    for (size_t at = 0; at < n; at += block) {
        size_t count = n - at < block ? n - at : block;
        int32_t most = 0;
        for (size_t i = at; i < at + count; i++) {
            int32_t magnitude = magnitude_of(x[i]);
            most = most > magnitude ? most : magnitude;
            zeros += magnitude == 0;
        }
        amax_bits[at / block] = (uint32_t)most;
    }
    return zeros;
}

#if defined(__x86_64__)
struct seen {
    __m256i most, zeros; /* zeros: in bytes, not yet added up */
};

/* The largest magnitudes of 32 elements, and where they are zero. */
NG_BODY NG_WIDE void see(struct seen *seen, const float *x)
{
    const __m256i clear = _mm256_set1_epi32(0x7FFFFFFF);
    __m256i part[4];
    for (int i = 0; i < 4; i++) {
        part[i] = _mm256_loadu_si256((const __m256i *)(const void *)(x + 8 * i));
        part[i] = _mm256_and_si256(part[i], clear);
        seen->most = _mm256_max_epi32(seen->most, part[i]);
    }
    __m256i narrow = _mm256_packs_epi16(_mm256_packs_epi32(part[0], part[1]),
                                        _mm256_packs_epi32(part[2], part[3]));
    narrow = _mm256_cmpeq_epi8(narrow, _mm256_setzero_si256());
    seen->zeros = _mm256_sub_epi8(seen->zeros, narrow);
}

/* The largest lanes of four vectors. */
NG_BODY NG_WIDE __m128i join_four(const __m256i *most)
{
    __m256i a = _mm256_max_epi32(_mm256_unpacklo_epi32(most[0], most[1]),
                                 _mm256_unpackhi_epi32(most[0], most[1]));
    __m256i b = _mm256_max_epi32(_mm256_unpacklo_epi32(most[2], most[3]),
                                 _mm256_unpackhi_epi32(most[2], most[3]));
    a = _mm256_max_epi32(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
    return _mm_max_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
}

/* Four blocks at a time; block is a multiple of 32, n of four blocks. */
NG_BODY NG_WIDE size_t measure_fours(const float *x, size_t n, size_t block,
                                     uint32_t *amax_bits)
{
    const __m256i nothing = _mm256_setzero_si256();
    __m256i sum = nothing;
    for (size_t at = 0; at < n; at += 4 * block, amax_bits += 4) {
        __m256i most[4];
        for (int b = 0; b < 4; b++) {
            struct seen seen = {nothing, nothing};
            for (const float *end = x + block; x != end; x += 32)
                see(&seen, x);
            most[b] = seen.most;
            sum = _mm256_add_epi64(sum, _mm256_sad_epu8(seen.zeros, nothing));
        }
        _mm_storeu_si128((__m128i *)(void *)amax_bits, join_four(most));
    }
    uint64_t part[4];
    _mm256_storeu_si256((__m256i *)(void *)part, sum);
    return part[0] + part[1] + part[2] + part[3];
}

NG_WIDE static size_t measure_wide(const float *x, size_t n, size_t block,
                                   uint32_t *amax_bits)
{
    return block == 32 ? measure_fours(x, n, 32, amax_bits)
                       : measure_fours(x, n, block, amax_bits);
}

/* Whole rounds of 128 codes, at most 255. */
NG_WIDE static size_t zero_bytes_wide(const uint8_t *codes, size_t n, uint8_t mask)
{
    const __m256i keep = _mm256_set1_epi8((char)mask), nothing = _mm256_setzero_si256();
    __m256i count[4] = {nothing, nothing, nothing, nothing}, sum = nothing;
    for (size_t i = 0; i < n; i += 128)
        for (size_t l = 0; l < 4; l++) {
            __m256i code =
                _mm256_loadu_si256((const __m256i *)(const void *)(codes + i + 32 * l));
            code = _mm256_cmpeq_epi8(_mm256_and_si256(code, keep), nothing);
            count[l] = _mm256_sub_epi8(count[l], code);
        }
    for (int l = 0; l < 4; l++)
        sum = _mm256_add_epi64(sum, _mm256_sad_epu8(count[l], nothing));
    uint64_t part[4];
    _mm256_storeu_si256((__m256i *)(void *)part, sum);
    return part[0] + part[1] + part[2] + part[3];
}
#endif

size_t ng_walk_measure(const float *x, size_t n, size_t block, uint32_t *amax_bits)
{
#if defined(__x86_64__)
    /* Bytes hold the zeros of 255 vectors. */
    if (ng_isa() >= NG_ISA_AVX2 && block % 32 == 0 && block <= 255 * 32) {
        size_t whole = n / (4 * block) * (4 * block);
        return measure_wide(x, whole, block, amax_bits) +
               measure(x + whole, n - whole, block, amax_bits + whole / block);
    }
#endif
    return measure(x, n, block, amax_bits);
}

size_t ng_walk_zero_codes(const struct ng_format *format, const void *codes, size_t n)
{
    uint32_t mask = ng_format_mask(format) & ~ng_format_sign_bit(format);
    size_t zeros = 0;
    if (format->storage_bytes == 2)
        return zero_words(codes, n, (uint16_t)mask);
    assert(format->storage_bytes == 1);
#if defined(__x86_64__)
    while (ng_isa() >= NG_ISA_AVX2 && n >= 128) {
        size_t count = n < 255 * 128 ? n / 128 * 128 : 255 * 128;
        zeros += zero_bytes_wide(codes, count, (uint8_t)mask);
        codes = (const uint8_t *)codes + count;
        n -= count;
    }
#endif
    return zeros + zero_bytes(codes, n, (uint8_t)mask);
}

#define WALK(name, body, parameters, arguments)                                        \
    NG_WIDE static size_t body##_wide parameters                                       \
    {                                                                                  \
        return body arguments;                                                         \
    }                                                                                  \
    size_t name parameters                                                             \
    {                                                                                  \
        return ng_isa() >= NG_ISA_AVX2 ? body##_wide arguments : body arguments;       \
    }

WALK(ng_walk_measure_columns, measure_columns,
     (const float *x, size_t n, uint32_t *amax_bits), (x, n, amax_bits))
WALK(ng_walk_zeros, zeros_of, (const float *x, size_t n), (x, n))
WALK(ng_walk_beyond, beyond, (const float *x, size_t n, float bound), (x, n, bound))
WALK(ng_walk_products_beyond, products_beyond,
     (const float *x, size_t n, float scale, uint32_t limit), (x, n, scale, limit))
WALK(ng_walk_beyond_each, beyond_each, (const float *x, size_t n, const float *bounds),
     (x, n, bounds))

NG_WIDE static void scale_each_wide(const float *x, size_t n, const float *scales,
                                    float *y)
{
    scale_each(x, n, scales, y);
}

void ng_walk_scale(const float *x, size_t n, const float *scales, float *y)
{
    if (ng_isa() >= NG_ISA_AVX2)
        scale_each_wide(x, n, scales, y);
    else
        scale_each(x, n, scales, y);
}
