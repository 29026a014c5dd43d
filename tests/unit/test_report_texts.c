#include <check.h>
#include <math.h>
#include <stddef.h>

#include "reports/cells.h"
#include "reports/escape.h"
#include "tests/unit/suites.h"

static struct ng_estimate estimate(double mean, double half)
{
    return (struct ng_estimate){mean, mean - half, mean + half};
}

static struct ng_estimate undefined_estimate(void)
{
    return (struct ng_estimate){(double)NAN, (double)NAN, (double)NAN};
}

typedef void escape(struct ng_text *text, const char *words, size_t longest);

static void assert_escaped(escape *by, const char *words, size_t longest,
                           const char *expected)
{
    struct ng_text text = {0};
    by(&text, words, longest);
    ck_assert_str_eq(text.data != NULL ? text.data : "", expected);
    ng_text_release(&text);
}

/* ---- Foreign text. ---- */

START_TEST(html_escape_leaves_no_tag_and_no_quote)
{
    assert_escaped(ng_escape_html, "<b a=\"x\" c='y'>&", 99,
                   "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;");
}
END_TEST

START_TEST(markdown_escape_leaves_no_cell_border_link_or_tag)
{
    assert_escaped(ng_escape_markdown, "a|b [x](y) `z` *s* <i>\nline", 99,
                   "a\\|b \\[x\\](y) \\`z\\` \\*s\\* &lt;i&gt; line");
}
END_TEST

START_TEST(gnuplot_escape_keeps_the_constant_closed)
{
    assert_escaped(ng_escape_gnuplot, "'s\n`id` \"@x\" \\", 99,
                   "'\xE2\x80\x99s `id` \"@x\" \\'");
}
END_TEST

START_TEST(escape_blanks_what_moves_the_cursor_or_turns_the_line)
{
    assert_escaped(ng_escape_plain, "a\033[31mb\tc\x7f", 99, "a [31mb c ");
    assert_escaped(ng_escape_plain,
                   "a\xE2\x80\xAE"
                   "b\xC2\x9B"
                   "c",
                   99, "a b c");
}
END_TEST

START_TEST(escape_replaces_broken_utf8_byte_by_byte)
{
    assert_escaped(ng_escape_plain, "a\xFF\xC3", 99, "a\xEF\xBF\xBD\xEF\xBF\xBD");
    /* Overlong '/' and a surrogate. */
    assert_escaped(ng_escape_plain, "\xC0\xAF", 99, "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_escaped(ng_escape_plain, "\xED\xA0\x80", 99,
                   "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_escaped(ng_escape_plain, "\xC3\xA9\xF0\x9F\x9A\x82", 99,
                   "\xC3\xA9\xF0\x9F\x9A\x82");
}
END_TEST

START_TEST(long_names_lose_their_middle_and_stay_apart)
{
    assert_escaped(ng_escape_middle, "fp8-lean lr=0.001 hidden=[512,512]", 22,
                   "fp8-lean lr\xE2\x80\xA6=[512,512]");
    assert_escaped(ng_escape_middle, "fp8-lean lr=0.001 hidden=[64,64]", 22,
                   "fp8-lean lr\xE2\x80\xA6"
                   "en=[64,64]");
    assert_escaped(ng_escape_middle, "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F\xC3\xA9", 4,
                   "\xC3\xA4\xC3\xB6\xE2\x80\xA6\xC3\xA9");
    assert_escaped(ng_escape_middle, "as it is", 8, "as it is");
}
END_TEST

START_TEST(escape_cuts_at_characters_and_says_so)
{
    assert_escaped(ng_escape_plain, "abcd", 4, "abcd");
    assert_escaped(ng_escape_plain, "abcde", 4, "abc\xE2\x80\xA6");
    assert_escaped(ng_escape_plain, "\xC3\xA9\xC3\xA9\xC3\xA9", 3,
                   "\xC3\xA9\xC3\xA9\xC3\xA9");
    assert_escaped(ng_escape_plain, NULL, 4, "");
}
END_TEST

