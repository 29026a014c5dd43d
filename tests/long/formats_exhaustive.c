/*
 * formats_exhaustive convert FORMAT ROUNDING SHARD SHARDS STEP
 *     the scalar definition against arrays under every body of this machine, codes and
 *     counts, and its order, on every STEP-th of the 2^32 inputs in part SHARD (from 1)
 *     of SHARDS; ROUNDING may be "all"
 * formats_exhaustive bodies
 *     names those that this machine cannot run, as skipped tests
 * formats_exhaustive exp|log
 *     against the FP64 libm, all inputs
 *
 * All inputs are converted under saturation and canonical NaN. What overflows, is infinite
 * or NaN is converted again with the other value of each of the three choices, and in some
 * blocks under the mixed combinations too. Finite values that overflow have one code for
 * each sign then, which the definition is asked for once in a block. Stochastic rounding
 * draws for each input a word that is a hash of its bits; the number of random bits changes
 * from block to block.
 *
 * Prints tests, and rows of the table of comparisons: format, policy, oracle, inputs,
 * differences, seconds.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/base/cpu.h"
#include "formats/codec/format.h"
#include "formats/math/math.h"

enum { BLOCK = 4096 };

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

/* ---- Conversion -------------------------------------------------------------------- */

struct tally {
    uint64_t inputs, differences;
    double seconds;
};

struct comparison {
    const struct ng_format *format;
    struct ng_policy policy;
    struct tally order; /* its seconds: the definition's too */
    struct tally bodies[NG_ISA_COUNT];
    float *values; /* of all codes, where the order is looked at */
    uint32_t last; /* the input before, and its value */
    float last_value;
};

struct block {
    size_t n;
    float x[BLOCK];
    uint32_t words[BLOCK];
    unsigned char want[4 * BLOCK];
    struct ng_cast_counts counts;
};

static void convert(const struct ng_format *format, const struct ng_policy *policy,
                    const struct block *block, unsigned char *codes,
                    struct ng_cast_counts *counts)
{
    if (policy->rounding == NG_ROUND_STOCHASTIC)
        ng_format_encode_words(format, policy, 1.0f, block->x, block->words, codes,
                               block->n, counts);
    else
        ng_format_encode(format, policy, 1.0f, block->x, codes, block->n, NULL, 0,
                         counts);
}

static uint64_t count_differences(const struct comparison *c, enum ng_isa isa,
                                  const struct ng_policy *policy,
                                  const struct block *block, const unsigned char *got)
{
    uint64_t different = 0;
    for (size_t i = 0; i < block->n; i++) {
        uint32_t ours = ng_format_load(c->format, got, i);
        uint32_t want = ng_format_load(c->format, block->want, i);
        if (ours == want)
            continue;
        if (different++ == 0 && c->bodies[isa].differences == 0)
            printf("%s, %s: %s of %08" PRIx32 " (%d bits of %08" PRIx32 ", choices "
                   "%d %d %d) is %" PRIx32 ", the definition says %" PRIx32 "\n",
                   c->format->name, ng_rounding_names[policy->rounding],
                   ng_isa_name(isa), bits_of(block->x[i]), policy->random_bits,
                   block->words[i], policy->finite_overflow, policy->infinite_input,
                   policy->nan, ours, want);
    }
    if (different == 0)
        printf("%s, %s: %s counts otherwise within %zu inputs from %08" PRIx32 "\n",
               c->format->name, ng_rounding_names[policy->rounding], ng_isa_name(isa),
               block->n, bits_of(block->x[0]));
    return different == 0 ? 1 : different;
}

static void compare_bodies(struct comparison *c, const struct ng_policy *policy,
                           const struct block *block)
{
    static unsigned char got[4 * BLOCK];
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa))
            continue;
        ng_isa_force((enum ng_isa)isa);
        double start = now();
        struct ng_cast_counts counts = {0};
        convert(c->format, policy, block, got, &counts);
        c->bodies[isa].seconds += now() - start;
        c->bodies[isa].inputs += block->n;
        if (memcmp(got, block->want, block->n * (size_t)c->format->storage_bytes) !=
                0 ||
            memcmp(&counts, &block->counts, sizeof counts) != 0)
            c->bodies[isa].differences +=
                count_differences(c, (enum ng_isa)isa, policy, block, got);
    }
}

static bool is_finite(float x)
{
    return (bits_of(x) & 0x7F800000) != 0x7F800000;
}

