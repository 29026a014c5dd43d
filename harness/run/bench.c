/* sched_getcpu() and sched_setaffinity() are GNU extensions. */
#define _GNU_SOURCE
#include "harness/run/bench.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double sample(const struct ng_bench_task *task)
{
    double start = now();
    for (size_t i = 0; i < task->repeats; i++)
        task->run(task->context);
    return (now() - start) / (double)task->repeats;
}

/* Doubles the repeats until a sample is long enough to be timed. The first run, which
 * meets cold caches and pages, decides nothing. */
static void choose_repeats(struct ng_bench_task *task)
{
    const double enough = 1e-3;
    task->run(task->context);
    task->repeats = 1;
    while (sample(task) * (double)task->repeats < enough)
        task->repeats *= 2;
}

size_t ng_bench_interleave(struct ng_bench_task *tasks, size_t count, size_t rounds,
                           double limit)
{
    size_t round = 0;
    for (size_t t = 0; t < count; t++)
        choose_repeats(&tasks[t]);
    double start = now();
    do {
        for (size_t t = 0; t < count; t++)
            tasks[t].seconds[round] = sample(&tasks[t]);
        round++;
    } while (round < rounds && now() - start < limit);
    return round;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct ng_bench_spread spread(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
    return (struct ng_bench_spread){values[n / 4],
                                    (values[(n - 1) / 2] + values[n / 2]) / 2,
                                    values[n - 1 - n / 4]};
}

struct ng_bench_spread ng_bench_seconds(const struct ng_bench_task *task, size_t rounds)
{
    double values[NG_BENCH_ROUNDS_MOST];
    for (size_t i = 0; i < rounds; i++)
        values[i] = task->seconds[i];
    return spread(values, rounds);
}

struct ng_bench_spread ng_bench_ratio(const struct ng_bench_task *a,
                                      const struct ng_bench_task *b, size_t rounds)
{
    double values[NG_BENCH_ROUNDS_MOST];
    for (size_t i = 0; i < rounds; i++)
        values[i] = a->seconds[i] / b->seconds[i];
    return spread(values, rounds);
}

bool ng_bench_pin(void)
{
    int cpu = sched_getcpu();
    cpu_set_t only;
    if (cpu < 0)
        return false;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    return sched_setaffinity(0, sizeof only, &only) == 0;
}
