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
                                struct ng_gate_outcome *outcome, struct ng_error *err)
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
    outcome->name = ng_arena_text(arena, gate->name);
    outcome->held = failed == 0 && run_count > 0;
    if (run_count == 0)
        outcome->sentence = ng_arena_text(arena, "There is no trial to judge.");
    else if (failed == 0)
        outcome->sentence =
            ng_arena_printf(arena, "All %zu trials: %s.", run_count, gate->what_held);
    else if (!first.failed && !why.failed)
        outcome->sentence = ng_arena_printf(arena, "%zu of %zu trials fail; first %s.",
                                            failed, run_count, first.data);
    ng_text_release(&first);
    ng_text_release(&why);
    return outcome->name == NULL || outcome->sentence == NULL ? out_of_memory(err)
                                                              : NG_OK;
}

enum ng_status ng_gates_judge(const struct ng_texts *names, const struct ng_run *runs,
                              size_t run_count, struct ng_arena *arena,
                              struct ng_gate_outcome **outcomes, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    NG_TRY(ng_gates_known(names, err));
    *outcomes = ng_arena_array(arena, names->count, sizeof **outcomes);
    if (*outcomes == NULL) {
        status = out_of_memory(err);
        goto out;
    }
    for (size_t i = 0; i < names->count; i++)
        NG_TRY(judge_one(gate_by_name(names->values[i]), runs, run_count, arena,
                         &(*outcomes)[i], err));
out:
    return status;
}
