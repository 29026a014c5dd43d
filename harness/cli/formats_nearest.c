/* Numbers in a format: the code that a number becomes, what is lost, what stands beside it. */
#include <ctype.h>
#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/cli/formats.h"
#include "harness/cli/formats_cells.h"
#include "harness/cli/formats_grid.h"
#include "harness/cli/json.h"

/* A number as it was written, and the FP32 number that is taken for it. */
struct given {
    const char *words;
    float taken;
    bool exact;
};

/* ---- Reading a number ------------------------------------------------------------ */

static bool is_name(const char *words)
{
    static const char *const names[] = {"inf", "infinity", "nan"};
    words += *words == '-' || *words == '+';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(words, names[i]) == 0)
            return true;
    return false;
}

/* strtof(3) takes blanks before a number and nan(...) too; neither is one here. */
static bool read_float(const char *words, float *value)
{
    char *end;
    const char *digits = words + (*words == '-' || *words == '+');
    bool starts = isdigit((unsigned char)*digits) || *digits == '.' || is_name(words);
    *value = strtof(words, &end);
    return starts && end != words && *end == '\0';
}

/* A number is exact where rounding it up and rounding it down give the same: strtof(3)
 * keeps to the direction of rounding. */
static enum ng_status read_given(const char *words, struct given *given,
                                 struct ng_error *err)
{
    float below = 0, above = 0;
    *given = (struct given){.words = words};
    if (!read_float(words, &given->taken))
        return ng_fail(err, NG_INVALID,
                       "'%.80s' is no number; expected a decimal such as -0.3 or 1e-5, "
                       "a hexadecimal such as 0x1.8p-3, inf or nan.",
                       words);
    fesetround(FE_DOWNWARD);
    read_float(words, &below);
    fesetround(FE_UPWARD);
    read_float(words, &above);
    fesetround(FE_TONEAREST);
    given->exact = isnan(given->taken) || below == above;
    return NG_OK;
}

/* ---- What becomes of it ---------------------------------------------------------- */

struct outcome {
    uint32_t code;
    double probability; /* 1 but for stochastic rounding */
    struct ng_cast_counts counts;
};

static struct outcome encode(const struct ng_format *format,
                             const struct ng_policy *policy, float x, uint32_t random)
{
    struct outcome outcome = {.probability = 1};
    outcome.code = ng_format_encode_one(format, policy, x, random, &outcome.counts);
    return outcome;
}

/* The outcomes, the likelier first. Of the 2^r random numbers the small ones cut and the
 * large ones carry; bisection finds the first that does. */
static size_t find_outcomes(const struct ng_format *format,
                            const struct ng_policy *policy, float x,
                            struct outcome outcomes[2])
{
    int shift = 32 - policy->random_bits;
    outcomes[0] = encode(format, policy, x, 0);
    outcomes[1] = encode(format, policy, x, UINT32_MAX);
    if (policy->rounding != NG_ROUND_STOCHASTIC || outcomes[0].code == outcomes[1].code)
        return 1;
    uint32_t cuts = 0, carries = (UINT32_C(1) << policy->random_bits) - 1;
    while (carries - cuts > 1) {
        uint32_t middle = cuts + (carries - cuts) / 2;
        if (encode(format, policy, x, middle << shift).code == outcomes[0].code)
            cuts = middle;
        else
            carries = middle;
    }
    outcomes[0].probability = ldexp(carries, -policy->random_bits);
    outcomes[1].probability = 1 - outcomes[0].probability;
    if (outcomes[1].probability > outcomes[0].probability) {
        struct outcome other = outcomes[0];
        outcomes[0] = outcomes[1];
        outcomes[1] = other;
    }
    return 2;
}

struct loss {
    double absolute, relative, ulps; /* NaN: not defined */
};

