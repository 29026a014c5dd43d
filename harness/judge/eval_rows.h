/*
 * From a table of predictions that somebody else made to what harness/judge/compare.h
 * compares: the same verdicts as for trained arms, without training.
 *
 * The first row names the columns, in any order; the separator is a comma, a semicolon or
 * a tab, whichever the first row has most of.
 *
 *   example     any text: which row of the test set; the same in every arm and seed
 *   arm         any text
 *   seed        a whole number; no such column: one seed, 0
 *   label       the true class
 *   score_CLASS (or p_CLASS) one column a class: probabilities in [0, 1] that add up to 1
 *               within NG_EVAL_SUM_TOLERANCE; the prediction is the class of the largest,
 *               the first among equals. They are kept as FP32, like a trained arm's.
 *   score       alone, for two classes: the probability of the second. Classes are sorted,
 *               as numbers where both are numbers, else by their bytes.
 *   prediction, confidence   instead of scores; NLL is then not defined
 *   all others  slice columns
 *
 * Every arm has the same seeds; every arm and seed has the same examples with the same
 * label and slices. What contradicts that is NG_INVALID with file:line.
 *
 * Slice columns: categories as they are, an empty field is "(missing)". A column of numbers
 * with more than NG_EVAL_MOST_CATEGORIES distinct ones is cut at the quartiles of the
 * examples (the value at rank n * q / 4 of n sorted values, q = 1, 2, 3) and named by them:
 * "below 28", "28 to below 37", "37 to below 48", "48 and over", so that no band names the
 * smallest or the largest value; a quartile that would leave a band with fewer than
 * NG_GROUP_SUPPRESSED_BELOW examples is no edge. Categories with fewer than NG_GROUP_SUPPRESSED_BELOW
 * examples are pooled as "(rare)". Without a choice of slices, every slice column that has
 * two bands or more is one.
 *
 * The reference is the arm asked for, else the one called fp32 in any case, else the first.
 *
 * Ownership: everything belongs to the struct; ng_eval_rows_release() may be called twice.
 * Threads: one. Memory: the table of rows and nothing else.
 */
#ifndef NG_HARNESS_JUDGE_EVAL_ROWS_H
#define NG_HARNESS_JUDGE_EVAL_ROWS_H

#include "harness/judge/compare.h"
#include "harness/judge/eval_table.h"

#define NG_EVAL_SUM_TOLERANCE   1e-3
#define NG_EVAL_MOST_CATEGORIES 20

struct ng_eval_request {
    const char *reference; /* an arm, or NULL */
    double margin;         /* fraction */
    struct ng_texts
        slices; /* as harness/judge/groups.h reads them; none: all columns */
};

struct ng_eval_rows {
    struct ng_eval_table table;
    struct ng_compare_input input;
    struct ng_run *runs;           /* those of input */
    const char *reference_because; /* "as asked", "by its name", "the first arm" */
    char *notes;                   /* what was done to the slices, a sentence a line */
    struct ng_arena arena;
};

enum ng_status ng_eval_rows_read(const char *path,
                                 const struct ng_eval_request *request,
                                 struct ng_eval_rows *rows, struct ng_error *err);
void ng_eval_rows_release(struct ng_eval_rows *rows);

/* Bands of every slice column of the table, and every example's band (eval_slices.c). */
enum ng_status ng_eval_slices(const struct ng_eval_table *table, struct ng_arena *arena,
                              struct ng_slice_column **columns, uint16_t ***codes,
                              struct ng_text *notes, struct ng_error *err);

#endif
