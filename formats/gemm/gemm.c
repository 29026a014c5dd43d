/* The registry of backends and accumulators, the common checks, and the definition. */
#include "formats/gemm/gemm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/gemm/canonical.h"
#include "formats/gemm/epilogue.h"

const char *const ng_gemm_role_names[] = {"fprop", "dgrad", "wgrad", NULL};
const char *const ng_gemm_label_names[] = {"simulated", "native", "native-widened",
                                           "stand-in", NULL};

const char *const ng_verification_names[] = {
    "definition", "promotion", "chained", "single step c=0", "edges", "unverified"};

const struct ng_accumulator ng_accumulator_fp32 = {
    .name = "fp32",
    .group = 1,
    .fraction_bits = 0,
    .c_in_step = true,
    .result_rounding = NG_ROUND_NEAREST_EVEN,
    .promote_every = 0,
    .verification = NG_VERIFIED_DEFINITION,
};

const struct ng_accumulator *const ng_accumulators[] = {&ng_accumulator_fp32, NULL};

const struct ng_accumulator *ng_accumulator_by_name(const char *name)
{
    for (size_t i = 0; ng_accumulators[i] != NULL; i++)
        if (strcmp(ng_accumulators[i]->name, name) == 0)
            return ng_accumulators[i];
    return NULL;
}

const struct ng_gemm_backend *const ng_gemm_backends[] = {&ng_gemm_canonical, NULL};

bool ng_gemm_query(const struct ng_gemm *gemm, struct ng_gemm_answer *answer)
{
    *answer = (struct ng_gemm_answer){0};
    for (size_t i = 0; ng_gemm_backends[i] != NULL; i++)
        if (ng_gemm_backends[i]->query(gemm, answer)) {
            answer->backend = ng_gemm_backends[i]->name;
            return true;
        }
    return false;
}

void ng_gemm_run(const struct ng_gemm *gemm)
{
    struct ng_gemm_answer answer;
    for (size_t i = 0; ng_gemm_backends[i] != NULL; i++)
        if (ng_gemm_backends[i]->query(gemm, &answer)) {
            ng_gemm_backends[i]->run(gemm);
            return;
        }
}

/* Element [row][k] of an operand in batch `b`, decoded, without its scale. */
static float element(const struct ng_gemm_operand *operand, size_t b, size_t row,
                     size_t k)
{
    const struct ng_qmatrix *matrix = operand->matrix;
    size_t stride = matrix->codes[NG_ROWWISE].row_stride;
    size_t i = operand->transposed ? k * stride + row : row * stride + k;
    i += b * operand->batch_stride;
    return ng_format_decode_one(
        matrix->format,
        ng_format_load(matrix->format, matrix->codes[NG_ROWWISE].data, i));
}

void ng_gemm_reference(const struct ng_gemm *gemm)
{
    for (size_t b = 0; b < gemm->batch; b++)
        for (size_t m = 0; m < gemm->m; m++)
            for (size_t n = 0; n < gemm->n; n++) {
                float sum = 0.0f;
                for (size_t k = 0; k < gemm->k; k++)
                    sum = fmaf(element(&gemm->a, b, m, k), element(&gemm->b, b, n, k),
                               sum);
                ng_gemm_epilogue(gemm, b, m, n, 1, &sum, gemm->d_stats);
            }
}
