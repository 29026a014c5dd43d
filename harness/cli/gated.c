#include "harness/cli/gated.h"

#include <string.h>

#include "harness/cli/folders.h"
#include "harness/cli/stored_plan.h"

static enum ng_status no_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "No memory for a list of trials.");
}

/* Trials of one arm stand together, as the plan writes them; a run file's name leads
 * nowhere else. */
static bool is_whole(const struct ng_stored_plan *plan)
{
    bool whole = plan->experiment != NULL && plan->data_set != NULL &&
                 plan->data_digest != NULL && plan->count > 0 &&
                 plan->count == plan->planned;
    for (size_t i = 0; whole && i < plan->count; i++) {
        const struct ng_stored_trial *trial = &plan->trials[i];
        bool next = i > 0 && strcmp(trial->label, trial[-1].label) == 0;
        whole = trial->hash[0] != '\0' && strchr(trial->file, '/') == NULL &&
                (!next || trial->seed > trial[-1].seed);
        for (size_t k = 0; whole && !next && k < i; k++)
            whole = strcmp(trial->label, plan->trials[k].label) != 0;
    }
    return whole;
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
    *sweep = (struct ng_fidelity_sweep){.folder = folder,
                                        .experiment = plan.experiment,
                                        .data_set = plan.data_set,
                                        .data_digest = plan.data_digest,
                                        .numerics_version = plan.numerics_version,
                                        .trials = trials,
                                        .trial_count = plan.count};
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
