/* Casting along rows, and the tasks of every cast. */
#include "formats/quant/cast.h"

#include <math.h>
#include <string.h>

#include "formats/quant/scale.h"
#include "formats/quant/walks.h"

/* Elements that one task of the pool casts at least: smaller ones cost more to hand
 * over than to do. */
enum { TASK = 1 << 15 };
/* Which words an orientation draws: both quantise the same elements independently. */
static const uint32_t COLWISE_STREAM = UINT32_C(1) << 31;

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t ceil_div(size_t a, size_t b)
{
    return a / b + (a % b != 0);
}

const float *ng_cast_values(const struct ng_cast *cast, size_t row, size_t col,
                            size_t n, float *span)
{
    const char *x = cast->x;
    x += (row * cast->x_stride + col) * (size_t)cast->x_format->storage_bytes;
    if (cast->x_format == &ng_fp32)
        return (const float *)(const void *)x;
    ng_format_decode(cast->x_format, x, 1.0f, span, n);
    return span;
}

void ng_cast_block_scales(const struct ng_cast *cast, size_t at,
                          const uint32_t *amax_bits, size_t n, float *scales)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    float *scale = matrix->scales[cast->orientation].scale;
    float *scale_inv = matrix->scales[cast->orientation].scale_inv;
    uint8_t *codes = matrix->scales[cast->orientation].codes;
    switch (matrix->granularity) {
    case NG_GRANULARITY_MX:
        if (!cast->keeps_scales)
            ng_scales_mx(matrix->scale_rule, matrix->format, amax_bits, n, codes + at,
                         scales);
        else
            for (size_t i = 0; i < n; i++)
                scales[i] = ng_scale_of_e8m0(codes[at + i]);
        return;
    case NG_GRANULARITY_NVFP4:
        for (size_t i = 0; i < n; i++) {
            if (!cast->keeps_scales)
                codes[at + i] =
                    ng_scale_nvfp4_block(amax_bits[i], matrix->global_scale);
            scales[i] = ng_scale_of_nvfp4(codes[at + i], matrix->global_scale_inv);
        }
        return;
    default:
        if (!cast->keeps_scales)
            ng_scales_of(matrix->scale_rule, &matrix->scale_options, matrix->format,
                         amax_bits, n, scale + at, scale_inv + at);
        memcpy(scales, scale + at, n * sizeof *scales);
    }
}

void ng_cast_encode(const struct ng_cast *cast, const float *x, size_t row, size_t col,
                    size_t n, const float *scales, size_t block,
                    struct ng_cast_counts *counts)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    size_t bytes = (size_t)matrix->format->storage_bytes;
    size_t at = row * matrix->codes[cast->orientation].row_stride + col;
    uint32_t words[NG_CAST_SPAN];
    struct ng_encode_call call = {
        .plan = &cast->plan,
        .scales = scales,
        .block = block,
        .x = x,
        .words = words,
        .codes = (char *)matrix->codes[cast->orientation].data + at * bytes,
        .n = n,
        .counts = counts,
        .fetch_ahead = NG_CAST_SPAN * sizeof *x};
    /* Codes that are looked at again, to count zeros, stay in the cache. */
    call.stream = cast->streams && (counts != NULL || !cast->counts_apart) &&
                  (uintptr_t)call.codes % 32 == 0;
    if (cast->plan.policy.rounding != NG_ROUND_STOCHASTIC) {
        ng_encode(&call);
        return;
    }
    uint64_t word = matrix->first + row * matrix->cols + col;
    for (; n > 0; n -= call.n) {
        call.n = smaller(n, NG_CAST_SPAN);
        ng_random_fill(&cast->random, word, call.n, words);
        ng_encode(&call);
        word += call.n;
        call.x += call.n;
        call.codes = (char *)call.codes + call.n * bytes;
    }
}

