/*
 * The second pass: features, labels, keys, missing fields.
 */
#include <math.h>
#include <string.h>

#include "datasets/table.h"
#include "datasets/text_hash.h"
#include "datasets/time_text.h"

/* Where a row goes. */
struct target {
    size_t row; /* in the order of the files */
    struct ng_place place;
    bool test;
    float *x;
};

static void count_missing(struct ng_column_facts *column, const struct target *target)
{
    uint16_t *fields = &target->place.split->missing[target->place.row];
    *fields = (uint16_t)(*fields + (*fields < UINT16_MAX));
    column->missing[target->test]++;
}

static enum ng_status encode_number(struct ng_tabular *table,
                                    const struct ng_tabular_rows *rows, size_t field,
                                    const struct target *target, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_column_facts *column = &table->load->dataset->columns[field];
    float *x = target->x + column->first;
    bool missing = ng_tabular_is_missing(table, rows->fields[field]);
    bool out_of_range = false;
    double value = 0;
    if (!missing)
        NG_TRY(ng_tabular_number(table, rows, field, &value, &out_of_range, err));
    x[0] = missing || out_of_range ? NAN : (float)value;
    if (table->fields[field].indicator)
        x[1] = missing || out_of_range ? 1 : 0;
    column->out_of_range[target->test] += out_of_range;
    if (missing)
        count_missing(column, target);
out:
    return status;
}

static void encode_category(struct ng_tabular *table, size_t field,
                            const struct target *target)
{
    struct ng_column_facts *column = &table->load->dataset->columns[field];
    const struct ng_tabular_field *about = &table->fields[field];
    const struct ng_pooling *pooling = &about->pooling;
    uint32_t code = table->code[target->row * table->codes + about->code];
    float *x = target->x + column->first;
    if (code == NG_TABULAR_MISSING) {
        count_missing(column, target);
        if (pooling->missing_rows[0] > 0)
            x[pooling->named + pooling->rare] = 1;
    } else if (pooling->place[code] != NG_TABULAR_NONE) {
        x[pooling->place[code]] = 1;
    } else if (pooling->rows[0][code] > 0) {
        x[pooling->named] = 1;
    }
}

static void encode_text(struct ng_tabular *table, const struct ng_tabular_rows *rows,
                        size_t field, const struct target *target)
{
    struct ng_column_facts *column = &table->load->dataset->columns[field];
    const char *text = rows->fields[field];
    if (ng_tabular_is_missing(table, text)) {
        count_missing(column, target);
        ng_tabular_bands_note(table, field, target->place, NAN);
        return;
    }
    ng_text_hash(text, target->x + column->first, column->features);
    ng_tabular_bands_note(table, field, target->place, (float)ng_text_characters(text));
}

static enum ng_status encode_time(struct ng_tabular *table,
                                  const struct ng_tabular_rows *rows, size_t field,
                                  const struct target *target, struct ng_error *err)
{
    struct ng_column_facts *column = &table->load->dataset->columns[field];
    int64_t seconds;
    if (ng_tabular_is_missing(table, rows->fields[field])) {
        count_missing(column, target);
        ng_tabular_bands_note(table, field, target->place, NAN);
        return NG_OK;
    }
    if (!ng_time_read(rows->fields[field], &seconds))
        return ng_tabular_refuse(rows, field, err,
                                 "a time such as 2015-02-04 17:51:00 for the column %s",
                                 column->name);
    ng_tabular_bands_note(table, field, target->place, (float)ng_time_hour(seconds));
    return NG_OK;
}

/* No feature, but perhaps a number that a slice has bands of. */
static enum ng_status encode_ignored(struct ng_tabular *table,
                                     const struct ng_tabular_rows *rows, size_t field,
                                     const struct target *target, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    double value = NAN;
    bool out_of_range;
    if (!ng_tabular_bands_measure(table, field))
        return NG_OK;
    if (!ng_tabular_is_missing(table, rows->fields[field]))
        NG_TRY(ng_tabular_number(table, rows, field, &value, &out_of_range, err));
    ng_tabular_bands_note(table, field, target->place, (float)value);
out:
    return status;
}

static enum ng_status encode_label(struct ng_tabular *table,
                                   const struct ng_tabular_rows *rows, size_t field,
                                   const struct target *target, struct ng_error *err)
{
    const struct ng_tabular_field *about = &table->fields[field];
    uint32_t code = table->code[target->row * table->codes + about->code];
    if (about->class[code] == NG_TABULAR_MISSING)
        return ng_tabular_refuse(
            rows, field, err,
            "a label that the training rows have in the column %s "
            "(drop such rows, or name all classes in the data card)",
            about->name);
    target->place.split->label[target->place.row] = about->class[code];
    return NG_OK;
}

static enum ng_status encode_field(struct ng_tabular *table,
                                   const struct ng_tabular_rows *rows, size_t field,
                                   const struct target *target, struct ng_error *err)
{
    switch (table->fields[field].card->type) {
    case NG_COLUMN_NUMBER:
        return encode_number(table, rows, field, target, err);
    case NG_COLUMN_CATEGORY:
        encode_category(table, field, target);
        return NG_OK;
    case NG_COLUMN_TEXT:
        encode_text(table, rows, field, target);
        return NG_OK;
    case NG_COLUMN_TIME:
        return encode_time(table, rows, field, target, err);
    case NG_COLUMN_LABEL:
        return encode_label(table, rows, field, target, err);
    case NG_COLUMN_IGNORE:
        return encode_ignored(table, rows, field, target, err);
    default:
        return NG_OK;
    }
}

static enum ng_status encode_row(struct ng_tabular *table,
                                 const struct ng_tabular_rows *rows, size_t row,
                                 struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_dataset *dataset = table->load->dataset;
    struct target target = {.row = row, .place = ng_load_place(table->load, row)};
    struct ng_split *split = target.place.split;
    if (split == NULL)
        goto out;
    target.test = split == &dataset->test;
    target.x = split->x + target.place.row * dataset->features;
    if (split->key != NULL)
        memcpy(split->key[target.place.row], table->key[row], sizeof table->key[row]);
    for (size_t field = 0; field < table->field_count; field++)
        NG_TRY(encode_field(table, rows, field, &target, err));
out:
    return status;
}

static enum ng_status encode_file(struct ng_tabular *table, size_t file, size_t first,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_tabular_rows rows;
    size_t row = 0;
    bool more;

    NG_TRY(ng_tabular_open(&rows, table, file, err));
    for (;; row++) {
        NG_TRY(ng_tabular_next(&rows, &more, err));
        if (!more || row == table->file_rows[file])
            break;
        NG_TRY(encode_row(table, &rows, first + row, err));
    }
    if (more || row != table->file_rows[file])
        status = ng_fail(err, NG_FAILED,
                         "%s changed while it was read; a file that keeps still was "
                         "expected.",
                         rows.features.path);
out:
    ng_tabular_close(&rows);
    return status;
}

enum ng_status ng_tabular_encode(struct ng_tabular *table, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t first = 0;

    for (size_t file = 0; file < table->file_count; file++) {
        NG_TRY(encode_file(table, file, first, err));
        first += table->file_rows[file];
    }
out:
    return status;
}
