/*
 * The definition of conversion in AVX2, eight elements at a time: everything that the
 * short cuts of kernels_avx2_encode.c and kernels_avx2_decode.c leave out, and the
 * elements for which they do not hold. Shifts by 32 and more give zero in AVX2, which is
 * what the definition asks for.
 */
#include "formats/codec/kernels_avx2.h"

#if defined(__x86_64__)

#include <string.h>

struct tally {
    __m256i saturated, overflowed, flushed, nan, inf, amax;
};

/* What a cast of eight products starts from. */
struct lanes {
    __m256i product;  /* |x * scale| */
    __m256i negative; /* all ones where negative */
    __m256i word;
};

/* Fraction and exponent field of a magnitude; subnormal FP32 numbers have field 1. */
struct parts {
    __m256i significand, field;
};

NG_INLINE NG_AVX2 __m256i set(uint32_t value)
{
    return _mm256_set1_epi32((int32_t)value);
}

NG_INLINE NG_AVX2 __m256i choose(__m256i no, __m256i yes, __m256i mask)
{
    return _mm256_blendv_epi8(no, yes, mask);
}

/* Adds one where the mask is all ones. */
NG_INLINE NG_AVX2 void tick(__m256i *count, __m256i mask)
{
    *count = _mm256_sub_epi32(*count, mask);
}

/* `normalise`: the format has normal numbers that are subnormal in FP32. Then fields go
 * down to 1 - 23, as if FP32 had them; zero has field -149. */
NG_INLINE NG_AVX2 struct parts split(__m256i magnitude, bool normalise)
{
    const __m256i hidden = set(0x00800000), fraction = set(0x007FFFFF);
    struct parts p = {_mm256_and_si256(magnitude, fraction),
                      _mm256_srli_epi32(magnitude, 23)};
    __m256i subnormal = _mm256_cmpeq_epi32(p.field, _mm256_setzero_si256());
    if (normalise) {
        __m256i up = ng_bits(_mm256_cvtepi32_ps(p.significand));
        __m256i one = _mm256_cmpgt_epi32(up, _mm256_setzero_si256());
        __m256i raised = _mm256_or_si256(_mm256_and_si256(up, fraction),
                                         _mm256_and_si256(hidden, one));
        __m256i field = _mm256_sub_epi32(_mm256_srli_epi32(up, 23), set(149));
        p.significand =
            choose(_mm256_or_si256(p.significand, hidden), raised, subnormal);
        p.field = choose(p.field, field, subnormal);
        return p;
    }
    p.significand =
        _mm256_or_si256(p.significand, _mm256_andnot_si256(subnormal, hidden));
    p.field = _mm256_sub_epi32(p.field, subnormal);
    return p;
}

/* 1 where the last place kept goes up, else 0. `cut` holds the `shift` bits below it. */
NG_INLINE NG_AVX2 __m256i carry(const struct ng_encode_plan *plan,
                                enum ng_rounding rounding, __m256i kept, __m256i cut,
                                __m256i shift, const struct lanes *in)
{
    const __m256i one = set(1);
    if (rounding == NG_ROUND_TOWARD_ZERO)
        return _mm256_setzero_si256();
    if (rounding == NG_ROUND_STOCHASTIC) {
        __m256i r = set((uint32_t)plan->policy.random_bits);
        __m128i count = _mm_cvtsi32_si128(plan->policy.random_bits);
        __m128i rest = _mm_cvtsi32_si128(32 - plan->policy.random_bits);
        __m256i part =
            _mm256_or_si256(_mm256_srlv_epi32(cut, _mm256_sub_epi32(shift, r)),
                            _mm256_sllv_epi32(cut, _mm256_sub_epi32(r, shift)));
        __m256i sum = _mm256_add_epi32(part, _mm256_srl_epi32(in->word, rest));
        return _mm256_srl_epi32(sum, count);
    }
    /* The other roundings carry where cut plus an addend reaches one unit. */
    __m256i below = _mm256_sub_epi32(_mm256_sllv_epi32(one, shift), one);
    __m256i addend = below;
    if (rounding == NG_ROUND_UP)
        addend = _mm256_andnot_si256(in->negative, below);
    if (rounding == NG_ROUND_DOWN)
        addend = _mm256_and_si256(in->negative, below);
    if (rounding == NG_ROUND_ODD)
        addend =
            _mm256_and_si256(_mm256_sub_epi32(_mm256_and_si256(kept, one), one), below);
    if (rounding == NG_ROUND_NEAREST_EVEN || rounding == NG_ROUND_NEAREST_AWAY) {
        __m256i tie = _mm256_and_si256(below, one);
        if (rounding == NG_ROUND_NEAREST_EVEN)
            tie = _mm256_and_si256(tie, kept);
        addend = _mm256_add_epi32(_mm256_srli_epi32(below, 1), tie);
    }
    return _mm256_srlv_epi32(_mm256_add_epi32(cut, addend), shift);
}