/* Infinite, NaN and zero scales: what some rules make of an infinite or NaN amax. */
static void encode_unscalable(const struct ng_cast *cast, const float *x, size_t row,
                              size_t col, size_t n, float scale,
                              struct ng_cast_counts *counts)
{
    float scales[NG_CAST_STRIP], bounds[NG_CAST_STRIP];
    for (size_t i = 0; i < NG_CAST_STRIP; i++) {
        scales[i] = scale;
        bounds[i] = ng_format_overflow_bound(cast->matrix->format, scale);
    }
    for (size_t at = 0; at < n; at += NG_CAST_STRIP)
        ng_cast_encode_each(cast, x + at, row, col + at, smaller(NG_CAST_STRIP, n - at),
                            scales, bounds, counts);
}

static void encode_under(const struct ng_cast *cast, const float *x, size_t row,
                         size_t col, size_t n, float scale,
                         struct ng_cast_counts *counts)
{
    if (scale > 0 && scale < INFINITY)
        ng_cast_encode(cast, x, row, col, n, &scale, n, counts);
    else
        encode_unscalable(cast, x, row, col, n, scale, counts);
}

static void cast_run(const struct ng_cast *cast, size_t row, size_t col, size_t n,
                     float scale, struct ng_cast_counts *counts)
{
    size_t most = cast->x_format == &ng_fp32 ? n : NG_CAST_SPAN;
    float span[NG_CAST_SPAN];
    for (size_t at = 0; at < n; at += most) {
        size_t count = smaller(most, n - at);
        encode_under(cast, ng_cast_values(cast, row, col + at, count, span), row,
                     col + at, count, scale, counts);
    }
}

static uint32_t run_amax(const struct ng_cast *cast, size_t row, size_t col, size_t n)
{
    size_t most = cast->x_format == &ng_fp32 ? n : NG_CAST_SPAN;
    float span[NG_CAST_SPAN];
    uint32_t amax_bits = 0;
    for (size_t at = 0; at < n; at += most) {
        size_t count = smaller(most, n - at);
        const float *x = ng_cast_values(cast, row, col + at, count, span);
        amax_bits = ng_amax_join(amax_bits, ng_amax_bits(x, count));
    }
    return amax_bits;
}

/* Rows under the one scale that is known; rows that lie together are one run. */
static void cast_rows(struct ng_cast *cast, size_t first, size_t count,
                      struct ng_cast_counts *counts)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    size_t cols = matrix->cols;
    if (matrix->codes[cast->orientation].row_stride == cols && cast->x_stride == cols) {
        cast_run(cast, first, 0, count * cols, cast->scale, counts);
        return;
    }
    for (size_t row = first; row < first + count; row++)
        cast_run(cast, row, 0, cols, cast->scale, counts);
}

static void measure_rows(struct ng_cast *cast, size_t first, size_t count,
                         struct ng_cast_counts *counts)
{
    for (size_t row = first; row < first + count; row++)
        counts->amax_bits =
            ng_amax_join(counts->amax_bits, run_amax(cast, row, 0, cast->matrix->cols));
}

static void cast_block(const struct ng_cast *cast, size_t at, size_t row, size_t col,
                       size_t n, struct ng_cast_counts *counts)
{
    float scale;
    uint32_t amax = cast->keeps_scales ? 0 : run_amax(cast, row, col, n);
    ng_cast_block_scales(cast, at, &amax, 1, &scale);
    cast_run(cast, row, col, n, scale, counts);
}

static void encode_blocks(const struct ng_cast *cast, const float *x, size_t row,
                          size_t col, size_t n, const float *scales,
                          struct ng_cast_counts *counts)
{
    for (size_t i = 0, at = 0; at < n; i++, at += cast->block)
        encode_under(cast, x + at, row, col + at, smaller(cast->block, n - at),
                     scales[i], counts);
}

/* Blocks from number `at` on that fit a span together: what is measured in one walk is
 * still in the nearest cache when it is rounded in the next. */
