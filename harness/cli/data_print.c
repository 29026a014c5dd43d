#include "harness/cli/data_print.h"

#include <stdio.h>

#include "reports/escape.h"

#define LONGEST_CELL 64
#define COLUMNS_MOST 8
#define FILE_COLUMNS 5 /* without the digest, which is wide */

static const char *plain(struct ng_text *text, const char *words, size_t longest)
{
    text->length = 0;
    ng_text_add(text, "");
    ng_escape_plain(text, words, longest);
    return text->data == NULL ? "" : text->data;
}

static void print_cells(char *const *cells, size_t columns, const size_t *width,
                        struct ng_text *text)
{
    for (size_t c = 0; c < columns; c++) {
        const char *words = plain(text, cells[c], LONGEST_CELL);
        int pad = (int)(width[c] - ng_escape_length(words));
        if (c == 0)
            printf("  %s%*s", words, columns > 1 ? pad : 0, "");
        else
            printf("  %*s%s", pad, "", words);
    }
    putchar('\n');
}

static void widen(char *const *cells, size_t columns, size_t *width,
                  struct ng_text *text)
{
    for (size_t c = 0; c < columns; c++) {
        size_t length = ng_escape_length(plain(text, cells[c], LONGEST_CELL));
        width[c] = length > width[c] ? length : width[c];
    }
}

/* At most so many of the table's columns. */
static void print_section(const struct ng_sheet_section *section, size_t most,
                          struct ng_text *text)
{
    size_t stride = section->head.count, width[COLUMNS_MOST] = {0};
    size_t columns = stride < most ? stride : most;
    printf("\n%s\n", section->title);
    for (size_t i = 0; i < section->lines.count; i++)
        printf("  %s\n", plain(text, section->lines.values[i], NG_LONGEST_SENTENCE));
    if (columns == 0)
        return;
    widen(section->head.values, columns, width, text);
    for (size_t row = 0; row < section->rows; row++)
        widen(section->cells + row * stride, columns, width, text);
    print_cells(section->head.values, columns, width, text);
    for (size_t row = 0; row < section->rows; row++)
        print_cells(section->cells + row * stride, columns, width, text);
}

static void print_lines(const char *title, const struct ng_texts *lines,
                        struct ng_text *text)
{
    if (lines->count > 0)
        printf("\n%s\n", title);
    for (size_t i = 0; i < lines->count; i++)
        printf("  %s\n", plain(text, lines->values[i], NG_LONGEST_SENTENCE));
}

enum ng_status ng_data_print(const struct ng_datasheet *sheet, struct ng_error *err)
{
    struct ng_text text = {0};
    printf("%s", plain(&text, sheet->name, NG_LONGEST_LABEL));
    printf(": %s\n", plain(&text, sheet->title, NG_LONGEST_SENTENCE));
    printf("licence: %s\n", plain(&text, sheet->licence, NG_LONGEST_SENTENCE));
    print_section(sheet->files, FILE_COLUMNS, &text);
    for (size_t i = 0; i < sheet->section_count; i++)
        print_section(&sheet->sections[i], COLUMNS_MOST, &text);
    print_lines("What is done before training", &sheet->preparation, &text);
    bool failed = text.failed;
    ng_text_release(&text);
    return failed ? ng_fail(err, NG_FAILED, "No memory to print the data set.") : NG_OK;
}
