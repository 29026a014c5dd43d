#include "harness/cli/pipe_request.h"

#include <float.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "datasets/files/decimal.h"
#include "harness/cli/policies.h"

#define MOST_BLOCK 65536
#define MOST_RULES 16 /* that one granularity takes */

/* -- policy --------------------------------------------------------------------------
 */

static enum ng_status take_policy(const struct ng_arguments *arguments,
                                  struct ng_pipe_request *request, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    int seed;
    NG_TRY(ng_arguments_policy(arguments, &request->policy, err));
    NG_TRY(ng_arguments_number(arguments, "seed", 0, INT32_MAX, 0, &seed, err));
    if (request->policy.rounding != NG_ROUND_STOCHASTIC &&
        ng_arguments_given(arguments, "seed"))
        NG_TRY(ng_fail(err, NG_INVALID,
                       "--seed is for --rounding stochastic, which alone draws random "
                       "numbers."));
    request->random = (struct ng_random){.seed = (uint32_t)seed};
out:
    return status;
}

/* -- granularity ---------------------------------------------------------------------
 */

/* Digits without a leading zero; 0: none, or more than the most. */
static size_t take_block(const char **at)
{
    size_t block = 0;
    if (**at < '1' || **at > '9')
        return 0;
    for (; **at >= '0' && **at <= '9'; ++*at)
        block = block > MOST_BLOCK ? block : block * 10 + (size_t)(**at - '0');
    return block > MOST_BLOCK ? 0 : block;
}

/* 1x128 or 128x128 */
static bool take_blocks(const char *word, struct ng_pipe_request *request)
{
    size_t rows = take_block(&word);
    if (rows == 0 || *word++ != 'x')
        return false;
    size_t cols = take_block(&word);
    if (cols == 0 || *word != '\0' || (rows != 1 && rows != cols))
        return false;
    request->granularity = rows == 1 ? NG_GRANULARITY_1XB : NG_GRANULARITY_BXB;
    request->block = cols;
    return true;
}

static bool take_granularity_word(const char *word, struct ng_pipe_request *request)
{
    static const struct {
        const char *word;
        enum ng_granularity granularity;
        enum ng_orientation orientation;
        size_t block;
        enum ng_scale_format scale_format;
    } words[] = {
        {"none", NG_GRANULARITY_NONE, NG_ROWWISE, 0, NG_SCALE_NONE},
        {"tensor", NG_GRANULARITY_TENSOR, NG_ROWWISE, 0, NG_SCALE_FP32},
        {"row", NG_GRANULARITY_ROW, NG_ROWWISE, 0, NG_SCALE_FP32},
        {"column", NG_GRANULARITY_ROW, NG_COLWISE, 0, NG_SCALE_FP32},
        {"mx", NG_GRANULARITY_MX, NG_ROWWISE, 32, NG_SCALE_E8M0},
        {"nvfp4", NG_GRANULARITY_NVFP4, NG_ROWWISE, 16, NG_SCALE_UE4M3},
    };
    request->granularity_text = word;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, word) == 0) {
            request->granularity = words[i].granularity;
            request->orientation = words[i].orientation;
            request->block = words[i].block;
            request->scale_format = words[i].scale_format;
            return true;
        }
    request->scale_format = NG_SCALE_FP32;
    return take_blocks(word, request);
}

static enum ng_status take_granularity(const struct ng_arguments *arguments,
                                       struct ng_pipe_request *request,
                                       struct ng_error *err)
{
    const char *word = ng_arguments_value(arguments, "granularity");
    bool one_scale = ng_arguments_given(arguments, "scale") ||
                     ng_arguments_given(arguments, "scale-inv");
    if (word == NULL)
        word = one_scale ? "tensor" : "none";
    if (!take_granularity_word(word, request))
        return ng_fail(err, NG_INVALID,
                       "--granularity needs none, tensor, row, column, 1xB, BxB (such "
                       "as 1x128 or 128x128, with B in 1..%d), mx or nvfp4, but has "
                       "'%.80s'.",
                       MOST_BLOCK, word);
    return NG_OK;
}

