#include <stdio.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "harness/cli/commands.h"
#include "harness/cli/folders.h"
#include "harness/cli/json.h"
#include "harness/cli/progress.h"
#include "harness/cli/results.h"
#include "harness/cli/stop.h"
#include "harness/cli/train.h"
#include "harness/judge/compare.h"
#include "harness/judge/gates.h"
#include "harness/run/sweep.h"
#include "reports/report.h"

struct request {
    struct ng_training training;
    bool dry_run, json;
    const char *out, *program;
};

/* What was inferred of a table. */
static void print_inferred(const struct ng_plan *plan, FILE *stream)
{
    if (plan->inferred != NULL)
        fputs(plan->inferred, stream);
}

static json_t *inferred_json(const struct ng_plan *plan)
{
    json_t *lines = json_array();
    for (const char *line = plan->inferred; line != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        json_array_append_new(lines, json_stringn(line, length));
        line += length + (line[length] == '\n');
    }
    return lines;
}

/* How a person goes on who finds a type wrong. */
static void print_card(const struct ng_sweep_state *sweep, FILE *stream)
{
    const struct ng_plan *plan = sweep->plan;
    const struct ng_texts *slices = &plan->experiment.judge.slices;
    if (plan->inferred == NULL)
        return;
    fprintf(stream,
            "Card:   %s/" NG_PLAN_CARD " holds these types. For others, edit a copy: "
            "narrowgauge run tabular data.set=./COPY.yaml --data %s "
            "--out edited",
            sweep->folder, plan->table_folder);
    for (size_t i = 0; i < slices->count; i++)
        fprintf(stream, "%s%s%s", i == 0 ? " 'judge.slices=" : ",", slices->values[i],
                i + 1 == slices->count ? "'" : "");
    fputc('\n', stream);
}

/* obstacle: why the folder cannot take this plan, or NULL. */
static enum ng_status print_plan_json(const struct ng_sweep_state *sweep,
                                      const struct request *request,
                                      const char *obstacle, struct ng_error *err)
{
    json_t *document = json_object(), *trials = json_array();
    double seconds, bytes;
    ng_sweep_estimate(sweep, request->training.jobs, &seconds, &bytes);
    json_object_set_new(document, "experiment",
                        ng_json_text(sweep->plan->experiment.name));
    json_object_set_new(document, "folder", ng_json_text(sweep->folder));
    json_object_set_new(document, "obstacle", ng_json_text(obstacle));
    if (sweep->plan->inferred != NULL)
        json_object_set_new(document, "inferred", inferred_json(sweep->plan));
    json_object_set_new(document, "seconds", ng_json_number(seconds));
    json_object_set_new(document, "bytes", ng_json_number(bytes));
    for (size_t i = 0; i < sweep->plan->trial_count; i++) {
        const struct ng_trial *trial = &sweep->plan->trials[i];
        json_t *object = json_object();
        json_object_set_new(object, "arm",
                            ng_json_text(sweep->plan->arm_labels[trial->arm]));
        json_object_set_new(object, "seed", json_integer(trial->seed));
        json_object_set_new(object, "file", ng_json_text(trial->file));
        json_object_set_new(object, "plan_hash", ng_json_text(trial->hash));
        json_object_set_new(object, "phase",
                            ng_json_text(ng_trial_phase_names[sweep->trials[i].phase]));
        json_array_append_new(trials, object);
    }
    json_object_set_new(document, "trials", trials);
    return ng_json_print(document, err);
}

static enum ng_status print_plan(struct ng_sweep_state *sweep,
                                 const struct request *request,
                                 const struct ng_sweep_watch *watch,
                                 struct ng_error *err)
{
    enum ng_status status = ng_sweep_look(sweep, watch, err);
    if (status != NG_OK && status != NG_INVALID)
        return status;
    const char *obstacle = status == NG_INVALID ? err->text : NULL;
    if (request->json)
        return print_plan_json(sweep, request, obstacle, err);
    print_inferred(sweep->plan, stdout);
    ng_training_headline(sweep, &request->training, stdout);
    for (size_t i = 0; i < sweep->plan->trial_count; i++) {
        char name[160];
        ng_sweep_trial_name(sweep, i, name, sizeof name);
        printf("  %-16s %-32s %s\n", ng_trial_phase_names[sweep->trials[i].phase],
               sweep->plan->trials[i].file, name);
    }
    if (obstacle != NULL)
        printf("This run would be refused: %s.\n", obstacle);
    puts("Dry run: nothing was trained or written.");
    return NG_OK;
}

static enum ng_status train(struct ng_sweep_state *sweep, const struct request *request,
                            struct ng_error *err)
{
    if (!request->training.quiet)
        print_inferred(sweep->plan, stderr);
    enum ng_status status = ng_training_run(sweep, &request->training, err);
    if (status == NG_OK && !request->training.quiet)
        print_card(sweep, stderr);
    if (status == NG_INTERRUPTED) {
        const char *line = request->training.line;
        size_t length = strlen(err->text);
        snprintf(err->text + length, sizeof err->text - length, " To go on: %s%s",
                 request->program, line + strcspn(line, " "));
    }
    return status;
}

