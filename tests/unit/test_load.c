/* The loader: what it refuses, how it divides rows, bands, standardises and clips. */
#include "tests/unit/suites.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/dataset.h"
#include "datasets/files/digest.h"
#include "formats/base/text.h"

/* What every card has; the rest is zero, as the strict reader leaves it. */
static struct ng_card plain_card(const char *reader)
{
    return (struct ng_card){
        .name = "table",
        .title = "A small table",
        .reader = (char *)reader,
        .separator = ",",
        .standardise = "column",
        .clip = 20,
        .order = "shuffled",
        .test_share = 0.2,
        .duplicates = "keep",
        .origin = "a test",
        .licence = "none",
    };
}

#define ANY_DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct ng_card table_card(struct ng_card_file *files, size_t count)
{
    static char *names[] = {"no", "yes"};
    static struct ng_card_column columns[] = {{.name = "x",
                                               .repeat = 3,
                                               .least = -(double)FLT_MAX,
                                               .most = (double)FLT_MAX,
                                               .buckets = 256},
                                              {.name = "answer",
                                               .type = NG_COLUMN_LABEL,
                                               .repeat = 1,
                                               .least = -(double)FLT_MAX,
                                               .most = (double)FLT_MAX,
                                               .buckets = 256}};
    struct ng_card card = plain_card("csv");
    card.files = (struct ng_tables){files, count};
    card.columns = (struct ng_tables){columns, 2};
    card.classes = (struct ng_texts){names, 2};
    return card;
}

/* ---- Small tables --------------------------------------------------------------- */

struct folder {
    char path[256], train[300], test[300];
    char train_digest[NG_DIGEST_TEXT], test_digest[NG_DIGEST_TEXT];
};

static void write_text(const char *path, const char *text, char digest[NG_DIGEST_TEXT])
{
    struct ng_error err;
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(ng_digest_file(path, digest, &err), NG_OK);
}

static void make_folder(struct folder *folder, const char *train, const char *test)
{
    snprintf(folder->path, sizeof folder->path, "%s/ng-data-XXXXXX", P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(folder->path));
    snprintf(folder->train, sizeof folder->train, "%s/a.csv", folder->path);
    snprintf(folder->test, sizeof folder->test, "%s/b.csv", folder->path);
    write_text(folder->train, train, folder->train_digest);
    write_text(folder->test, test, folder->test_digest);
}

static void remove_folder(const struct folder *folder)
{
    unlink(folder->train);
    unlink(folder->test);
    rmdir(folder->path);
}

static enum ng_status load_table(struct folder *folder, int64_t train_rows,
                                 int64_t test_rows, struct ng_dataset *dataset,
                                 struct ng_error *err)
{
    struct ng_card_file files[] = {{.role = "train",
                                    .part = "features",
                                    .path = "a.csv",
                                    .sha256 = folder->train_digest,
                                    .rows = train_rows},
                                   {.role = "test",
                                    .part = "features",
                                    .path = "b.csv",
                                    .sha256 = folder->test_digest,
                                    .rows = test_rows}};
    struct ng_card card = table_card(files, 2);
    card.clip = 0;
    return ng_dataset_load(dataset, &card, folder->path, err);
}

