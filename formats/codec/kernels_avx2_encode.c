/*
 * Nearest-even in AVX2 by the short cuts of kernels.h: codes of up to 8 bits, and of 9 to
 * 16, 32 elements at a time. Groups with NaN, and whatever a plan asks for that the short
 * cuts do not give, go to ng_avx2_encode_exactly().
 *
 * What 32 elements cost for codes of up to 8 bits, in operations of Zen 3's four vector
 * pipes (multiplications two at a time, shuffles and packs two, the rest four; measured
 * one by one):
 *
 *   4 x load and multiply, 8 x and, 4 x max, 4 x fused multiply-add, 4 x pmaddwd      24
 *   packs of products 3 and of signs 3, 2 x subtract, 2 x shift                       10
 *   blend and subtract 2, permute 2, NaN 2, store 1                                    7
 *
 * 41 operations, 11 cycles at best, 14 measured. The largest finite code costs nothing:
 * codes are kept so far above zero that the last pack saturates there. pmaddwd joins the
 * exponent field (high half of the sum) with the significand (low half). A NaN is looked
 * for once in 4096 elements: products of magnitudes are added up, and only a NaN (or zero
 * times infinity, which is harmless) makes that NaN.
 *
 * Counting adds the maximum of |x| and the comparison of zeros, 16 operations; groups in
 * which something may be clipped are looked at again.
 */
#include "formats/codec/kernels_avx2.h"

#if defined(__x86_64__)

enum { GROUP = 32, CHUNK = 4096 };

/* pos, neg: how far packed codes lie above those of positive and negative numbers; over:
 * the packed code of an overflow that is NaN in a fnuz format, 0 where it saturates. */
struct constants {
    __m256 up;
    __m256i least, join, base, pos, neg, over, quiet;
    __m256i half; /* NG_SHAPE_WORDS_INTEGER: half of the last place kept, less one */
    __m128i shift;
};

/* Of 32 elements, scales for the first and the second half. */
struct scales {
    __m256 low, high;
};

struct tally {
    __m256i amax, flushed;
};

NG_INLINE NG_AVX2 __m256i all8(int value)
{
    return _mm256_set1_epi8((char)value);
}

NG_INLINE NG_AVX2 __m256i all16(int value)
{
    return _mm256_set1_epi16((short)value);
}

NG_INLINE NG_AVX2 struct constants constants_of(const struct ng_encode_plan *plan,
                                                enum ng_shape shape)
{
    const int m = plan->mantissa_bits, field = plan->least_field + 23 - m;
    const bool bytes = shape <= NG_SHAPE_BYTES_TWOS;
    const int above = (bytes ? 0xFF : 0xFFFF) - (int)plan->over_code;
    struct constants k = {
        .up = _mm256_set1_ps(ng_power_of_two(23 - m)),
        .least = _mm256_set1_epi32(plan->least_field << 23),
        .join =
            _mm256_set1_epi32(m < 7 ? 1 << 16 | 1 << (7 - m) : 1 << (16 + m - 7) | 1),
        .half = _mm256_set1_epi32((1 << (22 - m)) - 1),
        .quiet = _mm256_set1_epi32(plan->quiet),
    };
    if (bytes) {
        k.base = all16((field << 7) - (above << (7 - m)));
        k.shift = _mm_cvtsi32_si128(7 - m);
        k.pos = all8(above);
        k.neg = all8(above - (int)plan->sign_bit);
        /* Never reached where overflow saturates. */
        k.over = all8(plan->over_code > plan->max_code ? 0xFF : 0);
        return k;
    }
    k.base = _mm256_set1_epi32(shape == NG_SHAPE_WORDS_MAGIC ? (field << m) - above
                                                             : -above);
    k.shift = _mm_cvtsi32_si128(23 - m);
    k.pos = all16(above);
    k.neg = all16(above - (int)plan->sign_bit);
    return k;
}

