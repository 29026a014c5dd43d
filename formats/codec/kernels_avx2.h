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

#endif
#endif
