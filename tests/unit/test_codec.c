/*
 * Oracles: the published tables of the formats, written down here by hand; a second, slow
 * decoder (ldexp on the fields) and a second, slow encoder (search in the table of all
 * values, FP64 comparisons); the special inputs of CUDA and ml_dtypes. Other people's
 * converters: tests/oracle/formats_*.sh. Arrays: test_convert.c, test_stochastic.c.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "formats/codec/format.h"
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

/* For inner loops, where Check's own comparisons take most of the time. */
static void same(const struct ng_format *format, uint32_t about, uint32_t got,
                 uint32_t want)
{
    if (got != want)
        ck_abort_msg("%s of %08x: %x, expected %x", format->name, about, got, want);
}

/* ---- The published tables ---------------------------------------------------------- */

/* Codes as in the documents that table.c cites, sign clear; first_nan .. last_nan are all
 * NaN codes without a sign (of fnuz formats: the one code). */
static const struct published {
    const char *name;
    int width, bytes, exponent_bits, mantissa_bits, bias;
    uint32_t max_code, inf_code, first_nan, last_nan, canonical;
    double max, min_normal, min_subnormal;
    bool negative_zero;
} published[] = {
    {"fp32", 32, 4, 8, 23, 127, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FFFFFFF,
     0x7FC00000, 0x1.FFFFFEp127, 0x1p-126, 0x1p-149, true},
    {"tf32", 19, 4, 8, 10, 127, 0x7F7FE000, 0x7F800000, 0x7F802000, 0x7FFFE000,
     0x7FC00000, 0x1.FFCp127, 0x1p-126, 0x1p-136, true},
    {"bf16", 16, 2, 8, 7, 127, 0x7F7F, 0x7F80, 0x7F81, 0x7FFF, 0x7FC0, 0x1.FEp127,
     0x1p-126, 0x1p-133, true},
    {"fp16", 16, 2, 5, 10, 15, 0x7BFF, 0x7C00, 0x7C01, 0x7FFF, 0x7E00, 65504, 0x1p-14,
     0x1p-24, true},
    {"e4m3", 8, 1, 4, 3, 7, 0x7E, 0, 0x7F, 0x7F, 0x7F, 448, 0x1p-6, 0x1p-9, true},
    {"e5m2", 8, 1, 5, 2, 15, 0x7B, 0x7C, 0x7D, 0x7F, 0x7F, 57344, 0x1p-14, 0x1p-16,
     true},
    {"e4m3fnuz", 8, 1, 4, 3, 8, 0x7F, 0, 0x80, 0x80, 0x80, 240, 0x1p-7, 0x1p-10, false},
    {"e5m2fnuz", 8, 1, 5, 2, 16, 0x7F, 0, 0x80, 0x80, 0x80, 57344, 0x1p-15, 0x1p-17,
     false},
    {"e4m3b11fnuz", 8, 1, 4, 3, 11, 0x7F, 0, 0x80, 0x80, 0x80, 30, 0x1p-10, 0x1p-13,
     false},
    {"e4m3ieee", 8, 1, 4, 3, 7, 0x77, 0x78, 0x79, 0x7F, 0x7C, 240, 0x1p-6, 0x1p-9,
     true},
    {"e3m4", 8, 1, 3, 4, 3, 0x6F, 0x70, 0x71, 0x7F, 0x78, 15.5, 0x1p-2, 0x1p-6, true},
    {"e2m3", 6, 1, 2, 3, 1, 0x1F, 0, 1, 0, 0x1F, 7.5, 1, 0.125, true},
    {"e3m2", 6, 1, 3, 2, 3, 0x1F, 0, 1, 0, 0x1F, 28, 0.25, 0.0625, true},
    {"e2m1", 4, 1, 2, 1, 1, 0x7, 0, 1, 0, 0x7, 6, 1, 0.5, true},
    {"e8m0", 8, 1, 8, 0, 127, 0xFE, 0, 0xFF, 0xFF, 0xFF, 0x1p127, 0x1p-127, 0x1p-127,
     false},
    {"int8", 8, 1, 0, 7, -6, 0x7F, 0, 1, 0, 0, 127, 128, 1, false},
};
enum { PUBLISHED = sizeof published / sizeof *published };

