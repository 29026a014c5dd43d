/*
 * e5m2: the E5M2 of the OCP "8-bit Floating Point Specification" 1.0, section 5; the
 * top byte of an IEEE 754 binary16.
 *
 *   bit   7   6 5 4 3 2   1 0       value (-1)^s 2^(e-15) 1.mm
 *         s   e e e e e   m m       e = 0:   (-1)^s 2^-14 0.mm
 *
 *   0x00       zero                    0x7B        57344, the largest
 *   0x01       2^-16, least subnormal  0x7C        infinity
 *   0x04       2^-14, least normal     0x7D..0x7F  NaN; canonical is 0x7F, as in CUDA
 *
 * From 61440 on (the tie goes to the even code above) is overflow.
 */
#include "formats/codec/narrow.h"

static const struct ng_narrow_shape this_shape = {
    .mantissa_bits = 2,
    .bias = 15,
    .width = 8,
    .max_code = 0x7B,
    .nan_code = 0x7F,
    .inf_code = 0x7C,
};

#define NG_NARROW_FORMAT ng_e5m2
#include "formats/codec/narrow_body.h"

const struct ng_format ng_e5m2 = {
    .name = "e5m2",
    .standard = "OCP OFP8 1.0, E5M2",
    .storage_bytes = 1,
    .exponent_bits = 5,
    .mantissa_bits = 2,
    .bias = 15,
    .max_code = 0x7B,
    .nan_code = 0x7F,
    .inf_code = 0x7C,
    .max = 57344.0f,
    .min_normal = 0x1p-14f,
    .min_subnormal = 0x1p-16f,
    .decode = decode,
    .encode = encode,
};
