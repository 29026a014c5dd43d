/*
 * Codes of 4 bytes in AVX2, and those of e8m0: nearest-even by the short cuts of
 * kernels.h, 16 elements at a time, and decoding where exponents are FP32's own. Codes of
 * 4 bytes stay in the lanes that their elements came in, so nothing is packed. Groups in
 * which a product is infinite, NaN or so large that it may be clipped go to
 * ng_avx2_encode_exactly(), with all their counts.
 *
 * fp32 is scaled and not rounded, so it comes here under every rounding.
 *
 * The sum of magic is taken apart without a multiplication. It is 2^(E + 23 - m) plus a
 * significand s, and 2^E is at hand as `power`, so that (as integers)
 *   sum  = power + ((23 - m) << 23) + s
 *   code = (power >> (23 - m)) - (field of code 0 << m) + s,  fields counted from E
 * and the code is sum - power + (power >> (23 - m)) less a constant.
 */
#include "formats/codec/kernels_avx2.h"

#if defined(__x86_64__)

enum { GROUP = 16 }; /* no longer than the shortest block of one scale */

enum body {
    SCALED, /* fp32 */
    INTEGER,
    MAGIC,
    POWER, /* e8m0 */
    NO_BODY,
};

struct constants {
    __m256i quiet;
    __m256i half;        /* INTEGER: half of the last place kept, less one */
    __m256i least, base; /* MAGIC: power of the least normal number; the constant */
    __m256i one_zero;    /* all ones where a zero has no sign */
    __m256 up;
    __m128i cut, unused, sign_down;
};

struct tally {
    __m256i amax, flushed;
};

/* Of the lanes of one group: the largest |x| and product, and one less for each number
 * that became zero. */
struct seen {
    __m256i most, product, vanished;
};

static enum body body_of(const struct ng_encode_plan *plan)
{
    if (plan->mantissa_bits == 23)
        return SCALED;
    if (plan->format->encoding == NG_UNSIGNED)
        return plan->policy.rounding == NG_ROUND_NEAREST_EVEN && !plan->signs_matter
                   ? POWER
                   : NO_BODY;
    if (plan->front == NG_FRONT_NONE || plan->format->storage_bytes != 4)
        return NO_BODY;
    return plan->front == NG_FRONT_INTEGER ? INTEGER : MAGIC;
}

NG_INLINE NG_AVX2 struct constants constants_of(const struct ng_encode_plan *plan,
                                                enum body body)
{
    const struct ng_format *format = plan->format;
    struct constants k = {
        .quiet = _mm256_set1_epi32(plan->quiet),
        .one_zero = _mm256_set1_epi32(plan->one_zero ? -1 : 0),
        .cut = _mm_cvtsi32_si128(23 - plan->mantissa_bits),
        .unused = _mm_cvtsi32_si128(format->unused_bits),
        .sign_down = _mm_cvtsi32_si128(32 - format->width - format->unused_bits),
    };
    const int m = plan->mantissa_bits;
    if (body == INTEGER)
        k.half = _mm256_set1_epi32((1 << (22 - m)) - 1);
    if (body == MAGIC) {
        k.up = _mm256_set1_ps(ng_power_of_two(23 - m));
        k.least = _mm256_set1_epi32(plan->least_field << 23);
        k.base = _mm256_set1_epi32(((23 - m) << 23) + (plan->least_field << m));
    }
    return k;
}

/* Eight products to codes without signs. */
NG_INLINE NG_AVX2 __m256i round8(const struct constants *k, enum body body, __m256i t)
{
    if (body == INTEGER) {
        __m256i odd =
            _mm256_and_si256(_mm256_srl_epi32(t, k->cut), _mm256_set1_epi32(1));
        t = _mm256_add_epi32(_mm256_add_epi32(t, k->half), odd);
        return _mm256_sll_epi32(_mm256_srl_epi32(t, k->cut), k->unused);
    }
    if (body == MAGIC) {
        __m256i power = _mm256_and_si256(t, _mm256_set1_epi32(0x7F800000));
        power = _mm256_max_epi32(power, k->least);
        __m256i sum = ng_bits(_mm256_fmadd_ps(ng_float(power), k->up, ng_float(t)));
        __m256i field = _mm256_sub_epi32(_mm256_srl_epi32(power, k->cut), k->base);
        return _mm256_add_epi32(_mm256_sub_epi32(sum, power), field);
    }
    if (body == POWER) {
        /* Half a power more; below 1.5 * 2^-127, which is subnormal, all is code 0. */
        __m256i code = _mm256_add_epi32(t, _mm256_set1_epi32(0x00400000));
        __m256i least = _mm256_cmpgt_epi32(_mm256_set1_epi32(0x00600000), t);
        return _mm256_andnot_si256(least, _mm256_srli_epi32(code, 23));
    }
    return t;
}

