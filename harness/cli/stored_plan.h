/*
 * What a sweep folder says about its trials and about the command that made it, for
 * `show` and `list`. Ownership: the arena's. Threads: one.
 */
#ifndef NG_HARNESS_CLI_STORED_PLAN_H
#define NG_HARNESS_CLI_STORED_PLAN_H

#include <stddef.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"

struct ng_stored_trial {
    char *name, *file; /* "fp8-e5m2 s1"; the run file's name, without folder */
};

struct ng_stored_plan {
    size_t count;
    struct ng_stored_trial *trials;
    char *command; /* the latest one; NULL: not known */
};

/* A plan.jsonl that is damaged gives the trials before the damage: these commands only
 * look, and what can be seen is shown. NG_FAILED: no memory. */
enum ng_status ng_stored_plan_read(const char *folder, struct ng_arena *arena,
                                   struct ng_stored_plan *plan, struct ng_error *err);

/* NULL: the plan has no such file. */
const struct ng_stored_trial *ng_stored_plan_trial(const struct ng_stored_plan *plan,
                                                   const char *file);

#endif
