/* Slice columns of a table as bands: categories, quartiles, the rare pooled. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/decimal.h"
#include "harness/judge/eval_rows.h"
#include "harness/judge/groups.h"

#define EDGES 3 /* quartiles */

/* A distinct value of one column. */
struct value {
    const char *text;
    uint32_t id; /* in the column's names */
    double number;
    bool missing;
    size_t examples;
    size_t band; /* in the finished column */
};

struct work {
    const struct ng_eval_table *table;
    size_t column;
    struct value *values; /* [distinct] */
    size_t count, missing;
    bool numeric;
    struct ng_text *notes;
};

static enum ng_status out_of_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "Out of memory while making slices.");
}

static uint32_t value_of(const struct work *work, size_t example)
{
    return work->table->values[example * work->table->column_count + work->column];
}

static enum ng_status count_values(struct work *work, struct ng_error *err)
{
    const struct ng_eval_names *names = &work->table->columns[work->column].values;
    work->count = names->count;
    work->values = calloc(names->count + 1, sizeof *work->values);
    if (work->values == NULL)
        return out_of_memory(err);
    work->numeric = true;
    for (size_t i = 0; i < names->count; i++) {
        struct value *value = &work->values[i];
        *value = (struct value){.text = names->texts[i], .id = (uint32_t)i};
        value->missing = value->text[0] == '\0';
        work->missing += value->missing;
        bool number =
            ng_decimal_read(value->text, &value->number) && isfinite(value->number);
        work->numeric = work->numeric && (value->missing || number);
    }
    for (size_t e = 0; e < work->table->examples.count; e++)
        work->values[value_of(work, e)].examples++;
    return NG_OK;
}

/* Numbers by size, the missing one last. */
static int by_number(const void *a, const void *b)
{
    const struct value *left = a, *right = b;
    if (left->missing != right->missing)
        return left->missing ? 1 : -1;
    if (left->number != right->number)
        return left->number < right->number ? -1 : 1;
    return strcmp(left->text, right->text);
}

static int by_text(const void *a, const void *b)
{
    const struct value *left = a, *right = b;
    if (left->missing != right->missing)
        return left->missing ? 1 : -1;
    return strcmp(left->text, right->text);
}

static size_t examples_below(const struct work *work, double edge)
{
    size_t count = 0;
    for (size_t i = 0; i < work->count; i++)
        if (!work->values[i].missing && work->values[i].number < edge)
            count += work->values[i].examples;
    return count;
}

/* Quartiles of the examples' values (sorted), those that leave no band with so few
 * examples that its name would speak of single ones; their number. */
static size_t find_edges(const struct work *work, double edges[EDGES])
{
    size_t total = examples_below(work, INFINITY), count = 0, last = 0;
    for (size_t q = 1; q <= EDGES; q++) {
        size_t rank = total / 4 * q + total % 4 * q / 4, seen = 0, i = 0;
        while (seen + work->values[i].examples <= rank)
            seen += work->values[i++].examples;
        size_t below = examples_below(work, work->values[i].number);
        if (below - last < NG_GROUP_SUPPRESSED_BELOW ||
            total - below < NG_GROUP_SUPPRESSED_BELOW)
            continue;
        edges[count++] = work->values[i].number;
        last = below;
    }
    return count;
}

static char *band_name(const double *edges, size_t count, size_t band,
                       struct ng_arena *arena)
{
    /* As many digits as it takes to tell the edges apart. */
    int digits = 6;
    char a[40], b[40];
    for (size_t i = 0; i + 1 < count; i++) {
        snprintf(a, sizeof a, "%.*g", digits, edges[i]);
        snprintf(b, sizeof b, "%.*g", digits, edges[i + 1]);
        if (strcmp(a, b) == 0)
            digits = 17;
    }
    if (count == 0)
        return ng_arena_text(arena, "all");
    if (band == 0)
        return ng_arena_printf(arena, "below %.*g", digits, edges[0]);
    if (band == count)
        return ng_arena_printf(arena, "%.*g and over", digits, edges[count - 1]);
    return ng_arena_printf(arena, "%.*g to below %.*g", digits, edges[band - 1], digits,
                           edges[band]);
}