START_TEST(tables_are_standardised_by_the_training_split_alone)
{
    struct folder folder;
    struct ng_dataset dataset;
    struct ng_error err;
    make_folder(&folder, "1,7,-2,yes\n3,7,2,no\n", "5,8,0,yes\n");
    enum ng_status status = load_table(&folder, 2, 1, &dataset, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    static const float train[] = {-1, 0, -1, 1, 0, 1}, test[] = {3, 0, 0};
    ck_assert_mem_eq(dataset.train.x, train, sizeof train);
    ck_assert_mem_eq(dataset.test.x, test, sizeof test);
    ck_assert_uint_eq(dataset.constant_columns, 1);
    ck_assert_double_eq(dataset.mean[0], 2);
    ck_assert_double_eq(dataset.deviation[0], 1);
    ck_assert_double_eq(dataset.deviation[1], 0);
    ck_assert_uint_eq(dataset.train.label[0], 1);
    ck_assert_ptr_null(dataset.train.true_probability);
    ng_dataset_release(&dataset);
    ng_dataset_release(&dataset);
    remove_folder(&folder);
}
END_TEST

START_TEST(a_constant_that_is_no_binary_fraction_is_still_constant)
{
    struct folder folder;
    struct ng_dataset dataset;
    struct ng_error err;
    make_folder(&folder, "0.1,1,0,yes\n0.1,2,0,no\n0.1,3,0,no\n", "0.1,8,0,yes\n");
    ck_assert_int_eq(load_table(&folder, 3, 1, &dataset, &err), NG_OK);
    ck_assert_uint_eq(dataset.constant_columns, 2);
    ck_assert_double_eq((double)(dataset.train.x[0]), 0);
    ng_dataset_release(&dataset);
    remove_folder(&folder);
}
END_TEST

START_TEST(the_digest_is_of_the_values_not_of_their_spelling_or_place)
{
    struct folder one, other, third;
    struct ng_dataset a, b, c;
    struct ng_error err;
    make_folder(&one, "1,7,-2,yes\n3,7,2,no\n", "5,8,0,yes\n");
    make_folder(&other, "1.0,7,-2,yes\r\n3,7e0,2,no", "5,8,0.,yes\n");
    make_folder(&third, "1,7,-2,yes\n3,7,2,yes\n", "5,8,0,yes\n");
    ck_assert_int_eq(load_table(&one, 2, 1, &a, &err), NG_OK);
    ck_assert_int_eq(load_table(&other, 2, 1, &b, &err), NG_OK);
    ck_assert_int_eq(load_table(&third, 2, 1, &c, &err), NG_OK);
    ck_assert_str_eq(a.digest, b.digest);
    ck_assert_str_ne(a.digest, c.digest);
    ng_dataset_release(&a);
    ng_dataset_release(&b);
    ng_dataset_release(&c);
    remove_folder(&one);
    remove_folder(&other);
    remove_folder(&third);
}
END_TEST

static void expect_bad_table(const char *train, int64_t rows, const char *words)
{
    struct folder folder;
    struct ng_dataset dataset;
    struct ng_error err;
    make_folder(&folder, train, "5,8,0,yes\n");
    ck_assert_int_eq(load_table(&folder, rows, 1, &dataset, &err), NG_INVALID);
    ck_assert_msg(strstr(err.text, "a.csv") != NULL ||
                      strstr(err.text, "table") != NULL,
                  "no name in: %s", err.text);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
    remove_folder(&folder);
}

START_TEST(tables_that_are_not_what_the_card_says_are_refused)
{
    expect_bad_table("1,7,-2,yes\n3,7,2,no\n", 1,
                     "has 2 rows; the data card table expects 1");
    expect_bad_table("1,7,-2,yes\n3,7,2,no\n", 3,
                     "has 2 rows; the data card table expects 3");
    expect_bad_table("", 1, "has 0 rows");
    expect_bad_table("1,7,-2,maybe\n", 1,
                     "field 4: 'maybe' is not one of the 2 classes");
    expect_bad_table("1,7,yes\n", 1, "has 3 fields; 4 were expected");
    expect_bad_table("1,x,2,yes\n", 1, "field 2: 'x' is not a decimal number");
    expect_bad_table("1,4e38,2,yes\n", 1, "field 2: '4e38' is not a number of FP32");
}
END_TEST

START_TEST(a_value_beyond_fp32_after_standardising_is_refused)
{
    struct folder folder;
    struct ng_dataset dataset;
    struct ng_error err;
    make_folder(&folder, "1e-44,1,0,yes\n3e-44,1,0,no\n", "3e38,8,0,yes\n");
    ck_assert_int_eq(load_table(&folder, 2, 1, &dataset, &err), NG_INVALID);
    ck_assert_msg(strstr(err.text, "row 1, column x0") != NULL, "%s", err.text);
    remove_folder(&folder);
}
END_TEST

START_TEST(keys_are_made_only_where_they_are_asked_for)
{
    struct ng_card_file files[] = {
        {.role = "train", .part = "features", .path = "a.csv"},
        {.role = "test", .part = "features", .path = "b.csv"}};
    struct ng_card card = table_card(files, 2);
    struct folder folder;
    struct ng_dataset with, without;
    struct ng_error err;
    make_folder(&folder, "1,7,2,yes\n3,7,2,no\n", "3,7,2,no\n");
    ck_assert_int_eq(ng_dataset_load(&without, &card, folder.path, &err), NG_OK);
    ck_assert_int_eq(ng_dataset_load_keyed(&with, &card, folder.path, &err), NG_OK);
    ck_assert_ptr_null(without.train.key);
    ck_assert_ptr_null(without.test.key);
    ck_assert_mem_eq(with.train.key[1], with.test.key[0], 16);
    ck_assert_str_eq(with.digest, without.digest);
    ng_dataset_release(&with);
    ng_dataset_release(&without);
    remove_folder(&folder);
}
END_TEST

START_TEST(another_file_than_the_card_means_is_refused_naming_both_digests)
{
    struct folder folder;
    struct ng_dataset dataset;
    struct ng_error err;
    char found[NG_DIGEST_TEXT];
    make_folder(&folder, "1,7,-2,yes\n", "5,8,0,yes\n");
    write_text(folder.train, "2,7,-2,yes\n", found);
    ck_assert_int_eq(load_table(&folder, 1, 1, &dataset, &err), NG_INVALID);
    ck_assert_msg(strstr(err.text, found) != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, folder.train_digest) != NULL, "%s", err.text);
    remove_folder(&folder);
}
END_TEST