/* Rounds finite magnitudes; codes count on past max_code. */
NG_INLINE NG_AVX2 __m256i round8(const struct ng_encode_plan *plan,
                                 enum ng_rounding rounding, const struct lanes *in)
{
    bool power = plan->format->encoding == NG_UNSIGNED;
    __m128i m = _mm_cvtsi32_si128(plan->mantissa_bits);
    __m256i least = set((uint32_t)(power ? 0 : plan->least_field));
    struct parts p = split(in->product, plan->least_field < 1 || power);
    __m256i grid = _mm256_max_epi32(p.field, least);
    __m256i shift = _mm256_add_epi32(set(23 - (uint32_t)plan->mantissa_bits),
                                     _mm256_sub_epi32(grid, p.field));
    /* From 26 on, all bits are less than half: only random bits tell more. */
    if (rounding != NG_ROUND_STOCHASTIC)
        shift = _mm256_min_epi32(shift, set(26));
    __m256i kept = _mm256_srlv_epi32(p.significand, shift);
    __m256i cut = _mm256_sub_epi32(p.significand, _mm256_sllv_epi32(kept, shift));
    struct lanes unsigned_in = *in;
    if (power)
        unsigned_in.negative = _mm256_setzero_si256();
    __m256i code = _mm256_sll_epi32(_mm256_sub_epi32(grid, least), m);
    code = _mm256_add_epi32(code, kept);
    code =
        _mm256_add_epi32(code, carry(plan, rounding, kept, cut, shift, &unsigned_in));
    if (!power)
        return code;
    /* e8m0 counts from 2^-127, which everything smaller becomes. */
    __m256i tiny = _mm256_cmpgt_epi32(set(0x00400000), in->product);
    return _mm256_andnot_si256(tiny, _mm256_sub_epi32(code, set(1)));
}

NG_INLINE NG_AVX2 __m256i join_sign(const struct ng_encode_plan *plan, __m256i code,
                                    __m256i negative)
{
    if (plan->one_zero)
        negative = _mm256_andnot_si256(_mm256_cmpeq_epi32(code, _mm256_setzero_si256()),
                                       negative);
    if (plan->format->encoding == NG_TWOS_COMPLEMENT) {
        __m256i other = _mm256_sub_epi32(_mm256_xor_si256(code, negative), negative);
        return _mm256_and_si256(other, set(2 * plan->sign_bit - 1));
    }
    return _mm256_or_si256(code, _mm256_and_si256(negative, set(plan->sign_bit)));
}

NG_INLINE NG_AVX2 __m256i encode8(const struct ng_encode_plan *plan,
                                  enum ng_rounding rounding, const struct lanes *in,
                                  __m256i nonzero, struct tally *tally)
{
    const __m256i infinity = set(0x7F800000), zero = _mm256_setzero_si256();
    __m256i is_nan = _mm256_cmpgt_epi32(in->product, infinity);
    __m256i is_inf = _mm256_cmpeq_epi32(in->product, infinity);
    __m256i nan = choose(set(plan->nan_code[0]), set(plan->nan_code[1]), in->negative);
    tick(&tally->nan, is_nan);
    tick(&tally->inf, is_inf);
    if (plan->mantissa_bits == 23) { /* fp32: nothing is rounded */
        __m256i vanished = _mm256_cmpeq_epi32(in->product, zero);
        tick(&tally->flushed, _mm256_and_si256(vanished, nonzero));
        __m256i sign = _mm256_and_si256(in->negative, set(plan->sign_bit));
        return choose(_mm256_or_si256(in->product, sign), nan, is_nan);
    }
    __m256i special = _mm256_or_si256(is_nan, is_inf);
    __m256i code = round8(plan, rounding, in);
    __m256i over =
        _mm256_andnot_si256(special, _mm256_cmpgt_epi32(code, set(plan->max_code)));
    __m256i vanished = _mm256_andnot_si256(special, _mm256_cmpeq_epi32(code, zero));
    __m128i unused = _mm_cvtsi32_si128(plan->format->unused_bits);
    code = _mm256_sll_epi32(code, unused);
    code = choose(code, set(plan->over_code), over);
    code = choose(code, set(plan->inf_code), is_inf);
    code = join_sign(plan, code, in->negative);
    if (plan->signs_matter) {
        __m256i none =
            _mm256_or_si256(_mm256_cmpeq_epi32(in->product, zero), in->negative);
        over = _mm256_andnot_si256(none, over);
        code = choose(code, set(plan->nan_code[0]), none);
    }
    tick(&tally->saturated, over);
    if (plan->format->encoding != NG_UNSIGNED)
        tick(&tally->flushed, _mm256_and_si256(vanished, nonzero));
    return choose(code, nan, is_nan);
}

