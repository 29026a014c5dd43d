/*
 * What is in a loaded data set: the facts that a person checks before trusting it, and the
 * facts part of a datasheet (Gebru et al. 2021, "Datasheets for Datasets", composition).
 *
 * Rows are the same where all their fields and the label are (128 bits of SHA-256). Raw
 * numbers of a feature, unscaled, beside a format under rounding to the nearest, ties to even:
 *   exceeds   the largest magnitude is above the format's largest finite value
 *   vanishes  the smallest magnitude other than 0 is at most half the smallest positive
 *             value, so that it becomes 0
 *   fades     the largest magnitude is below the smallest normal value (and not 0), so that
 *             the whole column has less than the format's precision
 *
 * Ownership: the arena. Failure: NG_FAILED, no memory. Threads: any; reads only.
 */
#ifndef NG_DATASETS_QUALITY_H
#define NG_DATASETS_QUALITY_H

#include "datasets/dataset.h"

#define NG_QUALITY_RUNS 5

/* The formats of the built-in recipes, which columns are looked at beside; NULL at the
 * end. */
extern const struct ng_format *const ng_quality_formats[];

enum ng_fit { NG_FIT_EXCEEDS, NG_FIT_VANISHES, NG_FIT_FADES, NG_FITS };

struct ng_quality_split {
    size_t rows;
    size_t *class_rows;  /* [class]; of a text: tokens of each character */
    size_t missing_rows; /* with at least one missing field */
    size_t duplicates;   /* rows that repeat an earlier one of the same split */
    size_t **band_rows;  /* [slice][band] */
};

struct ng_quality_feature {
    bool is_number;            /* false: all else is zero */
    double least, most;        /* of both splits, raw; NaN where all are missing */
    double tiniest;            /* smallest magnitude that is not 0; NaN: all are 0 */
    bool *fits_badly[NG_FITS]; /* [format of ng_quality_formats[]] */
};

struct ng_quality {
    struct ng_quality_split train, test;
    size_t leaked; /* test rows that are also training rows */
    bool has_keys; /* false: duplicates and leaks are not known (generated, text, or
                    * loaded without keys) */
    struct ng_quality_feature *features;
    size_t numbers;                     /* features that are numbers */
    size_t format_count;                /* of ng_quality_formats[] */
    size_t *format_fits_badly[NG_FITS]; /* [format]: number of features */
    double
        *position_share; /* [class][run]: share of each class in five runs of a stream,
                             * equal to one row, in the order of time; NULL: no stream, or
                             * fewer rows than runs */
};

enum ng_status ng_quality_measure(const struct ng_dataset *dataset,
                                  struct ng_arena *arena, struct ng_quality *quality,
                                  struct ng_error *err);

#endif
