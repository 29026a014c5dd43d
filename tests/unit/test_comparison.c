/* comparison.h5: every number and text of a comparison comes back, and one that points
 * nowhere is refused. */
#include "tests/unit/suites.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/files/sealed.h"
#include "experiments/record/comparison.h"
#include "experiments/record/run_file.h"

static char file_path[128];
static struct ng_error err;
static struct ng_arena arena;

static void set_up(void)
{
    snprintf(file_path, sizeof file_path, "%s/ng-comparison-XXXXXX", P_tmpdir);
    int fd = mkstemp(file_path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    memset(&err, 0, sizeof err);
}

static void tear_down(void)
{
    remove(file_path);
    ng_arena_release(&arena);
}

static void good(enum ng_status status)
{
    ck_assert_msg(status == NG_OK, "%s", err.text);
}

static void refused(enum ng_status status, enum ng_status expected, const char *words)
{
    ck_assert_int_eq(status, expected);
    ck_assert_msg(strstr(err.text, words) != NULL, "\"%s\" is not in: %s", words,
                  err.text);
}

static struct ng_estimate estimate(double mean)
{
    return (struct ng_estimate){mean, mean - 0.5, mean + 0.25};
}

static struct ng_estimate by_group[2][2];
static bool unproven[2] = {true, false}, harmed[2] = {false, true};
static double accuracies[2] = {0.5, 0.75}, losses[3] = {3, 2, 1};
static char *hashes[2] = {"aa", "bb"};

static struct ng_arm arm_of(int number)
{
    by_group[0][number] = estimate(number + 0.1);
    by_group[1][number] = estimate(number + 0.2);
    double x = number;
    struct ng_arm arm = {
        .label = number ? "fp8-lean" : "fp32",
        .reference = number ? -1 : 0,
        .recipe = number ? "fp8-lean" : "fp32",
        .summary = "words",
        .verdict = number ? NG_VERDICT_NOT_ENOUGH : NG_VERDICT_REFERENCE,
        .seeds = 2,
        .diverged = (size_t)number,
        .accuracy = estimate(x + 1),
        .accuracy_difference = estimate(x + 2),
        .nll = estimate(x + 3),
        .nll_difference = estimate(x + 4),
        .ece = estimate(x + 5),
        .ece_difference = estimate(x + 6),
        .churn = estimate(x + 7),
        .worst_accuracy = estimate(x + 8),
        .worst_difference = {(double)NAN, (double)NAN, (double)NAN},
        .worst_group = 1,
        .hardest_hit_group = 2,
        .group_accuracy = by_group[0],
        .group_difference = by_group[1],
        .group_unproven = number ? unproven : harmed,
        .group_harmed = number ? harmed : unproven,
        .unproven_groups = 1 + (size_t)number,
        .harmed_groups = 2 - (size_t)number,
        .seed_accuracy = accuracies,
        .persistent_bytes = 1000 + (size_t)number,
        .planned_peak = 2000,
        .parameters = 100,
        .by_class_at_peak = {5, 6},
        .by_class = {7},
        .saturated_share = 0.125,
        .flushed_share = 0.0625,
        .steps = 3 - (size_t)number,
        .loss = losses,
        .result_hashes = hashes,
    };
    return arm;
}

static struct ng_arm arms[2];
static struct ng_group groups[2] = {{"region", "north", 30, false},
                                    {"region", "south", 0, true}};
static struct ng_gate_outcome gates[2] = {{"ledger-exact", true, "All add up."},
                                          {"finite", false, "1 of 4 trials fail."}};
static uint32_t seeds[2] = {0, 9};

static struct ng_comparison make_comparison(void)
{
    arms[0] = arm_of(0);
    arms[1] = arm_of(1);
    return (struct ng_comparison){
        .experiment = "toy",
        .question = "why?",
        .data_notes = "age: 3 values clipped.\nregion: 2 unseen.",
        .data_title = "t\xc3\xb6y data",
        .command = "narrowgauge run toy",
        .answer = "because",
        .resolved_summary = "mlp",
        .provenance = "one\ntwo\n",
        .margin = 0.005,
        .reference = 0,
        .recommended = -1,
        .ceiling = 0.9,
        .largest_class = 0.625,
        .floor_nll = (double)NAN,
        .truth_ece = 0.01,
        .numerics_version = 1,
        .arms = arms,
        .arm_count = 2,
        .seeds = seeds,
        .seed_count = 2,
        .groups = groups,
        .group_count = 2,
        .groups_with_rows = 1,
        .gates = gates,
        .gate_count = 2,
        .test_rows = 37,
        .train_rows = 100,
        .classes = 2,
        .wall_seconds = 3.5,
    };
}

static void same_texts(const struct ng_comparison *a, const struct ng_comparison *b)
{
    ck_assert_str_eq(a->experiment, b->experiment);
    ck_assert_str_eq(a->question, b->question);
    ck_assert_str_eq(a->data_title, b->data_title);
    ck_assert_str_eq(a->command, b->command);
    ck_assert_str_eq(a->answer, b->answer);
    ck_assert_str_eq(a->resolved_summary, b->resolved_summary);
    ck_assert_str_eq(a->provenance, b->provenance);
    ck_assert_str_eq(a->data_notes == NULL ? "" : a->data_notes, b->data_notes);
}

static void same_numbers(const struct ng_comparison *a, const struct ng_comparison *b)
{
    ck_assert(a->margin == b->margin && a->ceiling == b->ceiling);
    ck_assert(a->largest_class == b->largest_class);
    ck_assert(isnan(b->floor_nll) && a->truth_ece == b->truth_ece);
    ck_assert(a->wall_seconds == b->wall_seconds);
    ck_assert_int_eq(a->reference, b->reference);
    ck_assert_int_eq(a->recommended, b->recommended);
    ck_assert_int_eq(a->numerics_version, b->numerics_version);
    ck_assert_uint_eq(a->test_rows, b->test_rows);
    ck_assert_uint_eq(a->train_rows, b->train_rows);
    ck_assert_uint_eq(a->classes, b->classes);
    ck_assert_uint_eq(a->seed_count, b->seed_count);
    ck_assert_mem_eq(a->seeds, b->seeds, a->seed_count * sizeof *a->seeds);
    ck_assert_uint_eq(a->groups_with_rows, b->groups_with_rows);
    ck_assert_uint_eq(a->group_count, b->group_count);
    for (size_t i = 0; i < a->group_count; i++) {
        ck_assert_str_eq(a->groups[i].column, b->groups[i].column);
        ck_assert_str_eq(a->groups[i].band, b->groups[i].band);
        ck_assert_uint_eq(a->groups[i].rows, b->groups[i].rows);
        ck_assert(a->groups[i].suppressed == b->groups[i].suppressed);
    }
}

static void same_gates(const struct ng_comparison *a, const struct ng_comparison *b)
{
    ck_assert_uint_eq(a->gate_count, b->gate_count);
    for (size_t i = 0; i < a->gate_count; i++) {
        ck_assert_str_eq(a->gates[i].name, b->gates[i].name);
        ck_assert_int_eq(a->gates[i].held, b->gates[i].held);
        ck_assert_str_eq(a->gates[i].sentence, b->gates[i].sentence);
    }
}

/* From accuracy to worst_difference the estimates lie in one run. */
#define ESTIMATES (9 * sizeof(struct ng_estimate))

static void same_arm(const struct ng_arm *a, const struct ng_arm *b)
{
    ck_assert_int_eq(a->reference, b->reference);
    ck_assert_str_eq(a->label, b->label);
    ck_assert_str_eq(a->recipe, b->recipe);
    ck_assert_str_eq(a->summary, b->summary);
    ck_assert_int_eq(a->verdict, b->verdict);
    ck_assert_uint_eq(a->seeds, b->seeds);
    ck_assert_uint_eq(a->diverged, b->diverged);
    ck_assert_mem_eq(&a->accuracy, &b->accuracy, ESTIMATES);
    ck_assert_uint_eq(a->worst_group, b->worst_group);
    ck_assert_uint_eq(a->hardest_hit_group, b->hardest_hit_group);
    ck_assert_mem_eq(a->group_accuracy, b->group_accuracy, 2 * sizeof by_group[0][0]);
    ck_assert_mem_eq(a->group_difference, b->group_difference,
                     2 * sizeof by_group[0][0]);
    ck_assert_mem_eq(a->group_unproven, b->group_unproven, sizeof unproven);
    ck_assert_mem_eq(a->group_harmed, b->group_harmed, sizeof harmed);
    ck_assert_uint_eq(a->unproven_groups, b->unproven_groups);
    ck_assert_uint_eq(a->harmed_groups, b->harmed_groups);
    ck_assert_mem_eq(a->seed_accuracy, b->seed_accuracy, sizeof accuracies);
    ck_assert_uint_eq(a->persistent_bytes, b->persistent_bytes);
    ck_assert_uint_eq(a->planned_peak, b->planned_peak);
    ck_assert_uint_eq(a->parameters, b->parameters);
    ck_assert_mem_eq(a->by_class, b->by_class, sizeof a->by_class);
    ck_assert_mem_eq(a->by_class_at_peak, b->by_class_at_peak, sizeof a->by_class);
    ck_assert(a->saturated_share == b->saturated_share);
    ck_assert(a->flushed_share == b->flushed_share);
    ck_assert_uint_eq(a->steps, b->steps);
    ck_assert_mem_eq(a->loss, b->loss, a->steps * sizeof *a->loss);
    ck_assert_str_eq(a->result_hashes[0], b->result_hashes[0]);
    ck_assert_str_eq(a->result_hashes[1], b->result_hashes[1]);
}

START_TEST(a_comparison_comes_back_equal)
{
    struct ng_comparison in = make_comparison(), out;
    good(ng_comparison_write(file_path, &in, &err));
    good(ng_comparison_read(file_path, &arena, &out, &err));
    same_texts(&in, &out);
    same_numbers(&in, &out);
    same_gates(&in, &out);
    ck_assert_uint_eq(out.arm_count, 2);
    same_arm(&in.arms[0], &out.arms[0]);
    same_arm(&in.arms[1], &out.arms[1]);
}
END_TEST

START_TEST(a_comparison_without_groups_gates_or_arms_comes_back)
{
    struct ng_comparison in = make_comparison(), out;
    in.group_count = in.gate_count = 0;
    in.arms[0].worst_group = in.arms[0].hardest_hit_group = 0;
    in.arm_count = 1;
    good(ng_comparison_write(file_path, &in, &err));
    good(ng_comparison_read(file_path, &arena, &out, &err));
    ck_assert_uint_eq(out.group_count, 0);
    ck_assert_uint_eq(out.gate_count, 0);
    in.arm_count = 0;
    in.reference = -1;
    good(ng_comparison_write(file_path, &in, &err));
    good(ng_comparison_read(file_path, &arena, &out, &err));
    ck_assert_uint_eq(out.arm_count, 0);
}
END_TEST

/* Gives the data set another name, which sorts as the old one does. */
static void rename_in_file(const char *name, const char *other)
{
    static char bytes[1 << 20];
    size_t content, found = 0;
    good(ng_sealed_check(file_path, "\x89HDF", "HDF5", &content, &err));
    ck_assert_uint_le(content, sizeof bytes);
    FILE *file = fopen(file_path, "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(bytes, 1, content, file), content);
    fclose(file);
    for (size_t i = 0; i + strlen(name) <= content; i++)
        if (memcmp(bytes + i, name, strlen(name)) == 0) {
            memcpy(bytes + i, other, strlen(other));
            found++;
        }
    ck_assert_uint_eq(found, 1);
    good(ng_sealed_write(file_path, bytes, content, &err));
}

START_TEST(an_earlier_file_without_the_largest_class_is_read)
{
    struct ng_comparison in = make_comparison(), out;
    good(ng_comparison_write(file_path, &in, &err));
    rename_in_file("largest_class", "largest_claso");
    good(ng_comparison_read(file_path, &arena, &out, &err));
    ck_assert(isnan(out.largest_class));
    ck_assert_uint_eq(out.test_rows, in.test_rows);
}
END_TEST

START_TEST(a_comparison_that_points_nowhere_is_refused)
{
    struct ng_comparison in = make_comparison(), out;
    in.recommended = 2;
    good(ng_comparison_write(file_path, &in, &err));
    refused(ng_comparison_read(file_path, &arena, &out, &err), NG_INVALID,
            "recommended arm does not exist");
    in.recommended = 1;
    in.arms[1].reference = 2;
    good(ng_comparison_write(file_path, &in, &err));
    refused(ng_comparison_read(file_path, &arena, &out, &err), NG_INVALID,
            "a reference or the recommended arm does not exist");
    in.arms[1].reference = -1;
    in.arms[1].worst_group = 3;
    good(ng_comparison_write(file_path, &in, &err));
    refused(ng_comparison_read(file_path, &arena, &out, &err), NG_INVALID,
            "worst group does not exist");
}
END_TEST

START_TEST(a_file_that_is_no_comparison_is_refused)
{
    struct ng_comparison in = make_comparison(), out;
    struct ng_run run;
    refused(ng_comparison_read(file_path, &arena, &out, &err), NG_INVALID, "is empty");
    good(ng_comparison_write(file_path, &in, &err));
    refused(ng_run_read(file_path, NG_RUN_HEAD, &arena, &run, &err), NG_INVALID,
            "is a narrowgauge-comparison file, where narrowgauge-run was expected");
    ck_assert_int_eq(truncate(file_path, 9000), 0);
    refused(ng_comparison_read(file_path, &arena, &out, &err), NG_INVALID, "cut short");
    remove(file_path);
    refused(ng_comparison_read(file_path, &arena, &out, &err), NG_ABSENT, "no file");
}
END_TEST

Suite *ng_suite_comparison(void)
{
    Suite *suite = suite_create("comparison");
    TCase *cases = tcase_create("comparison");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_comparison_comes_back_equal);
    tcase_add_test(cases, a_comparison_without_groups_gates_or_arms_comes_back);
    tcase_add_test(cases, an_earlier_file_without_the_largest_class_is_read);
    tcase_add_test(cases, a_comparison_that_points_nowhere_is_refused);
    tcase_add_test(cases, a_file_that_is_no_comparison_is_refused);
    suite_add_tcase(suite, cases);
    return suite;
}
