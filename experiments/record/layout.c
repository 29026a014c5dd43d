#include "experiments/record/layout.h"

#include <inttypes.h>
#include <string.h>

enum ng_status ng_record_create(struct ng_h5 **file, const char *format,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    int64_t version = NG_RECORD_VERSION;
    NG_TRY(ng_h5_create(file, err));
    NG_TRY(ng_h5_set_text(*file, "/", "format", format, err));
    NG_TRY(ng_h5_set(*file, "/", "format_version", NG_H5_I64, &version, err));
out:
    if (status != NG_OK) {
        ng_h5_close(*file);
        *file = NULL;
    }
    return status;
}

static enum ng_status kind_check(struct ng_h5 *file, const char *format,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    char *found = NULL;
    int64_t version = 0;
    NG_TRY(ng_h5_get_text(file, "/", "format", &arena, &found, err));
    if (strcmp(found, format) != 0)
        NG_TRY(ng_fail(err, NG_INVALID, "%s is a %.60s file, where %s was expected",
                       ng_h5_name(file), found, format));
    NG_TRY(ng_h5_get(file, "/", "format_version", NG_H5_I64, &version, err));
    if (version != NG_RECORD_VERSION)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is of format_version %" PRId64
                       ", where this program reads version %d",
                       ng_h5_name(file), version, NG_RECORD_VERSION));
out:
    ng_arena_release(&arena);
    return status;
}

enum ng_status ng_record_open(struct ng_h5 **file, const char *path, const char *format,
                              struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(ng_h5_open(file, path, err));
    NG_TRY(kind_check(*file, format, err));
out:
    if (status != NG_OK) {
        ng_h5_close(*file);
        *file = NULL;
    }
    return status;
}

static enum ng_status count_check(struct ng_h5 *file, const char *path,
                                  const struct ng_h5_shape *shape, size_t count,
                                  struct ng_error *err)
{
    if (shape->rank == 1 && shape->size[0] == count)
        return NG_OK;
    return ng_fail(
        err, NG_INVALID,
        "%s: %s holds %zu values in %zu dimensions, where a column of %zu was "
        "expected",
        ng_h5_name(file), path, ng_h5_count(shape), shape->rank, count);
}

enum ng_status ng_record_column(struct ng_h5 *file, const char *path,
                                enum ng_h5_type type, size_t count,
                                struct ng_arena *arena, void *data,
                                struct ng_error *err)
{
    struct ng_h5_shape shape;
    void *column = NULL;
    enum ng_status status = ng_h5_read(file, path, type, arena, &shape, &column, err);
    if (status != NG_OK)
        return status;
    memcpy(data, &column, sizeof column);
    return count_check(file, path, &shape, count, err);
}

enum ng_status ng_record_texts(struct ng_h5 *file, const char *path, size_t count,
                               struct ng_arena *arena, char ***texts,
                               struct ng_error *err)
{
    struct ng_h5_shape shape;
    enum ng_status status = ng_h5_read_texts(file, path, arena, &shape, texts, err);
    return status == NG_OK ? count_check(file, path, &shape, count, err) : status;
}

enum ng_status ng_record_set_size(struct ng_h5 *file, const char *object,
                                  const char *name, size_t value, struct ng_error *err)
{
    int64_t number = (int64_t)value;
    return ng_h5_set(file, object, name, NG_H5_I64, &number, err);
}

enum ng_status ng_record_get_size(struct ng_h5 *file, const char *object,
                                  const char *name, size_t *value, struct ng_error *err)
{
    int64_t number = 0;
    enum ng_status status = ng_h5_get(file, object, name, NG_H5_I64, &number, err);
    if (status == NG_OK && number < 0)
        return ng_fail(err, NG_INVALID, "%s: %s@%s is negative", ng_h5_name(file),
                       object, name);
    *value = (size_t)number;
    return status;
}

enum ng_status ng_record_explain(struct ng_h5 *file, const char *object,
                                 const char *unit, const char *description,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(ng_h5_set_text(file, object, "units", unit[0] != '\0' ? unit : "1", err));
    NG_TRY(ng_h5_set_text(file, object, "description", description, err));
out:
    return status;
}
