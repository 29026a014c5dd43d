/* Files of bytes, packed or not: what comes out, and how damage is told. gzip packs. */
#include "tests/unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datasets/files/bytes.h"
#include "tests/unit/skip.h"

static char folder[256];

static const char *in_folder(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void set_up(void)
{
    snprintf(folder, sizeof folder, "%s/ng-bytes-XXXXXX", P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void tear_down(void)
{
    static const char *const names[] = {"a", "a.gz", "b.gz", "pipe"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(in_folder(names[i]));
    rmdir(folder);
}

static void write_file(const char *name, const char *bytes, size_t count)
{
    FILE *file = fopen(in_folder(name), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
    ck_assert_int_eq(fclose(file), 0);
}

/* The file's content and size; free() it. */
static char *slurp(const char *name, size_t *size)
{
    FILE *file = fopen(in_folder(name), "rb");
    ck_assert_ptr_nonnull(file);
    char *bytes = malloc(1 << 20);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

/* Lines of digits in "a" and, packed, in "a.gz"; false: skipped, no gzip. */
static bool pack(const char *test)
{
    char command[600];
    FILE *file = fopen(in_folder("a"), "wb");
    ck_assert_ptr_nonnull(file);
    for (unsigned i = 0; i < 60000; i++)
        fprintf(file, "%u,%u\n", i, i * 2654435761U);
    ck_assert_int_eq(fclose(file), 0);
    snprintf(command, sizeof command, "gzip -nk '%s' 2>/dev/null", in_folder("a"));
    if (system(command) == 0)
        return true;
    ng_test_skip(test, "no gzip");
    return false;
}

static enum ng_status read_all(const char *name, char **all, size_t *size,
                               struct ng_error *err)
{
    struct ng_bytes bytes;
    enum ng_status status = ng_bytes_open(&bytes, in_folder(name), err);
    size_t got = 1, room = 4 << 20;
    *all = malloc(room);
    *size = 0;
    for (size_t turn = 1; status == NG_OK && got > 0; turn++) {
        size_t want = turn * 7919 % 100000 + 1;
        ck_assert_uint_le(*size + want, room);
        status = ng_bytes_read(&bytes, *all + *size, want, &got, err);
        *size += got;
        if (status == NG_OK && got < want)
            break;
    }
    ng_bytes_close(&bytes);
    ng_bytes_close(&bytes);
    return status;
}

static void expect_content(const char *name, const char *content, size_t size)
{
    struct ng_error err;
    char *all;
    size_t got;
    enum ng_status status = read_all(name, &all, &got, &err);
    ck_assert_msg(status == NG_OK, "%s", err.text);
    ck_assert_uint_eq(got, size);
    ck_assert(memcmp(all, content, size) == 0);
    free(all);
}

static void expect_fault(const char *name, const char *words)
{
    struct ng_error err;
    char *all;
    size_t got;
    ck_assert_int_eq(read_all(name, &all, &got, &err), NG_INVALID);
    ck_assert_msg(strstr(err.text, in_folder(name)) == err.text, "%s", err.text);
    ck_assert_msg(strstr(err.text, words) != NULL, "no '%s' in: %s", words, err.text);
    free(all);
}

START_TEST(bytes_of_a_packed_file_are_those_of_the_plain_one)
{
    if (!pack("bytes_of_a_packed_file_are_those_of_the_plain_one"))
        return;
    size_t size;
    char *content = slurp("a", &size);
    expect_content("a", content, size);
    expect_content("a.gz", content, size);
    free(content);
}
END_TEST

START_TEST(bytes_of_small_files_come_as_they_are)
{
    write_file("a", "", 0);
    expect_content("a", "", 0);
    write_file("a", "x\0y", 3);
    expect_content("a", "x\0y", 3);
    write_file("a", "\x1f", 1);
    expect_content("a", "\x1f", 1);
}
END_TEST

START_TEST(bytes_join_the_members_of_a_packed_file)
{
    if (!pack("bytes_join_the_members_of_a_packed_file"))
        return;
    size_t size, packed;
    char *content = slurp("a", &size), *gz = slurp("a.gz", &packed);
    char *twice = malloc(2 * size);
    memcpy(twice, content, size);
    memcpy(twice + size, content, size);
    FILE *file = fopen(in_folder("b.gz"), "wb");
    fwrite(gz, 1, packed, file);
    fwrite(gz, 1, packed, file);
    fclose(file);
    expect_content("b.gz", twice, 2 * size);
    free(twice);
    free(gz);
    free(content);
}
END_TEST

START_TEST(bytes_of_a_cut_packed_file_are_refused_wherever_it_is_cut)
{
    if (!pack("bytes_of_a_cut_packed_file_are_refused_wherever_it_is_cut"))
        return;
    size_t packed;
    char *gz = slurp("a.gz", &packed);
    const size_t cuts[] = {2,          5,          10,         11,         1000,
                           packed / 2, packed - 9, packed - 8, packed - 4, packed - 1};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        write_file("b.gz", gz, cuts[i]);
        expect_fault("b.gz", "is cut off");
    }
    free(gz);
}
END_TEST

START_TEST(bytes_of_a_damaged_packed_file_are_refused)
{
    if (!pack("bytes_of_a_damaged_packed_file_are_refused"))
        return;
    size_t packed;
    char *gz = slurp("a.gz", &packed);
    const size_t places[] = {2, 3, packed / 3, packed - 6, packed - 2};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        gz[places[i]] ^= (char)0xE1;
        write_file("b.gz", gz, packed);
        expect_fault("b.gz", "is damaged gzip data (");
        gz[places[i]] ^= (char)0xE1;
    }
    free(gz);
}
END_TEST

START_TEST(bytes_are_read_from_regular_files_only)
{
    struct ng_bytes bytes;
    struct ng_error err;
    ck_assert_int_eq(ng_bytes_open(&bytes, in_folder("a"), &err), NG_ABSENT);
    ck_assert_ptr_nonnull(strstr(err.text, in_folder("a")));
    ck_assert_int_eq(ng_bytes_open(&bytes, folder, &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "is not a regular file"));
    ck_assert_int_eq(mkfifo(in_folder("pipe"), 0600), 0);
    ck_assert_int_eq(ng_bytes_open(&bytes, in_folder("pipe"), &err), NG_INVALID);
    ck_assert_ptr_nonnull(strstr(err.text, "is not a regular file"));
    write_file("a", "x", 1);
    ck_assert_int_eq(ng_bytes_open(&bytes, in_folder("a"), &err), NG_OK);
    ck_assert_uint_eq(bytes.file_size, 1);
    ng_bytes_close(&bytes);
    if (geteuid() == 0)
        return; /* who may read everything is refused nothing */
    ck_assert_int_eq(chmod(in_folder("a"), 0), 0);
    ck_assert_int_eq(ng_bytes_open(&bytes, in_folder("a"), &err), NG_FAILED);
}
END_TEST

Suite *ng_suite_bytes(void)
{
    Suite *suite = suite_create("bytes");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, set_up, tear_down);
    tcase_add_test(files, bytes_of_a_packed_file_are_those_of_the_plain_one);
    tcase_add_test(files, bytes_of_small_files_come_as_they_are);
    tcase_add_test(files, bytes_join_the_members_of_a_packed_file);
    tcase_add_test(files, bytes_of_a_cut_packed_file_are_refused_wherever_it_is_cut);
    tcase_add_test(files, bytes_of_a_damaged_packed_file_are_refused);
    tcase_add_test(files, bytes_are_read_from_regular_files_only);
    suite_add_tcase(suite, files);
    return suite;
}
