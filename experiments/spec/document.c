#include "experiments/spec/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiments/spec/diagnose.h"

#define ECHO_BEFORE                                                                    \
    56 /* characters of a long line that are shown left of the caret                   \
        */
#define ECHO_AFTER 32

/* Bytes of the character at p, or 0 where no well-formed UTF-8 starts (RFC 3629: no
 * overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t decode(const unsigned char *p, size_t left, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (left == 0)
        return 0;
    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    size_t length = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || length > left)
        return 0;
    *code = p[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (p[i] & 0x3F);
    }
    bool surrogate = *code >= 0xD800 && *code <= 0xDFFF;
    return *code < least[length] || surrogate || *code > 0x10FFFF ? 0 : length;
}

/* The line breaks of YAML 1.1, section 5.4. */
static bool is_break(uint32_t code)
{
    return code == '\n' || code == '\r' || code == 0x85 || code == 0x2028 ||
           code == 0x2029;
}

static bool is_control(uint32_t code)
{
    return (code < 0x20 && code != '\t') || (code >= 0x7F && code < 0xA0) ||
           code == 0xFEFF || (code & 0xFFFE) == 0xFFFE;
}

/* Marks that reorder or hide text would let an echoed line look like another one. */
static bool is_printable(uint32_t code)
{
    bool directs = (code >= 0x202A && code <= 0x202E) ||
                   (code >= 0x2066 && code <= 0x2069) ||
                   (code >= 0x200B && code <= 0x200F);
    return !is_control(code) && !is_break(code) && !directs;
}

/* Walks the text until something is wrong with it or `stop` bytes were seen. */
static const char *walk(const struct ng_document *document, struct ng_mark *mark)
{
    const unsigned char *p = (const unsigned char *)document->text;
    *mark = (struct ng_mark){.document = document};
    for (size_t i = 0, step; i < document->length; i += step) {
        uint32_t code = 0;
        step = decode(p + i, document->length - i, &code);
        if (step == 0)
            return "not UTF-8, expected a text in UTF-8";
        if (code == 0)
            return "a zero byte, expected text";
        if (is_control(code) && !is_break(code))
            return "a control character, expected text";
        if (is_break(code)) {
            if (code == '\r' && i + 1 < document->length && p[i + 1] == '\n')
                step = 2;
            mark->line++;
            mark->column = 0;
        } else {
            mark->column++;
        }
    }
    return NULL;
}

static enum ng_status check_text(struct ng_document *document, struct ng_error *err)
{
    if (document->length > NG_DOCUMENT_LARGEST)
        return ng_fail(err, NG_INVALID,
                       "%.200s: error: the text has %zu bytes, expected at most %d",
                       document->name, document->length, NG_DOCUMENT_LARGEST);
    if (document->length >= 3 && memcmp(document->text, "\xEF\xBB\xBF", 3) == 0) {
        document->text += 3; /* a byte order mark: harmless, and common on Windows */
        document->length -= 3;
    }
    struct ng_mark mark;
    const char *fault = walk(document, &mark);
    if (fault == NULL)
        return NG_OK;
    struct ng_diagnosis diagnosis = {0};
    ng_diagnose(&diagnosis, mark, NULL, "%s", fault);
    return ng_diagnosis_end(&diagnosis, err);
}

static enum ng_status read_open(int file, const char *path, struct ng_arena *arena,
                                struct ng_document *document, struct ng_error *err)
{
    struct stat facts;
    if (fstat(file, &facts) != 0)
        return ng_fail(err, NG_INVALID, "%.200s: error: cannot be read: %s", path,
                       strerror(errno));
    if (!S_ISREG(facts.st_mode))
        return ng_fail(err, NG_INVALID, "%.200s: error: %s, expected a file", path,
                       S_ISDIR(facts.st_mode) ? "is a folder" : "is not a plain file");
    if (facts.st_size > NG_DOCUMENT_LARGEST)
        return ng_fail(err, NG_INVALID,
                       "%.200s: error: the file has %lld bytes, expected at most %d",
                       path, (long long)facts.st_size, NG_DOCUMENT_LARGEST);
    size_t size = (size_t)facts.st_size;
    char *text = ng_arena_alloc(arena, size + 1);
    if (text == NULL)
        return ng_fail(err, NG_FAILED, "%.200s: error: out of memory", path);
    while (document->length < size) {
        ssize_t got = read(file, text + document->length, size - document->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ng_fail(err, NG_INVALID, "%.200s: error: cannot be read: %s", path,
                           strerror(errno));
        if (got == 0)
            break;
        document->length += (size_t)got;
    }
    document->text = text;
    document->device = facts.st_dev;
    document->inode = facts.st_ino;
    return NG_OK;
}

/* The part of the path before its last component, with the slash. */
static const char *folder_of(const char *path, struct ng_arena *arena)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? ""
                         : ng_arena_text_n(arena, path, (size_t)(slash + 1 - path));
}

