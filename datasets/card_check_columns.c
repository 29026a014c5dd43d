#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/card_check.h"
#include "datasets/dataset.h"

#define BUCKETS    256 /* the default of a column's key */
#define NAME_BYTES 200 /* of a slice, after which run files name their groups */

/* ---- Columns --------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of all fields, repeats written out. NULL: no memory. */
static char **field_names(const struct ng_card *card, struct ng_arena *arena)
{
    const struct ng_card_column *columns = card->columns.values;
    char **names = ng_arena_array(arena, ng_card_fields(card) + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; names != NULL && i < card->columns.count; i++) {
        for (int64_t r = 0; r < columns[i].repeat; r++) {
            names[count] =
                columns[i].repeat == 1
                    ? columns[i].name
                    : ng_arena_printf(arena, "%s%lld", columns[i].name, (long long)r);
            if (names[count++] == NULL)
                return NULL;
        }
    }
    return names;
}

static enum ng_status no_memory(const struct ng_card *card, struct ng_error *err)
{
    return ng_fail(err, NG_FAILED,
                   "The data card %s cannot be checked: the system has no memory left.",
                   card->name);
}

static enum ng_status check_names(const struct ng_card *card, struct ng_error *err)
{
    struct ng_arena arena = {0};
    size_t count = ng_card_fields(card);
    enum ng_status status = NG_OK;
    char **names = field_names(card, &arena);
    if (names == NULL) {
        status = no_memory(card, err);
        goto out;
    }
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; i < count; i++) {
        if (names[i][0] == '\0')
            NG_TRY(NG_BAD_CARD("The data card %s has a column without a name.",
                               card->name));
        if (i > 0 && strcmp(names[i], names[i - 1]) == 0)
            NG_TRY(NG_BAD_CARD("The data card %s has two columns of the name %s; "
                               "distinct names were expected.",
                               card->name, names[i]));
    }
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status check_column(const struct ng_card *card,
                                   const struct ng_card_column *column,
                                   struct ng_error *err)
{
    bool bounded = column->least > -(double)FLT_MAX || column->most < (double)FLT_MAX;
    const char *type = ng_column_type_names[column->type];
    if (column->categories.count > 0 && column->type != NG_COLUMN_CATEGORY)
        return NG_BAD_CARD(
            "The data card %s gives categories to the column %s, which is "
            "of type %s; only a category has them.",
            card->name, column->name, type);
    if (bounded && column->type != NG_COLUMN_NUMBER)
        return NG_BAD_CARD(
            "The data card %s gives least or most to the column %s, which "
            "is of type %s; only a number has them.",
            card->name, column->name, type);
    if (column->least > column->most)
        return NG_BAD_CARD(
            "The data card %s gives the column %s a least value of %g and "
            "a most of %g, so that every value would be missing.",
            card->name, column->name, column->least, column->most);
    if (column->buckets != BUCKETS && column->type != NG_COLUMN_TEXT)
        return NG_BAD_CARD(
            "The data card %s gives buckets to the column %s, which is of "
            "type %s; only a text has them.",
            card->name, column->name, type);
    return NG_OK;
}

enum ng_status ng_card_check_columns(const struct ng_card *card, struct ng_error *err)
{
    const struct ng_card_column *columns = card->columns.values;
    enum ng_status status = NG_OK;
    size_t of_type[NG_COLUMN_IGNORE + 1] = {0};
    for (size_t i = 0; i < card->columns.count; i++) {
        NG_TRY(check_column(card, &columns[i], err));
        of_type[columns[i].type] += (size_t)columns[i].repeat;
    }
    NG_TRY(check_names(card, err));
    if (of_type[NG_COLUMN_LABEL] != 1)
        return NG_BAD_CARD("The data card %s has %zu columns of type label; one was "
                           "expected.",
                           card->name, of_type[NG_COLUMN_LABEL]);
    if (of_type[NG_COLUMN_NUMBER] + of_type[NG_COLUMN_CATEGORY] +
            of_type[NG_COLUMN_TEXT] ==
        0)
        return NG_BAD_CARD("The data card %s has no column of type number, category or "
                           "text, so nothing to learn from.",
                           card->name);
    if (of_type[NG_COLUMN_TIME] > 1 && strcmp(card->order, "stream") == 0)
        return NG_BAD_CARD(
            "The data card %s is a stream with %zu columns of type time; "
            "at most one was expected.",
            card->name, of_type[NG_COLUMN_TIME]);
out:
    return status;
}

