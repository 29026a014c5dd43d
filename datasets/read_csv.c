/*
 * The reader "csv": comma-separated numbers without a heading, the label in the last
 * column, spelt as the card spells its classes. Feature i is called "x<i>", from 0, and
 * becomes the nearest FP32 number; what lies outside FP32 is refused.
 */
#include <float.h>
#include <string.h>

#include "datasets/files/csv.h"
#include "datasets/readers.h"

static enum ng_status read_label(const struct ng_card *card, const struct ng_csv *csv,
                                 uint32_t *label, struct ng_error *err)
{
    size_t last = csv->columns - 1;
    for (size_t i = 0; i < card->classes.count; i++) {
        if (strcmp(csv->fields[last], card->classes.values[i]) == 0) {
            *label = (uint32_t)i;
            return NG_OK;
        }
    }
    return ng_csv_refuse(csv, last, "a class that the data card names", err);
}

static enum ng_status read_row(const struct ng_card *card, const struct ng_csv *csv,
                               const struct ng_split *split, size_t row,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t features = (size_t)card->features;
    for (size_t i = 0; i < features; i++) {
        double value;
        NG_TRY(ng_csv_number(csv, i, -(double)FLT_MAX, (double)FLT_MAX, &value, err));
        split->x[row * features + i] = (float)value;
    }
    NG_TRY(read_label(card, csv, &split->label[row], err));
out:
    return status;
}

static enum ng_status wrong_rows(const struct ng_card *card, const struct ng_csv *csv,
                                 const struct ng_card_file *file, const char *how,
                                 size_t rows, struct ng_error *err)
{
    return ng_fail(err, NG_INVALID,
                   "%s has %s %zu rows; the data card %s expects %lld.", csv->path, how,
                   rows, card->name, (long long)file->rows);
}

/* Fills the rows of the split from `first` on. */
static enum ng_status read_file(const struct ng_card *card, const char *data_folder,
                                const struct ng_card_file *file,
                                struct ng_dataset *dataset,
                                const struct ng_split *split, size_t first,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_csv csv = {0};
    size_t row = 0;
    bool more;

    const char *path =
        ng_arena_printf(&dataset->arena, "%s/%s", data_folder, file->path);
    if (path == NULL)
        return ng_fail(err, NG_FAILED,
                       "%s cannot be read: the system has no memory left.", file->path);
    NG_TRY(ng_csv_open(&csv, path, ',', (size_t)card->features + 1, err));
    NG_TRY(ng_csv_next(&csv, &more, err));
    while (more) {
        if (row == (size_t)file->rows) {
            status = wrong_rows(card, &csv, file, "more than", row, err);
            goto out;
        }
        NG_TRY(read_row(card, &csv, split, first + row, err));
        row++;
        NG_TRY(ng_csv_next(&csv, &more, err));
    }
    if (row != (size_t)file->rows)
        status = wrong_rows(card, &csv, file, "only", row, err);
out:
    ng_csv_close(&csv);
    return status;
}

static enum ng_status load(const struct ng_card *card, const char *data_folder,
                           struct ng_dataset *dataset, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_card_file *files = card->files.values;
    size_t done[2] = {0, 0}; /* rows of train, test */

    for (size_t i = 0; i < dataset->features; i++) {
        dataset->feature_names[i] = ng_arena_printf(&dataset->arena, "x%zu", i);
        if (dataset->feature_names[i] == NULL)
            return ng_fail(
                err, NG_FAILED,
                "The data set %s cannot be read: the system has no memory left.",
                card->name);
    }
    for (size_t i = 0; i < card->files.count; i++) {
        bool test = strcmp(files[i].role, "test") == 0;
        NG_TRY(read_file(card, data_folder, &files[i], dataset,
                         test ? &dataset->test : &dataset->train, done[test], err));
        done[test] += (size_t)files[i].rows;
    }
out:
    return status;
}

const struct ng_reader ng_reader_csv = {
    .name = "csv", .needs_files = true, .load = load};
