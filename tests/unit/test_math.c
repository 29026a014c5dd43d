/* Oracles: the Random123 known-answer vectors, and the FP64 libm for exp and log. */
#include <Random123/philox.h>
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/math/math.h"
#include "tests/unit/suites.h"

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

static uint64_t bits_of_double(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Distance between a float and a true value, in the float's own last place; the true
 * value rounded to nearest decides what is infinite. */
static double ulps(float got, double want)
{
    float nearest = (float)want;
    if (isnan(want) || isinf(nearest) || isinf(got))
        return bits_of(got) == bits_of(nearest) ? 0.0 : HUGE_VAL;
    int exponent = -126;
    if (fabsf(nearest) >= 0x1p-126f)
        exponent = ilogbf(nearest);
    return fabs((double)got - want) / ldexp(1.0, exponent - 23);
}

static double worst_over(float (*function)(float), double (*oracle)(double),
                         uint32_t step)
{
    double worst = 0;
    uint64_t bits = 0;
    for (; bits <= UINT32_MAX; bits += step) {
        float x = float_of((uint32_t)bits);
        if (isnan(x))
            continue;
        double want = oracle((double)x);
        double error = isnan(want) ? (bits_of(function(x)) == 0x7FC00000 ? 0 : HUGE_VAL)
                                   : ulps(function(x), want);
        if (!(error <= worst))
            worst = error;
    }
    return worst;
}

/* Odd, so that every pattern of low bits comes up; tests/long visits every input. */
enum { STEP = 1021 };

START_TEST(exp_is_within_one_ulp_of_the_fp64_libm)
{
    ck_assert_double_le(worst_over(ng_expf, exp, STEP), 0.5001);
}
END_TEST

START_TEST(log_is_within_one_ulp_of_the_fp64_libm)
{
    ck_assert_double_le(worst_over(ng_logf, log, STEP), 0.5001);
}
END_TEST

/* The inputs next to each other around every border of exp. */
START_TEST(exp_overflows_and_underflows_exactly_where_the_true_value_does)
{
    const float borders[] = {88.72283935546875f, 89.0f,   -87.336548f, -103.2789f,
                             -103.972084f,       -104.0f, 0.0f,        0x1p-25f};
    for (size_t b = 0; b < sizeof borders / sizeof *borders; b++) {
        float x = borders[b];
        for (int i = 0; i < 2000; i++)
            x = nextafterf(x, -INFINITY);
        for (int i = 0; i < 4000; i++, x = nextafterf(x, INFINITY))
            ck_assert_msg(ulps(ng_expf(x), exp((double)x)) <= 0.5001, "exp(%a)",
                          (double)x);
    }
    ck_assert_uint_eq(bits_of(ng_expf(0x1.62e42ep6f)), bits_of(0x1.ffff08p127f));
    ck_assert_uint_eq(bits_of(ng_expf(0x1.62e430p6f)), 0x7F800000);
    ck_assert_uint_eq(bits_of(ng_expf(-0x1.9fe368p6f)), 0x00000001);
    ck_assert_uint_eq(bits_of(ng_expf(-0x1.9fe36ap6f)), 0x00000000);
}
END_TEST

START_TEST(exp_and_log_treat_special_inputs_as_c99_says)
{
    ck_assert_uint_eq(bits_of(ng_expf(0.0f)), bits_of(1.0f));
    ck_assert_uint_eq(bits_of(ng_expf(-0.0f)), bits_of(1.0f));
    ck_assert_uint_eq(bits_of(ng_expf(INFINITY)), 0x7F800000);
    ck_assert_uint_eq(bits_of(ng_expf(-INFINITY)), 0);
    ck_assert_uint_eq(bits_of(ng_logf(1.0f)), 0);
    ck_assert_uint_eq(bits_of(ng_logf(0.0f)), 0xFF800000);
    ck_assert_uint_eq(bits_of(ng_logf(-0.0f)), 0xFF800000);
    ck_assert_uint_eq(bits_of(ng_logf(INFINITY)), 0x7F800000);
    ck_assert_uint_eq(bits_of(ng_logf(-INFINITY)), 0x7FC00000);
    ck_assert_uint_eq(bits_of(ng_logf(-0x1p-149f)), 0x7FC00000);
    const uint32_t nans[] = {0x7F800001, 0x7FFFFFFF, 0xFF800001, 0xFFC12345};
    for (int i = 0; i < 4; i++) {
        ck_assert_uint_eq(bits_of(ng_expf(float_of(nans[i]))), 0x7FC00000);
        ck_assert_uint_eq(bits_of(ng_logf(float_of(nans[i]))), 0x7FC00000);
    }
}
END_TEST

/* The order of additions, written down as plainly as possible. */
static double plain_sum(const double *x, size_t n, int single)
{
    double total = 0;
    for (size_t start = 0; start < n; start += 4096) {
        double lane[16] = {0};
        for (size_t i = start; i < n && i < start + 4096; i++) {
            lane[i % 16] += x[i];
            if (single)
                lane[i % 16] = (double)(float)lane[i % 16];
        }
        for (int half = 8; half >= 1; half /= 2) {
            for (int i = 0; i < half; i++) {
                lane[i] += lane[i + half];
                if (single)
                    lane[i] = (double)(float)lane[i];
            }
        }
        total += lane[0];
        if (single)
            total = (double)(float)total;
    }
    return total;
}

START_TEST(sums_follow_the_declared_order_at_every_length)
{
    enum { MOST = 13000 };
    double *wide = malloc(MOST * sizeof *wide);
    double *squares = malloc(MOST * sizeof *squares);
    float *x = malloc(MOST * sizeof *x);
    struct ng_random random = {3, ng_stream_key(NG_STREAM_DATA, 9), 0};
    for (size_t i = 0; i < MOST; i++) {
        x[i] = (ng_random_uniform(&random, i) - 0.5f) *
               ldexpf(1.0f, (int)(ng_random_u32(&random, MOST + i) % 40));
        wide[i] = (double)x[i];
        squares[i] = wide[i] * wide[i];
    }
    for (size_t n = 0; n <= MOST; n = n < 70 ? n + 1 : n * 2 - 63) {
        ck_assert_uint_eq(bits_of(ng_sum_f32(x, n)),
                          bits_of((float)plain_sum(wide, n, 1)));
        uint64_t want = bits_of_double(plain_sum(wide, n, 0));
        ck_assert_uint_eq(bits_of_double(ng_sum_f64(wide, n)), want);
        ck_assert_uint_eq(bits_of_double(ng_sum_f32_in_f64(x, n)), want);
        want = bits_of_double(plain_sum(squares, n, 0));
        ck_assert_uint_eq(bits_of_double(ng_sum_squares(x, n)), want);
    }
    free(wide);
    free(squares);
    free(x);
}
END_TEST

START_TEST(sums_start_from_plus_zero_and_give_the_canonical_nan)
{
    const float minus_zero[3] = {-0.0f, -0.0f, -0.0f};
    ck_assert_uint_eq(bits_of(ng_sum_f32(minus_zero, 3)), 0);
    ck_assert_uint_eq(bits_of(ng_sum_f32(NULL, 0)), 0);
    const float both[2] = {INFINITY, -INFINITY};
    const float payload[2] = {1.0f, float_of(0xFFF12345)};
    /* infinity in lane 0 meets minus infinity of lane 1 in the tree */
    ck_assert_uint_eq(bits_of(ng_sum_f32(both, 2)), 0x7FC00000);
    ck_assert_uint_eq(bits_of(ng_sum_f32(payload, 2)), 0x7FC00000);
    ck_assert_uint_eq(bits_of_double(ng_sum_squares(payload, 2)), 0x7FF8000000000000);
}
END_TEST

/* Salmon et al. 2011, and kat_vectors of Random123: zeros, ones, digits of pi. */
START_TEST(philox_equals_the_published_known_answers)
{
    const struct {
        philox4x32_ctr_t counter;
        philox4x32_key_t key;
        uint32_t words[4];
    } known[] = {
        {{{0, 0, 0, 0}}, {{0, 0}}, {0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}},
        {{{0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}},
         {{0xFFFFFFFF, 0xFFFFFFFF}},
         {0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}},
        {{{0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}},
         {{0xA4093822, 0x299F31D0}},
         {0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        philox4x32_ctr_t block = philox4x32_R(10, known[i].counter, known[i].key);
        for (int w = 0; w < 4; w++)
            ck_assert_uint_eq(block.v[w], known[i].words[w]);
    }
    const struct ng_random zero = {0, 0, 0};
    for (uint64_t w = 0; w < 4; w++)
        ck_assert_uint_eq(ng_random_u32(&zero, w), known[0].words[w]);
}
END_TEST

START_TEST(random_words_use_the_declared_key_and_counter)
{
    const struct ng_random random = {0xA4093822, 0x299F31D0, 0x0370734413198A2E};
    const uint64_t block = 0x05A308D3243F6A88; /* a word index has 64 bits: 62 here */
    philox4x32_ctr_t counter = {{0x243F6A88, 0x05A308D3, 0x13198A2E, 0x03707344}};
    philox4x32_key_t key = {{0xA4093822, 0x299F31D0}};
    philox4x32_ctr_t want = philox4x32_R(10, counter, key);
    for (uint64_t w = 0; w < 4; w++)
        ck_assert_uint_eq(ng_random_u32(&random, block * 4 + w), want.v[w]);
}
END_TEST

START_TEST(random_fill_equals_single_words_at_any_offset_and_length)
{
    const struct ng_random random = {1, ng_stream_key(NG_STREAM_INIT, 5), 77};
    uint32_t words[40];
    for (uint64_t first = 0; first < 6; first++) {
        for (size_t n = 0; n < 20; n++) {
            memset(words, 0xA5, sizeof words);
            ng_random_fill(&random, first, n, words);
            for (size_t i = 0; i < n; i++)
                ck_assert_uint_eq(words[i], ng_random_u32(&random, first + i));
            ck_assert_uint_eq(words[n], 0xA5A5A5A5);
        }
    }
}
END_TEST

START_TEST(stream_keys_of_different_tensors_and_kinds_differ)
{
    ck_assert_uint_eq(ng_stream_key(NG_STREAM_INIT, 0), 0x01000000);
    ck_assert_uint_eq(ng_stream_key(NG_STREAM_BOOTSTRAP, 0xFFFFFF), 0x09FFFFFF);
}
END_TEST

START_TEST(random_uniform_is_the_top_24_bits_below_one)
{
    const struct ng_random random = {2, 3, 4};
    double sum = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        float u = ng_random_uniform(&random, i);
        ck_assert_uint_eq(ng_random_u32(&random, i) >> 8, (uint32_t)(u * 0x1p24f));
        ck_assert(u >= 0.0f && u < 1.0f);
        sum += (double)u;
    }
    /* five standard errors: 5 / sqrt(12 * 100000) */
    ck_assert_double_le(fabs(sum / 100000 - 0.5), 0.0046);
}
END_TEST

START_TEST(random_permutation_holds_each_number_once_and_is_uniform)
{
    enum { N = 7, ROUNDS = 21000 };
    static unsigned seen[N][N];
    memset(seen, 0, sizeof seen);
    struct ng_random random = {0, ng_stream_key(NG_STREAM_ORDER, 0), 0};
    for (random.step = 0; random.step < ROUNDS; random.step++) {
        uint32_t order[N];
        unsigned found = 0;
        ng_random_permutation(&random, order, N);
        for (int i = 0; i < N; i++) {
            ck_assert_uint_lt(order[i], N);
            found |= 1U << order[i];
            seen[i][order[i]]++;
        }
        ck_assert_uint_eq(found, (1U << N) - 1);
    }
    double chi = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            chi += pow(seen[i][j] - ROUNDS / (double)N, 2) / (ROUNDS / (double)N);
    /* chi-square, 36 degrees of freedom: 1 in 10^6 lies above 85 */
    ck_assert_double_lt(chi, 85);
    uint32_t none[1] = {9};
    ng_random_permutation(&random, none, 0);
    ck_assert_uint_eq(none[0], 9);
    ng_random_permutation(&random, none, 1);
    ck_assert_uint_eq(none[0], 0);
}
END_TEST

Suite *ng_suite_math(void)
{
    Suite *suite = suite_create("math");
    TCase *tests = tcase_create("math");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, exp_is_within_one_ulp_of_the_fp64_libm);
    tcase_add_test(tests, log_is_within_one_ulp_of_the_fp64_libm);
    tcase_add_test(tests,
                   exp_overflows_and_underflows_exactly_where_the_true_value_does);
    tcase_add_test(tests, exp_and_log_treat_special_inputs_as_c99_says);
    tcase_add_test(tests, sums_follow_the_declared_order_at_every_length);
    tcase_add_test(tests, sums_start_from_plus_zero_and_give_the_canonical_nan);
    tcase_add_test(tests, philox_equals_the_published_known_answers);
    tcase_add_test(tests, random_words_use_the_declared_key_and_counter);
    tcase_add_test(tests, random_fill_equals_single_words_at_any_offset_and_length);
    tcase_add_test(tests, stream_keys_of_different_tensors_and_kinds_differ);
    tcase_add_test(tests, random_uniform_is_the_top_24_bits_below_one);
    tcase_add_test(tests, random_permutation_holds_each_number_once_and_is_uniform);
    suite_add_tcase(suite, tests);
    return suite;
}
