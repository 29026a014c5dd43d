#include "experiments/record/export_arrays.h"

#include <stdlib.h>
#include <string.h>

#include "datasets/files/array.h"
#include "formats/codec/format.h"

#define MOST_ARRAYS 10000
#define DEEPEST     12

struct list {
    const struct ng_export *export;
    struct ng_h5 *file;
    struct ng_arena arena;
    struct ng_array *arrays;
    size_t count, room;
    struct ng_texts metadata; /* pairs; safetensors only */
};

static enum ng_status no_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "out of memory for an export");
}

/* Takes the data over, also where it fails. */
static enum ng_status append(struct list *list, const char *name,
                             struct ng_array *array, struct ng_error *err)
{
    array->name = strdup(name);
    if (list->count == list->room && list->room < MOST_ARRAYS) {
        size_t room = list->room * 2 + 32;
        struct ng_array *grown = realloc(list->arrays, room * sizeof *grown);
        list->arrays = grown != NULL ? grown : list->arrays;
        list->room = grown != NULL ? room : list->room;
    }
    if (array->name == NULL || list->count == list->room) {
        ng_array_release(array);
        return ng_fail(err, NG_FAILED, "out of memory for an export, or over %d arrays",
                       MOST_ARRAYS);
    }
    list->arrays[list->count++] = *array;
    return NG_OK;
}

/* -- from HDF5 to arrays -------------------------------------------------------------
 */

static enum ng_array_type type_of(enum ng_h5_type type)
{
    static const enum ng_array_type types[] = {
        [NG_H5_F64] = NG_ARRAY_F64,   [NG_H5_F32] = NG_ARRAY_F32,
        [NG_H5_I64] = NG_ARRAY_I64,   [NG_H5_U64] = NG_ARRAY_U64,
        [NG_H5_U32] = NG_ARRAY_U32,   [NG_H5_U16] = NG_ARRAY_U16,
        [NG_H5_U8] = NG_ARRAY_U8,     [NG_H5_BF16] = NG_ARRAY_BF16,
        [NG_H5_E5M2] = NG_ARRAY_E5M2, [NG_H5_TEXT] = NG_ARRAY_TYPES};
    return types[type];
}

static struct ng_array array_of(const struct ng_h5_item *item)
{
    struct ng_array array = {.type = type_of(item->type), .rank = item->shape.rank};
    for (size_t i = 0; i < array.rank; i++)
        array.size[i] = item->shape.size[i];
    array.count = ng_h5_count(&item->shape);
    return array;
}

/* NumPy has no narrow floats. */
static enum ng_status widen(struct ng_array *array, struct ng_error *err)
{
    const struct ng_format *format = array->type == NG_ARRAY_BF16   ? &ng_bf16
                                     : array->type == NG_ARRAY_E4M3 ? &ng_e4m3
                                     : array->type == NG_ARRAY_E5M2 ? &ng_e5m2
                                                                    : NULL;
    if (format == NULL)
        return NG_OK;
    float *wide = malloc((array->count + 1) * sizeof *wide);
    if (wide == NULL)
        return no_memory(err);
    ng_format_decode(format, array->data, 1.0f, wide, array->count);
    free(array->data);
    array->data = wide;
    array->type = NG_ARRAY_F32;
    return NG_OK;
}

static enum ng_status add_scale(struct list *list, const char *name, float scale_inv,
                                struct ng_error *err)
{
    char *key = ng_arena_printf(&list->arena, "scale_inv/%s", name);
    if (key == NULL)
        return no_memory(err);
    if (list->export->format == NG_EXPORT_SAFETENSORS) {
        struct ng_text text = {0};
        ng_table_number(&text, (double)scale_inv, true);
        char *value = text.failed ? NULL : ng_arena_text(&list->arena, text.data);
        ng_text_release(&text);
        if (value == NULL)
            return no_memory(err);
        list->metadata.values[list->metadata.count++] = key;
        list->metadata.values[list->metadata.count++] = value;
        return NG_OK;
    }
    if (scale_inv == 1.0f)
        return NG_OK;
    struct ng_array array = {.type = NG_ARRAY_F32, .count = 1, .data = malloc(4)};
    if (array.data == NULL)
        return no_memory(err);
    memcpy(array.data, &scale_inv, sizeof scale_inv);
    return append(list, key, &array, err);
}

/* name: below /tensors. e4m3 is the one format that is stored as plain bytes. */
static enum ng_status add_tensor(struct list *list, const char *path, const char *name,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_h5_item item = {0};
    struct ng_array array = {0};
    char *format;
    float scale_inv;
    bool narrow = list->export->format == NG_EXPORT_SAFETENSORS;
    char *full = ng_arena_printf(&list->arena, "%s%s", narrow ? "" : "tensors/", name);
    if (full == NULL)
        NG_TRY(no_memory(err));
    NG_TRY(
        ng_h5_get_text(list->file, path, "element_format", &list->arena, &format, err));
    NG_TRY(ng_h5_get(list->file, path, "scale_inv", NG_H5_F32, &scale_inv, err));
    NG_TRY(ng_h5_peek(list->file, path, NULL, &item, err));
    array = array_of(&item);
    array.data = item.data;
    if (array.type == NG_ARRAY_TYPES)
        NG_TRY(ng_fail(err, NG_INVALID, "%s: %s is a text, where numbers were expected",
                       ng_h5_name(list->file), path));
    if (array.type == NG_ARRAY_U8 && strcmp(format, "float8_e4m3fn") == 0)
        array.type = NG_ARRAY_E4M3;
    if (!narrow)
        NG_TRY(widen(&array, err));
    struct ng_array taken = array;
    array.data = NULL;
    NG_TRY(append(list, full, &taken, err));
    NG_TRY(add_scale(list, name, scale_inv, err));
out:
    ng_array_release(&array);
    return status;
}

