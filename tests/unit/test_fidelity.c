/* Two baselines made by hand against each other, and JUnit XML of what was found. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/judge/fidelity.h"
#include "harness/run/fingerprint.h"
#include "reports/junit.h"
#include "tests/unit/skip.h"
#include "tests/unit/suites.h"

#define SEEDS 3
#define ARMS  2

static struct ng_error err;
static struct ng_arena arena;
static struct ng_fidelity found;

static char hash_a[] =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static char hash_b[] =
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
static char hash_c[] =
    "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

/* A baseline and its memory. */
struct made {
    struct ng_baseline all;
    struct ng_baseline_arm arms[ARMS];
    struct ng_baseline_trial trials[ARMS][SEEDS];
    struct ng_baseline_tensor tensors[ARMS][3];
    struct ng_gate_outcome gate;
    char *gates[1];
};
static struct made old, now;

static void make(struct made *m)
{
    static char *const names[] = {"x/output", "x/input-gradient", "x/weight@master"};
    static char *const labels[] = {"fp32", "fp8 lr=1e-3"};
    *m = (struct made){.gate = {"finite", true, "All is finite."}, .gates = {"finite"}};
    m->all = (struct ng_baseline){
        .experiment = "toy",
        .data_set = "claims",
        .data_digest = hash_c,
        .numerics_version = 1,
        .test_rows = 1000,
        .program = "narrowgauge 0",
        .date = "2026-01-01",
        .reason = "Made by hand.",
        .gates = {m->gates, 1},
        .outcomes = &m->gate,
        .arms = m->arms,
        .arm_count = ARMS,
    };
    for (size_t a = 0; a < ARMS; a++) {
        struct ng_baseline_arm *arm = &m->arms[a];
        *arm = (struct ng_baseline_arm){.label = labels[a],
                                        .state_bytes = 100,
                                        .planned_peak = 200,
                                        .trials = m->trials[a],
                                        .trial_count = SEEDS,
                                        .tensors = m->tensors[a],
                                        .tensor_count = 3};
        arm->threshold[NG_BASELINE_ACCURACY] =
            (struct ng_threshold){0.005, "declared: judge.margin.accuracy"};
        arm->threshold[NG_BASELINE_NLL] = (struct ng_threshold){0.01, "seeds: n=3"};
        arm->threshold[NG_BASELINE_ECE] = (struct ng_threshold){0.01, "seeds: n=3"};
        for (uint32_t s = 0; s < SEEDS; s++)
            m->trials[a][s] = (struct ng_baseline_trial){
                s, hash_a, hash_b, {0.9 + 0.001 * s, 0.25, 0.02}, NULL};
        for (int t = 0; t < 3; t++) {
            m->tensors[a][t].name = names[t];
            for (int s = 0; s < NG_FINGERPRINT_STEPS; s++) {
                m->tensors[a][t].digest[s] = (uint32_t)(16 * t + s);
                m->tensors[a][t].seen[s] = true;
            }
        }
    }
}

static void set_up(void)
{
    make(&old);
    make(&now);
}

static void tear_down(void)
{
    ng_arena_release(&arena);
}

static enum ng_fidelity_verdict judged(void)
{
    ck_assert_msg(ng_fidelity_judge(&old.all, &now.all, &arena, &found, &err) == NG_OK,
                  "%s", err.text);
    return ng_fidelity_outcome(&found);
}

static const struct ng_fidelity_case *case_of(const char *suite, const char *name)
{
    for (size_t i = 0; i < found.case_count; i++)
        if (strcmp(found.cases[i].suite, suite) == 0 &&
            strcmp(found.cases[i].name, name) == 0)
            return &found.cases[i];
    ck_abort_msg("there is no case %s %s", suite, name);
    return NULL;
}

/* -- the rule for an interval -------------------------------------------------------- */

