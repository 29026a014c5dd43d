#include "formats/quant/qmatrix.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "formats/codec/kernels.h"
#include "formats/quant/scale.h"

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

uint32_t ng_amax_bits(const float *x, size_t n)
{
    uint32_t amax_bits = 0;
    if (n > 0)
        ng_amax_blocks(x, n, n, &amax_bits);
    return amax_bits;
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

/* Do blocks run along columns as well, so that the colwise matrix is another one? */
static bool has_orientations(const struct ng_qmatrix *matrix)
{
    return matrix->granularity == NG_GRANULARITY_ROW ||
           matrix->granularity == NG_GRANULARITY_1XB ||
           matrix->granularity == NG_GRANULARITY_MX ||
           matrix->granularity == NG_GRANULARITY_NVFP4;
}

/* 0 for blocks of nothing, which ng_qmatrix_check() refuses. */
static size_t ceil_div(size_t a, size_t b)
{
    return b == 0 ? 0 : a / b + (a % b != 0);
}

size_t ng_qmatrix_scale_count(const struct ng_qmatrix *matrix,
                              enum ng_orientation orientation)
{
    size_t rows = matrix->rows, cols = matrix->cols;
    bool colwise = orientation == NG_COLWISE;
    if (colwise && !has_orientations(matrix))
        return 0;
    switch (matrix->granularity) {
    case NG_GRANULARITY_NONE:
        return 0;
    case NG_GRANULARITY_TENSOR:
        return 1;
    case NG_GRANULARITY_ROW:
        return colwise ? cols : rows;
    case NG_GRANULARITY_BXB:
        return ceil_div(rows, matrix->block) * ceil_div(cols, matrix->block);
    default:
        return colwise ? ceil_div(rows, matrix->block) * cols
                       : rows * ceil_div(cols, matrix->block);
    }
}

static bool makes_fp32_scales(enum ng_scale_rule rule)
{
    return rule == NG_SCALE_RULE_CURRENT ||
           (rule >= NG_SCALE_RULE_POWER_2 && rule <= NG_SCALE_RULE_MS_AMP);
}

static bool rule_fits(const struct ng_qmatrix *matrix)
{
    enum ng_scale_rule rule = matrix->scale_rule;
    switch (matrix->granularity) {
    case NG_GRANULARITY_NONE:
        return rule == NG_SCALE_RULE_NONE;
    case NG_GRANULARITY_TENSOR:
        return makes_fp32_scales(rule) || rule == NG_SCALE_RULE_FROZEN ||
               rule == NG_SCALE_RULE_DELAYED;
    case NG_GRANULARITY_MX:
        return (rule >= NG_SCALE_RULE_MX_FLOOR && rule <= NG_SCALE_RULE_MX_RCEIL) ||
               rule == NG_SCALE_RULE_FROZEN;
    case NG_GRANULARITY_NVFP4:
        return rule == NG_SCALE_RULE_NVFP4 || rule == NG_SCALE_RULE_FROZEN;
    default:
        return makes_fp32_scales(rule) || rule == NG_SCALE_RULE_FROZEN;
    }
}

static const struct {
    enum ng_scale_format scale_format;
    const char *scale_name;
    size_t block; /* ANY: 1 and more */
} layouts[] = {
    [NG_GRANULARITY_NONE] = {NG_SCALE_NONE, "no", 0},
    [NG_GRANULARITY_TENSOR] = {NG_SCALE_FP32, "FP32", 0},
    [NG_GRANULARITY_ROW] = {NG_SCALE_FP32, "FP32", 0},
    [NG_GRANULARITY_1XB] = {NG_SCALE_FP32, "FP32", SIZE_MAX},
    [NG_GRANULARITY_BXB] = {NG_SCALE_FP32, "FP32", SIZE_MAX},
    [NG_GRANULARITY_MX] = {NG_SCALE_E8M0, "E8M0", 32},
    [NG_GRANULARITY_NVFP4] = {NG_SCALE_UE4M3, "UE4M3", 16},
};

static enum ng_status check_kind(const struct ng_qmatrix *matrix, struct ng_error *err)
{
    const struct ng_format *format = matrix->format;
    if ((unsigned)matrix->granularity > NG_GRANULARITY_NVFP4 ||
        (unsigned)matrix->scale_rule > NG_SCALE_RULE_NVFP4)
        return ng_fail(err, NG_INVALID,
                       "there is no granularity %d or no scale rule %d",
                       (int)matrix->granularity, (int)matrix->scale_rule);
    const char *granularity = ng_granularity_names[matrix->granularity];
    if (!rule_fits(matrix))
        return ng_fail(err, NG_INVALID,
                       "scale rule %s does not fit granularity %s: see the scale rules "
                       "and quantised matrices of narrowgauge.h",
                       ng_scale_rule_names[matrix->scale_rule], granularity);
    if (matrix->scale_format != layouts[matrix->granularity].scale_format)
        return ng_fail(err, NG_INVALID, "granularity %s has %s scales", granularity,
                       layouts[matrix->granularity].scale_name);
    size_t block = layouts[matrix->granularity].block;
    if (block == SIZE_MAX ? matrix->block == 0 : matrix->block != block)
        return ng_fail(err, NG_INVALID,
                       "a block of %zu elements does not fit granularity %s: expected "
                       "%s%zu",
                       matrix->block, granularity, block == SIZE_MAX ? "at least " : "",
                       block == SIZE_MAX ? 1 : block);
    if (matrix->granularity == NG_GRANULARITY_MX &&
        (format->encoding != NG_SIGN_MAGNITUDE || format == &ng_fp32))
        return ng_fail(err, NG_INVALID,
                       "MX blocks hold narrow floating-point elements, not %s",
                       format->name);
    if (matrix->granularity == NG_GRANULARITY_NVFP4 && format != &ng_e2m1)
        return ng_fail(err, NG_INVALID, "NVFP4 blocks hold e2m1, not %s", format->name);
    return NG_OK;
}

static enum ng_status check_options(const struct ng_qmatrix *matrix,
                                    struct ng_error *err)
{
    const struct ng_policy *policy = &matrix->policy;
    /* Enumerations of a caller in another language may hold anything. */
    if ((unsigned)policy->rounding > NG_ROUND_STOCHASTIC ||
        (unsigned)policy->finite_overflow > NG_OVERFLOW_SPECIAL ||
        (unsigned)policy->infinite_input > NG_OVERFLOW_SPECIAL ||
        (unsigned)policy->nan > NG_NAN_SIGN_KEPT)
        return ng_fail(err, NG_INVALID,
                       "a policy holds a choice that there is not: rounding %d, finite "
                       "overflow %d, infinite input %d, NaN %d",
                       (int)policy->rounding, (int)policy->finite_overflow,
                       (int)policy->infinite_input, (int)policy->nan);
    if (policy->rounding == NG_ROUND_STOCHASTIC &&
        (policy->random_bits < 1 || policy->random_bits > 24))
        return ng_fail(err, NG_INVALID,
                       "stochastic rounding with %d random bits: expected 1 to 24",
                       policy->random_bits);
    int margin = matrix->scale_options.margin;
    if (margin < -126 || margin > 126)
        return ng_fail(err, NG_INVALID, "a margin of %d: expected -126 to 126", margin);
    float epsilon = matrix->scale_options.epsilon;
    if (!(epsilon >= 0 && epsilon < INFINITY))
        return ng_fail(err, NG_INVALID,
                       "an amax epsilon of %g: expected a finite number from 0",
                       (double)epsilon);
    return NG_OK;
}

static enum ng_status check_shape(const struct ng_qmatrix *matrix,
                                  enum ng_orientation orientation, struct ng_error *err)
{
    size_t rows = matrix->rows, cols = matrix->cols;
    size_t stride = matrix->codes[orientation].row_stride;
    const char *name = orientation == NG_COLWISE ? "colwise" : "rowwise";
    if (stride < cols)
        return ng_fail(err, NG_INVALID,
                       "%s codes have a row stride of %zu for rows of %zu elements",
                       name, stride, cols);
    size_t most = PTRDIFF_MAX / sizeof(float);
    if (rows > 0 && stride > 0 && rows > most / stride)
        return ng_fail(err, NG_INVALID,
                       "%zu rows with a stride of %zu elements are more than memory",
                       rows, stride);
    return NG_OK;
}

static enum ng_status check_scales(const struct ng_qmatrix *matrix,
                                   enum ng_orientation orientation,
                                   struct ng_error *err)
{
    size_t needed = ng_qmatrix_scale_count(matrix, orientation);
    const char *name = orientation == NG_COLWISE ? "colwise" : "rowwise";
    if (needed == 0)
        return NG_OK;
    bool there = matrix->scale_format == NG_SCALE_FP32
                     ? matrix->scales[orientation].scale != NULL &&
                           matrix->scales[orientation].scale_inv != NULL
                     : matrix->scales[orientation].codes != NULL;
    if (!there)
        return ng_fail(
            err, NG_INVALID, "there is no memory for the %s scales, %s", name,
            matrix->scale_format == NG_SCALE_FP32 ? "scale and scale_inv"
                                                  : "one byte each in codes");
    if (matrix->scales[orientation].count < needed)
        return ng_fail(err, NG_INVALID,
                       "memory for %zu %s scales: granularity %s of %zu x %zu elements "
                       "needs %zu",
                       matrix->scales[orientation].count, name,
                       ng_granularity_names[matrix->granularity], matrix->rows,
                       matrix->cols, needed);
    return NG_OK;
}

enum ng_status ng_qmatrix_check(const struct ng_qmatrix *matrix, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    if (matrix->format == NULL)
        return ng_fail(err, NG_INVALID, "a quantised matrix has no format");
    NG_TRY(check_kind(matrix, err));
    NG_TRY(check_options(matrix, err));
    if (matrix->codes[NG_COLWISE].data != NULL && !has_orientations(matrix))
        return ng_fail(err, NG_INVALID,
                       "granularity %s is the same along rows and columns: hold it "
                       "rowwise alone",
                       ng_granularity_names[matrix->granularity]);
    bool held = false;
    for (int o = 0; o < NG_ORIENTATIONS; o++) {
        if (matrix->codes[o].data == NULL)
            continue;
        held = true;
        NG_TRY(check_shape(matrix, (enum ng_orientation)o, err));
        NG_TRY(check_scales(matrix, (enum ng_orientation)o, err));
    }
    if (!held && matrix->rows > 0 && matrix->cols > 0)
        return ng_fail(
            err, NG_INVALID,
            "a quantised matrix of %zu x %zu elements has no memory for codes",
            matrix->rows, matrix->cols);
out:
    return status;
}

static float scale_inv_at(const struct ng_qmatrix *matrix,
                          enum ng_orientation orientation, size_t at)
{
    if (matrix->granularity == NG_GRANULARITY_MX)
        return ng_scale_inv_of_e8m0(matrix->scales[orientation].codes[at]);
    if (matrix->granularity == NG_GRANULARITY_NVFP4)
        return ng_format_decode_one(&ng_e4m3, matrix->scales[orientation].codes[at]);
    return matrix->scales[orientation].scale_inv[at];
}

/* 0 * infinity is a NaN without a sign that all machines agree on. */
static void make_nan_canonical(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] != x[i] ? ng_float_of(0x7FC00000) : x[i];
}

