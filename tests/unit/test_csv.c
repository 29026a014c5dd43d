/* The reader of separated values and the digest: what they accept and how they refuse.
 */
#include "tests/unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/files/csv.h"
#include "datasets/files/digest.h"
#include "formats/base/text.h"
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

#define TEXT(text) (text), sizeof(text) - 1

static const struct ng_csv_form plain = {.separator = ','};
static const struct ng_csv_form quoted = {.separator = ',', .quotes = true};

/* The whole table as text: fields between brackets, rows end in a slash. */
static enum ng_status show(const struct ng_csv_form *form, struct ng_text *shown,
                           struct ng_error *err)
{
    struct ng_csv csv;
    bool more = true;
    enum ng_status status = ng_csv_open(&csv, path, form, err);
    while (status == NG_OK && more) {
        status = ng_csv_next(&csv, &more, err);
        if (status != NG_OK || !more)
            break;
        for (size_t i = 0; i < csv.form.columns; i++)
            ng_text_printf(shown, "[%s]", csv.fields[i]);
        ng_text_add(shown, "/");
    }
    ng_csv_close(&csv);
    return status;
}

static void expect_table(const struct ng_csv_form *form, const char *bytes,
                         size_t count, const char *expected)
{
    struct ng_text shown = {0};
    struct ng_error err;
    ng_text_add(&shown, "");
    write_bytes(bytes, count);
    enum ng_status status = show(form, &shown, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    ck_assert_str_eq(shown.data, expected);
    ng_text_release(&shown);
    unlink(path);
}

static void expect_refusal(const struct ng_csv_form *form, const char *bytes,
                           size_t count, const char *words)
{
    struct ng_text shown = {0};
    struct ng_error err;
    write_bytes(bytes, count);
    ck_assert_int_eq(show(form, &shown, &err), NG_INVALID);
    ck_assert_msg(strstr(err.text, path) == err.text, "no file in: %s", err.text);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
    ng_text_release(&shown);
    unlink(path);
}

static struct ng_csv_form form_of(char separator, size_t columns, bool ragged)
{
    return (struct ng_csv_form){
        .separator = separator, .columns = columns, .ragged = ragged};
}

START_TEST(csv_rows_end_in_lf_crlf_or_the_end_of_the_file)
{
    expect_table(&plain, TEXT("1,2\n3,4\n"), "[1][2]/[3][4]/");
    expect_table(&plain, TEXT("1,2\r\n3,4\r\n"), "[1][2]/[3][4]/");
    expect_table(&plain, TEXT("1,2\n3,4"), "[1][2]/[3][4]/");
    expect_table(&plain, TEXT("1,2\r\n3,4\r"), "[1][2]/[3][4]/");
    expect_table(&plain, TEXT("1,\r\n3,"), "[1][]/[3][]/");
    expect_table(&plain, TEXT("5"), "[5]/");
    expect_table(&quoted, TEXT("\"a\"\r\n\"b\""), "[a]/[b]/");
}
END_TEST

START_TEST(csv_rows_end_nowhere_else)
{
    static const char *const others[] = {"\r", "\v", "\f", "\xc2\x85", "\xe2\x80\xa8"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char text[32], expected[32];
        int length = snprintf(text, sizeof text, "a%sb,c\n", others[i]);
        snprintf(expected, sizeof expected, "[a%sb][c]/", others[i]);
        expect_table(&plain, text, (size_t)length, expected);
    }
}
END_TEST

START_TEST(csv_passes_over_empty_rows_and_a_byte_order_mark)
{
    expect_table(&plain,
                 TEXT("\xEF\xBB\xBF"
                      "1,2\n"),
                 "[1][2]/");
    expect_table(&quoted, TEXT("\xEF\xBB\xBF\"1\",2\n"), "[1][2]/");
    expect_table(&plain, TEXT("\n\r\n1,2\n\n \t\n3,4\n\n\r\n  "), "[1][2]/[3][4]/");
    expect_table(&plain, TEXT(""), "");
    expect_table(&plain, TEXT("\n\n\r\n\n"), "");
    expect_table(&plain, TEXT("\xEF\xBB\xBF"), "");
    expect_table(&quoted, TEXT("\"\"\n\n"), "[]/");
}
END_TEST

START_TEST(csv_takes_blanks_from_around_unquoted_fields)
{
    const struct ng_csv_form tabs = form_of('\t', 0, false);
    expect_table(&plain, TEXT(" a b ,\tc\t, \n"), "[a b][c][]/");
    expect_table(&quoted, TEXT(" \" a \" , b \r\n"), "[ a ][b]/");
    expect_table(&tabs, TEXT("a word  \t 1\n\t2\n"), "[a word][1]/[][2]/");
}
END_TEST

START_TEST(csv_separator_may_be_any_sign)
{
    static const char signs[] = ";\t|:#.-\x01";
    for (size_t i = 0; signs[i] != '\0'; i++) {
        const struct ng_csv_form form = form_of(signs[i], 0, false);
        char text[] = "a b,c?,\n";
        text[3] = text[6] = signs[i];
        expect_table(&form, text, sizeof text - 1, "[a b][c?][]/");
    }
}
END_TEST

START_TEST(csv_refuses_letters_digits_quotes_and_line_ends_as_separators)
{
    static const char signs[] = "aZ09\"\n\r\x80\xff";
    for (size_t i = 0; i < sizeof signs; i++) {
        const struct ng_csv_form form = form_of(signs[i], 0, false);
        struct ng_csv csv;
        struct ng_error err;
        write_bytes("x", 1);
        ck_assert_int_eq(ng_csv_open(&csv, path, &form, &err), NG_INVALID);
        ck_assert_ptr_nonnull(strstr(err.text, "cannot separate the fields"));
        ng_csv_close(&csv);
        unlink(path);
    }
}
END_TEST

START_TEST(csv_blank_as_separator_is_any_run_of_blanks)
{
    const struct ng_csv_form blanks = form_of(' ', 0, false);
    const struct ng_csv_form both = {.separator = ' ', .quotes = true};
    expect_table(&blanks, TEXT("  1   2\t \t3  \r\n4 5 6 \n 7\t8 9"),
                 "[1][2][3]/[4][5][6]/[7][8][9]/");
    expect_table(&blanks, TEXT("\n 1,2 3 \n   \n\t\r\n"), "[1,2][3]/");
    expect_table(&both, TEXT(" \"a b\"  \"\" c \n"), "[a b][][c]/");
}
END_TEST

START_TEST(csv_field_ends_at_the_undoubled_quote)
{
    expect_table(&quoted, TEXT("\"a\"\"b\",\"\"\"\",\"\"\n"), "[a\"b][\"][]/");
    expect_table(&quoted, TEXT("\"a,b\",\"c\nd\r\ne\"\n1,2\n"),
                 "[a,b][c\nd\r\ne]/[1][2]/");
    expect_table(&quoted, TEXT("a\"b,5\" pipe\n"), "[a\"b][5\" pipe]/");
    expect_table(&quoted, TEXT("\"a\"\"\"\n"), "[a\"]/");
}
END_TEST

START_TEST(csv_quote_is_a_letter_without_quotes)
{
    expect_table(&plain, TEXT("\"a,b\"\n\"\"\"\",\n"), "[\"a][b\"]/[\"\"\"\"][]/");
}
END_TEST

START_TEST(csv_skips_rows_that_are_no_data)
{
    struct ng_csv_form form = {.separator = ',', .quotes = true, .skip = 2};
    expect_table(&form, TEXT("|1x3 junk\n\n\"A \n title\" of it\n1,2\n"), "[1][2]/");
    expect_table(&form, TEXT("one\n"), "");
    form.columns = 1;
    form.skip = 1;
    expect_refusal(&form, TEXT("h,\"x\ny\"\n5\n6,7\n"), ":4 has 2 fields; 1 were");
}
END_TEST

START_TEST(csv_first_row_says_how_many_columns_there_are)
{
    struct ng_csv csv;
    struct ng_error err;
    bool more;
    write_bytes(TEXT("h\n1,2,3\n4,5,6\n"));
    const struct ng_csv_form form = {.separator = ',', .skip = 1};
    ck_assert_int_eq(ng_csv_open(&csv, path, &form, &err), NG_OK);
    ck_assert_int_eq(ng_csv_next(&csv, &more, &err), NG_OK);
    ck_assert_uint_eq(csv.form.columns, 3);
    ck_assert_uint_eq(csv.line, 2);
    ck_assert_int_eq(ng_csv_next(&csv, &more, &err), NG_OK);
    ck_assert_uint_eq(csv.rows, 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(ng_csv_next(&csv, &more, &err), NG_OK);
        ck_assert(!more);
    }
    ck_assert_uint_eq(csv.rows, 2);
    ng_csv_close(&csv);
    ng_csv_close(&csv);
    unlink(path);
}
END_TEST

START_TEST(csv_drops_empty_fields_at_the_end_of_a_longer_row)
{
    const struct ng_csv_form two = form_of(',', 2, false);
    const struct ng_csv_form two_quoted = {
        .separator = ',', .columns = 2, .quotes = true};
    expect_table(&two, TEXT("1,2,\n3,4,, ,\n5,6\n7,,\n"),
                 "[1][2]/[3][4]/[5][6]/[7][]/");
    expect_table(&two_quoted, TEXT("1,2,\"\"\n"), "[1][2]/");
    expect_refusal(&two, TEXT("1,2,,3\n"), ":1 has 4 fields; 2 were expected.");
}
END_TEST

START_TEST(csv_ragged_rows_are_filled_with_missing_fields)
{
    const struct ng_csv_form ragged = form_of(',', 3, true);
    const struct ng_csv_form strict = form_of(',', 3, false);
    struct ng_csv csv;
    struct ng_error err;
    bool more;
    expect_table(&ragged, TEXT("1\n1,2\n1,2,3\n1,2,3,\n"),
                 "[1][][]/[1][2][]/[1][2][3]/[1][2][3]/");
    expect_refusal(&ragged, TEXT("1\n1,2,3,4\n"), ":2 has 4 fields; 3 were expected.");
    expect_refusal(&strict, TEXT("1,2,3\n1\n"), ":2 has 1 field; 3 were expected.");
    write_bytes(TEXT("1\n1,2,3\n"));
    ck_assert_int_eq(ng_csv_open(&csv, path, &ragged, &err), NG_OK);
    ck_assert_int_eq(ng_csv_next(&csv, &more, &err), NG_OK);
    ck_assert_uint_eq(csv.missing, 2);
    ck_assert_int_eq(ng_csv_next(&csv, &more, &err), NG_OK);
    ck_assert_uint_eq(csv.missing, 0);
    ng_csv_close(&csv);
    unlink(path);
}
END_TEST

START_TEST(csv_refuses_zero_bytes_by_line)
{
    static const char zero[] = "1,2\n1,\0"
                               "2\n";
    static const char inside[] = "1,\"a\nb\0c\"\n";
    expect_refusal(&plain, TEXT(zero), ":2 holds a zero byte");
    expect_refusal(&quoted, TEXT(zero), ":2 holds a zero byte");
    expect_refusal(&quoted, TEXT(inside), ":2 holds a zero byte");
    expect_refusal(&plain, "\0", 1, ":1 holds a zero byte");
}
END_TEST

START_TEST(csv_refuses_what_is_no_utf8_and_names_iconv)
{
    /* RFC 3629, section 3: lone and missing continuation bytes, overlong forms,
     * surrogates, beyond U+10FFFF. */
    static const char *const bad[] = {"caf\xe9",
                                      "\x80",
                                      "\xc3",
                                      "\xc0\xaf",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xe2\x82",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff\xfe"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[64];
        int length = snprintf(text, sizeof text, "long enough,a\n%s,b\n", bad[i]);
        expect_refusal(&plain, text, (size_t)length, ":2 holds the byte 0x");
        expect_refusal(&plain, text, (size_t)length - 3, "iconv -f latin1 -t utf-8");
        length = snprintf(text, sizeof text, "a,\"\n%s\"\n", bad[i]);
        expect_refusal(&quoted, text, (size_t)length, ":2 holds the byte 0x");
    }
    expect_table(&plain,
                 TEXT("\xc3\xa9,\xe2\x82\xac,\xf0\x9f\x98\x80,\xf4\x8f\xbf\xbf\n"),
                 "[\xc3\xa9][\xe2\x82\xac][\xf0\x9f\x98\x80][\xf4\x8f\xbf\xbf]/");
}
END_TEST

START_TEST(csv_refuses_quotes_that_never_close_by_line)
{
    expect_refusal(&quoted, TEXT("1,2\n3,\"4\n5,6\n7,8\n"),
                   ":2, field 2 begins with '\"' and never ends");
    expect_refusal(&quoted, TEXT("\"a\nb\",\"c"), ":2, field 2 begins with '\"'");
    expect_refusal(&quoted, TEXT("\"\"\"\n"), ":1, field 1 begins with '\"'");
}
END_TEST

START_TEST(csv_refuses_letters_behind_a_closing_quote)
{
    expect_refusal(&quoted, TEXT("1,2\n1,\"a\"b\n"), ":2, field 2 has letters behind");
    expect_refusal(&quoted, TEXT("\"a\" \"b\",2\n"), ":1, field 1 has letters behind");
}
END_TEST

START_TEST(csv_row_may_hold_its_limit_and_not_a_byte_more)
{
    size_t count = NG_CSV_ROW_LIMIT + 3;
    char *bytes = malloc(count);
    ck_assert_ptr_nonnull(bytes);
    struct ng_csv csv;
    struct ng_error err;
    bool more;
    memset(bytes, 'x', count);
    memcpy(bytes, "a\n", 2);
    memcpy(bytes + NG_CSV_ROW_LIMIT, "\r\n3", 3);
    memcpy(bytes + 1, "x", 1);
    write_bytes(bytes, count);
    ck_assert_int_eq(ng_csv_open(&csv, path, &plain, &err), NG_OK);
    ck_assert_int_eq(ng_csv_next(&csv, &more, &err), NG_OK);
    ck_assert_uint_eq(strlen(csv.fields[0]), NG_CSV_ROW_LIMIT);
    ck_assert_int_eq(ng_csv_next(&csv, &more, &err), NG_OK);
    ck_assert_str_eq(csv.fields[0], "3");
    ng_csv_close(&csv);
    unlink(path);
    bytes[NG_CSV_ROW_LIMIT] = 'x';
    expect_refusal(&plain, bytes, count, ":1 is longer than 16777216 bytes");
    expect_refusal(&plain, bytes, count - 2, ":1 is longer than 16777216 bytes");
    free(bytes);
}
END_TEST

START_TEST(csv_refuses_rows_that_do_not_fit_the_buffer)
{
    size_t count = NG_CSV_ROW_LIMIT + 1000000;
    char *bytes = malloc(count);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'x', count);
    expect_refusal(&plain, bytes, count, ":1 is longer than 16777216 bytes");
    memcpy(bytes, "a,b\nc,\"", 7);
    expect_refusal(&quoted, bytes, count,
                   ":2, field 2 begins with '\"' and never ends");
    memset(bytes, ',', count);
    expect_refusal(&plain, bytes, count, ":1 has more than 100000 fields");
    memset(bytes, '"', count);
    expect_refusal(&quoted, bytes, count, ":1");
    free(bytes);
}
END_TEST

