/* The reader "csv": types of columns, categories, bands, keys, and tables that are wrong. */
#include "tests/unit/suites.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/dataset.h"
#include "datasets/text_hash.h"
#include "datasets/time_text.h"
#include "experiments/spec/experiment.h"
#include "formats/base/text.h"

/* ---- A card and its files in a folder of their own ---------------------------------- */

#define HEAD  "name: t\ntitle: t\nreader: csv\norigin: a test\nlicence: none\n"
#define SPLIT "files: [{role: train, path: a.csv}, {role: test, path: b.csv}]\n"
#define ALL   "files: [{role: all, path: a.csv}]\n"
#define PAIR                                                                           \
    "files: [{role: train, path: a.csv}, {role: train, part: labels, path: b.csv}, "   \
    "{role: test, path: c.csv}, {role: test, part: labels, path: d.csv}]\n"

struct table {
    struct ng_arena arena;
    struct ng_card card;
    struct ng_dataset dataset;
    struct ng_error err;
};

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

/* The texts of a.csv, b.csv ..., NULL at the end. */
static enum ng_status load(struct table *table, const char *card, ...)
{
    char folder[256], path[300], name[] = "a.csv";
    const char *text;
    va_list files;
    memset(table, 0, sizeof *table);
    snprintf(folder, sizeof folder, "%s/ng-table-XXXXXX", P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    write_file(folder, "t.yaml", card);
    va_start(files, card);
    for (; (text = va_arg(files, const char *)) != NULL; name[0]++)
        write_file(folder, name, text);
    va_end(files);
    snprintf(path, sizeof path, "%s/t.yaml", folder);
    enum ng_status status =
        ng_card_read(path, &table->arena, &table->card, &table->err);
    ck_assert_msg(status == NG_OK, "%s", table->err.text);
    status = ng_dataset_load_keyed(&table->dataset, &table->card, folder, &table->err);
    unlink(path);
    for (name[0] = 'a'; name[0] < 'f'; name[0]++) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
        unlink(path);
    }
    rmdir(folder);
    return status;
}

static void release(struct table *table)
{
    ng_dataset_release(&table->dataset);
    ng_arena_release(&table->arena);
}

#define LOADS(table, ...)                                                              \
    do {                                                                               \
        enum ng_status loaded = load(table, __VA_ARGS__, NULL);                        \
        ck_assert_msg(loaded == NG_OK, "%s", (table)->err.text);                       \
    } while (0)

#define REFUSES(words, ...)                                                            \
    do {                                                                               \
        struct table refused;                                                          \
        ck_assert_int_eq(load(&refused, __VA_ARGS__, NULL), NG_INVALID);               \
        ck_assert_msg(strstr(refused.err.text, words) != NULL, "no '%s' in: %s",       \
                      words, refused.err.text);                                        \
        release(&refused);                                                             \
    } while (0)

/* The text `times` times; the caller frees it. */
static char *repeat(const char *text, size_t times)
{
    struct ng_text all = {0};
    for (size_t i = 0; i < times; i++)
        ng_text_add(&all, text);
    ck_assert(!all.failed);
    return all.data;
}

static float x_of(const struct ng_dataset *dataset, const struct ng_split *split,
                  size_t row, const char *feature)
{
    for (size_t i = 0; i < dataset->features; i++)
        if (strcmp(dataset->feature_names[i], feature) == 0)
            return split->x[row * dataset->features + i];
    ck_abort_msg("there is no feature %s", feature);
    return NAN;
}

static const char *band_of(const struct ng_dataset *dataset,
                           const struct ng_split *split, size_t row)
{
    return dataset->slices[0].bands[split->slice[0][row]];
}

/* ---- Numbers ------------------------------------------------------------------------ */

#define NUMBERS                                                                        \
    HEAD SPLIT "standardise: none\nmissing: [NA]\n"                                    \
               "columns: [{name: u, most: 100}, {name: v}, {name: y, type: label}]\n"