NG_INLINE NG_AVX2 __m256i encode8(const struct constants *k, enum body body,
                                  __m256 scale, const float *at, struct seen *seen)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i x = ng_load(at), raw = ng_magnitude(x);
    __m256i t = ng_bits(_mm256_mul_ps(ng_float(raw), scale));
    __m256i code = round8(k, body, t);
    seen->most = _mm256_max_epi32(seen->most, raw);
    seen->product = _mm256_max_epi32(seen->product, t);
    if (body == POWER)
        return code;
    __m256i sign = _mm256_srl_epi32(_mm256_xor_si256(x, raw), k->sign_down);
    __m256i is_zero = _mm256_cmpeq_epi32(code, zero);
    if (body == MAGIC)
        sign = _mm256_andnot_si256(_mm256_and_si256(is_zero, k->one_zero), sign);
    __m256i vanished = _mm256_andnot_si256(_mm256_cmpeq_epi32(raw, zero), is_zero);
    seen->vanished = _mm256_add_epi32(seen->vanished, vanished);
    return _mm256_or_si256(code, sign);
}

NG_INLINE NG_AVX2 void write_group(enum body body, __m256i low, __m256i high,
                                   uint8_t *codes, bool stream)
{
    if (body != POWER) {
        ng_put(codes, low, stream);
        ng_put(codes + 32, high, stream);
        return;
    }
    __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(low, high), 0xD8);
    __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words),
                                     _mm256_extracti128_si256(words, 1));
    if (stream)
        _mm_stream_si128((__m128i *)(void *)codes, bytes);
    else
        _mm_storeu_si128((__m128i *)(void *)codes, bytes);
}

NG_INLINE NG_AVX2 void add_seen(const struct seen *seen, struct tally *tally)
{
    __m256i vanished = _mm256_abs_epi32(seen->vanished);
    tally->amax = _mm256_max_epi32(tally->amax, seen->most);
    tally->flushed = _mm256_add_epi64(
        tally->flushed, _mm256_sad_epu8(vanished, _mm256_setzero_si256()));
}

/* n elements from `at` on, which share the scale that `walk` stands at; returns how many
 * are counted in the tally. The others are counted already. */
NG_INLINE NG_AVX2 size_t encode_run(const struct ng_encode_call *call,
                                    const struct constants *k, enum body body,
                                    bool counted, bool stream,
                                    struct ng_scale_walk walk, size_t at, size_t n,
                                    struct tally *tally)
{
    const size_t bytes = body == POWER ? 1 : 4, end = at + n / GROUP * GROUP;
    const __m256 scale = _mm256_set1_ps(*walk.scale);
    const __m256i zero = _mm256_setzero_si256();
    const float *x = call->x;
    uint8_t *codes = call->codes;
    size_t exactly = n % GROUP;
    for (; at != end; at += GROUP) {
        struct seen seen = {zero, zero, zero};
        _mm_prefetch((const char *)(x + at) + call->fetch_ahead, _MM_HINT_T0);
        __m256i low = encode8(k, body, scale, x + at, &seen);
        __m256i high = encode8(k, body, scale, x + at + 8, &seen);
        __m256i rare = _mm256_cmpgt_epi32(seen.product, k->quiet);
        if (__builtin_expect(ng_lanes(rare) != 0, 0)) {
            ng_avx2_encode_rest(call, walk, at, GROUP);
            exactly += GROUP;
            continue;
        }
        write_group(body, low, high, codes + at * bytes, stream);
        if (counted)
            add_seen(&seen, tally);
    }
    if (n % GROUP != 0)
        ng_avx2_encode_rest(call, walk, at, n % GROUP);
    return n - exactly;
}

