#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/math/math.h"
#include "formats/quant/qmatrix.h"
#include "tests/unit/suites.h"

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

START_TEST(current_scale_follows_its_formula_and_its_edge_rules)
{
    const struct {
        uint32_t amax;
        float scale, scale_inv;
    } rows[] = {
        {0x40000000, 224.0f, (float)(1.0 / 224.0)}, /* 2 */
        {0x43E00000, 1.0f, 1.0f},                   /* 448 */
        {0x00000000, 1.0f, 1.0f},
        {0x7F800000, 1.0f, 1.0f}, /* infinite */
        {0x7FC00000, 1.0f, 1.0f}, /* NaN */
        {0xFFFFFFFF, 1.0f, 1.0f},
        {0x00000001, 0x1.FFFFFEp127f, 0x1p-128f},        /* 448 / 2^-149 overflows */
        {0x7F7FFFFF, 0x1.C00002p-120f, 0x1.249248p119f}, /* the largest float */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        float scale = 0, scale_inv = 0;
        ng_scale_of(NG_SCALE_RULE_CURRENT, &(struct ng_scale_options){0}, &ng_e4m3,
                    rows[i].amax, 1.0f, &scale, &scale_inv);
        ck_assert_msg(bits_of(scale) == bits_of(rows[i].scale), "amax %08x: scale %a",
                      rows[i].amax, (double)scale);
        ck_assert_msg(bits_of(scale_inv) == bits_of(rows[i].scale_inv),
                      "amax %08x: scale_inv %a", rows[i].amax, (double)scale_inv);
    }
}
END_TEST

START_TEST(current_scale_never_makes_the_amax_saturate)
{
    const struct ng_random random = {1, ng_stream_key(NG_STREAM_DATA, 0), 0};
    const struct ng_format *const formats[] = {&ng_e4m3, &ng_e5m2};
    struct ng_cast_counts counts = {0};
    for (uint64_t i = 0; i < 100000; i++) {
        uint32_t amax = ng_random_u32(&random, i) & 0x7FFFFFFF;
        if (amax >= 0x7F800000 || amax < 0x00800000)
            continue;
        float scale, scale_inv;
        const struct ng_format *format = formats[i % 2];
        ng_scale_of(NG_SCALE_RULE_CURRENT, &(struct ng_scale_options){0}, format, amax,
                    1.0f, &scale, &scale_inv);
        uint32_t code = ng_format_encode_one(format, &NG_POLICY_CUDA_SATFINITE,
                                             float_of(amax) * scale, 0, &counts);
        if (scale < 0x1.FFFFFEp127f)
            ck_assert_uint_eq(code, format->max_code);
    }
    ck_assert_uint_eq(counts.saturated, 0);
}
END_TEST

START_TEST(amax_is_the_largest_magnitude_and_sees_any_nan)
{
    float x[100] = {0};
    for (size_t n = 0; n <= 100; n++) {
        for (size_t at = 0; at < n; at++) {
            x[at] = -3.5f;
            ck_assert_uint_eq(ng_amax_bits(x, n), bits_of(3.5f));
            x[at] = float_of(0x80000001);
            ck_assert_uint_eq(ng_amax_bits(x, n), 1);
            x[at] = 0;
        }
        ck_assert_uint_eq(ng_amax_bits(x, n), 0);
    }
    x[7] = INFINITY;
    ck_assert_uint_eq(ng_amax_bits(x, 100), 0x7F800000);
    for (size_t at = 0; at < 100; at++) {
        float kept = x[at];
        x[at] = float_of(0xFF800001);
        ck_assert_uint_eq(ng_amax_bits(x, 100), 0x7F800001);
        x[at] = kept;
    }
}
END_TEST

enum { ROWS = 301, COLS = 257, STRIDE = 260 };

struct room {
    float x[ROWS * STRIDE];
    uint8_t stored[ROWS * STRIDE * 4]; /* x in x_format */
    uint8_t codes[ROWS * STRIDE * 4];
    float scale, scale_inv;
    struct ng_qmatrix matrix;
};

