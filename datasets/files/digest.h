/*
 * SHA-256 (FIPS 180-4) of bytes as they come, or of a whole file.
 *
 * ng_digest_end() writes 64 lower-case hexadecimal digits and a zero byte. Nothing is
 * allocated and nothing has to be released; a digest that was ended starts again with
 * ng_digest_begin(). Numbers that are to be digested alike on every machine must be
 * handed over as little-endian bytes: ng_digest_add_u64() and ng_digest_add_text() do
 * so, and the array forms too.
 *
 * Failure: only ng_digest_file() can fail: NG_ABSENT where there is no such file,
 * NG_FAILED where it cannot be read. Threads: a digest belongs to one thread at a time.
 */
#ifndef NG_DATASETS_FILES_DIGEST_H
#define NG_DATASETS_FILES_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/error.h"

#define NG_DIGEST_TEXT 65

struct ng_digest {
    _Alignas(16) unsigned char state[256]; /* the library's context */
};

void ng_digest_begin(struct ng_digest *digest);
void ng_digest_add(struct ng_digest *digest, const void *bytes, size_t count);
/* The length (as u64), then the bytes, so that two texts never run into each other. */
void ng_digest_add_text(struct ng_digest *digest, const char *text);
void ng_digest_add_u64(struct ng_digest *digest, uint64_t value);
void ng_digest_add_u16s(struct ng_digest *digest, const uint16_t *values, size_t count);
void ng_digest_add_u32s(struct ng_digest *digest, const uint32_t *values, size_t count);
/* The bit patterns. */
void ng_digest_add_f32s(struct ng_digest *digest, const float *values, size_t count);
void ng_digest_end(struct ng_digest *digest, char hex[NG_DIGEST_TEXT]);
/* Ends it instead with its first 128 bits, each half as the digits say it. */
void ng_digest_end_key(struct ng_digest *digest, uint64_t key[2]);

enum ng_status ng_digest_file(const char *path, char hex[NG_DIGEST_TEXT],
                              struct ng_error *err);

#endif
