/* The baseline's text file: what is written comes back, and what is no baseline is
 * refused in one sentence. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiments/record/baseline.h"
#include "tests/unit/suites.h"

static struct ng_error err;
static struct ng_arena arena;
static struct ng_baseline back;
static char folder[] = P_tmpdir "/ng-baseline-XXXXXX", path[300];

#define H "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char good_text[] =
    "narrowgauge-baseline 1\n"
    "experiment toy\n"
    "data claims\n"
    "data_sha256 " H "\n"
    "numerics_version 1\n"
    "test_rows 1000\n"
    "program narrowgauge 0\n"
    "date 2026-01-01\n"
    "reason Because.\n"
    "gate finite\n"
    "\n"
    "arm fp8 lr=1e-3\n"
    "computed simulated\n"
    "state_bytes 100\n"
    "planned_peak 200\n"
    "threshold result equal bit-exact (simulated)\n"
    "accuracy n=2 mean=0.5 low=0.25 high=0.75\n"
    "threshold accuracy 0.005 declared: judge.margin.accuracy\n"
    "nll n=2 mean=nan low=nan high=nan\n"
    "threshold nll nan seeds: n=2\n"
    "ece n=2 mean=0.02 low=0.01 high=0.03\n"
    "threshold ece 0.01 seeds: n=2\n"
    "trial 0 plan " H "\n"
    "trial 0 result " H "\n"
    "trial 0 metrics accuracy=0.25 nll=nan ece=0.020000000000000004\n"
    "trial 7 plan " H "\n"
    "trial 7 result " H "\n"
    "trial 7 metrics accuracy=0.75 nll=-1e-300 ece=0.02\n"
    "tensor x/output 00000001 ffffffff 00000003 - 00000005\n"
    "\n"
    "end\n";

static void put(const char *text, size_t length)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}

static void set_up(void)
{
    memcpy(strstr(folder, "baseline-") + strlen("baseline-"), "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/toy.txt", folder);
    put(good_text, sizeof good_text - 1);
}

static void tear_down(void)
{
    ng_arena_release(&arena);
    unlink(path);
    rmdir(folder);
}

static void refused(enum ng_status status, const char *words)
{
    ck_assert_int_eq(ng_baseline_read(path, &arena, &back, &err), status);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
    ck_assert_msg(strchr(err.text, '\n') == NULL, "two lines: %s", err.text);
}

/* The good text with one piece replaced, everywhere or first only, is refused. */
static void put_with(const char *piece, const char *instead)
{
    char text[8192];
    const char *at = strstr(good_text, piece);
    ck_assert_msg(at != NULL, "'%s' is not in the text", piece);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good_text), good_text, instead,
             at + strlen(piece));
    put(text, strlen(text));
}

START_TEST(a_baseline_comes_back_as_it_was_written)
{
    struct ng_text text = {0};
    ck_assert_msg(ng_baseline_read(path, &arena, &back, &err) == NG_OK, "%s", err.text);
    ck_assert_uint_eq(back.arm_count, 1);
    ck_assert_str_eq(back.arms[0].label, "fp8 lr=1e-3");
    ck_assert_uint_eq(back.arms[0].trials[1].seed, 7);
    ck_assert(back.arms[0].trials[0].metric[NG_BASELINE_ECE] == 0.020000000000000004);
    ck_assert(back.arms[0].trials[1].metric[NG_BASELINE_NLL] == -1e-300);
    ck_assert(isnan(back.arms[0].trials[0].metric[NG_BASELINE_NLL]));
    ck_assert_uint_eq(back.arms[0].tensors[0].digest[1], 0xFFFFFFFF);
    ck_assert(!back.arms[0].tensors[0].seen[3] && back.arms[0].tensors[0].seen[4]);
    ng_baseline_print(&back, &text);
    ck_assert_str_eq(text.data, good_text);
    ck_assert_msg(ng_baseline_write(path, &back, &err) == NG_OK, "%s", err.text);
    ck_assert_msg(ng_baseline_read(path, &arena, &back, &err) == NG_OK, "%s", err.text);
    ng_text_release(&text);
}
END_TEST

START_TEST(every_cut_file_is_refused)
{
    for (size_t length = 0; length < sizeof good_text - 2; length++) {
        put(good_text, length);
        refused(NG_INVALID, path);
    }
}
END_TEST

static const struct {
    const char *piece, *instead, *words;
} faults[] = {
    {"narrowgauge-baseline 1", "hello", ":1: 'hello' stands where"},
    {"narrowgauge-baseline 1", "narrowgauge-baseline x", "stands where"},
    {"experiment toy\n", "", ":2: 'data claims' stands where 'experiment'"},
    {"experiment toy", "<<<<<<< HEAD", "'<<<<<<< HEAD' stands where"},
    {"numerics_version 1", "numerics_version 99999999999999999999", "whole number"},
    {"numerics_version 1", "numerics_version -1", "whole number"},
    {"test_rows 1000", "test_rows 1e3", "whole number"},
    {"data_sha256 0", "data_sha256 G", "64 hexadecimal digits"},
    {"data_sha256 0", "data_sha256 ", "64 hexadecimal digits"},
    {"reason Because.", "reason", "'reason' and its value"},
    {"computed simulated", "computed by hand", "'computed simulated'"},
    {"equal bit-exact", "any bit-exact", "threshold result equal"},
    {"n=2 mean=0.5", "n=0 mean=0.5", "1 or more"},
    {"nll n=2", "nll n=3", "same number of trials"},
    {"mean=0.5", "mean=0x1p-1", "mean=X"},
    {"mean=0.5", "mean=inf", "mean=X"},
    {"mean=0.5", "mean=1e999", "mean=X"},
    {"mean=0.5", "mean=", "mean=X"},
    {"accuracy 0.005", "accuracy -0.005", "where it comes from"},
    {"0.005 declared: judge.margin.accuracy", "0.005", "where it comes from"},
    {"trial 7 plan", "trial 0 plan", "'trial 0 result' and 64"},
    {"trial 7 plan", "trial 99999999999 plan", "'trial', a seed"},
    {"accuracy=0.75", "accuracy=zero", "metrics accuracy=X"},
    {"ece=0.02\n", "ece=0.02 more=1\n", "metrics accuracy=X"},
    {"00000003 -", "0000000g -", "8 hexadecimal digits"},
    {"00000003 -", "3 -", "8 hexadecimal digits"},
    {" 00000005", "", "8 hexadecimal digits"},
    {" 00000005", " 00000005 00000006", "8 hexadecimal digits"},
    {"end\n", "end\nmore\n", "the end of the file"},
    {"\nend\n", "\nenough\n", "'arm', 'tensor' or 'end'"},
    {"reason Because.", "reason \x1b[2JBecause.", "control character 0x1b"},
    {"reason Because.\n", "reason Because.\r\n", "control character 0x0d"},
};

