#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/table.h"

static char separator_of(const struct ng_card *card)
{
    if (strcmp(card->separator, "tab") == 0)
        return '\t';
    return strcmp(card->separator, "blank") == 0 ? ' ' : card->separator[0];
}

/* How many fields a row of the labels file has, as its first row says. */
static enum ng_status count_label_fields(struct ng_tabular_rows *rows, const char *path,
                                         struct ng_csv_form form, size_t *count,
                                         struct ng_error *err)
{
    enum ng_status status = NG_OK;
    bool more;
    form.columns = 0;
    NG_TRY(ng_csv_open(&rows->labels, path, &form, err));
    NG_TRY(ng_csv_next(&rows->labels, &more, err));
    *count = more ? rows->labels.form.columns : 1;
out:
    ng_csv_close(&rows->labels);
    return status;
}

static enum ng_status open_labels(struct ng_tabular_rows *rows,
                                  const struct ng_tabular *table,
                                  const struct ng_load_file *file,
                                  struct ng_csv_form form, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t labels;
    form.skip = (size_t)file->labels->skip;
    NG_TRY(count_label_fields(rows, file->labels_path, form, &labels, err));
    if (labels >= table->field_count) {
        status =
            ng_fail(err, NG_INVALID,
                    "%s has %zu fields a row; the data card %s has %zu columns for "
                    "it and %s together.",
                    file->labels_path, labels, table->load->card->name,
                    table->field_count, file->path);
        goto out;
    }
    rows->paired = true;
    rows->own = table->field_count - labels;
    rows->joined = calloc(table->field_count, sizeof rows->joined[0]);
    if (rows->joined == NULL) {
        status = ng_load_no_memory(table->load, err);
        goto out;
    }
    form.columns = labels;
    NG_TRY(ng_csv_open(&rows->labels, file->labels_path, &form, err));
out:
    return status;
}

enum ng_status ng_tabular_open(struct ng_tabular_rows *rows,
                               const struct ng_tabular *table, size_t index,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_card *card = table->load->card;
    const struct ng_load_file *file = &table->files[index];
    struct ng_csv_form form = {.separator = separator_of(card),
                               .quotes = card->quotes,
                               .ragged = card->ragged};

    memset(rows, 0, sizeof *rows);
    rows->table = table;
    rows->own = table->field_count;
    if (file->labels != NULL)
        NG_TRY(open_labels(rows, table, file, form, err));
    form.skip = (size_t)file->features->skip;
    form.columns = rows->own;
    NG_TRY(ng_csv_open(&rows->features, file->path, &form, err));
out:
    if (status != NG_OK)
        ng_tabular_close(rows);
    return status;
}

static enum ng_status unequal(const struct ng_tabular_rows *rows, bool labels_end,
                              struct ng_error *err)
{
    const struct ng_csv *shorter = labels_end ? &rows->labels : &rows->features;
    const struct ng_csv *longer = labels_end ? &rows->features : &rows->labels;
    return ng_fail(
        err, NG_INVALID,
        "%s has only %llu rows, and %s has more; as many rows of features as "
        "of labels were expected.",
        shorter->path, (unsigned long long)shorter->rows, longer->path);
}

static enum ng_status next_row(struct ng_tabular_rows *rows, bool *more,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    bool more_labels;
    NG_TRY(ng_csv_next(&rows->features, more, err));
    rows->fields = rows->features.fields;
    if (!rows->paired)
        goto out;
    NG_TRY(ng_csv_next(&rows->labels, &more_labels, err));
    if (more_labels != *more) {
        status = unequal(rows, *more, err);
        goto out;
    }
    rows->fields = rows->joined;
    if (*more) {
        memcpy(rows->joined, rows->features.fields, rows->own * sizeof(char *));
        memcpy(rows->joined + rows->own, rows->labels.fields,
               rows->labels.form.columns * sizeof(char *));
    }
out:
    return status;
}

static void strip_label(const struct ng_tabular *table, char *label)
{
    const char *strip = table->load->card->label_strip;
    size_t length = strlen(label);
    if (strip == NULL)
        return;
    while (length > 0 && strchr(strip, label[length - 1]) != NULL)
        label[--length] = '\0';
}

enum ng_status ng_tabular_next(struct ng_tabular_rows *rows, bool *more,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_tabular *table = rows->table;
    bool drop = table->load->card->unlabelled == NG_UNLABELLED_DROP;
    for (;;) {
        NG_TRY(next_row(rows, more, err));
        if (!*more)
            break;
        strip_label(table, rows->fields[table->label]);
        if (!drop || !ng_tabular_is_missing(table, rows->fields[table->label]))
            break;
        rows->unlabelled++;
    }
out:
    return status;
}

enum ng_status ng_tabular_refuse(const struct ng_tabular_rows *rows, size_t field,
                                 struct ng_error *err, const char *expected, ...)
{
    char words[512];
    va_list arguments;
    va_start(arguments, expected);
    vsnprintf(words, sizeof words, expected, arguments);
    va_end(arguments);
    if (field >= rows->own)
        return ng_csv_refuse(&rows->labels, field - rows->own, words, err);
    return ng_csv_refuse(&rows->features, field, words, err);
}

void ng_tabular_close(struct ng_tabular_rows *rows)
{
    ng_csv_close(&rows->features);
    ng_csv_close(&rows->labels);
    free(rows->joined);
    rows->joined = NULL;
}
