/*
 * Worker processes: each runs one trial and reports through a pipe.
 *
 * A worker ends with its parent (on Linux by the parent-death signal, elsewhere at its
 * next report, which then meets a closed pipe). SIGTERM makes it write its checkpoint and
 * end; SIGINT and SIGUSR1 are ignored, because a terminal sends them to the whole group
 * and the parent decides.
 */
#ifndef NG_HARNESS_RUN_WORKERS_H
#define NG_HARNESS_RUN_WORKERS_H

#include <sys/types.h>

#include "harness/run/sweep.h"

enum ng_report_kind {
    NG_REPORT_STEP,
    NG_REPORT_DONE,
    NG_REPORT_STOPPED,
    NG_REPORT_FAILED
};

/* What travels through the pipe, whole. */
struct ng_worker_report {
    enum ng_report_kind kind;
    size_t step, steps;
    double loss;
    char hash[65];
    char reason[1024];
};

struct ng_worker {
    pid_t pid; /* 0: free */
    int pipe;
    size_t trial;
    struct ng_worker_report report; /* being read */
    size_t received;                /* bytes of it */
    bool ended;                     /* a last report has come */
};

/* Forks. NG_FAILED where the system gives no process. */
enum ng_status ng_worker_start(struct ng_worker *worker,
                               const struct ng_sweep_state *sweep, size_t trial,
                               const struct ng_sweep_options *options,
                               struct ng_error *err);
/* Reads what has come: true with a whole report in worker->report; false when there is
 * none now, with *closed set at the end of the pipe. */
bool ng_worker_read(struct ng_worker *worker, bool *closed);
/* Waits for the process; writes how it ended into `reason` where that was no normal
 * end. */
void ng_worker_reap(struct ng_worker *worker, char *reason, size_t size);

#endif
