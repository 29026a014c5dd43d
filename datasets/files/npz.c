/* .npz: a zip archive of .npy members. */
#include "datasets/files/array.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "datasets/files/array_source.h"
#include "datasets/files/zip.h"

/* Stored members are never larger than the file. */
static size_t limit_of(const char *path)
{
    struct stat there;
    return NG_ARRAY_UNPACK_LIMIT +
           (stat(path, &there) == 0 ? (size_t)there.st_size : 0);
}

static bool is_npy(const char *name)
{
    size_t length = strlen(name);
    return length >= 4 && strcmp(name + length - 4, ".npy") == 0;
}

enum ng_status ng_npz_read(const char *path, const char *member, struct ng_array *array,
                           struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    void *data = NULL;
    size_t bytes;
    memset(array, 0, sizeof *array);
    char *name = ng_arena_printf(&arena, "%s%s", member, is_npy(member) ? "" : ".npy");
    char *shown = ng_arena_printf(&arena, "%s(%s)", path, member);
    array->name = strndup(member, strlen(member) - (is_npy(member) ? 4 : 0));
    if (name == NULL || shown == NULL || array->name == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for %s.", path));
    NG_TRY(ng_zip_read(path, name, limit_of(path), &data, &bytes, err));
    struct ng_array_source source = {.name = shown, .memory = data, .left = bytes};
    NG_TRY(ng_npy_take(&source, array, err));
out:
    if (status != NG_OK)
        ng_array_release(array);
    free(data);
    ng_arena_release(&arena);
    return status;
}

enum ng_status ng_npz_names(const char *path, struct ng_arena *arena,
                            struct ng_texts *names, struct ng_error *err)
{
    enum ng_status status = ng_zip_names(path, arena, names, err);
    size_t kept = 0;
    for (size_t i = 0; status == NG_OK && i < names->count; i++) {
        char *name = names->values[i];
        if (!is_npy(name))
            continue;
        name[strlen(name) - 4] = '\0';
        names->values[kept++] = name;
    }
    names->count = kept;
    return status;
}

/* A member: head and data in one piece. */
static void *member_of(const struct ng_array *array, size_t *bytes)
{
    char head[NG_NPY_HEAD_BYTES];
    size_t length = ng_npy_head_write(array, head);
    size_t data = array->count * ng_array_type_bytes(array->type);
    char *member = malloc(length + data);
    if (member == NULL)
        return NULL;
    memcpy(member, head, length);
    if (data > 0)
        memcpy(member + length, array->data, data);
    *bytes = length + data;
    return member;
}

enum ng_status ng_npz_write(const char *path, const struct ng_array *arrays,
                            size_t count, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    struct ng_zip_member *members = ng_arena_array(&arena, count + 1, sizeof *members);
    void **data = ng_arena_array(&arena, count + 1, sizeof *data);
    if (members == NULL || data == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for %s.", path));
    for (size_t i = 0; i < count; i++) {
        data[i] = member_of(&arrays[i], &members[i].bytes);
        members[i].data = data[i];
        members[i].name = ng_arena_printf(&arena, "%s.npy", arrays[i].name);
        if (members[i].data == NULL || members[i].name == NULL)
            NG_TRY(ng_fail(err, NG_FAILED, "No memory for %s.", path));
    }
    NG_TRY(ng_zip_write(path, members, count, err));
out:
    for (size_t i = 0; data != NULL && i < count; i++)
        free(data[i]);
    ng_arena_release(&arena);
    return status;
}
