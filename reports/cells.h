/*
 * Numbers as a reader should see them: no digit finer than its interval supports.
 *
 * Shares are fractions in, percent out; differences come out in percentage points with
 * their sign. What is not defined is "n/a". Texts are ASCII. Threads: any.
 */
#ifndef NG_REPORTS_CELLS_H
#define NG_REPORTS_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/record/comparison.h"
#include "formats/base/text.h"

#define NG_MIB 1048576.0

struct ng_cell {
    char text[96];
};

struct ng_cell ng_cell_percent(double fraction); /* "86.1 %" */
/* With its interval, cut at 0 and 100 %: a t interval knows no bounds, a share does. */
struct ng_cell ng_cell_accuracy(const struct ng_estimate *share);
struct ng_cell ng_cell_difference(const struct ng_estimate *difference, double margin);
/* A mean alone, three or four decimals: NLL, ECE. */
struct ng_cell ng_cell_score(const struct ng_estimate *score);
struct ng_cell ng_cell_score_difference(const struct ng_estimate *difference);
/* Of casts: "0.012 %", "0 %", "< 0.001 %". */
struct ng_cell ng_cell_share(double fraction);
struct ng_cell ng_cell_points(double fraction);         /* a margin: "0.5 pt" */
struct ng_cell ng_cell_state(const struct ng_arm *arm); /* bytes per parameter */
struct ng_cell ng_cell_mib(size_t bytes);

/* "273410 parameters", or of arms that differ "1443 to 5443 parameters". */
void ng_parameters(const struct ng_comparison *comparison, struct ng_text *text);

/* Bytes per parameter; NaN without parameters. */
double ng_arm_state(const struct ng_arm *arm);
/* The reference that the answer is measured against, or NULL; and is an arm a reference,
 * its own? A sweep over more than recipes has several. */
const struct ng_arm *ng_reference_arm(const struct ng_comparison *comparison);
bool ng_is_reference(const struct ng_comparison *comparison, const struct ng_arm *arm);
bool ng_has_several_references(const struct ng_comparison *comparison);
/* What to call what the others are measured against: the one reference's label, or the
 * recipe that several references share; NULL where there is none. */
const char *ng_reference_name(const struct ng_comparison *comparison);

/* What an arm is called: "recipe"; of rows from elsewhere "arm". */
const char *ng_arm_kind(const struct ng_comparison *comparison);

/* "digit 3"; of an intersection the bands alone, "south x old". Foreign text: escape it. */
void ng_group_name(const struct ng_comparison *comparison, size_t group,
                   struct ng_text *text);

/* Groups with rows by verdict; the three add up to all. Not for the reference. */
struct ng_group_counts {
    size_t safe, unproven, harmed;
};
struct ng_group_counts ng_group_counts(const struct ng_comparison *comparison,
                                       const struct ng_arm *arm);

/* "640", "no rows", "fewer than 10 rows". */
struct ng_cell ng_cell_rows(const struct ng_group *group);

/* Has any arm bytes of this class at its peak? */
bool ng_class_is_used(const struct ng_comparison *comparison, int ledger_class);

#endif
