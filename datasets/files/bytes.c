#include "datasets/files/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define BUFFER  ((unsigned)1 << 17)
#define AT_ONCE ((size_t)1 << 30) /* zlib counts in int */

static enum ng_status cannot_open(const char *path, int reason, struct ng_error *err)
{
    enum ng_status status = reason == ENOENT || reason == ENOTDIR       ? NG_ABSENT
                            : reason == ELOOP || reason == ENAMETOOLONG ? NG_INVALID
                                                                        : NG_FAILED;
    return ng_fail(err, status, "%s cannot be opened for reading: %s.", path,
                   strerror(reason));
}

enum ng_status ng_bytes_open(struct ng_bytes *bytes, const char *path,
                             struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct stat about;

    memset(bytes, 0, sizeof *bytes);
    /* A pipe without a writer would block for ever. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0 || fstat(descriptor, &about) != 0) {
        status = cannot_open(path, errno, err);
        goto out;
    }
    if (!S_ISREG(about.st_mode)) {
        status =
            ng_fail(err, NG_INVALID,
                    "%s is not a regular file; a file of data was expected.", path);
        goto out;
    }
    bytes->file_size = (uint64_t)about.st_size;
    bytes->path = strdup(path);
    bytes->file = bytes->path != NULL ? gzdopen(descriptor, "rb") : NULL;
    if (bytes->file == NULL || gzbuffer(bytes->file, BUFFER) != 0) {
        status = cannot_open(path, ENOMEM, err);
        goto out;
    }
out:
    if (bytes->file == NULL && descriptor >= 0)
        close(descriptor);
    if (status != NG_OK)
        ng_bytes_close(bytes);
    return status;
}

static enum ng_status broken(const struct ng_bytes *bytes, int fault, const char *words,
                             int reason, struct ng_error *err)
{
    switch (fault) {
    case Z_BUF_ERROR:
        return ng_fail(err, NG_INVALID,
                       "%s is cut off: its gzip data end in the middle; a whole file "
                       "was expected.",
                       bytes->path);
    case Z_MEM_ERROR:
    case Z_ERRNO:
        return ng_fail(err, NG_FAILED, "%s cannot be read: %s.", bytes->path,
                       strerror(fault == Z_ERRNO ? reason : ENOMEM));
    default:
        return ng_fail(err, NG_INVALID,
                       "%s is damaged gzip data (%s); an undamaged file was expected.",
                       bytes->path, words);
    }
}

/* The library's words without the "<fd:3>: " that it puts in front. */
static const char *bare_words(const char *words)
{
    const char *behind = strstr(words, ">: ");
    return behind != NULL ? behind + 3 : words;
}

enum ng_status ng_bytes_read(struct ng_bytes *bytes, void *to, size_t want, size_t *got,
                             struct ng_error *err)
{
    *got = 0;
    while (*got < want) {
        size_t left = want - *got;
        errno = 0;
        int count = gzread(bytes->file, (char *)to + *got,
                           (unsigned)(left < AT_ONCE ? left : AT_ONCE));
        int reason = errno, fault;
        if (count > 0) {
            *got += (size_t)count;
            continue;
        }
        /* At the end of a cut file zlib returns 0 and keeps the error to itself. */
        const char *words = gzerror(bytes->file, &fault);
        if (fault != Z_OK && fault != Z_STREAM_END)
            return broken(bytes, fault, bare_words(words), reason, err);
        break;
    }
    return NG_OK;
}

void ng_bytes_close(struct ng_bytes *bytes)
{
    if (bytes->file != NULL)
        gzclose(bytes->file);
    free(bytes->path);
    memset(bytes, 0, sizeof *bytes);
}
