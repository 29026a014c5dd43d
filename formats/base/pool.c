#include "formats/base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Looks at the round number, a few microseconds in all, before a worker goes to sleep:
 * the next call often follows at once, and waking costs more than that. */
enum { LOOKS = 200 };

struct worker {
    struct ng_pool *pool;
    int number;
    pthread_t thread;
};

/* A call is a round. It is open while tasks may be left; a worker that wakes too late
 * finds it closed and is not waited for. */
struct ng_pool {
    int threads, started;
    struct worker *workers; /* threads - 1; number 0 is the caller */
    pthread_mutex_t mutex;
    pthread_cond_t wake, idle;
    atomic_uint_fast64_t round;
    atomic_size_t next;
    /* under the mutex: */
    bool open, stop;
    int busy;
    size_t tasks;
    void (*body)(void *context, size_t task, int worker);
    void *context;
};

static void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void work(struct ng_pool *pool, int worker, size_t tasks,
                 void (*body)(void *context, size_t task, int worker), void *context)
{
    for (;;) {
        size_t task = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (task >= tasks)
            return;
        body(context, task, worker);
    }
}

static void *worker_main(void *argument)
{
    struct worker *me = argument;
    struct ng_pool *pool = me->pool;
    uint_fast64_t seen = 0;
    pthread_mutex_lock(&pool->mutex);
    while (!pool->stop) {
        if (pool->open && pool->round != seen) {
            seen = pool->round;
            pool->busy++;
            size_t tasks = pool->tasks;
            void (*body)(void *, size_t, int) = pool->body;
            void *context = pool->context;
            pthread_mutex_unlock(&pool->mutex);
            work(pool, me->number, tasks, body, context);
            pthread_mutex_lock(&pool->mutex);
            if (--pool->busy == 0)
                pthread_cond_signal(&pool->idle);
            seen = pool->round;
            pthread_mutex_unlock(&pool->mutex);
            for (int look = 0; look < LOOKS && pool->round == seen; look++)
                pause_briefly();
            pthread_mutex_lock(&pool->mutex);
            continue;
        }
        pthread_cond_wait(&pool->wake, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

enum ng_status ng_pool_new(struct ng_pool **pool, int threads, struct ng_error *err)
{
    if (threads < 1)
        threads = 1;
    *pool = NULL;
    struct ng_pool *made = calloc(1, sizeof *made);
    if (made == NULL)
        return ng_fail(err, NG_FAILED, "no memory for a pool of %d threads", threads);
    made->threads = threads;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->wake, NULL);
    pthread_cond_init(&made->idle, NULL);
    made->workers = calloc((size_t)threads, sizeof *made->workers);
    if (made->workers == NULL) {
        ng_pool_free(made);
        return ng_fail(err, NG_FAILED, "no memory for a pool of %d threads", threads);
    }
    for (; made->started < threads - 1; made->started++) {
        struct worker *worker = &made->workers[made->started];
        worker->pool = made;
        worker->number = made->started + 1;
        int fault = pthread_create(&worker->thread, NULL, worker_main, worker);
        if (fault != 0) {
            int started = made->started;
            ng_pool_free(made);
            return ng_fail(err, NG_FAILED,
                           "cannot start %d threads: the system gave %d and then "
                           "said: %s",
                           threads, started + 1, strerror(fault));
        }
    }
    *pool = made;
    return NG_OK;
}

void ng_pool_free(struct ng_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->mutex);
    pool->stop = true;
    pool->round++;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    for (int i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_cond_destroy(&pool->idle);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->workers);
    free(pool);
}

int ng_pool_threads(const struct ng_pool *pool)
{
    return pool == NULL ? 1 : pool->threads;
}

void ng_pool_run(struct ng_pool *pool, size_t tasks,
                 void (*body)(void *context, size_t task, int worker), void *context)
{
    if (pool == NULL || pool->threads == 1 || tasks <= 1) {
        for (size_t task = 0; task < tasks; task++)
            body(context, task, 0);
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    pool->body = body;
    pool->context = context;
    pool->tasks = tasks;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    pool->open = true;
    pool->round++;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);

    work(pool, 0, tasks, body, context);

    pthread_mutex_lock(&pool->mutex);
    pool->open = false;
    while (pool->busy > 0)
        pthread_cond_wait(&pool->idle, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}
