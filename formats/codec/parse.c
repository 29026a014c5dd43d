/*
 * Formats by name: the rows of the table, and eXmY from its parameters in the spelling of
 * ml_dtypes (e4m3fn, e4m3b11fnuz).
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/error.h"
#include "formats/codec/format.h"

const struct ng_format *ng_format_by_name(const char *name)
{
    for (size_t i = 0; ng_formats[i] != NULL; i++)
        if (strcmp(ng_formats[i]->name, name) == 0)
            return ng_formats[i];
    return NULL;
}

enum specials { SPECIALS_IEEE, SPECIALS_FN, SPECIALS_FNUZ };

struct parameters {
    int exponent_bits, mantissa_bits, bias;
    enum specials specials;
};

/* Reads a decimal number of up to four digits after `letter`. A leading zero is refused:
 * e04m3 would not be the row e4m3. */
static bool read_number(const char **at, char letter, int *number)
{
    const char *digit = *at + 1;
    if (**at != letter || !isdigit((unsigned char)*digit) ||
        (digit[0] == '0' && isdigit((unsigned char)digit[1])))
        return false;
    int count = 0;
    *number = 0;
    while (isdigit((unsigned char)*digit) && count++ < 4)
        *number = *number * 10 + (*digit++ - '0');
    *at = digit;
    return true;
}

/* False where the name does not have the shape of eXmY. */
static bool read_parameters(const char *name, struct parameters *p, bool *has_bias)
{
    if (!read_number(&name, 'e', &p->exponent_bits) ||
        !read_number(&name, 'm', &p->mantissa_bits))
        return false;
    *has_bias = read_number(&name, 'b', &p->bias);
    if (strcmp(name, "") == 0)
        p->specials = SPECIALS_IEEE;
    else if (strcmp(name, "fn") == 0)
        p->specials = SPECIALS_FN;
    else if (strcmp(name, "fnuz") == 0)
        p->specials = SPECIALS_FNUZ;
    else
        return false;
    return true;
}

static int largest_exponent(const struct parameters *p)
{
    int top = (1 << p->exponent_bits) - 1 - p->bias;
    return p->specials == SPECIALS_IEEE ? top - 1 : top;
}

static enum ng_status check_parameters(const char *name, const struct parameters *p,
                                       struct ng_error *err)
{
    if (p->exponent_bits < 2 || p->exponent_bits > 8)
        return ng_fail(
            err, NG_INVALID,
            "there is no format \"%.40s\": an eXmY format has 2 to 8 exponent "
            "bits, not %d",
            name, p->exponent_bits);
    if (p->mantissa_bits < 1 || p->mantissa_bits > 22)
        return ng_fail(
            err, NG_INVALID,
            "there is no format \"%.40s\": an eXmY format has 1 to 22 mantissa "
            "bits, not %d",
            name, p->mantissa_bits);
    if (largest_exponent(p) > 127 || 1 - p->bias - p->mantissa_bits < -149)
        return ng_fail(
            err, NG_INVALID,
            "there is no format \"%.40s\": with bias %d its values reach from "
            "2^%d to 2^%d, and those of FP32, which every value must be, only "
            "from 2^-149 to 2^127",
            name, p->bias, 1 - p->bias - p->mantissa_bits, largest_exponent(p));
    return NG_OK;
}

static void build(const struct parameters *p, struct ng_format *format)
{
    uint32_t ones = (UINT32_C(1) << (p->exponent_bits + p->mantissa_bits)) - 1;
    *format = (struct ng_format){
        .standard = "by its parameters",
        .encoding = NG_SIGN_MAGNITUDE,
        .width = 1 + p->exponent_bits + p->mantissa_bits,
        .exponent_bits = p->exponent_bits,
        .mantissa_bits = p->mantissa_bits,
        .bias = p->bias,
        .has_nan = true,
        .has_negative_zero = p->specials != SPECIALS_FNUZ,
        .max_code = ones,
        .nan_code = ones,
    };
    format->storage_bytes = format->width <= 8 ? 1 : format->width <= 16 ? 2 : 4;
    if (p->specials == SPECIALS_IEEE) {
        format->inf_code = ones >> p->mantissa_bits << p->mantissa_bits;
        format->max_code = format->inf_code - 1;
        format->nan_code = format->inf_code | UINT32_C(1) << (p->mantissa_bits - 1);
    } else if (p->specials == SPECIALS_FN) {
        format->max_code = ones - 1;
    } else {
        format->nan_code = ones + 1;
    }
    format->max = ng_format_decode_one(format, format->max_code);
    format->min_normal =
        ng_format_decode_one(format, UINT32_C(1) << format->mantissa_bits);
    format->min_subnormal = ng_format_decode_one(format, 1);
}

/* The row that has the same codes with the same values, if there is one; two NaN codes
 * of one format (e5m2) are no difference. */
static const struct ng_format *same_row(const struct ng_format *own)
{
    for (size_t i = 0; ng_formats[i] != NULL; i++) {
        const struct ng_format *row = ng_formats[i];
        uint32_t row_max = row->max_code >> row->unused_bits;
        if (row->encoding == own->encoding && row->width == own->width &&
            row->mantissa_bits == own->mantissa_bits && row->bias == own->bias &&
            row_max == own->max_code &&
            row->has_negative_zero == own->has_negative_zero &&
            (row->inf_code == 0) == (own->inf_code == 0) &&
            row->has_nan == own->has_nan)
            return row;
    }
    return NULL;
}

static enum ng_status unknown(const char *name, struct ng_error *err)
{
    char list[256] = "";
    size_t used = 0;
    for (size_t i = 0; ng_formats[i] != NULL; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s, ",
                                 ng_formats[i]->name);
    return ng_fail(
        err, NG_INVALID,
        "there is no format \"%.40s\"; the formats are %sand eXmY with 2 to 8 "
        "exponent and 1 to 22 mantissa bits",
        name, list);
}

enum ng_status ng_format_parse(const char *name, struct ng_format *own,
                               const struct ng_format **format, struct ng_error *err)
{
    *format = ng_format_by_name(name);
    if (*format != NULL)
        return NG_OK;
    struct parameters p = {0};
    bool has_bias;
    if (strlen(name) >= sizeof own->name || !read_parameters(name, &p, &has_bias))
        return unknown(name, err);
    /* fp32 itself has one mantissa bit more than a format by parameters may have. */
    if (strcmp(name, "e8m23") == 0) {
        *format = &ng_fp32;
        return NG_OK;
    }
    if (!has_bias && p.exponent_bits >= 2 && p.exponent_bits <= 8)
        p.bias = (1 << (p.exponent_bits - 1)) - (p.specials == SPECIALS_FNUZ ? 0 : 1);
    enum ng_status status = check_parameters(name, &p, err);
    if (status != NG_OK)
        return status;
    build(&p, own);
    *format = same_row(own);
    if (*format == NULL) {
        memcpy(own->name, name, strlen(name) + 1);
        *format = own;
    }
    return NG_OK;
}