START_TEST(rows_agree_with_the_published_tables)
{
    const struct published *row = published + _i;
    const struct ng_format *format = ng_formats[_i];
    ck_assert_str_eq(format->name, row->name);
    ck_assert_ptr_eq(ng_format_by_name(row->name), format);
    ck_assert_int_eq(format->width, row->width);
    ck_assert_int_eq(format->unused_bits, format == &ng_tf32 ? 13 : 0);
    ck_assert_int_eq(format->storage_bytes, row->bytes);
    ck_assert_int_eq(format->exponent_bits, row->exponent_bits);
    ck_assert_int_eq(format->mantissa_bits, row->mantissa_bits);
    ck_assert_int_eq(format->bias, row->bias);
    ck_assert_uint_eq(format->max_code, row->max_code);
    ck_assert_uint_eq(format->inf_code, row->inf_code);
    ck_assert_uint_eq(format->nan_code, row->canonical);
    ck_assert_int_eq(format->has_nan, row->first_nan <= row->last_nan);
    ck_assert_int_eq(format->has_negative_zero, row->negative_zero);
    ck_assert((double)format->max == row->max);
    ck_assert((double)format->min_normal == row->min_normal);
    ck_assert((double)format->min_subnormal == row->min_subnormal);
    ck_assert(ng_format_decode_one(format, row->max_code) == format->max);
    if (row->inf_code != 0)
        ck_assert(isinf(ng_format_decode_one(format, row->inf_code)));
    ck_assert_ptr_null(ng_formats[PUBLISHED]);
    ck_assert(strlen(format->standard) > 0);
}
END_TEST

START_TEST(names_of_no_row_are_not_found)
{
    static const char *const names[] = {"e4m4", "", "E4M3", "e4m3 ", "fp8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_ptr_null(ng_format_by_name(names[i]));
}
END_TEST

/* ---- All codes --------------------------------------------------------------------- */

/* The rows of at most 16 bits, and formats by their parameters: one of each kind, one
 * whose values are normal where FP32's are subnormal. */
static const char *const small[] = {
    "bf16",        "fp16",     "e4m3",     "e5m2",  "e4m3fnuz", "e5m2fnuz",
    "e4m3b11fnuz", "e4m3ieee", "e3m4",     "e2m3",  "e3m2",     "e2m1",
    "e8m0",        "int8",     "e2m1b1",   "e3m9",  "e4m4fn",   "e6m1fnuz",
    "e7m5b64fn",   "e8m2fnuz", "e2m1b140", "e6m9b5"};
enum { SMALL = sizeof small / sizeof *small };

static const struct ng_format *parsed(const char *name)
{
    static struct ng_format own;
    static struct ng_error err;
    const struct ng_format *format;
    ck_assert_msg(ng_format_parse(name, &own, &format, &err) == NG_OK, "%s", err.text);
    return format;
}

static uint32_t sign_bit(const struct ng_format *format)
{
    return format->encoding == NG_UNSIGNED
               ? 0
               : UINT32_C(1) << (format->width + format->unused_bits - 1);
}

/* Value of a magnitude code, also beyond the largest: the grid without an upper bound. */
static double slow_value(const struct ng_format *format, uint32_t magnitude)
{
    if (format->encoding == NG_TWOS_COMPLEMENT)
        return magnitude;
    if (format->encoding == NG_UNSIGNED)
        return ldexp(1, (int)magnitude - format->bias);
    int field = (int)(magnitude >> format->mantissa_bits);
    double fraction =
        ldexp(magnitude & ((1U << format->mantissa_bits) - 1), -format->mantissa_bits);
    if (field == 0)
        return ldexp(fraction, 1 - format->bias);
    return ldexp(1 + fraction, field - format->bias);
}

static float slow_decode(const struct ng_format *format, uint32_t code)
{
    uint32_t magnitude =
        code & (format->encoding == NG_UNSIGNED ? UINT32_MAX : ~sign_bit(format));
    bool negative = (code & sign_bit(format)) != 0;
    if (format->encoding == NG_TWOS_COMPLEMENT)
        return (float)((int)code - (negative ? 256 : 0));
    bool only_nan = negative && magnitude == 0 && !format->has_negative_zero;
    double value = slow_value(format, magnitude);
    if (magnitude > format->max_code || only_nan) {
        if (format->inf_code == 0 || magnitude != format->inf_code)
            return float_of(0x7FC00000);
        value = HUGE_VAL;
    }
    return (float)(negative ? -value : value);
}

START_TEST(decode_of_every_code_equals_ldexp_on_its_fields)
{
    const struct ng_format *format = parsed(small[_i]);
    uint32_t codes = UINT32_C(1) << format->width;
    uint8_t *stored = malloc(codes * (size_t)format->storage_bytes);
    float *x = malloc(codes * sizeof *x);
    for (uint32_t code = 0; code < codes; code++) {
        ng_format_store(format, stored, code, code);
        same(format, code, ng_format_load(format, stored, code), code);
        same(format, code, bits_of(ng_format_decode_one(format, code)),
             bits_of(slow_decode(format, code)));
    }
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa))
            continue;
        ng_isa_force((enum ng_isa)isa);
        memset(x, 0xA5, codes * sizeof *x);
        ng_format_decode(format, stored, 1.0f, x, codes);
        for (uint32_t code = 0; code < codes; code++)
            same(format, code, bits_of(x[code]), bits_of(slow_decode(format, code)));
        ng_format_decode(format, stored, 0.3f, x, codes);
        for (uint32_t code = 0; code < codes; code++)
            same(format, code, bits_of(x[code]),
                 bits_of(slow_decode(format, code) * 0.3f));
    }
    free(stored);
    free(x);
}
END_TEST

