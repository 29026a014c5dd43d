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

enum ng_status {
    NG_OK = 0,
    NG_INVALID, /* the caller's input or configuration is wrong: exit code 2 */
    NG_FAILED,  /* no result could be produced (I/O, memory, damage): exit code 3 */
    NG_ABSENT,  /* something optional is not there: the caller decides: exit code 2 */
    NG_INTERRUPTED,  /* stopped on request, resumable: exit code 75 */
    NG_DIFFERS,      /* a gate failed, or two things differ: exit code 1 */
    NG_INCONCLUSIVE, /* too little evidence either way: exit code 4 */
    NG_NO_BASELINE,  /* a baseline is missing or cannot be compared with: exit code 5 */
};

#define NG_ERROR_TEXT 4096

struct ng_error {
    enum ng_status status;
    char text[NG_ERROR_TEXT]; /* no newline at the end; may hold several lines */
};

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
