#include "harness/run/sweep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "experiments/record/run_file.h"
#include "formats/base/text.h"
#include "harness/judge/groups.h"
#include "harness/run/events.h"
#include "harness/run/lock.h"
#include "harness/run/trial.h"

const char *const ng_trial_phase_names[] = {"waiting",  "finished before", "running",
                                            "finished", "stopped",         "failed"};

static void note(const struct ng_sweep_watch *watch, const char *sentence)
{
    if (watch != NULL && watch->note != NULL)
        watch->note(watch->context, sentence);
}

static char *join(const char *folder, const char *name)
{
    struct ng_text text = {0};
    ng_text_printf(&text, "%s/%s", folder, name);
    if (text.failed)
        ng_text_release(&text);
    return text.data;
}

/* An experiment's name becomes a folder's name, so it must not lead anywhere else. */
static bool is_plain_name(const char *name)
{
    return name != NULL && name[0] != '\0' && name[0] != '.' && strlen(name) <= 128 &&
           strchr(name, '/') == NULL;
}

/* The groups that will be judged: what is wrong with them is told before anything is
 * trained. */
static enum ng_status check_groups(const struct ng_plan *plan, struct ng_error *err)
{
    struct ng_arena arena = {0};
    struct ng_groups groups;
    enum ng_status status =
        ng_groups_make(&plan->experiment.judge.slices, plan->dataset.slices,
                       plan->dataset.slice_count, &arena, &groups, err);
    ng_arena_release(&arena);
    return status;
}

enum ng_status ng_sweep_prepare(struct ng_sweep_state *sweep,
                                const struct ng_plan *plan, const char *out,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    *sweep = (struct ng_sweep_state){.plan = plan, .lock = -1, .events = -1};
    if (!is_plain_name(plan->experiment.name))
        return ng_fail(
            err, NG_INVALID,
            "The experiment's name '%.80s' cannot name a folder: at most 128 "
            "letters, no '/', and no '.' in front were expected.",
            plan->experiment.name == NULL ? "" : plan->experiment.name);
    NG_TRY(check_groups(plan, err));
    sweep->folder = join(out, plan->experiment.name);
    sweep->runs = sweep->folder == NULL ? NULL : join(sweep->folder, "runs");
    sweep->trials = calloc(plan->trial_count + 1, sizeof *sweep->trials);
    if (sweep->runs == NULL || sweep->trials == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for a sweep of %zu trials.",
                       plan->trial_count));
    for (size_t i = 0; i < plan->trial_count; i++) {
        double bytes;
        ng_trial_estimate(plan, &plan->trials[i], &sweep->trials[i].estimate, &bytes);
    }
out:
    if (status != NG_OK)
        ng_sweep_close(sweep);
    return status;
}

void ng_sweep_close(struct ng_sweep_state *sweep)
{
    if (sweep->lock >= 0)
        close(sweep->lock);
    if (sweep->events >= 0)
        close(sweep->events);
    free(sweep->folder);
    free(sweep->runs);
    free(sweep->trials);
    *sweep = (struct ng_sweep_state){.lock = -1, .events = -1};
}

/* Whole, this trial's, and its content still gives the hash that it carries? */
static enum ng_status check_run(const char *path, const struct ng_trial *trial,
                                struct ng_sweep_trial *state, struct ng_error *err)
{
    enum ng_status status;
    struct ng_arena arena = {0};
    struct ng_run run;
    char hash[65];
    NG_TRY(ng_run_is_done(path, trial->hash, err));
    NG_TRY(ng_run_read(path, NG_RUN_HEAD, &arena, &run, err));
    NG_TRY(ng_run_hash(path, hash, err));
    if (run.result_hash == NULL || strcmp(hash, run.result_hash) != 0)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is damaged: its content does not give the result_hash that "
                       "it carries",
                       path));
    memcpy(state->hash, hash, sizeof state->hash);
out:
    ng_arena_release(&arena);
    return status;
}

static enum ng_status set_aside(const char *path, const struct ng_sweep_watch *watch,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_text aside = {0}, words = {0};
    struct stat there;
    ng_text_printf(&aside, "%s.damaged", path);
    for (int i = 2; !aside.failed && lstat(aside.data, &there) == 0; i++) {
        aside.length = 0;
        ng_text_printf(&aside, "%s.damaged.%d", path, i);
    }
    if (aside.failed || rename(path, aside.data) != 0)
        NG_TRY(ng_fail(err, NG_FAILED, "Cannot set the damaged run file %s aside: %s.",
                       path, strerror(errno)));
    ng_text_printf(&words, "%s; the file is kept as %s, and its trial runs again",
                   err->text, aside.data);
    if (!words.failed)
        note(watch, words.data);
out:
    ng_text_release(&aside);
    ng_text_release(&words);
    return status;
}

static enum ng_status look_at_runs(struct ng_sweep_state *sweep, bool may_change,
                                   const struct ng_sweep_watch *watch,
                                   struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char *path = NULL;
    for (size_t i = 0; i < sweep->plan->trial_count; i++) {
        const struct ng_trial *trial = &sweep->plan->trials[i];
        struct ng_sweep_trial *state = &sweep->trials[i];
        free(path);
        path = join(sweep->runs, trial->file);
        if (path == NULL)
            NG_TRY(ng_fail(err, NG_FAILED, "No memory for the name of a run file."));
        enum ng_status found = check_run(path, trial, state, err);
        if (found == NG_OK)
            state->phase = NG_TRIAL_FINISHED_BEFORE;
        else if (found == NG_FAILED) /* whole, perhaps, but not readable just now */
            NG_TRY(found);
        else if (found != NG_ABSENT && may_change)
            NG_TRY(set_aside(path, watch, err));
        else if (found != NG_ABSENT)
            note(watch, err->text);
    }
out:
    free(path);
    return status;
}