/* Rows of every length from 0 to some thousand pass the ends of the reader's blocks at
 * every place, in quotes and out of them. */
START_TEST(csv_rows_are_whole_across_blocks)
{
    struct ng_text text = {0};
    struct ng_csv csv;
    struct ng_error err;
    bool more;
    const size_t rows = 2500;
    for (size_t i = 0; i < rows; i++) {
        ng_text_printf(&text, "%zu,\"", i);
        for (size_t j = 0; j < i / 3; j++)
            ng_text_add(&text, j % 7 == 3 ? "\n" : j % 7 == 5 ? "\"\"" : "\xc3\xa9");
        ng_text_add(&text, "\"\r\n");
    }
    write_bytes(text.data, text.length);
    ck_assert_int_eq(ng_csv_open(&csv, path, &quoted, &err), NG_OK);
    for (size_t i = 0; i < rows; i++) {
        ck_assert_msg(ng_csv_next(&csv, &more, &err) == NG_OK, "%s", err.text);
        ck_assert_uint_eq(strtoul(csv.fields[0], NULL, 10), i);
        const char *at = csv.fields[1];
        bool same = true;
        for (size_t j = 0; same && j < i / 3; j++) {
            const char *word = j % 7 == 3 ? "\n" : j % 7 == 5 ? "\"" : "\xc3\xa9";
            same = strncmp(at, word, strlen(word)) == 0;
            at += strlen(word);
        }
        ck_assert(same);
        ck_assert_int_eq(*at, '\0');
    }
    ck_assert_int_eq(ng_csv_next(&csv, &more, &err), NG_OK);
    ck_assert(!more);
    ng_csv_close(&csv);
    ng_text_release(&text);
    unlink(path);
}
END_TEST

