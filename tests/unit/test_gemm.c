/* The GEMM primitive: every body equals the triple loop of fmaf bit for bit, and the
 * triple loop is right against FP64. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/cpu.h"
#include "formats/gemm/gemm.h"
#include "formats/math/math.h"
#include "tests/unit/skip.h"
#include "tests/unit/suites.h"

/* Values over many binades, with zeros, subnormals, and now and then inf or NaN. */
static float wild(const struct ng_random *random, uint64_t i, bool specials)
{
    uint32_t word = ng_random_u32(random, i);
    float x = (float)(int32_t)word * 4.656613e-10f;
    switch (word >> 4 & 31) {
    case 0:
        return 0.0f;
    case 1:
        return x * 1e-38f;
    case 2:
        return specials && (word >> 9 & 7) == 0 ? INFINITY : x;
    case 3:
        return specials && (word >> 9 & 7) == 0 ? NAN : x;
    default:
        return ldexpf(x, (int)(word >> 12 & 7) - 4);
    }
}

static struct ng_qmatrix make(const struct ng_format *format, size_t rows, size_t cols,
                              size_t stride, uint32_t seed, bool specials,
                              float *scales)
{
    const struct ng_random random = {seed, 77, 0};
    struct ng_qmatrix matrix = {.format = format,
                                .policy = NG_POLICY_CUDA_SATFINITE,
                                .rows = rows,
                                .cols = cols,
                                .global_scale = 1.0f,
                                .global_scale_inv = 1.0f};
    matrix.codes[NG_ROWWISE].data =
        calloc(rows * stride + 1, (size_t)format->storage_bytes);
    matrix.codes[NG_ROWWISE].row_stride = stride;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            ng_format_store(format, matrix.codes[NG_ROWWISE].data, r * stride + c,
                            ng_format_encode_one(format, &matrix.policy,
                                                 wild(&random, r * cols + c, specials),
                                                 0, NULL));
    if (scales != NULL) {
        matrix.granularity = NG_GRANULARITY_TENSOR;
        matrix.scale_format = NG_SCALE_FP32;
        matrix.scales[NG_ROWWISE].scale = scales;
        matrix.scales[NG_ROWWISE].scale_inv = scales + 1;
        matrix.scales[NG_ROWWISE].count = 1;
    }
    return matrix;
}

struct problem {
    size_t m, n, k;
    const struct ng_format *a, *b, *d;
    bool ta, tb, bias, accumulate, specials, scaled;
};

struct product {
    struct ng_qmatrix a, b;
    struct ng_gemm gemm;
    float scales[4], *bias;
    struct ng_tensor_stats stats;
};

static void setup(struct product *x, const struct problem *p)
{
    memset(x, 0, sizeof *x);
    float scales[4] = {3.0f, 1.0f / 3.0f, 0.7f, 1.0f / 0.7f};
    memcpy(x->scales, scales, sizeof scales);
    size_t pad = 3;
    x->a = p->ta ? make(p->a, p->k, p->m, p->m + pad, 1, p->specials,
                        p->scaled ? x->scales : NULL)
                 : make(p->a, p->m, p->k, p->k + pad, 1, p->specials,
                        p->scaled ? x->scales : NULL);
    x->b = p->tb ? make(p->b, p->k, p->n, p->n + pad, 2, p->specials,
                        p->scaled ? x->scales + 2 : NULL)
                 : make(p->b, p->n, p->k, p->k + pad, 2, p->specials,
                        p->scaled ? x->scales + 2 : NULL);
    const struct ng_random random = {5, 5, 0};
    x->bias = malloc((p->n + 1) * sizeof(float));
    for (size_t i = 0; i < p->n; i++)
        x->bias[i] = ng_random_uniform(&random, i);
    size_t bytes = p->m * (p->n + pad) * (size_t)p->d->storage_bytes;
    x->gemm = (struct ng_gemm){
        .m = p->m,
        .n = p->n,
        .k = p->k,
        .batch = 1,
        .a = {&x->a, p->ta, 0},
        .b = {&x->b, p->tb, 0},
        .d = calloc(1, bytes + 1),
        .d_format = p->d,
        .d_policy = {.finite_overflow = NG_OVERFLOW_SPECIAL,
                     .infinite_input = NG_OVERFLOW_SPECIAL},
        .d_row_stride = p->n + pad,
        .accumulate = p->accumulate,
        .bias = p->bias ? x->bias : NULL,
        .accumulator = &ng_accumulator_fp32,
        .d_stats = &x->stats,
    };
    for (size_t i = 0; i < p->m * (p->n + pad); i++)
        ng_format_store(p->d, x->gemm.d, i,
                        ng_format_encode_one(p->d, &NG_POLICY_CUDA_SATFINITE,
                                             ng_random_uniform(&random, i), 0, NULL));
}

