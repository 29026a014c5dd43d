/*
 * digest: one line per function of formats/ and choice of its arguments, with a hash
 * (FNV-1a) of what came out. Builds for other compilers, instruction sets and processors
 * must print the same lines. NG_ISA chooses the bodies.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/math/math.h"

enum { INPUTS = 8009, ROWS = 27, COLS = 290, MOST_SCALES = ROWS * COLS };

static float inputs[INPUTS];

static uint64_t hashed(uint64_t hash, const void *data, size_t bytes)
{
    const unsigned char *byte = data;
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001B3);
    return hash;
}
static const uint64_t start = UINT64_C(0xCBF29CE484222325);

/* A NaN that arithmetic made has the bits that the processor likes. */
static uint64_t hashed_floats(uint64_t hash, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float value = x[i];
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        if (value != value)
            bits = 0x7FC00000;
        hash = hashed(hash, &bits, sizeof bits);
    }
    return hash;
}

static uint64_t hashed_double(uint64_t hash, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value != value)
        bits = UINT64_C(0x7FF8000000000000);
    return hashed(hash, &bits, sizeof bits);
}

static void put(uint32_t i, uint32_t bits)
{
    memcpy(inputs + i, &bits, sizeof bits);
}

/* All exponents and signs, NaNs and infinities; and, as every second one, numbers near
 * the middle, where narrow formats live, with few bits (so on ties) or next to these. */
static void fill_inputs(void)
{
    for (uint32_t i = 0; i < INPUTS; i += 2)
        put(i, i % 97 == 0 ? i << 23 : i * UINT32_C(0x9E3779B1));
    for (uint32_t i = 1; i < INPUTS; i += 2) {
        uint32_t bits = i * UINT32_C(0x85EBCA6B);
        bits = (bits & 0x807FFFFF) | (100 + i / 2 % 45) << 23;
        put(i, (bits & UINT32_MAX << i / 16 % 24) + i / 2 % 3 - 1);
    }
}

/* Policy number `i` of 8 with a rounding; i's bits are the three other choices. */
static struct ng_policy policy_of(int rounding, int i)
{
    return (struct ng_policy){
        .rounding = (enum ng_rounding)rounding,
        .random_bits = 1 + i * 3,
        .finite_overflow = i & 1 ? NG_OVERFLOW_SPECIAL : NG_OVERFLOW_SATURATE,
        .infinite_input = i & 2 ? NG_OVERFLOW_SPECIAL : NG_OVERFLOW_SATURATE,
        .nan = i & 4 ? NG_NAN_SIGN_KEPT : NG_NAN_CANONICAL,
    };
}

static void encode(const struct ng_format *format, int rounding)
{
    static unsigned char codes[INPUTS * 4];
    const float scales[] = {1.0f, 1.0f, 0x1.8p-3f, 3e20f, 1.0f, 1e-30f, 1.7f, 1.0f};
    struct ng_random random = {.seed = 7, .stream = 8, .step = UINT64_C(1) << 33};
    struct ng_cast_counts counts = {0};
    uint64_t hash = start;
    for (int i = 0; i < 8; i++) {
        struct ng_policy policy = policy_of(rounding, i);
        size_t skip = (size_t)i; /* not always from an aligned one */
        size_t n = INPUTS - skip;
        ng_format_encode(format, &policy, scales[i], inputs + skip, codes, n, &random,
                         UINT64_C(0xFFFFFFF0) + skip, &counts);
        hash = hashed(hash, codes, n * (size_t)format->storage_bytes);
    }
    hash = hashed(hash, &counts.elements, sizeof counts.elements);
    hash = hashed(hash, &counts.saturated, sizeof counts.saturated);
    hash = hashed(hash, &counts.overflowed, sizeof counts.overflowed);
    hash = hashed(hash, &counts.flushed, sizeof counts.flushed);
    hash = hashed(hash, &counts.nan, sizeof counts.nan);
    hash = hashed(hash, &counts.inf, sizeof counts.inf);
    hash = hashed(hash, &counts.amax_bits, sizeof counts.amax_bits);
    printf("encode %s %s %016" PRIx64 "\n", format->name, ng_rounding_names[rounding],
           hash);
}

