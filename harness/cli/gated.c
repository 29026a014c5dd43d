#include "harness/cli/gated.h"

#include <string.h>

#include "harness/cli/folders.h"
#include "harness/cli/stored_plan.h"

static enum ng_status no_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "No memory for a list of trials.");
}

/* Trials of one arm stand together, as the plan writes them, and no two have one seed; a
 * run file's name leads nowhere else. */
static bool is_whole(const struct ng_stored_plan *plan)
{
    bool whole = plan->experiment != NULL && plan->data_set != NULL &&
                 plan->data_digest != NULL && plan->count > 0 &&
                 plan->count == plan->planned;
    for (size_t i = 0; whole && i < plan->count; i++) {
        const struct ng_stored_trial *trial = &plan->trials[i];
        whole = trial->hash[0] != '\0' && strchr(trial->file, '/') == NULL;
        bool other = false; /* another arm stands in between */
        for (size_t k = i; whole && k-- > 0;) {
            bool same = strcmp(trial->label, plan->trials[k].label) == 0;
            other |= !same;
            whole = !same || (!other && plan->trials[k].seed != trial->seed);
        }
    }
    return whole;
}

/* An experiment may name its seeds in any order, a baseline has them by size. */
static void sort_seeds(struct ng_fidelity_trial *trials, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct ng_fidelity_trial trial = trials[i];
        size_t at = i;
        for (; at > 0 && trials[at - 1].seed > trial.seed &&
               strcmp(trials[at - 1].arm, trial.arm) == 0;
             at--)
            trials[at] = trials[at - 1];
        trials[at] = trial;
    }
}

/* The gates and the margin that the experiment had when it was compared: only what the
 * sweep's comparison says of as many trials as the plan has. */
static enum ng_status add_comparison(struct ng_fidelity_sweep *sweep,
                                     struct ng_arena *arena, struct ng_error *err)
{
    enum ng_status status;
    struct ng_comparison comparison = {0};
    char *path = ng_arena_printf(arena, "%s/comparison.h5", sweep->folder);
    if (path == NULL)
        NG_TRY(no_memory(err));
    status = ng_comparison_read(path, arena, &comparison, err);
    bool whole = status == NG_OK &&
                 comparison.arm_count * comparison.seed_count == sweep->trial_count;
    if (status == NG_ABSENT || (status == NG_OK && !whole))
        NG_TRY(
            ng_fail(err, NG_INVALID,
                    "%s is not finished: its comparison is missing or older than its "
                    "plan. Type again the command that started the run.",
                    sweep->folder));
    NG_TRY(status);
    sweep->margin = comparison.margin;
    sweep->gates.count = comparison.gate_count;
    sweep->gates.values =
        ng_arena_array(arena, comparison.gate_count + 1, sizeof *sweep->gates.values);
    if (sweep->gates.values == NULL)
        NG_TRY(no_memory(err));
    for (size_t i = 0; i < comparison.gate_count; i++)
        sweep->gates.values[i] = comparison.gates[i].name;
out:
    return status;
}

enum ng_status ng_gated_folder(const char *folder, struct ng_arena *arena,
                               struct ng_fidelity_sweep *sweep, struct ng_error *err)
{
    enum ng_status status;
    struct ng_stored_plan plan;
    NG_TRY(ng_folder_check(folder, err));
    NG_TRY(ng_stored_plan_read(folder, arena, &plan, err));
    if (!is_whole(&plan))
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s/plan.jsonl is damaged or not whole; type again the command "
                       "that started the run.",
                       folder));
    struct ng_fidelity_trial *trials =
        ng_arena_array(arena, plan.count, sizeof *trials);
    if (trials == NULL)
        NG_TRY(no_memory(err));
    for (size_t i = 0; i < plan.count; i++)
        trials[i] =
            (struct ng_fidelity_trial){plan.trials[i].label, plan.trials[i].file,
                                       plan.trials[i].hash, plan.trials[i].seed};
    sort_seeds(trials, plan.count);
    *sweep = (struct ng_fidelity_sweep){.folder = folder,
                                        .experiment = plan.experiment,
                                        .data_set = plan.data_set,
                                        .data_digest = plan.data_digest,
                                        .numerics_version = plan.numerics_version,
                                        .trials = trials,
                                        .trial_count = plan.count};
    NG_TRY(add_comparison(sweep, arena, err));
out:
    return status;
}

enum ng_status ng_gated_plan(const struct ng_plan *plan, const char *folder,
                             struct ng_arena *arena, struct ng_fidelity_sweep *sweep,
                             struct ng_error *err)
{
    struct ng_fidelity_trial *trials =
        ng_arena_array(arena, plan->trial_count, sizeof *trials);
    if (trials == NULL)
        return no_memory(err);
    for (size_t i = 0; i < plan->trial_count; i++) {
        const struct ng_trial *trial = &plan->trials[i];
        trials[i] = (struct ng_fidelity_trial){plan->arm_labels[trial->arm],
                                               trial->file, trial->hash, trial->seed};
    }
    sort_seeds(trials, plan->trial_count);
    *sweep = (struct ng_fidelity_sweep){
        .folder = folder,
        .experiment = plan->experiment.name,
        .data_set = plan->dataset.name,
        .data_digest = plan->dataset.digest,
        .numerics_version = NG_NUMERICS_VERSION,
        .trials = trials,
        .trial_count = plan->trial_count,
        .gates = plan->experiment.gates,
        .margin = plan->experiment.judge.margin.accuracy / 100.0,
    };
    return NG_OK;
}

enum ng_status ng_gated_baseline(const struct ng_arguments *arguments,
                                 const char *experiment, struct ng_arena *arena,
                                 char **path, struct ng_error *err)
{
    const char *given = ng_arguments_value(arguments, "baseline");
    *path = given != NULL ? ng_arena_text(arena, given)
                          : ng_arena_printf(arena, "baselines/%s.txt", experiment);
    if (*path == NULL)
        return no_memory(err);
    if (given == NULL && (strchr(experiment, '/') != NULL || experiment[0] == '.'))
        return ng_fail(
            err, NG_INVALID,
            "The experiment's name '%.80s' cannot name a file; say which one "
            "with --baseline FILE.",
            experiment);
    return NG_OK;
}
