/* Arrays of elements, one after the other by the definition. */
#include <assert.h>
#include <string.h>

#include "formats/codec/format.h"

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

float ng_format_overflow_bound(const struct ng_format *format, float scale)
{
    float inverse = 1.0f / scale;
    return format->max * inverse;
}

void ng_cast_counts_add(struct ng_cast_counts *into, const struct ng_cast_counts *from)
{
    into->elements += from->elements;
    into->saturated += from->saturated;
    into->overflowed += from->overflowed;
    into->flushed += from->flushed;
    into->nan += from->nan;
    into->inf += from->inf;
    if (from->amax_bits > into->amax_bits)
        into->amax_bits = from->amax_bits;
}

static uint32_t encode_scaled(const struct ng_format *format,
                              const struct ng_policy *policy, float scale, float bound,
                              float x, uint32_t word, struct ng_cast_counts *counts)
{
    struct ng_cast_counts one = {0};
    float product = x * scale;
    uint32_t code = ng_format_encode_one(format, policy, product, word, &one);
    uint32_t magnitude = bits_of(x) & 0x7FFFFFFF;
    one.amax_bits = magnitude;
    one.overflowed = magnitude <= 0x7F800000 && magnitude > bits_of(bound);
    one.flushed |=
        magnitude != 0 && bits_of(product) << 1 == 0 && format->encoding != NG_UNSIGNED;
    if (counts != NULL)
        ng_cast_counts_add(counts, &one);
    return code;
}

void ng_format_encode_words(const struct ng_format *format,
                            const struct ng_policy *policy, float scale, const float *x,
                            const uint32_t *words, void *codes, size_t n,
                            struct ng_cast_counts *counts)
{
    assert(policy->rounding == NG_ROUND_STOCHASTIC);
    float bound = ng_format_overflow_bound(format, scale);
    for (size_t i = 0; i < n; i++)
        ng_format_store(
            format, codes, i,
            encode_scaled(format, policy, scale, bound, x[i], words[i], counts));
}

void ng_format_encode(const struct ng_format *format, const struct ng_policy *policy,
                      float scale, const float *x, void *codes, size_t n,
                      const struct ng_random *random, uint64_t first,
                      struct ng_cast_counts *counts)
{
    assert(policy->rounding != NG_ROUND_STOCHASTIC || random != NULL);
    float bound = ng_format_overflow_bound(format, scale);
    for (size_t i = 0; i < n; i++) {
        uint32_t word = policy->rounding == NG_ROUND_STOCHASTIC
                            ? ng_random_u32(random, first + i)
                            : 0;
        ng_format_store(
            format, codes, i,
            encode_scaled(format, policy, scale, bound, x[i], word, counts));
    }
}

void ng_format_decode(const struct ng_format *format, const void *codes,
                      float scale_inv, float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float value = ng_format_decode_one(format, ng_format_load(format, codes, i));
        x[i] = value * scale_inv;
    }
}
