/*
 * Quantised matrices of every granularity, in both orientations, against element-by-element
 * loops that know nothing of tiles, spans and tasks.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "formats/math/math.h"
#include "tests/unit/quant_room.h"
#include "tests/unit/suites.h"

/* Values over several octaves; the column decides the size as well, so that blocks of
 * rows and of columns differ. */
static void fill(struct room *room)
{
    const struct ng_random random = {3, ng_stream_key(NG_STREAM_DATA, 3), 0};
    size_t rows = room->matrix.rows, cols = room->matrix.cols;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++) {
            float u = ng_random_uniform(&random, r * cols + c) - 0.5f;
            room->x[r * cols + c] = ldexpf(u * u * u, (int)((r * 7 + c * 5) % 23) - 11);
        }
}

/* Which scale an element has, by the table of shapes in the header. */
static size_t group_of(const struct ng_qmatrix *matrix, int orientation, size_t r,
                       size_t c)
{
    size_t block = matrix->block, cols = matrix->cols;
    switch (matrix->granularity) {
    case NG_GRANULARITY_NONE:
    case NG_GRANULARITY_TENSOR:
        return 0;
    case NG_GRANULARITY_ROW:
        return orientation == NG_COLWISE ? c : r;
    case NG_GRANULARITY_BXB:
        return r / block * ((cols + block - 1) / block) + c / block;
    default:
        return orientation == NG_COLWISE ? r / block * cols + c
                                         : r * ((cols + block - 1) / block) + c / block;
    }
}

struct expected {
    uint32_t amax[MOST];
    float scale[MOST], scale_inv[MOST];
    uint32_t code[MOST];
    float value[MOST];
    struct ng_cast_counts counts;
    float global_inv;
};

static float e8m0(uint8_t code, int sign)
{
    return code == 0xFF ? NAN : ldexpf(1, sign * ((int)code - 127));
}

static void expect_scales(const struct room *room, struct expected *want, size_t groups)
{
    const struct ng_qmatrix *matrix = &room->matrix;
    uint32_t all = 0;
    for (size_t g = 0; g < groups; g++)
        all = want->amax[g] > all ? want->amax[g] : all;
    float global = all != 0 ? fminf(2688.0f / float_of(all), 0x1.FFFFFEp127f) : 1.0f;
    want->global_inv = matrix->granularity == NG_GRANULARITY_NVFP4 ? 1.0f / global : 1;
    for (size_t g = 0; g < groups; g++) {
        float amax = float_of(want->amax[g]);
        if (matrix->granularity == NG_GRANULARITY_NONE) {
            want->scale[g] = want->scale_inv[g] = 1;
        } else if (matrix->granularity == NG_GRANULARITY_MX) {
            uint8_t code =
                ng_scale_mx(matrix->scale_rule, matrix->format, want->amax[g]);
            want->scale[g] = e8m0(code, -1);
            want->scale_inv[g] = e8m0(code, 1);
        } else if (matrix->granularity == NG_GRANULARITY_NVFP4) {
            float b = amax * (global * (1.0f / 6.0f));
            uint32_t code =
                ng_format_encode_one(&ng_e4m3, &NG_POLICY_CUDA_SATFINITE, b, 0, NULL);
            want->scale_inv[g] = ng_format_decode_one(&ng_e4m3, code);
            float s = 1.0f / (want->scale_inv[g] * want->global_inv);
            want->scale[g] = s < INFINITY ? s : 0x1.FFFFFEp127f;
        } else {
            ng_scale_of(matrix->scale_rule, &matrix->scale_options, matrix->format,
                        want->amax[g], 1, &want->scale[g], &want->scale_inv[g]);
        }
    }
}

