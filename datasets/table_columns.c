/*
 * Between the passes: what the training rows hold decides on categories, classes and features.
 */
#include <stdlib.h>
#include <string.h>

#include "datasets/files/decimal.h"
#include "datasets/table.h"

#define CLASSES_MOST 1000 /* learnt ones */

/* --- Counting ------------------------------------------------------------------------ */

static enum ng_status make_counts(struct ng_tabular *table, struct ng_error *err)
{
    struct ng_arena *scratch = &table->load->scratch;
    for (size_t i = 0; i < table->field_count; i++) {
        struct ng_tabular_field *field = &table->fields[i];
        if (!field->coded)
            continue;
        size_t count = field->distinct.count;
        struct ng_pooling *pooling = &field->pooling;
        pooling->rows[0] = ng_arena_array(scratch, count, sizeof(size_t));
        pooling->rows[1] = ng_arena_array(scratch, count, sizeof(size_t));
        pooling->order = ng_arena_array(scratch, count, sizeof pooling->order[0]);
        pooling->place = ng_arena_array(scratch, count, sizeof pooling->place[0]);
        if (pooling->rows[0] == NULL || pooling->rows[1] == NULL ||
            pooling->order == NULL || pooling->place == NULL)
            return ng_load_no_memory(table->load, err);
    }
    return NG_OK;
}

static void count_texts(struct ng_tabular *table, size_t index, bool test,
                        const uint32_t *codes)
{
    struct ng_tabular_field *field = &table->fields[index];
    uint32_t code = codes[field->code];
    if (code == NG_TABULAR_MISSING)
        field->pooling.missing_rows[test]++;
    else
        field->pooling.rows[test][code]++;
}

static enum ng_status count_rows(struct ng_tabular *table, struct ng_error *err)
{
    const struct ng_load *load = table->load;
    unsigned char *gaps =
        ng_arena_array(&table->load->scratch, table->gap_bytes + 1, 1);
    if (gaps == NULL)
        return ng_load_no_memory(load, err);
    for (size_t row = 0; row < table->rows; row++) {
        struct ng_place place = ng_load_place(load, row);
        if (place.split == NULL)
            continue;
        bool test = place.split == &load->dataset->test;
        const uint32_t *codes = table->code + row * table->codes;
        for (size_t i = 0; i < table->field_count; i++)
            if (table->fields[i].coded)
                count_texts(table, i, test, codes);
        for (size_t i = 0; !test && i < table->gap_bytes; i++)
            gaps[i] |= table->gaps[row * table->gap_bytes + i];
    }
    for (size_t i = 0; i < table->field_count; i++) {
        struct ng_tabular_field *field = &table->fields[i];
        if (field->card->type == NG_COLUMN_NUMBER)
            field->indicator = gaps[field->gap / 8] >> field->gap % 8 & 1;
    }
    return NG_OK;
}

/* --- Categories and classes -------------------------------------------------------- */

struct sorted {
    const char *text;
    double value; /* of a text that is a number */
    uint32_t number;
};

static int compare_texts(const void *a, const void *b)
{
    const struct sorted *one = a, *other = b;
    return strcmp(one->text, other->text);
}

static int compare_values(const void *a, const void *b)
{
    const struct sorted *one = a, *other = b;
    if (one->value != other->value)
        return one->value < other->value ? -1 : 1;
    return compare_texts(a, b);
}

/* The texts with at least `least` training rows, sorted; by value where all are numbers and
 * that is wished. NULL: no memory. */
