#include "experiments/record/table.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- loading -------------------------------------------------------------------------
 */

static enum ng_status no_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "out of memory for a table");
}

static enum ng_status set_parts(struct ng_column *column, char *const *parts,
                                struct ng_arena *arena, struct ng_error *err)
{
    column->parts = ng_arena_array(arena, column->width, sizeof *column->parts);
    if (column->parts == NULL)
        return no_memory(err);
    memcpy(column->parts, parts, column->width * sizeof *parts);
    return NG_OK;
}

/* The three numbers of an estimate, the two splits, or the classes of the ledger. */
static enum ng_status name_parts(struct ng_h5 *file, const char *group,
                                 struct ng_column *column, struct ng_arena *arena,
                                 struct ng_error *err)
{
    static char *const estimate[] = {"mean", "low", "high"};
    static char *const splits[] = {"train", "test"};
    struct ng_h5_shape shape;
    char **names, *path = ng_arena_printf(arena, "%s/classes", group);
    if (path == NULL)
        return no_memory(err);
    if (column->width == 3 && column->item.type == NG_H5_F64)
        return set_parts(column, estimate, arena, err);
    if (column->width == 2 && strncmp(group, "/data/", 6) == 0)
        return set_parts(column, splits, arena, err);
    if (!ng_h5_exists(file, path) || ng_h5_is_group(file, path))
        return NG_OK;
    enum ng_status status = ng_h5_read_texts(file, path, arena, &shape, &names, err);
    if (status == NG_OK && ng_h5_count(&shape) == column->width)
        column->parts = names;
    return status;
}

static enum ng_status add_column(struct ng_h5 *file, const char *group,
                                 const char *name, bool is_key, struct ng_arena *arena,
                                 struct ng_table *table, struct ng_error *err)
{
    char *path = ng_arena_printf(arena, "%s/%s", group, name);
    struct ng_column column = {.name = ng_arena_text(arena, name), .width = 1};
    if (path == NULL || column.name == NULL)
        return no_memory(err);
    if (ng_h5_is_group(file, path))
        return NG_OK;
    enum ng_status status = ng_h5_peek(file, path, NULL, &column.item, err);
    if (status != NG_OK)
        return status;
    const struct ng_h5_shape *shape = &column.item.shape;
    if (is_key && shape->rank > 0)
        table->rows = shape->size[0];
    bool fits = (shape->rank == 1 || (shape->rank == 2 && shape->size[1] > 0)) &&
                shape->size[0] == table->rows;
    if (fits && table->count == NG_TABLE_COLUMNS)
        status = ng_fail(err, NG_INVALID, "%s: %s holds more than %d columns",
                         ng_h5_name(file), group, NG_TABLE_COLUMNS);
    if (!fits || status != NG_OK) {
        free(column.item.data);
        return status;
    }
    if (shape->rank == 2) {
        column.width = shape->size[1];
        status = name_parts(file, group, &column, arena, err);
    }
    table->columns[table->count++] = column;
    return status;
}

enum ng_status ng_table_load(struct ng_h5 *file, const char *group, const char *key,
                             const char *prefix, struct ng_arena *arena,
                             struct ng_table *table, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_texts names;
    NG_TRY(add_column(file, group, key, true, arena, table, err));
    NG_TRY(ng_h5_list(file, group, arena, &names, err));
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.values[i];
        /* /arms/classes names columns, and may be as long as there are arms. */
        if (strcmp(name, key) != 0 && strcmp(name, "classes") != 0 &&
            strncmp(name, prefix, strlen(prefix)) == 0)
            NG_TRY(add_column(file, group, name, false, arena, table, err));
    }
out:
    return status;
}

enum ng_status ng_table_set_texts(struct ng_column *column, char *name,
                                  const char *const *rows, size_t count,
                                  struct ng_error *err)
{
    size_t longest = 1;
    for (size_t i = 0; i < count; i++)
        longest = strlen(rows[i]) > longest ? strlen(rows[i]) : longest;
    char *data = calloc(count + 1, longest);
    if (data == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count; i++)
        memcpy(data + i * longest, rows[i], strlen(rows[i]));
    free(column->item.data);
    *column = (struct ng_column){
        .name = name,
        .item = {NG_H5_TEXT, ng_h5_vector(count), longest, data},
        .width = 1,
    };
    return NG_OK;
}

