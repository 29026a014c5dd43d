#include "datasets/table.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/decimal.h"

/* --- Fields and files --------------------------------------------------------------- */

static enum ng_status name_field(const struct ng_tabular *table, size_t field,
                                 size_t repeat, struct ng_error *err)
{
    struct ng_arena *arena = &table->load->dataset->arena;
    const struct ng_card_column *card = table->fields[field].card;
    char *name = card->repeat > 1 ? ng_arena_printf(arena, "%s%zu", card->name, repeat)
                                  : ng_arena_text(arena, card->name);
    table->fields[field].name = name;
    return name != NULL ? NG_OK : ng_load_no_memory(table->load, err);
}

/* Is a slice of categories on the field, which is ignored? */
static bool is_grouped(const struct ng_tabular *table,
                       const struct ng_tabular_field *field)
{
    const struct ng_card_slice *slices = table->load->card->slices.values;
    for (size_t i = 0; i < table->load->card->slices.count; i++)
        if (slices[i].column != NULL && strcmp(slices[i].column, field->name) == 0 &&
            !ng_card_slice_measures(field->card, &slices[i]))
            return true;
    return false;
}

/* Gives the field its place among a row's codes or bits. */
static void place_field(struct ng_tabular *table, size_t index, size_t *numbers)
{
    struct ng_tabular_field *field = &table->fields[index];
    const struct ng_card_column *card = field->card;
    switch (card->type) {
    case NG_COLUMN_NUMBER:
        field->gap = (*numbers)++;
        field->ranged = card->least > -(double)FLT_MAX || card->most < (double)FLT_MAX;
        break;
    case NG_COLUMN_LABEL:
        table->label = index;
        field->coded = true;
        break;
    case NG_COLUMN_CATEGORY:
        field->coded = true;
        break;
    case NG_COLUMN_IGNORE:
        field->coded = is_grouped(table, field);
        break;
    case NG_COLUMN_TIME:
        if (strcmp(table->load->card->order, "stream") == 0 &&
            table->stream_time == NG_TABULAR_NONE)
            table->stream_time = index;
        break;
    default:
        break;
    }
    if (field->coded)
        field->code = table->codes++;
}

static enum ng_status describe_fields(struct ng_tabular *table, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_card *card = table->load->card;
    const struct ng_card_column *columns = card->columns.values;
    size_t numbers = 0, field = 0;

    table->label = table->stream_time = NG_TABULAR_NONE;
    table->field_count = ng_card_fields(card);
    table->fields = ng_arena_array(&table->load->scratch, table->field_count,
                                   sizeof *table->fields);
    if (table->fields == NULL)
        return ng_load_no_memory(table->load, err);
    for (size_t i = 0; i < card->columns.count; i++)
        for (size_t repeat = 0; repeat < (size_t)columns[i].repeat; repeat++, field++) {
            table->fields[field].card = &columns[i];
            NG_TRY(name_field(table, field, repeat, err));
            place_field(table, field, &numbers);
        }
    table->gap_bytes = (numbers + 7) / 8;
out:
    return status;
}

enum ng_status ng_tabular_begin(struct ng_tabular *table, struct ng_load *load,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_texts *marks = &load->card->missing;

    memset(table, 0, sizeof *table);
    table->load = load;
    table->keyed = load->keyed || ng_load_drops(load);
    NG_TRY(ng_load_files(load, &table->files, &table->file_count, err));
    NG_TRY(describe_fields(table, err));
    for (size_t i = 0; i < marks->count; i++)
        table->mark_begins[(unsigned char)marks->values[i][0]] = true;
    table->mark_begins[0] = true;
    table->file_rows =
        ng_arena_array(&load->scratch, table->file_count, sizeof table->file_rows[0]);
    if (table->file_rows == NULL)
        status = ng_load_no_memory(load, err);
out:
    return status;
}

void ng_tabular_release(struct ng_tabular *table)
{
    for (size_t i = 0; table->fields != NULL && i < table->field_count; i++)
        ng_distinct_release(&table->fields[i].distinct);
    free(table->key);
    free(table->code);
    free(table->gaps);
    free(table->time);
}

/* --- What a field says ---------------------------------------------------------------- */

bool ng_tabular_is_missing(const struct ng_tabular *table, const char *text)
{
    const struct ng_texts *marks = &table->load->card->missing;
    if (!table->mark_begins[(unsigned char)text[0]])
        return false;
    if (text[0] == '\0')
        return true;
    for (size_t i = 0; i < marks->count; i++)
        if (strcmp(text, marks->values[i]) == 0)
            return true;
    return false;
}

enum ng_status ng_tabular_number(const struct ng_tabular *table,
                                 const struct ng_tabular_rows *rows, size_t field,
                                 double *value, bool *out_of_range,
                                 struct ng_error *err)
{
    const struct ng_tabular_field *column = &table->fields[field];
    if (!ng_decimal_read(rows->fields[field], value))
        return ng_tabular_refuse(
            rows, field, err,
            "a decimal number for the column %s (if it means that "
            "nothing is known, list it as missing in the data card)",
            column->name);
    *out_of_range =
        column->ranged && (*value < column->card->least || *value > column->card->most);
    if (!*out_of_range && fabs(*value) > (double)FLT_MAX)
        return ng_tabular_refuse(rows, field, err,
                                 "a number of FP32 (at most %.9g) for the column %s",
                                 (double)FLT_MAX, column->name);
    return NG_OK;
}
