#include "formats/codec/narrow.h"

#include <assert.h>

static void encode_by_definition(const struct ng_format *format, const float *x,
                                 void *codes, size_t n, float scale,
                                 const struct ng_policy *policy,
                                 struct ng_cast_counts *counts)
{
    assert(policy->rounding != NG_ROUND_STOCHASTIC);
    for (size_t i = 0; i < n; i++)
        ng_format_store(format, codes, i,
                        ng_format_encode_one(format, policy, x[i] * scale, 0, counts));
}

struct ng_narrow_rules ng_narrow_rules_of(const struct ng_format *format,
                                          const struct ng_policy *policy, float scale)
{
    uint32_t special = format->inf_code != 0 ? format->inf_code : format->nan_code;
    return (struct ng_narrow_rules){
        .over_code = policy->finite_overflow == NG_OVERFLOW_SATURATE ? format->max_code
                                                                     : special,
        .inf_code =
            policy->infinite_input == NG_OVERFLOW_SATURATE ? format->max_code : special,
        .nan_sign = policy->nan == NG_NAN_SIGN_KEPT ? UINT32_MAX : 0,
        .scale = scale,
    };
}

void ng_narrow_count(struct ng_cast_counts *counts, size_t elements,
                     const struct ng_narrow_counts *span)
{
    if (counts == NULL)
        return;
    counts->elements += elements;
    counts->saturated += span->saturated;
    counts->flushed += span->flushed;
    counts->nan += span->nan;
    counts->inf += span->inf;
}

void ng_narrow_encode(const struct ng_format *format, ng_narrow_body *scalar,
                      ng_narrow_body *avx2, const float *x, void *codes, size_t n,
                      float scale, const struct ng_policy *policy,
                      struct ng_cast_counts *counts)
{
    if (policy->rounding != NG_ROUND_NEAREST_EVEN) {
        encode_by_definition(format, x, codes, n, scale, policy, counts);
        return;
    }
    struct ng_narrow_rules rules = ng_narrow_rules_of(format, policy, scale);
    ng_narrow_body *body = ng_isa() == NG_ISA_AVX2 ? avx2 : scalar;
    for (size_t start = 0; start < n; start += NG_NARROW_MOST) {
        size_t count = n - start < NG_NARROW_MOST ? n - start : NG_NARROW_MOST;
        struct ng_narrow_counts span = {0};
        body(&rules, x + start,
             (uint8_t *)codes + start * (size_t)format->storage_bytes, count, &span);
        ng_narrow_count(counts, count, &span);
    }
}
