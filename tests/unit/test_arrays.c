/*
 * Arrays of other programs: what is read, what is written, and what hostile files get.
 * NumPy and the safetensors library are asked in tests/oracle/arrays_numpy.sh.
 */
#include "tests/unit/suites.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datasets/files/array.h"
#include "datasets/files/zip.h"
#include "tests/unit/array_files.h"

/* -- elements -------------------------------------------------------------------------
 */

static double number(enum ng_array_type type, uint64_t bits)
{
    struct ng_array array = {.type = type, .count = 1, .data = &bits};
    return ng_array_number(&array, 0);
}

START_TEST(elements_have_the_values_of_their_types)
{
    ck_assert(number(NG_ARRAY_BOOL, 7) == 1);
    ck_assert(number(NG_ARRAY_U8, 255) == 255);
    ck_assert(number(NG_ARRAY_I8, 255) == -1);
    ck_assert(number(NG_ARRAY_I16, 0x8000) == -32768);
    ck_assert(number(NG_ARRAY_U32, 0xFFFFFFFF) == 4294967295.0);
    ck_assert(number(NG_ARRAY_I64, UINT64_MAX) == -1);
    ck_assert(number(NG_ARRAY_F32, 0x3FC00000) == 1.5);
    ck_assert(number(NG_ARRAY_F64, 0x3FF8000000000000) == 1.5);
    ck_assert(number(NG_ARRAY_BF16, 0xBFC0) == -1.5);
    ck_assert(number(NG_ARRAY_E4M3, 0x7E) == 448);
    ck_assert(number(NG_ARRAY_E5M2, 0x7B) == 57344);
    ck_assert(isinf(number(NG_ARRAY_E5M2, 0x7C)));
    ck_assert(isnan(number(NG_ARRAY_E4M3, 0xFF)));
}
END_TEST

START_TEST(half_precision_is_ieee_binary16)
{
    ck_assert(number(NG_ARRAY_F16, 0x3C00) == 1);
    ck_assert(number(NG_ARRAY_F16, 0xFBFF) == -65504);
    ck_assert(number(NG_ARRAY_F16, 0x0001) == 0x1p-24);
    ck_assert(number(NG_ARRAY_F16, 0x0400) == 0x1p-14);
    ck_assert(signbit(number(NG_ARRAY_F16, 0x8000)));
    ck_assert(number(NG_ARRAY_F16, 0xFC00) == -(double)INFINITY);
    ck_assert(isnan(number(NG_ARRAY_F16, 0x7C01)));
}
END_TEST

START_TEST(scales_of_e8m0_are_powers_of_two)
{
    ck_assert(number(NG_ARRAY_E8M0, 127) == 1);
    ck_assert(number(NG_ARRAY_E8M0, 0) == 0x1p-127);
    ck_assert(number(NG_ARRAY_E8M0, 254) == 0x1p127);
    ck_assert(isnan(number(NG_ARRAY_E8M0, 255)));
}
END_TEST

/* -- IDX ------------------------------------------------------------------------------
 */

static char idx[] = "\0\0\x0B\2\0\0\0\2\0\0\0\3\0\1\0\2\0\3\xFF\xFF\1\0\x80\0";
#define IDX_BYTES (sizeof idx - 1)

START_TEST(idx_is_big_endian_with_its_sizes)
{
    static const double values[] = {1, 2, 3, -1, 256, -32768};
    struct ng_array array;
    struct ng_error err;
    array_file_put(idx, IDX_BYTES);
    ck_assert_int_eq(ng_idx_read(array_file, &array, &err), NG_OK);
    ck_assert_int_eq(array.type, NG_ARRAY_I16);
    ck_assert_uint_eq(array.rank, 2);
    ck_assert_uint_eq(array.size[0], 2);
    ck_assert_uint_eq(array.size[1], 3);
    for (size_t i = 0; i < 6; i++)
        ck_assert(ng_array_number(&array, i) == values[i]);
    ng_array_release(&array);
}
END_TEST

