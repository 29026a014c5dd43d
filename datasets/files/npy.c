/* NumPy's .npy, formats 1.0 to 3.0 (numpy.lib.format): \x93NUMPY, version, length of the
 * header, a Python dictionary of exactly descr, fortran_order and shape; then the data. */
#include "datasets/files/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/files/array_source.h"
#include "formats/base/whole.h"

#define MAGIC        "\x93NUMPY"
#define MAGIC_BYTES  6
#define HEADER_LIMIT ((size_t)1 << 20) /* of arrays of numbers: far above any */
#define EXPECTED     "expected bool, u1 to u8, i1 to i8, f2, f4 or f8"

/* -- the header ----------------------------------------------------------------------
 */

struct header {
    const char *name; /* of the file, for sentences */
    const char *at;
    bool big_endian, fortran, has_type, has_order, has_shape;
};

static enum ng_status refuse(const struct header *header, const char *expected,
                             struct ng_error *err)
{
    return ng_fail(err, NG_INVALID,
                   "%s: the .npy header has '%.20s' where %s was expected.",
                   header->name, header->at, expected);
}

static void skip_blanks(struct header *header)
{
    header->at += strspn(header->at, " \t\r\n");
}

static bool take_letter(struct header *header, char letter)
{
    skip_blanks(header);
    if (*header->at != letter)
        return false;
    header->at++;
    return true;
}

static bool take_word(struct header *header, const char *word)
{
    size_t length = strlen(word);
    skip_blanks(header);
    if (strncmp(header->at, word, length) != 0)
        return false;
    header->at += length;
    return true;
}

/* A short text in quotes of either kind, without escapes. */
static bool take_text(struct header *header, char *text, size_t room)
{
    skip_blanks(header);
    char quote = *header->at;
    if (quote != '\'' && quote != '"')
        return false;
    const char *end = strchr(header->at + 1, quote);
    if (end == NULL || (size_t)(end - header->at) > room)
        return false;
    size_t length = (size_t)(end - header->at) - 1;
    memcpy(text, header->at + 1, length);
    text[length] = '\0';
    header->at = end + 1;
    return strchr(text, '\\') == NULL;
}

static const char *kind_of(char letter)
{
    static const struct {
        char letter;
        const char *kind;
    } kinds[] = {{'O', "Python objects"}, {'S', "byte strings"},
                 {'a', "byte strings"},   {'U', "texts"},
                 {'V', "records"},        {'M', "times"},
                 {'m', "time spans"},     {'c', "complex numbers"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].letter == letter)
            return kinds[i].kind;
    return "no type of numbers that is known here";
}

static enum ng_status set_type(struct header *header, const char *descr,
                               struct ng_array *array, struct ng_error *err)
{
    static const struct {
        const char *descr;
        enum ng_array_type type;
    } types[] = {{"b1", NG_ARRAY_BOOL}, {"u1", NG_ARRAY_U8},  {"i1", NG_ARRAY_I8},
                 {"u2", NG_ARRAY_U16},  {"i2", NG_ARRAY_I16}, {"u4", NG_ARRAY_U32},
                 {"i4", NG_ARRAY_I32},  {"u8", NG_ARRAY_U64}, {"i8", NG_ARRAY_I64},
                 {"f2", NG_ARRAY_F16},  {"f4", NG_ARRAY_F32}, {"f8", NG_ARRAY_F64}};
    bool ordered = descr[0] != '\0' && strchr("<>|=", descr[0]) != NULL;
    const char *bare = descr + ordered;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].descr, bare) == 0) {
            array->type = types[i].type;
            header->big_endian = descr[0] == '>';
            return NG_OK;
        }
    return ng_fail(err, NG_INVALID, "%s holds elements of type '%.20s' (%s); " EXPECTED,
                   header->name, descr, kind_of(bare[0]));
}

static enum ng_status take_descr(struct header *header, struct ng_array *array,
                                 struct ng_error *err)
{
    char descr[64];
    skip_blanks(header);
    if (*header->at == '[' || *header->at == '(')
        return ng_fail(err, NG_INVALID,
                       "%s holds records (a structured type); " EXPECTED, header->name);
    if (!take_text(header, descr, sizeof descr))
        return refuse(header, "the type in quotes", err);
    return set_type(header, descr, array, err);
}

static enum ng_status take_size(struct header *header, size_t *size,
                                struct ng_error *err)
{
    if (*header->at < '0' || *header->at > '9')
        return refuse(header, "a whole number of at least 0", err);
    for (*size = 0; *header->at >= '0' && *header->at <= '9'; header->at++)
        if (__builtin_mul_overflow(*size, (size_t)10, size) ||
            __builtin_add_overflow(*size, (size_t)(*header->at - '0'), size))
            return ng_fail(
                err, NG_INVALID,
                "%s claims a dimension of more elements than memory can hold.",
                header->name);
    if (*header->at == 'L') /* a long of Python 2 */
        header->at++;
    return NG_OK;
}