static struct expected *expect(const struct room *room, int orientation)
{
    const struct ng_qmatrix *matrix = &room->matrix;
    const struct ng_format *format = matrix->format;
    struct expected *want = calloc(1, sizeof *want);
    ck_assert_ptr_nonnull(want);
    size_t rows = matrix->rows, cols = matrix->cols, groups = 0;
    for (size_t i = 0; i < rows * cols; i++) {
        size_t g = group_of(matrix, orientation, i / cols, i % cols);
        uint32_t magnitude = bits_of(room->x[i]) & 0x7FFFFFFF;
        want->amax[g] = magnitude > want->amax[g] ? magnitude : want->amax[g];
        groups = g + 1 > groups ? g + 1 : groups;
    }
    expect_scales(room, want, groups);
    struct ng_random random = matrix->random;
    random.stream += orientation == NG_COLWISE ? UINT32_C(0x80000000) : 0;
    uint64_t overflowed = 0, vanished = 0;
    uint32_t amax = 0;
    for (size_t i = 0; i < rows * cols; i++) {
        size_t g = group_of(matrix, orientation, i / cols, i % cols);
        float x = room->x[i], product = x * want->scale[g];
        want->code[i] = ng_format_encode_one(format, &matrix->policy, product,
                                             ng_random_u32(&random, matrix->first + i),
                                             &want->counts);
        float inverse = 1.0f / want->scale[g], bound = format->max * inverse;
        overflowed += fabsf(x) > bound;
        vanished += x != 0 && product == 0;
        amax = (bits_of(x) & 0x7FFFFFFF) > amax ? bits_of(x) & 0x7FFFFFFF : amax;
        float value = ng_format_decode_one(format, want->code[i]) * want->scale_inv[g];
        want->value[i] = value * want->global_inv;
    }
    want->counts.overflowed = overflowed;
    if (format->encoding != NG_UNSIGNED)
        want->counts.flushed += vanished;
    want->counts.amax_bits = amax;
    return want;
}

static void expect_same_float(float got, float want, const char *what, size_t at)
{
    ck_assert_msg(bits_of(got) == bits_of(want) || (isnan(got) && isnan(want)),
                  "%s %zu: %a, expected %a", what, at, (double)got, (double)want);
}

static void compare(const struct room *room, int orientation)
{
    const struct ng_qmatrix *matrix = &room->matrix;
    struct expected *want = expect(room, orientation);
    size_t rows = matrix->rows, cols = matrix->cols;
    size_t stride = matrix->codes[orientation].row_stride;
    size_t bytes = (size_t)matrix->format->storage_bytes;
    static float values[MOST];
    for (size_t r = 0; r < rows; r++) {
        /* In two parts, so that reading starts within a block. */
        size_t cut = r * 13 % (cols + 1);
        enum ng_orientation o = (enum ng_orientation)orientation;
        ng_qmatrix_read(matrix, o, r, 0, cut, values);
        ng_qmatrix_read(matrix, o, r, cut, cols - cut, values + cut);
        for (size_t c = 0; c < cols; c++) {
            uint32_t code = ng_format_load(matrix->format, room->codes[orientation],
                                           r * stride + c);
            ck_assert_msg(code == want->code[r * cols + c],
                          "code of %zu, %zu: %x, expected %x", r, c, code,
                          want->code[r * cols + c]);
            expect_same_float(values[c], want->value[r * cols + c], "value", c);
        }
        for (size_t b = (r * stride + cols) * bytes; b < (r + 1) * stride * bytes; b++)
            ck_assert_uint_eq(room->codes[orientation][b], CANARY);
    }
    size_t count = ng_qmatrix_scale_count(matrix, (enum ng_orientation)orientation);
    for (size_t g = 0; g < count; g++) {
        if (matrix->scale_format == NG_SCALE_FP32) {
            expect_same_float(room->scale[orientation][g], want->scale[g], "scale", g);
            expect_same_float(room->scale_inv[orientation][g], want->scale_inv[g],
                              "scale_inv", g);
        } else {
            uint8_t code = room->scale_codes[orientation][g];
            expect_same_float(matrix->scale_format == NG_SCALE_E8M0
                                  ? e8m0(code, 1)
                                  : ng_format_decode_one(&ng_e4m3, code),
                              want->scale_inv[g], "scale code", g);
        }
    }
    if (matrix->scale_format >= NG_SCALE_E8M0)
        ck_assert_uint_eq(room->scale_codes[orientation][count], CANARY);
    if (orientation == NG_ROWWISE)
        ck_assert_mem_eq(&matrix->stats.counts, &want->counts, sizeof want->counts);
    free(want);
}

