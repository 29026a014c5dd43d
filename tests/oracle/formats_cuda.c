/*
 * formats_cuda STEP         our conversions against the host conversions of NVIDIA's CUDA
 *                           headers, on every STEP-th FP32 bit pattern; all codes back
 * formats_cuda STEP NAME    one of the comparisons
 * formats_cuda list         their names, one a line
 *
 * Prints for each a test and a row of the table of comparisons: format, policy, oracle,
 * inputs, differences, seconds. Needs the headers alone, no GPU and no CUDA library.
 * Where a NaN becomes a NaN, payload and sign are the header's own business. Compiles as C
 * and as C++, which alone is shown the conversions to bf16 and fp16.
 */
#include <cuda_fp8.h>
#ifdef __cplusplus
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#endif
#if __has_include(<cuda_fp6.h>) && __has_include(<cuda_fp4.h>)
#include <cuda_fp4.h>
#include <cuda_fp6.h>
#define HAVE_MX 1
#endif

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/narrowgauge.h"

enum { BLOCK = 4096 };

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ---- Their conversions ------------------------------------------------------------- */

#define ENCODER(name, expression)                                                      \
    static uint32_t name(float x)                                                      \
    {                                                                                  \
        return (expression);                                                           \
    }
#define DECODER(name, expression)                                                      \
    static float name(uint32_t code)                                                   \
    {                                                                                  \
        return (expression);                                                           \
    }

/* IEEE binary16 and bfloat16 by their fields. */
static float half_value(uint16_t half)
{
    int exponent = half >> 10 & 31, fraction = half & 1023;
    double value =
        exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31)
        value = fraction == 0 ? HUGE_VAL : (double)NAN;
    return (float)(half >> 15 ? -value : value);
}

static float bfloat_value(uint16_t bfloat)
{
    return float_of((uint32_t)bfloat << 16);
}

#ifdef __cplusplus
static uint32_t half_bits(__half half)
{
    return __half_raw(half).x;
}

static uint32_t bfloat_bits(__nv_bfloat16 bfloat)
{
    return __nv_bfloat16_raw(bfloat).x;
}

static __half half_of(uint32_t bits)
{
    __half_raw raw;
    raw.x = (uint16_t)bits;
    return raw;
}

static __nv_bfloat16 bfloat_of(uint32_t bits)
{
    __nv_bfloat16_raw raw;
    raw.x = (uint16_t)bits;
    return raw;
}

ENCODER(bf16_nearest, bfloat_bits(__float2bfloat16_rn(x)))
ENCODER(bf16_zero, bfloat_bits(__float2bfloat16_rz(x)))
ENCODER(bf16_up, bfloat_bits(__float2bfloat16_ru(x)))
ENCODER(bf16_down, bfloat_bits(__float2bfloat16_rd(x)))
ENCODER(fp16_nearest, half_bits(__float2half_rn(x)))
ENCODER(fp16_zero, half_bits(__float2half_rz(x)))
ENCODER(fp16_up, half_bits(__float2half_ru(x)))
ENCODER(fp16_down, half_bits(__float2half_rd(x)))
DECODER(bf16_back, __bfloat162float(bfloat_of(code)))
DECODER(fp16_back, __half2float(half_of(code)))
#endif

ENCODER(e4m3_sat, __nv_cvt_float_to_fp8(x, __NV_SATFINITE, __NV_E4M3))
ENCODER(e4m3_nosat, __nv_cvt_float_to_fp8(x, __NV_NOSAT, __NV_E4M3))
ENCODER(e5m2_sat, __nv_cvt_float_to_fp8(x, __NV_SATFINITE, __NV_E5M2))
ENCODER(e5m2_nosat, __nv_cvt_float_to_fp8(x, __NV_NOSAT, __NV_E5M2))
DECODER(e4m3_back, half_value(__nv_cvt_fp8_to_halfraw((uint8_t)code, __NV_E4M3).x))
DECODER(e5m2_back, half_value(__nv_cvt_fp8_to_halfraw((uint8_t)code, __NV_E5M2).x))
#ifdef HAVE_MX
ENCODER(e2m3_sat, __nv_cvt_float_to_fp6(x, __NV_E2M3, cudaRoundNearest))
ENCODER(e3m2_sat, __nv_cvt_float_to_fp6(x, __NV_E3M2, cudaRoundNearest))
ENCODER(e2m1_sat, __nv_cvt_float_to_fp4(x, __NV_E2M1, cudaRoundNearest))
ENCODER(e8m0_zero_sat, __nv_cvt_float_to_e8m0(x, __NV_SATFINITE, cudaRoundZero))
ENCODER(e8m0_zero_nosat, __nv_cvt_float_to_e8m0(x, __NV_NOSAT, cudaRoundZero))
ENCODER(e8m0_up_sat, __nv_cvt_float_to_e8m0(x, __NV_SATFINITE, cudaRoundPosInf))
ENCODER(e8m0_up_nosat, __nv_cvt_float_to_e8m0(x, __NV_NOSAT, cudaRoundPosInf))
DECODER(e2m3_back, half_value(__nv_cvt_fp6_to_halfraw((uint8_t)code, __NV_E2M3).x))
DECODER(e3m2_back, half_value(__nv_cvt_fp6_to_halfraw((uint8_t)code, __NV_E3M2).x))
DECODER(e2m1_back, half_value(__nv_cvt_fp4_to_halfraw((uint8_t)code, __NV_E2M1).x))
DECODER(e8m0_back, bfloat_value(__nv_cvt_e8m0_to_bf16raw((uint8_t)code).x))
#endif

