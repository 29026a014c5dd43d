/* Scale rules: every edge of amax, and two traces of delayed scaling worked by hand. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "formats/math/math.h"
#include "formats/quant/qmatrix.h"
#include "tests/unit/suites.h"

static const float LARGEST = 0x1.FFFFFEp127f;
static const struct ng_scale_options NO_OPTIONS = {0};

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

struct factors {
    float scale, scale_inv;
};

static struct factors factors_of(enum ng_scale_rule rule,
                                 const struct ng_format *format, float amax,
                                 float previous)
{
    struct factors f = {-1, -1};
    ng_scale_of(rule, &NO_OPTIONS, format, bits_of(amax), previous, &f.scale,
                &f.scale_inv);
    return f;
}

static void expect_factors(struct factors f, float scale, float scale_inv)
{
    ck_assert_msg(bits_of(f.scale) == bits_of(scale), "scale %a, expected %a",
                  (double)f.scale, (double)scale);
    ck_assert_msg(bits_of(f.scale_inv) == bits_of(scale_inv),
                  "scale_inv %a, expected %a", (double)f.scale_inv, (double)scale_inv);
}

/* Positive, finite and normal, over all exponents. */
static float random_amax(uint64_t i)
{
    const struct ng_random random = {7, ng_stream_key(NG_STREAM_DATA, 7), 0};
    uint32_t word = ng_random_u32(&random, i);
    return float_of((word % 254 + 1) << 23 | word >> 9);
}

/* ---- One amax ---------------------------------------------------------------------- */

START_TEST(amax_of_zero_infinity_or_nan_gives_scale_1_in_current_scaling)
{
    const float amax[] = {0.0f, INFINITY, NAN};
    for (size_t i = 0; i < 3; i++) {
        expect_factors(factors_of(NG_SCALE_RULE_CURRENT, &ng_e4m3, amax[i], 8), 1, 1);
        expect_factors(factors_of(NG_SCALE_RULE_POWER_2, &ng_e4m3, amax[i], 8), 1, 1);
    }
}
END_TEST

START_TEST(a_quotient_beyond_fp32_becomes_its_largest_number)
{
    /* 448 / 2^-149 = 1.75 * 2^157. 1 / largest = 2^-128 (1 + 2^-24) -> 2^-128. */
    expect_factors(factors_of(NG_SCALE_RULE_CURRENT, &ng_e4m3, 0x1p-149f, 1), LARGEST,
                   0x1p-128f);
    expect_factors(factors_of(NG_SCALE_RULE_POWER_2, &ng_e4m3, 0x1p-149f, 1), 0x1p127f,
                   0x1p-127f);
    /* 448 / (1.75 * 2^-120) = 2^128 is infinite; one and two ulps more divide it by
     * 1 + 1.14 and 1 + 2.29 times 2^-24, which rounds to the largest and to the float
     * below. */
    const float edge[] = {0x1.Cp-120f, 0x1.C00002p-120f, 0x1.C00004p-120f};
    const float scale[] = {LARGEST, LARGEST, 0x1.FFFFFCp127f};
    for (size_t i = 0; i < 3; i++)
        ck_assert(factors_of(NG_SCALE_RULE_CURRENT, &ng_e4m3, edge[i], 1).scale ==
                  scale[i]);
}
END_TEST

/* |M - q * amax| is at most half an ulp of q times amax: both sides are exact in FP64. */
static void expect_nearest_quotient(float maximum, float amax, float quotient)
{
    double rest = fabs((double)maximum - (double)quotient * (double)amax);
    double ulp = (double)nextafterf(quotient, INFINITY) - (double)quotient;
    ck_assert_msg(rest <= ulp / 2 * (double)amax, "%a / %a gave %a", (double)maximum,
                  (double)amax, (double)quotient);
}

START_TEST(division_is_correctly_rounded)
{
    for (uint64_t i = 0; i < 20000; i++) {
        float amax = random_amax(i);
        struct factors f = factors_of(NG_SCALE_RULE_CURRENT, &ng_e4m3, amax, 1);
        if (f.scale == LARGEST)
            continue;
        expect_nearest_quotient(448, amax, f.scale);
        if (f.scale_inv >= 0x1p-126f)
            expect_nearest_quotient(1, f.scale, f.scale_inv);
    }
}
END_TEST

