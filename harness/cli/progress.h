/*
 * How a sweep's progress is shown, on stderr: one line that is drawn over on a terminal,
 * else a line per finished trial and one every ten seconds.
 *
 *   [=============-------] 10/15  fp8-e5m2 s1  step 180/240  loss 0.412  ETA 8 s
 *
 * The ETA weighs trials by their expected seconds and measures the speed so far.
 * Threads: one.
 */
#ifndef NG_HARNESS_CLI_PROGRESS_H
#define NG_HARNESS_CLI_PROGRESS_H

#include "harness/run/sweep.h"

struct ng_progress {
    bool quiet; /* only failures and notes are shown */
    bool terminal;
    bool line_open; /* a drawn line is waiting to be drawn over */
    double started, told;
    double work_before; /* expected seconds of what was finished at the start */
    int jobs;
};

void ng_progress_start(struct ng_progress *progress, const struct ng_sweep_state *sweep,
                       int jobs, bool quiet);
/* What ng_sweep_run() calls. */
struct ng_sweep_watch ng_progress_watch(struct ng_progress *progress);
void ng_progress_end(struct ng_progress *progress);

/* "8 s", "3 min", "2 h 10 min" */
void ng_progress_time(double seconds, char *text, size_t size);

#endif
