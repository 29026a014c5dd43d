/*
 * A sweep: all trials of a plan, in a folder, on a pool of processes.
 *
 * The folder is <out>/<experiment>/ with plan.jsonl, events.jsonl and the run files in runs/; .lock
 * keeps a second run out. Trials whose run file is whole and carries the plan's hash are
 * finished and are skipped, so that running again is also going on, and a plan with more
 * arms or seeds than the folder's takes over what is there. A damaged run file is
 * never trusted: it is renamed to NAME.damaged and its trial runs again.
 *
 * Use: ng_sweep_prepare, then either ng_sweep_look (changes nothing) or ng_sweep_enter
 * (makes and locks the folder) and ng_sweep_run; ng_sweep_close at the end, always.
 *
 * One trial per process, at most `jobs` at once. A process that dies takes only its own
 * trial with it. When *stop becomes non-zero, all trials write their checkpoints and end,
 * and ng_sweep_run returns NG_INTERRUPTED. When this process is killed, its workers are
 * killed with it.
 *
 * Ownership: the plan is borrowed and must outlive the sweep; everything else belongs to
 * the sweep. Threads: one, and no other thread may run during ng_sweep_run (it forks); no
 * HDF5 file may be open then.
 */
#ifndef NG_HARNESS_RUN_SWEEP_H
#define NG_HARNESS_RUN_SWEEP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "experiments/plan/plan.h"
#include "formats/base/error.h"

enum ng_trial_phase {
    NG_TRIAL_WAITING,
    NG_TRIAL_FINISHED_BEFORE, /* its run file was there */
    NG_TRIAL_RUNNING,
    NG_TRIAL_FINISHED,
    NG_TRIAL_STOPPED, /* on request, with a checkpoint */
    NG_TRIAL_FAILED,
};
extern const char *const ng_trial_phase_names[];

struct ng_sweep_trial {
    enum ng_trial_phase phase;
    size_t step, steps; /* steps 0: not known before it starts */
    double loss;        /* NaN before the first step, too */
    double estimate;    /* seconds that it is expected to take */
    char hash[65];      /* result_hash of a finished trial, else "" */
    char reason[1024];  /* why it failed */
};

struct ng_sweep_state {
    const struct ng_plan *plan;
    char *folder, *runs;
    struct ng_sweep_trial *trials; /* as in the plan */
    bool stopping;                 /* no trial is started any more */
    int lock;                      /* file descriptors; -1: not open */
    int events;
};

struct ng_sweep_options {
    int jobs;    /* trials at once */
    int threads; /* inside one trial */
    bool fail_fast;
    const char *line;            /* the command line, for provenance */
    volatile sig_atomic_t *stop; /* or NULL */
};

/* Both are called in this process: `changed` about ten times a second and whenever a
 * trial changes its phase (trial is its number), `note` with a sentence worth telling. */
struct ng_sweep_watch {
    void (*changed)(void *context, const struct ng_sweep_state *sweep, size_t trial);
    void (*note)(void *context, const char *sentence);
    void *context;
};

/* Names the folder; reads and writes nothing. */
enum ng_status ng_sweep_prepare(struct ng_sweep_state *sweep,
                                const struct ng_plan *plan, const char *out,
                                struct ng_error *err);
/* Which trials are finished, as far as the folder is there; NG_INVALID with a sentence
 * where it holds another plan. */
enum ng_status ng_sweep_look(struct ng_sweep_state *sweep,
                             const struct ng_sweep_watch *watch, struct ng_error *err);
/* Makes the folder, takes its lock, looks, sets damaged files aside, writes the plan.
 * NG_INVALID: locked by another run, or another plan's; NG_FAILED: cannot be written, or
 * too small for what is to come. In both cases no result is lost: at most a damaged file
 * was already set aside under its new name. */
enum ng_status ng_sweep_enter(struct ng_sweep_state *sweep,
                              const struct ng_sweep_watch *watch, struct ng_error *err);
/* NG_FAILED: at least one trial produced no result (its reason stands in the trial); the
 * others were run all the same, except under fail_fast. */
enum ng_status ng_sweep_run(struct ng_sweep_state *sweep,
                            const struct ng_sweep_options *options,
                            const struct ng_sweep_watch *watch, struct ng_error *err);
void ng_sweep_close(struct ng_sweep_state *sweep);

size_t ng_sweep_count(const struct ng_sweep_state *sweep, enum ng_trial_phase phase);
/* Trials with a result, from before or from now. */
size_t ng_sweep_finished(const struct ng_sweep_state *sweep);
/* Seconds on `jobs` processes and bytes on disk that the unfinished trials will take. */
void ng_sweep_estimate(const struct ng_sweep_state *sweep, int jobs, double *seconds,
                       double *bytes);
/* "fp8-e5m2 s1" */
void ng_sweep_trial_name(const struct ng_sweep_state *sweep, size_t trial, char *name,
                         size_t size);

#endif
