/* The table on the terminal. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/sample_comparison.h"
#include "tests/unit/suites.h"

static struct ng_arena arena;
static struct ng_comparison comparison;

static void set_up(void)
{
    ng_sample_comparison(&comparison, &arena, 5);
}

static void tear_down(void)
{
    ng_arena_release(&arena);
}

static char *table(int width, bool colour)
{
    return ng_sample_table(&comparison, &arena, width, colour);
}

START_TEST(table_shows_values_of_the_reference_and_differences_of_the_others)
{
    ck_assert_str_eq(
        table(0, false),
        "recipe    verdict    accuracy [95 %]       NLL    worst group  state B/param  "
        "peak MiB\n"
        "fp32      reference  86.1 % [85.8, 86.4]   0.331  79.0 %       16.00          "
        "5.12\n"
        "bf16      SAFE       0.0 pt [-0.2, +0.2]   0.332  -0.1 pt      18.00          "
        "5.43\n"
        "fp8-e4m3  SAFE       -0.1 pt [-0.3, +0.1]  0.332  -0.2 pt      16.00          "
        "5.05\n"
        "fp8-e5m2  UNDECIDED  -0.5 pt [-0.7, -0.3]  0.336  -0.9 pt      16.00          "
        "5.05\n"
        "fp8-lean  SAFE       -0.2 pt [-0.4, 0.0]   0.333  -0.3 pt      7.00           "
        "2.31\n");
}
END_TEST

START_TEST(table_gives_up_columns_rather_than_wrap)
{
    for (int width = 60; width <= 100; width += 5) {
        const char *line = table(width, false);
        while (*line != '\0') {
            size_t length = strcspn(line, "\n");
            ck_assert_uint_le(length, (size_t)width);
            line += length + 1;
        }
    }
    ck_assert_ptr_nonnull(strstr(table(60, false), "verdict"));
    ck_assert_ptr_null(strstr(table(80, false), "NLL"));
}
END_TEST

START_TEST(table_lets_no_label_move_the_cursor)
{
    comparison.arms[1].label = ng_sample_text(&arena, "bf16\033[2J\r\n");
    ck_assert_ptr_null(strchr(table(0, false), '\033'));
    size_t lines = 0;
    for (const char *at = table(0, false); *at != '\0'; at++)
        lines += *at == '\n';
    ck_assert_uint_eq(lines, 6);
    ck_assert_ptr_nonnull(strstr(table(0, true), "\033[1;34mSAFE\033[0m"));
}
END_TEST

Suite *ng_suite_terminal_table(void)
{
    Suite *suite = suite_create("terminal_table");
    TCase *tests = tcase_create("terminal_table");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests,
                   table_shows_values_of_the_reference_and_differences_of_the_others);
    tcase_add_test(tests, table_gives_up_columns_rather_than_wrap);
    tcase_add_test(tests, table_lets_no_label_move_the_cursor);
    suite_add_tcase(suite, tests);
    return suite;
}
