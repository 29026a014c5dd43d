/*
 * Stochastic rounding. Oracle: the share of draws that round up is the cut-off part,
 * truncated to the random bits; worked out here in FP64 from the two neighbours' values.
 * Exact fractions at every boundary: tests/oracle/formats_mpfr.sh.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "formats/codec/format.h"
#include "formats/math/math.h"
#include "tests/unit/suites.h"

static const struct ng_format *const formats[] = {
    &ng_e4m3, &ng_e5m2, &ng_bf16, &ng_fp16, &ng_e4m3fnuz, &ng_e2m1, &ng_e3m2, &ng_tf32};
enum { FORMATS = sizeof formats / sizeof *formats };

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Values of neighbouring codes; beyond the maximum the step stays what it was. */
static double value_at(const struct ng_format *format, uint32_t step)
{
    uint32_t code = step << format->unused_bits;
    if (code > format->max_code) {
        uint32_t last = format->max_code >> format->unused_bits;
        return 2 * value_at(format, last) - value_at(format, last - 1);
    }
    return (double)ng_format_decode_one(format, code);
}

static uint32_t magnitude_of(const struct ng_format *format, uint32_t code)
{
    return (code & (ng_format_sign_bit(format) - 1)) >> format->unused_bits;
}

/* Over all 2^r random numbers the share that rounds up is exact, so no statistics. */
START_TEST(stochastic_rounding_goes_up_in_exactly_the_declared_share_of_draws)
{
    enum { BITS = 8 };
    const struct ng_format *format = formats[_i];
    struct ng_policy policy = {.rounding = NG_ROUND_STOCHASTIC, .random_bits = BITS};
    const struct ng_random random = {8, ng_stream_key(NG_STREAM_DATA, 4), 0};
    uint32_t last = format->max_code >> format->unused_bits;
    uint32_t normal = UINT32_C(1) << format->mantissa_bits;
    const uint32_t codes[] = {0, 1, 2, 3, normal - 1, normal, last / 2, last - 1};
    for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
        double low = value_at(format, codes[c]), high = value_at(format, codes[c] + 1);
        for (uint64_t i = 0; i < 40; i++) {
            double part = (double)ng_random_uniform(&random, c * 40 + i);
            float x = (float)(low + (high - low) * part);
            if ((double)x >= high)
                continue;
            double share = floor(((double)x - low) / (high - low) * (1 << BITS));
            int ups = 0;
            for (uint32_t draw = 0; draw < 1 << BITS; draw++) {
                uint32_t word = draw << (32 - BITS) | (draw * 77 & 0xFFFF);
                uint32_t code = magnitude_of(
                    format, ng_format_encode_one(format, &policy, -x, word, NULL));
                if (code != codes[c] && code != codes[c] + 1)
                    ck_abort_msg("%s of %a: %x", format->name, (double)x, code);
                ups += code == codes[c] + 1;
            }
            ck_assert_int_eq(ups, (int)share);
        }
    }
}
END_TEST

/* Sum over inputs of (ups - n p)^2 / (n p (1 - p)), as a standard normal (Wilson and
 * Hilferty, PNAS 17, 1931). */
struct chi_square {
    double sum;
    int freedom;
};

static double chi_square_z(const struct chi_square *chi)
{
    double k = chi->freedom;
    return (cbrt(chi->sum / k) - (1 - 2 / (9 * k))) / sqrt(2 / (9 * k));
}

static void chi_square_add(struct chi_square *chi, const struct ng_format *format,
                           int bits, uint32_t below, float x, struct ng_random random)
{
    enum { DRAWS = 4000 };
    static float copies[DRAWS];
    static uint32_t codes[DRAWS];
    struct ng_policy policy = {.rounding = NG_ROUND_STOCHASTIC, .random_bits = bits};
    double low = value_at(format, below), high = value_at(format, below + 1);
    double p = floor(ldexp(((double)x - low) / (high - low), bits)) * ldexp(1, -bits);
    for (size_t i = 0; i < DRAWS; i++)
        copies[i] = x;
    ng_format_encode(format, &policy, 1.0f, copies, codes, DRAWS, &random, 0, NULL);
    double ups = 0;
    for (size_t i = 0; i < DRAWS; i++) {
        uint32_t code = magnitude_of(format, ng_format_load(format, codes, i));
        if (code != below && code != below + 1)
            ck_abort_msg("%s of %a: %x", format->name, (double)x, code);
        ups += code == below + 1;
    }
    if (p == 0) {
        ck_assert(ups == 0);
        return;
    }
    chi->sum += (ups - DRAWS * p) * (ups - DRAWS * p) / (DRAWS * p * (1 - p));
    chi->freedom++;
}

