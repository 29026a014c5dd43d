#include "harness/run/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "datasets/files/zip.h"
#include "harness/run/curl.h"

/* A curl whose parent was killed a moment ago may still be about to end. */
#define LOCK_TRIES   20
#define PAUSE_IN_NS  50000000L
#define TRANSFERS    5 /* of one file that is cut off again and again */
#define MEMBER_LIMIT ((size_t)1 << 31)
#define HASH_LETTERS 12
#define DAMAGED_MOST 100

static enum ng_status no_memory(struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "No memory for the names of files to fetch.");
}

/* ---- Paths ---------------------------------------------------------------------- */

/* A card may come from anywhere; it must not name a file outside the data folder. */
static bool stays_below(const char *path)
{
    if (path[0] == '/' || path[0] == '\0')
        return false;
    for (const char *at = path; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        size_t length = strcspn(at, "/");
        if (length == 0 || (length == 2 && strncmp(at, "..", 2) == 0))
            return false;
    }
    return true;
}

static bool has_scheme(const char *url)
{
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ||
           strncmp(url, "file://", 7) == 0;
}

/* Makes every folder above the file. */
static enum ng_status make_folders(const char *path, struct ng_arena *arena,
                                   struct ng_error *err)
{
    char *folder = ng_arena_text(arena, path);
    if (folder == NULL)
        return no_memory(err);
    for (char *at = strchr(folder + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(folder, 0777) != 0 && errno != EEXIST)
            return ng_fail(err, NG_FAILED, "Cannot make the folder %s: %s.", folder,
                           strerror(errno));
        *at = '/';
    }
    return NG_OK;
}

static enum ng_status put_in_place(int fd, const char *part, const char *path,
                                   struct ng_error *err)
{
    if (fsync(fd) != 0)
        return ng_fail(err, NG_FAILED, "Cannot write %s: %s.", part, strerror(errno));
    if (rename(part, path) != 0)
        return ng_fail(err, NG_FAILED, "Cannot put %s in its place: %s.", path,
                       strerror(errno));
    return NG_OK;
}

/* ---- One process per file ------------------------------------------------------- */

static bool is_same_file(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Opens and locks the .part. Between the two, the holder of the lock may have renamed it. */
static enum ng_status take_part(const char *part, int *taken, struct ng_error *err)
{
    *taken = -1;
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
        int fd = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0)
            return ng_fail(err, NG_FAILED, "Cannot write %s: %s.", part,
                           strerror(errno));
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_same_file(fd, part)) {
            *taken = fd;
            return NG_OK;
        }
        close(fd);
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_IN_NS}, NULL);
    }
    return ng_fail(err, NG_INVALID,
                   "Another process is fetching %s; wait until it has ended.", part);
}

static off_t size_of(int fd)
{
    struct stat found;
    return fstat(fd, &found) == 0 ? found.st_size : 0;
}

/* Leaves a .part that holds something, which a later call goes on with. */
static void let_part_go(int fd, const char *part)
{
    if (fd < 0)
        return;
    if (size_of(fd) == 0 && is_same_file(fd, part))
        unlink(part);
    close(fd);
}

/* ---- Transfers ------------------------------------------------------------------ */

static enum ng_status start_again(int fd, const char *part, struct ng_error *err)
{
    if (ftruncate(fd, 0) != 0)
        return ng_fail(err, NG_FAILED, "Cannot empty %s: %s.", part, strerror(errno));
    return NG_OK;
}

/* Fetches until all has come, going on where a transfer was cut off. */
static enum ng_status transfer(const struct ng_fetch *fetch, const char *url,
                               const char *part, int fd, struct ng_error *err)
{
    const struct ng_curl curl = {.url = url,
                                 .path = part,
                                 .progress = fetch->progress,
                                 .lock = fd,
                                 .stop = fetch->stop};
    for (int tries = 1;; tries++) {
        enum ng_curl_outcome outcome;
        off_t before = size_of(fd);
        enum ng_status status = ng_curl_run(&curl, &outcome, err);
        if (status == NG_OK || status == NG_INTERRUPTED || tries == TRANSFERS)
            return status;
        if (outcome == NG_CURL_NO_RESUME && before > 0)
            status = start_again(fd, part, err);
        else if (outcome == NG_CURL_CUT && size_of(fd) > before)
            status = NG_OK;
        if (status != NG_OK)
            return status;
    }
}

static enum ng_status refuse_digest(const char *what, const char *wanted,
                                    const char *got, struct ng_error *err)
{
    return ng_fail(err, NG_INVALID,
                   "%s is not the file that the card describes: expected SHA-256 %s, "
                   "got %s; nothing of it was kept.",
                   what, wanted, got);
}