static enum ng_status read_number(const char *text, double least, double most,
                                  double *value, struct ng_error *err)
{
    struct ng_csv csv;
    struct ng_text row = {0};
    bool more;
    ng_text_printf(&row, "1;2\n3;%s\n", text);
    write_bytes(row.data, row.length);
    const struct ng_csv_form form = form_of(';', 2, false);
    ck_assert_int_eq(ng_csv_open(&csv, path, &form, err), NG_OK);
    ck_assert_int_eq(ng_csv_next(&csv, &more, err), NG_OK);
    ck_assert_int_eq(ng_csv_next(&csv, &more, err), NG_OK);
    enum ng_status status = ng_csv_number(&csv, 1, least, most, value, err);
    ng_csv_close(&csv);
    ng_text_release(&row);
    unlink(path);
    return status;
}

START_TEST(csv_number_is_refused_by_place_and_expectation)
{
    struct ng_error err;
    double value;
    ck_assert_int_eq(read_number("1.5", -9, 9, &value, &err), NG_OK);
    ck_assert_double_eq(value, 1.5);
    ck_assert_int_eq(read_number("1_0", -9, 9, &value, &err), NG_INVALID);
    ck_assert_ptr_nonnull(
        strstr(err.text, ":2, field 2: '1_0' is not a decimal number"));
    ck_assert_int_eq(read_number("1e31", -9, 9, &value, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "'1e31' is not in the range -9 to 9"));
    ck_assert_int_eq(read_number("1e999", -1e300, 1e300, &value, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "is not in the range"));
    ck_assert_int_eq(read_number("\x1b[31m", -9, 9, &value, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "'?[31m' is not a decimal number"));
    ck_assert_int_eq(read_number("a very long field that nobody wants to see whole", -9,
                                 9, &value, &err),
                     NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "wants to s...' is not"));
}
END_TEST