static struct loss loss_of(const struct ng_format *format, float x, float value)
{
    double error = (double)value - (double)x;
    struct loss loss = {error, error / fabs((double)x), NAN};
    if (x == value)
        return (struct loss){0, 0, 0};
    if (!isfinite(error))
        return (struct loss){error, NAN, NAN};
    if (x == 0)
        loss.relative = NAN; /* e8m0 has no zero */
    else
        loss.ulps = error / ng_format_spacing(format, (double)x);
    return loss;
}

/* ---- As text --------------------------------------------------------------------- */

static void print_code(const char *label, const struct ng_format *format, uint32_t code)
{
    char hex[NG_CODE_TEXT], bits[NG_CODE_TEXT], number[NG_NUMBER_TEXT];
    ng_code_hex(format, code, hex);
    ng_code_bits(format, code, bits);
    printf("  %-11s %s  %s  %s\n", label, hex, bits,
           ng_float_text(ng_format_decode_one(format, code), number));
}

static void print_neighbour(const char *label, const struct ng_format *format,
                            uint32_t code, int step)
{
    uint32_t neighbour;
    if (ng_code_neighbour(format, code, step, &neighbour))
        print_code(label, format, neighbour);
    else
        printf("  %-11s none\n", label);
}

static void print_taken(const struct given *given)
{
    uint32_t bits;
    memcpy(&bits, &given->taken, sizeof bits);
    if (given->exact)
        return;
    printf("  %-11s %.17g (FP32 0x%08" PRIX32 ", rounded)\n", "taken as",
           (double)given->taken, bits);
}

static void print_loss(struct loss loss)
{
    if (isnan(loss.absolute))
        return;
    if (isinf(loss.absolute)) {
        printf("  %-11s infinite\n", "error");
        return;
    }
    if (loss.absolute == 0) {
        printf("  %-11s 0\n", "error");
        return;
    }
    printf("  %-11s %+.6g", "error", loss.absolute);
    if (!isnan(loss.relative))
        printf(", %+.3g %%, %+.4g ulp", 100 * loss.relative, loss.ulps);
    putchar('\n');
}

/* Beyond the format's range, in words. */
static void print_fate(const struct ng_format *format, const struct outcome *outcome)
{
    char number[NG_NUMBER_TEXT];
    if (outcome->counts.saturated > 0)
        printf("  %-11s its magnitude is above the largest, %s\n", "note",
               ng_float_text(format->max, number));
    else if (outcome->counts.flushed > 0)
        printf("  %-11s it vanishes: the smallest magnitude but 0 is %s\n", "note",
               ng_float_text(format->min_subnormal, number));
}

static void print_outcomes(const struct ng_format *format, const struct given *given,
                           const struct outcome *outcomes, size_t count)
{
    printf("\n%.80s\n", given->words);
    print_taken(given);
    for (size_t i = 0; i < count; i++) {
        float value = ng_format_decode_one(format, outcomes[i].code);
        print_code(i == 0 ? "becomes" : "or", format, outcomes[i].code);
        if (count > 1)
            printf("  %-11s %.6g\n", "probability", outcomes[i].probability);
        print_loss(loss_of(format, given->taken, value));
        print_fate(format, &outcomes[i]);
    }
    print_neighbour("below", format, outcomes[0].code, -1);
    print_neighbour("above", format, outcomes[0].code, 1);
}

static void print_policy(const struct ng_format *format, const struct ng_policy *policy)
{
    char diagram[NG_CODE_TEXT];
    ng_format_diagram(format, diagram);
    printf("%s: %s\nrounding %s", format->name, diagram,
           ng_rounding_names[policy->rounding]);
    if (policy->rounding == NG_ROUND_STOCHASTIC)
        printf(" of %d bits", policy->random_bits);
    printf(", overflow %s, inf %s, nan %s\n",
           ng_overflow_names[policy->finite_overflow],
           ng_overflow_names[policy->infinite_input], ng_nan_rule_names[policy->nan]);
}

/* ---- As JSON --------------------------------------------------------------------- */

