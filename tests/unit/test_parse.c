/* Formats by name: rows, their other spellings, formats by parameters, and refusals. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/codec/format.h"
#include "tests/unit/suites.h"

static struct ng_error err;

START_TEST(the_name_of_a_row_is_that_row)
{
    for (size_t i = 0; ng_formats[i] != NULL; i++) {
        struct ng_format own;
        const struct ng_format *format = NULL;
        ck_assert_int_eq(ng_format_parse(ng_formats[i]->name, &own, &format, &err),
                         NG_OK);
        ck_assert_ptr_eq(format, ng_formats[i]);
    }
}
END_TEST

START_TEST(another_spelling_of_a_row_is_that_row)
{
    static const struct {
        const char *name;
        const struct ng_format *row;
    } rows[] = {
        {"e4m3fn", &ng_e4m3},
        {"e4m3b7fn", &ng_e4m3},
        {"e4m3b7", &ng_e4m3ieee},
        {"e5m2b15", &ng_e5m2},
        {"e5m10", &ng_fp16},
        {"e5m10b15", &ng_fp16},
        {"e8m7", &ng_bf16},
        {"e8m7b127", &ng_bf16},
        {"e8m10", &ng_tf32},
        {"e8m23", &ng_fp32},
        {"e3m4b3", &ng_e3m4},
        {"e4m3b8fnuz", &ng_e4m3fnuz},
        {"e5m2b16fnuz", &ng_e5m2fnuz},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ng_format own;
        const struct ng_format *format = NULL;
        ck_assert_int_eq(ng_format_parse(rows[i].name, &own, &format, &err), NG_OK);
        ck_assert_msg(format == rows[i].row, "%s is %s", rows[i].name, format->name);
    }
}
END_TEST

/* Worked out by hand from value = 2^(e - bias) * 1.m. */
START_TEST(parameters_and_suffixes_give_bias_limits_and_specials)
{
    static const struct made {
        const char *name;
        int width, bytes, bias;
        uint32_t max_code, inf_code, nan_code;
        double max, min_normal, min_subnormal;
        bool negative_zero;
    } rows[] = {
        {"e3m2b3", 6, 1, 3, 0x1B, 0x1C, 0x1E, 14, 0.25, 0.0625, true},
        {"e3m2fn", 6, 1, 3, 0x1E, 0, 0x1F, 24, 0.25, 0.0625, true},
        {"e3m2fnuz", 6, 1, 4, 0x1F, 0, 0x20, 14, 0.125, 0.03125, false},
        {"e2m1b1", 4, 1, 1, 0x5, 0x6, 0x7, 3, 1, 0.5, true},
        {"e2m1fn", 4, 1, 1, 0x6, 0, 0x7, 4, 1, 0.5, true},
        {"e4m3b1", 8, 1, 1, 0x77, 0x78, 0x7C, 15360, 1, 0.125, true},
        {"e5m2fn", 8, 1, 15, 0x7E, 0, 0x7F, 98304, 0x1p-14, 0x1p-16, true},
        {"e5m3", 9, 2, 15, 0xF7, 0xF8, 0xFC, 61440, 0x1p-14, 0x1p-17, true},
        {"e6m9", 16, 2, 31, 0x7DFF, 0x7E00, 0x7F00, 0x1.FF8p31, 0x1p-30, 0x1p-39, true},
        {"e6m10", 17, 4, 31, 0xFBFF, 0xFC00, 0xFE00, 0x1.FFCp31, 0x1p-30, 0x1p-40,
         true},
        {"e7m1b0", 9, 2, 0, 0xFD, 0xFE, 0xFF, 0x1.8p126, 2, 1, true},
        {"e8m1", 10, 2, 127, 0x1FD, 0x1FE, 0x1FF, 0x1.8p127, 0x1p-126, 0x1p-127, true},
        {"e8m22", 31, 4, 127, 0x3FBFFFFF, 0x3FC00000, 0x3FE00000, 0x1.FFFFFCp127,
         0x1p-126, 0x1p-148, true},
        {"e8m22fnuz", 31, 4, 128, 0x3FFFFFFF, 0, 0x40000000, 0x1.FFFFFCp127, 0x1p-127,
         0x1p-149, false},
        {"e2m1b149", 4, 1, 149, 0x5, 0x6, 0x7, 0x1.8p-147, 0x1p-148, 0x1p-149, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct made *want = rows + i;
        struct ng_format own;
        const struct ng_format *format = NULL;
        ck_assert_int_eq(ng_format_parse(want->name, &own, &format, &err), NG_OK);
        ck_assert_ptr_eq(format, &own);
        ck_assert_str_eq(own.name, want->name);
        ck_assert_int_eq(own.width, want->width);
        ck_assert_int_eq(own.unused_bits, 0);
        ck_assert_int_eq(own.storage_bytes, want->bytes);
        ck_assert_int_eq(own.bias, want->bias);
        ck_assert_uint_eq(own.max_code, want->max_code);
        ck_assert_uint_eq(own.inf_code, want->inf_code);
        ck_assert_uint_eq(own.nan_code, want->nan_code);
        ck_assert(own.has_nan && own.has_negative_zero == want->negative_zero);
        ck_assert((double)own.max == want->max);
        ck_assert((double)own.min_normal == want->min_normal);
        ck_assert((double)own.min_subnormal == want->min_subnormal);
        ck_assert(isnan(ng_format_decode_one(&own, own.nan_code)));
    }
}
END_TEST

/* The name, and words of the sentence. */
START_TEST(impossible_formats_are_refused_with_the_reason)
{
    static const struct {
        const char *name, *reason;
    } rows[] = {
        {"", "the formats are fp32"},
        {"e4", "the formats are"},
        {"m3", "the formats are"},
        {"e4m", "the formats are"},
        {"em3", "the formats are"},
        {"e4m3x", "the formats are"},
        {"E4M3", "the formats are"},
        {" e4m3", "the formats are"},
        {"e4m3 ", "the formats are"},
        {"e4m3b", "the formats are"},
        {"e4m3fnb7", "the formats are"},
        {"e4m3b-1", "the formats are"},
        {"e-4m3", "the formats are"},
        {"e+4m3", "the formats are"},
        {"e4.0m3", "the formats are"},
        {"e4m3fnu", "the formats are"},
        {"e4m3b7b7", "the formats are"},
        {"e04m3", "the formats are"},
        {"e4m03", "the formats are"},
        {"e4m3b07", "the formats are"},
        {"e99999m3", "the formats are"},
        {"e4m3b18446744073709551623", "the formats are"},
        {"int4", "the formats are"},
        {"fp8", "the formats are"},
        {"e0m3", "2 to 8 exponent bits, not 0"},
        {"e1m3", "2 to 8 exponent bits, not 1"},
        {"e9m3", "2 to 8 exponent bits, not 9"},
        {"e9999m3", "2 to 8 exponent bits, not 9999"},
        {"e4m0", "1 to 22 mantissa bits, not 0"},
        {"e4m23", "1 to 22 mantissa bits, not 23"},
        {"e8m23fn", "1 to 22 mantissa bits, not 23"},
        {"e5m9999", "1 to 22 mantissa bits, not 9999"},
        {"e8m3b0", "from 2^-149 to 2^127"},
        {"e8m3b126", "from 2^-149 to 2^127"},
        {"e8m3fn", "from 2^-149 to 2^127"},
        {"e8m22b129", "from 2^-149 to 2^127"},
        {"e2m1b150", "from 2^-149 to 2^127"},
        {"e4m3b9999", "from 2^-149 to 2^127"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ng_format own;
        const struct ng_format *format;
        err.text[0] = '\0';
        ck_assert_msg(ng_format_parse(rows[i].name, &own, &format, &err) == NG_INVALID,
                      "\"%s\" is a format", rows[i].name);
        ck_assert_msg(strstr(err.text, rows[i].reason) != NULL, "\"%s\": %s",
                      rows[i].name, err.text);
        ck_assert_ptr_nonnull(strstr(err.text, rows[i].name));
    }
}
END_TEST

START_TEST(a_name_without_end_is_refused_and_cut_in_the_sentence)
{
    char name[5000];
    memset(name, '4', sizeof name);
    memcpy(name, "e4m3b", 5);
    name[sizeof name - 1] = '\0';
    struct ng_format own;
    const struct ng_format *format;
    ck_assert_int_eq(ng_format_parse(name, &own, &format, &err), NG_INVALID);
    ck_assert_uint_lt(strlen(err.text), 400);
}
END_TEST

/* Every eXmY: its codes' values differ, grow with the code and are FP32 numbers. */
START_TEST(every_format_by_parameters_has_growing_values_that_come_back)
{
    static const char *const suffixes[] = {"", "fn", "fnuz"};
    int formats = 0;
    for (int exponent = 2; exponent <= 8; exponent++) {
        for (int mantissa = 1; mantissa <= 22; mantissa++) {
            for (int s = 0; s < 3; s++) {
                char name[NG_FORMAT_NAME];
                snprintf(name, sizeof name, "e%dm%d%s", exponent, mantissa,
                         suffixes[s]);
                struct ng_format own;
                const struct ng_format *format;
                if (ng_format_parse(name, &own, &format, &err) != NG_OK) {
                    ck_assert(exponent == 8 && s == 1);
                    continue;
                }
                formats++;
                uint32_t last = format->max_code >> format->unused_bits;
                float before = -1;
                for (uint32_t step = 0; step <= last; step += 1 + last / 300) {
                    uint32_t code = step << format->unused_bits;
                    float x = ng_format_decode_one(format, code);
                    ck_assert(x > before && isfinite(x));
                    ck_assert_uint_eq(ng_format_encode_one(format,
                                                           &NG_POLICY_CUDA_SATFINITE, x,
                                                           0, NULL),
                                      code);
                    before = x;
                }
                ck_assert(ng_format_decode_one(format, format->max_code) ==
                          format->max);
            }
        }
    }
    ck_assert_int_eq(formats, 7 * 22 * 3 - 22);
}
END_TEST

Suite *ng_suite_parse(void)
{
    Suite *suite = suite_create("parse");
    TCase *tests = tcase_create("parse");
    tcase_add_test(tests, the_name_of_a_row_is_that_row);
    tcase_add_test(tests, another_spelling_of_a_row_is_that_row);
    tcase_add_test(tests, parameters_and_suffixes_give_bias_limits_and_specials);
    tcase_add_test(tests, impossible_formats_are_refused_with_the_reason);
    tcase_add_test(tests, a_name_without_end_is_refused_and_cut_in_the_sentence);
    tcase_add_test(tests, every_format_by_parameters_has_growing_values_that_come_back);
    suite_add_tcase(suite, tests);
    return suite;
}