START_TEST(an_absent_file_is_named_with_the_way_to_point_to_it)
{
    struct ng_card_file files[] = {
        {.role = "train", .part = "features", .path = "a.csv", .sha256 = ANY_DIGEST},
        {.role = "test", .part = "features", .path = "b.csv", .sha256 = ANY_DIGEST}};
    struct ng_card card = table_card(files, 2);
    struct ng_dataset dataset;
    struct ng_error err;
    static const char *const folders[] = {"no-such-folder", NULL, ""};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(ng_dataset_load(&dataset, &card, folders[i], &err), NG_ABSENT);
        ck_assert_ptr_nonnull(strstr(err.text, "a.csv"));
        ck_assert_ptr_nonnull(strstr(err.text, "--data FOLDER"));
        ck_assert_ptr_nonnull(strstr(err.text, "NG_DATA"));
        ck_assert_ptr_null(strstr(err.text, "data fetch"));
    }
    files[0].url = "https://example.org/a.csv";
    ck_assert_int_eq(ng_dataset_load(&dataset, &card, folders[0], &err), NG_ABSENT);
    ck_assert_msg(
        strstr(err.text, ": fetch it with narrowgauge data fetch table, or name") !=
            NULL,
        "%s", err.text);
}
END_TEST

static void expect_float(float found, float expected)
{
    ck_assert_double_eq((double)found, (double)expected);
}

/* ---- Dividing, banding, clipping ------------------------------------------------- */

/* One file of role all. */
static enum ng_status load_all(const char *text, struct ng_card card,
                               struct ng_dataset *dataset, struct ng_error *err)
{
    struct folder folder;
    struct ng_card_file file = {.role = "all", .part = "features", .path = "a.csv"};
    make_folder(&folder, text, "");
    card.files = (struct ng_tables){&file, 1};
    enum ng_status status = ng_dataset_load(dataset, &card, folder.path, err);
    remove_folder(&folder);
    return status;
}

/* Row i is "i,7,i % 3,LABEL". */
static char *counted_rows(size_t rows)
{
    struct ng_text text = {0};
    for (size_t i = 0; i < rows; i++)
        ng_text_printf(&text, "%zu,7,%zu,%s\n", i, i % 3, i % 2 == 0 ? "no" : "yes");
    ck_assert(!text.failed);
    return text.data;
}

