/*
 * A card for somebody's own table: types are inferred, and every inference is told.
 *
 * The table is a CSV file with a heading, in which the label stands, or without one (columns
 * are then x1, x2, ...). The form is found in the first mebibyte: the separator is the one of
 * , ; tab | under which most rows have the same number of fields, more than one (blank, where
 * it is none of them, or where tabs only align what blanks separate). Rows before the first
 * of that number are passed over, and one above the row of the label's name; a heading may
 * lack the name of the first column, which holds row numbers then. Quotes are letters where
 * one of them does not close. Where a row is shorter, short rows are filled up. Missing marks:
 * "", and those of ng_infer_marks (?, NA, null, - ...) that stand in a column beside the
 * label; what stands in the label alone is a class.
 *
 * Columns: all fields that are not missing are decimals -> number; times -> time; constant,
 * all missing, row numbers (each one more than the one before), or dates of another form
 * -> ignore; at most 100
 * distinct texts of 2 rows each on average, or at most 1000 of 10 -> category; texts of 5
 * words or more on average -> text; else (names, identifiers) -> ignore. Named in slices, a
 * number column of at most 20 distinct whole values is a category, and so is every column of
 * at most 1000 distinct texts; named in slices and to be ignored, it makes groups but no
 * feature. Rows are divided by drawing a fifth for the test split.
 *
 * Rows whose label is empty, or one of the marks that were found, are left out.
 *
 * Refused, each with one sentence that says what to do: no such column (nearest name); a
 * label that is missing in all rows, has one class, or more than 100 classes or a class for
 * every second row (names), or numbers that have fractions or more than 30 values (to be
 * predicted as such); a slice column of names, or of dates
 * without a time of day; a
 * column that is the label under other names, both ways (one that tells the class of every
 * row is told as a note); nothing left to learn from; fewer than 50 rows.
 *
 * Bounded memory: counts of a column (at most 1000 distinct texts), not the column.
 * Ownership: the arena. Failure: as of ng_csv. Threads: any.
 */
#ifndef NG_DATASETS_INFER_H
#define NG_DATASETS_INFER_H

#include "datasets/card.h"
#include "formats/base/arena.h"
#include "formats/base/text.h"

struct ng_infer_wish {
    const char *file;              /* path of the table */
    const char *label;             /* a column */
    const struct ng_texts *slices; /* columns, or intersections "region x sex" */
    const struct ng_texts *ignore; /* columns */
};

/* folder receives the table's folder, which is the data folder of the card; the card's name is
 * the file's without its ending, in letters, digits and '-'. told: a line for the form, the
 * label, each group of columns, the slices, and each doubt; it may hold texts of the table and
 * is for the person who runs it, never to be stored. */
enum ng_status ng_card_infer(const struct ng_infer_wish *wish, struct ng_arena *arena,
                             struct ng_card *card, char **folder, struct ng_text *told,
                             struct ng_error *err);

#endif