static struct room *room_with(const struct ng_format *format,
                              const struct ng_format *x_format,
                              enum ng_granularity granularity, size_t row_stride)
{
    struct room *room = calloc(1, sizeof *room);
    const struct ng_random random = {2, ng_stream_key(NG_STREAM_DATA, 1), 0};
    for (size_t i = 0; i < ROWS * STRIDE; i++) {
        float u = ng_random_uniform(&random, i) - 0.5f;
        room->x[i] = u * u * u * 9.0f;
        uint32_t code = ng_format_encode_one(x_format, &NG_POLICY_CUDA_SATFINITE,
                                             room->x[i], 0, NULL);
        ng_format_store(x_format, room->stored, i, code);
        room->x[i] = ng_format_decode_one(x_format, code);
    }
    memset(room->codes, 0xA5, sizeof room->codes);
    struct ng_qmatrix *matrix = &room->matrix;
    matrix->format = format;
    matrix->policy = NG_POLICY_CUDA_SATFINITE;
    matrix->rows = ROWS;
    matrix->cols = COLS;
    matrix->codes[NG_ROWWISE].data = room->codes;
    matrix->codes[NG_ROWWISE].row_stride = row_stride;
    matrix->granularity = granularity;
    matrix->scale_rule =
        granularity == NG_GRANULARITY_NONE ? NG_SCALE_RULE_NONE : NG_SCALE_RULE_CURRENT;
    matrix->scales[NG_ROWWISE].scale = &room->scale;
    matrix->scales[NG_ROWWISE].scale_inv = &room->scale_inv;
    matrix->scales[NG_ROWWISE].count = 1;
    return room;
}

static uint32_t amax_of(const struct room *room)
{
    uint32_t amax = 0;
    for (size_t row = 0; row < ROWS; row++)
        amax = ng_amax_join(amax, ng_amax_bits(room->x + row * STRIDE, COLS));
    return amax;
}

/* Against the definition, element by element; columns past cols stay. What is counted of
 * the products is the definition's, what of x is worked out here. */
static void expect_codes(struct room *room, float scale, float scale_inv)
{
    const struct ng_qmatrix *matrix = &room->matrix;
    size_t stride = matrix->codes[NG_ROWWISE].row_stride;
    struct ng_cast_counts counts = {0};
    const float inverse = 1.0f / scale, bound = matrix->format->max * inverse;
    uint64_t overflowed = 0;
    float values[COLS];
    for (size_t row = 0; row < ROWS; row++) {
        ng_qmatrix_read(matrix, NG_ROWWISE, row, 0, COLS, values);
        for (size_t col = 0; col < COLS; col++) {
            float y = room->x[row * STRIDE + col] * scale;
            overflowed += fabsf(room->x[row * STRIDE + col]) > bound;
            uint32_t want =
                ng_format_encode_one(matrix->format, &matrix->policy, y, 0, &counts);
            ck_assert_uint_eq(
                ng_format_load(matrix->format, room->codes, row * stride + col), want);
            float value = ng_format_decode_one(matrix->format, want) * scale_inv;
            ck_assert_uint_eq(bits_of(values[col]), bits_of(value));
        }
        for (size_t b = (row * stride + COLS) * (size_t)matrix->format->storage_bytes;
             b < (row + 1) * stride * (size_t)matrix->format->storage_bytes; b++)
            ck_assert_uint_eq(room->codes[b], 0xA5);
    }
    counts.overflowed = overflowed;
    counts.amax_bits = amax_of(room);
    ck_assert_mem_eq(&matrix->stats.counts, &counts, sizeof counts);
}

/* The loop index picks format, source format, row stride and threads. */
START_TEST(cast_with_a_tensor_scale_equals_the_definition)
{
    const struct ng_format *format = _i & 1 ? &ng_e4m3 : &ng_e5m2;
    const struct ng_format *source = _i & 2 ? &ng_bf16 : &ng_fp32;
    struct room *room =
        room_with(format, source, NG_GRANULARITY_TENSOR, _i & 4 ? COLS : STRIDE);
    struct ng_pool *pool = NULL;
    struct ng_error err;
    ck_assert_int_eq(ng_pool_new(&pool, _i & 8 ? 3 : 1, &err), NG_OK);
    float scale, scale_inv;
    ng_scale_of(NG_SCALE_RULE_CURRENT, &(struct ng_scale_options){0}, format,
                amax_of(room), 1.0f, &scale, &scale_inv);
    ng_qmatrix_cast(&room->matrix, room->stored, source, STRIDE, amax_of(room), pool);
    ck_assert_uint_eq(bits_of(room->scale), bits_of(scale));
    ck_assert_uint_eq(bits_of(ng_qmatrix_scale_inv(&room->matrix)), bits_of(scale_inv));
    ck_assert_uint_eq(room->matrix.stats.amax_bits, amax_of(room));
    expect_codes(room, scale, scale_inv);
    ng_pool_free(pool);
    free(room);
}
END_TEST

START_TEST(frozen_scale_is_kept_and_overflow_is_counted)
{
    struct room *room = room_with(&ng_e4m3, &ng_fp32, NG_GRANULARITY_TENSOR, STRIDE);
    room->matrix.scale_rule = NG_SCALE_RULE_FROZEN;
    room->scale = 3000.0f;
    room->scale_inv = 0.25f;
    ng_qmatrix_cast(&room->matrix, room->stored, &ng_fp32, STRIDE, 0x3F800000, NULL);
    ck_assert(room->scale == 3000.0f && room->scale_inv == 0.25f);
    ck_assert_uint_gt(room->matrix.stats.counts.saturated, 100);
    expect_codes(room, 3000.0f, 0.25f);
    free(room);
}
END_TEST

