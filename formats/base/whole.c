#include "formats/base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LONGEST_PATH 4096

static bool put(int fd, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t done = write(fd, bytes, count);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            errno = done == 0 ? ENOSPC : errno;
            return false;
        }
        bytes += done;
        count -= (size_t)done;
    }
    return true;
}

static bool put_all(int fd, const struct ng_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!put(fd, pieces[i].data, pieces[i].bytes))
            return false;
    return fsync(fd) == 0;
}

static bool sync_folder_of(const char *path)
{
    char folder[LONGEST_PATH];
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    memcpy(folder, path, length);
    folder[length] = '\0';
    const char *name = slash == NULL ? "." : (length == 0 ? "/" : folder);
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    /* Some file systems cannot sync a folder and say EINVAL. */
    bool done = fsync(fd) == 0 || errno == EINVAL;
    int why = errno;
    close(fd);
    errno = why;
    return done;
}

enum ng_status ng_whole_write(const char *path, const struct ng_piece *pieces,
                              size_t count, struct ng_error *err)
{
    char part[LONGEST_PATH];
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return ng_fail(err, NG_INVALID, "the path %.100s... is too long", path);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return ng_fail(err, NG_FAILED,
                       "cannot create %s: %s; what was there is unchanged", part,
                       strerror(errno));
    bool done = put_all(fd, pieces, count);
    int why = errno;
    if (close(fd) != 0 && done) {
        done = false;
        why = errno;
    }
    if (done && rename(part, path) != 0) {
        done = false;
        why = errno;
    }
    if (!done) {
        unlink(part);
        return ng_fail(err, NG_FAILED,
                       "cannot write %s: %s; what was there is unchanged", path,
                       strerror(why));
    }
    if (!sync_folder_of(path))
        return ng_fail(err, NG_FAILED, "cannot sync the folder of %s: %s", path,
                       strerror(errno));
    return NG_OK;
}
