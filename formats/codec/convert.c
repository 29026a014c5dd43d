/* Arrays of elements: what a policy asks for as numbers, and which body does it. */
#include <assert.h>
#include <string.h>

#include "formats/codec/kernels.h"

enum {
    WORDS = 1024,       /* random words at a time, on the stack */
    FETCH_AHEAD = 2048, /* measured: 512 to 4096 are alike */
};

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

/* Products above half a step over the maximum saturate; the tie does where the code of
 * the maximum is odd. */
static uint32_t saturation_of(const struct ng_format *format)
{
    float step = format->min_subnormal;
    if (format->max >= format->min_normal)
        step = ng_power_of_two((int)(ng_bits_of(format->max) >> 23) - 127) *
               ng_power_of_two(-format->mantissa_bits);
    bool tie = (format->max_code >> format->unused_bits & 1) != 0;
    return ng_bits_of(format->max + step / 2) - tie;
}

/* The short cuts need a least normal number that is one of FP32 too; magic also room for
 * a significand that is rounded up, and sums that are infinite only from twice the power
 * of two above the maximum on: the code of infinity is above max_code then. */
static enum ng_front front_of(const struct ng_format *format,
                              const struct ng_policy *policy)
{
    if (policy->rounding != NG_ROUND_NEAREST_EVEN || format->encoding == NG_UNSIGNED ||
        format->mantissa_bits == 23)
        return NG_FRONT_NONE;
    if (format->exponent_bits == 8 && format->bias == 127)
        return NG_FRONT_INTEGER;
    int top_field = (int)(ng_bits_of(format->max) >> 23) + 23 - format->mantissa_bits;
    bool magic = format->bias < 127 && top_field <= 253 && format->mantissa_bits <= 21;
    return magic ? NG_FRONT_MAGIC : NG_FRONT_NONE;
}

static enum ng_shape shape_of(const struct ng_encode_plan *plan)
{
    const struct ng_format *format = plan->format;
    bool one_limit = plan->over_code == plan->inf_code &&
                     plan->over_code - plan->max_code <= 1 && format->unused_bits == 0;
    if (plan->front == NG_FRONT_NONE || !one_limit)
        return NG_SHAPE_NONE;
    if (format->width <= 8) {
        if (format->encoding == NG_TWOS_COMPLEMENT)
            return NG_SHAPE_BYTES_TWOS;
        return plan->one_zero ? NG_SHAPE_BYTES_ONE_ZERO : NG_SHAPE_BYTES;
    }
    if (format->width > 16 || plan->one_zero)
        return NG_SHAPE_NONE;
    if (plan->front == NG_FRONT_INTEGER)
        return NG_SHAPE_WORDS_INTEGER;
    /* pmaddwd, which joins field and significand, reads 16 bits with a sign. */
    return plan->mantissa_bits >= 7 && plan->mantissa_bits <= 13 ? NG_SHAPE_WORDS_MAGIC
                                                                 : NG_SHAPE_NONE;
}

void ng_encode_plan_make(struct ng_encode_plan *plan, const struct ng_format *format,
                         const struct ng_policy *policy)
{
    *plan = (struct ng_encode_plan){
        .format = format,
        .policy = *policy,
        .front = front_of(format, policy),
        .mantissa_bits = format->mantissa_bits,
        .least_field = 128 - format->bias,
        .max_code = format->max_code >> format->unused_bits,
        .over_code = ng_format_special_code(format, policy->finite_overflow),
        .inf_code = ng_format_special_code(format, policy->infinite_input),
        .nan_code = {ng_format_nan_code(format, policy->nan, false),
                     ng_format_nan_code(format, policy->nan, true)},
        .sign_bit = ng_format_sign_bit(format),
        .one_zero = !format->has_negative_zero,
        .signs_matter =
            format->encoding == NG_UNSIGNED && policy->nan == NG_NAN_SIGN_KEPT,
    };
    plan->shape = shape_of(plan);
    if (plan->front != NG_FRONT_NONE)
        plan->saturates_above = saturation_of(format);
    plan->quiet = (int32_t)ng_bits_of(format->max) - 8;
}

