/*
 * What the readers of arrays have in common; private to this folder.
 *
 * A source is a file (perhaps packed) or bytes in memory. Data is taken as it comes: memory
 * grows with the bytes that were there, so a size that a header merely claims allocates
 * nothing. Packed data may unpack to NG_ARRAY_UNPACK_LIMIT more than the file's size.
 *
 * Failure: NG_INVALID cut off, over the limit, more than was expected; as in bytes.h.
 */
#ifndef NG_DATASETS_FILES_ARRAY_SOURCE_H
#define NG_DATASETS_FILES_ARRAY_SOURCE_H

#include "datasets/files/array.h"
#include "datasets/files/bytes.h"

#define NG_ARRAY_UNPACK_LIMIT ((uint64_t)1 << 30)

struct ng_array_source {
    const char *name;            /* for sentences */
    struct ng_bytes *bytes;      /* or NULL: */
    const unsigned char *memory; /* what is left */
    size_t left;
};

/* Sets count from rank and size, and *bytes; false: over what memory can address. */
bool ng_array_measure(struct ng_array *array, size_t *bytes);

/* Exactly so many bytes; what: "header", for the sentence. */
enum ng_status ng_array_take(struct ng_array_source *source, void *to, size_t want,
                             const char *what, struct ng_error *err);
/* array->data from type, rank and size, with big-endian elements turned; then the source
 * must be at its end. The caller releases the array also after a failure. */
enum ng_status ng_array_take_data(struct ng_array_source *source, bool big_endian,
                                  struct ng_array *array, struct ng_error *err);

/* .npy: what a file or a member holds. */
enum ng_status ng_npy_take(struct ng_array_source *source, struct ng_array *array,
                           struct ng_error *err);

#endif
