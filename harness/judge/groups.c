#include "harness/judge/groups.h"

#include <string.h>

#define CROSS " x "

/* Cuts the next part off a text of parts joined by CROSS; NULL after the last. */
static const char *next_part(const char **rest, size_t *length)
{
    const char *part = *rest;
    if (part == NULL)
        return NULL;
    const char *cross = strstr(part, CROSS);
    *length = cross == NULL ? strlen(part) : (size_t)(cross - part);
    *rest = cross == NULL ? NULL : cross + strlen(CROSS);
    return part;
}

static const char *without_blanks(const char *part, size_t *length)
{
    while (*length > 0 && *part == ' ') {
        part++;
        --*length;
    }
    while (*length > 0 && part[*length - 1] == ' ')
        --*length;
    return part;
}

static enum ng_status unknown_column(const char *slice, const char *name, size_t length,
                                     const struct ng_slice_column *columns,
                                     size_t count, struct ng_arena *arena,
                                     struct ng_error *err)
{
    char *word = ng_arena_text_n(arena, name, length);
    const char **names = ng_arena_array(arena, count + 1, sizeof *names);
    if (word == NULL || names == NULL)
        return ng_fail(err, NG_FAILED, "Out of memory while reading slice \"%s\".",
                       slice);
    if (count == 0)
        return ng_fail(
            err, NG_INVALID,
            "Slice \"%s\" names column \"%s\", but this data set has no slice "
            "columns.",
            slice, word);
    struct ng_text known = {0};
    for (size_t i = 0; i < count; i++) {
        names[i] = columns[i].name;
        ng_text_printf(&known, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    const char *near = ng_text_nearest(word, names, count);
    enum ng_status status = ng_fail(
        err, NG_INVALID,
        "Slice \"%s\" names column \"%s\", which this data set does not have%s%s%s "
        "It has: %s.",
        slice, word, near == NULL ? "." : "; did you mean \"", near == NULL ? "" : near,
        near == NULL ? "" : "\"?", known.data == NULL ? "" : known.data);
    ng_text_release(&known);
    return status;
}

static bool column_by_name(const struct ng_slice_column *columns, size_t count,
                           const char *name, size_t length, size_t *number)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(columns[i].name) == length &&
            memcmp(columns[i].name, name, length) == 0) {
            *number = i;
            return true;
        }
    return false;
}

static enum ng_status read_axis(const char *slice,
                                const struct ng_slice_column *columns,
                                size_t column_count, struct ng_arena *arena,
                                struct ng_group_axis *axis, struct ng_error *err)
{
    const char *rest = slice, *part;
    size_t length, number;
    axis->count = 1;
    while ((part = next_part(&rest, &length)) != NULL) {
        /* Blanks around a name count only where it has them itself. */
        if (!column_by_name(columns, column_count, part, length, &number))
            part = without_blanks(part, &length);
        if (!column_by_name(columns, column_count, part, length, &number))
            return unknown_column(slice, part, length, columns, column_count, arena,
                                  err);
        for (size_t i = 0; i < axis->column_count; i++)
            if (axis->columns[i] == number)
                return ng_fail(err, NG_INVALID,
                               "Slice \"%s\" names column \"%s\" twice.", slice,
                               columns[number].name);
        if (axis->column_count == NG_GROUP_COLUMNS)
            return ng_fail(err, NG_INVALID,
                           "Slice \"%s\" crosses more than %d columns; at most %d are "
                           "crossed, for want of rows in each group.",
                           slice, NG_GROUP_COLUMNS, NG_GROUP_COLUMNS);
        axis->columns[axis->column_count++] = number;
        axis->count *= columns[number].band_count;
        if (axis->count > NG_GROUP_MOST)
            return ng_fail(
                err, NG_INVALID,
                "Slice \"%s\" makes more than %d groups; cross fewer columns.", slice,
                NG_GROUP_MOST);
    }
    return NG_OK;
}

static bool same_axis(const struct ng_group_axis *a, const struct ng_group_axis *b)
{
    if (a->column_count != b->column_count)
        return false;
    for (size_t i = 0; i < a->column_count; i++)
        if (a->columns[i] != b->columns[i])
            return false;
    return true;
}

