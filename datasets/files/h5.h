/*
 * HDF5 files, typed and whole: the only place that calls the HDF5 library.
 *
 * A file is built in memory and put on the disk by ng_h5_save() in one go, so that it
 * is always whole, and so that a full disk shows as one errno from write(2) instead of
 * somewhere inside the library.
 *
 * Files are sealed (datasets/files/sealed.h), and ng_h5_open() checks the seal before
 * the library parses anything, because HDF5 1.10 trusts the offsets and sizes that it
 * finds in a file. What is inside is checked nevertheless: only hard links, only the
 * types below, and no size beyond the file's own.
 *
 * Types: the memory type is the file type in every call, so that HDF5 never converts.
 * Its converter to narrow floats rounds ties away from zero and can halve values. bf16
 * and e5m2 are IEEE F32LE with other fields, which every HDF5 reader decodes exactly;
 * e4m3 has no infinity, which HDF5 cannot express, so it is stored as u8 codes. Texts
 * are UTF-8 of fixed length, padded with zeros. Layout: the format of HDF5's earliest
 * version, no times of objects, no compression, Fletcher-32 checksums on data sets of
 * 64 KiB or more.
 *
 * Paths are absolute ("/metrics/loss"); missing groups on the way are made.
 * Ownership: what is read belongs to the arena given. Threads: one thread of the
 * process at a time, whatever the file.
 */
#ifndef NG_DATASETS_FILES_H5_H
#define NG_DATASETS_FILES_H5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/base/key.h"

enum ng_h5_type {
    NG_H5_F64,
    NG_H5_F32,
    NG_H5_I64,
    NG_H5_U64,
    NG_H5_U32,
    NG_H5_U16,
    NG_H5_U8,
    NG_H5_BF16,
    NG_H5_E5M2,
    NG_H5_TEXT,
};
extern const char *const ng_h5_type_names[]; /* "f64", ... NULL at the end */

/* Of one element; 0 for texts. */
size_t ng_h5_type_bytes(enum ng_h5_type type);

#define NG_H5_RANK 3
struct ng_h5_shape {
    size_t rank; /* 0: one value */
    size_t size[NG_H5_RANK];
};
static inline struct ng_h5_shape ng_h5_vector(size_t n)
{
    return (struct ng_h5_shape){1, {n, 0, 0}};
}
static inline struct ng_h5_shape ng_h5_table(size_t rows, size_t cols)
{
    return (struct ng_h5_shape){2, {rows, cols, 0}};
}
/* Number of elements: 1 for rank 0. */
size_t ng_h5_count(const struct ng_h5_shape *shape);

struct ng_h5;

/* An empty file in memory. */
enum ng_status ng_h5_create(struct ng_h5 **file, struct ng_error *err);
/* For reading. NG_ABSENT: there is no such file. NG_INVALID: it is not a whole,
 * unchanged file that ng_h5_save() wrote. NG_FAILED: the system refused. */
enum ng_status ng_h5_open(struct ng_h5 **file, const char *path, struct ng_error *err);
/* Puts a created file on the disk. On failure PATH is what it was before. */
enum ng_status ng_h5_save(struct ng_h5 *file, const char *path, struct ng_error *err);
/* NULL is harmless. */
void ng_h5_close(struct ng_h5 *file);
/* Its path, for sentences. */
const char *ng_h5_name(const struct ng_h5 *file);

/* Data sets. Texts have an interface of their own; NULL is written as "". */
enum ng_status ng_h5_write(struct ng_h5 *file, const char *path, enum ng_h5_type type,
                           const struct ng_h5_shape *shape, const void *data,
                           struct ng_error *err);
enum ng_status ng_h5_write_text(struct ng_h5 *file, const char *path, const char *text,
                                struct ng_error *err);
enum ng_status ng_h5_write_texts(struct ng_h5 *file, const char *path,
                                 const struct ng_h5_shape *shape, char *const *texts,
                                 struct ng_error *err);
/* Shape is what is there; the caller checks it. */
enum ng_status ng_h5_read(struct ng_h5 *file, const char *path, enum ng_h5_type type,
                          struct ng_arena *arena, struct ng_h5_shape *shape,
                          void **data, struct ng_error *err);
/* Into the caller's memory; another shape than this one is NG_INVALID. */
enum ng_status ng_h5_read_into(struct ng_h5 *file, const char *path,
                               enum ng_h5_type type, const struct ng_h5_shape *shape,
                               void *data, struct ng_error *err);
enum ng_status ng_h5_read_text(struct ng_h5 *file, const char *path,
                               struct ng_arena *arena, char **text,
                               struct ng_error *err);
enum ng_status ng_h5_read_texts(struct ng_h5 *file, const char *path,
                                struct ng_arena *arena, struct ng_h5_shape *shape,
                                char ***texts, struct ng_error *err);
bool ng_h5_exists(struct ng_h5 *file, const char *path);
bool ng_h5_is_group(struct ng_h5 *file, const char *path);
/* Names of what a group holds, and of an object's attributes, sorted by bytes. */
enum ng_status ng_h5_list(struct ng_h5 *file, const char *group, struct ng_arena *arena,
                          struct ng_texts *names, struct ng_error *err);
enum ng_status ng_h5_attributes(struct ng_h5 *file, const char *object,
                                struct ng_arena *arena, struct ng_texts *names,
                                struct ng_error *err);

/* Attributes: one number or one text under 60 KiB, on an object that exists; "/" is the
 * file, and a group that does not exist is made. */
enum ng_status ng_h5_set(struct ng_h5 *file, const char *object, const char *name,
                         enum ng_h5_type type, const void *value, struct ng_error *err);
enum ng_status ng_h5_set_text(struct ng_h5 *file, const char *object, const char *name,
                              const char *text, struct ng_error *err);
enum ng_status ng_h5_get(struct ng_h5 *file, const char *object, const char *name,
                         enum ng_h5_type type, void *value, struct ng_error *err);
enum ng_status ng_h5_get_text(struct ng_h5 *file, const char *object, const char *name,
                              struct ng_arena *arena, char **text,
                              struct ng_error *err);

/* A data set or attribute of any of our types, as stored: texts are padded with zeros
 * to element_bytes. The caller frees data. attribute NULL: the data set. */
struct ng_h5_item {
    enum ng_h5_type type;
    struct ng_h5_shape shape;
    size_t element_bytes;
    void *data;
};
enum ng_status ng_h5_peek(struct ng_h5 *file, const char *path, const char *attribute,
                          struct ng_h5_item *item, struct ng_error *err);

/* "1.10.8": of the HDF5 library that runs. Texts live as long as the process. */
const char *ng_h5_version(void);

#endif
