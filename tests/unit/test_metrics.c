/*
 * Oracles: the two probability tables below, whose metrics were computed by other
 * programs (scikit-learn 1.2, NumPy); otherwise counts worked out by hand.
 */
#include "tests/unit/suites.h"

#include <math.h>
#include <string.h>

#include "harness/judge/groups.h"
#include "harness/judge/metrics.h"

/* ---- metrics: sixteenths, which FP32 holds exactly ---- */

static const int binary_p[20] = {1, 2,  3,  4,  4,  5,  6,  7,  8,  8,
                                 9, 10, 11, 12, 12, 13, 14, 15, 16, 16};
static const uint32_t binary_y[20] = {0, 0, 1, 0, 0, 0, 1, 0, 1, 0,
                                      1, 0, 1, 1, 0, 1, 1, 1, 1, 1};

static const uint32_t multi_y[12] = {0, 0, 1, 1, 1, 1, 2, 2, 2, 0, 2, 0};
static uint16_t multi_slice[12] = {0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 1, 1};
static const int multi_fp32[36] = {12, 3, 1, 10, 4, 2, 7, 6, 3,  2, 13, 1,
                                   3,  9, 4, 5,  6, 5, 1, 2, 13, 2, 4,  10,
                                   4,  5, 7, 8,  7, 1, 6, 3, 7,  1, 14, 1};
static const int multi_fp8[36] = {11, 3, 2, 9, 5, 2, 6, 7, 3,  2, 12, 2,
                                  3,  8, 5, 6, 5, 5, 1, 3, 12, 2, 5,  9,
                                  4,  6, 6, 7, 8, 1, 7, 3, 6,  2, 13, 1};

static void sixteenths(const int *from, size_t n, float *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (float)from[i] / 16.0f;
}

START_TEST(binary_table_ece_of_4_bins_closed_below_is_0_075)
{
    float p[20];
    uint32_t event[20];
    double scratch[20];
    sixteenths(binary_p, 20, p);
    for (int i = 0; i < 20; i++)
        event[i] = 1;
    ck_assert_double_eq_tol(ng_metric_ece(p, event, binary_y, 20, 4, scratch), 0.075,
                            1e-12);
}
END_TEST

START_TEST(binary_table_nll_is_0_4887582)
{
    float p[40];
    double scratch[20];
    for (int i = 0; i < 20; i++) {
        p[2 * i + 1] = (float)binary_p[i] / 16.0f;
        p[2 * i] = 1.0f - p[2 * i + 1];
    }
    ck_assert_double_eq_tol(ng_metric_nll(p, binary_y, 20, 2, scratch), 0.488758213,
                            1e-7);
}
END_TEST

START_TEST(nll_of_an_impossible_label_costs_the_clip)
{
    const float p[4] = {1.0f, 0.0f, 0.5f, 0.5f};
    const uint32_t y[2] = {1, 0};
    double scratch[2];
    /* (50 + 1) ln 2 / 2 */
    ck_assert_double_eq_tol(ng_metric_nll(p, y, 2, 2, scratch), 17.6752531, 1e-5);
    const float bad[4] = {(float)NAN, (float)NAN, 0.5f, 0.5f};
    ck_assert(isnan(ng_metric_nll(bad, y, 2, 2, scratch)));
}
END_TEST

static void check_multi(const int *table, size_t correct, double ece, double nll,
                        uint32_t prediction[12])
{
    float p[36], confidence[12];
    double scratch[12];
    sixteenths(table, 36, p);
    ng_metric_top(p, 12, 3, prediction, confidence);
    ck_assert_uint_eq(ng_metric_correct(prediction, multi_y, 12), correct);
    ck_assert_double_eq_tol(
        ng_metric_ece(confidence, prediction, multi_y, 12, 4, scratch), ece, 1e-8);
    ck_assert_double_eq_tol(ng_metric_nll(p, multi_y, 12, 3, scratch), nll, 1e-7);
}

START_TEST(multiclass_tables_have_known_accuracy_ece_nll_and_churn)
{
    uint32_t a[12], b[12];
    check_multi(multi_fp32, 10, 0.27083333, 0.77492365, a);
    check_multi(multi_fp8, 7, 0.17708333, 0.80429509, b);
    ck_assert_uint_eq(ng_metric_flips(a, b, 12), 5);
}
END_TEST