/* The definition, and a list of the inputs that the other three choices are about. */
static void define(const struct comparison *c, struct block *block,
                   struct block *special)
{
    bool bytes = c->format->storage_bytes == 1;
    block->counts = (struct ng_cast_counts){0};
    special->n = 0;
    for (size_t i = 0; i < block->n; i++) {
        uint64_t saturated = block->counts.saturated;
        uint32_t code = ng_format_encode_one(c->format, &c->policy, block->x[i],
                                             block->words[i], &block->counts);
        if (bytes)
            block->want[i] = (unsigned char)code;
        else
            ng_format_store(c->format, block->want, i, code);
        if (block->counts.saturated != saturated || !is_finite(block->x[i])) {
            special->x[special->n] = block->x[i];
            special->words[special->n++] = block->words[i];
        }
    }
}

static void define_special(const struct ng_format *format,
                           const struct ng_policy *policy, struct block *special)
{
    struct {
        bool asked;
        uint32_t code;
        uint64_t saturated; /* e8m0 may make NaN of negative values */
    } of_sign[2] = {{.asked = false}, {.asked = false}};
    struct ng_cast_counts *counts = &special->counts;
    *counts = (struct ng_cast_counts){0};
    for (size_t i = 0; i < special->n; i++) {
        float x = special->x[i];
        int sign = signbit(x) != 0;
        uint32_t code = of_sign[sign].code, magnitude = bits_of(x) & 0x7FFFFFFF;
        if (is_finite(x) && of_sign[sign].asked) {
            counts->elements++;
            counts->saturated += of_sign[sign].saturated;
            counts->overflowed++;
            if (magnitude > counts->amax_bits)
                counts->amax_bits = magnitude;
        } else {
            uint64_t saturated = counts->saturated;
            code = ng_format_encode_one(format, policy, x, special->words[i], counts);
            if (is_finite(x)) {
                of_sign[sign].asked = true;
                of_sign[sign].code = code;
                of_sign[sign].saturated = counts->saturated - saturated;
            }
        }
        ng_format_store(format, special->want, i, code);
    }
}

static float value_of(const struct comparison *c, uint32_t code)
{
    return c->values[code >> c->format->unused_bits];
}

/* Values grow with x: with its bits where it is positive, against them where it is
 * negative. e8m0 takes magnitudes. */
static void check_order(struct comparison *c, const struct block *block)
{
    for (size_t i = 0; i < block->n; i++) {
        uint32_t bits = bits_of(block->x[i]);
        if ((bits & 0x7FFFFFFF) > 0x7F800000)
            continue;
        float value = value_of(c, ng_format_load(c->format, block->want, i));
        bool growing = bits >> 31 == 0 || c->format->encoding == NG_UNSIGNED;
        bool wrong = growing ? value < c->last_value : value > c->last_value;
        if (wrong && bits >> 31 == c->last >> 31) {
            if (c->order.differences++ == 0)
                printf("%s, %s: %08" PRIx32 " gives %a, its neighbour %08" PRIx32
                       " %a\n",
                       c->format->name, ng_rounding_names[c->policy.rounding], bits,
                       (double)value, c->last, (double)c->last_value);
        }
        c->order.inputs++;
        c->last = bits;
        c->last_value = value;
    }
}

/* choices: a bit for each, finite overflow the lowest. */
static void compare_special(struct comparison *c, struct block *special, int choices)
{
    double start = now();
    struct ng_policy policy = c->policy;
    policy.finite_overflow = (enum ng_overflow)(choices & 1);
    policy.infinite_input = (enum ng_overflow)(choices >> 1 & 1);
    policy.nan = (enum ng_nan_rule)(choices >> 2);
    define_special(c->format, &policy, special);
    c->order.seconds += now() - start;
    compare_bodies(c, &policy, special);
}

static void compare_block(struct comparison *c, struct block *block, uint64_t index)
{
    static struct block special;
    double start = now();
    c->policy.random_bits = 1 + (int)(index % 24);
    define(c, block, &special);
    if (c->values != NULL)
        check_order(c, block);
    c->order.seconds += now() - start;
    compare_bodies(c, &c->policy, block);
    if (special.n == 0)
        return;
    compare_special(c, &special, 7);
    int mixed = (int)(index % 16);
    if (mixed >= 1 && mixed <= 6)
        compare_special(c, &special, mixed);
}

struct range {
    uint64_t first, end, step; /* of bit patterns */
};

static void compare_range(struct comparison *c, const struct range *range)
{
    static struct block block;
    if (range->first != 0 && c->values != NULL) {
        c->last = (uint32_t)range->first - 1;
        c->last_value = value_of(
            c, ng_format_encode_one(c->format, &c->policy, float_of(c->last), 0, NULL));
    }
    for (uint64_t bits = range->first; bits < range->end;) {
        uint64_t index = bits / range->step / BLOCK;
        block.n = 0;
        for (; block.n < BLOCK && bits < range->end; bits += range->step) {
            block.x[block.n] = float_of((uint32_t)bits);
            block.words[block.n++] = (uint32_t)bits * 2654435761U;
        }
        compare_block(c, &block, index);
    }
}