/* Texts of both in the length of the longer ones. */
static enum ng_status append_column(struct ng_column *column,
                                    const struct ng_column *more, size_t above,
                                    size_t below, struct ng_error *err)
{
    struct ng_h5_item *item = &column->item;
    if (item->type != more->item.type || column->width != more->width ||
        strcmp(column->name, more->name) != 0)
        return ng_fail(err, NG_INVALID, "the columns %s and %s differ between arms",
                       column->name, more->name);
    size_t old = item->element_bytes, new = more->item.element_bytes;
    size_t bytes = old > new ? old : new;
    above *= column->width;
    below *= column->width;
    char *data = calloc(above + below + 1, bytes);
    if (data == NULL)
        return no_memory(err);
    for (size_t i = 0; i < above; i++)
        memcpy(data + i * bytes, (const char *)item->data + i * old, old);
    for (size_t i = 0; i < below; i++)
        memcpy(data + (above + i) * bytes, (const char *)more->item.data + i * new,
               new);
    free(item->data);
    item->data = data;
    item->element_bytes = bytes;
    item->shape.size[0] = (above + below) / column->width;
    return NG_OK;
}

enum ng_status ng_table_append(struct ng_table *table, const struct ng_table *more,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    if (table->count != more->count)
        NG_TRY(ng_fail(err, NG_INVALID, "arms have %zu and %zu columns", table->count,
                       more->count));
    for (size_t i = 0; i < table->count; i++)
        NG_TRY(append_column(&table->columns[i], &more->columns[i], table->rows,
                             more->rows, err));
    table->rows += more->rows;
out:
    return status;
}

void ng_table_release(struct ng_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->columns[i].item.data);
    table->count = 0;
}

/* -- values --------------------------------------------------------------------------
 */

void ng_table_number(struct ng_text *text, double number, bool is_float)
{
    char digits[40];
    int most = is_float ? 9 : 17;
    for (int count = is_float ? 6 : 15; count <= most; count++) {
        snprintf(digits, sizeof digits, "%.*g", count, number);
        double back = is_float ? (double)strtof(digits, NULL) : strtod(digits, NULL);
        if (back == number)
            break;
    }
    ng_text_add(text, digits);
}

static double real_of(const struct ng_h5_item *item, size_t i)
{
    return item->type == NG_H5_F32 ? (double)((const float *)item->data)[i]
                                   : ((const double *)item->data)[i];
}

static void add_whole(struct ng_text *text, const struct ng_h5_item *item, size_t i)
{
    switch (item->type) {
    case NG_H5_I64:
        ng_text_printf(text, "%" PRId64, ((const int64_t *)item->data)[i]);
        break;
    case NG_H5_U64:
        ng_text_printf(text, "%" PRIu64, ((const uint64_t *)item->data)[i]);
        break;
    case NG_H5_U32:
        ng_text_printf(text, "%" PRIu32, ((const uint32_t *)item->data)[i]);
        break;
    case NG_H5_U16:
    case NG_H5_BF16:
        ng_text_printf(text, "%d", ((const uint16_t *)item->data)[i]);
        break;
    default:
        ng_text_printf(text, "%d", ((const uint8_t *)item->data)[i]);
        break;
    }
}

static const char *text_of(const struct ng_h5_item *item, size_t i, size_t *length)
{
    const char *words = (const char *)item->data + i * item->element_bytes;
    *length = strnlen(words, item->element_bytes);
    return words;
}

static bool is_real(const struct ng_h5_item *item)
{
    return item->type == NG_H5_F64 || item->type == NG_H5_F32;
}

static void add_csv_text(struct ng_text *text, const char *words, size_t length)
{
    bool quotes = length == 0 || words[0] == ' ' || words[length - 1] == ' ';
    for (size_t i = 0; i < length && !quotes; i++)
        quotes = strchr(",\"\n\r\t", words[i]) != NULL;
    if (!quotes) {
        ng_text_add_n(text, words, length);
        return;
    }
    ng_text_add(text, "\"");
    for (size_t i = 0; i < length; i++) {
        ng_text_add_n(text, words + i, 1);
        if (words[i] == '"')
            ng_text_add(text, "\"");
    }
    ng_text_add(text, "\"");
}