/* ---- Encoding ---------------------------------------------------------------------- */

/* finite_overflow: NG_OVERFLOW_SPECIAL + 1 where the header goes by IEEE 754 clause 7.4,
 * to infinity or to the maximum as the direction asks: such inputs are left out. */
enum { BY_DIRECTION = NG_OVERFLOW_SPECIAL + 1 };

static const struct comparison {
    const char *policy;
    const struct ng_format *format;
    uint32_t (*theirs)(float);
    enum ng_rounding rounding;
    int finite_overflow, infinite_input;
} comparisons[] = {
    {"cuda-satfinite", &ng_e4m3, e4m3_sat, NG_ROUND_NEAREST_EVEN, 0, 0},
    {"cuda-nosat", &ng_e4m3, e4m3_nosat, NG_ROUND_NEAREST_EVEN, 1, 1},
    {"cuda-satfinite", &ng_e5m2, e5m2_sat, NG_ROUND_NEAREST_EVEN, 0, 0},
    {"cuda-nosat", &ng_e5m2, e5m2_nosat, NG_ROUND_NEAREST_EVEN, 1, 1},
#ifdef __cplusplus
    {"cuda-nosat", &ng_bf16, bf16_nearest, NG_ROUND_NEAREST_EVEN, 1, 1},
    {"toward-zero", &ng_bf16, bf16_zero, NG_ROUND_TOWARD_ZERO, 0, 1},
    {"up", &ng_bf16, bf16_up, NG_ROUND_UP, BY_DIRECTION, 1},
    {"down", &ng_bf16, bf16_down, NG_ROUND_DOWN, BY_DIRECTION, 1},
    {"cuda-nosat", &ng_fp16, fp16_nearest, NG_ROUND_NEAREST_EVEN, 1, 1},
    {"toward-zero", &ng_fp16, fp16_zero, NG_ROUND_TOWARD_ZERO, 0, 1},
    {"up", &ng_fp16, fp16_up, NG_ROUND_UP, BY_DIRECTION, 1},
    {"down", &ng_fp16, fp16_down, NG_ROUND_DOWN, BY_DIRECTION, 1},
#endif
#ifdef HAVE_MX
    {"cuda-satfinite", &ng_e2m3, e2m3_sat, NG_ROUND_NEAREST_EVEN, 0, 0},
    {"cuda-satfinite", &ng_e3m2, e3m2_sat, NG_ROUND_NEAREST_EVEN, 0, 0},
    {"cuda-satfinite", &ng_e2m1, e2m1_sat, NG_ROUND_NEAREST_EVEN, 0, 0},
    {"toward-zero_cuda-satfinite", &ng_e8m0, e8m0_zero_sat, NG_ROUND_TOWARD_ZERO, 0, 0},
    {"toward-zero_cuda-nosat", &ng_e8m0, e8m0_zero_nosat, NG_ROUND_TOWARD_ZERO, 1, 1},
    {"up_cuda-satfinite", &ng_e8m0, e8m0_up_sat, NG_ROUND_UP, 0, 0},
    {"up_cuda-nosat", &ng_e8m0, e8m0_up_nosat, NG_ROUND_UP, 1, 1},
#endif
};
enum { COMPARISONS = sizeof comparisons / sizeof *comparisons };

struct tally {
    uint64_t compared, different;
};

