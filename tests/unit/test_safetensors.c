/*
 * safetensors: what is read, what is written, and what hostile headers get. The library
 * itself is asked in tests/oracle/arrays_numpy.sh.
 */
#include "tests/unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/array_files.h"

static size_t safetensors(char *bytes, const char *header, const char *data)
{
    size_t length = strlen(header), count = strlen(data);
    memset(bytes, 0, 8);
    bytes[0] = (char)(length & 255);
    bytes[1] = (char)(length >> 8);
    memcpy(bytes + 8, header, length);
    memcpy(bytes + 8 + length, data, count);
    return 8 + length + count;
}

static void refuse_tensors(const char *header, const char *data, const char *words)
{
    static char bytes[65536];
    array_file_refuse(SAFETENSORS, bytes, safetensors(bytes, header, data), words);
}

#define TENSOR(dtype, shape, begin, end)                                               \
    "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

START_TEST(safetensors_give_back_what_was_written)
{
    struct ng_arena arena = {0};
    struct ng_texts got_pairs;
    struct ng_error err;
    struct ng_array arrays[2 * NG_ARRAY_TYPES], *got;
    char *pairs[] = {"z", "1", "a \"quoted\" key", "line\n\xE2\x82\xAC"};
    const struct ng_texts metadata = {pairs, 4};
    size_t count, found = 0;
    for (size_t i = 0; i < 2 * NG_ARRAY_TYPES; i++) {
        arrays[i] = array_sample((enum ng_array_type)(i / 2), i % 2 == 0 ? 0 : 3);
        arrays[i].name = malloc(16);
        ck_assert_ptr_nonnull(arrays[i].name);
        snprintf(arrays[i].name, 16, "t\"%zu", i);
    }
    ck_assert_int_eq(
        ng_safetensors_write(array_file, arrays, 2 * NG_ARRAY_TYPES, &metadata, &err),
        NG_OK);
    ck_assert_int_eq(
        ng_safetensors_read(array_file, &got, &count, &arena, &got_pairs, &err), NG_OK);
    ck_assert_uint_eq(count, 2 * NG_ARRAY_TYPES);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++)
            if (strcmp(arrays[j].name, got[i].name) == 0) {
                ck_assert_int_eq(got[i].type, arrays[j].type);
                array_compare(&got[i], &arrays[j]);
                found++;
            }
        ng_array_release(&got[i]);
    }
    ck_assert_uint_eq(found, count);
    ck_assert_uint_eq(got_pairs.count, 4);
    ck_assert_str_eq(got_pairs.values[0], pairs[2]);
    ck_assert_str_eq(got_pairs.values[1], pairs[3]);
    for (size_t i = 0; i < 2 * NG_ARRAY_TYPES; i++)
        ng_array_release(&arrays[i]);
    free(got);
    ng_arena_release(&arena);
}
END_TEST

START_TEST(safetensors_are_sorted_by_type_then_name_and_aligned)
{
    char bytes[512];
    struct ng_error err;
    struct ng_array arrays[] = {array_sample(NG_ARRAY_U8, 0),
                                array_sample(NG_ARRAY_F32, 0),
                                array_sample(NG_ARRAY_F32, 0)};
    const char *names[] = {"a", "c", "b"};
    for (size_t i = 0; i < 3; i++)
        arrays[i].name = strdup(names[i]);
    ck_assert_int_eq(ng_safetensors_write(array_file, arrays, 3, NULL, &err), NG_OK);
    size_t count = array_file_get(bytes, sizeof bytes);
    bytes[count] = '\0';
    ck_assert_int_eq(bytes[0] % 8, 0);
    ck_assert_int_eq(
        strncmp(bytes + 8,
                "{\"b\":" TENSOR("F32", "[]", "0", "4") ",\"c\":" TENSOR(
                    "F32", "[]", "4", "8") ",\"a\":" TENSOR("U8", "[]", "8", "9") "}",
                strlen("{'b':}") + 3 * 46),
        0);
    for (size_t i = 0; i < 3; i++)
        ng_array_release(&arrays[i]);
}
END_TEST

