/* Oracles: the definition as a plain loop, sums worked out by hand, the FP64 libm. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/math/math.h"
#include "tests/unit/suites.h"

enum { MOST = 10000 };

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

static double folded(double *lane)
{
    for (int half = 8; half >= 1; half /= 2)
        for (int i = 0; i < half; i++)
            lane[i] = lane[i] + lane[i + half];
    return lane[0];
}

/* The sentences of the header, one after the other. */
static void plain_add(struct ng_full_statistics *into, const float *x, const float *q,
                      size_t n)
{
    for (size_t start = 0; start < n; start += 4096) {
        double squares[16] = {0}, errors[16] = {0};
        for (size_t i = start; i < n && i < start + 4096; i++) {
            into->elements++;
            into->nonzero_x += !(x[i] == 0);
            into->nonzero_q += !(q[i] == 0);
            if (isfinite(x[i]) && x[i] != 0) {
                uint32_t size = bits_of(fabsf(x[i]));
                into->exponents[size / 0x800000]++;
                if (into->amax_bits < size)
                    into->amax_bits = size;
                if (into->amin_bits == 0 || into->amin_bits > size)
                    into->amin_bits = size;
            }
            if (!isfinite(x[i]) || !isfinite(q[i]))
                continue;
            into->finite++;
            volatile double error = (double)q[i] - (double)x[i];
            volatile double error_square = error * error;
            volatile double square = (double)x[i] * (double)x[i];
            squares[i % 16] += square;
            errors[i % 16] += error_square;
        }
        into->sum_squares += folded(squares);
        into->sum_error_squares += folded(errors);
    }
}

static float bell(const struct ng_random *random, uint64_t i)
{
    float sum = -6.0f;
    for (uint64_t k = 0; k < 12; k++)
        sum += ng_random_uniform(random, 12 * i + k);
    return sum;
}

enum kind {
    BELL,
    WIDE,
    WORDS,
    SUBNORMAL,
    RELU,
    SPECKLED,
    ZEROS,
    NANS,
    LOW,
    FAR,
    KINDS
};

static float value_of(enum kind kind, uint64_t i)
{
    const struct ng_random random = {17, 5, (uint64_t)kind};
    uint32_t word = ng_random_u32(&random, i);
    switch (kind) {
    case BELL:
        return bell(&random, i);
    case WIDE:
        return ldexpf(bell(&random, i), (int)(word % 60) - 40);
    case WORDS:
        return float_of(word);
    case SUBNORMAL:
        return float_of(word & 0x81FFFFFF);
    case RELU:
        return fmaxf(bell(&random, i), 0.0f);
    case SPECKLED: {
        const float specials[] = {-0.0f, 0.0f, NAN, -INFINITY, INFINITY, 0x1p-149f};
        return word % 701 < 6 ? specials[word % 701] : bell(&random, i);
    }
    case ZEROS:
        return word % 2 ? 0.0f : -0.0f;
    case NANS:
        return float_of(0x7F800001 | (word & 0x807FFFFF));
    case LOW: /* every exponent from the first normal on, many times */
        return ldexpf(bell(&random, i) + 8.0f, -120 - (int)(word % 9));
    case FAR: /* one exponent */
        return 1.0f + ng_random_uniform(&random, i);
    case KINDS:
        break;
    }
    return 0;
}

/* What e5m2 makes of x; here and there something that no cast would make. */
static void fill(enum kind kind, float *x, float *q, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = value_of(kind, i);
        uint32_t code =
            ng_format_encode_one(&ng_e5m2, &ng_policies[0].policy, x[i], 0, NULL);
        q[i] = ng_format_decode_one(&ng_e5m2, code);
        if (kind == FAR) /* the error has more than 26 bits */
            q[i] = value_of(WIDE, i);
        if (kind == SPECKLED && i % 997 == 13)
            q[i] = i % 2 ? INFINITY : NAN;
    }
}

static void assert_same(const struct ng_full_statistics *got,
                        const struct ng_full_statistics *want, const char *words,
                        int kind, size_t n)
{
    ck_assert_msg(
        memcmp(got, want, sizeof *got) == 0,
        "%s, kind %d, %zu elements: sums %a %a, expected %a %a; nonzero %llu "
        "%llu, expected %llu %llu",
        words, kind, n, got->sum_squares, got->sum_error_squares, want->sum_squares,
        want->sum_error_squares, (unsigned long long)got->nonzero_x,
        (unsigned long long)got->nonzero_q, (unsigned long long)want->nonzero_x,
        (unsigned long long)want->nonzero_q);
}