static void compare_held(const struct room *room)
{
    for (int o = 0; o < NG_ORIENTATIONS; o++)
        if (room->matrix.codes[o].data != NULL)
            compare(room, o);
}

/* ---- Every granularity ------------------------------------------------------------- */

START_TEST(cast_and_read_equal_the_definition)
{
    const size_t shapes[][2] = {{37, 299}, {131, 5}, {1, 130},
                                {130, 1},  {64, 64}, {40, 128}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        struct room *room = room_at(shapes[s][0], shapes[s][1], _i);
        fill(room);
        room_store(room);
        room_cast(room, NG_AMAX_UNKNOWN, NULL);
        compare_held(room);
        free(room);
    }
}
END_TEST

START_TEST(a_source_in_another_format_and_stride_gives_the_same)
{
    const struct ng_format *const sources[] = {&ng_bf16, &ng_e5m2, &ng_tf32};
    for (size_t s = 0; s < 3; s++) {
        struct room *room = room_at(35, 200, _i);
        room->x_format = sources[s];
        room->x_stride = 211;
        fill(room);
        room_store(room);
        room_cast(room, NG_AMAX_UNKNOWN, NULL);
        compare_held(room);
        free(room);
    }
}
END_TEST

START_TEST(a_row_longer_than_a_span_is_cast_the_same)
{
    struct room *room = room_at(3, 5000, _i);
    room->x_format = &ng_bf16;
    if (room_kind(_i) == NG_GRANULARITY_1XB)
        room->matrix.block *= 9; /* 1152 no longer fits a span */
    fill(room);
    room_store(room);
    room_cast(room, NG_AMAX_UNKNOWN, NULL);
    compare_held(room);
    free(room);
}
END_TEST

START_TEST(zero_infinite_nan_subnormal_and_huge_blocks_follow_their_rule)
{
    struct room *room = room_at(96, 100, _i);
    fill(room);
    float *x = room->x;
    for (size_t i = 0; i < 100; i++) {
        x[3 * 100 + i] = 0;
        x[4 * 100 + i] = i % 2 == 0 ? 0x1p-149f : -0x1p-140f;
        x[5 * 100 + i] = i % 2 == 0 ? 0x1.FFFFFEp127f : -1;
    }
    if (room_kind(_i) != NG_GRANULARITY_TENSOR &&
        room_kind(_i) != NG_GRANULARITY_NVFP4) {
        x[40 * 100 + 3] = INFINITY;
        x[50 * 100 + 70] = -NAN;
        x[51 * 100 + 71] = -INFINITY;
    }
    room_store(room);
    room_cast(room, NG_AMAX_UNKNOWN, NULL);
    compare_held(room);
    free(room);
}
END_TEST

START_TEST(every_rule_and_format_that_fits_equals_the_definition)
{
    const struct ng_format *const formats[] = {
        &ng_e5m2, &ng_bf16, &ng_e4m3fnuz, &ng_e3m2, &ng_int8, &ng_e8m0, &ng_fp32};
    struct room *room = room_at(40, 64, _i);
    const struct ng_qmatrix empty = room->matrix;
    for (int rule = 0; ng_scale_rule_names[rule] != NULL; rule++)
        for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
            struct ng_error err;
            room->matrix = empty;
            room->matrix.scale_rule = (enum ng_scale_rule)rule;
            if (room_kind(_i) != NG_GRANULARITY_NVFP4)
                room->matrix.format = formats[f];
            if (rule == NG_SCALE_RULE_FROZEN || rule == NG_SCALE_RULE_DELAYED ||
                ng_qmatrix_check(&room->matrix, &err) != NG_OK)
                continue;
            memset(room->codes, CANARY, sizeof room->codes);
            room->scale[NG_ROWWISE][0] = 1; /* before the first cast of a tensor */
            fill(room);
            for (size_t i = 0; i < 64; i++)
                room->x[7 * 64 + i] = 0;
            if (rule != NG_SCALE_RULE_NVFP4 && f % 2 == 0)
                room->x[9 * 64] = INFINITY;
            room_store(room);
            room_cast(room, NG_AMAX_UNKNOWN, NULL);
            compare_held(room);
        }
    free(room);
}
END_TEST