/* By hand from the definition: inside, outside, touching from both sides. */
START_TEST(an_interval_decides_only_when_wholly_on_one_side)
{
    static const struct {
        double low, high;
        enum ng_fidelity_verdict verdict;
    } rows[] = {
        {-0.4, 0.4, NG_FIDELITY_HELD},
        {0.0, 0.0, NG_FIDELITY_HELD},
        {0.6, 0.9, NG_FIDELITY_DIFFERS},
        {-0.9, -0.6, NG_FIDELITY_DIFFERS},
        {-0.4, 0.5, NG_FIDELITY_INCONCLUSIVE},
        {-0.5, 0.4, NG_FIDELITY_INCONCLUSIVE},
        {0.5, 0.9, NG_FIDELITY_INCONCLUSIVE},
        {-0.9, -0.5, NG_FIDELITY_INCONCLUSIVE},
        {-0.9, 0.9, NG_FIDELITY_INCONCLUSIVE},
        {(double)NAN, (double)NAN, NG_FIDELITY_INCONCLUSIVE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ng_estimate value = {0.0, rows[i].low, rows[i].high};
        ck_assert_msg(ng_fidelity_within(&value, 0.5) == rows[i].verdict, "row %zu", i);
        ck_assert(ng_fidelity_within(&value, (double)NAN) == NG_FIDELITY_INCONCLUSIVE);
    }
}
END_TEST

/* Differences 0.002, 0.003, 0.004: mean 0.003, s = 0.001, t(2, 0.975) = 4.3027, so the
 * half width is 4.3027 * 0.001 / sqrt(3) = 0.0024842. */
START_TEST(a_native_arm_is_judged_by_its_paired_interval)
{
    old.arms[1].computed = now.arms[1].computed = NG_COMPUTED_NATIVE;
    for (int s = 0; s < SEEDS; s++) {
        now.trials[1][s].metric[NG_BASELINE_NLL] += 0.001 * (s + 2);
        now.trials[1][s].result_hash = hash_c;
    }
    old.arms[1].threshold[NG_BASELINE_NLL].value = 0.0055;
    ck_assert(judged() == NG_FIDELITY_HELD);
    const struct ng_estimate *nll = &found.arms[1].difference[NG_BASELINE_NLL];
    ck_assert_double_eq_tol(nll->mean, 0.003, 1e-12);
    ck_assert_double_eq_tol(nll->low, 0.003 - 0.0024842, 1e-6);
    ck_assert_double_eq_tol(nll->high, 0.003 + 0.0024842, 1e-6);
    ck_assert_str_eq(case_of("fp8 lr=1e-3", "accuracy")->name, "accuracy");
    old.arms[1].threshold[NG_BASELINE_NLL].value = 0.0054;
    ck_assert(judged() == NG_FIDELITY_INCONCLUSIVE);
    old.arms[1].threshold[NG_BASELINE_NLL].value = 0.0005;
    ck_assert(judged() == NG_FIDELITY_DIFFERS);
    ck_assert(case_of("fp8 lr=1e-3", "nll")->verdict == NG_FIDELITY_DIFFERS);
}
END_TEST

START_TEST(one_seed_of_a_native_arm_is_inconclusive)
{
    for (int a = 0; a < ARMS; a++) {
        old.arms[a].computed = now.arms[a].computed = NG_COMPUTED_NATIVE;
        old.arms[a].trial_count = now.arms[a].trial_count = 1;
    }
    ck_assert(judged() == NG_FIDELITY_INCONCLUSIVE);
    ck_assert_uint_eq(found.count[NG_FIDELITY_DIFFERS], 0);
}
END_TEST

START_TEST(a_native_trial_that_diverges_anew_differs)
{
    old.arms[1].computed = now.arms[1].computed = NG_COMPUTED_NATIVE;
    now.trials[1][2].metric[NG_BASELINE_NLL] = (double)NAN;
    ck_assert(judged() == NG_FIDELITY_DIFFERS);
    old.trials[1][2].metric[NG_BASELINE_NLL] = (double)NAN;
    ck_assert(judged() == NG_FIDELITY_INCONCLUSIVE);
}
END_TEST

/* Who writes "native" into a baseline does not free a simulated arm of its bits. */
START_TEST(a_simulated_arm_is_bit_exact_whatever_the_baseline_says)
{
    old.arms[1].computed = NG_COMPUTED_NATIVE;
    ck_assert(judged() == NG_FIDELITY_HELD);
    now.trials[1][0].result_hash = hash_c;
    ck_assert(judged() == NG_FIDELITY_DIFFERS);
    ck_assert(case_of("fp8 lr=1e-3", "s0 result_hash")->verdict == NG_FIDELITY_DIFFERS);
}
END_TEST

/* -- simulated arms ------------------------------------------------------------------ */

START_TEST(equal_baselines_hold)
{
    ck_assert(judged() == NG_FIDELITY_HELD);
    ck_assert_uint_eq(found.case_count, ARMS * (SEEDS + 2) + 1);
    ck_assert_uint_eq(found.count[NG_FIDELITY_HELD], found.case_count);
    ck_assert_ptr_null(found.arms[0].sentence);
}
END_TEST

START_TEST(a_baseline_whose_numbers_were_edited_is_noticed)
{
    old.trials[0][1].metric[NG_BASELINE_ACCURACY] += 0.1;
    ck_assert(judged() == NG_FIDELITY_DIFFERS);
    ck_assert_ptr_nonnull(
        strstr(case_of("fp32", "other numbers")->sentence, "s1 accuracy"));
    make(&old);
    old.tensors[1][2].digest[4] ^= 1;
    ck_assert(judged() == NG_FIDELITY_DIFFERS);
    ck_assert_ptr_nonnull(strstr(case_of("fp8 lr=1e-3", "other numbers")->sentence,
                                 "x/weight@master in training step 5"));
}
END_TEST

START_TEST(a_simulated_trial_must_be_equal_to_the_bit)
{
    now.trials[1][0].result_hash = hash_c;
    ck_assert(judged() == NG_FIDELITY_DIFFERS);
    ck_assert_uint_eq(found.count[NG_FIDELITY_DIFFERS], 1);
    ck_assert(case_of("fp8 lr=1e-3", "s0 result_hash")->verdict == NG_FIDELITY_DIFFERS);
    ck_assert(found.arms[1].moved && !found.arms[0].moved);
    ck_assert_ptr_null(found.arms[1].tensor);
    ck_assert_ptr_nonnull(strstr(found.arms[1].sentence, "comes later"));
}
END_TEST

START_TEST(the_first_moved_tensor_is_by_step_then_by_order)
{
    now.trials[0][0].result_hash = hash_c;
    now.tensors[0][0].digest[3] ^= 1;
    now.tensors[0][2].digest[1] ^= 1;
    now.tensors[0][1].digest[1] ^= 1;
    ck_assert(judged() == NG_FIDELITY_DIFFERS);
    ck_assert_int_eq(found.arms[0].step, 2);
    ck_assert_str_eq(found.arms[0].tensor, "x/input-gradient");
}
END_TEST

START_TEST(a_tensor_that_is_new_or_gone_has_moved)
{
    now.trials[0][0].result_hash = hash_c;
    now.tensors[0][1].name = "x/of-another-name";
    judged();
    ck_assert_str_eq(found.arms[0].tensor, "x/input-gradient");
    make(&now);
    now.trials[0][0].result_hash = hash_c;
    old.arms[0].tensor_count = 2;
    judged();
    ck_assert_str_eq(found.arms[0].tensor, "x/weight@master");
    old.arms[0].tensor_count = 0;
    now.arms[0].tensor_count = 0;
    judged();
    ck_assert_ptr_null(found.arms[0].tensor);
    ck_assert_ptr_nonnull(strstr(found.arms[0].sentence, "no fingerprints"));
}
END_TEST

START_TEST(a_trial_without_a_result_differs)
{
    now.trials[1][2].missing = "there is no such file";
    ck_assert(judged() == NG_FIDELITY_DIFFERS);
    ck_assert_ptr_nonnull(
        strstr(case_of("fp8 lr=1e-3", "s2 result_hash")->sentence, "no such file"));
}
END_TEST

START_TEST(memory_and_gates_must_hold)
{
    now.arms[0].planned_peak++;
    ck_assert(judged() == NG_FIDELITY_DIFFERS);
    ck_assert(case_of("fp32", "memory")->verdict == NG_FIDELITY_DIFFERS);
    make(&now);
    now.gate.held = false;
    ck_assert(judged() == NG_FIDELITY_DIFFERS);
    ck_assert(case_of("gates", "finite")->verdict == NG_FIDELITY_DIFFERS);
}
END_TEST

START_TEST(nothing_judged_is_not_held)
{
    found = (struct ng_fidelity){0};
    ck_assert(ng_fidelity_outcome(&found) == NG_FIDELITY_INCONCLUSIVE);
}
END_TEST

/* -- what cannot be compared --------------------------------------------------------- */

static struct ng_fidelity_trial planned[ARMS * SEEDS + 1];

static struct ng_fidelity_sweep sweep_of_old(void)
{
    for (size_t i = 0; i < ARMS * SEEDS; i++)
        planned[i] = (struct ng_fidelity_trial){old.arms[i / SEEDS].label, "x.h5",
                                                hash_a, (uint32_t)(i % SEEDS)};
    return (struct ng_fidelity_sweep){.folder = ".",
                                      .experiment = "toy",
                                      .data_set = "claims",
                                      .data_digest = hash_c,
                                      .numerics_version = 1,
                                      .trials = planned,
                                      .trial_count = ARMS * SEEDS};
}

static void incomparable(const struct ng_fidelity_sweep *sweep, const char *words)
{
    ck_assert_int_eq(ng_fidelity_comparable(&old.all, sweep, &err), NG_NO_BASELINE);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
}

START_TEST(another_plan_is_no_baseline)
{
    struct ng_fidelity_sweep sweep = sweep_of_old();
    ck_assert_int_eq(ng_fidelity_comparable(&old.all, &sweep, &err), NG_OK);
    sweep.experiment = "other";
    incomparable(&sweep, "experiment toy, not of other");
    sweep = sweep_of_old();
    sweep.numerics_version = 2;
    incomparable(&sweep, "numerics version 1, the sweep of version 2");
    sweep = sweep_of_old();
    sweep.data_digest = hash_b;
    incomparable(&sweep, "the data differ");
    sweep = sweep_of_old();
    planned[4].plan_hash = hash_b;
    incomparable(&sweep, "fp8 lr=1e-3 s1 is another one");
    sweep = sweep_of_old();
    sweep.trial_count--;
    incomparable(&sweep, "the baseline has the trial fp8 lr=1e-3 s2");
    sweep = sweep_of_old();
    planned[5].seed = 9;
    incomparable(&sweep, "no trial fp8 lr=1e-3 s9");
}
END_TEST

/* -- fingerprints -------------------------------------------------------------------- */

static struct ng_qmatrix matrix_of(const struct ng_format *format, size_t rows,
                                   size_t cols, void *codes, size_t stride)
{
    struct ng_qmatrix matrix = {.format = format, .rows = rows, .cols = cols};
    matrix.codes[NG_ROWWISE].data = codes;
    matrix.codes[NG_ROWWISE].row_stride = stride;
    return matrix;
}

/* The digests are those of tests/oracle/fingerprints.py. */
START_TEST(a_fingerprint_is_of_the_true_elements_alone)
{
    uint32_t bits[] = {0x3F800000, 0xC0000000, 0xFFC12345}; /* 1, -2, some NaN */
    uint8_t codes[] = {0x38, 0xFF, 0x99, 0x81, 0x00, 0x99}; /* two of three a row */
    float scale = 448.0f, scale_inv = 1.0f / 448.0f;
    struct ng_qmatrix wide = matrix_of(&ng_fp32, 1, 3, bits, 3);
    struct ng_qmatrix narrow = matrix_of(&ng_e4m3, 2, 2, codes, 3);
    narrow.scales[NG_ROWWISE].scale = &scale;
    narrow.scales[NG_ROWWISE].scale_inv = &scale_inv;
    narrow.scales[NG_ROWWISE].count = 1;
    ck_assert(ng_fingerprint(&wide) == 0x40019a0165918cb8u);
    ck_assert(ng_fingerprint(&narrow) == 0x1fbe3608f8105011u);
    codes[2] = 0; /* padding */
    ck_assert(ng_fingerprint(&narrow) == 0x1fbe3608f8105011u);
    codes[3] ^= 1;
    ck_assert(ng_fingerprint(&narrow) != 0x1fbe3608f8105011u);
    codes[3] ^= 1;
    scale_inv = nextafterf(scale_inv, 1.0f);
    ck_assert(ng_fingerprint(&narrow) != 0x1fbe3608f8105011u);
}
END_TEST

/* One bit anywhere, the signs of two zeros, an exchange of neighbours; more elements than
 * are looked at together. */
START_TEST(a_fingerprint_sees_every_bit_and_every_place)
{
    enum { COUNT = 1027 };
    static float x[COUNT];
    struct ng_qmatrix matrix = matrix_of(&ng_fp32, 1, COUNT, x, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        x[i] = (float)i;
    uint64_t before = ng_fingerprint(&matrix);
    for (size_t i = 0; i < COUNT; i++)
        for (int bit = 0; bit < 32; bit += 31) {
            uint32_t bits;
            memcpy(&bits, &x[i], sizeof bits);
            bits ^= 1u << bit;
            memcpy(&x[i], &bits, sizeof bits);
            ck_assert_msg(ng_fingerprint(&matrix) != before, "%zu, bit %d", i, bit);
            x[i] = (float)i;
        }
    for (size_t i = 0; i + 2 < COUNT; i++) {
        x[i] = (float)(i + 2);
        x[i + 2] = (float)i;
        ck_assert_msg(ng_fingerprint(&matrix) != before, "%zu exchanged", i);
        x[i] = (float)i;
        x[i + 2] = (float)(i + 2);
    }
    memset(x, 0, sizeof x);
    before = ng_fingerprint(&matrix);
    for (size_t i = 0; i + 2 < COUNT; i++) {
        x[i] = x[i + 2] = -0.0f;
        ck_assert_msg(ng_fingerprint(&matrix) != before, "zeros %zu", i);
        x[i] = x[i + 2] = 0.0f;
    }
    matrix.rows = COUNT;
    matrix.cols = matrix.codes[NG_ROWWISE].row_stride = 1;
    ck_assert(ng_fingerprint(&matrix) != before);
}
END_TEST

/* -- JUnit --------------------------------------------------------------------------- */

/* Python's XML parser reads back what was put in, hostile words included. */
START_TEST(junit_is_well_formed_whatever_the_words)
{
    static const struct ng_junit_case cases[] = {
        {"a<b>&\"'", "one", NG_JUNIT_PASSED, ""},
        {"a<b>&\"'", "]]>", NG_JUNIT_FAILED, "<!-- & ]]> \x01\x1b[2J \xff \n two"},
        {"gates", "x", NG_JUNIT_INCONCLUSIVE, "no \xEF\xBF\xBF end"},
    };
    static const char script[] =
        "python3 -c \"import sys, xml.etree.ElementTree as E\n"
        "r = E.parse('junit-test.xml').getroot()\n"
        "s = r.findall('testsuite')\n"
        "c = r.findall('.//testcase')\n"
        "assert r.attrib['tests'] == '3' and r.attrib['failures'] == '1', r.attrib\n"
        "assert r.attrib['errors'] == '1' and len(s) == 2 and len(c) == 3\n"
        "assert s[0].attrib['name'] == 'a<b>&' + chr(34) + chr(39), s[0].attrib\n"
        "assert c[1].find('failure').attrib['message'].startswith('<!-- & ]]>')\n"
        "assert c[2].find('error') is not None and c[0].find('failure') is None\n"
        "assert c[0].attrib['classname'].startswith('toy.')\"";
    if (system("python3 -c 'import xml.etree' >/dev/null 2>&1") != 0) {
        ng_test_skip("junit_is_well_formed_whatever_the_words", "no python3");
        return;
    }
    char folder[] = P_tmpdir "/ng-junit-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0); /* of this test's own process */
    ck_assert_int_eq(ng_junit_write("junit-test.xml", "toy", cases, 3, &err), NG_OK);
    int status = system(script);
    remove("junit-test.xml");
    rmdir(folder);
    ck_assert_int_eq(status, 0);
}
END_TEST

Suite *ng_suite_fidelity(void)
{
    Suite *suite = suite_create("fidelity");
    TCase *cases = tcase_create("fidelity");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, an_interval_decides_only_when_wholly_on_one_side);
    tcase_add_test(cases, a_native_arm_is_judged_by_its_paired_interval);
    tcase_add_test(cases, one_seed_of_a_native_arm_is_inconclusive);
    tcase_add_test(cases, a_native_trial_that_diverges_anew_differs);
    tcase_add_test(cases, a_simulated_arm_is_bit_exact_whatever_the_baseline_says);
    tcase_add_test(cases, equal_baselines_hold);
    tcase_add_test(cases, a_simulated_trial_must_be_equal_to_the_bit);
    tcase_add_test(cases, a_baseline_whose_numbers_were_edited_is_noticed);
    tcase_add_test(cases, the_first_moved_tensor_is_by_step_then_by_order);
    tcase_add_test(cases, a_tensor_that_is_new_or_gone_has_moved);
    tcase_add_test(cases, a_trial_without_a_result_differs);
    tcase_add_test(cases, memory_and_gates_must_hold);
    tcase_add_test(cases, nothing_judged_is_not_held);
    tcase_add_test(cases, another_plan_is_no_baseline);
    tcase_add_test(cases, a_fingerprint_is_of_the_true_elements_alone);
    tcase_add_test(cases, a_fingerprint_sees_every_bit_and_every_place);
    tcase_add_test(cases, junit_is_well_formed_whatever_the_words);
    suite_add_tcase(suite, cases);
    return suite;
}