/* Eight magnitudes to codes, moved and shifted as the packs want them. */
NG_INLINE NG_AVX2 __m256i round8(const struct constants *k, enum ng_shape shape,
                                 __m256 magnitude)
{
    __m256i bits = ng_bits(magnitude);
    if (shape == NG_SHAPE_WORDS_INTEGER) {
        __m256i odd =
            _mm256_and_si256(_mm256_srl_epi32(bits, k->shift), _mm256_set1_epi32(1));
        bits = _mm256_add_epi32(_mm256_add_epi32(bits, k->half), odd);
        return _mm256_sub_epi32(_mm256_srl_epi32(bits, k->shift), k->base);
    }
    __m256i power = _mm256_and_si256(bits, _mm256_set1_epi32(0x7F800000));
    power = _mm256_max_epi32(power, k->least);
    __m256i sum = ng_bits(_mm256_fmadd_ps(ng_float(power), k->up, magnitude));
    __m256i joined = _mm256_madd_epi16(sum, k->join);
    return shape == NG_SHAPE_WORDS_MAGIC ? _mm256_sub_epi32(joined, k->base) : joined;
}

/* Sixteen elements on their way: 16 bits for each. */
struct half {
    __m256i code; /* BYTES: as wide as they will be; WORDS: done but for the sign */
    __m256i sign; /* the top bit is the sign's */
};

NG_INLINE NG_AVX2 struct half half_of(const struct constants *k, enum ng_shape shape,
                                      __m256 magnitude0, __m256 magnitude1,
                                      __m256i sign)
{
    __m256i code0 = round8(k, shape, magnitude0), code1 = round8(k, shape, magnitude1);
    if (shape > NG_SHAPE_BYTES_TWOS)
        return (struct half){_mm256_packus_epi32(code0, code1), sign};
    __m256i code = _mm256_sub_epi16(_mm256_packs_epi32(code0, code1), k->base);
    return (struct half){_mm256_srl_epi16(code, k->shift), sign};
}

/* Writes 32 codes; returns where they are zero, all ones in a byte for each. */
NG_INLINE NG_AVX2 __m256i write_bytes(const struct constants *k, enum ng_shape shape,
                                      const struct half *low, const struct half *high,
                                      void *codes, bool stream)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    __m256i code = _mm256_packus_epi16(low->code, high->code);
    __m256i sign = _mm256_packs_epi16(low->sign, high->sign);
    __m256i is_zero = _mm256_cmpeq_epi8(code, k->pos);
    if (shape == NG_SHAPE_BYTES_TWOS) {
        code = _mm256_sign_epi8(_mm256_sub_epi8(code, k->pos), sign);
    } else {
        if (shape ==
            NG_SHAPE_BYTES_ONE_ZERO) /* NaN, which overflow may become, has one too */
            sign = _mm256_andnot_si256(
                _mm256_or_si256(is_zero, _mm256_cmpeq_epi8(code, k->over)), sign);
        code = _mm256_sub_epi8(code, _mm256_blendv_epi8(k->pos, k->neg, sign));
    }
    ng_put(codes, _mm256_permutevar8x32_epi32(code, order), stream);
    return is_zero;
}

NG_INLINE NG_AVX2 __m256i signed_words(const struct constants *k,
                                       const struct half *half)
{
    __m256i negative = _mm256_srai_epi16(half->sign, 15);
    __m256i code =
        _mm256_sub_epi16(half->code, _mm256_blendv_epi8(k->pos, k->neg, negative));
    return _mm256_permute4x64_epi64(code, 0xD8);
}

NG_INLINE NG_AVX2 __m256i write_words(const struct constants *k, const struct half *low,
                                      const struct half *high, uint8_t *codes,
                                      bool stream)
{
    ng_put(codes, signed_words(k, low), stream);
    ng_put(codes + 32, signed_words(k, high), stream);
    return _mm256_packs_epi16(_mm256_cmpeq_epi16(low->code, k->pos),
                              _mm256_cmpeq_epi16(high->code, k->pos));
}

NG_INLINE NG_AVX2 __m256i write_group(const struct constants *k, enum ng_shape shape,
                                      const struct half *low, const struct half *high,
                                      uint8_t *codes, bool stream)
{
    return shape <= NG_SHAPE_BYTES_TWOS
               ? write_bytes(k, shape, low, high, codes, stream)
               : write_words(k, low, high, codes, stream);
}

NG_INLINE NG_AVX2 void fetch(const float *x, size_t ahead)
{
    _mm_prefetch((const char *)x + ahead, _MM_HINT_T0);
    _mm_prefetch((const char *)x + ahead + 64, _MM_HINT_T0);
}

