/* Reading a plan's run files for ng_compare(): the only part that touches files. */
#include "harness/judge/compare.h"

#include <stdio.h>
#include <string.h>

#include "harness/judge/gates.h"

static enum ng_status out_of_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "Out of memory while reading runs to compare.");
}

static enum ng_status read_run(const struct ng_trial *trial, const char *folder,
                               struct ng_arena *arena, struct ng_run *run,
                               struct ng_error *err)
{
    char *path = ng_arena_printf(arena, "%s/runs/%s", folder, trial->file);
    if (path == NULL)
        return out_of_memory(err);
    enum ng_status status =
        ng_run_read(path, NG_RUN_HEAD | NG_RUN_METRICS | NG_RUN_ROWS | NG_RUN_LEDGER,
                    arena, run, err);
    if (status != NG_OK)
        return status;
    if (run->plan_hash == NULL || strcmp(run->plan_hash, trial->hash) != 0 ||
        run->seed != trial->seed)
        return ng_fail(err, NG_INVALID,
                       "%s is not the plan's trial of that name: its plan hash or seed "
                       "differs.",
                       path);
    return NG_OK;
}

static enum ng_status read_all(const struct ng_plan *plan, const char *folder,
                               struct ng_arena *arena, struct ng_compare_input *input,
                               struct ng_error *err)
{
    struct ng_run *runs = ng_arena_array(arena, plan->trial_count, sizeof *runs);
    struct ng_compare_arm *arms = ng_arena_array(arena, plan->arm_count, sizeof *arms);
    size_t seed_count = plan->arm_count == 0 ? 0 : plan->trial_count / plan->arm_count;
    uint32_t *seeds = ng_arena_array(arena, seed_count, sizeof *seeds);
    if (runs == NULL || arms == NULL || seeds == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < seed_count * plan->arm_count; i++) {
        const struct ng_trial *trial = &plan->trials[i];
        enum ng_status status = read_run(trial, folder, arena, &runs[i], err);
        if (status != NG_OK)
            return status;
        seeds[i % seed_count] = trial->seed;
        arms[i / seed_count] =
            (struct ng_compare_arm){.label = plan->arm_labels[i / seed_count],
                                    .recipe = trial->recipe->name,
                                    .summary = trial->recipe->summary,
                                    .reference = plan->arm_references[trial->arm]};
    }
    *input = (struct ng_compare_input){
        .runs = runs,
        .arms = arms,
        .arm_count = plan->arm_count,
        .seeds = seeds,
        .seed_count = seed_count,
        .margin = plan->experiment.judge.margin.accuracy / 100.0,
        .slices = plan->experiment.judge.slices,
    };
    return NG_OK;
}

static const char *provenance_value(const struct ng_run *run, const char *name)
{
    for (size_t i = 0; i < run->provenance_count; i++)
        if (strcmp(run->provenance[i].name, name) == 0)
            return run->provenance[i].value;
    return NULL;
}

/* One line for every name that the first run has, with the values of all runs that
 * differ from it, so that a sweep from two machines says so. */
static void add_provenance(const struct ng_compare_input *input, struct ng_text *text)
{
    size_t runs = input->arm_count * input->seed_count;
    for (size_t p = 0; p < input->runs[0].provenance_count; p++) {
        const char *name = input->runs[0].provenance[p].name;
        const char *value = input->runs[0].provenance[p].value;
        if (strcmp(name, "argv") == 0)
            continue;
        size_t others = 0;
        for (size_t r = 1; r < runs; r++) {
            const char *other = provenance_value(&input->runs[r], name);
            others += other == NULL || strcmp(other, value) != 0;
        }
        ng_text_printf(text, "%s: %s", name, value);
        if (others > 0)
            ng_text_printf(text, " (another value in %zu of %zu trials)", others, runs);
        ng_text_add(text, "\n");
    }
}

static bool is_swept(const struct ng_plan *plan, const char *path)
{
    const struct ng_sweep *sweep = &plan->experiment.sweep;
    for (size_t i = 0; i < sweep->count; i++)
        if (strcmp(sweep->axes[i].path, path) == 0)
            return true;
    return false;
}

/* "mlp 36-512-512-2"; "mlp, hidden swept," */
static void add_model(const struct ng_plan *plan, struct ng_text *text)
{
    const struct ng_model_spec *model = &plan->experiment.model;
    ng_text_add(text, is_swept(plan, "model.kind") ? "model kind swept"
                                                   : ng_model_kind_names[model->kind]);
    if (is_swept(plan, "model.hidden")) {
        ng_text_add(text, ", hidden swept,");
        return;
    }
    ng_text_printf(text, " %zu", plan->dataset.features);
    for (size_t i = 0; i < model->hidden.count; i++)
        ng_text_printf(text, "-%lld", (long long)model->hidden.values[i]);
    ng_text_printf(text, "-%zu", plan->dataset.classes);
}

