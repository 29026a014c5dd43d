/*
 * The readers "idx" and "npy": features in one array, examples first, labels in another.
 *
 * Every element behind the first dimension is a feature: "x7" of a table, "x3,14" of images.
 * Elements become the nearest FP32 number; NaN is a missing value. A label is a whole number:
 * place in the list of classes, or spelt among the card's label_values.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/array.h"
#include "datasets/files/digest.h"
#include "datasets/load.h"
#include "datasets/readers.h"

#define MOST_CLASSES 1000               /* learnt from the labels */
#define MOST_LABEL   9007199254740992.0 /* 2^53: beyond, two may be one double */

typedef enum ng_status read_array(const struct ng_card_file *file, const char *path,
                                  struct ng_array *array, struct ng_error *err);

struct pair {
    struct ng_array features, labels;
};

struct arrays {
    struct ng_load *load;
    struct ng_load_file *files;
    struct pair *pairs; /* [features file] */
    size_t count, features;
    double *values; /* what each class is spelt as, in the order of the classes */
    size_t classes;
};

static enum ng_status read_idx(const struct ng_card_file *file, const char *path,
                               struct ng_array *array, struct ng_error *err)
{
    (void)file;
    return ng_idx_read(path, array, err);
}

static enum ng_status read_npy(const struct ng_card_file *file, const char *path,
                               struct ng_array *array, struct ng_error *err)
{
    return file->array != NULL ? ng_npz_read(path, file->array, array, err)
                               : ng_npy_read(path, array, err);
}

static size_t width_of(const struct ng_array *array)
{
    return array->size[0] > 0 ? array->count / array->size[0] : 0;
}

static enum ng_status check_pair(const struct arrays *arrays, size_t i,
                                 struct ng_error *err)
{
    const struct pair *pair = &arrays->pairs[i];
    const struct ng_load_file *file = &arrays->files[i];
    if (pair->features.rank < 2)
        return ng_fail(
            err, NG_INVALID,
            "%s has %zu dimensions; examples with features behind the first, so "
            "2 or more, were expected.",
            file->path, pair->features.rank);
    if (pair->labels.rank == 0 || pair->labels.count != pair->labels.size[0])
        return ng_fail(
            err, NG_INVALID,
            "%s has %zu dimensions; one label for each example was expected.",
            file->labels_path, pair->labels.rank);
    if (pair->labels.count != pair->features.size[0])
        return ng_fail(
            err, NG_INVALID,
            "%s has %zu labels, but %s has %zu examples; as many were expected.",
            file->labels_path, pair->labels.count, file->path, pair->features.size[0]);
    if (pair->labels.count == 0)
        return ng_fail(err, NG_INVALID, "%s has no example.", file->path);
    if (width_of(&pair->features) == 0 ||
        width_of(&pair->features) != width_of(&arrays->pairs[0].features))
        return ng_fail(
            err, NG_INVALID,
            "%s has %zu features an example; the first file of the data set %s "
            "has %zu.",
            file->path, width_of(&pair->features), arrays->load->card->name,
            width_of(&arrays->pairs[0].features));
    return NG_OK;
}

static enum ng_status read_pairs(struct arrays *arrays, read_array *read,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < arrays->count; i++) {
        const struct ng_load_file *file = &arrays->files[i];
        if (file->labels == NULL)
            return ng_fail(err, NG_INVALID,
                           "The data card %s has no file of part labels beside %s.",
                           arrays->load->card->name, file->features->path);
        NG_TRY(read(file->features, file->path, &arrays->pairs[i].features, err));
        NG_TRY(read(file->labels, file->labels_path, &arrays->pairs[i].labels, err));
        NG_TRY(check_pair(arrays, i, err));
    }
    arrays->features = width_of(&arrays->pairs[0].features);
out:
    return status;
}

/* Of the example and its label, as stored. */
static void key_of(const struct pair *pair, size_t row, uint64_t key[2])
{
    size_t width = width_of(&pair->features) * ng_array_type_bytes(pair->features.type);
    size_t label_width = ng_array_type_bytes(pair->labels.type);
    struct ng_digest digest;
    ng_digest_begin(&digest);
    ng_digest_add(&digest, (const char *)pair->features.data + row * width, width);
    ng_digest_add(&digest, (const char *)pair->labels.data + row * label_width,
                  label_width);
    ng_digest_end_key(&digest, key);
}

