/*
 * Tables and numbers of `narrowgauge formats` on a terminal. Cells are ours: they need no
 * escaping. Ownership: texts belong to the arena. Out of memory: `failed`, checked once.
 * Threads: one.
 */
#ifndef NG_HARNESS_CLI_FORMATS_CELLS_H
#define NG_HARNESS_CLI_FORMATS_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"

struct ng_cells {
    struct ng_arena *arena;
    const char *const *head; /* NULL at the end; the first column stays in any case */
    const char *align;       /* a letter for each column: 'l' or 'r' */
    const size_t
        *optional; /* columns to leave out where the terminal is too narrow, the
                              * least needed first; 0 at the end; NULL: none */
    size_t columns, rows, capacity;
    char **texts;
    bool failed;
};

/* For at most `capacity` rows. */
void ng_cells_begin(struct ng_cells *cells, struct ng_arena *arena,
                    const char *const *head, const char *align, size_t capacity);
void ng_cells_row(struct ng_cells *cells);
/* Fills the column of the last row; the text is formatted as by printf. */
void ng_cells_set(struct ng_cells *cells, size_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints on stdout; width as ng_terminal_width() gives it. */
enum ng_status ng_cells_print(const struct ng_cells *cells, int width,
                              struct ng_error *err);

#define NG_NUMBER_TEXT 40
/* The shortest decimal that reads back as the same FP32 number; inf, -inf, NaN. Whole
 * numbers of up to 7 digits are written out. */
const char *ng_float_text(float value, char text[NG_NUMBER_TEXT]);
/* "2^-6" for a power of two, else the decimal. */
const char *ng_power_text(float value, char text[NG_NUMBER_TEXT]);

#endif
