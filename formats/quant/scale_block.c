/*
 * Scales of blocks in 8 bits: MX (E8M0) and NVFP4 (UE4M3 under one FP32 factor).
 *
 * MX, OCP Microscaling Formats 1.0, section 6.3: a block's scale_inv is X = 2^e, its code
 * e + 127, and the elements are rounded from x * 2^-e, which is exact but for underflow.
 * R = floor(log2(M)), m the mantissa bits of the element format.
 *
 *   mx-floor   e = floor(log2(amax)) - R                     (the text of the standard)
 *   mx-ceil    e = ceil(log2(amax)) - R
 *   mx-even    e = floor(log2(amax rounded to m mantissa bits, ties up)) - R
 *   mx-rceil   e = ceil(log2(RN(amax * RN(1 / M))))          (Transformer Engine, cuBLAS)
 *
 *   The exponent is clamped to -127 below; above 127 the scale is NaN. amax zero: e =
 *   -127, and a subnormal amax counts as 2^-127 (plus 1 under mx-ceil), so it gets there
 *   as well. Infinite or NaN amax, under mx-even also one that rounds to infinity: the
 *   scale is NaN and so is the whole block.
 *   Source: pytorch/ao, torchao/prototype/mx_formats/mx_tensor.py (to_mx). Transformer
 *   Engine's float_to_e8m0 is mx-rceil, but for infinity, which it turns into 2^127.
 *
 * NVFP4, Transformer Engine, common/cast/nvfp4 (core_nvfp4.cuh and
 * quantize_transpose_nvfp4.cuh), in its order of operations:
 *
 *   S = RN(2688 / amax of the tensor), at most FP32's largest number   (2688 = 448 * 6)
 *   1 for an amax of zero, infinity or NaN.  S_inv = RN(1 / S)
 *   b = E4M3(RN(amax of the block * RN(S * RN(1/6)))), nearest-even, saturating at 448
 *   s = RN(1 / RN(b * S_inv)), at most FP32's largest number
 *   code = E2M1(RN(x * s));  value = RN(RN(value of code * b) * S_inv)
 *
 *   A block whose b is zero has s = FP32's largest number and reads back as zeros. Of an
 *   infinite block b is 448. A NaN in the block makes b NaN and so the whole block;
 *   Transformer Engine's maxima do not see NaN. Its dequantisation multiplies b by the
 *   tensor's amax and by RN(1/2688) instead, which may differ in the last bits.
 */
#include "formats/quant/scale.h"
#include "formats/quant/walks.h"

#include <assert.h>

static const uint32_t INFINITE = 0x7F800000;

enum { AT_ONCE = 256, MANTISSA = 23, CEIL = (1 << MANTISSA) - 1 };

/* FP32's exponent field, less the format's: E8M0's bias is FP32's. */
NG_BODY uint32_t code_of(uint32_t field, int largest, uint32_t amax_bits)
{
    int code = (int)field - largest;
    code = code < 0 ? 0 : code > 255 ? 255 : code;
    return amax_bits >= INFINITE ? 255 : (uint32_t)code;
}

/* The exponent field of RN(amax * inverse), rounded up; 2^-127 is subnormal. */
NG_BODY uint32_t field_above(uint32_t amax_bits, float inverse)
{
    uint32_t bits = ng_bits_of(ng_float_of(amax_bits) * inverse);
    return (bits + (bits < 1 << MANTISSA ? CEIL >> 1 : CEIL)) >> MANTISSA;
}

