#include "harness/judge/gates.h"

#include <string.h>

#include "formats/base/text.h"

const struct ng_gate *const ng_gates[] = {
    &ng_gate_ledger_exact,
    &ng_gate_finite,
    NULL,
};
#define GATES (sizeof ng_gates / sizeof ng_gates[0] - 1)

static const struct ng_gate *gate_by_name(const char *name)
{
    for (size_t i = 0; i < GATES; i++)
        if (strcmp(ng_gates[i]->name, name) == 0)
            return ng_gates[i];
    return NULL;
}

static enum ng_status out_of_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "Out of memory while judging gates.");
}

static enum ng_status unknown_gate(const char *name, struct ng_error *err)
{
    const char *names[GATES];
    struct ng_text known = {0};
    for (size_t i = 0; i < GATES; i++) {
        names[i] = ng_gates[i]->name;
        ng_text_printf(&known, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    const char *near = ng_text_nearest(name, names, GATES);
    enum ng_status status = ng_fail(
        err, NG_INVALID, "There is no gate \"%s\"%s%s%s The gates are: %s.", name,
        near == NULL ? "." : "; did you mean \"", near == NULL ? "" : near,
        near == NULL ? "" : "\"?", known.data == NULL ? "" : known.data);
    ng_text_release(&known);
    return status;
}

enum ng_status ng_gates_known(const struct ng_texts *names, struct ng_error *err)
{
    for (size_t i = 0; i < names->count; i++)
        if (gate_by_name(names->values[i]) == NULL)
            return unknown_gate(names->values[i], err);
    return NG_OK;
}

static enum ng_status judge_one(const struct ng_gate *gate, const struct ng_run *runs,
                                size_t run_count, struct ng_arena *arena,
                                struct ng_gate_result *result, struct ng_error *err)
{
    struct ng_text first = {0}, why = {0};
    size_t failed = 0;
    for (size_t i = 0; i < run_count; i++) {
        why.length = 0;
        if (gate->holds(&runs[i], &why))
            continue;
        if (failed++ == 0)
            ng_text_printf(&first, "%s seed %u: %s",
                           runs[i].arm_label == NULL ? "?" : runs[i].arm_label,
                           (unsigned)runs[i].seed, why.data == NULL ? "" : why.data);
    }
    result->name = gate->name;
    result->passed = failed == 0 && run_count > 0;
    if (run_count == 0)
        result->sentence = ng_arena_text(arena, "There is no trial to judge.");
    else if (failed == 0)
        result->sentence =
            ng_arena_printf(arena, "All %zu trials: %s.", run_count, gate->what_held);
    else if (!first.failed && !why.failed)
        result->sentence = ng_arena_printf(arena, "%zu of %zu trials fail; first %s.",
                                           failed, run_count, first.data);
    ng_text_release(&first);
    ng_text_release(&why);
    return result->sentence == NULL ? out_of_memory(err) : NG_OK;
}

enum ng_status ng_gates_judge(const struct ng_texts *names, const struct ng_run *runs,
                              size_t run_count, struct ng_arena *arena,
                              struct ng_gate_result **results, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(ng_gates_known(names, err));
    *results = ng_arena_array(arena, names->count, sizeof **results);
    if (*results == NULL) {
        status = out_of_memory(err);
        goto out;
    }
    for (size_t i = 0; i < names->count; i++)
        NG_TRY(judge_one(gate_by_name(names->values[i]), runs, run_count, arena,
                         &(*results)[i], err));
out:
    return status;
}

enum ng_status ng_gates_judge_plan(const struct ng_plan *plan, const char *folder,
                                   struct ng_arena *arena,
                                   struct ng_gate_result **results,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_arena reading = {0};
    const struct ng_texts *names = &plan->experiment.gates;
    NG_TRY(ng_gates_known(names, err));
    struct ng_run *runs = ng_arena_array(&reading, plan->trial_count, sizeof *runs);
    if (runs == NULL) {
        status = out_of_memory(err);
        goto out;
    }
    for (size_t i = 0; i < plan->trial_count; i++) {
        char *path =
            ng_arena_printf(&reading, "%s/runs/%s", folder, plan->trials[i].file);
        if (path == NULL) {
            status = out_of_memory(err);
            goto out;
        }
        NG_TRY(ng_run_read(path, NG_RUN_HEAD | NG_RUN_METRICS | NG_RUN_LEDGER, &reading,
                           &runs[i], err));
    }
    NG_TRY(ng_gates_judge(names, runs, plan->trial_count, arena, results, err));
out:
    ng_arena_release(&reading);
    return status;
}
