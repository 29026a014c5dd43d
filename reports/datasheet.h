/*
 * The facts part of a datasheet (Gebru et al. 2021, "Datasheets for Datasets") of a data
 * set, with its plots. What only a person can answer stands there as "UNANSWERED: ...".
 *
 * The caller hands over texts and numbers; nothing is computed here but what a picture
 * needs. Groups that are too small to be shown are NaN.
 *
 * ng_datasheet_write() writes into `folder`, which it makes:
 *   datasheet.md
 *   plots/classes.*   rows of each class in both splits
 *   plots/slices.*    rows of each band; not where there are no slices
 *   plots/ranges.*    magnitudes of each feature beside the formats' ranges; not where no
 *                     feature is a number
 * each plot as SVG, PNG, data (.dat) and gnuplot script (.gp).
 *
 * Ownership: reads only. Failure: NG_FAILED with the path or with gnuplot's words.
 * Threads: one at a time.
 */
#ifndef NG_REPORTS_DATASHEET_H
#define NG_REPORTS_DATASHEET_H

#include "formats/base/error.h"
#include "formats/base/key.h"
#include "reports/plot_style.h"

struct ng_sheet_section {
    const char *title;
    struct ng_texts lines; /* sentences */
    struct ng_texts head;  /* of the table's columns; none: no table */
    char **cells;          /* rows x head.count */
    size_t rows;
};

struct ng_sheet_bar {
    const char *group; /* slice, or NULL */
    const char *name;  /* class, band */
    double rows[2];    /* training, test; NaN: too few to be shown */
};

struct ng_sheet_bars {
    struct ng_sheet_bar *values;
    size_t count;
    double split_rows[2]; /* all there are in each split, shown or not */
};

struct ng_sheet_span {
    const char *name;
    double tiniest, largest; /* magnitudes other than 0; NaN: there are none */
};

struct ng_datasheet {
    const char *name, *title, *origin, *licence;
    const char *unit;                        /* "rows", "characters" */
    const struct ng_sheet_section *files;    /* under distribution */
    const struct ng_sheet_section *sections; /* under composition */
    size_t section_count;
    struct ng_texts preparation; /* what is done before training */
    struct ng_texts quirks;
    struct ng_sheet_bars classes, bands;
    struct ng_sheet_span *spans; /* of every feature that is a number */
    size_t span_count;
    const struct ng_format *const *formats; /* beside the spans; NULL at the end */
};

enum ng_status ng_datasheet_write(const struct ng_datasheet *sheet, const char *folder,
                                  struct ng_error *err);

/* Scripts and data of the pictures; to be released. */
void ng_plot_classes(const struct ng_datasheet *sheet, struct ng_picture *picture);
void ng_plot_slices(const struct ng_datasheet *sheet, struct ng_picture *picture);
void ng_plot_ranges(const struct ng_datasheet *sheet, struct ng_picture *picture);

#endif
