/*
 * Data sets: a card says what the files are, a reader or a generator fills the splits.
 *
 * Features are FP32, standardised by mean and standard deviation fitted in FP64 on the
 * training split only: x = RN32((raw - mean) / deviation), deviation = sqrt(sum of
 * squares / rows); the fit is part of the result. A column that is constant in the
 * training split becomes all zeros, in both splits. Labels are class numbers. Each
 * slice column gives every example the number of its band; the names of the bands stand
 * once, in the data set.
 *
 * Ownership: everything in a struct ng_dataset belongs to it; ng_dataset_release()
 * frees it. Threads: read-only once loaded, so it may be shared.
 */
#ifndef NG_DATASETS_DATASET_H
#define NG_DATASETS_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/base/key.h"

/* One file of a card; files of one role follow each other in the order of the card. */
struct ng_card_file {
    char *role;   /* "train" or "test" */
    char *path;   /* below the data folder */
    char *sha256; /* 64 lower-case hexadecimal digits */
    int64_t rows; /* expected number of examples */
};
extern const struct ng_key_table ng_card_file_keys;

struct ng_card_slice {
    char *name;
    char *column;          /* "label", or a slice column that the reader declares */
    struct ng_texts bands; /* names of the bands, in the order of their numbers; none:
                            * the classes, or the reader's own names */
};
extern const struct ng_key_table ng_card_slice_keys;

struct ng_card {
    char *name;              /* what experiments call it */
    char *title;             /* one line */
    char *reader;            /* a name in ng_readers[]: "csv" or a generator's name */
    struct ng_tables files;  /* struct ng_card_file; not for generators */
    struct ng_texts classes; /* names of the classes, in the order of their numbers */
    int64_t features;        /* number of feature columns */
    int64_t seed;            /* generators: of the data, independent of trial seeds */
    int64_t train_rows, test_rows; /* generators */
    struct ng_tables slices;       /* struct ng_card_slice */
    char *origin, *licence;
    struct ng_texts quirks;
};
extern const struct ng_key_table ng_card_keys;

/* Does the card contradict itself, or name something that does not exist? NG_INVALID,
 * with a sentence that begins with the card's name. Reads no file. */
enum ng_status ng_card_check(const struct ng_card *card, struct ng_error *err);

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
};

struct ng_dataset {
    struct ng_arena arena;
    char *name, *title;
    size_t features, classes, slice_count;
    char **feature_names, **class_names;
    struct ng_slice_column *slices;
    struct ng_split train, test;
    double *mean, *deviation; /* features: the fit used; deviation 0 marks a constant */
    size_t constant_columns;
    char digest[65]; /* SHA-256 in hex over names, raw features, labels, band numbers
                      * and true probabilities of both splits: the same wherever the
                      * files lie */
};

/* A slice column that a reader knows besides "label". */
struct ng_reader_column {
    const char *name;
    const char *const *bands; /* NULL at the end */
};

/* The loader checks the card, finds the files, and prepares the data set: names of
 * classes and slices, and every array of both splits but true_probability, all zero.
 * The reader then fills feature_names, raw features, labels, true_probability where it
 * knows it, and the band numbers of its own columns (slice i is card slice i; the
 * loader does "label"). data_folder is NULL for generators. */
struct ng_reader {
    const char *name;
    bool needs_files;
    size_t features, classes; /* what it makes; 0: whatever the card says */
    const struct ng_reader_column *columns;
    size_t column_count;
    enum ng_status (*load)(const struct ng_card *card, const char *data_folder,
                           struct ng_dataset *dataset, struct ng_error *err);
};
extern const struct ng_reader *const ng_readers[]; /* NULL at the end */
const struct ng_reader *ng_reader_by_name(const char *name);

/* NG_ABSENT: a file is not in the data folder (the sentence names it and how to point
 * to it); NG_INVALID: the card contradicts itself, or a file is not what it says;
 * NG_FAILED: no memory, or a file that cannot be read. A failed load leaves nothing to
 * release. */
enum ng_status ng_dataset_load(struct ng_dataset *dataset, const struct ng_card *card,
                               const char *data_folder, struct ng_error *err);
void ng_dataset_release(struct ng_dataset *dataset);

#endif