static uint64_t print_row(const struct comparison *c, const char *oracle,
                          const struct tally *tally)
{
    printf("row %s %s %s %" PRIu64 " %" PRIu64 " %.1f\n", c->format->name,
           ng_rounding_names[c->policy.rounding], oracle, tally->inputs,
           tally->differences, tally->seconds);
    return tally->differences;
}

static uint64_t compare_rounding(const struct ng_format *format,
                                 enum ng_rounding rounding, float *values,
                                 const struct range *range)
{
    struct comparison c = {.format = format, .policy = {.rounding = rounding}};
    c.values = rounding == NG_ROUND_STOCHASTIC ? NULL : values;
    compare_range(&c, range);
    uint64_t differences = c.values != NULL ? print_row(&c, "order", &c.order) : 0;
    for (int isa = 0; isa < NG_ISA_COUNT; isa++)
        if (ng_isa_present((enum ng_isa)isa))
            differences += print_row(&c, ng_isa_name((enum ng_isa)isa), c.bodies + isa);
    return differences;
}

static float *all_values(const struct ng_format *format)
{
    if (format->width > 20)
        return NULL;
    uint32_t codes = UINT32_C(1) << format->width;
    float *values = malloc(codes * sizeof *values);
    for (uint32_t code = 0; values != NULL && code < codes; code++)
        values[code] = ng_format_decode_one(format, code << format->unused_bits);
    return values;
}

static int compare_format(const char *name, const char *rounding,
                          const struct range *range)
{
    static struct ng_error err;
    struct ng_format own;
    const struct ng_format *format;
    if (ng_format_parse(name, &own, &format, &err) != NG_OK)
        return 2;
    float *values = all_values(format);
    uint64_t differences = 0;
    int compared = 0;
    for (int r = 0; ng_rounding_names[r] != NULL; r++) {
        if (strcmp(rounding, "all") != 0 && strcmp(rounding, ng_rounding_names[r]) != 0)
            continue;
        differences += compare_rounding(format, (enum ng_rounding)r, values, range);
        compared++;
    }
    free(values);
    bool good = differences == 0 && compared > 0;
    printf("%s %s_%s_arrays_equal_the_definition_and_keep_order%s\n",
           good ? "ok" : "not ok", name, rounding, good ? "" : ": see above");
    return good ? 0 : 1;
}

static int name_absent_bodies(void)
{
    for (int isa = 0; isa < NG_ISA_COUNT; isa++)
        if (!ng_isa_present((enum ng_isa)isa))
            printf("skip %s_arrays_equal_the_definition: this machine cannot run %s\n",
                   ng_isa_name((enum ng_isa)isa), ng_isa_name((enum ng_isa)isa));
    return 0;
}

static int compare_shard(char **argv)
{
    uint64_t shard = strtoull(argv[4], NULL, 10), shards = strtoull(argv[5], NULL, 10);
    struct range range = {.step = strtoull(argv[6], NULL, 10)};
    if (shard < 1 || shard > shards || shards > 4096 || range.step < 1)
        return 2;
    const uint64_t inputs = (uint64_t)1 << 32;
    range.first = inputs * (shard - 1) / shards;
    range.end = inputs * shard / shards;
    return compare_format(argv[2], argv[3], &range);
}

/* ---- exp and log ------------------------------------------------------------------- */

/* In the last place of the nearest float. */
static double error_of(float got, double want)
{
    float nearest = (float)want;
    if (isnan(want))
        return bits_of(got) == 0x7FC00000 ? 0 : HUGE_VAL;
    if (isinf(nearest) || isinf(got))
        return bits_of(got) == bits_of(nearest) ? 0 : HUGE_VAL;
    int exponent = fabsf(nearest) >= 0x1p-126f ? ilogbf(nearest) : -126;
    return fabs((double)got - want) * ldexp(1.0, 23 - exponent);
}

static int function_all(const char *name, float (*ours)(float), double (*libm)(double))
{
    double worst = 0;
    float at = 0;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits++) {
        float x = float_of((uint32_t)bits);
        double error = error_of(ours(x), libm((double)x));
        if (!(error <= worst)) {
            worst = error;
            at = x;
        }
    }
    printf("%s %s_is_within_one_ulp_on_all_inputs: %.6f ulp at %a\n",
           worst <= 1 ? "ok" : "not ok", name, worst, (double)at);
    return worst <= 1 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 7 && strcmp(argv[1], "convert") == 0)
        return compare_shard(argv);
    if (argc == 2 && strcmp(argv[1], "bodies") == 0)
        return name_absent_bodies();
    if (argc == 2 && strcmp(argv[1], "exp") == 0)
        return function_all("exp", ng_expf, exp);
    if (argc == 2 && strcmp(argv[1], "log") == 0)
        return function_all("log", ng_logf, log);
    return 2;
}
