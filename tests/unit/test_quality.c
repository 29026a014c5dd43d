/* What is counted in a data set, on sets made by hand. */
#include "tests/unit/suites.h"

#include <math.h>
#include <string.h>

#include "datasets/quality.h"
#include "formats/codec/format.h"

#define ROWS 6

/* A set with two splits of up to ROWS rows, one feature and two classes; a test changes what
 * it is about. */
struct sample {
    struct ng_dataset dataset;
    uint32_t label[2][ROWS];
    uint64_t key[2][ROWS][2];
    uint16_t missing[2][ROWS];
    int64_t time[2][ROWS];
    uint16_t band[2][ROWS];
    uint16_t *bands[2];
    struct ng_feature_facts facts;
    struct ng_slice_column slice;
    char *names[2];
    char name[8], first[8], second[8];
    struct ng_arena arena;
    struct ng_quality quality;
};

static void set_up(struct sample *sample)
{
    static const struct sample empty;
    struct ng_dataset *dataset = &sample->dataset;
    *sample = empty;
    strcpy(sample->name, "sample");
    strcpy(sample->first, "first");
    strcpy(sample->second, "second");
    sample->names[0] = sample->first;
    sample->names[1] = sample->second;
    sample->slice = (struct ng_slice_column){
        .name = sample->name, .bands = sample->names, .band_count = 2};
    *dataset = (struct ng_dataset){.name = sample->name,
                                   .features = 1,
                                   .classes = 2,
                                   .slice_count = 1,
                                   .class_names = sample->names,
                                   .slices = &sample->slice,
                                   .facts = &sample->facts};
    struct ng_split *splits[2] = {&dataset->train, &dataset->test};
    for (int s = 0; s < 2; s++) {
        sample->bands[s] = sample->band[s];
        *splits[s] = (struct ng_split){.rows = ROWS,
                                       .label = sample->label[s],
                                       .key = sample->key[s],
                                       .slice = &sample->bands[s]};
        for (uint64_t row = 0; row < ROWS; row++) {
            sample->key[s][row][0] = 7;
            sample->key[s][row][1] = 100 * (uint64_t)s + row;
            sample->time[s][row] = (int64_t)(2 * row) + s;
        }
    }
    for (int s = 0; s < 2; s++) {
        sample->facts.least[s] = -1;
        sample->facts.most[s] = 1;
        sample->facts.tiniest[s] = 0.25;
    }
}

