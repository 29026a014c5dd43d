/*
 * The first pass: rows, keys, texts of categories and labels, gaps, times.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/digest.h"
#include "datasets/table.h"
#include "datasets/time_text.h"
#include "formats/base/text.h"

#define ROWS_FIRST 1024

static bool grow(void **array, size_t rows, size_t bytes)
{
    if (bytes == 0)
        return true;
    void *more = rows > SIZE_MAX / bytes ? NULL : realloc(*array, rows * bytes);
    if (more == NULL)
        return false;
    *array = more;
    return true;
}

static enum ng_status make_room(struct ng_tabular *table, struct ng_error *err)
{
    size_t rows = table->capacity == 0 ? ROWS_FIRST : 2 * table->capacity;
    size_t time_bytes = table->stream_time == NG_TABULAR_NONE ? 0 : sizeof(int64_t);
    size_t key_bytes = table->keyed ? sizeof table->key[0] : 0;
    if (!grow((void **)&table->key, rows, key_bytes) ||
        !grow((void **)&table->code, rows, table->codes * sizeof table->code[0]) ||
        !grow((void **)&table->gaps, rows, table->gap_bytes) ||
        !grow((void **)&table->time, rows, time_bytes))
        return ng_load_no_memory(table->load, err);
    table->capacity = rows;
    return NG_OK;
}

/* --- The key of a row ----------------------------------------------------------------- */

/* The first 128 bits of the SHA-256 over the fields, each ended by the zero byte that none of
 * them holds. */
static enum ng_status digest_row(struct ng_tabular *table, char *const *fields,
                                 struct ng_text *bytes, struct ng_error *err)
{
    struct ng_digest digest;
    bytes->length = 0;
    for (size_t i = 0; i < table->field_count; i++)
        ng_text_add_n(bytes, fields[i], strlen(fields[i]) + 1);
    if (bytes->failed)
        return ng_load_no_memory(table->load, err);
    ng_digest_begin(&digest);
    ng_digest_add(&digest, bytes->data, bytes->length);
    ng_digest_end_key(&digest, table->key[table->rows]);
    return NG_OK;
}

/* --- Fields ------------------------------------------------------------------------- */

static enum ng_status number_text(struct ng_tabular *table,
                                  const struct ng_tabular_rows *rows, size_t field,
                                  uint32_t *number, struct ng_error *err)
{
    struct ng_tabular_field *column = &table->fields[field];
    switch (ng_distinct_number(&column->distinct, rows->fields[field], number)) {
    case NG_DISTINCT_OK:
        return NG_OK;
    case NG_DISTINCT_NO_MEMORY:
        return ng_load_no_memory(table->load, err);
    default:
        return ng_fail(err, NG_INVALID,
                       "%s:%zu: the column %s has more than %d distinct values so far; "
                       "a %s was expected (other columns are of type ignore, number or "
                       "text).",
                       rows->features.path, rows->features.line, column->name,
                       NG_TABULAR_DISTINCT_LIMIT,
                       field == table->label ? "label" : "category");
    }
}

/* The spellings that the card knows: label_values, else classes. */
static const struct ng_texts *spellings(const struct ng_card *card)
{
    return card->label_values.count > 0 ? &card->label_values : &card->classes;
}

static enum ng_status scan_label(struct ng_tabular *table,
                                 const struct ng_tabular_rows *rows, uint32_t *code,
                                 struct ng_error *err)
{
    const struct ng_texts *known = spellings(table->load->card);
    size_t field = table->label;
    if (ng_tabular_is_missing(table, rows->fields[field]))
        return ng_tabular_refuse(
            rows, field, err,
            "a class in the label column %s (unlabelled: drop in the "
            "data card leaves such rows out)",
            table->fields[field].name);
    enum ng_status status = number_text(table, rows, field, code, err);
    if (status == NG_OK && known->count > 0 && *code >= known->count)
        return ng_tabular_refuse(
            rows, field, err,
            "one of the %zu classes that the data card %s names (%s, "
            "%s%s); drop such rows or name their class there",
            known->count, table->load->card->name, known->values[0],
            known->count > 1 ? known->values[1] : "", known->count > 2 ? ", ..." : "");
    return status;
}

