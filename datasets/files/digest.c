#include "datasets/files/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sys/types.h>

#include <sha2.h>

_Static_assert(sizeof(SHA2_CTX) <= sizeof(((struct ng_digest *)0)->state),
               "the library's context fits");

static SHA2_CTX *context(struct ng_digest *digest)
{
    return (SHA2_CTX *)(void *)digest->state;
}

void ng_digest_begin(struct ng_digest *digest)
{
    memset(digest, 0, sizeof *digest);
    SHA256Init(context(digest));
}

void ng_digest_add(struct ng_digest *digest, const void *bytes, size_t count)
{
    if (count > 0)
        SHA256Update(context(digest), bytes, count);
}

void ng_digest_add_u64(struct ng_digest *digest, uint64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    ng_digest_add(digest, bytes, sizeof bytes);
}

void ng_digest_add_text(struct ng_digest *digest, const char *text)
{
    size_t length = strlen(text);
    ng_digest_add_u64(digest, length);
    ng_digest_add(digest, text, length);
}

void ng_digest_add_u16s(struct ng_digest *digest, const uint16_t *values, size_t count)
{
    unsigned char bytes[2048];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        bytes[used++] = (unsigned char)values[i];
        bytes[used++] = (unsigned char)(values[i] >> 8);
        if (used == sizeof bytes || i + 1 == count) {
            ng_digest_add(digest, bytes, used);
            used = 0;
        }
    }
}

void ng_digest_add_u32s(struct ng_digest *digest, const uint32_t *values, size_t count)
{
    unsigned char bytes[4096];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        for (int shift = 0; shift < 32; shift += 8)
            bytes[used++] = (unsigned char)(values[i] >> shift);
        if (used == sizeof bytes || i + 1 == count) {
            ng_digest_add(digest, bytes, used);
            used = 0;
        }
    }
}

void ng_digest_add_f32s(struct ng_digest *digest, const float *values, size_t count)
{
    uint32_t bits[1024];
    while (count > 0) {
        size_t n = count < 1024 ? count : 1024;
        memcpy(bits, values, n * sizeof bits[0]);
        ng_digest_add_u32s(digest, bits, n);
        values += n;
        count -= n;
    }
}

void ng_digest_end(struct ng_digest *digest, char hex[NG_DIGEST_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[SHA256_DIGEST_LENGTH];
    SHA256Final(bytes, context(digest));
    for (size_t i = 0; i < sizeof bytes; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * sizeof bytes] = '\0';
}

void ng_digest_end_key(struct ng_digest *digest, uint64_t key[2])
{
    uint8_t bytes[SHA256_DIGEST_LENGTH];
    SHA256Final(bytes, context(digest));
    for (size_t half = 0; half < 2; half++) {
        key[half] = 0;
        for (size_t i = 0; i < 8; i++)
            key[half] = key[half] << 8 | bytes[8 * half + i];
    }
}

enum ng_status ng_digest_file(const char *path, char hex[NG_DIGEST_TEXT],
                              struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_digest digest;
    unsigned char bytes[16384];
    size_t count;
    struct stat about;

    /* A pipe without a writer would block for ever. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor >= 0 && fstat(descriptor, &about) == 0 && !S_ISREG(about.st_mode)) {
        close(descriptor);
        return ng_fail(err, NG_INVALID,
                       "%s is not a regular file; a file of data was expected.", path);
    }
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "rb") : NULL;
    if (file == NULL) {
        int reason = errno;
        if (descriptor >= 0)
            close(descriptor);
        return ng_fail(err,
                       reason == ENOENT || reason == ENOTDIR ? NG_ABSENT : NG_FAILED,
                       "%s cannot be opened for reading: %s.", path, strerror(reason));
    }
    ng_digest_begin(&digest);
    while ((count = fread(bytes, 1, sizeof bytes, file)) > 0)
        ng_digest_add(&digest, bytes, count);
    if (ferror(file)) {
        status = ng_fail(err, NG_FAILED, "%s cannot be read to its end: %s.", path,
                         strerror(errno));
        goto out;
    }
    ng_digest_end(&digest, hex);
out:
    fclose(file);
    return status;
}