static void load_counted(size_t rows, struct ng_card card, struct ng_dataset *dataset)
{
    struct ng_error err;
    char *text = counted_rows(rows);
    enum ng_status status = load_all(text, card, dataset, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    free(text);
}

START_TEST(a_drawn_split_is_not_moved_by_rows_that_come_later)
{
    struct ng_dataset small, large, other;
    struct ng_card card = table_card(NULL, 0);
    card.standardise = "none";
    load_counted(200, card, &small);
    load_counted(1000, card, &large);
    card.seed = 1;
    load_counted(1000, card, &other);
    ck_assert_uint_eq(small.train.rows + small.test.rows, 200);
    for (size_t row = 0; row < small.test.rows; row++)
        expect_float(small.test.x[3 * row], large.test.x[3 * row]);
    ck_assert_double_ge((double)large.test.x[3 * small.test.rows], 200);
    for (size_t row = 0; row < small.train.rows; row++)
        expect_float(small.train.x[3 * row], large.train.x[3 * row]);
    ck_assert_double_eq_tol((double)large.test.rows, 200, 4.5 * sqrt(0.16 * 1000));
    ck_assert_mem_ne(large.test.x, other.test.x, 50 * sizeof(float));
    ck_assert_ptr_null(large.train.time);
    ng_dataset_release(&small);
    ng_dataset_release(&large);
    ng_dataset_release(&other);
}
END_TEST

START_TEST(the_end_of_a_stream_is_its_test_and_rows_know_their_place)
{
    struct ng_dataset dataset;
    struct ng_card card = table_card(NULL, 0);
    card.standardise = "none";
    card.order = "stream";
    card.test_share = 0.25;
    load_counted(11, card, &dataset);
    ck_assert_uint_eq(dataset.test.rows, 3); /* round(2.75) */
    for (size_t row = 0; row < 8; row++) {
        expect_float(dataset.train.x[3 * row], (float)row);
        ck_assert_int_eq(dataset.train.time[row], (int64_t)row);
    }
    for (size_t row = 0; row < 3; row++) {
        expect_float(dataset.test.x[3 * row], (float)row + 8);
        ck_assert_int_eq(dataset.test.time[row], (int64_t)row + 8);
    }
    ng_dataset_release(&dataset);
}
END_TEST

START_TEST(a_stream_is_ordered_by_its_time_and_equal_times_stay_in_order)
{
    struct ng_dataset dataset;
    struct ng_error err;
    struct ng_card card = table_card(NULL, 0);
    struct ng_card_column columns[3];
    memcpy(columns, card.columns.values, sizeof columns[0]);
    memcpy(columns + 2, (struct ng_card_column *)card.columns.values + 1,
           sizeof columns[0]);
    columns[1] = columns[2];
    columns[1].name = "when";
    columns[1].type = NG_COLUMN_TIME;
    columns[0].repeat = 1;
    card.columns = (struct ng_tables){columns, 3};
    card.standardise = "none";
    card.order = "stream";
    card.test_share = 0.4;
    static const char text[] = "5,2015-02-04 17:51:00,no\n3,2015-02-03 10:00:00,yes\n"
                               "4,2015-02-03 10:00:00,no\n1,2014-12-31 23:59:59,no\n"
                               "2,2015-01-01 00:00:00,yes\n";
    enum ng_status status = load_all(text, card, &dataset, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    ck_assert_uint_eq(dataset.train.rows, 3);
    for (size_t row = 0; row < 5; row++)
        expect_float(row < 3 ? dataset.train.x[row] : dataset.test.x[row - 3],
                     (float)row + 1);
    ng_dataset_release(&dataset);
}
END_TEST

START_TEST(rows_that_repeat_an_earlier_one_are_dropped_and_counted)
{
    struct ng_dataset dataset;
    struct ng_error err;
    struct ng_card card = table_card(NULL, 0);
    static const char text[] = "1,7,0,no\n2,7,0,no\n1,7,0,no\n1,7,0,yes\n3,7,0,no\n"
                               "2,7,0,no\n4,7,0,yes\n";
    card.standardise = "none";
    card.order = "stream";
    ck_assert_int_eq(load_all(text, card, &dataset, &err), NG_OK);
    ck_assert_uint_eq(dataset.train.rows + dataset.test.rows, 7);
    ck_assert_uint_eq(dataset.dropped, 0);
    ng_dataset_release(&dataset);
    card.duplicates = "drop";
    ck_assert_int_eq(load_all(text, card, &dataset, &err), NG_OK);
    ck_assert_uint_eq(dataset.dropped, 2);
    static const float left[] = {1, 2, 1, 3, 4};
    ck_assert_uint_eq(dataset.train.rows, 4);
    for (size_t row = 0; row < 5; row++)
        expect_float(row < 4 ? dataset.train.x[3 * row] : dataset.test.x[0], left[row]);
    ng_dataset_release(&dataset);
}
END_TEST

START_TEST(too_few_rows_to_divide_are_refused)
{
    struct ng_dataset dataset;
    struct ng_error err;
    struct ng_card card = table_card(NULL, 0);
    card.order = "stream";
    ck_assert_int_eq(load_all("1,7,0,no\n2,7,0,yes\n", card, &dataset, &err),
                     NG_INVALID);
    ck_assert_msg(strstr(err.text, "2 training and 0 test rows") != NULL, "%s",
                  err.text);
}
END_TEST

START_TEST(slices_by_label_file_and_position_have_bands_and_names)
{
    static struct ng_card_slice slices[] = {
        {.name = "l", .by = "label"},
        {.name = "f", .by = "file"},
        {.name = "p", .by = "position"},
        {.name = "q", .by = "position", .parts = 2}};
    struct folder folder;
    struct ng_dataset dataset;
    struct ng_error err;
    struct ng_card_file files[] = {
        {.role = "test", .part = "features", .path = "b.csv"},
        {.role = "train", .part = "features", .path = "a.csv"}};
    struct ng_card card = table_card(files, 2);
    card.slices = (struct ng_tables){slices, 4};
    char *train = counted_rows(10);
    make_folder(&folder, train, "1,2,3,yes\n1,2,4,no\n");
    enum ng_status status = ng_dataset_load(&dataset, &card, folder.path, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    ck_assert_uint_eq(dataset.slices[0].band_count, 2);
    ck_assert_str_eq(dataset.slices[0].bands[1], "yes");
    ck_assert_str_eq(dataset.slices[1].bands[0], "b.csv");
    ck_assert_str_eq(dataset.slices[1].bands[1], "a.csv");
    ck_assert_str_eq(dataset.slices[2].bands[4], "part 5 of 5");
    ck_assert_uint_eq(dataset.slices[3].band_count, 2);
    for (size_t row = 0; row < 10; row++) {
        ck_assert_uint_eq(dataset.train.slice[0][row], dataset.train.label[row]);
        ck_assert_uint_eq(dataset.train.slice[1][row], 1);
        ck_assert_uint_eq(dataset.train.slice[2][row], row / 2);
        ck_assert_uint_eq(dataset.train.slice[3][row], row / 5);
    }
    ck_assert_uint_eq(dataset.test.slice[1][1], 0);
    ck_assert_uint_eq(dataset.test.slice[3][1], 1);
    ng_dataset_release(&dataset);
    remove_folder(&folder);
    free(train);
}
END_TEST

static void load_two(const char *train, const char *test, struct ng_card card,
                     struct ng_dataset *dataset)
{
    struct folder folder;
    struct ng_error err;
    struct ng_card_file files[] = {
        {.role = "train", .part = "features", .path = "a.csv"},
        {.role = "test", .part = "features", .path = "b.csv"}};
    make_folder(&folder, train, test);
    card.files = (struct ng_tables){files, 2};
    enum ng_status status = ng_dataset_load(dataset, &card, folder.path, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    remove_folder(&folder);
}

START_TEST(a_labels_file_of_another_length_than_the_card_says_is_refused)
{
    struct folder folder;
    struct ng_dataset dataset;
    struct ng_error err;
    struct ng_card_file files[] = {
        {.role = "all", .part = "features", .path = "a.csv"},
        {.role = "all", .part = "labels", .path = "b.csv", .rows = 5}};
    struct ng_card card = table_card(files, 2);
    make_folder(&folder, "1,7,0\n2,7,0\n3,7,0\n4,7,0\n", "no\nyes\nno\nyes\n");
    ck_assert_int_eq(ng_dataset_load(&dataset, &card, folder.path, &err), NG_INVALID);
    ck_assert_msg(strstr(err.text, "b.csv has 4 rows; the data card table expects 5") !=
                      NULL,
                  "%s", err.text);
    files[1].rows = 4;
    card.order = "stream";
    ck_assert_int_eq(ng_dataset_load(&dataset, &card, folder.path, &err), NG_OK);
    ck_assert_uint_eq(dataset.train.label[1], 1);
    ng_dataset_release(&dataset);
    remove_folder(&folder);
}
END_TEST

START_TEST(values_far_out_are_clipped_on_both_sides_and_counted)
{
    struct ng_dataset dataset;
    struct ng_card card = table_card(NULL, 0);
    struct ng_text notes = {0};
    card.clip = 2.5;
    load_two("-1,0,-1,yes\n1,0,1,no\n", "2.5,9,-2.5,no\n-300,0,3e38,yes\n", card,
             &dataset);
    static const float test[] = {2.5F, 0, -2.5F, -2.5F, 0, 2.5F};
    ck_assert_mem_eq(dataset.test.x, test, sizeof test);
    ck_assert_uint_eq(dataset.facts[0].clipped[0], 0);
    ck_assert_uint_eq(dataset.facts[0].clipped[1], 1);
    ck_assert_uint_eq(dataset.facts[2].clipped[1], 1);
    ck_assert_double_eq(dataset.facts[0].least[1], -300);
    ck_assert_double_eq(dataset.facts[0].most[1], 2.5);
    ck_assert_double_eq(dataset.facts[0].tiniest[0], 1);
    ck_assert(isnan(dataset.facts[1].tiniest[0]));
    ng_dataset_notes(&dataset, &card, &notes);
    ck_assert_ptr_nonnull(
        strstr(notes.data, "2 values of 2 features clipped to +-2.5"));
    ck_assert_ptr_nonnull(strstr(notes.data, "1 feature is constant"));
    ng_text_release(&notes);
    ng_dataset_release(&dataset);
}
END_TEST

START_TEST(missing_values_are_left_out_of_the_fit_and_become_its_mean)
{
    struct ng_dataset dataset;
    struct ng_card card = table_card(NULL, 0);
    load_two("1,,5,yes\n3,,5,no\n,,6,no\n", ",4,,no\n5,,7,yes\n", card, &dataset);
    ck_assert_double_eq(dataset.mean[0], 2);
    ck_assert_double_eq(dataset.deviation[0], 1);
    expect_float(dataset.train.x[2 * dataset.features], 0);
    expect_float(dataset.test.x[0], 0);
    expect_float(dataset.test.x[dataset.features], 3);
    ck_assert_uint_eq(dataset.facts[0].missing[0], 1);
    ck_assert_uint_eq(dataset.facts[0].missing[1], 1);
    ck_assert_uint_eq(dataset.train.missing[2], 2);
    for (size_t i = 0; i < dataset.features; i++) /* x1 has no training value at all */
        if (strcmp(dataset.feature_names[i], "x1") == 0) {
            ck_assert_double_eq(dataset.deviation[i], 0);
            expect_float(dataset.test.x[i], 0);
            ck_assert(isnan(dataset.facts[i].least[0]));
            ck_assert_double_eq(dataset.facts[i].least[1], 4);
        }
    for (size_t i = 0; i < dataset.features * dataset.test.rows; i++)
        ck_assert(isfinite(dataset.test.x[i]));
    ng_dataset_release(&dataset);
}
END_TEST

/* Mean 2.5 and deviation sqrt(35/12 + ...) are those of all training values together. */
START_TEST(a_whole_set_has_one_mean_and_deviation_and_constants_are_still_zero)
{
    struct ng_dataset dataset;
    struct ng_card card = table_card(NULL, 0);
    card.standardise = "set";
    load_two("0,3,1,yes\n4,3,7,no\n", "3,3,8,no\n", card, &dataset);
    double mean = (0 + 3 + 1 + 4 + 3 + 7) / 6.0;
    double deviation = sqrt((9 + 0 + 4 + 1 + 0 + 16) / 6.0);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_double_eq_tol(dataset.mean[i], mean, 1e-15);
        ck_assert_double_eq_tol(dataset.deviation[i], i == 1 ? 0 : deviation, 1e-15);
    }
    expect_float(dataset.test.x[0], 0);
    expect_float(dataset.test.x[2], (float)(5 / deviation));
    ck_assert_uint_eq(dataset.constant_columns, 1);
    ng_dataset_release(&dataset);
}
END_TEST

START_TEST(nothing_is_standardised_or_clipped_where_the_card_says_none)
{
    struct ng_dataset dataset;
    struct ng_card card = table_card(NULL, 0);
    card.standardise = "none";
    card.clip = 1;
    load_two("100,3,0.5,yes\n4,3,7,no\n", "-3e38,3,8,no\n", card, &dataset);
    static const float train[] = {100, 3, 0.5F, 4, 3, 7};
    ck_assert_mem_eq(dataset.train.x, train, sizeof train);
    expect_float(dataset.test.x[0], -3e38F);
    ck_assert_uint_eq(dataset.constant_columns, 0);
    ck_assert_double_eq(dataset.mean[0], 0);
    ck_assert_double_eq(dataset.deviation[0], 1);
    ck_assert_ptr_null(dataset.train.missing);
    ng_dataset_release(&dataset);
}
END_TEST

/* FP64 and the order of the sum matter: a plain FP32 mean of these is off by far. */
START_TEST(the_fit_is_made_in_double_precision)
{
    struct ng_dataset dataset;
    struct ng_card card = table_card(NULL, 0);
    struct ng_text text = {0};
    for (int i = 0; i < 3000; i++)
        ng_text_printf(&text, "%d,%d,0,%s\n", 16000000 + i % 2, i,
                       i % 5 ? "no" : "yes");
    load_two(text.data, "16000001,3,0,no\n", card, &dataset);
    ck_assert_double_eq(dataset.mean[0], 16000000.5);
    ck_assert_double_eq(dataset.deviation[0], 0.5);
    expect_float(dataset.test.x[0], 1);
    ng_text_release(&text);
    ng_dataset_release(&dataset);
}
END_TEST

Suite *ng_suite_load(void)
{
    Suite *suite = suite_create("load");
    TCase *tables = tcase_create("tables");
    tcase_add_test(tables, tables_are_standardised_by_the_training_split_alone);
    tcase_add_test(tables, a_constant_that_is_no_binary_fraction_is_still_constant);
    tcase_add_test(tables, the_digest_is_of_the_values_not_of_their_spelling_or_place);
    tcase_add_test(tables, tables_that_are_not_what_the_card_says_are_refused);
    tcase_add_test(tables, a_value_beyond_fp32_after_standardising_is_refused);
    tcase_add_test(tables, keys_are_made_only_where_they_are_asked_for);
    tcase_add_test(tables,
                   another_file_than_the_card_means_is_refused_naming_both_digests);
    tcase_add_test(tables, an_absent_file_is_named_with_the_way_to_point_to_it);
    suite_add_tcase(suite, tables);
    TCase *divided = tcase_create("divided");
    tcase_add_test(divided, a_drawn_split_is_not_moved_by_rows_that_come_later);
    tcase_add_test(divided, the_end_of_a_stream_is_its_test_and_rows_know_their_place);
    tcase_add_test(divided,
                   a_stream_is_ordered_by_its_time_and_equal_times_stay_in_order);
    tcase_add_test(divided, rows_that_repeat_an_earlier_one_are_dropped_and_counted);
    tcase_add_test(divided, too_few_rows_to_divide_are_refused);
    tcase_add_test(divided, slices_by_label_file_and_position_have_bands_and_names);
    tcase_add_test(divided,
                   a_labels_file_of_another_length_than_the_card_says_is_refused);
    tcase_add_test(divided, values_far_out_are_clipped_on_both_sides_and_counted);
    tcase_add_test(divided, missing_values_are_left_out_of_the_fit_and_become_its_mean);
    tcase_add_test(divided,
                   a_whole_set_has_one_mean_and_deviation_and_constants_are_still_zero);
    tcase_add_test(divided,
                   nothing_is_standardised_or_clipped_where_the_card_says_none);
    tcase_add_test(divided, the_fit_is_made_in_double_precision);
    suite_add_tcase(suite, divided);
    return suite;
}
