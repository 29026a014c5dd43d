/*
 * The run files of a sweep folder, as they lie there. Ownership: the arena's.
 * Threads: one.
 */
#ifndef NG_HARNESS_CLI_RUNS_H
#define NG_HARNESS_CLI_RUNS_H

#include <stddef.h>

#include "experiments/record/run_file.h"
#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "harness/cli/stored_plan.h"

enum ng_run_state {
    NG_RUN_FINISHED,
    NG_RUN_STARTED, /* a checkpoint, no run file */
    NG_RUN_DAMAGED,
};
extern const char *const ng_run_state_names[];

struct ng_listed_run {
    char *path, *name; /* of the run file, which a started one does not have yet */
    const char *trial; /* "fp8-e5m2 s1"; "": not known */
    enum ng_run_state state;
    struct ng_run run; /* head, of a finished one */
    char *reason;      /* of a damaged one */
};

/* Sorted by name. plan: of the same folder. A folder without runs/ has none. */
enum ng_status ng_runs_list(const char *folder, const struct ng_stored_plan *plan,
                            struct ng_arena *arena, struct ng_listed_run **runs,
                            size_t *count, struct ng_error *err);

void ng_runs_print(const struct ng_listed_run *runs, size_t count);

/* Recomputes the hash of one run file, compares it with the stored one and prints both
 * words as "HASH  PATH"; NG_INVALID where they differ. */
enum ng_status ng_run_print_hash(const char *path, struct ng_error *err);

#endif