NG_INLINE NG_AVX2 void encode_all(const struct ng_encode_call *call, enum body body,
                                  bool counted, bool stream)
{
    const struct constants k = constants_of(call->plan, body);
    struct tally tally = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    struct ng_scale_walk walk = ng_scale_walk_start(call->scales, call->block);
    size_t tallied = 0;
    for (size_t at = 0, run; at < call->n; at += run) {
        run = ng_scale_walk_run(&walk, call->n - at);
        tallied += encode_run(call, &k, body, counted, stream, walk, at, run, &tally);
        ng_scale_walk_pass(&walk, run);
    }
    if (!counted)
        return;
    call->counts->elements += tallied;
    ng_finish_counts(call->counts, tally.amax, tally.flushed);
}

NG_INLINE NG_AVX2 void encode_as(const struct ng_encode_call *call, enum body body)
{
    if (call->counts != NULL && call->stream)
        encode_all(call, body, true, true);
    else if (call->counts != NULL)
        encode_all(call, body, true, false);
    else if (call->stream)
        encode_all(call, body, false, true);
    else
        encode_all(call, body, false, false);
}

static NG_AVX2 void encode_scaled(const struct ng_encode_call *call)
{
    encode_as(call, SCALED);
}
static NG_AVX2 void encode_integer(const struct ng_encode_call *call)
{
    encode_as(call, INTEGER);
}
static NG_AVX2 void encode_magic(const struct ng_encode_call *call)
{
    encode_as(call, MAGIC);
}
static NG_AVX2 void encode_power(const struct ng_encode_call *call)
{
    encode_as(call, POWER);
}

bool ng_avx2_encode_wide(const struct ng_encode_call *call)
{
    static void (*const bodies[])(const struct ng_encode_call *) = {
        [SCALED] = encode_scaled,
        [INTEGER] = encode_integer,
        [MAGIC] = encode_magic,
        [POWER] = encode_power,
    };
    enum body body = body_of(call->plan);
    if (body == NO_BODY)
        return false;
    bodies[body](call);
    return true;
}

/* ---- Decoding ---------------------------------------------------------------------- */

/* Codes are moved to where FP32 has its sign; bits that are not used become zero. */
NG_INLINE NG_AVX2 void decode8(__m128i up, __m256i keep, __m256 scale,
                               const uint8_t *codes, float *x, bool stream)
{
    __m256i code = _mm256_loadu_si256((const __m256i *)(const void *)codes);
    code = _mm256_and_si256(_mm256_sll_epi32(code, up), keep);
    __m256 y = _mm256_mul_ps(ng_float(code), scale);
    __m256 is_nan = _mm256_cmp_ps(y, y, _CMP_UNORD_Q);
    y = _mm256_blendv_ps(y, ng_float(_mm256_set1_epi32(0x7FC00000)), is_nan);
    ng_put(x, ng_bits(y), stream);
}

NG_INLINE NG_AVX2 void decode_all(const struct ng_decode_call *call, bool stream)
{
    const int unused = 32 - call->format->width - call->format->unused_bits;
    const __m128i up = _mm_cvtsi32_si128(unused);
    const __m256i keep =
        _mm256_set1_epi32((int32_t)(ng_format_mask(call->format) << unused));
    struct ng_scale_walk walk = ng_scale_walk_start(call->scales_inv, call->block);
    const uint8_t *codes = call->codes;
    for (size_t at = 0, run; at < call->n; at += run) {
        run = ng_scale_walk_run(&walk, call->n - at);
        const __m256 scale = _mm256_set1_ps(*walk.scale);
        const size_t end = at + run / GROUP * GROUP;
        for (size_t i = at; i != end; i += GROUP) {
            if (stream)
                _mm_prefetch((const char *)codes + 4 * i + 1024, _MM_HINT_T0);
            decode8(up, keep, scale, codes + 4 * i, call->x + i, stream);
            decode8(up, keep, scale, codes + 4 * i + 32, call->x + i + 8, stream);
        }
        ng_avx2_decode_exactly(call->format, *walk.scale, codes + 4 * end,
                               call->x + end, run % GROUP);
        ng_scale_walk_pass(&walk, run);
    }
}

NG_AVX2 bool ng_avx2_decode_wide(const struct ng_decode_call *call)
{
    const struct ng_format *format = call->format;
    if (format->storage_bytes != 4 || format->exponent_bits != 8 || format->bias != 127)
        return false;
    if (call->stream)
        decode_all(call, true);
    else
        decode_all(call, false);
    return true;
}

#endif
