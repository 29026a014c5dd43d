#include "harness/cli/policies.h"

#include <string.h>

#include "formats/base/text.h"

#define RANDOM_BITS      16 /* as in recipes */
#define RANDOM_BITS_MOST 24
#define PRESETS_MOST     16

static enum ng_status refuse(const char *option, const char *word,
                             const char *const *names, struct ng_error *err)
{
    struct ng_text list = {0};
    size_t count = 0;
    for (; names[count] != NULL; count++)
        ng_text_printf(&list, "%s%s", count == 0 ? "" : ", ", names[count]);
    const char *near = ng_text_nearest(word, names, count);
    ng_fail(err, NG_INVALID, "--%s needs one of %s, but has '%.80s'%s%s%s", option,
            list.data == NULL ? "its words" : list.data, word,
            near == NULL ? "." : "; did you mean '", near == NULL ? "" : near,
            near == NULL ? "" : "'?");
    ng_text_release(&list);
    return NG_INVALID;
}

enum ng_status ng_arguments_word(const struct ng_arguments *arguments,
                                 const char *option, const char *const *names,
                                 int *place, struct ng_error *err)
{
    const char *word = ng_arguments_value(arguments, option);
    if (word == NULL)
        return NG_OK;
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], word) == 0) {
            *place = i;
            return NG_OK;
        }
    return refuse(option, word, names, err);
}

static enum ng_status take_preset(const struct ng_arguments *arguments,
                                  struct ng_policy *policy, struct ng_error *err)
{
    const char *names[PRESETS_MOST + 1] = {NULL};
    int place = -1;
    for (size_t i = 0; i < PRESETS_MOST && ng_policies[i].name != NULL; i++)
        names[i] = ng_policies[i].name;
    enum ng_status status = ng_arguments_word(arguments, "policy", names, &place, err);
    *policy = place < 0 ? NG_POLICY_CUDA_SATFINITE : ng_policies[place].policy;
    return status;
}

enum ng_status ng_arguments_policy(const struct ng_arguments *arguments,
                                   struct ng_policy *policy, struct ng_error *err)
{
    enum ng_status status;
    NG_TRY(take_preset(arguments, policy, err));
    int rounding = (int)policy->rounding, overflow = (int)policy->finite_overflow;
    int inf = (int)policy->infinite_input, nan = (int)policy->nan, bits;
    NG_TRY(ng_arguments_word(arguments, "rounding", ng_rounding_names, &rounding, err));
    NG_TRY(ng_arguments_word(arguments, "overflow", ng_overflow_names, &overflow, err));
    NG_TRY(ng_arguments_word(arguments, "inf", ng_overflow_names, &inf, err));
    NG_TRY(ng_arguments_word(arguments, "nan", ng_nan_rule_names, &nan, err));
    NG_TRY(ng_arguments_number(arguments, "bits", 1, RANDOM_BITS_MOST, RANDOM_BITS,
                               &bits, err));
    if (rounding != NG_ROUND_STOCHASTIC && ng_arguments_given(arguments, "bits"))
        return ng_fail(err, NG_INVALID,
                       "--bits is for --rounding stochastic, which alone draws random "
                       "numbers.");
    *policy = (struct ng_policy){
        .rounding = (enum ng_rounding)rounding,
        .random_bits = rounding == NG_ROUND_STOCHASTIC ? bits : 0,
        .finite_overflow = (enum ng_overflow)overflow,
        .infinite_input = (enum ng_overflow)inf,
        .nan = (enum ng_nan_rule)nan,
    };
out:
    return status;
}

const char *ng_arguments_policy_option(const struct ng_arguments *arguments)
{
    static const char *const names[] = {"policy",   "rounding", "bits",
                                        "overflow", "inf",      "nan"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (ng_arguments_given(arguments, names[i]))
            return names[i];
    return NULL;
}