static enum ng_status judge(const struct ng_sweep_state *sweep,
                            const struct request *request, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_comparison comparison = {0};
    char *path = ng_arena_printf(&arena, "%s/comparison.h5", sweep->folder);
    if (path == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the comparison."));
    NG_TRY(ng_compare(sweep->plan, sweep->folder, &arena, &comparison, err));
    NG_TRY(ng_comparison_write(path, &comparison, err));
    struct ng_results results = {.comparison = &comparison,
                                 .folder = sweep->folder,
                                 .program = request->program};
    /* The results stand, and are printed, even where the plots cannot be drawn. */
    enum ng_status drawn = ng_report_write(&comparison, sweep->folder, err);
    if (request->json)
        NG_TRY(ng_results_print_json(&results, err));
    else
        ng_results_print(&results);
    status = drawn;
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status run_plan(const struct ng_plan *plan,
                               const struct request *request, struct ng_error *err)
{
    enum ng_status status;
    struct ng_sweep_state sweep;
    struct ng_progress progress = {.quiet = request->training.quiet};
    struct ng_sweep_watch watch = ng_progress_watch(&progress);
    status = ng_sweep_prepare(&sweep, plan, request->out, err);
    if (status != NG_OK)
        return status;
    NG_TRY(ng_gates_known(&plan->experiment.gates, err));
    if (request->dry_run) {
        NG_TRY(print_plan(&sweep, request, &watch, err));
    } else {
        ng_stop_install();
        NG_TRY(train(&sweep, request, err));
        if (*ng_stop_flag())
            NG_TRY(ng_fail(err, NG_INTERRUPTED,
                           "Stopped after the last trial, before the comparison; the "
                           "same command goes on."));
        NG_TRY(judge(&sweep, request, err));
    }
out:
    ng_sweep_close(&sweep);
    return status;
}

static enum ng_status read_request(const struct ng_arguments *arguments,
                                   struct request *request, struct ng_error *err)
{
    const char *out = ng_arguments_value(arguments, "out");
    *request = (struct request){
        .dry_run = ng_arguments_given(arguments, "dry-run"),
        .json = ng_arguments_given(arguments, "json"),
        .out = out == NULL ? "out" : out,
        .program = arguments->program,
    };
    return ng_training_read(arguments, true, &request->training, err);
}

static enum ng_status run_run(const struct ng_arguments *arguments,
                              struct ng_error *err)
{
    enum ng_status status;
    struct request request;
    struct ng_arena arena = {0};
    struct ng_plan plan = {0};
    char *data;
    const char *word = arguments->words[0];
    NG_TRY(read_request(arguments, &request, err));
    enum ng_word_kind kind = ng_word_kind(word);
    if (kind == NG_WORD_FOLDER || kind == NG_WORD_RUN_FILE)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is no experiment. Expected a name such as quickstart, or a "
                       "file ending in .yaml; to go on with a run, type again the "
                       "command that started it.",
                       word));
    NG_TRY(ng_float_environment_check(err));
    NG_TRY(ng_isa_choose(err));
    NG_TRY(ng_data_folder(arguments, &arena, &data, err));
    NG_TRY(ng_plan_make(&plan, word, arguments->overrides, arguments->override_count,
                        data, err));
    status = run_plan(&plan, &request, err);
    ng_plan_release(&plan);
out:
    ng_arena_release(&arena);
    return status;
}

static const struct ng_option options[] = {
    {"data", 'd', "DIR",
     "folder of data files (else $NG_DATA, else ~/.local/share/...)"},
    {"dry-run", 'n', NULL, "print the plan, train and write nothing"},
    {"fail-fast", 0, NULL, "stop all trials when one produces no result"},
    {"jobs", 'j', "N", "trials at once (default: the number of processors)"},
    {"json", 0, NULL, "print one JSON document instead of the table"},
    {"out", 'o', "DIR", "write into DIR/EXPERIMENT (default: out)"},
    {"quiet", 'q', NULL, "show no progress"},
    {"threads", 't', "N", "threads inside each trial (default: 1)"},
};

const struct ng_command ng_command_run = {
    .name = "run",
    .words = "NAME|FILE.yaml",
    .summary = "train every trial of an experiment, compare, write the report",
    .detail =
        "Trains each recipe with each seed, one trial per process, then compares "
        "them,\n"
        "prints the table and writes report.html. Finished trials are skipped and\n"
        "interrupted ones go on, so the same command is also \"resume\"; with more "
        "seeds\n"
        "or recipes it adds them to the folder.\n"
        "key=value replaces a key of the experiment, such as train.epochs=2 or "
        "seeds=0..9.\n"
        "A table of your own: run tabular data.file=my.csv data.label=churned; with\n"
        "data.slices=region,sex its groups are judged, too.",
    .example = "narrowgauge run quickstart",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .least_words = 1,
    .most_words = 1,
    .overrides = true,
    .run = run_run,
};
