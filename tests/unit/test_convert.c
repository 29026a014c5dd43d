/*
 * Conversion of arrays against the definition: every row of the table and formats by
 * their parameters, under every body that this machine runs.
 * tests/long/formats_exhaustive.sh visits every input.
 */
#include <check.h>
#include <math.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "formats/codec/format.h"
#include "formats/math/math.h"
#include "tests/unit/suites.h"

/* The rows, then formats by parameters whose grid lies at an end of FP32's own. */
static const char *const names[] = {
    "fp32",     "tf32",     "bf16",        "fp16",      "e4m3",     "e5m2",
    "e4m3fnuz", "e5m2fnuz", "e4m3b11fnuz", "e4m3ieee",  "e3m4",     "e2m3",
    "e3m2",     "e2m1",     "e8m0",        "int8",      "e2m1b1",   "e6m9b5",
    "e7m1b0",   "e8m22",    "e8m2fnuz",    "e8m22fnuz", "e2m1b140", "e2m22b126",
};
enum { FORMATS = sizeof names / sizeof *names };

static const struct ng_format *parsed(const char *name)
{
    static struct ng_format own;
    static struct ng_error err;
    const struct ng_format *format;
    ck_assert_msg(ng_format_parse(name, &own, &format, &err) == NG_OK, "%s", err.text);
    return format;
}

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

/* For inner loops, where Check's own comparisons take most of the time. */
static void same(const struct ng_format *format, uint32_t about, uint32_t got,
                 uint32_t want)
{
    if (got != want)
        ck_abort_msg("%s of %08x: %x, expected %x", format->name, about, got, want);
}

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
    /* These three look at x itself. */
    float bound = format->max * (1.0f / scale);
    slow.overflowed = slow.amax_bits = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t magnitude = bits_of(x[i]) & 0x7FFFFFFF;
        slow.overflowed += fabsf(x[i]) > bound;
        slow.flushed +=
            x[i] != 0 && x[i] * scale == 0 && format->encoding != NG_UNSIGNED;
        slow.amax_bits = magnitude > slow.amax_bits ? magnitude : slow.amax_bits;
    }
    ck_assert_mem_eq(&fast, &slow, sizeof fast);
    for (size_t i = 0; i < offset; i++)
        same(format, (uint32_t)i, room[i], 0xA5);
    for (size_t i = bytes + offset; i < bytes + offset + 8; i++)
        same(format, (uint32_t)i, room[i], 0xA5);
}

/* An odd step visits every pattern of low bits; tests/long visits every input. */
START_TEST(fast_encode_equals_the_definition_over_all_inputs)
{
    enum { BLOCK = 4096, STEP = 20011 };
    static float x[BLOCK];
    const struct ng_format *format = parsed(names[_i]);
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
    const struct ng_format *format = parsed(names[_i]);
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
    const struct ng_format *format = parsed(names[_i]);
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
                same(format, code, bits_of(x[1 + i]),
                     bits_of(ng_format_decode_one(format, code)));
            }
            ck_assert_uint_eq(bits_of(x[0]), 0xA5A5A5A5);
            ck_assert_uint_eq(bits_of(x[1 + n]), 0xA5A5A5A5);
        }
    }
}
END_TEST

Suite *ng_suite_convert(void)
{
    Suite *suite = suite_create("convert");
    TCase *tests = tcase_create("convert");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, fast_encode_equals_the_definition_over_all_inputs, 0,
                        FORMATS);
    tcase_add_loop_test(tests,
                        fast_encode_equals_the_definition_at_any_length_and_alignment,
                        0, FORMATS);
    tcase_add_loop_test(tests,
                        fast_decode_stays_within_its_bounds_at_any_length_and_alignment,
                        0, FORMATS);
    suite_add_tcase(suite, tests);
    return suite;
}
