/*
 * Data sets: a card (datasets/card.h) says what the files are, a reader or a generator
 * fills the splits.
 *
 * Features are FP32. Numbers are standardised by mean and standard deviation fitted in FP64
 * on the training split only, missing values aside: x = RN32((raw - mean) / deviation),
 * deviation = sqrt(sum of squares / rows); beyond +-clip it is +-clip, and counted; a missing
 * value is 0. The fit is stored in the run file. A column that is constant in the training
 * split becomes all zeros, in both splits. Indicators (0 or 1) stay as they are. Labels are
 * class numbers. Each slice column gives every example the number of its band; the names of
 * the bands stand once, in the data set.
 *
 * A text (reader "text") has no features and no labels: each split is a run of tokens, whose
 * names are the classes.
 *
 * Ownership: everything in a struct ng_dataset belongs to it; ng_dataset_release()
 * frees it. Threads: read-only once loaded, so it may be shared.
 */
#ifndef NG_DATASETS_DATASET_H
#define NG_DATASETS_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datasets/card.h"
#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/base/text.h"

struct ng_slice_column {
    char *name;
    char **bands;
    size_t band_count;
};

struct ng_split {
    size_t rows;
    float *x;                /* rows x features, standardised */
    uint32_t *label;         /* rows */
    uint16_t **slice;        /* [slice column][row]: band numbers */
    float *true_probability; /* rows x classes where the truth is known, else NULL */
    uint64_t (*key)[2]; /* rows: 128 bits of SHA-256 over the row as it was read, label
                         * and ignored columns included; NULL for generators and texts, and
                         * where no keys were asked for */
    uint16_t *missing;  /* rows: fields that said nothing; NULL: none ever does */
    int64_t *time;      /* rows, ascending: place in the stream; NULL: no stream */
    uint16_t *token;    /* a text: tokens, else NULL */
    size_t tokens;
};

enum ng_feature_kind {
    NG_FEATURE_NUMBER,
    NG_FEATURE_CATEGORY, /* 1: the row's category is this one */
    NG_FEATURE_MISSING,  /* 1: the number was missing */
    NG_FEATURE_BUCKET,   /* 1: a word of the text falls here */
};
extern const char *const ng_feature_kind_names[];

/* Of the raw values of one feature; [0] training, [1] test. */
struct ng_feature_facts {
    enum ng_feature_kind kind;
    size_t missing[2], clipped[2];
    double least[2], most[2]; /* NaN where all are missing */
    double tiniest[2];        /* smallest magnitude that is not 0; NaN: all are 0 */
};

/* Of one column of a table: what was done to it. */
struct ng_column_facts {
    char *name;
    enum ng_column_type type;
    size_t first, features; /* its features */
    size_t missing[2];      /* fields that said nothing */
    size_t out_of_range[2]; /* beyond least..most, taken as missing */
    size_t unseen;          /* test rows of a category that training rows do not have */
    size_t pooled[2];       /* rows in "(rare)" */
    size_t distinct;        /* categories in the training rows, before pooling */
};

struct ng_dataset {
    struct ng_arena arena;
    char *name, *title;
    size_t features, classes, slice_count;
    char **feature_names, **class_names;
    struct ng_slice_column *slices;
    struct ng_split train, test;
    double *mean, *deviation; /* features: the fit used; deviation 0 marks a constant;
                               * 0 and 1 where nothing is standardised */
    struct ng_feature_facts *facts;  /* features */
    struct ng_column_facts *columns; /* csv alone */
    size_t column_count;
    size_t constant_columns;
    size_t dropped;    /* rows that repeated an earlier one */
    size_t short_rows; /* of a ragged table, filled up */
    size_t unlabelled; /* rows without a label, left out */
    char
        digest[65]; /* SHA-256 in hex over names, features as standardised, labels, band
                      * numbers, times, tokens and true probabilities of both splits: the
                      * same wherever the files lie */
};

/* A slice column that a generator knows. */
struct ng_reader_column {
    const char *name;
    const char *const *bands; /* NULL at the end */
};

/* How a reader fills a data set (datasets/load.h has what it calls). */
struct ng_load;
struct ng_reader {
    const char *name;
    bool needs_files;
    bool is_text;             /* tokens, no rows */
    size_t features, classes; /* what a generator makes; 0: as the files say */
    const struct ng_reader_column *columns;
    size_t column_count;
    enum ng_status (*read)(struct ng_load *load, struct ng_error *err);
};
extern const struct ng_reader *const ng_readers[]; /* NULL at the end */
const struct ng_reader *ng_reader_by_name(const char *name);

/* NG_ABSENT: a file is not in the data folder (the sentence names it and how to point
 * to it); NG_INVALID: the card contradicts itself, or a file is not what it says;
 * NG_FAILED: no memory, or a file that cannot be read. A failed load leaves nothing to
 * release. */
enum ng_status ng_dataset_load(struct ng_dataset *dataset, const struct ng_card *card,
                               const char *data_folder, struct ng_error *err);
/* The same with the keys of the rows, which take a SHA-256 each. */
enum ng_status ng_dataset_load_keyed(struct ng_dataset *dataset,
                                     const struct ng_card *card,
                                     const char *data_folder, struct ng_error *err);
void ng_dataset_release(struct ng_dataset *dataset);

/* One line for each thing that was done to the data: constant columns, missing, out of range,
 * unseen, pooled, clipped, dropped, files without a known SHA-256. Counts and names of
 * columns only. */
void ng_dataset_notes(const struct ng_dataset *dataset, const struct ng_card *card,
                      struct ng_text *text);

#endif
