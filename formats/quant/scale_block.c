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

NG_BODY uint8_t e8m0_of(int exponent)
{
    if (exponent > 127)
        return 0xFF;
    return (uint8_t)(exponent < -127 ? 0 : exponent + 127);
}

/* FP32's exponent, that of subnormals and zero taken as -127. */
NG_BODY int exponent_of(uint32_t bits)
{
    return (int)(bits >> 23) - 127;
}

NG_BODY int is_above_power(uint32_t bits)
{
    return (bits & 0x7FFFFF) != 0;
}

NG_BODY uint8_t mx_floor(uint32_t amax_bits, int largest)
{
    return amax_bits >= INFINITE ? 0xFF : e8m0_of(exponent_of(amax_bits) - largest);
}

NG_BODY uint8_t mx_ceil(uint32_t amax_bits, int largest)
{
    int exponent = exponent_of(amax_bits) + is_above_power(amax_bits);
    return amax_bits >= INFINITE ? 0xFF : e8m0_of(exponent - largest);
}

NG_BODY uint8_t mx_rceil(uint32_t amax_bits, float inverse)
{
    uint32_t bits = ng_bits_of(ng_float_of(amax_bits) * inverse);
    int exponent = exponent_of(bits) + is_above_power(bits);
    /* 2^-127 is subnormal. */
    if (bits < 0x00800000)
        exponent = bits > 0x00400000 ? -126 : -127;
    return amax_bits >= INFINITE ? 0xFF : e8m0_of(exponent);
}

/* One loop for each rule, so that compilers vectorise it. */
NG_BODY void mx_codes(enum ng_scale_rule rule, const struct ng_format *format,
                      const uint32_t *amax_bits, size_t n, uint8_t *codes)
{
    int largest = exponent_of(ng_bits_of(format->max));
    switch (rule) {
    case NG_SCALE_RULE_MX_FLOOR:
        for (size_t i = 0; i < n; i++)
            codes[i] = mx_floor(amax_bits[i], largest);
        return;
    case NG_SCALE_RULE_MX_CEIL:
        for (size_t i = 0; i < n; i++)
            codes[i] = mx_ceil(amax_bits[i], largest);
        return;
    case NG_SCALE_RULE_MX_EVEN: {
        uint32_t half = UINT32_C(1) << (22 - format->mantissa_bits);
        for (size_t i = 0; i < n; i++)
            codes[i] = mx_floor(amax_bits[i] + half, largest);
        return;
    }
    case NG_SCALE_RULE_MX_RCEIL: {
        float inverse = 1.0f / format->max;
        for (size_t i = 0; i < n; i++)
            codes[i] = mx_rceil(amax_bits[i], inverse);
        return;
    }
    default:
        assert(!"a rule of MX blocks");
    }
}

NG_WIDE static void mx_codes_wide(enum ng_scale_rule rule,
                                  const struct ng_format *format,
                                  const uint32_t *amax_bits, size_t n, uint8_t *codes)
{
    mx_codes(rule, format, amax_bits, n, codes);
}

void ng_scales_mx(enum ng_scale_rule rule, const struct ng_format *format,
                  const uint32_t *amax_bits, size_t n, uint8_t *codes)
{
    if (ng_isa() >= NG_ISA_AVX2)
        mx_codes_wide(rule, format, amax_bits, n, codes);
    else
        mx_codes(rule, format, amax_bits, n, codes);
}

NG_WIDE static void scales_of_e8m0_wide(const uint8_t *codes, size_t n, float *scales)
{
    for (size_t i = 0; i < n; i++)
        scales[i] = ng_scale_of_e8m0(codes[i]);
}

void ng_scales_of_e8m0(const uint8_t *codes, size_t n, float *scales)
{
    if (ng_isa() >= NG_ISA_AVX2)
        scales_of_e8m0_wide(codes, n, scales);
    else
        for (size_t i = 0; i < n; i++)
            scales[i] = ng_scale_of_e8m0(codes[i]);
}

uint8_t ng_scale_mx(enum ng_scale_rule rule, const struct ng_format *format,
                    uint32_t amax_bits)
{
    uint8_t code = 0xFF;
    ng_scales_mx(rule, format, &amax_bits, 1, &code);
    return code;
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
