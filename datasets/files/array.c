#include "datasets/files/array.h"

#include <stdlib.h>
#include <string.h>

#include "datasets/files/array_source.h"
#include "formats/codec/format.h"

#define FIRST_BLOCK ((size_t)1 << 20)

const char *const ng_array_type_names[] = {"bool", "u8",   "i8",   "u16",  "i16", "u32",
                                           "i32",  "u64",  "i64",  "f16",  "f32", "f64",
                                           "bf16", "e4m3", "e5m2", "e8m0", NULL};

size_t ng_array_type_bytes(enum ng_array_type type)
{
    static const unsigned char bytes[NG_ARRAY_TYPES] = {1, 1, 1, 2, 2, 4, 4, 8,
                                                        8, 2, 4, 8, 2, 1, 1, 1};
    return bytes[type];
}

void ng_array_release(struct ng_array *array)
{
    free(array->name);
    free(array->data);
    array->name = NULL;
    array->data = NULL;
}

/* -- elements ------------------------------------------------------------------------
 */

/* 2^exponent of a normal double. */
static double power_of_two(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* IEEE 754 binary16. */
static double half_value(uint16_t code)
{
    double sign = (code & 0x8000) != 0 ? -1.0 : 1.0;
    int exponent = code >> 10 & 31, fraction = code & 1023;
    if (exponent == 31) {
        uint64_t bits = fraction != 0 ? 0x7FF8000000000000u : 0x7FF0000000000000u;
        double special;
        memcpy(&special, &bits, sizeof special);
        return fraction != 0 ? special : sign * special;
    }
    if (exponent == 0)
        return sign * fraction * power_of_two(-24);
    return sign * (1024 + fraction) * power_of_two(exponent - 25);
}

/* OCP MX 1.0, section 5.4.1: powers of two with bias 127, and one NaN. */
static double e8m0_value(uint8_t code)
{
    uint64_t bits = 0x7FF8000000000000u;
    double value;
    memcpy(&value, &bits, sizeof value);
    return code == 255 ? value : power_of_two(code - 127);
}

#define ELEMENT(type) (((const type *)array->data)[i])

double ng_array_number(const struct ng_array *array, size_t i)
{
    switch (array->type) {
    case NG_ARRAY_BOOL:
        return ELEMENT(uint8_t) != 0;
    case NG_ARRAY_U8:
        return ELEMENT(uint8_t);
    case NG_ARRAY_I8:
        return ELEMENT(int8_t);
    case NG_ARRAY_U16:
        return ELEMENT(uint16_t);
    case NG_ARRAY_I16:
        return ELEMENT(int16_t);
    case NG_ARRAY_U32:
        return ELEMENT(uint32_t);
    case NG_ARRAY_I32:
        return ELEMENT(int32_t);
    case NG_ARRAY_U64:
        return (double)ELEMENT(uint64_t);
    case NG_ARRAY_I64:
        return (double)ELEMENT(int64_t);
    case NG_ARRAY_F16:
        return half_value(ELEMENT(uint16_t));
    case NG_ARRAY_F32:
        return (double)ELEMENT(float);
    case NG_ARRAY_F64:
        return ELEMENT(double);
    case NG_ARRAY_BF16:
        return (double)ng_format_decode_one(&ng_bf16, ELEMENT(uint16_t));
    case NG_ARRAY_E4M3:
        return (double)ng_format_decode_one(&ng_e4m3, ELEMENT(uint8_t));
    case NG_ARRAY_E5M2:
        return (double)ng_format_decode_one(&ng_e5m2, ELEMENT(uint8_t));
    case NG_ARRAY_E8M0:
    case NG_ARRAY_TYPES:
        break;
    }
    return e8m0_value(ELEMENT(uint8_t));
}

bool ng_array_measure(struct ng_array *array, size_t *bytes)
{
    array->count = 1;
    for (size_t i = 0; i < array->rank; i++)
        if (array->size[i] == 0)
            array->count = 0;
    for (size_t i = 0; i < array->rank && array->count > 0; i++)
        if (__builtin_mul_overflow(array->count, array->size[i], &array->count))
            return false;
    return !__builtin_mul_overflow(array->count, ng_array_type_bytes(array->type),
                                   bytes) &&
           *bytes <= PTRDIFF_MAX;
}

/* -- taking bytes from a source ------------------------------------------------------
 */

static enum ng_status take_some(struct ng_array_source *source, void *to, size_t want,
                                size_t *got, struct ng_error *err)
{
    if (source->bytes != NULL)
        return ng_bytes_read(source->bytes, to, want, got, err);
    *got = want < source->left ? want : source->left;
    if (*got > 0)
        memcpy(to, source->memory, *got);
    source->memory += *got;
    source->left -= *got;
    return NG_OK;
}

enum ng_status ng_array_take(struct ng_array_source *source, void *to, size_t want,
                             const char *what, struct ng_error *err)
{
    size_t got;
    enum ng_status status = take_some(source, to, want, &got, err);
    if (status == NG_OK && got < want)
        return ng_fail(err, NG_INVALID,
                       "%s is cut off: its %s ends after %zu of %zu bytes.",
                       source->name, what, got, want);
    return status;
}

/* Blocks double, so that what is allocated is at most twice what was there. */
static enum ng_status take_growing(struct ng_array_source *source, size_t bytes,
                                   struct ng_array *array, struct ng_error *err)
{
    size_t done = 0, room = 0, got;
    while (done < bytes) {
        size_t more = room == 0 ? FIRST_BLOCK : room;
        room = more < bytes - room ? room + more : bytes;
        void *grown = realloc(array->data, room);
        if (grown == NULL)
            return ng_fail(err, NG_FAILED, "No memory for the %zu bytes of %s.", bytes,
                           source->name);
        array->data = grown;
        enum ng_status status =
            take_some(source, (char *)array->data + done, room - done, &got, err);
        if (status != NG_OK)
            return status;
        done += got;
        if (done < room)
            return ng_fail(err, NG_INVALID,
                           "%s is cut off: its data ends after %zu of %zu bytes.",
                           source->name, done, bytes);
    }
    return NG_OK;
}

static void turn(unsigned char *data, size_t count, size_t width)
{
    for (size_t i = 0; i < count; i++, data += width)
        for (size_t a = 0, b = width - 1; a < b; a++, b--) {
            unsigned char byte = data[a];
            data[a] = data[b];
            data[b] = byte;
        }
}

enum ng_status ng_array_take_data(struct ng_array_source *source, bool big_endian,
                                  struct ng_array *array, struct ng_error *err)
{
    enum ng_status status = NG_OK;
    size_t bytes, got;
    char beyond;
    if (!ng_array_measure(array, &bytes))
        return ng_fail(err, NG_INVALID,
                       "%s claims an array of more bytes than memory can hold.",
                       source->name);
    if (source->bytes != NULL &&
        bytes > source->bytes->file_size + NG_ARRAY_UNPACK_LIMIT)
        return ng_fail(err, NG_INVALID,
                       "%s claims %zu bytes of data, where its %llu bytes may hold or "
                       "unpack to at most 1 GiB more.",
                       source->name, bytes,
                       (unsigned long long)source->bytes->file_size);
    array->data = malloc(1);
    if (array->data == NULL)
        return ng_fail(err, NG_FAILED, "No memory for %s.", source->name);
    NG_TRY(take_growing(source, bytes, array, err));
    NG_TRY(take_some(source, &beyond, 1, &got, err));
    if (got != 0)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is longer than its header says: there is more behind the "
                       "%zu bytes of data.",
                       source->name, bytes));
    if (big_endian)
        turn(array->data, array->count, ng_array_type_bytes(array->type));
out:
    return status;
}
