/* Predictions from a table. Expected numbers were worked out by hand from twelve rows of
 * three classes under two arms, probabilities in sixteenths. */
#include "tests/unit/suites.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/judge/eval_rows.h"

static char path[64];
static struct ng_eval_rows rows;
static struct ng_comparison out;
static struct ng_arena arena;
static struct ng_error err;

static void set_up(void)
{
    snprintf(path, sizeof path, "%s/ng-eval-XXXXXX", P_tmpdir);
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
}

static void tear_down(void)
{
    ng_eval_rows_release(&rows);
    ng_arena_release(&arena);
    unlink(path);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static enum ng_status read_with(const char *reference)
{
    struct ng_eval_request request = {.reference = reference, .margin = 0.005};
    ng_eval_rows_release(&rows);
    return ng_eval_rows_read(path, &request, &rows, &err);
}

static void compare(void)
{
    ck_assert_msg(read_with(NULL) == NG_OK, "%s", err.text);
    ck_assert_msg(ng_compare_runs(&rows.input, &arena, &out, &err) == NG_OK, "%s",
                  err.text);
}

static void assert_refused(const char *text, const char *words)
{
    write_file(text);
    ck_assert_int_eq(read_with(NULL), NG_INVALID);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
}

static const int table[2][12][3] = {{{12, 3, 1},
                                     {10, 4, 2},
                                     {7, 6, 3},
                                     {2, 13, 1},
                                     {3, 9, 4},
                                     {5, 6, 5},
                                     {1, 2, 13},
                                     {2, 4, 10},
                                     {4, 5, 7},
                                     {8, 7, 1},
                                     {6, 3, 7},
                                     {1, 14, 1}},
                                    {{11, 3, 2},
                                     {9, 5, 2},
                                     {6, 7, 3},
                                     {2, 12, 2},
                                     {3, 8, 5},
                                     {6, 5, 5},
                                     {1, 3, 12},
                                     {2, 5, 9},
                                     {4, 6, 6},
                                     {7, 8, 1},
                                     {7, 3, 6},
                                     {2, 13, 1}}};
static const int labels[12] = {0, 0, 1, 1, 1, 1, 2, 2, 2, 0, 2, 0};
static const char slices[13] = "aabaabaabbbb";

/* The table, `times` over, with predictions instead of scores where asked. */
static void write_table(int times, int seeds, bool scores)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "example;label;slice;arm;seed;%s\n",
            scores ? "p_0;p_1;p_2" : "prediction;confidence");
    for (int a = 0; a < 2; a++)
        for (int i = 0; i < 12 * times * seeds; i++) {
            int row = i % 12, seed = i / (12 * times);
            const int *p = table[a][row];
            int best = p[1] > p[0] ? (p[2] > p[1] ? 2 : 1) : p[2] > p[0] ? 2 : 0;
            fprintf(file, "%d;%d;%c;%s;%d;", i % (12 * times), labels[row], slices[row],
                    a == 0 ? "FP32" : "fp8", seed);
            if (scores)
                fprintf(file, "%.6f;%.6f;%.6f\n", p[0] / 16.0, p[1] / 16.0,
                        p[2] / 16.0);
            else
                fprintf(file, "%d;%.6f\n", best, p[best] / 16.0);
        }
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(twelve_rows_have_the_accuracy_churn_and_nll_worked_out_by_hand)
{
    write_table(1, 1, true);
    compare();
    ck_assert_str_eq(rows.reference_because, "by its name");
    ck_assert_double_eq(out.arms[0].accuracy.mean, 10.0 / 12.0);
    ck_assert_double_eq(out.arms[1].accuracy.mean, 7.0 / 12.0);
    ck_assert_double_eq(out.arms[1].churn.mean, 5.0 / 12.0);
    ck_assert_double_eq_tol(out.arms[0].nll.mean, 0.77492365, 1e-7);
    ck_assert_double_eq_tol(out.arms[1].nll.mean, 0.80429509, 1e-7);
    ck_assert_int_eq(out.arms[1].verdict, NG_VERDICT_NOT_ENOUGH);
    ck_assert_uint_eq(out.arms[0].parameters, 0);
}
END_TEST

