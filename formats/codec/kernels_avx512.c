/*
 * Nearest-even in AVX-512 (F, BW, VL, DQ): the method of kernels_avx2_encode.c on 64
 * elements at a time, with masks for signs and comparisons. What is not encoding by a
 * short cut is bound by memory, or rare, and is done by the AVX2 bodies.
 *
 * With NG_SIMDE naming a header, that header's plain C stands for the instructions, so
 * that tests can run this file on a machine that has none of them.
 */
#include "formats/codec/kernels.h"

#if defined(__x86_64__)

#if defined(NG_SIMDE)
#include NG_SIMDE
#define NG_AVX512
#else
#include <immintrin.h>
#define NG_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))
#endif
#define NG_INLINE static inline __attribute__((always_inline))

enum { VECTOR = 16, GROUP = 64 };

struct constants {
    __m512 up;
    __m512i least, join, base, zero, half;
    __m512i pos, neg;
    __m128i shift;
    uint8_t over;
};

/* One scale for each vector of a group. */
struct scales {
    __m512 factor[4];
    float value[4];
};

struct tally {
    __m512i amax;
    uint64_t flushed;
};

NG_INLINE NG_AVX512 __m512i bits_of(__m512 x)
{
    return _mm512_castps_si512(x);
}

NG_INLINE NG_AVX512 __m512i all8(int value)
{
    return _mm512_set1_epi8((char)value);
}

NG_INLINE NG_AVX512 __m512i all16(int value)
{
    return _mm512_set1_epi16((short)value);
}

/* As in kernels_avx2_encode.c; `zero` is what round16() makes of a zero. */
NG_INLINE NG_AVX512 void set_constants(struct constants *k,
                                       const struct ng_encode_plan *plan)
{
    const int m = plan->mantissa_bits, field = plan->least_field + 23 - m;
    const bool bytes = plan->shape <= NG_SHAPE_BYTES_TWOS;
    const int above = (bytes ? 0xFF : 0xFFFF) - (int)plan->over_code;
    k->up = _mm512_set1_ps(ng_power_of_two(23 - m));
    k->least = _mm512_set1_epi32(plan->least_field << 23);
    k->join = _mm512_set1_epi32(m < 7 ? 1 << 16 | 1 << (7 - m) : 1 << (16 + m - 7) | 1);
    k->half = _mm512_set1_epi32((1 << (22 - m)) - 1);
    if (bytes) {
        k->base = all16((field << 7) - (above << (7 - m)));
        k->zero = _mm512_set1_epi32(field << 7);
        k->shift = _mm_cvtsi32_si128(7 - m);
        k->pos = all8(above);
        k->neg = all8(above - (int)plan->sign_bit);
    } else {
        bool magic = plan->shape == NG_SHAPE_WORDS_MAGIC;
        k->base = _mm512_set1_epi32(magic ? (field << m) - above : -above);
        k->zero = _mm512_set1_epi32(above);
        k->shift = _mm_cvtsi32_si128(23 - m);
        k->pos = all16(above);
        k->neg = all16(above - (int)plan->sign_bit);
    }
    k->over = plan->over_code > plan->max_code ? 0xFF : 0;
}

NG_INLINE NG_AVX512 __m512i round16(const struct constants *k, enum ng_shape shape,
                                    __m512i t)
{
    if (shape == NG_SHAPE_WORDS_INTEGER) {
        __m512i odd =
            _mm512_and_si512(_mm512_srl_epi32(t, k->shift), _mm512_set1_epi32(1));
        t = _mm512_add_epi32(_mm512_add_epi32(t, k->half), odd);
        return _mm512_sub_epi32(_mm512_srl_epi32(t, k->shift), k->base);
    }
    __m512i power = _mm512_and_si512(t, _mm512_set1_epi32(0x7F800000));
    power = _mm512_max_epi32(power, k->least);
    __m512i sum = bits_of(
        _mm512_fmadd_ps(_mm512_castsi512_ps(power), k->up, _mm512_castsi512_ps(t)));
    __m512i joined = _mm512_madd_epi16(sum, k->join);
    return shape == NG_SHAPE_WORDS_MAGIC ? _mm512_sub_epi32(joined, k->base) : joined;
}

