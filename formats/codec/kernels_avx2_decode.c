/*
 * Decoding and the largest magnitudes of blocks, in AVX2.
 *
 * Codes of up to 16 bits are brought, 16 at a time, into a container of 16 bits: sign on
 * top, then an exponent of 5 bits (IEEE half, which F16C turns into FP32) or of 8 bits
 * (the top half of FP32), then the fraction. One multiplication by a power of two makes up
 * for the difference of biases, subnormals included, exactly; a second one applies the
 * scale. Halves are preferred: multiplying subnormal FP32 numbers, which small codes are
 * in the other container, is slow on some processors. Groups with NaN or infinity go to
 * ng_avx2_decode_exactly().
 */
#include "formats/codec/kernels_avx2.h"

#if defined(__x86_64__)

enum { GROUP = 32, AHEAD = 1024 };

enum shape { HALVES, TOPS, NO_SHAPE };

struct constants {
    __m256i keep; /* sign, exponent and fraction in the container */
    __m256i flip,
        special; /* container ^ flip, unsigned by `low`, above it: no number */
    __m256i low;
    __m256 power;
    __m128i left, right; /* shifts into the container */
};

static enum shape shape_of(const struct ng_format *format)
{
    int e = format->exponent_bits, m = format->mantissa_bits;
    if (format->encoding != NG_SIGN_MAGNITUDE || format->storage_bytes > 2)
        return NO_SHAPE;
    bool top_is_number = format->max_code >> m == 31;
    if (e <= 5 && m <= 10 && !top_is_number)
        return HALVES;
    return m <= 7 && !ng_format_exceeds_fields(format) ? TOPS : NO_SHAPE;
}

NG_INLINE NG_AVX2 __m256i all16(int value)
{
    return _mm256_set1_epi16((short)value);
}

NG_INLINE NG_AVX2 struct constants constants_of(const struct ng_format *format,
                                                enum shape shape)
{
    const int e = format->exponent_bits;
    const int room = shape == HALVES ? 5 : 8, bias = shape == HALVES ? 15 : 127;
    const int unused = 16 - format->width;
    /* Without -0 its code is NaN, and the only one; else all above the maximum are. */
    const bool one_zero = !format->has_negative_zero;
    return (struct constants){
        .keep = all16(0x8000 | (0x7FFF >> (room - e))),
        .low = all16(one_zero ? 0xFFFF : 0x7FFF),
        .flip = all16(one_zero ? 0xFFFF : 0),
        .special = all16(one_zero ? 0x7FFE : (int)format->max_code << unused),
        .power = _mm256_set1_ps(ng_power_of_two(bias - format->bias)),
        .left = _mm_cvtsi32_si128(8 * format->storage_bytes - format->width),
        .right = _mm_cvtsi32_si128(room - e),
    };
}

/* Values of 16 codes in their container. */
NG_INLINE NG_AVX2 void write16(const struct constants *k, enum shape shape,
                               __m256i word, __m256 low, __m256 high, float *x,
                               bool stream, bool joined)
{
    __m256 y0, y1;
    word = _mm256_and_si256(_mm256_sra_epi16(word, k->right), k->keep);
    if (shape == HALVES) {
        y0 = _mm256_cvtph_ps(_mm256_castsi256_si128(word));
        y1 = _mm256_cvtph_ps(_mm256_extracti128_si256(word, 1));
    } else {
        const __m256i zero = _mm256_setzero_si256();
        word = _mm256_permute4x64_epi64(word, 0xD8);
        y0 = ng_float(_mm256_unpacklo_epi16(zero, word));
        y1 = ng_float(_mm256_unpackhi_epi16(zero, word));
    }
    if (!joined) {
        y0 = _mm256_mul_ps(y0, k->power);
        y1 = _mm256_mul_ps(y1, k->power);
    }
    y0 = _mm256_mul_ps(y0, low);
    y1 = _mm256_mul_ps(y1, high);
    if (stream) {
        _mm256_stream_ps(x, y0);
        _mm256_stream_ps(x + 8, y1);
    } else {
        _mm256_storeu_ps(x, y0);
        _mm256_storeu_ps(x + 8, y1);
    }
}

NG_INLINE NG_AVX2 __m256i is_special(const struct constants *k, __m256i word)
{
    word = _mm256_xor_si256(_mm256_and_si256(word, k->low), k->flip);
    return _mm256_cmpgt_epi16(word, k->special);
}

struct scales {
    __m256 low, high; /* of the first and the second 16 elements */
};

