/* safetensors: u64 length of the header, a JSON object, the data. The object maps names to
 * dtype, shape and data_offsets (begin, end, from the header's end), and "__metadata__" to
 * texts. Offsets cover the data without gap or overlap. Source: the format section of the
 * safetensors documentation, and the order in which its library writes. */
#include "datasets/files/array.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datasets/files/array_source.h"
#include "formats/base/whole.h"
#include "formats/base/text.h"

#define METADATA       "__metadata__"
#define LENGTH         8  /* bytes in front of the header */
#define DEEPEST        3  /* brackets in a header */
#define MOST_COMMAS    16 /* in a list, whose longest one has NG_ARRAY_RANK sizes */
#define SHORTEST_ENTRY 40 /* letters: dtype, shape and data_offsets in brackets */

/* In the order in which the library lays tensors down, the last one first. */
static const struct {
    const char *name;
    enum ng_array_type type;
} dtypes[] = {
    {"BOOL", NG_ARRAY_BOOL},    {"U8", NG_ARRAY_U8},        {"I8", NG_ARRAY_I8},
    {"F8_E5M2", NG_ARRAY_E5M2}, {"F8_E4M3", NG_ARRAY_E4M3}, {"F8_E8M0", NG_ARRAY_E8M0},
    {"I16", NG_ARRAY_I16},      {"U16", NG_ARRAY_U16},      {"F16", NG_ARRAY_F16},
    {"BF16", NG_ARRAY_BF16},    {"I32", NG_ARRAY_I32},      {"U32", NG_ARRAY_U32},
    {"F32", NG_ARRAY_F32},      {"F64", NG_ARRAY_F64},      {"I64", NG_ARRAY_I64},
    {"U64", NG_ARRAY_U64}};

static size_t rank_of(enum ng_array_type type)
{
    size_t rank = 0;
    while (dtypes[rank].type != type)
        rank++;
    return rank;
}

/* -- reading: the header -------------------------------------------------------------
 */

/* A tensor with the place of its data. */
struct place {
    struct ng_array array;
    uint64_t begin, end;
    size_t header_order;
};

struct reader {
    const char *path;
    int fd;
    uint64_t data_bytes;
    struct place *places;
    size_t count;
};

