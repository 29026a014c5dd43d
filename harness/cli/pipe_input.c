#include "harness/cli/pipe_input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ng_status cannot_read(const struct ng_pipe_input *input,
                                  struct ng_error *err)
{
    return ng_fail(err, NG_FAILED, "%s cannot be read: %s.", input->name,
                   strerror(errno));
}

/* Bytes as they come, those held first; *got < want only at the end. */
static enum ng_status read_bytes(struct ng_pipe_input *input, void *to, size_t want,
                                 size_t *got, struct ng_error *err)
{
    size_t held = input->held_bytes - input->held_at;
    *got = held < want ? held : want;
    memcpy(to, input->held + input->held_at, *got);
    input->held_at += *got;
    while (*got < want) {
        ssize_t count = read(input->fd, (char *)to + *got, want - *got);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return cannot_read(input, err);
        if (count == 0)
            break;
        *got += (size_t)count;
    }
    return NG_OK;
}

/* -- opening -------------------------------------------------------------------------
 */

static enum ng_status open_path(struct ng_pipe_input *input, const char *path,
                                struct ng_error *err)
{
    input->name = path;
    input->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    input->owned = true;
    if (input->fd >= 0)
        return NG_OK;
    enum ng_status status = errno == ENOENT || errno == ENOTDIR       ? NG_ABSENT
                            : errno == ELOOP || errno == ENAMETOOLONG ? NG_INVALID
                                                                      : NG_FAILED;
    return ng_fail(err, status, "%s cannot be opened for reading: %s.", path,
                   strerror(errno));
}

static enum ng_status look(struct ng_pipe_input *input, uint64_t *bytes,
                           struct ng_error *err)
{
    struct stat about;
    *bytes = 0;
    if (fstat(input->fd, &about) != 0)
        return cannot_read(input, err);
    if (S_ISDIR(about.st_mode))
        return ng_fail(err, NG_INVALID, "%s is a folder; a file was expected.",
                       input->name);
    if (isatty(input->fd))
        return ng_fail(err, NG_INVALID,
                       "%s is a terminal; a FILE, a pipe or '< FILE' was expected.",
                       input->name);
    off_t at = lseek(input->fd, 0, SEEK_CUR);
    input->seekable = S_ISREG(about.st_mode) && at >= 0;
    input->data = at;
    /* Files of /proc say 0 and hold something. */
    input->counted = input->seekable && about.st_size > 0;
    if (input->counted && about.st_size > at)
        *bytes = (uint64_t)(about.st_size - at);
    return NG_OK;
}

static const char *numpy_name(enum ng_array_type type)
{
    static const char *const names[NG_ARRAY_TYPES] = {
        "bool",  "uint8",   "int8",    "uint16",  "int16",  "uint32", "int32", "uint64",
        "int64", "float16", "float32", "float64", "uint16", "uint8",  "uint8", "uint8"};
    return names[type];
}

static enum ng_status check_head(const struct ng_pipe_input *input,
                                 const struct ng_npy_head *head, struct ng_error *err)
{
    const char *expected = numpy_name(input->type);
    /* An array of int8 has the bits of its codes. */
    bool fits = head->array.type == input->type ||
                (input->type == NG_ARRAY_U8 && head->array.type == NG_ARRAY_I8);
    /* Other numbers can be made FP32 ones; what are no codes cannot be made codes. */
    bool number = head->array.type == NG_ARRAY_F16 || head->array.type == NG_ARRAY_F64;
    if (!fits && input->type == NG_ARRAY_F32 && number)
        return ng_fail(err, NG_INVALID,
                       "%s holds %s, where float32 was expected (%s each); in NumPy, "
                       "x.astype('float32') makes it.",
                       input->name, numpy_name(head->array.type), input->what);
    if (!fits)
        return ng_fail(err, NG_INVALID,
                       "%s holds %s, where %s was expected (%s each). Are the file and "
                       "the options right?",
                       input->name, numpy_name(head->array.type), expected,
                       input->what);
    if (head->big_endian && input->element_bytes > 1)
        return ng_fail(err, NG_INVALID,
                       "%s holds big-endian elements, where little-endian ones were "
                       "expected; in NumPy, x.astype('<%c%zu') makes them.",
                       input->name, input->type == NG_ARRAY_F32 ? 'f' : 'u',
                       input->element_bytes);
    if (head->fortran && head->array.rank > 1)
        return ng_fail(err, NG_INVALID,
                       "%s is in Fortran order, where rows were expected one after the "
                       "other; in NumPy, np.ascontiguousarray(x) makes that.",
                       input->name);
    return NG_OK;
}

