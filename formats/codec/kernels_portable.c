/*
 * The bodies in plain C. Nearest-even goes by the short cuts of kernels.h, without
 * branches and in blocks of fixed length, so that compilers make vector code of it (SSE2,
 * NEON); the other roundings go by the definition, one element at a time.
 */
#include <string.h>

#include "formats/codec/kernels.h"

enum { BLOCK = 64 };

static const uint32_t INFINITE = 0x7F800000;

/* All ones where the condition holds: compilers turn this into vector comparisons. */
static inline uint32_t mask(int condition)
{
    return -(uint32_t)condition;
}

static inline uint32_t choose(uint32_t no, uint32_t yes, uint32_t chosen)
{
    return (no & ~chosen) | (yes & chosen);
}

/* ---- Encoding ---------------------------------------------------------------------- */

static void count_one(const struct ng_encode_plan *plan, float bound, float x,
                      float product, struct ng_cast_counts *one)
{
    uint32_t magnitude = ng_bits_of(x) & 0x7FFFFFFF;
    one->amax_bits = magnitude;
    one->overflowed = magnitude <= INFINITE && magnitude > ng_bits_of(bound);
    one->flushed |= magnitude != 0 && ng_bits_of(product) << 1 == 0 &&
                    plan->format->encoding != NG_UNSIGNED;
}

static void encode_exactly(const struct ng_encode_call *call, float scale, size_t at,
                           size_t n)
{
    const struct ng_encode_plan *plan = call->plan;
    float bound = ng_format_overflow_bound(plan->format, scale);
    for (size_t i = at; i < at + n; i++) {
        struct ng_cast_counts one = {0};
        float product = call->x[i] * scale;
        uint32_t word = call->words == NULL ? 0 : call->words[i];
        ng_format_store(
            plan->format, call->codes, i,
            ng_format_encode_one(plan->format, &plan->policy, product, word, &one));
        count_one(plan, bound, call->x[i], product, &one);
        if (call->counts != NULL)
            ng_cast_counts_add(call->counts, &one);
    }
}

/* What the loops over a block read again and again. */
struct constants {
    struct ng_encode_plan plan;
    uint32_t half, field, one_zero, twos;
    int m;
    float up, scale;
    uint32_t bound;
};

static inline uint32_t round_magic(const struct constants *k, uint32_t t)
{
    uint32_t power = t & INFINITE, least = (uint32_t)k->plan.least_field << 23;
    power = choose(power, least, mask((int32_t)power < (int32_t)least));
    uint32_t sum = ng_bits_of(ng_float_of(t) + ng_float_of(power) * k->up);
    uint32_t significand = sum & ((UINT32_C(2) << k->m << 1) - 1);
    return (((sum >> 23) - k->field) << k->m) + significand;
}

static inline uint32_t round_integer(const struct constants *k, uint32_t t)
{
    int shift = 23 - k->m;
    return (t + k->half + (t >> shift & 1)) >> shift;
}

struct sums {
    uint32_t saturated, overflowed, flushed, nan, inf, amax_bits;
};

static inline uint32_t finish(const struct constants *k, uint32_t code, uint32_t t,
                              uint32_t x, struct sums *sums)
{
    const struct ng_encode_plan *plan = &k->plan;
    uint32_t raw = x & 0x7FFFFFFF, negative = mask((int32_t)x < 0);
    uint32_t is_nan = mask((int32_t)t > (int32_t)INFINITE);
    uint32_t is_inf = mask(t == INFINITE);
    uint32_t over = mask((int32_t)code > (int32_t)plan->max_code) & ~is_nan & ~is_inf;
    uint32_t raw_nan = mask((int32_t)raw > (int32_t)INFINITE);
    sums->saturated -= over;
    sums->nan -= is_nan;
    sums->inf -= is_inf;
    sums->flushed -= mask(code == 0) & mask(raw != 0) & ~is_nan & ~is_inf;
    sums->overflowed -= mask((int32_t)raw > (int32_t)k->bound) & ~raw_nan;
    sums->amax_bits =
        choose(sums->amax_bits, raw, mask((int32_t)raw > (int32_t)sums->amax_bits));
    code <<= plan->format->unused_bits;
    code = choose(code, plan->over_code, over);
    code = choose(code, plan->inf_code, is_inf);
    uint32_t sign = negative & ~(mask(code == 0) & k->one_zero);
    uint32_t other = ((code ^ sign) - sign) & (2 * plan->sign_bit - 1);
    code = choose(code | (sign & plan->sign_bit), other, k->twos);
    return choose(code, choose(plan->nan_code[0], plan->nan_code[1], negative), is_nan);
}

