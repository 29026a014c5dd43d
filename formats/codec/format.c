/*
 * The definition of conversion, in integers. Sources: IEEE 754-2019 clause 4.3
 * (roundings), clause 7.5 (gradual underflow); OCP "8-bit Floating Point Specification"
 * 1.0, section 5 and its table of conversions (saturating and non-saturating).
 */
#include "formats/codec/format.h"

#include <string.h>

enum { FP32_MANTISSA = 23, FP32_BIAS = 127 };
static const uint32_t FP32_INF = 0x7F800000, FP32_HIDDEN = 0x00800000;

/* Does the last place kept go up by one? `cut` holds the `shift` bits below it. */
static bool rounds_up(const struct ng_policy *policy, uint64_t kept, uint64_t cut,
                      int shift, bool negative, uint32_t random)
{
    if (shift == 0)
        return false;
    uint64_t half = (uint64_t)1 << (shift - 1);
    switch (policy->rounding) {
    case NG_ROUND_NEAREST_EVEN:
        return cut > half || (cut == half && (kept & 1) != 0);
    case NG_ROUND_NEAREST_AWAY:
        return cut >= half;
    case NG_ROUND_TOWARD_ZERO:
        return false;
    case NG_ROUND_UP:
        return cut != 0 && !negative;
    case NG_ROUND_DOWN:
        return cut != 0 && negative;
    case NG_ROUND_ODD:
        return cut != 0 && (kept & 1) == 0;
    case NG_ROUND_STOCHASTIC: {
        int r = policy->random_bits;
        uint64_t part = shift >= r ? cut >> (shift - r) : cut << (r - shift);
        return ((part + (random >> (32 - r))) >> r) != 0;
    }
    }
    return false;
}

/* Rounds a finite magnitude; the code counts on past max_code as if the exponent had no
 * upper bound. The value is significand * 2^(exponent - 23). */
static uint32_t round_magnitude(const struct ng_format *format,
                                const struct ng_policy *policy, uint32_t magnitude,
                                bool negative, uint32_t random)
{
    uint32_t field = magnitude >> FP32_MANTISSA;
    uint64_t significand = magnitude & (FP32_HIDDEN - 1);
    int exponent = 1 - FP32_BIAS;
    if (field != 0) {
        significand |= FP32_HIDDEN;
        exponent = (int)field - FP32_BIAS;
    }

    int least = 1 - format->bias;
    /* FP32's subnormal numbers are normal ones of a format with a greater bias. */
    while (significand < FP32_HIDDEN && exponent > least) {
        significand <<= 1;
        exponent--;
    }
    /* Subnormals of the target share the exponent of its least normal number. */
    int grid = exponent > least ? exponent : least;
    int shift = FP32_MANTISSA - format->mantissa_bits + (grid - exponent);
    /* From 56 on, all 24 bits lie below even the last of 24 random bits. */
    if (shift > 56)
        shift = 56;

    uint64_t kept = significand >> shift;
    uint64_t cut = significand & (((uint64_t)1 << shift) - 1);
    if (rounds_up(policy, kept, cut, shift, negative, random))
        kept++;
    /* kept includes the hidden bit, hence the exponent field less one; a carry out of
     * the mantissa moves into the field by itself. */
    return ((uint32_t)(grid - least) << format->mantissa_bits) + (uint32_t)kept;
}

uint32_t ng_format_special_code(const struct ng_format *format, enum ng_overflow rule)
{
    if (rule == NG_OVERFLOW_SATURATE || (format->inf_code == 0 && !format->has_nan))
        return format->max_code;
    return format->inf_code != 0 ? format->inf_code : format->nan_code;
}

/* Joins magnitude and sign; in fnuz formats NaN's code is the sign bit itself. */
static uint32_t with_sign(const struct ng_format *format, uint32_t code, bool negative)
{
    if (!negative || (code == 0 && !format->has_negative_zero))
        return code;
    if (format->encoding == NG_TWOS_COMPLEMENT)
        return (UINT32_C(1) << format->width) - code;
    return code | ng_format_sign_bit(format);
}

uint32_t ng_format_nan_code(const struct ng_format *format, enum ng_nan_rule rule,
                            bool negative)
{
    if (rule == NG_NAN_CANONICAL || format->encoding != NG_SIGN_MAGNITUDE)
        return format->nan_code;
    if (!format->has_nan)
        return with_sign(format, 0, !negative);
    return format->nan_code | (negative ? ng_format_sign_bit(format) : 0);
}

