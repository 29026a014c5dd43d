#include <check.h>
#include <fenv.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/base/cpu.h"
#include "formats/base/pool.h"
#include "tests/unit/skip.h"
#include "tests/unit/suites.h"

enum { TASKS = 1000, THREADS = 3 };

struct tally {
    atomic_int ran[TASKS];
    atomic_int busy[THREADS];
    atomic_int shared; /* a worker number in use twice at once, or out of range */
};

static void count_task(void *context, size_t task, int worker)
{
    struct tally *tally = context;
    if (worker < 0 || worker >= THREADS) {
        tally->shared++;
        return;
    }
    if (tally->busy[worker]++ != 0)
        tally->shared++;
    tally->ran[task]++;
    tally->busy[worker]--;
}

static struct ng_pool *pool_of(int threads)
{
    struct ng_error err;
    struct ng_pool *pool = NULL;
    ck_assert_int_eq(ng_pool_new(&pool, threads, &err), NG_OK);
    ck_assert_int_eq(ng_pool_threads(pool), threads);
    return pool;
}

START_TEST(pool_runs_every_task_once_over_many_rounds)
{
    static struct tally tally;
    struct ng_pool *pool = pool_of(THREADS);
    for (int round = 1; round <= 3000; round++) {
        size_t tasks = (size_t)(round * 7) % 50;
        memset(&tally, 0, sizeof tally);
        ng_pool_run(pool, tasks, count_task, &tally);
        for (size_t task = 0; task < 60; task++)
            ck_assert_int_eq(tally.ran[task], task < tasks ? 1 : 0);
        ck_assert_int_eq(tally.shared, 0);
    }
    ng_pool_free(pool);
}
END_TEST

START_TEST(pool_of_one_and_no_pool_run_tasks_in_order_on_the_caller)
{
    static struct tally tally;
    struct ng_pool *pool = pool_of(1);
    ng_pool_run(pool, TASKS, count_task, &tally);
    ng_pool_run(NULL, TASKS, count_task, &tally);
    for (size_t task = 0; task < TASKS; task++)
        ck_assert_int_eq(tally.ran[task], 2);
    ck_assert_int_eq(tally.shared, 0);
    ck_assert_int_eq(ng_pool_threads(NULL), 1);
    ng_pool_free(pool);
    ng_pool_free(NULL);
}
END_TEST

static void meet(void *context, size_t task, int worker)
{
    (void)task;
    (void)worker;
    atomic_int *here = context;
    (*here)++;
    time_t until = time(NULL) + 60;
    while (*here < 2 && time(NULL) < until)
        ;
}

START_TEST(pool_runs_two_tasks_at_the_same_time)
{
    struct ng_pool *pool = pool_of(2);
    atomic_int here = 0;
    /* each task waits until the other one has started */
    ng_pool_run(pool, 2, meet, &here);
    ck_assert_int_eq(here, 2);
    ng_pool_free(pool);
}
END_TEST

START_TEST(pool_burns_no_processor_time_while_idle)
{
    struct ng_pool *pool = pool_of(2);
    atomic_int here = 0;
    ng_pool_run(pool, 2, meet, &here); /* the worker did work: it does not just sleep */
    ck_assert_int_eq(here, 2);
    struct timespec nap = {0, 20000000};
    nanosleep(&nap, NULL);
    clock_t before = clock();
    nap.tv_nsec = 300000000;
    nanosleep(&nap, NULL);
    clock_t used = clock() - before;
    ck_assert_msg(used < CLOCKS_PER_SEC / 50, "%ld us", (long)used);
    ng_pool_free(pool);
}
END_TEST

static void see_environment(void *context, size_t task, int worker)
{
    (void)task;
    (void)worker;
    struct ng_error err;
    if (ng_float_environment_check(&err) != NG_OK)
        (*(atomic_int *)context)++;
}

START_TEST(workers_have_the_default_float_environment)
{
    struct ng_pool *pool = pool_of(2);
    atomic_int bad = 0;
    ng_pool_run(pool, 100, see_environment, &bad);
    ck_assert_int_eq(bad, 0);
    ng_pool_free(pool);
}
END_TEST

START_TEST(float_environment_check_refuses_every_other_rounding_mode)
{
    const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    struct ng_error err;
    for (int i = 0; i < 3; i++) {
        fesetround(modes[i]);
        enum ng_status status = ng_float_environment_check(&err);
        fesetround(FE_TONEAREST);
        ck_assert_int_eq(status, NG_FAILED);
        ck_assert_ptr_nonnull(strstr(err.text, "round"));
    }
    ck_assert_int_eq(ng_float_environment_check(&err), NG_OK);
}
END_TEST

