/*
 * The reader "text": a stream of characters for predicting the next one.
 *
 * A token is a Unicode character (UTF-8, RFC 3629). The vocabulary is every character of all
 * files, in the order of code points; each is a class. Files of role all are cut once: the
 * last round(characters * test_share) of each are its test part, so that no test window lies
 * among training text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/bytes.h"
#include "datasets/load.h"
#include "datasets/readers.h"

#define MOST_CHARACTERS ((size_t)1 << 30)
#define CODE_POINTS     0x110000

struct stream {
    uint32_t *points; /* code points of all files */
    size_t count, capacity;
};

static enum ng_status add_point(struct ng_load *load, struct stream *stream,
                                uint32_t point, struct ng_error *err)
{
    if (stream->count == stream->capacity) {
        size_t capacity = stream->capacity > 0 ? 2 * stream->capacity : 1 << 16;
        uint32_t *points = realloc(stream->points, capacity * sizeof *points);
        if (points == NULL)
            return ng_load_no_memory(load, err);
        stream->points = points;
        stream->capacity = capacity;
    }
    stream->points[stream->count++] = point;
    return NG_OK;
}

/* Length of the character that begins at byte, and its code point; 0: no UTF-8. */
static size_t decode(const unsigned char *byte, size_t left, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = *byte < 0x80             ? 1
                    : (*byte & 0xE0) == 0xC0 ? 2
                    : (*byte & 0xF0) == 0xE0 ? 3
                    : (*byte & 0xF8) == 0xF0 ? 4
                                             : 0;
    if (length == 0 || length > left)
        return 0;
    *point = length == 1 ? *byte : *byte & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
        *point = *point << 6 | (byte[i] & 0x3FU);
    }
    if (*point < least[length] || *point >= CODE_POINTS ||
        (*point >= 0xD800 && *point < 0xE000))
        return 0;
    return length;
}

static enum ng_status read_points(struct ng_load *load, const char *path,
                                  struct stream *stream, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    static const size_t block = 1 << 16;
    struct ng_bytes bytes = {0};
    size_t kept = 0, got, start = stream->count;
    unsigned char *buffer = malloc(block);
    if (buffer == NULL)
        NG_TRY(ng_load_no_memory(load, err));
    NG_TRY(ng_bytes_open(&bytes, path, err));
    do {
        NG_TRY(ng_bytes_read(&bytes, buffer + kept, block - kept, &got, err));
        size_t have = kept + got, at = 0;
        bool last = have < block;
        /* A character may go on in the next block. */
        while (at < have && (last || have - at >= 4)) {
            uint32_t point = 0;
            size_t length = decode(buffer + at, have - at, &point);
            if (length == 0 || point == 0)
                NG_TRY(ng_fail(err, NG_INVALID,
                               "%s, character %zu, is %s; UTF-8 text was expected.",
                               path, stream->count - start + 1,
                               length == 0 ? "no UTF-8" : "a zero byte"));
            if (stream->count == MOST_CHARACTERS)
                NG_TRY(ng_fail(err, NG_INVALID,
                               "%s has more than %zu characters, which is the limit.",
                               path, MOST_CHARACTERS));
            NG_TRY(add_point(load, stream, point, err));
            at += length;
        }
        kept = have - at;
        memmove(buffer, buffer + at, kept);
    } while (got > 0);
    if (stream->count == start)
        NG_TRY(ng_fail(err, NG_INVALID, "%s is empty; a text was expected.", path));
out:
    free(buffer);
    ng_bytes_close(&bytes);
    return status;
}

/* "e", "newline", "U+0007". */
static char *name_point(struct ng_arena *arena, uint32_t point)
{
    static const struct {
        uint32_t point;
        const char *name;
    } named[] = {{'\n', "newline"}, {' ', "space"}, {'\t', "tab"}, {'\r', "return"}};
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (named[i].point == point)
            return ng_arena_text(arena, named[i].name);
    if (point > ' ' && point < 0x7F)
        return ng_arena_printf(arena, "%c", (int)point);
    return ng_arena_printf(arena, "U+%04X", (unsigned)point);
}

