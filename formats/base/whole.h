/*
 * Files that are written whole or not at all.
 *
 * PATH.part is written, synced and renamed to PATH, and the folder is synced: PATH is always
 * a whole file, the earlier one or the new one, and a full disk is one errno from write(2).
 * PATH.part is locked meanwhile: of two writers of one file, ng_whole_write() waits for its
 * turn and ng_whole_begin() refuses. A PATH.part that is a link, or has a second name, is
 * refused. The permissions of a file that is replaced are kept.
 *
 * Failure: NG_INVALID the path is too long; NG_FAILED with the system's reason, or another
 * process is writing it; PATH.part is removed and PATH is what it was (only where the folder
 * cannot be synced, after the renaming, it is the new file already). A process that is
 * killed leaves PATH.part, which the next writer empties. Threads: any, on different paths.
 */
#ifndef NG_FORMATS_BASE_WHOLE_H
#define NG_FORMATS_BASE_WHOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "formats/base/error.h"

struct ng_piece {
    const void *data;
    size_t bytes;
};

/* The pieces, one behind the other. */
enum ng_status ng_whole_write(const char *path, const struct ng_piece *pieces,
                              size_t count, struct ng_error *err);

/* A file that grows as its bytes become known. After a failure of any function, and at any
 * time before ng_whole_end(), ng_whole_abandon() is all that is left to call; it may be
 * called twice, and after ng_whole_end(). A struct of zeros is one that was not begun. */
struct ng_whole {
    char *path, *part; /* path: its own copy */
    int fd;
    bool keeps_mode;
    mode_t mode; /* of the file that is replaced */
};
enum ng_status ng_whole_begin(struct ng_whole *whole, const char *path,
                              struct ng_error *err);
enum ng_status ng_whole_add(struct ng_whole *whole, const void *data, size_t bytes,
                            struct ng_error *err);
/* Writes over the first bytes. */
enum ng_status ng_whole_amend(struct ng_whole *whole, const void *data, size_t bytes,
                              struct ng_error *err);
/* What can fail for want of space, before several files get their names together. */
enum ng_status ng_whole_sync(struct ng_whole *whole, struct ng_error *err);
enum ng_status ng_whole_end(struct ng_whole *whole, struct ng_error *err);
void ng_whole_abandon(struct ng_whole *whole);

#endif