static struct sorted *sort_texts(struct ng_tabular *table,
                                 const struct ng_tabular_field *field, size_t least,
                                 bool by_value, size_t *count)
{
    const struct ng_distinct *distinct = &field->distinct;
    struct sorted *sorted =
        ng_arena_array(&table->load->scratch, distinct->count, sizeof sorted[0]);
    *count = 0;
    for (size_t i = 0; sorted != NULL && i < distinct->count; i++) {
        if (field->pooling.rows[0][i] < least)
            continue;
        struct sorted *one = &sorted[(*count)++];
        one->text = distinct->text[i];
        one->number = (uint32_t)i;
        by_value = by_value && ng_decimal_read(one->text, &one->value);
    }
    if (sorted != NULL && *count > 0)
        qsort(sorted, *count, sizeof sorted[0],
              by_value ? compare_values : compare_texts);
    return sorted;
}

static enum ng_status pool_texts(struct ng_tabular *table,
                                 struct ng_tabular_field *field, struct ng_error *err)
{
    struct ng_pooling *pooling = &field->pooling;
    size_t known = field->card->categories.count, learnt = 0;
    struct sorted *sorted = NULL;
    if (known == 0)
        sorted = sort_texts(table, field, NG_CARD_LEAST_ROWS, false, &learnt);
    if (known == 0 && sorted == NULL)
        return ng_load_no_memory(table->load, err);
    pooling->named = known + learnt;
    for (size_t i = 0; i < pooling->named; i++)
        pooling->order[i] = known > 0 ? (uint32_t)i : sorted[i].number;
    for (size_t i = 0; i < field->distinct.count; i++)
        pooling->place[i] = NG_TABULAR_NONE;
    for (size_t i = 0; i < pooling->named; i++)
        pooling->place[pooling->order[i]] = i;
    for (size_t i = 0; i < field->distinct.count; i++) {
        if (pooling->place[i] != NG_TABULAR_NONE)
            continue;
        if (pooling->rows[0][i] > 0)
            pooling->rare = true;
        else
            pooling->unseen += pooling->rows[1][i];
    }
    return NG_OK;
}

static enum ng_status learn_classes(struct ng_tabular *table, struct ng_error *err)
{
    const struct ng_card *card = table->load->card;
    struct ng_tabular_field *field = &table->fields[table->label];
    struct ng_arena *scratch = &table->load->scratch;
    size_t texts = field->distinct.count, count;

    field->class = ng_arena_array(scratch, texts, sizeof field->class[0]);
    struct sorted *sorted = sort_texts(table, field, 1, true, &count);
    if (field->class == NULL || sorted == NULL)
        return ng_load_no_memory(table->load, err);
    if (card->classes.count > 0) {
        table->classes = card->classes;
        for (size_t i = 0; i < texts; i++)
            field->class[i] = (uint32_t)i;
        return NG_OK;
    }
    if (count < 2 || count > CLASSES_MOST)
        return ng_fail(
            err, NG_INVALID,
            "The data set %s has %zu distinct labels in the training rows of "
            "the column %s; 2 to %d were expected.",
            card->name, count, field->name, CLASSES_MOST);
    table->classes.values = ng_arena_array(scratch, count, sizeof(char *));
    table->classes.count = count;
    if (table->classes.values == NULL)
        return ng_load_no_memory(table->load, err);
    memset(field->class, 0xFF, texts * sizeof field->class[0]);
    for (size_t i = 0; i < count; i++) {
        table->classes.values[i] = field->distinct.text[sorted[i].number];
        field->class[sorted[i].number] = (uint32_t)i;
    }
    return NG_OK;
}

/* --- Features ------------------------------------------------------------------------ */

static size_t count_features(const struct ng_tabular_field *field)
{
    switch (field->card->type) {
    case NG_COLUMN_NUMBER:
        return field->indicator ? 2 : 1;
    case NG_COLUMN_CATEGORY:
        return field->pooling.named + field->pooling.rare +
               (field->pooling.missing_rows[0] > 0);
    case NG_COLUMN_TEXT:
        return (size_t)field->card->buckets;
    default:
        return 0;
    }
}