/* What a code in storage has beyond the format's bits is no part of it. */
START_TEST(unused_bits_are_ignored_on_reading)
{
    ck_assert(ng_format_decode_one(&ng_e2m1, 0xF7) == 6.0f);
    ck_assert(ng_format_decode_one(&ng_e2m3, 0xC0 | 0x3F) == -7.5f);
    ck_assert(ng_format_decode_one(&ng_tf32, 0x3F801FFF) == 1.0f);
    const struct ng_format *format = parsed("e3m9");
    ck_assert_int_eq(format->storage_bytes, 2);
    ck_assert(ng_format_decode_one(format, 0xE000 | 3 << 9) == 1.0f);
}
END_TEST

START_TEST(encode_of_every_value_gives_its_code_back_under_every_rounding)
{
    const struct ng_format *format = parsed(small[_i]);
    struct ng_policy policy = {.finite_overflow = NG_OVERFLOW_SPECIAL,
                               .infinite_input = NG_OVERFLOW_SPECIAL,
                               .random_bits = 24};
    for (uint32_t code = 0; code < UINT32_C(1) << format->width; code++) {
        float x = slow_decode(format, code);
        uint32_t want = isnan(x) ? format->nan_code : code;
        if (format == &ng_int8 && code == 0x80)
            want = 0x81; /* -128 is read, never written */
        for (int r = 0; r <= NG_ROUND_STOCHASTIC; r++) {
            policy.rounding = (enum ng_rounding)r;
            policy.finite_overflow = (enum ng_overflow)(format != &ng_int8);
            same(format, code,
                 ng_format_encode_one(format, &policy, x, UINT32_MAX, NULL), want);
        }
    }
}
END_TEST

/* An odd step visits every pattern of low bits. */
START_TEST(encoding_never_turns_the_order_of_two_numbers_around)
{
    const struct ng_format *format = parsed(small[_i]);
    for (int r = 0; r < NG_ROUND_STOCHASTIC; r++) {
        struct ng_policy policy = {.rounding = (enum ng_rounding)r};
        for (uint32_t sign = 0; sign <= 1; sign++) {
            float last = 0;
            for (uint32_t bits = 0; bits < 0x7F800000; bits += 50021) {
                float x = float_of(bits | sign << 31);
                float y = ng_format_decode_one(
                    format, ng_format_encode_one(format, &policy, x, 0, NULL));
                bool growing = sign == 0 || format->encoding == NG_UNSIGNED;
                if (bits != 0 && (growing ? y < last : y > last))
                    ck_abort_msg("%s of %a is %a", format->name, (double)x, (double)y);
                last = y;
            }
        }
    }
}
END_TEST

/* ---- Rounding ---------------------------------------------------------------------- */

