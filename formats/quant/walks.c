/* Loops in plain C that compilers vectorise, compiled twice; by hand where they do not
 * see that sums of bytes suffice. */
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

NG_BODY void raise_amax(const float *x, size_t n, uint32_t *amax_bits)
{
    for (size_t i = 0; i < n; i++) {
        int32_t magnitude = magnitude_of(x[i]), most = (int32_t)amax_bits[i];
        amax_bits[i] = (uint32_t)(most > magnitude ? most : magnitude);
    }
}

static size_t zeros_of(const float *x, size_t n)
{
    uint32_t zeros = 0;
    for (size_t i = 0; i < n; i++)
        zeros += magnitude_of(x[i]) == 0;
    return zeros;
}

NG_BODY size_t beyond(const float *x, size_t n, uint32_t limit)
{
    uint32_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += magnitude_of(x[i]) > (int32_t)limit;
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

#if defined(__x86_64__)
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

/* Whole rounds of 32 elements, at most 255: four vectors are narrowed to bytes, which
 * keeps what is not zero so. */
NG_WIDE static size_t zeros_wide(const float *x, size_t n)
{
    const __m256i clear = _mm256_set1_epi32(0x7FFFFFFF),
                  nothing = _mm256_setzero_si256();
    __m256i sum = nothing;
    for (const float *end = x + n; x != end; x += 32) {
        __m256i part[4];
        for (int i = 0; i < 4; i++)
            part[i] = _mm256_and_si256(
                clear, _mm256_loadu_si256((const __m256i *)(const void *)(x + 8 * i)));
        __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(part[0], part[1]),
                                           _mm256_packs_epi32(part[2], part[3]));
        sum = _mm256_sub_epi8(sum, _mm256_cmpeq_epi8(bytes, nothing));
    }
    uint64_t part[4];
    _mm256_storeu_si256((__m256i *)(void *)part, _mm256_sad_epu8(sum, nothing));
    return part[0] + part[1] + part[2] + part[3];
}
#endif

size_t ng_walk_zero_codes(const struct ng_format *format, const void *codes, size_t n)
{
    /* Without -0, the sign alone is NaN. */
    uint32_t sign = format->has_negative_zero ? ng_format_sign_bit(format) : 0;
    uint32_t mask = ng_format_mask(format) & ~sign;
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

size_t ng_walk_zeros(const float *x, size_t n)
{
    size_t zeros = 0;
#if defined(__x86_64__)
    while (ng_isa() >= NG_ISA_AVX2 && n >= 32) {
        size_t count = n < 255 * 32 ? n / 32 * 32 : 255 * 32;
        zeros += zeros_wide(x, count);
        x += count;
        n -= count;
    }
#endif
    return zeros + zeros_of(x, n);
}

/* `give` is return, or nothing where there is nothing to give. */
#define WALK(type, give, name, body, parameters, arguments)                            \
    NG_WIDE static type body##_wide parameters                                         \
    {                                                                                  \
        give body arguments;                                                           \
    }                                                                                  \
    type name parameters                                                               \
    {                                                                                  \
        give(ng_isa() >= NG_ISA_AVX2 ? body##_wide arguments : body arguments);        \
    }

WALK(size_t, return, ng_walk_beyond, beyond, (const float *x, size_t n, uint32_t limit),
     (x, n, limit))
WALK(size_t, return, ng_walk_beyond_each, beyond_each,
     (const float *x, size_t n, const float *bounds), (x, n, bounds))
WALK(void, , ng_walk_raise_amax, raise_amax,
     (const float *x, size_t n, uint32_t *amax_bits), (x, n, amax_bits))
WALK(void, , ng_walk_scale, scale_each,
     (const float *x, size_t n, const float *scales, float *y), (x, n, scales, y))
