#include "harness/cli/formats_cells.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MOST 16
#define BETWEEN      2

void ng_cells_begin(struct ng_cells *cells, struct ng_arena *arena,
                    const char *const *head, const char *align, size_t capacity)
{
    *cells = (struct ng_cells){
        .arena = arena, .head = head, .align = align, .capacity = capacity};
    while (head[cells->columns] != NULL)
        cells->columns++;
    cells->texts =
        ng_arena_array(arena, cells->columns * capacity + 1, sizeof *cells->texts);
    cells->failed = cells->texts == NULL;
}

void ng_cells_row(struct ng_cells *cells)
{
    cells->failed |= cells->rows == cells->capacity;
    cells->rows += !cells->failed;
}

void ng_cells_set(struct ng_cells *cells, size_t column, const char *format, ...)
{
    char words[256];
    va_list list;
    if (cells->failed)
        return;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    char *text = ng_arena_text(cells->arena, words);
    cells->failed |= text == NULL;
    cells->texts[(cells->rows - 1) * cells->columns + column] = text;
}

static const char *text_at(const struct ng_cells *cells, size_t row, size_t column)
{
    const char *text = cells->texts[row * cells->columns + column];
    return text == NULL ? "" : text;
}

static size_t widest(const struct ng_cells *cells, size_t column)
{
    size_t width = strlen(cells->head[column]);
    for (size_t row = 0; row < cells->rows; row++) {
        size_t length = strlen(text_at(cells, row, column));
        width = length > width ? length : width;
    }
    return width;
}

/* Widths of the columns that there is room for; 0 for the others. */
static void find_widths(const struct ng_cells *cells, int terminal, size_t *widths)
{
    size_t total = 0;
    for (size_t column = 0; column < cells->columns; column++) {
        widths[column] = widest(cells, column);
        total += widths[column] + BETWEEN;
    }
    for (const size_t *out = cells->optional; out != NULL && *out != 0; out++) {
        if (terminal <= 0 || total - BETWEEN <= (size_t)terminal)
            return;
        total -= widths[*out] + BETWEEN;
        widths[*out] = 0;
    }
}

/* Without blanks at the end of a line. */
static void print_row(const struct ng_cells *cells, const size_t *widths,
                      const char *(*text_of)(const struct ng_cells *, size_t, size_t),
                      size_t row)
{
    size_t owed = 0;
    for (size_t column = 0; column < cells->columns; column++) {
        const char *text = text_of(cells, row, column);
        size_t width = widths[column], length = strlen(text);
        if (width == 0)
            continue;
        size_t before = cells->align[column] == 'r' ? width - length : 0;
        if (length > 0)
            printf("%*s%s", (int)(owed + before), "", text);
        owed = (length > 0 ? 0 : owed + before) + width - length - before + BETWEEN;
    }
    putchar('\n');
}

static const char *head_at(const struct ng_cells *cells, size_t row, size_t column)
{
    (void)row;
    return cells->head[column];
}

enum ng_status ng_cells_print(const struct ng_cells *cells, int width,
                              struct ng_error *err)
{
    size_t widths[COLUMNS_MOST];
    if (cells->failed || cells->columns > COLUMNS_MOST)
        return ng_fail(err, NG_FAILED, "No memory for a table of formats.");
    find_widths(cells, width, widths);
    print_row(cells, widths, head_at, 0);
    for (size_t row = 0; row < cells->rows; row++)
        print_row(cells, widths, text_at, row);
    return NG_OK;
}

const char *ng_float_text(float value, char text[NG_NUMBER_TEXT])
{
    if (isnan(value)) {
        snprintf(text, NG_NUMBER_TEXT, "NaN");
        return text;
    }
    if (fabsf(value) < 1e7f && truncf(value) == value) {
        snprintf(text, NG_NUMBER_TEXT, "%.0f", (double)value);
        return text;
    }
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, NG_NUMBER_TEXT, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    return text;
}

const char *ng_power_text(float value, char text[NG_NUMBER_TEXT])
{
    int exponent;
    if (frexpf(value, &exponent) != 0.5f)
        return ng_float_text(value, text);
    snprintf(text, NG_NUMBER_TEXT, "2^%d", exponent - 1);
    return text;
}