START_TEST(stochastic_rounding_draws_by_logical_element_and_orientation)
{
    struct room *room = room_at(70, 90, _i);
    room->matrix.policy.rounding = NG_ROUND_STOCHASTIC;
    room->matrix.policy.random_bits = 16;
    room->matrix.random = (struct ng_random){5, 77, 9};
    room->matrix.first = 1000003;
    room->matrix.codes[NG_ROWWISE].row_stride = 95;
    fill(room);
    room_store(room);
    room_cast(room, NG_AMAX_UNKNOWN, NULL);
    compare_held(room);
    free(room);
}
END_TEST

START_TEST(threads_and_a_known_amax_change_no_bit)
{
    struct room *one = room_at(220, 300, _i), *many = room_at(220, 300, _i);
    one->matrix.policy.rounding = many->matrix.policy.rounding = NG_ROUND_STOCHASTIC;
    one->matrix.policy.random_bits = many->matrix.policy.random_bits = 8;
    fill(one), fill(many);
    room_store(one), room_store(many);
    struct ng_pool *pool;
    struct ng_error err;
    ck_assert_int_eq(ng_pool_new(&pool, 4, &err), NG_OK);
    room_cast(one, NG_AMAX_UNKNOWN, NULL);
    room_cast(many, ng_amax_bits(many->x, 220 * 300), pool);
    ng_pool_free(pool);
    ck_assert_mem_eq(one->codes, many->codes, sizeof one->codes);
    ck_assert_mem_eq(one->scale, many->scale, sizeof one->scale);
    ck_assert_mem_eq(one->scale_inv, many->scale_inv, sizeof one->scale_inv);
    ck_assert_mem_eq(one->scale_codes, many->scale_codes, sizeof one->scale_codes);
    ck_assert_mem_eq(&one->matrix.stats, &many->matrix.stats, sizeof one->matrix.stats);
    ck_assert(one->matrix.global_scale == many->matrix.global_scale);
    free(one);
    free(many);
}
END_TEST

START_TEST(an_empty_matrix_is_cast_and_read_without_touching_memory)
{
    for (int shape = 0; shape < 3; shape++) {
        struct room *room = room_at(shape == 0   ? 0
                                    : shape == 1 ? 5
                                                 : 0,
                                    shape == 1 ? 0 : 5, _i);
        room_cast(room, NG_AMAX_UNKNOWN, NULL);
        ng_qmatrix_read(&room->matrix, NG_ROWWISE, 0, 0, 0, room->x);
        ck_assert_uint_eq(room->matrix.stats.counts.elements, 0);
        ck_assert_uint_eq(room->codes[0][0], CANARY);
        ck_assert_uint_eq(room->codes[1][0], CANARY);
        ck_assert_uint_eq(room->scale_codes[0][0], CANARY);
        free(room);
    }
}
END_TEST

START_TEST(frozen_scales_are_kept_by_every_granularity_that_has_them)
{
    struct room *room = room_at(33, 70, _i);
    if (room->matrix.granularity != NG_GRANULARITY_NONE) {
        room->matrix.scale_rule = NG_SCALE_RULE_FROZEN;
        for (size_t i = 0; i < MOST; i++) {
            room->scale[0][i] = room->scale[1][i] = 4;
            room->scale_inv[0][i] = room->scale_inv[1][i] = 0.25f;
            room->scale_codes[0][i] = room->scale_codes[1][i] =
                room->matrix.granularity == NG_GRANULARITY_MX ? 125 : 0x28; /* 1/4 */
        }
        for (size_t i = 0; i < 33 * 70; i++)
            room->x[i] = (float)(i % 3); /* times 4: 0, 4, 8 (beyond e2m1's 6) */
        room_store(room);
        room_cast(room, bits_of(1000.0f), NULL);
        float most = room->matrix.format == &ng_e2m1 ? 1.5f : 2;
        for (int o = 0; o < NG_ORIENTATIONS; o++) {
            ng_qmatrix_read(&room->matrix, (enum ng_orientation)o, 2, 0, 70, room->x);
            for (size_t c = 0; c < 70; c++)
                ck_assert(room->x[c] == fminf((float)((140 + c) % 3), most));
            ck_assert(room->scale[o][0] == 4);
        }
    }
    free(room);
}
END_TEST

