/*
 * What the fuzz targets share. Each target is one file that feeds a reader with whatever
 * libFuzzer thinks of; a reader may refuse it, with a sentence, and nothing else.
 *
 * Targets are built with clang's -fsanitize=fuzzer,address,undefined by tests/long/fuzz.sh,
 * which also has the seeds.
 */
#ifndef NG_TESTS_FUZZ_FUZZ_H
#define NG_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The path of a regular file in memory that holds these bytes until the next call. */
const char *ng_fuzz_file(const uint8_t *data, size_t size);

/* Stops the fuzzer where a failure has no sentence, or a success has one. */
void ng_fuzz_judge(enum ng_status status, const struct ng_error *err);

#endif