#if defined(__x86_64__)
START_TEST(float_environment_check_refuses_ftz_and_daz)
{
    const unsigned bits[] = {0x8000, 0x0040};
    const char *const words[] = {"FTZ", "DAZ"};
    struct ng_error err;
    for (int i = 0; i < 2; i++) {
        unsigned saved = __builtin_ia32_stmxcsr();
        __builtin_ia32_ldmxcsr(saved | bits[i]);
        enum ng_status status = ng_float_environment_check(&err);
        __builtin_ia32_ldmxcsr(saved);
        ck_assert_int_eq(status, NG_FAILED);
        ck_assert_ptr_nonnull(strstr(err.text, words[i]));
    }
}
END_TEST
#endif

/* NG_ISA=word is followed where it can run, else refused with the word in the sentence. */
static void choose_by_environment(enum ng_isa isa, const char *test)
{
    struct ng_error err;
    const char *word = ng_isa_name(isa);
    setenv("NG_ISA", word, 1);
    if (ng_isa_present(isa)) {
        ck_assert_int_eq(ng_isa_choose(&err), NG_OK);
        ck_assert_int_eq(ng_isa(), isa);
    } else {
        ng_isa_force(NG_ISA_SCALAR);
        ck_assert_int_eq(ng_isa_choose(&err), NG_INVALID);
        ck_assert_ptr_nonnull(strstr(err.text, word));
        ck_assert_ptr_nonnull(strstr(err.text, "cannot run"));
        ck_assert_int_eq(ng_isa(), NG_ISA_SCALAR);
        ng_test_skip(test, "this processor cannot run it");
    }
    unsetenv("NG_ISA");
    ck_assert_int_eq(ng_isa_choose(&err), NG_OK);
    ck_assert_int_eq(ng_isa_present(ng_isa()), 1);
}

START_TEST(isa_avx2_can_be_chosen_by_the_environment)
{
    choose_by_environment(NG_ISA_AVX2, "isa_avx2_can_be_chosen_by_the_environment");
}
END_TEST

START_TEST(isa_avx512_can_be_chosen_by_the_environment)
{
    choose_by_environment(NG_ISA_AVX512, "isa_avx512_can_be_chosen_by_the_environment");
}
END_TEST

START_TEST(isa_choice_follows_the_environment_and_refuses_unknown_words)
{
    struct ng_error err;
    setenv("NG_ISA", "scalar", 1);
    ck_assert_int_eq(ng_isa_choose(&err), NG_OK);
    ck_assert_int_eq(ng_isa(), NG_ISA_SCALAR);
    setenv("NG_ISA", "sse9", 1);
    ck_assert_int_eq(ng_isa_choose(&err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "sse9"));
    ck_assert_ptr_nonnull(strstr(err.text, "scalar, avx2, avx512"));
    unsetenv("NG_ISA");
    ck_assert_int_eq(ng_isa_choose(&err), NG_OK);
    ck_assert_int_eq(ng_isa_present(ng_isa()), 1);
    for (int better = ng_isa() + 1; better < NG_ISA_COUNT; better++)
        ck_assert_int_eq(ng_isa_present((enum ng_isa)better), 0);
}
END_TEST

Suite *ng_suite_pool(void)
{
    Suite *suite = suite_create("pool");
    TCase *tests = tcase_create("pool");
    tcase_add_test(tests, pool_runs_every_task_once_over_many_rounds);
    tcase_add_test(tests, pool_of_one_and_no_pool_run_tasks_in_order_on_the_caller);
    tcase_add_test(tests, pool_runs_two_tasks_at_the_same_time);
    tcase_add_test(tests, pool_burns_no_processor_time_while_idle);
    tcase_add_test(tests, workers_have_the_default_float_environment);
    tcase_add_test(tests, float_environment_check_refuses_every_other_rounding_mode);
#if defined(__x86_64__)
    tcase_add_test(tests, float_environment_check_refuses_ftz_and_daz);
#endif
    tcase_add_test(tests, isa_choice_follows_the_environment_and_refuses_unknown_words);
    tcase_add_test(tests, isa_avx2_can_be_chosen_by_the_environment);
    tcase_add_test(tests, isa_avx512_can_be_chosen_by_the_environment);
    suite_add_tcase(suite, tests);
    return suite;
}