static enum ng_status add_tensors(struct list *list, const char *path, int depth,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_texts names;
    if (!ng_h5_is_group(list->file, path))
        return add_tensor(list, path, path + strlen("/tensors/"), err);
    if (depth == DEEPEST)
        NG_TRY(ng_fail(err, NG_INVALID, "%s: %s is nested too deep",
                       ng_h5_name(list->file), path));
    NG_TRY(ng_h5_list(list->file, path, &list->arena, &names, err));
    for (size_t i = 0; i < names.count; i++) {
        char *below = ng_arena_printf(&list->arena, "%s/%s", path, names.values[i]);
        if (below == NULL)
            NG_TRY(no_memory(err));
        NG_TRY(add_tensors(list, below, depth + 1, err));
    }
out:
    return status;
}

static enum ng_status add_column(struct list *list, const struct ng_table *table,
                                 const struct ng_column *column, struct ng_error *err)
{
    struct ng_array array = array_of(&column->item);
    char *name = ng_arena_printf(&list->arena, "%s/%s", table->name, column->name);
    if (array.type == NG_ARRAY_TYPES)
        return NG_OK;
    size_t bytes = array.count * ng_array_type_bytes(array.type);
    array.data = malloc(bytes + 1);
    if (array.data == NULL || name == NULL) {
        free(array.data);
        return no_memory(err);
    }
    memcpy(array.data, column->item.data, bytes);
    return append(list, name, &array, err);
}

/* Which run it is. */
static enum ng_status add_identity(struct list *list, struct ng_error *err)
{
    static const char *const names[] = {"format", "run_id", "experiment", "arm",
                                        "result_hash"};
    enum ng_status status = NG_OK;
    size_t count = sizeof names / sizeof names[0];
    list->metadata.values = ng_arena_array(&list->arena, 2 * (MOST_ARRAYS + count + 1),
                                           sizeof *list->metadata.values);
    if (list->metadata.values == NULL)
        NG_TRY(no_memory(err));
    for (size_t i = 0; i < count; i++) {
        char *value;
        NG_TRY(ng_h5_get_text(list->file, "/", names[i], &list->arena, &value, err));
        list->metadata.values[list->metadata.count] =
            ng_arena_text(&list->arena, names[i]);
        if (list->metadata.values[list->metadata.count++] == NULL)
            NG_TRY(no_memory(err));
        list->metadata.values[list->metadata.count++] = value;
    }
out:
    return status;
}

/* -- files ---------------------------------------------------------------------------
 */

/* Different names may become one file name: a/b.c and a.b/c. */
static enum ng_status write_each(struct list *list, const char *base,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char **paths = ng_arena_array(&list->arena, list->count + 1, sizeof *paths);
    for (size_t i = 0; paths != NULL && i < list->count; i++) {
        paths[i] = ng_arena_printf(list->export->arena, "%s/%s.npy", base,
                                   list->arrays[i].name);
        if (paths[i] == NULL)
            NG_TRY(no_memory(err));
        for (char *at = paths[i] + strlen(base) + 1; *at != '\0'; at++)
            *at = *at == '/' ? '.' : *at;
        for (size_t j = 0; j < i; j++)
            if (strcmp(paths[i], paths[j]) == 0)
                NG_TRY(ng_fail(err, NG_INVALID,
                               "%s and %s would both be written to %s; choose npz",
                               list->arrays[j].name, list->arrays[i].name, paths[i]));
    }
    if (paths == NULL)
        NG_TRY(no_memory(err));
    for (size_t i = 0; i < list->count; i++) {
        NG_TRY(ng_npy_write(paths[i], &list->arrays[i], err));
        list->export->written(list->export->context, paths[i]);
    }
out:
    return status;
}

static enum ng_status write_one(struct list *list, const char *base,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    bool safetensors = list->export->format == NG_EXPORT_SAFETENSORS;
    char *path = ng_arena_printf(list->export->arena, "%s.%s", base,
                                 safetensors ? "safetensors" : "npz");
    if (path == NULL)
        NG_TRY(no_memory(err));
    if (safetensors)
        NG_TRY(ng_safetensors_write(path, list->arrays, list->count, &list->metadata,
                                    err));
    else
        NG_TRY(ng_npz_write(path, list->arrays, list->count, err));
    list->export->written(list->export->context, path);
out:
    return status;
}

enum ng_status ng_export_arrays(const struct ng_export *export, struct ng_h5 *file,
                                const char *base, const struct ng_table *tables,
                                size_t table_count, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct list list = {.export = export, .file = file};
    bool safetensors = export->format == NG_EXPORT_SAFETENSORS;
    if (safetensors)
        NG_TRY(add_identity(&list, err));
    NG_TRY(add_tensors(&list, "/tensors", 0, err));
    for (size_t t = 0; t < table_count && !safetensors; t++)
        for (size_t c = 0; c < tables[t].count; c++)
            NG_TRY(add_column(&list, &tables[t], &tables[t].columns[c], err));
    NG_TRY(export->format == NG_EXPORT_NPY ? write_each(&list, base, err)
                                           : write_one(&list, base, err));
out:
    for (size_t i = 0; i < list.count; i++)
        ng_array_release(&list.arrays[i]);
    free(list.arrays);
    ng_arena_release(&list.arena);
    return status;
}