/* Into the locked .part, verified. What an earlier call left may be part of another file, so
 * a wrong sum is believed only of a file that came in one piece. */
static enum ng_status download(const struct ng_fetch *fetch, const char *url,
                               const char *part, int fd, const char *wanted,
                               char sha256[NG_DIGEST_TEXT], struct ng_error *err)
{
    enum ng_status status;
    bool resumed = size_of(fd) > 0;
    if (resumed && wanted != NULL) {
        NG_TRY(ng_digest_file(part, sha256, err));
        if (strcmp(sha256, wanted) == 0)
            return NG_OK;
    }
    for (;;) {
        NG_TRY(transfer(fetch, url, part, fd, err));
        NG_TRY(ng_digest_file(part, sha256, err));
        if (wanted == NULL || strcmp(sha256, wanted) == 0)
            return NG_OK;
        NG_TRY(start_again(fd, part, err));
        if (!resumed)
            return refuse_digest(url, wanted, sha256, err);
        resumed = false;
    }
out:
    return status;
}

/* ---- Archives ------------------------------------------------------------------- */

static enum ng_status fetch_archive(struct ng_fetch *fetch, const char *url,
                                    struct ng_error *err)
{
    enum ng_status status;
    struct ng_digest digest;
    char hash[NG_DIGEST_TEXT], sha256[NG_DIGEST_TEXT];
    int fd = -1;
    ng_digest_begin(&digest);
    ng_digest_add_text(&digest, url);
    ng_digest_end(&digest, hash);
    char *path = ng_arena_printf(fetch->arena, "%s/archive-%.*s.zip", fetch->folder,
                                 HASH_LETTERS, hash);
    char *part = ng_arena_printf(fetch->arena, "%s.part", path == NULL ? "" : path);
    if (path == NULL || part == NULL)
        return no_memory(err);
    if (fetch->archive != NULL && strcmp(fetch->archive, path) != 0)
        ng_fetch_end(fetch);
    if (access(path, R_OK) != 0) {
        NG_TRY(take_part(part, &fd, err));
        NG_TRY(download(fetch, url, part, fd, NULL, sha256, err));
        NG_TRY(put_in_place(fd, part, path, err));
    }
    fetch->archive = path;
    status = NG_OK;
out:
    let_part_go(fd, part);
    return status;
}

