#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "datasets/files/decimal.h"
#include "datasets/files/digest.h"
#include "harness/cli/commands.h"
#include "harness/cli/folders.h"
#include "harness/cli/results.h"
#include "harness/judge/compare.h"
#include "harness/judge/eval_rows.h"
#include "harness/run/about.h"
#include "reports/report.h"

#define USUAL_MARGIN 0.5 /* points */
#define MOST_SLICES  64

struct request {
    const char *rows, *out, *line, *program;
    bool json, quiet;
    struct ng_eval_request eval;
    char *slices[MOST_SLICES];
};

static enum ng_status out_of_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "No memory for the comparison.");
}

/* "region, region x age" */
static enum ng_status read_slices(const char *list, struct ng_arena *arena,
                                  struct request *request, struct ng_error *err)
{
    size_t count = 0;
    while (list != NULL) {
        const char *comma = strchr(list, ',');
        size_t length = comma == NULL ? strlen(list) : (size_t)(comma - list);
        size_t blanks = strspn(list, " ");
        const char *start = list + (blanks < length ? blanks : length);
        length -= (size_t)(start - list);
        while (length > 0 && start[length - 1] == ' ')
            length--;
        if (length == 0)
            return ng_fail(err, NG_INVALID, "--slices has an empty entry.");
        if (count == MOST_SLICES)
            return ng_fail(err, NG_INVALID, "--slices has more than %d entries.",
                           MOST_SLICES);
        request->slices[count] = ng_arena_text_n(arena, start, length);
        if (request->slices[count++] == NULL)
            return out_of_memory(err);
        list = comma == NULL ? NULL : comma + 1;
    }
    request->eval.slices = (struct ng_texts){request->slices, count};
    return NG_OK;
}

static enum ng_status read_request(const struct ng_arguments *arguments,
                                   struct ng_arena *arena, struct request *request,
                                   struct ng_error *err)
{
    const char *out = ng_arguments_value(arguments, "out");
    const char *margin = ng_arguments_value(arguments, "margin");
    double points = USUAL_MARGIN;
    *request = (struct request){.rows = ng_arguments_value(arguments, "rows"),
                                .out = out == NULL ? "out" : out,
                                .line = arguments->line,
                                .program = arguments->program,
                                .json = ng_arguments_given(arguments, "json"),
                                .quiet = ng_arguments_given(arguments, "quiet")};
    if (request->rows == NULL)
        return ng_fail(err, NG_INVALID,
                       "'eval' needs --rows FILE; for example: narrowgauge eval --rows "
                       "predictions.csv");
    if (margin != NULL &&
        !(ng_decimal_read(margin, &points) && points >= 0.0 && points <= 100.0))
        return ng_fail(err, NG_INVALID,
                       "--margin needs a number of points in 0..100, but has '%.80s'.",
                       margin);
    request->eval.reference = ng_arguments_value(arguments, "reference");
    request->eval.margin = points / 100.0;
    return read_slices(ng_arguments_value(arguments, "slices"), arena, request, err);
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* DIR/eval-STEM: the file's name up to its first full stop, unusual letters as '-'. */
static enum ng_status make_folder(const struct request *request, struct ng_arena *arena,
                                  char **folder, struct ng_error *err)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-";
    const char *base = base_of(request->rows);
    size_t dot = strcspn(base, ".");
    char *stem = ng_arena_text_n(arena, base, dot > 0 ? dot : strlen(base));
    if (stem == NULL)
        return out_of_memory(err);
    for (char *s = stem; *s != '\0'; s++)
        if (strchr(plain, *s) == NULL)
            *s = '-';
    *folder = ng_arena_printf(arena, "%s/eval-%s", request->out, stem);
    if (*folder == NULL)
        return out_of_memory(err);
    if ((mkdir(request->out, 0777) != 0 && errno != EEXIST) ||
        (mkdir(*folder, 0777) != 0 && errno != EEXIST))
        return ng_fail(err, NG_FAILED, "The folder %s cannot be made: %s.", *folder,
                       strerror(errno));
    return NG_OK;
}

/* The file by its digest, and the program that judged it. */
static enum ng_status describe_origin(const struct request *request,
                                      struct ng_arena *arena, struct ng_comparison *c,
                                      struct ng_error *err)
{
    struct ng_about_line about[NG_ABOUT_LINES];
    static const enum ng_about_name said[] = {NG_ABOUT_VERSION, NG_ABOUT_COMMIT,
                                              NG_ABOUT_COMPILER, NG_ABOUT_SYSTEM};
    char digest[NG_DIGEST_TEXT];
    struct ng_text text = {0};
    enum ng_status status = NG_OK;
    NG_TRY(ng_digest_file(request->rows, digest, err));
    ng_text_printf(&text, "rows: %s\nsha256: %s\n", base_of(request->rows), digest);
    ng_about(about);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        ng_text_printf(&text, "%s: %s\n", about[said[i]].name, about[said[i]].value);
    c->provenance = text.failed ? NULL : ng_arena_text(arena, text.data);
    if (c->provenance == NULL)
        status = out_of_memory(err);
out:
    ng_text_release(&text);
    return status;
}