START_TEST(every_body_gives_the_bits_of_the_plain_loop)
{
    static float x[MOST], q[MOST];
    enum ng_isa before = ng_isa();
    for (int kind = 0; kind < KINDS; kind++) {
        fill((enum kind)kind, x, q, MOST);
        for (size_t n = 0; n <= MOST; n = n < 70 ? n + 1 : n * 7 / 5) {
            struct ng_full_statistics want = {0};
            plain_add(&want, x, q, n);
            for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
                if (!ng_isa_present((enum ng_isa)isa))
                    continue;
                struct ng_full_statistics got = {0};
                ng_isa_force((enum ng_isa)isa);
                ng_full_statistics_add(&got, x, q, n);
                assert_same(&got, &want, ng_isa_name((enum ng_isa)isa), kind, n);
            }
        }
    }
    ng_isa_force(before);
}
END_TEST

START_TEST(each_call_starts_a_block_and_adds_to_what_is_there)
{
    static float x[MOST], q[MOST];
    const size_t lengths[] = {1, 4095, 4096, 33, 0, 1234};
    struct ng_full_statistics got = {0}, want = {0};
    size_t at = 0;
    fill(BELL, x, q, MOST);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        ng_full_statistics_add(&got, x + at, q + at, lengths[i]);
        plain_add(&want, x + at, q + at, lengths[i]);
        at += lengths[i];
    }
    assert_same(&got, &want, "six calls", BELL, at);
    ck_assert_uint_eq(got.elements, 9459);
}
END_TEST

START_TEST(six_elements_give_what_is_worked_out_by_hand)
{
    const float x[] = {1, -2, 0.0f, -0.0f, 3, 0.25f};
    const float q[] = {1, -2, 0.0f, 0.0f, 2.5f, 0.0f};
    struct ng_full_statistics full = {0};
    ng_full_statistics_add(&full, x, q, 6);
    ck_assert_uint_eq(full.elements, 6);
    ck_assert_uint_eq(full.finite, 6);
    ck_assert_uint_eq(full.nonzero_x, 4);
    ck_assert_uint_eq(full.nonzero_q, 3);
    ck_assert_double_eq(full.sum_squares, 14.0625);
    ck_assert_double_eq(full.sum_error_squares, 0.3125);
    ck_assert_uint_eq(full.exponents[125], 1);
    ck_assert_uint_eq(full.exponents[127], 1);
    ck_assert_uint_eq(full.exponents[128], 2);
    ck_assert_double_eq(ng_full_mse(&full), 0.3125 / 6);
    ck_assert_double_eq_tol(ng_full_sqnr(&full), 10 * log10(14.0625 / 0.3125), 1e-12);
    ck_assert_double_eq_tol(ng_full_dynamic_range(&full), log2(12), 1e-13);
}
END_TEST

START_TEST(nan_and_infinity_count_as_nonzero_and_stay_out_of_the_sums)
{
    const float x[] = {NAN, INFINITY, 2, 4, -8};
    const float q[] = {NAN, 448, INFINITY, NAN, -8};
    struct ng_full_statistics full = {0};
    ng_full_statistics_add(&full, x, q, 5);
    ck_assert_uint_eq(full.elements, 5);
    ck_assert_uint_eq(full.finite, 1);
    ck_assert_uint_eq(full.nonzero_x, 5);
    ck_assert_uint_eq(full.nonzero_q, 5);
    ck_assert_double_eq(full.sum_squares, 64);
    ck_assert_double_eq(full.sum_error_squares, 0);
    ck_assert_uint_eq(full.amax_bits, bits_of(8));
    ck_assert_uint_eq(full.amin_bits, bits_of(2));
    ck_assert_uint_eq(full.exponents[255], 0);
    ck_assert_double_eq(ng_full_dynamic_range(&full), 2);
}
END_TEST

START_TEST(nothing_to_measure_gives_nan_and_an_exact_cast_an_infinite_sqnr)
{
    const float zeros[3] = {0.0f, -0.0f, 0.0f}, one = 0x1p-149f;
    struct ng_full_statistics full = {0};
    ng_full_statistics_add(&full, NULL, NULL, 0);
    ck_assert_double_nan(ng_full_sqnr(&full));
    ck_assert_double_nan(ng_full_mse(&full));
    ck_assert_double_nan(ng_full_dynamic_range(&full));
    ng_full_statistics_add(&full, zeros, zeros, 3);
    ck_assert_uint_eq(full.nonzero_x, 0);
    ck_assert_double_nan(ng_full_sqnr(&full));
    ck_assert_double_eq(ng_full_mse(&full), 0);
    ck_assert_double_nan(ng_full_dynamic_range(&full));
    ng_full_statistics_add(&full, &one, &one, 1);
    ck_assert_uint_eq(full.exponents[0], 1);
    ck_assert(isinf(ng_full_sqnr(&full)) && ng_full_sqnr(&full) > 0);
    ck_assert_double_eq(ng_full_dynamic_range(&full), 0);
}
END_TEST

