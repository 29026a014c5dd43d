#include "harness/cli/runs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const ng_run_state_names[] = {"finished", "started", "damaged"};

static bool ends_in(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length > tail && strcmp(name + length - tail, end) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ng_listed_run *)a)->name,
                  ((const struct ng_listed_run *)b)->name);
}

static enum ng_status no_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "No memory for a list of run files.");
}

/* One pass counts, the next one keeps: as many as `most`. */
static enum ng_status scan(const char *runs_folder, struct ng_arena *arena,
                           struct ng_listed_run *runs, size_t most, size_t *count,
                           struct ng_error *err)
{
    enum ng_status status = NG_OK;
    *count = 0;
    DIR *folder = opendir(runs_folder);
    if (folder == NULL && errno == ENOENT)
        return NG_OK;
    if (folder == NULL)
        return ng_fail(err, NG_FAILED, "Cannot read %s: %s.", runs_folder,
                       strerror(errno));
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        bool checkpoint = ends_in(entry->d_name, ".h5.ckpt");
        if (!checkpoint && !ends_in(entry->d_name, ".h5"))
            continue;
        size_t at = (*count)++;
        if (runs == NULL)
            continue;
        if (at == most) {
            *count = most;
            break;
        }
        size_t length = strlen(entry->d_name) - (checkpoint ? strlen(".ckpt") : 0);
        runs[at].name = ng_arena_text_n(arena, entry->d_name, length);
        runs[at].path = ng_arena_printf(arena, "%s/%s", runs_folder, entry->d_name);
        runs[at].state = checkpoint ? NG_RUN_STARTED : NG_RUN_FINISHED;
        if (runs[at].name == NULL || runs[at].path == NULL)
            NG_TRY(no_memory(err));
    }
out:
    closedir(folder);
    return status;
}

/* The plan's name comes first: a plan that grew by an axis calls an earlier trial by more
 * words than its run file does. */
static enum ng_status look_into(struct ng_listed_run *run,
                                const struct ng_stored_plan *plan,
                                struct ng_arena *arena, struct ng_error *err)
{
    const struct ng_stored_trial *planned = ng_stored_plan_trial(plan, run->name);
    run->trial = planned == NULL ? "" : planned->name;
    if (run->state != NG_RUN_FINISHED)
        return NG_OK;
    if (ng_run_read(run->path, NG_RUN_HEAD, arena, &run->run, err) != NG_OK) {
        run->state = NG_RUN_DAMAGED;
        run->reason = ng_arena_text(arena, err->text);
        return run->reason == NULL ? no_memory(err) : NG_OK;
    }
    if (planned != NULL)
        return NG_OK;
    const char *name =
        ng_arena_printf(arena, "%s s%u", run->run.arm_label, (unsigned)run->run.seed);
    run->trial = name;
    return name == NULL ? no_memory(err) : NG_OK;
}

enum ng_status ng_runs_list(const char *folder, const struct ng_stored_plan *plan,
                            struct ng_arena *arena, struct ng_listed_run **runs,
                            size_t *count, struct ng_error *err)
{
    enum ng_status status;
    char *runs_folder = ng_arena_printf(arena, "%s/runs", folder);
    *count = 0;
    if (runs_folder == NULL)
        return no_memory(err);
    NG_TRY(scan(runs_folder, arena, NULL, 0, count, err));
    *runs = ng_arena_array(arena, *count + 1, sizeof **runs);
    if (*runs == NULL)
        NG_TRY(no_memory(err));
    NG_TRY(scan(runs_folder, arena, *runs, *count, count, err));
    qsort(*runs, *count, sizeof **runs, by_name);
    for (size_t i = 0; i < *count; i++)
        NG_TRY(look_into(&(*runs)[i], plan, arena, err));
out:
    return status;
}

void ng_runs_print(const struct ng_listed_run *runs, size_t count)
{
    printf("%-32s %-20s %-9s %7s %8s  %s\n", "run file", "trial", "state", "B/param",
           "peak MiB", "result_hash");
    for (size_t i = 0; i < count; i++) {
        const struct ng_run *run = &runs[i].run;
        printf("%-32s %-20s %-9s ", runs[i].name, runs[i].trial,
               ng_run_state_names[runs[i].state]);
        if (runs[i].state != NG_RUN_FINISHED) {
            printf("%7s %8s  %s\n", "", "",
                   runs[i].reason == NULL ? "" : runs[i].reason);
            continue;
        }
        double parameters = run->parameters == 0 ? 1.0 : (double)run->parameters;
        printf("%7.2f %8.2f  %s\n", (double)run->persistent_bytes / parameters,
               (double)run->planned_peak / 1048576.0, run->result_hash);
    }
}

enum ng_status ng_run_print_hash(const char *path, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_run run;
    char hash[65];
    NG_TRY(ng_run_read(path, NG_RUN_HEAD, &arena, &run, err));
    NG_TRY(ng_run_hash(path, hash, err));
    printf("%s  %s\n", hash, path);
    if (strcmp(hash, run.result_hash) != 0)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is damaged: it carries the result_hash %s, but its content "
                       "gives %s.",
                       path, run.result_hash, hash));
out:
    ng_arena_release(&arena);
    return status;
}