/* ", adamw, learning rate 0.001 falling to 0, batch 128, 6 epochs" */
static void add_training(const struct ng_plan *plan, struct ng_text *text)
{
    const struct ng_train_spec *train = &plan->experiment.train;
    if (is_swept(plan, "train.optimiser"))
        ng_text_add(text, ", optimiser swept");
    else
        ng_text_printf(text, ", %s", ng_optimiser_names[train->optimiser]);
    if (is_swept(plan, "train.lr"))
        ng_text_add(text, ", learning rate swept");
    else
        ng_text_printf(text, ", learning rate %g", train->lr);
    if (is_swept(plan, "train.schedule"))
        ng_text_add(text, ", schedule swept");
    else if (train->schedule == NG_SCHEDULE_LINEAR)
        ng_text_add(text, " falling to 0");
    if (is_swept(plan, "train.batch"))
        ng_text_add(text, ", batch swept");
    else
        ng_text_printf(text, ", batch %lld", (long long)train->batch);
    if (is_swept(plan, "train.epochs"))
        ng_text_add(text, ", epochs swept");
    else
        ng_text_printf(text, ", %lld epochs", (long long)train->epochs);
}

/* The sweep's axes that the words before them do not speak of. */
static void add_other_axes(const struct ng_plan *plan, struct ng_text *text)
{
    static const char *const said[] = {
        "recipe",          "model.kind",  "model.hidden",   "train.lr",
        "train.optimiser", "train.batch", "train.schedule", "train.epochs"};
    const struct ng_sweep *sweep = &plan->experiment.sweep;
    const char *between = "; also swept: ";
    for (size_t i = 0; i < sweep->count; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof said / sizeof *said; k++)
            known = known || strcmp(sweep->axes[i].path, said[k]) == 0;
        if (known)
            continue;
        ng_text_printf(text, "%s%s", between, sweep->axes[i].path);
        between = ", ";
    }
}

/* "mlp 36-512-512-2 on claims (5000 training rows), adamw, learning rate 0.001, ..."; of
 * what was swept that it was, not the value that the experiment would have had. */
static void add_summary(const struct ng_plan *plan,
                        const struct ng_compare_input *input, struct ng_text *text)
{
    add_model(plan, text);
    ng_text_printf(text, " on %s (%zu training rows)", plan->dataset.name,
                   plan->dataset.train.rows);
    add_training(plan, text);
    ng_text_add(text, input->seed_count == 1 ? ", seed " : ", seeds ");
    for (size_t s = 0; s < input->seed_count; s++)
        ng_text_printf(text, "%s%u", s == 0 ? "" : ", ", (unsigned)input->seeds[s]);
    add_other_axes(plan, text);
}

/* Moves a finished text into the arena. */
static char *keep(struct ng_text *text, struct ng_arena *arena)
{
    char *kept = text->failed
                     ? NULL
                     : ng_arena_text(arena, text->data == NULL ? "" : text->data);
    ng_text_release(text);
    return kept;
}

static enum ng_status describe(const struct ng_plan *plan,
                               const struct ng_compare_input *input,
                               struct ng_arena *arena, struct ng_comparison *out,
                               struct ng_error *err)
{
    const struct ng_experiment *experiment = &plan->experiment;
    struct ng_text summary = {0}, provenance = {0}, notes = {0};
    const char *argv = provenance_value(&input->runs[0], "argv");
    add_summary(plan, input, &summary);
    add_provenance(input, &provenance);
    ng_dataset_notes(&plan->dataset, &plan->card, &notes);
    out->data_notes = keep(&notes, arena);
    out->resolved_summary = keep(&summary, arena);
    out->provenance = keep(&provenance, arena);
    out->experiment = ng_arena_text(arena, experiment->name);
    out->question = ng_arena_text(
        arena, experiment->question == NULL ? experiment->name : experiment->question);
    out->data_title = ng_arena_text(
        arena, plan->dataset.title == NULL ? plan->dataset.name : plan->dataset.title);
    out->command = argv != NULL
                       ? ng_arena_text(arena, argv)
                       : ng_arena_printf(arena, "narrowgauge run %s", experiment->name);
    out->train_rows = plan->dataset.train.rows;
    if (out->resolved_summary == NULL || out->provenance == NULL ||
        out->experiment == NULL || out->question == NULL || out->data_title == NULL ||
        out->command == NULL || out->data_notes == NULL)
        return out_of_memory(err);
    return NG_OK;
}

enum ng_status ng_compare(const struct ng_plan *plan, const char *folder,
                          struct ng_arena *arena, struct ng_comparison *out,
                          struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena runs = {0};
    struct ng_compare_input input;
    *out = (struct ng_comparison){0};
    NG_TRY(read_all(plan, folder, &runs, &input, err));
    NG_TRY(ng_compare_runs(&input, arena, out, err));
    NG_TRY(describe(plan, &input, arena, out, err));
    NG_TRY(ng_gates_judge(&plan->experiment.gates, input.runs,
                          input.arm_count * input.seed_count, arena, &out->gates, err));
    out->gate_count = plan->experiment.gates.count;
out:
    ng_arena_release(&runs);
    return status;
}
