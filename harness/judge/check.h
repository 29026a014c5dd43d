/*
 * Are these runs trials of one sweep? Run files come from disks and other machines, so
 * nothing about them is believed before it is compared: same number of rows and
 * classes, the same label and slice codes in every row, codes and labels in range, all
 * columns present. NG_INVALID with the run and the first row that is wrong.
 */
#ifndef NG_HARNESS_JUDGE_CHECK_H
#define NG_HARNESS_JUDGE_CHECK_H

#include "harness/judge/compare.h"

enum ng_status ng_compare_check(const struct ng_compare_input *input,
                                struct ng_error *err);

#endif
