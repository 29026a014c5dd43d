/*
 * Time of small pieces of work side by side. A sample is one piece of work, repeated until
 * it takes about a millisecond of this thread's processor time; a round takes one sample
 * of each in turn, A B C, A B C, so that what slows the machine down for a while slows all
 * of them. What is compared are quotients within a round, and their median over rounds.
 * Threads: one.
 */
#ifndef NG_HARNESS_RUN_BENCH_H
#define NG_HARNESS_RUN_BENCH_H

#include <stdbool.h>
#include <stddef.h>

enum { NG_BENCH_ROUNDS_MOST = 1000 };

struct ng_bench_task {
    void (*run)(void *context);
    void *context;
    size_t repeats;                       /* in a sample */
    double seconds[NG_BENCH_ROUNDS_MOST]; /* of one run, round by round */
};

struct ng_bench_spread {
    double low, median, high; /* quartiles */
};

/* Fills repeats and seconds of every task. Returns the rounds done: fewer than asked for,
 * but at least one, where they take longer than `limit` seconds together. */
size_t ng_bench_interleave(struct ng_bench_task *tasks, size_t count, size_t rounds,
                           double limit);
struct ng_bench_spread ng_bench_seconds(const struct ng_bench_task *task,
                                        size_t rounds);
/* Of the time of a over that of b. */
struct ng_bench_spread ng_bench_ratio(const struct ng_bench_task *a,
                                      const struct ng_bench_task *b, size_t rounds);

/* Keeps this thread on the processor that it is on; false where the system does not let
 * it. */
bool ng_bench_pin(void);

#endif
