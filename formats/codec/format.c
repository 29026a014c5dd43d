/*
 * The list of formats and policies, and the definition of conversion in integers.
 * Sources: IEEE 754-2019 clause 4.3 (roundings), clause 7.5 (gradual underflow); OCP
 * "8-bit Floating Point Specification" 1.0, section 5 and its table of conversions
 * (saturating and non-saturating).
 */
#include "formats/codec/format.h"

#include <string.h>

const char *const ng_rounding_names[] = {
    "nearest-even", "nearest-away", "toward-zero", "up",
    "down",         "odd",          "stochastic",  NULL};

const struct ng_policy NG_POLICY_CUDA_SATFINITE = {
    NG_ROUND_NEAREST_EVEN, 0, NG_OVERFLOW_SATURATE, NG_OVERFLOW_SATURATE,
    NG_NAN_CANONICAL};

/* ml_dtypes never saturates and keeps a NaN's sign. The OCP text asks that a NaN stays
 * a NaN and that its saturating mode turns infinity into the maximum. */
const struct ng_policy_preset ng_policies[] = {
    {"cuda-satfinite",
     {NG_ROUND_NEAREST_EVEN, 0, NG_OVERFLOW_SATURATE, NG_OVERFLOW_SATURATE,
      NG_NAN_CANONICAL}},
    {"cuda-nosat",
     {NG_ROUND_NEAREST_EVEN, 0, NG_OVERFLOW_SPECIAL, NG_OVERFLOW_SPECIAL,
      NG_NAN_CANONICAL}},
    {"ml_dtypes",
     {NG_ROUND_NEAREST_EVEN, 0, NG_OVERFLOW_SPECIAL, NG_OVERFLOW_SPECIAL,
      NG_NAN_SIGN_KEPT}},
    {"ocp",
     {NG_ROUND_NEAREST_EVEN, 0, NG_OVERFLOW_SATURATE, NG_OVERFLOW_SATURATE,
      NG_NAN_SIGN_KEPT}},
    {.name = NULL},
};

const struct ng_format *const ng_formats[] = {&ng_fp32, &ng_bf16, &ng_e4m3, &ng_e5m2,
                                              NULL};

const struct ng_format *ng_format_by_name(const char *name)
{
    for (size_t i = 0; ng_formats[i] != NULL; i++)
        if (strcmp(ng_formats[i]->name, name) == 0)
            return ng_formats[i];
    return NULL;
}

enum { FP32_MANTISSA = 23, FP32_BIAS = 127 };
static const uint32_t FP32_INF = 0x7F800000, FP32_HIDDEN = 0x00800000;

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

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

    /* Subnormals of the target share the exponent of its least normal number. */
    int least = 1 - format->bias;
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

static uint32_t special_code(const struct ng_format *format, enum ng_overflow rule)
{
    if (rule == NG_OVERFLOW_SATURATE)
        return format->max_code;
    return format->inf_code != 0 ? format->inf_code : format->nan_code;
}

uint32_t ng_format_encode_one(const struct ng_format *format,
                              const struct ng_policy *policy, float x, uint32_t random,
                              struct ng_cast_counts *counts)
{
    struct ng_cast_counts unread = {0};
    if (counts == NULL)
        counts = &unread;
    uint32_t bits = bits_of(x);
    uint32_t magnitude = bits & 0x7FFFFFFF;
    bool negative = bits >> 31 != 0;
    uint32_t sign = (bits >> 31) << (8 * format->storage_bytes - 1);

    counts->elements++;
    counts->nan += magnitude > FP32_INF;
    counts->inf += magnitude == FP32_INF;
    if (magnitude > FP32_INF)
        return format->nan_code | (policy->nan == NG_NAN_SIGN_KEPT ? sign : 0);
    if (format == &ng_fp32)
        return bits; /* nothing is converted, so no rule of the policy applies */
    if (magnitude == FP32_INF)
        return special_code(format, policy->infinite_input) | sign;

    uint32_t code = round_magnitude(format, policy, magnitude, negative, random);
    counts->saturated += code > format->max_code;
    counts->flushed += code == 0 && magnitude != 0;
    if (code > format->max_code)
        code = special_code(format, policy->finite_overflow);
    return code | sign;
}

float ng_format_decode_one(const struct ng_format *format, uint32_t code)
{
    uint32_t sign = code >> (8 * format->storage_bytes - 1) << 31;
    uint32_t magnitude = code & ~(UINT32_C(1) << (8 * format->storage_bytes - 1));
    if (format->inf_code != 0 && magnitude == format->inf_code)
        return float_of(FP32_INF | sign);
    if (magnitude > format->max_code)
        return float_of(0x7FC00000);
    if (format == &ng_fp32)
        return float_of(code);

    uint32_t mantissa = magnitude & ((UINT32_C(1) << format->mantissa_bits) - 1);
    int field = (int)(magnitude >> format->mantissa_bits);
    if (field != 0)
        mantissa |= UINT32_C(1) << format->mantissa_bits;
    int exponent = (field != 0 ? field : 1) - format->bias - format->mantissa_bits;
    /* mantissa * 2^exponent is exact in FP64 and, by the choice of formats, in FP32. */
    uint64_t power_bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &power_bits, sizeof power);
    return float_of(bits_of((float)((double)mantissa * power)) | sign);
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
