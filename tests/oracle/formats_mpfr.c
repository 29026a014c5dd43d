/*
 * formats_mpfr MOST: the scalar definition against MPFR and GMP, for every format of the
 * table and some by parameters; exp and log within 1 ulp.
 *
 * Nearest-even, toward zero, up and down are MPFR's own: a number of the format's
 * precision, its range cut below by mpfr_check_range() and mpfr_subnormalize(). Nearest
 * away and odd round the exact quotient by the grid's step to an integer. Stochastic
 * rounding compares exact fractions. Inputs: every code's value, every midpoint between
 * neighbours, overflow included, 2 FP32 numbers around each, and the special ones; of
 * formats with more than MOST magnitudes (MOST / 16 if wider than 16 bits or stochastic)
 * every so manieth, but all near the limits. Each under every policy, with what is counted.
 * Prints for each format a test and a row of the table of comparisons: format, policy,
 * oracle, inputs, differences, seconds.
 */
#include <mpfr.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/codec/format.h"
#include "formats/math/math.h"

static mpfr_t exact, rounded;
static mpq_t fraction;
static mpz_t whole;

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* ---- What is expected -------------------------------------------------------------- */

/* log2 of the grid's step at x, finite and not zero; e8m0 has no least exponent here. */
static int step_exponent(const struct ng_format *format, double x)
{
    int exponent;
    frexp(x, &exponent);
    exponent--;
    if (format->encoding != NG_UNSIGNED && exponent < 1 - format->bias)
        exponent = 1 - format->bias;
    return exponent - format->mantissa_bits;
}

static double by_precision(const struct ng_format *format, double x, mpfr_rnd_t mode)
{
    mpfr_set_prec(rounded, format->mantissa_bits + 1);
    int inexact = mpfr_set_d(rounded, x, mode);
    mpfr_exp_t least = mpfr_get_emin();
    if (format->encoding != NG_UNSIGNED) {
        mpfr_set_emin(1 - format->bias - format->mantissa_bits + 1);
        inexact = mpfr_check_range(rounded, inexact, mode);
        mpfr_subnormalize(rounded, inexact, mode);
    }
    double value = mpfr_get_d(rounded, MPFR_RNDN);
    mpfr_set_emin(least);
    return value;
}

static double by_quotient(const struct ng_format *format, enum ng_rounding rounding,
                          double x)
{
    int step = x == 0 ? 0 : step_exponent(format, x);
    mpfr_set_prec(rounded, 64);
    mpfr_set_d(exact, x, MPFR_RNDN);
    mpfr_div_2si(exact, exact, step, MPFR_RNDN);
    if (rounding == NG_ROUND_NEAREST_AWAY) {
        mpfr_round(rounded, exact);
    } else {
        mpfr_trunc(rounded, exact);
        mpfr_get_z(whole, rounded, MPFR_RNDN);
        if (mpz_even_p(whole) && !mpfr_equal_p(exact, rounded))
            mpfr_rint(rounded, exact, MPFR_RNDA);
    }
    mpfr_mul_2si(rounded, rounded, step, MPFR_RNDN);
    return mpfr_get_d(rounded, MPFR_RNDN);
}

static double by_fraction(const struct ng_format *format, int bits, uint32_t word,
                          double x)
{
    if (x == 0)
        return x;
    int step = step_exponent(format, x);
    mpq_set_d(fraction, fabs(x));
    if (step < 0)
        mpq_mul_2exp(fraction, fraction, (mp_bitcnt_t)-step);
    else
        mpq_div_2exp(fraction, fraction, (mp_bitcnt_t)step);
    /* Whole part and fraction * 2^bits, the latter cut to an integer. */
    mpq_mul_2exp(fraction, fraction, (mp_bitcnt_t)bits);
    mpz_fdiv_q(whole, mpq_numref(fraction), mpq_denref(fraction));
    mpz_add_ui(whole, whole, word >> (32 - bits));
    mpz_fdiv_q_2exp(whole, whole, (mp_bitcnt_t)bits);
    return copysign(ldexp(mpz_get_d(whole), step), x);
}

