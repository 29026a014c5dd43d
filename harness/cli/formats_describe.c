/* One format in words and figures, and all its codes. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/formats.h"
#include "harness/cli/formats_cells.h"
#include "harness/cli/formats_grid.h"
#include "harness/cli/json.h"

/* ---- Derived figures ------------------------------------------------------------- */

struct span {
    double binades, decades, decibel;
};

static struct span span_of(double most, double least)
{
    double ratio = most / least; /* at most 2^277 */
    return (struct span){log2(ratio), log10(ratio), 20 * log10(ratio)};
}

/* Is 1 a value of the format? */
static bool has_one(const struct ng_format *format, uint32_t *code)
{
    *code = ng_format_encode_one(format, &NG_POLICY_CUDA_SATFINITE, 1.0f, 0, NULL);
    return ng_format_decode_one(format, *code) == 1.0f;
}

/* ---- As JSON --------------------------------------------------------------------- */

static json_t *span_json(struct span span)
{
    json_t *object = json_object();
    json_object_set_new(object, "binades", ng_json_number(span.binades));
    json_object_set_new(object, "decades", ng_json_number(span.decades));
    json_object_set_new(object, "decibel", ng_json_number(span.decibel));
    return object;
}

static json_t *counts_json(const struct ng_code_counts *counts)
{
    json_t *object = json_object();
    json_object_set_new(object, "all", json_integer((json_int_t)counts->all));
    json_object_set_new(
        object, "finite",
        json_integer((json_int_t)(counts->all - counts->kinds[NG_CODE_INFINITY] -
                                  counts->kinds[NG_CODE_NAN])));
    for (int kind = 0; kind < NG_CODE_KINDS; kind++)
        json_object_set_new(object, ng_code_kind_names[kind],
                            json_integer((json_int_t)counts->kinds[kind]));
    return object;
}

static json_t *spacing_json(const struct ng_format *format, double x)
{
    return ng_format_reaches(format, x) ? ng_json_number(ng_format_spacing(format, x))
                                        : json_null();
}

static enum ng_status describe_json(const struct ng_format *format,
                                    struct ng_error *err)
{
    bool normals = ng_format_has_normals(format);
    double epsilon = ldexp(1, -format->mantissa_bits), max = (double)format->max;
    struct ng_code_counts counts = ng_code_count(format);
    uint32_t one;
    bool there = has_one(format, &one);
    json_t *object = ng_format_json(format);
    json_object_set_new(object, "one", ng_code_value_json(format, one, there));
    json_object_set_new(object, "epsilon",
                        normals ? ng_json_number(epsilon) : json_null());
    json_object_set_new(object, "unit_roundoff",
                        normals ? ng_json_number(epsilon / 2) : json_null());
    json_object_set_new(object, "spacing_at_1", spacing_json(format, 1));
    json_object_set_new(object, "spacing_at_max", spacing_json(format, max));
    json_object_set_new(object, "range",
                        span_json(span_of(max, (double)format->min_subnormal)));
    json_object_set_new(object, "normal_range",
                        normals ? span_json(span_of(max, (double)format->min_normal))
                                : json_null());
    json_object_set_new(object, "codes", counts_json(&counts));
    return ng_json_print_exact(object, err);
}

/* ---- As text --------------------------------------------------------------------- */

/* "0.015625 = 2^-6", or a decimal alone. */
static void print_number(float value)
{
    char decimal[NG_NUMBER_TEXT], power[NG_NUMBER_TEXT];
    ng_power_text(value, power);
    printf("%s", ng_float_text(value, decimal));
    if (strcmp(power, decimal) != 0)
        printf(" = %s", power);
}

static void print_figure(const char *label, double value)
{
    printf("  %-20s ", label);
    print_number((float)value);
    putchar('\n');
}

#define LINE_BITS 20

/* The bits, where there is room for them in the line. */
static void print_value(const char *label, const struct ng_format *format,
                        uint32_t code)
{
    char hex[NG_CODE_TEXT], bits[NG_CODE_TEXT];
    ng_code_hex(format, code, hex);
    ng_code_bits(format, code, bits);
    printf("  %-20s %-*s  ", label, format->width > 16 ? 10 : 6, hex);
    if (format->width <= LINE_BITS)
        printf("%s  ", bits);
    print_number(ng_format_decode_one(format, code));
    putchar('\n');
}

