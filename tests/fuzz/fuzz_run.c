/*
 * Run files with a valid seal and wrong content. The input is a list of edits of a good run
 * file ($NG_FUZZ_RUN): an item is left out, cut, filled with other bytes or given another
 * type, before the file is written again and read.
 *
 * Bytes that are no HDF5 file at all never reach the library, because the seal stops them;
 * a first byte of 0 tries that instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/files/h5.h"
#include "experiments/record/run_file.h"
#include "tests/fuzz/fuzz.h"

#define MOST_ITEMS 512

struct item {
    char *object, *attribute; /* attribute NULL: a data set */
    struct ng_h5_item value;
};
static struct item items[MOST_ITEMS];
static size_t item_count;
static struct ng_arena base;

static void require(enum ng_status status, const struct ng_error *err)
{
    if (status == NG_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    abort();
}

static void add(struct ng_h5 *file, const char *object, const char *attribute)
{
    struct ng_error err;
    if (item_count == MOST_ITEMS)
        abort();
    struct item *item = &items[item_count++];
    item->object = ng_arena_text(&base, object);
    item->attribute = attribute != NULL ? ng_arena_text(&base, attribute) : NULL;
    require(ng_h5_peek(file, object, attribute, &item->value, &err), &err);
}

static void gather(struct ng_h5 *file, const char *object)
{
    struct ng_error err;
    struct ng_texts names;
    bool group = ng_h5_is_group(file, object);
    if (!group)
        add(file, object, NULL);
    require(ng_h5_attributes(file, object, &base, &names, &err), &err);
    for (size_t i = 0; i < names.count; i++)
        add(file, object, names.values[i]);
    if (!group)
        return;
    require(ng_h5_list(file, object, &base, &names, &err), &err);
    for (size_t i = 0; i < names.count; i++) {
        char *below = ng_arena_printf(&base, "%s/%s", object[1] == '\0' ? "" : object,
                                      names.values[i]);
        gather(file, below);
    }
}

static void read_base(void)
{
    struct ng_error err;
    struct ng_h5 *file;
    const char *path = getenv("NG_FUZZ_RUN");
    if (path == NULL) {
        fputs("NG_FUZZ_RUN must name a run file\n", stderr);
        exit(2);
    }
    require(ng_h5_open(&file, path, &err), &err);
    gather(file, "/");
    ng_h5_close(file);
}

static void write_texts(struct ng_h5 *file, const struct item *item,
                        const struct ng_h5_item *value, struct ng_error *err)
{
    struct ng_arena arena = {0};
    size_t count = ng_h5_count(&value->shape);
    char **texts = ng_arena_array(&arena, count + 1, sizeof *texts);
    for (size_t i = 0; i < count; i++)
        texts[i] = ng_arena_text_n(
            &arena, (const char *)value->data + i * value->element_bytes,
            strnlen((const char *)value->data + i * value->element_bytes,
                    value->element_bytes));
    if (item->attribute != NULL)
        ng_h5_set_text(file, item->object, item->attribute, count > 0 ? texts[0] : "",
                       err);
    else if (value->shape.rank == 0)
        ng_h5_write_text(file, item->object, texts[0], err);
    else
        ng_h5_write_texts(file, item->object, &value->shape, texts, err);
    ng_arena_release(&arena);
}

static void write_item(struct ng_h5 *file, const struct item *item,
                       const struct ng_h5_item *value)
{
    struct ng_error err = {0};
    if (value->type == NG_H5_TEXT)
        write_texts(file, item, value, &err);
    else if (item->attribute != NULL)
        ng_h5_set(file, item->object, item->attribute, value->type, value->data, &err);
    else
        ng_h5_write(file, item->object, value->type, &value->shape, value->data, &err);
}

/* edit: item (2 bytes), what (1), argument (1). */
static bool edited(const uint8_t *edit, struct ng_h5_item *value)
{
    size_t bytes = ng_h5_count(&value->shape) * value->element_bytes;
    switch (edit[2] % 5) {
    case 0:
        return false;
    case 1:
        if (value->shape.rank > 0 && edit[3] < value->shape.size[0])
            value->shape.size[0] = edit[3];
        return true;
    case 2:
        if (bytes > 0)
            ((uint8_t *)value->data)[edit[3] % bytes] ^= (uint8_t)(1 + edit[2]);
        return true;
    case 3:
        memset(value->data, edit[3], bytes);
        return true;
    default:
        /* Another type of at most the same width, so that the bytes are enough. */
        if (value->type != NG_H5_TEXT &&
            ng_h5_type_bytes((enum ng_h5_type)(edit[3] % NG_H5_TEXT)) <=
                value->element_bytes)
            value->type = (enum ng_h5_type)(edit[3] % NG_H5_TEXT);
        return true;
    }
}

static void read_all(const char *path)
{
    struct ng_arena arena = {0};
    struct ng_run run;
    struct ng_error err = {0};
    char hash[65];
    ng_fuzz_judge(ng_run_read(path, NG_RUN_METRICS | NG_RUN_ROWS | NG_RUN_LEDGER,
                              &arena, &run, &err),
                  &err);
    err = (struct ng_error){0};
    ng_fuzz_judge(ng_run_hash(path, hash, &err), &err);
    ng_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[64];
    struct ng_error err;
    struct ng_h5 *file;
    if (size == 0)
        return 0;
    if (data[0] == 0) {
        read_all(ng_fuzz_file(data + 1, size - 1));
        return 0;
    }
    if (item_count == 0)
        read_base();
    snprintf(path, sizeof path, "/dev/shm/narrowgauge-fuzz-%d.h5", (int)getpid());
    require(ng_h5_create(&file, &err), &err);
    for (size_t i = 0; i < item_count; i++) {
        struct ng_h5_item value = items[i].value;
        size_t bytes = ng_h5_count(&value.shape) * value.element_bytes;
        bool kept = true;
        value.data = malloc(bytes + 1);
        memcpy(value.data, items[i].value.data, bytes);
        for (size_t e = 1; e + 4 <= size; e += 4)
            if ((data[e] + 256U * data[e + 1]) % item_count == i)
                kept = kept && edited(data + e, &value);
        if (kept)
            write_item(file, &items[i], &value);
        free(value.data);
    }
    require(ng_h5_save(file, path, &err), &err);
    ng_h5_close(file);
    read_all(path);
    unlink(path);
    return 0;
}
