/*
 * arrays_numpy FROM KIND TO KIND: reads arrays as one kind of file (idx, npy, npz,
 * safetensors) and writes them as another, so that other programs can be asked about both
 * ends. Of idx and npy there is one array. Prints the sentence and exits with the status
 * where something is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/array.h"

struct content {
    struct ng_arena arena;
    struct ng_array *arrays;
    size_t count;
    struct ng_texts metadata;
};

static enum ng_status read_npz(const char *path, struct content *content,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_texts names;
    NG_TRY(ng_npz_names(path, &content->arena, &names, err));
    content->arrays = calloc(names.count + 1, sizeof *content->arrays);
    for (size_t i = 0; content->arrays != NULL && i < names.count; i++) {
        NG_TRY(ng_npz_read(path, names.values[i], &content->arrays[i], err));
        content->count++;
    }
out:
    return status;
}

static enum ng_status read_any(const char *path, const char *kind,
                               struct content *content, struct ng_error *err)
{
    if (strcmp(kind, "npz") == 0)
        return read_npz(path, content, err);
    if (strcmp(kind, "safetensors") == 0)
        return ng_safetensors_read(path, &content->arrays, &content->count,
                                   &content->arena, &content->metadata, err);
    content->arrays = calloc(1, sizeof *content->arrays);
    if (content->arrays == NULL)
        return ng_fail(err, NG_FAILED, "No memory.");
    enum ng_status status = strcmp(kind, "idx") == 0
                                ? ng_idx_read(path, content->arrays, err)
                                : ng_npy_read(path, content->arrays, err);
    content->count = status == NG_OK;
    if (status == NG_OK)
        content->arrays->name = strdup("x");
    return status;
}

static enum ng_status write_any(const char *path, const char *kind,
                                const struct content *content, struct ng_error *err)
{
    if (strcmp(kind, "npz") == 0)
        return ng_npz_write(path, content->arrays, content->count, err);
    if (strcmp(kind, "safetensors") == 0)
        return ng_safetensors_write(path, content->arrays, content->count,
                                    &content->metadata, err);
    return ng_npy_write(path, content->arrays, err);
}

int main(int argc, char **argv)
{
    struct content content = {0};
    struct ng_error err;
    if (argc != 5)
        return 64;
    enum ng_status status = read_any(argv[1], argv[2], &content, &err);
    if (status == NG_OK)
        status = write_any(argv[3], argv[4], &content, &err);
    if (status != NG_OK)
        puts(err.text);
    for (size_t i = 0; i < content.count; i++)
        ng_array_release(&content.arrays[i]);
    free(content.arrays);
    ng_arena_release(&content.arena);
    return (int)status;
}