static void compare_block(const struct comparison *c, const float *x, size_t n,
                          struct tally *tally)
{
    static uint8_t codes[4 * BLOCK];
    const struct ng_policy policy = {
        c->rounding, 0, (enum ng_overflow)(c->finite_overflow & 1),
        (enum ng_overflow)c->infinite_input, NG_NAN_CANONICAL};
    ng_format_encode(c->format, &policy, 1.0f, x, codes, n, NULL, 0, NULL);
    for (size_t i = 0; i < n; i++) {
        if (c->finite_overflow == BY_DIRECTION && isfinite(x[i]) &&
            fabsf(x[i]) > c->format->max)
            continue;
        uint32_t got = ng_format_load(c->format, codes, i), want = c->theirs(x[i]);
        tally->compared++;
        bool both_nan = isnan(x[i]) && isnan(ng_format_decode_one(c->format, got)) &&
                        isnan(ng_format_decode_one(c->format, want));
        if (got == want || both_nan)
            continue;
        if (tally->different++ == 0)
            printf("%s, %s: %a gave %02" PRIx32 ", CUDA says %02" PRIx32 "\n",
                   c->format->name, c->policy, (double)x[i], got, want);
    }
}

static int compare_encode(const struct comparison *c, uint64_t step)
{
    static float x[BLOCK];
    struct tally tally = {0};
    clock_t start = clock();
    for (uint64_t bits = 0; bits <= UINT32_MAX;) {
        size_t n = 0;
        for (; n < BLOCK && bits <= UINT32_MAX; bits += step)
            x[n++] = float_of((uint32_t)bits);
        compare_block(c, x, n, &tally);
    }
    bool good = tally.different == 0;
    printf("%s %s_%s_encode_equals_cuda%s\nrow %s %s cuda %" PRIu64 " %" PRIu64
           " %.1f\n",
           good ? "ok" : "not ok", c->format->name, c->policy,
           good ? "" : ": see above", c->format->name, c->policy, tally.compared,
           tally.different, (double)(clock() - start) / CLOCKS_PER_SEC);
    return good ? 0 : 1;
}

/* ---- Decoding ---------------------------------------------------------------------- */

static const struct {
    const struct ng_format *format;
    float (*theirs)(uint32_t);
} decoders[] = {
    {&ng_e4m3, e4m3_back}, {&ng_e5m2, e5m2_back},
#ifdef __cplusplus
    {&ng_bf16, bf16_back}, {&ng_fp16, fp16_back},
#endif
#ifdef HAVE_MX
    {&ng_e2m3, e2m3_back}, {&ng_e3m2, e3m2_back},
    {&ng_e2m1, e2m1_back}, {&ng_e8m0, e8m0_back},
#endif
};

static int compare_decode(const struct ng_format *format, float (*theirs)(uint32_t))
{
    for (uint32_t code = 0; code < UINT32_C(1) << format->width; code++) {
        uint8_t stored[4];
        float got, want = theirs(code);
        ng_format_store(format, stored, 0, code);
        ng_format_decode(format, stored, 1.0f, &got, 1);
        if (isnan(want) ? !isnan(got) : memcmp(&got, &want, sizeof got) != 0) {
            printf("not ok %s_decode_equals_cuda: code %02" PRIx32
                   " gave %a, CUDA says "
                   "%a\n",
                   format->name, code, (double)got, (double)want);
            return 1;
        }
    }
    printf("ok %s_decode_equals_cuda\n", format->name);
    return 0;
}

static int list(void)
{
    for (size_t i = 0; i < COMPARISONS; i++)
        printf("%s:%s\n", comparisons[i].format->name, comparisons[i].policy);
    puts("decode");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list();
    uint64_t step = argc == 2 || argc == 3 ? strtoull(argv[1], NULL, 10) : 0;
    if (step == 0)
        return 2;
    int bad = 0;
    for (size_t i = 0; i < COMPARISONS; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s:%s", comparisons[i].format->name,
                 comparisons[i].policy);
        if (argc == 2 || strcmp(argv[2], name) == 0)
            bad |= compare_encode(comparisons + i, step);
    }
    if (argc == 3 && strcmp(argv[2], "decode") != 0)
        return bad;
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        bad |= compare_decode(decoders[i].format, decoders[i].theirs);
#ifndef __cplusplus
    puts("skip bf16_fp16_equal_cuda: no C++ compiler for cuda_bf16.h and cuda_fp16.h");
#endif
#ifndef HAVE_MX
    puts("skip e2m3_e3m2_e2m1_e8m0_equal_cuda: no cuda_fp6.h and cuda_fp4.h here");
#endif
    return bad;
}