static enum ng_status read_at(const struct reader *reader, void *to, size_t want,
                              uint64_t from, struct ng_error *err)
{
    for (size_t done = 0; done < want;) {
        ssize_t got =
            pread(reader->fd, (char *)to + done, want - done, (off_t)(from + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ng_fail(err, NG_FAILED, "%s cannot be read: %s.", reader->path,
                           strerror(errno));
        if (got == 0)
            return ng_fail(err, NG_INVALID, "%s is cut off.", reader->path);
        done += (size_t)got;
    }
    return NG_OK;
}

static enum ng_status open_file(struct reader *reader, uint64_t *bytes,
                                struct ng_error *err)
{
    struct stat about;
    /* A pipe without a writer would block for ever. */
    reader->fd = open(reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (reader->fd < 0 || fstat(reader->fd, &about) != 0)
        return ng_fail(err, errno == ENOENT || errno == ENOTDIR ? NG_ABSENT : NG_FAILED,
                       "%s cannot be opened for reading: %s.", reader->path,
                       strerror(errno));
    if (!S_ISREG(about.st_mode))
        return ng_fail(err, NG_INVALID,
                       "%s is not a regular file; a safetensors file was expected.",
                       reader->path);
    *bytes = (uint64_t)about.st_size;
    return NG_OK;
}

static enum ng_status check_length(const struct reader *reader, uint64_t file_bytes,
                                   uint64_t length, struct ng_error *err)
{
    if (length > NG_ARRAY_HEADER_LIMIT)
        return ng_fail(err, NG_INVALID,
                       "%s is no safetensors file: it claims a header of %llu bytes, "
                       "where at most %zu are allowed.",
                       reader->path, (unsigned long long)length, NG_ARRAY_HEADER_LIMIT);
    if (length > file_bytes - LENGTH)
        return ng_fail(err, NG_INVALID,
                       "%s is cut off: its header has %llu bytes, and the file %llu.",
                       reader->path, (unsigned long long)length,
                       (unsigned long long)file_bytes);
    return NG_OK;
}

/* Before any of it is parsed: values cost the JSON library many times their letters, so
 * depths, lists and crowds of objects that no header has are refused first. */
static enum ng_status check_form(const struct reader *reader, const char *text,
                                 size_t length, struct ng_error *err)
{
    size_t depth = 0, objects = 0, commas[DEEPEST + 1] = {0};
    bool quoted = false, list[DEEPEST + 1] = {false};
    if (length == 0 || text[0] != '{')
        return ng_fail(err, NG_INVALID,
                       "%s is no safetensors file: its header does not begin with '{'.",
                       reader->path);
    for (size_t i = 0; i < length; i++) {
        char letter = text[i];
        if (quoted) {
            quoted = letter != '"';
            i += letter == '\\';
            continue;
        }
        quoted = letter == '"';
        objects += letter == '{';
        commas[depth] += letter == ',' && list[depth];
        bool opens = letter == '{' || letter == '[';
        if ((opens && depth == DEEPEST) || commas[depth] > MOST_COMMAS ||
            objects > length / SHORTEST_ENTRY + 2)
            return ng_fail(err, NG_INVALID,
                           "%s: the header is no description of tensors: it is nested "
                           "too deep, or too long a list, at byte %zu.",
                           reader->path, i);
        depth += opens;
        if (opens) {
            commas[depth] = 0;
            list[depth] = letter == '[';
        }
        depth -= (letter == '}' || letter == ']') && depth > 0;
    }
    return NG_OK;
}

static enum ng_status read_header(struct reader *reader, uint64_t *length,
                                  json_t **header, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    unsigned char size[LENGTH];
    uint64_t bytes = 0;
    json_error_t why;
    char *text = NULL;
    NG_TRY(open_file(reader, &bytes, err));
    if (bytes < LENGTH)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is no safetensors file: it has %llu bytes, fewer than the "
                       "length of a header takes.",
                       reader->path, (unsigned long long)bytes));
    NG_TRY(read_at(reader, size, LENGTH, 0, err));
    *length = 0;
    for (int i = LENGTH - 1; i >= 0; i--)
        *length = *length << 8 | size[i];
    NG_TRY(check_length(reader, bytes, *length, err));
    text = malloc((size_t)*length + 1);
    if (text == NULL)
        NG_TRY(
            ng_fail(err, NG_FAILED, "No memory for the header of %s.", reader->path));
    NG_TRY(read_at(reader, text, (size_t)*length, LENGTH, err));
    NG_TRY(check_form(reader, text, (size_t)*length, err));
    *header = json_loadb(text, (size_t)*length, JSON_REJECT_DUPLICATES, &why);
    if (*header == NULL)
        NG_TRY(ng_fail(err, NG_INVALID, "%s: the header is not JSON: %.200s.",
                       reader->path, why.text));
    reader->data_bytes = bytes - LENGTH - *length;
out:
    free(text);
    return status;
}

static enum ng_status refuse(const struct reader *reader, const char *name,
                             const char *expected, struct ng_error *err)
{
    return ng_fail(err, NG_INVALID, "%s: the tensor '%.200s' has %s.", reader->path,
                   name, expected);
}

static enum ng_status set_type(const struct reader *reader, const char *name,
                               const json_t *dtype, struct place *place,
                               struct ng_error *err)
{
    const char *word = json_string_value(dtype);
    if (word == NULL)
        return refuse(reader, name, "no dtype, where a text was expected", err);
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (strcmp(dtypes[i].name, word) == 0) {
            place->array.type = dtypes[i].type;
            return NG_OK;
        }
    return ng_fail(err, NG_INVALID,
                   "%s: the tensor '%.200s' is of dtype %.40s, which is not read here; "
                   "expected BOOL, U8 to U64, I8 to I64, F16, F32, F64, BF16, F8_E4M3, "
                   "F8_E5M2 or F8_E8M0.",
                   reader->path, name, word);
}

static bool take_size(const json_t *value, uint64_t *size)
{
    *size = (uint64_t)json_integer_value(value);
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static enum ng_status set_shape(const struct reader *reader, const char *name,
                                const json_t *shape, struct place *place,
                                struct ng_error *err)
{
    struct ng_array *array = &place->array;
    size_t bytes;
    if (!json_is_array(shape))
        return refuse(reader, name, "no shape, where a list of sizes was expected",
                      err);
    array->rank = json_array_size(shape);
    if (array->rank > NG_ARRAY_RANK)
        return refuse(reader, name, "more than 8 dimensions, the most that are read",
                      err);
    for (size_t i = 0; i < array->rank; i++) {
        uint64_t size;
        if (!take_size(json_array_get(shape, i), &size))
            return refuse(reader, name,
                          "a size that is not a whole number of at least 0", err);
        array->size[i] = (size_t)size;
    }
    if (!ng_array_measure(array, &bytes))
        return refuse(reader, name, "more elements than memory can hold", err);
    if (place->end - place->begin != bytes)
        return ng_fail(
            err, NG_INVALID,
            "%s: the tensor '%.200s' takes %zu bytes by shape and dtype, but "
            "its data_offsets span %llu.",
            reader->path, name, bytes, (unsigned long long)(place->end - place->begin));
    return NG_OK;
}

static enum ng_status set_place(const struct reader *reader, const char *name,
                                const json_t *offsets, struct place *place,
                                struct ng_error *err)
{
    if (json_array_size(offsets) != 2 ||
        !take_size(json_array_get(offsets, 0), &place->begin) ||
        !take_size(json_array_get(offsets, 1), &place->end))
        return refuse(reader, name,
                      "no data_offsets, where two whole numbers were expected", err);
    if (place->begin > place->end || place->end > reader->data_bytes)
        return ng_fail(
            err, NG_INVALID,
            "%s: the tensor '%.200s' lies from byte %llu to %llu, where there "
            "are %llu bytes of data.",
            reader->path, name, (unsigned long long)place->begin,
            (unsigned long long)place->end, (unsigned long long)reader->data_bytes);
    return NG_OK;
}

static enum ng_status describe(const struct reader *reader, const char *name,
                               const json_t *entry, struct place *place,
                               struct ng_error *err)
{
    enum ng_status status = NG_OK;
    if (!json_is_object(entry))
        NG_TRY(refuse(reader, name, "no object that describes it", err));
    NG_TRY(set_type(reader, name, json_object_get(entry, "dtype"), place, err));
    NG_TRY(set_place(reader, name, json_object_get(entry, "data_offsets"), place, err));
    NG_TRY(set_shape(reader, name, json_object_get(entry, "shape"), place, err));
    place->array.name = strdup(name);
    if (place->array.name == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the names in %s.", reader->path));
out:
    return status;
}

static enum ng_status take_metadata(const struct reader *reader, json_t *metadata,
                                    struct ng_arena *arena, struct ng_texts *texts,
                                    struct ng_error *err)
{
    const char *key;
    json_t *value;
    if (metadata == NULL || json_is_null(metadata))
        return NG_OK;
    texts->values = ng_arena_array(arena, 2 * json_object_size(metadata) + 1,
                                   sizeof *texts->values);
    if (!json_is_object(metadata) || texts->values == NULL)
        return ng_fail(err, json_is_object(metadata) ? NG_FAILED : NG_INVALID,
                       "%s: " METADATA " is no object of texts, or memory is short.",
                       reader->path);
    json_object_foreach(metadata, key, value)
    {
        if (!json_is_string(value))
            return ng_fail(err, NG_INVALID,
                           "%s: '%.200s' in " METADATA " is no text, where only texts "
                           "are allowed.",
                           reader->path, key);
        char *pair[] = {ng_arena_text(arena, key),
                        ng_arena_text(arena, json_string_value(value))};
        if (pair[0] == NULL || pair[1] == NULL)
            return ng_fail(err, NG_FAILED, "No memory for " METADATA " of %s.",
                           reader->path);
        texts->values[texts->count++] = pair[0];
        texts->values[texts->count++] = pair[1];
    }
    return NG_OK;
}

/* -- reading: the data ---------------------------------------------------------------
 */

static int by_begin(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return x->header_order < y->header_order ? -1 : 1;
}

static enum ng_status check_cover(const struct reader *reader, struct ng_error *err)
{
    uint64_t at = 0;
    for (size_t i = 0; i < reader->count; i++) {
        const struct place *place = &reader->places[i];
        if (place->begin != at)
            return ng_fail(
                err, NG_INVALID,
                "%s: the tensor '%.200s' begins at byte %llu of the data, %s the one "
                "before it ends (%llu); neither gap nor overlap is allowed.",
                reader->path, place->array.name, (unsigned long long)place->begin,
                place->begin < at ? "before" : "beyond where", (unsigned long long)at);
        at = place->end;
    }
    if (at != reader->data_bytes)
        return ng_fail(err, NG_INVALID,
                       "%s has %llu bytes of data, of which its tensors cover %llu.",
                       reader->path, (unsigned long long)reader->data_bytes,
                       (unsigned long long)at);
    return NG_OK;
}

static enum ng_status read_places(struct reader *reader, json_t *header,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    const char *name;
    json_t *entry;
    reader->places = calloc(json_object_size(header) + 1, sizeof *reader->places);
    if (reader->places == NULL)
        NG_TRY(
            ng_fail(err, NG_FAILED, "No memory for the tensors of %s.", reader->path));
    json_object_foreach(header, name, entry)
    {
        if (strcmp(name, METADATA) == 0)
            continue;
        struct place *place = &reader->places[reader->count];
        place->header_order = reader->count++;
        NG_TRY(describe(reader, name, entry, place, err));
    }
    qsort(reader->places, reader->count, sizeof *reader->places, by_begin);
    NG_TRY(check_cover(reader, err));
out:
    return status;
}

/* The places cover what is in the file, so that together they take its size. */
static enum ng_status read_data(struct reader *reader, uint64_t from,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    for (size_t i = 0; i < reader->count; i++) {
        struct place *place = &reader->places[i];
        size_t bytes = (size_t)(place->end - place->begin);
        place->array.data = malloc(bytes + 1);
        if (place->array.data == NULL)
            NG_TRY(ng_fail(err, NG_FAILED, "No memory for the %zu bytes of '%.200s'.",
                           bytes, place->array.name));
        NG_TRY(read_at(reader, place->array.data, bytes, from + place->begin, err));
    }
out:
    return status;
}

enum ng_status ng_safetensors_read(const char *path, struct ng_array **arrays,
                                   size_t *count, struct ng_arena *arena,
                                   struct ng_texts *metadata, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct reader reader = {.path = path, .fd = -1};
    json_t *header = NULL;
    uint64_t length;
    *arrays = NULL;
    *count = 0;
    memset(metadata, 0, sizeof *metadata);
    NG_TRY(read_header(&reader, &length, &header, err));
    NG_TRY(take_metadata(&reader, json_object_get(header, METADATA), arena, metadata,
                         err));
    NG_TRY(read_places(&reader, header, err));
    NG_TRY(read_data(&reader, LENGTH + length, err));
    *arrays = calloc(reader.count + 1, sizeof **arrays);
    if (*arrays == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the tensors of %s.", path));
    for (size_t i = 0; i < reader.count; i++)
        (*arrays)[i] = reader.places[i].array;
    *count = reader.count;
out:
    for (size_t i = 0; status != NG_OK && i < reader.count; i++)
        ng_array_release(&reader.places[i].array);
    free(reader.places);
    json_decref(header);
    if (reader.fd >= 0)
        close(reader.fd);
    return status;
}

/* -- writing -------------------------------------------------------------------------
 */

static int by_type_and_name(const void *a, const void *b)
{
    const struct ng_array *x = *(const struct ng_array *const *)a;
    const struct ng_array *y = *(const struct ng_array *const *)b;
    size_t left = rank_of(x->type), right = rank_of(y->type);
    return left != right ? (left > right ? -1 : 1) : strcmp(x->name, y->name);
}

static void add_text(struct ng_text *header, const char *text)
{
    json_t *value = json_string(text);
    char *quoted =
        value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    if (quoted != NULL)
        ng_text_add(header, quoted);
    free(quoted);
    json_decref(value);
}

struct pair {
    const char *key, *value;
};

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static enum ng_status add_metadata(struct ng_text *header,
                                   const struct ng_texts *metadata, const char *path,
                                   struct ng_error *err)
{
    size_t count = metadata->count / 2;
    struct pair *pairs = calloc(count + 1, sizeof *pairs);
    if (pairs == NULL)
        return ng_fail(err, NG_FAILED, "No memory for the header of %s.", path);
    for (size_t i = 0; i < count; i++)
        pairs[i] = (struct pair){metadata->values[2 * i], metadata->values[2 * i + 1]};
    qsort(pairs, count, sizeof *pairs, by_key);
    ng_text_add(header, "\"" METADATA "\":{");
    for (size_t i = 0; i < count; i++) {
        ng_text_add(header, i == 0 ? "" : ",");
        add_text(header, pairs[i].key);
        ng_text_add(header, ":");
        add_text(header, pairs[i].value);
    }
    ng_text_add(header, "}");
    free(pairs);
    return NG_OK;
}

static uint64_t add_tensor(struct ng_text *header, const struct ng_array *array,
                           uint64_t begin)
{
    uint64_t end = begin + array->count * ng_array_type_bytes(array->type);
    add_text(header, array->name);
    ng_text_printf(header, ":{\"dtype\":\"%s\",\"shape\":[",
                   dtypes[rank_of(array->type)].name);
    for (size_t i = 0; i < array->rank; i++)
        ng_text_printf(header, "%s%zu", i == 0 ? "" : ",", array->size[i]);
    ng_text_printf(header, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)begin,
                   (unsigned long long)end);
    return end;
}

/* Names are UTF-8 and differ. sorted: by type, then name, so that equals are neighbours
 * only within a type. */
static enum ng_status check_names(const struct ng_array *const *sorted, size_t count,
                                  const char *path, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    json_t *seen = json_object();
    for (size_t i = 0; i < count; i++) {
        const char *name = sorted[i]->name;
        if (strcmp(name, METADATA) == 0 || json_object_get(seen, name) != NULL)
            NG_TRY(ng_fail(err, NG_INVALID,
                           "%s cannot hold two tensors named '%.200s'.", path, name));
        if (json_object_set_new(seen, name, json_true()) != 0)
            NG_TRY(ng_fail(err, NG_INVALID,
                           "%s cannot hold a tensor whose name is no UTF-8.", path));
    }
out:
    json_decref(seen);
    return status;
}

static enum ng_status make_header(struct ng_text *header,
                                  const struct ng_array *const *sorted, size_t count,
                                  const struct ng_texts *metadata, const char *path,
                                  struct ng_error *err)
{
    enum ng_status status = NG_OK;
    uint64_t at = 0;
    bool has_metadata = metadata != NULL && metadata->count > 0;
    ng_text_add(header, "{");
    if (has_metadata)
        NG_TRY(add_metadata(header, metadata, path, err));
    for (size_t i = 0; i < count; i++) {
        ng_text_add(header, i > 0 || has_metadata ? "," : "");
        at = add_tensor(header, sorted[i], at);
    }
    ng_text_add(header, "}");
    while (!header->failed && header->length % 8 != 0)
        ng_text_add(header, " ");
    if (header->failed)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the header of %s.", path));
    if (header->length > NG_ARRAY_HEADER_LIMIT)
        NG_TRY(ng_fail(err, NG_INVALID, "%s would have a header over %zu bytes.", path,
                       NG_ARRAY_HEADER_LIMIT));
out:
    return status;
}

enum ng_status ng_safetensors_write(const char *path, const struct ng_array *arrays,
                                    size_t count, const struct ng_texts *metadata,
                                    struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_text header = {0};
    unsigned char length[LENGTH];
    const struct ng_array **sorted = calloc(count + 1, sizeof *sorted);
    struct ng_piece *pieces = calloc(count + 2, sizeof *pieces);
    if (sorted == NULL || pieces == NULL)
        NG_TRY(ng_fail(err, NG_FAILED, "No memory for the tensors of %s.", path));
    for (size_t i = 0; i < count; i++)
        sorted[i] = &arrays[i];
    qsort(sorted, count, sizeof *sorted, by_type_and_name);
    NG_TRY(check_names(sorted, count, path, err));
    NG_TRY(make_header(&header, sorted, count, metadata, path, err));
    for (int i = 0; i < LENGTH; i++)
        length[i] = (unsigned char)(header.length >> (8 * i));
    pieces[0] = (struct ng_piece){length, LENGTH};
    pieces[1] = (struct ng_piece){header.data, header.length};
    for (size_t i = 0; i < count; i++)
        pieces[i + 2] = (struct ng_piece){
            sorted[i]->data, sorted[i]->count * ng_array_type_bytes(sorted[i]->type)};
    NG_TRY(ng_whole_write(path, pieces, count + 2, err));
out:
    ng_text_release(&header);
    free(sorted);
    free(pieces);
    return status;
}
