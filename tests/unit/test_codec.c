/*
 * Oracles: a second, slow decoder (ldexp on the fields) and a second, slow encoder
 * (search in the table of all values, FP64 comparisons), and the tables of special
 * inputs of CUDA and ml_dtypes. Other people's converters: tests/oracle/formats_*.sh.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "formats/codec/format.h"
#include "formats/math/math.h"
#include "tests/unit/suites.h"

static const struct ng_format *const narrow[] = {&ng_e4m3, &ng_e5m2, &ng_bf16};
enum { NARROW = 3 };

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

static uint32_t sign_bit(const struct ng_format *format)
{
    return UINT32_C(1) << (8 * format->storage_bytes - 1);
}

/* Value of a magnitude code, also beyond the largest: the grid without an upper bound. */
static double slow_value(const struct ng_format *format, uint32_t magnitude)
{
    int field = (int)(magnitude >> format->mantissa_bits);
    double fraction =
        ldexp(magnitude & ((1U << format->mantissa_bits) - 1), -format->mantissa_bits);
    if (field == 0)
        return ldexp(fraction, 1 - format->bias);
    return ldexp(1 + fraction, field - format->bias);
}

static float slow_decode(const struct ng_format *format, uint32_t code)
{
    uint32_t magnitude = code & ~sign_bit(format);
    double sign = code & sign_bit(format) ? -1 : 1;
    if (format == &ng_e4m3 && magnitude == 0x7F)
        return float_of(0x7FC00000);
    if (format == &ng_e5m2 && magnitude >= 0x7C)
        return magnitude == 0x7C ? (float)(sign * HUGE_VAL) : float_of(0x7FC00000);
    if (format == &ng_bf16 && magnitude >= 0x7F80)
        return magnitude == 0x7F80 ? (float)(sign * HUGE_VAL) : float_of(0x7FC00000);
    return (float)(sign * slow_value(format, magnitude));
}

START_TEST(decode_of_every_code_equals_ldexp_on_its_fields)
{
    const struct ng_format *format = narrow[_i];
    uint32_t codes = sign_bit(format) * 2;
    uint8_t *stored = malloc(codes * (size_t)format->storage_bytes);
    float *x = malloc(codes * sizeof *x);
    for (uint32_t code = 0; code < codes; code++) {
        ng_format_store(format, stored, code, code);
        ck_assert_uint_eq(ng_format_load(format, stored, code), code);
        ck_assert_uint_eq(bits_of(ng_format_decode_one(format, code)),
                          bits_of(slow_decode(format, code)));
    }
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa))
            continue;
        ng_isa_force((enum ng_isa)isa);
        memset(x, 0xA5, codes * sizeof *x);
        ng_format_decode(format, stored, 1.0f, x, codes);
        for (uint32_t code = 0; code < codes; code++)
            ck_assert_uint_eq(bits_of(x[code]), bits_of(slow_decode(format, code)));
    }
    free(stored);
    free(x);
}
END_TEST

START_TEST(encode_of_every_value_gives_its_code_back_under_every_rounding)
{
    const struct ng_format *format = narrow[_i];
    struct ng_policy policy = {.finite_overflow = NG_OVERFLOW_SPECIAL,
                               .infinite_input = NG_OVERFLOW_SPECIAL,
                               .random_bits = 24};
    for (uint32_t code = 0; code < sign_bit(format) * 2; code++) {
        float x = slow_decode(format, code);
        uint32_t want = isnan(x) ? format->nan_code : code;
        for (int r = 0; r <= NG_ROUND_STOCHASTIC; r++) {
            policy.rounding = (enum ng_rounding)r;
            ck_assert_uint_eq(
                ng_format_encode_one(format, &policy, x, UINT32_MAX, NULL), want);
        }
    }
}
END_TEST