/* Names of one axis's groups; code c of the first column is the slowest digit. */
static enum ng_status name_groups(struct ng_groups *groups,
                                  const struct ng_group_axis *axis,
                                  struct ng_arena *arena, struct ng_error *err)
{
    struct ng_text column = {0}, band = {0};
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < axis->column_count; i++)
        ng_text_printf(&column, "%s%s", i == 0 ? "" : CROSS,
                       groups->columns[axis->columns[i]].name);
    for (size_t g = 0; g < axis->count; g++) {
        size_t stride = axis->count;
        band.length = 0;
        for (size_t i = 0; i < axis->column_count; i++) {
            const struct ng_slice_column *c = &groups->columns[axis->columns[i]];
            stride /= c->band_count;
            ng_text_printf(&band, "%s%s", i == 0 ? "" : CROSS,
                           c->bands[g / stride % c->band_count]);
        }
        struct ng_group *group = &groups->groups[axis->first + g];
        if (!column.failed && !band.failed) {
            group->column = ng_arena_text(arena, column.data);
            group->band = ng_arena_text(arena, band.data);
        }
        if (group->column == NULL || group->band == NULL) {
            status = ng_fail(err, NG_FAILED, "Out of memory while naming groups.");
            break;
        }
    }
    ng_text_release(&column);
    ng_text_release(&band);
    return status;
}

enum ng_status ng_groups_make(const struct ng_texts *slices,
                              const struct ng_slice_column *columns,
                              size_t column_count, struct ng_arena *arena,
                              struct ng_groups *groups, struct ng_error *err)
{
    *groups = (struct ng_groups){.columns = columns};
    groups->axes = ng_arena_array(arena, slices->count, sizeof *groups->axes);
    if (groups->axes == NULL)
        return ng_fail(err, NG_FAILED, "Out of memory while making groups.");
    for (size_t a = 0; a < slices->count; a++) {
        struct ng_group_axis *axis = &groups->axes[a];
        enum ng_status status =
            read_axis(slices->values[a], columns, column_count, arena, axis, err);
        if (status != NG_OK)
            return status;
        for (size_t b = 0; b < a; b++)
            if (same_axis(axis, &groups->axes[b]))
                return ng_fail(err, NG_INVALID, "Slice \"%s\" is declared twice.",
                               slices->values[a]);
        axis->first = groups->count;
        groups->count += axis->count;
        groups->axis_count++;
    }
    if (groups->count > NG_GROUP_MOST)
        return ng_fail(err, NG_INVALID,
                       "The declared slices make %zu groups; at most %d are judged.",
                       groups->count, NG_GROUP_MOST);
    groups->groups = ng_arena_array(arena, groups->count, sizeof *groups->groups);
    if (groups->groups == NULL)
        return ng_fail(err, NG_FAILED, "Out of memory while making groups.");
    for (size_t a = 0; a < groups->axis_count; a++) {
        enum ng_status status = name_groups(groups, &groups->axes[a], arena, err);
        if (status != NG_OK)
            return status;
    }
    return NG_OK;
}

size_t ng_group_of(const struct ng_groups *groups, size_t axis,
                   const struct ng_rows *rows, size_t row)
{
    const struct ng_group_axis *a = &groups->axes[axis];
    size_t number = 0;
    for (size_t i = 0; i < a->column_count; i++)
        number = number * groups->columns[a->columns[i]].band_count +
                 rows->slice[a->columns[i]][row];
    return a->first + number;
}

void ng_groups_count(struct ng_groups *groups, const struct ng_rows *rows)
{
    for (size_t g = 0; g < groups->count; g++)
        groups->groups[g].rows = 0;
    for (size_t a = 0; a < groups->axis_count; a++)
        for (size_t row = 0; row < rows->rows; row++)
            groups->groups[ng_group_of(groups, a, rows, row)].rows++;
    groups->least_rows = 1;
    for (size_t g = 0; g < groups->count; g++)
        if (ng_group_has_support(&groups->groups[g]))
            groups->least_rows = NG_GROUP_LEAST_ROWS;
}

void ng_groups_suppress(struct ng_groups *groups)
{
    for (size_t g = 0; g < groups->count; g++) {
        struct ng_group *group = &groups->groups[g];
        group->suppressed = group->rows > 0 && group->rows < NG_GROUP_SUPPRESSED_BELOW;
        if (group->suppressed)
            group->rows = 0;
    }
}

bool ng_group_has_support(const struct ng_group *group)
{
    return group->rows >= NG_GROUP_LEAST_ROWS;
}

void ng_group_words(const struct ng_group *group, struct ng_text *text)
{
    const char *columns = group->column, *bands = group->band;
    const char *column, *band, *between = "";
    size_t column_length, band_length;
    while ((column = next_part(&columns, &column_length)) != NULL) {
        /* A band's own name may hold the cross; the last part takes all that is left.
         */
        if (columns == NULL && bands != NULL) {
            band = bands;
            band_length = strlen(bands);
        } else {
            band = next_part(&bands, &band_length);
        }
        ng_text_add(text, between);
        ng_text_add_n(text, column, column_length);
        if (band != NULL) {
            ng_text_add(text, " ");
            ng_text_add_n(text, band, band_length);
        }
        between = CROSS;
    }
}
