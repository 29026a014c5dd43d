/*
 * Conversion policies on the command line: --policy takes a preset, --rounding, --overflow,
 * --inf and --nan replace one choice each, --bits is the number of random bits of stochastic
 * rounding.
 *
 * Failure: NG_INVALID, a sentence that lists what is allowed. Threads: any.
 */
#ifndef NG_HARNESS_CLI_POLICIES_H
#define NG_HARNESS_CLI_POLICIES_H

#include "harness/cli/options.h"

/* Rows of a command's table of options. */
#define NG_POLICY_OPTIONS                                                              \
    {"policy", 'p', "NAME", "cuda-satfinite (default), cuda-nosat, ml_dtypes, ocp"},   \
        {"rounding", 'r', "WORD",                                                      \
         "nearest-even, nearest-away, toward-zero, up, down, odd, stochastic"},        \
        {"bits", 'b', "N", "random bits of stochastic rounding, 1..24 (default: 16)"}, \
        {"overflow", 0, "WORD",                                                        \
         "too large becomes: saturate or special (inf or NaN)"},                       \
        {"inf", 0, "WORD",                                                             \
         "infinite input becomes: saturate (the maximum) or special"},                 \
    {                                                                                  \
        "nan", 0, "WORD", "NaN becomes: canonical, or sign-kept (that with its sign)"  \
    }

/* The place of the option's word in names, NULL at their end; untouched where the option is
 * absent. */
enum ng_status ng_arguments_word(const struct ng_arguments *arguments,
                                 const char *option, const char *const *names,
                                 int *place, struct ng_error *err);
/* The policy that these options add up to. */
enum ng_status ng_arguments_policy(const struct ng_arguments *arguments,
                                   struct ng_policy *policy, struct ng_error *err);
/* Is one of these options there? Its name, or NULL. */
const char *ng_arguments_policy_option(const struct ng_arguments *arguments);

#endif
