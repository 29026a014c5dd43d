#define _GNU_SOURCE /* memfd_create */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *ng_fuzz_file(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    if (fd < 0) {
        fd = memfd_create("fuzz", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size ||
        lseek(fd, 0, SEEK_SET) != 0)
        abort();
    return path;
}

void ng_fuzz_judge(enum ng_status status, const struct ng_error *err)
{
    if (status == NG_OK)
        return;
    size_t length = strnlen(err->text, sizeof err->text);
    if (length < 10 || length == sizeof err->text || err->status != status) {
        fprintf(stderr, "status %d with the sentence '%.*s'\n", status, (int)length,
                err->text);
        abort();
    }
}
