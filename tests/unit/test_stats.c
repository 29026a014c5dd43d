/* Oracles: quantiles of Student's t in closed form (1 and 2 degrees of freedom) and
 * from published tables; intervals worked out by hand from them. */
#include "tests/unit/suites.h"

#include <math.h>

#include "harness/stats/stats.h"

/* 1 degree of freedom: tan(pi (p - 1/2)); 2: (2p - 1) sqrt(2 / (4 p (1 - p))). */
#define T_DF1 12.706204736174696
#define T_DF2 4.302652729749461

/* By hand: t(0.975, 2) * 0.01 / sqrt(12) / sqrt(3), t = 4.302652729749464. */
START_TEST(a_tie_of_stepped_values_keeps_the_width_of_a_step)
{
    const double tie[] = {0.25, 0.25, 0.25}, spread[] = {0.0, 0.5, 1.0};
    struct ng_estimate e = ng_stats_estimate_stepped(tie, 3, 0.01);
    ck_assert(e.mean == 0.25);
    ck_assert_double_eq_tol(e.high - e.mean, 0.0071710878829157735, 1e-15);
    ck_assert_double_eq_tol(e.mean - e.low, 0.0071710878829157735, 1e-15);
    struct ng_estimate plain = ng_stats_estimate(spread, 3);
    e = ng_stats_estimate_stepped(spread, 3, 0.01);
    ck_assert(e.low == plain.low);
    ck_assert(e.high == plain.high);
}
END_TEST

START_TEST(t_quantile_equals_closed_forms_and_tables)
{
    ck_assert_double_eq_tol(ng_stats_t_quantile(0.975, 1.0), T_DF1, 1e-10);
    ck_assert_double_eq_tol(ng_stats_t_quantile(0.975, 2.0), T_DF2, 1e-11);
    ck_assert_double_eq_tol(ng_stats_t_quantile(0.975, 9.0), 2.262157, 5e-7);
    ck_assert_double_eq_tol(ng_stats_t_quantile(0.5, 4.0), 0.0, 1e-12);
}
END_TEST

START_TEST(t_quantile_of_nonsense_is_nan_and_does_not_end_the_process)
{
    ck_assert(isnan(ng_stats_t_quantile(1.5, 2.0)));
    ck_assert(isnan(ng_stats_t_quantile(0.975, 0.0)));
    ck_assert(isnan(ng_stats_t_quantile((double)NAN, 2.0)));
}
END_TEST

START_TEST(interval_of_two_values_is_12_7_half_distances_wide)
{
    double values[] = {0.0, 1.0};
    struct ng_estimate e = ng_stats_estimate(values, 2);
    ck_assert_double_eq(e.mean, 0.5);
    ck_assert_double_eq_tol(e.low, 0.5 - T_DF1 / 2.0, 1e-10);
    ck_assert_double_eq_tol(e.high, 0.5 + T_DF1 / 2.0, 1e-10);
}
END_TEST

START_TEST(interval_of_three_values_equals_hand_computation)
{
    /* Sum of squared deviations of 1, 2, 4 is 42/9, s^2 = 7/3, s^2/n = 7/9. */
    double values[] = {1.0, 2.0, 4.0};
    struct ng_estimate e = ng_stats_estimate(values, 3);
    double half = T_DF2 * sqrt(7.0 / 9.0);
    ck_assert_double_eq_tol(e.mean, 7.0 / 3.0, 1e-15);
    ck_assert_double_eq_tol(e.low, 7.0 / 3.0 - half, 1e-12);
    ck_assert_double_eq_tol(e.high, 7.0 / 3.0 + half, 1e-12);
}
END_TEST

START_TEST(equal_values_give_exactly_a_point)
{
    double values[] = {0.1, 0.1, 0.1}; /* their FP64 sum is not 3 * 0.1 */
    struct ng_estimate e = ng_stats_estimate(values, 3);
    ck_assert(e.mean == 0.1 && e.low == 0.1 && e.high == 0.1);
}
END_TEST

START_TEST(one_value_has_no_interval_and_none_no_mean)
{
    double value = 2.0;
    struct ng_estimate e = ng_stats_estimate(&value, 1);
    ck_assert(e.mean == 2.0 && isnan(e.low) && isnan(e.high));
    e = ng_stats_estimate(&value, 0);
    ck_assert(isnan(e.mean) && isnan(e.low) && isnan(e.high));
}
END_TEST

START_TEST(a_nan_among_the_values_makes_all_nan)
{
    double values[] = {(double)NAN, (double)NAN, 1.0};
    struct ng_estimate e = ng_stats_estimate(values, 3);
    ck_assert(isnan(e.mean) && isnan(e.low) && isnan(e.high));
}
END_TEST

START_TEST(values_needed_is_the_first_n_whose_table_quantile_suffices)
{
    /* Mean 0, s = 1: n values reach `bound` when t(n - 1) / sqrt(n) < |bound|.
     * 4: 3.1824 / 2 = 1.591;  6: 2.5706 / 2.4495 = 1.049;  7: 2.4469 / 2.6458 = 0.925
     */
    double values[] = {-1.0, 0.0, 1.0};
    struct ng_estimate e = ng_stats_estimate(values, 3);
    ck_assert_uint_eq(ng_stats_values_needed(&e, 3, -2.0, 1000), 4);
    ck_assert_uint_eq(ng_stats_values_needed(&e, 3, 1.0, 1000), 7);
    ck_assert_uint_eq(ng_stats_values_needed(&e, 3, 1.0, 6), 0);
    ck_assert_uint_eq(ng_stats_values_needed(&e, 3, 0.0, 1000), 0);
}
END_TEST

Suite *ng_suite_stats(void)
{
    Suite *suite = suite_create("stats");
    TCase *tests = tcase_create("stats");
    tcase_add_test(tests, a_tie_of_stepped_values_keeps_the_width_of_a_step);
    tcase_add_test(tests, t_quantile_equals_closed_forms_and_tables);
    tcase_add_test(tests, t_quantile_of_nonsense_is_nan_and_does_not_end_the_process);
    tcase_add_test(tests, interval_of_two_values_is_12_7_half_distances_wide);
    tcase_add_test(tests, interval_of_three_values_equals_hand_computation);
    tcase_add_test(tests, equal_values_give_exactly_a_point);
    tcase_add_test(tests, one_value_has_no_interval_and_none_no_mean);
    tcase_add_test(tests, a_nan_among_the_values_makes_all_nan);
    tcase_add_test(tests, values_needed_is_the_first_n_whose_table_quantile_suffices);
    suite_add_tcase(suite, tests);
    return suite;
}