static void cast_span(const struct ng_cast *cast, size_t at, size_t row, size_t col,
                      size_t n, struct ng_cast_counts *counts)
{
    uint32_t amax[NG_CAST_BLOCKS];
    float scales[NG_CAST_BLOCKS], span[NG_CAST_SPAN];
    struct ng_block_facts facts;
    size_t blocks = ceil_div(n, cast->block);
    const float *x = ng_cast_values(cast, row, col, n, span);
    ng_amax_blocks(x, n, cast->block, amax);
    ng_cast_block_scales(cast, at, amax, blocks, scales);
    ng_cast_judge(cast, amax, blocks, scales, &facts);
    if ((facts.any & NG_BLOCK_SPECIAL) != 0 || !cast->counts_apart) {
        encode_blocks(cast, x, row, col, n, scales, counts);
        return;
    }
    ng_cast_encode(cast, x, row, col, n, scales, cast->block, NULL);
    counts->elements += n;
    counts->amax_bits = ng_amax_join(counts->amax_bits, facts.amax_bits);
    size_t zeros = ng_cast_zero_codes(cast, row, col, n);
    if (zeros > 0)
        counts->flushed += zeros - ng_walk_zeros(x, n);
    if (facts.any != 0)
        ng_cast_count_clipped(cast, x, n, scales, &facts, counts);
}

/* Rows in blocks along them. */
static void cast_block_rows(struct ng_cast *cast, size_t first, size_t count,
                            struct ng_cast_counts *counts)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    size_t cols = matrix->cols, block = cast->block;
    size_t at = first * ceil_div(cols, block);
    bool fits = block <= NG_CAST_SPAN && block % NG_CAST_LEAST == 0;
    size_t step = fits ? NG_CAST_SPAN / block * block : block;
    /* Rows of whole blocks that lie together are one long row. */
    if (cols % block == 0 && cast->x_stride == cols &&
        matrix->codes[cast->orientation].row_stride == cols) {
        cols *= count;
        count = 1;
    }
    for (size_t row = first; row < first + count; row++)
        for (size_t col = 0; col < cols; col += step) {
            size_t n = smaller(step, cols - col);
            if (fits)
                cast_span(cast, at, row, col, n, counts);
            else
                cast_block(cast, at, row, col, n, counts);
            at += ceil_div(n, block);
        }
}

static void cast_square(const struct ng_cast *cast, size_t row, size_t end, size_t col,
                        size_t n, struct ng_cast_counts *counts)
{
    uint32_t amax = 0;
    for (size_t r = row; r < end && !cast->keeps_scales; r++)
        amax = ng_amax_join(amax, run_amax(cast, r, col, n));
    size_t at = row / cast->block * ceil_div(cast->matrix->cols, cast->block);
    float scale;
    ng_cast_block_scales(cast, at + col / cast->block, &amax, 1, &scale);
    for (; row < end; row++)
        cast_run(cast, row, col, n, scale, counts);
}

static void cast_squares(struct ng_cast *cast, size_t first, size_t count,
                         struct ng_cast_counts *counts)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    for (size_t unit = first; unit < first + count; unit++) {
        size_t row = unit * cast->block;
        size_t end = row + smaller(cast->block, matrix->rows - row);
        for (size_t col = 0; col < matrix->cols; col += cast->block)
            cast_square(cast, row, end, col, smaller(cast->block, matrix->cols - col),
                        counts);
    }
}

static void run_task(void *context, size_t task, int worker)
{
    (void)worker;
    struct ng_cast *cast = context;
    size_t first = task * cast->units_per_task;
    struct ng_cast_counts counts = {0};
    cast->body(cast, first, smaller(cast->units_per_task, cast->units - first),
               &counts);
    cast->counts[task] = counts;
}

/* Sums the counts in the order of the tasks; the cut into tasks depends on the shape. */
static struct ng_cast_counts run(struct ng_cast *cast, size_t units,
                                 struct ng_pool *pool)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    struct ng_cast_counts sum = {0};
    if (matrix->rows == 0 || matrix->cols == 0)
        return sum;
    size_t in_unit = ceil_div(matrix->rows * matrix->cols, units);
    size_t most = ceil_div(units, NG_CAST_TASKS);
    cast->units = units;
    cast->units_per_task = TASK / in_unit + 1 > most ? TASK / in_unit + 1 : most;
    size_t tasks = ceil_div(units, cast->units_per_task);
    ng_pool_run(pool, tasks, run_task, cast);
    for (size_t task = 0; task < tasks; task++)
        ng_cast_counts_add(&sum, &cast->counts[task]);
    return sum;
}