START_TEST(torchao_divides_in_fp64_and_rounds_once)
{
    /* 53 >= 2 * 24 + 1 bits: rounding the FP64 quotient again changes nothing. */
    for (uint64_t i = 0; i < 20000; i++) {
        float amax = random_amax(i);
        if (amax > 1e-12f)
            expect_nearest_quotient(
                448, amax, factors_of(NG_SCALE_RULE_TORCHAO, &ng_e4m3, amax, 1).scale);
    }
    /* 448 / 1e-12 = 4.48e14 = 13351440.43 * 2^25, and 13351440 = 0xCBBA10. */
    ck_assert(factors_of(NG_SCALE_RULE_TORCHAO, &ng_e4m3, 1e-20f, 1).scale ==
              0x1.97742p48f);
    expect_factors(factors_of(NG_SCALE_RULE_TORCHAO_POWER_2, &ng_e4m3, 0, 1), 0x1p48f,
                   0x1p-48f);
}
END_TEST

START_TEST(torchao_and_deepseek_make_nan_of_everything_under_an_infinite_or_nan_amax)
{
    const enum ng_scale_rule rules[] = {
        NG_SCALE_RULE_TORCHAO, NG_SCALE_RULE_TORCHAO_POWER_2, NG_SCALE_RULE_DEEPSEEK};
    for (size_t i = 0; i < 3; i++) {
        expect_factors(factors_of(rules[i], &ng_e4m3, INFINITY, 1), 0, INFINITY);
        struct factors f = factors_of(rules[i], &ng_e4m3, -NAN, 1);
        ck_assert_uint_eq(bits_of(f.scale), 0x7FC00000);
        ck_assert_uint_eq(bits_of(f.scale_inv), 0x7FC00000);
    }
}
END_TEST

START_TEST(power_of_two_rules_clear_the_mantissa)
{
    const struct {
        float amax, power;
    } rows[] = {{448, 1},   {449, 0.5f},     {447, 1}, /* 448 / 447 = 1.002 */
                {224, 2},   {3, 128},                  /* 448 / 3 = 149.3 */
                {7, 64},    {0x1p-3f, 2048},           /* 3584 */
                {500, 0.5f}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        float power = rows[i].power;
        expect_factors(factors_of(NG_SCALE_RULE_POWER_2, &ng_e4m3, rows[i].amax, 1),
                       power, 1 / power);
        expect_factors(
            factors_of(NG_SCALE_RULE_TORCHAO_POWER_2, &ng_e4m3, rows[i].amax, 1), power,
            1 / power);
        expect_factors(factors_of(NG_SCALE_RULE_MS_AMP, &ng_e4m3, rows[i].amax, 1),
                       power, 1 / power);
    }
}
END_TEST

START_TEST(deepseek_rounds_scale_inv_first_and_the_scale_from_it)
{
    expect_factors(factors_of(NG_SCALE_RULE_DEEPSEEK, &ng_e4m3, 896, 1), 0.5f, 2);
    /* amax is at least 1e-4. */
    struct factors least = factors_of(NG_SCALE_RULE_DEEPSEEK, &ng_e4m3, 1e-4f, 1);
    expect_nearest_quotient(1e-4f, 448, least.scale_inv);
    expect_nearest_quotient(1, least.scale_inv, least.scale);
    expect_factors(factors_of(NG_SCALE_RULE_DEEPSEEK, &ng_e4m3, 0, 1), least.scale,
                   least.scale_inv);
    expect_factors(factors_of(NG_SCALE_RULE_DEEPSEEK, &ng_e4m3, 0x1p-149f, 1),
                   least.scale, least.scale_inv);
    int other = 0;
    for (int i = 1; i < 1000; i++)
        other += factors_of(NG_SCALE_RULE_DEEPSEEK, &ng_e4m3, (float)i, 1).scale !=
                 factors_of(NG_SCALE_RULE_CURRENT, &ng_e4m3, (float)i, 1).scale;
    ck_assert_int_gt(other, 100); /* two roundings are not one */
}
END_TEST

