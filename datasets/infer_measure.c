/* One pass over a table: what the columns hold, as counts. */
#include <math.h>
#include <string.h>

#include "datasets/files/decimal.h"
#include "datasets/infer_parts.h"
#include "datasets/time_text.h"

#define SLOTS_FIRST  32
#define MANY_COLUMNS 256
#define DATE         10 /* bytes of 2015-02-04 */

const char *const ng_infer_marks[] = {"?",   "NA",  "N/A",  "n/a",  "#N/A", "<NA>",
                                      "NaN", "nan", "null", "NULL", "None", "\\N",
                                      ".",   "-",   " ",    NULL};

/* FNV-1a, 64 bits (G. Fowler, L. C. Noll, K.-P. Vo). */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash ^ hash >> 32;
}

static bool rehash(struct ng_infer_column *column, struct ng_arena *arena)
{
    size_t count = column->slot_count == 0 ? SLOTS_FIRST : 2 * column->slot_count;
    uint32_t *slots = ng_arena_array(arena, count, sizeof *slots);
    struct ng_infer_text *texts = ng_arena_array(arena, count / 2, sizeof *texts);
    if (slots == NULL || texts == NULL)
        return false;
    for (size_t i = 0; i < column->count; i++) {
        size_t slot = hash_of(column->texts[i].text) % count;
        while (slots[slot] != 0)
            slot = (slot + 1) % count;
        slots[slot] = (uint32_t)i + 1;
        texts[i] = column->texts[i];
    }
    column->slots = slots;
    column->slot_count = count;
    column->texts = texts;
    column->capacity = count / 2;
    return true;
}

/* The place of the text; SIZE_MAX: there are too many, or (false) no memory. */
static bool note_text(struct ng_infer_column *column, const char *text, size_t most,
                      struct ng_arena *arena, size_t *place)
{
    *place = SIZE_MAX;
    if (column->many)
        return true;
    if (column->count == column->capacity && !rehash(column, arena))
        return false;
    size_t slot = hash_of(text) % column->slot_count;
    for (; column->slots[slot] != 0; slot = (slot + 1) % column->slot_count) {
        size_t found = column->slots[slot] - 1;
        if (strcmp(column->texts[found].text, text) == 0) {
            *place = found;
            break;
        }
    }
    if (*place == SIZE_MAX && column->count == most) {
        column->many = true;
        return true;
    }
    if (*place == SIZE_MAX) {
        char *copy = ng_arena_text(arena, text);
        if (copy == NULL)
            return false;
        *place = column->count++;
        column->texts[*place] = (struct ng_infer_text){copy, 0, NG_INFER_NO_CLASS};
        column->slots[slot] = (uint32_t)*place + 1;
    }
    column->texts[*place].rows++;
    return true;
}

static void note_class(int *class, int of_row)
{
    if (*class == NG_INFER_NO_CLASS)
        *class = of_row;
    else if (*class != of_row)
        *class = NG_INFER_MIXED;
}

static void note_number(struct ng_infer_column *column, double value)
{
    bool first = column->numbers == 0;
    column->whole = (first || column->whole) && value == floor(value);
    column->counted = (first || column->counted) && value == floor(value) &&
                      (first || value == column->last + 1);
    column->last = value;
    column->numbers++;
}

static size_t words_in(const char *text)
{
    size_t words = 0;
    for (; *text != '\0'; text++)
        words += *text != ' ' && (text[1] == ' ' || text[1] == '\0');
    return words;
}

/* The number of the mark, or NG_INFER_MARKS. */
static size_t mark_of(const char *text)
{
    size_t mark = 0;
    while (ng_infer_marks[mark] != NULL && strcmp(ng_infer_marks[mark], text) != 0)
        mark++;
    return mark;
}

static bool note_field(struct ng_infer_table *table, struct ng_infer_column *column,
                       const struct ng_csv *csv, const char *text, int class,
                       struct ng_arena *arena)
{
    size_t mark = text[0] == '\0' ? NG_INFER_MARKS : mark_of(text), place;
    if (text[0] == '\0' || mark < NG_INFER_MARKS) {
        if (mark < NG_INFER_MARKS)
            table->marks[mark] = true;
        column->missing++;
        note_class(&column->missing_class, class);
        return true;
    }
    double value;
    int64_t seconds;
    if (ng_decimal_read(text, &value)) {
        note_number(column, value);
    } else {
        bool time = ng_time_read(text, &seconds);
        column->times += time;
        column->clocks += time && strlen(text) > DATE;
        column->words += words_in(text);
        if (column->odd == NULL) {
            column->odd = ng_arena_text(arena, text);
            column->odd_line = csv->line;
        }
        if (column->odd == NULL)
            return false;
    }
    /* Of a column of numbers a few texts are enough, where there are many columns. */
    bool few = column->odd == NULL && table->column_count > MANY_COLUMNS;
    size_t most = few ? NG_INFER_CLASSES + 1 : NG_INFER_TEXTS;
    if (!note_text(column, text, most, arena, &place))
        return false;
    if (place != SIZE_MAX)
        note_class(&column->texts[place].class, class);
    return true;
}

