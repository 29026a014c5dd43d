/*
 * The AVX2 body of the fast converters; private to this folder, and empty where there
 * is no AVX2 to compile for. Same steps and same bits as narrow.h, 32 elements at a
 * time, with three savings: the rebias joins the rounding constant, infinity and NaN
 * (rare) take a branch, and counts come from differences: the over-range compare is
 * also true for infinity and NaN, the zero-code compare also for zero.
 */
#ifndef NG_CODEC_NARROW_AVX2_H
#define NG_CODEC_NARROW_AVX2_H

#include "formats/codec/narrow.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { NG_AVX2_GROUP = 32 };

/* Running counts, minus one per hit and lane, as compares give them. */
struct ng_avx2_counts {
    __m256i over, special, nan, zero_code, zero;
};

NG_INLINE NG_AVX2 uint32_t ng_avx2_total(__m256i lanes)
{
    uint32_t lane[8], total = 0;
    _mm256_storeu_si256((__m256i *)(void *)lane, lanes);
    for (int i = 0; i < 8; i++)
        total -= lane[i];
    return total;
}

NG_INLINE NG_AVX2 __m256i ng_avx2_round(const struct ng_narrow_shape *shape,
                                        __m256i magnitude)
{
    const int shift = 23 - shape->mantissa_bits;
    const int32_t offset = (int32_t)((UINT32_C(1) << (shift - 1)) - 1) -
                           (int32_t)((uint32_t)(127 - shape->bias) << 23);
    __m256i last =
        _mm256_and_si256(_mm256_srli_epi32(magnitude, shift), _mm256_set1_epi32(1));
    __m256i sum =
        _mm256_add_epi32(_mm256_add_epi32(magnitude, last), _mm256_set1_epi32(offset));
    __m256i code = _mm256_srli_epi32(sum, shift);
    if (shape->bias == 127)
        return code;
    const __m256i least_normal = _mm256_set1_epi32((128 - shape->bias) << 23);
    const __m256i aligner = _mm256_set1_epi32((int32_t)ng_narrow_aligner(shape));
    __m256 aligned =
        _mm256_add_ps(_mm256_castsi256_ps(magnitude), _mm256_castsi256_ps(aligner));
    __m256i subnormal = _mm256_sub_epi32(_mm256_castps_si256(aligned), aligner);
    return _mm256_blendv_epi8(code, subnormal,
                              _mm256_cmpgt_epi32(least_normal, magnitude));
}

/* Codes of 8 elements, one in each 32-bit lane. */
NG_INLINE NG_AVX2 __m256i ng_avx2_encode8(const struct ng_narrow_shape *shape,
                                          const struct ng_narrow_rules *rules,
                                          const float *x, struct ng_avx2_counts *counts)
{
    __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(x), _mm256_set1_ps(rules->scale));
    __m256i bits = _mm256_castps_si256(scaled);
    __m256i magnitude = _mm256_and_si256(bits, _mm256_set1_epi32(0x7FFFFFFF));
    __m256i sign = _mm256_and_si256(_mm256_srli_epi32(bits, 32 - shape->width),
                                    _mm256_set1_epi32(1 << (shape->width - 1)));
    __m256i code = ng_avx2_round(shape, magnitude);

    __m256i none = _mm256_setzero_si256();
    counts->zero_code =
        _mm256_add_epi32(counts->zero_code, _mm256_cmpeq_epi32(code, none));
    counts->zero = _mm256_add_epi32(counts->zero, _mm256_cmpeq_epi32(magnitude, none));
    __m256i over =
        _mm256_cmpgt_epi32(code, _mm256_set1_epi32((int32_t)shape->max_code));
    counts->over = _mm256_add_epi32(counts->over, over);
    code = _mm256_blendv_epi8(code, _mm256_set1_epi32((int32_t)rules->over_code), over);

    __m256i special = _mm256_cmpgt_epi32(magnitude, _mm256_set1_epi32(0x7F7FFFFF));
    if (!_mm256_testz_si256(special, special)) {
        __m256i nan = _mm256_cmpgt_epi32(magnitude, _mm256_set1_epi32(0x7F800000));
        counts->special = _mm256_add_epi32(counts->special, special);
        counts->nan = _mm256_add_epi32(counts->nan, nan);
        code = _mm256_blendv_epi8(code, _mm256_set1_epi32((int32_t)rules->inf_code),
                                  special);
        code =
            _mm256_blendv_epi8(code, _mm256_set1_epi32((int32_t)shape->nan_code), nan);
        __m256i kept = _mm256_set1_epi32((int32_t)rules->nan_sign);
        sign = _mm256_andnot_si256(_mm256_andnot_si256(kept, nan), sign);
    }
    return _mm256_or_si256(code, sign);
}

