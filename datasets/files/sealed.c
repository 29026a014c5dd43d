#include "datasets/files/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datasets/files/digest.h"
#include "formats/base/whole.h"

#define SEAL_WORD         "narrowgauge-seal"
#define SEAL_WORD_BYTES   16
#define SEAL_BYTES        (SEAL_WORD_BYTES + 64)
#define BLOCK_BYTES       262144
#define LONGEST_SIGNATURE 16

enum ng_status ng_sealed_write(const char *path, const void *content, size_t bytes,
                               struct ng_error *err)
{
    char hex[NG_DIGEST_TEXT];
    struct ng_digest digest;
    ng_digest_begin(&digest);
    ng_digest_add(&digest, content, bytes);
    ng_digest_end(&digest, hex);
    const struct ng_piece pieces[] = {
        {content, bytes}, {SEAL_WORD, SEAL_WORD_BYTES}, {hex, 64}};
    return ng_whole_write(path, pieces, sizeof pieces / sizeof pieces[0], err);
}

/* -- checking ------------------------------------------------------------------------
 */

/* SHA-256 of the first `bytes` bytes. */
static enum ng_status digest_of(int fd, const char *path, size_t bytes,
                                char hex[NG_DIGEST_TEXT], struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_digest digest;
    char *block = malloc(BLOCK_BYTES);
    if (block == NULL)
        return ng_fail(err, NG_FAILED, "cannot read %s: out of memory", path);
    ng_digest_begin(&digest);
    for (size_t done = 0; done < bytes;) {
        size_t want = bytes - done < BLOCK_BYTES ? bytes - done : BLOCK_BYTES;
        ssize_t got = pread(fd, block, want, (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            NG_TRY(ng_fail(err, NG_FAILED, "cannot read %s: %s", path,
                           got == 0 ? "it became shorter" : strerror(errno)));
        ng_digest_add(&digest, block, (size_t)got);
        done += (size_t)got;
    }
    ng_digest_end(&digest, hex);
out:
    free(block);
    return status;
}

static enum ng_status seal_check(int fd, const char *path, size_t bytes,
                                 struct ng_error *err)
{
    char seal[SEAL_BYTES], hex[NG_DIGEST_TEXT];
    if (pread(fd, seal, SEAL_BYTES, (off_t)bytes) != SEAL_BYTES)
        return ng_fail(err, NG_FAILED, "cannot read the end of %s", path);
    if (memcmp(seal, SEAL_WORD, SEAL_WORD_BYTES) != 0)
        return ng_fail(err, NG_INVALID,
                       "%s is cut short or was not written by narrowgauge: it does not "
                       "end in the word " SEAL_WORD " and a digest",
                       path);
    enum ng_status status = digest_of(fd, path, bytes, hex, err);
    if (status != NG_OK)
        return status;
    if (memcmp(seal + SEAL_WORD_BYTES, hex, 64) != 0)
        return ng_fail(
            err, NG_INVALID,
            "%s is damaged or was changed: the SHA-256 of its content is not "
            "the one at its end",
            path);
    return NG_OK;
}

static enum ng_status beginning_check(int fd, const char *path, const char *signature,
                                      const char *kind, size_t *bytes,
                                      struct ng_error *err)
{
    struct stat what;
    char begin[LONGEST_SIGNATURE] = {0};
    size_t length = strlen(signature);
    if (fstat(fd, &what) != 0)
        return ng_fail(err, NG_FAILED, "cannot read %s: %s", path, strerror(errno));
    if (!S_ISREG(what.st_mode))
        return ng_fail(err, NG_INVALID, "%s is not a regular file", path);
    if (what.st_size == 0)
        return ng_fail(err, NG_INVALID, "%s is empty, where %s was expected", path,
                       kind);
    if (pread(fd, begin, length, 0) != (ssize_t)length ||
        memcmp(begin, signature, length) != 0)
        return ng_fail(err, NG_INVALID, "%s is not %s: it does not begin like one",
                       path, kind);
    if (what.st_size <= SEAL_BYTES)
        return ng_fail(err, NG_INVALID, "%s is cut short: it holds %lld bytes", path,
                       (long long)what.st_size);
    *bytes = (size_t)what.st_size - SEAL_BYTES;
    return NG_OK;
}

enum ng_status ng_sealed_check(const char *path, const char *signature,
                               const char *kind, size_t *bytes, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    /* O_NONBLOCK: a FIFO must not hold us up. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return ng_fail(err, NG_ABSENT, "there is no file %s", path);
    if (fd < 0)
        return ng_fail(err, NG_FAILED, "cannot open %s: %s", path, strerror(errno));
    NG_TRY(beginning_check(fd, path, signature, kind, bytes, err));
    NG_TRY(seal_check(fd, path, *bytes, err));
out:
    close(fd);
    return status;
}