/* x on the format's grid without an upper bound. */
static double on_grid(const struct ng_format *format, const struct ng_policy *policy,
                      uint32_t word, double x)
{
    if (format->encoding == NG_UNSIGNED)
        x = fabs(x);
    bool integer = format->encoding == NG_TWOS_COMPLEMENT;
    switch (policy->rounding) {
    case NG_ROUND_NEAREST_EVEN:
        return integer ? rint(x) : by_precision(format, x, MPFR_RNDN);
    case NG_ROUND_TOWARD_ZERO:
        return integer ? trunc(x) : by_precision(format, x, MPFR_RNDZ);
    case NG_ROUND_UP:
        return integer ? ceil(x) : by_precision(format, x, MPFR_RNDU);
    case NG_ROUND_DOWN:
        return integer ? floor(x) : by_precision(format, x, MPFR_RNDD);
    case NG_ROUND_STOCHASTIC:
        return by_fraction(format, policy->random_bits, word, x);
    default:
        return by_quotient(format, policy->rounding, x);
    }
}

static uint32_t code_of_magnitude(const struct ng_format *format, double value)
{
    int exponent;
    if (format->encoding == NG_TWOS_COMPLEMENT)
        return (uint32_t)value;
    if (format->encoding == NG_UNSIGNED)
        return value < 0x1p-127 ? 0 : (uint32_t)(ilogb(value) + 127);
    frexp(value, &exponent);
    int field = exponent - 1 + format->bias, normal = 1;
    if (field < 1 || value == 0)
        field = 1, normal = 0;
    double mantissa = ldexp(value, format->mantissa_bits - (field - format->bias)) -
                      normal * ldexp(1, format->mantissa_bits);
    uint32_t top = normal == 0 ? 0 : (uint32_t)field << format->mantissa_bits;
    return (top + (uint32_t)mantissa) << format->unused_bits;
}

static uint32_t with_sign(const struct ng_format *format, uint32_t code, bool negative)
{
    if (!negative || format->encoding == NG_UNSIGNED)
        return code;
    if (format->encoding == NG_TWOS_COMPLEMENT)
        return -code & 0xFF;
    if (code == 0 && !format->has_negative_zero)
        return 0;
    return code | UINT32_C(1) << (format->width + format->unused_bits - 1);
}

static uint32_t overflow_code(const struct ng_format *format, enum ng_overflow rule)
{
    bool none = format->inf_code == 0 && !format->has_nan;
    if (rule == NG_OVERFLOW_SATURATE || none)
        return format->max_code;
    return format->inf_code != 0 ? format->inf_code : format->nan_code;
}

static uint32_t code_of_nan(const struct ng_format *format, enum ng_nan_rule rule,
                            bool negative)
{
    if (format->encoding != NG_SIGN_MAGNITUDE)
        return format->encoding == NG_UNSIGNED ? 0xFF : 0;
    if (rule == NG_NAN_CANONICAL)
        return format->has_nan ? format->nan_code : format->max_code;
    if (!format->has_nan)
        return with_sign(format, 0, !negative);
    return with_sign(format, format->nan_code, negative);
}

/* `value`: x on the unbounded grid, where x is finite. */
static uint32_t expected(const struct ng_format *format, const struct ng_policy *policy,
                         float x, double value, struct ng_cast_counts *counts)
{
    bool negative = signbit(x), unsigned_format = format->encoding == NG_UNSIGNED;
    counts->elements = 1;
    counts->amax_bits = bits_of(x) & 0x7FFFFFFF;
    counts->nan = isnan(x) != 0;
    counts->inf = isinf(x) != 0;
    counts->overflowed = !isnan(x) && fabsf(x) > format->max;
    if (isnan(x))
        return code_of_nan(format, policy->nan, negative);
    if (format == &ng_fp32)
        return bits_of(x);
    if (unsigned_format && policy->nan == NG_NAN_SIGN_KEPT && (negative || x == 0))
        return 0xFF;
    if (isinf(x))
        return with_sign(format, overflow_code(format, policy->infinite_input),
                         negative);
    counts->saturated = fabs(value) > (double)format->max;
    counts->flushed = x != 0 && value == 0 && !unsigned_format;
    uint32_t code = counts->saturated ? overflow_code(format, policy->finite_overflow)
                                      : code_of_magnitude(format, fabs(value));
    return with_sign(format, code, negative);
}

/* ---- Comparison -------------------------------------------------------------------- */

struct tally {
    uint64_t compared, different;
};

