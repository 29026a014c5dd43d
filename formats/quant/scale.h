/*
 * Scale rules: how a scale and its inverse follow from the largest magnitude.
 *
 * current (Transformer Engine's compute_scale_from_amax; FP32 operations, each correctly
 * rounded):   scale = RN(max / amax),   scale_inv = RN(1 / scale)
 *   amax zero, infinite or NaN: scale = scale_inv = 1
 *   amax so small that max / amax overflows: scale = FP32's maximum
 * scale_inv is subnormal only in that last case, and is used as it is.
 * frozen: the two numbers stored before; amax is not looked at.
 * Because scale is rounded, RN(amax * scale) may lie one ulp above max: it rounds to max
 * and does not count as saturated.
 */
#ifndef NG_QUANT_SCALE_H
#define NG_QUANT_SCALE_H

#include <stdint.h>

#include "formats/codec/format.h"

void ng_scale_current(const struct ng_format *format, uint32_t amax_bits, float *scale,
                      float *scale_inv);

#endif