START_TEST(csv_tells_absent_files_and_folders_apart)
{
    struct ng_csv csv;
    struct ng_error err;
    ck_assert_int_eq(ng_csv_open(&csv, "no-such-folder/x.csv", &plain, &err),
                     NG_ABSENT);
    ck_assert_ptr_nonnull(strstr(err.text, "no-such-folder/x.csv"));
    ck_assert_int_eq(ng_csv_open(&csv, P_tmpdir, &plain, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "not a regular file"));
}
END_TEST

/* Reads a file below NG_DATA; false: skipped, as there is none. */
static bool count_real(const char *test, const char *name,
                       const struct ng_csv_form *form, uint64_t rows, size_t columns)
{
    const char *data = getenv("NG_DATA");
    if (data == NULL || *data == '\0') {
        ng_test_skip(test, "NG_DATA is not set");
        return false;
    }
    char file[512];
    struct ng_csv csv;
    struct ng_error err;
    bool more = true;
    snprintf(file, sizeof file, "%s/%s", data, name);
    enum ng_status status = ng_csv_open(&csv, file, form, &err);
    while (status == NG_OK && more)
        status = ng_csv_next(&csv, &more, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    ck_assert_uint_eq(csv.rows, rows);
    ck_assert_uint_eq(csv.form.columns, columns);
    ng_csv_close(&csv);
    return true;
}

START_TEST(csv_reads_adult_with_its_blanks_and_its_first_line)
{
    const struct ng_csv_form test = {.separator = ',', .skip = 1, .columns = 15};
    if (count_real("csv_reads_adult_with_its_blanks_and_its_first_line",
                   "adult/adult.data", &plain, 32561, 15))
        count_real("csv_reads_adult_with_its_blanks_and_its_first_line",
                   "adult/adult.test", &test, 16281, 15);
}
END_TEST

START_TEST(csv_reads_sentences_with_c1_controls_and_odd_quotes)
{
    const struct ng_csv_form form = form_of('\t', 2, false);
    static const char *const names[] = {"imdb", "amazon_cells", "yelp"};
    for (size_t i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "sentiment-sentences/%s_labelled.txt", names[i]);
        if (!count_real("csv_reads_sentences_with_c1_controls_and_odd_quotes", name,
                        &form, 1000, 2))
            return;
    }
}
END_TEST