START_TEST(
    ms_amp_keeps_the_previous_scale_when_amax_is_zero_or_nan_and_inverts_it_when_infinite)
{
    expect_factors(factors_of(NG_SCALE_RULE_MS_AMP, &ng_e4m3, 0, 8), 8, 0.125f);
    expect_factors(factors_of(NG_SCALE_RULE_MS_AMP, &ng_e4m3, NAN, 8), 8, 0.125f);
    expect_factors(factors_of(NG_SCALE_RULE_MS_AMP, &ng_e4m3, INFINITY, 8), 0.125f, 8);
    expect_factors(factors_of(NG_SCALE_RULE_MS_AMP, &ng_e4m3, 0x1p-149f, 8), INFINITY,
                   0);
}
END_TEST

START_TEST(margin_divides_by_a_power_of_two_and_epsilon_bounds_amax_below)
{
    const struct ng_scale_options margin = {3, 0}, epsilon = {0, 0.5f};
    struct factors f;
    ng_scale_of(NG_SCALE_RULE_CURRENT, &margin, &ng_e4m3, bits_of(7), 1, &f.scale,
                &f.scale_inv);
    expect_factors(f, 8, 0.125f); /* 448 / 8 / 7 */
    ng_scale_of(NG_SCALE_RULE_MS_AMP, &margin, &ng_e4m3, bits_of(500), 1, &f.scale,
                &f.scale_inv);
    expect_factors(f, 0x1p-4f, 16); /* floor(log2(0.896)) = -1; -1 - 3 */
    const float low[] = {0, 0x1p-149f, 0.25f, 0.5f};
    for (size_t i = 0; i < 4; i++) {
        ng_scale_of(NG_SCALE_RULE_CURRENT, &epsilon, &ng_e4m3, bits_of(low[i]), 1,
                    &f.scale, &f.scale_inv);
        ck_assert(f.scale == 896); /* 448 / 0.5 */
    }
    ng_scale_of(NG_SCALE_RULE_CURRENT, &epsilon, &ng_e4m3, bits_of(NAN), 1, &f.scale,
                &f.scale_inv);
    expect_factors(f, 1, 1); /* NaN is not below epsilon */
}
END_TEST

START_TEST(amax_times_scale_one_ulp_above_the_maximum_is_an_overflow_but_not_saturated)
{
    int above = 0, both = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        float amax = random_amax(i);
        struct factors f = factors_of(NG_SCALE_RULE_CURRENT, &ng_e4m3, amax, 1);
        if (f.scale == LARGEST || amax * f.scale <= 448)
            continue;
        above++;
        ck_assert_uint_eq(bits_of(amax * f.scale), bits_of(448) + 1);
        struct ng_cast_counts counts = {0};
        uint8_t code;
        ng_format_encode(&ng_e4m3, &NG_POLICY_CUDA_SATFINITE, f.scale, &amax, &code, 1,
                         NULL, 0, &counts);
        ck_assert_uint_eq(code, 0x7E);
        ck_assert_uint_eq(counts.saturated, 0);
        ck_assert_uint_eq(counts.overflowed, amax > 448 * f.scale_inv);
        both += amax > 448 * f.scale_inv;
    }
    ck_assert_int_gt(above, 1000);
    ck_assert_int_gt(both, 100);
}
END_TEST

/* ---- Delayed scaling --------------------------------------------------------------- */

struct state {
    float slots[3];
    struct ng_amax_history history;
    float scale, scale_inv;
};

static void start(struct state *state, size_t length)
{
    *state = (struct state){.scale = 1, .scale_inv = 1};
    state->history = (struct ng_amax_history){state->slots, length, false};
}

static void step(struct state *state, float amax,
                 const struct ng_scale_options *options)
{
    ng_amax_history_push(&state->history, bits_of(amax));
    ng_amax_history_scale(&state->history, options, &ng_e4m3, &state->scale,
                          &state->scale_inv);
}

