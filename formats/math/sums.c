/*
 * Fixed-order sums. Element i of a block of 4096 goes to lane i mod 16; the lanes fold
 * as a tree (i with i + 8, then 4, 2, 1); block totals add up in order, from +0.
 *
 * Lanes start at +0 and a lane past the tail keeps it. Because +0 is the start, no sum
 * is ever -0, not even that of a single -0. A NaN sum is the canonical NaN, so that its
 * bits do not depend on which operand an instruction takes the payload from.
 *
 * Full groups of 16 run in vector-shaped loops; which instructions the compiler picks
 * cannot change the order of one lane's additions.
 */
#include "formats/math/math.h"

#include <math.h>

enum { LANES = 16, BLOCK = 4096 };

static float fold_f32(float *lane)
{
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}

double ng_fold_f64(double *lane)
{
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}

static float canonical_f32(float sum)
{
    return sum != sum ? NAN : sum;
}

static double canonical_f64(double sum)
{
    return sum != sum ? (double)NAN : sum;
}

float ng_sum_f32(const float *x, size_t n)
{
    float sum = 0;
    for (size_t start = 0; start < n; start += BLOCK) {
        size_t count = n - start < BLOCK ? n - start : BLOCK;
        const float *block = x + start;
        float lane[LANES] = {0};
        size_t i = 0;
        for (; count - i >= LANES; i += LANES)
            for (size_t l = 0; l < LANES; l++)
                lane[l] += block[i + l];
        for (size_t l = 0; i + l < count; l++)
            lane[l] += block[i + l];
        sum += fold_f32(lane);
    }
    return canonical_f32(sum);
}

double ng_sum_f64(const double *x, size_t n)
{
    double sum = 0;
    for (size_t start = 0; start < n; start += BLOCK) {
        size_t count = n - start < BLOCK ? n - start : BLOCK;
        const double *block = x + start;
        double lane[LANES] = {0};
        size_t i = 0;
        for (; count - i >= LANES; i += LANES)
            for (size_t l = 0; l < LANES; l++)
                lane[l] += block[i + l];
        for (size_t l = 0; i + l < count; l++)
            lane[l] += block[i + l];
        sum += ng_fold_f64(lane);
    }
    return canonical_f64(sum);
}

double ng_sum_f32_in_f64(const float *x, size_t n)
{
    double sum = 0;
    for (size_t start = 0; start < n; start += BLOCK) {
        size_t count = n - start < BLOCK ? n - start : BLOCK;
        const float *block = x + start;
        double lane[LANES] = {0};
        size_t i = 0;
        for (; count - i >= LANES; i += LANES)
            for (size_t l = 0; l < LANES; l++)
                lane[l] += (double)block[i + l];
        for (size_t l = 0; i + l < count; l++)
            lane[l] += (double)block[i + l];
        sum += ng_fold_f64(lane);
    }
    return canonical_f64(sum);
}

double ng_sum_squares(const float *x, size_t n)
{
    double sum = 0;
    for (size_t start = 0; start < n; start += BLOCK) {
        size_t count = n - start < BLOCK ? n - start : BLOCK;
        const float *block = x + start;
        double lane[LANES] = {0};
        size_t i = 0;
        for (; count - i >= LANES; i += LANES)
            for (size_t l = 0; l < LANES; l++)
                lane[l] += (double)block[i + l] * (double)block[i + l];
        for (size_t l = 0; i + l < count; l++)
            lane[l] += (double)block[i + l] * (double)block[i + l];
        sum += ng_fold_f64(lane);
    }
    return canonical_f64(sum);
}