static enum ng_status describe(const struct request *request,
                               const struct ng_eval_rows *rows, struct ng_arena *arena,
                               struct ng_comparison *c, struct ng_error *err)
{
    const struct ng_compare_input *input = &rows->input;
    const char *reference = input->arms[input->arms[0].reference].label;
    const char *name = base_of(request->rows);
    const char *form = rows->table.scores == 0   ? "predictions with confidences"
                       : rows->table.scores == 1 ? "one score a row"
                                                 : "one score a class";
    c->experiment = ng_arena_printf(arena, "eval of %s", name);
    c->question = ng_arena_printf(
        arena, "How do the arms of %s differ from %s, and for whom?", name, reference);
    c->data_title = ng_arena_printf(arena, "%s: %zu examples of %zu classes", name,
                                    c->test_rows, c->classes);
    c->resolved_summary = ng_arena_printf(
        arena, "%zu arm%s, %zu seed%s, %s; the reference is %s (%s)", input->arm_count,
        input->arm_count == 1 ? "" : "s", input->seed_count,
        input->seed_count == 1 ? "" : "s", form, reference, rows->reference_because);
    c->command = ng_arena_text(arena, request->line);
    c->data_notes = ng_arena_text(arena, rows->notes);
    if (c->experiment == NULL || c->question == NULL || c->data_title == NULL ||
        c->resolved_summary == NULL || c->command == NULL || c->data_notes == NULL)
        return out_of_memory(err);
    return describe_origin(request, arena, c, err);
}

static enum ng_status present(const struct request *request, const char *folder,
                              const struct ng_comparison *c, struct ng_error *err)
{
    struct ng_results results = {
        .comparison = c, .folder = folder, .program = request->program};
    /* The results stand, and are printed, even where the plots cannot be drawn. */
    enum ng_status drawn = ng_report_write(c, folder, err);
    if (request->json) {
        enum ng_status printed = ng_results_print_json(&results, err);
        return printed != NG_OK ? printed : drawn;
    }
    ng_results_print(&results);
    return drawn;
}

static enum ng_status run_eval(const struct ng_arguments *arguments,
                               struct ng_error *err)
{
    enum ng_status status;
    struct request request;
    struct ng_arena arena = {0};
    struct ng_eval_rows rows = {0};
    struct ng_comparison comparison = {0};
    char *folder = NULL, *path;
    NG_TRY(read_request(arguments, &arena, &request, err));
    NG_TRY(ng_eval_rows_read(request.rows, &request.eval, &rows, err));
    NG_TRY(ng_compare_runs(&rows.input, &arena, &comparison, err));
    NG_TRY(describe(&request, &rows, &arena, &comparison, err));
    ng_eval_rows_release(&rows);
    NG_TRY(make_folder(&request, &arena, &folder, err));
    path = ng_arena_printf(&arena, "%s/comparison.h5", folder);
    if (path == NULL)
        NG_TRY(out_of_memory(err));
    if (!request.quiet)
        fprintf(stderr, "%s: %s\n", request.rows, comparison.resolved_summary);
    NG_TRY(ng_comparison_write(path, &comparison, err));
    NG_TRY(present(&request, folder, &comparison, err));
out:
    ng_eval_rows_release(&rows);
    ng_arena_release(&arena);
    return status;
}

static const struct ng_option options[] = {
    {"json", 0, NULL, "print one JSON document instead of the table"},
    {"margin", 'm', "PT", "accuracy points that an arm may lose (default: 0.5)"},
    {"out", 'o', "DIR", "write into DIR/eval-FILE (default: out)"},
    {"quiet", 'q', NULL, "do not say what was read"},
    {"reference", 'r', "ARM",
     "measure against this arm (default: fp32, else the first)"},
    {"rows", 0, "FILE", "the predictions, a row for every example, arm and seed"},
    {"slices", 's', "LIST", "columns and crossings, such as region,\"region x age\""},
};

const struct ng_command ng_command_eval = {
    .name = "eval",
    .words = "",
    .summary = "compare predictions that were made elsewhere, without training",
    .detail =
        "Reads a table of predictions and judges its arms as a trained experiment's\n"
        "are: the same table, verdicts, groups, comparison.h5 and report.\n"
        "Columns: example, arm, seed (may be left out), label, and score_CLASS for\n"
        "every class (or prediction and confidence); every other column makes groups.\n"
        "Every arm and seed must have the same examples, labels and groups.",
    .example = "narrowgauge eval --rows predictions.csv --reference fp32",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .least_words = 0,
    .most_words = 0,
    .run = run_eval,
};
