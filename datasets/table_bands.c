/*
 * Slices on columns: the band of every row, and the names of the bands.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/table.h"

#define HOURS         24
#define PARTS_DEFAULT 4

static const struct ng_card_slice *slice_at(const struct ng_tabular *table,
                                            size_t slice)
{
    return (const struct ng_card_slice *)table->load->card->slices.values + slice;
}

/* NG_TABULAR_NONE where the slice is by label, file or position. */
static size_t find_field(const struct ng_tabular *table, size_t slice)
{
    const char *column = slice_at(table, slice)->column;
    if (column != NULL)
        for (size_t field = 0; field < table->field_count; field++)
            if (strcmp(table->fields[field].name, column) == 0)
                return field;
    return NG_TABULAR_NONE;
}

/* As what the slice takes its column. */
static int type_of(const struct ng_tabular *table, size_t slice)
{
    const struct ng_card_column *column = table->fields[table->slice_field[slice]].card;
    return column->type != NG_COLUMN_IGNORE ? column->type
           : ng_card_slice_measures(column, slice_at(table, slice))
               ? NG_COLUMN_NUMBER
               : NG_COLUMN_CATEGORY;
}

/* Are the values of its bands no feature? */
static bool is_noted(const struct ng_tabular *table, size_t slice)
{
    const struct ng_tabular_field *field = &table->fields[table->slice_field[slice]];
    int type = type_of(table, slice);
    return type == NG_COLUMN_TEXT || type == NG_COLUMN_TIME ||
           (type == NG_COLUMN_NUMBER && field->card->type == NG_COLUMN_IGNORE);
}

/* --- Values that are no features ------------------------------------------------------ */

static enum ng_status make_values(struct ng_tabular *table,
                                  const struct ng_split *split, float ***values,
                                  struct ng_error *err)
{
    struct ng_arena *scratch = &table->load->scratch;
    size_t slices = table->load->dataset->slice_count;
    *values = ng_arena_array(scratch, slices + 1, sizeof **values);
    if (*values == NULL)
        return ng_load_no_memory(table->load, err);
    for (size_t slice = 0; slice < slices; slice++) {
        if (table->slice_field[slice] == NG_TABULAR_NONE || !is_noted(table, slice))
            continue;
        (*values)[slice] = ng_arena_array(scratch, split->rows, sizeof(float));
        if ((*values)[slice] == NULL)
            return ng_load_no_memory(table->load, err);
    }
    return NG_OK;
}

enum ng_status ng_tabular_bands_begin(struct ng_tabular *table, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_dataset *dataset = table->load->dataset;
    size_t slices = dataset->slice_count;
    table->slice_field =
        ng_arena_array(&table->load->scratch, slices + 1, sizeof table->slice_field[0]);
    if (table->slice_field == NULL)
        return ng_load_no_memory(table->load, err);
    for (size_t slice = 0; slice < slices; slice++)
        table->slice_field[slice] = find_field(table, slice);
    NG_TRY(make_values(table, &dataset->train, &table->band_value[0], err));
    NG_TRY(make_values(table, &dataset->test, &table->band_value[1], err));
out:
    return status;
}

bool ng_tabular_bands_measure(const struct ng_tabular *table, size_t field)
{
    for (size_t slice = 0; slice < table->load->dataset->slice_count; slice++)
        if (table->slice_field[slice] == field && is_noted(table, slice))
            return true;
    return false;
}

void ng_tabular_bands_note(struct ng_tabular *table, size_t field,
                           struct ng_place place, float value)
{
    const struct ng_dataset *dataset = table->load->dataset;
    float **values = table->band_value[place.split == &dataset->test];
    for (size_t slice = 0; slice < dataset->slice_count; slice++)
        if (values[slice] != NULL && table->slice_field[slice] == field)
            values[slice][place.row] = value;
}

/* --- Names ---------------------------------------------------------------------------- */

/* The shortest decimal that reads back as the same FP32 number; without an exponent where it
 * is of ordinary size. */
static void write_number(char text[32], float value)
{
    int digits = 0, exponent;
    do
        snprintf(text, 32, "%.*e", digits++, (double)value);
    while (digits < 9 && strtof(text, NULL) != value);
    exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent >= -5 && exponent < 16)
        snprintf(text, 32, "%.*f", exponent + 1 < digits ? digits - 1 - exponent : 0,
                 (double)value);
}

