/* For every x86 CPU since 2013 (Haswell, Zen): 6 x 16 sums in 12 registers. Each lane is
 * one element's own chain, so the bits are those of the scalar tile. */
#include "formats/gemm/canonical.h"

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2,fma"))) void ng_gemm_tile_avx2(size_t k, const float *a,
                                                           const float *b, float *c)
{
    /* Named variables, not an array: an array would be kept in memory where a compiler
     * does not unroll the loops over it. */
#define EACH_ROW(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5)
#define LOAD(i)                                                                        \
    __m256 left##i = _mm256_loadu_ps(c + (i)*NG_GEMM_NC);                              \
    __m256 right##i = _mm256_loadu_ps(c + (i)*NG_GEMM_NC + 8);
#define MULTIPLY(i)                                                                    \
    value = _mm256_broadcast_ss(a + (i));                                              \
    left##i = _mm256_fmadd_ps(value, b0, left##i);                                     \
    right##i = _mm256_fmadd_ps(value, b1, right##i);
#define STORE(i)                                                                       \
    _mm256_storeu_ps(c + (i)*NG_GEMM_NC, left##i);                                     \
    _mm256_storeu_ps(c + (i)*NG_GEMM_NC + 8, right##i);
    EACH_ROW(LOAD)
    for (size_t p = 0; p < k; p++) {
        __m256 b0 = _mm256_loadu_ps(b), b1 = _mm256_loadu_ps(b + 8), value;
        EACH_ROW(MULTIPLY)
        a += NG_GEMM_MR;
        b += NG_GEMM_NR;
    }
    EACH_ROW(STORE)
}
#else
void ng_gemm_tile_avx2(size_t k, const float *a, const float *b, float *c)
{
    ng_gemm_tile_scalar(k, a, b, c);
}
#endif