START_TEST(only_slice_b_loses_and_seeds_make_a_verdict)
{
    write_table(10, 3, true);
    compare();
    ck_assert_uint_eq(out.group_count, 2);
    ck_assert_str_eq(out.groups[0].band, "a");
    ck_assert_uint_eq(out.groups[0].rows, 60);
    ck_assert_double_eq(out.arms[1].group_difference[0].mean, 0.0);
    ck_assert_double_eq_tol(out.arms[0].group_accuracy[1].mean, 4.0 / 6.0, 1e-15);
    ck_assert_double_eq_tol(out.arms[1].group_accuracy[1].mean, 1.0 / 6.0, 1e-15);
    ck_assert_int_eq(out.arms[1].verdict, NG_VERDICT_HARM);
    ck_assert(out.arms[1].group_harmed[1] && !out.arms[1].group_harmed[0]);
    ck_assert_ptr_nonnull(strstr(out.answer, "fp8 loses more than the margin"));
    ck_assert_ptr_null(strstr(out.answer, "memory"));
}
END_TEST

START_TEST(groups_below_ten_rows_keep_their_name_and_nothing_else)
{
    write_table(1, 3, true);
    compare();
    for (size_t g = 0; g < out.group_count; g++) {
        ck_assert(out.groups[g].suppressed);
        ck_assert_uint_eq(out.groups[g].rows, 0);
        ck_assert(isnan(out.arms[0].group_accuracy[g].mean));
        ck_assert(isnan(out.arms[1].group_difference[g].mean));
        ck_assert(out.arms[1].group_unproven[g]);
    }
    ck_assert_uint_eq(out.arms[0].worst_group, out.group_count);
}
END_TEST

START_TEST(predictions_without_scores_have_no_nll)
{
    write_table(1, 1, false);
    compare();
    ck_assert_double_eq(out.arms[1].accuracy.mean, 7.0 / 12.0);
    ck_assert(isnan(out.arms[1].nll.mean));
    ck_assert(!isnan(out.arms[1].ece.mean));
}
END_TEST

START_TEST(a_lone_score_is_the_probability_of_the_second_class)
{
    /* "yes" stands first in the file and second when sorted; a half goes to "no". */
    write_file("example,arm,label,score\n1,x,yes,0.75\n2,x,no,0.25\n3,x,yes,0.5\n"
               "4,x,no,0.875\n");
    compare();
    ck_assert_str_eq(rows.reference_because,
                     "the first arm, because none is called fp32");
    ck_assert_double_eq(out.arms[0].accuracy.mean, 0.5);
    ck_assert_double_eq_tol(out.arms[0].nll.mean,
                            -(log(0.75) + log(0.75) + log(0.5) + log(0.125)) / 4.0,
                            1e-7);
    write_file("example,arm,label,score\n1,x,10,0.75\n2,x,9,0.25\n");
    compare();
    ck_assert_double_eq(out.arms[0].accuracy.mean, 1.0);
}
END_TEST

START_TEST(rare_categories_are_pooled_and_many_numbers_are_cut_at_quartiles)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fputs("example\tarm\tlabel\tscore\tage\tregion\n", file);
    for (int i = 0; i < 400; i++)
        fprintf(file, "%d\tx\t%d\t0.5\t%d\t%s\n", i, i % 2, i % 100,
                i < 9    ? "rare one"
                : i < 18 ? "rare two"
                : i < 30 ? ""
                         : "north");
    ck_assert_int_eq(fclose(file), 0);
    compare();
    static const char *const names[] = {
        "below 25",  "25 to below 50", "50 to below 75", "75 and over",
        "(missing)", "north",          "(rare)"};
    static const size_t counts[] = {100, 100, 100, 100, 12, 370, 18};
    ck_assert_uint_eq(out.group_count, 7);
    for (size_t g = 0; g < 7; g++) {
        ck_assert_uint_eq(out.groups[g].rows, counts[g] == 0 ? 0 : out.groups[g].rows);
        bool found = false;
        for (size_t k = 0; k < 7; k++)
            found |= strcmp(out.groups[g].band, names[k]) == 0 &&
                     out.groups[g].rows == counts[k];
        ck_assert_msg(found, "%s %zu", out.groups[g].band, out.groups[g].rows);
    }
    ck_assert_ptr_nonnull(strstr(rows.notes, "region: 2 categories"));
}
END_TEST

/* Of 25 values the quartiles stand at ranks 6, 12 and 18: bands of 6, 6, 6 and 7. */
START_TEST(no_band_of_numbers_has_fewer_than_ten_examples)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fputs("example,arm,label,score,income\n", file);
    for (int i = 0; i < 25; i++)
        fprintf(file, "%d,x,%d,0.5,%d\n", i, i % 2, 1000 + i);
    ck_assert_int_eq(fclose(file), 0);
    compare();
    ck_assert_uint_eq(out.group_count, 2);
    ck_assert_str_eq(out.groups[0].band, "below 1012");
    ck_assert_str_eq(out.groups[1].band, "1012 and over");
    ck_assert_uint_eq(out.groups[0].rows, 12);
    ck_assert_uint_eq(out.groups[1].rows, 13);
}
END_TEST