START_TEST(missing_and_impossible_numbers_become_the_mean_and_are_told)
{
    struct table t;
    LOADS(&t, NUMBERS, "1,5,a\n,6,b\n3,7,a\n1e9,8,b\n", "200,NA,a\nNA,,b\n");
    const struct ng_dataset *d = &t.dataset;
    ck_assert_uint_eq(d->features, 3);
    ck_assert_str_eq(d->feature_names[1], "u (missing)");
    ck_assert_int_eq(d->facts[1].kind, NG_FEATURE_MISSING);
    ck_assert_uint_eq(d->columns[0].missing[0], 1);
    ck_assert_uint_eq(d->columns[0].out_of_range[0], 1);
    ck_assert_uint_eq(d->columns[0].missing[1], 1);
    ck_assert_uint_eq(d->columns[0].out_of_range[1], 1);
    ck_assert_uint_eq(d->columns[1].missing[1], 2);
    ck_assert_uint_eq(d->train.missing[0], 0);
    ck_assert_uint_eq(d->train.missing[1], 1);
    ck_assert_uint_eq(d->test.missing[1], 2);
    static const float gaps[] = {0, 1, 0, 1};
    for (size_t row = 0; row < 4; row++)
        ck_assert_double_eq((double)d->train.x[3 * row + 1], (double)gaps[row]);
    release(&t);
    LOADS(&t, HEAD SPLIT "columns: [{name: u}, {name: y, type: label}]\n",
          "1,a\n,b\n3,a\n", ",a\n4,b\n");
    ck_assert_double_eq(t.dataset.mean[0], 2);
    ck_assert_double_eq((double)t.dataset.train.x[2], 0);
    ck_assert_double_eq((double)t.dataset.test.x[0], 0);
    ck_assert_double_eq((double)t.dataset.test.x[1], 1);
    ck_assert_double_eq((double)t.dataset.test.x[2], 2);
    release(&t);
}
END_TEST

START_TEST(numbers_are_refused_with_file_line_and_column_unless_listed_as_missing)
{
    REFUSES("a.csv:2, field 2: 'nan' is not a decimal number for the column v", NUMBERS,
            "1,2,a\n1,nan,b\n", "1,2,a\n");
    REFUSES("b.csv:1, field 2: 'inf' is not", NUMBERS, "1,2,a\n1,2,b\n", "1,inf,a\n");
    REFUSES("'3.5e38' is not a number of FP32", NUMBERS, "1,3.5e38,a\n1,2,b\n",
            "1,1,a\n");
    REFUSES("'0x10' is not", NUMBERS, "0x10,1,a\n1,2,b\n", "1,1,a\n");
    struct table t;
    LOADS(&t,
          HEAD SPLIT "missing: [nan]\ncolumns: [{name: v}, {name: y, type: label}]\n",
          "nan,a\nnan,b\n", "1,a\nnan,b\n");
    for (size_t i = 0; i < 2 * t.dataset.features; i++)
        ck_assert(isfinite(t.dataset.train.x[i]) && isfinite(t.dataset.test.x[i]));
    ck_assert_double_eq((double)t.dataset.test.x[0], 0);
    release(&t);
}
END_TEST

START_TEST(constant_columns_become_zero_in_both_splits)
{
    struct table t;
    LOADS(&t, HEAD SPLIT "columns: [{name: v, repeat: 2}, {name: y, type: label}]\n",
          "7,1,a\n7,2,b\n", "9,3,a\n");
    ck_assert_uint_eq(t.dataset.constant_columns, 1);
    ck_assert_str_eq(t.dataset.feature_names[1], "v1");
    ck_assert_double_eq((double)t.dataset.test.x[0], 0);
    ck_assert_double_eq((double)t.dataset.test.x[1], 3);
    release(&t);
}
END_TEST

/* ---- Categories --------------------------------------------------------------------- */

#define CATEGORY                                                                       \
    HEAD SPLIT "missing: ['?']\ncolumns: [{name: c, type: category}, {name: y, type: " \
               "label}]\nslices: [{name: s, column: c}]\n"