/* Subnormal numbers, the last of them up to the least normal one, normal numbers, the
 * step into the next binade, and below the least subnormal. Too good a fit fails too. */
START_TEST(shares_of_philox_draws_pass_a_chi_square_test)
{
    static const int widths[] = {1, 2, 5, 8, 16, 24};
    const struct ng_format *format = formats[_i % FORMATS];
    int bits = widths[_i / FORMATS];
    const struct ng_random inputs = {11, ng_stream_key(NG_STREAM_DATA, 6), 0};
    uint32_t last = format->max_code >> format->unused_bits;
    uint32_t normal = UINT32_C(1) << format->mantissa_bits;
    const uint32_t codes[] = {
        0, 0, 1, normal - 1, normal - 1, normal, 2 * normal - 1, last / 2, last - 1};
    struct chi_square chi = {0};
    for (uint32_t c = 0; c < sizeof codes / sizeof *codes; c++) {
        double low = value_at(format, codes[c]), high = value_at(format, codes[c] + 1);
        for (uint32_t i = 0; i < 6; i++) {
            double part = (double)ng_random_uniform(&inputs, c * 6 + i);
            float x = (float)(low + (high - low) * part);
            struct ng_random random = {
                (uint32_t)bits, ng_stream_key(NG_STREAM_ROUND_CAST, 1), c * 6 + i};
            if ((double)x < high)
                chi_square_add(&chi, format, bits, codes[c], x, random);
        }
    }
    ck_assert_int_gt(chi.freedom, 15);
    double z = chi_square_z(&chi);
    ck_assert_msg(fabs(z) < 4.5, "%s with %d bits: chi-square %.1f of %d, z = %.2f",
                  format->name, bits, chi.sum, chi.freedom, z);
}
END_TEST

/* Mean over many draws against the value itself, also between zero and the least
 * subnormal: |z| < 5 at 24 random bits. */
START_TEST(stochastic_rounding_is_unbiased_over_philox_draws)
{
    enum { DRAWS = 40000 };
    const struct ng_format *format = formats[_i];
    struct ng_policy policy = {.rounding = NG_ROUND_STOCHASTIC, .random_bits = 24};
    const double codes[] = {0.3, 0.001, 2.71, 4.9, 5.25};
    for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
        uint32_t below = (uint32_t)codes[c];
        double low = value_at(format, below), high = value_at(format, below + 1);
        float x = (float)(low + (high - low) * (codes[c] - below));
        double share = ((double)x - low) / (high - low);
        struct ng_random random = {9, ng_stream_key(NG_STREAM_ROUND_CAST, 0), c};
        double sum = 0;
        for (uint64_t i = 0; i < DRAWS; i++) {
            uint32_t word = ng_random_u32(&random, i);
            sum += (double)ng_format_decode_one(
                format, ng_format_encode_one(format, &policy, x, word, NULL));
        }
        double z = (sum - DRAWS * (double)x) /
                   (sqrt(DRAWS * share * (1 - share)) * (high - low));
        ck_assert_msg(fabs(z) < 5, "%s at code %g: z = %g", format->name, codes[c], z);
    }
}
END_TEST

static void random_inputs(float *x, size_t n, uint64_t round)
{
    const struct ng_random random = {10, ng_stream_key(NG_STREAM_DATA, 5), round};
    for (size_t i = 0; i < n; i++) {
        x[i] = float_of(ng_random_u32(&random, i));
        if (i % 11 == 0)
            x[i] = i % 2 == 0 ? 0x1.FFFFp127f : 0x1.7p-133f;
        if (i % 3 == 0)
            x[i] = ng_random_uniform(&random, i) * 4 - 2;
    }
}