/* One loop for each rule, so that compilers vectorise it. */
NG_BODY void mx_codes(enum ng_scale_rule rule, const struct ng_format *format,
                      const uint32_t *amax_bits, size_t n, uint32_t *codes)
{
    const int largest = (int)(ng_bits_of(format->max) >> MANTISSA) - 127;
    const float inverse = 1.0f / format->max;
    switch (rule) {
    case NG_SCALE_RULE_MX_FLOOR:
        for (size_t i = 0; i < n; i++)
            codes[i] = code_of(amax_bits[i] >> MANTISSA, largest, amax_bits[i]);
        return;
    case NG_SCALE_RULE_MX_CEIL:
        for (size_t i = 0; i < n; i++)
            codes[i] =
                code_of((amax_bits[i] + CEIL) >> MANTISSA, largest, amax_bits[i]);
        return;
    case NG_SCALE_RULE_MX_EVEN: {
        /* Half of the last place kept: none where all of fp32's are. */
        const uint32_t half = UINT32_C(1) << (MANTISSA - format->mantissa_bits) >> 1;
        for (size_t i = 0; i < n; i++) {
            uint32_t rounded = amax_bits[i] + half;
            codes[i] = code_of(rounded >> MANTISSA, largest, rounded);
        }
        return;
    }
    case NG_SCALE_RULE_MX_RCEIL:
        for (size_t i = 0; i < n; i++)
            codes[i] = code_of(field_above(amax_bits[i], inverse), 0, amax_bits[i]);
        return;
    default:
        assert(!"a rule of MX blocks");
    }
}

/* 2^-e; its field is 254 - code, 2^-127 is subnormal. */
NG_BODY float scale_of(uint32_t code)
{
    uint32_t bits = code == 254 ? 0x00400000 : (254 - code) << MANTISSA;
    return ng_float_of(code == 255 ? 0x7FC00000 : bits);
}

NG_BODY void mx_scales(enum ng_scale_rule rule, const struct ng_format *format,
                       const uint32_t *amax_bits, size_t n, uint8_t *codes,
                       float *scales)
{
    uint32_t wide[AT_ONCE];
    mx_codes(rule, format, amax_bits, n, wide);
    for (size_t i = 0; i < n; i++)
        codes[i] = (uint8_t)wide[i];
    for (size_t i = 0; i < n; i++)
        scales[i] = scale_of(wide[i]);
}

NG_WIDE static void mx_scales_wide(enum ng_scale_rule rule,
                                   const struct ng_format *format,
                                   const uint32_t *amax_bits, size_t n, uint8_t *codes,
                                   float *scales)
{
    mx_scales(rule, format, amax_bits, n, codes, scales);
}

void ng_scales_mx(enum ng_scale_rule rule, const struct ng_format *format,
                  const uint32_t *amax_bits, size_t n, uint8_t *codes, float *scales)
{
    for (size_t at = 0; at < n; at += AT_ONCE) {
        size_t count = n - at < AT_ONCE ? n - at : AT_ONCE;
        if (ng_isa() >= NG_ISA_AVX2)
            mx_scales_wide(rule, format, amax_bits + at, count, codes + at,
                           scales + at);
        else
            mx_scales(rule, format, amax_bits + at, count, codes + at, scales + at);
    }
}

uint8_t ng_scale_mx(enum ng_scale_rule rule, const struct ng_format *format,
                    uint32_t amax_bits)
{
    uint8_t code = 0xFF;
    float scale;
    ng_scales_mx(rule, format, &amax_bits, 1, &code, &scale);
    return code;
}

float ng_scale_of_e8m0(uint8_t code)
{
    return scale_of(code);
}

static float at_most_largest(float x)
{
    return x < 0x1.FFFFFEp127f ? x : 0x1.FFFFFEp127f;
}

void ng_scale_nvfp4_tensor(uint32_t amax_bits, float *scale, float *scale_inv)
{
    *scale = 1.0f;
    if (amax_bits > 0 && amax_bits < INFINITE)
        *scale = at_most_largest(448.0f * 6.0f / ng_float_of(amax_bits));
    *scale_inv = 1.0f / *scale;
}

uint8_t ng_scale_nvfp4_block(uint32_t amax_bits, float global_scale)
{
    if (amax_bits > INFINITE)
        return (uint8_t)ng_e4m3.nan_code;
    float block = ng_float_of(amax_bits) * (global_scale * (1.0f / 6.0f));
    return (uint8_t)ng_format_encode_one(&ng_e4m3, &NG_POLICY_CUDA_SATFINITE, block, 0,
                                         NULL);
}

float ng_scale_of_nvfp4(uint8_t code, float global_scale_inv)
{
    float block = ng_format_decode_one(&ng_e4m3, code);
    if (block != block)
        return block;
    return at_most_largest(1.0f / (block * global_scale_inv));
}
