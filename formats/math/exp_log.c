/*
 * exp and log of a float, computed in FP64 with +, -, *, / and bit operations.
 *
 * The FP64 result is within about 1e-12 (exp) and 1e-14 (log) of the true value,
 * relatively, so the one rounding to FP32 at the end misses the nearest float only
 * where the true value lies that close to the middle between two floats: the error
 * stays under 0.50002 ulp. That rounding also does gradual underflow and overflow to
 * infinity. Argument reduction: W. Cody, W. Waite, "Software Manual for the Elementary
 * Functions", Prentice-Hall 1980, chapters 5 and 6.
 */
#include "formats/math/math.h"

#include <math.h>
#include <string.h>

static const double LN2 = 0x1.62e42fefa39efp-1;

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* exp(x) = 2^k exp(r), |r| <= ln(2)/2, exp(r) by its Taylor sum up to r^10/10!. */
float ng_expf(float x)
{
    if (x != x)
        return NAN;
    if (x > 89.0f)
        return INFINITY; /* the largest float is exp(88.72...) */
    if (x < -104.0f)
        return 0.0f; /* half the least subnormal is exp(-103.97...) */

    /* Adding 1.5 * 2^52 leaves the rounded integer in the low bits of the sum. */
    const double shifter = 0x1.8p52;
    double shifted = (double)x * 0x1.71547652b82fep0 + shifter;
    double k = shifted - shifter;
    double r = (double)x - k * LN2;

    double sum = 1.0 / 3628800;
    sum = sum * r + 1.0 / 362880;
    sum = sum * r + 1.0 / 40320;
    sum = sum * r + 1.0 / 5040;
    sum = sum * r + 1.0 / 720;
    sum = sum * r + 1.0 / 120;
    sum = sum * r + 1.0 / 24;
    sum = sum * r + 1.0 / 6;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    sum = sum * r + 1.0;
    uint64_t power = (bits_of(shifted) - bits_of(shifter) + 1023) << 52;
    return (float)(sum * double_of(power));
}

/* log(x) = k log(2) + log(m), m in [sqrt(1/2), sqrt(2)), log(m) = 2 atanh(s) with
 * s = (m-1)/(m+1), |s| < 0.172, by its series up to s^17/17. Returns log(m). */
static double reduced_log(double x, double *k)
{
    /* Subtracting the bits of sqrt(1/2) counts the powers of two from there. */
    const uint64_t root_half = 0x3FE6A09E667F3BCD;
    uint64_t bits = bits_of(x);
    int64_t power = (int64_t)(bits - root_half) >> 52;
    double m = double_of(bits - ((uint64_t)power << 52));
    *k = (double)power;

    double s = (m - 1.0) / (m + 1.0);
    double z = s * s;
    double sum = 1.0 / 17;
    sum = sum * z + 1.0 / 15;
    sum = sum * z + 1.0 / 13;
    sum = sum * z + 1.0 / 11;
    sum = sum * z + 1.0 / 9;
    sum = sum * z + 1.0 / 7;
    sum = sum * z + 1.0 / 5;
    sum = sum * z + 1.0 / 3;
    sum = sum * z + 1.0;
    return 2.0 * s * sum;
}

/* Every float, subnormal or not, is a normal double. */
float ng_logf(float x)
{
    if (x != x || x < 0.0f)
        return NAN;
    if (x == 0.0f)
        return -INFINITY;
    if (x > 0x1.fffffep127f)
        return INFINITY;

    double k, log_m = reduced_log((double)x, &k);
    return (float)(k * LN2 + log_m);
}

double ng_log2(double x)
{
    double k, log_m = reduced_log(x, &k);
    return k + log_m * 0x1.71547652b82fep0;
}
