/* Decimal numbers in text: grammar, and the nearest double wherever a shortcut ends. */
#include "tests/unit/suites.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/decimal.h"
#include "tests/unit/skip.h"

static double read(const char *text)
{
    double value;
    ck_assert_msg(ng_decimal_read(text, &value), "'%s' was refused", text);
    return value;
}

static void expect(const char *text, double expected)
{
    double value = read(text);
    ck_assert_msg(memcmp(&value, &expected, sizeof value) == 0, "%.40s gave %a, not %a",
                  text, value, expected);
}

START_TEST(decimal_reads_every_spelling)
{
    expect("0", 0.0);
    expect("-0.5", -0.5);
    expect("+.25", 0.25);
    expect("12.", 12.0);
    expect("1E2", 100.0);
    expect("1e+2", 100.0);
    expect("1e-3", 0x1.0624dd2f1a9fcp-10);
    expect("007.50", 7.5);
    expect("-0", -0.0);
    expect("-0.0e99", -0.0);
    expect("0e25", 0.0);
}
END_TEST

START_TEST(decimal_refuses_everything_else)
{
    static const char *const bad[] = {"",
                                      " 1",
                                      "1 ",
                                      "0x10",
                                      "inf",
                                      "nan",
                                      "infinity",
                                      "1e",
                                      "1e+",
                                      "--1",
                                      "+-1",
                                      ".",
                                      "-",
                                      "+",
                                      "e5",
                                      ".e5",
                                      "-.",
                                      "1,5",
                                      "1_0",
                                      "1f",
                                      "1.2.3",
                                      "1e5.",
                                      "1e5e5",
                                      "1e--5",
                                      "1d5",
                                      "1'000",
                                      "\xc2\xa0"
                                      "1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double value;
        ck_assert_msg(!ng_decimal_read(bad[i], &value), "'%s' was read", bad[i]);
    }
}
END_TEST

/* Each value as a hexadecimal constant, which the compiler converts without rounding. */
START_TEST(decimal_is_nearest_with_ties_to_even)
{
    expect("9007199254740991", 0x1.fffffffffffffp52);
    expect("9007199254740992", 0x1p53);
    expect("9007199254740993", 0x1p53);
    expect("9007199254740995", 0x1.0000000000002p53);
    expect("9007199254740993.0000001", 0x1.0000000000001p53);
    expect("900719925474099300000001e-8", 0x1.0000000000001p53);
    expect("1.00000000000000011102230246251565", 0x1p0);
    expect("1.00000000000000011102230246251566", 0x1.0000000000001p0);
    expect("18446744073709551615", 0x1p64);
    expect("9999999999999999999", 0x1.158e460913dp63);
    expect("0.1", 0x1.999999999999ap-4);
    expect("0.1000000000000000055", 0x1.999999999999ap-4);
    expect("1e22", 0x1.0f0cf064dd592p73);
    expect("1e23", 0x1.52d02c7e14af6p76);
    expect("18446744073709551616", 0x1p64);
    expect("7851501796053872884e-18", 0x1.f67f0163a2587p+2);
    expect("7927879080410007032e-5", 0x1.206a20a80a105p+46);
    expect("852415700402477376e-12", 0x1.a037f669b274dp+19);
    expect("666245382134786991e-7", 0x1.f06438ccaf518p+35);
    expect("8.5e27", 0x1.b7709034e6c42p92);
}
END_TEST

START_TEST(decimal_reads_the_ends_of_the_range)
{
    expect("1.7976931348623157e308", DBL_MAX);
    expect("1.7976931348623158e308", DBL_MAX);
    expect("1.797693134862315808e308", HUGE_VAL);
    expect("-1e999999999999999999999999", -HUGE_VAL);
    expect("2.2250738585072014e-308", 0x1p-1022);
    expect("2.2250738585072011e-308", 0x0.fffffffffffffp-1022);
    expect("4.9e-324", 0x1p-1074);
    expect("2.4703282292062327e-324", 0.0);
    expect("2.4703282292062328e-324", 0x1p-1074);
    expect("1e-99999999999999999999999", 0.0);
    expect("0e99999999999999999999999", 0.0);
}
END_TEST

/* A power that only a count of all digits gives, beside an exponent as large. */
START_TEST(decimal_counts_zeros_without_end)
{
    const size_t zeros = 1677720;
    char *text = malloc(zeros + 32);
    ck_assert_ptr_nonnull(text);
    memcpy(text, "0.", 2);
    memset(text + 2, '0', zeros);
    strcpy(text + 2 + zeros, "1e16777216");
    expect(text, HUGE_VAL);
    strcpy(text + 2 + zeros, "125e1677721");
    expect(text, 1.25);
    memset(text + 1, '0', zeros);
    strcpy(text + 1 + zeros, "7.5");
    expect(text, 7.5);
    memset(text, '9', 400);
    text[400] = '\0';
    expect(text, HUGE_VAL);
    free(text);
}
END_TEST

START_TEST(decimal_does_not_depend_on_the_locale)
{
    static const char *const with_comma[] = {"de_DE.UTF-8", "de_DE.utf8",
                                             "fr_FR.UTF-8"};
    bool set = false;
    for (size_t i = 0; !set && i < sizeof with_comma / sizeof with_comma[0]; i++)
        set = setlocale(LC_ALL, with_comma[i]) != NULL;
    if (!set) {
        ng_test_skip("decimal_does_not_depend_on_the_locale",
                     "no locale with a decimal comma is installed");
        return;
    }
    double value;
    expect("0.5", 0.5);
    expect("1.5e300", 1.5e300);
    ck_assert(!ng_decimal_read("1,5", &value));
    setlocale(LC_ALL, "C");
}
END_TEST

Suite *ng_suite_decimal(void)
{
    Suite *suite = suite_create("decimal");
    TCase *reading = tcase_create("reading");
    tcase_add_test(reading, decimal_reads_every_spelling);
    tcase_add_test(reading, decimal_refuses_everything_else);
    tcase_add_test(reading, decimal_is_nearest_with_ties_to_even);
    tcase_add_test(reading, decimal_reads_the_ends_of_the_range);
    tcase_add_test(reading, decimal_counts_zeros_without_end);
    tcase_add_test(reading, decimal_does_not_depend_on_the_locale);
    suite_add_tcase(suite, reading);
    return suite;
}