static void teardown(struct product *x)
{
    free(x->a.codes[NG_ROWWISE].data);
    free(x->b.codes[NG_ROWWISE].data);
    free(x->bias);
    free(x->gemm.workspace);
    free(x->gemm.d);
}

static void check_problem(const struct problem *p, enum ng_isa isa, int threads)
{
    struct product plain, fast;
    struct ng_error err;
    struct ng_pool *pool = NULL;
    setup(&plain, p);
    setup(&fast, p);
    ck_assert_int_eq(ng_pool_new(&pool, threads, &err), NG_OK);
    ng_gemm_reference(&plain.gemm);
    fast.gemm.pool = threads > 1 ? pool : NULL;
    struct ng_gemm_answer answer;
    ck_assert_msg(ng_gemm_query(&fast.gemm, &answer), "refused: %s", answer.refusal);
    fast.gemm.workspace = aligned_alloc(64, answer.workspace_bytes);
    ng_isa_force(isa);
    ng_gemm_run(&fast.gemm);
    for (size_t i = 0; i < p->m * fast.gemm.d_row_stride; i++)
        ck_assert_msg(
            ng_format_load(p->d, plain.gemm.d, i) ==
                ng_format_load(p->d, fast.gemm.d, i),
            "%zux%zux%zu %s %s %s, %s, %d threads: element %zu is %08x, not %08x", p->m,
            p->n, p->k, p->a->name, p->b->name, p->d->name, ng_isa_name(isa), threads,
            i, ng_format_load(p->d, fast.gemm.d, i),
            ng_format_load(p->d, plain.gemm.d, i));
    ck_assert_uint_eq(plain.stats.amax_bits, fast.stats.amax_bits);
    ck_assert_mem_eq(&plain.stats.counts, &fast.stats.counts,
                     sizeof plain.stats.counts);
    ng_pool_free(pool);
    teardown(&plain);
    teardown(&fast);
}

static const struct problem problems[] = {
    {.m = 1, .n = 1, .k = 1, .a = &ng_fp32, .b = &ng_fp32, .d = &ng_fp32, .bias = true},
    {.m = 6,
     .n = 16,
     .k = 0,
     .a = &ng_fp32,
     .b = &ng_fp32,
     .d = &ng_fp32,
     .bias = true},
    {.m = 7, .n = 17, .k = 3, .a = &ng_fp32, .b = &ng_fp32, .d = &ng_fp32, .tb = true},
    {.m = 5,
     .n = 31,
     .k = 300,
     .a = &ng_fp32,
     .b = &ng_fp32,
     .d = &ng_fp32,
     .ta = true,
     .tb = true},
    {.m = 133,
     .n = 10,
     .k = 257,
     .a = &ng_fp32,
     .b = &ng_fp32,
     .d = &ng_bf16,
     .bias = true},
    {.m = 64,
     .n = 261,
     .k = 64,
     .a = &ng_bf16,
     .b = &ng_bf16,
     .d = &ng_bf16,
     .tb = true},
    {.m = 140,
     .n = 270,
     .k = 40,
     .a = &ng_bf16,
     .b = &ng_fp32,
     .d = &ng_fp32,
     .accumulate = true},
    {.m = 33,
     .n = 47,
     .k = 129,
     .a = &ng_e4m3,
     .b = &ng_e4m3,
     .d = &ng_bf16,
     .bias = true,
     .scaled = true},
    {.m = 33,
     .n = 47,
     .k = 129,
     .a = &ng_e5m2,
     .b = &ng_e4m3,
     .d = &ng_fp32,
     .ta = true,
     .tb = true,
     .scaled = true},
    {.m = 19,
     .n = 65,
     .k = 513,
     .a = &ng_e5m2,
     .b = &ng_e5m2,
     .d = &ng_bf16,
     .tb = true,
     .scaled = true,
     .accumulate = true},
    {.m = 12,
     .n = 40,
     .k = 64,
     .a = &ng_fp32,
     .b = &ng_fp32,
     .d = &ng_fp32,
     .specials = true,
     .bias = true},
    {.m = 12,
     .n = 40,
     .k = 64,
     .a = &ng_e5m2,
     .b = &ng_bf16,
     .d = &ng_bf16,
     .specials = true,
     .tb = true},
};
#define PROBLEMS (sizeof problems / sizeof problems[0])

START_TEST(every_body_equals_the_fmaf_triple_loop)
{
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa)) {
            ng_test_skip("every_body_equals_the_fmaf_triple_loop",
                         "this machine cannot run every body");
            continue;
        }
        check_problem(&problems[_i], (enum ng_isa)isa, 1);
        check_problem(&problems[_i], (enum ng_isa)isa, 3);
    }
}
END_TEST

/* |fl(sum) - sum| <= gamma_K * sum of |products| for a chain of fused operations
 * (Higham 2002, theorem 3.1); FP64's own error is far below. */
