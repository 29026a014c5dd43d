/*
 * Every body of every instruction set that this machine has, against the definition
 * applied one element at a time. The definition itself is checked in test_codec.c.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "formats/codec/kernels.h"
#include "formats/math/math.h"
#include "tests/unit/skip.h"
#include "tests/unit/suites.h"

enum { MOST = 3 * 64 + 1, GUARD = 64, STRIDED = 1 << 15 };

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

/* A small generator of its own: the tests do not lean on what they test. */
static uint32_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

/* ---- Formats, policies, data ------------------------------------------------------- */

static const char *const more_formats[] = {
    "e8m2fnuz",  "e8m7fnuz", "e8m22fnuz", "e2m1fn",   "e3m2fnuz", "e2m5",      "e6m1",
    "e7m3b19",   "e4m3b0",   "e5m2b140",  "e4m3b126", "e5m8",     "e7m8",      "e2m13",
    "e5m10fnuz", "e8m1",     "e8m3",      "e8m14",    "e8m22",    "e5m12",     "e7m22",
    "e8m7b130",  "e2m3fnuz", "e6m9fn",    "e7m8b14",  "e7m21b1",  "e5m12fnuz", "e5m21"};

enum { FORMATS = 64 };
static struct ng_format own[FORMATS];
static const struct ng_format *formats[FORMATS];
static int format_count;

static void list_formats(void)
{
    format_count = 0;
    for (int i = 0; ng_formats[i] != NULL; i++)
        formats[format_count++] = ng_formats[i];
    for (size_t i = 0; i < sizeof more_formats / sizeof *more_formats; i++) {
        struct ng_error err;
        ck_assert_msg(ng_format_parse(more_formats[i], &own[i], &formats[format_count],
                                      &err) == NG_OK,
                      "%s", err.text);
        format_count++;
    }
}

static struct ng_policy policy_of(int rounding, int choices, uint32_t random_bits)
{
    return (struct ng_policy){(enum ng_rounding)rounding, (int)(random_bits % 24) + 1,
                              choices & 1 ? NG_OVERFLOW_SPECIAL : NG_OVERFLOW_SATURATE,
                              choices & 2 ? NG_OVERFLOW_SPECIAL : NG_OVERFLOW_SATURATE,
                              choices & 4 ? NG_NAN_SIGN_KEPT : NG_NAN_CANONICAL};
}

static float draw_scale(uint64_t *state)
{
    static const float rare[] = {0x1p-149f, 0x1p-126f,  0x1.8p-120f, 0x1.FFFFFEp127f,
                                 0x1.2p30f, 0x1.2p-60f, 0x1.6p77f,   0x1p-127f};
    uint32_t kind = draw(state) % 8;
    if (kind < 3)
        return 1.0f;
    if (kind == 3)
        return rare[draw(state) % 8];
    return float_of(((100 + draw(state) % 54) << 23) + (draw(state) & 0x7FFFFF));
}

/* Mostly numbers around the format's range, and everything that may go wrong. `rare`
 * says how many in 64 are of that kind. */
