/*
 * events.jsonl: what happens in a sweep while it happens, one JSON object a line, each
 * line one write to a file opened for appending, so that readers never see half a line
 * in the middle. Times are UTC. It is a diary, not a result: where it cannot be written,
 * the sweep goes on without it.
 *
 *   {"time": "...", "event": "sweep", "trials": 15, "finished": 3, "jobs": 2,
 *    "command": "narrowgauge run quickstart"}
 *   {"time": "...", "event": "trial", "trial": 4, "name": "bf16 s1", "phase": "running"}
 *   {"time": "...", "event": "step", "trial": 4, "name": "bf16 s1", "step": 80, ...}
 *   {"time": "...", "event": "end", "finished": 15, "failed": 0}
 *
 * fd -1: every call does nothing.
 */
#ifndef NG_HARNESS_RUN_EVENTS_H
#define NG_HARNESS_RUN_EVENTS_H

#include "harness/run/sweep.h"

int ng_events_open(const char *folder);
void ng_events_sweep(int fd, const struct ng_sweep_state *sweep,
                     const struct ng_sweep_options *options);
/* The phase of one trial, with its hash or its reason where it has one. */
void ng_events_trial(int fd, const struct ng_sweep_state *sweep, size_t trial);
void ng_events_step(int fd, const struct ng_sweep_state *sweep, size_t trial);
void ng_events_end(int fd, const struct ng_sweep_state *sweep);

#endif
