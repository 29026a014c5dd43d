/*
 * What conversion needs besides the public declarations of narrowgauge.h.
 * Threads: everything here may be called from any thread.
 */
#ifndef NG_CODEC_FORMAT_H
#define NG_CODEC_FORMAT_H

#include <string.h>

#include "formats/narrowgauge.h"

static inline uint32_t ng_bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float ng_float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* As ng_format_encode() under stochastic rounding, with words[i] for element i. */
void ng_format_encode_words(const struct ng_format *format,
                            const struct ng_policy *policy, float scale, const float *x,
                            const uint32_t *words, void *codes, size_t n,
                            struct ng_cast_counts *counts);

/* The bit of a code that holds the sign; 0 for unsigned formats. */
static inline uint32_t ng_format_sign_bit(const struct ng_format *format)
{
    return format->encoding == NG_UNSIGNED
               ? 0
               : UINT32_C(1) << (format->width + format->unused_bits - 1);
}

/* All bits of a code that mean something. */
static inline uint32_t ng_format_mask(const struct ng_format *format)
{
    return UINT32_MAX >> (32 - format->width) << format->unused_bits;
}

/* What overflow becomes under a rule, and NaN; the first without its sign. */
uint32_t ng_format_special_code(const struct ng_format *format, enum ng_overflow rule);
uint32_t ng_format_nan_code(const struct ng_format *format, enum ng_nan_rule rule,
                            bool negative);

/* RN32(max * RN32(1 / scale)): above it |x| counts as overflowed. */
float ng_format_overflow_bound(const struct ng_format *format, float scale);

#endif