/* number[point] becomes the token of every character that occurs. */
static enum ng_status make_vocabulary(struct ng_load *load, const struct stream *stream,
                                      uint16_t *number, struct ng_texts *classes,
                                      struct ng_error *err)
{
    unsigned char *occurs = ng_arena_alloc(&load->scratch, CODE_POINTS);
    if (occurs == NULL)
        return ng_load_no_memory(load, err);
    for (size_t i = 0; i < stream->count; i++)
        occurs[stream->points[i]] = 1;
    for (size_t point = 0; point < CODE_POINTS; point++)
        classes->count += occurs[point];
    if (classes->count > UINT16_MAX)
        return ng_fail(err, NG_INVALID,
                       "The data set %s has %zu different characters; at most %d were "
                       "expected.",
                       load->card->name, classes->count, UINT16_MAX);
    classes->values = ng_arena_array(&load->scratch, classes->count, sizeof(char *));
    if (classes->values == NULL)
        return ng_load_no_memory(load, err);
    size_t next = 0;
    for (uint32_t point = 0; point < CODE_POINTS; point++) {
        if (!occurs[point])
            continue;
        classes->values[next] = name_point(&load->scratch, point);
        if (classes->values[next] == NULL)
            return ng_load_no_memory(load, err);
        number[point] = (uint16_t)next++;
    }
    return NG_OK;
}

static enum ng_status add_tokens(struct ng_load *load, struct ng_split *split,
                                 const uint32_t *points, size_t count,
                                 const uint16_t *number, struct ng_error *err)
{
    if (split->token == NULL || count == 0)
        return count == 0 ? NG_OK : ng_load_no_memory(load, err);
    for (size_t i = 0; i < count; i++)
        split->token[split->tokens++] = number[points[i]];
    return NG_OK;
}

static size_t test_part(const struct ng_card *card, const struct ng_load_file *file,
                        size_t count)
{
    if (strcmp(file->features->role, "all") != 0)
        return strcmp(file->features->role, "test") == 0 ? count : 0;
    return (size_t)((double)count * card->test_share + 0.5);
}

static enum ng_status load_text(struct ng_load *load, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_dataset *dataset = load->dataset;
    struct ng_load_file *files;
    struct ng_texts classes = {0};
    struct stream stream = {0};
    size_t count, *end, test = 0;
    NG_TRY(ng_load_files(load, &files, &count, err));
    end = ng_arena_array(&load->scratch, count + 1, sizeof *end);
    uint16_t *number = ng_arena_array(&load->scratch, CODE_POINTS, sizeof *number);
    if (end == NULL || number == NULL)
        NG_TRY(ng_load_no_memory(load, err));
    for (size_t i = 0; i < count; i++) {
        NG_TRY(read_points(load, files[i].path, &stream, err));
        end[i + 1] = stream.count;
        test += test_part(load->card, &files[i], end[i + 1] - end[i]);
    }
    if (test == 0 || test == stream.count)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "The data set %s has no %s part; a longer text was expected.",
                       load->card->name, test == 0 ? "test" : "training"));
    NG_TRY(make_vocabulary(load, &stream, number, &classes, err));
    NG_TRY(ng_load_columns(load, 0, &classes, err));
    dataset->train.token =
        ng_arena_array(&dataset->arena, stream.count - test, sizeof(uint16_t));
    dataset->test.token = ng_arena_array(&dataset->arena, test, sizeof(uint16_t));
    for (size_t i = 0; i < count; i++) {
        size_t tail = test_part(load->card, &files[i], end[i + 1] - end[i]);
        NG_TRY(add_tokens(load, &dataset->train, stream.points + end[i],
                          end[i + 1] - end[i] - tail, number, err));
        NG_TRY(add_tokens(load, &dataset->test, stream.points + end[i + 1] - tail, tail,
                          number, err));
    }
out:
    free(stream.points);
    return status;
}

const struct ng_reader ng_reader_text = {
    .name = "text", .needs_files = true, .is_text = true, .read = load_text};
