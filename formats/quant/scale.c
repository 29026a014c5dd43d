/*
 * FP32 scale rules: from amax to `scale`, and from there to `scale_inv`. M is the
 * format's maximum; RN and RN64 are one correctly rounded FP32 or FP64 operation; P(s) is
 * the largest power of two that is at most s.
 *
 *   current          a = max(amax, epsilon)    scale = RN(RN(M * 2^-margin) / a)
 *                    FP32's largest number where that is infinite; scale_inv = RN(1 /
 *                    scale). a zero, infinite or NaN: scale 1.
 *   power-2          scale = P(scale of current); scale_inv = 1 / scale.
 *                    Source of both: Transformer Engine, common/recipe/recipe_common.cuh,
 *                    which has no margin there: 0 is its rule. It divides with __fdiv_rn
 *                    and clears the mantissa for P.
 *   torchao          scale = RN(RN64(M / max(amax, 1e-12))); scale_inv = RN(1 / scale).
 *                    Infinite amax: scale 0, scale_inv infinite. NaN: both NaN. Either
 *                    way every element reads back as NaN.
 *   torchao-power-2  P of that.
 *                    Source: pytorch/ao, torchao/float8/float8_utils.py. There P is
 *                    exp2(floor(log2(s))) with an FP32 log2, which may round up to the
 *                    next power just below it; here the logarithm is exact.
 *   deepseek         scale_inv = RN(max(amax, RN(1e-4)) / M); scale = RN(1 / scale_inv).
 *                    Infinite and NaN as torchao.
 *                    Source: DeepGEMM, deep_gemm/utils/math.py.
 *   ms-amp           e = floor(log2(RN(M / amax))) - margin
 *                    scale = 2^e, formed as 2^|e| and, for e < 0, its reciprocal: so
 *                    infinite for e > 127 and 0 for e < -127. scale_inv = RN(1 / scale).
 *                    amax zero or NaN: the previous scale; infinite: the reciprocal of
 *                    the previous scale, since there e < 0 inverts what was kept.
 *                    Source: MS-AMP, msamp/common/tensor/meta.py. log2 is exact here.
 *
 * A subnormal amax is a number like any other: it makes `current` reach FP32's largest
 * number, and torchao and deepseek stop at their lower bounds. A matrix without elements
 * has amax zero.
 *
 * Each M / a is one division here. PyTorch's eager mode multiplies by a rounded
 * reciprocal where a Python number is divided by a tensor (Tensor.__rdiv__), and CUDA
 * does where a tensor is divided by one; the last bit may differ from those.
 */
#include "formats/quant/scale.h"

#include <assert.h>
#include <math.h>

static const uint32_t INFINITE = 0x7F800000, CANONICAL_NAN = 0x7FC00000;

/* Infinity above 2^127, zero below 2^-149. */
static float power_of_two(int exponent)
{
    if (exponent > 127)
        return INFINITY;
    if (exponent >= -126)
        return ng_float_of((uint32_t)(exponent + 127) << 23);
    return exponent < -149 ? 0.0f : ng_float_of(UINT32_C(1) << (exponent + 149));
}

/* Of a finite number above zero, exactly. */
static int floor_log2(float x)
{
    uint32_t bits = ng_bits_of(x);
    if (bits >> 23 != 0)
        return (int)(bits >> 23) - 127;
    int exponent = -149;
    while (bits >>= 1)
        exponent++;
    return exponent;
}

/* The power of two at or below; zero, infinity and NaN stay. */
static inline float power_below(float x)
{
    bool is_small = x < 0x1p-126f;
    float normal = is_small ? x * 0x1p24f : x;
    float power = ng_float_of(ng_bits_of(normal) & 0xFF800000);
    power = is_small ? power * 0x1p-24f : power;
    return x != x ? x : power;
}

static inline float quotient_of(float maximum, float amax)
{
    float quotient = maximum / amax;
    return quotient < INFINITY ? quotient : 0x1.FFFFFEp127f;
}

static float scaled_maximum(const struct ng_scale_options *options,
                            const struct ng_format *format)
{
    return format->max * power_of_two(-options->margin);
}

