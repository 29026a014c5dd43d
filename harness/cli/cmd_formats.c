#include <string.h>

#include "formats/base/arena.h"
#include "formats/codec/format.h"
#include "harness/cli/commands.h"
#include "harness/cli/formats.h"
#include "harness/cli/policies.h"
#include "reports/output.h"

#define NUMBERS_MOST 256

struct compared {
    struct ng_format own[NG_FORMATS_COMPARED];
    const struct ng_format *formats[NG_FORMATS_COMPARED];
    size_t count;
};

static enum ng_status add_compared(struct compared *compared, const char *name,
                                   struct ng_error *err)
{
    const struct ng_format *format;
    enum ng_status status =
        ng_format_parse(name, &compared->own[compared->count], &format, err);
    if (status != NG_OK)
        return status;
    for (size_t i = 0; i < compared->count; i++)
        if (strcmp(compared->formats[i]->name, format->name) == 0)
            return ng_fail(err, NG_INVALID,
                           "--compare names %s twice; each format is compared once.",
                           format->name);
    compared->formats[compared->count++] = format;
    return NG_OK;
}

/* "e4m3,e5m2,bf16" */
static enum ng_status read_compared(const char *list, struct compared *compared,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        char name[64];
        at += *at == ',' && at != list;
        size_t length = strcspn(at, ",");
        if (compared->count == NG_FORMATS_COMPARED || length >= sizeof name)
            NG_TRY(ng_fail(err, NG_INVALID,
                           "--compare takes 2 to %d formats with commas between them, "
                           "such as e4m3,e5m2,bf16; '%.80s' is more.",
                           NG_FORMATS_COMPARED, list));
        memcpy(name, at, length);
        name[length] = '\0';
        NG_TRY(add_compared(compared, name, err));
    }
    if (compared->count < 2)
        status = ng_fail(err, NG_INVALID,
                         "--compare takes 2 to %d formats with commas between them, "
                         "such as e4m3,e5m2,bf16; '%.80s' is one.",
                         NG_FORMATS_COMPARED, list);
out:
    return status;
}

static enum ng_status compare(const struct ng_arguments *arguments, bool json,
                              struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct compared compared = {.count = 0};
    const char *out = ng_arguments_value(arguments, "out");
    out = out == NULL ? "out" : out;
    NG_TRY(read_compared(ng_arguments_value(arguments, "compare"), &compared, err));
    char *folder = ng_arena_printf(&arena, "%s/formats", out);
    for (size_t i = 0; i < compared.count && folder != NULL; i++)
        folder = ng_arena_printf(&arena, "%s-%s", folder, compared.formats[i]->name);
    if (folder == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the name of the folder."));
    NG_TRY(ng_output_folder(out, err));
    NG_TRY(ng_formats_compare(compared.formats, compared.count, folder, json, err));
out:
    ng_arena_release(&arena);
    return status;
}

/* Options and words that do not go together. */
static enum ng_status check_together(const struct ng_arguments *arguments,
                                     struct ng_error *err)
{
    bool compares = ng_arguments_given(arguments, "compare");
    bool codes = ng_arguments_given(arguments, "codes");
    const char *choice = ng_arguments_policy_option(arguments);
    if (compares && arguments->word_count > 0)
        return ng_fail(err, NG_INVALID,
                       "--compare names its formats itself and has no use for '%.80s'.",
                       arguments->words[0]);
    if (compares && codes)
        return ng_fail(err, NG_INVALID, "--compare and --codes are two questions.");
    if (!compares && ng_arguments_given(arguments, "out"))
        return ng_fail(err, NG_INVALID,
                       "--out is where --compare puts its picture; nothing else is "
                       "written.");
    if (codes && arguments->word_count != 1)
        return ng_fail(err, NG_INVALID,
                       "--codes lists the codes of one format: formats NAME --codes.");
    if (choice != NULL && arguments->word_count < 2)
        return ng_fail(err, NG_INVALID,
                       "--%s is about numbers: formats NAME NUMBER --%s ...", choice,
                       choice);
    return NG_OK;
}

static enum ng_status run_formats(const struct ng_arguments *arguments,
                                  struct ng_error *err)
{
    enum ng_status status;
    struct ng_format own;
    struct ng_policy policy;
    const struct ng_format *format;
    bool json = ng_arguments_given(arguments, "json");
    NG_TRY(check_together(arguments, err));
    NG_TRY(ng_arguments_policy(arguments, &policy, err));
    if (ng_arguments_given(arguments, "compare"))
        return compare(arguments, json, err);
    if (arguments->word_count == 0)
        return ng_formats_list(json, err);
    NG_TRY(ng_format_parse(arguments->words[0], &own, &format, err));
    if (ng_arguments_given(arguments, "codes"))
        return ng_formats_codes(format, json, err);
    if (arguments->word_count == 1)
        return ng_formats_describe(format, json, err);
    status = ng_formats_nearest(format, &policy, arguments->words + 1,
                                arguments->word_count - 1, json, err);
out:
    return status;
}

static const struct ng_option options[] = {
    {"codes", 0, NULL, "every code of a format of up to 16 bits"},
    {"compare", 0, "LIST", "2 to 6 formats side by side: e4m3,e5m2,bf16"},
    {"json", 0, NULL, "print one JSON document"},
    {"out", 'o', "DIR", "--compare: write into DIR/formats-LIST (default: out)"},
    NG_POLICY_OPTIONS,
};

const struct ng_command ng_command_formats = {
    .name = "formats",
    .words = "[NAME [NUMBER ...]]",
    .summary = "what number formats hold, and what becomes of a number in one",
    .detail =
        "Without NAME: the table of formats. NAME: one of them, or any eXmY with 2 to "
        "8\n"
        "exponent and 1 to 22 mantissa bits (e3m8, e5m3b7fn): its bits, special "
        "codes,\n"
        "range and spacing; with --codes every code. NUMBER (decimal, 0x1.8p-3, inf,\n"
        "nan): the code that it becomes, its value, the error, and the values next to\n"
        "it. --compare: range, spacing, and the signal-to-noise ratio (SQNR) of "
        "samples\n"
        "of five distributions, with a picture.",
    .example = "narrowgauge formats\n"
               "  narrowgauge formats e4m3 0.3 -1000 --overflow special\n"
               "  narrowgauge formats --compare e4m3,e5m2,bf16",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .most_words = 1 + NUMBERS_MOST,
    .numbers = true,
    .run = run_formats,
};
