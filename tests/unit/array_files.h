/*
 * What the tests of arrays share: one file in a folder of its own, hostile versions of it,
 * and arrays with all kinds of bits.
 */
#ifndef NG_TESTS_UNIT_ARRAY_FILES_H
#define NG_TESTS_UNIT_ARRAY_FILES_H

#include <check.h>

#include "datasets/files/array.h"

enum array_kind { IDX, NPY, NPZ, SAFETENSORS };

/* The file of the test that runs; its folder holds nothing else. */
extern char array_file[160];
TCase *array_files_case(const char *name);

void array_file_put(const void *bytes, size_t count);
size_t array_file_get(char *bytes, size_t room);
/* The first array of the file; of an archive, the member x. */
enum ng_status array_file_read(enum array_kind kind, struct ng_array *array,
                               struct ng_error *err);
/* These bytes are NG_INVALID with these words and the path, and nothing is left over. */
void array_file_refuse(enum array_kind kind, const void *bytes, size_t count,
                       const char *words);
/* Every beginning of the file but the whole is refused. */
void array_file_refuse_beginnings(enum array_kind kind, const char *bytes,
                                  size_t count);
/* No changed byte does harm, whether it is noticed or not. */
void array_file_change_every_byte(enum array_kind kind, char *bytes, size_t count);

/* 24 elements, or one where rank is 0; bools are 0 or 1. */
struct ng_array array_sample(enum ng_array_type type, size_t rank);
void array_compare(const struct ng_array *got, const struct ng_array *want);

#endif