static void check_encode_full(const struct ng_format *format,
                              const struct ng_policy *policy, enum kind kind,
                              float scale_inv, size_t n)
{
    static float x[MOST], q[MOST];
    static uint8_t codes[4 * MOST], together[4 * MOST];
    const struct ng_random random = {9, 8, 7};
    const float scale = 0x1.8p-3f;
    struct ng_cast_counts counts = {0}, counts_together = {0};
    struct ng_full_statistics full = {0}, full_together = {0};
    fill(kind, x, q, n);
    ng_format_encode(format, policy, scale, x, codes, n, &random, 77, &counts);
    ng_format_decode(format, codes, scale_inv, q, n);
    ng_full_statistics_add(&full, x, q, n);
    ng_format_encode_full(format, policy, scale, scale_inv, x, together, n, &random, 77,
                          &counts_together, &full_together);
    ck_assert_mem_eq(codes, together, n * (size_t)format->storage_bytes);
    ck_assert_mem_eq(&counts, &counts_together, sizeof counts);
    assert_same(&full_together, &full, format->name, (int)kind, n);
}

START_TEST(encoding_with_statistics_equals_the_three_steps)
{
    struct ng_policy stochastic = NG_POLICY_CUDA_SATFINITE;
    stochastic.rounding = NG_ROUND_STOCHASTIC;
    stochastic.random_bits = 16;
    const struct ng_format *const formats[] = {
        &ng_e4m3, &ng_e5m2fnuz, &ng_e2m1, &ng_int8, &ng_e8m0, &ng_bf16, &ng_tf32};
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
        for (size_t n = 0; n <= 9000; n = 3 * n + 1) {
            const struct ng_policy *nearest = &NG_POLICY_CUDA_SATFINITE;
            check_encode_full(formats[f], nearest, SPECKLED, 0x1.5p2f, n);
            check_encode_full(formats[f], &stochastic, SPECKLED, 0x1.5p2f, n);
            check_encode_full(formats[f], nearest, WIDE, 0x1.5p2f, n);
            check_encode_full(formats[f], nearest, RELU, 0x1.5p2f, n);
            /* What is no zero in codes becomes one as it is read back. */
            check_encode_full(formats[f], nearest, RELU, 0x1p-149f, n);
        }
}
END_TEST

/* Transformer Engine: underflows% from zeros before and after, over all elements;
 * overflows% from |x| > max * scale_inv. */
START_TEST(counts_agree_with_transformer_engines_definitions)
{
    enum { N = 4096 };
    static float x[MOST], q[MOST];
    static uint8_t codes[N];
    const float scale = 100.0f, scale_inv = 1.0f / scale;
    struct ng_cast_counts counts = {0};
    struct ng_full_statistics full = {0};
    uint64_t over = 0;
    fill(WIDE, x, q, N);
    for (size_t i = 0; i < N; i++)
        over += x[i] > 448.0f * scale_inv || x[i] < -448.0f * scale_inv;
    ng_format_encode_full(&ng_e4m3, &NG_POLICY_CUDA_SATFINITE, scale, scale_inv, x,
                          codes, N, NULL, 0, &counts, &full);
    ck_assert_uint_gt(counts.flushed, 0);
    ck_assert_uint_eq(counts.flushed, full.nonzero_x - full.nonzero_q);
    ck_assert_uint_gt(over, 0);
    ck_assert_uint_eq(counts.overflowed, over);
    ck_assert_uint_le(counts.saturated, over);
    ck_assert_uint_eq(counts.amax_bits, full.amax_bits);
}
END_TEST

START_TEST(log2_is_near_the_libm_and_exact_for_powers_of_two)
{
    const struct ng_random random = {4, 4, 4};
    for (int e = -1022; e <= 1023; e++)
        ck_assert_double_eq(ng_log2(ldexp(1.0, e)), e);
    for (uint64_t i = 0; i < 20000; i++) {
        double x = ldexp(1.0 + (double)ng_random_u32(&random, 2 * i) * 0x1p-32,
                         (int)(ng_random_u32(&random, 2 * i + 1) % 2046) - 1022);
        double want = log2(x);
        ck_assert_double_le(fabs(ng_log2(x) - want), 1e-14 * fmax(fabs(want), 1.0));
    }
}
END_TEST

Suite *ng_suite_statistics(void)
{
    Suite *suite = suite_create("statistics");
    TCase *tests = tcase_create("statistics");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, every_body_gives_the_bits_of_the_plain_loop);
    tcase_add_test(tests, each_call_starts_a_block_and_adds_to_what_is_there);
    tcase_add_test(tests, six_elements_give_what_is_worked_out_by_hand);
    tcase_add_test(tests, nan_and_infinity_count_as_nonzero_and_stay_out_of_the_sums);
    tcase_add_test(tests,
                   nothing_to_measure_gives_nan_and_an_exact_cast_an_infinite_sqnr);
    tcase_add_test(tests, encoding_with_statistics_equals_the_three_steps);
    tcase_add_test(tests, counts_agree_with_transformer_engines_definitions);
    tcase_add_test(tests, log2_is_near_the_libm_and_exact_for_powers_of_two);
    suite_add_tcase(suite, tests);
    return suite;
}
