/*
 * e4m3: the E4M3 of the OCP "8-bit Floating Point Specification" 1.0, section 5; also
 * called E4M3FN.
 *
 *   bit   7   6 5 4 3   2 1 0       value (-1)^s 2^(e-7) 1.mmm
 *         s   e e e e   m m m       e = 0:   (-1)^s 2^-6 0.mmm
 *
 *   0x00       zero                    0x7E   448, the largest
 *   0x01       2^-9, least subnormal   0x7F   NaN, the only one (and 0xFF)
 *   0x08       2^-6, least normal      no infinity
 *
 * Up to 464 rounds to 448 (the tie goes to the even code); above that is overflow.
 */
#include "formats/codec/narrow.h"

static const struct ng_narrow_shape this_shape = {
    .mantissa_bits = 3,
    .bias = 7,
    .width = 8,
    .max_code = 0x7E,
    .nan_code = 0x7F,
    .inf_code = 0,
};

#define NG_NARROW_FORMAT ng_e4m3
#include "formats/codec/narrow_body.h"

const struct ng_format ng_e4m3 = {
    .name = "e4m3",
    .standard = "OCP OFP8 1.0, E4M3",
    .storage_bytes = 1,
    .exponent_bits = 4,
    .mantissa_bits = 3,
    .bias = 7,
    .max_code = 0x7E,
    .nan_code = 0x7F,
    .inf_code = 0,
    .max = 448.0f,
    .min_normal = 0x1p-6f,
    .min_subnormal = 0x1p-9f,
    .decode = decode,
    .encode = encode,
};