/* Two loops: the additions of the first vectorise by themselves. */
static void encode_block(const struct constants *k, const float *restrict x,
                         uint32_t *restrict codes, struct sums *total)
{
    uint32_t t[BLOCK];
    struct sums sums = *total;
    for (int i = 0; i < BLOCK; i++)
        t[i] = ng_bits_of(ng_float_of(ng_bits_of(x[i]) & 0x7FFFFFFF) * k->scale) &
               0x7FFFFFFF;
    if (k->plan.front == NG_FRONT_MAGIC)
        for (int i = 0; i < BLOCK; i++)
            codes[i] = round_magic(k, t[i]);
    else
        for (int i = 0; i < BLOCK; i++)
            codes[i] = round_integer(k, t[i]);
    for (int i = 0; i < BLOCK; i++)
        codes[i] = finish(k, codes[i], t[i], ng_bits_of(x[i]), &sums);
    *total = sums;
}

static void store_block(const struct ng_format *format, const uint32_t *restrict from,
                        void *restrict codes)
{
    uint8_t *bytes = codes;
    if (format->storage_bytes == 1)
        for (int i = 0; i < BLOCK; i++)
            bytes[i] = (uint8_t)from[i];
    else
        for (int i = 0; i < BLOCK; i++)
            ng_format_store(format, codes, (size_t)i, from[i]);
}

static struct constants constants_of(const struct ng_encode_plan *plan, float scale)
{
    int m = plan->mantissa_bits;
    return (struct constants){
        .plan = *plan,
        .half = (UINT32_C(1) << (22 - m)) - 1,
        .field = (uint32_t)(plan->least_field + 23 - m),
        .one_zero = mask(plan->one_zero),
        .twos = mask(plan->format->encoding == NG_TWOS_COMPLEMENT),
        .m = m,
        .up = ng_power_of_two(23 - m),
        .scale = scale,
        .bound = ng_bits_of(ng_format_overflow_bound(plan->format, scale)),
    };
}

/* The last, partial block is filled up with zeros, which add to no count. */
static void encode_short_cut(const struct ng_encode_call *call, float scale, size_t at,
                             size_t n)
{
    const struct ng_format *format = call->plan->format;
    const size_t bytes = (size_t)format->storage_bytes;
    const struct constants k = constants_of(call->plan, scale);
    uint32_t codes[BLOCK];
    struct sums sums = {0};
    const float *x = call->x + at;
    uint8_t *to = (uint8_t *)call->codes + at * bytes;
    size_t i = 0;
    for (; n - i >= BLOCK; i += BLOCK) {
        encode_block(&k, x + i, codes, &sums);
        store_block(format, codes, to + i * bytes);
    }
    if (i < n) {
        float rest[BLOCK] = {0};
        memcpy(rest, x + i, (n - i) * sizeof *rest);
        encode_block(&k, rest, codes, &sums);
        for (size_t j = i; j < n; j++)
            ng_format_store(format, to, j, codes[j - i]);
    }
    if (call->counts != NULL)
        ng_cast_counts_add(call->counts,
                           &(struct ng_cast_counts){n, sums.saturated, sums.overflowed,
                                                    sums.flushed, sums.nan, sums.inf,
                                                    sums.amax_bits});
}