static json_t *outcome_json(const struct ng_format *format, float x,
                            const struct outcome *outcome)
{
    json_t *object = ng_code_json(format, outcome->code);
    struct loss loss = loss_of(format, x, ng_format_decode_one(format, outcome->code));
    json_object_set_new(object, "error", ng_json_number(loss.absolute));
    json_object_set_new(object, "relative_error", ng_json_number(loss.relative));
    json_object_set_new(object, "error_in_ulps", ng_json_number(loss.ulps));
    json_object_set_new(object, "saturated",
                        json_boolean(outcome->counts.saturated > 0));
    json_object_set_new(object, "flushed", json_boolean(outcome->counts.flushed > 0));
    json_object_set_new(object, "probability", ng_json_number(outcome->probability));
    return object;
}

static json_t *neighbour_json(const struct ng_format *format, uint32_t code, int step)
{
    uint32_t neighbour = 0;
    bool there = ng_code_neighbour(format, code, step, &neighbour);
    return ng_code_value_json(format, neighbour, there);
}

static json_t *number_json(const struct ng_format *format, const struct given *given,
                           const struct outcome *outcomes, size_t count)
{
    char bits_text[16];
    uint32_t bits;
    memcpy(&bits, &given->taken, sizeof bits);
    snprintf(bits_text, sizeof bits_text, "0x%08" PRIX32, bits);
    json_t *object = json_object();
    json_object_set_new(object, "given", ng_json_text(given->words));
    json_object_set_new(object, "exact_in_fp32", json_boolean(given->exact));
    json_object_set_new(object, "taken", ng_json_number((double)given->taken));
    json_object_set_new(object, "taken_code", ng_json_text(bits_text));
    json_t *first = outcome_json(format, given->taken, &outcomes[0]);
    json_object_update(object, first);
    json_decref(first);
    json_object_set_new(object, "below", neighbour_json(format, outcomes[0].code, -1));
    json_object_set_new(object, "above", neighbour_json(format, outcomes[0].code, 1));
    json_object_set_new(object, "otherwise",
                        count > 1 ? outcome_json(format, given->taken, &outcomes[1])
                                  : json_null());
    return object;
}

static json_t *policy_json(const struct ng_policy *policy)
{
    bool stochastic = policy->rounding == NG_ROUND_STOCHASTIC;
    json_t *object = json_object();
    json_object_set_new(object, "rounding",
                        ng_json_text(ng_rounding_names[policy->rounding]));
    json_object_set_new(object, "random_bits",
                        stochastic ? json_integer(policy->random_bits) : json_null());
    json_object_set_new(object, "overflow",
                        ng_json_text(ng_overflow_names[policy->finite_overflow]));
    json_object_set_new(object, "inf",
                        ng_json_text(ng_overflow_names[policy->infinite_input]));
    json_object_set_new(object, "nan", ng_json_text(ng_nan_rule_names[policy->nan]));
    return object;
}

enum ng_status ng_formats_nearest(const struct ng_format *format,
                                  const struct ng_policy *policy, char *const *words,
                                  size_t count, bool json, struct ng_error *err)
{
    struct given given;
    struct outcome outcomes[2];
    for (size_t i = 0; i < count; i++) {
        enum ng_status status = read_given(words[i], &given, err);
        if (status != NG_OK)
            return status;
    }
    json_t *object = json_object(), *list = json_array();
    json_object_set_new(object, "format", ng_json_text(format->name));
    json_object_set_new(object, "policy", policy_json(policy));
    json_object_set_new(object, "numbers", list);
    if (!json)
        print_policy(format, policy);
    for (size_t i = 0; i < count; i++) {
        read_given(words[i], &given, err);
        size_t outcome_count = find_outcomes(format, policy, given.taken, outcomes);
        if (json)
            json_array_append_new(list,
                                  number_json(format, &given, outcomes, outcome_count));
        else
            print_outcomes(format, &given, outcomes, outcome_count);
    }
    if (json)
        return ng_json_print_exact(object, err);
    json_decref(object);
    return NG_OK;
}
