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
#include "formats/codec/narrow_avx2.h"

static const struct ng_narrow_shape shape = {
    .mantissa_bits = 3,
    .bias = 7,
    .width = 8,
    .max_code = 0x7E,
    .nan_code = 0x7F,
    .inf_code = 0,
};

static void encode_scalar(const struct ng_narrow_rules *rules, const float *x,
                          void *codes, size_t n, struct ng_narrow_counts *counts)
{
    ng_narrow_encode_span(&shape, rules, x, codes, n, counts);
}

static NG_AVX2 void encode_avx2(const struct ng_narrow_rules *rules, const float *x,
                                void *codes, size_t n, struct ng_narrow_counts *counts)
{
    ng_avx2_encode_span(&shape, rules, x, codes, n, counts);
}

static void encode(const float *x, void *codes, size_t n, float scale,
                   const struct ng_policy *policy, struct ng_cast_counts *counts)
{
    ng_narrow_encode(&ng_e4m3, encode_scalar, encode_avx2, x, codes, n, scale, policy,
                     counts);
}

static void decode_scalar(const void *codes, float *x, size_t n)
{
    ng_narrow_decode_span(&shape, codes, x, n);
}

static NG_AVX2 void decode_avx2(const void *codes, float *x, size_t n)
{
    ng_avx2_decode_span(&shape, codes, x, n);
}

static void decode(const void *codes, float *x, size_t n)
{
    if (ng_isa() == NG_ISA_AVX2)
        decode_avx2(codes, x, n);
    else
        decode_scalar(codes, x, n);
}

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