static void portable_encode(const struct ng_encode_call *call)
{
    const size_t most = (size_t)1 << 30; /* counts of a run have 32 bits */
    struct ng_scale_walk walk = ng_scale_walk_start(call->scales, call->block);
    for (size_t at = 0, run; at < call->n; at += run) {
        run = ng_scale_walk_run(&walk, call->n - at);
        run = run < most ? run : most;
        if (call->plan->front == NG_FRONT_NONE)
            encode_exactly(call, *walk.scale, at, run);
        else
            encode_short_cut(call, *walk.scale, at, run);
        ng_scale_walk_pass(&walk, run);
    }
}

/* ---- Decoding ---------------------------------------------------------------------- */

static void decode_exactly(const struct ng_format *format, const void *codes,
                           float scale_inv, float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float value = ng_format_decode_one(format, ng_format_load(format, codes, i));
        value *= scale_inv;
        x[i] = value != value ? ng_float_of(0x7FC00000) : value;
    }
}

/* One code of a sign-magnitude format: its fields are moved to where FP32 has them, and
 * one multiplication by a power of two makes up for the difference of biases and for
 * subnormals. */
static inline float decode_fields(const struct ng_format *format, float power,
                                  uint32_t code, uint32_t sign_bit, uint32_t used)
{
    int high = 32 - format->width - format->unused_bits;
    uint32_t magnitude = code & used & ~sign_bit;
    uint32_t sign = (code & sign_bit) << high;
    uint32_t placed = magnitude << high >> (8 - format->exponent_bits);
    uint32_t bits = ng_bits_of(ng_float_of(placed) * power) | sign;
    uint32_t is_inf = mask(magnitude == format->inf_code) & mask(format->inf_code != 0);
    uint32_t is_nan = mask((int32_t)magnitude > (int32_t)format->max_code);
    is_nan |= mask(magnitude == 0) & mask(sign != 0) & mask(!format->has_negative_zero);
    bits = choose(bits, 0x7FC00000, is_nan);
    return ng_float_of(choose(bits, INFINITE | sign, is_inf));
}

static void decode_run(const struct ng_format *own, const uint8_t *restrict codes,
                       float scale_inv, float *restrict x, size_t n)
{
    const struct ng_format format = *own;
    const float power = ng_power_of_two(127 - format.bias);
    const uint32_t sign_bit = ng_format_sign_bit(&format);
    const uint32_t used = ng_format_mask(&format);
    const uint32_t nan = 0x7FC00000;
    for (size_t i = 0; i < n; i++) {
        uint32_t code = codes[i];
        float y = decode_fields(&format, power, code, sign_bit, used) * scale_inv;
        x[i] = ng_float_of(choose(ng_bits_of(y), nan, mask(y != y)));
    }
}

static void portable_decode(const struct ng_decode_call *call)
{
    const struct ng_format *format = call->format;
    struct ng_scale_walk walk = ng_scale_walk_start(call->scales_inv, call->block);
    bool fields = format->encoding == NG_SIGN_MAGNITUDE && format->storage_bytes == 1 &&
                  !ng_format_exceeds_fields(format);
    for (size_t at = 0, run; at < call->n; at += run) {
        run = ng_scale_walk_run(&walk, call->n - at);
        const uint8_t *codes =
            (const uint8_t *)call->codes + at * (size_t)format->storage_bytes;
        if (fields)
            decode_run(format, codes, *walk.scale, call->x + at, run);
        else
            decode_exactly(format, codes, *walk.scale, call->x + at, run);
        ng_scale_walk_pass(&walk, run);
    }
}

/* ---- Largest magnitudes ------------------------------------------------------------ */

static void portable_amax_blocks(const float *x, size_t n, size_t block,
                                 uint32_t *amax_bits)
{
    for (size_t at = 0; at < n; at += block) {
        size_t count = n - at < block ? n - at : block;
        uint32_t most = 0;
        for (size_t i = at; i < at + count; i++) {
            uint32_t one = ng_bits_of(x[i]) & 0x7FFFFFFF;
            most = choose(most, one, mask((int32_t)one > (int32_t)most));
        }
        *amax_bits++ = most;
    }
}

const struct ng_kernels ng_kernels_portable = {portable_encode, portable_decode,
                                               portable_amax_blocks};