/* One step: casts (amax, amax / 4) under the scale in force, then updates. */
static void trace(struct state *state, float amax, float used, uint8_t code,
                  uint64_t saturated, float next)
{
    const float x[2] = {amax, amax / 4};
    uint8_t codes[2];
    struct ng_qmatrix matrix = {
        .format = &ng_e4m3,
        .policy = NG_POLICY_CUDA_SATFINITE,
        .rows = 1,
        .cols = 2,
        .codes = {{codes, 2}},
        .granularity = NG_GRANULARITY_TENSOR,
        .scale_rule = NG_SCALE_RULE_DELAYED,
        .scale_format = NG_SCALE_FP32,
        .scales = {{&state->scale, &state->scale_inv, NULL, 1}}};
    struct ng_error err;
    ck_assert_int_eq(ng_qmatrix_check(&matrix, &err), NG_OK);
    ck_assert(state->scale == used);
    ng_qmatrix_cast(&matrix, x, &ng_fp32, 2, NG_AMAX_UNKNOWN, NULL);
    ck_assert(state->scale == used);
    ck_assert_uint_eq(codes[0], code);
    ck_assert_uint_eq(matrix.stats.counts.saturated, saturated);
    ck_assert(float_of(matrix.stats.amax_bits) == amax);
    ng_amax_history_push(&state->history, matrix.stats.amax_bits);
    ng_amax_history_scale(&state->history, &NO_OPTIONS, &ng_e4m3, &state->scale,
                          &state->scale_inv);
    ck_assert_msg(state->scale == next, "scale %g, expected %g", (double)state->scale,
                  (double)next);
    ck_assert(state->scale_inv == 1 / next);
}

/* e4m3: 448 / amax is 224 for 2, 64 for 7, 128 for 3.5, 512 for 0.875, 256 for 1.75 and
 * 32 for 14. Codes: 7E is 448; eeee mmm with bias 7. */
START_TEST(six_steps_of_delayed_scaling_with_a_history_of_1)
{
    struct state state;
    start(&state, 1);
    /*     amax     used  product                      slot  next
     * 1   2        1     2 = 1.0 * 2^1: 1000 000      2     448 / 2     = 224
     * 2   7        224   1568 > 448: saturates        7     448 / 7     =  64
     * 3   3.5      64    224 = 1.75 * 2^7: 1110 110   3.5   448 / 3.5   = 128
     * 4   0.875    128   112 = 1.75 * 2^6: 1101 110   .875  448 / 0.875 = 512
     * 5   1.75     512   896 > 448: saturates         1.75  448 / 1.75  = 256
     * 6   14       256   3584; 14 / 4 gives 896: two  14    448 / 14    =  32
     * A quarter of step 2 is 392 and of step 5 is 224: within range. */
    trace(&state, 2, 1, 0x40, 0, 224);
    trace(&state, 7, 224, 0x7E, 1, 64);
    trace(&state, 3.5f, 64, 0x76, 0, 128);
    trace(&state, 0.875f, 128, 0x6E, 0, 512);
    trace(&state, 1.75f, 512, 0x7E, 1, 256);
    trace(&state, 14, 256, 0x7E, 2, 32);
}
END_TEST

START_TEST(six_steps_of_delayed_scaling_with_a_history_of_3)
{
    struct state state;
    start(&state, 3);
    /*     amax    used  product                       slots           largest  next
     * 1   2       1     2: 1000 000                   2    0    0     2        224
     * 2   7       224   1568 > 448: saturates         7    2    0     7         64
     * 3   3.5     64    224: 1110 110                 3.5  7    2     7         64
     * 4   0.875   64    56 = 1.75 * 2^5: 1100 110     .875 3.5  7     7         64
     * 5   1.75    64    112: 1101 110                 1.75 .875 3.5   3.5      128
     * 6   14      128   1792 > 448: saturates; a      14   1.75 .875  14        32
     *                   quarter is 448, the maximum
     * The 7 of step 2 rules for three steps, its own and the two after. */
    trace(&state, 2, 1, 0x40, 0, 224);
    trace(&state, 7, 224, 0x7E, 1, 64);
    trace(&state, 3.5f, 64, 0x76, 0, 64);
    trace(&state, 0.875f, 64, 0x66, 0, 64);
    trace(&state, 1.75f, 64, 0x6E, 0, 128);
    ck_assert(state.slots[0] == 0 && state.slots[1] == 1.75f &&
              state.slots[2] == 0.875f);
    trace(&state, 14, 128, 0x7E, 1, 32);
    ck_assert(state.slots[0] == 0 && state.slots[1] == 14 && state.slots[2] == 1.75f);
}
END_TEST