START_TEST(format_rows_agree_with_the_published_limits)
{
    ck_assert(ng_e4m3.max == 448.0f && ng_e4m3.min_normal == 0x1p-6f);
    ck_assert(ng_e5m2.max == 57344.0f && ng_e5m2.min_normal == 0x1p-14f);
    ck_assert(bits_of(ng_bf16.max) == 0x7F7F0000);
    for (int f = 0; ng_formats[f] != NULL; f++) {
        const struct ng_format *format = ng_formats[f];
        uint32_t normal = 1U << format->mantissa_bits;
        ck_assert_ptr_eq(ng_format_by_name(format->name), format);
        ck_assert(ng_format_decode_one(format, format->max_code) == format->max);
        ck_assert(ng_format_decode_one(format, normal) == format->min_normal);
        ck_assert(ng_format_decode_one(format, 1) == format->min_subnormal);
        ck_assert(isnan(ng_format_decode_one(format, format->nan_code)));
        if (format->inf_code != 0)
            ck_assert(isinf(ng_format_decode_one(format, format->inf_code)));
        ck_assert_int_eq(1 + format->exponent_bits + format->mantissa_bits,
                         8 * format->storage_bytes);
    }
    ck_assert_ptr_null(ng_format_by_name("e4m4"));
    ck_assert_ptr_null(ng_format_by_name(""));
}
END_TEST

