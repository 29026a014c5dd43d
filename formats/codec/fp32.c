/*
 * fp32: IEEE 754-2019 binary32, clause 3.4.
 *
 *   bit   31   30 .. 23   22 .. 0
 *         s    eeeeeeee   m...m     value (-1)^s 2^(e-127) 1.m, e = 0: (-1)^s 2^-126
 * 0.m
 *
 *   0x00000000  zero                     0x7F7FFFFF  (2 - 2^-23) 2^127, the largest
 *   0x00000001  2^-149, least subnormal  0x7F800000  infinity
 *   0x00800000  2^-126, least normal     above       NaN; canonical is 0x7FC00000
 *
 * The carrier of every computation: a cast to it changes nothing but NaN, so neither
 * the rounding nor the overflow rules of a policy apply.
 */
#include <string.h>

#include "formats/codec/format.h"

/* Elements at a time: a fixed length, without branches, becomes vector code. */
enum { BLOCK = 64 };

static uint32_t mask_of(int condition)
{
    return (uint32_t)-condition;
}

static void encode_block(const float *x, void *codes, float scale, uint32_t nan_sign,
                         struct ng_cast_counts *counts)
{
    uint32_t block[BLOCK], nan = 0, inf = 0;
    for (int i = 0; i < BLOCK; i++) {
        float scaled = x[i] * scale;
        uint32_t bits;
        memcpy(&bits, &scaled, sizeof bits);
        uint32_t magnitude = bits & 0x7FFFFFFF;
        uint32_t is_nan = mask_of((int32_t)magnitude > 0x7F800000);
        nan -= is_nan;
        inf -= mask_of((int32_t)magnitude == 0x7F800000);
        uint32_t canonical = 0x7FC00000 | (bits & nan_sign);
        block[i] = (bits & ~is_nan) | (canonical & is_nan);
    }
    memcpy(codes, block, sizeof block);
    counts->nan += nan;
    counts->inf += inf;
}

static void decode_block(const void *codes, float *x)
{
    uint32_t block[BLOCK];
    memcpy(block, codes, sizeof block);
    for (int i = 0; i < BLOCK; i++) {
        int32_t magnitude = (int32_t)(block[i] & 0x7FFFFFFF);
        uint32_t is_nan = mask_of(magnitude > 0x7F800000);
        block[i] = (block[i] & ~is_nan) | (0x7FC00000 & is_nan);
    }
    memcpy(x, block, sizeof block);
}

/* The last, partial block is filled up with zeros, which add to no count. */
static void encode(const float *x, void *codes, size_t n, float scale,
                   const struct ng_policy *policy, struct ng_cast_counts *counts)
{
    struct ng_cast_counts unread = {0};
    if (counts == NULL)
        counts = &unread;
    uint32_t nan_sign = policy->nan == NG_NAN_SIGN_KEPT ? 0x80000000 : 0;
    uint8_t *out = codes;
    size_t i = 0;
    for (; n - i >= BLOCK; i += BLOCK)
        encode_block(x + i, out + i * sizeof *x, scale, nan_sign, counts);
    if (i < n) {
        float padded[BLOCK] = {0};
        memcpy(padded, x + i, (n - i) * sizeof *x);
        encode_block(padded, padded, scale, nan_sign, counts);
        memcpy(out + i * sizeof *x, padded, (n - i) * sizeof *x);
    }
    counts->elements += n;
}

static void decode(const void *codes, float *x, size_t n)
{
    const uint8_t *in = codes;
    size_t i = 0;
    for (; n - i >= BLOCK; i += BLOCK)
        decode_block(in + i * sizeof *x, x + i);
    if (i < n) {
        float padded[BLOCK] = {0};
        memcpy(padded, in + i * sizeof *x, (n - i) * sizeof *x);
        decode_block(padded, padded);
        memcpy(x + i, padded, (n - i) * sizeof *x);
    }
}

const struct ng_format ng_fp32 = {
    .name = "fp32",
    .standard = "IEEE 754-2019, binary32",
    .storage_bytes = 4,
    .exponent_bits = 8,
    .mantissa_bits = 23,
    .bias = 127,
    .max_code = 0x7F7FFFFF,
    .nan_code = 0x7FC00000,
    .inf_code = 0x7F800000,
    .max = 0x1.FFFFFEp127f,
    .min_normal = 0x1p-126f,
    .min_subnormal = 0x1p-149f,
    .decode = decode,
    .encode = encode,
};