static const struct ng_kernels *kernels(void)
{
#if defined(__x86_64__)
    static const struct ng_kernels *const bodies[NG_ISA_COUNT] = {
        &ng_kernels_portable, &ng_kernels_avx2, &ng_kernels_avx512};
    return bodies[ng_isa()];
#else
    return &ng_kernels_portable;
#endif
}

void ng_encode(const struct ng_encode_call *call)
{
    assert(call->block % 16 == 0 || call->block >= call->n);
    assert(call->plan->policy.rounding != NG_ROUND_STOCHASTIC || call->words != NULL);
    kernels()->encode(call);
}

void ng_decode(const struct ng_decode_call *call)
{
    assert(call->block % 16 == 0 || call->block >= call->n);
    kernels()->decode(call);
}

void ng_amax_blocks(const float *x, size_t n, size_t block, uint32_t *amax_bits)
{
    kernels()->amax_blocks(x, n, block, amax_bits);
}

/* Elements of `bytes` each before the next multiple of 32 bytes, at most n; n where there
 * is none. */
static size_t to_alignment(const void *at, size_t bytes, size_t n)
{
    size_t rest = -(uintptr_t)at % 32;
    return rest % bytes != 0 || rest / bytes > n ? n : rest / bytes;
}

void ng_format_encode_words(const struct ng_format *format,
                            const struct ng_policy *policy, float scale, const float *x,
                            const uint32_t *words, void *codes, size_t n,
                            struct ng_cast_counts *counts)
{
    struct ng_encode_plan plan;
    ng_encode_plan_make(&plan, format, policy);
    ng_encode(&(struct ng_encode_call){.plan = &plan,
                                       .scales = &scale,
                                       .block = SIZE_MAX,
                                       .x = x,
                                       .words = words,
                                       .codes = codes,
                                       .n = n,
                                       .counts = counts,
                                       .fetch_ahead = FETCH_AHEAD});
}

static void encode_stochastic(const struct ng_encode_call *call,
                              const struct ng_random *random, uint64_t first)
{
    const size_t bytes = (size_t)call->plan->format->storage_bytes;
    uint32_t words[WORDS];
    for (size_t at = 0; at < call->n; at += WORDS) {
        struct ng_encode_call part = *call;
        part.n = call->n - at < WORDS ? call->n - at : WORDS;
        part.x += at;
        part.codes = (char *)call->codes + at * bytes;
        part.words = words;
        ng_random_fill(random, first + at, part.n, words);
        ng_encode(&part);
    }
}

void ng_format_encode(const struct ng_format *format, const struct ng_policy *policy,
                      float scale, const float *x, void *codes, size_t n,
                      const struct ng_random *random, uint64_t first,
                      struct ng_cast_counts *counts)
{
    size_t bytes = (size_t)format->storage_bytes;
    struct ng_encode_plan plan;
    ng_encode_plan_make(&plan, format, policy);
    struct ng_encode_call call = {.plan = &plan,
                                  .scales = &scale,
                                  .block = SIZE_MAX,
                                  .x = x,
                                  .codes = codes,
                                  .n = n,
                                  .counts = counts,
                                  .fetch_ahead = FETCH_AHEAD};
    if (policy->rounding == NG_ROUND_STOCHASTIC) {
        assert(random != NULL);
        encode_stochastic(&call, random, first);
        return;
    }
    if (n >= NG_STREAM_BYTES / (sizeof *x + bytes)) {
        call.n = to_alignment(codes, bytes, n);
        ng_encode(&call);
        call.x += call.n;
        call.codes = (char *)codes + call.n * bytes;
        call.n = n - call.n;
        call.stream = true;
    }
    ng_encode(&call);
}

void ng_format_decode(const struct ng_format *format, const void *codes,
                      float scale_inv, float *x, size_t n)
{
    size_t bytes = (size_t)format->storage_bytes;
    struct ng_decode_call call = {.format = format,
                                  .scales_inv = &scale_inv,
                                  .block = SIZE_MAX,
                                  .codes = codes,
                                  .x = x,
                                  .n = n};
    if (n >= NG_STREAM_BYTES / (sizeof *x + bytes)) {
        call.n = to_alignment(x, sizeof *x, n);
        ng_decode(&call);
        call.codes = (const char *)codes + call.n * bytes;
        call.x += call.n;
        call.n = n - call.n;
        call.stream = true;
    }
    ng_decode(&call);
}
