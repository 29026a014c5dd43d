/* The tile's definition, for machines without FMA instructions: slow (fmaf is a library
 * call there) and plain. */
#include <math.h>

#include "formats/gemm/canonical.h"

void ng_gemm_tile_scalar(size_t k, const float *a, const float *b, float *c)
{
    for (size_t i = 0; i < NG_GEMM_MR; i++)
        for (size_t j = 0; j < NG_GEMM_NR; j++) {
            float sum = c[i * NG_GEMM_NC + j];
            for (size_t p = 0; p < k; p++)
                sum = fmaf(a[p * NG_GEMM_MR + i], b[p * NG_GEMM_NR + j], sum);
            c[i * NG_GEMM_NC + j] = sum;
        }
}