static void compare(const struct ng_format *format, const struct ng_policy *policy,
                    float x, double value, uint32_t word, struct tally *tally)
{
    struct ng_cast_counts want = {0}, got = {0};
    uint32_t want_code = expected(format, policy, x, value, &want);
    uint32_t got_code = ng_format_encode_one(format, policy, x, word, &got);
    tally->compared++;
    if (got_code == want_code && got.elements == want.elements &&
        got.saturated == want.saturated && got.overflowed == want.overflowed &&
        got.flushed == want.flushed && got.nan == want.nan && got.inf == want.inf &&
        got.amax_bits == want.amax_bits)
        return;
    if (tally->different++ == 0)
        printf("%s of %a (%08" PRIx32 "), %s, overflow %s, infinite %s, nan %s, "
               "%d bits of %08" PRIx32 ": %" PRIx32 ", expected %" PRIx32
               "; saturated %d %d, flushed %d %d\n",
               format->name, (double)x, bits_of(x), ng_rounding_names[policy->rounding],
               ng_overflow_names[policy->finite_overflow],
               ng_overflow_names[policy->infinite_input],
               ng_nan_rule_names[policy->nan], policy->random_bits, word, got_code,
               want_code, (int)got.saturated, (int)want.saturated, (int)got.flushed,
               (int)want.flushed);
}

static void compare_policies(const struct ng_format *format, struct ng_policy policy,
                             float x, uint32_t word, struct tally *tally)
{
    double value = isfinite(x) ? on_grid(format, &policy, word, (double)x) : 0;
    for (int choices = 0; choices < 8; choices++) {
        policy.finite_overflow = (enum ng_overflow)(choices & 1);
        policy.infinite_input = (enum ng_overflow)(choices >> 1 & 1);
        policy.nan = (enum ng_nan_rule)(choices >> 2);
        compare(format, &policy, x, value, word, tally);
    }
}

static void compare_deterministic(const struct ng_format *format, float x,
                                  struct tally *tally)
{
    for (int r = 0; r < NG_ROUND_STOCHASTIC; r++) {
        struct ng_policy policy = {.rounding = (enum ng_rounding)r};
        compare_policies(format, policy, x, 0, tally);
    }
}

/* Few and many random bits; words at the ends, where the carry just comes and just does
 * not, and one from elsewhere. The bits below the r in use are ones, to no effect. */
static void compare_stochastic(const struct ng_format *format, float x,
                               struct tally *tally)
{
    static const int widths[] = {1, 2, 5, 8, 16, 24};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        int r = widths[i];
        struct ng_policy policy = {NG_ROUND_STOCHASTIC, .random_bits = r};
        uint32_t below = UINT32_MAX >> r;
        uint32_t words[] = {0, UINT32_MAX, 0, below, bits_of(x) * 2654435761U};
        if (isfinite(x) && x != 0) {
            double quotient = ldexp(fabs((double)x), -step_exponent(format, (double)x));
            double part = floor(ldexp(quotient - floor(quotient), r));
            words[2] = (uint32_t)(ldexp(1, r) - part) << (32 - r);
            words[3] = words[2] - 1;
        }
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            compare_policies(format, policy, x, words[w], tally);
    }
}

typedef void comparison(const struct ng_format *format, float x, struct tally *tally);

static void around(const struct ng_format *format, double point, comparison *compare_at,
                   struct tally *tally)
{
    float x = (float)point; /* exact, or beyond FP32's largest */
    uint32_t bits = bits_of(x);
    for (int ulps = -2; ulps <= 2; ulps++) {
        int64_t at = (int64_t)bits + ulps;
        if (at < 0 || at > 0x7F800000)
            continue;
        compare_at(format, float_of((uint32_t)at), tally);
        compare_at(format, float_of((uint32_t)at | 0x80000000), tally);
    }
}

/* Of the magnitude with that code, unused bits left out, also beyond the largest. */
static double value_of(const struct ng_format *format, uint32_t code)
{
    if (format->encoding == NG_UNSIGNED)
        return ldexp(1, (int)code - format->bias);
    if (format->encoding == NG_TWOS_COMPLEMENT)
        return code;
    uint32_t field = code >> format->mantissa_bits;
    uint32_t mantissa = code & ((UINT32_C(1) << format->mantissa_bits) - 1);
    if (field != 0)
        mantissa |= UINT32_C(1) << format->mantissa_bits;
    return ldexp(mantissa,
                 (field != 0 ? (int)field : 1) - format->bias - format->mantissa_bits);
}

/* Codes from first to last and the midpoints above them. */
static void compare_codes(const struct ng_format *format, uint32_t first, uint32_t last,
                          uint32_t stride, comparison *compare_at, struct tally *tally)
{
    for (uint32_t code = first; code <= last; code += stride) {
        double value = value_of(format, code), next = value_of(format, code + 1);
        around(format, value, compare_at, tally);
        around(format, (value + next) / 2, compare_at, tally);
    }
}

