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
#include "formats/codec/narrow_avx2.h"

static const struct ng_narrow_shape shape = {
    .mantissa_bits = 2,
    .bias = 15,
    .width = 8,
    .max_code = 0x7B,
    .nan_code = 0x7F,
    .inf_code = 0x7C,
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
    ng_narrow_encode(&ng_e5m2, encode_scalar, encode_avx2, x, codes, n, scale, policy,
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
