/*
 * Data cards: what a data set is, where its files are, and how they become numbers.
 *
 * A card is a file datasets/NAME.yaml, or anybody's own; its keys are ng_card_keys. Readers:
 *
 *   csv      rows of text (datasets/files/csv.h); `columns` says what each field is
 *   idx      arrays of the MNIST family: features in one file, labels (part: labels) in another
 *   npy      the same as .npy or .npz files (`array` names the member)
 *   text     plain text: a stream of characters, split by position
 *   claims   a generator with a known truth
 *
 * Files of one role follow each other in the order of the card. Role train and test are
 * splits as their makers published them; all is divided by `test_share`. A file of part
 * `labels` stands beside the features file of the same place among its role's: row i of one
 * belongs to row i of the other; for csv, its fields follow those of the features file.
 *
 * Columns, in the order of the fields, become features:
 *   number    one feature. Missing values, and values outside least..most, become the training
 *             mean (0 with standardise: none); where the training rows have any, a second
 *             feature says so with 1
 *   category  one feature of 0 or 1 for every category: those that `categories` names, else
 *             those of at least 10 training rows, sorted by their bytes. Rarer ones share
 *             "(rare)", missing values "(missing)", each where training rows have it. What
 *             only the test split has is all zeros, and counted
 *   text      `buckets` features: words and pairs of neighbouring words, lower-cased, hashed;
 *             1 where one falls into the bucket, else 0
 *   time      no feature; "2015-02-04 17:51:00"; slices take the hour
 *   label     the class; `classes` names them, else they are learnt from the training rows. Rows
 *             without one are refused; with `unlabelled: drop` they are left out and counted,
 *             as if they were not in the file
 *   ignore    nothing; a slice may be on it all the same
 *
 * Slices give every row a band: of a column (categories as above; numbers by `edges`, or
 * `parts` of equal size by the training rows' quantiles; times by the hour, texts by their
 * length in characters; an ignored column is read as a number where the slice has edges or
 * parts, else as a learnt category, and is no feature), or `by` label, file or position
 * (`parts` equal runs of the split's rows). Missing values are the band "(missing)". A band of
 * fewer than 10 training rows of a learnt category is pooled as above, so that no name stands
 * for one person.
 *
 * Threads: read-only once read. Ownership: the arena it was read into.
 */
#ifndef NG_DATASETS_CARD_H
#define NG_DATASETS_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/error.h"
#include "formats/base/key.h"

#define NG_CARD_LEAST_ROWS                                                             \
    10 /* training rows of a category or band with a name of its own */
#define NG_CARD_POSITIONS 5 /* parts of a slice by position, where the card says none */

struct ng_card_file {
    char *role;   /* "train", "test", "all" */
    char *part;   /* "features" or "labels" */
    char *path;   /* below the data folder */
    char *array;  /* npy: the member of an .npz file; else NULL */
    char *sha256; /* 64 lower-case hexadecimal digits; NULL: not known, not checked */
    int64_t rows; /* expected number of examples; 0: not known; not of a text */
    int64_t skip; /* csv: rows at the beginning that are no data */
    char *url;    /* where `data fetch` gets it, or the zip archive that holds it */
    char *member; /* the file's name in that archive; NULL: the URL is the file */
};
extern const struct ng_key_table ng_card_file_keys;

enum ng_column_type {
    NG_COLUMN_NUMBER,
    NG_COLUMN_CATEGORY,
    NG_COLUMN_TEXT,
    NG_COLUMN_TIME,
    NG_COLUMN_LABEL,
    NG_COLUMN_IGNORE,
};
extern const char *const ng_column_type_names[]; /* NULL at the end */

struct ng_card_column {
    char *name;
    int type;       /* enum ng_column_type */
    int64_t repeat; /* as many columns, called name0, name1, ...; 1: one, called name */
    struct ng_texts categories;
    double least, most; /* number: beyond them a value is missing */
    int64_t buckets;    /* text */
};
extern const struct ng_key_table ng_card_column_keys;

enum ng_unlabelled { NG_UNLABELLED_REFUSE, NG_UNLABELLED_DROP };

struct ng_card_slice {
    char *name;
    char *column; /* a column of the card, or one that the generator declares */
    char *by;     /* instead: "label", "file", "position" */
    struct ng_reals edges; /* ascending; band i: edges[i-1] <= value < edges[i] */
    int64_t parts;         /* 0: 4 for numbers without edges, 5 for positions */
    struct ng_texts bands; /* names of the bands in their order; none: made from edges,
                            * categories, classes, file names */
};
extern const struct ng_key_table ng_card_slice_keys;

struct ng_card {
    char *name;   /* what experiments call it */
    char *title;  /* one line */
    char *reader; /* a name in ng_readers[] */
    struct ng_tables files;
    /* csv */
    char *separator; /* one character, "tab" or "blank" */
    bool quotes, ragged;
    struct ng_texts missing; /* fields that mean nothing is known; "" always does */
    char *label_strip;       /* characters to cut off the end of the label */
    int unlabelled;          /* enum ng_unlabelled: rows whose label is missing */
    struct ng_tables columns;
    struct ng_texts classes; /* names, in the order of their numbers */
    struct ng_texts
        label_values; /* how the files spell them; none: like the names (csv), 0,
                                   * 1, 2, ... (idx, npy) */
    /* all readers */
    char *standardise; /* "column", "set" (one mean and deviation for all), "none" */
    double clip;       /* a standardised value beyond +-clip becomes +-clip; 0: never */
    char *order;       /* "shuffled", or "stream": rows are in the order of time */
    double test_share; /* of role all: drawn at random, or the end of a stream */
    char *duplicates;  /* "keep", "drop": rows of role all that repeat an earlier one */
    int64_t seed;      /* of a generator's data, or of the drawn split */
    int64_t train_rows, test_rows; /* generators */
    struct ng_tables slices;
    char *origin, *licence;
    struct ng_texts quirks;
};
extern const struct ng_key_table ng_card_keys;

/* Does the card contradict itself, or name something that does not exist? NG_INVALID,
 * with a sentence that begins with the card's name. Reads no file. */
enum ng_status ng_card_check(const struct ng_card *card, struct ng_error *err);

/* The card as a file that reads back to the same card: keys that differ from their defaults,
 * in the order of ng_card_keys. */
struct ng_text;
void ng_card_write(const struct ng_card *card, struct ng_text *text);

/* Is the column one that is ignored but for the bands of this slice, which are of numbers? */
bool ng_card_slice_measures(const struct ng_card_column *column,
                            const struct ng_card_slice *slice);

/* Number of fields of a row: columns with their repeats. */
size_t ng_card_fields(const struct ng_card *card);

#endif