/* The row's class, which is the number of the label's text. Marks are texts here: what
 * stands in no other column is a class. */
static bool note_label(struct ng_infer_table *table, const struct ng_csv *csv,
                       struct ng_arena *arena, int *class)
{
    struct ng_infer_column *label = &table->columns[table->label];
    const char *text = csv->fields[table->label];
    size_t place;
    double value;
    *class = NG_INFER_MIXED;
    if (text[0] == '\0') {
        label->missing++;
        return true;
    }
    if (ng_decimal_read(text, &value))
        note_number(label, value);
    if (!note_text(label, text, NG_INFER_CLASSES + NG_INFER_MARKS, arena, &place))
        return false;
    if (place != SIZE_MAX)
        *class = (int)place;
    return true;
}

static bool is_unlabelled(const struct ng_infer_table *table, const char *label)
{
    size_t mark = mark_of(label);
    return label[0] == '\0' || (mark < NG_INFER_MARKS && table->marks[mark]);
}

static bool note_row(struct ng_infer_table *table, const struct ng_csv *csv,
                     struct ng_arena *arena)
{
    int class;
    if (table->drop && is_unlabelled(table, csv->fields[table->label])) {
        table->unlabelled++;
        return true;
    }
    if (!note_label(table, csv, arena, &class))
        return false;
    for (size_t i = 0; i < table->column_count; i++)
        if (i != table->label &&
            !note_field(table, &table->columns[i], csv, csv->fields[i], class, arena))
            return false;
    table->rows++;
    return true;
}

/* Rows whose label is empty, or a mark that means missing in the other columns, too. */
static size_t unlabelled_rows(const struct ng_infer_table *table)
{
    const struct ng_infer_column *label = &table->columns[table->label];
    size_t rows = label->missing;
    for (size_t i = 0; i < label->count; i++)
        for (size_t m = 0; m < NG_INFER_MARKS; m++)
            if (table->marks[m] && strcmp(label->texts[i].text, ng_infer_marks[m]) == 0)
                rows += label->texts[i].rows;
    return rows;
}

static enum ng_status measure_rows(const char *path, const struct ng_infer_form *form,
                                   struct ng_arena *arena, struct ng_infer_table *table,
                                   struct ng_error *err)
{
    enum ng_status status;
    struct ng_csv csv = {0};
    bool more, room;
    table->columns = ng_arena_array(arena, form->csv.columns, sizeof *table->columns);
    room = table->columns != NULL;
    for (size_t i = 0; i < table->column_count && room; i++)
        table->columns[i].missing_class = NG_INFER_NO_CLASS;
    NG_TRY(ng_csv_open(&csv, path, &form->csv, err));
    NG_TRY(ng_csv_next(&csv, &more, err));
    while (more && room) {
        room = note_row(table, &csv, arena);
        NG_TRY(ng_csv_next(&csv, &more, err));
    }
    if (!room)
        status = ng_fail(err, NG_FAILED,
                         "%s cannot be read: the system has no memory left.", path);
out:
    ng_csv_close(&csv);
    return status;
}

/* Which marks mean that a label is missing is known at the end of the table. */
enum ng_status ng_infer_measure(const char *path, const struct ng_infer_form *form,
                                size_t label, struct ng_arena *arena,
                                struct ng_infer_table *table, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    *table = (struct ng_infer_table){.label = label, .column_count = form->csv.columns};
    NG_TRY(measure_rows(path, form, arena, table, err));
    const struct ng_infer_column *all = table->columns;
    if (unlabelled_rows(table) == 0 || ng_infer_only_marks(&all[label]))
        goto out;
    table->rows = 0;
    table->drop = true;
    NG_TRY(measure_rows(path, form, arena, table, err));
    for (size_t i = 0; i < table->column_count; i++)
        table->columns[i].counted = all[i].counted; /* row numbers have no gaps */
out:
    return status;
}