/* Largest magnitude code whose value is at most x: bisection over the unbounded grid. */
static uint32_t code_below(const struct ng_format *format, double x)
{
    uint32_t low = 0, high = 1U << 17;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (slow_value(format, middle) <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static uint32_t slow_encode(const struct ng_format *format, enum ng_rounding rounding,
                            float x, uint32_t special)
{
    double magnitude = fabs((double)x);
    uint32_t below = code_below(format, magnitude);
    double low = slow_value(format, below), high = slow_value(format, below + 1);
    double from_low = magnitude - low, from_high = high - magnitude;
    bool up = false;
    if (from_low > 0) {
        bool even_above = below % 2 == 1;
        switch (rounding) {
        case NG_ROUND_NEAREST_EVEN:
            up = from_low > from_high || (from_low == from_high && even_above);
            break;
        case NG_ROUND_NEAREST_AWAY:
            up = from_low >= from_high;
            break;
        case NG_ROUND_UP:
            up = !signbit(x);
            break;
        case NG_ROUND_DOWN:
            up = signbit(x);
            break;
        case NG_ROUND_ODD:
            up = !even_above;
            break;
        default:
            break;
        }
    }
    uint32_t code = below + (up ? 1 : 0);
    if (code > format->max_code)
        code = special;
    return code | (signbit(x) ? sign_bit(format) : 0);
}

/* Every value, every midpoint, and their neighbours on both sides. */
START_TEST(encode_equals_table_search_under_every_deterministic_rounding)
{
    const struct ng_format *format = narrow[_i];
    uint32_t special = format->inf_code != 0 ? format->inf_code : format->nan_code;
    uint32_t stride = format->storage_bytes == 1 ? 1 : 61;
    for (uint32_t code = 0; code <= format->max_code + 3; code += stride) {
        double value = slow_value(format, code), next = slow_value(format, code + 1);
        const double points[] = {value, (value + next) / 2, (3 * value + next) / 4};
        for (int p = 0; p < 3; p++) {
            for (int side = -1; side <= 1; side++) {
                float x = (float)points[p];
                if (side != 0)
                    x = nextafterf(x, side < 0 ? -INFINITY : INFINITY);
                if (isinf(x))
                    continue;
                for (int r = 0; r < NG_ROUND_STOCHASTIC; r++) {
                    struct ng_policy policy = {.rounding = (enum ng_rounding)r};
                    ck_assert_uint_eq(
                        ng_format_encode_one(format, &policy, x, 0, NULL),
                        slow_encode(format, policy.rounding, x, format->max_code));
                    ck_assert_uint_eq(
                        ng_format_encode_one(format, &policy, -x, 0, NULL),
                        slow_encode(format, policy.rounding, -x, format->max_code));
                    policy.finite_overflow = NG_OVERFLOW_SPECIAL;
                    ck_assert_uint_eq(ng_format_encode_one(format, &policy, x, 0, NULL),
                                      slow_encode(format, policy.rounding, x, special));
                }
            }
        }
    }
}
END_TEST

START_TEST(encode_equals_table_search_on_random_bit_patterns)
{
    const struct ng_format *format = narrow[_i];
    const struct ng_random random = {5, ng_stream_key(NG_STREAM_DATA, 1), 0};
    for (uint64_t i = 0; i < 60000; i++) {
        float x = float_of(ng_random_u32(&random, i));
        if (!isfinite(x))
            continue;
        struct ng_policy policy = {.rounding = (enum ng_rounding)(i % 6)};
        ck_assert_uint_eq(ng_format_encode_one(format, &policy, x, 0, NULL),
                          slow_encode(format, policy.rounding, x, format->max_code));
    }
}
END_TEST

/* Input bits and the code under each preset, from running the CUDA 13.0 host conversions
 * and ml_dtypes; e5m2's NaN under ml_dtypes is 0x7E there, one of the same class. */
START_TEST(special_inputs_follow_the_named_presets)
{
    const struct {
        const char *preset;
        uint32_t input, e4m3, e5m2, bf16;
    } rows[] = {
        {"cuda-satfinite", 0x7F800000, 0x7E, 0x7B, 0x7F7F},
        {"cuda-satfinite", 0xFF800000, 0xFE, 0xFB, 0xFF7F},
        {"cuda-satfinite", 0xFFC00001, 0x7F, 0x7F, 0x7FC0},
        {"cuda-satfinite", 0x7F7FFFFF, 0x7E, 0x7B, 0x7F7F},
        {"cuda-satfinite", 0xC7C35000, 0xFE, 0xFB, 0xC7C3}, /* -100000 */
        {"cuda-nosat", 0x7F800000, 0x7F, 0x7C, 0x7F80},
        {"cuda-nosat", 0xFF800000, 0xFF, 0xFC, 0xFF80},
        {"cuda-nosat", 0xFFC00001, 0x7F, 0x7F, 0x7FC0},
        {"cuda-nosat", 0x7F7FFFFF, 0x7F, 0x7C, 0x7F80},
        {"ml_dtypes", 0xFFC00001, 0xFF, 0xFF, 0xFFC0},
        {"ml_dtypes", 0x7FFFFFFF, 0x7F, 0x7F, 0x7FC0},
        {"ml_dtypes", 0xFF800000, 0xFF, 0xFC, 0xFF80},
        {"ocp", 0xFF800000, 0xFE, 0xFB, 0xFF7F},
        {"ocp", 0xFFC00001, 0xFF, 0xFF, 0xFFC0},
        {"ocp", 0x80000000, 0x80, 0x80, 0x8000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct ng_policy_preset *preset = ng_policies;
        while (preset->name != NULL && strcmp(preset->name, rows[i].preset) != 0)
            preset++;
        ck_assert_ptr_nonnull(preset->name);
        float x = float_of(rows[i].input);
        const struct ng_policy *policy = &preset->policy;
        ck_assert_uint_eq(ng_format_encode_one(&ng_e4m3, policy, x, 0, NULL),
                          rows[i].e4m3);
        ck_assert_uint_eq(ng_format_encode_one(&ng_e5m2, policy, x, 0, NULL),
                          rows[i].e5m2);
        ck_assert_uint_eq(ng_format_encode_one(&ng_bf16, policy, x, 0, NULL),
                          rows[i].bf16);
    }
    ck_assert_mem_eq(&ng_policies[0].policy, &NG_POLICY_CUDA_SATFINITE,
                     sizeof NG_POLICY_CUDA_SATFINITE);
}
END_TEST

START_TEST(e4m3_encode_saturates_above_464_and_e5m2_from_61440)
{
    struct ng_cast_counts counts = {0};
    const struct ng_policy *policy = &NG_POLICY_CUDA_SATFINITE;
    ck_assert_uint_eq(ng_format_encode_one(&ng_e4m3, policy, 464.0f, 0, &counts), 0x7E);
    ck_assert_uint_eq(counts.saturated, 0);
    float above = nextafterf(464.0f, 500.0f);
    ck_assert_uint_eq(ng_format_encode_one(&ng_e4m3, policy, above, 0, &counts), 0x7E);
    ck_assert_uint_eq(counts.saturated, 1);
    float below = nextafterf(61440.0f, 0.0f);
    ck_assert_uint_eq(ng_format_encode_one(&ng_e5m2, policy, below, 0, &counts), 0x7B);
    ck_assert_uint_eq(counts.saturated, 1);
    ng_format_encode_one(&ng_e5m2, policy, -61440.0f, 0, &counts);
    ck_assert_uint_eq(counts.saturated, 2);
}
END_TEST

START_TEST(casts_count_saturated_flushed_nan_and_infinite_apart)
{
    const float x[] = {1.0f, 500.0f,    -1e9f,      0x1p-10f, -0x1p-10f, 0x1.8p-10f,
                       0.0f, -0.0f,     -0x1p-149f, INFINITY, -INFINITY, NAN,
                       -NAN, 0x1p-127f, 3e38f,      448.0f};
    const size_t n = sizeof x / sizeof *x;
    uint8_t codes[16];
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa))
            continue;
        ng_isa_force((enum ng_isa)isa);
        struct ng_cast_counts counts = {.elements = 100, .flushed = 10};
        ng_format_encode(&ng_e4m3, &NG_POLICY_CUDA_SATFINITE, 1.0f, x, codes, n, NULL,
                         0, &counts);
        ck_assert_uint_eq(counts.elements, 100 + n);
        ck_assert_uint_eq(counts.saturated, 3);
        ck_assert_uint_eq(counts.flushed, 10 + 4);
        ck_assert_uint_eq(counts.nan, 2);
        ck_assert_uint_eq(counts.inf, 2);
    }
}
END_TEST

