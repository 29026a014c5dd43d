#include <string.h>

#include "formats/quant/qmatrix.h"

void ng_scale_of(enum ng_scale_rule rule, const struct ng_scale_options *options,
                 const struct ng_format *format, uint32_t amax_bits, float previous,
                 float *scale, float *scale_inv)
{
    (void)rule, (void)options, (void)previous;
    float amax;
    memcpy(&amax, &amax_bits, sizeof amax);
    *scale = 1.0f;
    *scale_inv = 1.0f;
    if (amax_bits == 0 || amax_bits >= 0x7F800000)
        return;
    float ratio = format->max / amax;
    *scale = ratio < 0x1.FFFFFEp127f ? ratio : 0x1.FFFFFEp127f;
    *scale_inv = 1.0f / *scale;
}