START_TEST(most_recent_looks_at_slot_0_alone)
{
    struct state state;
    start(&state, 3);
    state.history.most_recent = true;
    const float amax[] = {2, 7, 3.5f, 0.875f}, scale[] = {224, 64, 128, 512};
    for (size_t i = 0; i < 4; i++) {
        step(&state, amax[i], &NO_OPTIONS);
        ck_assert(state.scale == scale[i]);
    }
    ck_assert(state.slots[1] == 0.875f && state.slots[2] == 3.5f);
}
END_TEST

START_TEST(history_rotates_after_use_and_slot_0_is_zeroed)
{
    struct state state;
    start(&state, 3);
    step(&state, 5, &NO_OPTIONS);
    ck_assert(state.slots[0] == 0 && state.slots[1] == 5 && state.slots[2] == 0);
    step(&state, 6, &NO_OPTIONS);
    step(&state, 1, &NO_OPTIONS);
    ck_assert(state.slots[0] == 0 && state.slots[1] == 1 && state.slots[2] == 6);
}
END_TEST

START_TEST(pushes_of_one_step_only_raise_slot_0)
{
    struct state state;
    start(&state, 3);
    ng_amax_history_push(&state.history, bits_of(3));
    ng_amax_history_push(&state.history, bits_of(7));
    ng_amax_history_push(&state.history, bits_of(5));
    ck_assert(state.slots[0] == 7 && state.slots[1] == 0);
    step(&state, 0, &NO_OPTIONS);
    ck_assert(state.scale == 64);
}
END_TEST

START_TEST(a_history_of_zeros_leaves_scale_1_so_that_step_0_uses_it)
{
    struct state state;
    start(&state, 3);
    step(&state, 0, &NO_OPTIONS);
    expect_factors((struct factors){state.scale, state.scale_inv}, 1, 1);
}
END_TEST

START_TEST(an_empty_history_changes_nothing)
{
    struct state state;
    start(&state, 0);
    step(&state, 4, &NO_OPTIONS);
    expect_factors((struct factors){state.scale, state.scale_inv}, 1, 1);
    ck_assert(state.slots[0] == 0);
}
END_TEST

START_TEST(a_step_that_measured_nothing_changes_neither_scale_nor_history)
{
    struct state state;
    start(&state, 3);
    step(&state, 7, &NO_OPTIONS);
    step(&state, 0, &(struct ng_scale_options){1, 0.5f});
    ck_assert(state.scale == 64);
    ck_assert(state.slots[0] == 0 && state.slots[1] == 7 && state.slots[2] == 0);
}
END_TEST

START_TEST(delayed_keeps_the_previous_scale_when_amax_is_infinite_or_nan)
{
    const float amax[] = {INFINITY, NAN};
    for (size_t i = 0; i < 2; i++)
        for (int recent = 0; recent < 2; recent++) {
            struct state state;
            start(&state, 1);
            state.history.most_recent = recent != 0;
            step(&state, 7, &NO_OPTIONS);
            step(&state, amax[i], &NO_OPTIONS);
            expect_factors((struct factors){state.scale, state.scale_inv}, 64, 0x1p-6f);
        }
}
END_TEST

START_TEST(
    an_infinite_slot_keeps_the_scale_until_it_drops_out_and_a_nan_slot_is_left_out)
{
    struct state state;
    start(&state, 3);
    step(&state, 7, &NO_OPTIONS);
    step(&state, INFINITY, &NO_OPTIONS);
    step(&state, 2, &NO_OPTIONS);
    step(&state, 2, &NO_OPTIONS);
    ck_assert(state.scale == 64);
    step(&state, 2, &NO_OPTIONS);
    ck_assert(state.scale == 224);
    step(&state, NAN, &NO_OPTIONS);
    ck_assert(state.scale == 224 && isnan(state.slots[1]));
    step(&state, 1.75f, &NO_OPTIONS);
    ck_assert(state.scale == 224); /* the 2 of two steps before */
    step(&state, 1.75f, &NO_OPTIONS);
    ck_assert(state.scale == 256);
}
END_TEST

START_TEST(delayed_scale_beyond_fp32_is_its_largest_number)
{
    struct state state;
    start(&state, 1);
    step(&state, 0x1p-149f, &NO_OPTIONS);
    expect_factors((struct factors){state.scale, state.scale_inv}, LARGEST, 0x1p-128f);
}
END_TEST

