/*
 * Are the files that a command reads and writes different files? They are the same by device
 * and inode, whatever their names; two that do not exist yet, by folder and name. NAME.part of
 * what is written counts as written, too.
 * Failure: NG_INVALID, naming both. Threads: any.
 */
#ifndef NG_HARNESS_CLI_PIPE_PLACES_H
#define NG_HARNESS_CLI_PIPE_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/error.h"

struct ng_pipe_place {
    const char *option; /* begins its name in sentences: "-o "; NULL: it is not there */
    const char *path;   /* NULL: fd, a standard stream */
    int fd;
    bool written;
};
/* Of no two, one of which is written, may the file be one. */
enum ng_status ng_pipe_places_check(const struct ng_pipe_place *places, size_t count,
                                    struct ng_error *err);

#endif
