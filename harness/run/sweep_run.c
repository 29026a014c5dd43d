#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/run/events.h"
#include "harness/run/workers.h"

/* How long a wait for reports may last: a stop request is seen this late at most. */
#define WAIT_IN_MS 100
/* Between two step events of one trial. */
#define STEP_EVENT_SECONDS 0.5

struct running {
    struct ng_sweep_state *sweep;
    const struct ng_sweep_options *options;
    const struct ng_sweep_watch *watch;
    struct ng_worker *workers; /* options->jobs of them */
    struct pollfd *polls;
    double *told; /* [worker]: when its last step event was written */
    size_t next, busy;
    bool told_to_stop;
};

static double now_in_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void tell_change(const struct running *run, size_t trial)
{
    if (run->watch != NULL && run->watch->changed != NULL)
        run->watch->changed(run->watch->context, run->sweep, trial);
}

static void set_phase(const struct running *run, size_t trial,
                      enum ng_trial_phase phase)
{
    run->sweep->trials[trial].phase = phase;
    ng_events_trial(run->sweep->events, run->sweep, trial);
    tell_change(run, trial);
}

/* A trial that cannot be started now is tried again when a worker has ended; it fails
 * only where no worker is left to wait for. */
static void start_trials(struct running *run)
{
    struct ng_sweep_state *sweep = run->sweep;
    struct ng_error err;
    for (int w = 0; w < run->options->jobs && !sweep->stopping; w++) {
        if (run->workers[w].pid != 0)
            continue;
        while (run->next < sweep->plan->trial_count &&
               sweep->trials[run->next].phase != NG_TRIAL_WAITING)
            run->next++;
        if (run->next == sweep->plan->trial_count)
            return;
        if (ng_worker_start(&run->workers[w], sweep, run->next, run->options, &err) !=
            NG_OK) {
            if (run->busy > 0)
                return;
            snprintf(sweep->trials[run->next].reason,
                     sizeof sweep->trials[run->next].reason, "%.1000s", err.text);
            set_phase(run, run->next, NG_TRIAL_FAILED);
            if (run->options->fail_fast)
                run->sweep->stopping = true;
            continue;
        }
        run->busy++;
        run->told[w] = 0.0;
        set_phase(run, run->next, NG_TRIAL_RUNNING);
    }
}

static void stop_workers(struct running *run)
{
    run->sweep->stopping = true;
    for (int w = 0; w < run->options->jobs; w++)
        if (run->workers[w].pid != 0)
            kill(run->workers[w].pid, SIGTERM);
    run->told_to_stop = true;
}

static void take_report(struct running *run, int w)
{
    const struct ng_worker *worker = &run->workers[w];
    const struct ng_worker_report *report = &worker->report;
    struct ng_sweep_trial *state = &run->sweep->trials[worker->trial];
    if (report->kind != NG_REPORT_STEP) {
        memcpy(state->hash, report->hash, sizeof state->hash);
        memcpy(state->reason, report->reason, sizeof state->reason);
        return;
    }
    state->step = report->step;
    state->steps = report->steps;
    state->loss = report->step > 0 ? report->loss : (double)NAN;
    double now = now_in_seconds();
    if (now - run->told[w] >= STEP_EVENT_SECONDS) {
        run->told[w] = now;
        ng_events_step(run->sweep->events, run->sweep, worker->trial);
    }
    tell_change(run, worker->trial);
}

static void end_worker(struct running *run, int w)
{
    struct ng_worker *worker = &run->workers[w];
    struct ng_sweep_trial *state = &run->sweep->trials[worker->trial];
    ng_worker_reap(worker, state->reason, sizeof state->reason);
    run->busy--;
    enum ng_trial_phase phase = NG_TRIAL_FAILED;
    if (worker->ended && worker->report.kind == NG_REPORT_DONE)
        phase = NG_TRIAL_FINISHED;
    else if (worker->ended && worker->report.kind == NG_REPORT_STOPPED)
        phase = NG_TRIAL_STOPPED;
    if (phase != NG_TRIAL_FINISHED)
        state->hash[0] = '\0';
    set_phase(run, worker->trial, phase);
    if (phase == NG_TRIAL_FAILED && run->options->fail_fast && !run->told_to_stop)
        stop_workers(run);
}

static void wait_for_reports(struct running *run)
{
    int jobs = run->options->jobs;
    for (int w = 0; w < jobs; w++)
        run->polls[w] =
            (struct pollfd){.fd = run->workers[w].pid != 0 ? run->workers[w].pipe : -1,
                            .events = POLLIN};
    if (poll(run->polls, (nfds_t)jobs, WAIT_IN_MS) <= 0)
        return;
    for (int w = 0; w < jobs; w++) {
        bool closed = false;
        if (run->workers[w].pid == 0 || run->polls[w].revents == 0)
            continue;
        while (ng_worker_read(&run->workers[w], &closed))
            take_report(run, w);
        if (closed)
            end_worker(run, w);
    }
}

static enum ng_status judge_outcome(const struct ng_sweep_state *sweep,
                                    struct ng_error *err)
{
    size_t total = sweep->plan->trial_count, done = ng_sweep_finished(sweep);
    size_t failed = ng_sweep_count(sweep, NG_TRIAL_FAILED);
    if (failed > 0)
        return ng_fail(
            err, NG_FAILED,
            "%zu of %zu trials produced no result; the finished ones are kept in %s, "
            "and the same command tries the others again.",
            failed, total, sweep->folder);
    if (done < total)
        return ng_fail(err, NG_INTERRUPTED,
                       "Interrupted with %zu of %zu trials finished; the others go on "
                       "from their checkpoints in %s.",
                       done, total, sweep->folder);
    return NG_OK;
}

enum ng_status ng_sweep_run(struct ng_sweep_state *sweep,
                            const struct ng_sweep_options *options,
                            const struct ng_sweep_watch *watch, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t jobs = (size_t)options->jobs;
    struct running run = {.sweep = sweep, .options = options, .watch = watch};
    run.workers = calloc(jobs, sizeof *run.workers);
    run.polls = calloc(jobs, sizeof *run.polls);
    run.told = calloc(jobs, sizeof *run.told);
    if (run.workers == NULL || run.polls == NULL || run.told == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for %d worker processes.",
                       options->jobs));
    ng_events_sweep(sweep->events, sweep, options);
    do {
        if (options->stop != NULL && *options->stop != 0 && !run.told_to_stop)
            stop_workers(&run);
        start_trials(&run);
        if (run.busy > 0)
            wait_for_reports(&run);
    } while (run.busy > 0 ||
             (!sweep->stopping && ng_sweep_count(sweep, NG_TRIAL_WAITING) > 0));
    ng_events_end(sweep->events, sweep);
    status = judge_outcome(sweep, err);
out:
    free(run.workers);
    free(run.polls);
    free(run.told);
    return status;
}
