/* The readers idx, npy and text, on small files and on the real sets. */
#include "tests/unit/suites.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/dataset.h"
#include "datasets/files/array.h"
#include "experiments/spec/experiment.h"
#include "tests/unit/skip.h"

static char folder[] = P_tmpdir "/narrowgauge-sets-XXXXXX";
static char *path_of(const char *name)
{
    static char path[4][128];
    static unsigned next;
    char *to = path[next++ % 4];
    snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

static void make_folder(void)
{
    strcpy(folder, P_tmpdir "/narrowgauge-sets-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    static const char *const names[] = {"x.npy", "y.npy", "set.npz", "text.txt",
                                        "card.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(path_of(names[i]));
    rmdir(folder);
}

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "wb");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* Ten images of 2 x 2 whose pixels are 10 * image + place, and labels 5, 7, 5, 7, ... */
static void write_arrays(int rank, int64_t last_label)
{
    struct ng_error err;
    float pixels[40];
    int64_t labels[10];
    for (int i = 0; i < 40; i++)
        pixels[i] = (float)(10 * (i / 4) + i % 4);
    for (int i = 0; i < 10; i++)
        labels[i] = i % 2 == 0 ? 5 : 7;
    labels[9] = last_label;
    struct ng_array x = {.name = (char *)"x",
                         .type = NG_ARRAY_F32,
                         .rank = (size_t)rank,
                         .size = {10, rank == 3 ? 2 : 4, 2},
                         .count = 40,
                         .data = pixels};
    struct ng_array y = {.name = (char *)"y",
                         .type = NG_ARRAY_I64,
                         .rank = 1,
                         .size = {10},
                         .count = 10,
                         .data = labels};
    const struct ng_array both[] = {x, y};
    ck_assert_msg(ng_npy_write(path_of("x.npy"), &x, &err) == NG_OK, "%s", err.text);
    ck_assert_msg(ng_npy_write(path_of("y.npy"), &y, &err) == NG_OK, "%s", err.text);
    ck_assert_msg(ng_npz_write(path_of("set.npz"), both, 2, &err) == NG_OK, "%s",
                  err.text);
}

#define CARD                                                                           \
    "name: card\ntitle: t\norigin: o\nlicence: l\nreader: npy\n"                       \
    "order: stream\ntest_share: 0.2\n"
#define FILES                                                                          \
    "files:\n  - {role: all, path: x.npy}\n"                                           \
    "  - {role: all, part: labels, path: y.npy}\n"

static enum ng_status load(const char *yaml, struct ng_dataset *dataset,
                           struct ng_error *err)
{
    struct ng_arena arena = {0};
    struct ng_card card;
    write_text("card.yaml", yaml);
    enum ng_status status = ng_card_read(path_of("card.yaml"), &arena, &card, err);
    if (status == NG_OK)
        status = ng_dataset_load(dataset, &card, folder, err);
    ng_arena_release(&arena);
    return status;
}

START_TEST(npy_pair_becomes_features_and_learnt_classes)
{
    struct ng_error err;
    struct ng_dataset data;
    write_arrays(3, 7);
    ck_assert_msg(load(CARD "standardise: none\n" FILES, &data, &err) == NG_OK, "%s",
                  err.text);
    ck_assert_uint_eq(data.train.rows, 8);
    ck_assert_uint_eq(data.test.rows, 2);
    ck_assert_uint_eq(data.features, 4);
    ck_assert_str_eq(data.feature_names[0], "x0,0");
    ck_assert_str_eq(data.feature_names[3], "x1,1");
    ck_assert_uint_eq(data.classes, 2);
    ck_assert_str_eq(data.class_names[0], "5");
    ck_assert_str_eq(data.class_names[1], "7");
    ck_assert_uint_eq(data.test.label[0], 0);
    ck_assert_uint_eq(data.test.label[1], 1);
    ck_assert_double_eq((double)data.test.x[4 + 2], 92.0);
    ng_dataset_release(&data);
}
END_TEST

START_TEST(npz_members_and_label_values_are_found_by_name)
{
    struct ng_error err;
    struct ng_dataset data;
    write_arrays(2, 7);
    ck_assert_msg(load(CARD "classes: [odd, even]\nlabel_values: [\"7\", \"5\"]\n"
                            "files:\n  - {role: all, path: set.npz, array: x}\n"
                            "  - {role: all, part: labels, path: set.npz, array: y}\n",
                       &data, &err) == NG_OK,
                  "%s", err.text);
    ck_assert_str_eq(data.feature_names[3], "x3");
    ck_assert_str_eq(data.class_names[data.train.label[0]], "even");
    ng_dataset_release(&data);
}
END_TEST

START_TEST(test_label_that_training_lacks_is_refused)
{
    struct ng_error err;
    struct ng_dataset data;
    write_arrays(3, 9);
    ck_assert_int_eq(load(CARD FILES, &data, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "label 9"));
}
END_TEST

START_TEST(labels_that_the_classes_do_not_reach_are_refused)
{
    struct ng_error err;
    struct ng_dataset data;
    write_arrays(3, 7);
    ck_assert_int_eq(load(CARD "classes: [a, b, c, d, e, f]\n" FILES, &data, &err),
                     NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "label 7"));
}
END_TEST

