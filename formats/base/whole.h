/*
 * Files that are written whole or not at all.
 *
 * PATH.part is written, synced and renamed to PATH, and the folder is synced: PATH is always
 * a whole file, the earlier one or the new one, and a full disk is one errno from write(2).
 *
 * Failure: NG_INVALID the path is too long; NG_FAILED with the system's reason; PATH.part is
 * removed and PATH is what it was (only where the folder cannot be synced, after the
 * renaming, it is the new file already). Threads: any, on different paths.
 */
#ifndef NG_FORMATS_BASE_WHOLE_H
#define NG_FORMATS_BASE_WHOLE_H

#include <stddef.h>

#include "formats/base/error.h"

struct ng_piece {
    const void *data;
    size_t bytes;
};

/* The pieces, one behind the other. */
enum ng_status ng_whole_write(const char *path, const struct ng_piece *pieces,
                              size_t count, struct ng_error *err);

#endif