NG_INLINE NG_AVX2 struct half plain_half(const struct constants *k, enum ng_shape shape,
                                         __m256 scale, const float *x, __m256 *nan)
{
    __m256 y0 = _mm256_mul_ps(_mm256_loadu_ps(x), scale);
    __m256 y1 = _mm256_mul_ps(_mm256_loadu_ps(x + 8), scale);
    __m256 t0 = ng_float(ng_magnitude(ng_bits(y0)));
    __m256 t1 = ng_float(ng_magnitude(ng_bits(y1)));
    *nan = _mm256_fmadd_ps(t0, t1, *nan);
    return half_of(k, shape, t0, t1, _mm256_packs_epi32(ng_bits(y0), ng_bits(y1)));
}

/* What counting looks at, besides: the largest |x|, and where x is zero. */
struct seen {
    __m256i most, none;
};

NG_INLINE NG_AVX2 struct half counted_half(const struct constants *k,
                                           enum ng_shape shape, __m256 scale,
                                           const float *x, struct seen *seen)
{
    __m256i x0 = ng_load(x), x1 = ng_load(x + 8);
    __m256i raw0 = ng_magnitude(x0), raw1 = ng_magnitude(x1);
    seen->most = _mm256_max_epi32(raw0, raw1);
    seen->none = _mm256_packs_epi32(raw0, raw1);
    return half_of(k, shape, _mm256_mul_ps(ng_float(raw0), scale),
                   _mm256_mul_ps(ng_float(raw1), scale), _mm256_packs_epi32(x0, x1));
}

NG_AVX2 bool ng_avx2_count_clipped(const struct ng_encode_plan *plan, const float *x,
                                   float scale, struct ng_cast_counts *counts)
{
    union {
        float value;
        int32_t bits;
    } bound = {ng_format_overflow_bound(plan->format, scale)};
    const __m256i limit = _mm256_set1_epi32((int32_t)plan->saturates_above);
    const __m256i most = _mm256_set1_epi32(0x7F7FFFFF);
    uint64_t saturated = 0, overflowed = 0;
    for (int i = 0; i < 16; i += 8) {
        __m256i raw = ng_magnitude(ng_load(x + i));
        __m256i t = ng_bits(_mm256_mul_ps(ng_float(raw), _mm256_set1_ps(scale)));
        if (ng_lanes(_mm256_cmpgt_epi32(t, most)) != 0)
            return false;
        __m256i over = _mm256_cmpgt_epi32(raw, _mm256_set1_epi32(bound.bits));
        saturated +=
            (unsigned)__builtin_popcount(ng_lanes(_mm256_cmpgt_epi32(t, limit)));
        overflowed += (unsigned)__builtin_popcount(ng_lanes(over));
    }
    counts->saturated += saturated;
    counts->overflowed += overflowed;
    return true;
}

NG_INLINE NG_AVX2 float first_of(__m256 x)
{
    return _mm256_cvtss_f32(x);
}

/* Counts what is rare. False: the group must be done by the definition. */
NG_INLINE NG_AVX2 bool count_rare(const struct ng_encode_plan *plan,
                                  const struct scales *scales, const float *x,
                                  struct ng_cast_counts *counts)
{
    struct ng_cast_counts clipped = {0};
    if (!ng_avx2_count_clipped(plan, x, first_of(scales->low), &clipped) ||
        !ng_avx2_count_clipped(plan, x + 16, first_of(scales->high), &clipped))
        return false;
    counts->saturated += clipped.saturated;
    counts->overflowed += clipped.overflowed;
    return true;
}

NG_INLINE NG_AVX2 __m256i product_of(__m256i magnitude, __m256 scale)
{
    return ng_bits(_mm256_mul_ps(ng_float(magnitude), scale));
}

