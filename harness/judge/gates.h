/*
 * Gates: named statements about a sweep's run files that hold or do not.
 *
 * An experiment's `gates` lists names; each gate judges all trials together and says in
 * one sentence what it saw, with the first trial that fails it. A run stores and prints
 * the outcome; only `check` turns a failed gate into an exit code.
 *
 *   ledger-exact  in every trial the stored sums are the sums of the ledger's entries
 *                 (persistent bytes, by class, lower bound, peak by class), no two step
 *                 tensors alive at the same time share a byte, and the planned peak is
 * at most 1.02 times persistent bytes + lower bound finite        no trial's loss was
 * non-finite at any step
 *
 * Adding a gate = one file with a struct ng_gate and one line in ng_gates[].
 * Ownership: sentences belong to the arena. Threads: any, with arenas of their own.
 */
#ifndef NG_HARNESS_JUDGE_GATES_H
#define NG_HARNESS_JUDGE_GATES_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/record/comparison.h"
#include "experiments/record/run_file.h"

struct ng_gate {
    const char *name, *help;
    /* Does it hold for one trial? Where not, why: words that follow "trial: ". */
    bool (*holds)(const struct ng_run *run, struct ng_text *why);
    const char *what_held; /* follows "all N trials: " */
};
extern const struct ng_gate ng_gate_ledger_exact, ng_gate_finite;
extern const struct ng_gate *const ng_gates[]; /* NULL at the end */

/* NG_INVALID with the nearest name for one that is not in the table: to be asked before
 * a sweep is trained. */
enum ng_status ng_gates_known(const struct ng_texts *names, struct ng_error *err);

/* outcomes: names->count of them. runs: with metrics and ledger. No runs: nothing was
 * shown, so every gate fails. */
enum ng_status ng_gates_judge(const struct ng_texts *names, const struct ng_run *runs,
                              size_t run_count, struct ng_arena *arena,
                              struct ng_gate_outcome **outcomes, struct ng_error *err);

#endif
