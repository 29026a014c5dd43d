/*
 * The curl program as a process: one address into one file.
 *
 * ng_curl_run() appends to what `path` already holds (--continue-at -) and waits. lock: a
 * file that curl keeps open, so that a lock on it lasts as long as curl does; -1: none.
 *
 * Failure: NG_FAILED with curl's own words, or the name of the package where the program is
 * missing; NG_INTERRUPTED where *stop was raised or curl was ended by a signal that asks
 * so. outcome says what the caller can do about a failure. Threads: one at a time.
 */
#ifndef NG_HARNESS_RUN_CURL_H
#define NG_HARNESS_RUN_CURL_H

#include <signal.h>
#include <stdbool.h>

#include "formats/base/error.h"

enum ng_curl_outcome {
    NG_CURL_DONE,
    NG_CURL_FAILED,
    NG_CURL_CUT,       /* the transfer ended early: going on may help */
    NG_CURL_NO_RESUME, /* the server cannot go on from there */
};

struct ng_curl {
    const char *url, *path;
    bool progress;
    int lock;
    volatile sig_atomic_t *stop;
};

enum ng_status ng_curl_run(const struct ng_curl *curl, enum ng_curl_outcome *outcome,
                           struct ng_error *err);

#endif