START_TEST(idx_that_is_cut_or_changed_does_no_harm)
{
    array_file_refuse_beginnings(IDX, idx, IDX_BYTES);
    array_file_change_every_byte(IDX, idx, IDX_BYTES);
}
END_TEST

START_TEST(idx_with_foreign_parts_is_refused)
{
    array_file_refuse(IDX, "\1\0\x08\1\0\0\0\1x", 9, "is not an IDX file");
    array_file_refuse(IDX, "\0\0\x0A\1\0\0\0\1x", 9, "0x0a is no IDX type");
    array_file_refuse(IDX, "\0\0\x08\0", 4, "has 0 dimensions");
    array_file_refuse(IDX, "\0\0\x08\xFF\0\0\0\1x", 9, "has 255 dimensions");
    array_file_refuse(IDX, "\0\0\x08\1\0\0\0\1xy", 10,
                      "is longer than its header says");
}
END_TEST

START_TEST(idx_that_claims_more_than_there_is_allocates_nothing)
{
    array_file_refuse(IDX, "\0\0\x08\1\x7F\xFF\xFF\xFFxyz", 11,
                      "claims 2147483647 bytes");
    array_file_refuse(IDX, "\0\0\x08\1\x3F\xFF\xFF\xFFxyz", 11,
                      "ends after 3 of 1073741823");
    array_file_refuse(
        IDX,
        "\0\0\x0E\4\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        20, "more bytes than memory can hold");
}
END_TEST

START_TEST(idx_without_elements_is_read)
{
    struct ng_array array;
    struct ng_error err;
    array_file_put("\0\0\x08\2\0\0\0\0\xFF\xFF\xFF\xFF", 12);
    ck_assert_int_eq(ng_idx_read(array_file, &array, &err), NG_OK);
    ck_assert_uint_eq(array.count, 0);
    ng_array_release(&array);
}
END_TEST

START_TEST(absent_files_folders_and_pipes_get_a_sentence)
{
    struct ng_array array;
    struct ng_error err;
    for (enum array_kind kind = IDX; kind <= SAFETENSORS; kind++) {
        ck_assert_int_eq(array_file_read(kind, &array, &err), NG_ABSENT);
        ck_assert_int_eq(mkfifo(array_file, 0600), 0);
        ck_assert_int_eq(array_file_read(kind, &array, &err), NG_INVALID);
        remove(array_file);
        ck_assert_int_eq(mkdir(array_file, 0700), 0);
        ck_assert_int_eq(array_file_read(kind, &array, &err), NG_INVALID);
        rmdir(array_file);
    }
}
END_TEST

/* -- .npy -----------------------------------------------------------------------------
 */

/* A file of version 1.0 with this dictionary and data. */
static size_t npy(char *bytes, const char *dictionary, const char *data, size_t count)
{
    size_t length = strlen(dictionary);
    memcpy(bytes, "\x93NUMPY\1\0", 8);
    bytes[8] = (char)length;
    bytes[9] = 0;
    memcpy(bytes + 10, dictionary, length);
    memcpy(bytes + 10 + length, data, count);
    return 10 + length + count;
}

static void refuse_npy(const char *dictionary, const char *words)
{
    char bytes[512];
    array_file_refuse(NPY, bytes, npy(bytes, dictionary, "abcdefgh", 8), words);
}

#define SMALL_NPY "{'descr': '>u2', 'fortran_order': True, 'shape': (2, 2), }\n"

START_TEST(npy_in_fortran_order_and_big_endian_is_turned)
{
    static const double values[] = {1, 3, 2, 4};
    char bytes[512];
    struct ng_array array;
    struct ng_error err;
    array_file_put(bytes, npy(bytes, SMALL_NPY, "\0\1\0\2\0\3\0\4", 8));
    ck_assert_int_eq(ng_npy_read(array_file, &array, &err), NG_OK);
    ck_assert_int_eq(array.type, NG_ARRAY_U16);
    for (size_t i = 0; i < 4; i++)
        ck_assert(ng_array_number(&array, i) == values[i]);
    ng_array_release(&array);
}
END_TEST

START_TEST(npy_that_is_cut_or_changed_does_no_harm)
{
    char bytes[512];
    size_t count = npy(bytes, SMALL_NPY, "\0\1\0\2\0\3\0\4", 8);
    array_file_refuse_beginnings(NPY, bytes, count);
    array_file_change_every_byte(NPY, bytes, count);
}
END_TEST

START_TEST(npy_types_that_are_no_numbers_are_refused_by_name)
{
    refuse_npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
               "'|O' (Python objects)");
    refuse_npy("{'descr': '<U4', 'fortran_order': False, 'shape': (1,)}",
               "'<U4' (texts)");
    refuse_npy("{'descr': '|S8', 'fortran_order': False, 'shape': (1,)}",
               "'|S8' (byte strings)");
    refuse_npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}",
               "'<c8' (complex numbers)");
    refuse_npy("{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,)}",
               "'<M8[ns]' (times)");
    refuse_npy("{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", "'<f16'");
    refuse_npy("{'descr': '', 'fortran_order': False, 'shape': (1,)}", "type ''");
    refuse_npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
               "records");
}
END_TEST