START_TEST(delayed_scaling_knows_margin_and_epsilon)
{
    struct state state;
    start(&state, 3);
    /* 448 / 2^2 / 7 = 16; a negative margin multiplies. */
    step(&state, 7, &(struct ng_scale_options){2, 0});
    expect_factors((struct factors){state.scale, state.scale_inv}, 16, 0x1p-4f);
    step(&state, 7, &(struct ng_scale_options){-1, 0});
    ck_assert(state.scale == 128);
    /* max(0.125, 0.5): 448 / 2 / 0.5 = 448. */
    start(&state, 3);
    step(&state, 0.125f, &(struct ng_scale_options){1, 0.5f});
    ck_assert(state.scale == 448);
    ck_assert(state.slots[1] == 0.125f); /* the slot keeps what was measured */
}
END_TEST

/* ---- MX ---------------------------------------------------------------------------- */

START_TEST(mx_exponents_follow_the_four_definitions)
{
    /* e4m3: R = 8, M = 448. Exponents by hand; -127 is code 0. */
    const struct {
        float amax;
        int floor, ceil, even, rceil;
    } rows[] = {
        {448, 0, 1, 0, 0},           /* 1.75 * 2^8 */
        {0x1.C00002p8f, 0, 1, 0, 1}, /* the next float */
        {480, 0, 1, 0, 1},           /* 1.875 * 2^8 */
        {0x1.EFFFFEp8f, 0, 1, 0, 1}, /* below the tie at 1.9375 */
        {496, 0, 1, 1, 1},           /* 1.9375: goes up to 2 */
        {0x1.FFFFFEp8f, 0, 1, 1, 1}, /* below 512 */
        {512, 1, 1, 1, 1},           /* 512 / 448 = 1.14 */
        {256, 0, 0, 0, 0},           /* 256 / 448 = 0.57 */
        {257, 0, 1, 0, 0},           /* a power and a bit */
        {224, -1, 0, -1, -1},        /* exactly half of M */
        {1, -8, -8, -8, -8},         /* 1 / 448 = 2^-8.8 */
        {1.75f, -8, -7, -8, -8},     /* M * 2^-8 */
        {0x1p-118f, -126, -126, -126, -126},
        {0x1p-120f, -127, -127, -127, -127},
        {0x1p-149f, -127, -127, -127, -127},
        {0, -127, -127, -127, -127},
        {0x1p127f, 119, 119, 119, 119},
        {0x1.FFFFFEp127f, 119, 120, 128, 120},
        {INFINITY, 128, 128, 128, 128},
        {NAN, 128, 128, 128, 128},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int want[] = {rows[i].floor, rows[i].ceil, rows[i].even, rows[i].rceil};
        for (int mode = 0; mode < 4; mode++) {
            enum ng_scale_rule rule =
                (enum ng_scale_rule)(NG_SCALE_RULE_MX_FLOOR + mode);
            int code = ng_scale_mx(rule, &ng_e4m3, bits_of(rows[i].amax));
            ck_assert_msg(code == want[mode] + 127, "amax %a, %s: code %d, expected %d",
                          (double)rows[i].amax, ng_scale_rule_names[rule], code,
                          want[mode] + 127);
        }
    }
}
END_TEST

/* One MX block with that amax in it: how many elements saturate? */
static uint64_t saturated_block(enum ng_scale_rule rule, const struct ng_format *format,
                                float amax)
{
    float x[32] = {amax, amax / 2, -amax / 3};
    uint8_t codes[32], scale;
    struct ng_qmatrix matrix = {.format = format,
                                .policy = NG_POLICY_CUDA_SATFINITE,
                                .rows = 1,
                                .cols = 32,
                                .codes = {{codes, 32}},
                                .granularity = NG_GRANULARITY_MX,
                                .block = 32,
                                .scale_rule = rule,
                                .scale_format = NG_SCALE_E8M0,
                                .scales = {{.codes = &scale, .count = 1}}};
    struct ng_error err;
    ck_assert_msg(ng_qmatrix_check(&matrix, &err) == NG_OK, "%s", err.text);
    ng_qmatrix_cast(&matrix, x, &ng_fp32, 32, NG_AMAX_UNKNOWN, NULL);
    return matrix.stats.counts.saturated;
}

