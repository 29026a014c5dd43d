/* Quantised matrices: blocks with special values, and what is refused. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "tests/unit/quant_room.h"
#include "tests/unit/suites.h"

/* ---- Special blocks ---------------------------------------------------------------- */

START_TEST(an_infinite_or_nan_mx_block_reads_back_as_nan_and_its_neighbours_do_not)
{
    const float special[] = {INFINITY, -INFINITY, NAN};
    for (int mode = 0; mode < 4; mode++)
        for (size_t s = 0; s < 3; s++) {
            struct room *room = room_of(2, 96, NG_GRANULARITY_MX, 32);
            room->matrix.codes[NG_COLWISE].data = NULL;
            room->matrix.scale_rule =
                (enum ng_scale_rule)(NG_SCALE_RULE_MX_FLOOR + mode);
            for (size_t i = 0; i < 192; i++)
                room->x[i] = 1;
            room->x[40] = special[s];
            room_store(room);
            room_cast(room, NG_AMAX_UNKNOWN, NULL);
            ck_assert_uint_eq(room->scale_codes[0][1], 0xFF);
            float values[96];
            ng_qmatrix_read(&room->matrix, NG_ROWWISE, 0, 0, 96, values);
            for (size_t c = 0; c < 96; c++) {
                if (c / 32 == 1)
                    ck_assert_uint_eq(bits_of(values[c]), 0x7FC00000);
                else
                    ck_assert(values[c] == 1);
            }
            ck_assert_uint_eq(room->matrix.stats.counts.nan, 32);
            free(room);
        }
}
END_TEST

START_TEST(an_infinite_amax_under_torchao_reads_back_as_nan_but_is_scale_1_in_current)
{
    for (int torchao = 0; torchao < 2; torchao++) {
        struct room *room = room_of(2, 8, NG_GRANULARITY_ROW, 0);
        room->matrix.codes[NG_COLWISE].data = NULL;
        room->matrix.scale_rule =
            torchao ? NG_SCALE_RULE_TORCHAO : NG_SCALE_RULE_CURRENT;
        for (size_t i = 0; i < 16; i++)
            room->x[i] = 2;
        room->x[3] = INFINITY;
        room_store(room);
        room_cast(room, NG_AMAX_UNKNOWN, NULL);
        float values[8];
        ng_qmatrix_read(&room->matrix, NG_ROWWISE, 0, 0, 8, values);
        for (size_t c = 0; c < 8; c++) {
            if (torchao)
                ck_assert_uint_eq(bits_of(values[c]), 0x7FC00000);
            else
                ck_assert(values[c] == (c == 3 ? 448 : 2));
        }
        ng_qmatrix_read(&room->matrix, NG_ROWWISE, 1, 0, 8, values);
        ck_assert(values[0] == 2);
        free(room);
    }
}
END_TEST

START_TEST(nvfp4_has_two_levels)
{
    struct room *room = room_of(1, 48, NG_GRANULARITY_NVFP4, 16);
    room->matrix.codes[NG_COLWISE].data = NULL;
    /* amax 2688: S = 1. Blocks: 2688 / 6 = 448 = 7E; 9 / 6 = 1.5 = 3C; zero. */
    room->x[0] = 2688;
    room->x[1] = -448 * 1.25f; /* -1.25 ties to the even of 1 and 1.5: -1 */
    room->x[16] = 9;
    room->x[17] = 1.5f * 0.75f; /* 0.75 ties to 1 */
    room->x[18] = 1.5f * 0.25f; /* 0.25 ties to 0 */
    room_store(room);
    room_cast(room, NG_AMAX_UNKNOWN, NULL);
    ck_assert(room->matrix.global_scale == 1 && room->matrix.global_scale_inv == 1);
    const uint8_t scales[] = {0x7E, 0x3C, 0};
    ck_assert_mem_eq(room->scale_codes[0], scales, 3);
    const float want[] = {2688, -448, 0}, second[] = {9, 1.5f, 0};
    float values[48];
    ng_qmatrix_read(&room->matrix, NG_ROWWISE, 0, 0, 48, values);
    ck_assert_mem_eq(values, want, sizeof want);
    ck_assert_mem_eq(values + 16, second, sizeof second);
    ck_assert(values[32] == 0);
    free(room);
}
END_TEST

START_TEST(nvfp4_of_a_zero_infinite_or_nan_tensor_has_the_global_scale_1)
{
    const float special[] = {0, INFINITY, NAN};
    for (size_t s = 0; s < 3; s++) {
        struct room *room = room_of(1, 32, NG_GRANULARITY_NVFP4, 16);
        room->matrix.codes[NG_COLWISE].data = NULL;
        room->x[1] = special[s] == 0 ? 0 : 3;
        room->x[20] = special[s];
        room_store(room);
        room_cast(room, NG_AMAX_UNKNOWN, NULL);
        ck_assert(room->matrix.global_scale == 1 && room->matrix.global_scale_inv == 1);
        ck_assert_uint_eq(room->scale_codes[0][0], special[s] == 0 ? 0 : 0x30);
        const uint8_t want[] = {0, 0x7E, 0x7F};
        ck_assert_uint_eq(room->scale_codes[0][1], want[s]);
        float values[32];
        ng_qmatrix_read(&room->matrix, NG_ROWWISE, 0, 0, 32, values);
        ck_assert(values[1] == (special[s] == 0 ? 0 : 3));
        ck_assert(s == 2 ? isnan(values[25]) : values[25] == 0);
        free(room);
    }
}
END_TEST