START_TEST(npy_sizes_that_overflow_are_refused)
{
    refuse_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
               "a whole number of at least 0");
    refuse_npy(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551616,)}",
        "more elements than memory");
    refuse_npy(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615,)}",
        "more bytes than memory");
    refuse_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, "
               "4294967296)}",
               "more bytes than memory");
    refuse_npy(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}",
        "more bytes than memory");
    refuse_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}",
               "claims 8000000000000 bytes");
    refuse_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
               "more than 8 dimensions");
}
END_TEST

START_TEST(npy_headers_that_are_no_such_dictionary_are_refused)
{
    refuse_npy("", "'{' was expected");
    refuse_npy("[1]", "'{' was expected");
    refuse_npy("{'descr': '|u1', 'fortran_order': False}", "lacks");
    refuse_npy("{'descr': '|u1', 'descr': '|u1'}", "'descr' too many");
    refuse_npy("{'evil': 1}", "'evil' too many");
    refuse_npy("{'descr': '|u1' 'shape': (8,)}", "',' or '}'");
    refuse_npy("{'descr': '|u1', 'fortran_order': 0, 'shape': (8,)}", "True or False");
    refuse_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (4 2)}",
               "',' or ')'");
    refuse_npy("{'descr': '|u1', 'fortran_order': False, 'shape': 8}", "in brackets");
    refuse_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (8,)} x",
               "the header's end");
    refuse_npy("{'descr': '|u1", "the type in quotes");
    array_file_refuse(NPY, "\x93NUMPY\4\0\0\0\0\0", 12, "version 4.0");
    array_file_refuse(NPY, "\x93NUMPY\2\0\xFF\xFF\xFF\xFF", 12,
                      "header of 4294967295 bytes");
}
END_TEST

START_TEST(npy_with_bytes_behind_is_refused)
{
    refuse_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (7,)}",
               "longer than its header says");
    refuse_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (9,)}",
               "ends after 8 of 9 bytes");
}
END_TEST

/* -- round trips ----------------------------------------------------------------------
 */

START_TEST(npy_gives_back_what_was_written)
{
    struct ng_array got;
    struct ng_error err;
    for (size_t rank = 0; rank <= 3; rank += rank + 1)
        for (enum ng_array_type type = 0; type < NG_ARRAY_TYPES; type++) {
            struct ng_array array = array_sample(type, rank);
            ck_assert_int_eq(ng_npy_write(array_file, &array, &err), NG_OK);
            ck_assert_int_eq(ng_npy_read(array_file, &got, &err), NG_OK);
            if (type < NG_ARRAY_BF16)
                ck_assert_int_eq(got.type, type);
            array_compare(&got, &array);
            ng_array_release(&got);
            ng_array_release(&array);
        }
}
END_TEST

