/* The generator "claims" and the real set "optdigits". */
#include "tests/unit/suites.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/dataset.h"
#include "experiments/spec/experiment.h"
#include "tests/unit/skip.h"

static char *texts_of_classes[] = {"settled", "disputed"};

static struct ng_card_slice claims_slices[] = {
    {.name = "region", .column = "region"},
    {.name = "age", .column = "age"},
    {.name = "outcome", .by = "label"},
};

static struct ng_card claims_card(int64_t train_rows, int64_t test_rows)
{
    return (struct ng_card){
        .name = "claims",
        .title = "Generated claims",
        .reader = "claims",
        .separator = ",",
        .classes = {.values = texts_of_classes, .count = 2},
        .standardise = "column",
        .order = "shuffled",
        .test_share = 0.2,
        .duplicates = "keep",
        .seed = 1,
        .train_rows = train_rows,
        .test_rows = test_rows,
        .slices = {.values = claims_slices, .count = 3},
        .origin = "generated",
        .licence = "CC0 1.0",
    };
}

static void load_claims(struct ng_dataset *dataset)
{
    struct ng_error err;
    struct ng_card card = claims_card(5000, 20000);
    enum ng_status status = ng_dataset_load(dataset, &card, NULL, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
}

/* ---- Generated data ------------------------------------------------------------- */

START_TEST(claims_are_the_same_bits_at_every_load)
{
    struct ng_dataset one, other;
    load_claims(&one);
    load_claims(&other);
    ck_assert_str_eq(one.digest, other.digest);
    ck_assert_mem_eq(one.test.x, other.test.x,
                     one.test.rows * one.features * sizeof(float));
    ng_dataset_release(&one);
    ng_dataset_release(&other);
}
END_TEST

/* The digest of a small set stands here, so that a compiler, an option or a change of
 * the generator that moves one bit is seen. */
START_TEST(claims_are_the_same_bits_under_every_compiler)
{
    struct ng_error err;
    struct ng_dataset dataset;
    struct ng_card card = claims_card(300, 200);
    ck_assert_int_eq(ng_dataset_load(&dataset, &card, NULL, &err), NG_OK);
    ck_assert_str_eq(
        dataset.digest,
        "d7d14a95ebb7711b5725ea4cfad70a78ff581303e4bdbc496c93749bf39f396b");
    ng_dataset_release(&dataset);
}
END_TEST

START_TEST(claims_rows_do_not_depend_on_how_many_there_are)
{
    struct ng_error err;
    struct ng_dataset small, large;
    struct ng_card card = claims_card(100, 50);
    ck_assert_int_eq(ng_dataset_load(&small, &card, NULL, &err), NG_OK);
    load_claims(&large);
    ck_assert_mem_eq(small.test.true_probability, large.test.true_probability,
                     small.test.rows * 2 * sizeof(float));
    ck_assert_mem_eq(small.train.label, large.train.label,
                     small.train.rows * sizeof(uint32_t));
    ck_assert_mem_ne(small.train.label, small.test.label, 50 * sizeof(uint32_t));
    ng_dataset_release(&small);
    ng_dataset_release(&large);
}
END_TEST

START_TEST(claims_of_another_seed_are_others)
{
    struct ng_error err;
    struct ng_dataset one, other;
    struct ng_card card = claims_card(100, 100);
    ck_assert_int_eq(ng_dataset_load(&one, &card, NULL, &err), NG_OK);
    card.seed = 2;
    ck_assert_int_eq(ng_dataset_load(&other, &card, NULL, &err), NG_OK);
    ck_assert_str_ne(one.digest, other.digest);
    ng_dataset_release(&one);
    ng_dataset_release(&other);
}
END_TEST

/* Within 4.5 standard errors of a binomial share. */
static void expect_shares(const struct ng_dataset *dataset, size_t slice,
                          const double *shares, size_t count)
{
    size_t found[8] = {0};
    double rows = (double)dataset->test.rows;
    ck_assert_uint_eq(dataset->slices[slice].band_count, count);
    for (size_t row = 0; row < dataset->test.rows; row++)
        found[dataset->test.slice[slice][row]]++;
    for (size_t band = 0; band < count; band++) {
        double error = sqrt(shares[band] * (1 - shares[band]) / rows);
        ck_assert_double_eq_tol((double)found[band] / rows, shares[band], 4.5 * error);
    }
}

START_TEST(claims_groups_have_the_declared_shares)
{
    struct ng_dataset dataset;
    load_claims(&dataset);
    expect_shares(&dataset, 0, (const double[]){.44, .28, .16, .08, .04}, 5);
    expect_shares(&dataset, 1, (const double[]){.18, .46, .26, .10}, 4);
    ck_assert_str_eq(dataset.slices[0].bands[4], "islands");
    ck_assert_str_eq(dataset.slices[1].bands[3], "66+");
    ck_assert_str_eq(dataset.slices[2].bands[1], "disputed");
    ng_dataset_release(&dataset);
}
END_TEST

/* |z| < 4.5 for the number of disputes among the rows with low <= p < high. */
static void expect_calibrated(const struct ng_dataset *dataset, int region, double low,
                              double high)
{
    const struct ng_split *test = &dataset->test;
    double surplus = 0, variance = 0;
    for (size_t row = 0; row < test->rows; row++) {
        double p = (double)test->true_probability[2 * row + 1];
        if (p < low || p >= high || (region >= 0 && test->slice[0][row] != region))
            continue;
        surplus += (double)test->label[row] - p;
        variance += p * (1 - p);
    }
    ck_assert_double_gt(variance, 1.0);
    ck_assert_double_lt(fabs(surplus) / sqrt(variance), 4.5);
}

START_TEST(claims_labels_follow_the_true_probability)
{
    struct ng_dataset dataset;
    load_claims(&dataset);
    for (int region = -1; region < 5; region++)
        expect_calibrated(&dataset, region, 0, 2);
    for (int tenth = 0; tenth < 10; tenth++)
        expect_calibrated(&dataset, -1, tenth / 10.0, (tenth + 1) / 10.0);
    ng_dataset_release(&dataset);
}
END_TEST

START_TEST(claims_ceiling_is_86_to_90_percent_and_probabilities_sum_to_1)
{
    struct ng_dataset dataset;
    load_claims(&dataset);
    double ceiling = 0, right = 0;
    for (size_t row = 0; row < dataset.test.rows; row++) {
        const float *p = dataset.test.true_probability + 2 * row;
        ck_assert_double_eq((double)(p[0] + p[1]), 1);
        ceiling += (double)(p[0] > p[1] ? p[0] : p[1]);
        right += (p[1] > p[0]) == (dataset.test.label[row] == 1);
    }
    ceiling /= (double)dataset.test.rows;
    right /= (double)dataset.test.rows;
    ck_assert_double_ge(ceiling, 0.86);
    ck_assert_double_le(ceiling, 0.90);
    ck_assert_double_eq_tol(right, ceiling, 4.5 * sqrt(0.25 / 20000));
    ng_dataset_release(&dataset);
}
END_TEST

/* The documented formula once more, in FP64 with libm, from the features that a model
 * sees; the log of the amount and the delay undo the generator's exp. */
static double documented_truth(const struct ng_dataset *dataset, size_t row)
{
    static const double certainty[] = {1, 1, 1, 0.9, 0.7};
    static const double age_shift[] = {0.4, 0, -0.2, 0.2};
    const struct ng_split *test = &dataset->test;
    double raw[21];
    for (size_t i = 0; i < 21; i++)
        raw[i] =
            (double)test->x[row * 21 + i] * dataset->deviation[i] + dataset->mean[i];
    double a = log(raw[9]) - 6, c = (raw[10] - 600) / 80, t = 3 * log(raw[12] / 3);
    double qm = (raw[13] - 18) / 4 * (raw[14] - 12) / 3, h = (raw[15] - 8) / 1.5;
    double d = (raw[16] - 70) / 12;
    double main = 0.9 * a - 1.6 * c + 0.9 * (raw[11] - 1.3) + 0.8 * (t - 1) - 1.2 * d +
                  0.9 * (raw[18] - 0.35) - 0.6 * (raw[19] - 0.55) + 0.4 * raw[20] * a;
    double local[] = {0.5 * qm, 0.5 * qm + 0.2, 0.6 * qm - 0.2, 1.6 * c - 0.6 * qm,
                      2.4 * d + 1.3 * c - 0.6 * qm};
    size_t region = test->slice[0][row], age = test->slice[1][row];
    double by_age = age_shift[age] - (age == 3 ? 0.8 * h : 0);
    return 1 / (1 + exp(-1.8 *
                        (certainty[region] * (main + local[region]) + by_age - 0.55)));
}

START_TEST(claims_truth_is_the_documented_function_of_the_features)
{
    struct ng_dataset dataset;
    load_claims(&dataset);
    for (size_t row = 0; row < dataset.test.rows; row++)
        ck_assert_double_eq_tol((double)dataset.test.true_probability[2 * row + 1],
                                documented_truth(&dataset, row), 2e-5);
    ng_dataset_release(&dataset);
}
END_TEST

START_TEST(training_features_have_mean_0_and_deviation_1)
{
    struct ng_dataset dataset;
    load_claims(&dataset);
    ck_assert_uint_eq(dataset.constant_columns, 0);
    for (size_t i = 0; i < dataset.features; i++) {
        double sum = 0, squares = 0, rows = (double)dataset.train.rows;
        for (size_t row = 0; row < dataset.train.rows; row++) {
            double x = (double)dataset.train.x[row * dataset.features + i];
            sum += x;
            squares += x * x;
        }
        ck_assert_double_eq_tol(sum / rows, 0, 1e-6);
        ck_assert_double_eq_tol(squares / rows, 1, 1e-6);
        ck_assert_str_ne(dataset.feature_names[i], "");
    }
    ng_dataset_release(&dataset);
}
END_TEST

/* ---- Contradictory cards -------------------------------------------------------- */

static void expect_bad_card(const struct ng_card *card, const char *words)
{
    struct ng_error err;
    struct ng_dataset dataset;
    ck_assert_int_eq(ng_dataset_load(&dataset, card, "no-such-folder", &err),
                     NG_INVALID);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
    ng_dataset_release(&dataset);
}

START_TEST(cards_that_contradict_their_generator_are_refused)
{
    struct ng_card_file file = {.role = "train", .part = "features", .path = "a.csv"};
    struct ng_card_slice twice[] = {{.name = "a", .column = "age"},
                                    {.name = "a", .column = "region"}};
    struct ng_card_slice bad_column = {.name = "a", .column = "regoin"};
    struct ng_card_slice bad_bands = {
        .name = "a",
        .column = "age",
        .bands = {.values = texts_of_classes, .count = 2}};
    struct ng_card card = claims_card(10, 10);
    card.classes.values = (char *[]){"a", "b", "c"};
    card.classes.count = 3;
    expect_bad_card(&card, "names 3 classes; its reader claims makes 2");
    card.classes.count = 0;
    expect_bad_card(&card, "names 0 classes; its reader claims makes 2");
    card = claims_card(10, 10);
    card.classes.values = (char *[]){"a", "a"};
    expect_bad_card(&card, "'a' twice in classes");
    card = claims_card(10, 0);
    expect_bad_card(&card, "10 training and 0 test rows");
    card = claims_card(10, 10);
    card.files = (struct ng_tables){&file, 1};
    expect_bad_card(&card, "lists files");
    card = claims_card(10, 10);
    card.slices = (struct ng_tables){twice, 2};
    expect_bad_card(&card, "two slices of the name a");
    card.slices = (struct ng_tables){&bad_column, 1};
    expect_bad_card(&card, "did you mean 'region'?");
    card.slices = (struct ng_tables){&bad_bands, 1};
    expect_bad_card(&card, "names 2 bands for the slice a, which has 4");
    card = claims_card(1000000000, 1000000000);
    expect_bad_card(&card, "asks for 2000000000 rows of 21 features");
    card = claims_card(10, 10);
    card.reader = "claim";
    expect_bad_card(&card, "did you mean 'claims'?");
}
END_TEST

/* ---- Real data ------------------------------------------------------------------ */

static bool load_optdigits(const char *test, struct ng_dataset *dataset)
{
    static struct ng_arena arena;
    struct ng_card card;
    struct ng_error err;
    const char *folder = getenv("NG_DATA");
    enum ng_status status = ng_card_read("optdigits", &arena, &card, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    status = ng_dataset_load(dataset, &card, folder, &err);
    ng_arena_release(&arena);
    if (status == NG_ABSENT) {
        ng_test_skip(test, folder == NULL ? "NG_DATA is not set"
                                          : "no optdigits below NG_DATA");
        return false;
    }
    ck_assert_msg(status == NG_OK, "%s", err.text);
    return true;
}

START_TEST(optdigits_has_the_counts_per_class_that_awk_finds)
{
    static const size_t train[] = {376, 389, 380, 389, 387, 376, 377, 387, 380, 382};
    static const size_t test[] = {178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
    struct ng_dataset dataset;
    if (!load_optdigits("optdigits_has_the_counts_per_class_that_awk_finds", &dataset))
        return;
    size_t found[2][10] = {{0}};
    for (size_t row = 0; row < dataset.train.rows; row++)
        found[0][dataset.train.label[row]]++;
    for (size_t row = 0; row < dataset.test.rows; row++) {
        found[1][dataset.test.label[row]]++;
        ck_assert_uint_eq(dataset.test.slice[0][row], dataset.test.label[row]);
    }
    ck_assert_mem_eq(found[0], train, sizeof train);
    ck_assert_mem_eq(found[1], test, sizeof test);
    ck_assert_str_eq(dataset.slices[0].name, "digit");
    ck_assert_str_eq(dataset.slices[0].bands[9], "9");
    ng_dataset_release(&dataset);
}
END_TEST

/* Mean, deviation and the two values are NumPy's over the same files. */
START_TEST(optdigits_is_standardised_as_numpy_does_it)
{
    struct ng_dataset dataset;
    if (!load_optdigits("optdigits_is_standardised_as_numpy_does_it", &dataset))
        return;
    ck_assert_double_eq_tol(dataset.mean[20], 7.186502746534136, 1e-12);
    ck_assert_double_eq_tol(dataset.deviation[20], 6.14188383133171, 1e-12);
    ck_assert_double_eq((double)(dataset.train.x[20]), (double)-1.1700811F);
    ck_assert_double_eq((double)(dataset.test.x[1796 * 64 + 20]), (double)0.13245077F);
    ng_dataset_release(&dataset);
}
END_TEST

START_TEST(optdigits_columns_0_and_39_are_constant_and_become_zeros)
{
    struct ng_dataset dataset;
    if (!load_optdigits("optdigits_columns_0_and_39_are_constant_and_become_zeros",
                        &dataset))
        return;
    ck_assert_uint_eq(dataset.constant_columns, 2);
    for (size_t i = 0; i < 64; i++)
        ck_assert_int_eq(dataset.deviation[i] == 0, i == 0 || i == 39);
    for (size_t row = 0; row < dataset.test.rows; row++) {
        ck_assert_double_eq((double)(dataset.test.x[row * 64]), 0);
        ck_assert_double_eq((double)(dataset.test.x[row * 64 + 39]), 0);
    }
    ng_dataset_release(&dataset);
}
END_TEST

Suite *ng_suite_datasets(void)
{
    Suite *suite = suite_create("datasets");
    TCase *claims = tcase_create("claims");
    tcase_add_test(claims, claims_are_the_same_bits_at_every_load);
    tcase_add_test(claims, claims_are_the_same_bits_under_every_compiler);
    tcase_add_test(claims, claims_rows_do_not_depend_on_how_many_there_are);
    tcase_add_test(claims, claims_of_another_seed_are_others);
    tcase_add_test(claims, claims_groups_have_the_declared_shares);
    tcase_add_test(claims, claims_labels_follow_the_true_probability);
    tcase_add_test(claims,
                   claims_ceiling_is_86_to_90_percent_and_probabilities_sum_to_1);
    tcase_add_test(claims, claims_truth_is_the_documented_function_of_the_features);
    tcase_add_test(claims, training_features_have_mean_0_and_deviation_1);
    suite_add_tcase(suite, claims);
    TCase *cards = tcase_create("cards");
    tcase_add_test(cards, cards_that_contradict_their_generator_are_refused);
    suite_add_tcase(suite, cards);
    TCase *real = tcase_create("optdigits");
    tcase_add_test(real, optdigits_has_the_counts_per_class_that_awk_finds);
    tcase_add_test(real, optdigits_is_standardised_as_numpy_does_it);
    tcase_add_test(real, optdigits_columns_0_and_39_are_constant_and_become_zeros);
    suite_add_tcase(suite, real);
    return suite;
}
