/*
 * The conversion policies by name. ml_dtypes never saturates and keeps a NaN's sign. The
 * OCP text asks that a NaN stays a NaN and that its saturating mode turns infinity into
 * the maximum.
 */
#include <string.h>

#include "formats/codec/format.h"

const char *const ng_rounding_names[] = {
    "nearest-even", "nearest-away", "toward-zero", "up",
    "down",         "odd",          "stochastic",  NULL};
const char *const ng_overflow_names[] = {"saturate", "special", NULL};
const char *const ng_nan_rule_names[] = {"canonical", "sign-kept", NULL};

const struct ng_policy NG_POLICY_CUDA_SATFINITE = {
    NG_ROUND_NEAREST_EVEN, 0, NG_OVERFLOW_SATURATE, NG_OVERFLOW_SATURATE,
    NG_NAN_CANONICAL};

const struct ng_policy_preset ng_policies[] = {
    {"cuda-satfinite",
     {NG_ROUND_NEAREST_EVEN, 0, NG_OVERFLOW_SATURATE, NG_OVERFLOW_SATURATE,
      NG_NAN_CANONICAL}},
    {"cuda-nosat",
     {NG_ROUND_NEAREST_EVEN, 0, NG_OVERFLOW_SPECIAL, NG_OVERFLOW_SPECIAL,
      NG_NAN_CANONICAL}},
    {"ml_dtypes",
     {NG_ROUND_NEAREST_EVEN, 0, NG_OVERFLOW_SPECIAL, NG_OVERFLOW_SPECIAL,
      NG_NAN_SIGN_KEPT}},
    {"ocp",
     {NG_ROUND_NEAREST_EVEN, 0, NG_OVERFLOW_SATURATE, NG_OVERFLOW_SATURATE,
      NG_NAN_SIGN_KEPT}},
    {.name = NULL},
};

const struct ng_policy_preset *ng_policy_by_name(const char *name)
{
    for (const struct ng_policy_preset *preset = ng_policies; preset->name != NULL;
         preset++)
        if (strcmp(preset->name, name) == 0)
            return preset;
    return NULL;
}