START_TEST(labels_that_are_no_exact_whole_numbers_are_refused)
{
    /* 2^53 + 2 would be told apart from its neighbours only by luck. */
    static const double bad[] = {(double)NAN, (double)INFINITY, 1e300, 0.5,
                                 9007199254740994.0};
    struct ng_error err;
    struct ng_dataset data;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double labels[10] = {5, bad[i], 5, 5, 7, 5, 5, 5, 5, 7};
        const struct ng_array y = {
            .type = NG_ARRAY_F64, .rank = 1, .size = {10}, .count = 10, .data = labels};
        write_arrays(3, 7);
        ck_assert_int_eq(ng_npy_write(path_of("y.npy"), &y, &err), NG_OK);
        ck_assert_int_eq(load(CARD FILES, &data, &err), NG_INVALID);
        ck_assert_msg(strstr(err.text, "labels that are no whole numbers") != NULL,
                      "%s", err.text);
    }
}
END_TEST

START_TEST(label_values_of_arrays_are_spelt_as_whole_numbers)
{
    static const char *const bad[] = {
        "", " 5", "05", "5.0", "99999999999999999999", "9007199254740993"};
    struct ng_error err;
    struct ng_dataset data;
    write_arrays(3, 7);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char card[600];
        snprintf(card, sizeof card,
                 CARD
                 "classes: [a, b, c]\nlabel_values: [\"5\", \"7\", \"%s\"]\n" FILES,
                 bad[i]);
        ck_assert_int_eq(load(card, &data, &err), NG_INVALID);
        ck_assert_msg(strstr(err.text, "a whole number was expected") != NULL, "%s",
                      err.text);
    }
}
END_TEST

START_TEST(a_missing_value_that_is_not_standardised_becomes_zero_and_is_told)
{
    struct ng_error err;
    struct ng_dataset data;
    struct ng_arena arena = {0};
    struct ng_card card;
    struct ng_text notes = {0};
    float pixels[20];
    for (int i = 0; i < 20; i++)
        pixels[i] = i == 3 ? NAN : (float)(100 + i);
    const struct ng_array x = {
        .type = NG_ARRAY_F32, .rank = 2, .size = {10, 2}, .count = 20, .data = pixels};
    write_arrays(3, 7);
    ck_assert_int_eq(ng_npy_write(path_of("x.npy"), &x, &err), NG_OK);
    write_text("card.yaml", CARD "standardise: none\n" FILES);
    ck_assert_int_eq(ng_card_read(path_of("card.yaml"), &arena, &card, &err), NG_OK);
    ck_assert_int_eq(ng_dataset_load(&data, &card, folder, &err), NG_OK);
    ck_assert(data.train.x[3] == 0 && data.train.x[2] == 102);
    ng_dataset_notes(&data, &card, &notes);
    ck_assert_ptr_nonnull(strstr(notes.data, "1 value is missing (1 training, 0 test), "
                                             "so 0\n"));
    ng_text_release(&notes);
    ng_dataset_release(&data);
    ng_arena_release(&arena);
}
END_TEST

START_TEST(vector_of_features_is_refused)
{
    struct ng_error err;
    struct ng_dataset data;
    write_arrays(3, 7);
    ck_assert_int_eq(load(CARD "files:\n  - {role: all, path: y.npy}\n"
                               "  - {role: all, part: labels, path: x.npy}\n",
                          &data, &err),
                     NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "dimensions"));
}
END_TEST

START_TEST(text_is_cut_into_characters_and_once_by_position)
{
    struct ng_error err;
    struct ng_dataset data;
    write_text("text.txt", "ab\n\xC3\xA9 \xE2\x82\xAC"
                           "abba");
    ck_assert_msg(load("name: card\ntitle: t\norigin: o\nlicence: l\nreader: text\n"
                       "order: stream\ntest_share: 0.4\n"
                       "files:\n  - {role: all, path: text.txt}\n",
                       &data, &err) == NG_OK,
                  "%s", err.text);
    ck_assert_uint_eq(data.train.tokens, 6);
    ck_assert_uint_eq(data.test.tokens, 4);
    ck_assert_uint_eq(data.classes, 6);
    ck_assert_str_eq(data.class_names[0], "newline");
    ck_assert_str_eq(data.class_names[1], "space");
    ck_assert_str_eq(data.class_names[5], "U+20AC");
    ck_assert_uint_eq(data.train.token[3], 4);
    ck_assert_uint_eq(data.test.token[3], 2);
    ng_dataset_release(&data);
}
END_TEST