static enum ng_status count_rows(struct arrays *arrays, struct ng_error *err)
{
    struct ng_load *load = arrays->load;
    size_t rows = 0, next = 0;
    for (size_t i = 0; i < arrays->count; i++)
        rows += arrays->pairs[i].labels.count;
    size_t *file_rows =
        ng_arena_array(&load->scratch, arrays->count, sizeof *file_rows);
    uint64_t(*key)[2] = NULL;
    bool drops = ng_load_drops(load);
    if (drops)
        key = ng_arena_array(&load->scratch, rows, sizeof *key);
    if (file_rows == NULL || (drops && key == NULL))
        return ng_load_no_memory(load, err);
    for (size_t i = 0; i < arrays->count; i++) {
        file_rows[i] = arrays->pairs[i].labels.count;
        for (size_t row = 0; drops && row < file_rows[i]; row++)
            key_of(&arrays->pairs[i], row, key[next++]);
    }
    return ng_load_rows(load, file_rows, key, NULL, err);
}

static int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* False for NaN and infinities too. */
static bool is_class_number(double value)
{
    return fabs(value) <= MOST_LABEL && value == floor(value);
}

/* The distinct labels of the training rows, ascending. */
static enum ng_status learn_classes(struct arrays *arrays, struct ng_error *err)
{
    size_t number = 0;
    arrays->values =
        ng_arena_array(&arrays->load->scratch, MOST_CLASSES, sizeof(double));
    if (arrays->values == NULL)
        return ng_load_no_memory(arrays->load, err);
    for (size_t i = 0; i < arrays->count; i++) {
        const struct ng_array *labels = &arrays->pairs[i].labels;
        for (size_t row = 0; row < labels->count; row++, number++) {
            double value = ng_array_number(labels, row);
            bool good = is_class_number(value);
            if (ng_load_place(arrays->load, number).split !=
                    &arrays->load->dataset->train ||
                (good && bsearch(&value, arrays->values, arrays->classes, sizeof value,
                                 compare_values) != NULL))
                continue;
            if (arrays->classes == MOST_CLASSES || !good)
                return ng_fail(
                    err, NG_INVALID,
                    "%s holds %s; class numbers, at most %d different ones, were "
                    "expected.",
                    arrays->files[i].labels_path,
                    good ? "too many different labels"
                         : "labels that are no whole numbers of at most 2^53",
                    MOST_CLASSES);
            arrays->values[arrays->classes++] = value;
            qsort(arrays->values, arrays->classes, sizeof value, compare_values);
        }
    }
    return NG_OK;
}

/* In the one spelling of a whole number, so that distinct texts are distinct numbers. */
static bool read_label_value(const char *text, double *value)
{
    char again[32];
    long long number = strtoll(text, NULL, 10);
    snprintf(again, sizeof again, "%lld", number);
    *value = (double)number;
    return strcmp(again, text) == 0 && number >= -(long long)MOST_LABEL &&
           number <= (long long)MOST_LABEL;
}

static enum ng_status given_classes(struct arrays *arrays, struct ng_error *err)
{
    const struct ng_card *card = arrays->load->card;
    arrays->classes = card->classes.count;
    arrays->values =
        ng_arena_array(&arrays->load->scratch, arrays->classes, sizeof(double));
    if (arrays->values == NULL)
        return ng_load_no_memory(arrays->load, err);
    for (size_t i = 0; i < arrays->classes; i++) {
        arrays->values[i] = (double)i;
        if (card->label_values.count > 0 &&
            !read_label_value(card->label_values.values[i], &arrays->values[i]))
            return ng_fail(
                err, NG_INVALID,
                "The data card %s gives the label value '%s'; a whole number was "
                "expected of reader %s, such as 7 or -1.",
                card->name, card->label_values.values[i], card->reader);
    }
    return NG_OK;
}

static enum ng_status make_columns(struct arrays *arrays, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_load *load = arrays->load;
    struct ng_texts classes = load->card->classes;
    if (classes.count > 0) {
        NG_TRY(given_classes(arrays, err));
    } else {
        NG_TRY(learn_classes(arrays, err));
        classes.count = arrays->classes;
        classes.values = ng_arena_array(&load->scratch, classes.count, sizeof(char *));
        for (size_t i = 0; classes.values != NULL && i < classes.count; i++) {
            classes.values[i] =
                ng_arena_printf(&load->scratch, "%lld", (long long)arrays->values[i]);
            if (classes.values[i] == NULL)
                return ng_load_no_memory(load, err);
        }
        if (classes.values == NULL)
            return ng_load_no_memory(load, err);
    }
    NG_TRY(ng_load_columns(load, arrays->features, &classes, err));
out:
    return status;
}

