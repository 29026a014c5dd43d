/*
 * Scales of one block, for the casts of formats/quant. The rules with their formulas are
 * in scale.c (FP32 scales) and scale_block.c (MX and NVFP4).
 * Threads: everything here may be called from any thread.
 */
#ifndef NG_QUANT_SCALE_H
#define NG_QUANT_SCALE_H

#include <stddef.h>
#include <stdint.h>

#include "formats/codec/format.h"

/* Transformer Engine's quotient: RN(RN(M * 2^-margin) / amax), with FP32's largest number
 * where that is infinite. amax is finite and above zero. */
float ng_scale_quotient(const struct ng_scale_options *options,
                        const struct ng_format *format, float amax);

/* ng_scale_of() for n blocks, whose previous scale is 1. */
void ng_scales_of(enum ng_scale_rule rule, const struct ng_scale_options *options,
                  const struct ng_format *format, const uint32_t *amax_bits, size_t n,
                  float *scale, float *scale_inv);
/* ng_scale_mx() for n blocks, and ng_scale_of_e8m0() of the codes. */
void ng_scales_mx(enum ng_scale_rule rule, const struct ng_format *format,
                  const uint32_t *amax_bits, size_t n, uint8_t *codes, float *scales);

/* What the E8M0 code of a block stands for: 2^e = scale_inv, and 2^-e; NaN for 0xFF. */
static inline float ng_scale_inv_of_e8m0(uint8_t code)
{
    uint32_t bits = code == 0 ? 0x00400000 : (uint32_t)code << 23;
    return ng_float_of(code == 0xFF ? 0x7FC00000 : bits);
}
float ng_scale_of_e8m0(uint8_t code);

/* NVFP4: the tensor's factors, a block's UE4M3 code, and the factor for its elements. */
void ng_scale_nvfp4_tensor(uint32_t amax_bits, float *scale, float *scale_inv);
uint8_t ng_scale_nvfp4_block(uint32_t amax_bits, float global_scale);
float ng_scale_of_nvfp4(uint8_t code, float global_scale_inv);

#endif