/* The low bytes of eight lanes, `bytes` of each. */
NG_INLINE NG_AVX2 void store8(void *codes, __m256i code, int bytes)
{
    if (bytes == 4) {
        _mm256_storeu_si256(codes, code);
        return;
    }
    __m256i words = _mm256_packus_epi32(code, code);
    __m128i eight = _mm256_castsi256_si128(_mm256_permute4x64_epi64(words, 0x08));
    if (bytes == 2)
        _mm_storeu_si128(codes, eight);
    else
        _mm_storel_epi64(codes, _mm_packus_epi16(eight, eight));
}

NG_INLINE NG_AVX2 uint64_t total(__m256i lanes)
{
    uint32_t each[8];
    _mm256_storeu_si256((__m256i *)(void *)each, lanes);
    uint64_t sum = 0;
    for (int i = 0; i < 8; i++)
        sum += each[i];
    return sum;
}

NG_INLINE NG_AVX2 uint32_t largest(__m256i lanes)
{
    uint32_t each[8], most = 0;
    _mm256_storeu_si256((__m256i *)(void *)each, lanes);
    for (int i = 0; i < 8; i++)
        most = each[i] > most ? each[i] : most;
    return most;
}

struct span {
    const float *x;
    const uint32_t *words;
    char *codes;
};

/* Eight elements; counts those of x as they are, before the scale. */
NG_INLINE NG_AVX2 void step(const struct ng_encode_plan *plan,
                            enum ng_rounding rounding, __m256 scale, __m256i bound,
                            const struct span *at, struct tally *tally)
{
    __m256i x = ng_load(at->x);
    __m256i raw = ng_magnitude(x);
    __m256i is_nan = _mm256_cmpgt_epi32(raw, set(0x7F800000));
    tick(&tally->overflowed,
         _mm256_andnot_si256(is_nan, _mm256_cmpgt_epi32(raw, bound)));
    tally->amax = _mm256_max_epi32(tally->amax, raw);
    struct lanes in = {
        ng_magnitude(ng_bits(_mm256_mul_ps(ng_float(raw), scale))),
        _mm256_srai_epi32(x, 31),
        rounding == NG_ROUND_STOCHASTIC
            ? _mm256_loadu_si256((const __m256i *)(const void *)at->words)
            : _mm256_setzero_si256(),
    };
    __m256i nonzero = _mm256_cmpgt_epi32(raw, _mm256_setzero_si256());
    store8(at->codes, encode8(plan, rounding, &in, nonzero, tally),
           plan->format->storage_bytes);
}

/* Fewer than eight elements: filled up with zeros, which add to no count. */
NG_INLINE NG_AVX2 void last_step(const struct ng_encode_plan *plan,
                                 enum ng_rounding rounding, __m256 scale, __m256i bound,
                                 const struct span *at, size_t n, struct tally *tally)
{
    float x[8] = {0};
    uint32_t words[8] = {0};
    char codes[32];
    memcpy(x, at->x, n * sizeof *x);
    if (rounding == NG_ROUND_STOCHASTIC)
        memcpy(words, at->words, n * sizeof *words);
    step(plan, rounding, scale, bound, &(struct span){x, words, codes}, tally);
    memcpy(at->codes, codes, n * (size_t)plan->format->storage_bytes);
}