static void measure(struct sample *sample)
{
    struct ng_error err;
    enum ng_status status =
        ng_quality_measure(&sample->dataset, &sample->arena, &sample->quality, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
}

static size_t number_of(const struct ng_format *format)
{
    size_t i = 0;
    while (ng_quality_formats[i] != format)
        i++;
    return i;
}

/* Does the feature with this range fit badly into the format? */
static bool fits_badly(double least, double most, double tiniest,
                       const struct ng_format *format, enum ng_fit fit)
{
    struct sample sample;
    set_up(&sample);
    for (int s = 0; s < 2; s++) {
        sample.facts.least[s] = least;
        sample.facts.most[s] = most;
        sample.facts.tiniest[s] = tiniest;
    }
    measure(&sample);
    size_t i = number_of(format);
    bool badly = sample.quality.features[0].fits_badly[fit][i];
    ck_assert_uint_eq(sample.quality.format_fits_badly[fit][i], badly);
    ng_arena_release(&sample.arena);
    return badly;
}

/* ---- Rows ------------------------------------------------------------------------ */

START_TEST(a_repeat_is_a_row_that_an_earlier_one_of_its_split_equals)
{
    struct sample sample;
    set_up(&sample);
    /* Rows 1, 3 and 5 of training are the same, and so are two of the test rows. */
    memcpy(sample.key[0][3], sample.key[0][1], sizeof sample.key[0][1]);
    memcpy(sample.key[0][5], sample.key[0][1], sizeof sample.key[0][1]);
    memcpy(sample.key[1][4], sample.key[1][0], sizeof sample.key[1][0]);
    measure(&sample);
    ck_assert(sample.quality.has_keys);
    ck_assert_uint_eq(sample.quality.train.duplicates, 2);
    ck_assert_uint_eq(sample.quality.test.duplicates, 1);
    ck_assert_uint_eq(sample.quality.leaked, 0);
    ng_arena_release(&sample.arena);
}
END_TEST

START_TEST(every_test_row_that_is_a_training_row_leaks)
{
    struct sample sample;
    set_up(&sample);
    memcpy(sample.key[1][0], sample.key[0][5], sizeof sample.key[0][5]);
    memcpy(sample.key[1][3], sample.key[0][5], sizeof sample.key[0][5]);
    memcpy(sample.key[1][2], sample.key[0][0], sizeof sample.key[0][0]);
    measure(&sample);
    ck_assert_uint_eq(sample.quality.leaked, 3);
    ng_arena_release(&sample.arena);
}
END_TEST

START_TEST(keys_that_differ_in_their_first_half_alone_are_different_rows)
{
    struct sample sample;
    set_up(&sample);
    sample.key[0][1][1] = sample.key[0][0][1];
    sample.key[0][1][0] = 8;
    sample.key[1][0][1] = sample.key[0][0][1];
    sample.key[1][0][0] = 6;
    measure(&sample);
    ck_assert_uint_eq(sample.quality.train.duplicates, 0);
    ck_assert_uint_eq(sample.quality.leaked, 0);
    ng_arena_release(&sample.arena);
}
END_TEST

START_TEST(without_keys_repeats_and_leaks_are_not_known)
{
    struct sample sample;
    set_up(&sample);
    sample.dataset.test.key = NULL;
    measure(&sample);
    ck_assert(!sample.quality.has_keys);
    ng_arena_release(&sample.arena);
}
END_TEST

START_TEST(classes_bands_and_missing_rows_are_counted_in_each_split)
{
    struct sample sample;
    set_up(&sample);
    sample.label[0][0] = sample.label[0][1] = sample.label[1][5] = 1;
    sample.band[0][2] = sample.band[1][2] = sample.band[1][3] = 1;
    sample.missing[0][0] = 2;
    sample.missing[0][4] = 1;
    sample.dataset.train.missing = sample.missing[0];
    measure(&sample);
    const struct ng_quality *quality = &sample.quality;
    ck_assert_uint_eq(quality->train.class_rows[0], 4);
    ck_assert_uint_eq(quality->train.class_rows[1], 2);
    ck_assert_uint_eq(quality->test.class_rows[1], 1);
    ck_assert_uint_eq(quality->train.band_rows[0][1], 1);
    ck_assert_uint_eq(quality->test.band_rows[0][0], 4);
    ck_assert_uint_eq(quality->test.band_rows[0][1], 2);
    ck_assert_uint_eq(quality->train.missing_rows, 2);
    ck_assert_uint_eq(quality->test.missing_rows, 0);
    ng_arena_release(&sample.arena);
}
END_TEST

START_TEST(a_text_counts_its_characters)
{
    struct sample sample;
    uint16_t tokens[5] = {0, 1, 1, 1, 0};
    set_up(&sample);
    sample.dataset.features = sample.dataset.slice_count = 0;
    sample.dataset.train = (struct ng_split){.token = tokens, .tokens = 5};
    sample.dataset.test = (struct ng_split){.token = tokens, .tokens = 2};
    measure(&sample);
    ck_assert_uint_eq(sample.quality.train.class_rows[1], 3);
    ck_assert_uint_eq(sample.quality.test.class_rows[1], 1);
    ck_assert_uint_eq(sample.quality.train.rows, 0);
    ck_assert_uint_eq(sample.quality.numbers, 0);
    ng_arena_release(&sample.arena);
}
END_TEST

/* ---- Ranges ---------------------------------------------------------------------- */

/* The limits are those of the OFP8 specification: e4m3 up to 448, smallest 2^-9, smallest
 * normal 2^-6; e5m2 up to 57344. */
START_TEST(a_column_exceeds_a_format_above_its_largest_value)
{
    ck_assert(!fits_badly(0, 448, 1, &ng_e4m3, NG_FIT_EXCEEDS));
    ck_assert(fits_badly(0, 448.5, 1, &ng_e4m3, NG_FIT_EXCEEDS));
    ck_assert(fits_badly(-500, 0, 1, &ng_e4m3, NG_FIT_EXCEEDS));
    ck_assert(!fits_badly(-500, 57344, 1, &ng_e5m2, NG_FIT_EXCEEDS));
    ck_assert(fits_badly(-500, 57345, 1, &ng_e5m2, NG_FIT_EXCEEDS));
}
END_TEST

/* Half the smallest value is a tie, and the even neighbour is 0: the converter agrees. */
START_TEST(a_value_vanishes_where_the_converter_makes_it_zero)
{
    const double tiniest[] = {0x1p-10, 0x1.01p-10, 0x1p-9, 0x1p-11, 0x1p-17, 0x1.8p-17};
    for (size_t i = 0; i < sizeof tiniest / sizeof tiniest[0]; i++) {
        const struct ng_format *formats[] = {&ng_e4m3, &ng_e5m2};
        for (size_t f = 0; f < 2; f++) {
            uint32_t code = ng_format_encode_one(formats[f], &NG_POLICY_CUDA_SATFINITE,
                                                 (float)tiniest[i], 0, NULL);
            ck_assert_int_eq(fits_badly(0, 1, tiniest[i], formats[f], NG_FIT_VANISHES),
                             code == 0);
        }
    }
}
END_TEST

START_TEST(a_column_fades_that_has_no_normal_value)
{
    ck_assert(fits_badly(0, 0x1.8p-7, 0x1p-8, &ng_e4m3, NG_FIT_FADES));
    ck_assert(!fits_badly(0, 0x1p-6, 0x1p-8, &ng_e4m3, NG_FIT_FADES));
    ck_assert(!fits_badly(0, 0x1.8p-7, 0x1p-8, &ng_e5m2, NG_FIT_FADES));
    ck_assert(!fits_badly(0, 0, (double)NAN, &ng_e4m3, NG_FIT_FADES));
}
END_TEST

START_TEST(a_range_joins_both_splits_and_passes_over_missing_ones)
{
    struct sample sample;
    set_up(&sample);
    sample.facts.least[0] = sample.facts.most[0] = sample.facts.tiniest[0] =
        (double)NAN;
    sample.facts.least[1] = -3;
    sample.facts.most[1] = 900;
    sample.facts.tiniest[1] = 2;
    measure(&sample);
    const struct ng_quality_feature *feature = &sample.quality.features[0];
    ck_assert_double_eq(feature->least, -3);
    ck_assert_double_eq(feature->most, 900);
    ck_assert_double_eq(feature->tiniest, 2);
    ck_assert(feature->fits_badly[NG_FIT_EXCEEDS][number_of(&ng_e4m3)]);
    ng_arena_release(&sample.arena);
}
END_TEST

START_TEST(a_column_without_any_value_fits_every_format)
{
    for (int fit = 0; fit < NG_FITS; fit++)
        ck_assert(!fits_badly((double)NAN, (double)NAN, (double)NAN, &ng_e4m3,
                              (enum ng_fit)fit));
}
END_TEST

START_TEST(indicators_have_no_range)
{
    struct sample sample;
    set_up(&sample);
    sample.facts.kind = NG_FEATURE_CATEGORY;
    measure(&sample);
    ck_assert(!sample.quality.features[0].is_number);
    ck_assert_uint_eq(sample.quality.numbers, 0);
    ng_arena_release(&sample.arena);
}
END_TEST

/* ---- Streams --------------------------------------------------------------------- */

START_TEST(without_time_there_are_no_runs)
{
    struct sample sample;
    set_up(&sample);
    measure(&sample);
    ck_assert_ptr_null(sample.quality.position_share);
    ng_arena_release(&sample.arena);
}
END_TEST

/* Training rows at the times 0, 2 ... 10 and test rows at 1, 3 ... 11: in the order of time,
 * 12 rows are runs of 2, 2, 3, 2 and 3. All test rows are of class 1. */
START_TEST(runs_follow_time_across_the_splits)
{
    static const double expected[NG_QUALITY_RUNS] = {1 / 2.0, 1 / 2.0, 1 / 3.0, 1 / 2.0,
                                                     2 / 3.0};
    struct sample sample;
    set_up(&sample);
    sample.dataset.train.time = sample.time[0];
    sample.dataset.test.time = sample.time[1];
    for (size_t row = 0; row < ROWS; row++)
        sample.label[1][row] = 1;
    measure(&sample);
    const double *share = sample.quality.position_share;
    ck_assert_ptr_nonnull(share);
    for (size_t run = 0; run < NG_QUALITY_RUNS; run++) {
        ck_assert_double_eq_tol(share[NG_QUALITY_RUNS + run], expected[run], 1e-15);
        ck_assert_double_eq_tol(share[run] + share[NG_QUALITY_RUNS + run], 1, 1e-15);
    }
    ng_arena_release(&sample.arena);
}
END_TEST

Suite *ng_suite_quality(void)
{
    Suite *suite = suite_create("quality");
    TCase *tests = tcase_create("quality");
    tcase_add_test(tests, a_repeat_is_a_row_that_an_earlier_one_of_its_split_equals);
    tcase_add_test(tests, every_test_row_that_is_a_training_row_leaks);
    tcase_add_test(tests,
                   keys_that_differ_in_their_first_half_alone_are_different_rows);
    tcase_add_test(tests, without_keys_repeats_and_leaks_are_not_known);
    tcase_add_test(tests, classes_bands_and_missing_rows_are_counted_in_each_split);
    tcase_add_test(tests, a_text_counts_its_characters);
    tcase_add_test(tests, a_column_exceeds_a_format_above_its_largest_value);
    tcase_add_test(tests, a_value_vanishes_where_the_converter_makes_it_zero);
    tcase_add_test(tests, a_column_fades_that_has_no_normal_value);
    tcase_add_test(tests, a_range_joins_both_splits_and_passes_over_missing_ones);
    tcase_add_test(tests, a_column_without_any_value_fits_every_format);
    tcase_add_test(tests, indicators_have_no_range);
    tcase_add_test(tests, without_time_there_are_no_runs);
    tcase_add_test(tests, runs_follow_time_across_the_splits);
    suite_add_tcase(suite, tests);
    return suite;
}
