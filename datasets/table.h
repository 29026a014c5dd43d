/*
 * The parts of the reader "csv" (datasets/read_csv.c), which nobody else calls.
 *
 * Two passes over the files. The scan (table_scan.c) counts rows, digests each where keys are
 * wanted, and gives every text of a category or label column a number in the order of its first
 * appearance. When the loader has said which rows are training rows, the columns are known
 * (table_columns.c): which categories have a feature, which numbers need an indicator. The
 * second pass (table_encode.c) fills features, labels and facts; bands come last
 * (table_bands.c).
 *
 * Memory beyond the data set: per row 16 bytes of place (and 24 while it is found), 16 of key,
 * 8 of time, 4 for each category or label column, a bit for each number column; and the
 * distinct texts.
 *
 * Ownership: ng_tabular_release() frees what the table holds; names and facts are in the data
 * set's arena. Failure: sentences with file:line and column. Threads: one table belongs to
 * one thread.
 */
#ifndef NG_DATASETS_TABLE_H
#define NG_DATASETS_TABLE_H

#include "datasets/files/csv.h"
#include "datasets/load.h"

#define NG_TABULAR_DISTINCT_LIMIT 100000     /* texts of a category column */
#define NG_TABULAR_BAND_LIMIT     1000       /* bands of a slice */
#define NG_TABULAR_MISSING        UINT32_MAX /* instead of a text's number */
#define NG_TABULAR_NONE           SIZE_MAX   /* no field, no feature */

/* The distinct texts of a column, numbered from 0 in the order in which they came. */
struct ng_distinct {
    char **text;
    size_t count, capacity;
    uint32_t *slot; /* hash table of numbers + 1; 0: free */
    size_t slots;
};

enum ng_distinct_found { NG_DISTINCT_OK, NG_DISTINCT_FULL, NG_DISTINCT_NO_MEMORY };
/* The text's number; texts are copied. FULL: it would be the 100,001st. */
enum ng_distinct_found ng_distinct_number(struct ng_distinct *distinct,
                                          const char *text, uint32_t *number);
void ng_distinct_release(struct ng_distinct *distinct);

/* What becomes of the texts of a category column. Those without a name are pooled where
 * training rows have them, else unseen. */
struct ng_pooling {
    size_t *rows[2]; /* [split][number of the text] */
    size_t missing_rows[2];
    uint32_t *order; /* [named]: numbers of the texts with a name, in their order */
    size_t *place;   /* [number of the text]: place in that order, or NG_TABULAR_NONE */
    size_t named;
    bool rare;     /* training rows have texts without a name */
    size_t unseen; /* test rows of texts that training rows lack */
};

struct ng_tabular_field {
    const struct ng_card_column *card;
    char *name;
    bool coded; /* category, label, and what is ignored but for a slice of categories */
    size_t code; /* coded: place among a row's codes */
    size_t gap;  /* number: place among a row's bits */
    bool ranged; /* number: values beyond least..most are missing */
    struct ng_distinct distinct;
    struct ng_pooling pooling;
    bool indicator;  /* number: has a second feature */
    uint32_t *class; /* label: [number of the text]; NG_TABULAR_MISSING: not learnt */
};

struct ng_tabular {
    struct ng_load *load;
    struct ng_load_file *files;
    size_t file_count;
    struct ng_tabular_field *fields;
    size_t field_count;
    size_t label,
        stream_time;       /* fields; stream_time: NG_TABULAR_NONE without a stream */
    bool mark_begins[256]; /* bytes with which a missing mark begins */
    /* Of every row, in the order of the files. */
    size_t rows, capacity;
    bool keyed;              /* somebody wants keys, or the card drops repeats */
    size_t codes, gap_bytes; /* per row */
    size_t *file_rows;
    uint64_t (*key)[2];
    uint32_t *code;
    unsigned char *gaps;
    int64_t *time;
    struct ng_texts classes;
    size_t *slice_field; /* [slice]; NG_TABULAR_NONE: on no column */
    /* [split][slice][row]: hours, lengths and ignored numbers, NaN where missing; NULL for
     * other slices */
    float **band_value[2];
};

/* --- table_rows.c: rows of a features file, with those of the labels file beside it; labels
 * are stripped, and rows without one passed over where the card drops them --------------- */

struct ng_tabular_rows {
    const struct ng_tabular *table;
    size_t unlabelled; /* rows that were passed over */
    struct ng_csv features, labels;
    bool paired;
    size_t own;    /* fields of the features file */
    char **fields; /* of both */
    char **joined; /* where they are put together */
};

enum ng_status ng_tabular_open(struct ng_tabular_rows *rows,
                               const struct ng_tabular *table, size_t file,
                               struct ng_error *err);
enum ng_status ng_tabular_next(struct ng_tabular_rows *rows, bool *more,
                               struct ng_error *err);
/* NG_INVALID: "FILE:LINE, field 3: 'abc' is not EXPECTED." */
enum ng_status ng_tabular_refuse(const struct ng_tabular_rows *rows, size_t field,
                                 struct ng_error *err, const char *expected, ...)
    __attribute__((format(printf, 4, 5)));
void ng_tabular_close(struct ng_tabular_rows *rows);

/* --- The passes -------------------------------------------------------------------- */

/* Fields and files, as the card says. */
enum ng_status ng_tabular_begin(struct ng_tabular *table, struct ng_load *load,
                                struct ng_error *err);
void ng_tabular_release(struct ng_tabular *table);

bool ng_tabular_is_missing(const struct ng_tabular *table, const char *text);
/* NG_OK with *out_of_range where the value lies beyond the column's range. */
enum ng_status ng_tabular_number(const struct ng_tabular *table,
                                 const struct ng_tabular_rows *rows, size_t field,
                                 double *value, bool *out_of_range,
                                 struct ng_error *err);

enum ng_status ng_tabular_scan(struct ng_tabular *table, struct ng_error *err);
/* After ng_load_rows(): pooling, classes, features; calls ng_load_columns() and names. */
enum ng_status ng_tabular_columns(struct ng_tabular *table, struct ng_error *err);
enum ng_status ng_tabular_encode(struct ng_tabular *table, struct ng_error *err);

/* Room for values of bands that the fields' texts alone tell. */
enum ng_status ng_tabular_bands_begin(struct ng_tabular *table, struct ng_error *err);
/* Does a slice on this field need values that are no features? */
bool ng_tabular_bands_measure(const struct ng_tabular *table, size_t field);
/* Of the slices on this field, the value of the row at `place`. */
void ng_tabular_bands_note(struct ng_tabular *table, size_t field,
                           struct ng_place place, float value);
enum ng_status ng_tabular_bands(struct ng_tabular *table, struct ng_error *err);

#endif
