/*
 * The shared body of the fast converters of bf16, e4m3 and e5m2; private to this
 * folder.
 *
 * Written without branches over blocks of fixed length, so that compilers turn it into
 * vector code; each format instantiates it with its own constants folded in. It equals
 * ng_format_encode_one() for nearest-even under every other choice of the policy.
 *
 * Normal range: adding half of the last place kept less one, plus that place's own bit,
 * and shifting is nearest-even; the carry walks into the exponent. Subnormal range: one
 * FP32 addition of a power of two whose last place is the format's least subnormal, so
 * that the hardware's own nearest-even does the rounding (the environment is checked at
 * start, see formats/base/cpu.h). bf16 has FP32's exponents and needs no such range.
 */
#ifndef NG_CODEC_NARROW_H
#define NG_CODEC_NARROW_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "formats/codec/format.h"

#define NG_INLINE static inline __attribute__((always_inline))
#if defined(__x86_64__)
#define NG_AVX2 __attribute__((target("avx2")))
#else
#define NG_AVX2
#endif

/* A body gets at most NG_NARROW_MOST elements at a time: its counts have 32 bits. */
enum { NG_NARROW_BLOCK = 64, NG_NARROW_MOST = 1 << 30 };

/* Constants of a format; the same numbers as in its struct ng_format. */
struct ng_narrow_shape {
    int mantissa_bits, bias, width; /* width: of a code, in bits */
    uint32_t max_code, nan_code, inf_code;
};

/* What one call asks for, from its policy. nan_sign: all ones where NaN keeps its sign,
 * else 0. */
struct ng_narrow_rules {
    uint32_t over_code, inf_code, nan_sign;
    float scale;
};

struct ng_narrow_counts {
    uint32_t saturated, flushed, nan, inf;
};

/* A body converts n <= NG_NARROW_MOST elements and adds to the counts. */
typedef void ng_narrow_body(const struct ng_narrow_rules *rules, const float *x,
                            void *codes, size_t n, struct ng_narrow_counts *counts);

/* Runs the body that ng_isa() names, or the definition where the rounding is not
 * nearest-even (stochastic rounding has no place here: it needs random words). */
void ng_narrow_encode(const struct ng_format *format, ng_narrow_body *scalar,
                      ng_narrow_body *avx2, const float *x, void *codes, size_t n,
                      float scale, const struct ng_policy *policy,
                      struct ng_cast_counts *counts);

struct ng_narrow_rules ng_narrow_rules_of(const struct ng_format *format,
                                          const struct ng_policy *policy, float scale);

/* Adds what one body counted; counts may be NULL. */
void ng_narrow_count(struct ng_cast_counts *counts, size_t elements,
                     const struct ng_narrow_counts *span);

NG_INLINE uint32_t ng_narrow_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

NG_INLINE float ng_narrow_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

NG_INLINE uint32_t ng_narrow_mask(int condition)
{
    return (uint32_t)-condition;
}

/* b where mask is all ones, a where it is 0. */
NG_INLINE uint32_t ng_narrow_select(uint32_t mask, uint32_t a, uint32_t b)
{
    return (a & ~mask) | (b & mask);
}

/* Bits of the power of two whose last place in FP32 is the format's least subnormal. */
NG_INLINE uint32_t ng_narrow_aligner(const struct ng_narrow_shape *shape)
{
    return (uint32_t)(127 + 24 - shape->bias - shape->mantissa_bits) << 23;
}

/* Nearest-even code of a magnitude, on the grid without an upper bound. */
NG_INLINE uint32_t ng_narrow_round(const struct ng_narrow_shape *shape,
                                   uint32_t magnitude)
{
    const int shift = 23 - shape->mantissa_bits;
    const uint32_t half_less = (UINT32_C(1) << (shift - 1)) - 1;
    const uint32_t rebias = (uint32_t)(127 - shape->bias) << shape->mantissa_bits;
    uint32_t code =
        ((magnitude + half_less + ((magnitude >> shift) & 1)) >> shift) - rebias;
    if (shape->bias == 127)
        return code;
    const int32_t least_normal = (int32_t)((uint32_t)(128 - shape->bias) << 23);
    const uint32_t aligner = ng_narrow_aligner(shape);
    uint32_t subnormal =
        ng_narrow_bits(ng_narrow_float(magnitude) + ng_narrow_float(aligner)) - aligner;
    return ng_narrow_select(ng_narrow_mask((int32_t)magnitude < least_normal), code,
                            subnormal);
}

/* Codes of one block, each in 32 bits. */
NG_INLINE void ng_narrow_encode_wide(const struct ng_narrow_shape *shape,
                                     const struct ng_narrow_rules *rules,
                                     const float *x, uint32_t *codes,
                                     struct ng_narrow_counts *counts)
{
    struct ng_narrow_counts block = {0};
    for (int i = 0; i < NG_NARROW_BLOCK; i++) {
        uint32_t bits = ng_narrow_bits(x[i] * rules->scale);
        uint32_t magnitude = bits & 0x7FFFFFFF;
        uint32_t code = ng_narrow_round(shape, magnitude);
        uint32_t is_nan = ng_narrow_mask((int32_t)magnitude > 0x7F800000);
        uint32_t is_inf = ng_narrow_mask((int32_t)magnitude == 0x7F800000);
        uint32_t over = ng_narrow_mask((int32_t)code > (int32_t)shape->max_code) &
                        ng_narrow_mask((int32_t)magnitude < 0x7F800000);
        block.saturated -= over;
        block.flushed -= ng_narrow_mask(code == 0) & ng_narrow_mask(magnitude != 0);
        block.nan -= is_nan;
        block.inf -= is_inf;
        code = ng_narrow_select(over, code, rules->over_code);
        code = ng_narrow_select(is_inf, code, rules->inf_code);
        code = ng_narrow_select(is_nan, code, shape->nan_code);
        uint32_t sign = (bits >> 31) << (shape->width - 1);
        codes[i] = code | (sign & (~is_nan | rules->nan_sign));
    }
    counts->saturated += block.saturated;
    counts->flushed += block.flushed;
    counts->nan += block.nan;
    counts->inf += block.inf;
}

