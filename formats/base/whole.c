#include "formats/base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
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

static bool is_same_file(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Only a file of no other name may be emptied: what a link stands for is somebody's. A
 * device is opened through a link, too; it says itself whether it takes the bytes, and it
 * cannot be synced, so that it never gets the name. */
static enum ng_status open_part(const char *part, int *opened, struct ng_error *err)
{
    struct stat about;
    int fd = open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0666);
    bool is_link = fd < 0 && errno == ELOOP;
    if (is_link)
        fd = open(part, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && !is_link)
        return ng_fail(err, NG_FAILED,
                       "cannot create %s: %s; what was there is unchanged", part,
                       strerror(errno));
    if (fd >= 0 && fstat(fd, &about) == 0 &&
        (S_ISCHR(about.st_mode) ||
         (!is_link && S_ISREG(about.st_mode) && about.st_nlink <= 1))) {
        *opened = fd;
        return NG_OK;
    }
    if (fd >= 0)
        close(fd);
    return ng_fail(err, NG_FAILED,
                   "%s is a link or no regular file, and is not written through; what "
                   "was there is unchanged, remove it or take another name",
                   part);
}

/* Opens, locks and empties the .part. Between the first two, the holder of the lock may have
 * renamed it. Where a file system has no locks there are none. */
static enum ng_status take_part(const char *part, bool wait, int *taken,
                                struct ng_error *err)
{
    for (;;) {
        int fd = -1, refused;
        enum ng_status status = open_part(part, &fd, err);
        if (status != NG_OK)
            return status;
        do
            refused = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
        while (refused != 0 && errno == EINTR);
        if (refused != 0 && errno == EWOULDBLOCK) {
            close(fd);
            return ng_fail(err, NG_FAILED,
                           "another process is writing %s; wait until it has ended",
                           part);
        }
        bool replaced = !is_same_file(fd, part);
        /* A device has no length: EINVAL. */
        if (!replaced && (ftruncate(fd, 0) == 0 || errno == EINVAL)) {
            *taken = fd;
            return NG_OK;
        }
        int why = errno;
        close(fd);
        if (!replaced)
            return ng_fail(err, NG_FAILED,
                           "cannot empty %s: %s; what was there is unchanged", part,
                           strerror(why));
    }
}

static enum ng_status cannot_write(const struct ng_whole *whole, int why,
                                   struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "cannot write %s: %s; what was there is unchanged",
                   whole->path, strerror(why));
}

/* Those of the file that will be replaced; until then its owner can open the .part, so that
 * one that is left behind is in nobody's way. */
static enum ng_status take_permissions(struct ng_whole *whole, struct ng_error *err)
{
    struct stat earlier;
    if (lstat(whole->path, &earlier) != 0 || !S_ISREG(earlier.st_mode))
        return NG_OK;
    whole->keeps_mode = true;
    whole->mode = earlier.st_mode & 0777;
    return fchmod(whole->fd, whole->mode | 0600) == 0 ? NG_OK
                                                      : cannot_write(whole, errno, err);
}

static enum ng_status begin(struct ng_whole *whole, const char *path, bool wait,
                            struct ng_error *err)
{
    *whole = (struct ng_whole){.fd = -1};
    size_t length = strlen(path);
    if (length + sizeof ".part" > LONGEST_PATH)
        return ng_fail(err, NG_INVALID, "the path %.100s... is too long", path);
    whole->path = strdup(path);
    whole->part = malloc(length + sizeof ".part");
    if (whole->path == NULL || whole->part == NULL) {
        ng_whole_abandon(whole);
        return ng_fail(err, NG_FAILED, "no memory to write %s", path);
    }
    memcpy(whole->part, path, length);
    memcpy(whole->part + length, ".part", sizeof ".part");
    enum ng_status status = take_part(whole->part, wait, &whole->fd, err);
    if (status == NG_OK)
        status = take_permissions(whole, err);
    if (status != NG_OK)
        ng_whole_abandon(whole);
    return status;
}

enum ng_status ng_whole_begin(struct ng_whole *whole, const char *path,
                              struct ng_error *err)
{
    return begin(whole, path, false, err);
}

enum ng_status ng_whole_add(struct ng_whole *whole, const void *data, size_t bytes,
                            struct ng_error *err)
{
    return put(whole->fd, data, bytes) ? NG_OK : cannot_write(whole, errno, err);
}

enum ng_status ng_whole_amend(struct ng_whole *whole, const void *data, size_t bytes,
                              struct ng_error *err)
{
    if (lseek(whole->fd, 0, SEEK_SET) != 0 || !put(whole->fd, data, bytes) ||
        lseek(whole->fd, 0, SEEK_END) < 0)
        return cannot_write(whole, errno, err);
    return NG_OK;
}

enum ng_status ng_whole_sync(struct ng_whole *whole, struct ng_error *err)
{
    return fsync(whole->fd) == 0 ? NG_OK : cannot_write(whole, errno, err);
}

enum ng_status ng_whole_end(struct ng_whole *whole, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    /* The name is given away while the lock is held. */
    if ((whole->keeps_mode && fchmod(whole->fd, whole->mode) != 0) ||
        fsync(whole->fd) != 0 || rename(whole->part, whole->path) != 0)
        NG_TRY(cannot_write(whole, errno, err));
    free(whole->part);
    whole->part = NULL;
    if (close(whole->fd) != 0)
        status = cannot_write(whole, errno, err);
    whole->fd = -1;
    if (status == NG_OK && !sync_folder_of(whole->path))
        status = ng_fail(err, NG_FAILED, "cannot sync the folder of %s: %s",
                         whole->path, strerror(errno));
out:
    ng_whole_abandon(whole);
    return status;
}

void ng_whole_abandon(struct ng_whole *whole)
{
    if (whole->part != NULL && whole->fd >= 0) {
        unlink(whole->part);
        close(whole->fd);
    }
    free(whole->part);
    free(whole->path);
    *whole = (struct ng_whole){.fd = -1};
}

enum ng_status ng_whole_write(const char *path, const struct ng_piece *pieces,
                              size_t count, struct ng_error *err)
{
    enum ng_status status;
    struct ng_whole whole;
    NG_TRY(begin(&whole, path, true, err));
    for (size_t i = 0; i < count; i++)
        NG_TRY(ng_whole_add(&whole, pieces[i].data, pieces[i].bytes, err));
    NG_TRY(ng_whole_end(&whole, err));
out:
    ng_whole_abandon(&whole);
    return status;
}