START_TEST(multiclass_tables_lose_accuracy_only_in_slice_b)
{
    static char *const bands[] = {"a", "b"};
    const struct ng_slice_column column = {(char *)"slice", (char **)bands, 2};
    char *name[] = {(char *)"slice"};
    struct ng_texts slices = {name, 1};
    struct ng_arena arena = {0};
    struct ng_groups groups;
    struct ng_error err;
    ck_assert_int_eq(ng_groups_make(&slices, &column, 1, &arena, &groups, &err), NG_OK);
    uint16_t *codes[1] = {multi_slice};
    const int *tables[2] = {multi_fp32, multi_fp8};
    const size_t expected[2][2] = {{6, 4}, {6, 1}};
    for (int t = 0; t < 2; t++) {
        float p[36], confidence[12];
        uint32_t prediction[12], label[12];
        size_t correct[2];
        memcpy(label, multi_y, sizeof label);
        sixteenths(tables[t], 36, p);
        ng_metric_top(p, 12, 3, prediction, confidence);
        struct ng_rows rows = {
            .rows = 12, .label = label, .prediction = prediction, .slice = codes};
        ng_metric_group_correct(&groups, &rows, correct);
        ck_assert_uint_eq(correct[0], expected[t][0]);
        ck_assert_uint_eq(correct[1], expected[t][1]);
    }
    ng_arena_release(&arena);
}
END_TEST

START_TEST(ece_puts_confidence_1_into_the_last_bin_and_refuses_nan)
{
    const float sure[2] = {1.0f, 0.9375f};
    const float bad[2] = {1.0f, (float)NAN};
    const uint32_t prediction[2] = {0, 0}, label[2] = {1, 0};
    double scratch[2];
    /* One bin [15/16, 1]: |(0 - 1) + (1 - 0.9375)| / 2. */
    ck_assert_double_eq(ng_metric_ece(sure, prediction, label, 2, 16, scratch),
                        0.46875);
    ck_assert(isnan(ng_metric_ece(bad, prediction, label, 2, 16, scratch)));
}
END_TEST

/* ---- groups ---- */

static char *const region_bands[] = {"north", "south"};
static char *const age_bands[] = {"young", "mid", "old"};
static const struct ng_slice_column columns[2] = {{"region", (char **)region_bands, 2},
                                                  {"age", (char **)age_bands, 3}};

static enum ng_status make_groups(struct ng_arena *arena, struct ng_groups *groups,
                                  struct ng_error *err, size_t count, char **names)
{
    struct ng_texts slices = {names, count};
    return ng_groups_make(&slices, columns, 2, arena, groups, err);
}

START_TEST(an_intersection_puts_every_row_into_one_named_group)
{
    struct ng_arena arena = {0};
    struct ng_groups groups;
    struct ng_error err;
    char *names[] = {"region", "region x age"};
    ck_assert_int_eq(make_groups(&arena, &groups, &err, 2, names), NG_OK);
    ck_assert_uint_eq(groups.count, 2 + 6);
    uint16_t region[3] = {0, 1, 1}, age[3] = {2, 0, 2};
    uint16_t *codes[2] = {region, age};
    struct ng_rows rows = {.rows = 3, .slice = codes};
    ng_groups_count(&groups, &rows);
    ck_assert_uint_eq(groups.groups[1].rows, 2);
    size_t g = ng_group_of(&groups, 1, &rows, 2);
    ck_assert_str_eq(groups.groups[g].column, "region x age");
    ck_assert_str_eq(groups.groups[g].band, "south x old");
    ck_assert_uint_eq(groups.groups[g].rows, 1);
    struct ng_text words = {0};
    ng_group_words(&groups.groups[g], &words);
    ck_assert_str_eq(words.data, "region south x age old");
    ng_text_release(&words);
    ng_arena_release(&arena);
}
END_TEST

START_TEST(bad_slices_are_refused_with_a_suggestion)
{
    struct ng_arena arena = {0};
    struct ng_groups groups;
    struct ng_error err;
    char *typo[] = {"regoin x age"}, *itself[] = {"age x age"}, *two[] = {"age", "age"};
    char *empty[] = {""};
    ck_assert_int_eq(make_groups(&arena, &groups, &err, 1, typo), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean \"region\"?"));
    ck_assert_int_eq(make_groups(&arena, &groups, &err, 1, itself), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "twice"));
    ck_assert_int_eq(make_groups(&arena, &groups, &err, 2, two), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "declared twice"));
    ck_assert_int_eq(make_groups(&arena, &groups, &err, 1, empty), NG_INVALID);
    ng_arena_release(&arena);
}
END_TEST

Suite *ng_suite_metrics(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tests = tcase_create("metrics");
    tcase_add_test(tests, binary_table_ece_of_4_bins_closed_below_is_0_075);
    tcase_add_test(tests, binary_table_nll_is_0_4887582);
    tcase_add_test(tests, nll_of_an_impossible_label_costs_the_clip);
    tcase_add_test(tests, multiclass_tables_have_known_accuracy_ece_nll_and_churn);
    tcase_add_test(tests, multiclass_tables_lose_accuracy_only_in_slice_b);
    tcase_add_test(tests, ece_puts_confidence_1_into_the_last_bin_and_refuses_nan);
    tcase_add_test(tests, an_intersection_puts_every_row_into_one_named_group);
    tcase_add_test(tests, bad_slices_are_refused_with_a_suggestion);
    suite_add_tcase(suite, tests);
    return suite;
}