static enum ng_status take_shape(struct header *header, struct ng_array *array,
                                 struct ng_error *err)
{
    if (!take_letter(header, '('))
        return refuse(header, "a shape in brackets", err);
    bool more = true;
    while (!take_letter(header, ')')) {
        if (!more)
            return refuse(header, "',' or ')'", err);
        if (array->rank == NG_ARRAY_RANK)
            return ng_fail(err, NG_INVALID,
                           "%s has more than %d dimensions, the most that are read.",
                           header->name, NG_ARRAY_RANK);
        enum ng_status status = take_size(header, &array->size[array->rank++], err);
        if (status != NG_OK)
            return status;
        more = take_letter(header, ',');
    }
    return NG_OK;
}

static enum ng_status take_order(struct header *header, struct ng_error *err)
{
    header->fortran = take_word(header, "True");
    return header->fortran || take_word(header, "False")
               ? NG_OK
               : refuse(header, "True or False", err);
}

static enum ng_status take_entry(struct header *header, struct ng_array *array,
                                 struct ng_error *err)
{
    char key[32];
    if (!take_text(header, key, sizeof key) || !take_letter(header, ':'))
        return refuse(header, "a key in quotes and ':'", err);
    if (strcmp(key, "descr") == 0 && !header->has_type) {
        header->has_type = true;
        return take_descr(header, array, err);
    }
    if (strcmp(key, "fortran_order") == 0 && !header->has_order) {
        header->has_order = true;
        return take_order(header, err);
    }
    if (strcmp(key, "shape") == 0 && !header->has_shape) {
        header->has_shape = true;
        return take_shape(header, array, err);
    }
    return ng_fail(err, NG_INVALID,
                   "%s: the .npy header has a key '%s' too many; descr, fortran_order "
                   "and shape were expected, once each.",
                   header->name, key);
}

static enum ng_status read_header(struct header *header, struct ng_array *array,
                                  struct ng_error *err)
{
    enum ng_status status;
    if (!take_letter(header, '{'))
        return refuse(header, "'{'", err);
    bool more = true;
    while (!take_letter(header, '}')) {
        if (!more)
            return refuse(header, "',' or '}'", err);
        status = take_entry(header, array, err);
        if (status != NG_OK)
            return status;
        more = take_letter(header, ',');
    }
    skip_blanks(header);
    if (*header->at != '\0')
        return refuse(header, "the header's end", err);
    if (!header->has_type || !header->has_order || !header->has_shape)
        return ng_fail(err, NG_INVALID,
                       "%s: the .npy header lacks descr, fortran_order or shape.",
                       header->name);
    return NG_OK;
}

static enum ng_status take_length(struct ng_array_source *source, size_t *length,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    unsigned char head[MAGIC_BYTES + 2], size[4] = {0};
    NG_TRY(ng_array_take(source, head, sizeof head, "header", err));
    if (memcmp(head, MAGIC, MAGIC_BYTES) != 0)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is not a .npy file: it does not begin with \\x93NUMPY.",
                       source->name));
    if (head[6] < 1 || head[6] > 3 || head[7] != 0)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is .npy of version %d.%d, where 1.0 to 3.0 were expected.",
                       source->name, head[6], head[7]));
    NG_TRY(ng_array_take(source, size, head[6] == 1 ? 2 : 4, "header", err));
    *length =
        (size_t)size[3] << 24 | (size_t)size[2] << 16 | (size_t)size[1] << 8 | size[0];
    if (*length > HEADER_LIMIT)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s claims a header of %zu bytes, where at most %zu are read.",
                       source->name, *length, HEADER_LIMIT));
out:
    return status;
}

/* -- the data ------------------------------------------------------------------------
 */

/* From first index fastest to last index fastest. */
static enum ng_status to_c_order(const char *name, struct ng_array *array,
                                 struct ng_error *err)
{
    size_t width = ng_array_type_bytes(array->type), index[NG_ARRAY_RANK] = {0};
    const char *from = array->data;
    char *to = malloc(array->count * width + 1);
    if (to == NULL)
        return ng_fail(err, NG_FAILED, "No memory to transpose %s.", name);
    for (size_t i = 0; i < array->count; i++) {
        size_t place = 0;
        for (size_t d = 0; d < array->rank; d++)
            place = place * array->size[d] + index[d];
        memcpy(to + place * width, from + i * width, width);
        for (size_t d = 0; d < array->rank && ++index[d] == array->size[d]; d++)
            index[d] = 0;
    }
    free(array->data);
    array->data = to;
    return NG_OK;
}

