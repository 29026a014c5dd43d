/*
 * Members of a zip archive, whole in memory; the only place that calls libzip.
 *
 * Ownership: *data is malloc'd. limit: a member that unpacks to more is refused before it is
 * unpacked. Failure: NG_ABSENT no such file or member (the sentence lists what there is, up to
 * a few names); NG_INVALID no zip archive, damaged, encrypted, over the limit; NG_FAILED
 * memory or system. Threads: any, on different paths.
 */
#ifndef NG_DATASETS_FILES_ZIP_H
#define NG_DATASETS_FILES_ZIP_H

#include <stddef.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/base/key.h"

struct ng_zip_member {
    const char *name;
    const void *data;
    size_t bytes;
};

enum ng_status ng_zip_names(const char *path, struct ng_arena *arena,
                            struct ng_texts *names, struct ng_error *err);
enum ng_status ng_zip_read(const char *path, const char *member, size_t limit,
                           void **data, size_t *bytes, struct ng_error *err);
/* Stored, with a fixed time, to PATH.part, synced and renamed. */
enum ng_status ng_zip_write(const char *path, const struct ng_zip_member *members,
                            size_t count, struct ng_error *err);

#endif
