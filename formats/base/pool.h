/*
 * A pool of threads for work inside one trial.
 *
 * ng_pool_run() calls body(context, task, worker) once for every task in 0..tasks-1, on
 * up to `threads` workers including the caller, and returns when all are done. Which
 * worker runs which task is not defined, so a task must write only its own part of the
 * result: then the bits cannot depend on the number of threads. worker is in
 * 0..threads-1 and names a private workspace.
 *
 * ng_pool_new(1) starts no thread. Failure: NG_FAILED, when threads cannot be started.
 * ng_pool_free(NULL) is harmless. Threads: one caller at a time per pool.
 */
#ifndef NG_BASE_POOL_H
#define NG_BASE_POOL_H

#include <stddef.h>

#include "formats/base/error.h"

void ng_pool_run(struct ng_pool *pool, size_t tasks,
                 void (*body)(void *context, size_t task, int worker), void *context);

#endif
