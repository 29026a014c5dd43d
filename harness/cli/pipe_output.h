/*
 * A stream of elements that is written: raw and little-endian to the standard output, or to
 * a file, raw or (called NAME.npy) as .npy.
 *
 * A file is NAME.part until it is whole (formats/base/whole.h); SIGINT, SIGTERM and SIGHUP
 * take it along, but for the time in which it is synced. What went to the standard output
 * cannot be called back; ng_pipe_output_abandon() adds to the error how much that was. A
 * reader of the standard output that has gone ends the process as it ends cat: by
 * SIGPIPE, silently, once the files are put away (where SIGPIPE is ignored from the start:
 * by a sentence).
 *
 * Failure: NG_INVALID a terminal, or something that is no regular file in the place of FILE;
 * NG_FAILED the system refused. Threads: one, and at most two files at a time.
 */
#ifndef NG_HARNESS_CLI_PIPE_OUTPUT_H
#define NG_HARNESS_CLI_PIPE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datasets/files/array.h"
#include "formats/base/error.h"
#include "formats/base/whole.h"

struct ng_pipe_output {
    bool open, file, npy;
    bool dies;   /* of SIGPIPE, as it was when the process began */
    bool broken; /* the reader of the standard output has gone */
    struct ng_whole whole;
    struct ng_array shape; /* of .npy: type, rank and size */
    uint64_t elements;     /* written */
};

/* Before anything is read: may this be written to? path: NULL for the standard output. */
enum ng_status ng_pipe_output_check(const char *path, struct ng_error *err);
/* shape: type, rank and sizes; of one dimension the size is what will have been written. */
enum ng_status ng_pipe_output_begin(struct ng_pipe_output *output, const char *path,
                                    const struct ng_array *shape, struct ng_error *err);
enum ng_status ng_pipe_output_add(struct ng_pipe_output *output, const void *elements,
                                  size_t count, struct ng_error *err);
/* All but the name: what can fail for want of space. */
enum ng_status ng_pipe_output_finish(struct ng_pipe_output *output,
                                     struct ng_error *err);
/* Gives a file its name; after ng_pipe_output_finish(). */
enum ng_status ng_pipe_output_end(struct ng_pipe_output *output, struct ng_error *err);
/* Does nothing after ng_pipe_output_end(), and for a struct of zeros. err: of the failure. */
void ng_pipe_output_abandon(struct ng_pipe_output *output, struct ng_error *err);
/* The last call: ends the process where the reader has gone. */
void ng_pipe_output_leave(const struct ng_pipe_output *output);

#endif
