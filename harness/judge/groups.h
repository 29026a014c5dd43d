/*
 * Groups: the parts of the test split that a verdict is asked for.
 *
 * A declared slice is a column, "region", or an intersection of up to four,
 * "region x age". It becomes an axis: one group for every combination of its columns'
 * bands, the last column running fastest, so that each axis puts every row into exactly
 * one group. Groups stand axis after axis, in the order declared.
 *
 * Support: a group with fewer than NG_GROUP_LEAST_ROWS test rows is kept and reported,
 * but it is never named worst or hardest hit while a group with support exists, and it
 * counts as unproven: 30 rows move in steps of 3.3 points, so an extreme there is the
 * rule and not a finding. One with fewer than NG_GROUP_SUPPRESSED_BELOW rows is marked
 * suppressed by ng_groups_suppress(), and nothing is computed for it. A combination that
 * nobody belongs to is kept with rows 0 and NaN, and counts neither way.
 *
 * Ownership: everything belongs to the arena given. Threads: read-only once made.
 */
#ifndef NG_HARNESS_JUDGE_GROUPS_H
#define NG_HARNESS_JUDGE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "datasets/dataset.h"
#include "experiments/record/comparison.h"
#include "experiments/record/run_file.h"
#include "formats/base/text.h"

#define NG_GROUP_COLUMNS 4    /* of one intersection */
#define NG_GROUP_MOST    4096 /* groups of one comparison */

struct ng_group_axis {
    size_t first, count; /* of its groups */
    size_t columns[NG_GROUP_COLUMNS], column_count;
};

struct ng_groups {
    struct ng_group *groups; /* rows are 0 until ng_groups_count() */
    size_t count;
    struct ng_group_axis *axes;
    size_t axis_count;
    size_t least_rows; /* a group needs them to be named worst: NG_GROUP_LEAST_ROWS, or
                        * 1 where no group has so many */
    const struct ng_slice_column *columns; /* borrowed */
};

/* NG_INVALID, with the nearest name, for a column that the data set does not have, a
 * column or slice named twice, too deep an intersection or too many groups. */
enum ng_status ng_groups_make(const struct ng_texts *slices,
                              const struct ng_slice_column *columns,
                              size_t column_count, struct ng_arena *arena,
                              struct ng_groups *groups, struct ng_error *err);

/* The number of the group, on one axis, that a row belongs to. The row's codes are
 * below their column's number of bands. */
size_t ng_group_of(const struct ng_groups *groups, size_t axis,
                   const struct ng_rows *rows, size_t row);

/* Fills groups->groups[].rows and least_rows. */
void ng_groups_count(struct ng_groups *groups, const struct ng_rows *rows);
/* Marks the groups too small to speak of and forgets how many rows they have. */
void ng_groups_suppress(struct ng_groups *groups);

bool ng_group_has_support(const struct ng_group *group);

/* "region south", "region south x age old". */
void ng_group_words(const struct ng_group *group, struct ng_text *text);

#endif