START_TEST(safetensors_that_are_cut_or_changed_do_no_harm)
{
    char bytes[512];
    size_t count = safetensors(
        bytes,
        "{\"__metadata__\":{\"k\":\"v\"},\"a\":" TENSOR("U16", "[2,1]", "0", "4") "}",
        "abcd");
    array_file_refuse_beginnings(SAFETENSORS, bytes, count);
    array_file_change_every_byte(SAFETENSORS, bytes, count);
}
END_TEST

START_TEST(safetensors_header_lengths_are_not_believed)
{
    array_file_refuse(SAFETENSORS, "\0\0\0\0\0\0\0\x80{}", 10,
                      "claims a header of 92233720368547");
    array_file_refuse(SAFETENSORS, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}", 10,
                      "claims a header of");
    array_file_refuse(SAFETENSORS, "\0\0\x40\6\0\0\0\0{}", 10,
                      "is cut off: its header has 104857600");
    array_file_refuse(SAFETENSORS, "\1\0\x40\6\0\0\0\0{}", 10,
                      "claims a header of 104857601");
    array_file_refuse(SAFETENSORS, "\0\0\0\0\0\0\0\0", 8, "does not begin with '{'");
    array_file_refuse(SAFETENSORS, "\2\0\0\0\0\0\0\0{}x", 11, "tensors cover 0");
}
END_TEST

START_TEST(safetensors_offsets_cover_the_data_once)
{
    refuse_tensors("{\"a\":" TENSOR("U8", "[1]", "-1", "0") "}", "x", "data_offsets");
    refuse_tensors("{\"a\":" TENSOR("U8", "[1]", "0.0", "1") "}", "x", "data_offsets");
    refuse_tensors("{\"a\":" TENSOR("U8", "[1]", "1", "0") "}", "x", "lies from byte");
    refuse_tensors("{\"a\":" TENSOR("U8", "[2]", "0", "2") "}", "x", "lies from byte");
    refuse_tensors("{\"a\":" TENSOR("U8", "[1]", "0", "9223372036854775807") "}", "x",
                   "lies from byte");
    refuse_tensors("{\"a\":" TENSOR("U8", "[1]", "0", "18446744073709551616") "}", "x",
                   "is not JSON");
    refuse_tensors("{\"a\":" TENSOR("U8", "[1]", "1", "2") "}", "xy", "beyond where");
    refuse_tensors("{\"a\":" TENSOR("U8", "[2]", "0",
                                    "2") ",\"b\":" TENSOR("U8", "[2]", "1", "3") "}",
                   "xyz", "before the one");
    refuse_tensors("{\"a\":" TENSOR("U8", "[1]", "0",
                                    "1") ",\"b\":" TENSOR("U8", "[1]", "2", "3") "}",
                   "xyz", "beyond where");
    refuse_tensors("{\"a\":" TENSOR("U8", "[1]", "0", "1") "}", "xyz",
                   "tensors cover 1");
}
END_TEST

START_TEST(safetensors_sizes_agree_with_shape_and_type)
{
    refuse_tensors("{\"a\":" TENSOR("U16", "[1]", "0", "1") "}", "x", "takes 2 bytes");
    refuse_tensors("{\"a\":" TENSOR("U8", "[-1]", "0", "1") "}", "x", "a size that");
    refuse_tensors("{\"a\":" TENSOR("U8", "[1.5]", "0", "1") "}", "x", "a size that");
    refuse_tensors("{\"a\":" TENSOR("U8", "7", "0", "1") "}", "x", "no shape");
    refuse_tensors("{\"a\":" TENSOR("U8", "[4294967296,4294967296,1]", "0", "1") "}",
                   "x", "more elements than memory");
    refuse_tensors("{\"a\":" TENSOR("F64", "[2305843009213693952]", "0", "1") "}", "x",
                   "more elements than memory");
    refuse_tensors("{\"a\":" TENSOR("U8", "[1,1,1,1,1,1,1,1,1]", "0", "1") "}", "x",
                   "more than 8 dimensions");
}
END_TEST

START_TEST(safetensors_dtypes_that_are_not_read_are_named)
{
    refuse_tensors("{\"a\":" TENSOR("F4", "[2]", "0", "1") "}", "x", "dtype F4,");
    refuse_tensors("{\"a\":" TENSOR("C64", "[1]", "0", "8") "}", "12345678",
                   "dtype C64");
    refuse_tensors("{\"a\":{\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,1]}}", "x",
                   "no dtype");
}
END_TEST