/* Its code is the sign bit alone. */
START_TEST(the_nan_that_overflow_becomes_without_a_negative_zero_is_not_flushed)
{
    struct room *room = room_at(33, 70, _i);
    room->matrix.format = &ng_e4m3fnuz;
    room->matrix.policy.finite_overflow = NG_OVERFLOW_SPECIAL;
    if (room->matrix.granularity != NG_GRANULARITY_NONE)
        room->matrix.scale_rule = NG_SCALE_RULE_FROZEN;
    struct ng_error err;
    if (ng_qmatrix_check(&room->matrix, &err) == NG_OK) {
        memset(room->scale_codes, 127, sizeof room->scale_codes);
        for (size_t i = 0; i < MOST; i++)
            room->scale[0][i] = room->scale[1][i] = 1;
        for (size_t i = 0; i < 33 * 70; i++)
            room->x[i] = i % 3 == 0 ? 1000 : 0x1p-30f; /* overflows, vanishes */
        room_store(room);
        room_cast(room, bits_of(1000), NULL);
        const struct ng_cast_counts *counts = &room->matrix.stats.counts;
        ck_assert_uint_eq(room->codes[0][0], 0x80);
        ck_assert_uint_eq(counts->saturated, 33 * 70 / 3);
        ck_assert_uint_eq(counts->flushed, 33 * 70 / 3 * 2);
    }
    free(room);
}
END_TEST

/* ---- Orientations ------------------------------------------------------------------ */

static size_t differing_values(enum ng_granularity granularity, size_t block,
                               enum ng_scale_rule rule)
{
    struct room *room = room_of(128, 96, granularity, block);
    room->matrix.scale_rule = rule;
    const struct ng_random random = {4, ng_stream_key(NG_STREAM_DATA, 4), 0};
    /* Within six octaves, so that no element meets e4m3's subnormals. */
    for (size_t i = 0; i < 128 * 96; i++) {
        float u = ng_random_uniform(&random, i);
        room->x[i] = ldexpf(i % 2 == 0 ? 1 + u : -1 - u, (int)(i % 7));
    }
    room_store(room);
    room_cast(room, NG_AMAX_UNKNOWN, NULL);
    size_t differing = 0;
    for (size_t r = 0; r < 128; r++) {
        float across[96], down[96];
        ng_qmatrix_read(&room->matrix, NG_ROWWISE, r, 0, 96, across);
        ng_qmatrix_read(&room->matrix, NG_COLWISE, r, 0, 96, down);
        for (size_t c = 0; c < 96; c++)
            differing += across[c] != down[c];
    }
    free(room);
    return differing;
}

START_TEST(one_dimensional_blocks_make_two_numerically_different_matrices)
{
    ck_assert_uint_gt(differing_values(NG_GRANULARITY_1XB, 32, NG_SCALE_RULE_CURRENT),
                      3000);
    ck_assert_uint_gt(differing_values(NG_GRANULARITY_ROW, 0, NG_SCALE_RULE_CURRENT),
                      3000);
}
END_TEST

START_TEST(power_of_two_scales_quantise_identically_in_both_orientations)
{
    ck_assert_uint_eq(differing_values(NG_GRANULARITY_1XB, 32, NG_SCALE_RULE_POWER_2),
                      0);
    ck_assert_uint_eq(
        differing_values(NG_GRANULARITY_ROW, 0, NG_SCALE_RULE_TORCHAO_POWER_2), 0);
    ck_assert_uint_eq(differing_values(NG_GRANULARITY_MX, 32, NG_SCALE_RULE_MX_RCEIL),
                      0);
}
END_TEST