static void choose_body(struct ng_cast *cast, size_t *units)
{
    const struct ng_qmatrix *matrix = cast->matrix;
    bool colwise = cast->orientation == NG_COLWISE;
    cast->body = colwise ? ng_cast_columns : cast_block_rows;
    cast->block = matrix->block;
    *units = matrix->rows;
    if (matrix->granularity == NG_GRANULARITY_ROW)
        cast->block = colwise ? matrix->rows : matrix->cols;
    if (matrix->granularity <= NG_GRANULARITY_TENSOR)
        cast->body = cast_rows;
    if (matrix->granularity == NG_GRANULARITY_BXB) {
        cast->body = cast_squares;
        *units = ceil_div(matrix->rows, matrix->block);
    }
    if (cast->body == ng_cast_columns && matrix->rows > 0)
        *units = ng_cast_column_units(cast);
}

/* The scales that belong to the whole tensor. */
static void scale_tensor(struct ng_cast *cast, uint32_t amax_bits)
{
    struct ng_qmatrix *matrix = cast->matrix;
    float *scale = matrix->scales[cast->orientation].scale;
    cast->scale = 1.0f;
    if (matrix->granularity == NG_GRANULARITY_NVFP4 && !cast->keeps_scales)
        ng_scale_nvfp4_tensor(amax_bits, &matrix->global_scale,
                              &matrix->global_scale_inv);
    if (matrix->granularity != NG_GRANULARITY_TENSOR)
        return;
    if (!cast->keeps_scales)
        ng_scale_of(matrix->scale_rule, &matrix->scale_options, matrix->format,
                    amax_bits, *scale, scale,
                    matrix->scales[cast->orientation].scale_inv);
    cast->scale = *scale;
}

void ng_qmatrix_cast(struct ng_qmatrix *matrix, const void *x,
                     const struct ng_format *x_format, size_t x_stride,
                     uint32_t amax_bits, struct ng_pool *pool)
{
    struct ng_cast cast = {
        .matrix = matrix, .x = x, .x_format = x_format, .x_stride = x_stride};
    cast.keeps_scales = matrix->scale_rule == NG_SCALE_RULE_FROZEN ||
                        matrix->scale_rule == NG_SCALE_RULE_DELAYED;
    struct ng_policy policy = matrix->policy;
    /* An unscaled cast to the same format is a copy: infinity stays. */
    if (x_format == matrix->format && matrix->granularity == NG_GRANULARITY_NONE)
        policy.infinite_input = NG_OVERFLOW_SPECIAL;
    ng_encode_plan_make(&cast.plan, matrix->format, &policy);
    size_t bytes = sizeof(float) + (size_t)matrix->format->storage_bytes;
    cast.counts_apart =
        matrix->format->storage_bytes <= 2 && matrix->format->encoding != NG_UNSIGNED;
    cast.streams = matrix->rows * matrix->cols >= NG_STREAM_BYTES / bytes;
    bool is_known = amax_bits != NG_AMAX_UNKNOWN;
    if (!is_known && !cast.keeps_scales &&
        (matrix->granularity == NG_GRANULARITY_TENSOR ||
         matrix->granularity == NG_GRANULARITY_NVFP4)) {
        cast.body = measure_rows;
        amax_bits = run(&cast, matrix->rows, pool).amax_bits;
    }

    bool counted = false;
    for (int o = 0; o < NG_ORIENTATIONS; o++) {
        if (matrix->codes[o].data == NULL)
            continue;
        cast.orientation = (enum ng_orientation)o;
        cast.random = matrix->random;
        cast.random.stream += o == NG_COLWISE ? COLWISE_STREAM : 0;
        size_t units;
        choose_body(&cast, &units);
        scale_tensor(&cast, amax_bits);
        struct ng_cast_counts counts = run(&cast, units, pool);
        if (counted)
            continue;
        counted = true;
        ng_cast_counts_add(&matrix->stats.counts, &counts);
        matrix->stats.amax_bits = ng_amax_join(matrix->stats.amax_bits,
                                               is_known ? amax_bits : counts.amax_bits);
    }
}
