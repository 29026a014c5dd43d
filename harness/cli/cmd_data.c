#include <string.h>

#include "formats/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/data.h"

static const struct {
    const char *name;
    size_t words; /* with the name itself */
    bool overrides, makes_files, prints_json;
    enum ng_status (*run)(const struct ng_arguments *, struct ng_error *);
} parts[] = {
    {"list", 1, false, false, true, ng_data_list},
    {"inspect", 2, true, true, true, ng_data_inspect},
    {"fetch", 2, false, false, false, ng_data_fetch},
};
#define PARTS (sizeof parts / sizeof parts[0])

static enum ng_status refuse_part(const char *word, struct ng_error *err)
{
    const char *names[PARTS];
    for (size_t i = 0; i < PARTS; i++)
        names[i] = parts[i].name;
    const char *near = ng_text_nearest(word, names, PARTS);
    return ng_fail(
        err, NG_INVALID,
        "'narrowgauge data %s' is no command%s%s%s; expected data list, data "
        "inspect NAME or data fetch NAME.",
        word, near == NULL ? "" : " (did you mean '", near == NULL ? "" : near,
        near == NULL ? "" : "'?)");
}

static enum ng_status run_data(const struct ng_arguments *arguments,
                               struct ng_error *err)
{
    const char *word = arguments->words[0];
    size_t i = 0;
    while (i < PARTS && strcmp(parts[i].name, word) != 0)
        i++;
    if (i == PARTS)
        return refuse_part(word, err);
    if (arguments->word_count < parts[i].words)
        return ng_fail(err, NG_INVALID,
                       "'narrowgauge data %s' needs the name of a data set or a card "
                       "FILE.yaml; 'narrowgauge data list' names them.",
                       word);
    if (arguments->word_count > parts[i].words)
        return ng_fail(err, NG_INVALID, "'narrowgauge data %s' has no use for '%s'.",
                       word, arguments->words[parts[i].words]);
    if (arguments->override_count > 0 && !parts[i].overrides)
        return ng_fail(err, NG_INVALID, "'narrowgauge data %s' takes no key=value.",
                       word);
    if (ng_arguments_given(arguments, "out") && !parts[i].makes_files)
        return ng_fail(err, NG_INVALID, "'narrowgauge data %s' takes no --out.", word);
    if (ng_arguments_given(arguments, "json") && !parts[i].prints_json)
        return ng_fail(err, NG_INVALID, "'narrowgauge data %s' takes no --json.", word);
    return parts[i].run(arguments, err);
}

static const struct ng_option options[] = {
    {"data", 'd', "DIR",
     "folder of data files (else $NG_DATA, else ~/.local/share/...)"},
    {"json", 0, NULL, "list, inspect: print one JSON document"},
    {"out", 'o', "DIR", "inspect: write into DIR/data-NAME (default: out)"},
};

const struct ng_command ng_command_data = {
    .name = "data",
    .words = "list | inspect NAME|CARD.yaml | fetch NAME|CARD.yaml",
    .summary = "list the data sets, look into one, or fetch its files",
    .detail =
        "list: every data set, whether its files are there, and its licence.\n"
        "inspect: loads one and prints what is in it: files, rows, classes, missing\n"
        "values, duplicates, leaks between the splits, ranges beside those of the\n"
        "formats, sizes of slices; and writes a datasheet and plots. 'inspect tabular\n"
        "data.file=my.csv data.label=churned' looks into your own table.\n"
        "fetch: gets the files that are missing, with the program curl, and compares\n"
        "each with its SHA-256.",
    .example = "narrowgauge data inspect adult",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 2,
    .overrides = true,
    .run = run_data,
};