static bool fits(enum ng_scale_rule rule, enum ng_granularity granularity)
{
    switch (rule) {
    case NG_SCALE_RULE_CURRENT:
    case NG_SCALE_RULE_POWER_2:
    case NG_SCALE_RULE_TORCHAO:
    case NG_SCALE_RULE_TORCHAO_POWER_2:
    case NG_SCALE_RULE_DEEPSEEK:
    case NG_SCALE_RULE_MS_AMP:
        return granularity != NG_GRANULARITY_NONE && granularity != NG_GRANULARITY_MX &&
               granularity != NG_GRANULARITY_NVFP4;
    case NG_SCALE_RULE_MX_FLOOR:
    case NG_SCALE_RULE_MX_CEIL:
    case NG_SCALE_RULE_MX_EVEN:
    case NG_SCALE_RULE_MX_RCEIL:
        return granularity == NG_GRANULARITY_MX;
    case NG_SCALE_RULE_NVFP4:
        return granularity == NG_GRANULARITY_NVFP4;
    default:
        return false;
    }
}

static int rule_called(const char *word)
{
    for (int i = 0; ng_scale_rule_names[i] != NULL; i++)
        if (strcmp(ng_scale_rule_names[i], word) == 0)
            return i;
    return -1;
}

/* --rule, of the rules that the granularity can take. */
static enum ng_status choose_rule(const struct ng_arguments *arguments,
                                  struct ng_pipe_request *request, const char *word,
                                  struct ng_error *err)
{
    const char *names[MOST_RULES + 1] = {NULL};
    enum ng_scale_rule rules[MOST_RULES];
    char list[200] = "";
    int chosen = 0, known = rule_called(word);
    size_t count = 0, length = 0;
    for (int i = 0; ng_scale_rule_names[i] != NULL && count < MOST_RULES; i++)
        if (fits((enum ng_scale_rule)i, request->granularity)) {
            rules[count] = (enum ng_scale_rule)i;
            names[count++] = ng_scale_rule_names[i];
            length += (size_t)snprintf(list + length, sizeof list - length, "%s%s",
                                       length == 0 ? "" : ", ", ng_scale_rule_names[i]);
        }
    if (count == 0)
        return ng_fail(err, NG_INVALID,
                       "--rule %.80s does not go with --granularity %s, which has no "
                       "scales.",
                       word, request->granularity_text);
    if (known >= 0 && !fits((enum ng_scale_rule)known, request->granularity))
        return ng_fail(err, NG_INVALID,
                       "--rule %s does not go with --granularity %s, which takes %s.",
                       word, request->granularity_text, list);
    enum ng_status status = ng_arguments_word(arguments, "rule", names, &chosen, err);
    if (status == NG_OK)
        request->rule = rules[chosen];
    return status;
}

static enum ng_status take_rule(const struct ng_arguments *arguments,
                                struct ng_pipe_request *request, struct ng_error *err)
{
    enum ng_granularity granularity = request->granularity;
    const char *word = ng_arguments_value(arguments, "rule");
    request->rule = granularity == NG_GRANULARITY_NONE    ? NG_SCALE_RULE_NONE
                    : granularity == NG_GRANULARITY_MX    ? NG_SCALE_RULE_MX_FLOOR
                    : granularity == NG_GRANULARITY_NVFP4 ? NG_SCALE_RULE_NVFP4
                                                          : NG_SCALE_RULE_CURRENT;
    if (word == NULL)
        return NG_OK;
    if (request->scaled)
        return ng_fail(err, NG_INVALID,
                       "--rule works out a scale, which --scale says already; give one "
                       "of the two.");
    return choose_rule(arguments, request, word, err);
}

/* -- scales --------------------------------------------------------------------------
 */

/* A number whose reciprocal is one, too. */
static enum ng_status take_factor(const char *option, const char *text, float *factor,
                                  float *inverse, struct ng_error *err)
{
    double value;
    bool number = ng_decimal_read(text, &value);
    *factor = number ? (float)value : 0.0f;
    const char *as_fp32 = !number || !(value >= 0.0) ? ""
                          : *factor == 0.0f          ? ", which is 0 as FP32"
                          : *factor > FLT_MAX        ? ", which is infinite as FP32"
                                                     : "";
    if (!(*factor > 0.0f) || *factor > FLT_MAX)
        return ng_fail(err, NG_INVALID,
                       "--%s needs a finite number above zero, but has '%.80s'%s.",
                       option, text, as_fp32);
    *inverse = 1.0f / *factor;
    if (*inverse > FLT_MAX)
        return ng_fail(
            err, NG_INVALID,
            "--%s %.80s is so small that its reciprocal is infinite in FP32.", option,
            text);
    return NG_OK;
}

