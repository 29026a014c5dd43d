#include "harness/cli/pipe_output.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum ng_status ng_pipe_output_check(const char *path, struct ng_error *err)
{
    struct stat about;
    if (path == NULL && isatty(STDOUT_FILENO))
        return ng_fail(err, NG_INVALID,
                       "The standard output is a terminal, which shows no binary data; "
                       "add -o FILE, > FILE or a pipe.");
    if (path != NULL && lstat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return ng_fail(err, NG_INVALID,
                       "%s is not a regular file but a folder; the name of a file was "
                       "expected.",
                       path);
    /* Renaming would put a file in its place: of /dev/null, say. */
    if (path != NULL && lstat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return ng_fail(err, NG_INVALID,
                       "%s is not a regular file, and is not replaced by one.", path);
    return NG_OK;
}

/* -- what a signal finds -------------------------------------------------------------
 */

/* The .part files that are open; a process that is told to end takes them along. */
static const char *volatile parts[2];

static void remove_parts(int number)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i] != NULL)
            unlink(parts[i]);
    raise(number); /* as before: SA_RESETHAND */
}

static void watch_part(const char *part)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before,
        action = {.sa_handler = remove_parts, .sa_flags = (int)SA_RESETHAND};
    parts[parts[0] != NULL] = part;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(numbers[i], &action, NULL);
}

static void forget_part(const char *part)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i] == part)
            parts[i] = NULL;
}

/* -- writing -------------------------------------------------------------------------
 */

static void hold_sigpipe(struct ng_pipe_output *output)
{
    struct sigaction before, ignore = {.sa_handler = SIG_IGN};
    output->dies =
        sigaction(SIGPIPE, &ignore, &before) == 0 && before.sa_handler == SIG_DFL;
}

enum ng_status ng_pipe_output_begin(struct ng_pipe_output *output, const char *path,
                                    const struct ng_array *shape, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char head[NG_NPY_HEAD_BYTES];
    *output = (struct ng_pipe_output){.file = path != NULL, .shape = *shape};
    if (!output->file) {
        hold_sigpipe(output);
    } else {
        NG_TRY(ng_whole_begin(&output->whole, path, err));
        watch_part(output->whole.part);
        output->npy = ng_npy_is_called(path);
    }
    output->open = true;
    if (output->npy)
        NG_TRY(ng_whole_add(&output->whole, head, ng_npy_head_write(shape, head), err));
out:
    return status;
}

static enum ng_status write_out(struct ng_pipe_output *output, const char *bytes,
                                size_t count, struct ng_error *err)
{
    size_t width = ng_array_type_bytes(output->shape.type);
    size_t done = 0;
    while (done < count) {
        ssize_t written = write(STDOUT_FILENO, bytes + done, count - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            int why = written == 0 ? ENOSPC : errno;
            output->elements += done / width;
            output->broken = why == EPIPE;
            return ng_fail(err, NG_FAILED, "Cannot write to the standard output: %s.",
                           strerror(why));
        }
        done += (size_t)written;
    }
    output->elements += count / width;
    return NG_OK;
}

enum ng_status ng_pipe_output_add(struct ng_pipe_output *output, const void *elements,
                                  size_t count, struct ng_error *err)
{
    size_t bytes = count * ng_array_type_bytes(output->shape.type);
    if (!output->file)
        return write_out(output, elements, bytes, err);
    output->elements += count;
    return ng_whole_add(&output->whole, elements, bytes, err);
}

enum ng_status ng_pipe_output_finish(struct ng_pipe_output *output,
                                     struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char head[NG_NPY_HEAD_BYTES];
    if (!output->open || !output->file)
        return NG_OK;
    if (output->npy && output->shape.rank == 1) {
        output->shape.size[0] = (size_t)output->elements;
        NG_TRY(ng_whole_amend(&output->whole, head,
                              ng_npy_head_write(&output->shape, head), err));
    }
    NG_TRY(ng_whole_sync(&output->whole, err));
out:
    return status;
}

enum ng_status ng_pipe_output_end(struct ng_pipe_output *output, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    if (!output->open)
        return NG_OK;
    if (output->file) {
        forget_part(output->whole.part);
        NG_TRY(ng_whole_end(&output->whole, err));
    }
    output->open = false;
out:
    return status;
}

void ng_pipe_output_abandon(struct ng_pipe_output *output, struct ng_error *err)
{
    if (!output->open)
        return;
    output->open = false;
    if (output->file) {
        forget_part(output->whole.part);
        ng_whole_abandon(&output->whole);
    } else if (output->elements > 0) {
        size_t length = strlen(err->text);
        snprintf(err->text + length, sizeof err->text - length,
                 "%s The %" PRIu64
                 " element%s before went to the standard output already "
                 "and cannot be called back.",
                 length > 0 && err->text[length - 1] != '.' ? "." : "",
                 output->elements, output->elements == 1 ? "" : "s");
    }
}

void ng_pipe_output_leave(const struct ng_pipe_output *output)
{
    if (!output->broken || !output->dies)
        return;
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}