static char *range_name(struct ng_arena *arena, const float *edges, size_t count,
                        size_t band)
{
    char low[32], high[32];
    if (count == 0)
        return ng_arena_text(arena, "all");
    if (band > 0)
        write_number(low, edges[band - 1]);
    if (band < count)
        write_number(high, edges[band]);
    if (band == 0)
        return ng_arena_printf(arena, "below %s", high);
    if (band == count)
        return ng_arena_printf(arena, "%s and above", low);
    return ng_arena_printf(arena, "%s to %s", low, high);
}

static enum ng_status too_many(const struct ng_tabular *table, size_t slice,
                               size_t bands, struct ng_error *err)
{
    return ng_fail(err, NG_INVALID,
                   "The slice %s of the data set %s has %zu bands; at most %d were "
                   "expected.",
                   slice_at(table, slice)->name, table->load->card->name, bands,
                   NG_TABULAR_BAND_LIMIT);
}

/* Room for `count` names, to which at most "(rare)" and "(missing)" are added. */
static enum ng_status begin_bands(struct ng_tabular *table, size_t slice, size_t count,
                                  struct ng_error *err)
{
    struct ng_dataset *dataset = table->load->dataset;
    struct ng_slice_column *column = &dataset->slices[slice];
    if (count > NG_TABULAR_BAND_LIMIT)
        return too_many(table, slice, count, err);
    column->bands = ng_arena_array(&dataset->arena, count + 2, sizeof(char *));
    column->band_count = 0;
    return column->bands != NULL ? NG_OK : ng_load_no_memory(table->load, err);
}

/* Takes over name, which may be NULL where there was no memory. */
static enum ng_status add_band(struct ng_tabular *table, size_t slice, char *name,
                               struct ng_error *err)
{
    struct ng_slice_column *column = &table->load->dataset->slices[slice];
    if (name == NULL)
        return ng_load_no_memory(table->load, err);
    column->bands[column->band_count++] = name;
    return NG_OK;
}

/* --- Numbers, lengths, hours ----------------------------------------------------------- */

/* Values of one split: features, or what was noted. */
struct values {
    const float *first;
    size_t stride, rows;
    uint16_t *band;
};

static struct values values_of(const struct ng_tabular *table, size_t slice, bool test)
{
    struct ng_dataset *dataset = table->load->dataset;
    const struct ng_split *split = test ? &dataset->test : &dataset->train;
    struct values values = {table->band_value[test][slice], 1, split->rows,
                            split->slice[slice]};
    if (values.first == NULL) {
        values.first = split->x + dataset->columns[table->slice_field[slice]].first;
        values.stride = dataset->features;
    }
    return values;
}

static int compare_floats(const void *a, const void *b)
{
    float one = *(const float *)a, other = *(const float *)b;
    return (one > other) - (one < other);
}

/* Quantiles of the training rows by the inverse of their empirical distribution (type 1 of
 * Hyndman and Fan 1996); where it jumps there, the next value, as a band begins with its
 * lower edge. Equal ones, and the least value itself, cut nothing. */
static enum ng_status cut_parts(const struct ng_tabular *table, size_t slice,
                                size_t parts, float *edges, size_t *count,
                                struct ng_error *err)
{
    struct values values = values_of(table, slice, false);
    float *sorted =
        ng_arena_array(&table->load->scratch, values.rows, sizeof sorted[0]);
    size_t known = 0;
    if (sorted == NULL)
        return ng_load_no_memory(table->load, err);
    for (size_t row = 0; row < values.rows; row++)
        if (!isnan(values.first[row * values.stride]))
            sorted[known++] = values.first[row * values.stride];
    qsort(sorted, known, sizeof sorted[0], compare_floats);
    *count = 0;
    for (size_t part = 1; known > 0 && part < parts; part++) {
        float cut = sorted[known * part / parts];
        if (cut > (*count == 0 ? sorted[0] : edges[*count - 1]))
            edges[(*count)++] = cut;
    }
    return NG_OK;
}

static enum ng_status find_edges(const struct ng_tabular *table, size_t slice,
                                 float **edges, size_t *count, struct ng_error *err)
{
    const struct ng_card_slice *card = slice_at(table, slice);
    bool hours = type_of(table, slice) == NG_COLUMN_TIME && card->edges.count == 0;
    size_t parts = hours             ? HOURS
                   : card->parts > 0 ? (size_t)card->parts
                                     : PARTS_DEFAULT;
    *count = card->edges.count > 0 ? card->edges.count : parts - 1;
    *edges = ng_arena_array(&table->load->scratch, *count + 1, sizeof **edges);
    if (*edges == NULL)
        return ng_load_no_memory(table->load, err);
    if (!hours && card->edges.count == 0)
        return cut_parts(table, slice, parts, *edges, count, err);
    for (size_t i = 0; i < *count; i++)
        (*edges)[i] = hours ? (float)(i + 1) : (float)card->edges.values[i];
    return NG_OK;
}