/* The formulas of normal and of subnormal values, one under the other. */
static void print_halves(const struct ng_format *format)
{
    char normal[64], subnormal[64];
    snprintf(normal, sizeof normal, "(-1)^s * 2^(e - %d) * 1.m", format->bias);
    snprintf(subnormal, sizeof subnormal, "(-1)^s * 2^%d * 0.m", 1 - format->bias);
    printf("  value = %s   where e > 0\n          %-*s   where e = 0\n", normal,
           (int)strlen(normal), subnormal);
}

static void print_formula(const struct ng_format *format)
{
    if (format->encoding == NG_TWOS_COMPLEMENT)
        printf(
            "  value = the integer; the least one, -%ld, is read but never written\n",
            1L << (format->width - 1));
    else if (format->encoding == NG_UNSIGNED)
        printf("  value = 2^(e - %d)\n", format->bias);
    else
        print_halves(format);
    if (format->unused_bits > 0)
        printf("  the low %d bits of the word are zero, and ignored on reading\n",
               format->unused_bits);
}

static void print_nans(const struct ng_format *format)
{
    uint32_t first, last, top = ng_code_at(format, UINT64_C(1) << (format->width - 1));
    char a[NG_CODE_TEXT], b[NG_CODE_TEXT];
    if (!ng_code_nans(format, &first, &last)) {
        printf("  %-20s none\n", "NaN");
        return;
    }
    printf("  %-20s ", "NaN");
    for (int sign = 0; sign < ((first & top) == 0 ? 2 : 1); sign++) {
        ng_code_hex(format, sign == 0 ? first : first | top, a);
        ng_code_hex(format, sign == 0 ? last : last | top, b);
        printf("%s%s%s%s", sign == 0 ? "" : ", ", a, first == last ? "" : "..",
               first == last ? "" : b);
    }
    putchar('\n');
    ng_code_hex(format, format->nan_code, a);
    if (first != last)
        printf("  %-20s %s\n", "NaN as it is written", a);
}

static void print_values(const struct ng_format *format)
{
    uint32_t one, top = ng_code_at(format, UINT64_C(1) << (format->width - 1));
    bool is_unsigned = format->encoding == NG_UNSIGNED;
    print_value("largest", format, format->max_code);
    if (has_one(format, &one))
        print_value("one", format, one);
    if (ng_format_has_normals(format))
        print_value(
            "smallest normal", format,
            is_unsigned ? 0 : ng_code_at(format, UINT64_C(1) << format->mantissa_bits));
    if (ng_format_has_subnormals(format))
        print_value("smallest subnormal", format, ng_code_at(format, 1));
    if (is_unsigned)
        printf("  %-20s none\n", "zero");
    else
        print_value("zero", format, 0);
    if (format->has_negative_zero)
        print_value("negative zero", format, top);
    if (format->inf_code == 0) {
        printf("  %-20s none\n", "infinity");
    } else {
        print_value("infinity", format, format->inf_code);
        print_value("negative infinity", format, format->inf_code | top);
    }
    print_nans(format);
}

static void print_span(const char *label, struct span span)
{
    printf("  %-20s %.1f binades, %.1f decades, %.1f dB\n", label, span.binades,
           span.decades, span.decibel);
}

static void print_precision(const struct ng_format *format)
{
    double max = (double)format->max;
    print_span("range", span_of(max, (double)format->min_subnormal));
    if (ng_format_has_subnormals(format))
        print_span("of normal values", span_of(max, (double)format->min_normal));
    if (ng_format_has_normals(format))
        print_figure("machine epsilon", ldexp(1, -format->mantissa_bits));
    if (ng_format_reaches(format, 1))
        print_figure("spacing from 1 on", ng_format_spacing(format, 1));
    print_figure("spacing at largest", ng_format_spacing(format, max));
}

