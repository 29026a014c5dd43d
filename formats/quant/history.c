/*
 * Delayed scaling: the scale of the next step from the largest magnitudes of the steps
 * before, so that a cast needs no look at its own tensor first. Values beyond the range
 * are then normal; the casts saturate and count them.
 *
 *   a = the largest slot, NaN slots left out; most_recent: slot 0
 *   zero (nothing but NaN), infinite or NaN: both factors stay as they are; else
 *   scale = RN(RN(M * 2^-margin) / max(a, epsilon)), at most FP32's largest number
 *   scale_inv = RN(1 / scale)
 *
 * A step that measured nothing (slot 0 is zero), or a history of no slots, changes neither
 * the factors nor the slots.
 *
 * Source: Transformer Engine, common/recipe/delayed_scaling.cu, kernel_bulk: the update
 * of training. Its single-tensor kernel moves the slots after a zero as well. It has no
 * epsilon (0) and keeps the slots in another order, which the maximum does not see.
 */
#include <math.h>

#include "formats/quant/scale.h"

void ng_amax_history_push(struct ng_amax_history *history, uint32_t amax_bits)
{
    if (history->length > 0 && amax_bits > ng_bits_of(history->amax[0]))
        history->amax[0] = ng_float_of(amax_bits);
}

static float amax_of(const struct ng_amax_history *history)
{
    if (history->most_recent)
        return history->amax[0];
    float amax = 0;
    for (size_t i = 0; i < history->length; i++)
        if (history->amax[i] > amax)
            amax = history->amax[i];
    return amax;
}

void ng_amax_history_scale(struct ng_amax_history *history,
                           const struct ng_scale_options *options,
                           const struct ng_format *format, float *scale,
                           float *scale_inv)
{
    if (history->length == 0 || history->amax[0] == 0)
        return;
    float amax = amax_of(history);
    memmove(history->amax + 1, history->amax,
            (history->length - 1) * sizeof *history->amax);
    history->amax[0] = 0;
    if (!(amax > 0 && amax < INFINITY))
        return;
    if (amax < options->epsilon)
        amax = options->epsilon;
    *scale = ng_scale_quotient(options, format, amax);
    *scale_inv = 1.0f / *scale;
}