/* encode() and the definition on n inputs; the bytes behind the codes stay. */
static void compare_encode(const struct ng_format *format,
                           const struct ng_policy *policy, const float *x, size_t n,
                           float scale, size_t offset)
{
    enum { MOST = 4096 };
    static uint8_t room[4 * MOST + 64];
    uint8_t *codes = room + offset;
    size_t bytes = n * (size_t)format->storage_bytes;
    struct ng_cast_counts fast = {0}, slow = {0};
    ck_assert_uint_le(n, MOST);
    memset(room, 0xA5, bytes + 64);
    ng_format_encode(format, policy, scale, x, codes, n, NULL, 0, &fast);
    for (size_t i = 0; i < n; i++) {
        uint32_t want = ng_format_encode_one(format, policy, x[i] * scale, 0, &slow);
        uint32_t got = ng_format_load(format, codes, i);
        if (got != want)
            ck_abort_msg("%s of %08x times %a under rounding %d: %x, expected %x",
                         format->name, bits_of(x[i]), (double)scale, policy->rounding,
                         got, want);
    }
    ck_assert_mem_eq(&fast, &slow, sizeof fast);
    for (size_t i = 0; i < offset; i++)
        ck_assert_uint_eq(room[i], 0xA5);
    for (size_t i = bytes + offset; i < bytes + offset + 8; i++)
        ck_assert_uint_eq(room[i], 0xA5);
}

/* An odd step visits every pattern of low bits; tests/long visits every input. */
START_TEST(fast_encode_equals_the_definition_over_all_inputs)
{
    enum { BLOCK = 4096, STEP = 2999 };
    static float x[BLOCK];
    const struct ng_format *format = ng_formats[_i];
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa))
            continue;
        ng_isa_force((enum ng_isa)isa);
        for (int p = 0; ng_policies[p].name != NULL; p++) {
            uint64_t bits = (uint64_t)p;
            while (bits <= UINT32_MAX) {
                size_t n = 0;
                for (; n < BLOCK && bits <= UINT32_MAX; bits += STEP)
                    x[n++] = float_of((uint32_t)bits);
                compare_encode(format, &ng_policies[p].policy, x, n, 1.0f, 0);
            }
        }
    }
}
END_TEST

/* Ties, neighbours of ties, limits and specials sit among random patterns. */
START_TEST(fast_encode_equals_the_definition_at_any_length_and_alignment)
{
    const struct ng_format *format = ng_formats[_i];
    const struct ng_random random = {6, ng_stream_key(NG_STREAM_DATA, 2), 0};
    const float scales[] = {1.0f, 0x1p-120f, 3.7f, 1e30f, 0x1.FFFFFEp127f};
    const float edges[] = {464.0f,   61440.0f, 0x1p-10f, 0x1p-17f,
                           INFINITY, NAN,      0.0f,     -0.0f};
    static float x[80];
    uint64_t draw = 0;
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa))
            continue;
        ng_isa_force((enum ng_isa)isa);
        for (size_t n = 0; n <= 67; n++) {
            for (size_t offset = 0; offset < 8; offset++) {
                for (size_t i = 0; i < 80; i++) {
                    uint32_t word = ng_random_u32(&random, draw++);
                    x[i] = word % 5 == 0 ? edges[word / 5 % 8] : float_of(word);
                    if (word % 7 == 0) /* within the narrow formats' range */
                        x[i] = ldexpf((float)(int32_t)word, -40);
                }
                struct ng_policy policy = ng_policies[draw % 4].policy;
                policy.rounding = (enum ng_rounding)(offset < 2 ? draw % 6 : 0);
                compare_encode(format, &policy, x + offset, n, scales[draw % 5],
                               offset);
            }
        }
    }
}
END_TEST