static float draw_element(const struct ng_format *format, float scale, uint32_t rare,
                          uint64_t *state)
{
    uint32_t sign = draw(state) & 0x80000000;
    if (draw(state) % 64 < rare) {
        static const uint32_t bits[] = {0x7F800000, 0x7FC00000, 0x7F800001, 0x7FFFFFFF,
                                        0x7F7FFFFF, 0x00000001, 0x00000000, 0x00400000,
                                        0x007FFFFF, 0x00800000, 0x7F80FFFF, 0x000000FF};
        return float_of(bits[draw(state) % 12] | sign);
    }
    switch (draw(state) % 4) {
    case 0: /* near a value or the middle between two, or above the last */ {
        uint32_t step = 1u << format->unused_bits;
        uint32_t code = draw(state) % 8 == 0 ? format->max_code
                                             : draw(state) % (format->max_code + 1);
        float value = ng_format_decode_one(format, code);
        float next = ng_format_decode_one(format, code + step);
        if (code == format->max_code)
            next = 2 * value - ng_format_decode_one(format, code - step);
        if (draw(state) % 2 != 0 && next > value && next < 0x1p127f)
            value = value + (next - value) / 2;
        uint32_t near = bits_of(value / scale) + draw(state) % 5 - 2;
        return float_of((near & 0x7FFFFFFF) | sign);
    }
    case 1: /* anywhere between the least and twice the greatest number */ {
        uint32_t low = bits_of(format->min_subnormal / scale) & 0x7FFFFFFF;
        uint32_t high = bits_of(format->max / scale) & 0x7FFFFFFF;
        uint32_t from = low > 0x01000000 ? low - 0x01000000 : 0;
        uint32_t range = high > from ? high - from + 0x01000000 : 0x01000000;
        return float_of(((from + draw(state) % range) & 0x7FFFFFFF) | sign);
    }
    case 2:
        return float_of((draw(state) % 0x7F800000) | sign);
    default:
        return draw(state) % 4 == 0
                   ? float_of(sign)
                   : float_of((0x3F000000 + draw(state) % 0x01000000) | sign);
    }
}

/* ---- The definition, element by element -------------------------------------------- */

static uint32_t encode_expected(const struct ng_format *format,
                                const struct ng_policy *policy, float scale, float x,
                                uint32_t word, struct ng_cast_counts *counts)
{
    struct ng_cast_counts one = {0};
    uint32_t code = ng_format_encode_one(format, policy, x * scale, word, &one);
    uint32_t magnitude = bits_of(x) & 0x7FFFFFFF;
    float inverse = 1.0f / scale;
    one.amax_bits = magnitude;
    one.overflowed =
        magnitude <= 0x7F800000 && float_of(magnitude) > format->max * inverse;
    if (bits_of(x * scale) << 1 == 0 && magnitude != 0 &&
        format->encoding != NG_UNSIGNED)
        one.flushed = 1;
    ng_cast_counts_add(counts, &one);
    return code;
}

static float decode_expected(const struct ng_format *format, uint32_t code,
                             float scale_inv)
{
    float value = ng_format_decode_one(format, code) * scale_inv;
    return value != value ? float_of(0x7FC00000) : value;
}

static void same_counts(const struct ng_format *format,
                        const struct ng_cast_counts *got,
                        const struct ng_cast_counts *want)
{
    if (memcmp(got, want, offsetof(struct ng_cast_counts, amax_bits)) != 0 ||
        got->amax_bits != want->amax_bits)
        ck_abort_msg(
            "%s under %s: elements %llu saturated %llu overflowed %llu flushed "
            "%llu nan %llu inf %llu amax %08x, expected %llu %llu %llu %llu "
            "%llu %llu %08x",
            format->name, ng_isa_name(ng_isa()), (unsigned long long)got->elements,
            (unsigned long long)got->saturated, (unsigned long long)got->overflowed,
            (unsigned long long)got->flushed, (unsigned long long)got->nan,
            (unsigned long long)got->inf, got->amax_bits,
            (unsigned long long)want->elements, (unsigned long long)want->saturated,
            (unsigned long long)want->overflowed, (unsigned long long)want->flushed,
            (unsigned long long)want->nan, (unsigned long long)want->inf,
            want->amax_bits);
}

static void same_code(const struct ng_encode_call *call, size_t i, float scale,
                      uint32_t want)
{
    const struct ng_encode_plan *plan = call->plan;
    uint32_t got = ng_format_load(plan->format, call->codes, i);
    if (got != want)
        ck_abort_msg("%s, %s, overflow %d %d, NaN %d, under %s: element %zu of %zu, "
                     "%08x x %a: %x, expected %x",
                     plan->format->name, ng_rounding_names[plan->policy.rounding],
                     plan->policy.finite_overflow, plan->policy.infinite_input,
                     plan->policy.nan, ng_isa_name(ng_isa()), i, call->n,
                     bits_of(call->x[i]), (double)scale, got, want);
}

/* Does the call with and without counts, and compares all it wrote. codes has GUARD
 * bytes on both sides. */
