/* Verdicts and answers: counts and intervals were worked out by hand. */
#include "tests/unit/suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/judge/answer.h"
#include "harness/judge/compare.h"
#include "harness/judge/groups.h"
#include "harness/judge/words.h"

static char *const region_bands[] = {"north", "south"};
static char *const age_bands[] = {"young", "mid", "old"};
static const struct ng_slice_column columns[2] = {{"region", (char **)region_bands, 2},
                                                  {"age", (char **)age_bands, 3}};

/* ---- a sweep in memory: ROWS rows of two classes, labels 0 and 1 in turn ---- */

#define ROWS     2000
#define MOST     15
#define KIB      1024
#define MIB      (1024 * 1024)
#define BASE     200 /* wrong rows of the reference, every seed */
#define IN_SOUTH 40  /* the first rows are all of region south */

struct sweep {
    struct ng_arena arena;
    struct ng_run runs[MOST];
    struct ng_compare_arm arms[5];
    uint32_t seeds[3];
    struct ng_compare_input input;
    struct ng_comparison out;
    struct ng_error err;
    uint16_t region[ROWS], age[ROWS];
    uint16_t *codes[2];
    double loss[2], bad_loss[2], cast[2], saturated[2];
    struct ng_metric metrics[3], bad_metrics[1];
    char *slices[2];
    float truth[2 * ROWS];
};

static struct sweep *sweep_new(size_t arms, size_t seeds)
{
    static const char *const labels[] = {"fp32", "bf16", "fp8-e4m3", "fp8-e5m2",
                                         "fp8-lean"};
    struct sweep *s = calloc(1, sizeof *s);
    ck_assert_ptr_nonnull(s);
    for (size_t i = 0; i < ROWS; i++) {
        s->region[i] = i < IN_SOUTH;
        s->age[i] = (uint16_t)(i % 3);
        s->truth[2 * i + i % 2] = i % 4 == 0 ? 0.25f : 0.875f;
        s->truth[2 * i + 1 - i % 2] = 1.0f - s->truth[2 * i + i % 2];
    }
    s->codes[0] = s->region;
    s->codes[1] = s->age;
    for (size_t a = 0; a < arms; a++)
        s->arms[a] = (struct ng_compare_arm){labels[a], labels[a], "a recipe", 0};
    for (size_t i = 0; i < seeds; i++)
        s->seeds[i] = (uint32_t)i;
    s->loss[0] = 2.0;
    s->loss[1] = 1.0;
    s->bad_loss[0] = 2.0;
    s->bad_loss[1] = (double)NAN;
    s->cast[0] = s->cast[1] = 1000.0;
    s->saturated[1] = 20.0;
    s->metrics[0] = (struct ng_metric){"loss", s->loss};
    s->metrics[1] = (struct ng_metric){"cast_elements", s->cast};
    s->metrics[2] = (struct ng_metric){"saturated", s->saturated};
    s->bad_metrics[0] = (struct ng_metric){"loss", s->bad_loss};
    s->slices[0] = (char *)"region";
    s->input = (struct ng_compare_input){.runs = s->runs,
                                         .arms = s->arms,
                                         .arm_count = arms,
                                         .seeds = s->seeds,
                                         .seed_count = seeds,
                                         .margin = 0.005,
                                         .slices = {s->slices, 1}};
    return s;
}

static void sweep_free(struct sweep *s)
{
    ng_arena_release(&s->arena);
    free(s);
}