START_TEST(the_definition_is_right_against_fp64)
{
    const struct problem p = {
        .m = 9, .n = 11, .k = 400, .a = &ng_fp32, .b = &ng_fp32, .d = &ng_fp32};
    struct product x;
    setup(&x, &p);
    ng_gemm_reference(&x.gemm);
    const float *a = x.a.codes[NG_ROWWISE].data, *b = x.b.codes[NG_ROWWISE].data;
    const double u = 0x1p-24, gamma = 400 * u / (1 - 400 * u);
    for (size_t m = 0; m < p.m; m++)
        for (size_t n = 0; n < p.n; n++) {
            double sum = 0.0, size = 0.0;
            for (size_t k = 0; k < p.k; k++) {
                double product =
                    (double)a[m * (p.k + 3) + k] * (double)b[n * (p.k + 3) + k];
                sum += product;
                size += fabs(product);
            }
            float d = ((float *)x.gemm.d)[m * x.gemm.d_row_stride + n];
            ck_assert_double_le(fabs((double)d - sum), gamma * size);
        }
    teardown(&x);
}
END_TEST

START_TEST(extreme_scales_are_applied_in_two_steps)
{
    const struct problem p = {.m = 1,
                              .n = 1,
                              .k = 1,
                              .a = &ng_fp32,
                              .b = &ng_fp32,
                              .d = &ng_fp32,
                              .scaled = true};
    struct product x;
    setup(&x, &p);
    ((float *)x.a.codes[NG_ROWWISE].data)[0] = 0x1p100f;
    ((float *)x.b.codes[NG_ROWWISE].data)[0] = 1.0f;
    x.scales[1] = 0x1p-100f; /* the product of the two scales would be 2^-200: zero */
    x.scales[3] = 0x1p-100f;
    ng_gemm_reference(&x.gemm);
    ck_assert(((float *)x.gemm.d)[0] == 0x1p-100f);
    teardown(&x);
}
END_TEST

START_TEST(a_scale_that_varies_along_k_is_refused_with_a_reason)
{
    const struct problem p = {.m = 4,
                              .n = 4,
                              .k = 64,
                              .a = &ng_e4m3,
                              .b = &ng_e4m3,
                              .d = &ng_fp32,
                              .scaled = true};
    struct product x;
    struct ng_gemm_answer answer;
    setup(&x, &p);
    x.a.granularity = NG_GRANULARITY_1XB;
    ck_assert(!ng_gemm_query(&x.gemm, &answer));
    ck_assert_ptr_null(answer.backend);
    ck_assert_uint_gt(strlen(answer.refusal), 20);
    teardown(&x);
}
END_TEST

START_TEST(shapes_that_do_not_fit_are_refused)
{
    const struct problem p = {
        .m = 4, .n = 4, .k = 8, .a = &ng_fp32, .b = &ng_fp32, .d = &ng_fp32};
    struct product x;
    struct ng_gemm_answer answer;
    setup(&x, &p);
    x.gemm.k = 9;
    ck_assert(!ng_gemm_query(&x.gemm, &answer));
    teardown(&x);
}
END_TEST

START_TEST(overflow_of_the_output_is_infinite_and_counted)
{
    const struct problem p = {
        .m = 1, .n = 1, .k = 1, .a = &ng_fp32, .b = &ng_fp32, .d = &ng_bf16};
    struct product x;
    setup(&x, &p);
    ((float *)x.a.codes[NG_ROWWISE].data)[0] = 3.4e38f;
    ((float *)x.b.codes[NG_ROWWISE].data)[0] = 1.0f;
    ng_gemm_reference(&x.gemm);
    ck_assert_uint_eq(ng_format_load(&ng_bf16, x.gemm.d, 0), 0x7F80);
    ck_assert_uint_eq(x.stats.counts.saturated, 1);
    ck_assert_uint_eq(x.stats.amax_bits, 0x7F800000u);
    teardown(&x);
}
END_TEST

Suite *ng_suite_gemm(void)
{
    Suite *suite = suite_create("gemm");
    TCase *bodies = tcase_create("bodies");
    tcase_set_timeout(bodies, 60);
    tcase_add_loop_test(bodies, every_body_equals_the_fmaf_triple_loop, 0, PROBLEMS);
    suite_add_tcase(suite, bodies);
    TCase *rules = tcase_create("rules");
    tcase_add_test(rules, the_definition_is_right_against_fp64);
    tcase_add_test(rules, extreme_scales_are_applied_in_two_steps);
    tcase_add_test(rules, a_scale_that_varies_along_k_is_refused_with_a_reason);
    tcase_add_test(rules, shapes_that_do_not_fit_are_refused);
    tcase_add_test(rules, overflow_of_the_output_is_infinite_and_counted);
    suite_add_tcase(suite, rules);
    return suite;
}