/* ---- Slices ---------------------------------------------------------------------- */

/* What a slice is on. */
struct subject {
    const char *words; /* for sentences */
    size_t bands;      /* how many names fit; 0: not known before the files are read */
    bool edges, parts; /* may they be given? */
    bool names;        /* may bands be named? */
};

static bool is_column(const struct ng_card_column *column, const char *name)
{
    size_t length = strlen(column->name);
    if (column->repeat == 1)
        return strcmp(column->name, name) == 0;
    if (strncmp(column->name, name, length) != 0)
        return false;
    const char *digits = name + length;
    size_t count = strspn(digits, "0123456789");
    return count > 0 && count < 7 && digits[count] == '\0' &&
           (digits[0] != '0' || count == 1) && atoll(digits) < column->repeat;
}

static enum ng_status unknown_column(const struct ng_card *card,
                                     const struct ng_card_slice *slice,
                                     const struct ng_reader *reader,
                                     struct ng_error *err)
{
    struct ng_arena arena = {0};
    size_t own = reader->column_count;
    char **fields = field_names(card, &arena);
    const char **names =
        ng_arena_array(&arena, own + ng_card_fields(card) + 1, sizeof *names);
    if (fields == NULL || names == NULL) {
        ng_arena_release(&arena);
        return no_memory(card, err);
    }
    for (size_t i = 0; i < own; i++)
        names[i] = reader->columns[i].name;
    for (size_t i = 0; i < ng_card_fields(card); i++)
        names[own + i] = fields[i];
    const char *near =
        ng_text_nearest(slice->column, names, own + ng_card_fields(card));
    enum ng_status status = NG_BAD_CARD(
        "The data card %s has the slice %s on the column '%s', which does not "
        "exist%s%s%s.",
        card->name, slice->name, slice->column, near != NULL ? "; did you mean '" : "",
        near != NULL ? near : "", near != NULL ? "'?" : "");
    ng_arena_release(&arena);
    return status;
}

bool ng_card_slice_measures(const struct ng_card_column *column,
                            const struct ng_card_slice *slice)
{
    return column->type == NG_COLUMN_IGNORE &&
           (slice->edges.count > 0 || slice->parts > 0);
}

static struct subject subject_of_type(const struct ng_card_column *column)
{
    switch (column->type) {
    case NG_COLUMN_NUMBER:
        return (struct subject){"a number", 4, true, true, true};
    case NG_COLUMN_TEXT:
        return (struct subject){"a text", 4, true, true, true};
    case NG_COLUMN_TIME:
        return (struct subject){"a time", 24, true, false, true};
    default:
        return (struct subject){"a category", column->categories.count, false, false,
                                column->categories.count > 0};
    }
}

static enum ng_status subject_of_column(const struct ng_card *card,
                                        const struct ng_card_slice *slice,
                                        const struct ng_reader *reader,
                                        struct subject *subject, struct ng_error *err)
{
    const struct ng_card_column *columns = card->columns.values;
    for (size_t i = 0; i < reader->column_count; i++) {
        if (strcmp(reader->columns[i].name, slice->column) != 0)
            continue;
        *subject = (struct subject){"a category", 0, false, false, true};
        while (reader->columns[i].bands[subject->bands] != NULL)
            subject->bands++;
        return NG_OK;
    }
    for (size_t i = 0; i < card->columns.count; i++) {
        if (!is_column(&columns[i], slice->column))
            continue;
        if (columns[i].type == NG_COLUMN_LABEL)
            return NG_BAD_CARD(
                "The data card %s has the slice %s on the label column %s "
                "itself; 'by: label' was expected.",
                card->name, slice->name, slice->column);
        *subject = subject_of_type(&columns[i]);
        if (ng_card_slice_measures(&columns[i], slice))
            *subject = (struct subject){"a number", 4, true, true, true};
        return NG_OK;
    }
    return unknown_column(card, slice, reader, err);
}

static struct subject subject_by(const struct ng_card *card,
                                 const struct ng_card_slice *slice)
{
    const struct ng_card_file *files = card->files.values;
    size_t count = 0;
    if (strcmp(slice->by, "label") == 0)
        return (struct subject){"the label", card->classes.count, false, false,
                                card->classes.count > 0};
    if (strcmp(slice->by, "position") == 0)
        return (struct subject){"the position", NG_CARD_POSITIONS, false, true, true};
    for (size_t i = 0; i < card->files.count; i++)
        count += strcmp(files[i].part, "features") == 0;
    return (struct subject){"the file", count, false, false, true};
}

