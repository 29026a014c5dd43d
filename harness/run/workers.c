#include "harness/run/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "harness/run/trial.h"

/* Often enough that a killed run loses little, seldom enough to cost nothing. */
#define CHECKPOINT_SECONDS 10.0

static volatile sig_atomic_t stop_requested;

static void request_stop(int number)
{
    (void)number;
    stop_requested = 1;
}

static void set_signal(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

/* A parent that is gone closes the pipe, and SIGPIPE ends this process. */
static void send_report(int pipe, const struct ng_worker_report *report)
{
    const char *bytes = (const char *)report;
    size_t sent = 0;
    while (sent < sizeof *report) {
        ssize_t n = write(pipe, bytes + sent, sizeof *report - sent);
        if (n < 0 && errno != EINTR)
            return;
        if (n > 0)
            sent += (size_t)n;
    }
}

static void report_step(void *context, size_t step, size_t steps, double loss)
{
    struct ng_worker_report report = {
        .kind = NG_REPORT_STEP, .step = step, .steps = steps, .loss = loss};
    send_report(*(int *)context, &report);
}

static void work(int pipe, const struct ng_sweep_state *sweep, size_t trial,
                 const struct ng_sweep_options *options)
{
    struct ng_error err = {0};
    struct ng_worker_report last = {0};
    struct ng_trial_watch watch = {report_step, &pipe, &stop_requested};
    struct ng_trial_options how = {.threads = options->threads,
                                   .checkpoint_seconds = CHECKPOINT_SECONDS,
                                   .argv = options->line};
    enum ng_status status = ng_trial_run(sweep->plan, &sweep->plan->trials[trial],
                                         sweep->runs, &how, &watch, last.hash, &err);
    if (status == NG_OK)
        last.kind = NG_REPORT_DONE;
    else if (status == NG_INTERRUPTED)
        last.kind = NG_REPORT_STOPPED;
    else
        last.kind = NG_REPORT_FAILED;
    if (last.kind == NG_REPORT_FAILED)
        snprintf(last.reason, sizeof last.reason, "%.1000s", err.text);
    send_report(pipe, &last);
}

static void become_worker(pid_t parent)
{
    stop_requested = 0;
    set_signal(SIGINT, SIG_IGN);
    set_signal(SIGUSR1, SIG_IGN);
    set_signal(SIGPIPE, SIG_DFL);
    set_signal(SIGTERM, request_stop);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent)
        _exit(1);
}

enum ng_status ng_worker_start(struct ng_worker *worker,
                               const struct ng_sweep_state *sweep, size_t trial,
                               const struct ng_sweep_options *options,
                               struct ng_error *err)
{
    int ends[2];
    sigset_t all, before;
    if (pipe(ends) != 0)
        return ng_fail(err, NG_FAILED, "Cannot make a pipe for a worker process: %s.",
                       strerror(errno));
    /* Held back until the worker has its own handlers: a signal in between would be
     * counted by the parent's. */
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        become_worker(parent);
        sigprocmask(SIG_SETMASK, &before, NULL);
        work(ends[1], sweep, trial, options);
        _exit(0); /* never the parent's exit handlers or its buffered output */
    }
    int reason = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return ng_fail(err, NG_FAILED, "Cannot start a worker process: %s.",
                       strerror(reason));
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *worker = (struct ng_worker){.pid = pid, .pipe = ends[0], .trial = trial};
    return NG_OK;
}

bool ng_worker_read(struct ng_worker *worker, bool *closed)
{
    *closed = false;
    char *bytes = (char *)&worker->report;
    while (worker->received < sizeof worker->report) {
        ssize_t n = read(worker->pipe, bytes + worker->received,
                         sizeof worker->report - worker->received);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            *closed = n == 0 || errno != EAGAIN;
            return false;
        }
        worker->received += (size_t)n;
    }
    worker->received = 0;
    worker->ended = worker->report.kind != NG_REPORT_STEP;
    return true;
}

void ng_worker_reap(struct ng_worker *worker, char *reason, size_t size)
{
    int how = 0;
    pid_t pid;
    close(worker->pipe);
    do
        pid = waitpid(worker->pid, &how, 0);
    while (pid < 0 && errno == EINTR);
    worker->pid = 0;
    if (worker->ended)
        return;
    if (pid > 0 && WIFSIGNALED(how))
        snprintf(reason, size, "Its process was ended by signal %d (%s)%s.",
                 WTERMSIG(how), strsignal(WTERMSIG(how)),
                 WTERMSIG(how) == SIGKILL ? ", perhaps because memory ran out" : "");
    else
        snprintf(reason, size, "Its process ended with status %d and no result.",
                 pid > 0 ? WEXITSTATUS(how) : -1);
}