START_TEST(safetensors_headers_of_another_kind_are_refused)
{
    refuse_tensors("[]", "", "does not begin with '{'");
    refuse_tensors(" {}", "", "does not begin with '{'");
    refuse_tensors("{", "", "is not JSON");
    refuse_tensors("{\"a\":1}", "", "no object that describes it");
    refuse_tensors("{\"\xFF\":1}", "", "is not JSON");
    refuse_tensors("{\"a\\u0000b\":1}", "", "is not JSON");
    refuse_tensors("{\"a\":" TENSOR("U8", "[1]", "0",
                                    "1") ",\"a\":" TENSOR("U8", "[1]", "0", "1") "}",
                   "x", "is not JSON: duplicate");
    refuse_tensors("{\"__metadata__\":{\"a\":1}}", "", "is no text");
    refuse_tensors("{\"__metadata__\":[]}", "", "no object of texts");
}
END_TEST

START_TEST(json_bombs_are_refused_before_they_are_parsed)
{
    static char header[60000];
    strcpy(header, "{\"a\":");
    memset(header + 5, '[', 50000);
    refuse_tensors(header, "", "nested too deep");
    strcpy(header, "{\"a\":[[],");
    for (size_t i = 9; i < 50000; i += 2)
        memcpy(header + i, "0,", 3);
    refuse_tensors(header, "", "too long a list");
    strcpy(header, "{\"a\":1");
    for (size_t i = 6; i < 50000; i += 7)
        memcpy(header + i, ",\"b\":{}", 8);
    refuse_tensors(header, "", "too long a list");
}
END_TEST

START_TEST(safetensors_cannot_hold_two_of_one_name)
{
    struct ng_error err;
    struct ng_array arrays[] = {array_sample(NG_ARRAY_U8, 0),
                                array_sample(NG_ARRAY_F32, 0)};
    arrays[0].name = strdup("a");
    arrays[1].name = strdup("a");
    ck_assert_int_eq(ng_safetensors_write(array_file, arrays, 2, NULL, &err),
                     NG_INVALID);
    strcpy(arrays[1].name, "\xFF");
    ck_assert_int_eq(ng_safetensors_write(array_file, arrays, 2, NULL, &err),
                     NG_INVALID);
    ck_assert_int_ne(access(array_file, F_OK), 0);
    for (size_t i = 0; i < 2; i++)
        ng_array_release(&arrays[i]);
}
END_TEST

START_TEST(a_file_that_cannot_be_written_leaves_the_earlier_one)
{
    struct ng_error err;
    struct ng_array array = array_sample(NG_ARRAY_U8, 1);
    char nowhere[192];
    snprintf(nowhere, sizeof nowhere, "%s.none/file", array_file);
    ck_assert_int_eq(ng_npy_write(nowhere, &array, &err), NG_FAILED);
    ck_assert_msg(strstr(err.text, nowhere) != NULL, "%s", err.text);
    ck_assert_int_eq(mkdir(array_file, 0700), 0);
    ck_assert_int_eq(ng_npy_write(array_file, &array, &err), NG_FAILED);
    rmdir(array_file);
    ng_array_release(&array);
}
END_TEST

Suite *ng_suite_safetensors(void)
{
    Suite *suite = suite_create("safetensors");
    TCase *tests = array_files_case("safetensors");
    tcase_add_test(tests, safetensors_give_back_what_was_written);
    tcase_add_test(tests, safetensors_are_sorted_by_type_then_name_and_aligned);
    tcase_add_test(tests, safetensors_that_are_cut_or_changed_do_no_harm);
    tcase_add_test(tests, safetensors_header_lengths_are_not_believed);
    tcase_add_test(tests, safetensors_offsets_cover_the_data_once);
    tcase_add_test(tests, safetensors_sizes_agree_with_shape_and_type);
    tcase_add_test(tests, safetensors_dtypes_that_are_not_read_are_named);
    tcase_add_test(tests, safetensors_headers_of_another_kind_are_refused);
    tcase_add_test(tests, json_bombs_are_refused_before_they_are_parsed);
    tcase_add_test(tests, safetensors_cannot_hold_two_of_one_name);
    tcase_add_test(tests, a_file_that_cannot_be_written_leaves_the_earlier_one);
    suite_add_tcase(suite, tests);
    return suite;
}
