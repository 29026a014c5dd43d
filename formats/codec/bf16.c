/*
 * bf16: the top half of an IEEE 754 binary32; Intel, "BFLOAT16 - Hardware Numerics
 * Definition", document 338302, 2018 (here with subnormals, and every NaN canonical).
 *
 *   bit   15   14 .. 7    6 .. 0      value (-1)^s 2^(e-127) 1.m
 *         s    eeeeeeee   mmmmmmm     e = 0:   (-1)^s 2^-126 0.m
 *
 *   0x0000     zero                      0x7F7F          (2 - 2^-7) 2^127, the largest
 *   0x0001     2^-133, least subnormal   0x7F80          infinity
 *   0x0080     2^-126, least normal      0x7F81..0x7FFF  NaN; canonical is 0x7FC0
 */
#include "formats/codec/narrow.h"

static const struct ng_narrow_shape this_shape = {
    .mantissa_bits = 7,
    .bias = 127,
    .width = 16,
    .max_code = 0x7F7F,
    .nan_code = 0x7FC0,
    .inf_code = 0x7F80,
};

#define NG_NARROW_FORMAT ng_bf16
#include "formats/codec/narrow_body.h"

const struct ng_format ng_bf16 = {
    .name = "bf16",
    .standard = "Intel 338302, bfloat16",
    .storage_bytes = 2,
    .exponent_bits = 8,
    .mantissa_bits = 7,
    .bias = 127,
    .max_code = 0x7F7F,
    .nan_code = 0x7FC0,
    .inf_code = 0x7F80,
    .max = 0x1.FEp127f,
    .min_normal = 0x1p-126f,
    .min_subnormal = 0x1p-133f,
    .decode = decode,
    .encode = encode,
};