/* e8m0: 1.m * 2^exponent to one of the powers of two around it. */
static uint32_t encode_power(const struct ng_policy *policy, uint32_t magnitude,
                             uint32_t random, struct ng_cast_counts *counts)
{
    uint32_t field = magnitude >> FP32_MANTISSA;
    uint64_t significand = magnitude & (FP32_HIDDEN - 1);
    int exponent = 1 - FP32_BIAS;
    if (field != 0) {
        significand |= FP32_HIDDEN;
        exponent = (int)field - FP32_BIAS;
    }
    if (significand < FP32_HIDDEN / 2)
        return 0;
    if (significand < FP32_HIDDEN) {
        significand <<= 1;
        exponent--;
    }
    int code = exponent + ng_e8m0.bias;
    if (rounds_up(policy, 1, significand - FP32_HIDDEN, FP32_MANTISSA, false, random))
        code++;
    counts->saturated += code > (int)ng_e8m0.max_code;
    if (code > (int)ng_e8m0.max_code)
        return ng_format_special_code(&ng_e8m0, policy->finite_overflow);
    return (uint32_t)code;
}

static uint32_t encode_finite(const struct ng_format *format,
                              const struct ng_policy *policy, uint32_t magnitude,
                              bool negative, uint32_t random,
                              struct ng_cast_counts *counts)
{
    if (format->encoding == NG_UNSIGNED) {
        if (policy->nan == NG_NAN_SIGN_KEPT && (negative || magnitude == 0))
            return format->nan_code;
        return encode_power(policy, magnitude, random, counts);
    }
    uint32_t code = round_magnitude(format, policy, magnitude, negative, random)
                    << format->unused_bits;
    counts->saturated += code > format->max_code;
    counts->flushed += code == 0 && magnitude != 0;
    if (code > format->max_code)
        code = ng_format_special_code(format, policy->finite_overflow);
    return with_sign(format, code, negative);
}

uint32_t ng_format_encode_one(const struct ng_format *format,
                              const struct ng_policy *policy, float x, uint32_t random,
                              struct ng_cast_counts *counts)
{
    struct ng_cast_counts unread = {0};
    if (counts == NULL)
        counts = &unread;
    uint32_t bits = ng_bits_of(x);
    uint32_t magnitude = bits & 0x7FFFFFFF;
    bool negative = bits >> 31 != 0;

    counts->elements++;
    counts->nan += magnitude > FP32_INF;
    counts->inf += magnitude == FP32_INF;
    counts->overflowed += magnitude <= FP32_INF && magnitude > ng_bits_of(format->max);
    if (magnitude > counts->amax_bits)
        counts->amax_bits = magnitude;
    if (magnitude > FP32_INF)
        return ng_format_nan_code(format, policy->nan, negative);
    if (format->mantissa_bits == FP32_MANTISSA)
        return bits; /* nothing is converted, so no rule of the policy applies */
    if (magnitude < FP32_INF)
        return encode_finite(format, policy, magnitude, negative, random, counts);
    if (format->encoding == NG_UNSIGNED && negative && policy->nan == NG_NAN_SIGN_KEPT)
        return format->nan_code;
    return with_sign(format, ng_format_special_code(format, policy->infinite_input),
                     negative);
}

static float power_of_two(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return (float)power;
}

float ng_format_decode_one(const struct ng_format *format, uint32_t code)
{
    const float nan = ng_float_of(0x7FC00000);
    code &= ng_format_mask(format);
    if (format->encoding == NG_UNSIGNED)
        return code == format->nan_code ? nan : power_of_two((int)code - format->bias);
    uint32_t sign_bit = ng_format_sign_bit(format);
    uint32_t magnitude = code & (sign_bit - 1), sign = (code & sign_bit) != 0;
    if (format->encoding == NG_TWOS_COMPLEMENT)
        return (float)((int)magnitude - (sign ? (int)sign_bit : 0));
    if (format->inf_code != 0 && magnitude == format->inf_code)
        return ng_float_of(FP32_INF | sign << 31);
    if (magnitude > format->max_code ||
        (sign && magnitude == 0 && !format->has_negative_zero))
        return nan;

    magnitude >>= format->unused_bits;
    uint32_t mantissa = magnitude & ((UINT32_C(1) << format->mantissa_bits) - 1);
    int field = (int)(magnitude >> format->mantissa_bits);
    if (field != 0)
        mantissa |= UINT32_C(1) << format->mantissa_bits;
    int exponent = (field != 0 ? field : 1) - format->bias - format->mantissa_bits;
    /* mantissa * 2^exponent is exact in FP64 and, by the choice of formats, in FP32. */
    uint64_t power_bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &power_bits, sizeof power);
    return ng_float_of(ng_bits_of((float)((double)mantissa * power)) | sign << 31);
}

uint32_t ng_format_load(const struct ng_format *format, const void *codes, size_t i)
{
    const uint8_t *byte = (const uint8_t *)codes + i * (size_t)format->storage_bytes;
    uint32_t code = 0;
    for (int b = 0; b < format->storage_bytes; b++)
        code |= (uint32_t)byte[b] << (8 * b);
    return code;
}

void ng_format_store(const struct ng_format *format, void *codes, size_t i,
                     uint32_t code)
{
    uint8_t *byte = (uint8_t *)codes + i * (size_t)format->storage_bytes;
    for (int b = 0; b < format->storage_bytes; b++)
        byte[b] = (uint8_t)(code >> (8 * b));
}
