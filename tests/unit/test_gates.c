/* Gates: a ledger that adds up and one planted fault for every thing that is looked at. */
#include "tests/unit/suites.h"

#include <math.h>
#include <string.h>

#include "harness/judge/gates.h"

/* Persistent 100 weights + 50 moments; steps of 40 (positions 0..2) and 60 (2..3) and
 * 60 (0..1, in the same place as the one before): 250 bytes alive at position 2. */
static struct ng_ledger_entry ledger_entries[5];
static struct ng_run ledger_run(void)
{
    struct ng_ledger_entry entries[5] = {
        {"w", NG_LEDGER_WEIGHTS, NG_LIFETIME_PERSISTENT, 100, 0, 0, 0},
        {"m", NG_LEDGER_MOMENT1, NG_LIFETIME_PERSISTENT, 50, 0, 0, 100},
        {"a", NG_LEDGER_SAVED, NG_LIFETIME_STEP, 40, 0, 2, 150},
        {"b", NG_LEDGER_SAVED, NG_LIFETIME_STEP, 60, 2, 3, 190},
        {"c", NG_LEDGER_WORKSPACE, NG_LIFETIME_STEP, 60, 0, 1, 190},
    };
    memcpy(ledger_entries, entries, sizeof entries);
    struct ng_run run = {.arm_label = (char *)"bf16",
                         .seed = 2,
                         .first_bad_step = -1,
                         .persistent_bytes = 150,
                         .formula_bytes = 150,
                         .lower_bound = 250,
                         .planned_peak = 252,
                         .entries = ledger_entries,
                         .entry_count = 5};
    run.by_class[NG_LEDGER_WEIGHTS] = 100;
    run.by_class[NG_LEDGER_MOMENT1] = 50;
    run.by_class_at_peak[NG_LEDGER_WEIGHTS] = 100;
    run.by_class_at_peak[NG_LEDGER_MOMENT1] = 50;
    run.by_class_at_peak[NG_LEDGER_SAVED] = 100;
    run.by_class_at_peak[NG_LEDGER_PADDING] = 2;
    return run;
}

static void check_gate(const char *name, const struct ng_run *runs, size_t count,
                       bool held, const char *words)
{
    struct ng_arena arena = {0};
    struct ng_error err = {0};
    struct ng_gate_outcome *results;
    char *values[] = {(char *)name};
    struct ng_texts names = {values, 1};
    ck_assert_int_eq(ng_gates_judge(&names, runs, count, &arena, &results, &err),
                     NG_OK);
    ck_assert_str_eq(results[0].name, name);
    ck_assert_msg(results[0].held == held, "%s", results[0].sentence);
    ck_assert_msg(strstr(results[0].sentence, words) != NULL, "%s",
                  results[0].sentence);
    ng_arena_release(&arena);
}

START_TEST(ledger_exact_holds_for_a_ledger_that_adds_up)
{
    struct ng_run run = ledger_run();
    check_gate("ledger-exact", &run, 1, true, "All 1 trials");
}
END_TEST

START_TEST(ledger_exact_fails_for_every_planted_fault)
{
    struct ng_run run = ledger_run();
    run.persistent_bytes--;
    check_gate("ledger-exact", &run, 1, false,
               "persistent state is stored as 149 bytes");
    run = ledger_run();
    run.by_class[NG_LEDGER_MOMENT1]++;
    check_gate("ledger-exact", &run, 1, false, "its entries sum to 50");
    run = ledger_run();
    run.lower_bound = 249;
    check_gate("ledger-exact", &run, 1, false, "lower bound is stored as 249");
    run = ledger_run();
    run.by_class_at_peak[NG_LEDGER_PADDING] = 0;
    check_gate("ledger-exact", &run, 1, false, "planned peak is stored as 252");
    run = ledger_run();
    run.by_class_at_peak[NG_LEDGER_PADDING] = 6;
    run.planned_peak = 256;
    check_gate("ledger-exact", &run, 1, false, "the planned peak is 256 bytes");
    run = ledger_run();
    run.entries[3].offset = 189;
    check_gate("ledger-exact", &run, 1, false,
               "1 of 1 trials fail; first bf16 seed 2: a and b share bytes");
    run = ledger_run();
    run.entries[0].ledger_class = (enum ng_ledger_class)NG_LEDGER_CLASSES;
    check_gate("ledger-exact", &run, 1, false, "unknown class");
    run = ledger_run();
    run.entry_count = 0;
    check_gate("ledger-exact", &run, 1, false, "no ledger");
}
END_TEST

START_TEST(finite_fails_at_the_first_bad_step_and_without_a_loss)
{
    double good[2] = {1.0, 0.5}, bad[2] = {1.0, (double)INFINITY};
    struct ng_metric metric = {"loss", good};
    struct ng_run run = ledger_run();
    run.steps = 2;
    check_gate("finite", &run, 1, false, "it holds no loss");
    run.metrics = &metric;
    run.metric_count = 1;
    check_gate("finite", &run, 1, true, "finite at every step");
    metric.values = bad;
    check_gate("finite", &run, 1, false, "not finite at step 1");
    metric.values = good;
    run.first_bad_step = 0;
    run.first_bad_tensor = (char *)"layer.0.linear/output";
    check_gate("finite", &run, 1, false, "at step 0, first in layer.0.linear/output");
    check_gate("finite", &run, 0, false, "no trial");
}
END_TEST

START_TEST(an_unknown_gate_is_refused_with_a_suggestion)
{
    struct ng_error err = {0};
    char *values[] = {(char *)"finite", (char *)"ledger-exakt"};
    struct ng_texts names = {values, 2};
    ck_assert_int_eq(ng_gates_known(&names, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean \"ledger-exact\"?"));
    names.count = 1;
    ck_assert_int_eq(ng_gates_known(&names, &err), NG_OK);
}
END_TEST

Suite *ng_suite_gates(void)
{
    Suite *suite = suite_create("gates");
    TCase *tests = tcase_create("gates");
    tcase_add_test(tests, ledger_exact_holds_for_a_ledger_that_adds_up);
    tcase_add_test(tests, ledger_exact_fails_for_every_planted_fault);
    tcase_add_test(tests, finite_fails_at_the_first_bad_step_and_without_a_loss);
    tcase_add_test(tests, an_unknown_gate_is_refused_with_a_suggestion);
    suite_add_tcase(suite, tests);
    return suite;
}