/* Returns whether a value is missing. */
static bool band_values(struct values values, const float *edges, size_t count)
{
    bool missing = false;
    for (size_t row = 0; row < values.rows; row++) {
        float value = values.first[row * values.stride];
        size_t low = 0, high = count;
        if (isnan(value)) {
            values.band[row] = (uint16_t)(count + 1);
            missing = true;
            continue;
        }
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (value >= edges[middle])
                low = middle + 1;
            else
                high = middle;
        }
        values.band[row] = (uint16_t)low;
    }
    return missing;
}

static enum ng_status name_ranges(struct ng_tabular *table, size_t slice,
                                  const float *edges, size_t count,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_card_slice *card = slice_at(table, slice);
    struct ng_arena *arena = &table->load->dataset->arena;
    bool hours = type_of(table, slice) == NG_COLUMN_TIME && card->edges.count == 0;
    if (card->bands.count > 0 && card->bands.count != count + 1)
        return ng_fail(
            err, NG_INVALID,
            "The data card %s names %zu bands for the slice %s; so many equal "
            "values are in its training rows that there are %zu.",
            table->load->card->name, card->bands.count, card->name, count + 1);
    for (size_t band = 0; band <= count; band++) {
        char *name = card->bands.count > 0
                         ? ng_arena_text(arena, card->bands.values[band])
                     : hours ? ng_arena_printf(arena, "%02zu:00", band)
                             : range_name(arena, edges, count, band);
        NG_TRY(add_band(table, slice, name, err));
    }
out:
    return status;
}

static enum ng_status band_by_value(struct ng_tabular *table, size_t slice,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    float *edges;
    size_t count;
    NG_TRY(find_edges(table, slice, &edges, &count, err));
    NG_TRY(begin_bands(table, slice, count + 1, err));
    NG_TRY(name_ranges(table, slice, edges, count, err));
    bool train = band_values(values_of(table, slice, false), edges, count);
    bool test = band_values(values_of(table, slice, true), edges, count);
    if (train || test)
        NG_TRY(add_band(table, slice,
                        ng_arena_text(&table->load->dataset->arena, "(missing)"), err));
out:
    return status;
}

/* --- Categories ------------------------------------------------------------------------- */

static void band_texts(struct ng_tabular *table, size_t slice, size_t rare,
                       size_t missing)
{
    const struct ng_tabular_field *field = &table->fields[table->slice_field[slice]];
    for (size_t row = 0; row < table->rows; row++) {
        struct ng_place place = ng_load_place(table->load, row);
        uint32_t code = table->code[row * table->codes + field->code];
        if (place.split == NULL)
            continue;
        size_t band = code == NG_TABULAR_MISSING ? missing : field->pooling.place[code];
        if (band == NG_TABULAR_NONE)
            band = rare;
        place.split->slice[slice][place.row] = (uint16_t)band;
    }
}

/* What only test rows have is in "(rare)" too: every row has a band. */
static enum ng_status band_by_text(struct ng_tabular *table, size_t slice,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_tabular_field *field = &table->fields[table->slice_field[slice]];
    const struct ng_pooling *pooling = &field->pooling;
    const struct ng_texts *names = &slice_at(table, slice)->bands;
    struct ng_arena *arena = &table->load->dataset->arena;
    bool rare = pooling->rare || pooling->unseen > 0;

    NG_TRY(begin_bands(table, slice, pooling->named, err));
    for (size_t i = 0; i < pooling->named; i++)
        NG_TRY(add_band(
            table, slice,
            ng_arena_text(arena, names->count > 0
                                     ? names->values[i]
                                     : field->distinct.text[pooling->order[i]]),
            err));
    if (rare)
        NG_TRY(add_band(table, slice, ng_arena_text(arena, "(rare)"), err));
    if (pooling->missing_rows[0] + pooling->missing_rows[1] > 0)
        NG_TRY(add_band(table, slice, ng_arena_text(arena, "(missing)"), err));
    band_texts(table, slice, pooling->named, pooling->named + rare);
out:
    return status;
}

enum ng_status ng_tabular_bands(struct ng_tabular *table, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (size_t slice = 0; slice < table->load->dataset->slice_count; slice++) {
        if (table->slice_field[slice] == NG_TABULAR_NONE)
            continue;
        if (type_of(table, slice) == NG_COLUMN_CATEGORY)
            NG_TRY(band_by_text(table, slice, err));
        else
            NG_TRY(band_by_value(table, slice, err));
    }
out:
    return status;
}
