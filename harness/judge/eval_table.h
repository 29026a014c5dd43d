/*
 * Rows of predictions from a table, sorted by arm, seed and example; private to the reader
 * in harness/judge/eval_rows.h.
 *
 * Texts are interned: an example, an arm, a class and a category are numbers in order of
 * first appearance. Label and categories belong to the example and are kept once.
 *
 * Ownership: arrays are malloc'd and freed by ng_eval_table_release(); texts live in the
 * names' arenas. Threads: one.
 */
#ifndef NG_HARNESS_JUDGE_EVAL_TABLE_H
#define NG_HARNESS_JUDGE_EVAL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"

#define NG_EVAL_NONE UINT32_MAX

/* Distinct texts, numbered. */
struct ng_eval_names {
    struct ng_arena arena;
    char *room;
    size_t room_left;
    char **texts;
    size_t count, capacity;
    uint32_t *slots; /* hash table of numbers plus one; 0: free */
    size_t slot_count;
};
/* The number of the text; added where new. NG_EVAL_NONE: out of memory. */
uint32_t ng_eval_names_add(struct ng_eval_names *names, const char *text);
/* NG_EVAL_NONE: not there. */
uint32_t ng_eval_names_find(const struct ng_eval_names *names, const char *text);
void ng_eval_names_release(struct ng_eval_names *names);

/* One arm at one seed; arrays by example. */
struct ng_eval_run {
    uint32_t arm, seed;
    size_t rows, capacity;
    size_t *line;         /* of the row; 0: none */
    float *probability;   /* example x scores; NULL without score columns */
    uint32_t *prediction; /* NULL with score columns, and so is confidence */
    float *confidence;
};

struct ng_eval_column {
    char *name;
    size_t field;
    struct ng_eval_names values;
};

struct ng_eval_table {
    const char *path;
    size_t scores; /* score columns; 0: predictions with confidences */
    struct ng_eval_names arms, examples, classes;
    struct ng_eval_run *runs;
    size_t run_count, run_capacity;
    struct ng_eval_column *columns; /* what is no column of ours: slices */
    size_t column_count;
    size_t example_capacity;
    uint32_t *label;  /* [example] */
    size_t *line;     /* [example]: where it first stood */
    uint32_t *values; /* example x columns */
};

/* Reads and checks the file: every arm has the same seeds, and every arm and seed the
 * same examples with the same labels and categories. */
enum ng_status ng_eval_table_read(struct ng_eval_table *table, const char *path,
                                  struct ng_error *err);
void ng_eval_table_release(struct ng_eval_table *table);

#endif