START_TEST(csv_reads_occupancy_with_its_quotes_and_short_heading)
{
    struct ng_csv_form form = {.separator = ',', .quotes = true, .skip = 1};
    static const char *const names[] = {"training", "test", "test2"};
    static const uint64_t rows[] = {8143, 2665, 9752};
    for (size_t i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "occupancy/data%s.txt", names[i]);
        if (!count_real("csv_reads_occupancy_with_its_quotes_and_short_heading", name,
                        &form, rows[i], 8))
            return;
    }
    form = (struct ng_csv_form){
        .separator = ',', .quotes = true, .ragged = true, .columns = 8};
    count_real("csv_reads_occupancy_with_its_quotes_and_short_heading",
               "occupancy/datatraining.txt", &form, 8144, 8);
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
    tcase_add_test(reader, csv_rows_end_in_lf_crlf_or_the_end_of_the_file);
    tcase_add_test(reader, csv_rows_end_nowhere_else);
    tcase_add_test(reader, csv_passes_over_empty_rows_and_a_byte_order_mark);
    tcase_add_test(reader, csv_takes_blanks_from_around_unquoted_fields);
    tcase_add_test(reader, csv_separator_may_be_any_sign);
    tcase_add_test(reader,
                   csv_refuses_letters_digits_quotes_and_line_ends_as_separators);
    tcase_add_test(reader, csv_blank_as_separator_is_any_run_of_blanks);
    tcase_add_test(reader, csv_field_ends_at_the_undoubled_quote);
    tcase_add_test(reader, csv_quote_is_a_letter_without_quotes);
    tcase_add_test(reader, csv_skips_rows_that_are_no_data);
    tcase_add_test(reader, csv_first_row_says_how_many_columns_there_are);
    tcase_add_test(reader, csv_drops_empty_fields_at_the_end_of_a_longer_row);
    tcase_add_test(reader, csv_ragged_rows_are_filled_with_missing_fields);
    tcase_add_test(reader, csv_refuses_zero_bytes_by_line);
    tcase_add_test(reader, csv_refuses_what_is_no_utf8_and_names_iconv);
    tcase_add_test(reader, csv_refuses_quotes_that_never_close_by_line);
    tcase_add_test(reader, csv_refuses_letters_behind_a_closing_quote);
    tcase_add_test(reader, csv_row_may_hold_its_limit_and_not_a_byte_more);
    tcase_add_test(reader, csv_refuses_rows_that_do_not_fit_the_buffer);
    tcase_add_test(reader, csv_rows_are_whole_across_blocks);
    tcase_add_test(reader, csv_number_is_refused_by_place_and_expectation);
    tcase_add_test(reader, csv_tells_absent_files_and_folders_apart);
    tcase_add_test(reader, csv_reads_adult_with_its_blanks_and_its_first_line);
    tcase_add_test(reader, csv_reads_sentences_with_c1_controls_and_odd_quotes);
    tcase_add_test(reader, csv_reads_occupancy_with_its_quotes_and_short_heading);
    suite_add_tcase(suite, reader);
    TCase *digests = tcase_create("digest");
    tcase_add_test(digests, digest_equals_the_published_sha256_examples);
    tcase_add_test(digests, digest_adds_numbers_as_little_endian_bytes);
    suite_add_tcase(suite, digests);
    return suite;
}