static void check_call(struct ng_encode_call *call, char *guarded, size_t size)
{
    const struct ng_encode_plan *plan = call->plan;
    for (int counted = 0; counted < 2; counted++) {
        struct ng_cast_counts got = {0}, want = {0};
        memset(guarded, 0xA5, size);
        call->counts = counted ? &got : NULL;
        ng_encode(call);
        for (size_t i = 0; i < call->n; i++) {
            float scale = call->scales[call->block >= call->n ? 0 : i / call->block];
            same_code(call, i, scale,
                      encode_expected(plan->format, &plan->policy, scale, call->x[i],
                                      call->words == NULL ? 0 : call->words[i], &want));
        }
        if (counted)
            same_counts(plan->format, &got, &want);
        char *end = (char *)call->codes + call->n * (size_t)plan->format->storage_bytes;
        for (char *at = guarded; at < guarded + size; at++)
            if ((at < (char *)call->codes || at >= end) && *at != (char)0xA5)
                ck_abort_msg("%s under %s wrote outside its codes", plan->format->name,
                             ng_isa_name(ng_isa()));
    }
}

static void random_calls(int repeats, bool blocks)
{
    static float x[MOST + 8], scales[MOST];
    static uint32_t words[MOST + 8];
    static char codes[4 * MOST + 2 * GUARD + 8];
    static const size_t lengths[] = {16, 32, 48, 64, 96, 128};
    uint64_t state = 7;
    for (int f = 0; f < format_count; f++)
        for (int kind = 0; kind < 7 * 8 * repeats; kind++) {
            struct ng_policy policy = policy_of(kind % 7, kind / 7 % 8, draw(&state));
            size_t shift = draw(&state) % 8, n = draw(&state) % (MOST + 1);
            struct ng_encode_plan plan;
            ng_encode_plan_make(&plan, formats[f], &policy);
            struct ng_encode_call call = {.plan = &plan,
                                          .scales = scales,
                                          .block = blocks ? lengths[draw(&state) % 6]
                                                          : SIZE_MAX,
                                          .x = x + shift,
                                          .words = words + shift,
                                          .codes = codes + GUARD + draw(&state) % 8,
                                          .n = n};
            uint32_t rare = draw(&state) % 4 == 0 ? 16 : draw(&state) % 2;
            for (int i = 0; i < MOST; i++)
                scales[i] = draw_scale(&state);
            for (size_t i = 0; i < n; i++) {
                float scale = scales[blocks ? i / call.block : 0];
                x[shift + i] = draw_element(formats[f], scale, rare, &state);
                words[shift + i] = draw(&state);
            }
            check_call(&call, codes, sizeof codes);
        }
}

/* ---- Tests: each runs under every instruction set that is there -------------------- */

static enum ng_isa chosen;

static bool next_isa(void)
{
    while (chosen < NG_ISA_COUNT && !ng_isa_present(chosen)) {
        ng_test_skip("kernels", ng_isa_name(chosen));
        chosen++;
    }
    if (chosen == NG_ISA_COUNT)
        return false;
    ng_isa_force(chosen++);
    return true;
}

static void set_up(void)
{
    list_formats();
    chosen = NG_ISA_SCALAR;
}

START_TEST(every_body_encodes_as_the_definition_says)
{
    while (next_isa())
        random_calls(6, false);
}
END_TEST

START_TEST(a_scale_for_each_block_is_used_for_that_block)
{
    while (next_isa())
        random_calls(3, true);
}
END_TEST

/* Long enough for several chunks of the bodies, and a NaN or an infinity here and there
 * that sends a chunk another way. */
