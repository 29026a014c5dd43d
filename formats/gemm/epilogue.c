#include "formats/gemm/epilogue.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* v = RN(sum * RN(a * b)); where a * b would leave the normal range, in two steps, so
 * that a product of two extreme scales does not lose what the sum still has. */
static void apply_scales(float a, float b, float *values, size_t count)
{
    float s = a * b;
    if (s == 1.0f)
        return;
    if (fabsf(s) >= FLT_MIN && fabsf(s) <= FLT_MAX) {
        for (size_t i = 0; i < count; i++)
            values[i] *= s;
    } else {
        for (size_t i = 0; i < count; i++)
            values[i] = (values[i] * a) * b;
    }
}

static float row_scale_inv(const struct ng_qmatrix *matrix, size_t row)
{
    if (matrix->granularity == NG_GRANULARITY_ROW)
        return matrix->scales[NG_ROWWISE].scale_inv[row];
    return ng_qmatrix_scale_inv(matrix);
}

static void scale(const struct ng_gemm *gemm, size_t m, size_t n, size_t count,
                  float *values)
{
    const struct ng_qmatrix *b = gemm->b.matrix;
    float a_scale = row_scale_inv(gemm->a.matrix, m);
    if (b->granularity != NG_GRANULARITY_ROW) {
        apply_scales(a_scale, row_scale_inv(b, n), values, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        apply_scales(a_scale, row_scale_inv(b, n + i), values + i, 1);
}

static void canonical_nan(float *values, size_t count)
{
    const uint32_t nan_bits = 0x7FC00000u;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        bits = values[i] != values[i] ? nan_bits : bits;
        memcpy(&values[i], &bits, sizeof bits);
    }
}

void ng_tensor_stats_join(struct ng_tensor_stats *into,
                          const struct ng_tensor_stats *from)
{
    into->amax_bits = ng_amax_join(into->amax_bits, from->amax_bits);
    ng_cast_counts_add(&into->counts, &from->counts);
}

void ng_gemm_epilogue(const struct ng_gemm *gemm, size_t batch, size_t m, size_t n,
                      size_t count, float *sums, struct ng_tensor_stats *stats)
{
    size_t at = batch * gemm->d_batch_stride + m * gemm->d_row_stride + n;
    char *d = (char *)gemm->d + at * (size_t)gemm->d_format->storage_bytes;
    scale(gemm, m, n, count, sums);
    if (gemm->accumulate) {
        float before[NG_GEMM_EPILOGUE_MAX];
        ng_format_decode(gemm->d_format, d, 1.0f, before, count);
        for (size_t i = 0; i < count; i++)
            sums[i] += before[i];
    }
    if (gemm->bias != NULL)
        for (size_t i = 0; i < count; i++)
            sums[i] += gemm->bias[n + i];
    canonical_nan(sums, count);
    if (stats != NULL)
        stats->amax_bits = ng_amax_join(
            stats->amax_bits, ng_amax_as_stored(gemm->d_format, &gemm->d_policy,
                                                ng_amax_bits(sums, count)));
    ng_format_encode(gemm->d_format, &gemm->d_policy, 1.0f, sums, d, count, NULL, 0,
                     stats == NULL ? NULL : &stats->counts);
}