NG_INLINE NG_AVX2 void encode_span(const struct ng_encode_plan *its_plan,
                                   enum ng_rounding rounding, float scale,
                                   struct span at, size_t n,
                                   struct ng_cast_counts *counts)
{
    /* Copies, which codes cannot overlap: what they hold stays in registers. */
    const struct ng_format format = *its_plan->format;
    struct ng_encode_plan own = *its_plan;
    const struct ng_encode_plan *plan = &own;
    own.format = &format;
    const size_t bytes = (size_t)format.storage_bytes;
    const __m256i zero = _mm256_setzero_si256();
    struct tally tally = {zero, zero, zero, zero, zero, zero};
    union {
        float value;
        uint32_t bits;
    } limit = {ng_format_overflow_bound(plan->format, scale)};
    __m256 factor = _mm256_set1_ps(scale);
    __m256i bound = set(limit.bits);
    size_t left = n;
    for (; left >= 8; left -= 8) {
        step(plan, rounding, factor, bound, &at, &tally);
        at.x += 8;
        at.codes += 8 * bytes;
        if (rounding == NG_ROUND_STOCHASTIC)
            at.words += 8;
    }
    if (left > 0)
        last_step(plan, rounding, factor, bound, &at, left, &tally);
    if (counts == NULL)
        return;
    counts->elements += n;
    counts->saturated += total(tally.saturated);
    counts->overflowed += total(tally.overflowed);
    counts->flushed += total(tally.flushed);
    counts->nan += total(tally.nan);
    counts->inf += total(tally.inf);
    uint32_t amax_bits = largest(tally.amax);
    counts->amax_bits = amax_bits > counts->amax_bits ? amax_bits : counts->amax_bits;
}

/* Each rounding gets a loop of its own. */
static NG_AVX2 void encode_part(const struct ng_encode_plan *plan, float scale,
                                struct span at, size_t n, struct ng_cast_counts *counts)
{
    switch (plan->policy.rounding) {
    case NG_ROUND_NEAREST_EVEN:
        encode_span(plan, NG_ROUND_NEAREST_EVEN, scale, at, n, counts);
        break;
    case NG_ROUND_NEAREST_AWAY:
        encode_span(plan, NG_ROUND_NEAREST_AWAY, scale, at, n, counts);
        break;
    case NG_ROUND_TOWARD_ZERO:
        encode_span(plan, NG_ROUND_TOWARD_ZERO, scale, at, n, counts);
        break;
    case NG_ROUND_UP:
        encode_span(plan, NG_ROUND_UP, scale, at, n, counts);
        break;
    case NG_ROUND_DOWN:
        encode_span(plan, NG_ROUND_DOWN, scale, at, n, counts);
        break;
    case NG_ROUND_ODD:
        encode_span(plan, NG_ROUND_ODD, scale, at, n, counts);
        break;
    case NG_ROUND_STOCHASTIC:
        encode_span(plan, NG_ROUND_STOCHASTIC, scale, at, n, counts);
        break;
    }
}

void ng_avx2_encode_exactly(const struct ng_encode_plan *plan, float scale,
                            const float *x, const uint32_t *words, void *codes,
                            size_t n, struct ng_cast_counts *counts)
{
    /* Lanes count with 32 bits. */
    const size_t most = (size_t)1 << 30;
    struct span at = {x, words, codes};
    for (size_t left = n, part; left > 0; left -= part) {
        part = left < most ? left : most;
        encode_part(plan, scale, at, part, counts);
        at.x += part;
        at.codes += part * (size_t)plan->format->storage_bytes;
        if (words != NULL)
            at.words += part;
    }
}

/* ---- Decoding ---------------------------------------------------------------------- */

NG_INLINE NG_AVX2 __m256i load8(const void *codes, int bytes)
{
    if (bytes == 1)
        return _mm256_cvtepu8_epi32(_mm_loadl_epi64(codes));
    if (bytes == 2)
        return _mm256_cvtepu16_epi32(_mm_loadu_si128(codes));
    return _mm256_loadu_si256(codes);
}

/* Values of sign-magnitude codes, which are moved to where FP32 has sign, exponent and
 * fraction; one multiplication by a power of two makes up for the difference of biases
 * and for subnormals. */
