/*
 * A stream of elements to be read once, or twice where it can be: raw little-endian
 * elements, or .npy. It is .npy where it begins with \x93NUMPY, which raw data do once in 2^48
 * times. A file called NAME.npy must be.
 *
 * Nothing is kept in memory but the head of a .npy file (1 MiB at most). What a regular file
 * holds is compared with what it should before an element is read.
 *
 * Failure: NG_ABSENT no such file; NG_INVALID a folder, a terminal, an odd number of bytes,
 * a head that lies, other elements than expected; NG_FAILED the system refused. Sentences
 * name the stream. Threads: one.
 */
#ifndef NG_HARNESS_CLI_PIPE_INPUT_H
#define NG_HARNESS_CLI_PIPE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "datasets/files/array.h"
#include "formats/base/error.h"

struct ng_pipe_input {
    const char *name; /* begins sentences */
    const char *what; /* what an element is: "an FP32 number" */
    int fd;
    bool owned, open;
    bool seekable; /* a regular file: it can be read again */
    off_t data;    /* where its data begin */
    enum ng_array_type type;
    size_t element_bytes;
    bool npy;
    struct ng_array shape; /* of .npy: rank, size, count; no data */
    bool counted;          /* the number of elements is known */
    uint64_t count;
    uint64_t taken;                         /* elements read */
    unsigned char held[NG_NPY_START_BYTES]; /* read while looking for a head */
    size_t held_bytes, held_at;
};

/* path: NULL or "-" for the standard input. */
enum ng_status ng_pipe_input_open(struct ng_pipe_input *input, const char *path,
                                  enum ng_array_type type, const char *what,
                                  struct ng_error *err);
/* *got < want only at the end. */
enum ng_status ng_pipe_input_read(struct ng_pipe_input *input, void *to, size_t want,
                                  size_t *got, struct ng_error *err);
/* NG_INVALID where there is more. */
enum ng_status ng_pipe_input_end(struct ng_pipe_input *input, struct ng_error *err);
/* To the first element again, of a seekable one. */
enum ng_status ng_pipe_input_rewind(struct ng_pipe_input *input, struct ng_error *err);
/* May be called twice, and for a struct of zeros. */
void ng_pipe_input_close(struct ng_pipe_input *input);

#endif