static void print_counts(const struct ng_format *format)
{
    struct ng_code_counts counts = ng_code_count(format);
    const uint64_t *kinds = counts.kinds;
    uint64_t finite = counts.all - kinds[NG_CODE_INFINITY] - kinds[NG_CODE_NAN];
    printf("  %-20s %" PRIu64 ": %" PRIu64 " finite, %" PRIu64 " infinite, %" PRIu64
           " NaN\n",
           "codes", counts.all, finite, kinds[NG_CODE_INFINITY], kinds[NG_CODE_NAN]);
    if (ng_format_has_subnormals(format))
        printf("  %-20s %" PRIu64 " normal, %" PRIu64 " subnormal, %" PRIu64 " zero\n",
               "finite codes", kinds[NG_CODE_NORMAL], kinds[NG_CODE_SUBNORMAL],
               kinds[NG_CODE_ZERO]);
}

enum ng_status ng_formats_describe(const struct ng_format *format, bool json,
                                   struct ng_error *err)
{
    char diagram[NG_CODE_TEXT];
    if (json)
        return describe_json(format, err);
    ng_format_diagram(format, diagram);
    printf("%s: %s\n\n  %s   %d bits, stored in %d byte%s", format->name,
           format->standard, diagram, format->width, format->storage_bytes,
           format->storage_bytes == 1 ? "" : "s");
    if (format->encoding != NG_TWOS_COMPLEMENT)
        printf(", bias %d", format->bias);
    printf("\n");
    print_formula(format);
    printf("\n");
    print_values(format);
    printf("\n");
    print_precision(format);
    print_counts(format);
    return NG_OK;
}

/* ---- Every code ------------------------------------------------------------------ */

#define LISTED_BITS 16

static json_t *field_json(long field)
{
    return field < 0 ? json_null() : json_integer(field);
}

json_t *ng_code_json(const struct ng_format *format, uint32_t code)
{
    char hex[NG_CODE_TEXT], bits[NG_CODE_TEXT];
    struct ng_code_fields fields = ng_code_fields(format, code);
    float value = ng_format_decode_one(format, code);
    json_t *object = json_object();
    ng_code_hex(format, code, hex);
    ng_code_bits(format, code, bits);
    json_object_set_new(object, "code", ng_json_text(hex));
    json_object_set_new(object, "bits", ng_json_text(bits));
    json_object_set_new(object, "sign", field_json(fields.sign));
    json_object_set_new(object, "exponent", field_json(fields.exponent));
    json_object_set_new(object, "mantissa", field_json(fields.mantissa));
    json_object_set_new(object, "kind",
                        ng_json_text(ng_code_kind_names[ng_code_kind(format, code)]));
    json_object_set_new(object, "value", ng_json_number((double)value));
    return object;
}

static void print_code(const struct ng_format *format, uint32_t code)
{
    char hex[NG_CODE_TEXT], bits[NG_CODE_TEXT], number[NG_NUMBER_TEXT];
    struct ng_code_fields fields = ng_code_fields(format, code);
    const long values[] = {fields.sign, fields.exponent, fields.mantissa};
    static const int widths[] = {4, 8, 8};
    ng_code_hex(format, code, hex);
    ng_code_bits(format, code, bits);
    printf("%-6s  %s", hex, bits);
    for (int i = 0; i < 3; i++)
        if (values[i] < 0)
            printf("  %*s", widths[i], "-");
        else
            printf("  %*ld", widths[i], values[i]);
    printf("  %-15s  %s\n", ng_float_text(ng_format_decode_one(format, code), number),
           ng_code_kind_names[ng_code_kind(format, code)]);
}

enum ng_status ng_formats_codes(const struct ng_format *format, bool json,
                                struct ng_error *err)
{
    char diagram[NG_CODE_TEXT];
    if (format->width > LISTED_BITS)
        return ng_fail(err, NG_INVALID,
                       "--codes lists formats of up to %d bits; %s has %d.",
                       LISTED_BITS, format->name, format->width);
    uint64_t count = UINT64_C(1) << format->width;
    if (json) {
        json_t *object = ng_format_json(format), *list = json_array();
        json_object_set_new(object, "codes", list);
        for (uint64_t i = 0; i < count; i++)
            json_array_append_new(list, ng_code_json(format, ng_code_at(format, i)));
        return ng_json_print_exact(object, err);
    }
    ng_format_diagram(format, diagram);
    printf("%-6s  %s  sign  exponent  mantissa  %-15s  kind\n", "code", diagram,
           "value");
    for (uint64_t i = 0; i < count; i++)
        print_code(format, ng_code_at(format, i));
    return NG_OK;
}