static enum ng_status check_bands(const struct ng_card *card,
                                  const struct ng_card_slice *slice,
                                  const struct subject *subject, struct ng_error *err)
{
    size_t bands = subject->bands;
    if (slice->edges.count > 0 && !subject->edges)
        return NG_BAD_CARD(
            "The data card %s gives edges to the slice %s, which is by %s; "
            "only numbers, times and lengths of texts have them.",
            card->name, slice->name, subject->words);
    if (slice->parts != 0 && !subject->parts)
        return NG_BAD_CARD(
            "The data card %s gives parts to the slice %s, which is by %s; "
            "only numbers, lengths of texts and positions have them.",
            card->name, slice->name, subject->words);
    if (slice->edges.count > 0 && slice->parts != 0)
        return NG_BAD_CARD("The data card %s gives the slice %s both edges and parts; "
                           "one of them was expected.",
                           card->name, slice->name);
    if (slice->parts == 1)
        return NG_BAD_CARD(
            "The data card %s divides the slice %s into 1 part; at least "
            "2 were expected.",
            card->name, slice->name);
    for (size_t i = 1; i < slice->edges.count; i++)
        if (!(slice->edges.values[i - 1] < slice->edges.values[i]))
            return NG_BAD_CARD("The data card %s gives the slice %s the edge %g behind "
                               "%g; ascending edges were expected.",
                               card->name, slice->name, slice->edges.values[i],
                               slice->edges.values[i - 1]);
    if (slice->bands.count > 0 && !subject->names)
        return NG_BAD_CARD("The data card %s names bands of the slice %s, whose "
                           "categories are learnt from the files; categories in the "
                           "column, or classes in the card, were expected first.",
                           card->name, slice->name);
    if (slice->edges.count > 0)
        bands = slice->edges.count + 1;
    else if (slice->parts > 0)
        bands = (size_t)slice->parts;
    if (slice->bands.count > 0 && slice->bands.count != bands)
        return NG_BAD_CARD(
            "The data card %s names %zu bands for the slice %s, which has "
            "%zu.",
            card->name, slice->bands.count, slice->name, bands);
    return NG_OK;
}

static enum ng_status check_slice(const struct ng_card *card, size_t index,
                                  const struct ng_reader *reader, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const struct ng_card_slice *slices = card->slices.values;
    const struct ng_card_slice *slice = &slices[index];
    struct subject subject;
    if (strlen(slice->name) > NAME_BYTES || strchr(slice->name, '/') != NULL ||
        strcmp(slice->name, ".") == 0)
        return NG_BAD_CARD("The data card %s has the slice '%.200s'; a name of at most "
                           "%d letters, without '/' and not '.', was expected, as run "
                           "files hold its results under it (a column of another name "
                           "may be given in column).",
                           card->name, slice->name, NAME_BYTES);
    if (slice->name[0] == '\0' || strstr(slice->name, " x ") != NULL)
        return NG_BAD_CARD("The data card %s has the slice '%s'; a name without ' x ', "
                           "which crosses slices, was expected.",
                           card->name, slice->name);
    for (size_t j = 0; j < index; j++)
        if (strcmp(slice->name, slices[j].name) == 0)
            return NG_BAD_CARD(
                "The data card %s has two slices of the name %s; distinct "
                "names were expected.",
                card->name, slice->name);
    if ((slice->column == NULL) == (slice->by == NULL))
        return NG_BAD_CARD(
            "The data card %s gives the slice %s %s column and by; one of "
            "them was expected.",
            card->name, slice->name, slice->column == NULL ? "neither of" : "both");
    if (slice->by != NULL && strcmp(slice->by, "file") == 0 && !reader->needs_files)
        return NG_BAD_CARD(
            "The data card %s has the slice %s by file, but its reader %s "
            "reads none.",
            card->name, slice->name, reader->name);
    if (slice->by != NULL)
        subject = subject_by(card, slice);
    else
        NG_TRY(subject_of_column(card, slice, reader, &subject, err));
    NG_TRY(check_bands(card, slice, &subject, err));
out:
    return status;
}

enum ng_status ng_card_check_slices(const struct ng_card *card,
                                    const struct ng_reader *reader,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < card->slices.count; i++)
        NG_TRY(check_slice(card, i, reader, err));
out:
    return status;
}