START_TEST(unscaled_cast_rounds_the_value_itself)
{
    struct room *room = room_with(&ng_bf16, &ng_fp32, NG_GRANULARITY_NONE, STRIDE);
    ng_qmatrix_cast(&room->matrix, room->stored, &ng_fp32, STRIDE, 0, NULL);
    ck_assert_uint_eq(bits_of(ng_qmatrix_scale_inv(&room->matrix)), bits_of(1.0f));
    expect_codes(room, 1.0f, 1.0f);
    free(room);
}
END_TEST

START_TEST(unscaled_cast_to_the_same_format_is_a_copy_with_canonical_nan)
{
    const struct ng_format *const formats[] = {&ng_bf16, &ng_fp32};
    for (int f = 0; f < 2; f++) {
        const struct ng_format *format = formats[f];
        struct room *room = room_with(format, format, NG_GRANULARITY_NONE, STRIDE);
        uint32_t sign = 1U << (8 * format->storage_bytes - 1);
        ng_format_store(format, room->stored, 0, format->inf_code);
        ng_format_store(format, room->stored, 1, format->inf_code | sign);
        ng_format_store(format, room->stored, 2, sign | (format->inf_code + 1));
        ng_format_store(format, room->stored, 3, 1);
        ng_qmatrix_cast(&room->matrix, room->stored, format, STRIDE, 0, NULL);
        for (size_t i = 0; i < COLS; i++) {
            uint32_t want = ng_format_load(format, room->stored, i);
            ck_assert_uint_eq(ng_format_load(format, room->codes, i),
                              i == 2 ? format->nan_code : want);
        }
        ck_assert_uint_eq(room->matrix.stats.counts.nan, 1);
        ck_assert_uint_eq(room->matrix.stats.counts.inf, 2);
        free(room);
    }
}
END_TEST

START_TEST(casting_an_empty_matrix_writes_nothing_but_the_scale)
{
    struct room *room = room_with(&ng_e4m3, &ng_fp32, NG_GRANULARITY_TENSOR, STRIDE);
    room->matrix.rows = 0;
    ng_qmatrix_cast(&room->matrix, room->stored, &ng_fp32, STRIDE, 0, NULL);
    room->matrix.rows = ROWS;
    room->matrix.cols = 0;
    ng_qmatrix_cast(&room->matrix, room->stored, &ng_fp32, STRIDE, 0, NULL);
    ck_assert_uint_eq(room->codes[0], 0xA5);
    ck_assert_uint_eq(bits_of(room->scale), bits_of(1.0f));
    ck_assert_uint_eq(room->matrix.stats.counts.elements, 0);
    free(room);
}
END_TEST

START_TEST(every_quantisation_word_has_a_name)
{
    size_t n = 0;
    while (ng_granularity_names[n] != NULL)
        n++;
    ck_assert_uint_eq(n, NG_GRANULARITY_NVFP4 + 1);
    for (n = 0; ng_scale_rule_names[n] != NULL;)
        n++;
    ck_assert_uint_eq(n, NG_SCALE_RULE_NVFP4 + 1);
    for (n = 0; ng_source_names[n] != NULL;)
        n++;
    ck_assert_uint_eq(n, NG_SOURCE_DEQUANTISED + 1);
    for (n = 0; ng_ledger_class_names[n] != NULL;)
        n++;
    ck_assert_uint_eq(n, NG_LEDGER_CLASSES);
}
END_TEST

Suite *ng_suite_quant(void)
{
    Suite *suite = suite_create("quant");
    TCase *tests = tcase_create("quant");
    tcase_add_test(tests, current_scale_follows_its_formula_and_its_edge_rules);
    tcase_add_test(tests, current_scale_never_makes_the_amax_saturate);
    tcase_add_test(tests, amax_is_the_largest_magnitude_and_sees_any_nan);
    tcase_add_loop_test(tests, cast_with_a_tensor_scale_equals_the_definition, 0, 16);
    tcase_add_test(tests, frozen_scale_is_kept_and_overflow_is_counted);
    tcase_add_test(tests, unscaled_cast_rounds_the_value_itself);
    tcase_add_test(tests,
                   unscaled_cast_to_the_same_format_is_a_copy_with_canonical_nan);
    tcase_add_test(tests, casting_an_empty_matrix_writes_nothing_but_the_scale);
    tcase_add_test(tests, every_quantisation_word_has_a_name);
    suite_add_tcase(suite, tests);
    return suite;
}