START_TEST(long_arrays_are_as_short_ones)
{
    static float x[5000];
    static char codes[4 * 5000 + 2 * GUARD] __attribute__((aligned(32)));
    uint64_t state = 11;
    while (next_isa())
        for (int f = 0; f < format_count; f++)
            for (int choices = 0; choices < 8; choices++) {
                struct ng_policy policy = policy_of(0, choices, 0);
                struct ng_encode_plan plan;
                ng_encode_plan_make(&plan, formats[f], &policy);
                float scale = draw_scale(&state);
                for (int i = 0; i < 5000; i++)
                    x[i] = draw_element(formats[f], scale, 0, &state);
                for (int i = 0; i < choices; i++)
                    x[draw(&state) % 5000] = float_of(0x7F800000 + draw(&state) % 2);
                struct ng_encode_call call = {.plan = &plan,
                                              .scales = &scale,
                                              .block = SIZE_MAX,
                                              .x = x,
                                              .codes = codes + GUARD,
                                              .n = 4096 + draw(&state) % 900,
                                              .stream = choices % 2 != 0};
                check_call(&call, codes, sizeof codes);
            }
}
END_TEST

/* All of FP32 in steps of a prime number. */
START_TEST(nearest_even_holds_all_over_fp32)
{
    static float x[STRIDED];
    static char codes[4 * STRIDED];
    const float scale = 1.0f;
    for (int i = 0; i < STRIDED; i++)
        x[i] = float_of((uint32_t)i * 131071u);
    while (next_isa())
        for (int f = 0; f < format_count; f++)
            for (int choices = 0; choices < 8; choices += 3) {
                struct ng_policy policy = policy_of(0, choices, 0);
                struct ng_cast_counts got = {0}, want = {0};
                ng_format_encode(formats[f], &policy, scale, x, codes, STRIDED, NULL, 0,
                                 &got);
                struct ng_encode_plan plan = {.format = formats[f], .policy = policy};
                struct ng_encode_call call = {
                    .plan = &plan, .x = x, .codes = codes, .n = STRIDED};
                for (size_t i = 0; i < STRIDED; i++)
                    same_code(
                        &call, i, scale,
                        encode_expected(formats[f], &policy, scale, x[i], 0, &want));
                same_counts(formats[f], &got, &want);
            }
}
END_TEST

START_TEST(stochastic_casts_draw_the_word_of_their_element)
{
    enum { N = 2500 };
    static float x[N];
    static uint16_t codes[N];
    const struct ng_random random = {5, 9, 77};
    const uint64_t first = ((uint64_t)1 << 33) + 3;
    struct ng_policy policy = policy_of(NG_ROUND_STOCHASTIC, 0, 15);
    uint64_t state = 3;
    for (int i = 0; i < N; i++)
        x[i] = draw_element(&ng_bf16, 1.0f, 1, &state);
    while (next_isa()) {
        struct ng_cast_counts got = {0}, want = {0};
        ng_format_encode(&ng_bf16, &policy, 3.0f, x, codes, N, &random, first, &got);
        for (size_t i = 0; i < N; i++)
            ck_assert_uint_eq(
                codes[i], encode_expected(&ng_bf16, &policy, 3.0f, x[i],
                                          ng_random_u32(&random, first + i), &want));
        same_counts(&ng_bf16, &got, &want);
    }
}
END_TEST

static void check_decode(const struct ng_decode_call *call)
{
    ng_decode(call);
    for (size_t i = 0; i < call->n; i++) {
        uint32_t code = ng_format_load(call->format, call->codes, i);
        float scale = call->scales_inv[call->block >= call->n ? 0 : i / call->block];
        float want = decode_expected(call->format, code, scale);
        if (bits_of(call->x[i]) != bits_of(want))
            ck_abort_msg("%s under %s: code %x x %a: %08x, expected %08x",
                         call->format->name, ng_isa_name(ng_isa()), code, (double)scale,
                         bits_of(call->x[i]), bits_of(want));
    }
}

START_TEST(every_code_of_up_to_16_bits_is_decoded)
{
    static uint8_t codes[2 * 65536] __attribute__((aligned(32)));
    static float x[65536] __attribute__((aligned(32)));
    static const float scales[] = {1.0f, 0x1.8p-3f, 0x1p127f, 0x1p-149f, 0.0f, -2.5f};
    while (next_isa())
        for (int f = 0; f < format_count; f++) {
            size_t bytes = (size_t)formats[f]->storage_bytes;
            if (bytes == 4)
                continue;
            for (uint32_t i = 0; i < 65536; i++)
                ng_format_store(formats[f], codes, i, i);
            for (int s = 0; s < 6; s++)
                check_decode(&(struct ng_decode_call){.format = formats[f],
                                                      .scales_inv = scales + s,
                                                      .block = SIZE_MAX,
                                                      .codes = codes,
                                                      .x = x,
                                                      .n = bytes == 1 ? 256 : 65536,
                                                      .stream = s == 1});
        }
}
END_TEST