/* Bands by quartile; the missing have one of their own behind them. */
static enum ng_status cut(struct work *work, struct ng_arena *arena,
                          struct ng_slice_column *column, struct ng_error *err)
{
    double edges[EDGES];
    size_t count = find_edges(work, edges);
    column->band_count = count + 1 + (work->missing > 0);
    column->bands = ng_arena_array(arena, column->band_count, sizeof *column->bands);
    if (column->bands == NULL)
        return out_of_memory(err);
    for (size_t b = 0; b < column->band_count; b++) {
        column->bands[b] = b > count ? ng_arena_text(arena, "(missing)")
                                     : band_name(edges, count, b, arena);
        if (column->bands[b] == NULL)
            return out_of_memory(err);
    }
    for (size_t i = 0; i < work->count; i++) {
        struct value *value = &work->values[i];
        value->band = 0;
        while (!value->missing && value->band < count &&
               value->number >= edges[value->band])
            value->band++;
        if (value->missing)
            value->band = count + 1;
    }
    ng_text_printf(
        work->notes,
        "%.80s: %zu distinct numbers, cut into %zu bands at the quartiles of "
        "the examples.\n",
        column->name, work->count - work->missing, count + 1);
    return NG_OK;
}

/* One band a category; the rare share the last. */
static enum ng_status categorise(struct work *work, struct ng_arena *arena,
                                 struct ng_slice_column *column, struct ng_error *err)
{
    size_t rare = 0, kept = 0;
    for (size_t i = 0; i < work->count; i++)
        rare += work->values[i].examples < NG_GROUP_SUPPRESSED_BELOW;
    column->band_count = work->count - rare + (rare > 0);
    column->bands = ng_arena_array(arena, column->band_count, sizeof *column->bands);
    if (column->bands == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < work->count; i++) {
        struct value *value = &work->values[i];
        value->band = work->count - rare;
        if (value->examples < NG_GROUP_SUPPRESSED_BELOW)
            continue;
        value->band = kept++;
        column->bands[value->band] =
            ng_arena_text(arena, value->missing ? "(missing)" : value->text);
        if (column->bands[value->band] == NULL)
            return out_of_memory(err);
    }
    if (rare > 0) {
        column->bands[kept] = ng_arena_text(arena, "(rare)");
        if (column->bands[kept] == NULL)
            return out_of_memory(err);
        ng_text_printf(work->notes,
                       "%.80s: %zu categor%s with fewer than %d examples pooled as "
                       "(rare).\n",
                       column->name, rare, rare == 1 ? "y" : "ies",
                       NG_GROUP_SUPPRESSED_BELOW);
    }
    return NG_OK;
}

static enum ng_status code(const struct work *work, struct ng_arena *arena,
                           const struct ng_slice_column *column, uint16_t **codes,
                           struct ng_error *err)
{
    size_t examples = work->table->examples.count;
    uint16_t *by_id = calloc(work->count + 1, sizeof *by_id);
    *codes = ng_arena_array(arena, examples, sizeof **codes);
    if (*codes == NULL || by_id == NULL || column->band_count > UINT16_MAX) {
        free(by_id);
        return column->band_count > UINT16_MAX
                   ? ng_fail(err, NG_INVALID,
                             "Column %.80s has %zu categories; at most %d are judged.",
                             column->name, column->band_count, NG_GROUP_MOST)
                   : out_of_memory(err);
    }
    for (size_t i = 0; i < work->count; i++)
        by_id[work->values[i].id] = (uint16_t)work->values[i].band;
    for (size_t e = 0; e < examples; e++)
        (*codes)[e] = by_id[value_of(work, e)];
    free(by_id);
    return NG_OK;
}

static enum ng_status make_column(struct work *work, struct ng_arena *arena,
                                  struct ng_slice_column *column, uint16_t **codes,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    column->name = work->table->columns[work->column].name;
    NG_TRY(count_values(work, err));
    qsort(work->values, work->count, sizeof *work->values,
          work->numeric ? by_number : by_text);
    if (work->numeric && work->count - work->missing > NG_EVAL_MOST_CATEGORIES)
        NG_TRY(cut(work, arena, column, err));
    else
        NG_TRY(categorise(work, arena, column, err));
    NG_TRY(code(work, arena, column, codes, err));
out:
    free(work->values);
    return status;
}

enum ng_status ng_eval_slices(const struct ng_eval_table *table, struct ng_arena *arena,
                              struct ng_slice_column **columns, uint16_t ***codes,
                              struct ng_text *notes, struct ng_error *err)
{
    *columns = ng_arena_array(arena, table->column_count, sizeof **columns);
    *codes = ng_arena_array(arena, table->column_count, sizeof **codes);
    if (*columns == NULL || *codes == NULL)
        return out_of_memory(err);
    for (size_t c = 0; c < table->column_count; c++) {
        struct work work = {.table = table, .column = c, .notes = notes};
        enum ng_status status =
            make_column(&work, arena, &(*columns)[c], &(*codes)[c], err);
        if (status != NG_OK)
            return status;
    }
    return NG_OK;
}
