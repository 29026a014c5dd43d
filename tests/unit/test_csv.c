/* The reader of separated values and the digest: what they accept and how they refuse.
 */
#include "tests/unit/suites.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/files/csv.h"
#include "datasets/files/digest.h"
#include "tests/unit/skip.h"

static char path[256];

static void write_bytes(const char *bytes, size_t count)
{
    snprintf(path, sizeof path, "%s/ng-csv-XXXXXX", P_tmpdir);
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    FILE *file = fdopen(descriptor, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
    ck_assert_int_eq(fclose(file), 0);
}

/* Reads a whole table of numbers; the sum of all fields goes to *sum. */
static enum ng_status sum_numbers(size_t columns, size_t *rows, double *sum,
                                  struct ng_error *err)
{
    struct ng_csv csv;
    bool more;
    enum ng_status status = ng_csv_open(&csv, path, ',', columns, err);
    *rows = 0;
    *sum = 0;
    while (status == NG_OK && (status = ng_csv_next(&csv, &more, err)) == NG_OK &&
           more) {
        ++*rows;
        for (size_t i = 0; status == NG_OK && i < csv.columns; i++) {
            double value;
            status = ng_csv_number(&csv, i, -1e30, 1e30, &value, err);
            if (status == NG_OK)
                *sum += value;
        }
    }
    ng_csv_close(&csv);
    return status;
}

static void expect_sum(const char *bytes, size_t count, size_t expected_rows,
                       double expected_sum)
{
    struct ng_error err;
    size_t rows;
    double sum;
    write_bytes(bytes, count);
    enum ng_status status = sum_numbers(0, &rows, &sum, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    ck_assert_uint_eq(rows, expected_rows);
    ck_assert_double_eq(sum, expected_sum);
    unlink(path);
}

static void expect_refusal(const char *bytes, size_t count, const char *words)
{
    struct ng_error err;
    size_t rows;
    double sum;
    write_bytes(bytes, count);
    ck_assert_int_eq(sum_numbers(2, &rows, &sum, &err), NG_INVALID);
    ck_assert_msg(strstr(err.text, path) == err.text, "no file in: %s", err.text);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
    unlink(path);
}

#define TEXT(text) (text), sizeof(text) - 1

START_TEST(csv_reads_lf_crlf_and_a_last_line_without_an_end)
{
    expect_sum(TEXT("1,2\n3,4\n"), 2, 10);
    expect_sum(TEXT("1,2\r\n3,4\r\n"), 2, 10);
    expect_sum(TEXT("1,2\n3,4"), 2, 10);
    expect_sum(TEXT("1,2\r\n3,4\r"), 2, 10);
    expect_sum(TEXT("5"), 1, 5);
}
END_TEST

START_TEST(csv_drops_a_byte_order_mark_and_empty_lines_at_the_end)
{
    expect_sum(TEXT("\xEF\xBB\xBF"
                    "1,2\n"),
               1, 3);
    expect_sum(TEXT("1,2\n\n\r\n"), 1, 3);
    expect_sum(TEXT(""), 0, 0);
    expect_sum(TEXT("\n"), 0, 0);
}
END_TEST

START_TEST(csv_reads_every_decimal_spelling_exactly)
{
    expect_sum(TEXT("-0.5,+.25,1e-3\n"), 1, -0.5 + .25 + 1e-3);
    expect_sum(TEXT("12.,1E2,0.1\n"), 1, 12 + 1e2 + 0.1);
}
END_TEST

START_TEST(csv_refuses_what_is_not_a_decimal_number)
{
    static const char *const bad[] = {"",    " 1",  "1 ",    "0x10", "inf",
                                      "nan", "1e",  "1e+",   "--1",  ".",
                                      "1,5", "1_0", "\"1\"", "1.2.3"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[64];
        int length = snprintf(text, sizeof text, "1;2\n3;%s\n", bad[i]);
        struct ng_csv csv;
        struct ng_error err;
        bool more;
        double value;
        write_bytes(text, (size_t)length);
        ck_assert_int_eq(ng_csv_open(&csv, path, ';', 2, &err), NG_OK);
        ck_assert_int_eq(ng_csv_next(&csv, &more, &err), NG_OK);
        ck_assert_int_eq(ng_csv_next(&csv, &more, &err), NG_OK);
        ck_assert_int_eq(ng_csv_number(&csv, 1, -9, 9, &value, &err), NG_INVALID);
        ck_assert_msg(strstr(err.text, ":2, field 2: '") != NULL, "%s", err.text);
        ck_assert_msg(strstr(err.text, "decimal number") != NULL, "%s", err.text);
        ng_csv_close(&csv);
        unlink(path);
    }
}
END_TEST

START_TEST(csv_names_file_line_and_expectation)
{
    static const char zero[] = "1,2\n1,\0"
                               "2\n";
    expect_refusal(TEXT("1,2\n3\n"), ":2 has 1 field; 2 were expected.");
    expect_refusal(TEXT("1,2,3\n"), ":1 has 3 fields; 2 were expected.");
    expect_refusal(TEXT("1,2\n\n3,4\n"), ":2 is empty");
    expect_refusal(TEXT(zero), ":2 holds a zero byte");
    expect_refusal(TEXT("1,2\n1,1e31\n"), ":2, field 2: '1e31' is not in the range");
    expect_refusal(TEXT("1,1e999\n"), "is not in the range");
    expect_refusal(TEXT("1,\x1b[31m\n"), "'?[31m' is not a decimal number");
}
END_TEST

START_TEST(csv_refuses_absurdly_long_lines)
{
    size_t count = NG_CSV_LINE_LIMIT + 10;
    char *bytes = malloc(count);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, '1', count);
    expect_refusal(bytes, count, "longer than 1048576 bytes");
    memset(bytes, ',', count);
    expect_refusal(bytes, NG_CSV_LINE_LIMIT, "1048577 fields; 2 were expected");
    free(bytes);
}
END_TEST

START_TEST(csv_tells_absent_files_and_folders_apart)
{
    struct ng_csv csv;
    struct ng_error err;
    ck_assert_int_eq(ng_csv_open(&csv, "no-such-folder/x.csv", ',', 0, &err),
                     NG_ABSENT);
    ck_assert_ptr_nonnull(strstr(err.text, "no-such-folder/x.csv"));
    ck_assert_int_eq(ng_csv_open(&csv, P_tmpdir, ',', 0, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "not a regular file"));
}
END_TEST

START_TEST(csv_numbers_do_not_depend_on_the_locale)
{
    static const char *const with_comma[] = {"de_DE.UTF-8", "de_DE.utf8",
                                             "fr_FR.UTF-8"};
    bool set = false;
    for (size_t i = 0; !set && i < sizeof with_comma / sizeof with_comma[0]; i++)
        set = setlocale(LC_NUMERIC, with_comma[i]) != NULL;
    if (!set) {
        ng_test_skip("csv_numbers_do_not_depend_on_the_locale",
                     "no locale with a decimal comma is installed");
        return;
    }
    expect_sum(TEXT("0.5,1.25\n"), 1, 1.75);
    setlocale(LC_NUMERIC, "C");
}
END_TEST

/* FIPS 180-4 examples. */
START_TEST(digest_equals_the_published_sha256_examples)
{
    struct ng_digest digest;
    char hex[NG_DIGEST_TEXT];
    struct ng_error err;
    ng_digest_begin(&digest);
    ng_digest_end(&digest, hex);
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb924"
                          "27ae41e4649b934ca495991b7852b855");
    ng_digest_begin(&digest);
    ng_digest_add(&digest, "a", 1);
    ng_digest_add(&digest, "bc", 2);
    ng_digest_end(&digest, hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223"
                          "b00361a396177a9cb410ff61f20015ad");
    write_bytes("abc", 3);
    ck_assert_int_eq(ng_digest_file(path, hex, &err), NG_OK);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223"
                          "b00361a396177a9cb410ff61f20015ad");
    unlink(path);
    ck_assert_int_eq(ng_digest_file(path, hex, &err), NG_ABSENT);
    ck_assert_ptr_nonnull(strstr(err.text, path));
}
END_TEST