START_TEST(what_is_no_baseline_is_refused_in_a_sentence)
{
    put_with(faults[_i].piece, faults[_i].instead);
    refused(NG_INVALID, faults[_i].words);
}
END_TEST

START_TEST(a_trial_or_an_arm_stands_there_once)
{
    char text[16384];
    const char *arm = strstr(good_text, "arm "), *end = strstr(good_text, "\nend");
    snprintf(text, sizeof text, "%.*s\n%.*s\nend\n", (int)(end - good_text), good_text,
             (int)(end - arm), arm);
    put(text, strlen(text));
    refused(NG_INVALID, "the arm fp8 lr=1e-3 stands there twice");
    const char *second = strstr(good_text, "trial 7"),
               *after = strstr(second, "tensor");
    const char *first = strstr(good_text, "trial 0");
    snprintf(text, sizeof text, "%.*s%.*s%s", (int)(second - good_text), good_text,
             (int)(second - first), first, after);
    put(text, strlen(text));
    refused(NG_INVALID, "seed 0 of arm fp8 lr=1e-3 stands twice or out of order");
}
END_TEST

START_TEST(another_version_of_the_format_is_no_baseline)
{
    put_with("narrowgauge-baseline 1", "narrowgauge-baseline 2");
    refused(NG_NO_BASELINE, "format version 2");
}
END_TEST

START_TEST(a_missing_file_a_folder_and_a_huge_one_are_told_apart)
{
    ck_assert_int_eq(truncate(path, 64 * 1024 * 1024), 0);
    refused(NG_INVALID, "at most");
    unlink(path);
    refused(NG_ABSENT, "No such file");
    ck_assert_int_eq(mkdir(path, 0700), 0);
    refused(NG_INVALID, "a plain file");
    ck_assert_int_eq(rmdir(path), 0);
    put("narrowgauge-baseline 1\n\0experiment", 33);
    refused(NG_INVALID, "control character 0x00");
}
END_TEST

START_TEST(a_long_reason_is_folded_and_comes_back_whole)
{
    struct ng_text text = {0};
    char reason[600] = "";
    while (strlen(reason) < 500)
        strcat(reason, "twenty letters, say, ");
    strcat(reason, "end");
    ck_assert_int_eq(ng_baseline_read(path, &arena, &back, &err), NG_OK);
    back.reason = reason;
    ng_baseline_print(&back, &text);
    for (const char *line = text.data; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        ck_assert_uint_lt(length, 120);
        line += length + (line[length] == '\n');
    }
    put(text.data, text.length);
    ng_text_release(&text);
    ck_assert_msg(ng_baseline_read(path, &arena, &back, &err) == NG_OK, "%s", err.text);
    ck_assert_str_eq(back.reason, reason);
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_keeps_the_earlier_file)
{
    char part[320];
    ck_assert_int_eq(ng_baseline_read(path, &arena, &back, &err), NG_OK);
    snprintf(part, sizeof part, "%s.part", path);
    ck_assert_int_eq(mkdir(part, 0700), 0); /* in the way, also for root */
    ck_assert_int_eq(ng_baseline_write(path, &back, &err), NG_FAILED);
    ck_assert_ptr_nonnull(strstr(err.text, "unchanged"));
    ck_assert_int_eq(rmdir(part), 0);
    ck_assert_int_eq(ng_baseline_read(path, &arena, &back, &err), NG_OK);
}
END_TEST

Suite *ng_suite_baseline(void)
{
    Suite *suite = suite_create("baseline");
    TCase *cases = tcase_create("baseline");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_baseline_comes_back_as_it_was_written);
    tcase_add_test(cases, every_cut_file_is_refused);
    tcase_add_loop_test(cases, what_is_no_baseline_is_refused_in_a_sentence, 0,
                        (int)(sizeof faults / sizeof faults[0]));
    tcase_add_test(cases, a_trial_or_an_arm_stands_there_once);
    tcase_add_test(cases, another_version_of_the_format_is_no_baseline);
    tcase_add_test(cases, a_missing_file_a_folder_and_a_huge_one_are_told_apart);
    tcase_add_test(cases, a_long_reason_is_folded_and_comes_back_whole);
    tcase_add_test(cases, a_folder_that_cannot_be_written_keeps_the_earlier_file);
    suite_add_tcase(suite, cases);
    return suite;
}