/* Largest magnitude code whose value is at most x: bisection over the unbounded grid. */
static uint32_t code_below(const struct ng_format *format, double x)
{
    uint32_t low = 0, high = UINT32_C(1) << (9 + format->mantissa_bits);
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
    if (signbit(x) && (code != 0 || format->has_negative_zero))
        code |= sign_bit(format);
    return code;
}

static void compare_search(const struct ng_format *format, struct ng_policy policy,
                           float x, uint32_t special)
{
    same(format, bits_of(x), ng_format_encode_one(format, &policy, x, 0, NULL),
         slow_encode(format, policy.rounding, x, special));
}

/* Every value, every midpoint, and their neighbours on both sides. */
START_TEST(encode_equals_table_search_under_every_deterministic_rounding)
{
    const struct ng_format *format = parsed(small[_i]);
    if (format->encoding != NG_SIGN_MAGNITUDE)
        return;
    uint32_t special = format->inf_code != 0 ? format->inf_code : format->nan_code;
    uint32_t stride = format->storage_bytes == 1 ? 1 : 61;
    for (uint32_t code = 0; code <= format->max_code + 3; code += stride) {
        double value = slow_value(format, code), next = slow_value(format, code + 1);
        const double points[] = {value, (value + next) / 2, (3 * value + next) / 4};
        for (int p = 0; p < 9; p++) {
            float x = (float)points[p / 3];
            if (p % 3 != 1)
                x = nextafterf(x, p % 3 == 0 ? -INFINITY : INFINITY);
            for (int r = 0; r < NG_ROUND_STOCHASTIC && !isinf(x); r++) {
                struct ng_policy policy = {.rounding = (enum ng_rounding)r};
                compare_search(format, policy, x, format->max_code);
                compare_search(format, policy, -x, format->max_code);
                policy.finite_overflow = NG_OVERFLOW_SPECIAL;
                compare_search(format, policy, x, special);
            }
        }
    }
}
END_TEST

START_TEST(encode_equals_table_search_on_random_bit_patterns)
{
    const struct ng_format *format = parsed(small[_i]);
    if (format->encoding != NG_SIGN_MAGNITUDE)
        return;
    const struct ng_random random = {5, ng_stream_key(NG_STREAM_DATA, 1), 0};
    for (uint64_t i = 0; i < 20000; i++) {
        float x = float_of(ng_random_u32(&random, i));
        if (!isfinite(x))
            continue;
        struct ng_policy policy = {.rounding = (enum ng_rounding)(i % 6)};
        compare_search(format, policy, x, format->max_code);
    }
}
END_TEST

/* ---- Special inputs ---------------------------------------------------------------- */

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
        const struct ng_policy_preset *preset = ng_policy_by_name(rows[i].preset);
        ck_assert_ptr_nonnull(preset);
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
    ck_assert_ptr_null(ng_policy_by_name("cuda"));
}
END_TEST

