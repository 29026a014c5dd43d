#include "harness/run/events.h"

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int ng_events_open(const char *folder)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/events.jsonl", folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return -1;
    /* Not blocking, so that a pipe of that name cannot hold the run up. */
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0666);
    struct stat there;
    if (fd >= 0 && (fstat(fd, &there) != 0 || !S_ISREG(there.st_mode))) {
        close(fd);
        return -1;
    }
    return fd;
}

static json_t *event(const char *kind)
{
    char stamp[40] = "";
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &parts) != NULL) {
        size_t length = strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &parts);
        snprintf(stamp + length, sizeof stamp - length, ".%03ldZ",
                 now.tv_nsec / 1000000);
    }
    return json_pack("{s:s, s:s}", "time", stamp, "event", kind);
}

/* Takes the object over. A short write (a full disk) is left as it is: the reader skips a
 * line that is no JSON. */
static void write_line(int fd, json_t *object)
{
    char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    size_t length = text == NULL ? 0 : strlen(text);
    char *line = text == NULL ? NULL : malloc(length + 1);
    if (line != NULL) {
        memcpy(line, text, length);
        line[length] = '\n';
        ssize_t written = write(fd, line, length + 1);
        (void)written;
    }
    free(line);
    free(text);
    json_decref(object);
}

static void set_number(json_t *object, const char *key, size_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *trial_event(const char *kind, const struct ng_sweep_state *sweep,
                           size_t trial)
{
    char name[160];
    json_t *object = event(kind);
    ng_sweep_trial_name(sweep, trial, name, sizeof name);
    set_number(object, "trial", trial);
    json_object_set_new(object, "name", json_string(name));
    return object;
}

void ng_events_sweep(int fd, const struct ng_sweep_state *sweep,
                     const struct ng_sweep_options *options)
{
    if (fd < 0)
        return;
    json_t *object = event("sweep");
    json_object_set_new(object, "experiment",
                        json_string(sweep->plan->experiment.name));
    set_number(object, "trials", sweep->plan->trial_count);
    set_number(object, "finished", ng_sweep_finished(sweep));
    set_number(object, "jobs", (size_t)options->jobs);
    json_object_set_new(object, "command",
                        json_string(options->line == NULL ? "" : options->line));
    write_line(fd, object);
}

void ng_events_trial(int fd, const struct ng_sweep_state *sweep, size_t trial)
{
    if (fd < 0)
        return;
    const struct ng_sweep_trial *state = &sweep->trials[trial];
    json_t *object = trial_event("trial", sweep, trial);
    json_object_set_new(object, "phase",
                        json_string(ng_trial_phase_names[state->phase]));
    if (state->hash[0] != '\0')
        json_object_set_new(object, "result_hash", json_string(state->hash));
    if (state->reason[0] != '\0')
        json_object_set_new(object, "reason", json_string(state->reason));
    write_line(fd, object);
}

void ng_events_step(int fd, const struct ng_sweep_state *sweep, size_t trial)
{
    if (fd < 0)
        return;
    const struct ng_sweep_trial *state = &sweep->trials[trial];
    json_t *object = trial_event("step", sweep, trial);
    set_number(object, "step", state->step);
    set_number(object, "steps", state->steps);
    json_object_set_new(object, "loss",
                        isfinite(state->loss) ? json_real(state->loss) : json_null());
    write_line(fd, object);
}

void ng_events_end(int fd, const struct ng_sweep_state *sweep)
{
    if (fd < 0)
        return;
    json_t *object = event("end");
    set_number(object, "finished", ng_sweep_finished(sweep));
    set_number(object, "failed", ng_sweep_count(sweep, NG_TRIAL_FAILED));
    set_number(object, "stopped", ng_sweep_count(sweep, NG_TRIAL_STOPPED));
    write_line(fd, object);
}