START_TEST(stochastic_encode_of_arrays_equals_the_definition)
{
    enum { N = 403 };
    const struct ng_format *format = ng_formats[_i];
    const struct ng_random random = {10, ng_stream_key(NG_STREAM_DATA, 7), 0};
    static float x[N];
    static uint32_t words[N];
    uint8_t codes[4 * N];
    for (uint64_t round = 0; round < 404; round++) {
        size_t n = round % N;
        ng_random_fill(&random, round * N, N, words);
        random_inputs(x, n, round);
        struct ng_policy policy = ng_policies[round % 4].policy;
        policy.rounding = NG_ROUND_STOCHASTIC;
        policy.random_bits = 1 + (int)(round / 4 % 24);
        enum ng_isa isa = (enum ng_isa)(round % NG_ISA_COUNT);
        ng_isa_force(ng_isa_present(isa) ? isa : NG_ISA_SCALAR);
        float scale = round % 5 == 0 ? 1.5f : 1.0f;
        struct ng_cast_counts fast = {0}, slow = {0};
        ng_format_encode_words(format, &policy, scale, x, words, codes, n, &fast);
        for (size_t i = 0; i < n; i++)
            if (ng_format_load(format, codes, i) !=
                ng_format_encode_one(format, &policy, x[i] * scale, words[i], &slow))
                ck_abort_msg("%s of %a, %d bits of %08x", format->name, (double)x[i],
                             policy.random_bits, words[i]);
        ck_assert_uint_eq(fast.elements, n);
        ck_assert_uint_eq(fast.saturated, slow.saturated);
        ck_assert_uint_eq(fast.nan, slow.nan);
        ck_assert_uint_eq(fast.inf, slow.inf);
    }
}
END_TEST

/* Cut at odd places, in any order of the parts and under any body, an array has the codes
 * that it has in one piece: element i draws word first + i. */
START_TEST(a_split_array_draws_by_logical_index)
{
    enum { N = 1003 };
    static const size_t cuts[] = {0, 1, 8, 15, 33, 64, 127, 500, 777, 1002, N};
    enum { PARTS = sizeof cuts / sizeof *cuts - 1 };
    const struct ng_format *format = ng_formats[_i];
    const struct ng_random random = {12, ng_stream_key(NG_STREAM_ROUND_CAST, 3), 41};
    const uint64_t first = ((uint64_t)1 << 33) + 5;
    static float x[N];
    static uint8_t want[4 * N], codes[4 * N];
    size_t bytes = (size_t)format->storage_bytes;
    random_inputs(x, N, 1000);
    for (int bits = 1; bits <= 24; bits += 7) {
        struct ng_policy policy = {NG_ROUND_STOCHASTIC, .random_bits = bits};
        struct ng_cast_counts slow = {0};
        for (size_t i = 0; i < N; i++)
            ng_format_store(format, want, i,
                            ng_format_encode_one(format, &policy, x[i],
                                                 ng_random_u32(&random, first + i),
                                                 &slow));
        for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
            if (!ng_isa_present((enum ng_isa)isa))
                continue;
            ng_isa_force((enum ng_isa)isa);
            struct ng_cast_counts fast = {0};
            memset(codes, 0xA5, sizeof codes);
            for (size_t part = PARTS; part-- > 0;) {
                size_t from = cuts[part], n = cuts[part + 1] - from;
                ng_format_encode(format, &policy, 1.0f, x + from, codes + from * bytes,
                                 n, &random, first + from, &fast);
            }
            ck_assert_mem_eq(codes, want, N * bytes);
            ck_assert_mem_eq(&fast, &slow, sizeof fast);
        }
    }
}
END_TEST

Suite *ng_suite_stochastic(void)
{
    Suite *suite = suite_create("stochastic");
    TCase *tests = tcase_create("stochastic");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(
        tests, stochastic_rounding_goes_up_in_exactly_the_declared_share_of_draws, 0,
        FORMATS);
    tcase_add_loop_test(tests, shares_of_philox_draws_pass_a_chi_square_test, 0,
                        6 * FORMATS);
    tcase_add_loop_test(tests, stochastic_rounding_is_unbiased_over_philox_draws, 0,
                        FORMATS);
    tcase_add_loop_test(tests, stochastic_encode_of_arrays_equals_the_definition, 0,
                        16);
    tcase_add_loop_test(tests, a_split_array_draws_by_logical_index, 0, 16);
    suite_add_tcase(suite, tests);
    return suite;
}