START_TEST(formats_without_infinity_nan_zero_or_sign_have_rules_of_their_own)
{
    const struct {
        const struct ng_format *format;
        uint32_t input, satfinite, ml_dtypes;
    } rows[] = {
        {&ng_e2m1, 0x7FC00000, 0x7, 0x8},
        {&ng_e2m1, 0xFFC00000, 0x7, 0x0},
        {&ng_e2m1, 0xFF800000, 0xF, 0xF},
        {&ng_e2m1, 0x80000000, 0x8, 0x8},
        {&ng_e2m3, 0x7F800001, 0x1F, 0x20},
        {&ng_e2m3, 0xFF800001, 0x1F, 0x00},
        {&ng_e3m2, 0x7FFFFFFF, 0x1F, 0x20},
        {&ng_e3m2, 0xFFFFFFFF, 0x1F, 0x00},
        {&ng_e3m2, 0x7F800000, 0x1F, 0x1F},
        {&ng_int8, 0x7FC00000, 0, 0},
        {&ng_int8, 0xFFC00000, 0, 0},
        {&ng_int8, 0xFF800000, 0x81, 0x81},
        {&ng_int8, 0x80000000, 0, 0},
        {&ng_int8, 0xC3160000, 0x81, 0x81},
        {&ng_int8, 0xBF800000, 0xFF, 0xFF},
        {&ng_e4m3fnuz, 0x80000000, 0, 0},
        {&ng_e4m3fnuz, 0xFF800000, 0xFF, 0x80},
        {&ng_e4m3fnuz, 0x7FC00000, 0x80, 0x80},
        {&ng_e4m3fnuz, 0xFFC00000, 0x80, 0x80},
        {&ng_e4m3fnuz, 0x80000001, 0, 0},
        {&ng_e5m2fnuz, 0x7F7FFFFF, 0x7F, 0x80},
        {&ng_e8m0, 0x00000000, 0x00, 0xFF},
        {&ng_e8m0, 0x80000000, 0x00, 0xFF},
        {&ng_e8m0, 0xBF800000, 0x7F, 0xFF},
        {&ng_e8m0, 0x3FC00000, 0x80, 0x80},
        {&ng_e8m0, 0x3FBFFFFF, 0x7F, 0x7F},
        {&ng_e8m0, 0x7F7FFFFF, 0xFE, 0xFF},
        {&ng_e8m0, 0x7F800000, 0xFE, 0xFF},
        {&ng_e8m0, 0xFF800000, 0xFE, 0xFF},
        {&ng_e8m0, 0x00000001, 0x00, 0x00},
        {&ng_e8m0, 0x7FC00000, 0xFF, 0xFF},
        {&ng_e8m0, 0x00400000, 0x00, 0x00},
        {&ng_tf32, 0x7F800001, 0x7FC00000, 0x7FC00000},
        {&ng_tf32, 0xFF800000, 0xFF7FE000, 0xFF800000},
        {&ng_tf32, 0xFFFFFFFF, 0x7FC00000, 0xFFC00000},
        {&ng_tf32, 0x3F801000, 0x3F800000, 0x3F800000},
        {&ng_tf32, 0x3F803000, 0x3F804000, 0x3F804000},
        {&ng_fp16, 0x477FF000, 0x7BFF, 0x7C00}, /* 65520: the tie above the maximum */
        {&ng_fp16, 0x477FEFFF, 0x7BFF, 0x7BFF},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        float x = float_of(rows[i].input);
        ck_assert_uint_eq(
            ng_format_encode_one(rows[i].format, &NG_POLICY_CUDA_SATFINITE, x, 0, NULL),
            rows[i].satfinite);
        ck_assert_uint_eq(ng_format_encode_one(rows[i].format,
                                               &ng_policy_by_name("ml_dtypes")->policy,
                                               x, 0, NULL),
                          rows[i].ml_dtypes);
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

/* ---- Counts ------------------------------------------------------------------------ */

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
    ck_assert_uint_eq(counts.overflowed, 4); /* 464 rounds down, yet lies above 448 */
}
END_TEST

START_TEST(casts_count_saturated_overflowed_flushed_nan_and_infinite_apart)
{
    const float x[] = {1.0f,  500.0f,    -1e9f,      0x1p-10f, -0x1p-10f, 0x1.8p-10f,
                       0.0f,  -0.0f,     -0x1p-149f, INFINITY, -INFINITY, 450.0f,
                       -9.0f, 0x1p-127f, 3e38f,      448.0f};
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
        ck_assert_uint_eq(counts.overflowed, 6); /* 450 and the infinite too */
        ck_assert_uint_eq(counts.flushed, 10 + 4);
        ck_assert_uint_eq(counts.nan, 0);
        ck_assert_uint_eq(counts.inf, 2);
        ck_assert_uint_eq(counts.amax_bits, 0x7F800000);
    }
}
END_TEST

/* With scale 3 the bound is RN32(448 * RN32(1/3)), and products round to 448 up to 464;
 * amax stays unscaled, and a flushed product counts though it is a zero itself. */