NG_INLINE void ng_narrow_encode_block(const struct ng_narrow_shape *shape,
                                      const struct ng_narrow_rules *rules,
                                      const float *x, uint8_t *codes,
                                      struct ng_narrow_counts *counts)
{
    uint32_t wide[NG_NARROW_BLOCK];
    ng_narrow_encode_wide(shape, rules, x, wide, counts);
    if (shape->width == 8) {
        uint8_t out[NG_NARROW_BLOCK];
        for (int i = 0; i < NG_NARROW_BLOCK; i++)
            out[i] = (uint8_t)wide[i];
        memcpy(codes, out, sizeof out);
    } else {
        uint16_t out[NG_NARROW_BLOCK];
        for (int i = 0; i < NG_NARROW_BLOCK; i++)
            out[i] = (uint16_t)wide[i];
        memcpy(codes, out, sizeof out);
    }
}

/* The last, partial block is filled up with zeros, which add to no count. */
NG_INLINE void ng_narrow_encode_span(const struct ng_narrow_shape *shape,
                                     const struct ng_narrow_rules *rules,
                                     const float *x, uint8_t *codes, size_t n,
                                     struct ng_narrow_counts *counts)
{
    const size_t bytes = (size_t)shape->width / 8;
    size_t i = 0;
    for (; n - i >= NG_NARROW_BLOCK; i += NG_NARROW_BLOCK)
        ng_narrow_encode_block(shape, rules, x + i, codes + i * bytes, counts);
    if (i < n) {
        float in[NG_NARROW_BLOCK] = {0};
        uint8_t out[NG_NARROW_BLOCK * 2];
        memcpy(in, x + i, (n - i) * sizeof *in);
        ng_narrow_encode_block(shape, rules, in, out, counts);
        memcpy(codes + i * bytes, out, (n - i) * bytes);
    }
}

/* Subnormal codes: 2^(1-bias) * (1 + fraction) - 2^(1-bias) is exact and meets no FP32
 * subnormal, which some machines handle slowly. */
NG_INLINE uint32_t ng_narrow_decode_one(const struct ng_narrow_shape *shape,
                                        uint32_t code)
{
    const int shift = 23 - shape->mantissa_bits;
    const uint32_t sign_bit = UINT32_C(1) << (shape->width - 1);
    uint32_t magnitude = code & (sign_bit - 1);
    uint32_t sign = (code & sign_bit) << (32 - shape->width);
    uint32_t bits = (magnitude << shift) + ((uint32_t)(127 - shape->bias) << 23);
    if (shape->bias != 127) {
        const uint32_t least_normal = (uint32_t)(128 - shape->bias) << 23;
        uint32_t raised = (magnitude << shift) + least_normal;
        uint32_t subnormal =
            ng_narrow_bits(ng_narrow_float(raised) - ng_narrow_float(least_normal));
        uint32_t is_small = ng_narrow_mask(magnitude >> shape->mantissa_bits == 0);
        bits = ng_narrow_select(is_small, bits, subnormal);
    }
    if (shape->inf_code != 0)
        bits = ng_narrow_select(ng_narrow_mask(magnitude == shape->inf_code), bits,
                                0x7F800000);
    const uint32_t last = shape->inf_code != 0 ? shape->inf_code : shape->max_code;
    uint32_t is_nan = ng_narrow_mask((int32_t)magnitude > (int32_t)last);
    return ng_narrow_select(is_nan, bits | sign, 0x7FC00000);
}

NG_INLINE void ng_narrow_decode_block(const struct ng_narrow_shape *shape,
                                      const uint8_t *codes, float *x)
{
    uint32_t out[NG_NARROW_BLOCK];
    if (shape->width == 8) {
        uint8_t in[NG_NARROW_BLOCK];
        memcpy(in, codes, sizeof in);
        for (int i = 0; i < NG_NARROW_BLOCK; i++)
            out[i] = ng_narrow_decode_one(shape, in[i]);
    } else {
        uint16_t in[NG_NARROW_BLOCK];
        memcpy(in, codes, sizeof in);
        for (int i = 0; i < NG_NARROW_BLOCK; i++)
            out[i] = ng_narrow_decode_one(shape, in[i]);
    }
    memcpy(x, out, sizeof out);
}

NG_INLINE void ng_narrow_decode_span(const struct ng_narrow_shape *shape,
                                     const uint8_t *codes, float *x, size_t n)
{
    const size_t bytes = (size_t)shape->width / 8;
    size_t i = 0;
    for (; n - i >= NG_NARROW_BLOCK; i += NG_NARROW_BLOCK)
        ng_narrow_decode_block(shape, codes + i * bytes, x + i);
    if (i < n) {
        uint8_t in[NG_NARROW_BLOCK * 2] = {0};
        float out[NG_NARROW_BLOCK];
        memcpy(in, codes + i * bytes, (n - i) * bytes);
        ng_narrow_decode_block(shape, in, out);
        memcpy(x + i, out, (n - i) * sizeof *out);
    }
}

#endif
