/*
 * Errors: one status, one whole sentence.
 *
 * A function that can fail returns enum ng_status and takes a struct ng_error * as its
 * last argument. The place that finds the fault writes the sentence (what, where, what
 * was expected); callers may put words in front, never replace it. err is never NULL.
 * Overflow, NaN and saturation of numbers are data, not errors.
 * Only harness/cli prints an error or ends the process.
 * Threads: a struct ng_error belongs to one thread at a time.
 */
#ifndef NG_BASE_ERROR_H
#define NG_BASE_ERROR_H

#include "formats/narrowgauge.h"

/* Writes the sentence and returns status, so that `return ng_fail(...)` reads well. */
enum ng_status ng_fail(struct ng_error *err, enum ng_status status, const char *format,
                       ...) __attribute__((format(printf, 3, 4)));

/* Puts words in front of the sentence already there; returns its status. */
enum ng_status ng_prefix(struct ng_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For functions with one clean-up label `out:` and a local `status`. */
#define NG_TRY(expression)                                                             \
    do {                                                                               \
        status = (expression);                                                         \
        if (status != NG_OK)                                                           \
            goto out;                                                                  \
    } while (0)

#endif