START_TEST(text_that_is_no_utf8_is_refused)
{
    struct ng_error err;
    struct ng_dataset data;
    write_text("text.txt", "caf\xE9 au lait");
    ck_assert_int_eq(load("name: card\ntitle: t\norigin: o\nlicence: l\nreader: text\n"
                          "files:\n  - {role: all, path: text.txt}\n",
                          &data, &err),
                     NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "character 4"));
}
END_TEST

static bool load_real(const char *test, const char *name, struct ng_dataset *data)
{
    struct ng_error err;
    struct ng_arena arena = {0};
    struct ng_card card;
    const char *from = getenv("NG_DATA");
    enum ng_status status = ng_card_read(name, &arena, &card, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    if (from != NULL)
        status = ng_dataset_load(data, &card, from, &err);
    ng_arena_release(&arena);
    if (from == NULL || status == NG_ABSENT) {
        ng_test_skip(test, from == NULL ? "NG_DATA is not set" : "not below NG_DATA");
        return false;
    }
    ck_assert_msg(status == NG_OK, "%s", err.text);
    return true;
}

START_TEST(fashion_mnist_has_the_counts_and_moments_of_its_owners)
{
    struct ng_dataset data;
    if (!load_real("fashion_mnist_has_the_counts_and_moments_of_its_owners",
                   "fashion-mnist", &data))
        return;
    size_t train[10] = {0}, test[10] = {0};
    for (size_t i = 0; i < data.train.rows; i++)
        train[data.train.label[i]]++;
    for (size_t i = 0; i < data.test.rows; i++)
        test[data.test.label[i]]++;
    for (int i = 0; i < 10; i++) {
        ck_assert_uint_eq(train[i], 6000);
        ck_assert_uint_eq(test[i], 1000);
    }
    ck_assert_uint_eq(data.features, 784);
    ck_assert_str_eq(data.class_names[data.train.label[0]], "ankle boot");
    ck_assert_str_eq(data.class_names[data.test.label[0]], "ankle boot");
    ck_assert_double_eq_tol(data.mean[0] / 255, 0.2860, 5e-5);
    ck_assert_double_eq_tol(data.deviation[0] / 255, 0.3530, 5e-5);
    ck_assert_double_eq(data.mean[783], data.mean[0]);
    ng_dataset_release(&data);
}
END_TEST

START_TEST(tinyshakespeare_has_65_characters_and_is_cut_by_position)
{
    struct ng_dataset data;
    if (!load_real("tinyshakespeare_has_65_characters_and_is_cut_by_position",
                   "tinyshakespeare", &data))
        return;
    size_t lines = 0, digits = 0;
    const struct ng_split *splits[] = {&data.train, &data.test};
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < splits[s]->tokens; i++) {
            const char *name = data.class_names[splits[s]->token[i]];
            lines += strcmp(name, "newline") == 0;
            digits += name[0] >= '0' && name[0] <= '9';
        }
    }
    ck_assert_uint_eq(data.train.tokens + data.test.tokens, 1115394);
    ck_assert_uint_eq(data.test.tokens, 111539);
    ck_assert_uint_eq(data.classes, 65);
    ck_assert_uint_eq(lines, 40000);
    ck_assert_uint_gt(digits, 0);
    ck_assert_uint_eq(data.features, 0);
    ng_dataset_release(&data);
}
END_TEST

Suite *ng_suite_array_sets(void)
{
    Suite *suite = suite_create("array_sets");
    TCase *small = tcase_create("small");
    tcase_add_checked_fixture(small, make_folder, remove_folder);
    tcase_add_test(small, npy_pair_becomes_features_and_learnt_classes);
    tcase_add_test(small, npz_members_and_label_values_are_found_by_name);
    tcase_add_test(small, test_label_that_training_lacks_is_refused);
    tcase_add_test(small, labels_that_the_classes_do_not_reach_are_refused);
    tcase_add_test(small, labels_that_are_no_exact_whole_numbers_are_refused);
    tcase_add_test(small, label_values_of_arrays_are_spelt_as_whole_numbers);
    tcase_add_test(small,
                   a_missing_value_that_is_not_standardised_becomes_zero_and_is_told);
    tcase_add_test(small, vector_of_features_is_refused);
    tcase_add_test(small, text_is_cut_into_characters_and_once_by_position);
    tcase_add_test(small, text_that_is_no_utf8_is_refused);
    suite_add_tcase(suite, small);
    TCase *real = tcase_create("real");
    tcase_set_timeout(real, 60);
    tcase_add_test(real, fashion_mnist_has_the_counts_and_moments_of_its_owners);
    tcase_add_test(real, tinyshakespeare_has_65_characters_and_is_cut_by_position);
    suite_add_tcase(suite, real);
    return suite;
}