float ng_scale_quotient(const struct ng_scale_options *options,
                        const struct ng_format *format, float amax)
{
    return quotient_of(scaled_maximum(options, format), amax);
}

static inline float canonical(uint32_t amax_bits)
{
    return ng_float_of(amax_bits > INFINITE ? CANONICAL_NAN : amax_bits);
}

/* One loop for each rule, so that compilers vectorise it. */

static void current(const struct ng_scale_options *options,
                    const struct ng_format *format, const uint32_t *amax_bits, size_t n,
                    float *scale)
{
    const float maximum = scaled_maximum(options, format), epsilon = options->epsilon;
    for (size_t i = 0; i < n; i++) {
        float amax = ng_float_of(amax_bits[i]);
        amax = amax < epsilon ? epsilon : amax;
        float quotient = quotient_of(maximum, amax);
        scale[i] = amax > 0 && amax < INFINITY ? quotient : 1.0f;
    }
}

static void torchao(const struct ng_format *format, const uint32_t *amax_bits, size_t n,
                    float *scale)
{
    const double maximum = (double)format->max;
    for (size_t i = 0; i < n; i++) {
        double amax = (double)canonical(amax_bits[i]);
        scale[i] = (float)(maximum / (amax < 1e-12 ? 1e-12 : amax));
    }
}

static void deepseek(const struct ng_format *format, const uint32_t *amax_bits,
                     size_t n, float *scale, float *scale_inv)
{
    const float maximum = format->max;
    for (size_t i = 0; i < n; i++) {
        float amax = canonical(amax_bits[i]);
        scale_inv[i] = (amax < 1e-4f ? 1e-4f : amax) / maximum;
        scale[i] = 1.0f / scale_inv[i];
    }
}

static float ms_amp(const struct ng_scale_options *options,
                    const struct ng_format *format, float amax, float previous)
{
    if (isinf(amax))
        return 1.0f / previous;
    if (!(amax > 0))
        return previous;
    float quotient = format->max / amax;
    if (isinf(quotient))
        return quotient;
    int exponent = floor_log2(quotient) - options->margin;
    if (exponent >= 0)
        return power_of_two(exponent);
    return 1.0f / power_of_two(-exponent);
}

static void powers_below(float *scale, size_t n)
{
    for (size_t i = 0; i < n; i++)
        scale[i] = power_below(scale[i]);
}

/* All n have the same previous scale. */
static void factors(enum ng_scale_rule rule, const struct ng_scale_options *options,
                    const struct ng_format *format, const uint32_t *amax_bits, size_t n,
                    float previous, float *scale, float *scale_inv)
{
    switch (rule) {
    case NG_SCALE_RULE_CURRENT:
        current(options, format, amax_bits, n, scale);
        break;
    case NG_SCALE_RULE_POWER_2:
        current(options, format, amax_bits, n, scale);
        powers_below(scale, n);
        break;
    case NG_SCALE_RULE_TORCHAO:
        torchao(format, amax_bits, n, scale);
        break;
    case NG_SCALE_RULE_TORCHAO_POWER_2:
        torchao(format, amax_bits, n, scale);
        powers_below(scale, n);
        break;
    case NG_SCALE_RULE_DEEPSEEK:
        deepseek(format, amax_bits, n, scale, scale_inv);
        return;
    case NG_SCALE_RULE_MS_AMP:
        for (size_t i = 0; i < n; i++)
            scale[i] = ms_amp(options, format, ng_float_of(amax_bits[i]), previous);
        break;
    default:
        assert(!"a rule that makes FP32 scales of one amax");
    }
    for (size_t i = 0; i < n; i++)
        scale_inv[i] = 1.0f / scale[i];
}

void ng_scale_of(enum ng_scale_rule rule, const struct ng_scale_options *options,
                 const struct ng_format *format, uint32_t amax_bits, float previous,
                 float *scale, float *scale_inv)
{
    factors(rule, options, format, &amax_bits, 1, previous, scale, scale_inv);
}

void ng_scales_of(enum ng_scale_rule rule, const struct ng_scale_options *options,
                  const struct ng_format *format, const uint32_t *amax_bits, size_t n,
                  float *scale, float *scale_inv)
{
    factors(rule, options, format, amax_bits, n, 1.0f, scale, scale_inv);
}