START_TEST(npy_of_huge_sizes_has_its_whole_header)
{
    char bytes[512];
    struct ng_error err;
    struct ng_array array = {.type = NG_ARRAY_F32, .rank = 8}, got;
    for (size_t i = 0; i < 8; i++)
        array.size[i] = i == 3 ? 0 : UINT64_MAX;
    ck_assert_int_eq(ng_npy_write(array_file, &array, &err), NG_OK);
    ck_assert_uint_eq(array_file_get(bytes, sizeof bytes) % 64, 0);
    ck_assert_int_eq(ng_npy_read(array_file, &got, &err), NG_OK);
    ck_assert_uint_eq(got.size[7], UINT64_MAX);
    ng_array_release(&got);
}
END_TEST

START_TEST(npz_gives_back_what_was_written_and_its_names)
{
    struct ng_arena arena = {0};
    struct ng_texts names;
    struct ng_error err;
    struct ng_array got,
        arrays[] = {array_sample(NG_ARRAY_F32, 3), array_sample(NG_ARRAY_I64, 1)};
    arrays[0].name = strdup("x");
    arrays[1].name = strdup("group/\xC3\xA9");
    ck_assert_int_eq(ng_npz_write(array_file, arrays, 2, &err), NG_OK);
    ck_assert_int_eq(ng_npz_names(array_file, &arena, &names, &err), NG_OK);
    ck_assert_uint_eq(names.count, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(names.values[i], arrays[i].name);
        ck_assert_int_eq(ng_npz_read(array_file, names.values[i], &got, &err), NG_OK);
        ck_assert_str_eq(got.name, arrays[i].name);
        array_compare(&got, &arrays[i]);
        ng_array_release(&got);
        ng_array_release(&arrays[i]);
    }
    ck_assert_int_eq(ng_npz_read(array_file, "x.npy", &got, &err), NG_OK);
    ng_array_release(&got);
    ck_assert_int_eq(ng_npz_read(array_file, "y", &got, &err), NG_ABSENT);
    ck_assert_msg(strstr(err.text, "it holds x.npy, group/") != NULL, "%s", err.text);
    ng_arena_release(&arena);
}
END_TEST

START_TEST(npz_of_one_input_has_one_form)
{
    static char first[4096], second[4096];
    struct ng_error err;
    struct ng_array array = array_sample(NG_ARRAY_F32, 3);
    array.name = strdup("x");
    ck_assert_int_eq(ng_npz_write(array_file, &array, 1, &err), NG_OK);
    size_t bytes = array_file_get(first, sizeof first);
    setenv("TZ", "XYZ-11", 1);
    tzset();
    ck_assert_int_eq(ng_npz_write(array_file, &array, 1, &err), NG_OK);
    unsetenv("TZ");
    tzset();
    ck_assert_uint_eq(array_file_get(second, sizeof second), bytes);
    ck_assert_mem_eq(first, second, bytes);
    ng_array_release(&array);
}
END_TEST

START_TEST(npz_that_is_cut_or_changed_does_no_harm)
{
    static char bytes[4096];
    struct ng_error err;
    struct ng_array array = array_sample(NG_ARRAY_U8, 1);
    array.name = strdup("x");
    ck_assert_int_eq(ng_npz_write(array_file, &array, 1, &err), NG_OK);
    size_t count = array_file_get(bytes, sizeof bytes);
    array_file_refuse_beginnings(NPZ, bytes, count);
    array_file_change_every_byte(NPZ, bytes, count);
    ng_array_release(&array);
}
END_TEST

START_TEST(npz_with_a_changed_element_is_refused)
{
    static char bytes[4096];
    struct ng_error err;
    struct ng_array array = array_sample(NG_ARRAY_U8, 1);
    array.name = strdup("x");
    ck_assert_int_eq(ng_npz_write(array_file, &array, 1, &err), NG_OK);
    size_t count = array_file_get(bytes, sizeof bytes), at = 0;
    while (memcmp(bytes + at, array.data, 24) != 0)
        at++;
    bytes[at] ^= 1;
    array_file_refuse(NPZ, bytes, count, "is damaged");
    ng_array_release(&array);
}
END_TEST