START_TEST(scaled_casts_count_overflow_and_amax_before_the_scale)
{
    const float bound = 448.0f * (1.0f / 3.0f);
    const float x[] = {bound, nextafterf(bound, 1e9f), -152.0f, 155.0f, 1e-3f, -1e-44f};
    uint8_t codes[6];
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa))
            continue;
        ng_isa_force((enum ng_isa)isa);
        struct ng_cast_counts counts = {.amax_bits = 5};
        ng_format_encode(&ng_e4m3, &NG_POLICY_CUDA_SATFINITE, 3.0f, x, codes, 6, NULL,
                         0, &counts);
        ck_assert_uint_eq(counts.overflowed, 3);
        ck_assert_uint_eq(counts.saturated, 1); /* 155 * 3 = 465 */
        ck_assert_uint_eq(counts.flushed, 1);
        ck_assert_uint_eq(counts.amax_bits, bits_of(155.0f));

        const float tiny[] = {1e-30f, -1e-30f, 0.0f, NAN, -2.0f};
        counts = (struct ng_cast_counts){0};
        ng_format_encode(&ng_e4m3fnuz, &NG_POLICY_CUDA_SATFINITE, 1e-20f, tiny, codes,
                         5, NULL, 0, &counts);
        ck_assert_uint_eq(counts.flushed, 3); /* NaN's code is no zero */
        ck_assert_uint_eq(counts.overflowed, 0);
        ck_assert_uint_eq(counts.nan, 1);
        ck_assert_uint_eq(counts.amax_bits, bits_of(NAN) & 0x7FFFFFFF);

        /* The bound of bf16 at scale 1/2 is infinite: nothing lies above. */
        const float large[] = {INFINITY, -0x1.FFFFFEp127f, NAN};
        counts = (struct ng_cast_counts){0};
        ng_format_encode(&ng_bf16, &NG_POLICY_CUDA_SATFINITE, 0.5f, large, codes, 3,
                         NULL, 0, &counts);
        ck_assert_uint_eq(counts.overflowed, 0);
        ck_assert_uint_eq(counts.inf, 1);
        ng_format_encode(&ng_int8, &NG_POLICY_CUDA_SATFINITE, 1.0f, large, codes, 3,
                         NULL, 0, &counts);
        ck_assert_uint_eq(counts.overflowed, 2);
        ck_assert_uint_eq(counts.flushed, 0); /* NaN becomes 0, yet is no number */
    }
}
END_TEST

START_TEST(counts_add_up_and_keep_the_larger_amax)
{
    struct ng_cast_counts a = {1, 2, 3, 4, 5, 6, 70}, b = {10, 20, 30, 40, 50, 60, 7};
    ng_cast_counts_add(&a, &b);
    ck_assert_uint_eq(a.elements, 11);
    ck_assert_uint_eq(a.saturated, 22);
    ck_assert_uint_eq(a.overflowed, 33);
    ck_assert_uint_eq(a.flushed, 44);
    ck_assert_uint_eq(a.nan, 55);
    ck_assert_uint_eq(a.inf, 66);
    ck_assert_uint_eq(a.amax_bits, 70);
    ng_cast_counts_add(&b, &a);
    ck_assert_uint_eq(b.amax_bits, 70);
}
END_TEST

Suite *ng_suite_codec(void)
{
    Suite *suite = suite_create("codec");
    TCase *tests = tcase_create("codec");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, rows_agree_with_the_published_tables, 0, PUBLISHED);
    tcase_add_test(tests, names_of_no_row_are_not_found);
    tcase_add_loop_test(tests, decode_of_every_code_equals_ldexp_on_its_fields, 0,
                        SMALL);
    tcase_add_test(tests, unused_bits_are_ignored_on_reading);
    tcase_add_loop_test(tests,
                        encode_of_every_value_gives_its_code_back_under_every_rounding,
                        0, SMALL);
    tcase_add_loop_test(tests, encoding_never_turns_the_order_of_two_numbers_around, 0,
                        SMALL);
    tcase_add_loop_test(
        tests, encode_equals_table_search_under_every_deterministic_rounding, 0, SMALL);
    tcase_add_loop_test(tests, encode_equals_table_search_on_random_bit_patterns, 0,
                        SMALL);
    tcase_add_test(tests, special_inputs_follow_the_named_presets);
    tcase_add_test(tests,
                   formats_without_infinity_nan_zero_or_sign_have_rules_of_their_own);
    tcase_add_test(tests, fp32_cast_changes_only_nan);
    tcase_add_test(tests, e4m3_encode_saturates_above_464_and_e5m2_from_61440);
    tcase_add_test(tests,
                   casts_count_saturated_overflowed_flushed_nan_and_infinite_apart);
    tcase_add_test(tests, scaled_casts_count_overflow_and_amax_before_the_scale);
    tcase_add_test(tests, counts_add_up_and_keep_the_larger_amax);
    suite_add_tcase(suite, tests);
    return suite;
}
