/*
 * What a reader calls while it fills a data set.
 *
 * The loader has checked the card and the files' SHA-256. The reader
 *   1. counts the rows of every features file and says so with ng_load_rows(), which decides
 *      into which split each row goes;
 *   2. knows the features, classes and slice columns, and says so with ng_load_columns(),
 *      which makes room for both splits, missing counts included, and keys where they are
 *      wanted (never of a generator; features are all zero);
 *   3. fills, for every row that ng_load_place() does not drop: raw features (NaN: missing),
 *      label, band numbers of slices on columns, key; and the names of features, and of
 *      the bands of those slices (a generator's declared ones are there already);
 *   4. returns. The loader bands slices by label, file and position, counts facts,
 *      standardises, and digests.
 * A generator's rows are known before it is called, so it begins with 2, and so does a text,
 * which has none. Features exist once in memory: rows are written where they stay.
 *
 * Which split: rows of role train and test are told. Of role all, in a stream the last
 * round(rows * test_share) are the test; else row r is one where a uniform number of Philox
 * (formats/math; seed of the card, stream NG_STREAM_SPLIT, index r) is below test_share, so
 * that rows added at the end move no other. A row that is dropped still has its number.
 *
 * Rows are numbered in the order of the card's features files.
 *
 * Ownership: load lives while ng_dataset_load() runs; everything is in its arenas.
 */
#ifndef NG_DATASETS_LOAD_H
#define NG_DATASETS_LOAD_H

#include "datasets/dataset.h"

struct ng_place {
    struct ng_split *split; /* NULL: the row is dropped */
    size_t row;
};

struct ng_load {
    const struct ng_card *card;
    const char *folder; /* NULL for generators */
    struct ng_dataset *dataset;
    bool keyed;              /* are the splits to have keys? */
    struct ng_arena scratch; /* freed when the load ends */
    size_t rows;             /* of all features files together */
    size_t *file_rows;       /* [features file] */
    struct ng_place
        *place; /* [row]; NULL: the first train_rows rows are training rows, the
                              * others test rows */
};

/* The features files of the card and, beside each, its labels file or NULL; in the order of
 * the card. */
struct ng_load_file {
    const struct ng_card_file *features, *labels;
    char *path, *labels_path; /* with the data folder */
};
enum ng_status ng_load_files(struct ng_load *load, struct ng_load_file **files,
                             size_t *count, struct ng_error *err);

/* key: of every row where ng_load_drops(), else not looked at. time: of every
 * row of a stream that has a time column (rows are then ordered by it), or NULL. Refuses
 * another number of rows than a file's card says, and an empty split. */
enum ng_status ng_load_rows(struct ng_load *load, const size_t *file_rows,
                            uint64_t (*key)[2], const int64_t *time,
                            struct ng_error *err);
enum ng_status ng_load_columns(struct ng_load *load, size_t features,
                               const struct ng_texts *classes, struct ng_error *err);
/* Does the card drop rows that repeat an earlier one? */
bool ng_load_drops(const struct ng_load *load);
struct ng_place ng_load_place(const struct ng_load *load, size_t row);

/* "The data set NAME does not fit in memory": NG_FAILED. */
enum ng_status ng_load_no_memory(const struct ng_load *load, struct ng_error *err);

#endif