/* False, with nothing done, where there is NaN or infinity. */
NG_INLINE NG_AVX2 bool decode_group(const struct constants *k, enum shape shape,
                                    bool bytes, const struct scales *scales,
                                    const uint8_t *codes, float *x, bool stream,
                                    bool joined)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)codes), high;
    if (bytes) {
        __m256i all = _mm256_permute4x64_epi64(low, 0xD8);
        low = _mm256_unpacklo_epi8(zero, all);
        high = _mm256_unpackhi_epi8(zero, all);
    } else {
        high = _mm256_loadu_si256((const __m256i *)(const void *)(codes + 32));
    }
    low = _mm256_sll_epi16(low, k->left);
    high = _mm256_sll_epi16(high, k->left);
    __m256i special = _mm256_or_si256(is_special(k, low), is_special(k, high));
    if (__builtin_expect(_mm256_movemask_epi8(special) != 0, 0))
        return false;
    if (stream)
        _mm_prefetch((const char *)codes + AHEAD, _MM_HINT_T0);
    write16(k, shape, low, scales->low, scales->low, x, stream, joined);
    write16(k, shape, high, scales->high, scales->high, x + 16, stream, joined);
    return true;
}

/* n elements by the definition, from where `walk` stands. */
static NG_AVX2 void decode_exactly(const struct ng_decode_call *call,
                                   struct ng_scale_walk walk, size_t at, size_t n)
{
    const size_t bytes = (size_t)call->format->storage_bytes;
    for (size_t run; n > 0; n -= run, at += run) {
        run = ng_scale_walk_run(&walk, n);
        ng_avx2_decode_exactly(call->format, *walk.scale,
                               (const char *)call->codes + at * bytes, call->x + at,
                               run);
        ng_scale_walk_pass(&walk, run);
    }
}

/* The scales of the next group, which must be finite. */
NG_INLINE NG_AVX2 bool next_scales(struct ng_scale_walk *walk, struct scales *scales)
{
    const float most = 0x1.FFFFFEp127f;
    float low = *walk->scale;
    if (walk->left >= GROUP) {
        ng_scale_walk_pass(walk, GROUP);
        scales->low = scales->high = _mm256_set1_ps(low);
        return low >= -most && low <= most;
    }
    ng_scale_walk_pass(walk, GROUP / 2);
    float high = *walk->scale;
    ng_scale_walk_pass(walk, GROUP / 2);
    scales->low = _mm256_set1_ps(low);
    scales->high = _mm256_set1_ps(high);
    return low >= -most && low <= most && high >= -most && high <= most;
}

NG_INLINE NG_AVX2 void decode_as(const struct ng_decode_call *call, enum shape shape,
                                 bool bytes)
{
    const struct constants k = constants_of(call->format, shape);
    const size_t step = bytes ? GROUP : 2 * GROUP;
    struct ng_scale_walk walk = ng_scale_walk_start(call->scales_inv, call->block);
    const uint8_t *codes = call->codes;
    size_t done = 0;
    for (; call->n - done >= GROUP; done += GROUP, codes += step) {
        struct ng_scale_walk start = walk;
        struct scales scales;
        if (!next_scales(&walk, &scales) ||
            !decode_group(&k, shape, bytes, &scales, codes, call->x + done,
                          call->stream, false))
            decode_exactly(call, start, done, GROUP);
    }
    decode_exactly(call, walk, done, call->n - done);
}

/* One scale, which can be joined with the power of two: their product is exact. */
NG_INLINE NG_AVX2 bool decode_joined(const struct ng_decode_call *call,
                                     enum shape shape, bool bytes)
{
    const struct constants k = constants_of(call->format, shape);
    const size_t step = bytes ? GROUP : 2 * GROUP;
    const struct ng_scale_walk walk =
        ng_scale_walk_start(call->scales_inv, call->block);
    const float both = *walk.scale * _mm256_cvtss_f32(k.power);
    const float size = both < 0 ? -both : both;
    if (call->block < call->n || !(size >= 0x1p-126f && size <= 0x1.FFFFFEp127f))
        return false;
    const struct scales scales = {_mm256_set1_ps(both), _mm256_set1_ps(both)};
    const uint8_t *codes = call->codes;
    size_t done = 0;
    for (; call->n - done >= GROUP; done += GROUP, codes += step)
        if (!decode_group(&k, shape, bytes, &scales, codes, call->x + done,
                          call->stream, true))
            decode_exactly(call, walk, done, GROUP);
    decode_exactly(call, walk, done, call->n - done);
    return true;
}

/* A body for each shape and size, so that both are known to the compiler. */
NG_INLINE NG_AVX2 void decode_shape(const struct ng_decode_call *call, enum shape shape,
                                    bool bytes)
{
    if (!decode_joined(call, shape, bytes))
        decode_as(call, shape, bytes);
}

static NG_AVX2 void decode_halves(const struct ng_decode_call *call)
{
    if (call->format->storage_bytes == 1)
        decode_shape(call, HALVES, true);
    else
        decode_shape(call, HALVES, false);
}

