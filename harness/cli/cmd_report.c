#include <stdio.h>

#include "experiments/record/comparison.h"
#include "harness/cli/commands.h"
#include "harness/cli/folders.h"
#include "harness/cli/results.h"
#include "reports/report.h"

static enum ng_status run_report(const struct ng_arguments *arguments,
                                 struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_comparison comparison = {0};
    const char *folder = arguments->words[0];
    NG_TRY(ng_folder_check_results(folder, err));
    char *path = ng_arena_printf(&arena, "%s/comparison.h5", folder);
    if (path == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the name of the comparison."));
    status = ng_comparison_read(path, &arena, &comparison, err);
    if (status == NG_ABSENT)
        NG_TRY(ng_fail(err, NG_ABSENT,
                       "%s has no comparison.h5, because its trials have not all "
                       "finished; type again the command that started the run.",
                       folder));
    NG_TRY(status);
    NG_TRY(ng_report_write(&comparison, folder, err));
    struct ng_results results = {
        .comparison = &comparison, .folder = folder, .program = arguments->program};
    if (ng_arguments_given(arguments, "json"))
        NG_TRY(ng_results_print_json(&results, err));
    else
        ng_results_print(&results);
out:
    ng_arena_release(&arena);
    return status;
}

static const struct ng_option options[] = {
    {"json", 0, NULL, "print one JSON document instead of the table"},
};

const struct ng_command ng_command_report = {
    .name = "report",
    .words = "FOLDER",
    .summary = "write the report of a finished run or an eval again",
    .detail =
        "Draws report.html, report.md and plots/ again from FOLDER/comparison.h5,\n"
        "without training or judging anything, and prints the table.",
    .example = "narrowgauge report out/quickstart",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 1,
    .run = run_report,
};
