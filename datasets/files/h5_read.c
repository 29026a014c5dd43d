/* The typed readers: what ng_h5_peek() brings, checked against what the caller expects.
 */
#include "datasets/files/h5.h"

#include <stdlib.h>
#include <string.h>

/* attribute NULL: the data set. */
static enum ng_status peek_typed(struct ng_h5 *file, const char *path,
                                 const char *attribute, enum ng_h5_type type,
                                 struct ng_h5_item *item, struct ng_error *err)
{
    enum ng_status status = ng_h5_peek(file, path, attribute, item, err);
    if (status != NG_OK || item->type == type)
        return status;
    free(item->data);
    item->data = NULL;
    return ng_fail(err, NG_INVALID, "%s: %s%s%s is of type %s, where %s was expected",
                   ng_h5_name(file), path, attribute != NULL ? "@" : "",
                   attribute != NULL ? attribute : "", ng_h5_type_names[item->type],
                   ng_h5_type_names[type]);
}

static bool same_shape(const struct ng_h5_shape *a, const struct ng_h5_shape *b)
{
    return a->rank == b->rank &&
           memcmp(a->size, b->size, a->rank * sizeof a->size[0]) == 0;
}

static enum ng_status read_exactly(struct ng_h5 *file, const char *path,
                                   const char *attribute, enum ng_h5_type type,
                                   const struct ng_h5_shape *shape, void *data,
                                   struct ng_error *err)
{
    struct ng_h5_item item;
    enum ng_status status = peek_typed(file, path, attribute, type, &item, err);
    if (status != NG_OK)
        return status;
    if (same_shape(&item.shape, shape))
        memcpy(data, item.data, ng_h5_count(shape) * item.element_bytes);
    else
        status = ng_fail(err, NG_INVALID, "%s: %s has another shape than expected",
                         ng_h5_name(file), path);
    free(item.data);
    return status;
}

enum ng_status ng_h5_read_into(struct ng_h5 *file, const char *path,
                               enum ng_h5_type type, const struct ng_h5_shape *shape,
                               void *data, struct ng_error *err)
{
    return read_exactly(file, path, NULL, type, shape, data, err);
}

enum ng_status ng_h5_get(struct ng_h5 *file, const char *object, const char *name,
                         enum ng_h5_type type, void *value, struct ng_error *err)
{
    static const struct ng_h5_shape one = {0};
    return read_exactly(file, object, name, type, &one, value, err);
}

enum ng_status ng_h5_read(struct ng_h5 *file, const char *path, enum ng_h5_type type,
                          struct ng_arena *arena, struct ng_h5_shape *shape,
                          void **data, struct ng_error *err)
{
    struct ng_h5_item item;
    enum ng_status status = peek_typed(file, path, NULL, type, &item, err);
    if (status != NG_OK)
        return status;
    size_t count = ng_h5_count(&item.shape);
    *shape = item.shape;
    *data = ng_arena_array(arena, count + 1, item.element_bytes);
    if (*data != NULL)
        memcpy(*data, item.data, count * item.element_bytes);
    else
        status = ng_fail(err, NG_FAILED, "out of memory for %s", path);
    free(item.data);
    return status;
}

static enum ng_status texts_read(struct ng_h5 *file, const char *path,
                                 const char *attribute, struct ng_arena *arena,
                                 struct ng_h5_shape *shape, char ***texts,
                                 struct ng_error *err)
{
    struct ng_h5_item item;
    enum ng_status status = peek_typed(file, path, attribute, NG_H5_TEXT, &item, err);
    if (status != NG_OK)
        return status;
    size_t count = ng_h5_count(&item.shape);
    *shape = item.shape;
    *texts = ng_arena_array(arena, count + 1, sizeof **texts);
    bool whole = *texts != NULL;
    for (size_t i = 0; i < count && whole; i++) {
        const char *text = (const char *)item.data + i * item.element_bytes;
        (*texts)[i] = ng_arena_text_n(arena, text, strnlen(text, item.element_bytes));
        whole = (*texts)[i] != NULL;
    }
    if (!whole)
        status = ng_fail(err, NG_FAILED, "out of memory for %s", path);
    free(item.data);
    return status;
}

enum ng_status ng_h5_read_texts(struct ng_h5 *file, const char *path,
                                struct ng_arena *arena, struct ng_h5_shape *shape,
                                char ***texts, struct ng_error *err)
{
    return texts_read(file, path, NULL, arena, shape, texts, err);
}

static enum ng_status text_read(struct ng_h5 *file, const char *path,
                                const char *attribute, struct ng_arena *arena,
                                char **text, struct ng_error *err)
{
    struct ng_h5_shape shape;
    char **texts;
    enum ng_status status =
        texts_read(file, path, attribute, arena, &shape, &texts, err);
    if (status != NG_OK)
        return status;
    if (shape.rank != 0)
        return ng_fail(err, NG_INVALID, "%s: %s is a list, where one text was expected",
                       ng_h5_name(file), path);
    *text = texts[0];
    return NG_OK;
}

enum ng_status ng_h5_read_text(struct ng_h5 *file, const char *path,
                               struct ng_arena *arena, char **text,
                               struct ng_error *err)
{
    return text_read(file, path, NULL, arena, text, err);
}

enum ng_status ng_h5_get_text(struct ng_h5 *file, const char *object, const char *name,
                              struct ng_arena *arena, char **text, struct ng_error *err)
{
    return text_read(file, object, name, arena, text, err);
}