START_TEST(fast_decode_stays_within_its_bounds_at_any_length_and_alignment)
{
    const struct ng_format *format = ng_formats[_i];
    const struct ng_random random = {7, ng_stream_key(NG_STREAM_DATA, 3), 0};
    static uint8_t codes[512];
    float x[80];
    uint64_t draw = 0;
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa))
            continue;
        ng_isa_force((enum ng_isa)isa);
        for (size_t n = 0; n <= 67; n++) {
            size_t offset = n % 5;
            for (size_t i = 0; i < sizeof codes; i++)
                codes[i] = (uint8_t)ng_random_u32(&random, draw++);
            memset(x, 0xA5, sizeof x);
            ng_format_decode(format, codes + offset, 1.0f, x + 1, n);
            for (size_t i = 0; i < n; i++) {
                uint32_t code = ng_format_load(format, codes + offset, i);
                ck_assert_uint_eq(bits_of(x[1 + i]),
                                  bits_of(ng_format_decode_one(format, code)));
            }
            ck_assert_uint_eq(bits_of(x[0]), 0xA5A5A5A5);
            ck_assert_uint_eq(bits_of(x[1 + n]), 0xA5A5A5A5);
        }
    }
}
END_TEST

/* Over all 2^r random numbers, the share that rounds up is the cut-off part, truncated
 * to r bits: exact, so no statistics needed. */
START_TEST(stochastic_rounding_goes_up_in_exactly_the_declared_share_of_draws)
{
    enum { BITS = 8 };
    const struct ng_format *format = narrow[_i];
    struct ng_policy policy = {.rounding = NG_ROUND_STOCHASTIC, .random_bits = BITS};
    const struct ng_random random = {8, ng_stream_key(NG_STREAM_DATA, 4), 0};
    const uint32_t codes[] = {
        0, 1, 2, 3, 4, 5, 9, format->max_code / 2, format->max_code - 1};
    for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
        double low = slow_value(format, codes[c]);
        double high = slow_value(format, codes[c] + 1);
        for (uint64_t i = 0; i < 40; i++) {
            double part = (double)ng_random_uniform(&random, c * 40 + i);
            float x = (float)(low + (high - low) * part);
            double share = floor(((double)x - low) / (high - low) * (1 << BITS));
            int ups = 0;
            for (uint32_t draw = 0; draw < 1 << BITS; draw++) {
                uint32_t word = draw << (32 - BITS) | (draw * 77 & 0xFFFF);
                uint32_t code = ng_format_encode_one(format, &policy, -x, word, NULL);
                code &= ~sign_bit(format);
                if ((double)x < high)
                    ck_assert(code == codes[c] || code == codes[c] + 1);
                ups += code == codes[c] + 1;
            }
            if ((double)x < high)
                ck_assert_int_eq(ups, (int)share);
        }
    }
}
END_TEST

/* Mean over many draws against the value itself, also between zero and the least
 * subnormal: |z| < 5 at 24 random bits. */
START_TEST(stochastic_rounding_is_unbiased_over_philox_draws)
{
    enum { DRAWS = 40000 };
    const struct ng_format *format = narrow[_i];
    struct ng_policy policy = {.rounding = NG_ROUND_STOCHASTIC, .random_bits = 24};
    const double codes[] = {0.3, 0.001, 2.71, 5.9, 9.25, 20.6};
    for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
        uint32_t below = (uint32_t)codes[c];
        double low = slow_value(format, below), high = slow_value(format, below + 1);
        float x = (float)(low + (high - low) * (codes[c] - below));
        double share = ((double)x - low) / (high - low);
        struct ng_random random = {9, ng_stream_key(NG_STREAM_ROUND_CAST, 0), c};
        double ups = 0;
        for (uint64_t i = 0; i < DRAWS; i++) {
            uint32_t word = ng_random_u32(&random, i);
            uint32_t code = ng_format_encode_one(format, &policy, x, word, NULL);
            ck_assert(code == below || code == below + 1);
            ups += code - below;
        }
        double z = (ups - DRAWS * share) / sqrt(DRAWS * share * (1 - share));
        ck_assert_msg(fabs(z) < 5, "%s at code %g: z = %g", format->name, codes[c], z);
    }
}
END_TEST