static enum ng_status write_all(int fd, const char *part, const unsigned char *bytes,
                                size_t count, struct ng_error *err)
{
    while (count > 0) {
        ssize_t written = write(fd, bytes, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return ng_fail(err, NG_FAILED, "Cannot write %s: %s.", part,
                           strerror(errno));
        bytes += written;
        count -= (size_t)written;
    }
    return NG_OK;
}

/* The member of the archive into the locked .part, verified. */
static enum ng_status take_out(struct ng_fetch *fetch, const struct ng_card_file *file,
                               const char *part, int fd, char sha256[NG_DIGEST_TEXT],
                               struct ng_error *err)
{
    enum ng_status status;
    struct ng_digest digest;
    void *data = NULL;
    size_t bytes = 0;
    NG_TRY(fetch_archive(fetch, file->url, err));
    status =
        ng_zip_read(fetch->archive, file->member, MEMBER_LIMIT, &data, &bytes, err);
    if (status != NG_OK) {
        /* The archive is there: a member that is not is the card's fault. */
        err->status = status == NG_ABSENT ? NG_INVALID : status;
        status = ng_prefix(err, "The archive from %s: ", file->url);
        goto out;
    }
    ng_digest_begin(&digest);
    ng_digest_add(&digest, data, bytes);
    ng_digest_end(&digest, sha256);
    if (file->sha256 != NULL && strcmp(sha256, file->sha256) != 0) {
        const char *what = ng_arena_printf(fetch->arena, "%s in the archive from %s",
                                           file->member, file->url);
        NG_TRY(refuse_digest(what == NULL ? file->member : what, file->sha256, sha256,
                             err));
    }
    NG_TRY(start_again(fd, part, err));
    NG_TRY(write_all(fd, part, data, bytes, err));
out:
    free(data);
    return status;
}

void ng_fetch_end(struct ng_fetch *fetch)
{
    if (fetch->archive != NULL)
        unlink(fetch->archive);
    fetch->archive = NULL;
}

/* ---- One file of a card --------------------------------------------------------- */

enum state { STATE_ABSENT, STATE_RIGHT, STATE_WRONG };

static enum ng_status look_at(const char *path, const char *wanted, enum state *state,
                              struct ng_fetched *fetched, struct ng_error *err)
{
    struct stat found;
    *state = STATE_ABSENT;
    if (stat(path, &found) != 0 && errno == ENOENT)
        return NG_OK;
    enum ng_status status = ng_digest_file(path, fetched->sha256, err);
    if (status != NG_OK)
        return status;
    *state = wanted == NULL || strcmp(fetched->sha256, wanted) == 0 ? STATE_RIGHT
                                                                    : STATE_WRONG;
    fetched->bytes = (uint64_t)found.st_size;
    fetched->was_there = *state == STATE_RIGHT;
    return NG_OK;
}

static enum ng_status refuse_without_url(const struct ng_fetch *fetch, const char *path,
                                         enum state state, struct ng_error *err)
{
    return ng_fail(err, NG_ABSENT,
                   "%s %s, and its card has no address to fetch it from: get it from "
                   "its origin (%s) and put it there.",
                   path,
                   state == STATE_WRONG ? "is not the file that the card describes"
                                        : "is not there",
                   fetch->origin);
}

/* Gives what is in the way a name that is free. */
static enum ng_status set_aside(struct ng_fetch *fetch, const char *path,
                                struct ng_fetched *fetched, struct ng_error *err)
{
    for (int i = 1; i <= DAMAGED_MOST; i++) {
        char *name = i == 1 ? ng_arena_printf(fetch->arena, "%s.damaged", path)
                            : ng_arena_printf(fetch->arena, "%s.damaged%d", path, i);
        if (name == NULL)
            return no_memory(err);
        if (access(name, F_OK) == 0)
            continue;
        if (rename(path, name) != 0)
            return ng_fail(err, NG_FAILED, "Cannot rename %s to %s: %s.", path, name,
                           strerror(errno));
        fetched->damaged = name;
        return NG_OK;
    }
    return ng_fail(err, NG_INVALID,
                   "There are already %d damaged files beside %s; remove some.",
                   DAMAGED_MOST, path);
}

/* With the lock on the .part held. */
static enum ng_status fetch_locked(struct ng_fetch *fetch,
                                   const struct ng_card_file *file, const char *path,
                                   const char *part, int fd, struct ng_fetched *fetched,
                                   struct ng_error *err)
{
    enum ng_status status;
    enum state state;
    char sha256[NG_DIGEST_TEXT];
    /* Another process may have fetched it while this one waited. */
    NG_TRY(look_at(path, file->sha256, &state, fetched, err));
    if (state == STATE_RIGHT) {
        status = start_again(fd, part, err);
        goto out;
    }
    /* Without a sum nobody would notice that a part is of another file. */
    if (file->sha256 == NULL)
        NG_TRY(start_again(fd, part, err));
    if (file->member == NULL)
        NG_TRY(download(fetch, file->url, part, fd, file->sha256, sha256, err));
    else
        NG_TRY(take_out(fetch, file, part, fd, sha256, err));
    if (state == STATE_WRONG)
        NG_TRY(set_aside(fetch, path, fetched, err));
    memcpy(fetched->sha256, sha256, sizeof sha256);
    fetched->bytes = (uint64_t)size_of(fd);
    NG_TRY(put_in_place(fd, part, path, err));
out:
    return status;
}

enum ng_status ng_fetch_file(struct ng_fetch *fetch, const struct ng_card_file *file,
                             struct ng_fetched *fetched, struct ng_error *err)
{
    enum ng_status status;
    enum state state;
    int fd = -1;
    *fetched = (struct ng_fetched){0};
    if (!stays_below(file->path))
        return ng_fail(err, NG_INVALID,
                       "The card's path '%s' does not stay below the data folder.",
                       file->path);
    char *path = ng_arena_printf(fetch->arena, "%s/%s", fetch->folder, file->path);
    char *part = ng_arena_printf(fetch->arena, "%s.part", path == NULL ? "" : path);
    if (path == NULL || part == NULL)
        return no_memory(err);
    NG_TRY(look_at(path, file->sha256, &state, fetched, err));
    if (state == STATE_RIGHT)
        goto out;
    if (file->url == NULL)
        NG_TRY(refuse_without_url(fetch, path, state, err));
    if (!has_scheme(file->url))
        NG_TRY(ng_fail(err, NG_INVALID,
                       "The card's address '%s' does not begin with https://, http:// "
                       "or file://.",
                       file->url));
    NG_TRY(make_folders(path, fetch->arena, err));
    NG_TRY(take_part(part, &fd, err));
    NG_TRY(fetch_locked(fetch, file, path, part, fd, fetched, err));
out:
    let_part_go(fd, part);
    return status;
}
