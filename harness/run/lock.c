#include "harness/run/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* Workers of a run that was killed a moment ago may still be about to die. */
#define TRIES       20
#define PAUSE_IN_NS 50000000L

static enum ng_status refuse(const char *folder, int fd, struct ng_error *err)
{
    char holder[32] = "";
    ssize_t length = pread(fd, holder, sizeof holder - 1, 0);
    if (length > 0)
        holder[strcspn(holder, "\n")] = '\0';
    return ng_fail(err, NG_INVALID,
                   "%s is in use by another narrowgauge run%s%s%s; wait until it has "
                   "ended, or give another folder with --out.",
                   folder, holder[0] == '\0' ? "" : " (process ", holder,
                   holder[0] == '\0' ? "" : ")");
}

enum ng_status ng_lock_take(const char *folder, int *fd, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char path[4096], holder[32];
    *fd = -1;
    int length = snprintf(path, sizeof path, "%s/.lock", folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return ng_fail(err, NG_INVALID, "The folder's name is too long: %.200s",
                       folder);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0)
        return ng_fail(err, NG_FAILED, "Cannot write to %s: %s.", folder,
                       strerror(errno));
    int tries = 0;
    while (flock(file, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK)
            NG_TRY(
                ng_fail(err, NG_FAILED, "Cannot lock %s: %s.", path, strerror(errno)));
        if (++tries == TRIES)
            NG_TRY(refuse(folder, file, err));
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_IN_NS}, NULL);
    }
    /* The number only helps people to find the process; a full disk may swallow it. */
    length = snprintf(holder, sizeof holder, "%ld\n", (long)getpid());
    if (ftruncate(file, 0) != 0 || pwrite(file, holder, (size_t)length, 0) != length)
        errno = 0;
    *fd = file;
    file = -1;
out:
    if (file >= 0)
        close(file);
    return status;
}
