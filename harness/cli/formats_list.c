#include "harness/cli/formats.h"

#include "harness/cli/formats_cells.h"
#include "harness/cli/formats_grid.h"
#include "harness/cli/json.h"
#include "harness/cli/terminal.h"

static json_t *hex(const struct ng_format *format, uint32_t code)
{
    char text[NG_CODE_TEXT];
    ng_code_hex(format, code, text);
    return ng_json_text(text);
}

json_t *ng_code_value_json(const struct ng_format *format, uint32_t code, bool there)
{
    if (!there)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "code", hex(format, code));
    json_object_set_new(object, "value",
                        ng_json_number((double)ng_format_decode_one(format, code)));
    return object;
}

/* Codes of both signs, as far as they are of that kind. */
static json_t *both_signs(const struct ng_format *format, uint32_t code,
                          enum ng_code_kind kind, bool there)
{
    json_t *list = json_array();
    uint32_t top = ng_code_at(format, UINT64_C(1) << (format->width - 1));
    if (there && ng_code_kind(format, code) == kind)
        json_array_append_new(list, hex(format, code));
    if (there && ng_code_kind(format, code | top) == kind)
        json_array_append_new(list, hex(format, code | top));
    return list;
}

/* [[first, last], ...] */
static json_t *nan_ranges(const struct ng_format *format)
{
    json_t *list = json_array();
    uint32_t first, last, top = ng_code_at(format, UINT64_C(1) << (format->width - 1));
    if (!ng_code_nans(format, &first, &last))
        return list;
    json_array_append_new(list,
                          json_pack("[o, o]", hex(format, first), hex(format, last)));
    if ((first & top) == 0)
        json_array_append_new(list, json_pack("[o, o]", hex(format, first | top),
                                              hex(format, last | top)));
    return list;
}

/* "max": 448.0, "max_code": "0x7E"; both null where there is no such value. */
static void add_value(json_t *object, const char *key, const struct ng_format *format,
                      uint32_t code, bool there)
{
    char code_key[32];
    snprintf(code_key, sizeof code_key, "%s_code", key);
    json_object_set_new(object, key,
                        there
                            ? ng_json_number((double)ng_format_decode_one(format, code))
                            : json_null());
    json_object_set_new(object, code_key, there ? hex(format, code) : json_null());
}

static void add_values(json_t *object, const struct ng_format *format)
{
    uint32_t normal = ng_code_at(format, UINT64_C(1) << format->mantissa_bits);
    if (format->encoding == NG_UNSIGNED)
        normal = 0;
    add_value(object, "max", format, format->max_code, true);
    add_value(object, "min_normal", format, normal, ng_format_has_normals(format));
    add_value(object, "min_subnormal", format, ng_code_at(format, 1),
              ng_format_has_subnormals(format));
}

json_t *ng_format_json(const struct ng_format *format)
{
    static const char *const encodings[] = {"sign and magnitude", "unsigned",
                                            "two's complement"};
    char diagram[NG_CODE_TEXT];
    bool integer = format->encoding == NG_TWOS_COMPLEMENT;
    json_t *object = json_object();
    ng_format_diagram(format, diagram);
    json_object_set_new(object, "name", ng_json_text(format->name));
    json_object_set_new(object, "standard", ng_json_text(format->standard));
    json_object_set_new(object, "encoding", ng_json_text(encodings[format->encoding]));
    json_object_set_new(object, "diagram", ng_json_text(diagram));
    json_object_set_new(object, "bits", json_integer(format->width));
    json_object_set_new(object, "sign_bits",
                        json_integer(format->encoding != NG_UNSIGNED));
    json_object_set_new(object, "exponent_bits", json_integer(format->exponent_bits));
    json_object_set_new(object, "mantissa_bits", json_integer(format->mantissa_bits));
    json_object_set_new(object, "bias",
                        integer ? json_null() : json_integer(format->bias));
    json_object_set_new(object, "storage_bytes", json_integer(format->storage_bytes));
    add_values(object, format);
    json_object_set_new(
        object, "infinity_codes",
        both_signs(format, format->inf_code, NG_CODE_INFINITY, format->inf_code != 0));
    json_object_set_new(object, "nan_code",
                        format->has_nan ? hex(format, format->nan_code) : json_null());
    json_object_set_new(object, "nan_ranges", nan_ranges(format));
    json_object_set_new(object, "zero_codes",
                        both_signs(format, 0, NG_CODE_ZERO, true));
    return object;
}

static void fill_specials(struct ng_cells *cells, const struct ng_format *format)
{
    uint64_t zeros = ng_code_count(format).kinds[NG_CODE_ZERO];
    char text[NG_CODE_TEXT];
    ng_code_hex(format, format->inf_code, text);
    ng_cells_set(cells, 7, "%s", format->inf_code != 0 ? text : "-");
    ng_code_hex(format, format->nan_code, text);
    ng_cells_set(cells, 8, "%s", format->has_nan ? text : "-");
    ng_cells_set(cells, 9, "%s", zeros == 2 ? "+0 -0" : zeros == 1 ? "0" : "-");
}

static void fill_row(struct ng_cells *cells, const struct ng_format *format)
{
    char text[NG_NUMBER_TEXT];
    bool integer = format->encoding == NG_TWOS_COMPLEMENT;
    ng_cells_row(cells);
    ng_cells_set(cells, 0, "%s", format->name);
    ng_cells_set(cells, 1, "%d", format->width);
    ng_cells_set(cells, 2, "%d/%d/%d", format->encoding != NG_UNSIGNED,
                 format->exponent_bits, format->mantissa_bits);
    if (integer)
        ng_cells_set(cells, 3, "-");
    else
        ng_cells_set(cells, 3, "%d", format->bias);
    ng_cells_set(cells, 4, "%s", ng_float_text(format->max, text));
    ng_cells_set(cells, 5, "%s",
                 ng_format_has_normals(format) ? ng_power_text(format->min_normal, text)
                                               : "-");
    ng_cells_set(cells, 6, "%s",
                 ng_format_has_subnormals(format)
                     ? ng_power_text(format->min_subnormal, text)
                     : "-");
    fill_specials(cells, format);
    ng_cells_set(cells, 10, "%d", format->storage_bytes);
    ng_cells_set(cells, 11, "%s", format->standard);
}

enum ng_status ng_formats_list(bool json, struct ng_error *err)
{
    static const char *const head[] = {
        "format",   "bits", "s/e/m", "bias",  "max",      "min normal", "min subnormal",
        "infinity", "NaN",  "zeros", "bytes", "standard", NULL};
    static const size_t optional[] = {11, 10, 9, 7, 8, 3, 5, 0};
    enum ng_status status = NG_OK;
    struct ng_arena arena = {0};
    struct ng_cells cells;
    size_t count = 0;
    while (ng_formats[count] != NULL)
        count++;
    if (json) {
        json_t *list = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(list, ng_format_json(ng_formats[i]));
        return ng_json_print_exact(list, err);
    }
    ng_cells_begin(&cells, &arena, head, "lrlrrrrlllrl", count);
    cells.optional = optional;
    for (size_t i = 0; i < count; i++)
        fill_row(&cells, ng_formats[i]);
    NG_TRY(ng_cells_print(&cells, ng_terminal_width(stdout), err));
    printf("\nAny other: eXmY with 2 to 8 exponent and 1 to 22 mantissa bits (e3m8, "
           "e5m3b7fn).\n'narrowgauge formats NAME' says more of one.\n");
out:
    ng_arena_release(&arena);
    return status;
}