START_TEST(decoding_takes_any_size_place_and_scale)
{
    static uint8_t codes[4 * MOST + 8];
    static float x[MOST + 16], scales[MOST];
    static const size_t lengths[] = {16, 32, 48, 64, SIZE_MAX, SIZE_MAX};
    uint64_t state = 19;
    while (next_isa())
        for (int f = 0; f < format_count; f++)
            for (int repeat = 0; repeat < 100; repeat++) {
                size_t n = draw(&state) % (MOST + 1), shift = draw(&state) % 8;
                bool tame = repeat % 2 != 0; /* few special codes: the short cut */
                for (int i = 0; i < MOST; i++)
                    scales[i] = draw(&state) % 16 != 0
                                    ? draw_scale(&state)
                                    : float_of(0x7F800000 + draw(&state) % 2);
                for (size_t i = 0; i < n; i++)
                    ng_format_store(formats[f], codes + shift, i,
                                    tame ? draw(&state) % formats[f]->max_code
                                         : draw(&state));
                memset(x, 0x5A, sizeof x);
                check_decode(
                    &(struct ng_decode_call){.format = formats[f],
                                             .scales_inv = scales,
                                             .block = lengths[draw(&state) % 6],
                                             .codes = codes + shift,
                                             .x = x + shift,
                                             .n = n});
                ck_assert_uint_eq(bits_of(x[shift + n]), 0x5A5A5A5A);
            }
}
END_TEST

START_TEST(the_largest_magnitude_of_each_block_is_found)
{
    enum { N = 3000 };
    static float x[N + 8];
    static uint32_t amax_bits[N + 1];
    uint64_t state = 23;
    while (next_isa())
        for (int repeat = 0; repeat < 300; repeat++) {
            size_t n = draw(&state) % (N + 1), shift = draw(&state) % 8;
            size_t block =
                repeat % 3 == 0 ? 32 * (1 + draw(&state) % 4) : 1 + draw(&state) % 200;
            for (size_t i = 0; i < n; i++)
                x[shift + i] = draw_element(&ng_e4m3, 1.0f, repeat % 2 * 2, &state);
            memset(amax_bits, 0x5A, sizeof amax_bits);
            ng_amax_blocks(x + shift, n, block, amax_bits);
            size_t blocks = (n + block - 1) / block;
            for (size_t b = 0; b < blocks; b++) {
                uint32_t most = 0;
                for (size_t i = b * block; i < n && i < (b + 1) * block; i++)
                    if ((bits_of(x[shift + i]) & 0x7FFFFFFF) > most)
                        most = bits_of(x[shift + i]) & 0x7FFFFFFF;
                ck_assert_uint_eq(amax_bits[b], most);
            }
            ck_assert_uint_eq(amax_bits[blocks], 0x5A5A5A5A);
        }
}
END_TEST

Suite *ng_suite_kernels(void)
{
    Suite *suite = suite_create("kernels");
    TCase *tests = tcase_create("kernels");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, every_body_encodes_as_the_definition_says);
    tcase_add_test(tests, a_scale_for_each_block_is_used_for_that_block);
    tcase_add_test(tests, long_arrays_are_as_short_ones);
    tcase_add_test(tests, nearest_even_holds_all_over_fp32);
    tcase_add_test(tests, stochastic_casts_draw_the_word_of_their_element);
    tcase_add_test(tests, every_code_of_up_to_16_bits_is_decoded);
    tcase_add_test(tests, decoding_takes_any_size_place_and_scale);
    tcase_add_test(tests, the_largest_magnitude_of_each_block_is_found);
    suite_add_tcase(suite, tests);
    return suite;
}