static enum ng_status take_scale(const struct ng_arguments *arguments,
                                 struct ng_pipe_request *request, struct ng_error *err)
{
    const char *scale = ng_arguments_value(arguments, "scale");
    const char *inverse = ng_arguments_value(arguments, "scale-inv");
    request->scale = request->scale_inv = 1.0f;
    request->scaled = scale != NULL || inverse != NULL;
    if (!request->scaled)
        return NG_OK;
    if (request->granularity != NG_GRANULARITY_TENSOR &&
        request->granularity != NG_GRANULARITY_NVFP4)
        return ng_fail(
            err, NG_INVALID,
            "--%s is one number for all elements, which --granularity %s has "
            "no use for.",
            scale != NULL ? "scale" : "scale-inv", request->granularity_text);
    if (scale != NULL && inverse != NULL)
        return ng_fail(err, NG_INVALID, "Give one of --scale and --scale-inv.");
    return scale != NULL
               ? take_factor("scale", scale, &request->scale, &request->scale_inv, err)
               : take_factor("scale-inv", inverse, &request->scale_inv, &request->scale,
                             err);
}

static enum ng_status check_scales(const struct ng_pipe_request *request,
                                   struct ng_error *err)
{
    bool tensor = request->granularity == NG_GRANULARITY_TENSOR;
    bool none = request->granularity == NG_GRANULARITY_NONE;
    if (none && request->scales != NULL)
        return ng_fail(err, NG_INVALID,
                       "--scales %s: without a --granularity there are no scales.",
                       request->scales);
    if (!none && !tensor && request->scales == NULL)
        return ng_fail(err, NG_INVALID,
                       "--granularity %s has many scales: --scales FILE says where "
                       "they %s.",
                       request->granularity_text,
                       request->encodes ? "go; decode reads them there" : "are");
    if (request->encodes || none)
        return NG_OK;
    if (tensor && request->scaled == (request->scales != NULL))
        return ng_fail(err, NG_INVALID,
                       "--granularity tensor needs one of --scale NUMBER (what encode "
                       "multiplied by), --scale-inv NUMBER and --scales FILE.");
    if (request->granularity == NG_GRANULARITY_NVFP4 && !request->scaled)
        return ng_fail(
            err, NG_INVALID,
            "--granularity nvfp4 needs --scale NUMBER, the scale of the whole "
            "tensor that encode was given or printed, besides --scales "
            "FILE.");
    return NG_OK;
}

/* "-" is a standard stream, as is no word. */
static const char *file_of(const char *word)
{
    return word == NULL || strcmp(word, "-") == 0 ? NULL : word;
}

static enum ng_status check_places(const struct ng_pipe_request *request,
                                   struct ng_error *err)
{
    if (request->scales != NULL && strcmp(request->scales, "-") == 0)
        return ng_fail(err, NG_INVALID,
                       "--scales needs the name of a file; '-', the standard streams, "
                       "is for numbers and codes.");
    return NG_OK;
}

enum ng_status ng_pipe_request_read(const struct ng_arguments *arguments, bool encodes,
                                    struct ng_pipe_request *request,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const char *format = ng_arguments_value(arguments, "format");
    const char *word = arguments->word_count > 0 ? arguments->words[0] : NULL;
    *request = (struct ng_pipe_request){
        .encodes = encodes,
        .json = ng_arguments_given(arguments, "json"),
        .quiet = ng_arguments_given(arguments, "quiet"),
        .input = file_of(word),
        .out = file_of(ng_arguments_value(arguments, "out")),
        .scales = ng_arguments_value(arguments, "scales"),
    };
    if (format == NULL)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "'%s' needs --format NAME; 'narrowgauge formats' lists them.",
                       arguments->command->name));
    NG_TRY(ng_format_parse(format, &request->own, &request->format, err));
    NG_TRY(take_granularity(arguments, request, err));
    NG_TRY(take_scale(arguments, request, err));
    NG_TRY(take_rule(arguments, request, err));
    NG_TRY(take_policy(arguments, request, err));
    NG_TRY(check_scales(request, err));
    NG_TRY(check_places(request, err));
out:
    return status;
}

bool ng_pipe_request_needs_all(const struct ng_pipe_request *request)
{
    bool one = request->granularity == NG_GRANULARITY_TENSOR ||
               request->granularity == NG_GRANULARITY_NVFP4;
    return request->orientation == NG_COLWISE || (one && !request->scaled);
}
