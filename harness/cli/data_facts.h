/*
 * What was counted in a data set, in the words and tables of a datasheet: the terminal and
 * datasheet.md show the same ones.
 *
 * Only counts, names of columns, classes and bands, and the least and largest number of a
 * column; groups of fewer than 10 rows are "fewer than 10".
 * Ownership: the arena; the sheet points into card and dataset too. Failure: NG_FAILED, no
 * memory, or a file whose digest cannot be read. Threads: any.
 */
#ifndef NG_HARNESS_CLI_DATA_FACTS_H
#define NG_HARNESS_CLI_DATA_FACTS_H

#include "datasets/quality.h"
#include "reports/datasheet.h"

struct ng_data_subject {
    const struct ng_card *card;
    const struct ng_dataset *dataset;
    const struct ng_quality *quality;
    const char *folder; /* of the files */
    char **sha256;      /* [file]: as found */
};

enum ng_status ng_data_facts(const struct ng_data_subject *subject,
                             struct ng_arena *arena, struct ng_datasheet *sheet,
                             struct ng_error *err);

/* A class of 1 to 9 rows: its name could stand for one person, so it is not told. */
bool ng_fact_is_small(const struct ng_data_subject *subject, size_t class_number);
/* A band is a class where the slice is by label. */
bool ng_fact_is_small_band(const struct ng_data_subject *subject, size_t slice,
                           size_t band);

/* What the sections are made with; out of memory shows in `failed`. */
struct ng_fact_maker {
    struct ng_arena *arena;
    bool failed;
};
/* "1,034", "0.002679", "n/a" */
char *ng_fact_number(struct ng_fact_maker *maker, double number);
char *ng_fact_text(struct ng_fact_maker *maker, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "fewer than 10" for 1 to 9. */
char *ng_fact_rows(struct ng_fact_maker *maker, size_t rows);
/* room: the most there will ever be. */
void ng_fact_lines(struct ng_fact_maker *maker, struct ng_texts *lines, size_t room);
void ng_fact_line(struct ng_fact_maker *maker, struct ng_texts *lines, char *line);
/* Makes the table; head ends with NULL. */
void ng_fact_table(struct ng_fact_maker *maker, struct ng_sheet_section *section,
                   const char *const *head, size_t rows);
void ng_fact_cell(struct ng_sheet_section *section, size_t row, size_t column,
                  char *text);

/* Leaves the section without a title where there is nothing to tell. */
typedef void ng_fact_section(const struct ng_data_subject *subject,
                             struct ng_fact_maker *maker,
                             struct ng_sheet_section *section);
ng_fact_section ng_fact_formats, ng_fact_ranges;

#endif
