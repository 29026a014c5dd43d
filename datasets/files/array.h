/*
 * Arrays of numbers as other programs store them: IDX, .npy, .npz, safetensors.
 *
 * struct ng_array is one array in memory: dense, C order, native byte order, in the
 * element type of the file. Types without a C name (bf16, e4m3, ...) are their codes.
 *
 *   IDX          the MNIST format: two zero bytes, type, rank, big-endian sizes, elements
 *   .npy         NumPy's format 1.0 to 3.0 (numpy.lib.format); '<', '>', '|'; C and Fortran
 *                order (turned to C order). No objects, no records
 *   .npz         a zip archive of .npy members, stored or deflated
 *   safetensors  u64 length, JSON header, data; every dtype of its specification that is in
 *                enum ng_array_type, others are NG_INVALID by name
 *
 * IDX and .npy may be gzip. Sizes are believed only as far as there are bytes: nothing
 * larger than the file's true content is allocated. Overlapping, unsorted or gappy safetensors
 * offsets, a header over NG_ARRAY_HEADER_LIMIT, duplicate names, trailing bytes are refused.
 *
 * Writing: files are written to PATH.part, synced and renamed. .npz members are stored, not
 * deflated, in the order given; safetensors data is sorted as its own library does. Equal
 * input gives equal bytes.
 *
 * Ownership: ng_array_release() frees data and name. Failure: NG_ABSENT no such file or
 * member; NG_INVALID not such a file, cut off, hostile; NG_FAILED memory or system.
 * Threads: any, on different arrays.
 */
#ifndef NG_DATASETS_FILES_ARRAY_H
#define NG_DATASETS_FILES_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/error.h"
#include "formats/base/key.h"

enum ng_array_type {
    NG_ARRAY_BOOL,
    NG_ARRAY_U8,
    NG_ARRAY_I8,
    NG_ARRAY_U16,
    NG_ARRAY_I16,
    NG_ARRAY_U32,
    NG_ARRAY_I32,
    NG_ARRAY_U64,
    NG_ARRAY_I64,
    NG_ARRAY_F16,
    NG_ARRAY_F32,
    NG_ARRAY_F64,
    NG_ARRAY_BF16, /* safetensors alone, and those below; .npy keeps them as u2 or u1 codes */
    NG_ARRAY_E4M3,
    NG_ARRAY_E5M2,
    NG_ARRAY_E8M0,
    NG_ARRAY_TYPES,
};
extern const char
    *const ng_array_type_names[]; /* "bool", "u8", ..., "e4m3"; NULL at the end */
size_t ng_array_type_bytes(enum ng_array_type type);

#define NG_ARRAY_RANK         8
#define NG_ARRAY_HEADER_LIMIT ((size_t)100 << 20)

struct ng_array {
    char *name; /* of an .npz member or a tensor; NULL */
    enum ng_array_type type;
    size_t rank, size[NG_ARRAY_RANK];
    size_t count; /* of elements */
    void *data;
};
void ng_array_release(struct ng_array *array);
/* Element i as a double (exact for every type but 64-bit integers beyond 2^53; bool is 0 or
 * 1). */
double ng_array_number(const struct ng_array *array, size_t i);

enum ng_status ng_idx_read(const char *path, struct ng_array *array,
                           struct ng_error *err);
enum ng_status ng_npy_read(const char *path, struct ng_array *array,
                           struct ng_error *err);
enum ng_status ng_npy_write(const char *path, const struct ng_array *array,
                            struct ng_error *err);
/* What stands before the data of a .npy file, for those who read or write the data
 * themselves, piece by piece. array: type, rank, size and count; it owns nothing. */
struct ng_npy_head {
    size_t bytes;
    struct ng_array array;
    bool big_endian, fortran;
};
#define NG_NPY_START_BYTES 12 /* enough to know how long the head is */
/* NAME.npy? */
bool ng_npy_is_called(const char *path);
bool ng_npy_is_begun(const unsigned char start[NG_NPY_START_BYTES]);
enum ng_status ng_npy_head_measure(const char *name,
                                   const unsigned char start[NG_NPY_START_BYTES],
                                   size_t *bytes, struct ng_error *err);
/* bytes: as many as ng_npy_head_measure() says. name: of the file, for sentences. */
enum ng_status ng_npy_head_read(const char *name, const unsigned char *bytes,
                                size_t count, struct ng_npy_head *head,
                                struct ng_error *err);
/* From type, rank and size; the length, a multiple of 64, and for one dimension always the
 * same. */
#define NG_NPY_HEAD_BYTES 256
size_t ng_npy_head_write(const struct ng_array *array, char head[NG_NPY_HEAD_BYTES]);
/* member: with or without ".npy". */
enum ng_status ng_npz_read(const char *path, const char *member, struct ng_array *array,
                           struct ng_error *err);
/* Names of the members, without ".npy", in the arena. */
enum ng_status ng_npz_names(const char *path, struct ng_arena *arena,
                            struct ng_texts *names, struct ng_error *err);
enum ng_status ng_npz_write(const char *path, const struct ng_array *arrays,
                            size_t count, struct ng_error *err);

/* The whole file; *arrays is malloc'd, each array to be released, then *arrays freed.
 * metadata: pairs key, value of "__metadata__", in the arena. */
enum ng_status ng_safetensors_read(const char *path, struct ng_array **arrays,
                                   size_t *count, struct ng_arena *arena,
                                   struct ng_texts *metadata, struct ng_error *err);
enum ng_status ng_safetensors_write(const char *path, const struct ng_array *arrays,
                                    size_t count, const struct ng_texts *metadata,
                                    struct ng_error *err);

#endif