static void read_blocks(const struct ng_qmatrix *matrix, size_t row, size_t first,
                        size_t n, const char *codes, float *x)
{
    size_t block =
        matrix->granularity == NG_GRANULARITY_ROW ? matrix->cols : matrix->block;
    if (matrix->granularity == NG_GRANULARITY_BXB)
        row /= block;
    size_t at = row * ceil_div(matrix->cols, block) + first / block;
    for (size_t i = 0; i < n;) {
        size_t count = block - (first + i) % block;
        count = count < n - i ? count : n - i;
        ng_format_decode(matrix->format,
                         codes + i * (size_t)matrix->format->storage_bytes,
                         scale_inv_at(matrix, NG_ROWWISE, at++), x + i, count);
        i += count;
    }
}

static void read_columns(const struct ng_qmatrix *matrix, size_t row, size_t first,
                         size_t n, const char *codes, float *x)
{
    size_t block_row =
        matrix->granularity == NG_GRANULARITY_ROW ? 0 : row / matrix->block;
    size_t at = block_row * matrix->cols + first;
    ng_format_decode(matrix->format, codes, 1.0f, x, n);
    for (size_t i = 0; i < n; i++)
        x[i] *= scale_inv_at(matrix, NG_COLWISE, at + i);
}

void ng_qmatrix_read(const struct ng_qmatrix *matrix, enum ng_orientation orientation,
                     size_t row, size_t first, size_t n, float *x)
{
    if (n == 0)
        return;
    if (!has_orientations(matrix))
        orientation = NG_ROWWISE;
    size_t start = row * matrix->codes[orientation].row_stride + first;
    const char *codes = matrix->codes[orientation].data;
    codes += start * (size_t)matrix->format->storage_bytes;
    if (matrix->granularity <= NG_GRANULARITY_TENSOR)
        ng_format_decode(matrix->format, codes, ng_qmatrix_scale_inv(matrix), x, n);
    else if (orientation == NG_COLWISE)
        read_columns(matrix, row, first, n, codes, x);
    else
        read_blocks(matrix, row, first, n, codes, x);
    if (matrix->granularity == NG_GRANULARITY_NVFP4)
        for (size_t i = 0; i < n; i++)
            x[i] *= matrix->global_scale_inv;
    if (matrix->granularity != NG_GRANULARITY_NONE)
        make_nan_canonical(x, n);
}