static void decode(const struct ng_format *format)
{
    enum { CODES = 65536 + 3 };
    static unsigned char codes[4 * CODES];
    static float x[CODES];
    uint32_t stride = format->storage_bytes == 4 ? UINT32_C(65521) : 1;
    uint64_t hash = start;
    for (uint32_t i = 0; i < CODES; i++)
        ng_format_store(format, codes, i, i * stride);
    const float scales[] = {1.0f, 0x1.8p-7f, 1e30f};
    for (int i = 0; i < 3; i++) {
        ng_format_decode(format, codes, scales[i], x, CODES);
        hash = hashed_floats(hash, x, CODES);
    }
    printf("decode %s %016" PRIx64 "\n", format->name, hash);
}

static void every_format(void)
{
    static const char *const made[] = {"e5m3", "e2m2", "e3m2fn", "e4m2fnuz", "e4m7b11",
                                       "e8m3", "e6m9", "e8m20",  "e2m22",    "e7m1"};
    struct ng_format own;
    struct ng_error err;
    for (int i = 0; ng_formats[i] != NULL; i++) {
        for (int rounding = 0; ng_rounding_names[rounding] != NULL; rounding++)
            encode(ng_formats[i], rounding);
        decode(ng_formats[i]);
    }
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        const struct ng_format *format;
        if (ng_format_parse(made[i], &own, &format, &err) != NG_OK) {
            printf("parse %s %s\n", made[i], err.text);
            continue;
        }
        for (int rounding = 0; ng_rounding_names[rounding] != NULL; rounding++)
            encode(format, rounding);
        decode(format);
    }
}

/* Arrays that are too large for a cache may be written past it. */
static void large(const struct ng_format *format)
{
    enum { LARGE = 7 << 20 };
    size_t bytes = (size_t)format->storage_bytes;
    float *x = malloc(LARGE * sizeof *x);
    unsigned char *codes = malloc(LARGE * bytes);
    struct ng_cast_counts counts = {0};
    if (x == NULL || codes == NULL)
        exit(3);
    for (size_t i = 0; i < LARGE; i++)
        x[i] = inputs[i % INPUTS];
    ng_format_encode(format, &NG_POLICY_CUDA_SATFINITE, 3.0f, x, codes, LARGE, NULL, 0,
                     &counts);
    uint64_t hash = hashed(start, codes, LARGE * bytes);
    ng_format_decode(format, codes, 0.3f, x, LARGE);
    hash = hashed_floats(hash, x, LARGE);
    hash = hashed(hash, &counts.saturated, sizeof counts.saturated);
    printf("large %s %016" PRIx64 "\n", format->name, hash);
    free(codes);
    free(x);
}

/* --- Quantised matrices ------------------------------------------------------------- */

struct buffers {
    unsigned char codes[NG_ORIENTATIONS][ROWS * (COLS + 5) * 4];
    float scale[NG_ORIENTATIONS][MOST_SCALES], scale_inv[NG_ORIENTATIONS][MOST_SCALES];
    uint8_t scale_codes[NG_ORIENTATIONS][MOST_SCALES];
};

static uint64_t hashed_matrix(uint64_t hash, const struct ng_qmatrix *matrix,
                              const struct buffers *buffers, int o)
{
    float row[COLS];
    size_t scales = ng_qmatrix_scale_count(matrix, (enum ng_orientation)o);
    size_t bytes = (size_t)matrix->format->storage_bytes;
    if (matrix->scale_format == NG_SCALE_FP32) {
        hash = hashed_floats(hash, buffers->scale[o], scales);
        hash = hashed_floats(hash, buffers->scale_inv[o], scales);
    } else {
        hash = hashed(hash, buffers->scale_codes[o], scales);
    }
    for (size_t r = 0; r < ROWS; r++) {
        hash = hashed(hash, buffers->codes[o] + r * matrix->codes[o].row_stride * bytes,
                      COLS * bytes);
        ng_qmatrix_read(matrix, (enum ng_orientation)o, r, r, COLS - r, row);
        hash = hashed_floats(hash, row, COLS - r);
    }
    return hash;
}