START_TEST(int8_rounds_to_127_steps_under_a_row_scale)
{
    struct room *room = room_of(2, 4, NG_GRANULARITY_ROW, 0);
    room->matrix.codes[NG_COLWISE].data = NULL;
    room->matrix.format = &ng_int8;
    const float x[] = {127, -63.5f, 0.5f, 1.5f, 254, -254, 3, 0};
    const int8_t want[] = {127, -64, 0, 2, 127, -127, 2, 0}; /* ties to even */
    memcpy(room->x, x, sizeof x);
    room_store(room);
    room_cast(room, NG_AMAX_UNKNOWN, NULL);
    ck_assert_mem_eq(room->codes[0], want, sizeof want);
    ck_assert(room->scale[0][0] == 1 && room->scale[0][1] == 0.5f);
    free(room);
}
END_TEST

/* ---- Checks ------------------------------------------------------------------------ */

static void expect_refused(const struct ng_qmatrix *matrix, const char *words)
{
    struct ng_error err = {0};
    ck_assert_int_eq(ng_qmatrix_check(matrix, &err), NG_INVALID);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
}

START_TEST(matrices_that_cannot_be_cast_into_are_refused_with_the_reason)
{
    struct room *room = room_of(4, 40, NG_GRANULARITY_MX, 32);
    struct ng_qmatrix good = room->matrix, bad;
    struct ng_error err;
    ck_assert_int_eq(ng_qmatrix_check(&good, &err), NG_OK);
    bad = good, bad.format = NULL, expect_refused(&bad, "no format");
    bad = good, bad.scale_rule = NG_SCALE_RULE_CURRENT;
    expect_refused(&bad, "scale rule current does not fit granularity mx");
    bad = good, bad.scale_rule = (enum ng_scale_rule)99;
    expect_refused(&bad, "no scale rule 99");
    bad = good, bad.granularity = (enum ng_granularity) - 1;
    expect_refused(&bad, "no granularity -1");
    bad = good, bad.block = 16, expect_refused(&bad, "block of 16 elements");
    bad = good, bad.scale_format = NG_SCALE_FP32;
    expect_refused(&bad, "granularity mx has E8M0 scales");
    bad = good, bad.format = &ng_int8, expect_refused(&bad, "not int8");
    bad = good, bad.codes[1].row_stride = 39;
    expect_refused(&bad, "colwise codes have a row stride of 39 for rows of 40");
    bad = good, bad.rows = SIZE_MAX / 2, expect_refused(&bad, "more than memory");
    bad = good, bad.scales[0].codes = NULL;
    expect_refused(&bad, "no memory for the rowwise scales");
    bad = good, bad.scales[1].count = 39;
    expect_refused(&bad, "memory for 39 colwise scales");
    bad = good, bad.codes[0].data = bad.codes[1].data = NULL;
    expect_refused(&bad, "no memory for codes");
    bad = good, bad.scale_options.margin = 127, expect_refused(&bad, "margin of 127");
    bad = good, bad.scale_options.epsilon = NAN, expect_refused(&bad, "epsilon of nan");
    bad = good, bad.policy.rounding = NG_ROUND_STOCHASTIC;
    expect_refused(&bad, "0 random bits");
    bad = good, bad.policy.rounding = (enum ng_rounding)55;
    expect_refused(&bad, "rounding 55");
    bad = good, bad.granularity = NG_GRANULARITY_TENSOR, bad.block = 0;
    bad.scale_rule = NG_SCALE_RULE_DELAYED, bad.scale_format = NG_SCALE_FP32;
    expect_refused(&bad, "the same along rows and columns");
    bad.granularity = NG_GRANULARITY_1XB, bad.scale_rule = NG_SCALE_RULE_TORCHAO;
    expect_refused(&bad, "expected at least 1");
    ck_assert_uint_eq(ng_qmatrix_scale_count(&bad, NG_ROWWISE), 0);
    bad.block = 1, bad.scale_rule = NG_SCALE_RULE_DELAYED;
    expect_refused(&bad, "does not fit granularity 1xB");
    free(room);
}
END_TEST

START_TEST(scale_counts_are_those_of_the_table)
{
    const struct {
        int kind;
        size_t rowwise, colwise;
    } rows[] = {{0, 0, 0},   {1, 1, 0},     {2, 70, 90},          {4, 70 * 13, 10 * 90},
                {5, 70, 90}, {7, 5 * 6, 0}, {10, 70 * 3, 3 * 90}, {11, 70 * 6, 5 * 90}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct room *room = room_at(70, 90, rows[i].kind);
        ck_assert_uint_eq(ng_qmatrix_scale_count(&room->matrix, NG_ROWWISE),
                          rows[i].rowwise);
        ck_assert_uint_eq(ng_qmatrix_scale_count(&room->matrix, NG_COLWISE),
                          rows[i].colwise);
        free(room);
    }
}
END_TEST

Suite *ng_suite_qmatrix(void)
{
    Suite *suite = suite_create("qmatrix");
    TCase *special = tcase_create("special blocks"), *checks = tcase_create("checks");
    tcase_add_test(
        special,
        an_infinite_or_nan_mx_block_reads_back_as_nan_and_its_neighbours_do_not);
    tcase_add_test(
        special,
        an_infinite_amax_under_torchao_reads_back_as_nan_but_is_scale_1_in_current);
    tcase_add_test(special, nvfp4_has_two_levels);
    tcase_add_test(special,
                   nvfp4_of_a_zero_infinite_or_nan_tensor_has_the_global_scale_1);
    tcase_add_test(special, int8_rounds_to_127_steps_under_a_row_scale);
    tcase_add_test(checks,
                   matrices_that_cannot_be_cast_into_are_refused_with_the_reason);
    tcase_add_test(checks, scale_counts_are_those_of_the_table);
    suite_add_tcase(suite, special);
    suite_add_tcase(suite, checks);
    return suite;
}