NG_INLINE NG_AVX2 __m256 value8(const struct ng_format *format, __m256i code)
{
    const int high = 32 - format->width - format->unused_bits;
    const int rest = 8 - format->exponent_bits;
    const uint32_t sign_bit = ng_format_sign_bit(format);
    const float power = ng_power_of_two(127 - format->bias);
    __m256i magnitude =
        _mm256_and_si256(code, set((sign_bit - 1) & ng_format_mask(format)));
    __m256i sign = _mm256_and_si256(code, set(sign_bit));
    sign = _mm256_sll_epi32(sign, _mm_cvtsi32_si128(high));
    __m256i placed = _mm256_sll_epi32(magnitude, _mm_cvtsi32_si128(high));
    placed = _mm256_srl_epi32(placed, _mm_cvtsi32_si128(rest));
    __m256 value = _mm256_mul_ps(ng_float(placed), _mm256_set1_ps(power));
    if (ng_format_exceeds_fields(format)) {
        __m256i top = _mm256_cmpgt_epi32(placed, set(0x7F7FFFFF));
        __m256 below = ng_float(_mm256_sub_epi32(placed, set(0x00800000)));
        below = _mm256_mul_ps(below, _mm256_set1_ps(2 * power));
        value = _mm256_blendv_ps(value, below, ng_float(top));
    }
    __m256i special = _mm256_cmpgt_epi32(magnitude, set(format->max_code));
    if (!format->has_negative_zero) {
        __m256i is_zero = _mm256_cmpeq_epi32(magnitude, _mm256_setzero_si256());
        __m256i is_negative = _mm256_srai_epi32(sign, 31);
        special = _mm256_or_si256(special, _mm256_and_si256(is_zero, is_negative));
    }
    __m256i bits = _mm256_or_si256(ng_bits(value), sign);
    bits = choose(bits, set(0x7FC00000), special);
    if (format->inf_code != 0) {
        __m256i is_inf = _mm256_cmpeq_epi32(magnitude, set(format->inf_code));
        bits = choose(bits, _mm256_or_si256(set(0x7F800000), sign), is_inf);
    }
    return ng_float(bits);
}

NG_INLINE NG_AVX2 __m256 decode8(const struct ng_format *format, __m256i code)
{
    if (format->encoding == NG_TWOS_COMPLEMENT) {
        __m128i high = _mm_cvtsi32_si128(32 - format->width);
        return _mm256_cvtepi32_ps(_mm256_sra_epi32(_mm256_sll_epi32(code, high), high));
    }
    if (format->encoding == NG_UNSIGNED) {
        __m256i bits = _mm256_slli_epi32(code, 23);
        __m256i is_least = _mm256_cmpeq_epi32(code, _mm256_setzero_si256());
        __m256i is_nan = _mm256_cmpeq_epi32(code, set(format->nan_code));
        bits = choose(bits, set(0x00400000), is_least);
        return ng_float(choose(bits, set(0x7FC00000), is_nan));
    }
    return value8(format, code);
}

NG_INLINE NG_AVX2 void decode_step(const struct ng_format *format, __m256 scale_inv,
                                   const void *codes, float *x)
{
    __m256i code = load8(codes, format->storage_bytes);
    __m256 y = _mm256_mul_ps(decode8(format, code), scale_inv);
    __m256 is_nan = _mm256_cmp_ps(y, y, _CMP_UNORD_Q);
    y = _mm256_blendv_ps(y, ng_float(set(0x7FC00000)), is_nan);
    _mm256_storeu_ps(x, y);
}

NG_AVX2 void ng_avx2_decode_exactly(const struct ng_format *its_format, float scale_inv,
                                    const void *codes, float *x, size_t n)
{
    const struct ng_format own = *its_format, *format = &own;
    const size_t bytes = (size_t)own.storage_bytes;
    const char *from = codes;
    __m256 factor = _mm256_set1_ps(scale_inv);
    size_t i = 0;
    for (; n - i >= 8; i += 8)
        decode_step(format, factor, from + i * bytes, x + i);
    if (i < n) {
        char rest[32] = {0};
        float y[8];
        memcpy(rest, from + i * bytes, (n - i) * bytes);
        decode_step(format, factor, rest, y);
        memcpy(x + i, y, (n - i) * sizeof *y);
    }
}

#endif