/* The head of a .npy file, whose first bytes are held. */
static enum ng_status read_head(struct ng_pipe_input *input, uint64_t bytes,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_npy_head head;
    unsigned char *text = NULL;
    size_t length, got;
    NG_TRY(ng_npy_head_measure(input->name, input->held, &length, err));
    if (length < NG_NPY_START_BYTES)
        length = NG_NPY_START_BYTES; /* no whole header: its reader says so */
    text = malloc(length);
    if (text == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the header of %s.", input->name));
    NG_TRY(read_bytes(input, text, length, &got, err));
    NG_TRY(ng_npy_head_read(input->name, text, got, &head, err));
    NG_TRY(check_head(input, &head, err));
    uint64_t data = (uint64_t)head.array.count * input->element_bytes;
    if (input->counted && bytes - length != data)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s holds %" PRIu64 " bytes behind its header, where its shape "
                       "asks for %" PRIu64 ".",
                       input->name, bytes - length, data));
    input->npy = true;
    input->shape = head.array;
    input->counted = true;
    input->count = head.array.count;
    input->data += (off_t)length;
out:
    free(text);
    return status;
}

static enum ng_status read_start(struct ng_pipe_input *input, const char *path,
                                 uint64_t bytes, struct ng_error *err)
{
    enum ng_status status =
        read_bytes(input, input->held, sizeof input->held, &input->held_bytes, err);
    if (status != NG_OK)
        return status;
    input->held_at = 0;
    bool whole = input->held_bytes == sizeof input->held;
    if (whole && ng_npy_is_begun(input->held))
        return read_head(input, bytes, err);
    if (path != NULL && ng_npy_is_called(path))
        return ng_fail(err, NG_INVALID,
                       whole || memcmp(input->held, "\x93NUMPY",
                                       input->held_bytes < 6 ? input->held_bytes : 6)
                           ? "%s is not a .npy file."
                           : "%s is cut off: it ends within its header.",
                       path);
    input->count = bytes / input->element_bytes;
    if (input->counted && bytes % input->element_bytes != 0)
        return ng_fail(err, NG_INVALID,
                       "%s holds %" PRIu64 " bytes, which is no multiple of the %zu "
                       "bytes of %s.",
                       input->name, bytes, input->element_bytes, input->what);
    return NG_OK;
}

enum ng_status ng_pipe_input_open(struct ng_pipe_input *input, const char *path,
                                  enum ng_array_type type, const char *what,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    uint64_t bytes;
    bool standard = path == NULL || strcmp(path, "-") == 0;
    *input = (struct ng_pipe_input){.name = "The standard input",
                                    .what = what,
                                    .fd = STDIN_FILENO,
                                    .open = true,
                                    .type = type,
                                    .element_bytes = ng_array_type_bytes(type)};
    if (!standard)
        NG_TRY(open_path(input, path, err));
    NG_TRY(look(input, &bytes, err));
    NG_TRY(read_start(input, standard ? NULL : path, bytes, err));
out:
    if (status != NG_OK)
        ng_pipe_input_close(input);
    return status;
}

/* -- reading -------------------------------------------------------------------------
 */

enum ng_status ng_pipe_input_read(struct ng_pipe_input *input, void *to, size_t want,
                                  size_t *got, struct ng_error *err)
{
    size_t bytes;
    if (input->counted && input->count - input->taken < want)
        want = (size_t)(input->count - input->taken);
    enum ng_status status =
        read_bytes(input, to, want * input->element_bytes, &bytes, err);
    *got = bytes / input->element_bytes;
    input->taken += *got;
    if (status != NG_OK)
        return status;
    if (bytes % input->element_bytes != 0)
        return ng_fail(err, NG_INVALID,
                       "%s ends after %zu of the %zu bytes of %s, behind %" PRIu64
                       " whole ones.",
                       input->name, bytes % input->element_bytes, input->element_bytes,
                       input->what, input->taken);
    if (*got < want && input->counted)
        return ng_fail(err, NG_INVALID,
                       "%s is cut off: it ends after %" PRIu64 " of %" PRIu64
                       " elements.",
                       input->name, input->taken, input->count);
    return NG_OK;
}

enum ng_status ng_pipe_input_end(struct ng_pipe_input *input, struct ng_error *err)
{
    char more;
    size_t got;
    bool same_file = input->seekable && input->counted;
    if (same_file && input->taken == input->count)
        return NG_OK; /* its size was looked at; what was added since is not asked for */
    enum ng_status status = read_bytes(input, &more, 1, &got, err);
    if (status == NG_OK && got > 0)
        return ng_fail(err, NG_INVALID,
                       "%s goes on behind the %" PRIu64 " elements that were expected.",
                       input->name, input->taken);
    return status;
}

enum ng_status ng_pipe_input_rewind(struct ng_pipe_input *input, struct ng_error *err)
{
    input->held_bytes = input->held_at = 0;
    input->taken = 0;
    return lseek(input->fd, input->data, SEEK_SET) < 0 ? cannot_read(input, err)
                                                       : NG_OK;
}

void ng_pipe_input_close(struct ng_pipe_input *input)
{
    if (input->open && input->owned && input->fd >= 0)
        close(input->fd);
    *input = (struct ng_pipe_input){.fd = -1};
}
