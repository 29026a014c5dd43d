#include "experiments/record/run_file.h"

#include <stdlib.h>
#include <string.h>

#include "datasets/files/digest.h"
#include "experiments/record/layout.h"

#define MOST_ITEMS 100000
#define DEEPEST    12

/* What the hash is formed of, in the order of bytes. */
static const char *const hashed[] = {"/config/resolved", "/eval", "/ledger", "/metrics",
                                     "/tensors"};

/* One data set, or one attribute of `object`. */
struct item {
    char *path; /* sort key: "/ledger/bytes", "/ledger@planned_peak" */
    char *object, *attribute;
};

struct list {
    struct ng_arena arena;
    struct item *items;
    size_t count, capacity;
};

static enum ng_status append(struct list *list, const char *object,
                             const char *attribute, struct ng_error *err)
{
    if (list->count == MOST_ITEMS)
        return ng_fail(err, NG_INVALID, "%s holds more than %d objects", object,
                       MOST_ITEMS);
    if (list->count == list->capacity) {
        size_t capacity = list->capacity * 2 + 64;
        struct item *items = realloc(list->items, capacity * sizeof *items);
        if (items == NULL)
            return ng_fail(err, NG_FAILED, "out of memory for a list of objects");
        list->items = items;
        list->capacity = capacity;
    }
    struct item *item = &list->items[list->count++];
    item->object = ng_arena_text(&list->arena, object);
    item->attribute = attribute != NULL ? ng_arena_text(&list->arena, attribute) : NULL;
    item->path =
        ng_arena_printf(&list->arena, "%s%s%s", object, attribute != NULL ? "@" : "",
                        attribute != NULL ? attribute : "");
    if (item->object == NULL || item->path == NULL ||
        (attribute != NULL && item->attribute == NULL))
        return ng_fail(err, NG_FAILED, "out of memory for a list of objects");
    return NG_OK;
}

/* Words for people are no part of the result. */
static bool is_words(const char *attribute)
{
    return strcmp(attribute, "units") == 0 || strcmp(attribute, "description") == 0;
}

static enum ng_status gather(struct ng_h5 *file, const char *path, int depth,
                             struct list *list, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_texts names;
    NG_TRY(ng_h5_attributes(file, path, &list->arena, &names, err));
    for (size_t i = 0; i < names.count; i++)
        if (!is_words(names.values[i]))
            NG_TRY(append(list, path, names.values[i], err));
    if (!ng_h5_is_group(file, path)) {
        status = append(list, path, NULL, err);
        goto out;
    }
    if (depth == DEEPEST)
        NG_TRY(ng_fail(err, NG_INVALID, "%s: %s is nested too deep", ng_h5_name(file),
                       path));
    NG_TRY(ng_h5_list(file, path, &list->arena, &names, err));
    for (size_t i = 0; i < names.count; i++) {
        char *below = ng_arena_printf(&list->arena, "%s/%s", path, names.values[i]);
        if (below == NULL)
            NG_TRY(ng_fail(err, NG_FAILED, "out of memory for a list of objects"));
        NG_TRY(gather(file, below, depth + 1, list, err));
    }
out:
    return status;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct item *)a)->path, ((const struct item *)b)->path);
}

/* The stream is docs/file-format.md's: texts with their length in front, numbers as
 * little-endian u64. */
static enum ng_status digest_item(struct ng_h5 *file, const struct item *item,
                                  struct ng_digest *digest, struct ng_error *err)
{
    struct ng_h5_item found;
    enum ng_status status =
        ng_h5_peek(file, item->object, item->attribute, &found, err);
    if (status != NG_OK)
        return status;
    ng_digest_add_text(digest, item->path);
    ng_digest_add_text(digest, ng_h5_type_names[found.type]);
    ng_digest_add_u64(digest, found.element_bytes);
    ng_digest_add_u64(digest, found.shape.rank);
    for (size_t i = 0; i < found.shape.rank; i++)
        ng_digest_add_u64(digest, found.shape.size[i]);
    ng_digest_add(digest, found.data, ng_h5_count(&found.shape) * found.element_bytes);
    free(found.data);
    return NG_OK;
}

enum ng_status ng_record_hash(struct ng_h5 *file, char hash[65], struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct list list = {0};
    struct ng_digest digest;
    for (size_t i = 0; i < sizeof hashed / sizeof hashed[0]; i++) {
        if (!ng_h5_exists(file, hashed[i]))
            NG_TRY(ng_fail(err, NG_INVALID, "%s: %s is missing", ng_h5_name(file),
                           hashed[i]));
        NG_TRY(gather(file, hashed[i], 0, &list, err));
    }
    qsort(list.items, list.count, sizeof *list.items, by_path);
    ng_digest_begin(&digest);
    for (size_t i = 0; i < list.count; i++)
        NG_TRY(digest_item(file, &list.items[i], &digest, err));
    ng_digest_end(&digest, hash);
out:
    free(list.items);
    ng_arena_release(&list.arena);
    return status;
}

enum ng_status ng_run_hash(const char *path, char hash[65], struct ng_error *err)
{
    struct ng_h5 *file;
    enum ng_status status = ng_record_open(&file, path, NG_RUN_FORMAT, err);
    if (status == NG_OK)
        status = ng_record_hash(file, hash, err);
    ng_h5_close(file);
    return status;
}