/* Codes and counts of 32 elements; false where both must be made by the definition. */
NG_INLINE NG_AVX2 bool counted_group(const struct ng_encode_call *call,
                                     const struct constants *k, enum ng_shape shape,
                                     bool halves, const struct scales *scales,
                                     const float *x, uint8_t *codes, bool stream,
                                     struct tally *tally)
{
    struct seen first, second;
    struct half low = counted_half(k, shape, scales->low, x, &first);
    struct half high = counted_half(k, shape, scales->high, x + 16, &second);
    __m256i most = _mm256_max_epi32(first.most, second.most);
    /* Products grow with |x|: the largest of each lane tells. */
    __m256i rare = _mm256_cmpgt_epi32(
        product_of(halves ? first.most : most, scales->low), k->quiet);
    if (halves)
        rare = _mm256_or_si256(
            rare, _mm256_cmpgt_epi32(product_of(second.most, scales->high), k->quiet));
    __m256i none = _mm256_cmpeq_epi8(_mm256_packs_epi16(first.none, second.none),
                                     _mm256_setzero_si256());
    __m256i is_zero = write_group(k, shape, &low, &high, codes, stream);
    if (__builtin_expect(ng_lanes(rare) != 0, 0) &&
        !count_rare(call->plan, scales, x, call->counts))
        return false;
    tally->amax = _mm256_max_epi32(tally->amax, most);
    tally->flushed =
        _mm256_sub_epi8(tally->flushed, _mm256_andnot_si256(none, is_zero));
    return true;
}

NG_AVX2 void ng_avx2_encode_rest(const struct ng_encode_call *call,
                                 struct ng_scale_walk walk, size_t at, size_t n)
{
    const size_t bytes = (size_t)call->plan->format->storage_bytes;
    for (size_t run; n > 0; n -= run, at += run) {
        run = ng_scale_walk_run(&walk, n);
        ng_avx2_encode_exactly(call->plan, *walk.scale, call->x + at,
                               call->words == NULL ? NULL : call->words + at,
                               (char *)call->codes + at * bytes, run, call->counts);
        ng_scale_walk_pass(&walk, run);
    }
}

/* The scale of the next run of groups, whose length is returned. With `halves` it is one
 * group of two scales. */
NG_INLINE NG_AVX2 size_t next_run(bool halves, struct ng_scale_walk *walk, size_t most,
                                  struct scales *scales)
{
    size_t run = halves ? GROUP / 2 : ng_scale_walk_run(walk, most);
    scales->low = scales->high = _mm256_set1_ps(*walk->scale);
    ng_scale_walk_pass(walk, run);
    if (!halves)
        return run;
    scales->high = _mm256_set1_ps(*walk->scale);
    ng_scale_walk_pass(walk, run);
    return GROUP;
}

NG_INLINE NG_AVX2 void add_tally(struct tally *tally, __m256i *flushed)
{
    const __m256i zero = _mm256_setzero_si256();
    *flushed = _mm256_add_epi64(*flushed, _mm256_sad_epu8(tally->flushed, zero));
    tally->flushed = zero;
}

/* How many of the next elements are looked at together: whole groups. */
NG_INLINE size_t chunk_of(size_t left)
{
    return left < CHUNK ? left / GROUP * GROUP : CHUNK;
}

NG_INLINE NG_AVX2 void encode_plain(const struct ng_encode_call *call,
                                    enum ng_shape shape, bool halves, bool stream)
{
    const size_t bytes = shape <= NG_SHAPE_BYTES_TWOS ? 1 : 2;
    const struct constants k = constants_of(call->plan, shape);
    struct ng_scale_walk walk = ng_scale_walk_start(call->scales, call->block);
    const float *x = call->x;
    uint8_t *codes = call->codes;
    size_t done = 0, chunk;
    for (; call->n - done >= GROUP; done += chunk) {
        struct ng_scale_walk start = walk;
        __m256 nan0 = _mm256_setzero_ps(), nan1 = nan0;
        chunk = chunk_of(call->n - done);
        for (size_t left = chunk; left > 0;) {
            struct scales scales;
            size_t run = next_run(halves, &walk, left, &scales);
            left -= run;
            for (const float *end = x + run; x != end; x += GROUP) {
                fetch(x, call->fetch_ahead);
                struct half low = plain_half(&k, shape, scales.low, x, &nan0);
                struct half high = plain_half(&k, shape, scales.high, x + 16, &nan1);
                write_group(&k, shape, &low, &high, codes, stream);
                codes += GROUP * bytes;
            }
        }
        __m256i is_nan = ng_bits(_mm256_cmp_ps(nan0, nan1, _CMP_UNORD_Q));
        if (__builtin_expect(ng_lanes(is_nan) != 0, 0))
            ng_avx2_encode_rest(call, start, done, chunk);
    }
    if (done < call->n)
        ng_avx2_encode_rest(call, walk, done, call->n - done);
}

