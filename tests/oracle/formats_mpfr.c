/*
 * formats_mpfr: our scalar definition against MPFR, which rounds in its own way (any
 * precision, then mpfr_subnormalize): e4m3, e5m2 and bf16 under nearest-even, toward
 * zero, up and down; and exp and log, correctly rounded, within 1 ulp.
 */
#include <mpfr.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/codec/format.h"
#include "formats/math/math.h"

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x on the format's grid without an upper bound. */
static double rounded(const struct ng_format *format, float x, mpfr_rnd_t mode)
{
    mpfr_t exact, y;
    mpfr_init2(exact, 24);
    mpfr_init2(y, format->mantissa_bits + 1);
    mpfr_set_flt(exact, x, MPFR_RNDN);
    int inexact = mpfr_set(y, exact, mode);
    mpfr_exp_t least = mpfr_get_emin();
    mpfr_set_emin(1 - format->bias - format->mantissa_bits + 1);
    inexact = mpfr_check_range(y, inexact, mode);
    mpfr_subnormalize(y, inexact, mode);
    double value = mpfr_get_d(y, MPFR_RNDN);
    mpfr_set_emin(least);
    mpfr_clear(exact);
    mpfr_clear(y);
    return value;
}

static int compare_format(const struct ng_format *format, enum ng_rounding rounding,
                          mpfr_rnd_t mode)
{
    struct ng_policy policy = {.rounding = rounding};
    const char *name = ng_rounding_names[rounding];
    for (uint64_t bits = 1; bits <= UINT32_MAX; bits += 20011) {
        float x = float_of((uint32_t)bits);
        if (!isfinite(x))
            continue;
        double want = rounded(format, x, mode);
        if (fabs(want) > (double)format->max)
            want = copysign((double)format->max, want);
        uint32_t code = ng_format_encode_one(format, &policy, x, 0, NULL);
        double got = (double)ng_format_decode_one(format, code);
        if (memcmp(&got, &want, sizeof got) != 0) {
            printf("not ok %s_%s_equals_mpfr: %a gave %a, MPFR says %a\n", format->name,
                   name, (double)x, got, want);
            return 1;
        }
    }
    printf("ok %s_%s_equals_mpfr\n", format->name, name);
    return 0;
}

/* In FP32's own exponent range, so that subnormal results are rounded once. */
static float correctly_rounded(int (*function)(mpfr_t, const mpfr_t, mpfr_rnd_t),
                               float x)
{
    mpfr_t y;
    mpfr_init2(y, 24);
    mpfr_set_flt(y, x, MPFR_RNDN);
    int inexact = function(y, y, MPFR_RNDN);
    mpfr_exp_t least = mpfr_get_emin();
    mpfr_set_emin(-148);
    inexact = mpfr_check_range(y, inexact, MPFR_RNDN);
    mpfr_subnormalize(y, inexact, MPFR_RNDN);
    float value = mpfr_get_flt(y, MPFR_RNDN);
    mpfr_set_emin(least);
    mpfr_clear(y);
    return value;
}

static int compare_function(const char *name, float (*ours)(float),
                            int (*theirs)(mpfr_t, const mpfr_t, mpfr_rnd_t))
{
    unsigned long compared = 0, different = 0;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 20011) {
        float x = float_of((uint32_t)bits);
        float got = ours(x), want = correctly_rounded(theirs, x);
        compared++;
        if (isnan(want) ? isnan(got) : got == want)
            continue;
        different++;
        if (!(got == nextafterf(want, -INFINITY) ||
              got == nextafterf(want, INFINITY))) {
            printf(
                "not ok %s_is_within_one_ulp_of_mpfr: %s(%a) gave %a, MPFR says %a\n",
                name, name, (double)x, (double)got, (double)want);
            return 1;
        }
    }
    printf("ok %s_is_within_one_ulp_of_mpfr\n", name);
    printf("%lu of %lu not correctly rounded\n", different, compared);
    return 0;
}

int main(void)
{
    const struct ng_format *const formats[] = {&ng_e4m3, &ng_e5m2, &ng_bf16};
    int bad = 0;
    for (int f = 0; f < 3; f++) {
        bad |= compare_format(formats[f], NG_ROUND_NEAREST_EVEN, MPFR_RNDN);
        bad |= compare_format(formats[f], NG_ROUND_TOWARD_ZERO, MPFR_RNDZ);
        bad |= compare_format(formats[f], NG_ROUND_UP, MPFR_RNDU);
        bad |= compare_format(formats[f], NG_ROUND_DOWN, MPFR_RNDD);
    }
    bad |= compare_function("exp", ng_expf, mpfr_exp);
    bad |= compare_function("log", ng_logf, mpfr_log);
    mpfr_free_cache();
    return bad;
}