START_TEST(mx_floor_saturates_above_the_maximum_of_each_octave_and_rceil_never_does)
{
    const struct {
        const struct ng_format *format;
        float fits, saturates; /* the last that rounds to M, the first beyond */
    } rows[] = {
        {&ng_e4m3, 464, 0x1.D00002p8f}, /* ties to 448; (448, 464] rounds down */
        {&ng_e5m2, 0x1.DFFFFEp15f, 0x1.Ep15f}, {&ng_e2m1, 0x1.BFFFFEp2f, 0x1.Cp2f},
        {&ng_e3m2, 0x1.DFFFFEp4f, 0x1.Ep4f},   {&ng_e2m3, 0x1.EFFFFEp2f, 0x1.Fp2f},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = -60; k <= 60; k += 30) {
            const struct ng_format *format = rows[i].format;
            float fits = ldexpf(rows[i].fits, k), beyond = ldexpf(rows[i].saturates, k);
            ck_assert_uint_eq(saturated_block(NG_SCALE_RULE_MX_FLOOR, format, fits), 0);
            ck_assert_uint_eq(saturated_block(NG_SCALE_RULE_MX_FLOOR, format, beyond),
                              1);
            for (int e = -4; e <= 4; e++) {
                ck_assert_uint_eq(saturated_block(NG_SCALE_RULE_MX_RCEIL, format,
                                                  beyond * (1 + (float)e / 64)),
                                  0);
                ck_assert_uint_eq(saturated_block(NG_SCALE_RULE_MX_CEIL, format,
                                                  beyond * (1 + (float)e / 64)),
                                  0);
            }
        }
}
END_TEST

Suite *ng_suite_scale(void)
{
    Suite *suite = suite_create("scale");
    TCase *one = tcase_create("one amax"), *delayed = tcase_create("delayed"),
          *mx = tcase_create("mx");
    tcase_add_test(one, amax_of_zero_infinity_or_nan_gives_scale_1_in_current_scaling);
    tcase_add_test(one, a_quotient_beyond_fp32_becomes_its_largest_number);
    tcase_add_test(one, division_is_correctly_rounded);
    tcase_add_test(one, torchao_divides_in_fp64_and_rounds_once);
    tcase_add_test(
        one, torchao_and_deepseek_make_nan_of_everything_under_an_infinite_or_nan_amax);
    tcase_add_test(one, power_of_two_rules_clear_the_mantissa);
    tcase_add_test(one, deepseek_rounds_scale_inv_first_and_the_scale_from_it);
    tcase_add_test(
        one,
        ms_amp_keeps_the_previous_scale_when_amax_is_zero_or_nan_and_inverts_it_when_infinite);
    tcase_add_test(one, margin_divides_by_a_power_of_two_and_epsilon_bounds_amax_below);
    tcase_add_test(
        one,
        amax_times_scale_one_ulp_above_the_maximum_is_an_overflow_but_not_saturated);
    tcase_add_test(delayed, six_steps_of_delayed_scaling_with_a_history_of_1);
    tcase_add_test(delayed, six_steps_of_delayed_scaling_with_a_history_of_3);
    tcase_add_test(delayed, most_recent_looks_at_slot_0_alone);
    tcase_add_test(delayed, history_rotates_after_use_and_slot_0_is_zeroed);
    tcase_add_test(delayed, pushes_of_one_step_only_raise_slot_0);
    tcase_add_test(delayed, a_history_of_zeros_leaves_scale_1_so_that_step_0_uses_it);
    tcase_add_test(delayed, an_empty_history_changes_nothing);
    tcase_add_test(delayed,
                   a_step_that_measured_nothing_changes_neither_scale_nor_history);
    tcase_add_test(delayed,
                   delayed_keeps_the_previous_scale_when_amax_is_infinite_or_nan);
    tcase_add_test(
        delayed,
        an_infinite_slot_keeps_the_scale_until_it_drops_out_and_a_nan_slot_is_left_out);
    tcase_add_test(delayed, delayed_scale_beyond_fp32_is_its_largest_number);
    tcase_add_test(delayed, delayed_scaling_knows_margin_and_epsilon);
    tcase_add_test(mx, mx_exponents_follow_the_four_definitions);
    tcase_add_test(
        mx, mx_floor_saturates_above_the_maximum_of_each_octave_and_rceil_never_does);
    suite_add_tcase(suite, one);
    suite_add_tcase(suite, delayed);
    suite_add_tcase(suite, mx);
    return suite;
}
