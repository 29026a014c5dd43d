/*
 * What a sweep folder says about its trials and about the command that made it, for
 * `show`, `list`, `check` and `baseline`. Ownership: the arena's. Threads: one.
 */
#ifndef NG_HARNESS_CLI_STORED_PLAN_H
#define NG_HARNESS_CLI_STORED_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"

struct ng_stored_trial {
    char *name, *file; /* "fp8-e5m2 s1"; the run file's name, without folder */
    char *label;       /* "fp8-e5m2" */
    char *hash;        /* of the plan; "": not said */
    uint32_t seed;
};

struct ng_stored_plan {
    size_t count;
    struct ng_stored_trial *trials;
    /* The head: NULL and 0 where it is damaged. */
    char *experiment, *data_set, *data_digest;
    int64_t numerics_version;
    size_t planned; /* how many trials there should be */
    char *command;  /* the latest one; NULL: not known */
};

/* A plan.jsonl that is damaged gives the trials before the damage: these commands only
 * look, and what can be seen is shown. NG_FAILED: no memory. */
enum ng_status ng_stored_plan_read(const char *folder, struct ng_arena *arena,
                                   struct ng_stored_plan *plan, struct ng_error *err);

/* NULL: the plan has no such file. */
const struct ng_stored_trial *ng_stored_plan_trial(const struct ng_stored_plan *plan,
                                                   const char *file);

#endif
