/*
 * The parts of ng_card_infer() (datasets/infer.h), which nobody else calls.
 *
 * infer_form.c looks at the first mebibyte: separator, quotes, heading. infer_measure.c reads
 * the whole table once (twice, where rows have no label) and keeps counts of every column,
 * never the column. infer_refuse.c says what cannot be learnt. infer.c decides, and fills the card.
 *
 * Ownership: the arena. Failure: sentences that name the file. Threads: any.
 */
#ifndef NG_DATASETS_INFER_PARTS_H
#define NG_DATASETS_INFER_PARTS_H

#include "datasets/files/csv.h"
#include "datasets/infer.h"

#define NG_INFER_LEAST_ROWS 50
#define NG_INFER_CLASSES    100  /* at most; also texts of a column that are compared */
#define NG_INFER_NUMBERS    30   /* classes of a label that holds numbers */
#define NG_INFER_TEXTS      1000 /* distinct texts of a column that are counted */

struct ng_infer_form {
    struct ng_csv_form csv; /* skip: the heading and what is before it */
    bool quoted;            /* a field was in quotes */
    bool heading, row_names;
    size_t
        junk; /* rows before the heading or the data, with another number of fields */
    char **names; /* csv.columns distinct ones */
};
enum ng_status ng_infer_form(const struct ng_infer_wish *wish, struct ng_arena *arena,
                             struct ng_infer_form *form, struct ng_error *err);

#define NG_INFER_NO_CLASS (-1) /* no row yet */
#define NG_INFER_MIXED    (-2) /* rows of several classes */

struct ng_infer_text {
    char *text;
    size_t rows;
    int class; /* of all its rows: number of the label's text, or as above */
};

struct ng_infer_column {
    struct ng_infer_text *texts; /* what is not missing, in the order of appearance */
    size_t count, capacity;
    uint32_t *slots; /* hash table of places + 1; 0: free */
    size_t slot_count;
    bool many; /* there are more texts than are counted */
    size_t missing, numbers, times, words;
    size_t clocks; /* times that have more than a date */
    int missing_class;
    bool whole;   /* all numbers are whole */
    bool counted; /* each number is one more than the one before */
    double last;
    char *odd; /* the first text that is no number; NULL: none */
    size_t odd_line;
};

extern const char
    *const ng_infer_marks[]; /* what is missing, beside ""; NULL at the end */
#define NG_INFER_MARKS 15

struct ng_infer_table {
    size_t rows, label; /* label: a column */
    struct ng_infer_column *columns;
    size_t column_count;
    bool marks[NG_INFER_MARKS]; /* does it stand in a column that is not the label? */
    bool drop;                  /* are rows without a label passed over? */
    size_t unlabelled;          /* rows that were; all else is without them */
};
/* Rows without a label are left out, unless no row has one. */
enum ng_status ng_infer_measure(const char *path, const struct ng_infer_form *form,
                                size_t label, struct ng_arena *arena,
                                struct ng_infer_table *table, struct ng_error *err);

/* The place of a column, or NG_INVALID with the nearest name; key: "data.label". */
enum ng_status ng_infer_find(const struct ng_infer_wish *wish,
                             const struct ng_infer_form *form, const char *key,
                             const char *name, size_t *place, struct ng_error *err);
/* Nonsense, in the order in which a person would mend it. */
enum ng_status ng_infer_refuse(const struct ng_infer_wish *wish,
                               const struct ng_infer_form *form,
                               const struct ng_infer_table *table, const bool *ignored,
                               struct ng_error *err);
/* Does every row of the label hold nothing, or a mark that means so? */
bool ng_infer_only_marks(const struct ng_infer_column *label);
/* Every text of the column stands for one class, and not all, with what is missing, for the
 * same. */
bool ng_infer_tells_class(const struct ng_infer_column *column);

/* 12000 as "12,000". */
void ng_infer_add_count(struct ng_text *text, size_t count);

#endif
