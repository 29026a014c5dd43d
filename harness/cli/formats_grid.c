#include "harness/cli/formats_grid.h"

#include <math.h>
#include <stdio.h>

#include "formats/codec/format.h"

const char *const ng_code_kind_names[] = {"normal",   "subnormal", "zero",
                                          "infinity", "NaN",       NULL};

bool ng_format_has_normals(const struct ng_format *format)
{
    return format->encoding != NG_TWOS_COMPLEMENT;
}

bool ng_format_has_subnormals(const struct ng_format *format)
{
    return format->encoding == NG_SIGN_MAGNITUDE;
}

enum ng_code_kind ng_code_kind(const struct ng_format *format, uint32_t code)
{
    double value = (double)ng_format_decode_one(format, code);
    if (isnan(value))
        return NG_CODE_NAN;
    if (isinf(value))
        return NG_CODE_INFINITY;
    if (value == 0)
        return NG_CODE_ZERO;
    bool below = fabs(value) < (double)format->min_normal;
    return below && ng_format_has_subnormals(format) ? NG_CODE_SUBNORMAL
                                                     : NG_CODE_NORMAL;
}

struct ng_code_fields ng_code_fields(const struct ng_format *format, uint32_t code)
{
    uint32_t bits = (code & ng_format_mask(format)) >> format->unused_bits;
    uint32_t sign_bit = ng_format_sign_bit(format);
    struct ng_code_fields fields = {-1, -1, -1};
    if (sign_bit != 0)
        fields.sign = (code & sign_bit) != 0;
    if (format->exponent_bits > 0)
        fields.exponent = bits >> format->mantissa_bits &
                          ((UINT32_C(1) << format->exponent_bits) - 1);
    if (format->mantissa_bits > 0)
        fields.mantissa = bits & ((UINT32_C(1) << format->mantissa_bits) - 1);
    return fields;
}

void ng_code_hex(const struct ng_format *format, uint32_t code, char text[NG_CODE_TEXT])
{
    int digits = (format->width + format->unused_bits + 3) / 4;
    snprintf(text, NG_CODE_TEXT, "0x%0*X", digits, (unsigned)code);
}

/* The bits of a code with a space between sign, exponent and mantissa; the letter of each
 * field where `letters` is set. The bits of an integer are one field. */
static void write_fields(const struct ng_format *format, uint32_t bits, bool letters,
                         char text[NG_CODE_TEXT])
{
    bool integer = format->encoding == NG_TWOS_COMPLEMENT;
    size_t length = 0;
    for (int bit = format->width - 1; bit >= 0; bit--) {
        bool sign = bit == format->exponent_bits + format->mantissa_bits;
        bool mantissa = bit < format->mantissa_bits;
        bool first = bit == format->exponent_bits + format->mantissa_bits - 1 ||
                     bit == format->mantissa_bits - 1;
        if (first && length > 0 && !integer)
            text[length++] = ' ';
        char letter = integer ? 'i' : sign ? 's' : mantissa ? 'm' : 'e';
        text[length++] = letters ? letter : (char)('0' + (bits >> bit & 1));
    }
    text[length] = '\0';
}

void ng_code_bits(const struct ng_format *format, uint32_t code,
                  char text[NG_CODE_TEXT])
{
    write_fields(format, code >> format->unused_bits, false, text);
}

void ng_format_diagram(const struct ng_format *format, char text[NG_CODE_TEXT])
{
    write_fields(format, 0, true, text);
}

uint32_t ng_code_at(const struct ng_format *format, uint64_t i)
{
    return (uint32_t)i << format->unused_bits;
}

struct ng_code_counts ng_code_count(const struct ng_format *format)
{
    struct ng_code_counts counts = {.all = UINT64_C(1) << format->width};
    uint64_t signs = format->encoding == NG_SIGN_MAGNITUDE ? 2 : 1;
    uint64_t hidden = UINT64_C(1) << format->mantissa_bits;
    uint64_t magnitudes = ((uint64_t)format->max_code >> format->unused_bits) + 1;
    if (format->encoding == NG_TWOS_COMPLEMENT) {
        counts.kinds[NG_CODE_ZERO] = 1;
        counts.kinds[NG_CODE_NORMAL] = counts.all - 1;
    } else if (format->encoding == NG_UNSIGNED) {
        counts.kinds[NG_CODE_NORMAL] = magnitudes;
        counts.kinds[NG_CODE_NAN] = counts.all - magnitudes;
    } else {
        counts.kinds[NG_CODE_ZERO] = format->has_negative_zero ? 2 : 1;
        counts.kinds[NG_CODE_SUBNORMAL] = signs * (hidden - 1);
        counts.kinds[NG_CODE_NORMAL] = signs * (magnitudes - hidden);
        counts.kinds[NG_CODE_INFINITY] = format->inf_code != 0 ? signs : 0;
        counts.kinds[NG_CODE_NAN] = counts.all;
        for (int kind = 0; kind < NG_CODE_NAN; kind++)
            counts.kinds[NG_CODE_NAN] -= counts.kinds[kind];
    }
    return counts;
}

bool ng_code_nans(const struct ng_format *format, uint32_t *first, uint32_t *last)
{
    uint32_t sign_bit = ng_format_sign_bit(format);
    uint32_t top = format->inf_code != 0 ? format->inf_code : format->max_code;
    *first = *last = format->nan_code;
    if (!format->has_nan)
        return false;
    if (format->nan_code != sign_bit && sign_bit != 0) {
        *first = top + (UINT32_C(1) << format->unused_bits);
        *last = ng_format_mask(format) & (sign_bit - 1);
    }
    return true;
}

/* Rungs count from zero, or from the smallest value where all are positive. */
static int64_t rung_of(const struct ng_format *format, uint32_t code)
{
    uint32_t sign_bit = ng_format_sign_bit(format);
    if (format->encoding == NG_TWOS_COMPLEMENT)
        return (int64_t)ng_format_decode_one(format, code);
    int64_t rung = (code & ~sign_bit) >> format->unused_bits;
    return (code & sign_bit) != 0 ? -rung : rung;
}

bool ng_code_neighbour(const struct ng_format *format, uint32_t code, int step,
                       uint32_t *neighbour)
{
    if (ng_code_kind(format, code) == NG_CODE_NAN)
        return false;
    uint32_t top = format->inf_code != 0 ? format->inf_code : format->max_code;
    int64_t most = top >> format->unused_bits, rung = rung_of(format, code) + step;
    int64_t least = format->encoding == NG_UNSIGNED ? 0 : -most;
    if (rung < least || rung > most)
        return false;
    if (format->encoding == NG_TWOS_COMPLEMENT)
        *neighbour = (uint32_t)rung & ng_format_mask(format);
    else
        *neighbour = (uint32_t)(rung < 0 ? -rung : rung) << format->unused_bits |
                     (rung < 0 ? ng_format_sign_bit(format) : 0);
    return true;
}

double ng_format_spacing(const struct ng_format *format, double x)
{
    int exponent;
    frexp(x, &exponent);
    int least = format->encoding == NG_UNSIGNED ? -format->bias : 1 - format->bias;
    int grid = exponent - 1 > least ? exponent - 1 : least;
    return ldexp(1, grid - format->mantissa_bits);
}

bool ng_format_reaches(const struct ng_format *format, double x)
{
    return x <= (double)format->max && x >= (double)format->min_subnormal;
}
