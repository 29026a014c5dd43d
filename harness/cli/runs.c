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
        runs[at].name = ng_arena_text(arena, entry->d_name);
        runs[at].path = ng_arena_printf(arena, "%s/%s", runs_folder, entry->d_name);
        runs[at].state = checkpoint ? NG_RUN_STARTED : NG_RUN_FINISHED;
        if (runs[at].name == NULL || runs[at].path == NULL)
            NG_TRY(no_memory(err));
    }
out:
    closedir(folder);
    return status;
}

enum ng_status ng_runs_list(const char *folder, struct ng_arena *arena,
                            struct ng_listed_run **runs, size_t *count,
                            struct ng_error *err)
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
    for (size_t i = 0; i < *count; i++) {
        struct ng_listed_run *run = &(*runs)[i];
        if (run->state != NG_RUN_FINISHED)
            continue;
        if (ng_run_read(run->path, NG_RUN_HEAD, arena, &run->run, err) == NG_OK)
            continue;
        run->state = NG_RUN_DAMAGED;
        run->reason = ng_arena_text(arena, err->text);
    }
out:
    return status;
}

void ng_runs_print(const struct ng_listed_run *runs, size_t count)
{
    printf("%-40s %-24s %-9s %s\n", "run file", "trial", "state", "result_hash");
    for (size_t i = 0; i < count; i++) {
        char name[160] = "";
        const struct ng_run *run = &runs[i].run;
        if (runs[i].state == NG_RUN_FINISHED)
            snprintf(name, sizeof name, "%s s%u", run->arm_label, (unsigned)run->seed);
        printf("%-40s %-24s %-9s %s\n", runs[i].name, name,
               ng_run_state_names[runs[i].state],
               runs[i].state == NG_RUN_FINISHED  ? run->result_hash
               : runs[i].state == NG_RUN_DAMAGED ? runs[i].reason
                                                 : "");
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