/* Packs take lanes of 128 bits from each vector in turn. */
NG_INLINE NG_AVX512 void write_bytes(const struct constants *k, enum ng_shape shape,
                                     const __m512i code[4], const __m512i product[4],
                                     uint8_t *codes)
{
    const __m512i order =
        _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    __m512i low = _mm512_sub_epi16(_mm512_packs_epi32(code[0], code[1]), k->base);
    __m512i high = _mm512_sub_epi16(_mm512_packs_epi32(code[2], code[3]), k->base);
    low = _mm512_srl_epi16(low, k->shift);
    high = _mm512_srl_epi16(high, k->shift);
    __m512i byte = _mm512_packus_epi16(low, high);
    __m512i sign = _mm512_packs_epi16(_mm512_packs_epi32(product[0], product[1]),
                                      _mm512_packs_epi32(product[2], product[3]));
    __mmask64 negative = _mm512_movepi8_mask(sign);
    if (shape == NG_SHAPE_BYTES_TWOS) {
        byte = _mm512_sub_epi8(byte, k->pos);
        byte = _mm512_mask_sub_epi8(byte, negative, _mm512_setzero_si512(), byte);
    } else {
        if (shape == NG_SHAPE_BYTES_ONE_ZERO) {
            negative &= ~_mm512_cmpeq_epi8_mask(byte, k->pos);
            negative &= ~_mm512_cmpeq_epi8_mask(byte, all8(k->over));
        }
        byte = _mm512_sub_epi8(byte, _mm512_mask_blend_epi8(negative, k->pos, k->neg));
    }
    _mm512_storeu_si512(codes, _mm512_permutexvar_epi32(order, byte));
}

NG_INLINE NG_AVX512 void write_words(const struct constants *k, __m512i code0,
                                     __m512i code1, __m512i product0, __m512i product1,
                                     uint8_t *codes)
{
    const __m512i order = _mm512_set_epi64(7, 5, 3, 1, 6, 4, 2, 0);
    __m512i word = _mm512_packus_epi32(code0, code1);
    __mmask32 negative = _mm512_movepi16_mask(_mm512_packs_epi32(product0, product1));
    word = _mm512_sub_epi16(word, _mm512_mask_blend_epi16(negative, k->pos, k->neg));
    _mm512_storeu_si512(codes, _mm512_permutexvar_epi64(order, word));
}

/* Counts among 64 elements; false, with nothing counted, where one is NaN or a product
 * infinite. */
NG_INLINE NG_AVX512 bool count(const struct ng_encode_call *call,
                               const struct constants *k, const struct scales *scales,
                               const float *x, const __m512i code[4],
                               const __m512i product[4], struct tally *tally)
{
    const __m512i magnitude = _mm512_set1_epi32(0x7FFFFFFF);
    struct ng_cast_counts clipped = {0};
    __m512i amax = tally->amax;
    unsigned flushed = 0;
    for (int i = 0; i < 4; i++) {
        __m512i raw = _mm512_and_si512(_mm512_loadu_si512(x + VECTOR * i), magnitude);
        __m512i t = _mm512_and_si512(product[i], magnitude);
        if (_mm512_cmpgt_epi32_mask(t, _mm512_set1_epi32(call->plan->quiet)) != 0 &&
            !ng_avx2_count_clipped(call->plan, x + VECTOR * i, scales->value[i],
                                   &clipped))
            return false;
        amax = _mm512_max_epi32(amax, raw);
        unsigned some = _mm512_test_epi32_mask(raw, raw);
        flushed += (unsigned)__builtin_popcount(
            some & _mm512_cmpeq_epi32_mask(code[i], k->zero));
    }
    tally->amax = amax;
    tally->flushed += flushed;
    call->counts->saturated += clipped.saturated;
    call->counts->overflowed += clipped.overflowed;
    call->counts->elements += GROUP;
    return true;
}