START_TEST(categories_below_10_training_rows_share_a_name_and_keep_none)
{
    struct table t;
    char *ten = repeat("red,a\n", 10), *nine = repeat("blue,b\n", 9);
    struct ng_text all = {0};
    ng_text_printf(&all, "%s%s?,a\n", ten, nine);
    LOADS(&t, CATEGORY, all.data, "blue,a\nred,a\nplanet,b\n?,b\n");
    const struct ng_dataset *d = &t.dataset;
    ck_assert_uint_eq(d->features, 3);
    ck_assert_str_eq(d->feature_names[0], "c=red");
    ck_assert_str_eq(d->feature_names[1], "c=(rare)");
    ck_assert_str_eq(d->feature_names[2], "c=(missing)");
    static const float test[] = {0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    ck_assert_mem_eq(d->test.x, test, sizeof test);
    ck_assert_uint_eq(d->columns[0].unseen, 1);
    ck_assert_uint_eq(d->columns[0].pooled[0], 9);
    ck_assert_uint_eq(d->columns[0].pooled[1], 1);
    ck_assert_uint_eq(d->columns[0].distinct, 2);
    ck_assert_uint_eq(d->slices[0].band_count, 3);
    ck_assert_str_eq(band_of(d, &d->test, 0), "(rare)");
    ck_assert_str_eq(band_of(d, &d->test, 1), "red");
    ck_assert_str_eq(band_of(d, &d->test, 2), "(rare)");
    ck_assert_str_eq(band_of(d, &d->test, 3), "(missing)");
    release(&t);
    free(ten);
    free(nine);
    ng_text_release(&all);
}
END_TEST

START_TEST(categories_are_sorted_by_their_bytes_and_need_no_pool)
{
    struct table t;
    char *train = repeat("b,1\na,2\nZ,1\n", 10);
    LOADS(&t, CATEGORY, train, "a,1\nb,2\n");
    ck_assert_uint_eq(t.dataset.features, 3);
    ck_assert_str_eq(t.dataset.feature_names[0], "c=Z");
    ck_assert_str_eq(t.dataset.feature_names[1], "c=a");
    ck_assert_str_eq(t.dataset.feature_names[2], "c=b");
    ck_assert_uint_eq(t.dataset.slices[0].band_count, 3);
    release(&t);
    free(train);
}
END_TEST

START_TEST(named_categories_stand_in_the_order_of_the_card)
{
    struct table t;
    LOADS(&t,
          HEAD SPLIT "columns: [{name: c, type: category, categories: [low, high]}, "
                     "{name: y, type: label}]\nslices: [{name: s, column: c}]\n",
          "high,a\nodd,b\nhigh,a\n", "low,b\nodd,a\n");
    const struct ng_dataset *d = &t.dataset;
    ck_assert_uint_eq(d->features, 3);
    ck_assert_str_eq(d->feature_names[0], "c=low");
    ck_assert_str_eq(d->feature_names[2], "c=(rare)");
    ck_assert_double_eq((double)x_of(d, &d->test, 0, "c=low"), 1);
    ck_assert_double_eq((double)x_of(d, &d->test, 1, "c=(rare)"), 1);
    ck_assert_str_eq(band_of(d, &d->test, 0), "low");
    release(&t);
}
END_TEST

START_TEST(counts_of_categories_are_those_of_the_drawn_training_rows)
{
    struct table t;
    struct ng_text all = {0};
    for (int i = 0; i < 400; i++)
        ng_text_printf(&all, "%s,%d,%s\n", i % 25 == 0 ? "few" : "many", i,
                       i % 2 == 0 ? "a" : "b");
    LOADS(&t,
          HEAD ALL "test_share: 0.5\ncolumns: [{name: c, type: category}, {name: v}, "
                   "{name: y, type: label}]\n",
          all.data);
    const struct ng_dataset *d = &t.dataset;
    size_t few = 0;
    bool named = strcmp(d->feature_names[0], "c=few") == 0;
    for (size_t row = 0; row < d->train.rows; row++)
        few += d->train.x[row * d->features + (named ? 0 : 1)] == 1;
    ck_assert_uint_eq(d->train.rows + d->test.rows, 400);
    ck_assert(named == (few >= 10));
    ck_assert(!named || few < 16);
    release(&t);
    ng_text_release(&all);
}
END_TEST

/* ---- Labels -------------------------------------------------------------------------- */

#define LABELS HEAD SPLIT "columns: [{name: v}, {name: y, type: label}]\n"

START_TEST(classes_are_learnt_from_training_rows_in_the_order_of_their_numbers)
{
    struct table t;
    LOADS(&t, LABELS, "1,10\n2,9\n3,-1\n", "1,9\n");
    ck_assert_uint_eq(t.dataset.classes, 3);
    ck_assert_str_eq(t.dataset.class_names[0], "-1");
    ck_assert_str_eq(t.dataset.class_names[1], "9");
    ck_assert_str_eq(t.dataset.class_names[2], "10");
    ck_assert_uint_eq(t.dataset.test.label[0], 1);
    release(&t);
    LOADS(&t, LABELS, "1,b\n2,10\n3,9\n", "1,9\n");
    ck_assert_str_eq(t.dataset.class_names[0], "10");
    ck_assert_str_eq(t.dataset.class_names[2], "b");
    release(&t);
}
END_TEST

START_TEST(labels_that_are_missing_unknown_or_only_in_the_test_split_are_refused)
{
    REFUSES(
        "a.csv:2, field 2: '' is not a class in the label column y (unlabelled: drop",
        LABELS, "1,a\n2,\n3,b\n", "1,a\n");
    REFUSES("b.csv:2, field 2: 'c' is not a label that the training rows have", LABELS,
            "1,a\n2,b\n", "1,a\n1,c\n");
    REFUSES("a.csv:2, field 2: 'maybe' is not one of the 2 classes",
            LABELS "classes: [no, yes]\n", "1,no\n2,maybe\n", "1,no\n");
    REFUSES("has 1 distinct label", LABELS, "1,a\n2,a\n", "1,a\n");
    struct ng_text all = {0};
    for (int i = 0; i < 1001; i++)
        ng_text_printf(&all, "1,l%d\n", i);
    REFUSES("has 1001 distinct labels", LABELS, all.data, "1,l1\n");
    ng_text_release(&all);
}
END_TEST

START_TEST(labels_are_spelt_as_the_card_says_after_stripping)
{
    struct table t;
    LOADS(&t,
          LABELS "classes: [no, yes]\nlabel_values: [\"0\", \"1\"]\nlabel_strip: '.'\n",
          "1,1.\n2,0\n", "1,0.\n1,1\n");
    ck_assert_str_eq(t.dataset.class_names[1], "yes");
    ck_assert_uint_eq(t.dataset.train.label[0], 1);
    ck_assert_uint_eq(t.dataset.test.label[0], 0);
    release(&t);
}
END_TEST

/* ---- Keys and duplicates ----------------------------------------------------------- */

START_TEST(keys_are_equal_exactly_for_equal_rows)
{
    struct table t;
    LOADS(&t,
          HEAD SPLIT
          "label_strip: '.'\ncolumns: [{name: c, type: ignore}, {name: d, type: "
          "ignore}, {name: v}, {name: y, type: label}]\n",
          "ab,c,1,x\na,bc,1,x\nab,c,1,y\n", "ab,c,1,x.\n ab ,c,1,y\nab,d,1,x\n");
    const struct ng_split *a = &t.dataset.train, *b = &t.dataset.test;
    ck_assert_mem_eq(a->key[0], b->key[0], 16);
    ck_assert_mem_eq(a->key[2], b->key[1], 16);
    ck_assert_mem_ne(a->key[0], a->key[1], 16);
    ck_assert_mem_ne(a->key[0], a->key[2], 16);
    ck_assert_mem_ne(a->key[0], b->key[2], 16);
    release(&t);
}
END_TEST

START_TEST(rows_that_repeat_an_earlier_one_are_dropped_where_the_card_says_so)
{
    struct table t;
    struct ng_text all = {0};
    for (int i = 0; i < 60; i++)
        ng_text_printf(&all, "%d,%s\n", i % 50, i % 2 == 0 ? "a" : "b");
    const char *card = HEAD ALL "duplicates: drop\nstandardise: none\n"
                                "columns: [{name: v}, {name: y, type: label}]\n";
    LOADS(&t, card, all.data);
    ck_assert_uint_eq(t.dataset.dropped, 10);
    ck_assert_uint_eq(t.dataset.train.rows + t.dataset.test.rows, 50);
    double sum = 0;
    for (size_t row = 0; row < t.dataset.train.rows; row++)
        sum += (double)t.dataset.train.x[row];
    for (size_t row = 0; row < t.dataset.test.rows; row++)
        sum += (double)t.dataset.test.x[row];
    ck_assert_double_eq(sum, 49 * 50 / 2);
    release(&t);
    ng_text_release(&all);
}
END_TEST

/* ---- Bands --------------------------------------------------------------------------- */

START_TEST(numbers_are_cut_at_edges_that_belong_to_the_upper_band)
{
    struct table t;
    LOADS(&t,
          HEAD SPLIT "columns: [{name: v}, {name: y, type: label}]\nslices: [{name: s, "
                     "column: v, edges: [0.7, 40]}]\n",
          "0.7,a\n0.69,b\n39.9,a\n40,b\n", "-5,a\n1e30,b\n,a\n");
    const struct ng_dataset *d = &t.dataset;
    ck_assert_str_eq(band_of(d, &d->train, 0), "0.7 to 40");
    ck_assert_str_eq(band_of(d, &d->train, 1), "below 0.7");
    ck_assert_str_eq(band_of(d, &d->train, 2), "0.7 to 40");
    ck_assert_str_eq(band_of(d, &d->train, 3), "40 and above");
    ck_assert_str_eq(band_of(d, &d->test, 0), "below 0.7");
    ck_assert_str_eq(band_of(d, &d->test, 1), "40 and above");
    ck_assert_str_eq(band_of(d, &d->test, 2), "(missing)");
    release(&t);
}
END_TEST

START_TEST(parts_are_of_equal_size_by_the_training_rows_and_equal_cuts_merge)
{
    struct table t;
    const char *card = HEAD SPLIT "columns: [{name: v}, {name: y, type: label}]\n"
                                  "slices: [{name: s, column: v, parts: 4}]\n";
    LOADS(&t, card, "8,a\n1,b\n5,a\n2,b\n3,a\n4,b\n7,a\n6,b\n", "0,a\n9,a\n4.5,a\n");
    const struct ng_dataset *d = &t.dataset;
    size_t rows[4] = {0};
    ck_assert_uint_eq(d->slices[0].band_count, 4);
    for (size_t row = 0; row < 8; row++)
        rows[d->train.slice[0][row]]++;
    for (size_t band = 0; band < 4; band++)
        ck_assert_uint_eq(rows[band], 2);
    ck_assert_str_eq(d->slices[0].bands[1], "3 to 5");
    ck_assert_uint_eq(d->test.slice[0][2], 1);
    release(&t);
    LOADS(&t, card, "1,a\n1,b\n1,a\n1,b\n2,a\n2,b\n", "0,a\n");
    ck_assert_uint_eq(t.dataset.slices[0].band_count, 2);
    ck_assert_str_eq(t.dataset.slices[0].bands[0], "below 2");
    release(&t);
    LOADS(&t, card, "1,a\n1,b\n", "0,a\n");
    ck_assert_uint_eq(t.dataset.slices[0].band_count, 1);
    ck_assert_str_eq(t.dataset.slices[0].bands[0], "all");
    release(&t);
}
END_TEST

START_TEST(times_are_cut_by_the_hour_and_texts_by_their_characters)
{
    struct table t;
    LOADS(&t,
          HEAD SPLIT
          "quotes: true\ncolumns: [{name: when, type: time}, {name: v}, {name: "
          "y, type: label}]\nslices: [{name: s, column: when}]\n",
          "2015-02-04 17:51:00,1,a\n2015-02-04 00:00,2,b\n",
          "2015-02-04T23:59:59Z,1,a\n,1,a\n");
    const struct ng_dataset *d = &t.dataset;
    ck_assert_uint_eq(d->features, 1);
    ck_assert_str_eq(band_of(d, &d->train, 0), "17:00");
    ck_assert_str_eq(band_of(d, &d->train, 1), "00:00");
    ck_assert_str_eq(band_of(d, &d->test, 0), "23:00");
    ck_assert_str_eq(band_of(d, &d->test, 1), "(missing)");
    release(&t);
    LOADS(&t,
          HEAD SPLIT "columns: [{name: w, type: text, buckets: 8}, {name: y, type: "
                     "label}]\nslices: [{name: s, column: w, edges: [4]}]\n",
          "\xC3\xA9\xC3\xA9\xC3\xA9,a\nfour,b\n", ",a\n");
    ck_assert_str_eq(band_of(&t.dataset, &t.dataset.train, 0), "below 4");
    ck_assert_str_eq(band_of(&t.dataset, &t.dataset.train, 1), "4 and above");
    ck_assert_str_eq(band_of(&t.dataset, &t.dataset.test, 0), "(missing)");
    release(&t);
    REFUSES("b.csv:1, field 1: 'noon' is not a time",
            HEAD SPLIT "columns: [{name: when, type: time}, {name: v}, {name: y, type: "
                       "label}]\n",
            "2015-02-04,1,a\n2015-02-04,1,b\n", "noon,1,a\n");
}
END_TEST

START_TEST(slices_of_a_thousand_and_more_bands_are_refused)
{
    struct ng_text all = {0};
    for (int i = 0; i < 1001; i++)
        for (int j = 0; j < 10; j++)
            ng_text_printf(&all, "c%d,%c\n", i, 'a' + j % 2);
    REFUSES("The slice s of the data set t has 1001 bands; at most 1000", CATEGORY,
            all.data, "c1,a\n");
    ng_text_release(&all);
}
END_TEST

START_TEST(a_stream_is_ordered_by_its_time_column)
{
    struct table t;
    LOADS(&t,
          HEAD ALL
          "order: stream\ntest_share: 0.4\nstandardise: none\ncolumns: [{name: "
          "when, type: time}, {name: v}, {name: y, type: label}]\n",
          "2015-02-05,4,a\n2015-02-02,1,a\n2015-02-04,3,b\n2015-02-03,2,b\n2015-02-06,"
          "5,b\n");
    const struct ng_dataset *d = &t.dataset;
    ck_assert_uint_eq(d->train.rows, 3);
    for (size_t row = 0; row < 3; row++)
        ck_assert_double_eq((double)d->train.x[row], (double)row + 1);
    ck_assert_double_eq((double)d->test.x[0], 4);
    ck_assert_double_eq((double)d->test.x[1], 5);
    release(&t);
}
END_TEST

/* ---- Words and times ------------------------------------------------------------------- */

/* FNV-1a of "a", "foobar" as RFC 9923 and its authors list them. */
START_TEST(words_and_pairs_fall_into_the_bucket_of_their_fnv_hash)
{
    ck_assert_uint_eq(ng_fnv1a(NG_FNV_BASIS, "a", 1), 0xaf63dc4c8601ec8cU);
    ck_assert_uint_eq(ng_fnv1a(NG_FNV_BASIS, "foobar", 6), 0x85944171f73967e8U);
    enum { BUCKETS = 1009 };
    float x[BUCKETS] = {0}, expected[BUCKETS] = {0};
    static const char *const parts[] = {"don't", "stop", "7", "don't stop", "stop 7"};
    for (size_t i = 0; i < 5; i++) {
        uint64_t hash = ng_fnv1a(NG_FNV_BASIS, parts[i], strlen(parts[i]));
        expected[(hash ^ hash >> 32) % BUCKETS] = 1;
    }
    ng_text_hash(" Don't -- STOP,7!", x, BUCKETS);
    ck_assert_mem_eq(x, expected, sizeof x);
    memset(x, 0, sizeof x);
    ng_text_hash("... !", x, BUCKETS);
    for (size_t i = 0; i < BUCKETS; i++)
        ck_assert_double_eq((double)x[i], 0);
    ck_assert_uint_eq(ng_text_characters("a\xC3\xA9\xE2\x82\xAC"), 3);
}
END_TEST

START_TEST(times_are_seconds_of_the_gregorian_calendar)
{
    int64_t s;
    ck_assert(ng_time_read("1970-01-01 00:00:00", &s) && s == 0);
    ck_assert(ng_time_read("2000-03-01", &s) && s == 951868800);
    ck_assert(ng_time_read("2015-02-04T17:51:07.5Z", &s) && s == 1423072267);
    ck_assert(ng_time_read("1969-12-31 23:00", &s) && s == -3600);
    ck_assert(ng_time_read("1970-01-01 00:00:00+01:00", &s) && s == 0);
    ck_assert(ng_time_read("1970-01-01T00:01-0530", &s) && s == 60);
    ck_assert(ng_time_read("1970-01-01T00:01+02", &s) && s == 60);
    ck_assert_int_eq(ng_time_hour(-3600), 23);
    ck_assert_int_eq(ng_time_hour(1423072267), 17);
    static const char *const bad[] = {"",
                                      "2015-02-29",
                                      "2015-13-01",
                                      "2015-2-4",
                                      "2015-02-04 24:00",
                                      "2015-02-04 1",
                                      "04.02.2015",
                                      "2015-02-04x",
                                      "17:51:00",
                                      "2015-02-04 17:51+",
                                      "2015-02-04 17:51+02:",
                                      "2015-02-04 17:51+2:00",
                                      "2015-02-04 17:51+02:00x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!ng_time_read(bad[i], &s), "%s", bad[i]);
    ck_assert(ng_time_read("2016-02-29", &s));
}
END_TEST

/* ---- Files ---------------------------------------------------------------------------- */

START_TEST(labels_may_stand_in_a_second_file_of_equally_many_rows)
{
    struct table t;
    const char *card =
        HEAD PAIR "columns: [{name: u}, {name: v}, {name: y, type: label}]\n";
    LOADS(&t, card, "1,2\n3,4\n", "a\nb\n", "5,6\n", "b\n");
    ck_assert_uint_eq(t.dataset.features, 2);
    ck_assert_uint_eq(t.dataset.test.label[0], 1);
    release(&t);
    REFUSES("b.csv has only 1 rows, and", card, "1,2\n3,4\n", "a\n", "5,6\n", "b\n");
    REFUSES("c.csv has only 1 rows, and", card, "1,2\n3,4\n", "a\nb\n", "5,6\n",
            "b\nb\n");
    REFUSES("d.csv has 3 fields a row", card, "1,2\n3,4\n", "a\nb\n", "5,6\n",
            "1,2,b\n");
}
END_TEST

START_TEST(short_rows_are_refused_or_filled_and_counted)
{
    struct table t;
    REFUSES("a.csv:2 has 1 field; 2 were expected", LABELS, "1,a\n2\n", "1,a\n");
    LOADS(&t, HEAD SPLIT "ragged: true\ncolumns: [{name: y, type: label}, {name: v}]\n",
          "a,1\nb\na,3\n", "b\n");
    ck_assert_uint_eq(t.dataset.short_rows, 2);
    ck_assert_uint_eq(t.dataset.columns[1].missing[0], 1);
    release(&t);
}
END_TEST

START_TEST(ignored_columns_make_bands_and_no_features)
{
    struct table t;
    char *f = repeat("1,f,20,a\n", 10), *m = repeat("2,m,40.5,b\n", 10);
    struct ng_text rows = {0};
    ng_text_printf(&rows, "%s%s3,x,60,a\n4,NA,NA,b\n", f, m);
    LOADS(&t,
          HEAD SPLIT
          "missing: [NA]\ncolumns: [{name: v}, {name: sex, type: ignore}, "
          "{name: age, type: ignore}, {name: y, type: label}]\n"
          "slices: [{name: sex, column: sex}, {name: age, column: age, edges: "
          "[30, 50]}, {name: half, column: age, parts: 2}, {name: years, "
          "column: age}]\n",
          rows.data, "9,f,50,a\n9,other,30,b\n");
    const struct ng_dataset *d = &t.dataset;
    ck_assert_uint_eq(d->features, 1);
    ck_assert_str_eq(band_of(d, &d->train, 0), "f");
    ck_assert_str_eq(band_of(d, &d->train, 20), "(rare)");
    ck_assert_str_eq(band_of(d, &d->train, 21), "(missing)");
    ck_assert_str_eq(band_of(d, &d->test, 1), "(rare)");
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(d->train.slice[1][i < 2 ? 10 * i : 18 + i], i);
    ck_assert_str_eq(d->slices[1].bands[1], "30 to 50");
    ck_assert_str_eq(d->slices[2].bands[0], "below 40.5");
    ck_assert_str_eq(d->slices[3].bands[0], "20");
    release(&t);
    REFUSES("'old' is not a decimal number for the column age",
            HEAD SPLIT
            "columns: [{name: v}, {name: age, type: ignore}, {name: y, type: "
            "label}]\nslices: [{name: age, column: age, parts: 2}]\n",
            "1,2,a\n1,old,b\n", "1,2,a\n");
    ng_text_release(&rows);
    free(f);
    free(m);
}
END_TEST

#define DROPS HEAD SPLIT "unlabelled: drop\nmissing: [NA]\nlabel_strip: '.'\n"

START_TEST(rows_without_a_label_are_as_if_they_were_not_in_the_file)
{
    static const char columns[] = "columns: [{name: v}, {name: c, type: category, "
                                  "categories: [p, q]}, {name: y, type: label}]\n";
    struct table t, whole;
    char card[600];
    struct ng_text notes = {0};
    snprintf(card, sizeof card, "%s%s", DROPS, columns);
    LOADS(&t, card, "9,p,NA.\n1,p,a\nnonsense,p,\n2,q,b\n7,q,NA\n",
          "5,p,\n3,q,a.\n8,q,.\n");
    LOADS(&whole, card, "1,p,a\n2,q,b\n", "3,q,a.\n");
    ck_assert_uint_eq(t.dataset.unlabelled, 5);
    ck_assert_str_eq(t.dataset.digest, whole.dataset.digest);
    ng_dataset_notes(&t.dataset, &t.card, &notes);
    ck_assert_ptr_nonnull(strstr(notes.data, "5 rows without a label were left out\n"));
    ng_text_release(&notes);
    release(&t);
    release(&whole);
    REFUSES("0 training and 1 test rows",
            DROPS "columns: [{name: v}, {name: y, type: label}]\n", "1,\n2,NA\n",
            "1,a\n");
}
END_TEST

START_TEST(unlabelled_rows_of_two_files_leave_as_pairs)
{
    struct table t;
    LOADS(&t,
          HEAD PAIR "unlabelled: drop\nstandardise: none\nmissing: [NA]\n"
                    "columns: [{name: v}, {name: y, type: label}]\n",
          "1\n2\n3\n", "a\nNA\nb\n", "4\n5\n", "NA\na\n");
    ck_assert_uint_eq(t.dataset.unlabelled, 2);
    ck_assert(t.dataset.train.x[1] == 3 && t.dataset.test.x[0] == 5);
    release(&t);
}
END_TEST

START_TEST(empty_files_and_endless_categories_end_in_a_sentence)
{
    struct table t;
    ck_assert_int_eq(load(&t, LABELS, "", "1,a\n", NULL), NG_INVALID);
    release(&t);
    ck_assert_int_eq(load(&t, LABELS, "1,a\n2,b\n", "", NULL), NG_INVALID);
    release(&t);
    struct ng_text all = {0};
    for (int i = 0; i < 1000000; i++)
        ng_text_printf(&all, "n%d,a\n", i);
    REFUSES("a.csv:100001: the column c has more than 100000 distinct values", CATEGORY,
            all.data, "n1,a\n");
    ng_text_release(&all);
}
END_TEST

Suite *ng_suite_table(void)
{
    Suite *suite = suite_create("table");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, missing_and_impossible_numbers_become_the_mean_and_are_told);
    tcase_add_test(
        tests, numbers_are_refused_with_file_line_and_column_unless_listed_as_missing);
    tcase_add_test(tests, constant_columns_become_zero_in_both_splits);
    tcase_add_test(tests, categories_below_10_training_rows_share_a_name_and_keep_none);
    tcase_add_test(tests, categories_are_sorted_by_their_bytes_and_need_no_pool);
    tcase_add_test(tests, named_categories_stand_in_the_order_of_the_card);
    tcase_add_test(tests, counts_of_categories_are_those_of_the_drawn_training_rows);
    tcase_add_test(tests,
                   classes_are_learnt_from_training_rows_in_the_order_of_their_numbers);
    tcase_add_test(
        tests, labels_that_are_missing_unknown_or_only_in_the_test_split_are_refused);
    tcase_add_test(tests, labels_are_spelt_as_the_card_says_after_stripping);
    tcase_add_test(tests, keys_are_equal_exactly_for_equal_rows);
    tcase_add_test(tests,
                   rows_that_repeat_an_earlier_one_are_dropped_where_the_card_says_so);
    tcase_add_test(tests, numbers_are_cut_at_edges_that_belong_to_the_upper_band);
    tcase_add_test(tests,
                   parts_are_of_equal_size_by_the_training_rows_and_equal_cuts_merge);
    tcase_add_test(tests, times_are_cut_by_the_hour_and_texts_by_their_characters);
    tcase_add_test(tests, slices_of_a_thousand_and_more_bands_are_refused);
    tcase_add_test(tests, a_stream_is_ordered_by_its_time_column);
    tcase_add_test(tests, words_and_pairs_fall_into_the_bucket_of_their_fnv_hash);
    tcase_add_test(tests, times_are_seconds_of_the_gregorian_calendar);
    tcase_add_test(tests, labels_may_stand_in_a_second_file_of_equally_many_rows);
    tcase_add_test(tests, short_rows_are_refused_or_filled_and_counted);
    tcase_add_test(tests, ignored_columns_make_bands_and_no_features);
    tcase_add_test(tests, rows_without_a_label_are_as_if_they_were_not_in_the_file);
    tcase_add_test(tests, unlabelled_rows_of_two_files_leave_as_pairs);
    tcase_add_test(tests, empty_files_and_endless_categories_end_in_a_sentence);
    suite_add_tcase(suite, tests);
    return suite;
}