NG_INLINE NG_AVX2 void encode_counted(const struct ng_encode_call *call,
                                      enum ng_shape shape, bool halves, bool stream)
{
    const size_t bytes = shape <= NG_SHAPE_BYTES_TWOS ? 1 : 2;
    const struct constants k = constants_of(call->plan, shape);
    const __m256i zero = _mm256_setzero_si256();
    struct tally tally = {zero, zero};
    __m256i flushed = zero;
    struct ng_scale_walk walk = ng_scale_walk_start(call->scales, call->block);
    const float *x = call->x;
    uint8_t *codes = call->codes;
    size_t done = 0, chunk, exactly = 0;
    for (; call->n - done >= GROUP; done += chunk) {
        chunk = chunk_of(call->n - done);
        for (size_t left = chunk; left > 0;) {
            struct scales scales;
            struct ng_scale_walk start = walk;
            size_t run = next_run(halves, &walk, left, &scales);
            left -= run;
            for (const float *end = x + run; x != end; x += GROUP) {
                fetch(x, call->fetch_ahead);
                if (!counted_group(call, &k, shape, halves, &scales, x, codes, stream,
                                   &tally)) {
                    ng_avx2_encode_rest(call, start, (size_t)(x - call->x), GROUP);
                    exactly += GROUP;
                }
                codes += GROUP * bytes;
            }
        }
        add_tally(&tally, &flushed);
    }
    call->counts->elements += done - exactly;
    ng_finish_counts(call->counts, tally.amax, flushed);
    if (done < call->n)
        ng_avx2_encode_rest(call, walk, done, call->n - done);
}

NG_INLINE NG_AVX2 void encode_as(const struct ng_encode_call *call, enum ng_shape shape)
{
    if (call->counts != NULL && call->stream)
        encode_counted(call, shape, false, true);
    else if (call->counts != NULL)
        encode_counted(call, shape, false, false);
    else if (call->stream)
        encode_plain(call, shape, false, true);
    else
        encode_plain(call, shape, false, false);
}

static NG_AVX2 void encode_bytes(const struct ng_encode_call *call)
{
    encode_as(call, NG_SHAPE_BYTES);
}
static NG_AVX2 void encode_bytes_one_zero(const struct ng_encode_call *call)
{
    encode_as(call, NG_SHAPE_BYTES_ONE_ZERO);
}
static NG_AVX2 void encode_bytes_twos(const struct ng_encode_call *call)
{
    encode_as(call, NG_SHAPE_BYTES_TWOS);
}
static NG_AVX2 void encode_words_magic(const struct ng_encode_call *call)
{
    encode_as(call, NG_SHAPE_WORDS_MAGIC);
}
static NG_AVX2 void encode_words_integer(const struct ng_encode_call *call)
{
    encode_as(call, NG_SHAPE_WORDS_INTEGER);
}
/* Two scales in 32 elements. */
static NG_AVX2 void encode_bytes_halves(const struct ng_encode_call *call)
{
    if (call->counts != NULL)
        encode_counted(call, NG_SHAPE_BYTES, true, false);
    else
        encode_plain(call, NG_SHAPE_BYTES, true, false);
}

static void encode_by_definition(const struct ng_encode_call *call)
{
    ng_avx2_encode_rest(call, ng_scale_walk_start(call->scales, call->block), 0,
                        call->n);
}
static void encode_without_shape(const struct ng_encode_call *call)
{
    if (!ng_avx2_encode_wide(call))
        encode_by_definition(call);
}

void ng_avx2_encode(const struct ng_encode_call *call)
{
    static void (*const bodies[])(const struct ng_encode_call *) = {
        [NG_SHAPE_BYTES] = encode_bytes,
        [NG_SHAPE_BYTES_ONE_ZERO] = encode_bytes_one_zero,
        [NG_SHAPE_BYTES_TWOS] = encode_bytes_twos,
        [NG_SHAPE_WORDS_MAGIC] = encode_words_magic,
        [NG_SHAPE_WORDS_INTEGER] = encode_words_integer,
        [NG_SHAPE_NONE] = encode_without_shape,
    };
    enum ng_shape shape = call->plan->shape;
    bool halves = call->block < call->n && call->block % GROUP != 0;
    if (shape == NG_SHAPE_BYTES && halves)
        encode_bytes_halves(call);
    else if (shape != NG_SHAPE_NONE && halves)
        encode_by_definition(call);
    else
        bodies[shape](call);
    if (call->stream)
        _mm_sfence();
}

#endif