START_TEST(digest_adds_numbers_as_little_endian_bytes)
{
    static const unsigned char bytes[] = {2, 1, 0, 0, 0, 0, 0, 0,    2,    1,
                                          4, 3, 4, 3, 2, 1, 0, 0x00, 0x80, 0xbf};
    struct ng_digest digest;
    char one[NG_DIGEST_TEXT], other[NG_DIGEST_TEXT];
    ng_digest_begin(&digest);
    ng_digest_add(&digest, bytes, 8 + 4 + 4);
    ng_digest_add(&digest, bytes + 16, 4);
    ng_digest_end(&digest, one);
    ng_digest_begin(&digest);
    ng_digest_add_u64(&digest, 0x0102);
    ng_digest_add_u16s(&digest, (const uint16_t[]){0x0102, 0x0304}, 2);
    ng_digest_add_u32s(&digest, (const uint32_t[]){0x01020304}, 1);
    ng_digest_add_f32s(&digest, (const float[]){-1.0F}, 1);
    ng_digest_end(&digest, other);
    ck_assert_str_eq(one, other);
}
END_TEST

Suite *ng_suite_csv(void)
{
    Suite *suite = suite_create("csv");
    TCase *reader = tcase_create("reader");
    tcase_add_test(reader, csv_reads_lf_crlf_and_a_last_line_without_an_end);
    tcase_add_test(reader, csv_drops_a_byte_order_mark_and_empty_lines_at_the_end);
    tcase_add_test(reader, csv_reads_every_decimal_spelling_exactly);
    tcase_add_test(reader, csv_refuses_what_is_not_a_decimal_number);
    tcase_add_test(reader, csv_names_file_line_and_expectation);
    tcase_add_test(reader, csv_refuses_absurdly_long_lines);
    tcase_add_test(reader, csv_tells_absent_files_and_folders_apart);
    tcase_add_test(reader, csv_numbers_do_not_depend_on_the_locale);
    suite_add_tcase(suite, reader);
    TCase *digests = tcase_create("digest");
    tcase_add_test(digests, digest_equals_the_published_sha256_examples);
    tcase_add_test(digests, digest_adds_numbers_as_little_endian_bytes);
    suite_add_tcase(suite, digests);
    return suite;
}
