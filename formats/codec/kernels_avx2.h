/* What the files of the AVX2 bodies share; private to them. */
#ifndef NG_CODEC_KERNELS_AVX2_H
#define NG_CODEC_KERNELS_AVX2_H

#include "formats/codec/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define NG_INLINE static inline __attribute__((always_inline))
#define NG_AVX2   __attribute__((target("avx2,fma,f16c")))

NG_INLINE NG_AVX2 __m256i ng_load(const float *x)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)x);
}
NG_INLINE NG_AVX2 __m256i ng_magnitude(__m256i x)
{
    return _mm256_and_si256(x, _mm256_set1_epi32(0x7FFFFFFF));
}
NG_INLINE NG_AVX2 __m256 ng_float(__m256i x)
{
    return _mm256_castsi256_ps(x);
}
NG_INLINE NG_AVX2 __m256i ng_bits(__m256 x)
{
    return _mm256_castps_si256(x);
}
/* One bit for each of the eight lanes of a comparison. */
NG_INLINE NG_AVX2 unsigned ng_lanes(__m256i mask)
{
    return (unsigned)_mm256_movemask_ps(ng_float(mask));
}

NG_INLINE NG_AVX2 void ng_put(void *at, __m256i value, bool stream)
{
    if (stream)
        _mm256_stream_si256(at, value);
    else
        _mm256_storeu_si256(at, value);
}

/* Adds the largest of eight magnitudes and four counts of what became zero. */
NG_INLINE NG_AVX2 void ng_finish_counts(struct ng_cast_counts *counts, __m256i amax,
                                        __m256i flushed)
{
    uint32_t each[8];
    uint64_t part[4];
    _mm256_storeu_si256((__m256i *)(void *)each, amax);
    _mm256_storeu_si256((__m256i *)(void *)part, flushed);
    for (int i = 0; i < 8; i++)
        counts->amax_bits = each[i] > counts->amax_bits ? each[i] : counts->amax_bits;
    counts->flushed += part[0] + part[1] + part[2] + part[3];
}

#endif
#endif