static void compare_boundaries(const struct ng_format *format, uint32_t most,
                               comparison *compare_at, struct tally *tally)
{
    uint32_t last = format->max_code >> format->unused_bits;
    uint32_t normal = UINT32_C(1) << format->mantissa_bits;
    uint32_t stride = last < most ? 1 : last / most | 1;
    compare_codes(format, 0, last + 2, stride, compare_at, tally);
    if (stride > 1) {
        compare_codes(format, 0, 8, 1, compare_at, tally);
        compare_codes(format, normal - 8, normal + 8, 1, compare_at, tally);
        compare_codes(format, last - 8, last + 2, 1, compare_at, tally);
    }
    /* Far below the least: what the last of 24 random bits can still move, and less. */
    for (int below = 1; below <= 34; below++)
        around(format, ldexp(1.375 * (double)format->min_subnormal, -below), compare_at,
               tally);
    around(format, value_of(format, 0) / 2, compare_at, tally);
}

static void compare_specials(const struct ng_format *format, comparison *compare_at,
                             struct tally *tally)
{
    static const uint32_t specials[] = {
        0x00000000, 0x00000001, 0x00000002, 0x00000003, 0x00001FFF, 0x00002000,
        0x003FFFFF, 0x00400000, 0x00400001, 0x007FFFFF, 0x00800000, 0x00800001,
        0x3F800000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7F801000, 0x7FA00000,
        0x7FBFFFFF, 0x7FC00000, 0x7FC00001, 0x7FFFFFFF,
    };
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        compare_at(format, float_of(specials[i]), tally);
        compare_at(format, float_of(specials[i] | 0x80000000), tally);
    }
}

/* One test, and one row of the table of all comparisons. */
static int compare_all(const struct ng_format *format, uint32_t most, const char *name,
                       const char *test, comparison *compare_at)
{
    struct tally tally = {0};
    clock_t start = clock();
    compare_specials(format, compare_at, &tally);
    compare_boundaries(format, most, compare_at, &tally);
    bool good = tally.different == 0 && tally.compared != 0;
    printf("%s %s_%s%s\n", good ? "ok" : "not ok", format->name, test,
           good ? "" : ": see above");
    printf("row %s %s mpfr %" PRIu64 " %" PRIu64 " %.1f\n", format->name, name,
           tally.compared, tally.different, (double)(clock() - start) / CLOCKS_PER_SEC);
    return good ? 0 : 1;
}

static int compare_format(const struct ng_format *format, uint32_t most)
{
    uint32_t few = most / 16;
    int bad =
        compare_all(format, format->width > 16 ? few : most, "deterministic",
                    "boundaries_equal_mpfr_under_every_policy", compare_deterministic);
    bad |=
        compare_all(format, few, "stochastic",
                    "stochastic_rounding_equals_exact_fractions", compare_stochastic);
    return bad;
}

/* Each kind of special, few and many bits, FP32's own range left at its lower end. */
static int compare_parameters(uint32_t most)
{
    static const char *const names[] = {
        "e2m1b1",   "e2m2",  "e5m3",      "e4m4fn",    "e5m2fn",      "e6m1fnuz",
        "e3m8fn",   "e6m6",  "e7m5b64fn", "e8m3fnuz",  "e4m1b20fnuz", "e2m1b140fn",
        "e2m2b146", "e8m22", "e8m22fnuz", "e2m22b126", "e7m1b0",
    };
    int bad = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        static struct ng_error err;
        struct ng_format own;
        const struct ng_format *format;
        if (ng_format_parse(names[i], &own, &format, &err) != NG_OK) {
            printf("not ok %s_is_a_format: %s\n", names[i], err.text);
            bad = 1;
        } else {
            bad |= compare_format(format, most);
        }
    }
    return bad;
}

/* ---- exp and log ------------------------------------------------------------------- */

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

int main(int argc, char **argv)
{
    uint32_t most = argc == 2 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
    if (most == 0)
        return 2;
    mpfr_init2(exact, 24);
    mpfr_init2(rounded, 24);
    mpq_init(fraction);
    mpz_init(whole);
    int bad = 0;
    for (size_t f = 0; ng_formats[f] != NULL; f++)
        bad |= compare_format(ng_formats[f], most);
    bad |= compare_parameters(most);
    bad |= compare_function("exp", ng_expf, mpfr_exp);
    bad |= compare_function("log", ng_logf, mpfr_log);
    mpfr_clears(exact, rounded, (mpfr_ptr)NULL);
    mpq_clear(fraction);
    mpz_clear(whole);
    mpfr_free_cache();
    return bad;
}