/* Rows first..first+wrong-1 of a trial are wrong. */
static struct ng_run *set_run(struct sweep *s, size_t arm, size_t seed, size_t first,
                              size_t wrong)
{
    struct ng_run *run = &s->runs[arm * s->input.seed_count + seed];
    struct ng_rows *rows = &run->rows;
    *run = (struct ng_run){.experiment = (char *)"trial",
                           .arm_label = (char *)s->arms[arm].label,
                           .result_hash = (char *)"feed",
                           .seed = (uint32_t)seed,
                           .parameters = 1000,
                           .steps = 2,
                           .first_bad_step = -1,
                           .wall_seconds = 1.5,
                           .metrics = s->metrics,
                           .metric_count = 3};
    rows->rows = ROWS;
    rows->classes = 2;
    rows->label = ng_arena_array(&s->arena, ROWS, sizeof *rows->label);
    rows->prediction = ng_arena_array(&s->arena, ROWS, sizeof *rows->prediction);
    rows->confidence = ng_arena_array(&s->arena, ROWS, sizeof *rows->confidence);
    rows->probability = ng_arena_array(&s->arena, 2 * ROWS, sizeof *rows->probability);
    rows->slice_count = 2;
    rows->slices = columns;
    rows->slice = s->codes;
    rows->true_probability = s->truth;
    for (size_t i = 0; i < ROWS; i++) {
        uint32_t prediction = i % 2 ^ (i >= first && i < first + wrong);
        rows->label[i] = i % 2;
        rows->prediction[i] = prediction;
        rows->confidence[i] = 0.75f;
        rows->probability[2 * i + prediction] = 0.75f;
        rows->probability[2 * i + 1 - prediction] = 0.25f;
    }
    return run;
}

/* An arm whose trials have BASE + more[seed] wrong rows (from row IN_SOUTH on, so that
 * region south is untouched), with this peak and state. */
static void set_arm(struct sweep *s, size_t arm, const int *more, size_t peak,
                    size_t state)
{
    for (size_t seed = 0; seed < s->input.seed_count; seed++) {
        struct ng_run *run =
            set_run(s, arm, seed, IN_SOUTH, (size_t)(BASE + more[seed]));
        run->planned_peak = peak;
        run->persistent_bytes = state;
    }
}

static const int same[3] = {0, 0, 0};
static const int safe[3] = {0, 1, -1};       /* 0.00 pt, +-0.12 */
static const int harm[3] = {20, 21, 22};     /* -1.05 pt, +-0.12 */
static const int undecided[3] = {0, 10, 20}; /* -0.50 pt, +-1.24 */
static const int shaky[3] = {0, 4, 8};       /* -0.20 pt, +-0.50 */

static const char *answer_of(struct sweep *s)
{
    enum ng_status status = ng_compare_runs(&s->input, &s->arena, &s->out, &s->err);
    ck_assert_msg(status == NG_OK, "%s", s->err.text);
    return s->out.answer;
}

START_TEST(all_safe_recommends_the_least_peak_with_numbers)
{
    struct sweep *s = sweep_new(4, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, safe, 5 * MIB, 18000);
    set_arm(s, 2, safe, 4 * MIB, 16000);
    set_arm(s, 3, safe, 3 * MIB, 7000);
    ck_assert_str_eq(
        answer_of(s),
        "fp8-e5m2 is safe overall: accuracy 0.0 pt [-0.1, +0.1] within the 0.5 pt "
        "margin, "
        "peak memory 3.0 instead of 5.0 MiB, state 7.0 instead of 16.0 bytes per "
        "parameter; but 3 seeds cannot prove it safe for 1 of 2 groups; no group "
        "loses accuracy on average.");
    for (int a = 1; a < 4; a++)
        ck_assert_int_eq(s->out.arms[a].verdict, NG_VERDICT_SAFE);
    ck_assert_int_eq(s->out.arms[0].verdict, NG_VERDICT_REFERENCE);
    ck_assert_int_eq(s->out.recommended, 3);
    sweep_free(s);
}
END_TEST

START_TEST(one_harm_is_not_recommended_whatever_it_saves)
{
    struct sweep *s = sweep_new(3, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, harm, 1 * MIB, 7000);
    set_arm(s, 2, safe, 4 * MIB, 16000);
    const char *answer = answer_of(s);
    ck_assert_int_eq(s->out.arms[1].verdict, NG_VERDICT_HARM);
    ck_assert_int_eq(s->out.recommended, 2);
    ck_assert_ptr_eq(strstr(answer, "fp8-e4m3 is safe overall"), answer);
    ck_assert_ptr_null(strstr(answer, "state")); /* the same: not worth a word */
    sweep_free(s);
}
END_TEST

START_TEST(all_harm_says_so_and_names_the_least)
{
    struct sweep *s = sweep_new(3, 3);
    static const int worse[3] = {40, 41, 42};
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, worse, 3 * MIB, 7000);
    set_arm(s, 2, harm, 4 * MIB, 16000);
    ck_assert_str_eq(
        answer_of(s),
        "Stay in fp32, because no other recipe is shown to keep accuracy "
        "within the 0.5 pt margin: all 2 recipes lose more than the margin "
        "(the least is fp8-e4m3, -1.1 pt [-1.2, -0.9]).");
    ck_assert_int_eq(s->out.recommended, 0);
    sweep_free(s);
}
END_TEST