START_TEST(square_blocks_are_the_same_matrix_in_both_orientations)
{
    ck_assert_uint_eq(differing_values(NG_GRANULARITY_BXB, 32, NG_SCALE_RULE_CURRENT),
                      0);
    ck_assert_uint_eq(differing_values(NG_GRANULARITY_TENSOR, 0, NG_SCALE_RULE_CURRENT),
                      0);
}
END_TEST

START_TEST(the_transpose_quantised_rowwise_is_the_matrix_quantised_colwise)
{
    const int kinds[] = {2, 5, 10, 11};
    for (size_t k = 0; k < 4; k++) {
        struct room *a = room_at(60, 75, kinds[k]), *b = room_at(75, 60, kinds[k]);
        fill(a);
        for (size_t r = 0; r < 60; r++)
            for (size_t c = 0; c < 75; c++)
                b->x[c * 60 + r] = a->x[r * 75 + c];
        room_store(a), room_store(b);
        room_cast(a, NG_AMAX_UNKNOWN, NULL);
        room_cast(b, NG_AMAX_UNKNOWN, NULL);
        for (size_t r = 0; r < 60; r++)
            for (size_t c = 0; c < 75; c++)
                ck_assert_uint_eq(a->codes[NG_COLWISE][r * 78 + c],
                                  b->codes[NG_ROWWISE][c * 60 + r]);
        free(a);
        free(b);
    }
}
END_TEST

START_TEST(each_orientation_can_be_held_alone_and_the_first_held_is_counted)
{
    for (int alone = 0; alone < NG_ORIENTATIONS; alone++) {
        struct room *room = room_of(50, 60, NG_GRANULARITY_MX, 32);
        room->matrix.codes[1 - alone].data = NULL;
        fill(room);
        room_store(room);
        room_cast(room, NG_AMAX_UNKNOWN, NULL);
        compare(room, alone);
        ck_assert_uint_eq(room->matrix.stats.counts.elements, 50 * 60);
        ck_assert_uint_eq(room->codes[1 - alone][0], CANARY);
        free(room);
    }
}
END_TEST

Suite *ng_suite_blocks(void)
{
    Suite *suite = suite_create("blocks");
    TCase *every = tcase_create("every granularity"),
          *orientations = tcase_create("orientations");
    tcase_set_timeout(every, 60);
    const int n = KINDS;
    tcase_add_loop_test(every, cast_and_read_equal_the_definition, 0, n);
    tcase_add_loop_test(every, a_source_in_another_format_and_stride_gives_the_same, 0,
                        n);
    tcase_add_loop_test(every, a_row_longer_than_a_span_is_cast_the_same, 0, n);
    tcase_add_loop_test(
        every, zero_infinite_nan_subnormal_and_huge_blocks_follow_their_rule, 0, n);
    tcase_add_loop_test(every, every_rule_and_format_that_fits_equals_the_definition, 0,
                        n);
    tcase_add_loop_test(
        every, stochastic_rounding_draws_by_logical_element_and_orientation, 0, n);
    tcase_add_loop_test(every, threads_and_a_known_amax_change_no_bit, 0, n);
    tcase_add_loop_test(
        every, the_nan_that_overflow_becomes_without_a_negative_zero_is_not_flushed, 0,
        n);
    tcase_add_loop_test(every, an_empty_matrix_is_cast_and_read_without_touching_memory,
                        0, n);
    tcase_add_loop_test(
        every, frozen_scales_are_kept_by_every_granularity_that_has_them, 0, n);
    tcase_add_test(orientations,
                   one_dimensional_blocks_make_two_numerically_different_matrices);
    tcase_add_test(orientations,
                   power_of_two_scales_quantise_identically_in_both_orientations);
    tcase_add_test(orientations,
                   square_blocks_are_the_same_matrix_in_both_orientations);
    tcase_add_test(orientations,
                   the_transpose_quantised_rowwise_is_the_matrix_quantised_colwise);
    tcase_add_test(orientations,
                   each_orientation_can_be_held_alone_and_the_first_held_is_counted);
    suite_add_tcase(suite, every);
    suite_add_tcase(suite, orientations);
    return suite;
}
