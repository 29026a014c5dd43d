#include "experiments/record/run_data.h"

#include <stdlib.h>

#include "experiments/record/layout.h"

static enum ng_status write_root(struct ng_h5 *file, const struct ng_dataset *data,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(ng_h5_set_text(file, "/data", "name", data->name, err));
    NG_TRY(ng_h5_set_text(file, "/data", "title", data->title, err));
    NG_TRY(ng_h5_set_text(file, "/data", "digest", data->digest, err));
    NG_TRY(ng_record_set_size(file, "/data", "train_rows", data->train.rows, err));
    NG_TRY(ng_record_set_size(file, "/data", "test_rows", data->test.rows, err));
    NG_TRY(ng_record_set_size(file, "/data", "constant_features",
                              data->constant_columns, err));
    NG_TRY(ng_record_set_size(file, "/data", "dropped_rows", data->dropped, err));
    NG_TRY(ng_record_set_size(file, "/data", "unlabelled_rows", data->unlabelled, err));
out:
    return status;
}

/* values: count x 2 */
static enum ng_status write_pairs(struct ng_h5 *file, const char *path, size_t count,
                                  const uint64_t *values, struct ng_error *err)
{
    struct ng_h5_shape shape = ng_h5_table(count, 2);
    return ng_h5_write(file, path, NG_H5_U64, &shape, values, err);
}

static enum ng_status write_features(struct ng_h5 *file, const struct ng_dataset *data,
                                     struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t n = data->features;
    struct ng_h5_shape shape = ng_h5_vector(n);
    char **kind = calloc(n + 1, sizeof *kind);
    uint64_t *missing = calloc(2 * n + 1, sizeof *missing);
    uint64_t *clipped = calloc(2 * n + 1, sizeof *clipped);
    if (kind == NULL || missing == NULL || clipped == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /data/features"));
    for (size_t i = 0; i < n; i++) {
        kind[i] = (char *)(uintptr_t)ng_feature_kind_names[data->facts[i].kind];
        for (size_t split = 0; split < 2; split++) {
            missing[2 * i + split] = data->facts[i].missing[split];
            clipped[2 * i + split] = data->facts[i].clipped[split];
        }
    }
    NG_TRY(ng_h5_write_texts(file, "/data/features/name", &shape, data->feature_names,
                             err));
    NG_TRY(ng_h5_write_texts(file, "/data/features/kind", &shape, kind, err));
    NG_TRY(
        ng_h5_write(file, "/data/features/mean", NG_H5_F64, &shape, data->mean, err));
    NG_TRY(ng_h5_write(file, "/data/features/deviation", NG_H5_F64, &shape,
                       data->deviation, err));
    NG_TRY(write_pairs(file, "/data/features/missing", n, missing, err));
    NG_TRY(write_pairs(file, "/data/features/clipped", n, clipped, err));
out:
    free(kind);
    free(missing);
    free(clipped);
    return status;
}

static enum ng_status write_columns(struct ng_h5 *file, const struct ng_dataset *data,
                                    struct ng_error *err)
{
    enum { MISSING, OUT_OF_RANGE, POOLED, PAIRS };
    static const char *const paths[] = {
        "/data/columns/missing", "/data/columns/out_of_range", "/data/columns/pooled"};
    enum ng_status status = NG_OK;
    size_t n = data->column_count;
    struct ng_h5_shape shape = ng_h5_vector(n);
    char **texts = calloc(2 * n, sizeof *texts);
    uint64_t *numbers = calloc(2 * n * (PAIRS + 1), sizeof *numbers);
    if (texts == NULL || numbers == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "out of memory for /data/columns"));
    uint64_t *unseen = numbers + 2 * n * PAIRS, *distinct = unseen + n;
    for (size_t i = 0; i < n; i++) {
        const struct ng_column_facts *column = &data->columns[i];
        texts[i] = column->name;
        texts[n + i] = (char *)(uintptr_t)ng_column_type_names[column->type];
        for (size_t split = 0; split < 2; split++) {
            size_t at = 2 * i + split;
            numbers[2 * n * MISSING + at] = column->missing[split];
            numbers[2 * n * OUT_OF_RANGE + at] = column->out_of_range[split];
            numbers[2 * n * POOLED + at] = column->pooled[split];
        }
        unseen[i] = column->unseen;
        distinct[i] = column->distinct;
    }
    NG_TRY(ng_h5_write_texts(file, "/data/columns/name", &shape, texts, err));
    NG_TRY(ng_h5_write_texts(file, "/data/columns/type", &shape, texts + n, err));
    for (size_t i = 0; i < PAIRS; i++)
        NG_TRY(write_pairs(file, paths[i], n, numbers + 2 * n * i, err));
    NG_TRY(ng_h5_write(file, "/data/columns/unseen", NG_H5_U64, &shape, unseen, err));
    NG_TRY(
        ng_h5_write(file, "/data/columns/distinct", NG_H5_U64, &shape, distinct, err));
out:
    free(texts);
    free(numbers);
    return status;
}

enum ng_status ng_run_data_write(struct ng_h5 *file, const struct ng_dataset *data,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(write_root(file, data, err));
    NG_TRY(write_features(file, data, err));
    if (data->column_count > 0)
        NG_TRY(write_columns(file, data, err));
out:
    return status;
}