/* The packs work within 128-bit halves; the permutations put the pieces in order. */
NG_INLINE NG_AVX2 void ng_avx2_encode_group(const struct ng_narrow_shape *shape,
                                            const struct ng_narrow_rules *rules,
                                            const float *x, uint8_t *codes,
                                            struct ng_avx2_counts *counts)
{
    __m256i c0 = ng_avx2_encode8(shape, rules, x, counts);
    __m256i c1 = ng_avx2_encode8(shape, rules, x + 8, counts);
    __m256i c2 = ng_avx2_encode8(shape, rules, x + 16, counts);
    __m256i c3 = ng_avx2_encode8(shape, rules, x + 24, counts);
    __m256i low = _mm256_packus_epi32(c0, c1);
    __m256i high = _mm256_packus_epi32(c2, c3);
    __m256i *out = (__m256i *)(void *)codes;
    if (shape->width == 8) {
        const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
        __m256i bytes = _mm256_packus_epi16(low, high);
        _mm256_storeu_si256(out, _mm256_permutevar8x32_epi32(bytes, order));
    } else {
        _mm256_storeu_si256(out, _mm256_permute4x64_epi64(low, 0xD8));
        _mm256_storeu_si256(out + 1, _mm256_permute4x64_epi64(high, 0xD8));
    }
}

/* The last, partial group is filled up with zeros: they add to zero_code and to zero
 * alike, and so to no count. */
NG_INLINE NG_AVX2 void ng_avx2_encode_span(const struct ng_narrow_shape *shape,
                                           const struct ng_narrow_rules *rules,
                                           const float *x, uint8_t *codes, size_t n,
                                           struct ng_narrow_counts *counts)
{
    const size_t bytes = (size_t)shape->width / 8;
    __m256i none = _mm256_setzero_si256();
    struct ng_avx2_counts running = {none, none, none, none, none};
    size_t i = 0;
    for (; n - i >= NG_AVX2_GROUP; i += NG_AVX2_GROUP)
        ng_avx2_encode_group(shape, rules, x + i, codes + i * bytes, &running);
    if (i < n) {
        float in[NG_AVX2_GROUP] = {0};
        uint8_t out[NG_AVX2_GROUP * 2];
        memcpy(in, x + i, (n - i) * sizeof *in);
        ng_avx2_encode_group(shape, rules, in, out, &running);
        memcpy(codes + i * bytes, out, (n - i) * bytes);
    }
    uint32_t special = ng_avx2_total(running.special);
    counts->nan += ng_avx2_total(running.nan);
    counts->inf += special - ng_avx2_total(running.nan);
    counts->saturated += ng_avx2_total(running.over) - special;
    counts->flushed += ng_avx2_total(running.zero_code) - ng_avx2_total(running.zero);
}

NG_INLINE NG_AVX2 __m256i ng_avx2_decode8(const struct ng_narrow_shape *shape,
                                          __m256i code)
{
    const int32_t sign_bit = 1 << (shape->width - 1);
    __m256i magnitude = _mm256_and_si256(code, _mm256_set1_epi32(sign_bit - 1));
    __m256i sign = _mm256_slli_epi32(
        _mm256_and_si256(code, _mm256_set1_epi32(sign_bit)), 32 - shape->width);
    __m256i raw = _mm256_slli_epi32(magnitude, 23 - shape->mantissa_bits);
    __m256i bits = _mm256_add_epi32(raw, _mm256_set1_epi32((127 - shape->bias) << 23));
    if (shape->bias != 127) {
        const __m256i least_normal = _mm256_set1_epi32((128 - shape->bias) << 23);
        __m256 raised = _mm256_castsi256_ps(_mm256_add_epi32(raw, least_normal));
        __m256 subnormal = _mm256_sub_ps(raised, _mm256_castsi256_ps(least_normal));
        __m256i small =
            _mm256_cmpgt_epi32(_mm256_set1_epi32(1 << shape->mantissa_bits), magnitude);
        bits = _mm256_blendv_epi8(bits, _mm256_castps_si256(subnormal), small);
    }
    uint32_t last = shape->max_code;
    if (shape->inf_code != 0) {
        last = shape->inf_code;
        __m256i inf =
            _mm256_cmpeq_epi32(magnitude, _mm256_set1_epi32((int32_t)shape->inf_code));
        bits = _mm256_blendv_epi8(bits, _mm256_set1_epi32(0x7F800000), inf);
    }
    __m256i nan = _mm256_cmpgt_epi32(magnitude, _mm256_set1_epi32((int32_t)last));
    return _mm256_blendv_epi8(_mm256_or_si256(bits, sign),
                              _mm256_set1_epi32(0x7FC00000), nan);
}

NG_INLINE NG_AVX2 void ng_avx2_decode_span(const struct ng_narrow_shape *shape,
                                           const uint8_t *codes, float *x, size_t n)
{
    const size_t bytes = (size_t)shape->width / 8;
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        const void *from = codes + i * bytes;
        __m256i code = bytes == 1 ? _mm256_cvtepu8_epi32(_mm_loadl_epi64(from))
                                  : _mm256_cvtepu16_epi32(_mm_loadu_si128(from));
        _mm256_storeu_ps(x + i, _mm256_castsi256_ps(ng_avx2_decode8(shape, code)));
    }
    for (; i < n; i++) {
        uint32_t code = codes[i * bytes];
        if (bytes == 2)
            code |= (uint32_t)codes[i * bytes + 1] << 8;
        x[i] = ng_narrow_float(ng_narrow_decode_one(shape, code));
    }
}

#else

#define ng_avx2_encode_span ng_narrow_encode_span
#define ng_avx2_decode_span ng_narrow_decode_span

#endif
#endif