enum ng_status ng_sweep_look(struct ng_sweep_state *sweep,
                             const struct ng_sweep_watch *watch, struct ng_error *err)
{
    enum ng_status status = ng_plan_check(sweep->plan, sweep->folder, err);
    if (status == NG_ABSENT)
        return NG_OK;
    if (status != NG_OK)
        return status;
    return look_at_runs(sweep, false, watch, err);
}

/* One folder; that it is there already is no error, that it is a file is one. */
static enum ng_status make_folder(const char *path, struct ng_error *err)
{
    struct stat there;
    if (mkdir(path, 0777) == 0)
        return NG_OK;
    int reason = errno;
    if (stat(path, &there) == 0) {
        if (S_ISDIR(there.st_mode))
            return NG_OK;
        return ng_fail(err, NG_FAILED,
                       "Cannot make the folder %s: a file of that name stands there; "
                       "move it, or give another folder with --out.",
                       path);
    }
    return ng_fail(err, NG_FAILED,
                   "Cannot make the folder %s: %s; give a folder that can be written "
                   "with --out.",
                   path, strerror(reason));
}

static enum ng_status make_folders(const char *path, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char *copy = strdup(path);
    if (copy == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the name of a folder.");
    for (char *at = copy + 1; status == NG_OK && *at != '\0'; at++) {
        if (*at != '/' || at[-1] == '/')
            continue;
        *at = '\0';
        status = make_folder(copy, err);
        *at = '/';
    }
    if (status == NG_OK)
        status = make_folder(copy, err);
    free(copy);
    return status;
}

/* A disk that fills up in the middle costs the work since the last checkpoint; one that
 * is plainly too small is found out before any work. */
static enum ng_status check_room(const struct ng_sweep_state *sweep,
                                 struct ng_error *err)
{
    struct statvfs disk;
    double seconds, bytes;
    ng_sweep_estimate(sweep, 1, &seconds, &bytes);
    if (bytes <= 0.0 || statvfs(sweep->folder, &disk) != 0)
        return NG_OK;
    double room = (double)disk.f_bavail * (double)disk.f_frsize;
    if (room >= bytes)
        return NG_OK;
    return ng_fail(
        err, NG_FAILED,
        "%s has room for %.1f MiB, but the run files of this sweep take about "
        "%.1f MiB; free some space or give another folder with --out.",
        sweep->folder, room / 1048576.0, bytes / 1048576.0);
}

enum ng_status ng_sweep_enter(struct ng_sweep_state *sweep,
                              const struct ng_sweep_watch *watch, struct ng_error *err)
{
    enum ng_status status;
    /* Asked before anything is made, so that another plan's folder stays untouched. */
    enum ng_status found = ng_plan_check(sweep->plan, sweep->folder, err);
    if (found != NG_OK && found != NG_ABSENT)
        return found;
    NG_TRY(make_folders(sweep->folder, err));
    NG_TRY(ng_lock_take(sweep->folder, &sweep->lock, err));
    found = ng_plan_check(sweep->plan, sweep->folder, err);
    if (found != NG_OK && found != NG_ABSENT)
        NG_TRY(found);
    NG_TRY(make_folder(sweep->runs, err));
    if (access(sweep->runs, W_OK | X_OK) != 0)
        NG_TRY(ng_fail(err, NG_FAILED, "Cannot write to %s: %s.", sweep->runs,
                       strerror(errno)));
    NG_TRY(look_at_runs(sweep, true, watch, err));
    NG_TRY(check_room(sweep, err));
    /* Also over an earlier one, to which this plan may add arms and seeds. */
    NG_TRY(ng_plan_write(sweep->plan, sweep->folder, err));
    sweep->events = ng_events_open(sweep->folder);
out:
    return status;
}

size_t ng_sweep_count(const struct ng_sweep_state *sweep, enum ng_trial_phase phase)
{
    size_t count = 0;
    for (size_t i = 0; i < sweep->plan->trial_count; i++)
        count += sweep->trials[i].phase == phase;
    return count;
}

size_t ng_sweep_finished(const struct ng_sweep_state *sweep)
{
    return ng_sweep_count(sweep, NG_TRIAL_FINISHED) +
           ng_sweep_count(sweep, NG_TRIAL_FINISHED_BEFORE);
}

void ng_sweep_estimate(const struct ng_sweep_state *sweep, int jobs, double *seconds,
                       double *bytes)
{
    double sum = 0.0, longest = 0.0;
    *bytes = 0.0;
    for (size_t i = 0; i < sweep->plan->trial_count; i++) {
        double time, disk;
        enum ng_trial_phase phase = sweep->trials[i].phase;
        if (phase == NG_TRIAL_FINISHED || phase == NG_TRIAL_FINISHED_BEFORE)
            continue;
        ng_trial_estimate(sweep->plan, &sweep->plan->trials[i], &time, &disk);
        sum += time;
        *bytes += disk;
        longest = time > longest ? time : longest;
    }
    *seconds = sum / jobs > longest ? sum / jobs : longest;
}

void ng_sweep_trial_name(const struct ng_sweep_state *sweep, size_t trial, char *name,
                         size_t size)
{
    const struct ng_trial *planned = &sweep->plan->trials[trial];
    snprintf(name, size, "%s s%u", sweep->plan->arm_labels[planned->arm],
             (unsigned)planned->seed);
}