/* False where the group must be done by the definition. */
NG_INLINE NG_AVX512 bool encode_group(const struct ng_encode_call *call,
                                      const struct constants *k, enum ng_shape shape,
                                      const struct scales *scales, const float *x,
                                      uint8_t *codes, struct tally *tally)
{
    const __m512i magnitude = _mm512_set1_epi32(0x7FFFFFFF);
    __m512i code[4], product[4];
    unsigned is_nan = 0;
    for (int i = 0; i < 4; i++) {
        __m512 y = _mm512_mul_ps(_mm512_loadu_ps(x + VECTOR * i), scales->factor[i]);
        is_nan |= _mm512_cmp_ps_mask(y, y, _CMP_UNORD_Q);
        product[i] = bits_of(y);
        code[i] = round16(k, shape, _mm512_and_si512(product[i], magnitude));
    }
    if (is_nan != 0 ||
        (call->counts != NULL && !count(call, k, scales, x, code, product, tally)))
        return false;
    __builtin_prefetch((const char *)x + call->fetch_ahead);
    if (shape <= NG_SHAPE_BYTES_TWOS) {
        write_bytes(k, shape, code, product, codes);
        return true;
    }
    write_words(k, code[0], code[1], product[0], product[1], codes);
    write_words(k, code[2], code[3], product[2], product[3], codes + GROUP);
    return true;
}

NG_INLINE NG_AVX512 void next_scales(struct ng_scale_walk *walk, struct scales *scales)
{
    for (int i = 0; i < 4; i++) {
        scales->value[i] = *walk->scale;
        scales->factor[i] = _mm512_set1_ps(*walk->scale);
        ng_scale_walk_pass(walk, VECTOR);
    }
}

NG_INLINE NG_AVX512 void encode_as(const struct ng_encode_call *call,
                                   enum ng_shape shape)
{
    const size_t bytes = (size_t)call->plan->format->storage_bytes;
    struct constants k;
    set_constants(&k, call->plan);
    struct tally tally = {_mm512_setzero_si512(), 0};
    struct ng_scale_walk walk = ng_scale_walk_start(call->scales, call->block);
    size_t done = 0, run;
    for (; call->n - done >= GROUP; done += run) {
        struct ng_scale_walk start = walk;
        struct scales scales;
        run = ng_scale_walk_run(&walk, call->n - done) / GROUP * GROUP;
        next_scales(&walk, &scales);
        if (run == 0)
            run = GROUP;
        else
            ng_scale_walk_pass(&walk, run - GROUP);
        for (size_t at = done; at < done + run; at += GROUP)
            if (!encode_group(call, &k, shape, &scales, call->x + at,
                              (uint8_t *)call->codes + at * bytes, &tally))
                ng_avx2_encode_rest(call, start, at, GROUP);
    }
    if (call->counts != NULL) {
        uint32_t each[VECTOR];
        _mm512_storeu_si512(each, tally.amax);
        for (int i = 0; i < VECTOR; i++)
            if (each[i] > call->counts->amax_bits)
                call->counts->amax_bits = each[i];
        call->counts->flushed += tally.flushed;
    }
    ng_avx2_encode_rest(call, walk, done, call->n - done);
}

static NG_AVX512 void encode_bytes(const struct ng_encode_call *call)
{
    encode_as(call, NG_SHAPE_BYTES);
}
static NG_AVX512 void encode_bytes_one_zero(const struct ng_encode_call *call)
{
    encode_as(call, NG_SHAPE_BYTES_ONE_ZERO);
}
static NG_AVX512 void encode_bytes_twos(const struct ng_encode_call *call)
{
    encode_as(call, NG_SHAPE_BYTES_TWOS);
}
static NG_AVX512 void encode_words_magic(const struct ng_encode_call *call)
{
    encode_as(call, NG_SHAPE_WORDS_MAGIC);
}
static NG_AVX512 void encode_words_integer(const struct ng_encode_call *call)
{
    encode_as(call, NG_SHAPE_WORDS_INTEGER);
}

static void avx512_encode(const struct ng_encode_call *call)
{
    static void (*const bodies[])(const struct ng_encode_call *) = {
        [NG_SHAPE_BYTES] = encode_bytes,
        [NG_SHAPE_BYTES_ONE_ZERO] = encode_bytes_one_zero,
        [NG_SHAPE_BYTES_TWOS] = encode_bytes_twos,
        [NG_SHAPE_WORDS_MAGIC] = encode_words_magic,
        [NG_SHAPE_WORDS_INTEGER] = encode_words_integer,
        [NG_SHAPE_NONE] = ng_avx2_encode,
    };
    bodies[call->plan->shape](call);
}

const struct ng_kernels ng_kernels_avx512 = {avx512_encode, ng_avx2_decode,
                                             ng_avx2_amax_blocks};

#endif
