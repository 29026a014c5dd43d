/*
 * formats_cuda STEP: our e4m3 and e5m2 against the host conversions of NVIDIA's
 * cuda_fp8.h, on every STEP-th FP32 bit pattern, saturating and not; and all 256 codes
 * back. Prints one line per test. Needs the header alone, no GPU and no CUDA library.
 */
#include <cuda_fp8.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/codec/format.h"

enum { BLOCK = 4096 };

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static int compare_encode(const struct ng_format *format, const char *preset,
                          __nv_fp8_interpretation_t kind, __nv_saturation_t mode,
                          uint64_t step)
{
    static float x[BLOCK];
    static uint8_t codes[BLOCK];
    const struct ng_policy_preset *row = ng_policies;
    while (strcmp(row->name, preset) != 0)
        row++;
    uint64_t compared = 0;
    for (uint64_t bits = 0; bits <= UINT32_MAX;) {
        size_t n = 0;
        for (; n < BLOCK && bits <= UINT32_MAX; bits += step)
            x[n++] = float_of((uint32_t)bits);
        ng_format_encode(format, &row->policy, 1.0f, x, codes, n, NULL, 0, NULL);
        for (size_t i = 0; i < n; i++) {
            uint8_t want = __nv_cvt_float_to_fp8(x[i], mode, kind);
            if (codes[i] != want) {
                printf("not ok %s_%s_encode_equals_cuda_fp8_h: %a gave %02x, CUDA says "
                       "%02x\n",
                       format->name, preset, (double)x[i], codes[i], want);
                return 1;
            }
        }
        compared += n;
    }
    printf("ok %s_%s_encode_equals_cuda_fp8_h\n", format->name, preset);
    printf("%" PRIu64 " inputs\n", compared);
    return 0;
}

/* IEEE binary16 to float by its fields. */
static float half_value(unsigned half)
{
    int exponent = (int)(half >> 10 & 31), fraction = (int)(half & 1023);
    double value =
        exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31)
        value = fraction == 0 ? HUGE_VAL : (double)NAN;
    return (float)(half >> 15 ? -value : value);
}

static int compare_decode(const struct ng_format *format,
                          __nv_fp8_interpretation_t kind)
{
    for (unsigned code = 0; code < 256; code++) {
        uint8_t stored = (uint8_t)code;
        float got, want = half_value(__nv_cvt_fp8_to_halfraw(stored, kind).x);
        ng_format_decode(format, &stored, 1.0f, &got, 1);
        if (isnan(want) ? !isnan(got) : memcmp(&got, &want, sizeof got) != 0) {
            printf("not ok %s_decode_equals_cuda_fp8_h: code %02x gave %a, CUDA says "
                   "%a\n",
                   format->name, code, (double)got, (double)want);
            return 1;
        }
    }
    printf("ok %s_decode_equals_cuda_fp8_h\n", format->name);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t step = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
    if (step == 0)
        return 2;
    int bad =
        compare_encode(&ng_e4m3, "cuda-satfinite", __NV_E4M3, __NV_SATFINITE, step);
    bad |= compare_encode(&ng_e5m2, "cuda-satfinite", __NV_E5M2, __NV_SATFINITE, step);
    bad |= compare_encode(&ng_e4m3, "cuda-nosat", __NV_E4M3, __NV_NOSAT, step);
    bad |= compare_encode(&ng_e5m2, "cuda-nosat", __NV_E5M2, __NV_NOSAT, step);
    bad |= compare_decode(&ng_e4m3, __NV_E4M3);
    bad |= compare_decode(&ng_e5m2, __NV_E5M2);
    return bad;
}
