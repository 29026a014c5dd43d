/*
 * The hot path of one narrow format, included once by the file of each: it expects
 * `static const struct ng_narrow_shape this_shape` before it and NG_NARROW_FORMAT to name the
 * format, and leaves static functions encode() and decode(). With the shape known while
 * compiling, each format gets bodies of its own, plain and for AVX2.
 */
#include "formats/codec/narrow.h"
#include "formats/codec/narrow_avx2.h"

static void encode_scalar(const struct ng_narrow_rules *rules, const float *x,
                          void *codes, size_t n, struct ng_narrow_counts *counts)
{
    ng_narrow_encode_span(&this_shape, rules, x, codes, n, counts);
}

static NG_AVX2 void encode_avx2(const struct ng_narrow_rules *rules, const float *x,
                                void *codes, size_t n, struct ng_narrow_counts *counts)
{
    ng_avx2_encode_span(&this_shape, rules, x, codes, n, counts);
}

static void encode(const float *x, void *codes, size_t n, float scale,
                   const struct ng_policy *policy, struct ng_cast_counts *counts)
{
    ng_narrow_encode(&NG_NARROW_FORMAT, encode_scalar, encode_avx2, x, codes, n, scale,
                     policy, counts);
}

static void decode_scalar(const void *codes, float *x, size_t n)
{
    ng_narrow_decode_span(&this_shape, codes, x, n);
}

static NG_AVX2 void decode_avx2(const void *codes, float *x, size_t n)
{
    ng_avx2_decode_span(&this_shape, codes, x, n);
}

static void decode(const void *codes, float *x, size_t n)
{
    if (ng_isa() == NG_ISA_AVX2)
        decode_avx2(codes, x, n);
    else
        decode_scalar(codes, x, n);
}

#undef NG_NARROW_FORMAT