void ng_table_csv_value(struct ng_text *text, const struct ng_h5_item *item, size_t i)
{
    size_t length;
    if (item->type == NG_H5_TEXT) {
        const char *words = text_of(item, i, &length);
        add_csv_text(text, words, length);
    } else if (!is_real(item)) {
        add_whole(text, item, i);
    } else if (isnan(real_of(item, i))) {
        ng_text_add(text, "nan");
    } else {
        ng_table_number(text, real_of(item, i), item->type == NG_H5_F32);
    }
}

void ng_table_json_text(struct ng_text *text, const char *words, size_t length)
{
    json_t *value = json_stringn(words, length);
    char *quoted =
        value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    /* Bytes that are no UTF-8 cannot stand in JSON. */
    ng_text_add(text, quoted != NULL ? quoted : "null");
    free(quoted);
    json_decref(value);
}

void ng_table_json_value(struct ng_text *text, const struct ng_h5_item *item, size_t i)
{
    size_t length;
    if (item->type == NG_H5_TEXT) {
        const char *words = text_of(item, i, &length);
        ng_table_json_text(text, words, length);
    } else if (!is_real(item)) {
        add_whole(text, item, i);
    } else if (!isfinite(real_of(item, i))) {
        ng_text_add(text, "null");
    } else {
        ng_table_number(text, real_of(item, i), item->type == NG_H5_F32);
    }
}

/* -- tables --------------------------------------------------------------------------
 */

static void add_head(struct ng_text *text, const struct ng_column *column)
{
    struct ng_text name = {0};
    for (size_t j = 0; j < column->width; j++) {
        name.length = 0;
        ng_text_add(&name, column->name);
        if (column->item.shape.rank == 2 && column->parts != NULL)
            ng_text_printf(&name, "_%s", column->parts[j]);
        else if (column->item.shape.rank == 2)
            ng_text_printf(&name, "_%zu", j);
        ng_text_add(text, j > 0 ? "," : "");
        if (name.failed)
            text->failed = true;
        else
            add_csv_text(text, name.data, name.length);
    }
    ng_text_release(&name);
}

void ng_table_csv(const struct ng_table *table, struct ng_text *text)
{
    for (size_t c = 0; c < table->count; c++) {
        ng_text_add(text, c > 0 ? "," : "");
        add_head(text, &table->columns[c]);
    }
    ng_text_add(text, "\n");
    for (size_t i = 0; i < table->rows; i++) {
        for (size_t c = 0; c < table->count; c++) {
            const struct ng_column *column = &table->columns[c];
            for (size_t j = 0; j < column->width; j++) {
                ng_text_add(text, c > 0 || j > 0 ? "," : "");
                ng_table_csv_value(text, &column->item, i * column->width + j);
            }
        }
        ng_text_add(text, "\n");
    }
}

static void add_list(struct ng_text *text, const struct ng_h5_item *item, size_t from,
                     size_t count)
{
    ng_text_add(text, "[");
    for (size_t i = 0; i < count; i++) {
        ng_text_add(text, i > 0 ? "," : "");
        ng_table_json_value(text, item, from + i);
    }
    ng_text_add(text, "]");
}

void ng_table_json(const struct ng_table *table, struct ng_text *text)
{
    ng_text_add(text, "{");
    for (size_t c = 0; c < table->count; c++) {
        const struct ng_column *column = &table->columns[c];
        ng_text_add(text, c > 0 ? ",\n  " : "\n  ");
        ng_table_json_text(text, column->name, strlen(column->name));
        ng_text_add(text, ": ");
        if (column->item.shape.rank < 2) {
            add_list(text, &column->item, 0, table->rows);
            continue;
        }
        ng_text_add(text, "[");
        for (size_t i = 0; i < table->rows; i++) {
            ng_text_add(text, i > 0 ? "," : "");
            add_list(text, &column->item, i * column->width, column->width);
        }
        ng_text_add(text, "]");
    }
    ng_text_add(text, "\n}");
}
