/* IDX, as Y. LeCun's MNIST page describes it: 0 0 type rank, sizes as big-endian u32, then
 * big-endian elements. */
#include "datasets/files/array.h"

#include <string.h>

#include "datasets/files/array_source.h"

static bool type_of(unsigned char code, enum ng_array_type *type)
{
    static const struct {
        unsigned char code;
        enum ng_array_type type;
    } types[] = {{0x08, NG_ARRAY_U8},  {0x09, NG_ARRAY_I8},  {0x0B, NG_ARRAY_I16},
                 {0x0C, NG_ARRAY_I32}, {0x0D, NG_ARRAY_F32}, {0x0E, NG_ARRAY_F64}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].code == code) {
            *type = types[i].type;
            return true;
        }
    return false;
}

static enum ng_status take_head(struct ng_array_source *source, struct ng_array *array,
                                struct ng_error *err)
{
    enum ng_status status = NG_OK;
    unsigned char head[4], size[4];
    NG_TRY(ng_array_take(source, head, sizeof head, "header", err));
    if (head[0] != 0 || head[1] != 0)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s is not an IDX file: it begins with the bytes %02x %02x, "
                       "where 00 00 was expected.",
                       source->name, head[0], head[1]));
    if (!type_of(head[2], &array->type))
        NG_TRY(
            ng_fail(err, NG_INVALID,
                    "%s: 0x%02x is no IDX type; expected 08 (u8), 09 (i8), 0b (i16), "
                    "0c (i32), 0d (f32) or 0e (f64).",
                    source->name, head[2]));
    array->rank = head[3];
    if (array->rank == 0 || array->rank > NG_ARRAY_RANK)
        NG_TRY(ng_fail(err, NG_INVALID,
                       "%s has %zu dimensions, where 1 to %d were expected.",
                       source->name, array->rank, NG_ARRAY_RANK));
    for (size_t i = 0; i < array->rank; i++) {
        NG_TRY(ng_array_take(source, size, sizeof size, "header", err));
        array->size[i] = (size_t)size[0] << 24 | (size_t)size[1] << 16 |
                         (size_t)size[2] << 8 | size[3];
    }
out:
    return status;
}

enum ng_status ng_idx_read(const char *path, struct ng_array *array,
                           struct ng_error *err)
{
    enum ng_status status = NG_OK;
    struct ng_bytes bytes = {0};
    struct ng_array_source source = {.name = path, .bytes = &bytes};
    memset(array, 0, sizeof *array);
    NG_TRY(ng_bytes_open(&bytes, path, err));
    NG_TRY(take_head(&source, array, err));
    NG_TRY(ng_array_take_data(&source, true, array, err));
out:
    if (status != NG_OK)
        ng_array_release(array);
    ng_bytes_close(&bytes);
    return status;
}