/* ---- Numbers. ---- */

START_TEST(difference_shows_as_many_decimals_as_its_interval_supports)
{
    struct ng_estimate wide = estimate(-0.00123, 0.0044);
    struct ng_estimate narrow = estimate(-0.00123, 0.0002);
    ck_assert_str_eq(ng_cell_difference(&wide, 0.01).text, "-0.1 pt [-0.6, +0.3]");
    ck_assert_str_eq(ng_cell_difference(&narrow, 0.01).text, "-0.12 pt [-0.14, -0.10]");
}
END_TEST

START_TEST(difference_shows_on_which_side_of_the_margin_an_end_lies)
{
    struct ng_estimate safe = {-0.001, -0.00484, 0.003};
    ck_assert_str_eq(ng_cell_difference(&safe, 0.005).text, "-0.10 pt [-0.48, +0.30]");
}
END_TEST

START_TEST(accuracy_interval_is_cut_at_0_and_100_percent)
{
    const struct ng_estimate high = {0.949, 0.887, 1.0104}, low = {0.02, -0.03, 0.07};
    const struct ng_estimate exact = {0.95, 0.9, 1.0};
    ck_assert_str_eq(ng_cell_accuracy(&high).text, "94.9 % [88.7, 100.0]");
    ck_assert_str_eq(ng_cell_accuracy(&low).text, "2.0 % [0.0, 7.0]");
    ck_assert_str_eq(ng_cell_accuracy(&exact).text, "95.0 % [90.0, 100.0]");
}
END_TEST

START_TEST(zero_made_by_rounding_has_no_sign)
{
    struct ng_estimate tiny = {-0.0001, -0.004, 0.0001};
    ck_assert_str_eq(ng_cell_difference(&tiny, 0.01).text, "0.0 pt [-0.4, 0.0]");
}
END_TEST

START_TEST(what_is_not_defined_is_not_available)
{
    struct ng_estimate one_seed = {0.861, (double)NAN, (double)NAN};
    struct ng_estimate none = undefined_estimate();
    struct ng_estimate infinite = {HUGE_VAL, -HUGE_VAL, HUGE_VAL};
    struct ng_arm empty = {0};
    ck_assert_str_eq(ng_cell_accuracy(&one_seed).text, "86.1 % [n/a]");
    ck_assert_str_eq(ng_cell_difference(&none, 0.005).text, "n/a");
    ck_assert_str_eq(ng_cell_score(&none).text, "n/a");
    ck_assert_str_eq(ng_cell_score(&infinite).text, "inf");
    ck_assert_str_eq(ng_cell_state(&empty).text, "n/a");
}
END_TEST

Suite *ng_suite_report_texts(void)
{
    Suite *suite = suite_create("report_texts");
    TCase *tests = tcase_create("report_texts");
    tcase_add_test(tests, html_escape_leaves_no_tag_and_no_quote);
    tcase_add_test(tests, markdown_escape_leaves_no_cell_border_link_or_tag);
    tcase_add_test(tests, gnuplot_escape_keeps_the_constant_closed);
    tcase_add_test(tests, escape_blanks_what_moves_the_cursor_or_turns_the_line);
    tcase_add_test(tests, escape_replaces_broken_utf8_byte_by_byte);
    tcase_add_test(tests, escape_cuts_at_characters_and_says_so);
    tcase_add_test(tests, long_names_lose_their_middle_and_stay_apart);
    tcase_add_test(tests, difference_shows_as_many_decimals_as_its_interval_supports);
    tcase_add_test(tests, difference_shows_on_which_side_of_the_margin_an_end_lies);
    tcase_add_test(tests, accuracy_interval_is_cut_at_0_and_100_percent);
    tcase_add_test(tests, zero_made_by_rounding_has_no_sign);
    tcase_add_test(tests, what_is_not_defined_is_not_available);
    suite_add_tcase(suite, tests);
    return suite;
}