static enum ng_status take_header(struct ng_array_source *source, size_t length,
                                  struct header *header, struct ng_array *array,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    char *text = malloc(length + 1);
    if (text == NULL)
        NG_TRY(
            ng_fail(err, NG_FAILED, "No memory for the header of %s.", source->name));
    NG_TRY(ng_array_take(source, text, length, "header", err));
    text[length] = '\0';
    if (strlen(text) != length)
        NG_TRY(ng_fail(err, NG_INVALID, "%s: the .npy header holds a zero byte.",
                       source->name));
    header->at = text;
    NG_TRY(read_header(header, array, err));
out:
    header->at = NULL;
    free(text);
    return status;
}

enum ng_status ng_npy_take(struct ng_array_source *source, struct ng_array *array,
                           struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct header header = {.name = source->name};
    size_t length;
    NG_TRY(take_length(source, &length, err));
    NG_TRY(take_header(source, length, &header, array, err));
    NG_TRY(ng_array_take_data(source, header.big_endian, array, err));
    if (header.fortran && array->rank > 1)
        NG_TRY(to_c_order(source->name, array, err));
out:
    return status;
}

bool ng_npy_is_called(const char *path)
{
    size_t length = strlen(path);
    return length >= 4 && strcmp(path + length - 4, ".npy") == 0;
}

bool ng_npy_is_begun(const unsigned char start[NG_NPY_START_BYTES])
{
    return memcmp(start, MAGIC, MAGIC_BYTES) == 0;
}

enum ng_status ng_npy_head_measure(const char *name,
                                   const unsigned char start[NG_NPY_START_BYTES],
                                   size_t *bytes, struct ng_error *err)
{
    struct ng_array_source source = {
        .name = name, .memory = start, .left = NG_NPY_START_BYTES};
    enum ng_status status = take_length(&source, bytes, err);
    *bytes += NG_NPY_START_BYTES - source.left;
    return status;
}

enum ng_status ng_npy_head_read(const char *name, const unsigned char *bytes,
                                size_t count, struct ng_npy_head *head,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_array_source source = {.name = name, .memory = bytes, .left = count};
    struct header header = {.name = name};
    size_t length, data_bytes;
    *head = (struct ng_npy_head){.bytes = count};
    NG_TRY(take_length(&source, &length, err));
    NG_TRY(take_header(&source, length, &header, &head->array, err));
    if (bytes[count - 1] != '\n')
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s: the .npy header does not end in a newline.", name));
    if (!ng_array_measure(&head->array, &data_bytes))
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s claims a shape of more elements than memory can hold.",
                       name));
    head->big_endian = header.big_endian;
    head->fortran = header.fortran;
out:
    return status;
}

enum ng_status ng_npy_read(const char *path, struct ng_array *array,
                           struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_bytes bytes = {0};
    struct ng_array_source source = {.name = path, .bytes = &bytes};
    memset(array, 0, sizeof *array);
    NG_TRY(ng_bytes_open(&bytes, path, err));
    NG_TRY(ng_npy_take(&source, array, err));
out:
    if (status != NG_OK)
        ng_array_release(array);
    ng_bytes_close(&bytes);
    return status;
}

/* -- writing -------------------------------------------------------------------------
 */

static const char *descr_of(enum ng_array_type type)
{
    static const char *const descr[NG_ARRAY_TYPES] = {
        "|b1", "|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8",
        "<i8", "<f2", "<f4", "<f8", "<u2", "|u1", "|u1", "|u1"};
    return descr[type];
}

/* Eight sizes of 20 digits fit: the longest header has 64 + 8 * 22 bytes. */
size_t ng_npy_head_write(const struct ng_array *array, char head[NG_NPY_HEAD_BYTES])
{
    size_t prefix = MAGIC_BYTES + 4;
    char *text = head + prefix;
    int used = snprintf(text, NG_NPY_HEAD_BYTES - prefix,
                        "{'descr': '%s', 'fortran_order': False, 'shape': (",
                        descr_of(array->type));
    for (size_t i = 0; i < array->rank; i++)
        used += snprintf(text + used, NG_NPY_HEAD_BYTES - prefix - (size_t)used,
                         "%s%zu%s", i == 0 ? "" : " ", array->size[i],
                         i + 1 < array->rank || array->rank == 1 ? "," : "");
    used += snprintf(text + used, NG_NPY_HEAD_BYTES - prefix - (size_t)used, "), }");
    size_t total = (prefix + (size_t)used + 1 + 63) / 64 * 64;
    memset(text + used, ' ', total - prefix - (size_t)used - 1);
    head[total - 1] = '\n';
    memcpy(head, MAGIC "\1\0", MAGIC_BYTES + 2);
    head[8] = (char)((total - prefix) & 255);
    head[9] = (char)((total - prefix) >> 8);
    return total;
}

enum ng_status ng_npy_write(const char *path, const struct ng_array *array,
                            struct ng_error *err)
{
    char head[NG_NPY_HEAD_BYTES];
    const struct ng_piece pieces[] = {
        {head, ng_npy_head_write(array, head)},
        {array->data, array->count * ng_array_type_bytes(array->type)}};
    return ng_whole_write(path, pieces, 2, err);
}
