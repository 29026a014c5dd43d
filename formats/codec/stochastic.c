/*
 * Stochastic rounding of arrays. bf16, in which optimisers keep weights and moments, has
 * a body of its own: since its exponents are those of FP32, 16 bits are cut off
 * everywhere, and adding the random bits to them carries exactly when the definition
 * says. Fewer than 16 random bits stand at the top of the cut-off part; of more than 16
 * the rest can never decide.
 */
#include <assert.h>

#include "formats/codec/narrow.h"

struct bf16_call {
    struct ng_narrow_rules rules;
    uint32_t random_mask;
};

NG_INLINE uint32_t bf16_code(const struct bf16_call *call, float x, uint32_t word,
                             struct ng_narrow_counts *counts)
{
    const struct ng_narrow_rules *rules = &call->rules;
    uint32_t bits = ng_narrow_bits(x * rules->scale);
    uint32_t magnitude = bits & 0x7FFFFFFF;
    uint32_t code = (magnitude + ((word >> 16) & call->random_mask)) >> 16;
    uint32_t is_nan = ng_narrow_mask((int32_t)magnitude > 0x7F800000);
    uint32_t is_inf = ng_narrow_mask((int32_t)magnitude == 0x7F800000);
    uint32_t over = ng_narrow_mask((int32_t)code > 0x7F7F) &
                    ng_narrow_mask((int32_t)magnitude < 0x7F800000);
    counts->saturated -= over;
    counts->flushed -= ng_narrow_mask(code == 0) & ng_narrow_mask(magnitude != 0);
    counts->nan -= is_nan;
    counts->inf -= is_inf;
    code = ng_narrow_select(over, code, rules->over_code);
    code = ng_narrow_select(is_inf, code, rules->inf_code);
    code = ng_narrow_select(is_nan, code, 0x7FC0);
    return code | ((bits >> 31) << 15 & (~is_nan | rules->nan_sign));
}

NG_INLINE void bf16_block(const struct bf16_call *call, const float *x,
                          const uint32_t *words, void *codes,
                          struct ng_narrow_counts *counts)
{
    uint16_t out[NG_NARROW_BLOCK];
    struct ng_narrow_counts block = {0};
    for (int i = 0; i < NG_NARROW_BLOCK; i++)
        out[i] = (uint16_t)bf16_code(call, x[i], words[i], &block);
    memcpy(codes, out, sizeof out);
    counts->saturated += block.saturated;
    counts->flushed += block.flushed;
    counts->nan += block.nan;
    counts->inf += block.inf;
}

/* The last, partial block is filled up with zeros, which add to no count. */
NG_INLINE void bf16_span(const struct bf16_call *call, const float *x,
                         const uint32_t *words, uint8_t *codes, size_t n,
                         struct ng_narrow_counts *counts)
{
    size_t i = 0;
    for (; n - i >= NG_NARROW_BLOCK; i += NG_NARROW_BLOCK)
        bf16_block(call, x + i, words + i, codes + 2 * i, counts);
    if (i < n) {
        float in[NG_NARROW_BLOCK] = {0};
        uint32_t draws[NG_NARROW_BLOCK] = {0};
        uint16_t out[NG_NARROW_BLOCK];
        memcpy(in, x + i, (n - i) * sizeof *in);
        memcpy(draws, words + i, (n - i) * sizeof *draws);
        bf16_block(call, in, draws, out, counts);
        memcpy(codes + 2 * i, out, (n - i) * sizeof *out);
    }
}

static void bf16_scalar(const struct bf16_call *call, const float *x,
                        const uint32_t *words, void *codes, size_t n,
                        struct ng_narrow_counts *counts)
{
    bf16_span(call, x, words, codes, n, counts);
}

static NG_AVX2 void bf16_avx2(const struct bf16_call *call, const float *x,
                              const uint32_t *words, void *codes, size_t n,
                              struct ng_narrow_counts *counts)
{
    bf16_span(call, x, words, codes, n, counts);
}

static void encode_bf16(const float *x, const uint32_t *words, uint8_t *codes, size_t n,
                        float scale, const struct ng_policy *policy,
                        struct ng_cast_counts *counts)
{
    int low = policy->random_bits < 16 ? 16 - policy->random_bits : 0;
    struct bf16_call call = {ng_narrow_rules_of(&ng_bf16, policy, scale),
                             UINT32_C(0xFFFF) >> low << low};
    for (size_t start = 0; start < n; start += NG_NARROW_MOST) {
        size_t count = n - start < NG_NARROW_MOST ? n - start : NG_NARROW_MOST;
        struct ng_narrow_counts span = {0};
        if (ng_isa() == NG_ISA_AVX2)
            bf16_avx2(&call, x + start, words + start, codes + 2 * start, count, &span);
        else
            bf16_scalar(&call, x + start, words + start, codes + 2 * start, count,
                        &span);
        ng_narrow_count(counts, count, &span);
    }
}

void ng_format_encode_stochastic(const struct ng_format *format, const float *x,
                                 const uint32_t *words, void *codes, size_t n,
                                 float scale, const struct ng_policy *policy,
                                 struct ng_cast_counts *counts)
{
    assert(policy->rounding == NG_ROUND_STOCHASTIC);
    if (format == &ng_bf16) {
        encode_bf16(x, words, codes, n, scale, policy, counts);
        return;
    }
    for (size_t i = 0; i < n; i++)
        ng_format_store(
            format, codes, i,
            ng_format_encode_one(format, policy, x[i] * scale, words[i], counts));
}
