/*
 * GMAC/s of the GEMM primitive's bodies at layer shapes, one thread, and the ratio of the
 * narrow operands to fp32. Each figure is the best of several rounds, bodies interleaved.
 * Usage: bench_gemm [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/base/cpu.h"
#include "formats/gemm/gemm.h"
#include "formats/math/math.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct ng_qmatrix random_matrix(const struct ng_format *format, size_t rows,
                                       size_t cols, uint32_t seed)
{
    const struct ng_random random = {seed, ng_stream_key(NG_STREAM_DATA, 0), 0};
    struct ng_qmatrix matrix = {.format = format,
                                .policy = NG_POLICY_CUDA_SATFINITE,
                                .rows = rows,
                                .cols = cols,
                                .global_scale = 1.0f,
                                .global_scale_inv = 1.0f};
    size_t n = rows * cols;
    matrix.codes[NG_ROWWISE].data =
        aligned_alloc(64, (n * (size_t)format->storage_bytes + 63) / 64 * 64);
    matrix.codes[NG_ROWWISE].row_stride = cols;
    for (size_t i = 0; i < n; i++) {
        float x = 2.0f * ng_random_uniform(&random, i) - 1.0f;
        ng_format_store(
            format, matrix.codes[NG_ROWWISE].data, i,
            ng_format_encode_one(format, &NG_POLICY_CUDA_SATFINITE, x, 0, NULL));
    }
    return matrix;
}

static double rate(const struct ng_gemm *gemm, int rounds)
{
    double best = 0.0;
    double products = (double)gemm->m * (double)gemm->n * (double)gemm->k;
    int repeats = products > 1e8 ? 1 : (int)(1e8 / products) + 1;
    if (ng_isa() == NG_ISA_SCALAR)
        repeats = 1;
    for (int i = 0; i < rounds; i++) {
        double start = now();
        for (int j = 0; j < repeats; j++)
            ng_gemm_run(gemm);
        double speed = products * repeats / (now() - start) / 1e9;
        best = speed > best ? speed : best;
    }
    return best;
}

static void measure(size_t m, size_t n, size_t k, const struct ng_format *format,
                    enum ng_gemm_role role, int rounds)
{
    struct ng_qmatrix a = role == NG_GEMM_WGRAD ? random_matrix(format, k, m, 1)
                                                : random_matrix(format, m, k, 1);
    struct ng_qmatrix b = role == NG_GEMM_FPROP ? random_matrix(format, n, k, 2)
                                                : random_matrix(format, k, n, 2);
    struct ng_gemm gemm = {
        .role = role,
        .m = m,
        .n = n,
        .k = k,
        .batch = 1,
        .a = {&a, role == NG_GEMM_WGRAD, 0},
        .b = {&b, role != NG_GEMM_FPROP, 0},
        .d = malloc(m * n * sizeof(float)),
        .d_format = &ng_fp32,
        .d_policy = NG_POLICY_CUDA_SATFINITE,
        .d_row_stride = n,
        .accumulator = &ng_accumulator_fp32,
    };
    struct ng_gemm_answer answer;
    if (!ng_gemm_query(&gemm, &answer)) {
        printf("refused: %s\n", answer.refusal);
        exit(1);
    }
    gemm.workspace = aligned_alloc(64, answer.workspace_bytes);
    printf("%5zu x %5zu x %5zu  %-5s %-5s", m, n, k, ng_gemm_role_names[role],
           format->name);
    for (int isa = 0; isa < NG_ISA_COUNT; isa++) {
        if (!ng_isa_present((enum ng_isa)isa)) {
            printf("  %6s: absent", ng_isa_name((enum ng_isa)isa));
            continue;
        }
        ng_isa_force((enum ng_isa)isa);
        printf("  %6s: %6.2f", ng_isa_name((enum ng_isa)isa),
               rate(&gemm, isa == NG_ISA_SCALAR ? 1 : rounds));
    }
    printf("  GMAC/s\n");
    free(gemm.workspace);
    free(gemm.d);
    free(a.codes[NG_ROWWISE].data);
    free(b.codes[NG_ROWWISE].data);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 7;
    const struct ng_format *const formats[] = {&ng_fp32, &ng_bf16, &ng_e4m3, &ng_e5m2};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        measure(128, 512, 784, formats[i], NG_GEMM_FPROP, rounds);
        measure(128, 512, 512, formats[i], NG_GEMM_FPROP, rounds);
        measure(128, 512, 512, formats[i], NG_GEMM_DGRAD, rounds);
        measure(512, 512, 128, formats[i], NG_GEMM_WGRAD, rounds);
        measure(128, 10, 512, formats[i], NG_GEMM_FPROP, rounds);
    }
    return 0;
}
