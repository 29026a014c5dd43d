#include "tests/unit/array_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char array_folder[128];
char array_file[160];

static void make_folder(void)
{
    snprintf(array_folder, sizeof array_folder, "%s/ng-arrays-XXXXXX", P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(array_folder));
    snprintf(array_file, sizeof array_file, "%s/file", array_folder);
}

static void remove_folder(void)
{
    remove(array_file);
    ck_assert_int_eq(rmdir(array_folder), 0); /* no .part is left behind */
}

void array_file_put(const void *bytes, size_t count)
{
    FILE *file = fopen(array_file, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
    ck_assert_int_eq(fclose(file), 0);
}

size_t array_file_get(char *bytes, size_t room)
{
    FILE *file = fopen(array_file, "rb");
    ck_assert_ptr_nonnull(file);
    size_t count = fread(bytes, 1, room, file);
    fclose(file);
    return count;
}

enum ng_status array_file_read(enum array_kind kind, struct ng_array *array,
                               struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_texts metadata;
    struct ng_array *arrays;
    size_t count;
    memset(array, 0, sizeof *array);
    if (kind == IDX)
        return ng_idx_read(array_file, array, err);
    if (kind == NPY)
        return ng_npy_read(array_file, array, err);
    if (kind == NPZ)
        return ng_npz_read(array_file, "x", array, err);
    status = ng_safetensors_read(array_file, &arrays, &count, &arena, &metadata, err);
    for (size_t i = count; status == NG_OK && i > 0; i--)
        if (i == 1)
            *array = arrays[0];
        else
            ng_array_release(&arrays[i - 1]);
    free(arrays);
    ng_arena_release(&arena);
    return status;
}

void array_file_refuse(enum array_kind kind, const void *bytes, size_t count,
                       const char *words)
{
    struct ng_array array;
    struct ng_error err;
    array_file_put(bytes, count);
    enum ng_status status = array_file_read(kind, &array, &err);
    ck_assert_msg(status == NG_INVALID, "status %d where '%s' was expected", status,
                  words);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
    ck_assert_msg(strstr(err.text, array_file) != NULL, "no path in: %s", err.text);
    ck_assert_ptr_null(array.data);
}

void array_file_refuse_beginnings(enum array_kind kind, const char *bytes, size_t count)
{
    struct ng_array array;
    struct ng_error err;
    for (size_t length = 0; length < count; length++) {
        array_file_put(bytes, length);
        enum ng_status status = array_file_read(kind, &array, &err);
        ck_assert_msg(status == NG_INVALID || status == NG_ABSENT,
                      "status %d at %zu of %zu bytes", status, length, count);
        ck_assert_ptr_null(array.data);
    }
    array_file_put(bytes, count);
    ck_assert_int_eq(array_file_read(kind, &array, &err), NG_OK);
    ng_array_release(&array);
}

void array_file_change_every_byte(enum array_kind kind, char *bytes, size_t count)
{
    static const unsigned char masks[] = {0x01, 0x80, 0xFF};
    struct ng_array array;
    struct ng_error err;
    for (size_t i = 0; i < count; i++)
        for (size_t m = 0; m < sizeof masks; m++) {
            bytes[i] = (char)(bytes[i] ^ masks[m]);
            array_file_put(bytes, count);
            enum ng_status status = array_file_read(kind, &array, &err);
            ck_assert_int_ne(status, NG_FAILED);
            for (size_t k = 0; status == NG_OK && k < array.count; k++)
                (void)ng_array_number(&array, k);
            ng_array_release(&array);
            bytes[i] = (char)(bytes[i] ^ masks[m]);
        }
}

struct ng_array array_sample(enum ng_array_type type, size_t rank)
{
    struct ng_array array = {
        .type = type, .rank = rank, .size = {24}, .count = rank == 0 ? 1 : 24};
    if (rank == 3) {
        array.size[0] = 2;
        array.size[1] = 3;
        array.size[2] = 4;
    }
    size_t bytes = array.count * ng_array_type_bytes(type);
    unsigned char *data = malloc(bytes);
    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < bytes; i++)
        data[i] = type == NG_ARRAY_BOOL ? i & 1 : (unsigned char)(i * 37 + type);
    array.data = data;
    return array;
}

void array_compare(const struct ng_array *got, const struct ng_array *want)
{
    ck_assert_uint_eq(got->rank, want->rank);
    for (size_t i = 0; i < want->rank; i++)
        ck_assert_uint_eq(got->size[i], want->size[i]);
    ck_assert_uint_eq(got->count, want->count);
    ck_assert_mem_eq(got->data, want->data,
                     want->count * ng_array_type_bytes(want->type));
}

TCase *array_files_case(const char *name)
{
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_set_timeout(tests, 60);
    return tests;
}
