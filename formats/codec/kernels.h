/*
 * The fast bodies of conversion, one set for each instruction set; private to formats/.
 *
 * A plan holds what format and policy ask for as plain numbers, so that one body serves
 * every format: a new format is a row in the table, never new code. Making a plan costs
 * some tens of cycles; scales are passed with each call. Every body equals
 * ng_format_encode_one() and ng_format_decode_one() on all inputs.
 *
 * Nearest-even has a short cut (the "front" of a plan) for the magnitude t = |x| * scale:
 *   magic    Let 2^E be t's power of two, or the least normal number if that is more.
 *            FP32's own addition t + 2^(E + 23 - m) rounds t to the grid of 2^(E - m),
 *            ties to even, normal and subnormal alike, and leaves the significand that
 *            was kept, hidden bit included, in the sum's lowest bits and E in its
 *            exponent field: code = ((field - field of code 0) << m) + significand.
 *   integer  Where exponents are FP32's own: add half of the last place kept less one,
 *            plus that place's bit, and shift; the carry walks into the exponent.
 *
 * Threads: everything here may be called from any thread.
 */
#ifndef NG_CODEC_KERNELS_H
#define NG_CODEC_KERNELS_H

#include "formats/codec/format.h"

enum ng_front { NG_FRONT_NONE, NG_FRONT_MAGIC, NG_FRONT_INTEGER };

/* How codes are packed where a front serves; NG_SHAPE_NONE: by the definition. Packs
 * saturate: codes are moved up so far that what overflow becomes is the last one. */
enum ng_shape {
    NG_SHAPE_BYTES,          /* up to 8 bits, sign and magnitude */
    NG_SHAPE_BYTES_ONE_ZERO, /* the same, but a zero has no sign */
    NG_SHAPE_BYTES_TWOS,     /* two's complement */
    NG_SHAPE_WORDS_MAGIC,    /* 9 to 16 bits */
    NG_SHAPE_WORDS_INTEGER,
    NG_SHAPE_NONE,
};

struct ng_encode_plan {
    const struct ng_format *format;
    struct ng_policy policy;
    enum ng_front front; /* of this policy too: NONE unless nearest-even */
    enum ng_shape shape;
    int mantissa_bits;
    int least_field; /* FP32's exponent field of the least normal number; may be < 1 */
    uint32_t max_code;    /* of the magnitude, counted from bit 0 (tf32 is shifted) */
    uint32_t over_code;   /* what the policy makes of overflow, unsigned, as stored */
    uint32_t inf_code;    /* of an infinite product */
    uint32_t nan_code[2]; /* of a positive and of a negative NaN */
    uint32_t sign_bit;
    bool one_zero;     /* a zero has no sign */
    bool signs_matter; /* e8m0 under "sign kept": negative values and zeros are NaN */
    /* Products above these bits exceed the maximum after rounding to nearest-even. */
    uint32_t saturates_above;
    /* Up to these bits of a product nothing saturates or overflows: eight steps below the
     * maximum. Overflow has a bound for |x| that two roundings made, the first to 21 bits
     * at worst (1 / scale may be subnormal): less than five steps. */
    int32_t quiet;
};

void ng_encode_plan_make(struct ng_encode_plan *plan, const struct ng_format *format,
                         const struct ng_policy *policy);

/* Are there numbers in the exponent field that means infinity and NaN in FP32? */
static inline bool ng_format_exceeds_fields(const struct ng_format *format)
{
    return format->exponent_bits == 8 && format->bias > 127;
}

/* One scale for each `block` elements, the last block may be short. block is a multiple
 * of 16, or at least n. */