/* Quantises part `part` of the inputs if the description is a possible one. */
static bool quantise(struct ng_qmatrix matrix, int part, struct ng_pool *pool,
                     uint64_t *hash)
{
    static struct buffers buffers;
    static float x[ROWS * COLS];
    struct ng_error err;
    bool both = matrix.granularity != NG_GRANULARITY_TENSOR &&
                matrix.granularity != NG_GRANULARITY_BXB;
    matrix.rows = ROWS;
    matrix.cols = COLS;
    matrix.policy.random_bits = 12;
    matrix.random = (struct ng_random){.seed = 3, .stream = 9, .step = 4};
    matrix.global_scale = matrix.global_scale_inv = 1.0f;
    for (int o = 0; o < (both ? 2 : 1); o++) {
        matrix.codes[o].data = buffers.codes[o];
        matrix.codes[o].row_stride = COLS + 5;
        matrix.scales[o].scale = buffers.scale[o];
        matrix.scales[o].scale_inv = buffers.scale_inv[o];
        matrix.scales[o].codes = buffers.scale_codes[o];
        matrix.scales[o].count = MOST_SCALES;
        for (int i = 0; i < MOST_SCALES; i++)
            buffers.scale[o][i] = buffers.scale_inv[o][i] = 1.0f;
    }
    if (ng_qmatrix_check(&matrix, &err) != NG_OK)
        return false;
    for (int i = 0; i < ROWS * COLS; i++) {
        float value = inputs[(i * 2 + 1) % (INPUTS - 1)]; /* finite */
        x[i] = part == 0 ? inputs[i] : i / COLS % 5 == 0 ? 0.0f : value;
    }
    ng_qmatrix_cast(&matrix, x, &ng_fp32, COLS, ng_amax_bits(x, ROWS * COLS), pool);
    for (int o = 0; o < (both ? 2 : 1); o++)
        *hash = hashed_matrix(*hash, &matrix, &buffers, o);
    *hash = hashed(*hash, &matrix.stats.amax_bits, sizeof matrix.stats.amax_bits);
    *hash = hashed(*hash, &matrix.stats.counts.saturated, sizeof(uint64_t));
    *hash = hashed(*hash, &matrix.stats.counts.flushed, sizeof(uint64_t));
    *hash = hashed_floats(*hash, &matrix.global_scale, 1);
    return true;
}

static int matrices_of(int granularity, int rule, struct ng_pool *pool)
{
    static const size_t blocks[] = {0, 16, 32, 128, 5};
    const struct ng_format *formats[] = {&ng_e4m3, &ng_e5m2, &ng_e2m1,    &ng_int8,
                                         &ng_bf16, &ng_e3m2, &ng_e4m3fnuz};
    uint64_t hash = start;
    int done = 0;
    for (int kind = 0; kind <= NG_SCALE_UE4M3; kind++)
        for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
            for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
                for (int turn = 0; turn < 4; turn++)
                    done += quantise(
                        (struct ng_qmatrix){
                            .format = formats[f],
                            .policy.rounding =
                                turn & 1 ? NG_ROUND_STOCHASTIC : NG_ROUND_NEAREST_EVEN,
                            .granularity = (enum ng_granularity)granularity,
                            .block = blocks[b],
                            .scale_rule = (enum ng_scale_rule)rule,
                            .scale_format = (enum ng_scale_format)kind},
                        turn / 2, pool, &hash);
    if (done > 0)
        printf("matrices %s %s %d %016" PRIx64 "\n", ng_granularity_names[granularity],
               ng_scale_rule_names[rule], done, hash);
    return done;
}

static int every_matrix(void)
{
    struct ng_pool *pool;
    struct ng_error err;
    int done = 0;
    if (ng_pool_new(&pool, 3, &err) != NG_OK)
        pool = NULL;
    for (int granularity = 0; ng_granularity_names[granularity] != NULL; granularity++)
        for (int rule = 0; ng_scale_rule_names[rule] != NULL; rule++)
            done += matrices_of(granularity, rule, pool);
    ng_pool_free(pool);
    return done;
}

/* --- The rest ----------------------------------------------------------------------- */

static void statistics(void)
{
    static unsigned char codes[INPUTS];
    static float back[INPUTS];
    struct ng_full_statistics full = {0};
    ng_format_encode(&ng_e4m3, &NG_POLICY_CUDA_SATFINITE, 4.0f, inputs, codes, INPUTS,
                     NULL, 0, NULL);
    ng_format_decode(&ng_e4m3, codes, 0.25f, back, INPUTS);
    ng_full_statistics_add(&full, inputs, back, INPUTS);
    ng_format_encode_full(&ng_e5m2, &NG_POLICY_CUDA_SATFINITE, 3.0f, 0.3f, inputs + 1,
                          codes, INPUTS - 1, NULL, 0, NULL, &full);
    for (size_t i = 1; i + 99 < INPUTS; i += 197)
        ng_full_statistics_add(&full, inputs + i, back + i, i % 99);
    uint64_t hash = hashed(start, &full.elements, 4 * sizeof full.elements);
    hash = hashed_double(hash, full.sum_squares);
    hash = hashed_double(hash, full.sum_error_squares);
    hash = hashed(hash, &full.amax_bits, sizeof full.amax_bits);
    hash = hashed(hash, &full.amin_bits, sizeof full.amin_bits);
    hash = hashed(hash, full.exponents, sizeof full.exponents);
    printf("statistics %016" PRIx64 "\n", hash);
    hash = hashed_double(start, ng_full_sqnr(&full));
    hash = hashed_double(hash, ng_full_mse(&full));
    printf("sqnr mse range %016" PRIx64 "\n",
           hashed_double(hash, ng_full_dynamic_range(&full)));
}