static char *feature_name(struct ng_arena *arena, const struct ng_tabular_field *field,
                          size_t index)
{
    const struct ng_pooling *pooling = &field->pooling;
    if (field->card->type == NG_COLUMN_TEXT)
        return ng_arena_printf(arena, "%s #%zu", field->name, index);
    if (field->card->type == NG_COLUMN_NUMBER)
        return index == 0 ? ng_arena_text(arena, field->name)
                          : ng_arena_printf(arena, "%s (missing)", field->name);
    const char *category = index < pooling->named
                               ? field->distinct.text[pooling->order[index]]
                           : index == pooling->named && pooling->rare ? "(rare)"
                                                                      : "(missing)";
    return ng_arena_printf(arena, "%s=%s", field->name, category);
}

static enum ng_feature_kind feature_kind(const struct ng_tabular_field *field,
                                         size_t index)
{
    if (field->card->type == NG_COLUMN_NUMBER)
        return index == 0 ? NG_FEATURE_NUMBER : NG_FEATURE_MISSING;
    return field->card->type == NG_COLUMN_TEXT ? NG_FEATURE_BUCKET
                                               : NG_FEATURE_CATEGORY;
}

static enum ng_status name_features(struct ng_tabular *table, size_t index,
                                    struct ng_error *err)
{
    struct ng_dataset *dataset = table->load->dataset;
    const struct ng_tabular_field *field = &table->fields[index];
    const struct ng_column_facts *column = &dataset->columns[index];
    for (size_t i = 0; i < column->features; i++) {
        char *name = feature_name(&dataset->arena, field, i);
        if (name == NULL)
            return ng_load_no_memory(table->load, err);
        dataset->feature_names[column->first + i] = name;
        dataset->facts[column->first + i].kind = feature_kind(field, i);
    }
    return NG_OK;
}

/* What the counts tell about a column; numbers and texts follow in the second pass. */
static void state_facts(const struct ng_tabular_field *field,
                        struct ng_column_facts *column)
{
    const struct ng_pooling *pooling = &field->pooling;
    bool category = field->card->type == NG_COLUMN_CATEGORY;
    column->unseen = category ? pooling->unseen : 0;
    for (size_t i = 0; i < field->distinct.count; i++) {
        column->distinct += pooling->rows[0][i] > 0;
        if (!category || pooling->place[i] != NG_TABULAR_NONE ||
            pooling->rows[0][i] == 0)
            continue;
        column->pooled[0] += pooling->rows[0][i];
        column->pooled[1] += pooling->rows[1][i];
    }
}

static enum ng_status describe_columns(struct ng_tabular *table, size_t *features,
                                       struct ng_error *err)
{
    struct ng_dataset *dataset = table->load->dataset;
    *features = 0;
    dataset->column_count = table->field_count;
    dataset->columns =
        ng_arena_array(&dataset->arena, table->field_count, sizeof dataset->columns[0]);
    if (dataset->columns == NULL)
        return ng_load_no_memory(table->load, err);
    for (size_t i = 0; i < table->field_count; i++) {
        const struct ng_tabular_field *field = &table->fields[i];
        struct ng_column_facts *column = &dataset->columns[i];
        column->name = field->name;
        column->type = (enum ng_column_type)field->card->type;
        column->first = *features;
        column->features = count_features(field);
        *features += column->features;
        state_facts(field, column);
    }
    return NG_OK;
}

enum ng_status ng_tabular_columns(struct ng_tabular *table, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t features;

    NG_TRY(make_counts(table, err));
    NG_TRY(count_rows(table, err));
    for (size_t i = 0; i < table->field_count; i++)
        if (table->fields[i].coded && i != table->label)
            NG_TRY(pool_texts(table, &table->fields[i], err));
    NG_TRY(learn_classes(table, err));
    NG_TRY(describe_columns(table, &features, err));
    NG_TRY(ng_load_columns(table->load, features, &table->classes, err));
    for (size_t i = 0; i < table->field_count; i++)
        NG_TRY(name_features(table, i, err));
out:
    return status;
}