struct ng_encode_call {
    const struct ng_encode_plan *plan;
    const float *scales; /* finite, above zero */
    size_t block;
    const float *x;
    const uint32_t *words; /* one for each element under stochastic rounding */
    void *codes;
    size_t n;
    struct ng_cast_counts *counts; /* added to; may be NULL */
    bool stream; /* keep the codes out of the cache; they are 32-byte aligned then */
    /* How many bytes before its use x is fetched. A caller that measures and encodes in
     * strips gives the length of a strip: the next one is there when it is measured. */
    size_t fetch_ahead;
};
struct ng_decode_call {
    const struct ng_format *format;
    const float *scales_inv; /* any */
    size_t block;
    const void *codes;
    float *x;
    size_t n;
    bool stream; /* keep x out of the cache; it is 32-byte aligned then */
};

/* Does no checks beyond assertions and starts no threads. */
void ng_encode(const struct ng_encode_call *call);
void ng_decode(const struct ng_decode_call *call);
/* amax_bits[b] = bit pattern of the largest magnitude of block b of x, ceil(n / block)
 * of them; any block length. */
void ng_amax_blocks(const float *x, size_t n, size_t block, uint32_t *amax_bits);

/* From this many bytes read and written on, ng_format_encode() and ng_format_decode()
 * stream: more than most last-level caches hold for one core. */
enum { NG_STREAM_BYTES = 32 << 20 };

/* Walks over elements and the scales that belong to them. */
struct ng_scale_walk {
    const float *scale;
    size_t block, left;
};
static inline struct ng_scale_walk ng_scale_walk_start(const float *scales,
                                                       size_t block)
{
    return (struct ng_scale_walk){scales, block, block};
}
/* How many of the next n elements share walk->scale. */
static inline size_t ng_scale_walk_run(const struct ng_scale_walk *walk, size_t n)
{
    return n < walk->left ? n : walk->left;
}
static inline void ng_scale_walk_pass(struct ng_scale_walk *walk, size_t n)
{
    walk->left -= n;
    if (walk->left == 0) {
        walk->scale++;
        walk->left = walk->block;
    }
}

/* The bodies behind the three functions. */
struct ng_kernels {
    void (*encode)(const struct ng_encode_call *call);
    void (*decode)(const struct ng_decode_call *call);
    void (*amax_blocks)(const float *x, size_t n, size_t block, uint32_t *amax_bits);
};
extern const struct ng_kernels ng_kernels_portable;
#if defined(__x86_64__)
extern const struct ng_kernels ng_kernels_avx2, ng_kernels_avx512;

void ng_avx2_encode(const struct ng_encode_call *call);
void ng_avx2_decode(const struct ng_decode_call *call);
void ng_avx2_amax_blocks(const float *x, size_t n, size_t block, uint32_t *amax_bits);
/* The definition, eight elements at a time: every format, policy and rounding, all
 * counts; n elements under one scale. words: as in ng_encode_call. */
void ng_avx2_encode_exactly(const struct ng_encode_plan *plan, float scale,
                            const float *x, const uint32_t *words, void *codes,
                            size_t n, struct ng_cast_counts *counts);
/* The same from element `at` of a call on, under the scales from `walk` on. */
void ng_avx2_encode_rest(const struct ng_encode_call *call, struct ng_scale_walk walk,
                         size_t at, size_t n);
/* Every format, code and scale. */
void ng_avx2_decode_exactly(const struct ng_format *format, float scale_inv,
                            const void *codes, float *x, size_t n);
/* Codes of 4 bytes, and e8m0's; false, with nothing done, for plans and formats that are
 * left to the two above. */
bool ng_avx2_encode_wide(const struct ng_encode_call *call);
bool ng_avx2_decode_wide(const struct ng_decode_call *call);
/* Counts what was clipped among 16 elements; false, with nothing counted, where a product
 * is infinite or NaN. */
bool ng_avx2_count_clipped(const struct ng_encode_plan *plan, const float *x,
                           float scale, struct ng_cast_counts *counts);
#endif

/* 2^exponent, -126 .. 127. */
static inline float ng_power_of_two(int exponent)
{
    union {
        uint32_t bits;
        float value;
    } power = {(uint32_t)(exponent + 127) << 23};
    return power.value;
}

#endif