static enum ng_status scan_number(const struct ng_tabular *table,
                                  const struct ng_tabular_rows *rows, size_t field,
                                  unsigned char *gaps, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_tabular_field *column = &table->fields[field];
    bool gap = ng_tabular_is_missing(table, rows->fields[field]);
    double value;
    if (!gap && column->ranged)
        NG_TRY(ng_tabular_number(table, rows, field, &value, &gap, err));
    if (gap)
        gaps[column->gap / 8] |= (unsigned char)(1 << column->gap % 8);
out:
    return status;
}

static enum ng_status scan_field(struct ng_tabular *table,
                                 const struct ng_tabular_rows *rows, size_t field,
                                 struct ng_error *err)
{
    const struct ng_tabular_field *column = &table->fields[field];
    uint32_t *code = table->code + table->rows * table->codes + column->code;
    switch (column->card->type) {
    case NG_COLUMN_NUMBER:
        return scan_number(table, rows, field,
                           table->gaps + table->rows * table->gap_bytes, err);
    case NG_COLUMN_CATEGORY:
    case NG_COLUMN_IGNORE:
        if (!column->coded)
            return NG_OK;
        *code = NG_TABULAR_MISSING;
        if (ng_tabular_is_missing(table, rows->fields[field]))
            return NG_OK;
        return number_text(table, rows, field, code, err);
    case NG_COLUMN_LABEL:
        return scan_label(table, rows, code, err);
    case NG_COLUMN_TIME:
        if (field == table->stream_time &&
            !ng_time_read(rows->fields[field], &table->time[table->rows]))
            return ng_tabular_refuse(
                rows, field, err,
                "a time such as 2015-02-04 17:51:00 in the column %s, "
                "by which the stream is ordered",
                column->name);
        return NG_OK;
    default:
        return NG_OK;
    }
}

/* --- Rows --------------------------------------------------------------------------- */

static enum ng_status scan_row(struct ng_tabular *table,
                               const struct ng_tabular_rows *rows,
                               struct ng_text *bytes, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    if (table->rows == table->capacity)
        NG_TRY(make_room(table, err));
    if (table->keyed)
        NG_TRY(digest_row(table, rows->fields, bytes, err));
    if (table->gap_bytes > 0)
        memset(table->gaps + table->rows * table->gap_bytes, 0, table->gap_bytes);
    for (size_t i = 0; i < table->field_count; i++)
        NG_TRY(scan_field(table, rows, i, err));
    table->rows++;
out:
    return status;
}

static enum ng_status scan_file(struct ng_tabular *table, size_t file,
                                struct ng_text *bytes, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_tabular_rows rows;
    bool more;

    NG_TRY(ng_tabular_open(&rows, table, file, err));
    for (;;) {
        NG_TRY(ng_tabular_next(&rows, &more, err));
        if (!more)
            break;
        NG_TRY(scan_row(table, &rows, bytes, err));
        table->file_rows[file]++;
        table->load->dataset->short_rows += rows.features.missing > 0;
    }
    table->load->dataset->unlabelled += rows.unlabelled;
out:
    ng_tabular_close(&rows);
    return status;
}

/* What the card names has the first numbers. */
static enum ng_status number_known(struct ng_tabular *table, struct ng_error *err)
{
    for (size_t field = 0; field < table->field_count; field++) {
        struct ng_tabular_field *column = &table->fields[field];
        const struct ng_texts *known = field == table->label
                                           ? spellings(table->load->card)
                                           : &column->card->categories;
        uint32_t number;
        for (size_t i = 0; i < known->count; i++)
            if (ng_distinct_number(&column->distinct, known->values[i], &number) !=
                NG_DISTINCT_OK)
                return ng_load_no_memory(table->load, err);
    }
    return NG_OK;
}

enum ng_status ng_tabular_scan(struct ng_tabular *table, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_text bytes = {0};

    NG_TRY(number_known(table, err));
    for (size_t file = 0; file < table->file_count; file++)
        NG_TRY(scan_file(table, file, &bytes, err));
out:
    ng_text_release(&bytes);
    return status;
}