START_TEST(all_undecided_says_how_many_seeds_would_settle_it)
{
    struct sweep *s = sweep_new(3, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, undecided, 3 * MIB, 7000);
    set_arm(s, 2, shaky, 4 * MIB, 16000);
    /* shaky: s = 0.2 pt, distance to the margin 0.3 pt: t / sqrt(n) < 1.5 first at
     * n = 5 (2.776 / 2.236 = 1.24; n = 4 gives 1.59). */
    ck_assert_str_eq(
        answer_of(s),
        "Stay in fp32, because no other recipe is shown to keep accuracy "
        "within the 0.5 pt margin: all 2 recipes are undecided (the best is "
        "fp8-e4m3, -0.2 pt [-0.7, +0.3], about 2 more seeds would settle "
        "it).");
    ck_assert_int_eq(s->out.arms[1].verdict, NG_VERDICT_UNDECIDED);
    ck_assert_int_eq(s->out.recommended, 0);
    sweep_free(s);
}
END_TEST

START_TEST(one_seed_is_not_enough_evidence)
{
    struct sweep *s = sweep_new(2, 1);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, same, 3 * MIB, 7000);
    ck_assert_str_eq(answer_of(s),
                     "Not enough evidence: one seed cannot tell a recipe's effect from "
                     "seed noise; run at least three.");
    ck_assert_int_eq(s->out.arms[1].verdict, NG_VERDICT_NOT_ENOUGH);
    ck_assert_int_eq(s->out.recommended, -1);
    ck_assert(isnan(s->out.arms[1].accuracy.low));
    sweep_free(s);
}
END_TEST

START_TEST(a_diverged_trial_makes_its_arm_diverged_however_accurate)
{
    struct sweep *s = sweep_new(3, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, safe, 3 * MIB, 7000);
    set_arm(s, 2, shaky, 4 * MIB, 16000);
    s->runs[4].metrics = s->bad_metrics; /* bf16, seed 1 */
    s->runs[4].metric_count = 1;
    const char *answer = answer_of(s);
    ck_assert_int_eq(s->out.arms[1].verdict, NG_VERDICT_DIVERGED);
    ck_assert_uint_eq(s->out.arms[1].diverged, 1);
    ck_assert(isnan(s->out.arms[1].accuracy_difference.mean));
    ck_assert(isnan(s->out.arms[1].accuracy.low));
    ck_assert(!isnan(s->out.arms[2].accuracy_difference.mean));
    ck_assert_ptr_nonnull(strstr(answer, "fp8-e4m3 is undecided (-0.2 pt"));
    ck_assert_ptr_nonnull(
        strstr(answer, "; bf16 diverged (non-finite loss in 1 of 3 trials)."));
    ck_assert(isnan(s->out.arms[1].loss[1]));
    sweep_free(s);
}
END_TEST

START_TEST(a_diverged_reference_leaves_nothing_to_measure_against)
{
    struct sweep *s = sweep_new(2, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, safe, 3 * MIB, 7000);
    s->runs[2].first_bad_step = 1;
    ck_assert_ptr_nonnull(strstr(answer_of(s), "the reference fp32 itself diverged"));
    ck_assert_int_eq(s->out.arms[0].verdict, NG_VERDICT_DIVERGED);
    ck_assert_int_eq(s->out.arms[1].verdict, NG_VERDICT_NOT_ENOUGH);
    sweep_free(s);
}
END_TEST

