#include "formats/quant/qmatrix.h"

#include <assert.h>
#include <string.h>

const char *const ng_granularity_names[] = {"none", "tensor", "row",   "1xB",
                                            "BxB",  "mx",     "nvfp4", NULL};
const char *const ng_scale_rule_names[] = {
    "none",    "current",         "frozen",   "delayed", "power-2",
    "torchao", "torchao-power-2", "deepseek", "ms-amp",  "mx-floor",
    "mx-ceil", "mx-even",         "mx-rceil", "nvfp4",   NULL};
const char *const ng_source_names[] = {"stored", "parameter",   "copy",
                                       "codes",  "dequantised", NULL};
const char *const ng_ledger_class_names[] = {
    "weights", "compute-copies", "transposes", "master",    "gradients", "moment1",
    "moment2", "scales",         "saved",      "workspace", "padding",   NULL};

/* Elements decoded at a time, on the stack. */
enum { SPAN = 1024 };
/* Elements that one task of the pool casts at least: smaller ones cost more to hand
 * over than to do. */
enum { TASK = 1 << 15, MOST_TASKS = 64 };

uint32_t ng_amax_bits(const float *x, size_t n)
{
    enum { LANES = 32 };
    uint32_t lane[LANES] = {0};
    size_t i = 0;
    for (; n - i >= LANES; i += LANES) {
        int32_t bits[LANES];
        memcpy(bits, x + i, sizeof bits);
        for (int l = 0; l < LANES; l++) {
            int32_t magnitude = bits[l] & 0x7FFFFFFF;
            lane[l] = (int32_t)lane[l] > magnitude ? lane[l] : (uint32_t)magnitude;
        }
    }
    uint32_t amax = 0;
    for (; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        amax = ng_amax_join(amax, bits & 0x7FFFFFFF);
    }
    for (int l = 0; l < LANES; l++)
        amax = ng_amax_join(amax, lane[l]);
    return amax;
}

uint32_t ng_amax_as_stored(const struct ng_format *format,
                           const struct ng_policy *policy, uint32_t amax_bits)
{
    float amax;
    memcpy(&amax, &amax_bits, sizeof amax);
    uint32_t code = ng_format_encode_one(format, policy, amax, 0, NULL);
    amax = ng_format_decode_one(format, code);
    memcpy(&amax_bits, &amax, sizeof amax_bits);
    return amax_bits;
}

float ng_qmatrix_scale_inv(const struct ng_qmatrix *matrix)
{
    if (matrix->granularity == NG_GRANULARITY_NONE)
        return 1.0f;
    assert(matrix->granularity == NG_GRANULARITY_TENSOR);
    return matrix->scales[NG_ROWWISE].scale_inv[0];
}

struct cast {
    struct ng_qmatrix *matrix;
    const void *x;
    const struct ng_format *x_format;
    size_t x_stride;
    float scale;
    struct ng_policy policy;
    size_t rows_per_task;
    struct ng_cast_counts counts[MOST_TASKS];
};

static const void *element(const struct ng_format *format, const void *codes, size_t i)
{
    return (const uint8_t *)codes + i * (size_t)format->storage_bytes;
}

/* n elements that lie together, from element `from` of x to element `to` of the codes.
 */
static void cast_run(const struct cast *cast, size_t from, size_t to, size_t n,
                     struct ng_cast_counts *counts)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    const struct ng_format *format = matrix->format;
    uint8_t *codes = matrix->codes[NG_ROWWISE].data;
    codes += to * (size_t)format->storage_bytes;
    const void *x = element(cast->x_format, cast->x, from);
    if (cast->x_format == &ng_fp32) {
        ng_format_encode(format, &cast->policy, cast->scale, x, codes, n, NULL, 0,
                         counts);
        return;
    }
    float span[SPAN];
    for (size_t start = 0; start < n; start += SPAN) {
        size_t count = n - start < SPAN ? n - start : SPAN;
        ng_format_decode(cast->x_format, element(cast->x_format, x, start), 1.0f, span,
                         count);
        ng_format_encode(format, &cast->policy, cast->scale, span,
                         codes + start * (size_t)format->storage_bytes, count, NULL, 0,
                         counts);
    }
}

static void cast_task(void *context, size_t task, int worker)
{
    (void)worker;
    struct cast *cast = context;
    const struct ng_qmatrix *matrix = cast->matrix;
    size_t stride = matrix->codes[NG_ROWWISE].row_stride;
    size_t first = task * cast->rows_per_task;
    size_t left = matrix->rows - first;
    size_t rows = left < cast->rows_per_task ? left : cast->rows_per_task;
    struct ng_cast_counts counts = {0};
    if (stride == matrix->cols && cast->x_stride == matrix->cols) {
        cast_run(cast, first * stride, first * stride, rows * stride, &counts);
    } else {
        for (size_t row = first; row < first + rows; row++)
            cast_run(cast, row * cast->x_stride, row * stride, matrix->cols, &counts);
    }
    cast->counts[task] = counts;
}

static float scale_for(struct ng_qmatrix *matrix, uint32_t amax_bits)
{
    if (matrix->granularity == NG_GRANULARITY_NONE)
        return 1.0f;
    assert(matrix->granularity == NG_GRANULARITY_TENSOR);
    float *scale = matrix->scales[NG_ROWWISE].scale;
    if (matrix->scale_rule == NG_SCALE_RULE_CURRENT)
        ng_scale_of(matrix->scale_rule, &matrix->scale_options, matrix->format,
                    amax_bits, *scale, scale, matrix->scales[NG_ROWWISE].scale_inv);
    return *scale;
}

void ng_qmatrix_cast(struct ng_qmatrix *matrix, const void *x,
                     const struct ng_format *x_format, size_t x_stride,
                     uint32_t amax_bits, struct ng_pool *pool)
{
    struct cast cast = {.matrix = matrix,
                        .x = x,
                        .x_format = x_format,
                        .x_stride = x_stride,
                        .scale = scale_for(matrix, amax_bits),
                        .policy = matrix->policy};
    /* An unscaled cast to the same format is a copy: infinity stays. */
    if (x_format == matrix->format && matrix->granularity == NG_GRANULARITY_NONE)
        cast.policy.infinite_input = NG_OVERFLOW_SPECIAL;
    matrix->stats.amax_bits = ng_amax_join(matrix->stats.amax_bits, amax_bits);
    if (matrix->rows == 0 || matrix->cols == 0)
        return;
    size_t rows = TASK / matrix->cols + 1;
    size_t least = (matrix->rows + MOST_TASKS - 1) / MOST_TASKS;
    cast.rows_per_task = rows > least ? rows : least;
    size_t tasks = (matrix->rows + cast.rows_per_task - 1) / cast.rows_per_task;
    ng_pool_run(pool, tasks, cast_task, &cast);

    for (size_t task = 0; task < tasks; task++)
        ng_cast_counts_add(&matrix->stats.counts, &cast.counts[task]);
}

void ng_qmatrix_read(const struct ng_qmatrix *matrix, enum ng_orientation orientation,
                     size_t row, size_t first, size_t n, float *x)
{
    size_t start = row * matrix->codes[orientation].row_stride + first;
    ng_format_decode(matrix->format,
                     element(matrix->format, matrix->codes[orientation].data, start),
                     ng_qmatrix_scale_inv(matrix), x, n);
}
