/* What cannot be learnt from a table, and what to type instead. */
#include <stdio.h>
#include <string.h>

#include "datasets/infer_parts.h"

#define NAMES_SHOWN 600 /* bytes of a list of columns */

#define BAD(...) ng_fail(err, NG_INVALID, __VA_ARGS__)

void ng_infer_add_count(struct ng_text *text, size_t count)
{
    if (count >= 1000)
        ng_infer_add_count(text, count / 1000);
    ng_text_printf(text, count >= 1000 ? ",%03zu" : "%zu", count % 1000);
}

struct count_text {
    char text[32];
};

static struct count_text count_of(size_t count)
{
    struct count_text shown = {""};
    struct ng_text text = {0};
    ng_infer_add_count(&text, count);
    if (!text.failed)
        snprintf(shown.text, sizeof shown.text, "%s", text.data);
    ng_text_release(&text);
    return shown;
}

static void add_columns(const struct ng_infer_form *form, struct ng_text *text)
{
    for (size_t i = 0; i < form->csv.columns; i++) {
        if (text->length > NAMES_SHOWN) {
            ng_text_printf(text, " and %zu more", form->csv.columns - i);
            return;
        }
        ng_text_printf(text, "%s%s", i > 0 ? ", " : "", form->names[i]);
    }
}

enum ng_status ng_infer_find(const struct ng_infer_wish *wish,
                             const struct ng_infer_form *form, const char *key,
                             const char *name, size_t *place, struct ng_error *err)
{
    const char *const *names = (const char *const *)form->names;
    for (*place = 0; *place < form->csv.columns; ++*place)
        if (strcmp(names[*place], name) == 0)
            return NG_OK;
    if (!form->heading)
        return BAD(
            "%s has no column '%.120s', which %s names: it has no heading, so its "
            "columns are called x1 to x%zu from left to right; %s=x%zu is the "
            "last.",
            wish->file, name, key, form->csv.columns, key, form->csv.columns);
    const char *near = ng_text_nearest(name, names, form->csv.columns);
    struct ng_text list = {0};
    add_columns(form, &list);
    BAD("%s has no column '%.120s', which %s names%s%s%s Its columns are %s.",
        wish->file, name, key, near != NULL ? "; did you mean '" : ".",
        near != NULL ? near : "", near != NULL ? "'?" : "",
        list.data != NULL ? list.data : "");
    ng_text_release(&list);
    return NG_INVALID;
}

bool ng_infer_only_marks(const struct ng_infer_column *label)
{
    for (size_t i = 0; i < label->count; i++) {
        size_t m = 0;
        while (m < NG_INFER_MARKS &&
               strcmp(label->texts[i].text, ng_infer_marks[m]) != 0)
            m++;
        if (m == NG_INFER_MARKS)
            return false;
    }
    return !label->many;
}

static enum ng_status refuse_classes(const struct ng_infer_wish *wish,
                                     const struct ng_infer_table *table,
                                     struct ng_error *err)
{
    const struct ng_infer_column *label = &table->columns[table->label];
    bool number = label->numbers == table->rows - label->missing;
    if (!label->many && label->count == 1)
        return BAD(
            "The label '%s' is '%.60s' in all %s rows of %s, so there is nothing "
            "to tell apart; a column with at least two classes was expected in "
            "data.label.",
            wish->label, label->texts[0].text, count_of(table->rows).text, wish->file);
    bool fraction = number && !label->whole;
    size_t most = number ? NG_INFER_NUMBERS : NG_INFER_CLASSES;
    if (!label->many && !fraction && label->count <= most &&
        2 * label->count <= table->rows)
        return NG_OK;
    char many[48];
    snprintf(many, sizeof many, "%s%zu", label->many ? "more than " : "",
             label->many ? (size_t)NG_INFER_CLASSES : label->count);
    if (number)
        return BAD("The label '%s' of %s holds numbers%s, %s different ones in %s "
                   "rows: a number to be predicted, not a class. A column with 2 to %d "
                   "classes was expected in data.label; bands such as low and high can "
                   "be written into a new column.",
                   wish->label, wish->file, fraction ? " with fractions" : "", many,
                   count_of(table->rows).text, NG_INFER_NUMBERS);
    return BAD("The label '%s' of %s has %s classes in %s rows, too many to learn; a "
               "column with 2 to %d classes, each of several rows, was expected in "
               "data.label.",
               wish->label, wish->file, many, count_of(table->rows).text,
               NG_INFER_CLASSES);
}