/* "x7", or "x3,14" where an example has several dimensions. */
static enum ng_status name_features(const struct arrays *arrays, struct ng_error *err)
{
    const struct ng_array *array = &arrays->pairs[0].features;
    struct ng_dataset *dataset = arrays->load->dataset;
    for (size_t i = 0; i < arrays->features; i++) {
        size_t stride = arrays->features;
        char name[24 * NG_ARRAY_RANK] = "x";
        size_t length = 1;
        for (size_t d = 1; d < array->rank; d++) {
            stride /= array->size[d];
            length += (size_t)snprintf(name + length, sizeof name - length, "%s%zu",
                                       d > 1 ? "," : "", i / stride % array->size[d]);
        }
        dataset->feature_names[i] = ng_arena_text(&dataset->arena, name);
        if (dataset->feature_names[i] == NULL)
            return ng_load_no_memory(arrays->load, err);
    }
    return NG_OK;
}

static enum ng_status fill_label(const struct arrays *arrays, size_t file, size_t row,
                                 uint32_t *label, struct ng_error *err)
{
    double value = ng_array_number(&arrays->pairs[file].labels, row);
    for (size_t i = 0; i < arrays->classes; i++) {
        if (arrays->values[i] == value) {
            *label = (uint32_t)i;
            return NG_OK;
        }
    }
    return ng_fail(err, NG_INVALID, "%s, example %zu, has the label %g, which the %s.",
                   arrays->files[file].labels_path, row, value,
                   arrays->load->card->classes.count > 0
                       ? "data card does not name"
                       : "training examples do not have");
}

static enum ng_status fill_row(const struct arrays *arrays, size_t file, size_t row,
                               const struct ng_place *place, struct ng_error *err)
{
    const struct ng_array *features = &arrays->pairs[file].features;
    float *x = place->split->x + place->row * arrays->features;
    size_t first = row * arrays->features, missing = 0;
    if (features->type == NG_ARRAY_U8) {
        const uint8_t *bytes = (const uint8_t *)features->data + first;
        for (size_t i = 0; i < arrays->features; i++)
            x[i] = (float)bytes[i];
    } else {
        for (size_t i = 0; i < arrays->features; i++) {
            double value = ng_array_number(features, first + i);
            x[i] = (float)value;
            missing += isnan(x[i]);
            if (isinf(x[i]))
                return ng_fail(
                    err, NG_INVALID,
                    "%s, example %zu, has the value %g; finite FP32 numbers were "
                    "expected.",
                    arrays->files[file].path, row, value);
        }
    }
    if (place->split->missing != NULL)
        place->split->missing[place->row] =
            missing > UINT16_MAX ? UINT16_MAX : (uint16_t)missing;
    if (place->split->key != NULL)
        key_of(&arrays->pairs[file], row, place->split->key[place->row]);
    return fill_label(arrays, file, row, &place->split->label[place->row], err);
}

static enum ng_status fill(const struct arrays *arrays, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t number = 0;
    for (size_t file = 0; file < arrays->count; file++) {
        for (size_t row = 0; row < arrays->pairs[file].labels.count; row++) {
            struct ng_place place = ng_load_place(arrays->load, number++);
            if (place.split != NULL)
                NG_TRY(fill_row(arrays, file, row, &place, err));
        }
    }
out:
    return status;
}

static enum ng_status load_arrays(struct ng_load *load, read_array *read,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct arrays arrays = {.load = load};
    NG_TRY(ng_load_files(load, &arrays.files, &arrays.count, err));
    arrays.pairs = ng_arena_array(&load->scratch, arrays.count, sizeof *arrays.pairs);
    if (arrays.pairs == NULL)
        NG_TRY(ng_load_no_memory(load, err));
    NG_TRY(read_pairs(&arrays, read, err));
    NG_TRY(count_rows(&arrays, err));
    NG_TRY(make_columns(&arrays, err));
    NG_TRY(name_features(&arrays, err));
    NG_TRY(fill(&arrays, err));
out:
    for (size_t i = 0; arrays.pairs != NULL && i < arrays.count; i++) {
        ng_array_release(&arrays.pairs[i].features);
        ng_array_release(&arrays.pairs[i].labels);
    }
    return status;
}

static enum ng_status load_idx(struct ng_load *load, struct ng_error *err)
{
    return load_arrays(load, read_idx, err);
}

static enum ng_status load_npy(struct ng_load *load, struct ng_error *err)
{
    return load_arrays(load, read_npy, err);
}

const struct ng_reader ng_reader_idx = {
    .name = "idx", .needs_files = true, .read = load_idx};
const struct ng_reader ng_reader_npy = {
    .name = "npy", .needs_files = true, .read = load_npy};
