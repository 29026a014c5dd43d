#include "reports/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/base/text.h"
#include "reports/escape.h"

extern char **environ;

#define WORDS_KEPT 700 /* of what gnuplot says when it fails */

/* The caller's environment with the C locale and without what steers gnuplot. Only the
 * array is new. */
static char **plain_environment(void)
{
    static char locale[] = "LC_ALL=C.UTF-8";
    static const char *const dropped[] = {
        "LC_ALL=", "GNUTERM=", "GNUPLOT_LIB=", "GNUPLOT_PS_DIR="};
    size_t count = 0;
    while (environ != NULL && environ[count] != NULL)
        count++;
    char **list = calloc(count + 2, sizeof *list);
    if (list == NULL)
        return NULL;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool drop = false;
        for (size_t k = 0; k < sizeof dropped / sizeof *dropped; k++)
            drop |= strncmp(environ[i], dropped[k], strlen(dropped[k])) == 0;
        if (!drop)
            list[kept++] = environ[i];
    }
    list[kept] = locale;
    return list;
}

/* In the child: only calls that are allowed between fork and exec. A failure is told to
 * the parent as one byte, 'c' for the folder and 'x' for the program, and errno. */
static void become_gnuplot(const char *folder, char *const argv[], char **environment,
                           int words, int failure)
{
    int null = open("/dev/null", O_RDWR);
    char what = 'c';
    if (null >= 0 && dup2(null, 0) >= 0 && dup2(null, 1) >= 0 && dup2(words, 2) >= 0 &&
        chdir(folder) == 0) {
        what = 'x';
        /* A Ctrl-C is for the program, which finishes this drawing and then stops. */
        signal(SIGINT, SIG_IGN);
        environ = environment;
        execvp(argv[0], argv);
    }
    int reason = errno;
    char message[1 + sizeof reason];
    message[0] = what;
    memcpy(message + 1, &reason, sizeof reason);
    ssize_t ignored = write(failure, message, sizeof message);
    _exit(ignored > 0 ? 126 : 127);
}

/* Reads to the end, so that the child never waits for us; keeps the first words. */
static void drain(int file, char *kept, size_t size, size_t *length)
{
    char block[1024];
    *length = 0;
    for (;;) {
        ssize_t got = read(file, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        size_t room = size - *length;
        size_t take = (size_t)got < room ? (size_t)got : room;
        memcpy(kept + *length, block, take);
        *length += take;
    }
}

static enum ng_status start_failed(const char *folder, const char *message,
                                   struct ng_error *err)
{
    int reason;
    memcpy(&reason, message + 1, sizeof reason);
    if (message[0] == 'x' && reason == ENOENT)
        return ng_fail(
            err, NG_FAILED,
            "the plots need the program gnuplot, which is not installed: the "
            "Debian and Ubuntu package is gnuplot-nox");
    if (message[0] == 'x')
        return ng_fail(err, NG_FAILED, "cannot start gnuplot: %s", strerror(reason));
    return ng_fail(err, NG_FAILED, "cannot start gnuplot in the folder %s: %s", folder,
                   strerror(reason));
}

static enum ng_status judge_exit(int exit_status, const char *folder,
                                 const char *script, char *words, struct ng_error *err)
{
    if (WIFEXITED(exit_status) && WEXITSTATUS(exit_status) == 0)
        return NG_OK;
    struct ng_text said = {0};
    ng_escape_plain(&said, words, WORDS_KEPT);
    const char *text = said.data != NULL ? said.data : "it said nothing";
    if (WIFSIGNALED(exit_status))
        ng_fail(err, NG_FAILED,
                "gnuplot was ended by signal %d while drawing %s/%s: %s",
                WTERMSIG(exit_status), folder, script, text);
    else
        ng_fail(err, NG_FAILED, "gnuplot ended with exit status %d on %s/%s: %s",
                WEXITSTATUS(exit_status), folder, script, text);
    ng_text_release(&said);
    return NG_FAILED;
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

enum ng_status ng_gnuplot_run(const char *folder, const char *script,
                              struct ng_error *err)
{
    char program[] = "gnuplot", defaults[] = "-d", command[] = "-e",
         suffix[] = "suffix='.part'";
    int words[2] = {-1, -1}, failure[2] = {-1, -1};
    char **environment = plain_environment();
    char *file = strdup(script);
    char *argv[] = {program, defaults, command, suffix, file, NULL};
    enum ng_status status = NG_FAILED;
    pid_t child = -1;
    if (environment != NULL && file != NULL && make_pipe(words) && make_pipe(failure))
        child = fork();
    if (child == 0)
        become_gnuplot(folder, argv, environment, words[1], failure[1]);
    if (child < 0) {
        ng_fail(err, NG_FAILED, "cannot start gnuplot: %s", strerror(errno));
        goto out;
    }
    close(words[1]);
    close(failure[1]);
    words[1] = failure[1] = -1;
    char said[WORDS_KEPT + 1], message[1 + sizeof(int)];
    size_t said_length, message_length;
    drain(words[0], said, sizeof said - 1, &said_length);
    said[said_length] = '\0';
    drain(failure[0], message, sizeof message, &message_length);
    int exit_status = 0;
    while (waitpid(child, &exit_status, 0) < 0 && errno == EINTR)
        continue;
    status = message_length == sizeof message
                 ? start_failed(folder, message, err)
                 : judge_exit(exit_status, folder, script, said, err);
out:
    close_both(words);
    close_both(failure);
    free(file);
    free(environment);
    return status;
}