enum ng_status ng_document_read(const char *path, struct ng_arena *arena,
                                struct ng_document **document, struct ng_error *err)
{
    struct ng_document *made = ng_arena_alloc(arena, sizeof *made);
    if (made == NULL)
        return ng_fail(err, NG_FAILED, "%.200s: error: out of memory", path);
    made->name = ng_arena_text(arena, path);
    made->folder = folder_of(path, arena);
    if (made->name == NULL || made->folder == NULL)
        return ng_fail(err, NG_FAILED, "%.200s: error: out of memory", path);
    /* Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever. */
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return ng_fail(err, NG_INVALID, "%.200s: error: cannot be opened: %s", path,
                       strerror(errno));
    enum ng_status status = read_open(file, path, arena, made, err);
    close(file);
    if (status != NG_OK)
        return status;
    *document = made;
    return check_text(made, err);
}

enum ng_status ng_document_make(const char *name, const char *text,
                                struct ng_arena *arena, struct ng_document **document,
                                struct ng_error *err)
{
    struct ng_document *made = ng_arena_alloc(arena, sizeof *made);
    char *copy = ng_arena_text(arena, text);
    char *own_name = ng_arena_text(arena, name);
    if (made == NULL || copy == NULL || own_name == NULL)
        return ng_fail(err, NG_FAILED, "%.200s: error: out of memory", name);
    *made = (struct ng_document){
        .name = own_name, .folder = "", .text = copy, .length = strlen(copy)};
    *document = made;
    return check_text(made, err);
}

/* Offset of the first byte of a line; the text's length where there is no such line. */
static size_t line_start(const struct ng_document *document, size_t line)
{
    const unsigned char *p = (const unsigned char *)document->text;
    size_t i = 0;
    while (line > 0 && i < document->length) {
        uint32_t code = 0;
        size_t step = decode(p + i, document->length - i, &code);
        if (step == 0)
            step = 1;
        else if (code == '\r' && i + 1 < document->length && p[i + 1] == '\n')
            step = 2;
        line -= step > 0 && is_break(code) ? 1 : 0;
        i += step;
    }
    return i;
}

struct ng_mark ng_document_clamp(struct ng_mark mark)
{
    const struct ng_document *document = mark.document;
    while (mark.line > 0 && line_start(document, mark.line) == document->length) {
        const unsigned char *p = (const unsigned char *)document->text;
        size_t i = line_start(document, --mark.line);
        for (mark.column = 0; i < document->length; mark.column++) {
            uint32_t code = 0;
            size_t step = decode(p + i, document->length - i, &code);
            if (step > 0 && is_break(code))
                break;
            i += step > 0 ? step : 1;
        }
    }
    return mark;
}

static void add_character(struct ng_text *text, const unsigned char *p, size_t step,
                          uint32_t code)
{
    /* A tab takes one column too, so that the caret stays below its place. */
    if (step > 0 && code == '\t')
        ng_text_add(text, " ");
    else if (step == 0 || !is_printable(code))
        ng_text_add(text, "?");
    else
        ng_text_add_n(text, (const char *)p, step);
}

void ng_document_echo(struct ng_mark mark, struct ng_text *text)
{
    const struct ng_document *document = mark.document;
    const unsigned char *p = (const unsigned char *)document->text;
    if (document->length == 0)
        return;
    bool cut = mark.column > ECHO_BEFORE + 3;
    size_t first = cut ? mark.column - ECHO_BEFORE : 0;
    size_t i = line_start(document, mark.line);
    ng_text_add(text, cut ? "\n    ..." : "\n    ");
    for (size_t column = 0; i < document->length; column++) {
        uint32_t code = 0;
        size_t step = decode(p + i, document->length - i, &code);
        if (step > 0 && is_break(code))
            break;
        if (column > mark.column + ECHO_AFTER) {
            ng_text_add(text, "...");
            break;
        }
        if (column >= first)
            add_character(text, p + i, step, code);
        i += step > 0 ? step : 1;
    }
    ng_text_printf(text, "\n    %*s^", (int)(mark.column - first + (cut ? 3 : 0)), "");
}
