/*
 * The bytes of a regular file from its beginning, gunzipped where it is gzip (RFC 1952).
 *
 * Every reader of data files reads through this, so that FILE and FILE.gz are the same to
 * it. A file that is no gzip comes as it is. Bytes behind the last gzip member that begin no
 * further one are left out, as gzip does.
 *
 * Ownership: ng_bytes_close() frees everything and may be called twice.
 * Failure: NG_ABSENT no such file; NG_INVALID a folder, a pipe, or a gzip file that is
 * damaged or cut off; NG_FAILED the system refused. Sentences name the path.
 * Threads: one struct belongs to one thread at a time.
 */
#ifndef NG_DATASETS_FILES_BYTES_H
#define NG_DATASETS_FILES_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/error.h"

struct ng_bytes {
    void *file; /* the library's handle */
    char *path;
    uint64_t file_size; /* on the disk, packed or not */
};

enum ng_status ng_bytes_open(struct ng_bytes *bytes, const char *path,
                             struct ng_error *err);
/* *got < want only at the end of the file. */
enum ng_status ng_bytes_read(struct ng_bytes *bytes, void *to, size_t want, size_t *got,
                             struct ng_error *err);
void ng_bytes_close(struct ng_bytes *bytes);

#endif