bool ng_infer_tells_class(const struct ng_infer_column *column)
{
    int first = NG_INFER_NO_CLASS;
    bool several = false;
    for (size_t i = 0; i < column->count; i++) {
        int class = column->texts[i].class;
        if (class < 0)
            return false;
        if (first == NG_INFER_NO_CLASS)
            first = class;
        several |= class != first;
    }
    several |= column->missing > 0 && column->missing_class >= 0 &&
               column->missing_class != first;
    return several && first >= 0 && !column->many;
}

/* The label under other names: as many texts as classes, each of one class; as every class
 * has rows, no two are of the same. Missing counts as a text. */
static bool is_copy(const struct ng_infer_column *column, size_t classes)
{
    if (column->many || column->count + (column->missing > 0) != classes)
        return false;
    for (size_t i = 0; i < classes; i++) {
        int class = i < column->count ? column->texts[i].class : column->missing_class;
        if (class < 0)
            return false;
    }
    return true;
}

static enum ng_status refuse_copies(const struct ng_infer_wish *wish,
                                    const struct ng_infer_form *form,
                                    const struct ng_infer_table *table,
                                    const bool *ignored, struct ng_error *err)
{
    const struct ng_infer_column *label = &table->columns[table->label];
    struct ng_text names = {0};
    size_t copies = 0, first = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        if (i == table->label || ignored[i] ||
            !is_copy(&table->columns[i], label->count))
            continue;
        if (copies++ == 0)
            first = i;
        if (names.length <= NAMES_SHOWN)
            ng_text_printf(&names, "%s%s", copies > 1 ? "," : "", form->names[i]);
    }
    if (copies == 0)
        return NG_OK;
    const struct ng_infer_column *column = &table->columns[first];
    char pair[160] = "", others[64] = "";
    if (column->count > 0)
        snprintf(pair, sizeof pair, " ('%.40s' where it is '%.40s')",
                 column->texts[0].text, label->texts[column->texts[0].class].text);
    if (copies > 1)
        snprintf(others, sizeof others, ", and %zu other column%s too", copies - 1,
                 copies == 2 ? " is" : "s are");
    BAD("The column '%s' of %s is the label '%s' under other names%s%s, so nothing "
        "would be learnt but that; add data.ignore='%s' to leave %s out.",
        form->names[first], wish->file, wish->label, pair, others,
        names.failed ? form->names[first] : names.data, copies > 1 ? "them" : "it");
    ng_text_release(&names);
    return NG_INVALID;
}

enum ng_status ng_infer_refuse(const struct ng_infer_wish *wish,
                               const struct ng_infer_form *form,
                               const struct ng_infer_table *table, const bool *ignored,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    if (table->rows == 0)
        return BAD("%s has no rows below its heading; at least %d were expected.",
                   wish->file, NG_INFER_LEAST_ROWS);
    if (table->rows < NG_INFER_LEAST_ROWS)
        return BAD("%s has %zu rows%s, too few to compare anything; at least %d were "
                   "expected.",
                   wish->file, table->rows,
                   table->unlabelled > 0 ? " with a label" : "", NG_INFER_LEAST_ROWS);
    if (ng_infer_only_marks(&table->columns[table->label]))
        return BAD("The label '%s' says nothing in all %s rows of %s; a column that "
                   "names each row's class was expected in data.label.",
                   wish->label, count_of(table->rows).text, wish->file);
    NG_TRY(refuse_classes(wish, table, err));
    NG_TRY(refuse_copies(wish, form, table, ignored, err));
out:
    return status;
}