START_TEST(npz_without_members_is_an_archive)
{
    struct ng_arena arena = {0};
    struct ng_texts names;
    struct ng_error err;
    ck_assert_int_eq(ng_npz_write(array_file, NULL, 0, &err), NG_OK);
    ck_assert_int_eq(ng_npz_names(array_file, &arena, &names, &err), NG_OK);
    ck_assert_uint_eq(names.count, 0);
    ng_arena_release(&arena);
}
END_TEST

START_TEST(zip_member_over_the_limit_is_refused)
{
    struct ng_error err;
    void *data;
    size_t bytes;
    const struct ng_zip_member member = {"a", "12345678", 8};
    ck_assert_int_eq(ng_zip_write(array_file, &member, 1, &err), NG_OK);
    ck_assert_int_eq(ng_zip_read(array_file, "a", 7, &data, &bytes, &err), NG_INVALID);
    ck_assert_msg(strstr(err.text, "at most 7 are allowed") != NULL, "%s", err.text);
    ck_assert_int_eq(ng_zip_read(array_file, "a", 8, &data, &bytes, &err), NG_OK);
    ck_assert_uint_eq(bytes, 8);
    ck_assert_mem_eq(data, "12345678", 8);
    free(data);
}
END_TEST

START_TEST(zip_members_of_one_name_are_refused)
{
    struct ng_error err;
    const struct ng_zip_member members[] = {{"a", "1", 1}, {"a", "2", 1}};
    ck_assert_int_eq(ng_zip_write(array_file, members, 2, &err), NG_INVALID);
    ck_assert_int_ne(access(array_file, F_OK), 0);
}
END_TEST

Suite *ng_suite_arrays(void)
{
    Suite *suite = suite_create("arrays");
    TCase *tests = array_files_case("idx");
    tcase_add_test(tests, elements_have_the_values_of_their_types);
    tcase_add_test(tests, half_precision_is_ieee_binary16);
    tcase_add_test(tests, scales_of_e8m0_are_powers_of_two);
    tcase_add_test(tests, idx_is_big_endian_with_its_sizes);
    tcase_add_test(tests, idx_that_is_cut_or_changed_does_no_harm);
    tcase_add_test(tests, idx_with_foreign_parts_is_refused);
    tcase_add_test(tests, idx_that_claims_more_than_there_is_allocates_nothing);
    tcase_add_test(tests, idx_without_elements_is_read);
    tcase_add_test(tests, absent_files_folders_and_pipes_get_a_sentence);
    suite_add_tcase(suite, tests);
    tests = array_files_case("npy");
    tcase_add_test(tests, npy_in_fortran_order_and_big_endian_is_turned);
    tcase_add_test(tests, npy_that_is_cut_or_changed_does_no_harm);
    tcase_add_test(tests, npy_types_that_are_no_numbers_are_refused_by_name);
    tcase_add_test(tests, npy_sizes_that_overflow_are_refused);
    tcase_add_test(tests, npy_headers_that_are_no_such_dictionary_are_refused);
    tcase_add_test(tests, npy_with_bytes_behind_is_refused);
    tcase_add_test(tests, npy_gives_back_what_was_written);
    tcase_add_test(tests, npy_of_huge_sizes_has_its_whole_header);
    suite_add_tcase(suite, tests);
    tests = array_files_case("npz");
    tcase_add_test(tests, npz_gives_back_what_was_written_and_its_names);
    tcase_add_test(tests, npz_of_one_input_has_one_form);
    tcase_add_test(tests, npz_that_is_cut_or_changed_does_no_harm);
    tcase_add_test(tests, npz_with_a_changed_element_is_refused);
    tcase_add_test(tests, npz_without_members_is_an_archive);
    tcase_add_test(tests, zip_member_over_the_limit_is_refused);
    tcase_add_test(tests, zip_members_of_one_name_are_refused);
    suite_add_tcase(suite, tests);
    return suite;
}