START_TEST(stochastic_encode_of_arrays_equals_the_definition)
{
    enum { N = 403 };
    const struct ng_format *format = narrow[_i];
    const struct ng_random random = {10, ng_stream_key(NG_STREAM_DATA, 5), 0};
    static float x[N];
    static uint32_t words[N];
    uint8_t codes[2 * N];
    for (uint64_t round = 0; round < 300; round++) {
        size_t n = round % N;
        ng_random_fill(&random, round * 2 * N, N, words);
        for (size_t i = 0; i < N; i++) {
            x[i] = float_of(ng_random_u32(&random, (round * 2 + 1) * N + i));
            if (i % 11 == 0)
                x[i] = i % 2 == 0 ? 0x1.FFFFp127f : 0x1.7p-133f;
        }
        struct ng_policy policy = ng_policies[round % 4].policy;
        policy.rounding = NG_ROUND_STOCHASTIC;
        policy.random_bits = 1 + (int)(round % 24);
        ng_isa_force(round % 2 == 0 || !ng_isa_present(NG_ISA_AVX2) ? NG_ISA_SCALAR
                                                                    : NG_ISA_AVX2);
        float scale = round % 3 == 0 ? 1.5f : 1.0f;
        struct ng_cast_counts fast = {0}, slow = {0};
        ng_format_encode_words(format, &policy, scale, x, words, codes, n, &fast);
        for (size_t i = 0; i < n; i++)
            ck_assert_uint_eq(
                ng_format_load(format, codes, i),
                ng_format_encode_one(format, &policy, x[i] * scale, words[i], &slow));
        ck_assert_mem_eq(&fast, &slow, sizeof fast);
    }
}
END_TEST

START_TEST(fp32_cast_changes_only_nan)
{
    const uint32_t inputs[] = {0x7F800000, 0xFF800000, 0x7F7FFFFF, 0x00000001,
                               0x80000000, 0x7F800001, 0xFFFFFFFF};
    const uint32_t outputs[] = {0x7F800000, 0xFF800000, 0x7F7FFFFF, 0x00000001,
                                0x80000000, 0x7FC00000, 0x7FC00000};
    for (int i = 0; i < 7; i++)
        ck_assert_uint_eq(ng_format_encode_one(&ng_fp32, &NG_POLICY_CUDA_SATFINITE,
                                               float_of(inputs[i]), 0, NULL),
                          outputs[i]);
}
END_TEST

Suite *ng_suite_codec(void)
{
    Suite *suite = suite_create("codec");
    TCase *tests = tcase_create("codec");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, decode_of_every_code_equals_ldexp_on_its_fields, 0,
                        NARROW);
    tcase_add_loop_test(tests,
                        encode_of_every_value_gives_its_code_back_under_every_rounding,
                        0, NARROW);
    tcase_add_test(tests, format_rows_agree_with_the_published_limits);
    tcase_add_loop_test(tests,
                        encode_equals_table_search_under_every_deterministic_rounding,
                        0, NARROW);
    tcase_add_loop_test(tests, encode_equals_table_search_on_random_bit_patterns, 0,
                        NARROW);
    tcase_add_test(tests, special_inputs_follow_the_named_presets);
    tcase_add_test(tests, e4m3_encode_saturates_above_464_and_e5m2_from_61440);
    tcase_add_test(tests, casts_count_saturated_flushed_nan_and_infinite_apart);
    tcase_add_loop_test(tests, fast_encode_equals_the_definition_over_all_inputs, 0, 4);
    tcase_add_loop_test(
        tests, fast_encode_equals_the_definition_at_any_length_and_alignment, 0, 4);
    tcase_add_loop_test(
        tests, fast_decode_stays_within_its_bounds_at_any_length_and_alignment, 0, 4);
    tcase_add_loop_test(
        tests, stochastic_rounding_goes_up_in_exactly_the_declared_share_of_draws, 0,
        NARROW);
    tcase_add_loop_test(tests, stochastic_rounding_is_unbiased_over_philox_draws, 0,
                        NARROW);
    tcase_add_loop_test(tests, stochastic_encode_of_arrays_equals_the_definition, 0,
                        NARROW);
    tcase_add_test(tests, fp32_cast_changes_only_nan);
    suite_add_tcase(suite, tests);
    return suite;
}