/* Two learning rates: each recipe is measured against fp32 at its own. */
START_TEST(arms_are_compared_at_the_same_other_keys)
{
    struct sweep *s = sweep_new(4, 3);
    set_arm(s, 0, harm, 5 * MIB, 16000); /* fp32 at the poor rate */
    set_arm(s, 1, same, 5 * MIB, 16000); /* fp32 at the good one */
    set_arm(s, 2, harm, 3 * MIB, 7000);  /* lean, poor rate: equal to its reference */
    set_arm(s, 3, harm, 3 * MIB, 7000);  /* lean, good rate: loses */
    s->arms[2].reference = 0;
    s->arms[1].reference = s->arms[3].reference = 1;
    const char *answer = answer_of(s);
    ck_assert_int_eq(s->out.arms[0].verdict, NG_VERDICT_REFERENCE);
    ck_assert_int_eq(s->out.arms[1].verdict, NG_VERDICT_REFERENCE);
    ck_assert_int_eq(s->out.arms[2].verdict, NG_VERDICT_SAFE);
    ck_assert_int_eq(s->out.arms[3].verdict, NG_VERDICT_HARM);
    ck_assert_int_eq(s->out.reference, 1);
    ck_assert_int_eq(s->out.recommended, 1);
    ck_assert_msg(strstr(answer, "is the most accurate of 2 references. ") != NULL,
                  "%s", answer);
    sweep_free(s);
}
END_TEST

START_TEST(a_missing_reference_is_not_enough_evidence)
{
    struct sweep *s = sweep_new(2, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, safe, 3 * MIB, 7000);
    s->arms[0].reference = s->arms[1].reference = -1;
    ck_assert_ptr_nonnull(strstr(answer_of(s), "no fp32 arm was trained"));
    ck_assert_int_eq(s->out.arms[0].verdict, NG_VERDICT_NOT_ENOUGH);
    ck_assert_int_eq(s->out.recommended, -1);
    ck_assert(isnan(s->out.arms[1].accuracy_difference.mean));
    ck_assert(isnan(s->out.arms[1].churn.mean));
    ck_assert_uint_eq(s->out.arms[1].hardest_hit_group, s->out.group_count);
    sweep_free(s);
}
END_TEST

START_TEST(a_tie_in_peak_goes_to_the_smaller_state_then_the_better_accuracy)
{
    struct sweep *s = sweep_new(4, 3);
    static const int better[3] = {-1, 0, -2};
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, safe, 3 * MIB, 8000);
    set_arm(s, 2, safe, 3 * MIB, 7000);
    set_arm(s, 3, better, 3 * MIB, 7000);
    answer_of(s);
    ck_assert_int_eq(s->out.recommended, 3);
    set_arm(s, 3, better, 3 * MIB, 7500);
    answer_of(s);
    ck_assert_int_eq(s->out.recommended, 2);
    sweep_free(s);
}
END_TEST

START_TEST(safe_without_saving_says_stay_and_why)
{
    struct sweep *s = sweep_new(3, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, safe, 5 * MIB + 300 * KIB, 18000);
    set_arm(s, 2, shaky, 3 * MIB, 7000);
    ck_assert_str_eq(
        answer_of(s),
        "Stay in fp32: bf16 is safe (accuracy 0.0 pt [-0.1, +0.1]) but saves nothing "
        "worth having (5 % of the peak memory, without more state): bf16 has peak "
        "memory 5.3 instead of 5.0 MiB, state 18.0 instead of "
        "16.0 bytes per parameter; fp8-e4m3 is undecided (-0.2 pt [-0.7, +0.3], about "
        "2 "
        "more seeds would settle it).");
    ck_assert_int_eq(s->out.recommended, 0);
    sweep_free(s);
}
END_TEST

START_TEST(a_saving_counts_from_a_twentieth_of_the_peak_without_more_state)
{
    struct sweep *s = sweep_new(4, 3);
    set_arm(s, 0, same, 1000000, 16000);
    set_arm(s, 1, safe, 950001, 7000);  /* a byte short of 5 % */
    set_arm(s, 2, safe, 500000, 16161); /* state 1.01 times and a byte */
    set_arm(s, 3, safe, 990000, 16000);
    const char *answer = answer_of(s);
    ck_assert_int_eq(s->out.recommended, 0);
    ck_assert_msg(
        strstr(answer,
               "Stay in fp32: 3 recipes are safe (the leanest is fp8-e4m3, "
               "accuracy 0.0 pt [-0.1, +0.1]) but save nothing worth having (5 "
               "% of the peak memory, without more state): fp8-e4m3 has peak "
               "memory 0.5 instead of 1.0 MiB, state 16.2 instead of 16.0") == answer,
        "%s", answer);
    set_arm(s, 3, safe, 950000, 16160); /* just enough, though another has less peak */
    answer = answer_of(s);
    ck_assert_int_eq(s->out.recommended, 3);
    ck_assert_msg(strstr(answer, "fp8-e5m2 is safe overall") == answer, "%s", answer);
    sweep_free(s);
}
END_TEST