static void scales(void)
{
    const struct ng_format *formats[] = {&ng_e4m3, &ng_e5m2, &ng_e2m1, &ng_int8};
    struct ng_scale_options options = {.margin = 1, .epsilon = 1e-12f};
    uint64_t hash = start;
    float slots[4] = {0};
    struct ng_amax_history history = {.amax = slots, .length = 4};
    float scale = 1.0f, scale_inv = 1.0f;
    for (int i = 0; i < INPUTS; i++) {
        uint32_t bits;
        memcpy(&bits, inputs + i, sizeof bits);
        bits &= 0x7FFFFFFF;
        for (int rule = NG_SCALE_RULE_CURRENT; rule <= NG_SCALE_RULE_MS_AMP; rule++) {
            float factors[2] = {1.0f, 1.0f};
            if (rule == NG_SCALE_RULE_FROZEN || rule == NG_SCALE_RULE_DELAYED)
                continue;
            ng_scale_of((enum ng_scale_rule)rule, &options, formats[i % 4], bits, 1.0f,
                        factors, factors + 1);
            hash = hashed_floats(hash, factors, 2);
        }
        for (int rule = NG_SCALE_RULE_MX_FLOOR; rule <= NG_SCALE_RULE_MX_RCEIL;
             rule++) {
            uint8_t code = ng_scale_mx((enum ng_scale_rule)rule, formats[i % 4], bits);
            hash = hashed(hash, &code, 1);
        }
        ng_amax_history_push(&history, bits);
        if (i % 3 == 0)
            ng_amax_history_scale(&history, &options, formats[i % 4], &scale,
                                  &scale_inv);
        hash = hashed_floats(hash, &scale, 1);
        hash = hashed_floats(hash, &scale_inv, 1);
    }
    printf("scales %016" PRIx64 "\n", hash);
}

static void mathematics(void)
{
    static uint32_t words[1003];
    static float y[INPUTS];
    struct ng_random random = {.seed = 1, .stream = 2, .step = 3};
    uint64_t hash = start;
    for (int i = 0; i < 9; i++) {
        size_t n = sizeof words / sizeof *words - (size_t)i * 3;
        ng_random_fill(&random, UINT64_C(0xFFFFFF00) + (uint64_t)i, n, words);
        hash = hashed(hash, words, n * sizeof *words);
    }
    printf("random %016" PRIx64 "\n", hash);
    for (int i = 0; i < INPUTS; i++)
        y[i] = ng_expf(inputs[i]);
    printf("exp %016" PRIx64 "\n", hashed_floats(start, y, INPUTS));
    for (int i = 0; i < INPUTS; i++)
        y[i] = ng_logf(inputs[i]);
    printf("log %016" PRIx64 "\n", hashed_floats(start, y, INPUTS));
    for (int i = 0; i < INPUTS; i++)
        y[i] = inputs[i | 1] < 1e6f && inputs[i | 1] > -1e6f ? inputs[i | 1] : 1.0f;
    float sum = ng_sum_f32(y, INPUTS - 1);
    hash = hashed_floats(start, &sum, 1);
    hash = hashed_double(hash, ng_sum_f32_in_f64(y, INPUTS - 1));
    printf("sums %016" PRIx64 "\n", hashed_double(hash, ng_sum_squares(y, INPUTS - 1)));
}

int main(void)
{
    struct ng_error err;
    if (ng_isa_choose(&err) != NG_OK || ng_float_environment_check(&err) != NG_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    fill_inputs();
    mathematics();
    every_format();
    large(&ng_e4m3);
    large(&ng_bf16);
    scales();
    statistics();
    printf("%d matrices\n", every_matrix());
    return 0;
}
