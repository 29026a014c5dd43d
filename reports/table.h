/*
 * The comparison as a table for a terminal: recipe, verdict, accuracy, NLL, worst group,
 * state, peak. The reference's row shows values, the others signed paired differences.
 *
 * Rows from elsewhere have no state and no peak: these columns are left out.
 *
 * width: columns of the terminal; 0: no limit. Where the table is wider, columns are left
 * out, the least needed first; recipe, verdict and accuracy always stay. colour: verdicts
 * in colour (the word is always there). Foreign labels cannot move the cursor.
 * Threads: any.
 */
#ifndef NG_REPORTS_TABLE_H
#define NG_REPORTS_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "experiments/record/comparison.h"

void ng_table_print(const struct ng_comparison *comparison, FILE *out, int width,
                    bool colour);

#endif