/* Labels are 0 but for the last `others` rows; only the last `right` are predicted 1. */
static void set_guessing(struct sweep *s, size_t others, size_t right)
{
    for (size_t r = 0; r < s->input.arm_count * s->input.seed_count; r++)
        for (size_t i = 0; i < ROWS; i++) {
            s->runs[r].rows.label[i] = i >= ROWS - others;
            s->runs[r].rows.prediction[i] = i >= ROWS - right;
        }
}

START_TEST(a_reference_no_better_than_the_commonest_class_recommends_nothing)
{
    struct sweep *s = sweep_new(2, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, same, 3 * MIB, 7000);
    set_guessing(s, 400, 0);
    ck_assert_str_eq(answer_of(s),
                     "The reference fp32 itself (accuracy 80.0 %) is no better than "
                     "always guessing the commonest class (80.0 %), so nothing "
                     "follows for the formats: a verdict of SAFE says here only that "
                     "they guess alike.");
    ck_assert_double_eq(s->out.largest_class, 0.8);
    ck_assert_int_eq(s->out.recommended, -1);
    ck_assert_int_eq(s->out.reference, 0);
    set_guessing(s, 400, 1); /* one row more is right: that is better */
    ck_assert_ptr_nonnull(strstr(answer_of(s), "bf16 is safe overall"));
    ck_assert_int_eq(s->out.recommended, 1);
    sweep_free(s);
}
END_TEST

START_TEST(guessing_is_said_of_one_seed_too_and_not_of_a_diverged_reference)
{
    struct sweep *s = sweep_new(2, 1);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, same, 3 * MIB, 7000);
    set_guessing(s, 400, 0);
    const char *answer = answer_of(s);
    ck_assert_msg(strstr(answer, "Not enough evidence: one seed ") == answer &&
                      strstr(answer, ". The reference fp32 itself (accuracy 80.0 %) is "
                                     "no better than always guessing") != NULL,
                  "%s", answer);
    s->runs[0].first_bad_step = 1;
    ck_assert_ptr_null(strstr(answer_of(s), "guessing"));
    sweep_free(s);
}
END_TEST

START_TEST(without_memory_the_answer_names_every_safe_arm_and_why_others_are_not)
{
    struct sweep *s = sweep_new(5, 3);
    const int *more[5] = {same, harm, safe, undecided, same};
    for (size_t a = 0; a < 5; a++)
        set_arm(s, a, more[a], 0, 0);
    for (size_t i = 0; i < 15; i++)
        s->runs[i].parameters = 0;
    ck_assert_str_eq(answer_of(s), "fp8-e4m3 is safe overall: accuracy 0.0 pt [-0.1, "
                                   "+0.1] within the 0.5 pt margin "
                                   "of fp32, as is fp8-lean; but 3 seeds cannot prove "
                                   "it safe for 1 of 2 groups; no "
                                   "group loses accuracy on average; bf16 loses more "
                                   "than the margin (-1.1 pt [-1.2, "
                                   "-0.9]); fp8-e5m2 is undecided (-0.5 pt [-1.7, "
                                   "+0.7], more seeds are unlikely to "
                                   "settle it).");
    ck_assert_int_eq(s->out.recommended, 2);
    sweep_free(s);
}
END_TEST