#define HEAD  "example,arm,seed,label,score_a,score_b,region\n"
#define FIRST "1,x,0,a,0.5,0.5,north\n2,x,0,b,0.5,0.5,north\n"

START_TEST(contradictions_are_refused_with_their_line)
{
    assert_refused(HEAD FIRST "1,y,0,b,0.5,0.5,north\n2,y,0,b,0.5,0.5,north\n",
                   ":4: example \"1\" has the label \"b\" here and \"a\" in line 2");
    assert_refused(
        HEAD FIRST "1,y,0,a,0.5,0.5,south\n2,y,0,b,0.5,0.5,north\n",
        ":4: example \"1\" has the region \"south\" here and \"north\" in line");
    assert_refused(HEAD FIRST "1,y,0,a,0.5,0.5,north\n",
                   ":3: example \"2\" stands here, but arm \"y\", seed 0, has no row");
    assert_refused(HEAD FIRST "1,x,0,a,0.5,0.5,north\n", "stands in line 2 already");
    assert_refused(HEAD FIRST "1,x,1,a,0.5,0.5,north\n2,x,1,b,0.5,0.5,north\n"
                              "1,y,1,a,0.5,0.5,north\n2,y,1,b,0.5,0.5,north\n",
                   "arm \"y\" has no rows of seed 0");
}
END_TEST

START_TEST(what_is_no_probability_is_refused_with_its_line)
{
    assert_refused(HEAD "1,x,0,a,nan,0.5,n\n2,x,0,b,0.5,0.5,n\n", ":2, field 5: 'nan'");
    assert_refused(HEAD "1,x,0,a,-0.5,1.5,n\n2,x,0,b,0.5,0.5,n\n", ":2, field 5");
    assert_refused(HEAD "1,x,0,a,0.6,0.5,n\n2,x,0,b,0.5,0.5,n\n", "add up to 1.1");
    assert_refused("example,arm,label,prediction,confidence\n1,x,a,a,-0.1\n2,x,b,b,1\n",
                   ":2, field 5: '-0.1'");
    assert_refused(HEAD "1,x,0,c,0.5,0.5,n\n", ":2, field 4: 'c'");
    assert_refused(HEAD "1,x,0.5,a,0.5,0.5,n\n", ":2, field 3: '0.5'");
}
END_TEST

START_TEST(tables_that_cannot_be_compared_are_refused_in_a_sentence)
{
    assert_refused("", "empty");
    assert_refused("example,arm,label,score_a,score_b\n", "no rows");
    assert_refused("example,label,score_a,score_b\n1,a,0.5,0.5\n", "no column \"arm\"");
    assert_refused("example,arm,label\n1,x,a\n", "neither score columns");
    assert_refused("example,arm,label,score_a\n1,x,a,1\n", "one class only");
    assert_refused("example,arm,label,score_a,score_b\n1,x,a,0.5,0.5\n2,x,a,0.5,0.5\n",
                   "every example has the label \"a\"");
    assert_refused("example,arm,label,score,score\n1,x,a,1,1\n",
                   "two columns are called");
    assert_refused("example,arm,label,score\n1,x,a,1\n2,x,b,1\n3,x,c,1\n",
                   "one score column and 3 classes");
    assert_refused("example,arm,label,score\n,x,a,1\n", ":2, field 1");
    write_file(HEAD FIRST);
    ck_assert_int_eq(read_with("z"), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "no arm \"z\" to be the reference"));
}
END_TEST

Suite *ng_suite_eval_rows(void)
{
    Suite *suite = suite_create("eval_rows");
    TCase *cases = tcase_create("eval_rows");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases,
                   twelve_rows_have_the_accuracy_churn_and_nll_worked_out_by_hand);
    tcase_add_test(cases, only_slice_b_loses_and_seeds_make_a_verdict);
    tcase_add_test(cases, groups_below_ten_rows_keep_their_name_and_nothing_else);
    tcase_add_test(cases, predictions_without_scores_have_no_nll);
    tcase_add_test(cases, a_lone_score_is_the_probability_of_the_second_class);
    tcase_add_test(cases,
                   rare_categories_are_pooled_and_many_numbers_are_cut_at_quartiles);
    tcase_add_test(cases, no_band_of_numbers_has_fewer_than_ten_examples);
    tcase_add_test(cases, contradictions_are_refused_with_their_line);
    tcase_add_test(cases, what_is_no_probability_is_refused_with_its_line);
    tcase_add_test(cases, tables_that_cannot_be_compared_are_refused_in_a_sentence);
    suite_add_tcase(suite, cases);
    return suite;
}