static NG_AVX2 void decode_tops(const struct ng_decode_call *call)
{
    if (call->format->storage_bytes == 1)
        decode_shape(call, TOPS, true);
    else
        decode_shape(call, TOPS, false);
}

void ng_avx2_decode(const struct ng_decode_call *call)
{
    switch (shape_of(call->format)) {
    case HALVES:
        decode_halves(call);
        break;
    case TOPS:
        decode_tops(call);
        break;
    default:
        if (ng_avx2_decode_wide(call))
            break;
        decode_exactly(call, ng_scale_walk_start(call->scales_inv, call->block), 0,
                       call->n);
    }
    if (call->stream)
        _mm_sfence();
}

/* ---- Largest magnitudes ------------------------------------------------------------ */

NG_INLINE NG_AVX2 uint32_t largest(__m256i lanes)
{
    __m128i four = _mm_max_epi32(_mm256_castsi256_si128(lanes),
                                 _mm256_extracti128_si256(lanes, 1));
    four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0xB1));
    return (uint32_t)_mm_cvtsi128_si32(four);
}

/* Eight lanes that hold the largest magnitudes of 32 elements. */
NG_INLINE NG_AVX2 __m256i amax32(const float *x)
{
    __m256i low =
        _mm256_max_epi32(ng_magnitude(ng_load(x)), ng_magnitude(ng_load(x + 8)));
    __m256i high =
        _mm256_max_epi32(ng_magnitude(ng_load(x + 16)), ng_magnitude(ng_load(x + 24)));
    return _mm256_max_epi32(low, high);
}

/* Of eight vectors, the largest of each: a tree of exchanges takes 8 steps where one by
 * one takes 8 x 3. */
NG_INLINE NG_AVX2 __m256i largest_of_each(const __m256i v[8])
{
    __m256i pair[4], four[2];
    for (int i = 0; i < 4; i++)
        pair[i] = _mm256_max_epi32(_mm256_unpacklo_epi32(v[2 * i], v[2 * i + 1]),
                                   _mm256_unpackhi_epi32(v[2 * i], v[2 * i + 1]));
    for (int i = 0; i < 2; i++)
        four[i] = _mm256_max_epi32(_mm256_unpacklo_epi64(pair[2 * i], pair[2 * i + 1]),
                                   _mm256_unpackhi_epi64(pair[2 * i], pair[2 * i + 1]));
    return _mm256_max_epi32(_mm256_permute2x128_si256(four[0], four[1], 0x20),
                            _mm256_permute2x128_si256(four[0], four[1], 0x31));
}

NG_INLINE NG_AVX2 uint32_t amax_of(const float *x, size_t n)
{
    __m256i most = _mm256_setzero_si256();
    size_t i = 0;
    for (; n - i >= GROUP; i += GROUP)
        most = _mm256_max_epi32(most, amax32(x + i));
    for (; n - i >= 8; i += 8)
        most = _mm256_max_epi32(most, ng_magnitude(ng_load(x + i)));
    uint32_t bits = largest(most);
    for (; i < n; i++) {
        uint32_t one =
            (uint32_t)_mm_cvtsi128_si32(_mm_castps_si128(_mm_load_ss(x + i)));
        one &= 0x7FFFFFFF;
        bits = one > bits ? one : bits;
    }
    return bits;
}

/* Eight blocks of whole groups. */
NG_INLINE NG_AVX2 void amax_eight(const float *x, size_t block, uint32_t *amax_bits)
{
    __m256i each[8];
    for (int i = 0; i < 8; i++, x += block) {
        each[i] = amax32(x);
        for (size_t j = GROUP; j < block; j += GROUP)
            each[i] = _mm256_max_epi32(each[i], amax32(x + j));
    }
    _mm256_storeu_si256((__m256i *)(void *)amax_bits, largest_of_each(each));
}

NG_AVX2 void ng_avx2_amax_blocks(const float *x, size_t n, size_t block,
                                 uint32_t *amax_bits)
{
    size_t at = 0, b = 0;
    if (block == GROUP) /* known to the compiler: all in registers */
        for (; n - at >= 8 * GROUP; at += 8 * GROUP, b += 8)
            amax_eight(x + at, GROUP, amax_bits + b);
    else if (block % GROUP == 0)
        for (; (n - at) / 8 >= block; at += 8 * block, b += 8)
            amax_eight(x + at, block, amax_bits + b);
    for (; at < n; at += block, b++)
        amax_bits[b] = amax_of(x + at, n - at < block ? n - at : block);
}

const struct ng_kernels ng_kernels_avx2 = {ng_avx2_encode, ng_avx2_decode,
                                           ng_avx2_amax_blocks};

#endif