START_TEST(suppressed_groups_count_as_unproven_and_show_no_figure)
{
    struct sweep *s = sweep_new(2, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    for (size_t i = 0; i < ROWS; i++)
        s->region[i] = i < 7;
    set_arm(s, 1, same, 3 * MIB, 16000);
    answer_of(s);
    ck_assert(s->out.groups[1].suppressed && s->out.groups[1].rows == 0);
    ck_assert(isnan(s->out.arms[1].group_accuracy[1].mean));
    ck_assert_uint_eq(s->out.groups_with_rows, 2);
    ck_assert_uint_eq(s->out.arms[1].unproven_groups, 1);
    ck_assert_ptr_nonnull(strstr(s->out.answer,
                                 "cannot prove it safe for 1 of 2 groups, 1 "
                                 "of them suppressed with fewer than 10 "
                                 "rows"));
    sweep_free(s);
}
END_TEST

START_TEST(no_slices_is_unproven_for_every_group)
{
    struct sweep *s = sweep_new(2, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, safe, 3 * MIB, 7000);
    s->input.slices.count = 0;
    ck_assert_ptr_nonnull(strstr(
        answer_of(s), "; no groups were declared, so it is unproven for every group."));
    ck_assert_uint_eq(s->out.group_count, 0);
    ck_assert(isnan(s->out.arms[1].worst_accuracy.mean));
    sweep_free(s);
}
END_TEST

START_TEST(harm_to_a_small_group_shows_although_the_arm_is_safe)
{
    /* 4, 5, 6 of the 40 rows of region south become wrong: -12.5 pt +- 6.2 there, -0.25
     * pt
     * +- 0.12 overall. */
    struct sweep *s = sweep_new(2, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, same, 3 * MIB, 7000);
    for (size_t seed = 0; seed < 3; seed++) {
        struct ng_run *run = set_run(s, 1, seed, IN_SOUTH - 4 - seed, BASE + 4 + seed);
        run->planned_peak = 3 * MIB;
        run->persistent_bytes = 7000;
    }
    ck_assert_ptr_nonnull(
        strstr(answer_of(s), "accuracy -0.2 pt [-0.4, -0.1] within the 0.5 pt margin"));
    ck_assert_ptr_nonnull(strstr(s->out.answer,
                                 "; but it harms 1 of 2 groups (largest drop: region "
                                 "south, -12.5 pt [-18.7, -6.3], harmed)."));
    ck_assert(s->out.arms[1].group_harmed[1] && s->out.arms[1].group_unproven[1]);
    ck_assert(!s->out.arms[1].group_harmed[0] && !s->out.arms[1].group_unproven[0]);
    ck_assert_uint_eq(s->out.arms[1].harmed_groups, 1);
    ck_assert_uint_eq(s->out.arms[1].unproven_groups, 1);
    ck_assert_uint_eq(s->out.arms[1].hardest_hit_group, 1);
    ck_assert_uint_eq(s->out.arms[1].worst_group, 1);
    ck_assert_double_eq_tol(s->out.arms[1].group_difference[1].mean, -0.125, 1e-15);
    ck_assert_double_eq_tol(s->out.arms[1].group_accuracy[1].mean, 0.875, 1e-15);
    /* The reference's worst group is north: 200 of 1960 wrong. */
    ck_assert_uint_eq(s->out.arms[0].worst_group, 0);
    ck_assert_double_eq_tol(s->out.arms[0].worst_accuracy.mean, 1760.0 / 1960.0, 1e-15);
    ck_assert_double_eq_tol(s->out.arms[1].worst_difference.mean, 0.0, 1e-15);
    sweep_free(s);
}
END_TEST

START_TEST(a_group_below_30_rows_is_kept_but_never_named_worst)
{
    struct sweep *s = sweep_new(2, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    for (size_t i = 0; i < ROWS; i++)
        s->region[i] = i < 29;
    for (size_t seed = 0; seed < 3; seed++) {
        struct ng_run *run = set_run(s, 1, seed, 20, BASE + 20);
        run->planned_peak = 3 * MIB;
    }
    s->input.margin = 0.02;
    answer_of(s);
    ck_assert_uint_eq(s->out.groups[1].rows, 29);
    ck_assert_double_eq_tol(s->out.arms[1].group_difference[1].mean, -9.0 / 29.0,
                            1e-15);
    ck_assert_uint_eq(s->out.arms[1].worst_group, 0);
    ck_assert_uint_eq(s->out.arms[1].hardest_hit_group, 0);
    /* -31 pt at every seed, on too few rows to count as harm, or as proof of any kind. */
    ck_assert_ptr_nonnull(
        strstr(s->out.answer, "but 3 seeds cannot prove it safe for 1 of 2 groups"));
    ck_assert(s->out.arms[1].group_unproven[1] && !s->out.arms[1].group_harmed[1]);
    ck_assert_uint_eq(s->out.arms[1].unproven_groups, 1);
    ck_assert_uint_eq(s->out.arms[1].harmed_groups, 0);
    ck_assert_uint_eq(s->out.arms[0].unproven_groups, 0);
    sweep_free(s);
}
END_TEST

START_TEST(estimates_losses_shares_and_truth_are_those_of_the_runs)
{
    struct sweep *s = sweep_new(2, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, harm, 3 * MIB, 7000);
    answer_of(s);
    const struct ng_arm *arm = &s->out.arms[1];
    double half = 4.302652729749461 * (1.0 / ROWS) / sqrt(3.0);
    ck_assert_double_eq_tol(arm->accuracy.mean, 1779.0 / ROWS, 1e-15);
    ck_assert_double_eq_tol(arm->accuracy_difference.mean, -21.0 / ROWS, 1e-15);
    ck_assert_double_eq_tol(arm->accuracy_difference.low, -21.0 / ROWS - half, 1e-12);
    ck_assert_double_eq_tol(arm->churn.mean, 21.0 / ROWS, 1e-15);
    ck_assert_double_eq_tol(arm->seed_accuracy[2], 1778.0 / ROWS, 1e-15);
    /* Confidence 3/4 throughout: one bin. */
    ck_assert_double_eq_tol(arm->ece.mean, 1779.0 / ROWS - 0.75, 1e-12);
    ck_assert_double_eq_tol(arm->nll_difference.mean, 21.0 / ROWS * log(3.0), 1e-6);
    ck_assert_uint_eq(arm->steps, 2);
    ck_assert(arm->loss[0] == 2.0 && arm->loss[1] == 1.0);
    ck_assert_double_eq(arm->saturated_share, 0.01);
    ck_assert(isnan(arm->flushed_share));
    /* The label has 1/4 in a quarter of the rows, else 7/8. */
    ck_assert_double_eq_tol(s->out.ceiling, 0.25 * 0.75 + 0.75 * 0.875, 1e-12);
    ck_assert_double_eq_tol(s->out.floor_nll, -0.25 * log(0.25) - 0.75 * log(0.875),
                            1e-7);
    ck_assert_double_eq_tol(s->out.truth_ece, 0.25 * 0.75 + 0.75 * 0.125, 1e-12);
    ck_assert_double_eq(s->out.wall_seconds, 9.0);
    sweep_free(s);
}
END_TEST

static void refused(struct sweep *s, const char *words)
{
    struct ng_comparison out;
    ck_assert_int_eq(ng_compare_runs(&s->input, &s->arena, &out, &s->err), NG_INVALID);
    ck_assert_msg(strstr(s->err.text, words) != NULL, "%s", s->err.text);
}

START_TEST(runs_that_do_not_belong_together_are_refused)
{
    struct sweep *s = sweep_new(2, 3);
    set_arm(s, 0, same, 5 * MIB, 16000);
    set_arm(s, 1, safe, 3 * MIB, 7000);
    struct ng_rows *rows = &s->runs[4].rows;
    rows->label[8] = 1;
    refused(s, "bf16 seed 1 has label 1 in row 8");
    rows->label[8] = 0;
    rows->prediction[9] = 2;
    refused(s, "prediction 2 in row 9");
    rows->prediction[9] = 0;
    rows->rows = ROWS - 1;
    refused(s, "evaluated on 1999 rows");
    rows->rows = 0;
    refused(s, "holds no evaluation rows");
    rows->rows = ROWS;
    s->region[11] = 2;
    refused(s, "band 2 of slice region in row 11");
    s->region[11] = 1;
    s->input.margin = (double)NAN;
    refused(s, "margin");
    sweep_free(s);
}
END_TEST

START_TEST(a_plan_whose_run_is_missing_is_refused_by_name)
{
    struct ng_recipe recipe = {.name = (char *)"fp32"};
    struct ng_trial trial = {.recipe = &recipe, .file = (char *)"absent.h5"};
    char *labels[] = {(char *)"fp32"};
    struct ng_plan plan = {
        .trials = &trial, .trial_count = 1, .arm_count = 1, .arm_labels = labels};
    struct ng_arena arena = {0};
    struct ng_comparison out;
    struct ng_error err = {0};
    ck_assert_int_ne(ng_compare(&plan, "no-such-folder", &arena, &out, &err), NG_OK);
    ck_assert_msg(strstr(err.text, "absent.h5") != NULL, "%s", err.text);
    ng_arena_release(&arena);
}
END_TEST

/* ---- words ---- */

static void check_words(double mean, double low, double high, const char *expected)
{
    struct ng_text text = {0};
    struct ng_estimate e = {mean, low, high};
    ng_words_difference(&e, 0.005, &text);
    ck_assert_str_eq(text.data, expected);
    ng_text_release(&text);
}

START_TEST(differences_show_their_width_and_side_of_the_margin)
{
    check_words(-0.001, -0.003, 0.001, "-0.1 pt [-0.3, +0.1]");
    check_words(-0.002, -0.00498, 0.001, "-0.200 pt [-0.498, +0.100]");
    check_words(-0.0002, -0.0003, -0.0001, "-0.02 pt [-0.03, -0.01]");
    check_words(-0.0000001, -0.0006, 0.0006, "0.0 pt [-0.1, +0.1]");
    check_words(0.0, 0.0, 0.0, "0.0 pt [0.0, 0.0]");
}
END_TEST

START_TEST(size_pairs_take_the_decimals_that_tell_them_apart)
{
    struct ng_text text = {0};
    ng_words_bytes(5 * MIB - 20 * KIB, 5 * MIB, &text);
    ng_text_add(&text, "|");
    ng_words_bytes(5 * MIB, 5 * MIB, &text);
    ng_text_add(&text, "|");
    ng_words_bytes(512, 3 * KIB, &text);
    ck_assert_str_eq(
        text.data,
        "4.98 instead of 5.00 MiB|the same 5.0 MiB|0.000 instead of 0.003 MiB");
    ng_text_release(&text);
}
END_TEST

static TCase *answer_tests(void)
{
    TCase *tests = tcase_create("answer");
    tcase_add_test(tests, all_safe_recommends_the_least_peak_with_numbers);
    tcase_add_test(tests, one_harm_is_not_recommended_whatever_it_saves);
    tcase_add_test(tests, all_harm_says_so_and_names_the_least);
    tcase_add_test(tests, all_undecided_says_how_many_seeds_would_settle_it);
    tcase_add_test(tests, one_seed_is_not_enough_evidence);
    tcase_add_test(tests, a_diverged_trial_makes_its_arm_diverged_however_accurate);
    tcase_add_test(tests, a_diverged_reference_leaves_nothing_to_measure_against);
    tcase_add_test(tests, arms_are_compared_at_the_same_other_keys);
    tcase_add_test(tests, a_missing_reference_is_not_enough_evidence);
    tcase_add_test(tests,
                   a_tie_in_peak_goes_to_the_smaller_state_then_the_better_accuracy);
    tcase_add_test(tests, safe_without_saving_says_stay_and_why);
    tcase_add_test(tests,
                   a_reference_no_better_than_the_commonest_class_recommends_nothing);
    tcase_add_test(tests,
                   guessing_is_said_of_one_seed_too_and_not_of_a_diverged_reference);
    tcase_add_test(tests,
                   a_saving_counts_from_a_twentieth_of_the_peak_without_more_state);
    tcase_add_test(
        tests, without_memory_the_answer_names_every_safe_arm_and_why_others_are_not);
    tcase_add_test(tests, suppressed_groups_count_as_unproven_and_show_no_figure);
    tcase_add_test(tests, no_slices_is_unproven_for_every_group);
    tcase_add_test(tests, harm_to_a_small_group_shows_although_the_arm_is_safe);
    return tests;
}

Suite *ng_suite_judge(void)
{
    Suite *suite = suite_create("judge");
    TCase *tests = tcase_create("judge");
    tcase_add_test(tests, a_group_below_30_rows_is_kept_but_never_named_worst);
    tcase_add_test(tests, estimates_losses_shares_and_truth_are_those_of_the_runs);
    tcase_add_test(tests, runs_that_do_not_belong_together_are_refused);
    tcase_add_test(tests, a_plan_whose_run_is_missing_is_refused_by_name);
    tcase_add_test(tests, differences_show_their_width_and_side_of_the_margin);
    tcase_add_test(tests, size_pairs_take_the_decimals_that_tell_them_apart);
    suite_add_tcase(suite, tests);
    suite_add_tcase(suite, answer_tests());
    return suite;
}
