#include "harness/run/curl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_KEPT 400 /* of what curl says when it fails */
#define LOOK_MS    200 /* between two looks at the wish to stop */

/* Exit codes of curl(1). */
enum {
    CURL_NOT_FOUND_OR_REFUSED = 22, /* the server answered 400 or above */
    CURL_WRITE = 23,
    CURL_PARTIAL = 18,
    CURL_RANGE = 33,
    CURL_BAD_RESUME = 36,
    CURL_EMPTY_REPLY = 52,
    CURL_RECEIVE = 56,
    CURL_STREAM = 92,
};

/* In the child: only calls that are allowed between fork and exec. A failure is told to the
 * parent as errno. */
static void become_curl(const struct ng_curl *curl, char *const argv[], int words,
                        int failure)
{
    int null = open("/dev/null", O_RDWR);
    if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(words, STDOUT_FILENO) >= 0 &&
        (curl->progress || dup2(null, STDERR_FILENO) >= 0) &&
        (curl->lock < 0 || fcntl(curl->lock, F_SETFD, 0) == 0))
        execvp(argv[0], argv);
    int reason = errno;
    ssize_t ignored = write(failure, &reason, sizeof reason);
    _exit(ignored > 0 ? 126 : 127);
}

/* Reads to the end; keeps the first words. Asks the child to end once *stop is raised. */
static bool drain(int file, pid_t child, const struct ng_curl *curl, char *kept,
                  size_t size)
{
    size_t length = 0;
    bool asked = false;
    for (;;) {
        char block[512];
        struct pollfd look = {.fd = file, .events = POLLIN};
        if (*curl->stop != 0 && !asked) {
            kill(child, SIGTERM);
            asked = true;
        }
        int ready = poll(&look, 1, LOOK_MS);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        ssize_t got = read(file, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        size_t room = size - 1 - length, take = (size_t)got < room ? (size_t)got : room;
        memcpy(kept + length, block, take);
        length += take;
    }
    kept[length] = '\0';
    return asked;
}

static enum ng_status start_failed(int reason, struct ng_error *err)
{
    if (reason == ENOENT)
        return ng_fail(err, NG_FAILED,
                       "Fetching needs the program curl, which is not installed: the "
                       "Debian and Ubuntu package is curl.");
    return ng_fail(err, NG_FAILED, "Cannot start curl: %s.", strerror(reason));
}

/* The server's words may hold anything; one line of printable ASCII is enough. */
static void make_plain(char *words)
{
    size_t length = strcspn(words, "\r\n");
    words[length] = '\0';
    for (size_t i = 0; i < length; i++)
        if (words[i] < ' ' || words[i] > '~')
            words[i] = '?';
}

/* words: "404 The requested URL returned error: 404". */
static enum ng_status judge_exit(const struct ng_curl *curl, int code, char *words,
                                 enum ng_curl_outcome *outcome, struct ng_error *err)
{
    make_plain(words);
    const char *reason = words + strcspn(words, " ");
    reason += *reason == ' ';
    *outcome = NG_CURL_FAILED;
    switch (code) {
    case 0:
        *outcome = NG_CURL_DONE;
        return NG_OK;
    case CURL_WRITE:
        return ng_fail(err, NG_FAILED,
                       "Cannot write %s (is the disk full?): curl says: %s.",
                       curl->path, reason);
    case CURL_RANGE:
    case CURL_BAD_RESUME:
        *outcome = NG_CURL_NO_RESUME;
        break;
    case CURL_NOT_FOUND_OR_REFUSED:
        if (strncmp(words, "416", 3) == 0) /* RFC 9110, 15.5.17: no such range */
            *outcome = NG_CURL_NO_RESUME;
        break;
    case CURL_PARTIAL:
    case CURL_EMPTY_REPLY:
    case CURL_RECEIVE:
    case CURL_STREAM:
        *outcome = NG_CURL_CUT;
        break;
    default:
        break;
    }
    return ng_fail(err, NG_FAILED, "Cannot fetch %s: curl ended with code %d: %s.",
                   curl->url, code, reason[0] == '\0' ? "it said nothing" : reason);
}

static enum ng_status judge(const struct ng_curl *curl, int exit_status, bool asked,
                            char *words, enum ng_curl_outcome *outcome,
                            struct ng_error *err)
{
    int ended_by = WIFSIGNALED(exit_status) ? WTERMSIG(exit_status) : 0;
    if (asked || *curl->stop != 0 || ended_by == SIGINT)
        return ng_fail(err, NG_INTERRUPTED,
                       "Interrupted; what came of %s is kept in %s, and the same "
                       "command goes on from there.",
                       curl->url, curl->path);
    if (ended_by != 0)
        return ng_fail(err, NG_FAILED, "curl was ended by signal %d (%s) on %s.",
                       ended_by, strsignal(ended_by), curl->url);
    return judge_exit(curl, WEXITSTATUS(exit_status), words, outcome, err);
}

static void close_both(int ends[2])
{
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* A pipe whose ends do not survive exec (dup2 makes the copy that does). */
static bool make_pipe(int ends[2])
{
    return pipe(ends) == 0 && fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

static enum ng_status run(const struct ng_curl *curl, char *const argv[],
                          enum ng_curl_outcome *outcome, struct ng_error *err)
{
    int words[2] = {-1, -1}, failure[2] = {-1, -1};
    enum ng_status status = NG_FAILED;
    pid_t child = -1;
    *outcome = NG_CURL_FAILED;
    if (make_pipe(words) && make_pipe(failure))
        child = fork();
    if (child == 0)
        become_curl(curl, argv, words[1], failure[1]);
    if (child < 0) {
        status = ng_fail(err, NG_FAILED, "Cannot start curl: %s.", strerror(errno));
        goto out;
    }
    close(words[1]);
    close(failure[1]);
    words[1] = failure[1] = -1;
    char said[WORDS_KEPT + 1];
    bool asked = drain(words[0], child, curl, said, sizeof said);
    int exit_status = 0, reason;
    while (waitpid(child, &exit_status, 0) < 0 && errno == EINTR)
        continue;
    status = read(failure[0], &reason, sizeof reason) == sizeof reason
                 ? start_failed(reason, err)
                 : judge(curl, exit_status, asked, said, outcome, err);
out:
    close_both(words);
    close_both(failure);
    return status;
}

enum ng_status ng_curl_run(const struct ng_curl *curl, enum ng_curl_outcome *outcome,
                           struct ng_error *err)
{
    /* -q comes first: no .curlrc, whose options could change what arrives. */
    const char *const words[] = {"curl",
                                 "-q",
                                 "--fail",
                                 "--location",
                                 "--globoff",
                                 "--proto",
                                 "=http,https,file",
                                 "--proto-redir",
                                 "=http,https",
                                 "--connect-timeout",
                                 "30",
                                 "--speed-limit",
                                 "1",
                                 "--speed-time",
                                 "60",
                                 "--retry",
                                 "3",
                                 "--continue-at",
                                 "-",
                                 "--write-out",
                                 "%{http_code} %{errormsg}",
                                 curl->progress ? "--progress-bar" : "--silent",
                                 "--output",
                                 curl->path,
                                 "--url",
                                 curl->url};
    enum { WORDS = sizeof words / sizeof words[0] };
    char *argv[WORDS + 1] = {NULL};
    /* execvp takes what it does not change without const. */
    memcpy(argv, words, sizeof words);
    return run(curl, argv, outcome, err);
}
